"""map_stability: places, regions and tests mean what they say, whatever form the data have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError
from brandkit.positioning.image.kernel import (
    axes_kept,
    decomposed,
    drawn_maps,
    ellipses,
    joint_df,
    plane_agreement,
    quantile,
    second_moments,
    turns_onto,
    wald,
)
from brandkit.positioning.image.stability import MapStability, map_stability
from brandkit.positioning.maps.correspondence import correspondence_map
from brandkit.sources.survey.survey import Survey, read_survey
from tests.conftest import some
from tests.contract import assert_contract
from tests.positioning.images import small_image

ATTRIBUTES = ["fair", "modern", "near"]
CHANCE = np.array(
    [[0.7, 0.3, 0.5, 0.4], [0.3, 0.7, 0.5, 0.3], [0.5, 0.4, 0.8, 0.5], [0.2, 0.3, 0.4, 0.8]]
)


def image(n: int = 150, *, seed: int = 1, halo: float = 0.0) -> pd.DataFrame:
    """Draw persons who rate three of four banks each."""
    rng = np.random.default_rng(seed)
    rows = []
    for person in range(n):
        up = halo * rng.normal()
        for bank in rng.permutation(4)[:3]:
            logit = np.log(CHANCE[bank] / (1 - CHANCE[bank])) + up
            rows.append((person, "ABCD"[bank], *(rng.random(4) < 1 / (1 + np.exp(-logit)))))
    frame = pd.DataFrame(rows, columns=["id", "bank", "a", "b", "c", "d"])
    weight = rng.lognormal(0, 0.4, n).round(2)
    return frame.assign(w=weight[frame["id"]], half=frame["id"] % 2)


def stability(frame: pd.DataFrame, **options: object) -> MapStability:
    return map_stability(
        frame, brand="bank", attributes=["a", "b", "c", "d"], respondent="id",
        **{"draws": 200, **options},
    )  # fmt: skip


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return image()


@pytest.fixture(scope="module")
def result(frame: pd.DataFrame) -> MapStability:
    return stability(frame, weight="w")


# --- kernels, by hand ----------------------------------------------------------------------------


def test_a_turned_map_is_turned_back(rng) -> None:
    target, weight = rng.normal(size=(5, 2)), rng.uniform(0.1, 1, 5)
    angle = 0.7
    turn = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
    turned = np.stack([target @ turn, target[:, ::-1]])
    back = turned @ turns_onto(turned, target=target, weight=weight)
    np.testing.assert_allclose(back, np.stack([target, target]), atol=1e-12)
    np.testing.assert_allclose(plane_agreement(turned, target=target, weight=weight), 1.0)


def test_masses_decide_the_turn() -> None:
    target = np.array([[1.0, 0.0], [0.0, 1.0]])
    places = np.array([[1.0, 0.0], [1.0, 0.0]])  # the second points elsewhere
    first = places @ turns_onto(places, target=target, weight=np.array([1.0, 0.0]))
    second = places @ turns_onto(places, target=target, weight=np.array([0.0, 1.0]))
    np.testing.assert_allclose(first[0], target[0], atol=1e-12)
    np.testing.assert_allclose(second[1], target[1], atol=1e-12)


def test_unrelated_maps_agree_little() -> None:
    target = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    other = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    assert plane_agreement(other, target=target, weight=np.ones(4)) == 0.0
    eye = np.eye(4)
    assert axes_kept(eye[:, :2], of=eye[:, 1:3]).tolist() == [1.0, 0.0]


def test_an_ellipse_of_a_known_covariance() -> None:
    lean = np.radians(30)
    turn = np.array([[np.cos(lean), -np.sin(lean)], [np.sin(lean), np.cos(lean)]])
    covariance = turn @ np.diag([4.0, 1.0]) @ turn.T
    long, short, angle = ellipses(covariance[None], np.array([9.0]))
    np.testing.assert_allclose([long[0], short[0], angle[0]], [6.0, 3.0, 30.0], atol=1e-12)


def test_quantiles_are_those_of_chi_square_in_the_limit_and_wider_before() -> None:
    assert quantile(np.array([1e9]), axes=2, level=0.95)[0] == pytest.approx(5.99146, abs=1e-4)
    assert quantile(np.array([20.0]), axes=2, level=0.95)[0] == pytest.approx(
        2 * 20 / 19 * 3.52189, abs=1e-3
    )
    assert joint_df(np.array([1.0]), np.array([3.0]), df=(np.array([10.0]), np.array([20.0])))[
        0
    ] == pytest.approx(16 / (1 / 10 + 9 / 20))


def test_wald_and_second_moments_by_hand() -> None:
    away = np.array([[[1.0, 0.0]], [[-1.0, 2.0]], [[np.nan, np.nan]]])
    np.testing.assert_allclose(second_moments(away), [[[1.0, -1.0], [-1.0, 2.0]]])
    assert wald(np.array([2.0, 0.0]), np.diag([4.0, 1.0])) == pytest.approx(1.0)
    assert wald(np.zeros(2), np.zeros((2, 2))) == 0.0


def test_without_noise_every_draw_is_the_sample() -> None:
    table = np.array([[30.0, 10, 20], [10, 30, 20], [20, 20, 50]])
    maps = drawn_maps(table, np.stack([table, 2 * table, 7 * table]), axes=2)
    places = correspondence_map(pd.DataFrame(table)).rows["coordinate"].to_numpy().reshape(3, 2)
    np.testing.assert_allclose(maps.rows, np.broadcast_to(places, (3, 3, 2)), atol=1e-12)
    np.testing.assert_allclose(maps.correction, 0.0, atol=1e-12)
    assert maps.agreement.min() == pytest.approx(1.0)
    for scaling in ("symmetric", "row_principal", "row_gab", "row_green"):
        columns = correspondence_map(pd.DataFrame(table), scaling=scaling).columns["coordinate"]
        expected = np.broadcast_to(columns.to_numpy().reshape(3, 2), (3, 3, 2))
        np.testing.assert_allclose(maps.attribute_places(scaling), expected, atol=1e-12)


def test_the_correction_leaves_margins_and_axes_alone(result) -> None:
    np.testing.assert_allclose(result.drawn.correction.sum(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(result.drawn.correction.sum(axis=1), 0, atol=1e-12)
    table = result.table.to_numpy()
    smooth = decomposed(table / table.sum() + result.drawn.correction)
    np.testing.assert_allclose(
        np.abs(smooth.left[:, :2]), np.abs(result.drawn.sample.left[:, :2]), atol=1e-9
    )
    assert (result.drawn.axis_scale <= 1).all()
    assert result.drawn.axis_scale.min() < 1


# --- the result ----------------------------------------------------------------------------------


def test_contract(frame) -> None:
    small = frame.head(120)
    assert_contract(lambda: stability(small, weight="w", draws=60), small)


def test_the_map_is_that_of_the_weighted_counts(frame, result) -> None:
    ticks = frame[["a", "b", "c", "d"]].astype(float).mul(frame["w"], axis=0)
    counts = ticks.groupby(frame["bank"]).sum()
    plain = correspondence_map(counts, scaling="row_green")
    np.testing.assert_allclose(result.table, counts, rtol=1e-12)
    np.testing.assert_allclose(
        result.points["coordinate"], plain.rows["coordinate"], rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(result.bases, frame.groupby("bank")["w"].sum(), rtol=1e-12)
    assert result.draw_tables.shape == (200, 4, 4)
    assert result.points["n"].iloc[0] == frame.query("bank == 'A'")["id"].nunique()


def test_a_region_is_the_brand_s_covariance_over_draws(result) -> None:
    away = result.draw_places[:, 0] - result.points["coordinate"].to_numpy()[:2]
    covariance = away.T @ away / len(away)
    error = result.points["std_error"].to_numpy()[:2]
    np.testing.assert_allclose(error, np.sqrt(np.diag(covariance)), rtol=1e-12)
    region = result.regions.iloc[0]
    ratio = region["radius_long"] ** 2 / np.linalg.eigvalsh(covariance)[1]
    assert 5.99 < ratio < 7.0


def test_pairs_are_tested_on_their_difference(result) -> None:
    away = result.draw_places - result.drawn.places
    gap = result.drawn.places[0] - result.drawn.places[1]
    own = away[:, 0] - away[:, 1]
    covariance = own.T @ own / len(own)
    first = result.pairs.iloc[0]
    assert first["statistic"] == pytest.approx(gap @ np.linalg.inv(covariance) @ gap)
    assert first["map_distance"] == pytest.approx(np.sqrt(gap @ gap))
    assert (result.pairs["p_adjusted"] >= result.pairs["p_value"]).all()
    assert result.pairs["distinct"].equals(result.pairs["p_adjusted"] <= 0.05)


def test_no_change_leaves_a_brand_where_it_is(result) -> None:
    for at, brand in enumerate(result.brands):
        place, draws = result.place_with(brand, np.zeros(4))
        np.testing.assert_allclose(place, result.drawn.places[at], atol=1e-12)
        np.testing.assert_allclose(draws, result.draw_places[:, at], atol=1e-12)


def test_a_change_moves_a_brand_along_the_attribute(result) -> None:
    place, draws = result.place_with("A", np.array([0.0, 0.2, 0.0, 0.0]))
    towards = result.map.columns.query("label == 'b'")["coordinate"].to_numpy()
    assert (place - result.drawn.places[0]) @ towards > 0
    np.testing.assert_allclose(draws.mean(axis=0), place, atol=0.05)
    with pytest.raises(InputError, match=r"`added` must leave every share of A within 0 and 1"):
        result.place_with("A", np.array([0.9, 0.0, 0.0, 0.0]))
    with pytest.raises(InputError, match=r"`brand` must be a brand of the map; found 'Z'"):
        result.place_with("Z", np.zeros(4))


def test_one_direction_only_makes_the_second_axis_unstable() -> None:
    rng = np.random.default_rng(5)
    pull = np.array([1.2, -1.2, 0.6, -0.6, 0.0])
    rows = [
        (person, bank, *(rng.random(5) < 1 / (1 + np.exp(-place * pull))))
        for person in range(150)
        for bank, place in zip("ABCDEF", (-1, -0.6, -0.2, 0.2, 0.6, 1), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["id", "bank", *"vwxyz"])
    flat = map_stability(frame, brand="bank", attributes=list("vwxyz"), respondent="id", draws=200)
    assert flat.axes["stability"].iloc[0] > 0.95
    assert flat.axes["stability"].iloc[1] < 0.8
    assert not flat.is_stable
    assert "The second axis is not stable" in " ".join(map(str, flat.notes))
    assert stability(image(600)).is_stable


# --- what must not matter ------------------------------------------------------------------------


@settings(max_examples=some(8))
@given(st.integers(0, 2**32 - 1))
def test_row_order_names_and_size_of_weights_change_nothing(seed: int) -> None:
    frame = image(60)
    rng = np.random.default_rng(seed)
    first = stability(frame, weight="w", draws=60)
    shuffled = frame.iloc[rng.permutation(len(frame))].assign(w=frame["w"] * 3)
    second = stability(shuffled, weight="w", draws=60)
    for name in ("points", "pairs", "regions"):
        pd.testing.assert_frame_equal(
            getattr(first, name), getattr(second, name), rtol=1e-7, atol=1e-9
        )


def test_weights_of_two_are_two_persons_in_the_place_only(frame) -> None:
    doubled = pd.concat([frame, frame.assign(id=frame["id"] + 1000)])
    once, twice = stability(frame), stability(doubled)
    np.testing.assert_allclose(once.points["coordinate"], twice.points["coordinate"], atol=1e-12)
    ratio = (once.points["std_error"] / twice.points["std_error"]).mean()
    assert ratio == pytest.approx(np.sqrt(2), rel=0.15)


def test_rows_of_a_person_are_one_unit() -> None:
    frame = image(200, halo=2.0)
    twice = pd.concat([frame, frame])
    as_persons, as_rows = stability(twice), stability(twice.assign(id=np.arange(len(twice))))
    ratio = (as_persons.points["std_error"] / as_rows.points["std_error"]).mean()
    assert ratio > 1.2
    nameless = map_stability(twice, brand="bank", attributes=["a", "b", "c", "d"], draws=60)
    assert "each row counts as a person" in " ".join(map(str, nameless.notes))


def test_strata_and_clusters_enter_the_draws(frame) -> None:
    plain = stability(frame)
    stratified = stability(frame, strata="half")
    clustered = stability(frame.assign(area=frame["id"] % 10), cluster="area")
    assert not np.array_equal(plain.draw_tables, stratified.draw_tables)
    assert clustered.points["std_error"].mean() != plain.points["std_error"].mean()
    ticked = stratified.draw_bases.sum(axis=1)
    np.testing.assert_allclose(ticked, len(frame), rtol=0.02)


# --- forms of the data ---------------------------------------------------------------------------


def test_what_was_not_asked_is_no_cross(frame) -> None:
    asked = frame.astype({"a": float})
    asked.loc[asked["half"] == 1, "a"] = np.nan
    result = stability(asked)
    there = asked[asked["half"] == 0]
    share = there.groupby("bank")["a"].mean()
    np.testing.assert_allclose(result.table["a"], share * frame.groupby("bank").size(), rtol=1e-12)
    assert "of the cells were not asked" in " ".join(map(str, result.notes))


def test_a_plain_table_is_drawn_by_cells_and_says_so(result) -> None:
    counts = result.table.round()
    plain = map_stability(counts, draws=200)
    assert not plain.from_respondents
    assert "holds no respondents" in str(plain.notes[0])
    shuffled = map_stability(counts.iloc[::-1, ::-1], draws=200)
    np.testing.assert_allclose(shuffled.draw_tables[:, ::-1, ::-1], plain.draw_tables, atol=1e-12)


def long_survey(folder: Path) -> Survey:
    small_image().to_csv(folder / "answers.csv", index=False, encoding="utf-8")
    return read_survey(folder / "answers.csv", brand="brand", respondent="respondent")


def test_a_survey_a_battery_and_rows_are_one(tmp_path) -> None:
    survey = long_survey(tmp_path)
    by_survey = map_stability(survey, attributes=ATTRIBUTES, draws=60)
    by_battery = map_stability(survey.images(ATTRIBUTES), draws=60)
    by_rows = map_stability(
        small_image(), brand="brand", attributes=ATTRIBUTES, respondent="respondent", draws=60
    )
    for other in (by_battery, by_rows):
        pd.testing.assert_frame_equal(by_survey.points, other.points, atol=1e-9)


def test_a_wide_battery_is_the_same_as_long_rows(tmp_path) -> None:
    rows = small_image()
    wide = rows.pivot(index="respondent", columns="brand", values=ATTRIBUTES)
    wide.columns = [f"{brand} {attribute}" for attribute, brand in wide.columns]
    wide.reset_index().to_csv(tmp_path / "answers.csv", index=False, encoding="utf-8")
    book = pd.DataFrame(
        [(f"{brand} {attribute}", f"{attribute} - {brand}", f"q {brand}", brand, attribute)
         for brand in ("Civic", "Kestrel", "Tidewater") for attribute in ATTRIBUTES],
        columns=["item", "label", "set", "brand", "attribute"],
    )  # fmt: skip
    book.to_csv(tmp_path / "codebook.csv", index=False, encoding="utf-8")
    survey = read_survey(
        tmp_path / "answers.csv", codebook=tmp_path / "codebook.csv", respondent="respondent"
    )
    by_wide = map_stability(survey, draws=60)
    by_rows = map_stability(
        rows, brand="brand", attributes=ATTRIBUTES, respondent="respondent", draws=60
    )
    np.testing.assert_allclose(by_wide.table[ATTRIBUTES], by_rows.table[ATTRIBUTES])


def test_small_bases_are_named_and_very_small_ones_get_no_region(frame) -> None:
    few = pd.concat([
        frame[frame["bank"] != "D"], frame[frame["bank"] == "D"].head(8),
    ])  # fmt: skip
    result = stability(few)
    assert result.regions.set_index("label")["radius_long"].isna().to_dict() == {
        "A": False, "B": False, "C": False, "D": True,
    }  # fmt: skip
    assert "Fewer than 10 persons rated D; no region is given." in map(str, result.notes)
    empty = stability(frame.assign(d=False))
    assert "Nobody ticked d; left out." in map(str, empty.notes)


def test_a_map_of_one_axis(frame) -> None:
    result = stability(frame, axes=1)
    assert result.points["axis"].unique().tolist() == [1]
    assert (result.regions["radius_short"] == 0).all()
    assert len(result.pairs) == 6


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        ({"a": 3}, {}, ScaleError, r"`attributes` must hold ticks, 1 and 0; found 3 in 'a'"),
        ({}, {"attributes": ["a", "z"]}, InputError, r"`attributes` names columns .*'z'"),
        ({}, {"brand": "banks"}, InputError, r"not in the table: \['banks'\]"),
        ({}, {"attributes": []}, InputError, r"`brand` and `attributes` must name"),
        ({}, {"scaling": "column_green"}, InputError, r"`scaling` must be one of"),
        ({}, {"draws": 10}, InputError, r"`draws` must be a whole number at least 50"),
        ({}, {"level": 95}, ScaleError, r"`level` must lie between 0 and 1"),
        ({"bank": "A"}, {}, NotEnoughDataError, r"ticks for at least 2 brands"),
        ({"w": -1.0}, {"weight": "w"}, ScaleError, r"`weight` must be >= 0"),
        ({}, {"axes": 4}, NotEnoughDataError, r"`axes` must be at most 3"),
    ],
)
def test_refusals(frame, change: dict, options: dict, error: type, message: str) -> None:
    asked = {"brand": "bank", "attributes": ["a", "b", "c", "d"], "respondent": "id"} | options
    with pytest.raises(error, match=message):
        map_stability(frame.assign(**change), **asked)


def test_draws_without_any_tick_are_refused_in_words() -> None:
    """Five respondents of whom two ticked nothing: now and then a draw takes only those."""
    ticks = [(0, 0, 0, "A"), (0, 0, 0, "B"), (1, 0, 1, "A"), (0, 1, 0, "B"), (1, 0, 0, "C")]
    frame = pd.DataFrame(ticks, columns=["p", "q", "r", "bank"]).assign(id=range(5))
    with pytest.raises(NotEnoughDataError, match=r"`data` .* 1000 draws without any tick\. Add"):
        map_stability(frame, brand="bank", attributes=["p", "q", "r"], respondent="id")


# --- a part of the simulation --------------------------------------------------------------------


@pytest.mark.parametrize("design", ["none", "halo", "uneven"])
def test_regions_cover_and_alike_brands_stay_together(design: str) -> None:
    """60 runs of benchmarks/simulations/positioning.py, where all of it runs 2,000 times."""
    from benchmarks.simulations import image_surveys as survey
    from benchmarks.simulations.positioning import pair_result, region_covers

    rng = np.random.default_rng(11)
    one = survey.market(design)
    covers = [
        region_covers(
            one.shares(), survey.tables_of(one.ask(rng, 300, weighted=True), rng, draws=200)
        )
        for _ in range(60)
    ]
    error = np.std(covers) / np.sqrt(len(covers))
    assert np.mean(covers) + 2.6 * error >= 0.93
    assert np.mean(covers) - 2.6 * error <= 0.975
    places = survey.brand_places()
    places[1] = places[0]
    alike = survey.market(design, places=places)
    called = np.mean([pair_result(alike, 300, rng)[2] for _ in range(40)])
    assert called - 2.6 * np.sqrt(0.05 * 0.95 / 40) <= 0.05


def test_draws_in_which_nobody_ticks_are_refused_in_words() -> None:
    """A few draws went well, many ended in numpy's own error."""
    rng = np.random.default_rng(23)
    n = int(rng.integers(5, 14))
    rng.integers(2, 4)
    rng.integers(1, 4, size=(n, 4))
    rng.choice(["A", "B"], n)
    rows = pd.DataFrame(rng.integers(0, 2, size=(n, 3)), columns=["p", "q", "r"])
    rows = rows.assign(bank=rng.choice(["A", "B", "C"], n), id=np.arange(n))
    call = {"brand": "bank", "attributes": ["p", "q", "r"], "respondent": "id"}
    with pytest.raises(NotEnoughDataError, match="enough respondents with ticks for every draw"):
        map_stability(rows, draws=1000, **call)
