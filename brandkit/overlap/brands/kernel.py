"""Similarity of offers, facet by facet, in blocks of rows against one whole category.

Memory grows with rows of a block times offers of the category, never with their square; nothing
is computed between categories.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError, did_you_mean, shown
from brandkit.core.linalg import Flags, Floats, Ints
from brandkit.core.message import Message
from brandkit.overlap.similarity.facets import (
    FACETS,
    LIST_FACETS,
    NUMBER_FACETS,
    CatalogFacets,
    CategoryFacets,
    Facet,
    Lists,
    Numbers,
    catalog_facets,
    cosines,
    shared_pieces,
    unit_rows,
)
from brandkit.overlap.similarity.offers import category_key
from brandkit.overlap.similarity.reference import (
    entry_weights,
    facet_weights,
    fee_terms,
    fitted_reference,
)
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference

BLOCK = 256
"""Rows compared at a time."""


@dataclass(frozen=True)
class FacetScores:
    """One facet for a block of rows against every offer of the category, all of shape (b, n).

    Parameters
    ----------
    facet : str
    score : ndarray, 0-1
        0 where not compared.
    compared : ndarray of bool
        Both offers say something that can be compared.
    counted : ndarray of bool
        The facet belongs into the total weight: the reference knows it in this category, or one
        of the two offers says something in it.
    low, high : ndarray, 0-1
        The score at the least and the most favourable truth of what only one side states.
    bounded : ndarray of bool
        Where the facet has a weight in the bounds: compared, or open on a side that is silent.
    """

    facet: Facet
    score: Floats
    compared: Flags
    counted: Flags
    low: Floats
    high: Floats
    bounded: Flags


@dataclass(frozen=True)
class PairScores:
    """Similarities of a block of rows with every offer of the category, all of shape (b, n).

    Parameters
    ----------
    score : ndarray, 0-1, missing where the pair is not comparable
    low, high : ndarray, 0-1
    """

    score: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Said:
    """What two offers say in one facet: together, only the first, only the second."""

    shared: str
    only_a: str
    only_b: str


class CategoryScores:
    """The similarities within one category, against a reference."""

    def __init__(
        self, category: CategoryFacets, catalog: CatalogFacets, reference: Reference
    ) -> None:
        self.category, self.catalog, self.reference = category, catalog, reference

    @property
    def n(self) -> int:
        """Offers of the category."""
        return len(self.category.offers)

    @cached_property
    def _lists(self) -> dict[Facet, _ListScores]:
        known = self.reference.lists
        return {
            facet: _ListScores(
                listed,
                entry_weights(listed.keys, known.get((self.category.category, facet))),
                known=(self.category.category, facet) in known,
            )
            for facet, listed in self.category.lists.items()
        }

    @cached_property
    def _numbers(self) -> dict[Facet, _NumberScores]:
        known = self.reference.ranges
        return {
            facet: _NumberScores(numbers, known.get((self.category.category, facet), {}), self.n)
            for facet, numbers in self.category.numbers.items()
        }

    @cached_property
    def _texts(self) -> dict[Facet, _TextScores]:
        made = {}
        for facet, texts in self.category.texts.items():
            if facet in self.reference.texts:
                made[facet] = _TextScores(texts.codes, facet, self.catalog, self.reference)
        return made

    def facets(self, rows: Ints) -> Iterator[FacetScores]:
        """Compare some rows with every offer, one facet after the other.

        Facets of which neither the reference nor an offer of the category says anything are
        left out: they cannot count.
        """
        for facet in FACETS:
            if facet in LIST_FACETS and facet in self._lists:
                lists = self._lists[facet]
                if lists.known or lists.listed.has.nnz:
                    yield lists.scores(facet, rows)
            elif facet in NUMBER_FACETS and facet in self._numbers:
                numbers = self._numbers[facet]
                if numbers.known or numbers.numbers.keys:
                    yield numbers.scores(facet, rows)
            elif facet in self._texts:
                texts = self._texts[facet]
                if texts.known or (texts.codes >= 0).any():
                    yield texts.scores(facet, rows)

    def pairs(
        self, rows: Ints, weights: Mapping[Facet, float], *, min_compared: float
    ) -> PairScores:
        """Gather the facets of some rows into similarities and their bounds."""
        return summed(self.facets(rows), weights, min_compared=min_compared)

    def said(self, facet: Facet, a: int, b: int) -> Said:
        """Put what two offers say in a facet into words."""
        if facet in self.category.lists:
            listed = self.category.lists[facet]
            mine, theirs = (set(listed.has[[row]].indices.tolist()) for row in (a, b))

            def words(places: set[int]) -> str:
                return ", ".join(listed.shown[place] for place in sorted(places))

            return Said(words(mine & theirs), words(mine - theirs), words(theirs - mine))
        if facet in self.category.numbers:
            return self._said_numbers(self.category.numbers[facet], a, b)
        kinds = self.catalog.texts[facet][0]
        codes = self.category.texts[facet].codes
        mine_text, theirs_text = (kinds[codes[row]] if codes[row] >= 0 else "" for row in (a, b))
        if mine_text == theirs_text:
            return Said(mine_text, "", "")
        return Said("", mine_text, theirs_text)

    def _said_numbers(self, numbers: Numbers, a: int, b: int) -> Said:
        both: list[str] = []
        only: tuple[list[str], list[str]] = ([], [])
        for name, rows, values in zip(numbers.shown, numbers.rows, numbers.values, strict=True):
            stated = dict(zip(rows.tolist(), values.tolist(), strict=True))
            if a in stated and b in stated:
                both.append(f"{name}: {stated[a]:.10g} / {stated[b]:.10g}")
            elif a in stated:
                only[0].append(f"{name}: {stated[a]:.10g}")
            elif b in stated:
                only[1].append(f"{name}: {stated[b]:.10g}")
        return Said(", ".join(both), ", ".join(only[0]), ", ".join(only[1]))

    @property
    def n_clipped(self) -> int:
        """Amounts outside the reference's range."""
        return sum(numbers.n_clipped for numbers in self._numbers.values())

    @property
    def n_without_range(self) -> int:
        """Amounts of attributes for which the reference has no range: never compared."""
        return sum(numbers.n_without_range for numbers in self._numbers.values())


