"""Core or exciting: what poor answers cost, and what good answers gain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_level,
    check_option,
    check_whole_number,
    shown,
)
from brandkit.core.intervals import percentile_interval
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.design import SurveyData
from brandkit.sampling.rows import Data, RowDraws, SurveyRows, Weight, survey_rows
from brandkit.satisfaction.groups import check_names, within_column
from brandkit.satisfaction.penalty.kernel import ROLES, Cut, Cuts, Effects, cuts_of, effects


def penalty_notes(
    rows: SurveyRows,
    frame: pd.DataFrame,
    *,
    is_default: bool,
    minimum_base: int,
    suppress_below: int,
    assumed_brand: bool,
    lost_draws: int,
) -> tuple[Message, ...]:
    """Say what the kinds rest on that a reader would not expect."""
    notes = [*rows.notes]
    if assumed_brand:
        said = (
            "Answers are centred on the mean of each brand, so that differences between brands "
            "do not count; within='none' leaves them in."
        )
        notes.append(Message(said))
    if is_default:
        notes.append(_default_cuts(frame))
    notes += _bases(frame, minimum_base=minimum_base, suppress_below=suppress_below)
    turned = frame.loc[(frame["penalty_low"] > 0) & (frame["reward_high"] < 0), "label"].tolist()
    if turned:
        said = (
            "{items}: poor answers go with a better outcome and good ones with a worse; the scale "
            "may run the other way round."
        )
        notes.append(Message(said, {"items": turned}))
    if lost_draws:
        said = "{n:count} of the draws could not be fitted and are left out."
        notes.append(Message(said, {"n": lost_draws}))
    return tuple(notes)


def _default_cuts(frame: pd.DataFrame) -> Message:
    pairs = frame[["cut_low", "cut_high"]].drop_duplicates()
    if len(pairs) == 1:
        low, high = pairs.iloc[0]
        said = (
            "Cuts are taken from the scale: answers up to {low:number} count as poor, from "
            "{high:number} on as good; the table of other cuts shows what hangs on that."
        )
        return Message(said, {"low": _plain(low), "high": _plain(high)})
    said = (
        "Cuts are taken from each item's scale: up to half of it answers count as poor, from "
        "eight tenths on as good; the table of other cuts shows what hangs on that."
    )
    return Message(said)


def _bases(frame: pd.DataFrame, *, minimum_base: int, suppress_below: int) -> list[Message]:
    notes = []
    least = frame[["n_low", "n_high"]].min(axis=1)
    none = frame.loc[least < suppress_below, "label"].tolist()
    few = frame.loc[(least >= suppress_below) & (least < minimum_base), "label"].tolist()
    if none:
        said = (
            "{items}: fewer than {least:count} poor or good answers, so that side is not "
            "estimated and the kind stays undecided."
        )
        notes.append(Message(said, {"items": none, "least": suppress_below}))
    if few:
        said = "{items}: fewer than {least:count} poor or good answers; read with care."
        notes.append(Message(said, {"items": few, "least": minimum_base}))
    return notes


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")


Missing = Literal["raise", "drop"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PenaltyReward(Result):
    """What poor and good answers to each attribute do to the outcome, and what kind it is.

    Parameters
    ----------
    attributes : DataFrame
        One row an attribute, in the order asked for: ``attribute label penalty penalty_low
        penalty_high reward reward_low reward_high ci_level asymmetry asymmetry_low asymmetry_high
        p_basic p_performance p_exciting p_value p_adjusted matters role cuts_agree cut_low
        cut_high n_low n_high``. Penalty and reward are in the outcome's unit, against answers in
        between; ``role`` is "basic", "performance", "exciting" or "undecided"; ``cuts_agree`` is
        the share of other cuts that give the same role.
    sensitivity : DataFrame
        One row a set of cuts and attribute, the chosen cuts first: ``attribute label cut_low
        cut_high chosen penalty reward asymmetry p_basic p_performance p_exciting role n_low
        n_high``. Cuts that leave the scale, or no answers between, are not in it.
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
        counts = {f"n_{role}": [int((self.attributes["role"] == role).sum())] for role in ROLES}
        return pd.DataFrame(
            {
                "outcome": [self.outcome],
                "within": [self.within],
                "r2": [self.r2],
                "n": [self.n],
                "n_respondents": [self.n_respondents],
                "n_dropped": [self.n_dropped],
                **counts,
                "draws": [self.draws],
                "ci_level": [self.level],
            }
        )


