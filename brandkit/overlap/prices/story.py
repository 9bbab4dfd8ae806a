"""What is said of list prices."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import Exhibit, Story, pointed, speaker, titled
from brandkit.language import translate
from brandkit.overlap.prices.prices import ListPrices

MODEL_NAMES = {"within": Message("within banks"), "pooled": Message("over all banks")}
"""Models that are shown; the result has a third, in which every bank weighs the same."""
_SHOWN = [
    "attribute",
    "model",
    "estimate",
    "ci_low",
    "ci_high",
    "ci_level",
    "p_adjusted",
    "n_varying",
    "settled",
]
MOST_FEATURES = 3
"""Features that findings tell; the figure and the table have the rest."""


def list_prices(result: ListPrices, *, focus: object = None) -> Story:
    """Tell which features go with a higher or lower list price, and where terms turn it."""
    del focus  # what the market lists
    first = result.features.drop_duplicates("attribute")
    rows = first.assign(doubt=first["settled"].map({"clear": 0, "likely": 1, "open": 2}))
    rows = rows.sort_values(["doubt", "p_value"], kind="stable")
    told = rows[rows["settled"] != "open"].head(MOST_FEATURES)
    findings = [_feature(result, row) for _, row in told.iterrows()] or [_none(result, rows)]
    turns = result.turns[result.turns["settled"] != "open"]
    findings += [_term(result, row) for _, row in turns.iterrows()]
    findings.sort(key=lambda one: one.settled == "open")
    say = speaker(
        n=result.n,
        banks=result.n_brands,
        price=result.price,
        unit=unit_of(result),
        features=len(first),
        category=result.category,
    )
    caption = say(
        "What offers with each feature list more or less ({price}, {unit}), within banks (filled) "
        "and over all (hollow). With intervals; {n:count} offers of {banks:count} banks."
    )
    alt = say("Dots for {features:count} features around 0; lines are intervals.")
    limits = say(
        "List prices are neither what is paid nor what a feature is worth to anybody, and no cause."
    )
    notes = (limits, *as_notes(findings[1:]), *result.notes)
    words = {name: translate(message) for name, message in MODEL_NAMES.items()}
    shown = result.features[result.features["model"].isin(words)]
    shown = shown.assign(model=shown["model"].map(words))[_SHOWN]
    exhibits = {"list-prices": Exhibit(caption, alt, shown, notes, result.plot, of_people=False)}
    points = (pointed(findings[0], 0.4, "list-prices"),) * (findings[0].settled != "open")
    return Story(titled(findings[0]), None, tuple(findings), exhibits=exhibits, points=points)


def unit_of(result: ListPrices) -> Message | str:
    """Name the unit in which prices are told."""
    return Message("percentage points") if result.unit == "share" else result.unit


def _feature(result: ListPrices, row: pd.Series[Any]) -> Finding:
    say = speaker(
        name=row["attribute"],
        price=result.price,
        size=row["estimate"],
        low=row["ci_low"],
        high=row["ci_high"],
        level=row["ci_level"],
        unit=unit_of(result),
        banks=result.n_brands,
        vary=int(row["n_varying"]),
        p=row["p_adjusted"],
    )
    detail = say(
        "{size:signed} {unit} ({low:signed} to {high:signed}, {level:percent}; p {p:p} over all "
        "features), compared within banks; {vary:count} of {banks:count} banks list it for some of "
        "their offers only."
    )
    if row["model"] != "within":
        detail = say(
            "{size:signed} {unit} ({low:signed} to {high:signed}, {level:percent}; p {p:p} over "
            "all features), compared over {banks:count} banks, as none lists it for some of its "
            "offers only."
        )
    settled, is_higher = row["settled"], row["estimate"] > 0
    if settled == "clear":
        higher = say("Offers with “{name}” list a higher {price}.")
        lower = say("Offers with “{name}” list a lower {price}.")
        return Finding(higher if is_higher else lower, detail, settled)
    higher = say("Offers with “{name}” probably list a higher {price}.")
    lower = say("Offers with “{name}” probably list a lower {price}.")
    return Finding(higher if is_higher else lower, detail, settled)


def _none(result: ListPrices, rows: pd.DataFrame) -> Finding:
    row = rows.iloc[0]
    say = speaker(
        name=row["attribute"],
        price=result.price,
        size=row["estimate"],
        low=row["ci_low"],
        high=row["ci_high"],
        level=row["ci_level"],
        unit=unit_of(result),
        n=result.n,
        banks=result.n_brands,
        features=len(rows),
    )
    headline = say("Whether any feature goes with a higher or lower {price} is open.")
    detail = say(
        "{features:count} features were looked at together, over {n:count} offers of {banks:count} "
        "banks; nearest to it is “{name}”: {size:signed} {unit} ({low:signed} to {high:signed}, "
        "{level:percent})."
    )
    return Finding(headline, detail, "open")


def _term(result: ListPrices, row: pd.Series[Any]) -> Finding:
    say = speaker(
        name=row["attribute"],
        price=result.price,
        turn=row["extremum"],
        n=result.n,
        banks=result.n_brands,
    )
    detail = say(
        "Slopes near both ends were tested, within banks; {n:count} offers of {banks:count} banks."
    )
    headline = {
        "rises": say("The larger “{name}”, the higher the {price}."),
        "falls": say("The larger “{name}”, the lower the {price}."),
        "rises_then_falls": say(
            "A larger “{name}” goes with a higher {price} up to about {turn:number}, beyond it "
            "with a lower one."
        ),
        "falls_then_rises": say(
            "A larger “{name}” goes with a lower {price} up to about {turn:number}, beyond it "
            "with a higher one."
        ),
    }[row["course"]]
    return Finding(headline, detail, row["settled"])
