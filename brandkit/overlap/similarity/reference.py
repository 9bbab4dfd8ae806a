"""Fitting the frozen reference: what is counted once, so that a new bank moves no old number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import cast

import numpy as np

from brandkit.core.errors import InputError, ScaleError, did_you_mean, require_columns, shown
from brandkit.core.linalg import Floats
from brandkit.overlap.similarity.facets import (
    FACETS,
    CatalogFacets,
    CategoryFacets,
    Facet,
    Lists,
    catalog_facets,
    counted_texts,
)
from brandkit.overlap.similarity.offers import entry_key
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import ListCounts, Reference

Limits = Mapping[str, tuple[float, float]]


def fit_reference(catalog: Catalog, *, ranges: Limits | None = None) -> Reference:
    """Count what product similarity is measured against, once.

    Fit it on the first date of a study, store it with
    :func:`brandkit.sources.catalog.reference.write_reference`, and hand it to every later call:
    then a new bank or a new date leaves the similarity of two unchanged offers as it was.

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
    declared = {**(getattr(catalog, "ranges", None) or {}), **(ranges or {})}
    return fitted_reference(catalog_facets(catalog), ranges=declared, fee_terms=fee_terms(catalog))


def fitted_reference(
    facets: CatalogFacets, *, ranges: Limits, fee_terms: Mapping[str, str]
) -> Reference:
    """Count a catalogue that is already in matrices."""
    _check_ranges(ranges)
    declared = {entry_key(name): ends for name, ends in ranges.items()}
    lists, limits = {}, {}
    for category in facets.categories:
        for facet, listed in category.lists.items():
            if listed.discloses.any():
                lists[category.category, str(facet)] = _list_counts(category, listed)
        for facet, numbers in category.numbers.items():
            if numbers.keys:
                limits[category.category, str(facet)] = {
                    key: _declared(key, declared) or (float(values.min()), float(values.max()))
                    for key, values in zip(numbers.keys, numbers.values, strict=True)
                }
    texts = {}
    for facet, (kinds, pieces) in facets.texts.items():
        codes = np.concatenate([category.texts[facet].codes for category in facets.categories])
        repeats = np.bincount(codes[codes >= 0], minlength=len(kinds))
        texts[str(facet)] = counted_texts(pieces, repeats=repeats)
    return Reference(
        as_of=facets.as_of, lists=lists, ranges=limits, texts=texts, fee_terms=fee_terms
    )


def fee_terms(catalog: Catalog) -> dict[str, str]:
    """Give how the catalogue's fee names were read: name as written -> word of the vocabulary."""
    names = getattr(catalog, "fee_names", None)
    if names is None or not len(names):
        return {}
    require_columns(names, ["label", "attribute"], argument="catalog.fee_names")
    ordered = names[["label", "attribute"]].astype("str").sort_values(["label", "attribute"])
    return dict(zip(ordered["label"], ordered["attribute"], strict=True))


def entry_weights(keys: tuple[str, ...], counts: ListCounts | None) -> Floats:
    """Give the weights of a list's entries.

    They are kept to 2^-42, so that sums of them are exact in whatever order a machine adds them
    and two offers that list the same are alike to the last digit.
    """
    counts = counts or ListCounts(0, {})
    n_with = np.array([counts.brands_with.get(key, 0) for key in keys], dtype=np.float64)
    weights = 1 + np.log((1 + counts.n_brands) / (1 + n_with))
    exact: Floats = np.round(weights * 2.0**42) / 2.0**42
    return exact


def _list_counts(category: CategoryFacets, listed: Lists) -> ListCounts:
    with_it = {}
    transposed = listed.has.tocsc()
    for place, key in enumerate(listed.keys):
        offers = transposed.indices[transposed.indptr[place] : transposed.indptr[place + 1]]
        with_it[key] = len(np.unique(category.brands[offers]))
    return ListCounts(len(np.unique(category.brands[listed.discloses])), with_it)


def _declared(key: str, declared: Limits) -> tuple[float, float] | None:
    found = declared.get(key) or declared.get(key.rpartition(" [")[0] or key)
    return (float(found[0]), float(found[1])) if found else None


def _check_ranges(ranges: Limits) -> None:
    for name, ends in ranges.items():
        if len(ends) != 2:
            raise InputError(
                f"`ranges` must give (low, high) for each attribute; found {shown(list(ends))} for "
                f"{name!r}."
            )
        if not (np.isfinite(ends).all() and ends[0] < ends[1]):
            raise ScaleError(
                f"`ranges` must have low < high, both finite; found {shown(list(ends))} for "
                f"{name!r}."
            )


FACET_WEIGHTS: Mapping[Facet, float] = MappingProxyType({
    "features": 3.0, "fees": 1.0, "fee_amounts": 1.0, "rates": 1.0, "terms": 1.0,
    "eligibility": 1.0, "channels": 1.0, "regions": 1.0, "name": 0.5, "description": 0.5,
})  # fmt: skip
"""The default: what a product does counts most, what it is called least.

Features are what a customer gets and what every catalogue discloses most fully: 3. Which fees are
charged and how high they are count 1 each, as do rates, terms, eligibility, channels and regions:
each says one thing about the offer. Rates follow the market's rate, which moves all banks at once,
and so are not given more. Name and description together count 1: marketing words are a claim about
the product, not the product, yet they tell a student account from a premium one where lists do
not. Whether a finding hangs on these numbers is what :func:`weight_sensitivity` shows.
"""


def facet_weights(weights: Mapping[str, float] | None) -> dict[Facet, float]:
    """Check the weights of facets; those not named get none."""
    if weights is None:
        return dict(FACET_WEIGHTS)
    for facet, weight in weights.items():
        if facet not in FACETS:
            raise InputError(
                f"`weights` must name facets; found {shown(facet)}. They are {', '.join(FACETS)}."
                f"{did_you_mean(str(facet), FACETS)}"
            )
        if not (isinstance(weight, (int, float)) and math.isfinite(weight) and weight >= 0):
            raise ScaleError(f"`weights` must be finite and >= 0; found {weight!r} for {facet!r}.")
    if not any(weight > 0 for weight in weights.values()):
        raise InputError(
            "`weights` must give at least one facet a weight above 0. Leave `weights` out for the "
            "default ones."
        )
    return {cast("Facet", facet): float(weight) for facet, weight in weights.items()}