def summed(
    facets: Iterable[FacetScores], weights: Mapping[Facet, float], *, min_compared: float
) -> PairScores:
    """Gather facets into Gower's similarity; facets without weight are left out.

    Raises
    ------
    ValueError
        No facet is there at all; callers have checked that one is.
    """
    total: _Total | None = None
    for facet in facets:
        total = total or _Total(facet.score.shape, min_compared=min_compared)
        if weights.get(facet.facet, 0.0) > 0:
            total.add(facet, weights[facet.facet])
    if total is None:
        raise ValueError("a category without a facet cannot be compared")
    return total.scores()


class _Total:
    """Sums over facets: Gower's similarity, what it was compared on, and its bounds."""

    def __init__(self, shape: tuple[int, ...], *, min_compared: float) -> None:
        self.least = min_compared
        self.parts, self.weight, self.whole = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.low, self.high, self.bounded = np.zeros(shape), np.zeros(shape), np.zeros(shape)

    def add(self, facet: FacetScores, weight: float) -> None:
        self.parts += weight * facet.score
        self.weight += weight * facet.compared
        self.whole += weight * facet.counted
        self.low += weight * facet.low
        self.high += weight * facet.high
        self.bounded += weight * facet.bounded

    def scores(self) -> PairScores:
        # a hair's breadth under the least share is rounding of the weights, not a missing facet
        enough = (self.weight > 0) & (self.weight >= self.least * self.whole - 1e-9)
        missing = np.full(self.parts.shape, np.nan)
        score = np.divide(self.parts, self.weight, out=missing, where=enough)
        divisor = np.where(self.bounded > 0, self.bounded, 1.0)
        high = np.where(self.bounded > 0, self.high / divisor, 1.0)
        return PairScores(
            np.minimum(score, 1.0), np.minimum(self.low / divisor, 1.0), np.minimum(high, 1.0)
        )


