"""Rows of a survey with the groups they belong to: banks, segments, waves.

Whatever the columns are called, a group stands under one of three names in a result: ``brand``,
``segment``, ``wave``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from brandkit.core import errors
from brandkit.core.errors import shown
from brandkit.core.labels import coded, label_text
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message, noted
from brandkit.core.waves import coded_waves
from brandkit.sampling.rows import Data, SurveyRows, Weight, data_frame, survey_rows, with_responses

By = str | Sequence[str] | Mapping[str, str | Sequence[str]]

#: The names under which groups stand in a result.
ROLES: Final = ("brand", "segment", "wave")
#: Between the groups of several columns that make one segment.
BETWEEN: Final = " · "

#: Names in a sentence; the others are counted.
MOST_NAMED: Final = 4

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
        One row a group: ``brand segment wave`` as text, missing where rows are not split by it.
    by : mapping
        Role to the columns that make it.
    waves : tuple of str
        In order; empty where rows are not split by wave.
    notes : tuple of Message
    """

    rows: SurveyRows
    values: Floats
    cell: Codes
    groups: pd.DataFrame
    by: Mapping[str, tuple[str, ...]]
    waves: tuple[str, ...]
    notes: tuple[Message, ...]


def grouped_rows(
    data: Data, *, items: Sequence[str], by: By | None, **design: Weight | None
) -> GroupedRows:
    """Take answers with their design and their groups, checked once.

    Parameters
    ----------
    data : DataFrame or Survey
    items : sequence of str
        Numeric columns.
    by : str, sequence of str or mapping, optional
        Columns that make the groups; see :func:`group_columns`.
    **design : str or SurveyWeights, optional
        ``weight respondent strata cluster``, as :func:`~brandkit.sampling.rows.survey_rows` takes
        them.

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
    frame, known = data_frame(data)
    if not len(items):
        raise errors.InputError("`items` must name at least one column; found none.")
    errors.require_columns(frame, items, argument="items")
    named = {role: name for role, name in design.items() if isinstance(name, str)}
    for role, name in named.items():
        errors.require_columns(frame, [name], argument=role)
    made_of = group_columns(by, frame=frame, design=known)
    cell, groups, empty = _cells(frame, made_of)
    if not (cell >= 0).any():
        raise errors.InputError(
            f"`by` must name columns that place at least one row; found {shown(list(made_of))} "
            "missing everywhere. Name other columns."
        )
    kept = [*items, *filter(None, [*known.values(), *named.values()])]
    part = frame[list(dict.fromkeys(kept))].copy()
    part[_CELL], part[_EVERY] = cell, 1.0
    rows = survey_rows(
        with_responses(data, part),
        columns=[*items, _EVERY],
        others=[_CELL],
        missing="keep",
        **design,  # type: ignore[arg-type]
    )
    values, cell = rows.values[:, :-1], np.asarray(rows.frame[_CELL], dtype=np.intp)
    waves = coded_together(frame, made_of["wave"], in_time=True)[1] if "wave" in made_of else ()
    notes = (*rows.notes, *_notes(values, cell, empty))
    return GroupedRows(rows, values, cell, groups, made_of, tuple(waves), notes)


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
            raise errors.InputError(
                f"`by` must map brand, segment or wave to columns; found {shown(wrong)}. Write "
                "{'segment': 'region'}."
            )
        asked = {role: (one,) if isinstance(one, str) else tuple(one) for role, one in by.items()}
        for names in asked.values():
            errors.require_columns(frame, names, argument="by")
        return asked
    listed = [by] if isinstance(by, str) else list(by)
    twice = sorted({name for name in listed if listed.count(name) > 1})
    if twice or not listed:
        raise errors.InputError(f"`by` must name each column once; found {shown(twice or listed)}.")
    placed: dict[str, tuple[str, ...]] = {}
    for name in listed:
        role, column = name if name in ("brand", "wave") else "segment", name
        if name not in frame.columns and role != "segment" and design.get(role) is not None:
            column = str(design.get(role))
        role = next((one for one in ("brand", "wave") if design.get(one) == column), role)
        errors.require_columns(frame, [column], argument="by")
        placed[role] = (*placed.get(role, ()), column)
    return placed


def coded_together(
    frame: pd.DataFrame, columns: Sequence[str], *, in_time: bool = False
) -> tuple[Codes, list[str]]:
    """Give the codes (-1: missing) and labels, in order, of what several columns make together.

    Waves stand in the order of time.

    Examples
    --------
    >>> frame = pd.DataFrame({"region": ["n", "s", "n"], "age": [1.0, 2.0, None]})
    >>> codes, labels = coded_together(frame, ["region", "age"])
    >>> codes.tolist(), labels
    ([0, 1, -1], ['n · 1', 's · 2'])
    """
    if in_time:
        return _coded_in_time(frame, columns)
    parts = [coded(frame[name]) for name in columns]
    found, codes = _combined([codes for codes, _ in parts])
    names = [labels for _, labels in parts]
    return codes, [
        BETWEEN.join(labels[code] for labels, code in zip(names, row, strict=True))
        for row in found.tolist()
    ]


def _coded_in_time(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[Codes, list[str]]:
    wave = frame[columns[0]]
    if len(columns) > 1:
        codes, labels = coded_together(frame, columns)
        wave = pd.Series([labels[code] if code >= 0 else None for code in codes], dtype=object)
    when, waves = coded_waves(wave)
    return when, list(waves)


def _combined(parts: Sequence[Codes]) -> tuple[Codes, Codes]:
    """Give the combinations that occur, in order, and that of each row (-1: one is missing)."""
    codes = np.stack(parts, axis=1)
    placed = (codes >= 0).all(axis=1)
    found, index = np.unique(codes[placed], axis=0, return_inverse=True)
    cell = np.full(len(codes), -1, dtype=np.intp)
    cell[placed] = index.reshape(-1)
    return found, cell


def _cells(
    frame: pd.DataFrame, made_of: Mapping[str, tuple[str, ...]]
) -> tuple[Codes, pd.DataFrame, list[str]]:
    """Give each row's group, the groups in order, and declared categories without a row."""
    if not made_of:
        return np.zeros(len(frame), np.intp), pd.DataFrame({role: [None] for role in ROLES}), []
    made = {
        role: coded_together(frame, columns, in_time=role == "wave")
        for role, columns in made_of.items()
    }
    found, cell = _combined([codes for codes, _ in made.values()])
    groups = pd.DataFrame({role: None for role in ROLES}, index=range(len(found)), dtype=object)
    for at, (role, (_, labels)) in enumerate(made.items()):
        groups[role] = np.array(labels, dtype=object)[found[:, at]]
    empty = [
        label_text(one)
        for names in made_of.values()
        for column in (frame[name] for name in names)
        if isinstance(column.dtype, pd.CategoricalDtype)
        for one in column.cat.categories.difference(list(column.unique()), sort=False)
    ]
    return cell, groups, empty


