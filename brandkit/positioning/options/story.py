"""What is said of free ground and of what-ifs."""

from __future__ import annotations

from typing import Any

import numpy as np

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
#: Change of a share from which it is named.
TELLING = 0.05


def opportunities(result: Opportunities, *, focus: object = None) -> Story:
    """Tell where there is room, how sure that is, and what it would take to go there."""
    brands = result.places.loc[result.places["side"] == "row", "label"]
    brand, unknown = known_focus(focus, brands)
    spots = [_spot(result, at, brands=len(brands)) for at in range(len(result.spots))]
    first, zones = spots[0], result.spots["zone"].tolist()
    findings = [_spot_finding(first)]
    if len(set(zones)) > 1:
        other = next(at for at, zone in enumerate(zones) if zone != zones[0])
        findings.append(_spot_finding(spots[other]))
    findings.append(_way_finding(result, spots[zones.index("within") if "within" in zones else 0]))
    if result.basis == "white_space":
        open_one = Message("Whether customers want a bank there is open.")
        detail = Message(
            "White space is where nobody stands. That may be a chance, or ground that nobody "
            "wants: it takes a preference map or choices to tell."
        )
        findings.append(Finding(open_one, detail, "open"))
    say = speaker(**first)
    exhibit = Exhibit(
        _room_caption(result, [_named(spot) for spot in spots]),
        say(
            "Map of {brands:count} banks shaded by room, with {n:count} numbered spots. The freest "
            "lies between the banks, nearest to {nearest}."
        )
        if first["zone"] == "within"
        else say(
            "Map of {brands:count} banks shaded by room, with {n:count} numbered spots. The freest "
            "lies beyond the banks, nearest to {nearest}."
        ),
        data=result.spots,
        notes=(*as_notes(findings), *result.notes, *unknown),
        draw=lambda: result.plot(focus=brand),
    )
    actions: tuple[Action, ...] = ()
    if first["marks"] and _settled(first) != "open":
        test = say("Test with customers whether they want a bank marked by {marks}.")
        actions = (Action("test", test, _settled(first), "room"),)
    headline = _room_headline(result, first)
    return Story(headline, None, tuple(findings), actions, {"room": exhibit})


def _spot(result: Opportunities, at: int, *, brands: int) -> dict[str, Any]:
    """Give what is said of a spot."""
    spot = {str(key): value for key, value in result.spots.iloc[at].items()}
    marks = result.marks_of(int(spot["spot"]))
    return spot | {
        "marks": [Message("“{attribute}”", {"attribute": name}) for name in marks],
        "number": int(spot["spot"]), "draws": result.draws, "brands": brands,
        "n": len(result.spots),
    }  # fmt: skip


def _settled(spot: dict[str, Any]) -> Settled:
    if spot["support"] < LIKELY:
        return "open"
    return "clear" if spot["support"] >= SURE and spot["zone"] == "within" else "likely"


def _room_headline(result: Opportunities, spot: dict[str, Any]) -> Message:
    if not spot["marks"]:
        return Message("Most room is near the middle of the map")
    if _settled(spot) == "open":
        return Message("Where there is most room is not settled")
    if result.basis == "preference":
        return Message("Customers would like a bank marked by {marks}, and few stand there", spot)
    return Message("Most room is where a bank would be marked by {marks}", spot)


def _room_caption(result: Opportunities, spots: list[Message]) -> Message:
    if result.basis == "preference":
        return Message(
            "The darker, the more room: density of customers who would like a bank there less "
            "density of banks. Dashed: the ground between the banks; hatched beyond it, where the "
            "map is extrapolated to shares that some bank has. Spots: {spots}.",
            {"spots": spots},
        )
    return Message(
        "The darker, the further from any bank: white space, without a word on demand. Dashed: the "
        "ground between the banks; hatched beyond it, where the map is extrapolated to shares that "
        "some bank has. Spots: {spots}.",
        {"spots": spots},
    )


def _named(spot: dict[str, Any]) -> Message:
    if not spot["marks"]:
        return Message("{number:count} (near the middle)", spot)
    return Message("{number:count} ({marks})", spot)


def _spot_finding(spot: dict[str, Any]) -> Finding:
    say = speaker(**spot)
    if spot["zone"] == "within":
        headline = say("Between today's banks there is most room at {number:count}: {marks}.")
        detail = say(
            "The nearest is {nearest}, {rival_distance:decimal2} away on the map; the place is "
            "among the freest tenth in {support:percent} of {draws:count} draws."
        )
    else:
        headline = say("Beyond today's banks there is most room at {number:count}: {marks}.")
        detail = say(
            "The nearest is {nearest}, {rival_distance:decimal2} away on the map; the place is "
            "among the freest tenth in {support:percent} of {draws:count} draws. No bank has this "
            "image today, so the map is extrapolated there."
        )
    if not spot["marks"]:
        headline = say("There is room near the middle of the map, at {number:count}.")
    return Finding(headline, detail, _settled(spot))


def _way_finding(result: Opportunities, spot: dict[str, Any]) -> Finding:
    """Say the smallest change of image that leads to a spot."""
    rows = result.changes[result.changes["spot"] == spot["number"]]
    rises = rows[rows["change"] >= TELLING].nlargest(MOST_CHANGES, "change")
    falls = rows[rows["change"] <= -TELLING].nsmallest(MOST_CHANGES, "change")
    say = speaker(
        number=spot["number"],
        who=Message("an average bank") if result.brand is None else result.brand,
        rises=_points(rises),
        falls=_points(falls),
    )
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