class _ListScores:
    """Weighted Jaccard over listed sets."""

    def __init__(self, listed: Lists, weights: Floats, *, known: bool) -> None:
        self.listed, self.known = listed, known
        self.weighted = sp.csr_array(listed.has * weights[None, :])
        self.size = np.asarray(self.weighted.sum(axis=1)).ravel()

    def scores(self, facet: Facet, rows: Ints) -> FacetScores:
        listed = self.listed
        block = np.ascontiguousarray(self.weighted[rows].toarray().T)
        denied_block = np.ascontiguousarray(listed.has_not[rows].toarray().T)
        shared = (listed.has @ block).T
        denied = (listed.has_not @ block).T + (self.weighted @ denied_block).T
        mine, theirs = self.size[rows, None], self.size[None, :]
        either = mine + theirs - shared
        compared = (mine > 0) & (theirs > 0)
        divisor = np.where(either > 0, either, 1.0)
        score = np.where(compared, shared / divisor, 0.0)
        # what one side has and the other does not state: all that it has, less shared and denied
        undecided = mine + theirs - 2 * shared - denied
        high = np.where(compared, (shared + np.maximum(undecided, 0.0)) / divisor, 1.0)
        silent_mine, silent_theirs = mine == 0, theirs == 0
        possible = (~silent_mine | listed.is_open[rows, None]) & (
            ~silent_theirs | listed.is_open[None, :]
        )
        counted = np.broadcast_to(np.array(self.known), compared.shape) | (mine > 0) | (theirs > 0)
        bounded = compared | (possible & counted)
        return FacetScores(facet, score, compared, counted, score, high * bounded, bounded)


class _NumberScores:
    """Mean of 1 - |x - y| / range over the attributes that both state."""

    def __init__(self, numbers: Numbers, ranges: Mapping[str, tuple[float, float]], n: int) -> None:
        self.numbers, self.known, self.n = numbers, bool(ranges), n
        self.compared_keys: list[tuple[Ints, Floats, float]] = []
        self.n_clipped = self.n_without_range = 0
        usable = np.zeros(len(numbers.keys), dtype=bool)
        for place, key in enumerate(numbers.keys):
            rows, values = numbers.rows[place], numbers.values[place]
            if key not in ranges:
                self.n_without_range += len(rows)
                continue
            low, high = ranges[key]
            usable[place] = True
            self.n_clipped += int(((values < low) | (values > high)).sum())
            self.compared_keys.append((rows, values, high - low))
        self.stated = sp.csr_array(numbers.stated[:, usable])
        self.settled = sp.csr_array(numbers.settled[:, usable])
        self.n_stated = np.asarray(self.stated.sum(axis=1)).ravel()

    def scores(self, facet: Facet, rows: Ints) -> FacetScores:
        shape = (len(rows), self.n)
        total = np.zeros(shape)
        for offers, values, width in self.compared_keys:
            start, stop = np.searchsorted(offers, (rows[0], rows[-1] + 1))
            if start == stop:
                continue
            apart = np.abs(values[start:stop, None] - values[None, :])
            if width > 0:
                near = np.maximum(1.0 - apart / width, 0.0)
            else:
                near = (apart == 0).astype(np.float64)
            total[np.ix_(offers[start:stop] - rows[0], offers)] += near
        block = np.ascontiguousarray(self.stated[rows].toarray().T)
        settled_block = np.ascontiguousarray(self.settled[rows].toarray().T)
        both = (self.stated @ block).T
        settled = (self.settled @ block).T + (self.stated @ settled_block).T
        mine, theirs = self.n_stated[rows, None], self.n_stated[None, :]
        one_sided = mine + theirs - 2 * both - settled
        compared = both > 0
        score = np.where(compared, total / np.where(compared, both, 1.0), 0.0)
        everything = both + one_sided
        divisor = np.where(everything > 0, everything, 1.0)
        low = np.where(compared, total / divisor, 0.0)
        high = np.where(compared, (total + one_sided) / divisor, 1.0)
        counted = np.broadcast_to(np.array(self.known), shape) | (mine > 0) | (theirs > 0)
        return FacetScores(facet, score, compared, counted, low, high * counted, counted)


