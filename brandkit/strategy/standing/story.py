"""What is said of where a bank stands in its market."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import Action, Exhibit, Say, Story, pointed, speaker, titled
from brandkit.language import translate
from brandkit.strategy.links import CERTAIN
from brandkit.strategy.standing.canvas import ValueCurve
from brandkit.strategy.standing.distinct import (
    ENOUGH_FOR_CURVE,
    Distinctiveness,
    told_test,
)

MOST_FEATURES = 12
"""Features of the focus that stand beside those of the others; the workbook has all."""
_SHOWN = ["brand", "distance", "n_listed", "estimate", "std_error", "is_counted"]
"""Columns of the table beneath the figure; the result has more."""
USUAL = 1 / 3
"""Part of the banks, the most or the least different, that is called so."""


def distinctiveness(result: Distinctiveness, *, focus: object = None) -> Story:
    """Tell whether being different goes with doing well, and how different the focus is."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    row = told_test(result)
    say = speaker(
        n=result.n_brands,
        r=result.tests["estimate"].iloc[0],
        p=row["p_adjusted"],
        bank=bank,
        size=row["detectable"],
        power=row["power"],
        level=1 - CERTAIN,
        far=result.brands["brand"].iloc[0],
        near=result.brands["brand"].iloc[-1],
        category=result.category,
    )
    findings = [_shape(result, row, say), *([] if bank is None else [_standing(result, bank)])]
    caption = say(
        "{n:count} banks by how far their offers lie from those of the others, and how they do."
    )
    alt = say("Scatter of {n:count} banks; {far} differs most from the others, {near} least.")
    notes = (*unknown, *as_notes(findings[1:]), *result.notes)
    exhibits = {
        "distinctiveness": Exhibit(
            caption, alt, result.brands[_SHOWN], notes, partial(result.plot, focus=bank)
        )
    }
    if bank is not None:
        exhibits["beside-others"] = _beside(result, bank)
    points = (pointed(findings[0], 0.5, "distinctiveness"),) * (findings[0].settled != "open")
    return Story(titled(findings[0]), None, tuple(findings), exhibits=exhibits, points=points)


def _shape(result: Distinctiveness, row: pd.Series[Any], say: Say) -> Finding:
    """Say whether performance turns, rises or falls with distance, or that nothing is known."""
    settled = row["settled"]
    if settled == "open":
        return _unknown(result, say)
    if row["test"] == "line":
        detail = say(
            "Correlation over {n:count} banks {r:signed} (p {p:p}). What goes together need not be "
            "cause."
        )
        rises = row["estimate"] > 0
        if settled == "clear":
            more = say("The more a bank differs from the others, the better it does.")
            less = say("The more a bank differs from the others, the worse it does.")
            return Finding(more if rises else less, detail, settled)
        more = say("Banks that differ more probably do better.")
        less = say("Banks that differ more probably do worse.")
        return Finding(more if rises else less, detail, settled)
    curve = result.curve.iloc[0]
    detail = say(
        "It turns at a distance of {turn:decimal1} ({low:decimal1} to {high:decimal1}, "
        "{level:percent}); p {p:p}, {n:count} banks, and two straight lines parted there go in "
        "opposite directions. What goes together need not be cause.",
        turn=curve["extremum"],
        low=curve["extremum_low"],
        high=curve["extremum_high"],
    )
    if curve["shape"] == "U":
        if settled == "clear":
            return Finding(
                say(
                    "Banks in the middle do worst, those very alike and very unlike the "
                    "rest better."
                ),
                detail,
                settled,
            )
        return Finding(
            say(
                "Up to a point banks that differ more probably do worse; beyond it "
                "there are few banks to tell."
            ),
            detail,
            settled,
        )
    if settled == "clear":
        return Finding(
            say(
                "Banks in the middle do best, those very alike and very unlike the rest less well."
            ),
            detail,
            settled,
        )
    return Finding(
        say(
            "Up to a point banks that differ more probably do better; beyond it there "
            "are few banks to tell."
        ),
        detail,
        settled,
    )


