"""A table file as a frame of text: for sources whose every cell must stay as it was written."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pandas as pd

from brandkit.core.errors import SchemaError
from brandkit.sources.files import ending, is_packed, require_width, unpacked, written
from brandkit.sources.grid import read_grid

_DELIMITERS = {".csv": ",", ".tsv": "\t"}


def read_cells(
    path: str | Path, *, sheet: str | None = None, encoding: str | None = None
) -> pd.DataFrame:
    r"""Read a table's cells as text, untouched.

    Parameters
    ----------
    path : path
        csv, tsv, txt, xlsx or parquet; text tables may be packed (``.csv.xz``, ``.csv.gz``).
    sheet, encoding : str, optional
        As in :func:`brandkit.sources.grid.read_grid`.

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
    if is_packed(file):
        return _packed_cells(file, encoding or "utf-8-sig")
    grid = read_grid(file, sheet=sheet, encoding=encoding)
    require_width(path, len(grid.header))
    rows = [[written(cell) for cell in row] for row in grid.rows]
    return pd.DataFrame(rows, columns=list(grid.header), index=list(grid.places), dtype="str")


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


def _packed_cells(file: Path, encoding: str) -> pd.DataFrame:
    if ending(file) not in _DELIMITERS:
        raise SchemaError(
            "only .csv and .tsv may be packed", file=file, found=file.name, way_out="Unpack it."
        )
    content = unpacked(file)
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SchemaError(
            f"the text must be {encoding.upper().removesuffix('-SIG')}", file=file,
            place=f"line {line}", found=f"byte 0x{content[error.start]:02x}",
            way_out="Unpack it and save it as CSV UTF-8, or name its encoding.",
        ) from None  # fmt: skip
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_DELIMITERS[ending(file)])
    rows = [(reader.line_num, row) for row in reader if any(row)]
    if len(rows) < 2:
        raise SchemaError("the table must have a heading and rows", file=file,
                          way_out="Export it again.")  # fmt: skip
    header = [name.strip() for name in rows[0][1]]
    require_width(file, len(header))
    for line, row in rows[1:]:
        if len(row) != len(header):
            raise SchemaError(
                f"every row must have as many cells as the heading, {len(header)}", file=file,
                place=f"line {line}", found=f"{len(row)} cells",
                way_out="Quote cells that hold the delimiter.",
            )  # fmt: skip
    places = [f"line {line}" for line, _ in rows[1:]]
    return pd.DataFrame([row for _, row in rows[1:]], columns=header, index=places, dtype="str")
