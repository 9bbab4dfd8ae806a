"""What choices reveal, in sentences: headlines, findings, captions and alt texts.

Every sentence is computed from the result and says how settled it is: ranks that cannot be told
apart, attributes without a visible part, and shares that may not move are findings too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.satisfaction.choice.choice import UNLIKELY, ChoiceModel, ShareChange

MOST_NAMED = 4
"""Attributes or banks named in one sentence."""

NO_CHOICES = Message(
    "What decides for a bank: it takes a survey in which persons rate several banks and name their "
    "main bank."
)
"""What to say where a study has no choices."""


def choice_model_headline(result: ChoiceModel) -> Message:
    """Say what decides for a bank in one sentence, for a title.

    Parameters
    ----------
    result : ChoiceModel

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.satisfaction.choice.choice import choice_model
    >>> answers = pd.DataFrame({
    ...     "id": np.repeat(np.arange(40), 2), "bank": ["A", "B"] * 40,
    ...     "main": ["A"] * 60 + ["B"] * 20, "fair": [1, 0] * 40})
    >>> str(choice_model_headline(choice_model(
    ...     answers, choice="main", attributes=["fair"], brand="bank", respondent="id")))
    '“fair” decides most for a bank'
    """
    rows = _ranked(result)
    leaders = _leaders(rows)
    values = {"items": leaders, "n": len(rows)}
    if not (rows["ci_low"] > 0).any():
        return Message("None of {n:count} attributes is sure to win choices", values)
    if len(leaders) == 1:
        return Message("“{first}” decides most for a bank", {"first": leaders[0]})
    if len(leaders) <= MOST_NAMED:
        return Message("What decides most for a bank: {items}", values)
    top = [str(name) for name in rows["label"].head(3)]
    return Message("What decides for a bank, as far as it shows: {items}", {"items": top})


def choice_model_lede(result: ChoiceModel) -> Message:
    """Say what the model rests on."""
    facts = _facts(result)
    return Message(
        "{n:count} choices of {persons:count} persons among {banks:count} banks. Each person's "
        "banks are compared with each other only; what counts is read off the choices, not asked.",
        {"n": facts["n"], "persons": facts["n_persons"], "banks": facts["n_brands"]},
    )


def choice_model_findings(result: ChoiceModel) -> tuple[Finding, ...]:
    """Say what decides, what does not show, how well choices are explained, and what to doubt.

    Parameters
    ----------
    result : ChoiceModel

    Returns
    -------
    tuple of Finding
    """
    rows = _ranked(result)
    found = [_first_finding(result, rows)]
    if not _settled_rows(rows).all():
        found.append(_doubtful_finding(rows))
    found.append(_fit_finding(result))
    if _facts(result)["p_independence"] < UNLIKELY:
        found.append(_independence_finding(result))
    return tuple(found)


def choice_model_caption(result: ChoiceModel) -> Message:
    """Say what the dots, lines and numbers are."""
    facts = _facts(result)
    values = {
        "level": facts["ci_level"],
        "n": facts["n"],
        "banks": facts["n_brands"],
        "single": facts["n_single"] + facts["n_without"] + facts["n_all"],
    }
    return Message(
        "By how many percentage points a bank's chance to be chosen rises, on average, when a "
        "customer comes to say so of it (for a scale: with one more point), with {level:percent} "
        "intervals over persons (conditional logit). Hollow: it could be none. Right: the rise and "
        "the ranks that cannot be ruled out. {n:count} choices among {banks:count} banks; "
        "{single:count} that say nothing are left out.",
        values,
    )


def choice_model_alt(result: ChoiceModel) -> Message:
    """Describe the picture for those who cannot see it."""
    rows = _ranked(result)
    first, last = rows.iloc[0], rows.iloc[-1]
    return Message(
        "Dots with lines for {n:count} attributes, from “{first}” ({high:decimal1} points) at the "
        "top to “{last}” ({low:decimal1} points) at the bottom; {hollow:count} of them could be "
        "0.",
        {
            "n": len(rows),
            "first": first["label"],
            "high": 100 * float(first["estimate"]),
            "last": last["label"],
            "low": 100 * float(last["estimate"]),
            "hollow": int((~_settled_rows(rows)).sum()),
        },
    )


def share_change_headline(result: ShareChange) -> Message:
    """Say what the what-if does to the bank's share, for a title."""
    mine, values = _mine(result)
    if mine["ci_low"] > 0:
        return Message("{brand} could win {change:decimal1} points of choices", values)
    if mine["ci_high"] < 0:
        return Message("{brand} would lose {loss:decimal1} points of choices", values)
    return Message("{brand} would not be sure to win choices", values)


