"""Partial least squares on correlation matrices, for a whole stack of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from brandkit.core.intervals import Interval, percentile_interval, t_interval
from brandkit.core.linalg import Codes, Flags, Floats, Ints
from brandkit.sampling.moments import Moments, MomentSums
from brandkit.sampling.rows import RowDraws, SurveyRows
from brandkit.satisfaction.paths.design import PathDesign

#: The largest change of a weight at which the iteration stops.
SETTLED: Final = 1e-10
MOST_ROUNDS: Final = 1000
#: A variance below this share of one is nothing but rounding.
NO_VARIANCE: Final = 1e-10
#: Part of the stack still moving at which the rest is left behind.
_THINNED: Final = 0.6


@dataclass(frozen=True, eq=False)
class PathFits:
    """Weights of the items and what follows at once, one model a matrix.

    ``weights`` (n x p) are for scores of unit variance, ``crossed`` (n x p x k) covariances of
    items with scores, ``between`` (n x k x k) correlations of scores. ``settled`` says whether no
    weight changed by 1e-10 after ``rounds``; numbers of a model that did not settle are missing.
    """

    weights: Floats
    crossed: Floats
    between: Floats
    rounds: Ints
    settled: Flags


def fit_paths(matrices: Floats, *, design: PathDesign, most_rounds: int = MOST_ROUNDS) -> PathFits:
    """Find the weights of every block's items.

    Parameters
    ----------
    matrices : ndarray, shape (n, p, p)
        Correlations of the items (covariances for unscaled items), items block by block.
    design : PathDesign
    most_rounds : int

    Returns
    -------
    PathFits
        Signs: the majority of a block's loadings is positive; where as many are negative, their
        sum is.

    Notes
    -----
    Wold's algorithm as in R's ``plspm``: scores from the weights, proxies of each block from its
    neighbours' scores (inner weights by the scheme), weights from the items' covariances with the
    proxy (mode A) or their regression (mode B). Everything is a function of the items'
    correlations, so rows are never seen again. All matrices are iterated together; those that have
    settled are left behind as the stack thins.
    """
    usable = _usable(matrices, design)
    whole = np.where(usable[:, None, None], matrices, np.eye(len(design.items)))
    solvers = _solvers(whole, design)
    weights = np.full((len(whole), len(design.items)), np.nan)
    rounds = np.full(len(whole), most_rounds, dtype=np.int64)
    settled = np.zeros(len(whole), dtype=bool)

    at, part = np.flatnonzero(usable), whole[usable]
    solvers = {block: inverse[usable] for block, inverse in solvers.items()}
    raw, old = np.ones((len(at), len(design.items))), np.full((len(at), len(design.items)), np.inf)
    for turn in range(1, most_rounds + 1):
        now, crossed, between = _scores(part, raw, design)
        now[np.isinf(now)] = np.nan  # what has left all bounds ends, and has no value
        still = np.abs(now - old).max(axis=1, initial=0.0) >= SETTLED
        done = ~still & ~settled[at]
        weights[at[done]], rounds[at[done]], settled[at[done]] = now[done], turn - 1, True
        if settled[at].all():
            break
        raw, old = _outer(crossed, _proxies(between, design), design, solvers), now
        moving = ~settled[at]
        if moving.mean() < _THINNED:
            at, part, raw, old = at[moving], part[moving], raw[moving], old[moving]
            solvers = {block: inverse[moving] for block, inverse in solvers.items()}
    fits = PathFits(*_scores(whole, weights, design), rounds, settled)
    own = own_covariances(fits.crossed, design)
    votes = np.add.reduceat(np.sign(own), design.starts, axis=1)
    sums = np.add.reduceat(own, design.starts, axis=1)
    sign = np.where((votes < 0) | ((votes == 0) & (sums < 0)), -1.0, 1.0)
    return turned(fits, sign, design)


# --- one round ---------------------------------------------------------------------------------


def _scores(matrices: Floats, raw: Floats, design: PathDesign) -> tuple[Floats, Floats, Floats]:
    """Scale weights to scores of unit variance; give items by scores, and scores by scores."""
    spread = np.zeros((*raw.shape, len(design.blocks)))
    spread[:, np.arange(raw.shape[1]), design.block_of] = raw
    crossed = matrices @ spread
    between = np.add.reduceat(raw[:, :, None] * crossed, design.starts, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 1 / np.sqrt(np.diagonal(between, axis1=1, axis2=2))
        between = between * (scale[:, :, None] * scale[:, None, :])
        return raw * scale[:, design.block_of], crossed * scale[:, None, :], between


def _proxies(between: Floats, design: PathDesign) -> Floats:
    """Give the inner weights, shape (n, k, k): of each block's score (row) in a proxy (column)."""
    linked = design.inner | design.inner.T
    if design.scheme == "centroid":
        return np.asarray(np.sign(between) * linked)
    inner = between * linked
    if design.scheme == "path":
        last = np.moveaxis(between, 0, -1)
        for target in np.flatnonzero(design.inner.any(axis=1)).tolist():
            sources = np.flatnonzero(design.inner[target])
            inner[:, sources, target] = regression(
                last[np.ix_(sources, sources)], last[sources, target]
            ).T
    return inner


