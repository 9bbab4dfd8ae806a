"""Similarity of offers, facet by facet, and the reference and weights it is measured by.

Offers are compared in blocks of rows against one whole category.

Memory grows with rows of a block times offers of the category, never with their square; nothing
is computed between categories.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import cast

import numpy as np
import scipy.sparse as sp

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_known,
    did_you_mean,
    require_columns,
    shown,
)
from brandkit.core.linalg import Floats, Ints, ratio
from brandkit.core.message import Message
from brandkit.overlap.similarity.facets import (
    FACETS,
    CatalogFacets,
    CategoryFacets,
    Facet,
    Lists,
    Numbers,
    Pieces,
    Texts,
    catalog_facets,
    category_key,
    counted_texts,
    entry_key,
    unit_rows,
)
from brandkit.sources.catalog.catalog import Catalog
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
        known = [one for one in scores if isinstance(one, _NumberScores)]
        return sum(one.n_clipped for one in known), sum(one.n_without_range for one in known)


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


# --- the frozen reference and the weights of facets ----------------------------------------------


Limits = Mapping[str, tuple[float, float]]
Categories = str | Sequence[str] | None

FACET_WEIGHTS: Mapping[Facet, float] = MappingProxyType(
    dict.fromkeys(FACETS, 1.0) | {"features": 3.0, "name": 0.5, "description": 0.5}
)
"""The default: what a product does counts most, what it is called least.

Features are what a customer gets and what every catalogue discloses most fully: 3. Which fees are
charged and how high they are count 1 each, as do rates, terms, eligibility, channels and regions:
each says one thing about the offer. Rates follow the market's rate, which moves all banks at once,
and so are not given more. Name and description together count 1: marketing words are a claim about
the product, not the product, yet they tell a student account from a premium one where lists do
not. Whether a finding hangs on these numbers is what :func:`weight_sensitivity` shows.
"""


def fit_reference(catalog: Catalog, *, ranges: Limits | None = None) -> Reference:
    """Count what product similarity is measured against, once.

    Fit it on the first date of a study, store it with
    :func:`brandkit.sources.reference.write_reference`, and hand it to every later call: then a
    new bank or a new date leaves the similarity of two unchanged offers as it was.

    Parameters
    ----------
    catalog : Catalog
    ranges : mapping of attribute to (low, high), optional
        Ranges to use in place of the observed ones, in the unit of the catalogue; they are joined
        with those the catalogue declares. One extreme fee would otherwise make all others alike.

    Returns
    -------
    Reference
        The same bytes for the same catalogue, whatever the order of its rows.

    Notes
    -----
    An entry f of a list weighs 1 + ln((1 + B) / (1 + b_f)), B banks disclosing the list in the
    category and b_f of them having f for at least one offer. Entries the reference never saw
    take b_f = 0.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> reference = fit_reference(small_catalog())
    >>> reference.lists["cards", "features"].brands_with["lounge"]
    1
    """
    return _fitted(catalog_facets(catalog), catalog, ranges=ranges)


def _fitted(facets: CatalogFacets, catalog: Catalog, *, ranges: Limits | None = None) -> Reference:
    """Count a catalogue that is already in matrices."""
    declared = {**(catalog.ranges or {}), **(ranges or {})}
    for name, ends in declared.items():
        if not (len(ends) == 2 and np.isfinite(ends).all() and ends[0] < ends[1]):
            raise ScaleError(
                "`ranges` must give (low, high) for each attribute, low < high and both finite; "
                f"found {shown(list(ends))} for {name!r}."
            )
    declared = {entry_key(name): ends for name, ends in declared.items()}
    lists, limits = {}, {}
    for category in facets.categories:
        for facet, listed in category.lists.items():
            if listed.discloses.any():
                lists[category.category, str(facet)] = _list_counts(category, listed)
        for facet, numbers in category.numbers.items():
            if numbers.keys:
                limits[category.category, str(facet)] = _number_limits(numbers, declared)
    texts = {}
    for facet, (kinds, pieces) in facets.texts.items():
        codes = np.concatenate([category.texts[facet].codes for category in facets.categories])
        repeats = np.bincount(codes[codes >= 0], minlength=len(kinds))
        texts[str(facet)] = counted_texts(pieces, repeats=repeats)
    return Reference(facets.as_of, lists, limits, texts, _fee_terms(catalog))


def _fee_terms(catalog: Catalog) -> dict[str, str]:
    """Give how the catalogue's fee names were read: name as written -> word of the vocabulary."""
    names = catalog.fee_names
    if names is None or not len(names):
        return {}
    require_columns(names, ["label", "attribute"], argument="catalog.fee_names")
    ordered = names[["label", "attribute"]].astype("str").sort_values(["label", "attribute"])
    return dict(zip(ordered["label"], ordered["attribute"], strict=True))


def _list_counts(category: CategoryFacets, listed: Lists) -> ListCounts:
    columns = listed.has.tocsc()
    with_it = {
        key: len(np.unique(category.brands[columns.indices[start:stop]]))
        for key, start, stop in zip(
            listed.keys, columns.indptr[:-1], columns.indptr[1:], strict=True
        )
    }
    return ListCounts(len(np.unique(category.brands[listed.discloses])), with_it)


def _number_limits(numbers: Numbers, declared: Limits) -> dict[str, tuple[float, float]]:
    found = {}
    for key, values in zip(numbers.keys, numbers.values, strict=True):
        ends = declared.get(key) or declared.get(key.rpartition(" [")[0] or key)
        low, high = ends or (values.min(), values.max())
        found[key] = (float(low), float(high))
    return found


