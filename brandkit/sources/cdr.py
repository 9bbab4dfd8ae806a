"""Catalogues in the form of the Consumer Data Right.

Banks under the Right answer ``GET /banking/products/{id}`` in one published form. A catalogue is
many such answers: one JSON file each, or one a line, each alone or in an envelope that says whose
it is (``brand_key``, ``register_name``, ``file``, ``list_status``, ``snapshot``, ``response``).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from brandkit.core.errors import SchemaError
from brandkit.sources.cdr_answers import Answer, read_answers
from brandkit.sources.cdr_fields import Parts, product_parts, rate_entries
from brandkit.sources.listing import Listing, Source, distinct_listings, named_day
from brandkit.sources.names import folded
from brandkit.sources.problems import ProblemLog
from brandkit.sources.register import Named, read_aliases, read_crosswalk, read_register
from brandkit.sources.texts import repaired_text

#: Categories whose published names are cut short.
_CATEGORIES = {
    "trans and savings accounts": "transaction and savings accounts",
    "pers loans": "personal loans",
    "cred and chrg cards": "credit and charge cards",
}


@dataclass(frozen=True, slots=True)
class _Noter:
    """Notes problems of one record."""

    log: ProblemLog
    file: str
    record: str
    brand: str

    def __call__(self, reason: str, field: str, found: object) -> None:
        self.log.add(
            reason, file=self.file, record=self.record, field=field, found=found, brand=self.brand
        )


@dataclass(slots=True)
class _Read:
    """A product whose brand's spelling and rates are not settled yet."""

    listing: Listing
    parts: Parts
    note: _Noter
    body: str
    said_brand: str


def read_cdr(
    path: Path,
    log: ProblemLog,
    *,
    register: Named | None = None,
    crosswalk: Named | None = None,
    aliases: Named | None = None,
    as_of: date | None = None,
) -> Source:
    """Read product answers, name their brands, and leave out what is none.

    Parameters
    ----------
    path : Path
        A file or a folder of them.
    log : ProblemLog
        Takes what was skipped or repaired.
    register, crosswalk, aliases, as_of
        As in :func:`brandkit.sources.catalog.read_catalog`.

    Returns
    -------
    Source

    Raises
    ------
    SchemaError
        A file is damaged, or no record is left.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.json"
    >>> _ = file.write_text('{"data": {"productId": "1", "brand": "Civic Bank", "name": "Saver"}}',
    ...     encoding="utf-8")
    >>> source = read_cdr(file, ProblemLog())
    >>> source.listings[0].brand, source.listings[0].name
    ('Civic Bank', 'Saver')
    """
    brands = _Brands(
        None if register is None else read_register(register),
        read_crosswalk(crosswalk),
        read_aliases(aliases),
    )
    source = Source([], as_of)
    read: list[_Read] = []
    days: set[str] = set()
    for answer in read_answers(path):
        days.add(answer.day)
        product = _read_answer(answer, brands, log, source)
        if product is not None:
            read.append(product)
    if not read:
        raise _nothing_left(path, log)
    _settle_brands(read, log, has_register=register is not None)
    _settle_rates(read)
    _note_identical(read)
    source.listings = distinct_listings([(each.listing, each.body) for each in read], log)
    source.as_of = as_of or _newest_day(path, days)
    return source


def _read_answer(answer: Answer, brands: _Brands, log: ProblemLog, source: Source) -> _Read | None:
    data = answer.body.get("data") if isinstance(answer.body, Mapping) else None
    data = data if isinstance(data, Mapping) and data else None
    brand, key, is_listed = brands.of(answer, data or {})
    identifier = _text((data or {}).get("productId"))
    note = _Noter(log, answer.file, identifier or answer.member or answer.place, brand)
    if not is_listed:
        note("ghost", "brand", key or brand)
    if answer.list_status == "error":
        note("stale_list", "list_status", answer.list_status)
    if data is None:
        note(*_failure(answer.body))
        return None
    if not is_listed:
        return None
    name = _repaired(data, "name", note)
    if not (identifier or name):
        note("no_product", "data", list(data)[:5])
        return None
    if not brand:
        note("no_brand", "brand", "")
        return None
    if not identifier:
        note("no_id", "productId", name)
    _check_last_day(data, answer, source.as_of, note)
    # where aliases join brands the smallest key stands for them, whatever order they come in
    source.brand_keys[brand] = min(key, source.brand_keys.get(brand, key))
    parts = product_parts(data, note, source.fee_names)
    description = _repaired(data, "description", note)
    listing = Listing(
        brand, identifier or name, answer.file, name or identifier, _category(data, note),
        parts.segment, description, parts.lists, {"fees": parts.fees, "terms": parts.terms},
        (parts.fee_detail,), parts.n_free_text,
    )  # fmt: skip
    return _Read(listing, parts, note, _fingerprint(listing, parts), _text(data.get("brand")))