def _unknown(result: Distinctiveness, say: Say) -> Finding:
    if result.n_brands < ENOUGH_FOR_CURVE:
        headline = say(
            "With {n:count} banks neither a best degree of difference nor its absence can be shown."
        )
        detail = say(
            "Under {least:count} banks only a straight line is tested: correlation {r:signed} (p "
            "{p:p}); from {size:decimal2} upward it would be found in four of five cases.",
            least=ENOUGH_FOR_CURVE,
        )
        return Finding(headline, detail, "open")
    headline = say("Whether there is a best degree of difference is open.")
    detail = say(
        "{n:count} banks, correlation {r:signed} (p {p:p}). A curve that explains a quarter of the "
        "differences between banks would be found with a chance of {power:percent}.",
        power=result.tests["power"].iloc[-1],
    )
    return Finding(headline, detail, "open")


def _standing(result: Distinctiveness, bank: str) -> Finding:
    """Say how different the focus is: a fact of what is listed, without a test."""
    brands = result.brands
    rank = int((brands["brand"] == bank).to_numpy().argmax()) + 1
    own = result.profiles[result.profiles["brand"] == bank]
    far = (own["share"] - own["prototype"]).abs().sort_values(ascending=False, kind="stable")
    names = own.loc[far.index[far > 0][:3], "attribute"].tolist()
    say = speaker(
        bank=bank,
        rank=rank,
        n=len(brands),
        names=names,
        distance=brands["distance"].iloc[rank - 1],
        mean=brands["distance"].mean(),
    )
    headline = say("{bank} differs from the others about as much as most banks do.")
    if rank <= USUAL * len(brands):
        headline = say("{bank} is among the banks that differ most from the others.")
    elif rank > (1 - USUAL) * len(brands):
        headline = say("{bank} is among the banks that are most like the others.")
    detail = say(
        "Distance {distance:decimal1}, number {rank:count} of {n:count}, the mean {mean:decimal1}; "
        "furthest apart in: {names}. A fact of what is listed, without a test."
    )
    return Finding(headline, detail, "likely")


def _beside(result: Distinctiveness, bank: str) -> Exhibit:
    own = result.profiles[result.profiles["brand"] == bank]
    gap = (own["share"] - own["prototype"]).abs()
    rows = own.iloc[gap.argsort(kind="stable")[::-1]].drop(columns="brand").head(MOST_FEATURES)
    say = speaker(bank=bank, n=len(rows), of=len(own))
    caption = say(
        "{bank} beside the mean of the others and beside the three others that do best, the widest "
        "gaps first; {n:count} of {of:count} features."
    )
    return Exhibit(caption, data=rows.reset_index(drop=True), of_people=False)


MOST_CANDIDATES = 3
"""Candidates that findings tell; the table has the rest."""
CANDIDATES = {
    "raise": Message("to raise"),
    "reduce": Message("to reduce"),
    "eliminate": Message("to drop"),
    "create": Message("to add"),
}
_FIRST = ("raise", "create", "reduce", "eliminate")


def value_curve(result: ValueCurve, *, focus: object = None) -> Story:
    """Tell what a bank could raise, reduce, drop or add; candidates, never orders."""
    del focus  # the curve is one bank's
    rows = result.candidates.assign(
        doubt=result.candidates["settled"].map({"clear": 0, "likely": 1, "open": 2}),
        first=result.candidates["candidate"].map({name: at for at, name in enumerate(_FIRST)}),
    ).sort_values(["doubt", "first"], kind="stable")  # fmt: skip
    canvas = result.canvas.set_index("attribute")
    told = [_candidate(result, row, canvas.loc[row["attribute"]]) for _, row in rows.iterrows()]
    told = told or [_no_candidate(result)]
    findings = told[:MOST_CANDIDATES]
    say = speaker(bank=result.brand, n=len(canvas), rivals=result.n_rivals)
    caption = say(
        "What share of its offers {bank} gives each of {n:count} attributes (squares), beside "
        "{rivals:count} rivals. Circles are their mean, lines the middle half of them."
    )
    alt = say("Rows of dots for {n:count} attributes: {bank} beside its rivals.")
    silence = say(
        "What a list leaves out counts as not there; how often rivals say nothing stands "
        "in the table."
    )
    shown = result.canvas.dropna(axis=1, how="all")
    exhibits = {
        "value-curve": Exhibit(
            caption,
            alt,
            shown,
            (*as_notes(findings[1:]), silence, *result.notes),
            result.plot,
            of_people=False,
        )
    }
    if len(rows):
        exhibits["candidates"] = _table(rows, canvas)
    actions = tuple(
        Action(
            "check",
            say(
                "Look into “{name}”: customers see {bank} behind its rivals in it.",
                name=row["attribute"],
            ),
            row["settled"],
            "candidates",
            (row["attribute"],),
        )
        for _, row in rows[rows["candidate"] == "raise"].head(1).iterrows()
    )
    points = (pointed(findings[0], 0.6, "value-curve"),) * (findings[0].settled != "open")
    return Story(titled(findings[0]), None, tuple(findings), actions, exhibits, points)


