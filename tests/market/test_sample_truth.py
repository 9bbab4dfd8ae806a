"""What was planted in the sample's market is found and told: levels, names and numbers, no wording.

The shipped study, and two more draws of the same market.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brandkit.core.story import Story
from brandkit.questions import Answers
from brandkit.sources import read_study
from tests.test_truth import values_of
from tools.sample import write_sample_study


class Study:
    """A draw of the sample's market, with what was planted in it."""

    def __init__(self, folder: Path) -> None:
        told = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        self.answers, self.truth = Answers(read_study(folder)), told["market"]

    def told(self, name: str, focus: str | None = None) -> Story:
        story: Story = self.answers[name].story(focus=focus)
        return story


@pytest.fixture(
    scope="module", params=[0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))]
)
def study(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> Study:
    shipped = root / "data" / "raw" / "sample"
    if request.param == 0:
        return Study(shipped)
    folder = tmp_path_factory.mktemp(f"sample{request.param}")
    write_sample_study(folder, seed=request.param)
    shutil.copyfile(shipped / "study.toml", folder / "study.toml")
    return Study(folder)


def clear(story: Story) -> list[dict[str, Any]]:
    """Give what each clear finding names."""
    return [
        dict([*values_of(one.headline), *values_of(one.detail)])
        for one in story.findings
        if one.settled == "clear"
    ]


def test_the_leak_is_told_and_no_other_bank_leaks_there(study: Study) -> None:
    planted = study.truth["leak"]
    first = clear(study.told("funnel", planted["brand"]))[0]
    assert (first["bank"], first["a"], first["b"]) == tuple(planted.values())
    assert first["value"] < first["low"] < first["expected"]
    steps = study.answers.funnel.conversions
    lost = steps[(steps["settled"] == "clear") & (steps["statistic"] < 0)]
    assert lost["brand"].tolist() == [planted["brand"]]


def test_only_the_planted_pair_shares_clearly_more(study: Study) -> None:
    planted = study.truth["shared"]
    first = clear(study.told("sharing", planted["brands"][0]))[0]
    assert {first["a"], first["b"]} == set(planted["brands"])
    pairs = study.answers.sharing.pairs
    own = pairs[pairs["n_joint"] == first["n"]].iloc[0]
    assert abs(np.log(own["ratio"] / planted["ratio"])) < 3 * own["std_error"]
    more = pairs[(pairs["settled"] == "clear") & (pairs["ratio"] > 1)]
    assert [{*pair} for pair in more[["brand_a", "brand_b"]].to_numpy().tolist()] == [
        set(planted["brands"])
    ]


def test_the_step_and_the_drift_are_the_clear_ones(study: Study) -> None:
    step, drift = study.truth["step"], study.truth["drift"]
    told = {one["answer"]: one for one in clear(study.told("trend")) if "answer" in one}
    assert {step["brand"], drift["brand"]} <= set(told)
    assert told[step["brand"]]["now"] == step["quarter"]
    series = study.answers.trend.series
    known = series[series["question"] == told[step["brand"]]["question"]].set_index("label")
    up, down = known.loc[step["brand"]], known.loc[drift["brand"]]
    assert abs(up["change"] - step["points"] / 100) < 3 * up["std_error"]
    assert abs(down["slope"] - drift["points_a_quarter"] / 100) < 3 * down["slope_error"]
    assert series["alert"].sum() == 2


def test_the_cue_is_the_small_banks_own(study: Study) -> None:
    planted = study.truth["cue"]
    first = clear(study.told("mental_availability", planted["brand"]))[0]
    assert [one.values["part"] for one in first["above"]] == [planted["cue"]]
    cues = study.answers.mental_availability.cues
    own = cues[(cues["settled"] == "clear") & (cues["advantage"] > 0)]
    assert own[["brand", "attribute"]].to_numpy().tolist() == [[planted["brand"], planted["cue"]]]


def test_the_few_that_reach_most_are_told_and_not_those_wished_most(study: Study) -> None:
    planted = study.truth["reach"]
    first = clear(study.told("reach"))[0]
    assert {one.values["part"] for one in first["items"]} == set(planted["items"])
    assert first["low"] - 0.02 < planted["share"] < first["high"] + 0.02
    items = study.answers.reach.items
    most = items.drop_duplicates("label").nlargest(first["k"], "share")["label"]
    assert set(most) != set(planted["items"])


def test_each_service_is_of_the_kind_planted(study: Study) -> None:
    services = study.answers.kano.services
    assert dict(zip(services["label"], services["kind"], strict=True)) == study.truth["kano"]
    assert (services["settled"] == "clear").all()
