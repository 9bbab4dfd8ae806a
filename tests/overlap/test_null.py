"""overlap_test against published and exact values; its level under the right null."""

from __future__ import annotations

import json
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, pearson3

from benchmarks.simulations.overlap_test import table_of
from brandkit.core.errors import BrandkitError
from brandkit.overlap.chance import ALL_NULLS, OverlapTest, overlap_test, traded, upper_tail
from tests.conftest import some
from tests.contract import assert_contract

REFERENCE = Path(__file__).parent.parent / "reference" / "overlap_test" / "values.json"
VALUES = json.loads(REFERENCE.read_text(encoding="utf-8"))
WARBLERS = pd.DataFrame(VALUES["values"], index=VALUES["rows"], columns=VALUES["columns"])


@pytest.fixture(scope="module")
def warblers() -> OverlapTest:
    return overlap_test(WARBLERS, draws=9_999)


def row(result: OverlapTest, index: str, null: str) -> pd.Series:
    tests = result.tests
    return tests[(tests["index"] == index) & (tests["null"] == null)].iloc[0]


# --- known values ------------------------------------------------------------------------------


def test_published_indices_of_the_warblers(warblers) -> None:
    assert row(warblers, "pianka", "RA3")["observed"] == pytest.approx(VALUES["pianka"], abs=1e-9)
    assert row(warblers, "czekanowski", "RA3")["observed"] == pytest.approx(0.5065, abs=5e-5)


def test_pianka_under_ra3_is_exact(warblers) -> None:
    found, known = row(warblers, "pianka", "RA3"), VALUES["pianka_ra3"]
    assert found["expected"] == pytest.approx(known["mean"], abs=1e-9)
    assert found["std_deviation"] == pytest.approx(known["sd"], abs=1e-9)
    assert found["ses"] == pytest.approx(known["ses"], abs=1e-9)


@pytest.mark.parametrize("null", ["RA1", "RA2", "RA3", "RA4"])
def test_simulated_effects_of_the_warblers(warblers, null: str) -> None:
    found = row(warblers, "pianka", null)["ses"]
    assert found == pytest.approx(VALUES["pianka_ses_simulated"][null], abs=0.15)


def test_a_pairs_effect_under_ra3_is_its_correlation(warblers) -> None:
    pairs = warblers.pairs
    pairs = pairs[(pairs["index"] == "pianka") & (pairs["null"] == "RA3")]
    correlation = np.corrcoef(WARBLERS)
    first, second = np.triu_indices(len(WARBLERS), k=1)
    expected = correlation[first, second] * np.sqrt(WARBLERS.shape[1] - 1)
    np.testing.assert_allclose(pairs["ses"], expected, atol=1e-9)


def test_ra3_by_all_orders_of_a_small_table() -> None:
    table = pd.DataFrame([[5, 1, 0], [3, 2, 1]], index=["A", "B"])
    result = overlap_test(table, nulls=["RA3"], draws=99)
    unit = table.to_numpy(float) / np.linalg.norm(table, axis=1)[:, None]
    values = [
        np.dot(unit[0, list(one)], unit[1, list(two)])
        for one, two in product(permutations(range(3)), repeat=2)
    ]
    found = row(result, "pianka", "RA3")
    assert found["expected"] == pytest.approx(np.mean(values), abs=1e-12)
    assert found["std_deviation"] == pytest.approx(np.std(values), abs=1e-12)


def test_czekanowski_and_jaccard_by_hand() -> None:
    table = pd.DataFrame([[2, 2, 0, 0], [0, 3, 1, 0], [1, 1, 1, 1]], index=list("ABC"))
    pairs = overlap_test(table, nulls=["RA3", "fixed"], draws=19).pairs
    found = pairs[pairs["null"] == "RA3"].query("index == 'czekanowski'")["observed"]
    assert found.tolist() == pytest.approx([0.5, 0.5, 0.5])
    found = pairs[pairs["null"] == "fixed"]["observed"]
    assert found.tolist() == pytest.approx([1 / 3, 1 / 2, 1 / 2])


# --- the fixed-fixed null ----------------------------------------------------------------------


def test_trades_keep_both_margins_and_reach_every_table_evenly() -> None:
    # All 0/1 tables with rows (2, 1, 1) and columns (2, 1, 1): five of them.
    start = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1]], dtype=bool)
    every = [np.array(cells, dtype=bool).reshape(3, 3) for cells in product([0, 1], repeat=9)]
    allowed = {
        table.tobytes()
        for table in every
        if (table.sum(axis=0) == start.sum(axis=0)).all()
        and (table.sum(axis=1) == start.sum(axis=1)).all()
    }
    copies = np.broadcast_to(start, (20_000, 3, 3))
    reached = traded(copies, np.random.default_rng(5))
    kinds, counts = np.unique(reached.reshape(len(reached), -1), axis=0, return_counts=True)
    assert {kind.tobytes() for kind in kinds} == allowed
    expected = len(reached) / len(allowed)
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert chi_square < 18.5  # 99.9 % point of chi-square with 4 degrees of freedom


