"""Tables as an Excel workbook: numbers as numbers, text as text, the same bytes every time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from brandkit.core.errors import InputError, shown
from brandkit.core.labels import Kind
from brandkit.language import column_label
from brandkit.page.blocks import FigureBlock, TableBlock
from brandkit.page.provenance import Provenance
from brandkit.page.tables import table_cells, text_width
from brandkit.page.texts import Text, words

WORKBOOK = "tables.xlsx"

#: How Excel writes a kind.
_FORMATS: dict[Kind, str] = {
    "text": "@", "flag": "@", "date": "@", "count": "#,##0", "share": "0.0%", "number": "0.0##",
    "decimal": "0.000", "signed": "+0.00;−0.00;0.00", "points": "+0;−0;0", "p_value": "0.000",
}  # fmt: skip
_LONGEST_NAME = 31
_WIDEST, _WIDEST_HEAD = 48, 18
_NO_CLOCK = datetime(2000, 1, 1)

#: Text stays text: a cell that begins with =, +, - or @ is a name, not a formula.
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

Tabled = pd.DataFrame | TableBlock | FigureBlock


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook.

    Parameters
    ----------
    name : str
    caption : str
    notes : tuple of str
    heads : tuple of str
    kinds : tuple of str
    rows : tuple of tuple
    frozen : int
        Columns that stay in sight.
    """

    name: str
    caption: str
    notes: tuple[str, ...]
    heads: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rows: tuple[tuple[Any, ...], ...]
    frozen: int = 1


def write_workbook(
    tables: Mapping[str, Tabled], *, path: str | Path, title: str | None = None
) -> Path:
    """Write tables to an Excel file, one sheet each, behind a sheet of contents.

    Values on too few people are left empty, as in the report.

    Parameters
    ----------
    tables : mapping
        Name of the sheet to a frame, or to a table or figure block.
    path : str or Path
        Ends in ``.xlsx``; replaced whole.
    title : str, optional
        Heads the contents.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        There is no table, or the path does not end in ``.xlsx``.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> frame = pd.DataFrame({"brand": ["=A1"], "share": [0.5]})
    >>> write_workbook({"shares": frame}, path=Path(mkdtemp()) / "tables.xlsx").name
    'tables.xlsx'
    """
    target = Path(path)
    if target.suffix != ".xlsx":
        raise InputError(f"`path` must end in .xlsx; found {shown(target.name)}.")
    sheets = [_sheet(name, content) for name, content in tables.items()]
    content = workbook_bytes(sheets, title=title or "brandkit")
    part = target.with_name(f".{target.name}.part")
    try:
        part.write_bytes(content)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return target


def workbook_bytes(
    sheets: Sequence[Sheet], *, title: str, origin: Provenance | None = None
) -> bytes:
    """Give a workbook's bytes.

    Parameters
    ----------
    sheets : sequence of Sheet
    title : str
    origin : Provenance, optional
        What the tables were made from; on a sheet of its own, the last.

    Returns
    -------
    bytes

    Raises
    ------
    InputError
        There is no sheet.
    """
    if not sheets:
        raise InputError("`tables` must hold at least one table; found none.")
    written = BytesIO()
    with xlsxwriter.Workbook(written, _OPTIONS) as book:
        book.set_properties({"title": title, "created": _NO_CLOCK})
        names = _names([sheet.name for sheet in sheets])
        _write_contents(book, title, list(zip(names, sheets, strict=True)))
        for name, sheet in zip(names, sheets, strict=True):
            _write_sheet(book, name, sheet)
        if origin is not None:
            _write_origin(book, origin)
    return written.getvalue()


def sheet_of(block: Mapping[str, Any], *, prefix: str = "") -> Sheet | None:
    """Make a sheet of a block's JSON; None where it has no data.

    Parameters
    ----------
    block : mapping
    prefix : str
        Put before the block's name.

    Returns
    -------
    Sheet or None
    """
    cells = block.get("cells") or block.get("data")
    if not cells:
        return None
    heads: list[str] = []
    kinds: list[Kind] = []
    for column in cells["columns"]:
        is_one = len(column["names"]) == 1
        heads += [column["head"]["text"]] if is_one else [column_label(n) for n in column["names"]]
        kinds += [column["kind"]] * len(column["names"])
    base = [block["base"]] if block.get("base") else []
    notes = tuple(note["text"] for note in (*base, *cells["notes"], *block.get("notes", [])))
    name = prefix + re.sub("[_-]", " ", block["name"]) if prefix else block["name"]
    rows = tuple(tuple(_spread(row["values"], cells["columns"])) for row in cells["rows"])
    return Sheet(
        name,
        block["caption"]["text"],
        notes,
        tuple(heads),
        tuple(kinds),
        rows,
        frozen=block.get("frozen", 1),
    )


