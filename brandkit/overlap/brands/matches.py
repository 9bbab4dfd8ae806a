"""Best matches of every offer at every bank, and what follows from them by adding up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from brandkit.core.linalg import Flags, Floats, Ints
from brandkit.overlap.brands.kernel import CategoryScores, Comparison, best_of_draws, row_blocks

SISTER_SIMILARITY = 0.95
"""Similarity from which two offers are partners."""
SISTER_SHARE = 0.90
"""Share of the smaller catalogue that must have a partner."""
_ROUNDING = 1e-9


@dataclass(frozen=True)
class BestMatches:
    """Best matches of the compared offers (rows) at each bank (columns).

    Parameters
    ----------
    names, labels : ndarray of object
        Banks and categories, ascending.
    groups : tuple of ndarray
        Rows of each bank within each category, by category and bank.
    by_brand : tuple of ndarray
        Rows of each bank.
    categories : ndarray of int, shape (n,)
    brands : ndarray of int, shape (n,)
    best : ndarray, n x banks
        0 where the bank lacks the category, missing where it has it and nothing in it can be
        compared. A bank's own column holds its best match in its own catalogue.
    low, high : ndarray, n x banks
        Bounds of ``best``; 0 and 1 where nothing can be compared.
    expected : ndarray, n x banks
        Best match expected at as many offers of other banks; 0 where the bank lacks the category.
    has_category : ndarray of bool, categories x banks
    own : ndarray of bool, shape (n,)
        Offers that disclose enough to be compared with one like them.
    n_pairs, n_comparable : int
        Pairs of offers of different banks within a category.
    """

    names: NDArray[np.object_]
    labels: NDArray[np.object_]
    groups: tuple[Ints, ...]
    by_brand: tuple[Ints, ...]
    categories: Ints
    brands: Ints
    best: Floats
    low: Floats
    high: Floats
    expected: Floats
    has_category: Flags
    own: Flags
    n_pairs: int
    n_comparable: int


@dataclass(frozen=True)
class Sums:
    """Overlaps of groups (bank within category, then bank over all) with each bank.

    Every array has a row a group; two-dimensional ones a column a bank.
    """

    brand: Ints
    category: Ints
    n_offers: Ints
    n_compared: Ints
    has_category: Flags
    overlap: Floats
    shared: Floats
    expected: Floats
    excess: Floats
    low: Floats
    high: Floats


def best_matches(compared: Comparison) -> BestMatches:
    """Compare every offer with every other of its category and keep the best at each bank."""
    chosen = compared.categories
    used = np.unique(np.concatenate([each.category.brands for each in chosen]))
    place = np.full(len(compared.facets.brands), -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    sizes = [each.n for each in chosen]
    starts = np.cumsum([0, *sizes])
    brands = np.concatenate([place[each.category.brands] for each in chosen])
    categories = np.repeat(np.arange(len(chosen)), sizes)
    shape = (int(starts[-1]), len(used))
    best, low, high, expected = (np.zeros(shape) for _ in range(4))
    own = np.zeros(shape[0], dtype=bool)
    has_category = np.zeros((len(chosen), len(used)), dtype=bool)
    n_pairs = n_comparable = 0
    for at, each in enumerate(chosen):
        present = np.unique(place[each.category.brands])
        has_category[at, present] = True
        for found in _blocks(each, compared):
            rows = starts[at] + found.rows
            cells = np.ix_(rows, present)
            best[cells], low[cells], high[cells] = found.best, found.low, found.high
            expected[cells], own[rows] = found.expected, found.own
            n_pairs += found.n_pairs
            n_comparable += found.n_comparable
    order = np.lexsort((brands, categories))
    group = categories * len(used) + brands
    cuts = np.flatnonzero(np.diff(group)) + 1
    by_brand = np.argsort(brands, kind="stable")
    return BestMatches(
        names=np.array(compared.facets.brands, dtype=object)[used],
        labels=np.array([each.category.category for each in chosen], dtype=object),
        groups=tuple(np.split(order, cuts)),
        by_brand=tuple(np.split(by_brand, np.flatnonzero(np.diff(brands[by_brand])) + 1)),
        categories=categories, brands=brands, best=best, low=low, high=high, expected=expected,
        has_category=has_category, own=own, n_pairs=n_pairs, n_comparable=n_comparable,
    )  # fmt: skip


@dataclass(frozen=True)
class _Block:
    rows: Ints
    best: Floats
    low: Floats
    high: Floats
    expected: Floats
    own: Flags
    n_pairs: int
    n_comparable: int


def _blocks(scores: CategoryScores, compared: Comparison) -> Iterator[_Block]:
    """Compare a category block by block and keep what the banks' sums need."""
    brands = scores.category.brands
    starts = np.flatnonzero(np.append(True, np.diff(brands) != 0))
    sizes = np.diff(np.append(starts, len(brands)))
    for rows in row_blocks(scores.category):
        pairs = scores.pairs(rows, compared.weights, min_compared=compared.min_compared)
        there = ~np.isnan(pairs.score)
        best = np.fmax.reduceat(pairs.score, starts, axis=1)
        low = np.maximum.reduceat(np.where(there, pairs.low, 0.0), starts, axis=1)
        high = np.maximum.reduceat(pairs.high, starts, axis=1)
        high[np.isnan(best)] = 1.0
        other = brands[rows][:, None] != brands[None, :]
        yield _Block(
            rows, best, low, high, _expected(pairs.score, brands, rows, sizes),
            there[np.arange(len(rows)), rows],
            int(other.sum()), int((there & other).sum()),
        )  # fmt: skip


