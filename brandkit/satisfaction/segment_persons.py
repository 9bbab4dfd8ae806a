"""Persons behind the rows of a survey: their mean answers, weights, draws and segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.checks import require_columns
from brandkit.core.errors import InputError, shown
from brandkit.core.linalg import Floats
from brandkit.core.resample import row_keys
from brandkit.core.survey_design import SurveyData, SurveyRows
from brandkit.core.survey_rows import Data, survey_rows

Codes = NDArray[np.intp]
Form = Literal["ratings", "relative"]
ROW, ONE = "__row__", "__one__"


@dataclass(frozen=True, eq=False)
class Persons:
    """One entry a person, in an order that the file's order does not change.

    Parameters
    ----------
    rows : SurveyRows
    of_row : ndarray of int, shape (rows,)
        The person behind each row.
    first : ndarray of int, shape (n,)
        A row of each person.
    n_rows : ndarray, shape (n,)
        Rows of each person.
    weight : ndarray, shape (n,)
        Mean weight of the person's rows.
    answers : ndarray, shape (n, columns)
        Mean answers, missing where none was given.
    columns : tuple of str
    """

    rows: SurveyRows
    of_row: Codes
    first: Codes
    n_rows: Floats
    weight: Floats
    answers: Floats
    columns: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.first)

    @property
    def n_effective(self) -> float:
        """Kish's effective number of persons."""
        return float(self.weight.sum() ** 2 / (self.weight**2).sum())

    def covariance(self, influence: Floats) -> Floats:
        """Give the design covariance of estimates from what persons of unit weight add."""
        return self.rows.covariance(self._by_row(influence))

    def contributions(self, influence: Floats) -> Floats:
        """Give what each sampling unit adds to the estimates."""
        return self.rows.contributions(self._by_row(influence))

    def _by_row(self, influence: Floats) -> Floats:
        return np.asarray((influence / self.n_rows[:, None])[self.of_row])

    def draw_weights(self, draws: int, *, seed: int) -> Floats:
        """Give the weight of each person in each draw, shape (draws, n)."""
        drawn = self.rows.draws(draws, seed=seed)
        return np.asarray(drawn.times[:, drawn.group[self.first]] * self.weight)

    def constant(self, column: str, *, argument: str) -> pd.Series:
        """Give a column that has one value for each person; refuse one that has more."""
        values = self.rows.frame[column]
        kinds = pd.DataFrame({"person": self.of_row, "value": values}).drop_duplicates()
        twice = int(kinds["person"].duplicated().sum())
        if twice:
            raise InputError(
                f"`{argument}` must have one value for each person; found {twice} persons with "
                f"more than one in {shown(column)}. Name a column about the person, not the bank."
            )
        return values.iloc[self.first].reset_index(drop=True)


def _with(data: Data, **columns: Any) -> Data:
    """Give the data with further columns; anything that is no data is left to be refused."""
    if isinstance(data, pd.DataFrame):
        return data.assign(**columns)
    if not isinstance(data, SurveyData):
        return data
    return replace(data, responses=data.responses.assign(**columns))  # type: ignore[type-var]


def split_items(data: Data, items: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part items into numbers and named things."""
    frame = data.responses if isinstance(data, SurveyData) else data
    if not isinstance(frame, pd.DataFrame):
        return list(items), []
    require_columns(frame, items, argument="items")
    plain = pd.api.types.is_numeric_dtype
    return (
        [item for item in items if plain(frame[item])],
        [item for item in items if not plain(frame[item])],
    )


def persons_of(
    data: Data,
    *,
    ratings: list[str],
    others: list[str],
    respondent: str | None,
    missing: str,
    design: dict[str, Any],
) -> Persons:
    """Take the rows and average them by person.

    Parameters
    ----------
    data : DataFrame or Survey
    ratings : list of str
        Numeric columns.
    others : list of str
        Columns about the person: a tier, a named thing.
    respondent : str, optional
        Column of the persons' ids.
    missing : str
    design : dict

    Returns
    -------
    Persons
    """
    rule: Any = "keep" if missing == "pairwise" else missing
    whole = data if ratings else _with(data, **{ONE: 1.0})
    keep = [*others, *([respondent] if respondent and respondent not in others else [])]
    rows = survey_rows(whole, columns=ratings or [ONE], others=keep, missing=rule, **design)
    n = rows.n_persons
    count = np.bincount(rows.person, minlength=n).astype(float)
    values = rows.values[:, : len(ratings)]
    there = ~np.isnan(values)
    sums, base = np.zeros((n, len(ratings))), np.zeros((n, len(ratings)))
    np.add.at(sums, rows.person, np.where(there, values, 0.0))
    np.add.at(base, rows.person, there.astype(float))
    with np.errstate(invalid="ignore"):
        answers = sums / base
    weight = np.bincount(rows.person, weights=rows.weight, minlength=n) / count
    first = np.zeros(n, dtype=np.intp)
    first[rows.person[::-1]] = np.arange(len(rows))[::-1]
    order = _content_order(answers, weight, rows.frame[others].iloc[first])
    place = np.empty(n, dtype=np.intp)
    place[order] = np.arange(n)
    return Persons(rows, place[rows.person], first[order], count[order], weight[order],
                   answers[order], tuple(ratings))  # fmt: skip


def _content_order(answers: Floats, weight: Floats, others: pd.DataFrame) -> Codes:
    """Order persons by what they said, so that random starts do not hang on the file's order."""
    frame = pd.DataFrame(answers).assign(weight=weight)
    for at, name in enumerate(others.columns):
        frame[f"other {at}"] = others[name].astype(str).to_numpy()
    return np.argsort(row_keys(frame), kind="stable")


def kept_rows(
    data: Data, persons: Persons, *, others: list[str], missing: str, design: dict[str, Any]
) -> Codes:
    """Give the number in the file of each row that was used."""
    frame = data.responses if isinstance(data, SurveyData) else data
    rule: Any = "keep" if missing == "pairwise" else missing
    rows = survey_rows(
        _with(data, **{ONE: 1.0, ROW: np.arange(len(frame))}),
        columns=list(persons.columns) or [ONE], others=[*others, ROW], missing=rule, **design,
    )  # fmt: skip
    return rows.frame[ROW].to_numpy(np.intp)


def person_texts(column: pd.Series) -> NDArray[np.object_]:
    """Give ids as text; 7, 7.0 and "7" are one id."""
    return np.array(
        [
            str(int(one)) if isinstance(one, float) and one.is_integer() else str(one)
            for one in column.tolist()
        ],
        dtype=object,
    )
