"""The SVG of a figure: its structure, its size, its bytes, and what it must not hold."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from PIL import Image

from brandkit.core.errors import InputError
from brandkit.viz.export import drawn_figure, figure_svg, png
from brandkit.viz.labels import place_labels
from brandkit.viz.marks import Dots, add_key, dot_rows, point
from brandkit.viz.palette import PALETTE
from brandkit.viz.svg import joined, number
from brandkit.viz.theme import new_axes, strength_colours, theme
from tests.conftest import some


def drawn(draw: Callable[[Axes], object], *, prefix: str = "f1", bare: bool = True) -> str:
    """Draw on axes without ticks and frame, which are tested apart."""
    with theme():
        ax = new_axes(4, 3)
        if bare:
            ax.set_axis_off()
        draw(ax)
    return figure_svg(ax.figure, prefix=prefix)


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def sample_map() -> Figure:
    """A map of 12 brands and 14 attributes: 34 KB as matplotlib writes it."""
    rng = np.random.default_rng(7)
    points = np.vstack([rng.normal(0, 0.4, (12, 2)), rng.normal(0, 0.6, (14, 2))])
    with theme():
        ax = new_axes()
        for end in points[12:]:
            ax.plot(*zip((0, 0), end, strict=True), color=PALETTE["line"], linewidth=1)
        for at, point in enumerate(points[:12]):
            ax.add_patch(
                Ellipse(tuple(point), 0.2, 0.1, angle=15.0 * at, color="#1b2430", alpha=0.1)
            )
        ax.scatter(*points[:12].T, s=49, facecolor=PALETTE["ink"])
        ax.scatter(*points[12:].T, s=40, marker="^", facecolor=PALETTE["soft"])
        ax.set(xlabel="第 1 軸（52%）", ylabel="axis 2 (29%)")
    labels = [f"銀行 {at}" for at in range(12)] + [f"trait {at}" for at in range(14)]
    kinds = ["brand"] * 12 + ["attribute"] * 14
    place_labels(ax, labels, points, kinds=kinds, emphasise="銀行 0")
    return ax.figure


# Structure


def test_it_scales_and_names_nothing_outside() -> None:
    svg = figure_svg(sample_map(), prefix="f1")
    assert svg.startswith('<svg class="scaled" viewBox="0 0 720 432" width="100%"')
    for word in (
        "http",
        "xmlns",
        "<?xml",
        "<!DOCTYPE",
        "<!--",
        "metadata",
        "font-family",
        "script",
    ):
        assert word not in svg
    assert 'height="' not in svg[: svg.index(">")]


def test_a_map_is_slim() -> None:
    assert (
        len(figure_svg(sample_map(), prefix="f1").encode()) < 12_000
    )  # with the names of the phone's layout


def test_every_class_and_id_wears_the_prefix() -> None:
    root = parsed(figure_svg(sample_map(), prefix="map-2"))
    style = root.find("style")
    assert style is not None
    assert style.text is not None
    defined = set(re.findall(r"\.([\w-]+)\{", style.text))
    used = {name for one in root.iter() for name in one.get("class", "").split()}
    assert used - {"scaled", "wide", "narrow"} == defined
    ids = {element.get("id") for element in root.iter() if element.get("id")}
    assert all(name.startswith("map-2-") for name in defined | ids)


def test_repeated_styles_are_written_once() -> None:
    svg = drawn(lambda ax: ax.scatter(range(50), range(50), facecolor=PALETTE["ink"]))
    assert svg.count("var(--ink,#1b2430)") == 1
    assert svg.count("<circle ") == 50


def test_theme_colours_follow_the_page_and_others_stay() -> None:
    def draw(ax: Axes) -> None:
        for at, colour in enumerate([*PALETTE.values(), "#123456"]):
            ax.plot([0, 1], [at, at], color=colour)

    svg = drawn(draw)
    for name, colour in PALETTE.items():
        assert f"stroke:var(--{name},{colour})" in svg
    assert "stroke:#123456" in svg


def test_numbers_have_two_decimals_at_most() -> None:
    svg = figure_svg(sample_map(), prefix="f1")
    assert not re.search(r"\.\d{3}", re.sub(r"base64,[^\"]*", "", svg))


def test_circles_and_ellipses_are_elements_of_their_own() -> None:
    def draw(ax: Axes) -> None:
        ax.set(xlim=(0, 4), ylim=(0, 3))
        ax.plot([1], [1], "o", markersize=10, color=PALETTE["ink"])
        ax.add_patch(Ellipse((2, 1), 1.0, 0.5, angle=30))
        ax.add_patch(Ellipse((2, 2), 1.0, 0.5))

    root = parsed(drawn(draw))
    (circle,) = root.findall("circle")
    assert circle.get("r") == "5"
    tilted, level = root.findall("ellipse")
    assert re.fullmatch(r"rotate\(-[\d.]+ [\d.]+ [\d.]+\)", tilted.get("transform", ""))
    assert level.get("transform") is None


def test_an_ellipse_is_the_image_of_the_circle() -> None:
    """Half axes and angle give back the points that matplotlib would draw."""
    with theme():
        ax = new_axes(4, 3)
        ax.set_axis_off()
        ax.set(xlim=(0, 1), ylim=(0, 10))
        patch = ax.add_patch(Ellipse((0.5, 5), 0.5, 2, angle=20))
    (found,) = parsed(figure_svg(ax.figure, prefix="f")).findall("ellipse")
    cx, cy, rx, ry = (float(found.get(name, "nan")) for name in ("cx", "cy", "rx", "ry"))
    angle = np.deg2rad(-float(re.split(r"[( ]", found.get("transform", ""))[1]))
    turn = np.linspace(0, 2 * np.pi, 60)
    drawn_points = patch.get_transform().transform(np.column_stack([np.cos(turn), np.sin(turn)]))
    offset = drawn_points - (cx, 3 * 72 - cy)
    along = offset @ (np.cos(angle), np.sin(angle))
    across = offset @ (-np.sin(angle), np.cos(angle))
    np.testing.assert_allclose((along / rx) ** 2 + (across / ry) ** 2, 1, atol=0.002)


def test_only_what_is_cut_is_clipped() -> None:
    def draw(ax: Axes) -> None:
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.plot([0.1, 0.9], [0.5, 0.5], color="k")
        ax.plot([0.1, 3], [0.2, 0.9], color="k")
        ax.plot([7, 8], [7, 8], color="k")

    root = parsed(drawn(draw))
    inside, cut = root.findall("path")
    assert inside.get("clip-path") is None
    assert cut.get("clip-path") == "url(#f1-clip0)"
    assert root.find("defs/clipPath/rect") is not None


def test_gaps_in_a_line_stay_gaps() -> None:
    svg = drawn(lambda ax: ax.plot([0, 1, 2, 3, 4], [0, 1, np.nan, 1, 0]))
    (path,) = parsed(svg).findall("path")
    assert path.get("d", "").count("M") == 2


def test_hatching_is_kept() -> None:
    svg = drawn(lambda ax: ax.bar([0, 1], [1, 2], hatch="//", color=PALETTE["second"]))
    assert svg.count("<pattern ") == 1
    assert "fill:url(#f1-hatch0)" in svg


# Text


@pytest.mark.parametrize(
    ("options", "anchor"),
    [
        ({"ha": "left"}, None), ({"ha": "center"}, "middle"), ({"ha": "right"}, "end"),
        ({"ha": "center", "rotation": 30, "rotation_mode": "anchor"}, "middle"),
        ({"va": "center", "rotation": 90}, "middle"), ({"va": "top", "rotation": 90}, "end"),
        ({"va": "bottom", "rotation": 90}, None), ({"va": "top", "rotation": 270}, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("words", ["one line", "two\nlines, the second longer"])
def test_text_is_anchored_as_its_artist(
    options: dict[str, object], anchor: str | None, words: str
) -> None:
    def draw(ax: Axes) -> None:
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.text(0.5, 0.5, words, **options)

    svg = drawn(draw)
    texts = parsed(svg).findall("text")
    assert [text.text for text in texts] == words.split("\n")
    assert re.findall(r"text-anchor:(\w+)", svg) == ([anchor] if anchor else [])
    if options == {"ha": "center"}:
        middle = {float(text.get("x", "nan")) for text in texts}
        assert len(middle) == 1


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "A & B", "$5 to $10", "海港 ]]>"])
def test_names_are_text(name: str) -> None:
    svg = drawn(lambda ax: ax.text(0.5, 0.5, name))
    assert "<script" not in svg
    assert [text.text for text in parsed(svg).findall("text")] == [name]


@settings(max_examples=some(20), deadline=None)
@given(st.lists(st.text(min_size=1, max_size=12), min_size=5, max_size=5))
def test_any_text_gives_well_formed_svg(names: list[str]) -> None:
    def draw(ax: Axes) -> None:
        for at, name in enumerate(names):
            ax.text(0.5, at / 5, name)

    assert parsed(drawn(draw)).tag.endswith("svg")


def test_labels_have_a_rim_of_paper() -> None:
    svg = figure_svg(sample_map(), prefix="f1")
    assert "paint-order:stroke;stroke:var(--paper,#fdfdfb)" in svg


def test_text_outside_the_theme_is_drawn_too() -> None:
    """A figure of pyplot's, mathtext and all, and pyplot has its canvas again."""
    figure, ax = plt.subplots(dpi=130)
    ax.set_title("area in $m^2$")
    canvas = figure.canvas
    svg = figure_svg(figure, prefix="f")
    assert figure.canvas is canvas
    assert figure.dpi == 130
    parsed(svg)
    plt.close(figure)


