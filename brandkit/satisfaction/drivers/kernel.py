"""Importances from correlations: the sample's, those of draws, noise floors, slopes and ranks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import chdtri, gammaln, ndtr, ndtri, stdtrit

from brandkit.core.intervals import Interval, percentile_interval
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.sampling.draws import MOST_GROUPS
from brandkit.sampling.rows import SurveyRows
from brandkit.satisfaction.fitting import cell_codes, centred_values, correlations
from brandkit.satisfaction.scores.pooling import FEWEST, morris_pooled, reml

Method = Literal["shapley", "johnson"]

#: A driver that the others explain up to this part adds nothing: what is left is rounding.
COLLINEAR: Final = 1e-9
#: Up to so many drivers all subsets are met; beyond it, those of sampled orders.
MOST_EXACT: Final = 12
#: Orders of entry that stand for all where drivers are many: half drawn, half these reversed.
SAMPLED_ORDERS: Final = 100
#: Numbers held at once while subsets are worked through; larger blocks leave the cache.
_BLOCK: Final = 2_000_000
#: Numbers held at once while labels are permuted.
_LABELS: Final = 4_000_000
#: Keeps the slopes of drivers that are collinear finite; it moves others by less than rounding.
_RIDGE: Final = 1e-9


# --- importances ---------------------------------------------------------------------------------


def subset_r2(correlation: Floats) -> Floats:
    """Give R² of the outcome on every subset of the drivers, shape (2^p, draws).

    ``correlation`` has shape (draws, p + 1, p + 1), the outcome last; missing ones count as 0. The
    subset of place s holds driver j where bit p - 1 - j of s is set. Drivers are met one after the
    other: each splits the subsets so far into those without and with it, by one sweep.
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
    left = np.ascontiguousarray(np.moveaxis(matrices, 0, -1))[None]
    own = np.stack([np.diagonal(matrix) for matrix in matrices], axis=-1)  # (p + 1, draws)
    for driver in range(matrices.shape[-1] - 1):
        rest, taken = left[:, 1:, 1:], _taken(left, COLLINEAR * own[driver])
        both = np.empty((len(rest), 2, *rest.shape[1:]))
        both[:, 0] = rest
        np.subtract(rest, taken, out=both[:, 1])
        left = both.reshape(-1, *rest.shape[1:])
    explained = 1.0 - left[:, 0, 0] / np.where(own[-1] > 0, own[-1], 1.0)
    return np.asarray(np.clip(explained, 0.0, 1.0))


def _taken(left: Floats, least: Floats | float) -> Floats:
    """Give what the first variable explains of the others' covariances, shape (…, q, q, draws)."""
    pivot, row = left[:, 0, 0], left[:, 0, 1:]
    scale = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > least)
    return np.asarray((row * scale[:, None])[:, :, None] * row[:, None])


def order_weights(p: int) -> Floats:
    """Give the share of orders in which a given set of s = 0 … p - 1 others precedes a driver.

    Examples
    --------
    >>> order_weights(3).round(4).tolist()
    [0.3333, 0.1667, 0.3333]
    """
    s = np.arange(p)
    return np.asarray(np.exp(gammaln(s + 1) + gammaln(p - s) - gammaln(p + 1)))


def shapley(r2: Floats) -> Floats:
    """Give each driver's mean gain in R² over all orders of entry (LMG), shape (draws, p).

    ``r2`` as :func:`subset_r2` gives it: sum over subsets S without j of
    |S|!(p - |S| - 1)!/p! [R²(S + j) - R²(S)]. A draw's values add up to its R².
    """
    p = int(np.log2(len(r2)))
    inside = _subsets(p)
    size = inside.sum(axis=1)
    gained = order_weights(p)[np.maximum(size - 1, 0)]
    lost = -order_weights(p)[np.minimum(size, p - 1)]
    return np.stack([np.where(own, gained, lost) @ r2 for own in inside.T], axis=-1)


def _subsets(p: int) -> Flags:
    """Give which drivers each subset holds, shape (2^p, p)."""
    return np.asarray((np.arange(2**p)[:, None] >> np.arange(p - 1, -1, -1)) & 1, dtype=bool)


