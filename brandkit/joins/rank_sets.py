"""Which ranks cannot be ruled out, given errors; which ranks weights can give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Floats

Whole = NDArray[np.int64]
Truth = NDArray[np.bool_]

_SAME = 1e-12
_CELLS = 4_000_000


def ranks_of(totals: Floats) -> Whole:
    """Rank totals, the highest 1; equal totals share the better rank.

    Parameters
    ----------
    totals : ndarray, shape (..., institutions)

    Returns
    -------
    ndarray of int

    Examples
    --------
    >>> ranks_of(np.array([0.2, 0.9, 0.2])).tolist()
    [2, 1, 2]
    """
    if totals.ndim == 1:
        return np.asarray(1 + (totals > totals[:, None] + _SAME).sum(axis=-1))
    step = max(1, _CELLS // totals.shape[-1] ** 2)
    return np.concatenate([
        1 + (part[:, None, :] > part[:, :, None] + _SAME).sum(axis=-1)
        for part in (totals[at : at + step] for at in range(0, len(totals), step))
    ])  # fmt: skip


def surely_better(totals: Floats, *, errors: Floats, draws: int, seed: int, level: float) -> Truth:
    """Say which totals are better than which others, all said at once.

    Parameters
    ----------
    totals, errors : ndarray, institutions
        Errors are independent over institutions and normal.
    draws : int
    seed : int
    level : float
        Chance that not one of the statements is false.

    Returns
    -------
    ndarray of bool, institutions x institutions
        [j, k]: j is better than k.

    Notes
    -----
    Every ordered pair is a hypothesis "j is no better than k". All whose standardised difference
    exceeds the `level` point of the largest one under equality are rejected; the rest are looked
    at again against the largest of themselves, until no more fall (Romano and Wolf 2005; Mogstad,
    Romano, Shaikh and Wilhelm 2024 for ranks).
    """
    m = len(totals)
    spread = np.sqrt(errors[:, None] ** 2 + errors**2)
    gap = totals[:, None] - totals
    known = spread == 0
    better: Truth = known & (gap > _SAME)
    open_pairs = ~known
    np.fill_diagonal(open_pairs, val=False)
    if not open_pairs.any():
        return better
    # draws belong to content, not to rows
    order = np.lexsort((errors, totals))
    noise = np.zeros((draws, m))
    noise[:, order] = np.random.default_rng(seed).standard_normal((draws, m)) * errors[order]
    statistic = np.divide(gap, spread, out=np.full((m, m), -np.inf), where=~known)
    place = int(np.ceil((draws + 1) * level)) - 1
    while open_pairs.any():
        largest = np.sort(_largest(noise, spread, open_pairs))
        cut = largest[place] if place < draws else np.inf
        found = open_pairs & (statistic > cut)
        if not found.any():
            break
        better |= found
        open_pairs &= ~found
    return better


def _largest(noise: Floats, spread: Floats, open_pairs: Truth) -> Floats:
    """Give the largest standardised difference of each draw over the pairs that are open."""
    first, second = np.nonzero(open_pairs)
    step = max(1, _CELLS // len(first))
    scale = spread[first, second]
    return np.concatenate([
        ((part[:, first] - part[:, second]) / scale).max(axis=1)
        for part in (noise[at : at + step] for at in range(0, len(noise), step))
    ])  # fmt: skip


def acceptability(ranks: Whole) -> Floats:
    """Give the share of draws in which each institution takes each rank.

    Parameters
    ----------
    ranks : ndarray of int, shape (draws, institutions)

    Returns
    -------
    ndarray, institutions x ranks
        Rows sum to 1 (Lahdelma and Salminen 2001).
    """
    m = ranks.shape[1]
    return np.asarray((ranks[:, :, None] == np.arange(1, m + 1)).mean(axis=0))
