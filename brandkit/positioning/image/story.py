"""What is said of a map with its uncertainty, and of claims."""

from __future__ import annotations

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Say, Story, speaker
from brandkit.positioning.image.claims import ClaimCheck
from brandkit.positioning.image.responses import MOST_NAMED, some_names
from brandkit.positioning.image.stability import STABLE, MapStability
from brandkit.positioning.maps.story import scaling_words


def map_stability(result: MapStability, *, focus: object = None) -> Story:
    """Tell whom customers tell apart, and whether the map would look the same again."""
    brand, unknown = known_focus(focus, result.brands)
    facts, pairs = result.glance().iloc[0], nearest_pairs(result)
    say = speaker(
        n=int(facts["n_respondents"]), brands=len(result.brands), pairs=len(pairs),
        attributes=int(facts["n_attributes"]), draws=int(facts["draws"]), brand=brand, focus=brand,
        share=float(facts["share_explained"]), level=result.level,
        apart=int(facts["n_distinct"]), all=len(pairs), factor=result.map.arrow_factor,
        scaling=scaling_words(result.map),
    )  # fmt: skip
    market = _pairs_finding(result, pairs, say), _axes_finding(result, say)
    headline, own = _headline(result, brand, say)
    findings = (*own, *market)
    exhibits = {
        "map": Exhibit(
            _map_caption(result, say),
            _map_alt(result, say, focus=brand),
            data=result.points.rename(columns={"label": "brand"}).drop(columns="n_effective"),
            notes=(*as_notes(findings[1:]), *result.notes, *unknown),
            draw=lambda: result.plot(focus=brand),
        ),
        "pairs": Exhibit(
            say(
                "Which brands customers tell apart. Filled: the difference of their places is "
                "more than chance at {level:percent} over all {pairs:count} pairs (Holm). Brands "
                "in the order of the first axis."
            ),
            _pairs_alt(pairs, say),
            data=pairs,
            draw=lambda: result.plot(figure="distinct_pairs", focus=brand),
        ),
    }
    return Story(headline, _map_lede(result, say), findings, exhibits=exhibits)


def nearest_pairs(result: MapStability, *, focus: str | None = None) -> pd.DataFrame:
    """Give the pairs, the nearest first; of one brand where ``focus`` is given."""
    pairs = result.pairs
    if focus is not None:
        pairs = pairs[(pairs["brand_a"] == focus) | (pairs["brand_b"] == focus)]
        other = pairs["brand_b"].where(pairs["brand_a"] == focus, pairs["brand_a"])
        pairs = pairs.assign(brand_a=focus, brand_b=other)
    return pairs.sort_values("map_distance", kind="stable", ignore_index=True)


def _settled(result: MapStability | ClaimCheck) -> Settled:
    """Call nothing clear that rests on cells drawn one by one."""
    return "clear" if result.from_respondents else "likely"


def _headline(
    result: MapStability, focus: str | None, say: Say
) -> tuple[Message, tuple[Finding, ...]]:
    """Give the headline, and the finding on the focus, from its pairs."""
    if focus is None and result.pairs["distinct"].all():
        return say("Customers tell every pair of brands apart"), ()
    if focus is None:
        n = int(result.pairs["distinct"].sum())
        return say("Customers tell {n:count} of {all:count} pairs of brands apart", n=n), ()
    mine = nearest_pairs(result, focus=focus)
    alike = mine.loc[~mine["distinct"], "brand_b"].tolist()
    near, names = mine.iloc[0], some_names(alike)
    detail = say(
        "Its nearest rival on the map is {nearest}: distance {distance:decimal2}, standard error "
        "{error:decimal2}, p {p:p} over all pairs.",
        nearest=near["brand_b"],
        distance=near["map_distance"],
        error=near["std_error"],
        p=near["p_adjusted"],
    )
    if not alike:
        apart = say(
            "{brand} is told apart from every rival, {nearest} included.", nearest=near["brand_b"]
        )
        headline = say("{brand} is told apart from every rival")
        return headline, (Finding(apart, detail, _settled(result)),)
    headline = say("Customers do not tell {brand} apart from {names}", names=names)
    if len(alike) == len(mine):
        headline = say("{brand} is told apart from no rival")
    same = say("{brand} is not told apart from {names}.", names=names)
    return headline, (Finding(same, detail, "open"),)


def _map_lede(result: MapStability, say: Say) -> Message:
    if not result.from_respondents:
        return say(
            "{brands:count} brands, {attributes:count} attributes, {n:count} mentions. Nobody's "
            "answers are kept, so mentions were drawn one by one; regions are rough."
        )
    return say(
        "{n:count} respondents, {brands:count} brands, {attributes:count} attributes. Respondents "
        "were drawn anew {draws:count} times; a region holds a brand's place with {level:percent} "
        "certainty."
    )


