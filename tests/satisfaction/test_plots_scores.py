"""Figures of scores and changes: what is drawn is what the result says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.text import Annotation

from benchmarks.simulations.scores import Market
from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.language import use_language
from brandkit.satisfaction.scores import plot
from brandkit.satisfaction.scores.scores import (
    MOST_ROWS,
    GroupComparison,
    change_rows,
    group_comparison,
    satisfaction_scores,
    score_rows,
)
from brandkit.viz.export import figure_svg
from brandkit.viz.palette import PALETTE


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def market(n_banks: int = 6, persons: int = 200) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    levels = tuple(np.linspace(5.5, 9, n_banks))
    names = tuple(f"Bank {number}" for number in range(n_banks))
    frame = Market(levels=levels, names=names).sample(rng, persons)
    return frame.assign(wave=2025 + frame["id"] % 2)


def compared(frame: pd.DataFrame, **options: object) -> GroupComparison:
    return group_comparison(
        frame, items="sat", by="brand", wave="wave", respondent="id", limits=(0, 10), **options
    )


@pytest.fixture(scope="module")
def result() -> GroupComparison:
    return compared(market())


def dots(ax: Axes) -> np.ndarray:
    """Places of all markers, by row from the top."""
    found = [one.get_offsets() for one in ax.collections if isinstance(one, PathCollection)]
    places = np.vstack([np.asarray(one) for one in found])
    return places[np.argsort(places[:, 1])]


def spans(ax: Axes) -> np.ndarray:
    """Ends of all intervals, by row from the top."""
    lines = [one for one in ax.collections if isinstance(one, LineCollection)]
    segments = np.array([part for one in lines for part in one.get_segments()])
    return segments[np.argsort(segments[:, 0, 1])][:, :, 0]


def names(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def written(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if isinstance(text, Annotation)]


@pytest.mark.parametrize("measure", ["mean", "top2", "nps"])
def test_markers_and_lines_stand_where_the_result_says(result, measure: str) -> None:
    rows = score_rows(result, measure=measure)
    ax = plot.group_comparison(result, measure=measure, focus="Bank 3")
    np.testing.assert_allclose(dots(ax)[:, 0], rows["estimate"], atol=1e-12)
    np.testing.assert_allclose(spans(ax), rows[["ci_low", "ci_high"]], atol=1e-12)
    assert [name.split(" (")[0] for name in names(ax)] == rows["label"].tolist()


def test_names_carry_letters_and_rows_the_letters_they_beat(result) -> None:
    rows = score_rows(result)
    ax = plot.group_comparison(result)
    assert names(ax)[0] == f"{rows['label'][0]} ({rows['letter'][0]})"
    assert "better than" in written(ax)
    assert rows["letters"][0].replace(" ", "") in written(ax)


def test_only_the_focus_has_the_accent(result) -> None:
    ax = plot.group_comparison(result, focus="Bank 2")
    marked = [label.get_text() for label in ax.get_yticklabels()
              if to_hex(label.get_color()) == PALETTE["accent"]]  # fmt: skip
    assert [name.split(" (")[0] for name in marked] == ["Bank 2"]
    coloured = [
        one for one in ax.collections
        if isinstance(one, PathCollection) and len(one.get_offsets())
        and to_hex(one.get_edgecolor()[0]) == PALETTE["accent"]
    ]  # fmt: skip
    assert sum(len(one.get_offsets()) for one in coloured) == 1


def test_small_bases_are_hollow_and_marked_and_hidden_ones_have_no_number() -> None:
    frame = market()
    small = frame[(frame["brand"] != "Bank 1") | (frame["id"] < 40)]
    few = pd.concat([small[small["brand"] != "Bank 0"], frame[frame["brand"] == "Bank 0"].head(4)])
    ax = plot.group_comparison(compared(few))
    low = [name for name in names(ax) if "▵" in name]
    assert [name.split(" ▵")[0] for name in low] == ["Bank 1"]
    hollow = [
        one for one in ax.collections
        if isinstance(one, PathCollection) and len(one.get_offsets())
        and to_hex(one.get_facecolor()[0]) == PALETTE["paper"]
    ]  # fmt: skip
    assert sum(len(one.get_offsets()) for one in hollow) == 1
    assert names(ax)[-1].startswith("Bank 0")
    assert "–" in written(ax)


def test_many_banks_show_ranks_and_always_the_focus() -> None:
    many = compared(market(30, 900), measures="mean")
    ax = plot.group_comparison(many, focus="Bank 0")
    assert len(names(ax)) == MOST_ROWS
    assert names(ax)[-1] == "Bank 0"
    assert "rank" in written(ax)
    low, high = score_rows(many)[["rank_low", "rank_high"]].iloc[0]
    assert f"{low}–{high}" in written(ax)


def test_changes_are_drawn_around_zero_in_points(result) -> None:
    rows = change_rows(result, measure="top2")
    ax = plot.wave_changes(result, measure="top2", focus="Bank 4")
    np.testing.assert_allclose(dots(ax)[:, 0], 100 * rows["estimate"].astype(float), atol=1e-9)
    assert any(np.allclose(line.get_xdata(), 0) for line in ax.lines)
    assert written(ax)[0] == "2025"
    assert "2026" in written(ax)
    assert ax.get_xlabel() == "Change of the top-two share, in points"


def test_scores_of_a_result_without_letters_are_drawn_too() -> None:
    scores = satisfaction_scores(market(), items="sat", by="wave", respondent="id")
    ax = plot.satisfaction_scores(scores, focus="2026")
    assert set(names(ax)) == {"2025", "2026"}
    rows = score_rows(scores)
    np.testing.assert_allclose(dots(ax)[:, 0], rows["estimate"], atol=1e-12)


def test_labels_follow_the_language_in_use(result) -> None:
    use_language("zh-Hant")
    ax = plot.group_comparison(result, measure="nps")
    assert ax.get_xlabel() == "淨推薦值"
    assert "顯著高於" in written(ax)
    use_language("zh-Hans")
    assert plot.wave_changes(result).get_xlabel() == "平均分的变化"


def test_ticks_are_few_and_different(result) -> None:
    for measure in ("mean", "top2", "nps"):
        ax = plot.group_comparison(result, measure=measure)
        ax.figure.canvas.draw()
        texts = [tick.get_text() for tick in ax.get_xticklabels() if tick.get_text()]
        assert len(texts) == len(set(texts))
        assert 2 <= len(texts) <= 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"item": "sta"}, r"`item` must be one of.*Did you mean 'sat'"),
        ({"measure": "median"}, r"`measure` must be one that 'sat' has"),
    ],
)
def test_refusals(result, options: dict, message: str) -> None:
    for draw in (plot.group_comparison, plot.wave_changes):
        with pytest.raises(InputError, match=message):
            draw(result, **options)


def test_a_focus_that_was_not_compared_counts_as_none(result) -> None:
    for draw in (plot.group_comparison, plot.wave_changes):
        colours = {
            to_hex(label.get_color()) for label in draw(result, focus="Bank 9").get_yticklabels()
        }
        assert PALETTE["accent"] not in colours


def test_changes_without_waves_are_refused() -> None:
    alone = group_comparison(market(), items="sat", by="brand", respondent="id", limits=(0, 10))
    with pytest.raises(NotEnoughDataError, match="groups in two waves; found none"):
        plot.wave_changes(alone)


def test_the_same_result_gives_the_same_bytes(result) -> None:
    one, two = (
        figure_svg(plot.group_comparison(result, focus="Bank 1").figure, prefix="scores")
        for _ in range(2)
    )
    assert one == two
