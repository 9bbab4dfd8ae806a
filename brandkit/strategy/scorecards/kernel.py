"""Ranks of totals: under other weights, and what errors do not rule out."""

from __future__ import annotations

import numpy as np

from brandkit.core.linalg import Flags, Floats, Ints

CONCENTRATION = 1.0
"""Weights are drawn as from a Dirichlet distribution with so much a criterion on average."""
_SAME = 1e-12
_CELLS = 4_000_000


def ranks_of(totals: Floats) -> Ints:
    """Rank totals (..., institutions), the highest 1; equal totals share the better rank.

    >>> ranks_of(np.array([0.2, 0.9, 0.2])).tolist()
    [2, 1, 2]
    """
    if totals.ndim == 1:
        return np.asarray(1 + (totals > totals[:, None] + _SAME).sum(axis=-1))
    step = max(1, _CELLS // totals.shape[-1] ** 2)
    parts = (totals[at : at + step] for at in range(0, len(totals), step))
    better = ((part[:, None, :] > part[:, :, None] + _SAME).sum(axis=-1) for part in parts)
    return np.concatenate([1 + one for one in better])


def surely_better(totals: Floats, *, errors: Floats, draws: int, seed: int, level: float) -> Flags:
    """Say which totals are better than which others, [j, k], all said at once.

    Errors (institutions,) are independent and normal. Every ordered pair is a hypothesis "j is no
    better than k". All whose standardised difference exceeds the `level` point of the largest one
    under equality are rejected; the rest are looked at again against the largest of themselves,
    until no more fall (Romano and Wolf 2005; Mogstad, Romano, Shaikh and Wilhelm 2024 for ranks).
    """
    m = len(totals)
    spread = np.sqrt(errors[:, None] ** 2 + errors**2)
    gap = totals[:, None] - totals
    known = spread == 0
    better: Flags = known & (gap > _SAME)
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


def _largest(noise: Floats, spread: Floats, open_pairs: Flags) -> Floats:
    """Give the largest standardised difference of each draw over the pairs that are open."""
    first, second = np.nonzero(open_pairs)
    step = max(1, _CELLS // len(first))
    scale = spread[first, second]
    parts = (noise[at : at + step] for at in range(0, len(noise), step))
    return np.concatenate(
        [((part[:, first] - part[:, second]) / scale).max(axis=1) for part in parts]
    )


def acceptability(ranks: Ints) -> Floats:
    """Give the share of draws (draws, institutions) with each rank (Lahdelma, Salminen 2001)."""
    m = ranks.shape[1]
    return np.asarray((ranks[:, :, None] == np.arange(1, m + 1)).mean(axis=0))


def drawn_weights(
    weights: Floats, scaled: Floats, names: list[str], *, draws: int, seed: int
) -> Floats:
    """Draw weights about the chosen ones, (draws, criteria).

    Neutral weights draw evenly from all there are; others scatter about what was chosen, and a
    criterion without weight stays without. Criteria are drawn by what they hold, names deciding
    only between equals: the order of rows and columns does not matter.
    """
    content = np.sort(scaled.round(12), axis=0)
    order = np.lexsort((np.array(names), *content[::-1], weights))
    shape = CONCENTRATION * np.count_nonzero(weights) * weights[order]
    drawn = np.zeros((draws, len(shape)))
    used = shape > 0
    drawn[:, used] = np.random.default_rng(seed).dirichlet(shape[used], draws)
    back = np.empty_like(drawn)
    back[:, order] = drawn
    return back
