"""One record of a catalogue, in one form whatever file it came from."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal, NamedTuple

import pandas as pd

from brandkit.core.errors import shown

#: reason -> the sentence a reader sees; translated in the catalogue of this room.
REASONS = MappingProxyType(
    {
        # left out
        "error_body": "The bank's interface answered with an error, not a product; left out.",
        "ghost": "The brand is not in the register of this date; its record is left out.",
        "no_product": "The record holds no product; left out.",
        "no_id": "The product has no id; its name stands for it.",
        "no_brand": "The row names no brand; left out.",
        "brand_above": "The row's brand stands once, above it, as in merged cells.",
        "no_category": "The product names no category; “not stated” stands for it.",
        "duplicate": "The same record stands in the catalogue twice; one is left out.",
        "few_offers": "The bank has fewer offers than the study compares; its offers are left out.",
        "same_id": "Two records of the brand share this id; they are told apart by a number.",
        # not current
        "stale_list": "The brand's product list failed that day; its records may be older.",
        "expired": "The product's last day lies before this date; it is kept.",
        # repaired
        "brand_spelling": "The record spells the brand in another way; one spelling is used.",
        "brand_name": "The record calls the brand by another name; the register's name is used.",
        "category_spelling": "The category is spelt in another way; one spelling is used.",
        "attribute_spelling": "The feature is spelt in another way; one spelling is used.",
        "percent": "The rate is written as a percentage among fractions; divided by 100.",
        "discount_sign": "The discount is written as a negative rate; its size is used.",
        "amount_text": "The amount holds text beside the number; the number is used.",
        "blanks": "The text holds non-breaking or invisible blanks; replaced.",
        "markup": "The text holds HTML; the tags are left out.",
        "quotes": "The text holds curly quotes; written straight.",
        "mojibake": "The text holds damaged characters; repaired where that is certain.",
        # not understood
        "no_number": "The value is no number; taken as not stated.",
        "no_type": "The entry names no type; it is not counted.",
        "unknown_key": "The format has no such field; what it holds is not read.",
        "wrong_form": "The field does not have the form it should have; taken as not stated.",
        "outside_range": "The value lies outside the declared range.",
        "same_header": "The heading stands over more than one column; only the first is read.",
        "no_region_list": "“All regions” stands alone: the file lists no region to read it as.",
        "no_attribute": "The ranges name an attribute that the catalogue does not state.",
        "owner": "The owners name a brand that has no offer in the catalogue.",
        # worth knowing
        "identical": "Another brand publishes the same product: name, description, features, fees "
        "and rates agree.",
    }
)

#: Notes a problem of a record: reason, field, found.
Note = Callable[[str, str, object], None]
COLUMNS = ("file", "record", "field", "problem", "found", "brand", "reason")


@dataclass
class ProblemLog:
    """Collects problems in the order they are met; the frame does not depend on that order.

    Examples
    --------
    >>> log = ProblemLog()
    >>> log.add("ghost", file="products.jsonl", record="1", brand="Gone Bank")
    >>> log.frame()[["record", "reason"]].values.tolist()
    [['1', 'ghost']]
    """

    rows: list[tuple[str, str, str, str, str, str, str]] = field(default_factory=list)

    def add(
        self,
        reason: str,
        *,
        file: str,
        record: str = "",
        field: str = "",
        found: object = "",
        brand: str = "",
    ) -> None:
        """Note one problem; ``reason`` is a key of :data:`REASONS`."""
        what = found if isinstance(found, str) and len(found) <= 60 else shown(found).strip("'")
        self.rows.append((file, record, field, REASONS[reason], str(what), brand, reason))

    def noter(self, *, file: str, record: str, brand: str) -> Note:
        """Give what notes problems of one record."""

        def note(reason: str, field: str, found: object) -> None:
            self.add(reason, file=file, record=record, field=field, found=found, brand=brand)

        return note

    def frame(self) -> pd.DataFrame:
        """Give the problems, each once, sorted."""
        rows = sorted(set(self.rows), key=lambda row: (row[6], row[5], row[1], row[2], row[4], row))
        frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
        return frame.astype({"file": "category", "problem": "category", "reason": "category"})


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
    >>> from brandkit.sources.catalog.listing import ProblemLog
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
