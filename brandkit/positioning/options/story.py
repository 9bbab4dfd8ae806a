"""What is said of free ground and of what-ifs."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Story, speaker
from brandkit.language import translate
from brandkit.positioning.options.opportunities import Opportunities
from brandkit.positioning.options.repositioning import UNNAMED, Repositioning

#: Support from which a free place, and a nearest rival, is called clear; and either likely.
SURE, SURE_RIVAL, LIKELY = 0.9, 0.95, 0.8
#: Attributes named on the way to a spot, in either direction.
MOST_CHANGES = 3
#: Part of a map's width from which a move can be seen on it.
SEEN = 0.05
#: Change of a share from which it is named.
TELLING = 0.05


def opportunities(result: Opportunities, *, focus: object = None) -> Story:
    """Tell where there is room, how sure that is, and what it would take to go there."""
    brands = result.places.loc[result.places["side"] == "row", "label"]
    brand, unknown = known_focus(focus, brands)
    spots = [_spot(result, spot, brands=len(brands)) for spot in result.spots.to_dict("records")]
    first, zones = spots[0], result.spots["zone"].tolist()
    others = [spot for spot in spots if spot["zone"] != first["zone"]]
    findings = [_spot_finding(spot) for spot in (first, *others[:1])]
    findings.append(_way_finding(result, spots[zones.index("within") if "within" in zones else 0]))
    say = speaker(**first, spots=[spot["named"] for spot in spots])
    shade = say(
        "The darker, the more room: density of customers who would like a bank there less "
        "density of banks."
    )
    headline = say("Customers would like a bank marked by {marks}, and few stand there")
    if result.basis == "white_space":
        headline = say("Most room is where a bank would be marked by {marks}")
        detail = say(
            "White space is where nobody stands. That may be a chance, or ground that nobody "
            "wants: it takes a preference map or choices to tell."
        )
        wanted = say("Whether customers want a bank there is open.")
        findings.append(Finding(wanted, detail, "open"))
        shade = say("The darker, the further from any bank: white space, without a word on demand.")
    if _settled(first) == "open":
        headline = say("Where there is most room is not settled")
    if not first["marks"]:
        headline = say("Most room is near the middle of the map")
    caption = say(
        "{shade} Dashed: the ground between the banks; hatched beyond it, where the map is "
        "extrapolated to shares that some bank has. Spots: {spots}.",
        shade=shade,
    )
    alt = say(
        "Map of {brands:count} banks shaded by room, with {n:count} numbered spots. The freest "
        "lies nearest to {nearest}."
    )
    notes = (*as_notes(findings), *result.notes, *unknown)
    exhibit = Exhibit(caption, alt, result.spots, notes, partial(result.plot, focus=brand))
    return Story(headline, None, tuple(findings), (), {"room": exhibit})


def _spot(result: Opportunities, spot: dict[Any, Any], *, brands: int) -> dict[str, Any]:
    """Give what is said of a spot."""
    marks = [Message("“{mark}”", {"mark": name}) for name in result.marks_of(int(spot["spot"]))]
    values = spot | {"marks": marks, "number": int(spot["spot"]), "draws": result.draws}
    named = Message("{number:count} ({marks})", values)
    if not marks:
        named = Message("{number:count} (near the middle)", values)
    return values | {"brands": brands, "n": len(result.spots), "named": named}


def _settled(spot: dict[str, Any]) -> Settled:
    if spot["support"] < LIKELY:
        return "open"
    return "clear" if spot["support"] >= SURE and spot["zone"] == "within" else "likely"


def _spot_finding(spot: dict[str, Any]) -> Finding:
    say = speaker(**spot)
    headline = say("Between today's banks there is most room at {number:count}: {marks}.")
    detail = say(
        "The nearest is {nearest}, {rival_distance:decimal2} away on the map; the place is among "
        "the freest tenth in {support:percent} of {draws:count} draws."
    )
    if spot["zone"] != "within":
        headline = say("Beyond today's banks there is most room at {number:count}: {marks}.")
        detail = say(
            "{detail} No bank has this image today, so the map is extrapolated there.",
            detail=detail,
        )
    if not spot["marks"]:
        headline = say("There is room near the middle of the map, at {number:count}.")
    return Finding(headline, detail, _settled(spot))


def _way_finding(result: Opportunities, spot: dict[str, Any]) -> Finding:
    """Say the smallest change of image that leads to a spot."""
    rows = result.changes[result.changes["spot"] == spot["number"]]
    rises = rows[rows["change"] >= TELLING].nlargest(MOST_CHANGES, "change")
    falls = rows[rows["change"] <= -TELLING].nsmallest(MOST_CHANGES, "change")
    who = Message("an average bank") if result.brand is None else result.brand
    say = speaker(number=spot["number"], who=who, rises=_points(rises), falls=_points(falls))
    if rises.empty:
        headline = say("{who} is close to {number:count} already.")
        return Finding(headline, say("No share would have to rise by five points."), "likely")
    headline = say(
        "The least change that leads {who} to {number:count} is mostly “{first}”.",
        first=rises["attribute"].iloc[0],
    )
    detail = say("More: {rises}. Axes and other banks are held where they are.")
    if len(falls):
        detail = say("More: {rises}; less: {falls}. Axes and other banks are held where they are.")
    return Finding(headline, detail, "likely")


def _points(changes: pd.DataFrame) -> list[Message]:
    """Write changes of shares as points."""
    return [
        Message("{attribute} ({points:points})", {"attribute": name, "points": 100 * change})
        for name, change in zip(changes["attribute"], changes["change"], strict=True)
    ]


# --- what-ifs ------------------------------------------------------------------------------------


def repositioning(result: Repositioning, *, focus: object = None) -> Story:
    """Tell for each what-if where it leads, next to whom, and what it wins."""
    _, unknown = known_focus(focus, result.places.loc[result.places["side"] == "row", "label"])
    moves = [_move(result, move) for move in result.moves.to_dict("records")]
    order = list(moves)
    order.insert(0, order.pop(int(result.moves["distance_then"].to_numpy().argmax())))
    findings = [_move_finding(move) for move in order]
    if result.rule is None:
        headline = Message("Whether it would win customers is open.")
        detail = Message(
            "There is no evidence on what customers choose: it takes a preference map or a choice "
            "model."
        )
        findings.append(Finding(headline, detail, "open"))
    say = speaker(
        brand=result.brand,
        draws=result.draws,
        level=float(result.moves["ci_level"].iloc[0]),
        parts=[Message("{shown} ends nearest to {nearest_then}", move) for move in moves],
    )
    caption = say(
        "{brand} (filled) and its place after each what-if (hollow), axes and other banks held. "
        "Ellipses hold the place with {level:percent} probability, from {draws:count} draws over "
        "respondents; {n:count} rated it. Lines: the attributes that change.",
        n=result.n,
    )
    alt = say(
        "Map with {n:count} {n:arrow|arrows} from the place of {brand}: {parts}.", n=len(moves)
    )
    named = [translate(move["move"]) for move in moves]
    notes = (*as_notes(findings), *result.notes, *unknown)
    data = result.moves.assign(move=named)[_COLUMNS]
    gain = Exhibit(
        say("What each what-if gains {brand}: ten points more of its customers say so."),
        say("{n:count} {n:what-if|what-ifs} with what each gains.", n=len(moves)),
        data,
        notes,
        lambda: result.plot(figure="repositioning_gain"),
        title=_gain_title(moves),
    )
    where = _move_finding(order[0]).headline
    exhibit = Exhibit(caption, alt, data, (), result.plot, title=where)
    worth = [move for move in order if _further_settled(move) != "open" and not _loses(move)]
    actions = tuple(_tested(move) for move in worth)
    exhibits = {"what-if": gain}
    spread = float(np.ptp(result.places[["across", "upward"]].to_numpy(dtype=float), axis=0).max())
    if result.moves["map_distance"].max() >= SEEN * spread:
        exhibits["what-if-map"] = exhibit
    return Story(_move_headline(order[0]), None, tuple(findings), actions, exhibits)


def _gain_title(moves: list[dict[str, Any]]) -> Message | None:
    """Name the what-if that gains most, where it surely gains."""
    known = [move for move in moves if move["ci_low"] > 0]
    if not known:
        return None
    best = max(known, key=lambda move: float(move["choice_change"]))
    low, high = (100 * best[name] for name in ("ci_low", "ci_high"))
    return Message(
        "{shown} gains {gain:signed} points of the share of choices ({low:signed} to "
        "{high:signed})",
        best | {"gain": 100 * best["choice_change"], "low": low, "high": high},
    )


def _loses(move: dict[str, Any]) -> bool:
    """Say whether a what-if can only lose choices: nothing to test."""
    return bool(move["ci_high"] < 0 or move["choice_high"] < 0)


def _tested(move: dict[str, Any]) -> Action:
    """Have a what-if tested that leads away from the nearest rival."""
    numbers = {name: 100 * move[name] for name in ("choice_change", "ci_low", "ci_high")}
    say, gain = speaker(**move | numbers), None
    if not np.isnan(move["choice_low"]):
        gain = say(
            "Choices {least:signed} to {most:signed} points, if what customers say moves them.",
            least=100 * move["choice_low"],
            most=100 * move["choice_high"],
        )
    elif not np.isnan(move["choice_change"]):
        gain = say(
            "{choice_change:signed} points of choices ({ci_low:signed} to {ci_high:signed})."
        )
    test = say("Test {shown} with customers: it would lead {brand} away from {nearest}.")
    if len(move["names"]) == 1:
        test = say(
            "Test with customers: “{name}” would lead {brand} away from {nearest}.",
            name=move["names"][0],
        )
    settled = _further_settled(move)
    if settled == "clear" and not (np.isnan(move["choice_low"]) and move["ci_low"] > 0):
        settled = "likely"  # where it leads is sure; what it wins, a single survey cannot tell
    on = (*move["names"], str(move["nearest"]))
    return Action("test", test, settled, "what-if", on, gain)


_COLUMNS = [
    "move",
    "map_distance",
    "nearest_then",
    "distance_now",
    "distance_then",
    "further_support",
    "choice_change",
    "choice_low",
    "choice_high",
    "ci_low",
    "ci_high",
]


def move_words(move: str) -> Message | str:
    """Give a what-if's name as readers see it: the three strategies in their language."""
    strategies = {
        "innovative": Message("innovative"),
        "distinctive": Message("distinctive"),
        "evolutionary": Message("evolutionary"),
    }
    return strategies.get(move, move)


