"""Rows of a survey with the groups they belong to: banks, segments, waves.

Whatever the columns are called, a group stands under one of three names in a result: ``brand``,
``segment``, ``wave``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    ScaleError,
    check_option,
    require_columns,
    require_frame,
    shown,
)
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.sampling.design import SurveyData
from brandkit.sampling.rows import Data, SurveyRows, Weight, survey_rows

By = str | Sequence[str] | Mapping[str, str | Sequence[str]]

#: The names under which groups stand in a result.
ROLES: Final = ("brand", "segment", "wave")
#: Between the groups of several columns that make one segment.
BETWEEN: Final = " · "

_CELL, _EVERY = "__cell__", "__every__"


@dataclass(frozen=True, eq=False)
class GroupedRows:
    """Rows of answers, all of the sample, and the group of each.

    Parameters
    ----------
    rows : SurveyRows
        With rows that answered nothing, so that errors know the whole sample.
    values : ndarray, shape (n, items)
        Answers; missing ones are NaN.
    cell : ndarray of int, shape (n,)
        Group of each row; -1 where a column that makes the groups is missing.
    groups : DataFrame
        One row a group: ``brand segment wave``, missing where rows are not split by it.
    by : mapping
        Role to the columns that make it.
    ordered : mapping
        Role to its groups in order: declared, or sorted.
    notes : tuple of Message
    """

    rows: SurveyRows
    values: Floats
    cell: Codes
    groups: pd.DataFrame
    by: Mapping[str, tuple[str, ...]]
    ordered: Mapping[str, tuple[object, ...]]
    notes: tuple[Message, ...]


def grouped_rows(
    data: Data,
    *,
    items: Sequence[str],
    by: By | None,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
) -> GroupedRows:
    """Take answers with their design and their groups, checked once.

    Parameters
    ----------
    data : DataFrame or Survey
    items : sequence of str
        Numeric columns.
    by : str, sequence of str or mapping, optional
        Columns that make the groups; see :func:`group_columns`.
    weight : str or SurveyWeights, optional
    respondent, strata, cluster : str, optional
        As :func:`~brandkit.sampling.rows.survey_rows` takes them.

    Returns
    -------
    GroupedRows

    Raises
    ------
    InputError
        A column is unknown, or no row belongs to a group.

    Examples
    --------
    >>> answers = pd.DataFrame({"sat": [8, 9, 4], "brand": ["B", "A", "B"], "id": [1, 2, 3]})
    >>> grouped = grouped_rows(answers, items=["sat"], by="brand", respondent="id")
    >>> grouped.groups["brand"].tolist(), grouped.cell.tolist()
    (['A', 'B'], [1, 0, 1])
    """
    frame, design = data_frame(data)
    if not len(items):
        raise InputError("`items` must name at least one column; found none.")
    require_columns(frame, items, argument="items")
    named = {"respondent": respondent, "strata": strata, "cluster": cluster}
    if isinstance(weight, str):
        named["weight"] = weight
    for role, name in named.items():
        if name is not None:
            require_columns(frame, [name], argument=role)
    made_of = group_columns(by, frame=frame, design=design)
    cell, groups, empty = _cells(frame, made_of)
    if not (cell >= 0).any():
        raise InputError(
            f"`by` must name columns that place at least one row; found {shown(list(made_of))} "
            "missing everywhere. Name other columns."
        )
    kept = [*items, *filter(None, [*design.values(), *named.values()])]
    part = frame[list(dict.fromkeys(kept))].copy()
    part[_CELL], part[_EVERY] = cell, 1.0
    rows = survey_rows(
        part if isinstance(data, pd.DataFrame) else _Part(part, data.codebook, data.design),
        columns=[*items, _EVERY], others=[_CELL], missing="keep", weight=weight, **{
            role: name for role, name in named.items() if role != "weight"
        },
    )  # fmt: skip
    values = rows.values[:, :-1]
    kept_cell = np.asarray(rows.frame[_CELL], dtype=np.intp)
    notes = [*rows.notes, *_notes(values, kept_cell, empty)]
    ordered = {role: _ordered(frame, made_of, groups, role) for role in made_of}
    return GroupedRows(rows, values, kept_cell, groups, made_of, ordered, tuple(notes))


def group_columns(
    by: By | None, *, frame: pd.DataFrame, design: Mapping[str, str | None]
) -> dict[str, tuple[str, ...]]:
    """Say which columns make which of brand, segment and wave.

    Parameters
    ----------
    by : str, sequence of str or mapping, optional
        A column that the survey's design or its own name makes the brand or the wave goes there;
        all others together make the segment. A mapping says it outright:
        ``{"brand": "bank", "segment": ["region", "age"]}``.
    frame : DataFrame
    design : mapping
        Role to column, of the survey.

    Returns
    -------
    dict
        Role to columns, in the order asked for.

    Examples
    --------
    >>> frame = pd.DataFrame(columns=["brand", "region", "age"])
    >>> group_columns(["brand", "region", "age"], frame=frame, design={})
    {'brand': ('brand',), 'segment': ('region', 'age')}
    """
    if by is None:
        return {}
    if isinstance(by, Mapping):
        wrong = [role for role in by if role not in ROLES]
        if wrong:
            raise InputError(
                f"`by` must map brand, segment or wave to columns; found {shown(wrong)}. Write "
                "{'segment': 'region'}."
            )
        asked = {role: (one,) if isinstance(one, str) else tuple(one) for role, one in by.items()}
        for names in asked.values():
            require_columns(frame, names, argument="by")
        return asked
    listed = [by] if isinstance(by, str) else list(by)
    twice = sorted({name for name in listed if listed.count(name) > 1})
    if twice or not listed:
        raise InputError(f"`by` must name each column once; found {shown(twice or listed)}.")
    placed: dict[str, tuple[str, ...]] = {}
    for name in listed:
        role = name if name in ("brand", "wave") else "segment"
        column = name
        if name not in frame.columns and role != "segment" and design.get(role) is not None:
            column = str(design.get(role))
        role = next((one for one in ("brand", "wave") if design.get(one) == column), role)
        require_columns(frame, [column], argument="by")
        placed[role] = (*placed.get(role, ()), column)
    return placed


@dataclass(frozen=True)
class _Part:
    """Some columns of a survey, with its codebook and design."""

    responses: pd.DataFrame
    codebook: pd.DataFrame
    design: Mapping[str, str | None]


def data_frame(data: Data) -> tuple[pd.DataFrame, dict[str, str | None]]:
    """Give the rows of a frame or a survey, and the survey's columns by role."""
    if isinstance(data, SurveyData):
        return data.responses, dict(data.design)
    require_frame("data", data)
    return data, {}


