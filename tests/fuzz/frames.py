"""Frames as nobody would want them: every public function gives a result of them, or says why."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from brandkit.overlap.examples import catalog_of
from tests.overlap.markets import random_market
from tests.public import World, make_world

Rng = np.random.Generator
Twist = Callable[[Rng, pd.DataFrame], pd.DataFrame]
ODD_TEXT = (
    "",
    " ",
    "滙豐銀行",
    "\u202eabc",
    "a\x00b",
    "x" * 5000,
    "=1+1",
    "🏦",
    "nan",
    "None",
    "\ud800",
)
ODD_CELLS: tuple[Any, ...] = (
    [1, 2],
    {"a": 1},
    (1,),
    2**70,
    -(2**63),
    1e308,
    -1e308,
    5e-324,
    float("inf"),
    float("nan"),
    None,
    pd.NA,
    pd.NaT,
    True,
    1 + 2j,
    b"bytes",
    decimal.Decimal("1.5"),
    datetime.date(2026, 3, 1),
    pd.Timestamp("2026-03-01", tz="Asia/Hong_Kong"),
    object,
    "text",
    *ODD_TEXT,
)


def _one(rng: Rng, frame: pd.DataFrame) -> int:
    return int(rng.integers(frame.shape[1]))


def _with(frame: pd.DataFrame, at: int, cells: Any) -> pd.DataFrame:
    frame = frame.copy()
    frame.isetitem(at, cells)
    return frame


def some_cells(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Put odd values into a column's cells."""
    at, value = _one(rng, frame), ODD_CELLS[rng.integers(len(ODD_CELLS))]
    cells = np.array([*frame.iloc[:, at], None], dtype=object)[:-1]
    for row in np.flatnonzero(rng.random(len(cells)) < rng.choice([0.02, 0.3, 1.0])):
        cells[row] = value
    return _with(frame, at, pd.Series(cells, index=frame.index, dtype=object))


def a_constant(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Make a column constant, missing, or of one extreme number."""
    numbers = (0, 1, -1, np.nan, np.inf, 1e300, 2**62, 1e-300, True)
    return _with(frame, _one(rng, frame), numbers[rng.integers(len(numbers))])


def scaled(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Multiply a column of numbers."""
    at = _one(rng, frame)
    if not pd.api.types.is_numeric_dtype(frame.iloc[:, at]):
        return frame
    with np.errstate(all="ignore"):
        return _with(frame, at, frame.iloc[:, at] * rng.choice([-1, 0, 1e-12, 1e12, 1e200, 2.5]))


def other_types(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Give columns nullable, Arrow, categorical, text, sparse or boolean types."""
    kind = rng.integers(6)
    if kind == 0:
        return frame.convert_dtypes()
    if kind == 1:
        return frame.convert_dtypes(dtype_backend="pyarrow")
    at = _one(rng, frame)
    cells = frame.iloc[:, at]
    if kind == 2:
        return _with(frame, at, cells.astype("category"))
    if kind == 3:
        return _with(frame, at, cells.astype(str))
    if kind == 4:
        return _with(frame, at, cells.astype(complex) if cells.dtype.kind in "if" else cells)
    return _with(frame, at, cells.astype(bool))


def other_names(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Name columns or rows twice, by numbers, nothing, dates or at several levels."""
    frame, kind = frame.copy(), rng.integers(7)
    names: list[Any] = list(frame.columns)
    at, other = _one(rng, frame), _one(rng, frame)
    if kind == 0:
        names[at] = names[other]
    elif kind == 1:
        names[at] = rng.choice(np.array([3, None, 1.5, ("a", "b")], dtype=object))
    elif kind == 2:
        names[at] = ODD_TEXT[rng.integers(len(ODD_TEXT))]
    elif kind == 3:
        frame.columns = pd.MultiIndex.from_product([["top"], names])
        return frame
    elif kind == 4:
        frame.index = pd.MultiIndex.from_product([["top"], frame.index])
        return frame
    elif kind == 5:
        frame.index = pd.Index(rng.choice(frame.index, len(frame)))
        return frame
    else:
        return pd.concat([frame, frame.iloc[:, [at]]], axis=1)
    frame.columns = pd.Index(names, dtype=object)
    return frame


def fewer(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Leave few rows, none, or fewer columns."""
    if rng.random() < 0.3:
        return frame.drop(columns=frame.columns[_one(rng, frame)])
    return frame.head(int(rng.choice([0, 1, 2, 3, 5, 12])))


def missing(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Empty cells at random."""
    return frame.mask(rng.random(frame.shape) < rng.choice([0.02, 0.3, 0.9]))


def repeated(rng: Rng, frame: pd.DataFrame) -> pd.DataFrame:
    """Repeat or reorder rows."""
    return frame.iloc[rng.integers(0, max(len(frame), 1), len(frame) * rng.integers(1, 3))]


TWISTS: tuple[Twist, ...] = (
    some_cells,
    some_cells,
    a_constant,
    scaled,
    other_types,
    other_types,
    other_names,
    fewer,
    missing,
    repeated,
)


@cache
def _world(seed: int, persons: int) -> World:
    return make_world(seed, persons=persons)


class Twisted:
    """A world whose frames are twisted when they are asked for.

    Parameters
    ----------
    world : World
    twists : sequence of callable
    seed : int
    """

    def __init__(self, world: World, twists: Sequence[Twist], seed: int) -> None:
        self.world, self.twists, self.seed = world, twists, seed

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.world, name)
        if not isinstance(found, pd.DataFrame):
            return found
        rng = np.random.default_rng(self.seed)
        for twist in self.twists:
            if found.shape[1]:
                with suppress(Exception):  # some twists pandas itself will not have
                    found = twist(rng, found)
        setattr(self, name, found)
        return found


def twisted_world(rng: Rng) -> tuple[Any, list[str]]:
    """Draw a world and how to twist it; gives what was done, too.

    Parameters
    ----------
    rng : Generator

    Returns
    -------
    World or Twisted
    list of str
    """
    world = _world(int(rng.integers(12)), int(rng.choice([8, 20, 40])))
    if rng.random() < 0.25:
        return world, []
    twists = [TWISTS[rng.integers(len(TWISTS))] for _ in range(rng.integers(1, 3))]
    world = dataclasses.replace(world, catalog=_odd_catalog(int(rng.integers(60))))
    return Twisted(world, twists, int(rng.integers(2**32))), [one.__name__ for one in twists]


@cache
def _odd_catalog(seed: int) -> Any:
    """Give a catalogue with odd names, amounts, lists, or next to nothing in it."""
    rng = np.random.default_rng(seed)
    offers = random_market(int(rng.integers(50)), most=int(rng.integers(1, 3)))
    if rng.random() < 0.3:
        offers = offers[: rng.integers(1, 4)]
    for offer in offers:
        if rng.random() < 0.3:
            offer["name"] = ODD_TEXT[rng.integers(len(ODD_TEXT) - 1)]
        if rng.random() < 0.2:
            offer["fees"] = {"annual fee": float(rng.choice([0, -5, 1e300, 1e-300]))}
        if rng.random() < 0.2:
            offer["features"] = []
    return catalog_of(offers)
