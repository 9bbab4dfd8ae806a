"""What every comparison of offers starts with: checks, matrices, reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError, did_you_mean, shown
from brandkit.core.message import Message
from brandkit.overlap.facets import CatalogFacets, Facet, catalog_facets
from brandkit.overlap.offers import category_key
from brandkit.overlap.reference import fee_terms, fitted_reference
from brandkit.overlap.scores import CategoryScores
from brandkit.overlap.weights import facet_weights
from brandkit.sources.catalog import Catalog
from brandkit.sources.reference import Reference

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
