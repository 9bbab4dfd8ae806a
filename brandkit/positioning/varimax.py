"""Varimax: turning axes until each attribute loads on few of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from brandkit.core.errors import NotConvergedError
from brandkit.core.linalg import Floats

MOST_SWEEPS = 1_000
SETTLED = 1e-12
"""Largest angle of a sweep over all pairs of axes at which the rotation has settled, radians."""


def varimax(loadings: Floats) -> Floats:
    """Give the rotation that makes the squared loadings vary most within each axis.

    Parameters
    ----------
    loadings : ndarray, attributes x axes
        At least two axes.

    Returns
    -------
    ndarray, axes x axes
        To multiply loadings with from the right.

    Raises
    ------
    NotConvergedError
        Where the rotation has not settled after 1,000 sweeps.

    Notes
    -----
    Kaiser's criterion with his normalisation: rows are brought to length 1 first, as in R's
    ``varimax`` and in SPSS. Attributes that load on no axis take no part. Pairs of axes are
    turned in turn, each to its best angle, which is known in closed form; R turns all axes at
    once, and gives loadings back unturned where that runs in a circle.

    References
    ----------
    Kaiser, H. F. (1958). The varimax criterion for analytic rotation in factor analysis.
    Psychometrika 23, 187-200. doi:10.1007/BF02289233

    Examples
    --------
    >>> loadings = np.array([[1.0, 1], [1, 1], [1, -1]])
    >>> np.abs(loadings @ varimax(loadings)).round(6).tolist()
    [[1.414214, 0.0], [1.414214, 0.0], [0.0, 1.414214]]
    """
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    rows = loadings[length[:, 0] > 0] / length[length[:, 0] > 0]
    turn = np.eye(loadings.shape[1])
    for _ in range(MOST_SWEEPS):
        largest = 0.0
        for one, other in combinations(range(len(turn)), 2):
            pair = [one, other]
            angle = _best_angle(rows @ turn[:, pair])
            across, upward = np.cos(angle), np.sin(angle)
            turn[:, pair] = turn[:, pair] @ np.array([[across, -upward], [upward, across]])
            largest = max(largest, abs(angle))
        if largest < SETTLED:
            return turn
    raise NotConvergedError(
        f"`rotation` must settle; varimax had not after {MOST_SWEEPS} sweeps. Keep fewer axes, or "
        "leave the rotation out."
    )


def _best_angle(pair: Floats) -> float:
    """Give the angle at which the criterion of two axes is largest."""
    apart, joint = pair[:, 0] ** 2 - pair[:, 1] ** 2, 2 * pair[:, 0] * pair[:, 1]
    a, b, n = apart.sum(), joint.sum(), len(pair)
    upward = 2 * ((apart * joint).sum() - a * b / n)
    across = (apart**2 - joint**2).sum() - (a**2 - b**2) / n
    # Rounding only: every angle is as good, and none is needed.
    if np.hypot(upward, across) < 1e-14 * n:
        return 0.0
    return float(np.arctan2(upward, across) / 4)
