"""What is said of the maps: computed from the result, with how settled each statement is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Point, Say, Story, pointed, speaker, titled
from brandkit.positioning.maps.components import RATED, ComponentMap
from brandkit.positioning.maps.correspondence import (
    DESCRIBED,
    SCALINGS,
    SMALL_ROW,
    CorrespondenceMap,
    StackedTables,
    TableMap,
    active,
    nearest_frame,
)
from brandkit.positioning.maps.distances import METHODS, DistanceMap
from brandkit.positioning.maps.preferences import MODEL_WORDS, AnyMap, PreferenceMap

NEAR_TIE = 0.85
"""A nearest rival is told from the second where its distance is at most this part of theirs."""
TELLING = 1.15
"""Times expected from which an attribute is said to mark a brand."""
MARKED = 1.0
"""Standard deviations above the average brand from which an attribute is said to mark one."""
FEWEST_NEAR = 3
"""Brands of enough mentions from which the nearest are told among them alone."""
FAIR_PLANE = 0.7
"""Share of the differences from which a plane is called a fair picture of the table."""
NEAR = 0.1
"""Part of the products' spread within which a product is said to stand at a place."""
CLEAR_P, LIKELY_P = 0.01, 0.05
"""P-values of the nested test under which a model is clearly, or likely, the better one."""
GOOD_STRESS, POOR_STRESS = 0.1, 0.2
"""What Kruskal (1964) calls fair and poor: up to the first a map is good, beyond the second bad."""


# --- correspondence maps -------------------------------------------------------------------------


def correspondence_map(result: CorrespondenceMap, *, focus: object = None) -> Story:
    """Tell who is described alike, what marks the focus, and what divides the brands."""
    marks = partial(_ratios, result)
    say, bank, table = _start(result, focus, marks, reading=DESCRIBED[result.readings])
    mentions = _mentions(result)
    near = _nearest_told(result, mentions, bank)
    own = SMALL_ROW if mentions is None or bank is None else int(mentions[bank])
    few = own < SMALL_ROW
    findings = [_near_finding(near, bank, described=True)]
    if few:
        text = say("{n:count} {n:mention stands|mentions stand} behind it.", n=own)
        findings = [Finding(say("Too few mention {brand} to say where it stands."), text, "open")]
    elif bank is not None:
        detail = say(
            "It is named for “{best}” {best_value:decimal2} times as often as expected, for "
            "“{next}” {next_value:decimal2} times, and least for “{least}” ({least_value:decimal2} "
            "times)."
        )
        findings.append(_marks_finding(table, say, detail, least=TELLING))
    findings += [_distinct_finding(result, mentions), _divide_finding(result)]
    lede = say(
        "{brands:count} brands, {attributes:count} attributes; base not given. A plain table holds "
        "no single answers, so places carry no intervals; each statement says how settled it is."
    )
    if mentions is not None:
        lede = say(
            "{brands:count} brands, {attributes:count} attributes, {n:count} mentions. A plain "
            "table holds no single answers, so places carry no intervals; each statement says how "
            "settled it is.",
            n=result.n,
        )
    caption = say(
        "Positioning map of {brands:count} brands by {attributes:count} attributes. {reading} "
        "Correspondence analysis; {scaling}; {share:percent} of the differences shown."
    )
    nearest = say(
        "For each of {brands:count} brands the two whose profiles are most alike, with chi-square "
        "distances over all axes; the closest pair first.",
        brands=len(near),
    )
    named = say(
        "How often {brand} is named for each of {attributes:count} attributes, as a multiple of "
        "what its size and the attribute's would lead to expect."
    )
    exhibits = {
        "map": _map_exhibit(result, caption, findings, focus, near=near),
        "nearest": _nearest_exhibit(near, nearest, "brand"),
        "marks": Exhibit(named, data=table),
    }
    headline = _headline(near, None if few else bank, findings, table, least=TELLING)
    far = _furthest(result, mentions)
    mark = _ratios(result, far["label"]).iloc[0]
    points = _map_points(findings, say, far=mark, is_own=bank is not None)
    actions: tuple[Action, ...] = ()
    if bank is None:
        say = speaker(say, brand=far["label"], **mark)
        points = (*points[:-1], *_weights_of(result, far, say))
        check = say("Check what stands behind “{attribute}” at {brand}.")
        actions = (Action("check", check, "likely", "map", (str(far["label"]),)),)
    elif not few and findings[1].settled != "open":
        say = speaker(say, attribute=table["attribute"].iloc[0])
        check = say("Check whether “{attribute}” is what {brand} wants to be known for.")
        actions = (Action("check", check, findings[1].settled, "marks", (str(bank),)),)
    return Story(headline, lede, tuple(findings), actions, exhibits, points)


