"""What bank overlap, its explanation and its weights say."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import N_, Action, Exhibit, Point, Say, Story, speaker, titled
from brandkit.language import translate
from brandkit.overlap.brands.brands import (
    MOST_BRANDS,
    MOST_IN_CELLS,
    MOST_ROWS,
    BrandOverlap,
    closest_pairs,
    most_alike_rivals,
    ranked_rivals,
)
from brandkit.overlap.brands.explanation import IDENTICAL, OverlapExplanation, WeightSensitivity
from brandkit.overlap.similarity.facets import facet_name
from brandkit.overlap.similarity.kernel import few_of
from brandkit.overlap.story import dots_alt, of_one_finding, pair_texts

FIRM, LIKELY = 0.95, 0.70
"""Shares of resamples, or of other weights, from which a nearest rival is clear, or likely."""
MOST_COUNTERPARTS = 10
_BANK_COLUMNS = [
    "brand",
    "n_offers",
    "uniqueness",
    "nearest_rival",
    "nearest_rival_overlap",
    "nearest_rival_support",
    "rival_by_excess",
    "rival_excess",
]
Told = tuple[Message, list[Finding]]


def brand_overlap(result: BrandOverlap, *, focus: object = None) -> Story:
    """Say who is like whom, how firmly, and how distinct each is."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    headline, findings = _of_market(result) if bank is None else _of_bank(result, bank)
    near = closest_pairs(result) if bank is None else ranked_rivals(result, brand=bank)
    drawn = list(result.telling(most=MOST_BRANDS, focus=bank))
    names = pair_texts(near, "brand") if bank is None else near["brand_b"].tolist()
    ranked = most_alike_rivals(result)
    say = speaker(
        focus=bank,
        brands=len(result.brands),
        drawn=len(drawn),
        offers=int(result.brands["n_offers"].sum()),
        level=result.level,
        n=min(MOST_ROWS, len(near)),
        rivals=len(near),
    )
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
                say(
                    "How far the column's bank has counterparts for the row's products, in "
                    "percent. Banks that are alike stand together. It is not the same both ways: "
                    "a large catalogue holds more counterparts. Small frames mark sister banks."
                ),
                _market_alt(ranked, say),
                result.matrix().loc[drawn, drawn].reset_index(),
                (*_of_many(result, bank, say), *as_notes(findings[1:]), *unknown, *result.notes),
                lambda: result.plot(figure="brand_overlap", focus=bank),
                kinds="share",
                title=say(
                    "Of all rivals, {brand_a} and {brand_b} are most alike: {overlap:percent}",
                    **ranked.iloc[0],
                )
                if len(ranked)
                else None,
            ),
            "banks": Exhibit(
                say(
                    "{brands:count} banks: how much of what they offer no rival has, and the rival "
                    "nearest to each. “Stays nearest” is the share of resamples of the bank's "
                    "products in which that rival remains the nearest."
                ),
                data=result.brands[_BANK_COLUMNS].sort_values("uniqueness", kind="stable"),
            ),
            "rivals": Exhibit(
                say(
                    "Banks and the rivals nearest to them, {n:count} of {rivals:count}. Dot: how "
                    "far the rival has counterparts for the bank's products; hollow: a sister "
                    "bank. Line: {level:percent} stability interval, the bank's products "
                    "resampled; none under five products. Tick: what a bank of the rival's size "
                    "would reach by chance; excess: how much of the rest it covers."
                ),
                dots_alt(names[:MOST_ROWS], near["overlap"]),
                near,
                draw=lambda: result.plot(figure="nearest_rivals", focus=bank),
                title=headline,
            ),
        },
        points=_of_pair(result, findings) if bank is None else _of_own(result, bank, findings),
        actions=() if bank is None else _check(result, bank, findings),
    )


