"""Texts on distance maps: headline, findings, captions, alternative texts."""

from __future__ import annotations

from typing import Any

from brandkit.core.message import Finding, Message
from brandkit.positioning.distances import DistanceMap, DistanceMethod
from brandkit.positioning.wording_nearest import (
    alike_finding,
    closest_pair,
    first_row,
    is_near_tie,
    near_finding,
    row_of,
)

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
    >>> from brandkit.positioning.distances import distance_map
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
