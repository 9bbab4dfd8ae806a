"""In what two banks are alike, facet by facet, and whether rankings survive other weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_known,
    check_whole_number,
    shown,
)
from brandkit.core.linalg import Flags, Floats, Ints, ratio
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap.brands.kernel import best_matches, grouped, sister_pairs, used_brands
from brandkit.overlap.products import ProductSimilarity, nearest_pairs, product_similarity
from brandkit.overlap.similarity.facets import FACETS, Facet
from brandkit.overlap.similarity.kernel import (
    ROUNDING,
    Categories,
    CategoryScores,
    Comparison,
    comparison,
    few_of,
    fit_reference,
    row_blocks,
    run_starts,
    similarity,
)
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference

IDENTICAL = 0.995
"""Similarity from which two offers leave nothing to tell apart."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class OverlapExplanation(Result):
    """What makes one bank's offers like another's.

    Parameters
    ----------
    facets : DataFrame
        One row a facet, largest part first: ``facet similarity weight part``. The parts add up to
        the overlap, the weights to the share of offers that have a counterpart.
    offers : DataFrame
        One row an offer of the bank that has a counterpart at the rival, most alike first:
        ``category product_a name_a product_b name_b similarity bound_low bound_high``.
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

    facets: pd.DataFrame
    offers: pd.DataFrame
    side_by_side: pd.DataFrame
    pair: tuple[str, str]
    brand: str
    rival: str
    overlap: float
    n_offers: int
    n_unmatched: int
    reference: Reference

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


# --- other weights -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class WeightSensitivity(Result):
    """How far overlaps and nearest rivals hang on the weights of the facets.

    Parameters
    ----------
    scenarios : DataFrame
        One row a set of weights: ``scenario facet correlation nearest_kept largest_change``.
        ``correlation`` is the rank correlation of all overlaps of pairs with those at the chosen
        weights, ``nearest_kept`` the share of banks that keep their nearest rival.
    brands : DataFrame
        One row a bank: ``brand nearest_rival nearest_kept``, the share of scenarios that leave its
        nearest rival as it is.
    """

    scenarios: pd.DataFrame
    brands: pd.DataFrame

    def glance(self) -> pd.DataFrame:
        """Give one row: how many sets of weights, the lowest correlation, who kept the nearest."""
        return self._row(
            "n_scenarios correlation nearest_kept",
            n_scenarios=len(self.scenarios),
            correlation=self.scenarios["correlation"].min(),
            nearest_kept=self.brands["nearest_kept"].mean(),
        )


def weight_sensitivity(
    catalog: Catalog,
    *,
    category: Categories = None,
    weights: Mapping[str, float] | None = None,
    reference: Reference | None = None,
    draws: int = 30,
    seed: int = 0,
    min_compared: float = 0.5,
) -> WeightSensitivity:
    """Compare banks again under other weights of the facets.

    Answers *would we name the same rivals had we weighed features, fees and names otherwise?*
    Every facet is left out once and doubled once, all are weighed alike, and every weight is
    multiplied at random by one half to two.

    Parameters
    ----------
    catalog : Catalog
    category, weights, reference, min_compared
        As in :func:`brandkit.overlap.brand_overlap`; ``weights`` are the chosen ones that the
        others are set against.
    draws : int, default 30
        Random sets of weights.
    seed : int, default 0

    Returns
    -------
    WeightSensitivity

    Raises
    ------
    InputError
        Unknown category or facet, an offer twice.
    NotEnoughDataError
        One bank, or only one facet says anything, so that no weight matters.

    Notes
    -----
    Which banks are sisters is judged once, at the chosen weights.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = weight_sensitivity(small_catalog(), draws=5)
    >>> result.glance().columns.tolist()
    ['n_scenarios', 'correlation', 'nearest_kept']
    """
    check_whole_number("draws", draws, low=0)
    check_whole_number("seed", seed, low=0)
    compared = comparison(
        catalog, category=category, weights=weights, reference=reference, min_compared=min_compared
    )
    names = tuple(
        facet
        for facet in FACETS
        if compared.weights.get(facet) and any(each.scorer(facet) for each in compared.categories)
    )
    if len(names) < 2:
        raise NotEnoughDataError(
            f"`catalog` must say something in at least two facets that count; found {list(names)}. "
            "With one facet no weight changes anything."
        )

    scenarios, table = _scenarios(names, compared.weights, draws=draws, seed=seed)
    matches = best_matches(compared)
    base = grouped(matches).values["overlap"][len(matches.groups) :]
    rival = ~sister_pairs(matches, owners=dict(catalog.owners or {}))
    np.fill_diagonal(rival, False)
    overlaps = _overlaps(compared, names, table)
    nearest = _nearest_of_each(base, rival)
    kept = np.stack([_nearest_of_each(each, rival) == nearest for each in overlaps])
    pair = ~np.eye(len(base), dtype=bool)

    scenarios = scenarios.assign(
        correlation=[_rank_correlation(base[pair], each[pair]) for each in overlaps],
        nearest_kept=kept[:, nearest >= 0].mean(axis=1),
        largest_change=[np.fmax.reduce(np.abs(each - base)[pair]) for each in overlaps],
    )
    brands = pd.DataFrame(
        {
            "brand": matches.names,
            "nearest_rival": np.append(matches.names, np.nan)[nearest],
            "nearest_kept": np.where(nearest >= 0, kept.mean(axis=0), np.nan),
        }
    ).astype({"nearest_rival": "str"})
    return WeightSensitivity(
        scenarios=scenarios, brands=brands, notes=(*compared.notes, *_shaky_notes(brands))
    )


def _scenarios(
    names: tuple[Facet, ...], weights: Mapping[Facet, float], *, draws: int, seed: int
) -> tuple[pd.DataFrame, Floats]:
    """Give the sets of weights, scenarios x facets, and what they are called."""
    chosen, unit = np.array([weights[facet] for facet in names]), np.eye(len(names), dtype=bool)
    sets = [("all alike", "", np.full(len(names), chosen.mean()))]
    sets += [
        (word, str(facet), np.where(own, factor * chosen, chosen))
        for facet, own in zip(names, unit, strict=True)
        for word, factor in (("left out", 0.0), ("doubled", 2.0))
    ]
    steps = np.random.default_rng(seed).uniform(-1, 1, size=(draws, len(names)))
    sets += [("at random", "", chosen * 2.0**step) for step in steps]
    frame = pd.DataFrame([one[:2] for one in sets], columns=["scenario", "facet"], dtype="str")
    return frame, np.array([one[2] for one in sets])


def _overlaps(compared: Comparison, names: tuple[Facet, ...], table: Floats) -> Floats:
    """Overlap over all categories under every set of weights, scenarios x banks x banks."""
    used, place = used_brands(compared)
    total, count = np.zeros((2, len(table), len(used), len(used)))
    for scores in compared.categories:
        brands = place[scores.category.brands]
        present = brands[run_starts(brands)]
        for rows in row_blocks(scores.category):
            best = np.zeros((len(table), len(rows), len(used)))  # 0 where a bank has no offer
            best[..., present] = _best(scores, rows, names, table, least=compared.min_compared)
            there = (~np.isnan(best)).astype(np.float64)
            # rows are sorted by bank: sums over runs of rows are sums over banks
            first = run_starts(brands[rows])
            banks = brands[rows][first]
            total[:, banks] += np.add.reduceat(np.nan_to_num(best), first, axis=1)
            count[:, banks] += np.add.reduceat(there, first, axis=1)
    return ratio(total, count)


def _best(
    scores: CategoryScores, rows: Ints, names: tuple[Facet, ...], table: Floats, *, least: float
) -> Floats:
    """Best match of some rows at every bank of the category, scenarios x rows x banks."""
    starts = run_starts(scores.category.brands)
    facets = {f: layers for f, layers in scores.facets(rows, bounds=False) if f in names}
    if not facets:
        return np.full((len(table), len(rows), len(starts)), np.nan)
    here = [names.index(facet) for facet in facets]
    cells = np.stack(list(facets.values())).reshape(len(here), -1)
    totals = (weights @ cells for weights in table[:, here])
    likeness = (similarity(total.reshape(3, len(rows), -1), min_compared=least) for total in totals)
    return np.stack([np.fmax.reduceat(each, starts, axis=1) for each in likeness])


def _nearest_of_each(overlap: Floats, rival: Flags) -> Ints:
    """Give each bank's nearest rival; -1 where it has none. Ties go to the first by name."""
    allowed = np.where(rival & ~np.isnan(overlap), overlap, -1.0)
    top = allowed.max(axis=1, keepdims=True)
    first = np.argmax(allowed >= top - ROUNDING, axis=1)
    return np.where(top[:, 0] >= 0, first, -1)


def _rank_correlation(a: Floats, b: Floats) -> float:
    pairs = pd.DataFrame({"a": a, "b": b}).dropna().round(9).rank()
    if len(pairs) < 3 or (pairs.nunique() == 1).any():
        return float("nan")
    return float(np.corrcoef(pairs.to_numpy().T)[0, 1])


def _shaky_notes(brands: pd.DataFrame) -> tuple[Message, ...]:
    shaky = brands.loc[brands["nearest_kept"] < 0.5, "brand"].tolist()
    if not shaky:
        return ()
    text = (
        "{n:count} {n:bank|banks} {n:has|have} another nearest rival under most other weights: "
        "{names}."
    )
    return (Message(text, {"n": len(shaky), "names": few_of(shaky)}),)
