"""Catalogues as tables: one product a row, and a mapping that says what each column is."""

from __future__ import annotations

import ast
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from brandkit.core.errors import InputError, MissingColumnsError, SchemaError, did_you_mean, shown
from brandkit.sources.catalog.amounts import (
    NOTHING,
    PERCENT_FROM,
    Amount,
    currency_code,
    mostly_percent,
    parsed_amount,
    parsed_months,
)
from brandkit.sources.catalog.listing import (
    LIST_FACETS,
    NUMBER_FACETS,
    STATES,
    Entry,
    Listing,
    ProblemLog,
    Source,
    distinct_listings,
    named_day,
)
from brandkit.sources.catalog.names import folded, one_spelling, repaired_text
from brandkit.sources.catalog.register import Named, read_aliases, read_register
from brandkit.sources.tables.cells import read_cells, unique_headers, written_once
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
_EVERYWHERE = frozenset(
    {
        "全国",
        "全国范围",
        "全国各地区",
        "全部地区",
        "nationwide",
        "national",
        "all regions",
        "all states",
        "all",
    }
)
_MARKED_PERCENT = re.compile(r"%|percent|\bpct\b", re.IGNORECASE)
#: What stands for a category or segment that is not told.
_UNTOLD = "not stated"
_DIGITS = re.compile(r"[\d.,]*\d")


class FacetColumn(NamedTuple):
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
    every = [_read_column(column, note, delimiter, regions) for column in columns]
    rows: Lists = []
    for said in zip(*every, strict=True):
        told = [entries for entries in said if entries is not None]
        rows.append(
            {word: entry for entries in told for word, entry in entries.items()} if told else None
        )
    for read in every:  # where one column is silent and others speak, its words are not stated
        words = sorted({word for entries in read for word in entries or ()})
        for at, entries in enumerate(read):
            kept = rows[at]
            if entries is None and kept is not None:
                rows[at] = {**{word: Entry("not_stated") for word in words}, **kept}
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
    entries: list[Entry | None] = []
    for at, cell in enumerate(cells):
        is_period = facet == "terms" and cell.casefold() not in NOTHING
        months = parsed_months(cell) if is_period else None
        amount = parsed_amount(cell) if months is None else Amount(months, "months")
        if amount is None and cell and not re.fullmatch(r"[-–—]+", cell):
            note("no_number", at, column.header, cell)
        elif amount is not None and amount.with_text:
            note("amount_text", at, column.header, cell)
        entries.append(amount and Entry("has", amount.value, amount.unit or currencies[at]))
    return _as_fractions(entries, cells, column, note) if facet == "rates" else entries


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
    told = {_plain(word) for word in words} - _UNSAID
    return bool(told) and told <= _YES | _NO


def _settled(words: Iterable[str], note: RowNote, reason: str, header: str) -> dict[str, str]:
    """Give every spelling the commonest one, and note those that were changed."""
    spelt = one_spelling(word for word in words if word)
    for written, chosen in spelt.items():
        if written != chosen:
            note(reason, -1, header, written)
    return spelt


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().casefold()


def _read_column(column: FacetColumn, note: RowNote, delimiter: str | None, regions: bool) -> Lists:
    cells = [cell.strip() for cell in column.cells]
    plain = [_plain(cell) for cell in cells]
    told = {word for word in plain if word} - _UNSAID
    if not regions and told and told <= _YES | _NO:
        yes, no, unsaid = ({column.label: Entry(state)} for state in STATES)
        silence = {} if not told & _NO else unsaid  # nothing but yes: an empty cell lists nothing
        return [
            dict(yes if word in _YES else no if word in _NO else unsaid if word else silence)
            for word in plain
        ]
    mark = delimiter or next((m for m in _DELIMITERS if any(m in cell for cell in cells)), None)
    is_list = column.is_list or regions or mark is not None or any(c.startswith("[") for c in cells)
    items = [_items(cell, mark) if is_list else [cell] if cell else None for cell in cells]
    spelt = _settled(
        (item for listed in items for item in listed or ()),
        note,
        "attribute_spelling",
        column.header,
    )
    if not is_list:
        without = [f"{column.label}: {value}" for value in sorted(set(spelt.values()))]
        return [
            {name: Entry("not_stated") for name in without}
            if listed is None
            else {
                **{name: Entry("has_not") for name in without},
                f"{column.label}: {spelt[listed[0]]}": Entry(),
            }
            for listed in items
        ]
    lists: Lists = [
        None if listed is None else {spelt[item]: Entry() for item in listed} for listed in items
    ]
    return _everywhere(lists, column, note) if regions else lists


