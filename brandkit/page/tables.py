"""From a frame to the cells of a table: numbers stay numbers, their text stands beside them.

A column is written by its kind in :mod:`brandkit.core.labels`. An interval becomes one column,
small bases are marked, and values on too few people are held back.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    check_whole_number,
    require_frame,
    require_unique,
    shown,
)
from brandkit.core.labels import COLUMNS, FORMATS, Kind
from brandkit.core.linalg import Floats
from brandkit.core.message import NO_VALUE, Message, formatted
from brandkit.language import column_label, current_language, date_text, translate
from brandkit.page.texts import Text, language_of, text_of

#: Kinds that are read, not compared by their digits.
TEXTUAL = ("text", "flag", "date")

Cell = float | int | str | bool | list[float | None] | None


def cell_values(frame: pd.DataFrame, names: Sequence[str]) -> list[Cell]:
    """Give the values of a column, or of both ends of an interval, as JSON can hold them.

    Parameters
    ----------
    frame : DataFrame
    names : sequence of str
        One column, or two.

    Returns
    -------
    list
        Missing and infinite numbers are None.

    Examples
    --------
    >>> cell_values(pd.DataFrame({"share": [0.5, float("nan")]}), ["share"])
    [0.5, None]
    """
    if len(names) == 1:
        return [_plain(value) for value in frame[names[0]]]
    ends = [[_number(value) for value in frame[name]] for name in names]
    return [list(pair) for pair in zip(*ends, strict=True)]


def cell_texts(frame: pd.DataFrame, names: Sequence[str], kind: Kind) -> list[str]:
    """Write the same values for readers, in the language in use.

    Parameters
    ----------
    frame : DataFrame
    names : sequence of str
        One column, or two.
    kind : str
        A kind of :mod:`brandkit.core.labels`.

    Returns
    -------
    list of str

    Examples
    --------
    >>> ends = pd.DataFrame({"low": [0.41, -0.2], "high": [0.52, 0.1]})
    >>> cell_texts(ends, ["low"], "share"), cell_texts(ends, ["low", "high"], "number")
    (['41%', '−20%'], ['0.410 to 0.520', '−0.200 to 0.100'])
    """
    if kind in TEXTUAL:
        return [_worded(value, kind) for value in frame[names[0]]]
    numbers = frame[list(names)].astype(float).to_numpy(dtype=float, na_value=np.nan)
    form = _number_form(numbers) if kind == "number" else FORMATS[kind]
    if len(names) == 1:
        return [formatted(float(value), form) for value in numbers[:, 0]]
    # "−3–+15" cannot be read: a column with signs says "to"
    has_signs = kind in ("signed", "points") or bool((numbers < 0).any())
    return [_interval(low, high, form, has_signs=has_signs) for low, high in numbers.tolist()]


def text_width(text: str) -> int:
    """Give a text's width in Latin letters; a Chinese character takes two.

    Examples
    --------
    >>> text_width("A 銀行")
    6
    """
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _plain(value: Any) -> Cell:
    """Give a value that JSON can hold."""
    if isinstance(value, Message):
        return translate(value)
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return _number(value)
    if isinstance(value, (datetime, pd.Timestamp)):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: Any) -> float | None:
    number = float(value) if not pd.isna(value) else math.nan
    return number if math.isfinite(number) else None


def _interval(low: float, high: float, form: str, *, has_signs: bool) -> str:
    if math.isnan(low) and math.isnan(high):
        return NO_VALUE
    ends = {"low": formatted(low, form), "high": formatted(high, form)}
    written = Message("{low} to {high}", ends) if has_signs else Message("{low}–{high}", ends)
    return translate(written)


def _number_form(numbers: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    """Choose one number of decimals for a column, so that its digits stand below each other."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    largest = float(finite.max()) if finite.size else 0.0
    if finite.size and (finite == np.round(finite)).all():
        return "count"
    if largest >= 100:
        return "count"
    return "decimal1" if largest >= 10 else "decimal2" if largest >= 1 else "decimal3"


def _worded(value: Any, kind: Kind) -> str:
    if isinstance(value, Message):
        return translate(value)
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return NO_VALUE
    if kind == "flag":
        return translate(Message("yes") if bool(value) else Message("no"))
    if isinstance(value, (datetime, pd.Timestamp)):
        return date_text(value.date())
    return date_text(value) if isinstance(value, date) else str(value)


@dataclass(frozen=True)
class Bases:
    """Two limits on the number of people behind a value.

    Parameters
    ----------
    minimum : int
        Smaller bases are marked.
    suppress : int
        Values on smaller bases are not shown at all.
    """

    minimum: int = 30
    suppress: int = 10


