"""What choices reveal: what decides for a bank, what does not show, what a change could bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import N_, Exhibit, Point, Say, Story, speaker
from brandkit.language import translate
from brandkit.satisfaction.choice.choice import UNLIKELY, ChoiceModel, ShareChange
from brandkit.satisfaction.groups import MOST_NAMED, and_more, first_names

#: Times by which use would have to favour an answer, from which more than use is likely behind it.
TIPPING: Final = 1.8


def choice_model(result: ChoiceModel, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell what goes with choices, what does not, how well they are explained, what to doubt.

    That something decides is said of a panel alone: in a single survey those who use a bank may
    say more of it because they do.
    """
    rows, facts = ranked(result), result.facts
    say = speaker(n=facts["n"], persons=facts["n_persons"], banks=facts["n_brands"])
    say = speaker(say, level=facts["ci_level"], right=facts["hit_rate"])
    single = sum(facts[name] for name in ("n_single", "n_without", "n_all"))
    say = speaker(say, chance=facts["hit_rate_chance"], single=single)
    if facts["is_panel"]:
        headline = _headline(rows, say)
        findings = [_first(rows, say), *_doubtful(rows, say), _moves(result, say), _fit(facts, say)]
    else:
        headline, first = _above_most(rows, facts["n"])
        findings = [first, _fit(facts, say)]
    if facts["p_independence"] < UNLIKELY:
        findings.append(_independence(result, say))
    caption = say(
        "How much more often a bank is the customer's own where the customer says so of it. On "
        "average, in percentage points (for a scale: with one more point), with {level:percent} "
        "intervals over persons (conditional logit). Hollow: it could be none. Right: the "
        "difference and the tipping odds, by which use would have to raise this answer more than "
        "most others to explain that it lies above them. {n:count} choices among {banks:count} "
        "banks; {single:count} that say nothing are left out."
    )
    if facts["is_panel"]:
        caption = say(
            "By how many percentage points a bank's chance to be chosen rises, on average, when a "
            "customer comes to say so of it (for a scale: with one more point), with "
            "{level:percent} intervals over persons (conditional logit). Hollow: it could be none. "
            "Right: the rise and the ranks that cannot be ruled out. {n:count} choices among "
            "{banks:count} banks; {single:count} that say nothing are left out."
        )
    (first, last), (high, low) = (rows[name].iloc[[0, -1]] for name in ("label", "estimate"))
    alt = say(
        "Dots with lines for {n:count} attributes, from “{first}” ({high:decimal1} points) at the "
        "top to “{last}” ({low:decimal1} points) at the bottom; {hollow:count} of them could be "
        "0.",
        **{"n": len(rows), "first": first, "high": 100 * high, "last": last, "low": 100 * low},
        hollow=int((~rows["settled"]).sum()),
    )
    data = rows.assign(attribute=rows["label"]).drop(columns=["label", "settled"])
    notes = (*as_notes(findings), *result.notes)
    lede = say(
        "{n:count} choices of {persons:count} persons among {banks:count} banks. Each person's "
        "banks are compared with each other only."
    )
    exhibits = {"choices": Exhibit(caption, alt, data, notes, draw=result.plot)}
    if len(result.movers):
        exhibits["movers"] = _movers(result, say)
    points = _points(rows, is_panel=bool(facts["is_panel"]))
    return Story(headline, lede, tuple(findings), (), exhibits, points)


def _points(rows: pd.DataFrame, *, is_panel: bool) -> tuple[Point, ...]:
    """Say what goes with being chosen most; of a single survey not which comes first."""
    first = rows.iloc[0]
    if not first["ci_low"] > 0:
        return ()
    numbers = {name: 100 * first[name] for name in ("estimate", "ci_low", "ci_high")}
    say = speaker(first=first["label"], **numbers)
    text = say(
        "Who says “{first}” of a bank more often has it as their own: {estimate:points} points "
        "({ci_low:points} to {ci_high:points}); why stays open."
    )
    if is_panel:
        text = say(
            "A bank that comes to be seen as “{first}” is chosen more often: {estimate:points} "
            "points ({ci_low:points} to {ci_high:points})."
        )
    return (Point(text, "likely", 0.8, "choices", (str(first["label"]),), why=True),)


