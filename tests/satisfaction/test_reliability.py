"""scale_reliability against R's psych and factanal, its invariants, its refusals, its contract."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError
from brandkit.satisfaction.scores.reliability import LEAST_OWN, one_factor, scale_reliability
from brandkit.satisfaction.scores.weights import survey_weights
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract

TOLERANCE = 1e-10
#: Both sides iterate to the maximum of a likelihood that is flat there.
ITERATIVE = 1e-6
REFERENCE = Path(__file__).parent.parent / "reference" / "scale_reliability" / "values.json"
VALUES = json.loads(REFERENCE.read_text(encoding="utf-8"))
BLOCKS = list(VALUES["csibank"])


@pytest.fixture
def small() -> pd.DataFrame:
    return pd.DataFrame(VALUES["small"]["data"])


@pytest.fixture
def answers(rng: np.random.Generator) -> pd.DataFrame:
    common = rng.normal(0, 1, 120)[:, None]
    values = np.rint(6 + 1.5 * common + rng.normal(0, 1, (120, 4)))
    return pd.DataFrame(values, columns=list("abcd")).assign(
        id=np.arange(120), w=rng.uniform(0.5, 2, 120)
    )


def assert_agrees(frame: pd.DataFrame, known: dict) -> None:
    items = list(known["item_rest"])
    result = scale_reliability(frame, items=items)
    scale, of_items = result.scale.iloc[0], result.items.set_index("item")
    for name in ("alpha_raw", "alpha_standardised", "kmo", "mean_correlation"):
        np.testing.assert_allclose(scale[name], known[name], rtol=TOLERANCE)
    for name, key in (
        ("item_rest", "item_rest"), ("alpha_if_dropped", "alpha_if_dropped"), ("kmo", "kmo_items"),
    ):  # fmt: skip
        expected = [known[key][item] for item in items]
        np.testing.assert_allclose(of_items.loc[items, name], expected, rtol=TOLERANCE)
    np.testing.assert_allclose(scale["omega"], known["omega"]["raw"], rtol=ITERATIVE)
    np.testing.assert_allclose(
        scale["omega_standardised"], known["omega"]["standardised"], rtol=ITERATIVE
    )
    np.testing.assert_allclose(
        of_items.loc[items, "loading"], known["omega"]["loadings"], rtol=ITERATIVE
    )


# --- known values --------------------------------------------------------------------------------


@pytest.mark.real
@pytest.mark.parametrize("block", BLOCKS)
def test_blocks_of_a_real_bank_are_those_of_psych(real: Path, block: str) -> None:
    bank = pd.read_csv(real / "surveys/csibank/csibank.csv")
    assert_agrees(bank, VALUES["csibank"][block])


def test_a_small_scale_is_that_of_psych(small) -> None:
    assert_agrees(small, VALUES["small"]["values"])


def test_three_answers_by_hand() -> None:
    frame = pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, 3, 2]})
    result = scale_reliability(frame, items=["a", "b"])
    # variances 1 and 1, covariance 1/2: alpha = 2 (1 - 2 / 3)
    assert result.scale.loc[0, "alpha_raw"] == pytest.approx(2 / 3, rel=1e-12)
    assert result.items["item_rest"].tolist() == pytest.approx([0.5, 0.5], rel=1e-12)
    assert result.items["mean"].tolist() == [2.0, 2.0]
    assert result.items["spread"].tolist() == pytest.approx([1.0, 1.0], rel=1e-12)


def test_alpha_raw_is_not_alpha_standardised(small) -> None:
    """A peer's trap: one of the two reported under the name of the other."""
    scale = scale_reliability(small, items=list("abcd")).scale.iloc[0]
    assert scale["alpha_standardised"] - scale["alpha_raw"] > 0.05
    standardised = (small - small.mean()) / small.std()
    again = scale_reliability(standardised, items=list("abcd")).scale.iloc[0]
    np.testing.assert_allclose(again["alpha_raw"], scale["alpha_standardised"], rtol=1e-10)
    stretched = small.assign(d=small["d"] * 10)
    other = scale_reliability(stretched, items=list("abcd")).scale.iloc[0]
    np.testing.assert_allclose(other["alpha_standardised"], scale["alpha_standardised"], rtol=1e-10)
    assert other["alpha_raw"] < 0.3


def test_a_factor_that_fits_exactly_is_found() -> None:
    loadings = np.array([0.9, 0.8, 0.7, 0.4])
    correlations = np.outer(loadings, loadings)
    np.fill_diagonal(correlations, 1.0)
    found = one_factor(correlations)
    np.testing.assert_allclose(found.loadings, loadings, rtol=ITERATIVE)
    common = loadings.sum() ** 2
    expected = common / (common + (1 - loadings**2).sum())
    np.testing.assert_allclose(found.omega(np.ones(4)), expected, rtol=ITERATIVE)
    assert not found.is_bounded