_USUAL = Bases()
_current: ContextVar[Bases] = ContextVar("bases", default=_USUAL)


def use_bases(*, minimum: int = 30, suppress: int = 10) -> None:
    """Choose from which base on values are shown, and shown without a mark.

    Exported reports take both from ``[report]`` in study.toml.

    Parameters
    ----------
    minimum : int
        Bases below it are marked, >= ``suppress``.
    suppress : int
        Values on bases below it are held back, >= 1.

    Raises
    ------
    InputError
        If a limit is below 1, or ``suppress`` exceeds ``minimum``.

    Examples
    --------
    >>> use_bases(minimum=30, suppress=10)
    """
    check_whole_number("suppress", suppress, low=1)
    check_whole_number("minimum", minimum, low=1)
    if suppress > minimum:
        raise InputError(
            f"`suppress` must be at most `minimum`; found {suppress} and {minimum}. "
            "Mark more bases than you hold back."
        )
    _current.set(Bases(minimum, suppress))


def current_bases() -> Bases:
    """Give the limits in use.

    Examples
    --------
    >>> current_bases()
    Bases(minimum=30, suppress=10)
    """
    return _current.get()


LOW_MARK = "▵"

#: Text up to this width, in Latin letters, is a name and stays on one line.
NAME_WIDTH = 28

_INTERVAL = ("ci_low", "ci_high")


@dataclass(frozen=True)
class TableColumn:
    """One column as a reader sees it.

    Parameters
    ----------
    names : tuple of str
        The frame's columns it stands for: one, or both ends of an interval.
    head : Text
    kind : str
        A kind of :mod:`brandkit.core.labels`.
    is_header : bool
        Its cells name the rows.
    is_long : bool
        Its cells hold sentences, which may break over lines; names never do.
    counts_people : bool
        It is the number of people behind each row.
    """

    names: tuple[str, ...]
    head: Text
    kind: Kind
    is_header: bool = False
    is_long: bool = False
    counts_people: bool = False

    @property
    def is_text(self) -> bool:
        """Whether cells begin at the left."""
        return self.kind in TEXTUAL


@dataclass(frozen=True)
class TableRow:
    """One row: what it holds, and how that is written.

    Parameters
    ----------
    values : tuple
        Numbers as numbers, missing or held back as None; for an interval both ends.
    texts : tuple of str
    is_focus : bool
        The row of the bank the report is for.
    mark : str
        ``"low"`` where the base is small, ``"held back"`` where nothing is shown, else empty.
    """

    values: tuple[Cell, ...]
    texts: tuple[str, ...]
    is_focus: bool = False
    mark: str = ""


