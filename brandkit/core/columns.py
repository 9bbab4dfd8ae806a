"""The one dictionary of column names.

Every column of every public frame stands here with its meaning and the way it is written in a
report. A test refuses columns that do not. Names are part of the contract: they never depend on
the call, the level of an interval is a column of its own, shares run from 0 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from brandkit.core.column_table import JOINS as _JOINS
from brandkit.core.column_table import OVERLAP as _OVERLAP
from brandkit.core.column_table import POSITIONING as _POSITIONING
from brandkit.core.column_table import REPORT as _REPORT
from brandkit.core.column_table import SATISFACTION as _SATISFACTION
from brandkit.core.column_table import SHARED as _SHARED
from brandkit.core.column_table import SOURCES as _SOURCES

Kind = Literal[
    "text", "count", "share", "number", "decimal", "signed", "points", "p_value", "flag", "date"
]

#: How a kind is written in a report: a format of :func:`brandkit.core.message.formatted`.
FORMATS: dict[Kind, str] = {
    "text": "", "count": "count", "share": "percent", "number": "number", "decimal": "decimal3",
    "signed": "signed", "points": "points", "p_value": "p", "flag": "", "date": "",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column's meaning.

    Parameters
    ----------
    label : str
        The heading a reader sees, in English; translated under the context ``"column"``.
    kind : str
        What its values are; decides how they are written.
    meaning : str
        One sentence: unit and range.
    """

    label: str
    kind: Kind
    meaning: str


def _read(table: str) -> dict[str, Column]:
    rows = (line.split("|") for line in table.strip().splitlines() if line.strip())
    columns = {}
    for name, label, kind, meaning in ([cell.strip() for cell in row] for row in rows):
        columns[name] = Column(label, kind, meaning)  # type: ignore[arg-type]
    return columns


COLUMNS: dict[str, Column] = _read(
    _SHARED + _SOURCES + _OVERLAP + _POSITIONING + _SATISFACTION + _JOINS + _REPORT
)
