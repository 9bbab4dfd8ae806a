"""The form in which results are recorded, and how they are compared with it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.message import Message
from brandkit.core.result import Result

FOLDER = Path(__file__).resolve().parent
MOST_ROWS = 60
"""Longer columns are recorded by their digest."""
#: What is searched for in steps may stop elsewhere where a processor adds in another order.
LOOSE = {("Opportunities", "changes"): 1e-4}

Frames = dict[str, dict[str, Any]]
Record = dict[str, Frames]


def file_of(study: str) -> Path:
    return FOLDER / f"{study}.json"


def read(study: str) -> dict[str, Record]:
    """Give a study's record: part, result, frame."""
    return json.loads(file_of(study).read_text(encoding="utf-8"))


def write(study: str, parts: Mapping[str, Record]) -> None:
    """Write a study's record, one frame a line so that a change is seen where it is."""
    lines = []
    for part, record in parts.items():
        results = [
            f" {json.dumps(name)}: {{\n"
            + ",\n".join(f"  {json.dumps(key)}: {_line(frame)}" for key, frame in frames.items())
            + "}"
            for name, frames in record.items()
        ]
        lines.append(f"{json.dumps(part)}: {{\n" + ",\n".join(results) + "}")
    file_of(study).write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8", newline="\n")


def _line(frame: dict[str, Any]) -> str:
    return json.dumps(frame, separators=(",", ":"), ensure_ascii=False)


# --- a result's record ---------------------------------------------------------------------------


def recorded(answers: Iterable[tuple[str, Any]]) -> Record:
    """Record answers by their noun, and by the question where a noun has several.

    A plain frame is recorded by its question alone; where a study lacks the evidence, nothing is.
    """
    found: Record = {}
    for question, answer in answers:
        if answer is None:
            continue
        noun = type(answer).__name__
        if isinstance(answer, Result):
            key = f"{noun}: {question}" if question else noun
            frames = frames_of(answer)
        else:
            key, frames = question, {"": compact(answer)}
        assert key not in found, f"{key} is recorded twice"
        found[key] = frames
    return found


def frames_of(result: Result) -> Frames:
    """Give the compact form of all that a result holds and tells."""
    values = {"tidy()": result.tidy(), "glance()": result.glance()}
    values |= {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    values |= {name: getattr(result, name) for name in _properties(type(result))}
    values.pop("notes")
    told = {name: compact(value) for name, value in values.items()}
    return {name: frame for name, frame in told.items() if frame}


def _properties(kind: type[Result]) -> Iterator[str]:
    for name, value in vars(kind).items():
        if not name.startswith("_") and isinstance(value, property | cached_property):
            yield name


def compact(value: Any) -> dict[str, Any]:
    """Give the compact form of a frame, an array or a scalar; nothing of what has none.

    Results within a result are recorded as results; its inner workings are not recorded.
    """
    if isinstance(value, pd.DataFrame):
        indexed = value if isinstance(value.index, pd.RangeIndex) else value.reset_index()
        columns = {
            str(name): column(indexed.iloc[:, at]) for at, name in enumerate(indexed.columns)
        }
        return {"rows": len(value), "columns": columns}
    if isinstance(value, pd.Series):
        return compact(value.reset_index())
    if isinstance(value, np.ndarray):
        shape = list(value.shape)
        return {"rows": shape, "columns": {"": column(pd.Series(value.ravel()))}}
    if isinstance(value, Mapping):
        value = {str(key): one for key, one in value.items() if _is_plain(one)}
        return {"rows": 1, "columns": {key: column(pd.Series([one])) for key, one in value.items()}}
    if isinstance(value, tuple | list) and all(_is_plain(one) for one in value):
        return {"rows": len(value), "columns": {"": column(pd.Series(value, dtype=object))}}
    if _is_plain(value):
        return {"rows": 1, "columns": {"": column(pd.Series([value], dtype=object))}}
    return {}


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple | list):
        return all(_is_plain(one) for one in value)
    return value is None or isinstance(value, str | bool | int | float | np.generic)


def column(values: pd.Series) -> list[Any]:
    """Give a column's kind and its values: numbers themselves or digested, texts hashed."""
    kind = _kind(values)
    if kind == "text":
        joined = "\x1f".join(_said(value) for value in values)
        return [kind, hashlib.sha256(joined.encode()).hexdigest()[:16]]
    if kind == "date":
        values = (pd.to_datetime(values) - pd.Timestamp(0)) / pd.Timedelta(days=1)
    numbers = values.to_numpy(dtype=float, na_value=np.nan)
    return [kind, _digest(numbers) if len(numbers) > MOST_ROWS else [*map(_rounded, numbers)]]


