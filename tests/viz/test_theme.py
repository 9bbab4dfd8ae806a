"""The theme looks the same everywhere and leaves matplotlib as it was."""

from __future__ import annotations

from itertools import pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from brandkit.core.errors import InputError
from brandkit.viz.export import figure_svg
from brandkit.viz.palette import PALETTE, css_colour
from brandkit.viz.theme import SERIES, new_axes, rows_height, strength_colours
from brandkit.viz.theme import theme as in_theme

PHONE, MARGINS = 390, 40


def test_settings_hold_inside_only() -> None:
    before = dict(mpl.rcParams)
    with in_theme():
        assert mpl.rcParams["svg.fonttype"] == "none"
        assert mpl.rcParams["text.parse_math"] is False
        assert mpl.rcParams["font.family"][0] == "DejaVu Sans"
        assert mpl.rcParams["font.family"][-1] == "brandkit metrics"
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("width", [4.0, 6.4])
def test_text_of_a_small_figure_is_nine_pixels_on_a_phone(width: float) -> None:
    with in_theme(width=width):
        sizes = [
            mpl.rcParams[name]
            for name in ("font.size", "axes.labelsize", "xtick.labelsize", "legend.fontsize")
        ]
    assert min(sizes) * (PHONE - MARGINS) / (width * 72) >= 9


def test_new_axes_are_unknown_to_pyplot() -> None:
    before = plt.get_fignums()
    ax = new_axes(5, 2)
    assert tuple(ax.figure.get_size_inches()) == (5, 2)
    assert plt.get_fignums() == before


@pytest.mark.parametrize(("width", "height"), [(0, 3), (6.4, -1)])
def test_sizes_are_refused(width: float, height: float) -> None:
    with pytest.raises(InputError, match="inches > 0"):
        new_axes(width, height)


def test_series_differ_without_colour() -> None:
    assert len({series["marker"] for series in SERIES}) == len(SERIES)
    assert len({series["linestyle"] for series in SERIES}) == len(SERIES)


def test_strength_is_opacity_of_one_colour() -> None:
    colours = strength_colours(strongest=0.5)
    assert colours(1.0)[3] == pytest.approx(0.5)
    assert colours(0.0)[3] == 0
    assert mpl.colors.to_hex(colours(0.7)) == PALETTE["second"]


@pytest.mark.parametrize("paper", ["#fdfdfb", "#14181d"])
def test_ink_is_readable_on_half_strength(paper: str) -> None:
    ink, second = ("#1b2430", "#0b6a63") if paper == "#fdfdfb" else ("#e8eaed", "#5cc9bd")
    under, over = mpl.colors.to_rgb(paper), mpl.colors.to_rgb(second)
    cell = tuple(0.5 * a + 0.5 * b for a, b in zip(under, over, strict=True))
    light, dark = sorted([luminance(cell), luminance(mpl.colors.to_rgb(ink))], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_rows_have_a_line_each() -> None:
    """Thirty names of rows stand apart in a figure as high as it says."""
    with in_theme():
        ax = new_axes(6.4, rows_height(30))
        ax.imshow([[0.5] * 30] * 30, aspect="auto")
        ax.set_yticks(range(30), [f"Bank {at}" for at in range(30)])
        ax.set_xlabel("share")
    figure_svg(ax.figure, prefix="f")
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(low.y1 <= high.y0 for high, low in pairwise(boxes))


def test_colours_have_names() -> None:
    assert css_colour("#B3400F") == "var(--accent,#b3400f)"
    assert css_colour("#123456") == "#123456"


def luminance(colour: tuple[float, ...]) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return float(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2])
