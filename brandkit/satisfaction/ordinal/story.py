"""What ordinal models say, in sentences: headlines, findings, captions and alt texts.

Every sentence is computed from the result and says how settled it is: a driver whose change could
be none, and ranks that cannot be told apart, are findings too.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.satisfaction.ordinal.ordinal import OrdinalModel

MOST_NAMED = 4
"""Drivers named in one sentence."""
SURE = 0.01
"""Adjusted p-value under which unequal slopes are called clear."""
UNEQUAL = 0.05
"""Adjusted p-value under which they are told at all."""

PROFILE_NAMES = {
    "low": Message("All ratings low"),
    "typical": Message("All ratings typical"),
    "high": Message("All ratings high"),
}
"""Names of the profiles of predicted shares."""


def ordinal_model_headline(result: OrdinalModel) -> Message:
    """Say what moves customers most in one sentence, for a title.

    Parameters
    ----------
    result : OrdinalModel

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.satisfaction.ordinal.ordinal import ordinal_model
    >>> answers = pd.DataFrame({"sat": [1, 1, 2, 2, 3, 3, 2, 3] * 9,
    ...                         "fees": [1, 2, 2, 1, 3, 2, 3, 3] * 9})
    >>> str(ordinal_model_headline(ordinal_model(answers, outcome="sat", drivers=["fees"])))
    'One more point for “fees” moves most customers to the top answers of sat'
    """
    rows = expected_effects(result, top_of(result))
    leaders = _leaders(rows)
    values: dict[str, Any] = {"outcome": outcome_name(result), "items": leaders, "n": len(rows)}
    if not (rows["ci_low"] > 0).any():
        return Message("None of {n:count} drivers is sure to raise {outcome}", values)
    if len(leaders) == 1:
        return Message(
            "One more point for “{first}” moves most customers to the top answers of {outcome}",
            values | {"first": leaders[0]},
        )
    if len(leaders) <= MOST_NAMED:
        return Message("What moves most customers to the top of {outcome}: {items}", values)
    return Message("No single driver moves most customers to the top of {outcome}", values)


def ordinal_model_lede(result: OrdinalModel) -> Message:
    """Say what the model rests on and how it is to be read."""
    facts = _facts(result)
    return Message(
        "{n:count} answers of {persons:count} persons on {levels:count} levels of {outcome}. The "
        "levels are taken for an order, not for distances; each change is that of one more point "
        "of one rating, all others as they are.",
        {
            "n": facts["n"],
            "persons": facts["n_persons"],
            "levels": facts["n_levels"],
            "outcome": outcome_name(result),
        },
    )


def ordinal_model_findings(result: OrdinalModel) -> tuple[Finding, ...]:
    """Say what moves customers, what does not, how far, and where along the scale.

    Parameters
    ----------
    result : OrdinalModel

    Returns
    -------
    tuple of Finding
    """
    rows = expected_effects(result, top_of(result))
    found = [_first_finding(result, rows)]
    if not _settled_rows(rows).all():
        found.append(_doubtful_finding(result, rows))
    found.append(_reach_finding(result))
    unequal = result.proportionality
    unequal = unequal[unequal["p_adjusted"] < UNEQUAL].sort_values("p_adjusted", kind="stable")
    found += [_slope_finding(result, row) for row in _records(unequal.head(2))]
    return tuple(found)


def ordinal_model_caption(result: OrdinalModel) -> Message:
    """Say what the dots, lines and numbers of the effects are."""
    facts = _facts(result)
    values = {
        "top": top_name(result),
        "outcome": outcome_name(result),
        "level": facts["ci_level"],
        "n": facts["n"],
        "persons": facts["n_persons"],
        "model": _MODELS[str(facts["link"])],
    }
    return Message(
        "By how many percentage points the share of customers at {top} of {outcome} changes when "
        "everybody rates one point higher, with {level:percent} intervals over persons "
        "({model}). Hollow: the change could be none. Right: the change and the ranks that "
        "cannot be ruled out. {n:count} answers of {persons:count} persons.",
        values,
    )


def ordinal_model_alt(result: OrdinalModel) -> Message:
    """Describe the picture of the effects for those who cannot see it."""
    rows = expected_effects(result, top_of(result))
    first, last = rows.iloc[0], rows.iloc[-1]
    return Message(
        "Dots with lines for {n:count} drivers, from “{first}” ({high:decimal1} points) at the "
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


def ordinal_shares_caption(result: OrdinalModel) -> Message:
    """Say what the bars of predicted shares are."""
    facts = _facts(result)
    return Message(
        "Expected answers to {outcome} where all ratings stand at the lower quartile, the median "
        "and the upper quartile. Dark: {top}, with their share at the right. {n:count} answers of "
        "{persons:count} persons.",
        {
            "outcome": outcome_name(result),
            "top": top_name(result),
            "n": facts["n"],
            "persons": facts["n_persons"],
        },
    )


def ordinal_shares_alt(result: OrdinalModel) -> Message:
    """Describe the picture of predicted shares for those who cannot see it."""
    low, typical, high = (_top_share(result, name)["estimate"] for name in PROFILE_NAMES)
    return Message(
        "Three bars of answers to {outcome}: {top} reach {low:percent} where ratings are low, "
        "{typical:percent} where they are typical and {high:percent} where they are high.",
        {"outcome": outcome_name(result), "top": top_name(result), "low": low,
         "typical": typical, "high": high},
    )  # fmt: skip


def proportionality_table_caption(result: OrdinalModel) -> Message:
    """Say what the table of equal slopes holds."""
    return Message(
        "Whether each of {n:count} drivers counts the same at every step of {outcome}: test of "
        "equal slopes, p adjusted over drivers, and the coefficients over the lower and the upper "
        "steps.",
        {"n": len(result.proportionality), "outcome": outcome_name(result)},
    )


# --- what sentences and pictures share ---------------------------------------------------------


def outcome_name(result: OrdinalModel) -> str:
    """Give the outcome's label, or its column."""
    return str(result.labels.get(result.outcome, result.outcome))


