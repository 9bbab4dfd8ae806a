"""What is said of mental availability: who is thought of, and what is whose."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes, noted
from brandkit.core.story import Action, Exhibit, Story, speaker, titled
from brandkit.market.mental.mental import MentalAvailability

MOST_NAMED = 3


def mental_availability(result: MentalAvailability, *, focus: object = None) -> Story:
    """Tell who is thought of by most, and which cues are a bank's own, shared or nobody's."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    wide = result.wide()
    findings = [_first(result, wide)]
    actions: list[Action] = []
    if bank is not None:
        own, due = _own(result, bank)
        place = _place(result, wide, bank)
        # nearly all who rate a bank think of it: only what they think of tells
        findings = [own, place] if result.is_rated else [place, own, *findings]
        actions = due
    say = speaker(n=result.n_cues, brands=len(wide), persons=result.n_persons,
                  correlation=result.size_correlation)  # fmt: skip
    caption = say(
        "Share of those asked who link each bank to at least one of {n:count} cues, and how many "
        "they link it to; {persons:count} persons."
    )
    if result.is_rated:
        caption = say(
            "Share of a bank's raters who link it to at least one of {n:count} cues, and to how "
            "many; {persons:count} persons."
        )
    alt = say(
        "A scatter of {brands:count} banks: the more people think of a bank, the more they link it "
        "to (correlation {correlation:decimal2})."
    )
    law = say("That both rise together is the rule, not a finding (correlation "
              "{correlation:decimal2}).")  # fmt: skip
    notes = (*as_notes(findings[1:]), law, *unknown, *result.notes)
    return Story(
        titled(findings[0]), None, tuple(findings), tuple(actions),
        {"thought_of": Exhibit(caption, alt, _table(result, wide), notes,
                               partial(result.plot, focus=bank)),
         "whose_cues": _cues(result, bank)},
    )  # fmt: skip


def _table(result: MentalAvailability, wide: pd.DataFrame) -> pd.DataFrame:
    reach = result.brands[result.brands["measure"] == "penetration"].set_index("brand")
    ends = reach.loc[wide["brand"], ["ci_low", "ci_high", "ci_level"]].reset_index(drop=True)
    table = pd.concat([wide[["brand", "penetration"]], ends, wide.iloc[:, 2:]], axis=1)
    return table.dropna(axis=1, how="all")


def _first(result: MentalAvailability, wide: pd.DataFrame) -> Finding:
    top = wide.iloc[0]
    gap = result.lead.iloc[0] if len(result.lead) else None
    p = float(gap["p_value"]) if gap is not None else 1.0
    settled: Settled = "clear" if p < 0.01 else "likely" if p < 0.05 else "open"
    say = speaker(brand=top["brand"], value=top["penetration"], n=int(top["n"]), p=p,
                  other=gap["brand_b"] if gap is not None else "",
                  apart=100 * gap["difference"] if gap is not None else 0.0)  # fmt: skip
    headline = say("Most people think of {brand}: {value:percent} of those asked link it to "
                   "something.")  # fmt: skip
    detail = say("{apart:points} points above {other} (p {p:p}); {n:count} were asked.")
    if settled == "open":
        headline = say("Whether more people think of {brand} or of {other} is open.")
    return Finding(headline, detail, settled)


def _place(result: MentalAvailability, wide: pd.DataFrame, bank: str) -> Finding:
    own = wide[wide["brand"] == bank].iloc[0]
    rank = int((wide["penetration"] > own["penetration"]).sum()) + 1
    rows = result.brands[(result.brands["brand"] == bank)
                         & (result.brands["measure"] == "penetration")].iloc[0]  # fmt: skip
    say = speaker(bank=bank, value=own["penetration"], low=rows["ci_low"], high=rows["ci_high"],
                  links=own["network_size"], share=own["market_share"], rank=rank,
                  brands=len(wide), n=int(own["n"]), level=result.ci_level)  # fmt: skip
    headline = say("Of those asked, {value:percent} link {bank} to at least one situation.")
    if result.is_rated:
        headline = say("Of those who rated it, {value:percent} link {bank} to at least one "
                       "situation.")  # fmt: skip
    detail = say(
        "{low:percent} to {high:percent} ({level:percent}); {links:decimal1} links each, "
        "{share:percent} of all links; number {rank:count} of {brands:count} banks; {n:count} "
        "were asked."
    )
    return Finding(headline, detail, "clear")


