"""The levels of an ordered answer: coded, named, the thin and the empty ones told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import InputError, NotEnoughDataError, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.survey_design import SurveyData
from brandkit.core.survey_rows import Data
from brandkit.satisfaction.survey_with import with_responses

MOST_LEVELS = 50
THIN = 10
"""Answers under which a level is called thin."""
FEW_LEVELS = 4
"""Levels up to which the top is one level rather than two."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Ordered answers.

    Parameters
    ----------
    code : ndarray of int, shape (n,)
        Level of each row, from 0; each occurs.
    levels : tuple of str
        Their names.
    values : ndarray, shape (levels,), or None
        The answers as numbers; None where they are words.
    counts : ndarray of int
        Rows of each level.
    top : int
        Levels counted as the top.
    notes : tuple of Message
    """

    code: NDArray[np.intp]
    levels: tuple[str, ...]
    values: Floats | None
    counts: NDArray[np.intp]
    top: int
    notes: tuple[Message, ...]


def with_coded_outcome(data: Data, outcome: str) -> tuple[Data, tuple[str, ...]]:
    """Give ordered words as numbers, and the words; other outcomes stay as they are."""
    frame = data.responses if isinstance(data, SurveyData) else data
    if not isinstance(frame, pd.DataFrame) or outcome not in frame.columns:
        return data, ()
    column = frame[outcome]
    if not (isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered):
        return data, ()
    codes = column.cat.codes.astype(float)
    coded = frame.assign(**{outcome: codes.where(codes >= 0)})
    return with_responses(data, coded), tuple(str(word) for word in column.cat.categories)


def ordered_levels(
    answers: Floats,
    *,
    outcome: str,
    words: tuple[str, ...],
    limits: tuple[float, float] | None,
    top: int | None,
) -> Levels:
    """Code answers by their order, and say which levels are thin or empty.

    Parameters
    ----------
    answers : ndarray, shape (n,)
    outcome : str
    words : tuple of str
        Names of the levels where answers are codes of ordered words.
    limits : tuple of float, optional
        Ends of the scale, where known.
    top : int, optional
        Levels of the scale that count as its top.

    Returns
    -------
    Levels

    Raises
    ------
    InputError
        Too many levels, or a top that is no part of the scale.
    NotEnoughDataError
        All answers are the same.

    Examples
    --------
    >>> found = ordered_levels(np.array([7.0, 9.0, 7.0]), outcome="sat", words=(), limits=None,
    ...                        top=1)
    >>> found.code.tolist(), found.levels
    ([0, 1, 0], ('7', '9'))
    """
    values, code, counts = np.unique(answers, return_inverse=True, return_counts=True)
    if len(values) > MOST_LEVELS:
        raise InputError(
            f"`outcome` must have at most {MOST_LEVELS} different answers; found {len(values)} in "
            f"{shown(outcome)}. Use driver_importance for a measured amount, or put it in classes."
        )
    if len(values) < 2:
        raise NotEnoughDataError(
            f"`outcome` must have at least two different answers; found {shown(values.tolist())} "
            f"throughout in {shown(outcome)}. Nothing can be explained where nothing differs."
        )
    is_worded = bool(words)
    whole = bool((values % 1 == 0).all())
    ends = (0.0, float(len(words) - 1)) if is_worded else limits
    low, high = ends if ends is not None else (float(values[0]), float(values[-1]))
    names = tuple(words[int(value)] if is_worded else f"{value:g}" for value in values)
    notes = list(_thin(names, counts))
    if whole and high - low < MOST_LEVELS:
        scale = np.arange(low, high + 1)
        empty = [value for value in scale if value not in values]
        told = [words[int(value)] if is_worded else f"{value:g}" for value in empty]
        notes += _empty(told)
    else:
        scale = values
    return Levels(
        code=code.reshape(-1).astype(np.intp), levels=names, values=None if is_worded else values,
        counts=counts, top=_top(top, values, scale), notes=tuple(notes),
    )  # fmt: skip


def _top(top: int | None, values: Floats, scale: Floats) -> int:
    """Count the answered levels among the top ones of the scale."""
    wanted = (1 if len(scale) <= FEW_LEVELS else 2) if top is None else top
    if not 1 <= wanted < len(scale):
        raise InputError(
            f"`top` must be a whole number between 1 and {len(scale) - 1} for a scale of "
            f"{len(scale)} levels; found {shown(top)}."
        )
    reached = int((values >= scale[-wanted]).sum())
    return min(max(reached, 1), len(values) - 1)


def _thin(names: tuple[str, ...], counts: NDArray[np.intp]) -> list[Message]:
    thin = [name for name, n in zip(names, counts.tolist(), strict=True) if n < THIN]
    if not thin:
        return []
    said = (
        "Fewer than {least:count} answers at {n:level|levels} {levels}: the "
        "{n:threshold|thresholds} there {n:is|are} uncertain."
    )
    return [Message(said, {"levels": thin, "n": len(thin), "least": THIN})]


def _empty(names: list[str]) -> list[Message]:
    if not names:
        return []
    said = "Nobody answered {levels}; {n:the level is|the levels are} united with the next."
    return [Message(said, {"levels": names, "n": len(names)})]
