"""In what two banks are alike: their overlap taken apart by facet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, did_you_mean, shown
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap.brands.kernel import few_of
from brandkit.overlap.similarity.reference import fit_reference
from brandkit.overlap.similarity.similarity import ProductSimilarity, product_similarity
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
        return pd.DataFrame({
            "brand_a": [self.brand],
            "brand_b": [self.rival],
            "n_offers": [self.n_offers],
            "n_compared": [len(self.offers)],
            "overlap": [self.overlap],
            "reference": [self.reference.sha256],
        })  # fmt: skip


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
        if name not in catalog.brands:
            raise InputError(
                f"`{argument}` must be a bank of the catalogue; found {shown(name)}."
                f"{did_you_mean(str(name), catalog.brands)}"
            )
    if brand == rival:
        raise InputError(f"`rival` must be another bank than `brand`; found {shown(rival)} twice.")
    if reference is None:
        reference = fit_reference(catalog)
    both = _only(catalog, brand, rival)
    found = product_similarity(
        both, weights=weights, reference=reference, top=1, min_compared=min_compared
    )

    best = found.pairs[found.pairs["brand_a"] == brand]
    if best.empty:
        raise NotEnoughDataError(
            f"`brand` and `rival` must have offers that can be compared; no offer of {brand} can "
            f"be compared with any of {rival}: they share no category, or disclose too little."
        )
    counted, unmatched = _counted(both, best, brand=brand, rival=rival)
    parts = found.parts[found.parts["brand_a"] == brand]
    pair = _telling_pair(best)
    names = both.products.set_index(["brand", "product"])["name"].astype("str")
    return OverlapExplanation(
        offers=_offers(best, names),
        facets=_facets(parts, n=counted),
        side_by_side=found.explain((brand, pair[0]), (rival, pair[1])),
        pair=(str(names[brand, pair[0]]), str(names[rival, pair[1]])),
        brand=brand,
        rival=rival,
        overlap=float(best["similarity"].sum() / counted),
        n_offers=int((both.products["brand"] == brand).sum()),
        n_unmatched=len(unmatched),
        reference=reference,
        notes=_notes(found, unmatched, rival),
    )


def _only(catalog: Catalog, *brands: str) -> Catalog:
    """Give the catalogue of some banks; what is measured by comes from all of them."""
    products = catalog.products[catalog.products["brand"].isin(brands)]
    attributes = catalog.attributes[catalog.attributes["brand"].isin(brands)]
    return replace(catalog, products=products.reset_index(drop=True),
                   attributes=attributes.reset_index(drop=True))  # fmt: skip


def _counted(both: Catalog, best: pd.DataFrame, *, brand: str, rival: str) -> tuple[int, list[str]]:
    """Count offers that enter the mean; those with nothing comparable are left out of it."""
    products = both.products
    mine = products[(products["brand"] == brand) & products["category"].notna()]
    theirs = set(products.loc[products["brand"] == rival, "category"].dropna())
    open_to = mine[mine["category"].isin(theirs)]
    unmatched = open_to.loc[~open_to["product"].isin(best["product_a"]), "name"]
    return len(mine) - len(unmatched), unmatched.astype("str").tolist()


def _facets(parts: pd.DataFrame, *, n: int) -> pd.DataFrame:
    """Add parts and weights up over offers; a facet's similarity is its mean where compared."""
    sums = parts.groupby("facet", observed=True)[["weight", "part"]].sum() / n
    sums = sums[sums["weight"] > 0]
    sums.insert(0, "similarity", sums["part"] / sums["weight"])
    sums = sums.sort_values("part", ascending=False, kind="stable")
    return sums.reset_index().astype({"facet": "str"})


def _offers(best: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    rows = best.assign(
        name_a=names[list(zip(best["brand_a"], best["product_a"], strict=True))].to_numpy(),
        name_b=names[list(zip(best["brand_b"], best["product_b"], strict=True))].to_numpy(),
    )
    columns = ["category", "product_a", "name_a", "product_b", "name_b", "similarity",
               "bound_low", "bound_high"]  # fmt: skip
    order = ["similarity", "category", "product_a"]
    rows = rows.sort_values(order, ascending=[False, True, True], kind="stable")
    return rows[columns].astype({"category": "str"}).reset_index(drop=True)


def _telling_pair(best: pd.DataFrame) -> tuple[str, str]:
    """Find the most alike two offers that differ in something; else the most alike."""
    ranked = best.sort_values(["similarity", "category", "product_a"],
                              ascending=[False, True, True], kind="stable")  # fmt: skip
    differing = ranked[ranked["similarity"] < IDENTICAL]
    row = (differing if len(differing) else ranked).iloc[0]
    return row["product_a"], row["product_b"]


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
