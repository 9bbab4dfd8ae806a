"""What the maps say, in sentences: headlines, findings, captions and alt texts.

Texts are English messages with their numbers; :mod:`brandkit.language` translates them. Every
sentence is computed from the result and says how settled it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.positioning.maps.components import ComponentMap, ComponentScaling
from brandkit.positioning.maps.correspondence import CorrespondenceMap, Reading, Scaling
from brandkit.positioning.maps.distances import DistanceMap, DistanceMethod

NEAR_TIE = 0.85
"""A nearest rival is told from the second where its distance is at most this part of theirs."""
TELLING = 1.15
"""Times expected from which an attribute is said to mark a brand."""
FAIR_PLANE = 0.7
"""Share of the differences from which a plane is called a fair picture of the table."""

NO_BRAND_TABLE = Message(
    "How customers describe the banks: it takes a table of brands by attributes ([brand_table] "
    "in study.toml) or a survey's pick-any image questions (images in its [survey])."
)
"""What to say where a study has no evidence for a map."""

_READINGS: dict[tuple[Reading, ...], Message] = {
    ("rows", "columns"): Message(
        "Brands near each other are described alike, and attributes near each other go to the "
        "same brands; a brand is not read against an attribute."
    ),
    ("rows", "rows_on_columns"): Message(
        "Brands near each other are described alike; a brand far out along an attribute's line "
        "is named for it more than expected. Distances between brands and attributes mean nothing."
    ),
    ("columns", "columns_on_rows"): Message(
        "Attributes near each other go to the same brands; an attribute far out along a brand's "
        "line is named for it more than expected. Distances between brands and attributes mean "
        "nothing."
    ),
    ("rows_on_columns", "columns_on_rows"): Message(
        "A brand far out along an attribute's line is named for it more than expected; distances "
        "mean nothing."
    ),
    (): Message("Neither distances nor lines can be read in this scaling."),
}
_SCALINGS: dict[Scaling, Message] = {
    "symmetric": Message("both sides in principal coordinates"),
    "row_principal": Message("brands in principal, attributes in standard coordinates"),
    "column_principal": Message("attributes in principal, brands in standard coordinates"),
    "row_gab": Message("brands in principal coordinates, attributes weighted by mass"),
    "column_gab": Message("attributes in principal coordinates, brands weighted by mass"),
    "row_green": Message("brands in principal coordinates, attributes by contribution"),
    "column_green": Message("attributes in principal coordinates, brands by contribution"),
    "symbiplot": Message("both sides share the singular values"),
    "standard": Message("both sides in standard coordinates"),
}


def correspondence_map_headline(result: CorrespondenceMap, *, focus: str | None = None) -> Message:
    """Say the map's main finding in one sentence, for a title.

    Parameters
    ----------
    result : CorrespondenceMap
    focus : str, optional
        The bank the report is for; without it the market is described.

    Returns
    -------
    Message

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.positioning import correspondence_map
    >>> table = pd.DataFrame({"fair": [9, 2, 3], "modern": [2, 9, 8], "near": [4, 4, 9]},
    ...                      index=["A", "B", "C"])
    >>> str(correspondence_map_headline(correspondence_map(table), focus="A"))
    'A stands between C and B and is marked by “fair”'
    """
    if focus is None:
        pair = _closest_pair(result)
        return Message(
            "{brand} and {nearest} are described most alike",
            {"brand": pair["label"], "nearest": pair["nearest"]},
        )
    mine = _nearest_of(result, focus)
    best = _records(associations_of(result, focus))[0]
    values = {
        "brand": focus,
        "nearest": mine["nearest"],
        "second": mine["second_nearest"],
        "attribute": best["column_label"],
    }
    if best["ratio"] < TELLING:
        return Message("{brand} stands near {nearest}, and no attribute marks it", values)
    if _is_near_tie(mine):
        return Message(
            "{brand} stands between {nearest} and {second} and is marked by “{attribute}”", values
        )
    return Message("{brand} stands nearest to {nearest} and is marked by “{attribute}”", values)


def correspondence_map_lede(result: CorrespondenceMap) -> Message:
    """Say what the map rests on, and what it cannot know."""
    facts = _facts(result)
    values = {
        "brands": int(facts["n_rows"]),
        "attributes": int(facts["n_columns"]),
        "n": facts["n"],
    }
    return Message(
        "{brands:count} brands, {attributes:count} attributes, {n:count} mentions. A plain table "
        "holds no single answers, so places carry no intervals; each statement says how settled "
        "it is.",
        values,
    )


def correspondence_map_findings(
    result: CorrespondenceMap, *, focus: str | None = None
) -> tuple[Finding, ...]:
    """Say what the map shows, and how settled each statement is.

    A plain table holds no respondents, so a place has no interval: nothing beyond the table's
    own figures is called clear.

    Parameters
    ----------
    result : CorrespondenceMap
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    tuple of Finding
    """
    about_market = (_distinct_finding(result), _axes_finding(result))
    if focus is None:
        return (_pair_finding(result), *about_market)
    return (_neighbour_finding(result, focus), _marks_finding(result, focus), *about_market)


def correspondence_map_caption(result: CorrespondenceMap) -> Message:
    """Say what the map is made of, its scaling, the share it shows and how it may be read."""
    facts = _facts(result)
    values = {
        "brands": int(facts["n_rows"]),
        "attributes": int(facts["n_columns"]),
        "share": facts["share_explained"],
        "scaling": scaling_words(result),
        "reading": _READINGS[result.readings],
        "factor": result.arrow_factor,
    }
    if result.arrow_factor == 1:
        return Message(
            "Positioning map of {brands:count} brands by {attributes:count} attributes "
            "(correspondence analysis; {scaling}; {share:percent} of the differences shown). "
            "{reading}",
            values,
        )
    return Message(
        "Positioning map of {brands:count} brands by {attributes:count} attributes "
        "(correspondence analysis; {scaling}, drawn {factor:number} times as long; "
        "{share:percent} of the differences shown). {reading}",
        values,
    )


def scaling_words(result: CorrespondenceMap) -> Message:
    """Say in which scaling the sides are, and whether the map is turned."""
    if result.rotated_to is None:
        return _SCALINGS[result.scaling]
    return Message(
        "{scaling}, turned so that {brand} lies to the right",
        {"scaling": _SCALINGS[result.scaling], "brand": result.rotated_to},
    )


def correspondence_map_alt(result: CorrespondenceMap, *, focus: str | None = None) -> Message:
    """Describe the picture for those who cannot see it: ends of the axes, extremes, the focus."""
    ends = [axis_ends(result, axis) for axis in range(1, _n_axes(result) + 1)][:2]
    across = Message("from “{low}” on the left to “{high}” on the right", ends[0])
    values: dict[str, Any] = {
        "brands": int(_facts(result)["n_rows"]),
        "across": across,
        "far": _distinct(result)["label"],
    }
    if len(ends) == 1:
        text = "Map of {brands:count} brands along one line, {across}. {far} lies furthest out."
        return Message(text, values)
    values["upward"] = Message("from “{low}” at the bottom to “{high}” at the top", ends[1])
    if focus is None:
        return Message(
            "Map of {brands:count} brands, {across} and {upward}. {far} lies furthest from the "
            "middle.",
            values,
        )
    values |= {"focus": focus, "nearest": _nearest_of(result, focus)["nearest"]}
    return Message(
        "Map of {brands:count} brands, {across} and {upward}. {focus} is marked; the brand most "
        "like it is {nearest}. {far} lies furthest from the middle.",
        values,
    )


def nearest_table_caption(result: CorrespondenceMap) -> Message:
    """Say what the table of nearest rivals holds."""
    return Message(
        "For each of {n:count} brands the two whose profiles are most alike, with chi-square "
        "distances over all axes; the closest pair first.",
        {"n": len(result.nearest)},
    )


def associations_table_caption(result: CorrespondenceMap, *, label: str) -> Message:
    """Say what the table of one brand's associations holds."""
    return Message(
        "How often {brand} is named for each of {n:count} attributes, as a multiple of what its "
        "size and the attribute's would lead to expect.",
        {"brand": label, "n": len(associations_of(result, label))},
    )


