"""What a bank lacks, has alone, and calls like others."""

from __future__ import annotations

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import N_, Action, Exhibit, Story, speaker
from brandkit.language import translate
from brandkit.overlap.gaps.gaps import MOST_ATTRIBUTES, CatalogGaps, drawn_gaps, is_open
from brandkit.overlap.gaps.lookalikes import LookAlikeNames

EQUAL_NAMES = 0.995
"""Likeness from which two names are the same."""
MOST_NAMES = 8
"""Pairs in the table of names."""
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


def catalog_gaps(result: CatalogGaps, *, focus: object = None) -> Story:
    """Say what the bank lacks and what it alone has."""
    _, unknown = known_focus(focus, [result.brand])
    parity, gap_actions = _parity(result)
    difference, keep_actions = _difference(result)
    rows = drawn_gaps(result)
    kinds = rows["kind"].value_counts()
    say = speaker(
        brand=result.brand,
        most=MOST_ATTRIBUTES,
        n=result.n_rivals,
        gaps=int(kinds.get("parity_gap", 0)),
        points=int(kinds.get("point_of_difference", 0)),
    )
    caption = (
        say(
            "What sets {brand} apart from {n:count} rivals. Number: percent of rivals' comparable "
            "products that have it. Plain cell: at least half of theirs, none of ours. Framed: "
            "ours has it, few of theirs. What is not stated could change every cell. At most "
            "{most:count} attributes of each kind; the table has all."
        )
        if is_open(rows).all()
        else say(
            "What sets {brand} apart from {n:count} rivals. Number: percent of rivals' comparable "
            "products that have it. Plain cell: at least half of theirs, none of ours. Framed: "
            "ours has it, few of theirs. “?”: what is not stated could change it. At most "
            "{most:count} attributes of each kind; the table has all."
        )
    )
    alt = say("Empty matrix: {brand} has neither gaps nor points of difference.")
    if len(rows):
        first = rows.iloc[0]
        alt = say(
            "Matrix of attributes and categories with {gaps:count} parity gaps and {points:count} "
            "points of difference of {brand}; it begins with “{first}” ({category}), which "
            "{share:percent} of rivals' comparable products have.",
            first=first["attribute"],
            category=first["category"],
            share=first["share_have"],
        )
    gap_columns = ["attribute", "category", "kind", "state", "n_have", "n_comparable",
                   "share_have", "share_not_stated"]  # fmt: skip
    cell_columns = ["category", "segment", "cell", "n_offers", "n_ours", "n_rivals", "expected",
                    "share_not_stated"]  # fmt: skip
    cells = result.cells[result.cells["cell"] != "usual"].reset_index(drop=True)
    return Story(
        parity.headline,
        findings=(parity, difference),
        actions=(*gap_actions, *keep_actions),
        exhibits={
            "gaps": Exhibit(
                caption,
                alt,
                _in_words(result.gaps, "kind", "state")[gap_columns],
                (*as_notes([parity, difference]), *unknown, *result.notes),
                lambda: result.plot(figure="catalog_gaps"),
            ),
            "cells": Exhibit(
                say(
                    "Where many sell, where nobody does, and where only {brand} does: customer "
                    "groups by category, with the products to be expected were groups spread "
                    "alike."
                ),
                data=_in_words(cells, "cell", "segment")[cell_columns],
                # offers are expected here, not overlaps
                heads={"expected": Message("Expected offers")},
                kinds={"expected": "number"},
            ),
        },
    )


