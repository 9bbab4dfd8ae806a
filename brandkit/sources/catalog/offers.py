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
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

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
_HIGHEST = re.compile(r"\b(?:deposits?|savings?|bonus|discount|max(?:imum)?|yield|return)\b"
                      r"|存款|收益|最高|上限|最大|储蓄")  # fmt: skip


@dataclass(slots=True)
class Offer:
    """Records that differ only in fields that do not count."""

    brand: str
    product: str
    first: Listing
    n_records: int
    numbers: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)


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
        offers.append(
            Offer(first.brand, first.record, first, len(members), _headline_numbers(members))
        )
        rows += [(first.brand, first.record, each.record, each.file) for each in members]
    offers.sort(key=lambda offer: (offer.brand, _id_order(offer.product)))
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
    return pd.DataFrame({
        "brand": pd.Categorical([offer.brand for offer in offers]),
        "product": pd.array([offer.product for offer in offers], dtype="str"),
        "name": pd.array([first.name for first in firsts], dtype="str"),
        "category": pd.Categorical([first.category for first in firsts]),
        "segment": pd.Categorical([first.segment or "not stated" for first in firsts]),
        "description": pd.array([first.description for first in firsts], dtype="str"),
        "as_of": pd.Series([day] * len(offers), dtype="datetime64[s]"),
        "n_records": np.array([offer.n_records for offer in offers], dtype=np.int64),
        "n_free_text": np.array([first.n_free_text for first in firsts], dtype=np.int64),
    })  # fmt: skip


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
    parts: list[_Cells] = []
    for facet in FACETS:
        if facet in LIST_FACETS:
            rule = disclosure.get(facet, "brand")
            parts += [_listed(offers, members, facet, rule) for members in by_category.values()]
        else:
            parts.append(_stated(offers, facet))
    return _joined(offers, parts)


@dataclass(slots=True)
class _Cells:
    """Rows of the attribute table as columns: places of offers, words, codes, amounts."""

    facet: str
    offer: NDArray[np.int64]
    attribute: list[str]
    attribute_at: NDArray[np.int64]
    state: NDArray[np.int8]
    value: NDArray[np.float64]
    unit: list[str]


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
        listing.brand, folded(listing.category), folded(listing.segment), series_key(listing.name),
        # prose that differs in a rate or a term only is the same prose
        series_key(listing.description), lists, units, listing.detail,
    )  # fmt: skip


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
    offers: Sequence[Offer], members: Sequence[int], facet: str, rule: Disclosure
) -> _Cells:
    """Every offer of a category against every attribute that the category knows."""
    entries = [offers[at].first.lists.get(facet) for at in members]
    words = sorted({attribute for listed in entries if listed for attribute in listed})
    place = {word: at for at, word in enumerate(words)}
    shape = (len(members), len(words))
    state = np.full(shape, _NOT_STATED, dtype=np.int8)
    said = np.zeros(shape, dtype=bool)
    value = np.full(shape, np.nan)
    unit: dict[tuple[int, int], str] = {}
    for row, listed in enumerate(entries):
        for attribute, entry in (listed or {}).items():
            at = place[attribute]
            state[row, at] = STATES.index(entry.state)
            said[row, at] = True
            value[row, at] = entry.value
            if entry.unit:
                unit[row, at] = entry.unit
    has_list = np.array([listed is not None for listed in entries], dtype=bool)[:, None]
    silent = ~said & has_list
    if rule == "closed":
        state[silent] = _HAS_NOT
    elif rule == "brand":
        brands = np.unique([offers[at].brand for at in members], return_inverse=True)[1]
        mentioned = np.zeros((int(brands.max(initial=0)) + 1, len(words)), dtype=bool)
        np.logical_or.at(mentioned, brands, state == _HAS)
        state[silent & mentioned[brands]] = _HAS_NOT
    rows, columns = np.divmod(np.arange(state.size), max(len(words), 1))
    return _Cells(
        facet, np.asarray(members, dtype=np.int64)[rows], words, columns, state.ravel(),
        value.ravel(),
        [unit.get((row, at), "") for row, at in zip(rows.tolist(), columns.tolist(), strict=True)]
        if unit else [""] * state.size,
    )  # fmt: skip


