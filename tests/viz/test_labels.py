"""Labels on axes: read from the artists' own boxes, as drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from numpy.typing import NDArray

from brandkit.core.errors import InputError
from brandkit.language import translate
from brandkit.viz.export import figure_svg
from brandkit.viz.labels import LEADER, PlacedLabels, notes_beneath, place_labels
from brandkit.viz.palette import PALETTE
from brandkit.viz.placement import lines_hit_boxes, overlaps
from brandkit.viz.svg import slim_canvas
from brandkit.viz.theme import new_axes, theme

ENGLISH = (
    "Harbour Bank", "Tidewater", "Lantern Savings", "Northgate", "Meridian", "Crown Mutual",
    "Federal National Mortgage Association, Inc. & Co.", "<script>alert(1)</script>",
    "$5 to $10", "Kestrel", "Juniper & Sons", "Old Quay",
)  # fmt: skip
CHINESE = (
    "海港銀行", "潮汐銀行", "燈塔儲蓄", "北門", "子午線銀行", "皇冠互助",
    "海港群島郵政儲蓄銀行股份有限公司", "紅隼", "杜松", "舊碼頭", "半島銀行", "市民銀行",
)  # fmt: skip
Floats = NDArray[np.float64]


def some_names(names: tuple[str, ...], count: int) -> list[str]:
    rounds = -(-count // len(names))
    every = [f"{name} {at}" if at else name for at in range(rounds) for name in names]
    return every[:count]


def labelled_map(
    brands: int, attributes: int, *, seed: int = 0, names: tuple[str, ...] = ENGLISH,
    height: float = 4.8, **options: Any,
) -> tuple[Axes, Floats, PlacedLabels]:  # fmt: skip
    """Draw a map such as a correspondence map is, with rays to its attributes."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.normal(0, (0.4, 0.3), (brands, 2)), rng.normal(0, 0.55, (attributes, 2))
    points = np.vstack([rows, columns])
    with theme():
        ax = new_axes(6.4, height)
        ax.set_aspect("equal", adjustable="datalim")
        ax.scatter(*rows.T, s=49, facecolor=PALETTE["ink"])
        ax.scatter(*columns.T, s=40, marker="^", facecolor=PALETTE["soft"])
        ax.set_xlabel("axis 1")
    labels = some_names(names, brands) + [f"{name} *" for name in some_names(names, attributes)]
    kinds = ["brand"] * brands + ["attribute"] * attributes
    rays = [((0, 0), tuple(end)) for end in columns]
    placed = place_labels(
        ax, labels, points, kinds=kinds, lines=rays or None, emphasise=labels[0], **options
    )
    return ax, points, placed


def assert_readable(ax: Axes, points: Floats, placed: PlacedLabels) -> None:
    """No label on another, on a marker, outside; no leader through a label."""
    figure = ax.figure
    with slim_canvas(figure) as canvas:
        renderer = canvas.get_renderer()
        figure.draw(renderer)
        boxes = np.array([text.get_window_extent(renderer).extents for text in placed.artists])
        boxes = boxes.reshape(-1, 4)
        window = ax.get_window_extent(renderer).extents
        marks = ax.transData.transform(points)
        lines = [line for line in ax.lines if line.get_gid() == LEADER]
        leaders = np.array([line.get_transform().transform(line.get_xydata()) for line in lines])
    clash = overlaps(boxes, boxes, pad=-1e-6)
    np.fill_diagonal(clash, False)
    assert not clash.any()
    assert not overlaps(boxes, np.hstack([marks - 3.5, marks + 3.5]), pad=-1e-6).any()
    assert (boxes[:, :2] >= window[:2]).all()
    assert (boxes[:, 2:] <= window[2:]).all()
    assert not lines_hit_boxes(leaders.reshape(-1, 4), boxes, pad=-1e-6).any()


@pytest.mark.parametrize("names", [ENGLISH, CHINESE], ids=["english", "chinese"])
@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.exhaustive)])
def test_every_label_stands_on_a_map_of_26(names: tuple[str, ...], seed: int) -> None:
    ax, points, placed = labelled_map(12, 14, names=names, seed=seed)
    assert_readable(ax, points, placed)
    assert placed.named == tuple(range(26))
    assert placed.notes == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("brands", "attributes"),
    [pytest.param(39, 7, marks=pytest.mark.exhaustive), (42, 15), (226, 30)],
)
def test_beyond_that_the_rest_is_numbered_or_told(brands: int, attributes: int) -> None:
    ax, points, placed = labelled_map(brands, attributes)
    assert_readable(ax, points, placed)
    numbered = [at for _, at in placed.numbered]
    assert sorted([*placed.named, *numbered, *placed.unlabelled]) == list(range(len(points)))
    assert 0 in placed.named
    assert len(placed.named) >= 20
    assert [number for number, _ in placed.numbered] == list(range(1, len(numbered) + 1))
    shown = [text.get_text() for text in placed.artists[len(placed.named) :]]
    assert shown == [str(number) for number, _ in placed.numbered]


@pytest.mark.slow
@pytest.mark.parametrize(
    "height", [1.6, *(pytest.param(one, marks=pytest.mark.exhaustive) for one in (2.4, 3.2))]
)
def test_a_low_figure_keeps_the_promise(height: float) -> None:
    ax, points, placed = labelled_map(12, 8, height=height)
    assert_readable(ax, points, placed)


