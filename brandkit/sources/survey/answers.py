"""From cells to answers: numbers on scales, picks, labels; what is missing and why.

A cell that is no answer is never shown in an error: only its column, its row and how many there
are, for a survey's cells are what persons said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from brandkit.core.errors import SchemaError, shown
from brandkit.sources.survey.codebook import Code, Item, code_of, code_text, is_missing
from brandkit.sources.survey.words import NO, YES
from brandkit.sources.tables.numerals import parsed_number

#: Written by statistics programs and spreadsheets for "no value".
NO_VALUE = frozenset({"NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "#N/A", "#NULL!", "."})

#: How a cell is empty; the last two as a survey service of China writes it.
BLANK = ("", "(空)", "（空）")

_LISTED = re.compile(r"\s*[;|；]\s*")


@dataclass(frozen=True)
class Answers:
    """One column's answers, and how many cells were none.

    Parameters
    ----------
    values : Series
        Numbers, labels (categorical, in the order of their codes) or text.
    n_coded, n_blank : int
        Cells with a missing code, and empty ones.
    """

    values: pd.Series
    n_coded: int
    n_blank: int


def read_answers(path: str | Path, cells: pd.Series, item: Item) -> Answers:
    """Turn a column's cells into answers.

    Parameters
    ----------
    path : path
        For errors.
    cells : Series
        Text, or typed values; its index says where each row stands in the file.
    item : Item

    Returns
    -------
    Answers

    Examples
    --------
    >>> cells = pd.Series(["7", "98", ""], index=["line 2", "line 3", "line 4"])
    >>> answers = read_answers("a.csv", cells, Item("sat", low=0.0, high=10.0, missing=(98.0,)))
    >>> answers.values.tolist(), answers.n_coded, answers.n_blank
    ([7.0, nan, nan], 1, 1)
    """
    codes, distinct = pd.factorize(cells, use_na_sentinel=False)
    if len(distinct) * 2 < len(cells):
        # Surveys say the same few things many times: read each once
        once = pd.Series(distinct)
        try:
            values, coded, blank = _read(path, once, item)
        except SchemaError:
            pass  # told below with the rows it concerns
        else:
            spread = values.take(codes).set_axis(cells.index)
            times = np.bincount(codes, minlength=len(once))
            return Answers(spread, int(times[coded].sum()), int(times[blank].sum()))
    values, coded, blank = _read(path, cells, item)
    return Answers(values, int(coded.sum()), int(blank.sum()))


def _read(path: str | Path, cells: pd.Series, item: Item) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Give a column's answers, which cells hold a missing code, and which are blank."""
    coded = is_missing(cells, item.missing)
    blank = is_blank(cells) & ~coded
    kept = cells.mask(coded | blank)
    if item.nominal:
        return labelled(kept, item.values), coded, blank
    if not item.has_scale:
        values, blank = _free(kept, cells, blank)
        return values, coded, blank
    values, unread = as_numbers(kept, item.values)
    blank |= unread & _says_no_value(cells)
    refuse_cells(path, item.item, unread & ~blank, rule=_scale_rule(item))
    if item.reversed and item.low is not None and item.high is not None:
        values = item.low + item.high - values
    return values, coded, blank


def is_blank(cells: pd.Series) -> pd.Series:
    """Say which cells hold nothing.

    Examples
    --------
    >>> is_blank(pd.Series(["a", " ", ""])).tolist()
    [False, True, True]
    """
    if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
        return cells.isna()
    return cells.isna() | cells.astype("str").str.strip().isin(BLANK)


def as_numbers(
    cells: pd.Series, labels: Mapping[Code, str] | None = None
) -> tuple[pd.Series, pd.Series]:
    """Read cells as numbers; say which could not be read.

    Parameters
    ----------
    cells : Series
    labels : mapping, optional
        Code to label: a cell that holds a label counts as its code.

    Returns
    -------
    values : Series of float
    unread : Series of bool

    Examples
    --------
    >>> values, unread = as_numbers(pd.Series(["7", "３", "2,5", "often"]))
    >>> values.tolist(), unread.tolist()
    ([7.0, 3.0, 2.5, nan], [False, False, False, True])
    """
    if pd.api.types.is_numeric_dtype(cells):
        numbers = cells.astype(float)
        return numbers.where(np.isfinite(numbers)), numbers.isin([np.inf, -np.inf])
    texts = cells.astype("str").str.strip()
    values = pd.to_numeric(texts, errors="coerce").astype(float)
    values = values.where(np.isfinite(values))
    left = values.isna() & cells.notna()
    if left.any():
        code_by_label = {label: code for code, label in (labels or {}).items()}
        read = {text: _number(text, code_by_label) for text in texts[left].unique()}
        values = values.where(~left, texts.map(read).astype(float))
    return values, values.isna() & cells.notna()


def labelled(cells: pd.Series, labels: Mapping[Code, str]) -> pd.Series:
    """Give codes as their labels, in the order of the codes; codes without label as they are.

    Parameters
    ----------
    cells : Series
    labels : mapping
        Code to label. Where two codes share one, the code is put behind it.

    Returns
    -------
    Series
        Categorical, with the labels that occur.

    Examples
    --------
    >>> found = labelled(pd.Series([2.0, 1.0, 9.0]), {1.0: "<=25", 2.0: ">=66"})
    >>> found.tolist(), found.cat.categories.tolist()
    (['>=66', '<=25', '9'], ['<=25', '>=66', '9'])
    """
    given = {value: code_of(value) for value in cells.dropna().unique()}
    known = set(labels.values())
    text_of = {
        value: str(value).strip() if str(value).strip() in known else _label(code, labels)
        for value, code in given.items()
    }
    order = [_label(code, labels) for code in labels]
    extra = sorted(set(text_of.values()) - set(order), key=lambda text: (_sort_key(text), text))
    used = set(text_of.values())
    categories = [text for text in dict.fromkeys(order + extra) if text in used]
    return pd.Series(pd.Categorical(cells.map(text_of), categories=categories), index=cells.index)