def _check(result: BrandOverlap, bank: str, findings: list[Finding]) -> tuple[Action, ...]:
    """Have customers asked about a rival whose products are nearly the same, for more than size."""
    rival = result.brands.set_index("brand").loc[bank, "nearest_rival"]
    if not isinstance(rival, str) or "open" in (findings[0].settled, findings[1].settled):
        return ()
    row = ranked_rivals(result, brand=bank).set_index("brand_b").loc[rival]
    if row["overlap"] < NEARLY or not row["overlap"] > row["expected"]:
        return ()
    say = speaker(brand=bank, rival=rival, **row)
    text = say("Check with customers whether they tell {brand} from {rival}.")
    gain = say("{overlap:percent} alike; size alone would make it {expected:percent}.")
    n = int(result.brands.set_index("brand")["n_offers"].loc[bank])
    return (Action("check", text, findings[0].settled, "rivals", (rival,), gain, n),)


#: Overlap from which a rival is said to sell nearly the same.
NEARLY = 0.8


def _of_own(result: BrandOverlap, bank: str, findings: list[Finding]) -> tuple[Point, ...]:
    """Give what a board of the bank should know: its nearest rival, and what only it has."""
    mine = result.brands.set_index("brand").loc[bank]
    rival = mine["nearest_rival"]
    if not isinstance(rival, str):
        return ()
    row = ranked_rivals(result, brand=bank).set_index("brand_b").loc[rival]
    say = speaker(brand=bank, **{**mine, **row})
    near = say("{brand}'s products are {overlap:percent} alike with those of {nearest_rival}.")
    if not pd.isna(row["stability_low"]) and isinstance(mine["second_rival"], str):
        near = say(
            "{brand}'s products are {overlap:percent} alike with {nearest_rival}'s "
            "({stability_low:percent} to {stability_high:percent}); the next rival reaches "
            "{second_rival_overlap:percent}."
        )
    title = say("{nearest_rival} sells what is most like {brand}'s products")
    if row["overlap"] >= NEARLY and row["stability_low"] > row["expected"]:
        title = say("{nearest_rival} sells nearly the same as {brand}")
    settled = findings[0].settled
    points = [Point(near, settled, 0.9, "rivals", (rival,), None if settled == "open" else title)]
    own = next(iter(_unique(result, bank, mine)), None)
    if own is not None and own.settled != "open":
        text = say(
            "{uniqueness:percent} of what {brand} offers has no counterpart at any rival "
            "({bound_low:percent} to {bound_high:percent})."
        )
        points.append(Point(text, own.settled, 0.6, "banks", title=titled(own), why=True))
    return tuple(points)


def _of_pair(result: BrandOverlap, findings: list[Finding]) -> tuple[Point, ...]:
    """Give what the market should know: the most alike pair, and whether most have a double."""
    ranked, near = most_alike_rivals(result), closest_pairs(result)
    points = []
    if len(near):
        beyond = near["stability_low"] > near["expected"]
        say = speaker(n=len(near), beyond=int(beyond.sum()), middle=near["overlap"].median())
        text = say(
            "{beyond:count} of {n:count} banks have a rival nearer than its size explains; half "
            "are at least {middle:percent} alike with it."
        )
        most = say("Most banks have a rival that sells much the same")
        is_most = beyond.mean() > 0.5 and say("").values["middle"] >= NEARLY
        points.append(Point(text, "likely", 0.8, "rivals", title=most if is_most else None))
    if len(ranked) and not pd.isna(ranked["stability_low"].iloc[0]):
        say = speaker(**ranked.iloc[0])
        text = say(
            "{brand_a} and {brand_b} sell the most alike products: {overlap:percent} alike "
            "({stability_low:percent} to {stability_high:percent})."
        )
        on = (str(ranked["brand_a"].iloc[0]), str(ranked["brand_b"].iloc[0]))
        title = say("{brand_a} and {brand_b} sell the most alike products")
        settled = findings[0].settled
        points.append(Point(text, settled, 0.7, "rivals", on, None if settled == "open" else title))
    return tuple(points)


def _market_alt(ranked: pd.DataFrame, say: Say) -> Message:
    if ranked.empty:
        return say("Heat map of {drawn:count} banks of which no two can be compared.")
    first, last = ranked.iloc[0], ranked.iloc[-1]
    return say(
        "Heat map of {drawn:count} banks against each other. Of rivals, {a} and {b} are most "
        "alike (mean of both ways {high:percent}), {c} and {d} least ({low:percent}).",
        **{"a": first["brand_a"], "b": first["brand_b"], "high": first["overlap"]},
        **{"c": last["brand_a"], "d": last["brand_b"], "low": last["overlap"]},
    )


