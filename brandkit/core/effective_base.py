"""What a weighted or clustered sample is worth: its effective base and degrees of freedom."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brandkit.core.errors import ScaleError, shown

Floats = NDArray[np.float64]


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
