"""From a column to codes and text labels: one way for every result, note, plot and focus.

A bank is one bank whether a file writes it 1, 1.0 or "1": whole numbers are written without a
point, whatever the column's type.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.linalg import Codes
from brandkit.core.message import Message


def label_text(value: object) -> str:
    """Write a label as text.

    Examples
    --------
    >>> [label_text(one) for one in (1, 1.0, np.float32(1), "1", 2.5, True, "A")]
    ['1', '1', '1', '1', '2.5', 'True', 'A']
    """
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def coded(column: pd.Series[Any]) -> tuple[Codes, tuple[str, ...]]:
    """Give a column's codes and labels; -1 where it is missing.

    Categories keep their declared order, those that occur; other labels stand in order: numbers
    by value, texts by text, numbers first.

    Examples
    --------
    >>> codes, labels = coded(pd.Series([2.0, 10.0, None, 2.0]))
    >>> codes.tolist(), labels
    ([0, 1, -1, 0], ('2', '10'))
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        values = list(column.cat.categories)
        raw = np.asarray(column.cat.codes, dtype=np.intp)
        occurring = np.unique(raw[raw >= 0])
    else:
        factored, found = pd.factorize(column)
        raw, values = np.asarray(factored, dtype=np.intp), list(found)
        occurring = np.array(sorted(range(len(values)), key=lambda at: _order(values[at])), np.intp)
    labels: dict[str, int] = {}
    place = np.full(len(values) + 1, -1, dtype=np.intp)  # the last one for -1
    for at in occurring:
        place[at] = labels.setdefault(label_text(values[at]), len(labels))
    return place[raw], tuple(labels)


def known_focus(
    focus: object, labels: Iterable[object], *, what: str = "banks"
) -> tuple[str | None, tuple[Message, ...]]:
    """Find a focus among a result's labels; one that is not there counts as none, with a note.

    Examples
    --------
    >>> known_focus("1.0", ["1", "2"])
    ('1', ())
    >>> focus, notes = known_focus("Civic", ["Kestrel"])
    >>> focus, str(notes[0])
    (None, 'Civic is not among the banks compared here.')
    """
    if focus is None:
        return None, ()
    known = {label_text(one) for one in labels}
    asked = label_text(focus)
    if asked not in known and _number(asked) is not None:
        asked = label_text(_number(asked))
    if asked in known:
        return asked, ()
    values = {"focus": label_text(focus)}
    if what == "segments":
        return None, (Message("{focus} is not among the segments compared here.", values),)
    return None, (Message("{focus} is not among the banks compared here.", values),)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _order(value: object) -> tuple[int, float, str]:
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        return 0, float(value), ""
    return 1, 0.0, str(value)
