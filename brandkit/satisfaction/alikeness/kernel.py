"""Squared lengths that noise alone would make positive: corrected, tested, with an interval.

The spread of means between banks, and the inertia of a table, are squared lengths. Noise adds to
them, so that banks that are all alike seem to differ. Draws over persons say how much noise adds;
the interval asks which true spreads would give the observed one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtr

from brandkit.core.intervals import Interval, carried_df, holm, t_interval
from brandkit.core.linalg import Codes, Floats
from brandkit.sampling.design import RowDraws, SurveyRows
from brandkit.sampling.moments import moments
from brandkit.sampling.variance import linearised_covariance

#: Squared lengths, over their scale, that are rounding.
NO_LENGTH = 1e-14
#: What a test of equivalence may find.
VERDICTS = ("equal", "different", "open")


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
    many, scale = len(parts), np.ones_like(parts[0].scale)
    means = {
        name: sum(getattr(part, name) for part in parts) / many
        for name in ("observed", "corrected", "unit")
    }
    drawn = {
        name: np.sum([getattr(part, name) / part.scale for part in parts], axis=0) / many
        for name in ("square", "cross", "noise")
    }
    return DrawnSquare(**means, **drawn, scale=scale)


@dataclass(frozen=True, eq=False)
class BankSums:
    """Weighted sums of columns by wave and bank, of the sample and of draws.

    Parameters
    ----------
    sample : ndarray, shape (waves, banks, columns)
    drawn : ndarray, shape (draws, waves, banks, columns)
    weighs : bool
        Whether the first column is the weight of a bank; else its size is the sum of all.
    key : str
        The item that the columns are of.
    """

    sample: Floats
    drawn: Floats
    weighs: bool = False
    key: str = ""

    def of(self, wave: int, banks: Codes, *, held: Floats | None = None) -> BankSums:
        """Give one wave's chosen banks alone, brought to ``held`` sizes (by the first column)."""
        sample, drawn = self.sample[wave][banks], self.drawn[:, wave][:, banks]
        if held is not None:
            factor = (held / self.sizes(wave, banks))[:, None]
            sample, drawn = sample * factor, drawn * factor
        return BankSums(sample[None], drawn[:, None], self.weighs, self.key)

    def sizes(self, wave: int, banks: Codes) -> Floats:
        """Give the parts that banks make up of a wave, which sum to 1."""
        sums = self.sample[wave][banks]
        size = sums[:, 0] if self.weighs else sums.sum(axis=1)
        return np.asarray(size / size.sum())


def bank_sums(
    columns: Floats, rows: SurveyRows, *, cell: Codes, shape: tuple[int, int], drawn: RowDraws
) -> BankSums:
    """Add columns up by wave and bank, once for the sample and once for every draw.

    ``cell``: wave x banks + bank of each row; ``shape``: waves and banks.
    """
    names = [f"c{at}" for at in range(columns.shape[1])]
    frame = pd.DataFrame(columns, columns=names).assign(cell=cell, w=rows.weight)
    added = moments(
        frame,
        columns=names,
        cells=["cell"],
        weight="w",
        products=False,
        groups=drawn.group,
        n_groups=drawn.n_groups,
    )
    place = [int(one[0]) for one in added.cells]  # type: ignore[call-overload]

    def spread(values: Floats) -> Floats:
        whole = np.zeros((*values.shape[:-2], shape[0] * shape[1], len(names)))
        whole[..., place, :] = values
        return whole.reshape(*values.shape[:-2], *shape, len(names))

    return BankSums(spread(added.sums().sums), spread(added.sums(drawn.times).sums))


