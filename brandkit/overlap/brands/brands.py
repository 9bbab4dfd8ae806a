"""How alike banks' catalogues are: overlap of one bank's offers with another's, and uniqueness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    check_level,
    check_option,
    check_whole_number,
    did_you_mean,
    shown,
)
from brandkit.core.intervals import Interval, bootstrap_t_interval, t_interval
from brandkit.core.linalg import Flags, Floats, Ints
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap.brands.kernel import Categories, comparison, few_of, reading_notes
from brandkit.overlap.brands.matches import (
    BestMatches,
    Sums,
    best_matches,
    grouped,
    most_alike,
    similarity_order,
    sister_pairs,
)
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference

SMALLEST = 5
"""Offers under which no interval is given."""
WIDEST = 2.0
"""Half-widths of Student's t that no end may exceed."""


def stability_interval(values: Floats, *, draws: int, seed: int, level: float) -> Interval:
    """Put an interval around the mean of each column by resampling its values.

    Parameters
    ----------
    values : ndarray, offers x banks, 0-1
        Best match of each offer; missing where nothing could be compared.
    draws : int
        Resamples; 0 gives the interval of Student's t.
    seed : int
    level : float

    Returns
    -------
    Interval
        Ends of shape (banks,), within 0-1; missing under five values.

    Notes
    -----
    The interval is the bootstrap-t one, no end further from the mean than twice that of Student's
    t: where nearly all values are equal (sister banks) hardly any resample shows the spread, and
    the bootstrap-t interval alone would run from 0 to 1. What it covers stands in
    ``benchmarks/simulations/overlap.py``: 91 to 98 % for 5 to 100 offers, less where all but a
    few values are equal.

    Each column is sorted before it is resampled, and the resampling depends on the number of
    values only: neither the order of rows nor a bank's name moves an end.

    Examples
    --------
    >>> steady = np.full((6, 1), 0.7)
    >>> low, high = stability_interval(steady, draws=100, seed=0, level=0.95)
    >>> low.tolist(), high.tolist()
    ([0.7], [0.7])
    """
    low, high = np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    there = (~np.isnan(values)).sum(axis=0)
    for n in np.unique(there[there >= SMALLEST]).tolist():
        columns = np.flatnonzero(there == n)
        # missing values are sorted to the end
        sample = np.sort(values[:, columns], axis=0)[:n]
        ends = _interval(sample, draws=draws, seed=seed, level=level)
        low[columns] = np.clip(ends.low, 0.0, 1.0)
        high[columns] = np.clip(ends.high, 0.0, 1.0)
    return Interval(low, high)


def _interval(sample: Floats, *, draws: int, seed: int, level: float) -> Interval:
    n = len(sample)
    mean = sample.mean(axis=0)
    # centred first: the spread of values that are equal is 0, not the rounding of a square
    centred = sample - mean
    error = np.sqrt((centred**2).sum(axis=0) / (n - 1) / n)
    error[np.ptp(sample, axis=0) == 0] = 0.0
    if draws == 0:
        return t_interval(mean, std_error=error, df=n - 1, level=level)
    weights = resamples(n, draws, seed)
    moved = weights @ centred
    spread = np.maximum(weights @ centred**2 - moved**2, 0.0)
    # what rounding leaves of no spread at all
    spread[spread < 1e-13 * (1e-3 + (centred**2).max(axis=0))] = 0.0
    draw_errors = np.sqrt(spread / (n - 1))
    ends = bootstrap_t_interval(
        mean, std_error=error, draws=mean + moved, draw_errors=draw_errors, level=level
    )
    widest = t_interval(mean, std_error=WIDEST * error, df=n - 1, level=level)
    return Interval(np.maximum(ends.low, widest.low), np.minimum(ends.high, widest.high))


@lru_cache(maxsize=64)
def resamples(n: int, draws: int, seed: int) -> Floats:
    """Give each draw's share of every value, draws x n."""
    generator = np.random.default_rng([seed, n])
    shares: Floats = generator.multinomial(n, np.full(n, 1 / n), size=draws) / n
    return shares


