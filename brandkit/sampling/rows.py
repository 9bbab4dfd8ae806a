"""Taking the rows of a survey: who answered, with what weight, drawn how, checked once.

Every method that looks at answers of persons takes its data through :func:`survey_rows`, so that
weights, strata, clusters, persons with several rows and missing answers are met the same way
everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_option,
    frame_of,
    numeric_matrix,
    require_columns,
    shown,
)
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.core.story import N_, speaker
from brandkit.sampling.design import (
    FEW_CLUSTERS,
    Calibrated,
    Data,
    RowDraws,
    SurveyData,
    SurveyRows,
    Weight,
)
from brandkit.sampling.draws import id_codes

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
        if not found.any():
            continue
        cleaned = answers.copy() if cleaned is answers else cleaned
        cleaned[found, at] = np.nan
        codes = [_number(code) for code in np.unique(column[found])[:3]]
        say = speaker(item=name, codes=codes, n=int(found.sum()))
        note = say(
            "“{item}” holds {codes} in {n:count} {n:row|rows}, a code for no answer; it is taken "
            "as missing."
        )
        if name in limits:
            note = say(
                "“{item}” holds {codes} in {n:count} {n:row|rows}, outside its scale from {low} "
                "to {high}; taken as missing.",
                low=_number(low),
                high=_number(high),
            )
        notes.append(note)
    return cleaned, notes


def _coded(column: Floats) -> Flags:
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


__all__ = [
    "Data",
    "MissingRule",
    "RowDraws",
    "SurveyRows",
    "SurveyWith",
    "Weight",
    "data_frame",
    "survey_rows",
    "with_responses",
]

MissingRule = Literal["raise", "drop", "mean", "pairwise"]


def survey_rows(
    data: Data,
    *,
    columns: Sequence[str],
    others: Sequence[str] = (),
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    missing: MissingRule | Literal["keep"] = "raise",
) -> SurveyRows:
    """Take rows of answers with their design, checked once.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and brand. A survey brings its own weight,
        respondent, strata and cluster; what is named here goes before that.
    columns : sequence of str
        Numeric columns.
    others : sequence of str
        Columns to keep beside them: brand, segment, wave. Rows where one is missing are left out
        and counted.
    weight : str or SurveyWeights, optional
        Column of weights >= 0, or the result of ``survey_weights``, whose margins are then
        honoured in errors and draws.
    respondent, strata, cluster : str, optional
        Columns of the design.
    missing : "raise", "drop", "mean", "pairwise" or "keep"
        Missing answers: refuse, leave the row out, put the column's weighted mean there, or leave
        them missing (the last two).

    Returns
    -------
    SurveyRows

    Raises
    ------
    InputError
        A column is unknown or no number, an answer is missing where it must not, or a person is
        in two strata.
    ScaleError
        A weight is negative or missing.
    NotEnoughDataError
        No row is left.

    Notes
    -----
    Values that cannot be answers (outside the codebook's scale, or a code such as -99 far from
    all others) are taken as missing, and ``notes`` count them.

    Examples
    --------
    >>> answers = pd.DataFrame({"id": [1, 1, 2], "sat": [8, 9, -99], "w": [1.0, 1.0, 2.0]})
    >>> rows = survey_rows(answers, columns=["sat"], weight="w", respondent="id", missing="drop")
    >>> rows.values.ravel().tolist(), rows.n_persons, str(rows.notes[0])
    ([8.0, 9.0], 1, '“sat” holds −99 in 1 row, a code for no answer; it is taken as missing.')
    """
    check_option("missing", missing, (*get_args(MissingRule), "keep"))
    frame, design, limits, labels = _parts(data)
    named = {"respondent": respondent, "strata": strata, "cluster": cluster}
    design = {**design, **{role: name for role, name in named.items() if name is not None}}
    if isinstance(weight, str):
        design["weight"] = weight
    _check_columns(frame, columns=columns, others=others, design=design)
    answers = numeric_matrix("data", frame[list(columns)], allow_missing=True)
    answers, said = without_codes(answers, columns, limits)
    weights = _weights(frame, design, weight)

    keep, counts, kept_notes = _kept(
        frame, answers, weights, columns=columns, others=others, missing=missing
    )
    if not keep.any():
        raise NotEnoughDataError(
            f"`data` must have rows with all of {shown(list(columns))}; found none that can be "
            "used. Read the file again with its codes for no answer, or ask for fewer columns."
        )
    values = answers[keep]
    if missing == "mean":
        values = _filled(values, weights[keep])
    chosen = frame.loc[keep, list(dict.fromkeys([*columns, *others]))].reset_index(drop=True)
    chosen[list(columns)] = values
    person, ids, names, person_notes = _persons(frame[keep], design)
    unit, stratum, unit_notes = _units(ids, names, n=len(chosen))
    if design["cluster"] is not None and len(stratum) < FEW_CLUSTERS:
        few = N_(
            "The sample was drawn in {n:count} {n:cluster|clusters} only: intervals and tests "
            "allow for so few, and are rough."
        )
        unit_notes = [*unit_notes, Message(few, {"n": len(stratum)})]
    calibration = None
    if weight is not None and not isinstance(weight, str):
        calibration = weight.calibration.of_rows(keep)
    return SurveyRows(
        frame=chosen,
        columns=tuple(columns),
        values=values,
        weight=weights[keep],
        person=person,
        unit=unit,
        stratum=stratum,
        design=dict(design),
        limits=limits,
        labels=labels,
        n_dropped=counts[0],
        n_zero_weight=counts[1],
        calibration=calibration,
        notes=(*said, *kept_notes, *person_notes, *unit_notes),
        unit_ids=ids,
        strata_names=names,
    )


def data_frame(data: Data) -> tuple[pd.DataFrame, dict[str, str | None]]:
    """Give the rows of a frame or a survey, and the survey's columns by role."""
    if isinstance(data, SurveyData):
        return data.responses, dict(data.design)
    data = frame_of("data", data)
    return data, {}


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
    if not isinstance(data, SurveyData):
        return responses
    return SurveyWith(responses, data.codebook, data.design)


