"""Null models of profiles: indices of overlap, tables drawn by chance, and their tallies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc, ndtr

from brandkit.core.linalg import Flags, Floats

Null = Literal["RA1", "RA2", "RA3", "RA4", "fixed"]
ALL_NULLS: tuple[Null, ...] = get_args(Null)
ROUNDS = 15
"""Global trades that part two tables of the fixed-fixed null."""
FEW_REACHED = 10
"""Draws as far out as the observed value, beneath which its p-value is fitted."""
CELLS_AT_ONCE = 4_000_000
"""Cells of randomised tables held in memory together."""

# --- indices -----------------------------------------------------------------------------------


def _shares(values: Floats) -> Floats:
    share: Floats = values / values.sum(axis=-1, keepdims=True)
    return share


def _pianka(values: Floats) -> Floats:
    """Cosines between rows; values (..., banks, attributes) to (..., banks, banks)."""
    unit = values / np.linalg.norm(values, axis=-1, keepdims=True)
    cosine: Floats = unit @ np.swapaxes(unit, -1, -2)
    return cosine


def _czekanowski(values: Floats) -> Floats:
    """Shared parts of rows, row by row of one side to keep memory small."""
    share = _shares(values)
    matrix = np.empty((*share.shape[:-1], share.shape[-2]))
    for at in range(share.shape[-2]):
        shared = np.minimum(share[..., at : at + 1, :], share[..., at:, :]).sum(axis=-1)
        matrix[..., at, at:] = matrix[..., at:, at] = shared
    return matrix


def _jaccard(values: Floats) -> Floats:
    present = (values > 0).astype(float)
    both = present @ np.swapaxes(present, -1, -2)
    breadth = present.sum(axis=-1)
    jaccard: Floats = both / (breadth[..., :, None] + breadth[..., None, :] - both)
    return jaccard


# --- null models -------------------------------------------------------------------------------


Kernel = Callable[[Floats], Floats]


def against(
    values: Floats, null: Null, *, draws: int, seed: int
) -> tuple[list[dict[str, object]], list[pd.DataFrame]]:
    """Set a table's indices against a null model: a test and a frame of pairs for each index."""
    rng = np.random.default_rng([seed, ALL_NULLS.index(null)])
    at_once = max(1, min(draws, CELLS_AT_ONCE // values.size))
    sizes = [min(at_once, draws - done) for done in range(0, draws, at_once)]
    indices: dict[str, Kernel] = {"pianka": _pianka, "czekanowski": _czekanowski}
    start = values
    if null == "fixed":
        indices = {"jaccard": _jaccard}
        start = traded((values > 0)[None], rng)[0].astype(float)
    breadth = (values > 0).sum(axis=1) if null == "fixed" else None
    tallies = {name: _Tally(kernel(values), name, breadth) for name, kernel in indices.items()}
    for size in sizes:
        table = _randomised(start, null, size, rng)
        for name, kernel in indices.items():
            tallies[name].add(kernel(table))
    if null == "RA3":
        tallies["pianka"].exact = _exact_pianka(values)
    every = tallies.values()
    return [tally.test(null) for tally in every], [tally.pairs(null) for tally in every]


def _randomised(values: Floats, null: Null, size: int, rng: np.random.Generator) -> Floats:
    """Draw tables of the null model, size × banks × attributes."""
    shape = (size, *values.shape)
    if null == "RA1":
        return rng.random(shape)
    if null == "RA2":
        return rng.random(shape) * (values > 0)
    if null == "RA3":
        return rng.permuted(np.broadcast_to(values, shape), axis=-1)
    if null == "RA4":
        return _shuffled_where_present(values, shape, rng)
    return traded(np.broadcast_to(values > 0, shape), rng).astype(float)


def _shuffled_where_present(
    values: Floats, shape: tuple[int, ...], rng: np.random.Generator
) -> Floats:
    tables = np.zeros(shape)
    for at, row in enumerate(values):
        there = np.flatnonzero(row)
        copies = np.broadcast_to(row[there], (shape[0], len(there)))
        tables[:, at, there] = rng.permuted(copies, axis=-1)
    return tables


def traded(present: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Move tables by rounds of global curveball trades, all tables at once.

    In a round the banks of each table are paired at random; each pair pools the features that
    only one of the two has and deals them out anew, each bank taking as many as it gave.
    """
    tables = present.copy()
    n_tables, n_banks, n_attributes = tables.shape
    half = n_banks // 2
    table_at = np.arange(n_tables)[:, None]
    for _ in range(ROUNDS):
        order = rng.permuted(np.broadcast_to(np.arange(n_banks), (n_tables, n_banks)), axis=1)
        first, second = order[:, :half], order[:, half : 2 * half]
        one, two = tables[table_at, first], tables[table_at, second]
        pool = one ^ two
        # Cells outside the pool sort last; the first so many of a random order go to the first.
        keys = rng.random((n_tables, half, n_attributes), dtype=np.float32)
        keys[~pool] = 2.0
        dealt = np.arange(n_attributes) < (one & pool).sum(axis=-1, keepdims=True)
        mine = np.empty_like(pool)
        np.put_along_axis(mine, np.argsort(keys, axis=-1), dealt, axis=-1)
        tables[table_at, first] = np.where(pool, mine, one)
        tables[table_at, second] = np.where(pool, ~mine, two)
    return tables


def _exact_pianka(values: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of each pair's Pianka under RA3."""
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    n = values.shape[1]
    mean = unit.mean(axis=1)
    spread = ((unit - mean[:, None]) ** 2).sum(axis=1)
    return n * np.outer(mean, mean), np.outer(spread, spread) / (n - 1)


# --- tallies -----------------------------------------------------------------------------------


def upper_tail(z: Floats, skewness: Floats) -> Floats:
    """Chance of at least z standard deviations: of Pearson III or the normal, whichever is larger.

    Pearson (1895), Contributions to the mathematical theory of evolution II. Moments of draws
    cannot be trusted far out, where the one falls short of the truth as often as the other.

    Examples
    --------
    >>> upper_tail(np.array([3.0, 3.0]), np.array([0.0, 1.0])).round(5).tolist()
    [0.00135, 0.01034]
    """
    normal = ndtr(-z)
    k = 4.0 / np.maximum(np.abs(skewness), 1e-3) ** 2
    right = gammaincc(k, np.maximum(k + z * np.sqrt(k), 0.0))
    left = gammainc(k, np.maximum(k - z * np.sqrt(k), 0.0))
    pearson = np.where(np.abs(skewness) < 1e-3, normal, np.where(skewness > 0, right, left))
    return np.asarray(np.maximum(pearson, normal))


class _Tally:
    """Running sums over draws of one index: pairs, and their mean or variance."""

    def __init__(self, observed: Floats, name: str, breadth: NDArray[np.intp] | None) -> None:
        self.upper = np.triu_indices(len(observed), k=1)
        self.name = name
        self.observed = observed[self.upper]
        self.exact: tuple[Floats, Floats] | None = None
        n = len(self.observed)
        # with fixed breadths Jaccard's index is a count of shared features
        self.both = None if breadth is None else breadth[self.upper[0]] + breadth[self.upper[1]]
        self.sums, self.squares = np.zeros(n), np.zeros(n)
        self.powers = np.zeros((3, n))
        self.at_least, self.at_most = np.zeros(n), np.zeros(n)
        self.overall: list[Floats] = []
        self.draws = 0

    def add(self, matrices: Floats) -> None:
        pairs = matrices[..., self.upper[0], self.upper[1]]
        self.sums += pairs.sum(axis=0)
        self.squares += (pairs**2).sum(axis=0)
        off = self._scale(pairs) - self._scale(self.observed)
        self.powers += np.stack([(off**power).sum(axis=0) for power in (1, 2, 3)])
        # Ties count on both sides, whatever the rounding of their sums.
        self.at_least += (pairs >= self.observed - 1e-12).sum(axis=0)
        self.at_most += (pairs <= self.observed + 1e-12).sum(axis=0)
        self.overall.append(self._summary(pairs))
        self.draws += len(pairs)

    def _scale(self, pairs: Floats) -> Floats:
        """Jaccard's index as the number of shared features; others as they are."""
        return pairs if self.both is None else pairs * self.both / (1.0 + pairs)

    def _fitted(self, tails: Floats, *, side: int) -> tuple[Floats, Flags]:
        """Give p-values of one side, and which are fitted for want of draws as far out."""
        counted = (1 + tails) / (1 + self.draws)
        mean, square, cube = self.powers / self.draws
        variance = np.maximum(square - mean**2, 0.0)
        third = cube - 3 * mean * square + 2 * mean**3
        fitted = (tails < FEW_REACHED) & (variance > 1e-18)
        deviation = np.sqrt(np.where(fitted, variance, 1.0))
        step = 0.0 if self.both is None else 0.5
        z = (-side * mean - step) / deviation
        p_value = np.minimum(counted, upper_tail(z, side * third / deviation**3))
        return np.where(fitted, p_value, counted), fitted

    def _summary(self, pairs: Floats) -> Floats:
        summary: Floats = pairs.var(axis=-1) if self.name == "jaccard" else pairs.mean(axis=-1)
        return summary

    def test(self, null: Null) -> dict[str, object]:
        drawn = np.concatenate(self.overall)
        observed = float(self._summary(self.observed))
        expected, deviation = float(drawn.mean()), float(drawn.std(ddof=1))
        if self.exact is not None:
            mean, variance = (part[self.upper] for part in self.exact)
            expected, deviation = float(mean.mean()), float(np.sqrt(variance.sum()) / len(mean))
        tails = ((drawn >= observed - 1e-12).sum(), (drawn <= observed + 1e-12).sum())
        upper, lower = ((1 + tail) / (1 + self.draws) for tail in tails)
        row = self._row(null, np.array([observed]), np.array([expected]), deviation, upper, lower)
        name = "jaccard_variance" if self.name == "jaccard" else self.name
        return {str(key): value for key, value in row.assign(index=name).iloc[0].items()}

    def pairs(self, null: Null) -> pd.DataFrame:
        expected = self.sums / self.draws
        variance = np.maximum(self.squares / self.draws - expected**2, 0.0)
        if self.exact is not None:
            expected, variance = (part[self.upper] for part in self.exact)
        deviation = np.sqrt(variance)
        upper, fitted = self._fitted(self.at_least, side=1)
        lower, _ = self._fitted(self.at_most, side=-1)
        rows = self._row(null, self.observed, expected, deviation, upper, lower)
        return rows.assign(tail_fitted=fitted)

    def _row(
        self,
        null: Null,
        observed: Floats,
        expected: Floats,
        deviation: Floats | float,
        *p_values: Floats,
    ) -> pd.DataFrame:
        upper, lower = p_values
        # standardised; missing where the null leaves no room to vary
        room = np.where(np.asarray(deviation) > 1e-9, deviation, np.nan)
        return pd.DataFrame(
            {
                "index": self.name,
                "null": null,
                "observed": observed,
                "expected": expected,
                "std_deviation": deviation,
                "ses": (observed - expected) / room,
                "p_value": upper,
                "p_two_sided": np.minimum(1.0, 2 * np.minimum(upper, lower)),
            }
        )
