"""Partial least squares on correlation matrices, for a whole stack of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.satisfaction.path_design import PathDesign

Flags = NDArray[np.bool_]

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

    Parameters
    ----------
    weights : ndarray, shape (n, p)
        Weights of the items for scores of unit variance.
    crossed : ndarray, shape (n, p, k)
        Covariance of every item with every score.
    between : ndarray, shape (n, k, k)
        Correlations of the scores.
    rounds : ndarray of int, shape (n,)
        Iterations until no weight changed by 1e-10.
    settled : ndarray of bool, shape (n,)
        Whether that was reached. A constant item, or a block in mode B whose items determine
        each other, never settles; numbers of such a model are missing.
    """

    weights: Floats
    crossed: Floats
    between: Floats
    rounds: NDArray[np.int64]
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
    return _oriented(whole, weights, design, rounds=rounds, settled=settled)


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
        part = np.where(usable[:, None, None], matrices[:, items, items], np.eye(_width(items)))
        usable &= np.linalg.eigvalsh(part)[:, 0] > NO_VARIANCE * np.trace(part, axis1=1, axis2=2)
    return usable


def _width(items: slice) -> int:
    return int(items.stop - items.start)


def _solvers(matrices: Floats, design: PathDesign) -> dict[int, Floats]:
    """Invert the correlations within each block in mode B."""
    return {
        block: np.asarray(
            np.linalg.inv(matrices[:, design.items_of(block), design.items_of(block)])
        )
        for block in np.flatnonzero(design.formative).tolist()
    }


def _oriented(
    matrices: Floats,
    weights: Floats,
    design: PathDesign,
    *,
    rounds: NDArray[np.int64],
    settled: Flags,
) -> PathFits:
    """Turn each score so that most of its items load positively."""
    weights, crossed, between = _scores(matrices, weights, design)
    own = own_covariances(crossed, design)
    votes = np.add.reduceat(np.sign(own), design.starts, axis=1)
    sums = np.add.reduceat(own, design.starts, axis=1)
    sign = np.where((votes < 0) | ((votes == 0) & (sums < 0)), -1.0, 1.0)
    return turned(PathFits(weights, crossed, between, rounds, settled), sign, design)


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
