"""Sentences about drivers, penalties and rewards: computed, settled or not, in three languages."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from brandkit.core.message import Message
from brandkit.language import LANGUAGES, translate, use_language
from brandkit.satisfaction.penalty import story as wp
from brandkit.satisfaction.penalty.penalty import (
    ROLE_NAMES,
    PenaltyReward,
    penalty_reward,
    role_name,
)


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def kinds(penalty: float, reward: float, *, n: int = 500) -> PenaltyReward:
    rng = np.random.default_rng(8)
    x = rng.integers(0, 11, (n, 2))
    table = pd.DataFrame(x, columns=["complain", "advice"])
    table["sat"] = 7 - penalty * (x[:, 0] <= 5) + reward * (x[:, 1] >= 8) + rng.normal(size=n)
    return penalty_reward(
        table, outcome="sat", attributes=["complain", "advice"], low=5, high=8, draws=200
    )


# --- penalties and rewards ---------------------------------------------------------------------


def test_core_and_extended_services_are_named() -> None:
    result = kinds(1.5, 1.5)
    assert str(wp.penalty_reward_headline(result)) == "Must not fail: complain. Can delight: advice"
    found = wp.penalty_reward_findings(result)
    assert str(found[0].headline).startswith("Core services, which cost when they are poor: compl")
    assert str(found[1].headline).startswith("Extended services, which delight when they are good")
    row = result.attributes.set_index("attribute").loc["complain"]
    assert f"{row['penalty']:+.2f}".replace("-", "−") in str(found[0].detail)
    assert "500 answers" in str(found[0].detail)


def test_a_kind_that_hangs_on_the_cuts_is_not_called_clear() -> None:
    result = kinds(1.5, 1.5)
    frame = result.attributes.assign(cuts_agree=0.5)
    shaky = dataclasses.replace(result, attributes=frame)
    assert all(one.settled != "clear" for one in wp.penalty_reward_findings(shaky))


def test_what_shows_nothing_hardly_matters_and_is_open() -> None:
    result = kinds(0.0, 0.0)
    assert str(wp.penalty_reward_headline(result)) == "No service is clearly core or exciting"
    (only,) = wp.penalty_reward_findings(result)
    assert only.settled == "open"
    assert "hardly matter" in str(only.headline)


def test_what_matters_but_is_not_settled_is_said_to_be_so() -> None:
    result = kinds(1.5, 1.5)
    frame = result.attributes.assign(role="undecided")
    (only,) = wp.penalty_reward_findings(dataclasses.replace(result, attributes=frame))
    assert str(only.headline) == "Whether core or exciting is not settled: complain, advice."
    assert only.settled == "open"


def test_tables_call_kinds_by_name_in_the_language_in_use() -> None:
    result = kinds(1.5, 1.5)
    assert wp.penalty_rows(result)["role"].tolist() == ["basic factor", "exciting factor"]
    use_language("zh-Hant")
    assert wp.penalty_rows(result)["role"].tolist() == ["基本型因素", "魅力型因素"]
    assert len(wp.sensitivity_rows(result)) == len(result.sensitivity)
    assert wp.sensitivity_rows(result)["chosen"].tolist()[0]


# --- every language ----------------------------------------------------------------------------


def said_of_kinds(result: PenaltyReward) -> list[Message]:
    texts = [
        wp.penalty_reward_headline(result), wp.penalty_reward_lede(result),
        wp.penalty_reward_caption(result), wp.penalty_reward_alt(result),
        wp.sensitivity_table_caption(result), wp.NO_ATTRIBUTES, *result.notes,
        *(role_name(role) for role in ROLE_NAMES), role_name("undecided", matters=False),
    ]  # fmt: skip
    for found in wp.penalty_reward_findings(result):
        texts += [found.headline, found.detail]
    return texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(language: str) -> None:
    texts = said_of_kinds(kinds(1.5, 1.5)) + said_of_kinds(kinds(0.0, 0.0))
    for text in texts:
        said = translate(text, language)
        assert "{" not in said
        if language != "en":
            assert said != str(text), f"no translation: {text.text}"