def test_coinciding_points_are_labelled_apart() -> None:
    ax = new_axes()
    points = np.zeros((6, 2))
    placed = place_labels(ax, list(ENGLISH[:6]), points)
    assert_readable(ax, points, placed)
    assert len(placed.named) == 6


def test_one_point_and_none() -> None:
    assert place_labels(new_axes(), [], np.empty((0, 2))) == PlacedLabels(())
    assert place_labels(new_axes(), ["Civic"], [[3, 4]]).named == (0,)
    assert place_labels(new_axes(), ["", "Civic"], [[0, 0], [3, 4]]).named == (1,)


def test_axes_grow_only_when_a_name_would_be_lost() -> None:
    ax = new_axes(2, 1.5)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    place_labels(ax, ["A", "B"], [[0.3, 0.3], [0.6, 0.6]])
    assert ax.get_xlim() == (0, 1)
    crowded = new_axes(3, 1.8)
    crowded.set(xlim=(0, 1), ylim=(0, 1))
    place_labels(crowded, list(ENGLISH[:12]), np.full((12, 2), 0.5))
    assert crowded.get_xlim()[0] <= 0


def test_standing_texts_and_earlier_labels_are_left_readable() -> None:
    ax = new_axes()
    ax.set(xlim=(-1, 1), ylim=(-1, 1))
    with theme():
        ax.text(0.05, 0.0, "open ground", va="center")
    rng = np.random.default_rng(1)
    first, second = rng.normal(0, 0.3, (8, 2)), rng.normal(0, 0.3, (8, 2))
    one = place_labels(ax, list(ENGLISH[:8]), first, avoid=second)
    two = place_labels(ax, list(CHINESE[:8]), second, avoid=first)
    every = PlacedLabels((), artists=(*ax.texts,))
    assert len(every.artists) == 1 + len(one.artists) + len(two.artists)
    assert_readable(ax, np.vstack([first, second]), PlacedLabels((), artists=every.artists))


def test_kinds_and_focus_look_different() -> None:
    _, _, placed = labelled_map(3, 2)
    focus, brand, attribute = placed.artists[0], placed.artists[1], placed.artists[4]
    assert (focus.get_color(), focus.get_weight()) == (PALETTE["accent"], "bold")
    assert (brand.get_color(), brand.get_style()) == (PALETTE["ink"], "normal")
    assert (attribute.get_color(), attribute.get_style()) == (PALETTE["soft"], "italic")
    chinese = labelled_map(3, 2, names=CHINESE)[2].artists[4]
    assert chinese.get_style() == "normal"


def test_priority_says_who_is_named() -> None:
    ax = new_axes()
    labels = [f"Bank {at}" for at in range(10)]
    points = np.random.default_rng(0).normal(size=(10, 2))
    placed = place_labels(
        ax, labels, points, priority=np.arange(10), max_labels=3, emphasise=("Bank 2",)
    )
    assert placed.named == (2, 8, 9)
    assert [at for _, at in placed.numbered] == [0, 1, 3, 4, 5, 6, 7]


def test_notes_speak_three_languages() -> None:
    placed = PlacedLabels(("Harbour", "Civic", "Old Quay"), (0,), ((1, 2),), (1,))
    assert [str(note) for note in placed.notes] == [
        "Numbers on the map: 1 Old Quay.",
        "On the map without a name: Civic.",
    ]
    assert [translate(note, "zh-Hant") for note in placed.notes] == [
        "圖中編號：1 Old Quay。",
        "圖上未標名稱：Civic。",
    ]
    assert translate(placed.notes[0], "zh-Hans") == "图中编号：1 Old Quay。"


def test_notes_are_kept_for_the_page() -> None:
    ax, _, placed = labelled_map(39, 7)
    assert notes_beneath(ax.figure) == placed.notes
    assert notes_beneath(new_axes().figure) == ()


@pytest.mark.slow
def test_labels_stay_where_they_were_put() -> None:
    """Drawing again, or a caller's other resolution, moves nothing."""
    once = labelled_map(12, 14)[0].figure
    first = figure_svg(once, prefix="f")
    assert figure_svg(once, prefix="f") == first
    assert figure_svg(labelled_map(12, 14)[0].figure, prefix="f") == first


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"labels": ["A"]}, r"`points` must have 1 rows of two coordinates.*found 2 × 2"),
        ({"points": [[0, 1, 2], [0, 1, 2]]}, r"found 2 × 3"),
        ({"points": [[0, 1], [0, np.nan]]}, r"`points` must be finite.*row 1"),
        ({"priority": [1]}, r"`priority` must give one finite number for each of the 2 labels"),
        ({"kinds": ["brand"]}, r"`kinds` must give one kind for each of the 2 labels; found 1"),
        ({"kinds": ["brand", "attribut"]}, r"Did you mean 'attribute'"),
        ({"emphasise": "Tidewatr"}, r"`emphasise` must name labels.*Did you mean 'Tidewater'"),
        ({"max_labels": -1}, r"`max_labels` must be a whole number at least 0"),
        ({"avoid": [[np.inf, 0]]}, r"`avoid` must be finite"),
    ],
)
def test_refusals(change: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"labels": ["Tidewater", "Civic"], "points": [[0, 0], [1, 1]]} | change
    with pytest.raises(InputError, match=message):
        place_labels(new_axes(), given.pop("labels"), given.pop("points"), **given)