_TIE = 1e-9


def nearest_support(best: Floats, *, nearest: int, draws: int, seed: int) -> float:
    """Say how often a rival stays the nearest when the bank's offers are resampled.

    All rivals are seen through the same resample: what they have in common, one hard-to-match
    offer, moves all of them together, so this tells two rivals apart where their intervals alone
    would not.

    Parameters
    ----------
    best : ndarray, offers x rivals, 0-1
        Best match of each of the bank's offers at each rival; missing where nothing could be
        compared.
    nearest : int
        Column of the nearest rival.
    draws : int
    seed : int

    Returns
    -------
    float
        Share of resamples, 0-1, in which no rival is nearer; missing under five offers or
        without draws. Equal rivals share a resample.

    Examples
    --------
    >>> best = np.array([[0.9, 0.5], [0.8, 0.6], [0.9, 0.4], [0.7, 0.6], [0.9, 0.5]])
    >>> nearest_support(best, nearest=0, draws=200, seed=0)
    1.0
    """
    if draws == 0 or len(best) < SMALLEST or best.shape[1] == 0:
        return float("nan")
    there = ~np.isnan(best)
    # rows in the order of their content, so that names of offers or rivals do not matter
    order = np.lexsort(np.sort(np.nan_to_num(best, nan=-1.0), axis=1).T)
    weights = resamples(len(best), draws, seed)
    held = weights @ there[order].astype(np.float64)
    total = weights @ np.nan_to_num(best, nan=0.0)[order]
    mean = np.full(total.shape, -np.inf)
    np.divide(total, held, out=mean, where=held > 0)
    top = mean >= mean.max(axis=1, keepdims=True) - _TIE
    return float((top[:, nearest] / top.sum(axis=1)).mean())