def associations_of(result: CorrespondenceMap, label: str) -> pd.DataFrame:
    """Give one row's associations, the most over-named attribute first; ties by name."""
    pairs = result.associations
    mine = pairs[pairs["row_label"] == label]
    return mine.sort_values(["ratio", "column_label"], ascending=[False, True], ignore_index=True)


def axis_ends(result: CorrespondenceMap, axis: int) -> dict[str, str]:
    """Name both ends of an axis by the column that makes most of it on each side."""
    points = result.columns
    points = points[(points["axis"] == axis) & ~points["supplementary"]]
    ends = {}
    for name, side in (("low", points["coordinate"] < 0), ("high", points["coordinate"] >= 0)):
        there = points[side].sort_values("contribution", ascending=False, kind="stable")
        ends[name] = str(there["label"].iloc[0])
    return ends


def _neighbour_finding(result: CorrespondenceMap, focus: str) -> Finding:
    mine = _nearest_of(result, focus)
    values = {
        "brand": focus,
        "nearest": mine["nearest"],
        "second": mine["second_nearest"],
        "distance": mine["distance"],
        "second_distance": mine["second_distance"],
        "n": len(result.nearest) - 1,
    }
    detail = Message(
        "Chi-square distance {distance:decimal2}; to the next, {second}, "
        "{second_distance:decimal2} ({n:count} rivals, all axes).",
        values,
    )
    if not isinstance(mine["second_nearest"], str):
        detail = Message("It is the only other brand in the table.")
        return Finding(Message("{brand} is compared with {nearest}.", values), detail, "likely")
    if _is_near_tie(mine):
        headline = Message(
            "{brand} is described about as much like {nearest} as like {second}.", values
        )
        return Finding(headline, detail, "open")
    return Finding(Message("{brand} is described most like {nearest}.", values), detail, "likely")


