"""What all brands did together between two waves, whatever one of them did alone."""

from __future__ import annotations

import numpy as np

from brandkit.core.linalg import Floats

ROUNDS = 60
"""Rounds of Weiszfeld's steps; the middle of some brands is found to 1e-6 of their spread."""
NEAREST = 1e-9
"""Distance, as a part of the spread, under which a brand counts as lying in the middle."""


def spatial_median(points: Floats) -> Floats:
    """Give the point with the least sum of distances to others, many sets at once.

    Half of the points may lie anywhere without carrying it away: one brand that moves does not
    make the others seem to move back.

    Parameters
    ----------
    points : ndarray, shape (..., points, axes)
        Missing points are NaN and left out.

    Returns
    -------
    ndarray, shape (..., axes)

    References
    ----------
    Vardi, Y. and Zhang, C.-H. (2000). The multivariate L1-median and associated data depth.
    PNAS 97, 1423-1426. doi:10.1073/pnas.97.4.1423

    Examples
    --------
    >>> moves = np.array([[0.0, 0.0], [0.1, 0.0], [-0.1, 0.0], [0.0, 0.1], [0.0, -0.1], [9.0, 0.0]])
    >>> bool(np.abs(spatial_median(moves)).max() < 0.08)
    True
    """
    there: Floats = np.asarray(~np.isnan(points).any(axis=-1), dtype=np.float64)
    known = np.where(there[..., None] > 0, points, 0.0)
    n = np.maximum(there.sum(axis=-1), 1.0)[..., None]
    middle = known.sum(axis=-2) / n
    away = (known - middle[..., None, :]) * there[..., None]
    spread = np.sqrt((away**2).sum(axis=(-1, -2)))[..., None]
    scale = np.where(spread > 0, spread, 1.0)
    for _ in range(ROUNDS):
        gap = known - middle[..., None, :]
        distance = np.sqrt((gap**2).sum(axis=-1)) / scale
        pull = there / np.maximum(distance, NEAREST)
        middle = (known * pull[..., None]).sum(axis=-2) / pull.sum(axis=-1)[..., None]
    return np.asarray(middle)


def market_shift(moves: Floats, anchors: Floats) -> Floats:
    """Give the shift that brands' moves have in common.

    Parameters
    ----------
    moves : ndarray, shape (..., brands, axes)
    anchors : ndarray of bool, shape (brands,)
        Brands declared not to move: the shift is their mean. Where there are none, the spatial
        median of all.

    Returns
    -------
    ndarray, shape (..., axes)
    """
    chosen = np.flatnonzero(anchors)
    return np.asarray(moves[..., chosen, :].mean(axis=-2)) if len(chosen) else spatial_median(moves)


def length_limits(gap: Floats, covariance: Floats, size: Floats) -> tuple[Floats, Floats]:
    """Give the shortest and longest move within an ellipse around each.

    Parameters
    ----------
    gap : ndarray, shape (points, axes)
    covariance : ndarray, shape (points, axes, axes)
    size : ndarray, shape (points,)
        Quantile of the squared distance.

    Returns
    -------
    low, high : ndarray, shape (points,)
        ``low`` is 0 where the ellipse holds the origin: where the move may be none.
    """
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0) * size[:, None])[:, None, :]
    edge = gap[:, None, :] + _directions(gap.shape[1]) @ np.swapaxes(root, 1, 2)
    length = np.sqrt((edge**2).sum(axis=2))
    with np.errstate(divide="ignore", invalid="ignore"):
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
    return np.asarray(drawn / np.sqrt((drawn**2).sum(axis=1))[:, None])
