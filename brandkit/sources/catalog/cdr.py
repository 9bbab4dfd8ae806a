"""Catalogues in the form of the Consumer Data Right.

Banks under the Right answer ``GET /banking/products/{id}`` in one published form. A catalogue is
many such answers: one JSON file each, or one a line, each alone or in an envelope that says whose
it is (``brand_key``, ``register_name``, ``file``, ``list_status``, ``snapshot``, ``response``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from brandkit.core.errors import MissingFileError, SchemaError, shown
from brandkit.sources.catalog.cdr_fields import Parts, product_parts, rate_entries
from brandkit.sources.catalog.listing import (
    Listing,
    Note,
    ProblemLog,
    Source,
    distinct_listings,
    named_day,
)
from brandkit.sources.catalog.names import folded, one_spelling, repaired_text
from brandkit.sources.catalog.register import Named, read_aliases, read_crosswalk, read_register
from brandkit.sources.tables.files import ending, unpacked

ENDINGS = (".json", ".jsonl", ".ndjson")
_OUTER = frozenset({"response", "body"})


@dataclass(slots=True)
class Answer:
    """One answer of a bank's interface, and whose it is as far as the file says.

    Parameters
    ----------
    file : str
        The file's name, relative to the folder that was read.
    place : str
        ``"line 7"`` or ``"item 7"``.
    body : object
        ``{"data": {…}}``, ``{"errors": […]}``, or whatever came instead.
    key, name, member, list_status, day : str
        From the envelope: the brand's key and name, the file the answer was kept in, whether
        the list of products came ("ok" or "error"), the day of the snapshot.
    folder : str
        The folder the file lies in, which often is the brand's key.
    """

    file: str
    place: str
    body: Any
    key: str = ""
    name: str = ""
    member: str = ""
    list_status: str = ""
    day: str = ""
    folder: str = ""


def read_answers(path: Path) -> Iterator[Answer]:
    """Give every answer in a file or a folder of files.

    Parameters
    ----------
    path : Path
        ``.json``, ``.jsonl`` or ``.ndjson``, each as it is or packed (``.xz``, ``.gz``), or a
        folder that holds such files at any depth.

    Raises
    ------
    MissingFileError
        There is no such file.
    SchemaError
        A file is empty, cut off, no JSON, or holds nothing like an answer.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "a.json").write_text('{"data": {"productId": "1"}}', encoding="utf-8")
    >>> [answer.body["data"]["productId"] for answer in read_answers(folder)]
    ['1']
    """
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file() and _is_answer_file(file))
        if not files:
            raise MissingFileError(
                f"the folder must hold product answers ({', '.join(ENDINGS)}, packed or not)",
                file=path,
                way_out="Name the folder that the files lie in.",
            )
        for file in files:
            inside = file.relative_to(path)
            folder = inside.parts[0] if len(inside.parts) > 1 else ""
            yield from _file_answers(file, inside.as_posix(), folder)
        return
    if path.exists() and not _is_answer_file(path):
        raise SchemaError(
            f"the ending must be one of {', '.join(ENDINGS)}, packed or not",
            file=path,
            found=path.name,
            way_out='A table of products is read with format="table".',
        )
    yield from _file_answers(path, path.name, "")


def _is_answer_file(file: Path) -> bool:
    return ending(file) in ENDINGS and not file.name.startswith(".")


def _file_answers(file: Path, name: str, folder: str) -> Iterator[Answer]:
    found = False
    for place, content in _documents(file):
        for answer in _unwrapped(content, name, place):
            found = True
            answer.folder = folder
            answer.member = answer.member or (name if folder or ending(file) == ".json" else "")
            yield answer
    if not found:
        raise SchemaError(
            "the file must hold product answers",
            file=file,
            found="no product and no error message",
            way_out="An answer is a JSON object with `data`, or with `errors`.",
        )


def _documents(file: Path) -> Iterator[tuple[str, Any]]:
    """Give each JSON document of a file: one a line, or the whole file as one."""
    content = unpacked(file)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            content = content.decode("utf-16").encode("utf-8")
        except UnicodeDecodeError:
            raise SchemaError(
                "the text must be UTF-8",
                file=file,
                found="damaged UTF-16",
                way_out="Download it again.",
            ) from None
    content = content.removeprefix(b"\xef\xbb\xbf")
    first, _, rest = content.lstrip().partition(b"\n")
    if not first:
        raise SchemaError("the file must not be empty", file=file, way_out="Download it again.")
    try:
        is_lines = bool(rest.strip() and [json.loads(first)])
    except (ValueError, RecursionError):
        is_lines = False
    if not is_lines:
        yield "item 1", _parsed(content, file, None)
        return
    for number, line in enumerate(content.split(b"\n"), 1):
        if line.strip():
            yield f"line {number}", _parsed(line, file, f"line {number}")


def _parsed(text: bytes, file: Path, place: str | None) -> Any:
    again = "It is cut off or no JSON: download it again, or leave it out."
    try:
        read = json.loads(text)
        if b"\\ud" in text.lower():  # half of a pair is no text: no file could be written of it
            json.dumps(read, ensure_ascii=False).encode("utf-8")
        return read
    except UnicodeEncodeError:
        rule, found, way_out = (
            "the text must be UTF-8",
            "half of a pair (\\ud800 to \\udfff)",
            "Download it again.",
        )
    except UnicodeDecodeError as error:
        rule, found, way_out = (
            "the text must be UTF-8",
            f"byte 0x{text[error.start]:02x}",
            "Download it again.",
        )
    except RecursionError:
        rule, found, way_out = (
            "the JSON is nested too deeply to be a product",
            None,
            "Leave the file out.",
        )
    except ValueError as error:
        at = getattr(error, "pos", 0)
        place = place or f"line {getattr(error, 'lineno', 1)}"
        near = text[max(at - 20, 0) : at + 20].decode("utf-8", "replace").strip()
        rule, found, way_out = "the text must be whole JSON", near or "its end", again
    raise SchemaError(rule, file=file, place=place, found=found, way_out=way_out)


#: What an envelope tells of an answer -> its keys.
_ENVELOPE = {
    "key": ("brand_key",), "name": ("register_name", "brand_name"), "member": ("file",),
    "list_status": ("list_status",), "day": ("snapshot", "as_of"),
}  # fmt: skip


def _unwrapped(content: Any, file: str, place: str) -> Iterator[Answer]:
    """Give the answers in a document, envelopes and lists taken off."""
    if isinstance(content, list):
        for at, item in enumerate(content, 1):
            yield from _unwrapped(item, file, f"{place}, item {at}")
        return
    if not isinstance(content, Mapping):
        raise SchemaError(
            "a product answer must be a JSON object",
            file=file,
            place=place,
            found=shown(content),
            way_out="An answer has `data`, or `errors`.",
        )
    told: dict[str, str] = {}
    body: Any = content
    if _OUTER & content.keys():
        body = content.get("response", content.get("body"))
        told = {
            name: next((_text(content[key]) for key in keys if content.get(key)), "")
            for name, keys in _ENVELOPE.items()
        }
    data = body.get("data") if isinstance(body, Mapping) else None
    if isinstance(data, Mapping) and isinstance(data.get("products"), list):
        data = data["products"]
    if isinstance(data, list):
        for at, item in enumerate(data, 1):
            yield Answer(file, f"{place}, item {at}", {"data": item}, **told)
        return
    is_bare = isinstance(body, Mapping) and data is None and "productId" in body
    yield Answer(file, place, {"data": body} if is_bare else body, **told)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


#: Categories whose published names are cut short.
_CATEGORIES = {
    "trans and savings accounts": "transaction and savings accounts",
    "pers loans": "personal loans",
    "cred and chrg cards": "credit and charge cards",
}


@dataclass(slots=True)
class _Read:
    """A product whose brand's spelling and rates are not settled yet."""

    listing: Listing
    parts: Parts
    note: Note
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
        As in :func:`brandkit.sources.catalog.catalog.read_catalog`.

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
    told = [day for day in map(_as_day, days) if day is not None]
    source.as_of = as_of or max(told, default=None) or named_day(path.name)
    return source


