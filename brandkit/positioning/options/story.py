"""What a search for free ground says, in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np

from brandkit.core.message import Finding, Message, Settled
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.options.opportunities import Opportunities
from brandkit.positioning.options.repositioning import UNNAMED, Repositioning

SURE, LIKELY = 0.9, 0.8
"""Support from which a free place is called clear, and likely."""
MOST_CHANGES = 3
"""Attributes named on the way to a spot, in either direction."""
TELLING = 0.05
"""Change of a share from which it is named."""


def axis_words(result: CorrespondenceMap) -> list[Message | str]:
    """Say what the first two axes show; nothing of an axis that the map does not keep.

    Parameters
    ----------
    result : CorrespondenceMap

    Returns
    -------
    list of Message or str
        One across, one upward.
    """
    shares = result.axes["share"].tolist()[: int(result.rows["axis"].max())][:2]
    said: list[Message | str] = [
        Message(
            "Axis {axis:count}: {share:percent} of the differences", {"axis": axis, "share": share}
        )
        for axis, share in enumerate(shares, start=1)
    ]
    return [*said, ""][:2]


def opportunities_headline(result: Opportunities) -> Message:
    """Say where there is most room, for a title.

    Parameters
    ----------
    result : Opportunities

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.positioning.examples import small_image
    >>> from brandkit.positioning.options.opportunities import opportunities
    >>> from brandkit.positioning.image.stability import map_stability
    >>> rows = small_image(brands=4)
    >>> stability = map_stability(rows, brand="brand", respondent="respondent", draws=100,
    ...                           attributes=["fair", "modern", "near"])
    >>> str(opportunities_headline(opportunities(stability, most=1)))
    'Most room is where a bank would be marked by “modern”, “fair”'
    """
    values = _spot(result, 0)
    if not values["marks"]:
        return Message("Most room is near the middle of the map")
    if values["support"] < LIKELY:
        return Message("Where there is most room is not settled")
    if result.basis == "preference":
        return Message("Customers would like a bank marked by {marks}, and few stand there", values)
    return Message("Most room is where a bank would be marked by {marks}", values)


def opportunities_findings(result: Opportunities) -> tuple[Finding, ...]:
    """Say where there is room, how sure that is, and what it would take to go there.

    Parameters
    ----------
    result : Opportunities

    Returns
    -------
    tuple of Finding
        The freest spot, the freest of the other ground, the way to the first, and what the
        evidence cannot say.
    """
    found = [_spot_finding(result, 0)]
    zones = result.spots["zone"].tolist()
    other = next((at for at, zone in enumerate(zones) if zone != zones[0]), None)
    if other is not None:
        found.append(_spot_finding(result, other))
    between = next((at for at, zone in enumerate(zones) if zone == "within"), 0)
    found.append(_way_finding(result, between))
    if result.basis == "white_space":
        headline = Message("Whether customers want a bank there is open.")
        detail = Message(
            "White space is where nobody stands. That may be a chance, or ground that nobody "
            "wants: it takes a preference map or choices to tell."
        )
        found.append(Finding(headline, detail, "open"))
    return tuple(found)


def opportunities_caption(result: Opportunities) -> Message:
    """Say what the shading, the lines, the hatching and the numbers are."""
    values = {
        "draws": result.draws,
        "spots": [_named(result, at) for at in range(len(result.spots))],
    }
    if result.basis == "preference":
        return Message(
            "The darker, the more room: density of customers who would like a bank there less "
            "density of banks. Dashed: the ground between the banks; hatched beyond it, where the "
            "map is extrapolated to shares that some bank has. Spots: {spots}.",
            values,
        )
    return Message(
        "The darker, the further from any bank: white space, without a word on demand. Dashed: the "
        "ground between the banks; hatched beyond it, where the map is extrapolated to shares that "
        "some bank has. Spots: {spots}.",
        values,
    )


def opportunities_alt(result: Opportunities) -> Message:
    """Describe the picture for those who cannot see it."""
    first = _spot(result, 0)
    values = {
        **first, "n": len(result.spots), "brands": int((result.places["side"] == "row").sum()),
    }  # fmt: skip
    if first["zone"] == "within":
        return Message(
            "Map of {brands:count} banks shaded by room, with {n:count} numbered spots. The freest "
            "lies between the banks, nearest to {nearest}.",
            values,
        )
    return Message(
        "Map of {brands:count} banks shaded by room, with {n:count} numbered spots. The freest "
        "lies beyond the banks, nearest to {nearest}.",
        values,
    )


def _spot(result: Opportunities, at: int) -> dict[str, Any]:
    row = {str(key): value for key, value in result.spots.iloc[at].items()}
    return row | {
        "marks": [_quoted(name) for name in result.marks_of(int(row["spot"]))],
        "number": int(row["spot"]), "brand": result.brand, "draws": result.draws,
    }  # fmt: skip


def _quoted(name: str) -> Message:
    return Message("“{attribute}”", {"attribute": name})


def _named(result: Opportunities, at: int) -> Message:
    values = _spot(result, at)
    if not values["marks"]:
        return Message("{number:count} (near the middle)", values)
    return Message("{number:count} ({marks})", values)


def _spot_finding(result: Opportunities, at: int) -> Finding:
    values = _spot(result, at)
    if values["zone"] == "within":
        headline = Message(
            "Between today's banks there is most room at {number:count}: {marks}.", values
        )
        detail = Message(
            "The nearest is {nearest}, {rival_distance:decimal2} away on the map; the place is "
            "among the freest tenth in {support:percent} of {draws:count} draws.",
            values,
        )
    else:
        headline = Message(
            "Beyond today's banks there is most room at {number:count}: {marks}.", values
        )
        detail = Message(
            "The nearest is {nearest}, {rival_distance:decimal2} away on the map; the place is "
            "among the freest tenth in {support:percent} of {draws:count} draws. No bank has this "
            "image today, so the map is extrapolated there.",
            values,
        )
    if not values["marks"]:
        headline = Message("There is room near the middle of the map, at {number:count}.", values)
    return Finding(headline, detail, _settled(values))


def _settled(values: dict[str, Any]) -> Settled:
    if values["support"] < LIKELY:
        return "open"
    return "clear" if values["support"] >= SURE and values["zone"] == "within" else "likely"


def _way_finding(result: Opportunities, at: int) -> Finding:
    """Say the smallest change of image that leads to a spot."""
    values = _spot(result, at)
    rows = result.changes[result.changes["spot"] == values["spot"]]
    rises = rows[rows["change"] >= TELLING].nlargest(MOST_CHANGES, "change")
    falls = rows[rows["change"] <= -TELLING].nsmallest(MOST_CHANGES, "change")
    values |= {
        "rises": [_change(row) for row in rises.to_dict("records")],
        "falls": [_change(row) for row in falls.to_dict("records")],
        "total": float(rows["change"].abs().sum()),
        "who": Message("an average bank") if result.brand is None else result.brand,
    }
    if not len(rises):
        headline = Message("{who} is close to {number:count} already.", values)
        detail = Message("No share would have to rise by five points.", values)
        return Finding(headline, detail, "likely")
    headline = Message(
        "The least change that leads {who} to {number:count} is mostly “{first}”.",
        values | {"first": str(rises["attribute"].iloc[0])},
    )
    if not len(falls):
        text = "More: {rises}. Axes and other banks are held where they are."
        return Finding(headline, Message(text, values), "likely")
    text = "More: {rises}; less: {falls}. Axes and other banks are held where they are."
    return Finding(headline, Message(text, values), "likely")


def _change(row: dict[Any, Any]) -> Message:
    values = {"attribute": row["attribute"], "points": 100 * row["change"]}
    return Message("{attribute} ({points:points})", values)


WORDING_REPOSITIONING_SURE, WORDING_REPOSITIONING_LIKELY = 0.95, 0.8
"""Share of draws from which a nearest rival is called clear, and likely."""

_STRATEGIES = {
    "innovative": Message("innovative"), "distinctive": Message("distinctive"),
    "evolutionary": Message("evolutionary"),
}  # fmt: skip


def repositioning_headline(result: Repositioning) -> Message:
    """Say what the what-ifs would do, for a title.

    Parameters
    ----------
    result : Repositioning

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.positioning.examples import small_image
    >>> from brandkit.positioning.options.repositioning import repositioning
    >>> from brandkit.positioning.image.stability import map_stability
    >>> stability = map_stability(small_image(), brand="brand", respondent="respondent", draws=100,
    ...                           attributes=["fair", "modern", "near"])
    >>> found = repositioning(stability, brand="Civic", changes={"modern": 0.3, "near": -0.4})
    >>> str(repositioning_headline(found))
    'The change would bring Civic next to Kestrel instead of Tidewater'
    """
    if len(result.moves) == 1:
        values = _move(result, 0)
        if values["nearest"] != values["nearest_then"]:
            text = "The change would bring {brand} next to {nearest_then} instead of {nearest}"
            return Message(text, values)
        if values["further_support"] >= WORDING_REPOSITIONING_LIKELY:
            return Message("The change would set {brand} further apart from {nearest}", values)
        return Message("The change would leave {brand} next to {nearest}", values)
    furthest = int(result.moves["distance_then"].to_numpy().argmax())
    values = _move(result, furthest)
    if values["distance_then"] <= values["distance_now"]:
        text = "None of {n:count} what-ifs would set {brand} further apart from its nearest rival"
        return Message(text, values)
    return Message(
        "Of {n:count} what-ifs, “{move}” sets {brand} furthest apart from its rivals", values
    )


def repositioning_findings(result: Repositioning) -> tuple[Finding, ...]:
    """Say for each what-if where it leads, next to whom, and what it wins.

    Parameters
    ----------
    result : Repositioning

    Returns
    -------
    tuple of Finding
        One a what-if, and one on shares of choices where nothing is known of them.
    """
    found = [_move_finding(result, at) for at in range(len(result.moves))]
    if result.rule is None:
        headline = Message("Whether it would win customers is open.")
        detail = Message(
            "There is no evidence on what customers choose: it takes a preference map or a choice "
            "model."
        )
        found.append(Finding(headline, detail, "open"))
    return tuple(found)


def repositioning_caption(result: Repositioning) -> Message:
    """Say what the marks, the ellipses and the lines are."""
    values = {
        "brand": result.brand, "n": result.n, "draws": result.draws,
        "level": float(result.moves["ci_level"].iloc[0]),
    }  # fmt: skip
    return Message(
        "{brand} (filled) and its place after each what-if (hollow), axes and other banks held. "
        "Ellipses hold the place with {level:percent} probability, from {draws:count} draws over "
        "respondents; {n:count} rated it. Lines: the attributes that change.",
        values,
    )


def repositioning_alt(result: Repositioning) -> Message:
    """Describe the arrows for those who cannot see them."""
    parts = [
        Message("{shown} ends nearest to {nearest_then}", _move(result, at))
        for at in range(len(result.moves))
    ]
    values = {"brand": result.brand, "n": len(result.moves), "parts": parts}
    return Message(
        "Map with {n:count} {n:arrow|arrows} from the place of {brand}: {parts}.", values
    )


def move_words(move: str) -> Message | str:
    """Give a what-if's name as readers see it: the three strategies in their language."""
    return _STRATEGIES.get(move, move)


