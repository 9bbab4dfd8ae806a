"""Turning maps onto each other: rotation and reflection, many maps at once."""

from __future__ import annotations

import numpy as np

from brandkit.core.linalg import Floats


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
