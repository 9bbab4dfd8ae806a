"""Cells: the values of columns as JSON holds them, and as readers see them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.columns import FORMATS, Kind
from brandkit.core.message import NO_VALUE, Message, formatted
from brandkit.language import date_text, translate

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
        A kind of :mod:`brandkit.core.columns`.

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
    between = "{low} to {high}" if has_signs else "{low}–{high}"
    return [_interval(low, high, form, between) for low, high in numbers.tolist()]


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


def _interval(low: float, high: float, form: str, between: str) -> str:
    if math.isnan(low) and math.isnan(high):
        return NO_VALUE
    ends = {"low": formatted(low, form), "high": formatted(high, form)}
    return translate(Message(between, ends))


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
