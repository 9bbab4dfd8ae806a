"""distance_link and uniqueness_link: vegan's numbers, invariants, refusals, contract."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform
from scipy.stats import spearmanr

from brandkit.core.errors import InputError, MissingColumnsError, NotEnoughDataError
from brandkit.overlap import BrandOverlap, brand_overlap
from brandkit.overlap.examples import small_catalog
from brandkit.positioning import correspondence_map
from brandkit.positioning.image.stability import MapStability, map_stability
from brandkit.positioning.maps.distances import classical_places
from brandkit.sources import read_study
from brandkit.strategy.links import (
    DistanceLink,
    distance_link,
    mantel_values,
    orders_of,
    perceived_distances,
    procrustes_values,
    uniqueness_link,
)
from tests.conftest import some
from tests.contract import assert_contract
from tools.sample.market import BANKS as MARKET

REFERENCE = Path(__file__).parent.parent / "reference" / "distance_link" / "values.json"
VALUES = json.loads(REFERENCE.read_text(encoding="utf-8"))
BANKS = list("ABCDEF")


def square(values: object, names: list[str] | None = None) -> pd.DataFrame:
    names = BANKS if names is None else names
    return pd.DataFrame(np.array(values, dtype=float), index=names, columns=names)


def tables(n: int = 10, *, seed: int = 0, link: float = 0.8) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables of distances of n banks whose places go together by `link`."""
    rng = np.random.default_rng(seed)
    places = rng.normal(size=(n, 2))
    other = link * places + np.sqrt(1 - link**2) * rng.normal(size=(n, 2))
    names = [f"bank {at:02d}" for at in range(n)]
    return tuple(square(squareform(pdist(each)), names) for each in (places, other))


# --- known values ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small() -> DistanceLink:
    return distance_link(square(VALUES["sold"]), perceived=square(VALUES["seen"]))


@pytest.mark.parametrize(("test", "key"), [("mantel", "mantel"), ("procrustes", "protest")])
def test_statistics_and_exact_p_are_those_of_vegan(small, test: str, key: str) -> None:
    row = small.tests.set_index("test").loc[test]
    assert row["estimate"] == pytest.approx(VALUES[key]["estimate"], abs=1e-10)
    assert row["p_value"] == pytest.approx(VALUES[key]["p_value"], abs=1e-12)
    assert row["exact"]
    assert row["draws"] == 720


def test_displacements_are_vegans_residuals(small) -> None:
    np.testing.assert_allclose(small.brands["displacement"], VALUES["displacement"], atol=1e-10)


def test_classical_scaling_keeps_the_distances_of_r() -> None:
    places = classical_places(np.array(VALUES["sold"]), 2)[0]
    np.testing.assert_allclose(squareform(pdist(places)), VALUES["classical_distances"], atol=1e-10)


def test_mantel_by_hand() -> None:
    sold = np.array([[0, 1, 2], [1, 0, 4], [2, 4, 0.0]])
    seen = np.array([[0, 3, 1], [3, 0, 2], [1, 2, 0.0]])
    orders, _ = orders_of(3, draws=99, seed=0)
    # pairs (1, 2, 4) against (3, 1, 2): deviations (-4, -1, 5)/3 and (1, -1, 0)
    expected = (-4 / 3 + 1 / 3) / np.sqrt(42 / 9 * 2)
    assert mantel_values(sold, second=seen, orders=orders)[0] == pytest.approx(expected, abs=1e-12)


def test_perceived_distances_are_chi_square_distances_over_all_axes() -> None:
    table = pd.DataFrame(
        {"x": [3.0, 1, 2, 5], "y": [1.0, 3, 1, 2], "z": [2.0, 2, 6, 1]}, list("abcd")
    )
    found = perceived_distances(correspondence_map(table, axes=1, scaling="standard"))
    profile = table.div(table.sum(axis=1), axis=0).to_numpy()
    mass = table.sum().to_numpy() / table.to_numpy().sum()
    expected = squareform(pdist(profile / np.sqrt(mass)))
    np.testing.assert_allclose(found.values, expected, atol=1e-12)
    # three columns lie in a plane: the two axes hold all of it
    np.testing.assert_allclose(squareform(pdist(found.places)), expected, atol=1e-12)


