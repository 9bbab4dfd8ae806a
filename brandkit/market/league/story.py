"""What is said of published rankings: who leads, and which ranks are one tie."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes, formatted
from brandkit.core.story import Exhibit, Story, speaker, titled
from brandkit.market.league.league import LeagueTable

#: Leaders that are named; more are counted.
MOST_LEADERS = 4
#: Tables that a page draws and speaks of; the workbook has all.
MOST_TABLES = 4


def league_table(result: LeagueTable, *, focus: object = None) -> Story:
    """Tell who leads each table, which ranks are one tie, where the focus stands."""
    bank, notes = known_focus(focus, result.scores["brand"])
    findings: list[Finding] = []
    exhibits = {}
    for at, measure in enumerate(result.tables["measure"].head(MOST_TABLES)):
        rows = result.scores[result.scores["measure"] == measure]
        told = [_lead(result, measure, rows), *_tie(result, measure, rows)]
        if bank in set(rows["brand"]):
            told.insert(1, _listed(result, measure, rows[rows["brand"] == bank].iloc[0], len(rows)))
        findings += told
        name = "league" if at == 0 else f"league_{at + 1}"
        own = tuple(note for note in result.notes if note.values.get("measure") == measure)
        exhibits[name] = _ranking(result, rows, (*notes, *as_notes(told[1:]), *own), bank)
    findings += [_agreement(row, result.level) for row in result.agreement.to_dict("records")]
    return Story(titled(findings[0]), None, tuple(findings), exhibits=exhibits)


def written(value: float, facts: pd.Series[Any]) -> str:
    """Write a score in its unit, as finely as it was published.

    >>> written(0.865, pd.Series({"unit": "percent", "step": 0.001}))
    '86.5%'
    """
    fine = {"percent": facts["step"] < 0.00999, "nps": False}.get(facts["unit"], facts["step"] < 1)
    kinds = {"percent": ("percent", "percent1"), "nps": ("points", "points")}
    return formatted(value, kinds.get(facts["unit"], ("count", "decimal1"))[bool(fine)])


def facts_of(result: LeagueTable, measure: str) -> pd.Series[Any]:
    """Give the row of ``tables`` of a measure."""
    return result.tables[result.tables["measure"] == measure].iloc[0]


def _settled(result: LeagueTable, measure: str, inside: set[str], within: set[str]) -> Settled:
    """Say how sure it is that all of some brands differ from the rest of those looked at."""
    pairs = result.pairs[result.pairs["measure"] == measure]
    a, b = pairs["brand_a"].isin(inside), pairs["brand_b"].isin(inside)
    across = pairs[(a != b) & pairs["brand_a"].isin(within) & pairs["brand_b"].isin(within)]
    if not across["distinct"].all():
        return "open"
    return "clear" if across["distinct_twice"].all() else "likely"


def _lead(result: LeagueTable, measure: str, rows: pd.DataFrame) -> Finding:
    facts, first, last = facts_of(result, measure), rows.iloc[0], rows.iloc[-1]
    say = speaker(
        measure=measure,
        brand=first["brand"],
        n=len(rows),
        last=last["brand"],
        high=written(first["estimate"], facts),
        low=written(last["estimate"], facts),
        told=facts["n_distinct"],
        pairs=facts["n_pairs"],
    )
    if rows["rank_low"].isna().all():
        detail = say("{brand} {high}, {last} {low}; without bases no difference can be tested.")
        headline = say("{measure}: {brand} is listed first; how much that tells is not known.")
        return Finding(headline, detail, "open")
    detail = say(
        "From {brand} {high} to {last} {low}: {told:count} of {pairs:count} pairs are told apart, "
        "all looked at together."
    )
    leaders = rows.loc[(rows["rank_low"] == 1).to_numpy(dtype=bool), ["brand", "estimate"]]
    names = leaders["brand"].tolist()
    settled = _settled(result, measure, set(names), set(rows["brand"]))
    if len(names) == len(rows):
        return Finding(say("{measure}: no bank is shown to lead."), detail, "open")
    if len(names) == 1:
        return Finding(say("{measure}: {brand} leads."), detail, settled)
    to, from_ = (written(leaders["estimate"].iloc[at], facts) for at in (0, -1))
    say = speaker(say, k=len(names), names=names, to=to, from_=from_)
    if settled == "open":
        headline = say("{measure}: who leads is open: each of {k:count} banks may.")
        return Finding(headline, detail, "open")
    headline = say(
        "{measure}: {k:count} banks lead ({to} to {from_}); which of them is first is not known."
    )
    if len(names) <= MOST_LEADERS:
        headline = say(
            "{measure}: {names} lead ({to} to {from_}); which of them is first is not known."
        )
    return Finding(headline, detail, settled)


def _tie(result: LeagueTable, measure: str, rows: pd.DataFrame) -> list[Finding]:
    """Tell the longest run of ranks that nothing tells apart; nothing where it is short."""
    start, end = longest_tie(result, measure)
    if end - start < 2 or end - start == len(rows) - 1:
        return []
    tied = rows.iloc[[start, end]]
    low, high = tied["ci_low"].min(), tied["ci_high"].max()
    facts = facts_of(result, measure)
    say = speaker(
        first=int(tied["rank"].iloc[0]),
        last=end + 1,
        low=written(low, facts),
        high=written(high, facts),
        names=rows["brand"].iloc[start : end + 1].tolist(),
    )
    headline = say(
        "Ranks {first:count} to {last:count} are one tie; a place gained among them is no news."
    )
    return [Finding(headline, say("{names}: {low} to {high}."), "open")]


def longest_tie(result: LeagueTable, measure: str) -> tuple[int, int]:
    """Give first and last place, from 0, of the longest run of a table without a pair apart."""
    rows = result.scores[result.scores["measure"] == measure]
    if rows["rank_low"].isna().all():
        return 0, 0
    at = {brand: place for place, brand in enumerate(rows["brand"])}
    pairs = result.pairs[(result.pairs["measure"] == measure) & result.pairs["distinct"]]
    ends = np.full(len(rows), len(rows) - 1)
    for a, b in zip(pairs["brand_a"].map(at), pairs["brand_b"].map(at), strict=True):
        ends[min(a, b)] = min(ends[min(a, b)], max(a, b) - 1)
    ends = np.minimum.accumulate(ends[::-1])[::-1]
    start = int(np.argmax(ends - np.arange(len(rows))))
    return start, int(ends[start])


def _listed(result: LeagueTable, measure: str, row: pd.Series[Any], n: int) -> Finding:
    facts = facts_of(result, measure)
    say = speaker(
        measure=measure,
        brand=row["brand"],
        rank=int(row["rank"]),
        n=n,
        low=row["rank_low"],
        high=row["rank_high"],
        score=written(row["estimate"], facts),
        bottom=written(row["ci_low"], facts),
        top=written(row["ci_high"], facts),
    )
    headline = say("{measure}: {brand} is listed as number {rank:count} of {n:count}.")
    if pd.isna(row["rank_low"]):
        return Finding(headline, say("{score}; how far that rank is sure is not known."), "open")
    if row["rank_low"] == row["rank_high"]:
        return Finding(
            headline, say("{score} ({bottom} to {top}); no other rank is left."), "clear"
        )
    half = n / 2
    if row["rank_low"] > half or row["rank_high"] <= half:
        headline = say("{measure}: {brand} is in the lower half of {n:count}.")
        if row["rank_high"] <= half:
            headline = say("{measure}: {brand} is in the upper half of {n:count}.")
        detail = say("{score} ({bottom} to {top}); ranks {low:count} to {high:count} are left.")
        return Finding(headline, detail, "likely")
    detail = say("{score} ({bottom} to {top}); ranks {low:count} to {high:count} are left.")
    return Finding(headline, detail, "open")


def _agreement(row: dict[Any, Any], level: float) -> Finding:
    say = speaker(
        one=row["measure_a"],
        other=row["measure_b"],
        tau=row["tau"],
        n=row["n_brands"],
        p=row["p_adjusted"],
    )
    detail = say("Kendall's τ {tau:signed} over {n:count} banks, p {p:p} over all such pairs.")
    if row["p_adjusted"] >= 1 - level:
        return Finding(say("Whether {one} and {other} agree is open."), detail, "open")
    headline = say("{one} and {other} rank banks alike.")
    if row["tau"] < 0:
        headline = say("{one} and {other} rank banks the other way round.")
    return Finding(headline, detail, "likely")


def _ranking(
    result: LeagueTable, rows: pd.DataFrame, notes: tuple[Message, ...], bank: str | None
) -> Exhibit:
    measure = rows["measure"].iloc[0]
    facts, first, last = facts_of(result, measure), rows.iloc[0], rows.iloc[-1]
    say = speaker(
        measure=measure,
        n=len(rows),
        level=result.level,
        brand=first["brand"],
        high=written(first["estimate"], facts),
        last=last["brand"],
        low=written(last["estimate"], facts),
    )
    said = say("{measure}, as published.")
    if facts["published"]:
        said = say("{measure}, as published ({when}).", when=facts["published"])
    caption = say("{said} Without bases there is the order only.", said=said)
    if rows["rank_low"].notna().all():
        caption = say(
            "{said} Lines: {level:percent} intervals. At the right the ranks that are not ruled "
            "out; hollow where they are several, bracketed where nothing tells them apart.",
            said=said,
        )
    alt = say(
        "Dot plot of {n:count} banks by {measure}, from {brand} ({high}) down to {last} ({low})."
    )
    data = rows.drop(columns="measure")
    kind = {"percent": "share", "nps": "points"}.get(facts["unit"], "number")
    kinds = dict.fromkeys(("estimate", "ci_low", "ci_high", "pooled"), kind)
    draw = partial(result.plot, focus=bank, measure=measure)
    return Exhibit(caption, alt, data, notes, draw, kinds=kinds)
