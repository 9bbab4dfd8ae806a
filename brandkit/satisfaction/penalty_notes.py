"""What a reader must know about penalties and rewards: cuts, small bases, wrong directions."""

from __future__ import annotations

import pandas as pd

from brandkit.core.message import Message
from brandkit.core.survey_rows import SurveyRows


def penalty_notes(
    rows: SurveyRows,
    frame: pd.DataFrame,
    *,
    is_default: bool,
    minimum_base: int,
    suppress_below: int,
    assumed_brand: bool,
    lost_draws: int,
) -> tuple[Message, ...]:
    """Say what the kinds rest on that a reader would not expect."""
    notes = [*rows.notes]
    if assumed_brand:
        said = (
            "Answers are centred on the mean of each brand, so that differences between brands "
            "do not count; within='none' leaves them in."
        )
        notes.append(Message(said))
    if is_default:
        notes.append(_default_cuts(frame))
    notes += _bases(frame, minimum_base=minimum_base, suppress_below=suppress_below)
    turned = frame.loc[(frame["penalty_low"] > 0) & (frame["reward_high"] < 0), "label"].tolist()
    if turned:
        said = (
            "{items}: poor answers go with a better outcome and good ones with a worse; the scale "
            "may run the other way round."
        )
        notes.append(Message(said, {"items": turned}))
    if lost_draws:
        said = "{n:count} of the draws could not be fitted and are left out."
        notes.append(Message(said, {"n": lost_draws}))
    return tuple(notes)


def _default_cuts(frame: pd.DataFrame) -> Message:
    pairs = frame[["cut_low", "cut_high"]].drop_duplicates()
    if len(pairs) == 1:
        low, high = pairs.iloc[0]
        said = (
            "Cuts are taken from the scale: answers up to {low:number} count as poor, from "
            "{high:number} on as good; the table of other cuts shows what hangs on that."
        )
        return Message(said, {"low": _plain(low), "high": _plain(high)})
    said = (
        "Cuts are taken from each item's scale: up to half of it answers count as poor, from "
        "eight tenths on as good; the table of other cuts shows what hangs on that."
    )
    return Message(said)


def _bases(frame: pd.DataFrame, *, minimum_base: int, suppress_below: int) -> list[Message]:
    notes = []
    least = frame[["n_low", "n_high"]].min(axis=1)
    none = frame.loc[least < suppress_below, "label"].tolist()
    few = frame.loc[(least >= suppress_below) & (least < minimum_base), "label"].tolist()
    if none:
        said = (
            "{items}: fewer than {least:count} poor or good answers, so that side is not "
            "estimated and the kind stays undecided."
        )
        notes.append(Message(said, {"items": none, "least": suppress_below}))
    if few:
        said = "{items}: fewer than {least:count} poor or good answers; read with care."
        notes.append(Message(said, {"items": few, "least": minimum_base}))
    return notes


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")
