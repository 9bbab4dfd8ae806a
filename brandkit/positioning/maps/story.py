"""What is said of the maps: computed from the result, with how settled each statement is."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Exhibit, Story, speaker
from brandkit.positioning.maps.components import ComponentMap
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.maps.distances import DistanceMap, DistanceMethod
from brandkit.positioning.maps.sides import Reading, TableMap, active
from brandkit.positioning.maps.stacking import StackedTables

NEAR_TIE = 0.85
"""A nearest rival is told from the second where its distance is at most this part of theirs."""
TELLING = 1.15
"""Times expected from which an attribute is said to mark a brand."""
MARKED = 1.0
"""Standard deviations above the average brand from which an attribute is said to mark one."""
FAIR_PLANE = 0.7
"""Share of the differences from which a plane is called a fair picture of the table."""
GOOD_STRESS, POOR_STRESS = 0.1, 0.2
"""What Kruskal (1964) calls fair and poor: up to the first a map is good, beyond the second bad."""

NO_BRAND_TABLE = Message(
    "How customers describe the banks: it takes a table of brands by attributes ([brand_table] "
    "in study.toml) or a survey's pick-any image questions (images in its [survey])."
)
"""What to say where a study has no evidence for a map."""

_DESCRIBED: dict[tuple[Reading, ...], Message] = {
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
_RATED: dict[tuple[Reading, ...], Message] = {
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
_SCALINGS = {
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
_METHODS: dict[DistanceMethod, Message] = {
    "classical": Message("classical multidimensional scaling"),
    "metric": Message("metric multidimensional scaling"),
    "nonmetric": Message("multidimensional scaling by ranks"),
}


# --- correspondence maps -------------------------------------------------------------------------


def correspondence_map(result: CorrespondenceMap, *, focus: object = None) -> Story:
    """Tell who is described alike, what marks the focus, and what divides the brands."""
    bank, notes = known_focus(focus, result.nearest["label"])
    marked = bank or str(result.nearest["label"].iloc[0])
    marks = associations_of(result, marked)
    facts = _facts(result)
    say, brands, attributes = speaker(**facts), facts["brands"], facts["attributes"]
    findings = [_distinct_finding(result), _divide_finding(result)]
    if bank is None:
        headline = say("{brand} and {nearest} are described most alike", **_closest(result.nearest))
        findings.insert(0, _alike_finding(result.nearest, described=True))
    else:
        headline = _described_headline(result.nearest, marks, bank)
        near = _near_finding(result.nearest, bank, described=True)
        findings = [near, _marks_finding(marks, bank), *findings]
    lede = say(
        "{brands:count} brands, {attributes:count} attributes, {n:count} mentions. A plain table "
        "holds no single answers, so places carry no intervals; each statement says how settled "
        "it is.",
        n=result.n,
    )
    made = {"reading": _DESCRIBED[result.readings], "factor": result.arrow_factor}
    caption = say(
        "Positioning map of {brands:count} brands by {attributes:count} attributes "
        "(correspondence analysis; {scaling}; {share:percent} of the differences shown). "
        "{reading}",
        **made,
    )
    if result.arrow_factor != 1:
        caption = say(
            "Positioning map of {brands:count} brands by {attributes:count} attributes "
            "(correspondence analysis; {scaling}, drawn {factor:number} times as long; "
            "{share:percent} of the differences shown). {reading}",
            **made,
        )
    nearest = say(
        "For each of {n:count} brands the two whose profiles are most alike, with chi-square "
        "distances over all axes; the closest pair first.",
        n=brands,
    )
    named = say(
        "How often {brand} is named for each of {n:count} attributes, as a multiple of what its "
        "size and the attribute's would lead to expect.",
        brand=marked,
        n=attributes,
    )
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    draw = partial(result.plot, focus=bank)
    exhibits = {
        "map": Exhibit(caption, _map_alt(result, bank), result.tidy(), notes, draw),
        "nearest": Exhibit(nearest, data=_nearest_rows(result.nearest, "brand")),
        "marks": Exhibit(named, data=marks),
    }
    return Story(headline, lede, tuple(findings), exhibits=exhibits)


def associations_of(result: CorrespondenceMap, label: str) -> pd.DataFrame:
    """Give ``attribute ratio`` of one row, the most over-named first; ties by name."""
    pairs = result.associations.rename(columns={"column_label": "attribute"})
    mine = pairs.loc[pairs["row_label"] == label, ["attribute", "ratio"]]
    return mine.sort_values(["ratio", "attribute"], ascending=[False, True], ignore_index=True)


def _described_headline(nearest: pd.DataFrame, marks: pd.DataFrame, bank: str) -> Message:
    near = _nearest_of(nearest, bank)
    say = speaker(**near, attribute=marks["attribute"].iloc[0])
    if marks["ratio"].iloc[0] < TELLING:
        return say("{brand} stands near {nearest}, and no attribute marks it")
    if _is_near_tie(near):
        return say("{brand} stands between {nearest} and {second} and is marked by “{attribute}”")
    return say("{brand} stands nearest to {nearest} and is marked by “{attribute}”")


def _marks_finding(marks: pd.DataFrame, bank: str) -> Finding:
    say = speaker(brand=bank, **_marks(marks, "ratio"))
    detail = say(
        "It is named for “{best}” {best_ratio:decimal2} times as often as expected, for “{next}” "
        "{next_ratio:decimal2} times, and least for “{least}” ({least_ratio:decimal2} times)."
    )
    if marks["ratio"].iloc[0] < TELLING:
        return Finding(say("Nothing marks {brand}."), detail, "open")
    return Finding(say("“{best}” marks {brand}."), detail, "likely")


def _distinct_finding(result: CorrespondenceMap) -> Finding:
    far = _furthest(result)
    best = associations_of(result, far["label"]).iloc[0]
    share = far["inertia"] / result.axes["inertia"].sum()
    say = speaker(brand=far["label"], attribute=best["attribute"], ratio=best["ratio"])
    detail = say(
        "It makes {share:percent} of all differences with {mass:percent} of the mentions, "
        "above all by “{attribute}” ({ratio:decimal2} times as often as expected).",
        share=share,
        mass=far["mass"],
    )
    return Finding(say("{brand} stands apart most."), detail, "likely")


# --- component maps ------------------------------------------------------------------------------


def component_map(result: ComponentMap, *, focus: object = None) -> Story:
    """Tell who is rated alike, what marks the focus, and what divides the brands."""
    bank, notes = known_focus(focus, result.nearest["label"])
    marked = bank or str(result.nearest["label"].iloc[0])
    marks = strengths_of(result, marked)
    say = speaker(**_facts(result), reading=_RATED[result.readings])
    findings = [_divide_finding(result)]
    if bank is None:
        headline = say("{brand} and {nearest} are rated most alike", **_closest(result.nearest))
        findings.insert(0, _alike_finding(result.nearest))
    else:
        near = _nearest_of(result.nearest, bank)
        headline = say("{brand} is rated most like {nearest}, and no attribute marks it", **near)
        if marks["standing"].iloc[0] >= MARKED:
            text = (
                "{brand} stands nearest to {nearest} and is rated highest above the others on "
                "“{attribute}”"
            )
            headline = Message(text, near | {"attribute": marks["attribute"].iloc[0]})
        near_by = _near_finding(result.nearest, bank)
        findings = [near_by, _strength_finding(marks, bank), *findings]
    caption = say(
        "Positioning map of {brands:count} brands by their ratings on {attributes:count} "
        "attributes, each with the weight of its variance (principal components; {scaling}; "
        "{share:percent} of the differences shown). {reading}"
    )
    if result.standardised:
        caption = say(
            "Positioning map of {brands:count} brands by their ratings on {attributes:count} "
            "attributes of equal weight (principal components; {scaling}; {share:percent} of the "
            "differences shown). {reading}"
        )
    nearest = say(
        "For each of {n:count} brands the two whose ratings are most alike, with straight "
        "distances over all attributes; the closest pair first.",
        n=len(result.nearest),
    )
    standing = say(
        "How {brand} stands on each of {attributes:count} attributes, in standard deviations of "
        "the brands from their average.",
        brand=marked,
    )
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    draw = partial(result.plot, focus=bank)
    exhibits = {
        "ratings-map": Exhibit(caption, _map_alt(result, bank), result.tidy(), notes, draw),
        "ratings-nearest": Exhibit(nearest, data=_nearest_rows(result.nearest, "brand")),
        "strengths": Exhibit(standing, data=marks),
    }
    return Story(headline, None, tuple(findings), exhibits=exhibits)


def strengths_of(result: ComponentMap, label: str) -> pd.DataFrame:
    """Give ``attribute standing`` of an active brand, in sd above the mean; ties by name."""
    at = result.nearest["label"].tolist().index(label)
    standing = result.values[at] / result.values.std(axis=0)
    names = active(result.columns)["label"].to_numpy()
    frame = pd.DataFrame({"attribute": names, "standing": standing})
    return frame.sort_values(["standing", "attribute"], ascending=[False, True], ignore_index=True)


def _strength_finding(marks: pd.DataFrame, bank: str) -> Finding:
    say = speaker(brand=bank, **_marks(marks, "z"))
    detail = say(
        "On “{best}” it stands {best_z:signed} standard deviations of the brands from their "
        "average, on “{least}” {least_z:signed}."
    )
    if marks["standing"].iloc[0] < MARKED:
        return Finding(say("No attribute marks {brand}."), detail, "open")
    return Finding(say("“{best}” marks {brand}."), detail, "likely")


# --- distance maps -------------------------------------------------------------------------------


def distance_map(result: DistanceMap, *, focus: object = None) -> Story:
    """Tell who is near whom, and how far the map can be trusted."""
    bank, notes = known_focus(focus, result.nearest["label"])
    near = _closest(result.nearest) if bank is None else _nearest_of(result.nearest, bank)
    across = result.points[result.points["axis"] == 1].set_index("label")["coordinate"]
    share = result.glance()["share_explained"].iloc[0]
    say = speaker(**near | {"n": len(result.values), "share": share, "stress": result.stress})
    ends = {"left": across.idxmin(), "right": across.idxmax()}
    if bank is None:
        first = _alike_finding(result.nearest)
        headline = say("{brand} and {nearest} are most alike")
        alt = say(
            "Map of {n:count} points, from {left} on the left to {right} on the right.", **ends
        )
    else:
        first = _near_finding(result.nearest, bank)
        headline = say("{brand} is most like {nearest}")
        if _is_near_tie(near):
            headline = say("{brand} is about as much like {nearest} as like {second}")
        alt = say(
            "Map of {n:count} points, from {left} on the left to {right} on the right. {focus} is "
            "marked; most like it is {nearest}.",
            **ends,
            focus=bank,
        )
    caption = say(
        "Map of {n:count} points from their dissimilarities ({method}; stress-1 "
        "{stress:decimal3}). Points near each other are alike; the axes have no meaning of their "
        "own.",
        method=_METHODS[result.method],
    )
    if result.method == "classical":
        caption = say(
            "Map of {n:count} points from their dissimilarities ({method}; {share:percent} of the "
            "differences shown; stress-1 {stress:decimal3}). Points near each other are alike; "
            "the axes have no meaning of their own.",
            method=_METHODS[result.method],
        )
    nearest = say(
        "For each of {n:count} points the two nearest, by the dissimilarities as given; the "
        "closest pair first."
    )
    findings = (first, _stress_finding(result))
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    draw = partial(result.plot, focus=bank)
    exhibits = {
        "distance-map": Exhibit(caption, alt, result.tidy(), notes, draw),
        "distance-nearest": Exhibit(nearest, data=_nearest_rows(result.nearest, "label")),
    }
    return Story(headline, None, findings, exhibits=exhibits)


def distance_scaling_words(result: DistanceMap) -> Message:
    """Say the method and how far distances on the map miss what they should be."""
    values = {"method": _METHODS[result.method], "stress": result.stress}
    return Message("Scaling: {method}; stress-1 {stress:decimal3}", values)


def _stress_finding(result: DistanceMap) -> Finding:
    first = result.points[result.points["axis"] == 1]
    worst = first.iloc[int(first["stress"].fillna(0.0).to_numpy().argmax())]
    say = speaker(stress=result.stress, worst=worst["label"], worst_stress=worst["stress"])
    detail = say(
        "Stress-1 {stress:decimal3} (0 is exact, {worst} is shown worst: {worst_stress:decimal3})."
    )
    if result.stress <= GOOD_STRESS:
        return Finding(say("The map shows the distances faithfully."), detail, "likely")
    if result.stress <= POOR_STRESS:
        return Finding(say("The map shows the distances roughly."), detail, "likely")
    headline = say("The map bends many distances; read the table beside it.")
    return Finding(headline, detail, "open")


# --- stacked tables ------------------------------------------------------------------------------


def stacked_tables(result: StackedTables, *, focus: object = None) -> Story:
    """Tell whether one wave leads the axes that all share."""
    bank, notes = known_focus(focus, result.cells["brand"])
    waves, facts = result.waves(), result.glance().iloc[0]
    most = waves.iloc[int(waves["share"].to_numpy().argmax())]
    say = speaker(n=len(waves), wave=most["wave"], share=most["share"], least=waves["share"].min())
    detail = say(
        "It holds {share:percent} of all mentions, the smallest of {n:count} waves {least:percent}."
    )
    headline = say("Wave {wave} leads the common axes")
    found = Finding(say("Wave {wave} leads the common axes."), detail, "clear")
    if not result.notes:
        headline = say("No wave leads the common axes")
        detail = say(
            "Of {n:count} waves each holds {least:percent} to {share:percent} of mentions."
        )
        found = Finding(say("No wave leads the common axes."), detail, "clear")
    caption = say(
        "Mentions of {n:count} waves as shares of all; stacked they make one table of "
        "{rows:count} rows by {columns:count} attributes.",
        rows=int(facts["n_rows"]),
        columns=int(facts["n_attributes"]),
    )
    alt = say("Dots for {n:count} waves; the most mentions has {wave}, {share:percent} of all.")
    draw = partial(result.plot, focus=bank)
    exhibit = Exhibit(caption, alt, waves, (*notes, *result.notes), draw)
    return Story(headline, None, (found,), exhibits={"stacked-waves": exhibit})


# --- what maps share -----------------------------------------------------------------------------


def scaling_words(result: TableMap) -> Message:
    """Say in which scaling the sides are, and whether the map is turned."""
    values = {"scaling": _SCALINGS[result.scaling], "factor": result.arrow_factor}
    if isinstance(result, CorrespondenceMap) and result.rotated_to is not None:
        text = "{scaling}, turned so that {brand} lies to the right"
        return Message(text, values | {"brand": result.rotated_to})
    if not isinstance(result, ComponentMap):
        return _SCALINGS[result.scaling]
    if result.rotation is not None:
        values["scaling"] = Message("{scaling}, turned by varimax", values)
    return Message("{scaling}, attributes drawn {factor:number} times as far out", values)


def _facts(result: TableMap) -> dict[str, Any]:
    facts = result.glance().iloc[0]
    size = {"brands": int(facts["n_rows"]), "attributes": int(facts["n_columns"])}
    return size | {"share": facts["share_explained"], "scaling": scaling_words(result)}


def axis_ends(result: TableMap, axis: int) -> dict[str, str | Message]:
    """Name both ends of an axis, low and high, by the column that makes most of it on each side.

    Where all columns point one way, the other end is less of the strongest.
    """
    points = result.columns
    points = points[(points["axis"] == axis) & ~points["supplementary"]]
    points = points.sort_values("contribution", ascending=False, kind="stable")
    less: str | Message = Message("less {attribute}", {"attribute": points["label"].iloc[0]})
    sides = {"low": points["coordinate"] < 0, "high": points["coordinate"] >= 0}
    return {end: next(iter(points["label"][there]), less) for end, there in sides.items()}


def _map_alt(result: TableMap, bank: str | None) -> Message:
    """Describe the picture for those who cannot see it: ends of the axes, extremes, the focus."""
    ends = [axis_ends(result, axis) for axis in (1, 2)[: result.n_axes]]
    across = Message("from “{low}” on the left to “{high}” on the right", ends[0])
    say = speaker(brands=len(result.nearest), across=across, far=_furthest(result)["label"])
    if len(ends) == 1:
        return say(
            "Map of {brands:count} brands along one line, {across}. {far} lies furthest out."
        )
    upward = Message("from “{low}” at the bottom to “{high}” at the top", ends[1])
    if bank is None:
        return say(
            "Map of {brands:count} brands, {across} and {upward}. {far} lies furthest from the "
            "middle.",
            upward=upward,
        )
    return say(
        "Map of {brands:count} brands, {across} and {upward}. {focus} is marked; the brand most "
        "like it is {nearest}. {far} lies furthest from the middle.",
        upward=upward,
        focus=bank,
        nearest=_nearest_of(result.nearest, bank)["nearest"],
    )


def _divide_finding(result: TableMap) -> Finding:
    share = float(result.axes["share"].head(result.n_axes).sum())
    settled: Settled = "likely" if share >= FAIR_PLANE else "open"
    say = speaker(**axis_ends(result, 1), first=result.axes["share"].iloc[0], share=share)
    headline = say("What divides the brands: “{low}” against “{high}”.")
    if result.n_axes == 1:
        return Finding(headline, say("One line shows {share:percent}."), settled)
    upward = axis_ends(result, 2)
    detail = say(
        "Left to right {first:percent} of the differences; bottom to top “{bottom}” against "
        "“{top}”, {second:percent}. Together the map shows {share:percent}.",
        bottom=upward["low"],
        top=upward["high"],
        second=result.axes["share"].iloc[1],
    )
    return Finding(headline, detail, settled)


def _near_finding(nearest: pd.DataFrame, bank: str, *, described: bool = False) -> Finding:
    """Say who is nearest to the focus, and whether the next is about as near."""
    near = _nearest_of(nearest, bank)
    say = speaker(**near)
    if not isinstance(near["second"], str):
        detail = say("It is the only other brand in the table.")
        return Finding(say("{brand} is compared with {nearest}."), detail, "likely")
    if described:
        detail = say(
            "Chi-square distance {distance:decimal2}; to the next, {second}, "
            "{second_distance:decimal2} ({n:count} rivals, all axes)."
        )
        headline = say("{brand} is described most like {nearest}.")
        tie = say("{brand} is described about as much like {nearest} as like {second}.")
    else:
        detail = say(
            "Distance {distance:decimal2}; to the next, {second}, {second_distance:decimal2} "
            "({n:count} rivals)."
        )
        headline = say("{brand} is most like {nearest}.")
        tie = say("{brand} is about as much like {nearest} as like {second}.")
    return (
        Finding(tie, detail, "open") if _is_near_tie(near) else Finding(headline, detail, "likely")
    )


def _alike_finding(nearest: pd.DataFrame, *, described: bool = False) -> Finding:
    """Say which two are most alike, and how near others have their nearest."""
    say = speaker(**_closest(nearest), median=float(np.median(nearest["distance"])), n=len(nearest))
    if described:
        headline = say("{brand} and {nearest} are described most alike.")
        detail = say(
            "Chi-square distance {distance:decimal2}; half of the {n:count} brands have their "
            "nearest rival within {median:decimal2}."
        )
        return Finding(headline, detail, "likely")
    detail = say(
        "Distance {distance:decimal2}; half of the {n:count} have their nearest within "
        "{median:decimal2}."
    )
    return Finding(say("{brand} and {nearest} are most alike."), detail, "likely")


def _closest(nearest: pd.DataFrame) -> dict[str, Any]:
    """Give the closest pair."""
    pair = nearest.iloc[int(nearest["distance"].to_numpy().argmin())]
    return {"brand": pair["label"], "nearest": pair["nearest"], "distance": pair["distance"]}


def _nearest_of(nearest: pd.DataFrame, label: str) -> dict[str, Any]:
    """Give who is nearest to one, and who next."""
    row = nearest[nearest["label"] == label].iloc[0]
    near = {"brand": label, "nearest": row["nearest"], "distance": row["distance"]}
    second = {"second": row["second_nearest"], "second_distance": row["second_distance"]}
    return near | second | {"n": len(nearest) - 1}


def _is_near_tie(near: dict[str, Any]) -> bool:
    return bool(near["distance"] > NEAR_TIE * near["second_distance"])


def _furthest(result: TableMap) -> pd.Series[Any]:
    """Find the active row furthest from the average: inertia over mass."""
    rows = active(result.rows)
    return rows.iloc[int((rows["inertia"] / rows["mass"]).to_numpy().argmax())]


def _nearest_rows(nearest: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give the table of nearest rivals, the closest pair first."""
    return nearest.sort_values("distance", kind="stable").rename(columns={"label": name})


def _marks(marks: pd.DataFrame, suffix: str) -> dict[str, Any]:
    """Give the best attribute, the next and the least, each with its number."""
    rows = {"best": marks.iloc[0], "next": marks.iloc[1], "least": marks.iloc[-1]}
    numbers = {f"{name}_{suffix}": row.iloc[1] for name, row in rows.items()}
    return numbers | {name: row["attribute"] for name, row in rows.items()}
