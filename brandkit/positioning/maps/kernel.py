"""Turning maps onto each other: rotation and reflection, many maps at once."""

from __future__ import annotations

import numpy as np

from brandkit.core.linalg import Codes, Floats


def turns_onto(places: Floats, *, target: Floats, weight: Floats) -> Floats:
    """Give the rotations and reflections that bring maps as near to a target as can be.

    Parameters
    ----------
    places : ndarray, shape (..., points, axes)
        Missing points are NaN and have no say.
    target : ndarray, shape (points, axes)
    weight : ndarray, shape (points,)
        How much each point counts: the rows' masses.

    Returns
    -------
    ndarray, shape (..., axes, axes)
        R with ``places @ R`` nearest to the target in weighted least squares. Axes may change
        places or sides; nothing is stretched or moved.

    References
    ----------
    Schönemann, P. H. (1966). A generalized solution of the orthogonal Procrustes problem.
    Psychometrika 31, 1-10. doi:10.1007/BF02289451

    Examples
    --------
    >>> target = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, -2.0]])
    >>> turned = target @ np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> back = turned @ turns_onto(turned, target=target, weight=np.ones(3))
    >>> bool(np.allclose(back, target))
    True
    """
    there = np.nan_to_num(places)
    crossed = np.swapaxes(there, -1, -2) @ (weight[:, None] * target)
    left, _, right = np.linalg.svd(crossed)
    return np.asarray(left @ right)


def plane_agreement(places: Floats, *, target: Floats, weight: Floats) -> Floats:
    """Give the RV coefficient of maps with a target, which no turn can change.

    Parameters
    ----------
    places : ndarray, shape (..., points, axes)
    target : ndarray, shape (points, axes)
    weight : ndarray, shape (points,)

    Returns
    -------
    ndarray, shape (...)
        0 to 1; 1 where both maps are the same but for a turn and one factor of size.

    References
    ----------
    Robert, P. and Escoufier, Y. (1976). A unifying tool for linear multivariate statistical
    methods: the RV-coefficient. Applied Statistics 25, 257-265. doi:10.2307/2347233

    Examples
    --------
    >>> square = np.array([[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]])
    >>> float(plane_agreement(2 * square[:, ::-1], target=square, weight=np.ones(4)).round(9))
    1.0
    """
    there = np.nan_to_num(places)
    weighted = weight[:, None] * there
    crossed = np.swapaxes(weighted, -1, -2) @ target
    own = np.swapaxes(weighted, -1, -2) @ there
    theirs = (weight[:, None] * target).T @ target
    size = np.sqrt((own**2).sum(axis=(-1, -2)) * (theirs**2).sum())
    return np.asarray((crossed**2).sum(axis=(-1, -2)) / np.where(size > 0, size, 1.0))


def axes_kept(axes: Floats, *, of: Floats) -> Floats:
    """Give the share of each axis of one map that lies within the axes of others.

    Parameters
    ----------
    axes : ndarray, shape (..., points, axes)
        Orthonormal columns: the other maps' axes.
    of : ndarray, shape (points, axes)
        Orthonormal columns: the axes looked for.

    Returns
    -------
    ndarray, shape (..., axes)
        Squared cosine of the angle between each axis and the span of the others, 0-1.

    Examples
    --------
    >>> eye = np.eye(3)
    >>> axes_kept(eye[:, [1, 0]], of=eye[:, [0, 2]]).tolist()
    [1.0, 0.0]
    """
    crossed = np.swapaxes(np.nan_to_num(axes), -1, -2) @ of
    return np.asarray((crossed**2).sum(axis=-2))


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


TIE_DIGITS = 12
"""Decimals beyond which two distances are the same."""


def two_nearest(places: Floats) -> tuple[Codes, Floats, Codes, Floats]:
    """Find the two nearest other points of each point (n, k); ties go to the first.

    With two points there is no second: its distance is infinite.

    >>> first, apart, second, further = two_nearest(np.array([[0.0], [1.0], [3.0]]))
    >>> first.tolist(), apart.tolist(), second.tolist(), further.tolist()
    ([1, 0, 1], [1.0, 1.0, 2.0], [2, 2, 0], [3.0, 2.0, 3.0])
    """
    from scipy.spatial.distance import cdist

    return two_least(cdist(places, places))


def two_least(apart: Floats) -> tuple[Codes, Floats, Codes, Floats]:
    """Find the two least distances of each row of a square table, which is written into."""
    np.fill_diagonal(apart, np.inf)
    at = np.arange(len(apart))
    rounded = np.round(apart, TIE_DIGITS)
    first = rounded.argmin(axis=1)
    rounded[at, first] = np.inf
    second = rounded.argmin(axis=1)
    second_apart = np.where(np.isfinite(rounded[at, second]), apart[at, second], np.inf)
    return first, apart[at, first], second, second_apart
