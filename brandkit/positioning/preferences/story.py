"""What is said of preference maps: the place most would like, the focus's, and the model."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import Action, Exhibit, Say, Story, speaker
from brandkit.positioning.preferences.preferences import MODEL_WORDS, PreferenceMap

NEAR = 0.1
"""Part of the products' spread within which a product is said to stand at a place."""
CLEAR_P, LIKELY_P = 0.01, 0.05
"""P-values of the nested test under which a model is clearly, or likely, the better one."""


def preference_map(result: PreferenceMap, *, focus: object = None) -> Story:
    """Tell which place most would like, where the focus stands, and whether the model is needed."""
    known, notes = known_focus(focus, result.products["label"])
    facts = _facts(result)
    say = speaker(**facts)
    findings, actions = [_place_finding(facts, say), _model_finding(result)], []
    headline = say(
        "{share:percent} would like a place where nobody stands; the nearest is {product}"
    )
    alt = say(
        "Map of {products:count} products on a surface of liking. The largest share, "
        "{share:percent}, lies nearest to {product}; at the products it runs from "
        "{least_share:percent} ({least}) to {best_share:percent} ({best})."
    )
    if known is not None:
        mine = result.products[result.products["label"] == known].iloc[0]
        say = speaker(**facts, focus=known, share_focus=mine["share_above"])
        rank = int((result.products["share_above"] > mine["share_above"]).sum()) + 1
        findings.insert(1, _focus_finding(mine, say, rank=rank))
        headline = say(
            "{share:percent} would like a place where nobody stands; {focus}'s own place "
            "{share_focus:percent}"
        )
        alt = say(
            "Map of {products:count} products on a surface of liking. The largest share, "
            "{share:percent}, lies nearest to {product}; at the products it runs from "
            "{least_share:percent} ({least}) to {best_share:percent} ({best}). {focus} is marked: "
            "{share_focus:percent}."
        )
    if facts["gap"] <= NEAR:
        headline = say("{product} stands where most respondents would like it")
    elif findings[0].settled == "likely" and findings[-1].settled != "open":
        text = say("Test a product at the place that {share:percent} would like; nobody is there.")
        actions.append(Action("test", text, "likely", "preferences"))
    caption = say(
        "Preference map of {products:count} products rated by {n:count} respondents ({model} "
        "model, one regression a person; it explains {r2:percent} of the ratings). The darker a "
        "place, the more would like it: the share whose predicted rating lies above {mean}. The "
        "star marks the largest share; beyond the dashed line no product was rated.",
        mean=Message("the mean of all places on the map")
        if result.own_mean == "surface"
        else Message("the mean of the person's own ratings"),
    )
    table = say(
        "The {products:count} products: their place, the share of respondents predicted to like "
        "that place, and what they said of the product itself."
    )
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    draw = partial(result.plot, focus=known)
    exhibits = {
        "preferences": Exhibit(caption, alt, result.tidy(), notes, draw),
        "preferred": Exhibit(table, data=result.tidy()),
    }
    return Story(headline, None, tuple(findings), tuple(actions), exhibits)


def surface_words(result: PreferenceMap) -> Message:
    """Say above the map what its surface shows."""
    return Message(
        "Share of {n:count} respondents who would like the place ({model} model)",
        {"n": result.n, "model": MODEL_WORDS[result.model]},
    )


def _place_finding(facts: dict[str, Any], say: Say) -> Finding:
    detail = say(
        "{n_above:count} of {n:count} respondents are predicted above their own mean there; at "
        "{product}, the nearest product, {near_share:percent}. The {model} model explains "
        "{r2:percent} of a respondent's ratings."
    )
    if facts["extrapolated"]:
        headline = say("The place liked by most lies beyond all products rated.")
        return Finding(headline, detail, "open")
    if facts["gap"] <= NEAR:
        return Finding(say("Most would like the place of {product}."), detail, "likely")
    headline = say("Most would like a place where nobody stands.")
    return Finding(headline, detail, "likely" if facts["share"] > facts["near_share"] else "open")


def _focus_finding(mine: pd.Series[Any], say: Say, *, rank: int) -> Finding:
    detail = say(
        "Rank {rank:count} of {products:count} places; of the product itself {observed:percent} "
        "thought better than of the average product.",
        rank=rank,
        observed=mine["observed_above"],
    )
    headline = say("{share:percent} would like {focus}'s place.", share=mine["share_above"])
    return Finding(headline, detail, "likely")


def _model_finding(result: PreferenceMap) -> Finding:
    test = result.tests[result.tests["model"] == result.model].iloc[0]
    simpler = Message("no map at all")
    if test["against"] != "mean":
        simpler = Message("the {model} model", {"model": MODEL_WORDS[test["against"]]})
    say = speaker(model=MODEL_WORDS[result.model], simpler=simpler, p=float(test["p_value"]))
    detail = say(
        "For {n:count} of {all:count} respondents it is better at the 5% level, where chance gives "
        "5%; all together p {p:p}. The test holds for these products.",
        n=int(test["n_significant"]),
        all=int(test["n"]),
    )
    if test["p_value"] > LIKELY_P:
        headline = say("The {model} model is no better than {simpler}.")
        return Finding(headline, detail, "open")
    headline = say("The {model} model is better than {simpler}.")
    return Finding(headline, detail, "clear" if test["p_value"] <= CLEAR_P else "likely")


def _facts(result: PreferenceMap) -> dict[str, Any]:
    """Give the place liked by most, the nearest product and how far that is, and the extremes."""
    facts, products = result.glance().iloc[0], result.products
    places = products[["across", "upward"]].to_numpy(dtype=float)
    away = np.hypot(*(places - facts[["across", "upward"]].to_numpy(dtype=float)).T)
    labels, shares = products["label"].tolist(), products["share_above"].to_numpy()
    near, best, least = int(away.argmin()), int(shares.argmax()), int(shares.argmin())
    named = {
        "share": float(facts["share_above"]),
        "products": len(products),
        "model": MODEL_WORDS[result.model],
        "product": labels[near],
        "near_share": shares[near],
        "gap": float(away[near] / np.ptp(places, axis=0).max()),
        "best": labels[best],
        "best_share": shares[best],
        "least": labels[least],
        "least_share": shares[least],
    }
    return named | {name: facts[name] for name in ("n", "n_above", "r2", "extrapolated")}