def _read_answer(answer: Answer, brands: _Brands, log: ProblemLog, source: Source) -> _Read | None:
    data = answer.body.get("data") if isinstance(answer.body, Mapping) else None
    data = data if isinstance(data, Mapping) and data else None
    brand, key, is_listed = brands.of(answer, data or {})
    identifier = _text((data or {}).get("productId"))
    record = identifier or answer.member or answer.place
    note = log.noter(file=answer.file, record=record, brand=brand)
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
        brand,
        identifier or name,
        answer.file,
        name or identifier,
        _category(data, note),
        parts.segment,
        description,
        parts.lists,
        {"fees": parts.fees, "terms": parts.terms},
        (parts.fee_detail,),
        parts.n_free_text,
    )
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
                note = log.noter(file=each.listing.file, record="", brand=brand)
                note("brand_name", "brand", said)
        return
    spelt = one_spelling((each.listing.brand for each in read), key=folded)
    for each in read:
        chosen = spelt[each.listing.brand]
        if each.listing.brand != chosen:
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
        listing.name,
        listing.category,
        listing.description,
        [(facet, sorted((entries or {}).items())) for facet, entries in listing.lists.items()],
        sorted(map(repr, parts.fee_detail)),
        sorted(parts.terms.items()),
        [(rate.attribute, rate.written) for rate in parts.rates],
        parts.n_free_text,
    )
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()


