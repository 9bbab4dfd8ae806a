"""preference_map against R, its invariants, its silence about single persons, its refusals."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulations.preference_map import STEPS, rates, verdict
from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.positioning.maps.components import component_map
from brandkit.positioning.maps.correspondence import correspondence_map
from brandkit.positioning.maps.distances import distance_map
from brandkit.positioning.maps.preferences import TERMS, preference_map
from tests.conftest import some
from tests.contract import assert_contract, frames_of

TOLERANCE = 1e-10
REFERENCE = Path(__file__).parent.parent / "reference" / "preference_map" / "values.json"
VALUES = json.loads(REFERENCE.read_text(encoding="utf-8"))
MODELS = list(TERMS)


@pytest.fixture
def cocktails(real: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    folder = real / "preference"
    return tuple(
        pd.read_csv(folder / f"{name}.cocktail.csv", index_col=0) for name in ("senso", "hedo")
    )


@pytest.fixture
def table(rng: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        rng.normal(size=(12, 4)),
        index=[f"Bank {letter}" for letter in "ABCDEFGHIJKL"],
        columns=["fair", "modern", "near", "easy"],
    )


@pytest.fixture
def liking(rng: np.random.Generator, table: pd.DataFrame) -> pd.DataFrame:
    pull = rng.normal(size=(4, 60))
    values = np.clip(np.round(5.5 + table.to_numpy() @ pull + rng.normal(size=(12, 60))), 1, 10)
    return pd.DataFrame(values, index=table.index, columns=[f"person {n}" for n in range(60)])


# --- known values ------------------------------------------------------------------------------


@pytest.mark.real
def test_largest_counts_of_the_cocktails_are_those_of_carto(cocktails) -> None:
    sensory, liking = cocktails
    result = preference_map(sensory, liking=liking)
    assert result.models.set_index("model")["n_above"].to_dict() == {
        "vector": 90, "circular": 94, "elliptical": 92, "quadratic": 93,
    }  # fmt: skip
    for model, most in (("quadratic", 93), ("vector", 90), ("circular", 94), ("elliptical", 92)):
        one = preference_map(component_map(sensory), liking=liking, model=model)
        assert one.surface["n_above"].max() == most
        assert one.glance().loc[0, "n_above"] == most
        assert one.glance().loc[0, "share_above"] == most / 100


@pytest.mark.real
def test_fits_tests_and_the_whole_surface_are_those_of_r(cocktails) -> None:
    sensory, liking = cocktails
    plain = component_map(sensory)
    theirs = np.array(VALUES["places"])
    at = plain.rows.assign(coordinate=theirs.ravel())
    space = dataclasses.replace(plain, rows=at)
    ours = plain.rows["coordinate"].to_numpy().reshape(-1, 2)
    np.testing.assert_allclose(np.abs(ours), np.abs(theirs), atol=TOLERANCE)
    for model in MODELS:
        known = VALUES["models"][model]
        result = preference_map(space, liking=liking, model=model)
        assert len(result.surface) == VALUES["n_across"] * VALUES["n_upward"]
        assert result.surface["n_above"].sum() == known["total"]
        assert result.surface["n_above"][:5].tolist() == known["first"]
        mine = result.models.set_index("model").loc[model]
        assert mine["r2"] == pytest.approx(known["r2"], abs=TOLERANCE)
        test = result.tests.set_index("model").loc[model]
        assert test["n_significant"] == known["significant"]
        assert test["statistic"] == pytest.approx(known["fisher"], rel=TOLERANCE)
        assert test["p_value"] == pytest.approx(known["fisher_p"], rel=1e-8)
    x, y = theirs.T
    terms = np.column_stack([np.ones(16), x, y, x * x, y * y, x * y])
    average = result.predicted_liking(theirs).mean(axis=1)
    np.testing.assert_allclose(average, terms @ VALUES["mean_of_all"], atol=TOLERANCE)


@pytest.mark.real
def test_against_the_mean_of_their_ratings_one_more_likes_an_ellipse(cocktails) -> None:
    sensory, liking = cocktails
    result = preference_map(sensory, liking=liking, own_mean="products")
    assert result.models["n_above"].tolist() == [90, 94, 93, 93]


def test_planted_ideal_points_are_found() -> None:
    side = np.array([-2.0, -1, 0, 1, 2])
    places = np.column_stack([np.repeat(side, 5), np.tile(side, 5)])
    table = pd.DataFrame(places, index=[f"p{i}" for i in range(25)], columns=["x", "y"])
    space = component_map(table, standardise=False)
    at = space.rows["coordinate"].to_numpy().reshape(-1, 2)
    ideal = at[[18, 7]]
    ratings = 9 - ((at[:, None, :] - ideal) ** 2).sum(axis=2)
    result = preference_map(
        space, liking=pd.DataFrame(ratings, index=table.index, columns=["a", "b"]), model="circular"
    )
    assert result.optima.set_index("optimum")["n"].to_dict() == {
        "ideal": 2, "anti_ideal": 0, "saddle": 0, "direction": 0,
    }  # fmt: skip
    assert result.optima.loc[0, "ideal_inside"] == 2
    np.testing.assert_allclose(result.predicted_liking(at), ratings, atol=1e-9)
    assert result.models.set_index("model").loc["circular", "r2"] == pytest.approx(1, abs=1e-12)
    at_best = result.models.set_index("model").loc["circular"]
    assert at_best["n_above"] == 2
    place = at_best[["across", "upward"]].to_numpy(dtype=float)
    assert result.share_above(place).tolist() == [1.0]
    assert np.hypot(*(place - ideal.mean(axis=0))) < np.hypot(*(ideal[0] - ideal[1]))
    # Against the mean rating, "above" is a disc around each ideal point of known size.
    plain = preference_map(
        space, liking=pd.DataFrame(ratings, index=table.index, columns=["a", "b"]),
        model="circular", own_mean="products",
    )  # fmt: skip
    points = plain.surface[["across", "upward"]].to_numpy()
    reach = ((points[:, None, :] - ideal) ** 2).sum(axis=2)
    gap = 9 - reach - ratings.mean(axis=0)
    clear = (np.abs(gap) > 1e-9).all(axis=1)
    assert clear.mean() > 0.99
    expected = (gap > 0).sum(axis=1)
    assert plain.surface["n_above"][clear].tolist() == expected[clear].tolist()


@pytest.mark.parametrize(
    ("coefficients", "kind"),
    [((-1, -2, 1), "ideal"), ((1, 2, 1), "anti_ideal"), ((1, -1, 0), "saddle")],
)
def test_kinds_of_surfaces_by_hand(coefficients, kind) -> None:
    side = np.array([-2.0, -1, 0, 1, 2])
    x, y = np.repeat(side, 5), np.tile(side, 5)
    table = pd.DataFrame({"x": x, "y": y}, index=[f"p{i}" for i in range(25)])
    space = component_map(table, standardise=False)
    x, y = space.rows["coordinate"].to_numpy().reshape(-1, 2).T
    a, b, c = coefficients
    ratings = a * (x - 0.5) ** 2 + b * y**2 + c * (x - 0.5) * y
    liking = pd.DataFrame({"one": ratings, "two": ratings * 3}, index=table.index)
    found = preference_map(space, liking=liking).optima.set_index("optimum")
    assert found.loc[kind, "n"] == 2
    assert found.loc["ideal", "ideal_inside"] == (2 if kind == "ideal" else 0)


# --- invariants --------------------------------------------------------------------------------


@settings(max_examples=some(8))
@given(st.integers(0, 10**6))
def test_shares_are_shares_and_units_of_liking_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(10, 3)), [f"b{i}" for i in range(10)], list("xyz"))
    ratings = pd.DataFrame(rng.integers(1, 11, (10, 25)).astype(float), table.index)
    one = preference_map(table, liking=ratings, grid=20)
    assert one.surface["share_above"].between(0, 1).all()
    np.testing.assert_allclose(one.surface["share_above"], one.surface["n_above"] / one.n)
    two = preference_map(table, liking=ratings.iloc[::-1, ::-1] * 3 - 7, grid=20)
    pd.testing.assert_frame_equal(two.surface, one.surface)
    assert one.optima["n"].sum() == one.n
    richer = one.models["r2"].to_numpy()
    assert (np.diff(richer) >= -1e-12).all()


@pytest.mark.parametrize("model", ["vector", "quadratic"])
def test_vector_and_quadratic_do_not_depend_on_the_scale_of_the_axes(table, liking, model) -> None:
    plain, other = (
        component_map(table, scaling=scaling) for scaling in ("row_principal", "column_principal")
    )
    one, two = (preference_map(space, liking=liking, model=model) for space in (plain, other))
    assert one.models["n_above"].iloc[0 if model == "vector" else -1] == pytest.approx(
        two.models["n_above"].iloc[0 if model == "vector" else -1], abs=1
    )
    np.testing.assert_allclose(
        one.predicted_liking(one.products[["across", "upward"]].to_numpy()),
        two.predicted_liking(two.products[["across", "upward"]].to_numpy()),
        atol=1e-9,
    )


def test_weights_count_respondents_as_often(table, liking) -> None:
    twice = pd.concat([liking, liking.iloc[:, :20].add_prefix("again ")], axis=1)
    weight = pd.Series(1.0, liking.columns)
    weight.iloc[:20] = 2
    weight.loc["somebody else"] = 5
    one = preference_map(table, liking=liking, weight=weight, grid=20)
    two = preference_map(table, liking=twice, grid=20)
    np.testing.assert_allclose(one.surface["share_above"], two.surface["share_above"], atol=1e-12)
    np.testing.assert_allclose(one.products["mean_liking"], two.products["mean_liking"], atol=1e-12)
    np.testing.assert_allclose(one.models["r2"], two.models["r2"], atol=1e-12)


def test_share_at_any_place_is_that_of_the_surface(table, liking) -> None:
    result = preference_map(table, liking=liking, grid=20)
    places = result.surface[["across", "upward"]].to_numpy()
    np.testing.assert_allclose(result.share_above(places), result.surface["share_above"])
    assert result.predicted_liking(places[3]).shape == (1, 60)


def test_places_beyond_the_products_are_marked(table, liking) -> None:
    result = preference_map(table, liking=liking, grid=20)
    surface = result.surface
    corner = surface[["across", "upward"]].sum(axis=1).idxmin()
    assert surface.loc[corner, "extrapolated"]
    middle = (surface[["across", "upward"]] - result.products[["across", "upward"]].mean()) ** 2
    assert not surface.loc[middle.sum(axis=1).idxmin(), "extrapolated"]


@pytest.mark.parametrize("kind", ["component", "correspondence", "distance"])
def test_products_may_stand_on_any_map(table, liking, kind) -> None:
    if kind == "component":
        space = component_map(table)
    elif kind == "correspondence":
        space = correspondence_map(table.abs())
    else:
        gap = table.to_numpy()[:, None] - table.to_numpy()
        apart = pd.DataFrame(np.sqrt((gap**2).sum(axis=2)), table.index, table.index)
        space = distance_map(apart)
    result = preference_map(space, liking=liking.iloc[:10], model="vector", grid=20)
    points = space.points if kind == "distance" else space.rows
    at = points.pivot(index="label", columns="axis", values="coordinate").loc[liking.index[:10]]
    np.testing.assert_array_equal(result.products[["across", "upward"]], at)


# --- what it says, and what it does not ----------------------------------------------------------


def test_no_frame_and_no_text_tells_a_respondent(table, liking) -> None:
    result = preference_map(table, liking=liking)
    names = set(liking.columns)
    for frame in frames_of(result).values():
        assert len(frame) != len(names)
        assert not names & set(frame.astype(str).to_numpy().ravel())
    said = repr(result) + " ".join(
        map(str, [*result.notes, *result.findings(focus=table.index[0])])
    )
    assert "person " not in said


@pytest.mark.parametrize("what", ["missing", "text", "twice", "weight"])
def test_errors_tell_counts_and_no_names_or_answers(table, liking, what) -> None:
    options: dict = {}
    if what == "missing":
        liking.iloc[3, 7] = np.nan
    elif what == "text":
        liking = liking.astype(object)
        liking.iloc[3, 7] = "secret opinion"
    elif what == "twice":
        liking.columns = ["person 7", *liking.columns[1:]]
    else:
        options["weight"] = pd.Series(1.0, liking.columns[1:])
    with pytest.raises(InputError) as caught:
        preference_map(table, liking=liking, **options)
    assert "person" not in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "found 1 " in str(caught.value)


def test_respondents_without_an_answer_or_a_preference_are_left_out_and_counted(
    table, liking
) -> None:
    liking.iloc[2, :4] = np.nan
    liking.iloc[:, 5:7] = 6
    result = preference_map(table, liking=liking, missing="drop", grid=20)
    assert (result.n, result.n_dropped) == (54, 4)
    assert str(result.notes[0]).startswith("Left out: 4 respondents who did not rate")
    assert str(result.notes[1]).startswith("Left out: 2 respondents who like all")
    kept = liking.drop(columns=liking.columns[[0, 1, 2, 3, 5, 6]])
    pd.testing.assert_frame_equal(
        result.surface, preference_map(table, liking=kept, grid=20).surface
    )


def test_few_products_get_the_models_they_suffice_for(table, liking) -> None:
    result = preference_map(table.iloc[:5], liking=liking.iloc[:5], model="circular", grid=20)
    assert result.models["model"].tolist() == ["vector", "circular"]
    assert "the richest fitted is the circular one" in str(result.notes[-1])
    small = preference_map(table, liking=liking.iloc[:, :9], grid=20)
    assert "Only 9 respondents" in str(small.notes[0])


def test_contract(table, liking) -> None:
    assert_contract(lambda: preference_map(table, liking=liking, grid=15), table, liking)


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        (None, {"model": "eliptical"}, InputError, r"Did you mean 'elliptical'"),
        (None, {"own_mean": "grid"}, InputError, r"`own_mean` must be one of"),
        (None, {"missing": "mean"}, InputError, r"`missing` must be one of 'raise', 'drop'"),
        (None, {"grid": 5}, InputError, r"`grid` must be a whole number at least 10"),
        (lambda x: x.T, {}, InputError, r"found the products in the columns. Give liking.T"),
        (lambda x: x.rename(index={"Bank C": "Bank c"}), {}, InputError,
         r"rate products of the map; found \['Bank c'\]. Did you mean"),
        (lambda x: x.iloc[[0, 0, 1, 2, 3, 4, 5]], {}, InputError, "each product once"),
        (lambda x: x.iloc[:6], {}, NotEnoughDataError,
         r"at least 7 products for the quadratic model; found 6. Take a simpler model"),
        (lambda x: x * 0 + 4, {}, NotEnoughDataError, "2 respondents who like .*; found 0"),
        (None, {"weight": [1, 2]}, TypeError, "must be a pandas Series; found list"),
    ],
)  # fmt: skip
def test_refusals(table, liking, change, options, error, message) -> None:
    with pytest.raises(error, match=message):
        preference_map(table, liking=change(liking) if change else liking, **options)


def test_weights_below_zero_are_counted(table, liking) -> None:
    weight = pd.Series(1.0, liking.columns)
    weight.iloc[:3] = -1
    with pytest.raises(InputError, match="not all 0; found 3 that are not"):
        preference_map(table, liking=liking, weight=weight)


def test_products_on_one_line_have_no_plane(table, liking) -> None:
    line = pd.DataFrame({"x": np.arange(12.0), "y": np.arange(12.0) * 2}, index=table.index)
    with pytest.raises(NotEnoughDataError, match="found a map of one"):
        preference_map(line, liking=liking)
    parabola = component_map(table)
    at = np.linspace(-1, 1, 12)
    rows = parabola.rows.assign(coordinate=np.column_stack([at, at**2]).ravel())
    with pytest.raises(InputError, match="on one line or curve"):
        preference_map(dataclasses.replace(parabola, rows=rows), liking=liking)


def test_what_is_no_map_is_a_type_error(liking) -> None:
    with pytest.raises(TypeError, match="products by attributes or a map; found list"):
        preference_map([1], liking=liking)  # type: ignore[arg-type]


# --- error and power, in part: benchmarks/simulations/preference_map.py has the whole -------------


def test_nested_tests_keep_their_level_and_find_what_is_there() -> None:
    options = {"products": 16, "persons": 50, "errors": "uneven", "runs": 150}
    for step in STEPS:
        single, combined = rates(step[0], step, **options)
        assert verdict(combined, runs=150, promised=True) == "pass"
        assert 0.03 < single < 0.07
        assert rates(step[1], step, **options)[1] > 0.8