def _move(result: Repositioning, move: dict[Any, Any]) -> dict[str, Any]:
    """Give what is said of a what-if."""
    rows = result.changes[result.changes["move"] == move["move"]]
    words = move_words(str(move["move"]))
    is_alone = len(result.moves) == 1 and move["move"] == UNNAMED
    shown = Message("The change") if is_alone else Message("“{move}”", {"move": words})
    values: dict[str, Any] = {
        "changes": _points(rows),
        "names": tuple(rows["attribute"].astype(str)),
    }
    values |= {"move": words, "shown": shown, "brand": result.brand}
    return move | values | {"n": len(result.moves), "draws": result.draws}


def _move_headline(move: dict[str, Any]) -> Message:
    say = speaker(**move)
    is_further = _further_settled(move) != "open"
    if move["n"] > 1 and move["distance_then"] <= move["distance_now"]:
        return say(
            "None of {n:count} what-ifs would set {brand} further apart from its nearest rival"
        )
    if move["n"] > 1 and not is_further:
        return say("Which of {n:count} what-ifs would set {brand} further apart is not settled")
    if move["n"] > 1:
        return say("Of {n:count} what-ifs, “{move}” sets {brand} furthest apart from its rivals")
    if move["nearest"] != move["nearest_then"]:
        return say("The change would bring {brand} next to {nearest_then} instead of {nearest}")
    if is_further:
        return say("The change would set {brand} further apart from {nearest}")
    return say("The change would leave {brand} next to {nearest}")