def _weights_of(result: CorrespondenceMap, far: pd.Series[Any], say: Say) -> Iterator[Point]:
    """Say how much of all that tells brands apart hangs on one of them, and on one contrast."""
    share = float(far["inertia"] / result.axes["inertia"].sum())
    alone = say(
        "{brand} alone makes {share:percent} of all differences between brands, with "
        "{mass:percent} of the table.",
        share=share,
        mass=far["mass"],
    )
    yield Point(alone, "likely", 0.5, "map", (str(far["label"]),), why=True)
    first = float(result.axes["share"].iloc[0])
    ends = say(
        "“{low}” against “{high}” makes {first:percent} of all differences: what moves a brand "
        "between these two shows most.",
        **axis_ends(result, 1),
        first=first,
    )
    yield Point(ends, "likely" if first >= FAIR_PLANE / 2 else "open", 0.4, "map", why=True)


def _map_points(
    findings: list[Finding], say: Say, *, far: pd.Series[Any], is_own: bool
) -> tuple[Point, ...]:
    """Give what a board should know of a table of mentions, which has no intervals."""
    near, distinct, divide = findings[0], findings[-2], findings[-1]

    def often(**values: Any) -> Message:
        return say(
            "It is named for “{best}” {best_value:decimal1} times as often as expected.", **values
        )

    told = often(best=far["attribute"], best_value=far["ratio"])
    points = [
        pointed(near, 0.6, "map"),
        pointed(distinct, 0.4 if is_own else 0.7, "map", told),
        pointed(divide, 0.5, "map"),
    ]
    if is_own and findings[1].settled != "open":
        points.insert(1, pointed(findings[1], 0.7, "marks", often()))
    return tuple(points)


def _mentions(result: CorrespondenceMap) -> pd.Series[float] | None:
    """Give the mentions of each active brand; None where the table does not count any.

    Shares are at most 1 a cell, so a larger total in whole numbers counts something.
    """
    rows, cells = active(result.rows), len(active(result.rows)) * len(active(result.columns))
    if not float(result.n).is_integer() or result.n <= cells:
        return None
    return (result.n * rows["mass"]).set_axis(rows["label"].astype("str")).round()


def on_few_mentions(result: AnyMap) -> frozenset[str]:
    """Name the brands that stand on fewer mentions than can be trusted."""
    mentions = _mentions(result) if isinstance(result, CorrespondenceMap) else None
    return frozenset() if mentions is None else frozenset(mentions.index[mentions < SMALL_ROW])


def _nearest_told(
    result: CorrespondenceMap, mentions: pd.Series[float] | None, bank: str | None
) -> pd.DataFrame:
    """Name the nearest among brands that enough mentions stand behind, and the focus."""
    if mentions is None:
        return result.nearest
    told = mentions.ge(SMALL_ROW) | (mentions.index == bank)
    if told.all() or told.sum() < FEWEST_NEAR:
        return result.nearest
    from scipy.spatial.distance import cdist

    profiles = result.profiles[told.to_numpy()]
    return nearest_frame(mentions.index[told], cdist(profiles, profiles))


def _ratios(result: CorrespondenceMap, label: str) -> pd.DataFrame:
    """Give ``attribute ratio`` of one row, the most over-named first; ties by name."""
    pairs = result.associations.rename(columns={"column_label": "attribute"})
    mine = pairs.loc[pairs["row_label"] == label, ["attribute", "ratio"]]
    return mine.sort_values(["ratio", "attribute"], ascending=[False, True], ignore_index=True)


def _distinct_finding(result: CorrespondenceMap, mentions: pd.Series[float] | None) -> Finding:
    far = _furthest(result, mentions)
    attribute, ratio = _ratios(result, far["label"]).iloc[0]
    say = speaker(brand=far["label"], attribute=attribute, ratio=ratio)
    detail = say(
        "It makes {share:percent} of all differences with {mass:percent} of the table's total, "
        "above all by “{attribute}” ({ratio:decimal2} times as often as expected).",
        share=far["inertia"] / result.axes["inertia"].sum(),
        mass=far["mass"],
    )
    return Finding(say("{brand} stands apart most."), detail, "likely")


# --- component maps ------------------------------------------------------------------------------


