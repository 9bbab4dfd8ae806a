"""Perfect separation: when drivers tell the answers apart without error, estimates run away."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from brandkit.core.linalg import Floats

NOTHING = 1e-7
FAR = 8.0
"""Reach of a coefficient over its column's range from which it may be on its way to infinity."""


def separating_direction(sides: Floats) -> Floats | None:
    """Find parameters along which no answer ever becomes less likely, if there are any.

    A maximum of the likelihood exists only where there are none: otherwise estimates grow
    without end.

    Parameters
    ----------
    sides : ndarray, shape (m, k)
        One row for each inequality that an answer sets: how the parameters move the answer away
        from a threshold, or the chosen bank from another. Answers are separated along d where
        ``sides @ d`` is nowhere below 0 and somewhere above.

    Returns
    -------
    ndarray, shape (k,), or None
        Such a direction, between -1 and 1.

    Notes
    -----
    A linear programme: the sum of ``sides @ d`` is made as large as it can be, which is 0 where
    there is no separation, complete or quasi-complete.

    References
    ----------
    Albert, A. and Anderson, J. A. (1984). On the existence of maximum likelihood estimates in
    logistic regression models. Biometrika 71, 1-10. doi:10.1093/biomet/71.1.1
    Konis, K. (2007). Linear programming algorithms for detecting separated data in binary
    logistic regression models. University of Oxford.

    Examples
    --------
    >>> x = np.array([[1.0], [2.0], [3.0]])
    >>> separating_direction(x).tolist(), separating_direction(np.vstack([x, -x]))
    ([1.0], None)
    """
    distinct = np.unique(sides, axis=0)
    scale = np.abs(distinct).max(axis=0, initial=0.0)
    scale = np.where(scale > 0, scale, 1.0)
    rows = distinct / scale
    found = linprog(
        -rows.sum(axis=0) / max(len(rows), 1), A_ub=-rows, b_ub=np.zeros(len(rows)),
        bounds=[(-1.0, 1.0)] * rows.shape[1], method="highs",
    )  # fmt: skip
    if found.x is None or -found.fun <= NOTHING:
        return None
    direction = found.x / scale
    largest = np.abs(direction).max()
    return np.where(np.abs(direction) > NOTHING * largest, direction / largest, 0.0)


def may_run_away(slopes: Floats, inverse: Floats, x: Floats) -> bool:
    """Say whether estimates look as if they had no end: far out, and with errors larger still.

    Parameters
    ----------
    slopes : ndarray, shape (p,)
    inverse : ndarray, shape (p, p)
        Their covariance.
    x : ndarray, shape (m, p)

    Returns
    -------
    bool
        Cheap, and true for every estimate that runs away; :func:`separating_direction` decides.
    """
    reach = np.abs(slopes) * np.ptp(x, axis=0)
    variance = np.diagonal(inverse)
    # a matrix that is flat to rounding has an inverse of any sign
    error = np.where(variance > 0, np.sqrt(np.abs(variance)), np.inf)
    return bool(((reach > FAR) & ~(np.abs(slopes) > error)).any())
