"""driver_importance against R's relaimpo and closed forms; invariants, refusals, contract."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError, ScaleError
from brandkit.sampling.rows import survey_rows
from brandkit.satisfaction.drivers.drivers import driver_importance
from brandkit.satisfaction.drivers.kernel import (
    Measure,
    gains_in_order,
    noise_floors,
    order_weights,
    relative_weights,
    shapley,
    shuffled_covariances,
    subset_r2,
    upper_point,
)
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract

REFERENCE = Path(__file__).parent.parent / "reference" / "driver_importance" / "values.json"
VALUES = json.loads(REFERENCE.read_text(encoding="utf-8"))
FEW = {"draws": 30}


@pytest.fixture(scope="module")
def bank(real: Path) -> pd.DataFrame:
    table = pd.read_csv(real / "surveys" / "csibank" / "csibank.csv")
    return table.assign(w=np.where(table["Gender"] == "Female", 1.2, 0.8))


@pytest.fixture(scope="module")
def survey():
    return read_study("sample").survey


def answers(n: int = 120, *, seed: int = 3) -> pd.DataFrame:
    """Answers of persons who rated two brands each, with weights and segments."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(n // 2), 2)
    halo = rng.normal(size=(n // 2, 1))[person]
    x = np.rint(7 + halo + rng.normal(size=(n, 3)))
    y = 2 + 0.5 * x[:, 0] + 0.3 * x[:, 1] + rng.normal(size=n)
    table = pd.DataFrame(x, columns=["fees", "advice", "lobby"]).assign(sat=y, id=person)
    table["brand"] = np.tile(["A", "B"], n // 2)
    table["sat"] += 2.0 * (table["brand"] == "B")
    table["w"] = rng.uniform(0.5, 2.0, n // 2)[person]
    table["tier"] = np.where(person % 2 == 0, "small", "large")
    return table


def importance(data: pd.DataFrame, **options: object) -> pd.Series:
    made = driver_importance(
        data, outcome="sat", drivers=["fees", "advice", "lobby"], **{**FEW, **options}
    )
    return made.drivers.set_index("driver")["importance"]


def r2_by_rows(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> float:
    """R² by least squares on the rows themselves."""
    root = np.sqrt(w)
    design = np.column_stack([np.ones(len(x)), x])
    slope, *_ = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)
    mean = (w * y).sum() / w.sum()
    return 1 - (w * (y - design @ slope) ** 2).sum() / (w * (y - mean) ** 2).sum()


# --- known values ------------------------------------------------------------------------------


def test_importances_are_those_of_r(bank) -> None:
    made = driver_importance(bank, outcome="sat1", drivers=VALUES["drivers"], **FEW)
    for column, known in (("importance", "lmg"), ("first", "first"), ("last", "last")):
        np.testing.assert_allclose(made.drivers[column], list(VALUES[known].values()), atol=1e-10)
    assert made.r2 == pytest.approx(VALUES["r2"], abs=1e-10)
    slopes = [VALUES["ols"][name] for name in VALUES["drivers"]]
    np.testing.assert_allclose(made.drivers["coefficient"], slopes, rtol=1e-10)


def test_weights_are_honoured_as_in_r(bank) -> None:
    made = driver_importance(bank, outcome="sat1", drivers=VALUES["drivers"], weight="w", **FEW)
    known = VALUES["weighted"]
    np.testing.assert_allclose(made.drivers["importance"], list(known["lmg"].values()), atol=1e-10)
    assert made.r2 == pytest.approx(known["r2"], abs=1e-10)
    plain = np.array(list(VALUES["lmg"].values()))
    assert np.abs(made.drivers["importance"] - plain).max() > 1e-4


def test_two_drivers_by_hand() -> None:
    # R² = (a² + b² - 2abr) / (1 - r²); importance = (own r² + R² - the other's r²) / 2
    a, b, r = 0.5, -0.2, 0.3
    whole = (a * a + b * b - 2 * a * b * r) / (1 - r * r)
    matrix = np.array([[[1, r, a], [r, 1, b], [a, b, 1.0]]])
    expected = [(a * a + whole - b * b) / 2, (b * b + whole - a * a) / 2]
    np.testing.assert_allclose(shapley(subset_r2(matrix))[0], expected, atol=1e-12)
    # with two drivers Johnson's weights are the same
    np.testing.assert_allclose(relative_weights(matrix)[0], expected, atol=1e-12)


def test_three_drivers_by_all_their_orders() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(60, 3)) + rng.normal(size=(60, 1))
    w = rng.uniform(0.2, 3, 60)
    y = x @ [1.0, 0.5, -0.3] + rng.normal(size=60)
    data = pd.DataFrame(x, columns=["fees", "advice", "lobby"]).assign(sat=y, w=w)
    expected = np.zeros(3)
    for order in itertools.permutations(range(3)):
        seen = 0.0
        for place in range(3):
            now = r2_by_rows(x[:, list(order[: place + 1])], y, w)
            expected[order[place]] += (now - seen) / 6
            seen = now
    np.testing.assert_allclose(importance(data, weight="w"), expected, atol=1e-12)


def test_relative_weights_by_the_nearest_orthogonal_columns() -> None:
    # Johnson (2000): with X = P D Q', the columns Z = P Q' are the orthogonal ones nearest to X
    rng = np.random.default_rng(6)
    x = rng.normal(size=(80, 4)) + rng.normal(size=(80, 1))
    y = x @ [1.0, 0.5, 0.0, -0.3] + rng.normal(size=80)
    scaled = (x - x.mean(0)) / (x.std(0) * np.sqrt(80))
    p, _, q = np.linalg.svd(scaled, full_matrices=False)
    z = p @ q
    loading = z.T @ scaled
    slope = z.T @ ((y - y.mean()) / (y.std() * np.sqrt(80)))
    expected = (loading.T**2) @ slope**2
    data = pd.DataFrame(x, columns=list("abcd")).assign(sat=y)
    made = driver_importance(data, outcome="sat", drivers=list("abcd"), method="johnson", **FEW)
    np.testing.assert_allclose(made.drivers["importance"], expected, atol=1e-12)
    assert expected.sum() == pytest.approx(made.r2, abs=1e-12)


def test_within_a_brand_is_least_squares_on_brand_dummies() -> None:
    data = answers()
    made = driver_importance(
        data, outcome="sat", drivers=["fees", "advice", "lobby"], within="brand", **FEW
    )
    dummies = np.column_stack([np.ones(len(data)), data["brand"] == "B"]).astype(float)
    design = np.column_stack([data[["fees", "advice", "lobby"]], dummies])
    slope, *_ = np.linalg.lstsq(design, data["sat"], rcond=None)
    np.testing.assert_allclose(made.drivers["coefficient"], slope[:3], rtol=1e-10)
    pooled = importance(data, within="none")
    np.testing.assert_allclose(made.drivers["uncentred"], pooled, atol=1e-12)


def test_slope_errors_are_those_of_clusters() -> None:
    data = answers()
    made = driver_importance(
        data, outcome="sat", drivers=["fees", "advice"], within="none", respondent="id",
        weight="w", **FEW,
    )  # fmt: skip
    x = np.column_stack([np.ones(len(data)), data[["fees", "advice"]]])
    w, y = data["w"].to_numpy(), data["sat"].to_numpy()
    bread = np.linalg.inv((x * w[:, None]).T @ x)
    score = x * (w * (y - x @ (bread @ (x.T @ (w * y)))))[:, None]
    by_person = pd.DataFrame(score).groupby(data["id"].to_numpy()).sum().to_numpy()
    n = len(by_person)
    known = np.sqrt(np.diag(bread @ (by_person.T @ by_person) @ bread) * n / (n - 1))
    np.testing.assert_allclose(made.drivers["std_error"], known[1:], rtol=1e-10)


def test_order_weights_add_up_over_all_subsets() -> None:
    for p in (1, 4, 20):
        total = sum(math.comb(p - 1, s) * order_weights(p)[s] for s in range(p))
        assert total == pytest.approx(1.0, abs=1e-12)


def test_many_drivers_are_exact_and_their_draws_sampled() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(size=(200, 13)) + 0.7 * rng.normal(size=(200, 1))
    names = [f"x{i}" for i in range(13)]
    data = pd.DataFrame(x, columns=names).assign(sat=x[:, :4].sum(axis=1) + rng.normal(size=200))
    made = driver_importance(data, outcome="sat", drivers=names, **FEW)
    exact = shapley(subset_r2(np.corrcoef(data.to_numpy().T)[None]))[0]
    np.testing.assert_allclose(made.drivers["importance"], exact, atol=1e-12)
    assert any("100 sampled orders" in str(note) for note in made.notes)
    turned = driver_importance(data, outcome="sat", drivers=names[::-1], **FEW).drivers[::-1]
    np.testing.assert_allclose(turned["ci_high"], made.drivers["ci_high"], atol=1e-12)


def test_sampled_orders_of_all_permutations_are_exact() -> None:
    rng = np.random.default_rng(9)
    matrix = np.corrcoef((rng.normal(size=(40, 5)) + rng.normal(size=(40, 1))).T)[None]
    every = np.array(list(itertools.permutations(range(4))))
    np.testing.assert_allclose(
        gains_in_order(matrix, every), shapley(subset_r2(matrix)), atol=1e-12
    )


# --- noise floor -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["shapley", "johnson"])
@pytest.mark.parametrize("rows", [1, 3])
def test_the_noise_floor_is_the_upper_point_under_permutation(method: str, rows: int) -> None:
    rng = np.random.default_rng(10)
    n, p = 150, 4
    person = 1.2 * rng.normal(size=(n, 1, p + 1)) * (rows > 1)
    x = rng.normal(size=(n, rows, p + 1)) + rng.normal(size=(n, rows, 1)) + person
    x[..., -1] += 0.5 * x[..., 0]
    flat = x.reshape(-1, p + 1) - x.reshape(-1, p + 1).mean(axis=0)
    shuffled = shuffled_covariances(
        flat, weight=np.ones(n * rows), unit=np.repeat(np.arange(n), rows), n_centred=1
    )
    measure = Measure(method)
    made = noise_floors(np.corrcoef(flat.T), shuffled=shuffled, level=0.95, measure=measure)
    drawn = []
    for _ in range(2000):
        mixed = x.copy()
        mixed[..., 1] = mixed[rng.permutation(n), :, 1]
        drawn.append(np.corrcoef(mixed.reshape(-1, p + 1).T))
    drawn = np.array(drawn)
    seen = relative_weights(drawn) if method == "johnson" else shapley(subset_r2(drawn))
    # 2,000 permutations know the point to about 4 %
    assert made[1] == pytest.approx(np.quantile(seen[:, 1], 0.95), rel=0.12)


def test_the_upper_point_of_one_chi_square_is_exact() -> None:
    assert upper_point(np.array([2.0]), level=0.95) == pytest.approx(2 * 3.841458820694124, 1e-12)
    # three equal weights: chi-square of three degrees
    assert upper_point(np.ones(3), level=0.95) == pytest.approx(7.814727903251179, rel=1e-12)
    assert upper_point(np.zeros(3), level=0.95) == 0.0


# --- invariants --------------------------------------------------------------------------------


@settings(max_examples=some(15))
@given(st.integers(0, 10_000), st.integers(1, 7))
def test_importances_are_shares_of_all_that_is_explained(seed: int, p: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = np.corrcoef((rng.normal(size=(30, p + 1)) + rng.normal(size=(30, 1))).T)[None]
    r2 = subset_r2(matrix)
    for values in (shapley(r2), relative_weights(matrix)):
        assert values.min() >= -1e-12
        assert values.sum() == pytest.approx(r2[-1, 0], abs=1e-10)
    order = rng.permutation(p)
    turned = matrix[:, [*order, p]][:, :, [*order, p]]
    np.testing.assert_allclose(shapley(subset_r2(turned))[0], shapley(r2)[0][order], atol=1e-12)


def test_units_row_order_and_the_scale_of_weights_change_nothing() -> None:
    data = answers()
    options = {"respondent": "id", "weight": "w"}
    known = driver_importance(data, outcome="sat", drivers=["fees", "advice"], **options, **FEW)
    other = data.sample(frac=1, random_state=1).assign(w=lambda d: 7 * d["w"])
    other["fees"] = 1000 + 3 * other["fees"]
    made = driver_importance(other, outcome="sat", drivers=["fees", "advice"], **options, **FEW)
    for column in ("importance", "ci_low", "ci_high", "noise_floor", "first", "p_first"):
        np.testing.assert_allclose(made.drivers[column], known.drivers[column], atol=1e-10)


def test_a_weight_of_two_is_two_rows() -> None:
    data = answers().assign(w=1.0)
    data.loc[:9, "w"] = 2.0
    twice = pd.concat([data, data.head(10)], ignore_index=True)
    np.testing.assert_allclose(importance(data, weight="w"), importance(twice), atol=1e-12)


def test_the_first_draws_are_the_same_however_many_follow() -> None:
    assert importance(answers()).equals(importance(answers(), draws=60))


def test_ranks_and_their_shares_fit_together() -> None:
    made = driver_importance(
        answers(), outcome="sat", drivers=["fees", "advice", "lobby"], draws=200
    )
    wide = made.ranks.pivot(index="driver", columns="rank", values="share")
    np.testing.assert_allclose(wide.sum(axis=0), 1.0)
    np.testing.assert_allclose(wide.sum(axis=1), 1.0)
    frame = made.drivers.set_index("driver")
    np.testing.assert_allclose(wide.loc[frame.index, 1], frame["p_first"])
    assert (frame["rank_low"] <= frame["rank"]).all()
    assert (frame["rank"] <= frame["rank_high"]).all()


def test_twins_cannot_be_ranked() -> None:
    rng = np.random.default_rng(11)
    a, b = rng.normal(size=(2, 300))
    data = pd.DataFrame({"a": a, "b": b, "sat": a + b + rng.normal(size=300)})
    frame = driver_importance(data, outcome="sat", drivers=["a", "b"], draws=200).drivers
    assert frame["rank_low"].tolist() == [1, 1]
    assert frame["rank_high"].tolist() == [2, 2]


# --- what goes on all the same -----------------------------------------------------------------


def test_constant_drivers_are_left_out_and_named() -> None:
    data = answers().assign(same=7.0)
    made = driver_importance(data, outcome="sat", drivers=["fees", "same", "advice"], **FEW)
    assert made.drivers["driver"].tolist() == ["fees", "advice"]
    assert any(str(note).startswith("same is left out") for note in made.notes)


def test_what_is_constant_within_each_brand_is_left_out_there_only() -> None:
    data = answers().assign(level=lambda d: np.where(d["brand"] == "A", 1.0, 2.0))
    options = {"outcome": "sat", "drivers": ["fees", "level"], **FEW}
    assert driver_importance(data, within="brand", **options).drivers["driver"].tolist() == ["fees"]
    assert len(driver_importance(data, within="none", **options).drivers) == 2


def test_duplicates_share_their_importance_without_coefficients() -> None:
    data = answers().assign(copy=lambda d: 3 * d["fees"] + 1)
    made = driver_importance(data, outcome="sat", drivers=["fees", "copy", "advice"], **FEW)
    frame = made.drivers.set_index("driver")
    assert frame.loc["fees", "importance"] == pytest.approx(frame.loc["copy", "importance"], 1e-9)
    assert frame.loc[["fees", "copy"], "coefficient"].isna().all()
    assert frame.loc["advice", "coefficient"] > 0
    assert frame["importance"].sum() == pytest.approx(made.r2, abs=1e-9)
    assert any("“copy” is given in full by fees" in str(note) for note in made.notes)


def test_a_sum_of_others_is_named_with_them() -> None:
    data = answers().assign(both=lambda d: d["fees"] + d["advice"])
    made = driver_importance(
        data, outcome="sat", drivers=["fees", "advice", "lobby", "both"], **FEW
    )
    assert any("“both” is given in full by fees, advice" in str(note) for note in made.notes)


def test_reversed_drivers_are_named() -> None:
    data = answers().assign(fees=lambda d: 20 - d["fees"])
    made = driver_importance(data, outcome="sat", drivers=["fees", "advice"], within="none", **FEW)
    assert any(str(note).startswith("fees falls as the outcome rises") for note in made.notes)


def test_a_driver_that_turns_once_others_are_held_is_named() -> None:
    rng = np.random.default_rng(12)
    a = rng.normal(size=400)
    b = a + 0.5 * rng.normal(size=400)
    data = pd.DataFrame({"a": a, "b": b, "sat": 2 * a - b + 0.5 * rng.normal(size=400)})
    made = driver_importance(data, outcome="sat", drivers=["a", "b"], **FEW)
    assert any(str(note).startswith("b counts against the outcome") for note in made.notes)


def test_missing_answers_by_each_rule() -> None:
    data = answers()
    whole = importance(data)
    holes = data.copy()
    holes.loc[::7, "fees"] = np.nan
    dropped = importance(holes, missing="drop")
    np.testing.assert_allclose(dropped, importance(data.drop(data.index[::7])), atol=1e-12)
    filled = importance(holes, missing="mean")
    assert filled["fees"] < dropped["fees"] + 0.05
    paired = driver_importance(
        holes, outcome="sat", drivers=["fees", "advice", "lobby"], missing="pairwise",
        within="none", **FEW,
    ).drivers  # fmt: skip
    pairs = holes[["fees", "advice", "lobby", "sat"]].corr().to_numpy()
    np.testing.assert_allclose(paired["importance"], shapley(subset_r2(pairs[None]))[0], atol=1e-10)
    assert (paired["std_error"] > 0).all()
    assert np.abs(filled - whole).max() < 0.2


def test_codes_for_no_answer_are_no_answers() -> None:
    data = answers()
    data.loc[:4, "fees"] = -99
    made = driver_importance(data, outcome="sat", drivers=["fees"], missing="drop", **FEW)
    assert made.n == len(data) - 5
    assert any("−99" in str(note) for note in made.notes)


# --- brands, segments, designs -----------------------------------------------------------------


def test_a_survey_of_several_brands_is_centred_on_them(survey) -> None:
    drivers = ["counter", "lobby", "premises", "fees"]
    made = driver_importance(survey, outcome="sat1", drivers=drivers, missing="drop", **FEW)
    assert made.within == "brand"
    frame = made.drivers.set_index("driver")
    assert frame.loc["counter", "above_noise"]
    assert frame.loc["counter", "label"] == "counter staff"
    assert frame["uncentred"].sum() > frame["importance"].sum()
    plain = driver_importance(
        survey, outcome="sat1", drivers=drivers, missing="drop", within="none", **FEW
    )
    np.testing.assert_allclose(plain.drivers["importance"], frame["uncentred"], atol=1e-12)


def test_within_names_the_role_where_the_column_is_called_otherwise() -> None:
    data = answers()
    made = driver_importance(data, outcome="sat", drivers=["fees"], **FEW)
    assert made.within == "brand"
    assert any("centred on the mean of each brand" in str(note) for note in made.notes)
    other = data.rename(columns={"brand": "bank"})
    assert driver_importance(other, outcome="sat", drivers=["fees"], **FEW).within is None


def test_segments_have_the_importances_of_their_own_rows() -> None:
    data = answers(240)
    made = driver_importance(
        data, outcome="sat", drivers=["fees", "advice"], by="tier", respondent="id", draws=60
    )
    for tier, rows in data.groupby("tier"):
        alone = driver_importance(
            rows, outcome="sat", drivers=["fees", "advice"], respondent="id", draws=60
        )
        own = made.groups[made.groups["segment"] == tier]
        np.testing.assert_allclose(own["importance"], alone.drivers["importance"], atol=1e-12)
        np.testing.assert_allclose(own["noise_floor"], alone.drivers["noise_floor"], rtol=1e-9)
    assert made.equality["driver"].isna().sum() == 1
    assert made.equality["p_value"].between(1 / 61, 1).all()


def test_segments_that_differ_are_found_and_alike_ones_are_not() -> None:
    rng = np.random.default_rng(13)
    x = rng.normal(size=(600, 2))
    tier = np.repeat(["small", "large"], 300)
    y = np.where(tier == "small", x[:, 0], x[:, 1]) + rng.normal(size=600)
    data = pd.DataFrame(x, columns=["a", "b"]).assign(sat=y, tier=tier)
    options = {"outcome": "sat", "drivers": ["a", "b"], "by": "tier", "draws": 199}
    assert (driver_importance(data, **options).equality["p_adjusted"] <= 0.01).all()
    alike = data.assign(sat=x.sum(axis=1) + rng.normal(size=600))
    assert driver_importance(alike, **options).equality["p_adjusted"].min() > 0.05


def test_very_many_persons_are_permuted_in_blocks() -> None:
    rng = np.random.default_rng(16)
    n = 4500  # more than two persons a block
    x = rng.normal(size=(n, 2))
    tier = np.where(np.arange(n) % 3 == 0, "small", "large")
    data = pd.DataFrame(x, columns=["a", "b"]).assign(tier=tier, id=np.arange(n))
    options = {"outcome": "sat", "drivers": ["a", "b"], "by": "tier", "respondent": "id"}
    alike = data.assign(sat=x[:, 0] + 0.5 * x[:, 1] + rng.normal(size=n))
    assert driver_importance(alike, draws=99, **options).equality["p_value"].iloc[-1] > 0.05
    slope = np.where(tier == "small", 1.0, 0.85)
    differs = data.assign(sat=slope * x[:, 0] + 0.5 * x[:, 1] + rng.normal(size=n))
    assert driver_importance(differs, draws=99, **options).equality["p_value"].iloc[0] <= 0.05


def test_names_of_segments_do_not_change_the_test() -> None:
    data = answers(240)
    options = {"outcome": "sat", "drivers": ["fees", "advice"], "by": "tier", "respondent": "id"}
    known = driver_importance(data, **options, **FEW).equality
    turned = data.replace({"tier": {"small": "zz", "large": "aa"}})
    pd.testing.assert_frame_equal(driver_importance(turned, **options, **FEW).equality, known)


def test_many_brands_are_pooled_and_small_ones_left_out() -> None:
    rng = np.random.default_rng(14)
    brand = np.repeat(list("ABCDEF"), [80, 80, 60, 40, 25, 5])
    x = rng.normal(size=(len(brand), 2))
    data = pd.DataFrame(x, columns=["a", "b"]).assign(brand=brand)
    data["sat"] = x[:, 0] + rng.normal(size=len(brand))
    made = driver_importance(data, outcome="sat", drivers=["a", "b"], by="brand", draws=100)
    assert sorted(made.groups["segment"].unique()) == list("ABCDE")
    wide = made.groups[made.groups["driver"] == "a"]
    assert np.ptp(wide["pooled"]) < np.ptp(wide["importance"])
    assert any(str(note).startswith("F is left out of the comparison") for note in made.notes)
    assert any(str(note).startswith("E has fewer than 30 persons") for note in made.notes)


def test_persons_not_rows_are_drawn() -> None:
    data = answers(120)
    copies = pd.concat([data] * 8, ignore_index=True)
    options = {"outcome": "sat", "drivers": ["fees", "advice"], "draws": 300}
    width = {
        name: np.ptp(driver_importance(rows, respondent=unit, **options).drivers.loc[0, ends])
        for ends in [["ci_low", "ci_high"]]
        for name, rows, unit in (
            ("once", data, "id"),
            ("copied", copies, "id"),
            ("rows", copies, None),
        )
    }
    assert width["copied"] == pytest.approx(width["once"], rel=0.15)
    assert width["rows"] < 0.6 * width["once"]


@pytest.mark.slow
def test_a_driver_tied_to_nothing_is_not_above_noise() -> None:
    # 200 runs, fewer than the committed simulation has
    from benchmarks.simulations.drivers import FLOOR_DESIGNS, floor_rows

    rows = floor_rows((FLOOR_DESIGNS[3],), runs=200)
    assert all(row["verdict"] in ("pass", "power") for row in rows)
    assert all(row["rejected"] > 0.6 for row in rows if row["verdict"] == "power")


@pytest.mark.slow
def test_intervals_cover_and_the_test_of_equal_drivers_keeps_its_level() -> None:
    # 60 runs a row, fewer than the committed simulation has
    from benchmarks.simulations.drivers import DESIGNS, GROUPS, coverage_rows, equality_rows

    rows = coverage_rows((DESIGNS[2],), runs=60) + equality_rows((GROUPS[2],), runs=60)
    assert all(row["verdict"] in ("pass", "outside") for row in rows)


def test_the_simulation_uses_what_the_function_computes() -> None:
    from benchmarks.simulations.drivers import estimated

    data = answers()
    made = driver_importance(
        data, outcome="sat", drivers=["fees", "advice", "lobby"], respondent="id", weight="w", **FEW
    ).drivers
    columns = ["fees", "advice", "lobby", "sat"]
    brand = (data["brand"] == "B").astype(int).to_numpy()
    weight = data["w"].to_numpy()
    values = data[columns].to_numpy(copy=True)
    for one in (0, 1):
        own = brand == one
        values[own] -= (weight[own, None] * values[own]).sum(axis=0) / weight[own].sum()
    packed = (values, weight, data["id"].to_numpy(), brand)
    found = estimated(packed, np.random.default_rng(0), method="shapley", draws=2)
    np.testing.assert_allclose(found.importance, made["importance"], atol=1e-12)
    np.testing.assert_allclose(found.floor, made["noise_floor"], rtol=1e-9)


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"drivers": ["fees", "sat"]}, InputError, "`drivers` must not name the outcome"),
        ({"drivers": "fees"}, InputError, r"must be a list of columns; found the text 'fees'"),
        ({"drivers": []}, InputError, "must name at least one column; found none"),
        ({"drivers": [f"x{i}" for i in range(21)]}, InputError, "found 21"),
        ({"drivers": ["fees", "fees"]}, InputError, "may be named once"),
        ({"drivers": ["fee"]}, MissingColumnsError, "`drivers` names .* Did you mean 'fees'"),
        ({"drivers": ["same"]}, NotEnoughDataError, "`drivers` must vary"),
        ({"outcome": "same"}, InputError, "`outcome` must vary; found the same answer"),
        ({"method": "owen"}, InputError, "`method` must be one of 'shapley', 'johnson'"),
        ({"missing": "keep"}, InputError, "`missing`"),
        ({"within": "sat"}, InputError, "`within` must be another column"),
        ({"within": "bank"}, MissingColumnsError, "`within` names columns"),
        ({"by": "tiers"}, MissingColumnsError, "`by` names .* Did you mean 'tier'"),
        ({"draws": 1}, InputError, "`draws` must be a whole number at least 2"),
        ({"level": 95}, ScaleError, "`level` must lie between 0 and 1"),
        ({"weight": "below"}, ScaleError, "`weight` must be >= 0"),
    ],
)
def test_refusals(options: dict, error: type[Exception], message: str) -> None:
    data = answers().assign(same=5.0, below=-1.0)
    call = {"outcome": "sat", "drivers": ["fees", "advice"], "within": "none", **FEW, **options}
    with pytest.raises(error, match=message):
        driver_importance(data, **call)