def independent_banks(rng: np.random.Generator, *, breadths: bool) -> pd.DataFrame:
    """Eight banks that choose independently among 24 features of unequal popularity.

    With breadths, banks differ in how much they take: the odds of a choice are the bank's times
    the feature's.
    """
    while True:
        odds = np.exp(rng.normal(-0.5, 1.5, 24))[None, :]
        if breadths:
            odds = odds * np.exp(rng.normal(0, 0.6, 8))[:, None]
        chance = np.broadcast_to(odds / (1 + odds), (8, 24))
        table = pd.DataFrame((rng.random((8, 24)) < chance).astype(int))
        if (table.sum(axis=1) > 0).all():
            return table


@pytest.mark.slow
@pytest.mark.parametrize(
    ("breadths", "tables"),
    [(True, 60), *(pytest.param(one, 200, marks=pytest.mark.exhaustive) for one in (False, True))],
)
def test_independent_choices_are_rejected_by_ra3_and_not_by_the_fixed_null(
    breadths: bool, tables: int
) -> None:
    # The fast subset of benchmarks/simulations/overlap_test.py.
    rng = np.random.default_rng(11)
    results = [
        overlap_test(
            independent_banks(rng, breadths=breadths), nulls=["RA3", "fixed"], draws=99, seed=seed
        )
        for seed in range(tables)
    ]
    ra3 = np.mean([row(one, "pianka", "RA3")["p_value"] <= 0.05 for one in results])
    groups = np.array([row(one, "jaccard_variance", "fixed")["p_value"] for one in results])
    pairs = np.concatenate([one.pairs.query("null == 'fixed'")["p_value"] for one in results])
    error = np.sqrt(0.05 * 0.95 / len(results))
    assert ra3 > 0.9
    assert (groups <= 0.05).mean() - 2.6 * error <= 0.05
    assert (pairs <= 0.05).mean() - 2.6 * error <= 0.05


def test_two_groups_of_banks_are_found() -> None:
    rng = np.random.default_rng(3)
    found = 0
    for seed in range(20):
        chance = np.repeat([[0.7] * 12 + [0.2] * 12, [0.2] * 12 + [0.7] * 12], 4, axis=0)
        table = pd.DataFrame((rng.random(chance.shape) < chance).astype(int))
        p = row(overlap_test(table, nulls=["fixed"], draws=99, seed=seed),
                "jaccard_variance", "fixed")["p_value"]  # fmt: skip
        found += p <= 0.05
    assert found >= 16


# --- invariants --------------------------------------------------------------------------------