# --- parts of the data -------------------------------------------------------------------------


def _parts(
    data: Data,
) -> tuple[pd.DataFrame, dict[str, str | None], dict[str, tuple[float, float]], dict[str, str]]:
    """Give rows, design, limits and labels of what was handed in."""
    roles = ("brand", "respondent", "weight", "strata", "cluster", "wave")
    if not isinstance(data, SurveyData):
        data = frame_of("data", data)
        return data, dict.fromkeys(roles), {}, {}
    book = data.codebook
    scaled = book[book["low"].notna() & book["high"].notna()]
    limits = {
        str(item): (float(low), float(high))
        for item, low, high in zip(scaled["item"], scaled["low"], scaled["high"], strict=True)
    }
    told = book[book["label"].notna()]
    labels = dict(zip(told["item"].astype(str), told["label"].astype(str), strict=True))
    return data.responses, {role: data.design.get(role) for role in roles}, limits, labels


def _check_columns(
    frame: pd.DataFrame,
    *,
    columns: Sequence[str],
    others: Sequence[str],
    design: Mapping[str, str | None],
) -> None:
    if not len(columns):
        raise InputError("`columns` must name at least one column; found none.")
    twice = sorted({name for name in columns if list(columns).count(name) > 1})
    if twice:
        raise InputError(f"each column may be named once; found {shown(twice)} more than once.")
    require_columns(frame, columns, argument="columns")
    require_columns(frame, others, argument="others")
    for role in ("respondent", "weight", "strata", "cluster"):
        name = design[role]
        if name is not None:
            require_columns(frame, [name], argument=role)


def _weights(
    frame: pd.DataFrame, design: Mapping[str, str | None], weight: Weight | None
) -> Floats:
    if weight is not None and not isinstance(weight, str):
        if not isinstance(weight, Calibrated):
            raise TypeError(
                "`weight` must be a column's name or the result of survey_weights; found "
                f"{type(weight).__name__}."
            )
        given = weight.calibration.weight
        if len(given) != len(frame):
            raise InputError(
                f"`weight` must have one weight a row; found {len(given)} for {len(frame)} rows. "
                "Make the weights from the same data."
            )
        return given
    name = design["weight"]
    if name is None:
        return np.ones(len(frame))
    values = numeric_matrix("weight", frame[[name]], allow_missing=True)[:, 0]
    gaps, below = int(np.isnan(values).sum()), int((values < 0).sum())
    if gaps:
        raise ScaleError(
            f"`weight` must be known in every row; found {gaps} rows without {shown(name)}. "
            "Fill them in, or leave those rows out."
        )
    if below:
        raise ScaleError(
            f"`weight` must be >= 0; found {below} negative values in {shown(name)}. Negative "
            "weights are a slip: weight the file again."
        )
    if not values.any():
        raise ScaleError(
            f"`weight` must be above 0 in some rows; found zeros only in {shown(name)}. Name "
            "another column, or none."
        )
    return values