def first_and_last(r2: Floats) -> tuple[Floats, Floats]:
    """Give what each driver explains alone, and what it adds to all others, shape (draws, p)."""
    alone = 2 ** np.arange(int(np.log2(len(r2))) - 1, -1, -1)
    return r2[alone].T, (r2[-1] - r2[len(r2) - 1 - alone]).T


def gains_in_order(correlation: Floats, orders: Codes) -> Floats:
    """Give the mean gain in R² over some orders of entry (orders, p), shape (draws, p).

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
            taken = _taken(left, COLLINEAR)
            np.add.at(total, some[:, place], taken[:, -1, -1])
            left = left[:, 1:, 1:] - taken
    return np.asarray(total.T / len(orders))


def relative_weights(correlation: Floats) -> Floats:
    """Give Johnson's relative weights, which are Genizi's measure, shape (draws, p).

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
    root, inverse = _symmetric_roots(np.nan_to_num(correlation[:, :-1, :-1]))
    slope = inverse @ np.nan_to_num(correlation[:, :-1, -1:])
    return np.asarray((root**2 @ slope**2)[..., 0])


def _symmetric_roots(matrices: Floats) -> tuple[Floats, Floats]:
    """Give the symmetric root of each matrix and its (pseudo-)inverse."""
    values, vectors = np.linalg.eigh(matrices)
    kept = values > COLLINEAR
    size = np.sqrt(np.where(kept, values, 0.0))
    inverse = np.divide(1.0, size, out=np.zeros_like(size), where=kept)
    turned = np.swapaxes(vectors, -1, -2)
    return (vectors * size[..., None, :]) @ turned, (vectors * inverse[..., None, :]) @ turned


@dataclass(frozen=True, eq=False)
class Measure:
    """How importance is computed from correlations."""

    method: Method
    orders: Codes | None = None

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


# --- noise floors --------------------------------------------------------------------------------


def noise_floors(
    correlation: Floats, *, shuffled: Floats, level: float, measure: Measure
) -> Floats:
    """Give the upper point of each driver's importance when its column is permuted, shape (p,).

    Parameters
    ----------
    correlation : ndarray, shape (p + 1, p + 1)
        The outcome last.
    shuffled : ndarray, shape (p, p + 1, p + 1)
        For each driver the covariance of its correlations with all columns when it is permuted
        over persons, as :func:`shuffled_covariances` gives it.

    Notes
    -----
    A permuted column x is tied to the others by chance alone: its correlations c with them and
    the outcome are about normal with mean 0 and a covariance V that the moments give. Entering
    after the set S it gains (b_S'c)² / (1 - R²_xS), where b_S takes the outcome's residual on S;
    the mean over orders is the quadratic form c'Mc, M = sum of weights x b_S b_S', and its upper
    point is that of a sum of chi-squares with the eigenvalues of MV as weights. The division is
    met by (nu - s) / nu for a set of s, with nu = 1 / V_yy, as in the partial F test.
    """
    p, orders, points = len(correlation) - 1, measure.orders, []
    exact = measure.method == "shapley" and orders is None
    inside = _subsets(p) if exact else np.zeros((0, p), dtype=bool)
    residual = _residual_maker(correlation, inside)
    for driver, spread in enumerate(shuffled):
        nu = 1.0 / max(float(spread[-1, -1]), 1e-12)
        if measure.method == "johnson":
            form = _relative_form(correlation, driver, nu)
        elif orders is None:
            others = ~inside[:, driver]
            size = inside[others].sum(axis=1)
            form = _form(residual[others], order_weights(p)[size], size, nu)
        else:
            place = np.argsort(orders, axis=1)
            before = place < place[:, [driver]]
            even = np.full(len(before), 1.0 / len(before))
            form = _form(_residual_maker(correlation, before), even, before.sum(axis=1), nu)
        values = np.maximum(np.real(np.linalg.eigvals(form @ spread)), 0.0)
        points.append(upper_point(values, level=level))
    return np.minimum(points, 1.0)


