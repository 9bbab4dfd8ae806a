"""Similarity of offers, facet by facet, in blocks of rows against one whole category.

Memory grows with rows of a block times offers of the category, never with their square; nothing
is computed between categories.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from brandkit.core.linalg import Floats, Ints, ratio
from brandkit.overlap.similarity.facets import (
    FACETS,
    CatalogFacets,
    CategoryFacets,
    Facet,
    Lists,
    Numbers,
    Pieces,
    Texts,
    unit_rows,
)
from brandkit.sources.catalog.reference import ListCounts, Reference, TextCounts

BLOCK = 256
"""Rows compared at a time."""
ROUNDING = 1e-9
"""A hair's breadth under a limit is rounding of weights, not a missing facet."""

Layers = Floats
"""One facet for b rows against n offers, shape (3 or 6, b, n).

``score`` (0 where not compared); ``compared``: both say something comparable; ``counted``: the
facet belongs into the whole weight, as the reference knows it or a side says something; and for
bounds ``low``, ``high`` (the score at the least and the most favourable truth of what only one
side states) and ``bounded`` (where the facet has a weight in the bounds).
"""


@dataclass(frozen=True)
class PairScores:
    """Similarities of b rows with n offers and their bounds; missing where not comparable."""

    score: Floats
    low: Floats
    high: Floats


@dataclass
class CategoryScores:
    """The similarities within one category, against a reference."""

    category: CategoryFacets
    catalog: CatalogFacets
    reference: Reference
    _scorers: dict[Facet, _ListScores | _NumberScores | _TextScores] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Offers of the category."""
        return len(self.category.offers)

    def scorer(self, facet: Facet) -> _ListScores | _NumberScores | _TextScores | None:
        """Give what compares one facet; None where nobody, nor the reference, says anything."""
        matrix, place = self.category.matrix(facet), (self.category.category, str(facet))
        if matrix is None or (isinstance(matrix, Texts) and facet not in self.reference.texts):
            return None
        if facet not in self._scorers:
            if isinstance(matrix, Lists):
                weights = entry_weights(matrix.keys, self.reference.lists.get(place))
                known = place in self.reference.lists
                self._scorers[facet] = _ListScores(matrix, weights, known=known)
            elif isinstance(matrix, Numbers):
                limits = self.reference.ranges.get(place, {})
                self._scorers[facet] = _NumberScores(matrix, limits, self.n)
            else:
                pieces, counts = self.catalog.texts[facet][1], self.reference.texts[facet]
                self._scorers[facet] = _TextScores(matrix.codes, pieces, counts)
        found = self._scorers[facet]
        return found if found.in_use else None

    def facets(
        self, rows: Ints, *, bounds: bool = True, only: Collection[Facet] = FACETS
    ) -> Iterator[tuple[Facet, Layers]]:
        """Compare some rows with every offer, one facet that can count after the other."""
        for facet in FACETS:
            scorer = self.scorer(facet) if facet in only else None
            if scorer is not None:
                yield facet, scorer.layers(rows, bounds=bounds)

    def pairs(
        self, rows: Ints, weights: Mapping[Facet, float], *, min_compared: float
    ) -> PairScores:
        """Gather the facets of some rows into similarities and their bounds."""
        total = weighted(self.facets(rows), weights, shape=(6, len(rows), self.n))
        return pair_scores(total, min_compared=min_compared)

    def said(self, facet: Facet, a: int, b: int) -> tuple[str, str, str]:
        """Put what two offers say in a facet into words: together, only the first, the second."""
        matrix = self.category.matrix(facet)
        if isinstance(matrix, Lists):
            sets = [set(matrix.has[[row]].indices.tolist()) for row in (a, b)]
            parts = (sets[0] & sets[1], sets[0] - sets[1], sets[1] - sets[0])
            both, left, right = (
                ", ".join(matrix.shown[at] for at in sorted(part)) for part in parts
            )
            return both, left, right
        if isinstance(matrix, Numbers):
            return _said_numbers(matrix, a, b)
        kinds, codes = self.catalog.texts[facet][0], self.category.texts[facet].codes
        first, second = (kinds[codes[row]] if codes[row] >= 0 else "" for row in (a, b))
        return (first, "", "") if first == second else ("", first, second)

    def n_lost(self) -> tuple[int, int]:
        """Count amounts outside the reference's range, and those for which it has no range."""
        scores = [self.scorer(facet) for facet in self.category.numbers]
        lost = [(one.n_clipped, one.n_without_range) for one in scores
                if isinstance(one, _NumberScores)]  # fmt: skip
        return sum(clipped for clipped, _ in lost), sum(without for _, without in lost)


