"""What bank overlap says, in sentences: headline, lede and findings.

Texts are English messages with their numbers; :mod:`brandkit.language` translates them. Every
sentence is computed from the result and says how settled it is.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.language import translate
from brandkit.overlap.brands.brands import BrandOverlap
from brandkit.overlap.brands.explanation import IDENTICAL, OverlapExplanation
from brandkit.overlap.brands.kernel import few_of
from brandkit.overlap.brands.rankings import (
    MOST_BRANDS,
    MOST_ROWS,
    closest_pairs,
    most_alike_rivals,
    ranked_rivals,
)
from brandkit.overlap.similarity.facets import facet_name

FIRM = 0.95
"""Share of resamples from which a nearest rival is called clear."""
LIKELY = 0.70
"""Share of resamples from which it is called likely; below, two rivals are not told apart."""


def brand_overlap_headline(result: BrandOverlap, *, focus: str | None = None) -> Message:
    """Say the main finding in one sentence, for a title.

    Parameters
    ----------
    result : BrandOverlap
    focus : str, optional
        The bank the report is for; without it the market is described.

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.overlap import brand_overlap
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = brand_overlap(small_catalog(), draws=0)
    >>> str(brand_overlap_headline(result, focus="Meridian"))
    "Meridian's products are about as much like Kestrel's as Tidewater's"
    """
    if focus is not None:
        mine = _brand(result, focus)
        if not isinstance(mine["nearest_rival"], str):
            return Message("{brand} has no rival to be compared with", {"brand": focus})
        values = _rival_values(mine)
        if _firmness(result, focus) == "open":
            text = "{brand}'s products are about as much like {rival}'s as {second}'s"
            return Message(text, values)
        text = "{brand}'s products are most like {rival}'s: {overlap:percent} alike on average"
        return Message(text, values)
    ranked = most_alike_rivals(result)
    if not len(ranked):
        return Message("No two rivals can be compared")
    first = _records(ranked)[0]
    text = "{brand} and {rival} sell the most alike products: {overlap:percent} alike on average"
    return Message(
        text, {"brand": first["brand_a"], "rival": first["brand_b"], "overlap": first["overlap"]}
    )


def brand_overlap_lede(result: BrandOverlap) -> Message:
    """Say what the comparison rests on, and what its numbers mean."""
    facts = _facts(result)
    return Message(
        "{brands:count} banks and {offers:count} products, compared within their category. 0% is "
        "nothing in common, 100% the same in everything that both disclose; what a product does "
        "counts most, what it is called least.",
        {"brands": int(facts["n_brands"]), "offers": int(facts["n_offers"])},
    )


def brand_overlap_findings(
    result: BrandOverlap, *, focus: str | None = None
) -> tuple[Finding, ...]:
    """Say who is like whom, and how settled that is.

    Parameters
    ----------
    result : BrandOverlap
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    tuple of Finding
    """
    sisters = _sister_finding(result, focus)
    if focus is None:
        found = [_pair_finding(result), _market_finding(result), _most_unique_finding(result)]
        return tuple(one for one in (*found, sisters) if one is not None)
    found = [_rival_finding(result, focus), _size_finding(result, focus),
             _unique_finding(result, focus), sisters]  # fmt: skip
    return tuple(one for one in found if one is not None)


# --- findings ------------------------------------------------------------------------------------


def _rival_finding(result: BrandOverlap, focus: str) -> Finding:
    mine = _brand(result, focus)
    if not isinstance(mine["nearest_rival"], str):
        return Finding(
            Message("{brand} has no rival to be compared with.", {"brand": focus}),
            Message("All other banks are its sisters, or disclose too little."),
            "open",
        )
    row = _pair(result, focus, mine["nearest_rival"])
    values = _rival_values(mine) | {
        "low": row["stability_low"], "high": row["stability_high"],
        "support": mine["nearest_rival_support"], "n": int(mine["n_rivals"]),
    }  # fmt: skip
    settled = _firmness(result, focus)
    if settled == "open" and isinstance(mine["second_rival"], str):
        headline = Message(
            "Whether {rival} or {second} is nearest to {brand} is not settled.", values
        )
    else:
        headline = Message("{rival} is the rival nearest to {brand}.", values)
    if pd.isna(row["stability_low"]):
        detail = Message(
            "{overlap:percent} alike; the next, {second}, {second_overlap:percent}. With fewer "
            "than five products there is no stability interval ({n:count} rivals).",
            values,
        )
    elif pd.isna(mine["nearest_rival_support"]):
        detail = Message(
            "{overlap:percent} alike ({low:percent} to {high:percent} when its products are "
            "resampled); the next, {second}, {second_overlap:percent} ({n:count} rivals).",
            values,
        )
    else:
        detail = Message(
            "{overlap:percent} alike ({low:percent} to {high:percent} when its products are "
            "resampled), and nearest in {support:percent} of resamples; the next, {second}, "
            "{second_overlap:percent} ({n:count} rivals).",
            values,
        )
    return Finding(headline, detail, settled)


def _size_finding(result: BrandOverlap, focus: str) -> Finding | None:
    """Whether the nearest rival's size alone makes it near."""
    mine = _brand(result, focus)
    if not isinstance(mine["nearest_rival"], str):
        return None
    row = _pair(result, focus, mine["nearest_rival"])
    values = {
        "brand": focus, "rival": row["brand_b"], "expected": row["expected"],
        "excess": row["excess"], "overlap": row["overlap"], "other": mine["rival_by_excess"],
        "other_excess": mine["rival_excess"],
    }  # fmt: skip
    detail = Message(
        "A bank of its size would be {expected:percent} alike by chance (excess {excess:signed}).",
        values,
    )
    if row["overlap"] > row["expected"]:
        detail = Message(
            "A bank of its size would be {expected:percent} alike by chance; of the rest it covers "
            "{excess:percent}.",
            values,
        )
    if isinstance(mine["rival_by_excess"], str) and mine["rival_by_excess"] != row["brand_b"]:
        detail = Message(
            "{detail} For its size {other} is nearest (excess {other_excess:signed}).",
            {**values, "detail": detail},
        )
    if row["overlap"] <= row["expected"]:
        headline = Message("{rival} is no nearer than its size alone would make it.", values)
        beyond = row["stability_high"] < row["expected"]
        return Finding(headline, detail, "likely" if beyond else "open")
    if row["stability_low"] > row["expected"]:
        headline = Message("{rival} is nearer than its size explains.", values)
        return Finding(headline, detail, "clear")
    headline = Message("Whether more than size makes {rival} near is not settled.", values)
    return Finding(headline, detail, "open")


