"""The cells of a table file as they stand in it: csv, tsv, xlsx, parquet.

Nothing is guessed here beyond how the file is written (encoding, delimiter). Text stays text, so
that ``NA``, leading zeros and decimal commas reach whoever knows what they mean.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.csv

from brandkit.core.errors import SchemaError, Words, did_you_mean, shown
from brandkit.core.message import Message
from brandkit.sources.tables.files import (
    TEXT_ENDINGS,
    ending,
    file_form,
    is_packed,
    plain_cell,
    require_width,
    unpacked,
    written,
)

Cell = Any

#: Characters a delimiter may be, the likeliest first.
DELIMITERS = (",", ";", "\t", "|")
LARGEST_FIELD = 1_000_000

_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True)
class Grid:
    """A heading, its rows, and where each row stands in the file.

    Parameters
    ----------
    file : Path
    header : tuple of str
        Column names, trimmed; empty where a column has none.
    rows : tuple of tuples
        One cell a column: text from text files; text, numbers, dates or None from the others.
    places : tuple of str
        ``"line 7"`` or ``"row 7"`` for each row, as an editor or a spreadsheet numbers them.
    delimiter : str
        The delimiter of a text file; empty for the others.
    notes : tuple of Message
        What was taken for granted in reading.
    title : str
        What stands above the heading.
    """

    file: Path
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    places: tuple[str, ...]
    delimiter: str = ""
    notes: tuple[Message, ...] = ()
    title: str = ""

    def column(self, name: str, *, asked_by: str) -> int:
        """Give the position of a named column, or refuse with the names there are."""
        if name not in self.header:
            raise SchemaError(
                f"must name a column of the file; it has {shown(named(self.header), most=12)}",
                file=self.file,
                place=asked_by,
                found=name,
                way_out=did_you_mean(name, self.header).strip() or "Name one of these.",
            )
        return self.header.index(name)


def named(header: Sequence[str]) -> list[str]:
    """Give the names of a heading that are not empty."""
    return [name for name in header if name]


def is_empty(cell: Cell) -> bool:
    """Say whether a cell holds nothing: None, NaN, blanks."""
    return cell is None or cell != cell or (isinstance(cell, str) and not cell.strip())


def label_text(cell: Cell) -> str:
    """Write a label cell as text: trimmed, inner blanks single, whole numbers without ``.0``."""
    if is_empty(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", str(cell))).strip()


def written_once(names: Sequence[str]) -> list[str]:
    """Repeat names that stand once over the rows that are theirs, as merged cells are written.

    Only where each name stands once, the first row has one and at least half have none: else
    gaps stay gaps.

    Examples
    --------
    >>> written_once(["Civic", "", "Nova", ""]), written_once(["Civic", "", "Civic"])
    (['Civic', 'Civic', 'Nova', 'Nova'], ['Civic', '', 'Civic'])
    """
    told = [name for name in names if name]
    if len(told) < 2 or not names[0] or 2 * len(told) > len(names) or len(set(told)) < len(told):
        return list(names)
    filled = list(names)
    for at, name in enumerate(names):
        filled[at] = name or filled[at - 1]
    return filled


def read_grid(
    path: Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    header_row: int | None = None,
) -> Grid:
    r"""Read the cells of a table file.

    Parameters
    ----------
    path : Path
        A ``.csv``, ``.tsv``, ``.txt``, ``.xlsx``, ``.xlsm`` or ``.parquet`` file.
    sheet : str, optional
        The sheet of a workbook; the first one that holds anything where not given.
    encoding : str, optional
        How a text file is written; found out where not given.
    header_row : int, optional
        Which row is the heading, from 1; found under lines of title where not given.

    Returns
    -------
    Grid

    Raises
    ------
    SchemaError
        The file is empty, damaged, or not what its name says.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "image.csv"
    >>> _ = file.write_text("bank;modern\nCivic;0,5\n", encoding="utf-8")
    >>> read_grid(file).rows
    (('Civic', '0,5'),)
    """
    form = file_form(path)
    if form == "xlsx":
        return _finished(path, *_workbook_rows(path, sheet), header_row=header_row)
    if sheet is not None:
        raise SchemaError(
            "only a workbook has sheets",
            file=path,
            place="sheet",
            found=sheet,
            way_out="Leave `sheet` out, or name an .xlsx file.",
        )
    if form == "parquet":
        return _finished(path, *_parquet_rows(path), header_row=1)
    text, delimiter, skipped, notes = table_text(path, encoding=encoding)
    rows = _parsed(path, text, delimiter, skipped)
    return _finished(path, rows, "line", notes, header_row=header_row, delimiter=delimiter)


def table_text(
    path: Path, *, encoding: str | None = None
) -> tuple[str, str, int, tuple[Message, ...]]:
    r"""Read a text table's text, and find out what parts its cells.

    Parameters
    ----------
    path : Path
        May be packed.
    encoding : str, optional
        As in :func:`read_grid`.

    Returns
    -------
    text : str
    delimiter : str
    skipped : int
        Lines before the text that are not part of the table.
    notes : tuple of Message
        The encoding, where it was found out by what makes sense.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "image.csv"
    >>> _ = file.write_bytes("sep=;\nbank;modern\n".encode("utf-16"))
    >>> table_text(file)
    ('bank;modern\n', ';', 1, ())
    """
    text, other = _decoded(path, encoding)
    note = Message(
        "{file} is no UTF-8; it was read as {encoding}. If letters are wrong, say its `encoding`.",
        {"file": path.name, "encoding": other},
    )
    notes = (note,) if other else ()
    csv.field_size_limit(LARGEST_FIELD)
    said = re.match(r"sep=(.)\r?\n", text)  # a line that Excel writes and obeys
    body, skipped = (text[said.end() :], 1) if said else (text, 0)
    return body, said.group(1) if said else delimiter_of(body), skipped, notes


def delimiter_of(text: str) -> str:
    r"""Find out what parts the cells of a text table.

    Examples
    --------
    >>> delimiter_of("bank;fee\nA;1,5\n")
    ';'
    """
    return max(DELIMITERS, key=lambda mark: _fit(text, mark))


def _decoded(path: Path, encoding: str | None) -> tuple[str, str | None]:
    """Give a file's text; and its encoding, where only sense tells it."""
    data, other = unpacked(path), None
    chosen = encoding or next((n for mark, n in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    if chosen is None and b"\x00" in data[:200]:
        # UTF-16 without its mark: the null bytes of Latin letters fall on one side
        chosen = "utf-16-be" if data[0:1] == b"\x00" else "utf-16-le"
    try:
        text = data.decode(chosen or "utf-8")
    except LookupError:
        way_out = 'For example "utf-8", "big5", "gb18030" or "cp1252".'
        raise SchemaError(
            "must be the name of an encoding",
            file=path,
            place="encoding",
            found=encoding,
            way_out=way_out,
        ) from None
    except UnicodeDecodeError as error:
        other = None if chosen else other_encoding(data)
        if other is None:
            line = data[: error.start].count(b"\n") + 1
            found = Words(f"byte 0x{data[error.start]:02x}")
            way_out = "The file is damaged: export it again, as CSV UTF-8, or say its `encoding`."
            rule = f"the text must be {chosen or 'UTF-8'}"
            raise SchemaError(
                rule, file=path, place=f"line {line}", found=found, way_out=way_out
            ) from None
        text = data.decode(other)
    if "\x00" in text:
        place = f"line {text[: text.index(chr(0))].count(chr(10)) + 1}"
        rule = "the text holds null characters, so it is damaged or no text"
        raise SchemaError(rule, file=path, place=place, way_out="Export the table again.")
    return text, other


#: Characters that any Chinese text is full of, as against what wrong decoding yields.
_USUAL = frozenset(
    "的一是不了在人有我他这個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着"
    "著下自之年过過发發后後作里用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分"
    "还還进進好小部其些主样樣理心本前开開但因只从從想实實日者意无無力它与與长長机機十民第公此已工使情明性"
    "知全三又关關点點正业業外将將两兩高间間由问問很最重并物手应應向头頭体體政美相见見被利什二等产產或新己"
    "制身果加月话話合回特代内信表化老给給世位次度门門任常先海通教东東声聲提立及比员員解水名真论論处處走各"
    "入几幾口认認条條平系气氣题題活更别別打女变變四总總何电電数數安少报報结結反受目太量再感建务務做接必场場"
    "件计計管期市直資资命金指区區至社便空决決司五基准準书書非则則听聽却达達强強即像且权權思王象完设設式色路"
    "记記南品住告类類求据據程北边邊张張该該交规規万萬取观觀确確传傳师師清今切院识識候带帶导導争爭银銀行满滿"
    "推荐薦您服务費费號号时間姓龄齡性别客户戶店柜櫃台网網費业務渠帐賬账存款贷貸信用卡理财財整总體项項评評價价"
)


_SIGNS = "，。？！、：；（）「」“”‘’—…　"


def other_encoding(data: bytes) -> str | None:
    """Find the encoding in which bytes that are no UTF-8 make sense; None where none does."""
    scores = {}
    for name in ("gb18030", "big5hkscs", "cp1252"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        strange = [sign for sign in text if not sign.isascii() and sign not in _SIGNS]
        n = max(len(strange), 1)
        if name == "cp1252":
            beside = r"[A-Za-z \d.,;\"'(][^\x00-\x7f]|[^\x00-\x7f][A-Za-z \d.,;\"')]"
            fine = sum(
                any(one.isalpha() or one in "€£¿¡«»°–—’‘“”…" for one in pair)
                for pair in re.findall(beside, text)
            )
            in_a_row = re.search(r"[^\x00-\x7f]{4}", text) is not None
            scores[name] = 0.6 * min(1.0, fine / n) - 0.5 * in_a_row
        else:
            scores[name] = sum(sign in _USUAL for sign in strange) / n
    best = max(scores, key=lambda name: scores[name], default=None)
    return best if best is not None and scores[best] > 0.15 else None


def _fit(text: str, delimiter: str) -> tuple[float, int, int]:
    """Say how well a delimiter cuts the first rows into equally many cells."""
    lines = csv.reader(io.StringIO(_head(text), newline=""), delimiter=delimiter)
    try:
        rows = [len(row) for row in islice(lines, 60) if row]
    except csv.Error:  # told with its line when the table is read
        return (0.0, 0, 0)
    width, times = Counter(rows).most_common(1)[0] if rows else (0, 0)
    even = times / len(rows) if width > 1 else 0.0
    rank = -DELIMITERS.index(delimiter) if delimiter in DELIMITERS else 0
    return (even if even > 0.5 else 0.0, rows[0] if rows else 0, rank)


def _head(text: str) -> str:
    """Give the first lines of a long text: a stream of all of it would hold four bytes a letter."""
    return text if len(text) <= LONG_HEAD else text[: text.rfind("\n", 0, LONG_HEAD) + 1 or None]


def _reader(text: str, delimiter: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _parsed(path: Path, text: str, delimiter: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader, line = _reader(text, delimiter), 1
    has_formulas = '="' in text
    try:
        for row in reader:
            yield line + skipped, [plain_cell(cell) for cell in row] if has_formulas else row
            line = reader.line_num + 1
    except csv.Error as error:
        raise SchemaError(
            f"the text is not a table: {error}",
            file=path,
            place=f"line {line + skipped}",
            way_out='Close the quotation mark there, or write "" for a quotation mark in a cell.',
        ) from None


def _workbook_rows(
    path: Path, sheet: str | None
) -> tuple[list[tuple[int, list[Cell]]], str, tuple[Message, ...]]:
    rows_of = _sheets(path, stored=True)
    if sheet is not None and sheet not in rows_of:
        raise SchemaError(
            f"the workbook has no such sheet; it has {shown(rows_of)}",
            file=path,
            place="sheet",
            found=sheet,
            way_out=did_you_mean(sheet, rows_of).strip() or None,
        )
    filled = [name for name, rows in rows_of.items() if rows]
    chosen = sheet or next(iter(filled), None)
    if chosen is None or not rows_of[chosen]:
        raise SchemaError("the workbook is empty", file=path, way_out="Export the table again.")
    notes: tuple[Message, ...] = ()
    if sheet is None and len(filled) > 1:
        said = "{file} has {n:count} sheets; the first, “{sheet}”, was read."
        notes = (Message(said, {"file": path.name, "n": len(filled), "sheet": chosen}),)
    _refuse_unstored_formulas(path, chosen, rows_of[chosen])
    return rows_of[chosen], "row", notes


def _sheets(path: Path, *, stored: bool) -> dict[str, list[tuple[int, list[Cell]]]]:
    import openpyxl  # a third of a second: only where a workbook is read

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=stored)
        return {page.title: _page_rows(page) for page in book.worksheets}
    except Exception as error:  # openpyxl and zipfile raise a dozen kinds for damaged files
        raise SchemaError(
            f"the workbook cannot be opened ({type(error).__name__})",
            file=path,
            way_out="It is damaged or locked: open it in Excel and save it again as .xlsx.",
        ) from None


def sheet_names(path: str | Path) -> list[str]:
    """Give the names of a workbook's sheets that hold anything, in order; none of other files."""
    file = Path(path)
    if ending(file) not in (".xlsx", ".xlsm") or not file.is_file():
        return []
    file_form(file)
    return [name for name, rows in _sheets(file, stored=True).items() if rows]


def _page_rows(page: Any) -> list[tuple[int, list[Cell]]]:
    """Give the filled rows of a sheet, as wide as its widest, whatever size the file declares."""
    page.reset_dimensions()
    rows = [
        (number, list(row))
        for number, row in enumerate(page.iter_rows(values_only=True), start=1)
        if not all(is_empty(cell) for cell in row)
    ]
    width = max((len(row) for _, row in rows), default=0)
    return [(number, row + [None] * (width - len(row))) for number, row in rows]


def _refuse_unstored_formulas(path: Path, sheet: str, rows: list[tuple[int, list[Cell]]]) -> None:
    """Refuse formulas whose results the file does not hold: they would read as empty cells."""
    if not any(is_empty(cell) for _, row in rows for cell in row):
        return
    results = {number: row for number, row in rows}
    for number, row in _sheets(path, stored=False)[sheet]:
        for at, cell in enumerate(row):
            result = results.get(number, [])
            is_formula = isinstance(cell, str) and cell.startswith("=")
            if is_formula and (at >= len(result) or result[at] is None):
                raise SchemaError(
                    "a formula's result is not stored in the file",
                    file=path,
                    place=f"sheet '{sheet}', row {number}",
                    found=cell,
                    way_out="Open the workbook in Excel and save it, or paste the values.",
                )


def _parquet_rows(path: Path) -> tuple[list[tuple[int, list[Cell]]], str, tuple[Message, ...]]:
    import pyarrow.parquet as parquet

    try:
        table = parquet.read_table(path)
    except Exception as error:  # pyarrow raises its own kinds and OSError alike
        raise SchemaError(
            f"the Parquet file cannot be opened ({type(error).__name__})",
            file=path,
            way_out="It is damaged: write it again.",
        ) from None
    columns = []
    for name, column in zip(table.column_names, table.columns, strict=True):
        try:
            columns.append(column.to_pylist())
        except (UnicodeDecodeError, OverflowError, ValueError) as error:
            what = (
                "text that is no UTF-8"
                if isinstance(error, UnicodeDecodeError)
                else ("a date that no calendar here holds")
            )
            raise SchemaError(
                "cells must be readable",
                file=path,
                place=f"column {name!r}",
                found=Words(what),
                way_out="Write the file again without it.",
            ) from None
    # pandas writes the index last; a table has its names first
    metadata = table.schema.pandas_metadata or {}
    index = [name for name in metadata.get("index_columns", []) if isinstance(name, str)]
    order = sorted(range(len(columns)), key=lambda at: table.column_names[at] not in index)
    heading = [re.sub(r"^__index_level_\d+__$", "", name) for name in table.column_names]
    rows: list[tuple[int, list[Cell]]] = [(1, [heading[at] for at in order])]
    rows += [
        (number, [columns[at][number - 2] for at in order])
        for number in range(2, table.num_rows + 2)
    ]
    return rows, "row", ()


def _finished(
    path: Path,
    rows: Any,
    unit: str,
    notes: tuple[Message, ...],
    *,
    header_row: int | None,
    delimiter: str = "",
) -> Grid:
    """Cut the heading off, drop empty rows, titles and notes, and refuse ragged rows."""
    every, title = list(rows), ""
    kept = [(n, row) for n, row in every if not all(is_empty(cell) for cell in row)]
    kept, ended = _without_notes(kept, {n for n, _ in every})
    if header_row is None:
        header_row = kept[_heading_at([row for _, row in kept])][0] if kept else 1
        above = [row for n, row in kept if n < header_row]
        title = " ".join(label_text(cell) for row in above for cell in row if not is_empty(cell))
        if above:
            said = "{file}: what stands above the heading in {place} was left out."
            notes += (Message(said, {"file": path.name, "place": f"{unit} {header_row}"}),)
    if ended:
        said = "{file}: {n:count} {n:line|lines} of notes below the table {n:was|were} left out."
        notes += (Message(said, {"file": path.name, "n": ended}),)
    heads = [(n, row) for n, row in kept if n >= header_row]
    if not heads:
        raise SchemaError(
            "there is no heading",
            file=path,
            place=f"{unit} {header_row}",
            way_out="`header_row` must be the row of the column names.",
        )
    (first, heading), body = heads[0], heads[1:]
    header = [label_text(cell) for cell in heading]
    while header and not header[-1] and all(_nothing_at(row, len(header) - 1) for _, row in body):
        header.pop()
    if not body:
        raise SchemaError(
            "the table has a heading and no rows",
            file=path,
            place=f"{unit} {first}",
            found=named(header),
            way_out="Export the table again, with its rows.",
        )
    width = len(header)
    finished, places = [], []
    for number, row in body:
        full = _of_width(row, width, exact=bool(delimiter))
        if full is None:
            raise SchemaError(
                f"every row must have as many cells as the heading, {width}",
                file=path,
                place=f"{unit} {number}",
                found=Words(f"{len(row)} cells"),
                way_out="Quote cells that hold the delimiter"
                f"{' ' + repr(delimiter) if delimiter else ''}, or set `header_row` if the heading "
                "stands further down.",
            )
        finished.append(full)
        places.append(f"{unit} {number}")
    return Grid(path, tuple(header), tuple(finished), tuple(places), delimiter, notes, title)


def _filled(row: Sequence[Cell]) -> int:
    return sum(not is_empty(cell) for cell in row)


def _heading_at(rows: Sequence[Sequence[Cell]]) -> int:
    """Find the heading: the first row that is no title over a wider table."""
    width = max((_filled(row) for row in rows[:40]), default=0)
    if width < 3:
        return 0
    wide = (at for at, row in enumerate(rows[:20]) if _filled(row) > max(1, 0.4 * width))
    return next(wide, 0)


def _without_notes(
    rows: list[tuple[int, Sequence[Cell]]], numbers: set[int]
) -> tuple[list[tuple[int, Sequence[Cell]]], int]:
    """Drop single texts below a wider table: sources, bases, what codes mean."""
    width = max((_filled(row) for _, row in rows), default=0)
    kept = len(rows)
    while width > 2 and kept > 2 and _is_note(rows[kept - 1][1]):
        kept -= 1
    if kept == len(rows):
        return rows, 0
    first, before = rows[kept][0], rows[kept - 1]
    # a name without numbers is no note unless a blank line parts it from the table, or it is long
    is_apart = any(before[0] < n < first and n not in {m for m, _ in rows} for n in numbers)
    is_long = all(len(str(row[0])) > 12 or len(row) == 1 for _, row in rows[kept:])
    if is_apart or is_long or first > before[0] + 1:
        return rows[:kept], len(rows) - kept
    return rows, 0


def _is_note(row: Sequence[Cell]) -> bool:
    return _filled(row) == 1 and isinstance(row[0], str) and not is_empty(row[0])


def _nothing_at(row: Sequence[Cell], at: int) -> bool:
    return at >= len(row) or is_empty(row[at])


def _of_width(row: Sequence[Cell], width: int, *, exact: bool) -> tuple[Cell, ...] | None:
    """Give the row with as many cells as the heading; None where that would lose or invent some."""
    if len(row) > width and not all(is_empty(cell) for cell in row[width:]):
        return None
    if exact and len(row) < width:
        return None
    return tuple(row[:width]) + (None,) * (width - len(row))


#: Text tables of so many bytes are read the fast way where they are plain.
LONG = 200_000
#: Letters that tell how a text table is written.
LONG_HEAD = 4_000_000


def read_cells(
    path: str | Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    header_row: int | None = None,
) -> pd.DataFrame:
    r"""Read a table's cells as text, untouched.

    Parameters
    ----------
    path : path
        csv, tsv, txt, xlsx or parquet; text tables may be packed (``.csv.xz``, ``.csv.gz``).
    sheet, encoding, header_row : optional
        As in :func:`brandkit.sources.tables.cells.read_grid`.

    Returns
    -------
    DataFrame
        Every cell a str, an empty one ``""``. Headers as written: they may occur twice or be
        empty. The index is the row's place in the file, as an editor numbers it.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = file.write_text("code,name,name\n007,NA,\n", encoding="utf-8")
    >>> cells = read_cells(file)
    >>> list(cells.columns), cells.iloc[0].tolist(), cells.index.tolist()
    (['code', 'name', 'name'], ['007', 'NA', ''], ['line 2'])
    """
    file = Path(path)
    if is_packed(file) and ending(file) not in TEXT_ENDINGS:
        raise SchemaError(
            "only text tables may be packed", file=path, found=file.name, way_out="Unpack it."
        )
    if header_row is None and (is_packed(file) or _is_long_text(file)):
        cells = _text_cells(file, encoding)
        if cells is not None:
            return cells
    grid = read_grid(file, sheet=sheet, encoding=encoding, header_row=header_row)
    require_width(path, len(grid.header))
    rows = [[written(cell) for cell in row] for row in grid.rows]
    cells = pd.DataFrame(rows, columns=list(grid.header), index=list(grid.places), dtype="str")
    cells.attrs["notes"] = grid.notes
    return cells


def unique_headers(headers: list[str]) -> tuple[list[str], list[str]]:
    """Number the headers that occur again, name the empty ones by their place.

    Parameters
    ----------
    headers : list of str

    Returns
    -------
    names : list of str
    repeated : list of str
        The headers that occurred more than once.

    Examples
    --------
    >>> unique_headers(["id", "Q1", "Q1", ""])
    (['id', 'Q1', 'Q1 (2)', 'column 4'], ['Q1'])
    """
    names: list[str] = []
    used: set[str] = set()
    for at, header in enumerate(headers, 1):
        base = header or f"column {at}"
        name, number = base, 2
        while name in used or (name != header and name in headers):
            name, number = f"{base} ({number})", number + 1
        used.add(name)
        names.append(name)
    times = Counter(headers)
    return names, [header for header in times if header and times[header] > 1]


def _is_long_text(file: Path) -> bool:
    """Whether a file is a text table, and long enough that reading it with care takes a while."""
    if ending(file) not in TEXT_ENDINGS or not file.is_file() or file.stat().st_size < LONG:
        return False
    return file_form(file) == "text"


def _text_cells(file: Path, encoding: str | None) -> pd.DataFrame | None:
    """Read a plain text table fast; None where it is odd and must be read with care."""
    text, delimiter, skipped, notes = table_text(file, encoding=encoding)
    if '="' in text:
        return None  # zeros kept from a spreadsheet, as ="004"
    if '"' in text and '"' in _quoted_cell(delimiter).sub(r"\1", text):
        return None  # quotes within a cell are read differently by every program
    header = next(csv.reader(io.StringIO(_head(text), newline=""), delimiter=delimiter), [])
    names = [label_text(name) for name in header]
    if not any(names) or not names[-1]:
        return None
    require_width(file, len(names))
    columns = [str(at) for at in range(len(names))]
    lines = text.count("\n") + (not text.endswith("\n"))
    content = pyarrow.py_buffer(text.encode())
    del text  # a file is held once at a time, whatever its form
    try:
        table = pyarrow.csv.read_csv(
            pyarrow.BufferReader(content),
            read_options=pyarrow.csv.ReadOptions(use_threads=False, column_names=columns),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(columns, pyarrow.string()), strings_can_be_null=False
            ),
        )
    except pyarrow.ArrowInvalid:  # a row of another length: the careful reader says which
        return None
    kind = pd.StringDtype("pyarrow", na_value=np.nan)
    cells = table.slice(1).to_pandas(types_mapper=lambda _: kind)
    del table, content
    unit = "line" if lines == len(cells) + 1 else "row"
    cells.index = pd.Index([f"{unit} {at + skipped}" for at in range(2, len(cells) + 2)])
    filled = np.zeros(len(cells), dtype=bool)
    for name in columns:
        filled |= cells[name].str.strip().ne("").to_numpy(dtype=bool)
        if filled.all():
            break
    cells = cells if filled.all() else cells[filled]
    if cells.empty:
        return None
    named_cells: pd.DataFrame = cells.set_axis(names, axis=1)
    named_cells.attrs["notes"] = notes
    return named_cells


def _quoted_cell(delimiter: str) -> re.Pattern[str]:
    """Find cells that stand whole in quotes, with the sign before them."""
    mark = re.escape(delimiter)
    return re.compile(rf'(^|[{mark}\n\r])"(?:[^"]|"")*"(?=[{mark}\n\r]|\Z)')
