"""Newton's method for concave log-likelihoods, with steps that never go down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from brandkit.core.linalg import Floats

#: Gives value, gradient and information (minus the matrix of second derivatives) at a place.
Objective = Callable[[Floats], tuple[float, Floats, Floats]]

MOST_STEPS = 100
SETTLED = 1e-12
"""Squared length of the last step in standard errors; the step after it is rounding."""
MOST_HALVINGS = 40


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where a log-likelihood is largest.

    Parameters
    ----------
    place : ndarray, shape (k,)
    value : float
    information : ndarray, shape (k, k)
        Minus the second derivatives there.
    iterations : int
        Steps taken.
    is_settled : bool
        Whether the last step was rounding.
    """

    place: Floats
    value: float
    information: Floats
    iterations: int
    is_settled: bool


def maximise(objective: Objective, *, start: Floats, most: int = MOST_STEPS) -> Maximum:
    """Climb a concave log-likelihood by Newton's steps, halved where they would go down.

    Parameters
    ----------
    objective : callable
        Gives value, gradient and information at a place; a value that is no number marks a place
        outside the parameters' range.
    start : ndarray, shape (k,)
        A place with a finite value.
    most : int
        Steps at most.

    Returns
    -------
    Maximum

    Examples
    --------
    >>> top = maximise(lambda x: (-float(x @ x) / 2, -x, np.eye(1)), start=np.array([3.0]))
    >>> top.place.tolist(), top.iterations, top.is_settled
    ([0.0], 2, True)
    """
    place = np.asarray(start, dtype=np.float64)
    value, gradient, information = objective(place)
    for iteration in range(1, most + 1):
        step = _step(information, gradient)
        gain = float(step @ gradient)
        length = 1.0
        for _ in range(MOST_HALVINGS):
            new = objective(place + length * step)
            if np.isfinite(new[0]) and new[0] >= value - 1e-9 * (1.0 + abs(value)):
                break
            length /= 2
        else:
            return Maximum(place, value, information, iteration, False)
        place = place + length * step
        value, gradient, information = new
        if gain < SETTLED and length == 1.0:
            return Maximum(place, value, information, iteration, True)
    return Maximum(place, value, information, most, False)


def _step(information: Floats, gradient: Floats) -> Floats:
    """Solve for the step; where the surface is flat, the shortest one."""
    try:
        step = np.linalg.solve(information, gradient)
    except np.linalg.LinAlgError:
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
    if not np.isfinite(step).all() or float(step @ gradient) < 0:
        step = np.linalg.lstsq(information, gradient, rcond=1e-10)[0]
    return np.asarray(step)


def inverted(information: Floats) -> Floats:
    """Invert an information matrix, symmetric to the last digit; a flat one gets large entries.

    Examples
    --------
    >>> inverted(np.array([[2.0, 0.0], [0.0, 4.0]])).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    try:
        inverse = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        slack = 1e-14 * np.trace(information) * np.eye(len(information))
        inverse = np.linalg.inv(information + slack)
    return np.asarray((inverse + inverse.T) / 2)