def test_catalogue_distance_is_one_less_the_mean_of_both_directions() -> None:
    names = ["Tidewater", "Meridian", "Kestrel"]
    overlap = brand_overlap(small_catalog(), draws=0)
    extra = pd.DataFrame({"x": [3, 1, 2], "y": [1, 3, 1]}, names)
    with pytest.raises(NotEnoughDataError, match="at least 4 of the banks in `catalogue`; found 3"):
        distance_link(overlap, perceived=correspondence_map(extra, axes=1))


def test_ranks_and_readings_by_hand() -> None:
    at = pd.Series([0.0, 1, 10, 21, 33], index=list("ABCDE"))
    sold = pd.DataFrame({name: (at - at[name]).abs() for name in at.index})
    swapped = sold.copy()
    # A and B sell most alike and are seen furthest apart; A and E the other way round
    swapped.loc["A", "B"] = swapped.loc["B", "A"] = 99
    swapped.loc["A", "E"] = swapped.loc["E", "A"] = 0.5
    pairs = distance_link(sold, perceived=swapped).pairs.set_index(["brand_a", "brand_b"])
    assert pairs.loc[("A", "B"), ["catalogue_rank", "perceived_rank"]].tolist() == [1, 10]
    assert pairs["reading"].loc[[("A", "B"), ("A", "E")]].tolist() == ["seen_apart", "seen_alike"]
    assert set(pairs["reading"].drop([("A", "B"), ("A", "E")])) == {"usual"}
    assert set(pairs.index[:2]) == {("A", "B"), ("A", "E")}


# --- invariants --------------------------------------------------------------------------------


@settings(max_examples=some(8))
@given(seed=st.integers(0, 1000))
def test_names_order_and_units_change_nothing(seed: int) -> None:
    sold, seen = tables(9, seed=seed, link=0.5)
    base = distance_link(sold, perceived=seen, draws=199)
    order = np.random.default_rng(seed).permutation(9)
    mixed = distance_link(
        sold.iloc[order, order], perceived=3 * seen.iloc[order[::-1], order], draws=199
    )
    pd.testing.assert_frame_equal(base.tests, mixed.tests, atol=1e-12)
    columns = ["brand_a", "brand_b", "catalogue_rank", "perceived_rank", "reading"]
    pd.testing.assert_frame_equal(base.pairs[columns], mixed.pairs[columns])


def test_the_same_distances_are_linked_without_rest() -> None:
    sold, _ = tables(9)
    link = distance_link(sold, perceived=2 * sold)
    assert link.tests["estimate"].tolist() == pytest.approx([1, 1], abs=1e-12)
    assert link.tests["verdict"].tolist() == ["linked", "linked"]
    assert link.brands["displacement"].max() == pytest.approx(0, abs=1e-9)
    wide = link.places[["catalogue_coordinate", "perceived_coordinate"]].to_numpy()
    np.testing.assert_allclose(2 * wide[:, 0], wide[:, 1], atol=1e-9)


def test_turning_and_mirroring_a_map_changes_nothing() -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(size=(2, 7, 2))
    turn = np.array([[0.6, 0.8], [0.8, -0.6]])
    orders, _ = orders_of(7, draws=99, seed=0)
    np.testing.assert_allclose(
        procrustes_values(first, second=second, orders=orders),
        procrustes_values(4 + first @ turn, second=7 * second, orders=orders),
        atol=1e-12,
    )


def test_under_eight_banks_nothing_is_claimed() -> None:
    sold, _ = tables(7)
    link = distance_link(sold, perceived=sold)
    assert link.tests["p_value"].max() < 0.01
    assert set(link.tests["verdict"]) == {"open"}
    assert "With 7 banks no link is claimed" in " ".join(map(str, link.notes))


def test_banks_that_one_side_knows_are_left_out_and_named() -> None:
    sold, seen = tables(10)
    link = distance_link(sold, perceived=seen.iloc[1:, 1:])
    assert (link.n_brands, link.n_left_out) == (9, 1)
    assert "1 bank with a catalogue is not in the survey: bank 00." in map(str, link.notes)


