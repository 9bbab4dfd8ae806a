"""Penalties and rewards of one set of cuts: of the sample, of draws, and what kind they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.intervals import holm, percentile_interval
from brandkit.core.linalg import Flags, Floats, Ints, ratio
from brandkit.sampling.rows import RowDraws, SurveyRows
from brandkit.satisfaction import centred
from brandkit.satisfaction.drivers.kernel import dependent_drivers, slope_covariance, slopes
from brandkit.satisfaction.fitting import wald

#: Parts of the scale up to which an answer is poor, and from which it is good.
POOR, GOOD = 0.5, 0.8
#: How far other cuts are moved, as a part of the scale; at least one step.
MOVED: Final = 0.1
#: Beyond this the raw asymmetry leans to one side; within the wider one the even one is balanced.
LEANING, BALANCED = 0.1, 0.3
#: The even asymmetry's least median where a kind leans: one side twice the other a point.
TWICE: Final = 1 / 3
#: How sure a draw's kind must be.
SURE_LEANING, SURE_BALANCED = 0.9, 0.8
ROLES: Final = ("basic", "performance", "exciting", "undecided")

Cut = float | Mapping[str, float] | None


@dataclass(frozen=True, eq=False)
class Cuts:
    """The cuts of each attribute.

    Parameters
    ----------
    low, high : ndarray, shape (p,)
        Poor is <= low, good >= high.
    step : ndarray, shape (p,)
        How far other cuts are moved.
    limits : ndarray, shape (p, 2)
        Ends of the scales; infinite where they are not known.
    is_default : bool
        Whether any was taken from the scale.
    """

    low: Floats
    high: Floats
    step: Floats
    limits: Floats
    is_default: bool

    def others(self) -> list[Cuts]:
        """Give the cuts with one end moved by a step either way."""
        return [
            replace(self, low=self.low + down * self.step, high=self.high + up * self.step)
            for down, up in ((-1, 0), (1, 0), (0, -1), (0, 1))
        ]

    def usable(self, answers: Floats, *, least: int) -> Flags:
        """Say which lie on the scale and leave answers enough: poor, good and in between."""
        poor, good = answers <= self.low, answers >= self.high
        sizes = [part.sum(axis=0) for part in (poor, good, ~(poor | good))]
        inside = (self.low >= self.limits[:, 0]) & (self.high <= self.limits[:, 1])
        apart = self.high - self.low > self.step * (1 + 1e-9)
        return np.asarray(apart & inside & (np.min(sizes, axis=0) >= max(least, 1)))


def cuts_of(
    attributes: Sequence[str], *, low: Cut, high: Cut, limits: Mapping[str, tuple[float, float]]
) -> Cuts:
    """Take cuts as declared, and from the codebook's scale (``limits``) where they are not.

    Examples
    --------
    >>> made = cuts_of(["fees"], low=None, high=None, limits={"fees": (0.0, 10.0)})
    >>> made.low.tolist(), made.high.tolist()
    ([5.0], [8.0])
    """
    ends = np.array([limits.get(name, (-np.inf, np.inf)) for name in attributes], dtype=float)
    span = ends[:, 1] - ends[:, 0]
    known = np.isfinite(span)
    start, span = np.where(known, ends[:, 0], 0.0), np.where(known, span, 10.0)
    step = np.maximum(np.rint(span * MOVED), 1.0)
    poor, good = np.floor(start + POOR * span), np.ceil(start + GOOD * span - 1e-9)
    declared = [_declared("low", low, attributes), _declared("high", high, attributes)]
    for argument, values in zip(("low", "high"), declared, strict=True):
        gaps = [
            name for name, gap in zip(attributes, np.isnan(values) & ~known, strict=True) if gap
        ]
        if gaps:
            raise InputError(
                f"`{argument}` must be given for items whose scale is not known; found none for "
                f"{shown(gaps)}. Write low=5, high=8, or give the scale in a codebook."
            )
    low_cuts, high_cuts = (
        np.where(np.isnan(values), default, values)
        for values, default in zip(declared, (poor, good), strict=True)
    )
    cuts = Cuts(low_cuts, high_cuts, step, ends, bool(np.isnan(declared).any()))
    _check_cuts(cuts, attributes)
    return cuts


def _declared(argument: str, cut: Cut, attributes: Sequence[str]) -> Floats:
    """Give the declared cuts, missing where there is none."""
    if not isinstance(cut, Mapping):
        return np.full(len(attributes), np.nan if cut is None else float(cut))
    strange = [name for name in cut if name not in attributes]
    if strange:
        raise InputError(
            f"`{argument}` must name attributes; found {shown(strange)}."
            f"{did_you_mean(str(strange[0]), attributes)}"
        )
    return np.array([float(cut.get(name, np.nan)) for name in attributes])


def _check_cuts(cuts: Cuts, attributes: Sequence[str]) -> None:
    wrong = np.flatnonzero(~(cuts.low < cuts.high))
    off = np.flatnonzero((cuts.low < cuts.limits[:, 0]) | (cuts.high > cuts.limits[:, 1]))
    if len(wrong):
        at = int(wrong[0])
        raise InputError(
            f"`low` must be below `high`; found {cuts.low[at]:g} and {cuts.high[at]:g} for "
            f"{shown(attributes[at])}. Answers between the two are what poor and good are set "
            "against."
        )
    if len(off):
        at = int(off[0])
        raise InputError(
            f"`low` and `high` must lie on the item's scale; found {cuts.low[at]:g} and "
            f"{cuts.high[at]:g} for {shown(attributes[at])}, whose scale runs from "
            f"{cuts.limits[at, 0]:g} to {cuts.limits[at, 1]:g}. Give cuts for each item."
        )


@dataclass(frozen=True, eq=False)
class Effects:
    """Penalties and rewards, the sample's and those of draws.

    Parameters
    ----------
    penalty, reward : ndarray, shape (p,)
        Missing where too few answers are poor, or good.
    penalty_draws, reward_draws : ndarray, shape (draws, p)
    step : ndarray, shape (2, p)
        Points of rating from the mean poor answer to the mean one in between, and on to the mean
        good one.
    step_draws : ndarray, shape (2, draws, p)
    p_value : ndarray, shape (p,)
        Of the test that neither is there.
    n_low, n_high : ndarray of int, shape (p,)
        Rows.
    r2 : float
    """

    penalty: Floats
    reward: Floats
    penalty_draws: Floats
    reward_draws: Floats
    step: Floats
    step_draws: Floats
    p_value: Floats
    n_low: Ints
    n_high: Ints
    r2: float

    def asymmetry(self) -> Floats:
        """Give (reward - |penalty|) / (reward + |penalty|), -1 to 1."""
        return asymmetry(self.penalty, self.reward)

    def asymmetry_draws(self) -> Floats:
        """Give it in each draw."""
        return asymmetry(self.penalty_draws, self.reward_draws)

    def even(self) -> Floats:
        """Give the asymmetry a point of rating: 0 where the service works along a straight line.

        The raw one is not: poor answers lie further below the middle than good ones above it where
        ratings are low, and the other way round where they are high.
        """
        return asymmetry(self.penalty / self.step[0], self.reward / self.step[1])

    def even_draws(self) -> Floats:
        """Give it in each draw."""
        low, high = self.step_draws
        return asymmetry(self.penalty_draws / low, self.reward_draws / high)

    def chances(self) -> tuple[Floats, Floats, Floats]:
        """Give the shares of draws that lean to penalty, are balanced a point, lean to reward."""
        drawn = self.asymmetry_draws()
        return (
            (drawn < -LEANING).mean(axis=0),
            (np.abs(self.even_draws()) <= BALANCED).mean(axis=0),
            (drawn > LEANING).mean(axis=0),
        )

    def matters(self, level: float) -> Flags:
        """Say which have a penalty or a reward at all, all attributes tested together.

        A poor answer with a better outcome, or a good one with a worse, is neither.
        """
        is_there = (self.penalty < 0) | (self.reward > 0)
        return np.asarray((self.adjusted() <= 1 - level) & is_there)

    def adjusted(self) -> Floats:
        """Give the p-values after Holm's adjustment; missing where nothing could be tested."""
        known = ~np.isnan(self.p_value)
        out = np.full(len(self.p_value), np.nan)
        out[known] = holm(self.p_value[known])
        return out

    def roles(self, level: float) -> list[str]:
        """Classify each attribute; what does not matter, or is not sure, is undecided."""
        basic, balanced, exciting = self.chances()
        drawn = self.even_draws()
        low, high = percentile_interval(drawn, level=level)
        median = _median(drawn)
        conditions = [
            ~self.matters(level),
            (high < 0) & (median <= -TWICE) & (basic >= SURE_LEANING),
            (low > 0) & (median >= TWICE) & (exciting >= SURE_LEANING),
            balanced >= SURE_BALANCED,
        ]
        words = ["undecided", "basic", "exciting", "performance"]
        return [str(word) for word in np.select(conditions, words, default="undecided")]


