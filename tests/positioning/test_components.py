"""component_map against R's FactoMineR, prcomp and varimax, its invariants and its refusals."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, pdist

from brandkit.core.errors import InputError
from brandkit.core.labels import COLUMNS
from brandkit.positioning.maps.components import (
    COMPONENT_READINGS,
    ComponentMap,
    component_map,
    varimax,
)
from tests.conftest import some
from tests.contract import assert_contract

TOLERANCE = 1e-10
ITERATIVE = 1e-6
REFERENCE = Path(__file__).parent.parent / "reference" / "component_map" / "values.json"
VALUES = json.loads(REFERENCE.read_text(encoding="utf-8"))
SCALINGS = list(COMPONENT_READINGS)


def places(side: pd.DataFrame, column: str = "coordinate") -> np.ndarray:
    labels = side["label"].drop_duplicates()
    return side.pivot(index="label", columns="axis", values=column).loc[labels].to_numpy()


def signs(vectors: np.ndarray) -> np.ndarray:
    """Our rule, applied to R's numbers: the largest entry of a column is positive."""
    leading = np.abs(vectors).argmax(axis=0)
    return np.sign(vectors[leading, np.arange(vectors.shape[1])])


@pytest.fixture
def sensory(real: Path) -> pd.DataFrame:
    return pd.read_csv(real / "preference" / "senso.cocktail.csv", index_col=0)


@pytest.fixture
def ratings(rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        np.round(rng.normal(5, 1, (8, 5)), 2),
        index=[f"Bank {letter}" for letter in "ABCDEFGH"],
        columns=["fair", "modern", "near", "expert", "easy"],
    )


# --- known values ------------------------------------------------------------------------------


@pytest.mark.real
def test_standardised_components_are_those_of_factominer(sensory) -> None:
    known = VALUES["standardised"]
    result = component_map(sensory, axes=3, scaling="symmetric")
    assert result.axes["inertia"][:2].round(7).tolist() == [6.9223049, 3.1364409]
    np.testing.assert_allclose(
        result.axes["inertia"], known["eigenvalues"][: len(result.axes)], atol=TOLERANCE
    )
    loadings = np.array(known["columns"]["loading"])
    sign = signs(loadings)
    np.testing.assert_allclose(places(result.columns), loadings * sign, atol=TOLERANCE)
    np.testing.assert_allclose(places(result.columns, "loading"), loadings * sign, atol=TOLERANCE)
    rows = np.array(known["rows"]["coordinate"]) * sign
    np.testing.assert_allclose(places(result.rows), rows, atol=TOLERANCE)
    for side in ("rows", "columns"):
        for name in ("contribution", "squared_cosine"):
            np.testing.assert_allclose(
                places(getattr(result, side), name), known[side][name], atol=TOLERANCE
            )


@pytest.mark.real
def test_scores_and_vectors_are_those_of_prcomp(sensory) -> None:
    n = len(sensory)
    for name, standardise in (("prcomp_raw", False), ("prcomp_scaled", True)):
        known = VALUES[name]
        vectors, scores = np.array(known["rotation"]), np.array(known["x"])
        result = component_map(sensory, standardise=standardise, axes=3)
        np.testing.assert_allclose(places(result.columns), vectors * signs(vectors), atol=TOLERANCE)
        factor = np.sqrt(n / (n - 1)) if standardise else 1.0
        np.testing.assert_allclose(
            places(result.rows), scores * signs(vectors) * factor, atol=TOLERANCE
        )
    raw = component_map(sensory, standardise=False).axes["inertia"] * n / (n - 1)
    known_variance = np.array(VALUES["prcomp_raw"]["sdev"])[: len(raw)] ** 2
    np.testing.assert_allclose(raw, known_variance, atol=TOLERANCE)


@pytest.mark.real
@pytest.mark.parametrize("axes", [2, 3])
def test_turned_loadings_are_those_of_r(sensory, axes) -> None:
    known = np.array(VALUES[f"varimax{axes}"])
    order = np.argsort(-(known**2).sum(axis=0))
    known = known[:, order] * signs(known[:, order])
    result = component_map(sensory, rotation="varimax", axes=axes)
    np.testing.assert_allclose(places(result.columns), known, atol=ITERATIVE)
    np.testing.assert_allclose(result.axes["inertia"][:axes], (known**2).sum(axis=0), atol=1e-6)


