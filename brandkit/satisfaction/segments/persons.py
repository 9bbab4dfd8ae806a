"""Answers by person, and frames of segments: sizes and profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import stdtr

from brandkit.core.errors import InputError, require_columns, require_unique, shown
from brandkit.core.intervals import carried_df, effective_base, holm, t_interval, wilson_interval
from brandkit.core.labels import coded, label_text
from brandkit.core.linalg import Codes, Flags, Floats, ratio
from brandkit.sampling.design import SurveyData, SurveyRows
from brandkit.sampling.draws import row_keys
from brandkit.sampling.rows import Data, survey_rows
from brandkit.sampling.variance import linearised_covariance

#: Columns of our own: the number of each row, and something that every row has.
_ROW, _ONE = "__row__", "__one__"
_TEXTS: Final = {"segment": "str", "item": "str", "label": "str"}


@dataclass(frozen=True, eq=False)
class Persons:
    """n persons, in an order that the file's order does not change.

    ``of_row`` is the person of each row, ``first`` a row of each person, ``n_rows`` how many;
    ``weight`` the mean weight of the rows. ``columns`` (n x m) is all that is described: numbers,
    the ``n_formed`` that form classes first, then named things as 0 and 1; ``items`` gives name,
    label and whether it only describes. ``named`` are codes of named things that form classes.
    """

    rows: SurveyRows
    of_row: Codes
    first: Codes
    n_rows: Floats
    weight: Floats
    columns: Floats
    items: tuple[tuple[str, str, bool], ...] = ()
    n_formed: int = 0
    named: tuple[Codes, ...] = ()

    def covariance(self, influence: Floats) -> Floats:
        """Give the design covariance of estimates from what persons of unit weight add."""
        return self.rows.covariance((influence / self.n_rows[:, None])[self.of_row])

    def contributions(self, influence: Floats) -> Floats:
        """Give what each sampling unit adds to the estimates."""
        return self.rows.contributions((influence / self.n_rows[:, None])[self.of_row])

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

    def membership(self, segment: ArrayLike) -> pd.Series:
        """Give the segment of each person, by id, or by number of the row in the file."""
        names, column = np.asarray(segment, dtype=object), self.rows.design["respondent"]
        if column is None:
            numbers = self.rows.frame[_ROW].to_numpy(np.intp)
            return pd.Series(names[self.of_row], index=numbers, dtype="str").sort_index()
        ids = [label_text(one) for one in self.rows.frame[column].iloc[self.first].tolist()]
        return pd.Series(names, index=np.array(ids, dtype=object), dtype="str").sort_index()


def persons_of(
    data: Data,
    *,
    items: Sequence[str],
    describe: Sequence[str],
    tiers: str | None,
    missing: Any,
    design: dict[str, Any],
) -> Persons:
    """Average the rows by person and lay out what forms and describes segments."""
    if isinstance(items, str) or not len(items):
        raise InputError(f"`items` must be a list of columns; found {shown(items)}.")
    require_unique("items", [*items, *describe], what="column")
    frame = data.responses if isinstance(data, SurveyData) else data
    numbers, names = [*items, *describe], []
    if isinstance(frame, pd.DataFrame):  # anything else survey_rows refuses
        require_columns(frame, [tiers] if tiers is not None else [], argument="tiers")
        require_columns(frame, numbers, argument="items")
        names = [one for one in numbers if not pd.api.types.is_numeric_dtype(frame[one])]
        numbers = [one for one in numbers if one not in names]
        frame = frame.assign(**{_ROW: np.arange(len(frame)), _ONE: np.ones(len(frame))})
        data = replace(data, responses=frame) if isinstance(data, SurveyData) else frame  # type: ignore[type-var]
    others = list(dict.fromkeys([*names, *([tiers] if tiers else [])]))
    respondent = design["respondent"]
    if respondent is None and isinstance(data, SurveyData):
        respondent = data.design.get("respondent")
    keep = list(dict.fromkeys([*others, *([respondent] if respondent else []), _ROW]))
    rows = survey_rows(data, columns=numbers or [_ONE], others=keep, missing=missing, **design)
    persons = _averaged(rows, len(numbers), others)

    laid = [(name, str(rows.labels.get(name, name)), name not in items) for name in numbers]
    columns, named = [persons.columns], []
    for name in names:
        codes, found = coded(persons.constant(name, argument="items"))
        columns.append((codes[:, None] == np.arange(len(found))).astype(float))
        laid += [(f"{name}: {one}", one, name not in items) for one in found]
        if name in items and len(found) > 1:
            named.append(codes)
    return replace(
        persons,
        columns=np.concatenate(columns, axis=1),
        items=tuple(laid),
        n_formed=sum(name in items for name in numbers),
        named=tuple(named),
    )


def _averaged(rows: SurveyRows, n_numbers: int, others: list[str]) -> Persons:
    """Average numbers by person, in the order of what persons said: starts hang on it."""
    n = rows.n_persons
    count = np.bincount(rows.person, minlength=n).astype(float)
    values = rows.values[:, :n_numbers]
    there = ~np.isnan(values)
    sums, base = np.zeros((n, n_numbers)), np.zeros((n, n_numbers))
    np.add.at(sums, rows.person, np.where(there, values, 0.0))
    np.add.at(base, rows.person, there.astype(float))
    answers = ratio(sums, base)
    weight = np.bincount(rows.person, weights=rows.weight, minlength=n) / count
    first = np.zeros(n, dtype=np.intp)
    first[rows.person[::-1]] = np.arange(len(rows))[::-1]
    content = pd.DataFrame(answers).assign(weight=weight)
    for at, name in enumerate(others):
        content[f"other {at}"] = rows.frame[name].iloc[first].astype(str).to_numpy()
    order = np.argsort(row_keys(content), kind="stable")
    place = np.empty(n, dtype=np.intp)
    place[order] = np.arange(n)
    return Persons(
        rows, place[rows.person], first[order], count[order], weight[order], answers[order]
    )


# --- profiles ------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Profile:
    """Means of columns by segment, and how far they are from all persons', segments x columns."""

    mean: Floats
    error: Floats
    gap: Floats
    gap_error: Floats
    df: Floats
    n: Floats


