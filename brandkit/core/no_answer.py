"""Answers that are none: codes for "don't know" and the like that were read as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.core.message import Message

#: Values that stand for no answer in many files, and never lie on a scale of ratings.
NEGATIVE_CODES = (-1.0, -2.0, -7.0, -8.0, -9.0, -66.0, -77.0, -88.0, -97.0, -98.0, -99.0, -999.0)
POSITIVE_CODES = (77.0, 88.0, 97.0, 98.0, 99.0, 998.0, 999.0, 9999.0)
#: The longest scale on which values this far out cannot be answers.
LONGEST_SCALE = 11


def without_codes(
    answers: Floats, columns: Sequence[str], limits: Mapping[str, tuple[float, float]]
) -> tuple[Floats, list[Message]]:
    """Take what cannot be an answer as missing, and say so.

    Parameters
    ----------
    answers : ndarray, shape (n, columns)
    columns : sequence of str
        Their names.
    limits : mapping
        Column to the ends of its scale, where they are known.

    Returns
    -------
    answers : ndarray
        With NaN in place of codes.
    notes : list of Message
        How many were found in which column.

    Examples
    --------
    >>> cleaned, notes = without_codes(np.array([[7.0], [99.0], [10.0]]), ["sat"], {})
    >>> cleaned.ravel().tolist(), len(notes)
    ([7.0, nan, 10.0], 1)
    """
    cleaned, notes = answers, []
    for at, name in enumerate(columns):
        column = answers[:, at]
        low, high = limits.get(name, (np.nan, np.nan))
        found = (column < low) | (column > high) if name in limits else _coded(column)
        n = int(found.sum())
        if not n:
            continue
        cleaned = cleaned.copy() if cleaned is answers else cleaned
        cleaned[found, at] = np.nan
        codes = [_number(code) for code in np.unique(column[found])[:3]]
        told = {"item": name, "codes": codes, "n": n}
        if name in limits:
            told |= {"low": _number(low), "high": _number(high)}
            said = (
                "“{item}” holds {codes} in {n:count} {n:row|rows}, outside its scale from {low} to "
                "{high}; taken as missing."
            )
            notes.append(Message(said, told))
        else:
            said = (
                "“{item}” holds {codes} in {n:count} {n:row|rows}, a code for no answer; it is "
                "taken as missing."
            )
            notes.append(Message(said, told))
    return cleaned, notes


def _coded(column: Floats) -> NDArray[np.bool_]:
    """Find codes for no answer: they stand apart from a short scale of whole answers."""
    negative = np.isin(column, NEGATIVE_CODES)
    positive = np.isin(column, POSITIVE_CODES)
    if not (negative.any() or positive.any()):
        return np.zeros(len(column), dtype=bool)
    rest = column[~(negative | positive) & ~np.isnan(column)]
    whole = len(rest) > 0 and bool((rest % 1 == 0).all())
    if not whole or rest.min() < 0 or np.ptp(rest) >= LONGEST_SCALE:
        return np.zeros(len(column), dtype=bool)
    return np.asarray(negative | (positive & (column > rest.max() + LONGEST_SCALE)))


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−")