def _move(result: Repositioning, at: int) -> dict[str, Any]:
    row: dict[str, Any] = {str(key): value for key, value in result.moves.iloc[at].items()}
    changes = result.changes[result.changes["move"] == row["move"]]
    row["changes"] = [
        Message("{attribute} ({points:points})",
                {"attribute": one["attribute"], "points": 100 * one["change"]})
        for one in changes.to_dict("records")
    ]  # fmt: skip
    row["move"] = move_words(str(row["move"]))
    row["shown"] = (
        Message("The change")
        if len(result.moves) == 1 and result.moves["move"].iloc[0] == UNNAMED
        else Message("“{move}”", {"move": row["move"]})
    )
    return row | {"brand": result.brand, "n": len(result.moves), "draws": result.draws}


def _move_finding(result: Repositioning, at: int) -> Finding:
    values = _move(result, at)
    if not values["changes"]:
        text = Message("Nothing is changed.")
        return Finding(Message("{shown} leaves {brand} where it is.", values), text, "clear")
    if values["nearest"] != values["nearest_then"]:
        headline = Message(
            "{shown} brings {brand} next to {nearest_then} instead of {nearest}.", values
        )
    elif values["further_support"] >= WORDING_REPOSITIONING_LIKELY:
        headline = Message("{shown} sets {brand} further apart from {nearest}.", values)
    elif values["further_support"] <= 1 - WORDING_REPOSITIONING_LIKELY:
        headline = Message("{shown} brings {brand} closer to {nearest}.", values)
    else:
        headline = Message("{shown} leaves {brand} about as far from {nearest} as it is.", values)
    return Finding(headline, _detail(values), _wording_repositioning_settled(values))


def _detail(values: dict[str, Any]) -> Message:
    if np.isnan(values["choice_change"]):
        return Message(
            "{changes}. {nearest_then} is nearest in {nearest_then_support:percent} of "
            "{draws:count} draws, {distance_then:decimal2} away ({distance_now:decimal2} to the "
            "nearest now).",
            values,
        )
    values |= {
        "gain": 100 * values["choice_change"], "low": 100 * values["ci_low"],
        "high": 100 * values["ci_high"],
    }  # fmt: skip
    return Message(
        "{changes}. {nearest_then} is nearest in {nearest_then_support:percent} of {draws:count} "
        "draws, {distance_then:decimal2} away ({distance_now:decimal2} to the nearest now). Share "
        "of choices {gain:signed} points ({low:signed} to {high:signed}).",
        values,
    )


def _wording_repositioning_settled(values: dict[str, Any]) -> Settled:
    support = values["nearest_then_support"]
    if values["nearest"] == values["nearest_then"]:
        support = min(support, max(values["further_support"], 1 - values["further_support"]))
    if support >= WORDING_REPOSITIONING_SURE:
        return "clear"
    return "likely" if support >= WORDING_REPOSITIONING_LIKELY else "open"