def ranked(result: ChoiceModel) -> pd.DataFrame:
    """Give the attributes, the largest rise first, and whether it could be none."""
    rows = result.importance
    rows = rows.assign(settled=(rows["ci_low"] > 0) | (rows["ci_high"] < 0))
    return rows.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def _above_most(rows: pd.DataFrame, n: int) -> tuple[Message, Finding]:
    """Name what customers say of their own bank more than most things; the reason stays open."""
    rows = rows.assign(
        order=rows["tipping_odds"].fillna(0.0), by=rows["above_most"].fillna(-np.inf)
    )
    rows = rows.sort_values(["order", "by"], ascending=False, kind="stable")
    named = rows[(rows["tipping_odds"] >= TIPPING) & (rows["p_above"] <= UNLIKELY)]
    first = rows.iloc[0]
    say = speaker(
        items=named["label"].astype(str).tolist()[:MOST_NAMED],
        first=first["label"],
        times=float(np.exp(first["above_most"])),
        tipping=first["tipping_odds"],
        p=first["p_above"],
        n=n,
        all=len(rows),
    )
    headline = say(
        "Customers say nothing of their own bank clearly more than they say most things of it. "
        "Whether they chose it for what they say, or say it because they use it, this survey "
        "cannot tell."
    )
    if len(named):
        headline = say(
            "Customers say {items} of their own bank more than they say most things of it. Whether "
            "they chose it for that, or say it because they use it, this survey cannot tell."
        )
    if np.isnan(first["above_most"]):
        detail = say(
            "With {all:count} attributes most of them cannot be told from the rest ({n:count} "
            "choices)."
        )
        return headline, Finding(headline, detail, "open")
    detail = say(
        "The odds of “{first}” are {times:decimal2} times those of the median attribute; use would "
        "have to raise them {tipping:decimal2} times more than those of most others to explain "
        "that (one-sided p {p:p}, all {all:count} attributes at once; {n:count} choices)."
    )
    return headline, Finding(headline, detail, "likely" if len(named) else "open")


_MOVERS: Final = {"keep": Message("keep their bank"), "change": Message("change it")}


def _movers(result: ChoiceModel, say: Say) -> Exhibit:
    """Show the coefficients of those who keep their bank beside those of who change it."""
    caption = say(
        "Those who keep their bank until the next occasion and those who change it, apart: what "
        "goes with the later choice, on the scale of the log odds, with its error ({n:count} "
        "choices)."
    )
    rows = result.movers
    data = pd.DataFrame(
        {
            "mover": [translate(_MOVERS[str(one)]) for one in rows["mover"]],
            "attribute": [str(result.labels.get(str(one), one)) for one in rows["term"]],
            **{name: rows[name] for name in ("estimate", "std_error", "n")},
        }
    )
    return Exhibit(caption, None, data)


def _moves(result: ChoiceModel, say: Say) -> Finding:
    say = speaker(say, kept=result.facts["n_kept"], changed=result.facts["n_changed"])
    headline = say("{kept:count} of {n:count} choices keep the bank of the occasion before.")
    detail = say(
        "{changed:count} change it. Those who keep a bank may say more of it because they use it."
    )
    if result.movers["mover"].nunique() == len(_MOVERS):
        detail = say(
            "{changed:count} change it; a table shows both apart, since those who keep a bank may "
            "say more of it because they use it."
        )
    return Finding(headline, detail, "clear")


def _headline(rows: pd.DataFrame, say: Say) -> Message:
    leaders = rows.loc[rows["rank_low"] == 1, "label"].astype(str).tolist()
    if not (rows["ci_low"] > 0).any():
        return say("None of {n:count} attributes is sure to win choices", n=len(rows))
    if len(leaders) == 1:
        return say("“{first}” decides most for a bank", first=leaders[0])
    if len(leaders) <= MOST_NAMED:
        return say("What decides most for a bank: {items}", items=leaders)
    top = rows["label"].head(3).astype(str).tolist()
    return say("What decides for a bank, as far as it shows: {items}", items=top)