def _expected(score: Floats, brands: Ints, rows: Ints, sizes: Ints) -> Floats:
    """Expect each row's best match at as many offers as each bank has, from other banks' offers."""
    different, which = np.unique(sizes, return_inverse=True)
    expected = np.full((len(rows), len(sizes)), np.nan)
    for brand in np.unique(brands[rows]):
        mine = np.flatnonzero(brands[rows] == brand)
        pool = score[mine][:, brands != brand]
        if pool.shape[1]:
            # a bank larger than all others together is the pool itself
            drawn = np.minimum(different, pool.shape[1])
            expected[mine] = best_of_draws(pool, drawn)[:, which]
    return expected


def grouped(matches: BestMatches) -> Sums:
    """Add the best matches up by bank and category, and by bank over all categories."""
    groups = (*matches.groups, *matches.by_brand)
    brand = np.array([matches.brands[rows[0]] for rows in groups])
    category = np.array([matches.categories[rows[0]] for rows in matches.groups])
    n_offers = np.array([len(rows) for rows in groups])
    shape = (len(groups), len(matches.names))
    made = {name: np.full(shape, np.nan)
            for name in ("overlap", "shared", "expected", "low", "high")}  # fmt: skip
    n_compared = np.zeros(shape, dtype=np.int64)
    has = matches.has_category[matches.categories]
    there = ~np.isnan(matches.best)
    best = np.nan_to_num(matches.best)
    expected = np.where(there, np.nan_to_num(matches.expected), 0.0)
    for at, rows in enumerate(groups):
        known, n = there[rows].sum(axis=0), len(rows)
        shared = (there[rows] & has[rows]).sum(axis=0)
        total = best[rows].sum(axis=0)
        n_compared[at] = shared
        made["overlap"][at] = _ratio(total, known)
        made["shared"][at] = _ratio(total, shared)
        made["expected"][at] = _ratio(expected[rows].sum(axis=0), known)
        # what could not be compared counts 0 in the low bound and 1 in the high one
        made["low"][at] = np.where(there[rows], matches.low[rows], 0.0).sum(axis=0) / n
        made["high"][at] = matches.high[rows].sum(axis=0) / n
    room = 1 - made["expected"]
    excess = np.full(shape, np.nan)
    np.divide(made["overlap"] - made["expected"], room, out=excess, where=room > _ROUNDING)
    return Sums(
        brand=brand, category=category, n_offers=n_offers, n_compared=n_compared,
        has_category=matches.has_category[category],
        overlap=made["overlap"], shared=made["shared"], expected=made["expected"], excess=excess,
        low=made["low"], high=made["high"],
    )  # fmt: skip