def shuffled_covariances(values: Floats, *, weight: Floats, unit: Codes, n_centred: int) -> Floats:
    """Give the covariance of a column's correlations when it is permuted over sampling units.

    ``values`` (n, p + 1) are centred, missing answers 0; ``n_centred`` means were taken out. For
    driver j: ((1 - icc) A + icc B) / W², shape (p, p + 1, p + 1), where A adds the squares of the
    rows and B those of the units' sums, of standardised answers; icc is the driver's correlation
    between two rows of a unit, which the permutation keeps. With one row a unit and no weights it
    is R / (n - 1).
    """
    total = weight.sum()
    spread = np.sqrt((weight[:, None] * values**2).sum(axis=0) / total)
    z = values / np.where(spread > 0, spread, 1.0)
    weighed = z * weight[:, None]
    sums, plain = (np.zeros((int(unit.max()) + 1, z.shape[1])) for _ in range(2))
    np.add.at(sums, unit, weighed)
    np.add.at(plain, unit, z)
    size = np.bincount(unit)
    pairs = float((size * (size - 1)).sum())
    squares = (z**2).sum(axis=0)
    between = ((plain**2).sum(axis=0) - squares) / (pairs or 1.0)
    icc = np.clip(between / np.where(squares > 0, squares / len(z), 1.0), 0, 1)[:-1, None, None]
    mixed = (1 - icc) * (weighed.T @ weighed) + icc * (sums.T @ sums)
    return np.asarray(mixed / total**2 * (len(z) / max(len(z) - n_centred, 1)))