def share_change_findings(result: ShareChange) -> tuple[Finding, ...]:
    """Say what the bank would win and from whom, and how settled that is."""
    mine, values = _mine(result)
    detail = Message(
        "Its share of choices goes from {now:percent1} to {then:percent1}: a change of "
        "{change:decimal2} percentage points ({level:percent} interval {low:decimal2} to "
        "{high:decimal2}). {raised}",
        values,
    )
    settled: Settled = "likely" if mine["ci_low"] > 0 or mine["ci_high"] < 0 else "open"
    found = [Finding(_sentence(mine, values), detail, settled)]
    rivals = result.changes[result.changes["brand"] != result.brand]
    if len(rivals) > 1:
        found.append(_rivals_finding(rivals, gains=mine["estimate"] >= 0))
    return tuple(found)


def share_change_caption(result: ShareChange) -> Message:
    """Say what is changed, and what the dots and numbers are."""
    _, values = _mine(result)
    return Message(
        "What if: {raised} Change of each bank's share of choices with {level:percent} intervals "
        "over persons, and the shares now and then. Each rival loses in proportion to its chances "
        "(independence of irrelevant alternatives); who knows which banks stays as it is.",
        values,
    )


def share_change_alt(result: ShareChange) -> Message:
    """Describe the picture of a what-if for those who cannot see it."""
    _, values = _mine(result)
    rivals = result.changes[result.changes["brand"] != result.brand]
    largest = _records(rivals.sort_values("estimate", key=np.abs, ascending=False, kind="stable"))
    if not largest:
        return Message("A dot for {brand}, at {change:decimal2} percentage points.", values)
    more = {
        "rival": largest[0]["brand"],
        "loss": 100 * largest[0]["estimate"],
        "n": len(result.changes),
    }
    return Message(
        "Dots with lines for {n:count} banks: {brand} at {change:decimal2} percentage points, "
        "{rival}, which changes most among rivals, at {loss:decimal2}.",
        values | more,
    )


# --- parts -------------------------------------------------------------------------------------


def _ranked(result: ChoiceModel) -> pd.DataFrame:
    rows = result.importance
    return rows.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def _leaders(rows: pd.DataFrame) -> list[str]:
    return [str(name) for name in rows.loc[rows["rank_low"] == 1, "label"]]


def _settled_rows(rows: pd.DataFrame) -> pd.Series[bool]:
    return (rows["ci_low"] > 0) | (rows["ci_high"] < 0)


def _first_finding(result: ChoiceModel, rows: pd.DataFrame) -> Finding:
    first, leaders = _records(rows)[0], _leaders(rows)
    values: dict[str, Any] = {
        "first": first["label"],
        "change": 100 * first["estimate"],
        "low": 100 * first["ci_low"],
        "high": 100 * first["ci_high"],
        "n": _facts(result)["n"],
        "level": _facts(result)["ci_level"],
    }
    detail = Message(
        "A bank of which a customer says so is {change:decimal1} percentage points more likely to "
        "be chosen ({level:percent} interval {low:decimal1} to {high:decimal1}; {n:count} "
        "choices).",
        values,
    )
    if not first["ci_low"] > 0:
        return Finding(Message("No attribute is sure to win choices."), detail, "open")
    if len(leaders) == 1:
        return Finding(Message("“{first}” decides most.", values), detail, "clear")
    more = Message(
        "{detail} {n:count} of {all:count} attributes could come first.",
        {"detail": detail, "n": len(leaders), "all": len(rows)},
    )
    settled: Settled = "likely" if len(leaders) <= MOST_NAMED else "open"
    return Finding(Message("“{first}” decides most in this sample.", values), more, settled)


