"""What is said of a funnel: where a bank loses people, and whether its size explains it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import Action, Exhibit, Story, speaker, titled
from brandkit.market.funnel.funnel import BrandFunnel

MOST_TOLD = 3


def brand_funnel(result: BrandFunnel, *, focus: object = None) -> Story:
    """Tell where the focus loses more than its size explains, or which banks of the market do."""
    bank, unknown = known_focus(focus, result.stages["brand"])
    rows = result.conversions
    rows = rows[rows["brand"] == bank] if bank is not None else rows[rows["settled"] != "open"]
    rows = rows.assign(doubt=rows["settled"].map({"clear": 0, "likely": 1, "open": 2}))
    rows = rows.sort_values(["doubt", "p_value"], kind="stable")
    told = [_step(result, dict(row)) for _, row in rows.head(MOST_TOLD).iterrows()]
    findings = [finding for finding, _ in told] or [_nothing(result)]
    actions = tuple(action for _, due in told for action in due)
    banks, n = result.stages["brand"].nunique(), result.n
    say = speaker(bank=bank or Message("the market"), n=n, banks=banks, stages=list(result.names))
    caption = say(
        "Share of {n:count} persons at each stage: {bank} (diamonds) and {banks:count} banks "
        "(circles)."
    )
    if bank is None:
        caption = say("Share of {n:count} persons at each stage, {banks:count} banks.")
    alt = say("Rows of dots for the stages {stages}: shares fall from each to the next.")
    notes = (*as_notes(findings[1:]), *unknown, *result.notes)
    return Story(
        titled(findings[0]), None, tuple(findings), actions,
        {"funnel": Exhibit(caption, alt, result.stages, notes, partial(result.plot, focus=bank)),
         "conversions": _conversions(result, bank)},
    )  # fmt: skip


def _step(result: BrandFunnel, row: dict[str, Any]) -> tuple[Finding, list[Action]]:
    say = speaker(bank=row["brand"], a=row["stage_a"], b=row["stage_b"], value=row["estimate"],
                  expected=row["expected_share"], low=row["expected_share_low"],
                  high=row["expected_share_high"], n=int(row["n"]), p=row["p_adjusted"],
                  level=result.ci_level)  # fmt: skip
    if pd.isna(row["expected_share"]):
        headline = say("Of those at “{a}” with {bank}, {value:percent} are at “{b}” too.")
        detail = say("{n:count} persons; with so few banks nothing can be expected from size.")
        return Finding(headline, detail, "open"), []
    detail = say(
        "{value:percent} pass from “{a}” to “{b}”, where a bank of its size has "
        "{expected:percent} ({low:percent} to {high:percent}, {level:percent}; p {p:p} over all "
        "banks); {n:count} persons."
    )
    settled = row["settled"]
    if settled == "open":
        return Finding(say("From “{a}” to “{b}” {bank} keeps as many as its size predicts."),
                       detail, settled), []  # fmt: skip
    if row["estimate"] < row["expected_share"]:
        headline = say("{bank} loses more between “{a}” and “{b}” than its size explains.")
        if settled == "likely":
            headline = say("{bank} probably loses more between “{a}” and “{b}” than its size "
                           "explains.")  # fmt: skip
        mend = say("Find out why those at “{a}” with {bank} do not go on to “{b}”: "
                   "{value:percent} do, {expected:percent} would be usual.")  # fmt: skip
        return Finding(headline, detail, settled), [Action("fix", mend, settled, "funnel")]
    headline = say("{bank} keeps more between “{a}” and “{b}” than its size explains.")
    if settled == "likely":
        headline = say("{bank} probably keeps more between “{a}” and “{b}” than its size "
                       "explains.")  # fmt: skip
    return Finding(headline, detail, settled), []


def _nothing(result: BrandFunnel) -> Finding:
    say = speaker(n=len(result.conversions), persons=result.n)
    headline = say("Every bank loses as many people from stage to stage as its size predicts.")
    detail = say("{n:count} conversions were looked at; {persons:count} persons. Only gross "
                 "outliers can be told.")  # fmt: skip
    return Finding(headline, detail, "open")


def _conversions(result: BrandFunnel, bank: str | None) -> Exhibit:
    columns = ["brand", "stage_a", "stage_b", "estimate", "ci_low", "ci_high", "ci_level",
               "expected_share", "p_adjusted", "n_leaks", "n"]  # fmt: skip
    table = result.conversions[columns]
    if bank is not None:
        table = table.assign(other=table["brand"] != bank).sort_values("other", kind="stable")
    caption = Message(
        "Who passes on from each stage to the next, of those at the stage before, and what the "
        "other banks' sizes lead to expect."
    )
    return Exhibit(caption, data=table[columns].dropna(axis=1, how="all").reset_index(drop=True),
                   kinds={"estimate": "share"})  # fmt: skip
