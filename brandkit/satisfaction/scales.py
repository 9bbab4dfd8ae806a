"""Which scores an item's scale allows: its ends, its top two categories, its coding for the NPS.

Ends come from the codebook or from the caller, never from what happened to be answered; where
neither says them, 0 to 10 is taken, said so, and given up where the answers speak against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np

from brandkit.core.checks import check_option
from brandkit.core.errors import InputError, ScaleError, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message

Measure = Literal["mean", "top2", "nps"]
NpsCoding = Literal["0-10", "1-10", "1-11"]
Ends = tuple[float, float]
Limits = Ends | Mapping[str, Ends]

MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)

#: Ends of the scale, lowest promoter and highest detractor of each coding of the question.
CODINGS: Final[dict[NpsCoding, tuple[float, float, float, float]]] = {
    "0-10": (0.0, 10.0, 9.0, 6.0),
    "1-10": (1.0, 10.0, 9.0, 6.0),
    "1-11": (1.0, 11.0, 10.0, 7.0),
}
#: Most steps between the ends of a scale whose top two categories mean something.
MOST_STEPS: Final = 10
#: Answers from which the absence of zeros says something about the coding.
MANY: Final = 100
#: Items that a note names.
MOST_NAMED: Final = 4


@dataclass(frozen=True)
class ItemScale:
    """What an item's scale allows.

    Parameters
    ----------
    low, high : float
        Its ends; missing where nobody says them.
    measures : tuple of str
        Which of mean, top2 and nps.
    promoter, detractor : float
        Lowest answer of a promoter, highest of a detractor.
    """

    low: float
    high: float
    measures: tuple[Measure, ...]
    promoter: float = 9.0
    detractor: float = 6.0

    def scored(self, answers: Floats, measure: Measure) -> Floats:
        """Turn answers into what is averaged: themselves, 0 and 1, or -100, 0 and 100."""
        if measure == "mean":
            return answers
        if measure == "top2":
            found = (answers >= self.high - 1).astype(np.float64)
        else:
            up, down = answers >= self.promoter, answers <= self.detractor
            found = 100.0 * (up.astype(np.float64) - down)
        return np.where(np.isnan(answers), np.nan, found)


def item_scales(
    items: Sequence[str],
    answers: Floats,
    *,
    raw: Floats,
    codebook: Mapping[str, Ends],
    limits: Limits | None = None,
    nps_coding: NpsCoding | None = None,
    measures: Sequence[Measure] | None = None,
) -> tuple[dict[str, ItemScale], list[Message]]:
    """Find what each item's scale allows, and refuse what it does not.

    Parameters
    ----------
    items : sequence of str
    answers : ndarray, shape (n, items)
        With what is no answer missing.
    raw : ndarray, shape (n, items)
        As they stood before answers outside the codebook's scale were taken as missing.
    codebook : mapping
        Item to the ends of its scale.
    limits : (low, high) or mapping, optional
        Ends said by the caller, for all items or for some; they go before the codebook.
    nps_coding : "0-10", "1-10" or "1-11", optional
        How the question on recommending is coded.
    measures : sequence of str, optional
        Asked for; all that a scale allows where not given.

    Returns
    -------
    scales : dict
        Item to its scale.
    notes : list of Message

    Raises
    ------
    ScaleError
        Answers lie outside a declared scale, or look coded otherwise than declared.
    InputError
        A measure was asked for that an item's scale does not allow.

    Examples
    --------
    >>> answers = np.array([[1.0], [5.0], [4.0]])
    >>> scales, _ = item_scales(["sat"], answers, raw=answers, codebook={"sat": (1, 5)})
    >>> scales["sat"].measures, scales["sat"].scored(answers, "top2").ravel().tolist()
    (('mean', 'top2'), [0.0, 1.0, 1.0])
    """
    if nps_coding is not None:
        check_option("nps_coding", nps_coding, tuple(CODINGS))
    for measure in measures or ():
        check_option("measures", measure, MEASURES)
    asks_nps = measures is None or "nps" in measures
    declared = {**codebook, **_said(limits, items)}
    scales, notes = {}, []
    for at, item in enumerate(items):
        column = answers[:, at]
        column = column[~np.isnan(column)]
        ends, is_taken = _ends(column, declared.get(item), nps_coding)
        _check_answers(item, column, raw[:, at], ends=ends, is_taken=is_taken, asks_nps=asks_nps,
                       coding=nps_coding)  # fmt: skip
        scales[item] = _scale(item, ends, measures)
        notes += _item_notes(item, column, scales[item], is_taken=is_taken, asked=measures)
    return scales, _united(notes)


def _said(limits: Limits | None, items: Sequence[str]) -> dict[str, Ends]:
    if limits is None:
        return {}
    said = dict(limits) if isinstance(limits, Mapping) else dict.fromkeys(items, limits)
    for item, ends in said.items():
        if len(ends) != 2 or not ends[0] < ends[1]:
            raise ScaleError(
                f"`limits` must be two ends, low < high; found {shown(list(ends))} for "
                f"{shown(item)}. Write (0, 10)."
            )
    return {item: (float(ends[0]), float(ends[1])) for item, ends in said.items()}


def _ends(column: Floats, declared: Ends | None, coding: NpsCoding | None) -> tuple[Ends, bool]:
    """Give the ends of an item's scale, and whether they were taken for granted."""
    if declared is not None:
        return declared, False
    if not len(column) or (column % 1 != 0).any() or column.min() < 0:
        return (np.nan, np.nan), False
    low, high = CODINGS[coding or "0-10"][:2]
    reaches = high - 2 <= column.max() <= high + 1
    if not reaches:
        return (np.nan, np.nan), False
    return (low, high), coding is None


