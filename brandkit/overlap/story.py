"""What likeness of products and names, tests against chance, gaps and shared markets say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from brandkit.core.intervals import holm
from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.result import Result
from brandkit.core.story import N_, Action, Exhibit, Point, Say, Story, speaker, titled
from brandkit.language import translate
from brandkit.overlap.chance import LEVEL, OverlapTest
from brandkit.overlap.gaps import LEADS_FROM, MOST_ATTRIBUTES, CatalogGaps, drawn_gaps, is_open
from brandkit.overlap.names import LookAlikeNames
from brandkit.overlap.products import MOST_PAIRS, ProductSimilarity, nearest_pairs
from brandkit.overlap.regions import MOST_ROWS, MarketOverlap, meeting_pairs


def of_one_finding(
    result: Result, finding: Finding, name: str, *, unknown: tuple[Message, ...], **exhibit: Any
) -> Story:
    """Tell one finding and its one exhibit, which carries it as a note."""
    notes = (*as_notes([finding]), *unknown, *result.notes)
    exhibits = {name: Exhibit(notes=notes, **exhibit)}
    return Story(finding.headline, findings=(finding,), exhibits=exhibits)


def pair_texts(rows: pd.DataFrame, what: str) -> list[str]:
    """Name both ends of each pair."""
    return [f"{a} – {b}" for a, b in zip(rows[f"{what}_a"], rows[f"{what}_b"], strict=True)]


def dots_alt(names: list[str], shares: Iterable[float]) -> Message:
    """Say how far a dot plot of shares reaches, from its first row down to its last."""
    if not names:
        return Message("Dot plot without a row: nothing can be compared.")
    drawn = list(shares)[: len(names)]
    say = speaker(n=len(names), first=names[0], high=drawn[0], last=names[-1], low=drawn[-1])
    return say(
        "Dot plot of {n:count} rows, from {first} ({high:percent}) down to {last} ({low:percent})."
    )


# --- products ------------------------------------------------------------------------------------


def product_similarity(result: ProductSimilarity, *, focus: object = None) -> Story:
    """Say which products of different banks are most alike."""
    bank, unknown = known_focus(focus, result.comparison.facets.brands)
    rows = nearest_pairs(result, brand=bank).drop(columns=["product_a", "product_b"])
    shown = rows.head(MOST_PAIRS)
    say = speaker(products=result.n_offers, brands=result.n_brands, n=len(rows), shown=len(shown))
    if rows.empty:
        headline = say("No two products of different banks can be compared.")
        detail = say("{products:count} products of {brands:count} banks.")
        return Story(headline, findings=(Finding(headline, detail, "open"),))
    first = rows.iloc[0]
    headline = say("Most alike are “{name_a}” of {brand_a} and “{name_b}” of {brand_b}.", **first)
    detail = say(
        "{similarity:percent} alike; whatever is not stated, between {bound_low:percent} and "
        "{bound_high:percent} ({products:count} products of {brands:count} banks).",
        **first,
    )
    is_next = len(rows) > 1 and first["bound_low"] > rows["bound_high"].iloc[1]
    finding = Finding(headline, detail, "clear" if is_next else "likely")
    return of_one_finding(
        result,
        finding,
        "products",
        unknown=unknown,
        caption=say(
            "Products of different banks that are most alike, {shown:count} of {n:count} pairs. "
            "Line: what may be true of what only one side states."
        ),
        alt=dots_alt(pair_texts(shown, "name"), shown["similarity"]),
        data=rows,
        draw=lambda: result.plot(focus=bank),
    )


# --- chance --------------------------------------------------------------------------------------

INDEX_NAMES = {
    "pianka": N_("Pianka's overlap, mean of pairs"),
    "czekanowski": N_("Czekanowski's overlap, mean of pairs"),
    "jaccard_variance": N_("Differences between pairs (variance of Jaccard)"),
}
NULL_NAMES = {
    "RA1": N_("RA1: everything at random"),
    "RA2": N_("RA2: random amounts, gaps kept"),
    "RA3": N_("RA3: features shuffled, breadth kept"),
    "RA4": N_("RA4: amounts shuffled, gaps kept"),
    "fixed": N_("Fixed: popularity and breadth kept"),
}
_COLUMNS = ["index", "null", "observed", "expected", "ses", "p_value", "p_two_sided"]


def overlap_test(result: OverlapTest, *, focus: object = None) -> Story:
    """Say whether banks are more alike than chance, under every null that was asked for."""
    ends = pd.unique(result.pairs[["brand_a", "brand_b"]].values.ravel())
    bank, unknown = known_focus(focus, ends)
    say = speaker(draws=result.draws, brands=result.n_brands, features=result.n_attributes)
    findings = (*_pair(result, bank, say), *_groups(result, say), *_concentration(result, say))
    table = result.tests[_COLUMNS].assign(
        index=[translate(Message(INDEX_NAMES[name])) for name in result.tests["index"]],
        null=[translate(Message(NULL_NAMES[name])) for name in result.tests["null"]],
    )
    caption = say(
        "Overlap of the feature profiles of {brands:count} banks ({features:count} features of "
        "categories) against models of chance, {draws:count} random markets each. p: chance "
        "reaches as much or more."
    )
    notes = (*as_notes(findings), *unknown, *result.notes)
    exhibits = {"chance": Exhibit(caption, data=table, notes=notes, kinds={"expected": "decimal"})}
    return Story(findings[0].headline, caption, findings, exhibits=exhibits)


def _pair(result: OverlapTest, bank: str | None, say: Say) -> list[Finding]:
    """The focus bank's most alike pair, beyond popularity and breadth."""
    pairs = result.pairs[result.pairs["null"] == "fixed"]
    ends = pairs[["brand_a", "brand_b"]].astype(str)
    own = pairs[(ends == bank).any(axis=1) & pairs["ses"].notna()]
    if own.empty:
        return []
    row = own.sort_values("ses", ascending=False, kind="stable").iloc[0]
    rival = row["brand_b"] if str(row["brand_a"]) == bank else row["brand_a"]
    values = {**row, "brand": bank, "rival": rival, "n": len(pairs)}
    detail = (
        say(
            "{ses:signed} standard deviations from what popularity and breadth give (p "
            "{p_value:p}, its tail fitted to {draws:count} draws; {p_adjusted:p} after adjustment "
            "over {n:count} pairs).",
            **values,
        )
        if row["tail_fitted"]
        else say(
            "{ses:signed} standard deviations from what popularity and breadth give (p "
            "{p_value:p}; {p_adjusted:p} after adjustment over {n:count} pairs, {draws:count} "
            "draws).",
            **values,
        )
    )
    # the pair was chosen among the bank's own, so that its p-value alone says too much
    if holm(own["p_value"].to_numpy(dtype=float)).min() > LEVEL:
        headline = say(
            "{brand} and {rival} may share no more features than popular ones explain.", **values
        )
        return [Finding(headline, detail, "open")]
    headline = say("{brand} and {rival} share more features than popular ones explain.", **values)
    return [Finding(headline, detail, "clear" if row["p_adjusted"] <= LEVEL else "likely")]


