"""Figures of drivers, penalties and rewards: what is drawn is what the results say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Annotation

from brandkit.core.errors import InputError
from brandkit.language import use_language
from brandkit.satisfaction.penalty.penalty import penalty_reward
from brandkit.satisfaction.penalty.plot import plot_penalty_reward
from brandkit.viz.export import figure_svg
from brandkit.viz.palette import PALETTE


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def answers(segments: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    x = np.rint(np.clip(6.5 + 2 * rng.normal(size=(60 * segments, 3)), 0, 10))
    table = pd.DataFrame(x, columns=["a fee of $5 to $10", "advice", "lobby"])
    effect = -1.5 * (x[:, 0] <= 5) + 1.5 * (x[:, 1] >= 8)
    table["sat"] = 6 + effect + rng.normal(0, 1, len(table))
    table["bank"] = np.repeat([f"Bank {letter}" for letter in "ABCDEFGH"[:segments]], 60)
    return table


DRIVERS = ["a fee of $5 to $10", "advice", "lobby"]


def kinds():
    return penalty_reward(answers(), outcome="sat", attributes=DRIVERS, low=5, high=8, draws=100)


def dots(ax: Axes, *, filled: bool) -> dict[float, float]:
    """Places of the large dots, row to value: filled or hollow."""
    found = {}
    for points in ax.collections:
        if not len(points.get_offsets()):
            continue
        face = to_hex(points.get_facecolors()[0]) if len(points.get_facecolors()) else "none"
        if (face != PALETTE["paper"]) == filled:
            found |= {float(y): float(x) for x, y in points.get_offsets()}
    return found


def names(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if isinstance(text, Annotation)]


def test_bars_are_penalties_and_rewards_by_kind() -> None:
    result = kinds()
    ax = plot_penalty_reward(result)
    order = ["a fee of $5 to $10", "advice", "lobby"]
    assert names(ax) == order
    frame = result.attributes.set_index("attribute").loc[order]
    widths = {(round(bar.get_y() + bar.get_height() / 2), bar.get_width()) for bar in ax.patches}
    for row, (penalty, reward) in enumerate(zip(frame["penalty"], frame["reward"], strict=True)):
        assert {(row, penalty), (row, reward)} <= widths
    hollow = [bar for bar in ax.patches if bar.get_facecolor()[3] == 0]
    assert {round(bar.get_y() + bar.get_height() / 2) for bar in hollow} == {2}
    assert written(ax)[-3:] == ["basic factor", "exciting factor", "hardly matters"]


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_figures_speak_the_language_in_use(language: str) -> None:
    use_language(language)
    assert written(plot_penalty_reward(kinds()))[-2] == "魅力型因素"


def test_refusals() -> None:
    with pytest.raises(InputError, match="`most` must be a whole number"):
        plot_penalty_reward(kinds(), most=0)


def test_the_same_result_gives_the_same_bytes() -> None:
    def drawn() -> str:
        return figure_svg(plot_penalty_reward(kinds()).figure, prefix="p")

    assert drawn() == drawn()
