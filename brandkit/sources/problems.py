"""What was skipped or repaired while a catalogue was read: nothing happens in silence."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from brandkit.core.errors import shown

#: reason -> the sentence a reader sees; translated in the catalogue of this room.
REASONS = MappingProxyType({
    # left out
    "error_body": "The bank's interface answered with an error, not a product; left out.",
    "ghost": "The brand is not in the register of this date; its record is left out.",
    "no_product": "The record holds no product; left out.",
    "no_id": "The product has no id; its name stands for it.",
    "no_brand": "The row names no brand; left out.",
    "no_category": "The product names no category; “not stated” stands for it.",
    "duplicate": "The same record stands in the catalogue twice; one is left out.",
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
})  # fmt: skip

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

    def frame(self) -> pd.DataFrame:
        """Give the problems, each once, sorted."""
        rows = sorted(set(self.rows), key=lambda row: (row[6], row[5], row[1], row[2], row[4], row))
        frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
        return frame.astype({"file": "category", "problem": "category", "reason": "category"})
