"""What is said of a map with its uncertainty, of claims, and of who moved between waves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Point, Say, Story, speaker, titled
from brandkit.positioning.image.stability import STABLE, ClaimCheck, MapStability
from brandkit.positioning.image.waves import WaveMovement
from brandkit.positioning.maps.correspondence import DESCRIBED, MOST_NAMED, some_names
from brandkit.positioning.maps.story import scaling_words

#: Adjusted p-value up to which a move is called clear.
SURE = 0.01


def map_stability(result: MapStability, *, focus: object = None) -> Story:
    """Tell whom customers tell apart, and whether the map would look the same again."""
    brand, unknown = known_focus(focus, result.brands)
    facts, pairs = result.glance().iloc[0], nearest_pairs(result)
    say = speaker(
        n=int(facts["n_respondents"]),
        brands=len(result.brands),
        pairs=len(pairs),
        brand=brand,
        attributes=int(facts["n_attributes"]),
        draws=int(facts["draws"]),
        level=result.level,
        share=float(facts["share_explained"]),
        apart=int(facts["n_distinct"]),
        alike=_alike_names(pairs),
        scaling=scaling_words(result.map),
    )
    own = [] if brand is None else [_focus_finding(result, brand)]
    of_pairs = _pairs_finding(result, pairs, say)
    findings = (*own, of_pairs, _axes_finding(result, say))
    lede = say(
        "{n:count} respondents, {brands:count} brands, {attributes:count} attributes. Respondents "
        "were drawn anew {draws:count} times; a region holds a brand's place with {level:percent} "
        "certainty."
    )
    if not result.from_respondents:
        lede = say(
            "{brands:count} brands, {attributes:count} attributes, {n:count} mentions. Nobody's "
            "answers are kept, so mentions were drawn one by one; regions are rough."
        )
    caption = say(
        "Positioning map of {brands:count} brands from {n:count} respondents, with "
        "{level:percent} regions. The further a bank lies towards a word, the more it is named "
        "for it. Whether two brands differ is tested on their difference, not on whether regions "
        "touch. Scaling: {scaling}; {share:percent} of the differences shown."
    )
    regions = result.regions.dropna(subset=["radius_long"])
    alt = say("Map of {brands:count} brands without regions; too few persons.")
    if len(regions):
        alt = say(
            "Map of {brands:count} brands with an ellipse around each; the largest is that of "
            "{wide}. {apart:count} of {pairs:count} pairs are told apart.",
            wide=regions.sort_values("radius_long", kind="stable")["label"].iloc[-1],
        )
        alt = alt if brand is None else say("{alt} {brand} is marked.", alt=alt)
    table = say(
        "Which brands customers tell apart. Filled: the difference of their places is more than "
        "chance at {level:percent} over all {pairs:count} pairs (Holm). Brands in the order of the "
        "first axis."
    )
    table_alt = say("Matrix of {pairs:count} pairs of brands; all are told apart.")
    if len(pairs) > facts["n_distinct"]:
        table_alt = say(
            "Matrix of {pairs:count} pairs of brands; {n:count} {n:is|are} not told apart: "
            "{alike}.",
            n=len(pairs) - int(facts["n_distinct"]),
        )
    reading = DESCRIBED[result.map.readings]
    exhibits = {
        "map": Exhibit(
            caption,
            alt,
            data=result.points.rename(columns={"label": "brand"}).drop(columns="n_effective"),
            notes=(reading, *as_notes(findings[1:]), *result.notes, *unknown),
            draw=lambda: result.plot(focus=brand),
        ),
        "pairs": Exhibit(
            table,
            table_alt,
            pairs,
            draw=lambda: result.plot(figure="distinct_pairs", focus=brand),
            title=of_pairs.headline,
        ),
    }
    points = (_apart_point(result, brand, findings[0], say),)
    return Story(titled(findings[0]), lede, findings, exhibits=exhibits, points=points)


#: Share of pairs told apart from which an answer would have told any pair apart.
TELLING = 0.8


def _apart_point(result: MapStability, brand: str | None, finding: Finding, say: Say) -> Point:
    """Say whom customers' words do not tell the bank from, or how many they tell apart."""
    pairs = nearest_pairs(result, focus=brand)
    alike, part = pairs.loc[~pairs["distinct"], "brand_b"].tolist(), result.pairs["distinct"].mean()
    say = speaker(say, names=some_names(alike), nearest=pairs["brand_b"].iloc[0])
    counts = say(
        "Customers' words tell {apart:count} of {pairs:count} pairs of banks apart, but not "
        "{brand} from {names}."
    )
    if brand is not None and alike and part >= TELLING:
        title = say("Customers cannot tell {brand} from {names}")
        return Point(counts, finding.settled, 1.0, "map", tuple(alike), title)
    if brand is not None and alike:
        return Point(counts, finding.settled, 0.5, "map", tuple(alike))
    if brand is not None:
        text = say(
            "Customers' words tell {brand} from every rival; {nearest} is described most alike."
        )
        title = say("Customers tell {brand} from every rival")
        return Point(text, finding.settled, 0.6, "map", (str(pairs["brand_b"].iloc[0]),), title)
    text = say("Customers' words tell {apart:count} of {pairs:count} pairs of banks apart.")
    title = say("Customers tell most banks apart")
    if part < 0.5:
        title = say("Customers tell few banks apart")
    return Point(text, finding.settled, 0.7, "map", title=title)


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


