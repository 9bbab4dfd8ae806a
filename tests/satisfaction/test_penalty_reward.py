"""penalty_reward: least squares on dummies, the rule of kinds, cuts, bases, refusals, contract."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError, ScaleError
from brandkit.satisfaction.service.penalty import Effects, asymmetry, cuts_of, penalty_reward
from brandkit.sources import read_study
from tests.conftest import some
from tests.contract import assert_contract

CUTS = {"low": 5, "high": 8}
FEW = {"draws": 100, **CUTS}
SERVICES = ["counter", "lobby", "premises", "waiting", "digital", "advice", "complain", "fees"]


def answers(n: int = 400, *, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 11, (n, 3)).astype(float)
    table = pd.DataFrame(scores, columns=["complain", "advice", "lobby"])
    effect = -1.5 * (table["complain"] <= 5) + 1.5 * (table["advice"] >= 8)
    table["sat"] = 7 + effect + rng.normal(0, 1, n)
    table["id"] = np.repeat(np.arange(n // 2), 2)
    table["w"] = rng.uniform(0.5, 2.0, n)
    return table


def made_of(data: pd.DataFrame, **options: object) -> pd.DataFrame:
    call = {"outcome": "sat", "attributes": ["complain", "advice", "lobby"], **FEW, **options}
    return penalty_reward(data, **call).attributes.set_index("attribute")


# --- known values ------------------------------------------------------------------------------


def test_penalties_and_rewards_are_least_squares_on_dummies() -> None:
    data = answers()
    frame = made_of(data, weight="w", respondent="id")
    x = data[["complain", "advice", "lobby"]].to_numpy()
    design = np.column_stack([np.ones(len(x)), x <= 5, x >= 8]).astype(float)
    root = np.sqrt(data["w"].to_numpy())
    slope, *_ = np.linalg.lstsq(design * root[:, None], data["sat"] * root, rcond=None)
    np.testing.assert_allclose(frame["penalty"], slope[1:4], atol=1e-10)
    np.testing.assert_allclose(frame["reward"], slope[4:], atol=1e-10)
    expected = (slope[4] - abs(slope[1])) / (slope[4] + abs(slope[1]))
    if slope[4] > 0:
        assert frame.loc["complain", "asymmetry"] == pytest.approx(expected, abs=1e-10)


def test_within_brands_it_is_least_squares_with_brand_dummies() -> None:
    data = answers().assign(brand=lambda d: np.where(d.index % 3 == 0, "A", "B"))
    data["sat"] += 2.0 * (data["brand"] == "A")
    frame = made_of(data)
    x = data[["complain", "advice", "lobby"]].to_numpy()
    brand = np.column_stack([data["brand"] == "A", data["brand"] == "B"])
    design = np.column_stack([x <= 5, x >= 8, brand]).astype(float)
    slope, *_ = np.linalg.lstsq(design, data["sat"], rcond=None)
    np.testing.assert_allclose(frame["penalty"], slope[:3], atol=1e-10)
    assert made_of(data, within="none").loc["complain", "penalty"] != slope[0]


def test_the_joint_test_is_walds_with_errors_over_persons() -> None:
    data = answers()
    result = penalty_reward(
        data, outcome="sat", attributes=["lobby"], respondent="id", within="none", **FEW
    )
    x = data["lobby"].to_numpy()
    design = np.column_stack([np.ones(len(x)), x <= 5, x >= 8]).astype(float)
    bread = np.linalg.inv(design.T @ design)
    slope = bread @ design.T @ data["sat"].to_numpy()
    score = design * (data["sat"].to_numpy() - design @ slope)[:, None]
    by_person = pd.DataFrame(score).groupby(data["id"].to_numpy()).sum().to_numpy()
    n = len(by_person)
    spread = (bread @ (by_person.T @ by_person) @ bread * n / (n - 1))[1:, 1:]
    wald = slope[1:] @ np.linalg.solve(spread, slope[1:])
    from scipy.stats import f

    known = f.sf(wald / 2 * (n - 2) / (n - 1), 2, n - 2)
    assert result.attributes.loc[0, "p_value"] == pytest.approx(known, rel=1e-9)


@pytest.mark.parametrize(
    ("penalty", "reward", "expected"),
    [
        (-1.0, 0.0, -1.0),
        (0.0, 2.0, 1.0),
        (-1.0, 1.0, 0.0),
        (-3.0, 1.0, -0.5),
        (-1.0, -0.2, -1.0),
        (0.3, 1.0, 1.0),
        (0.2, -0.1, np.nan),
    ],
)
def test_asymmetry_by_hand(penalty: float, reward: float, expected: float) -> None:
    # a penalty above 0, or a reward below, is none
    seen = asymmetry(np.array([penalty]), np.array([reward]))[0]
    assert seen == pytest.approx(expected, abs=1e-12, nan_ok=True)


def effects_of(
    a: np.ndarray, *, p_value: float = 0.001, steps: tuple[float, float] = (1.0, 1.0)
) -> Effects:
    """Effects of one attribute whose draws have the asymmetries given."""
    a = np.r_[a[:1], a]  # the sample comes first
    sides = np.stack([-(1 - a) / 2, (1 + a) / 2])[:, :, None]
    steps = np.broadcast_to(np.array(steps)[:, None, None], sides.shape)
    return Effects(sides, steps, np.array([p_value]), np.array([[100], [100]]), 0.5)


@pytest.mark.parametrize(
    ("a", "role"),
    [
        (np.full(100, -0.34), "basic"),
        (np.full(100, -0.32), "undecided"),  # a point loses less than twice what it gains
        (np.r_[np.full(98, -0.5), np.full(2, -0.05)], "basic"),
        (np.r_[np.full(90, -0.5), np.full(10, 0.05)], "undecided"),  # the interval holds 0
        (np.r_[np.full(89, -0.5), np.full(11, -0.05)], "undecided"),
        (np.full(100, 0.34), "exciting"),
        (np.r_[np.full(90, 0.5), np.full(10, -0.05)], "undecided"),
        (np.r_[np.full(80, 0.05), np.full(20, -0.6)], "performance"),
        (np.r_[np.full(79, 0.05), np.full(21, -0.6)], "undecided"),
        (np.r_[np.full(50, 0.6), np.full(50, -0.6)], "undecided"),
    ],
)
def test_the_rule_of_kinds_at_its_edges(a: np.ndarray, role: str) -> None:
    assert effects_of(a).roles(0.95) == [role]


def test_a_straight_line_is_no_basic_service_however_low_its_ratings() -> None:
    # poor answers lie three points below the middle, good ones one above: a slope of 1/4
    one = effects_of(np.full(100, -0.5), steps=(3.0, 1.0))
    assert one.asymmetry()[0] == pytest.approx(-0.5)
    assert one.asymmetry(even=True)[0] == pytest.approx(0.0, abs=1e-12)
    assert one.roles(0.95) == ["performance"]


def test_an_outcome_that_is_the_rating_itself_is_even_whatever_the_cuts() -> None:
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"x": np.rint(np.clip(rng.normal(4, 2, 500), 0, 10))})
    data["w"] = rng.uniform(0.5, 2.0, 500)
    for low, high in ((3, 7), (5, 8), (2, 5)):
        result = penalty_reward(
            data.assign(sat=1 + 0.3 * data["x"]), outcome="sat", attributes=["x"], low=low,
            high=high, weight="w", draws=50,
        )  # fmt: skip
        row = result.attributes.iloc[0]
        assert row["penalty_slope"] == pytest.approx(-0.3, abs=1e-9)
        assert row["reward_slope"] == pytest.approx(0.3, abs=1e-9)
        for name in ("asymmetry_even", "asymmetry_even_low", "asymmetry_even_high"):
            assert row[name] == pytest.approx(0.0, abs=1e-9)
        assert row["role"] == "performance"


def test_points_of_rating_are_differences_of_weighted_means() -> None:
    data = answers()
    row = made_of(data, weight="w", respondent="id").loc["complain"]
    x, w = data["complain"], data["w"]
    poor, good = x <= 5, x >= 8
    mean = [np.average(x[part], weights=w[part]) for part in (poor, ~poor & ~good, good)]
    assert row["penalty"] / row["penalty_slope"] == pytest.approx(mean[1] - mean[0], abs=1e-10)
    assert row["reward"] / row["reward_slope"] == pytest.approx(mean[2] - mean[1], abs=1e-10)


def test_what_does_not_matter_has_no_kind_however_its_draws_lean() -> None:
    assert effects_of(np.full(100, -0.9), p_value=0.2).roles(0.95) == ["undecided"]
    frame = made_of(answers())
    assert not frame.loc["lobby", "matters"]
    assert frame.loc["lobby", "role"] == "undecided"


# --- planted kinds -----------------------------------------------------------------------------


def test_the_sample_study_shows_what_was_planted(root) -> None:
    study = read_study("sample")
    truth = json.loads((root / "data/raw/sample/truth.json").read_text(encoding="utf-8"))
    kinds = {name: one["kind"] for name, one in truth["satisfaction"]["services"].items()}
    frame = penalty_reward(
        study.survey, outcome="sat1", attributes=SERVICES, missing="drop", draws=300
    ).attributes.set_index("attribute")
    for name, kind in kinds.items():
        assert frame.loc[name, "role"] == ("undecided" if kind == "none" else kind), name


def test_planted_kinds_are_found_in_nine_of_ten_samples_of_a_thousand() -> None:
    # 8 samples a design, fewer than the committed simulation's 200
    from benchmarks.simulations.penalty_reward import PLANTED, kind_rows

    rows = kind_rows((PLANTED[0], PLANTED[2]), samples=8)
    assert all(row["verdict"] == "pass" for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize("samples", [15, pytest.param(40, marks=pytest.mark.exhaustive)])
def test_straight_lines_are_called_basic_or_exciting_in_at_most_a_twentieth(samples: int) -> None:
    # fewer runs than the committed simulation has; bent lines are found
    from benchmarks.simulations.penalty_reward import LINES, line_rows

    for row in line_rows(LINES[:2], samples=samples):
        most = 0.05 + 2.6 * (0.05 * 0.95 / samples) ** 0.5
        assert row["basic"] <= most, row
        assert row["exciting"] <= most, row
        if row["bend"]:
            assert row["right"] >= 0.9 - 2.6 * 0.05, row


@pytest.mark.slow
def test_intervals_cover() -> None:
    # 50 runs, fewer than the committed simulation has
    from benchmarks.simulations.penalty_reward import COVERED, coverage_rows

    rows = coverage_rows(COVERED[:1], runs=50, population=40_000)
    covered = np.array([row["coverage"] for row in rows])
    assert 0.92 <= covered.mean() <= 0.98
    assert covered.min() >= 0.84


def test_the_simulation_uses_what_the_function_computes() -> None:
    from benchmarks.simulations.penalty_reward import COVERED, NAMES, drawn_sides, found_in, sample

    for planted in COVERED[:2]:
        table = sample(planted, np.random.default_rng(1))
        within = "brand" if planted.rows > 1 else None
        known = found_in(table, NAMES, outcome="sat", within=within, draws=2)
        quick = drawn_sides(table, np.random.default_rng(0), draws=0)[0]
        np.testing.assert_allclose(quick, known.sides[:, 0].ravel(), atol=1e-8)


# --- invariants --------------------------------------------------------------------------------


@settings(max_examples=some(4))
@given(st.floats(-50, 50), st.floats(0.1, 20))
def test_the_outcomes_unit_changes_no_kind(shift: float, scale: float) -> None:
    data = answers()
    known = made_of(data, draws=20)
    made = made_of(data.assign(sat=shift + scale * data["sat"]), draws=20)
    np.testing.assert_allclose(made["penalty"], scale * known["penalty"], rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(made["p_value"], known["p_value"], rtol=1e-6)
    assert made["role"].tolist() == known["role"].tolist()


def test_turning_the_scales_round_swaps_penalty_and_reward() -> None:
    data = answers()
    turned = data.assign(**{name: 10 - data[name] for name in ("complain", "advice", "lobby")})
    known, made = made_of(data), made_of(turned, low=2, high=5)
    np.testing.assert_allclose(made["penalty"], known["reward"], atol=1e-10)
    np.testing.assert_allclose(made["reward"], known["penalty"], atol=1e-10)


def test_rows_in_another_order_give_the_same() -> None:
    data = answers()
    known = made_of(data, respondent="id")
    made = made_of(data.sample(frac=1, random_state=2), respondent="id")
    for column in ("penalty", "penalty_low", "reward_high", "p_basic"):
        np.testing.assert_allclose(made[column], known[column], atol=1e-10)


# --- cuts and bases ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "low", "high"),
    [((0, 10), 5, 8), ((1, 10), 5, 9), ((1, 7), 4, 6), ((1, 5), 3, 5), ((0, 100), 50, 80)],
)
def test_default_cuts_follow_the_declared_scale(limits: tuple, low: float, high: float) -> None:
    cuts = cuts_of(["x"], low=None, high=None, limits={"x": limits})
    assert (cuts.low[0], cuts.high[0]) == (low, high)
    assert cuts.is_default


def test_cuts_can_be_given_for_single_items() -> None:
    frame = made_of(answers(), low={"complain": 3, "advice": 5, "lobby": 5})
    assert frame["cut_low"].tolist() == [3, 5, 5]
    assert frame.loc["complain", "n_low"] < frame.loc["advice", "n_low"]


def test_other_cuts_are_shown_beside_the_chosen_ones() -> None:
    data = answers()
    result = penalty_reward(data, outcome="sat", attributes=["complain", "advice"], **FEW)
    cuts = result.sensitivity[["cut_low", "cut_high"]].drop_duplicates().to_numpy().tolist()
    assert cuts == [[5, 8], [4, 8], [6, 8], [5, 7], [5, 9]]
    assert result.sensitivity["chosen"].sum() == 2
    moved = result.sensitivity.query("cut_low == 4")
    alone = made_of(data, attributes=["complain", "advice"], low=4)
    np.testing.assert_allclose(moved["penalty"], alone["penalty"], atol=1e-12)
    share = result.attributes.set_index("attribute").loc["complain", "cuts_agree"]
    others = result.sensitivity.query("not chosen and attribute == 'complain'")
    assert share == (others["role"] == "basic").mean()


def test_cuts_that_leave_nothing_between_are_not_tried() -> None:
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"x": rng.integers(1, 6, 300)}).assign(
        sat=lambda d: d["x"] + rng.normal(size=300)
    )
    result = penalty_reward(data, outcome="sat", attributes=["x"], low=3, high=5, draws=50)
    assert result.sensitivity[["cut_low", "cut_high"]].to_numpy().tolist() == [[3, 5], [2, 5]]


def test_small_and_very_small_bases_are_named() -> None:
    data = answers()
    data["complain"] = np.where(np.arange(len(data)) < 20, 3.0, 6.0 + np.arange(len(data)) % 4)
    data["lobby"] = np.where(np.arange(len(data)) < 5, 3.0, 6.0 + np.arange(len(data)) % 3)
    call = {"outcome": "sat", "attributes": ["complain", "advice", "lobby"], **FEW}
    result = penalty_reward(data, **call)
    said = [str(note) for note in result.notes]
    assert any(text.startswith("complain: fewer than 30 poor or good") for text in said)
    assert any(text.startswith("lobby: fewer than 10 poor or good") for text in said)
    frame = result.attributes.set_index("attribute")
    assert np.isnan(frame.loc["lobby", "penalty"])
    assert np.isfinite(frame.loc["lobby", "reward"])
    assert frame.loc["lobby", "role"] == "undecided"


def test_scales_that_run_the_other_way_are_named() -> None:
    data = answers()
    data["sat"] = 7 + 1.0 * (data["complain"] <= 5) - 1.0 * (data["complain"] >= 8)
    data["sat"] += np.random.default_rng(4).normal(0, 0.5, len(data))
    result = penalty_reward(data, outcome="sat", attributes=["complain"], **FEW)
    assert result.attributes.loc[0, "role"] == "undecided"
    assert any("may run the other way round" in str(note) for note in result.notes)


def test_default_cuts_are_said() -> None:
    result = penalty_reward(
        read_study("sample").survey,
        outcome="sat1",
        attributes=["counter"],
        missing="drop",
        draws=20,
    )
    assert any("answers up to 5 count as poor, from 8 on" in str(note) for note in result.notes)
    assert result.within == "brand"


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"attributes": ["complain", "sat"]}, InputError, "must not name the outcome"),
        ({"attributes": "complain"}, InputError, "must be a list of columns"),
        ({"attributes": []}, InputError, "`attributes` must name at least one column"),
        ({"attributes": ["complains"]}, MissingColumnsError, "Did you mean 'complain'"),
        ({"low": None}, InputError, "`low` must be given for items whose scale is not known"),
        ({"low": 8}, InputError, "`low` must be below `high`; found 8 and 8 for 'complain'"),
        ({"low": 7}, InputError, "must leave answers between them; found 0 between 7 and 8"),
        ({"low": {"complaint": 5}}, InputError, "Did you mean 'complain'"),
        ({"missing": "pairwise"}, InputError, "`missing` must be one of 'raise', 'drop'"),
        ({"outcome": "same"}, InputError, "`outcome` must vary"),
        ({"attributes": ["complain", "copy"]}, InputError, "must be told apart by their answers"),
        ({"draws": 1}, InputError, "`draws`"),
        ({"level": 0}, ScaleError, "`level`"),
    ],
)
def test_refusals(options: dict, error: type[Exception], message: str) -> None:
    data = answers().assign(same=5.0, copy=lambda d: d["complain"])
    call = {"outcome": "sat", "attributes": ["complain", "advice"], **FEW, **options}
    with pytest.raises(error, match=message):
        penalty_reward(data, **call)


def test_too_few_persons_are_refused() -> None:
    with pytest.raises(NotEnoughDataError, match="at least 30 persons for 1 attributes; found 20"):
        penalty_reward(answers(20), outcome="sat", attributes=["advice"], **FEW)


def test_cuts_off_the_scale_are_refused() -> None:
    with pytest.raises(InputError, match="must lie on the item's scale; found 5 and 11 for 'x'"):
        cuts_of(["x"], low=5, high=11, limits={"x": (0, 10)})


# --- contract ----------------------------------------------------------------------------------


def test_contract() -> None:
    data = answers()
    assert_contract(
        lambda: penalty_reward(
            data, outcome="sat", attributes=["complain", "advice", "lobby"], weight="w",
            respondent="id", **FEW,
        ),
        data,
    )  # fmt: skip
