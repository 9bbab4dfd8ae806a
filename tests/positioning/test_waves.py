"""wave_movement: who moved is found, who did not is left in peace, the market is taken off."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.positioning.image.waves import (
    WaveMovement,
    length_limits,
    market_shift,
    spatial_median,
    wave_movement,
)
from brandkit.positioning.maps.correspondence import correspondence_map
from tests.contract import assert_contract
from tests.positioning.images import small_image

ATTRIBUTES = ["fair", "modern", "near"]
LETTERS = "vwxyz"
PLACES = np.array([[1, 0], [-1, 0.2], [0.3, 0.9], [-0.4, -0.8], [0.6, -0.5], [-0.7, 0.7]])


def movement(frame: pd.DataFrame, **options: object) -> WaveMovement:
    asked = {"brand": "brand", "wave": "wave", "respondent": "respondent", "draws": 200}
    return wave_movement(frame, **{"attributes": ATTRIBUTES, **asked, **options})


def waves(
    *, n: int = 250, seed: int = 2, moves: tuple[float, float] = (0, 0), drift: float = 0.0,
    panel: bool = False, years: tuple[int, ...] = (2024, 2025),
) -> pd.DataFrame:  # fmt: skip
    """Draw six banks in two waves; bank A moves, all ticks of an attribute may drift."""
    rng = np.random.default_rng(seed)
    pull = np.array([[1.2, 0.1], [-1.1, 0.4], [0.2, 1.2], [0.4, -1.1], [0.1, 0.2]])
    rows = []
    mood = rng.normal(0, 1.5, (n, 6, 5))
    for at, year in enumerate(years):
        places = PLACES + at * np.array(moves) * (np.arange(6) == 0)[:, None]
        logit = places @ pull.T - 0.2 + at * drift * (np.arange(5) == 4)
        for person in range(n):
            own = mood[person] if panel else 0.0
            ticks = rng.random((6, 5)) < 1 / (1 + np.exp(-logit - own))
            name = f"{person}" if panel else f"{year}-{person}"
            rows += [(name, "ABCDEF"[bank], year, *ticks[bank]) for bank in range(6)]
    return pd.DataFrame(rows, columns=["respondent", "brand", "wave", *LETTERS])


@pytest.fixture(scope="module")
def moved() -> WaveMovement:
    return movement(waves(moves=(-0.9, 0.3), drift=0.8), attributes=list(LETTERS))


# --- kernels -------------------------------------------------------------------------------------


def test_the_spatial_median_of_known_sets() -> None:
    corners = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    np.testing.assert_allclose(spatial_median(corners), [0, 0], atol=1e-9)
    line = np.array([[0.0], [1.0], [10.0]])
    np.testing.assert_allclose(spatial_median(line), [1.0], atol=1e-3)
    batch = np.stack([corners, corners + 5.0])
    np.testing.assert_allclose(spatial_median(batch), [[0, 0], [5, 5]], atol=1e-8)
    with_gap = np.vstack([corners, [[np.nan, np.nan]]])
    np.testing.assert_allclose(spatial_median(with_gap), [0, 0], atol=1e-9)


def test_one_mover_cannot_carry_the_market_away() -> None:
    moves = np.zeros((8, 2))
    moves[3] = [50.0, -20.0]
    still = np.zeros(8, dtype=bool)
    np.testing.assert_allclose(market_shift(moves, still), 0, atol=1e-6)
    anchors = np.arange(8) == 3
    np.testing.assert_allclose(market_shift(moves, anchors), moves[3])


def test_length_limits_of_a_circle() -> None:
    gap, circle, size = np.array([[3.0, 4.0], [0.5, 0.0]]), np.eye(2)[None].repeat(2, 0), np.ones(2)
    low, high = length_limits(gap, circle, size)
    np.testing.assert_allclose(low, [4.0, 0.0], atol=1e-4)
    np.testing.assert_allclose(high, [6.0, 1.5], atol=1e-4)
    low, high = length_limits(np.array([[3.0]]), np.array([[[4.0]]]), np.ones(1))
    assert (low[0], high[0]) == (1.0, 5.0)
    low, high = length_limits(np.array([[3.0, 0, 0]]), np.eye(3)[None], np.ones(1))
    assert (low[0], high[0]) == (pytest.approx(2.0, abs=0.01), pytest.approx(4.0, abs=0.01))


# --- the result ----------------------------------------------------------------------------------


def test_contract() -> None:
    frame = small_image(wave=None, brands=4, persons=60)
    assert_contract(lambda: movement(frame, draws=60), frame)


def test_the_mover_is_found_and_nobody_else(moved) -> None:
    assert moved.moves.query("moved")["brand"].tolist() == ["A"]
    move = moved.moves.set_index("brand").loc["A"]
    assert move["ci_low"] > 0
    assert move["p_adjusted"] < 0.001
    v = moved.map.columns.query("label == 'v'")["coordinate"].to_numpy()
    assert move[["move_across", "move_upward"]].to_numpy(dtype=float) @ v < 0


def test_what_all_did_together_is_the_market_s(moved) -> None:
    shares = moved.attributes.set_index("attribute")
    assert shares.loc["z", "change"] == pytest.approx(0.17, abs=0.05)
    assert shares.loc["z", "p_adjusted"] < 0.001
    assert (shares.drop("z")["p_adjusted"] > 0.01).all()
    z = moved.map.columns.query("label == 'z'")["coordinate"].to_numpy()
    shift = moved.market[["move_across", "move_upward"]].to_numpy()[0]
    assert shift @ z > 0
    np.testing.assert_allclose(
        shares["change"], shares["share_to"] - shares["share_from"], atol=1e-12
    )


def test_waves_are_rows_of_one_table(moved) -> None:
    frame = waves(moves=(-0.9, 0.3), drift=0.8)
    labels = frame["brand"] + " · " + frame["wave"].astype(str)
    counts = frame[list(LETTERS)].groupby(labels).sum()
    plain = correspondence_map(counts, scaling="row_green")
    mine = moved.map.rows.set_index(["label", "axis"])["coordinate"]
    theirs = plain.rows.set_index(["label", "axis"])["coordinate"]
    np.testing.assert_allclose(mine, theirs.loc[mine.index], atol=1e-9)
    places = moved.places.pivot(index="brand", columns=["wave", "axis"], values="coordinate")
    gap = places["2025"].to_numpy() - places["2024"].to_numpy()
    off = moved.market[["move_across", "move_upward"]].to_numpy()
    np.testing.assert_allclose(
        moved.moves[["move_across", "move_upward"]].to_numpy(), gap - off, atol=1e-12
    )


def test_the_interval_holds_nothing_exactly_where_the_move_s_own_test_does_not_reject() -> None:
    for seed in range(4):
        moves = movement(waves(seed=seed, n=80), attributes=list(LETTERS)).moves
        assert ((moves["ci_low"] > 0) == (moves["p_value"] < 0.05)).all()
        assert (moves["ci_low"] <= moves["map_distance"]).all()
        assert (moves["map_distance"] <= moves["ci_high"]).all()


def test_a_panel_keeps_what_its_persons_have_in_common() -> None:
    panel = waves(n=120, panel=True)
    kept = movement(panel, attributes=list(LETTERS))
    torn = panel.assign(respondent=panel["respondent"] + panel["wave"].astype(str))
    apart = movement(torn, attributes=list(LETTERS))
    np.testing.assert_allclose(kept.moves["map_distance"], apart.moves["map_distance"])
    assert kept.moves["std_error"].mean() < 0.9 * apart.moves["std_error"].mean()


def test_anchors_stand_still(moved) -> None:
    anchored = movement(
        waves(moves=(-0.9, 0.3), drift=0.8), attributes=list(LETTERS), anchors=["B", "C"]
    )
    still = anchored.moves.set_index("brand").loc[["B", "C"], ["move_across", "move_upward"]]
    np.testing.assert_allclose(still.mean(), 0, atol=1e-12)
    assert anchored.moves.query("moved")["brand"].tolist() == ["A"]
    alone = movement(waves(), attributes=list(LETTERS), anchors=["B"]).moves.set_index("brand")
    assert np.isnan(alone.loc["B", "p_value"])
    assert not alone.loc["B", "moved"]


def test_three_waves_are_two_steps() -> None:
    result = movement(waves(n=80, years=(2023, 2024, 2025)), attributes=list(LETTERS))
    assert result.waves == ["2023", "2024", "2025"]
    assert len(result.moves) == 12
    assert result.market["wave_from"].tolist() == ["2023", "2024"]


def test_a_brand_that_a_wave_does_not_know_is_not_followed() -> None:
    frame = waves(n=60)
    frame = frame[(frame["brand"] != "F") | (frame["wave"] == 2025)]
    result = movement(frame, attributes=list(LETTERS))
    assert "F" not in set(result.moves["brand"])
    assert "F" in set(result.places["brand"])
    assert "fewer than 10 persons: F." in " ".join(map(str, result.notes))


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({}, {"wave": None}, InputError, r"`wave` must name the column of waves"),
        ({"wave": 1}, {}, NotEnoughDataError, r"`wave` must have at least 2 waves; found 1"),
        ({}, {"anchors": ["Z"]}, InputError, r"`anchors` must be brands of the data; found \['Z'"),
        ({}, {"anchors": "A"}, InputError, r"`anchors` must be a list of brands; found 'A'"),
    ],
)
def test_refusals(change: dict, options: dict, error: type, message: str) -> None:
    frame = waves(n=20).assign(**change)
    with pytest.raises(error, match=message):
        movement(frame, **{"attributes": list(LETTERS), **options})


def test_three_brands_are_too_few_to_tell_the_market_from_one() -> None:
    frame = waves(n=30)
    with pytest.raises(NotEnoughDataError, match=r"share at least 4 brands .* found 3 from 2024"):
        movement(frame[frame["brand"].isin(["A", "B", "C"])], attributes=list(LETTERS))


def test_too_many_waves_are_dates() -> None:
    frame = waves(n=30)
    with pytest.raises(InputError, match=r"at most 12 waves; found 60\. Put dates together"):
        movement(frame.assign(wave=np.arange(len(frame)) % 60), attributes=list(LETTERS))


def test_one_mover_of_eight_leaves_the_others_in_peace() -> None:
    """30 runs of benchmarks/simulations/positioning.py, where all of it runs 2,000 times."""
    from benchmarks.simulations.positioning import moved_markets, wave_result

    rng = np.random.default_rng(4)
    before, after = moved_markets("halo", 0.5)
    frames = [wave_result(before, after, 300, rng)[0] for _ in range(30)]
    assert np.mean([frame["moved"].iloc[3] for frame in frames]) >= 0.8
    others = np.mean([(frame["p_value"].drop(index=3) <= 0.05).mean() for frame in frames])
    assert others <= 0.08 + 2.6 * np.sqrt(0.08 * 0.92 / (7 * 30))