# A figure that follows the width of its page


def rows_of(draw: Callable[[Axes], object] = lambda _: None) -> str:
    ax = dot_rows(["Civic", "Harbour Islands Savings"], Dots([0.2, 0.4], [0.1, 0.3], [0.3, 0.5]),
                  columns={"share": ["20%", "40%"], "rank": ["2", "1"]})  # fmt: skip
    draw(ax)
    return figure_svg(ax.figure, prefix="f")


def test_places_across_are_percent_and_texts_keep_their_distance() -> None:
    root = parsed(rows_of())
    assert root.get("class") == "fluid"
    assert root.get("viewBox") is None
    circles = root.findall("circle")
    at = [float(str(one.get("cx")).removesuffix("%")) for one in circles]
    assert len(at) == 2
    # 0.2 and 0.4 on an axis that ends at 0 less and 0.5 more a little
    assert at[1] - at[0] == pytest.approx(100 * 0.2 / (0.5 * 1.06), abs=0.1)
    names = [one for one in root.iter("text") if one.text in ("Civic", "Savings")]
    assert all(one.get("x") == "0%" and str(one.get("dx")).endswith("em") for one in names)
    assert "font-size" not in rows_of()


def test_a_phone_leaves_the_second_column_out() -> None:
    texts = parsed(rows_of()).iter("text")
    minor = {one.text for one in texts if "minor" in str(one.get("class"))}
    assert {"rank", "2", "1"} <= minor
    assert not minor & {"share", "20%", "Civic"}


