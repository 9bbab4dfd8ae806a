"""The errors a user can meet, the checks that raise them, and the door for frames.

Every error says four things: which argument or file, the rule, what was found, the way out.
All of them are a :class:`BrandkitError`, so that the command line can print them without a
traceback, and a builtin, so that code that knows nothing of brandkit can catch them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the command line answers --help without them
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray


#: Numbers beyond it are no measurements, and their fourth powers no numbers; nor is one over it.
LARGEST = 1e60


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


def shown(value: object, *, most: int = 5, width: int = 60, depth: int = 3) -> str:
    """Write a found value for an error text: at most five items, long text and deep lists cut."""
    if isinstance(value, Words):
        return str(value)
    if isinstance(value, str):
        return repr(value if len(value) <= width else value[: width - 1] + "…")
    if isinstance(value, Iterable) and not isinstance(value, (bytes, Path)):
        if depth == 0:
            return "[…]"
        items = list(value)
        rest = f" and {len(items) - most} more" if len(items) > most else ""
        return "[" + ", ".join(shown(item, depth=depth - 1) for item in items[:most]) + "]" + rest
    return str(value)


def did_you_mean(name: str, options: Iterable[str]) -> str:
    """Give the nearest allowed name as a question, or nothing where none is near."""
    near = get_close_matches(name, list(options), n=1, cutoff=0.6)
    return f" Did you mean {near[0]!r}?" if near else ""


def check_option(argument: str, value: str, allowed: Sequence[str]) -> None:
    """Refuse a word that is not one of the allowed ones."""
    if value not in allowed:
        options = ", ".join(repr(option) for option in allowed)
        raise InputError(
            f"`{argument}` must be one of {options}; found {shown(value)}."
            f"{did_you_mean(str(value), allowed)}"
        )


def check_known(argument: str, asked: object, known: Sequence[str], *, rule: str) -> None:
    """Refuse a name, or names, that are not known, with the nearest that are."""
    names = asked if isinstance(asked, (list, tuple)) else [asked]
    unknown = [str(name) for name in names if name not in known]
    if unknown:
        found = unknown if names is asked else unknown[0]
        others = f" It has {shown(known, most=12)}."
        raise InputError(
            f"`{argument}` must {rule}; found {shown(found)}."
            f"{did_you_mean(unknown[0], known) or others}"
        )


def check_whole_number(argument: str, value: int, *, low: int, high: int | None = None) -> None:
    """Refuse what is not a whole number within its limits."""
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    if is_whole and value >= low and (high is None or value <= high):
        return
    rule = f"at least {low}" if high is None else f"between {low} and {high}"
    raise InputError(f"`{argument}` must be a whole number {rule}; found {shown(value)}.")


def check_level(level: float, *, argument: str = "level") -> None:
    """Refuse a coverage that is not strictly between 0 and 1."""
    if not 0 < level < 1:
        raise ScaleError(f"`{argument}` must lie between 0 and 1; found {level}. Write 0.95.")


def require_frame(argument: str, value: object) -> None:
    """Refuse what is not a DataFrame."""
    import pandas as pd

    if not isinstance(value, pd.DataFrame):
        raise TypeError(f"`{argument}` must be a pandas DataFrame; found {type(value).__name__}.")


def require_kind(argument: str, value: object, kinds: Any, *, what: str) -> None:
    """Refuse what is of none of the types; ``what`` says in words which are meant."""
    if not isinstance(value, kinds):
        raise TypeError(f"`{argument}` must be {what}; found {type(value).__name__}.")


def require_columns(frame: pd.DataFrame, names: Iterable[str], *, argument: str) -> None:
    """Refuse names that are not columns of the frame, with the nearest that are."""
    asked = list(names)
    missing = [name for name in asked if name not in frame.columns]
    if missing:
        have = [str(name) for name in frame.columns]
        hint = did_you_mean(str(missing[0]), have)
        raise MissingColumnsError(
            f"`{argument}` names columns that are not in the table: {shown(missing)}. "
            f"It has {shown(have, most=12)}.{hint}"
        )


def require_unique(argument: str, labels: Sequence[str], *, what: str) -> None:
    """Refuse labels that occur more than once."""
    import pandas as pd

    index = pd.Index(labels)
    twice = list(index[index.duplicated()].unique())
    if twice:
        raise InputError(
            f"`{argument}` must name each {what} once; found {shown(twice)} more than once. "
            "Add their rows up, or give them different names."
        )


def numeric_matrix(
    argument: str, frame: pd.DataFrame, *, allow_missing: bool = False
) -> NDArray[np.float64]:
    """Give the frame's numbers as floats, or say which cell is no number."""
    import numpy as np
    import pandas as pd

    values = np.empty(frame.shape)
    for at, column in enumerate(frame.columns):
        cells = numbers = frame.iloc[:, at]
        if not pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells):
            numbers = pd.to_numeric(cells, errors="coerce")
            bad = cells[numbers.isna() & cells.notna()]
            if len(bad) or pd.api.types.is_bool_dtype(cells):
                found = bad.iloc[0] if len(bad) else cells.iloc[0]
                row = bad.index[0] if len(bad) else cells.index[0]
                raise InputError(
                    f"`{argument}` must hold numbers only; found {shown(found)} "
                    f"in row {shown(row)}, column {shown(column)}. Remove the text or the column."
                )
        values[:, at] = numbers.to_numpy(dtype=float, na_value=np.nan)
    values[np.abs(values) < 1 / LARGEST] = 0.0
    bad_cell = ~(np.abs(values) <= LARGEST)
    if allow_missing:
        bad_cell &= ~np.isnan(values)
    if bad_cell.any():
        row_at, column_at = (int(at[0]) for at in np.nonzero(bad_cell))
        rule = "numbers up to 1e60" if np.isfinite(values[row_at, column_at]) else "finite numbers"
        raise InputError(
            f"`{argument}` must hold {rule}; found {values[row_at, column_at]} in row "
            f"{shown(frame.index[row_at])}, column {shown(frame.columns[column_at])}. "
            "Fill the cell, or leave its row or column out."
        )
    return values


