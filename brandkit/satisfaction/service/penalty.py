"""Core or exciting: what poor answers cost, and what good answers gain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from brandkit.core import errors
from brandkit.core.errors import shown
from brandkit.core.intervals import holm_of_tested, percentile_interval
from brandkit.core.linalg import Flags, Floats, Ints, ratio
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.sampling.design import SurveyData
from brandkit.sampling.rows import Data, RowDraws, SurveyRows, Weight, survey_rows
from brandkit.satisfaction import fitting
from brandkit.satisfaction.drivers.kernel import dependent_drivers, slope_covariance, slopes
from brandkit.satisfaction.groups import check_names, within_column

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


#: Kinds by name.
ROLE_NAMES: Final = {
    "basic": Message("acts as basic"),
    "performance": Message("acts as performance"),
    "exciting": Message("acts as exciting"),
    "undecided": Message("undecided"),
}
HARDLY: Final = Message("hardly matters")
_COLUMNS = (
    *("attribute", "label", "penalty", "penalty_low", "penalty_high", "reward", "reward_low"),
    *("reward_high", "ci_level", "penalty_slope", "reward_slope", "asymmetry", "asymmetry_low"),
    *("asymmetry_high", "asymmetry_even", "asymmetry_even_low", "asymmetry_even_high", "p_basic"),
    *("p_performance", "p_exciting", "p_value", "p_adjusted", "matters", "role", "cuts_agree"),
    *("cut_low", "cut_high", "n_low", "n_high"),
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PenaltyReward(Result):
    """What poor and good answers to each attribute do to the outcome, and what kind it is.

    Parameters
    ----------
    attributes : DataFrame
        One row an attribute, in the order asked for: ``attribute label penalty penalty_low
        penalty_high reward reward_low reward_high ci_level penalty_slope reward_slope asymmetry
        asymmetry_low asymmetry_high asymmetry_even asymmetry_even_low asymmetry_even_high p_basic
        p_performance p_exciting p_value p_adjusted matters role cuts_agree cut_low cut_high n_low
        n_high``. Penalty and reward are in the outcome's unit, against answers in between;
        ``penalty_slope`` and ``reward_slope`` are what a point of rating loses below, and gains
        above; ``role`` is "basic", "performance", "exciting" or "undecided"; ``cuts_agree`` is
        the share of other cuts that give the same role.
    sensitivity : DataFrame
        One row a set of cuts and attribute, the chosen cuts first: ``attribute label cut_low
        cut_high chosen penalty reward asymmetry asymmetry_even p_basic p_performance p_exciting
        role n_low n_high``. Cuts that leave the scale, or no answers between, are not in it.
    outcome, outcome_label : str
        The outcome, and its label in the codebook.
    within : str or None
        The column rows were centred on.
    r2 : float
        Share of the outcome's variance that poor and good answers explain.
    n, n_respondents, n_dropped : int
        Rows, persons, and rows left out because something was missing.
    draws : int
    level : float
        Coverage that intervals aim at.
    """

    attributes: pd.DataFrame
    sensitivity: pd.DataFrame
    outcome: str
    outcome_label: str
    within: str | None
    r2: float
    n: int
    n_respondents: int
    n_dropped: int
    draws: int
    level: float

    def glance(self) -> pd.DataFrame:
        """Give one row: outcome, bases, how many attributes are of each kind."""
        return self._row(
            "outcome within r2 n n_respondents n_dropped n_basic n_performance n_exciting "
            "n_undecided draws ci_level",
            **{f"n_{role}": int((self.attributes["role"] == role).sum()) for role in ROLES},
            ci_level=self.level,
        )


def penalty_reward(
    data: Data,
    *,
    outcome: str,
    attributes: Sequence[str],
    low: Cut = None,
    high: Cut = None,
    weight: Weight | None = None,
    missing: Literal["raise", "drop"] = "raise",
    within: str | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
    minimum_base: int = 30,
    suppress_below: int = 10,
) -> PenaltyReward:
    """Say what poor answers cost and good answers gain, and which services act like core ones.

    Answers *which services only hurt when they are poor, and which delight when they are good?*
    A core service (basic factor) has a penalty and next to no reward; an extended one (exciting
    factor) a reward and next to no penalty; a performance factor both. Answers show how a service
    acts on the outcome where its ratings stand today, not what kind it is for good.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and brand.
    outcome : str
        Numeric column: overall quality or satisfaction.
    attributes : sequence of str
        Ratings of services.
    low, high : number or mapping of attribute to number, optional
        An answer is poor at or under ``low``, good at or above ``high``. Not given: half and
        eight tenths of the scale in the codebook (5 and 8 on 0-10), and ``notes`` say so.
    weight : str or SurveyWeights, optional
        Column of weights >= 0, or the result of ``survey_weights``.
    missing : "raise" or "drop"
        Missing answers: refuse, or leave the row out.
    within : str, optional
        Column whose groups are centred on their own means. Not given: the survey's brand column,
        or one called ``brand``, where it holds several. ``"none"`` centres nothing.
    respondent, strata, cluster : str, optional
        Columns of the design.
    draws : int, default 1000
        Draws of persons.
    seed : int, default 0
    level : float, default 0.95
    minimum_base : int, default 30
        Poor or good answers under which ``notes`` name the attribute.
    suppress_below : int, default 10
        Poor or good answers under which that side is not estimated.

    Returns
    -------
    PenaltyReward

    Raises
    ------
    InputError
        A column is unknown or twice there; cuts are not in order, not on the scale or leave no
        answers between; a scale is not known and no cuts are given; attributes determine each
        other.
    NotEnoughDataError
        Fewer persons than three an attribute, or than 30.

    Notes
    -----
    The outcome is regressed (weighted least squares) on two dummies for each attribute, poor and
    good, of all attributes at once. With reward r and penalty q, A = (r - |q|) / (r + |q|); a
    reward below or a penalty above 0 counts as none. A alone calls a straight line basic where
    ratings are low, the more surely the larger the sample: poor answers lie further from the
    middle ones there than good ones do. So that it is set beside the same a point of rating,
    E = (r / g - |q| / f) / (r / g + |q| / f) with f and g the points from the mean poor answer to
    the mean middle one and on to the mean good one, which is 0 along any straight line. Over draws
    of persons: *basic* where the interval of E lies below 0, its median at -1/3 or lower (a point
    loses twice what it gains) and P(A < -.1) >= .9; *exciting* the other way round; *performance*
    where P(|E| <= .3) >= .8, which no basic or exciting one can reach; else *undecided*. E alone
    would call true steps at the cuts exciting. Under 100 poor or good answers most services stay
    undecided. Before that an attribute must matter: where the test that
    neither penalty nor reward is there (Wald, design errors, Holm over attributes) does not
    reject at ``1 - level``, its A is one noise over another, and it is undecided, with
    ``matters`` false. Roles depend on cuts, so ``sensitivity`` shows those under cuts a tenth of
    the scale lower and higher.

    References
    ----------
    Brandt, R. D. (1987). A procedure for identifying value-enhancing service components using
    customer satisfaction survey data. In Surprenant, C. (ed.), Add Value to Your Service, AMA.
    Matzler, K., Sauerwein, E. and Heischmidt, K. (2003). Importance-performance analysis
    revisited: the role of the factor structure of customer satisfaction. Service Industries
    Journal 23(2), 112-129. doi:10.1080/02642060412331300912
    Kano, N. et al. (1984). Attractive quality and must-be quality. Hinshitsu 14(2), 39-48.

    Examples
    --------
    Poor complaint handling costs, good advice gains:

    >>> rng = np.random.default_rng(1)
    >>> complain, advice = rng.integers(0, 11, (2, 600))
    >>> sat = 7 - 2.0 * (complain <= 5) + 2.0 * (advice >= 8) + rng.normal(0, 1, 600)
    >>> bank = pd.DataFrame({"complain": complain, "advice": advice, "sat": sat})
    >>> result = penalty_reward(bank, outcome="sat", attributes=["complain", "advice"],
    ...                         low=5, high=8, draws=200)
    >>> result.attributes[["attribute", "role"]].values.tolist()
    [['complain', 'basic'], ['advice', 'exciting']]
    """
    errors.check_option("missing", missing, ("raise", "drop"))
    fitting.check_call(outcome, attributes, draws=draws, level=level, argument="attributes")
    check_names(data, outcome=[outcome], attributes=attributes)
    centred = within_column(data, within, taken=[outcome, *attributes])
    design: dict[str, Any] = {"respondent": respondent, "strata": strata, "cluster": cluster}
    design |= {"weight": weight, "others": [] if centred is None else [centred]}
    rows = survey_rows(data, columns=[*attributes, outcome], missing=missing, **design)
    _check_size(rows)
    cuts = cuts_of(attributes, low=low, high=high, limits=rows.limits)

    drawn = rows.draws(draws, seed=seed)
    chosen = effects(rows, drawn, cuts, within=centred, least=suppress_below)
    frames = [_cut_frame(rows, cuts, chosen, level=level).assign(chosen=True)]
    for other in cuts.others():  # an attribute whose cut cannot be moved keeps its own
        usable = other.usable(rows.values[:, :-1], least=suppress_below)
        if usable.any():
            ends = np.where(usable, [other.low, other.high], [cuts.low, cuts.high])
            moved = replace(cuts, low=ends[0], high=ends[1])
            again = effects(rows, drawn, moved, within=centred, least=suppress_below)
            frames.append(_cut_frame(rows, moved, again, level=level)[usable])
    sensitivity = pd.concat(frames, ignore_index=True)

    frame = _attributes_frame(frames[0], chosen, sensitivity, level=level)
    assumed = within is None and centred is not None and not isinstance(data, SurveyData)
    lost = int(np.isnan(chosen.sides[0, 1:]).all(axis=1).sum())
    return PenaltyReward(
        attributes=frame,
        sensitivity=sensitivity,
        outcome=outcome,
        outcome_label=rows.labels.get(outcome, outcome),
        within=centred,
        r2=chosen.r2,
        **rows.bases,
        draws=draws,
        level=level,
        notes=(
            *rows.notes,
            *([fitting.ASSUMED_BRAND] if assumed else []),
            *([_default_cuts(frame)] if cuts.is_default else []),
            *_notes(frame, minimum_base=minimum_base, suppress_below=suppress_below, lost=lost),
        ),
    )


def _check_size(rows: SurveyRows) -> None:
    needed = max(30, 3 * (len(rows.columns) - 1))
    if rows.n_persons < needed:
        raise errors.NotEnoughDataError(
            f"`data` must have at least {needed} persons for {len(rows.columns) - 1} attributes; "
            f"found {rows.n_persons} in {len(rows)} rows. Take fewer attributes, or pool waves."
        )
    if np.ptp(rows.values[:, -1]) == 0:
        raise errors.InputError(
            f"`outcome` must vary; found the same answer in all {len(rows)} rows of "
            f"{shown(rows.columns[-1])}. Take another outcome."
        )


def by_role(attributes: pd.DataFrame) -> pd.DataFrame:
    """Sort attributes by kind, what matters first, the larger effect first within a kind."""
    place, idle = attributes["role"].map(ROLES.index), ~attributes["matters"].astype(bool)
    size = attributes["penalty"].fillna(0.0) - attributes["reward"].fillna(0.0)
    keys = pd.DataFrame({"place": place, "idle": idle, "size": size})
    return attributes.loc[keys.sort_values(["place", "idle", "size"], kind="stable").index]


def role_names(rows: pd.DataFrame) -> list[Message]:
    """Name the kind of each attribute; where nothing ``matters``, that."""
    matters = rows.get("matters", pd.Series(True, index=rows.index))
    return [
        ROLE_NAMES[role] if one else HARDLY for role, one in zip(rows["role"], matters, strict=True)
    ]


# --- tables --------------------------------------------------------------------------------------


def _cut_frame(rows: SurveyRows, cuts: Cuts, found: Effects, *, level: float) -> pd.DataFrame:
    names, (penalty, reward) = list(rows.columns[:-1]), found.sides[:, 0]
    frame = pd.DataFrame({"attribute": names, "label": rows.named(names)})
    frame = frame.assign(cut_low=cuts.low, cut_high=cuts.high, chosen=False)
    frame = frame.assign(penalty=penalty, reward=reward, asymmetry=found.asymmetry()[0])
    frame["asymmetry_even"] = found.asymmetry(even=True)[0]
    frame[["p_basic", "p_performance", "p_exciting"]] = np.transpose(found.chances())
    return frame.assign(role=found.roles(level), n_low=found.n[0], n_high=found.n[1])


def _attributes_frame(
    frame: pd.DataFrame, chosen: Effects, sensitivity: pd.DataFrame, *, level: float
) -> pd.DataFrame:
    """Add intervals, tests, and the share of other cuts that give the same kind."""
    ends = {}
    drawn = {"penalty": chosen.sides[0], "reward": chosen.sides[1]}
    drawn |= {"asymmetry": chosen.asymmetry(), "asymmetry_even": chosen.asymmetry(even=True)}
    for name, values in drawn.items():
        ends[f"{name}_low"], ends[f"{name}_high"] = percentile_interval(values[1:], level=level)
    others = sensitivity[~sensitivity["chosen"].astype(bool)].set_index("attribute")["role"]
    same = others == frame.set_index("attribute")["role"].reindex(others.index)
    agree = same.groupby(level=0).mean().reindex(frame["attribute"]).to_numpy(dtype=float)
    penalty, reward = chosen.sides[:, 0] / chosen.steps[:, 0]
    frame = frame.assign(**ends, ci_level=level, penalty_slope=penalty, reward_slope=reward)
    frame = frame.assign(p_value=chosen.p_value, p_adjusted=chosen.adjusted(), cuts_agree=agree)
    return frame.assign(matters=chosen.matters(level))[list(_COLUMNS)]


# --- notes: what the kinds rest on that a reader would not expect --------------------------------


def _default_cuts(frame: pd.DataFrame) -> Message:
    cuts = frame[["cut_low", "cut_high"]]
    low, high = (f"{end:g}".replace("-", "−") for end in cuts.iloc[0])
    if len(cuts.drop_duplicates()) == 1:
        return Message(
            "Cuts are taken from the scale: answers up to {low:number} count as poor, from "
            "{high:number} on as good; the table of other cuts shows what hangs on that.",
            {"low": low, "high": high},
        )
    return Message(
        "Cuts are taken from each item's scale: up to half of it answers count as poor, from "
        "eight tenths on as good; the table of other cuts shows what hangs on that."
    )


def _notes(
    frame: pd.DataFrame, *, minimum_base: int, suppress_below: int, lost: int
) -> list[Message]:
    base = frame[["n_low", "n_high"]].min(axis=1)
    turned = (frame["penalty_low"] > 0) & (frame["reward_high"] < 0)
    parts = (base < suppress_below, (base >= suppress_below) & (base < minimum_base), turned)
    none, few, against = (frame.loc[part, "label"].tolist() for part in parts)
    return [
        *noted(
            "{items}: fewer than {least:count} poor or good answers, so that side is not estimated "
            "and the kind stays undecided.",
            items=none,
            least=suppress_below,
        ),
        *noted(
            "{items}: fewer than {least:count} poor or good answers; read with care.",
            items=few,
            least=minimum_base,
        ),
        *noted(
            "{items}: poor answers go with a better outcome and good ones with a worse; the scale "
            "may run the other way round.",
            items=against,
        ),
        *noted("{n:count} of the draws could not be fitted and are left out.", n=lost),
    ]


# --- cuts ----------------------------------------------------------------------------------------


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
            raise errors.InputError(
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
        raise errors.InputError(
            f"`{argument}` must name attributes; found {shown(strange)}."
            f"{errors.did_you_mean(str(strange[0]), attributes)}"
        )
    return np.array([float(cut.get(name, np.nan)) for name in attributes])


def _check_cuts(cuts: Cuts, attributes: Sequence[str]) -> None:
    wrong = np.flatnonzero(~(cuts.low < cuts.high))
    off = np.flatnonzero((cuts.low < cuts.limits[:, 0]) | (cuts.high > cuts.limits[:, 1]))
    if len(wrong):
        at = int(wrong[0])
        raise errors.InputError(
            f"`low` must be below `high`; found {cuts.low[at]:g} and {cuts.high[at]:g} for "
            f"{shown(attributes[at])}. Answers between the two are what poor and good are set "
            "against."
        )
    if len(off):
        at = int(off[0])
        raise errors.InputError(
            f"`low` and `high` must lie on the item's scale; found {cuts.low[at]:g} and "
            f"{cuts.high[at]:g} for {shown(attributes[at])}, whose scale runs from "
            f"{cuts.limits[at, 0]:g} to {cuts.limits[at, 1]:g}. Give cuts for each item."
        )


# --- penalties and rewards, and what kind they show ----------------------------------------------


@dataclass(frozen=True, eq=False)
class Effects:
    """Penalties and rewards, the sample's and those of draws.

    Parameters
    ----------
    sides : ndarray, shape (2, 1 + draws, p)
        Penalties and rewards, of the sample and of each draw; missing where too few answers are
        poor, or good.
    steps : ndarray, shape (2, 1 + draws, p)
        Points of rating from the mean poor answer to the mean one in between, and on to the mean
        good one.
    p_value : ndarray, shape (p,)
        Of the test that neither is there.
    n : ndarray of int, shape (2, p)
        Rows with a poor answer, with a good one.
    r2 : float
    """

    sides: Floats
    steps: Floats
    p_value: Floats
    n: Ints
    r2: float

    def asymmetry(self, *, even: bool = False) -> Floats:
        """Give (reward - |penalty|) / (reward + |penalty|), -1 to 1, shape (1 + draws, p).

        ``even``: a point of rating, 0 where the service works along a straight line. The raw one
        is not: poor answers lie further below the middle than good ones above it where ratings
        are low, and the other way round where they are high.
        """
        return asymmetry(*(self.sides / self.steps if even else self.sides))

    def chances(self) -> tuple[Floats, Floats, Floats]:
        """Give the shares of draws that lean to penalty, are balanced a point, lean to reward."""
        drawn, even = self.asymmetry()[1:], self.asymmetry(even=True)[1:]
        leans = [(one.mean(axis=0)) for one in (drawn < -LEANING, drawn > LEANING)]
        return leans[0], (np.abs(even) <= BALANCED).mean(axis=0), leans[1]

    def adjusted(self) -> Floats:
        """Give the p-values after Holm's adjustment; missing where nothing could be tested."""
        return holm_of_tested(self.p_value)

    def matters(self, level: float) -> Flags:
        """Say which have a penalty or a reward at all, all attributes tested together.

        A poor answer with a better outcome, or a good one with a worse, is neither.
        """
        penalty, reward = self.sides[:, 0]
        return np.asarray((self.adjusted() <= 1 - level) & ((penalty < 0) | (reward > 0)))

    def roles(self, level: float) -> list[str]:
        """Classify each attribute; what does not matter, or is not sure, is undecided."""
        basic, balanced, exciting = self.chances()
        drawn = self.asymmetry(even=True)[1:]
        low, high = percentile_interval(drawn, level=level)
        median = pd.DataFrame(drawn).median().to_numpy(dtype=float)
        conditions = {
            "undecided": ~self.matters(level),
            "basic": (high < 0) & (median <= -TWICE) & (basic >= SURE_LEANING),
            "exciting": (low > 0) & (median >= TWICE) & (exciting >= SURE_LEANING),
            "performance": balanced >= SURE_BALANCED,
        }
        roles = np.select(list(conditions.values()), list(conditions), default="undecided")
        return [str(role) for role in roles]