def _outer(
    crossed: Floats, inner: Floats, design: PathDesign, solvers: dict[int, Floats]
) -> Floats:
    """Give new weights from the items' covariances with the proxy of their block."""
    raw = np.asarray(np.einsum("npk,nkp->np", crossed, inner[:, :, design.block_of]))
    for block, inverse in solvers.items():
        items = design.items_of(block)
        raw[:, items] = (inverse @ raw[:, items, None])[:, :, 0]
    return raw


def regression(among: Floats, with_target: Floats) -> Floats:
    """Solve small sets of normal equations, one a draw.

    Parameters
    ----------
    among : ndarray, shape (q, q, n)
        Correlations of the predictors; draws last, so that each step is one pass over draws.
    with_target : ndarray, shape (q, n)

    Returns
    -------
    ndarray, shape (q, n)
        Coefficients; missing where the predictors determine each other.
    """
    left, right = among.copy(), with_target.copy()
    q = len(right)
    with np.errstate(divide="ignore", invalid="ignore"):
        for pivot in range(q):
            size = left[pivot, pivot]
            size = np.where(size > NO_VARIANCE, size, np.nan)
            for row in range(pivot + 1, q):
                share = left[row, pivot] / size
                left[row, pivot + 1 :] -= share * left[pivot, pivot + 1 :]
                right[row] -= share * right[pivot]
            left[pivot, pivot] = size
        for row in range(q - 1, -1, -1):
            for known in range(row + 1, q):
                right[row] -= left[row, known] * right[known]
            right[row] /= left[row, row]
    return right


# --- what can be fitted, and which way it points -----------------------------------------------


def _usable(matrices: Floats, design: PathDesign) -> Flags:
    """Say which matrices are whole and let every block in mode B be solved."""
    whole = np.isfinite(matrices).all(axis=(1, 2))
    usable = np.asarray(whole & (np.diagonal(matrices, axis1=1, axis2=2) > 0).all(axis=1))
    for block in np.flatnonzero(design.formative).tolist():
        items = design.items_of(block)
        part = np.where(
            usable[:, None, None], matrices[:, items, items], np.eye(int(design.sizes[block]))
        )
        usable &= np.linalg.eigvalsh(part)[:, 0] > NO_VARIANCE * np.trace(part, axis1=1, axis2=2)
    return usable


def _solvers(matrices: Floats, design: PathDesign) -> dict[int, Floats]:
    """Invert the correlations within each block in mode B."""
    items = {at: design.items_of(at) for at in np.flatnonzero(design.formative).tolist()}
    return {at: np.asarray(np.linalg.inv(matrices[:, own, own])) for at, own in items.items()}


def own_covariances(crossed: Floats, design: PathDesign) -> Floats:
    """Give each item's covariance with the score of its own block, shape (n, p)."""
    return np.asarray(crossed[:, np.arange(len(design.items)), design.block_of])


def turned(fits: PathFits, sign: Floats, design: PathDesign) -> PathFits:
    """Turn scores by their signs, shape (n, k)."""
    return PathFits(
        fits.weights * sign[:, design.block_of],
        fits.crossed * sign[:, None, :],
        fits.between * (sign[:, :, None] * sign[:, None, :]),
        fits.rounds,
        fits.settled,
    )


@dataclass(frozen=True, eq=False)
class ItemMoments:
    """What n path models are computed from.

    ``matrices`` (n x p x p) are correlations, or covariances of unscaled items; ``spreads`` (n x p)
    by what an item is divided before weights apply: its standard deviation, or 1.
    """

    matrices: Floats
    means: Floats
    spreads: Floats