def rating_spread(sums: BankSums, *, persons: Floats, covariance: Floats) -> DrawnSquare:
    """Give the variance of an item between banks over that within, with draws.

    ``sums`` of three columns: answered, answer, squared answer (about the middle of all answers);
    ``persons`` (banks,) who rated each of the chosen ``banks``; ``covariance`` (banks, banks) of
    their means. With shares of the ratings p_b, means m_b and their design covariance V, the
    variance between is sum p_b (m_b - m)^2 - (sum p_b V_bb - p'Vp): the second part is what noise
    adds, persons who rated several banks included. The variance within is sum p_b (s_b^2 + V_bb),
    s_b^2 with the weight as denominator. Where every person rates one of equally many this is
    omega squared.
    """
    weight, total, squares = np.moveaxis(sums.sample[0], -1, 0)
    share, mean = weight / weight.sum(), total / weight
    noise_of = np.diag(covariance)
    between = _spread(share, mean, mean)
    noise = float(share @ noise_of - share @ covariance @ share)
    inner = float(share @ (squares / weight - mean**2))
    within = inner + float(share @ noise_of)

    drawn = sums.drawn[:, 0]
    drawn_weight = drawn[..., 0]
    there = drawn_weight > 0
    safe = np.where(there, drawn_weight, 1.0)
    drawn_share = drawn_weight / drawn_weight.sum(axis=1, keepdims=True)
    drawn_mean = drawn[..., 1] / safe
    # a draw takes the variance of a mean of n persons for (n - 1) / n of what it is
    off = np.where(there, (drawn_mean - mean) * np.sqrt(persons / (persons - 1)), 0.0)
    drawn_inner = (drawn_share * (drawn[..., 2] / safe - drawn_mean**2)).sum(axis=1)
    return DrawnSquare(
        observed=float(between) / within,
        corrected=(float(between) - noise) / within,
        square=_spread(drawn_share, mean, mean),
        cross=_spread(drawn_share, mean, off),
        noise=_spread(drawn_share, off, off),
        scale=drawn_inner + 2.0 * float(share @ noise_of),
        unit=float(between) / within,
    )


def _spread(share: Floats, one: Floats, other: Floats) -> Floats:
    """Give the covariance between banks of two sets of their values."""
    means = (share * one).sum(axis=-1), (share * other).sum(axis=-1)
    return np.asarray((share * one * other).sum(axis=-1) - means[0] * means[1])


def image_inertia(sums: BankSums, *, persons: Floats) -> DrawnSquare:
    """Give the inertia of the table of banks by attributes, chi-square over mentions, with draws.

    ``sums`` of the ticks; ``persons`` (banks,) asked about each of the chosen ``banks``. Inertia is
    the squared length of the residuals (p - rc)/sqrt(rc). What noise adds is the mean over draws of
    the squared length of their deviations. (rows - 1)(columns - 1)/n would hold for single mentions
    only: ticks of frequent attributes vary less, ticks of one person go together.
    """
    table = sums.sample[0]
    ticked = table.sum(axis=0) > 0
    residual = _residuals(table[:, ticked])
    drawn = _residuals(sums.drawn[:, 0][..., ticked])
    off = (drawn - residual) * np.sqrt(persons / (persons - 1))[:, None]
    square = float((residual**2).sum())
    noise = (off**2).sum(axis=(1, 2))
    return DrawnSquare(
        observed=square,
        corrected=square - float(noise.mean()),
        square=np.full(len(drawn), square),
        cross=(residual * off).sum(axis=(1, 2)),
        noise=noise,
        scale=np.ones(len(drawn)),
        unit=square,
    )


def _residuals(table: Floats) -> Floats:
    """Give (p - rc)/sqrt(rc) of one table or a stack; 0 where a row or column is empty."""
    share = table / table.sum(axis=(-1, -2), keepdims=True)
    expected = share.sum(axis=-1, keepdims=True) * share.sum(axis=-2, keepdims=True)
    filled = expected > 0
    root = np.sqrt(np.where(filled, expected, 1.0))
    return np.asarray(np.where(filled, (share - expected) / root, 0.0))


@dataclass(frozen=True, eq=False)
class BankMeans:
    """Means of one item by bank, with what each sampling unit adds to them.

    Parameters
    ----------
    mean : ndarray, shape (banks,)
    contributions : ndarray, shape (units, banks)
        As ``SurveyRows.contributions`` gives them, larger for banks met in few clusters; missing
        for banks met in one.
    n, persons : ndarray, shape (banks,)
        Answers, and persons who gave them.
    both : ndarray, shape (banks, banks)
        Persons who rated both.
    """

    mean: Floats
    contributions: Floats
    n: Floats
    persons: Floats
    both: Floats