def _groups(result: OverlapTest, say: Say) -> list[Finding]:
    tests = result.tests[result.tests["index"] == "jaccard_variance"]
    if tests.empty:
        return []
    row = tests.iloc[0]
    detail = say(
        "Against markets in which every feature stays as popular and every bank as broad, pairs "
        "differ {ses:signed} standard deviations more than chance (p {p_value:p}, {draws:count} "
        "draws).",
        **row,
    )
    if row["p_value"] <= LEVEL:
        headline = say(
            "Some pairs are more alike, others less, than popularity and breadth explain."
        )
        return [Finding(headline, detail, "clear")]
    headline = say("Popularity and breadth may explain how alike pairs are.")
    return [Finding(headline, detail, "open")]


def _concentration(result: OverlapTest, say: Say) -> list[Finding]:
    tests = result.tests[result.tests["null"].str.startswith("RA")]
    if tests.empty:
        return []
    by_null = tests.groupby("null", sort=False)["p_value"]
    most, least = by_null.max(), by_null.min()
    yes, no = most.index[most <= LEVEL].tolist(), least.index[least > LEVEL].tolist()
    # where the two mean overlaps disagree there is neither verdict
    split = [name for name in most.index if name not in (*yes, *no)]
    values = {"yes": yes or None, "no": no or None, "split": split}
    settled: Settled = "open"
    if len(yes) == len(most):
        settled = "clear" if "RA3" in yes and len(yes) > 1 else "likely"
        headline = say("Banks concentrate on the same features more than chance.")
        detail = say(
            "Under every model asked ({yes}). Unequal popularity of features alone is enough for "
            "RA3 ({draws:count} draws).",
            **values,
        )
    elif not yes and not split:
        headline = say("Banks do not concentrate on the same features more than chance.")
        detail = say("Under no model asked ({no}; {draws:count} draws).", **values)
    else:
        headline = say(
            "Whether banks concentrate on the same features depends on what chance means."
        )
        detail = say(
            "More alike than chance under {yes}, not under {no}. Unequal popularity of features "
            "alone is enough for RA3 ({draws:count} draws).",
            **values,
        )
        if split:
            text = "{detail} The two measures disagree under {split}."
            detail = Message(text, {"detail": detail, "split": split})
    return [Finding(headline, detail, settled)]