class _TextScores:
    """Cosine of weighted pieces of characters."""

    def __init__(
        self, codes: Ints, facet: Facet, catalog: CatalogFacets, reference: Reference
    ) -> None:
        kinds, self.codes = np.unique(codes[codes >= 0]), codes
        self.places = np.where(codes >= 0, np.searchsorted(kinds, codes), -1)
        pieces = catalog.texts[facet][1]
        counts = reference.texts[facet]
        self.known = counts.n_texts > 0
        chosen = type(pieces)(pieces.keys, sp.csr_array(pieces.counts[kinds]))
        self.rows = shared_pieces(unit_rows(chosen, counts))

    def scores(self, facet: Facet, rows: Ints) -> FacetScores:
        present = self.codes >= 0
        compared = present[rows, None] & present[None, :]
        score = np.zeros(compared.shape)
        kinds = np.unique(self.places[rows][present[rows]])
        if len(kinds):
            found = cosines(self.rows, kinds)
            at = np.searchsorted(kinds, self.places[rows])
            at = np.minimum(at, len(kinds) - 1)
            np.copyto(score, found[at][:, self.places], where=compared)
        known = np.broadcast_to(np.array(self.known), compared.shape)
        counted = known | present[rows, None] | present[None, :]
        high = np.where(compared, score, 1.0) * counted
        return FacetScores(facet, score, compared, counted, score, high, counted)


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


Categories = str | Sequence[str] | None


@dataclass(frozen=True)
class Comparison:
    """A catalogue ready for comparison.

    Parameters
    ----------
    facets : CatalogFacets
    categories : tuple of CategoryScores
        The chosen ones, in canonical order.
    weights : dict
    reference : Reference
    min_compared : float
    notes : tuple of Message
    """

    facets: CatalogFacets
    categories: tuple[CategoryScores, ...]
    weights: dict[Facet, float]
    reference: Reference
    min_compared: float
    notes: tuple[Message, ...]


def comparison(
    catalog: Catalog,
    *,
    category: Categories,
    weights: Mapping[str, float] | None,
    reference: Reference | None,
    min_compared: float,
) -> Comparison:
    """Check what was asked, bring the catalogue into matrices, fit a reference where none is given.

    Raises
    ------
    InputError
        Unknown category or facet, an offer twice.
    NotEnoughDataError
        Fewer than two offers or brands, or nothing stated in any facet that counts.
    """
    if not 0 <= min_compared <= 1:
        raise ScaleError(
            f"`min_compared` must lie between 0 and 1; found {min_compared}. Write 0.5."
        )
    if reference is not None and not isinstance(reference, Reference):
        raise TypeError(
            f"`reference` must come from fit_reference(); found {type(reference).__name__}."
        )
    chosen_weights = facet_weights(weights)
    facets = catalog_facets(catalog)
    _check_size(facets)
    fees = fee_terms(catalog)
    notes = list(facets.notes)
    if reference is None:
        ranges = getattr(catalog, "ranges", None) or {}
        reference = fitted_reference(facets, ranges=ranges, fee_terms=fees)
    else:
        moved = sorted(
            name for name, term in fees.items() if reference.fee_terms.get(name, term) != term
        )
        if moved:
            text = (
                "{n:count} fee {n:name|names} {n:is|are} read otherwise than when the reference "
                "was fitted: {names}."
            )
            notes.append(Message(text, {"n": len(moved), "names": few_of(moved)}))
    wanted = _chosen(facets, category)
    scores = tuple(
        CategoryScores(each, facets, reference)
        for each in facets.categories
        if each.category in wanted
    )
    _check_stated(scores, chosen_weights)
    return Comparison(facets, scores, chosen_weights, reference, min_compared, tuple(notes))


