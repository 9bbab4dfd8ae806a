"""Intervals from arrays, tests of many, and changes of a market with each bank left out.

Arrays in, arrays out. Inputs broadcast against each other; a missing value gives missing ends, so
that cells without a base need no special care. Small bases are flagged by the caller, not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from brandkit.core.errors import InputError, ScaleError, check_level, shown
from brandkit.core.linalg import Floats


def effective_base(variance: ArrayLike, *, std_error: ArrayLike, n: ArrayLike) -> Floats:
    """Give the base of a simple random sample that would have the given standard error.

    Parameters
    ----------
    variance : array_like, >= 0
        Variance of one answer: p(1 - p) for a share, promoters + detractors - net^2 for a net
        promoter score (as shares).
    std_error : array_like, >= 0
        Standard error under the actual design, in the same unit as the answers.
    n : array_like, > 0
        Base to take where nothing varies (a share of 0 or 1) and the error says nothing:
        persons, or Kish's effective number of them.

    Returns
    -------
    ndarray
        variance / std_error^2.

    Examples
    --------
    >>> effective_base([0.25, 0.0], std_error=[0.05, 0.0], n=150).tolist()
    [100.0, 150.0]
    """
    spread = at_least("variance", variance, 0.0)
    error = at_least("std_error", std_error, 0.0)
    fallback = above("n", n, 0.0)
    spread, error, fallback = np.broadcast_arrays(spread, error, fallback)
    # a share of 1 reached by adding weights varies by rounding alone
    nothing = (spread <= 1e-12) | (error <= 1e-12)
    return np.where(nothing, fallback, spread / np.where(nothing, 1.0, error) ** 2)


def carried_df(contributions: ArrayLike, *, df: ArrayLike, axis: int = 0) -> Floats:
    """Give the degrees of freedom of a variance that few persons may carry.

    A rare answer given by three of a hundred persons has a variance made by three, and t with 99
    degrees of freedom covers too little (.90 for a share of .05 and 30 persons who are of one
    mind over five rows each; with this, .98).

    Parameters
    ----------
    contributions : array_like
        What each person adds to the linearised estimate: the sum over its rows of weight x
        (answer - estimate).
    df : array_like, > 0
        Degrees of freedom of the design, the most there can be: persons minus strata.
    axis : int, default 0
        The axis of the persons.

    Returns
    -------
    ndarray
        The smaller of `df` and 1 + (sum u^2)^2 / sum u^4.

    Notes
    -----
    The ratio is Satterthwaite's degrees of freedom of a sum of squares with the squares
    themselves for their expectations. It comes out low; the one added keeps intervals from
    doubling where a single person carries all, and coverage stays above .96.

    References
    ----------
    Satterthwaite (1946). An approximate distribution of estimates of variance components.
    Biometrics Bulletin 2, 110-114.

    Examples
    --------
    >>> carried_df([0.9, -0.1, -0.1, -0.1], df=3).round(2).tolist()
    2.07
    """
    limit = above("df", df, 0.0)
    squares = floats(contributions) ** 2
    largest = squares.max(axis=axis, keepdims=True, initial=0.0)
    # scaled, so that neither tiny nor huge contributions leave the range of numbers
    scaled = squares / np.where(largest > 0, largest, 1.0)
    total, fourth = scaled.sum(axis=axis), (scaled**2).sum(axis=axis)
    nothing = fourth == 0
    carried = 1.0 + total**2 / np.where(nothing, 1.0, fourth)
    return np.asarray(np.where(nothing, limit, np.minimum(limit, carried)))


def floats(values: ArrayLike) -> Floats:
    """Take numbers as an array of floats."""
    return np.asarray(values, dtype=np.float64)


def at_least(argument: str, values: ArrayLike, low: float) -> Floats:
    """Take numbers that must not be below a limit."""
    array = floats(values)
    if np.any(array < low):
        raise ScaleError(
            f"`{argument}` must be >= {low:g}; found {shown(float(np.nanmin(array)))}."
        )
    return array


def above(argument: str, values: ArrayLike, low: float) -> Floats:
    """Take numbers that must be above a limit."""
    array = floats(values)
    if np.any(array <= low):
        raise ScaleError(
            f"`{argument}` must be > {low:g}; found {shown(float(np.nanmin(array)))}. "
            "Leave cells without a base out, or mark them missing."
        )
    return array


def shares(argument: str, values: ArrayLike) -> Floats:
    """Take shares, 0 to 1."""
    array = floats(values)
    outside = (array < -1e-12) | (array > 1 + 1e-12)
    if np.any(outside):
        raise ScaleError(
            f"`{argument}` must lie between 0 and 1; found {shown(float(array[outside].flat[0]))}. "
            "Write shares, not percentages."
        )
    return np.clip(array, 0.0, 1.0)


class Interval(NamedTuple):
    """Both ends of an interval, of the same shape."""

    low: Floats
    high: Floats


def t_interval(
    estimate: ArrayLike, *, std_error: ArrayLike, df: ArrayLike = np.inf, level: float = 0.95
) -> Interval:
    """Put an interval of Student's t around an estimate.

    Parameters
    ----------
    estimate : array_like
        The values estimated.
    std_error : array_like, >= 0
        Their standard errors, in the same unit.
    df : array_like, > 0, default infinite
        Degrees of freedom: clusters minus strata for a survey, n - 1 for a plain mean.
        Infinite gives the normal interval.
    level : float, default 0.95
        Coverage aimed at.

    Returns
    -------
    Interval
        ``low`` and ``high``; an error of 0 gives the estimate itself.

    References
    ----------
    Student (1908). The probable error of a mean. Biometrika 6, 1-25.

    Examples
    --------
    >>> low, high = t_interval([7.9, 5.0], std_error=[0.1, 0.0], df=9)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([7.6738, 5.0], [8.1262, 5.0])
    """
    check_level(level)
    centre, error = floats(estimate), at_least("std_error", std_error, 0.0)
    half = _critical(df, level) * error
    return _interval(centre - half, centre + half)


def wilson_interval(
    share: ArrayLike, *, n: ArrayLike, df: ArrayLike = np.inf, level: float = 0.95
) -> Interval:
    """Give Wilson's score interval of a share.

    Parameters
    ----------
    share : array_like, 0-1
        Observed shares.
    n : array_like, > 0
        Their bases. For weighted or clustered answers the effective base of
        :func:`~brandkit.core.intervals.effective_base`, which need not be whole.
    df : array_like, > 0, default infinite
        Degrees of freedom of the variance behind an effective base, from
        :func:`~brandkit.core.intervals.carried_df`. The quantile of t stands in for the
        normal one, which is the same as shrinking the base by (z / t)^2.
    level : float, default 0.95
        Coverage aimed at.

    Returns
    -------
    Interval
        Ends within 0-1; 0 and 1 are themselves ends only where the share is 0 or 1.

    References
    ----------
    Wilson (1927). Probable inference. JASA 22, 209-212. Effective base and t adjustment after
    Korn and Graubard (1998). Confidence intervals for proportions with small expected number of
    positive counts estimated from survey data. Survey Methodology 24, 193-201.

    Examples
    --------
    >>> low, high = wilson_interval([0.1, 0.0], n=50)
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0435, 0.0], [0.2136, 0.0713])
    """
    check_level(level)
    p, base = shares("share", share), above("n", n, 0.0)
    ratio = _critical(df, level) ** 2 / base
    centre = (p + ratio / 2) / (1 + ratio)
    half = np.sqrt(ratio * p * (1 - p) + ratio**2 / 4) / (1 + ratio)
    # rounding may leave 1e-17 beyond the bounds, or next to them where they are attained
    low = np.where(p == 0, 0.0, np.clip(centre - half, 0.0, 1.0))
    high = np.where(p == 1, 1.0, np.clip(centre + half, 0.0, 1.0))
    missing = np.isnan(centre)
    return _interval(np.where(missing, np.nan, low), np.where(missing, np.nan, high))


def nps_interval(
    promoters: ArrayLike,
    *,
    detractors: ArrayLike,
    n: ArrayLike,
    df: ArrayLike = np.inf,
    level: float = 0.95,
) -> Interval:
    """Give the adjusted Wald interval of the net promoter score, in points.

    Three pseudo-answers are added: 3/4 a promoter, 1 1/2 passives, 3/4 a detractor. The plain
    Wald interval has no width where everybody promotes, and covers too little well before that.

    Parameters
    ----------
    promoters, detractors : array_like, 0-1
        Shares of all answers; together at most 1.
    n : array_like, > 0
        Their bases; for weighted or clustered answers the effective base of
        :func:`~brandkit.core.intervals.effective_base`.
    df : array_like, > 0, default infinite
        Degrees of freedom of the variance behind an effective base, from
        :func:`~brandkit.core.intervals.carried_df`.
    level : float, default 0.95
        Coverage aimed at.

    Returns
    -------
    Interval
        Ends within -100 and 100.

    References
    ----------
    Rocks (2016). Interval estimation for the "net promoter score". The American Statistician
    70, 365-372. doi:10.1080/00031305.2016.1198278

    Examples
    --------
    >>> low, high = nps_interval([0.5, 1.0], detractors=[0.2, 0.0], n=100)
    >>> low.round(1).tolist(), high.round(1).tolist()
    ([14.1, 93.1], [44.2, 100.0])
    """
    check_level(level)
    up, down = shares("promoters", promoters), shares("detractors", detractors)
    if np.any(up + down > 1 + 1e-9):
        raise ScaleError(
            "`promoters` and `detractors` are shares of one base and add up to at most 1; found "
            f"{float(np.nanmax(up + down)):.4g}. Divide both by the number of all answers."
        )
    base = above("n", n, 0.0)
    total = base + 3.0
    up, down = (base * up + 0.75) / total, (base * down + 0.75) / total
    net = up - down
    half = _critical(df, level) * np.sqrt((up + down - net**2) / total)
    low, high = 100 * (net - half), 100 * (net + half)
    return _interval(np.maximum(low, -100.0), np.minimum(high, 100.0))


def percentile_interval(draws: ArrayLike, *, level: float = 0.95, axis: int = 0) -> Interval:
    """Give the interval between two percentiles of resampled estimates.

    Parameters
    ----------
    draws : array_like
        Estimates, one a draw along `axis`. Draws that failed are missing and left out; a place
        where all failed gets missing ends.
    level : float, default 0.95
        Coverage aimed at.
    axis : int, default 0
        The axis of the draws.

    Returns
    -------
    Interval
        Ends of the shape of one draw. Percentiles are taken at p(B + 1), Hyndman and Fan's type
        6, which makes p the chance that a further draw falls below.

    References
    ----------
    Efron and Tibshirani (1993). An Introduction to the Bootstrap, chapter 13. Hyndman and Fan
    (1996). Sample quantiles in statistical packages. The American Statistician 50, 361-365.

    Examples
    --------
    >>> low, high = percentile_interval(np.arange(1, 100), level=0.90)
    >>> float(low), float(high)
    (5.0, 95.0)
    """
    check_level(level)
    values = _draws("draws", draws, axis)
    tail = (1 - level) / 2
    if not np.isnan(values).any():
        low, high = np.quantile(values, [tail, 1 - tail], axis=axis, method="weibull")
        return _interval(low, high)
    return _percentiles_of_the_present(np.moveaxis(values, axis, 0), tail)


def bootstrap_t_interval(
    estimate: ArrayLike,
    *,
    std_error: ArrayLike,
    draws: ArrayLike,
    draw_errors: ArrayLike,
    level: float = 0.95,
) -> Interval:
    """Give the interval from the resampled distribution of the studentised estimate.

    Where t takes its shape for granted, this lets the draws say it: skewed statistics of few
    values get ends that are not symmetric.

    Parameters
    ----------
    estimate : array_like
        Estimates, of shape s.
    std_error : array_like, >= 0
        Their standard errors.
    draws : array_like, one a draw first, then s
        Estimates in resamples.
    draw_errors : array_like, one a draw first, then s
        Standard errors computed *in* the resamples.
    level : float, default 0.95
        Coverage aimed at.

    Returns
    -------
    Interval
        estimate - q_high std_error, estimate - q_low std_error, where q are order statistics of
        (draw - estimate) / draw_error, the outer neighbour where p(B + 1) is not whole. A draw
        without spread away from the estimate counts as infinitely far: enough of them give an
        infinite end, which says that the sample is too small for this interval.

    References
    ----------
    Efron and Tibshirani (1993). An Introduction to the Bootstrap, section 12.5.

    Examples
    --------
    >>> t = np.arange(-9, 11) / 4  # skewed to the right
    >>> ones = np.ones(20)
    >>> low, high = bootstrap_t_interval(0.0, std_error=2.0, draws=t, draw_errors=ones, level=0.8)
    >>> float(low), float(high)
    (-4.5, 4.0)
    """
    check_level(level)
    centre, error = floats(estimate), at_least("std_error", std_error, 0.0)
    values = _draws("draws", draws, 0)
    errors = at_least("draw_errors", draw_errors, 0.0)
    if values.shape != errors.shape:
        raise InputError(
            "`draws` and `draw_errors` must have one shape, a draw a row; found "
            f"{values.shape} and {errors.shape}. Compute an error in every resample."
        )
    gap = values - centre
    # rounding, not spread: two equal answers must not look like one far away
    gap = np.where(np.abs(gap) <= 1e-12 * np.maximum(1.0, np.abs(centre)), 0.0, gap)
    with np.errstate(divide="ignore", invalid="ignore"):
        studentised = np.where((gap == 0) & ~np.isnan(errors), 0.0, gap / errors)
    ranked = np.sort(studentised, axis=0)
    b, tail = len(ranked), (1 - level) / 2
    first = max(int(np.floor(tail * (b + 1) + 1e-9)), 1)
    low_q, high_q = ranked[first - 1], ranked[b - first]
    with np.errstate(invalid="ignore"):
        return _interval(_scaled(centre, high_q, error), _scaled(centre, low_q, error))


def _interval(low: ArrayLike, high: ArrayLike) -> Interval:
    return Interval(floats(low), floats(high))


def _scaled(centre: Floats, quantile: Floats, error: Floats) -> Floats:
    return centre - np.where(error == 0, 0.0, quantile * error)


def _percentiles_of_the_present(values: Floats, tail: float) -> Interval:
    # numpy's nanquantile walks over cells in Python; sorting puts the missing ones last
    ranked = np.sort(values, axis=0)
    present = np.sum(~np.isnan(values), axis=0)
    ends = []
    for share in (tail, 1 - tail):
        place = np.clip(share * (present + 1), 1, np.maximum(present, 1)) - 1
        below = np.floor(place).astype(int)
        above = np.minimum(below + 1, np.maximum(present - 1, 0))
        first = np.take_along_axis(ranked, below[None], axis=0)[0]
        second = np.take_along_axis(ranked, above[None], axis=0)[0]
        ends.append(first + (place - below) * (second - first))
    return _interval(ends[0], ends[1])


def _critical(df: ArrayLike, level: float) -> Floats:
    freedom = above("df", df, 0.0)
    return np.asarray(stdtrit(freedom, (1 + level) / 2), dtype=np.float64)


def _draws(argument: str, values: ArrayLike, axis: int) -> Floats:
    array = floats(values)
    if array.ndim == 0 or array.shape[axis] < 2:
        raise InputError(
            f"`{argument}` must hold at least 2 draws; found an array of shape {array.shape}. "
            "Ask for more draws."
        )
    return array


def holm(p_values: Floats) -> Floats:
    """Adjust p-values so that the chance of any false one is kept.

    statsmodels' ``multipletests`` gives the same numbers, and collects garbage at every call,
    which takes a hundred times as long.

    Parameters
    ----------
    p_values : ndarray, shape (m,)

    Returns
    -------
    ndarray, shape (m,)
        The running maximum of (m - rank + 1) p, at most 1, in the order given.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
    Journal of Statistics 6(2).

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps * p_values[order]), 1.0)
    return adjusted