def _of_many(result: BrandOverlap, bank: str | None, say: Say) -> list[Message]:
    """How a large matrix is read, and whom it leaves out."""
    if len(result.brands) <= MOST_IN_CELLS:
        return []
    notes = [say("Columns carry the numbers of the rows: the darker, the more alike.")]
    if len(result.brands) > MOST_BRANDS:
        notes.append(
            say("Drawn are the {drawn:count} of {brands:count} banks that have another most alike.")
            if bank is None
            else say(
                "Drawn are {focus} and the banks most like it, {drawn:count} of {brands:count}."
            )
        )
    return notes


def _of_bank(result: BrandOverlap, bank: str) -> Told:
    mine = result.brands.set_index("brand").loc[bank]
    rest = [*_unique(result, bank, mine), *_sisters(result, bank)]
    rival, second = mine["nearest_rival"], mine["second_rival"]
    if not isinstance(rival, str):
        headline = Message("{brand} has no rival to be compared with.", {"brand": bank})
        detail = Message("All other banks are its sisters, or disclose too little.")
        return headline, [Finding(headline, detail, "open"), *rest]
    pairs = ranked_rivals(result, brand=bank).set_index("brand_b")
    row = pairs.loc[rival]
    say = speaker(brand=bank, **{**mine, **row})
    settled: Settled = "likely"
    if not pd.isna(mine["nearest_rival_support"]):
        settled = _settled(mine["nearest_rival_support"])
    elif isinstance(second, str) and not row["stability_low"] > pairs["stability_high"][second]:
        settled = "open"
    size = _size(row, mine, say)
    if settled == "open" and isinstance(second, str):
        first = say(
            "Whether {nearest_rival} or {second_rival} is nearest to {brand} is not settled."
        )
        title = say(
            "{brand}'s products are about as much like {nearest_rival}'s as {second_rival}'s"
        )
    else:
        first = say("{nearest_rival} is the rival nearest to {brand}.")
        title = say(
            "{brand}'s products are most like {nearest_rival}'s: {overlap:percent} alike on average"
        )
    return title, [Finding(first, _nearness(row, mine, say), settled), size, *rest]


def _nearness(row: Any, mine: Any, say: Say) -> Message:
    if not isinstance(mine["second_rival"], str):
        return say("{overlap:percent} alike; no other rival can be compared.")
    if pd.isna(row["stability_low"]):
        return say(
            "{overlap:percent} alike; the next, {second_rival}, {second_rival_overlap:percent}. "
            "With fewer than five products there is no stability interval ({n_rivals:count} "
            "rivals)."
        )
    if pd.isna(mine["nearest_rival_support"]):
        return say(
            "{overlap:percent} alike ({stability_low:percent} to {stability_high:percent} when its "
            "products are resampled); the next, {second_rival}, {second_rival_overlap:percent} "
            "({n_rivals:count} rivals)."
        )
    return say(
        "{overlap:percent} alike ({stability_low:percent} to {stability_high:percent} when its "
        "products are resampled), and nearest in {nearest_rival_support:percent} of resamples; the "
        "next, {second_rival}, {second_rival_overlap:percent} ({n_rivals:count} rivals)."
    )


def _size(row: Any, mine: Any, say: Say) -> Finding:
    """Whether the nearest rival's size alone makes it near."""
    is_more = row["overlap"] > row["expected"]
    detail = (
        say(
            "A bank of its size would be {expected:percent} alike by chance; of the rest it covers "
            "{excess:percent}."
        )
        if is_more
        else say(
            "A bank of its size would be {expected:percent} alike by chance (excess "
            "{excess:signed})."
        )
    )
    if isinstance(mine["rival_by_excess"], str) and mine["rival_by_excess"] != row.name:
        detail = say(
            "{detail} For its size {rival_by_excess} is nearest (excess {rival_excess:signed}).",
            detail=detail,
        )
    if not is_more:
        beyond = row["stability_high"] < row["expected"]
        headline = say("{nearest_rival} is no nearer than its size alone would make it.")
        return Finding(headline, detail, "likely" if beyond else "open")
    if row["stability_low"] > row["expected"]:
        return Finding(say("{nearest_rival} is nearer than its size explains."), detail, "clear")
    headline = say("Whether more than size makes {nearest_rival} near is not settled.")
    return Finding(headline, detail, "open")


