"""What penalties and rewards say and show: sentences, exhibits and bars agree with the numbers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from brandkit.language import LANGUAGES, translate, use_language
from brandkit.satisfaction.service.penalty import PenaltyReward, penalty_reward
from brandkit.viz.export import figure_svg
from tests.satisfaction.test_drivers_story import all_texts


@pytest.fixture(autouse=True)
def english_afterwards():
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


def test_core_and_extended_services_are_named() -> None:
    result = kinds(1.5, 1.5)
    assert "complain acts like a basic service" in str(result.story().headline)
    assert "advice acts like an exciting one" in str(result.story().headline)
    found = result.story().findings
    assert str(found[0].headline).startswith("complain acts like a basic service")
    assert str(found[1].headline).startswith("advice acts like an exciting service")
    assert "(≤ 5)" in str(found[0].detail)
    assert "(≥ 8)" in str(found[0].detail)
    row = result.attributes.set_index("attribute").loc["complain"]
    assert f"{row['penalty']:+.2f}".replace("-", "−") in str(found[0].detail)
    assert "500 answers" in str(found[0].detail)


def test_a_kind_that_hangs_on_the_cuts_is_not_called_clear() -> None:
    result = kinds(1.5, 1.5)
    frame = result.attributes.assign(cuts_agree=0.5)
    shaky = dataclasses.replace(result, attributes=frame)
    assert all(one.settled != "clear" for one in shaky.story().findings)


def test_what_shows_nothing_hardly_matters_and_is_open() -> None:
    result = kinds(0.0, 0.0)
    assert str(result.story().headline) == "No service clearly acts like a basic or an exciting one"
    (only,) = result.story().findings
    assert only.settled == "open"
    assert "is not shown" in str(only.headline)


def test_what_matters_but_is_not_settled_is_said_to_be_so() -> None:
    result = kinds(1.5, 1.5)
    frame = result.attributes.assign(role="undecided")
    (only,) = dataclasses.replace(result, attributes=frame).story().findings
    assert str(only.headline) == "Whether core or exciting is not settled: complain, advice."
    assert only.settled == "open"


def test_tables_call_kinds_by_name_in_the_language_in_use() -> None:
    result = kinds(1.5, 1.5)
    assert result.story().exhibits["kinds"].data["role"].tolist() == [
        "acts as basic",
        "acts as exciting",
    ]
    use_language("zh-Hant")
    told = result.story().exhibits
    assert told["kinds"].data["role"].tolist() == ["近基本型", "近魅力型"]
    assert len(told["cuts"].data) == len(result.sensitivity)
    assert told["cuts"].data["chosen"].tolist()[0]


def test_what_is_core_is_secured_and_what_delights_tried_out() -> None:
    told = kinds(1.5, 1.5).story().actions
    assert {(one.verb, one.about) for one in told} == {("secure", "kinds"), ("test", "kinds")}
    assert "“complain”" in str(told[0].text)
    assert "points" in str(told[0].gain)
    assert kinds(0.0, 0.0).story().actions == ()


# --- what is drawn -------------------------------------------------------------------------------


def answers() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    x = np.rint(np.clip(6.5 + 2 * rng.normal(size=(180, 3)), 0, 10))
    table = pd.DataFrame(x, columns=DRIVERS)
    effect = -1.5 * (x[:, 0] <= 5) + 1.5 * (x[:, 1] >= 8)
    return table.assign(sat=6 + effect + rng.normal(0, 1, len(table)))


DRIVERS = ["a fee of $5 to $10", "advice", "lobby"]


def of_three() -> PenaltyReward:
    return penalty_reward(answers(), outcome="sat", attributes=DRIVERS, low=5, high=8, draws=100)


def names(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if isinstance(text, Annotation)]


def test_bars_are_penalties_and_rewards_by_kind() -> None:
    result = of_three()
    ax = result.plot()
    order = ["a fee of $5 to $10", "advice", "lobby"]
    assert names(ax) == order
    frame = result.attributes.set_index("attribute").loc[order]
    widths = {(round(bar.get_y() + bar.get_height() / 2), bar.get_width()) for bar in ax.patches}
    for row, (penalty, reward) in enumerate(zip(frame["penalty"], frame["reward"], strict=True)):
        assert {(row, penalty), (row, reward)} <= widths
    hollow = [bar for bar in ax.patches if bar.get_facecolor()[3] == 0]
    assert {round(bar.get_y() + bar.get_height() / 2) for bar in hollow} == {2}
    assert written(ax)[-3:] == ["acts as basic", "acts as exciting", "hardly matters"]


def test_the_same_result_gives_the_same_bytes() -> None:
    first, second = (figure_svg(of_three().plot().figure, prefix="p") for _ in range(2))
    assert first == second


# --- every story holds ---------------------------------------------------------------------------


def nothing_estimated(result: PenaltyReward) -> PenaltyReward:
    """The same result where too few answers are poor or good."""
    numbers = result.attributes.select_dtypes("float").columns
    frame = result.attributes.assign(**dict.fromkeys(numbers, np.nan), role="undecided")
    return dataclasses.replace(result, attributes=frame.assign(matters=False))


def with_cuts() -> PenaltyReward:
    return penalty_reward(
        answers(), outcome="sat", attributes=DRIVERS, low={DRIVERS[0]: 4, "advice": 5, "lobby": 5},
        high=8, draws=20,
    )  # fmt: skip


RESULTS = {
    "clear": lambda: kinds(1.5, 1.5),
    "nothing": lambda: kinds(0.0, 0.0),
    "other cuts": with_cuts,
    "missing": lambda: nothing_estimated(kinds(1.5, 1.5)),
    "undecided": lambda: dataclasses.replace(
        kinds(1.5, 1.5), attributes=kinds(1.5, 1.5).attributes.assign(role="undecided")
    ),
    "performance": lambda: dataclasses.replace(
        kinds(1.5, 1.5), attributes=kinds(1.5, 1.5).attributes.assign(role="performance")
    ),
}


@pytest.mark.parametrize("focus", [None, "Harbour Bank"])
@pytest.mark.parametrize("name", RESULTS)
def test_every_story_holds(name: str, focus: str | None) -> None:
    told = RESULTS[name]().story(focus=focus)
    for language in LANGUAGES:
        use_language(language)
        for text in all_texts(told):
            said = translate(text, language)
            assert "{" not in said
            assert language == "en" or said != str(text), f"no translation: {text.text}"
        assert told.exhibits["kinds"].alt is not None
        assert all(len(one.data) for one in told.exhibits.values())
        ax = told.exhibits["kinds"].draw()
        assert ("points" in ax.get_xlabel()) == (language == "en")
