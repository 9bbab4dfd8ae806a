"""What bank overlap, its explanation and its weights say."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import N_, Exhibit, Say, Story, speaker
from brandkit.language import translate
from brandkit.overlap.brands.brands import BrandOverlap
from brandkit.overlap.brands.explanation import IDENTICAL, OverlapExplanation
from brandkit.overlap.brands.rankings import (
    MOST_BRANDS,
    MOST_IN_CELLS,
    MOST_ROWS,
    closest_pairs,
    most_alike_rivals,
    ranked_rivals,
)
from brandkit.overlap.brands.sensitivity import WeightSensitivity
from brandkit.overlap.similarity.facets import facet_name
from brandkit.overlap.similarity.reference import few_of

FIRM, LIKELY = 0.95, 0.70
"""Shares of resamples, or of other weights, from which a nearest rival is clear, or likely."""
MOST_COUNTERPARTS = 10
_BANK_COLUMNS = [
    "brand", "n_offers", "uniqueness", "nearest_rival", "nearest_rival_overlap",
    "nearest_rival_support", "rival_by_excess", "rival_excess"
]  # fmt: skip


def brand_overlap(result: BrandOverlap, *, focus: object = None) -> Story:
    """Say who is like whom, how firmly, and how distinct each is."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    headline, findings = _of_market(result) if bank is None else _of_bank(result, bank)
    near = closest_pairs(result) if bank is None else ranked_rivals(result, brand=bank)
    say = speaker(brands=len(result.brands), offers=int(result.brands["n_offers"].sum()))
    drawn = list(result.telling(most=MOST_BRANDS, focus=bank))
    banks = result.brands[_BANK_COLUMNS].sort_values("uniqueness", kind="stable")
    return Story(
        headline,
        say(
            "{brands:count} banks and {offers:count} products, compared within their category. 0% "
            "is nothing in common, 100% the same in everything that both disclose; what a product "
            "does counts most, what it is called least."
        ),
        tuple(findings),
        exhibits={
            "market": Exhibit(
                _market_caption(result, bank),
                _market_alt(result, bank),
                result.matrix().loc[drawn, drawn].reset_index(),
                (*as_notes(findings[1:]), *unknown, *result.notes),
                lambda: result.plot(figure="brand_overlap", focus=bank),
                kinds="share",
            ),
            "banks": Exhibit(
                say(
                    "{n:count} banks: how much of what they offer no rival has, and the rival "
                    "nearest to each. “Stays nearest” is the share of resamples of the bank's "
                    "products in which that rival remains the nearest.",
                    n=len(banks),
                ),
                data=banks,
            ),
            "rivals": Exhibit(
                _rivals_caption(result, near, bank),
                _rivals_alt(near.head(MOST_ROWS), bank),
                near,
                draw=lambda: result.plot(figure="nearest_rivals", focus=bank),
            ),
        },
    )


def _of_bank(result: BrandOverlap, bank: str) -> tuple[Message, list[Finding]]:
    mine = result.brands[result.brands["brand"] == bank].iloc[0]
    say = speaker(brand=bank, **{name: mine[name] for name in _BANK_COLUMNS[1:]})
    rest = [*_unique(result, mine), *_sisters(result, bank)]
    if not isinstance(mine["nearest_rival"], str):
        nobody = Finding(
            say("{brand} has no rival to be compared with."),
            say("All other banks are its sisters, or disclose too little."),
            "open",
        )
        return say("{brand} has no rival to be compared with"), [nobody, *rest]
    pairs = ranked_rivals(result, brand=bank).set_index("brand_b")
    row, second = pairs.loc[mine["nearest_rival"]], mine["second_rival"]
    say = speaker(
        brand=bank,
        rival=mine["nearest_rival"],
        overlap=mine["nearest_rival_overlap"],
        second=second,
        second_overlap=mine["second_rival_overlap"],
        low=row["stability_low"],
        high=row["stability_high"],
        support=mine["nearest_rival_support"],
        n=int(mine["n_rivals"]),
        expected=row["expected"],
        excess=row["excess"],
        other=mine["rival_by_excess"],
        other_excess=mine["rival_excess"],
    )
    settled: Settled = "likely"
    if not pd.isna(mine["nearest_rival_support"]):
        settled = _settled(mine["nearest_rival_support"])
    elif isinstance(second, str):
        apart = row["stability_low"] > pairs.loc[second, "stability_high"]
        settled = "likely" if apart else "open"
    is_tie = settled == "open" and isinstance(second, str)
    headline = (
        say("{brand}'s products are about as much like {rival}'s as {second}'s")
        if is_tie
        else say("{brand}'s products are most like {rival}'s: {overlap:percent} alike on average")
    )
    first = (
        say("Whether {rival} or {second} is nearest to {brand} is not settled.")
        if is_tie
        else say("{rival} is the rival nearest to {brand}.")
    )
    return headline, [
        Finding(first, _nearness(row, mine, say), settled),
        _size(row, mine, say),
        *rest,
    ]


