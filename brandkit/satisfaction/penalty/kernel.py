"""Penalties and rewards of one set of cuts: of the sample, of draws, and what kind they show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import fdtrc

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.intervals import holm
from brandkit.core.linalg import Floats
from brandkit.sampling.rows import RowDraws, SurveyRows
from brandkit.satisfaction.centred import (
    NO_VARIANCE,
    centred_covariances,
    centred_values,
    correlations,
)
from brandkit.satisfaction.drivers.kernel import dependent_drivers, slopes

#: Parts of the scale up to which an answer is poor, and from which it is good.
POOR, GOOD = 0.5, 0.8
#: How far other cuts are moved, as a part of the scale; at least one step.
MOVED = 0.1

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
        moves = ((-1, 0), (1, 0), (0, -1), (0, 1))
        return [
            Cuts(
                self.low + down * self.step, self.high + up * self.step, self.step, self.limits,
                self.is_default,
            )
            for down, up in moves
        ]  # fmt: skip

    def possible(self) -> np.ndarray:
        """Say which leave room between poor and good, and lie on the scale."""
        between = self.high - self.low > self.step * (1 + 1e-9)
        return np.asarray(
            between & (self.low >= self.limits[:, 0]) & (self.high <= self.limits[:, 1])
        )


def cuts_of(
    attributes: Sequence[str],
    *,
    low: Cut,
    high: Cut,
    limits: Mapping[str, tuple[float, float]],
) -> Cuts:
    """Take cuts as declared, and from the codebook's scale where they are not.

    Parameters
    ----------
    attributes : sequence of str
    low, high : number, mapping of attribute to number, or None
    limits : mapping
        Attribute to the ends of its scale.

    Returns
    -------
    Cuts

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
    from_scale = [np.floor(start + POOR * span), np.ceil(start + GOOD * span - 1e-9)]
    made, is_default = [], False
    for argument, cut, default in (("low", low, from_scale[0]), ("high", high, from_scale[1])):
        values, taken = _declared(argument, cut, attributes)
        gaps = [name for name, lacks in zip(attributes, taken & ~known, strict=True) if lacks]
        if gaps:
            raise InputError(
                f"`{argument}` must be given for items whose scale is not known; found none for "
                f"{shown(gaps)}. Write low=5, high=8, or give the scale in a codebook."
            )
        is_default = is_default or bool(taken.any())
        made.append(np.where(taken, default, values))
    cuts = Cuts(made[0], made[1], step, ends, is_default)
    _check(cuts, attributes)
    return cuts


def _declared(argument: str, cut: Cut, attributes: Sequence[str]) -> tuple[Floats, np.ndarray]:
    """Give the declared cuts, and where there is none."""
    if cut is None:
        return np.zeros(len(attributes)), np.ones(len(attributes), dtype=bool)
    if not isinstance(cut, Mapping):
        return np.full(len(attributes), float(cut)), np.zeros(len(attributes), dtype=bool)
    strange = [name for name in cut if name not in attributes]
    if strange:
        raise InputError(
            f"`{argument}` must name attributes; found {shown(strange)}."
            f"{did_you_mean(str(strange[0]), attributes)}"
        )
    values = np.array([float(cut.get(name, np.nan)) for name in attributes])
    return np.nan_to_num(values), np.isnan(values)


def _check(cuts: Cuts, attributes: Sequence[str]) -> None:
    wrong = [
        name
        for name, low, high in zip(attributes, cuts.low, cuts.high, strict=True)
        if not low < high
    ]
    if wrong:
        at = list(attributes).index(wrong[0])
        raise InputError(
            f"`low` must be below `high`; found {cuts.low[at]:g} and {cuts.high[at]:g} for "
            f"{shown(wrong[0])}. Answers between the two are what poor and good are set against."
        )
    off = [
        name
        for name, low, high, (start, end) in zip(
            attributes, cuts.low, cuts.high, cuts.limits, strict=True
        )
        if low < start or high > end
    ]
    if off:
        at = list(attributes).index(off[0])
        raise InputError(
            f"`low` and `high` must lie on the item's scale; found {cuts.low[at]:g} and "
            f"{cuts.high[at]:g} for {shown(off[0])}, whose scale runs from "
            f"{cuts.limits[at, 0]:g} to {cuts.limits[at, 1]:g}. Give cuts for each item."
        )


#: Beyond this an attribute leans to one side; within the wider one both sides are alike.
LEANING, BALANCED = 0.1, 0.3
#: How sure a draw's kind must be.
SURE_LEANING, SURE_BALANCED = 0.9, 0.8

ROLES = ("basic", "performance", "exciting", "undecided")