def _cells(
    frame: pd.DataFrame, made_of: Mapping[str, tuple[str, ...]]
) -> tuple[Codes, pd.DataFrame, list[str]]:
    """Give each row's group, the groups in order, and declared categories without a row."""
    columns = [name for names in made_of.values() for name in names]
    if not columns:
        return np.zeros(len(frame), np.intp), pd.DataFrame({role: [None] for role in ROLES}), []
    coded = [ordered_codes(frame[name]) for name in columns]
    codes = np.stack([codes for codes, _, _ in coded], axis=1)
    placed = (codes >= 0).all(axis=1)
    found, at = np.unique(codes[placed], axis=0, return_inverse=True)
    cell = np.full(len(frame), -1, dtype=np.intp)
    cell[placed] = at.reshape(-1)
    labels = dict(zip(columns, (labels for _, labels, _ in coded), strict=True))
    place = {name: column for column, name in enumerate(columns)}
    groups = {}
    for role in ROLES:
        names = made_of.get(role, ())
        told = [[labels[name][code] for code in found[:, place[name]]] for name in names]
        groups[role] = _joined(told, len(found))
    return cell, pd.DataFrame(groups, dtype=object), [one for _, _, empty in coded for one in empty]


def _ordered(
    frame: pd.DataFrame, made_of: Mapping[str, tuple[str, ...]], groups: pd.DataFrame, role: str
) -> tuple[object, ...]:
    if len(made_of[role]) > 1:
        return tuple(dict.fromkeys(groups[role]))
    return tuple(ordered_codes(frame[made_of[role][0]])[1])


def _joined(told: list[list[object]], n: int) -> list[object]:
    if not told:
        return [None] * n
    if len(told) == 1:
        return told[0]
    return [BETWEEN.join(group_text(part) for part in parts) for parts in zip(*told, strict=True)]


def ordered_codes(column: pd.Series) -> tuple[Codes, list[object], list[str]]:
    """Number the groups of a column: declared categories in their order, else sorted.

    Parameters
    ----------
    column : Series

    Returns
    -------
    codes : ndarray of int
        -1 where missing.
    labels : list
        Groups that occur.
    empty : list of str
        Declared categories that do not.

    Examples
    --------
    >>> codes, labels, _ = ordered_codes(pd.Series(["b", None, "a"]))
    >>> codes.tolist(), labels
    ([1, -1, 0], ['a', 'b'])
    """
    codes, found = pd.factorize(column)
    labels = [one.item() if isinstance(one, np.generic) else one for one in found.tolist()]
    empty: list[str] = []
    if isinstance(column.dtype, pd.CategoricalDtype):
        declared = column.dtype.categories.tolist()
        place = {one: at for at, one in enumerate(declared)}
        order = sorted(range(len(labels)), key=lambda at: place[labels[at]])
        empty = [group_text(one) for one in declared if one not in set(labels)]
    else:
        order = sorted(range(len(labels)), key=lambda at: _sort_key(labels[at]))
    rank = np.empty(len(order) + 1, dtype=np.intp)
    rank[order], rank[-1] = np.arange(len(order)), -1
    return rank[codes], [labels[at] for at in order], empty


