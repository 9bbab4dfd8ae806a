"""Similarities without their bounds, many readings of one category at once.

A history compares the same offers again and again, each time with other cells left out. What no
reading changes (texts above all) is compared once for all of them, and bounds, which
:mod:`brandkit.overlap.brands.kernel` finds along the way, are not needed. The similarities are
those of
that module to rounding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, shown
from brandkit.core.linalg import Floats, Ints
from brandkit.overlap.brands.kernel import CategoryScores, row_blocks
from brandkit.overlap.similarity.facets import (
    FACETS,
    CatalogFacets,
    CategoryFacets,
    Facet,
    Lists,
    Numbers,
    Texts,
)
from brandkit.overlap.similarity.reference import entry_weights
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import ListCounts, Reference

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Rules:
    """What offers are compared by."""

    reference: Reference
    weights: Mapping[Facet, float]
    min_compared: float


@dataclass(frozen=True)
class _Part:
    """What one facet adds for a block of rows: part, weight compared, weight that could be."""

    part: Floats
    weight: Floats
    whole: Floats

    def __add__(self, other: _Part) -> _Part:
        return _Part(self.part + other.part, self.weight + other.weight, self.whole + other.whole)


def point_scores(
    category: CategoryFacets,
    readings: Mapping[str, CategoryFacets],
    catalog: CatalogFacets,
    rules: Rules,
) -> Iterator[tuple[Ints, dict[str, Floats]]]:
    """Compare a category block by block, under every reading at once.

    Parameters
    ----------
    category : CategoryFacets
    readings : mapping of name to CategoryFacets
        The category with cells left out; matrices that are the category's own are not compared
        again.

    Yields
    ------
    rows, scores
        For each reading the similarities of the rows with every offer of the category, missing
        where a pair is not comparable.
    """
    chosen = [facet for facet in FACETS if rules.weights.get(facet, 0.0) > 0]
    facets = [facet for facet in chosen if _matrix(category, facet) is not None]
    own = {facet: _scorer(category, facet, catalog, rules) for facet in facets}
    changed = {
        name: {
            facet: _scorer(cut, facet, catalog, rules)
            for facet in facets
            if _matrix(cut, facet) is not _matrix(category, facet)
        }
        for name, cut in readings.items()
    }
    moving = {facet for each in changed.values() for facet in each}
    needed = {facet for facet in moving if any(facet not in each for each in changed.values())}
    for rows in row_blocks(category):
        nothing = np.zeros((len(rows), len(category.offers)))
        still = [own[facet].part(rows) for facet in facets if facet not in moving]
        common = _added(_Part(nothing, nothing, nothing), still)
        base = {facet: own[facet].part(rows) for facet in facets if facet in needed}
        scores = {}
        for name, scorers in changed.items():
            parts = [
                scorers[facet].part(rows) if facet in scorers else base[facet]
                for facet in facets
                if facet in moving
            ]
            scores[name] = _score(_added(common, parts), rules.min_compared)
        yield rows, scores


def _added(start: _Part, parts: Sequence[_Part]) -> _Part:
    total = start
    for part in parts:
        total = total + part
    return total


def _score(total: _Part, min_compared: float) -> Floats:
    enough = (total.weight > 0) & (total.weight >= min_compared * total.whole - _ROUNDING)
    score = np.full(total.part.shape, np.nan)
    np.divide(total.part, total.weight, out=score, where=enough)
    np.minimum(score, 1.0, out=score)
    return score


def _matrix(category: CategoryFacets, facet: Facet) -> Lists | Numbers | Texts | None:
    return category.lists.get(facet) or category.numbers.get(facet) or category.texts.get(facet)


def _scorer(
    category: CategoryFacets, facet: Facet, catalog: CatalogFacets, rules: Rules
) -> _ListPoints | _NumberPoints | _TextPoints:
    matrix, worth = _matrix(category, facet), rules.weights[facet]
    place, reference = (category.category, str(facet)), rules.reference
    if isinstance(matrix, Lists):
        return _ListPoints(matrix, reference.lists.get(place), worth)
    if isinstance(matrix, Numbers):
        return _NumberPoints(matrix, reference.ranges.get(place, {}), worth)
    return _TextPoints(category, facet, catalog, rules)


class _ListPoints:
    """Weighted Jaccard over listed sets."""

    def __init__(self, lists: Lists, counts: ListCounts | None, worth: float) -> None:
        self.has = lists.has.toarray()
        self.weighted = self.has * entry_weights(lists.keys, counts)[None, :]
        self.size = self.weighted.sum(axis=1)
        self.is_known = counts is not None
        self.worth = worth

    def part(self, rows: Ints) -> _Part:
        shared = self.weighted[rows] @ self.has.T
        mine, theirs = self.size[rows, None], self.size[None, :]
        either = mine + theirs - shared
        compared = (mine > 0) & (theirs > 0)
        part = np.zeros(shared.shape)
        np.divide(self.worth * shared, either, out=part, where=compared)
        return _Part(part, self.worth * compared,
                     self.worth * (self.is_known | (mine > 0) | (theirs > 0)))  # fmt: skip


class _NumberPoints:
    """Mean of 1 - |x - y| / range over the amounts that both state."""

    def __init__(
        self, numbers: Numbers, ranges: Mapping[str, tuple[float, float]], worth: float
    ) -> None:
        self.worth, self.is_known = worth, bool(ranges)
        usable = np.array([key in ranges for key in numbers.keys], dtype=bool)
        self.stated = numbers.stated[:, usable].toarray()
        self.n_stated = self.stated.sum(axis=1)
        self.amounts = [
            (rows, values, ranges[key][1] - ranges[key][0])
            for key, rows, values in zip(numbers.keys, numbers.rows, numbers.values, strict=True)
            if key in ranges
        ]

    def part(self, rows: Ints) -> _Part:
        total = np.zeros((len(rows), len(self.stated)))
        for offers, values, width in self.amounts:
            start, stop = np.searchsorted(offers, (rows[0], rows[-1] + 1))
            if start == stop:
                continue
            near = np.abs(values[start:stop, None] - values[None, :])
            if width > 0:
                near /= -width
                near += 1.0
                np.maximum(near, 0.0, out=near)
            else:
                near = (near == 0).astype(np.float64)
            total[np.ix_(offers[start:stop] - rows[0], offers)] += near
        both = self.stated[rows] @ self.stated.T
        compared = both > 0
        part = np.zeros(total.shape)
        np.divide(self.worth * total, both, out=part, where=compared)
        counted = self.is_known | (self.n_stated[rows, None] > 0) | (self.n_stated[None, :] > 0)
        return _Part(part, self.worth * compared, self.worth * counted)


class _TextPoints:
    """Cosine of weighted pieces of characters."""

    def __init__(
        self, category: CategoryFacets, facet: Facet, catalog: CatalogFacets, rules: Rules
    ) -> None:
        alone = replace(category, lists={}, numbers={}, texts={facet: category.texts[facet]})
        self.scores = CategoryScores(alone, catalog, rules.reference)
        self.shape, self.worth = len(category.offers), rules.weights[facet]

    def part(self, rows: Ints) -> _Part:
        for each in self.scores.facets(rows):
            weight, whole = (
                self.worth * where.astype(np.float64) for where in (each.compared, each.counted)
            )
            return _Part(self.worth * each.score, weight, whole)
        nothing = np.zeros((len(rows), self.shape))
        return _Part(nothing, nothing, nothing)


FAILED_RECORDS = 0.20
"""Share of failed records from which a bank's catalogue is not usable."""
UNUSABLE_BANKS = 0.10
"""Share of unusable banks from which a date is a gap."""
_FAILURES = ("error_body", "no_product")