@pytest.mark.real
def test_supplementary_points_are_those_of_factominer(sensory) -> None:
    known = VALUES["supplementary"]
    result = component_map(
        sensory, scaling="symmetric", supplementary_rows=[2, 5],
        supplementary_columns=list(sensory.columns[:2]),
    )  # fmt: skip
    active = places(result.rows[~result.rows["supplementary"]])
    sign = np.sign((active * np.array(known["active_rows"])).sum(axis=0))
    np.testing.assert_allclose(active, np.array(known["active_rows"]) * sign, atol=TOLERANCE)
    for side in ("rows", "columns"):
        frame = getattr(result, side)
        extra = frame[frame["supplementary"]]
        np.testing.assert_allclose(places(extra), np.array(known[side]) * sign, atol=TOLERANCE)
        cosine = known[f"{side[:-1]}_cosine"]
        np.testing.assert_allclose(places(extra, "squared_cosine"), cosine, atol=TOLERANCE)
        assert extra["contribution"].isna().all()


def test_two_attributes_by_hand() -> None:
    # Standardised: eigenvalues 1 ± r, axes along the diagonals.
    table = pd.DataFrame({"x": [1.0, 2, 3, 6], "y": [2.0, 1, 5, 4]}, index=list("abcd"))
    r = np.corrcoef(table["x"], table["y"])[0, 1]
    result = component_map(table)
    np.testing.assert_allclose(result.axes["inertia"], [1 + r, 1 - r], atol=1e-12)
    half = np.sqrt(0.5)
    np.testing.assert_allclose(places(result.columns), [[half, half], [half, -half]], atol=1e-12)
    z = (table - table.mean()) / table.std(ddof=0)
    expected = np.column_stack([z["x"] + z["y"], z["x"] - z["y"]]) * half
    np.testing.assert_allclose(places(result.rows), expected, atol=1e-12)
    np.testing.assert_allclose(result.rows["quality"], 1, atol=1e-12)


def test_varimax_of_a_plain_pattern_by_hand() -> None:
    angle = 0.4
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    pattern = np.array([[0.9, 0], [0.7, 0], [0, 0.8], [0, 0.5], [0, 0]])
    found = pattern @ turn @ varimax(pattern @ turn)
    size = np.sort(np.abs(found), axis=1)
    np.testing.assert_allclose(size[:, 1], [0.9, 0.7, 0.8, 0.5, 0], atol=1e-9)
    np.testing.assert_allclose(size[:, 0], 0, atol=1e-9)


# --- invariants --------------------------------------------------------------------------------


@pytest.mark.parametrize("scaling", ["row_principal", "column_principal"])
@pytest.mark.parametrize("standardise", [True, False])
def test_places_multiply_to_the_ratings_in_full_space(ratings, scaling, standardise) -> None:
    result = component_map(ratings, scaling=scaling, standardise=standardise, axes=5)
    np.testing.assert_allclose(
        places(result.rows) @ places(result.columns).T, result.values, atol=1e-12
    )


def test_rotated_places_multiply_to_what_the_plane_holds(ratings) -> None:
    plain = component_map(ratings, scaling="column_principal")
    turned = component_map(ratings, rotation="varimax")
    product = [places(one.rows) @ places(one.columns).T for one in (plain, turned)]
    np.testing.assert_allclose(product[1], product[0], atol=1e-12)
    np.testing.assert_allclose(turned.rows["quality"], plain.rows["quality"], atol=1e-12)
    np.testing.assert_allclose(turned.columns["quality"], plain.columns["quality"], atol=1e-12)
    for side in (turned.rows, turned.columns):
        np.testing.assert_allclose(side.groupby("axis")["contribution"].sum(), 1, atol=1e-12)
    scores = places(turned.rows)
    np.testing.assert_allclose(scores.T @ scores / len(scores), np.eye(2), atol=1e-12)
    assert turned.glance().loc[0, "share_explained"] == pytest.approx(
        plain.glance().loc[0, "share_explained"], abs=1e-12
    )


def test_distances_between_brands_are_those_of_their_ratings(ratings) -> None:
    result = component_map(ratings, axes=5)
    z = (ratings - ratings.mean()) / ratings.std(ddof=0)
    np.testing.assert_allclose(pdist(places(result.rows)), pdist(z), atol=1e-12)
    apart = cdist(z, z)
    np.fill_diagonal(apart, np.inf)
    assert result.nearest["nearest"].tolist() == ratings.index[apart.argmin(axis=1)].tolist()
    np.testing.assert_allclose(result.nearest["distance"], apart.min(axis=1), atol=1e-12)


@settings(max_examples=some(20))
@given(st.integers(0, 10**6))
def test_parts_add_up_and_units_and_order_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_rows, n_columns = rng.integers(4, 9), rng.integers(3, 7)
    table = pd.DataFrame(
        rng.normal(size=(n_rows, n_columns)),
        index=[f"b{i}" for i in range(n_rows)],
        columns=[f"a{j}" for j in range(n_columns)],
    )
    one = component_map(table)
    assert one.axes["inertia"].sum() == pytest.approx(n_columns, abs=1e-9)
    for side in (one.rows, one.columns):
        np.testing.assert_allclose(side.groupby("axis")["contribution"].sum(), 1, atol=1e-9)
        first = side.query("axis == 1")
        assert first["inertia"].sum() == pytest.approx(n_columns, abs=1e-9)
    if np.diff(one.axes["inertia"][:3]).max() > -1e-3:
        return
    shuffled = table.iloc[rng.permutation(n_rows)] * rng.uniform(1, 9, n_columns) + 3
    two = component_map(shuffled)
    at = [frame.set_index(["label", "axis"])["coordinate"] for frame in (one.rows, two.rows)]
    np.testing.assert_allclose(at[1].loc[at[0].index], at[0], atol=1e-7)