def _items(cell: str, mark: str | None) -> list[str] | None:
    """Give the items of a list cell: None where it is empty, [] where it says so."""
    if not cell:
        return None
    if cell.casefold() in _NONE:
        return []
    parts: list[Any] = [cell]
    if mark:
        either = next((pair for pair in (",，", ";；") if mark in pair), None)
        parts = re.split(f"[{either}]" if either else re.escape(mark), cell)
    if cell.startswith("[") and cell.endswith("]"):
        for read in (json.loads, ast.literal_eval):
            try:
                parts = [item for item in read(cell) if item is not None]
                break
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
    items = (" ".join(str(part).split()) for part in parts)
    return [item for item in items if item]


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
    cells = _cells(path, sheet, encoding, header_row)
    log.rows += [
        (path.name, "", "", str(note), "", "", "file") for note in cells.attrs.get("notes", ())
    ]
    names, repeated = unique_headers([str(header) for header in cells.columns])
    for header in repeated:
        log.add("same_header", file=path.name, field=header, found=header)
    headers = {header: cells.iloc[:, at].tolist() for at, header in enumerate(names)}
    declared = _declared(path, columns, headers)
    rows = _Rows(
        path.name, headers, [str(place) for place in cells.index], declared=declared, log=log
    )
    brands = _brands(rows, read_aliases(aliases), register)
    listings = list(_listings(rows, brands))
    if not listings:
        raise SchemaError(
            "the table must hold at least one product of a named brand",
            file=path,
            place=f"column {declared['brand']!r}",
            found=f"{len(rows.places)} rows without one",
            way_out="Check the column, and the register if one is given.",
        )
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
        products, names = self.cells("product"), self.cells("name")
        self.ids = [
            product or " ".join(name.split()) or place
            for product, name, place in zip(products, names, places, strict=True)
        ]
        #: A row's name, else its id; empty where it has neither.
        self.names = [name or product for product, name in zip(products, names, strict=True)]
        self.categories, self.segments = self._spelt("category"), self._spelt("segment")
        categories = self.cells("category")
        for at, (product, name) in enumerate(zip(products, names, strict=True)):
            if not product and not name:
                self.note("no_product", at, str(declared.get("product") or declared["name"]), "")
            elif not product and "product" in declared:
                self.note("no_id", at, str(declared["product"]), name)
            if "category" in declared and not categories[at]:
                self.note("no_category", at, str(declared["category"]), "")

    def cells(self, key: str) -> list[str]:
        """Give the cells of a single column, trimmed; empty texts where none is declared."""
        header = self.declared.get(key)
        if header is None:
            return [""] * len(self.places)
        return [cell.strip() for cell in self.headers[header]]

    def note(self, reason: str, at: int, field: str, found: object) -> None:
        """Note a problem of a row, or with -1 of a whole column."""
        record, brand = (self.ids[at], self.brands[at]) if at >= 0 else ("", "")
        self.log.add(reason, file=self.file, record=record, field=field, found=found, brand=brand)

    def text(self, at: int, key: str, cell: str) -> str:
        """Give a text made readable, and note what was done to it."""
        repaired, repairs = repaired_text(cell)
        for repair in repairs:
            self.note(repair, at, str(self.declared[key]), repaired)
        return repaired

    def _spelt(self, key: str) -> list[str]:
        cells = [" ".join(cell.split()) for cell in self.cells(key)]
        spelt = _settled(cells, self.note, "category_spelling", str(self.declared.get(key)))
        return [spelt.get(cell, _UNTOLD) for cell in cells]


