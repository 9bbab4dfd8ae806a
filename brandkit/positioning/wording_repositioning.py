"""What what-ifs say, in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np

from brandkit.core.message import Finding, Message, Settled
from brandkit.positioning.repositioning import UNNAMED, Repositioning

SURE, LIKELY = 0.95, 0.8
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
    >>> from brandkit.positioning.repositioning import repositioning
    >>> from brandkit.positioning.stability import map_stability
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
        if values["further_support"] >= LIKELY:
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
    elif values["further_support"] >= LIKELY:
        headline = Message("{shown} sets {brand} further apart from {nearest}.", values)
    elif values["further_support"] <= 1 - LIKELY:
        headline = Message("{shown} brings {brand} closer to {nearest}.", values)
    else:
        headline = Message("{shown} leaves {brand} about as far from {nearest} as it is.", values)
    return Finding(headline, _detail(values), _settled(values))


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


def _settled(values: dict[str, Any]) -> Settled:
    support = values["nearest_then_support"]
    if values["nearest"] == values["nearest_then"]:
        support = min(support, max(values["further_support"], 1 - values["further_support"]))
    if support >= SURE:
        return "clear"
    return "likely" if support >= LIKELY else "open"
