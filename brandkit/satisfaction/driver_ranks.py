"""Ranks of drivers with their doubt: how likely each is, and which cannot be ruled out."""

from __future__ import annotations

import numpy as np

from brandkit.core.linalg import Floats


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
