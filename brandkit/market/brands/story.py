"""What is said of brands beside each other: who is thought of, who shares, who loses."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes, noted
from brandkit.core.story import Action, Exhibit, Story, speaker, titled
from brandkit.market.brands.funnel import BrandFunnel
from brandkit.market.brands.mental import MentalAvailability
from brandkit.market.brands.sharing import CustomerSharing

MOST_CUES = 3


def mental_availability(result: MentalAvailability, *, focus: object = None) -> Story:
    """Tell who is thought of by most, and which cues are a bank's own, shared or nobody's."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    wide = result.wide()
    findings = [_best_known(result, wide)]
    actions: list[Action] = []
    if bank is not None:
        own, due = _own(result, bank)
        place = _known_by(result, wide, bank)
        # nearly all who rate a bank think of it: only what they think of tells
        findings = [own, place] if result.is_rated else [place, own, *findings]
        actions = due
    say = speaker(
        n=result.n_cues,
        brands=len(wide),
        persons=result.n_persons,
        correlation=result.size_correlation,
    )
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
    law = say(
        "That both rise together is the rule, not a finding (correlation {correlation:decimal2})."
    )
    notes = (*as_notes(findings[1:]), law, *unknown, *result.notes)
    return Story(
        titled(findings[0]),
        None,
        tuple(findings),
        tuple(actions),
        {
            "thought_of": Exhibit(
                caption, alt, _thought_of(result, wide), notes, partial(result.plot, focus=bank)
            ),
            "whose_cues": _cues(result, bank),
        },
    )


def _thought_of(result: MentalAvailability, wide: pd.DataFrame) -> pd.DataFrame:
    reach = result.brands[result.brands["measure"] == "penetration"].set_index("brand")
    ends = reach.loc[wide["brand"], ["ci_low", "ci_high", "ci_level"]].reset_index(drop=True)
    table = pd.concat([wide[["brand", "penetration"]], ends, wide.iloc[:, 2:]], axis=1)
    return table.dropna(axis=1, how="all")


def _best_known(result: MentalAvailability, wide: pd.DataFrame) -> Finding:
    top = wide.iloc[0]
    gap = result.lead.iloc[0] if len(result.lead) else None
    p = float(gap["p_value"]) if gap is not None else 1.0
    settled: Settled = "clear" if p < 0.01 else "likely" if p < 0.05 else "open"
    say = speaker(
        brand=top["brand"],
        value=top["penetration"],
        n=int(top["n"]),
        p=p,
        other=gap["brand_b"] if gap is not None else "",
        apart=100 * gap["difference"] if gap is not None else 0.0,
    )
    headline = say(
        "Most people think of {brand}: {value:percent} of those asked link it to something."
    )
    detail = say("{apart:points} points above {other} (p {p:p}); {n:count} were asked.")
    if settled == "open":
        headline = say("Whether more people think of {brand} or of {other} is open.")
    return Finding(headline, detail, settled)


def _known_by(result: MentalAvailability, wide: pd.DataFrame, bank: str) -> Finding:
    own = wide[wide["brand"] == bank].iloc[0]
    rows = result.brands[
        (result.brands["brand"] == bank) & (result.brands["measure"] == "penetration")
    ].iloc[0]
    say = speaker(
        bank=bank,
        value=own["penetration"],
        low=rows["ci_low"],
        high=rows["ci_high"],
        links=own["network_size"],
        share=own["market_share"],
        n=int(own["n"]),
        level=result.ci_level,
    )
    headline = say("Of those asked, {value:percent} link {bank} to at least one situation.")
    if result.is_rated:
        headline = say(
            "Of those who rated it, {value:percent} link {bank} to at least one situation."
        )
    detail = say(
        "{low:percent} to {high:percent} ({level:percent}); {links:decimal1} links each, "
        "{share:percent} of all links; {n:count} were asked."
    )
    return Finding(headline, detail, "clear")


