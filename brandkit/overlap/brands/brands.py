"""How alike banks' catalogues are: overlap of one bank's offers with another's, and uniqueness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from brandkit.core.errors import check_known, check_level, check_option, check_whole_number
from brandkit.core.linalg import Flags, Floats, Ints
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap.brands.kernel import (
    SMALLEST,
    BestMatches,
    Sums,
    best_matches,
    grouped,
    most_alike,
    nearest_support,
    similarity_order,
    sister_pairs,
    stability_interval,
)
from brandkit.overlap.similarity.kernel import ROUNDING, Categories, comparison, few_of
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference

MOST_BRANDS = 30
"""Banks that a heat map shows; the table beside it has the rest."""
MOST_ROWS = 12
"""Rows of a dot plot."""
MOST_IN_CELLS = 15
"""Banks up to which a heat map has its numbers in the cells."""
_SHOWN = (
    "brand_a",
    "brand_b",
    "n_offers",
    "n_compared",
    "overlap",
    "stability_low",
    "stability_high",
    "expected",
    "excess",
    "sister",
)
_MATRIX_VALUES = ("overlap", "overlap_shared", "excess", "bound_low", "bound_high")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class BrandOverlap(Result):
    """How far each bank's offers have a counterpart at each other bank.

    Parameters
    ----------
    pairs : DataFrame
        One row an ordered pair of banks and category they share, and one over all categories
        (``category`` missing): ``brand_a brand_b category n_offers n_compared overlap
        overlap_shared expected excess stability_low stability_high bound_low bound_high sister``.
    brands : DataFrame
        One row a bank: ``brand n_offers n_categories breadth uniqueness bound_low bound_high
        n_rivals n_sisters nearest nearest_overlap nearest_rival nearest_rival_overlap
        nearest_rival_support second_rival second_rival_overlap rival_by_excess rival_excess``.
        The nearest bank is the one where most of this bank's offers have a counterpart; sisters
        are left out of the columns on rivals. ``nearest_rival_support`` is the share of resamples
        of its offers in which that rival stays the nearest. Large rivals have counterparts for
        more: ``rival_by_excess`` is the nearest for its size.
    self_overlap : DataFrame
        The diagonal of :meth:`matrix`: ``brand category overlap``.
    level : float
        What the stability intervals aim at.
    reference : Reference
        What the similarities were measured against.
    """

    pairs: pd.DataFrame
    brands: pd.DataFrame
    self_overlap: pd.DataFrame
    level: float
    reference: Reference

    def glance(self) -> pd.DataFrame:
        """Give one row: size of the market, its mean overlap and uniqueness."""
        overall = self.pairs[self.pairs["category"].isna()]
        return self._row(
            "n_brands n_offers overlap excess uniqueness n_sisters ci_level reference",
            n_brands=len(self.brands),
            n_offers=int(self.brands["n_offers"].sum()),
            overlap=overall["overlap"].mean(),
            excess=overall["excess"].mean(),
            uniqueness=self.brands["uniqueness"].mean(),
            n_sisters=int(overall["sister"].sum()) // 2,
            ci_level=self.level,
            reference=self.reference.sha256,
        )

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All banks, those most alike beside each other."""
        return similarity_order(self.matrix())

    @cached_property
    def sisters(self) -> dict[str, frozenset[str]]:
        """Each bank's sisters, where it has any."""
        pairs = self.pairs[self.pairs["category"].isna() & self.pairs["sister"]]
        of_brand = pairs.groupby("brand_a")["brand_b"]
        return {str(brand): frozenset(others) for brand, others in of_brand}

    def telling(self, *, most: int, focus: str | None = None) -> tuple[str, ...]:
        """Choose banks for a figure with room for some, in their order.

        Parameters
        ----------
        most : int
        focus : str, optional
            With it: this bank and those most like it; else the closest pairs of the market.

        Returns
        -------
        tuple of str
        """
        check_whole_number("most", most, low=2)
        if focus is not None:
            self.check_brand("focus", focus)
        table = self.matrix()
        large = self.brands["n_offers"] >= SMALLEST
        if large.sum() >= most:
            # what one offer decides says little of a bank
            kept = self.brands.loc[large | (self.brands["brand"] == focus), "brand"]
            table = table.loc[kept, kept]
        chosen = set(most_alike(table, most=most, focus=focus))
        return tuple(name for name in self.order if name in chosen)

    def check_brand(self, argument: str, brand: str) -> None:
        """Refuse a bank that was not compared."""
        known = self.brands["brand"].astype(str).tolist()
        check_known(argument, brand, known, rule="be a bank that was compared")

    def matrix(self, *, category: str | None = None, value: str = "overlap") -> pd.DataFrame:
        """Give the pairs as a square table.

        Parameters
        ----------
        category : str, optional
            One category; all of them where not given.
        value : str, default "overlap"
            ``"overlap"``, ``"overlap_shared"``, ``"excess"``, ``"bound_low"`` or
            ``"bound_high"``.

        Returns
        -------
        DataFrame
            brand_a x brand_b; a bank with itself is 1. Not symmetric.
        """
        check_option("value", value, _MATRIX_VALUES)
        if category is not None:
            known = sorted(self.self_overlap["category"].dropna().unique())
            check_known("category", category, known, rule="be one that was compared")
        rows, own = (
            frame[frame["category"].isna() if category is None else frame["category"] == category]
            for frame in (self.pairs, self.self_overlap)
        )
        table = rows.pivot(index="brand_a", columns="brand_b", values=value)
        banks = pd.Index(own["brand"].tolist())
        values = table.reindex(index=banks, columns=banks).to_numpy(dtype=float, copy=True)
        np.fill_diagonal(values, own["overlap"].to_numpy())
        return pd.DataFrame(values, banks.rename("brand_a"), banks.rename("brand_b"))


