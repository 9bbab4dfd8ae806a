"""In what two banks are alike: their overlap taken apart by facet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, check_known, shown
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap.products import ProductSimilarity, nearest_pairs, product_similarity
from brandkit.overlap.similarity.reference import few_of, fit_reference
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference

IDENTICAL = 0.995
"""Similarity from which two offers leave nothing to tell apart."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class OverlapExplanation(Result):
    """What makes one bank's offers like another's.

    Parameters
    ----------
    offers : DataFrame
        One row an offer of the bank that has a counterpart at the rival, most alike first:
        ``category product_a name_a product_b name_b similarity bound_low bound_high``.
    facets : DataFrame
        One row a facet, largest part first: ``facet similarity weight part``. The parts add up to
        the overlap, the weights to the share of offers that have a counterpart.
    side_by_side : DataFrame
        The most alike two offers that still differ (else the most alike two): ``facet similarity
        weight part shared only_a only_b``.
    pair : tuple of str
        Names of these two offers, the bank's first.
    brand, rival : str
    overlap : float
        The mean over the bank's offers, 0 for those in categories the rival lacks.
    n_offers, n_unmatched : int
        The bank's offers, and those that could not be compared with anything of the rival's.
    reference : Reference
    """

    offers: pd.DataFrame
    facets: pd.DataFrame
    side_by_side: pd.DataFrame
    pair: tuple[str, str]
    brand: str
    rival: str
    overlap: float
    n_offers: int
    n_unmatched: int
    reference: Reference

    def tidy(self) -> pd.DataFrame:
        """Give the facets."""
        return self.facets.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: who is compared with whom, and the overlap."""
        return self._row(
            "brand_a brand_b n_offers n_compared overlap reference",
            brand_a=self.brand,
            brand_b=self.rival,
            n_compared=len(self.offers),
            reference=self.reference.sha256,
        )


def overlap_explanation(
    catalog: Catalog,
    *,
    brand: str,
    rival: str,
    weights: Mapping[str, float] | None = None,
    reference: Reference | None = None,
    min_compared: float = 0.5,
) -> OverlapExplanation:
    """Take the overlap of two banks apart: which facets make their offers alike.

    Answers *in what are we like them?*: in the features, in the fees, or only in the names.

    Parameters
    ----------
    catalog : Catalog
        With all banks: what an entry counts depends on how many have it.
    brand, rival : str
        Offers of the first are looked at, counterparts sought at the second.
    weights, reference, min_compared
        As in :func:`brandkit.overlap.brand_overlap`.

    Returns
    -------
    OverlapExplanation

    Raises
    ------
    InputError
        A bank is not in the catalogue, or the two are one.
    NotEnoughDataError
        No offer of the bank can be compared with any of the rival's.

    Notes
    -----
    Every offer is set against its best match at the rival. A facet's part is the mean over the
    bank's offers of what it adds to that similarity, so the parts add up to the overlap.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = overlap_explanation(small_catalog(), brand="Meridian", rival="Kestrel")
    >>> round(float(result.facets["part"].sum()), 4), round(result.overlap, 4)
    (0.3576, 0.3576)
    """
    for argument, name in (("brand", brand), ("rival", rival)):
        check_known(argument, name, catalog.brands, rule="be a bank of the catalogue")
    if brand == rival:
        raise InputError(f"`rival` must be another bank than `brand`; found {shown(rival)} twice.")
    if reference is None:
        reference = fit_reference(catalog)
    both = _only(catalog, brand, rival)
    found = product_similarity(
        both, weights=weights, reference=reference, top=1, min_compared=min_compared
    )
    offers = nearest_pairs(found, brand=brand, once=False)
    offers = offers.drop(columns=["brand_a", "brand_b"]).astype({"category": "str"})
    if offers.empty:
        raise NotEnoughDataError(
            f"`brand` and `rival` must have offers that can be compared; no offer of {brand} can "
            f"be compared with any of {rival}: they share no category, or disclose too little."
        )

    products = both.products[both.products["category"].notna()]
    mine = products[products["brand"] == brand]
    open_to = mine["category"].isin(products.loc[products["brand"] == rival, "category"])
    unmatched = mine.loc[open_to & ~mine["product"].isin(offers["product_a"]), "name"]
    counted = len(mine) - len(unmatched)  # offers with nothing comparable are left out of the mean
    # the most alike two that differ in something; else the most alike
    differing = offers[offers["similarity"] < IDENTICAL]
    pair = (differing if len(differing) else offers).iloc[0]

    return OverlapExplanation(
        offers=offers,
        facets=_facets(found.parts[found.parts["brand_a"] == brand], n=counted),
        side_by_side=found.explain((brand, pair["product_a"]), (rival, pair["product_b"])),
        pair=(str(pair["name_a"]), str(pair["name_b"])),
        brand=brand,
        rival=rival,
        overlap=float(offers["similarity"].sum() / counted),
        n_offers=int((both.products["brand"] == brand).sum()),
        n_unmatched=len(unmatched),
        reference=reference,
        notes=_notes(found, unmatched.astype("str").tolist(), rival),
    )


def _only(catalog: Catalog, *brands: str) -> Catalog:
    """Give the catalogue of some banks; what is measured by comes from all of them."""
    products, attributes = (
        frame[frame["brand"].isin(brands)].reset_index(drop=True)
        for frame in (catalog.products, catalog.attributes)
    )
    return replace(catalog, products=products, attributes=attributes)


def _facets(parts: pd.DataFrame, *, n: int) -> pd.DataFrame:
    """Add parts and weights up over offers; a facet's similarity is its mean where compared."""
    sums = parts.groupby("facet", observed=True)[["weight", "part"]].sum() / n
    sums = sums[sums["weight"] > 0]
    sums.insert(0, "similarity", sums["part"] / sums["weight"])
    sums = sums.sort_values("part", ascending=False, kind="stable")
    return sums.reset_index().astype({"facet": "str"})


def _notes(found: ProductSimilarity, unmatched: list[str], rival: str) -> tuple[Message, ...]:
    notes = [note for note in found.notes if "category" in note.text or "currencies" in note.text]
    if unmatched:
        text = (
            "{n:count} {n:offer|offers} could not be compared with any of {rival}'s and {n:is|are} "
            "left out: {names}."
        )
        values = {"n": len(unmatched), "rival": rival, "names": few_of(unmatched)}
        notes.append(Message(text, values))
    return tuple(notes)
