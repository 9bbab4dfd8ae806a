"""path_comparison: planted differences, error rates, whole persons, refusals, the contract."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.sampling.rows import survey_rows
from brandkit.satisfaction.paths.comparison import (
    PathComparison,
    centred_answers,
    exchanged_labels,
    path_comparison,
)
from brandkit.satisfaction.paths.paths import path_model
from tests.contract import assert_contract
from tests.satisfaction.path_answers import BLOCKS, PATHS, small_answers

TWO = {"A": ["x"], "B": ["y"]}
ONE = [("A", "B")]


def comparison(data: pd.DataFrame, **options: Any) -> PathComparison:
    given = {"by": "tier", "blocks": BLOCKS, "paths": PATHS, "draws": 199} | options
    return path_comparison(data, **given)


def tiers(n: int = 200) -> pd.DataFrame:
    return small_answers(n).assign(tier=np.where(np.arange(n) % 2, "high", "low"))


def crossed(rng: np.random.Generator, n: int, slopes: list[float]) -> pd.DataFrame:
    """One predictor whose slope is another in each group."""
    x, noise = rng.normal(size=(2, n * len(slopes)))
    slope = np.repeat(slopes, n)
    y = slope * x + np.sqrt(1 - slope**2) * noise
    return pd.DataFrame({"x": x, "y": y, "tier": np.repeat(np.arange(len(slopes)), n)})


def test_estimates_are_those_of_a_model_of_each_group() -> None:
    data = tiers()
    result = comparison(data)
    for tier, rows in data.groupby("tier"):
        alone = path_model(rows, blocks=BLOCKS, paths=PATHS, draws=2)
        mine = result.estimates[result.estimates["segment"] == tier]
        np.testing.assert_allclose(mine["estimate"], alone.paths["estimate"], atol=1e-8)
        assert (mine["n"] == len(rows)).all()
    gap = result.pairs["difference"].abs()
    np.testing.assert_allclose(result.tests["difference"], gap, atol=1e-12)
    np.testing.assert_allclose(result.tests["p_value"], result.pairs["p_value"], atol=1e-12)


def test_a_planted_difference_is_found_in_the_right_pair(rng) -> None:
    result = comparison(crossed(rng, 100, [0.7, 0.7, 0.0]), blocks=TWO, paths=ONE)
    assert result.tests.loc[0, "p_adjusted"] <= 0.01
    pairs = result.pairs.set_index(["segment_a", "segment_b"])["p_adjusted"]
    assert pairs["0", "1"] > 0.1
    assert pairs["0", "2"] <= 0.05
    assert pairs["1", "2"] <= 0.05


def test_levels_and_spreads_of_groups_are_no_evidence(rng) -> None:
    data = crossed(rng, 100, [0.5, 0.5]).assign(id=np.arange(200))  # the same exchanges
    one = comparison(data, blocks=TWO, paths=ONE, respondent="id")
    moved = data.assign(
        x=data["x"].where(data["tier"] == 0, 5 * data["x"] + 20),
        y=data["y"].where(data["tier"] == 0, 3 * data["y"] - 8),
    )
    two = comparison(moved, blocks=TWO, paths=ONE, respondent="id")
    np.testing.assert_allclose(two.tests["p_value"], one.tests["p_value"], atol=1e-12)


@pytest.mark.slow
def test_chance_is_seldom_taken_for_a_difference() -> None:
    """Rejections at 5 % in 100 samples without any; 14 or more would happen once in 3,000 times."""
    hits = 0
    for run in range(100):
        data = crossed(np.random.default_rng(run), 30, [0.4, 0.4])
        hits += comparison(data, blocks=TWO, paths=ONE, draws=99).tests.loc[0, "p_value"] <= 0.05
    assert hits < 14


def test_persons_change_places_whole() -> None:
    person = np.repeat(np.arange(30), 3)
    data = pd.DataFrame(
        {"x": np.arange(90.0), "tier": np.repeat(np.arange(3) % 2, 30), "id": person}
    )
    rows = survey_rows(data, columns=["x"], others=["tier"], respondent="id")
    labels = exchanged_labels(rows, data["tier"].to_numpy(), draws=50, seed=0)
    by_person = labels.reshape(50, 30, 3)
    assert (by_person == by_person[:, :, :1]).all()
    assert (labels.sum(axis=1) == data["tier"].sum()).all()
    assert len(np.unique(labels, axis=0)) == 50


def test_persons_in_several_groups_hand_all_of_them_on() -> None:
    """Of 20 persons who rate banks 0 and 1 and 20 who rate 1 and 2, as many do in every draw."""
    bank = np.r_[np.tile([0, 1], 20), np.tile([1, 2], 20)]
    data = pd.DataFrame({"x": np.arange(80.0), "bank": bank, "id": np.repeat(np.arange(40), 2)})
    rows = survey_rows(data, columns=["x"], others=["bank"], respondent="id")
    labels = exchanged_labels(rows, bank, draws=50, seed=0).reshape(50, 40, 2)
    kinds = np.sort(labels, axis=2)
    assert (kinds[:, :, 0] == 0).sum(axis=1).tolist() == [20] * 50
    assert (kinds[:, :, 1] == 2).sum(axis=1).tolist() == [20] * 50
    assert (labels[:, :, 0] > labels[:, :, 1]).any()


def test_groups_are_centred_on_their_own_weighted_means(rng) -> None:
    data = crossed(rng, 50, [0.5, 0.5]).assign(w=np.r_[np.ones(60), np.full(40, 3.0)])
    rows = survey_rows(data, columns=["x", "y"], others=["tier"], weight="w")
    group = data["tier"].to_numpy()
    centred = centred_answers(rows, group, scaled=True)
    for at in (0, 1):
        inside = group == at
        weight = data["w"].to_numpy()[inside]
        np.testing.assert_allclose(weight @ centred[inside] / weight.sum(), 0, atol=1e-12)
        np.testing.assert_allclose(weight @ centred[inside] ** 2 / weight.sum(), 1, atol=1e-12)


def test_a_block_of_another_make_is_named() -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(400, 3))
    first = np.arange(400) < 200
    y = np.where(first, x[:, 0], x[:, 2]) + 0.3 * rng.normal(size=400)
    data = pd.DataFrame(x, columns=["a1", "a2", "a3"]).assign(y=y, tier=first)
    result = comparison(data, blocks={"QUAL": ["a1", "a2", "a3"], "SAT": ["y"]},
                        paths=[("QUAL", "SAT")])  # fmt: skip
    assert result.invariance["invariant"].tolist() == [False, True]
    assert "Perceived quality is made of other things" in str(result.notes[-1])


def test_order_of_rows_does_not_matter() -> None:
    data = tiers()
    one, two = comparison(data), comparison(data.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(one.tests, two.tests, rtol=1e-7)
    pd.testing.assert_frame_equal(one.invariance, two.invariance, rtol=1e-7)


def test_small_groups_are_noted() -> None:
    data = small_answers(80).assign(tier=np.where(np.arange(80) < 20, "few", "many"))
    assert "Fewer than 30 persons are in few" in str(comparison(data).notes[-1])


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"tier": "all"}, InputError, "at least two groups"),
        ({"tier": ["rare"] * 4 + ["often"] * 196}, NotEnoughDataError, r"at least 5.*rare \(4\)"),
        ({"q1": [5.0] * 100 + list(range(100)), "tier": ["a"] * 100 + ["b"] * 100}, InputError,
         "same answer throughout 'a' in .'q1'"),
    ],
)  # fmt: skip
def test_groups_that_cannot_be_compared_are_refused(
    change: dict[str, Any], error: type, message: str
) -> None:
    with pytest.raises(error, match=message):
        comparison(tiers().assign(**change))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"by": "segment"}, "segment"), ({"missing": "pairwise"}, "missing"), ({"draws": 5}, "draws")],
)
def test_arguments_are_checked(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        comparison(tiers(), **options)


def test_contract() -> None:
    data = tiers(100)
    assert_contract(
        lambda: path_comparison(data, by="tier", blocks=BLOCKS, paths=PATHS, draws=49), data
    )