class _Brands:
    """Names brands as the register does, and says which are not in it."""

    def __init__(
        self,
        register: Mapping[str, str] | None,
        crosswalk: Mapping[str, str],
        aliases: Mapping[str, str],
    ) -> None:
        self.register, self.crosswalk, self.aliases = register, crosswalk, aliases
        self.by_name = {folded(name): key for key, name in (register or {}).items()}

    def of(self, answer: Answer, data: Mapping[str, Any]) -> tuple[str, str, bool]:
        """Give the brand's name, its key after the crosswalk, and whether it is registered."""
        said = [answer.name, _text(data.get("brandName")), _text(data.get("brand"))]
        names = [" ".join(name.split()) for name in said if name.strip()]
        key, is_listed = answer.key, True
        name = (names or [answer.folder or key])[0]
        if self.register is not None:
            found = self._registered(key, answer.folder, names)
            is_listed = found is not None
            if found is not None:
                key, name = key or found, self.register[found]
        name = self.aliases.get(folded(name), name)
        return name, self.crosswalk.get(key, key), is_listed

    def _registered(self, key: str, folder: str, names: list[str]) -> str | None:
        register = self.register or {}
        if key:
            return next((k for k in (key, self.crosswalk.get(key, "")) if k in register), None)
        if folder in register:
            return folder
        return next((self.by_name[n] for n in map(folded, names) if n in self.by_name), None)


def _settle_brands(read: list[_Read], log: ProblemLog, *, has_register: bool) -> None:
    """Note names that the register does not use; without a register settle on one spelling."""
    if has_register:
        seen = {(each.listing.brand, each.said_brand): each for each in read if each.said_brand}
        for (brand, said), each in seen.items():
            if said != brand:
                log.add(
                    "brand_name", file=each.listing.file, field="brand", found=said, brand=brand
                )
        return
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for each in read:
        spellings[folded(each.listing.brand)][each.listing.brand] += 1
    for counts in spellings.values():
        if len(counts) > 1:
            chosen = min(counts, key=lambda name: (-counts[name], name))
            for each in read:
                if each.listing.brand in counts and each.listing.brand != chosen:
                    each.note("brand_spelling", "brand", each.listing.brand)
                    each.listing.brand = chosen


def _settle_rates(read: list[_Read]) -> None:
    by_brand: dict[str, list[_Read]] = defaultdict(list)
    for each in read:
        by_brand[each.listing.brand].append(each)
    for members in by_brand.values():
        rates = rate_entries([(each.parts.rates, each.note) for each in members])
        for each, entries in zip(members, rates, strict=True):
            each.listing.numbers = {**each.listing.numbers, "rates": entries}


def _note_identical(read: list[_Read]) -> None:
    """Say where two brands publish the same product: one factory, two labels."""
    brands: dict[str, set[str]] = defaultdict(set)
    for each in read:
        brands[each.body].add(each.listing.brand)
    for each in read:
        others = sorted(brands[each.body] - {each.listing.brand})
        if others:
            each.note("identical", "data", others)


def _fingerprint(listing: Listing, parts: Parts) -> str:
    said = (
        listing.name, listing.category, listing.description,
        [(facet, sorted((entries or {}).items())) for facet, entries in listing.lists.items()],
        sorted(map(repr, parts.fee_detail)), sorted(parts.terms.items()),
        [(rate.attribute, rate.written) for rate in parts.rates], parts.n_free_text,
    )  # fmt: skip
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()


def _failure(body: Any) -> tuple[str, str, object]:
    """Say what came instead of a product."""
    if isinstance(body, Mapping):
        errors = body.get("errors")
        if isinstance(errors, list) and errors and isinstance(errors[0], Mapping):
            first = errors[0]
            said = (first.get("title"), first.get("detail"), first.get("code"))
            return "error_body", "response", next((_text(text) for text in said if text), "errors")
        for name in ("errors", "error", "message"):
            if body.get(name):
                return "error_body", "response", _text(body[name])
        return "no_product", "response", list(body)[:5]
    if isinstance(body, str):
        return "error_body", "response", body
    return "no_product", "response", body


def _category(data: Mapping[str, Any], note: _Noter) -> str:
    written = data.get("productCategory")
    if not isinstance(written, str) or not written.strip():
        note("no_category", "productCategory", written)
        return "not stated"
    plain = " ".join(written.replace("_", " ").split())
    if plain.upper().replace(" ", "_") != written:
        note("category_spelling", "productCategory", written)
    return _CATEGORIES.get(plain.lower(), plain.lower())


def _repaired(data: Mapping[str, Any], name: str, note: _Noter) -> str:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        note("wrong_form", name, value)
        return ""
    text, repairs = repaired_text(value or "")
    for repair in repairs:
        note(repair, name, text)
    return text


def _check_last_day(
    data: Mapping[str, Any], answer: Answer, as_of: date | None, note: _Noter
) -> None:
    # only the day counts, and the banks write the time after it in ten ways
    for name in ("effectiveFrom", "effectiveTo", "lastUpdated"):
        written = data.get(name)
        if written is None or written == "":
            continue
        day = _as_day(written)
        if day is None:
            note("wrong_form", name, written)
        elif name == "effectiveTo":
            today = as_of or _as_day(answer.day)
            if today is not None and day < today:
                note("expired", name, written)


def _as_day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _newest_day(path: Path, days: set[str]) -> date | None:
    said = sorted(day for day in map(_as_day, days) if day is not None)
    if said:
        return said[-1]
    return named_day(path.name)


def _nothing_left(path: Path, log: ProblemLog) -> SchemaError:
    reasons = Counter(row[6] for row in log.rows)
    if reasons["ghost"]:
        brands = sorted({row[5] or row[4] for row in log.rows if row[6] == "ghost"})
        return SchemaError(
            "some brand of the catalogue must be in the register", file=path, found=brands,
            way_out="Give the register of the same day, or a crosswalk from old keys to new ones.",
        )  # fmt: skip
    found = next((row[4] for row in log.rows if row[6] in {"error_body", "no_product"}), "nothing")
    return SchemaError(
        "the catalogue must hold at least one product", file=path, found=found,
        way_out="The answers are error messages: download them again.",
    )  # fmt: skip


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
