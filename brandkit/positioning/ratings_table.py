"""The table behind a component map: checked, and parted into active and supplementary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandkit.core.checks import check_whole_number, numeric_matrix, require_unique
from brandkit.core.errors import InputError, NotEnoughDataError, shown
from brandkit.core.linalg import Floats
from brandkit.core.totals import is_total_name
from brandkit.positioning.correspondence_table import member_flags

SAME = 1e-12
"""Spread, as a part of the largest value, under which a column is constant."""


@dataclass(frozen=True)
class RatingsTable:
    """A table of ratings that can be mapped.

    Parameters
    ----------
    by_row : ndarray, all rows x active columns
    extra : ndarray, active rows x supplementary columns
    row_labels, column_labels : Index
        Of all rows and of the columns that are mapped, without constant ones.
    row_active, column_active : ndarray of bool
    constant : tuple of str
        Columns left out because all active brands have the same value.
    """

    by_row: Floats
    extra: Floats
    row_labels: pd.Index
    column_labels: pd.Index
    row_active: np.ndarray
    column_active: np.ndarray
    constant: tuple[str, ...]


def checked_ratings(
    ratings: pd.DataFrame, extra_rows: Sequence[str], extra_columns: Sequence[str], axes: int
) -> RatingsTable:
    """Check a table's labels, cells and size, and part it into active and supplementary."""
    require_unique("ratings", list(ratings.index), what="row")
    require_unique("ratings", list(ratings.columns), what="column")
    row_active = ~member_flags(ratings.index, extra_rows, argument="supplementary_rows")
    column_active = ~member_flags(ratings.columns, extra_columns, argument="supplementary_columns")
    _refuse_totals(ratings.index[row_active], what="row")
    _refuse_totals(ratings.columns[column_active], what="column")

    by_row = numeric_matrix("ratings", ratings.loc[:, column_active])
    extra = numeric_matrix("ratings", ratings.loc[row_active, ~column_active])
    varies = np.empty(len(column_active), dtype=bool)
    varies[column_active] = _varies(by_row[row_active])
    varies[~column_active] = _varies(extra)
    table = RatingsTable(
        by_row=by_row[:, varies[column_active]],
        extra=extra[:, varies[~column_active]],
        row_labels=ratings.index,
        column_labels=ratings.columns[varies],
        row_active=row_active,
        column_active=column_active[varies],
        constant=tuple(str(name) for name in ratings.columns[~varies]),
    )
    _check_size(table, axes)
    return table


def _varies(values: Floats) -> np.ndarray:
    if not len(values):
        return np.zeros(values.shape[1], dtype=bool)
    return np.asarray(np.ptp(values, axis=0) > SAME * np.abs(values).max(axis=0))


def _check_size(table: RatingsTable, axes: int) -> None:
    n_rows, n_columns = int(table.row_active.sum()), int(table.column_active.sum())
    if min(n_rows, n_columns) < 2:
        left_out = f" after leaving out {shown(table.constant)}, which do not vary"
        raise NotEnoughDataError(
            "`ratings` must have at least 2 active rows and 2 active columns that vary; found "
            f"{n_rows} x {n_columns}{left_out if table.constant else ''}. Add brands or attributes."
        )
    most = min(n_rows - 1, n_columns)
    if axes > most:
        raise NotEnoughDataError(
            f"`axes` must be at most {most} for {n_rows} x {n_columns} active rows and columns; "
            f"found {axes}. Keep fewer axes or add rows and columns."
        )
    check_whole_number("axes", axes, low=1, high=most)


def _refuse_totals(labels: pd.Index, *, what: str) -> None:
    totals = [str(label) for label in labels if is_total_name(str(label))]
    if totals:
        raise InputError(
            f"`ratings` must not hold totals or means beside their parts; found the {what} "
            f"{shown(totals)}. Leave it out, or name it in `supplementary_{what}s`."
        )
