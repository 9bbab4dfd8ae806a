"""The rows and columns of a crosstab: questions with their answers, banners with their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, ScaleError, check_known, did_you_mean, shown
from brandkit.core.linalg import Flags, Floats
from brandkit.core.message import Message
from brandkit.market.asked import Asked, is_nobody, ticks
from brandkit.sampling.rows import without_codes

Measure = Literal["share", "mean", "top2", "nps"]
Nets = Mapping[str, Sequence[str]]

#: More different answers than this are open text.
MOST_ANSWERS = 30
#: Ends of the question on recommending, lowest promoter and highest detractor.
_NPS = {(0.0, 10.0): (9.0, 6.0), (1.0, 10.0): (9.0, 6.0), (1.0, 11.0): (10.0, 7.0)}


@dataclass(frozen=True, eq=False)
class Asking:
    """A question: one column a row of the table.

    Parameters
    ----------
    name, text : str
    answers : tuple of str
        What stands before each row.
    kinds : tuple of str
        "answer", "net" or the measure, of each row.
    values : ndarray, shape (n, answers)
        What is averaged: 1 and 0 for shares; missing where it was not asked.
    inside : ndarray of bool, shape (n,)
    notes : tuple of Message
    """

    name: str
    text: str
    answers: tuple[str, ...]
    kinds: tuple[str, ...]
    values: Floats
    inside: Flags
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, eq=False)
class Banner:
    """The groups that stand beside each other: of a column, or of a set that overlaps.

    Parameters
    ----------
    name, text : str
    groups : tuple of str
    flags : ndarray of bool, shape (n, groups)
    is_apart : bool
        Whether each person is in one group only.
    """

    name: str
    text: str
    groups: tuple[str, ...]
    flags: Flags
    is_apart: bool


def questions(
    one: Asked, names: Sequence[str], *, measure: Measure | Mapping[str, Measure], nets: Nets
) -> list[Asking]:
    """Take questions with their answers; nets stand beneath the question they are made of.

    Examples
    --------
    >>> from brandkit.market.asked import asked
    >>> seen = asked(pd.DataFrame({"bank": ["A", "B", "C", None]}))
    >>> found = questions(seen, ["bank"], measure="share", nets={"A or B": ["A", "B"]})[0]
    >>> found.answers, np.nansum(found.values, axis=0).tolist()
    (('A', 'B', 'C', 'A or B'), [1.0, 1.0, 1.0, 2.0])
    """
    measures = {} if isinstance(measure, str) else dict(measure)
    sets = list(dict.fromkeys(one.sets["set"].dropna()))
    known = [*sets, *map(str, one.frame.columns)]
    check_known("rows", list(names), known, rule="name sets or columns of the survey")
    check_known("measure", list(measures), known, rule="name sets or columns of the survey")
    found, made = [], set[str]()
    for name in names:
        how = measure if isinstance(measure, str) else measures.get(name, "share")
        asking = _question(one, name, measure=how, is_set=name in sets)
        found.append(_with_nets(asking, nets, made))
    missing = [net for net in nets if net not in made]
    if missing:
        _refuse_net(missing[0], nets, found)
    return found


def _question(one: Asked, name: str, *, measure: Measure, is_set: bool) -> Asking:
    of = one.sets[one.sets["set"] == name]
    if is_set and (of["kind"] == "pick").all():
        picked = ticks(one, name, argument="rows")
        kinds = ("answer",) * len(picked.labels)
        return Asking(
            name, picked.text, picked.labels, kinds, picked.values, picked.inside, picked.notes
        )
    columns = list(of["item"]) if is_set else [name]
    if measure != "share":
        return _scores(one, name, columns, measure)
    if is_set:
        raise InputError(
            f"`rows` with shares must name single questions or sets of ticks; found {shown(name)}, "
            "a set of scales. Write measure={name: 'mean'} for it, or name its items."
        )
    code, labels = one.coded(name)
    if len(labels) > MOST_ANSWERS:
        raise InputError(
            f"`rows` must have at most {MOST_ANSWERS} different answers; found {len(labels)} in "
            f"{shown(name)}. Leave open text out, or ask for its mean."
        )
    values = np.where((code >= 0)[:, None], code[:, None] == np.arange(len(labels)), np.nan)
    inside = one.counted(pd.DataFrame(code))
    return Asking(name, one.text(name), labels, ("answer",) * len(labels), values, inside)


def _scores(one: Asked, name: str, columns: Sequence[str], measure: Measure) -> Asking:
    """Take items of a scale, a row each."""
    numbers = one.frame[list(columns)]
    strange = [column for column in columns if not pd.api.types.is_numeric_dtype(numbers[column])]
    if strange:
        raise InputError(
            f"`measure` other than share takes numbers; found {shown(measure)} asked of "
            f"{shown(strange)}. Ask for its shares."
        )
    read, notes = without_codes(numbers.to_numpy(np.float64), list(columns), one.rows.limits)
    values = np.column_stack(
        [
            _scored(read[:, at], column, measure, one.rows.limits.get(column))
            for at, column in enumerate(columns)
        ]
    )
    inside = one.counted(pd.DataFrame(read))
    text = name if len(columns) > 1 else one.text(columns[0])
    answers = tuple(one.text(column) for column in columns)
    return Asking(name, text, answers, (measure,) * len(columns), values, inside, tuple(notes))


def _scored(
    answers: Floats, column: str, measure: Measure, ends: tuple[float, float] | None
) -> Floats:
    if measure == "mean":
        return answers
    if ends is None:
        raise ScaleError(
            f"`measure` {measure} takes a declared scale; found none for {shown(column)}. Give "
            "its ends in a codebook (low, high)."
        )
    made = (answers >= ends[1] - 1).astype(np.float64)
    if measure == "nps":
        if ends not in _NPS:
            raise ScaleError(
                f"`measure` nps takes a scale of 0 to 10 (or 1 to 10, 1 to 11); found "
                f"{ends[0]:g} to {ends[1]:g} for {shown(column)}. Ask for its mean."
            )
        up, down = _NPS[ends]
        made = 100.0 * ((answers >= up).astype(float) - (answers <= down))
    return np.where(np.isnan(answers), np.nan, made)


def _with_nets(asking: Asking, nets: Nets, made: set[str]) -> Asking:
    """Add the nets whose members this question has, recomputed for each person."""
    answers = {label: at for at, label in enumerate(asking.answers)}
    for name, members in nets.items():
        if not members or not set(members) <= set(answers):
            continue
        nobody = [member for member in members if is_nobody(member)]
        if nobody:
            raise InputError(
                f"`nets` must be made of answers; found {shown(nobody)} in {shown(name)}, which "
                "is none. Leave it out."
            )
        made.add(name)
        part = asking.values[:, [answers[member] for member in members]]
        any_of = np.where(np.isnan(part).all(axis=1), np.nan, (part == 1).any(axis=1))
        asking = replace(
            asking,
            answers=(*asking.answers, name),
            kinds=(*asking.kinds, "net"),
            values=np.column_stack([asking.values, any_of]),
        )
    return asking


def _refuse_net(name: str, nets: Nets, found: Sequence[Asking]) -> None:
    known = sorted({answer for asking in found for answer in asking.answers} - set(nets))
    strange = [member for member in nets[name] if member not in known]
    near = did_you_mean(strange[0], known) if strange else ""
    raise InputError(
        "`nets` must be made of answers of one question; found "
        f"{shown(strange or list(nets[name]))} in {shown(name)}. The answers are "
        f"{shown(known, most=12)}.{near}"
    )


def banners(one: Asked, names: Sequence[str]) -> list[Banner]:
    """Take the groups that stand beside each other.

    Examples
    --------
    >>> from brandkit.market.asked import asked
    >>> seen = asked(pd.DataFrame({"tier": ["mass", "private", "mass"]}))
    >>> banners(seen, ["tier"])[0].groups
    ('mass', 'private')
    """
    sets = set(one.sets["set"].dropna())
    known = [*sets, *map(str, one.frame.columns)]
    check_known("banner", list(names), known, rule="name columns or sets of the survey")
    made = []
    for name in names:
        if name in sets:
            picked = ticks(one, name, argument="banner")
            groups, flags, text = picked.labels, picked.values == 1, picked.text
        else:
            code, groups = one.coded(name)
            flags, text = code[:, None] == np.arange(len(groups)), one.text(name)
        present = flags[one.inside].any(axis=0)
        groups = tuple(np.array(groups, dtype=object)[present])
        if not 1 < len(groups) <= MOST_ANSWERS:
            raise InputError(
                f"`banner` must make 2 to {MOST_ANSWERS} groups; found {len(groups)} in "
                f"{shown(name)}. Name a column of few groups: a segment, a region."
            )
        made.append(Banner(name, text, groups, flags[:, present], name not in sets))
    return made
