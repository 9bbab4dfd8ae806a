"""A table file as a frame of text: for sources whose every cell must stay as it was written."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
import pyarrow.csv

from brandkit.core.errors import SchemaError
from brandkit.sources.file_form import TEXT_ENDINGS, file_form
from brandkit.sources.files import ending, is_packed, require_width, written
from brandkit.sources.grid import label_text, read_grid, table_text

#: Text tables of so many bytes are read the fast way where they are plain.
LONG = 200_000


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
    if is_packed(file) and ending(file) not in TEXT_ENDINGS:
        raise SchemaError(
            "only text tables may be packed", file=path, found=file.name, way_out="Unpack it."
        )
    if is_packed(file) or _is_long_text(file):
        cells = _text_cells(file, encoding)
        if cells is not None:
            return cells
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


def _is_long_text(file: Path) -> bool:
    """Whether a file is a text table, and long enough that reading it with care takes a while."""
    if ending(file) not in TEXT_ENDINGS or not file.is_file() or file.stat().st_size < LONG:
        return False
    return file_form(file) == "text"


def _text_cells(file: Path, encoding: str | None) -> pd.DataFrame | None:
    """Read a plain text table fast; None where it is odd and must be read with care."""
    text, delimiter, skipped = table_text(file, encoding=encoding)
    if '="' in text:
        return None  # zeros kept from a spreadsheet, as ="004"
    if '"' in text and '"' in _quoted_cell(delimiter).sub(r"\1", text):
        return None  # quotes within a cell are read differently by every program
    header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    names = [label_text(name) for name in header]
    if not any(names) or not names[-1]:
        return None
    require_width(file, len(names))
    columns = [str(at) for at in range(len(names))]
    try:
        table = pyarrow.csv.read_csv(
            io.BytesIO(text.encode()),
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
    lines = text.count("\n") + (not text.endswith("\n"))
    unit = "line" if lines == len(cells) + 1 else "row"
    cells.index = pd.Index([f"{unit} {at + skipped}" for at in range(2, len(cells) + 2)])
    cells = cells[cells.apply(lambda column: column.str.strip().ne("")).any(axis=1)]
    return None if cells.empty else cells.set_axis(names, axis=1)


def _quoted_cell(delimiter: str) -> re.Pattern[str]:
    """Find cells that stand whole in quotes, with the sign before them."""
    mark = re.escape(delimiter)
    return re.compile(rf'(^|[{mark}\n\r])"(?:[^"]|"")*"(?=[{mark}\n\r]|\Z)')