@settings(max_examples=some(10))
@given(st.randoms(use_true_random=False))
def test_names_and_order_change_nothing(random) -> None:
    rows, columns = list(range(len(WARBLERS))), list(range(WARBLERS.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    turned = WARBLERS.iloc[rows, columns].rename(index=lambda name: name[::-1])
    one = overlap_test(WARBLERS, draws=19).tests
    two = overlap_test(turned, draws=19).tests
    pd.testing.assert_frame_equal(one, two, rtol=1e-12)


def test_amounts_scale_freely() -> None:
    one, two = overlap_test(WARBLERS, draws=99), overlap_test(WARBLERS * 4, draws=99)
    np.testing.assert_allclose(one.tests["ses"], two.tests["ses"], rtol=1e-9)


def test_where_the_null_leaves_no_room_the_effect_is_missing() -> None:
    table = pd.DataFrame([[1, 1, 0], [1, 1, 0], [1, 1, 1]], index=list("ABC"))
    result = overlap_test(table, nulls=["RA4"], draws=19)
    assert result.tests["ses"].isna().all()
    assert (result.tests["p_value"] == 1).all()


def test_notes_say_when_the_verdict_flips() -> None:
    said = " ".join(str(note) for note in overlap_test(WARBLERS, draws=99).notes)
    assert "The verdict on pianka depends on the null model" in said
    assert "not under RA1, RA2" in said


def planted(rng: np.random.Generator, *, alike: float = 0.9) -> pd.DataFrame:
    """12 banks that choose among 40 features each by itself; the second copies the first."""
    table = table_of(rng, n_banks=12, n=40, breadth=0.5, divide=0.0)
    table.loc[1] = np.where(rng.random(40) < alike, table.loc[0], table.loc[1])
    return table


def test_a_fitted_tail_says_so_and_asks_nobody_for_draws() -> None:
    result = overlap_test(planted(np.random.default_rng(1)), nulls=["fixed"], draws=99)
    pair = result.pairs.query("brand_a == 0 and brand_b == 1").iloc[0]
    assert pair["tail_fitted"]
    assert pair["p_value"] < 1 / 100
    counted = result.pairs[~result.pairs["tail_fitted"]]
    assert (counted["p_value"] >= 11 / 100).all()
    said = " ".join(str(note) for note in result.notes)
    assert "(tail fitted)" in said
    assert "take at least" not in said
    assert "its tail fitted to 99 draws" in str(result.story(focus=0).findings[0].detail)


def test_draws_follow_the_pairs_where_nobody_names_a_number() -> None:
    table = planted(np.random.default_rng(1))
    assert overlap_test(table.iloc[:4], nulls=["RA4"]).draws == 999
    assert overlap_test(table, nulls=["RA4"]).draws == 40 * 66 - 1


@pytest.mark.parametrize("skewness", [-0.8, 0.0, 0.5, 1.4])
def test_fitted_tails_are_pearson_s_or_the_normal_s(skewness: float) -> None:
    z = np.linspace(0.5, 6, 23)
    known = np.maximum(pearson3.sf(z, skewness), norm.sf(z))
    np.testing.assert_allclose(upper_tail(z, np.full(23, skewness)), known, rtol=1e-8)


@pytest.mark.slow
def test_fitted_p_values_are_those_that_many_draws_count() -> None:
    """From 199 draws, against 9,999 that reach the value at least ten times."""
    table = planted(np.random.default_rng(5), alike=0.4)
    few = overlap_test(table, nulls=["fixed"], draws=199).pairs
    many = overlap_test(table, nulls=["fixed"], draws=9_999, seed=1).pairs
    compared = few["tail_fitted"] & ~many["tail_fitted"]
    assert compared.sum() >= 1
    ratio = few.loc[compared, "p_value"] / many.loc[compared, "p_value"]
    assert ratio.between(0.3, 4).all()


@pytest.mark.slow
@pytest.mark.parametrize("runs", [7, pytest.param(25, marks=pytest.mark.exhaustive)])
def test_a_planted_pair_is_found_by_999_draws_and_others_are_not(runs: int) -> None:
    found, false = [], []
    for seed in range(runs):
        rng = np.random.default_rng([9, seed])
        table = table_of(rng, n_banks=12, n=40, breadth=0.5, divide=0.0)
        pairs = overlap_test(table, nulls=["fixed"], draws=999, seed=seed).pairs
        false.append((pairs["p_adjusted"] <= 0.05).any())
        pairs = overlap_test(planted(rng), nulls=["fixed"], draws=999, seed=seed).pairs
        found.append(pairs.query("brand_a == 0 and brand_b == 1")["p_adjusted"].iloc[0] <= 0.05)
    assert np.mean(found) >= 0.8
    assert np.mean(false) - 2.6 * (0.05 * 0.95 / runs) ** 0.5 <= 0.05


# --- refusals and contract ---------------------------------------------------------------------


def changed(change: str) -> tuple[object, dict]:
    table, options = WARBLERS.astype(object), {"draws": 19}
    if change == "negative":
        table.iloc[1, 2] = -1
    elif change == "text":
        table.iloc[1, 2] = "often"
    elif change == "empty bank":
        table.iloc[2] = 0
    elif change == "one bank":
        table = table.iloc[:1]
    elif change == "twice":
        table = pd.concat([table, table.iloc[:1]])
    elif change == "null":
        options["nulls"] = ["RA5"]
    elif change == "draws":
        options["draws"] = 5
    return table, options


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("negative", r"amounts >= 0; found -1 for 'Myrtle', 'zone3'"),
        ("text", r"found 'often' in row 'Myrtle', column 'zone3'"),
        ("empty bank", r"found nothing for \['Black-throated Green'\]"),
        ("one bank", r"at least 2 banks and 2 attributes; found 1 x 16"),
        ("twice", r"name each bank once; found \['Cape May'\]"),
        ("null", r"among RA1, RA2, RA3, RA4, fixed; found 'RA5'"),
        ("draws", r"`draws` must be a whole number at least 19; found 5"),
    ],
)
def test_refusals(change: str, message: str) -> None:
    table, options = changed(change)
    with pytest.raises(BrandkitError, match=message):
        overlap_test(table, **options)


def test_what_is_neither_frame_nor_catalogue_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="a DataFrame or a Catalog; found list"):
        overlap_test([[1, 2], [3, 4]])


def test_contract() -> None:
    assert len(ALL_NULLS) == 5
    assert_contract(lambda: overlap_test(WARBLERS, draws=19), WARBLERS)
