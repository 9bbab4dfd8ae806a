"""What was planted in the sample study's image answers is found, in its own draw and another."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from brandkit.positioning.image.stability import MapStability, claim_check, map_stability
from brandkit.positioning.image.waves import wave_movement
from tools.sample.market import ATTRIBUTES, BANKS
from tools.sample.survey import IMAGE_ITEMS, survey_answers

NAMES = [attribute.name for attribute in ATTRIBUTES]
DESIGN = {
    "brand": "brand", "respondent": "respondent", "weight": "weight", "strata": "stratum",
    "attributes": NAMES, "draws": 400,
}  # fmt: skip


@pytest.fixture(scope="module", params=[0, 1], ids=["the sample", "another draw"])
def answers(request: pytest.FixtureRequest) -> pd.DataFrame:
    drawn = survey_answers(seed=request.param)
    banks = {at + 1: bank.name for at, bank in enumerate(BANKS)}
    named = drawn.rename(columns=dict(zip(IMAGE_ITEMS, NAMES, strict=True)))
    return named.assign(brand=named["brand"].map(banks))


@pytest.fixture(scope="module")
def last_year(answers: pd.DataFrame) -> MapStability:
    return map_stability(answers[answers["wave"] == 2026], **DESIGN)


@pytest.fixture(scope="module")
def truth(root: Path) -> dict:
    return json.loads((root / "data/raw/sample/truth.json").read_text(encoding="utf-8"))


def planted(truth: dict, brands: list[str]) -> np.ndarray:
    return np.array([truth["map"]["brands"][name]["2026"] for name in brands])


def test_the_map_is_the_planted_plane_up_to_a_turn(last_year, truth) -> None:
    there = planted(truth, last_year.brands)
    mass = last_year.bases.to_numpy()
    there = there - np.average(there, axis=0, weights=mass)
    design = np.column_stack([np.ones(len(there)), there])
    weight = np.sqrt(mass)[:, None]
    places = last_year.points["coordinate"].to_numpy().reshape(-1, 2)
    fitted = design @ np.linalg.lstsq(design * weight, places * weight, rcond=None)[0]
    misfit = (((places - fitted) * weight) ** 2).sum() / ((places * weight) ** 2).sum()
    assert misfit < 0.1
    assert last_year.is_stable


def test_the_neighbours_are_nearest_and_cannot_be_told_apart(last_year, truth) -> None:
    """They stand on one place; every other pair of large banks is told apart."""
    harbour, tidewater = truth["map"]["cannot_be_told_apart"]
    large = last_year.points.query("n >= 100")["label"].unique()
    pairs = last_year.pairs[
        last_year.pairs["brand_a"].isin(large) & last_year.pairs["brand_b"].isin(large)
    ]
    nearest = pairs.sort_values("map_distance").iloc[0]
    assert {nearest["brand_a"], nearest["brand_b"]} == {harbour, tidewater}
    assert not nearest["distinct"]
    assert pairs["distinct"].sum() >= len(pairs) - 3


def test_nobody_stands_where_digital_meets_warm(last_year, truth) -> None:
    names = ["modern", "transparent fees"]
    columns = last_year.map.columns.pivot(index="label", columns="axis", values="coordinate")
    corner = columns.loc[names].sum().to_numpy()
    corner = corner / np.sqrt((corner**2).sum())
    places = last_year.points["coordinate"].to_numpy().reshape(-1, 2)
    reach = places @ corner
    beside = np.abs(places @ np.array([-corner[1], corner[0]]))
    span = np.sqrt((places**2).sum(axis=1)).max()
    assert not ((reach > 0.6 * span) & (beside < 0.25 * span)).any()


def test_the_mover_moved_and_nobody_else(answers, truth) -> None:
    result = wave_movement(answers, wave="wave", **DESIGN)
    assert result.moves.query("moved")["brand"].tolist() == [truth["map"]["moving_brand"]]
    move = result.moves.query("moved").iloc[0]
    modern = result.map.columns.query("label == 'modern'")["coordinate"].to_numpy()
    assert move[["move_across", "move_upward"]].to_numpy(dtype=float) @ modern > 0
    assert move["ci_low"] > 0.3


def test_claims_follow_the_planted_pull(last_year, truth) -> None:
    claims = claim_check(last_year).claims
    places = {name: planted(truth, [name])[0] for name in last_year.brands}
    mean = np.average(list(places.values()), axis=0, weights=last_year.bases.loc[list(places)])
    pull = {name: np.array(at) for name, at in truth["map"]["attributes"].items()}
    centre = np.mean(list(pull.values()), axis=0)
    sign = np.array([
        (places[brand] - mean) @ (pull[attribute] - centre)
        for brand, attribute in zip(claims["brand"], claims["attribute"], strict=True)
    ])  # fmt: skip
    called = claims["claim"].to_numpy()
    assert (called != "not_shown").sum() > 60
    wrong = ((called == "supported") & (sign < -0.05)) | (
        (called == "contradicted") & (sign > 0.05)
    )
    # claims are measured against what is not claimed, the truth here against all cells
    # a twentieth is promised on average; of so many calls in one study chance adds 1.6 errors
    n = int((called != "not_shown").sum())
    assert wrong.sum() / n <= 0.05 + 1.645 * np.sqrt(0.05 * 0.95 / n)
