"""From a place on the map back to what people would have to say of a brand that stands there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Floats

_ROUNDS = 16
_TIE = 1e-12


def least_norm_profiles(
    start: Floats, *, places: Floats, standard: Floats, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """Give the smallest changes of a brand's shares that bring it to each place.

    Parameters
    ----------
    start : ndarray, shape (attributes,)
        The brand's present shares, 0-1.
    places : ndarray, shape (n, axes)
        Where it shall stand, in principal coordinates.
    standard : ndarray, shape (attributes, axes)
        The attributes in standard coordinates.
    low, high : ndarray, shape (attributes,)
        No share leaves these; those of `start` lie within.

    Returns
    -------
    shares : ndarray, shape (n, attributes)
    missed : ndarray, shape (n,)
        Distance from where the shares bring the brand to where it shall stand: 0 where the place
        can be reached.

    Notes
    -----
    A brand with shares s stands at sum_a s_a G_a / sum_a s_a. It stands at p where
    sum_a s_a (G_a - p) = 0: as many linear equations as axes, whose solution nearest to the
    present shares is exact. Shares that would leave their limits stay at them, and the others are
    solved for again, until none leaves.

    Examples
    --------
    >>> standard = np.array([[-1.0], [1.0], [0.0]])
    >>> shares, missed = least_norm_profiles(np.array([0.4, 0.4, 0.2]), places=np.array([[0.2]]),
    ...     standard=standard, low=np.zeros(3), high=np.ones(3))
    >>> shares.round(3).tolist(), missed.round(9).tolist()
    ([[0.287, 0.475, 0.181]], [0.0])
    """
    away = standard[None] - places[:, None, :]
    shares = np.tile(start, (len(places), 1))
    free: NDArray[np.bool_] = np.ones(shares.shape, dtype=bool)
    ridge = _TIE * np.eye(places.shape[1])
    for _ in range(_ROUNDS):
        held = np.where(free, start, shares)
        missing = -np.einsum("na,nak->nk", held, away)
        moving = away * free[..., None]
        size = np.einsum("nak,nal->nkl", moving, moving) + ridge
        step = np.linalg.solve(size, missing[..., None])[..., 0]
        wanted = held + np.einsum("nak,nk->na", moving, step)
        outside = free & ((wanted < low - _TIE) | (wanted > high + _TIE))
        shares = np.clip(wanted, low, high)
        if not outside.any():
            break
        free &= ~outside
    total = shares.sum(axis=1, keepdims=True)
    reached = shares @ standard / np.where(total > 0, total, 1.0)
    return shares, np.linalg.norm(reached - places, axis=1)
