"""The one dictionary of column names.

Every column of every public frame stands in ``columns.txt`` with its meaning and the way it is
written in a report; a test refuses columns that do not. Names are part of the contract: they never
depend on the call, the level of an interval is a column of its own, shares run from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

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


def _read(table: str) -> Iterator[tuple[str, Column]]:
    for line in table.splitlines():
        if not line or line.startswith("#"):
            continue
        name, label, kind, meaning = (cell.strip() for cell in line.split("|"))
        plain: Any = kind.removesuffix(" ±")
        yield name, Column(label, plain, meaning)
        if plain != kind:
            what = f"end of the interval of the {label.lower()}"
            yield f"{name}_low", Column(f"{label} from", plain, f"lower {what}")
            yield f"{name}_high", Column(f"{label} to", plain, f"upper {what}")


_TABLE = Path(__file__).with_name("columns.txt").read_text(encoding="utf-8")
COLUMNS: dict[str, Column] = dict(_read(_TABLE))
