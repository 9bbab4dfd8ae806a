"""Scales and weights in sentences: may items be added up, and what weighting costs."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message
from brandkit.satisfaction.reliability.reliability import ScaleReliability
from brandkit.satisfaction.scores.story import and_more, first_names, item_name
from brandkit.satisfaction.weights.weights import SurveyWeights

GOOD_ALPHA, FAIR_ALPHA = 0.8, 0.7
"""Alpha from which items hang together well, and from which they may be added up."""
COSTLY = 1.5
"""Design effect of weights from which weighting is called costly."""


def scale_reliability_finding(result: ScaleReliability) -> Finding:
    """Say whether the items may be added up.

    Parameters
    ----------
    result : ScaleReliability

    Returns
    -------
    Finding
    """
    facts = result.scale.iloc[0]
    turned = result.items.loc[result.items["looks_reversed"], "item"].tolist()
    values: dict[str, Any] = {
        "n_items": int(facts["n_items"]), "alpha": facts["alpha_raw"], "low": facts["alpha_low"],
        "high": facts["alpha_high"], "level": facts["ci_level"], "n": int(facts["n_respondents"]),
        "omega": facts["omega"],
        "names": first_names([item_name(result, item) for item in turned]),
        "more": and_more(turned),
    }  # fmt: skip
    detail = Message(
        "Alpha {alpha:decimal2} ({low:decimal2} to {high:decimal2}, {level:percent}), omega "
        "{omega:decimal2}; {n:count} persons.",
        values,
    )
    if turned:
        said = "Some items run against the others: {names}{more}."
        return Finding(Message(said, values), detail, "open")
    least = facts["alpha_low"] if pd.notna(facts["alpha_low"]) else facts["alpha_raw"]
    if least >= GOOD_ALPHA:
        said = "The {n_items:count} items hang together well and may be added up."
        return Finding(Message(said, values), detail, "clear")
    if least >= FAIR_ALPHA:
        said = "The {n_items:count} items may be added up."
        return Finding(Message(said, values), detail, "clear")
    if facts["alpha_raw"] >= FAIR_ALPHA:
        said = "The {n_items:count} items can probably be added up."
        return Finding(Message(said, values), detail, "likely")
    said = "The {n_items:count} items do not hang together well enough to be added up."
    return Finding(Message(said, values), detail, "open")


def survey_weights_finding(result: SurveyWeights) -> Finding:
    """Say how far the sample was from its population, and what weighting costs.

    Parameters
    ----------
    result : SurveyWeights

    Returns
    -------
    Finding
    """
    facts = result.glance().iloc[0]
    gap = (result.margins["share_before"] - result.margins["share_target"]).abs()
    worst = result.margins.iloc[int(gap.round(9).to_numpy().argmax())]
    values: dict[str, Any] = {
        "group": worst["label"], "before": worst["share_before"], "target": worst["share_target"],
        "n": int(facts["n"]), "base": facts["n_effective"], "effect": facts["kish_effect"],
        "low": facts["weight_low"], "high": facts["weight_high"],
    }  # fmt: skip
    detail = Message(
        "Before weighting {group} made up {before:percent1} of the sample, {target:percent1} of "
        "the population. {n:count} persons are worth {base:count} equally weighted ones; weights "
        "run from {low:decimal2} to {high:decimal2} times the mean.",
        values,
    )
    if facts["kish_effect"] >= COSTLY:
        said = "Weighting mends the sample at a price: it loses a third of its base or more."
        return Finding(Message(said, values), detail, "likely")
    return Finding(
        Message("The sample has the population's shares, at little cost.", values), detail, "clear"
    )


def scale_reliability_caption(result: ScaleReliability) -> Message:
    """Say what the table of items shows."""
    return Message(
        "Each of {n:count} items against the sum of the others, and alpha without it; KMO says "
        "how far its correlations are shared with all.",
        {"n": len(result.items)},
    )


def survey_weights_caption(result: SurveyWeights) -> Message:
    """Say what the table of margins shows."""
    return Message(
        "Groups of the population and of the sample of {n:count} persons, before and after "
        "weighting.",
        {"n": int(result.glance()["n"].iloc[0])},
    )
