"""Catalogues as tables: one product a row, and a mapping that says what each column is."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from brandkit.core.errors import InputError, MissingColumnsError, SchemaError, did_you_mean, shown
from brandkit.sources.catalog.amounts import (
    NOTHING,
    PERCENT_FROM,
    currency_code,
    mostly_percent,
    parsed_amount,
    parsed_months,
)
from brandkit.sources.catalog.listing import (
    LIST_FACETS,
    NUMBER_FACETS,
    Entry,
    Listing,
    ProblemLog,
    Source,
    distinct_listings,
    named_day,
)
from brandkit.sources.catalog.names import folded, repaired_text
from brandkit.sources.catalog.register import Named, read_aliases, read_register
from brandkit.sources.tables.cells import read_cells, unique_headers
from brandkit.sources.tables.numerals import decimal_mark

#: Notes a problem: reason, row, field, found. A row of -1 is the whole column.
RowNote = Callable[[str, int, str, object], None]
Lists = list[dict[str, Entry] | None]

_YES = frozenset({"yes", "y", "true", "t", "1", "✓", "✔", "√", "●", "x", "有", "是", "可", "支持"})
_NO = frozenset(
    {"no", "n", "false", "f", "0", "✗", "✘", "×", "無", "无", "没有", "否", "不", "不支持"}
)
_UNSAID = frozenset({"n/a", "na", "?", "-", "–", "—", "unknown", "not stated", "未披露", "未揭露",
                     "未知", "不详"})  # fmt: skip
#: A cell that says its list is empty.
_NONE = frozenset({"[]", "none", "nil", "无", "無", "没有"})
_DELIMITERS = ("|", ";", "；", "\n", "、", ",", "，")
_EVERYWHERE = frozenset({"全国", "全国范围", "全国各地区", "全部地区", "nationwide", "national",
                         "all regions", "all states", "all"})  # fmt: skip
_MARKED_PERCENT = re.compile(r"%|percent|\bpct\b", re.IGNORECASE)
_DIGITS = re.compile(r"[\d.,]*\d")


@dataclass(frozen=True, slots=True)
class FacetColumn:
    """A column that tells attributes of a facet.

    Parameters
    ----------
    label : str
        What a reader calls it: the attribute itself, or what stands before its values.
    header : str
        Its heading in the file.
    cells : sequence of str
    is_list : bool
        Declared alone for its facet, so its cells are lists even where each holds one item.
    """

    label: str
    header: str
    cells: Sequence[str]
    is_list: bool = False


def list_facet(
    columns: Sequence[FacetColumn],
    note: RowNote,
    *,
    delimiter: str | None = None,
    regions: bool = False,
) -> Lists:
    """Read what each row lists.

    Parameters
    ----------
    columns : sequence of FacetColumn
    note : callable
    delimiter : str, optional
        Between the items of a list cell; else the first of ``| ; line break 、 ,`` that occurs.
    regions : bool
        The facet is where a product is sold: "all regions" is read as every region of the file.

    Returns
    -------
    list of dict or None
        One a row: attribute -> entry; None where every cell of the row is empty.

    Notes
    -----
    A column is yes/no if it holds nothing else; taken as it is, an empty cell is "not stated".
    Where it holds nothing but yes, silence is read as in a list. A column is a list if it is
    declared alone or a delimiter occurs in it. Any other holds one of several values: its
    attributes are "label: value", and the values a row does not have it has not.

    Examples
    --------
    >>> column = FacetColumn("features", "features", ["offset|redraw", "redraw", "", "[]"], True)
    >>> [None if row is None else sorted(row) for row in list_facet([column], print)]
    [['offset', 'redraw'], ['redraw'], None, []]
    """
    n_rows = len(columns[0].cells) if columns else 0
    rows: Lists = [None] * n_rows
    every = [_read_column(column, note, delimiter, regions) for column in columns]
    for read in every:
        for at, entries in enumerate(read):
            if entries is not None:
                kept = rows[at]
                rows[at] = entries if kept is None else {**kept, **entries}
    for read in every:
        _leave_open(rows, read)
    return rows


def number_facet(
    column: FacetColumn, note: RowNote, *, facet: str, currencies: Sequence[str]
) -> list[Entry | None]:
    """Read the amount in each row.

    Parameters
    ----------
    column : FacetColumn
    note : callable
    facet : "fees" | "rates" | "terms"
    currencies : sequence of str
        The currency of each row, for amounts that do not tell their own; may be empty texts.

    Returns
    -------
    list of Entry or None
        Rates are fractions. Periods are months. None where nothing is stated.

    Examples
    --------
    >>> column = FacetColumn("fixed", "fixed", ["5.25", "4.9%", "N/A"])
    >>> [entry and entry.value for entry in number_facet(column, lambda *_: None, facet="rates",
    ...     currencies=["", "", ""])]
    [0.0525, 0.049, None]
    """
    cells = _with_points(column.cells)
    if facet == "terms":
        return [
            _term(cell, at, column, note, currency=currencies[at]) for at, cell in enumerate(cells)
        ]
    entries = [
        _money(cell, at, column, note, currency=currencies[at]) for at, cell in enumerate(cells)
    ]
    return entries if facet == "fees" else _as_fractions(entries, cells, column, note)


def one_spelling(words: Iterable[str]) -> dict[str, str]:
    """Give every spelling of a word the commonest one: case, width, script and blanks aside.

    Examples
    --------
    >>> one_spelling(["Home Loans", "home_loans", "Home Loans"])["home_loans"]
    'Home Loans'
    """
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for word in words:
        counts[spelling_key(word)][word] += 1
    chosen = {
        key: min(spellings, key=lambda word: (-spellings[word], word))
        for key, spellings in counts.items()
    }
    return {word: chosen[key] for key, spellings in counts.items() for word in spellings}


def says_yes_or_no(words: Iterable[str]) -> bool:
    """Say whether cells are marks of yes and no, or nothing said, and no more.

    Parameters
    ----------
    words : iterable of str

    Examples
    --------
    >>> says_yes_or_no(["Yes", "no", "n/a"]), says_yes_or_no(["yes", "some"]), says_yes_or_no([])
    (True, False, False)
    """
    told = {unicodedata.normalize("NFKC", word).strip().casefold() for word in words} - _UNSAID
    return bool(told) and told <= _YES | _NO


def spelling_key(word: str) -> str:
    """Fold a word so that its spellings meet.

    Examples
    --------
    >>> spelling_key("Ｈome_Loans ") == spelling_key("home  loans")
    True
    """
    return " ".join(re.sub(r"[_\-]+", " ", folded(word)).split())


def _read_column(column: FacetColumn, note: RowNote, delimiter: str | None, regions: bool) -> Lists:
    cells = [cell.strip() for cell in column.cells]
    words = {unicodedata.normalize("NFKC", cell).casefold() for cell in cells if cell}
    told = words - _UNSAID
    if not regions and told and told <= _YES | _NO:
        return _yes_no(column.label, cells, silence=not told & _NO)
    mark = delimiter or next((m for m in _DELIMITERS if any(m in cell for cell in cells)), None)
    is_list = column.is_list or regions or mark is not None or any(c.startswith("[") for c in cells)
    if not is_list:
        return _one_of(column, cells, note)
    items = [_items(cell, mark) for cell in cells]
    spelt = one_spelling(item for listed in items for item in listed or ())
    for written, chosen in spelt.items():
        if written != chosen:
            note("attribute_spelling", -1, column.header, written)
    lists: Lists = [
        None if listed is None else {spelt[item]: Entry() for item in listed} for listed in items
    ]
    return _everywhere(lists, column, note) if regions else lists


def _leave_open(rows: Lists, read: Lists) -> None:
    """Where one column is silent and others speak, its attributes are not stated."""
    silent = [at for at, entries in enumerate(read) if entries is None and rows[at] is not None]
    if not silent:
        return
    words = sorted({attribute for entries in read for attribute in entries or ()})
    for at in silent:
        rows[at] = {**{word: Entry("not_stated") for word in words}, **(rows[at] or {})}


def _yes_no(label: str, cells: Sequence[str], *, silence: bool) -> Lists:
    rows: Lists = []
    for cell in cells:
        word = unicodedata.normalize("NFKC", cell).casefold()
        if word in _YES:
            rows.append({label: Entry()})
        elif word in _NO:
            rows.append({label: Entry("has_not")})
        elif silence and not word:
            rows.append({})
        else:
            rows.append({label: Entry("not_stated")})
    return rows


def _one_of(column: FacetColumn, cells: Sequence[str], note: RowNote) -> Lists:
    spelt = one_spelling(cell for cell in cells if cell)
    for written, chosen in spelt.items():
        if written != chosen:
            note("attribute_spelling", -1, column.header, written)
    values = sorted(set(spelt.values()))
    without = {f"{column.label}: {value}": Entry("has_not") for value in values}
    return [
        {**without, f"{column.label}: {spelt[cell]}": Entry()} if cell
        else {name: Entry("not_stated") for name in without}
        for cell in cells
    ]  # fmt: skip


def _items(cell: str, mark: str | None) -> list[str] | None:
    """Give the items of a list cell: None where it is empty, [] where it says so."""
    if not cell:
        return None
    if cell.casefold() in _NONE:
        return []
    if cell.startswith("[") and cell.endswith("]"):
        for read in (json.loads, ast.literal_eval):
            try:
                listed = read(cell)
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
            return [_item(str(item)) for item in listed if item is not None and _item(str(item))]
    parts = re.split("[,，]" if mark in {",", "，"} else "[;；]" if mark in {";", "；"}
                     else re.escape(mark), cell) if mark else [cell]  # fmt: skip
    return [_item(part) for part in parts if _item(part)]


def _item(text: str) -> str:
    return " ".join(text.split())


def _everywhere(lists: Lists, column: FacetColumn, note: RowNote) -> Lists:
    """Read "all regions" as every region that the file names."""
    named = sorted({item for listed in lists for item in listed or ()})
    everywhere = {item for item in named if folded(item) in _EVERYWHERE}
    regions = [item for item in named if item not in everywhere]
    if not everywhere:
        return lists
    if not regions:
        note("no_region_list", -1, column.header, sorted(everywhere)[0])
        return lists
    return [
        dict.fromkeys(regions, Entry()) if listed and everywhere & listed.keys() else listed
        for listed in lists
    ]


def _with_points(cells: Sequence[str]) -> list[str]:
    """Write decimal commas as points where the column has them."""
    plain = [unicodedata.normalize("NFKC", cell).strip() for cell in cells]
    numbers = [match.group() for cell in plain for match in _DIGITS.finditer(cell)]
    if decimal_mark(numbers) != ",":
        return plain
    swap = str.maketrans({",": ".", ".": None})
    return [cell.translate(swap) for cell in plain]


def _money(
    cell: str, at: int, column: FacetColumn, note: RowNote, *, currency: str
) -> Entry | None:
    amount = parsed_amount(cell)
    if amount is None:
        if cell and not re.fullmatch(r"[-–—]+", cell):
            note("no_number", at, column.header, cell)
        return None
    if amount.with_text:
        note("amount_text", at, column.header, cell)
    return Entry("has", amount.value, amount.unit or currency)


def _term(cell: str, at: int, column: FacetColumn, note: RowNote, *, currency: str) -> Entry | None:
    months = parsed_months(cell) if cell.casefold() not in NOTHING else None
    if months is not None:
        return Entry("has", months, "months")
    return _money(cell, at, column, note, currency=currency)


def _as_fractions(
    entries: list[Entry | None], cells: Sequence[str], column: FacetColumn, note: RowNote
) -> list[Entry | None]:
    bare = {
        at: entry.value
        for at, entry in enumerate(entries)
        if entry is not None and entry.unit != "share"
    }
    whole = bool(_MARKED_PERCENT.search(column.header)) or mostly_percent(list(bare.values()))
    if whole and bare:
        note("percent", -1, column.header, "the whole column")
    for at, value in bare.items():
        if value and (whole or abs(value) >= PERCENT_FROM):
            if not whole:
                note("percent", at, column.header, cells[at])
            value /= 100
        entries[at] = Entry("has", value, "share")
    return entries


def facet_columns(declared: object, headers: Mapping[str, Sequence[str]]) -> list[FacetColumn]:
    """Give the columns that a facet's declaration names: one, several, or label -> column.

    Examples
    --------
    >>> [column.label for column in facet_columns({"annual": "fee"}, {"fee": ["5"]})]
    ['annual']
    """
    if isinstance(declared, str):
        return [FacetColumn(declared, declared, headers[declared], is_list=True)]
    if isinstance(declared, Mapping):
        return [FacetColumn(str(k), str(v), headers[str(v)]) for k, v in declared.items()]
    names = [str(name) for name in declared] if isinstance(declared, Iterable) else []
    return [FacetColumn(name, name, headers[name]) for name in names]


_SINGLE = ("brand", "product", "name", "category", "segment", "description", "currency")
_KEYS = (*_SINGLE, *LIST_FACETS, *NUMBER_FACETS, "delimiter")


def read_catalog_table(
    path: Path,
    log: ProblemLog,
    *,
    columns: Mapping[str, Any] | None = None,
    register: Named | None = None,
    aliases: Named | None = None,
    as_of: date | None = None,
    encoding: str | None = None,
    sheet: str | Sequence[str] | None = None,
    header_row: int | None = None,
) -> Source:
    r"""Read a table of products.

    Parameters
    ----------
    path : Path
        csv, tsv, xlsx or Parquet. Cells are read as text: ``NA`` and leading zeros stay.
    log : ProblemLog
        Takes what was skipped or repaired.
    columns : mapping, optional
        What each column is. ``brand``, ``product``, ``name``, ``category``, ``segment``,
        ``description``, ``currency``: one column each; by default the column of that name.
        ``features``, ``eligibility``, ``channels``, ``regions``: one column of lists, a list of
        columns (yes/no, lists, or one of several values), or a mapping from attribute to column.
        ``fees``, ``rates``, ``terms``: a column, a list of columns, or attribute -> column.
        ``delimiter``: between the items of list cells.
    register, aliases, as_of, encoding, sheet
        As in :func:`brandkit.sources.catalog.catalog.read_catalog`; the register goes by names.

    Returns
    -------
    Source

    Raises
    ------
    SchemaError
        The file is damaged, or holds no product.
    MissingColumnsError
        ``columns`` names a column that the file does not have.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "products.csv"
    >>> _ = file.write_text("issuer,code,fee\nCivic Bank,007,HK$50\n", encoding="utf-8")
    >>> source = read_catalog_table(file, ProblemLog(), columns={
    ...     "brand": "issuer", "product": "code", "fees": {"annual fee": "fee"}})
    >>> source.listings[0].record, source.listings[0].numbers["fees"]["annual fee"].unit
    ('007', 'HKD')
    """
    headers, places = _read_columns(path, log, _cells(path, sheet, encoding, header_row))
    declared = _declared(path, columns, headers)
    rows = _Rows(path.name, headers, places, declared=declared, log=log)
    facets = _read_facets(rows)
    brands = _brands(rows, read_aliases(aliases), register)
    listings = [
        (_listing(rows, at, brand, facets), rows.content(at))
        for at, brand in enumerate(brands)
        if brand and rows.name_of(at)
    ]
    if not listings:
        raise SchemaError(
            "the table must hold at least one product of a named brand", file=path,
            place=f"column {declared['brand']!r}", found=f"{len(places)} rows without one",
            way_out="Check the column, and the register if one is given.",
        )  # fmt: skip
    return Source(distinct_listings(listings, log), as_of or named_day(path.name))


def _cells(
    path: Path, sheet: str | Sequence[str] | None, encoding: str | None, header_row: int | None
) -> pd.DataFrame:
    """Read one sheet, or several under each other; their names are categories unless told."""
    if sheet is None or isinstance(sheet, str):
        return read_cells(path, sheet=sheet, encoding=encoding, header_row=header_row)
    parts = []
    for name in sheet:
        cells = read_cells(path, sheet=name, encoding=encoding, header_row=header_row)
        cells.index = pd.Index([f"sheet '{name}', {place}" for place in cells.index])
        parts.append(cells if "category" in cells else cells.assign(category=name))
    return pd.concat(parts).fillna("")


class _Rows:
    """The rows of the table, by the names that the mapping gives their columns."""

    def __init__(
        self,
        file: str,
        headers: Mapping[str, Sequence[str]],
        places: Sequence[str],
        *,
        declared: Mapping[str, Any],
        log: ProblemLog,
    ) -> None:
        self.file, self.headers, self.places = file, headers, places
        self.declared, self.log = declared, log
        self.brands: Sequence[str] = self.cells("brand")
        products, self.names = self.cells("product"), self.cells("name")
        self.ids = [
            product or " ".join(name.split()) or place
            for product, name, place in zip(products, self.names, places, strict=True)
        ]
        self.categories = self._one_spelling("category", "category_spelling", "not stated")
        self.segments = self._one_spelling("segment", "category_spelling", "not stated")
        self.descriptions = self.cells("description")
        self.has_ids = "product" in declared
        for at, (product, name) in enumerate(zip(products, self.names, strict=True)):
            if not product and not name.strip():
                self.note("no_product", at, str(declared.get("product") or declared["name"]), "")
            elif not product and self.has_ids:
                self.note("no_id", at, str(declared["product"]), name)
        if "category" in declared:
            for at, cell in enumerate(self.cells("category")):
                if not cell:
                    self.note("no_category", at, str(declared["category"]), "")

    def cells(self, key: str) -> list[str]:
        """Give the cells of a single column, trimmed; empty texts where none is declared."""
        header = self.declared.get(key)
        if header is None:
            return [""] * len(self.places)
        return [cell.strip() for cell in self.headers[header]]

    def note(self, reason: str, at: int, field: str, found: object) -> None:
        """Note a problem of a row, or with -1 of a whole column."""
        record = self.ids[at] if at >= 0 else ""
        brand = self.brands[at] if at >= 0 else ""
        self.log.add(reason, file=self.file, record=record, field=field, found=found, brand=brand)

    def name_of(self, at: int) -> str:
        """Give a row's name, else its id; empty where it has neither."""
        return self.names[at] or ("" if self.ids[at] == self.places[at] else self.ids[at])

    def text(self, at: int, key: str, cell: str) -> str:
        """Give a text made readable, and note what was done to it."""
        repaired, repairs = repaired_text(cell)
        for repair in repairs:
            self.note(repair, at, str(self.declared[key]), repaired)
        return repaired

    def content(self, at: int) -> str:
        """Give all that a row says, to tell a row that stands twice from two rows."""
        return repr([cells[at] for cells in self.headers.values()])

    def _one_spelling(self, key: str, reason: str, nothing: str) -> list[str]:
        cells = [" ".join(cell.split()) for cell in self.cells(key)]
        spelt = one_spelling(cell for cell in cells if cell)
        for written, chosen in spelt.items():
            if written != chosen:
                self.note(reason, -1, str(self.declared[key]), written)
        return [spelt[cell] if cell else nothing for cell in cells]


