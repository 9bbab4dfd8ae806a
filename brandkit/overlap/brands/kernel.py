"""Best matches of every offer at every bank, and what follows from them by adding up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial.distance import squareform

from brandkit.core.intervals import Interval, bootstrap_t_interval, t_interval
from brandkit.core.linalg import Flags, Floats, Ints, ratio
from brandkit.overlap.similarity.kernel import ROUNDING, Comparison, row_blocks, run_starts

SMALLEST = 5
"""Offers under which no interval is given."""
WIDEST = 2.0
"""Half-widths of Student's t that no end may exceed."""
SISTER_SIMILARITY = 0.95
"""Similarity from which two offers are partners."""
SISTER_SHARE = 0.90
"""Share of the smaller catalogue that must have a partner."""


@dataclass(frozen=True)
class BestMatches:
    """Best matches of the compared offers (rows) at each bank (columns).

    Parameters
    ----------
    names, labels : ndarray of object
        Banks and categories, ascending.
    groups, by_brand : tuple of ndarray
        Rows of each bank within each category, by category and bank; rows of each bank.
    categories, brands : ndarray of int, shape (n,)
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


def used_brands(compared: Comparison) -> tuple[Ints, Ints]:
    """Give the codes of the banks in the categories chosen, and each code's place among them."""
    used = np.unique(np.concatenate([each.category.brands for each in compared.categories]))
    place = np.full(len(compared.facets.brands), -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    return used, place


def best_matches(compared: Comparison) -> BestMatches:
    """Compare every offer with every other of its category and keep the best at each bank."""
    chosen = compared.categories
    used, place = used_brands(compared)
    starts = np.cumsum([0, *(each.n for each in chosen)])
    brands = np.concatenate([place[each.category.brands] for each in chosen])
    categories = np.repeat(np.arange(len(chosen)), np.diff(starts))
    best, low, high, expected = np.zeros((4, len(brands), len(used)))
    own = np.zeros(len(brands), dtype=bool)
    has_category = np.zeros((len(chosen), len(used)), dtype=bool)
    n_pairs = n_comparable = 0
    for at, scores in enumerate(chosen):
        codes = scores.category.brands
        runs = run_starts(codes)
        sizes = np.diff(np.append(runs, len(codes)))
        present = place[codes[runs]]
        has_category[at, present] = True
        for block in row_blocks(scores.category):
            pairs = scores.pairs(block, compared.weights, min_compared=compared.min_compared)
            there, rows = ~np.isnan(pairs.score), starts[at] + block
            cells = np.ix_(rows, present)
            nearest = np.fmax.reduceat(pairs.score, runs, axis=1)
            most = np.maximum.reduceat(pairs.high, runs, axis=1)
            best[cells], high[cells] = nearest, np.where(np.isnan(nearest), 1.0, most)
            low[cells] = np.maximum.reduceat(np.where(there, pairs.low, 0.0), runs, axis=1)
            expected[cells] = _expected(pairs.score, codes, block, sizes)
            own[rows] = there[np.arange(len(block)), block]
            other = codes[block][:, None] != codes[None, :]
            n_pairs += int(other.sum())
            n_comparable += int((there & other).sum())
    order, by_brand = np.lexsort((brands, categories)), np.argsort(brands, kind="stable")
    group = categories[order] * len(used) + brands[order]
    return BestMatches(
        names=np.array(compared.facets.brands, dtype=object)[used],
        labels=np.array([each.category.category for each in chosen], dtype=object),
        groups=tuple(np.split(order, run_starts(group)[1:])),
        by_brand=tuple(np.split(by_brand, run_starts(brands[by_brand])[1:])),
        categories=categories,
        brands=brands,
        best=best,
        low=low,
        high=high,
        expected=expected,
        has_category=has_category,
        own=own,
        n_pairs=n_pairs,
        n_comparable=n_comparable,
    )


def _expected(score: Floats, brands: Ints, rows: Ints, sizes: Ints) -> Floats:
    """Expect each row's best match at as many offers as each bank has, from other banks' offers."""
    different, which = np.unique(sizes, return_inverse=True)
    expected = np.full((len(rows), len(sizes)), np.nan)
    for brand in np.unique(brands[rows]):
        mine = np.flatnonzero(brands[rows] == brand)
        pool = score[mine][:, brands != brand]
        if pool.shape[1]:
            # a bank larger than all others together is the pool itself
            expected[mine] = best_of_draws(pool, np.minimum(different, pool.shape[1]))[:, which]
    return expected


def best_of_draws(values: Floats, sizes: Ints) -> Floats:
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
    return best_of_sorted(-np.sort(-values, axis=1), sizes)


def best_of_sorted(ordered: Floats, sizes: Ints) -> Floats:
    """Do as :func:`best_of_draws` with pools that are sorted, the largest first, missing last."""
    chances = _chances(ordered.shape[1], tuple(np.asarray(sizes).tolist()))
    real = ~np.isnan(ordered)
    if real.all():
        return np.asarray(ordered @ chances)
    return ratio(np.where(real, ordered, 0.0) @ chances, real.astype(np.float64) @ chances)


@lru_cache(maxsize=512)
def _chances(n: int, sizes: tuple[int, ...]) -> Floats:
    """Give the chance of each of n places to be the largest of those drawn, n x sizes."""
    drawn, rank = np.array(sizes)[:, None], np.arange(1, n)
    factor = np.maximum(n - drawn - rank + 1, 0) / (n - rank)
    first = drawn / n
    return np.hstack([first, first * np.cumprod(factor, axis=1)]).T


@dataclass(frozen=True)
class Sums:
    """Overlaps of groups (bank within category, then bank over all) with each bank.

    Parameters
    ----------
    brand, n_offers : ndarray of int, one a group
    label : ndarray of object, one a group
        Its category; None over all.
    shared : ndarray of bool, groups x banks
        Which banks have the category.
    values : mapping of column to ndarray, groups x banks
    """

    brand: Ints
    label: NDArray[np.object_]
    n_offers: Ints
    shared: Flags
    values: Mapping[str, Floats]


def grouped(matches: BestMatches) -> Sums:
    """Add the best matches up by bank and category, and by bank over all categories."""
    members, n_brands = (*matches.groups, *matches.by_brand), len(matches.names)
    n_offers = np.array([len(rows) for rows in members])
    rows, ends = np.concatenate(members), np.append(0, np.cumsum(n_offers))
    add = sp.csr_array((np.ones(len(rows)), rows, ends), shape=(len(members), len(matches.brands)))
    there = ~np.isnan(matches.best)
    known = add @ there.astype(np.float64)
    compared = add @ (there & matches.has_category[matches.categories]).astype(np.float64)
    total = add @ np.nan_to_num(matches.best)
    overlap = ratio(total, known)
    expected = ratio(add @ np.where(there, np.nan_to_num(matches.expected), 0.0), known)
    room = np.where(1 - expected > ROUNDING, 1 - expected, np.nan)
    # what could not be compared counts 0 in the low bound and 1 in the high one
    low = add @ np.where(there, matches.low, 0.0) / n_offers[:, None]
    category = [matches.categories[rows[0]] for rows in matches.groups]
    return Sums(
        brand=np.array([matches.brands[rows[0]] for rows in members]),
        label=np.append(matches.labels[category], np.full(n_brands, None)),
        n_offers=n_offers,
        shared=np.vstack([matches.has_category[category], np.ones((n_brands, n_brands), bool)]),
        values={
            "n_compared": compared.astype(np.int64),
            "overlap": overlap,
            "overlap_shared": ratio(total, compared),
            "expected": expected,
            "excess": (overlap - expected) / room,
            "bound_low": low,
            "bound_high": add @ matches.high / n_offers[:, None],
        },
    )


def sister_pairs(matches: BestMatches, *, owners: Mapping[str, str]) -> Flags:
    """Say which banks are sisters (nearly one catalogue, or one declared owner), banks x banks."""
    kept = [rows[matches.own[rows]] for rows in matches.by_brand]
    share = np.array(
        [partners(matches.best[rows]).sum(axis=0) / max(len(rows), 1) for rows in kept]
    )
    size = np.array([len(rows) for rows in kept], dtype=float)
    return sisters(share, size, [owners.get(str(name), "") for name in matches.names])


def partners(best: Floats) -> Flags:
    """Say which best matches are near enough to be partners."""
    return np.nan_to_num(best) >= SISTER_SIMILARITY - ROUNDING


def sisters(share: Floats, size: Floats, owners: Sequence[str]) -> Flags:
    """Judge by the share of each bank's offers with a partner at each, and by declared owners."""
    enough = (share >= SISTER_SHARE - ROUNDING) & (size[:, None] <= size[None, :])
    owner = np.array(owners, dtype=object)
    one_owner = (owner[:, None] == owner[None, :]) & (owner != "")[:, None]
    sister: Flags = enough | enough.T | one_owner.astype(bool)
    np.fill_diagonal(sister, False)
    return sister


# --- stability -----------------------------------------------------------------------------------


def stability_interval(values: Floats, *, draws: int, seed: int, level: float) -> Interval:
    """Put an interval around the mean of each column by resampling its values.

    Parameters
    ----------
    values : ndarray, offers x banks, 0-1
        Best match of each offer; missing where nothing could be compared.
    draws : int
        Resamples; 0 gives the interval of Student's t.
    seed : int
    level : float

    Returns
    -------
    Interval
        Ends of shape (banks,), within 0-1; missing under five values.

    Notes
    -----
    The interval is the bootstrap-t one, no end further from the mean than twice that of Student's
    t: where nearly all values are equal (sister banks) hardly any resample shows the spread, and
    the bootstrap-t interval alone would run from 0 to 1. What it covers stands in
    ``benchmarks/simulations/overlap.py``: 91 to 98 % for 5 to 100 offers, less where all but a
    few values are equal. Columns are sorted before they are resampled, and the resampling depends
    on the number of values only: neither the order of rows nor a bank's name moves an end.

    Examples
    --------
    >>> steady = np.full((6, 1), 0.7)
    >>> low, high = stability_interval(steady, draws=100, seed=0, level=0.95)
    >>> low.tolist(), high.tolist()
    ([0.7], [0.7])
    """
    low, high = np.full((2, values.shape[1]), np.nan)
    there = (~np.isnan(values)).sum(axis=0)
    for n in np.unique(there[there >= SMALLEST]).tolist():
        columns = np.flatnonzero(there == n)
        sample = np.sort(values[:, columns], axis=0)[:n]  # missing values are sorted to the end
        ends = _interval(sample, draws=draws, seed=seed, level=level)
        low[columns], high[columns] = np.clip(ends.low, 0.0, 1.0), np.clip(ends.high, 0.0, 1.0)
    return Interval(low, high)


def _interval(sample: Floats, *, draws: int, seed: int, level: float) -> Interval:
    n, mean = len(sample), sample.mean(axis=0)
    # centred first: the spread of values that are equal is 0, not the rounding of a square
    centred = sample - mean
    error = np.sqrt((centred**2).sum(axis=0) / (n - 1) / n)
    error[np.ptp(sample, axis=0) == 0] = 0.0
    if draws == 0:
        return t_interval(mean, std_error=error, df=n - 1, level=level)
    weights = _resamples(n, draws, seed)
    moved = weights @ centred
    spread = np.maximum(weights @ centred**2 - moved**2, 0.0)
    # what rounding leaves of no spread at all
    spread[spread < 1e-13 * (1e-3 + (centred**2).max(axis=0))] = 0.0
    draw_errors = np.sqrt(spread / (n - 1))
    ends = bootstrap_t_interval(
        mean, std_error=error, draws=mean + moved, draw_errors=draw_errors, level=level
    )
    widest = t_interval(mean, std_error=WIDEST * error, df=n - 1, level=level)
    return Interval(np.maximum(ends.low, widest.low), np.minimum(ends.high, widest.high))


@lru_cache(maxsize=64)
def _resamples(n: int, draws: int, seed: int) -> Floats:
    """Give each draw's share of every value, draws x n."""
    generator = np.random.default_rng([seed, n])
    shares: Floats = generator.multinomial(n, np.full(n, 1 / n), size=draws) / n
    return shares


def nearest_support(best: Floats, *, nearest: int, draws: int, seed: int) -> float:
    """Say how often a rival (a column of offers x rivals) stays nearest under resampled offers.

    All rivals are seen through the same resample: one hard-to-match offer moves all of them
    together, so this tells two rivals apart where their intervals alone would not. Equal rivals
    share a resample; missing under five offers or without draws.

    Examples
    --------
    >>> best = np.array([[0.9, 0.5], [0.8, 0.6], [0.9, 0.4], [0.7, 0.6], [0.9, 0.5]])
    >>> nearest_support(best, nearest=0, draws=200, seed=0)
    1.0
    """
    if draws == 0 or len(best) < SMALLEST or best.shape[1] == 0:
        return float("nan")
    # rows in the order of their content, so that names of offers or rivals do not matter
    order = np.lexsort(np.sort(np.nan_to_num(best, nan=-1.0), axis=1).T)
    weights = _resamples(len(best), draws, seed)
    held = weights @ (~np.isnan(best))[order].astype(np.float64)
    mean = ratio(weights @ np.nan_to_num(best, nan=0.0)[order], held, empty=-np.inf)
    top = mean >= mean.max(axis=1, keepdims=True) - ROUNDING
    return float((top[:, nearest] / top.sum(axis=1)).mean())


# --- order ---------------------------------------------------------------------------------------


def similarity_order(table: pd.DataFrame) -> tuple[str, ...]:
    """Order banks (brands x brands, directed, 0-1) so that those most alike stand together.

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
    distance = squareform(np.round(1 - _both_ways(table.loc[names, names]), 9), checks=False)
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering

    tree = linkage(distance, method="average")
    order = [names[at] for at in leaves_list(optimal_leaf_ordering(tree, distance))]
    return tuple(order if order[0] < order[-1] else order[::-1])


def most_alike(table: pd.DataFrame, *, most: int, focus: str | None = None) -> tuple[str, ...]:
    """Choose banks for a figure with room for some, in no order but by name.

    With a focus: it and the banks most like it. Without: the banks that have another one most
    like them, so that the closest pairs are there.

    Examples
    --------
    >>> names = ["A", "B", "C"]
    >>> table = pd.DataFrame([[1, 0.2, 0.9], [0.2, 1, 0.3], [0.9, 0.3, 1]], names, names)
    >>> most_alike(table, most=2), most_alike(table, most=2, focus="B")
    (('A', 'C'), ('B', 'C'))
    """
    names = sorted(table.index)
    likeness = _both_ways(table.loc[names, names])
    if focus is None:
        telling = likeness.max(axis=1)
    else:
        telling = likeness[names.index(focus)].copy()
        telling[names.index(focus)] = np.inf
    chosen = np.argsort(-np.round(telling, 9), kind="stable")[:most]
    return tuple(names[at] for at in np.sort(chosen))


def _both_ways(table: pd.DataFrame) -> Floats:
    """Give the mean of both directions, 0 on the diagonal and where nothing is known."""
    values = np.nan_to_num(table.to_numpy(dtype=float), nan=0.0)
    likeness: Floats = (values + values.T) / 2
    np.fill_diagonal(likeness, 0.0)
    return likeness
