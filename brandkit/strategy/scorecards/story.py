"""What scorecards say, in sentences."""

from __future__ import annotations

from typing import Any

from brandkit.core.message import Finding, Message, Settled
from brandkit.strategy.scorecards.matrix import SETTLED_TIER, ScorecardMatrix
from brandkit.strategy.scorecards.scorecards import Scorecard

MOSTLY, NEARLY_ALWAYS = 0.8, 0.95
"""Share of the weights drawn from which a lead is called likely, and clear."""
MOST_NAMED = 5


def scorecard_headline(result: Scorecard) -> Message:
    """Say who leads, or that it is open, for a title.

    Parameters
    ----------
    result : Scorecard

    Returns
    -------
    Message

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.strategy.scorecards.scorecards import scorecard
    >>> table = pd.DataFrame({"service": [8.0, 6.0], "fees": [6.0, 4.0]}, index=["A", "B"])
    >>> str(scorecard_headline(scorecard(table, limits=(0, 10))))
    'A leads the scorecard'
    """
    settled = _lead_settled(result)
    values = {"brand": result.totals["brand"].iloc[0]}
    if settled == "open":
        return Message("Who leads the scorecard is open")
    return Message("{brand} leads the scorecard", values)


def scorecard_findings(result: Scorecard, *, focus: str | None = None) -> tuple[Finding, ...]:
    """Say who leads, how many are told apart, and where the focus stands.

    Parameters
    ----------
    result : Scorecard
    focus : str, optional
        The institution the report is for.

    Returns
    -------
    tuple of Finding
    """
    found = [_lead_finding(result)]
    if focus is not None and (result.totals["brand"] == focus).any():
        found.append(_focus_finding(result, focus))
    if result.has_errors:
        found.append(_apart_finding(result))
    return tuple(found)


def scorecard_caption(result: Scorecard) -> Message:
    """Say what dots, bars, lines and columns are."""
    values = {
        "n": len(result.totals), "criteria": len(result.criteria), "level": result.level,
        "draws": result.draws,
    }  # fmt: skip
    if result.has_errors:
        return Message(
            "Ranks of {n:count} institutions by {criteria:count} criteria within declared limits. "
            "Bars: ranks that errors do not rule out, for all at once with {level:percent} "
            "probability. Lines: ranks under {level:percent} of {draws:count} other weightings. "
            "Columns: the total, 0 to 1, and the share of weightings that rank it first.",
            values,
        )
    return Message(
        "Ranks of {n:count} institutions by {criteria:count} criteria within declared limits. The "
        "scores carry no errors, so there is no interval. Lines: ranks under {level:percent} of "
        "{draws:count} other weightings. Columns: the total, 0 to 1, and the share of weightings "
        "that rank it first.",
        values,
    )


def scorecard_alt(result: Scorecard) -> Message:
    """Describe the dots for those who cannot see them."""
    totals = result.totals
    values = {
        "n": len(totals), "first": totals["brand"].iloc[0], "high": totals["estimate"].iloc[0],
        "last": totals["brand"].iloc[-1], "low": totals["estimate"].iloc[-1],
    }  # fmt: skip
    return Message(
        "Dot plot of the ranks of {n:count} institutions, from {first} ({high:decimal2}) down to "
        "{last} ({low:decimal2}).",
        values,
    )


def scorecard_matrix_findings(
    result: ScorecardMatrix, *, focus: str | None = None
) -> tuple[Finding, ...]:
    """Say who is strong today and tomorrow, who could grow, and where the focus stands.

    Parameters
    ----------
    result : ScorecardMatrix
    focus : str, optional

    Returns
    -------
    tuple of Finding
    """
    found = [_tier_finding(result, "lead"), _tier_finding(result, "build")]
    rows = result.positions
    if focus is not None and (rows["brand"] == focus).any():
        found.append(_place_finding(result, focus))
    return tuple(found)


def scorecard_matrix_caption(result: ScorecardMatrix) -> Message:
    """Say what the axes, cuts and marks are."""
    values = {
        "across": result.cuts[0], "upward": result.cuts[1], "least": SETTLED_TIER,
        "draws": result.draws,
    }  # fmt: skip
    return Message(
        "Contribution and potential, each from 0 to 1 within declared limits; dashed lines at "
        "{across:decimal2} and {upward:decimal2}. Filled: at least {least:percent} of "
        "{draws:count} draws of weights, and of errors where known, leave the tier as it is.",
        values,
    )


def scorecard_matrix_alt(result: ScorecardMatrix) -> Message:
    """Describe the four fields for those who cannot see them."""
    counts = {tier: int((result.positions["tier"] == tier).sum()) for tier in _TIER_NAMES}
    return Message(
        "Contribution by potential: {lead:count} institutions are high in both, {hold:count} in "
        "contribution only, {build:count} in potential only, {watch:count} in neither.",
        counts,
    )


_TIER_NAMES = {
    "lead": Message("strong today and tomorrow"), "hold": Message("strong today"),
    "build": Message("strong tomorrow"), "watch": Message("weak in both"),
}  # fmt: skip


