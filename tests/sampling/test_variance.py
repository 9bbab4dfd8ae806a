"""Design errors by linearisation: closed forms, invariants, single units."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandkit.sampling.variance import (
    added_up,
    linearised_covariance,
    stratum_residuals,
    unit_totals,
)


def test_the_variance_of_a_plain_mean_is_the_textbooks(rng: np.random.Generator) -> None:
    values = rng.normal(5, 2, 50)
    influence = (values - values.mean()) / 50
    found = linearised_covariance(unit_totals(influence, unit=np.arange(50)))
    np.testing.assert_allclose(found, [[values.var(ddof=1) / 50]], rtol=1e-12)


def test_strata_add_their_variances(rng: np.random.Generator) -> None:
    values, stratum = rng.normal(size=(40, 2)), np.repeat([0, 1, 2], [10, 10, 20])
    expected = sum((stratum == one).sum() * np.cov(values[stratum == one].T) for one in range(3))
    np.testing.assert_allclose(linearised_covariance(values, stratum=stratum), expected, rtol=1e-12)


def test_a_stratum_of_one_unit_is_taken_about_the_overall_mean() -> None:
    totals = np.array([[1.0], [3.0], [8.0]])
    # two units of the first stratum: 2/1 x (1 + 1); the lonely one: (8 - 4)^2
    found = linearised_covariance(totals, stratum=np.array([0, 0, 1]))
    np.testing.assert_allclose(found, [[4.0 + 16.0]], rtol=1e-12)


def test_rows_of_a_unit_are_added_and_missing_units_are_zero() -> None:
    totals = unit_totals(np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]]), unit=np.array([2, 0, 2]))
    assert totals.tolist() == [[3.0, 5.0], [0.0, 0.0], [5.0, 6.0]]
    assert added_up(np.empty((0, 2)), place=np.empty(0, int), n_places=1).tolist() == [[0.0, 0.0]]


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 6))
def test_adding_up_is_what_a_loop_would_do(seed: int, n: int, places: int) -> None:
    rng = np.random.default_rng(seed)
    rows, place = rng.normal(size=(n, 3)), rng.integers(0, places, n)
    expected = np.zeros((places, 3))
    for at, row in zip(place, rows, strict=True):
        expected[at] += row
    np.testing.assert_allclose(
        added_up(rows, place=place, n_places=places), expected, rtol=1e-12, atol=1e-12
    )


@given(st.integers(0, 2**32 - 1))
def test_covariances_have_no_negative_direction_and_ignore_the_order_of_units(seed: int) -> None:
    rng = np.random.default_rng(seed)
    totals, stratum = rng.normal(size=(20, 3)), rng.integers(0, 4, 20)
    stratum = np.unique(stratum, return_inverse=True)[1]
    found = linearised_covariance(totals, stratum=stratum)
    assert np.linalg.eigvalsh(found).min() >= -1e-12
    order = rng.permutation(20)
    other = linearised_covariance(totals[order], stratum=stratum[order])
    np.testing.assert_allclose(found, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("shift", [0.0, 3.0])
def test_what_all_units_of_a_stratum_share_has_no_error(shift: float) -> None:
    totals = np.array([[1.0], [2.0], [5.0], [4.0]])
    stratum = np.array([0, 0, 1, 1])
    moved = totals + shift * stratum[:, None]
    np.testing.assert_allclose(
        stratum_residuals(moved, stratum=stratum), stratum_residuals(totals, stratum=stratum),
        atol=1e-12,
    )  # fmt: skip