def holm_of_tested(p_values: Floats) -> Floats:
    """Adjust after :func:`holm` over the p-values that are not missing; the others stay missing.

    Examples
    --------
    >>> holm_of_tested(np.array([0.01, np.nan, 0.03])).round(2).tolist()
    [0.02, nan, 0.03]
    """
    tested, adjusted = ~np.isnan(p_values), np.full(len(p_values), np.nan)
    adjusted[tested] = holm(p_values[tested])
    return adjusted


def false_discovery(p_values: Floats) -> Floats:
    """Give the rate of false discoveries at which each p-value would be called.

    Parameters
    ----------
    p_values : ndarray, shape (m,)
        Missing ones are not tested, and stay missing.

    Returns
    -------
    ndarray, shape (m,)

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. JRSS B 57,
    289-300.

    Examples
    --------
    >>> false_discovery(np.array([0.01, 0.04, 0.03, np.nan])).round(3).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    from scipy.stats import false_discovery_control  # heavy, and asked for by few

    rate, tested = np.full(len(p_values), np.nan), ~np.isnan(p_values)
    rate[tested] = false_discovery_control(p_values[tested])
    return rate


#: Banks from which a change can be clear.
FEWEST: Final = 5

#: Banks under which nothing can be said of a market.
FEWEST_COMMON: Final = 3

Holds = Literal["clear", "likely", "carried", "open"]


@dataclass(frozen=True, eq=False)
class MarketChange:
    """A change of a market figure among the same banks, and who carries it.

    ``without`` (banks,) are the changes with each bank left out; ``holds`` is "clear", "likely",
    "carried" by ``carrier`` (its place), or "open".
    """

    estimate: float
    std_error: float
    without: Floats
    carrier: int
    holds: Holds


def market_change(change: Floats, errors: Floats | None = None, *, smallest: float) -> MarketChange:
    """Judge a change of all banks, and without each.

    Open: within 1.96 errors, under the smallest that matters, or of under three banks. Carried:
    without some bank less than half is left, or what is left is not shown (one-sided 5 %). Clear,
    else likely: beyond the jackknife over banks as well, with five banks at least.

    Parameters
    ----------
    change : ndarray, shape (1 + banks,)
        Of all banks, then with each left out.
    errors : ndarray, shape (1 + banks,), optional
        Standard errors of these; none where all there is was counted.
    smallest : float
        The smallest change that matters.

    Returns
    -------
    MarketChange

    Examples
    --------
    >>> alone = market_change(np.array([1.0, 1.2, 1.2, 0.1, 1.2, 1.2]), smallest=0.5)
    >>> alone.holds, alone.carrier
    ('carried', 2)
    """
    errors = np.zeros(len(change)) if errors is None else errors
    whole, without, sign = float(change[0]), change[1:], float(np.sign(change[0]))
    k, carrier = len(without), int(np.argmin(without * sign))
    jackknife = np.sqrt((k - 1) / k * ((without - without.mean()) ** 2).sum())
    rest, doubt = float(without[carrier]) * sign, 1.645 * float(errors[1 + carrier])
    holds: Holds = "open"
    if k >= FEWEST_COMMON and abs(whole) > 1.96 * errors[0] and abs(whole) >= smallest:
        holds = "carried"
        if rest >= 0.5 * abs(whole) and rest > doubt:
            beyond = k >= FEWEST and abs(whole) > stdtrit(k - 1, 0.95) * jackknife
            holds = "clear" if beyond else "likely"
    return MarketChange(whole, float(errors[0]), without, carrier, holds)