def _marks_finding(result: CorrespondenceMap, focus: str) -> Finding:
    mine = _records(associations_of(result, focus))
    best, next_best, least = mine[0], mine[1], mine[-1]
    values = {
        "brand": focus,
        "best": best["column_label"],
        "best_ratio": best["ratio"],
        "next": next_best["column_label"],
        "next_ratio": next_best["ratio"],
        "least": least["column_label"],
        "least_ratio": least["ratio"],
    }
    detail = Message(
        "It is named for “{best}” {best_ratio:decimal2} times as often as expected, for “{next}” "
        "{next_ratio:decimal2} times, and least for “{least}” ({least_ratio:decimal2} times).",
        values,
    )
    if best["ratio"] < TELLING:
        return Finding(Message("Nothing marks {brand}.", values), detail, "open")
    return Finding(Message("“{best}” marks {brand}.", values), detail, "likely")


def _pair_finding(result: CorrespondenceMap) -> Finding:
    pair = _closest_pair(result)
    values = {
        "brand": pair["label"],
        "nearest": pair["nearest"],
        "distance": pair["distance"],
        "median": float(np.median(result.nearest["distance"])),
        "n": len(result.nearest),
    }
    return Finding(
        Message("{brand} and {nearest} are described most alike.", values),
        Message(
            "Chi-square distance {distance:decimal2}; half of the {n:count} brands have their "
            "nearest rival within {median:decimal2}.",
            values,
        ),
        "likely",
    )


def _distinct_finding(result: CorrespondenceMap) -> Finding:
    far = _distinct(result)
    best = _records(associations_of(result, far["label"]))[0]
    values = {
        "brand": far["label"],
        "share": far["inertia"] / _facts(result)["total_inertia"],
        "mass": far["mass"],
        "attribute": best["column_label"],
        "ratio": best["ratio"],
    }
    return Finding(
        Message("{brand} stands apart most.", values),
        Message(
            "It makes {share:percent} of all differences with {mass:percent} of the mentions, "
            "above all by “{attribute}” ({ratio:decimal2} times as often as expected).",
            values,
        ),
        "likely",
    )


def _axes_finding(result: CorrespondenceMap) -> Finding:
    share = _facts(result)["share_explained"]
    settled: Settled = "likely" if share >= FAIR_PLANE else "open"
    across = axis_ends(result, 1)
    values: dict[str, Any] = {
        "low": across["low"],
        "high": across["high"],
        "first": result.axes["share"].iloc[0],
        "share": share,
    }
    headline = Message("What divides the brands: “{low}” against “{high}”.", values)
    if _n_axes(result) == 1:
        return Finding(headline, Message("One line shows {share:percent}.", values), settled)
    upward = axis_ends(result, 2)
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