def _lead_settled(result: Scorecard) -> Settled:
    """Say how sure the first place is, by errors where known, else by weights."""
    first = result.totals.iloc[0]
    if (result.totals["rank"] == 1).sum() > 1:
        return "open"
    by_weights: Settled = (
        "clear" if first["share_first"] >= NEARLY_ALWAYS
        else "likely" if first["share_first"] >= MOSTLY else "open"
    )  # fmt: skip
    if not result.has_errors:
        return by_weights
    return by_weights if first["rank_high"] == 1 else "open"


def _span(low: float, high: float) -> Message:
    if low == high:
        return Message("rank {low:count}", {"low": int(low)})
    return Message("ranks {low:count} to {high:count}", {"low": int(low), "high": int(high)})


def _lead_finding(result: Scorecard) -> Finding:
    totals = result.totals
    first, second = totals.iloc[0], totals.iloc[1]
    values: dict[str, Any] = {
        "brand": first["brand"], "total": first["estimate"], "second": second["brand"],
        "next": second["estimate"], "share": first["share_first"],
        "less": _span(first["omit_rank_low"], first["omit_rank_high"]),
    }  # fmt: skip
    settled = _lead_settled(result)
    headline = Message("{brand} leads the scorecard.", values)
    if settled == "open":
        headline = Message(
            "Who leads the scorecard is open: {brand} is first by its total.", values
        )
    if result.has_errors:
        values["set"] = _span(first["rank_low"], first["rank_high"])
        detail = Message(
            "{brand} {total:decimal2}, {second} {next:decimal2}. Errors leave it {set}; "
            "{share:percent} of other weightings put it first; with one criterion less it has "
            "{less}.",
            values,
        )
    else:
        detail = Message(
            "{brand} {total:decimal2}, {second} {next:decimal2}. {share:percent} of other "
            "weightings put {brand} first; with one criterion less it has {less}. The scores carry "
            "no errors.",
            values,
        )
    return Finding(headline, detail, settled)


def _focus_finding(result: Scorecard, focus: str) -> Finding:
    row = result.totals[result.totals["brand"] == focus].iloc[0]
    values = {
        "brand": focus, "rank": int(row["rank"]), "n": len(result.totals),
        "range": _span(row["weights_rank_low"], row["weights_rank_high"]),
        "bound": _span(row["bound_rank_low"], row["bound_rank_high"]),
    }  # fmt: skip
    width = int(row["weights_rank_high"] - row["weights_rank_low"])
    if result.has_errors:
        values["set"] = _span(row["rank_low"], row["rank_high"])
        width = max(width, int(row["rank_high"] - row["rank_low"]))
        detail = Message(
            "Errors leave {set}, other weightings mostly {range}; whatever the weights, it keeps "
            "within {bound}.",
            values,
        )
    else:
        detail = Message(
            "Other weightings mostly give {range}; whatever the weights, it keeps within {bound}. "
            "The scores carry no errors.",
            values,
        )
    settled: Settled = "clear" if width == 0 else "likely" if width <= 2 else "open"
    headline = Message("{brand} ranks {rank:count} of {n:count}.", values)
    return Finding(headline, detail, settled)


def _apart_finding(result: Scorecard) -> Finding:
    facts = result.glance().iloc[0]
    values = {"told": int(facts["n_told_apart"]), "pairs": int(facts["n_pairs"]),
              "level": result.level}  # fmt: skip
    headline = Message(
        "{told:count} of {pairs:count} pairs are told apart; the other ranks could be noise.",
        values,
    )
    detail = Message(
        "All pairs are looked at together: with {level:percent} probability not one statement is "
        "false.",
        values,
    )
    return Finding(headline, detail, "clear")


def _tier_finding(result: ScorecardMatrix, tier: str) -> Finding:
    rows = result.positions[result.positions["tier"] == tier]
    sure = rows[rows["tier_support"] >= SETTLED_TIER]
    values = {
        "n": len(rows), "sure": len(sure), "names": rows["brand"].astype(str).tolist()[:MOST_NAMED],
        "tier": _TIER_NAMES[tier],
    }  # fmt: skip
    if not len(rows):
        headline = Message("No institution is {tier}.", values)
        return Finding(headline, Message("None lies in that field."), "likely")
    headline = Message("{n:count} {n:institution is|institutions are} {tier}: {names}.", values)
    detail = Message(
        "{sure:count} of them {sure:stays|stay} there under nearly all other weightings, and "
        "errors where known.",
        values,
    )
    settled: Settled = "clear" if len(sure) == len(rows) else "likely" if len(sure) else "open"
    return Finding(headline, detail, settled)


def _place_finding(result: ScorecardMatrix, focus: str) -> Finding:
    row = result.positions[result.positions["brand"] == focus].iloc[0]
    values = {
        "brand": focus, "tier": _TIER_NAMES[row["tier"]], "share": row["tier_support"],
        "now": row["contribution_score"], "then": row["potential_score"],
    }  # fmt: skip
    headline = Message("{brand}: {tier}.", values)
    detail = Message(
        "Contribution {now:decimal2}, potential {then:decimal2}; {share:percent} of draws leave it "
        "there.",
        values,
    )
    settled: Settled = (
        "clear" if row["tier_support"] >= SETTLED_TIER
        else "likely" if row["tier_support"] >= MOSTLY else "open"
    )  # fmt: skip
    return Finding(headline, detail, settled)