def _nearness(row: Any, mine: Any, say: Say) -> Message:
    if not isinstance(mine["second_rival"], str):
        return say("{overlap:percent} alike; no other rival can be compared.")
    if pd.isna(row["stability_low"]):
        return say(
            "{overlap:percent} alike; the next, {second}, {second_overlap:percent}. With fewer "
            "than five products there is no stability interval ({n:count} rivals)."
        )
    if pd.isna(mine["nearest_rival_support"]):
        return say(
            "{overlap:percent} alike ({low:percent} to {high:percent} when its products are "
            "resampled); the next, {second}, {second_overlap:percent} ({n:count} rivals)."
        )
    return say(
        "{overlap:percent} alike ({low:percent} to {high:percent} when its products are "
        "resampled), and nearest in {support:percent} of resamples; the next, {second}, "
        "{second_overlap:percent} ({n:count} rivals)."
    )


def _size(row: Any, mine: Any, say: Say) -> Finding:
    """Whether the nearest rival's size alone makes it near."""
    detail = (
        say(
            "A bank of its size would be {expected:percent} alike by chance; of the rest it covers "
            "{excess:percent}."
        )
        if row["overlap"] > row["expected"]
        else say(
            "A bank of its size would be {expected:percent} alike by chance (excess "
            "{excess:signed})."
        )
    )
    if isinstance(mine["rival_by_excess"], str) and mine["rival_by_excess"] != row.name:
        detail = say(
            "{detail} For its size {other} is nearest (excess {other_excess:signed}).",
            detail=detail,
        )
    if row["overlap"] <= row["expected"]:
        beyond = row["stability_high"] < row["expected"]
        headline = say("{rival} is no nearer than its size alone would make it.")
        return Finding(headline, detail, "likely" if beyond else "open")
    if row["stability_low"] > row["expected"]:
        return Finding(say("{rival} is nearer than its size explains."), detail, "clear")
    headline = say("Whether more than size makes {rival} near is not settled.")
    return Finding(headline, detail, "open")


def _unique(result: BrandOverlap, mine: Any) -> list[Finding]:
    others = result.brands.loc[result.brands["brand"] != mine["brand"], "uniqueness"].dropna()
    unique = mine["uniqueness"]
    if pd.isna(unique) or others.empty:
        return []
    middle, low, high = (float(others.quantile(at)) for at in (0.5, 0.25, 0.75))
    say = speaker(
        brand=mine["brand"],
        uniqueness=unique,
        low=mine["bound_low"],
        high=mine["bound_high"],
        middle=middle,
        rank=int((others > unique).sum()) + 1,
        all=len(others) + 1,
    )
    detail = say(
        "{uniqueness:percent} of what it offers has no counterpart at any rival, half of the other "
        "banks have more than {middle:percent}; place {rank:count} of {all:count}. Whatever is not "
        "stated, it lies between {low:percent} and {high:percent}."
    )
    if mine["bound_low"] > middle:
        return [Finding(say("{brand} is more distinct than most banks."), detail, "clear")]
    if mine["bound_high"] < middle:
        return [Finding(say("{brand} is less distinct than most banks."), detail, "clear")]
    if unique > high:
        return [Finding(say("{brand} seems more distinct than most banks."), detail, "likely")]
    if unique < low:
        return [Finding(say("{brand} seems less distinct than most banks."), detail, "likely")]
    headline = say("{brand} cannot be told from the market by how distinct it is.")
    return [Finding(headline, detail, "open")]


