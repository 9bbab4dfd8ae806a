"""What is said of extended services: which go against satisfaction, which with it."""

from __future__ import annotations

from typing import Any

from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Story, speaker, titled
from brandkit.satisfaction.extended.extended import ExtendedServices

#: Adjusted p-value up to which a finding is clear.
CLEAR = 0.01


def extended_services(
    result: ExtendedServices,
    *,
    focus: object = None,  # noqa: ARG001 - as everywhere
) -> Story:
    """Tell which extended services go against satisfaction, and which with it."""
    order = {"against": 0, "with": 1, "open": 2}
    ranked = result.services.sort_values(
        ["effect", "estimate"], key=lambda one: one.map(order) if one.name == "effect" else one
    )
    told = [_told(dict(row), result) for row in ranked.to_dict("records")]
    findings = [finding for finding, _ in told]
    say = speaker(
        outcome=result.outcome_label, n=result.n, persons=result.n_respondents, k=len(ranked),
        core=result.n_core, level=result.level,
    )  # fmt: skip
    caption = say(
        "Points of {outcome} for a point of rating, or for who got it (¤), with {level:percent} "
        "intervals; {core:count} core services held, within banks. {n:count} answers of "
        "{persons:count} persons."
    )
    alt = say("Dots with lines for {k:count} extended services around zero.")
    columns = ["item", "share", "estimate", "ci_low", "ci_high", "p_adjusted", "alone", "effect"]
    data = ranked.assign(item=ranked["label"])[columns].reset_index(drop=True)
    notes = (*as_notes(findings[1:]), *result.notes)
    exhibit = Exhibit(caption, alt, data, notes, result.plot, kinds={"estimate": "signed"})
    actions = tuple(action for _, due in told for action in due)
    return Story(titled(findings[0]), None, tuple(findings), actions, {"extended": exhibit})


def _told(row: dict[Any, Any], result: ExtendedServices) -> tuple[Finding, list[Action]]:
    say = speaker(**row, outcome=result.outcome_label)
    detail = say(
        "A point more of it goes with {estimate:signed} points ({ci_low:signed} to "
        "{ci_high:signed}; alone {alone:signed}), other services held."
    )
    if row["is_tick"]:
        detail = say(
            "The {share:percent} who got it: {estimate:signed} points ({ci_low:signed} to "
            "{ci_high:signed}; alone {alone:signed}), other services held."
        )
    if row["effect"] == "open":
        return Finding(say("Whether “{label}” helps {outcome} is open."), detail, "open"), []
    settled: Settled = "clear" if row["p_adjusted"] < CLEAR else "likely"
    if row["effect"] == "with":
        return Finding(say("“{label}” goes with higher {outcome}."), detail, settled), []
    headline: Message = say("“{label}” backfires: it goes with lower {outcome}.")
    if row["is_tick"]:
        headline = say("“{label}” backfires: who got it is less satisfied ({outcome}).")
    text = say("Leave “{label}” out for some customers, and measure what it does to {outcome}.")
    return Finding(headline, detail, settled), [Action("test", text, settled, "extended")]