def top_of(result: OrdinalModel) -> str:
    """Give the measure of the top levels: ``"top2"``."""
    return f"top{result.fitted.top}"


def top_name(result: OrdinalModel) -> Message:
    """Name the levels that are counted as the top."""
    levels = result.fitted.levels
    first, last = levels[-result.fitted.top], levels[-1]
    if first == last:
        return Message("answer {level}", {"level": last})
    return Message("answers {first} to {last}", {"first": first, "last": last})


def expected_effects(result: OrdinalModel, measure: str) -> pd.DataFrame:
    """Give the effects on one measure, the largest first."""
    rows = result.effects[result.effects["measure"] == measure]
    return rows.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


_MODELS = {
    "logit": Message("proportional odds"),
    "probit": Message("ordered probit"),
}


def _first_finding(result: OrdinalModel, rows: pd.DataFrame) -> Finding:
    leaders = _leaders(rows)
    first = _records(rows)[0]
    values: dict[str, Any] = {
        "first": first["label"],
        "items": leaders[1:],
        "change": 100 * first["estimate"],
        "low": 100 * first["ci_low"],
        "high": 100 * first["ci_high"],
        "top": top_name(result),
        "outcome": outcome_name(result),
        "n": _facts(result)["n_persons"],
        "level": _facts(result)["ci_level"],
    }
    detail = Message(
        "One more point brings {change:decimal1} percentage points more customers to {top} "
        "({level:percent} interval {low:decimal1} to {high:decimal1}; {n:count} persons).",
        values,
    )
    if not first["ci_low"] > 0:
        headline = Message("No driver is sure to raise {outcome}.", values)
        return Finding(headline, detail, "open")
    if len(leaders) == 1:
        return Finding(Message("“{first}” moves {outcome} most.", values), detail, "clear")
    headline = Message("“{first}” moves {outcome} most in this sample.", values)
    if len(leaders) > MOST_NAMED:
        more = Message(
            "{detail} {n:count} of {all:count} drivers could come first.",
            {"detail": detail, "n": len(leaders), "all": len(rows)},
        )
        return Finding(headline, more, "open")
    more = Message(
        "{detail} It cannot be told from {items}.", {"detail": detail, "items": leaders[1:]}
    )
    return Finding(headline, more, "likely")


