"""What penalties and rewards say: which services are core, which delight, what is not settled."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Point, Say, Story, speaker
from brandkit.language import translate
from brandkit.satisfaction.groups import row_values
from brandkit.satisfaction.penalty.penalty import PenaltyReward, by_role, role_names

#: Share of draws, and of other cuts, from which a kind is called clear.
CLEARLY, ROBUST = 0.975, 0.75

_KINDS = (
    *("attribute", "role", "penalty", "penalty_low", "penalty_high", "reward", "reward_low"),
    *("reward_high", "penalty_slope", "reward_slope", "asymmetry", "asymmetry_even", "p_basic"),
    *("p_performance", "p_exciting", "cuts_agree", "n_low", "n_high"),
)
_CUTS = (
    *("attribute", "cut_low", "cut_high", "chosen", "role", "penalty", "reward", "asymmetry"),
    "asymmetry_even",
)


#: Basic services that are each to be secured.
MOST_SECURED = 3


def penalty_reward(result: PenaltyReward, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell which services act like basic or exciting ones, and what is not settled."""
    rows = by_role(result.attributes)
    say = speaker(outcome=result.outcome_label, n_attributes=len(rows), level=result.level)
    say = speaker(say, n=result.n, base=result.n, persons=result.n_respondents)
    findings, actions = [], []
    for role in ("basic", "exciting", "performance"):
        if (rows["role"] == role).any():
            finding, due = _role(role, rows[rows["role"] == role], say)
            findings.append(finding)
            actions += due
    findings += _undecided(rows, say)
    if not findings:
        headline = say("No service could be placed.")
        findings = [Finding(headline, say("There are {n:count} answers."), "open")]
    lede = say(
        "What poor and good answers to {n_attributes:count} services go with in {outcome}, "
        "against answers in between ({n:count} answers of {persons:count} persons)."
    )
    exhibits = {
        "kinds": _kinds(result, rows, say, notes=(*as_notes(findings), *result.notes)),
        "cuts": _cuts(result, rows, say),
    }
    title = _title(rows, findings[0].headline)
    points = _points(rows, findings, say)
    return Story(title, lede, tuple(findings), tuple(actions), exhibits, points)


def _title(rows: pd.DataFrame, first: Message) -> Message:
    core, extended = (
        rows.loc[rows["role"] == role, "label"].tolist() for role in ("basic", "exciting")
    )
    if not core and not extended:
        return Message("No service clearly acts like a basic or an exciting one")
    if not core or not extended:
        return first
    return Message(
        "{core} {n_core:acts|act} like a basic service; {extended} {n_extended:acts|act} like "
        "an exciting one",
        {"core": core, "n_core": len(core), "extended": extended, "n_extended": len(extended)},
    )


# --- findings ------------------------------------------------------------------------------------


def _role(role: str, rows: pd.DataFrame, say: Say) -> tuple[Finding, list[Action]]:
    """Give the numbers behind a kind: both sides, how sure, under how many cuts."""
    values = row_values(rows.iloc[0])
    chance, agree = float(rows[f"p_{role}"].min()), float(rows["cuts_agree"].min())
    values |= {"items": rows["label"].tolist(), "item": values["label"], "n": len(rows)}
    values |= {"chance": chance, "agree": agree}
    values |= {name: f"{values[name]:g}".replace("-", "−") for name in ("cut_low", "cut_high")}
    settled: Settled = "clear" if chance >= CLEARLY and agree >= ROBUST else "likely"
    detail = say(
        "A poor answer (≤ {cut_low}) for “{item}” goes with {penalty:signed} points "
        "({penalty_low:signed} to {penalty_high:signed}), a good one (≥ {cut_high}) with "
        "{reward:signed} ({reward_low:signed} to {reward_high:signed}); per point of rating "
        "{penalty_slope:signed} and {reward_slope:signed}. At least {chance:percent} of draws and "
        "{agree:percent} of other cuts say the same ({base:count} answers).",
        **values,
    )
    if role == "basic":
        headline = say(
            "{items} {n:acts|act} like a basic service: what is poor costs more than what is good "
            "gains.",
            **values,
        )
        return Finding(headline, detail, settled), [
            _secured(row_values(row), settled, say) for _, row in rows.head(MOST_SECURED).iterrows()
        ]
    if role == "exciting":
        headline = say(
            "{items} {n:acts|act} like an exciting service: what is good gains more than what is "
            "poor costs.",
            **values,
        )
        text = say("Try out what makes “{item}” good.", **values)
        gain = say(
            "A good answer goes with {reward:signed} points in {outcome} ({reward_low:signed} to "
            "{reward_high:signed}).",
            **values,
        )
        on, n = (str(values["item"]),), int(say("").values["base"])
        return Finding(headline, detail, settled), [
            Action("test", text, settled, "kinds", on, gain, n)
        ]
    better = say("Try out what makes “{item}” better.", **values)
    gain = say(
        "A poor answer goes with {penalty:signed} points in {outcome}, a good one with "
        "{reward:signed} ({reward_low:signed} to {reward_high:signed}).",
        **values,
    )
    on, n = (str(values["item"]),), int(say("").values["base"])
    return Finding(say("The better the better: {items}.", **values), detail, settled), [
        Action("test", better, settled, "kinds", on, gain, n)
    ]


