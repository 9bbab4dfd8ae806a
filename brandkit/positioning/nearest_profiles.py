"""The two nearest of many profiles, over all axes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from brandkit.core.linalg import Floats

FEW = 400
"""Profiles up to which all distances are simply computed."""
MOST_CANDIDATES = 40
"""Candidates a profile from which looking at each costs more than all distances."""
BLOCK = 128
"""Profiles whose distances to all others are looked at together: they stay in the cache."""
TIE_DIGITS = 12
"""Decimals beyond which two distances are the same."""

Positions = NDArray[np.intp]


def two_nearest(places: Floats) -> tuple[Positions, Floats, Positions, Floats]:
    """Find the two nearest other points of each point; ties go to the first.

    Parameters
    ----------
    places : ndarray, n points x k
        At least two points.

    Returns
    -------
    first, first_distance, second, second_distance : ndarray, n
        With two points there is no second: its distance is infinite.

    Notes
    -----
    Among many points, single precision finds the candidates: all whose distance might be among
    the two least given its rounding. Their distances are then computed in double precision, so
    that the answer is the same.

    Examples
    --------
    >>> first, apart, second, further = two_nearest(np.array([[0.0], [1.0], [3.0]]))
    >>> first.tolist(), apart.tolist(), second.tolist(), further.tolist()
    ([1, 0, 1], [1.0, 1.0, 2.0], [2, 2, 0], [3.0, 2.0, 3.0])
    """
    if len(places) <= FEW:
        return two_least(cdist(places, places))
    row, column = _candidates(places)
    if len(row) > MOST_CANDIDATES * len(places):
        return two_least(cdist(places, places))
    return _two_least_listed(row, column, _apart(places, row, column))


def two_least(apart: Floats) -> tuple[Positions, Floats, Positions, Floats]:
    """Find the two least distances of each row of a square table, which is written into.

    Parameters
    ----------
    apart : ndarray, n x n
        Its diagonal is not read.

    Returns
    -------
    first, first_distance, second, second_distance : ndarray, n
    """
    np.fill_diagonal(apart, np.inf)
    at = np.arange(len(apart))
    rounded = np.round(apart, TIE_DIGITS)
    first = rounded.argmin(axis=1)
    rounded[at, first] = np.inf
    second = rounded.argmin(axis=1)
    second_apart = np.where(np.isfinite(rounded[at, second]), apart[at, second], np.inf)
    return first, apart[at, first], second, second_apart


def _candidates(places: Floats) -> tuple[Positions, Positions]:
    """List the pairs that may be among a row's two nearest, in single precision."""
    thin = (places / np.abs(places).max()).astype(np.float32)
    size = (thin * thin).sum(axis=1, keepdims=True)
    # |a|^2 - 2ab + |b|^2 as one product
    left = np.hstack([-2 * thin, size, np.ones_like(size)])
    right = np.ascontiguousarray(np.hstack([thin, np.ones_like(size), size]).T)
    # a sum of k products errs by less than k units in the last place of its largest part
    error = thin.shape[1] * np.finfo(np.float32).eps * 2 * (size + size.max())
    found = []
    for start in range(0, len(thin), BLOCK):
        squared = left[start : start + BLOCK] @ right
        at = np.arange(len(squared))
        squared[at, start + at] = np.inf
        first = squared.argmin(axis=1)
        least = squared[at, first]
        squared[at, first] = np.inf
        second = squared.min(axis=1, keepdims=True)
        squared[at, first] = least
        flat = np.flatnonzero(squared <= second + error[start : start + BLOCK])
        row, column = np.divmod(flat, len(thin))
        found.append((start + row, column))
    rows, columns = zip(*found, strict=True)
    return np.concatenate(rows), np.concatenate(columns)


def _apart(places: Floats, row: Positions, column: Positions) -> Floats:
    gap = places[row] - places[column]
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", gap, gap)))


def _two_least_listed(
    row: Positions, column: Positions, apart: Floats
) -> tuple[Positions, Floats, Positions, Floats]:
    """Give the two least of each row of a list of pairs that is sorted by row, then column."""
    order = np.lexsort((column, np.round(apart, TIE_DIGITS), row))
    start = np.searchsorted(row[order], np.arange(row[-1] + 1))
    first, second = order[start], order[start + 1]
    return column[first], apart[first], column[second], apart[second]
