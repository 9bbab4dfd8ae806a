"""Core or exciting: what poor answers cost, and what good answers gain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, check_option, shown
from brandkit.core.intervals import percentile_interval
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.story import N_, speaker
from brandkit.sampling.design import SurveyData
from brandkit.sampling.rows import Data, SurveyRows, Weight, survey_rows
from brandkit.satisfaction.fitting import ASSUMED_BRAND, check_call
from brandkit.satisfaction.groups import check_names, within_column
from brandkit.satisfaction.penalty.kernel import ROLES, Cut, Cuts, Effects, cuts_of, effects

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

    def tidy(self) -> pd.DataFrame:
        """Give one row an attribute."""
        return self.attributes.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: outcome, bases, how many attributes are of each kind."""
        return self._row(
            "outcome within r2 n n_respondents n_dropped n_basic n_performance n_exciting "
            "n_undecided draws ci_level",
            **{f"n_{role}": int((self.attributes["role"] == role).sum()) for role in ROLES},
            ci_level=self.level,
        )


def role_name(role: str, *, matters: bool = True) -> Message:
    """Give a kind's name.

    Examples
    --------
    >>> str(role_name("basic")), str(role_name("undecided", matters=False))
    ('acts as basic', 'hardly matters')
    """
    return ROLE_NAMES[role] if matters else HARDLY


def by_role(attributes: pd.DataFrame) -> pd.DataFrame:
    """Sort attributes by kind, what matters first, the larger effect first within a kind."""
    keys = pd.DataFrame(
        {
            "place": attributes["role"].map(ROLES.index),
            "idle": ~attributes["matters"].astype(bool),
            "size": attributes["penalty"].fillna(0.0) - attributes["reward"].fillna(0.0),
        }
    )
    return attributes.loc[keys.sort_values(["place", "idle", "size"], kind="stable").index]


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
    check_option("missing", missing, ("raise", "drop"))
    check_call(outcome, attributes, draws=draws, level=level, argument="attributes")
    check_names(data, outcome=[outcome], attributes=attributes)
    centred = within_column(data, within, taken=[outcome, *attributes])
    rows = survey_rows(
        data,
        columns=[*attributes, outcome],
        others=[] if centred is None else [centred],
        weight=weight,
        respondent=respondent,
        strata=strata,
        cluster=cluster,
        missing=missing,
    )
    _check_size(rows)
    cuts = cuts_of(attributes, low=low, high=high, limits=rows.limits)

    drawn = rows.draws(draws, seed=seed)
    chosen = effects(rows, drawn, cuts, within=centred, suppress_below=suppress_below)
    frames = [_cut_frame(rows, cuts, chosen, level=level).assign(chosen=True)]
    for other in cuts.others():  # an attribute whose cut cannot be moved keeps its own
        usable = other.usable(rows.values[:, :-1], least=suppress_below)
        if usable.any():
            ends = np.where(usable, [other.low, other.high], [cuts.low, cuts.high])
            moved = replace(cuts, low=ends[0], high=ends[1])
            again = effects(rows, drawn, moved, within=centred, suppress_below=suppress_below)
            frames.append(_cut_frame(rows, moved, again, level=level)[usable])
    sensitivity = pd.concat(frames, ignore_index=True)

    frame = _attributes_frame(frames[0], chosen, sensitivity, level=level)
    assumed = within is None and centred is not None and not isinstance(data, SurveyData)
    return PenaltyReward(
        attributes=frame,
        sensitivity=sensitivity,
        outcome=outcome,
        outcome_label=rows.labels.get(outcome, outcome),
        within=centred,
        r2=chosen.r2,
        n=len(rows),
        n_respondents=rows.n_persons,
        n_dropped=rows.n_dropped,
        draws=draws,
        level=level,
        notes=(
            *rows.notes,
            *([ASSUMED_BRAND] if assumed else []),
            *([_default_cuts(frame)] if cuts.is_default else []),
            *_base_notes(frame, minimum_base=minimum_base, suppress_below=suppress_below),
            *_turned_notes(frame, lost=int(np.isnan(chosen.penalty_draws).all(axis=1).sum())),
        ),
    )


