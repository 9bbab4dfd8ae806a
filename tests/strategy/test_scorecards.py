"""scorecard, scorecard_matrix and their templates: by hand, invariants, refusals, contract."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError
from brandkit.strategy.matrix import scorecard_matrix, scorecard_template
from brandkit.strategy.scorecards import (
    acceptability,
    ranks_of,
    scorecard,
    surely_better,
)
from tests.conftest import some
from tests.contract import assert_contract

LIMITS = {"service": (0, 10), "fees": (0, 20), "growth": (-0.1, 0.3)}
DIRECTION = {"fees": "lower"}
WEIGHTS = {"service": 2, "fees": 1, "growth": 1}


@pytest.fixture
def table() -> pd.DataFrame:
    return pd.DataFrame(
        {"service": [8.0, 6, 9, 7], "fees": [12.0, 4, 10, 13], "growth": [0.1, 0.2, 0.0, 0.05]},
        index=["Civic", "Kestrel", "Meridian", "Old Quay"],
    )


def random_table(seed: int, rows: int = 6, columns: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    names = [f"bank {at}" for at in range(rows)]
    return pd.DataFrame(rng.random((rows, columns)).round(3), names, list("abcdefgh"[:columns]))


# --- known values ------------------------------------------------------------------------------


def test_totals_parts_and_ranks_by_hand(table) -> None:
    card = scorecard(table, weights=WEIGHTS, limits=LIMITS, direction=DIRECTION)
    totals = card.totals.set_index("brand")["estimate"]
    assert totals["Civic"] == pytest.approx(0.8 / 2 + 0.4 / 4 + 0.5 / 4, abs=1e-12)
    assert totals["Kestrel"] == pytest.approx(0.6 / 2 + 0.8 / 4 + 0.75 / 4, abs=1e-12)
    assert totals["Meridian"] == pytest.approx(0.9 / 2 + 0.5 / 4 + 0.25 / 4, abs=1e-12)
    ranks = card.totals.set_index("brand")["rank"].to_dict()
    assert ranks == {"Kestrel": 1, "Meridian": 2, "Civic": 3, "Old Quay": 4}
    sums = card.parts.groupby("brand")["part"].sum()
    np.testing.assert_allclose(sums.loc[totals.index], totals, atol=1e-12)
    assert card.criteria.set_index("criterion")["weight"].to_dict() == {
        "service": 0.5, "fees": 0.25, "growth": 0.25,
    }  # fmt: skip


def test_one_criterion_left_out_by_hand(table) -> None:
    card = scorecard(table, weights=WEIGHTS, limits=LIMITS, direction=DIRECTION)
    without = card.omissions[card.omissions["criterion"] == "growth"].set_index("brand")
    assert without.loc["Civic", "estimate"] == pytest.approx(0.8 * 2 / 3 + 0.4 / 3, abs=1e-12)
    assert without["rank"].to_dict() == {
        "Civic": 2,
        "Kestrel": 2,
        "Meridian": 1,
        "Old Quay": 4,
    } or (without["rank"].to_dict() == {"Civic": 3, "Kestrel": 2, "Meridian": 1, "Old Quay": 4})
    totals = card.totals.set_index("brand")
    by_hand = card.omissions.groupby("brand")["rank"].agg(["min", "max"])
    assert totals["omit_rank_low"].to_dict() == by_hand["min"].to_dict()
    assert totals["omit_rank_high"].to_dict() == by_hand["max"].to_dict()


def test_equal_totals_share_the_better_rank() -> None:
    assert ranks_of(np.array([0.5, 0.7, 0.5, 0.1])).tolist() == [2, 1, 2, 4]
    assert ranks_of(np.array([[0.5, 0.7], [0.7, 0.5]])).tolist() == [[2, 1], [1, 2]]


def test_who_dominates_everywhere_bounds_ranks() -> None:
    table = pd.DataFrame({"x": [0.9, 0.5, 0.1], "y": [0.8, 0.6, 0.7]}, index=["A", "B", "C"])
    totals = scorecard(table, limits=(0, 1)).totals.set_index("brand")
    assert totals.loc["A", ["bound_rank_low", "bound_rank_high"]].tolist() == [1, 1]
    assert totals.loc["B", ["bound_rank_low", "bound_rank_high"]].tolist() == [2, 3]
    assert totals.loc["A", "share_first"] == 1


def test_shares_of_two_criteria_are_lengths_of_the_line() -> None:
    # A leads while the weight of x is above .25: three quarters of all weights
    table = pd.DataFrame({"x": [1.0, 0.7], "y": [0.6, 0.7]}, index=["A", "B"])
    card = scorecard(table, limits=(0, 1), draws=20_000)
    assert card.totals.set_index("brand").loc["A", "share_first"] == pytest.approx(0.75, abs=0.012)


def test_errors_of_totals_and_differences_by_hand(table) -> None:
    errors = pd.DataFrame(0.0, table.index, table.columns)
    errors.loc["Civic"] = [0.3, 2.0, 0.04]
    errors.loc["Kestrel"] = [0.4, 0.0, 0.0]
    card = scorecard(table, weights=WEIGHTS, limits=LIMITS, direction=DIRECTION, std_errors=errors)
    totals = card.totals.set_index("brand")
    civic = np.sqrt((0.03 / 2) ** 2 + (0.1 / 4) ** 2 + (0.1 / 4) ** 2)
    assert totals.loc["Civic", "std_error"] == pytest.approx(civic, abs=1e-12)
    assert totals.loc["Civic", "ci_high"] == pytest.approx(
        totals.loc["Civic", "estimate"] + norm.ppf(0.975) * civic, abs=1e-12
    )
    pair = card.pairs.set_index(["brand_a", "brand_b"]).loc[("Kestrel", "Civic")]
    assert pair["std_error"] == pytest.approx(np.hypot(civic, 0.02), abs=1e-12)
    # Meridian and Old Quay are known without error: their order is sure
    sure = card.pairs.set_index(["brand_a", "brand_b"]).loc[("Meridian", "Old Quay")]
    assert sure["distinct"]


def test_the_first_step_of_two_is_the_two_sided_normal_point() -> None:
    gap = np.array([0.0, 1.0])
    for size, found in ((0.49, True), (0.53, False)):
        better = surely_better(
            gap, errors=np.full(2, size / np.sqrt(2)), draws=200_000, seed=0, level=0.95
        )
        assert better.tolist() == [[False, False], [found, False]]


def test_acceptability_by_hand() -> None:
    ranks = np.array([[1, 2], [1, 2], [2, 1], [1, 2]])
    assert acceptability(ranks).tolist() == [[0.75, 0.25], [0.25, 0.75]]


# --- invariants --------------------------------------------------------------------------------


@settings(max_examples=some(15))
@given(seed=st.integers(0, 10_000), value=st.floats(0, 1))
def test_one_more_institution_reverses_no_ranks(seed: int, value: float) -> None:
    table = random_table(seed)
    more = table.copy()
    more.loc["new"] = [value, 1 - value, value, 0.0]
    before = scorecard(table, limits=(0, 1), draws=99).totals.set_index("brand")["estimate"]
    after = scorecard(more, limits=(0, 1), draws=99).totals.set_index("brand")["estimate"]
    np.testing.assert_allclose(after.loc[before.index], before, atol=1e-12, rtol=0)
    cuts = {"contribution": ["a", "b"], "potential": ["c", "d"], "limits": (0, 1), "draws": 99}
    old, new = (scorecard_matrix(each, **cuts).positions for each in (table, more))
    assert new.set_index("brand")["tier"].drop("new").to_dict() == (
        old.set_index("brand")["tier"].to_dict()
    )


@settings(max_examples=some(8))
@given(seed=st.integers(0, 10_000))
def test_order_of_rows_columns_and_size_of_weights_change_nothing(seed: int) -> None:
    table = random_table(seed)
    errors = 0.02 + 0.1 * random_table(seed + 1)
    weights = {"a": 1.0, "b": 2.0, "c": 0.0, "d": 0.5}
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(6), rng.permutation(4)
    base = scorecard(table, limits=(0, 1), std_errors=errors, weights=weights, draws=199)
    mixed = scorecard(
        table.iloc[rows, columns], limits=(0, 1), std_errors=errors.iloc[rows[::-1]], draws=199,
        weights={name: 3 * weight for name, weight in weights.items()},
    )  # fmt: skip
    pd.testing.assert_frame_equal(
        base.totals.set_index("brand").sort_index(), mixed.totals.set_index("brand").sort_index()
    )


def test_turning_a_criterion_and_its_direction_changes_nothing(table) -> None:
    turned = table.assign(fees=20 - table["fees"])
    first = scorecard(table, limits=LIMITS, direction=DIRECTION).totals
    pd.testing.assert_frame_equal(first, scorecard(turned, limits=LIMITS).totals)


def test_ranges_lie_within_their_bounds() -> None:
    totals = scorecard(random_table(5, rows=8), limits=(0, 1)).totals
    for name in ("weights_rank", "omit_rank"):
        assert (totals[f"{name}_low"] >= totals["bound_rank_low"]).all()
        assert (totals[f"{name}_high"] <= totals["bound_rank_high"]).all()


def test_rank_sets_hold_the_rank_and_narrow_with_smaller_errors() -> None:
    table = random_table(3, rows=8)
    wide, narrow = (
        scorecard(table, limits=(0, 1), std_errors=0 * table + size).totals for size in (0.2, 0.02)
    )
    for totals in (wide, narrow):
        assert (totals["rank_low"] <= totals["rank"]).all()
        assert (totals["rank_high"] >= totals["rank"]).all()
    width = [(one["rank_high"] - one["rank_low"]).sum() for one in (wide, narrow)]
    assert width[1] < width[0]


def test_without_errors_there_is_no_interval(table) -> None:
    card = scorecard(table, limits=LIMITS, direction=DIRECTION)
    columns = ["std_error", "ci_low", "ci_high", "rank_low", "rank_high"]
    assert card.totals[columns].isna().all().all()
    assert card.pairs.empty
    assert "nothing here is an interval" in " ".join(map(str, card.notes))


def test_rank_sets_cover_the_true_ranks() -> None:
    # simultaneous: a short run of benchmarks/simulations/joins.py
    rng = np.random.default_rng(0)
    truth = np.array([0.7, 0.68, 0.6, 0.6, 0.5, 0.48, 0.3])
    error = np.full(7, 0.03)
    low_rank = 1 + (truth > truth[:, None] + 1e-12).sum(axis=1)
    high_rank = 7 - (truth < truth[:, None] - 1e-12).sum(axis=1)
    runs, covered = 400, 0
    for run in range(runs):
        better = surely_better(
            truth + rng.normal(0, error), errors=error, draws=199, seed=run, level=0.95
        )
        sets = 1 + better.sum(axis=0), 7 - better.sum(axis=1)
        # tied institutions may stand in any order: the set must hold every one
        covered += bool(((sets[0] <= low_rank) & (sets[1] >= high_rank)).all())
    assert covered / runs + 2.6 * np.sqrt(0.05 * 0.95 / runs) >= 0.93


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        (lambda t: t, {"limits": None}, InputError, "`limits` must hold every criterion"),
        (lambda t: t, {"limits": {"service": (0, 10)}}, InputError, "found none for \\['fees'"),
        (lambda t: t, {"limits": {**LIMITS, "x": (0, 1)}}, InputError, "must name criteria"),
        (lambda t: t, {"limits": {**LIMITS, "fees": (20, 0)}}, ScaleError, "the lower first"),
        (lambda t: t.assign(fees=21), {}, ScaleError, "21 in row 'Civic', column 'fees'"),
        (lambda t: t.where(t != 8), {}, InputError, "1 empty, the first in row 'Civic'"),
        (lambda t: t.assign(fees="low"), {}, InputError, "numbers only"),
        (lambda t: t.head(1), {}, NotEnoughDataError, "at least 2 institutions"),
        (lambda t: pd.concat([t, t]), {}, InputError, "each institution once"),
        (lambda t: t, {"weights": dict.fromkeys(LIMITS, 0)}, ScaleError, "found zeros only"),
        (lambda t: t, {"weights": {"service": 1}}, InputError, "must hold every criterion"),
        (lambda t: t, {"weights": {**WEIGHTS, "fees": -1}}, ScaleError, "finite and >= 0"),
        (lambda t: t, {"weights": {**WEIGHTS, "fee": 1}}, InputError, "Did you mean 'fees'"),
        (lambda t: t, {"weights": {"service": 1, "fees": 0, "growth": 0}}, InputError, "alone"),
        (lambda t: t, {"direction": "up"}, InputError, "`direction` must be one of"),
        (lambda t: t, {"level": 95}, ScaleError, "`level` must lie between 0 and 1"),
        (lambda t: t, {"draws": 5}, InputError, "`draws` must be a whole number"),
    ],
)
def test_what_cannot_be_scored_is_refused(table, change, options, error, message: str) -> None:
    given = {"limits": LIMITS, "direction": DIRECTION, **options}
    with pytest.raises(error, match=message):
        scorecard(change(table), **given)


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        (lambda t: t.iloc[1:] * 0 + 1, "found \\['Civic'\\] on one side only"),
        (lambda t: -t, "must be >= 0"),
        (lambda t: 0 * t, "found zeros only"),
        (lambda t: t.where(t != 8), "finite numbers"),
    ],
)
def test_errors_that_do_not_fit_are_refused(table, errors, message: str) -> None:
    with pytest.raises(InputError, match=message):
        scorecard(table, limits=LIMITS, direction=DIRECTION, std_errors=errors(table))


# --- the matrix --------------------------------------------------------------------------------


def test_positions_and_tiers_by_hand() -> None:
    table = pd.DataFrame(
        {"revenue": [8.0, 3, 6, 2], "profit": [6.0, 5, 4, 1], "growth": [2.0, 7, 5, 4]},
        list("ABCD"),
    )
    found = scorecard_matrix(
        table, contribution=["revenue", "profit"], potential=["growth"], limits=(0, 10),
        weights={"revenue": 3, "profit": 1, "growth": 5},
    )  # fmt: skip
    rows = found.positions.set_index("brand")
    assert rows.loc["A", "contribution_score"] == pytest.approx(0.8 * 0.75 + 0.6 * 0.25, abs=1e-12)
    assert rows["potential_score"].tolist() == pytest.approx([0.2, 0.7, 0.5, 0.4], abs=1e-12)
    assert rows["tier"].to_dict() == {"A": "hold", "B": "build", "C": "lead", "D": "watch"}
    # A is above half on both criteria of contribution, whatever their weights
    assert rows.loc["A", "tier_support"] == 1


def test_support_falls_with_errors_near_a_cut() -> None:
    table = pd.DataFrame({"x": [5.1, 9.0], "y": [9.0, 9.0]}, ["near", "far"])
    options = {"contribution": ["x"], "potential": ["y"], "limits": (0, 10)}
    sure = scorecard_matrix(table, **options).positions["tier_support"]
    assert sure.tolist() == [1, 1]
    errors = pd.DataFrame(0.5, table.index, table.columns)
    found = scorecard_matrix(table, **options, std_errors=errors, draws=4000).positions
    assert found["tier_support"][0] == pytest.approx(norm.cdf(0.2), abs=0.025)
    assert found["tier_support"][1] > 0.99


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"contribution": ["a"], "potential": ["a", "b"]}, "found \\['a'\\] in both"),
        ({"contribution": "a", "potential": ["b"]}, "must be a list"),
        ({"contribution": [], "potential": ["b"]}, "must be a list"),
        ({"contribution": ["z"], "potential": ["b"]}, "must name columns"),
        ({"contribution": ["a"], "potential": ["b"], "cuts": (0.5, 1)}, "`cuts` must lie"),
        (
            {"contribution": ["a"], "potential": ["b"], "weights": {"a": 1, "b": 0}},
            "some criterion of `potential`",
        ),
    ],
)
def test_composites_that_are_none_are_refused(options, message: str) -> None:
    with pytest.raises(InputError, match=message):
        scorecard_matrix(random_table(0), limits=(0, 1), **options)


# --- templates ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_templates_score_when_filled_in(language: str) -> None:
    blank = scorecard_template("institutions", language=language)
    assert blank.scores.shape == (12, 14)
    assert [len(names) for names in blank.composites.values()] == [7, 7]
    assert len(set(blank.weights.values())) == 1
    filled = blank.scores.copy()
    filled[:] = np.random.default_rng(1).integers(0, 11, filled.shape)
    card = scorecard(
        filled, weights=blank.weights, limits=blank.limits, direction=blank.direction, draws=99
    )
    assert card.glance().loc[0, "n_criteria"] == 14
    assert (card.criteria["direction"] == "lower").sum() == 2
    matrix = scorecard_matrix(
        filled, **blank.composites, weights=blank.weights, limits=blank.limits,
        direction=blank.direction, draws=99,
    )  # fmt: skip
    assert len(matrix.positions) == 12


def test_the_brand_audit_has_its_five_criteria() -> None:
    audit = scorecard_template("brand_audit", brands=["Civic", "Kestrel"])
    assert audit.scores.columns.tolist() == [
        "brand concept", "brand culture", "brand positioning", "brand management",
        "brand maintenance",
    ]  # fmt: skip
    with pytest.raises(InputError, match="every cell filled; found 10 empty"):
        scorecard(audit.scores, limits=audit.limits)
    for wrong, message in (("audit", "`name` must be one of"), ("brand_audit", "two names")):
        with pytest.raises(InputError, match=message):
            scorecard_template(wrong, brands=["Civic"])  # type: ignore[arg-type]


# --- contract ----------------------------------------------------------------------------------


def test_contract(table) -> None:
    errors = 0 * table + 0.1
    given = {"limits": LIMITS, "direction": DIRECTION, "draws": 99}
    assert_contract(lambda: scorecard(table, std_errors=errors, **given), table, errors)
    assert_contract(lambda: scorecard(table, **given), table)
    sides = {"contribution": ["service", "fees"], "potential": ["growth"]}
    assert_contract(lambda: scorecard_matrix(table, **sides, **given), table)


def test_every_order_of_rows_has_the_same_ranks(table) -> None:
    ranks = {
        tuple(
            scorecard(table.iloc[list(order)], limits=LIMITS, direction=DIRECTION, draws=99)
            .totals.set_index("brand").loc[table.index, "weights_rank_high"]
        )
        for order in permutations(range(4))
    }  # fmt: skip
    assert len(ranks) == 1