def _failure(body: Any) -> tuple[str, str, object]:
    """Say what came instead of a product."""
    said: list[Any] = [body] if isinstance(body, str) else []
    if isinstance(body, Mapping):
        errors = body.get("errors")
        said = [body.get(name) for name in ("errors", "error", "message")]
        if isinstance(errors, list) and errors and isinstance(errors[0], Mapping):
            said = [*(errors[0].get(name) for name in ("title", "detail", "code")), "errors"]
    told = next((_text(text) for text in said if text or isinstance(body, str)), None)
    if told is not None:
        return "error_body", "response", told
    return "no_product", "response", list(body)[:5] if isinstance(body, Mapping) else body


def _category(data: Mapping[str, Any], note: Note) -> str:
    written = data.get("productCategory")
    if not isinstance(written, str) or not written.strip():
        note("no_category", "productCategory", written)
        return "not stated"
    plain = " ".join(written.replace("_", " ").split())
    if plain.upper().replace(" ", "_") != written:
        note("category_spelling", "productCategory", written)
    return _CATEGORIES.get(plain.lower(), plain.lower())


def _repaired(data: Mapping[str, Any], name: str, note: Note) -> str:
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        note("wrong_form", name, value)
        return ""
    text, repairs = repaired_text(value or "")
    for repair in repairs:
        note(repair, name, text)
    return text


def _check_last_day(
    data: Mapping[str, Any], answer: Answer, as_of: date | None, note: Note
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


_UK = re.compile(r'"(PCA|BCA|CCC|SMELoan|PCAMarketingState|BrandName)"\s*:')


def other_form(text: str) -> str:
    """Name the form that product data in JSON have, where it is not the one that is read.

    Parameters
    ----------
    text : str
        The beginning of the file.

    Examples
    --------
    >>> other_form('{"data": [{"Brand": [{"BrandName": "Civic", "PCA": []}]}]}')[:40]
    'product data of UK Open Banking are not '
    >>> other_form('{"data": {"productId": "1"}}')
    ''
    """
    if not _UK.search(text) or '"productId"' in text:
        return ""
    return (
        "product data of UK Open Banking are not supported; JSON is read in the form of the "
        "Consumer Data Right. Export a table of products: one row a product"
    )


def _nothing_left(path: Path, log: ProblemLog) -> SchemaError:
    reasons = Counter(row[6] for row in log.rows)
    if reasons["ghost"]:
        brands = sorted({row[5] or row[4] for row in log.rows if row[6] == "ghost"})
        return SchemaError(
            "some brand of the catalogue must be in the register",
            file=path,
            found=brands,
            way_out="Give the register of the same day, or a crosswalk from old keys to new ones.",
        )
    head = unpacked(path)[:200_000].decode("utf-8", "replace") if path.is_file() else ""
    if other := other_form(head):
        return SchemaError(other, file=path)
    found = next((row[4] for row in log.rows if row[6] in {"error_body", "no_product"}), "nothing")
    way_out = (
        "The answers are error messages: download them again."
        if reasons["error_body"]
        else "An answer of the Consumer Data Right is `data` with a `productId` and a name."
    )
    return SchemaError(
        "the catalogue must hold at least one product", file=path, found=found, way_out=way_out
    )
