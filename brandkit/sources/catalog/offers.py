"""From records to offers, and from lists to three states.

A bank that publishes one home loan as 87 records, one for each rate, tier, ratio, term and
purpose, has one offer. The collapse rule names the fields that do not count: rate, tier, LVR,
term, purpose, series number, share class, card colour. Records that differ elsewhere are
different offers.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.sources.catalog.listing import (
    FACETS,
    LIST_FACETS,
    NUMBER_FACETS,
    STATES,
    Disclosure,
    Entry,
    Listing,
)
from brandkit.sources.catalog.names import folded, series_key

_HAS, _HAS_NOT, _NOT_STATED = range(3)
#: Attributes of which the lowest stands for an offer, whatever else their names say, and of
#: which the highest does; of all others the lowest.
_LOWEST = re.compile(r"\b(?:min(?:imum)?|lending|loans?|borrow\w*)\b|贷|最低|最小|起购|起存")
_HIGHEST = re.compile(
    r"\b(?:deposits?|savings?|bonus|discount|max(?:imum)?|yield|return)\b"
    r"|存款|收益|最高|上限|最大|储蓄"
)


class Offer(NamedTuple):
    """Records that differ only in fields that do not count, and the first that stands for them."""

    first: Listing
    n_records: int
    numbers: Mapping[str, Mapping[str, Entry]]


def collapsed(listings: Iterable[Listing]) -> tuple[list[Offer], pd.DataFrame]:
    """Gather records into offers.

    Parameters
    ----------
    listings : iterable of Listing
        Each (brand, record) once.

    Returns
    -------
    offers : list of Offer
        Sorted by brand and product. An offer carries the smallest id of its records, and that
        record's name and description.
    records : DataFrame
        brand, product, record, file: which offer each record belongs to.

    Notes
    -----
    Of rates and terms an offer keeps, for each attribute, the value that stands in its
    headline: the lowest of lending rates and minimums, the highest of deposit rates, discounts
    and maximums. So it does not matter whether a bank writes 87 rates into one record or one
    rate into each of 87 records.

    Examples
    --------
    >>> rates = [{"rates": {"lending rate": Entry(value=value)}} for value in (0.06, 0.05)]
    >>> offers, records = collapsed(Listing("Civic", str(at), "a", f"Home Loan {at} Year",
    ...     numbers=rate) for at, rate in enumerate(rates, 1))
    >>> len(offers), offers[0].numbers["rates"]["lending rate"].value, len(records)
    (1, 0.05, 2)
    """
    groups: dict[tuple[object, ...], list[Listing]] = defaultdict(list)
    for listing in listings:
        groups[_offer_key(listing)].append(listing)
    offers, rows = [], []
    for members in groups.values():
        members.sort(key=lambda listing: _id_order(listing.record))
        first = members[0]
        offers.append(Offer(first, len(members), _headline_numbers(members)))
        rows += [(first.brand, first.record, each.record, each.file) for each in members]
    offers.sort(key=lambda offer: (offer.first.brand, _id_order(offer.first.record)))
    rows.sort(key=lambda row: (row[0], _id_order(row[1]), _id_order(row[2])))
    records = pd.DataFrame(rows, columns=["brand", "product", "record", "file"], dtype="str")
    return offers, records.astype({"brand": "category", "file": "category"})


def product_frame(offers: Sequence[Offer], as_of: date | None) -> pd.DataFrame:
    """Give one row an offer.

    Examples
    --------
    >>> offers, _ = collapsed([Listing("Civic", "1", "a", "Saver", "savings")])
    >>> product_frame(offers, None)[["brand", "product", "name"]].values.tolist()
    [['Civic', '1', 'Saver']]
    """
    firsts = [offer.first for offer in offers]
    day = pd.NaT if as_of is None else pd.Timestamp(as_of).as_unit("s")
    return pd.DataFrame(
        {
            "brand": pd.Categorical([first.brand for first in firsts]),
            "product": pd.array([first.record for first in firsts], dtype="str"),
            "name": pd.array([first.name for first in firsts], dtype="str"),
            "category": pd.Categorical([first.category for first in firsts]),
            "segment": pd.Categorical([first.segment or "not stated" for first in firsts]),
            "description": pd.array([first.description for first in firsts], dtype="str"),
            "as_of": pd.Series([day] * len(offers), dtype="datetime64[s]"),
            "n_records": np.array([offer.n_records for offer in offers], dtype=np.int64),
            "n_free_text": np.array([first.n_free_text for first in firsts], dtype=np.int64),
        }
    )


def attribute_frame(offers: Sequence[Offer], disclosure: Mapping[str, Disclosure]) -> pd.DataFrame:
    """Give what every offer has, has not and does not state.

    Parameters
    ----------
    offers : sequence of Offer
        As :func:`collapsed` gives them.
    disclosure : mapping
        List facet -> how its silence is read.

    Returns
    -------
    DataFrame
        brand, product, facet, attribute, state, value, unit. In a list facet every offer has a
        row for every attribute that any offer of its category mentions.

    Examples
    --------
    >>> lists = [{"features": {"redraw": Entry()}}, {"features": {}}, {"features": None}]
    >>> offers, _ = collapsed(Listing("Civic", name, "a", name, lists=each)
    ...     for name, each in zip("ABC", lists))
    >>> attribute_frame(offers, {})["state"].tolist()
    ['has', 'has_not', 'not_stated']
    """
    by_category: dict[str, list[int]] = defaultdict(list)
    for at, offer in enumerate(offers):
        by_category[offer.first.category].append(at)
    brands, words, units = _Codes(), _Codes(), _Codes()
    parts: list[tuple[NDArray[Any], ...]] = []
    for code, facet in enumerate(FACETS):
        rule = disclosure.get(facet, "brand")
        of_facet = (
            [
                _listed(offers, members, facet, rule, words=words, units=units)
                for members in by_category.values()
            ]
            if facet in LIST_FACETS
            else [_stated(offers, facet, words=words, units=units)]
        )
        parts += [(np.full(len(part[0]), code), *part) for part in of_facet]
    facet_at, at_offer, word, state, value, unit = map(np.concatenate, zip(*parts, strict=True))
    brand = np.array([brands[offer.first.brand] for offer in offers], dtype=np.int64)
    ids = pd.array([offer.first.record for offer in offers], dtype="str")
    order = np.lexsort((words.ranks[word], facet_at, at_offer))
    facets, states = (pd.Index(names, dtype="str") for names in (FACETS, STATES))
    return pd.DataFrame(
        {
            "brand": brands.categorical(brand[at_offer][order]),
            "product": ids.take(at_offer[order]),
            "facet": pd.Categorical.from_codes(facet_at[order], categories=facets),
            "attribute": words.categorical(word[order]),
            "state": pd.Categorical.from_codes(state[order], categories=states),
            "value": value[order],
            "unit": units.categorical(unit[order]),
        }
    )


class _Codes(dict[str, int]):
    """Words by number, in the order they are met; an empty one is -1."""

    def __missing__(self, word: str) -> int:
        return self.setdefault(word, len(self)) if word else -1

    @property
    def ranks(self) -> NDArray[np.int64]:
        """Each number's place among the sorted words; -1 stays."""
        ranks = np.full(len(self) + 1, -1)
        ranks[[self[word] for word in sorted(self)]] = np.arange(len(self))
        return ranks

    def categorical(self, codes: NDArray[np.int64]) -> pd.Categorical:
        names = pd.Index(sorted(self), dtype="str")
        return pd.Categorical.from_codes(self.ranks[codes], categories=names)