def _declared(
    path: Path, columns: Mapping[str, Any] | None, headers: Mapping[str, Sequence[str]]
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
    empty = [key for key, value in declared.items() if not value and value is not None]
    if empty:
        raise InputError(
            f"`columns` must name at least one column as {empty[0]!r}; found none. Name it, or "
            "leave the key out."
        )
    named = _named(declared)
    missing = [name for name in named if name not in headers]
    if missing:
        raise MissingColumnsError(
            f"`columns` names columns that {path.name} does not have: {shown(missing)}. "
            f"It has {shown(list(headers), most=12)}.{did_you_mean(missing[0], headers)}"
        )
    if "brand" not in declared or not {"product", "name"} & declared.keys():
        lacking = "brand" if "brand" not in declared else "product (or name)"
        raise SchemaError(
            f"a catalogue table must have a column for {lacking}",
            file=path,
            found=list(headers),
            way_out=f'Say which it is: columns = {{{lacking.split()[0]} = "…"}}.',
        )
    for name in named:
        if headers.get(f"{name} (2)", headers[name]) != headers[name]:
            raise SchemaError(
                "a heading that is used must stand over one column",
                file=path,
                place=f"column {name!r}",
                found="two columns that differ",
                way_out="Give one of them another heading.",
            )
    return declared


def _named(declared: Mapping[str, Any]) -> list[str]:
    """Give every column that the mapping names."""
    names: list[str] = []
    for key, value in declared.items():
        if key == "delimiter":
            continue
        told = [value] if isinstance(value, str) else value
        try:
            names += [str(name) for name in (told.values() if isinstance(told, Mapping) else told)]
        except TypeError:
            raise InputError(
                f"`columns` must name columns by text; found {shown(value)} as {key!r}."
            ) from None
    return names


def _brands(rows: _Rows, aliases: Mapping[str, str], register: Named | None) -> list[str]:
    """Name each row's brand; an empty text where the row is left out."""
    header = str(rows.declared["brand"])
    named = [" ".join(cell.split()) for cell in rows.brands]
    issuers = written_once(named)
    for at, (name, issuer) in enumerate(zip(named, issuers, strict=True)):
        if name != issuer:
            rows.note("brand_above", at, header, issuer)
    spelt = _settled(issuers, rows.note, "brand_spelling", header)
    known = None
    if register is not None:
        renamed = [aliases.get(folded(name), name) for name in read_register(register).values()]
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


def _listings(rows: _Rows, brands: Sequence[str]) -> Iterator[tuple[Listing, str]]:
    """Give what every named row says, with its whole content to tell a repeated row by."""
    declared = rows.declared
    currencies = [currency_code(cell) for cell in rows.cells("currency")]
    columns = {
        facet: facet_columns(declared[facet], rows.headers)
        for facet in (*LIST_FACETS, *NUMBER_FACETS)
        if facet in declared
    }
    mark = declared.get("delimiter")
    lists = {
        facet: list_facet(some, rows.note, delimiter=mark, regions=facet == "regions")
        for facet, some in columns.items()
        if facet in LIST_FACETS
    }
    numbers = {
        facet: [
            (column.label, number_facet(column, rows.note, facet=facet, currencies=currencies))
            for column in some
        ]
        for facet, some in columns.items()
        if facet in NUMBER_FACETS
    }
    descriptions = rows.cells("description")
    for at, brand in enumerate(brands):
        if not (brand and rows.names[at]):
            continue
        amounts = {
            facet: {label: entry for label, read in some if (entry := read[at]) is not None}
            for facet, some in numbers.items()
        }
        # fees tell offers apart; rates and terms do not
        fees = tuple(sorted((k, e.value, e.unit) for k, e in amounts.get("fees", {}).items()))
        listing = Listing(
            brand=brand,
            record=rows.ids[at],
            file=rows.file,
            name=rows.text(at, "name", rows.names[at]) if "name" in declared else rows.ids[at],
            category=rows.categories[at],
            segment=rows.segments[at],
            description=rows.text(at, "description", descriptions[at]),
            lists={facet: read[at] for facet, read in lists.items()},
            numbers=amounts,
            detail=(fees,),
        )
        yield listing, repr([cells[at] for cells in rows.headers.values()])