def component_map(result: ComponentMap, *, focus: object = None) -> Story:
    """Tell who is rated alike, what marks the focus, and what divides the brands."""
    marks = partial(strengths_of, result)
    say, bank, table = _start(result, focus, marks, reading=RATED[result.readings])
    findings = [_near_finding(result.nearest, bank)]
    if bank is not None:
        detail = say(
            "On “{best}” it stands {best_value:signed} standard deviations of the brands from "
            "their average, on “{least}” {least_value:signed}."
        )
        findings.append(_marks_finding(table, say, detail, least=MARKED))
    findings.append(_divide_finding(result))
    weights = say("each of equal weight")
    if not result.standardised:
        weights = say("each with the weight of its variance")
    caption = say(
        "Positioning map of {brands:count} brands by their ratings on {attributes:count} "
        "attributes, {weights}. {reading} Principal components; {scaling}; {share:percent} of the"
        " differences shown.",
        weights=weights,
    )
    nearest = say(
        "For each of {brands:count} brands the two whose ratings are most alike, with straight "
        "distances over all attributes; the closest pair first."
    )
    standing = say(
        "How {brand} stands on each of {attributes:count} attributes, in standard deviations of "
        "the brands from their average."
    )
    exhibits = {
        "map": _map_exhibit(result, caption, findings, focus),
        "nearest": _nearest_exhibit(result.nearest, nearest, "brand"),
        "marks": Exhibit(standing, data=table),
    }
    headline = _headline(result.nearest, bank, findings, table, least=MARKED)
    points = tuple(pointed(finding, 0.5, "map") for finding in findings)
    return Story(headline, None, tuple(findings), exhibits=exhibits, points=points)


def strengths_of(result: ComponentMap, label: str) -> pd.DataFrame:
    """Give ``attribute standing`` of an active brand, in sd above the mean; ties by name."""
    at = result.nearest["label"].tolist().index(label)
    standing = result.values[at] / result.values.std(axis=0)
    names = active(result.columns)["label"].to_numpy()
    frame = pd.DataFrame({"attribute": names, "standing": standing})
    return frame.sort_values(["standing", "attribute"], ascending=[False, True], ignore_index=True)


# --- distance maps -------------------------------------------------------------------------------


def distance_map(result: DistanceMap, *, focus: object = None) -> Story:
    """Tell who is near whom, and how far the map can be trusted."""
    bank, notes = known_focus(focus, result.nearest["label"])
    across = result.points[result.points["axis"] == 1].set_index("label")["coordinate"]
    method = METHODS[result.method]
    if result.method == "classical":
        shown = {"method": method, "share": result.glance()["share_explained"].iloc[0]}
        method = Message("{method}, {share:percent} of the differences shown", shown)
    say = speaker(n=len(result.values), stress=result.stress, method=method)
    alt = say(
        "Map of {n:count} points, from {left} on the left to {right} on the right.",
        left=across.idxmin(),
        right=across.idxmax(),
    )
    caption = say(
        "Map of {n:count} points from their dissimilarities ({method}; stress-1 "
        "{stress:decimal3}). Points near each other are alike; the axes have no meaning of their "
        "own."
    )
    nearest = say(
        "For each of {n:count} points the two nearest, by the dissimilarities as given; the "
        "closest pair first."
    )
    findings = (_near_finding(result.nearest, bank), _stress_finding(result))
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    alt, draw = _marked(alt, result.nearest, bank), partial(result.plot, focus=bank)
    exhibits = {
        "distance-map": Exhibit(caption, alt, result.tidy(), notes, draw),
        "distance-nearest": _nearest_exhibit(result.nearest, nearest, "label"),
    }
    return Story(titled(findings[0]), None, findings, exhibits=exhibits)


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
    if result.notes:
        headline = say("Wave {wave} leads the common axes.")
        detail = say(
            "It holds {share:percent} of all mentions, the smallest of {n:count} waves "
            "{least:percent}."
        )
    else:
        headline = say("No wave leads the common axes.")
        detail = say(
            "Of {n:count} waves each holds {least:percent} to {share:percent} of mentions."
        )
    found = Finding(headline, detail, "clear")
    caption = say(
        "Mentions of {n:count} waves as shares of all; stacked they make one table of "
        "{rows:count} rows by {columns:count} attributes.",
        rows=int(facts["n_rows"]),
        columns=int(facts["n_attributes"]),
    )
    alt = say("Dots for {n:count} waves; the most mentions has {wave}, {share:percent} of all.")
    draw = partial(result.plot, focus=bank)
    exhibit = Exhibit(caption, alt, waves, (*notes, *result.notes), draw)
    return Story(titled(found), None, (found,), exhibits={"stacked-waves": exhibit})


