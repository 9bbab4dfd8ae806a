"""The best match to expect by chance: exact, from order statistics."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Floats

Whole = NDArray[np.int64]


def best_of_draws(values: Floats, sizes: Whole) -> Floats:
    """Expect the largest of m values drawn without replacement, for several m at once.

    Parameters
    ----------
    values : ndarray, shape (rows, N)
        The pool of each row; a missing value is drawn like any other but never the largest.
    sizes : ndarray of int, shape (M,), between 1 and N

    Returns
    -------
    ndarray, shape (rows, M)
        Given that at least one value drawn is there; missing where the pool has none.

    Notes
    -----
    With v_1 >= v_2 >= ... the k-th is the largest of m drawn with probability
    C(N-k, m-1) / C(N, m); the ratio of neighbours is (N-m-k+1) / (N-k), so that no binomial is
    ever formed.

    Examples
    --------
    >>> best_of_draws(np.array([[0.2, 0.8, 0.5]]), np.array([1, 2, 3])).round(10).tolist()
    [[0.5, 0.7, 0.8]]
    """
    chances = _chances(values.shape[1], sizes)
    there = ~np.isnan(values)
    if there.all():
        ordered = -np.sort(-values, axis=1)
        largest: Floats = ordered @ chances.T
        return largest
    ordered = -np.sort(-np.where(there, values, -1.0), axis=1)
    real = ordered >= 0
    some = real.astype(np.float64) @ chances.T
    expected = np.where(real, ordered, 0.0) @ chances.T
    result: Floats = np.full(expected.shape, np.nan)
    np.divide(expected, some, out=result, where=some > 0)
    return result


def _chances(n: int, sizes: Whole) -> Floats:
    """Give the chance that the k-th largest is the largest drawn, sizes x ranks."""
    rank = np.arange(1, n)
    factor = np.maximum(n - sizes[:, None] - rank[None, :] + 1, 0) / (n - rank)[None, :]
    first = (sizes / n)[:, None]
    return np.hstack([first, first * np.cumprod(factor, axis=1)])
