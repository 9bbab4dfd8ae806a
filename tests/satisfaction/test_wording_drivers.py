"""Sentences about drivers, penalties and rewards: computed, settled or not, in three languages."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from brandkit.core.message import Message
from brandkit.language import LANGUAGES, translate, use_language
from brandkit.satisfaction.drivers import story as wd
from brandkit.satisfaction.drivers.drivers import DriverImportance, driver_importance
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


def data(*slopes: float, n: int = 300, seed: int = 7, noise: float = 1.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, len(slopes)))
    table = pd.DataFrame(x, columns=["fees", "advice", "lobby"][: len(slopes)])
    table["tier"] = np.tile(["small", "large"], n // 2)
    return table.assign(sat=x @ np.array(slopes) + noise * rng.normal(size=n))


def drivers(*slopes: float, by: str | None = None, **options: float) -> DriverImportance:
    table = data(*slopes, **options)  # type: ignore[arg-type]
    names = [name for name in ("fees", "advice", "lobby") if name in table]
    return driver_importance(table, outcome="sat", drivers=names, by=by, draws=200)


def kinds(penalty: float, reward: float, *, n: int = 500) -> PenaltyReward:
    rng = np.random.default_rng(8)
    x = rng.integers(0, 11, (n, 2))
    table = pd.DataFrame(x, columns=["complain", "advice"])
    table["sat"] = 7 - penalty * (x[:, 0] <= 5) + reward * (x[:, 1] >= 8) + rng.normal(size=n)
    return penalty_reward(
        table, outcome="sat", attributes=["complain", "advice"], low=5, high=8, draws=200
    )


# --- drivers -----------------------------------------------------------------------------------


def test_a_clear_first_is_said_to_be_first() -> None:
    result = drivers(2.0, 0.4, 0.2)
    assert str(wd.driver_importance_headline(result)) == "“fees” matters most for sat"
    first = wd.driver_importance_findings(result)[0]
    assert (str(first.headline), first.settled) == ("“fees” matters most for sat.", "clear")
    row = result.drivers.iloc[0]
    assert f"{100 * row['importance']:.1f}% of the differences" in str(first.detail)
    assert "300 answers of 300 persons" in str(first.detail)


def test_a_likely_first_is_not_called_clear() -> None:
    result = drivers(1.0, 1.05, 0.0)
    assert result.drivers["rank_high"][0] == 2
    first = wd.driver_importance_findings(result)[0]
    assert first.settled == "likely"
    assert str(first.headline) == "“fees” probably matters most for sat."
    assert str(wd.driver_importance_headline(result)) == "What matters most for sat: fees, advice"


def test_an_open_order_is_a_finding() -> None:
    first = wd.driver_importance_findings(drivers(1.0, 1.2, 0.0))[0]
    assert first.settled == "open"
    assert str(first.headline) == "Which driver of sat comes first is not settled."
    assert "may come first:" in str(first.detail)


def test_where_nothing_is_above_noise_nothing_is_claimed() -> None:
    result = drivers(0.0, 0.0, n=100)
    frame = result.drivers.assign(above_noise=False)
    result = dataclasses.replace(result, drivers=frame)
    assert "None of 2 drivers explains sat beyond noise" in str(
        wd.driver_importance_headline(result)
    )
    assert wd.driver_importance_findings(result)[0].settled == "open"


def test_no_driver_stands_out_where_all_may_be_first() -> None:
    assert (
        str(wd.driver_importance_headline(drivers(1.0, 1.0)))
        == "No single driver of sat stands out"
    )


def test_what_is_not_above_noise_is_clear_only_where_it_cannot_matter() -> None:
    few = wd.driver_importance_findings(drivers(1.0, 1.0, 0.0, n=80))[1]
    assert few.settled == "open"
    assert "That does not show that it does not matter" in str(few.detail)
    many = wd.driver_importance_findings(drivers(1.0, 1.0, 0.0, n=4000))[1]
    assert (str(many.headline), many.settled) == ("lobby hardly matters for sat.", "clear")


def test_segments_that_cannot_be_told_apart_are_not_called_alike() -> None:
    last = wd.driver_importance_findings(drivers(1.0, 0.5, by="tier"))[-1]
    assert last.settled == "open"
    assert "no proof that they are the same" in str(last.detail)


def test_segments_that_differ_are_named_with_the_driver() -> None:
    table = data(1.0, 0.5, n=600)
    large = table["tier"] == "large"
    table.loc[large, "sat"] = 2 * table["advice"][large]
    table["sat"] += np.random.default_rng(1).normal(size=600)
    result = driver_importance(
        table, outcome="sat", drivers=["fees", "advice"], by="tier", draws=199
    )
    last = wd.driver_importance_findings(result)[-1]
    assert "does not matter alike in all 2 segments" in str(last.headline)
    assert last.settled == "clear"
    assert "Most for" in str(last.detail)


def test_the_table_of_drivers_is_ranked() -> None:
    rows = wd.driver_rows(drivers(0.2, 2.0, 0.4))
    assert rows["driver"].tolist() == ["advice", "lobby", "fees"]


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


def said_of_drivers(result: DriverImportance) -> list[Message]:
    texts = [
        wd.driver_importance_headline(result), wd.driver_importance_lede(result),
        wd.driver_importance_caption(result), wd.driver_importance_alt(result),
        wd.drivers_table_caption(result), wd.NO_DRIVERS, *result.notes,
    ]  # fmt: skip
    if not result.groups.empty:
        texts += [
            wd.driver_segments_caption(result), wd.driver_segments_alt(result),
            wd.driver_segments_caption(result, focus="small"),
        ]  # fmt: skip
    for found in wd.driver_importance_findings(result):
        texts += [found.headline, found.detail]
    return texts


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
    for result in (drivers(2.0, 0.4, 0.2, by="tier"), drivers(1.0, 1.0, 0.0), drivers(1.0, 1.0)):
        texts += said_of_drivers(result)
        texts += said_of_drivers(dataclasses.replace(result, method="johnson", within="tier"))
    for text in texts:
        said = translate(text, language)
        assert "{" not in said
        if language != "en":
            assert said != str(text), f"no translation: {text.text}"
