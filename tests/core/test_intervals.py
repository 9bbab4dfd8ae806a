"""Intervals: known values, invariants, refusals, and a fast subset of their coverage.

The full coverage table is made by ``benchmarks/coverage_intervals.py``.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from brandkit.core.errors import InputError, ScaleError
from brandkit.core.intervals import (
    bootstrap_t_interval,
    carried_df,
    effective_base,
    nps_interval,
    percentile_interval,
    t_interval,
    wilson_interval,
)
from tests.conftest import some

SHARES = st.floats(0, 1)
LEVELS = st.floats(0.5, 0.999)


# Known values


def test_t_interval_is_scipys():
    sample = np.array([6.0, 7.0, 7.5, 9.0, 10.0])
    low, high = t_interval(sample.mean(), std_error=stats.sem(sample), df=4)
    expected = stats.t.interval(0.95, 4, loc=sample.mean(), scale=stats.sem(sample))
    np.testing.assert_allclose([low, high], expected, rtol=1e-12)


def test_t_interval_without_df_is_normal():
    low, high = t_interval(0.0, std_error=1.0, level=0.9)
    np.testing.assert_allclose([low, high], [-1.6448536269514722, 1.6448536269514722], rtol=1e-12)


@pytest.mark.parametrize(("count", "n"), [(0, 30), (1, 30), (15, 30), (30, 30), (81, 263)])
def test_wilson_is_that_of_statsmodels(count, n):
    ours = wilson_interval(count / n, n=n)
    np.testing.assert_allclose(ours, proportion_confint(count, n, method="wilson"), atol=1e-12)


def test_wilson_newcombes_table():
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81 of 263, 15 of 148,
    # 0 of 20, 1 of 29
    low, high = wilson_interval(np.array([81, 15, 0, 1]) / [263, 148, 20, 29], n=[263, 148, 20, 29])
    np.testing.assert_allclose(low, [0.2553, 0.0624, 0.0, 0.0061], atol=5e-5)
    np.testing.assert_allclose(high, [0.3662, 0.1605, 0.1611, 0.1718], atol=5e-5)


def test_wilson_with_t_is_wilson_on_a_smaller_base():
    shrunk = 80 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 14)) ** 2
    np.testing.assert_allclose(
        wilson_interval(0.3, n=80, df=14), wilson_interval(0.3, n=shrunk), rtol=1e-12
    )


def test_nps_by_hand():
    # 60 promoters, 25 passives, 15 detractors and the pseudo-answers
    up, down, total = 60.75 / 103, 15.75 / 103, 103
    half = stats.norm.ppf(0.975) * np.sqrt((up + down - (up - down) ** 2) / total)
    expected = 100 * np.array([up - down - half, up - down + half])
    np.testing.assert_allclose(nps_interval(0.60, detractors=0.15, n=100), expected, rtol=1e-12)


def test_percentiles_with_and_without_failed_draws():
    draws = np.arange(1.0, 1000.0)
    whole = percentile_interval(draws, level=0.95)
    np.testing.assert_allclose(whole, [25.0, 975.0], rtol=1e-12)
    gappy = np.stack([np.r_[draws, [np.nan] * 3], np.full(1002, np.nan)], axis=1)
    low, high = percentile_interval(gappy)
    np.testing.assert_allclose([low[0], high[0]], whole, rtol=1e-12)
    assert np.isnan([low[1], high[1]]).all()


def test_bootstrap_t_by_hand():
    draws, errors = np.array([1.0, 2.0, 4.0]), np.array([1.0, 0.5, 2.0])
    # t = -1, 0, 1 around 2: ends at the extremes of so few draws
    low, high = bootstrap_t_interval(2.0, std_error=3.0, draws=draws, draw_errors=errors)
    assert (float(low), float(high)) == (-1.0, 5.0)


def test_bootstrap_t_says_that_a_sample_is_too_small():
    draws, errors = np.array([1.0, 1.0, 2.0, 2.0]), np.array([0.0, 0.0, 0.5, 0.0])
    low, high = bootstrap_t_interval(2.0, std_error=0.5, draws=draws, draw_errors=errors)
    assert (float(low), float(high)) == (2.0, np.inf)
    low, high = bootstrap_t_interval(2.0, std_error=0.0, draws=draws, draw_errors=errors)
    assert (float(low), float(high)) == (2.0, 2.0)


def test_effective_base_falls_back_where_nothing_varies():
    base = effective_base([0.21, 0.0, 0.21], std_error=[0.03, 0.0, 0.0], n=[90, 80, 70])
    np.testing.assert_allclose(base, [0.21 / 0.0009, 80, 70], rtol=1e-12)


def test_carried_df_by_hand():
    assert carried_df([1.0, -1.0, 1.0, -1.0], df=3) == 3
    assert carried_df([1.0, -1.0, 1.0, -1.0], df=99) == 5
    assert carried_df([2.0, 0.0, 0.0], df=99) == 2
    assert carried_df([0.0, 0.0], df=7) == 7
    np.testing.assert_allclose(carried_df([[1.0, 2.0], [1.0, 2.0]], df=9, axis=1), 1 + 25 / 17)


# Invariants


@given(u=hnp.arrays(float, 8, elements=st.floats(-10, 10)), scale=st.floats(1e-150, 1e150))
def test_carried_df_has_its_bounds_and_no_scale(u, scale):
    found = carried_df(u, df=7)
    assert 1 < found <= 7
    if np.abs(u).max() > 1e-3:
        np.testing.assert_allclose(carried_df(u * scale, df=7), found, rtol=1e-9)


@given(share=SHARES, n=st.floats(1, 1e6), level=LEVELS)
def test_wilson_holds_the_share_and_stays_inside(share, n, level):
    low, high = wilson_interval(share, n=n, level=level)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1


@given(share=SHARES, n=st.floats(1, 1e6), df=st.floats(1, 1e4))
def test_wilson_mirrors(share, n, df):
    low, high = wilson_interval(share, n=n, df=df)
    mirrored = wilson_interval(1 - share, n=n, df=df)
    np.testing.assert_allclose([1 - mirrored.high, 1 - mirrored.low], [low, high], atol=1e-12)


@given(parts=hnp.arrays(float, 3, elements=st.floats(0, 1)), n=st.floats(1, 1e5))
def test_nps_mirrors_and_stays_inside(parts, n):
    up, _, down = (parts + 1e-3) / (parts + 1e-3).sum()
    low, high = nps_interval(up, detractors=down, n=n)
    mirrored = nps_interval(down, detractors=up, n=n)
    assert -100 <= low < high <= 100
    np.testing.assert_allclose([-mirrored.high, -mirrored.low], [low, high], atol=1e-9)


@settings(max_examples=some(50))
@given(
    draws=hnp.arrays(float, (40, 3), elements=st.floats(-1e3, 1e3)),
    shift=st.floats(-10, 10),
    scale=st.floats(0.1, 10),
)
def test_percentiles_move_with_the_draws(draws, shift, scale):
    moved = percentile_interval(shift + scale * draws)
    plain = percentile_interval(draws)
    np.testing.assert_allclose(moved.low, shift + scale * plain.low, atol=1e-8)
    np.testing.assert_allclose(moved.high, shift + scale * plain.high, atol=1e-8)


@given(level=LEVELS, wider=st.floats(0.0001, 0.0009))
def test_a_higher_level_is_never_narrower(level, wider):
    draws = np.random.default_rng(1).normal(size=200)
    for interval in (
        lambda at: t_interval(0.2, std_error=0.1, df=12, level=at),
        lambda at: wilson_interval(0.2, n=40, level=at),
        lambda at: nps_interval(0.3, detractors=0.2, n=40, level=at),
        lambda at: percentile_interval(draws, level=at),
    ):
        narrow, wide = interval(level), interval(level + wider)
        assert wide.low <= narrow.low <= narrow.high <= wide.high


def test_missing_values_pass_through():
    low, high = wilson_interval([0.5, np.nan], n=[40, 40])
    assert np.isnan([low[1], high[1]]).all()
    assert not np.isnan([low[0], high[0]]).any()
    assert np.isnan(nps_interval([np.nan], detractors=[0.1], n=[40])).all()
    assert np.isnan(t_interval([1.0], std_error=[np.nan])).all()


def test_shapes_broadcast():
    low, high = wilson_interval(np.full((3, 1), 0.4), n=np.array([10.0, 100.0]))
    assert low.shape == high.shape == (3, 2)


# Refusals


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: t_interval(1, std_error=-0.1), ScaleError, "`std_error` must be >= 0"),
        (lambda: t_interval(1, std_error=1, df=0), ScaleError, "`df` must be > 0"),
        (lambda: t_interval(1, std_error=1, level=95), ScaleError, "Write 0.95"),
        (lambda: wilson_interval(53, n=100), ScaleError, "Write shares, not percentages"),
        (lambda: wilson_interval(0.5, n=[100, 0]), ScaleError, "`n` must be > 0; found 0"),
        (
            lambda: nps_interval(0.7, detractors=0.4, n=10),
            ScaleError,
            "add up to at most 1; found 1.1",
        ),
        (lambda: percentile_interval([1.0]), InputError, "at least 2 draws"),
        (lambda: carried_df([1.0], df=0), ScaleError, "`df` must be > 0"),
        (lambda: effective_base(-1, std_error=1, n=1), ScaleError, "`variance` must be >= 0"),
        (
            lambda: bootstrap_t_interval(0, std_error=1, draws=[1, 2], draw_errors=[1]),
            InputError,
            "must have one shape",
        ),
    ],
)
def test_refusals(call, error, message):
    with pytest.raises(error, match=message):
        call()


# Coverage: a fast subset, fewer runs than the full table


def _passes(covered: np.ndarray, *, may_exceed: bool = False) -> bool:
    rate, slack = covered.mean(), 2.6 * np.sqrt(0.05 * 0.95 / len(covered))
    return rate + slack >= 0.93 and (may_exceed or rate - slack <= 0.97)


def test_coverage_of_the_mean(rng):
    samples = rng.integers(0, 11, size=(1000, 30)).astype(float)
    error = samples.std(axis=1, ddof=1) / np.sqrt(30)
    low, high = t_interval(samples.mean(axis=1), std_error=error, df=29)
    assert _passes((low <= 5.0) & (high >= 5.0))


@pytest.mark.parametrize("share", [0.03, 0.2, 0.5])
def test_coverage_of_shares(rng, share):
    low, high = wilson_interval(rng.binomial(50, share, size=1000) / 50, n=50)
    assert _passes((low <= share) & (high >= share), may_exceed=True)


def test_coverage_of_a_share_with_few_clusters(rng):
    # 20 persons rate 5 banks each: plain Wilson on 100 rows would cover far too little
    share, persons, rows = 0.3, 20, 5
    person = rng.beta(0.3 * 1.5, 0.7 * 1.5, size=(1000, persons))
    hits = rng.binomial(rows, person)
    p = hits.sum(axis=1) / (persons * rows)
    error = (hits / rows).std(axis=1, ddof=1) / np.sqrt(persons)
    base = effective_base(p * (1 - p), std_error=error, n=persons)
    df = carried_df(hits / rows - p[:, None], df=persons - 1, axis=1)
    low, high = wilson_interval(p, n=base, df=df)
    assert _passes((low <= share) & (high >= share), may_exceed=True)
    low, high = wilson_interval(p, n=persons * rows)
    assert ((low <= share) & (high >= share)).mean() < 0.85


def test_coverage_of_nps_where_nearly_all_promote(rng):
    answers = rng.multinomial(30, [0.01, 0.02, 0.97], size=1000) / 30
    low, high = nps_interval(answers[:, 2], detractors=answers[:, 0], n=30)
    assert _passes((low <= 96) & (high >= 96), may_exceed=True)
