"""importance_performance: by hand, against moved answers, quadrants, refusals, the contract."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.satisfaction.paths.paths import PathModel, importance_performance, path_model
from tests.contract import assert_contract
from tests.satisfaction.path_answers import BLOCKS, PATHS, small_answers

SHARES = ["share_act", "share_keep", "share_later", "share_enough"]


def model(data: pd.DataFrame | None = None, **options: Any) -> PathModel:
    given = {"blocks": BLOCKS, "paths": PATHS, "limits": (0, 10), "draws": 200} | options
    return path_model(small_answers() if data is None else data, **given)


def test_importance_is_the_slope_of_one_index_on_another() -> None:
    """With a single way from one block to another it is the regression of the 0-100 scores."""
    data = small_answers()
    fitted = model(data, blocks={"VAL": ["v1", "v2"], "QUAL": ["q1", "q2"], "SAT": ["s1", "s2"]},
                   paths=[("QUAL", "SAT"), ("VAL", "SAT")])  # fmt: skip
    parts = pd.Series(fitted.sample.parts[0], index=fitted.items["item"])
    score = {
        block: 10 * data[names] @ parts[names]
        for block, names in {"VAL": ["v1", "v2"], "QUAL": ["q1", "q2"], "SAT": ["s1", "s2"]}.items()
    }
    design = np.column_stack([np.ones(len(data)), score["VAL"], score["QUAL"]])
    slopes = np.linalg.lstsq(design, score["SAT"], rcond=None)[0][1:]
    points = importance_performance(fitted).points.set_index("block")
    np.testing.assert_allclose(points.loc[["VAL", "QUAL"], "importance"], slopes, atol=1e-8)
    np.testing.assert_allclose(
        points.loc[["VAL", "QUAL"], "performance"], [score["VAL"].mean(), score["QUAL"].mean()]
    )


def test_items_add_up_to_their_block() -> None:
    fitted = model()
    blocks = importance_performance(fitted).points.set_index("block")
    items = importance_performance(fitted, detail="item").points
    summed = items.groupby("block")["importance"].sum()
    np.testing.assert_allclose(summed[blocks.index], blocks["importance"], atol=1e-10)
    first = items.set_index("item").loc["q1"]
    assert first["performance"] == pytest.approx(10 * small_answers()["q1"].mean(), abs=1e-10)


def test_effects_along_all_ways_count() -> None:
    points = importance_performance(model(), target="LOY").points
    assert points["block"].tolist() == ["QUAL", "VAL", "SAT"]
    assert (points["importance"] > 0).all()


def test_shares_add_up_and_agree_with_the_quadrant() -> None:
    result = importance_performance(model(), detail="item")
    points = result.points
    np.testing.assert_allclose(points[SHARES].sum(axis=1), 1.0, atol=1e-12)
    above = points["importance"] >= result.importance_mean
    well = points["performance"] >= result.performance_mean
    expected = np.select([above & ~well, above & well, ~above & ~well], ["act", "keep", "later"],
                         "enough")  # fmt: skip
    assert points["quadrant"].tolist() == expected.tolist()
    assert (points["importance_low"] < points["importance"]).all()
    assert (points["performance_high"] > points["performance"]).all()


def test_what_is_lowered_moves_to_the_quadrant_to_act_on() -> None:
    data = small_answers()
    lowered = data.assign(v1=data["v1"].clip(upper=10) * 0.5, v2=data["v2"] * 0.5)
    points = importance_performance(model(lowered)).points.set_index("block")
    assert points.loc["VAL", "performance"] < points.loc["QUAL", "performance"]
    assert points.loc["VAL", ["share_act", "share_later"]].sum() == pytest.approx(1.0)


def test_blocks_without_an_index_are_left_out_and_named() -> None:
    data = small_answers()
    reversed_item = data.assign(v2=10 - data["v2"])
    blocks = BLOCKS | {"VAL": ["v1", "v2", "q3"], "QUAL": ["q1", "q2"]}
    fitted = model(reversed_item, blocks=blocks)
    with pytest.raises(NotEnoughDataError, match=r"none for .'VAL'"):
        importance_performance(fitted)
    result = importance_performance(fitted, target="LOY")
    assert result.points["block"].tolist() == ["QUAL", "SAT"]
    assert "Perceived value" in str(result.notes[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"target": "SATT"}, "Did you mean 'SAT'"),
        ({"target": "QUAL"}, "none leading to 'QUAL'"),
        ({"detail": "items"}, "detail"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        importance_performance(model(), **options)


def test_without_ends_of_scales_there_is_no_map() -> None:
    with pytest.raises(InputError, match=r"ends of its scales in `limits`"):
        importance_performance(model(limits=None))


def test_contract() -> None:
    data = small_answers()
    fitted = model(data, draws=40)
    assert_contract(lambda: importance_performance(fitted, detail="item"), data)