def _first(rows: pd.DataFrame, say: Say) -> Finding:
    first, n_leaders = rows.iloc[0], int((rows["rank_low"] == 1).sum())
    change, low, high = (100 * first[name] for name in ("estimate", "ci_low", "ci_high"))
    detail = say(
        "A bank of which a customer says so is {change:decimal1} percentage points more likely to "
        "be chosen ({level:percent} interval {low:decimal1} to {high:decimal1}; {n:count} "
        "choices).",
        **{"change": change, "low": low, "high": high},
    )
    if not (rows["ci_low"] > 0).any():
        return Finding(say("No attribute is sure to win choices."), detail, "open")
    if n_leaders == 1:
        return Finding(say("“{first}” decides most.", first=first["label"]), detail, "clear")
    said = N_("{detail} {n:count} of {all:count} attributes could come first.")
    more = say(said, detail=detail, n=n_leaders, all=len(rows))
    headline = say("“{first}” decides most in this sample.", first=first["label"])
    is_likely = n_leaders <= MOST_NAMED and first["ci_low"] > 0
    return Finding(headline, more, "likely" if is_likely else "open")


def _doubtful(rows: pd.DataFrame, say: Say) -> list[Finding]:
    doubtful = rows[~rows["settled"]]
    if doubtful.empty:
        return []
    names = doubtful["label"].astype(str).tolist()
    headline = say(
        "No part in choices to be seen: {names}{more}.",
        names=first_names(names),
        more=and_more(names),
    )
    detail = say(
        "The rise could be none; it may be up to {high:decimal1} points.",
        high=100 * doubtful["ci_high"].max(),
    )
    return [Finding(headline, detail, "open")]


def _fit(facts: Mapping[str, Any], say: Say) -> Finding:
    is_better = facts["hit_rate"] > facts["hit_rate_chance"]
    headline = say("What people say of banks names the right one in {right:percent} of choices.")
    detail = say(
        "Guessing would name {chance:percent} ({n:count} choices, each among the banks that the "
        "person rates)."
    )
    return Finding(headline, detail, "likely" if is_better else "open")


def _independence(result: ChoiceModel, say: Say) -> Finding:
    worst = result.independence.sort_values("p_adjusted", kind="stable").iloc[0]
    say = speaker(say, first=worst["brand_a"], second=worst["brand_b"], p=worst["p_adjusted"])
    say = speaker(say, n=worst["n"], loss=abs(worst["estimate"]))
    if worst["estimate"] < 0:
        headline = say("{first} and {second} stand in for each other.")
        detail = say(
            "Where both are rated, each is worth less than it would be without the other ("
            "{loss:decimal2} on the scale of the coefficients; {n:count} choices, adjusted p "
            "{p:p}): what one of them gains comes from the other more than the what-ifs say."
        )
        return Finding(headline, detail, "likely")
    headline = say("{first} and {second} gain by being rated together.")
    detail = say(
        "Where both are rated, each is worth more than it would be without the other ("
        "{loss:decimal2} on the scale of the coefficients; {n:count} choices, adjusted p {p:p}): "
        "what one of them gains comes from the other less than the what-ifs say."
    )
    return Finding(headline, detail, "likely")


# --- what-ifs ------------------------------------------------------------------------------------


