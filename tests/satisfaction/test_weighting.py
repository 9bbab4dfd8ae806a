"""survey_weights against R's survey, its invariants, its refusals, its contract."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import (
    InputError,
    MissingColumnsError,
    NotConvergedError,
    NotEnoughDataError,
    ScaleError,
)
from brandkit.sampling.rows import survey_rows
from brandkit.satisfaction.scores.weights import survey_weights, weight_facts
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract

REFERENCE = Path(__file__).parent.parent / "reference" / "survey_weights" / "values.json"
VALUES = json.loads(REFERENCE.read_text(encoding="utf-8"))
MARGINS = {"sex": {"f": 0.5, "m": 0.5}, "age": {"old": 0.3, "young": 0.7}}


def people(rng: np.random.Generator, n: int = 200) -> pd.DataFrame:
    return pd.DataFrame({
        "sex": rng.choice(["f", "m"], n, p=[0.7, 0.3]), "age": rng.choice(["old", "young"], n),
        "w": rng.uniform(0.5, 2, n), "wave": rng.choice([2025, 2026], n), "id": np.arange(n),
    })  # fmt: skip


@pytest.fixture
def sample(rng: np.random.Generator) -> pd.DataFrame:
    return people(rng)


def shares(frame: pd.DataFrame, column: str, weights: pd.Series) -> pd.Series:
    return weights.groupby(frame[column]).sum() / weights.sum()


# --- known values --------------------------------------------------------------------------------


@pytest.mark.real
def test_weights_and_their_effect_are_those_of_r(real: Path) -> None:
    bank = pd.read_csv(real / "surveys/csibank/csibank.csv")
    margins = {
        "Gender": {"Female": 0.51, "Male": 0.49},
        "Region": {"Center": 0.4, "East": 0.35, "North": 0.25},
    }
    result = survey_weights(bank, margins=margins)
    known = pd.DataFrame(VALUES["cell_weights"])
    cells = result.cells.set_index("label")["weight"]
    ours = [
        cells[f"{sex} · {region}"] for sex, region in zip(known.Gender, known.Region, strict=True)
    ]
    np.testing.assert_allclose(ours, known["w"], rtol=1e-9)
    effect = result.glance().loc[0, "kish_effect"]
    np.testing.assert_allclose(effect, VALUES["kish_effect"], rtol=1e-10)


def test_one_margin_is_a_ratio() -> None:
    frame = pd.DataFrame({"sex": ["f", "f", "f", "m"]})
    result = survey_weights(frame, margins={"sex": {"f": 1, "m": 1}})
    np.testing.assert_allclose(result.weights, [2 / 3, 2 / 3, 2 / 3, 2.0], rtol=1e-12)
    facts = result.glance().iloc[0]
    # n sum w^2 / (sum w)^2 = 4 (3 x 4/9 + 4) / 16
    np.testing.assert_allclose(facts["kish_effect"], 4 / 3, rtol=1e-12)
    np.testing.assert_allclose(facts["n_effective"], 3.0, rtol=1e-12)


def test_shares_percentages_and_counts_are_one(sample) -> None:
    whole = [
        survey_weights(sample, margins={"sex": {"f": f, "m": m}}).weights
        for f, m in ((0.48, 0.52), (48, 52), (480_000, 520_000))
    ]
    np.testing.assert_allclose(whole[1], whole[0], rtol=1e-12)
    np.testing.assert_allclose(whole[2], whole[0], rtol=1e-12)


def test_groups_are_compared_as_text() -> None:
    frame = pd.DataFrame({"sex": [1.0, 2.0, 1.0, 2.0, 1.0]})
    result = survey_weights(frame, margins={"sex": {"1": 0.5, 2: 0.5}})
    np.testing.assert_allclose(result.weights, [5 / 6, 5 / 4, 5 / 6, 5 / 4, 5 / 6], rtol=1e-12)


# --- invariants ----------------------------------------------------------------------------------


@settings(max_examples=some(20))
@given(st.integers(0, 2**32 - 1))
def test_margins_are_met_whatever_the_weights_before(seed: int) -> None:
    frame = people(np.random.default_rng(seed))
    result = survey_weights(frame, margins=MARGINS, weight="w")
    for column, groups in MARGINS.items():
        found = shares(frame, column, result.weights)
        np.testing.assert_allclose(found[list(groups)], list(groups.values()), rtol=1e-9)
    np.testing.assert_allclose(result.weights.sum(), frame["w"].sum(), rtol=1e-9)
    np.testing.assert_allclose(
        result.margins["share_after"], result.margins["share_target"], rtol=1e-9
    )


def test_each_wave_is_raked_by_itself_and_keeps_its_weight(sample) -> None:
    result = survey_weights(sample, margins=MARGINS, weight="w", wave="wave")
    for wave, part in sample.groupby("wave"):
        alone = survey_weights(part, margins=MARGINS, weight="w")
        np.testing.assert_allclose(result.weights[part.index], alone.weights, rtol=1e-9)
        facts = result.waves.set_index("wave").loc[str(wave)]
        np.testing.assert_allclose(facts["kish_effect"], alone.glance()["kish_effect"].iloc[0])
    assert result.margins["wave"].tolist() == ["2025"] * 4 + ["2026"] * 4


def test_persons_are_counted_once_however_many_rows_they_have(rng, sample) -> None:
    times = rng.integers(1, 4, len(sample))
    rows = sample.loc[sample.index.repeat(times)].reset_index(drop=True)
    result = survey_weights(rows, margins=MARGINS, respondent="id")
    alone = survey_weights(sample, margins=MARGINS)
    np.testing.assert_allclose(result.weights, alone.weights.to_numpy()[rows["id"]], rtol=1e-9)
    assert result.glance().loc[0, "n"] == len(sample)
    pd.testing.assert_frame_equal(result.margins, alone.margins)


def test_the_order_of_rows_changes_nothing(sample) -> None:
    mixed = sample.sample(frac=1, random_state=1)
    one = survey_weights(sample, margins=MARGINS).weights
    two = survey_weights(mixed, margins=MARGINS).weights
    np.testing.assert_allclose(two[sample.index], one, rtol=1e-10)


def test_the_study_s_own_survey_is_weighted_by_person_and_wave() -> None:
    study = read_study("sample")
    result = survey_weights(study.survey, margins=study.margins)
    assert result.waves["n"].tolist() == [1500, 1500]
    np.testing.assert_allclose(result.margins["share_after"], result.margins["share_target"])
    # the file's weights already do it, nearly
    gap = (result.margins["share_delivered"] - result.margins["share_target"]).abs()
    assert gap.max() < 2e-4
    counted = result.margins["n"] / 1500
    np.testing.assert_allclose(result.margins["share_before"], counted, rtol=1e-12)
    assert any("“as delivered” are the shares by these" in str(note) for note in result.notes)


def test_before_weighting_is_unweighted_and_as_delivered_a_share_of_its_own() -> None:
    frame = pd.DataFrame({"sex": ["f", "f", "f", "m"], "w": [1.0, 1.0, 1.0, 2.0]})
    given = survey_weights(frame, margins={"sex": {"f": 0.5, "m": 0.5}}, weight="w")
    for table in (given.margins, given.cells):
        assert table["share_before"].tolist() == [0.75, 0.25]
        np.testing.assert_allclose(table["share_delivered"], [0.6, 0.4], rtol=1e-12)
        np.testing.assert_allclose(table["share_after"], [0.5, 0.5], rtol=1e-12)
    assert "share_delivered" in given.story().exhibits["weights"].data
    assert "75.0%" in str(given.story().findings[0].detail)
    plain = survey_weights(frame, margins={"sex": {"f": 0.5, "m": 0.5}})
    assert plain.margins["share_delivered"].isna().all()
    assert "share_delivered" not in plain.story().exhibits["weights"].data


def test_draws_of_a_survey_meet_the_margins_in_every_wave(sample) -> None:
    result = survey_weights(sample, margins=MARGINS, wave="wave")
    rows = survey_rows(sample, columns=["w"], weight=result, respondent="id")
    drawn = rows.draws(20).row_weights(rows.weight)
    inside = (sample["wave"] == 2025).to_numpy()
    men = (sample["sex"] == "m").to_numpy()
    share = drawn[:, inside & men].sum(axis=1) / drawn[:, inside].sum(axis=1)
    np.testing.assert_allclose(share, 0.5, rtol=1e-6)


def test_weight_facts_of_equal_weights() -> None:
    facts = weight_facts(np.full(5, 0.3))
    assert facts == pytest.approx(
        {"kish_effect": 1.0, "n_effective": 5.0, "weight_low": 1.0, "weight_high": 1.0}
    )


# --- trimming ------------------------------------------------------------------------------------


def test_trimmed_weights_stay_below_the_limit_and_margins_hold(sample) -> None:
    free = survey_weights(sample, margins=MARGINS, weight="w")
    limit = 0.85 * float(free.glance().loc[0, "weight_high"])
    result = survey_weights(sample, margins=MARGINS, weight="w", trim=limit)
    assert result.weights.max() <= limit * result.weights.mean() * (1 + 2e-6)
    np.testing.assert_allclose(
        result.margins["share_after"], result.margins["share_target"], rtol=1e-6
    )
    assert result.calibration.is_trimmed
    assert result.glance().loc[0, "n_trimmed"] > 0
    assert any("cut and the sample raked again" in str(note) for note in result.notes)


def test_a_limit_that_margins_do_not_allow_is_said(sample) -> None:
    result = survey_weights(sample, margins=MARGINS, trim=1.1)
    assert result.glance().loc[0, "weight_high"] > 1.2
    assert any("cannot be kept to the limit of 1.10" in str(note) for note in result.notes)
    np.testing.assert_allclose(result.margins["share_after"], result.margins["share_target"])


def test_without_raking_again_the_gap_is_said(sample) -> None:
    result = survey_weights(sample, margins=MARGINS, weight="w", trim=1.5, after_trim="keep")
    gap = (result.margins["share_after"] - result.margins["share_target"]).abs().max()
    assert gap > 0.001
    assert any(f"off its margin by up to {gap:.1%}" in str(note) for note in result.notes)
    np.testing.assert_allclose(result.weights.sum(), sample["w"].sum(), rtol=1e-9)


# --- what is named and goes on -------------------------------------------------------------------


def test_a_missing_group_has_no_weight_and_is_counted(sample) -> None:
    sample.loc[[3, 8], "sex"] = None
    sample.loc[9, "age"] = None
    result = survey_weights(sample, margins=MARGINS)
    assert (result.weights[[3, 8, 9]] == 0).all()
    assert result.n_dropped == 3
    said = [str(note) for note in result.notes]
    assert "3 persons have a missing group and get no weight: sex (2), age (1)." in said


def test_a_weight_of_zero_counts_nowhere(sample) -> None:
    sample["w"] = 1.0
    sample.loc[:4, "w"] = 0.0
    result = survey_weights(sample, margins=MARGINS, weight="w")
    assert (result.weights[:5] == 0).all()
    assert result.glance().loc[0, "n"] == len(sample) - 5
    assert "5 rows have weight 0 and count nowhere." in [str(note) for note in result.notes]


def test_shares_that_nearly_sum_are_mended_aloud(sample) -> None:
    result = survey_weights(sample, margins={"sex": {"f": 0.49, "m": 0.5}})
    assert "The shares of sex sum to 99.0%; they were brought to 100%." in map(str, result.notes)
    np.testing.assert_allclose(result.margins["share_target"].sum(), 1.0)


def test_costly_weights_are_seen_in_the_facts() -> None:
    frame = pd.DataFrame({"sex": ["f"] * 95 + ["m"] * 5})
    facts = survey_weights(frame, margins={"sex": {"f": 0.5, "m": 0.5}}).glance().iloc[0]
    assert facts["kish_effect"] == pytest.approx(100 * (95 * (50 / 95) ** 2 + 5 * 10**2) / 100**2)


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"margins": {}}, InputError, r"`margins` must map at least one column.*found none"),
        ({"margins": {"sexe": {"f": 1, "m": 1}}}, MissingColumnsError, "Did you mean .sex."),
        ({"margins": {"sex": {"f": 1}}}, InputError, r"at least two groups.*for 'sex'"),
        ({"margins": {"sex": {"f": 0.5, "x": 0.5}}}, InputError, r"group of .sex.; found \[.m.\]"),
        ({"margins": {"sex": {"f": 4, "m": 4, "x": 2}}}, InputError, r"nobody in \[.x.\] of .sex."),
        ({"margins": {"sex": {"f": 0.5, "m": 0.3}}}, ScaleError, r"sum to 1.*0.8 for .sex."),
        ({"margins": {"sex": {"f": 1.0, "m": 0.0}}}, ScaleError, r"above 0; found \['m'\]"),
        ({"margins": {"sex": {"f": 1.2, "m": -0.2}}}, ScaleError, r"above 0; found \['m'\]"),
        ({"margins": {"sex": {"f": "half", "m": 0.5}}}, InputError, r"numbers; found .half."),
        ({"margins": {"sex": {"1": 0.5, 1: 0.5}}}, InputError, r"name each group once"),
        ({"weight": "ww"}, MissingColumnsError, r"`weight` names columns"),
        ({"trim": 1.0}, ScaleError, r"`trim` must be above 1.*found 1.0"),
        ({"after_trim": "stop"}, InputError, r"`after_trim` must be one of 'rake', 'keep'"),
        ({"wave": "waves"}, MissingColumnsError, r"`wave` names columns"),
        ({"respondent": "ids"}, MissingColumnsError, r"`respondent` names columns"),
    ],
)  # fmt: skip
def test_refusals(sample, options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        survey_weights(sample, **{"margins": MARGINS, **options})


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("w", -1.0, r"`weight` must be a known number >= 0.*1 negative values in 'w'"),
        ("w", np.nan, r"1 rows without in 'w'"),
        ("id", None, r"`respondent` must be known in every row; found 1 rows"),
    ],
)
def test_bad_cells_are_refused(sample, column: str, value: object, message: str) -> None:
    sample[column] = sample[column].astype(object if value is None else float)
    sample.loc[0, column] = value
    with pytest.raises(InputError, match=message):
        survey_weights(sample, margins=MARGINS, weight="w", respondent="id")


def test_persons_who_change_are_refused(sample) -> None:
    rows = pd.concat([sample, sample.head(3)], ignore_index=True)
    rows.loc[len(sample), "sex"] = {"f": "m", "m": "f"}[rows.loc[len(sample), "sex"]]
    with pytest.raises(InputError, match=r"found 1 who change their 'sex' between rows"):
        survey_weights(rows, margins=MARGINS, respondent="id")
    same = pd.concat([sample, sample.head(3)], ignore_index=True)
    same.loc[len(sample), "w"] += 1
    with pytest.raises(InputError, match=r"same in all rows of a person; found 1 persons"):
        survey_weights(same, margins=MARGINS, weight="w", respondent="id")


def test_a_wave_without_a_group_is_named(sample) -> None:
    sample = sample[(sample["sex"] == "f") | (sample["wave"] == 2025)]
    with pytest.raises(InputError, match=r"nobody in \['m'\] of 'sex' in wave 2026"):
        survey_weights(sample, margins=MARGINS, wave="wave")


def test_groups_that_never_meet_are_refused(sample) -> None:
    apart = sample[(sample["sex"] == "f") == (sample["age"] == "old")]
    with pytest.raises(NotConvergedError, match="sex, age must fit together"):
        survey_weights(apart, margins=MARGINS)


def test_rows_that_cannot_be_placed_at_all_are_refused(sample) -> None:
    with pytest.raises((NotEnoughDataError, InputError), match="`margins`"):
        survey_weights(sample.assign(sex=None), margins=MARGINS)


# --- contract ------------------------------------------------------------------------------------


def test_contract(sample) -> None:
    assert_contract(lambda: survey_weights(sample, margins=MARGINS, wave="wave"), sample)


def test_no_frame_holds_a_row_for_each_person(sample) -> None:
    result = survey_weights(sample, margins=MARGINS)
    assert max(len(frame) for frame in (result.margins, result.cells, result.waves)) < 10
    assert result.weights.index.equals(sample.index)
