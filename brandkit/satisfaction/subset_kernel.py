"""Shares of variance that every subset of drivers explains, for many correlation matrices at once.

All functions take stacks of correlation matrices of p drivers and, last, the outcome. Nothing here
knows rows, names or designs.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.special import gammaln

from brandkit.core.linalg import Floats

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