def tier_profile(persons: Persons, tier: Codes, count: int) -> Profile:
    """Give the means of columns by tier, errors linearised over persons."""
    inside = np.append(tier[:, None] == np.arange(count), np.ones((len(tier), 1)), axis=1)
    parts = []
    for column in persons.columns.T:
        there = ~np.isnan(column)
        value, member = np.where(there, column, 0.0), inside * there[:, None]
        base = persons.weight @ member
        mean = ratio((persons.weight * value) @ member, base)
        off = member * (value[:, None] - np.nan_to_num(mean)) / np.where(base > 0, base, 1.0)
        totals = persons.contributions(np.append(off[:, :-1], off[:, :-1] - off[:, -1:], axis=1))
        spread = np.diag(linearised_covariance(totals, stratum=persons.rows.stratum))
        error, df = np.sqrt(np.maximum(spread, 0.0)), carried_df(totals, df=persons.rows.df)
        # of a tier met in one cluster only no error is known
        factor = persons.rows.domain_factors(member[persons.of_row, :-1] > 0)
        error = error * np.append(factor, factor)
        gap = mean[:-1] - mean[-1]
        n = member[:, :-1].sum(axis=0)
        parts.append((mean[:-1], error[:count], gap, error[count:], df[count:], n))
    return Profile(*(np.stack(side, axis=1) for side in zip(*parts, strict=True)))


def class_profile(persons: Persons, chance: Floats, drawn: Floats, whole: Floats) -> Profile:
    """Give means by the chances of belonging (n x classes), errors from draws.

    ``drawn`` (draws x classes x columns) are the means of draws, ``whole`` those of all persons.
    """
    weight, there = persons.weight, ~np.isnan(persons.columns)
    value = np.where(there, persons.columns, 0.0)
    mass = chance * weight[:, None]
    mean = (mass.T @ value) / (mass.T @ there)
    own = chance.argmax(axis=1)[:, None] == np.arange(chance.shape[1])
    return Profile(
        mean,
        drawn.std(axis=0, ddof=1),
        mean - (weight @ value) / (weight @ there),
        (drawn - whole[:, None, :]).std(axis=0, ddof=1),
        np.full(mean.shape, float(persons.rows.df)),
        (own & (weight > 0)[:, None]).T.astype(float) @ there,
    )


def profile_frame(
    profile: Profile,
    segments: Sequence[str],
    persons: Persons,
    *,
    tested: Flags,
    level: float,
    least: int,
) -> pd.DataFrame:
    """Put means and distances in long form; Holm over the segments of an item that is tested."""
    low, high = t_interval(profile.mean, std_error=profile.error, df=profile.df, level=level)
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.where(profile.gap == 0, 0.0, np.abs(profile.gap) / profile.gap_error)
    p_value = np.where(tested, 2 * stdtr(profile.df, -apart), np.nan)
    adjusted = np.full_like(p_value, np.nan)
    is_shown = profile.n >= least
    for at in np.flatnonzero(tested):
        used = is_shown[:, at] & ~np.isnan(p_value[:, at])
        adjusted[used, at] = holm(p_value[used, at])
    numbers = {
        "estimate": profile.mean,
        "std_error": profile.error,
        "ci_low": low,
        "ci_high": high,
        "ci_level": np.full_like(low, level),
        "difference": profile.gap,
        "difference_error": profile.gap_error,
        "p_value": p_value,
        "p_adjusted": adjusted,
    }
    items, labels, described = zip(*persons.items, strict=True)
    k, m = low.shape
    names = {"segment": np.repeat(np.array(segments, dtype=object), m), "item": items * k}
    shown = {name: np.where(is_shown, values, np.nan).ravel() for name, values in numbers.items()}
    frame = pd.DataFrame(names | {"label": labels * k} | shown).astype(_TEXTS)
    n = profile.n.ravel().astype(int)
    return frame.assign(ci_level=level, n=n, is_described=described * k)


def size_frame(
    segments: Sequence[str],
    *,
    share: Floats,
    error: Floats,
    df: Floats | float,
    n: Floats,
    level: float,
    certainty: ArrayLike = np.nan,
    kept: ArrayLike = np.nan,
) -> pd.DataFrame:
    """Give the shares of segments with Wilson's interval on what the error is worth."""
    base = effective_base(share * (1 - share), std_error=error, n=max(float(n.sum()), 1.0))
    low, high = wilson_interval(share, n=base, df=df, level=level)
    return pd.DataFrame(
        {
            "segment": list(segments),
            "share": share,
            "std_error": error,
            "ci_low": low,
            "ci_high": high,
            "ci_level": level,
            "n": n.astype(int),
            "certainty": certainty,
            "share_kept": kept,
        }
    ).astype({"segment": "str"})
