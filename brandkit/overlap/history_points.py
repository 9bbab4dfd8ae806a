"""Similarities without their bounds, many readings of one category at once.

A history compares the same offers again and again, each time with other cells left out. What no
reading changes (texts above all) is compared once for all of them, and bounds, which
:mod:`brandkit.overlap.scores` finds along the way, are not needed. The similarities are those of
that module to rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.overlap.facets import (
    FACETS,
    CatalogFacets,
    CategoryFacets,
    Facet,
    Lists,
    Numbers,
    Texts,
)
from brandkit.overlap.reference import entry_weights
from brandkit.overlap.scores import CategoryScores, row_blocks
from brandkit.sources.reference import ListCounts, Reference

Truth = NDArray[np.bool_]
Whole = NDArray[np.int64]
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Rules:
    """What offers are compared by."""

    reference: Reference
    weights: Mapping[Facet, float]
    min_compared: float


@dataclass(frozen=True)
class _Part:
    """What one facet adds for a block of rows: part, weight compared, weight that could be."""

    part: Floats
    weight: Floats
    whole: Floats

    def __add__(self, other: _Part) -> _Part:
        return _Part(self.part + other.part, self.weight + other.weight, self.whole + other.whole)


def point_scores(
    category: CategoryFacets,
    readings: Mapping[str, CategoryFacets],
    catalog: CatalogFacets,
    rules: Rules,
) -> Iterator[tuple[Whole, dict[str, Floats]]]:
    """Compare a category block by block, under every reading at once.

    Parameters
    ----------
    category : CategoryFacets
    readings : mapping of name to CategoryFacets
        The category with cells left out; matrices that are the category's own are not compared
        again.

    Yields
    ------
    rows, scores
        For each reading the similarities of the rows with every offer of the category, missing
        where a pair is not comparable.
    """
    chosen = [facet for facet in FACETS if rules.weights.get(facet, 0.0) > 0]
    facets = [facet for facet in chosen if _matrix(category, facet) is not None]
    own = {facet: _scorer(category, facet, catalog, rules) for facet in facets}
    changed = {
        name: {
            facet: _scorer(cut, facet, catalog, rules)
            for facet in facets
            if _matrix(cut, facet) is not _matrix(category, facet)
        }
        for name, cut in readings.items()
    }
    moving = {facet for each in changed.values() for facet in each}
    needed = {facet for facet in moving if any(facet not in each for each in changed.values())}
    for rows in row_blocks(category):
        nothing = np.zeros((len(rows), len(category.offers)))
        still = [own[facet].part(rows) for facet in facets if facet not in moving]
        common = _added(_Part(nothing, nothing, nothing), still)
        base = {facet: own[facet].part(rows) for facet in facets if facet in needed}
        scores = {}
        for name, scorers in changed.items():
            parts = [
                scorers[facet].part(rows) if facet in scorers else base[facet]
                for facet in facets
                if facet in moving
            ]
            scores[name] = _score(_added(common, parts), rules.min_compared)
        yield rows, scores


def _added(start: _Part, parts: Sequence[_Part]) -> _Part:
    total = start
    for part in parts:
        total = total + part
    return total


def _score(total: _Part, min_compared: float) -> Floats:
    enough = (total.weight > 0) & (total.weight >= min_compared * total.whole - _ROUNDING)
    score = np.full(total.part.shape, np.nan)
    np.divide(total.part, total.weight, out=score, where=enough)
    np.minimum(score, 1.0, out=score)
    return score


def _matrix(category: CategoryFacets, facet: Facet) -> Lists | Numbers | Texts | None:
    return category.lists.get(facet) or category.numbers.get(facet) or category.texts.get(facet)


def _scorer(
    category: CategoryFacets, facet: Facet, catalog: CatalogFacets, rules: Rules
) -> _ListPoints | _NumberPoints | _TextPoints:
    matrix, worth = _matrix(category, facet), rules.weights[facet]
    place, reference = (category.category, str(facet)), rules.reference
    if isinstance(matrix, Lists):
        return _ListPoints(matrix, reference.lists.get(place), worth)
    if isinstance(matrix, Numbers):
        return _NumberPoints(matrix, reference.ranges.get(place, {}), worth)
    return _TextPoints(category, facet, catalog, rules)


class _ListPoints:
    """Weighted Jaccard over listed sets."""

    def __init__(self, lists: Lists, counts: ListCounts | None, worth: float) -> None:
        self.has = lists.has.toarray()
        self.weighted = self.has * entry_weights(lists.keys, counts)[None, :]
        self.size = self.weighted.sum(axis=1)
        self.is_known = counts is not None
        self.worth = worth

    def part(self, rows: Whole) -> _Part:
        shared = self.weighted[rows] @ self.has.T
        mine, theirs = self.size[rows, None], self.size[None, :]
        either = mine + theirs - shared
        compared = (mine > 0) & (theirs > 0)
        part = np.zeros(shared.shape)
        np.divide(self.worth * shared, either, out=part, where=compared)
        return _Part(part, self.worth * compared,
                     self.worth * (self.is_known | (mine > 0) | (theirs > 0)))  # fmt: skip


class _NumberPoints:
    """Mean of 1 - |x - y| / range over the amounts that both state."""

    def __init__(
        self, numbers: Numbers, ranges: Mapping[str, tuple[float, float]], worth: float
    ) -> None:
        self.worth, self.is_known = worth, bool(ranges)
        usable = np.array([key in ranges for key in numbers.keys], dtype=bool)
        self.stated = numbers.stated[:, usable].toarray()
        self.n_stated = self.stated.sum(axis=1)
        self.amounts = [
            (rows, values, ranges[key][1] - ranges[key][0])
            for key, rows, values in zip(numbers.keys, numbers.rows, numbers.values, strict=True)
            if key in ranges
        ]

    def part(self, rows: Whole) -> _Part:
        total = np.zeros((len(rows), len(self.stated)))
        for offers, values, width in self.amounts:
            start, stop = np.searchsorted(offers, (rows[0], rows[-1] + 1))
            if start == stop:
                continue
            near = np.abs(values[start:stop, None] - values[None, :])
            if width > 0:
                near /= -width
                near += 1.0
                np.maximum(near, 0.0, out=near)
            else:
                near = (near == 0).astype(np.float64)
            total[np.ix_(offers[start:stop] - rows[0], offers)] += near
        both = self.stated[rows] @ self.stated.T
        compared = both > 0
        part = np.zeros(total.shape)
        np.divide(self.worth * total, both, out=part, where=compared)
        counted = self.is_known | (self.n_stated[rows, None] > 0) | (self.n_stated[None, :] > 0)
        return _Part(part, self.worth * compared, self.worth * counted)


class _TextPoints:
    """Cosine of weighted pieces of characters."""

    def __init__(
        self, category: CategoryFacets, facet: Facet, catalog: CatalogFacets, rules: Rules
    ) -> None:
        alone = replace(category, lists={}, numbers={}, texts={facet: category.texts[facet]})
        self.scores = CategoryScores(alone, catalog, rules.reference)
        self.shape, self.worth = len(category.offers), rules.weights[facet]

    def part(self, rows: Whole) -> _Part:
        for each in self.scores.facets(rows):
            weight, whole = (
                self.worth * where.astype(np.float64) for where in (each.compared, each.counted)
            )
            return _Part(self.worth * each.score, weight, whole)
        nothing = np.zeros((len(rows), self.shape))
        return _Part(nothing, nothing, nothing)