def weighted(
    facets: Iterable[tuple[Facet, Layers]],
    weights: Mapping[Facet, float],
    *,
    shape: tuple[int, int, int],
) -> Floats:
    """Add facets up by their weights; those without one are left out."""
    total = np.zeros(shape)
    for facet, layers in facets:
        if weights.get(facet, 0.0) > 0:
            total += weights[facet] * layers
    return total


def pair_scores(total: Floats, *, min_compared: float) -> PairScores:
    """Turn sums over facets into Gower's similarity and its bounds."""
    score = similarity(total, min_compared=min_compared)
    low, high, bounded = total[3:]
    low, high = ratio(low, bounded, empty=0.0), ratio(high, bounded, empty=1.0)
    return PairScores(score, np.minimum(low, 1.0), np.minimum(high, 1.0))


def similarity(total: Floats, *, min_compared: float) -> Floats:
    """Gower's S = sum w d s / sum w d; missing where too little weight was compared."""
    part, weight, whole = total[:3]
    enough = (weight > 0) & (weight >= min_compared * whole - ROUNDING)
    score: Floats = np.full(part.shape, np.nan)
    np.divide(part, weight, out=score, where=enough)
    return np.minimum(score, 1.0)


def row_blocks(category: CategoryFacets, *, size: int = BLOCK) -> Iterator[Ints]:
    """Cut a category's rows into runs of at most ``size``, whole banks together where they fit."""
    n = len(category.brands)
    ends = np.append(np.flatnonzero(np.diff(category.brands)) + 1, n)
    start = 0
    while start < n:
        within = ends[(ends > start) & (ends <= start + size)]
        stop = int(within[-1]) if len(within) else min(start + size, n)
        yield np.arange(start, stop)
        start = stop


def run_starts(codes: Ints) -> Ints:
    """Say where each run of equal codes begins."""
    return np.flatnonzero(np.append(True, np.diff(codes) != 0))


def entry_weights(keys: tuple[str, ...], counts: ListCounts | None) -> Floats:
    """Weigh a list's entries: 1 + ln((1 + B) / (1 + b)), b of the B banks having the entry.

    Kept to 2^-42, so that sums are exact in whatever order a machine adds them, and two offers
    that list the same are alike to the last digit.
    """
    counts = counts or ListCounts(0, {})
    n_with = np.array([counts.brands_with.get(key, 0) for key in keys], dtype=np.float64)
    weights = 1 + np.log((1 + counts.n_brands) / (1 + n_with))
    exact: Floats = np.round(weights * 2.0**42) / 2.0**42
    return exact


class _ListScores:
    """Weighted Jaccard over listed sets."""

    def __init__(self, listed: Lists, weights: Floats, *, known: bool) -> None:
        self.listed, self.known = listed, known
        self.weighted = sp.csr_array(listed.has * weights[None, :])
        self.size = np.asarray(self.weighted.sum(axis=1)).ravel()
        self.in_use = known or listed.has.nnz > 0

    def layers(self, rows: Ints, *, bounds: bool) -> Layers:
        has, has_not, is_open = self.listed.has, self.listed.has_not, self.listed.is_open
        shared = (has @ _turned(self.weighted, rows)).T
        mine, theirs = self.size[rows, None], self.size[None, :]
        either = mine + theirs - shared
        compared = (mine > 0) & (theirs > 0)
        counted = self.known | (mine > 0) | (theirs > 0)
        score = ratio(shared, either, empty=0.0)
        if not bounds:
            return np.stack([score, compared, counted])
        # what one side has and the other does not state: all that it has, less shared and denied
        denied = (has_not @ _turned(self.weighted, rows)).T
        denied += (self.weighted @ _turned(has_not, rows)).T
        undecided = np.maximum(mine + theirs - 2 * shared - denied, 0.0)
        high = np.where(compared, ratio(shared + undecided, either), 1.0)
        possible = ((mine > 0) | is_open[rows, None]) & ((theirs > 0) | is_open[None, :])
        bounded = compared | (possible & counted)
        return np.stack([score, compared, counted, score, high * bounded, bounded])