@dataclass(frozen=True)
class Bank:
    """One bank at one date: what was read of it and what failed."""

    name: str
    n_records: int
    n_failed: int
    is_stale: bool

    @property
    def reason(self) -> str:
        """Why it cannot be used; empty where it can."""
        if self.is_stale:
            return "stale_list"
        whole = self.n_failed + self.n_records
        return "error_body" if whole and self.n_failed / whole > FAILED_RECORDS else ""


@dataclass(frozen=True)
class Period:
    """One date of a history.

    Parameters
    ----------
    as_of : date
    catalog : Catalog
    banks : mapping of identity to Bank
        Those with products and those of which nothing but failures came.
    """

    as_of: date
    catalog: Catalog
    banks: Mapping[str, Bank]

    @property
    def present(self) -> set[str]:
        """Identities of banks whose data can be used."""
        return {who for who, bank in self.banks.items() if bank.n_records and not bank.reason}

    @property
    def n_unusable(self) -> int:
        """Banks whose list, or too many of whose records, failed."""
        return sum(bool(bank.reason) for bank in self.banks.values())

    @property
    def usable(self) -> bool:
        """Whether enough banks were read."""
        return self.n_unusable <= UNUSABLE_BANKS * len(self.banks) and bool(self.present)


@dataclass(frozen=True)
class Span:
    """A history's dates in order, and the banks that last through it.

    Parameters
    ----------
    periods : tuple of Period
        All dates, ascending.
    names : mapping of identity to name
        As the newest date with the bank calls it.
    panel : tuple of str
        Identities present and usable at every usable date, by name.
    """

    periods: tuple[Period, ...]
    names: Mapping[str, str]
    panel: tuple[str, ...]

    @property
    def kept(self) -> tuple[Period, ...]:
        """The usable dates."""
        return tuple(period for period in self.periods if period.usable)