def asymmetry(penalty: Floats, reward: Floats) -> Floats:
    """Set reward against penalty: -1 all penalty, 0 both alike, 1 all reward.

    A penalty above 0 or a reward below counts as none: then there is nothing on that side.
    Missing where neither side has anything.
    """
    lost, won = np.maximum(-penalty, 0.0), np.maximum(reward, 0.0)
    return ratio(won - lost, lost + won)


def _median(drawn: Floats) -> Floats:
    """Give the median of draws (draws, p) without those that failed; missing where all did."""
    return np.asarray(pd.DataFrame(drawn).median().to_numpy(dtype=float))


def effects(
    rows: SurveyRows, drawn: RowDraws, cuts: Cuts, *, within: str | None, suppress_below: int
) -> Effects:
    """Regress the outcome, last of the rows' columns, on poor and good answers of all attributes.

    In the sample and in draws; a side with fewer answers than ``suppress_below`` is left out.
    """
    answers, p = rows.values[:, :-1], rows.values.shape[1] - 1
    poor, good = answers <= cuts.low, answers >= cuts.high
    n_low, n_high = poor.sum(axis=0), good.sum(axis=0)
    _check_middle(rows, len(rows) - n_low - n_high, cuts, least=max(suppress_below, 1))
    enough = np.concatenate([n_low, n_high]) >= suppress_below
    sides = np.concatenate([poor, good], axis=1).astype(np.float64)[:, enough]
    names = [f"side {place}" for place in range(sides.shape[1])]
    coded = replace(
        rows,
        frame=rows.frame.assign(**dict(zip(names, sides.T, strict=True))),
        columns=(*names, rows.columns[-1]),
        values=np.concatenate([sides, rows.values[:, -1:]], axis=1),
    )

    moments = centred.centred_covariances(coded, drawn=drawn, within=within)
    sample, spread = moments.sample[0], moments.spread
    _check_apart(rows, np.flatnonzero(enough) % p, sample)
    slope = slopes(sample, spread)
    variance = np.diagonal(moments.drawn[:, 0, :-1, :-1], axis1=-2, axis2=-1)
    chance = np.where(variance > centred.NO_VARIANCE, slopes(moments.drawn[:, 0], spread), np.nan)
    chance = slope + rows.stretch(level=0.95) * (chance - slope)
    covariance = slope_covariance(coded, centred.centred_values(coded, within), slope)

    estimate, draws = np.full(2 * p, np.nan), np.full((len(chance), 2 * p), np.nan)
    estimate[enough], draws[:, enough] = slope, chance
    p_value = _joint_p(slope, covariance, enough, df=rows.df)
    r2 = float(slope * spread[:-1] / spread[-1] @ sample[:-1, -1] / sample[-1, -1])
    sides_of = (estimate[:p], estimate[p:], draws[:, :p], draws[:, p:])
    step, step_draws = _steps(rows, drawn, poor, good)
    return Effects(*sides_of, step, step_draws, p_value, n_low, n_high, r2)