@dataclass(frozen=True, eq=False)
class MomentSource:
    """How answers are brought to the matrices that path models are made of.

    Items are standardised where ``scaled``, centred in the groups of column ``within`` first, and
    each pair of items uses the rows that have both where ``pairwise``.
    """

    rows: SurveyRows
    scaled: bool = True
    within: str | None = None
    pairwise: bool = False

    def moments(self, items: Sequence[str], plan: RowDraws | None = None) -> Moments:
        """Reduce the rows to moments, by group of draws where there is a plan."""
        cells = [] if self.within is None else [self.within]
        return self.rows.moments(items, cells=cells, drawn=plan, pairwise=self.pairwise)

    def of_sample(self, items: Sequence[str]) -> ItemMoments:
        """Give the moments of the sample."""
        return self.items(self.moments(items).sums())

    def items(self, sums: MomentSums) -> ItemMoments:
        """Bring weighted sums, of the sample or a stack of draws, to correlations and means."""
        p = len(sums.columns)
        pooled = sums if self.within is None else sums.pooled()
        centred = pooled if self.within is None else sums.within()
        means = pooled.means().reshape(-1, p)
        if not self.scaled:
            return ItemMoments(centred.covariance().reshape(-1, p, p), means, np.ones_like(means))
        correlation = centred.correlation().reshape(-1, p, p)
        variance = np.diagonal(centred.covariance().reshape(-1, p, p), axis1=1, axis2=2)
        # a constant item may come out a rounding below 0; its correlations are missing anyway
        return ItemMoments(correlation, means, np.sqrt(np.maximum(variance, 0.0)))


def corrected_interval(
    estimate: Floats, *, draws: Floats, level: float = 0.95, stretch: float = 1.0
) -> Interval:
    """Give percentiles of the draws, moved by how far their middle lies from the estimate.

    Composites find paths and explained variance the larger the smaller the sample; draws are such
    samples of the sample, and plain percentiles carry the shift twice [.80 to .89 at 30 persons
    where these have .94].

    Parameters
    ----------
    estimate : ndarray, shape (m,)
    draws : ndarray, shape (draws, m)
        Without missing values.
    level : float
    stretch : float, default 1.0
        By what both ends are moved out from the estimate where few clusters were drawn.

    Returns
    -------
    Interval
        Percentiles at Phi(2 z0 -/+ z), z0 the normal quantile of the share of draws below the
        estimate. Where all draws are alike, both ends are.

    References
    ----------
    Efron, B. (1981). Nonparametric standard errors and confidence intervals. Canadian Journal of
    Statistics 9(2). doi:10.2307/3314608

    Examples
    --------
    >>> even = np.arange(-100.0, 101)[:, None]
    >>> low, high = corrected_interval(np.zeros(1), draws=even, level=0.9)
    >>> low.round(1).tolist(), high.round(1).tolist()
    ([-90.9], [90.9])
    """
    n = len(draws)
    ranked = np.sort(draws, axis=0)
    below = (draws < estimate).mean(axis=0) + (draws == estimate).mean(axis=0) / 2
    shift = 2 * ndtri(np.clip(below, 1 / (n + 1), n / (n + 1)))
    reach = ndtri((1 + level) / 2)
    low, high = (_at(ranked, ndtr(shift + side * reach)) for side in (-1, 1))
    if stretch <= 1:
        return Interval(low, high)
    return Interval(*(estimate + stretch * (end - estimate) for end in (low, high)))


def _at(ranked: Floats, share: Floats) -> Floats:
    """Read percentiles at share (n + 1), another one in each column."""
    place = np.clip(share * (len(ranked) + 1) - 1, 0, len(ranked) - 1)
    under = np.floor(place).astype(np.intp)
    over = np.minimum(under + 1, len(ranked) - 1)
    first, second = (np.take_along_axis(ranked, at[None], axis=0)[0] for at in (under, over))
    return np.asarray(first + (place - under) * (second - first))