def _offer_key(listing: Listing) -> tuple[object, ...]:
    """All that two records must share to be one offer."""
    lists = tuple(
        None if entries is None else frozenset(entries.items())
        for entries in (_comparable(listing.lists.get(facet)) for facet in LIST_FACETS)
    )
    units = frozenset(
        (attribute, entry.unit)
        for attribute, entry in listing.numbers.get("terms", {}).items()
        if entry.unit not in {"months", ""}
    )
    return (
        listing.brand,
        folded(listing.category),
        folded(listing.segment),
        series_key(listing.name),
        # prose that differs in a rate or a term only is the same prose
        series_key(listing.description),
        lists,
        units,
        listing.detail,
    )


def _comparable(entries: Mapping[str, Entry] | None) -> Mapping[str, object] | None:
    # NaN differs from itself, so that sets of entries would never be equal
    if entries is None:
        return None
    return {
        attribute: (entry.state, None if entry.value != entry.value else entry.value, entry.unit)
        for attribute, entry in entries.items()
    }


def _id_order(identifier: str) -> tuple[int, str]:
    """Order ids by length, then as text: 9 before 10, and the same on every machine."""
    return (len(identifier), identifier)


def _headline_numbers(members: Sequence[Listing]) -> dict[str, dict[str, Entry]]:
    if len(members) == 1:
        return {facet: dict(entries) for facet, entries in members[0].numbers.items()}
    kept: dict[str, dict[str, Entry]] = {}
    for facet in NUMBER_FACETS:
        choices: dict[str, list[Entry]] = defaultdict(list)
        for member in members:
            for attribute, entry in member.numbers.get(facet, {}).items():
                choices[attribute].append(entry)
        kept[facet] = {
            attribute: headline(
                entries, attribute, category=members[0].category * (facet == "rates")
            )
            for attribute, entries in choices.items()
        }
    return kept


