"""Ratios of weighted totals over persons, and tests of pairs of them, told by letters and ranks.

One estimator under crosstabs, funnels, reach, mental availability and what customers share: each
estimate (a share, a mean, a smooth function of totals) brings its residuals by sampling unit, from
which errors, covariances of any two (columns that persons share too) and tests of pairs follow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_uppercase
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from brandkit.core import intervals
from brandkit.core.intervals import Interval, holm
from brandkit.core.linalg import Codes, Flags, Floats, ratio
from brandkit.sampling.design import SurveyRows
from brandkit.sampling.variance import added_up, domain_residuals, stratum_residuals, unit_totals

#: Persons beneath which a base is flagged, and beneath which nothing is shown.
SMALL_BASE, SUPPRESSED_BASE = 30, 10


@dataclass(frozen=True, eq=False)
class Ratios:
    """Estimates with what each sampling unit adds to them; arrays of shape (k,).

    Parameters
    ----------
    estimate : ndarray
        Missing where the base is empty.
    residuals : ndarray, shape (units, k)
        Centred by stratum, such that their products add up to covariances.
    base : ndarray
        Weighted bases.
    n : ndarray
        Persons in the base.
    n_kish : ndarray
        Kish's effective number of rows in it.
    df : ndarray
        Degrees of freedom: infinite where persons are drawn, clusters met less one else.
    """

    estimate: Floats
    residuals: Floats
    base: Floats
    n: Floats
    n_kish: Floats
    df: Floats

    @cached_property
    def std_error(self) -> Floats:
        """Standard errors under the design."""
        return np.where(np.isnan(self.estimate), np.nan, np.linalg.norm(self.residuals, axis=0))

    def of(self, at: Sequence[int] | Codes) -> Ratios:
        """Give some of the estimates."""
        parts = (self.base, self.n, self.n_kish, self.df)
        return Ratios(self.estimate[at], self.residuals[:, at], *(one[at] for one in parts))

    def covariance(self) -> Floats:
        """Give the covariance of the estimates, whether or not persons are in several."""
        return np.asarray(self.residuals.T @ self.residuals)

    def combined(self, weights: Floats) -> Ratios:
        """Give linear combinations of the estimates, ``weights`` of shape (k, m).

        Their bases are the smallest of those combined.
        """
        used = np.where(weights != 0, 1.0, np.nan)
        least = [
            np.nanmin(one[:, None] * used, axis=0)
            for one in (self.base, self.n, self.n_kish, self.df)
        ]
        return Ratios(self.estimate @ weights, self.residuals @ weights, *least)

    @cached_property
    def p_value(self) -> Floats:
        """Two-sided p-values against 0; missing where nothing varies."""
        usable = self.std_error > 1e-12
        statistic = ratio(np.abs(self.estimate), np.where(usable, self.std_error, 0.0))
        return np.where(usable, 2 * stdtr(self.df, -statistic), np.nan)

    @cached_property
    def n_effective(self) -> Floats:
        """Bases of simple random samples with the same errors, of shares."""
        there = self.n > 0
        share = np.clip(np.where(there, self.estimate, 0.0), 0.0, 1.0)
        base = intervals.effective_base(
            share * (1 - share),
            std_error=np.where(there, np.nan_to_num(self.std_error), 0.0),
            n=np.where(there, self.n_kish, 1.0),
        )
        return np.where(there, base, np.nan)

    def share_interval(self, *, level: float) -> Interval:
        """Put Wilson's interval around shares, on the effective base."""
        share = np.clip(self.estimate, 0.0, 1.0)
        return intervals.wilson_interval(share, n=self.n_effective, df=self.df, level=level)

    def t_interval(self, *, level: float) -> Interval:
        """Put Student's interval around means, with the persons of each base less one."""
        df = np.minimum(self.df, np.maximum(self.n - 1, 1))
        return intervals.t_interval(self.estimate, std_error=self.std_error, df=df, level=level)

    @cached_property
    def unvaried(self) -> Floats:
        """Variances of shares of 0 or 1: what one more answer of either kind would leave them.

        Agresti and Caffo (2000), The American Statistician 54, 280-288.
        """
        base = np.maximum(self.n_kish, 1.0)
        share = (base * np.nan_to_num(self.estimate) + 1) / (base + 2)
        return np.where(self.std_error <= 1e-12, share * (1 - share) / (base + 2), 0.0)

    def columns(
        self, *, level: float, is_share: bool = True, bases: tuple[int, int] | None = None
    ) -> dict[str, Any]:
        """Give ``estimate std_error ci_low ci_high ci_level n`` as the columns of a frame.

        With ``bases``, the persons beneath which a base is small and beneath which nothing is
        shown, there is ``base`` too: "enough", "small", "suppressed" or "none".
        """
        low, high = (self.share_interval if is_share else self.t_interval)(level=level)
        told: dict[str, Any] = {
            "estimate": self.estimate,
            "std_error": self.std_error,
            "ci_low": low,
            "ci_high": high,
        }
        words = {}
        if bases is not None:
            small, suppressed = bases
            hidden = self.n < max(suppressed, 1)
            told = {name: np.where(hidden, np.nan, values) for name, values in told.items()}
            limits = [self.n < 1, hidden, self.n < small]
            words["base"] = np.select(limits, ["none", "suppressed", "small"], "enough").tolist()
        return {**told, "ci_level": level, "n": self.n.astype(np.int64), **words}


