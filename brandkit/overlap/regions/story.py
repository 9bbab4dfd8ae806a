"""Where banks meet, in sentences."""

from __future__ import annotations

from typing import Any

from brandkit.core.message import Finding, Message
from brandkit.overlap.brands.rankings import MOST_ROWS, meeting_pairs
from brandkit.overlap.regions.market import MarketOverlap

LOPSIDED = 1.5
"""Times one way of the commonality exceeds the other where a rivalry is called one-sided."""
AHEAD = 1.1
"""Times the first commonality exceeds the second where the first is told from the second."""


def market_overlap_finding(result: MarketOverlap, *, focus: str | None = None) -> Finding:
    """Say whom the bank meets most, and whether they meet it as much.

    Shares of presence have no sampling error: a difference is called clear where it is large.

    Parameters
    ----------
    result : MarketOverlap
    focus : str, optional
        Without it, which banks of the market meet most.

    Returns
    -------
    Finding

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.overlap import market_overlap
    >>> branches = pd.DataFrame({"bank": ["A", "A", "B", "B"], "city": ["x", "y", "x", "x"]})
    >>> found = market_overlap_finding(market_overlap(branches, brand="bank", market="city"))
    >>> str(found.headline)
    'A and B meet most.'
    """
    rows = meeting_pairs(result, brand=focus)
    if not len(rows):
        headline = Message("No two banks meet in any market.")
        if focus is not None:
            headline = Message("{brand} meets no other bank in any market.", {"brand": focus})
        text = Message("{n:count} markets.", {"n": result.n_markets})
        return Finding(headline, text, "clear")
    first = rows.iloc[0]
    values: dict[str, Any] = {
        "brand": first["brand_a"], "rival": first["brand_b"], "out": first["commonality"],
        "back": first["back"], "shared": int(first["n_shared_markets"]), "n": result.n_markets,
    }  # fmt: skip
    detail = Message(
        "Market commonality {out:percent} one way, {back:percent} the other, in {shared:count} of "
        "{n:count} markets.",
        values,
    )
    if len(rows) > 1:
        values |= {"second": rows["brand_b"].iloc[1], "next": rows["commonality"].iloc[1]}
    if focus is None:
        return Finding(Message("{brand} and {rival} meet most.", values), detail, "likely")
    if len(rows) > 1:
        detail = Message(
            "Of {brand}'s presence {out:percent} meets {rival}, of {rival}'s {back:percent} meets "
            "{brand}, in {shared:count} of {n:count} markets; the next, {second}, {next:percent}.",
            values,
        )
        if first["commonality"] < AHEAD * values["next"]:
            headline = Message("{brand} meets {rival} about as much as {second}.", values)
            return Finding(headline, detail, "open")
    if first["back"] > LOPSIDED * first["commonality"]:
        headline = Message("{brand} meets {rival} most, and matters to it even more.", values)
        return Finding(headline, detail, "clear")
    if first["commonality"] > LOPSIDED * first["back"]:
        headline = Message("{brand} meets {rival} most, and matters little to it.", values)
        return Finding(headline, detail, "clear")
    return Finding(Message("{brand} meets {rival} most.", values), detail, "clear")


def market_overlap_caption(result: MarketOverlap, *, focus: str | None = None) -> Message:
    """Say what both dots are."""
    values = {"focus": focus, "most": MOST_ROWS, "n": result.n_markets}
    if focus is None:
        return Message(
            "The pairs of banks that meet most in {n:count} markets, at most {most:count}: market "
            "commonality (Chen 1996), the second's part in the first's markets weighted by how "
            "much these count for the first, and the other way round.",
            values,
        )
    return Message(
        "Whom {focus} meets in {n:count} markets, at most {most:count} banks. Diamond: their part "
        "in our markets, weighted by how much these count for us; hollow: our part in theirs "
        "(market commonality, Chen 1996).",
        values,
    )


def market_overlap_alt(result: MarketOverlap, *, focus: str | None = None) -> Message:
    """Describe the dots for those who cannot see them."""
    rows = meeting_pairs(result, brand=focus).head(MOST_ROWS)
    if not len(rows):
        return Message("Dot plot without a row: no two banks meet.")
    first, last = rows.iloc[0], rows.iloc[-1]
    values = {
        "n": len(rows), "a": first["brand_a"], "b": first["brand_b"], "out": first["commonality"],
        "back": first["back"], "c": last["brand_a"], "d": last["brand_b"],
        "low": last["commonality"],
    }  # fmt: skip
    if focus is None:
        return Message(
            "Dot plot of {n:count} pairs of banks, from {a} and {b} ({out:percent} and "
            "{back:percent}) down to {c} and {d}.",
            values,
        )
    return Message(
        "Dot plot of the {n:count} banks that {a} meets, from {b} ({out:percent}, the other way "
        "{back:percent}) down to {d} ({low:percent}).",
        values,
    )
