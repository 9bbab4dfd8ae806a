"""Who moved between waves, in sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import Action, Exhibit, Say, Story, speaker
from brandkit.positioning.image.responses import MOST_NAMED, some_names
from brandkit.positioning.waves.waves import WaveMovement

#: Adjusted p-value up to which a move is called clear.
SURE = 0.01


def wave_movement(
    result: WaveMovement, *, focus: object = None, wave_to: str | None = None
) -> Story:
    """Tell who moved and by how much, whether the focus did, and what the market did."""
    step = result.step(wave_to).sort_values("map_distance", ascending=False, kind="stable")
    brand, unknown = known_focus(focus, step["brand"])
    movers = step[step["moved"]]
    movers = movers.loc[(movers["brand"] != brand).sort_values(kind="stable").index]
    say = speaker(
        n=result.n_respondents, brands=len(step), level=result.level, brand=brand, focus=brand,
        share=float(result.axes["share"].head(2).sum()), before=step["wave_from"].iloc[0],
        after=step["wave_to"].iloc[0], names=some_names(movers["brand"].tolist()),
    )  # fmt: skip
    findings = [_mover(result, move, say) for _, move in movers.head(MOST_NAMED).iterrows()]
    if movers.empty:
        findings = [_nobody(step.iloc[0], say)]
    if brand is not None and brand not in movers["brand"].tolist():
        findings.append(_still(step[step["brand"] == brand].iloc[0], say))
    findings.append(_market(result, step, say))
    exhibits = {
        "moves": Exhibit(
            say(
                "How {brands:count} brands moved from {before} to {after}, relative to the market, "
                "on one map of all waves ({n:count} respondents; {share:percent} of the "
                "differences shown). Arrows: moves beyond chance over all brands, with a "
                "{level:percent} region around the head. Hollow: no move beyond chance."
            ),
            say(
                "Map of {brands:count} brands from {before} to {after} without any arrow: no move "
                "is beyond chance."
            )
            if movers.empty
            else say(
                "Map of {brands:count} brands with arrows from {before} to {after} for {names}; "
                "all others are hollow circles."
            ),
            data=step.reset_index(drop=True),
            notes=(*as_notes(findings), *result.notes, *unknown),
            draw=lambda: result.plot(focus=brand, wave_to=wave_to),
        ),
        "shares": Exhibit(
            say(
                "What the market did: mean share of each attribute over the brands that did not "
                "move, from wave to wave, with {level:percent} intervals."
            ),
            data=result.attributes,
        ),
    }
    actions = [_check(result, move, say) for _, move in movers.iterrows() if move["brand"] == brand]
    headline = _headline(movers["brand"].tolist(), say, focus=brand)
    return Story(headline, _lede(result, say), tuple(findings), tuple(actions), exhibits)


def _headline(movers: list[str], say: Say, *, focus: str | None) -> Message:
    if not movers:
        return say("No brand moved beyond chance between {before} and {after}")
    if focus in movers:
        return say("{brand} moved between {before} and {after}")
    if focus is not None:
        return say("{names} moved between {before} and {after}; {brand} did not")
    if len(movers) == 1:
        return say("{names} moved between {before} and {after}, and nobody else")
    return say("{names} moved between {before} and {after}")


def _lede(result: WaveMovement, say: Say) -> Message:
    counts = {"brands": result.places["brand"].nunique(), "waves": len(result.waves)}
    if result.anchors:
        return say(
            "{n:count} respondents in {waves:count} waves, {brands:count} brands on one map. A "
            "move is what a brand did beyond {names}, which are taken not to have moved.",
            **counts,
            names=list(result.anchors),
        )
    return say(
        "{n:count} respondents in {waves:count} waves, {brands:count} brands on one map. A move is "
        "what a brand did beyond the market as a whole.",
        **counts,
    )


def _facts(move: pd.Series) -> dict[str, object]:
    return {
        "brand": move["brand"], "length": move["map_distance"], "low": move["ci_low"],
        "high": move["ci_high"], "p": move["p_adjusted"], "n": move["n"],
    }  # fmt: skip


def _mover(result: WaveMovement, move: pd.Series, say: Say) -> Finding:
    facts = _facts(move)
    return Finding(
        say("{brand} moved, towards “{attribute}”.", **facts, attribute=_towards(result, move)),
        say(
            "Its place moved by {length:decimal2} ({low:decimal2} to {high:decimal2}), p {p:p} "
            "over all moves; {n:count} respondents or more in each wave.",
            **facts,
        ),
        "clear" if move["p_adjusted"] <= SURE else "likely",
    )


def _nobody(largest: pd.Series, say: Say) -> Finding:
    return Finding(
        say("No brand moved more than chance allows."),
        say(
            "The largest move is that of {brand}: {length:decimal2} ({low:decimal2} to "
            "{high:decimal2}), p {p:p} over all moves.",
            **_facts(largest),
        ),
        "open",
    )


def _still(move: pd.Series, say: Say) -> Finding:
    headline = say("{brand} did not move more than chance allows.")
    detail = say("If it moved at all, then by {high:decimal2} at most (p {p:p}).", **_facts(move))
    return Finding(headline, detail, "open")


def _market(result: WaveMovement, step: pd.DataFrame, say: Say) -> Finding:
    shares = result.attributes[result.attributes["wave_to"] == step["wave_to"].iloc[0]]
    order = shares["change"].abs().sort_values(ascending=False, kind="stable").index
    shares = shares.loc[order]
    said = [
        {"attribute": row["attribute"], "change": 100 * row["change"], "low": 100 * row["ci_low"],
         "high": 100 * row["ci_high"], "p": row["p_adjusted"]}
        for _, row in shares.iterrows()
    ]  # fmt: skip
    sure = [one for one in said if one["p"] <= 1 - result.level]
    if not sure:
        return Finding(
            say("The market as a whole did not change beyond chance."),
            say("The largest change is that of “{attribute}”: {change:points} points.", **said[0]),
            "open",
        )
    names = [
        say("“{attribute}” {change:points} points ({low:points} to {high:points})", **one)
        for one in sure[:MOST_NAMED]
    ]
    return Finding(
        say(
            "{n:count} of {all:count} attributes changed across the market.",
            n=len(sure),
            all=len(said),
        ),
        say("Over the brands that did not move: {names}.", names=names),
        "clear",
    )


def _towards(result: WaveMovement, move: pd.Series) -> str:
    """Name the attribute along whose line the move goes furthest."""
    at = result.map.columns.pivot(index="label", columns="axis", values="coordinate")
    at = at.reindex(columns=[1, 2], fill_value=0.0)
    gap = move[["move_across", "move_upward"]].to_numpy(dtype=float)
    return str(at.index[int(np.argmax(at.to_numpy() @ gap))])


def _check(result: WaveMovement, move: pd.Series, say: Say) -> Action:
    text = say(
        "Check whether the move of {brand} towards “{attribute}” was meant.",
        attribute=_towards(result, move),
    )
    return Action("check", text, "clear" if move["p_adjusted"] <= SURE else "likely", "moves")
