"""Turning a map's first two axes so that one brand lies on the first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.linalg import Floats

MIDDLE = 1e-9
"""Distance from the middle, as a part of the furthest point's, under which nothing has a side."""


def check_turn(label: str | None, labels: pd.Index, *, axes: int, scaling: str) -> None:
    """Refuse a turn to what is no row, in one axis, or in a scaling without a principal side."""
    if label is None:
        return
    if label not in labels:
        known = [str(one) for one in labels]
        raise InputError(
            f"`rotate_to` must be a row of the table; found {shown(label)}."
            f"{did_you_mean(str(label), known) or f' It has {shown(known)}.'}"
        )
    if axes < 2:
        raise InputError("`rotate_to` must have two axes to turn; found `axes` = 1. Keep two axes.")
    if scaling in ("standard", "symbiplot"):
        raise InputError(
            "`rotate_to` must go with a scaling that has one side in principal coordinates, else "
            f"a turned axis has no inertia of its own; found {shown(scaling)}. Take "
            "'row_principal'."
        )


def turn_towards(label: str | None, labels: pd.Index, places: Floats) -> Floats:
    """Give the rotation that brings one point onto the positive first axis.

    Parameters
    ----------
    label : label or None
        Without it nothing is turned.
    labels : Index
        One a point.
    places : ndarray, points x axes
        As drawn.

    Returns
    -------
    ndarray, axes x axes
        To multiply places with from the right. Axes after the second stay as they are.

    Raises
    ------
    InputError
        Where the point lies in the middle, or the map has one axis.

    Examples
    --------
    >>> places = np.array([[0.0, 2.0], [1.0, 0.0]])
    >>> (places @ turn_towards("A", pd.Index(["A", "B"]), places) + 0.0).tolist()
    [[2.0, 0.0], [0.0, -1.0]]
    """
    turn = np.eye(places.shape[1])
    if label is None:
        return turn
    if len(turn) < 2:
        raise InputError(
            "`rotate_to` must have two axes to turn; the table has differences along one only. "
            "Leave it out."
        )
    across, upward = places[labels.get_loc(label), :2]
    away = np.hypot(across, upward)
    if away <= MIDDLE * np.hypot(*places[:, :2].T).max():
        raise InputError(
            f"`rotate_to` must be a row away from the middle; {shown(label)} lies in the middle "
            "of the map and has no direction. Choose another row."
        )
    turn[:2, :2] = np.array([[across, -upward], [upward, across]]) / away
    return turn