def asymmetry(penalty: Floats, reward: Floats) -> Floats:
    """Set reward against penalty: -1 all penalty, 0 both alike, 1 all reward.

    A penalty above 0 or a reward below counts as none: then there is nothing on that side.
    Missing where neither side has anything.
    """
    lost, won = np.maximum(-penalty, 0.0), np.maximum(reward, 0.0)
    return ratio(won - lost, lost + won)


def effects(
    rows: SurveyRows, drawn: RowDraws, cuts: Cuts, *, within: str | None, least: int
) -> Effects:
    """Regress the outcome, last of the rows' columns, on poor and good answers of all attributes.

    In the sample and in draws; a side with fewer answers than ``least`` is left out.
    """
    answers, p = rows.values[:, :-1], rows.values.shape[1] - 1
    poor, good = answers <= cuts.low, answers >= cuts.high
    n = np.stack([poor.sum(axis=0), good.sum(axis=0)])
    middle = len(rows) - n.sum(axis=0)
    if (middle < max(least, 1)).any():
        at = int((middle < max(least, 1)).argmax())
        raise errors.InputError(
            f"`low` and `high` must leave answers between them; found {int(middle[at])} between "
            f"{cuts.low[at]:g} and {cuts.high[at]:g} for {shown(rows.columns[at])}. Set the cuts "
            "further apart."
        )
    enough = n.ravel() >= least
    sides = np.concatenate([poor, good], axis=1).astype(np.float64)[:, enough]
    names = [f"side {place}" for place in range(sides.shape[1])]
    coded = replace(
        rows,
        frame=rows.frame.assign(**dict(zip(names, sides.T, strict=True))),
        columns=(*names, rows.columns[-1]),
        values=np.concatenate([sides, rows.values[:, -1:]], axis=1),
    )

    moments = fitting.centred_covariances(coded, drawn=drawn, within=within)
    sample, spread = moments.sample[0], moments.spread
    _check_apart(rows, np.flatnonzero(enough) % p, sample)
    slope = slopes(sample, spread)
    variance = np.diagonal(moments.drawn[:, 0, :-1, :-1], axis1=-2, axis2=-1)
    chance = np.where(variance > fitting.NO_VARIANCE, slopes(moments.drawn[:, 0], spread), np.nan)
    chance = slope + rows.stretch(level=0.95) * (chance - slope)
    covariance = slope_covariance(coded, fitting.centred_values(coded, within), slope)

    estimates = np.full((1 + len(chance), 2 * p), np.nan)
    estimates[:, enough] = np.vstack([slope, chance])
    p_value, place = np.full(p, np.nan), np.cumsum(enough) - 1
    for attribute in range(p):  # penalty and reward together by Wald's F; one side alone likewise
        own = [place[side] for side in (attribute, attribute + p) if enough[side]]
        if own:
            p_value[attribute] = fitting.wald(slope[own], covariance[np.ix_(own, own)], rows.df)[1]
    r2 = float(slope * spread[:-1] / spread[-1] @ sample[:-1, -1] / sample[-1, -1])
    both = np.stack(np.split(estimates, 2, axis=1))
    return Effects(both, _steps(rows, drawn, poor, good), p_value, n, r2)


def _steps(rows: SurveyRows, drawn: RowDraws, poor: Flags, good: Flags) -> Floats:
    """Give points of rating from poor to middle and on to good, (2, 1 + draws, p)."""
    answers = rows.values[:, :-1]
    weight = np.stack([poor, ~(poor | good), good]) * rows.weight[:, None]
    sums = np.zeros((drawn.n_groups, 2, 3, answers.shape[1]))
    np.add.at(sums, drawn.group, np.stack([weight, weight * answers]).transpose(2, 0, 1, 3))
    by_draw = np.tensordot(np.vstack([np.ones(drawn.n_groups), drawn.times]), sums, axes=1)
    return np.diff(ratio(by_draw[:, 1], by_draw[:, 0]), axis=1).transpose(1, 0, 2)


def _check_apart(rows: SurveyRows, owner: Ints, covariance: Floats) -> None:
    tied = dependent_drivers(np.nan_to_num(fitting.correlations(covariance)[:-1, :-1]))
    if tied:
        side, others = tied[0]
        names = sorted({rows.columns[owner[place]] for place in (side, *others)})
        raise errors.InputError(
            f"`attributes` must be told apart by their answers; found that poor and good answers "
            f"of {shown(names)} determine each other. Leave one of them out."
        )
