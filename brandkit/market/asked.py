"""Who was asked what, and when: persons, waves, and columns of ticks with what they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, check_known, shown
from brandkit.core.labels import coded
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message, noted
from brandkit.core.waves import coded_waves
from brandkit.sampling.ratios import SMALL_BASE
from brandkit.sampling.rows import Data, SurveyRows, Weight, data_frame, survey_rows, with_responses
from brandkit.sources.survey.words import NOBODY

_ROW, _EVERY = "__row__", "__every__"
#: Columns of a survey's batteries that are needed here.
_SETS = pd.DataFrame(columns=["set", "question", "kind", "item", "label"])


@dataclass(frozen=True, eq=False)
class Asked:
    """Rows of a survey that a question is about.

    Parameters
    ----------
    rows : SurveyRows
        All rows of the sample with a weight, for their design.
    frame : DataFrame
        Their answers.
    inside : ndarray of bool, shape (n,)
        Rows of the waves looked at.
    when : ndarray of int, shape (n,)
        Wave of each row; 0 where there are none.
    waves : tuple of str
        All waves, the earliest first.
    wave : str, optional
        The one looked at; None where all are, or there is none.
    brand : str, optional
        The column of the brand that a row is about.
    sets : DataFrame
        One row an item of a set.
    texts : mapping
        Column to its label.
    codes : mapping
        Column to the labels of its codes.
    notes : tuple of Message
    """

    rows: SurveyRows
    frame: pd.DataFrame
    inside: Flags
    when: Codes
    waves: tuple[str, ...]
    wave: str | None
    brand: str | None
    sets: pd.DataFrame
    texts: Mapping[str, str]
    codes: Mapping[str, Mapping[object, str]]
    notes: tuple[Message, ...]

    def text(self, column: str) -> str:
        """Give a column's label, its name where it has none."""
        return self.texts.get(column) or column

    @property
    def persons(self) -> Codes:
        """Who is behind each row, anew in every wave."""
        return np.asarray(self.rows.person * max(len(self.waves), 1) + self.when)

    def counted(self, values: pd.DataFrame) -> Flags:
        """Say which rows count: one a person and wave where all of a person's say the same."""
        repeated = pd.Series(self.persons).duplicated().to_numpy()
        if not repeated.any():
            return self.inside
        differ = values.groupby(self.persons).nunique(dropna=False) > 1
        return self.inside if differ.to_numpy().any() else self.inside & ~repeated

    def coded(self, column: str) -> tuple[Codes, tuple[str, ...]]:
        """Give the codes (-1: missing) and labels of a column of named answers."""
        cells = self.frame[column]
        told = self.codes.get(column)
        if told and pd.api.types.is_numeric_dtype(cells):
            order = list(dict.fromkeys(told.values()))
            cells = pd.Series(pd.Categorical(cells.map(dict(told)), categories=order))
        return coded(cells)