def _move_finding(move: dict[str, Any]) -> Finding:
    say = speaker(**move)
    if not move["changes"]:
        headline = say("{shown} leaves {brand} where it is.")
        return Finding(headline, Message("Nothing is changed."), "clear")
    if move["nearest"] != move["nearest_then"]:
        headline = say("{shown} brings {brand} next to {nearest_then} instead of {nearest}.")
    elif move["further_support"] >= LIKELY:
        headline = say("{shown} sets {brand} further apart from {nearest}.")
    elif move["further_support"] <= 1 - LIKELY:
        headline = say("{shown} brings {brand} closer to {nearest}.")
    else:
        headline = say("{shown} leaves {brand} about as far from {nearest} as it is.")
    detail = say(
        "{changes}. {nearest_then} is nearest in {nearest_then_support:percent} of {draws:count} "
        "draws, {distance_then:decimal2} away ({distance_now:decimal2} to the nearest now)."
    )
    low, high = (100 * move[name] for name in ("ci_low", "ci_high"))
    if not np.isnan(move["choice_low"]):
        detail = say(
            "{detail} Share of choices {least:signed} to {most:signed} points, if what customers "
            "say moves them ({low:signed} to {high:signed} with errors).",
            detail=detail,
            least=100 * move["choice_low"],
            most=100 * move["choice_high"],
            low=low,
            high=high,
        )
    elif not np.isnan(move["choice_change"]):
        detail = say(
            "{detail} Share of choices {gain:signed} points ({low:signed} to {high:signed}).",
            detail=detail,
            gain=100 * move["choice_change"],
            low=low,
            high=high,
        )
    return Finding(headline, detail, _move_settled(move))


def _move_settled(move: dict[str, Any]) -> Settled:
    support = move["nearest_then_support"]
    if move["nearest"] == move["nearest_then"]:
        support = min(support, max(move["further_support"], 1 - move["further_support"]))
    if support >= SURE_RIVAL:
        return "clear"
    return "likely" if support >= LIKELY else "open"


def _further_settled(move: dict[str, Any]) -> Settled:
    """Say how sure it is that a move leads away from rivals, no surer than its finding."""
    support = move["further_support"]
    if support < LIKELY or _move_settled(move) == "open":
        return "open"
    return "clear" if support >= SURE_RIVAL and _move_settled(move) == "clear" else "likely"
