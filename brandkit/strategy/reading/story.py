"""What a strategy reading says, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.language import translate
from brandkit.positioning.options.repositioning import UNNAMED
from brandkit.positioning.options.story import move_words
from brandkit.strategy.reading.reading import STRATEGIES, StrategyReading

MOST_NAMED = 3
"""Options named in a finding; the figure and the table have the rest."""

STRATEGY_NAMES = {
    "innovative": Message("innovative: nobody has it"),
    "distinctive": Message("distinctive: few have it"),
    "evolutionary": Message("evolutionary: improves what exists"),
    "not_enough_evidence": Message("not enough evidence"),
}
BECAUSE = {
    "nobody_has_it": Message("no rival has it"),
    "nobody_sells_there": Message("nobody else sells there"),
    "few_have_and_customers_value_it": Message("few rivals have it and customers value it"),
    "improves_what_exists": Message("rivals have it"),
    "we_lead_already": Message("no rival has as much already"),
    "no_evidence_of_value": Message("nothing shows whether customers value it"),
    "value_not_shown": Message("customers' value is not beyond chance, or many have it"),
    "too_few_rivals": Message("too few rivals to compare with"),
    "too_few_offers": Message("too few offers state it"),
    "segments_untold": Message("most offers state no segment"),
    "nothing_raised": Message("nothing is raised"),
}
_SETTLED_ORDER: tuple[Settled, ...] = ("open", "likely", "clear")


NO_OPTIONS = Message(
    "Where the bank could stand instead takes its catalogue and those of its rivals ([catalog] and "
    "focus in study.toml)."
)
"""What to say where the study cannot answer."""


def option_rows(result: StrategyReading) -> pd.DataFrame:
    """Give the options as a reader follows them: codes in words."""
    rows = result.options
    return rows.assign(
        option=[translate(option_words(row)) for row in rows.to_dict("records")],
        strategy=[translate(STRATEGY_NAMES[str(one)]) for one in rows["strategy"]],
        because=[translate(BECAUSE[str(one)]) for one in rows["because"]],
    )[["option", "strategy", "because", "share_have", "share_not_stated", "estimate", "ci_low",
       "ci_high"]]  # fmt: skip


def option_words(option: Mapping[Any, Any]) -> Message:
    """Name an option: an attribute or segment with its category, or a what-if.

    Parameters
    ----------
    option : mapping
        A row of a reading's options.

    Returns
    -------
    Message

    Examples
    --------
    >>> str(option_words({"option": "cashback", "evidence": "catalogue", "category": "Cards"}))
    'cashback (Cards)'
    """
    if option["evidence"] == "image":
        if option["option"] == UNNAMED:
            return Message("the change of image")
        return Message("what-if “{move}”", {"move": move_words(option["option"])})
    values = {"option": option["option"], "category": option["category"]}
    return Message("{option} ({category})", values)


def strategy_reading_headline(result: StrategyReading) -> Message:
    """Say which strategies are open to the bank, for a title.

    Parameters
    ----------
    result : StrategyReading

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.strategy.reading.reading import strategy_reading
    >>> from brandkit.overlap import catalog_gaps
    >>> from brandkit.overlap.examples import small_catalog
    >>> found = strategy_reading(catalog_gaps(small_catalog(), brand="Kestrel"))
    >>> str(strategy_reading_headline(found))
    'The evidence does not yet class any option of Kestrel'
    """
    counts = {name: int((result.options["strategy"] == name).sum()) for name in STRATEGIES}
    values = {"brand": result.brand, **counts}
    if counts["distinctive"]:
        first = result.options[result.options["strategy"] == "distinctive"].iloc[0]
        return Message(
            "What could set {brand} apart where it counts: {option}",
            values | {"option": option_words(first.to_dict())},
        )
    if counts["innovative"]:
        return Message(
            "{brand} has {innovative:count} innovative {innovative:option|options}, and none that "
            "is shown to set it apart where it counts",
            values,
        )
    if counts["evolutionary"]:
        return Message("{brand} can catch up, but nothing shown sets it apart", values)
    return Message("The evidence does not yet class any option of {brand}", values)


def strategy_reading_findings(result: StrategyReading) -> tuple[Finding, ...]:
    """Say what is innovative, distinctive and evolutionary, and what cannot be classed.

    Parameters
    ----------
    result : StrategyReading

    Returns
    -------
    tuple of Finding
        One a strategy that has options, as settled as its surest option.
    """
    found = []
    for strategy in STRATEGIES:
        part = result.options[result.options["strategy"] == strategy]
        if len(part):
            found.append(_finding(result, strategy, part))
    return tuple(found)


def strategy_reading_caption(result: StrategyReading) -> Message:
    """Say what the dots, the marks and the column are."""
    return Message(
        "Options of {brand} by strategy. Dots: share of rivals' offers that have it, or for image "
        "of rivals with as much; filled where the class is clear. Column: what customers make of "
        "it, in points of the chance or share of being chosen. Rules decide: nobody has it; few "
        "have it and customers value it; it improves what exists.",
        {"brand": result.brand},
    )


def strategy_reading_alt(result: StrategyReading) -> Message:
    """Describe the figure for those who cannot see it."""
    counts = {name: int((result.options["strategy"] == name).sum()) for name in STRATEGIES}
    return Message(
        "Options of {brand} in groups: {innovative:count} innovative, {distinctive:count} "
        "distinctive, {evolutionary:count} evolutionary, {not_enough_evidence:count} without "
        "enough evidence.",
        {"brand": result.brand, **counts},
    )


def _finding(result: StrategyReading, strategy: str, part: pd.DataFrame) -> Finding:
    rows = part.to_dict("records")
    values: dict[str, Any] = {
        "brand": result.brand, "n": len(part), "first": option_words(rows[0]),
        "named": [_with_evidence(row) for row in rows[:MOST_NAMED]], "rest": len(part) - MOST_NAMED,
    }  # fmt: skip
    settled = max((row["settled"] for row in rows), key=_SETTLED_ORDER.index)
    detail = Message("{named}.", values)
    if len(part) > MOST_NAMED:
        detail = Message("{named}; {rest:count} more in the table.", values)
    headlines = {
        "innovative": Message("Innovative: {first}; no rival has it.", values),
        "distinctive": Message("Distinctive: {first}; few have it and customers value it.", values),
        "evolutionary": Message("Evolutionary: {first}; it improves what exists.", values),
        "not_enough_evidence": Message(
            "For {n:count} {n:option|options} the evidence is not enough.", values
        ),
    }
    return Finding(headlines[strategy], detail, settled)


def _with_evidence(row: Mapping[Any, Any]) -> Message:
    """Give an option with the evidence that classes it."""
    values = {
        "option": option_words(row), "because": BECAUSE[row["because"]],
        "share": row["share_have"], "estimate": 100 * row["estimate"],
        "low": 100 * row["ci_low"], "high": 100 * row["ci_high"],
    }  # fmt: skip
    if not np.isnan(row["estimate"]):
        return Message(
            "{option}: {because} ({share:percent} have it; customers {estimate:signed} points, "
            "{low:signed} to {high:signed})",
            values,
        )
    if np.isnan(row["share_have"]):
        return Message("{option}: {because}", values)
    return Message("{option}: {because} ({share:percent} have it)", values)
