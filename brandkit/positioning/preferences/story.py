"""Texts on preference maps: headline, findings, caption, alternative text."""

from __future__ import annotations

from typing import Any

import numpy as np

from brandkit.core.message import Finding, Message
from brandkit.positioning.preferences.preferences import MODEL_WORDS, PreferenceMap

NEAR = 0.1
"""Part of the products' spread within which a product is said to stand at a place."""
CLEAR_P, LIKELY_P = 0.01, 0.05
"""P-values of the nested test under which a model is clearly, or likely, the better one."""


def preference_map_headline(result: PreferenceMap, *, focus: str | None = None) -> Message:
    """Say the map's main finding in one sentence, for a title.

    Parameters
    ----------
    result : PreferenceMap
    focus : str, optional
        The product or brand the report is for.

    Returns
    -------
    Message

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.positioning.preferences.preferences import preference_map
    >>> table = pd.DataFrame({"fair": [1.0, 2, 3, 4, 5], "modern": [2.0, 1, 4, 3, 3]},
    ...                      index=list("ABCDE"))
    >>> liking = pd.DataFrame({"r1": [1, 2, 3, 4, 5], "r2": [2, 1, 3, 4, 4]}, index=list("ABCDE"))
    >>> str(preference_map_headline(preference_map(table, liking=liking, model="vector")))
    'D stands where most respondents would like it'
    """
    values = _facts(result)
    if values["gap"] <= NEAR:
        return Message("{product} stands where most respondents would like it", values)
    if focus is not None:
        values |= {"focus": focus, "share_focus": _product(result, focus)["share_above"]}
        return Message(
            "{share:percent} would like a place where nobody stands; {focus}'s own place "
            "{share_focus:percent}",
            values,
        )
    return Message(
        "{share:percent} would like a place where nobody stands; the nearest is {product}", values
    )


def preference_map_findings(
    result: PreferenceMap, *, focus: str | None = None
) -> tuple[Finding, ...]:
    """Say which place most would like, where the focus stands, and whether the model is needed."""
    found = [_place_finding(result)]
    if focus is not None:
        found.append(_focus_finding(result, focus))
    return (*found, _model_finding(result))


def surface_words(result: PreferenceMap) -> Message:
    """Say above the map what its surface shows."""
    return Message(
        "Share of {n:count} respondents who would like the place ({model} model)",
        {"n": result.n, "model": MODEL_WORDS[result.model]},
    )


def preference_map_caption(result: PreferenceMap) -> Message:
    """Say what the surface is made of and how it may be read."""
    values = _facts(result)
    if result.own_mean == "surface":
        values["mean"] = Message("the mean of all places on the map")
    else:
        values["mean"] = Message("the mean of the person's own ratings")
    return Message(
        "Preference map of {products:count} products rated by {n:count} respondents ({model} "
        "model, one regression a person; it explains {r2:percent} of the ratings). The darker a "
        "place, the more would like it: the share whose predicted rating lies above {mean}. The "
        "star marks the largest share; beyond the dashed line no product was rated.",
        values,
    )


def preference_map_alt(result: PreferenceMap, *, focus: str | None = None) -> Message:
    """Describe the picture for those who cannot see it."""
    products = result.products
    values = _facts(result) | {
        "best": str(products["label"].iloc[int(products["share_above"].to_numpy().argmax())]),
        "best_share": float(products["share_above"].max()),
        "least": str(products["label"].iloc[int(products["share_above"].to_numpy().argmin())]),
        "least_share": float(products["share_above"].min()),
    }
    if focus is None:
        return Message(
            "Map of {products:count} products on a surface of liking. The largest share, "
            "{share:percent}, lies nearest to {product}; at the products it runs from "
            "{least_share:percent} ({least}) to {best_share:percent} ({best}).",
            values,
        )
    values |= {"focus": focus, "share_focus": _product(result, focus)["share_above"]}
    return Message(
        "Map of {products:count} products on a surface of liking. The largest share, "
        "{share:percent}, lies nearest to {product}; at the products it runs from "
        "{least_share:percent} ({least}) to {best_share:percent} ({best}). {focus} is marked: "
        "{share_focus:percent}.",
        values,
    )