def _kind(values: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    if isinstance(values.dtype, pd.CategoricalDtype):
        return "text"
    plain = values.infer_objects()
    if plain.dtype == object:
        known = plain.dropna().infer_objects()
        if known.empty or known.dtype == object:
            return "text"
        plain = known
    return {"b": "flag", "i": "int", "u": "int", "f": "float"}.get(plain.dtype.kind, "text")


def _said(value: Any) -> str:
    """Tell a cell as a text that does not change with a float's last digits or a language."""
    if isinstance(value, Message):
        return ""
    if isinstance(value, Mapping):
        return ";".join(f"{key}={_said(one)}" for key, one in value.items())
    if isinstance(value, set | frozenset):
        return ";".join(sorted(map(_said, value)))
    if isinstance(value, tuple | list | np.ndarray):
        return ";".join(map(_said, value))
    if isinstance(value, float | np.floating):
        return f"{value:.6g}"
    return "" if value is None or value is pd.NA or value is pd.NaT else str(value)


def _rounded(number: float) -> float | str | None:
    """Keep 12 digits, as 10 would use up half of what may differ."""
    if np.isnan(number):
        return None
    if np.isinf(number):
        return str(number)
    short = float(f"{number:.12g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short


def _digest(numbers: np.ndarray) -> dict[str, float | str | None]:
    """Digest a long column: counts, sums that see values, size and order, and its ends."""
    at = np.flatnonzero(~np.isnan(numbers))
    known, order = numbers[at], (at + 1) * (5**0.5 - 1) / 2 % 1  # neighbours weigh unlike
    low, high = (known.min(), known.max()) if len(known) else (np.nan, np.nan)
    digest = {
        "n": len(known), "n_missing": len(numbers) - len(known), "sum": known.sum(),
        "squares": (known**2).sum(), "by_row": (order * known).sum(), "low": low, "high": high,
    }  # fmt: skip
    return {name: _rounded(value) for name, value in digest.items()}


# --- comparing -----------------------------------------------------------------------------------


def differences(old: Record, new: Record) -> list[str]:
    """Say where two records differ, each with the result, the frame and the column."""
    return [f"{' / '.join(place)}: {what}" for place, what in _compared((), old, new, depth=3)]


def _compared(
    place: tuple[str, ...], old: Mapping[str, Any], new: Mapping[str, Any], *, depth: int
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Compare by name: results, their frames, their columns."""
    for name in [*old, *(name for name in new if name not in old)]:
        here = (*place, name)
        if name not in new:
            yield here, "is gone"
        elif name not in old:
            yield here, "is not recorded"
        elif depth == 1:
            noun, frame = place[0].partition(":")[0], place[1]
            what = _column_differs(old[name], new[name], loose=LOOSE.get((noun, frame), 0.0))
            if what:
                yield here, what
        elif depth == 2:
            if old[name]["rows"] != new[name]["rows"]:
                yield here, f"{old[name]['rows']} rows were recorded, not {new[name]['rows']}"
            yield from _compared(here, old[name]["columns"], new[name]["columns"], depth=1)
        else:
            yield from _compared(here, old[name], new[name], depth=2)


def _column_differs(old: list[Any], new: list[Any], *, loose: float) -> str:
    (kind, was), (now_kind, now) = old, new
    if kind != now_kind:
        return f"was {kind}, is {now_kind}"
    if kind == "text":
        return "" if was == now else "other texts"
    if type(was) is not type(now) or len(was) != len(now):
        return "another length"
    if isinstance(was, dict):
        # A sum of many that cancel out is as exact as their sizes allow.
        rtol, atol = 1e-8, 1e-8 * _number(was["squares"]) ** 0.5 * max(1.0, was["n"] ** 0.5)
        names, was, now = list(was), list(was.values()), list(now.values())
    else:
        rtol, atol, names = 1e-9, 1e-12, [f"row {at}" for at in range(len(was))]
    before, after = (np.array([_number(one) for one in side]) for side in (was, now))
    rtol, atol = max(rtol, loose), max(atol, loose)
    off = np.flatnonzero(~np.isclose(after, before, rtol=rtol, atol=atol, equal_nan=True))
    if not len(off):
        return ""
    at = off[0]
    return f"{len(off)} of {len(before)} differ, {names[at]}: {before[at]!r} is now {after[at]!r}"


def _number(value: float | str | None) -> float:
    return np.nan if value is None else float(value)
