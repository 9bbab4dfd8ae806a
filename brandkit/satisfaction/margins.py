"""The population's margins as they are written, held against the groups of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.calibration import Margin
from brandkit.core.checks import require_columns
from brandkit.core.errors import InputError, ScaleError, did_you_mean, shown
from brandkit.core.message import Message
from brandkit.satisfaction.groups import group_text, ordered_codes

Codes = NDArray[np.intp]
Margins = Mapping[str, Mapping[object, float]]

#: How far shares may be from summing to 1 (percentages: to 100) and still be mended.
ROUNDING = 0.02
#: Sums above this are counts or percentages, not shares.
MOST_SHARES = 1.5


@dataclass(frozen=True, eq=False)
class Wanted:
    """Margins of the population and each row's group in them.

    Parameters
    ----------
    margins : tuple of Margin
    codes : ndarray of int, shape (n, margins)
        -1 where the group is missing.
    notes : tuple of Message
    """

    margins: tuple[Margin, ...]
    codes: Codes
    notes: tuple[Message, ...]


def wanted_margins(frame: pd.DataFrame, margins: Margins, *, weighed: NDArray[np.bool_]) -> Wanted:
    """Read margins and place every row in them.

    Parameters
    ----------
    frame : DataFrame
    margins : mapping of column to mapping of group to number
    weighed : ndarray of bool
        Rows that have a weight; groups of others need not be covered.

    Returns
    -------
    Wanted

    Raises
    ------
    InputError, ScaleError
        See :func:`~brandkit.satisfaction.weighting.survey_weights`.

    Examples
    --------
    >>> people = pd.DataFrame({"sex": [1, 2, 1]})
    >>> wanted = wanted_margins(people, {"sex": {"1": 52, "2": 48}}, weighed=np.ones(3, bool))
    >>> wanted.margins[0].targets.tolist(), wanted.codes.ravel().tolist()
    ([0.52, 0.48], [0, 1, 0])
    """
    if not isinstance(margins, Mapping) or not margins:
        raise InputError(
            "`margins` must map at least one column to its groups' shares; found "
            f"{shown(margins) if margins else 'none'}. Write {{'sex': {{'f': 0.52, 'm': 0.48}}}}."
        )
    require_columns(frame, list(margins), argument="margins")
    read, codes, notes = [], [], []
    for column, groups in margins.items():
        if not isinstance(groups, Mapping) or len(groups) < 2:
            raise InputError(
                f"`margins` must give the shares of at least two groups for each column; found "
                f"{shown(groups)} for {shown(column)}."
            )
        margin, off = _margin(column, groups)
        read.append(margin)
        codes.append(_placed(frame[column], margin, weighed=weighed))
        if off is not None:
            said = "The shares of {column} sum to {total:percent1}; they were brought to 100%."
            notes.append(Message(said, {"column": column, "total": off}))
    return Wanted(tuple(read), np.stack(codes, axis=1), tuple(notes))


def _margin(column: str, groups: Mapping[object, float]) -> tuple[Margin, float | None]:
    """Give a margin, and what its shares summed to where that was not 1."""
    names = [group_text(group) for group in groups]
    if len(set(names)) < len(names):
        raise InputError(
            f"`margins` must name each group once; found {shown(sorted(names))} for "
            f"{shown(column)}."
        )
    values = np.array([_number(column, value) for value in groups.values()], dtype=np.float64)
    if not (values > 0).all():
        wrong = [name for name, value in zip(names, values, strict=True) if not value > 0]
        raise ScaleError(
            f"`margins` must be above 0; found {shown(wrong)} of {shown(column)} at 0 or below. "
            "Leave the group out of data and margins."
        )
    total = float(values.sum())
    whole = 1.0 if total <= MOST_SHARES else 100.0 if abs(total - 100) <= 100 * ROUNDING else total
    gap = abs(total / whole - 1)
    if gap > ROUNDING:
        raise ScaleError(
            f"`margins` must sum to 1 over the groups of a column; found {total:.3g} for "
            f"{shown(column)}. Write the share of every group, or counts."
        )
    return Margin(column, tuple(names), values / total), total / whole if gap > 1e-9 else None


def _number(column: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        raise InputError(
            f"`margins` must hold numbers; found {shown(value)} for {shown(column)}. Write shares."
        )
    return float(value)


def _placed(column: pd.Series, margin: Margin, *, weighed: NDArray[np.bool_]) -> Codes:
    """Give each row's group in a margin; refuse groups that the margin does not cover."""
    codes, labels, _ = ordered_codes(column)
    place = {name: at for at, name in enumerate(margin.groups)}
    names = [group_text(label) for label in labels]
    held = np.bincount(codes[weighed & (codes >= 0)], minlength=len(names))
    beyond = [name for name, n in zip(names, held, strict=True) if n and name not in place]
    if beyond:
        raise InputError(
            f"`margins` must cover every group of {shown(margin.name)}; found {shown(beyond)} in "
            f"the data beside {shown(margin.groups, most=8)}."
            f"{did_you_mean(beyond[0], margin.groups)} Name its share, or leave its rows out."
        )
    at = np.array([*(place.get(name, -1) for name in names), -1], dtype=np.intp)
    return np.asarray(at[codes])
