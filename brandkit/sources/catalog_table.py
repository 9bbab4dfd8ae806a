"""Catalogues as tables: one product a row, and a mapping that says what each column is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from brandkit.core.errors import InputError, MissingColumnsError, SchemaError, did_you_mean, shown
from brandkit.sources.amounts import currency_code
from brandkit.sources.cells import read_cells, unique_headers
from brandkit.sources.listing import (
    LIST_FACETS,
    NUMBER_FACETS,
    Entry,
    Listing,
    Source,
    distinct_listings,
    named_day,
)
from brandkit.sources.names import folded
from brandkit.sources.problems import ProblemLog
from brandkit.sources.register import Named, read_aliases, read_register
from brandkit.sources.table_facets import (
    Lists,
    facet_columns,
    list_facet,
    number_facet,
    one_spelling,
)
from brandkit.sources.texts import repaired_text

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
    sheet: str | None = None,
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
        As in :func:`brandkit.sources.catalog.read_catalog`; the register goes by names.

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
    headers, places = _read_columns(path, log, read_cells(path, sheet=sheet, encoding=encoding))
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