# --- invariants ----------------------------------------------------------------------------------


@settings(max_examples=some(15))
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 10), st.floats(-5, 5))
def test_alpha_is_free_of_place_and_common_scale(seed: int, scale: float, shift: float) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(30, 3)) + rng.normal(size=(30, 1)), columns=list("abc"))
    one = scale_reliability(frame, items=list("abc")).scale
    two = scale_reliability(scale * frame + shift, items=list("abc")).scale
    for name in ("alpha_raw", "alpha_standardised", "alpha_low", "alpha_high", "kmo"):
        np.testing.assert_allclose(one[name], two[name], rtol=1e-7, atol=1e-9)


def test_whole_weights_are_repeated_rows(answers) -> None:
    times = np.tile([1, 2, 3], 40)
    weighed = scale_reliability(answers.assign(w=times), items=list("abcd"), weight="w").scale
    repeated = scale_reliability(answers.loc[answers.index.repeat(times)], items=list("abcd")).scale
    for name in ("alpha_raw", "alpha_standardised", "omega", "kmo"):
        np.testing.assert_allclose(weighed[name], repeated[name], rtol=1e-7)


def test_order_of_items_and_rows_changes_nothing(answers) -> None:
    one = scale_reliability(answers, items=list("abcd"), respondent="id")
    two = scale_reliability(
        answers.sample(frac=1, random_state=2), items=list("dcba"), respondent="id"
    )
    np.testing.assert_allclose(one.scale.to_numpy(float), two.scale.to_numpy(float), rtol=1e-7)
    columns = one.items.columns.drop("item")
    ours = two.items.set_index("item").loc[list("abcd"), columns]
    np.testing.assert_allclose(one.items[columns].astype(float), ours.astype(float), rtol=1e-6)