def brand_overlap(
    catalog: Catalog,
    *,
    category: Categories = None,
    weights: Mapping[str, float] | None = None,
    reference: Reference | None = None,
    draws: int = 1000,
    seed: int = 0,
    min_compared: float = 0.5,
    level: float = 0.95,
) -> BrandOverlap:
    """Measure how far each bank's offers have a counterpart at each other bank.

    Answers *who is like us, in which categories, and how much of that is size or chance?* The
    measure is directed: a small bank may be covered wholly by a large one that it hardly covers.

    Parameters
    ----------
    catalog : Catalog
    category : str or sequence of str, optional
        Categories to compare; all where not given.
    weights : mapping of facet to weight >= 0, optional
        Facets not named get none. Default: :data:`brandkit.overlap.FACET_WEIGHTS`.
    reference : Reference, optional
        A stored one, so that numbers can be compared over dates; fitted on this catalogue where
        not given.
    draws : int, default 1000
        Resamples of a bank's offers for the stability intervals; 0 gives those of Student's t.
    seed : int, default 0
    min_compared : float, 0-1, default 0.5
        Least share of the weight that two offers must both disclose to be compared.
    level : float, default 0.95
        What the stability intervals aim at.

    Returns
    -------
    BrandOverlap

    Raises
    ------
    InputError
        Unknown category or facet, an offer twice.
    NotEnoughDataError
        One bank, one product, or nothing stated in any facet.

    Notes
    -----
    overlap(A to B) in a category is the mean over A's offers of the best match at B; over all
    categories offers in a category that B lacks count 0, in ``overlap_shared`` they are left out.
    Offers of A with nothing comparable at B are left out (``n_compared`` counts the others).

    excess = (overlap - expected) / (1 - expected), expected being the mean best match against as
    many offers as B has, drawn without replacement from all other banks of the category, exactly.
    Compare banks, categories or dates of unequal size by it: raw overlap grows with a rival's
    size alone.

    The stability interval resamples A's offers and holds every rival and the reference fixed. It
    says how much the number hangs on single offers; it is no confidence interval. Bounds hold
    whatever the truth of what only one side states.

    Two banks are sisters when at least 90 % of the smaller one's offers have a partner with
    similarity of at least .95 at the other, or when they have one declared owner. Uniqueness is 1
    less the mean best match at any rival, sisters apart; an offer that no rival has anything to
    compare with counts as unmatched, so that a further rival can only lower it. Breadth is the
    entropy of a bank's category shares, in natural units.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = brand_overlap(small_catalog(), draws=0)
    >>> float(result.matrix().loc["Meridian", "Kestrel"].round(4))
    0.3576
    """
    check_whole_number("draws", draws, low=0)
    check_whole_number("seed", seed, low=0)
    check_level(level)
    compared = comparison(
        catalog, category=category, weights=weights, reference=reference, min_compared=min_compared
    )

    matches = best_matches(compared)
    sister = sister_pairs(matches, owners=dict(catalog.owners or {}))
    sums = grouped(matches)
    ends = [
        stability_interval(matches.best[rows], draws=draws, seed=seed, level=level)
        for rows in (*matches.groups, *matches.by_brand)
    ]

    notes = compared.reading_notes(n_pairs=matches.n_pairs, n_comparable=matches.n_comparable)
    return BrandOverlap(
        pairs=_pair_frame(matches, sums, np.array(ends), sister),
        brands=_brand_frame(matches, sums, sister, draws=draws, seed=seed),
        self_overlap=_self_frame(matches, sums),
        level=level,
        reference=compared.reference,
        notes=(*notes, *_notes(matches, sister)),
    )