def _sisters(result: BrandOverlap, bank: str | None) -> list[Finding]:
    pairs = [
        (brand, other)
        for brand, others in result.sisters.items()
        for other in sorted(others)
        if brand == bank or (bank is None and brand < other)
    ]
    if not pairs:
        return []
    names = [other if bank else f"{brand} – {other}" for brand, other in pairs]
    say = speaker(brand=bank, names=few_of(names), n=len(names))
    headline = (
        say("Sisters, not rivals: {names}.")
        if bank is None
        else say("{names} {n:is a sister|are sisters} of {brand}, not {n:a rival|rivals}.")
    )
    detail = say(
        "At least 90% of the smaller one's products have a partner that is 95% alike, or they have "
        "one declared owner."
    )
    return [Finding(headline, detail, "clear")]


def _of_market(result: BrandOverlap) -> tuple[Message, list[Finding]]:
    ranked = most_alike_rivals(result).to_dict("records")
    rest = [*_chance(result), *_most_unique(result), *_sisters(result, None)]
    if not ranked:
        headline = Message("No two rivals can be compared.")
        detail = Message("All banks are sisters of each other, or disclose too little.")
        nobody = Finding(headline, detail, "open")
        return Message("No two rivals can be compared"), [nobody, *rest]
    first, second = ranked[0], ranked[min(1, len(ranked) - 1)]
    say = speaker(
        brand=first["brand_a"],
        rival=first["brand_b"],
        overlap=first["overlap"],
        low=first["stability_low"],
        high=first["stability_high"],
        excess=first["excess"],
        c=second["brand_a"],
        d=second["brand_b"],
        next=second["overlap"],
    )
    title = say(
        "{brand} and {rival} sell the most alike products: {overlap:percent} alike on average"
    )
    headline = say("Of all rivals {brand} and {rival} are most alike.")
    if len(ranked) == 1 or pd.isna(first["stability_low"]):
        detail = say("{overlap:percent} alike, mean of both directions.")
        return title, [Finding(headline, detail, "open"), *rest]
    settled: Settled = "open"
    if first["stability_low"] > second["overlap"]:
        settled = "clear"
    elif first["overlap"] > second["stability_high"]:
        settled = "likely"
    if settled == "open":
        headline = say(
            "{brand} and {rival} are among the most alike rivals; which pair is first is not "
            "settled."
        )
    detail = say(
        "{overlap:percent} alike ({low:percent} to {high:percent} when their products are "
        "resampled), {excess:signed} beyond chance; the next pair, {c} and {d}, {next:percent}."
    )
    return title, [Finding(headline, detail, settled), *rest]


def _chance(result: BrandOverlap) -> list[Finding]:
    near = closest_pairs(result)
    if near.empty:
        return []
    beyond = near["stability_low"] > near["expected"]
    say = speaker(
        middle=near["overlap"].median(),
        low=near["overlap"].min(),
        high=near["overlap"].max(),
        n=len(near),
        beyond=int(beyond.sum()),
    )
    detail = say(
        "With its nearest rival half of {n:count} banks are at least {middle:percent} alike "
        "({low:percent} to {high:percent}). {beyond:count} are nearer to it than the rival's size "
        "explains."
    )
    share = beyond.mean()
    if share > 0.5:
        headline = say("Most banks have a rival that is more like them than chance.")
        return [Finding(headline, detail, "clear" if share >= 0.9 else "likely")]
    headline = say("Few banks have a rival that is more like them than its size explains.")
    return [Finding(headline, detail, "likely" if share < 0.25 else "open")]


