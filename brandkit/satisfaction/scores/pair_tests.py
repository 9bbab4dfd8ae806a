"""Tests of all pairs of groups in one row of a table, their letters and the ranks they leave open.

Arrays in, arrays out; groups that are not compared are missing throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit
from scipy.stats import rankdata

from brandkit.core.intervals import holm
from brandkit.core.linalg import Codes, Floats

#: Weight beneath which SPSS does not compare a column.
LEAST_WEIGHT = 2.0


@dataclass(frozen=True, eq=False)
class PairTests:
    """Tests of pairs of groups; every array has one entry a pair.

    Parameters
    ----------
    first, second : ndarray of int
        The groups, first before second.
    difference, std_error, statistic, df, p_value, p_adjusted : ndarray
        First minus second; missing where the pair is not compared.
    """

    first: Codes
    second: Codes
    difference: Floats
    std_error: Floats
    statistic: Floats
    df: Floats
    p_value: Floats
    p_adjusted: Floats

    def ends(self, level: float) -> tuple[Floats, Floats]:
        """Give the interval of each difference by itself, not adjusted for the others."""
        half = stdtrit(self.df, (1 + level) / 2) * self.std_error
        return self.difference - half, self.difference + half

    def above(self, level: float, n_groups: int) -> NDArray[np.bool_]:
        """Say which group lies significantly above which, shape (groups, groups)."""
        found = np.zeros((n_groups, n_groups), dtype=bool)
        told = self.p_adjusted < 1 - level
        up, down = told & (self.difference > 0), told & (self.difference < 0)
        found[self.first[up], self.second[up]] = True
        found[self.second[down], self.first[down]] = True
        return found


def design_tests(mean: Floats, covariance: Floats, *, df: Floats) -> PairTests:
    """Test all pairs by Wald's test on the design's covariance, adjusted after Holm.

    Parameters
    ----------
    mean : ndarray, shape (g,)
        Missing for groups that are not compared.
    covariance : ndarray, shape (g, g)
    df : ndarray, shape (g,)
        Degrees of freedom of each variance; those of a difference after Welch and Satterthwaite.

    Returns
    -------
    PairTests

    Examples
    --------
    >>> tests = design_tests(np.array([8.0, 7.0]), np.diag([0.04, 0.05]), df=np.array([99.0, 99]))
    >>> f"{tests.statistic[0]:.3f} {tests.p_value[0]:.5f}"
    '3.333 0.00103'
    """
    first, second = np.triu_indices(len(mean), 1)
    own = np.diagonal(covariance)
    variance = own[first] + own[second] - 2 * covariance[first, second]
    apart = np.where(np.isnan(mean[first] + mean[second]), 0.0, own[first] ** 2 / df[first]
                     + own[second] ** 2 / df[second])  # fmt: skip
    freedom = np.divide((own[first] + own[second]) ** 2, apart,
                        out=np.full(len(first), np.inf), where=apart > 0)  # fmt: skip
    return against_zero(mean[first] - mean[second], np.sqrt(np.maximum(variance, 0.0)),
                  df=freedom, pairs=(first, second))  # fmt: skip


def against_zero(
    difference: Floats, std_error: Floats, *, df: Floats, pairs: tuple[Codes, Codes]
) -> PairTests:
    """Test differences against 0, and adjust after Holm over those that can be tested."""
    usable = ~np.isnan(difference) & (std_error > 1e-12)
    statistic = np.divide(difference, std_error, out=np.full(len(difference), np.nan), where=usable)
    p_value = np.where(usable, 2 * stdtr(df, -np.abs(statistic)), np.nan)
    adjusted = np.full(len(p_value), np.nan)
    adjusted[usable] = holm(p_value[usable])
    error = np.where(np.isnan(difference), np.nan, std_error)
    return PairTests(*pairs, difference, error, statistic, df, p_value, adjusted)


def pooled_share_tests(share: Floats, *, weight: Floats) -> PairTests:
    """Test all pairs of shares as SPSS CTABLES does: pooled z, adjusted after Bonferroni.

    Parameters
    ----------
    share : ndarray, shape (g,)
    weight : ndarray, shape (g,)
        Sum of the weights in each column.

    Returns
    -------
    PairTests
        Columns with a share of 0 or 1, or a weight below 2, are not compared, nor counted.

    References
    ----------
    IBM SPSS Statistics Algorithms, CTABLES: Comparisons of column proportions.

    Examples
    --------
    >>> tests = pooled_share_tests(np.array([0.5, 0.3]), weight=np.array([100.0, 100.0]))
    >>> f"{tests.statistic[0]:.4f} {tests.p_value[0]:.5f}"
    '2.8868 0.00389'
    """
    left_out = (share <= 0) | (share >= 1) | (weight < LEAST_WEIGHT)
    compared = np.where(left_out, np.nan, share)
    first, second = np.triu_indices(len(share), 1)
    together = weight[first] + weight[second]
    pooled = (weight * np.nan_to_num(compared))[first] + (weight * np.nan_to_num(compared))[second]
    pooled = np.divide(pooled, together, out=np.zeros(len(first)), where=together > 0)
    return _bonferroni(compared, pooled * (1 - pooled), weight=weight, df=np.inf)


def pooled_mean_tests(mean: Floats, *, spread: Floats, weight: Floats) -> PairTests:
    """Test all pairs of means as SPSS CTABLES does: variance pooled over all columns, Bonferroni.

    Parameters
    ----------
    mean, spread, weight : ndarray, shape (g,)
        Weighted means, variances (divided by the weight) and sums of weights.

    Returns
    -------
    PairTests

    References
    ----------
    IBM SPSS Statistics Algorithms, CTABLES: Comparisons of column means.

    Examples
    --------
    >>> tests = pooled_mean_tests(np.array([2.0, 5.0]), spread=np.array([2 / 3, 2 / 3]),
    ...                           weight=np.array([3.0, 3.0]))
    >>> f"{tests.statistic[0]:.4f} {tests.df[0]:.0f}"
    '-3.6742 4'
    """
    compared = np.where(weight < LEAST_WEIGHT, np.nan, mean)
    there = ~np.isnan(compared)
    df = float(weight[there].sum() - there.sum())
    variance = (weight * spread)[there].sum() / df if df > 0 else np.nan
    n_pairs = len(mean) * (len(mean) - 1) // 2
    return _bonferroni(compared, np.full(n_pairs, variance), weight=weight, df=df)


def _bonferroni(compared: Floats, variance: Floats, *, weight: Floats, df: float) -> PairTests:
    first, second = np.triu_indices(len(compared), 1)
    held = np.where(weight > 0, weight, 1.0)
    error = np.sqrt(variance * (1 / held[first] + 1 / held[second]))
    found = against_zero(compared[first] - compared[second], error, df=np.full(len(first), df),
                   pairs=(first, second))  # fmt: skip
    times = int((~np.isnan(found.p_value)).sum())
    adjusted = np.minimum(found.p_value * times, 1.0)
    return PairTests(first, second, found.difference, found.std_error, found.statistic,
                     found.df, found.p_value, adjusted)  # fmt: skip


def column_letters(n: int) -> list[str]:
    """Name columns A to Z, then AA, AB and so on.

    Examples
    --------
    >>> column_letters(28)[-3:]
    ['Z', 'AA', 'AB']
    """
    names = list(ascii_uppercase)
    while len(names) < n:
        names += [start + end for start in names[-26:] for end in ascii_uppercase]
    return names[:n]


def letters_below(tests: PairTests, *, levels: Sequence[float], n_groups: int) -> list[str]:
    """Write for each group the letters of those it lies significantly above.

    Parameters
    ----------
    tests : PairTests
    levels : sequence of float
        Strictest first: capitals at the first, small letters at the second only.
    n_groups : int

    Returns
    -------
    list of str

    Examples
    --------
    >>> tests = design_tests(np.array([8.0, 7.0, 7.6]), 0.03 * np.eye(3), df=np.full(3, 99.0))
    >>> letters_below(tests, levels=(0.999, 0.95), n_groups=3)
    ['B', '', 'b']
    """
    names = column_letters(n_groups)
    found = [tests.above(level, n_groups) for level in levels]
    told = []
    for one in range(n_groups):
        capitals = [names[other] for other in np.flatnonzero(found[0][one])]
        small = found[1][one] & ~found[0][one] if len(found) > 1 else np.zeros(n_groups, bool)
        marks = {name: name for name in capitals}
        marks |= {names[other]: names[other].lower() for other in np.flatnonzero(small)}
        told.append(" ".join(marks[name] for name in names if name in marks))
    return told


def open_ranks(mean: Floats, tests: PairTests, *, level: float) -> tuple[Floats, Floats, Floats]:
    """Give ranks, and the best and worst rank that the tests leave open, for all at once.

    Parameters
    ----------
    mean : ndarray, shape (g,)
    tests : PairTests
        Of all pairs, adjusted: the chance that any set misses its group's true rank is at most
        1 - level.
    level : float

    Returns
    -------
    rank, low, high : ndarray, shape (g,)
        1 is the highest; equal means share their mean rank; missing where not compared.

    References
    ----------
    Al Mohamad, D., Goeman, J. J. and van Zwet, E. W. (2022). Simultaneous confidence intervals
    for ranks with application to ranking institutions. Biometrics 78, 238-247.

    Examples
    --------
    >>> mean = np.array([8.0, 7.0, 7.9])
    >>> tests = design_tests(mean, 0.01 * np.eye(3), df=np.full(3, 99.0))
    >>> [one.tolist() for one in open_ranks(mean, tests, level=0.95)]
    [[1.0, 3.0, 2.0], [1.0, 3.0, 1.0], [2.0, 3.0, 2.0]]
    """
    there = ~np.isnan(mean)
    above = tests.above(level, len(mean))
    rank = np.full(len(mean), np.nan)
    rank[there] = rankdata(-mean[there], method="average")
    low = np.where(there, 1.0 + above[there].sum(axis=0), np.nan)
    high = np.where(there, there.sum() - above[:, there].sum(axis=1), np.nan)
    return rank, low, high