def group_labels(groups: pd.DataFrame) -> list[str]:
    """Name groups in one text each, whatever roles they are made of.

    Examples
    --------
    >>> group_labels(pd.DataFrame({"brand": ["Civic"], "segment": [None], "wave": [2026]}))
    ['Civic · 2026']
    """
    rows = groups[list(ROLES)].itertuples(index=False)
    return [BETWEEN.join(label_text(one) for one in row if not pd.isna(one)) for row in rows]


def _notes(values: Floats, cell: Codes, empty: list[str]) -> list[Message]:
    inside = values[cell >= 0]
    apart, gaps = int((cell < 0).sum()), int(np.isnan(inside).sum())
    return [
        *noted(
            "{n:count} {n:row is|rows are} in no group, as what makes the groups is missing there.",
            n=apart,
        ),
        *noted("Nobody is in {n:count} declared {n:group|groups}: {names}.", names=empty, most=5),
        *noted(
            "{share:percent1} of the answers are missing; each score rests on those who answered.",
            share=gaps / inside.size,
        ),
    ]


def row_values(row: pd.Series) -> dict[str, Any]:
    """Give a row's cells by column, as the values of a sentence."""
    return {str(name): value for name, value in row.items()}


def first_names(names: Sequence[str]) -> list[str]:
    """Give the names that a sentence has room for."""
    return list(names)[:MOST_NAMED]


