"""Service quality by dimension and stage: means by hand, gaps, errors over persons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.simulations.service_quality import ITEMS, answers, coverage_rows
from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError, ScaleError
from brandkit.satisfaction.service.service import service_quality
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract

STAGES = {"advice": "before", "app": "before", "counter": "during", "complaints": "after"}


@pytest.fixture
def rated(rng: np.random.Generator) -> pd.DataFrame:
    frame = pd.DataFrame({"id": np.arange(60), "bank": np.tile(["a", "b", "c"], 20)})
    for item in STAGES:
        frame[item] = rng.integers(2, 11, 60).astype(float)
        frame[f"{item}_e"] = rng.integers(5, 11, 60).astype(float)
    return frame


def scored(frame: pd.DataFrame, **options):
    defaults = {"items": list(STAGES), "stages": STAGES, "brand": "bank", "respondent": "id"}
    return service_quality(frame, **{**defaults, **options})


def one(frame: pd.DataFrame, query: str) -> pd.Series:
    found = frame.query(query)
    assert len(found) == 1
    return found.iloc[0]


# Known values ------------------------------------------------------------------------------------


def test_a_stage_is_the_mean_of_its_items_with_the_error_of_their_sum(rated) -> None:
    result = scored(rated)
    market = one(result.scores, "stage == 'before' and kind == 'stage' and brand.isna()")
    both = (rated["advice"] + rated["app"]) / 2
    error = both.std(ddof=1) / np.sqrt(60)
    assert market["estimate"] == pytest.approx(both.mean(), rel=1e-12)
    assert market["std_error"] == pytest.approx(error, rel=1e-12)
    u = (both - both.mean()).to_numpy() ** 2
    t = stats.t.ppf(0.975, min(59, 1 + u.sum() ** 2 / (u**2).sum()))
    assert market["ci_high"] == pytest.approx(both.mean() + t * error, rel=1e-9)
    bank = one(result.scores, "stage == 'before' and kind == 'stage' and brand == 'b'")
    assert bank["estimate"] == pytest.approx(both[rated["bank"] == "b"].mean(), rel=1e-12)
    assert result.stages == ("before", "during", "after")


def test_a_difference_of_stages_is_that_of_the_same_persons(rated) -> None:
    contrast = one(
        scored(rated).contrasts, "brand.isna() and stage_a == 'during' and stage_b == 'after'"
    )
    gap = rated["counter"] - rated["complaints"]
    assert contrast["estimate"] == pytest.approx(gap.mean(), rel=1e-12)
    assert contrast["std_error"] == pytest.approx(gap.std(ddof=1) / np.sqrt(60), rel=1e-12)


def test_gaps_are_taken_row_by_row_where_both_were_answered(rated) -> None:
    rated.loc[:9, "advice"] = np.nan
    rated.loc[10:14, "advice_e"] = np.nan
    result = scored(rated, expectations={item: f"{item}_e" for item in STAGES})
    assert result.method == "servqual"
    item = one(result.scores, "item == 'advice' and brand.isna()")
    there = rated.loc[15:]
    assert item["n"] == 45
    assert item["estimate"] == pytest.approx((there["advice"] - there["advice_e"]).mean())
    assert item["score"] == pytest.approx(there["advice"].mean())
    assert item["expectation"] == pytest.approx(there["advice_e"].mean())
    scores = result.scores
    np.testing.assert_allclose(scores["estimate"], scores["score"] - scores["expectation"])


def test_importance_weighs_items_within_their_part(rated) -> None:
    weights = {"advice": 3.0, "app": 1.0, "counter": 4.0, "complaints": 0.0}
    result = scored(rated, importance={**weights, "complaints": 2.0})
    stage = one(result.scores, "kind == 'stage' and stage == 'before' and brand.isna()")
    assert stage["estimate"] == pytest.approx(
        0.75 * rated["advice"].mean() + 0.25 * rated["app"].mean(), rel=1e-12
    )
    whole = one(result.scores, "kind == 'all' and brand.isna()")
    means = rated[list(STAGES)].mean().to_numpy()
    assert whole["estimate"] == pytest.approx(means @ [0.3, 0.1, 0.4, 0.2], rel=1e-12)
    assert "importance" in str(result.notes[-1])


def test_dimensions_come_with_the_items(rated) -> None:
    result = scored(
        rated,
        items={
            "advice": "empathy",
            "app": "tangibles",
            "counter": "empathy",
            "complaints": "empathy",
        },
        stages=None,
    )
    found = one(result.scores, "kind == 'dimension' and dimension == 'empathy' and brand == 'c'")
    part = rated[rated["bank"] == "c"][["advice", "counter", "complaints"]]
    assert found["estimate"] == pytest.approx(part.to_numpy().mean(), rel=1e-12)
    assert result.stages == ()
    assert len(result.contrasts) == 0


def test_against_the_others_is_against_their_plain_mean(rated) -> None:
    result = scored(rated)
    means = rated.groupby("bank")["counter"].mean()
    found = one(result.comparisons, "kind == 'item' and item == 'counter' and brand == 'a'")
    assert found["estimate"] == pytest.approx(means["a"] - (means["b"] + means["c"]) / 2, rel=1e-12)


def test_the_codebook_of_the_sample_knows_the_stages() -> None:
    survey = read_study("sample").survey
    result = service_quality(survey, items=["counter", "digital", "complain", "fees"])
    assert result.stages == ("before", "during", "after")
    assert one(result.scores, "item == 'fees' and brand.isna()")["stage"] == "after"
    assert one(result.scores, "item == 'fees' and brand.isna()")["label"] == "fees"
    # complaint handling was answered by fewer, and counts as much as fees
    after = result.scores.query("brand.isna()").set_index(["kind", "item", "stage"])["estimate"]
    mean = (after["item", "fees", "after"] + after["item", "complain", "after"]) / 2
    stage = one(result.scores, "kind == 'stage' and stage == 'after' and brand.isna()")
    assert stage["estimate"] == pytest.approx(mean, rel=1e-12)


# Invariants --------------------------------------------------------------------------------------


@settings(max_examples=some(15))
@given(st.integers(0, 10_000), st.floats(0.1, 10), st.floats(-20, 20))
def test_units_and_order_change_nothing_else(seed: int, factor: float, shift: float) -> None:
    frame = answers(np.random.default_rng(seed), 50, weighted=True)
    names = list(ITEMS)
    moved = frame.sample(frac=1, random_state=seed)
    moved[names] = moved[names] * factor + shift
    sides = [
        service_quality(
            f, items=names, stages=ITEMS, brand="bank", respondent="id", weight="w",
            suppress_below=5,
        )
        for f in (frame, moved)
    ]  # fmt: skip
    first, second = (side.scores for side in sides)
    np.testing.assert_allclose(second["estimate"], first["estimate"] * factor + shift, atol=1e-8)
    np.testing.assert_allclose(second["std_error"], first["std_error"] * factor, rtol=1e-7)
    np.testing.assert_allclose(
        sides[0].comparisons["p_value"], sides[1].comparisons["p_value"], rtol=1e-5, atol=1e-12
    )


def test_rows_of_a_person_are_one_voice(rated) -> None:
    twice = pd.concat([rated, rated], ignore_index=True)
    alone, doubled = scored(rated).scores, scored(twice).scores
    np.testing.assert_allclose(alone["std_error"], doubled["std_error"], rtol=1e-12)
    assert doubled["n"].tolist() == (2 * alone["n"]).tolist()
    assert doubled["n_persons"].tolist() == alone["n_persons"].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("runs", [20, pytest.param(60, marks=pytest.mark.exhaustive)])
def test_coverage_is_kept(runs: int) -> None:
    for row in coverage_rows(runs, sizes=(80,), population=20_000):
        assert row["coverage"] >= 0.95 - 2.6 * (0.05 * 0.95 / runs) ** 0.5, row


# What is left out, what is refused ---------------------------------------------------------------


def test_small_banks_are_not_shown_and_counted(rated) -> None:
    few = rated[(rated["bank"] != "c") | (rated["id"] < 20)]
    result = scored(few, suppress_below=10)
    assert result.scores.query("brand == 'c'")["estimate"].isna().all()
    assert "c" not in set(result.comparisons["brand"])
    assert "4 scores rest on fewer than 10 persons" in " ".join(map(str, result.notes))


def test_items_without_a_stage_are_said(rated) -> None:
    result = scored(rated, stages={"advice": "before", "counter": "during"})
    assert "app, complaints belong to no stage" in " ".join(map(str, result.notes))
    assert one(result.scores, "kind == 'all' and brand.isna()")["estimate"] == pytest.approx(
        rated[list(STAGES)].to_numpy().mean()
    )


def test_without_a_bank_the_market_stands_alone(rated) -> None:
    result = scored(rated, brand=None)
    assert result.scores["brand"].isna().all()
    assert len(result.comparisons) == 0
    assert len(result.contrasts) == 3


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"items": "advice"}, InputError, "`items` must be a list of columns, or a mapping"),
        ({"items": []}, InputError, "`items` must be a list of columns, or a mapping"),
        ({"items": ["advice", "advice"]}, InputError, "each item once"),
        ({"items": ["advise"], "stages": None}, MissingColumnsError, "Did you mean 'advice'"),
        ({"stages": {"advise": "before"}}, InputError, "which are none. Did you mean 'advice'"),
        ({"expectations": {"advice": "advice_e"}}, InputError, "something of every item"),
        ({"importance": dict.fromkeys(STAGES, -1.0)}, ScaleError, "must be >= 0; found -1.0"),
        (
            {"importance": {**dict.fromkeys(STAGES, 0.0), "advice": 1.0}},
            ScaleError,
            "above 0 for some item of stage 'during'",
        ),
        ({"brand": "bnak"}, MissingColumnsError, "`brand` names columns"),
        ({"missing": "mean"}, InputError, "`missing` must be one of"),
        ({"suppress_below": 100}, NotEnoughDataError, "answers of 100 persons to some item"),
        ({"level": 95}, ScaleError, "`level` must lie between 0 and 1"),
    ],
)
def test_refusals(rated, options, error, message) -> None:
    with pytest.raises(error, match=message):
        scored(rated, **options)


def test_contract(rated) -> None:
    expected = {item: f"{item}_e" for item in STAGES}
    assert_contract(
        lambda: service_quality(rated, items=list(STAGES), stages=STAGES, brand="bank"), rated
    )
    assert_contract(
        lambda: service_quality(rated, items=list(STAGES), expectations=expected), rated
    )


def test_a_bank_met_in_one_cluster_has_no_error_and_is_not_compared() -> None:
    rng = np.random.default_rng(6)
    frame = pd.DataFrame({"a": rng.normal(7, 1, 300), "b": rng.normal(6, 1, 300),
                          "bank": np.tile(list("XYZ"), 100), "id": np.arange(300)})  # fmt: skip
    frame["branch"] = np.where(frame["bank"] == "X", 0, frame["id"] % 20 + 1)
    found = service_quality(frame, items=["a", "b"], brand="bank", respondent="id",
                            cluster="branch")  # fmt: skip
    scores = found.scores.set_index("brand")
    assert scores.loc["X", "score"].notna().all()
    assert scores.loc["X", "std_error"].isna().all()
    assert (scores.loc[["Y", "Z"], "std_error"] > 0.01).all()
    assert set(found.comparisons["brand"]) == {"Y", "Z"}
    assert any("(X) come from one cluster" in str(one) for one in found.notes)
    plain = service_quality(frame, items=["a", "b"], brand="bank", respondent="id")
    assert plain.scores["std_error"].notna().all()