def _stated(offers: Sequence[Offer], facet: str) -> _Cells:
    rows = [
        (at, attribute, entry)
        for at, offer in enumerate(offers)
        for attribute, entry in sorted(offer.numbers.get(facet, {}).items())
    ]
    words = sorted({attribute for _, attribute, _ in rows})
    place = {word: at for at, word in enumerate(words)}
    return _Cells(
        facet,
        np.array([at for at, _, _ in rows], dtype=np.int64),
        words,
        np.array([place[attribute] for _, attribute, _ in rows], dtype=np.int64),
        np.array([STATES.index(entry.state) for _, _, entry in rows], dtype=np.int8),
        np.array([entry.value for _, _, entry in rows], dtype=float),
        [entry.unit for _, _, entry in rows],
    )


def _joined(offers: Sequence[Offer], parts: Sequence[_Cells]) -> pd.DataFrame:
    """One long frame, small because words are kept once."""
    brands = sorted({offer.brand for offer in offers})
    brand_at = {brand: at for at, brand in enumerate(brands)}
    brand_code = np.array([brand_at[offer.brand] for offer in offers], dtype=np.int64)
    words = sorted({word for part in parts for word in part.attribute})
    word_at = {word: at for at, word in enumerate(words)}
    units = sorted({unit for part in parts for unit in part.unit if unit})
    unit_at = {unit: at for at, unit in enumerate(units)} | {"": -1}
    facet_code, offer, attribute, state, value, unit = [], [], [], [], [], []
    for part in parts:
        translate = np.array([word_at[word] for word in part.attribute], dtype=np.int64)
        facet_code.append(np.full(len(part.offer), FACETS.index(part.facet), dtype=np.int64))
        offer.append(part.offer)
        attribute.append(translate[part.attribute_at] if len(translate) else part.attribute_at)
        state.append(part.state)
        value.append(part.value)
        unit.append(np.array([unit_at[each] for each in part.unit], dtype=np.int64))
    if not offers:
        return empty_attributes()
    at = np.concatenate(offer)
    facet_at, attribute_at = np.concatenate(facet_code), np.concatenate(attribute)
    order = np.lexsort((attribute_at, facet_at, at))
    ids = pd.array([each.product for each in offers], dtype="str")
    return pd.DataFrame({
        "brand": pd.Categorical.from_codes(brand_code[at][order], categories=pd.Index(brands)),
        "product": ids.take(at[order]),
        "facet": pd.Categorical.from_codes(facet_at[order], categories=pd.Index(FACETS)),
        "attribute": pd.Categorical.from_codes(
            attribute_at[order], categories=pd.Index(words, dtype="str")
        ),
        "state": pd.Categorical.from_codes(
            np.concatenate(state)[order], categories=pd.Index(STATES)
        ),
        "value": np.concatenate(value)[order],
        "unit": pd.Categorical.from_codes(
            np.concatenate(unit)[order], categories=pd.Index(units, dtype="str")
        ),
    })  # fmt: skip


def empty_attributes() -> pd.DataFrame:
    """Give the attribute table of a catalogue that lists nothing.

    Examples
    --------
    >>> len(empty_attributes())
    0
    """
    return pd.DataFrame({
        "brand": pd.Categorical([]), "product": pd.array([], dtype="str"),
        "facet": pd.Categorical([], categories=list(FACETS)), "attribute": pd.Categorical([]),
        "state": pd.Categorical([], categories=list(STATES)), "value": np.array([], dtype=float),
        "unit": pd.Categorical([]),
    })  # fmt: skip
