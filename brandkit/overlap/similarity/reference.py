"""What offers are compared by: the frozen reference, the weights of facets, a checked catalogue."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

import numpy as np

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_known,
    did_you_mean,
    require_columns,
    shown,
)
from brandkit.core.message import Message
from brandkit.overlap.similarity.facets import (
    FACETS,
    CatalogFacets,
    CategoryFacets,
    Facet,
    Lists,
    Numbers,
    Texts,
    catalog_facets,
    category_key,
    counted_texts,
    entry_key,
)
from brandkit.overlap.similarity.kernel import CategoryScores
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import ListCounts, Reference

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