def picks(cells: pd.Series, *, counted: Code | None = None) -> pd.Series | None:
    """Read a yes/no column as 1, 0 and missing; None where it is none.

    Parameters
    ----------
    cells : Series
    counted : float or str, optional
        The code that means picked; any other answer is "not picked". Where not given, the usual
        marks are understood: 1/0, x, yes/no, true/false, selected, 是/否.

    Examples
    --------
    >>> picks(pd.Series(["x", None, "x"])).tolist(), picks(pd.Series(["7", "1"])) is None
    ([1.0, nan, 1.0], True)
    """
    if counted is not None:
        return cells.map(lambda cell: float(code_of(cell) == counted), na_action="ignore").astype(
            float
        )
    marks = {cell: _mark(cell) for cell in cells.dropna().unique()}
    if not marks or None in marks.values():
        return None
    return cells.map(marks).astype(float)


def listed(cells: pd.Series, labels: Mapping[Code, str]) -> pd.Series | None:
    """Read a column of several codes a cell, ``1;3;7``, as lists; None where it is none.

    Parameters
    ----------
    cells : Series
    labels : mapping
        Code to label. Where there are some every part must be one of them, or a label; where
        there are none every part must be a short number: a sentence with a semicolon is no list.

    Examples
    --------
    >>> listed(pd.Series(["1;3", "2", None]), {}).tolist()
    [[1.0, 3.0], [2.0], nan]
    """
    if pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_datetime64_any_dtype(cells):
        return None
    texts = cells.dropna().astype("str")
    if not texts.str.contains(r"[;|；]", regex=True).any():
        return None
    code_by_label = {label: code for code, label in labels.items()}
    parts_of: dict[str, list[Code]] = {}
    for text in texts.unique():
        parts = [part for part in _LISTED.split(text.strip()) if part]
        codes = [code_by_label.get(part, code_of(part)) for part in parts]
        known = (
            (code in labels for code in codes)
            if labels
            else (re.fullmatch(r"\d{1,4}", part) is not None for part in parts)
        )
        if not all(known):
            return None
        parts_of[text] = codes
    return cells.map(lambda cell: parts_of[str(cell)], na_action="ignore")


def refuse_cells(
    path: str | Path,
    column: str,
    bad: pd.Series,
    *,
    rule: str,
    way_out: str = "Mend them, or declare their codes as missing.",
) -> None:
    """Refuse a column with bad cells: how many, and where the first stand, never what they say.

    Examples
    --------
    >>> refuse_cells("a.csv", "sat", pd.Series([False, False]), rule="must hold numbers")
    """
    if not bad.any():
        return
    where = ", ".join(str(place) for place in bad.index[bad][:5])
    n = int(bad.sum())
    cells = f"{n} cell that does" if n == 1 else f"{n} cells that do"
    raise SchemaError(
        f"{rule}; found {cells} not ({where}{', …' if n > 5 else ''})",
        file=path,
        place=f"column {shown(column)}",
        way_out=way_out,
    )


def _free(kept: pd.Series, cells: pd.Series, blank: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Give a column that nothing is known of as numbers if it holds nothing else, else as text."""
    if pd.api.types.is_numeric_dtype(kept):
        return kept.astype(float), blank
    if pd.api.types.is_datetime64_any_dtype(kept):
        return kept, blank
    texts = kept.astype("str").str.strip()
    values, unread = as_numbers(kept)
    no_value = _says_no_value(cells)
    # A zip code or an account number with a leading zero is a name, not an amount
    names = texts.str.fullmatch(r"0\d+").fillna(value=False).any()
    if not (unread & ~no_value).any() and not names and values.notna().any():
        return values, blank | (unread & no_value)
    return texts.where(kept.notna()), blank


def _says_no_value(cells: pd.Series) -> pd.Series:
    return cells.astype("str").str.strip().isin(NO_VALUE)


def _scale_rule(item: Item) -> str:
    ends = f"{code_text(item.low or 0.0)} to {code_text(item.high or 0.0)}"
    return f"its scale is {ends}, so it must hold numbers"


def _number(text: str, code_by_label: Mapping[str, Code]) -> float:
    code = code_by_label.get(text)
    if isinstance(code, float):
        return code
    mark = "," if re.fullmatch(r"[+-]?\d+,\d+", text) else "."
    number = parsed_number(text, mark=mark)  # type: ignore[arg-type]
    return np.nan if number is None or number.percent else number.value


def _label(code: Code, labels: Mapping[Code, str]) -> str:
    label = labels.get(code)
    if label is None:
        return code_text(code)
    shared = sum(other == label for other in labels.values()) > 1
    return f"{label} ({code_text(code)})" if shared else label


def _sort_key(text: str) -> float:
    code = code_of(text)
    return code if isinstance(code, float) else np.inf


def _mark(cell: object) -> float | None:
    text = code_text(code_of(cell)).casefold()
    return 1.0 if text in YES else 0.0 if text in NO else None
