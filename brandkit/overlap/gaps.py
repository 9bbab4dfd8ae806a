"""What rivals have and we lack, what we alone have, where the market is crowded or empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError, check_known, shown
from brandkit.core.linalg import Flags, ratio
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap.brands.kernel import best_matches, sister_pairs
from brandkit.overlap.names import LOOKS_ALIKE, look_alike_names
from brandkit.overlap.similarity.facets import CategoryFacets, Facet, category_key
from brandkit.overlap.similarity.kernel import Categories, comparison, few_of
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CatalogGaps(Result):
    """Where one bank's catalogue differs from its rivals'.

    Parameters
    ----------
    brand : str
        The focus bank ("we").
    gaps : DataFrame
        One row an attribute that sets us apart: ``kind category facet attribute state n_ours
        n_ours_have n_comparable n_have share_have share_not_stated n_rivals n_rivals_have``.
        ``kind`` is "parity_gap" (most rivals' comparable offers have it, none of ours does) or
        "point_of_difference" (ours has it, few of theirs). ``state`` is ours: "has", "has_not"
        or "not_stated".
    cells : DataFrame
        One row a segment and category: ``category segment cell n_offers n_ours n_rivals share
        expected share_not_stated``. ``cell`` is "crowded", "empty", "ours_alone" or "usual".
    look_alikes : DataFrame
        One row a pair of our product and a rival's whose names look alike: ``category product
        name brand_b product_b name_b similarity``.
    n_offers, n_rivals : int
        Our offers, and rivals in our categories, sisters left out.
    """

    brand: str
    gaps: pd.DataFrame
    cells: pd.DataFrame
    look_alikes: pd.DataFrame
    n_offers: int
    n_rivals: int

    def glance(self) -> pd.DataFrame:
        """Give one row: how many gaps, points of difference, cells and look-alikes."""
        kinds, cells = self.gaps["kind"], self.cells["cell"]
        return self._row(
            "brand n_offers n_rivals n_parity_gaps n_differences n_crowded n_empty n_look_alikes",
            n_parity_gaps=int((kinds == "parity_gap").sum()),
            n_differences=int((kinds == "point_of_difference").sum()),
            n_crowded=int((cells == "crowded").sum()),
            n_empty=int((cells == "empty").sum()),
            n_look_alikes=len(self.look_alikes),
        )


GAP_FACETS: tuple[Facet, ...] = ("features", "channels", "regions")
"""Lists of which more is better. Fees and conditions of eligibility are not."""
_LISTS: tuple[Facet, ...] = ("features", "eligibility", "channels", "regions")
_UNTOLD = "not stated"
MOST_ATTRIBUTES = 10
"""Attributes of each kind that the matrix shows."""
LEADS_FROM = 10
"""Comparable products of rivals under which an attribute leads nothing, and is not clear."""
_TURNS = 0.25
"""Share of rivals' offers that do not say, from which a point of difference is open."""
_MANY = 3
"""Rivals from which a cell can be crowded."""
_RESIDUAL = 2.0
"""Adjusted residual from which a cell holds more offers than its margins let expect."""
_GAP_COLUMNS = [
    "kind", "category", "facet", "attribute", "state", "n_ours", "n_ours_have", "n_comparable",
    "n_have", "share_have", "share_not_stated", "n_rivals", "n_rivals_have"
]  # fmt: skip
_CELL_COLUMNS = [
    "category",
    "segment",
    "cell",
    "n_offers",
    "n_ours",
    "n_rivals",
    "share",
    "expected",
    "share_not_stated",
]
_ALIKE_COLUMNS = ["category", "product", "name", "brand_b", "product_b", "name_b", "similarity"]


def catalog_gaps(
    catalog: Catalog,
    *,
    brand: str,
    category: Categories = None,
    facets: Sequence[str] = GAP_FACETS,
    parity: float = 0.5,
    difference: float = 0.25,
    look_alike: float = LOOKS_ALIKE,
    reference: Reference | None = None,
) -> CatalogGaps:
    """Find what a bank's catalogue lacks, what it alone has, and where nobody sells.

    Answers *what must we add to be on a par, what can we speak of, where is there room, and which
    of our names could be taken for a rival's?*

    Parameters
    ----------
    catalog : Catalog
    brand : str
        The focus bank.
    category : str or sequence of str, optional
        Categories to look at, among those the bank sells in; all of them where not given.
    facets : sequence of str, default features, channels, regions
        Lists to look at; "eligibility" can be added.
    parity : float, 0-1, default 0.5
        Share of rivals' comparable offers from which lacking an attribute is a gap.
    difference : float, 0-1, default 0.25
        Share of rivals' comparable offers up to which having an attribute sets apart.
    look_alike : float, 0-1, default 0.6
        Likeness from which two names look alike.
    reference : Reference, optional
        What offers are compared against to tell sisters; fitted on this catalogue where not given.

    Returns
    -------
    CatalogGaps

    Raises
    ------
    InputError
        Unknown brand, category or facet, or a category that the bank does not sell in.
    NotEnoughDataError
        No rival in any of the bank's categories.

    Notes
    -----
    Sisters (nearly one catalogue, or one declared owner) are no rivals, and their names no
    look-alikes. An offer is comparable where it publishes the list at all; of these
    ``share_have`` have the attribute and ``share_not_stated`` do not say: silence is not counted
    as having. A parity gap takes two rivals that have it, where two sell in the category. Ours
    lacks an attribute where none of its offers of the category lists it; whether it says no
    ("has_not") or nothing ("not_stated") stands in ``state``.

    A cell of segment and category is crowded where at least three rivals sell and offers are more
    than expected, were segments spread over categories alike, by two adjusted residuals; empty
    where nobody sells. Offers for "both" segments count in each. An empty cell in a category whose
    offers mostly do not state a segment may be untold rather than empty: its
    ``share_not_stated`` says so.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> found = catalog_gaps(small_catalog(), brand="Kestrel")
    >>> found.gaps[["kind", "attribute", "state"]].values.tolist()
    [['parity_gap', 'insurance', 'not_stated'], ['parity_gap', 'lounge', 'not_stated'], \
['point_of_difference', 'cashback', 'has']]
    """
    for argument, share in (("parity", parity), ("difference", difference)):
        if not 0 <= share <= 1:
            raise ScaleError(f"`{argument}` must lie between 0 and 1; found {share}. Write 0.5.")
    named = [facets] if isinstance(facets, str) else list(facets)
    for name in named:
        check_known("facets", name, _LISTS, rule=f"name lists ({', '.join(_LISTS)})")
    compared = comparison(catalog, category=category, reference=reference)
    brands = compared.facets.brands
    check_known("brand", brand, brands, rule="be a brand of the catalogue")
    ours = brands.index(brand)
    asked = [each.category for each in compared.categories]
    wanted = [each for each in asked if (each.brands == ours).any()]
    sold = sorted(each.category for each in wanted)
    missing = sorted({each.category for each in asked} - set(sold))
    if not sold or (missing and category is not None):
        raise InputError(
            f"`category` must be one that {brand} sells in; found {shown(missing)}. It sells in "
            f"{shown(sold, most=12)}: where it has nothing, everything is a gap."
        )

    matches = best_matches(compared)
    sister = sister_pairs(matches, owners=dict(catalog.owners or {}))
    sisters = set(matches.names[sister[matches.names.tolist().index(brand)]])
    rival = np.array([name != brand and name not in sisters for name in brands])
    if not any(rival[each.brands].any() for each in wanted):
        raise NotEnoughDataError(
            f"`catalog` must hold offers of a rival in a category of {brand}; found sisters only. "
            "Add rivals' catalogues, or choose other categories."
        )
    chosen = [facet for facet in _LISTS if facet in named]
    gaps = _gaps(wanted, ours, rival, chosen, parity=parity, difference=difference)
    offers = _offers(catalog, wanted, sisters)
    cells = _cells(offers, brand)

    return CatalogGaps(
        brand=brand,
        gaps=gaps,
        cells=cells,
        look_alikes=_look_alikes(offers, catalog, brand, at_least=look_alike),
        n_offers=int(sum((each.brands == ours).sum() for each in wanted)),
        n_rivals=len({code for each in wanted for code in each.brands if rival[code]}),
        notes=(*compared.notes, *_notes(gaps, cells, sorted(sisters))),
    )


def _gaps(
    categories: Sequence[CategoryFacets],
    ours: int,
    rival: Flags,
    facets: Sequence[Facet],
    *,
    parity: float,
    difference: float,
) -> pd.DataFrame:
    """Count who has each attribute, and keep those that set us apart."""
    parts = [
        _counted(each, facet, each.brands == ours, rival[each.brands])
        for each in categories
        for facet in facets
        if facet in each.lists and each.lists[facet].keys
    ]
    if not parts:
        return pd.DataFrame(columns=_GAP_COLUMNS)
    table = pd.concat(parts, ignore_index=True)
    there, lacks = table["n_comparable"] > 0, table["n_ours_have"] == 0
    # what one rival alone has is no parity, where there is more than one
    shared = table["n_rivals_have"] >= np.minimum(table["n_sellers"], 2)
    gap = there & lacks & shared & (table["share_have"] >= parity)
    apart = there & ~lacks & (table["share_have"] <= difference)
    table["kind"] = np.where(gap, "parity_gap", "point_of_difference")
    # the widest gaps first, then the rarest points of difference
    table["rank"] = np.where(gap, -table["share_have"], table["share_have"])
    order = ["kind", "rank", "category", "facet", "attribute"]
    return table[gap | apart].sort_values(order, ignore_index=True)[_GAP_COLUMNS]


def _counted(category: CategoryFacets, facet: Facet, mine: Flags, rivals: Flags) -> pd.DataFrame:
    """Count one list of one category, one row an attribute."""
    lists = category.lists[facet]
    has, denied = lists.has.toarray() > 0, lists.has_not.toarray() > 0
    rows = rivals & lists.discloses
    n_comparable, n_have = int(rows.sum()), has[rows].sum(axis=0)
    n_ours_have = has[mine].sum(axis=0)
    said_no = np.where(denied[mine].any(axis=0), "has_not", "not_stated")
    return pd.DataFrame(
        {
            "category": category.category,
            "facet": str(facet),
            "attribute": lists.shown,
            "state": np.where(n_ours_have > 0, "has", said_no),
            "n_ours": int(mine.sum()),
            "n_ours_have": n_ours_have,
            "n_comparable": n_comparable,
            "n_have": n_have,
            "share_have": ratio(n_have, n_comparable, empty=0.0),
            "share_not_stated": ratio((~has & ~denied)[rows].sum(axis=0), n_comparable, empty=0.0),
            "n_rivals": len(np.unique(category.brands[rows])),
            "n_rivals_have": [len(np.unique(category.brands[rivals & column])) for column in has.T],
            "n_sellers": len(np.unique(category.brands[rivals])),
        }
    )


def _offers(catalog: Catalog, wanted: Sequence[CategoryFacets], sisters: set[str]) -> pd.DataFrame:
    """Give the offers of our categories with their segment, sisters left out."""
    spelt = {category_key(each.category): each.category for each in wanted}
    products = catalog.products.reindex(columns=["brand", "product", "name", "category", "segment"])
    offers = products.astype("str").fillna("").astype(object)
    offers["segment"] = offers["segment"].replace("", _UNTOLD)
    offers["category"] = [spelt.get(category_key(label), "") for label in offers["category"]]
    offers = offers[(offers["category"] != "") & ~offers["brand"].isin(sisters)]
    return offers.sort_values(["category", "brand", "product"], ignore_index=True)


def _cells(offers: pd.DataFrame, brand: str) -> pd.DataFrame:
    """Count offers of every segment in every category."""
    untold = offers["segment"].eq(_UNTOLD).groupby(offers["category"]).mean()
    told = offers[offers["segment"] != _UNTOLD]
    segments = sorted(set(told["segment"]) - {"both"}) or ["both"] * (not told.empty)
    both = told["segment"] == "both"
    spread = pd.concat([told[~both], *(told[both].assign(segment=each) for each in segments)])
    if not len(spread):
        return pd.DataFrame(columns=_CELL_COLUMNS)
    cell = pd.MultiIndex.from_product([untold.index, segments], names=["category", "segment"])
    by_cell = spread.assign(ours=spread["brand"] == brand).groupby(["category", "segment"])
    rivals = spread[spread["brand"] != brand].groupby(["category", "segment"])["brand"].nunique()
    counts: Any = by_cell["ours"].agg(n_offers="size", n_ours="sum")
    table: pd.DataFrame = counts.reindex(cell, fill_value=0)
    table = table.assign(n_rivals=rivals.reindex(cell, fill_value=0)).reset_index()

    n = table["n_offers"].to_numpy().reshape(len(untold), -1)
    row, column = n.sum(axis=1, keepdims=True) / n.sum(), n.sum(axis=0, keepdims=True) / n.sum()
    expected = n.sum() * row * column
    residual = ratio(n - expected, np.sqrt(expected * (1 - row) * (1 - column)), empty=0.0)
    is_crowded = (table["n_rivals"] >= _MANY) & (residual.ravel() >= _RESIDUAL)
    table["cell"] = np.select(
        [table["n_offers"] == 0, table["n_rivals"] == 0, is_crowded],
        ["empty", "ours_alone", "crowded"],
        "usual",
    )
    table = table.assign(
        share=ratio(n, n.sum(axis=1, keepdims=True), empty=0.0).ravel(),
        expected=expected.ravel(),
        share_not_stated=table["category"].map(untold),
    )
    return table[_CELL_COLUMNS]


def cells_sold(catalog: Catalog) -> set[tuple[str, str]]:
    """Give the segments of each category in which some bank sells: those can exist.

    Parameters
    ----------
    catalog : Catalog
        Of an earlier date, say.

    Returns
    -------
    set of (category, segment)
        Categories in the spelling that all are compared by.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> cells_sold(small_catalog())
    set()
    """
    wanted = ["category", "segment"]
    pairs = catalog.products.reindex(columns=wanted, fill_value="").fillna("").drop_duplicates()
    told = pairs[~pairs["segment"].isin(["", "both", _UNTOLD])]
    return {(category_key(category), segment) for category, segment in told.to_numpy()}


def _look_alikes(
    offers: pd.DataFrame, catalog: Catalog, brand: str, *, at_least: float
) -> pd.DataFrame:
    """Set our names beside rivals' in the same category."""
    ours = replace(catalog, products=offers)
    pairs = look_alike_names(ours, focus=brand, at_least=at_least).pairs
    product = offers["product"].to_numpy()
    return pairs.assign(product=product[pairs["row_a"]], product_b=product[pairs["row_b"]]).rename(
        columns={"name_a": "name"}
    )[_ALIKE_COLUMNS]


def _notes(gaps: pd.DataFrame, cells: pd.DataFrame, sisters: Sequence[str]) -> tuple[Message, ...]:
    notes = []
    if sisters:
        text = "{n:count} sister {n:bank|banks} {n:is|are} not counted as rivals: {names}."
        notes.append(Message(text, {"n": len(sisters), "names": few_of(sisters)}))
    silent = gaps[(gaps["kind"] == "parity_gap") & (gaps["state"] == "not_stated")]
    if len(silent):
        text = (
            "Of {n:count} {n:gap|gaps} the bank's own catalogue says nothing: it may have what it "
            "does not tell."
        )
        notes.append(Message(text, {"n": len(silent)}))
    untold = cells[(cells["cell"] == "empty") & (cells["share_not_stated"] >= 0.5)]
    if len(untold):
        text = (
            "{n:count} empty {n:cell|cells} {n:stands|stand} in categories where most offers do "
            "not state a segment."
        )
        notes.append(Message(text, {"n": len(untold)}))
    return tuple(notes)


def is_open(gaps: pd.DataFrame) -> pd.Series:
    """Say which gaps silence could turn: ours about what we lack, rivals' about what we have."""
    is_silent = gaps["state"] == "not_stated"
    return is_silent.where(gaps["kind"] == "parity_gap", gaps["share_not_stated"] > _TURNS)


def drawn_gaps(result: CatalogGaps) -> pd.DataFrame:
    """Give the gaps of the first attributes of each kind, as many as a figure holds."""
    parts = []
    for kind in ("parity_gap", "point_of_difference"):
        rows = result.gaps[result.gaps["kind"] == kind]
        first = rows["attribute"].drop_duplicates().head(MOST_ATTRIBUTES)
        parts.append(rows[rows["attribute"].isin(first)])
    return pd.concat(parts, ignore_index=True)