def bank_means(rows: SurveyRows, *, answers: Floats, bank: Codes, n_banks: int) -> BankMeans:
    """Take means of an item by bank (-1 leaves a row out), and what the sampling units add to them.

    Missing answers are left out; banks without answers have a missing mean.
    """
    used = (bank >= 0) & ~np.isnan(answers)
    inside = bank[:, None] == np.arange(n_banks)
    inside &= used[:, None]
    value = np.where(used, answers, 0.0)
    weight = (inside * rows.weight[:, None]).sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = (inside * (rows.weight * value)[:, None]).sum(axis=0) / weight
    off = inside * (value[:, None] - np.nan_to_num(mean)) / np.where(weight > 0, weight, 1.0)
    met = np.zeros((rows.n_persons, n_banks))
    met[rows.person[used], bank[used]] = 1.0
    return BankMeans(
        mean=np.asarray(mean),
        contributions=rows.contributions(off) * rows.domain_factors(inside),
        n=inside.sum(axis=0).astype(float),
        persons=met.sum(axis=0),
        both=met.T @ met,
    )


def pair_contrasts(banks: int) -> Floats:
    """Give one row a pair of banks: +1 for the first, -1 for the second.

    Examples
    --------
    >>> pair_contrasts(3).astype(int).tolist()
    [[1, -1, 0], [1, 0, -1], [0, 1, -1]]
    """
    first, second = np.triu_indices(banks, 1)
    identity = np.eye(banks)
    return np.asarray(identity[first] - identity[second])


def rest_contrasts(banks: int) -> Floats:
    """Give one row a bank: itself less the plain mean of the others.

    Examples
    --------
    >>> rest_contrasts(3).tolist()[0]
    [1.0, -0.5, -0.5]
    """
    share = 1.0 / (banks - 1)
    return np.asarray(np.eye(banks) * (1.0 + share) - share)


def verdicts(
    means: BankMeans, *, contrasts: Floats, smallest: float, rows: SurveyRows, level: float
) -> pd.DataFrame:
    """Test contrasts (m, banks) of means against no difference and a ``smallest`` that matters.

    Gives ``estimate std_error ci_low ci_high p_equal p_equal_adjusted p_value p_adjusted verdict``,
    one row a contrast; both p-values are adjusted over the rows. Two one-sided tests: p_equal =
    P(T <= (|d| - smallest)/error), small where the difference lies surely within the limits on both
    sides. Degrees of freedom by :func:`~brandkit.core.intervals.carried_df`.
    """
    difference = contrasts @ means.mean
    totals = means.contributions @ contrasts.T
    variance = np.diag(linearised_covariance(totals, stratum=rows.stratum))
    error = np.sqrt(np.maximum(variance, 0.0))
    df = carried_df(totals, df=rows.df)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(difference == 0, 0.0, np.abs(difference) / error)
        beyond = (np.abs(difference) - smallest) / error
    p_value, p_equal = 2 * stdtr(df, -apart), stdtr(df, beyond)
    low, high = t_interval(difference, std_error=error, df=df, level=level)
    adjusted, equal_adjusted = holm(p_value), holm(p_equal)
    alpha = 1 - level + 1e-12
    apart_or_open = np.where(adjusted <= alpha, "different", "open")
    return pd.DataFrame(
        {
            "estimate": difference,
            "std_error": error,
            "ci_low": low,
            "ci_high": high,
            "ci_level": level,
            "smallest_difference": smallest,
            "p_equal": p_equal,
            "p_equal_adjusted": equal_adjusted,
            "p_value": p_value,
            "p_adjusted": adjusted,
            "verdict": np.where(equal_adjusted <= alpha, "equal", apart_or_open).astype(object),
        }
    )