def _unique(result: BrandOverlap, bank: str, mine: Any) -> list[Finding]:
    others = result.brands.loc[result.brands["brand"] != bank, "uniqueness"].dropna()
    unique = mine["uniqueness"]
    if pd.isna(unique) or others.empty:
        return []
    low, middle, high = others.quantile([0.25, 0.5, 0.75])
    rank = int((others > unique).sum()) + 1
    say = speaker(brand=bank, **mine, middle=middle, rank=rank, all=len(others) + 1)
    detail = say(
        "{uniqueness:percent} of what it offers has no counterpart at any rival, half of the other "
        "banks have more than {middle:percent}; place {rank:count} of {all:count}. Whatever is not "
        "stated, it lies between {bound_low:percent} and {bound_high:percent}."
    )
    if mine["bound_low"] > middle or unique > high:
        settled: Settled = "clear" if mine["bound_low"] > middle else "likely"
        return [Finding(say("{brand} is more distinct than most banks."), detail, settled)]
    if mine["bound_high"] < middle or unique < low:
        settled = "clear" if mine["bound_high"] < middle else "likely"
        return [Finding(say("{brand} is less distinct than most banks."), detail, settled)]
    headline = say("{brand} cannot be told from the market by how distinct it is.")
    return [Finding(headline, detail, "open")]


def _sisters(result: BrandOverlap, bank: str | None) -> list[Finding]:
    pairs = result.pairs[result.pairs["category"].isna() & result.pairs["sister"]]
    if bank is None:
        names = pair_texts(pairs[pairs["brand_a"] < pairs["brand_b"]], "brand")
    else:
        names = pairs.loc[pairs["brand_a"] == bank, "brand_b"].tolist()
    if not names:
        return []
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


def _of_market(result: BrandOverlap) -> Told:
    ranked = most_alike_rivals(result)
    rest = [*_chance(result), *_most_unique(result), *_sisters(result, None)]
    if ranked.empty:
        headline = Message("No two rivals can be compared.")
        detail = Message("All banks are sisters of each other, or disclose too little.")
        return headline, [Finding(headline, detail, "open"), *rest]
    first, second = ranked.iloc[0], ranked.iloc[min(1, len(ranked) - 1)]
    next_pair = {"c": second["brand_a"], "d": second["brand_b"], "next": second["overlap"]}
    say = speaker(**first, **next_pair)
    title = say(
        "{brand_a} and {brand_b} sell the most alike products: {overlap:percent} alike on average"
    )
    headline = say("Of all rivals {brand_a} and {brand_b} are most alike.")
    if len(ranked) == 1 or pd.isna(first["stability_low"]):
        detail = say("{overlap:percent} alike, mean of both directions.")
        return title, [Finding(headline, detail, "open"), *rest]
    settled: Settled = "open"
    if first["stability_low"] > second["overlap"]:
        settled = "clear"
    elif first["overlap"] > second["stability_high"]:
        settled = "likely"
    else:
        headline = say(
            "{brand_a} and {brand_b} are among the most alike rivals; which pair is first is not "
            "settled."
        )
    detail = say(
        "{overlap:percent} alike ({stability_low:percent} to {stability_high:percent} when their "
        "products are resampled), {excess:signed} beyond chance; the next pair, {c} and {d}, "
        "{next:percent}."
    )
    return title, [Finding(headline, detail, settled), *rest]