def preference_table_caption(result: PreferenceMap) -> Message:
    """Say what the table of products holds."""
    return Message(
        "The {products:count} products: their place, the share of respondents predicted to like "
        "that place, and what they said of the product itself.",
        _facts(result),
    )


def _place_finding(result: PreferenceMap) -> Finding:
    values = _facts(result)
    detail = Message(
        "{n_above:count} of {n:count} respondents are predicted above their own mean there; at "
        "{product}, the nearest product, {near_share:percent}. The {model} model explains "
        "{r2:percent} of a respondent's ratings.",
        values,
    )
    if values["extrapolated"]:
        headline = Message("The place liked by most lies beyond all products rated.", values)
        return Finding(headline, detail, "open")
    if values["gap"] <= NEAR:
        return Finding(Message("Most would like the place of {product}.", values), detail, "likely")
    headline = Message("Most would like a place where nobody stands.", values)
    return Finding(headline, detail, "likely" if values["share"] > values["near_share"] else "open")


def _focus_finding(result: PreferenceMap, focus: str) -> Finding:
    mine = _product(result, focus)
    rank = int((result.products["share_above"] > mine["share_above"]).sum()) + 1
    values = {
        "focus": focus,
        "share": mine["share_above"],
        "observed": mine["observed_above"],
        "rank": rank,
        "products": len(result.products),
    }
    detail = Message(
        "Rank {rank:count} of {products:count} places; of the product itself {observed:percent} "
        "thought better than of the average product.",
        values,
    )
    return Finding(Message("{share:percent} would like {focus}'s place.", values), detail, "likely")


def _model_finding(result: PreferenceMap) -> Finding:
    tests = result.tests
    mine = tests[tests["model"] == result.model].iloc[0]
    simpler = str(mine["against"])
    values: dict[str, Any] = {
        "model": MODEL_WORDS[result.model],
        "simpler": Message("no map at all")
        if simpler == "mean"
        else Message("the {model} model", {"model": _word(simpler)}),
        "n": int(mine["n_significant"]),
        "all": int(mine["n"]),
        "p": float(mine["p_value"]),
    }
    detail = Message(
        "For {n:count} of {all:count} respondents it is better at the 5% level, where chance gives "
        "5%; all together p {p:p}. The test holds for these products.",
        values,
    )
    if values["p"] > LIKELY_P:
        headline = Message("The {model} model is no better than {simpler}.", values)
        return Finding(headline, detail, "open")
    headline = Message("The {model} model is better than {simpler}.", values)
    return Finding(headline, detail, "clear" if values["p"] <= CLEAR_P else "likely")


def _word(model: str) -> Message:
    return next(word for name, word in MODEL_WORDS.items() if name == model)


def _facts(result: PreferenceMap) -> dict[str, Any]:
    """Give the place liked by most, the nearest product, and how far that is."""
    facts = result.glance().iloc[0]
    places = result.products[["across", "upward"]].to_numpy(dtype=float)
    away = np.hypot(*(places - facts[["across", "upward"]].to_numpy(dtype=float)).T)
    at = int(away.argmin())
    return {
        "share": float(facts["share_above"]),
        "n_above": int(facts["n_above"]),
        "n": result.n,
        "products": len(result.products),
        "r2": float(facts["r2"]),
        "model": MODEL_WORDS[result.model],
        "extrapolated": bool(facts["extrapolated"]),
        "product": str(result.products["label"].iloc[at]),
        "near_share": float(result.products["share_above"].iloc[at]),
        "gap": float(away[at] / np.ptp(places, axis=0).max()),
    }


def _product(result: PreferenceMap, label: str) -> dict[str, Any]:
    products = result.products
    mine = products[products["label"].astype(str) == str(label)].iloc[0]
    return {str(name): value for name, value in mine.items()}