def _focus_finding(result: MapStability, brand: str) -> Finding:
    """Say whom the focus is not told apart from."""
    mine = nearest_pairs(result, focus=brand)
    alike, near = mine.loc[~mine["distinct"], "brand_b"].tolist(), mine.iloc[0]
    say = speaker(brand=brand, nearest=near["brand_b"], names=some_names(alike))
    detail = say(
        "Its nearest rival on the map is {nearest}: distance {distance:decimal2}, standard error "
        "{error:decimal2}, p {p:p} over all pairs.",
        distance=near["map_distance"],
        error=near["std_error"],
        p=near["p_adjusted"],
    )
    if alike:
        return Finding(say("{brand} is not told apart from {names}."), detail, "open")
    headline = say("{brand} is told apart from every rival, {nearest} included.")
    return Finding(headline, detail, _settled(result))


def _alike_names(pairs: pd.DataFrame) -> list[str | Message]:
    alike = pairs.loc[~pairs["distinct"], ["brand_a", "brand_b"]]
    return some_names([f"{a} – {b}" for a, b in alike.itertuples(index=False)])


def _pairs_finding(result: MapStability, pairs: pd.DataFrame, say: Say) -> Finding:
    apart = pairs["distinct"]
    if apart.all():
        headline = say("All {pairs:count} pairs of brands are told apart.")
        detail = say("Every difference stands at {level:percent} over all pairs.")
        return Finding(headline, detail, _settled(result))
    headline = say("{apart:count} of {pairs:count} pairs of brands are told apart.")
    settled = "open" if apart.mean() < 0.5 else _settled(result)
    return Finding(headline, say("Not told apart: {alike}."), settled)


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
    yes, no = (_strongest(result, claims, kind) for kind in ("supported", "contradicted"))
    say = speaker(
        n=result.n_respondents,
        cells=result.n_cells,
        rate=result.false_discovery,
        brand=brand,
        claims=len(result.claims),
        all=len(claims),
        yes=len(yes),
        no=len(no),
        neither=len(claims) - len(yes) - len(no),
        brands=result.claims["brand"].nunique(),
        attributes=result.claims["attribute"].nunique(),
        seen=_quoted(_telling(result, yes)),
        denied=_quoted(_telling(result, no)),
        least=100 * float(claims["detectable_gap"].median()),
    )
    headline = say("Customers support {yes:count} of {all:count} claims and contradict {no:count}")
    supported = say("{yes:count} {yes:claim is|claims are} supported.")
    contradicted = say("{no:count} {no:claim is|claims are} contradicted.")
    alt = say(
        "Matrix of {attributes:count} attributes and {brands:count} brands: {yes:count} claims "
        "supported, {no:count} contradicted, {neither:count} not shown."
    )
    actions: list[Action] = []
    points: list[Point] = []
    if brand is not None:
        headline = say("No claim of {brand} is shown")
        supported = say("Customers support {yes:count} {yes:claim|claims} of {brand}.")
        contradicted = say("Customers contradict {no:count} {no:claim|claims} of {brand}.")
        alt = say(
            "Matrix of {attributes:count} attributes and {brands:count} brands. Of the claims of "
            "{brand} {yes:count} are supported, {no:count} contradicted, {neither:count} not shown."
        )
        if yes.empty:
            supported = say("Customers support no claim of {brand}.")
        if no.empty:
            contradicted = say("Customers contradict no claim of {brand}.")
        if len(no):
            headline = say("Customers contradict that {brand} is {denied}")
        if len(yes):
            headline = say("Customers see {brand} as {seen}")
        for rows in (yes, no):
            if len(rows):
                action, point = _told(_telling(result, rows), _claimed(result, rows), say)
                actions.append(action)
                points.append(point)
    findings = [
        Finding(text, _with_small(result, rows, say, focus=brand), _claimed(result, rows))
        for text, rows in ((supported, yes), (contradicted, no))
    ]
    if brand is not None and len(no) and not len(yes):
        findings.reverse()
    lede = say(
        "{n:count} respondents. A claim is supported where customers tick it more than the sizes "
        "of the bank and the attribute explain, beyond chance; {cells:count} pairs of bank and "
        "attribute were tested together."
    )
    caption = say(
        "What {n:count} respondents say of {claims:count} claims. Circle: supported, ticked more "
        "than the sizes of bank and attribute explain. Cross: contradicted, ticked less. Dot: not "
        "shown. At most {rate:percent} of circles and crosses are to be expected wrong."
    )
    notes = (*as_notes(findings), *result.notes, *unknown)
    exhibit = Exhibit(caption, alt, result.claims, notes, lambda: result.plot(focus=brand))
    exhibits = {"claims": exhibit}
    return Story(headline, lede, tuple(findings), tuple(actions), exhibits, tuple(points))