def test_a_bank_without_anything_comparable_is_left_out() -> None:
    overlap = brand_overlap(small_catalog(), draws=0)
    pairs = overlap.pairs.copy()
    lost = (pairs["brand_a"] == "Kestrel") | (pairs["brand_b"] == "Kestrel")
    pairs.loc[lost, "overlap"] = np.nan
    from dataclasses import replace

    from brandkit.strategy.links import catalogue_distances

    found = catalogue_distances(replace(overlap, pairs=pairs), value="overlap")
    assert "Kestrel" in found.known
    assert "Kestrel" not in found.names
    assert not np.isnan(found.values).any()
    assert "left out because it has nothing comparable" in str(found.notes[0])


# --- the sample --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def market() -> tuple[BrandOverlap, MapStability]:
    study = read_study("sample")
    assert study.survey is not None
    overlap = brand_overlap(study.catalog, draws=0)
    return overlap, map_stability(study.survey, attributes=["image"], draws=50)


def test_the_samples_offers_and_image_are_linked(market) -> None:
    overlap, stability = market
    link = distance_link(overlap, perceived=stability)
    assert link.n_brands == 12
    assert link.tests.loc[0, "verdict"] == "linked"
    pairs = link.pairs.set_index(["brand_a", "brand_b"])
    # planted: the two cannot be told apart in image, and nearly not in products
    nearest = pairs.loc[("Harbour Bank", "Tidewater")]
    assert nearest["perceived_rank"] == 1
    assert nearest["catalogue_rank"] == pairs.loc[~pairs["sister"], "catalogue_rank"].min()
    assert pairs.index[pairs["sister"]].tolist() == [("Northgate", "Peninsula")]
    same = distance_link(overlap, perceived=stability.map)
    pd.testing.assert_frame_equal(link.tests, same.tests)


def test_distances_of_overlap_are_those_of_its_matrix(market) -> None:
    overlap, stability = market
    table = overlap.matrix()
    pairs = distance_link(overlap, perceived=stability).pairs
    for a, b, distance in pairs[["brand_a", "brand_b", "catalogue_distance"]].head(9).to_numpy():
        expected = 1 - (table.loc[a, b] + table.loc[b, a]) / 2
        assert distance == pytest.approx(expected, abs=1e-12)
    excess = distance_link(overlap, perceived=stability, value="excess").pairs
    assert not np.allclose(excess["catalogue_distance"], pairs["catalogue_distance"])


def test_the_samples_satisfaction_has_nothing_to_do_with_uniqueness(market) -> None:
    overlap, _ = market
    liked = pd.DataFrame({
        "brand": [bank.name for bank in MARKET], "estimate": [bank.quality for bank in MARKET],
    })  # fmt: skip
    found = uniqueness_link(overlap, satisfaction=liked)
    assert found.tests["verdict"].tolist() == ["open", "open"]
    profile = found.brands.set_index("brand")["profile"]
    assert profile["Kestrel"] == "universal"
    assert profile["Juniper"] == "between"


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.iloc[:, 1:], "found 6 x 5 and \\['A'\\] on one side only"),
        (lambda t: 1 - t / 20, "must have zeros on its diagonal"),
        (lambda t: t - 1, "values >= 0"),
        (lambda t: t + np.triu(np.ones((6, 6)), 1), "must be symmetric"),
        (lambda t: t.where(t > 0), "finite numbers"),
        (lambda t: t.set_axis(list("AACDEF"), axis=0), "each row once"),
        (lambda t: t.iloc[:3, :3], "at least 4 of the banks"),
        (lambda t: t.set_axis(list("UVWXYZ"), axis=0).set_axis(list("UVWXYZ"), axis=1), "found 0"),
    ],
)
def test_tables_that_hold_no_distances_are_refused(change, message: str) -> None:
    table = square(VALUES["sold"])
    with pytest.raises(InputError, match=message):
        distance_link(change(table), perceived=table)


def test_other_arguments_are_refused() -> None:
    table = square(VALUES["sold"])
    with pytest.raises(TypeError, match="`perceived` must be the result of correspondence_map"):
        distance_link(table, perceived=[1, 2])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="`catalogue` must be the result of brand_overlap"):
        distance_link("x", perceived=table)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="`value` must be one of"):
        distance_link(table, perceived=table, value="likeness")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="`draws` must be a whole number at least 99"):
        distance_link(table, perceived=table, draws=10)