def reading_notes(compared: Comparison, *, n_pairs: int, n_comparable: int) -> tuple[Message, ...]:
    """Say what a reader must know about what was compared."""
    notes = list(compared.notes)
    if n_comparable < n_pairs:
        text = (
            "{n:count} of {total:count} pairs of offers of different banks are not comparable: "
            "what both disclose holds less than {least:percent} of the weight."
        )
        values = {"n": n_pairs - n_comparable, "total": n_pairs, "least": compared.min_compared}
        notes.append(Message(text, values))
    clipped = sum(scores.n_clipped for scores in compared.categories)
    if clipped:
        text = (
            "{n:count} {n:amount|amounts} {n:lies|lie} outside the reference's range; likeness is "
            "cut off at 0 there."
        )
        notes.append(Message(text, {"n": clipped}))
    unknown = sum(scores.n_without_range for scores in compared.categories)
    if unknown:
        text = (
            "{n:count} {n:amount|amounts} {n:is|are} not compared: the reference has no range for "
            "{n:it|them}."
        )
        notes.append(Message(text, {"n": unknown}))
    return tuple(notes)


def few_of(names: Sequence[str], *, most: int = 8) -> list[str]:
    """Give the first names, and a mark where there are more."""
    return [*names[:most], *(["…"] if len(names) > most else [])]


def _check_size(facets: CatalogFacets) -> None:
    if len(facets.offers) < 2:
        raise NotEnoughDataError(
            f"`catalog` must hold at least two offers to compare; found {len(facets.offers)}. "
            "Add products, or look into catalog.problems for records that were skipped."
        )
    if len(facets.brands) < 2:
        raise NotEnoughDataError(
            f"`catalog` must hold offers of at least two brands; found {shown(facets.brands)}. "
            "Add a rival's catalogue, or check that the brand column was read."
        )


def _chosen(facets: CatalogFacets, category: Categories) -> set[str]:
    names = [each.category for each in facets.categories]
    if category is None:
        return set(names)
    asked = [category] if isinstance(category, str) else list(category)
    by_key = {category_key(name): name for name in names}
    wanted = set()
    for label in asked:
        found = by_key.get(category_key(str(label)))
        if found is None:
            hint = did_you_mean(str(label), names) or did_you_mean(str(label).upper(), names)
            raise InputError(
                f"`category` must be a category of the catalogue; found {shown(label)}. It has "
                f"{shown(names, most=12)}.{hint}"
            )
        wanted.add(found)
    if not wanted:
        raise InputError(
            "`category` must name at least one category; found none. Leave it out for all."
        )
    return wanted


def _check_stated(scores: Sequence[CategoryScores], weights: Mapping[Facet, float]) -> None:
    """Refuse a catalogue that says nothing in any facet that counts."""
    for each in scores:
        category = each.category
        for facet, weight in weights.items():
            if weight <= 0:
                continue
            if facet in category.lists and category.lists[facet].has.nnz:
                return
            if facet in category.numbers and category.numbers[facet].keys:
                return
            if facet in category.texts and (category.texts[facet].codes >= 0).any():
                return
    facets = ", ".join(facet for facet, weight in weights.items() if weight > 0)
    raise NotEnoughDataError(
        f"`catalog` must state something in a facet that counts ({facets}); every cell is not "
        "stated. Check that the columns of features, fees and rates were read, or give `weights` "
        "to facets that the catalogue has."
    )


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


def _chances(n: int, sizes: Ints) -> Floats:
    """Give the chance that the k-th largest is the largest drawn, sizes x ranks."""
    rank = np.arange(1, n)
    factor = np.maximum(n - sizes[:, None] - rank[None, :] + 1, 0) / (n - rank)[None, :]
    first = (sizes / n)[:, None]
    return np.hstack([first, first * np.cumprod(factor, axis=1)])