def test_rows_of_a_person_widen_the_interval_and_not_the_estimate(answers) -> None:
    alone = scale_reliability(answers, items=list("abcd")).scale.iloc[0]
    twins = answers.assign(id=np.arange(120) // 4)
    twins[list("abcd")] = answers[list("abcd")].iloc[(np.arange(120) // 4) * 4].to_numpy()
    one_mind = scale_reliability(twins, items=list("abcd"), respondent="id").scale.iloc[0]
    blind = scale_reliability(twins, items=list("abcd")).scale.iloc[0]
    assert one_mind["alpha_raw"] == pytest.approx(blind["alpha_raw"])
    widths = [one["alpha_high"] - one["alpha_low"] for one in (one_mind, blind, alone)]
    assert widths[0] > 1.7 * widths[1]


def test_weights_from_margins_are_taken(answers) -> None:
    answers["sex"] = np.where(answers["id"] % 3 == 0, "f", "m")
    raked = survey_weights(answers, margins={"sex": {"f": 0.5, "m": 0.5}})
    one = scale_reliability(answers, items=list("abcd"), weight=raked).scale.iloc[0]
    two = scale_reliability(
        answers.assign(w=raked.weights), items=list("abcd"), weight="w"
    ).scale.iloc[0]
    assert one["alpha_raw"] == pytest.approx(two["alpha_raw"], rel=1e-10)
    assert one["alpha_low"] != two["alpha_low"]


# --- missing answers -----------------------------------------------------------------------------


def test_rules_for_missing_answers(answers) -> None:
    gaps = answers.copy()
    gaps.loc[:9, "a"] = np.nan
    gaps.loc[5:14, "b"] = np.nan
    with pytest.raises(InputError, match=r"no missing answers; found \['a \(10\)', 'b \(10\)'\]"):
        scale_reliability(gaps, items=list("abcd"))
    dropped = scale_reliability(gaps, items=list("abcd"), missing="drop")
    assert dropped.scale.loc[0, "n_dropped"] == 15
    whole = scale_reliability(gaps.loc[15:], items=list("abcd"))
    assert dropped.scale.loc[0, "alpha_raw"] == pytest.approx(whole.scale.loc[0, "alpha_raw"])
    pairwise = scale_reliability(gaps, items=list("abcd"), missing="pairwise")
    expected = gaps[list("abcd")].corr().to_numpy()
    r = (expected.sum() - 4) / 12
    assert pairwise.scale.loc[0, "mean_correlation"] == pytest.approx(r, abs=0.01)
    assert pairwise.items["n"].tolist() == [110, 110, 120, 120]
    filled = scale_reliability(gaps, items=list("abcd"), missing="mean")
    assert filled.scale.loc[0, "n"] == 120
    for result in (pairwise, filled):
        assert np.isnan(result.scale.loc[0, "alpha_low"])
        assert any("no interval where missing answers" in str(note) for note in result.notes)


# --- bad input: named, counted, gone on ----------------------------------------------------------


def test_a_reversed_item_is_named(answers) -> None:
    answers["b"] = 12 - answers["b"]
    result = scale_reliability(answers, items=list("abcd"))
    assert result.items.set_index("item")["looks_reversed"].to_dict() == {
        "a": False, "b": True, "c": False, "d": False
    }  # fmt: skip
    assert any("1 item runs against the others (b)" in str(note) for note in result.notes)


def test_a_constant_item_is_named_and_left_out(answers) -> None:
    result = scale_reliability(answers.assign(b=7.0), items=list("abcd"))
    without = scale_reliability(answers, items=list("acd"))
    assert result.scale.loc[0, "alpha_raw"] == pytest.approx(without.scale.loc[0, "alpha_raw"])
    assert result.scale.loc[0, "n_items"] == 3
    mine = result.items.set_index("item").loc["b"]
    assert np.isnan(mine["item_rest"])
    assert mine["mean"] == 7.0
    assert any("alike on 1 item (b)" in str(note) for note in result.notes)


def test_items_that_follow_from_others_are_named(answers) -> None:
    result = scale_reliability(answers.assign(d=answers["a"] + answers["b"]), items=list("abcd"))
    assert np.isnan(result.scale.loc[0, "kmo"])
    assert np.isnan(result.scale.loc[0, "omega"])
    assert 0 < result.scale.loc[0, "alpha_raw"] < 1
    assert any("follow from the others exactly (a, b, d)" in str(note) for note in result.notes)


def test_two_items_have_alpha_but_no_omega(answers) -> None:
    result = scale_reliability(answers, items=["a", "b"])
    assert np.isnan(result.scale.loc[0, "omega"])
    assert result.scale.loc[0, "alpha_raw"] > 0
    assert "Omega and loadings take three items." in map(str, result.notes)


def test_an_item_explained_wholly_is_said() -> None:
    correlations = np.array([[1, 0.9, 0.8], [0.9, 1, 0.5], [0.8, 0.5, 1.0]])
    found = one_factor(correlations)
    assert found.is_bounded
    assert found.own.min() == pytest.approx(LEAST_OWN)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"items": ["a"]}, NotEnoughDataError, r"at least two that vary"),
        ({"items": []}, InputError, r"`columns` must name at least one|`items`"),
        ({"items": ["a", "a"]}, InputError, r"`items` must name each column once"),
        ({"items": ["a", "bb"]}, MissingColumnsError, r"`items` names columns.*\['bb'\]"),
        ({"missing": "keep"}, InputError, r"`missing` must be one of 'raise', 'drop'"),
        ({"level": 2}, InputError, r"`level` must lie between 0 and 1"),
        ({"weight": "ww"}, MissingColumnsError, r"`weight` names columns"),
    ],
)
def test_refusals(answers, options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        scale_reliability(answers, **{"items": list("abcd"), **options})


def test_items_that_do_not_vary_are_refused(answers) -> None:
    with pytest.raises(NotEnoughDataError, match=r"found 1 that vary \(\['a'\]\)"):
        scale_reliability(answers.assign(b=1, c=2, d=3), items=list("abcd"))


# --- contract, simulation ------------------------------------------------------------------------


def test_contract(answers) -> None:
    assert_contract(
        lambda: scale_reliability(answers, items=list("abcd"), weight="w", respondent="id"),
        answers,
    )


def test_a_survey_brings_its_design_and_labels() -> None:
    survey = read_study("sample").survey
    result = scale_reliability(survey, items=["sat1", "sat2", "sat3"], missing="drop")
    assert result.labels["sat1"] == "overall satisfaction"
    assert result.scale.loc[0, "n_respondents"] < result.scale.loc[0, "n"]
    assert result.scale.loc[0, "alpha_raw"] > 0.8


def test_the_interval_covers_alpha_in_a_few_runs() -> None:
    """The fast part of benchmarks/simulations/scores.py: 80 runs, skewed rounded answers."""
    covered = []
    slopes = np.array([0.9, 0.8, 0.7, 0.6])

    def drawn(rng: np.random.Generator, n: int) -> np.ndarray:
        common = rng.normal(size=(n, 1))
        values = 8 + 1.5 * (common * slopes + 0.6 * rng.normal(size=(n, 4)))
        return np.clip(np.rint(values), 0, 10)

    whole = np.cov(drawn(np.random.default_rng(0), 200_000).T)
    truth = 4 / 3 * (1 - np.trace(whole) / whole.sum())
    for one in np.random.SeedSequence(9).spawn(80):
        frame = pd.DataFrame(drawn(np.random.default_rng(one), 100), columns=list("abcd"))
        scale = scale_reliability(frame, items=list("abcd")).scale.iloc[0]
        covered.append(scale["alpha_low"] <= truth <= scale["alpha_high"])
    assert np.mean(covered) > 0.87