def _secured(row: dict[str, Any], settled: Settled, say: Say) -> Action:
    say = speaker(say, **{**row, "item": row["label"]})
    text = say("See that nobody finds “{item}” poor.")
    gain = say(
        "A poor answer goes with {penalty:signed} points in {outcome} ({penalty_low:signed} to "
        "{penalty_high:signed})."
    )
    return Action("secure", text, settled, "kinds", (str(row["label"]),), gain,
                  int(say("").values["base"]))  # fmt: skip


def _points(rows: pd.DataFrame, findings: list[Finding], say: Say) -> tuple[Point, ...]:
    """Say what a poor answer costs: where it must not be poor, or else where both ways count."""
    kinds = [rows[rows["role"] == role] for role in ("basic", "performance")]
    told = next((part for part in kinds if len(part)), None)
    if told is None:
        return ()
    say = speaker(say, **{**row_values(told.iloc[0]), "item": told["label"].iloc[0]})
    text = say(
        "A poor answer for “{item}” goes with {penalty:signed} points in {outcome} "
        "({penalty_low:signed} to {penalty_high:signed}), a good one with {reward:signed}."
    )
    title = say("“{item}” costs most when it is poor") if told is kinds[0] else None
    on = (str(told["label"].iloc[0]),)
    return (Point(text, findings[0].settled, 0.6, "kinds", on, title, why=True),)


def _undecided(rows: pd.DataFrame, say: Say) -> list[Finding]:
    rows = rows[rows["role"] == "undecided"].sort_index()
    matters = rows["matters"].astype(bool)
    unsettled, idle = rows.loc[matters, "label"].tolist(), rows.loc[~matters, "label"].tolist()
    if unsettled:
        headline = say("Whether core or exciting is not settled: {open}.", open=unsettled)
        detail = say(
            "Per point of rating neither side is sure to weigh twice the other, nor are both sure "
            "to weigh alike ({base:count} answers)."
        )
        return [Finding(headline, detail, "open")]
    if not idle:
        return []
    headline = say("What poor or good answers to {idle} go with is not shown.", idle=idle)
    detail = say("Neither a penalty nor a reward can be told from chance ({base:count} answers).")
    return [Finding(headline, detail, "open")]


# --- exhibits ------------------------------------------------------------------------------------


def _kinds(
    result: PenaltyReward, rows: pd.DataFrame, say: Say, *, notes: tuple[Message, ...]
) -> Exhibit:
    caption = say(
        "What poor answers cost and good answers gain in {outcome}, with {level:percent} "
        "intervals over persons. All services at once; the cuts of each stand in the table. "
        "Hollow: undecided. {n:count} answers of {persons:count} persons."
    )
    values: dict[str, Any] = {
        role: int((rows["role"] == role).sum()) for role in ("basic", "performance", "exciting")
    }
    worst = rows.iloc[int(rows["penalty"].fillna(0.0).argmin())]
    best = rows.iloc[int(rows["reward"].fillna(0.0).argmax())]
    values |= {"worst": worst["label"], "penalty": worst["penalty"]}
    values |= {"best": best["label"], "reward": best["reward"]}
    alt = say(
        "Bars to both sides for {n_attributes:count} services: {basic:count} basic, "
        "{performance:count} performance, {exciting:count} exciting. The largest penalty is that "
        "of “{worst}” ({penalty:signed}), the largest reward that of “{best}” ({reward:signed}).",
        **values,
    )
    said = [translate(name) for name in role_names(rows)]
    data = rows.assign(attribute=rows["label"], role=said)[list(_KINDS)].reset_index(drop=True)
    return Exhibit(caption, alt, data, notes, draw=result.plot)


def _cuts(result: PenaltyReward, rows: pd.DataFrame, say: Say) -> Exhibit:
    caption = say(
        "The kind of each of {n_attributes:count} services under the chosen cuts and under cuts "
        "one step lower and higher."
    )
    cuts = result.sensitivity
    order = cuts.assign(place=cuts["attribute"].map(rows["attribute"].tolist().index)).sort_values(
        ["place", "chosen", "cut_low", "cut_high"], ascending=[True, False, True, True]
    )
    said = [translate(name) for name in role_names(order)]
    data = order.assign(attribute=order["label"], role=said)[list(_CUTS)]
    return Exhibit(caption, data=data.reset_index(drop=True))
