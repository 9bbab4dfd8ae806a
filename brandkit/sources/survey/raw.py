"""A survey file before its answers are read: cells, what is known of them, sets of columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    MissingColumnsError,
    SchemaError,
    Words,
    did_you_mean,
    shown,
)
from brandkit.core.message import Message
from brandkit.sources.survey.answers import is_blank
from brandkit.sources.survey.codebook import (
    Code,
    Item,
    MissingCode,
    code_of,
    code_text,
    is_missing,
    merged,
    parse_missing,
    read_codebook,
)
from brandkit.sources.survey.design import SurveyDesign
from brandkit.sources.survey.forms import plain_text, questions, with_headings
from brandkit.sources.tables.cells import read_cells, unique_headers
from brandkit.sources.tables.files import require_file, require_width

MissingCodes = Code | Sequence[Code]


@dataclass(frozen=True)
class AnswerSet:
    """Columns that belong to one question.

    Parameters
    ----------
    name, question : str
    items : tuple of str
        Columns.
    form : "ticks" | "codes" | "open"
        Ticks: each column says whether one thing was picked. Codes: each holds the code of a
        thing that was picked. Open: the answers tell whether they are ticks or ratings.
    counted : float or str, optional
        The code that means ticked.
    """

    name: str
    question: str
    items: tuple[str, ...]
    form: Literal["ticks", "codes", "open"] = "open"
    counted: Code | None = None


@dataclass(frozen=True)
class RawSurvey:
    """A survey file before anything was made of it.

    Parameters
    ----------
    frame : DataFrame
        Cells: text, or typed where the file has types. The index says where each row stands.
    items : mapping
        What is known of each column.
    sets : tuple of AnswerSet
    notes : tuple of Message
    """

    frame: pd.DataFrame
    items: Mapping[str, Item]
    sets: tuple[AnswerSet, ...] = ()
    notes: tuple[Message, ...] = ()


def table_survey(
    path: str | Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    header_row: int | None = None,
) -> RawSurvey:
    r"""Read a survey from csv, tsv or xlsx.

    Parameters
    ----------
    path : path
    encoding : str, optional

    Returns
    -------
    RawSurvey
        A first column that only counts the rows is left out. Rows of question texts under the
        heading, as some survey services export them, become labels.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.csv"
    >>> _ = file.write_text(',sat\n1,7\n2,9\n', encoding="utf-8")
    >>> list(table_survey(file).frame.columns)
    ['sat']
    """
    cells = read_cells(path, encoding=encoding, sheet=sheet, header_row=header_row)
    notes = list(cells.attrs.get("notes", ()))
    headed = bool(cells.columns[0])
    told = with_headings(cells)
    told = replace(told, frame=told.frame.map(_stars))
    names, repeated = unique_headers([str(name) for name in told.frame.columns])
    if repeated:
        said = "Columns with the same name were numbered: {names}."
        notes.append(Message(said, {"names": repeated[:12]}))
    frame = told.frame.set_axis(names, axis=1)
    if not headed or re.fullmatch(r"Unnamed: 0|rownames", names[0]):
        numbers = pd.to_numeric(frame.iloc[:, 0], errors="coerce").to_numpy(dtype=float)
        if any(np.array_equal(numbers, np.arange(len(frame)) + first) for first in (0, 1)):
            frame = frame.iloc[:, 1:]
    texts = {name: told.texts.get(name, name) for name in map(str, frame.columns)}
    parted = questions(texts)
    options = Counter(option for _, option in parted.values())
    items = {}
    for name, text in texts.items():
        question, option = parted.get(name, (None, ""))
        is_path = "/" in name and " " not in name
        label = option.replace("_", " ") if is_path else option
        if options[option] > 1:  # a grid: the option alone does not tell its columns apart
            label = ""
        items[name] = Item(name, label=label or plain_text(text), question=question)
    return RawSurvey(frame, items, notes=tuple(notes))


def _stars(cell: object) -> object:
    """Count the stars of a rating that is drawn: "★★★☆☆" is 3."""
    if not isinstance(cell, str) or not re.fullmatch(r"[★⭐☆✩]+", cell.strip()):
        return cell
    return str(cell.count("★") + cell.count("⭐"))


def parquet_survey(path: str | Path) -> RawSurvey:
    """Read a survey from Parquet, with its types.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "a.parquet"
    >>> pd.DataFrame({"sat": [7.0, None]}).to_parquet(file)
    >>> parquet_survey(file).frame.index.tolist()
    ['row 1', 'row 2']
    """
    file = require_file(path)
    try:
        frame = pd.read_parquet(file, engine="pyarrow")
    except Exception as error:  # pyarrow raises its own kinds, OSError and ValueError alike
        raise SchemaError(
            f"the Parquet file cannot be opened ({type(error).__name__})",
            file=path,
            way_out="It is damaged or no Parquet file: write it again.",
        ) from None
    require_width(path, frame.shape[1])
    if frame.empty:
        raise SchemaError(
            "the survey must have respondents",
            file=path,
            found=Words("no rows"),
            way_out="Write it again with its rows.",
        )
    names, _ = unique_headers([str(name) for name in frame.columns])
    frame = frame.set_axis(names, axis=1)
    frame = frame.set_axis([f"row {number}" for number in range(1, len(frame) + 1)])
    kept = (pd.api.types.is_numeric_dtype, pd.api.types.is_datetime64_any_dtype)
    typed = {
        name: answers
        if any(is_kind(answers) for is_kind in kept)
        else answers.astype(object).map(str, na_action="ignore").astype("str")
        for name, answers in frame.items()
    }
    items = {name: Item(name, label=name) for name in names}
    return RawSurvey(pd.DataFrame(typed), items)


def with_codebook(raw: RawSurvey, codebook: str | Path | None) -> RawSurvey:
    """Put a codebook over what the file knows of its columns; its sets come on top.

    Examples
    --------
    >>> raw = RawSurvey(pd.DataFrame({"q1": ["1"]}), {"q1": Item("q1")},
    ...     (AnswerSet("s", "Which?", ("q1",), "ticks", 1.0),))
    >>> with_codebook(raw, None).items["q1"].question
    'Which?'
    """
    own: dict[str, AnswerSet] = {}
    for one in raw.sets:
        for name in one.items:
            own.setdefault(name, one)
    items = {
        name: replace(item, set=own[name].name, question=own[name].question)
        if name in own
        else item
        for name, item in raw.items.items()
    }
    if codebook is None:
        return replace(raw, items=items)
    said = read_codebook(codebook)
    absent = [name for name in said if name not in items]
    if len(absent) == len(said):
        raise SchemaError(
            "the codebook must name columns of the survey; none of its items is one",
            file=codebook,
            found=absent,
            way_out=f"The survey has {shown(items, most=12)}.",
        )
    notes = raw.notes
    if absent:
        text = "{n:count} {n:item|items} of the codebook {n:is|are} not in the survey: {items}."
        notes += (Message(text, {"n": len(absent), "items": absent[:12]}),)
    items |= {name: merged(items[name], told) for name, told in said.items() if name in items}
    members: dict[str, list[str]] = {}
    for name, told in said.items():
        if told.set and name in items:
            members.setdefault(told.set, []).append(name)
    added = tuple(
        AnswerSet(name, items[inside[0]].question or name, tuple(inside))
        for name, inside in members.items()
    )
    earlier = tuple(one for one in raw.sets if one.name not in members)
    return replace(raw, items=items, sets=earlier + added, notes=notes)


def with_missing(
    raw: RawSurvey,
    missing: MissingCodes | Mapping[str, MissingCodes] | None,
    *,
    design: SurveyDesign,
) -> RawSurvey:
    """Add missing codes that the user declares, for all columns or by column.

    A code for all columns must not be an answer on anyone's scale: 9 in "missing = [9]" would take
    the nines out of every question from 0 to 10.

    Examples
    --------
    >>> raw = RawSurvey(pd.DataFrame({"sat": ["7", "99"]}), {"sat": Item("sat", "", 0.0, 10.0)})
    >>> with_missing(raw, [99], design=SurveyDesign()).items["sat"].missing
    (99.0,)
    """
    if missing is None:
        return raw
    items = dict(raw.items)
    if isinstance(missing, Mapping):
        for name, declared in missing.items():
            if name not in items:
                raise MissingColumnsError(
                    f"`missing` must name columns of the survey; found {shown(name)}."
                    f"{did_you_mean(name, items)}"
                )
            items[name] = replace(items[name], missing=items[name].missing + _codes(declared))
        return replace(raw, items=items)
    codes = _codes(missing)
    for name, item in items.items():
        if name in design.columns:
            continue
        on_scale = [code for code in codes if _on_scale(code, item)]
        if on_scale:
            raise InputError(
                f"`missing` must hold codes that are no answers; found {code_text(on_scale[0])}, "
                f"which lies on the scale of {shown(name)}, {code_text(item.low or 0.0)} to "
                f"{code_text(item.high or 0.0)}. Name the columns it holds for: "
                f"missing = {{ column = [{code_text(on_scale[0])}] }}."
            )
        items[name] = replace(item, missing=item.missing + codes)
    return replace(raw, items=items)


def as_categories(raw: RawSurvey, columns: Iterable[str]) -> RawSurvey:
    """Have columns read as the labels of their codes.

    Examples
    --------
    >>> raw = RawSurvey(pd.DataFrame({"age": ["1"]}), {"age": Item("age", "", 1.0, 4.0)})
    >>> as_categories(raw, ["age"]).items["age"].nominal
    True
    """
    items = dict(raw.items)
    for name in columns:
        if name not in items:
            raise MissingColumnsError(
                f"`categories` must name columns of the survey; found {shown(name)}."
                f"{did_you_mean(name, items)}"
            )
        items[name] = replace(items[name], nominal=True, low=None, high=None)
    return replace(raw, items=items)


def no_answer(raw: RawSurvey, name: str) -> pd.Series:
    """Say which cells of a column hold no answer."""
    cells = raw.frame[name]
    return is_missing(cells, raw.items[name].missing) | is_blank(cells)


def _codes(codes: MissingCodes) -> tuple[MissingCode, ...]:
    several = [codes] if isinstance(codes, (str, int, float)) else list(codes)
    parsed: list[MissingCode] = []
    for code in several:
        parsed += parse_missing(code) if isinstance(code, str) else (code_of(code),)
    return tuple(parsed)


def _on_scale(code: MissingCode, item: Item) -> bool:
    if item.low is None or item.high is None or isinstance(code, str):
        return False
    low, high = code if isinstance(code, tuple) else (code, code)
    return low <= item.high and high >= item.low