def upper_point(weights: Floats, *, level: float) -> float:
    """Give the upper point of a weighted sum of independent chi-squares of one degree.

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


def _form(residual: Floats, weight: Floats, size: Codes, nu: float) -> Floats:
    entered = weight * nu / np.maximum(nu - size, 1.0)
    return np.asarray((residual * entered[:, None]).T @ residual)


def _residual_maker(correlation: Floats, inside: Flags) -> Floats:
    """Give for each set of drivers what takes the outcome's residual on it, shape (sets, p + 1).

    Drivers outside a set get a unit row of their own and a slope of 0.
    """
    p = len(correlation) - 1
    kept = inside.astype(np.float64)
    inner = correlation[:-1, :-1] * kept[:, :, None] * kept[:, None, :]
    inner[:, np.arange(p), np.arange(p)] = 1.0 + _RIDGE
    slope = np.linalg.solve(inner, (kept * correlation[:-1, -1])[..., None])[..., 0]
    return np.concatenate([-slope, np.ones((len(inside), 1))], axis=1)


def _relative_form(correlation: Floats, driver: int, nu: float) -> Floats:
    """Give the form of a driver's relative weight, by the first terms of the root's expansion.

    With the others' root L and their slopes b on orthogonal axes, the permuted driver's row of
    the root is a = (I + L)^-1 c, its own slope c_y - a'b, its weight that squared plus sum a²b².
    """
    p = len(correlation) - 1
    others = np.delete(np.arange(p), driver)
    root, inverse = _symmetric_roots(correlation[np.ix_(others, others)][None])
    slope = inverse[0] @ correlation[others, -1]
    entry = np.linalg.inv(np.eye(p - 1) + root[0])
    own = np.zeros(p + 1)
    own[others], own[-1] = -slope @ entry, 1.0
    matrix = np.outer(own, own)
    matrix[np.ix_(others, others)] += (entry * slope[:, None] ** 2).T @ entry
    return np.asarray(matrix * nu / max(nu - (p - 1) / 2, 1.0))


# --- one group of rows ---------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Estimates:
    """Importances of one group of rows, with all that their doubt is read from.

    Parameters
    ----------
    importance, first, last : ndarray, shape (p,)
    r2 : float
    draws : ndarray, shape (draws, p)
        Draws in which the outcome does not vary are missing.
    floor : ndarray, shape (p,)
    n_effective : float
        Rows a simple sample would need for a chance correlation of the same spread.
    stretch : float
        By what intervals are wider where few clusters were drawn (``SurveyRows.stretch``).
    """

    importance: Floats
    first: Floats
    last: Floats
    r2: float
    draws: Floats
    floor: Floats
    n_effective: float
    stretch: float = 1.0

    @property
    def usable(self) -> Floats:
        """The draws that gave values."""
        return np.asarray(self.draws[~np.isnan(self.draws).any(axis=1)])

    def interval(self, level: float, *, of_all: bool = False) -> Interval:
        """Give percentile intervals, widened as t is to normal where persons or clusters are few.

        Of the importances, or of their sum.

        References
        ----------
        Hesterberg, T. (2015). What teachers should know about the bootstrap. The American
        Statistician 69, 371-386. doi:10.1080/00031305.2015.1089789
        """
        df = max(self.n_effective - 1 - len(self.importance), 2.0)
        reach = float(stdtrit(df, (1 + level) / 2)) * np.sqrt(1 + 1 / df)
        values = self.draws.sum(axis=1) if of_all else self.draws
        centre = self.importance.sum() if of_all else self.importance
        ends = percentile_interval(values, level=2 * float(ndtr(reach)) - 1)
        more = self.stretch * float(ndtri((1 + level) / 2)) / reach
        if more <= 1:
            return ends
        low, high = (np.clip(centre + more * (end - centre), 0.0, 1.0) for end in ends)
        return Interval(low, high)


def estimates(
    sample: Floats,
    drawn: Floats,
    *,
    measure: Measure,
    shuffled: Floats,
    level: float,
    stretch: float = 1.0,
) -> Estimates:
    """Compute importances of one group from its covariances, the outcome last.

    ``sample`` has shape (p + 1, p + 1), ``drawn`` (draws, p + 1, p + 1); ``shuffled`` are the
    covariances of a permuted driver's correlations.
    """
    correlation = np.nan_to_num(correlations(sample))
    r2 = subset_r2(correlation[None])
    first, last = first_and_last(r2)
    shares = shapley(r2) if measure.method == "shapley" else measure.exact(correlation[None])
    draws = measure.of_draws(correlations(drawn), correlation, shares[0])
    draws = np.where(drawn[:, -1, -1, None] <= 0, np.nan, draws)
    floor = noise_floors(correlation, shuffled=shuffled, level=level, measure=measure)
    n_effective = 1 / max(float(np.median(shuffled[:, -1, -1])), 1e-12)
    return Estimates(
        shares[0], first[0], last[0], float(r2[-1, 0]), draws, floor, n_effective, stretch
    )


def shuffled_of(
    rows: SurveyRows, *cells: str | None, inside: Flags | None = None
) -> tuple[Floats, Floats]:
    """Give centred answers and the covariances of permuted drivers' correlations with them."""
    values = centred_values(rows, *cells)
    keep = np.ones(len(rows), dtype=bool) if inside is None else inside
    n_cells = len(np.unique(cell_codes(rows, *cells)[keep]))
    unit = np.unique(rows.unit[keep], return_inverse=True)[1].reshape(-1)
    weight = rows.weight[keep]
    return values, shuffled_covariances(values[keep], weight=weight, unit=unit, n_centred=n_cells)


# --- slopes and ranks ----------------------------------------------------------------------------


def slopes(covariance: Floats, spread: Floats) -> Floats:
    """Give least-squares slopes in the columns' own units, shape (..., p)."""
    inner = covariance[..., :-1, :-1]
    size = np.diagonal(inner, axis1=-2, axis2=-1)
    inner = inner + COLLINEAR * 1e-3 * np.eye(inner.shape[-1]) * np.maximum(size, 1e-9)[..., None]
    slope = np.linalg.solve(inner, covariance[..., :-1, -1:])[..., 0]
    return np.asarray(slope * spread[-1] / spread[:-1])