def _unique_finding(result: BrandOverlap, focus: str) -> Finding | None:
    mine = _brand(result, focus)
    if pd.isna(mine["uniqueness"]):
        return None
    others = result.brands.loc[result.brands["brand"] != focus, "uniqueness"].dropna()
    middle = float(others.median())
    values = {
        "brand": focus, "uniqueness": mine["uniqueness"], "low": mine["bound_low"],
        "high": mine["bound_high"], "middle": middle, "n": len(others),
        "rank": int((others > mine["uniqueness"]).sum()) + 1, "all": len(others) + 1,
    }  # fmt: skip
    detail = Message(
        "{uniqueness:percent} of what it offers has no counterpart at any rival, half of the other "
        "banks have more than {middle:percent}; place {rank:count} of {all:count}. Whatever is not "
        "stated, it lies between {low:percent} and {high:percent}.",
        values,
    )
    if mine["bound_low"] > middle:
        return Finding(
            Message("{brand} is more distinct than most banks.", values), detail, "clear"
        )
    if mine["bound_high"] < middle:
        return Finding(
            Message("{brand} is less distinct than most banks.", values), detail, "clear"
        )
    quarter, three = others.quantile(0.25), others.quantile(0.75)
    if mine["uniqueness"] > three:
        headline = Message("{brand} seems more distinct than most banks.", values)
        return Finding(headline, detail, "likely")
    if mine["uniqueness"] < quarter:
        headline = Message("{brand} seems less distinct than most banks.", values)
        return Finding(headline, detail, "likely")
    headline = Message("{brand} cannot be told from the market by how distinct it is.", values)
    return Finding(headline, detail, "open")


