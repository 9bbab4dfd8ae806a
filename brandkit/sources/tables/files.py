"""What sources share about files: that they are there, packed ones, cells as text.

Cells stay the text they were written as: ``007`` stays ``007``, ``NA`` stays ``NA``, a header
that occurs twice occurs twice.
"""

from __future__ import annotations

import gzip
import lzma
import math
import re
import zlib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from brandkit.core.errors import MissingFileError, SchemaError, did_you_mean

#: Wider files are refused: they are exports of something else, or have lost their line breaks.
MOST_COLUMNS = 5_000
#: Packed files may grow to this many bytes, or to so many times what they are packed.
LEAST_BOUND, MOST_BYTES, MOST_GROWTH = 50_000_000, 2_000_000_000, 200

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
        is_special = file.exists()
        rule = "must be a file, not a pipe or a device" if is_special else "the file must exist"
        way_out = "Save it as a file." if is_special else "Check the spelling and the folder."
        raise MissingFileError(rule, file=path, way_out=way_out)
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
    most = min(MOST_BYTES, max(LEAST_BOUND, MOST_GROWTH * file.stat().st_size))
    content = _first_bytes(file, most + 1)
    if len(content) > most:
        raise SchemaError(
            f"a packed file of this size may hold {most:,} bytes; this one holds more",
            file=path,
            way_out="Unpack it first, or cut it into several files.",
        )
    return content


def _first_bytes(file: Path, n: int) -> bytes:
    """Give the first bytes, unpacked; unpacking ends there."""
    opener: Any = {".gz": gzip.open, ".xz": lzma.open}.get(file.suffix.lower(), open)
    try:
        with opener(file, "rb") as stream:
            return bytes(stream.read(n))
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise SchemaError(
            "the packed file must be whole", file=file, way_out="Copy or download it again."
        ) from error


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
            f"a table may have {MOST_COLUMNS:,} columns",
            file=path,
            found=columns,
            way_out="Leave out the columns that are not needed, or turn rows and columns round.",
        )


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


Form = Literal["text", "xlsx", "parquet"]

TEXT_ENDINGS = (".csv", ".tsv", ".txt")
ENDINGS = (*TEXT_ENDINGS, ".xlsx", ".xlsm", ".parquet")
#: What a file's first bytes say it is, where that is not a table brandkit reads.
_OTHER_FORMS = (
    (b"%PDF", "a PDF document", "Export the table itself as .xlsx or .csv."),
    (b"\xd0\xcf\x11\xe0", "an old or password-locked Excel file",
     "Open it in Excel and save it as .xlsx without a password."),
    (b"$FL2", "an SPSS file", "Name it under [survey] source, with the ending .sav."),
    (b"$FL3", "an SPSS file", "Name it under [survey] source, with the ending .sav."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it first."),
    (b"\x89PNG", "a picture", "Export the table itself as .xlsx or .csv."),
    (b"\xff\xd8\xff", "a picture", "Export the table itself as .xlsx or .csv."),
    (b"{\\rtf", "a word processor's document", "Export the table itself as .xlsx or .csv."),
    (b"SQLite format 3", "a database", "Export the table itself as .xlsx or .csv."),
)  # fmt: skip


def file_form(path: Path) -> Form:
    """Say what a table file is by its ending and its first bytes, which must agree.

    Parameters
    ----------
    path : Path
        May be packed.

    Returns
    -------
    "text" | "xlsx" | "parquet"

    Raises
    ------
    SchemaError
        The file is missing, empty, or something else than its ending says.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "image.csv"
    >>> _ = file.write_bytes(b"bank,modern")
    >>> file_form(file)
    'text'
    """
    if not path.exists():
        near = did_you_mean(path.name, _beside(path))
        raise MissingFileError("the file is not there", file=path, way_out=near.strip() or None)
    if path.is_dir():
        raise SchemaError("must be a file, not a folder", file=path, way_out="Name a file in it.")
    if not path.is_file():
        raise SchemaError(
            "must be a file, not a pipe or a device", file=path, way_out="Save it as a file."
        )
    first = _first_bytes(path, 512)
    suffix = ending(path)
    if not first.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise SchemaError("the file is empty", file=path, way_out="Export the table again.")
    for magic, name, way_out in _OTHER_FORMS:
        if first.startswith(magic):
            raise SchemaError(f"the file is {name}, not a table", file=path, way_out=way_out)
    if re.match(rb"\s*<(!doctype|html|\?xml|table)", first, re.IGNORECASE):
        raise SchemaError(
            "the file is a web page, not a table",
            file=path,
            way_out="Open it in a spreadsheet and save it as .xlsx or .csv.",
        )
    is_: Form = "xlsx" if first[:2] == b"PK" else "parquet" if first[:4] == b"PAR1" else "text"
    expected = "text" if suffix in TEXT_ENDINGS else suffix.strip(".").replace("xlsm", "xlsx")
    if suffix not in ENDINGS:
        raise SchemaError(
            f"the ending must be one of {', '.join(ENDINGS)}",
            file=path,
            found=suffix,
            way_out="Save the table in one of these forms.",
        )
    if is_ != expected:
        what = {
            "xlsx": "an Excel workbook (or another zip archive)",
            "parquet": "a Parquet file",
            "text": "plain text or unknown bytes",
        }[is_]
        raise SchemaError(
            f"the file is {what}, not what its ending {suffix} says",
            file=path,
            way_out="Give it its true ending, or export it again.",
        )
    return is_


def _beside(path: Path) -> list[str]:
    folder = path.parent
    return [file.name for file in folder.iterdir()] if folder.is_dir() else []