def share_change(result: ShareChange, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell what the bank would win and from whom, and how settled that is."""
    changes = result.changes
    mine = changes[changes["brand"] == result.brand].iloc[0]
    rivals = changes[changes["brand"] != result.brand]
    ends = ("estimate", "ci_low", "ci_high", "change_low", "change_high")
    change, low, high, least, most = (100 * mine[name] for name in ends)
    parts = [_raised(name, by, is_flag=name in result.flags) for name, by in result.raised.items()]
    say = speaker(
        brand=result.brand,
        **{"change": change, "loss": -change, "low": low, "high": high, "least": least},
        **{"most": most, "now": mine["share"], "then": mine["share_if"], "n": len(changes)},
        level=result.level,
        raised=Message("{brand}: {parts}.", {"brand": result.brand, "parts": parts}),
    )
    headline = say("{brand} would not be sure to win choices")
    finding = say("{brand} would not be sure to win choices.")
    settled: Settled = "open"
    if mine["ci_low"] > 0:
        headline = say("{brand} could win {change:decimal1} points of choices")
        finding = say("{brand} could win {change:decimal1} percentage points of choices.")
        settled = "likely"
    if mine["ci_high"] < 0:
        headline = say("{brand} would lose {loss:decimal1} points of choices")
        finding = say("{brand} would lose {loss:decimal1} percentage points of choices.")
        settled = "likely"
    detail = say(
        "Its share of choices goes from {now:percent1} to {then:percent1}: a change of "
        "{change:decimal2} percentage points ({level:percent} interval {low:decimal2} to "
        "{high:decimal2}). {raised}"
    )
    if not result.is_panel:
        settled = "open"
        headline = say(
            "{brand} would change by {least:decimal1} to {most:decimal1} points of choices, if "
            "what customers say moves them"
        )
        finding = say(
            "{brand} would change by {least:decimal1} to {most:decimal1} percentage points of "
            "choices, if what customers say moves them."
        )
        detail = say(
            "Its share of choices is {now:percent1} now. The smaller change counts only what goes "
            "beyond most attributes, the larger all that goes with the answer; with errors "
            "({level:percent}) {low:decimal2} to {high:decimal2}. Whether customers choose for "
            "what they say, or say it because they use the bank, this survey cannot tell. {raised}"
        )
    findings = [Finding(finding, detail, settled)]
    findings += _rivals(rivals, say, gains=mine["estimate"] >= 0)
    caption = say(
        "What if: {raised} Change of each bank's share of choices with {level:percent} intervals "
        "over persons, and the shares now and then. Each rival loses in proportion to its chances "
        "(independence of irrelevant alternatives); who knows which banks stays as it is."
    )
    alt = say("A dot for {brand}, at {change:decimal2} percentage points.")
    if len(rivals):
        largest = rivals.sort_values("estimate", key=np.abs, ascending=False, kind="stable")
        alt = say(
            "Dots with lines for {n:count} banks: {brand} at {change:decimal2} percentage points, "
            "{rival}, which changes most among rivals, at {loss:decimal2}.",
            rival=largest["brand"].iloc[0],
            loss=100 * largest["estimate"].iloc[0],
        )
    notes = (*as_notes(findings[1:]), *result.notes)
    shown = Exhibit(caption, alt, changes, notes, draw=result.plot)
    return Story(headline, None, tuple(findings), (), {"what_if": shown})


def _raised(name: str, by: float, *, is_flag: bool) -> Message:
    values = {"name": name, "points": 100 * by, "by": by}
    if is_flag:
        return Message("“{name}” {points:points} in a hundred customers", values)
    return Message("“{name}” {by:signed} on its scale", values)


def _rivals(rivals: pd.DataFrame, say: Say, *, gains: bool) -> list[Finding]:
    if len(rivals) < 2:
        return []
    order = rivals.sort_values("estimate", ascending=gains, kind="stable")
    first, second = order["brand"].head(2)
    change, other = 100 * order["estimate"].head(2)
    say = speaker(say, first=first, second=second, change=change, other=other)
    headline = say("Most would go to {first} and {second}.")
    if gains:
        headline = say("Most would come from {first} and {second}.")
    detail = say(
        "{first} changes by {change:decimal2}, {second} by {other:decimal2} percentage points; the "
        "model takes from each rival in proportion to its chances, so that close substitutes would "
        "give more."
    )
    return [Finding(headline, detail, "open")]