def _own(result: MentalAvailability, bank: str) -> tuple[Finding, list[Action]]:
    """Say which cues the bank has more, or less, than its size explains."""
    cues = result.cues[result.cues["brand"] == bank]
    settled: Settled = "clear" if (cues["settled"] == "clear").any() else "likely"
    held = cues[cues["settled"] == settled]  # no surer in a sentence than each cue in it
    held = held.sort_values("advantage", ascending=False, kind="stable")
    above, below = held[held["advantage"] > 0], held[held["advantage"] < 0].iloc[::-1]
    say = speaker(
        bank=bank,
        above=_named(above),
        below=_named(below),
        n=result.n_cues,
        best=above["advantage"].max() if len(above) else 0.0,
        worst=below["advantage"].min() if len(below) else 0.0,
    )
    detail = say(
        "From {worst:points} to {best:points} points against what its size and the cue "
        "lead to expect; {n:count} cues, false discoveries 5%."
    )
    if held.empty:
        nothing = say(
            "In no situation is {bank} shown to be thought of more or less than its size suggests."
        )
        return Finding(nothing, say("{n:count} cues, false discoveries 5%."), "open"), []
    actions = []
    if len(below):
        headline = say("{bank} is thought of less than its size suggests for {below}.")
        if len(above):
            headline = say(
                "{bank} is thought of more than its size suggests for {above}, and less "
                "for {below}."
            )
        build = say(
            "Build the link to {below}: fewer think of {bank} there than its size suggests."
        )
        actions.append(Action("fix", build, settled, "whose_cues"))
    else:
        headline = say("{bank} is thought of more than its size suggests for {above}.")
    if len(above):
        keep = say("Keep {above} in sight: more think of {bank} there than its size suggests.")
        actions.append(Action("keep", keep, settled, "whose_cues"))
    return Finding(headline, detail, settled), actions


def _named(rows: pd.DataFrame) -> list[Message]:
    return [Message("“{part}”", {"part": one}) for one in rows["attribute"].head(MOST_CUES)]


def _cues(result: MentalAvailability, bank: str | None) -> Exhibit:
    """Say of each cue whose it is: one bank's, several banks', nobody's."""
    rows: list[dict[str, Any]] = []
    for name, cue in result.cues.groupby("attribute", sort=False):
        held = cue[(cue["settled"] == "clear") & (cue["advantage"] > 0)]
        own = held.sort_values("advantage", ascending=False, kind="stable")["brand"].tolist()
        kind = (Message("nobody's"), Message("one bank's own"))[len(own)] if len(own) < 2 else None
        row = {
            "attribute": name,
            "status": kind or Message("shared"),
            "brand": ", ".join(own),
            "share": cue["share"].mean(),
        }
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
    note = noted(
        "Banks are named from {points:count} points above what their size and the cue "
        "lead to expect.",
        points=5,
    )
    heads = {
        "status": Message("Belongs to"),
        "brand": Message("Banks"),
        "share": Message("Mean share"),
    }
    return Exhibit(caption, data=table, notes=tuple(note), heads=heads, of_people=False)


MOST_PAIRS = 2