class _NumberScores:
    """Mean of 1 - |x - y| / range over the attributes that both state."""

    def __init__(self, numbers: Numbers, ranges: Mapping[str, tuple[float, float]], n: int) -> None:
        self.known, self.n = bool(ranges), n
        self.in_use = self.known or bool(numbers.keys)
        usable = np.array([key in ranges for key in numbers.keys], dtype=bool)
        self.amounts: list[tuple[Ints, Floats, float]] = []
        self.n_clipped = self.n_without_range = 0
        for key, rows, values in zip(numbers.keys, numbers.rows, numbers.values, strict=True):
            if key not in ranges:
                self.n_without_range += len(rows)
                continue
            low, high = ranges[key]
            self.n_clipped += int(((values < low) | (values > high)).sum())
            self.amounts.append((rows, values, high - low))
        self.stated = sp.csr_array(numbers.stated[:, usable])
        self.settled = sp.csr_array(numbers.settled[:, usable])
        self.n_stated = np.asarray(self.stated.sum(axis=1)).ravel()

    def layers(self, rows: Ints, *, bounds: bool) -> Layers:
        total = np.zeros((len(rows), self.n))
        for offers, values, width in self.amounts:
            start, stop = np.searchsorted(offers, (rows[0], rows[-1] + 1))
            if start == stop:
                continue
            apart = np.abs(values[start:stop, None] - values[None, :])
            near = np.maximum(1.0 - apart / width, 0.0) if width > 0 else (apart == 0) * 1.0
            total[np.ix_(offers[start:stop] - rows[0], offers)] += near
        both = (self.stated @ _turned(self.stated, rows)).T
        mine, theirs = self.n_stated[rows, None], self.n_stated[None, :]
        compared = both > 0
        counted = np.broadcast_to(self.known | (mine > 0) | (theirs > 0), total.shape)
        score = ratio(total, both, empty=0.0)
        if not bounds:
            return np.stack([score, compared, counted])
        settled = (self.settled @ _turned(self.stated, rows)).T
        settled += (self.stated @ _turned(self.settled, rows)).T
        one_sided = mine + theirs - 2 * both - settled
        everything = both + one_sided
        low = ratio(total, everything, empty=0.0)
        high = np.where(compared, ratio(total + one_sided, everything), 1.0)
        return np.stack([score, compared, counted, low, high * counted, counted])


class _TextScores:
    """Cosine of weighted pieces of characters."""

    def __init__(self, codes: Ints, pieces: Pieces, counts: TextCounts) -> None:
        kinds = np.unique(codes[codes >= 0])
        self.places = np.where(codes >= 0, np.searchsorted(kinds, codes), -1)
        self.known = counts.n_texts > 0
        self.in_use = self.known or len(kinds) > 0
        rows = unit_rows(Pieces(pieces.keys, sp.csr_array(pieces.counts[kinds])), counts)
        # a piece that one text alone holds is in no product of two
        n_with = np.bincount(rows.indices, minlength=rows.shape[1])
        self.rows = sp.csr_array(rows[:, np.flatnonzero(n_with > 1)])

    def layers(self, rows: Ints, *, bounds: bool) -> Layers:
        present = self.places >= 0
        compared = present[rows, None] & present[None, :]
        score = np.zeros(compared.shape)
        kinds = np.unique(self.places[rows][present[rows]])
        if len(kinds):
            cosine = np.minimum((self.rows @ _turned(self.rows, kinds)).T, 1.0)
            cosine[np.arange(len(kinds)), kinds] = 1.0
            at = np.minimum(np.searchsorted(kinds, self.places[rows]), len(kinds) - 1)
            np.copyto(score, cosine[at][:, self.places], where=compared)
        counted = self.known | present[rows, None] | present[None, :]
        if not bounds:
            return np.stack([score, compared, counted])
        high = np.where(compared, score, 1.0) * counted
        return np.stack([score, compared, counted, score, high, counted])


def _turned(matrix: sp.csr_array, rows: Ints) -> Floats:
    """Give some rows of a sparse matrix as dense columns."""
    return np.ascontiguousarray(matrix[rows].toarray().T)


def _said_numbers(numbers: Numbers, a: int, b: int) -> tuple[str, str, str]:
    both, first, second = sides = ([], [], [])  # type: tuple[list[str], list[str], list[str]]
    for name, rows, values in zip(numbers.shown, numbers.rows, numbers.values, strict=True):
        mine, theirs = ([f"{value:.10g}" for value in values[rows == row]] for row in (a, b))
        if mine or theirs:
            side = both if mine and theirs else first if mine else second
            side.append(f"{name}: {' / '.join(mine + theirs)}")
    return tuple(", ".join(side) for side in sides)  # type: ignore[return-value]
