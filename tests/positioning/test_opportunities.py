"""opportunities: back-projection by hand, the planted empty quadrant, refusals, contract."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.spatial import Delaunay

from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.positioning.image.stability import MapStability, map_stability
from brandkit.positioning.maps.preferences import preference_map
from brandkit.positioning.options.opportunities import (
    Opportunities,
    crowding,
    freedom,
    ground_of,
    least_norm_profiles,
    opportunities,
    peaks,
)
from tests.conftest import some
from tests.contract import assert_contract
from tests.positioning.test_repositioning import answers, mapped
from tools.sample.market import ATTRIBUTES, EMPTY_QUADRANT, bank_places
from tools.sample.survey import IMAGE_ITEMS, survey_answers

NAMES = dict(zip(IMAGE_ITEMS, [one.name for one in ATTRIBUTES], strict=True))


@pytest.fixture(scope="module")
def stability() -> MapStability:
    return mapped(answers())


@pytest.fixture(scope="module")
def found(stability) -> Opportunities:
    return opportunities(stability)


# --- back-projection ---------------------------------------------------------------------------


def test_the_least_change_is_the_one_an_optimiser_finds() -> None:
    rng = np.random.default_rng(2)
    standard = rng.normal(size=(5, 2))
    start = rng.uniform(0.3, 0.6, 5)
    place = 0.3 * standard[1] + 0.7 * start @ standard / start.sum()
    shares, missed = least_norm_profiles(
        start, places=place[None], standard=standard, low=np.zeros(5), high=np.ones(5)
    )
    assert missed[0] == pytest.approx(0, abs=1e-9)
    best = minimize(
        lambda s: ((s - start) ** 2).sum(), start, tol=1e-14,
        constraints={"type": "eq", "fun": lambda s: (standard - place).T @ s},
    )  # fmt: skip
    np.testing.assert_allclose(shares[0], best.x, atol=1e-6)


def test_shares_stay_within_their_limits_and_the_others_take_over() -> None:
    rng = np.random.default_rng(5)
    standard, start = rng.normal(size=(6, 2)), np.full(6, 0.5)
    low, high = np.full(6, 0.4), np.full(6, 0.6)
    inside = rng.uniform(low, high, (40, 6))
    places = inside @ standard / inside.sum(axis=1, keepdims=True)
    shares, missed = least_norm_profiles(
        start, places=places, standard=standard, low=low, high=high
    )
    assert shares.min() >= 0.4 - 1e-12
    assert shares.max() <= 0.6 + 1e-12
    # each place is one that such shares reach
    assert missed.max() == pytest.approx(0, abs=1e-9)


def test_staying_costs_nothing() -> None:
    rng = np.random.default_rng(6)
    standard, start = rng.normal(size=(4, 2)), rng.uniform(0.2, 0.8, 4)
    place = start @ standard / start.sum()
    shares, _ = least_norm_profiles(
        start, places=place[None], standard=standard, low=np.zeros(4), high=np.ones(4)
    )
    np.testing.assert_allclose(shares[0], start, atol=1e-12)


# --- the ground --------------------------------------------------------------------------------


def test_room_is_the_distance_to_the_nearest_rival() -> None:
    places = np.array([[0.0, 0.0], [3.0, 4.0]])
    rivals = np.array([[[0.0, 1.0], [3.0, 0.0]], [[np.nan, np.nan], [3.0, 0.0]]])
    np.testing.assert_allclose(freedom(places, rivals=rivals), [[1, 4], [3, 4]])


def test_crowding_has_mean_one_and_is_highest_at_rivals() -> None:
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, 21), np.linspace(-1, 1, 21)), -1).reshape(-1, 2)
    density = crowding(grid, rivals=np.array([[[0.5, 0.5]]]), width=0.2)[0]
    assert density.mean() == pytest.approx(1, abs=1e-12)
    np.testing.assert_allclose(grid[density.argmax()], [0.5, 0.5], atol=1e-12)


def test_cells_of_the_hull_and_peaks_by_hand() -> None:
    brands = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0], [1.0, 1.0]])
    standard = np.array([[8.0, 8], [-8, 8], [8, -8], [-8, -8]])
    shares = np.full((5, 4), 0.25)
    ground = ground_of(brands, start=shares[0], standard=standard, shares=shares)
    inside = ((ground.places > 0) & (ground.places < 4)).all(axis=1)
    assert (ground.within == inside).all()
    # shares are all alike: beyond the hull only the middle of the attributes can be reached
    assert (ground.supported == ground.within).all()
    room = np.full(len(ground.places), -np.inf)
    room[ground.supported] = freedom(ground.places[ground.supported], rivals=brands[None])[0]
    top = peaks(room, ground=ground, of=ground.within, most=5)
    # (3, 2) is as far from (1, 1) as from two corners; so is (2, 3), which comes later in the grid
    assert np.linalg.norm(ground.places[top[0]] - np.array([3, 2])) < ground.step
    gaps = np.linalg.norm(ground.places[top][:, None] - ground.places[top], axis=2)
    assert gaps[np.triu_indices(len(top), 1)].min(initial=9) >= ground.apart


def test_spots_lie_in_their_zone_and_changes_lead_there(stability, found) -> None:
    hull = Delaunay(found.hull.to_numpy())
    places = found.spots[["across", "upward"]].to_numpy()
    assert ((hull.find_simplex(places) >= 0) == (found.spots["zone"] == "within")).all()
    standard = stability.drawn.sample.column_standard
    for spot, place in zip(found.spots["spot"], places, strict=True):
        then = found.changes[found.changes["spot"] == spot]["share_then"].to_numpy()
        np.testing.assert_allclose(
            then @ standard[:, :2] / then.sum(), place, atol=found.cell_width
        )
    rows = found.changes
    assert (rows["share_then"] >= rows["observed_low"] - 1e-12).all()
    assert (rows["share_then"] <= rows["observed_high"] + 1e-12).all()
    nearest = np.linalg.norm(places[:, None] - stability.drawn.places[:, :2], axis=2).min(axis=1)
    np.testing.assert_allclose(found.spots["room"], nearest, atol=1e-12)
    assert found.spots["support"].between(0, 1).all()


def test_the_own_place_is_no_rival(stability) -> None:
    mine = opportunities(stability, brand="A")
    assert "A" not in set(mine.spots["nearest"])
    start = mine.changes.drop_duplicates("attribute").set_index("attribute")["share_now"]
    own = stability.table.loc["A"] / stability.bases["A"]
    np.testing.assert_allclose(start, own, atol=1e-12)


# --- the planted empty quadrant ----------------------------------------------------------------


def truth_of(places: np.ndarray, brands: np.ndarray, planted: np.ndarray) -> np.ndarray:
    """Turn places on a map back into the plane that answers were drawn from."""
    ours, theirs = brands - brands.mean(axis=0), planted - planted.mean(axis=0)
    u, d, vt = np.linalg.svd(ours.T @ theirs)
    scale = d.sum() / (ours**2).sum()
    return scale * (places - brands.mean(axis=0)) @ (u @ vt) + planted.mean(axis=0)


def among_banks(place: np.ndarray, brands: np.ndarray, planted: np.ndarray) -> np.ndarray:
    """Give the true place that lies among three banks as a place on the map does."""
    mesh = Delaunay(brands)
    # a cell on the edge of the hull may lie a hair outside the mesh
    inner = place + 1e-6 * (brands.mean(axis=0) - place)
    corner = int(mesh.find_simplex(inner))
    partial = mesh.transform[corner, :2] @ (inner - mesh.transform[corner, 2])
    return np.append(partial, 1 - partial.sum()) @ planted[mesh.simplices[corner]]


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("waves", [(2026,), (2025, 2026)])
def test_the_planted_empty_quadrant_is_found(seed: int, waves: tuple[int, ...]) -> None:
    rows = survey_answers(seed=seed).rename(columns=NAMES)
    stability = map_stability(
        rows[rows["wave"].isin(waves)], brand="brand", attributes=list(NAMES.values()),
        respondent="respondent", weight="weight", draws=200,
    )  # fmt: skip
    found = opportunities(stability)
    planted = np.mean([bank_places(wave) for wave in waves], axis=0)
    order = [int(name) - 1 for name in stability.brands]
    true = truth_of(
        found.spots[["across", "upward"]].to_numpy(), stability.drawn.places[:, :2], planted[order]
    )
    limits = list(EMPTY_QUADRANT.values())
    assert (true[0] > limits).all(), true
    assert found.spots.loc[0, "support"] >= 0.9
    # what marks it are the attributes planted there
    assert {"modern", "transparent fees"} <= set(found.spots.loc[0, "marks"].split(", "))
    # between the brands the freest ground is the near side of the same quadrant, whose limits run
    # along the hull: it is told by the banks around it
    within = found.spots[found.spots["zone"] == "within"].iloc[0]
    place = within[["across", "upward"]].to_numpy(dtype=float)
    around = among_banks(place, stability.drawn.places[:, :2], planted[order])
    assert (around > limits).all(), around
    assert within["support"] >= 0.8


# --- with preferences --------------------------------------------------------------------------


def test_demand_pulls_the_best_spot_towards_what_is_liked(stability) -> None:
    places = pd.DataFrame(stability.drawn.places[:, :2], index=stability.brands)
    rng = np.random.default_rng(0)
    wish = np.array([0.25, -0.1]) + 0.1 * rng.normal(size=(200, 2))
    gap = np.linalg.norm(places.to_numpy()[:, None] - wish, axis=2)
    liking = pd.DataFrame(8 - 6 * gap**2, index=places.index)
    preference = preference_map(stability.map, liking=liking, model="circular", own_mean="products")
    found = opportunities(stability, preference=preference)
    plain = opportunities(stability)
    assert found.basis == "preference"
    away = [
        np.linalg.norm(one.spots.loc[0, ["across", "upward"]].to_numpy(dtype=float) - wish.mean(0))
        for one in (found, plain)
    ]
    assert away[0] < away[1]
    assert found.spots.loc[0, "demand"] > 1 > found.spots.loc[0, "crowding"]
    np.testing.assert_allclose(found.spots["room"], found.spots["demand"] - found.spots["crowding"])
    assert "white space" not in " ".join(map(str, found.notes))


def test_white_space_is_said_aloud(found) -> None:
    assert found.basis == "white_space"
    assert "this is white space, where nobody stands" in str(found.notes[0])
    assert found.spots[["demand", "crowding"]].isna().all().all()


# --- invariants, refusals, contract ------------------------------------------------------------


@settings(max_examples=some(5))
@given(seed=st.integers(0, 100))
def test_order_of_rows_changes_nothing(seed: int) -> None:
    frame = answers(60, seed=seed)
    spots = [
        opportunities(mapped(one, draws=50)).spots
        for one in (frame, frame.sample(frac=1, random_state=seed))
    ]
    pd.testing.assert_frame_equal(*spots, atol=1e-9)


def test_what_has_no_ground_is_refused(stability) -> None:
    frame = answers(60)
    with pytest.raises(NotEnoughDataError, match="at least 4 brands; found 3"):
        opportunities(mapped(frame[frame["bank"].isin(["A", "B", "C"])], draws=50))
    with pytest.raises(NotEnoughDataError, match="a map of two axes; found one"):
        opportunities(mapped(frame, draws=50, axes=1))
    with pytest.raises(InputError, match="`brand` must be a brand of the map"):
        opportunities(stability, brand="Z")
    with pytest.raises(TypeError, match="result of map_stability"):
        opportunities(stability.map)
    with pytest.raises(InputError, match="`most` must be a whole number"):
        opportunities(stability, most=0)
    with pytest.raises(TypeError, match="result of preference_map"):
        opportunities(stability, preference=stability)


def test_brands_on_one_line_are_refused() -> None:
    line = np.outer(np.arange(5.0), [1.0, 2.0])
    with pytest.raises(NotEnoughDataError, match="all on one line"):
        ground_of(line, start=np.full(3, 0.5), standard=np.eye(3)[:, :2], shares=np.eye(5, 3))


def test_contract() -> None:
    frame = answers(60)
    assert_contract(lambda: opportunities(mapped(frame, draws=50), brand="B"), frame)
