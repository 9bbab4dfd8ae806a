"""What path models say: paths, effects, loadings and indices, for a whole stack of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.core.moments import Moments
from brandkit.satisfaction.path_design import PathDesign
from brandkit.satisfaction.path_kernel import (
    PathFits,
    fit_paths,
    own_covariances,
    regression,
    turned,
)
from brandkit.satisfaction.path_moments import ItemMoments, MomentSource

#: Draws worked on at once: their matrices stay in the processor's cache.
CHUNK = 500


@dataclass(frozen=True, eq=False)
class PathValues:
    """Numbers of n path models, the sample or its draws.

    Parameters
    ----------
    paths : ndarray, shape (n, paths)
        Coefficients, in the order declared.
    total : ndarray, shape (n, k, k)
        Total effects, ``total[:, target, source]``.
    r2 : ndarray, shape (n, k)
        Explained variance; 0 where no path leads.
    loadings : ndarray, shape (n, p)
        Correlation of each item with the score of its block.
    weights : ndarray, shape (n, p)
        Weights for scores of unit variance.
    htmt : ndarray, shape (n, k, k)
        Heterotrait-monotrait ratios.
    index : ndarray, shape (n, k)
        Mean score from 0 to 100; missing without limits.
    spread : ndarray, shape (n, k)
        Standard deviation of the score on that scale.
    parts : ndarray, shape (n, p)
        Weight of each item, brought to 0-100, in the index; they add up to one in a block.
    performance : ndarray, shape (n, p)
        Mean of each item from 0 to 100.
    rounds : ndarray of int, shape (n,)
    settled : ndarray of bool, shape (n,)
        Whether the weights settled and every coefficient is determined.
    """

    paths: Floats
    total: Floats
    r2: Floats
    loadings: Floats
    weights: Floats
    htmt: Floats
    index: Floats
    spread: Floats
    parts: Floats
    performance: Floats
    rounds: NDArray[np.int64]
    settled: NDArray[np.bool_]

    def chosen(self, keep: NDArray[np.bool_]) -> PathValues:
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


def without_index(values: PathValues, blocks: Sequence[int]) -> PathValues:
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