def _pair_finding(result: BrandOverlap) -> Finding | None:
    ranked = _records(most_alike_rivals(result))
    if not ranked:
        return None
    first = ranked[0]
    values = {
        "brand": first["brand_a"], "rival": first["brand_b"], "overlap": first["overlap"],
        "low": first["stability_low"], "high": first["stability_high"], "excess": first["excess"],
    }  # fmt: skip
    headline = Message("Of all rivals {brand} and {rival} are most alike.", values)
    if len(ranked) == 1 or pd.isna(first["stability_low"]):
        detail = Message("{overlap:percent} alike, mean of both directions.", values)
        return Finding(headline, detail, "open")
    second = ranked[1]
    values |= {"c": second["brand_a"], "d": second["brand_b"], "next": second["overlap"]}
    detail = Message(
        "{overlap:percent} alike ({low:percent} to {high:percent} when their products are "
        "resampled), {excess:signed} beyond chance; the next pair, {c} and {d}, {next:percent}.",
        values,
    )
    if first["stability_low"] > second["overlap"]:
        return Finding(headline, detail, "clear")
    if first["overlap"] > second["stability_high"]:
        return Finding(headline, detail, "likely")
    headline = Message(
        "{brand} and {rival} are among the most alike rivals; which pair is first is not settled.",
        values,
    )
    return Finding(headline, detail, "open")


def _market_finding(result: BrandOverlap) -> Finding | None:
    near = closest_pairs(result)
    if not len(near):
        return None
    beyond = near["stability_low"] > near["expected"]
    values = {
        "middle": near["overlap"].median(), "low": near["overlap"].min(),
        "high": near["overlap"].max(), "n": len(near), "beyond": int(beyond.sum()),
    }  # fmt: skip
    detail = Message(
        "With its nearest rival half of {n:count} banks are at least {middle:percent} alike "
        "({low:percent} to {high:percent}). {beyond:count} are nearer to it than the rival's size "
        "explains.",
        values,
    )
    if beyond.mean() > 0.5:
        headline = Message("Most banks have a rival that is more like them than chance.")
        return Finding(headline, detail, "clear" if beyond.mean() >= 0.9 else "likely")
    headline = Message("Few banks have a rival that is more like them than its size explains.")
    return Finding(headline, detail, "likely" if beyond.mean() < 0.25 else "open")


def _most_unique_finding(result: BrandOverlap) -> Finding | None:
    banks = result.brands.dropna(subset=["uniqueness"])
    banks = banks.sort_values(["uniqueness", "brand"], ascending=[False, True], kind="stable")
    if len(banks) < 2:
        return None
    first, second = _records(banks)[:2]
    values = {
        "brand": first["brand"], "uniqueness": first["uniqueness"], "low": first["bound_low"],
        "high": first["bound_high"], "second": second["brand"], "next": second["uniqueness"],
    }  # fmt: skip
    settled: Settled = "clear" if first["bound_low"] > second["bound_high"] else "open"
    if settled == "open" and first["bound_low"] > second["uniqueness"]:
        settled = "likely"
    headline = Message("{brand} has most that no rival offers.", values)
    if settled == "open":
        headline = Message(
            "{brand} seems to have most that no rival offers; what is not stated could change "
            "that.",
            values,
        )
    detail = Message(
        "{uniqueness:percent} of what it offers has no counterpart; the next, {second}, "
        "{next:percent}. Whatever is not stated, it lies between {low:percent} and {high:percent}.",
        values,
    )
    return Finding(headline, detail, settled)


