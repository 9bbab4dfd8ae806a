"""plot_correspondence_map: what is drawn is what the result says."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Annotation

from brandkit.core.errors import InputError
from brandkit.language import use_language
from brandkit.positioning import CorrespondenceMap, correspondence_map
from brandkit.positioning.maps.plot import MOST_BRANDS, plot_correspondence_map
from brandkit.viz.export import figure_svg


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture
def image(rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        rng.integers(20, 200, (8, 6)),
        index=[f"Bank {letter}" for letter in "ABCDEFGH"],
        columns=["fair", "modern", "near", "expert", "easy", "$5 to $10"],
    )


def markers(ax: Axes) -> np.ndarray:
    return np.vstack([np.asarray(points.get_offsets()) for points in ax.collections])


def names(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts if isinstance(text, Annotation)]


def places(side: pd.DataFrame) -> np.ndarray:
    return side.pivot(index="label", columns="axis", values="coordinate").to_numpy()


def test_markers_stand_at_the_coordinates_of_the_brands(image) -> None:
    result = correspondence_map(image, scaling="row_green", supplementary_rows=["Bank C"])
    drawn = markers(plot_correspondence_map(result, focus="Bank B"))
    expected = places(result.rows)
    assert drawn.shape == expected.shape
    np.testing.assert_allclose(np.sort(drawn, axis=0), np.sort(expected, axis=0), atol=1e-12)


def test_lines_end_at_the_attributes_times_the_stated_factor(image) -> None:
    result = correspondence_map(image, scaling="row_green")
    ax = plot_correspondence_map(result)
    ends = np.array([line.get_xydata()[1] for line in ax.lines if line.get_zorder() == 1])
    expected = places(result.columns) * result.arrow_factor
    np.testing.assert_allclose(np.sort(ends, axis=0), np.sort(expected, axis=0), atol=1e-12)


def test_in_the_symmetric_scaling_no_line_invites_a_projection(image) -> None:
    ax = plot_correspondence_map(correspondence_map(image))
    assert not [line for line in ax.lines if line.get_zorder() == 1]
    assert len(markers(ax)) == len(image) + len(image.columns)


def test_every_name_stands_and_units_are_equal(image) -> None:
    ax = plot_correspondence_map(correspondence_map(image, scaling="row_green"), focus="Bank B")
    assert set(names(ax)) == {*image.index, *image.columns}
    assert ax.get_aspect() == 1.0


def test_axes_state_the_share_they_show_in_the_language_in_use(image) -> None:
    result = correspondence_map(image)
    first = round(100 * result.axes["share"][0])
    assert plot_correspondence_map(result).get_xlabel() == f"Axis 1: {first}% of the differences"
    use_language("zh-Hant")
    assert plot_correspondence_map(result).get_xlabel() == f"第 1 軸：占差異的 {first}%"


def test_a_large_table_shows_the_most_telling_and_always_the_focus(rng) -> None:
    table = pd.DataFrame(
        rng.integers(50, 60, (80, 5)), index=[f"Bank {i}" for i in range(80)], columns=list("abcde")
    )
    result = correspondence_map(table, scaling="row_green")
    dull = result.rows.groupby("label")["contribution"].sum().idxmin()
    ax = plot_correspondence_map(result, focus=dull)
    assert len(markers(ax)) == MOST_BRANDS
    assert dull in names(ax)


def test_a_map_of_one_axis_lies_along_a_line(image) -> None:
    ax = plot_correspondence_map(correspondence_map(image[["fair", "modern"]], axes=1))
    assert np.ptp(markers(ax)[:, 1]) == 0
    assert ax.get_ylabel() == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"focus": "Bank Z"}, r"a row of the map; found 'Bank Z'. Did you mean"),
        ({"focus": "Ω"}, r"a row of the map; found 'Ω'. It has \['Bank A'"),
        ({"axes": (1, 3)}, r"`axes` must be a whole number between 1 and 2; found 3"),
    ],
)
def test_refusals(image, options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        plot_correspondence_map(correspondence_map(image), **options)


def test_the_same_result_gives_the_same_bytes(image) -> None:
    def drawn(result: CorrespondenceMap) -> str:
        return figure_svg(plot_correspondence_map(result).figure, prefix="map")

    assert drawn(correspondence_map(image)) == drawn(correspondence_map(image))
