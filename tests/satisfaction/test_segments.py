"""Segments: tiers by hand, classes as stepmix finds them, stability, and joining to the rows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from benchmarks.simulations.segments import SHARES, answers, found
from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError, ScaleError
from brandkit.satisfaction.segments.kernel import (
    adjusted_rand,
    best_fit,
    chances,
    indicators,
    raw_log_likelihood,
)
from brandkit.satisfaction.segments.segments import customer_segments
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract

VALUES = json.loads(
    (Path(__file__).parents[1] / "reference/customer_segments/values.json").read_text("utf-8")
)


@pytest.fixture
def people(rng: np.random.Generator) -> pd.DataFrame:
    """90 persons with two rows each."""
    frame = pd.DataFrame({"id": np.repeat(np.arange(90), 2), "bank": np.tile(["a", "b"], 90)})
    frame["tier"] = np.repeat(rng.choice(["low", "middle", "high"], 90, p=[0.5, 0.3, 0.2]), 2)
    frame["balance"] = np.repeat(rng.uniform(0, 20e6, 90), 2)
    frame["sex"] = np.repeat(rng.choice(["f", "m"], 90), 2)
    frame["w"] = np.repeat(rng.uniform(0.5, 2, 90), 2)
    kind = np.repeat(rng.choice([0.0, 3.0], 90), 2)
    for item in ("fees", "advice"):
        frame[item] = 4 + kind + rng.normal(0, 1, 180)
    return frame


def segments(frame: pd.DataFrame, **options):
    defaults = {"items": ["fees", "advice"], "respondent": "id", "draws": 50, "starts": 5}
    return customer_segments(frame, **{**defaults, **options})


# Known values ------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [1, 2, 3])
def test_classes_of_ratings_are_those_of_stepmix(classes: int) -> None:
    ratings = np.array(VALUES["ratings"], dtype=float)
    weight = np.array(VALUES["weight"])
    data = indicators(ratings, [], weight=weight, variances="free")
    fit = best_fit(data, weight=weight, classes=classes, starts=20, seed=0)
    known = VALUES["free"][str(classes)]
    assert raw_log_likelihood(data, fit, weight) == pytest.approx(known["log_likelihood"], rel=1e-6)
    np.testing.assert_allclose(np.exp(fit.log_share[0]), known["share"], rtol=1e-3)
    mass = chances(data, fit)[0][0] * weight[:, None]
    there = ~np.isnan(ratings)
    mean = (mass.T @ np.nan_to_num(ratings)) / (mass.T @ there)
    np.testing.assert_allclose(mean, known["mean"], rtol=1e-4)


@pytest.mark.parametrize("classes", [1, 2])
def test_classes_of_ticks_are_those_of_stepmix(classes: int) -> None:
    ticks, weight = np.array(VALUES["ticks"], dtype=int), np.array(VALUES["weight"])
    empty = np.empty((len(ticks), 0))
    data = indicators(empty, list(ticks.T), weight=weight, variances="equal")
    fit = best_fit(data, weight=weight, classes=classes, starts=20, seed=0)
    known = VALUES["ticked"][str(classes)]["log_likelihood"]
    assert raw_log_likelihood(data, fit, weight) == pytest.approx(known, rel=1e-6)
    assert data.n_parameters(classes) == classes - 1 + 3 * classes


def test_one_class_is_the_normal_distribution(people) -> None:
    result = segments(people, n_classes=1)
    values = people.groupby("id")[["fees", "advice"]].mean()
    spread = values.std(ddof=0)
    likelihood = -90 / 2 * (2 * np.log(2 * np.pi) + 2 * np.log(spread).sum() + 2)
    fit = result.fits.iloc[0]
    assert fit["log_likelihood"] == pytest.approx(likelihood, rel=1e-10)
    assert fit["bic"] == pytest.approx(-2 * likelihood + 4 * np.log(90), rel=1e-10)
    np.testing.assert_allclose(result.profiles["estimate"], values.mean(), rtol=1e-12)


def test_tiers_by_hand(people) -> None:
    result = segments(people, tiers="tier")
    person = people.groupby("id").agg({"tier": "first", "fees": "mean"})
    share = person["tier"].value_counts(normalize=True)
    sizes = result.segments.set_index("segment")
    assert sizes.loc["high", "share"] == pytest.approx(share["high"], rel=1e-12)
    assert sizes.loc["high", "std_error"] == pytest.approx(
        np.sqrt(share["high"] * (1 - share["high"]) / 89), rel=1e-12
    )
    high = person.query("tier == 'high'")["fees"]
    row = result.profiles.query("segment == 'high' and item == 'fees'").iloc[0]
    assert row["estimate"] == pytest.approx(high.mean(), rel=1e-12)
    assert row["std_error"] == pytest.approx(
        np.sqrt(90 / 89 * ((high - high.mean()) ** 2).sum()) / len(high), rel=1e-12
    )
    assert row["difference"] == pytest.approx(high.mean() - person["fees"].mean(), rel=1e-12)
    off = (person["tier"] == "high") * (person["fees"] - high.mean()) / len(high)
    off -= (person["fees"] - person["fees"].mean()) / 90
    assert row["difference_error"] == pytest.approx(np.sqrt(90 / 89 * (off**2).sum()), rel=1e-12)
    assert (result.kind, result.draws) == ("tiers", 0)


def test_the_sample_has_its_tiers_in_order() -> None:
    survey = read_study("sample").survey
    result = customer_segments(survey, items=["sat1", "fees"], tiers="tier", describe=["age"])
    assert result.segments["segment"].tolist() == [
        "1-5 million", "5-10 million", "over 10 million",
    ]  # fmt: skip
    assert result.segments["share"].sum() == pytest.approx(1)
    ages = result.profiles[result.profiles["item"].str.startswith("age: ")]
    np.testing.assert_allclose(ages.groupby("segment")["estimate"].sum(), 1, rtol=1e-12)
    joined = result.assign(survey)
    assert joined.design == survey.design
    assert joined.responses["segment"].tolist() == survey.responses["tier"].astype(str).tolist()


def test_agreement_is_that_of_scikit_learn(rng) -> None:
    first, second = rng.integers(0, 3, (2, 100))
    table = np.zeros((3, 3))
    np.add.at(table, (first, second), 1)
    assert float(adjusted_rand(table)) == pytest.approx(adjusted_rand_score(first, second))


# Planted classes ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("weighted", [False, True])
def test_planted_classes_are_found_and_last(weighted: bool) -> None:
    frame, kind = answers(np.random.default_rng(3), 400, apart=2.0, weighted=weighted)
    result = found(frame, n_classes=(1, 4), weighted=weighted, draws=50)
    assert result.fits.loc[result.fits["is_chosen"], "n_classes"].tolist() == [3]
    np.testing.assert_allclose(result.segments["share"], SHARES, atol=0.07)
    own = result.membership.sort_index(key=lambda ids: ids.astype(int)).astype(int) - 1
    assert adjusted_rand_score(own, kind) > 0.85
    assert result.stability["rand_index"] > 0.85
    assert result.stability["share_kept"] > 0.95
    assert (result.segments["certainty"] > 0.9).all()


@pytest.mark.slow
def test_without_groups_one_class_is_found_and_two_do_not_last() -> None:
    rng = np.random.default_rng(4)
    one = [
        len(
            found(
                answers(rng, 250, apart=0)[0], n_classes=(1, 3), weighted=False, draws=50
            ).segments
        )
        for _ in range(8)
    ]
    assert one == [1] * 8
    forced = found(answers(rng, 250, apart=0)[0], n_classes=2, weighted=False, draws=50)
    assert forced.stability["rand_index"] < 0.7


def halo(rng: np.random.Generator, n: int = 400, *, mean: float = 6.5) -> pd.DataFrame:
    """One level without gaps: everybody rates all six items a little higher or lower."""
    level = rng.normal(0, 1.2, n)[:, None]
    scores = np.clip(np.rint(mean + level + rng.normal(0, 1.2, (n, 6))), 0, 10)
    return pd.DataFrame(scores, columns=[f"x{at}" for at in range(6)])


def kinds(rng: np.random.Generator, n: int = 400, *, apart: float = 1.2) -> pd.DataFrame:
    """Three kinds that like other items, under the same halo."""
    shapes = np.array([[1, 1, -1, -1, 0, 0], [-1, -1, 1, 1, 0, 0], [0, 0, -1, 0, 1.0, 1]])
    return (halo(rng, n) + apart * shapes[rng.integers(0, 3, n)]).clip(0, 10).round()


@pytest.mark.slow
def test_steps_of_one_level_are_no_kinds() -> None:
    rng = np.random.default_rng(5)
    for mean in (6.5, 8.3):
        frame = halo(rng, mean=mean)
        found = customer_segments(frame, items=[*frame], draws=50, starts=4, n_classes=(1, 4))
        assert len(found.segments) > 1  # and they last over draws
        assert found.nature == "levels"
        assert found.p_levels > 0.01
        assert "not in what they rate high" in str(found.story().headline)
        assert not [one for one in found.story().findings if one.settled == "clear"]


def test_planted_kinds_are_told_from_levels() -> None:
    frame = kinds(np.random.default_rng(6), apart=1.5)
    found = customer_segments(frame, items=[*frame], draws=50, starts=4, n_classes=3)
    assert (found.nature, found.p_levels) == ("kinds", 1 / 200)
    assert (found.n_kinds, found.is_rough) == (3, False)
    assert "3 kinds fit best" in str(found.story().findings[0].detail)
    assert found.story().findings[0].settled == "clear"
    assert "by degrees is open" in str(found.story().findings[0].headline)


@pytest.mark.slow
def test_items_that_go_against_each_other_are_kinds_and_few_items_are_open() -> None:
    rng = np.random.default_rng(7)
    side = np.where(rng.random(500) < 0.5, 1.0, -1.0)[:, None]
    frame = pd.DataFrame(5 + side * [1.5, 1.5, -1.5, -1.5] + rng.normal(0, 1.2, (500, 4)),
                         columns=list("abcd"))  # fmt: skip
    call = {"draws": 50, "starts": 3, "n_classes": 2}
    assert customer_segments(frame, items=[*frame], **call).nature == "kinds"
    few = customer_segments(frame, items=["a", "b", "c"], **call)
    assert few.nature == "open"
    assert np.isnan(few.p_levels)
    noise = pd.DataFrame(rng.normal(6, 1.2, (400, 5)), columns=list("vwxyz"))
    assert customer_segments(noise, items=[*noise], **call).nature == "levels"


def test_kinds_are_counted_apart_from_their_level() -> None:
    from brandkit.satisfaction.segments.kernel import kinds_of

    rng, even = np.random.default_rng(3), np.ones(500)
    level = rng.normal(0, 1.2, (500, 1))
    noise = rng.normal(0, 1.0, (500, 6))
    assert kinds_of(level + noise, even, seed=0) == (1, False)
    side = np.where(rng.random(500) < 0.4, 1.5, -1.5)[:, None]
    two = level + side * [1, 1, 1, -1, -1, -1] + noise
    assert kinds_of(two, even, seed=0) == (2, False)
    doubled = kinds_of(np.vstack([two, two]), np.full(1000, 7.0), seed=0)  # any scale of weights
    assert doubled.n >= 2
    assert kinds_of(np.minimum(level + noise, 0.3), even, seed=0).is_rough


def test_a_tier_met_in_one_cluster_has_no_error() -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"sat": rng.normal(7, 1, 120), "id": np.arange(120),
                          "tier": np.repeat(["low", "high"], 60)})  # fmt: skip
    frame["branch"] = np.where(frame["tier"] == "low", 0, frame["id"] % 10 + 1)
    call = {"items": ["sat"], "tiers": "tier", "respondent": "id", "cluster": "branch"}
    found = customer_segments(frame, **call)
    rows = found.profiles.set_index("segment")
    assert np.isnan(rows.loc["low", ["std_error", "ci_low", "p_value"]].astype(float)).all()
    assert rows.loc["high", "std_error"] > 0.01
    assert any("(low) come from one cluster" in str(one) for one in found.notes)


def test_the_misfit_is_that_of_the_likelihood() -> None:
    from brandkit.satisfaction.segments.kernel import misfit

    loadings = np.array([0.8, 0.7, 0.6, 0.5])
    one = np.outer(loadings, loadings)
    np.fill_diagonal(one, 1.0)
    assert misfit(one) == pytest.approx(0.0, abs=1e-8)
    one[0, 1] = one[1, 0] = 0.2
    assert misfit(one) > 0.05


@pytest.mark.slow
@pytest.mark.parametrize("runs", [4, pytest.param(40, marks=pytest.mark.exhaustive)])
def test_levels_are_called_kinds_in_at_most_a_twentieth_and_kinds_are_found(runs: int) -> None:
    """Samples of each design."""
    from brandkit.satisfaction.segments.kernel import nature_of

    weight = np.ones(400)
    for make, low, high in ((halo, 0.0, 0.05 + 2.6 * 0.035), (kinds, 0.9, 1.0)):
        natures = [
            nature_of(make(np.random.default_rng([run, 77])).to_numpy(), weight, seed=run).nature
            for run in range(runs)
        ]
        assert low <= np.mean([one == "kinds" for one in natures]) <= high


def test_relative_ratings_are_withdrawn(people) -> None:
    with pytest.raises(InputError, match="withdrawn: ratings less a person's own mean"):
        customer_segments(people, items=["s0", "s1"], form="relative")


def test_a_small_class_is_passed_over_and_said(people) -> None:
    people.loc[people["id"] < 3, ["fees", "advice"]] = 60.0
    result = segments(people, n_classes=(1, 4), suppress_below=1)
    assert (result.segments["share"] >= 0.05).all()
    assert "less than the 5% asked for" in " ".join(map(str, result.notes))
    assert segments(people, n_classes=(1, 4), least_share=0).segments["share"].min() < 0.05


def test_a_scale_without_gaps_is_said_to_be_cut_into_steps(rng) -> None:
    level = rng.uniform(0, 10, (400, 1))
    frame = pd.DataFrame(level + rng.normal(0, 0.5, (400, 4)), columns=list("abcd"))
    result = customer_segments(frame, items=list("abcd"), n_classes=(1, 3), draws=50, starts=5)
    assert "steps of a scale without gaps" in " ".join(map(str, result.notes))


# Invariants --------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=some(3))
@given(st.integers(0, 1000), st.floats(0.1, 50), st.floats(-30, 30))
def test_order_and_units_change_nothing(seed: int, factor: float, shift: float) -> None:
    frame, _ = answers(np.random.default_rng(seed), 120, apart=1.5)
    items = [name for name in frame if name.startswith("s")][:3]
    options = {"items": items, "respondent": "id", "n_classes": 2, "draws": 50, "starts": 3}
    one = customer_segments(frame, **options)
    moved = frame.sample(frac=1, random_state=seed)
    other = customer_segments(moved, **options)
    pd.testing.assert_series_equal(one.membership, other.membership)
    pd.testing.assert_frame_equal(one.profiles, other.profiles, rtol=1e-6)
    frame[items] = frame[items] * factor + shift
    scaled = customer_segments(frame, **options, suppress_below=1)
    agree = (scaled.membership == one.membership).mean()
    assert agree > 0.98 or agree < 0.02
    assert one.segments["share"].sum() == pytest.approx(1)


def test_tiers_of_numbers_are_cut_at_declared_limits(people) -> None:
    result = segments(people, tiers="balance", cuts=[5e6, 10e6])
    assert result.segments["segment"].tolist() == [
        "< 5,000,000", "5,000,000–10,000,000", "≥ 10,000,000",
    ]  # fmt: skip
    person = people.drop_duplicates("id")
    assert result.segments["n"].iloc[0] == (person["balance"] < 5e6).sum()


def test_segments_join_to_rows_with_and_without_ids(people) -> None:
    result = segments(people, n_classes=2)
    joined = result.assign(people)
    assert "segment" not in people
    assert joined.groupby("id")["segment"].nunique().eq(1).all()
    assert set(joined["segment"]) == {"1", "2"}
    people.loc[3, ["fees", "advice"]] = np.nan
    alone = segments(people, respondent=None, n_classes=2).assign(people, column="class")
    assert alone["class"].isna().tolist() == [at == 3 for at in range(180)]
    with pytest.raises(InputError, match="a new name; found 'segment'"):
        result.assign(joined)
    with pytest.raises(MissingColumnsError, match="names columns"):
        result.assign(people.drop(columns="id"))
    with pytest.raises(InputError, match="the rows the segments were found in"):
        segments(people, respondent=None, n_classes=2).assign(people.head(20))


def test_ticks_and_named_things_form_classes(people, rng) -> None:
    people["app"] = np.repeat(rng.integers(0, 2, 90).astype(float), 2)
    result = segments(people, items=["fees", "app", "sex"], n_classes=2, describe=["advice"])
    assert {"app", "sex: f", "sex: m", "advice"} < set(result.profiles["item"])
    both = result.profiles.query("item == 'sex: f' or item == 'sex: m'")
    np.testing.assert_allclose(both.groupby("segment")["estimate"].sum(), 1, rtol=1e-9)
    tested = result.profiles.groupby("item")["p_value"].count()
    assert tested["advice"] == 2
    assert tested["fees"] == 0
    assert result.profiles.set_index("item")["is_described"]["advice"].all()


def test_what_persons_left_out_is_met(people) -> None:
    people.loc[people["id"] == 5, ["fees", "advice"]] = np.nan
    people["age"] = np.repeat(np.arange(90.0), 2)
    result = segments(people, n_classes=2, describe=["age"])
    assert "1 person answered nothing" in " ".join(map(str, result.notes))
    assert result.segments["n"].sum() == 89
    assert pd.isna(result.membership["5"])
    flat = segments(people.assign(flat=3.0), items=["fees", "advice", "flat"], n_classes=2)
    assert "flat is the same for every person" in " ".join(map(str, flat.notes))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"items": "fees"}, InputError, "`items` must be a list of columns"),
        ({"items": ["fee"]}, MissingColumnsError, "Did you mean 'fees'"),
        ({"items": ["fees", "fees"]}, InputError, "each column once"),
        ({"items": ["bank"]}, InputError, "one value for each person; found 90 persons"),
        ({"tiers": "bank"}, InputError, "`tiers` must have one value for each person"),
        ({"tiers": "tear"}, MissingColumnsError, "Did you mean 'tier'"),
        ({"tiers": "tier", "n_classes": 3}, InputError, "must not be given with `tiers`"),
        ({"tiers": "tier", "cuts": [1]}, InputError, "`cuts` must go with a number"),
        ({"tiers": "balance", "cuts": [3, 1]}, ScaleError, "`cuts` must ascend"),
        ({"n_classes": 0}, InputError, "`n_classes` must be a whole number between 1 and 12"),
        ({"n_classes": (3, 2)}, InputError, "the smaller end first"),
        ({"n_classes": 10}, NotEnoughDataError, "at least 10 persons a class; found 90 for 10"),
        ({"items": ["flat"]}, NotEnoughDataError, "constant items only"),
        ({"form": "shape"}, InputError, "`form` must be one of"),
        ({"variances": "all"}, InputError, "`variances` must be one of"),
        ({"least_share": 1.5}, ScaleError, "`least_share` must lie between 0 and 1"),
        ({"draws": 5}, InputError, "`draws` must be a whole number at least 50"),
    ],
)
def test_refusals(people, options, error, message) -> None:
    with pytest.raises(error, match=message):
        segments(people.assign(flat=1.0), **options)


def test_small_tiers_are_counted_and_not_described(people) -> None:
    people.loc[people["id"] < 4, "tier"] = "tiny"
    result = segments(people, tiers="tier")
    assert result.segments.set_index("segment").loc["tiny", "n"] == 4
    assert result.profiles.query("segment == 'tiny'")["estimate"].isna().all()
    assert "1 segment has fewer than 10 persons" in " ".join(map(str, result.notes))


def test_contract(people) -> None:
    assert_contract(
        lambda: customer_segments(
            people, items=["fees", "advice"], respondent="id", weight="w", n_classes=(1, 2),
            draws=50, starts=3,
        ),
        people,
    )  # fmt: skip
    assert_contract(
        lambda: customer_segments(people, items=["fees"], tiers="tier", respondent="id"), people
    )
