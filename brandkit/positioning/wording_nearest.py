"""Texts on who is near whom, shared by maps of ratings and of dissimilarities."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.message import Finding, Message
from brandkit.positioning.wording import NEAR_TIE


def near_finding(nearest: pd.DataFrame, focus: str) -> Finding:
    """Say who is nearest to the focus, and whether the next is about as near."""
    mine = row_of(nearest, focus)
    values = {
        "brand": focus,
        "nearest": mine["nearest"],
        "second": mine["second_nearest"],
        "distance": mine["distance"],
        "second_distance": mine["second_distance"],
        "n": len(nearest) - 1,
    }
    if not isinstance(mine["second_nearest"], str):
        detail = Message("It is the only other brand in the table.")
        return Finding(Message("{brand} is compared with {nearest}.", values), detail, "likely")
    detail = Message(
        "Distance {distance:decimal2}; to the next, {second}, {second_distance:decimal2} "
        "({n:count} rivals).",
        values,
    )
    if is_near_tie(mine):
        headline = Message("{brand} is about as much like {nearest} as like {second}.", values)
        return Finding(headline, detail, "open")
    return Finding(Message("{brand} is most like {nearest}.", values), detail, "likely")


def alike_finding(nearest: pd.DataFrame) -> Finding:
    """Say which two are most alike, and how near others have their nearest."""
    pair = closest_pair(nearest)
    values = {
        "brand": pair["label"],
        "nearest": pair["nearest"],
        "distance": pair["distance"],
        "median": float(np.median(nearest["distance"])),
        "n": len(nearest),
    }
    return Finding(
        Message("{brand} and {nearest} are most alike.", values),
        Message(
            "Distance {distance:decimal2}; half of the {n:count} have their nearest within "
            "{median:decimal2}.",
            values,
        ),
        "likely",
    )


def is_near_tie(mine: dict[str, Any]) -> bool:
    """Say whether the nearest is hardly nearer than the next."""
    return bool(mine["distance"] > NEAR_TIE * mine["second_distance"])


def closest_pair(nearest: pd.DataFrame) -> dict[str, Any]:
    """Give the row of the closest pair."""
    return first_row(nearest.iloc[[int(nearest["distance"].to_numpy().argmin())]])


def row_of(frame: pd.DataFrame, label: str, *, column: str = "label") -> dict[str, Any]:
    """Give the row of one label."""
    return first_row(frame[frame[column].astype(str) == str(label)])


def first_row(frame: pd.DataFrame) -> dict[str, Any]:
    """Give the first row of a frame by the names of its columns."""
    return {str(name): value for name, value in frame.iloc[0].items()}