_MATRIX_VALUES = ("overlap", "overlap_shared", "excess", "bound_low", "bound_high")
"""Overlaps closer than this are one: the last digits are the order of additions."""


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

    def tidy(self) -> pd.DataFrame:
        """Give the pairs."""
        return self.pairs.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: size of the market, its mean overlap and uniqueness."""
        overall = self.pairs[self.pairs["category"].isna()]
        return pd.DataFrame({
            "n_brands": [len(self.brands)],
            "n_offers": [int(self.brands["n_offers"].sum())],
            "overlap": [overall["overlap"].mean()],
            "excess": [overall["excess"].mean()],
            "uniqueness": [self.brands["uniqueness"].mean()],
            "n_sisters": [int(overall["sister"].sum()) // 2],
            "ci_level": [self.level],
            "reference": [self.reference.sha256],
        })  # fmt: skip

    @cached_property
    def order(self) -> tuple[str, ...]:
        """All banks, those most alike beside each other."""
        return similarity_order(self.matrix())

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
        if brand not in known:
            raise InputError(
                f"`{argument}` must be a bank that was compared; found {shown(brand)}."
                f"{did_you_mean(str(brand), known) or f' They are {shown(known)}.'}"
            )

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
        if category is None:
            rows, own = self.pairs[self.pairs["category"].isna()], self.self_overlap
            own = own[own["category"].isna()]
        else:
            known = sorted(self.self_overlap["category"].dropna().unique())
            if category not in known:
                raise InputError(
                    f"`category` must be one that was compared; found {shown(category)}. "
                    f"They are {shown(known, most=12)}.{did_you_mean(category, known)}"
                )
            rows = self.pairs[self.pairs["category"] == category]
            own = self.self_overlap[self.self_overlap["category"] == category]
        table = rows.pivot(index="brand_a", columns="brand_b", values=value)
        names = own["brand"].tolist()
        table = table.reindex(index=names, columns=names)
        values = table.to_numpy(dtype=float, copy=True)
        np.fill_diagonal(values, own["overlap"].to_numpy())
        return pd.DataFrame(values, index=pd.Index(names, name="brand_a"),
                            columns=pd.Index(names, name="brand_b"))  # fmt: skip


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
    ends = _stability(matches, draws=draws, seed=seed, level=level)

    pairs = _pair_frame(matches, sums, ends, sister)
    notes = reading_notes(compared, n_pairs=matches.n_pairs, n_comparable=matches.n_comparable)
    return BrandOverlap(
        pairs=pairs,
        brands=_brand_frame(matches, sums, sister, draws=draws, seed=seed),
        self_overlap=_self_frame(matches, sums),
        level=level,
        reference=compared.reference,
        notes=(*notes, *_notes(matches, sister)),
    )


def _stability(matches: BestMatches, *, draws: int, seed: int, level: float) -> Interval:
    """Give the ends for every group (bank and category, then bank) and bank, groups x banks."""
    parts = []
    for rows in (*matches.groups, *matches.by_brand):
        parts.append(stability_interval(matches.best[rows], draws=draws, seed=seed, level=level))
    return Interval(np.stack([part.low for part in parts]), np.stack([part.high for part in parts]))


def _pair_frame(matches: BestMatches, sums: Sums, ends: Interval, sister: Flags) -> pd.DataFrame:
    """Lay the groups out as one row a pair, the row over all categories first."""
    n_groups, n_brands = len(matches.groups), len(matches.names)
    every = np.ones((n_groups + n_brands, n_brands), dtype=bool)
    every[:n_groups] = sums.has_category
    every[np.arange(len(every)), sums.brand] = False
    group, other = np.nonzero(every)
    label = np.append(matches.labels[sums.category], np.full(n_brands, None))
    frame = pd.DataFrame({
        "brand_a": matches.names[sums.brand[group]],
        "brand_b": matches.names[other],
        "category": label[group],
        "n_offers": sums.n_offers[group],
        "n_compared": sums.n_compared[group, other],
        "overlap": sums.overlap[group, other],
        "overlap_shared": sums.shared[group, other],
        "expected": sums.expected[group, other],
        "excess": sums.excess[group, other],
        "stability_low": ends.low[group, other],
        "stability_high": ends.high[group, other],
        "bound_low": sums.low[group, other],
        "bound_high": sums.high[group, other],
        "sister": sister[sums.brand[group], other],
    })  # fmt: skip
    overall = frame["category"].isna()
    order = np.lexsort((frame["category"].fillna("").to_numpy(dtype=str), ~overall,
                        other, sums.brand[group]))  # fmt: skip
    frame["category"] = frame["category"].astype("str")
    return frame.take(order).reset_index(drop=True)


def _brand_frame(
    matches: BestMatches, sums: Sums, sister: Flags, *, draws: int, seed: int
) -> pd.DataFrame:
    """Describe each bank: size, breadth, uniqueness against rivals, nearest."""
    n = len(matches.names)
    rows = []
    for brand, offers in enumerate(matches.by_brand):
        rival = ~sister[brand] & (np.arange(n) != brand)
        shares = np.bincount(matches.categories[offers])
        shares = shares[shares > 0] / shares.sum()
        own = matches.own[offers]
        unique = _uniqueness(matches, offers[own], rival)
        total = len(matches.groups) + brand
        likest = _nearest(sums.excess[total], sums.overlap[total], rival)
        nearest = _nearest(sums.overlap[total], sums.excess[total], np.arange(n) != brand)
        nearest_rival = _nearest(sums.overlap[total], sums.excess[total], rival)
        second = _nearest(
            sums.overlap[total], sums.excess[total], rival & (np.arange(n) != nearest_rival)
        )
        support = np.nan
        if nearest_rival is not None:
            support = nearest_support(
                matches.best[offers][:, rival], nearest=int(rival[:nearest_rival].sum()),
                draws=draws, seed=seed,
            )  # fmt: skip
        rows.append({
            "brand": matches.names[brand],
            "n_offers": len(offers),
            "n_categories": len(shares),
            "breadth": abs(float((shares * np.log(shares)).sum())),
            "uniqueness": unique[0], "bound_low": unique[1], "bound_high": unique[2],
            "n_rivals": int(rival.sum()),
            "n_sisters": int(sister[brand].sum()),
            "nearest": None if nearest is None else matches.names[nearest],
            "nearest_overlap": np.nan if nearest is None else sums.overlap[total, nearest],
            "nearest_rival": None if nearest_rival is None else matches.names[nearest_rival],
            "nearest_rival_overlap":
                np.nan if nearest_rival is None else sums.overlap[total, nearest_rival],
            "nearest_rival_support": support,
            "second_rival": None if second is None else matches.names[second],
            "second_rival_overlap": np.nan if second is None else sums.overlap[total, second],
            "rival_by_excess": None if likest is None else matches.names[likest],
            "rival_excess": np.nan if likest is None else sums.excess[total, likest],
        })  # fmt: skip
    frame: pd.DataFrame = pd.DataFrame(rows)
    return frame.astype(
        {"nearest": "str", "nearest_rival": "str", "second_rival": "str", "rival_by_excess": "str"}
    )


def _uniqueness(matches: BestMatches, offers: Ints, rival: Flags) -> tuple[float, float, float]:
    """1 less the mean best match at any rival, with its bounds (ends swapped)."""
    if not len(offers) or not rival.any():
        return np.nan, np.nan, np.nan
    best = np.nan_to_num(matches.best[np.ix_(offers, rival)], nan=0.0).max(axis=1)
    low = np.nan_to_num(matches.low[np.ix_(offers, rival)], nan=0.0).max(axis=1)
    high = matches.high[np.ix_(offers, rival)].max(axis=1)
    return 1 - best.mean(), 1 - high.mean(), 1 - low.mean()


def _nearest(overlap: Floats, excess: Floats, allowed: Flags) -> int | None:
    """Give the bank with the largest overlap; of equal ones that with the larger excess."""
    candidates = np.flatnonzero(allowed & ~np.isnan(overlap))
    if not len(candidates):
        return None
    top = candidates[overlap[candidates] >= overlap[candidates].max() - _TIE]
    above = np.nan_to_num(excess[top], nan=-np.inf)
    return int(top[np.flatnonzero(above >= above.max() - _TIE)[0]])


def _self_frame(matches: BestMatches, sums: Sums) -> pd.DataFrame:
    n_groups = len(matches.groups)
    label = np.append(matches.labels[sums.category], np.full(len(matches.names), None))
    own = sums.overlap[np.arange(len(sums.brand)), sums.brand]
    frame = pd.DataFrame({"brand": matches.names[sums.brand], "category": label, "overlap": own})
    order = np.r_[n_groups : len(frame), 0:n_groups]
    frame["category"] = frame["category"].astype("str")
    return frame.take(order).reset_index(drop=True)


def _notes(matches: BestMatches, sister: Flags) -> tuple[Message, ...]:
    notes = []
    few = sum(len(rows) < SMALLEST for rows in matches.by_brand)
    if few:
        text = (
            "{n:count} {n:bank|banks} with fewer than {least:count} offers {n:has|have} no "
            "stability interval."
        )
        notes.append(Message(text, {"n": few, "least": SMALLEST}))
    silent = [
        str(name)
        for name, rows in zip(matches.names, matches.by_brand, strict=True)
        if not matches.own[rows].any()
    ]
    if silent:
        text = "{names} {n:discloses|disclose} too little to be compared at all."
        notes.append(Message(text, {"names": few_of(silent), "n": len(silent)}))
    lonely = int((matches.has_category.sum(axis=1) == 2).sum())
    if lonely:
        text = (
            "In {n:count} {n:category|categories} only two banks are present: there is no other "
            "bank to expect anything from, and the excess is 0 whatever the overlap."
        )
        notes.append(Message(text, {"n": lonely}))
    first, second = np.nonzero(np.triu(sister))
    pairs = [f"{a} – {b}" for a, b in zip(matches.names[first], matches.names[second], strict=True)]
    if pairs:
        text = (
            "{n:count} {n:pair|pairs} of sister banks {n:is|are} not counted as rivals of each "
            "other: {names}."
        )
        notes.append(Message(text, {"n": len(pairs), "names": few_of(pairs)}))
    return tuple(notes)