def _sister_finding(result: BrandOverlap, focus: str | None) -> Finding | None:
    pairs = result.pairs[result.pairs["category"].isna() & result.pairs["sister"]]
    if focus is not None:
        mine = pairs.loc[pairs["brand_a"] == focus, "brand_b"].astype(str).tolist()
        if not mine:
            return None
        values = {"brand": focus, "names": few_of(mine), "n": len(mine)}
        return Finding(
            Message("{names} {n:is a sister|are sisters} of {brand}, not {n:a rival|rivals}.",
                    values),
            _SISTERS, "clear",
        )  # fmt: skip
    first = pairs[pairs["brand_a"].astype(str) < pairs["brand_b"].astype(str)]
    if not len(first):
        return None
    names = [f"{a} – {b}" for a, b in zip(first["brand_a"], first["brand_b"], strict=True)]
    values = {"n": len(names), "names": few_of(names)}
    text = "Sisters, not rivals: {names}."
    return Finding(Message(text, values), _SISTERS, "clear")


_SISTERS = Message(
    "At least 90% of the smaller one's products have a partner that is 95% alike, or they have "
    "one declared owner."
)


# --- values --------------------------------------------------------------------------------------


def _firmness(result: BrandOverlap, brand: str) -> Settled:
    """How settled a bank's nearest rival is: by resamples, else by intervals that overlap."""
    mine = _brand(result, brand)
    support = mine["nearest_rival_support"]
    if not pd.isna(support):
        return "clear" if support >= FIRM else "likely" if support >= LIKELY else "open"
    if not isinstance(mine["second_rival"], str):
        return "likely"
    first = _pair(result, brand, mine["nearest_rival"])
    second = _pair(result, brand, mine["second_rival"])
    return "likely" if first["stability_low"] > second["stability_high"] else "open"


def _rival_values(mine: dict[str, Any]) -> dict[str, Any]:
    return {
        "brand": mine["brand"],
        "rival": mine["nearest_rival"],
        "overlap": mine["nearest_rival_overlap"],
        "second": mine["second_rival"] if isinstance(mine["second_rival"], str) else None,
        "second_overlap": mine["second_rival_overlap"],
    }


def _brand(result: BrandOverlap, brand: str) -> dict[str, Any]:
    result.check_brand("focus", brand)
    return _records(result.brands[result.brands["brand"] == brand])[0]


def _pair(result: BrandOverlap, a: str, b: str) -> dict[str, Any]:
    ranked = ranked_rivals(result, brand=a)
    return _records(ranked[ranked["brand_b"] == b])[0]


def _facts(result: BrandOverlap) -> dict[str, Any]:
    return _records(result.glance())[0]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def brand_overlap_caption(result: BrandOverlap, *, focus: str | None = None) -> Message:
    """Say what the heat map shows and how it is read."""
    n = len(result.brands)
    values: dict[str, Any] = {"brands": n, "most": MOST_BRANDS, "focus": focus}
    if n <= MOST_ROWS:
        return Message(
            "How far the bank of a column has counterparts for the products of the bank of a row, "
            "in percent; banks that are alike stand together. It is not the same both ways: a "
            "large catalogue holds more counterparts. Small frames mark sister banks.",
            values,
        )
    if n <= MOST_BRANDS:
        return Message(
            "How far the bank of a column has counterparts for the products of the bank of a row; "
            "columns carry the numbers of the rows. The darker, the more alike; banks that are "
            "alike stand together. Small frames mark sister banks.",
            values,
        )
    if focus is not None:
        return Message(
            "{focus} and the banks most like it, {most:count} of {brands:count}: how far the bank "
            "of a column has counterparts for the products of the bank of a row; columns carry the "
            "numbers of the rows. The darker, the more alike. Small frames mark sister banks.",
            values,
        )
    return Message(
        "The {most:count} of {brands:count} banks that have another most like them: how far the "
        "bank of a column has counterparts for the products of the bank of a row; columns carry "
        "the numbers of the rows. The darker, the more alike. Small frames mark sister banks.",
        values,
    )


