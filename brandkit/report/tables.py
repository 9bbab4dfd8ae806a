"""From a frame to the cells of a table: numbers stay numbers, their text stands beside them.

A column is written by its kind in :mod:`brandkit.core.columns`. An interval becomes one column,
small bases are marked, and values on too few people are held back.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from brandkit.core.columns import COLUMNS, Kind
from brandkit.core.errors import InputError, require_frame, require_unique, shown
from brandkit.core.message import NO_VALUE, Message
from brandkit.language import column_label, current_language
from brandkit.report.bases import current_bases
from brandkit.report.cells import TEXTUAL, Cell, cell_texts, cell_values, text_width
from brandkit.report.texts import Text, language_of, text_of

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
        A kind of :mod:`brandkit.core.columns`.
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
                    "names": list(column.names), "head": column.head.to_json(),
                    "kind": column.kind, "is_text": column.is_text, "is_header": column.is_header,
                    "is_long": column.is_long, "counts_people": column.counts_people,
                }
                for column in self.columns
            ],
            "rows": [
                {
                    "values": list(row.values), "texts": list(row.texts),
                    "langs": [language_of(text, language) for text in row.texts],
                    "is_focus": row.is_focus, "mark": row.mark,
                }
                for row in self.rows
            ],
            "notes": [note.to_json() for note in self.notes],
        }  # fmt: skip


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
    flat = _flat(frame)
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
        _row(columns, [cells[at] for cells in values], [cells[at] for cells in texts],
             focus=focus, mark=mark)
        for at, mark in enumerate(marks)
    )  # fmt: skip
    return TableCells(columns, rows, _mark_notes(marks))


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
    return [mark(float(n)) for n in sizes]


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
            low = f"{texts[at]} {LOW_MARK}"
            written[at] = low if mark == "low" else f"< {current_bases().suppress}"
            kept[at] = values[at] if mark == "low" else None
        elif mark == "held back" and not column.is_text:
            kept[at], written[at] = None, NO_VALUE
    is_focus = focus is not None and texts[0] == focus
    return TableRow(tuple(kept), tuple(written), is_focus, mark)
