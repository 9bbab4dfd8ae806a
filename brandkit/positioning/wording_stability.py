"""What a map with its uncertainty says, in sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.positioning.image_bases import some_names
from brandkit.positioning.stability import STABLE, MapStability
from brandkit.positioning.wording import scaling_words


def map_stability_headline(result: MapStability, *, focus: str | None = None) -> Message:
    """Say in one sentence, for a title, whom respondents tell apart.

    Parameters
    ----------
    result : MapStability
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.positioning.examples import small_image
    >>> from brandkit.positioning.stability import map_stability
    >>> result = map_stability(small_image(), brand="brand", respondent="respondent",
    ...                        attributes=["fair", "modern", "near"], draws=200)
    >>> str(map_stability_headline(result, focus="Civic"))
    'Civic is told apart from every rival'
    """
    if focus is None:
        told = {"n": int(result.pairs["distinct"].sum()), "all": len(result.pairs)}
        if told["n"] == told["all"]:
            return Message("Customers tell every pair of brands apart")
        return Message("Customers tell {n:count} of {all:count} pairs of brands apart", told)
    alike = _alike(result, focus)
    if not alike:
        return Message("{brand} is told apart from every rival", {"brand": focus})
    if len(alike) == len(result.brands) - 1:
        return Message("{brand} is told apart from no rival", {"brand": focus})
    return Message(
        "Customers do not tell {brand} apart from {names}",
        {"brand": focus, "names": some_names(alike)},
    )


def map_stability_lede(result: MapStability) -> Message:
    """Say what the map rests on and how its uncertainty was found."""
    facts = _facts(result)
    if not result.from_respondents:
        return Message(
            "{brands:count} brands, {attributes:count} attributes, {n:count} mentions. Nobody's "
            "answers are kept, so mentions were drawn one by one; regions are rough.",
            facts,
        )
    return Message(
        "{n:count} respondents, {brands:count} brands, {attributes:count} attributes. Respondents "
        "were drawn anew {draws:count} times; a region holds a brand's place with {level:percent} "
        "certainty.",
        facts,
    )


def map_stability_findings(
    result: MapStability, *, focus: str | None = None
) -> tuple[Finding, ...]:
    """Say whom customers tell apart, and whether the axes would be found again.

    Parameters
    ----------
    result : MapStability
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    tuple of Finding
    """
    market = (_pairs_finding(result), _axes_finding(result))
    return market if focus is None else (_nearest_finding(result, focus), *market)


def map_stability_caption(result: MapStability) -> Message:
    """Say what is drawn and how it is read."""
    facts = _facts(result) | {
        "scaling": scaling_words(result.map), "factor": result.map.arrow_factor
    }  # fmt: skip
    if result.map.arrow_factor == 1:
        return Message(
            "Positioning map of {brands:count} brands from {n:count} respondents, with "
            "{level:percent} regions ({scaling}; {share:percent} of the differences shown). "
            "Whether two brands differ is tested on their difference, not on whether regions "
            "touch.",
            facts,
        )
    return Message(
        "Positioning map of {brands:count} brands from {n:count} respondents, with {level:percent} "
        "regions ({scaling}, drawn {factor:number} times as long; {share:percent} of the "
        "differences shown). Whether two brands differ is tested on their difference, not on "
        "whether regions touch. Distances between brands and attributes mean nothing.",
        facts,
    )


def map_stability_alt(result: MapStability, *, focus: str | None = None) -> Message:
    """Describe the picture for those who cannot see it."""
    regions = result.regions.dropna(subset=["radius_long"])
    values = _facts(result)
    if regions.empty:
        return Message("Map of {brands:count} brands without regions; too few persons.", values)
    widest = regions.sort_values("radius_long", kind="stable").iloc[-1]
    values |= {"wide": widest["label"], "apart": int(result.pairs["distinct"].sum()),
               "pairs": len(result.pairs), "focus": focus}  # fmt: skip
    if focus is None:
        return Message(
            "Map of {brands:count} brands with an ellipse around each; the largest is that of "
            "{wide}. {apart:count} of {pairs:count} pairs are told apart.",
            values,
        )
    return Message(
        "Map of {brands:count} brands with an ellipse around each; the largest is that of {wide}. "
        "{focus} is marked. {apart:count} of {pairs:count} pairs are told apart.",
        values,
    )


def distinct_pairs_caption(result: MapStability) -> Message:
    """Say how the matrix of pairs is read."""
    return Message(
        "Which brands customers tell apart. Filled: the difference of their places is more than "
        "chance at {level:percent} over all {pairs:count} pairs (Holm). Brands in the order of the "
        "first axis.",
        {"level": result.level, "pairs": len(result.pairs)},
    )


def distinct_pairs_alt(result: MapStability) -> Message:
    """Describe the matrix of pairs for those who cannot see it."""
    alike = result.pairs[~result.pairs["distinct"]]
    values: dict[str, Any] = {"pairs": len(result.pairs), "n": len(alike)}
    if alike.empty:
        return Message("Matrix of {pairs:count} pairs of brands; all are told apart.", values)
    values["names"] = _pair_names(alike)
    return Message(
        "Matrix of {pairs:count} pairs of brands; {n:count} {n:is|are} not told apart: {names}.",
        values,
    )


def pairs_table_caption(result: MapStability) -> Message:
    """Say what the table of pairs holds."""
    return Message(
        "Distances of {pairs:count} pairs of brands on the map with their errors and tests, the "
        "nearest first.",
        {"pairs": len(result.pairs)},
    )


def nearest_pairs(result: MapStability, *, focus: str | None = None) -> pd.DataFrame:
    """Give the pairs, the nearest first; of one brand where `focus` is given."""
    pairs = result.pairs
    if focus is not None:
        pairs = pairs[(pairs["brand_a"] == focus) | (pairs["brand_b"] == focus)]
        other = pairs["brand_b"].where(pairs["brand_a"] == focus, pairs["brand_a"])
        pairs = pairs.assign(brand_a=focus, brand_b=other)
    return pairs.sort_values("map_distance", kind="stable", ignore_index=True)


def _nearest_finding(result: MapStability, focus: str) -> Finding:
    nearest = nearest_pairs(result, focus=focus).iloc[0]
    alike = _alike(result, focus)
    values = {
        "brand": focus,
        "nearest": nearest["brand_b"],
        "distance": float(nearest["map_distance"]),
        "error": float(nearest["std_error"]),
        "p": float(nearest["p_adjusted"]),
        "names": some_names(alike),
        "n": len(alike),
    }
    detail = Message(
        "Its nearest rival on the map is {nearest}: distance {distance:decimal2}, standard error "
        "{error:decimal2}, p {p:p} over all pairs.",
        values,
    )
    if alike:
        said = Message("{brand} is not told apart from {names}.", values)
        return Finding(said, detail, "open")
    said = Message("{brand} is told apart from every rival, {nearest} included.", values)
    return Finding(said, detail, _settled(result))


def _pairs_finding(result: MapStability) -> Finding:
    alike = result.pairs[~result.pairs["distinct"]].sort_values("map_distance")
    values = {
        "n": len(result.pairs) - len(alike),
        "all": len(result.pairs),
        "names": _pair_names(alike),
        "level": result.level,
    }
    if alike.empty:
        return Finding(
            Message("All {all:count} pairs of brands are told apart.", values),
            Message("Every difference stands at {level:percent} over all pairs.", values),
            _settled(result),
        )
    return Finding(
        Message("{n:count} of {all:count} pairs of brands are told apart.", values),
        Message("Not told apart: {names}.", values),
        "open" if len(alike) > len(result.pairs) / 2 else _settled(result),
    )


def _axes_finding(result: MapStability) -> Finding:
    kept = result.axes.dropna(subset=["stability"])
    values = {
        "plane": result.plane_stability,
        "first": float(kept["stability"].iloc[0]),
        "second": float(kept["stability"].iloc[-1]),
        "draws": len(result.draw_tables),
    }
    if len(kept) == 1:
        detail = Message("It is found again in {first:percent} of {draws:count} draws.", values)
        if result.is_stable:
            return Finding(Message("The map's one axis is stable."), detail, _settled(result))
        return Finding(Message("The map's one axis is not stable."), detail, "open")
    detail = Message(
        "The plane agrees in {plane:percent} of {draws:count} draws; the first axis is found again "
        "in {first:percent}, the second in {second:percent}.",
        values,
    )
    if result.is_stable:
        return Finding(Message("The map would look the same again."), detail, _settled(result))
    if values["first"] < STABLE:
        return Finding(Message("Neither axis of the map is stable."), detail, "open")
    return Finding(Message("The map's second axis is not stable."), detail, "open")


def _settled(result: MapStability) -> Settled:
    """Call nothing clear that rests on cells drawn one by one."""
    return "clear" if result.from_respondents else "likely"


def _alike(result: MapStability, focus: str) -> list[str]:
    mine = nearest_pairs(result, focus=focus)
    return [str(name) for name in mine.loc[~mine["distinct"], "brand_b"]]


def _pair_names(pairs: pd.DataFrame) -> list[Any]:
    names = [f"{a} – {b}" for a, b in zip(pairs["brand_a"], pairs["brand_b"], strict=True)]
    return some_names(names)


def _facts(result: MapStability) -> dict[str, Any]:
    row = result.glance().iloc[0]
    return {
        "n": int(row["n_respondents"]),
        "brands": int(row["n_brands"]),
        "attributes": int(row["n_attributes"]),
        "draws": int(row["draws"]),
        "share": float(row["share_explained"]),
        "level": result.level,
    }