@dataclass(frozen=True, eq=False)
class Effects:
    """Penalties and rewards, the sample's and those of draws.

    Parameters
    ----------
    penalty, reward : ndarray, shape (p,)
        Missing where too few answers are poor, or good.
    penalty_draws, reward_draws : ndarray, shape (draws, p)
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
    p_value: Floats
    n_low: np.ndarray
    n_high: np.ndarray
    r2: float

    def asymmetry(self) -> Floats:
        """Give (reward - |penalty|) / (reward + |penalty|), -1 to 1."""
        return asymmetry(self.penalty, self.reward)

    def asymmetry_draws(self) -> Floats:
        """Give it in each draw."""
        return asymmetry(self.penalty_draws, self.reward_draws)

    def chances(self) -> tuple[Floats, Floats, Floats]:
        """Give the shares of draws that lean to penalty, to neither, to reward."""
        drawn = self.asymmetry_draws()
        return (
            (drawn < -LEANING).mean(axis=0),
            (np.abs(drawn) <= BALANCED).mean(axis=0),
            (drawn > LEANING).mean(axis=0),
        )

    def matters(self, level: float) -> np.ndarray:
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
        conditions = [
            ~self.matters(level),
            basic >= SURE_LEANING,
            exciting >= SURE_LEANING,
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
    total = lost + won
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(total > 0, (won - lost) / total, np.nan))


def effects(
    rows: SurveyRows,
    drawn: RowDraws,
    cuts: Cuts,
    *,
    within: str | None,
    suppress_below: int,
) -> Effects:
    """Regress the outcome on poor and good answers of all attributes, in the sample and draws.

    Parameters
    ----------
    rows : SurveyRows
        Attributes, and the outcome last.
    drawn : RowDraws
    cuts : Cuts
    within : str, optional
        Column whose groups are centred.
    suppress_below : int
        Poor or good answers under which that side is left out.
    """
    answers = rows.values[:, :-1]
    poor, good = answers <= cuts.low, answers >= cuts.high
    n_low, n_high = poor.sum(axis=0), good.sum(axis=0)
    _check_middle(rows, len(rows) - n_low - n_high, cuts, suppress_below=suppress_below)
    p = answers.shape[1]
    enough = np.concatenate([n_low, n_high]) >= suppress_below
    sides = np.concatenate([poor, good], axis=1).astype(np.float64)[:, enough]
    names = [f"side {place}" for place in range(sides.shape[1])]
    dummies = np.concatenate([sides, rows.values[:, -1:]], axis=1)
    columns = (*names, rows.columns[-1])
    frame = rows.frame.assign(**dict(zip(names, sides.T, strict=True)))
    coded = replace(rows, frame=frame, columns=columns, values=dummies)

    made = centred_covariances(coded, drawn=drawn, within=within)
    _check_apart(rows, np.flatnonzero(enough) % p, made.sample[0])
    found = slopes(made.sample[0], made.spread)
    varies = np.diagonal(made.drawn[:, 0, :-1, :-1], axis1=-2, axis2=-1) > NO_VARIANCE
    chance = np.where(varies, slopes(made.drawn[:, 0], made.spread), np.nan)
    covariance = _covariance(coded, centred_values(coded, within), found)

    everywhere = _spread_out(found, enough)
    draws = _spread_out(chance, enough)
    return Effects(
        everywhere[:p], everywhere[p:], draws[:, :p], draws[:, p:],
        _joint_p(found, covariance, enough, df=rows.df), n_low, n_high,
        _r2(made.sample[0], found, made.spread),
    )  # fmt: skip


def _spread_out(values: Floats, enough: np.ndarray) -> Floats:
    """Put values at the places of the sides they are of; missing for sides left out."""
    out = np.full((*values.shape[:-1], len(enough)), np.nan)
    out[..., enough] = values
    return out


def _covariance(coded: SurveyRows, values: Floats, slope: Floats) -> Floats:
    """Give the design covariance of the slopes by linearisation."""
    x, residual = values[:, :-1], values[:, -1] - values[:, :-1] @ slope
    inner = (x * coded.weight[:, None]).T @ x
    return coded.covariance((x * residual[:, None]) @ np.linalg.pinv(inner, hermitian=True))


def _joint_p(found: Floats, covariance: Floats, enough: np.ndarray, *, df: int) -> Floats:
    """Test penalty and reward of each attribute together by Wald's F; one side alone likewise."""
    p = len(enough) // 2
    place = np.cumsum(enough) - 1
    out = np.full(p, np.nan)
    for attribute in range(p):
        at = [place[side] for side in (attribute, attribute + p) if enough[side]]
        if not at:
            continue
        seen, k = found[at], len(at)
        wald = float(seen @ np.linalg.pinv(covariance[np.ix_(at, at)], hermitian=True) @ seen)
        freedom = max(df - k + 1, 1)
        out[attribute] = fdtrc(k, freedom, wald / k * freedom / df)
    return out


def _r2(covariance: Floats, found: Floats, spread: Floats) -> float:
    beta = found * spread[:-1] / spread[-1]
    return float(beta @ covariance[:-1, -1] / covariance[-1, -1])


def _check_middle(rows: SurveyRows, middle: np.ndarray, cuts: Cuts, *, suppress_below: int) -> None:
    short = np.flatnonzero(middle < max(suppress_below, 1))
    if len(short):
        at = int(short[0])
        raise InputError(
            f"`low` and `high` must leave answers between them; found {int(middle[at])} between "
            f"{cuts.low[at]:g} and {cuts.high[at]:g} for {shown(rows.columns[at])}. Set the cuts "
            "further apart."
        )


def _check_apart(rows: SurveyRows, owner: np.ndarray, covariance: Floats) -> None:
    tied = dependent_drivers(np.nan_to_num(correlations(covariance)[:-1, :-1]))
    if tied:
        one, others = tied[0]
        names = sorted({rows.columns[owner[place]] for place in (one, *others)})
        raise InputError(
            f"`attributes` must be told apart by their answers; found that poor and good answers "
            f"of {shown(names)} determine each other. Leave one of them out."
        )