def _facts(result: CorrespondenceMap) -> dict[str, Any]:
    return _records(result.glance())[0]


def _closest_pair(result: CorrespondenceMap) -> dict[str, Any]:
    return min(_records(result.nearest), key=lambda row: float(row["distance"]))


def _distinct(result: CorrespondenceMap) -> dict[str, Any]:
    """Find the active row furthest from the average profile: inertia over mass."""
    first = _records(result.rows.query("axis == 1 and not supplementary"))
    return max(first, key=lambda row: float(row["inertia"] / row["mass"]))


def _nearest_of(result: CorrespondenceMap, label: str) -> dict[str, Any]:
    return next(row for row in _records(result.nearest) if row["label"] == label)


def _is_near_tie(mine: dict[str, Any]) -> bool:
    return bool(mine["distance"] > NEAR_TIE * mine["second_distance"])


def _n_axes(result: CorrespondenceMap) -> int:
    return int(result.rows["axis"].max())


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def near_finding(nearest: pd.DataFrame, focus: str) -> Finding:
    """Say who is nearest to the focus, and whether the next is about as near."""
    mine = row_of(nearest, focus)
    values = {
        "brand": focus,
        "nearest": mine["nearest"],
        "second": mine["second_nearest"],
        "distance": mine["distance"],
        "second_distance": mine["second_distance"],
        "n": len(nearest) - 1,
    }
    if not isinstance(mine["second_nearest"], str):
        detail = Message("It is the only other brand in the table.")
        return Finding(Message("{brand} is compared with {nearest}.", values), detail, "likely")
    detail = Message(
        "Distance {distance:decimal2}; to the next, {second}, {second_distance:decimal2} "
        "({n:count} rivals).",
        values,
    )
    if is_near_tie(mine):
        headline = Message("{brand} is about as much like {nearest} as like {second}.", values)
        return Finding(headline, detail, "open")
    return Finding(Message("{brand} is most like {nearest}.", values), detail, "likely")


def alike_finding(nearest: pd.DataFrame) -> Finding:
    """Say which two are most alike, and how near others have their nearest."""
    pair = closest_pair(nearest)
    values = {
        "brand": pair["label"],
        "nearest": pair["nearest"],
        "distance": pair["distance"],
        "median": float(np.median(nearest["distance"])),
        "n": len(nearest),
    }
    return Finding(
        Message("{brand} and {nearest} are most alike.", values),
        Message(
            "Distance {distance:decimal2}; half of the {n:count} have their nearest within "
            "{median:decimal2}.",
            values,
        ),
        "likely",
    )


def is_near_tie(mine: dict[str, Any]) -> bool:
    """Say whether the nearest is hardly nearer than the next."""
    return bool(mine["distance"] > NEAR_TIE * mine["second_distance"])


def closest_pair(nearest: pd.DataFrame) -> dict[str, Any]:
    """Give the row of the closest pair."""
    return first_row(nearest.iloc[[int(nearest["distance"].to_numpy().argmin())]])


def row_of(frame: pd.DataFrame, label: str, *, column: str = "label") -> dict[str, Any]:
    """Give the row of one label."""
    return first_row(frame[frame[column].astype(str) == str(label)])


def first_row(frame: pd.DataFrame) -> dict[str, Any]:
    """Give the first row of a frame by the names of its columns."""
    return {str(name): value for name, value in frame.iloc[0].items()}


MARKED = 1.0
"""Standard deviations above the average brand from which an attribute is said to mark one."""