# --- gaps ----------------------------------------------------------------------------------------

_WORDS = {
    "has": N_("has it"),
    "has_not": N_("has it not"),
    "not_stated": N_("does not say"),
    "parity_gap": N_("parity gap"),
    "point_of_difference": N_("point of difference"),
    "personal": N_("personal customers"),
    "business": N_("business customers"),
    "crowded": N_("crowded"),
    "empty": N_("nobody sells"),
    "ours_alone": N_("only we sell"),
}
_GAP_COLUMNS = [
    "attribute",
    "category",
    "kind",
    "state",
    "n_have",
    "n_comparable",
    "share_have",
    "share_not_stated",
]
_CELL_COLUMNS = [
    "category",
    "segment",
    "cell",
    "n_offers",
    "n_ours",
    "n_rivals",
    "expected",
    "share_not_stated",
]


def catalog_gaps(result: CatalogGaps, *, focus: object = None) -> Story:
    """Say what the bank lacks and what it alone has."""
    _, unknown = known_focus(focus, [result.brand])
    parity, gap_actions, gap_points = _parity(result)
    difference, keep_actions, keep_points = _difference(result)
    rows = drawn_gaps(result)
    kinds = rows["kind"].value_counts()
    say = speaker(
        brand=result.brand,
        most=MOST_ATTRIBUTES,
        n=result.n_rivals,
        gaps=int(kinds.get("parity_gap", 0)),
        points=int(kinds.get("point_of_difference", 0)),
    )
    alt = say("Empty matrix: {brand} has neither gaps nor points of difference.")
    if len(rows):
        alt = say(
            "Matrix of attributes and categories with {gaps:count} parity gaps and {points:count} "
            "points of difference of {brand}; it begins with “{attribute}” ({category}), which "
            "{share_have:percent} of rivals' comparable products have.",
            **rows.iloc[0],
        )
    unstated = (
        say("What is not stated could change every cell.")
        if is_open(rows).all()
        else say("“?”: what is not stated could change it.")
    )
    cells = result.cells[result.cells["cell"] != "usual"].reset_index(drop=True)
    return Story(
        parity.headline,
        findings=(parity, difference),
        actions=(*gap_actions, *keep_actions),
        points=(*gap_points, *keep_points),
        exhibits={
            "gaps": Exhibit(
                say(
                    "What sets {brand} apart from {n:count} rivals. Number: percent of rivals' "
                    "comparable products that have it. Plain cell: at least half of theirs, none "
                    "of ours. Framed: ours has it, few of theirs. {unstated} At most {most:count} "
                    "attributes of each kind; the table has all.",
                    unstated=unstated,
                ),
                alt,
                _in_words(result.gaps, "kind", "state")[_GAP_COLUMNS],
                (*as_notes([parity, difference]), *unknown, *result.notes),
                lambda: result.plot(),
            ),
            "cells": Exhibit(
                say(
                    "Where many sell, where nobody does, and where only {brand} does. Customer "
                    "groups by category, with the products to be expected were groups spread "
                    "alike."
                ),
                data=_in_words(cells, "cell", "segment")[_CELL_COLUMNS],
                # offers are expected here, not overlaps
                heads={"expected": Message("Expected offers")},
                kinds={"expected": "number"},
            ),
        },
    )


