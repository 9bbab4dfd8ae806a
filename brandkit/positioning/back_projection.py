"""From a place on the map back to what people would have to say of a brand that stands there."""

from __future__ import annotations

import numpy as np

from brandkit.core.linalg import Floats

_ROUNDS = 40
_TIE = 1e-12
_STEPS = (1.0, 0.5, 0.25, 0.06)
"""Parts of a step that are tried; the best is taken."""


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
    sum_a s_a (G_a - p) = 0: as many linear equations as axes. The shares nearest to the present
    ones that meet them within their limits are those of (start + (G - p) l), cut off at the
    limits, for some l with one entry an axis; l is found by Newton's method, for all places at
    once. Without limits in the way its first step is exact.

    Examples
    --------
    >>> standard = np.array([[-1.0], [1.0], [0.0]])
    >>> shares, missed = least_norm_profiles(np.array([0.4, 0.4, 0.2]), places=np.array([[0.2]]),
    ...     standard=standard, low=np.zeros(3), high=np.ones(3))
    >>> shares.round(3).tolist(), missed.round(9).tolist()
    ([[0.287, 0.475, 0.181]], [0.0])
    """
    away = standard[None] - places[:, None, :]
    ridge = _TIE * np.eye(places.shape[1])
    lean = np.zeros(places.shape)
    off, _ = _off(lean, away, start=start, low=low, high=high)
    at = np.arange(len(places))
    for _ in range(_ROUNDS):
        here = away[at]
        wanted = start + np.einsum("nak,nk->na", here, lean[at])
        moving = here * ((wanted > low) & (wanted < high))[..., None]
        slope = np.einsum("nak,nal->nkl", moving, here) + ridge
        step = -np.linalg.solve(slope, off[at][..., None])[..., 0]
        tried = [lean[at], *(lean[at] + part * step for part in _STEPS)]
        left = [_off(one, here, start=start, low=low, high=high)[0] for one in tried]
        best = np.argmin([np.linalg.norm(one, axis=1) for one in left], axis=0)
        lean[at], off[at] = (np.stack(of)[best, np.arange(len(at))] for of in (tried, left))
        # what no step brings nearer cannot be reached
        at = at[(best > 0) & (np.abs(off[at]).max(axis=1) > _TIE)]
        if not len(at):
            break
    _, shares = _off(lean, away, start=start, low=low, high=high)
    total = shares.sum(axis=1, keepdims=True)
    reached = shares @ standard / np.where(total > 0, total, 1.0)
    return shares, np.linalg.norm(reached - places, axis=1)


def _off(
    lean: Floats, away: Floats, *, start: Floats, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """Give what is left of the equations, (n, axes), and the shares, (n, attributes)."""
    shares = np.clip(start + np.einsum("nak,nk->na", away, lean), low, high)
    return np.einsum("na,nak->nk", shares, away), shares
