"""Series with known sampling variances: what moved, and the level behind the noise."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import chi2

from brandkit.core.linalg import Floats


class Moved(NamedTuple):
    """What one series of T estimates says: newest less the mean before, slope, level."""

    change: float
    change_error: float
    slope: float
    slope_error: float
    homogeneity: float
    homogeneity_p: float
    q: float
    level: Floats
    level_error: Floats
    cusum: Floats


def moved(values: Floats, *, covariance: Floats) -> Moved:
    """Tell what moved in a series, shape (T,), with the covariance of its errors, (T, T).

    Weights are those of independent periods; errors are of the weighted sums as they stand.
    """
    variance = np.diagonal(covariance)
    weight = 1.0 / variance
    periods = len(values)
    newest = np.zeros(periods)
    newest[-1], newest[:-1] = 1.0, -weight[:-1] / weight[:-1].sum()
    place = np.arange(1.0, periods + 1)
    design = np.column_stack([np.ones(periods), place])
    slope = (np.linalg.inv(design.T @ (weight[:, None] * design)) @ (design.T * weight))[1]
    mean = weight @ values / weight.sum()
    spread = float(weight @ (values - mean) ** 2)
    q, level, error = local_level(values, variance=variance)
    return Moved(
        float(newest @ values), float(np.sqrt(newest @ covariance @ newest)),
        float(slope @ values), float(np.sqrt(slope @ covariance @ slope)),
        spread, float(chi2.sf(spread, periods - 1)), q, level, error,
        cusum(values, variance=variance),
    )  # fmt: skip


def local_level(values: Floats, *, variance: Floats) -> tuple[float, Floats, Floats]:
    """Give q, the level and its errors, each (T,): a random walk seen with known errors.

    y ~ N(mu 1, V + q W), W = min(s, t) - 1, mu flat; q by restricted likelihood. Harvey (1989),
    Forecasting, Structural Time Series Models and the Kalman Filter, chapter 4.
    """
    place = np.arange(len(values), dtype=np.float64)
    walk = np.minimum.outer(place, place)

    def parts(q: float) -> tuple[Floats, float, Floats]:
        whole: Floats = np.diag(variance) + q * walk
        inverse: Floats = np.asarray(np.linalg.inv(whole), dtype=np.float64)
        centre = float((inverse @ values).sum() / inverse.sum())
        return inverse, centre, whole

    def loss(log_q: float) -> float:
        inverse, centre, whole = parts(float(np.exp(log_q)))
        rest = values - centre
        determinant = np.linalg.slogdet(whole)[1]
        return float(0.5 * (determinant + np.log(inverse.sum()) + rest @ inverse @ rest))

    bounds = (np.log(1e-10), 0.0)
    best = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-11})
    q = float(np.exp(best.x))
    inverse, centre, _ = parts(q)
    moving = q * walk
    level = centre + moving @ inverse @ (values - centre)
    known = moving - moving @ inverse @ moving
    gap = 1 - (moving @ inverse).sum(axis=1)
    error = np.sqrt(np.maximum(np.diagonal(known) + gap**2 / inverse.sum(), 0.0))
    return q, np.asarray(level, np.float64), np.asarray(error, np.float64)


def cusum(values: Floats, *, variance: Floats) -> Floats:
    """Give the path of recursive deviations from the mean before, over root(T - 1), (T - 1,).

    Brown, Durbin and Evans (1975), Techniques for testing the constancy of regression
    relationships over time, JRSS B 37, 149-192.
    """
    weight = 1.0 / variance
    before = np.cumsum(weight)[:-1]
    mean = np.cumsum(weight * values)[:-1] / before
    steps = (values[1:] - mean) / np.sqrt(variance[1:] + 1.0 / before)
    return np.asarray(np.cumsum(steps) / np.sqrt(len(values) - 1))