# --- uniqueness --------------------------------------------------------------------------------


def banks(n: int = 9, *, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    names = [f"bank {at}" for at in range(n)]
    sold = pd.DataFrame({
        "brand": names, "uniqueness": rng.random(n), "breadth": np.log(1 + 6 * rng.random(n)),
        "n_categories": 7,
    })  # fmt: skip
    estimate = 7 + sold["uniqueness"] + 0.1 * rng.normal(size=n)
    return sold, pd.DataFrame({"brand": names, "estimate": estimate, "std_error": 0.05})


def test_correlations_are_those_of_scipy_and_p_exact() -> None:
    sold, liked = banks(6)
    found = uniqueness_link(sold, satisfaction=liked)
    row = found.tests.iloc[0]
    expected = np.corrcoef(sold["uniqueness"], liked["estimate"])[0, 1]
    assert row["estimate"] == pytest.approx(expected, abs=1e-12)
    assert row["correlation"] == pytest.approx(
        spearmanr(sold["uniqueness"], liked["estimate"]).statistic, abs=1e-12
    )
    from itertools import permutations

    y = liked["estimate"].to_numpy()
    all_of = [
        abs(np.corrcoef(sold["uniqueness"], y[list(order)])[0, 1])
        for order in permutations(range(6))
    ]
    assert row["p_value"] == pytest.approx(np.mean(np.array(all_of) >= expected - 1e-9), abs=1e-12)
    assert found.tests["verdict"].tolist() == ["open", "open"]
    assert found.reliability == pytest.approx(1 - 0.05**2 / liked["estimate"].var(), abs=1e-12)


def test_specialists_and_universal_banks() -> None:
    sold, liked = banks(6)
    sold["breadth"] = np.log([1.5, 3.5, 4.0, 5.2, 5.3, 7.0])
    brands = uniqueness_link(sold, satisfaction=liked).brands
    assert brands["effective_categories"].round(9).tolist() == [1.5, 3.5, 4.0, 5.2, 5.3, 7.0]
    assert brands["profile"].tolist() == [
        "specialist", "specialist", "between", "between", "universal", "universal",
    ]  # fmt: skip


def test_a_planted_link_is_found_and_noise_named() -> None:
    sold, liked = banks(12)
    found = uniqueness_link(sold, satisfaction=liked)
    assert found.tests["verdict"].tolist()[0] == "linked"
    noisy = uniqueness_link(sold, satisfaction=liked.assign(std_error=0.3))
    assert "more than errors of the survey" in str(noisy.notes[-1])
    plain = uniqueness_link(sold, satisfaction=liked[["brand", "estimate"]])
    assert np.isnan(plain.reliability)


def test_rows_in_another_order_change_nothing() -> None:
    sold, liked = banks(10)
    first = uniqueness_link(sold, satisfaction=liked, draws=199)
    again = uniqueness_link(
        sold.iloc[::-1], satisfaction=liked.sample(frac=1, random_state=1), draws=199
    )
    pd.testing.assert_frame_equal(first.tests, again.tests)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda s, y: (s, pd.concat([y, y])), InputError, "each bank once"),
        (lambda s, y: (s.drop(columns="breadth"), y), MissingColumnsError, "breadth"),
        (lambda s, y: (s, y.rename(columns={"estimate": "mean"})), MissingColumnsError, "estimate"),
        (lambda s, y: (s.head(3), y), NotEnoughDataError, "at least 4"),
        (lambda s, y: (s, y.assign(estimate=7.0)), NotEnoughDataError, "differ in estimate"),
        (lambda s, y: (s.assign(uniqueness=0.1), y), NotEnoughDataError, "differ in uniqueness"),
    ],
)
def test_frames_that_cannot_be_joined_are_refused(change, error, message: str) -> None:
    sold, liked = change(*banks())
    with pytest.raises(error, match=message):
        uniqueness_link(sold, satisfaction=liked)


# --- contract ----------------------------------------------------------------------------------


def test_contract() -> None:
    sold, seen = tables(9)
    assert_contract(lambda: distance_link(sold, perceived=seen, draws=99), sold, seen)
    rows, liked = banks()
    assert_contract(lambda: uniqueness_link(rows, satisfaction=liked, draws=99), rows, liked)
