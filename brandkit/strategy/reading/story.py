"""What a strategy reading says: which options set the bank apart, and on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Point, Story, Verb, speaker
from brandkit.language import translate
from brandkit.positioning.options.repositioning import UNNAMED
from brandkit.positioning.options.story import move_words
from brandkit.strategy.reading.reading import StrategyReading

MOST_NAMED = 3
"""Options named in a finding; the figure and the table have the rest."""

STRATEGY_NAMES = {
    "innovative": Message("innovative: no rival has as much"),
    "distinctive": Message("distinctive: few have it"),
    "evolutionary": Message("evolutionary: improves what exists"),
    "not_enough_evidence": Message("not enough evidence"),
}
BECAUSE = {
    "nobody_has_it": Message("no rival has it"),
    "none_would_have_as_much": Message("no rival would have as much"),
    "nobody_sells_there": Message("nobody else sells there"),
    "few_have_and_customers_value_it": Message("few rivals have it and customers value it"),
    "improves_what_exists": Message("rivals have it"),
    "a_rival_is_seen_so": Message("customers see it in a rival already"),
    "customers_deny_it_now": Message("customers deny it of this bank now"),
    "we_lead_already": Message("no rival has as much already"),
    "no_evidence_of_value": Message("nothing shows whether customers value it"),
    "value_not_shown": Message("customers' value is not beyond chance, or many have it"),
    "too_few_rivals": Message("too few rivals to compare with"),
    "too_few_rated": Message("too few rated some rival"),
    "too_few_offers": Message("too few offers state it"),
    "rivals_do_not_say": Message("rivals do not say whether they have it"),
    "segments_untold": Message("most offers state no segment"),
    "may_not_exist": Message("empty in every bank; whether it can exist is not known"),
    "nothing_raised": Message("nothing is raised"),
}
#: What sets a bank apart is told before what is only new.
_TOLD = ("distinctive", "innovative", "evolutionary", "not_enough_evidence")
_FIRMNESS: tuple[Settled, ...] = ("open", "likely", "clear")


def strategy_reading(result: StrategyReading, *, focus: object = None) -> Story:
    """Tell which options set the bank apart, which are new, and which only bring it level."""
    _, notes = known_focus(focus, [result.brand])
    # an empty cell that may not exist is no option: it stays in the table
    told = result.options[result.options["because"] != "may_not_exist"]
    parts = {name: told[told["strategy"] == name] for name in _TOLD}
    first = {name: option_words(part.iloc[0]) for name, part in parts.items() if len(part)}
    say = speaker(brand=result.brand, **result.counts())
    if "distinctive" in first:
        headline = say(
            "What could set {brand} apart where it counts: {option}", option=first["distinctive"]
        )
    elif "innovative" in first:
        headline = say(
            "{brand} has {innovative:count} innovative {innovative:option|options}, and none that "
            "is shown to set it apart where it counts"
        )
    elif "evolutionary" in first and parts["evolutionary"]["settled"].ne("open").any():
        headline = say("{brand} can catch up, but nothing shown sets it apart")
    elif "evolutionary" in first:
        headline = say("{brand} may have something to catch up on; nothing shown sets it apart")
    else:
        headline = say("The evidence does not yet class any option of {brand}")
    findings = [_finding(result.brand, name, parts[name]) for name in first]
    if not findings:
        detail = say("Neither its catalogue nor its image gives an option.")
        none = say("The evidence does not yet class any option of {brand}.")
        findings = [Finding(none, detail, "open")]
    caption = say(
        "Options of {brand} by strategy. Dots: share of rivals' offers that have it, or for image "
        "of rivals with as much; filled where the class is clear. Column: what customers make of "
        "it, in points of the chance or share of being chosen. Rules decide: no rival has as much; "
        "few have it and customers value it; it improves what exists."
    )
    alt = say(
        "Options of {brand} in groups: {innovative:count} innovative, {distinctive:count} "
        "distinctive, {evolutionary:count} evolutionary, {not_enough_evidence:count} without "
        "enough evidence."
    )
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    exhibit = Exhibit(caption, alt, option_rows(result), notes, result.plot)
    points = _points(result.brand, parts["distinctive"])
    return Story(headline, None, tuple(findings), _actions(parts), {"options": exhibit}, points)


def _points(brand: str, distinctive: pd.DataFrame) -> tuple[Point, ...]:
    """Give what could set the bank apart where it counts."""
    told = distinctive[(distinctive["settled"] != "open") & distinctive["ci_low"].notna()]
    if told.empty:
        return ()
    first = told.iloc[0]
    numbers = {name: 100 * first[name] for name in ("estimate", "ci_low", "ci_high")}
    say = speaker(brand=brand, option=option_words(first), share=first["share_have"], **numbers)
    text = say(
        "{option} could set {brand} apart: {share:percent} have it, and customers value it by "
        "{estimate:signed} points ({ci_low:signed} to {ci_high:signed})."
    )
    title = say("What could set {brand} apart where it counts: {option}")
    return (Point(text, first["settled"], 0.8, "options", (str(first["option"]),), title),)


def option_rows(result: StrategyReading) -> pd.DataFrame:
    """Give the options as a reader follows them: codes in words."""
    rows = result.options
    words = {
        "option": [translate(option_words(row)) for _, row in rows.iterrows()],
        "strategy": [translate(STRATEGY_NAMES[name]) for name in rows["strategy"]],
        "because": [translate(BECAUSE[name]) for name in rows["because"]],
    }
    numbers = ["share_have", "share_not_stated", "top_share", "estimate", "choice_high", "ci_low",
               "ci_high"]  # fmt: skip
    return rows.assign(**words)[[*words, *numbers]]


def option_words(option: Mapping[Any, Any] | pd.Series[Any]) -> Message:
    """Name an option: an attribute or segment with its category, or a what-if.

    Examples
    --------
    >>> str(option_words({"option": "cashback", "evidence": "catalogue", "category": "Cards"}))
    'cashback (Cards)'
    """
    if option["evidence"] != "image":
        values = {"option": option["option"], "category": option["category"]}
        return Message("{option} ({category})", values)
    if option["option"] == UNNAMED:
        return Message("the change of image")
    return Message("“{move}”", {"move": move_words(option["option"])})


def _finding(brand: str, strategy: str, part: pd.DataFrame) -> Finding:
    named = [_with_evidence(row) for _, row in part.head(MOST_NAMED).iterrows()]
    say = speaker(brand=brand, n=len(part), first=option_words(part.iloc[0]), named=named)
    detail = say("{named}.")
    if len(part) > MOST_NAMED:
        detail = say("{named}; {rest:count} more in the table.", rest=len(part) - MOST_NAMED)
    headlines = {
        "innovative": say(
            "{first} would be new: {because}.", because=BECAUSE[part["because"].iloc[0]]
        ),
        "distinctive": say("{first} could set {brand} apart: few have it and customers value it."),
        "evolutionary": say("{first} would bring {brand} level, not apart: rivals have it."),
        "not_enough_evidence": say("{n:count} {n:option needs|options need} more evidence."),
    }
    return Finding(headlines[strategy], detail, max(part["settled"], key=_FIRMNESS.index))


def _with_evidence(row: pd.Series[Any]) -> Message:
    """Give an option with the evidence that classes it."""
    because = BECAUSE[row["because"]]
    say = speaker(
        option=option_words(row), because=because, share=row["share_have"],
        rival=row["top_rival"], top=row["top_share"],
    )  # fmt: skip
    shares = say("{share:percent} have it")
    if row["evidence"] == "image" and not np.isnan(row["top_share"]):
        shares = say("highest {rival} {top:percent}")
    elif np.isnan(row["share_have"]):
        return say("{option}: {because}")
    if np.isnan(row["estimate"]):
        return say("{option}: {because} ({shares})", shares=shares)
    gain, low, high = (100 * row[name] for name in ("estimate", "ci_low", "ci_high"))
    if not np.isnan(row["choice_high"]):
        return say(
            "{option}: {because} ({shares}; customers {gain:signed} to {most:signed} points, if "
            "what they say moves them)",
            shares=shares,
            gain=gain,
            most=100 * row["choice_high"],
        )
    return say(
        "{option}: {because} ({shares}; customers {gain:signed} points, {low:signed} to "
        "{high:signed})",
        shares=shares,
        gain=gain,
        low=low,
        high=high,
    )


def _actions(parts: Mapping[str, pd.DataFrame]) -> tuple[Action, ...]:
    """Test what is shown to set the bank apart, and fix what it clearly lacks."""
    actions = []
    for strategy in ("distinctive", "evolutionary"):
        clear = parts[strategy][parts[strategy]["settled"] == "clear"].head(1)
        for _, row in clear.iterrows():
            say = speaker(option=option_words(row), share=row["share_have"])
            test = say("Test {option}: customers value it, and only {share:percent} have it.")
            fix = say("Catch up on {option}: {share:percent} of rivals or their offers have it.")
            is_test = strategy == "distinctive"
            verb, text = ("test", test) if is_test else ("fix", fix)
            on = (str(row["option"]),)
            actions.append(Action(cast("Verb", verb), text, "clear", "options", on))
    return tuple(actions)
