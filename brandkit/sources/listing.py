"""One record of a catalogue, in one form whatever file it came from."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from brandkit.sources.problems import ProblemLog

State = Literal["has", "has_not", "not_stated"]
STATES: tuple[State, ...] = ("has", "has_not", "not_stated")
Disclosure = Literal["brand", "closed", "open"]

#: Facets whose attributes a product lists or does not.
LIST_FACETS = ("features", "eligibility", "channels", "regions")
#: Facets about which a catalogue can be silent: lists, and the fees a product may not charge.
SILENT_FACETS = (*LIST_FACETS, "fees")
#: Facets whose attributes have an amount where they are stated.
NUMBER_FACETS = ("fees", "rates", "terms")
FACETS = ("features", "fees", "rates", "terms", "eligibility", "regions", "channels")


_DAY = re.compile(r"(?<!\d)(20\d\d)[-_.]?([01]\d)[-_.]?([0-3]\d)(?!\d)")


class Entry(NamedTuple):
    """What a record says of an attribute: its state, and its amount where it has one."""

    state: State = "has"
    value: float = math.nan
    unit: str = ""


@dataclass(slots=True)
class Listing:
    """One record as its bank publishes it.

    Parameters
    ----------
    brand, record, file : str
        The record's id is unique within its brand only.
    name, category, segment, description : str
    lists : mapping
        List facet -> attribute -> entry; None where the record has no such list, which is not
        the same as an empty one.
    numbers : mapping
        Number facet -> attribute -> entry.
    detail : tuple
        Whatever else must agree before two records are one offer.
    n_free_text : int
        Features in free text, which cannot be compared.
    """

    brand: str
    record: str
    file: str
    name: str = ""
    category: str = ""
    segment: str = ""
    description: str = ""
    lists: Mapping[str, Mapping[str, Entry] | None] = field(default_factory=dict)
    numbers: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    detail: tuple[object, ...] = ()
    n_free_text: int = 0


@dataclass(slots=True)
class Source:
    """What reading a catalogue gives, whatever its form."""

    listings: list[Listing]
    as_of: date | None = None
    brand_keys: dict[str, str] = field(default_factory=dict)
    fee_names: Counter[tuple[str, str]] = field(default_factory=Counter)


def named_day(name: str) -> date | None:
    """Give the day that stands in a file's name.

    Examples
    --------
    >>> named_day("products_20250516_184720.csv"), named_day("a2020-99-99.csv")
    (datetime.date(2025, 5, 16), None)
    """
    for found in _DAY.finditer(name):
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            continue
    return None


def distinct_listings(listings: Sequence[tuple[Listing, str]], log: ProblemLog) -> list[Listing]:
    """Give each record of a brand an id of its own.

    Parameters
    ----------
    listings : sequence of (Listing, str)
        Each with a fingerprint of its content.
    log : ProblemLog
        Takes a note for every record left out or renamed.

    Returns
    -------
    list of Listing
        A record that stands there twice stands once; different records with one id are told
        apart by a number, in an order that their content decides, not their place.

    Examples
    --------
    >>> from brandkit.sources.problems import ProblemLog
    >>> saver, card = Listing("Civic", "1", "a", "Saver"), Listing("Civic", "1", "a", "Card")
    >>> kept = distinct_listings([(saver, "x"), (card, "y")], ProblemLog())
    >>> [(each.record, each.name) for each in kept]
    [('1', 'Saver'), ('1 (2)', 'Card')]
    """
    groups: dict[tuple[str, str], list[tuple[str, Listing]]] = {}
    for listing, content in listings:
        groups.setdefault((listing.brand, listing.record), []).append((content, listing))
    taken = set(groups)
    kept: list[Listing] = []
    for (brand, record), members in groups.items():
        members.sort(key=lambda member: (member[0], member[1].file))
        last, number = None, 1
        for content, listing in members:
            where = {"file": listing.file, "record": record, "brand": brand}
            if content == last:
                log.add("duplicate", field="id", found=listing.name, **where)
                continue
            if last is not None:
                number += 1
                while (brand, f"{record} ({number})") in taken:
                    number += 1
                listing.record = f"{record} ({number})"
                log.add("same_id", field="id", found=listing.record, **where)
            kept.append(listing)
            last = content
    return kept