def asked(
    data: Data, *, waves: str = "newest", wave: str | None = None, **design: Weight | None
) -> Asked:
    """Take the rows of a survey for the waves looked at.

    Parameters
    ----------
    data : DataFrame or Survey
    waves : "newest", "all" or a wave
    wave : str, optional
        Column of the wave; a survey brings its own.
    **design : str or SurveyWeights, optional
        ``brand weight respondent strata cluster``.

    Returns
    -------
    Asked

    Examples
    --------
    >>> answers = pd.DataFrame({"id": [1, 2, 3], "w": ["Q1 2025", "Q2 2025", "Q2 2025"]})
    >>> seen = asked(answers, wave="w", respondent="id")
    >>> seen.wave, seen.inside.tolist()
    ('Q2 2025', [False, True, True])
    """
    frame, known = data_frame(data)
    wave = wave or known.get("wave")
    brand = design.pop("brand", None) or known.get("brand")
    named = [
        one for one in (*design.values(), *known.values(), wave, brand) if isinstance(one, str)
    ]
    check_known("data", named, list(frame.columns), rule="have the columns of its design")
    part = frame[list(dict.fromkeys(named))].copy()
    part[_ROW], part[_EVERY] = np.arange(len(frame)), 1.0
    rows = survey_rows(
        with_responses(data, part),
        columns=[_EVERY],
        others=[_ROW],
        missing="keep",
        **design,  # type: ignore[arg-type]
    )
    kept = frame.iloc[rows.frame[_ROW].to_numpy(np.intp)].reset_index(drop=True)
    when, names = np.zeros(len(kept), np.intp), tuple[str, ...]()
    if wave is not None:
        when, names = coded_waves(kept[wave])
    inside, looked_at, notes = when >= 0, None, rows.notes
    if waves != "all" and len(names) > 1:
        looked_at = names[-1] if waves == "newest" else waves
        check_known("waves", looked_at, names, rule="be newest, all or a wave")
        inside = when == names.index(looked_at)
        values = {"n": len(names), "wave": looked_at}
        notes = (*notes, Message("Of {n:count} waves only {wave} is looked at.", values))
    sets = getattr(data, "batteries", _SETS)
    return Asked(
        rows=rows,
        frame=kept,
        inside=inside,
        when=when,
        waves=names,
        wave=looked_at,
        brand=None if brand is None else str(brand),
        sets=sets,
        texts=rows.labels,
        codes=getattr(data, "labels", {}),
        notes=notes,
    )


@dataclass(frozen=True, eq=False)
class Ticks:
    """Columns of ticks.

    Parameters
    ----------
    name, text : str
        Of the set, or its first column, and the question.
    items, labels : tuple of str
    values : ndarray, shape (n, items)
        1 ticked, 0 not, missing where it was not asked.
    inside : ndarray of bool, shape (n,)
        Rows that count.
    notes : tuple of Message
    """

    name: str
    text: str
    items: tuple[str, ...]
    labels: tuple[str, ...]
    values: Floats
    inside: Flags
    notes: tuple[Message, ...] = ()

    def only(self, at: Sequence[int]) -> Ticks:
        """Give some of the columns."""
        items, labels = (tuple(names[one] for one in at) for names in (self.items, self.labels))
        return replace(self, items=items, labels=labels, values=self.values[:, list(at)])


def ticks(one: Asked, names: str | Sequence[str], *, argument: str) -> Ticks:
    """Take the columns of a set, or columns by their names.

    Parameters
    ----------
    one : Asked
    names : str or sequence of str
        A set of the survey, or columns of 1 and 0.
    argument : str
        Who asks, for refusals.

    Returns
    -------
    Ticks
        A blank counts as not ticked where its row answered any other column of the set. What
        nobody ticked in a whole wave was not on the list then, and counts as not asked.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1.0, None, None], "b": [0.0, 1.0, None]})
    >>> ticks(asked(answers), ["a", "b"], argument="holds").values.tolist()
    [[1.0, 0.0], [0.0, 1.0], [nan, nan]]
    """
    listed = [names] if isinstance(names, str) else list(names)
    sets = one.sets[one.sets["set"].isin(listed)]
    known = [*dict.fromkeys(one.sets["set"].dropna()), *map(str, one.frame.columns)]
    check_known(argument, listed, known, rule="name sets or columns of the survey")
    alone = [name for name in listed if name not in set(sets["set"])]
    items = [*sets["item"], *alone]
    labels = without_head([*sets["label"], *map(one.text, alone)])
    values = one.frame[items].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    other = ~(np.isnan(values) | (values == 0) | (values == 1)).all(axis=0)
    unread = one.frame[items].notna().to_numpy() & np.isnan(values)
    if other.any() or unread.any():
        bad = [
            name for name, is_bad in zip(items, other | unread.any(axis=0), strict=True) if is_bad
        ]
        raise InputError(
            f"`{argument}` must hold ticks, 1 and 0; found other answers in {shown(bad)}. Name a "
            "set or columns of ticks."
        )
    reached = ~np.isnan(values).all(axis=1)
    values = np.where(reached[:, None], np.nan_to_num(values), np.nan)
    inside = one.counted(pd.DataFrame(values)) & reached
    values, notes = _as_listed(one, values, labels=labels)
    text = str(sets["question"].iloc[0]) if len(sets) and isinstance(names, str) else listed[0]
    return Ticks(
        listed[0], text, tuple(items), tuple(_unlike(labels, items)), values, inside, notes
    )