def _pair_frame(matches: BestMatches, sums: Sums, ends: Floats, sister: Flags) -> pd.DataFrame:
    """Lay the groups (and stability ends, groups x 2 x banks) out as one row a pair."""
    listed = sums.shared.copy()
    listed[np.arange(len(listed)), sums.brand] = False
    group, other = np.nonzero(listed)
    first, values = sums.brand[group], {**sums.values}
    values["stability_low"], values["stability_high"] = ends[:, 0], ends[:, 1]
    frame = pd.DataFrame(
        {
            "brand_a": matches.names[first],
            "brand_b": matches.names[other],
            "category": sums.label[group],
            "n_offers": sums.n_offers[group],
            **{name: table[group, other] for name, table in values.items()},
            "sister": sister[first, other],
        }
    ).astype({"category": "str"})
    order = np.lexsort((frame["category"].fillna("").to_numpy(dtype=str), other, first))
    ends_last = ["bound_low", "bound_high", "sister"]
    return frame.take(order).reset_index(drop=True)[[*frame.columns.drop(ends_last), *ends_last]]


def _brand_frame(
    matches: BestMatches, sums: Sums, sister: Flags, *, draws: int, seed: int
) -> pd.DataFrame:
    """Describe each bank: size, breadth, uniqueness against rivals, nearest."""
    n = len(matches.names)
    names = np.array([*matches.names, None], dtype=object)
    rows = []
    for brand, offers in enumerate(matches.by_brand):
        # the last one is for -1, where nobody is near
        overlap, excess = (
            np.append(sums.values[name][brand - n], np.nan) for name in ("overlap", "excess")
        )
        others = np.arange(n) != brand
        rival = others & ~sister[brand]
        any_bank = _nearest(overlap, excess, others)
        first = _nearest(overlap, excess, rival)
        second = _nearest(overlap, excess, rival & (np.arange(n) != first))
        likest = _nearest(excess, overlap, rival)
        shares = np.bincount(matches.categories[offers])
        shares = shares[shares > 0] / shares.sum()
        unique, low, high = _uniqueness(matches, offers[matches.own[offers]], rival)
        support = np.nan
        if first >= 0:
            best, place = matches.best[offers][:, rival], int(rival[:first].sum())
            support = nearest_support(best, nearest=place, draws=draws, seed=seed)
        rows.append(
            {
                "brand": matches.names[brand],
                "n_offers": len(offers),
                "n_categories": len(shares),
                "breadth": abs(float((shares * np.log(shares)).sum())),
                "uniqueness": unique,
                "bound_low": low,
                "bound_high": high,
                "n_rivals": int(rival.sum()),
                "n_sisters": int(sister[brand].sum()),
                "nearest": names[any_bank],
                "nearest_overlap": overlap[any_bank],
                "nearest_rival": names[first],
                "nearest_rival_overlap": overlap[first],
                "nearest_rival_support": support,
                "second_rival": names[second],
                "second_rival_overlap": overlap[second],
                "rival_by_excess": names[likest],
                "rival_excess": excess[likest],
            }
        )
    named = ("nearest", "nearest_rival", "second_rival", "rival_by_excess")
    return pd.DataFrame(rows).astype(dict.fromkeys(named, "str"))