def ratio_interval(
    estimate: Floats, *, draws: Floats, df: ArrayLike, level: float = 0.95, stretch: float = 1.0
) -> Interval:
    """Give the interval of heterotrait-monotrait ratios.

    Noise makes absolute correlations larger, and those of draws larger still: their lower
    percentile is too high where blocks have little in common, and moving both ends, as for paths,
    leaves too many truths above [percentiles cover .41 to .91 at 30 persons, moved ones .64 to
    .86]. So the lower end is that of Student's t, the upper one the
    percentile [.87 to .93 at 30 persons, .91 to .94 at 50, .93 to .95 at 100].

    Parameters
    ----------
    estimate : ndarray, shape (m,), > 0
    draws : ndarray, shape (draws, m), > 0
    df : array_like
        Degrees of freedom of the design.
    level : float
    stretch : float, default 1.0
        By what the upper end is moved out where few clusters were drawn.

    Returns
    -------
    Interval

    Examples
    --------
    >>> ratios = np.arange(50.0, 150)[:, None] / 100
    >>> low, high = ratio_interval(np.array([0.9]), draws=ratios, df=np.inf, level=0.95)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.331], [1.475])
    """
    wide = mean_interval(estimate, draws=draws, df=df, level=level)
    high = percentile_interval(draws, level=level).high
    if stretch > 1:
        high = estimate + stretch * (high - estimate)
    return Interval(np.maximum(wide.low, 0.0), high)


def mean_interval(
    estimate: Floats, *, draws: Floats, df: ArrayLike, level: float = 0.95
) -> Interval:
    """Give the interval of means, Student's t with the spread of the draws as error.

    Examples
    --------
    >>> low, high = mean_interval(
    ...     np.array([70.0]), draws=np.array([[69.0], [71.0]]), df=np.inf, level=0.95)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([67.23], [72.77])
    """
    return t_interval(estimate, std_error=draws.std(axis=0, ddof=1), df=df, level=level)


#: Draws worked on at once: their matrices stay in the processor's cache.
CHUNK = 500


@dataclass(frozen=True, eq=False)
class PathValues:
    """Numbers of n path models, the sample or its draws.

    ``paths`` (n x paths) as declared; ``total`` effects (n x target x source); ``r2`` (n x k), 0
    where no path leads; ``loadings`` and ``weights`` (n x p); ``corrected`` (n x paths), paths
    freed of what unreliable items take off; ``htmt`` (n x k x k); ``index`` and
    ``spread`` (n x k), mean and standard deviation of scores from 0 to 100, missing without limits;
    ``parts`` (n x p), shares of items in their block's index; ``performance`` (n x p), means of
    items from 0 to 100; ``settled``, whether weights settled and coefficients are determined.
    """

    paths: Floats
    total: Floats
    r2: Floats
    loadings: Floats
    weights: Floats
    corrected: Floats
    htmt: Floats
    index: Floats
    spread: Floats
    parts: Floats
    performance: Floats
    rounds: Ints
    settled: Flags

    def chosen(self, keep: Flags) -> PathValues:
        """Keep some of the models."""
        return PathValues(**{one.name: getattr(self, one.name)[keep] for one in fields(self)})


def path_values(have: ItemMoments, *, design: PathDesign, limits: Floats) -> PathValues:
    """Fit path models to a stack of matrices.

    Parameters
    ----------
    have : ItemMoments
    design : PathDesign
    limits : ndarray, shape (p, 2)
        Ends of each item's scale; missing where unknown.

    Returns
    -------
    PathValues
    """
    return values_of(fit_paths(have.matrices, design=design), have, design, limits)


def drawn_values(
    source: MomentSource,
    moments: Moments,
    times: Floats,
    *,
    design: PathDesign,
    limits: Floats,
    sample: PathValues,
) -> tuple[PathValues, int]:
    """Fit path models to draws, each score turned the way it points in the sample.

    Returns
    -------
    PathValues
        Of every draw.
    int
        Draws in which a score had to be turned.
    """
    parts, flips = [], 0
    for start in range(0, len(times), CHUNK):
        have = source.items(moments.sums(times[start : start + CHUNK]))
        fits = fit_paths(have.matrices, design=design)
        sign = _agreement(fits, design, sample)
        flips += int((sign < 0).any(axis=1).sum())
        parts.append(values_of(turned(fits, sign, design), have, design, limits))
    joined = {
        one.name: np.concatenate([getattr(part, one.name) for part in parts])
        for one in fields(PathValues)
    }
    return PathValues(**joined), flips


def _agreement(fits: PathFits, design: PathDesign, sample: PathValues) -> Floats:
    """Say which way each score of a draw points, seen from the sample: 1 or -1."""
    alike = own_covariances(fits.crossed, design) * sample.loadings[0]
    return np.where(np.add.reduceat(alike, design.starts, axis=1) < 0, -1.0, 1.0)