def slope_covariance(rows: SurveyRows, values: Floats, slope: Floats) -> Floats:
    """Give the design covariance of slopes on centred ``values`` (n, p + 1) by linearisation.

    References
    ----------
    Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex
    surveys. International Statistical Review 51, 279-292. doi:10.2307/1402588
    """
    x, residual = values[:, :-1], values[:, -1] - values[:, :-1] @ slope
    inner = (x * rows.weight[:, None]).T @ x
    return rows.covariance((x * residual[:, None]) @ np.linalg.pinv(inner, hermitian=True))


def dependent_drivers(correlation: Floats) -> list[tuple[int, list[int]]]:
    """Find drivers that others determine: its place, and the places of those that do.

    Examples
    --------
    >>> dependent_drivers(np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    [(1, [0])]
    """
    free: list[int] = []
    dependent: list[tuple[int, list[int]]] = []
    for driver in range(len(correlation)):
        own, tie = correlation[driver, driver], correlation[free, driver]
        slope = np.linalg.solve(correlation[np.ix_(free, free)], tie)
        if own <= 0 or own - tie @ slope > COLLINEAR * own:
            free.append(driver)
        else:
            dependent.append((driver, [free[at] for at in np.flatnonzero(np.abs(slope) > 1e-6)]))
    return dependent


def rank_shares(draws: Floats) -> Floats:
    """Give the share of draws (draws, p) in which each driver has each rank, shape (p, p).

    Driver by rank, 1 the largest; rows and columns sum to 1. Equal values share their ranks in
    the order of the drivers.
    """
    n, p = draws.shape
    rank = np.argsort(np.argsort(-draws, axis=1, kind="stable"), axis=1, kind="stable")
    counts = np.bincount((np.arange(p) * p + rank).ravel(), minlength=p * p)
    return np.asarray(counts.reshape(p, p) / max(n, 1), dtype=np.float64)


def rank_sets(
    estimate: Floats, draws: Floats, *, level: float, stretch: float = 1.0
) -> tuple[Codes, Codes]:
    """Give the best and worst rank of each driver that the data do not rule out, shape (p,).

    All sets hold the true ranks together with the chance ``level``; distances between drivers
    count ``stretch`` times less.

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
        return np.ones(p, dtype=int), np.full(p, p)
    first, second = np.triu_indices(p, 1)
    gaps = draws[:, first] - draws[:, second]
    error = gaps.std(axis=0)
    usable = error > 1e-12
    scale = np.where(usable, error, 1.0)
    # the same factor on all: the point that studentised draws reach does not move
    largest = np.where(usable, np.abs(gaps - gaps.mean(axis=0)) / scale, 0.0).max(axis=1)
    critical = float(np.quantile(largest, level, method="higher"))
    distance = np.where(usable, (estimate[first] - estimate[second]) / (stretch * scale), 0.0)
    above = np.zeros((p, p), dtype=bool)  # [j, k]: j surely above k
    above[first, second], above[second, first] = distance > critical, distance < -critical
    return 1 + above.sum(axis=0), p - above.sum(axis=1)


# --- groups of rows: drawn to their mean, and tested for being alike -----------------------------


def pooled_importance(kept: list[Estimates], persons: Floats) -> Floats:
    """Draw importances of groups to their mean, from four groups on, shape (groups, p).

    As :func:`brandkit.satisfaction.partial_pooling` pools, with one variance a person for all
    groups: an importance that came out low has a variance that came out low, and its own would
    draw all groups towards the lowest.
    """
    importance = np.stack([group.importance for group in kept])
    draws = np.stack([group.draws for group in kept], axis=1)
    draws = draws[~np.isnan(draws).any(axis=(1, 2))]
    if len(kept) < FEWEST or len(draws) < 2:
        return np.full(importance.shape, np.nan)
    each = (draws.var(axis=0, ddof=1) * persons[:, None]).mean(axis=0)
    variance = np.maximum(each[:, None] / persons, 1e-12)
    between = reml(importance.T, variance=variance)
    return np.asarray(morris_pooled(importance.T, variance=variance, between=between).value.T)


@dataclass(frozen=True, eq=False)
class GroupedAnswers:
    """Responses of groups whose importances are compared.

    Parameters
    ----------
    values : ndarray, shape (n, p + 1)
        Drivers and outcome, centred within each group and brought to one scale; missing ones 0.
    weight : ndarray, shape (n,)
        Of mean 1 within each group, so that mixing groups mixes no levels of weight.
    group : ndarray of int, shape (n,)
    unit : ndarray of int, shape (n,)
        Persons or clusters, numbered in an order that neither rows nor names decide.
    """

    values: Floats
    weight: Floats
    group: Codes
    unit: Codes

    @property
    def n_groups(self) -> int:
        """Groups."""
        return int(self.group.max()) + 1


class Equality(NamedTuple):
    """Differences of each driver's importance over groups, and of all drivers together last."""

    statistic: Floats  # (p + 1,)
    p_value: Floats  # (p + 1,)


