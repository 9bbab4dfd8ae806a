"""What form a table file has, by its name and by its first bytes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from brandkit.core.errors import MissingFileError, SchemaError, did_you_mean
from brandkit.sources.files import ending as ending_of
from brandkit.sources.files import is_packed, unpacked

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
    ending = ending_of(path)
    if is_packed(path):
        first = unpacked(path)[:512]
    else:
        with path.open("rb") as stream:
            first = stream.read(512)
    if not first.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise SchemaError("the file is empty", file=path, way_out="Export the table again.")
    for magic, name, way_out in _OTHER_FORMS:
        if first.startswith(magic):
            raise SchemaError(f"the file is {name}, not a table", file=path, way_out=way_out)
    if re.match(rb"\s*<(!doctype|html|\?xml|table)", first, re.IGNORECASE):
        raise SchemaError(
            "the file is a web page, not a table", file=path,
            way_out="Open it in a spreadsheet and save it as .xlsx or .csv.",
        )  # fmt: skip
    is_: Form = "xlsx" if first[:2] == b"PK" else "parquet" if first[:4] == b"PAR1" else "text"
    expected = "text" if ending in TEXT_ENDINGS else ending.strip(".").replace("xlsm", "xlsx")
    if ending not in ENDINGS:
        raise SchemaError(
            f"the ending must be one of {', '.join(ENDINGS)}", file=path, found=ending,
            way_out="Save the table in one of these forms.",
        )  # fmt: skip
    if is_ != expected:
        what = {"xlsx": "an Excel workbook (or another zip archive)", "parquet": "a Parquet file",
                "text": "plain text or unknown bytes"}[is_]  # fmt: skip
        raise SchemaError(
            f"the file is {what}, not what its ending {ending} says", file=path,
            way_out="Give it its true ending, or export it again.",
        )  # fmt: skip
    return is_


def _beside(path: Path) -> list[str]:
    folder = path.parent
    return [file.name for file in folder.iterdir()] if folder.is_dir() else []