def without_index(values: PathValues, blocks: Codes) -> PathValues:
    """Withhold the index of some blocks."""
    index = values.index.copy()
    index[:, blocks] = np.nan
    return replace(values, index=index)


def values_of(fits: PathFits, have: ItemMoments, design: PathDesign, limits: Floats) -> PathValues:
    """Work out paths, effects, loadings and indices from weights."""
    coefficients = coefficients_of(fits.between, design)
    paths = np.stack([coefficients[target, source] for source, target in design.paths], axis=1)
    sizes = np.sqrt(np.diagonal(have.matrices, axis1=1, axis2=2))
    with np.errstate(divide="ignore", invalid="ignore"):
        loadings = own_covariances(fits.crossed, design) / sizes
        index, spread, parts = _indices(fits.weights, have, design, limits)
        reach = limits[:, 1] - limits[:, 0]
        performance = 100 * (have.means - limits[:, 0]) / reach
        ratios = heterotrait_ratios(have.matrices, design)
    return PathValues(
        paths=paths,
        total=_total(coefficients, design),
        r2=explained_by(coefficients, fits.between),
        loadings=loadings,
        weights=fits.weights,
        corrected=corrected_paths(fits, have, design),
        htmt=ratios,
        index=index,
        spread=spread,
        parts=parts,
        performance=performance,
        rounds=fits.rounds,
        settled=fits.settled & np.isfinite(paths).all(axis=1),
    )


def coefficients_of(between: Floats, design: PathDesign) -> Floats:
    """Regress each score on those that lead to it, shape (k, k, n): target, source, draw."""
    last = np.ascontiguousarray(np.moveaxis(between, 0, -1))
    found = np.zeros_like(last)
    for target in np.flatnonzero(design.inner.any(axis=1)).tolist():
        sources = np.flatnonzero(design.inner[target])
        found[target, sources] = regression(last[np.ix_(sources, sources)], last[sources, target])
    return found


def reliabilities(matrices: Floats, weights: Floats, design: PathDesign) -> Floats:
    """Give each score's rho_A, shape (n, k); 1 for single items and formed blocks.

    Dijkstra and Henseler (2015), of items standardised by the square roots of the diagonals.
    """
    out = np.ones((len(matrices), len(design.blocks)))
    size = np.sqrt(np.diagonal(matrices, axis1=1, axis2=2))
    for block in np.flatnonzero(~design.formative & (design.sizes > 1)).tolist():
        items = design.items_of(block)
        s = matrices[:, items, items] / (size[:, items, None] * size[:, None, items])
        w = weights[:, items] * size[:, items]
        beside = np.einsum("ni,nij,nj->n", w, s, w) - (w**2).sum(axis=1)
        squares = (w**2).sum(axis=1)
        apart = squares**2 - (w**4).sum(axis=1)
        out[:, block] = squares**2 * beside / apart
    return out


def corrected_paths(fits: PathFits, have: ItemMoments, design: PathDesign) -> Floats:
    """Regress after dividing correlations by the scores' reliability, shape (n, paths): PLSc.

    Missing where a reliability is not above 0 or corrected correlations are those of nothing.
    """
    rho = reliabilities(have.matrices, fits.weights, design)
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(rho)
        between = fits.between / (root[:, :, None] * root[:, None, :])
    at = np.arange(between.shape[1])
    between[:, at, at] = fits.between[:, at, at]
    usable = np.isfinite(between).all(axis=(1, 2))
    between[~usable] = np.eye(len(at))
    usable &= np.linalg.eigvalsh(between)[:, 0] > 0
    between[~usable] = np.eye(len(at))
    coefficients = coefficients_of(between, design)
    paths = np.stack([coefficients[target, source] for source, target in design.paths], axis=1)
    paths[~usable] = np.nan
    return np.asarray(paths)


def direct_effects(values: PathValues, design: PathDesign) -> Floats:
    """Put path coefficients into matrices, target by source."""
    direct = np.zeros_like(values.total)
    source, target = np.array(design.paths).T
    direct[:, target, source] = values.paths
    return direct


def explained_by(coefficients: Floats, between: Floats) -> Floats:
    """Give the explained variance of each score, shape (n, k)."""
    return np.asarray(np.einsum("tsn,nts->nt", coefficients, between))


