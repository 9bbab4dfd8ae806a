"""Refusing rows and columns of a file that are no brand and no attribute but a total of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from brandkit.core.errors import SchemaError
from brandkit.core.totals import is_total_name, sums_of_others


def refuse_total_names(
    file: Path, axis: str, labels: Iterable[Any], *, named: Sequence[str]
) -> None:
    """Refuse a row or column whose name says that it is a total, a mean or a base.

    Parameters
    ----------
    file : Path
    axis : "row" | "column"
    labels : iterable of str
    named : sequence of str
        Labels the study names itself: these are what it says they are.

    Examples
    --------
    >>> labels = ["Civic", "合計"]
    >>> refuse_total_names(Path("a.csv"), "row", labels, named=())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    brandkit.core.errors.SchemaError: a.csv, row '合計': totals, means and bases must not ...
    """
    for label in map(str, labels):
        if label not in named and is_total_name(label):
            raise _refusal(file, axis, label, "its name")


def refuse_sums(
    file: Path,
    counts: pd.DataFrame,
    *,
    named_rows: Sequence[str],
    named_columns: Sequence[str],
) -> None:
    """Refuse a row or column of counts that is the sum of all the others.

    Parameters
    ----------
    file : Path
    counts : DataFrame, brands × attributes
    named_rows, named_columns : sequence of str
        Labels the study names itself.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [1, 5, 2, 8], "b": [4, 1, 3, 8], "c": [2, 2, 7, 11]},
    ...     index=["Civic", "Kestrel", "Juniper", "Everybody"])
    >>> refuse_sums(Path("image.csv"), table, named_rows=(), named_columns=())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    brandkit.core.errors.SchemaError: image.csv, row 'Everybody': totals, means and bases must ...
    """
    for axis, table, named in (("row", counts, named_rows), ("column", counts.T, named_columns)):
        if len(table.columns) < 2:
            continue
        sums = sums_of_others(table.to_numpy(dtype=float))
        for label in map(str, table.index[sums]):
            if label not in named:
                raise _refusal(file, axis, label, "the sum of all the others")


def _refusal(file: Path, axis: str, label: str, reason: str) -> SchemaError:
    key = "brands" if axis == "row" else "attributes"
    return SchemaError(
        f"totals, means and bases must not stand among the {key}; this {axis} looks like one "
        f"by {reason}",
        file=file,
        place=f"{axis} {label!r}",
        way_out=f'Delete it or set leave_out = ["{label}"]. If it is real, list it in `{key}`.',
    )