def ratios(
    numerators: Floats, *, denominators: Floats, rows: SurveyRows, at: Codes | None = None
) -> Ratios:
    """Estimate ratios of weighted totals, with linearised residuals.

    Parameters
    ----------
    numerators, denominators : ndarray, shape (n, k)
        What each row adds to either total, not weighted: x b and b for the mean of x among those
        with b = 1. Rows outside have 0 in both.
    rows : SurveyRows
        The whole sample, with its design.
    at : ndarray of int, shape (n,), optional
        Which of its rows the arrays are about, where they are not about all; others have 0.

    Returns
    -------
    Ratios
        With residuals u = w (numerator - ratio x denominator) / sum of w x denominator, by unit.

    References
    ----------
    Woodruff, R. S. (1971). A simple method for approximating the variance of a complicated
    estimate. JASA 66, 411-414. doi:10.1080/01621459.1971.10482279

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.sampling.rows import survey_rows
    >>> answers = pd.DataFrame({"uses": [1.0, 0.0, 1.0, 1.0], "id": [1, 2, 3, 4]})
    >>> rows = survey_rows(answers, columns=["uses"], respondent="id")
    >>> share = ratios(rows.values, denominators=np.ones((4, 1)), rows=rows)
    >>> share.estimate.tolist(), share.std_error.round(4).tolist()
    ([0.75], [0.25])
    """
    at = np.arange(len(rows)) if at is None else at
    weight = rows.weight[at][:, None]
    weighed = weight * denominators
    base = weighed.sum(axis=0)
    estimate = ratio((weight * numerators).sum(axis=0), base)
    over = np.where(base > 0, base, 1.0)
    influence = (numerators - np.nan_to_num(estimate) * denominators) / over
    inside = denominators != 0
    n = _persons(rows, inside, at)
    kish = ratio(base**2, (weighed**2).sum(axis=0), empty=0.0)
    if rows.calibration is None and not rows.is_clustered:
        met, place = np.unique(rows.unit[at], return_inverse=True)
        totals = added_up(weight * influence, place=place.reshape(-1), n_places=len(met))
        residuals = domain_residuals(totals, unit=met, stratum=rows.stratum)
        return Ratios(estimate, residuals, base, n, kish, np.full(len(base), np.inf))
    whole, flags = np.zeros((2, len(rows), len(base)))
    whole[at], flags[at] = influence, inside
    residuals, df = _by_unit(rows, rows.contributions(whole), flags.astype(bool))
    return Ratios(estimate, residuals, base, n, kish, df)