def and_more(names: Sequence[str]) -> Message | str:
    """Count the names that a sentence has no room for."""
    rest = len(names) - MOST_NAMED
    return Message(" and {n:count} more", {"n": rest}) if rest > 0 else ""


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
            scored = (answers >= self.high - 1).astype(np.float64)
        else:
            up, down = answers >= self.promoter, answers <= self.detractor
            scored = 100.0 * (up.astype(np.float64) - down)
        return np.where(np.isnan(answers), np.nan, scored)


class Scales(NamedTuple):
    """Items and what their scales allow."""

    of: dict[str, ItemScale]
    notes: list[Message]


def scales_of(
    grouped: GroupedRows,
    data: Data,
    *,
    limits: Limits | None = None,
    nps_coding: NpsCoding | None = None,
    measures: Measure | Sequence[Measure] | None = None,
) -> Scales:
    """Find what each item's scale allows, and refuse what it does not.

    Parameters
    ----------
    grouped : GroupedRows
    data : DataFrame or Survey
        Where answers stand as they were before those outside the codebook's scale were taken as
        missing.
    limits : (low, high) or mapping, optional
        Ends said by the caller, for all items or for some; they go before the codebook.
    nps_coding : "0-10", "1-10" or "1-11", optional
        How the question on recommending is coded.
    measures : str or sequence of str, optional
        Asked for; all that a scale allows where not given.

    Raises
    ------
    ScaleError
        Answers lie outside a declared scale, or look coded otherwise than declared.
    InputError
        A measure was asked for that an item's scale does not allow.

    Examples
    --------
    >>> answers = pd.DataFrame({"sat": [1.0, 5.0, 4.0]})
    >>> grouped = grouped_rows(answers, items=["sat"], by=None)
    >>> scale = scales_of(grouped, answers, limits=(1, 5)).of["sat"]
    >>> scale.measures, scale.scored(grouped.values, "top2").ravel().tolist()
    (('mean', 'top2'), [0.0, 1.0, 1.0])
    """
    items, answers = grouped.rows.columns[:-1], grouped.values
    raw = data_frame(data)[0][list(items)].apply(pd.to_numeric, errors="coerce")
    if nps_coding is not None:
        errors.check_option("nps_coding", nps_coding, tuple(CODINGS))
    measures = [measures] if isinstance(measures, str) else measures
    for measure in measures or ():
        errors.check_option("measures", measure, MEASURES)
    declared = {**grouped.rows.limits, **_declared(limits, items)}
    scales: dict[str, ItemScale] = {}
    told: dict[str, list[str]] = {}
    for at, item in enumerate(items):
        column = answers[~np.isnan(answers[:, at]), at]
        ends, assumed = declared.get(item), item not in declared and nps_coding is None
        if ends is None:
            ends = _assumed(column, nps_coding)
            assumed = assumed and not np.isnan(ends[0])
        if measures is None or "nps" in measures:
            _check_coding(item, raw[item].to_numpy(np.float64), ends=ends, coding=nps_coding)
        _check_answers(item, column, ends=ends, assumed=assumed)
        scales[item] = _scale(item, ends, measures)
        nps = "nps" in scales[item].measures
        for kind, applies in {
            "assumed": assumed and (measures is None or bool(set(measures) - {"mean"})),
            "unknown": np.isnan(ends[0]) and measures is None and len(column) > 0,
            "no zeros": nps and assumed and len(column) >= MANY and column.min() == 1,
            "1-10": nps and ends == (1.0, 10.0),
            "1-11": nps and ends == (1.0, 11.0),
        }.items():
            if applies:
                told.setdefault(kind, []).append(item)
    notes = [
        Message(message.text, {"items": first_names(told[kind]), "more": and_more(told[kind])})
        for kind, message in _SCALE_NOTES.items()
        if kind in told
    ]
    return Scales(scales, notes)


def _declared(limits: Limits | None, items: Sequence[str]) -> dict[str, Ends]:
    if limits is None:
        return {}
    declared = dict(limits) if isinstance(limits, Mapping) else dict.fromkeys(items, limits)
    for item, ends in declared.items():
        if len(ends) != 2 or not ends[0] < ends[1]:
            raise errors.ScaleError(
                f"`limits` must be two ends, low < high; found {shown(list(ends))} for "
                f"{shown(item)}. Write (0, 10)."
            )
    return {item: (float(ends[0]), float(ends[1])) for item, ends in declared.items()}