Told = tuple[Finding, list[Action], list[Point]]


def _in_words(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Give columns in words of the language in use."""
    said = {word: translate(Message(text)) for word, text in _WORDS.items()}
    return rows.assign(**{name: [said.get(one, one) for one in rows[name]] for name in columns})


def _leading(result: CatalogGaps, rows: pd.DataFrame, firm: pd.DataFrame) -> tuple[Any, Say]:
    """Give what the firmest gap says; nothing where there is none."""
    say = speaker(
        brand=result.brand,
        n=len(rows),
        rivals=result.n_rivals,
        firm=len(firm),
        untold=len(rows) - len(firm),
    )
    if rows.empty:
        return None, say
    told = firm if len(firm) else rows
    broad = told[told["n_comparable"] >= LEADS_FROM]
    first = (broad if len(broad) else told).iloc[0]
    return first, lambda text: say(text, **first)


def _firm(first: Any) -> Settled:
    """Call nothing clear that few products of rivals stand behind."""
    return "clear" if first["n_comparable"] >= LEADS_FROM else "likely"


def _point(text: Message, first: Any) -> list[Point]:
    """Tell a board what more than a few products stand behind."""
    is_clear = _firm(first) == "clear"
    return [Point(text, "clear", 0.6, "gaps", (str(first["attribute"]),))] * is_clear


def _parity(result: CatalogGaps) -> Told:
    rows = result.gaps[result.gaps["kind"] == "parity_gap"]
    told = rows[rows["state"] == "has_not"]
    first, say = _leading(result, rows, told)
    if first is None:
        headline = say("{brand} lacks nothing that most rivals offer.")
        detail = say("In the lists compared, against {rivals:count} rivals.")
        return Finding(headline, detail, "likely"), [], []
    detail = say(
        "{n_have:count} of {n_comparable:count} comparable products of rivals have it, "
        "{share_not_stated:percent} do not say. {n:count} {n:gap|gaps} in all; in {untold:count} "
        "of them our own catalogue says nothing."
    )
    if len(told):
        headline = say("Most rivals offer “{attribute}” ({category}), {brand} does not.")
        text = say(
            "Test whether customers of {brand} miss “{attribute}” ({category}), which most rivals "
            "offer."
        )
        point = say(
            "{n_have:count} of {n_comparable:count} comparable products of rivals have "
            "“{attribute}” ({category}); {brand} does not."
        )
        actions = [Action("test", text, _firm(first), "gaps", (first["attribute"],))]
        return Finding(headline, detail, _firm(first)), actions, _point(point, first)
    headline = say(
        "Most rivals offer “{attribute}” ({category}); {brand} does not say whether it does."
    )
    text = say(
        "Check whether {brand} has “{attribute}” ({category}): most rivals do, its catalogue does "
        "not say."
    )
    actions = [Action("check", text, "open", "gaps", (first["attribute"],))]
    return Finding(headline, detail, "open"), actions, []


def _difference(result: CatalogGaps) -> Told:
    rows = result.gaps[result.gaps["kind"] == "point_of_difference"]
    firm = rows[~is_open(rows)]
    first, say = _leading(result, rows, firm)
    if first is None:
        headline = say("{brand} has nothing that few rivals have.")
        detail = say("In the lists compared every entry of ours is common.")
        return Finding(headline, detail, "likely"), [], []
    detail = say(
        "{n_have:count} of {n_comparable:count} comparable products of rivals have it, "
        "{share_not_stated:percent} do not say. {n:count} {n:point|points} of difference in all, "
        "{firm:count} of them whatever rivals do not state."
    )
    if firm.empty:
        headline = say("“{attribute}” ({category}) may set {brand} apart: most rivals do not say.")
        return Finding(headline, detail, "open"), [], []
    headline = say("“{attribute}” ({category}) sets {brand} apart.")
    text = say("Keep “{attribute}” ({category}): few rivals of {brand} have it.")
    point = say(
        "“{attribute}” ({category}) sets {brand} apart: {n_have:count} of "
        "{n_comparable:count} comparable products of rivals have it."
    )
    actions = [Action("keep", text, _firm(first), "gaps", (first["attribute"],))]
    return Finding(headline, detail, _firm(first)), actions, _point(point, first)


# --- names ---------------------------------------------------------------------------------------

EQUAL_NAMES = 0.995
"""Likeness from which two names are the same."""
MOST_NAMES = 8
"""Pairs in the table of names."""


def look_alike_names(result: LookAlikeNames, *, focus: object = None) -> Story:
    """Say whose product names could be taken for another bank's."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    rows = result.pairs
    if bank is not None:
        ends = {"brand_a": "brand_b", "name_a": "name_b", "row_a": "row_b"}
        turned = rows.rename(columns={**ends, **{b: a for a, b in ends.items()}})
        rows = pd.concat([each[each["brand_a"] == bank] for each in (rows, turned)])
        rows = rows.sort_values("similarity", ascending=False, kind="stable", ignore_index=True)
    of_bank = result.brands[result.brands["brand"] == bank]
    equal = rows[rows["similarity"] >= EQUAL_NAMES]
    say = speaker(
        brand=bank,
        n=len(rows) if bank is None else int(of_bank["n_look_alikes"].sum()),
        all=result.n_offers if bank is None else int(of_bank["n_offers"].sum()),
        pairs=len(rows),
        equal=len(equal),
        shown=min(MOST_NAMES, len(rows)),
    )
    if rows.empty:
        headline = (
            say("No two banks' products bear names that look alike.")
            if bank is None
            else say("No product of {brand} is called like a rival's.")
        )
        detail = say("{all:count} names, bank and series taken out.")
    else:
        headline = (
            say("{n:count} {n:pair|pairs} of product names of different banks look alike.")
            if bank is None
            else say(
                "{n:count} of {brand}'s {all:count} products {n:bears|bear} a name like a rival's."
            )
        )
        detail = say(
            "{pairs:count} look-alike pairs, {equal:count} of them equal once bank and series are "
            "taken out."
        )
    finding = Finding(headline, detail, "clear" if len(equal) else "likely")
    actions: tuple[Action, ...] = ()
    if bank is not None and len(equal):
        text = say("Check the name “{name_a}”: {brand_b} sells “{name_b}”.", **equal.iloc[0])
        actions = (Action("check", text, "clear", "names"),)
    columns = ["brand_a", "name_a", "brand_b", "name_b", "category", "similarity"]
    story = of_one_finding(
        result,
        finding,
        "names",
        unknown=unknown,
        caption=say(
            "Product names of different banks that look alike once bank and series are taken out: "
            "{shown:count} of {pairs:count} pairs, the most alike first."
        ),
        data=rows[columns if bank is None else columns[1:]].head(MOST_NAMES),
    )
    return replace(story, actions=actions)


# --- regions -------------------------------------------------------------------------------------

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
    say = speaker(n=result.n_markets, most=MOST_ROWS, focus=bank)
    finding = _meeting(rows, bank, say)
    shown = rows.head(MOST_ROWS)
    story = of_one_finding(
        result,
        finding,
        "meeting",
        unknown=unknown,
        caption=say(
            "Who meets most in {n:count} markets, at most {most:count} rows. Market commonality "
            "(Chen 1996): the one's part in the other's markets, weighted by how much these count"
            " for the other. Dot: one way; square: the other way round."
        ),
        alt=dots_alt(pair_texts(shown, "brand"), shown["commonality"]),
        data=rows,
        draw=lambda: result.plot(focus=bank),
    )
    if rows.empty:
        return story
    say = speaker(say, **rows.iloc[0])
    text = say(
        "Where {brand_a} is, {brand_b} holds {commonality:percent} of the market on average; they "
        "meet in {n_shared_markets:count} of {n:count} markets."
    )
    on = (str(rows["brand_b"].iloc[0]),)
    check = say("Check offers and prices against {brand_b} first, where both are present.")
    if bank is None:
        check = say(
            "Check the offers and prices of {brand_a} and {brand_b} first, in the "
            "{n_shared_markets:count} {n_shared_markets:market|markets} where both are."
        )
    point = Point(text, finding.settled, 0.4, "meeting", on, titled(finding), why=bank is not None)
    points = (
        point,
        *_contacts(result, say, rows.iloc[0], settled=finding.settled, is_own=bank is not None),
    )
    is_told = finding.settled != "open"
    actions = (Action("check", check, finding.settled, "meeting", on),) if is_told else ()
    return replace(story, points=points, actions=actions)


def _contacts(
    result: MarketOverlap, say: Say, first: Any, *, settled: Settled, is_own: bool
) -> Iterator[Point]:
    """Say what meeting in several markets means, and how many banks are in one alone."""
    if first["n_shared_markets"] > 1:
        answer = say(
            "What {brand_a} does in one of these markets {brand_b} can answer in {others:count} "
            "{others:other|others}.",
            others=int(first["n_shared_markets"]) - 1,
        )
        yield Point(answer, settled, 0.35, "meeting", why=True)
    alone = int((result.brands["n_markets"] == 1).sum())
    if alone and not is_own:
        local = say(
            "{alone:count} of {banks:count} banks {alone:is|are} in one market alone.",
            alone=alone,
            banks=len(result.brands),
        )
        yield Point(local, "clear", 0.3, "meeting")


def _meeting(rows: pd.DataFrame, bank: str | None, say: Say) -> Finding:
    if rows.empty:
        headline = (
            say("No two banks meet in any market.")
            if bank is None
            else say("{focus} meets no other bank in any market.")
        )
        return Finding(headline, say("{n:count} markets."), "clear")
    first, second = rows.iloc[0], rows.iloc[min(1, len(rows) - 1)]
    out, back = first["commonality"], first["back"]
    values = {**first, "second": second["brand_b"], "next": second["commonality"]}
    detail = say(
        "Market commonality {commonality:percent} one way, {back:percent} the other, in "
        "{n_shared_markets:count} of {n:count} markets.",
        **values,
    )
    if bank is None:
        return Finding(say("{brand_a} and {brand_b} meet most.", **values), detail, "likely")
    if len(rows) > 1:
        detail = say(
            "Of {brand_a}'s presence {commonality:percent} meets {brand_b}, of {brand_b}'s "
            "{back:percent} meets {brand_a}, in {n_shared_markets:count} of {n:count} markets; the "
            "next, {second}, {next:percent}.",
            **values,
        )
        if out < AHEAD * second["commonality"]:
            headline = say("{brand_a} meets {brand_b} about as much as {second}.", **values)
            return Finding(headline, detail, "open")
    headline = say("{brand_a} meets {brand_b} most.", **values)
    if back > LOPSIDED * out:
        headline = say("{brand_a} meets {brand_b} most, and matters to it even more.", **values)
    elif out > LOPSIDED * back:
        headline = say("{brand_a} meets {brand_b} most, and matters little to it.", **values)
    return Finding(headline, detail, "clear")
