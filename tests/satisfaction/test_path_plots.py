"""Drawings of path models: what is drawn is what the result says, and nothing lies on anything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from brandkit.language import use_language
from brandkit.satisfaction.paths.comparison import path_comparison
from brandkit.satisfaction.paths.design import ECSI
from brandkit.satisfaction.paths.paths import PathModel, importance_performance, path_model
from brandkit.viz.export import figure_svg
from brandkit.viz.marks import key_of
from brandkit.viz.palette import PALETTE
from brandkit.viz.svg import slim_canvas
from tests.satisfaction.path_answers import BLOCKS, PATHS, small_answers


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture(scope="module")
def model() -> PathModel:
    return path_model(small_answers(), blocks=BLOCKS, paths=PATHS, limits=(0, 10), draws=100)


def boxes_of(ax: Axes) -> list[FancyBboxPatch]:
    return [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]


def lines_of(ax: Axes) -> list[FancyArrowPatch]:
    return [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]


def labels_of(ax: Axes) -> list[Any]:
    return [text for text in ax.texts if text.get_zorder() == 5]


def extents(ax: Axes, artists: list[Any]) -> list[Any]:
    with slim_canvas(ax.figure) as canvas:
        ax.figure.draw_without_rendering()
        return [artist.get_window_extent(canvas.get_renderer()) for artist in artists]


def test_boxes_name_blocks_and_what_is_explained(model) -> None:
    texts = [text.get_text() for text in model.plot().texts]
    assert {"Perceived\nquality", "Loyalty"} <= set(texts) or "Perceived quality" in texts
    share = model.blocks.set_index("block").loc["SAT", "r2"]
    assert f"{share:.0%} explained" in texts
    assert sum("explained" in text for text in texts) == 3  # nothing leads to quality


def test_labels_tell_coefficient_and_interval(model) -> None:
    said = {text.get_text() for text in labels_of(model.plot())}
    for row in model.paths.itertuples():
        numbers = [f"{value:.2f}".replace("-", "−") for value in
                   (row.estimate, row.ci_low, row.ci_high)]  # fmt: skip
        assert f"{numbers[0]}\n{numbers[1]} to {numbers[2]}" in said


def test_width_tells_size_and_dashes_tell_doubt(rng) -> None:
    data = small_answers(100).assign(noise=rng.normal(size=100))
    fitted = path_model(data, blocks=BLOCKS | {"FEES": ["noise"]},
                        paths=[*PATHS, ("FEES", "SAT")], draws=200)  # fmt: skip
    sure = (fitted.paths["ci_low"] > 0) | (fitted.paths["ci_high"] < 0)
    assert not sure.iloc[-1]
    lines = lines_of(fitted.plot())
    dashed = [line for line in lines if line.get_linestyle() not in ("solid", "-")]
    assert len(dashed) == int((~sure).sum())
    widths = sorted(line.get_linewidth() for line in lines if line not in dashed)
    np.testing.assert_allclose(widths, sorted(1 + 4 * fitted.paths.loc[sure, "estimate"].abs()))


def ten_blocks() -> tuple[dict[str, list[str]], list[tuple[str, str]], pd.DataFrame]:
    rng = np.random.default_rng(0)
    names = ["Branch and counter service", "Digital", "Fees", "Advice on investments and pensions",
             "Complaints", "Waiting time", "Premises", "Trust", "SAT", "LOY"]  # fmt: skip
    common = rng.normal(size=(150, 1))
    data = pd.DataFrame(common + rng.normal(size=(150, 10)), columns=[f"x{at}" for at in range(10)])
    paths = [(names[0], "Digital"), (names[0], "Fees"), (names[3], "Fees"), ("Complaints", "Fees"),
             ("Waiting time", "Digital"), ("Premises", "SAT"), ("Digital", "SAT"), ("Fees", "SAT"),
             ("SAT", "LOY"), (names[0], "LOY"), (names[3], "LOY"), ("Complaints", "SAT"),
             ("Fees", "Trust"), ("Trust", "SAT")]  # fmt: skip
    return {name: [f"x{at}"] for at, name in enumerate(names)}, paths, data


@pytest.mark.parametrize("case", ["small", "index", "ten", "drivers"])
@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_nothing_lies_on_anything(case: str, language: str) -> None:
    blocks, paths, data = ten_blocks()
    if case == "small":
        blocks, paths, data = BLOCKS, PATHS, small_answers()
    elif case == "index":
        blocks, paths = {name: [f"x{at}"] for at, name in enumerate(ECSI.blocks)}, ECSI.paths
    elif case == "drivers":
        blocks = {name: items for name, items in blocks.items() if name != "LOY"}
        paths = [(name, "SAT") for name in blocks if name != "SAT"]
    use_language(language)
    ax = path_model(data, blocks=blocks, paths=paths, draws=20).plot()
    boxes, labels = extents(ax, boxes_of(ax)), extents(ax, labels_of(ax))
    assert len(boxes) == len(blocks)
    assert len(labels) == len(paths)
    around = ax.figure.bbox
    for one, other in combinations([*boxes, *labels], 2):
        width = min(one.x1, other.x1) - max(one.x0, other.x0)
        height = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert width <= 1 or height <= 1, (case, one, other)
    for box in [*boxes, *labels]:
        assert box.x0 >= around.x0 - 1
        assert box.x1 <= around.x1 + 1


def test_text_stays_within_its_box(model) -> None:
    ax = model.plot()
    boxes = extents(ax, boxes_of(ax))
    for text in extents(ax, [text for text in ax.texts if text.get_zorder() == 4]):
        inside = [box.x0 <= text.x0 and text.x1 <= box.x1 and box.y0 <= text.y0 + 1
                  and text.y1 <= box.y1 + 1 for box in boxes]  # fmt: skip
        assert sum(inside) == 1


def test_the_same_model_gives_the_same_bytes(model) -> None:
    one, two = (figure_svg(model.plot().figure, prefix="f") for _ in range(2))
    assert one == two
    assert "NaN" not in one


def test_points_stand_where_the_result_says(model) -> None:
    result = importance_performance(model, detail="item")
    ax = result.plot()
    drawn = np.vstack([np.asarray(points.get_offsets()) for points in ax.collections])
    np.testing.assert_allclose(drawn, result.points[["importance", "performance"]], atol=1e-12)
    across, up = (line.get_xydata() for line in ax.lines[:2])
    assert across[0, 0] == pytest.approx(result.importance_mean)
    assert up[0, 1] == pytest.approx(result.performance_mean)


def test_filled_points_are_settled_and_diamonds_are_to_act_on(model) -> None:
    result = importance_performance(model, detail="item")
    ax = result.plot()
    for row, points in zip(result.points.to_dict("records"), ax.collections, strict=True):
        is_filled = not same_color(points.get_facecolor()[0], PALETTE["paper"])
        assert is_filled == (row[f"share_{row['quadrant']}"] >= 0.9)
        is_accent = same_color(points.get_edgecolor()[0], PALETTE["accent"])
        assert is_accent == (row["quadrant"] == "act")


def test_names_carry_the_share_of_their_quadrant(model) -> None:
    result = importance_performance(model)
    texts = " ".join(text.get_text().replace("\n", " ")
                     for text in result.plot().texts)  # fmt: skip
    for row in result.points.to_dict("records"):
        share = row["share_" + row["quadrant"]]
        assert f"{share:.0%}" in texts
    assert "Act first" in texts


def test_chinese_figures_say_it_in_chinese(model) -> None:
    use_language("zh-Hans")
    drawn = [*model.plot().texts]
    ax = importance_performance(model).plot()
    texts = [text.get_text() for text in [*drawn, *ax.texts]]
    assert "客户满意度" in texts
    assert "优先改进" in texts
    assert "客户满意度" in ax.get_xlabel()
    assert not any("explained" in text or " to " in text for text in texts)


def test_groups_stand_at_their_coefficients_and_sure_differences_are_strong() -> None:
    data = small_answers(200)
    apart = data.assign(tier=np.arange(200) % 2)
    apart.loc[apart["tier"] == 1, "l1"] = 10 - apart["l1"]
    result = path_comparison(apart, by="tier", blocks=BLOCKS, paths=PATHS, draws=199)
    ax = result.plot()
    joins, groups = ax.lines[1:5], ax.lines[5:]
    for at, (line, tier) in enumerate(zip(groups, (0, 1), strict=True)):
        mine = result.estimates[result.estimates["segment"] == str(tier)]
        np.testing.assert_allclose(line.get_xdata(), mine["estimate"], atol=1e-12)
        assert list(key_of(ax.figure))[at] == str(tier)
    strong = [line.get_linewidth() > 2 for line in joins]
    assert strong == (result.tests["p_adjusted"] <= 0.05).tolist()
    assert strong == [False, False, False, True]


def test_many_groups_need_no_legend() -> None:
    data = small_answers(200).assign(bank=np.arange(200) % 5)
    result = path_comparison(data, by="bank", blocks=BLOCKS, paths=PATHS, draws=19)
    assert list(key_of(result.plot().figure)) == ["groups", "groups differ", "open"]
