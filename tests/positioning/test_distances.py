"""distance_map against R's cmdscale and isoMDS and scikit-learn, its invariants and refusals."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform

from brandkit.core.errors import InputError
from brandkit.core.labels import COLUMNS
from brandkit.overlap import brand_overlap
from brandkit.overlap.examples import small_catalog
from brandkit.positioning.maps.distances import distance_map, rising
from tests.conftest import some
from tests.contract import assert_contract

TOLERANCE = 1e-10
FOLDER = Path(__file__).parent.parent / "reference" / "distance_map"
VALUES = json.loads((FOLDER / "values.json").read_text(encoding="utf-8"))
SMACOF = json.loads((FOLDER / "values_smacof.json").read_text(encoding="utf-8"))
METHODS = ["classical", "metric", "nonmetric"]


def places(points: pd.DataFrame) -> np.ndarray:
    labels = points["label"].drop_duplicates()
    return points.pivot(index="label", columns="axis", values="coordinate").loc[labels].to_numpy()


def frame(values: np.ndarray, labels: list[str] | None = None) -> pd.DataFrame:
    names = labels or [f"Bank {number}" for number in range(len(values))]
    return pd.DataFrame(values, index=names, columns=names)


def signed(known: np.ndarray) -> np.ndarray:
    """Our rule, applied to R's numbers: the point furthest out on an axis is positive."""
    leading = np.abs(known).argmax(axis=0)
    return known * np.sign(known[leading, np.arange(known.shape[1])])


@pytest.fixture
def brands(real: Path) -> pd.DataFrame:
    file = real / "brand_tables" / "brands_42x15" / "brand_associations.csv"
    table = pd.read_csv(file, index_col=0)
    return frame(squareform(pdist(table)), [str(name) for name in table.index])


@pytest.fixture
def apart(rng: np.random.Generator) -> pd.DataFrame:
    return frame(squareform(pdist(rng.normal(size=(9, 3)))))


# --- known values ------------------------------------------------------------------------------


def test_road_distances_of_europe_are_mapped_as_by_cmdscale() -> None:
    known = VALUES["roads"]
    result = distance_map(frame(np.array(known["dissimilarity"], float), known["labels"]), axes=3)
    scale = known["eigenvalues"][0]
    np.testing.assert_allclose(
        result.axes["eigenvalue"] / scale, np.array(known["eigenvalues"]) / scale, atol=TOLERANCE
    )
    np.testing.assert_allclose(
        places(result.points) / 1000, signed(np.array(known["points"])) / 1000, atol=TOLERANCE
    )
    assert result.glance().loc[0, "share_explained"] == pytest.approx(known["gof"][0], abs=1e-12)
    assert result.glance().loc[0, "n_negative"] == sum(one < -1e-6 for one in known["eigenvalues"])
    assert "eigenvalues are negative" in str(result.notes[0])


@pytest.mark.real
def test_brands_are_mapped_as_by_cmdscale(brands) -> None:
    known = VALUES["brands"]
    result = distance_map(brands)
    np.testing.assert_allclose(
        places(result.points), signed(np.array(known["points"])), atol=TOLERANCE
    )
    np.testing.assert_allclose(result.axes["eigenvalue"][:15], known["eigenvalues"], atol=1e-9)
    assert result.glance().loc[0, "n_negative"] == 0


@pytest.mark.real
def test_metric_stress_is_the_least_that_scikit_learn_finds_in_a_hundred_tries(brands) -> None:
    assert distance_map(brands, method="metric").stress <= SMACOF["metric_best_of_100"] + 1e-6


@pytest.mark.real
def test_nonmetric_stress_is_the_least_that_r_finds_in_a_hundred_tries(brands) -> None:
    result = distance_map(brands, method="nonmetric")
    known = VALUES["brands"]
    assert result.stress == pytest.approx(known["isomds_best_of_101"], abs=2e-6)
    assert result.stress == pytest.approx(known["monomds_best_of_101"], abs=2e-6)
    assert result.stress < SMACOF["nonmetric_best_of_20"]
    # From the classical map alone, as isoMDS starts by default.
    assert known["isomds_from_classical"] == pytest.approx(0.1995626322, abs=1e-9)
    assert result.stress < known["isomds_from_classical"]


def test_a_right_angled_triangle_by_hand() -> None:
    result = distance_map(frame(np.array([[0, 3, 5], [3, 0, 4], [5, 4, 0.0]])))
    np.testing.assert_allclose(result.pairs["map_distance"], [3, 5, 4], atol=1e-12)
    assert result.stress == pytest.approx(0, abs=1e-12)
    assert result.points["stress_share"].isna().all()


def test_stress_of_a_square_on_a_line_by_hand() -> None:
    # Three points, all 1 apart, on one axis: the best has them at -t, 0, t; with distances t, t,
    # 2t and dissimilarities 1, stress-1 is sqrt(1 - 16/18) for every t.
    result = distance_map(frame(1 - np.eye(3)), method="metric", axes=1)
    assert result.stress == pytest.approx(np.sqrt(1 - 16 / 18), abs=1e-9)
    assert sorted(places(result.points)[:, 0].round(6)) == [-0.666667, 0, 0.666667]