def test_marks_keep_their_size_and_bars_follow_the_width() -> None:
    def draw(ax: Axes) -> None:
        ax.scatter([0.2, 0.4], [0, 1], marker="D")
        ax.barh([0], [0.3])

    root = parsed(rows_of(draw))
    assert len({one.get("href") for one in root.findall("use")}) == 1
    assert len(root.findall("use")) == 2
    assert str(root.findall("rect")[0].get("width")).endswith("%")


def test_what_is_drawn_is_told_beside_the_drawing() -> None:
    with theme():
        ax = new_axes(4, 3)
        ax.set_xlabel("share")
    add_key(ax, ("equal", point()), ("open", point(hollow=True)))
    drawn_once = drawn_figure(ax.figure, prefix="f")
    assert [text for _, text in drawn_once.key] == ["equal", "open"]
    assert all(mark.startswith("<svg ") and "circle" in mark for mark, _ in drawn_once.key)
    assert "equal" not in drawn_once.svg
    assert ax.get_legend() is None


# Bitmaps


def bitmaps(svg: str) -> list[Image.Image]:
    found = re.findall(r"data:image/png;base64,([^\"]+)", svg)
    return [Image.open(BytesIO(base64.b64decode(text))) for text in found]


def test_a_heat_map_is_one_small_mask_in_a_theme_colour() -> None:
    values = np.linspace(0, 1, 900).reshape(30, 30)
    svg = drawn(lambda ax: ax.imshow(values, cmap=strength_colours(), vmin=0, vmax=1))
    (mask,) = bitmaps(svg)
    assert mask.mode == "L"
    assert mask.size == (30, 30)
    cells = np.asarray(mask, dtype=int)
    np.testing.assert_allclose(cells, values * 255, atol=2)
    assert "fill:var(--second,#0b6a63)" in svg
    assert 'mask="url(#f1-mask0)"' in svg
    assert len(svg) < 3_000