def _map_caption(result: MapStability, say: Say) -> Message:
    if result.map.arrow_factor == 1:
        return say(
            "Positioning map of {brands:count} brands from {n:count} respondents, with "
            "{level:percent} regions ({scaling}; {share:percent} of the differences shown). "
            "Whether two brands differ is tested on their difference, not on whether regions "
            "touch."
        )
    return say(
        "Positioning map of {brands:count} brands from {n:count} respondents, with {level:percent} "
        "regions ({scaling}, drawn {factor:number} times as long; {share:percent} of the "
        "differences shown). Whether two brands differ is tested on their difference, not on "
        "whether regions touch. Distances between brands and attributes mean nothing."
    )


def _map_alt(result: MapStability, say: Say, *, focus: str | None) -> Message:
    regions = result.regions.dropna(subset=["radius_long"])
    if regions.empty:
        return say("Map of {brands:count} brands without regions; too few persons.")
    wide = regions.sort_values("radius_long", kind="stable")["label"].iloc[-1]
    if focus is None:
        return say(
            "Map of {brands:count} brands with an ellipse around each; the largest is that of "
            "{wide}. {apart:count} of {pairs:count} pairs are told apart.",
            wide=wide,
        )
    return say(
        "Map of {brands:count} brands with an ellipse around each; the largest is that of {wide}. "
        "{focus} is marked. {apart:count} of {pairs:count} pairs are told apart.",
        wide=wide,
    )


def _alike_names(pairs: pd.DataFrame) -> list[str | Message]:
    alike = pairs[~pairs["distinct"]]
    return some_names(
        [f"{a} – {b}" for a, b in zip(alike["brand_a"], alike["brand_b"], strict=True)]
    )


def _pairs_alt(pairs: pd.DataFrame, say: Say) -> Message:
    if pairs["distinct"].all():
        return say("Matrix of {pairs:count} pairs of brands; all are told apart.")
    return say(
        "Matrix of {pairs:count} pairs of brands; {n:count} {n:is|are} not told apart: {names}.",
        n=int((~pairs["distinct"]).sum()),
        names=_alike_names(pairs),
    )


def _pairs_finding(result: MapStability, pairs: pd.DataFrame, say: Say) -> Finding:
    if pairs["distinct"].all():
        return Finding(
            say("All {all:count} pairs of brands are told apart."),
            say("Every difference stands at {level:percent} over all pairs."),
            _settled(result),
        )
    return Finding(
        say("{n:count} of {all:count} pairs of brands are told apart.", n=pairs["distinct"].sum()),
        say("Not told apart: {names}.", names=_alike_names(pairs)),
        "open" if pairs["distinct"].mean() < 0.5 else _settled(result),
    )


def _axes_finding(result: MapStability, say: Say) -> Finding:
    kept = result.axes["stability"].dropna()
    first = float(kept.iloc[0])
    settled = _settled(result) if result.is_stable else "open"
    if len(kept) == 1:
        headline = say("The map's one axis is stable.")
        if not result.is_stable:
            headline = say("The map's one axis is not stable.")
        detail = say("It is found again in {first:percent} of {draws:count} draws.", first=first)
        return Finding(headline, detail, settled)
    detail = say(
        "The plane agrees in {plane:percent} of {draws:count} draws; the first axis is found again "
        "in {first:percent}, the second in {second:percent}.",
        plane=result.plane_stability,
        first=first,
        second=float(kept.iloc[-1]),
    )
    headline = say("The map would look the same again.")
    if not result.is_stable:
        headline = say("The map's second axis is not stable.")
    if first < STABLE:
        headline = say("Neither axis of the map is stable.")
    return Finding(headline, detail, settled)


# --- claims --------------------------------------------------------------------------------------