def test_rising_values_by_hand() -> None:
    given_, distances = np.array([1.0, 2, 2, 3, 4]), np.array([2.0, 5, 1, 3, 9])
    # Within the tie the smaller distance goes first: 2 1 5 3 9 is pooled to 1.5 1.5 4 4 9.
    np.testing.assert_allclose(rising(given_, distances), [1.5, 4, 1.5, 4, 9], atol=1e-12)


# --- invariants --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_distances_of_a_plane_are_found_again(rng, method) -> None:
    true = squareform(pdist(rng.normal(size=(10, 2))))
    result = distance_map(frame(true), method=method)
    # By ranks alone ten points leave a little play; by size they leave none.
    tolerance = 0.15 if method == "nonmetric" else 1e-6
    assert result.stress < (1e-3 if method == "nonmetric" else 1e-7)
    pairs = result.pairs
    np.testing.assert_allclose(pairs["map_distance"], pairs["dissimilarity"], atol=tolerance)


@pytest.mark.parametrize("method", METHODS)
def test_order_of_rows_changes_nothing(apart, method) -> None:
    one = distance_map(apart, method=method)
    order = list(apart.index[::-1])
    two = distance_map(apart.loc[order, order], method=method)
    at = one.points.set_index(["label", "axis"])["coordinate"]
    np.testing.assert_allclose(
        two.points.set_index(["label", "axis"])["coordinate"].loc[at.index], at, atol=1e-9
    )
    mixed = distance_map(apart[order], method=method)
    pd.testing.assert_frame_equal(mixed.points, one.points)


def test_a_closer_method_has_less_stress_and_the_unit_does_not_matter(apart) -> None:
    stress = [distance_map(apart, method=method).stress for method in METHODS]
    assert stress[0] >= stress[1] - 1e-9 >= stress[2] - 2e-9
    again = [distance_map(apart * 250, method=method).stress for method in METHODS]
    np.testing.assert_allclose(again, stress, atol=1e-7)


def test_ranks_alone_decide_the_nonmetric_map(apart) -> None:
    one, two = (
        distance_map(table, method="nonmetric", starts=80).stress for table in (apart, apart**3)
    )
    assert two == pytest.approx(one, abs=1e-5)


@settings(max_examples=some(10))
@given(st.integers(0, 10**6), st.sampled_from(METHODS))
def test_parts_of_the_misfit_add_up(seed: int, method: str) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 9))
    values = np.abs(rng.normal(2, 1, (n, n)))
    result = distance_map(frame((values + values.T) * (1 - np.eye(n))), method=method, starts=3)
    pairs = result.pairs
    squared = (pairs["map_distance"] - pairs["disparity"]) ** 2
    stress = np.sqrt(squared.sum() / (pairs["map_distance"] ** 2).sum())
    assert result.stress == pytest.approx(stress, abs=1e-12)
    first = result.points.query("axis == 1").set_index("label")
    if stress > 1e-6:
        assert first["stress_share"].sum() == pytest.approx(1, abs=1e-9)
    mine = pairs[(pairs["label_a"] == "Bank 0") | (pairs["label_b"] == "Bank 0")]
    own = ((mine["map_distance"] - mine["disparity"]) ** 2).sum() / (
        mine["map_distance"] ** 2
    ).sum()
    assert first.loc["Bank 0", "stress"] == pytest.approx(np.sqrt(own), abs=1e-9)
    np.testing.assert_allclose(places(result.points).mean(axis=0), 0, atol=1e-9)
    along = places(result.points)
    product = along.T @ along
    np.testing.assert_allclose(product - np.diag(np.diag(product)), 0, atol=1e-7)


def test_nearest_go_by_the_dissimilarities_not_by_the_map(apart) -> None:
    result = distance_map(apart, axes=1)
    far = apart + np.diag(np.full(len(apart), np.inf))
    assert result.nearest["nearest"].tolist() == far.idxmin(axis=1).tolist()
    np.testing.assert_allclose(result.nearest["distance"], far.min(axis=1), atol=1e-15)


# --- what it says ------------------------------------------------------------------------------


def test_directions_may_be_averaged_and_that_is_said(apart) -> None:
    tilted = apart.copy()
    tilted.iloc[0, 1] += 0.25
    result = distance_map(tilted, asymmetry="average")
    assert str(result.notes[0]) == "Both directions were averaged; they differ by up to 0.250."
    even = distance_map((tilted + tilted.T) / 2)
    pd.testing.assert_frame_equal(result.points, even.points)


