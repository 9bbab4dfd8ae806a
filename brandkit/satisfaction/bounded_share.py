"""Quadratic forms that noise alone would make positive: corrected, tested, with an interval.

The spread of means between banks, and the inertia of a table, are squared lengths. Noise adds to
them, so that banks that are all alike seem to differ. Draws over persons say how much noise adds;
the interval asks which true spreads would give the observed one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brandkit.core.intervals import Interval
from brandkit.core.linalg import Floats

NO_LENGTH = 1e-14
"""Squared lengths, over their scale, that are rounding."""


@dataclass(frozen=True, eq=False)
class DrawnSquare:
    """A squared length in draws, as a function of how far the true differences are stretched.

    With true differences s times the observed ones, draw d gives
    (square_d s^2 + 2 cross_d s + noise_d) / scale_d.

    Parameters
    ----------
    observed : float
        The squared length in the sample, over its scale.
    corrected : float
        The same less what noise adds; below 0 where the sample varies less than noise.
    square, cross, noise : ndarray, shape (draws,)
        Squared observed differences, their product with the draw's deviations, squared
        deviations: weighted as in the draw.
    scale : ndarray, shape (draws,)
        What the square is divided by in the draw: the variance within, or 1.
    unit : float
        The squared length at s = 1, in the unit of `corrected`.
    """

    observed: float
    corrected: float
    square: Floats
    cross: Floats
    noise: Floats
    scale: Floats
    unit: float

    def stretched(self, factor: float) -> Floats:
        """Give the draws where true differences are `factor` times the observed ones."""
        length = self.square * factor**2 + 2 * self.cross * factor + self.noise
        return np.asarray(length / self.scale)

    @property
    def settled(self) -> Floats:
        """Give the draws around the corrected estimate, for the error of a change."""
        if self.unit <= NO_LENGTH:
            return self.stretched(0.0)
        return self.stretched(float(np.sqrt(max(self.corrected, 0.0) / self.unit)))

    def p_value(self) -> float:
        """Give the chance of a length as large as observed where there are no differences."""
        above = self.noise / self.scale >= self.observed * (1 - 1e-12)
        return float((1 + above.sum()) / (1 + len(above)))

    def interval(self, level: float) -> Interval:
        """Give the squared lengths that would not make the observed one surprising.

        Parameters
        ----------
        level : float
            Coverage aimed at.

        Returns
        -------
        Interval
            The lower end is the length at which one draw in 40 (at 95 %) reaches the observed
            value; 0 where more do so without any differences. The upper end likewise.

        Notes
        -----
        In each draw the stretch s solves square s^2 + 2 cross s + noise = observed x scale; the
        ends are percentiles of the solutions. This is the inversion of a test, as the noncentral
        F gives it for normal data (Steiger, J. H. (2004). Beyond the F test. Psychological Methods
        9, 164-182. doi:10.1037/1082-989X.9.2.164), with draws in place of the normal law. Where
        less is observed than noise alone would make, the upper end is the one at what noise makes:
        a lucky sample must not look like a sure zero.
        """
        tail = (1 - level) / 2
        # noise alone reaches the observed value: no difference is needed
        lower = np.where(
            self.noise >= self.observed * self.scale, 0.0, self._lengths(self.observed)
        )
        upper = self._lengths(max(self.observed, float((self.noise / self.scale).mean())))
        low = np.quantile(lower, tail, method="weibull")
        high = np.quantile(upper, 1 - tail, method="weibull")
        return Interval(np.asarray(low), np.asarray(high))

    def _lengths(self, wanted: float) -> Floats:
        """Give for each draw the true squared length at which it shows the wanted one."""
        excess = self.noise - wanted * self.scale
        if self.unit <= NO_LENGTH:  # the banks agree to the last digit: no direction to stretch
            return np.asarray(np.maximum(-excess / self.scale, 0.0))
        root = self.cross**2 - self.square * excess
        far = (-self.cross + np.sqrt(np.maximum(root, 0.0))) / self.square
        stretch = np.where(root >= 0, np.maximum(far, 0.0), 0.0)
        return np.asarray(stretch**2 * self.unit)


def together(parts: list[DrawnSquare]) -> DrawnSquare:
    """Give the mean of several squared lengths that were drawn together."""
    many = len(parts)

    def mean(values: list[Floats]) -> Floats:
        return np.asarray(np.sum(values, axis=0) / many)

    return DrawnSquare(
        observed=sum(part.observed for part in parts) / many,
        corrected=sum(part.corrected for part in parts) / many,
        square=mean([part.square / part.scale for part in parts]),
        cross=mean([part.cross / part.scale for part in parts]),
        noise=mean([part.noise / part.scale for part in parts]),
        scale=np.ones_like(parts[0].scale),
        unit=sum(part.unit for part in parts) / many,
    )
