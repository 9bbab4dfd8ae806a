"""The table behind a correspondence map: checked, and parted into active and supplementary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandkit.core.checks import check_whole_number, numeric_matrix, require_unique
from brandkit.core.errors import InputError, NotEnoughDataError, did_you_mean, shown
from brandkit.core.linalg import Floats
from brandkit.core.totals import find_totals, is_total_name


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
    row_active = ~member_flags(counts.index, extra_rows, argument="supplementary_rows")
    column_active = ~member_flags(counts.columns, extra_columns, argument="supplementary_columns")
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

    by_row = _numbers(counts.loc[:, column_active])
    has_all_columns = bool(column_active.all())
    active = by_row if row_active.all() else by_row[row_active]
    by_column = active if has_all_columns else _numbers(counts.loc[row_active, :])
    _refuse_negative(by_row, counts.index, counts.columns[column_active])
    _refuse_negative(by_column, counts.index[row_active], counts.columns)
    _refuse_empty(by_row, counts.index, what="row")
    _refuse_empty(by_column.T, counts.columns, what="column")
    _refuse_totals(active, counts.index[row_active], what="row")
    _refuse_totals(active.T, counts.columns[column_active], what="column")

    row_sums, column_sums = by_row.sum(axis=1), by_column.sum(axis=0)
    n = active.sum()
    return CorrespondenceTable(
        active=active,
        row_profiles=by_row / row_sums[:, None],
        column_profiles=(by_column / column_sums).T,
        row_sizes=row_sums / n,
        column_sizes=column_sums / n,
        row_labels=counts.index,
        column_labels=counts.columns,
        row_active=row_active,
        column_active=column_active,
    )


def _numbers(frame: pd.DataFrame) -> Floats:
    """Give the cells as numbers; a table of numbers only needs no look at each column."""
    if all(dtype.kind in "iuf" for dtype in set(frame.dtypes)):
        values = frame.to_numpy(dtype=float, na_value=np.nan)
        if np.isfinite(values).all():
            return values
    return numeric_matrix("counts", frame)


def member_flags(index: pd.Index, labels: Sequence[str], *, argument: str) -> np.ndarray:
    """Say which labels of an index are named; refuse names that are none of them."""
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
    lines = values.sum(axis=1)
    # The sum of all others is half of everything: cheaper to see than to compare all cells.
    if np.isclose(2 * lines, lines.sum(), rtol=1e-6).any():
        totals = find_totals(list(labels), values)
    else:
        totals = [str(label) for label in labels.tolist() if is_total_name(str(label))]
    if totals:
        raise InputError(
            f"`counts` must not hold totals beside their parts; the {what} {shown(totals)} looks "
            f"like a total of the others. Leave it out, or name it in `supplementary_{what}s`."
        )