def _doubtful_finding(result: OrdinalModel, rows: pd.DataFrame) -> Finding:
    doubtful = rows[~_settled_rows(rows)]
    names = doubtful["label"].tolist()
    widest = _records(doubtful.sort_values("ci_high", ascending=False, kind="stable"))[0]
    values = {
        "names": names[:MOST_NAMED],
        "n": len(names),
        "more": len(names) - MOST_NAMED,
        "item": widest["label"],
        "high": 100 * float(widest["ci_high"]),
        "top": top_name(result),
    }
    headline = (
        Message("No effect to be seen: {names}.", values)
        if len(names) <= MOST_NAMED
        else Message("No effect to be seen: {names} and {more:count} more.", values)
    )
    detail = Message(
        "The change could be none; it may be up to {high:decimal1} percentage points at {top} "
        "(“{item}”).",
        values,
    )
    return Finding(headline, detail, "open")


def _reach_finding(result: OrdinalModel) -> Finding:
    low, high = (_top_share(result, name) for name in ("low", "high"))
    values = {
        "low": low["estimate"],
        "low_from": low["ci_low"],
        "low_to": low["ci_high"],
        "high": high["estimate"],
        "high_from": high["ci_low"],
        "high_to": high["ci_high"],
        "top": top_name(result),
        "outcome": outcome_name(result),
    }
    settled: Settled = "clear" if high["ci_low"] > low["ci_high"] else "open"
    headline = Message(
        "From low to high ratings, customers at {top} go from {low:percent} to {high:percent}.",
        values,
    )
    detail = Message(
        "All ratings at the lower quartile: {low_from:percent} to {low_to:percent} give {top} to "
        "{outcome}; at the upper quartile {high_from:percent} to {high_to:percent}.",
        values,
    )
    return Finding(headline, detail, settled)


def _slope_finding(result: OrdinalModel, row: dict[str, Any]) -> Finding:
    values = {
        "item": row["label"],
        "low": row["slope_low"],
        "high": row["slope_high"],
        "p": row["p_adjusted"],
        "outcome": outcome_name(result),
    }
    detail = Message(
        "Its coefficient is {low:decimal2} over the lower steps of {outcome} and {high:decimal2} "
        "over the upper ones (test of equal slopes, adjusted p {p:p}).",
        values,
    )
    settled: Settled = "clear" if row["p_adjusted"] < SURE else "likely"
    if abs(row["slope_high"]) > abs(row["slope_low"]):
        headline = Message("“{item}” counts more among satisfied customers.", values)
    else:
        headline = Message("“{item}” counts more among dissatisfied customers.", values)
    return Finding(headline, detail, settled)


def _top_share(result: OrdinalModel, profile: str) -> dict[str, Any]:
    rows = result.profiles
    chosen = rows[(rows["label"] == profile) & (rows["measure"] == top_of(result))]
    return _records(chosen)[0]


def _leaders(rows: pd.DataFrame) -> list[str]:
    """Name the drivers that could come first, those with the largest change first."""
    return [str(name) for name in rows.loc[rows["rank_low"] == 1, "label"]]


def _settled_rows(rows: pd.DataFrame) -> pd.Series[bool]:
    return (rows["ci_low"] > 0) | (rows["ci_high"] < 0)


def _facts(result: OrdinalModel) -> dict[str, Any]:
    return dict(result.facts)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