def brand_overlap_alt(result: BrandOverlap, *, focus: str | None = None) -> Message:
    """Describe the heat map for those who cannot see it."""
    ranked = most_alike_rivals(result)
    values: dict[str, Any] = {"n": min(len(result.brands), MOST_BRANDS), "focus": focus}
    if not len(ranked):
        return Message("Heat map of {n:count} banks of which no two can be compared.", values)
    first, last = _records(ranked)[0], _records(ranked)[-1]
    values |= {
        "a": first["brand_a"], "b": first["brand_b"], "high": first["overlap"],
        "c": last["brand_a"], "d": last["brand_b"], "low": last["overlap"],
    }  # fmt: skip
    if focus is None:
        return Message(
            "Heat map of {n:count} banks against each other. Of rivals, {a} and {b} are most "
            "alike ({high:percent}), {c} and {d} least ({low:percent}).",
            values,
        )
    near = ranked_rivals(result, brand=focus)
    values |= {"near": near["brand_b"].iloc[0], "overlap": near["overlap"].iloc[0],
               "far": near["brand_b"].iloc[-1], "least": near["overlap"].iloc[-1]}  # fmt: skip
    return Message(
        "Heat map of {n:count} banks against each other; {focus} is framed. Its row is darkest at "
        "{near} ({overlap:percent}) and lightest at {far} ({least:percent}). Of rivals, {a} and "
        "{b} are most alike ({high:percent}).",
        values,
    )


def brands_table_caption(result: BrandOverlap) -> Message:
    """Say what the table of banks holds."""
    return Message(
        "{n:count} banks: how much of what they offer no rival has, and the rival nearest to each. "
        "“Stays nearest” is the share of resamples of the bank's products in which that rival "
        "remains the nearest.",
        {"n": len(result.brands)},
    )


def nearest_rivals_caption(result: BrandOverlap, *, focus: str | None = None) -> Message:
    """Say what the dots, lines and ticks of the dot plot are."""
    values: dict[str, Any] = {"level": result.level, "focus": focus}
    if focus is None:
        values |= {"n": min(MOST_ROWS, len(closest_pairs(result)))}
        return Message(
            "The {n:count} banks with the nearest rivals. Dot: how far the second bank has "
            "counterparts for the first's products. Line: {level:percent} stability interval, the "
            "first's products resampled; none under five products. Tick: what a bank of the "
            "second's size would reach by chance; excess: how much of the rest it covers.",
            values,
        )
    ranked = ranked_rivals(result, brand=focus)
    values |= {"n": min(MOST_ROWS, len(ranked)), "rivals": len(ranked)}
    return Message(
        "The {n:count} of {rivals:count} banks nearest to {focus}. Dot: how far they have "
        "counterparts for its products; hollow: a sister bank. Line: {level:percent} stability "
        "interval, its products resampled; none under five products. Tick: what a bank of that "
        "size would reach by chance; excess: how much of the rest it covers.",
        values,
    )


def nearest_rivals_alt(result: BrandOverlap, *, focus: str | None = None) -> Message:
    """Describe the dot plot for those who cannot see it."""
    rows = closest_pairs(result) if focus is None else ranked_rivals(result, brand=focus)
    rows = rows.head(MOST_ROWS)
    if not len(rows):
        return Message("Dot plot without a row: no rival can be compared.")
    first, last = _records(rows)[0], _records(rows)[-1]
    values = {
        "n": len(rows), "focus": focus, "a": first["brand_a"], "b": first["brand_b"],
        "high": first["overlap"], "c": last["brand_a"], "d": last["brand_b"],
        "low": last["overlap"],
    }  # fmt: skip
    if focus is None:
        text = (
            "Dot plot of {n:count} banks and their nearest rivals, from {a} with {b} "
            "({high:percent}) down to {c} with {d} ({low:percent})."
        )
        return Message(text, values)
    text = (
        "Dot plot of the {n:count} banks nearest to {focus}, from {b} ({high:percent}) down to {d} "
        "({low:percent})."
    )
    return Message(text, values)


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
