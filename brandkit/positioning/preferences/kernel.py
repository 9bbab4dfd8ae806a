"""Regressions of each respondent's liking on the places of products, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Flags, Floats

PreferenceModel = Literal["vector", "circular", "elliptical", "quadratic"]
OwnMean = Literal["surface", "products"]

#: Columns of a model's terms among 1, x, y, x^2, y^2, xy; a circle has one for both squares.
TERMS: dict[PreferenceModel, tuple[tuple[int, ...], ...]] = {
    "vector": ((0,), (1,), (2,)),
    "circular": ((0,), (1,), (2,), (3, 4)),
    "elliptical": ((0,), (1,), (2,), (3,), (4,)),
    "quadratic": ((0,), (1,), (2,), (3,), (4,), (5,)),
}
MARGIN = 0.05
"""Room around the products on the grid, as a part of their spread."""
_CHUNK = 4_096
_ROUNDING = 1e-12


@dataclass(frozen=True)
class FittedLiking:
    """What each respondent is predicted to like, and the mean it is compared with.

    Rows of single persons: for computing, never for a page.

    Parameters
    ----------
    coefficients : ndarray, 6 x respondents
        Of 1, x, y, x^2, y^2 and xy, from the middle of the products.
    middle : ndarray, 2
    threshold : ndarray, respondents
        Each one's own mean.
    weight : ndarray, respondents
    """

    coefficients: Floats
    middle: Floats
    threshold: Floats
    weight: Floats

    def predicted(self, places: Floats) -> Floats:
        """Predict liking at places, n x 2; gives n x respondents."""
        return np.asarray(terms_at(places - self.middle) @ self.coefficients)

    def above(self, places: Floats) -> tuple[Floats, Floats]:
        """Count respondents above their own mean at places, and give their weighted share."""
        count, weighted = np.empty(len(places)), np.empty(len(places))
        size = np.abs(self.coefficients).max(axis=0)
        least = self.threshold + _ROUNDING * np.maximum(size, np.abs(self.threshold))
        for start in range(0, len(places), _CHUNK):
            part = slice(start, start + _CHUNK)
            is_above = self.predicted(places[part]) > least
            count[part] = is_above.sum(axis=1)
            weighted[part] = is_above @ self.weight
        return count, weighted / self.weight.sum()


def terms_at(places: Floats) -> Floats:
    """Give 1, x, y, x^2, y^2 and xy at places, n x 2."""
    x, y = places.T
    return np.column_stack([np.ones_like(x), x, y, x * x, y * y, x * y])


def model_terms(places: Floats, model: PreferenceModel) -> Floats:
    """Give the terms of a model at places."""
    terms = terms_at(places)
    return np.column_stack([terms[:, group].sum(axis=1) for group in TERMS[model]])


def fitted_coefficients(places: Floats, liking: Floats, model: PreferenceModel) -> Floats:
    """Regress all respondents on a model's terms; give the coefficients of all six terms."""
    found = np.linalg.lstsq(model_terms(places, model), liking, rcond=None)[0]
    coefficients = np.zeros((6, liking.shape[1]))
    for row, group in enumerate(TERMS[model]):
        coefficients[list(group)] = found[row]
    return coefficients


def grid_around(places: Floats, steps: int) -> tuple[Floats, Floats]:
    """Give the grid across and upward: so many steps over the longer side, and a margin."""
    low, high = places.min(axis=0), places.max(axis=0)
    room = MARGIN * (high - low)
    step = (high - low).max() / steps
    across, upward = (
        start + step * np.arange(int(np.floor((stop - start) / step + 1e-9)) + 1)
        for start, stop in zip(low - room, high + room, strict=True)
    )
    return across, upward


def grid_points(across: Floats, upward: Floats) -> Floats:
    """List the points of a grid, upward within across."""
    return np.column_stack([np.repeat(across, len(upward)), np.tile(upward, len(across))])


def outside(places: Floats, products: Floats) -> Flags:
    """Say which places lie outside the hull of the products."""
    from scipy.spatial import ConvexHull

    sides = ConvexHull(products).equations
    room = 1e-9 * np.ptp(products, axis=0).max()
    return np.asarray((places @ sides[:, :2].T + sides[:, 2] > room).any(axis=1))


def nested_test(
    residual: Floats, richer: Floats, *, extra: int, left: int
) -> tuple[Floats, float, float]:
    """F test each respondent's residual sums of squares; p (respondents,), Fisher's sum and p."""
    from scipy.stats import chi2
    from scipy.stats import f as f_distribution

    gain = np.maximum(residual - richer, 0.0) / extra
    # A perfect fit: the F ratio is as large as numbers go.
    base = np.maximum(richer / left, np.finfo(float).tiny)
    p_values = f_distribution.sf(gain / base, extra, left)
    statistic = float(-2 * np.log(np.maximum(p_values, np.finfo(float).tiny)).sum())
    return p_values, statistic, float(chi2.sf(statistic, 2 * len(p_values)))


def optimum_kinds(fitted: FittedLiking) -> tuple[NDArray[np.str_], Floats]:
    """Give the kind of each respondent's surface, and its stationary point (NaN where none)."""
    _, a, b, aa, bb, ab = fitted.coefficients
    determinant = 4 * aa * bb - ab**2
    size = np.maximum(np.abs(aa) + np.abs(bb) + np.abs(ab), np.finfo(float).tiny)
    is_curved = (aa != 0) | (bb != 0) | (ab != 0)
    is_point = is_curved & (np.abs(determinant) > _ROUNDING * size**2)
    kinds = np.where(
        ~is_point,
        "direction",
        np.where(determinant < 0, "saddle", np.where(aa < 0, "ideal", "anti_ideal")),
    )
    safe = np.where(is_point, determinant, np.nan)
    place = np.stack([(ab * b - 2 * bb * a) / safe, (ab * a - 2 * aa * b) / safe], axis=1)
    return kinds, place + fitted.middle