def _most_unique(result: BrandOverlap) -> list[Finding]:
    banks = result.brands.dropna(subset=["uniqueness"])
    banks = banks.sort_values(["uniqueness", "brand"], ascending=[False, True], kind="stable")
    if len(banks) < 2:
        return []
    first, second = banks.iloc[0], banks.iloc[1]
    say = speaker(
        brand=first["brand"],
        uniqueness=first["uniqueness"],
        low=first["bound_low"],
        high=first["bound_high"],
        second=second["brand"],
        next=second["uniqueness"],
    )
    settled: Settled = "open"
    if first["bound_low"] > second["uniqueness"]:
        settled = "clear" if first["bound_low"] > second["bound_high"] else "likely"
    headline = (
        say(
            "{brand} seems to have most that no rival offers; what is not stated could change that."
        )
        if settled == "open"
        else say("{brand} has most that no rival offers.")
    )
    detail = say(
        "{uniqueness:percent} of what it offers has no counterpart; the next, {second}, "
        "{next:percent}. Whatever is not stated, it lies between {low:percent} and {high:percent}."
    )
    return [Finding(headline, detail, settled)]


def _market_caption(result: BrandOverlap, bank: str | None) -> Message:
    say = speaker(brands=len(result.brands), most=MOST_BRANDS, focus=bank)
    if len(result.brands) <= MOST_IN_CELLS:
        return say(
            "How far the bank of a column has counterparts for the products of the bank of a row, "
            "in percent; banks that are alike stand together. It is not the same both ways: a "
            "large catalogue holds more counterparts. Small frames mark sister banks."
        )
    if len(result.brands) <= MOST_BRANDS:
        return say(
            "How far the bank of a column has counterparts for the products of the bank of a row; "
            "columns carry the numbers of the rows. The darker, the more alike; banks that are "
            "alike stand together. Small frames mark sister banks."
        )
    if bank is not None:
        return say(
            "{focus} and the banks most like it, {most:count} of {brands:count}: how far the bank "
            "of a column has counterparts for the products of the bank of a row; columns carry the "
            "numbers of the rows. The darker, the more alike. Small frames mark sister banks."
        )
    return say(
        "The {most:count} of {brands:count} banks that have another most like them: how far the "
        "bank of a column has counterparts for the products of the bank of a row; columns carry "
        "the numbers of the rows. The darker, the more alike. Small frames mark sister banks."
    )


def _ends(rows: pd.DataFrame) -> dict[str, Any]:
    """Give the banks and overlaps of the first and the last row."""
    first, last = rows.iloc[0], rows.iloc[-1]
    return {
        "a": first["brand_a"],
        "b": first["brand_b"],
        "high": first["overlap"],
        "c": last["brand_a"],
        "d": last["brand_b"],
        "low": last["overlap"],
    }


def _market_alt(result: BrandOverlap, bank: str | None) -> Message:
    ranked = most_alike_rivals(result)
    say = speaker(n=min(len(result.brands), MOST_BRANDS), focus=bank)
    if ranked.empty:
        return say("Heat map of {n:count} banks of which no two can be compared.")
    if bank is None:
        return say(
            "Heat map of {n:count} banks against each other. Of rivals, {a} and {b} are most "
            "alike ({high:percent}), {c} and {d} least ({low:percent}).",
            **_ends(ranked),
        )
    near = ranked_rivals(result, brand=bank)
    own = {"near": near["brand_b"].iloc[0], "overlap": near["overlap"].iloc[0],
           "far": near["brand_b"].iloc[-1], "least": near["overlap"].iloc[-1]}  # fmt: skip
    return say(
        "Heat map of {n:count} banks against each other; {focus} is framed. Its row is darkest at "
        "{near} ({overlap:percent}) and lightest at {far} ({least:percent}). Of rivals, {a} and "
        "{b} are most alike ({high:percent}).",
        **_ends(ranked),
        **own,
    )


