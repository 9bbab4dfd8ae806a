"""What a map with its uncertainty says, in sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.positioning.image.answers import MOST_NAMED, some_names
from brandkit.positioning.image.claims import ClaimCheck
from brandkit.positioning.image.stability import STABLE, MapStability
from brandkit.positioning.maps.story import scaling_words


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
    >>> from brandkit.positioning.image.stability import map_stability
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


def claim_check_headline(result: ClaimCheck, *, focus: str | None = None) -> Message:
    """Say in one sentence, for a title, what customers share.

    Parameters
    ----------
    result : ClaimCheck
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.positioning.image.claims import claim_check
    >>> from brandkit.positioning.examples import small_image
    >>> result = claim_check(small_image(), brand="brand", respondent="respondent",
    ...                      attributes=["fair", "modern", "near"], draws=200)
    >>> str(claim_check_headline(result, focus="Civic"))
    'Customers see Civic as “near”'
    """
    if focus is None:
        values = _counts(result.claims)
        return Message(
            "Customers support {yes:count} of {all:count} claims and contradict {no:count}", values
        )
    mine = _of(result, focus)
    yes, no = _named(mine, "supported"), _named(mine, "contradicted")
    values = {"brand": focus, "yes": yes[:2], "no": no[:2]}
    if yes:
        return Message("Customers see {brand} as {yes}", values)
    if no:
        return Message("Customers contradict that {brand} is {no}", values)
    return Message("No claim of {brand} stands out", values)


def claim_check_lede(result: ClaimCheck) -> Message:
    """Say what the check rests on."""
    return Message(
        "{n:count} respondents. A claim is supported where the brand is named for it more than its "
        "size and the attribute's lead to expect, beyond chance and visibly on the map; "
        "{cells:count} pairs of brand and attribute were tested together.",
        {"n": result.n_respondents, "cells": result.n_cells},
    )


def claim_check_findings(result: ClaimCheck, *, focus: str | None = None) -> tuple[Finding, ...]:
    """Say which claims are supported and which contradicted.

    Parameters
    ----------
    result : ClaimCheck
    focus : str, optional
        The bank the report is for; without it all claims are summed up.

    Returns
    -------
    tuple of Finding
    """
    settled: Settled = "clear" if result.from_respondents else "likely"
    claims = result.claims if focus is None else _of(result, focus)
    values = _counts(claims) | {"brand": focus, "rate": result.false_discovery}
    found = []
    for kind, said, none in (
        ("supported", _SUPPORTED, _NOT_SUPPORTED),
        ("contradicted", _CONTRADICTED, _NOT_CONTRADICTED),
    ):
        rows = _strongest(claims, kind)
        headline = (said if len(rows) else none)[0 if focus is None else 1]
        names = [_claim(row, with_brand=focus is None) for row in rows[:MOST_NAMED]]
        values = values | {"names": names, "n": len(rows)}
        detail = Message("{names} (times as often as expected).", values)
        if not rows:
            detail = Message(
                "None of {all:count} claims, at {rate:percent} false discoveries.", values
            )
        found.append(Finding(Message(headline.text, values), detail, settled if rows else "open"))
    return tuple(found)


_SUPPORTED = (
    Message("{n:count} {n:claim is|claims are} supported."),
    Message("Customers support {n:count} {n:claim|claims} of {brand}."),
)
_NOT_SUPPORTED = (
    Message("No claim is supported."),
    Message("Customers support no claim of {brand}."),
)
_CONTRADICTED = (
    Message("{n:count} {n:claim is|claims are} contradicted."),
    Message("Customers contradict {n:count} {n:claim|claims} of {brand}."),
)
_NOT_CONTRADICTED = (
    Message("No claim is contradicted."),
    Message("Customers contradict no claim of {brand}."),
)


def claim_check_caption(result: ClaimCheck) -> Message:
    """Say how the matrix is read."""
    return Message(
        "What {n:count} respondents say of {claims:count} claims. Circle: supported, named more "
        "than expected and visibly on the map. Cross: contradicted, named less. Dot: neither. At "
        "most {rate:percent} of circles and crosses are to be expected wrong.",
        {"n": result.n_respondents, "claims": len(result.claims), "rate": result.false_discovery},
    )


def claim_check_alt(result: ClaimCheck, *, focus: str | None = None) -> Message:
    """Describe the matrix for those who cannot see it."""
    claims = result.claims if focus is None else _of(result, focus)
    values = _counts(claims) | {"brand": focus, "brands": result.claims["brand"].nunique(),
                                "attributes": result.claims["attribute"].nunique()}  # fmt: skip
    if focus is None:
        return Message(
            "Matrix of {attributes:count} attributes and {brands:count} brands: {yes:count} claims "
            "supported, {no:count} contradicted, {weak:count} neither.",
            values,
        )
    return Message(
        "Matrix of {attributes:count} attributes and {brands:count} brands. Of the claims of "
        "{brand} {yes:count} are supported, {no:count} contradicted, {weak:count} neither.",
        values,
    )


def claims_table_caption(result: ClaimCheck) -> Message:
    """Say what the table of claims holds."""
    return Message(
        "All {n:count} claims: share of those asked, times expected, test over all pairs, and the "
        "part that the map shows.",
        {"n": len(result.claims)},
    )


def _of(result: ClaimCheck, brand: str) -> pd.DataFrame:
    return result.claims[result.claims["brand"] == brand]


def _counts(claims: pd.DataFrame) -> dict[str, Any]:
    kinds = claims["claim"].value_counts()
    return {
        "all": len(claims), "yes": int(kinds.get("supported", 0)),
        "no": int(kinds.get("contradicted", 0)), "weak": int(kinds.get("weak", 0)),
    }  # fmt: skip


def _strongest(claims: pd.DataFrame, kind: str) -> list[dict[str, Any]]:
    rows = claims[claims["claim"] == kind]
    order = rows["statistic"].abs().sort_values(ascending=False, kind="stable").index
    return [{str(k): v for k, v in row.items()} for row in rows.loc[order].to_dict("records")]


def _named(claims: pd.DataFrame, kind: str) -> list[Message]:
    return [
        Message("“{attribute}”", {"attribute": row["attribute"]})
        for row in _strongest(claims, kind)
    ]


def _claim(row: dict[str, Any], *, with_brand: bool) -> Message:
    values = {"brand": row["brand"], "attribute": row["attribute"], "ratio": row["ratio"]}
    if with_brand:
        return Message("{brand} “{attribute}” {ratio:decimal2}", values)
    return Message("“{attribute}” {ratio:decimal2}", values)
