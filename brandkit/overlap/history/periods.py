"""The dates of a history: which banks could be read at each, and which last through all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, shown
from brandkit.sources.catalog.catalog import Catalog

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


def _identities(catalogs: Sequence[Catalog]) -> list[dict[str, str]]:
    """Map each date's brands to identities: the key, where that is one bank's, or the name."""
    shared: set[str] = set()
    keys_of: dict[str, set[str]] = {}
    for catalog in catalogs:
        # several brands under one key: the key says who runs them, not which is which
        shared |= {key for key, n in Counter(catalog.brand_keys.values()).items() if n > 1}
        for brand, key in catalog.brand_keys.items():
            keys_of.setdefault(brand, set()).add(key)
    found = []
    for catalog in catalogs:
        who = {}
        for brand in sorted(set(catalog.brands) | set(_failures(catalog))):
            elsewhere = keys_of.get(brand, set())
            only = next(iter(elsewhere)) if len(elsewhere) == 1 else ""
            key = catalog.brand_keys.get(brand) or only
            who[brand] = f"key {key}" if key and key not in shared else f"name {brand}"
        twice = {identity for identity, n in Counter(who.values()).items() if n > 1}
        found.append({b: f"name {b}" if one in twice else one for b, one in who.items()})
    return found


def _banks(catalog: Catalog, who: Mapping[str, str]) -> dict[str, Bank]:
    grain = catalog.records if len(catalog.records) else catalog.products
    read = grain["brand"].astype("str").value_counts()
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
    brand = told["brand"].astype("str")
    alive = ~place.isin(place[is_ghost]) & (brand != "").to_numpy()
    failed = told["reason"].isin(_FAILURES)
    by_brand = failed[alive].groupby(brand[alive])
    return {str(name): (int(each.sum()), not each.all()) for name, each in by_brand}