def _rivals_caption(result: BrandOverlap, near: pd.DataFrame, bank: str | None) -> Message:
    n = min(MOST_ROWS, len(near))
    say = speaker(level=result.level, focus=bank, n=n, rivals=len(near))
    if bank is None:
        return say(
            "The {n:count} banks with the nearest rivals. Dot: how far the second bank has "
            "counterparts for the first's products. Line: {level:percent} stability interval, the "
            "first's products resampled; none under five products. Tick: what a bank of the "
            "second's size would reach by chance; excess: how much of the rest it covers."
        )
    return say(
        "The {n:count} of {rivals:count} banks nearest to {focus}. Dot: how far they have "
        "counterparts for its products; hollow: a sister bank. Line: {level:percent} stability "
        "interval, its products resampled; none under five products. Tick: what a bank of that "
        "size would reach by chance; excess: how much of the rest it covers."
    )


def _rivals_alt(rows: pd.DataFrame, bank: str | None) -> Message:
    if rows.empty:
        return Message("Dot plot without a row: no rival can be compared.")
    say = speaker(n=len(rows), focus=bank, **_ends(rows))
    if bank is None:
        return say(
            "Dot plot of {n:count} banks and their nearest rivals, from {a} with {b} "
            "({high:percent}) down to {c} with {d} ({low:percent})."
        )
    return say(
        "Dot plot of the {n:count} banks nearest to {focus}, from {b} ({high:percent}) down to {d} "
        "({low:percent})."
    )


def overlap_explanation(result: OverlapExplanation, *, focus: object = None) -> Story:
    """Say which facets make two banks alike, and which tell them apart."""
    _, unknown = known_focus(focus, (result.brand, result.rival))
    facets, offers, pair = result.facets, result.offers, result.side_by_side
    apart = (facets["weight"] - facets["part"]).round(12)
    first, last, far = facets.iloc[0], facets.iloc[-1], facets.iloc[int(apart.argmax())]
    say = speaker(
        brand=result.brand,
        rival=result.rival,
        overlap=result.overlap,
        n=result.n_offers,
        same=int((offers["similarity"] >= IDENTICAL).sum()),
        first=facet_name(first["facet"]),
        part=first["part"],
        weight=first["weight"],
        far=facet_name(far["facet"]),
        lost=apart.max(),
        last=facet_name(last["facet"]),
        low=last["part"],
        least=last["weight"],
        shown=min(MOST_COUNTERPARTS, len(offers)),
        a=result.pair[0],
        b=result.pair[1],
        similarity=pair["part"].sum(),
    )
    headline = (
        say("Nothing told of them sets {brand}'s products apart from {rival}'s.")
        if apart.max() < 0.01
        else say("{brand}'s and {rival}'s products differ most in “{far}”.")
    )
    detail = (
        say(
            "Of {overlap:percent} alike, {part:percent} of {weight:percent} come from “{first}”, "
            "where most is lost as well ({lost:percent}). {same:count} of {n:count} products have "
            "a counterpart that is the same in everything disclosed."
        )
        if far["facet"] == first["facet"]
        else say(
            "Of {overlap:percent} alike, {part:percent} of {weight:percent} come from “{first}”; "
            "most is lost in “{far}” ({lost:percent}). {same:count} of {n:count} products have a "
            "counterpart that is the same in everything disclosed."
        )
    )
    finding = Finding(headline, detail, "likely")
    notes = (*as_notes([finding]), *unknown, *result.notes)
    return Story(headline, findings=(finding,), exhibits=_explained(result, say, notes=notes))