def test_too_few_persons_are_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="at least 10 persons for 2 drivers; found 8"):
        driver_importance(answers().head(8), outcome="sat", drivers=["fees", "advice"])


def test_impossible_pairs_are_refused() -> None:
    rng = np.random.default_rng(15)
    a = rng.normal(size=60)
    data = pd.DataFrame({"a": a, "b": a + 0.01, "sat": a})
    # a goes with b, b with the outcome, and a against it, each on rows of its own
    data.loc[40:, "b"] = -data.loc[40:, "sat"]
    data.loc[:19, "sat"] = np.nan
    data.loc[20:39, "b"] = np.nan
    data.loc[40:, "a"] = np.nan
    with pytest.raises(InputError, match="correlations that can occur together"):
        driver_importance(data, outcome="sat", drivers=["a", "b"], missing="pairwise", **FEW)


# --- contract ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["shapley", "johnson"])
def test_contract(method: str) -> None:
    data = answers()
    assert_contract(
        lambda: driver_importance(
            data, outcome="sat", drivers=["fees", "advice"], by="tier", method=method,
            respondent="id", weight="w", **FEW,
        ),
        data,
    )  # fmt: skip


# --- few clusters --------------------------------------------------------------------------------


def in_clusters(rng: np.random.Generator, *, clusters: int) -> pd.DataFrame:
    """Two drivers and an outcome whose answers are alike within clusters of 25 persons."""
    home = np.repeat(np.arange(clusters), 25)
    own, shared = rng.normal(size=(3, len(home))), rng.normal(size=(3, clusters))[:, home]
    first, second, error = 0.85**0.5 * own + 0.15**0.5 * shared
    frame = pd.DataFrame({"a": first, "b": second, "sat": first + 0.5 * second + error})
    return frame.assign(id=range(len(home)), branch=home)


