"""Sentences about path models: numbers of the result, honest about doubt, in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError
from brandkit.language import LANGUAGES, use_language
from brandkit.satisfaction.paths.comparison import path_comparison, path_prediction
from brandkit.satisfaction.paths.paths import PathModel, importance_performance, path_model
from tests.satisfaction.path_answers import BLOCKS, PATHS, small_answers
from tests.satisfaction.stories import assert_story, of


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def model(data: pd.DataFrame | None = None, **options: Any) -> PathModel:
    given = {"blocks": BLOCKS, "paths": PATHS, "limits": (0, 10), "draws": 200} | options
    return path_model(small_answers(400) if data is None else data, **given)


def test_the_strongest_is_named_with_its_lead_in_the_draws() -> None:
    fitted = model()
    first = of(fitted.story(), "moves Customer satisfaction most")
    assert first.settled == "clear"
    effects = fitted.effects.query("target == 'SAT'").set_index("source")["total_effect"]
    assert str(first.headline).startswith("Perceived quality")
    assert f"Perceived quality {effects['QUAL']:.2f}" in str(first.detail)
    assert "100% of the draws" in str(first.detail)
    assert str(fitted.story().headline) == "Perceived quality moves Customer satisfaction most"


def test_two_that_are_about_as_strong_are_not_told_apart() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.normal(size=(2, 150))
    data = pd.DataFrame({"a": one, "b": two, "s": one + two + rng.normal(size=150)})
    fitted = model(data, blocks={"FEES": ["a"], "APP": ["b"], "SAT": ["s"]}, limits=None,
                   paths=[("FEES", "SAT"), ("APP", "SAT")])  # fmt: skip
    first = of(fitted.story(), "which more is not settled")
    assert first.settled == "open"
    assert "about equally" in str(fitted.story().headline)
    assert "index" not in str(of(fitted.story(), "explains").detail)


def test_a_single_way_is_said_to_be_the_only_one() -> None:
    fitted = model(blocks={"QUAL": ["q1"], "SAT": ["s1"]}, paths=[("QUAL", "SAT")])
    only = of(fitted.story(), "all that leads to")
    assert only.settled == "clear"
    assert str(fitted.story().headline) == "Perceived quality moves Customer satisfaction"


def test_open_and_small_paths_are_counted_and_named(rng) -> None:
    data = small_answers().assign(noise=rng.normal(size=120))
    fitted = model(data, blocks=BLOCKS | {"FEES": ["noise"]}, limits=None,
                   paths=[*PATHS, ("FEES", "SAT")])  # fmt: skip
    size = fitted.paths["size"]
    found = of(fitted.story(), "is not settled")
    assert str(found.headline).startswith(f"Whether {(size == 'open').sum()} of 5 direct paths")
    assert "FEES → Customer satisfaction" in str(found.detail)
    assert found.settled == "open"
    assert f"{(size != 'matters').sum()} arrow" in str(fitted.story().exhibits["paths"].alt)
    small = replace(fitted, paths=fitted.paths.assign(size="small")).story()
    assert of(small, "too small to matter").settled == "clear"
    assert not [one for one in small.findings if "none may be 0" in str(one.headline)]


def test_blocks_that_cannot_be_told_apart_come_next() -> None:
    data = small_answers()
    mixed = data.assign(v1=data["q1"] + data["v1"] / 9, v2=data["q2"] + data["v2"] / 9)
    findings = model(mixed, limits=None).story().findings
    assert "cannot tell apart Perceived quality and Perceived value" in str(findings[1].headline)
    assert "Answers tell all blocks apart." in str(model().story().findings[-1].headline)


def test_where_there_is_no_satisfaction_the_last_block_is_explained() -> None:
    fitted = model(blocks={"A": ["q1"], "B": ["s1"]}, paths=[("A", "B")])
    assert str(fitted.story().headline) == "A moves B"


def test_what_to_act_on_is_named_with_its_share() -> None:
    data = small_answers(400)
    strong = data.assign(v1=data["v1"] * 0.4, v2=data["v2"] * 0.4,
                         s1=(data["v1"] + data["s1"] / 5).clip(upper=10),
                         s2=(data["v2"] + data["s2"] / 5).clip(upper=10))  # fmt: skip
    result = importance_performance(model(strong))
    first = result.story().findings[0]
    assert str(first.headline).startswith("Act first on Perceived value")
    assert first.settled == "clear"
    assert "act first on Perceived value" in str(result.story().headline)
    point = result.points.set_index("block").loc["VAL"]
    assert f"adds {point['importance']:.2f}" in str(first.detail)


def test_what_is_in_no_quadrant_is_open() -> None:
    result = importance_performance(model(small_answers(60)), detail="item")
    found = of(result.story(), "no quadrant for sure")
    shares = result.points[["share_act", "share_keep", "share_later", "share_enough"]]
    assert str(found.headline).startswith(f"{(shares.max(axis=1) < 0.9).sum()} of 5")
    assert found.settled == "open"


def groups(slopes: tuple[float, float]) -> pd.DataFrame:
    rng = np.random.default_rng(2)
    x, noise = rng.normal(size=(2, 400))
    slope = np.repeat(slopes, 200)
    return pd.DataFrame({"x": x, "y": slope * x + noise, "tier": np.repeat(["low", "high"], 200)})


def test_groups_that_differ_are_named() -> None:
    options = {"by": "tier", "blocks": {"QUAL": ["x"], "SAT": ["y"]}, "paths": [("QUAL", "SAT")]}
    apart = path_comparison(groups((0.0, 1.0)), **options, draws=199).story().findings
    assert str(apart[1].headline) == "Blocks are made of the same in all groups."
    assert apart[0].settled == "clear"
    assert "in high" in str(apart[0].detail)
    same = path_comparison(groups((0.6, 0.6)), **options, draws=199).story().findings
    assert (same[0].settled, "No path differs" in str(same[0].headline)) == ("open", True)


def test_prediction_says_how_it_compares(rng) -> None:
    data = small_answers(400)
    one = path_prediction(data, blocks=BLOCKS, paths=PATHS).story().findings[0]
    assert "regression" in str(one.headline)
    noise = pd.DataFrame(rng.normal(size=data.shape), columns=data.columns)
    none = path_prediction(noise, blocks=BLOCKS, paths=PATHS).story().findings[0]
    assert "no better than its mean" in str(none.headline)


def test_the_target_can_be_named() -> None:
    assert model().target == "SAT"
    loyal = model(target="LOY").story()
    assert "moves Loyalty most" in str(loyal.headline)
    with pytest.raises(InputError, match="none leading to 'QUAL'"):
        model(target="QUAL")


def test_what_leans_to_no_quadrant_to_act_on_is_said_to_be_open() -> None:
    result = importance_performance(model(small_answers(60)), detail="item")
    points = result.points.assign(share_act=0.5, share_keep=0.5, quadrant="act")
    story = replace(result, points=points).story()
    assert "What to act on first" in str(story.headline)
    assert story.findings[0].settled == "open"
    assert not story.actions


def other_things() -> pd.DataFrame:
    data = small_answers(200).assign(tier=np.arange(200) % 2)
    data.loc[data["tier"] == 1, ["q1", "q2"]] = data.loc[data["tier"] == 1, ["q2", "q1"]].to_numpy()
    data.loc[data["tier"] == 1, "q3"] = 10 - data["q3"]
    return data


def results() -> dict[str, Any]:
    fitted, poor = model(), model(small_answers(60))
    tiny = model(small_answers(12), draws=20)
    lost = model(limits=None, blocks={"A": ["q1"], "B": ["s1"]}, paths=[("A", "B")])
    groups = {"by": "tier", "blocks": BLOCKS, "paths": PATHS, "draws": 49}
    return {
        "fitted": fitted, "poor": poor, "tiny": tiny, "lost": lost,
        "levers": importance_performance(fitted),
        "items": importance_performance(poor, detail="item"),
        "same": path_comparison(small_answers().assign(tier=np.arange(120) % 2), **groups),
        "unlike": path_comparison(other_things(), **groups),
        "many": path_comparison(small_answers(200).assign(tier=np.arange(200) % 6), **groups),
        "foretold": path_prediction(small_answers(), blocks=BLOCKS, paths=PATHS),
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_story_holds(language: str) -> None:
    for result in results().values():
        for focus in (None, 1, "Nobody"):
            story = assert_story(result, language=language, focus=focus)
    assert "Nobody is not among" not in str(story.headline)


def test_a_group_that_is_not_there_counts_as_none_with_a_note() -> None:
    compared = results()["same"]
    notes = [str(note) for note in compared.story(focus="9").exhibits["groups"].notes]
    assert "9 is not among the segments compared here." in notes
    assert "among the segments" not in " ".join(
        map(str, compared.story(focus=1).exhibits["groups"].notes)
    )