@dataclass(frozen=True)
class TableCells:
    """A whole table, ready to be shown and still to be computed with.

    Parameters
    ----------
    columns : tuple of TableColumn
    rows : tuple of TableRow
    notes : tuple of Text
        What the marks in it mean.
    """

    columns: tuple[TableColumn, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[Text, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """Give what the block's JSON holds."""
        language = current_language()
        return {
            "columns": [
                {
                    **vars(one),
                    "names": list(one.names),
                    "head": one.head.to_json(),
                    "is_text": one.is_text,
                }
                for one in self.columns
            ],
            "rows": [
                {
                    **vars(row),
                    "values": list(row.values),
                    "texts": list(row.texts),
                    "langs": [language_of(text, language) for text in row.texts],
                }
                for row in self.rows
            ],
            "notes": [note.to_json() for note in self.notes],
        }


def table_cells(
    frame: pd.DataFrame,
    *,
    focus: str | None = None,
    kinds: Kind | Mapping[str, Kind] | None = None,
    heads: Mapping[str, Message | str] | None = None,
    of_people: bool = True,
) -> TableCells:
    """Write the cells of a frame.

    Parameters
    ----------
    frame : DataFrame
        A named index becomes the first columns. The first column names the rows where it is text.
    focus : str, optional
        The row whose name it is stands out.
    kinds : str or mapping, optional
        The kind of all columns that the dictionary of columns does not know, or of those named.
    heads : mapping, optional
        Column to heading, where the dictionary's heading is not the one.
    of_people : bool
        Column ``n`` counts people: small bases are marked, smaller ones held back.

    Returns
    -------
    TableCells

    Raises
    ------
    InputError
        If a kind is not one of the dictionary's, or a name is not a column.

    Examples
    --------
    >>> frame = pd.DataFrame({"brand": ["A", "B"], "estimate": [7.91, 7.04], "n": [812, 7]})
    >>> [row.texts for row in table_cells(frame).rows]
    [('A', '7.91', '812'), ('B', '–', '< 10')]
    """
    require_frame("frame", frame)
    flat = _in_words(_flat(frame))
    if not len(flat.columns):
        raise InputError("`frame` must have at least one column; found none.")
    known = _kinds(flat, kinds)
    named = dict(heads or {})
    _refuse_strangers("heads", named, flat)
    columns = _columns(flat, known, named)
    marks = _marks(flat) if of_people else [""] * len(flat)
    texts = [cell_texts(flat, column.names, known[column.names[0]]) for column in columns]
    values = [cell_values(flat, column.names) for column in columns]
    columns = tuple(
        replace(
            column,
            is_long=column.is_text and any(text_width(text) > NAME_WIDTH for text in cells),
            counts_people=of_people and column.names == ("n",),
        )
        for column, cells in zip(columns, texts, strict=True)
    )
    rows = tuple(
        _row(
            columns,
            [cells[at] for cells in values],
            [cells[at] for cells in texts],
            focus=focus,
            mark=mark,
        )
        for at, mark in enumerate(marks)
    )
    return TableCells(columns, rows, _mark_notes(marks))


#: What results say in a word that is the same in every language, and how readers read it.
_CODES: Mapping[str, Mapping[str, Message]] = {
    "claim": {
        "supported": Message("supported"),
        "contradicted": Message("contradicted"),
        "not_shown": Message("not shown"),
    },
    "holds": {
        "clear": Message("clear"),
        "likely": Message("likely"),
        "open": Message("not settled"),
        "carried": Message("carried by one bank"),
        "untold": Message("too few banks to tell"),
    },
    "measure": {
        "between_share": Message("ratings: part between banks"),
        "inertia": Message("images: inertia"),
    },
    "reading": {
        "seen_apart": Message("alike in products, seen apart"),
        "seen_alike": Message("far apart in products, seen alike"),
        "usual": Message("other pairs"),
    },
    "side": {"row": Message("brand"), "column": Message("attribute")},
    "verdict": {
        "equal": Message("shown equal"),
        "different": Message("shown different"),
        "open": Message("not settled"),
    },
    "zone": {
        "within": Message("between the banks"),
        "extrapolated": Message("beyond the banks"),
    },
}


def _in_words(flat: pd.DataFrame) -> pd.DataFrame:
    """Give codes in words of the language in use."""
    said = {
        name: [translate(words[one]) if one in words else one for one in flat[name]]
        for name, words in _CODES.items()
        if name in flat
    }
    return flat.assign(**said) if said else flat


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Bring a meaningful index into the table and drop a mere count of rows."""
    if isinstance(frame.columns, pd.MultiIndex):
        raise InputError(
            "`frame` must have one row of column heads; found "
            f"{frame.columns.nlevels}. Flatten them first."
        )
    # An unnamed index of numbers counts rows, in order or, after sorting, out of it.
    is_count = frame.index.name is None and pd.api.types.is_integer_dtype(frame.index)
    flat = frame if is_count else frame.reset_index(names=_index_names(frame))
    flat = flat.rename(columns=str)
    require_unique("frame", list(flat.columns), what="column")
    return flat


def _index_names(frame: pd.DataFrame) -> list[str]:
    return [str(name) if name is not None else "label" for name in frame.index.names]


def _kinds(flat: pd.DataFrame, kinds: Kind | Mapping[str, Kind] | None) -> dict[str, Kind]:
    asked = dict(kinds) if isinstance(kinds, Mapping) else {}
    general = None if isinstance(kinds, Mapping) else kinds
    _refuse_strangers("kinds", asked, flat)
    for kind in (*asked.values(), *([general] if general else [])):
        if kind not in get_args(Kind):
            raise InputError(
                f"`kinds` must hold kinds of columns, {', '.join(get_args(Kind))}; "
                f"found {shown(kind)}."
            )
    known: dict[str, Kind] = {}
    for name in flat.columns:
        cells = flat[name]
        if name in asked:
            known[name] = asked[name]
        elif name in COLUMNS:
            known[name] = COLUMNS[name].kind
        else:
            known[name] = _kind_of(cells, general)
        if known[name] not in TEXTUAL and not pd.api.types.is_numeric_dtype(cells):
            known[name] = "text"
    for end in _INTERVAL:  # an interval is written like what it is around
        if end in known and end not in asked and "estimate" in known:
            known[end] = known["estimate"]
    return known


def _refuse_strangers(argument: str, names: Mapping[str, Any], flat: pd.DataFrame) -> None:
    strangers = [name for name in names if name not in flat.columns]
    if strangers:
        raise InputError(
            f"`{argument}` must name columns of the table, {shown(list(flat.columns), most=12)}; "
            f"found {shown(strangers)}."
        )


def _kind_of(cells: pd.Series, general: Kind | None) -> Kind:
    if pd.api.types.is_bool_dtype(cells):
        return "flag"
    if pd.api.types.is_datetime64_any_dtype(cells):
        return "date"
    if not pd.api.types.is_numeric_dtype(cells):
        return "text"
    return general or ("count" if pd.api.types.is_integer_dtype(cells) else "number")


def _columns(
    flat: pd.DataFrame, kinds: Mapping[str, Kind], heads: Mapping[str, Message | str]
) -> tuple[TableColumn, ...]:
    levels = flat["ci_level"].dropna().unique() if "ci_level" in flat else np.array([])
    has_interval = all(end in flat for end in _INTERVAL)
    columns: list[TableColumn] = []
    for name in flat.columns:
        if name == "ci_level" and len(levels) <= 1 and has_interval:
            continue
        if name in _INTERVAL and has_interval:
            if name == "ci_low":
                head = Message("Interval")
                if len(levels) == 1:
                    head = Message("{level:percent} interval", {"level": float(levels[0])})
                columns.append(TableColumn(_INTERVAL, text_of(head), kinds[name]))
            continue
        head_text = text_of(heads[name]) if name in heads else _head(name)
        is_header = not columns and kinds[name] in TEXTUAL
        columns.append(TableColumn((name,), head_text, kinds[name], is_header))
    return tuple(columns)


def _head(name: str) -> Text:
    written = column_label(name)
    return Text(written, language_of(written, current_language()))


def _marks(flat: pd.DataFrame) -> list[str]:
    """Mark rows by the people behind them."""
    if "n" not in flat or not pd.api.types.is_numeric_dtype(flat["n"]):
        return [""] * len(flat)
    limits = current_bases()

    def mark(n: float) -> str:
        if math.isnan(n) or n >= limits.minimum:
            return ""
        return "held back" if n < limits.suppress else "low"

    sizes = flat["n"].to_numpy(dtype=float, na_value=math.nan)
    marks = [mark(float(n)) for n in sizes]
    return _complemented(flat, sizes, marks) if "segment" in flat else marks


def _complemented(flat: pd.DataFrame, sizes: Floats, marks: list[str]) -> list[str]:
    """Hold back the next smallest segments too, while all less the shown gives who is few.

    Segments are parts of one whole, whose numbers stand elsewhere.
    """
    limit = current_bases().suppress
    others = [
        name
        for name in flat.select_dtypes(["object", "str", "category"])
        if name not in ("segment", "settled")
        and not flat[name].map(lambda cell: isinstance(cell, Message)).any()  # is said of it
    ]
    groups = (
        flat.groupby(others, dropna=False, observed=True).indices.values()
        if others
        else [np.arange(len(flat))]
    )
    for rows in groups:
        whole = [at for at in rows if pd.notna(flat["segment"].iloc[at]) and sizes[at] > 0]
        held = [at for at in whole if marks[at] == "held back"]
        for at in sorted(set(whole) - set(held), key=lambda at: (sizes[at], at)):
            if not held or sizes[held].sum() >= limit:
                break
            held.append(at)
            marks[at] = "held back"
    return marks


def _mark_notes(marks: Sequence[str]) -> tuple[Text, ...]:
    limits = current_bases()
    notes = []
    if "low" in marks:
        values = {"mark": LOW_MARK, "limit": limits.minimum}
        notes.append(text_of(Message("{mark} base under {limit:count}", values)))
    if "held back" in marks:
        values = {"mark": NO_VALUE, "limit": limits.suppress}
        notes.append(text_of(Message("{mark} base under {limit:count}: not shown", values)))
    return tuple(notes)


def _row(
    columns: Sequence[TableColumn],
    values: Sequence[Cell],
    texts: Sequence[str],
    *,
    focus: str | None,
    mark: str,
) -> TableRow:
    kept, written = list(values), list(texts)
    for at, column in enumerate(columns):
        if column.names == ("n",) and mark:
            limit, base = current_bases().suppress, values[at]
            # the base of a segment held back for another's sake would tell how many those are
            is_enough = isinstance(base, (int, float)) and base >= limit
            held = NO_VALUE if is_enough else f"< {limit}"
            written[at] = f"{texts[at]} {LOW_MARK}" if mark == "low" else held
            kept[at] = values[at] if mark == "low" else None
        elif mark == "held back" and not column.is_text:
            kept[at], written[at] = None, NO_VALUE
    is_focus = focus is not None and texts[0] == focus
    return TableRow(tuple(kept), tuple(written), is_focus, mark)
