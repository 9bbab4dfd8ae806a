"""Whether a driver counts the same at every step of an ordered scale: score tests."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.satisfaction.ordinal_kernel import Cells, Codes, Pieces, level_moments, scores
from brandkit.satisfaction.ordinal_solution import Solution

Flags = tuple[NDArray[np.bool_], NDArray[np.bool_]]

MOST_BANDS = 3
"""Bands of steps that may have slopes of their own: low, middle and high."""


@dataclass(frozen=True, eq=False)
class SlopeScores:
    """How far slopes that may differ between bands of steps pull away from the common one.

    Parameters
    ----------
    score : ndarray, shape (p, q)
        Sum of the efficient scores of each driver's q further slopes.
    influence : ndarray, shape (m, p q)
        What a row of unit weight in each cell adds to them.
    slopes : ndarray, shape (p, q + 1)
        Slopes in each band by one step of Newton's method from the common slope.
    """

    score: Floats
    influence: Floats
    slopes: Floats


def bands_of(cells: Cells, *, most: int = MOST_BANDS) -> Codes:
    """Part the steps between levels into bands that hold about as much information each.

    Parameters
    ----------
    cells : Cells
    most : int
        Bands at most.

    Returns
    -------
    ndarray of int, shape (levels - 1,)
        Band of each step, from 0.
    """
    weight = cells.by_level(cells.weight)
    below = np.cumsum(weight)[:-1] / weight.sum()
    known = below * (1 - below)
    middle = (np.cumsum(known) - known / 2) / known.sum()
    raw = np.minimum((middle * most).astype(np.intp), most - 1)
    return np.unique(raw, return_inverse=True)[1].astype(np.intp)


def slope_scores(solution: Solution) -> SlopeScores:
    """Give the efficient scores of slopes that differ between bands of steps.

    Parameters
    ----------
    solution : Solution

    Returns
    -------
    SlopeScores

    Notes
    -----
    A driver's slope beta_c in band c of the steps has the score -x s_c, where s_c sums the
    scores of the thresholds in the band. The common slope and the thresholds are estimated, so
    what they explain is taken away: U - I_gp I_pp^-1 U_p. The influence is that of rows the model
    did not see, without which the test rejects too often in small samples.

    References
    ----------
    Peterson, B. and Harrell, F. E. (1990). Partial proportional odds models for ordinal response
    variables. Applied Statistics 39, 205-217. doi:10.2307/2347760
    """
    cells, inverse = solution.cells, solution.inverse
    bands = bands_of(cells)
    x, w, q = cells.x[:, : solution.n_drivers], cells.weight, int(bands.max())
    above = np.append(bands, -1)[cells.level]
    below = np.concatenate([[-1], bands])[cells.level]
    flags = [(above == at, below == at) for at in range(1, q + 1)]
    cross = np.zeros((solution.n_drivers, q, len(inverse)))
    inside = np.zeros((solution.n_drivers, q, q))
    for at, inner in enumerate(flags):
        by_above, by_below = _band_derivatives(solution.got, inner)
        cross[:, at] = -_cross(cells, w * by_above, w * by_below, solution.n_drivers)
        for other, (up, down) in enumerate(flags):
            inside[:, at, other] = -(w * (up * by_above + down * by_below)) @ x**2
    pull = cross @ inverse  # (p, q, k)
    score = (w @ _row_scores(solution.got, x, flags)).reshape(len(pull), q)
    influence = _row_scores(solution.left_out, x, flags)
    influence -= scores(cells, solution.left_out) @ pull.reshape(-1, len(inverse)).T
    efficient = inside - pull @ cross.transpose(0, 2, 1)
    step = np.linalg.solve(efficient, score[:, :, None])[:, :, 0]
    at_slope = np.arange(len(pull))
    moved = (step[:, :, None] * pull).sum(axis=1)[at_slope, solution.n_cuts + at_slope]
    first = solution.maximum.place[solution.n_cuts + at_slope] - moved
    return SlopeScores(score, influence, np.column_stack([first, first[:, None] + step]))


def _band_derivatives(got: Pieces, flags: Flags) -> tuple[Floats, Floats]:
    """Differentiate a band's scores by the thresholds above and below each row."""
    up, down = flags
    return (
        up * got.above_above + down * got.above_below,
        up * got.above_below + down * got.below_below,
    )


def _row_scores(got: Pieces, x: Floats, flags: list[Flags]) -> Floats:
    """Give the scores of the further slopes, shape (m, p q)."""
    by_band = np.stack([up * got.above + down * got.below for up, down in flags], axis=1)
    return np.asarray(-(x[:, :, None] * by_band[:, None, :]).reshape(len(x), -1))


def _cross(cells: Cells, by_above: Floats, by_below: Floats, n_drivers: int) -> Floats:
    """Give second derivatives of a band's slopes by thresholds and coefficients, shape (p, k)."""
    x = cells.x[:, :n_drivers]
    by_cut = np.zeros((cells.n_levels + 1, n_drivers))
    by_cut[1:] += level_moments(cells, by_above)[:, :n_drivers]
    by_cut[:-1] += level_moments(cells, by_below)[:, :n_drivers]
    by_slope = (x * (by_above + by_below)[:, None]).T @ cells.x
    return np.hstack([-by_cut[1:-1].T, by_slope])