# --- what it says ------------------------------------------------------------------------------


def test_constant_columns_are_left_out_and_named(ratings) -> None:
    table = ratings.assign(same=4.0, also=7)
    result = component_map(table)
    (note,) = result.notes
    assert str(note) == "Left out because all brands have the same value: same, also."
    pd.testing.assert_frame_equal(result.columns, component_map(ratings).columns)


def test_one_axis_where_the_ratings_have_only_one() -> None:
    table = pd.DataFrame({"x": [1.0, 2, 3], "y": [2.0, 4, 6], "z": [9.0, 8, 7]}, index=list("abc"))
    result = component_map(table)
    assert result.glance().loc[0, "n_axes"] == 1
    assert "along 1 axis only" in str(result.notes[0])
    with pytest.raises(InputError, match="the ratings differ along one only"):
        component_map(table, rotation="varimax")


def test_a_rotated_map_allows_no_distances_between_brands_and_says_so(ratings) -> None:
    result = component_map(ratings, rotation="varimax")
    assert "rows" not in result.readings
    assert "distances between brands are not those of their ratings" in str(result.notes[-1])
    assert result.rows["squared_cosine"].isna().all()
    assert result.glance().loc[0, "rotation"] == "varimax"


@pytest.mark.parametrize("scaling", SCALINGS)
def test_no_scaling_allows_a_distance_between_sides(ratings, scaling) -> None:
    readings = component_map(ratings, scaling=scaling).readings
    assert set(readings) <= {"rows", "columns", "rows_on_columns"}


def test_contract(ratings) -> None:
    assert_contract(
        lambda: component_map(ratings, supplementary_rows=["Bank C"], rotation="varimax"), ratings
    )
    result: ComponentMap = component_map(ratings)
    assert set(result.nearest.columns) <= set(COLUMNS)
    again = pickle.loads(pickle.dumps(result))
    pd.testing.assert_frame_equal(again.nearest, result.nearest)


# --- refusals ----------------------------------------------------------------------------------


def change(table: pd.DataFrame, what: str) -> pd.DataFrame:
    table = table.astype(object)
    if what == "missing":
        table.loc["Bank C", "near"] = np.nan
    elif what == "text":
        table.loc["Bank C", "near"] = "good"
    elif what == "twice":
        table = pd.concat([table, table.iloc[[0]]])
    elif what == "mean":
        table.loc["Average"] = 5
    elif what == "chinese mean":
        table = table.rename(columns={"easy": "平均"})
    elif what == "constant":
        table[["fair", "modern", "near", "expert"]] = 3
    elif what == "one row":
        table = table.iloc[:1]
    return table


@pytest.mark.parametrize(
    ("what", "options", "message"),
    [
        ("missing", {}, r"finite numbers; found nan in row 'Bank C', column 'near'"),
        ("text", {}, r"found 'good' in row 'Bank C', column 'near'"),
        ("twice", {}, r"name each row once; found \['Bank A'\]"),
        ("mean", {}, r"the row \['Average'\] looks like"),
        ("chinese mean", {}, r"the column \['平均'\] looks"),
        ("constant", {}, r"found 8 x 1 after leaving out \['fair', 'modern', 'near', 'expert'\]"),
        ("one row", {}, r"at least 2 active rows and 2 active columns"),
        ("", {"axes": 6}, r"at most 5 for 8 x 5 active rows and columns; found 6"),
        ("", {"axes": 0}, r"whole number between 1 and 5; found 0"),
        ("", {"rotation": "promax"}, r"`rotation` must be one of 'varimax'"),
        ("", {"rotation": "varimax", "axes": 1}, r"two axes or more; found 1"),
        ("", {"rotation": "varimax", "scaling": "row_principal"}, r"'column_principal' where"),
        ("", {"scaling": "rows"}, r"`scaling` must be one of"),
        ("", {"supplementary_rows": ["Bank Z"]}, r"found \['Bank Z'\]. Did you mean"),
    ],
)
def test_refusals_name_the_place_and_the_way_out(ratings, what, options, message) -> None:
    with pytest.raises(InputError, match=message):
        component_map(change(ratings, what), **options)


def test_what_is_no_frame_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="polars or pyarrow; found list"):
        component_map([[1, 2], [3, 4]])  # type: ignore[arg-type]