def _told(rows: pd.DataFrame, settled: Settled, say: Say) -> tuple[Action, Point]:
    """Say what to do about what customers grant the bank most, or deny it most."""
    on, gain = tuple(rows["attribute"].astype(str).head(2)), _gain(rows, say)
    if (rows["claim"] == "supported").all():
        keep = say("Keep claiming {seen}: customers agree.")
        text = say("Customers grant {brand} {seen}. {by}", by=gain)
        title = say("Customers see {brand} as {seen}")
        point = Point(text, settled, 0.7, "claims", on, title)
        return Action("keep", keep, settled, "claims", on, gain), point
    wait = say("Do not claim {denied} for {brand} yet.")
    text = say("Customers deny {brand} {denied}. {by}", by=gain)
    title = say("Customers deny {brand} {denied}")
    point = Point(text, settled, 0.6, "claims", on, title, why=True)
    return Action("check", wait, settled, "claims", on, gain), point


def _gain(rows: pd.DataFrame, say: Say) -> Message:
    """Say by how much customers name the first claim more or less than size explains."""
    first = rows.iloc[0]
    far, near = sorted(100 * abs(first[name]) for name in ("gap_low", "gap_high"))
    say = speaker(say, first=first["attribute"], gap=100 * abs(first["gap"]), low=far, high=near)
    if first["gap"] < 0:
        return say(
            "“{first}”: {gap:count} points less than size explains ({low:count} to {high:count})."
        )
    return say(
        "“{first}”: {gap:count} points more than size explains ({low:count} to {high:count})."
    )


