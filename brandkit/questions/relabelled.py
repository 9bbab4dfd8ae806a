"""Answers in another language: the same numbers, the labels written anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.labels import COLUMNS
from brandkit.core.message import Message

#: Columns of text that hold codes and kinds, not labels.
CODES = frozenset({
    "item", "product", "product_a", "product_b", "record", "file", "facet", "state", "unit",
    "field", "reason", "missing", "set", "kind", "check", "detail", "respondent", "strata",
    "cluster", "reference", "scenario", "null", "cell", "component", "side", "scaling",
    "method", "rotation", "model", "against", "optimum", "claim", "own_mean", "zone", "term",
    "driver", "measure", "link", "mode", "scheme", "base", "margin", "letter", "letters",
    "style", "quadrant", "within", "by", "role", "test", "verdict", "reading", "trait", "size",
    "mover", "nature",
    "profile", "direction", "composite", "strategy", "because", "settled", "evidence", "rule",
    "severity", "place", "block", "block_a", "block_b", "source", "target", "problem",
    "priority", "holds", "effect",
})  # fmt: skip


def relabelled(value: Any, names: Mapping[str, Any]) -> Any:
    """Write the labels in a result anew.

    Parameters
    ----------
    value : object
        A result, or anything that stands in one.
    names : mapping
        Label to label; others stay.
    """
    if isinstance(value, str):
        return names.get(value, value)
    if not names or value is None or isinstance(value, (bool, int, float)):
        return value
    for kind, made in _MADE:
        if isinstance(value, kind):
            return made(value, names)
    return value


def _message(value: Message, names: Mapping[str, str]) -> Message:
    return Message(value.text, relabelled(dict(value.values), names), value.context)


def _series(value: pd.Series, names: Mapping[str, str]) -> pd.Series:
    return _cells(value, names).rename(relabelled(value.name, names))


def _index(value: pd.Index, names: Mapping[str, str]) -> pd.Index:
    return value if value.dtype.kind in "iufMb" else value.map(lambda one: _known(one, names))


def _array(value: np.ndarray, names: Mapping[str, str]) -> np.ndarray:
    if value.dtype != object:
        return value
    new = np.empty(value.size, dtype=object)
    new[:] = [relabelled(one, names) for one in value.ravel()]
    return new.reshape(value.shape)


def _several(value: Any, names: Mapping[str, str]) -> Any:
    make = getattr(type(value), "_make", type(value))  # a named tuple takes its fields one by one
    return make([relabelled(one, names) for one in value])


def _pairs(value: Any, names: Mapping[str, str]) -> Any:
    return type(value)(
        {relabelled(key, names): relabelled(one, names) for key, one in value.items()}
    )


def _record(value: Any, names: Mapping[str, str]) -> Any:
    if not (is_dataclass(value) and type(value).__module__.startswith("brandkit.")):
        return value
    new = object.__new__(type(value))
    for one in fields(value):
        old = getattr(value, one.name)
        kept = one.name in CODES and isinstance(old, str)
        object.__setattr__(new, one.name, old if kept else relabelled(old, names))
    return new


def _frame(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    changed = {
        column: _cells(frame[column], names)
        for column in frame.columns
        if str(column) not in CODES and not pd.api.types.is_numeric_dtype(frame[column])
    }
    new = frame.assign(**changed) if changed else frame.copy()
    new.index = relabelled(frame.index, names)
    new.columns = pd.Index(
        [one if str(one) in COLUMNS else _known(one, names) for one in frame.columns],
        name=frame.columns.name,
        dtype=frame.columns.dtype,
    )
    return new


def _cells(cells: pd.Series, names: Mapping[str, str]) -> pd.Series:
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return cells.cat.rename_categories([_known(one, names) for one in cells.cat.categories])
    if pd.api.types.is_numeric_dtype(cells) or cells.dtype.kind == "M":
        return cells
    return cells.map(lambda one: _known(one, names), na_action="ignore").astype(cells.dtype)


def _known(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, (Message, tuple, list)):
        return relabelled(value, names)
    return value


_MADE: tuple[tuple[Any, Any], ...] = (
    (Message, _message),
    (pd.DataFrame, _frame),
    (pd.Series, _series),
    (pd.Index, _index),
    (np.ndarray, _array),
    ((tuple, list, set, frozenset), _several),
    ((dict, MappingProxyType), _pairs),
    (object, _record),
)
