"""Tests of pairs of estimates: adjusted for their number, told by letters and by ranks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from brandkit.core.intervals import holm
from brandkit.core.linalg import Codes, Flags, Floats, ratio

#: Weight beneath which SPSS does not compare a column.
LEAST_WEIGHT = 2.0


@dataclass(frozen=True, eq=False)
class PairTests:
    """Tests of pairs of groups; every array has one entry a pair.

    Parameters
    ----------
    first, second : ndarray of int
        The groups; the difference is first minus second.
    difference, std_error, statistic, df, p_value, p_adjusted : ndarray
        Missing where the pair is not compared.
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

    def above(self, level: float, n_groups: int) -> Flags:
        """Say which group lies significantly above which, shape (groups, groups)."""
        above = np.zeros((n_groups, n_groups), dtype=bool)
        distinct = self.p_adjusted < 1 - level
        up, down = distinct & (self.difference > 0), distinct & (self.difference < 0)
        above[self.first[up], self.second[up]] = True
        above[self.second[down], self.first[down]] = True
        return above


def design_tests(
    mean: Floats, covariance: Floats, *, df: Floats, pairs: tuple[Codes, Codes] | None = None
) -> PairTests:
    """Test pairs (all where none are given) by Wald's test, adjusted after Holm.

    ``mean`` and ``df`` have shape (g,), ``covariance`` (g, g); degrees of freedom of a difference
    after Welch and Satterthwaite.

    Examples
    --------
    >>> tests = design_tests(np.array([8.0, 7.0]), np.diag([0.04, 0.05]), df=np.array([99.0, 99]))
    >>> f"{tests.statistic[0]:.3f} {tests.p_value[0]:.5f}"
    '3.333 0.00103'
    """
    first, second = np.triu_indices(len(mean), 1) if pairs is None else pairs
    own = np.diagonal(covariance)
    variance = own[first] + own[second] - 2 * covariance[first, second]
    apart = own[first] ** 2 / df[first] + own[second] ** 2 / df[second]
    freedom = ratio((own[first] + own[second]) ** 2, apart, empty=np.inf)
    error = np.sqrt(np.maximum(variance, 0.0))
    return _against_zero(mean[first] - mean[second], error, df=freedom, pairs=(first, second))


def _against_zero(
    difference: Floats, std_error: Floats, *, df: Floats, pairs: tuple[Codes, Codes],
    bonferroni: bool = False,
) -> PairTests:  # fmt: skip
    """Test differences against 0, and adjust over those that can be tested: Holm, or Bonferroni."""
    usable = ~np.isnan(difference) & (std_error > 1e-12)
    statistic = ratio(difference, np.where(usable, std_error, 0.0))
    p_value = np.where(usable, 2 * stdtr(df, -np.abs(statistic)), np.nan)
    adjusted = np.full(len(p_value), np.nan)
    adjusted[usable] = holm(p_value[usable])
    if bonferroni:
        adjusted = np.minimum(p_value * int((~np.isnan(p_value)).sum()), 1.0)
    error = np.where(np.isnan(difference), np.nan, std_error)
    return PairTests(*pairs, difference, error, statistic, df, p_value, adjusted)


def pooled_share_tests(share: Floats, *, weight: Floats) -> PairTests:
    """Test all pairs of shares as SPSS CTABLES does: pooled z, adjusted after Bonferroni.

    Columns with a share of 0 or 1, or a weight below 2, are not compared, nor counted (IBM SPSS
    Statistics Algorithms, CTABLES: Comparisons of column proportions).

    Examples
    --------
    >>> tests = pooled_share_tests(np.array([0.5, 0.3]), weight=np.array([100.0, 100.0]))
    >>> f"{tests.statistic[0]:.4f} {tests.p_value[0]:.5f}"
    '2.8868 0.00389'
    """
    left_out = (share <= 0) | (share >= 1) | (weight < LEAST_WEIGHT)
    compared = np.where(left_out, np.nan, share)
    first, second = np.triu_indices(len(share), 1)
    held = weight * np.nan_to_num(compared)
    pooled = ratio(held[first] + held[second], weight[first] + weight[second], empty=0.0)
    return _bonferroni(compared, pooled * (1 - pooled), weight=weight, df=np.inf)