# --- preference maps -----------------------------------------------------------------------------


def preference_map(result: PreferenceMap, *, focus: object = None) -> Story:
    """Tell which place most would like, where the focus stands, and whether the model is needed."""
    known, notes = known_focus(focus, result.products["label"])
    facts = _liked_facts(result)
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
        alt = say("{alt} {focus} is marked: {share_focus:percent}.", alt=alt)
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


def _liked_facts(result: PreferenceMap) -> dict[str, Any]:
    """Give the place liked by most, the nearest product and how far that is, and the extremes."""
    facts, products = result.glance().iloc[0], result.products
    places = products[["across", "upward"]].to_numpy(dtype=float)
    away = np.hypot(*(places - facts[["across", "upward"]].to_numpy(dtype=float)).T)
    shares = products["share_above"].to_numpy()
    ends = (away.argmin(), shares.argmax(), shares.argmin())
    near, best, least = (products.iloc[int(at)] for at in ends)
    named = {
        "share": float(facts["share_above"]),
        "products": len(products),
        "model": MODEL_WORDS[result.model],
        "product": near["label"],
        "near_share": near["share_above"],
        "gap": float(away.min() / np.ptp(places, axis=0).max()),
        "best": best["label"],
        "best_share": best["share_above"],
        "least": least["label"],
        "least_share": least["share_above"],
    }
    return named | {name: facts[name] for name in ("n", "n_above", "r2", "extrapolated")}


# --- what maps share -----------------------------------------------------------------------------


def scaling_words(result: TableMap) -> Message:
    """Say in which scaling the sides are, whether the map is turned and how far lines reach."""
    values: dict[str, Any] = {"scaling": SCALINGS[result.scaling], "factor": result.arrow_factor}
    if isinstance(result, ComponentMap):
        if result.rotation is not None:
            values["scaling"] = Message("{scaling}, turned by varimax", values)
        return Message("{scaling}, attributes drawn {factor:number} times as far out", values)
    turned = getattr(result, "rotated_to", None)
    if turned is not None:
        text = "{scaling}, turned so that {brand} lies to the right"
        values["scaling"] = Message(text, values | {"brand": turned})
    if result.arrow_factor == 1:
        return Message("{scaling}", values)
    return Message("{scaling}, drawn {factor:number} times as long", values)


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


def _start(
    result: TableMap, focus: object, marks_of: Callable[[str], pd.DataFrame], *, reading: Message
) -> tuple[Say, str | None, pd.DataFrame]:
    """Give a speaker of a map's size and a brand's marks, the focus, and the table of marks.

    The brand is the focus, or the first of the table.
    """
    bank, _ = known_focus(focus, result.nearest["label"])
    brand, facts = bank or str(result.nearest["label"].iloc[0]), result.glance().iloc[0]
    table = marks_of(brand)
    values: dict[str, Any] = {"brand": brand, "reading": reading, "scaling": scaling_words(result)}
    values |= {"brands": int(facts["n_rows"]), "attributes": int(facts["n_columns"])}
    for place, at in (("best", 0), ("next", 1), ("least", -1)):
        values[place], values[f"{place}_value"] = table.iloc[at]
    return speaker(**values, share=facts["share_explained"]), bank, table


def _headline(
    nearest: pd.DataFrame,
    bank: str | None,
    findings: list[Finding],
    marks: pd.DataFrame,
    *,
    least: float,
) -> Message:
    """Say who is nearest to the focus and what marks it; without one, who are most alike."""
    if bank is None:
        return titled(findings[0])
    near = _nearest_of(nearest, bank)
    say = speaker(**near, attribute=marks["attribute"].iloc[0])
    if float(marks.iloc[:, 1].max()) < least:
        return say("{brand} stands near {nearest}, and no attribute marks it")
    if _is_near_tie(near):
        return say("{brand} stands between {nearest} and {second} and is marked by “{attribute}”")
    return say("{brand} stands nearest to {nearest} and is marked by “{attribute}”")


def _marks_finding(marks: pd.DataFrame, say: Say, detail: Message, *, least: float) -> Finding:
    if float(marks.iloc[:, 1].max()) < least:
        return Finding(say("No attribute marks {brand}."), detail, "open")
    return Finding(say("“{best}” marks {brand}."), detail, "likely")


