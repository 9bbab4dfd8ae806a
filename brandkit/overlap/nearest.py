"""How firmly a bank's nearest rival is its nearest."""

from __future__ import annotations

import numpy as np

from brandkit.core.linalg import Floats
from brandkit.overlap.stability import SMALLEST, resamples

_TIE = 1e-9


def nearest_support(best: Floats, *, nearest: int, draws: int, seed: int) -> float:
    """Say how often a rival stays the nearest when the bank's offers are resampled.

    All rivals are seen through the same resample: what they have in common, one hard-to-match
    offer, moves all of them together, so this tells two rivals apart where their intervals alone
    would not.

    Parameters
    ----------
    best : ndarray, offers x rivals, 0-1
        Best match of each of the bank's offers at each rival; missing where nothing could be
        compared.
    nearest : int
        Column of the nearest rival.
    draws : int
    seed : int

    Returns
    -------
    float
        Share of resamples, 0-1, in which no rival is nearer; missing under five offers or
        without draws. Equal rivals share a resample.

    Examples
    --------
    >>> best = np.array([[0.9, 0.5], [0.8, 0.6], [0.9, 0.4], [0.7, 0.6], [0.9, 0.5]])
    >>> nearest_support(best, nearest=0, draws=200, seed=0)
    1.0
    """
    if draws == 0 or len(best) < SMALLEST or best.shape[1] == 0:
        return float("nan")
    there = ~np.isnan(best)
    # rows in the order of their content, so that names of offers or rivals do not matter
    order = np.lexsort(np.sort(np.nan_to_num(best, nan=-1.0), axis=1).T)
    weights = resamples(len(best), draws, seed)
    held = weights @ there[order].astype(np.float64)
    total = weights @ np.nan_to_num(best, nan=0.0)[order]
    mean = np.full(total.shape, -np.inf)
    np.divide(total, held, out=mean, where=held > 0)
    top = mean >= mean.max(axis=1, keepdims=True) - _TIE
    return float((top[:, nearest] / top.sum(axis=1)).mean())