def _steps(rows: SurveyRows, drawn: RowDraws, poor: Flags, good: Flags) -> tuple[Floats, Floats]:
    """Give points of rating from poor to middle and on to good, (2, p) and (2, draws, p)."""
    answers = rows.values[:, :-1]
    weight = np.stack([poor, ~(poor | good), good]) * rows.weight[:, None]
    sums = np.zeros((drawn.n_groups, 2, 3, answers.shape[1]))
    np.add.at(sums, drawn.group, np.stack([weight, weight * answers]).transpose(2, 0, 1, 3))
    by_draw = np.tensordot(np.vstack([np.ones(drawn.n_groups), drawn.times]), sums, axes=1)
    steps = np.diff(ratio(by_draw[:, 1], by_draw[:, 0]), axis=1)
    return steps[0], steps[1:].transpose(1, 0, 2)


def _joint_p(slope: Floats, covariance: Floats, enough: Flags, *, df: int) -> Floats:
    """Test penalty and reward of each attribute together by Wald's F; one side alone likewise."""
    p, place = len(enough) // 2, np.cumsum(enough) - 1
    out = np.full(p, np.nan)
    for attribute in range(p):
        at = [place[side] for side in (attribute, attribute + p) if enough[side]]
        if at:
            out[attribute] = wald(slope[at], covariance[np.ix_(at, at)], df)[1]
    return out


def _check_middle(rows: SurveyRows, middle: Ints, cuts: Cuts, *, least: int) -> None:
    short = np.flatnonzero(middle < least)
    if len(short):
        at = int(short[0])
        raise InputError(
            f"`low` and `high` must leave answers between them; found {int(middle[at])} between "
            f"{cuts.low[at]:g} and {cuts.high[at]:g} for {shown(rows.columns[at])}. Set the cuts "
            "further apart."
        )


def _check_apart(rows: SurveyRows, owner: Ints, covariance: Floats) -> None:
    tied = dependent_drivers(np.nan_to_num(centred.correlations(covariance)[:-1, :-1]))
    if tied:
        side, others = tied[0]
        names = sorted({rows.columns[owner[place]] for place in (side, *others)})
        raise InputError(
            f"`attributes` must be told apart by their answers; found that poor and good answers "
            f"of {shown(names)} determine each other. Leave one of them out."
        )
