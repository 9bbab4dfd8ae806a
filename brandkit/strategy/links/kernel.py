"""Chance among few banks: what a measure gives when their names are dealt out anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from math import factorial

import numpy as np
from scipy.stats import norm

from brandkit.core.linalg import Codes, Floats

MOST_EXACT = 8
"""Banks up to which all orders are gone through: 40,320."""
ENOUGH_BANKS = 8
"""Banks from which a link between two measures of them may be claimed."""
POWER = 0.8
"""Chance of being found that a detectable correlation has."""
CERTAIN = 0.05
"""Chance of claiming a link where there is none."""
_TIE = 1e-9
_NEARLY_ONE = 1 - 1e-9
_CELLS = 4_000_000


@dataclass(frozen=True)
class Chance:
    """A measure, and what it gives under relabelling.

    Parameters
    ----------
    observed : float
    p_value : float
    detectable : float
        The size that would be found in four of five cases.
    n_orders : int
        Orders gone through.
    is_exact : bool
        Whether these are all there are.
    """

    observed: float
    p_value: float
    detectable: float
    n_orders: int
    is_exact: bool


def orders_of(n: int, *, draws: int, seed: int) -> tuple[Codes, bool]:
    """Give orders of n banks, and whether these are all; the first is the banks' own.

    Parameters
    ----------
    n : int
    draws : int
        Random orders beside the banks' own, where there are too many for all.
    seed : int

    Returns
    -------
    orders : ndarray of int, shape (orders, n)
    is_exact : bool

    Examples
    --------
    >>> orders, is_exact = orders_of(3, draws=999, seed=0)
    >>> len(orders), orders[0].tolist(), is_exact
    (6, [0, 1, 2], True)
    """
    if n <= MOST_EXACT:
        whole = np.fromiter(
            (place for order in permutations(range(n)) for place in order),
            dtype=np.intp, count=n * factorial(n),
        )  # fmt: skip
        return whole.reshape(-1, n), True
    drawn = np.random.default_rng(seed).random((draws, n)).argsort(axis=1)
    return np.vstack([np.arange(n), drawn]), False


def chance(values: Floats, *, is_exact: bool, points: int | None = None) -> Chance:
    """Set the first value against all of them.

    Parameters
    ----------
    values : ndarray, shape (orders,)
        The first belongs to the banks' own order, which counts as one of the orders: p is never 0.
    is_exact : bool
    points : int, optional
        So many points of their own the values correlate: then sizes count, whatever their sign.
        Without it they correlate distances, of which only alike ones count.

    Returns
    -------
    Chance

    Notes
    -----
    Detectable, of distances: the 95 % point of the values plus .84 of their standard deviations,
    which is what a measure must be on average to pass that point in four of five cases, were it
    to scatter as much as under chance. Of points, whose correlation scatters less the larger it
    is: tanh(atanh(95 % point) + .84 / sqrt(points - 3)). Simulated, a link of this size is found
    in 77 to 86 % of cases, with 8 to 30 banks.
    """
    size = values if points is None else np.abs(values)
    cut, reach = float(np.quantile(size, 1 - CERTAIN)), float(norm.ppf(POWER))
    if points is None:
        detectable = cut + reach * float(values.std())
    else:
        step = reach / np.sqrt(max(points - 3, 1))
        detectable = float(np.tanh(np.arctanh(min(cut, _NEARLY_ONE)) + step))
    return Chance(
        observed=float(values[0]),
        p_value=float((size >= size[0] - _TIE).mean()),
        detectable=min(detectable, 1.0),
        n_orders=len(values) if is_exact else len(values) - 1,
        is_exact=is_exact,
    )


def mantel_values(first: Floats, *, second: Floats, orders: Codes) -> Floats:
    """Correlate two sets of distances, the second relabelled in every order.

    Parameters
    ----------
    first, second : ndarray, n x n
        Symmetric; the diagonal is not read.
    orders : ndarray, shape (orders, n)

    Returns
    -------
    ndarray, shape (orders,)
        Pearson's correlation over pairs (Mantel 1967); 0 where all distances are the same.
    """
    upper, lower = np.triu_indices(len(first), 1)
    given, other = first[upper, lower], second[upper, lower]
    given = given - given.mean()
    scale = np.sqrt((given**2).sum() * ((other - other.mean()) ** 2).sum())
    if scale == 0:
        return np.zeros(len(orders))
    parts = [second[part[:, upper], part[:, lower]] @ given for part in _parts(orders, len(upper))]
    return np.asarray(np.concatenate(parts) / scale)


def procrustes_values(first: Floats, *, second: Floats, orders: Codes) -> Floats:
    """Say how far one map can be turned onto another, the second relabelled in every order.

    Parameters
    ----------
    first, second : ndarray, n x axes
    orders : ndarray, shape (orders, n)

    Returns
    -------
    ndarray, shape (orders,)
        The correlation of the symmetric Procrustes rotation, the sum of the singular values of
        X'Y over centred maps of size one (Peres-Neto and Jackson 2001).
    """
    ours, theirs = unit_size(first), unit_size(second)
    parts = [
        np.linalg.svd(ours.T @ theirs[part], compute_uv=False).sum(axis=-1)
        for part in _parts(orders, ours.size)
    ]
    return np.concatenate(parts)


def unit_size(places: Floats) -> Floats:
    """Centre a map and bring it to size one; a map without any extent stays a point."""
    centred = places - places.mean(axis=0)
    size = float(np.sqrt((centred**2).sum()))
    return np.asarray(centred / size if size > 0 else centred)


def _parts(orders: Codes, width: int) -> Iterator[Codes]:
    step = max(1, _CELLS // width)
    return (orders[start : start + step] for start in range(0, len(orders), step))