def group_text(label: object) -> str:
    """Write a group's label: 2025, 2025.0 and "2025" are one.

    Examples
    --------
    >>> group_text(2025.0), group_text("Center")
    ('2025', 'Center')
    """
    if isinstance(label, float) and label.is_integer():
        return str(int(label))
    return str(label)


def group_labels(groups: pd.DataFrame) -> list[str]:
    """Name groups in one text each, whatever roles they are made of.

    Examples
    --------
    >>> group_labels(pd.DataFrame({"brand": ["Civic"], "segment": [None], "wave": [2026]}))
    ['Civic · 2026']
    """
    rows = groups[list(ROLES)].itertuples(index=False)
    return [BETWEEN.join(group_text(one) for one in row if not pd.isna(one)) for row in rows]


def _sort_key(label: object) -> tuple[bool, float, str]:
    if isinstance(label, (int, float)) and not isinstance(label, bool):
        return False, float(label), ""
    return True, 0.0, str(label)


def _notes(values: Floats, cell: Codes, empty: list[str]) -> list[Message]:
    notes = []
    apart = int((cell < 0).sum())
    if apart:
        said = (
            "{n:count} {n:row is|rows are} in no group, as what makes the groups is missing there."
        )
        notes.append(Message(said, {"n": apart}))
    if empty:
        said = "Nobody is in {n:count} declared {n:group|groups}: {names}."
        notes.append(Message(said, {"n": len(empty), "names": empty[:5]}))
    inside = values[cell >= 0]
    gaps = int(np.isnan(inside).sum())
    if gaps:
        said = (
            "{share:percent1} of the answers are missing; each score rests on those who answered."
        )
        notes.append(Message(said, {"share": gaps / inside.size}))
    return notes


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


NO_CENTRING = "none"


def check_names(data: Data, **named: Sequence[str]) -> None:
    """Refuse columns that are not there, by the argument that names them.

    Parameters
    ----------
    data : DataFrame or Survey
    **named : sequence of str
        The columns of each argument.
    """
    frame = data.responses if isinstance(data, SurveyData) else data
    require_frame("data", frame)
    for argument, names in named.items():
        require_columns(frame, names, argument=argument)


def within_column(data: Data, within: str | None, *, taken: Sequence[str]) -> str | None:
    """Give the column to centre on: the one named, or the brand where data hold several.

    Parameters
    ----------
    data : DataFrame or Survey
    within : str or None
        A column, ``"brand"`` for the survey's own whatever it is called, ``"none"`` for none; not
        given, the survey's brand column or one called ``brand`` if it holds several.
    taken : sequence of str
        Outcome and drivers.

    Returns
    -------
    str or None

    Examples
    --------
    >>> within_column(pd.DataFrame({"brand": ["a", "b"], "sat": [7, 8]}), None, taken=["sat"])
    'brand'
    """
    frame = data.responses if isinstance(data, SurveyData) else data
    if not isinstance(frame, pd.DataFrame) or within == NO_CENTRING:
        return None
    declared = data.design.get("brand") if isinstance(data, SurveyData) else None
    own = declared or "brand"
    if within is None:
        several = own in frame.columns and own not in taken and frame[own].nunique() > 1
        return own if several else None
    column = own if within == "brand" else within
    require_columns(frame, [column], argument="within")
    if column in taken:
        raise InputError(
            f"`within` must be another column than outcome and drivers; found {shown(column)}. "
            "Name the column of the brands, or write within='none'."
        )
    return column


@dataclass(frozen=True)
class SurveyWith:
    """A survey's codebook and design with rows that were worked on.

    Parameters
    ----------
    responses, codebook : DataFrame
    design : mapping
    """

    responses: pd.DataFrame
    codebook: pd.DataFrame
    design: Mapping[str, str | None]


def with_responses(data: Data, responses: pd.DataFrame) -> Data:
    """Put other rows in the place of the data's, as a frame or a survey, whichever it is.

    Parameters
    ----------
    data : DataFrame or Survey
    responses : DataFrame

    Returns
    -------
    DataFrame or SurveyWith

    Examples
    --------
    >>> with_responses(pd.DataFrame({"sat": ["low"]}), pd.DataFrame({"sat": [1]}))
       sat
    0    1
    """
    if isinstance(data, SurveyData):
        return SurveyWith(responses, data.codebook, data.design)
    return responses