_WORDING_MAPS_SCALINGS: dict[ComponentScaling, Message] = {
    "row_principal": Message("brands in principal, attributes in standard coordinates"),
    "column_principal": Message("attributes in principal, brands in standard coordinates"),
    "symmetric": Message("both sides in principal coordinates"),
}
_WORDING_MAPS_READINGS: dict[tuple[Reading, ...], Message] = {
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
    >>> from brandkit.positioning.maps.components import component_map
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
    scaling = _WORDING_MAPS_SCALINGS[result.scaling]
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
        "reading": _WORDING_MAPS_READINGS[result.readings],
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


GOOD_STRESS, POOR_STRESS = 0.1, 0.2
"""What Kruskal (1964) calls fair and poor: up to the first a map is good, beyond the second bad."""

_METHODS: dict[DistanceMethod, Message] = {
    "classical": Message("classical multidimensional scaling"),
    "metric": Message("metric multidimensional scaling"),
    "nonmetric": Message("multidimensional scaling by ranks"),
}


def distance_map_headline(result: DistanceMap, *, focus: str | None = None) -> Message:
    """Say the map's main finding in one sentence, for a title.

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.positioning.maps.distances import distance_map
    >>> apart = pd.DataFrame([[0, 3, 5], [3, 0, 4], [5, 4, 0]], index=list("ABC"),
    ...                      columns=list("ABC"))
    >>> str(distance_map_headline(distance_map(apart), focus="A"))
    'A is most like B'
    """
    if focus is None:
        pair = closest_pair(result.nearest)
        return Message(
            "{brand} and {nearest} are most alike",
            {"brand": pair["label"], "nearest": pair["nearest"]},
        )
    mine = row_of(result.nearest, focus)
    values = {"brand": focus, "nearest": mine["nearest"], "second": mine["second_nearest"]}
    if is_near_tie(mine):
        return Message("{brand} is about as much like {nearest} as like {second}", values)
    return Message("{brand} is most like {nearest}", values)


def distance_map_findings(result: DistanceMap, *, focus: str | None = None) -> tuple[Finding, ...]:
    """Say who is near whom, and how far the map can be trusted."""
    about = alike_finding(result.nearest) if focus is None else near_finding(result.nearest, focus)
    return (about, _stress_finding(result))


def distance_scaling_words(result: DistanceMap) -> Message:
    """Say the method and how far distances on the map miss what they should be."""
    return Message(
        "Scaling: {method}; stress-1 {stress:decimal3}",
        {"method": _METHODS[result.method], "stress": result.stress},
    )


def distance_map_caption(result: DistanceMap) -> Message:
    """Say what the map is made of, its method, its stress and how it may be read."""
    facts = first_row(result.glance())
    values = {
        "n": int(facts["n_points"]),
        "method": _METHODS[result.method],
        "stress": result.stress,
        "share": facts["share_explained"],
    }
    if result.method == "classical":
        return Message(
            "Map of {n:count} points from their dissimilarities ({method}; {share:percent} of the "
            "differences shown; stress-1 {stress:decimal3}). Points near each other are alike; "
            "the axes have no meaning of their own.",
            values,
        )
    return Message(
        "Map of {n:count} points from their dissimilarities ({method}; stress-1 "
        "{stress:decimal3}). Points near each other are alike; the axes have no meaning of their "
        "own.",
        values,
    )


def distance_map_alt(result: DistanceMap, *, focus: str | None = None) -> Message:
    """Describe the picture for those who cannot see it."""
    places = result.points.pivot(index="label", columns="axis", values="coordinate")
    across = places[1]
    values: dict[str, Any] = {
        "n": len(places),
        "left": str(across.idxmin()),
        "right": str(across.idxmax()),
    }
    if focus is None:
        return Message(
            "Map of {n:count} points, from {left} on the left to {right} on the right.", values
        )
    values |= {"focus": focus, "nearest": row_of(result.nearest, focus)["nearest"]}
    return Message(
        "Map of {n:count} points, from {left} on the left to {right} on the right. {focus} is "
        "marked; most like it is {nearest}.",
        values,
    )


def _stress_finding(result: DistanceMap) -> Finding:
    first = result.points[result.points["axis"] == 1]
    worst = first.iloc[int(first["stress"].fillna(0.0).to_numpy().argmax())]
    values = {
        "stress": result.stress,
        "worst": str(worst["label"]),
        "worst_stress": float(worst["stress"]),
    }
    detail = Message(
        "Stress-1 {stress:decimal3} (0 is exact, {worst} is shown worst: {worst_stress:decimal3}).",
        values,
    )
    if result.stress <= GOOD_STRESS:
        return Finding(Message("The map shows the distances faithfully.", values), detail, "likely")
    if result.stress <= POOR_STRESS:
        return Finding(Message("The map shows the distances roughly.", values), detail, "likely")
    return Finding(
        Message("The map bends many distances; read the table beside it.", values), detail, "open"
    )