def _own(result: MentalAvailability, bank: str) -> tuple[Finding, list[Action]]:
    """Say which cues the bank has more, or less, than its size explains."""
    cues = result.cues[result.cues["brand"] == bank]
    held = cues[cues["settled"] != "open"].sort_values("advantage", ascending=False, kind="stable")
    above, below = held[held["advantage"] > 0], held[held["advantage"] < 0].iloc[::-1]
    settled: Settled = "clear" if (held["settled"] == "clear").any() else "likely"
    say = speaker(bank=bank, above=_names(above), below=_names(below), n=result.n_cues,
                  best=above["advantage"].max() if len(above) else 0.0,
                  worst=below["advantage"].min() if len(below) else 0.0)  # fmt: skip
    detail = say("From {worst:points} to {best:points} points against what its size and the cue "
                 "lead to expect; {n:count} cues, false discoveries 5%.")  # fmt: skip
    if held.empty:
        nothing = say("No situation is {bank}'s own, and none is missing.")
        return Finding(nothing, say("{n:count} cues, false discoveries 5%."), "open"), []
    actions = []
    if len(below):
        headline = say("{bank} is thought of less than its size suggests for {below}.")
        if len(above):
            headline = say("{bank} owns {above}, and is thought of too little for {below}.")
        build = say("Build the link to {below}: fewer think of {bank} there than its size "
                    "suggests.")  # fmt: skip
        actions.append(Action("fix", build, settled, "whose_cues"))
    else:
        headline = say("{bank} is thought of more than its size suggests for {above}.")
    if len(above):
        keep = say("Keep {above} in sight: they belong to {bank} more than to others.")
        actions.append(Action("keep", keep, settled, "whose_cues"))
    return Finding(headline, detail, settled), actions


def _names(rows: pd.DataFrame) -> list[Message]:
    return [Message("“{part}”", {"part": one}) for one in rows["attribute"].head(MOST_NAMED)]


def _cues(result: MentalAvailability, bank: str | None) -> Exhibit:
    """Say of each cue whose it is: one bank's, several banks', nobody's."""
    rows: list[dict[str, Any]] = []
    for name, cue in result.cues.groupby("attribute", sort=False):
        held = cue[(cue["settled"] == "clear") & (cue["advantage"] > 0)]
        own = held.sort_values("advantage", ascending=False, kind="stable")["brand"].tolist()
        kind = (Message("nobody's"), Message("one bank's own"))[len(own)] if len(own) < 2 else None
        row = {"attribute": name, "status": kind or Message("shared"), "brand": ", ".join(own),
               "share": cue["share"].mean()}  # fmt: skip
        if bank is not None:
            mine = cue[cue["brand"] == bank].iloc[0]
            row |= {"advantage": mine["advantage"], "q_value": mine["q_value"]}
        rows.append(row)
    table = pd.DataFrame(rows)
    own = sum(row["status"] == Message("one bank's own") for row in rows)
    caption = Message(
        "Whose each of {n:count} cues is: {own:count} belong to one bank alone.",
        {"n": len(rows), "own": own},
    )
    note = noted("Banks are named from {points:count} points above what their size and the cue "
                 "lead to expect.", points=5)  # fmt: skip
    heads = {"status": Message("Belongs to"), "brand": Message("Banks"),
             "share": Message("Mean share")}  # fmt: skip
    return Exhibit(caption, data=table, notes=tuple(note), heads=heads, of_people=False)