def span_of(catalogs: Mapping[date, Catalog]) -> Span:
    """Follow the banks over the dates and say what can be used.

    Banks are joined by their key in the register where they have one, else by name; never by the
    ids of their products.

    Raises
    ------
    InputError
        The keys are no days.
    NotEnoughDataError
        Fewer than two usable dates, or fewer than two banks at all of them.
    """
    dated = _dated(catalogs)
    who = _identities(list(dated.values()))
    periods = tuple(
        Period(day, catalog, _banks(catalog, names))
        for (day, catalog), names in zip(dated.items(), who, strict=True)
    )
    kept = [period for period in periods if period.usable]
    if len(kept) < 2:
        raise NotEnoughDataError(
            f"`catalogs` must hold at least two usable dates; found {len(kept)} of {len(periods)}. "
            f"At a usable date at most {UNUSABLE_BANKS:.0%} of the banks failed: look into the "
            "problems of each catalogue, or read more dates."
        )
    names = {identity: bank.name for period in periods for identity, bank in period.banks.items()}
    lasting = set.intersection(*(period.present for period in kept))
    if len(lasting) < 2:
        raise NotEnoughDataError(
            f"`catalogs` must share at least two banks over all usable dates; found {len(lasting)}."
            " Give a crosswalk when reading where the banks' keys changed, or fewer dates."
        )
    panel = tuple(sorted(lasting, key=lambda identity: (names[identity], identity)))
    return Span(periods, names, panel)


def _dated(catalogs: Mapping[date, Catalog]) -> dict[date, Catalog]:
    if not isinstance(catalogs, Mapping):
        raise TypeError(
            f"`catalogs` must map days to catalogues; found {type(catalogs).__name__}. "
            "Give study.catalogs."
        )
    days: dict[date, Catalog] = {}
    for key, catalog in catalogs.items():
        day = key.date() if isinstance(key, datetime) else key
        if not isinstance(day, date):
            raise InputError(
                f"`catalogs` must have days as keys; found {shown(key)}. "
                "Write datetime.date(2026, 3, 1)."
            )
        if not isinstance(catalog, Catalog):
            raise TypeError(
                f"`catalogs` must map days to catalogues; found {type(catalog).__name__} at {day}."
            )
        if day in days:
            raise InputError(f"`catalogs` must hold each day once; found {day} twice.")
        days[day] = catalog
    if len(days) < 2:
        raise NotEnoughDataError(
            f"`catalogs` must hold at least two dates; found {len(days)}. One date has no history."
        )
    return dict(sorted(days.items()))


def _identities(catalogs: list[Catalog]) -> list[dict[str, str]]:
    """Give each date's mapping from brand to identity."""
    shared: set[str] = set()
    keys_of: dict[str, set[str]] = {}
    for catalog in catalogs:
        counts = Counter(catalog.brand_keys.values())
        # several brands under one key: the key says who runs them, not which is which
        shared |= {key for key, n in counts.items() if n > 1}
        for brand, key in catalog.brand_keys.items():
            keys_of.setdefault(brand, set()).add(key)
    found = []
    for catalog in catalogs:
        brands = sorted(set(catalog.brands) | set(_failures(catalog)))
        mine = {}
        for brand in brands:
            elsewhere = keys_of.get(brand, set())
            key = catalog.brand_keys.get(brand) or (
                next(iter(elsewhere)) if len(elsewhere) == 1 else ""
            )
            mine[brand] = f"key {key}" if key and key not in shared else f"name {brand}"
        twice = {identity for identity, n in Counter(mine.values()).items() if n > 1}
        found.append({b: f"name {b}" if who in twice else who for b, who in mine.items()})
    return found


def _banks(catalog: Catalog, who: Mapping[str, str]) -> dict[str, Bank]:
    grain = catalog.records if len(catalog.records) else catalog.products
    read = grain["brand"].astype("str").value_counts().to_dict()
    failed = _failures(catalog)
    return {
        who[brand]: Bank(brand, int(read.get(brand, 0)), *failed.get(brand, (0, False)))
        for brand in sorted(who)
    }


def _failures(catalog: Catalog) -> dict[str, tuple[int, bool]]:
    """Count each brand's failed records, and say whether its list failed; ghosts left out."""
    problems = catalog.problems
    if not len(problems) or not {"reason", "brand", "file", "record"} <= set(problems.columns):
        return {}
    told = problems[problems["reason"].isin([*_FAILURES, "stale_list", "ghost"])]
    place = pd.MultiIndex.from_frame(told[["file", "record", "brand"]].astype("str"))
    is_ghost = (told["reason"] == "ghost").to_numpy()
    alive = told[~place.isin(place[is_ghost]) & (told["brand"].astype("str") != "").to_numpy()]
    by_brand = alive["brand"].astype("str").to_numpy(dtype=object)
    is_failure = alive["reason"].isin(_FAILURES).to_numpy()
    found = {}
    for brand in np.unique(by_brand.astype(str)):
        mine = by_brand == brand
        found[str(brand)] = (int((mine & is_failure).sum()), bool((mine & ~is_failure).any()))
    return found