def jackknifed(
    values: Floats,
    *,
    function: Callable[[Floats], Floats],
    rows: SurveyRows,
    inside: Flags,
    place: Codes | None = None,
    n_places: int = 1,
) -> Ratios:
    """Estimate a smooth function of weighted totals, leaving out one sampling unit at a time.

    Parameters
    ----------
    values : ndarray, shape (n, p)
        What each row adds to each total of its place, not weighted.
    function : callable
        From totals of shape (…, places, p) to estimates of shape (…, k).
    rows : SurveyRows
    inside : ndarray of bool, shape (n,)
        Rows that the estimates are about; the others add nothing.
    place : ndarray of int, shape (n,), optional
        Where each row adds: a brand. One place where not given.
    n_places : int, default 1

    Returns
    -------
    Ratios
        With weights from margins, the totals' calibration residuals take the jackknife's place
        (by the function's slopes at the totals).

    References
    ----------
    Wolter, K. M. (2007). Introduction to Variance Estimation, chapter 4.

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.sampling.rows import survey_rows
    >>> answers = pd.DataFrame({"x": [1.0, 2.0, 6.0], "id": [1, 2, 3]})
    >>> rows = survey_rows(answers, columns=["x"], respondent="id")
    >>> both = np.column_stack([rows.values, np.ones(3)])
    >>> mean = jackknifed(both, function=lambda t: t[..., 0, :1] / t[..., 0, 1:], rows=rows,
    ...                   inside=np.ones(3, bool))
    >>> (mean.std_error**2).round(4).tolist()
    [2.3333]
    """
    at = np.zeros(len(rows), dtype=np.intp) if place is None else place
    weighed = values * (rows.weight * inside)[:, None]
    shape = (n_places, values.shape[1])
    unit = added_up(weighed, place=rows.unit * n_places + at, n_places=rows.n_units * n_places)
    unit = unit.reshape(rows.n_units, *shape)
    whole = unit.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = function(whole)
        if rows.calibration is not None:
            slopes = _slopes(function, whole)[at]
            influence = np.einsum("np,npk->nk", values * inside[:, None], slopes, optimize=True)
            apart = rows.contributions(influence)
        else:
            size = np.bincount(rows.stratum)
            home = size[rows.stratum][:, None, None]
            flat = unit.reshape(rows.n_units, -1)
            mean = added_up(flat, place=rows.stratum, n_places=len(size)) / size[:, None]
            # the others of the stratum stand in for the unit that is left out
            away = unit - mean[rows.stratum].reshape(unit.shape)
            without = function(whole - home / np.maximum(home - 1, 1) * away)
            apart = (without - estimate) * ((home - 1) / home)[:, :, 0]
    apart = np.where(np.isfinite(apart), apart, np.nan)  # no draw without the unit: no error
    k, weight = len(estimate), rows.weight[inside]
    residuals, df = _by_unit(rows, apart, np.repeat(inside[:, None], k, axis=1))
    kish = float(ratio(weight.sum() ** 2, (weight**2).sum(), empty=0.0))
    n = float(len(np.unique(rows.person[inside])))
    base, persons, effective = (np.full(k, one) for one in (weight.sum(), n, kish))
    return Ratios(estimate, residuals, base, persons, effective, df)


def _slopes(function: Callable[[Floats], Floats], at: Floats) -> Floats:
    """Give the slopes of a function of totals, shape (places, p, k), by central differences."""
    step = 1e-5 * np.maximum(np.abs(at), 1.0)
    moved = np.eye(at.size).reshape(-1, *at.shape) * step
    slopes = (function(at + moved) - function(at - moved)) / (2 * step.reshape(-1, 1))
    return np.asarray(slopes).reshape(*at.shape, -1)


def _by_unit(rows: SurveyRows, contributions: Floats, inside: Flags) -> tuple[Floats, Floats]:
    """Centre contributions by stratum, and allow for the few clusters that were met."""
    residuals = stratum_residuals(contributions, stratum=rows.stratum)
    k = contributions.shape[1]
    if not rows.is_clustered:
        return residuals, np.full(k, np.inf)
    met = (unit_totals(inside.astype(np.float64), unit=rows.unit) > 0).sum(axis=0)
    df = np.clip(np.minimum(met - 1, rows.df), 1, None).astype(np.float64)
    return residuals * rows.domain_factors(inside), df


def _persons(rows: SurveyRows, inside: Flags, at: Codes) -> Floats:
    """Count the different persons in each base."""
    persons, place = np.unique(rows.person[at], return_inverse=True)
    if len(persons) == len(at):
        return np.asarray(inside.sum(axis=0), dtype=np.float64)
    met = added_up(inside.astype(np.float64), place=place.reshape(-1), n_places=len(persons)) > 0
    return np.asarray(met.sum(axis=0), dtype=np.float64)


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
    difference: Floats,
    std_error: Floats,
    *,
    df: Floats,
    pairs: tuple[Codes, Codes],
    bonferroni: bool = False,
) -> PairTests:
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
    return _against_zero(
        compared[first] - compared[second],
        error,
        df=np.full(len(first), df),
        pairs=(first, second),
        bonferroni=True,
    )


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
    return _against_zero(
        share[first] - share[second], error, df=freedom, pairs=(first, second), bonferroni=True
    )