def _kept(
    frame: pd.DataFrame,
    answers: Floats,
    weights: Floats,
    *,
    columns: Sequence[str],
    others: Sequence[str],
    missing: str,
) -> tuple[Flags, tuple[int, int], list[Message]]:
    """Choose the rows that are used; give how many fell for a gap and for a weight of 0."""
    weighed = weights > 0
    placed = np.asarray(frame[list(others)].notna().all(axis=1))
    gaps = np.isnan(answers)
    if missing == "raise" and gaps[weighed & placed].any():
        lost = gaps[weighed & placed].sum(axis=0)
        found = [f"{name} ({n})" for name, n in zip(columns, lost, strict=True) if n]
        raise InputError(
            f"`data` must have no missing answers; found {shown(found)}. Write missing='drop' to "
            "leave those rows out, or missing='mean' or 'pairwise' where the method takes them."
        )
    whole = ~gaps.any(axis=1) if missing == "drop" else ~gaps.all(axis=1)
    keep = np.asarray(weighed & placed & whole)
    n_zero, n_gap = int((~weighed).sum()), int((weighed & ~(placed & whole)).sum())
    nowhere = Message(
        "{n:count} {n:row has|rows have} weight 0 and {n:counts|count} nowhere.", {"n": n_zero}
    )
    left_out = Message(
        "{n:count} of {all:count} rows are left out because an answer or a group is missing.",
        {"n": n_gap, "all": len(frame)},
    )
    notes = [nowhere] * bool(n_zero) + [left_out] * bool(n_gap)
    return keep, (n_gap, n_zero), notes


def _filled(values: Floats, weight: Floats) -> Floats:
    there = ~np.isnan(values)
    mean = np.nansum(values * weight[:, None], axis=0) / (there * weight[:, None]).sum(axis=0)
    return np.where(there, values, mean)


# --- persons, units, strata ----------------------------------------------------------------------

Texts = NDArray[np.object_]


def _texts(rows: pd.DataFrame, column: str | None, role: str) -> Texts | None:
    """Give the ids of a column as texts, a row each; None where there is no column."""
    if column is None:
        return None
    codes, texts = id_codes(role, rows[column])
    return np.array(texts, dtype=object)[codes]


def _persons(
    rows: pd.DataFrame, design: Mapping[str, str | None]
) -> tuple[Codes, Texts | None, Texts | None, list[Message]]:
    """Number the persons; give the ids of sampling units and strata, None where there are none."""
    respondent, cluster, strata = (design[role] for role in ("respondent", "cluster", "strata"))
    names, ids = _texts(rows, strata, "strata"), _texts(rows, respondent, "respondent")
    person, notes = np.arange(len(rows), dtype=np.intp), []
    if ids is None:
        notes = [
            Message("No column names the respondent, so each row counts as a person of its own.")
        ]
    else:
        person = np.asarray(pd.factorize(ids)[0], dtype=np.intp)
    clusters = _texts(rows, cluster, "cluster")
    if clusters is not None and names is not None:
        # clusters are often numbered anew within each stratum
        nested = np.char.add(np.char.add(names.astype(str), " | "), clusters.astype(str))
        clusters = np.asarray(nested.astype(object))
    return person, ids if clusters is None else clusters, names, notes


def _units(ids: Texts | None, names: Texts | None, *, n: int) -> tuple[Codes, Codes, list[Message]]:
    """Number the sampling units, and give the stratum of each."""
    unit = np.arange(n, dtype=np.intp)
    if ids is not None:
        unit = np.asarray(pd.factorize(ids)[0], dtype=np.intp)
    stratum = np.zeros(int(unit.max()) + 1, dtype=np.intp)
    if names is None:
        return unit, stratum, []
    stratum[unit] = pd.factorize(names)[0]
    lonely = int((np.bincount(stratum) == 1).sum())
    note = Message(
        "{n:count} {n:stratum has|strata have} a single unit, whose error is taken about the "
        "overall mean.",
        {"n": lonely},
    )
    return unit, stratum, [note] if lonely else []
