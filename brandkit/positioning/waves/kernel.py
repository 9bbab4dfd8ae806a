"""What moves have in common, and how long each may be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brandkit.core.linalg import Codes, Flags, Floats, ratio
from brandkit.positioning.image.kernel import joint_df, second_moments

#: Rounds of Weiszfeld's steps; the middle of some brands is found to 1e-6 of their spread.
ROUNDS = 60
#: Distance, as a part of the spread, under which a brand counts as lying in the middle.
NEAREST = 1e-9


@dataclass(frozen=True, eq=False)
class Step:
    """From a wave to the next: the brands of both, and their rows of the stacked table."""

    before: str
    after: str
    brands: tuple[str, ...]
    first: Codes
    second: Codes


@dataclass(frozen=True, eq=False)
class Moves:
    """The moves of one step, relative to the market: its shift, and (brands, axes) beyond it."""

    step: Step
    shift: Floats
    relative: Floats
    covariance: Floats
    df: Floats


def step_moves(step: Step, places: Floats, drawn: Floats, *, df: Floats, still: Flags) -> Moves:
    """Give the moves of a step less the market's shift, which every draw finds anew.

    Places (rows, axes), drawn (draws, rows, axes), df (rows,), still (brands,).
    """
    moves = places[step.second] - places[step.first]
    drawn_moves = drawn[:, step.second] - drawn[:, step.first]
    shift = market_shift(moves, still)
    relative = moves - shift
    drawn_relative = drawn_moves - market_shift(drawn_moves, still)[:, None, :]
    spread = np.trace(second_moments(drawn - places), axis1=1, axis2=2)
    worth = joint_df(spread[step.first], spread[step.second], df=(df[step.first], df[step.second]))
    return Moves(step, shift, relative, second_moments(drawn_relative - relative), worth)


def market_shift(moves: Floats, still: Flags) -> Floats:
    """Give the shift common to moves (..., brands, axes): the mean of those declared still.

    Where there are none, the spatial median of all.
    """
    return np.asarray(moves[..., still, :].mean(axis=-2)) if still.any() else spatial_median(moves)


def spatial_median(points: Floats) -> Floats:
    """Give the point with the least sum of distances to others, of many sets (..., points, axes).

    Half of the points may lie anywhere without carrying it away: one brand that moves does not
    make the others seem to move back. Missing points are left out. Vardi, Y. and Zhang, C.-H.
    (2000). The multivariate L1-median and associated data depth. PNAS 97, 1423-1426.

    Examples
    --------
    >>> moves = np.array([[0.0, 0.0], [0.1, 0.0], [-0.1, 0.0], [0.0, 0.1], [0.0, -0.1], [9.0, 0.0]])
    >>> bool(np.abs(spatial_median(moves)).max() < 0.08)
    True
    """
    present: Floats = np.asarray(~np.isnan(points).any(axis=-1), dtype=np.float64)
    known = np.where(present[..., None] > 0, points, 0.0)
    n = np.maximum(present.sum(axis=-1), 1.0)[..., None]
    middle = known.sum(axis=-2) / n
    away = (known - middle[..., None, :]) * present[..., None]
    spread = np.sqrt((away**2).sum(axis=(-1, -2)))[..., None]
    scale = np.where(spread > 0, spread, 1.0)
    for _ in range(ROUNDS):
        gap = known - middle[..., None, :]
        distance = np.sqrt((gap**2).sum(axis=-1)) / scale
        pull = present / np.maximum(distance, NEAREST)
        middle = (known * pull[..., None]).sum(axis=-2) / pull.sum(axis=-1)[..., None]
    return np.asarray(middle)


def length_limits(gap: Floats, covariance: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Give the shortest and longest move (points, axes) within an ellipse around each.

    ``size`` (points,) is the quantile of the squared distance; the shortest is 0 where the
    ellipse holds the origin: where the move may be none.
    """
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0) * size[:, None])[:, None, :]
    edge = gap[:, None, :] + _directions(gap.shape[1]) @ np.swapaxes(root, 1, 2)
    length = np.sqrt((edge**2).sum(axis=2))
    along = np.einsum("pk,pkl->pl", gap, vectors)
    inside = (along**2 / np.maximum(values, 1e-300)).sum(axis=1) <= size
    return np.where(inside, 0.0, length.min(axis=1)), length.max(axis=1)


def _directions(axes: int) -> Floats:
    """Give directions all around, as unit vectors."""
    if axes == 1:
        return np.array([[-1.0], [1.0]])
    if axes == 2:
        turn = np.linspace(0, 2 * np.pi, 720, endpoint=False)
        return np.stack([np.cos(turn), np.sin(turn)], axis=1)
    drawn = np.random.default_rng(0).normal(size=(4000, axes))
    return ratio(drawn, np.sqrt((drawn**2).sum(axis=1))[:, None])
