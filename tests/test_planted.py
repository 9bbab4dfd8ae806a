"""What was planted in the sample is told or left open, never denied, under three seeds.

Stories are read by their level, numbers and names, never by their wording.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import brandkit as bk
from brandkit.core.message import Finding, Message
from brandkit.core.story import Story
from brandkit.questions import Answers
from tools.sample import write_sample_study

FOCUS, TWIN, MOVER, CONFORMER = "Harbour Bank", "Tidewater", "Juniper", "Meridian"


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(0, marks=pytest.mark.slow),
        *(pytest.param(seed, marks=[pytest.mark.slow, pytest.mark.exhaustive]) for seed in (1, 2)),
    ],
)
def study(
    request: pytest.FixtureRequest, root: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Answers, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("sample")
    write_sample_study(folder, seed=request.param)
    shutil.copyfile(root / "data/raw/sample/study.toml", folder / "study.toml")
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return bk.answers(folder), truth


def names(message: Any) -> set[str]:
    """Give what a message is filled with, as texts."""
    if isinstance(message, Message):
        return set().union(*map(names, message.values.values())) if message.values else set()
    if isinstance(message, (list, tuple)):
        return set().union(*map(names, message)) if message else set()
    return {str(message)}


def sure(story: Story, *told: str) -> list[Finding]:
    """Give the findings that are more than open and name all of these in their headline."""
    return [
        one for one in story.findings
        if one.settled != "open" and set(told) <= names(one.headline)
    ]  # fmt: skip


def test_twins_are_alike_in_products_and_never_told_apart_in_image(study) -> None:
    answers, _ = study
    (first, *_) = answers.story("overlap").findings
    assert {FOCUS, TWIN} <= names(first.headline)
    assert first.settled == "clear"
    assert sure(answers.story("chance"), FOCUS, TWIN)
    pairs = answers["stability"].pairs
    pair = pairs[pairs[["brand_a", "brand_b"]].isin([FOCUS, TWIN]).all(axis=1)]
    assert not pair["distinct"].any()


def test_the_one_mover_is_named_and_no_other(study) -> None:
    story = study[0].story("movement")
    moved = {
        bank for one in story.findings if one.settled != "open" for bank in names(one.headline)
    }
    banks = set(study[1]["map"]["brands"])
    assert moved & banks == {MOVER}
    told = study[0].story("alikeness").findings
    changes = [one for one in told if one.settled != "open" and MOVER in names(one.headline)]
    assert changes  # of images: it carries what changed, and the market is not said to move


def test_who_conformed_carries_the_history(study) -> None:
    story = study[0].story("history")
    market = [one for one in story.findings if one.settled == "clear"]
    assert all(CONFORMER not in names(one.headline) for one in market)
    (first, *_) = story.findings
    assert first.settled != "clear" or CONFORMER in names(first.headline)


def test_kinds_of_services_are_those_planted_or_open(study) -> None:
    answers, truth = study
    found = answers["penalties"].attributes.set_index("attribute")
    for name, planted in truth["satisfaction"]["services"].items():
        row = found.loc[next(at for at in found.index if str(at).lower().startswith(name))]
        if planted["kind"] == "none":
            assert row["role"] == "undecided"
        else:
            assert row["role"] in (planted["kind"], "undecided"), name
            assert row["matters"], name


def test_paths_are_found_or_left_open_and_none_is_made(study) -> None:
    answers, truth = study
    paths = answers["paths"].paths.set_index(["source", "target"])
    for one in truth["satisfaction"]["paths"]:
        size = paths.loc[(one["source"], one["target"]), "size"]
        if one["weight"] >= 0.15:
            assert size != "small", one
        if one["weight"] >= 0.3:
            assert size == "matters", one
        if one["weight"] == 0:
            assert size != "matters", one


def test_what_is_said_of_the_own_bank_is_not_taken_for_why_it_was_chosen(study) -> None:
    answers, _ = study
    (first, *_) = answers.story("choice").findings
    assert first.settled != "clear"