def _uniqueness(matches: BestMatches, offers: Ints, rival: Flags) -> tuple[float, float, float]:
    """1 less the mean best match at any rival, with its bounds (ends swapped)."""
    if not len(offers) or not rival.any():
        return np.nan, np.nan, np.nan
    cells = np.ix_(offers, rival)
    best, low, high = (
        float(np.nan_to_num(table[cells], nan=0.0).max(axis=1).mean())
        for table in (matches.best, matches.low, matches.high)
    )
    return 1 - best, 1 - high, 1 - low


def _nearest(overlap: Floats, excess: Floats, allowed: Flags) -> int:
    """Give the bank with the largest overlap; of equal ones that with the larger excess; or -1."""
    candidates = np.flatnonzero(allowed & ~np.isnan(overlap[:-1]))
    if not len(candidates):
        return -1
    # overlaps closer than rounding are one: the last digits are the order of additions
    top = candidates[overlap[candidates] >= overlap[candidates].max() - ROUNDING]
    above = np.nan_to_num(excess[top], nan=-np.inf)
    return int(top[np.flatnonzero(above >= above.max() - ROUNDING)[0]])


def _self_frame(matches: BestMatches, sums: Sums) -> pd.DataFrame:
    own = sums.values["overlap"][np.arange(len(sums.brand)), sums.brand]
    frame = {"brand": matches.names[sums.brand], "category": sums.label, "overlap": own}
    whole = pd.DataFrame(frame).astype({"category": "str"})
    return whole.sort_values("category", na_position="first", kind="stable", ignore_index=True)


def _notes(matches: BestMatches, sister: Flags) -> tuple[Message, ...]:
    notes = []
    if few := sum(len(rows) < SMALLEST for rows in matches.by_brand):
        text = (
            "{n:count} {n:bank|banks} with fewer than {least:count} offers {n:has|have} no "
            "stability interval."
        )
        notes.append(Message(text, {"n": few, "least": SMALLEST}))
    banks = zip(map(str, matches.names), matches.by_brand, strict=True)
    if silent := [name for name, rows in banks if not matches.own[rows].any()]:
        text = "{names} {n:discloses|disclose} too little to be compared at all."
        notes.append(Message(text, {"names": few_of(silent), "n": len(silent)}))
    if lonely := int((matches.has_category.sum(axis=1) == 2).sum()):
        text = (
            "In {n:count} {n:category|categories} only two banks are present: there is no other "
            "bank to expect anything from, and the excess is 0 whatever the overlap."
        )
        notes.append(Message(text, {"n": lonely}))
    names = matches.names
    if pairs := [f"{names[a]} – {names[b]}" for a, b in np.argwhere(np.triu(sister))]:
        text = (
            "{n:count} {n:pair|pairs} of sister banks {n:is|are} not counted as rivals of each "
            "other: {names}."
        )
        notes.append(Message(text, {"n": len(pairs), "names": few_of(pairs)}))
    return tuple(notes)


# --- who is nearest to whom -----------------------------------------------------------------------