def _check_size(rows: SurveyRows) -> None:
    needed = max(30, 3 * (len(rows.columns) - 1))
    if rows.n_persons < needed:
        raise NotEnoughDataError(
            f"`data` must have at least {needed} persons for {len(rows.columns) - 1} attributes; "
            f"found {rows.n_persons} in {len(rows)} rows. Take fewer attributes, or pool waves."
        )
    if np.ptp(rows.values[:, -1]) == 0:
        raise InputError(
            f"`outcome` must vary; found the same answer in all {len(rows)} rows of "
            f"{shown(rows.columns[-1])}. Take another outcome."
        )


# --- tables --------------------------------------------------------------------------------------


def _cut_frame(rows: SurveyRows, cuts: Cuts, found: Effects, *, level: float) -> pd.DataFrame:
    names = list(rows.columns[:-1])
    basic, balanced, exciting = found.chances()
    return pd.DataFrame(
        {
            "attribute": names,
            "label": [rows.labels.get(name, name) for name in names],
            "cut_low": cuts.low,
            "cut_high": cuts.high,
            "chosen": False,
            "penalty": found.penalty,
            "reward": found.reward,
            "asymmetry": found.asymmetry(),
            "asymmetry_even": found.even(),
            "p_basic": basic,
            "p_performance": balanced,
            "p_exciting": exciting,
            "role": found.roles(level),
            "n_low": found.n_low,
            "n_high": found.n_high,
        }
    )


def _attributes_frame(
    frame: pd.DataFrame, chosen: Effects, sensitivity: pd.DataFrame, *, level: float
) -> pd.DataFrame:
    """Add intervals, tests, and the share of other cuts that give the same kind."""
    ends = {}
    draws = {
        "penalty": chosen.penalty_draws,
        "reward": chosen.reward_draws,
        "asymmetry": chosen.asymmetry_draws(),
        "asymmetry_even": chosen.even_draws(),
    }
    for name, drawn in draws.items():
        ends[f"{name}_low"], ends[f"{name}_high"] = percentile_interval(drawn, level=level)
    others = sensitivity[~sensitivity["chosen"].astype(bool)].set_index("attribute")["role"]
    same = others == frame.set_index("attribute")["role"].reindex(others.index)
    agree = same.groupby(level=0).mean().reindex(frame["attribute"]).to_numpy(dtype=float)
    return frame.assign(
        **ends,
        ci_level=level,
        penalty_slope=chosen.penalty / chosen.step[0],
        reward_slope=chosen.reward / chosen.step[1],
        p_value=chosen.p_value,
        p_adjusted=chosen.adjusted(),
        matters=chosen.matters(level),
        cuts_agree=agree,
    )[list(_COLUMNS)]


# --- notes: what the kinds rest on that a reader would not expect --------------------------------


def _default_cuts(frame: pd.DataFrame) -> Message:
    low, high = (f"{end:g}".replace("-", "−") for end in frame[["cut_low", "cut_high"]].iloc[0])
    say = speaker(low=low, high=high)
    if len(frame[["cut_low", "cut_high"]].drop_duplicates()) == 1:
        return say(
            "Cuts are taken from the scale: answers up to {low:number} count as poor, from "
            "{high:number} on as good; the table of other cuts shows what hangs on that."
        )
    return say(
        "Cuts are taken from each item's scale: up to half of it answers count as poor, from "
        "eight tenths on as good; the table of other cuts shows what hangs on that."
    )


def _base_notes(frame: pd.DataFrame, *, minimum_base: int, suppress_below: int) -> list[Message]:
    least = frame[["n_low", "n_high"]].min(axis=1)
    none = frame.loc[least < suppress_below, "label"].tolist()
    few = frame.loc[(least >= suppress_below) & (least < minimum_base), "label"].tolist()
    said = N_(
        "{items}: fewer than {least:count} poor or good answers, so that side is not estimated and "
        "the kind stays undecided."
    )
    notes = [Message(said, {"items": none, "least": suppress_below})] if none else []
    said = N_("{items}: fewer than {least:count} poor or good answers; read with care.")
    return [*notes, Message(said, {"items": few, "least": minimum_base})] if few else notes


def _turned_notes(frame: pd.DataFrame, *, lost: int) -> list[Message]:
    turned = frame.loc[(frame["penalty_low"] > 0) & (frame["reward_high"] < 0), "label"].tolist()
    said = N_(
        "{items}: poor answers go with a better outcome and good ones with a worse; the scale may "
        "run the other way round."
    )
    notes = [Message(said, {"items": turned})] if turned else []
    said = N_("{n:count} of the draws could not be fitted and are left out.")
    return [*notes, Message(said, {"n": lost})] if lost else notes