def test_two_colours_are_two_masks() -> None:
    values = np.array([[-1.0, 0, 1], [np.nan, 0.5, -0.5]])
    low, high = (mpl.colors.to_rgba(PALETTE[name]) for name in ("accent", "second"))
    steps = [(0.0, low), (0.5, (*low[:3], 0)), (0.5, (*high[:3], 0)), (1.0, high)]
    both = mpl.colors.LinearSegmentedColormap.from_list("both", steps, N=257)
    svg = drawn(lambda ax: ax.imshow(values, cmap=both, vmin=-1, vmax=1))
    below, above = (np.asarray(one, dtype=int) for one in bitmaps(svg))
    np.testing.assert_allclose(below, [[255, 0, 0], [0, 0, 127]], atol=2)
    np.testing.assert_allclose(above, [[0, 0, 255], [0, 127, 0]], atol=2)


def test_a_mesh_with_lines_is_drawn_cell_by_cell() -> None:
    svg = drawn(lambda ax: ax.pcolormesh(np.eye(3), edgecolors="w", linewidth=1))
    assert not bitmaps(svg)
    assert len(parsed(svg).findall("path")) == 9


def test_an_uneven_mesh_is_drawn_cell_by_cell() -> None:
    svg = drawn(lambda ax: ax.pcolormesh([0, 1, 5], [0, 1, 2], np.eye(2)))
    assert not bitmaps(svg)


# Bytes


def test_same_bytes_again() -> None:
    assert figure_svg(sample_map(), prefix="f1") == figure_svg(sample_map(), prefix="f1")


@pytest.mark.slow
def test_same_bytes_in_another_process(root: Path) -> None:
    code = (
        "import sys; from tests.viz.test_export import sample_map; "
        "from brandkit.viz.export import figure_svg; "
        "sys.stdout.buffer.write(figure_svg(sample_map(), prefix='f1').encode())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, check=True, cwd=root, env=os.environ | {"PYTHONHASHSEED": "7"},
    )  # fmt: skip
    assert said.stdout == figure_svg(sample_map(), prefix="f1").encode()


def test_a_picture_has_no_date_and_repeats() -> None:
    figure = sample_map()
    first = png(figure)
    assert first == png(figure)
    with Image.open(BytesIO(first)) as picture:
        assert 1400 < picture.size[0] < 1500
        assert set(picture.info) <= {"dpi"}
    assert figure.dpi == 72


def test_a_file_of_its_own_needs_no_page() -> None:
    svg = figure_svg(sample_map(), prefix="f1", standalone=True)
    root = parsed(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("width") == "720pt"
    assert "var(" not in svg
    assert "fill:#fdfdfb" in svg
    assert "DejaVu Sans" in root.get("font-family", "")


@pytest.mark.parametrize("prefix", ["", "1a", "a b", "f<", "圖"])
def test_prefixes_are_refused(prefix: str) -> None:
    with pytest.raises(InputError, match="`prefix` must begin with a letter"):
        figure_svg(new_axes().figure, prefix=prefix)


def test_scales_are_refused() -> None:
    with pytest.raises(InputError, match="`scale` must be > 0"):
        png(new_axes().figure, scale=0)


# Numbers


@given(st.floats(-1e6, 1e6))
def test_numbers_read_back(value: float) -> None:
    assert abs(float(number(value)) - value) <= 0.0051


@given(st.lists(st.floats(-1e4, 1e4), max_size=6))
def test_joined_numbers_read_back(values: list[float]) -> None:
    back = [float(part) for part in re.findall(r"-?[\d.]+", joined(values))]
    np.testing.assert_allclose(back, values, atol=0.0051)
