"""What-ifs of a choice model: what a change of what people say of a bank does to all shares."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import expit

from brandkit.core.errors import InputError, ScaleError, did_you_mean, shown
from brandkit.core.intervals import carried_df
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.satisfaction.choice.kernel import Options, options_of
from brandkit.satisfaction.choice.sets import Choices
from brandkit.satisfaction.choice.solution import (
    LEAST,
    Averages,
    Solution,
    by_brand,
    is_flag,
    predicted_shares,
    row_chances,
)
from brandkit.satisfaction.fitting import SMALL_BASE, estimate_columns, root

#: Attributes of 0 and 1 that a what-if may change at once.
MOST_CHANGED: Final = 8
_STEP: Final = 1e-5


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ShareChange(Result):
    """What a change in what people say of one bank would do to every bank's share of choices.

    Parameters
    ----------
    changes : DataFrame
        One row a bank: ``brand n share share_if estimate std_error ci_low ci_high p_value``;
        ``estimate`` is the change of its share, 0-1; the changes of all banks add up to 0 where
        each person chose one. ``n`` choices have both banks in them: on these the change of a
        rival rests.
    brand : str
    raised : mapping
        Label of an attribute to its change.
    flags : tuple of str
        Those of 0 and 1, whose change is one of a share.
    level : float
    """

    changes: pd.DataFrame
    brand: str
    raised: Mapping[str, float]
    flags: tuple[str, ...]
    level: float

    def tidy(self) -> pd.DataFrame:
        """Give the change of each bank's share."""
        return self.changes.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: the bank that changes, its share before and after, the change."""
        mine = self.changes[self.changes["brand"] == self.brand].reset_index(drop=True)
        return mine.assign(ci_level=self.level)


@dataclass(frozen=True, eq=False)
class Scenario:
    """A change of what people say of one bank, ready to be computed.

    Parameters
    ----------
    part : Choices
        Choices in which the bank is rated.
    options : Options
    columns : ndarray, shape (rows of part, k)
    mine : ndarray of int
        The bank's rows in `part`.
    flips : ndarray of int
        Places of the changed attributes of 0 and 1 among the coefficients.
    steps : ndarray, shape (flips,)
        What a row gains where it changes, in standard deviations; below 0 where fewer shall say
        so.
    open : ndarray, shape (mine, flips)
        1 in rows that can change: those that do not say so yet, or do.
    points : ndarray, shape (flips,)
        Changes of the share who say so, in absolute value.
    now : ndarray, shape (flips,)
        The share of rows that are open.
    shifts : mapping of int to float
        Changes of scales, in standard deviations, by place among the coefficients.
    """

    part: Choices
    options: Options
    columns: Floats
    mine: Codes
    flips: Codes
    steps: Floats
    open: Floats
    points: Floats
    now: Floats
    shifts: Mapping[int, float]


def share_change(
    solution: Solution,
    *,
    brand: str,
    changes: Mapping[str, float],
    level: float,
    notes: tuple[Message, ...],
) -> ShareChange:
    """Compute what a change does to all banks' shares; ``notes`` are those of the model."""
    places = {_place(solution, name): float(by) for name, by in changes.items()}
    scenario = _scenario(solution, brand, places)
    choices, change = solution.choices, _share_changes(solution, scenario)
    # what a rival loses rests on the few who rate both banks
    df = carried_df(choices.rows.contributions(change.influence), df=choices.rows.df)
    error = root(choices.rows.covariance(change.influence))
    now = predicted_shares(solution).estimate
    frame = pd.DataFrame(
        {
            "brand": choices.brands,
            "n": np.bincount(scenario.part.brand, minlength=len(choices.brands)),
            "share": now,
            "share_if": now + change.estimate,
            **estimate_columns(change.estimate, error, df, level=level),
        }
    )
    frame = frame.iloc[np.unique(choices.brand)].reset_index(drop=True)
    few = frame.loc[frame["n"] < SMALL_BASE, "brand"].tolist()
    said = (
        "Fewer than {least:count} persons choose between this bank and {names}: {n:its|their} "
        "{n:change is|changes are} uncertain beyond the {n:interval|intervals}."
    )
    if few:
        notes = (*notes, Message(said, {"names": few, "n": len(few), "least": SMALL_BASE}))
    return ShareChange(
        changes=frame,
        brand=brand,
        raised={_label(solution, place): by for place, by in places.items()},
        flags=tuple(_label(solution, place) for place in scenario.flips.tolist()),
        level=level,
        notes=notes,
    )


def _scenario(solution: Solution, brand: str, places: Mapping[int, float]) -> Scenario:
    """Check a change, by place among the coefficients, and find the rows that it touches."""
    choices = solution.choices
    inside, is_mine = _rows_with(choices, brand)
    part, mine = choices.part(inside), np.flatnonzero(is_mine[inside])
    weight = choices.rows.weight[part.row[mine]]
    flips: list[int] = []
    steps, opened, shifts = [], [], {}
    for place, by in places.items():
        raw, column = part.values[mine, solution.kept[place]], solution.kept[place]
        mean, name = float(weight @ raw / weight.sum()), _label(solution, place)
        if is_flag(choices.values[:, column]):
            _check_within(name, mean, by, low=0.0, high=1.0)
            flips.append(place)
            steps.append((1.0 if by >= 0 else -1.0) / solution.spread[place])
            opened.append(raw == (0.0 if by >= 0 else 1.0))
        else:
            limits = choices.rows.limits.get(solution.attributes[place], (-np.inf, np.inf))
            _check_within(name, mean, by, low=limits[0], high=limits[1])
            shifts[place] = by / solution.spread[place]
    if len(flips) > MOST_CHANGED:
        raise InputError(
            f"`changes` may name at most {MOST_CHANGED} attributes of 0 and 1; found {len(flips)}. "
            "Change fewer at once."
        )
    is_open = np.array(opened, dtype=float).reshape(len(flips), len(mine)).T
    return Scenario(
        part=part,
        options=options_of(part.sets),
        columns=solution.columns[inside],
        mine=mine,
        flips=np.array(flips, dtype=np.intp),
        steps=np.array(steps),
        open=is_open,
        points=np.array([abs(places[place]) for place in flips]),
        now=weight @ is_open / weight.sum(),
        shifts=shifts,
    )