def equality_test(
    answers: GroupedAnswers, importance: Callable[[Floats], Floats], permutations: int, *, seed: int
) -> Equality:
    """Test whether importances are the same in all groups, by permuting persons' groups.

    ``importance`` takes correlation matrices (draws, p + 1, p + 1), gives importances (draws, p).
    Each statistic is over its mean under permutation: about 1 where groups are alike.

    Notes
    -----
    Q = sum over groups of n_g (importance - mean)² about the mean weighted with n_g, the group's
    effective number of units; for all drivers, the sum of Q over their means. A unit keeps its
    answers and gets the group of another; one with several groups (a person who rated three
    banks) gets those of another with as many, in random order. p = (1 + #) / (1 + permutations).
    Under the null the groups' answers follow one pattern once each is centred and scaled.
    """
    moments, unit, group = _blocks(answers)
    totals = np.zeros((answers.n_groups, int(answers.unit.max()) + 1))
    np.add.at(totals, (answers.group, answers.unit), answers.weight)
    size = totals.sum(axis=1) ** 2 / (totals**2).sum(axis=1)  # Kish's number of units

    def spread(labels: Codes) -> Floats:
        correlation = _group_correlations(moments, labels, len(size))
        some, n_groups, q, _ = correlation.shape
        values = importance(correlation.reshape(-1, q, q)).reshape(some, n_groups, q - 1)
        mean = (size[:, None] * values).sum(axis=1, keepdims=True) / size.sum()
        return np.asarray((size[:, None] * (values - mean) ** 2).sum(axis=1))

    step = max(1, _LABELS // (len(moments) * 4))
    steps = [min(step, permutations - start) for start in range(0, permutations, step)]
    rng = np.random.default_rng([seed, 11])
    chance = np.concatenate([spread(labels) for labels in _permuted(unit, group, steps, rng=rng)])
    seen = spread(group[None])
    # the sample is one of the labellings: left out of the mean, the test would reject too often
    usual = np.maximum(np.concatenate([seen, chance]).mean(axis=0), 1e-300)
    seen, chance = (
        np.concatenate([part, part.sum(axis=1, keepdims=True)], axis=1)
        for part in (seen / usual, chance / usual)
    )
    reached = (chance >= seen * (1 - 1e-12)).sum(axis=0)
    return Equality(seen[0], (1 + reached) / (1 + permutations))


def on_one_scale(values: Floats, *, weight: Floats, group: Codes) -> Floats:
    """Scale answers (n, p + 1), centred by group, so that groups of unlike spread can be mixed.

    Divided by each group's standard deviation, drawn to that of all groups as far as chance
    explains their differences: groups scaled by their own outliers would not be exchangeable any
    more, and the test rejected 6.2 % instead of 5 % where tails are heavy.
    """
    n_groups = int(group.max()) + 1
    total = np.bincount(group, weights=weight, minlength=n_groups)
    power = np.zeros((2, n_groups, values.shape[1]))
    for k in (0, 1):
        np.add.at(power[k], group, weight[:, None] * values ** (2 * k + 2))
    second, fourth = power / total[:, None]
    square = np.where(second > 0, second, 1.0)
    size = total**2 / np.bincount(group, weights=weight**2, minlength=n_groups)
    # the variance of the logarithm of a standard deviation
    tail = np.maximum((fourth / square**2).mean(axis=0) - 1, 0.5)
    variance = tail[:, None] / (4 * size)
    log = np.log(square).T / 2
    between = reml(log, variance=variance)[:, None]
    own = 1 / (variance + between)
    mean = (own * log).sum(axis=1, keepdims=True) / own.sum(axis=1, keepdims=True)
    kept = mean + between / (between + variance) * (log - mean)
    return np.asarray(values / np.exp(kept.T)[group])


def _blocks(answers: GroupedAnswers) -> tuple[Floats, Codes, Codes]:
    """Add up each unit's rows of one group: moments, unit and group of each block, by unit."""
    place = answers.unit * answers.n_groups + answers.group
    cell, block = np.unique(place, return_inverse=True)
    z, (one, other) = answers.values, np.triu_indices(answers.values.shape[1])
    products = np.concatenate([np.ones((len(z), 1)), z, z[:, one] * z[:, other]], axis=1)
    moments = np.zeros((len(cell), products.shape[1]))
    np.add.at(moments, block.reshape(-1), products * answers.weight[:, None])
    return _united(moments, cell // answers.n_groups, cell % answers.n_groups)


def _united(moments: Floats, unit: Codes, group: Codes) -> tuple[Floats, Codes, Codes]:
    """Unite units of one group into blocks of as many each, where there are very many.

    Permuting such blocks is permuting units in step: the test stays exact.
    """
    alone = np.bincount(unit)[unit] == 1
    each = int(alone.sum()) // MOST_GROUPS
    if each < 2:
        return moments, unit, group
    order = np.lexsort((unit, group))
    order = order[alone[order]]
    own = group[order]
    number = np.arange(len(own)) - np.searchsorted(own, own)  # within the group
    place = unit.copy()
    place[order] = -1 - (number // each + own * len(unit))  # below all units that stay
    key = place * (int(group.max()) + 1) + group
    cell, first, block = np.unique(key, return_index=True, return_inverse=True)
    united = np.zeros((len(cell), moments.shape[1]))
    np.add.at(united, block.reshape(-1), moments)
    return united, place[first], group[first]


def _permuted(
    unit: Codes, group: Codes, steps: list[int], *, rng: np.random.Generator
) -> Iterator[Codes]:
    """Give labels of all blocks, some permutations at a time, shape (some, blocks)."""
    first = np.flatnonzero(np.r_[True, unit[1:] != unit[:-1]])
    size = np.diff(np.r_[first, len(unit)])
    for some in steps:
        labels = np.empty((some, len(unit)), dtype=group.dtype)
        for k in np.unique(size):
            place = first[size == k][:, None] + np.arange(k)  # (units, k)
            order = np.broadcast_to(np.arange(len(place)), (some, len(place)))
            given = group[place][rng.permuted(order, axis=1)]  # (some, units, k)
            labels[:, place] = rng.permuted(given, axis=2) if k > 1 else given
        yield labels


def _group_correlations(moments: Floats, labels: Codes, n_groups: int) -> Floats:
    """Give the correlations of each group under each labelling, shape (some, groups, q, q)."""
    some, blocks = labels.shape
    # each block adds once a labelling: one sparse product, whatever the number of groups
    place = (labels + n_groups * np.arange(some)[:, None]).T.ravel()
    ends = np.arange(0, blocks * some + 1, some)
    adds = csr_matrix((np.ones(len(place)), place, ends), shape=(blocks, some * n_groups))
    sums = np.asarray(adds.T @ moments).reshape(some, n_groups, -1)
    q = round((np.sqrt(8 * moments.shape[1] + 1) - 3) / 2)  # 1 + q + q (q + 1) / 2 moments
    one, other = np.triu_indices(q)
    weight = np.where(sums[..., :1] > 0, sums[..., :1], 1.0)
    mean = sums[..., 1 : q + 1] / weight
    covariance = np.empty((*sums.shape[:-1], q, q))
    covariance[..., one, other] = covariance[..., other, one] = sums[..., q + 1 :] / weight
    return correlations(covariance - mean[..., :, None] * mean[..., None, :])