def _candidate(result: ValueCurve, row: pd.Series[Any], cells: pd.Series[Any]) -> Finding:
    say = speaker(
        bank=result.brand,
        name=row["attribute"],
        ours=cells["our_share"],
        theirs=cells["rivals_mean"],
        points=cells["perceived"],
        p=cells["p_adjusted"],
        have=int(cells["n_rivals_have"]),
        n=int(cells["n_rivals"]),
    )
    settled = row["settled"]
    if row["candidate"] == "raise":
        detail = say(
            "{points:points} points against the mean of its rivals (p {p:p} over all attributes), "
            "and it rises above noise in what drives satisfaction; {ours:percent} of its offers "
            "have it, {theirs:percent} of theirs. A candidate, not an order."
        )
        headline = say("Customers see {bank} behind on “{name}”, which matters to them.")
        if settled == "likely":
            headline = say("“{name}” is a candidate to raise.")
        return Finding(headline, detail, settled)
    detail = say(
        "{ours:percent} of the offers of {bank} have it, {theirs:percent} of its rivals' "
        "({have:count} of {n:count} rivals). A candidate, not an order."
    )
    if row["candidate"] == "create":
        if settled == "likely":
            return Finding(
                say("“{name}”, which hardly anybody lists, is a candidate to add."), detail, settled
            )
        return Finding(
            say("Whether adding “{name}”, which hardly anybody lists, is worth while is open."),
            detail,
            settled,
        )
    if row["candidate"] == "reduce":
        return Finding(
            say(
                "Whether “{name}” could be reduced without harm is open: its effect is "
                "not above noise."
            ),
            detail,
            "open",
        )
    return Finding(
        say(
            "Whether “{name}” could be dropped without harm is open: customers see no "
            "difference, and its effect is not above noise."
        ),
        detail,
        "open",
    )


def _no_candidate(result: ValueCurve) -> Finding:
    far = result.canvas.loc[result.canvas["difference"].abs().argsort()[::-1], :].head(1)
    say = speaker(
        bank=result.brand,
        n=len(result.canvas),
        rivals=result.n_rivals,
        name=far["attribute"].iloc[0],
        ours=far["our_share"].iloc[0],
        theirs=far["rivals_mean"].iloc[0],
    )
    headline = say("What {bank} could raise, reduce, drop or add is open.")
    detail = say(
        "{n:count} attributes beside {rivals:count} rivals; its offers differ most in “{name}”: "
        "{ours:percent} of its own have it, {theirs:percent} of its rivals'."
    )
    return Finding(headline, detail, "open")


def _table(rows: pd.DataFrame, canvas: pd.DataFrame) -> Exhibit:
    """List what is a candidate for what, with the evidence of each."""
    columns = ["our_share", "rivals_mean", "share_not_stated", "perceived", "above_noise"]
    evidence = canvas.loc[rows["attribute"], columns].reset_index(drop=True)
    table = pd.concat(
        [rows[["attribute", "candidate", "settled"]].reset_index(drop=True), evidence], axis=1
    )
    table["candidate"] = [translate(CANDIDATES[one]) for one in table["candidate"]]
    caption = Message(
        "Candidates with their evidence: each is to be looked into, none is an order."
    )
    return Exhibit(caption, data=table.dropna(axis=1, how="all"), of_people=False)