def _assumed(column: Floats, coding: NpsCoding | None) -> Ends:
    """Give the ends taken for granted where the answers agree with them, else missing ones."""
    low, high = CODINGS[coding or "0-10"][:2]
    whole = len(column) > 0 and not (column % 1 != 0).any() and column.min() >= 0
    return (low, high) if whole and high - 2 <= column.max() <= high + 1 else (np.nan, np.nan)


def _check_coding(item: str, raw: Floats, *, ends: Ends, coding: NpsCoding | None) -> None:
    elevens, zeros = int((raw == 11).sum()), int((raw == 0).sum())
    if ends == (0.0, 10.0) and elevens and not zeros:
        raise errors.ScaleError(
            f"`nps_coding` must say how {shown(item)} is coded; found {elevens} answers of 11 and "
            "none of 0, where 0 to 10 is taken for granted: it looks coded 1 to 11. Write "
            "nps_coding='1-11' (with limits=(1, 11) where a codebook says otherwise)."
        )
    known = {one[:2] for one in CODINGS.values()}
    if coding is not None and ends in known - {CODINGS[coding][:2]}:
        raise errors.ScaleError(
            f"`nps_coding` must agree with the scale of {shown(item)}, which runs from "
            f"{ends[0]:g} to {ends[1]:g}; found {coding!r}. Correct one of the two."
        )


def _check_answers(item: str, column: Floats, *, ends: Ends, assumed: bool) -> None:
    low, high = ends
    outside = column[(column < low) | (column > high)]
    if len(outside):
        way = "Write limits=(low, high) for its scale." if assumed else "Correct the ends."
        raise errors.ScaleError(
            f"answers of {shown(item)} must lie on its scale from {low:g} to {high:g}; found "
            f"{outside[0]:g} in {len(outside)} rows. {way}"
        )


def _scale(item: str, ends: Ends, measures: Sequence[Measure] | None) -> ItemScale:
    low, high = ends
    allowed: list[Measure] = ["mean"]
    if high - low <= MOST_STEPS and (low % 1, high % 1) == (0.0, 0.0):
        allowed.append("top2")
    coding = next((one for one in CODINGS.values() if one[:2] == ends), None)
    if coding is not None:
        allowed.append("nps")
    refused = [one for one in measures or () if one not in allowed]
    if refused:
        scale, way = f"a scale from {low:g} to {high:g}", "Ask for other measures of it."
        if np.isnan(low):
            scale, way = "a scale nobody declares", "Write limits=(low, high) for its scale."
        rule = "top2 takes a scale of at most 11 categories"
        if "nps" in refused:
            rule = "nps takes 0 to 10 (or 1 to 10, 1 to 11)"
        raise errors.ScaleError(
            f"`measures` must suit each item: {rule}; found {shown(refused)} asked of "
            f"{shown(item)} with {scale}. {way}"
        )
    wanted = tuple(one for one in MEASURES if one in (measures or allowed))
    return ItemScale(low, high, wanted, *(coding[2:] if coding is not None else ()))


_SCALE_NOTES = {
    "assumed": Message(
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


def wanted_items(items: str | Sequence[str]) -> list[str]:
    """Take one item or several, each once."""
    names = [items] if isinstance(items, str) else list(items)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise errors.InputError(f"`items` must name each column once; found {shown(twice)} twice.")
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
    frame, _ = data_frame(data)
    for argument, names in named.items():
        errors.require_columns(frame, names, argument=argument)


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
    if within == NO_CENTRING:
        return None
    frame, design = data_frame(data)
    own = design.get("brand") or "brand"
    if within is None:
        several = own in frame.columns and own not in taken and frame[own].nunique() > 1
        return own if several else None
    column = own if within == "brand" else within
    errors.require_columns(frame, [column], argument="within")
    if column in taken:
        raise errors.InputError(
            f"`within` must be another column than outcome and drivers; found {shown(column)}. "
            "Name the column of the brands, or write within='none'."
        )
    return column


def in_one_cluster(names: Sequence[str]) -> list[Message]:
    """Say which groups were met in one cluster only, if any."""
    return noted(
        "The answers of {n:count} {n:group|groups} ({names}) come from one cluster: their error "
        "cannot be estimated, and they are not compared.",
        names=names,
        most=MOST_NAMED,
    )
