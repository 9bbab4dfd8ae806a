"""correspondence_map against R's ca, its invariants, its refusals, its contract."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist

from brandkit.core.errors import InputError
from brandkit.core.labels import COLUMNS
from brandkit.core.linalg import signed_svd
from brandkit.positioning import CorrespondenceMap, correspondence_map
from brandkit.positioning.maps.correspondence import READINGS
from tests.contract import assert_contract

TOLERANCE = 1e-10
REFERENCE = Path(__file__).parent.parent / "reference" / "correspondence_map" / "values.json"
VALUES = json.loads(REFERENCE.read_text(encoding="utf-8"))
SCALINGS = list(READINGS)


def reference_table(name: str) -> pd.DataFrame:
    table = VALUES[name]["table"]
    return pd.DataFrame(table["values"], index=table["rows"], columns=table["columns"])


def places(side: pd.DataFrame, column: str = "coordinate") -> np.ndarray:
    labels = side["label"].drop_duplicates()
    wide = side.pivot(index="label", columns="axis", values=column)
    return wide.loc[labels].to_numpy()


@pytest.fixture
def smoke() -> pd.DataFrame:
    return reference_table("smoke")


# --- known values ------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["smoke", "complaints"])
def pair(request: pytest.FixtureRequest) -> tuple[CorrespondenceMap, dict]:
    table = reference_table(request.param)
    result = correspondence_map(table, scaling="standard", axes=min(table.shape) - 1)
    return result, VALUES[request.param]


def test_singular_values_are_those_of_r(pair) -> None:
    result, known = pair
    np.testing.assert_allclose(
        result.axes["singular_value"], known["singular_values"], atol=TOLERANCE, rtol=0
    )


def test_standard_coordinates_are_those_of_r_with_their_signs(pair) -> None:
    result, known = pair
    rows, columns = np.array(known["row_standard"]), np.array(known["column_standard"])
    # R leaves the sign of an axis to LAPACK. Our rule, applied to R's numbers: the column with
    # the largest entry of the singular vector is positive. One sign an axis, for both sides.
    vectors = columns * np.sqrt(np.array(known["column_mass"]))[:, None]
    leading = np.abs(vectors).argmax(axis=0)
    sign = np.sign(vectors[leading, np.arange(vectors.shape[1])])
    np.testing.assert_allclose(places(result.rows), rows * sign, atol=TOLERANCE, rtol=0)
    np.testing.assert_allclose(places(result.columns), columns * sign, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("side", ["row", "column"])
def test_masses_and_inertias_are_those_of_r(pair, side: str) -> None:
    result, known = pair
    first = getattr(result, f"{side}s").query("axis == 1")
    np.testing.assert_allclose(first["mass"], known[f"{side}_mass"], atol=TOLERANCE, rtol=0)
    np.testing.assert_allclose(first["inertia"], known[f"{side}_inertia"], atol=TOLERANCE, rtol=0)


def test_scalings_follow_from_the_standard_coordinates_as_in_r(pair) -> None:
    standard, known = pair
    table = reference_table("smoke" if len(known["row_mass"]) == 5 else "complaints")
    d = np.array(known["singular_values"])
    f, g = places(standard.rows), places(standard.columns)
    r, c = (np.array(known[f"{side}_mass"])[:, None] for side in ("row", "column"))
    expected = {
        "symmetric": (f * d, g * d),
        "row_principal": (f * d, g),
        "column_principal": (f, g * d),
        "row_gab": (f * d, g * c),
        "column_gab": (f * r, g * d),
        "row_green": (f * d, g * np.sqrt(c)),
        "column_green": (f * np.sqrt(r), g * d),
        "symbiplot": (f * np.sqrt(d), g * np.sqrt(d)),
        "standard": (f, g),
    }
    assert sorted(expected) == sorted(SCALINGS)
    for scaling, (rows, columns) in expected.items():
        result = correspondence_map(table, scaling=scaling, axes=len(d))
        np.testing.assert_allclose(places(result.rows), rows, atol=TOLERANCE, rtol=0)
        np.testing.assert_allclose(places(result.columns), columns, atol=TOLERANCE, rtol=0)


def test_published_figures_of_the_smoking_table(smoke) -> None:
    # Greenacre (2017), Exhibits 9.2 and 11.8: inertias, and SM's quality in the plane.
    result = correspondence_map(smoke)
    assert result.axes["inertia"].round(5).tolist() == [0.07476, 0.01002, 0.00041]
    assert result.axes["share"].round(3).tolist() == [0.878, 0.118, 0.005]
    quality = result.rows.query("axis == 1").set_index("label")["quality"]
    assert quality.round(3).to_dict() == {
        "SM": 0.893, "JM": 0.991, "SE": 1.0, "JE": 1.0, "SC": 0.999,
    }  # fmt: skip


def test_associations_and_nearest_by_hand() -> None:
    table = pd.DataFrame({"x": [3.0, 1.0, 2.0], "y": [1.0, 3.0, 1.0]}, index=["a", "b", "c"])
    result = correspondence_map(table, axes=1)
    pairs = result.associations.set_index(["row_label", "column_label"])
    n, row, column = 11, 4, 6
    assert pairs.loc[("a", "x"), "ratio"] == pytest.approx(3 * n / (row * column), abs=1e-12)
    expected = (3 / n - row * column / n**2) / np.sqrt(row * column / n**2)
    assert pairs.loc[("a", "x"), "residual"] == pytest.approx(expected, abs=1e-12)
    nearest = result.nearest.set_index("label")
    assert nearest.loc["a", "nearest"] == "c"
    gap = np.sqrt((3 / 4 - 2 / 3) ** 2 / (6 / n) + (1 / 4 - 1 / 3) ** 2 / (5 / n))
    assert nearest.loc["a", "distance"] == pytest.approx(gap, abs=1e-12)
    assert nearest.loc["a", "second_nearest"] == "b"


def test_supplementary_points_by_the_transition_formula(smoke) -> None:
    # The national average of Greenacre's example as a row; a column of drinkers.
    with_extra = smoke.copy()
    with_extra["alcohol"] = [0, 1, 5, 10, 7]
    with_extra.loc["average"] = [42, 29, 20, 9, np.nan]
    plain = correspondence_map(smoke, scaling="standard", axes=3)
    result = correspondence_map(
        with_extra,
        supplementary_rows=["average"],
        supplementary_columns=["alcohol"],
        axes=3,
    )
    d = plain.axes["singular_value"].to_numpy()
    row = np.array([42, 29, 20, 9]) / 100 @ places(plain.columns)
    column = np.array([0, 1, 5, 10, 7]) / 23 @ places(plain.rows)
    np.testing.assert_allclose(places(result.rows)[-1], row, atol=1e-12)
    np.testing.assert_allclose(places(result.columns)[-1], column, atol=1e-12)
    np.testing.assert_allclose(places(result.rows)[:-1], places(plain.rows) * d, atol=1e-12)
    extra = result.rows[result.rows["supplementary"]]
    assert extra["mass"].isna().all()
    assert extra["contribution"].isna().all()
    assert result.glance().loc[0, "n_rows"] == 5
    assert "average" not in set(result.nearest["label"])


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_supplementary_copy_lies_on_its_original(smoke, scaling: str) -> None:
    twice = pd.concat([smoke, smoke.loc[["JE"]].rename(index={"JE": "copy"})])
    twice["again"] = twice["light"]
    result = correspondence_map(
        twice, scaling=scaling, supplementary_rows=["copy"], supplementary_columns=["again"]
    )
    rows = result.rows.set_index(["label", "axis"])["coordinate"].unstack()
    columns = result.columns.set_index(["label", "axis"])["coordinate"].unstack()
    np.testing.assert_allclose(rows.loc["copy"], rows.loc["JE"], atol=1e-12)
    np.testing.assert_allclose(columns.loc["again"], columns.loc["light"], atol=1e-12)


# --- invariants --------------------------------------------------------------------------------

shapes = st.tuples(st.integers(3, 7), st.integers(3, 6))
tables = shapes.flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(1, 60)),
).map(
    lambda values: pd.DataFrame(
        values,
        index=[f"brand {i}" for i in range(values.shape[0])],
        columns=[f"attribute {j}" for j in range(values.shape[1])],
    )
)


def mapped(table: pd.DataFrame, **options) -> CorrespondenceMap | None:
    """Map a table, or None where chance made it one that nobody can map."""
    try:
        return correspondence_map(table, **options)
    except InputError as error:
        if not any(reason in str(error) for reason in ("same profile", "looks like a total")):
            raise
    return None


@given(tables)
def test_inertia_is_chi_square_over_n_and_parts_add_up(table: pd.DataFrame) -> None:
    result = mapped(table, axes=min(table.shape) - 1)
    if result is None:
        return
    values = table.to_numpy(float)
    n = values.sum()
    expected = np.outer(values.sum(axis=1), values.sum(axis=0)) / n
    chi_square = ((values - expected) ** 2 / expected).sum()
    total = result.glance().loc[0, "total_inertia"]
    assert total == pytest.approx(chi_square / n, rel=1e-9, abs=1e-12)
    for side in (result.rows, result.columns):
        assert side.query("axis == 1")["inertia"].sum() == pytest.approx(total, rel=1e-8)
        np.testing.assert_allclose(side.groupby("axis")["contribution"].sum(), 1, atol=1e-8)
        assert side["quality"].dropna().between(0, 1).all()
    assert (result.associations["residual"] ** 2).sum() == pytest.approx(total, rel=1e-9)


@given(tables, st.randoms(use_true_random=False))
def test_order_of_rows_and_size_of_the_sample_change_nothing(table, random) -> None:
    result = mapped(table)
    if result is None or not separated(result):
        return
    order = list(table.index)
    random.shuffle(order)
    again = correspondence_map(table.loc[order] * 7)
    places_before = result.rows.set_index(["label", "axis"])["coordinate"]
    places_after = again.rows.set_index(["label", "axis"])["coordinate"]
    np.testing.assert_allclose(places_after.loc[places_before.index], places_before, atol=1e-7)


@given(tables)
def test_a_doubled_brand_split_in_two_moves_no_attribute(table: pd.DataFrame) -> None:
    # Distributional equivalence: rows of one profile may be merged.
    result = mapped(table)
    if result is None or not separated(result):
        return
    split = pd.concat([table, table.iloc[[0]].rename(index={"brand 0": "brand 0 again"})])
    merged = table.copy()
    merged.iloc[0] *= 2
    one, two = mapped(merged), mapped(split)
    if one is None or two is None or not separated(one):
        return
    np.testing.assert_allclose(two.columns["coordinate"], one.columns["coordinate"], atol=1e-7)


@given(tables)
def test_transposing_swaps_rows_and_columns(table: pd.DataFrame) -> None:
    one, two = mapped(table), mapped(table.T)
    if one is None or two is None or not separated(one):
        return
    np.testing.assert_allclose(
        np.abs(two.columns["coordinate"]), np.abs(one.rows["coordinate"]), atol=1e-7
    )


def separated(result: CorrespondenceMap) -> bool:
    """Axes that tie can turn into each other; equal leading entries leave the sign open."""
    d = result.axes["singular_value"].to_numpy()
    gaps = np.abs(np.diff(np.append(d, 0.0)))
    if (gaps[:2] < 1e-3).any():
        return False
    size = places(result.columns, "contribution")
    top = np.sort(size, axis=0)[-2:]
    return bool((top[1] - top[0] > 1e-4).all())


# --- refusals ----------------------------------------------------------------------------------


def change(table: pd.DataFrame, what: str) -> tuple[pd.DataFrame, dict]:
    table = table.astype(object)
    options: dict = {}
    if what == "negative":
        table.loc["SE", "light"] = -3
    elif what == "zero row":
        table.loc["SE"] = 0
    elif what == "zero column":
        table["medium"] = 0
    elif what == "text":
        table.loc["JM", "heavy"] = "many"
    elif what == "missing":
        table.loc["JM", "heavy"] = np.nan
    elif what == "twice":
        table = pd.concat([table, table.iloc[[0]]])
    elif what == "named total":
        table = table.rename(index={"SC": "NET"})
    elif what == "chinese total":
        table = table.rename(columns={"heavy": "合計"})
    elif what == "hidden total":
        table.loc["everyone"] = table.sum()
    elif what == "same":
        table = pd.DataFrame({"x": [1, 2, 3], "y": [2, 4, 6], "z": [1, 2, 3]}, index=list("abc"))
    elif what == "one column":
        table = table[["none"]]
    elif what == "too many axes":
        options["axes"] = 4
    elif what == "half an axis":
        options["axes"] = 1.5
    elif what == "no axis":
        options["axes"] = 0
    elif what == "scaling":
        options["scaling"] = "row_principle"
    elif what == "unknown row":
        table = table.rename(index={"SC": "average"})
        options["supplementary_rows"] = ["avrage"]
    elif what == "bare text":
        options["supplementary_rows"] = "JM"
    return table, options


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("negative", r"values >= 0; found -3 in row 'SE', column 'light'"),
        ("zero row", r"no row of zeros; found \['SE'\]"),
        ("zero column", r"no column of zeros; found \['medium'\]"),
        ("text", r"found 'many' in row 'JM', column 'heavy'"),
        ("missing", r"finite numbers; found nan in row 'JM', column 'heavy'"),
        ("twice", r"name each row once; found \['SM'\]"),
        ("named total", r"row \['NET'\] looks like a total"),
        ("chinese total", r"column \['合計'\] looks like a total"),
        ("hidden total", r"row \['everyone'\] looks like a total"),
        ("same", r"the same profile in every row"),
        ("one column", r"at least 2 active rows and 2 active columns; found 5 x 1"),
        ("too many axes", r"at most 3 for 5 x 4 active rows and columns; found 4"),
        ("half an axis", r"whole number between 1 and 3; found 1.5"),
        ("no axis", r"whole number between 1 and 3; found 0"),
        ("scaling", r"Did you mean 'row_principal'\?"),
        ("unknown row", r"found \['avrage'\]. Did you mean 'average'\?"),
        ("bare text", r"must be a list of labels; found 'JM'"),
    ],
)
def test_refusals_name_the_place_and_the_way_out(smoke, what: str, message: str) -> None:
    table, options = change(smoke, what)
    with pytest.raises(InputError, match=message):
        correspondence_map(table, **options)


def test_what_is_no_frame_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="polars or pyarrow; found list"):
        correspondence_map([[1, 2], [3, 4]])  # type: ignore[arg-type]


# --- contract ----------------------------------------------------------------------------------


def test_contract(smoke) -> None:
    assert_contract(lambda: correspondence_map(smoke, supplementary_rows=["SC"]), smoke)


def test_one_axis_where_the_table_has_only_one() -> None:
    table = pd.DataFrame({"x": [1, 2, 3], "y": [2, 4, 6], "z": [3, 6, 1]}, index=list("abc"))
    result = correspondence_map(table)
    assert result.glance().loc[0, "n_axes"] == 1
    assert "along 1 axis only" in str(result.notes[0])


def test_small_bases_are_named(smoke) -> None:
    (note,) = correspondence_map(smoke).notes
    said = "Fewer than 30 mentions stand behind SM, JM, SC; read their places with care."
    assert str(note) == said


@pytest.mark.parametrize("scaling", SCALINGS)
def test_no_scaling_allows_a_distance_between_sides(smoke, scaling: str) -> None:
    readings = correspondence_map(smoke, scaling=scaling).readings
    assert set(readings) <= {"rows", "columns", "rows_on_columns", "columns_on_rows"}
    assert ("rows" in readings) == (scaling == "symmetric" or scaling.startswith("row"))
    assert ("columns" in readings) == (scaling == "symmetric" or scaling.startswith("column"))


@pytest.mark.parametrize("scaling", ["row_principal", "row_gab", "row_green"])
def test_the_allowed_projection_rebuilds_the_table_in_full_space(smoke, scaling: str) -> None:
    # rows principal . columns standard = observed over expected, less one.
    result = correspondence_map(smoke, scaling=scaling, axes=3)
    columns = places(result.columns)
    mass = result.columns.query("axis == 1")["mass"].to_numpy()[:, None]
    power = {"row_principal": 0, "row_gab": 1, "row_green": 0.5}[scaling]
    rebuilt = places(result.rows) @ (columns / mass**power).T + 1
    ratio = result.associations["ratio"].to_numpy().reshape(rebuilt.shape)
    np.testing.assert_allclose(rebuilt, ratio, atol=1e-12)
    assert result.arrow_factor > 0


def test_frames_made_on_demand_have_known_columns_and_are_made_once(smoke) -> None:
    result = correspondence_map(smoke)
    for name in ("nearest", "associations"):
        frame = getattr(result, name)
        assert set(frame.columns) <= set(COLUMNS)
        assert getattr(result, name) is frame
        pd.testing.assert_frame_equal(getattr(pickle.loads(pickle.dumps(result)), name), frame)


# --- large tables --------------------------------------------------------------------------------


def large(n_rows: int, n_columns: int, rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        rng.poisson(30, (n_rows, n_columns)) + 1,
        index=[f"brand {i}" for i in range(n_rows)],
        columns=[f"attribute {j}" for j in range(n_columns)],
    )


@pytest.mark.parametrize("shape", [(79, 20), (80, 20), (20, 80)])
def test_tall_tables_have_the_axes_of_the_plain_decomposition(rng, shape) -> None:
    table = large(*shape, rng)
    result = correspondence_map(table, scaling="standard", axes=5)
    share = table.to_numpy(float) / table.to_numpy().sum()
    row, column = share.sum(axis=1), share.sum(axis=0)
    expected = np.outer(row, column)
    u, d, v = signed_svd((share - expected) / np.sqrt(expected))
    np.testing.assert_allclose(result.axes["singular_value"], d[: len(result.axes)], atol=1e-13)
    np.testing.assert_allclose(places(result.rows), u[:, :5] / np.sqrt(row)[:, None], atol=1e-9)
    np.testing.assert_allclose(
        places(result.columns), v[:, :5] / np.sqrt(column)[:, None], atol=1e-9
    )


def test_nearest_among_many_are_those_of_all_distances(rng) -> None:
    table = large(450, 6, rng)
    table.iloc[17] = table.iloc[3] * 2  # equal profiles: distance 0
    result = correspondence_map(table)
    profiles = table.to_numpy(float) / table.sum(axis=1).to_numpy()[:, None]
    average = table.sum().to_numpy() / table.to_numpy().sum()
    apart = cdist(profiles / np.sqrt(average), profiles / np.sqrt(average))
    np.fill_diagonal(apart, np.inf)
    order = np.argsort(np.round(apart, 12), axis=1, kind="stable")
    labels = table.index.to_numpy()
    at = np.arange(len(table))
    assert result.nearest["nearest"].tolist() == labels[order[:, 0]].tolist()
    assert result.nearest["second_nearest"].tolist() == labels[order[:, 1]].tolist()
    np.testing.assert_allclose(result.nearest["distance"], apart[at, order[:, 0]], atol=1e-9)
    np.testing.assert_allclose(result.nearest["second_distance"], apart[at, order[:, 1]], atol=1e-9)
    assert result.nearest.loc[17, "nearest"] == "brand 3"


def test_many_equal_profiles_go_to_the_first(rng) -> None:
    twins = pd.concat([large(2, 5, rng)] * 210, ignore_index=True)
    twins.index = [f"brand {i}" for i in range(len(twins))]
    nearest = correspondence_map(twins).nearest
    assert nearest.loc[10, ["nearest", "second_nearest"]].tolist() == ["brand 0", "brand 2"]
    assert nearest["distance"].max() < 1e-12