def _explained(
    result: OverlapExplanation, say: Say, *, notes: tuple[Message, ...]
) -> dict[str, Exhibit]:
    facets, offers, pair = result.facets, result.offers, result.side_by_side
    first = facets.iloc[0]
    return {
        "facets": Exhibit(
            say(
                "What each facet adds to the overlap of {brand} with {rival} (filled), out of "
                "what it could add (frame). The filled bars add up to {overlap:percent}; all "
                "is in percent of full likeness, mean of {n:count} products and their best "
                "counterparts."
            ),
            say(
                "Bars of {n:count} facets that add up to {overlap:percent}, from {first} "
                "({high:percent} of {could:percent}) down to {last} ({low:percent} of "
                "{least:percent}).",
                n=len(facets),
                high=first["part"],
                could=first["weight"],
            ),
            _named(facets),
            notes,
            lambda: result.plot(figure="overlap_explanation"),
        ),
        "counterparts": Exhibit(
            say(
                "{brand}'s products and the most similar one of {rival}: {shown:count} of "
                "{n:count}, the most alike first.",
                n=len(offers),
            ),
            data=offers[["name_a", "name_b", "category", "similarity"]].head(MOST_COUNTERPARTS),
        ),
        "side-by-side": Exhibit(
            say(
                "Side by side: “{a}” of {brand} and “{b}” of {rival}, the most alike two that "
                "still differ. The parts add up to their similarity, {similarity:percent}."
            ),
            data=_named(pair)[["facet", "similarity", "part", "shared", "only_a", "only_b"]],
        ),
    }


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Give facets in words of the language in use."""
    return rows.assign(facet=[translate(facet_name(facet)) for facet in rows["facet"]])


_SCENARIOS = {"all alike": N_("All alike"), "left out": N_("{facet} left out")}


def weight_sensitivity(result: WeightSensitivity, *, focus: object = None) -> Story:
    """Say whether the rankings survive other weights."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    facts, scenarios = result.glance().iloc[0], result.scenarios
    say = speaker(
        n=int(facts["n_scenarios"]), lowest=facts["correlation"], kept=facts["nearest_kept"]
    )
    detail = say(
        "Under {n:count} other weights of the facets the order of all pairs stays much the same "
        "(rank correlation at least {lowest:decimal2}); on average {kept:percent} keep their "
        "nearest rival."
    )
    own = result.brands[(result.brands["brand"] == bank) & result.brands["nearest_kept"].notna()]
    if own.empty:
        settled = _settled(facts["nearest_kept"])
        headline = (
            say("Who is nearest hangs on the weights.")
            if settled == "open"
            else say("Other weights name the same rivals.")
        )
    else:
        mine = own.iloc[0]
        settled = _settled(mine["nearest_kept"])
        values = {"brand": bank, "rival": mine["nearest_rival"], "own": mine["nearest_kept"]}
        headline = (
            say(
                "That {rival} is nearest to {brand} hangs on the weights: it holds under "
                "{own:percent} of them.",
                **values,
            )
            if settled == "open"
            else say(
                "{rival} stays nearest to {brand} under {own:percent} of other weights.", **values
            )
        )
    finding = Finding(headline, detail, settled)
    rows = scenarios[scenarios["scenario"].isin(_SCENARIOS)]
    said = [
        translate(Message(_SCENARIOS[word], {"facet": facet_name(facet)} if facet else {}))
        for word, facet in zip(rows["scenario"], rows["facet"], strict=True)
    ]
    columns = ["scenario", "correlation", "nearest_kept", "largest_change"]
    caption = say(
        "The same comparison under other weights: rank correlation of all overlaps with those "
        "above, share of banks that keep their nearest rival, and the largest change of an "
        "overlap. {n:count} sets of weights in all, random ones included."
    )
    table = rows.assign(scenario=said)[columns].reset_index(drop=True)
    notes = (*as_notes([finding]), *unknown, *result.notes)
    exhibits = {"weights": Exhibit(caption, data=table, notes=notes)}
    return Story(headline, findings=(finding,), exhibits=exhibits)


def _settled(share: float) -> Settled:
    return "clear" if share >= FIRM else "likely" if share >= LIKELY else "open"