def _as_listed(
    one: Asked, values: Floats, *, labels: Sequence[str]
) -> tuple[Floats, tuple[Message, ...]]:
    """Take what nobody ticked in a whole wave as not asked then."""
    gone: list[str] = []
    values = values.copy()
    for wave in np.unique(one.when[one.when >= 0]):
        rows = one.when == wave
        asked_of = (~np.isnan(values[rows])).sum(axis=0)
        absent = (asked_of >= SMALL_BASE) & (np.nansum(values[rows], axis=0) == 0)
        values[np.ix_(rows, absent)] = np.nan
        if one.inside[rows].any():
            gone += [labels[at] for at in np.flatnonzero(absent).tolist()]
    return values, tuple(
        noted(
            "Ticked by nobody in a whole wave, and so taken as not asked then: {names}.",
            names=list(dict.fromkeys(gone)),
            most=5,
        )
    )


def rated(one: Asked) -> Ticks:
    """Give for each person the brands that its rows are about, on the person's first row.

    Examples
    --------
    >>> answers = pd.DataFrame({"id": [1, 1, 2], "bank": ["A", "B", "B"]})
    >>> rated(asked(answers, brand="bank", respondent="id")).values.tolist()
    [[1.0, 1.0], [0.0, 0.0], [0.0, 1.0]]
    """
    if one.brand is None:
        raise InputError(
            "`holds` must name the set of what persons hold, as no column says which brand a row "
            "is about. Name a set or columns of ticks."
        )
    code, labels = coded(one.frame[one.brand])
    number, first = pd.factorize(one.persons)[0], ~pd.Series(one.persons).duplicated().to_numpy()
    held = np.zeros((number.max() + 1, len(labels)))
    held[number[code >= 0], code[code >= 0]] = 1.0
    values = np.where(first[:, None], held[number], 0.0)
    return Ticks(one.brand, one.text(one.brand), labels, labels, values, one.inside & first)


def bases(inside: Flags) -> dict[str, int]:
    """Give what results say of the rows: how many count, and how many do not."""
    n = int(inside.sum())
    return {"n": n, "n_dropped": len(inside) - n}


def is_nobody(label: str) -> bool:
    """Say whether an answer stands for none of the others: "None of these", "Don't know"."""
    return bool(NOBODY.fullmatch(label.strip()))


def without_head(labels: Sequence[str]) -> list[str]:
    """Take off what all labels begin with, up to a parting sign: used_Civic, used_Harbour.

    Examples
    --------
    >>> without_head(["持有_工商银行", "持有_建设银行"]), without_head(["Civic Bank", "Civic Co"])
    (['工商银行', '建设银行'], ['Civic Bank', 'Civic Co'])
    """
    first = labels[0] if len(labels) > 1 else ""
    while not all(label.startswith(first) for label in labels):
        first = first[:-1]
    head = re.match(r".*(?:[_：:|–—]|\s[-/]\s)\s*", first)
    cut = len(head[0]) if head else 0
    return [label[cut:] for label in labels] if all(len(one) > cut for one in labels) else [*labels]


def _unlike(labels: Sequence[str], items: Sequence[str]) -> list[str]:
    """Tell labels apart that occur twice."""
    return [
        f"{label} ({item})" if list(labels).count(label) > 1 else str(label)
        for label, item in zip(labels, items, strict=True)
    ]
