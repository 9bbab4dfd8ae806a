"""What every result of brandkit must keep."""

from __future__ import annotations

import dataclasses
import pickle
from collections.abc import Callable

import pandas as pd
import pytest

from brandkit.core.labels import COLUMNS
from brandkit.core.message import Message
from brandkit.core.result import Result


def frames_of(result: Result) -> dict[str, pd.DataFrame]:
    """Every public frame of a result, with those of ``tidy`` and ``glance``."""
    fields = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    frames = {name: value for name, value in fields.items() if isinstance(value, pd.DataFrame)}
    return frames | {"tidy()": result.tidy(), "glance()": result.glance()}


def assert_contract(make: Callable[[], Result], *inputs: pd.DataFrame) -> None:
    """Check a result's promises: frozen, known columns, inputs untouched, repeatable.

    Parameters
    ----------
    make : callable
        Computes the result anew from the inputs.
    inputs : DataFrame
        What it computes from.
    """
    before = [frame.copy(deep=True) for frame in inputs]
    result = make()
    for frame, copy in zip(inputs, before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)

    with pytest.raises(dataclasses.FrozenInstanceError):
        result.notes = ()  # type: ignore[misc]
    for name, frame in frames_of(result).items():
        unknown = [column for column in frame.columns if column not in COLUMNS]
        assert not unknown, f"{name} has columns that core/columns.txt does not know: {unknown}"
    assert len(result.glance()) == 1
    assert all(isinstance(note, Message) for note in result.notes)

    changed = result.tidy()
    changed[changed.columns[0]] = None
    again, stored = make(), pickle.loads(pickle.dumps(result))
    for name, frame in frames_of(result).items():
        pd.testing.assert_frame_equal(frame, frames_of(again)[name], check_exact=True)
        pd.testing.assert_frame_equal(frame, frames_of(stored)[name], check_exact=True)
    assert repr(result) == repr(again)