def _spread(values: Sequence[Any], columns: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Give both ends of an interval a cell of their own."""
    spread: list[Any] = []
    for value, column in zip(values, columns, strict=True):
        if len(column["names"]) == 1:
            spread.append(value)
        else:
            spread += value if value is not None else [None] * len(column["names"])
    return spread


def _sheet(name: str, content: Tabled) -> Sheet:
    if isinstance(content, pd.DataFrame):
        caption = Text(name, "en").to_json()
        block = {"name": name, "caption": caption, "cells": table_cells(content).to_json()}
    else:
        block = {**content.to_json(), "name": name}
    made = sheet_of(block)
    if made is None:
        raise InputError(f"`tables` must hold data; found none in {shown(name)}. Leave it out.")
    return made


def _names(wanted: Sequence[str]) -> list[str]:
    """Give names that Excel takes: short, each once in any letter case, without its marks."""
    taken = {words("Contents").lower(), words("How this was made").lower()}
    names = []
    for wish in wanted:
        clean = "".join("_" if one in "[]:*?/\\'" else one for one in wish) or "table"
        name, number = clean[:_LONGEST_NAME], 2
        while name.lower() in taken:
            tail = f"_{number}"
            name, number = clean[: _LONGEST_NAME - len(tail)] + tail, number + 1
        taken.add(name.lower())
        names.append(name)
    return names


def _write_contents(book: Any, title: str, named: Sequence[tuple[str, Sheet]]) -> None:
    page = book.add_worksheet(words("Contents"))
    bold = book.add_format({"bold": True, "font_size": 14})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 0, _LONGEST_NAME)
    page.set_column(1, 1, 100, wrapped)
    page.write_string(0, 0, title, bold)
    for at, (name, sheet) in enumerate(named, start=2):
        page.write_url(at, 0, f"internal:'{name}'!A1", string=name)
        page.write_string(at, 1, "\n".join([sheet.caption, *sheet.notes]), wrapped)


def _write_origin(book: Any, origin: Provenance) -> None:
    """Say what the tables were made from: study, seed, versions, every input with its hash."""
    page = book.add_worksheet(words("How this was made"))
    bold = book.add_format({"bold": True, "valign": "top"})
    page.set_column(0, 0, 36)
    page.set_column(1, 1, 70)
    told = [(words("Study"), origin.title or origin.study)]
    if origin.focus:
        told.append((words("Focus bank"), origin.focus))
    if origin.seed is not None:
        told.append((words("Seed of random draws"), str(origin.seed)))
    said = ", ".join(f"{name} {number}" for name, number in origin.versions.items())
    told += [(words("Made with"), said)] if said else []
    told += [(file, f"sha256 {digest}") for file, digest in origin.inputs]
    for at, (label, value) in enumerate(told):
        page.write_string(at, 0, label, bold)
        page.write_string(at, 1, value)


def _write_sheet(book: Any, name: str, sheet: Sheet) -> None:
    page = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
    for at, (label, kind) in enumerate(zip(sheet.heads, sheet.kinds, strict=True)):
        cells = [row[at] for row in sheet.rows]
        # Chinese characters are two letters wide
        widest = max(
            [text_width(cell) for cell in cells if isinstance(cell, str)]
            + [min(text_width(label), _WIDEST_HEAD), 9]
        )
        form = book.add_format({"num_format": _FORMATS[kind]})
        page.set_column(at, at, min(widest + 2, _WIDEST), form)
        page.write_string(0, at, label, head)
        for row, cell in enumerate(cells, start=1):
            if isinstance(cell, bool):
                page.write_boolean(row, at, cell)
            elif isinstance(cell, (int, float)):
                page.write_number(row, at, cell, form)
            elif cell is not None:
                page.write_string(row, at, str(cell), form)
    page.freeze_panes(1, sheet.frozen)
    page.autofilter(0, 0, len(sheet.rows), len(sheet.heads) - 1)
