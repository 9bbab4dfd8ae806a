"""Rows and columns that are no brand and no attribute: NET, Total, 合計, and silent sums.

Left in a table they would count everything twice and pull every map towards themselves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.errors import SchemaError

_NAMES = re.compile(
    r"(grand )?(net|total|totals|sum|subtotal|sub-total|average|mean|base|sample size"
    r"|all (brands|banks|attributes|respondents))( \(?(n|%|net|total|weighted|unweighted)\)?)?"
    r"|n ?=.*"
    r"|合計|總計|小計|總和|總數|平均|平均值|基數|樣本數"
    r"|合计|总计|小计|总和|总数|平均数|均值|基数|样本量|样本数"
)
#: Fewer others than this, and a sum among them may well be chance.
FEWEST_OTHERS = 3


def is_total_name(label: str) -> bool:
    """Say whether a label names a total, a mean or a base.

    Parameters
    ----------
    label : str

    Examples
    --------
    >>> is_total_name("NET"), is_total_name("总计"), is_total_name("Total Bank")
    (True, True, False)
    """
    folded = unicodedata.normalize("NFKC", label).casefold().strip(" :.*-—–")
    return bool(_NAMES.fullmatch(folded))


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
        if len(table.index) <= FEWEST_OTHERS or len(table.columns) < 2:
            continue
        values = table.to_numpy(dtype=float)
        is_sum = np.isclose(2 * values, values.sum(axis=0), rtol=1e-9, atol=1e-9).all(axis=1)
        for label in map(str, table.index[is_sum]):
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