def penalty_reward(
    data: Data,
    *,
    outcome: str,
    attributes: Sequence[str],
    low: Cut = None,
    high: Cut = None,
    weight: Weight | None = None,
    missing: Missing = "raise",
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
    """Say what poor answers cost and good answers gain, and which services are core.

    Answers *which services only hurt when they are poor, and which delight when they are good?*
    A core service (basic factor) has a penalty and next to no reward; an extended one (exciting
    factor) a reward and next to no penalty; a performance factor both.

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
    reward below or a penalty above 0 counts as none. Over draws of persons: *basic* where
    P(A < -.1) >= .9, *exciting* where P(A > .1) >= .9, *performance* where P(|A| <= .3) >= .8, in
    this order, else *undecided*. Before that an attribute must matter: where the test that
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
    _check(outcome, attributes, missing=missing, level=level, draws=draws)
    check_names(data, outcome=[outcome], attributes=attributes)
    centred = within_column(data, within, taken=[outcome, *attributes])
    rows = survey_rows(
        data, columns=[*attributes, outcome], others=[] if centred is None else [centred],
        weight=weight, respondent=respondent, strata=strata, cluster=cluster, missing=missing,
    )  # fmt: skip
    _check_size(rows)
    cuts = cuts_of(attributes, low=low, high=high, limits=rows.limits)

    drawn = rows.draws(draws, seed=seed)
    found = effects(rows, drawn, cuts, within=centred, suppress_below=suppress_below)
    sensitivity = _sensitivity(
        rows, drawn, cuts, found, within=centred, suppress_below=suppress_below, level=level
    )

    frame = _attributes_frame(rows, cuts, found, sensitivity, level=level)
    return PenaltyReward(
        attributes=frame, sensitivity=sensitivity, outcome=outcome,
        outcome_label=rows.labels.get(outcome, outcome), within=centred, r2=found.r2,
        n=len(rows), n_respondents=rows.n_persons, n_dropped=rows.n_dropped, draws=draws,
        level=level, notes=_notes(
            rows, cuts, found, frame, minimum_base=minimum_base, suppress_below=suppress_below,
            assumed_brand=within is None and centred is not None
            and not isinstance(data, SurveyData),
        ),
    )  # fmt: skip


def _check(
    outcome: str, attributes: Sequence[str], *, missing: str, level: float, draws: int
) -> None:
    check_option("missing", missing, ("raise", "drop"))
    check_level(level)
    check_whole_number("draws", draws, low=2)
    if isinstance(attributes, str):
        raise InputError(
            f"`attributes` must be a list of columns; found the text {shown(attributes)}. "
            f"Write [{attributes!r}]."
        )
    if not len(attributes):
        raise InputError("`attributes` must name at least one column; found none.")
    if outcome in attributes:
        raise InputError(
            f"`attributes` must not name the outcome; found {shown(outcome)} in both. "
            "Take it out of one of them."
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


# --- tables ------------------------------------------------------------------------------------


def _attributes_frame(
    rows: SurveyRows, cuts: Cuts, found: Effects, sensitivity: pd.DataFrame, *, level: float
) -> pd.DataFrame:
    frame = _cut_frame(rows, cuts, found, level=level)
    for name, drawn in (
        ("penalty", found.penalty_draws),
        ("reward", found.reward_draws),
        ("asymmetry", found.asymmetry_draws()),
    ):
        frame[f"{name}_low"], frame[f"{name}_high"] = percentile_interval(drawn, level=level)
    others = sensitivity[~sensitivity["chosen"].astype(bool)]
    same = others.merge(frame[["attribute", "role"]], on="attribute", suffixes=("", "_chosen"))
    agreeing = (same["role"] == same["role_chosen"]).groupby(same["attribute"]).mean()
    frame["cuts_agree"] = agreeing.reindex(frame["attribute"]).to_numpy(dtype=float)
    frame["ci_level"] = level
    frame["p_value"], frame["p_adjusted"] = found.p_value, found.adjusted()
    frame["matters"] = found.matters(level)
    return frame[
        [
            "attribute", "label", "penalty", "penalty_low", "penalty_high", "reward", "reward_low",
            "reward_high", "ci_level", "asymmetry", "asymmetry_low", "asymmetry_high", "p_basic",
            "p_performance", "p_exciting", "p_value", "p_adjusted", "matters", "role",
            "cuts_agree", "cut_low", "cut_high", "n_low", "n_high",
        ]
    ]  # fmt: skip


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
            "p_basic": basic,
            "p_performance": balanced,
            "p_exciting": exciting,
            "role": found.roles(level),
            "n_low": found.n_low,
            "n_high": found.n_high,
        }
    )


def _sensitivity(
    rows: SurveyRows,
    drawn: RowDraws,
    cuts: Cuts,
    found: Effects,
    *,
    within: str | None,
    suppress_below: int,
    level: float,
) -> pd.DataFrame:
    """Repeat all under other cuts; an attribute whose cut cannot be moved keeps its own."""
    frames = [_cut_frame(rows, cuts, found, level=level).assign(chosen=True)]
    for other in cuts.others():
        answers = rows.values[:, :-1]
        parts = (answers <= other.low, answers >= other.high)
        sizes = [part.sum(axis=0) for part in (*parts, ~(parts[0] | parts[1]))]
        usable = other.possible() & (np.min(sizes, axis=0) >= max(suppress_below, 1))
        if not usable.any():
            continue
        moved = Cuts(
            np.where(usable, other.low, cuts.low), np.where(usable, other.high, cuts.high),
            cuts.step, cuts.limits, cuts.is_default,
        )  # fmt: skip
        again = effects(rows, drawn, moved, within=within, suppress_below=suppress_below)
        frames.append(_cut_frame(rows, moved, again, level=level)[usable])
    return pd.concat(frames, ignore_index=True)


def _notes(
    rows: SurveyRows,
    cuts: Cuts,
    found: Effects,
    frame: pd.DataFrame,
    *,
    minimum_base: int,
    suppress_below: int,
    assumed_brand: bool,
) -> tuple[Message, ...]:
    return penalty_notes(
        rows, frame, is_default=cuts.is_default, minimum_base=minimum_base,
        suppress_below=suppress_below, assumed_brand=assumed_brand,
        lost_draws=int(np.isnan(found.penalty_draws).all(axis=1).sum()),
    )  # fmt: skip


ROLE_NAMES: Final = {
    "basic": Message("basic factor"),
    "performance": Message("performance factor"),
    "exciting": Message("exciting factor"),
    "undecided": Message("undecided"),
}
HARDLY: Final = Message("hardly matters")

#: The order in which kinds are shown.
ORDER: Final = ("basic", "performance", "exciting", "undecided")


def role_name(role: str, *, matters: bool = True) -> Message:
    """Give a kind's name.

    Examples
    --------
    >>> str(role_name("basic")), str(role_name("undecided", matters=False))
    ('basic factor', 'hardly matters')
    """
    return ROLE_NAMES[role] if matters else HARDLY


def by_role(attributes: pd.DataFrame) -> pd.DataFrame:
    """Sort attributes by kind, what matters first, the larger effect first within a kind.

    Parameters
    ----------
    attributes : DataFrame
        Of a ``PenaltyReward``.
    """
    size = -(attributes["reward"].fillna(0.0) - attributes["penalty"].fillna(0.0))
    place = attributes["role"].map({role: at for at, role in enumerate(ORDER)})
    keys = pd.DataFrame({"place": place, "idle": ~attributes["matters"].astype(bool), "size": size})
    return attributes.loc[keys.sort_values(["place", "idle", "size"], kind="stable").index]