def _doubtful_finding(rows: pd.DataFrame) -> Finding:
    doubtful = rows[~_settled_rows(rows)]
    names = [str(name) for name in doubtful["label"]]
    values = {
        "names": names[:MOST_NAMED],
        "more": len(names) - MOST_NAMED,
        "high": 100 * float(doubtful["ci_high"].max()),
    }
    headline = (
        Message("No part in choices to be seen: {names}.", values)
        if len(names) <= MOST_NAMED
        else Message("No part in choices to be seen: {names} and {more:count} more.", values)
    )
    detail = Message("The rise could be none; it may be up to {high:decimal1} points.", values)
    return Finding(headline, detail, "open")


def _fit_finding(result: ChoiceModel) -> Finding:
    facts = _facts(result)
    values = {"right": facts["hit_rate"], "chance": facts["hit_rate_chance"], "n": facts["n"]}
    headline = Message(
        "What people say of banks names the right one in {right:percent} of choices.", values
    )
    detail = Message(
        "Guessing would name {chance:percent} ({n:count} choices, each among the banks that the "
        "person rates).",
        values,
    )
    settled: Settled = "likely" if facts["hit_rate"] > facts["hit_rate_chance"] else "open"
    return Finding(headline, detail, settled)


def _independence_finding(result: ChoiceModel) -> Finding:
    worst = _records(result.independence.sort_values("p_adjusted", kind="stable"))[0]
    values = {
        "first": worst["brand_a"],
        "second": worst["brand_b"],
        "p": worst["p_adjusted"],
        "n": worst["n"],
        "loss": abs(worst["estimate"]),
    }
    if worst["estimate"] < 0:
        headline = Message("{first} and {second} stand in for each other.", values)
        detail = Message(
            "Where both are rated, each is worth less than it would be without the other ("
            "{loss:decimal2} on the scale of the coefficients; {n:count} choices, adjusted p "
            "{p:p}): what one of them wins comes from the other more than the what-ifs say.",
            values,
        )
        return Finding(headline, detail, "likely")
    headline = Message("{first} and {second} gain by being rated together.", values)
    detail = Message(
        "Where both are rated, each is worth more than it would be without the other ("
        "{loss:decimal2} on the scale of the coefficients; {n:count} choices, adjusted p {p:p}): "
        "what one of them wins comes from the other less than the what-ifs say.",
        values,
    )
    return Finding(headline, detail, "likely")


def _mine(result: ShareChange) -> tuple[dict[str, Any], dict[str, Any]]:
    mine = _records(result.changes[result.changes["brand"] == result.brand])[0]
    parts = [_raised(name, by, is_flag=name in result.flags) for name, by in result.raised.items()]
    return mine, {
        "brand": result.brand,
        "change": 100 * mine["estimate"],
        "loss": -100 * mine["estimate"],
        "low": 100 * mine["ci_low"],
        "high": 100 * mine["ci_high"],
        "now": mine["share"],
        "then": mine["share_if"],
        "level": result.level,
        "raised": Message("{brand}: {parts}.", {"brand": result.brand, "parts": parts}),
    }


def _raised(name: str, by: float, *, is_flag: bool) -> Message:
    values = {"name": name, "points": 100 * by, "by": by}
    if is_flag:
        return Message("“{name}” {points:points} in a hundred customers", values)
    return Message("“{name}” {by:signed} on its scale", values)


def _sentence(mine: dict[str, Any], values: dict[str, Any]) -> Message:
    if mine["ci_low"] > 0:
        return Message("{brand} could win {change:decimal1} percentage points of choices.", values)
    if mine["ci_high"] < 0:
        return Message("{brand} would lose {loss:decimal1} percentage points of choices.", values)
    return Message("{brand} would not be sure to win choices.", values)


def _rivals_finding(rivals: pd.DataFrame, *, gains: bool) -> Finding:
    ranked = rivals.sort_values("estimate", ascending=gains, kind="stable")
    first, second = _records(ranked)[:2]
    values = {
        "first": first["brand"],
        "second": second["brand"],
        "change": 100 * first["estimate"],
        "other": 100 * second["estimate"],
    }
    headline = (
        Message("Most would come from {first} and {second}.", values)
        if gains
        else Message("Most would go to {first} and {second}.", values)
    )
    detail = Message(
        "{first} changes by {change:decimal2}, {second} by {other:decimal2} percentage points; the "
        "model takes from each rival in proportion to its chances, so that close substitutes would "
        "give more.",
        values,
    )
    return Finding(headline, detail, "open")


def _facts(result: ChoiceModel) -> dict[str, Any]:
    return dict(result.facts)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