def customer_sharing(result: CustomerSharing, *, focus: object = None) -> Story:
    """Tell with whom the focus shares more or fewer customers, or which pairs of the market do."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    held = result.pairs[result.pairs["settled"] != "open"]
    if bank is not None:
        held = held[(held["brand_a"] == bank) | (held["brand_b"] == bank)]
    held = held.assign(
        far=-(held["ratio"].map(lambda one: max(one, 1 / one))), doubt=held["settled"] != "clear"
    )
    ordered = held.sort_values(["doubt", "far"], kind="stable").head(MOST_PAIRS)
    told = [_pair(result, dict(row), bank) for _, row in ordered.iterrows()]
    findings = [finding for finding, _ in told] or [_no_pair(result, bank)]
    actions = tuple(action for _, due in told for action in due)
    findings.append(_loyalty(result))
    say = speaker(
        n=result.n,
        banks=len(result.brands),
        pairs=len(held),
        repertoire=result.repertoire,
        law=result.duplication,
    )
    caption = say(
        "Customers that two banks share over what the sizes of both explain (1: as expected); "
        "coloured where it is settled; {n:count} persons."
    )
    alt = say(
        "A matrix of {banks:count} banks, the largest first; {pairs:count} {pairs:pair|pairs} "
        "stand out."
    )
    notes = [
        say(
            "People hold {repertoire:decimal1} banks each on average; the factor of the law of "
            "duplication, {law:decimal2}, says only that, not how close banks are."
        )
    ]
    if result.cap:
        notes.append(
            Message(
                "Nobody names more than {n:count} banks: all factors are relative to that.",
                {"n": result.cap},
            )
        )
    if result.is_rated:
        notes.append(Message("The banks a person rated stand for those it is a customer of."))
    return Story(
        titled(findings[0]),
        None,
        tuple(findings),
        actions,
        {
            "shared": Exhibit(
                caption,
                alt,
                _shared(result, bank),
                (*as_notes(findings[1:]), *notes, *unknown, *result.notes),
                partial(result.plot, focus=bank),
                kinds={"ratio": "decimal"},
            ),
            "loyalty": _sizes(result),
        },
    )


def _shared(result: CustomerSharing, bank: str | None) -> pd.DataFrame:
    columns = ["ratio", "ci_low", "ci_high", "ci_level", "p_adjusted", "settled", "n_joint"]
    if bank is not None:
        return result.of(bank)[["brand", *columns]].reset_index(drop=True)
    pairs = result.pairs.sort_values("ratio", ascending=False, kind="stable")
    return pairs[["brand_a", "brand_b", *columns]].reset_index(drop=True)


def _pair(
    result: CustomerSharing, row: dict[str, Any], bank: str | None
) -> tuple[Finding, list[Action]]:
    a, b = row["brand_a"], row["brand_b"]
    a, b = (b, a) if b == bank else (a, b)
    say = speaker(
        a=a,
        b=b,
        ratio=row["ratio"],
        low=row["ci_low"],
        high=row["ci_high"],
        p=row["p_adjusted"],
        n=row["n_joint"],
        level=result.ci_level,
        expected=row["expected_ratio"],
    )
    detail = say(
        "{low:decimal2} to {high:decimal2} ({level:percent}; p {p:p} over all pairs), where sizes "
        "and the number of banks a person give {expected:decimal2}; {n:count} persons hold both."
    )
    settled = row["settled"]
    if row["ratio"] > 1:
        headline = say(
            "{a} and {b} share {ratio:decimal1} times as many customers as their sizes explain."
        )
        if settled == "likely":
            headline = say("{a} and {b} probably share more customers than their sizes explain.")
        watch = say(
            "Watch {b}: it shares {ratio:decimal1} times as many customers with {a} as "
            "sizes explain."
        )
        return Finding(headline, detail, settled), (
            [Action("check", watch, settled, "shared")] if bank is not None else []
        )
    headline = say(
        "{a} and {b} share fewer customers than their sizes explain ({ratio:decimal2} times)."
    )
    if settled == "likely":
        headline = say("{a} and {b} probably share fewer customers than their sizes explain.")
    return Finding(headline, detail, settled), []


def _no_pair(result: CustomerSharing, bank: str | None) -> Finding:
    say = speaker(bank=bank, n=len(result.pairs), persons=result.n)
    detail = say("{n:count} pairs were tested together; {persons:count} persons.")
    headline = say("No two banks are known to share more customers than sizes explain.")
    if bank is not None:
        headline = say(
            "Whether {bank} shares more customers with any bank than sizes explain is open."
        )
    return Finding(headline, detail, "open")


def _loyalty(result: CustomerSharing) -> Finding:
    """Say that small banks have fewer sole customers, which is the rule."""
    brands = result.brands
    say = speaker(
        large=brands["brand"].iloc[0],
        small=brands["brand"].iloc[-1],
        first=brands["sole"].iloc[0],
        last=brands["sole"].iloc[-1],
        n=len(brands),
        banks=result.repertoire,
    )
    headline = say("Customers hold several banks, whichever bank they hold.")
    if brands["sole"].iloc[0] > 0.5:
        headline = say("Most customers hold one bank only, whichever bank they hold.")
    detail = say(
        "{first:percent} of the customers of {large}, the largest, hold no other bank, and "
        "{last:percent} of those of {small}, the smallest of {n:count}; {banks:decimal1} banks a "
        "person. Loyalty rises with size: it is no merit."
    )
    return Finding(headline, detail, "clear")


def _sizes(result: CustomerSharing) -> Exhibit:
    say = speaker(n=result.n, period=result.period)
    caption = say(
        "Size, customers without another bank, and banks a customer: small banks have fewer "
        "customers, who are a little less loyal; {n:count} persons."
    )
    notes = []
    if result.period:
        notes.append(say("Expected from the NBD-Dirichlet, on purchases in one {period}."))
    return Exhibit(caption, data=result.brands, notes=tuple(notes))


MOST_STEPS = 3


def brand_funnel(result: BrandFunnel, *, focus: object = None) -> Story:
    """Tell where the focus loses more than its size explains, or which banks of the market do."""
    bank, unknown = known_focus(focus, result.stages["brand"])
    rows = result.conversions
    rows = rows[rows["brand"] == bank] if bank is not None else rows[rows["settled"] != "open"]
    rows = rows.assign(doubt=rows["settled"].map({"clear": 0, "likely": 1, "open": 2}))
    rows = rows.sort_values(["doubt", "p_value"], kind="stable")
    told = [_step(result, dict(row)) for _, row in rows.head(MOST_STEPS).iterrows()]
    findings = [finding for finding, _ in told] or [_no_step(result)]
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
        titled(findings[0]),
        None,
        tuple(findings),
        actions,
        {
            "funnel": Exhibit(caption, alt, result.stages, notes, partial(result.plot, focus=bank)),
            "conversions": _conversions(result, bank),
        },
    )


def _step(result: BrandFunnel, row: dict[str, Any]) -> tuple[Finding, list[Action]]:
    say = speaker(
        bank=row["brand"],
        a=row["stage_a"],
        b=row["stage_b"],
        value=row["estimate"],
        expected=row["expected_share"],
        low=row["expected_share_low"],
        high=row["expected_share_high"],
        n=int(row["n"]),
        p=row["p_adjusted"],
        level=result.ci_level,
    )
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
        return Finding(
            say(
                "That {bank} keeps more or fewer from “{a}” to “{b}” than its "
                "size predicts is not shown."
            ),
            detail,
            settled,
        ), []
    if row["estimate"] < row["expected_share"]:
        headline = say("{bank} loses more between “{a}” and “{b}” than its size explains.")
        if settled == "likely":
            headline = say(
                "{bank} probably loses more between “{a}” and “{b}” than its size explains."
            )
        mend = say(
            "Find out why those at “{a}” with {bank} do not go on to “{b}”: "
            "{value:percent} do, {expected:percent} would be usual."
        )
        return Finding(headline, detail, settled), [Action("fix", mend, settled, "funnel")]
    headline = say("{bank} keeps more between “{a}” and “{b}” than its size explains.")
    if settled == "likely":
        headline = say("{bank} probably keeps more between “{a}” and “{b}” than its size explains.")
    return Finding(headline, detail, settled), []


def _no_step(result: BrandFunnel) -> Finding:
    say = speaker(n=len(result.conversions), persons=result.n)
    headline = say(
        "No bank is shown to lose more people from stage to stage than its size predicts."
    )
    detail = say(
        "{n:count} conversions were looked at; {persons:count} persons. Only gross "
        "outliers can be told."
    )
    return Finding(headline, detail, "open")


def _conversions(result: BrandFunnel, bank: str | None) -> Exhibit:
    columns = [
        "brand",
        "stage_a",
        "stage_b",
        "estimate",
        "ci_low",
        "ci_high",
        "ci_level",
        "expected_share",
        "p_adjusted",
        "n_leaks",
        "n",
    ]
    table = result.conversions[columns]
    if bank is not None:
        table = table.assign(other=table["brand"] != bank).sort_values("other", kind="stable")
    caption = Message(
        "Who passes on from each stage to the next, of those at the stage before, and what the "
        "other banks' sizes lead to expect."
    )
    return Exhibit(
        caption,
        data=table[columns].dropna(axis=1, how="all").reset_index(drop=True),
        kinds={"estimate": "share"},
    )