def _in_words(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Give columns in words of the language in use."""
    said = {word: translate(Message(text)) for word, text in _WORDS.items()}
    return rows.assign(**{name: [said.get(one, one) for one in rows[name]] for name in columns})


def _parity(result: CatalogGaps) -> tuple[Finding, list[Action]]:
    rows = result.gaps[result.gaps["kind"] == "parity_gap"]
    say = speaker(brand=result.brand, n=len(rows), rivals=result.n_rivals)
    if rows.empty:
        headline = say("{brand} lacks nothing that most rivals offer.")
        detail = say("In the lists compared, against {rivals:count} rivals.")
        return Finding(headline, detail, "likely"), []
    told = rows[rows["state"] == "has_not"]
    first = (told if len(told) else rows).iloc[0]
    values = {
        "attribute": first["attribute"],
        "category": first["category"],
        "have": int(first["n_have"]),
        "of": int(first["n_comparable"]),
        "silent": first["share_not_stated"],
        "untold": len(rows) - len(told),
    }
    detail = say(
        "{have:count} of {of:count} comparable products of rivals have it, {silent:percent} do not "
        "say. {n:count} {n:gap|gaps} in all; in {untold:count} of them our own catalogue says "
        "nothing.",
        **values,
    )
    if len(told):
        headline = say("Most rivals offer “{attribute}” ({category}), {brand} does not.", **values)
        text = say(
            "Test whether customers of {brand} miss “{attribute}” ({category}), which most rivals "
            "offer.",
            **values,
        )
        return Finding(headline, detail, "clear"), [Action("test", text, "clear", "gaps")]
    headline = say(
        "Most rivals offer “{attribute}” ({category}); {brand} does not say whether it does.",
        **values,
    )
    text = say(
        "Check whether {brand} has “{attribute}” ({category}): most rivals do, its catalogue does "
        "not say.",
        **values,
    )
    return Finding(headline, detail, "open"), [Action("check", text, "open", "gaps")]


def _difference(result: CatalogGaps) -> tuple[Finding, list[Action]]:
    rows = result.gaps[result.gaps["kind"] == "point_of_difference"]
    say = speaker(brand=result.brand, n=len(rows))
    if rows.empty:
        headline = say("{brand} has nothing that few rivals have.")
        detail = say("In the lists compared every entry of ours is common.")
        return Finding(headline, detail, "likely"), []
    firm = rows[~is_open(rows)]
    first = (firm if len(firm) else rows).iloc[0]
    values = {
        "attribute": first["attribute"],
        "category": first["category"],
        "have": int(first["n_have"]),
        "of": int(first["n_comparable"]),
        "silent": first["share_not_stated"],
        "firm": len(firm),
    }
    detail = say(
        "{have:count} of {of:count} comparable products of rivals have it, {silent:percent} do not "
        "say. {n:count} {n:point|points} of difference in all, {firm:count} of them whatever "
        "rivals do not state.",
        **values,
    )
    if firm.empty:
        headline = say(
            "“{attribute}” ({category}) may set {brand} apart: most rivals do not say.", **values
        )
        return Finding(headline, detail, "open"), []
    headline = say("“{attribute}” ({category}) sets {brand} apart.", **values)
    text = say("Keep “{attribute}” ({category}): few rivals of {brand} have it.", **values)
    return Finding(headline, detail, "clear"), [Action("keep", text, "clear", "gaps")]


def look_alike_names(result: LookAlikeNames, *, focus: object = None) -> Story:
    """Say whose product names could be taken for another bank's."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    rows = result.pairs
    if bank is not None:
        back = rows["brand_b"] == bank
        turned = rows.rename(columns=lambda name: f"{name[:-1]}{'ba'['ab'.index(name[-1])]}"
                             if name[-2:] in ("_a", "_b") else name)  # fmt: skip
        rows = pd.concat([rows[rows["brand_a"] == bank], turned[back]])
        rows = rows.sort_values("similarity", ascending=False, kind="stable", ignore_index=True)
    of_bank = result.brands[result.brands["brand"] == bank]
    say = speaker(
        brand=bank,
        n=len(rows) if bank is None else int(of_bank["n_look_alikes"].sum()),
        all=result.n_offers if bank is None else int(of_bank["n_offers"].sum()),
        pairs=len(rows),
        equal=int((rows["similarity"] >= EQUAL_NAMES).sum()),
    )
    equal = rows[rows["similarity"] >= EQUAL_NAMES]
    if rows.empty:
        headline = (
            say("No two banks' products bear names that look alike.")
            if bank is None
            else say("No product of {brand} is called like a rival's.")
        )
        detail = say("{all:count} names, bank and series taken out.")
        finding = Finding(headline, detail, "likely")
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
        text = say(
            "Check the name “{name}”: {rival} sells “{other}”.",
            name=equal["name_a"].iloc[0],
            rival=equal["brand_b"].iloc[0],
            other=equal["name_b"].iloc[0],
        )
        actions = (Action("check", text, "clear", "names"),)
    shown = {"shown": min(MOST_NAMES, len(rows)), "n": len(rows)}
    caption = (
        say(
            "Product names of different banks that look alike once bank and series are taken out: "
            "{shown:count} of {n:count} pairs, the most alike first.",
            **shown,
        )
        if bank is None
        else say(
            "Names of {brand}'s products that look like a rival's once bank and series are taken "
            "out: {shown:count} of {n:count} pairs, the most alike first.",
            **shown,
        )
    )
    columns = ["brand_a", "name_a", "brand_b", "name_b", "category", "similarity"]
    table = rows[columns if bank is None else columns[1:]].head(MOST_NAMES)
    notes = (*as_notes([finding]), *unknown, *result.notes)
    exhibits = {"names": Exhibit(caption, data=table, notes=notes)}
    return Story(finding.headline, findings=(finding,), actions=actions, exhibits=exhibits)