def _read_columns(
    path: Path, log: ProblemLog, cells: pd.DataFrame
) -> tuple[dict[str, list[str]], list[str]]:
    headers, repeated = unique_headers([str(header) for header in cells.columns])
    for header in repeated:
        log.add("same_header", file=path.name, field=header, found=header)
    columns = {header: cells.iloc[:, at].tolist() for at, header in enumerate(headers)}
    return columns, [str(place) for place in cells.index]


def _declared(
    path: Path,
    columns: Mapping[str, Any] | None,
    headers: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """Check the mapping, and let columns of the usual names stand for themselves."""
    declared = dict(columns or {})
    for key in declared:
        if key not in _KEYS:
            raise InputError(
                f"`columns` must say what a column is by one of {shown(_KEYS, most=20)}; "
                f"found {key!r}.{did_you_mean(key, _KEYS)}"
            )
    usual = _SINGLE if columns else (*_SINGLE, *LIST_FACETS)
    declared |= {key: key for key in usual if key not in declared and key in headers}
    for key in _SINGLE:
        if key in declared and not isinstance(declared[key], str):
            raise InputError(
                f"`columns` must name one column as {key!r}; found {shown(declared[key])}."
            )
    missing = [name for name in _named(declared) if name not in headers]
    if missing:
        raise MissingColumnsError(
            f"`columns` names columns that {path.name} does not have: {shown(missing)}. "
            f"It has {shown(list(headers), most=12)}.{did_you_mean(missing[0], headers)}"
        )
    if "brand" not in declared or not {"product", "name"} & declared.keys():
        lacking = "brand" if "brand" not in declared else "product (or name)"
        raise SchemaError(
            f"a catalogue table must have a column for {lacking}", file=path,
            found=list(headers),
            way_out=f'Say which it is: columns = {{{lacking.split()[0]} = "…"}}.',
        )  # fmt: skip
    _refuse_two_meanings(path, declared, headers)
    return declared


def _refuse_two_meanings(
    path: Path, declared: Mapping[str, Any], headers: Mapping[str, Sequence[str]]
) -> None:
    for name in _named(declared):
        second = f"{name} (2)"
        if second in headers and list(headers[second]) != list(headers[name]):
            raise SchemaError(
                "a heading that is used must stand over one column", file=path,
                place=f"column {name!r}", found="two columns that differ",
                way_out="Give one of them another heading.",
            )  # fmt: skip


def _named(declared: Mapping[str, Any]) -> list[str]:
    """Give every column that the mapping names."""
    names: list[str] = []
    for key, value in declared.items():
        if key == "delimiter":
            continue
        if isinstance(value, str):
            names.append(value)
        elif isinstance(value, Mapping):
            names += [str(name) for name in value.values()]
        elif isinstance(value, Iterable):
            names += [str(name) for name in value]
        else:
            raise InputError(
                f"`columns` must name columns by text; found {shown(value)} as {key!r}."
            )
    return names


class _Facets:
    """What every row says, facet by facet."""

    def __init__(self) -> None:
        self.lists: dict[str, Lists] = {}
        self.numbers: dict[str, list[dict[str, Entry]]] = {}


def _read_facets(rows: _Rows) -> _Facets:
    facets, declared = _Facets(), rows.declared
    currencies = [currency_code(cell) for cell in rows.cells("currency")]
    for facet in LIST_FACETS:
        if facet in declared:
            facets.lists[facet] = list_facet(
                facet_columns(declared[facet], rows.headers),
                rows.note,
                delimiter=declared.get("delimiter"),
                regions=facet == "regions",
            )
    for facet in NUMBER_FACETS:
        if facet not in declared:
            continue
        read: list[dict[str, Entry]] = [{} for _ in rows.places]
        for column in facet_columns(declared[facet], rows.headers):
            entries = number_facet(column, rows.note, facet=facet, currencies=currencies)
            for at, entry in enumerate(entries):
                if entry is not None:
                    read[at][column.label] = entry
        facets.numbers[facet] = read
    return facets


def _brands(rows: _Rows, aliases: Mapping[str, str], register: Named | None) -> list[str]:
    """Name each row's brand; an empty text where the row is left out."""
    header = str(rows.declared["brand"])
    issuers = [" ".join(cell.split()) for cell in rows.brands]
    spelt = one_spelling(issuer for issuer in issuers if issuer)
    for written, chosen in spelt.items():
        if written != chosen:
            rows.note("brand_spelling", -1, header, written)
    known = None
    if register is not None:
        names = read_register(register).values()
        renamed = [aliases.get(folded(name), name) for name in names]
        known = {folded(name): name for name in renamed}
    brands = []
    for at, issuer in enumerate(issuers):
        if not issuer:
            rows.note("no_brand", at, header, "")
        brand = aliases.get(folded(issuer), spelt.get(issuer, ""))
        if brand and known is not None:
            brand = known.get(folded(brand), "")
            if not brand:
                rows.note("ghost", at, header, issuer)
        brands.append(brand)
    return brands


def _listing(rows: _Rows, at: int, brand: str, facets: _Facets) -> Listing:
    fees = facets.numbers["fees"][at] if "fees" in facets.numbers else {}
    return Listing(
        brand=brand,
        record=rows.ids[at],
        file=rows.file,
        name=rows.text(at, "name", rows.name_of(at)) if "name" in rows.declared else rows.ids[at],
        category=rows.categories[at],
        segment=rows.segments[at],
        description=rows.text(at, "description", rows.descriptions[at]),
        lists={facet: read[at] for facet, read in facets.lists.items()},
        numbers={facet: read[at] for facet, read in facets.numbers.items()},
        # fees tell offers apart; rates and terms do not
        detail=(tuple(sorted((name, entry.value, entry.unit) for name, entry in fees.items())),),
    )