def _rows_with(choices: Choices, brand: str) -> tuple[Flags, Flags]:
    """Find the rows of choices in which a bank is rated, and its own."""
    names = [choices.brands[at] for at in np.unique(choices.brand).tolist()]
    if brand not in names:
        raise InputError(
            f"`brand` must be a bank of the model; found {shown(brand)}."
            f"{did_you_mean(brand, names)} It has {shown(names, most=12)}."
        )
    is_mine = choices.brand == choices.brands.index(brand)
    has = np.zeros(len(choices.sets.weight), dtype=bool)
    has[choices.sets.of_row[is_mine]] = True
    return has[choices.sets.of_row], is_mine


def _place(solution: Solution, name: str) -> int:
    labels = solution.choices.rows.labels
    for place, attribute in enumerate(solution.attributes):
        if name in (attribute, labels.get(attribute)):
            return place
    known = [labels.get(attribute, attribute) for attribute in solution.attributes]
    raise InputError(
        f"`changes` must name attributes of the model; found {shown(name)}."
        f"{did_you_mean(name, known)} It has {shown(known, most=14)}."
    )


def _label(solution: Solution, place: int) -> str:
    name = solution.attributes[place]
    return str(solution.choices.rows.labels.get(name, name))


def _check_within(name: str, mean: float, by: float, *, low: float, high: float) -> None:
    if not np.isfinite(by) or not low - 1e-9 <= mean + by <= high + 1e-9:
        unit = " (shares of persons, 0.10 for ten in a hundred)" if (low, high) == (0, 1) else ""
        raise ScaleError(
            f"`changes` must leave {shown(name)} between {low:g} and {high:g}{unit}; found "
            f"{mean:.3g} now and a change of {by:g}. Change it by less."
        )


def _share_changes(solution: Solution, scenario: Scenario) -> Averages:
    """Give the change of each bank's share of all choices.

    Linearised in the coefficients, in the share who say so now, and over persons.
    """
    choices, part = solution.choices, scenario.part
    total = float(choices.sets.weight.sum())
    place, now = solution.maximum.place, scenario.now
    by_set = _changes(scenario, place, now)

    def change(beta: Floats, said: Floats) -> Floats:
        return np.asarray(part.sets.weight @ _changes(scenario, beta, said) / total)

    estimate = part.sets.weight @ by_set / total
    influence = part.to_rows(by_set / total)
    influence -= choices.to_rows(np.ones((len(choices.sets.weight), 1)) / total) * estimate
    influence += solution.row_influence @ _derivatives(lambda beta: change(beta, now), place)
    if len(now):
        by_now = _derivatives(lambda said: change(place, said), now)
        rows = part.row[scenario.mine]
        weight = choices.rows.weight[rows].sum()
        influence[rows] += (scenario.open - now) / weight @ by_now
    return Averages(np.asarray(estimate), influence)


def _changes(scenario: Scenario, place: Floats, now: Floats) -> Floats:
    """Give the change of each bank's chance in each choice, shape (sets, banks).

    A bank's chance is logistic in what speaks for it, and given whether it is taken the chances
    of all others do not depend on that: which is independence of irrelevant alternatives.
    """
    part, options = scenario.part, scenario.options
    chance, by_option = row_chances(options, scenario.columns @ place)
    inside = np.clip(chance[scenario.mine], LEAST, 1 - LEAST)
    then = np.zeros(len(inside))
    odds = np.log(inside) - np.log1p(-inside)
    moved = sum(by * place[at] for at, by in scenario.shifts.items())
    gains = scenario.steps * place[scenario.flips]
    for flipped, weight in _ways(scenario, now):
        then += weight * expit(odds + moved + float(gains @ flipped))
    rise = then - inside
    mine = np.zeros(len(chance), dtype=bool)
    mine[scenario.mine] = True
    with_mine = options.over(mine.astype(float)) > 0
    joint = options.back(by_option * with_mine, len(chance))
    home = part.sets.of_row
    own, up = np.zeros(len(part.sets.weight)), np.zeros(len(part.sets.weight))
    own[home[scenario.mine]], up[home[scenario.mine]] = inside, rise
    given = joint / own[home] - (chance - joint) / (1 - own[home])
    return by_brand(part, up[home] * given)


def _ways(scenario: Scenario, now: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Give every way in which the attributes may change, with its chance for each of the rows.

    Of those who do not say so yet, points / now come to say it, each attribute on its own.
    """
    rate = scenario.points / np.maximum(now, LEAST)
    for flipped in product((0.0, 1.0), repeat=len(rate)):
        which = np.array(flipped)
        once = np.where(which > 0, rate, 1 - rate)
        yield which, np.where(scenario.open > 0, once, 1 - which).prod(axis=1)


def _derivatives(function: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Differentiate by central differences, shape (inputs, outputs): errors need five digits."""
    slopes = []
    for place, size in enumerate(_STEP * np.maximum(np.abs(at), 0.01)):
        step = np.zeros(len(at))
        step[place] = size
        slopes.append((function(at + step) - function(at - step)) / (2 * size))
    return np.array(slopes)
