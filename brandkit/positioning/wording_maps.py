"""Texts on component maps: headline, findings, captions, alternative texts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.positioning.components import ComponentMap, ComponentScaling
from brandkit.positioning.correspondence import Reading
from brandkit.positioning.wording import FAIR_PLANE
from brandkit.positioning.wording_nearest import (
    alike_finding,
    closest_pair,
    first_row,
    near_finding,
    row_of,
)

MARKED = 1.0
"""Standard deviations above the average brand from which an attribute is said to mark one."""

_SCALINGS: dict[ComponentScaling, Message] = {
    "row_principal": Message("brands in principal, attributes in standard coordinates"),
    "column_principal": Message("attributes in principal, brands in standard coordinates"),
    "symmetric": Message("both sides in principal coordinates"),
}
_READINGS: dict[tuple[Reading, ...], Message] = {
    ("rows", "rows_on_columns"): Message(
        "Brands near each other are rated alike; a brand far out along an attribute's line is "
        "rated higher on it. Distances between brands and attributes mean nothing."
    ),
    ("columns", "rows_on_columns"): Message(
        "Attributes in one direction go together; a brand far out along an attribute's line is "
        "rated higher on it. Distances between brands are not those of their ratings."
    ),
    ("rows", "columns"): Message(
        "Brands near each other are rated alike, and attributes in one direction go together; a "
        "brand is not read against an attribute."
    ),
}


def component_map_headline(result: ComponentMap, *, focus: str | None = None) -> Message:
    """Say the map's main finding in one sentence, for a title.

    Parameters
    ----------
    result : ComponentMap
    focus : str, optional
        The bank the report is for; without it the market is described.

    Returns
    -------
    Message

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.positioning.components import component_map
    >>> scores = pd.DataFrame({"fair": [9.0, 5, 4], "modern": [4.0, 6, 7], "near": [5.0, 5, 7]},
    ...                       index=list("ABC"))
    >>> str(component_map_headline(component_map(scores), focus="A"))
    'A stands nearest to B and is rated highest above the others on “fair”'
    """
    if focus is None:
        pair = closest_pair(result.nearest)
        return Message(
            "{brand} and {nearest} are rated most alike",
            {"brand": pair["label"], "nearest": pair["nearest"]},
        )
    mine, marks = row_of(result.nearest, focus), strengths_of(result, focus)
    best = row_of(marks, str(marks["column_label"].iloc[0]), column="column_label")
    values = {"brand": focus, "nearest": mine["nearest"], "attribute": best["column_label"]}
    if best["standing"] < MARKED:
        return Message("{brand} is rated most like {nearest}, and no attribute marks it", values)
    return Message(
        "{brand} stands nearest to {nearest} and is rated highest above the others on "
        "“{attribute}”",
        values,
    )


def component_map_findings(
    result: ComponentMap, *, focus: str | None = None
) -> tuple[Finding, ...]:
    """Say what the map shows, and how settled each statement is.

    A table of means holds no respondents, so a place has no interval: nothing beyond the table's
    own figures is called clear.
    """
    about_market = (_divide_finding(result),)
    if focus is None:
        return (alike_finding(result.nearest), *about_market)
    return (near_finding(result.nearest, focus), _strength_finding(result, focus), *about_market)


def component_scaling_words(result: ComponentMap) -> Message:
    """Say in which scaling the sides are, and how much further out attributes are drawn."""
    scaling = _SCALINGS[result.scaling]
    if result.rotation is not None:
        scaling = Message("{scaling}, turned by varimax", {"scaling": scaling})
    return Message(
        "{scaling}, attributes drawn {factor:number} times as far out",
        {"scaling": scaling, "factor": result.arrow_factor},
    )


def component_map_caption(result: ComponentMap) -> Message:
    """Say what the map is made of, its scaling, the share it shows and how it may be read."""
    facts = first_row(result.glance())
    values = {
        "brands": int(facts["n_rows"]),
        "attributes": int(facts["n_columns"]),
        "share": facts["share_explained"],
        "scaling": component_scaling_words(result),
        "reading": _READINGS[result.readings],
    }
    if result.standardised:
        return Message(
            "Positioning map of {brands:count} brands by their ratings on {attributes:count} "
            "attributes of equal weight (principal components; {scaling}; {share:percent} of the "
            "differences shown). {reading}",
            values,
        )
    return Message(
        "Positioning map of {brands:count} brands by their ratings on {attributes:count} "
        "attributes, each with the weight of its variance (principal components; {scaling}; "
        "{share:percent} of the differences shown). {reading}",
        values,
    )


def component_map_alt(result: ComponentMap, *, focus: str | None = None) -> Message:
    """Describe the picture for those who cannot see it: ends of the axes, extremes, the focus."""
    kept = int(result.rows["axis"].max())
    values: dict[str, Any] = {
        "brands": len(result.values),
        "across": Message(
            "from “{low}” on the left to “{high}” on the right", component_axis_ends(result, 1)
        ),
        "far": _furthest(result),
    }
    if kept == 1:
        text = "Map of {brands:count} brands along one line, {across}. {far} lies furthest out."
        return Message(text, values)
    values["upward"] = Message(
        "from “{low}” at the bottom to “{high}” at the top", component_axis_ends(result, 2)
    )
    if focus is None:
        return Message(
            "Map of {brands:count} brands, {across} and {upward}. {far} lies furthest from the "
            "middle.",
            values,
        )
    values |= {"focus": focus, "nearest": row_of(result.nearest, focus)["nearest"]}
    return Message(
        "Map of {brands:count} brands, {across} and {upward}. {focus} is marked; the brand most "
        "like it is {nearest}. {far} lies furthest from the middle.",
        values,
    )


def component_nearest_caption(result: ComponentMap) -> Message:
    """Say what the table of nearest rivals by their ratings holds."""
    return Message(
        "For each of {n:count} brands the two whose ratings are most alike, with straight "
        "distances over all attributes; the closest pair first.",
        {"n": len(result.nearest)},
    )


def strengths_of(result: ComponentMap, label: str) -> pd.DataFrame:
    """Give one active brand's standing on each attribute, the highest first; ties by name.

    Returns
    -------
    DataFrame
        ``column_label standing``: standard deviations of the brands above their mean.
    """
    rows = result.rows[~result.rows["supplementary"] & (result.rows["axis"] == 1)]
    columns = result.columns[~result.columns["supplementary"] & (result.columns["axis"] == 1)]
    at = rows["label"].tolist().index(label)
    standing = result.values[at] / result.values.std(axis=0)
    frame = pd.DataFrame({"column_label": columns["label"].to_numpy(), "standing": standing})
    return frame.sort_values(
        ["standing", "column_label"], ascending=[False, True], ignore_index=True
    )


def component_axis_ends(result: ComponentMap, axis: int) -> dict[str, Any]:
    """Name both ends of an axis by the attribute that makes most of it on each side.

    Where all attributes point one way, the other end is a low rating on the strongest.
    """
    points = result.columns
    points = points[(points["axis"] == axis) & ~points["supplementary"]]
    ends: dict[str, Any] = {}
    for name, side in (("low", points["coordinate"] < 0), ("high", points["coordinate"] >= 0)):
        there = points[side].sort_values("contribution", ascending=False, kind="stable")
        if len(there):
            ends[name] = str(there["label"].iloc[0])
    ends.setdefault("low", Message("less {attribute}", {"attribute": ends.get("high")}))
    ends.setdefault("high", Message("less {attribute}", {"attribute": ends.get("low")}))
    return ends


def _strength_finding(result: ComponentMap, focus: str) -> Finding:
    marks = strengths_of(result, focus)
    best, least = (first_row(marks.iloc[[at]]) for at in (0, -1))
    values = {
        "brand": focus,
        "best": best["column_label"],
        "best_z": best["standing"],
        "least": least["column_label"],
        "least_z": least["standing"],
    }
    detail = Message(
        "On “{best}” it stands {best_z:signed} standard deviations of the brands from their "
        "average, on “{least}” {least_z:signed}.",
        values,
    )
    if best["standing"] < MARKED:
        return Finding(Message("No attribute marks {brand}.", values), detail, "open")
    return Finding(Message("“{best}” marks {brand}.", values), detail, "likely")


def _divide_finding(result: ComponentMap) -> Finding:
    share = float(first_row(result.glance())["share_explained"])
    settled: Settled = "likely" if share >= FAIR_PLANE else "open"
    across = component_axis_ends(result, 1)
    values: dict[str, Any] = across | {"first": result.axes["share"].iloc[0], "share": share}
    headline = Message("What divides the brands: “{low}” against “{high}”.", values)
    if int(result.rows["axis"].max()) == 1:
        return Finding(headline, Message("One line shows {share:percent}.", values), settled)
    upward = component_axis_ends(result, 2)
    values |= {
        "bottom": upward["low"],
        "top": upward["high"],
        "second": result.axes["share"].iloc[1],
    }
    detail = Message(
        "Left to right {first:percent} of the differences; bottom to top “{bottom}” against "
        "“{top}”, {second:percent}. Together the map shows {share:percent}.",
        values,
    )
    return Finding(headline, detail, settled)


def _furthest(result: ComponentMap) -> str:
    """Name the active brand furthest from the average brand."""
    first = result.rows[~result.rows["supplementary"] & (result.rows["axis"] == 1)]
    return str(first["label"].iloc[int(first["inertia"].to_numpy().argmax())])
