"""Chance among few banks: what a measure gives when their names are dealt out anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pandas as pd
from scipy.special import ndtri

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
    """Give orders of n banks (orders, n), the first their own, and whether these are all."""
    if n <= MOST_EXACT:
        return np.array(list(permutations(range(n))), dtype=np.intp), True
    drawn = np.random.default_rng(seed).random((draws, n)).argsort(axis=1)
    return np.vstack([np.arange(n), drawn]), False


def chance(values: Floats, *, is_exact: bool, points: int | None = None) -> Chance:
    """Set the first of values (orders,), the banks' own, against all of them.

    Where so many ``points`` of their own correlate, sizes count, whatever their sign; of distances
    only alike ones. Detectable, of distances: the 95 % point of the values plus .84 of their
    standard deviations, which is what a measure must be on average to pass that point in four of
    five cases, were it to scatter as much as under chance. Of points, whose correlation scatters
    less the larger it is: tanh(atanh(95 % point) + .84 / sqrt(points - 3)). Simulated, a link of
    this size is found in 77 to 86 % of cases, with 8 to 30 banks.
    """
    size = values if points is None else np.abs(values)
    cut, reach = float(np.quantile(size, 1 - CERTAIN)), float(ndtri(POWER))
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
    """Correlate distances (n, n) over pairs in every order of the second (Mantel 1967)."""
    upper, lower = np.triu_indices(len(first), 1)
    given, other = first[upper, lower], second[upper, lower]
    given = given - given.mean()
    scale = np.sqrt((given**2).sum() * ((other - other.mean()) ** 2).sum())
    if scale == 0:
        return np.zeros(len(orders))
    parts = [second[part[:, upper], part[:, lower]] @ given for part in _parts(orders, len(upper))]
    return np.asarray(np.concatenate(parts) / scale)


def procrustes_values(first: Floats, *, second: Floats, orders: Codes) -> Floats:
    """Give the sum of singular values of X'Y (Peres-Neto and Jackson 2001); maps (n, axes)."""
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


def tests_frame(kind: str, tests: Mapping[str, Chance], *, n: int) -> pd.DataFrame:
    """Make a row a test, with its chance."""
    columns = {
        kind: list(tests),
        "estimate": [test.observed for test in tests.values()],
        "p_value": [test.p_value for test in tests.values()],
        "n_brands": n,
        "draws": [test.n_orders for test in tests.values()],
        "exact": [test.is_exact for test in tests.values()],
        "detectable": [test.detectable for test in tests.values()],
    }
    return pd.DataFrame(columns)
