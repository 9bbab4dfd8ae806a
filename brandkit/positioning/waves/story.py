"""Who moved between waves, in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.positioning.image.answers import MOST_NAMED, some_names
from brandkit.positioning.waves.waves import WaveMovement

SURE = 0.01
"""Adjusted p-value up to which a move is called clear."""


def wave_movement_headline(
    result: WaveMovement, *, focus: str | None = None, wave_to: str | None = None
) -> Message:
    """Say in one sentence, for a title, who moved.

    Parameters
    ----------
    result : WaveMovement
    focus : str, optional
        The bank the report is for.
    wave_to : str, optional
        The wave the step leads to; the last where not given.

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.positioning.examples import small_image
    >>> from brandkit.positioning.waves.waves import wave_movement
    >>> result = wave_movement(small_image(wave=None, brands=4), brand="brand", wave="wave",
    ...                        respondent="respondent", attributes=["fair", "modern", "near"],
    ...                        draws=200)
    >>> str(wave_movement_headline(result))
    'Harbour moved between 2025 and 2026, and nobody else'
    """
    step = _step(result, wave_to)
    movers = _movers(step)
    values = _values(step) | {"names": some_names(movers), "brand": focus}
    if not movers:
        return Message("No brand moved beyond chance between {before} and {after}", values)
    if focus in movers:
        return Message("{brand} moved between {before} and {after}", values)
    if focus is not None:
        return Message("{names} moved between {before} and {after}; {brand} did not", values)
    if len(movers) == 1:
        return Message("{names} moved between {before} and {after}, and nobody else", values)
    return Message("{names} moved between {before} and {after}", values)


def wave_movement_lede(result: WaveMovement) -> Message:
    """Say what the moves rest on."""
    values = {
        "n": result.n_respondents,
        "brands": result.places["brand"].nunique(),
        "waves": len(result.waves),
        "level": result.level,
        "names": list(result.anchors),
    }
    if result.anchors:
        return Message(
            "{n:count} respondents in {waves:count} waves, {brands:count} brands on one map. A "
            "move is what a brand did beyond {names}, which are taken not to have moved.",
            values,
        )
    return Message(
        "{n:count} respondents in {waves:count} waves, {brands:count} brands on one map. A move is "
        "what a brand did beyond the market as a whole.",
        values,
    )


def wave_movement_findings(
    result: WaveMovement, *, focus: str | None = None, wave_to: str | None = None
) -> tuple[Finding, ...]:
    """Say who moved and by how much, whether the focus did, and what the market did.

    Parameters
    ----------
    result : WaveMovement
    focus : str, optional
    wave_to : str, optional
        The wave the step leads to; the last where not given.

    Returns
    -------
    tuple of Finding
    """
    step = _step(result, wave_to)
    movers = _movers(step)
    found = [_mover_finding(result, step, brand) for brand in movers[:MOST_NAMED]]
    if not movers:
        largest = step.sort_values("map_distance", kind="stable").iloc[-1]
        values = _values(step) | _facts(largest)
        found = [Finding(
            Message("No brand moved more than chance allows.", values),
            Message("The largest move is that of {brand}: {length:decimal2} ({low:decimal2} to "
                    "{high:decimal2}), p {p:p} over all moves.", values),
            "open",
        )]  # fmt: skip
    if focus is not None and focus in step["brand"].to_numpy() and focus not in movers:
        found.append(_still_finding(step, focus))
    return (*found, _market_finding(result, step))


def wave_movement_caption(result: WaveMovement, *, wave_to: str | None = None) -> Message:
    """Say what is drawn and how it is read."""
    step = _step(result, wave_to)
    values = _values(step) | {
        "n": result.n_respondents, "brands": len(step), "level": result.level,
        "share": float(result.axes["share"].head(2).sum()),
    }  # fmt: skip
    return Message(
        "How {brands:count} brands moved from {before} to {after}, relative to the market, on one "
        "map of all waves ({n:count} respondents; {share:percent} of the differences shown). "
        "Arrows: moves beyond chance over all brands, with a {level:percent} region around the "
        "head. Hollow: no move beyond chance.",
        values,
    )


def wave_movement_alt(
    result: WaveMovement, *, focus: str | None = None, wave_to: str | None = None
) -> Message:
    """Describe the picture for those who cannot see it."""
    step = _step(result, wave_to)
    movers = _movers(step)
    values = _values(step) | {"brands": len(step), "names": some_names(movers), "focus": focus}
    if not movers:
        return Message(
            "Map of {brands:count} brands from {before} to {after} without any arrow: no move is "
            "beyond chance.",
            values,
        )
    return Message(
        "Map of {brands:count} brands with arrows from {before} to {after} for {names}; all others "
        "are hollow circles.",
        values,
    )


def moves_table_caption(result: WaveMovement) -> Message:
    """Say what the table of moves holds."""
    return Message(
        "Moves of all brands relative to the market, with the length of each, its "
        "{level:percent} interval and its test over all moves; the longest first.",
        {"level": result.level},
    )


def shares_table_caption(result: WaveMovement) -> Message:
    """Say what the table of attribute shares holds."""
    return Message(
        "What the market did: mean share of each attribute over the brands that did not move, "
        "from wave to wave, with {level:percent} intervals.",
        {"level": result.level},
    )


def _mover_finding(result: WaveMovement, step: pd.DataFrame, brand: str) -> Finding:
    move = step[step["brand"] == brand].iloc[0]
    values = _values(step) | _facts(move) | {"attribute": _towards(result, move)}
    detail = Message(
        "Its place moved by {length:decimal2} ({low:decimal2} to {high:decimal2}), p {p:p} over "
        "all moves; {n:count} respondents or more in each wave.",
        values,
    )
    settled: Settled = "clear" if values["p"] <= SURE else "likely"
    return Finding(Message("{brand} moved, towards “{attribute}”.", values), detail, settled)


def _still_finding(step: pd.DataFrame, focus: str) -> Finding:
    move = step[step["brand"] == focus].iloc[0]
    values = _values(step) | _facts(move)
    return Finding(
        Message("{brand} did not move more than chance allows.", values),
        Message("If it moved at all, then by {high:decimal2} at most (p {p:p}).", values),
        "open",
    )


def _market_finding(result: WaveMovement, step: pd.DataFrame) -> Finding:
    shares = result.attributes
    shares = shares[shares["wave_to"] == step["wave_to"].iloc[0]]
    sure = shares[shares["p_adjusted"] <= 1 - result.level]
    if sure.empty:
        largest = shares.iloc[int(np.argmax(shares["change"].abs()))]
        return Finding(
            Message("The market as a whole did not change beyond chance."),
            Message(
                "The largest change is that of “{attribute}”: {change:points} points.",
                {"attribute": largest["attribute"], "change": 100 * float(largest["change"])},
            ),
            "open",
        )
    order = sure["change"].abs().sort_values(ascending=False, kind="stable").index
    said = [
        Message(
            "“{attribute}” {change:points} points ({low:points} to {high:points})",
            {"attribute": row["attribute"], "change": 100 * row["change"],
             "low": 100 * row["ci_low"], "high": 100 * row["ci_high"]},
        )
        for _, row in sure.loc[order].head(MOST_NAMED).iterrows()
    ]  # fmt: skip
    values = {"n": len(sure), "all": len(shares), "names": said}
    return Finding(
        Message("{n:count} of {all:count} attributes changed across the market.", values),
        Message("Over the brands that did not move: {names}.", values),
        "clear",
    )


def _towards(result: WaveMovement, move: pd.Series) -> str:
    """Name the attribute along whose line the move goes furthest."""
    columns = result.map.columns
    at = columns.pivot(index="label", columns="axis", values="coordinate").to_numpy()[:, :2]
    gap = np.array([move["move_across"], move["move_upward"]], dtype=float)[: at.shape[1]]
    labels = columns.pivot(index="label", columns="axis", values="coordinate").index
    return str(labels[int(np.argmax(at @ gap))])


def _step(result: WaveMovement, wave_to: str | None) -> pd.DataFrame:
    last = result.waves[-1] if wave_to is None else str(wave_to)
    return result.moves[result.moves["wave_to"] == last].reset_index(drop=True)


def _movers(step: pd.DataFrame) -> list[str]:
    moved = step[step["moved"]].sort_values("map_distance", ascending=False, kind="stable")
    return [str(name) for name in moved["brand"]]


def _values(step: pd.DataFrame) -> dict[str, Any]:
    return {"before": str(step["wave_from"].iloc[0]), "after": str(step["wave_to"].iloc[0])}


def _facts(move: pd.Series) -> dict[str, Any]:
    return {
        "brand": move["brand"], "length": float(move["map_distance"]),
        "low": float(move["ci_low"]), "high": float(move["ci_high"]),
        "p": float(move["p_adjusted"]), "n": int(move["n"]),
    }  # fmt: skip
