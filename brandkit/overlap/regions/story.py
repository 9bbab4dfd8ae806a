"""Where banks meet, in sentences."""

from __future__ import annotations

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import Exhibit, Say, Story, speaker
from brandkit.overlap.regions.market import MOST_ROWS, MarketOverlap, meeting_pairs

LOPSIDED = 1.5
"""Times one way of the commonality exceeds the other where a rivalry is called one-sided."""
AHEAD = 1.1
"""Times the first commonality exceeds the second where the first is told from the second."""


def market_overlap(result: MarketOverlap, *, focus: object = None) -> Story:
    """Say whom the bank meets most, and whether they meet it as much.

    Shares of presence have no sampling error: a difference is called clear where it is large.
    """
    bank, unknown = known_focus(focus, result.brands["brand"])
    rows = meeting_pairs(result, brand=bank)
    say = speaker(n=result.n_markets, most=MOST_ROWS, focus=bank, brand=bank)
    finding = _meeting(rows, bank, say)
    caption = (
        say(
            "The pairs of banks that meet most in {n:count} markets, at most {most:count}: market "
            "commonality (Chen 1996), the second's part in the first's markets weighted by how "
            "much these count for the first, and the other way round."
        )
        if bank is None
        else say(
            "Whom {focus} meets in {n:count} markets, at most {most:count} banks. Dot: their part "
            "in our markets, weighted by how much these count for us; square: our part in theirs "
            "(market commonality, Chen 1996)."
        )
    )
    exhibit = Exhibit(
        caption,
        _alt(rows.head(MOST_ROWS), bank),
        rows,
        (*as_notes([finding]), *unknown, *result.notes),
        lambda: result.plot(figure="market_overlap", focus=bank),
    )
    return Story(finding.headline, findings=(finding,), exhibits={"meeting": exhibit})


def _meeting(rows: pd.DataFrame, bank: str | None, say: Say) -> Finding:
    if rows.empty:
        headline = (
            say("No two banks meet in any market.")
            if bank is None
            else say("{brand} meets no other bank in any market.")
        )
        return Finding(headline, say("{n:count} markets."), "clear")
    first, second = rows.iloc[0], rows.iloc[min(1, len(rows) - 1)]
    out, back = first["commonality"], first["back"]
    values = {
        "brand": first["brand_a"],
        "rival": first["brand_b"],
        "out": out,
        "back": back,
        "shared": int(first["n_shared_markets"]),
        "second": second["brand_b"],
        "next": second["commonality"],
    }
    detail = say(
        "Market commonality {out:percent} one way, {back:percent} the other, in {shared:count} of "
        "{n:count} markets.",
        **values,
    )
    if bank is None:
        return Finding(say("{brand} and {rival} meet most.", **values), detail, "likely")
    if len(rows) > 1:
        detail = say(
            "Of {brand}'s presence {out:percent} meets {rival}, of {rival}'s {back:percent} meets "
            "{brand}, in {shared:count} of {n:count} markets; the next, {second}, {next:percent}.",
            **values,
        )
        if out < AHEAD * second["commonality"]:
            headline = say("{brand} meets {rival} about as much as {second}.", **values)
            return Finding(headline, detail, "open")
    headline = say("{brand} meets {rival} most.", **values)
    if back > LOPSIDED * out:
        headline = say("{brand} meets {rival} most, and matters to it even more.", **values)
    elif out > LOPSIDED * back:
        headline = say("{brand} meets {rival} most, and matters little to it.", **values)
    return Finding(headline, detail, "clear")


def _alt(rows: pd.DataFrame, bank: str | None) -> Message:
    if rows.empty:
        return Message("Dot plot without a row: no two banks meet.")
    first, last = rows.iloc[0], rows.iloc[-1]
    say = speaker(
        n=len(rows),
        a=first["brand_a"],
        b=first["brand_b"],
        out=first["commonality"],
        back=first["back"],
        c=last["brand_a"],
        d=last["brand_b"],
        low=last["commonality"],
    )
    if bank is None:
        return say(
            "Dot plot of {n:count} pairs of banks, from {a} and {b} ({out:percent} and "
            "{back:percent}) down to {c} and {d}."
        )
    return say(
        "Dot plot of the {n:count} banks that {a} meets, from {b} ({out:percent}, the other way "
        "{back:percent}) down to {d} ({low:percent})."
    )
