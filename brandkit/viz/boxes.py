"""Boxes and lines, each four numbers: which of them meet. Not a number meets nothing."""

from __future__ import annotations

from typing import Final

import numpy as np

from brandkit.core.linalg import Flags, Floats

#: The room that texts keep from each other, in points.
PAD: Final = 1.0


def overlaps(some: Floats, others: Floats, *, pad: float = PAD) -> Flags:
    """Say which boxes come nearer to which others than `pad`; not a number touches nothing.

    Side by side they keep three times as much, or two names would read as one.

    Examples
    --------
    >>> overlaps(np.array([[0.0, 0, 2, 2]]), np.array([[1.0, 1, 3, 3], [4, 4, 5, 5]])).tolist()
    [[True, False]]
    """
    a, b = some[:, None, :], others[None, :, :]
    with np.errstate(invalid="ignore"):
        beside = (a[..., 0] < b[..., 2] + 3 * pad) & (b[..., 0] < a[..., 2] + 3 * pad)
        return np.asarray(beside & (a[..., 1] < b[..., 3] + pad) & (b[..., 1] < a[..., 3] + pad))


def lines_hit_boxes(lines: Floats, boxes: Floats, *, pad: float = PAD) -> Flags:
    """Say which lines run through which boxes.

    Examples
    --------
    >>> box = np.array([[1.0, 1, 2, 2]])
    >>> lines_hit_boxes(np.array([[0.0, 0, 3, 3], [0, 0, 3, 0]]), box, pad=0).ravel().tolist()
    [True, False]
    """
    # A line passes the two slabs of a box, across and up; it hits where it is in both at once.
    # Along an axis it divides 0 by 0 on the very edge, which is outside, then.
    with np.errstate(invalid="ignore", divide="ignore"):
        enter_x, leave_x = _slab(lines[:, 0::2], boxes[:, 0::2], pad)
        enter_y, leave_y = _slab(lines[:, 1::2], boxes[:, 1::2], pad)
        enter, leave = np.maximum(enter_x, enter_y), np.minimum(leave_x, leave_y)
        return np.asarray((enter <= leave) & (leave >= 0) & (enter <= 1))


def _slab(ends: Floats, sides: Floats, pad: float) -> tuple[Floats, Floats]:
    """Say where along each line it enters and leaves each slab, as a share of its length."""
    start = ends[:, :1]
    share = 1 / (ends[:, 1:] - start)
    one, two = (sides[:, 0] - pad - start) * share, (sides[:, 1] + pad - start) * share
    return np.minimum(one, two), np.maximum(one, two)


def lines_cross(some: Floats, others: Floats) -> Flags:
    """Say which lines cross which others.

    Examples
    --------
    >>> lines_cross(np.array([[0.0, 0, 2, 2]]), np.array([[0.0, 2, 2, 0], [3, 0, 3, 9]])).tolist()
    [[True, False]]
    """
    a, b = some[:, None, :], others[None, :, :]
    with np.errstate(invalid="ignore"):
        parted = _side(a, b[..., :2]) * _side(a, b[..., 2:])
        return np.asarray((parted < 0) & (_side(b, a[..., :2]) * _side(b, a[..., 2:]) < 0))


def _side(line: Floats, point: Floats) -> Floats:
    along, off = line[..., 2:] - line[..., :2], point - line[..., :2]
    return np.asarray(along[..., 0] * off[..., 1] - along[..., 1] * off[..., 0])