def _total(coefficients: Floats, design: PathDesign) -> Floats:
    """Add up the products of coefficients along all ways, from causes to effects."""
    total = np.zeros_like(coefficients)
    for target in design.order:
        for source in np.flatnonzero(design.inner[target]).tolist():
            step = coefficients[target, source]
            total[target] += step * total[source]
            total[target, source] += step
    return np.moveaxis(total, -1, 0)


def _indices(
    weights: Floats, have: ItemMoments, design: PathDesign, limits: Floats
) -> tuple[Floats, Floats, Floats]:
    """Give the mean score on 0-100, its standard deviation, and what each item adds to it."""
    low, reach = limits[:, 0], limits[:, 1] - limits[:, 0]
    on_answers = weights / have.spreads
    span = np.add.reduceat(on_answers * reach, design.starts, axis=1)
    at = np.add.reduceat(on_answers * (have.means - low), design.starts, axis=1)
    # an unknown scale leaves the index open, not what share an item has in it
    known = np.where(np.isnan(reach), 1.0, reach)
    parts = on_answers * known
    return (
        100 * at / span,
        100 / np.abs(span),
        parts / np.add.reduceat(parts, design.starts, axis=1)[:, design.block_of],
    )


def heterotrait_ratios(matrices: Floats, design: PathDesign) -> Floats:
    """Give heterotrait-monotrait ratios of all pairs of blocks, shape (n, k, k).

    Mean absolute correlation between two blocks' items over the geometric mean of those within
    each; 1 stands for that of a block of a single item.
    """
    size = np.sqrt(np.diagonal(matrices, axis1=1, axis2=2))
    absolute = np.abs(matrices) / (size[:, :, None] * size[:, None, :])
    sums = np.add.reduceat(np.add.reduceat(absolute, design.starts, axis=1), design.starts, axis=2)
    sizes = design.sizes.astype(float)
    within = np.diagonal(sums, axis1=1, axis2=2) - sizes
    within = np.where(sizes > 1, within / np.maximum(sizes * (sizes - 1), 1), 1.0)
    root = np.sqrt(within)
    return np.asarray(sums / np.outer(sizes, sizes) / (root[:, :, None] * root[:, None, :]))


def block_quality(matrix: Floats, values: PathValues, design: PathDesign) -> dict[str, Floats]:
    """Give mean squared loading, alpha of standardised items, rho_A and composite reliability.

    Each of shape (k,). None for a block in mode B; a block of one item has an ``ave`` of 1 alone.
    """
    size = np.sqrt(np.diagonal(matrix))
    correlation = matrix / np.outer(size, size)
    quality = np.full((4, len(design.blocks)), np.nan)
    rho_a = reliabilities(matrix[None], values.weights[:1], design)[0]
    for block in np.flatnonzero(~design.formative).tolist():
        items, m = design.items_of(block), int(design.sizes[block])
        loading = values.loadings[0, items]
        quality[0, block] = np.mean(loading**2)
        if m > 1:
            alpha = m / (m - 1) * (1 - m / correlation[items, items].sum())
            total = loading.sum() ** 2
            rho_c = total / (total + np.sum(1 - loading**2))
            quality[1:, block] = alpha, rho_a[block], rho_c
    return dict(zip(("ave", "alpha", "rho_a", "rho_c"), quality, strict=True))


def effect_sizes(matrix: Floats, values: PathValues, design: PathDesign) -> Floats:
    """Give Cohen's f2 of each path of one model.

    What explained variance the path adds, over what stays unexplained. As in R's ``seminr`` the
    model without the path is fitted anew, so its weights may differ.
    """
    found = []
    for at, (_, target) in enumerate(design.paths):
        r2, without = values.r2[0, target], 0.0
        if design.inner[target].sum() > 1:
            rest = design.without_path(at)
            stays = np.isin(design.items, rest.items)
            fits = fit_paths(matrix[np.ix_(stays, stays)][None], design=rest)
            explained = explained_by(coefficients_of(fits.between, rest), fits.between)
            without = explained[0, rest.blocks.index(design.blocks[target])]
        found.append((r2 - without) / (1 - r2))
    return np.array(found)


def goodness_of_fit(values: PathValues, design: PathDesign) -> float:
    """Give the geometric mean of the mean communality and the mean explained variance.

    Blocks of one item, which explain themselves, are left out of the first.
    """
    many = (design.sizes > 1)[design.block_of]
    if not many.any():
        return float("nan")
    explained = values.r2[0, design.inner.any(axis=1)]
    return float(np.sqrt(np.mean(values.loadings[0, many] ** 2) * np.mean(explained)))
