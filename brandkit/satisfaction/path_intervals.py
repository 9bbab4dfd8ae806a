"""Intervals of a path model from its draws, by what each number needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from brandkit.core.intervals import Interval, percentile_interval, t_interval
from brandkit.core.linalg import Floats


def corrected_interval(estimate: Floats, *, draws: Floats, level: float = 0.95) -> Interval:
    """Give percentiles of the draws, moved by how far their middle lies from the estimate.

    Composites find paths and explained variance the larger the smaller the sample; draws are such
    samples of the sample, and plain percentiles carry the shift twice [.80 to .89 at 30 persons
    where these have .94].

    Parameters
    ----------
    estimate : ndarray, shape (m,)
    draws : ndarray, shape (draws, m)
        Without missing values.
    level : float

    Returns
    -------
    Interval
        Percentiles at Phi(2 z0 -/+ z), z0 the normal quantile of the share of draws below the
        estimate. Where all draws are alike, both ends are.

    References
    ----------
    Efron, B. (1981). Nonparametric standard errors and confidence intervals. Canadian Journal of
    Statistics 9(2). doi:10.2307/3314608

    Examples
    --------
    >>> even = np.arange(-100.0, 101)[:, None]
    >>> low, high = corrected_interval(np.zeros(1), draws=even, level=0.9)
    >>> low.round(1).tolist(), high.round(1).tolist()
    ([-90.9], [90.9])
    """
    n = len(draws)
    ranked = np.sort(draws, axis=0)
    below = (draws < estimate).mean(axis=0) + (draws == estimate).mean(axis=0) / 2
    shift = 2 * ndtri(np.clip(below, 1 / (n + 1), n / (n + 1)))
    reach = ndtri((1 + level) / 2)
    low, high = (_at(ranked, ndtr(shift + side * reach)) for side in (-1, 1))
    return Interval(low, high)


def _at(ranked: Floats, share: Floats) -> Floats:
    """Read percentiles at share (n + 1), another one in each column."""
    place = np.clip(share * (len(ranked) + 1) - 1, 0, len(ranked) - 1)
    under = np.floor(place).astype(np.intp)
    over = np.minimum(under + 1, len(ranked) - 1)
    first, second = (np.take_along_axis(ranked, at[None], axis=0)[0] for at in (under, over))
    return np.asarray(first + (place - under) * (second - first))


def ratio_interval(
    estimate: Floats, *, draws: Floats, df: ArrayLike, level: float = 0.95
) -> Interval:
    """Give the interval of heterotrait-monotrait ratios.

    Noise makes absolute correlations larger, and those of draws larger still: their lower
    percentile is too high where blocks have little in common, and moving both ends, as for paths,
    leaves too many truths above [percentiles cover .41 to .91 at 30 persons, moved ones .64 to
    .86]. So the lower end is that of Student's t, the upper one the
    percentile [.87 to .93 at 30 persons, .91 to .94 at 50, .93 to .95 at 100].

    Parameters
    ----------
    estimate : ndarray, shape (m,), > 0
    draws : ndarray, shape (draws, m), > 0
    df : array_like
        Degrees of freedom of the design.
    level : float

    Returns
    -------
    Interval

    Examples
    --------
    >>> ratios = np.arange(50.0, 150)[:, None] / 100
    >>> low, high = ratio_interval(np.array([0.9]), draws=ratios, df=np.inf, level=0.95)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.331], [1.475])
    """
    wide = mean_interval(estimate, draws=draws, df=df, level=level)
    return Interval(np.maximum(wide.low, 0.0), percentile_interval(draws, level=level).high)


def mean_interval(
    estimate: Floats, *, draws: Floats, df: ArrayLike, level: float = 0.95
) -> Interval:
    """Give the interval of means, Student's t with the spread of the draws as error.

    Examples
    --------
    >>> low, high = mean_interval(
    ...     np.array([70.0]), draws=np.array([[69.0], [71.0]]), df=np.inf, level=0.95)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([67.23], [72.77])
    """
    return t_interval(estimate, std_error=draws.std(axis=0, ddof=1), df=df, level=level)