def claim_check(result: ClaimCheck, *, focus: object = None) -> Story:
    """Tell which claims customers share and which they deny, of one brand or of all."""
    brand, unknown = known_focus(focus, result.claims["brand"])
    claims = result.claims if brand is None else result.claims[result.claims["brand"] == brand]
    yes, no = (_strongest(claims, kind) for kind in ("supported", "contradicted"))
    say = speaker(
        n=result.n_respondents, cells=result.n_cells, rate=result.false_discovery, brand=brand,
        claims=len(result.claims), all=len(claims), yes=len(yes), no=len(no),
        neither=len(claims) - len(yes) - len(no), brands=result.claims["brand"].nunique(),
        attributes=result.claims["attribute"].nunique(),
        least=100 * float(claims["detectable_gap"].median()),
    )  # fmt: skip
    findings = [
        Finding(said, _named(rows, say, focus=brand), _settled(result) if len(rows) else "open")
        for said, rows in ((_supported(yes, say, brand), yes), (_contradicted(no, say, brand), no))
    ]
    if brand is not None and len(no) and not len(yes):
        findings.reverse()
    lede = say(
        "{n:count} respondents. A claim is supported where customers tick it more than the sizes "
        "of the bank and the attribute explain, beyond chance; {cells:count} pairs of bank and "
        "attribute were tested together."
    )
    exhibit = Exhibit(
        say(
            "What {n:count} respondents say of {claims:count} claims. Circle: supported, ticked "
            "more than the sizes of bank and attribute explain. Cross: contradicted, ticked less. "
            "Dot: not shown. At most {rate:percent} of circles and crosses are to be expected "
            "wrong."
        ),
        _claims_alt(say, focus=brand),
        data=result.claims,
        notes=(*as_notes(findings), *result.notes, *unknown),
        draw=lambda: result.plot(focus=brand),
    )
    headline = _claims_headline(yes, no, say, focus=brand)
    actions = _actions(yes, no, say, settled=_settled(result)) if brand is not None else ()
    return Story(headline, lede, tuple(findings), actions, {"claims": exhibit})


def _strongest(claims: pd.DataFrame, kind: str) -> pd.DataFrame:
    rows = claims[claims["claim"] == kind]
    return rows.loc[rows["statistic"].abs().sort_values(ascending=False, kind="stable").index]


def _quoted(rows: pd.DataFrame) -> list[Message]:
    return [Message("“{attribute}”", {"attribute": name}) for name in rows["attribute"].head(2)]


def _claims_headline(
    yes: pd.DataFrame, no: pd.DataFrame, say: Say, *, focus: str | None
) -> Message:
    if focus is None:
        return say("Customers support {yes:count} of {all:count} claims and contradict {no:count}")
    if len(yes):
        return say("Customers see {brand} as {yes}", yes=_quoted(yes))
    if len(no):
        return say("Customers contradict that {brand} is {no}", no=_quoted(no))
    return say("No claim of {brand} is shown")


def _supported(rows: pd.DataFrame, say: Say, focus: str | None) -> Message:
    if focus is None and len(rows):
        return say("{n:count} {n:claim is|claims are} supported.", n=len(rows))
    if focus is None:
        return say("No claim is supported.")
    if len(rows):
        return say("Customers support {n:count} {n:claim|claims} of {brand}.", n=len(rows))
    return say("Customers support no claim of {brand}.")


def _contradicted(rows: pd.DataFrame, say: Say, focus: str | None) -> Message:
    if focus is None and len(rows):
        return say("{n:count} {n:claim is|claims are} contradicted.", n=len(rows))
    if focus is None:
        return say("No claim is contradicted.")
    if len(rows):
        return say("Customers contradict {n:count} {n:claim|claims} of {brand}.", n=len(rows))
    return say("Customers contradict no claim of {brand}.")


def _named(rows: pd.DataFrame, say: Say, *, focus: str | None) -> Message:
    """Name the strongest claims with how much is ticked beyond size, or what would be found."""
    if rows.empty:
        return say(
            "None of {all:count} claims, at {rate:percent} false discoveries; half of them would "
            "be found from {least:decimal1} points on."
        )
    names = []
    for _, row in rows.head(MOST_NAMED).iterrows():
        one = {"attribute": row["attribute"], "gap": 100 * row["gap"],
               "low": 100 * row["gap_low"], "high": 100 * row["gap_high"]}  # fmt: skip
        if focus is None:
            names.append(say(
                "{brand} “{attribute}” {gap:points} points ({low:points} to {high:points})",
                **{**one, "brand": row["brand"]},
            ))  # fmt: skip
        else:
            names.append(
                say("“{attribute}” {gap:points} points ({low:points} to {high:points})", **one)
            )
    return say("Beyond what the sizes of bank and attribute explain: {names}.", names=names)


def _claims_alt(say: Say, *, focus: str | None) -> Message:
    if focus is None:
        return say(
            "Matrix of {attributes:count} attributes and {brands:count} brands: {yes:count} claims "
            "supported, {no:count} contradicted, {neither:count} not shown."
        )
    return say(
        "Matrix of {attributes:count} attributes and {brands:count} brands. Of the claims of "
        "{brand} {yes:count} are supported, {no:count} contradicted, {neither:count} not shown."
    )


def _actions(
    yes: pd.DataFrame, no: pd.DataFrame, say: Say, *, settled: Settled
) -> tuple[Action, ...]:
    """Keep what customers see in the focus; check what they deny."""
    keep = say("Keep claiming {names} for {brand}: customers say so too.", names=_quoted(yes))
    fix = say("Do not claim {names} for {brand} before customers can see it.", names=_quoted(no))
    found = (Action("keep", keep, settled, "claims"),) if len(yes) else ()
    return (*found, Action("fix", fix, settled, "claims")) if len(no) else found