def frame_of(argument: str, value: Any, *, named: bool = True) -> pd.DataFrame:
    """Give a frame as pandas has it, with columns that can be named and cells that are values.

    Parameters
    ----------
    argument : str
        What the caller calls it, for the error.
    value : DataFrame
        Of pandas, polars (lazy too) or pyarrow.
    named : bool
        Whether columns must have text for names; a table of brands by attributes need not.

    Returns
    -------
    DataFrame
        The same object where it was pandas' and needs no change. Nullable and Arrow columns of
        numbers become NumPy's, with NaN where they were missing.

    Raises
    ------
    TypeError
        It is no frame.
    InputError
        A column stands twice, has several levels or no text for a name, or holds lists, mappings
        or complex numbers.

    Examples
    --------
    >>> import pyarrow as pa
    >>> frame_of("data", pa.table({"sat": [8, None]}))["sat"].tolist()
    [8.0, nan]
    """
    import pandas as pd

    frame = value if isinstance(value, pd.DataFrame) else _as_pandas(argument, value)
    _check_names(argument, frame, named=named)
    changed = {}
    for at, (name, cells) in enumerate(frame.items()):
        new = _plain(argument, str(name), cells)
        if new is not cells:
            changed[at] = new
    if changed:
        frame = frame.copy(deep=False)
        for at, new in changed.items():
            frame.isetitem(at, new.array)
    return frame


def _as_pandas(argument: str, value: Any) -> pd.DataFrame:
    import narwhals as nw

    native = nw.from_native(value, pass_through=True)
    if isinstance(native, nw.LazyFrame):
        native = native.collect()
    if isinstance(native, nw.DataFrame):
        return native.to_pandas()
    raise TypeError(
        f"`{argument}` must be a DataFrame of pandas, polars or pyarrow; found "
        f"{type(value).__name__}."
    )


def _check_text(argument: str, values: Iterable[object]) -> None:
    """Refuse halves of pairs, which no file and no page can hold."""
    for one in values:
        if isinstance(one, str) and any("\ud800" <= letter <= "\udfff" for letter in one):
            raise InputError(
                f"`{argument}` must hold text that can be written; found half of a pair of "
                f"surrogates in {one[:40]!a}. Read the file again with its own encoding."
            )


def _check_names(argument: str, frame: pd.DataFrame, *, named: bool) -> None:
    _check_text(argument, [*frame.columns, *(frame.index if frame.index.dtype == "O" else ())])
    if frame.columns.nlevels > 1:
        raise InputError(
            f"`{argument}` must have one name a column; found {frame.columns.nlevels} levels. "
            "Join them: frame.columns = [' '.join(map(str, name)) for name in frame.columns]."
        )
    odd = [name for name in frame.columns if not isinstance(name, str)]
    if named and odd:
        raise InputError(
            f"`{argument}` must have text for the names of columns; found {shown(odd)}. Write "
            "frame.rename(columns=str)."
        )
    if not named:
        return
    twice = list(frame.columns[frame.columns.duplicated()].unique())
    if twice:
        raise InputError(
            f"`{argument}` must have each column once; found {shown(twice)} more than once. Drop "
            "or rename one of them."
        )


def _plain(argument: str, name: str, cells: pd.Series[Any]) -> pd.Series[Any]:
    """Give a column NumPy's type where it has a nullable or Arrow one, and refuse odd cells."""
    import pandas as pd

    kind = cells.dtype
    if getattr(kind, "kind", "") == "c":
        raise InputError(
            f"`{argument}` must hold real numbers; column {shown(name)} holds complex ones. Take "
            "their real part."
        )
    is_object = pd.api.types.is_object_dtype(kind)
    held = pd.api.types.infer_dtype(cells, skipna=True) if is_object else ""
    if held == "complex" or (
        held.startswith("mixed") and cells.map(lambda one: isinstance(one, complex)).any()
    ):
        raise InputError(
            f"`{argument}` must hold real numbers; column {shown(name)} holds complex ones. Take "
            "their real part."
        )
    if held == "string" or held.startswith("mixed"):
        _check_text(argument, cells)
    if held.startswith("mixed"):
        listed = cells.map(pd.api.types.is_list_like)
        if listed.any():
            row = cells.index[int(listed.to_numpy().argmax())]
            raise InputError(
                f"`{argument}` must hold one value a cell; column {shown(name)} holds "
                f"{type(cells[listed].iloc[0]).__name__}s, first in row {shown(row)}. Make them "
                "columns of their own, one a value."
            )
    if isinstance(kind, pd.api.extensions.ExtensionDtype) and pd.api.types.is_numeric_dtype(kind):
        return cells.astype(float) if cells.isna().any() else cells.astype(_numpy_type(kind))
    return cells


def _numpy_type(kind: Any) -> Any:
    import pandas as pd

    if pd.api.types.is_bool_dtype(kind):
        return bool
    return "int64" if pd.api.types.is_integer_dtype(kind) else float