def _strongest(result: ClaimCheck, claims: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Give the claims of a kind: those that matter first, the surest first of each."""
    rows = claims[claims["claim"] == kind]
    rows = rows.loc[rows["statistic"].abs().sort_values(ascending=False, kind="stable").index]
    return rows.loc[_small(result, rows).sort_values(kind="stable").index]


def _small(result: ClaimCheck, rows: pd.DataFrame) -> pd.Series[bool]:
    """Say which gaps are too small to matter."""
    return rows["gap"].abs() < result.smallest_gap


def _telling(result: ClaimCheck, rows: pd.DataFrame) -> pd.DataFrame:
    """Give the claims that matter; all where none does."""
    small = _small(result, rows)
    return rows if small.all() else rows[~small]


def _claimed(result: ClaimCheck, rows: pd.DataFrame) -> Settled:
    """Call nothing clear of which all is too small to matter."""
    if rows.empty:
        return "open"
    return "likely" if _small(result, rows).all() else _settled(result)


def _quoted(rows: pd.DataFrame) -> list[Message]:
    return [Message("“{attribute}”", {"attribute": name}) for name in rows["attribute"].head(2)]


def _named(rows: pd.DataFrame, say: Say, *, focus: str | None) -> Message:
    """Name the strongest claims with how much is ticked beyond size, or what would be found."""
    if rows.empty:
        return say(
            "None of {all:count} claims, at {rate:percent} false discoveries; half of them would "
            "be found from {least:decimal1} points on."
        )
    names = []
    for _, row in rows.head(MOST_NAMED).iterrows():
        text = _points(row["attribute"], row[["gap", "gap_low", "gap_high"]])
        names.append(text if focus else say("{brand} {claim}", brand=row["brand"], claim=text))
    return say("Beyond what the sizes of bank and attribute explain: {names}.", names=names)


def _with_small(result: ClaimCheck, rows: pd.DataFrame, say: Say, *, focus: str | None) -> Message:
    """Name the strongest claims, and say how many are too small to matter."""
    told = _named(rows, say, focus=focus)
    few, smallest = int(_small(result, rows).sum()), f"{100 * result.smallest_gap:g}"
    if not few:
        return told
    return say(
        "{told} {few:count} {few:is|are} beyond chance but under {smallest} points, too "
        "little to matter.",
        told=told,
        few=few,
        smallest=smallest,
    )


def _points(attribute: str, values: pd.Series[Any]) -> Message:
    """Write a change of a share and its interval."""
    change, low, high = 100 * values
    text = "“{attribute}” {change:points} points ({low:points} to {high:points})"
    return Message(text, {"attribute": attribute, "change": change, "low": low, "high": high})


# --- waves ---------------------------------------------------------------------------------------


def wave_movement(
    result: WaveMovement, *, focus: object = None, wave_to: str | None = None
) -> Story:
    """Tell who moved and by how much, whether the focus did, and what the market did."""
    step = result.step(wave_to).sort_values("map_distance", ascending=False, kind="stable")
    brand, unknown = known_focus(focus, step["brand"])
    movers = step[step["moved"]]
    movers = movers.loc[(movers["brand"] != brand).sort_values(kind="stable").index]
    moved = movers["brand"].tolist()
    say = speaker(
        n=result.n_respondents,
        brands=len(step),
        level=result.level,
        brand=brand,
        share=float(result.axes["share"].head(2).sum()),
        before=step["wave_from"].iloc[0],
        after=step["wave_to"].iloc[0],
        names=some_names(moved),
        waves=len(result.waves),
    )
    findings = [_mover(result, move) for _, move in movers.head(MOST_NAMED).iterrows()]
    if not moved:
        largest = _move_speaker(result, step.iloc[0])
        detail = largest(
            "The largest move is that of {brand}: {length:decimal2} ({low:decimal2} to "
            "{high:decimal2}), p {p:p} over all moves."
        )
        findings = [Finding(say("No brand moved more than chance allows."), detail, "open")]
    if brand is not None and brand not in moved:
        mine = _move_speaker(result, step[step["brand"] == brand].iloc[0])
        detail = mine("If it moved at all, then by {high:decimal2} at most (p {p:p}).")
        stayed = say("{brand} did not move more than chance allows.")
        findings.append(Finding(stayed, detail, "open"))
    findings.append(_market(result, step, say))
    lede = say(
        "{n:count} respondents in {waves:count} waves, {brands:count} brands on one map. A move is "
        "what a brand did beyond the market as a whole.",
        brands=result.places["brand"].nunique(),
    )
    anchored = say(
        "The market is {names}, which are taken not to have moved.", names=list(result.anchors)
    )
    caption = say(
        "How {brands:count} brands moved from {before} to {after}, relative to the market, on one "
        "map of all waves ({n:count} respondents; {share:percent} of the differences shown). "
        "Arrows: moves beyond chance over all brands, with a {level:percent} region around the "
        "head. Hollow: no move beyond chance."
    )
    alt = say(
        "Map of {brands:count} brands with arrows from {before} to {after} for {names}; all others "
        "are hollow circles."
    )
    if not moved:
        alt = say(
            "Map of {brands:count} brands from {before} to {after} without any arrow: no move is "
            "beyond chance."
        )
    shares = say(
        "What the market did: mean share of each attribute over the brands that did not move, from "
        "wave to wave, with {level:percent} intervals."
    )
    notes = (*[anchored] * bool(result.anchors), *as_notes(findings), *result.notes, *unknown)
    exhibits = {
        "moves": Exhibit(
            caption,
            alt,
            data=step.reset_index(drop=True),
            notes=notes,
            draw=lambda: result.plot(focus=brand, wave_to=wave_to),
        ),
        "shares": Exhibit(shares, data=result.attributes),
    }
    actions = []
    if brand in moved:
        check = _move_speaker(result, movers[movers["brand"] == brand].iloc[0])
        text = check("Check whether the move of {brand} towards “{attribute}” was meant.")
        settled = findings[moved.index(brand)].settled
        actions.append(Action("check", text, settled, "moves"))
    headline = _wave_headline(moved, brand, say)
    points = _move_points(result, movers, findings, brand)
    return Story(headline, lede, tuple(findings), tuple(actions), exhibits, points)


def _move_points(
    result: WaveMovement, movers: pd.DataFrame, findings: list[Finding], focus: str | None
) -> tuple[Point, ...]:
    """Say who moved furthest; the focus first."""
    if movers.empty:
        return ()
    first = movers.iloc[0]
    say = _move_speaker(result, first)
    text = say(
        "{brand} moved towards “{attribute}” between the waves, by {length:decimal2} "
        "({low:decimal2} to {high:decimal2})."
    )
    value = 0.7 if first["brand"] == focus else 0.4
    title = say("{brand} moved towards “{attribute}”")
    return (Point(text, findings[0].settled, value, "moves", (str(first["brand"]),), title),)


def _wave_headline(movers: list[str], focus: str | None, say: Say) -> Message:
    if not movers:
        return say("No brand moved beyond chance between {before} and {after}")
    if focus in movers:
        return say("{brand} moved between {before} and {after}")
    if focus is not None:
        return say("{names} moved between {before} and {after}; {brand} did not")
    return say("{names} moved between {before} and {after}")


def _move_speaker(result: WaveMovement, move: pd.Series[Any]) -> Say:
    """Say of a move its numbers, and the attribute along whose line it goes furthest."""
    at = result.map.columns.pivot(index="label", columns="axis", values="coordinate")
    at = at.reindex(columns=[1, 2], fill_value=0.0)
    gap = move[["move_across", "move_upward"]].to_numpy(dtype=float)
    return speaker(
        brand=move["brand"],
        length=move["map_distance"],
        low=move["ci_low"],
        high=move["ci_high"],
        p=move["p_adjusted"],
        n=move["n"],
        attribute=str(at.index[int(np.argmax(at.to_numpy() @ gap))]),
    )


def _mover(result: WaveMovement, move: pd.Series[Any]) -> Finding:
    say = _move_speaker(result, move)
    detail = say(
        "Its place moved by {length:decimal2} ({low:decimal2} to {high:decimal2}), p {p:p} over "
        "all moves; {n:count} respondents or more in each wave."
    )
    settled: Settled = "clear" if move["p_adjusted"] <= SURE else "likely"
    return Finding(say("{brand} moved, towards “{attribute}”."), detail, settled)


def _market(result: WaveMovement, step: pd.DataFrame, say: Say) -> Finding:
    shares = result.attributes[result.attributes["wave_to"] == step["wave_to"].iloc[0]]
    shares = shares.loc[shares["change"].abs().sort_values(ascending=False, kind="stable").index]
    sure = shares[shares["p_adjusted"] <= 1 - result.level]
    if sure.empty:
        detail = say(
            "The largest change is that of “{attribute}”: {change:points} points.",
            attribute=shares["attribute"].iloc[0],
            change=100 * shares["change"].iloc[0],
        )
        headline = say("The market as a whole did not change beyond chance.")
        return Finding(headline, detail, "open")
    names = [
        _points(row["attribute"], row[["change", "ci_low", "ci_high"]])
        for _, row in sure.head(MOST_NAMED).iterrows()
    ]
    headline = say(
        "{n:count} of {all:count} attributes changed across the market.",
        n=len(sure),
        all=len(shares),
    )
    detail = say("Over the brands that did not move: {names}.", names=names)
    return Finding(headline, detail, "clear")
