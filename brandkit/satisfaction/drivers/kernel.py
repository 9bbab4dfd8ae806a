"""From rows to importances: the sample's, those of the draws, noise floors and slopes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.special import chdtri, gammaln, ndtr, stdtrit

from brandkit.core.intervals import Interval, percentile_interval
from brandkit.core.linalg import Floats
from brandkit.sampling.rows import SurveyRows
from brandkit.satisfaction.centred import Covariances, centred_values, correlations

#: A driver that the others explain up to this part adds nothing: what is left is rounding.
COLLINEAR = 1e-9
#: Numbers held at once while subsets are worked through; larger blocks leave the cache.
_BLOCK = 2_000_000
#: The matrix of subset weights is kept up to so many drivers; beyond it is too large.
_TABLED = 14


def subset_r2(correlation: Floats) -> Floats:
    """Give R² of the outcome on every subset of the drivers.

    Parameters
    ----------
    correlation : ndarray, shape (draws, p + 1, p + 1)
        Correlations, the outcome last. A variable that does not vary has missing correlations,
        which count as 0.

    Returns
    -------
    ndarray, shape (2^p, draws)
        The subset of place s holds driver j where bit p - 1 - j of s is set: 0 is none, the last
        is all.

    Notes
    -----
    Drivers are met one after the other. Each splits the subsets so far into those without and
    with it; the partial covariances of what is left follow by one sweep. All subsets and draws
    are swept at once, which costs about 12 x 2^p operations a draw.
    """
    matrices = np.nan_to_num(correlation)
    n, p = len(matrices), matrices.shape[-1] - 1
    step = max(1, _BLOCK // (2**p * 12))
    out = np.empty((2**p, n))
    for start in range(0, n, step):
        out[:, start : start + step] = _swept(matrices[start : start + step])
    return out


def _swept(matrices: Floats) -> Floats:
    """Sweep one block; draws stand last, so that every operation runs along them."""
    p = matrices.shape[-1] - 1
    left = np.ascontiguousarray(np.moveaxis(matrices, 0, -1))[None]
    own = np.stack([np.diagonal(one) for one in matrices], axis=-1)  # (p + 1, draws)
    for driver in range(p):
        pivot, row = left[:, 0, 0], left[:, 0, 1:]
        usable = pivot > COLLINEAR * own[driver]
        scale = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=usable)
        rest = left[:, 1:, 1:]
        taken = (row * scale[:, None])[:, :, None] * row[:, None]
        both = np.empty((len(rest), 2, *rest.shape[1:]))
        both[:, 0] = rest
        np.subtract(rest, taken, out=both[:, 1])
        left = both.reshape(-1, *rest.shape[1:])
    total = own[-1]
    explained = 1.0 - left[:, 0, 0] / np.where(total > 0, total, 1.0)
    return np.asarray(np.clip(explained, 0.0, 1.0))


def shapley(r2: Floats) -> Floats:
    """Give each driver's mean gain in R² over all orders of entry (LMG, Shapley).

    Parameters
    ----------
    r2 : ndarray, shape (2^p, draws)
        As :func:`subset_r2` gives it.

    Returns
    -------
    ndarray, shape (draws, p)
        Sum over subsets S without j of |S|!(p - |S| - 1)!/p! [R²(S + j) - R²(S)]; a draw's values
        add up to its R².
    """
    p = int(np.log2(len(r2)))
    if p <= _TABLED:
        return np.asarray(r2.T @ _subset_weights(p))
    size = np.bitwise_count(np.arange(2**p)) if hasattr(np, "bitwise_count") else _bits(p)
    parts = []
    for driver in range(p):
        halves = r2.reshape(2**driver, 2, -1, r2.shape[1])
        before = size.reshape(2**driver, 2, -1)[:, 0]
        gain = halves[:, 1] - halves[:, 0]
        parts.append(np.tensordot(order_weights(p)[before], gain, axes=2))
    return np.stack(parts, axis=-1)


def order_weights(p: int) -> Floats:
    """Give the share of orders in which a given set of s others stands before a driver.

    Parameters
    ----------
    p : int
        Drivers.

    Returns
    -------
    ndarray, shape (p,)
        s!(p - s - 1)!/p! for s = 0 … p - 1.

    Examples
    --------
    >>> order_weights(3).round(4).tolist()
    [0.3333, 0.1667, 0.3333]
    """
    s = np.arange(p)
    return np.asarray(np.exp(gammaln(s + 1) + gammaln(p - s) - gammaln(p + 1)))


@lru_cache(maxsize=8)
def _subset_weights(p: int) -> Floats:
    """Give what the R² of each subset counts for each driver, shape (2^p, p)."""
    place = np.arange(2**p)
    inside = (place[:, None] >> np.arange(p - 1, -1, -1)) & 1
    size = inside.sum(axis=1)[:, None]
    weight = order_weights(p)
    gained = weight[np.clip(size - 1, 0, p - 1)]
    lost = weight[np.clip(size, 0, p - 1)]
    return np.asarray(np.where(inside == 1, gained, -lost))


def _bits(p: int) -> np.ndarray:
    sizes = np.zeros(1, dtype=np.intp)
    for _ in range(p):
        sizes = np.concatenate([sizes[:, None], sizes[:, None] + 1], axis=1).ravel()
    return sizes


def first_and_last(r2: Floats) -> tuple[Floats, Floats]:
    """Give what each driver explains alone, and what it adds to all others.

    Parameters
    ----------
    r2 : ndarray, shape (2^p, draws)

    Returns
    -------
    first, last : ndarray, shape (draws, p)
    """
    p = int(np.log2(len(r2)))
    alone = 2 ** np.arange(p - 1, -1, -1)
    return r2[alone].T, (r2[-1] - r2[len(r2) - 1 - alone]).T


def gains_in_order(correlation: Floats, orders: np.ndarray) -> Floats:
    """Give the mean gain in R² of each driver over some orders of entry.

    Parameters
    ----------
    correlation : ndarray, shape (draws, p + 1, p + 1)
        The outcome last.
    orders : ndarray of int, shape (orders, p)
        Permutations of the drivers.

    Returns
    -------
    ndarray, shape (draws, p)

    Notes
    -----
    One Cholesky factor an order: the squares of the outcome's row are the gains.
    """
    matrices = np.nan_to_num(correlation)
    n, p = len(matrices), matrices.shape[-1] - 1
    total = np.zeros((p, n))
    columns_last = np.ascontiguousarray(np.moveaxis(matrices, 0, -1))
    step = max(1, _BLOCK // (n * (p + 1) ** 2))
    for start in range(0, len(orders), step):
        some = orders[start : start + step]
        full = np.concatenate([some, np.full((len(some), 1), p)], axis=1)
        left = columns_last[full[:, :, None], full[:, None, :]]
        for place in range(p):
            pivot, row = left[:, 0, 0], left[:, 0, 1:]
            usable = pivot > COLLINEAR
            scale = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=usable)
            np.add.at(total, some[:, place], row[:, -1] ** 2 * scale)
            left = left[:, 1:, 1:] - (row * scale[:, None])[:, :, None] * row[:, None]
    return np.asarray(total.T / len(orders))


def relative_weights(correlation: Floats) -> Floats:
    """Give Johnson's relative weights, which are Genizi's measure.

    Parameters
    ----------
    correlation : ndarray, shape (draws, p + 1, p + 1)
        The outcome last.

    Returns
    -------
    ndarray, shape (draws, p)
        With the symmetric root L of the drivers' correlations and b = L^-1 r: sum over k of
        L_jk² b_k². A draw's values add up to its R².

    References
    ----------
    Johnson, J. W. (2000). A heuristic method for estimating the relative weight of predictor
    variables in multiple regression. Multivariate Behavioral Research 35, 1-19.
    doi:10.1207/S15327906MBR3501_1
    Genizi, A. (1993). Decomposition of R² in multiple regression with correlated regressors.
    Statistica Sinica 3, 407-420.
    """
    root, inverse = symmetric_roots(np.nan_to_num(correlation[:, :-1, :-1]))
    seen = (inverse @ np.nan_to_num(correlation[:, :-1, -1:]))[..., 0]
    return np.asarray(((root**2) @ (seen**2)[..., None])[..., 0])


def symmetric_roots(matrices: Floats) -> tuple[Floats, Floats]:
    """Give the symmetric root of each matrix and its (pseudo-)inverse."""
    values, vectors = np.linalg.eigh(matrices)
    kept = values > COLLINEAR
    size = np.sqrt(np.where(kept, values, 0.0))
    inverse = np.divide(1.0, size, out=np.zeros_like(size), where=kept)
    turned = np.swapaxes(vectors, -1, -2)
    return (vectors * size[..., None, :]) @ turned, (vectors * inverse[..., None, :]) @ turned


#: Gives the quadratic form of a driver, of its place and of nu.
Form = Callable[[int, float], Floats]

#: Up to so many drivers all subsets are met; beyond it, those of sampled orders.
MOST_EXACT = 12
#: Keeps the slopes of drivers that are collinear finite; it moves others by less than rounding.
_RIDGE = 1e-9


def noise_floors(
    correlation: Floats,
    *,
    shuffled: Floats,
    level: float,
    orders: np.ndarray | None = None,
    relative: bool = False,
) -> Floats:
    """Give the upper point of each driver's importance when its column is permuted.

    Parameters
    ----------
    correlation : ndarray, shape (p + 1, p + 1)
        The outcome last.
    shuffled : ndarray, shape (p, p + 1, p + 1)
        For each driver the covariance of its correlations with all columns when it is permuted
        over persons, as :func:`shuffled_covariances` gives it.
    level : float
        0.95 for the 95 % point.
    orders : ndarray of int, shape (orders, p), optional
        Sampled orders of entry to average over; without, all subsets.
    relative : bool
        For Johnson's relative weights, not Shapley values.

    Returns
    -------
    ndarray, shape (p,)

    Notes
    -----
    A permuted column x is tied to the others by chance alone: its correlations c with them and
    the outcome are about normal with mean 0 and a covariance V that the moments give. Entering
    after the set S it gains (b_S'c)² / (1 - R²_xS), where b_S takes the outcome's residual on S;
    the mean over orders is the quadratic form c'Mc, M = sum of weights x b_S b_S', and its upper
    point is that of a sum of chi-squares with the eigenvalues of MV as weights. The division is
    met by (nu - s) / nu for a set of s, with nu = 1 / V_yy, as in the partial F test.
    """
    p = len(correlation) - 1
    forms = _relative_forms(correlation) if relative else _shapley_forms(correlation, orders)
    out = np.empty(p)
    for driver in range(p):
        spread = shuffled[driver]
        nu = 1.0 / max(float(spread[-1, -1]), 1e-12)
        form = forms(driver, nu)
        values = np.real(np.linalg.eigvals(form @ spread))
        out[driver] = upper_point(np.maximum(values, 0.0), level=level)
    return np.minimum(out, 1.0)


def shuffled_covariances(
    values: Floats, *, weight: Floats, unit: np.ndarray, n_centred: int
) -> Floats:
    """Give the covariance of a column's correlations when it is permuted over sampling units.

    Parameters
    ----------
    values : ndarray, shape (n, p + 1)
        Drivers and outcome, each centred; missing answers 0.
    weight : ndarray, shape (n,)
    unit : ndarray of int, shape (n,)
        Person or cluster of each row, which keep their rows together.
    n_centred : int
        Means taken out (brands), which cost degrees of freedom.

    Returns
    -------
    ndarray, shape (p, p + 1, p + 1)
        For driver j: ((1 - icc) A + icc B) / W², where A adds the squares of the rows and B those
        of the units' sums, of standardised answers; icc is the driver's correlation between two
        rows of a unit, which the permutation keeps. With one row a unit and no weights it is
        R / (n - 1).
    """
    total = weight.sum()
    spread = np.sqrt((weight[:, None] * values**2).sum(axis=0) / total)
    z = values / np.where(spread > 0, spread, 1.0)
    weighed = z * weight[:, None]
    sums, plain, size = (np.zeros((int(unit.max()) + 1, z.shape[1])) for _ in range(3))
    np.add.at(sums, unit, weighed)
    np.add.at(plain, unit, z)
    np.add.at(size, unit, np.ones_like(z))
    pairs = (size * (size - 1)).sum(axis=0)
    squares = (z**2).sum(axis=0)
    between = (plain**2).sum(axis=0) - squares
    inner = squares / len(z)
    icc = np.clip(between / np.where(pairs > 0, pairs, 1.0) / np.where(inner > 0, inner, 1.0), 0, 1)
    freedom = len(z) / max(len(z) - n_centred, 1)
    rows_, units = weighed.T @ weighed, sums.T @ sums
    mixed = (1 - icc)[:-1, None, None] * rows_ + icc[:-1, None, None] * units
    return np.asarray(mixed / total**2 * freedom)


def upper_point(weights: Floats, *, level: float) -> float:
    """Give the upper point of a weighted sum of independent chi-squares of one degree.

    Parameters
    ----------
    weights : ndarray, >= 0
    level : float

    Returns
    -------
    float
        Of the shifted chi-square with the same first three cumulants; exact for a single weight.

    References
    ----------
    Buckley, M. J. and Eagleson, G. K. (1988). An approximation to the distribution of quadratic
    forms in normal random variables. Australian Journal of Statistics 30A, 150-159.

    Examples
    --------
    >>> round(upper_point(np.array([1.0, 0.0]), level=0.95), 4)
    3.8415
    """
    first, second, third = (float((weights**k).sum()) for k in (1, 2, 3))
    if third <= 0:
        return 0.0
    freedom = second**3 / third**2
    reach = float(chdtri(freedom, 1 - level)) - freedom
    return float(first + np.sqrt(second / freedom) * reach)


# --- quadratic forms ---------------------------------------------------------------------------


def _shapley_forms(correlation: Floats, orders: np.ndarray | None) -> Form:
    p = len(correlation) - 1
    if orders is None:
        inside = ((np.arange(2**p)[:, None] >> np.arange(p - 1, -1, -1)) & 1).astype(bool)
        size = inside.sum(axis=1)
        weight = order_weights(p)[np.minimum(size, p - 1)]
        residual = _residual_maker(correlation, inside)

        def exact(driver: int, nu: float) -> Floats:
            own = ~inside[:, driver]
            return _form(residual[own], weight[own], size[own], nu)

        return exact

    place = np.argsort(orders, axis=1)

    def sampled(driver: int, nu: float) -> Floats:
        before = place < place[:, [driver]]
        size = before.sum(axis=1)
        weight = np.full(len(before), 1.0 / len(before))
        return _form(_residual_maker(correlation, before), weight, size, nu)

    return sampled


def _form(residual: Floats, weight: Floats, size: np.ndarray, nu: float) -> Floats:
    entered = weight * nu / np.maximum(nu - size, 1.0)
    return np.asarray((residual * entered[:, None]).T @ residual)


def _residual_maker(correlation: Floats, inside: np.ndarray) -> Floats:
    """Give for each set of drivers what takes the outcome's residual on it, shape (sets, p + 1).

    Drivers outside a set get a unit row of their own and a slope of 0.
    """
    p = len(correlation) - 1
    kept = inside.astype(np.float64)
    inner = correlation[:-1, :-1] * kept[:, :, None] * kept[:, None, :]
    inner[:, np.arange(p), np.arange(p)] = 1.0 + _RIDGE
    slopes = np.linalg.solve(inner, (kept * correlation[:-1, -1])[..., None])[..., 0]
    return np.concatenate([-slopes, np.ones((len(inside), 1))], axis=1)


def _relative_forms(correlation: Floats) -> Form:
    """Give the forms of relative weights, by the first terms of the roots' expansion.

    With the others' root L and their slopes b on orthogonal axes, the permuted driver's row of
    the root is a = (I + L)^-1 c, its own slope c_y - a'b, its weight that squared plus sum a²b².
    """
    p = len(correlation) - 1

    def form(driver: int, nu: float) -> Floats:
        others = np.delete(np.arange(p), driver)
        root, inverse = symmetric_roots(correlation[np.ix_(others, others)][None])
        slopes = inverse[0] @ correlation[others, -1]
        entry = np.linalg.inv(np.eye(p - 1) + root[0])
        own = np.zeros(p + 1)
        own[others], own[-1] = -slopes @ entry, 1.0
        made = np.outer(own, own)
        made[np.ix_(others, others)] += (entry * slopes[:, None] ** 2).T @ entry
        return np.asarray(made * nu / max(nu - (p - 1) / 2, 1.0))

    return form


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


def rank_shares(draws: Floats) -> Floats:
    """Give the share of draws in which each driver has each rank.

    Parameters
    ----------
    draws : ndarray, shape (draws, p)

    Returns
    -------
    ndarray, shape (p, p)
        Driver by rank, 1 the largest; rows and columns sum to 1. Equal values share their ranks
        in the order of the drivers.
    """
    n, p = draws.shape
    rank = np.argsort(np.argsort(-draws, axis=1, kind="stable"), axis=1, kind="stable")
    place = np.arange(p) * p + rank
    counts = np.bincount(place.ravel(), minlength=p * p)
    return np.asarray(counts.reshape(p, p) / max(n, 1), dtype=np.float64)


def rank_sets(estimate: Floats, draws: Floats, *, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Give the ranks of each driver that the data do not rule out.

    Parameters
    ----------
    estimate : ndarray, shape (p,)
    draws : ndarray, shape (draws, p)
    level : float
        Chance that all sets hold the true ranks.

    Returns
    -------
    low, high : ndarray of int, shape (p,)
        Best and worst rank.

    Notes
    -----
    All pairs of drivers are compared at once: a difference is sure beyond the level's point of
    the largest studentised difference over all pairs in the draws. The best rank is one plus the
    drivers surely above, the worst p minus those surely below. Percentiles of a rank over draws
    would miss true ranks where drivers are close.

    References
    ----------
    Mogstad, M., Romano, J. P., Shaikh, A. M. and Wilhelm, D. (2024). Inference for ranks with
    applications to mobility across neighbourhoods and academic achievement across countries.
    Review of Economic Studies 91. doi:10.1093/restud/rdad006
    """
    p = len(estimate)
    if p < 2 or len(draws) < 2:
        ranks = np.ones(p, dtype=int)
        return ranks, np.full(p, p)
    first, second = np.triu_indices(p, 1)
    gaps = draws[:, first] - draws[:, second]
    moved = gaps - gaps.mean(axis=0)
    error = gaps.std(axis=0)
    usable = error > 1e-12
    scale = np.where(usable, error, 1.0)
    largest = np.where(usable, np.abs(moved) / scale, 0.0).max(axis=1)
    critical = float(np.quantile(largest, level, method="higher"))
    seen = np.where(usable, (estimate[first] - estimate[second]) / scale, 0.0)
    above = np.zeros((p, p), dtype=bool)  # [j, k]: j surely above k
    above[first, second], above[second, first] = seen > critical, seen < -critical
    return 1 + above.sum(axis=0), p - above.sum(axis=1)