def facet_weights(weights: Mapping[str, float] | None) -> dict[Facet, float]:
    """Check the weights of facets; those not named get none."""
    if weights is None:
        return dict(FACET_WEIGHTS)
    for facet, weight in weights.items():
        check_known("weights", facet, FACETS, rule="name facets")
        if not (isinstance(weight, (int, float)) and math.isfinite(weight) and weight >= 0):
            raise ScaleError(f"`weights` must be finite and >= 0; found {weight!r} for {facet!r}.")
    if not any(weight > 0 for weight in weights.values()):
        raise InputError(
            "`weights` must give at least one facet a weight above 0. Leave `weights` out for the "
            "default ones."
        )
    return {cast("Facet", facet): float(weight) for facet, weight in weights.items()}


# --- a catalogue ready for comparison ------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """A catalogue ready for comparison: its chosen categories in canonical order."""

    facets: CatalogFacets
    categories: tuple[CategoryScores, ...]
    weights: dict[Facet, float]
    reference: Reference
    min_compared: float
    notes: tuple[Message, ...]

    def reading_notes(self, *, n_pairs: int, n_comparable: int) -> tuple[Message, ...]:
        """Say what a reader must know about what was compared."""
        notes = list(self.notes)
        if n_comparable < n_pairs:
            text = (
                "{n:count} of {total:count} pairs of offers of different banks are not comparable: "
                "what both disclose holds less than {least:percent} of the weight."
            )
            values = {"n": n_pairs - n_comparable, "total": n_pairs, "least": self.min_compared}
            notes.append(Message(text, values))
        clipped, unknown = np.sum([each.n_lost() for each in self.categories], axis=0).tolist()
        if clipped:
            text = (
                "{n:count} {n:amount|amounts} {n:lies|lie} outside the reference's range; likeness "
                "is cut off at 0 there."
            )
            notes.append(Message(text, {"n": clipped}))
        if unknown:
            text = (
                "{n:count} {n:amount|amounts} {n:is|are} not compared: the reference has no range "
                "for {n:it|them}."
            )
            notes.append(Message(text, {"n": unknown}))
        return tuple(notes)


def check_compared(min_compared: float, reference: Reference | None) -> None:
    """Refuse a least share that is none, and what is no reference."""
    if not 0 <= min_compared <= 1:
        raise ScaleError(
            f"`min_compared` must lie between 0 and 1; found {min_compared}. Write 0.5."
        )
    if reference is not None and not isinstance(reference, Reference):
        raise TypeError(
            f"`reference` must come from fit_reference(); found {type(reference).__name__}."
        )


def comparison(
    catalog: Catalog,
    *,
    category: Categories = None,
    weights: Mapping[str, float] | None = None,
    reference: Reference | None = None,
    min_compared: float = 0.5,
) -> Comparison:
    """Check what was asked, bring the catalogue into matrices, fit a reference where none is given.

    Raises
    ------
    InputError
        Unknown category or facet, an offer twice.
    NotEnoughDataError
        Fewer than two offers or brands, or nothing stated in any facet that counts.
    """
    check_compared(min_compared, reference)
    chosen_weights = facet_weights(weights)
    facets = catalog_facets(catalog)
    _check_size(facets)
    notes = list(facets.notes)
    if reference is None:
        reference = _fitted(facets, catalog)
    terms = _fee_terms(catalog)
    moved = [name for name, term in terms.items() if reference.fee_terms.get(name, term) != term]
    if moved:
        text = (
            "{n:count} fee {n:name|names} {n:is|are} read otherwise than when the reference was "
            "fitted: {names}."
        )
        notes.append(Message(text, {"n": len(moved), "names": few_of(sorted(moved))}))
    known = {category_key(each.category): each.category for each in facets.categories}
    wanted = chosen_categories(category, known, where="catalogue; found {}. It has")
    scores = tuple(
        CategoryScores(each, facets, reference)
        for each in facets.categories
        if category_key(each.category) in wanted
    )
    _check_stated(scores, chosen_weights)
    return Comparison(facets, scores, chosen_weights, reference, min_compared, tuple(notes))


def few_of(names: Sequence[str], *, most: int = 8) -> list[str]:
    """Give the first names, and a mark where there are more."""
    return [*names[:most], *(["…"] if len(names) > most else [])]


def chosen_categories(category: Categories, known: Mapping[str, str], *, where: str) -> set[str]:
    """Give the keys of the categories asked for; spelling and case do not matter."""
    if category is None:
        return set(known)
    asked = [category] if isinstance(category, str) else list(category)
    if not asked:
        raise InputError(
            "`category` must name at least one category; found none. Leave it out for all."
        )
    for label in asked:
        if category_key(str(label)) not in known:
            names = sorted(known.values())
            hint = did_you_mean(str(label), names) or did_you_mean(str(label).upper(), names)
            raise InputError(
                f"`category` must be a category of the {where.format(shown(label))} "
                f"{shown(names, most=12)}.{hint}"
            )
    return {category_key(str(label)) for label in asked}


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


def _check_stated(scores: Sequence[CategoryScores], weights: Mapping[Facet, float]) -> None:
    """Refuse a catalogue that says nothing in any facet that counts."""
    counting = [facet for facet, weight in weights.items() if weight > 0]
    for matrix in (each.category.matrix(facet) for each in scores for facet in counting):
        stated = matrix.codes >= 0 if isinstance(matrix, Texts) else getattr(matrix, "keys", ())
        if np.any(stated):
            return
    raise NotEnoughDataError(
        f"`catalog` must state something in a facet that counts ({', '.join(counting)}); every "
        "cell is not stated. Check that the columns of features, fees and rates were read, or give "
        "`weights` to facets that the catalogue has."
    )
