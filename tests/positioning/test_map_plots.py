"""Maps as drawn: what is seen is what the result says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.text import Annotation
from scipy.spatial.distance import pdist, squareform

from brandkit.core.errors import InputError
from brandkit.core.result import Result
from brandkit.language import use_language
from brandkit.positioning.maps.components import component_map
from brandkit.positioning.maps.correspondence import correspondence_map
from brandkit.positioning.maps.distances import distance_map
from brandkit.positioning.maps.preferences import PreferenceMap, preference_map
from brandkit.viz.export import figure_svg
from brandkit.viz.labels import notes_beneath
from brandkit.viz.maps import MOST_BRANDS
from tests.positioning.svg_reading import SvgMap, read_map

REFERENCE = Path(__file__).parent.parent / "reference" / "correspondence_map" / "values.json"
LANGUAGES = ["en", "zh-Hant", "zh-Hans"]


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


@pytest.fixture
def ratings(rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        rng.normal(5, 1, (9, 5)),
        index=[f"Bank {letter}" for letter in "ABCDEFGHI"],
        columns=["fair", "modern", "near", "expert", "$5 to $10"],
    )


@pytest.fixture
def image(rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        rng.integers(20, 200, (8, 6)),
        index=[f"Bank {letter}" for letter in "ABCDEFGH"],
        columns=["fair", "modern", "near", "expert", "easy", "$5 to $10"],
    )


@pytest.fixture
def liked(rng: np.random.Generator, ratings: pd.DataFrame) -> PreferenceMap:
    liking = pd.DataFrame(rng.integers(1, 11, (9, 40)), index=ratings.index)
    return preference_map(ratings, liking=liking, grid=40)


def apart_of(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(squareform(pdist(table)), table.index, table.index)


def drawn(ax: Axes) -> SvgMap:
    return read_map(figure_svg(ax.figure, prefix="m", standalone=True))


def markers(ax: Axes) -> np.ndarray:
    return np.vstack([np.asarray(points.get_offsets()) for points in ax.collections])


def names(ax: Axes) -> set[str]:
    return {
        text.get_text()
        for text in ax.texts
        if isinstance(text, Annotation) and text.xycoords == "data"
    }


def lines(ax: Axes) -> np.ndarray:
    """Give the ends of the lines from the middle."""
    return np.array([line.get_xydata()[1] for line in ax.lines if line.get_zorder() == 1])


def assert_on_the_rim(ax: Axes, columns: pd.DataFrame) -> None:
    """Lines lead where the attributes lie, and end together within the axes."""
    ends, towards = lines(ax), places(columns)
    turn = [np.sort(np.arctan2(*points.T)) for points in (ends, towards)]
    np.testing.assert_allclose(turn[0], turn[1], atol=1e-9)
    assert len(np.unique(np.abs(ends).round(6))) < ends.size
    window = np.array([ax.get_xlim(), ax.get_ylim()])
    assert ((ends > window[:, 0]) & (ends < window[:, 1])).all()


def places(side: pd.DataFrame) -> np.ndarray:
    return side.pivot(index="label", columns="axis", values="coordinate").to_numpy()


def rows_sorted(points: np.ndarray) -> np.ndarray:
    return points[np.lexsort(points.T)]


# --- correspondence maps -------------------------------------------------------------------------


def test_markers_stand_at_the_coordinates_of_the_brands(image) -> None:
    result = correspondence_map(image, scaling="row_green", supplementary_rows=["Bank C"])
    drawn = markers(result.plot(focus="Bank B"))
    expected = places(result.rows)
    assert drawn.shape == expected.shape
    np.testing.assert_allclose(np.sort(drawn, axis=0), np.sort(expected, axis=0), atol=1e-12)


def test_lines_lead_to_the_attributes_on_the_rim(image) -> None:
    result = correspondence_map(image, scaling="row_green")
    ax = result.plot()
    assert_on_the_rim(ax, result.columns)


def test_in_the_symmetric_scaling_nothing_is_read_along_a_line(image) -> None:
    ax = correspondence_map(image).plot()
    assert not [line for line in ax.lines if line.get_zorder() == 1]
    assert len(markers(ax)) == len(image) + len(image.columns)


def test_every_name_stands_and_units_are_equal(image) -> None:
    ax = correspondence_map(image, scaling="row_green").plot(focus="Bank B")
    assert names(ax) == {*image.index, *image.columns}
    assert ax.get_aspect() == 1.0


def test_axes_end_in_their_strongest_words(image) -> None:
    result = correspondence_map(image)
    first = result.columns[result.columns["axis"] == 1].set_index("label")
    strongest = first["contribution"].idxmax()
    ends = [text.get_text() for text in result.plot().texts if "←" in text.get_text()
            or "→" in text.get_text()]  # fmt: skip
    assert len(ends) == 2
    side = ends[0] if first["coordinate"][strongest] < 0 else ends[1]
    assert strongest in side
    assert side.startswith("← ") == (first["coordinate"][strongest] < 0)


def test_a_large_table_shows_the_most_telling_and_always_the_focus(rng) -> None:
    table = pd.DataFrame(
        rng.integers(50, 60, (80, 5)), index=[f"Bank {i}" for i in range(80)], columns=list("abcde")
    )
    result = correspondence_map(table, scaling="row_green")
    dull = result.rows.groupby("label")["contribution"].sum().idxmin()
    ax = result.plot(focus=dull)
    assert len(markers(ax)) == MOST_BRANDS
    assert dull in names(ax)


def test_a_map_of_one_axis_lies_along_a_line(image) -> None:
    ax = correspondence_map(image[["fair", "modern"]], axes=1).plot()
    assert np.ptp(markers(ax)[:, 1]) == 0
    assert ax.get_ylabel() == ""


def test_axes_that_were_not_kept_are_refused_and_an_unknown_focus_counts_as_none(image) -> None:
    result = correspondence_map(image)
    with pytest.raises(InputError, match=r"`axes` must be a whole number between 1 and 2; found 3"):
        result.plot(axes=(1, 3))
    unknown, plain = (
        figure_svg(result.plot(focus=focus).figure, prefix="m") for focus in ("Ω", None)
    )
    assert unknown == plain


# --- component maps ------------------------------------------------------------------------------


def test_brands_stand_at_their_places_and_lines_end_at_the_attributes(ratings) -> None:
    result = component_map(ratings, supplementary_rows=["Bank C"])
    ax = result.plot(focus="Bank B")
    np.testing.assert_allclose(rows_sorted(markers(ax)), rows_sorted(places(result.rows)))
    assert_on_the_rim(ax, result.columns)
    assert names(ax) == {*ratings.index, *ratings.columns}
    told = str(result.story().exhibits["map"].caption)
    assert f"{result.arrow_factor:.2f} times as far out" in told


def test_in_the_symmetric_scaling_no_line_invites_a_projection(ratings) -> None:
    result = component_map(ratings, scaling="symmetric")
    ax = result.plot()
    assert not [line for line in ax.lines if line.get_zorder() == 1]
    assert len(markers(ax)) == len(ratings) + len(ratings.columns)


def test_a_rotated_map_says_so_beneath(ratings) -> None:
    result = component_map(ratings, rotation="varimax")
    ax = result.plot()
    assert ax.get_title("left") == ""
    assert "turned by varimax" in str(result.story().exhibits["map"].caption)


def test_other_axes_and_one_axis(ratings) -> None:
    result = component_map(ratings, axes=3)
    ax = result.plot(axes=(2, 3))
    np.testing.assert_allclose(rows_sorted(markers(ax)), rows_sorted(places(result.rows)[:, 1:]))
    line = component_map(ratings, axes=1).plot()
    assert np.ptp(markers(line)[:, 1]) == 0
    assert line.get_ylabel() == ""


# --- distance maps -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["classical", "metric", "nonmetric"])
def test_points_stand_at_their_places_and_the_stress_is_said(ratings, method) -> None:
    result = distance_map(apart_of(ratings), method=method, starts=3)
    ax = result.plot(focus="Bank B")
    np.testing.assert_allclose(rows_sorted(markers(ax)), rows_sorted(places(result.points)))
    told = " ".join(str(one.caption) for one in result.story().exhibits.values())
    assert f"stress-1 {result.stress:.3f}" in told
    assert names(ax) == set(ratings.index)


def test_points_the_map_shows_badly_are_hollow() -> None:
    rng = np.random.default_rng(5)
    plane = np.column_stack([3 * rng.normal(size=(12, 2)), np.zeros(12)])
    plane[0, 2] = 2.5
    names_ = [f"Bank {number}" for number in range(12)]
    apart = pd.DataFrame(squareform(pdist(plane)), names_, names_)
    result = distance_map(apart)
    first = result.points.query("axis == 1")
    worst = first.loc[first["stress"].idxmax(), "label"]
    assert worst == "Bank 0"
    ax = result.plot()
    hollow = np.asarray(ax.collections[1].get_offsets())
    badly = first.loc[first["stress"] > 1.5 * result.stress, "label"].tolist()
    assert 1 <= len(badly) < 6
    assert "Bank 0" in badly
    expected = places(result.points[result.points["label"].isin(badly)])
    np.testing.assert_allclose(rows_sorted(hollow), rows_sorted(expected))


# --- preference maps -----------------------------------------------------------------------------


def test_the_surface_is_that_of_the_result(liked) -> None:
    ax = liked.plot(focus="Bank B")
    (image,) = ax.images
    shares = liked.surface["share_above"].to_numpy()
    n_across = liked.surface["across"].nunique()
    np.testing.assert_array_equal(image.get_array(), shares.reshape(n_across, -1).T)
    left, _, _, high = image.get_extent()
    step = np.diff(np.unique(liked.surface["across"]))[0] / 2
    assert left == pytest.approx(liked.surface["across"].min() - step)
    assert high == pytest.approx(liked.surface["upward"].max() + step)
    assert ax.get_aspect() == 1.0
    star = np.asarray(ax.collections[-1].get_offsets())[0]
    best = liked.glance().iloc[0]
    assert star.tolist() == [best["across"], best["upward"]]


def test_lines_of_equal_share_carry_their_share(liked) -> None:
    ax = liked.plot()
    said = {text.get_text() for text in ax.texts if not isinstance(text, Annotation)}
    assert said
    for text in ax.texts:
        if isinstance(text, Annotation):
            continue
        x, y = text.get_position()
        at = ((liked.surface["across"] - x) ** 2 + (liked.surface["upward"] - y) ** 2).idxmin()
        near = liked.surface.loc[at, "share_above"]
        assert near == pytest.approx(float(text.get_text().rstrip("%")) / 100, abs=0.06)


def test_a_surface_without_slopes_is_drawn_without_lines(ratings) -> None:
    liking = pd.DataFrame({"one": range(9), "two": range(9)}, index=ratings.index)
    result = preference_map(ratings, liking=liking, model="vector", grid=20)
    assert result.plot().get_aspect() == 1.0


# --- all of them ---------------------------------------------------------------------------------


def every_map(ratings: pd.DataFrame, liked: PreferenceMap) -> list[Result]:
    return [component_map(ratings), distance_map(apart_of(ratings)), liked]


@pytest.mark.parametrize("at", range(3))
def test_an_unknown_focus_counts_as_none_and_the_same_map_has_the_same_bytes(
    ratings, liked, at: int
) -> None:
    result = every_map(ratings, liked)[at]
    unknown, once, again = (
        figure_svg(result.plot(focus=focus).figure, prefix="m") for focus in ("Bank Z", None, None)
    )
    assert unknown == once == again
    if at < 2:
        with pytest.raises(InputError, match="whole number between 1 and 2; found 3"):
            result.plot(axes=(1, 3))


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_words_and_no_text_lies_on_another(
    ratings, liked, at: int, language: str
) -> None:
    use_language(language)
    chinese = {
        f"Bank {a}": f"{b}銀行" for a, b in zip("ABCDEFGHI", "海潮燈北子皇紅杜舊", strict=True)
    }
    ratings = ratings.rename(index=chinese) if language != "en" else ratings
    found = drawn(every_map(ratings, liked)[at].plot())
    assert not found.clashes()
    if language != "en":
        assert not any("Scaling" in text or "Axis" in text for text in found.texts)


@pytest.mark.slow
def test_four_brands_and_forty(rng) -> None:
    for count in (4, 40):
        table = pd.DataFrame(
            rng.normal(5, 1, (count, 6)),
            index=[f"Savings Bank of Island {number}" for number in range(count)],
            columns=["fair", "modern", "near", "expert", "easy", "cheap"],
        )
        focus = "Savings Bank of Island 3"
        for ax in (
            component_map(table).plot(focus=focus),
            distance_map(apart_of(table)).plot(focus=focus),
        ):
            found = drawn(ax)
            assert not found.clashes()
            assert found.says(focus)
            assert len(found.circles) <= min(count, MOST_BRANDS)


# --- real tables, read from the SVG --------------------------------------------------------------


def complaints(_: Path) -> pd.DataFrame:
    table = json.loads(REFERENCE.read_text(encoding="utf-8"))["complaints"]["table"]
    return pd.DataFrame(table["values"], index=table["rows"], columns=table["columns"])


def cars(real: Path) -> pd.DataFrame:
    return pd.read_csv(real / "brand_tables/cars_39x7/data_brands.csv", index_col=0)


def brands(real: Path) -> pd.DataFrame:
    return pd.read_csv(real / "brand_tables/brands_42x15/brand_associations.csv", index_col=0)


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize(
    ("read", "focus", "language"),
    [pytest.param(complaints, "Discover", "en", marks=pytest.mark.exhaustive),
     (cars, "Volvo", "zh-Hant"), (brands, "Lego", "zh-Hans"), (brands, "Porsche", "en")],
)  # fmt: skip
def test_real_tables_are_readable_as_maps(real: Path, read, focus: str, language: str) -> None:
    use_language(language)
    table = read(real)
    mapped = correspondence_map(table, scaling="row_green", rotate_to=focus)
    rated = component_map(table)
    for ax, rows in (
        (mapped.plot(focus=focus), mapped.rows),
        (rated.plot(focus=focus), rated.rows),
    ):
        found = drawn(ax)
        assert not found.clashes()
        assert found.says(focus)
        # One unit is as long across as upward: page over place, from the round markers.
        at = places(rows)
        ways = [
            np.ptp(found.circles[:, way]) / np.ptp(inside)
            for way, inside in enumerate(round_places(rows, ax, focus).T)
        ]
        assert ways[0] == pytest.approx(ways[1], rel=0.01)
        assert len(at) >= len(found.circles)
        # Every drawn brand is named on the map, or told beneath it.
        told = " ".join(str(note) for note in notes_beneath(ax.figure))
        written = " ".join(text.replace("\n", " ") for text in names(ax))
        known = {
            tuple(np.round(place, 9)): label
            for place, label in zip(at, rows["label"].drop_duplicates().sort_values(), strict=True)
        }
        for place in round_places(rows, ax, focus):
            label = " ".join(str(known[tuple(place)]).split())
            assert label in told or label[:12] in written


def round_places(rows: pd.DataFrame, ax: Axes, focus: str) -> np.ndarray:
    """Give the places of the brands drawn as circles: all but the focus and squares."""
    known = {tuple(np.round(place, 9)) for place in places(rows)}
    mine = tuple(np.round(places(rows[rows["label"] == focus])[0], 9))
    shown = [tuple(np.round(place, 9)) for place in markers(ax)]
    return np.array([place for place in shown if place in known and place != mine])
