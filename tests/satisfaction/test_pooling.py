"""Partial pooling: metafor's numbers, James and Stein's, and what pooling may never do."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulations.pooling import coverage_rows
from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError, ScaleError
from brandkit.satisfaction.scores.pooling import (
    PartialPooling,
    morris_pooled,
    partial_pooling,
    paule_mandel,
    reml,
)
from tests.conftest import some
from tests.contract import assert_contract

VALUES = json.loads(
    (Path(__file__).parents[1] / "reference/partial_pooling/values.json").read_text("utf-8")
)


def table(values: list[float], errors: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "brand": [f"b{at:02d}" for at in range(len(values))],
            "estimate": values,
            "std_error": errors,
        }
    )


# Known values ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["schools", "bcg"])
@pytest.mark.parametrize("method", ["reml", "paule_mandel"])
def test_spread_and_mean_are_those_of_metafor(name: str, method: str) -> None:
    data, known = VALUES[name]["data"], VALUES[name][method]
    result = partial_pooling(table(data["yi"], data["sei"]), label="brand", method=method)
    found = result.groups.loc[0]
    ours = {
        "tau2": found["between_sd"] ** 2, "mean": found["estimate"],
        "std_error": found["std_error"], "ci_low": found["ci_low"], "ci_high": found["ci_high"],
        "q": found["statistic"], "q_p": found["p_value"], "i2": found["between_share"],
        "tau_low": found["between_low"], "tau_high": found["between_high"],
    }  # fmt: skip
    for key, value in ours.items():
        assert value == pytest.approx(known[key], rel=1e-6, abs=1e-12), key


def test_eighteen_batters_of_1970_are_drawn_in_as_efron_and_morris_say() -> None:
    # Efron and Morris (1975), JASA 70, 311-319, table 1: 45 times at bat, arcsine scale.
    hits = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7])
    scores = np.sqrt(45) * np.arcsin(2 * hits / 45 - 1)
    result = partial_pooling(table(scores.tolist(), [1.0] * 18), label="brand")
    shrinkage = result.estimates["shrinkage"]
    assert (1 - shrinkage).round(3).unique().tolist() == [0.209]
    back = (np.sin(result.estimates["pooled"].to_numpy() / np.sqrt(45)) + 1) / 2
    assert back[0] == pytest.approx(0.290, abs=5e-4)  # Clemente, who batted .346 over the season
    squares = ((scores - scores.mean()) ** 2).sum()
    np.testing.assert_allclose(shrinkage, 15 / squares, rtol=1e-10)


def test_equal_errors_by_hand() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, 10.0])  # mean 4, squares 50
    result = partial_pooling(table(values.tolist(), [1.0] * 5), label="brand")
    shrinkage = 2 / 50  # (k - 3) s^2 / squares
    expected = 4 + (1 - shrinkage) * (values - 4)
    np.testing.assert_allclose(result.estimates["pooled"], expected, rtol=1e-12)
    square = 1 - 4 / 5 * shrinkage + 2 / 2 * shrinkage**2 * (values - 4) ** 2
    np.testing.assert_allclose(result.estimates["pooled_error"], np.sqrt(square), rtol=1e-12)
    assert result.estimates["rank"].tolist() == [5, 4, 3, 2, 1]


def test_the_highest_of_several_peaks_is_taken() -> None:
    # A likelihood that falls at 0 and rises again further out.
    values = np.array([0.0, 0.01, -0.01, 0.0, 9.0, -9.0])
    variance = np.array([1e-4, 1e-4, 1e-4, 1e-4, 1.0, 1.0])
    grid = np.linspace(0, 100, 400_001)
    weight = 1 / (variance + grid[:, None])
    mean = (weight * values).sum(1) / weight.sum(1)
    fit = np.log(weight).sum(1) - np.log(weight.sum(1))
    fit -= (weight * (values - mean[:, None]) ** 2).sum(1)
    assert float(reml(values, variance=variance)) == pytest.approx(grid[fit.argmax()], abs=1e-3)


# Invariants --------------------------------------------------------------------------------------

numbers = st.lists(
    st.tuples(st.floats(-5, 5), st.floats(0.1, 3)), min_size=4, max_size=9, unique_by=lambda p: p[0]
)


@settings(max_examples=some(40))
@given(numbers, st.sampled_from(["reml", "paule_mandel"]))
def test_pooling_never_leaves_the_way_to_the_mean_and_follows_units(pairs, method) -> None:
    values, errors = (list(side) for side in zip(*pairs, strict=True))
    one = partial_pooling(table(values, errors), label="brand", method=method)
    two = partial_pooling(
        table([3 - 10 * v for v in values], [10 * e for e in errors]), label="brand", method=method
    )
    mean = one.groups.loc[0, "estimate"]
    pooled, raw = one.estimates["pooled"], one.estimates["estimate"]
    assert ((pooled - mean) * (raw - mean) >= -1e-9).all()
    assert ((pooled - mean).abs() <= (raw - mean).abs() + 1e-9).all()
    np.testing.assert_allclose(two.estimates["pooled"], 3 - 10 * pooled, rtol=1e-5, atol=1e-5)
    assert one.estimates["shrinkage"].between(0, 1).all()


def test_the_noisier_estimate_is_drawn_in_further_and_loses_its_first_place() -> None:
    result = partial_pooling(
        table([7.0, 7.4, 7.6, 8.2, 8.3], [0.1, 0.1, 0.1, 0.1, 0.8]), label="brand"
    ).estimates
    assert result["rank"].tolist() == [5, 4, 3, 2, 1]
    assert result["pooled_rank"].tolist() == [5, 4, 3, 1, 2]
    assert result["shrinkage"].iloc[-1] == result["shrinkage"].max()


def test_groups_are_pooled_each_by_itself_whatever_the_order_of_rows(rng) -> None:
    frame = pd.concat(
        [
            table(rng.normal(7, 1, 6).tolist(), rng.uniform(0.1, 0.5, 6).tolist()).assign(
                item=item, wave=wave
            )
            for item in ("fees", "advice")
            for wave in (1, 2)
        ]
    )
    whole = partial_pooling(frame, label="brand", by=["item", "wave"])
    mixed = partial_pooling(
        frame.sample(frac=1, random_state=1), label="brand", by=["item", "wave"]
    )
    alone = partial_pooling(frame.query("item == 'fees' and wave == 2"), label="brand")
    assert set(whole.groups["group"]) == {"fees · 1", "fees · 2", "advice · 1", "advice · 2"}
    part = whole.estimates.query("group == 'fees · 2'").reset_index(drop=True)
    pd.testing.assert_frame_equal(part.drop(columns="group"), alone.tidy().drop(columns="group"))
    sides = [r.estimates.sort_values(["group", "label"], ignore_index=True) for r in (whole, mixed)]
    pd.testing.assert_frame_equal(*sides, rtol=1e-12)


def test_batches_agree_with_single_ones(rng) -> None:
    values, variance = rng.normal(0, 1.5, (20, 7)), rng.uniform(0.2, 2, (20, 7))
    for kernel in (reml, paule_mandel):
        many = kernel(values, variance=variance)
        one = [kernel(v, variance=s) for v, s in zip(values, variance, strict=True)]
        np.testing.assert_allclose(many, one, rtol=1e-9, atol=1e-12)
        pooled = morris_pooled(values, variance=variance, between=many)
        single = morris_pooled(values[3], variance=variance[3], between=many[3])
        np.testing.assert_allclose(pooled.error[3], single.error, rtol=1e-12)


@pytest.mark.slow
def test_coverage_over_banks_is_kept() -> None:
    for row in coverage_rows(runs=400):
        assert row["verdict"] != "FAIL", row


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({"std_error": [0.1, 0.0, 0.2, 0.3]}, {}, ScaleError, "above 0; found 0 or less at.*b01"),
        ({"brand": list("aabc")}, {}, InputError, r"once; found \['a'\] more than once. Name in"),
        ({}, {"label": "bank"}, MissingColumnsError, "`label` names columns"),
        ({}, {"by": ["item"]}, MissingColumnsError, "`by` names columns"),
        ({}, {"estimate": "mean"}, MissingColumnsError, "`estimate` names columns"),
        ({}, {"method": "dl"}, InputError, "`method` must be one of 'reml', 'paule_mandel'"),
        ({}, {"level": 95}, ScaleError, "`level` must lie between 0 and 1"),
        ({"estimate": [1.0, np.nan, 2.0, 3.0]}, {}, NotEnoughDataError, "at least 4.*found 3"),
    ],
)
def test_refusals(change, options, error, message) -> None:
    frame = table([1.0, 2.0, 3.0, 4.0], [0.1] * 4).assign(**change)
    with pytest.raises(error, match=message):
        partial_pooling(frame, **{"label": "brand", **options})


def test_what_cannot_be_pooled_is_counted() -> None:
    frame = table([1.0, 2.0, 3.0, 4.0, np.nan], [0.1] * 5)
    result = partial_pooling(frame, label="brand")
    assert "1 of 5 estimates are left out" in str(result.notes[0])
    flat = partial_pooling(table([5.0, 5.1, 5.0, 4.9], [1.0] * 4), label="brand")
    assert "differ by no more than noise" in str(flat.notes[0])
    assert flat.estimates["shrinkage"].tolist() == pytest.approx([1 / 3] * 4)


def test_contract() -> None:
    frame = table([1.0, 2.0, 3.0, 4.0], [0.5] * 4)
    assert_contract(lambda: partial_pooling(frame, label="brand"), frame)
    assert isinstance(partial_pooling(frame, label="brand"), PartialPooling)