def headline(entries: Sequence[Entry], attribute: str, *, category: str = "") -> Entry:
    """Choose the one amount that stands for several: the best for a customer to see first.

    Parameters
    ----------
    entries : sequence of Entry
    attribute : str
        What the amounts are. Of minimums and of lending the lowest is chosen, of deposits,
        discounts and maximums the highest, of everything else the lowest.
    category : str
        For rates: decides where the attribute does not, so that "fixed" is high for deposits.

    Examples
    --------
    >>> rates = [Entry(value=0.05, unit="share"), Entry(value=0.04, unit="share")]
    >>> headline(rates, "lending fixed").value, headline(rates, "deposit fixed").value
    (0.04, 0.05)
    """
    stated = [entry for entry in entries if entry.value == entry.value]
    if not stated:
        return entries[0]
    one_unit = min(entry.unit for entry in stated)
    stated = [entry for entry in stated if entry.unit == one_unit]
    choose = max if _is_highest(attribute, category) else min
    return choose(stated, key=lambda entry: entry.value)


@lru_cache(maxsize=10_000)
def _is_highest(attribute: str, category: str) -> bool:
    words = folded(attribute.replace("_", " "))
    if _LOWEST.search(words):
        return False
    return bool(_HIGHEST.search(words) or _HIGHEST.search(folded(category.replace("_", " "))))


def _listed(
    offers: Sequence[Offer],
    members: Sequence[int],
    facet: str,
    rule: str,
    *,
    words: _Codes,
    units: _Codes,
) -> tuple[NDArray[Any], ...]:
    """Every offer of a category against every attribute that the category knows."""
    entries = [offers[at].first.lists.get(facet) for at in members]
    known = sorted({attribute for listed in entries if listed for attribute in listed})
    place = {word: at for at, word in enumerate(known)}
    shape = (len(members), len(known))
    state = np.full(shape, _NOT_STATED, dtype=np.int8)
    said = np.zeros(shape, dtype=bool)
    value, unit = np.full(shape, np.nan), np.full(shape, -1)
    for row, listed in enumerate(entries):
        for attribute, entry in (listed or {}).items():
            cell = row, place[attribute]
            state[cell], said[cell] = STATES.index(entry.state), True
            value[cell], unit[cell] = entry.value, units[entry.unit]
    silent = ~said & np.array([listed is not None for listed in entries], dtype=bool)[:, None]
    if rule == "closed":
        state[silent] = _HAS_NOT
    elif rule == "brand":
        brands = np.unique([offers[at].first.brand for at in members], return_inverse=True)[1]
        mentioned = np.zeros((int(brands.max(initial=0)) + 1, len(known)), dtype=bool)
        np.logical_or.at(mentioned, brands, state == _HAS)
        state[silent & mentioned[brands]] = _HAS_NOT
    word = np.array([words[each] for each in known], dtype=np.int64)
    return (
        np.repeat(members, len(known)),
        np.tile(word, len(members)),
        state.ravel(),
        value.ravel(),
        unit.ravel(),
    )


def _stated(
    offers: Sequence[Offer], facet: str, *, words: _Codes, units: _Codes
) -> tuple[NDArray[Any], ...]:
    rows = [
        (at, words[attribute], STATES.index(entry.state), entry.value, units[entry.unit])
        for at, offer in enumerate(offers)
        for attribute, entry in offer.numbers.get(facet, {}).items()
    ]
    kinds = (np.int64, np.int64, np.int8, np.float64, np.int64)
    columns = zip(*rows, strict=True) if rows else ((),) * 5
    return tuple(np.array(told, dtype=kind) for told, kind in zip(columns, kinds, strict=True))
