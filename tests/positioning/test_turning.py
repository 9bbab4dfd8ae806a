"""A map turned to a focus brand: only the directions of its axes change, and it says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import pdist

from brandkit.core.errors import InputError
from brandkit.positioning.maps.correspondence import READINGS, CorrespondenceMap, correspondence_map
from tests.contract import assert_contract

TURNABLE = [scaling for scaling in READINGS if scaling not in ("standard", "symbiplot")]


@pytest.fixture
def image(rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        rng.integers(20, 200, (8, 6)),
        index=[f"Bank {letter}" for letter in "ABCDEFGH"],
        columns=["fair", "modern", "near", "expert", "easy", "cheap"],
    )


def places(side: pd.DataFrame, column: str = "coordinate") -> np.ndarray:
    labels = side["label"].drop_duplicates()
    return side.pivot(index="label", columns="axis", values=column).loc[labels].to_numpy()


def inner(result: CorrespondenceMap) -> np.ndarray:
    return places(result.rows) @ places(result.columns).T


@pytest.mark.parametrize("scaling", TURNABLE)
@pytest.mark.parametrize("focus", ["Bank B", "Bank H"])
def test_the_focus_lies_on_the_positive_first_axis_and_nothing_else_changes(
    image, scaling, focus
) -> None:
    before = correspondence_map(image, scaling=scaling, axes=3)
    after = correspondence_map(image, scaling=scaling, axes=3, rotate_to=focus)
    at = after.rows.set_index(["label", "axis"])["coordinate"]
    assert at[focus, 1] > 0
    assert at[focus, 2] == pytest.approx(0, abs=1e-12)
    for side in ("rows", "columns"):
        old, new = getattr(before, side), getattr(after, side)
        np.testing.assert_allclose(pdist(places(new)), pdist(places(old)), atol=1e-12)
        np.testing.assert_allclose(places(new)[:, 2], places(old)[:, 2], atol=1e-12)
        np.testing.assert_allclose(new["quality"], old["quality"], atol=1e-12)
        np.testing.assert_allclose(new["inertia"], old["inertia"], atol=1e-12)
    np.testing.assert_allclose(inner(after), inner(before), atol=1e-12)
    pd.testing.assert_frame_equal(after.nearest, before.nearest)
    pd.testing.assert_frame_equal(after.associations, before.associations)
    assert after.arrow_factor == before.arrow_factor


def test_a_turn_keeps_the_hand_of_the_map(image) -> None:
    before, after = (correspondence_map(image, rotate_to=to) for to in (None, "Bank B"))
    old, new = places(before.rows), places(after.rows)
    turn = np.linalg.lstsq(old, new, rcond=None)[0]
    assert np.linalg.det(turn) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("scaling", TURNABLE)
def test_inertia_and_contributions_are_those_along_the_turned_axes(image, scaling) -> None:
    after = correspondence_map(image, scaling=scaling, rotate_to="Bank B")
    before = correspondence_map(image, scaling=scaling)
    inertia = after.axes["inertia"].to_numpy()
    # The side in principal coordinates carries the inertia: mass times squared place.
    for side in ("rows", "columns"):
        frame = getattr(after, side)
        np.testing.assert_allclose(frame.groupby("axis")["contribution"].sum(), 1, atol=1e-12)
        if scaling == "symmetric" or scaling.startswith(side[:-1]):
            mass = frame.query("axis == 1")["mass"].to_numpy()
            along = mass @ places(frame) ** 2
            np.testing.assert_allclose(along, inertia[:2], atol=1e-12)
    old = before.axes["inertia"].to_numpy()
    assert inertia[:2].sum() == pytest.approx(old[:2].sum(), abs=1e-14)
    assert old[1] - 1e-12 <= inertia[1] <= inertia[:2].max() <= old[0] + 1e-12
    np.testing.assert_allclose(inertia[2:], old[2:], atol=1e-14)
    np.testing.assert_allclose(after.axes["share"], inertia / inertia.sum(), atol=1e-14)
    assert after.glance().loc[0, "share_explained"] == pytest.approx(
        before.glance().loc[0, "share_explained"], abs=1e-12
    )


def test_supplementary_points_turn_with_the_rest(image) -> None:
    options = {"supplementary_rows": ["Bank C"], "supplementary_columns": ["cheap"]}
    before = correspondence_map(image, **options)
    after = correspondence_map(image, **options, rotate_to="Bank C")
    np.testing.assert_allclose(pdist(places(after.rows)), pdist(places(before.rows)), atol=1e-12)
    at = after.rows.set_index(["label", "axis"])["coordinate"]
    assert (at["Bank C", 1] > 0, abs(at["Bank C", 2]) < 1e-12) == (True, True)
    assert after.rows.set_index("label").loc["Bank C", "contribution"].isna().all()


def test_contract(image) -> None:
    assert_contract(lambda: correspondence_map(image, rotate_to="Bank B"), image)


# --- said where it is seen -----------------------------------------------------------------------


def test_caption_and_notes_say_that_the_map_is_turned(image) -> None:
    result = correspondence_map(image, scaling="row_green", rotate_to="Bank B")
    (note,) = result.notes
    assert str(note).startswith("The map is turned so that Bank B lies to the right")
    assert "turned so that Bank B lies to the right" in str(result.story().exhibits["map"].caption)
    assert str(result.story(focus="Bank B").exhibits["map"].alt)


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rotate_to": "Bank b"}, r"a row of the table; found 'Bank b'. Did you mean 'Bank "),
        ({"rotate_to": "Ω"}, r"a row of the table; found 'Ω'. It has"),
        ({"rotate_to": "Bank B", "axes": 1}, r"two axes to turn; the map has one only"),
        ({"rotate_to": "Bank B", "scaling": "standard"}, r"found 'standard'. Take 'row_principal'"),
        ({"rotate_to": "Bank B", "scaling": "symbiplot"}, r"one side in principal coordinates"),
    ],
)
def test_refusals(image, options: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        correspondence_map(image, **options)


def test_a_brand_in_the_middle_has_no_direction(image) -> None:
    image.loc["Average"] = image.sum()
    with pytest.raises(InputError, match="'Average' lies in the middle"):
        correspondence_map(image, supplementary_rows=["Average"], rotate_to="Average")


def test_a_table_of_one_axis_cannot_be_turned() -> None:
    table = pd.DataFrame({"x": [1, 2, 3], "y": [2, 4, 6], "z": [3, 6, 1]}, index=list("abc"))
    with pytest.raises(InputError, match="two axes to turn; the map has one only"):
        correspondence_map(table, rotate_to="c")
