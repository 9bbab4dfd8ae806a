"""Figures of drivers, penalties and rewards: what is drawn is what the results say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.text import Annotation

from brandkit.core.errors import InputError
from brandkit.language import use_language
from brandkit.satisfaction.drivers.drivers import driver_importance
from brandkit.satisfaction.drivers.plot import plot_driver_importance, plot_driver_segments
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


def drivers(segments: int = 3, **options: object):
    call = {"outcome": "sat", "drivers": DRIVERS, "draws": 60, "within": "none", **options}
    return driver_importance(answers(segments), **call)


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


def test_dots_stand_at_the_importances_the_most_important_first() -> None:
    result = drivers()
    ax = plot_driver_importance(result)
    ranked = result.drivers.sort_values("importance", ascending=False)
    assert names(ax) == ranked["label"].tolist()
    above = ranked["above_noise"].to_numpy()
    filled, hollow = dots(ax, filled=True), dots(ax, filled=False)
    assert [filled[row] for row in np.flatnonzero(above)] == ranked["importance"][above].tolist()
    assert [hollow[row] for row in np.flatnonzero(~above)] == ranked["importance"][~above].tolist()
    assert not above.all()


def test_lines_are_intervals_and_ticks_the_noise_floor() -> None:
    result = drivers()
    ranked = result.drivers.sort_values("importance", ascending=False)
    lines = [line.get_xydata() for line in plot_driver_importance(result).lines]
    flat = sorted((line[0, 1], *line[:, 0]) for line in lines if line[0, 1] == line[1, 1])
    expected = [
        (row, low, high)
        for row, (low, high) in enumerate(zip(ranked["ci_low"], ranked["ci_high"], strict=True))
    ]
    np.testing.assert_allclose(flat, expected)
    upright = [line[0, 0] for line in lines if line[0, 0] == line[1, 0]]
    np.testing.assert_allclose(upright, ranked["noise_floor"])


def test_shares_and_ranks_stand_at_the_right() -> None:
    result = drivers()
    ranked = result.drivers.sort_values("importance", ascending=False)
    first = ranked.iloc[0]
    said = written(plot_driver_importance(result))
    assert {"share", "rank"} <= set(said)
    assert f"{100 * first['share']:.0f}%" in said
    low, high = first["rank_low"], first["rank_high"]
    assert (f"{low}" if low == high else f"{low}–{high}") in said


def test_only_the_most_important_are_drawn_where_asked() -> None:
    assert len(names(plot_driver_importance(drivers(), most=2))) == 2


def test_few_segments_have_a_marker_each_and_their_intervals() -> None:
    result = drivers(by="bank")
    ax = plot_driver_segments(result, focus="Bank B")
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["Bank A", "Bank B", "Bank C"]
    ends = sorted(line.get_xdata()[1] for line in ax.lines)
    np.testing.assert_allclose(ends, np.sort(result.groups["ci_high"]))
    accent = [line for line in ax.lines if to_hex(line.get_color()) == PALETTE["accent"]]
    focus = result.groups[result.groups["segment"] == "Bank B"]
    np.testing.assert_allclose(
        sorted(line.get_xdata()[0] for line in accent), np.sort(focus["ci_low"])
    )


def test_many_segments_are_a_cloud_with_the_focus_marked() -> None:
    result = drivers(6, by="bank")
    ax = plot_driver_segments(result, focus="Bank C")
    assert ax.get_legend() is None
    focus = result.groups[result.groups["segment"] == "Bank C"]
    assert len(ax.lines) == len(DRIVERS)
    xs = [float(x) for points in ax.collections for x in points.get_offsets()[:, 0]]
    assert set(focus["importance"]) <= set(xs)
    others = result.groups[result.groups["segment"] != "Bank C"]
    assert set(others["pooled"]) <= set(xs)
    assert "p, alike" in written(ax)


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
    assert "sat" in plot_driver_importance(drivers()).get_xlabel()
    assert "解" in plot_driver_importance(drivers()).get_xlabel()
    assert written(plot_penalty_reward(kinds()))[-2] == "魅力型因素"


def test_texts_stay_apart_with_long_names_and_many_rows() -> None:
    rng = np.random.default_rng(6)
    columns = [f"How well we explain the terms of product number {i}" for i in range(20)]
    data = pd.DataFrame(rng.normal(size=(200, 20)), columns=columns)
    data["sat"] = data.sum(axis=1) + rng.normal(size=200)
    ax = plot_driver_importance(driver_importance(data, outcome="sat", drivers=columns, draws=20))
    assert len(set(names(ax))) == 20
    figure = ax.figure
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    boxes = [label.get_window_extent(renderer) for label in ax.get_yticklabels()]
    assert not any(a.overlaps(b) for a, b in pairwise(boxes))
    inside = figure.bbox.padded(1)
    assert all(inside.contains(*box.min) and inside.contains(*box.max) for box in boxes)


def test_refusals() -> None:
    with pytest.raises(InputError, match="must hold segments; found none"):
        plot_driver_segments(drivers())
    with pytest.raises(InputError, match=r"must be one of the segments; found 'Bank Z'\. Did you"):
        plot_driver_segments(drivers(by="bank"), focus="Bank Z")
    with pytest.raises(InputError, match="`most` must be a whole number"):
        plot_driver_importance(drivers(), most=0)
    with pytest.raises(InputError, match="`most` must be a whole number"):
        plot_penalty_reward(kinds(), most=0)


def test_the_same_result_gives_the_same_bytes() -> None:
    def drawn() -> str:
        return figure_svg(plot_driver_importance(drivers()).figure, prefix="d") + figure_svg(
            plot_penalty_reward(kinds()).figure, prefix="p"
        )

    assert drawn() == drawn()