def _map_exhibit(
    result: TableMap,
    caption: Message,
    findings: list[Finding],
    focus: object,
    *,
    near: pd.DataFrame | None = None,
) -> Exhibit:
    """Show a map; its text tells the ends of the axes, extremes and the focus.

    ``near`` are those that a nearest is told among, where that is not all.
    """
    bank, notes = known_focus(focus, result.nearest["label"])
    ends = [axis_ends(result, axis) for axis in (1, 2)[: result.n_axes]]
    across = Message("from “{low}” on the left to “{high}” on the right", ends[0])
    say = speaker(brands=len(result.nearest), across=across, far=_furthest(result)["label"])
    if len(ends) == 1:
        alt = say("Map of {brands:count} brands along one line, {across}. {far} lies furthest out.")
    else:
        alt = say(
            "Map of {brands:count} brands, {across} and {upward}. {far} lies furthest from the "
            "middle.",
            upward=Message("from “{low}” at the bottom to “{high}” at the top", ends[1]),
        )
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    told = result.nearest if near is None else near
    alt, draw = _marked(alt, told, bank), partial(result.plot, focus=bank)
    return Exhibit(caption, alt, result.tidy(), notes, draw)


def _nearest_exhibit(nearest: pd.DataFrame, caption: Message, name: str) -> Exhibit:
    """Show the nearest rivals, the closest pair first."""
    rows = nearest.sort_values("distance", kind="stable").rename(columns={"label": name})
    return Exhibit(caption, data=rows)


def _marked(alt: Message, nearest: pd.DataFrame, bank: str | None) -> Message:
    if bank is None:
        return alt
    values = {"alt": alt, "focus": bank, "nearest": _nearest_of(nearest, bank)["nearest"]}
    return Message("{alt} {focus} is marked; most like it is {nearest}.", values)


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


def _near_finding(nearest: pd.DataFrame, bank: str | None, *, described: bool = False) -> Finding:
    """Say who is nearest to the focus and whether the next is about as near; or who are alike."""
    if bank is None:
        pair = nearest.iloc[int(nearest["distance"].to_numpy().argmin())]
        pairs = nearest.assign(pair=nearest[["label", "nearest"]].apply(frozenset, axis=1))
        apart = pairs.drop_duplicates("pair")["distance"].nsmallest(2)
        say = speaker(brand=pair["label"], nearest=pair["nearest"], distance=pair["distance"])
        detail = say(
            "Distance {distance:decimal2}; half of the {n:count} have their nearest within "
            "{median:decimal2}.",
            n=len(nearest),
            median=float(np.median(nearest["distance"])),
        )
        if len(apart) > 1 and apart.iloc[0] > NEAR_TIE * apart.iloc[1]:
            return Finding(say("{brand} and {nearest} are among the most alike."), detail, "open")
        alike = say("{brand} and {nearest} are most alike.")
        if described:
            alike = say("{brand} and {nearest} are described most alike.")
        return Finding(alike, detail, "likely")
    near = _nearest_of(nearest, bank)
    say = speaker(**near)
    if not isinstance(near["second"], str):
        detail = say("It is the only other brand in the table.")
        return Finding(say("{brand} is compared with {nearest}."), detail, "likely")
    detail = say(
        "Distance {distance:decimal2}; to the next, {second}, {second_distance:decimal2} "
        "({n:count} rivals)."
    )
    if _is_near_tie(near):
        tie = say("{brand} is about as much like {nearest} as like {second}.")
        return Finding(tie, detail, "open")
    if described:
        return Finding(say("{brand} is described most like {nearest}."), detail, "likely")
    return Finding(say("{brand} is most like {nearest}."), detail, "likely")


def _nearest_of(nearest: pd.DataFrame, label: str) -> dict[str, Any]:
    """Give who is nearest to one, and who next."""
    names = ["brand", "nearest", "distance", "second", "second_distance"]
    row = nearest[nearest["label"] == label].iloc[0]
    return dict(zip(names, row, strict=True)) | {"n": len(nearest) - 1}


def _is_near_tie(near: dict[str, Any]) -> bool:
    return bool(near["distance"] > NEAR_TIE * near["second_distance"])


def _furthest(result: TableMap, mentions: pd.Series[float] | None = None) -> pd.Series[Any]:
    """Find the active row furthest from the average, inertia over mass, of enough mentions."""
    rows = active(result.rows)
    if mentions is not None and mentions.ge(SMALL_ROW).any():
        rows = rows[mentions.ge(SMALL_ROW).to_numpy()]
    return rows.iloc[int((rows["inertia"] / rows["mass"]).to_numpy().argmax())]
