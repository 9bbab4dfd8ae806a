"""Checks of arguments: called first in public functions, never in kernels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import InputError, MissingColumnsError, ScaleError, did_you_mean, shown


def check_option(argument: str, value: str, allowed: Sequence[str]) -> None:
    """Refuse a word that is not one of the allowed ones."""
    if value not in allowed:
        options = ", ".join(repr(option) for option in allowed)
        raise InputError(
            f"`{argument}` must be one of {options}; found {shown(value)}."
            f"{did_you_mean(str(value), allowed)}"
        )


def check_whole_number(argument: str, value: int, *, low: int, high: int | None = None) -> None:
    """Refuse what is not a whole number within its limits."""
    is_whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
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
    if not isinstance(value, pd.DataFrame):
        raise TypeError(f"`{argument}` must be a pandas DataFrame; found {type(value).__name__}.")


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
    for column in frame.columns:
        cells = pd.Series(frame[column])
        if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
            continue
        numbers = pd.to_numeric(cells, errors="coerce")
        bad = cells[numbers.isna() & cells.notna()]
        if len(bad) or pd.api.types.is_bool_dtype(cells):
            found = bad.iloc[0] if len(bad) else cells.iloc[0]
            row = bad.index[0] if len(bad) else cells.index[0]
            raise InputError(
                f"`{argument}` must hold numbers only; found {shown(found)} "
                f"in row {shown(row)}, column {shown(column)}. Remove the text or the column."
            )
    values = cast("NDArray[np.float64]", frame.to_numpy(dtype=float, na_value=np.nan))
    bad_cell = np.isinf(values) if allow_missing else ~np.isfinite(values)
    if bad_cell.any():
        row_at, column_at = (int(at[0]) for at in np.nonzero(bad_cell))
        raise InputError(
            f"`{argument}` must hold finite numbers; found {values[row_at, column_at]} in row "
            f"{shown(frame.index[row_at])}, column {shown(frame.columns[column_at])}. "
            "Fill the cell, or leave its row or column out."
        )
    return values