def _points(changes: Any) -> list[Message]:
    """Write changes of shares as points."""
    return [
        Message("{attribute} ({points:points})", {"attribute": name, "points": 100 * change})
        for name, change in zip(changes["attribute"], changes["change"], strict=True)
    ]


# --- what-ifs ------------------------------------------------------------------------------------


def repositioning(result: Repositioning, *, focus: object = None) -> Story:
    """Tell for each what-if where it leads, next to whom, and what it wins."""
    _, unknown = known_focus(focus, result.places.loc[result.places["side"] == "row", "label"])
    moves = [_move(result, at) for at in range(len(result.moves))]
    furthest = moves[int(result.moves["distance_then"].to_numpy().argmax())]
    order = [furthest, *[move for move in moves if move is not furthest]]
    findings = [_move_finding(move) for move in order]
    if result.rule is None:
        headline = Message("Whether it would win customers is open.")
        detail = Message(
            "There is no evidence on what customers choose: it takes a preference map or a choice "
            "model."
        )
        findings.append(Finding(headline, detail, "open"))
    say = speaker(
        brand=result.brand, draws=result.draws, level=float(result.moves["ci_level"].iloc[0]),
        parts=[Message("{shown} ends nearest to {nearest_then}", move) for move in moves],
    )  # fmt: skip
    named = [words if isinstance(words, str) else translate(words) for words in
             (move_words(str(name)) for name in result.moves["move"])]  # fmt: skip
    exhibit = Exhibit(
        say(
            "{brand} (filled) and its place after each what-if (hollow), axes and other banks "
            "held. Ellipses hold the place with {level:percent} probability, from {draws:count} "
            "draws over respondents; {n:count} rated it. Lines: the attributes that change.",
            n=result.n,
        ),
        say(
            "Map with {n:count} {n:arrow|arrows} from the place of {brand}: {parts}.", n=len(moves)
        ),
        data=result.moves.assign(move=named)[_COLUMNS],
        notes=(*as_notes(findings), *result.notes, *unknown),
        draw=lambda: result.plot(),
    )
    actions = [_test(move) for move in order if move["further_support"] >= LIKELY]
    return Story(
        _move_headline(furthest), None, tuple(findings), tuple(actions), {"what-if": exhibit}
    )


_COLUMNS = [
    "move", "map_distance", "nearest_then", "distance_now", "distance_then", "further_support",
    "choice_change", "choice_low", "choice_high", "ci_low", "ci_high",
]  # fmt: skip


def move_words(move: str) -> Message | str:
    """Give a what-if's name as readers see it: the three strategies in their language."""
    strategies = {
        "innovative": Message("innovative"),
        "distinctive": Message("distinctive"),
        "evolutionary": Message("evolutionary"),
    }
    return strategies.get(move, move)


def _move(result: Repositioning, at: int) -> dict[str, Any]:
    """Give what is said of a what-if."""
    move = {str(key): value for key, value in result.moves.iloc[at].items()}
    words = move_words(str(move["move"]))
    is_alone = len(result.moves) == 1 and move["move"] == UNNAMED
    return move | {
        "changes": _points(result.changes[result.changes["move"] == move["move"]]),
        "move": words, "brand": result.brand, "n": len(result.moves), "draws": result.draws,
        "shown": Message("The change") if is_alone else Message("“{move}”", {"move": words}),
    }  # fmt: skip


def _test(move: dict[str, Any]) -> Action:
    text = Message(
        "{shown} is worth a test with customers: it would set {brand} further apart from its "
        "nearest rival.",
        move,
    )
    return Action("test", text, _move_settled(move), "what-if")


def _move_headline(move: dict[str, Any]) -> Message:
    say = speaker(**move)
    is_further = move["further_support"] >= LIKELY
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
    if np.isnan(move["choice_change"]):
        detail = say(
            "{changes}. {nearest_then} is nearest in {nearest_then_support:percent} of "
            "{draws:count} draws, {distance_then:decimal2} away ({distance_now:decimal2} to the "
            "nearest now)."
        )
    elif not np.isnan(move["choice_low"]):
        detail = say(
            "{changes}. {nearest_then} is nearest in {nearest_then_support:percent} of "
            "{draws:count} draws, {distance_then:decimal2} away ({distance_now:decimal2} to the "
            "nearest now). Share of choices {least:signed} to {most:signed} points, if what "
            "customers say moves them ({low:signed} to {high:signed} with errors).",
            least=100 * move["choice_low"],
            most=100 * move["choice_high"],
            low=100 * move["ci_low"],
            high=100 * move["ci_high"],
        )
    else:
        detail = say(
            "{changes}. {nearest_then} is nearest in {nearest_then_support:percent} of "
            "{draws:count} draws, {distance_then:decimal2} away ({distance_now:decimal2} to the "
            "nearest now). Share of choices {gain:signed} points ({low:signed} to {high:signed}).",
            gain=100 * move["choice_change"],
            low=100 * move["ci_low"],
            high=100 * move["ci_high"],
        )
    return Finding(headline, detail, _move_settled(move))


def _move_settled(move: dict[str, Any]) -> Settled:
    support = move["nearest_then_support"]
    if move["nearest"] == move["nearest_then"]:
        support = min(support, max(move["further_support"], 1 - move["further_support"]))
    if support >= SURE_RIVAL:
        return "clear"
    return "likely" if support >= LIKELY else "open"
