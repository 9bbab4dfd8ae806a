"""The errors a user can meet.

Every error says four things: which argument or file, the rule, what was found, the way out.
All of them are a :class:`BrandkitError`, so that the command line can print them without a
traceback, and a builtin, so that code that knows nothing of brandkit can catch them.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class BrandkitError(Exception):
    """Any error that brandkit raises on purpose."""


class InputError(BrandkitError, ValueError):
    """An argument breaks its rule."""


class MissingColumnsError(InputError):
    """Columns were asked for that the table does not have."""


class ScaleError(InputError):
    """A value lies outside its documented range."""


class NotEnoughDataError(InputError):
    """Too few rows, brands or answers for what was asked."""


class NotConvergedError(BrandkitError, RuntimeError):
    """An iteration did not settle."""


class ReportError(BrandkitError, RuntimeError):
    """A report ran and failed its purpose: a cell failed, or the audit found something."""


class SchemaError(BrandkitError, ValueError):
    """A file breaks the form it should have.

    Parameters
    ----------
    rule : str
        What must hold, as a clause or a sentence.
    file : path or str
        The file at fault. Only its name as given is shown.
    place : str, optional
        Where in the file: ``"row 12, column 'fee'"``, ``"[survey] weight"``.
    found : object, optional
        What stands there instead; shown shortened.
    way_out : str, optional
        What the user can do, as a sentence.

    Examples
    --------
    >>> print(SchemaError("counts must be numbers >= 0", file="image.csv",
    ...     place="row 3, column 'modern'", found="n/a", way_out="Write 0 or leave it empty."))
    image.csv, row 3, column 'modern': counts must be numbers >= 0; found 'n/a'. Write 0 or
    leave it empty.
    """

    def __init__(
        self,
        rule: str,
        *,
        file: str | Path,
        place: str | None = None,
        found: object = None,
        way_out: str | None = None,
    ) -> None:
        self.rule, self.file, self.place = rule, Path(file), place
        self.found, self.way_out = found, way_out
        where = f"{file}, {place}" if place else f"{file}"
        said = f"{where}: {rule.rstrip('.')}"
        if found is not None:
            said += f"; found {shown(found)}"
        said += "."
        if way_out:
            said += f" {way_out}"
        super().__init__(said)


class MissingFileError(SchemaError, FileNotFoundError):
    """A file or folder that was named is not there."""

    def __str__(self) -> str:
        return str(self.args[0])


class Words(str):
    """A finding told in words: error texts show it as it stands, not as a quotation.

    Examples
    --------
    >>> print(shown(Words("an empty cell")), shown("n/a"))
    an empty cell 'n/a'
    """

    __slots__ = ()


class BrandkitWarning(UserWarning):
    """Something a reader must know that does not stop the work."""


def shown(value: object, *, most: int = 5, width: int = 60) -> str:
    """Write a found value for an error text: at most five items, long text cut."""
    if isinstance(value, Words):
        return str(value)
    if isinstance(value, str):
        return repr(value if len(value) <= width else value[: width - 1] + "…")
    if isinstance(value, Iterable) and not isinstance(value, (bytes, Path)):
        items = list(value)
        rest = f" and {len(items) - most} more" if len(items) > most else ""
        return "[" + ", ".join(shown(item) for item in items[:most]) + "]" + rest
    return str(value)


def did_you_mean(name: str, options: Iterable[str]) -> str:
    """Give the nearest allowed name as a question, or nothing where none is near."""
    near = get_close_matches(name, list(options), n=1, cutoff=0.6)
    return f" Did you mean {near[0]!r}?" if near else ""
