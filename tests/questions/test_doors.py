"""Methods that had no door: each is asked of the sample, and says something that can be checked."""

from __future__ import annotations

import numpy as np
import pytest

import brandkit as bk
from brandkit.questions import QUESTIONS, Answers


@pytest.fixture(scope="module")
def sample() -> Answers:
    return bk.answers("sample")


@pytest.mark.parametrize("name", ["pooling", "ordinal", "comparison", "prediction", "specialised"])
def test_each_is_answered_and_told(sample: Answers, name: str) -> None:
    assert sample[name], str(sample[name])
    story = sample.story(name)
    assert story.exhibits, name
    assert str(story.headline)


def test_pooling_draws_small_banks_in_most(sample: Answers) -> None:
    rows = sample.pooling.tidy()
    order = np.argsort(rows["std_error"].to_numpy())
    assert (np.diff(rows["shrinkage"].to_numpy()[order]) >= -1e-12).all()


def test_the_breadth_of_banks_stands_beside_their_satisfaction(sample: Answers) -> None:
    groups = sample.scores.groups
    own = groups[(groups["item"] == "sat1") & (groups["measure"] == "mean")]
    known = own.set_index("label")["estimate"]
    banks = sample.specialised.brands.set_index("brand")["estimate"]
    assert np.allclose(banks, known[banks.index])


def test_they_wait_behind_the_analysts_page() -> None:
    names = ("pooling", "ordinal", "comparison", "prediction", "quality")
    assert all(QUESTIONS[name].page == "05_analysts" for name in names)
    assert not any(QUESTIONS[name].leads for name in names)
