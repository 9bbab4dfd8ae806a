"""Sentences about path models: numbers of the result, honest about doubt, in three languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from brandkit.core.message import Finding, Message
from brandkit.language import LANGUAGES, translate
from brandkit.satisfaction.paths.comparison import path_comparison
from brandkit.satisfaction.paths.paths import PathModel, path_model
from brandkit.satisfaction.paths.prediction import path_prediction
from brandkit.satisfaction.paths.priorities import importance_performance
from brandkit.satisfaction.paths.story import (
    importance_performance_alt,
    importance_performance_caption,
    importance_performance_findings,
    importance_performance_headline,
    path_blocks_caption,
    path_comparison_caption,
    path_comparison_findings,
    path_effects_caption,
    path_model_alt,
    path_model_caption,
    path_model_findings,
    path_model_headline,
    path_model_lede,
    path_prediction_caption,
    path_prediction_findings,
    path_ratios_caption,
)
from tests.satisfaction.path_answers import BLOCKS, PATHS, small_answers


def model(data: pd.DataFrame | None = None, **options: Any) -> PathModel:
    given = {"blocks": BLOCKS, "paths": PATHS, "limits": (0, 10), "draws": 200} | options
    return path_model(small_answers(400) if data is None else data, **given)


def of(findings: tuple[Finding, ...], words: str) -> Finding:
    return next(one for one in findings if words in str(one.headline))


def test_the_strongest_is_named_with_its_lead_in_the_draws() -> None:
    fitted = model()
    first = of(path_model_findings(fitted), "moves Customer satisfaction most")
    assert first.settled == "clear"
    effects = fitted.effects.query("target == 'SAT'").set_index("source")["total_effect"]
    assert str(first.headline).startswith("Perceived quality")
    assert f"Perceived quality {effects['QUAL']:.2f}" in str(first.detail)
    assert "100% of the draws" in str(first.detail)
    assert str(path_model_headline(fitted)) == "Perceived quality moves Customer satisfaction most"


def test_two_that_are_about_as_strong_are_not_told_apart() -> None:
    rng = np.random.default_rng(1)
    one, two = rng.normal(size=(2, 150))
    data = pd.DataFrame({"a": one, "b": two, "s": one + two + rng.normal(size=150)})
    fitted = model(data, blocks={"FEES": ["a"], "APP": ["b"], "SAT": ["s"]}, limits=None,
                   paths=[("FEES", "SAT"), ("APP", "SAT")])  # fmt: skip
    first = of(path_model_findings(fitted), "which more is not settled")
    assert first.settled == "open"
    assert "about equally" in str(path_model_headline(fitted))
    assert "index" not in str(of(path_model_findings(fitted), "explains").detail)


def test_a_single_way_is_said_to_be_the_only_one() -> None:
    fitted = model(blocks={"QUAL": ["q1"], "SAT": ["s1"]}, paths=[("QUAL", "SAT")])
    only = of(path_model_findings(fitted), "all that leads to")
    assert only.settled == "clear"
    assert str(path_model_headline(fitted)) == "Perceived quality moves Customer satisfaction"


def test_open_paths_are_counted_and_named(rng) -> None:
    data = small_answers().assign(noise=rng.normal(size=120))
    fitted = model(data, blocks=BLOCKS | {"FEES": ["noise"]}, limits=None,
                   paths=[*PATHS, ("FEES", "SAT")])  # fmt: skip
    sure = (fitted.paths["ci_low"] > 0) | (fitted.paths["ci_high"] < 0)
    found = of(path_model_findings(fitted), "not settled")
    assert str(found.headline).startswith(f"{(~sure).sum()} of 5 direct paths")
    assert "FEES → Customer satisfaction" in str(found.detail)
    assert found.settled == "open"
    assert f"{(~sure).sum()} arrow" in str(path_model_alt(fitted))


def test_blocks_that_cannot_be_told_apart_come_first() -> None:
    data = small_answers()
    mixed = data.assign(v1=data["q1"] + data["v1"] / 9, v2=data["q2"] + data["v2"] / 9)
    findings = path_model_findings(model(mixed, limits=None))
    assert "cannot tell apart Perceived quality and Perceived value" in str(findings[0].headline)
    assert "Answers tell all blocks apart." in str(path_model_findings(model())[-1].headline)


def test_where_there_is_no_satisfaction_the_last_block_is_explained() -> None:
    fitted = model(blocks={"A": ["q1"], "B": ["s1"]}, paths=[("A", "B")])
    assert str(path_model_headline(fitted)) == "A moves B"
    assert str(path_model_headline(fitted, names={"B": "Trust"})) == "A moves Trust"


def test_what_to_act_on_is_named_with_its_share() -> None:
    data = small_answers(400)
    strong = data.assign(v1=data["v1"] * 0.4, v2=data["v2"] * 0.4,
                         s1=(data["v1"] + data["s1"] / 5).clip(upper=10),
                         s2=(data["v2"] + data["s2"] / 5).clip(upper=10))  # fmt: skip
    result = importance_performance(model(strong))
    first = importance_performance_findings(result)[0]
    assert str(first.headline).startswith("Act first on Perceived value")
    assert first.settled == "clear"
    assert "act first on Perceived value" in str(importance_performance_headline(result))
    point = result.points.set_index("block").loc["VAL"]
    assert f"adds {point['importance']:.2f}" in str(first.detail)


def test_what_is_in_no_quadrant_is_open() -> None:
    result = importance_performance(model(small_answers(60)), detail="item")
    found = of(importance_performance_findings(result), "no quadrant for sure")
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
    apart = path_comparison_findings(path_comparison(groups((0.0, 1.0)), **options, draws=199))
    assert str(apart[0].headline) == "Blocks are made of the same in all groups."
    assert apart[1].settled == "clear"
    assert "in high" in str(apart[1].detail)
    same = path_comparison_findings(path_comparison(groups((0.6, 0.6)), **options, draws=199))
    assert (same[1].settled, "No path differs" in str(same[1].headline)) == ("open", True)


def test_prediction_says_how_it_compares(rng) -> None:
    data = small_answers(400)
    one = path_prediction_findings(path_prediction(data, blocks=BLOCKS, paths=PATHS))[0]
    assert "regression" in str(one.headline)
    noise = pd.DataFrame(rng.normal(size=data.shape), columns=data.columns)
    none = path_prediction_findings(path_prediction(noise, blocks=BLOCKS, paths=PATHS))[0]
    assert "no better than its mean" in str(none.headline)


@pytest.fixture(scope="module")
def texts() -> list[Message]:
    fitted, poor = model(), model(small_answers(60), limits=(0, 10))
    points = [importance_performance(each, detail=detail)
              for each in (fitted, poor) for detail in ("block", "item")]  # fmt: skip
    compared = path_comparison(small_answers().assign(tier=np.arange(120) % 2), by="tier",
                               blocks=BLOCKS, paths=PATHS, draws=49)  # fmt: skip
    predicted = path_prediction(small_answers(), blocks=BLOCKS, paths=PATHS)
    findings = [
        *path_model_findings(fitted), *path_model_findings(poor),
        *(one for each in points for one in importance_performance_findings(each)),
        *path_comparison_findings(compared), *path_prediction_findings(predicted),
    ]  # fmt: skip
    told = [make(each) for each in (fitted, poor) for make in (
        path_model_headline, path_model_lede, path_model_caption, path_model_alt,
        path_effects_caption, path_blocks_caption, path_ratios_caption)]  # fmt: skip
    told += [make(each) for each in points for make in (
        importance_performance_headline, importance_performance_caption,
        importance_performance_alt)]  # fmt: skip
    told += [path_comparison_caption(compared), path_prediction_caption(predicted)]
    told += [*fitted.notes, *poor.notes, *points[0].notes, *compared.notes]
    return told + [part for one in findings for part in (one.headline, one.detail)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(texts, language: str) -> None:
    for text in texts:
        said = translate(text, language)
        assert "{" not in said
        assert "nan" not in said.lower().split()
        if language != "en":
            assert said != str(text)
            assert "Perceived" not in said
