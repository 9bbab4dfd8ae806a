"""Rows of a survey with the groups they belong to: banks, segments, waves.

Whatever the columns are called, a group stands under one of three names in a result: ``brand``,
``segment``, ``wave``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.checks import require_columns, require_frame
from brandkit.core.errors import InputError, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.survey_design import SurveyData
from brandkit.core.survey_rows import Data, SurveyRows, Weight, survey_rows
from brandkit.core.waves import waves_in_order

Codes = NDArray[np.intp]
By = str | Sequence[str] | Mapping[str, str | Sequence[str]]

#: The names under which groups stand in a result.
ROLES: Final = ("brand", "segment", "wave")
#: Between the groups of several columns that make one segment.
BETWEEN: Final = " · "

_CELL, _EVERY, _WAVE = "__cell__", "__every__", "__wave__"


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
        Role to its groups in order: waves in that of time, others declared or sorted.
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
        As :func:`~brandkit.core.survey_rows.survey_rows` takes them.

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
    placing, split = _in_time(frame, made_of)
    cell, groups, empty = _cells(placing, split)
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
    ordered = {role: _ordered(placing, split, groups, role) for role in made_of}
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


def _in_time(
    frame: pd.DataFrame, made_of: Mapping[str, tuple[str, ...]]
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Bring what makes the wave into one column, in the order of time."""
    names = made_of.get("wave", ())
    if not names:
        return frame, dict(made_of)
    wave = frame[names[0]]
    if len(names) > 1:
        parts = frame[list(names)]
        texts = [BETWEEN.join(map(group_text, row)) for row in parts.itertuples(index=False)]
        wave = pd.Series(texts, index=frame.index, dtype=object).where(parts.notna().all(axis=1))
    return frame.assign(**{_WAVE: waves_in_order(wave)}), {**made_of, "wave": (_WAVE,)}


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