def ranked_rivals(result: BrandOverlap, *, brand: str) -> pd.DataFrame:
    """List all other banks by how far they have counterparts for one bank's offers, nearest first.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = brand_overlap(small_catalog(), draws=0)
    >>> ranked_rivals(result, brand="Meridian")["brand_b"].tolist()
    ['Kestrel', 'Tidewater']
    """
    result.check_brand("brand", brand)
    mine = result.pairs[result.pairs["category"].isna() & (result.pairs["brand_a"] == brand)]
    return _sorted(mine, "overlap", "excess", ties=["brand_b"])


def closest_pairs(result: BrandOverlap) -> pd.DataFrame:
    """List every bank with its nearest rival, as :func:`ranked_rivals`, the closest first.

    Banks with so few offers that one of them decides are left out, unless all are so small.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = brand_overlap(small_catalog(), draws=0)
    >>> closest_pairs(result)[["brand_a", "brand_b"]].values.tolist()[0]
    ['Kestrel', 'Meridian']
    """
    pairs = result.pairs[result.pairs["category"].isna()]
    nearest = result.brands.set_index("brand")["nearest_rival"]
    found = pairs[pairs["brand_b"] == pairs["brand_a"].map(nearest)]
    large = found["n_offers"] >= SMALLEST
    return _sorted(found[large] if large.any() else found, "overlap", "excess", ties=["brand_a"])


def most_alike_rivals(result: BrandOverlap) -> pd.DataFrame:
    """List pairs of rivals by the mean of both directions, the most alike first.

    Sisters are left out, and banks with so few offers that one of them decides, unless all are
    so small. One row an unordered pair: ``brand_a brand_b overlap excess stability_low
    stability_high``, the ends being the lower low and the higher high of both directions.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> most_alike_rivals(brand_overlap(small_catalog(), draws=0)).iloc[0, :2].tolist()
    ['Kestrel', 'Meridian']
    """
    pairs = result.pairs[result.pairs["category"].isna() & ~result.pairs["sister"]]
    large = result.brands.loc[result.brands["n_offers"] >= SMALLEST, "brand"]
    if len(large) >= 2:
        pairs = pairs[pairs["brand_a"].isin(large) & pairs["brand_b"].isin(large)]
    there = pairs.set_index(["brand_a", "brand_b"])
    back = there.swaplevel().rename_axis(["brand_a", "brand_b"]).reindex(there.index)
    found = pd.DataFrame(
        {
            "overlap": (there["overlap"] + back["overlap"]) / 2,
            "excess": (there["excess"] + back["excess"]) / 2,
            "stability_low": there["stability_low"].combine(back["stability_low"], min),
            "stability_high": there["stability_high"].combine(back["stability_high"], max),
        }
    ).reset_index()
    once = found["brand_a"].astype(str) < found["brand_b"].astype(str)
    return _sorted(found[once].dropna(subset=["overlap"]), "overlap", ties=["brand_a", "brand_b"])


def compared_pair(result: BrandOverlap, *, brand: str | None = None) -> tuple[str, str] | None:
    """Choose the two banks whose likeness is worth taking apart; None where none can be compared.

    With a bank: it and its nearest rival, or sister where it has no rival. Without: the two most
    alike rivals of the market.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> compared_pair(brand_overlap(small_catalog(), draws=0), brand="Tidewater")
    ('Tidewater', 'Meridian')
    """
    if brand is None:
        ranked = most_alike_rivals(result)
        ranked = ranked[ranked["overlap"] > 0]
    else:
        ranked = ranked_rivals(result, brand=brand)
        ranked = ranked[ranked["n_compared"] > 0].sort_values("sister", kind="stable")
    if not len(ranked):
        return None
    return str(ranked["brand_a"].iloc[0]), str(ranked["brand_b"].iloc[0])


def _sorted(pairs: pd.DataFrame, *largest: str, ties: list[str]) -> pd.DataFrame:
    """Sort by columns, the largest first, ties by name; the columns that are shown."""
    order = [*largest, *ties]
    ascending = [name in ties for name in order]
    rows = pairs.sort_values(order, ascending=ascending, kind="stable", ignore_index=True)
    return rows[[name for name in _SHOWN if name in rows]]
