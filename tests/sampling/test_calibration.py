"""Raking by cells: margins met, parts raked alone, residuals, draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandkit.core.errors import NotConvergedError
from brandkit.sampling.design import Calibration, Margin, raked_factors
from brandkit.sampling.rows import survey_rows

SEX = Margin("sex", ("f", "m"), np.array([0.5, 0.5]))
AGE = Margin("age", ("old", "young"), np.array([0.3, 0.7]))


def people(rng: np.random.Generator, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Groups of persons in both margins, all four cells with somebody, and base weights."""
    codes = np.vstack([[[0, 0], [0, 1], [1, 0], [1, 1]], rng.integers(0, 2, (n - 4, 2))])
    return codes.astype(np.intp), rng.uniform(0.5, 2.0, n)


def raked(codes: np.ndarray, base: np.ndarray, margins=(SEX, AGE)) -> np.ndarray:
    groups, cell = np.unique(codes, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    return (
        base * raked_factors(np.bincount(cell, weights=base), groups=groups, margins=margins)[cell]
    )


# --- raking --------------------------------------------------------------------------------------


def test_a_single_margin_is_a_ratio() -> None:
    factor = raked_factors(np.array([30.0, 10.0]), groups=np.array([[0], [1]]), margins=(SEX,))
    np.testing.assert_allclose(factor, [2 / 3, 2.0], rtol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_margins_are_met_and_the_total_stays(seed: int) -> None:
    codes, base = people(np.random.default_rng(seed))
    weight = raked(codes, base)
    np.testing.assert_allclose(weight.sum(), base.sum(), rtol=1e-9)
    for at, margin in enumerate((SEX, AGE)):
        shares = np.bincount(codes[:, at], weights=weight) / weight.sum()
        np.testing.assert_allclose(shares, margin.targets, rtol=1e-9)


@given(st.integers(0, 2**32 - 1))
def test_factors_are_products_over_the_margins(seed: int) -> None:
    """Raking changes no odds ratio: log factors are sums of one number a group."""
    codes, base = people(np.random.default_rng(seed))
    groups = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    table = np.bincount(codes[:, 0] * 2 + codes[:, 1], weights=base)
    logs = np.log(raked_factors(table, groups=groups, margins=(SEX, AGE)))
    np.testing.assert_allclose(logs[0] + logs[3], logs[1] + logs[2], atol=1e-9)


def test_many_draws_are_raked_as_each_by_itself(rng: np.random.Generator) -> None:
    groups = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    tables = rng.uniform(1, 9, (5, 4))
    whole = raked_factors(tables, groups=groups, margins=(SEX, AGE))
    alone = [raked_factors(table, groups=groups, margins=(SEX, AGE)) for table in tables]
    np.testing.assert_allclose(whole, alone, rtol=1e-9)


def test_an_empty_group_of_a_draw_leaves_its_share_to_the_others_of_its_margin() -> None:
    three = Margin("region", ("a", "b", "c"), np.array([0.5, 0.3, 0.2]))
    table = np.array([10.0, 10.0, 0.0])
    weight = table * raked_factors(table, groups=np.array([[0], [1], [2]]), margins=(three,))
    np.testing.assert_allclose(weight, [12.5, 7.5, 0.0], rtol=1e-12)


def test_margins_that_contradict_each_other_are_refused() -> None:
    # old men only and young women only: 50 % men cannot be 30 % old
    groups = np.array([[0, 1], [1, 0]])
    with pytest.raises(NotConvergedError, match=r"sex, age must fit together.*unite small groups"):
        raked_factors(np.array([5.0, 5.0]), groups=groups, margins=(SEX, AGE))


# --- parts ---------------------------------------------------------------------------------------


def crossed(margin: Margin, held: tuple[float, ...]) -> Margin:
    targets = (np.array(held)[:, None] * margin.targets).ravel()
    parts = tuple(np.arange(len(held)).repeat(len(margin.groups)).tolist())
    names = tuple(f"{part} {group}" for part in range(len(held)) for group in margin.groups)
    return Margin(margin.name, names, targets, parts)


def test_parts_are_raked_each_by_itself(rng: np.random.Generator) -> None:
    codes, base = people(rng, 80)
    wave = np.r_[[0, 0, 0, 0], [1, 1, 1, 1], rng.integers(0, 2, 72)]
    codes[4:8] = codes[:4]
    held = np.bincount(wave, weights=base) / base.sum()
    margins = (crossed(SEX, tuple(held)), crossed(AGE, tuple(held)))
    together = raked(wave[:, None] * 2 + codes, base, margins)
    for one in (0, 1):
        alone = raked(codes[wave == one], base[wave == one])
        np.testing.assert_allclose(together[wave == one], alone, rtol=1e-9)


def test_what_a_draw_lacks_in_a_group_stays_within_its_part() -> None:
    margins = (crossed(SEX, (0.5, 0.5)), crossed(AGE, (0.5, 0.5)))
    groups = np.array([[s + 2 * p, a + 2 * p] for p in (0, 1) for s in (0, 1) for a in (0, 1)])
    drawn = np.array([3.0, 2, 0, 0, 2, 2, 3, 4])  # no men in the first part
    weight = drawn * raked_factors(drawn, groups=groups, margins=margins)
    np.testing.assert_allclose([weight[:4].sum(), weight[4:].sum()], [8.0, 8.0], rtol=1e-9)
    np.testing.assert_allclose(weight[[0, 1]], [8 * 0.3, 8 * 0.7], rtol=1e-9)


# --- residuals -----------------------------------------------------------------------------------


def test_residuals_are_those_of_a_weighted_least_squares(rng: np.random.Generator) -> None:
    codes, base = people(rng)
    values = rng.normal(size=(60, 2))
    made = Calibration((SEX, AGE), codes, base, raked(codes, base))
    design = np.column_stack([np.ones(60), codes[:, 0], codes[:, 1]])
    root = np.sqrt(base)[:, None]
    fitted, *_ = np.linalg.lstsq(root * design, root * values, rcond=None)
    np.testing.assert_allclose(made.residuals(values), values - design @ fitted, atol=1e-12)


def test_what_the_margins_fix_has_no_residual(rng: np.random.Generator) -> None:
    codes, base = people(rng)
    made = Calibration((SEX, AGE), codes, base, raked(codes, base))
    np.testing.assert_allclose(made.residuals(1.0 + 3 * codes[:, 1]), 0.0, atol=1e-12)


def test_a_person_counts_once_however_many_rows_it_has(rng: np.random.Generator) -> None:
    codes, base = people(rng)
    once = Calibration((SEX, AGE), codes, base, raked(codes, base))
    person = np.repeat(np.arange(60), rng.integers(1, 4, 60))
    many = Calibration((SEX, AGE), codes[person], base[person], once.weight[person],
                       person=person)  # fmt: skip
    values = rng.normal(size=len(person))
    by_person = np.bincount(person, weights=values)
    left = np.bincount(person, weights=many.residuals(values))
    np.testing.assert_allclose(left, once.residuals(by_person), atol=1e-12)


def test_rows_left_out_leave_the_rest_of_a_person_counting_as_one() -> None:
    codes = np.zeros((4, 1), np.intp)
    made = Calibration((SEX,), codes, np.ones(4), np.ones(4), person=np.array([7, 7, 7, 8]))
    assert made.part.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1])
    kept = made.of_rows(np.array([True, True, False, True]))
    assert kept.part.tolist() == [0.5, 0.5, 1.0]
    assert len(kept.weight) == len(kept.base) == len(kept.codes) == 3


# --- draws ---------------------------------------------------------------------------------------


class Weights:
    """Stands in for the result of survey_weights."""

    def __init__(self, calibration: Calibration) -> None:
        self.calibration = calibration


def test_every_draw_meets_the_margins_for_persons_of_several_rows(rng) -> None:
    codes, _ = people(rng, 40)
    person = np.repeat(np.arange(40), rng.integers(1, 4, 40))
    weight = raked(codes, np.ones(40))
    made = Calibration((SEX, AGE), codes[person], np.ones(len(person)), weight[person],
                       person=person)  # fmt: skip
    answers = pd.DataFrame({"id": person, "x": rng.normal(size=len(person))})
    rows = survey_rows(answers, columns=["x"], weight=Weights(made), respondent="id")
    drawn = rows.draws(50, seed=1).row_weights(rows.weight) * made.part
    for at, margin in enumerate((SEX, AGE)):
        groups = (made.codes[:, [at]] == np.arange(2)).astype(float)
        shares = (drawn @ groups) / drawn.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(shares, np.tile(margin.targets, (50, 1)), rtol=1e-6)