def test_intervals_over_few_clusters_are_those_of_t_and_say_so(rng) -> None:
    frame = in_clusters(rng, clusters=8)
    options = {"outcome": "sat", "drivers": ["a", "b"], "respondent": "id", "draws": 99,
               "cluster": "branch"}  # fmt: skip
    result = driver_importance(frame, **options)
    assert any("drawn in 8 clusters only" in str(note) for note in result.notes)
    rows = survey_rows(frame, columns=["a", "b", "sat"], respondent="id", cluster="branch")
    assert rows.stretch(0.95) == pytest.approx(2.364624 / 1.959964, rel=1e-6)
    persons = survey_rows(frame, columns=["sat"], respondent="id")
    assert persons.stretch(0.95) == 1.0
    ends = result.drivers[["ci_low", "ci_high"]].to_numpy()
    assert ((ends >= 0) & (ends <= 1)).all()


def test_draws_over_under_five_clusters_are_refused(rng) -> None:
    with pytest.raises(NotEnoughDataError, match=r"at least 5 clusters .*found 4"):
        driver_importance(
            in_clusters(rng, clusters=4), outcome="sat", drivers=["a", "b"], respondent="id",
            cluster="branch",
        )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("samples", [40, pytest.param(150, marks=pytest.mark.exhaustive)])
def test_importances_are_covered_over_six_clusters(samples: int) -> None:
    """Uncorrelated drivers: shares of 1/2.25 and .25/2.25; .84 without the mended ends."""
    truth, covered = np.array([1.0, 0.25]) / 2.25, []
    for seed in range(samples):
        result = driver_importance(
            in_clusters(np.random.default_rng([3, seed]), clusters=6), outcome="sat",
            drivers=["a", "b"], respondent="id", cluster="branch", draws=299,
        ).drivers  # fmt: skip
        covered.append((result["ci_low"] <= truth) & (truth <= result["ci_high"]))
    assert np.mean(covered) >= 0.95 - 2.6 * (0.05 * 0.95 / samples) ** 0.5
