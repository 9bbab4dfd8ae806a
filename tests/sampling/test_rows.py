"""Rows of a survey with their design: what is kept, what is refused, errors and draws."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError, ScaleError
from brandkit.sampling.design import Calibration, Margin, raked_factors
from brandkit.sampling.rows import survey_rows
from brandkit.sources import read_study


@dataclass(frozen=True)
class Weights:
    calibration: Calibration


@pytest.fixture
def answers(rng: np.random.Generator) -> pd.DataFrame:
    persons = np.repeat(np.arange(60), 2)
    return pd.DataFrame(
        {
            "id": persons,
            "bank": np.tile(["Civic", "Harbour"], 60),
            "area": np.repeat(np.arange(60) % 3, 2),
            "sat": np.clip(np.rint(rng.normal(7, 2, 120)), 0, 10),
            "fees": np.clip(np.rint(rng.normal(6, 2, 120)), 0, 10),
            "w": np.repeat(rng.uniform(0.5, 2.0, 60), 2),
        }
    )


def raked(answers: pd.DataFrame) -> Weights:
    codes = answers["area"].to_numpy(dtype=np.intp)[:, None]
    margin = Margin("area", ("0", "1", "2"), np.array([0.5, 0.3, 0.2]))
    base = answers["w"].to_numpy()
    totals = np.bincount(codes[:, 0], weights=base)
    factor = raked_factors(totals, groups=np.arange(3)[:, None], margins=(margin,))
    return Weights(Calibration((margin,), codes, base, base * factor[codes[:, 0]]))


def mean_influence(rows, column: int = 0) -> tuple[float, np.ndarray]:
    values = rows.values[:, column]
    mean = float((rows.weight * values).sum() / rows.weight.sum())
    return mean, (values - mean) / rows.weight.sum()


# --- what is kept --------------------------------------------------------------------------------


def test_a_survey_brings_its_own_design() -> None:
    survey = read_study("sample").survey
    rows = survey_rows(survey, columns=["sat1"], others=["brand"], missing="drop")
    assert rows.design["weight"] == "weight"
    assert rows.limits["sat1"] == (0.0, 10.0)
    assert rows.labels["sat1"] == "overall satisfaction"
    assert rows.n_persons < len(rows)
    assert rows.df == rows.n_units - 3
    assert rows.n_dropped == len(survey.responses) - len(rows)


def test_rows_of_a_person_are_one_unit_and_ids_are_texts(answers) -> None:
    rows = survey_rows(answers.assign(id=answers["id"].astype(float)), columns=["sat"],
                       respondent="id")  # fmt: skip
    assert (rows.n_persons, rows.n_units, rows.df) == (60, 60, 59)
    assert rows.notes == ()


def test_without_ids_rows_are_persons_and_it_is_said(answers) -> None:
    rows = survey_rows(answers, columns=["sat"])
    assert rows.n_persons == 120
    assert "each row counts as a person of its own" in str(rows.notes[-1])


def test_clusters_numbered_anew_in_each_stratum_are_told_apart(answers) -> None:
    answers["cluster"] = answers["id"] % 5
    rows = survey_rows(answers, columns=["sat"], respondent="id", cluster="cluster", strata="area")
    assert rows.n_units == 15
    assert rows.df == 12


@pytest.mark.parametrize(
    ("missing", "n", "gaps"), [("drop", 118, 0), ("mean", 120, 0), ("pairwise", 120, 2)]
)
def test_missing_answers_are_met_as_asked(answers, missing: str, n: int, gaps: int) -> None:
    answers.loc[[3, 8], "sat"] = np.nan
    rows = survey_rows(answers, columns=["sat", "fees"], respondent="id", missing=missing)
    assert len(rows) == n
    assert int(np.isnan(rows.values).sum()) == gaps
    assert rows.n_dropped == 120 - n
    if missing == "mean":
        assert rows.values[3, 0] == pytest.approx(answers["sat"].mean())


def test_weights_of_zero_count_nowhere(answers) -> None:
    answers.loc[:9, "w"] = 0.0
    rows = survey_rows(answers, columns=["sat"], weight="w", respondent="id")
    assert (len(rows), rows.n_zero_weight, rows.n_persons) == (110, 10, 55)
    assert "weight 0" in str(rows.notes[0])


@pytest.mark.parametrize("code", [-99.0, -1.0, 98.0, 999.0])
def test_codes_for_no_answer_are_not_values(answers, code: float) -> None:
    answers.loc[[1, 5], "sat"] = code
    rows = survey_rows(answers, columns=["sat"], respondent="id", missing="drop")
    assert len(rows) == 118
    assert rows.values.max() <= 10
    assert str(rows.notes[0]).startswith(f"“sat” holds {code:g}".replace("-", "−"))
    with pytest.raises(InputError, match="missing answers"):
        survey_rows(answers, columns=["sat"], respondent="id")


@pytest.mark.parametrize(
    "column",
    [[-3.0, -1.0, 0.0, 2.0], [0.0, 55.0, 88.0, 99.0], [-1.5, -1.0, 0.25, 1.0]],
)
def test_what_may_be_an_answer_stays(column: list[float]) -> None:
    rows = survey_rows(pd.DataFrame({"x": column}), columns=["x"])
    assert rows.values.ravel().tolist() == column


def test_answers_outside_the_codebooks_scale_are_none() -> None:
    survey = read_study("sample").survey
    broken = survey.responses.copy()
    broken.loc[:2, "sat1"] = 12.0
    changed = replace(survey, responses=broken)
    rows = survey_rows(changed, columns=["sat1"], missing="drop")
    assert "outside its scale from 0 to 10" in str(rows.notes[0])
    assert rows.values.max() == 10


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "options", "error", "match"),
    [
        ({}, {"columns": ["sta"]}, MissingColumnsError, "Did you mean 'sat'"),
        ({}, {"columns": []}, InputError, "at least one column"),
        ({}, {"columns": ["sat", "sat"]}, InputError, "more than once"),
        ({}, {"columns": ["bank"]}, InputError, "numbers only"),
        ({}, {"respondent": "who"}, MissingColumnsError, "`respondent` names"),
        ({}, {"missing": "ignore"}, InputError, "`missing` must be one of"),
        ({"w": -1.0}, {"weight": "w"}, ScaleError, "120 negative values"),
        ({"w": np.nan}, {"weight": "w"}, ScaleError, "120 rows without 'w'"),
        ({"w": 0.0}, {"weight": "w"}, ScaleError, "zeros only"),
        ({"sat": np.nan}, {"missing": "drop"}, NotEnoughDataError, "none that can be used"),
        ({"id": None}, {"respondent": "id"}, InputError, "rows without 'id'"),
    ],
)
def test_refusals(answers, change, options, error, match) -> None:
    for name, value in change.items():
        answers[name] = value
    with pytest.raises(error, match=match):
        survey_rows(answers, **{"columns": ["sat"], **options})


def test_a_person_in_two_strata_is_refused_when_drawn(answers) -> None:
    answers["area"] = np.tile([0, 1], 60)
    rows = survey_rows(answers, columns=["sat"], respondent="id", strata="area")
    with pytest.raises(InputError, match="60 persons in more than one"):
        rows.draws(10)


def test_weights_of_other_data_are_refused(answers) -> None:
    with pytest.raises(InputError, match="one weight a row; found 120 for 60 rows"):
        survey_rows(answers.iloc[:60], columns=["sat"], weight=raked(answers))
    with pytest.raises(TypeError, match="survey_weights"):
        survey_rows(answers, columns=["sat"], weight=answers["w"])


# --- errors --------------------------------------------------------------------------------------


def test_the_plain_error_of_a_mean_is_its_textbook_one(answers) -> None:
    rows = survey_rows(answers.iloc[::2], columns=["sat"], respondent="id")
    _, influence = mean_influence(rows)
    expected = rows.values.var(ddof=1) / len(rows)
    assert rows.covariance(influence)[0, 0] == pytest.approx(expected, rel=1e-12)


def test_rows_of_a_person_are_added_before_they_are_squared(answers) -> None:
    rows = survey_rows(answers, columns=["sat"], respondent="id")
    mean, influence = mean_influence(rows)
    by_person = answers.groupby("id")["sat"].mean()
    assert mean == pytest.approx(by_person.mean())
    expected = by_person.var(ddof=1) / 60
    assert rows.covariance(influence)[0, 0] == pytest.approx(expected, rel=1e-12)


def test_strata_take_out_what_lies_between_them(answers) -> None:
    answers["sat"] = answers["area"] * 3.0
    rows = survey_rows(answers, columns=["sat"], respondent="id", strata="area")
    _, influence = mean_influence(rows)
    assert rows.covariance(influence)[0, 0] == pytest.approx(0.0, abs=1e-20)


def test_margins_take_out_what_they_fix(answers) -> None:
    answers["sat"] = answers["area"] * 3.0
    rows = survey_rows(answers, columns=["sat"], weight=raked(answers), respondent="id")
    mean, influence = mean_influence(rows)
    assert mean == pytest.approx(3.0 * (0.3 + 2 * 0.2))
    assert rows.covariance(influence)[0, 0] == pytest.approx(0.0, abs=1e-20)


# --- draws ---------------------------------------------------------------------------------------


def test_draws_take_persons_whole_and_do_not_hang_on_the_order_of_rows(answers) -> None:
    rows = survey_rows(answers, columns=["sat"], weight="w", respondent="id")
    drawn = rows.draws(50)
    times = drawn.times[:, drawn.group]
    assert (times[:, ::2] == times[:, 1::2]).all()
    turned = survey_rows(answers.iloc[::-1], columns=["sat"], weight="w", respondent="id")
    again = turned.draws(50)
    before = rows.moments(drawn=drawn).sums(drawn.times).means()
    after = turned.moments(drawn=again).sums(again.times).means()
    np.testing.assert_allclose(after, before, rtol=1e-12)


def test_every_draw_meets_the_margins_again(answers) -> None:
    rows = survey_rows(answers, columns=["area"], weight=raked(answers), respondent="id")
    drawn = rows.draws(40)
    weights = drawn.row_weights(rows.weight)
    shares = np.stack([weights[:, rows.values[:, 0] == at].sum(axis=1) for at in range(3)])
    np.testing.assert_allclose(shares / weights.sum(axis=1), [[0.5] * 40, [0.3] * 40, [0.2] * 40])
    assert np.ptp(weights[:, 0]) > 0
    means = rows.moments(drawn=drawn).sums(drawn.times).means()
    np.testing.assert_allclose(means, 0.3 + 2 * 0.2, rtol=1e-9)


def test_the_spread_of_draws_is_the_design_error(answers) -> None:
    for weight in ("w", raked(answers)):
        rows = survey_rows(answers, columns=["sat"], weight=weight, respondent="id")
        drawn = rows.draws(4000)
        means = rows.moments(drawn=drawn).sums(drawn.times).means().ravel()
        _, influence = mean_influence(rows)
        assert means.std() == pytest.approx(rows.covariance(influence)[0, 0] ** 0.5, rel=0.05)