def pooled_mean_tests(mean: Floats, *, spread: Floats, weight: Floats) -> PairTests:
    """Test all pairs of means as SPSS CTABLES does: variance pooled over all columns, Bonferroni.

    ``spread`` holds weighted variances (divided by the weight), ``weight`` sums of weights (IBM
    SPSS Statistics Algorithms, CTABLES: Comparisons of column means).

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
    return _against_zero(compared[first] - compared[second], error, df=np.full(len(first), df),
                         pairs=(first, second), bonferroni=True)  # fmt: skip


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

    Capitals at the first, strictest level, small letters at the second only.

    Examples
    --------
    >>> tests = design_tests(np.array([8.0, 7.0, 7.6]), 0.03 * np.eye(3), df=np.full(3, 99.0))
    >>> letters_below(tests, levels=(0.999, 0.95), n_groups=3)
    ['B', '', 'b']
    """
    names = column_letters(n_groups)
    strict, loose = (tests.above(level, n_groups) for level in (levels[0], levels[-1]))
    return [
        " ".join(
            name if strict[row, at] else name.lower()
            for at, name in enumerate(names)
            if strict[row, at] or loose[row, at]
        )
        for row in range(n_groups)
    ]


def open_ranks(mean: Floats, tests: PairTests, *, level: float) -> tuple[Floats, Floats, Floats]:
    """Give ranks, and the best and worst rank that the tests leave open, for all at once, (g,).

    1 is the highest; equal means share their mean rank. As p-values are adjusted over all pairs,
    the chance that any set misses its group's true rank is at most 1 - level: Al Mohamad, Goeman
    and van Zwet (2022), Simultaneous confidence intervals for ranks, Biometrics 78, 238-247.

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
    rank[there] = pd.Series(-mean[there]).rank()
    low = np.where(there, 1.0 + above[there].sum(axis=0), np.nan)
    high = np.where(there, there.sum() - above[:, there].sum(axis=1), np.nan)
    return rank, low, high


def quantum_tests(
    share: Floats, *, weight: Floats, effective: Floats, overlap: Floats
) -> PairTests:
    """Test all pairs of shares as Quantum does: pooled t on effective bases, after Bonferroni.

    ``weight`` holds weighted bases, ``effective`` Kish's bases, ``overlap`` of shape (g, g) those
    of persons in both columns, who give the same answer (IBM SPSS Data Collection / UNICOM
    Intelligence, Quantum: column proportions test with overlap).

    Examples
    --------
    >>> tests = quantum_tests(np.array([0.5, 0.3]), weight=np.array([100.0, 100.0]),
    ...                       effective=np.array([100.0, 100.0]), overlap=np.zeros((2, 2)))
    >>> f"{tests.statistic[0]:.4f} {tests.df[0]:.0f}"
    '2.8868 198'
    """
    first, second = np.triu_indices(len(share), 1)
    a, b, both = effective[first], effective[second], overlap[first, second]
    held = weight * np.nan_to_num(share)
    pooled = ratio(held[first] + held[second], weight[first] + weight[second], empty=0.0)
    over = ratio(1.0, a, empty=0.0) + ratio(1.0, b, empty=0.0) - 2 * ratio(both, a * b, empty=0.0)
    over = np.where(over > 1e-9 * ratio(1.0, a, empty=0.0), over, 0.0)  # one column twice
    error = np.sqrt(pooled * (1 - pooled) * over)
    freedom = np.maximum(a + b - both - 2, 1.0)
    return _against_zero(share[first] - share[second], error, df=freedom, pairs=(first, second),
                         bonferroni=True)  # fmt: skip
