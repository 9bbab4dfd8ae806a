"""From rows to importances: the sample's, those of the draws, noise floors and slopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr, stdtrit

from brandkit.core.intervals import Interval, percentile_interval
from brandkit.core.linalg import Floats
from brandkit.core.survey_rows import SurveyRows
from brandkit.satisfaction.centred import Covariances, centred_values, correlations
from brandkit.satisfaction.noise_floor import MOST_EXACT, noise_floors, shuffled_covariances
from brandkit.satisfaction.subset_kernel import (
    COLLINEAR,
    first_and_last,
    gains_in_order,
    relative_weights,
    shapley,
    subset_r2,
)

Method = Literal["shapley", "johnson"]

#: Orders of entry that stand for all where drivers are many: half drawn, half these reversed.
SAMPLED_ORDERS = 100


@dataclass(frozen=True, eq=False)
class Estimates:
    """Importances of one group of rows, with all that their doubt is read from.

    Parameters
    ----------
    importance, first, last : ndarray, shape (p,)
    r2 : float
    draws : ndarray, shape (draws, p)
        Draws in which the outcome does not vary are missing.
    r2_draws : ndarray, shape (draws,)
    floor : ndarray, shape (p,)
    n_effective : float
        Rows a simple sample would need for a chance correlation of the same spread.
    """

    importance: Floats
    first: Floats
    last: Floats
    r2: float
    draws: Floats
    r2_draws: Floats
    floor: Floats
    n_effective: float

    def interval(self, level: float) -> Interval:
        """Give percentile intervals, widened as t is to normal where persons are few.

        References
        ----------
        Hesterberg, T. (2015). What teachers should know about the bootstrap. The American
        Statistician 69, 371-386. doi:10.1080/00031305.2015.1089789
        """
        return percentile_interval(self.draws, level=self._widened(level))

    def r2_interval(self, level: float) -> tuple[float, float]:
        """Give the interval of R²."""
        low, high = percentile_interval(self.r2_draws, level=self._widened(level))
        return float(low), float(high)

    def _widened(self, level: float) -> float:
        df = max(self.n_effective - 1 - len(self.importance), 2.0)
        reach = float(stdtrit(df, (1 + level) / 2)) * np.sqrt(1 + 1 / df)
        return 2 * float(ndtr(reach)) - 1


@dataclass(frozen=True, eq=False)
class Measure:
    """How importance is computed from correlations."""

    method: Method
    orders: np.ndarray | None = None

    def exact(self, correlation: Floats) -> Floats:
        """Give importances of a few matrices, without sampling, shape (draws, p)."""
        if self.method == "johnson":
            return relative_weights(correlation)
        return shapley(subset_r2(correlation))

    def many(self, correlation: Floats) -> Floats:
        """Give importances of many matrices: exact, or over the sampled orders."""
        if self.orders is None:
            return self.exact(correlation)
        return gains_in_order(correlation, self.orders)

    def of_draws(self, drawn: Floats, sample: Floats, estimate: Floats) -> Floats:
        """Give importances of draws; sampled orders tell only how a draw differs from the sample.

        The sample is known exactly, so what sampled orders get wrong in it is taken off.
        """
        if self.orders is None:
            return self.exact(drawn)
        return estimate + self.many(drawn) - self.many(sample[None])


def measure_for(method: Method, correlation: Floats, *, seed: int) -> Measure:
    """Choose exact values or sampled orders by the number of drivers.

    Orders are drawn for the drivers ranked by importance, so that neither their names nor their
    order in the call decide.
    """
    p = len(correlation) - 1
    exact = Measure(method)
    if method == "johnson" or p <= MOST_EXACT:
        return exact
    ranked = np.argsort(-exact.exact(correlation[None])[0], kind="stable")
    rng = np.random.default_rng([seed, 5])
    half = np.argsort(rng.random((SAMPLED_ORDERS // 2, p)), axis=1)
    return Measure(method, ranked[np.concatenate([half, half[:, ::-1]])])


def estimates(
    sample: Floats,
    drawn: Floats,
    *,
    measure: Measure,
    shuffled: Floats,
    level: float,
) -> Estimates:
    """Compute importances of one group.

    Parameters
    ----------
    sample : ndarray, shape (p + 1, p + 1)
        Covariances, the outcome last.
    drawn : ndarray, shape (draws, p + 1, p + 1)
    measure : Measure
    shuffled : ndarray, shape (p, p + 1, p + 1)
        Covariances of a permuted driver's correlations.
    level : float
    """
    correlation, draws = np.nan_to_num(correlations(sample)), correlations(drawn)
    r2 = subset_r2(correlation[None])
    first, last = first_and_last(r2)
    importance = (
        shapley(r2)[0] if measure.method == "shapley" else measure.exact(correlation[None])[0]
    )
    values = measure.of_draws(draws, correlation, importance)
    flat = drawn[:, -1, -1] <= 0
    values = np.where(flat[:, None], np.nan, values)
    floor = noise_floors(
        correlation, shuffled=shuffled, level=level, orders=measure.orders,
        relative=measure.method == "johnson",
    )  # fmt: skip
    n_effective = 1 / max(float(np.median(shuffled[:, -1, -1])), 1e-12)
    return Estimates(
        importance, first[0], last[0], float(r2[-1, 0]), values, values.sum(axis=1), floor,
        n_effective,
    )  # fmt: skip


def shuffled_of(
    rows: SurveyRows, *cells: str | None, inside: np.ndarray | None = None
) -> tuple[Floats, Floats]:
    """Give centred answers and the covariances of permuted drivers' correlations with them."""
    values = centred_values(rows, *cells)
    keep = np.ones(len(rows), dtype=bool) if inside is None else inside
    names = [name for name in cells if name is not None]
    n_cells = int(rows.frame.loc[keep, names].drop_duplicates().shape[0]) if names else 1
    unit = np.unique(rows.unit[keep], return_inverse=True)[1].reshape(-1)
    made = shuffled_covariances(
        values[keep], weight=rows.weight[keep], unit=unit, n_centred=n_cells
    )
    return values, made


