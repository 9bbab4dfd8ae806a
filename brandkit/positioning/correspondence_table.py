"""The table behind a correspondence map: checked, and parted into active and supplementary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandkit.core.checks import check_whole_number, numeric_matrix, require_unique
from brandkit.core.errors import InputError, NotEnoughDataError, did_you_mean, shown
from brandkit.core.linalg import Floats
from brandkit.core.totals import find_totals


@dataclass(frozen=True)
class CorrespondenceTable:
    """A table that can be mapped.

    Parameters
    ----------
    active : ndarray, active rows x active columns
    row_profiles : ndarray, all rows x active columns
        Rows sum to 1.
    column_profiles : ndarray, all columns x active rows
        Rows sum to 1.
    row_sizes, column_sizes : ndarray
        Totals over the active cells of the other side, as shares of the active total.
    row_labels, column_labels : Index
    row_active, column_active : ndarray of bool
    """

    active: Floats
    row_profiles: Floats
    column_profiles: Floats
    row_sizes: Floats
    column_sizes: Floats
    row_labels: pd.Index
    column_labels: pd.Index
    row_active: np.ndarray
    column_active: np.ndarray


def checked_table(
    counts: pd.DataFrame, extra_rows: Sequence[str], extra_columns: Sequence[str], axes: int
) -> CorrespondenceTable:
    """Check a table's labels, cells and size, and part it into active and supplementary."""
    require_unique("counts", list(counts.index), what="row")
    require_unique("counts", list(counts.columns), what="column")
    row_active = ~_member(counts.index, extra_rows, argument="supplementary_rows")
    column_active = ~_member(counts.columns, extra_columns, argument="supplementary_columns")
    n_rows, n_columns = int(row_active.sum()), int(column_active.sum())
    if min(n_rows, n_columns) < 2:
        raise NotEnoughDataError(
            "`counts` must have at least 2 active rows and 2 active columns; "
            f"found {n_rows} x {n_columns}."
        )
    most = min(n_rows, n_columns) - 1
    if axes > most:
        raise NotEnoughDataError(
            f"`axes` must be at most {most} for {n_rows} x {n_columns} active rows and columns; "
            f"found {axes}. Keep fewer axes or add rows and columns."
        )
    check_whole_number("axes", axes, low=1, high=most)

    by_row = numeric_matrix("counts", counts.loc[:, column_active])
    by_column = numeric_matrix("counts", counts.loc[row_active, :])
    _refuse_negative(by_row, counts.index, counts.columns[column_active])
    _refuse_negative(by_column, counts.index[row_active], counts.columns)
    _refuse_empty(by_row, counts.index, what="row")
    _refuse_empty(by_column.T, counts.columns, what="column")
    active = by_row[row_active]
    _refuse_totals(active, counts.index[row_active], what="row")
    _refuse_totals(active.T, counts.columns[column_active], what="column")

    n = active.sum()
    return CorrespondenceTable(
        active=active,
        row_profiles=by_row / by_row.sum(axis=1, keepdims=True),
        column_profiles=(by_column / by_column.sum(axis=0)).T,
        row_sizes=by_row.sum(axis=1) / n,
        column_sizes=by_column.sum(axis=0) / n,
        row_labels=counts.index,
        column_labels=counts.columns,
        row_active=row_active,
        column_active=column_active,
    )


def _member(index: pd.Index, labels: Sequence[str], *, argument: str) -> np.ndarray:
    if isinstance(labels, str):
        raise InputError(f"`{argument}` must be a list of labels; found {shown(labels)}.")
    unknown = [label for label in labels if label not in index]
    if unknown:
        have = [str(label) for label in index]
        raise InputError(
            f"`{argument}` must name labels of the table; found {shown(unknown)}."
            f"{did_you_mean(str(unknown[0]), have)}"
        )
    return np.asarray(index.isin(list(labels)))


def _refuse_negative(values: Floats, rows: pd.Index, columns: pd.Index) -> None:
    if (values < 0).any():
        row, column = (int(at[0]) for at in np.nonzero(values < 0))
        raise InputError(
            f"`counts` must hold values >= 0; found {values[row, column]:g} in row "
            f"{shown(rows[row])}, column {shown(columns[column])}. A correspondence map needs "
            "amounts; for scores around zero use a component map."
        )


def _refuse_empty(values: Floats, labels: pd.Index, *, what: str) -> None:
    empty = list(labels[values.sum(axis=1) == 0])
    if empty:
        raise InputError(
            f"`counts` must have no {what} of zeros; found {shown(empty)}. "
            f"A {what} without answers has no profile: leave it out."
        )


def _refuse_totals(values: Floats, labels: pd.Index, *, what: str) -> None:
    totals = find_totals(list(labels), values)
    if totals:
        raise InputError(
            f"`counts` must not hold totals beside their parts; the {what} {shown(totals)} looks "
            f"like a total of the others. Leave it out, or name it in `supplementary_{what}s`."
        )