def test_overlap_of_catalogues_is_mapped_both_directions_averaged() -> None:
    overlap = brand_overlap(small_catalog(), draws=0).matrix()
    apart = 1 - overlap
    with pytest.raises(InputError, match="the same in both directions; the largest difference"):
        distance_map(apart)
    result = distance_map(apart, asymmetry="average")
    pairs = result.pairs.set_index(["label_a", "label_b"])["dissimilarity"]
    one, other = pairs.index[0]
    mean = 1 - (overlap.loc[one, other] + overlap.loc[other, one]) / 2
    assert pairs[one, other] == pytest.approx(mean, abs=1e-12)
    assert set(result.points["label"]) == set(overlap.index)


def test_points_at_the_same_place_may_coincide() -> None:
    # scikit-learn's non-metric map takes a dissimilarity of 0 as missing.
    line = np.array([0.0, 0, 1, 3, 6, 7, 9.5, 9.5, 11])
    table = frame(np.abs(line[:, None] - line))
    for method in METHODS:
        result = distance_map(table, method=method, axes=1)
        twins = result.pairs.query("label_a == 'Bank 0' and label_b == 'Bank 1'")
        assert twins["map_distance"].item() == pytest.approx(0, abs=0.05)
        assert result.stress < 1e-3


def test_a_degenerate_map_is_called_so(rng) -> None:
    # Three groups of four, nearer within than between: each group collapses into a point.
    within = np.kron(np.eye(3), np.ones((4, 4)))
    values = np.where(within == 1, 1, 3) + squareform(rng.uniform(0, 0.9, 66))
    result = distance_map(frame(values * (1 - np.eye(12))), method="nonmetric")
    assert result.stress < 1e-3
    assert "The map is degenerate" in " ".join(str(note) for note in result.notes)


def test_few_points_by_ranks_are_warned_of(apart) -> None:
    small = apart.iloc[:6, :6]
    notes = " ".join(str(note) for note in distance_map(small, method="nonmetric").notes)
    assert "With 6 points on 2 axes, a map by ranks has a low stress" in notes


def test_axes_without_spread_are_left_out() -> None:
    line = np.array([0.0, 1, 3, 7])
    result = distance_map(frame(np.abs(line[:, None] - line)))
    assert result.glance().loc[0, "n_axes"] == 1
    assert "along 1 axis only" in str(result.notes[0])


@pytest.mark.parametrize("method", METHODS)
def test_contract(apart, method) -> None:
    assert_contract(lambda: distance_map(apart, method=method, starts=4), apart)
    result = distance_map(apart, method=method, starts=4)
    assert set(result.nearest.columns) <= set(COLUMNS)
    pd.testing.assert_frame_equal(pickle.loads(pickle.dumps(result)).nearest, result.nearest)


# --- refusals ----------------------------------------------------------------------------------


def change(table: pd.DataFrame, what: str) -> pd.DataFrame:
    table = table.copy()
    if what == "not square":
        return table.iloc[:, :8]
    if what == "other names":
        return table.rename(columns={"Bank 3": "Bank X"})
    if what == "twice":
        return table.rename(index={"Bank 3": "Bank 2"}, columns={"Bank 3": "Bank 2"})
    if what == "similarity":
        return 1 - table / 10
    if what == "asymmetric":
        table.loc["Bank 2", "Bank 5"] += 0.5
    if what == "negative":
        table.loc["Bank 2", "Bank 5"] = -1
    if what == "missing":
        table.loc["Bank 2", "Bank 5"] = np.nan
    if what == "alike":
        return table * 0
    if what == "two":
        return table.iloc[:2, :2]
    return table


@pytest.mark.parametrize(
    ("what", "options", "message"),
    [
        ("not square", {}, r"found 9 x 8 and \['Bank 8'\] on one side only"),
        ("other names", {}, r"found 9 x 9 and \['Bank 3', 'Bank X'\] on one side only"),
        ("twice", {}, r"name each row once; found \['Bank 2'\]"),
        ("similarity", {}, r"found 1 for 'Bank 0'. Where the table holds similarities .* 1 - tab"),
        ("asymmetric", {}, r"largest difference is 0.5, between 'Bank 2' and 'Bank 5' .*average"),
        ("negative", {}, r"values >= 0; found -1 in row 'Bank 2', column 'Bank 5'"),
        ("missing", {}, r"found nan in row 'Bank 2', column 'Bank 5'"),
        ("alike", {}, r"points that differ; found zeros only"),
        ("two", {"axes": 1}, r"at least 3 points; found 2"),
        ("", {"axes": 9}, r"at most 8 for 9 points; found 9"),
        ("", {"method": "metrical"}, r"Did you mean 'metric'"),
        ("", {"asymmetry": "mean"}, r"`asymmetry` must be one of 'raise', 'average'"),
        ("", {"starts": -1}, r"`starts` must be a whole number at least 0"),
        ("", {"seed": "a"}, r"`seed` must be a whole number at least 0"),
    ],
)
def test_refusals_name_the_place_and_the_way_out(apart, what, options, message) -> None:
    with pytest.raises(InputError, match=message):
        distance_map(change(apart, what), **options)


def test_what_is_no_frame_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="polars or pyarrow; found list"):
        distance_map([[0, 1], [1, 0]])  # type: ignore[arg-type]