def _check_answers(
    item: str,
    column: Floats,
    raw: Floats,
    *,
    ends: Ends,
    is_taken: bool,
    asks_nps: bool,
    coding: NpsCoding | None,
) -> None:
    low, high = ends
    outside = column[(column < low) | (column > high)]
    elevens, zeros = int((raw == 11).sum()), int((raw == 0).sum())
    if asks_nps and (low, high) == (0.0, 10.0) and elevens and not zeros:
        raise ScaleError(
            f"`nps_coding` must say how {shown(item)} is coded; found {elevens} answers of 11 and "
            "none of 0, where 0 to 10 is taken for granted: it looks coded 1 to 11. Write "
            "nps_coding='1-11' (with limits=(1, 11) where a codebook says otherwise)."
        )
    if len(outside):
        way = "Write limits=(low, high) for its scale." if is_taken else "Correct the ends."
        raise ScaleError(
            f"answers of {shown(item)} must lie on its scale from {low:g} to {high:g}; found "
            f"{outside[0]:g} in {len(outside)} rows. {way}"
        )
    if asks_nps and coding is not None and not np.isnan(low):
        wanted = CODINGS[coding][:2]
        if (low, high) != wanted and (low, high) in {ends[:2] for ends in CODINGS.values()}:
            raise ScaleError(
                f"`nps_coding` must agree with the scale of {shown(item)}, which runs from {low:g} "
                f"to {high:g}; found {coding!r}. Correct one of the two."
            )


def _scale(item: str, ends: Ends, measures: Sequence[Measure] | None) -> ItemScale:
    low, high = ends
    allowed: list[Measure] = ["mean"]
    if high - low <= MOST_STEPS and (low % 1, high % 1) == (0.0, 0.0):
        allowed.append("top2")
    found = next((one for one in CODINGS.values() if one[:2] == ends), None)
    if found is not None:
        allowed.append("nps")
    refused = [one for one in measures or () if one not in allowed]
    if refused:
        way = (
            "Write limits=(low, high) for its scale."
            if np.isnan(low)
            else "Ask for other measures of it."
        )
        scale = "a scale nobody declares" if np.isnan(low) else f"a scale from {low:g} to {high:g}"
        rule = (
            "nps takes 0 to 10 (or 1 to 10, 1 to 11)"
            if "nps" in refused
            else "top2 takes a scale of at most 11 categories"
        )
        raise ScaleError(
            f"`measures` must suit each item: {rule}; found {shown(refused)} asked of "
            f"{shown(item)} with {scale}. {way}"
        )
    wanted = tuple(one for one in MEASURES if one in (measures or allowed))
    promoter, detractor = found[2:] if found is not None else (9.0, 6.0)
    return ItemScale(low, high, wanted, promoter, detractor)


def _item_notes(
    item: str,
    column: Floats,
    scale: ItemScale,
    *,
    is_taken: bool,
    asked: Sequence[Measure] | None,
) -> list[tuple[str, str]]:
    """Say what a reader must know of a scale: kind of note and item."""
    kinds = []
    if is_taken and (asked is None or set(asked) - {"mean"}):
        kinds.append("taken")
    if np.isnan(scale.low) and asked is None and len(column):
        kinds.append("unknown")
    if "nps" in scale.measures:
        if is_taken and len(column) >= MANY and column.min() == 1:
            kinds.append("no zeros")
        if (scale.low, scale.high) == (1.0, 10.0):
            kinds.append("1-10")
        if (scale.low, scale.high) == (1.0, 11.0):
            kinds.append("1-11")
    return [(kind, item) for kind in kinds]


_SAID = {
    "taken": Message(
        "No codebook says the scale of {items}{more}; 0 to 10 is taken. Write limits to say "
        "otherwise."
    ),
    "unknown": Message(
        "Nothing says the scale of {items}{more}, and its answers do not look like 0 to 10: only "
        "means are given. Write limits for the others."
    ),
    "no zeros": Message(
        "Nobody answered 0 on {items}{more}. If the question ran from 1 to 10, say so "
        "(nps_coding): such a score is not comparable with one asked from 0 to 10."
    ),
    "1-10": Message(
        "{items}{more} ran from 1 to 10: promoters answer 9 or 10, detractors 1 to 6. Such a "
        "score is not comparable with one asked from 0 to 10."
    ),
    "1-11": Message(
        "{items}{more} is coded 1 to 11, which stands for 0 to 10: promoters are coded 10 or 11, "
        "detractors 1 to 7."
    ),
}


def _united(found: Sequence[tuple[str, str]]) -> list[Message]:
    """Write one note of each kind, naming its items."""
    notes = []
    for kind, message in _SAID.items():
        items = [item for one, item in found if one == kind]
        if items:
            rest = len(items) - MOST_NAMED
            more = Message(" and {n:count} more", {"n": rest}) if rest > 0 else ""
            notes.append(Message(message.text, {"items": items[:MOST_NAMED], "more": more}))
    return notes


def wanted_items(items: str | Sequence[str]) -> list[str]:
    """Take one item or several, each once."""
    names = [items] if isinstance(items, str) else list(items)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"`items` must name each column once; found {shown(twice)} twice.")
    return names