def sister_pairs(matches: BestMatches, *, owners: Mapping[str, str]) -> Flags:
    """Say which banks are sisters: nearly one catalogue, or one declared owner.

    Returns
    -------
    ndarray of bool, banks x banks, symmetric, False on the diagonal
    """
    n = len(matches.names)
    partner = np.zeros((n, n))
    size = np.zeros(n)
    for brand, rows in enumerate(matches.by_brand):
        rows = rows[matches.own[rows]]
        size[brand] = len(rows)
        if len(rows):
            close = np.nan_to_num(matches.best[rows]) >= SISTER_SIMILARITY - _ROUNDING
            partner[brand] = close.mean(axis=0)
    enough = partner >= SISTER_SHARE - _ROUNDING
    smaller = size[:, None] <= size[None, :]
    sister: Flags = (enough & smaller) | (enough & smaller).T
    owner = np.array([owners.get(str(name), "") for name in matches.names], dtype=object)
    sister |= (owner[:, None] == owner[None, :]) & (owner != "")[:, None]
    np.fill_diagonal(sister, False)
    return sister


def _ratio(total: Floats, count: NDArray[np.int64]) -> Floats:
    result: Floats = np.full(total.shape, np.nan)
    np.divide(total, count, out=result, where=count > 0)
    return result


def similarity_order(table: pd.DataFrame) -> tuple[str, ...]:
    """Order banks so that those most alike stand together.

    Parameters
    ----------
    table : DataFrame, brands x brands, 0-1
        Directed likeness, as of :meth:`brandkit.overlap.BrandOverlap.matrix`; a missing value
        counts as none.

    Returns
    -------
    tuple of str

    Notes
    -----
    Average linkage on 1 - the mean of both directions, leaves turned so that the sum of distances
    between neighbours is smallest (Bar-Joseph, Gifford and Jaakkola 2001). Ties and the direction
    are settled by name, so that the order of the table's rows changes nothing.

    Examples
    --------
    >>> names = ["A", "B", "C"]
    >>> table = pd.DataFrame([[1, 0.2, 0.9], [0.2, 1, 0.3], [0.9, 0.3, 1]], names, names)
    >>> similarity_order(table)
    ('A', 'C', 'B')
    """
    names = sorted(table.index)
    if len(names) < 3:
        return tuple(names)
    likeness = both_ways(table.loc[names, names])
    distance = squareform(np.round(1 - likeness, 9), checks=False)
    tree = linkage(distance, method="average")
    order = [names[at] for at in leaves_list(optimal_leaf_ordering(tree, distance))]
    return tuple(order if order[0] < order[-1] else order[::-1])


def most_alike(table: pd.DataFrame, *, most: int, focus: str | None = None) -> tuple[str, ...]:
    """Choose the banks that a figure with room for some should show.

    Parameters
    ----------
    table : DataFrame, brands x brands, 0-1
    most : int
    focus : str, optional
        With it: the focus and the banks most like it. Without: the banks that have another one
        most like them, so that the closest pairs are there.

    Returns
    -------
    tuple of str
        In no particular order but by name.

    Examples
    --------
    >>> names = ["A", "B", "C"]
    >>> table = pd.DataFrame([[1, 0.2, 0.9], [0.2, 1, 0.3], [0.9, 0.3, 1]], names, names)
    >>> most_alike(table, most=2), most_alike(table, most=2, focus="B")
    (('A', 'C'), ('B', 'C'))
    """
    names = sorted(table.index)
    likeness = both_ways(table.loc[names, names])
    telling = likeness.max(axis=1) if focus is None else likeness[names.index(focus)].copy()
    if focus is not None:
        telling[names.index(focus)] = np.inf
    chosen = np.argsort(-np.round(telling, 9), kind="stable")[:most]
    return tuple(names[at] for at in np.sort(chosen))


def both_ways(table: pd.DataFrame) -> Floats:
    """Give the mean of both directions, 0 on the diagonal and where nothing is known."""
    values = np.nan_to_num(table.to_numpy(dtype=float), nan=0.0)
    likeness: Floats = (values + values.T) / 2
    np.fill_diagonal(likeness, 0.0)
    return likeness