# --- slopes ------------------------------------------------------------------------------------


def slopes(covariance: Floats, spread: Floats) -> Floats:
    """Give least-squares slopes in the columns' own units, shape (..., p)."""
    inner = covariance[..., :-1, :-1]
    size = np.diagonal(inner, axis1=-2, axis2=-1)
    inner = inner + COLLINEAR * 1e-3 * np.eye(inner.shape[-1]) * np.maximum(size, 1e-9)[..., None]
    found = np.linalg.solve(inner, covariance[..., :-1, -1:])[..., 0]
    return np.asarray(found * spread[-1] / spread[:-1])


def slope_errors(rows: SurveyRows, values: Floats, slope: Floats) -> Floats:
    """Give design standard errors of slopes by linearisation, shape (p,).

    Parameters
    ----------
    rows : SurveyRows
    values : ndarray, shape (n, p + 1)
        Centred answers, the outcome last.
    slope : ndarray, shape (p,)

    References
    ----------
    Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex
    surveys. International Statistical Review 51, 279-292. doi:10.2307/1402588
    """
    x, residual = values[:, :-1], values[:, -1] - values[:, :-1] @ slope
    inner = (x * rows.weight[:, None]).T @ x
    influence = (x * residual[:, None]) @ np.linalg.pinv(inner, hermitian=True)
    return np.sqrt(np.diag(rows.covariance(influence)))


def drawn_slope_errors(made: Covariances) -> Floats:
    """Give standard errors of slopes over draws: where pairs have rows of their own."""
    return np.asarray(slopes(made.drawn[:, 0], made.spread).std(axis=0, ddof=1))


def dependent_drivers(correlation: Floats) -> list[tuple[int, list[int]]]:
    """Find drivers that others determine: its place, and the places of those that do.

    Examples
    --------
    >>> dependent_drivers(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    [(1, [0])]
    """
    free: list[int] = []
    found: list[tuple[int, list[int]]] = []
    for driver in range(len(correlation)):
        own = correlation[driver, driver]
        if own <= 0 or not free:
            free.append(driver)
            continue
        seen = correlation[np.ix_(free, [driver])][:, 0]
        slope = np.linalg.solve(correlation[np.ix_(free, free)], seen)
        if own - seen @ slope > COLLINEAR * own:
            free.append(driver)
        else:
            found.append((driver, [free[at] for at in np.flatnonzero(np.abs(slope) > 1e-6)]))
    return found
