"""What is said of reach: which few services reach most, and what could stand in their place."""

from __future__ import annotations

from functools import partial

import pandas as pd

from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Story, speaker, titled
from brandkit.market.reach.reach import EQUAL, Reach

#: Share of draws in which one set must win.
SURE, LIKELY = 0.95, 0.8
#: Points that a further item must add to be worth its place.
WORTH = 0.02


def reach(result: Reach, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell how many the best set reaches, and which items could change places."""
    sizes = result.sizes
    worth = sizes[(sizes["gain"] >= WORTH) | (sizes["k"] == sizes["k"].min())]
    best = worth.iloc[-1]
    support = float(best["support"])
    settled: Settled = "clear" if support >= SURE else "likely" if support >= LIKELY else "open"
    if not result.is_exact and settled == "clear":
        settled = "likely"
    say = speaker(k=int(best["k"]), items=_named(best["items"]), value=best["reached"],
                  low=best["ci_low"], high=best["ci_high"], n=int(best["n"]),
                  level=result.ci_level, equal=int(best["n_equal"]), sets=int(best["n_sets"]),
                  seen=best["estimate"])  # fmt: skip
    headline = say("{k:count} items reach {value:percent} of those asked: {items}.")
    if settled == "open":
        headline = say("Several sets of {k:count} reach {value:percent}; the choice among them is "
                       "open.")  # fmt: skip
    detail = say(
        "{low:percent} to {high:percent} ({level:percent}), after {seen:percent1} here; of "
        "{sets:count} sets {equal:count} cannot be told from the best; {n:count} persons."
    )
    findings = [Finding(headline, detail, settled)]
    action = Action("test", say("Test these together first: {items}."), settled, "reach")
    caption = say(
        "Share reached by the best set of each size, the luck of the choice taken off; "
        "{n:count} persons."
    )
    alt = say("A rising row of dots: {k:count} items reach {value:percent}.")
    table = sizes.assign(items=[", ".join(one) for one in sizes["items"]])
    columns = ["k", "items", "reached", "ci_low", "ci_high", "ci_level", "estimate", "gain",
               "support", "n_equal", "n"]  # fmt: skip
    notes = (*as_notes(findings[1:]), Message("Reach counts people, not sales."), *result.notes)
    return Story(
        titled(findings[0]), None, tuple(findings), (action,),
        {"reach": Exhibit(caption, alt, table[columns], notes, partial(result.plot)),
         "members": _members(result, int(best["k"]))},
    )  # fmt: skip


def _named(items: list[str]) -> list[Message]:
    return [Message("“{part}”", {"part": one}) for one in items]


def _members(result: Reach, k: int) -> Exhibit:
    rows = result.items[result.items["k"] == k].sort_values("support", ascending=False,
                                                            kind="stable")  # fmt: skip
    close = int(((rows["support"] >= EQUAL) & (rows["support"] < SURE)).sum())
    caption = Message(
        "How surely each item belongs in the best set of {k:count}: {n:count} could change places.",
        {"k": k, "n": close},
    )
    table = pd.DataFrame(rows)[["label", "share", "support"]].reset_index(drop=True)
    return Exhibit(caption, data=table, heads={"label": Message("Item")}, of_people=False)
