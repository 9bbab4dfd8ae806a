"""The variance between estimates, and estimates drawn toward their mean as far as noise goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from brandkit.core.linalg import Floats

BetweenMethod = Literal["reml", "paule_mandel"]

#: Steps of halving after which an interval is down to rounding.
_HALVINGS = 100
#: Standard deviations at which the restricted likelihood is looked at first, over the mean error.
_GRID = np.concatenate([[0.0], np.geomspace(0.01, 1000.0, 120)])


def common_mean(values: Floats, *, variance: Floats, between: Floats | float) -> Floats:
    """Give the mean weighted with 1/(variance + between), of each group."""
    weight = 1.0 / (variance + np.asarray(between)[..., None])
    return np.asarray((weight * values).sum(axis=-1) / weight.sum(axis=-1))


def weighted_squares(values: Floats, *, variance: Floats, between: Floats | float) -> Floats:
    """Give the sum of weighted squares about the common mean: falls as the variance grows."""
    weight = 1.0 / (variance + np.asarray(between)[..., None])
    mean = common_mean(values, variance=variance, between=between)
    return np.asarray((weight * (values - mean[..., None]) ** 2).sum(axis=-1))


def paule_mandel(values: Floats, *, variance: Floats, target: float | None = None) -> Floats:
    """Give the variance between at which the weighted squares are as large as expected.

    Parameters
    ----------
    values, variance : ndarray, shape (..., k)
        Estimates and their squared errors, > 0.
    target : float, optional
        Weighted squares aimed at; k - 1 where not given. Percentiles of chi-square give the ends
        of an interval (Viechtbauer's Q profile).

    Returns
    -------
    ndarray, shape (...)
        0 where the squares are smaller even without any variance between.

    Examples
    --------
    With equal errors it is the variance of the values less the squared error:

    >>> float(paule_mandel(np.array([1.0, 2.0, 6.0]), variance=np.ones(3)))
    6.0
    """
    wanted = values.shape[-1] - 1.0 if target is None else target
    low = np.zeros(np.broadcast_shapes(values.shape, variance.shape)[:-1])
    # the squares cannot be above the target once each of them has its share of the variance
    spread = ((values - values.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)
    high = low + spread / wanted + 1e-300
    is_none = weighted_squares(values, variance=variance, between=low) <= wanted
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = weighted_squares(values, variance=variance, between=middle) > wanted
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.asarray(np.where(is_none, 0.0, (low + high) / 2))


def reml(values: Floats, *, variance: Floats) -> Floats:
    """Give the variance between by restricted maximum likelihood.

    Parameters
    ----------
    values, variance : ndarray, shape (..., k)
        Estimates and their squared errors, > 0.

    Returns
    -------
    ndarray, shape (...)
        Where the likelihood has several peaks, the highest.

    Examples
    --------
    >>> float(reml(np.array([1.0, 2.0, 6.0]), variance=np.ones(3)))
    6.0
    """
    scale = np.sqrt(variance.mean(axis=-1)) + 0.0
    span = np.sqrt(values.var(axis=-1))
    reach = np.maximum(scale, span)
    grid = (_GRID.reshape(-1, *[1] * np.ndim(reach)) * reach / 10.0) ** 2
    best = _likelihood(values, variance, grid).argmax(axis=0)
    low = np.take_along_axis(grid, np.maximum(best - 1, 0)[None], axis=0)[0]
    high = np.take_along_axis(grid, np.minimum(best + 1, len(grid) - 1)[None], axis=0)[0]
    is_none = (best == 0) & (_score(values, variance, np.zeros_like(low)) <= 0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        rising = _score(values, variance, middle) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    return np.asarray(np.where(is_none, 0.0, (low + high) / 2))


def _likelihood(values: Floats, variance: Floats, between: Floats) -> Floats:
    weight = 1.0 / (variance + between[..., None])
    total = weight.sum(axis=-1)
    squares = weighted_squares(values, variance=variance, between=between)
    return np.asarray((np.log(weight).sum(axis=-1) - np.log(total) - squares) / 2)


def _score(values: Floats, variance: Floats, between: Floats) -> Floats:
    """Give the slope of the restricted log likelihood in the variance."""
    weight = 1.0 / (variance + between[..., None])
    total, squared = weight.sum(axis=-1), (weight**2).sum(axis=-1)
    mean = common_mean(values, variance=variance, between=between)
    squares = (weight**2 * (values - mean[..., None]) ** 2).sum(axis=-1)
    return np.asarray((squares - total + squared / total) / 2)


@dataclass(frozen=True)
class Pooled:
    """Pooled values, their standard errors, and the part of each distance that went."""

    value: Floats
    error: Floats
    shrinkage: Floats


def morris_pooled(values: Floats, *, variance: Floats, between: Floats | float) -> Pooled:
    """Pool estimates with errors that count the estimation of the variance between.

    Parameters
    ----------
    values, variance : ndarray, shape (..., k)
        At least four estimates a group, and their squared errors.
    between : ndarray, shape (...)
        The variance between.

    Returns
    -------
    Pooled

    References
    ----------
    Morris, C. N. (1983). Parametric empirical Bayes inference: theory and applications. JASA 78,
    47-55. doi:10.1080/01621459.1983.10477920

    Examples
    --------
    With equal errors this is the estimator of James and Stein: B = (k - 3) s^2 / sum of squares.

    >>> y = np.array([1.0, 2.0, 3.0, 8.0])
    >>> float(morris_pooled(y, variance=np.ones(4), between=paule_mandel(y, variance=np.ones(4)))
    ...       .shrinkage[0]) - 1 / 29
    0.0
    """
    k = values.shape[-1]
    spread = np.asarray(between)[..., None]
    weight = 1.0 / (variance + spread)
    total = weight.sum(axis=-1, keepdims=True)
    mean = common_mean(values, variance=variance, between=between)[..., None]
    shrinkage = (k - 3) / (k - 1) * variance * weight
    mean_variance = (weight * variance).sum(axis=-1, keepdims=True) / total
    price = 2.0 / (k - 3) * shrinkage**2 * (mean_variance + spread) * weight
    error = np.sqrt(
        variance * (1.0 - (1.0 - weight / total) * shrinkage) + price * (values - mean) ** 2
    )
    return Pooled(mean + (1.0 - shrinkage) * (values - mean), error, shrinkage)
