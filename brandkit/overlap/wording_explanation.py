"""What makes two banks alike, in sentences."""

from __future__ import annotations

import pandas as pd

from brandkit.core.message import Finding, Message
from brandkit.language import translate
from brandkit.overlap.explanation import IDENTICAL, OverlapExplanation
from brandkit.overlap.facet_names import facet_name


def overlap_explanation_finding(result: OverlapExplanation) -> Finding:
    """Say which facets make the two banks alike, and which tell them apart.

    Parameters
    ----------
    result : OverlapExplanation

    Returns
    -------
    Finding

    Examples
    --------
    >>> from brandkit.overlap import overlap_explanation
    >>> from brandkit.overlap.examples import small_catalog
    >>> found = overlap_explanation_finding(
    ...     overlap_explanation(small_catalog(), brand="Meridian", rival="Kestrel"))
    >>> str(found.headline)
    "Meridian's and Kestrel's products differ most in “Features”."
    """
    rows = result.facets.assign(apart=result.facets["weight"] - result.facets["part"])
    far = rows.sort_values(["apart", "facet"], ascending=[False, True], kind="stable").iloc[0]
    same = int((result.offers["similarity"] >= IDENTICAL).sum())
    values = {
        "brand": result.brand, "rival": result.rival, "overlap": result.overlap,
        "first": facet_name(rows["facet"].iloc[0]), "part": rows["part"].iloc[0],
        "weight": rows["weight"].iloc[0], "far": facet_name(far["facet"]), "lost": far["apart"],
        "same": same, "n": result.n_offers,
    }  # fmt: skip
    detail = Message(
        "Of {overlap:percent} alike, {part:percent} of {weight:percent} come from “{first}”; most "
        "is lost in “{far}” ({lost:percent}). {same:count} of {n:count} products have a "
        "counterpart that is the same in everything disclosed.",
        values,
    )
    if far["facet"] == rows["facet"].iloc[0]:
        detail = Message(
            "Of {overlap:percent} alike, {part:percent} of {weight:percent} come from “{first}”, "
            "where most is lost as well ({lost:percent}). {same:count} of {n:count} products have "
            "a counterpart that is the same in everything disclosed.",
            values,
        )
    if far["apart"] < 0.01:
        headline = Message("Nothing told of them sets {brand}'s products apart from {rival}'s.",
                           values)  # fmt: skip
        return Finding(headline, detail, "likely")
    headline = Message("{brand}'s and {rival}'s products differ most in “{far}”.", values)
    return Finding(headline, detail, "likely")


def overlap_explanation_caption(result: OverlapExplanation) -> Message:
    """Say what the bars are."""
    return Message(
        "What each facet adds to the overlap of {brand} with {rival} (filled), out of what it "
        "could add (frame). The filled bars add up to {overlap:percent}; all is in percent of full "
        "likeness, mean of {n:count} products and their best counterparts.",
        {
            "brand": result.brand, "rival": result.rival, "overlap": result.overlap,
            "n": result.n_offers,
        },
    )  # fmt: skip


def overlap_explanation_alt(result: OverlapExplanation) -> Message:
    """Describe the bars for those who cannot see them."""
    first, last = result.facets.iloc[0], result.facets.iloc[-1]
    return Message(
        "Bars of {n:count} facets that add up to {overlap:percent}, from {first} "
        "({high:percent} of {could:percent}) down to {last} ({low:percent} of {least:percent}).",
        {
            "n": len(result.facets), "overlap": result.overlap,
            "first": facet_name(first["facet"]), "high": first["part"], "could": first["weight"],
            "last": facet_name(last["facet"]), "low": last["part"], "least": last["weight"],
        },
    )  # fmt: skip


def counterparts_caption(result: OverlapExplanation, *, shown: int) -> Message:
    """Say what the table of products and their counterparts holds."""
    return Message(
        "{brand}'s products and the most similar one of {rival}: {shown:count} of {n:count}, the "
        "most alike first.",
        {
            "brand": result.brand, "rival": result.rival, "n": len(result.offers),
            "shown": min(shown, len(result.offers)),
        },
    )  # fmt: skip


def counterparts_rows(result: OverlapExplanation) -> pd.DataFrame:
    """Give products and counterparts by name, for a table."""
    return result.offers[["name_a", "name_b", "category", "similarity"]]


def side_by_side_caption(result: OverlapExplanation) -> Message:
    """Say which two products stand side by side."""
    return Message(
        "Side by side: “{a}” of {brand} and “{b}” of {rival}, the most alike two that still "
        "differ. The parts add up to their similarity, {similarity:percent}.",
        {
            "a": result.pair[0], "b": result.pair[1], "brand": result.brand,
            "rival": result.rival, "similarity": result.side_by_side["part"].sum(),
        },
    )  # fmt: skip


def side_by_side_rows(result: OverlapExplanation) -> pd.DataFrame:
    """Give the two products side by side, facets in words of the language in use."""
    rows = result.side_by_side[["facet", "similarity", "part", "shared", "only_a", "only_b"]]
    return rows.assign(facet=[translate(facet_name(facet)) for facet in rows["facet"]])


def facet_rows(result: OverlapExplanation) -> pd.DataFrame:
    """Give the facets and their parts, facets in words of the language in use."""
    rows = result.facets
    return rows.assign(facet=[translate(facet_name(facet)) for facet in rows["facet"]])
