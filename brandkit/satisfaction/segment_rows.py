"""Parts of segments that figures and sentences show, and what segments are called."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.message import Message
from brandkit.satisfaction.segments import CustomerSegments


def segment_name(result: CustomerSegments, segment: str) -> Message | str:
    """Give a class in words, a tier by its name."""
    if result.kind == "tiers":
        return segment
    return Message("class {name}", {"name": segment})


def profile_rows(
    result: CustomerSegments, *, items: Sequence[str] | None = None, most: int | None = None
) -> pd.DataFrame:
    """Give the profiles of items on one scale, those whose segments lie furthest apart first.

    Parameters
    ----------
    result : CustomerSegments
    items : sequence of str, optional
        Where not given: all ratings, or where there are none all shares.
    most : int, optional
        Items at most.

    Returns
    -------
    DataFrame
        As ``profiles``.
    """
    frame = result.profiles
    known = list(dict.fromkeys(frame["item"]))
    if items is None:
        top = frame.groupby("item")["estimate"].max()
        chosen = [item for item in known if top[item] > 1] or known
    else:
        chosen = list(items)
        strange = [item for item in chosen if item not in known]
        if strange or not chosen:
            raise InputError(
                f"`items` must be items of the profiles; found {shown(strange)}. It has "
                f"{shown(known)}.{did_you_mean(str(strange[0]), known) if strange else ''}"
            )
    rows = frame[frame["item"].isin(chosen)]
    apart = rows.groupby("item")["estimate"].agg(np.ptp)
    order = sorted(chosen, key=lambda item: -float(apart[item]))[:most]
    place = {item: at for at, item in enumerate(order)}
    rows = rows[rows["item"].isin(order)]
    return rows.sort_values("item", key=lambda found: found.map(place), kind="stable").reset_index(
        drop=True
    )