def _chance(result: BrandOverlap) -> list[Finding]:
    near = closest_pairs(result)
    if near.empty:
        return []
    beyond, overlap = near["stability_low"] > near["expected"], near["overlap"]
    say = speaker(
        n=len(near),
        beyond=int(beyond.sum()),
        middle=overlap.median(),
        low=overlap.min(),
        high=overlap.max(),
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
    say = speaker(**first, second=second["brand"], next=second["uniqueness"])
    headline, settled = say("{brand} has most that no rival offers."), _apart(first, second)
    if settled == "open":
        headline = say(
            "{brand} seems to have most that no rival offers; what is not stated could change that."
        )
    detail = say(
        "{uniqueness:percent} of what it offers has no counterpart; the next, {second}, "
        "{next:percent}. Whatever is not stated, it lies between {bound_low:percent} and "
        "{bound_high:percent}."
    )
    return [Finding(headline, detail, settled)]


def _apart(first: Any, second: Any) -> Settled:
    """Say how settled it is that one bank is more distinct than the next."""
    if first["bound_low"] > second["bound_high"]:
        return "clear"
    return "likely" if first["bound_low"] > second["uniqueness"] else "open"


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
    detail = say(
        "Of {overlap:percent} alike, {part:percent} of {weight:percent} come from “{first}”; most "
        "is lost in “{far}” ({lost:percent}). {same:count} of {n:count} products have a "
        "counterpart that is the same in everything disclosed."
    )
    finding = Finding(headline, detail, "likely")
    exhibits = {
        "facets": Exhibit(
            say(
                "What each facet adds to the overlap of {brand} with {rival} (filled), out of "
                "what it could add (frame). The filled bars add up to {overlap:percent}; all "
                "is in percent of full likeness, mean of {n:count} products and their best "
                "counterparts."
            ),
            say(
                "Bars of {n:count} facets that add up to {overlap:percent}, from {first} "
                "({part:percent} of {weight:percent}) down to {last} ({low:percent} of "
                "{least:percent}).",
                n=len(facets),
            ),
            _named(facets),
            (*as_notes([finding]), *unknown, *result.notes),
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
    return Story(headline, findings=(finding,), exhibits=exhibits)


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    """Give facets in words of the language in use."""
    return rows.assign(facet=[translate(facet_name(facet)) for facet in rows["facet"]])


_SCENARIOS = {"all alike": N_("All alike"), "left out": N_("{facet} left out")}


def weight_sensitivity(result: WeightSensitivity, *, focus: object = None) -> Story:
    """Say whether the rankings survive other weights."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    own = result.brands[(result.brands["brand"] == bank) & result.brands["nearest_kept"].notna()]
    facts, scenarios = result.glance().iloc[0], result.scenarios
    about = facts if own.empty else own.iloc[0]
    settled = _settled(about["nearest_kept"])
    say = speaker(
        n=int(facts["n_scenarios"]), lowest=facts["correlation"], kept=facts["nearest_kept"]
    )
    if own.empty:
        headline = (
            say("Who is nearest hangs on the weights.")
            if settled == "open"
            else say("Other weights name the same rivals.")
        )
    else:
        headline = (
            say(
                "That {nearest_rival} is nearest to {brand} hangs on the weights: it holds under "
                "{nearest_kept:percent} of them.",
                **about,
            )
            if settled == "open"
            else say(
                "{nearest_rival} stays nearest to {brand} under {nearest_kept:percent} of other "
                "weights.",
                **about,
            )
        )
    detail = say(
        "Under {n:count} other weights of the facets the order of all pairs stays much the same "
        "(rank correlation at least {lowest:decimal2}); on average {kept:percent} keep their "
        "nearest rival."
    )
    finding = Finding(headline, detail, settled)
    rows = scenarios[scenarios["scenario"].isin(_SCENARIOS)]
    said = [
        translate(Message(_SCENARIOS[word], {"facet": facet_name(facet)} if facet else {}))
        for word, facet in zip(rows["scenario"], rows["facet"], strict=True)
    ]
    columns = ["scenario", "correlation", "nearest_kept", "largest_change"]
    caption = say(
        "The same comparison under other weights. Rank correlation of all overlaps with those "
        "above, share of banks that keep their nearest rival, and the largest change of an "
        "overlap. {n:count} sets of weights in all, random ones included."
    )
    table = rows.assign(scenario=said)[columns].reset_index(drop=True)
    return of_one_finding(
        result, finding, "other-weights", unknown=unknown, caption=caption, data=table
    )


def _settled(share: float) -> Settled:
    return "clear" if share >= FIRM else "likely" if share >= LIKELY else "open"
