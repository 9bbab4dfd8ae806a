"""What an ordinal model says of shares: predicted levels, and what one more point does."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brandkit.core.linalg import Floats
from brandkit.satisfaction.ordinal_kernel import CURVES, Cells, Link


@dataclass(frozen=True, eq=False)
class Changes:
    """Average changes of expected answers.

    Parameters
    ----------
    estimate : ndarray, shape (drivers, measures)
    each : ndarray, shape (drivers, measures, m)
        The change in each cell.
    gradient : ndarray, shape (drivers, measures, k)
        Of the averages by thresholds and coefficients.
    """

    estimate: Floats
    each: Floats
    gradient: Floats


def average_changes(
    cells: Cells, place: Floats, link: Link, *, gains: Floats, steps: Floats
) -> Changes:
    """Raise one driver after another by a step for everybody, and average what changes.

    Parameters
    ----------
    cells : Cells
    place : ndarray, shape (k,)
        Thresholds, then coefficients.
    link : "logit" or "probit"
    gains : ndarray, shape (measures, levels - 1)
        What a measure gains where an answer passes each threshold: level differences for a mean,
        a single 1 for a share at the top.
    steps : ndarray, shape (drivers,)
        By how much each driver is raised, in the unit of the cells.

    Returns
    -------
    Changes
    """
    curve, cuts = CURVES[link], cells.n_levels - 1
    thresholds, slopes = place[:cuts], place[cuts:]
    used = np.flatnonzero(gains.any(axis=0))
    gains, share = gains[:, used], cells.weight / cells.weight.sum()
    z = thresholds[used, None] - cells.x @ slopes
    now, now_density = curve.with_density(z)
    each = np.empty((len(steps), len(gains), len(share)))
    gradient = np.zeros((len(steps), len(gains), len(place)))
    for k, step in enumerate(steps.tolist()):
        then, density = curve.with_density(z - step * slopes[k])
        each[k] = gains @ (now - then)
        gradient[k][:, used] = gains * ((now_density - density) @ share)
        pull = (gains @ density) * share
        gradient[k][:, cuts:] = (pull - (gains @ now_density) * share) @ cells.x
        gradient[k][:, cuts + k] += step * pull.sum(axis=1)
    return Changes(each @ share, each, gradient)


def level_shares(eta: Floats, x: Floats, thresholds: Floats, link: Link) -> tuple[Floats, Floats]:
    """Predict the share of each level, with its derivatives.

    Parameters
    ----------
    eta : ndarray, shape (m,)
    x : ndarray, shape (m, p)
        Derivatives of `eta` by the coefficients.
    thresholds : ndarray, shape (levels - 1,)
    link : "logit" or "probit"

    Returns
    -------
    shares : ndarray, shape (m, levels)
    gradient : ndarray, shape (m, levels, levels - 1 + p)

    Examples
    --------
    >>> shares, _ = level_shares(np.zeros(1), np.ones((1, 1)), np.array([-1.0, 1.0]), "probit")
    >>> shares.round(4).tolist()
    [[0.1587, 0.6827, 0.1587]]
    """
    curve = CURVES[link]
    z = thresholds - eta[:, None]
    below, density = curve.with_density(z)
    m, cuts = z.shape
    # from above for the upper half, so that small shares at the top keep their digits
    above = curve.share(-z)
    shares = np.diff(np.pad(below, ((0, 0), (1, 1)), constant_values=((0, 0), (0, 1))), axis=1)
    mirrored = -np.diff(np.pad(above, ((0, 0), (1, 1)), constant_values=((0, 0), (1, 0))), axis=1)
    high = np.pad(below, ((0, 0), (1, 0)))[:, : cuts + 1] > 0.5
    by_cut = np.zeros((m, cuts + 1, cuts))
    at = np.arange(cuts)
    by_cut[:, at, at] = density
    by_cut[:, at + 1, at] = -density
    by_slope = -by_cut.sum(axis=2)[:, :, None] * x[:, None, :]
    return np.where(high, mirrored, shares), np.concatenate([by_cut, by_slope], axis=2)
