"""What sources share about files: that they are there, packed ones, cells as text.

:mod:`brandkit.sources.grid` reads tables; this stands around it for sources whose files may be
packed or wide, and that want every cell as the text it was written as: ``007`` stays ``007``,
``NA`` stays ``NA``, a header that occurs twice occurs twice.
"""

from __future__ import annotations

import gzip
import lzma
import math
import re
from datetime import date, datetime, time
from pathlib import Path

import pandas as pd

from brandkit.core.errors import MissingFileError, SchemaError

#: Wider files are refused: they are exports of something else, or have lost their line breaks.
MOST_COLUMNS = 5_000
#: Packed files may not grow beyond this many bytes.
MOST_BYTES = 2_000_000_000

PACKED = (".gz", ".xz")

_FORMULA = re.compile(r'\s*="([^"]*)"\s*')


def require_file(path: str | Path) -> Path:
    """Refuse a path that is no file, or a file without content.

    Parameters
    ----------
    path : path

    Returns
    -------
    Path

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.txt"
    >>> _ = file.write_bytes(b"brand")
    >>> require_file(file).name
    'a.txt'
    """
    file = Path(path)
    if file.is_dir():
        raise MissingFileError(
            "a file was expected, and this is a folder", file=path, way_out="Name a file in it."
        )
    if not file.is_file():
        raise MissingFileError(
            "the file must exist", file=path, way_out="Check the spelling and the folder."
        )
    if file.stat().st_size == 0:
        raise SchemaError("the file must not be empty", file=path, way_out="Export it again.")
    return file


def ending(path: str | Path) -> str:
    """Give the ending that tells the form, in small letters: of ``a.csv.xz`` it is ``.csv``.

    Parameters
    ----------
    path : path

    Returns
    -------
    str

    Examples
    --------
    >>> ending("branches.csv.xz"), ending("Survey.SAV"), ending("README")
    ('.csv', '.sav', '')
    """
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    if suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def is_packed(path: str | Path) -> bool:
    """Say whether the name ends in ``.gz`` or ``.xz``.

    Examples
    --------
    >>> is_packed("a.csv.xz"), is_packed("a.csv")
    (True, False)
    """
    return Path(path).suffix.lower() in PACKED


def unpacked(path: str | Path) -> bytes:
    """Give a file's bytes, unpacked where its name ends in ``.gz`` or ``.xz``.

    Parameters
    ----------
    path : path

    Returns
    -------
    bytes

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.txt.gz"
    >>> _ = file.write_bytes(gzip.compress(b"brand"))
    >>> unpacked(file)
    b'brand'
    """
    file = require_file(path)
    if not is_packed(file):
        return file.read_bytes()
    opener = gzip.open if file.suffix.lower() == ".gz" else lzma.open
    try:
        with opener(file, "rb") as stream:
            content = bytes(stream.read(MOST_BYTES + 1))
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise SchemaError(
            "the packed file must be whole", file=path, way_out="Copy or download it again."
        ) from error
    if len(content) > MOST_BYTES:
        raise SchemaError(
            f"a packed file may hold {MOST_BYTES:,} bytes; this one holds more", file=path,
            way_out="Cut it into several files.",
        )  # fmt: skip
    return content


def plain_cell(cell: str) -> str:
    """Take a cell out of the form ``="004"``, in which programs keep zeros from spreadsheets.

    Parameters
    ----------
    cell : str

    Returns
    -------
    str

    Examples
    --------
    >>> plain_cell('="004"'), plain_cell("004"), plain_cell("=A1")
    ('004', '004', '=A1')
    """
    said = _FORMULA.fullmatch(cell)
    return said[1] if said else cell


def require_width(path: str | Path, columns: int) -> None:
    """Refuse a file with more columns than any table of its kind has.

    Examples
    --------
    >>> require_width("wide.csv", 500)
    """
    if columns > MOST_COLUMNS:
        raise SchemaError(
            f"a table may have {MOST_COLUMNS:,} columns", file=path, found=columns,
            way_out="Leave out the columns that are not needed, or turn rows and columns round.",
        )  # fmt: skip


def written(value: object) -> str:
    """Write a typed cell as text: whole numbers without a point, dates as 2026-03-01.

    Parameters
    ----------
    value : object
        What a workbook or a Parquet file holds; None and NaN become an empty text.

    Returns
    -------
    str

    Examples
    --------
    >>> written(3.0), written(None), written(True), written(datetime(2026, 3, 1))
    ('3', '', 'TRUE', '2026-03-01')
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(float(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return str(value)
