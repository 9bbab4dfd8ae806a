"""distinctiveness: R's values, shapes that are planted, how often it errs, refusals, contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError
from brandkit.overlap.examples import small_catalog
from brandkit.strategy import distinctiveness
from brandkit.strategy.standing.distinct import (
    compared_with,
    cosine,
    judged_curve,
    scaled_distance,
    two_lines,
    u_curve,
)
from tests.conftest import some
from tests.contract import assert_contract

REFERENCE = Path(__file__).parent.parent / "reference" / "distinctiveness" / "values.json"
VALUES: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf-8"))


def near(found: object, expected: object) -> None:
    np.testing.assert_allclose(
        np.asarray(found, float), np.asarray(expected, float), rtol=1e-9, atol=1e-12
    )


def frame(table: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(table["values"], index=table["rows"], columns=table["columns"], dtype=float)


def scored(names: Any, values: Any) -> pd.DataFrame:
    return pd.DataFrame({"brand": list(names), "estimate": np.asarray(values, float)})


def check_measures(found: Any, given: dict[str, Any]) -> None:
    rows = found.brands.set_index("brand").loc[list(given["haans_leave_one_out"])]
    n = len(rows)
    near(rows["distance"], [*given["haans_leave_one_out"].values()])
    near(rows["distance"] * (n - 1) / n, [*given["haans_all_in"].values()])
    near(rows["scaled_distance"], [*given["deephouse"].values()])
    near(rows["prototype_likeness"], [*given["cosine_to_prototype"].values()])
    near(found.heterogeneity, given["category_heterogeneity"])


def check_curve(x: Any, y: Any, given: dict[str, Any]) -> None:
    x, y = np.array(x), np.array(y)
    for errors, name in (("nonrobust", "classical"), ("HC3", "hc3")):
        found, one = u_curve(x, y, weight=np.ones(len(x)), errors=errors), given[name]
        near(
            [found[key] for key in ("slope_low", "slope_high", "p_low", "p_high", "extremum")],
            [
                *(one[key] for key in ("slope_low", "slope_high", "p_low", "p_high")),
                given["extremum"],
            ],
        )
        assert found["shape"] == one["shape"].replace(" ", "_")
        assert found["is_turned"] == one["extremum_inside"]
        near(found["square"], given["coefficients"][2])
    found = u_curve(x, y, weight=np.ones(len(x)), errors="nonrobust")
    near([found["extremum_low"], found["extremum_high"]], given["extremum_fieller_95_classical"])


def test_measures_of_made_profiles_are_r_s() -> None:
    given = VALUES["made_profiles"]
    table = frame(given["table"])
    # R ranks performance A, B, C, D
    found = distinctiveness(table, performance=scored("ABCD", [4, 3, 2, 1]))
    check_measures(found, given["measures"])
    rows = found.brands.set_index("brand").loc[list("ABCD")]
    near(rows["exemplar_likeness"], VALUES["cosine_to_3_exemplars"])
    two = table.to_numpy()
    best = np.array([two[[at for at in range(4) if at != own][:2]].mean(0) for own in range(4)])
    near(cosine(two, best), [*given["measures"]["cosine_to_exemplars"].values()])


@pytest.mark.slow
@pytest.mark.real
def test_measures_and_curve_of_the_australian_banks_are_r_s(real: Path, oracles: Path) -> None:
    given = json.loads((oracles / "market" / "distinctiveness.json").read_text(encoding="utf-8"))
    table, products = australian_profiles(real)
    assert list(table.columns) == given["features"]
    found = distinctiveness(table, performance=scored(table.index, np.log(products)))
    check_measures(found, given["measures"])
    rows = found.brands.set_index("brand").loc[table.index]
    exercise = given["quadratic_exercise"]
    if exercise["extremum_fieller_95_classical"] == [None, None]:
        exercise["extremum_fieller_95_classical"] = [np.nan, np.nan]
    check_curve(rows["distance"], rows["estimate"], exercise)
    near(found.curve["p_high"], exercise["hc3"]["p_high"])
    assert set(found.tests["settled"]) == {"open"}
    assert "Whether there is a best degree of difference is open" in str(found.story().headline)


def australian_profiles(real: Path, day: str = "2024-08-12") -> tuple[pd.DataFrame, np.ndarray]:
    """Cut the profiles as make_inputs_dev.py does."""
    folder = real / "catalogs" / "au_cdr"
    rows = pd.read_csv(folder / "monthly_features.csv.xz", low_memory=False)
    rows = rows[(rows["snapshot"] == day) & (rows["category"] == "TRANS_AND_SAVINGS_ACCOUNTS")]
    register = (folder / "registers" / f"brands_{day}.json").read_text(encoding="utf-8")
    rows = rows[[key in register for key in rows["brand_key"]]]
    listed = [
        {
            one.strip().replace(" ", "_")
            for one in text.split("|")
            if one.strip() not in ("", "OTHER")
        }
        for text in rows["feature_types"].fillna("")
    ]
    size = rows.groupby("brand_key").size()
    kept = rows["brand_key"].isin(size.index[size >= 3]).to_numpy()
    brand = rows["brand_key"][kept]
    listed = [one for one, is_kept in zip(listed, kept, strict=True) if is_kept]
    names = sorted({name for one in listed for name in one})
    names = [name for name in names if sum(name in one for one in listed) >= 10]
    has = pd.DataFrame({name: [float(name in one) for one in listed] for name in names})
    table = has.groupby(brand.to_numpy()).mean()
    table = table[table.sum(axis=1) > 0]
    return table, size.reindex(table.index).to_numpy()


@pytest.mark.parametrize(
    ("name", "settled", "sides"),
    [
        ("made_U", "clear", "two_lines_at_5"),
        ("made_log", "open", "two_lines_at_extremum"),
    ],
)
def test_a_planted_turn_is_clear_and_a_logarithm_none(name: str, settled: str, sides: str) -> None:
    given = VALUES[name]
    x, y = np.array(given["x"]), np.array(given["y"])
    check_curve(x, y, given["curve"])
    assert judged_curve(x, y)[1]["settled"] == settled
    lines = two_lines(x, y, weight=np.ones(len(x)), at=given[sides]["break_at"])
    near([lines["side_low"], lines["side_high"]], given[sides]["slopes"])
    near([lines["side_low_p"], lines["side_high_p"]], given[sides]["p"])


def test_banks_that_offer_the_same_are_equally_far_and_clones_not_at_all() -> None:
    table = frame(VALUES["made_profiles"]["table"]).to_numpy()
    owner = np.arange(4)
    means, _ = compared_with(table, np.arange(4.0), owner)
    assert np.abs(table - means).sum(1)[0] == pytest.approx(np.abs(table - means).sum(1)[1])
    clones = np.tile([0.25, 1.0], (5, 1))
    means, best = compared_with(clones, np.arange(5.0), np.arange(5))
    assert np.abs(clones - means).max() == np.abs(clones - best).max() == 0
    assert not scaled_distance(clones).any()


@given(seed=st.integers(0, 999))
@settings(max_examples=some(15))
def test_neither_the_order_nor_the_names_of_banks_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"b{at}" for at in range(7)]
    table = pd.DataFrame(rng.integers(0, 5, (7, 4)) / 4 + 0.0, index=names)
    liked = scored(names, rng.normal(size=7))
    if np.ptp(distinct(table, liked)["distance"]) < 1e-9:
        return
    other = distinct(table.sample(frac=1, random_state=seed), liked[::-1])
    pd.testing.assert_frame_equal(other, distinct(table, liked))
    new = {name: f"z{9 - at}" for at, name in enumerate(names)}
    renamed = distinctiveness(
        table.rename(index=new), performance=liked.assign(brand=liked["brand"].map(new))
    )
    plain = distinctiveness(table, performance=liked)
    near(renamed.tests["p_value"], plain.tests["p_value"])


def distinct(table: pd.DataFrame, liked: pd.DataFrame) -> pd.DataFrame:
    return distinctiveness(table, performance=liked).brands


def market(n: int, *, turn: float = 0.0, rise: float = 0.0, seed: int = 0) -> Any:
    """Banks that list more or fewer of eight features than usual; performance by their distance."""
    rng = np.random.default_rng(seed)
    chance = rng.beta(1.2, 1.2, size=(n, 1)) * rng.uniform(0.3, 1, (1, 8))
    table = pd.DataFrame(rng.binomial(6, chance) / 6, index=[f"b{at:03d}" for at in range(n)])
    x = np.abs(table - (table.sum() - table) / (n - 1)).sum(axis=1)
    z = (x - x.median()) / x.std()
    return table, scored(table.index, rise * z + turn * z**2 + rng.normal(0, 0.5, n))


def test_a_planted_best_degree_of_difference_is_told_without_a_cause() -> None:
    table, liked = market(60, turn=-1.0)
    found = distinctiveness(table, performance=liked.assign(std_error=0.1))
    assert found.tests["settled"].tolist()[-1] == "clear"
    story = found.story(focus="b000")
    assert "Banks in the middle do best" in str(story.headline)
    assert "need not be cause" in found.findings()[0]
    few, liked = market(24, turn=-2.0)
    shown = distinctiveness(few, performance=liked)
    assert shown.tests["settled"].iloc[-1] != "open"
    drawn = [line for line in shown.plot(focus="b000").lines if len(line.get_xdata()) == 40]
    assert len(drawn) == 1, "the shape is drawn where it is settled"


def test_a_line_is_told_and_two_mirrored_markets_say_the_opposite() -> None:
    table, liked = market(14, rise=1.5, seed=3)
    up = distinctiveness(table, performance=liked)
    down = distinctiveness(table, performance=liked.assign(estimate=-liked["estimate"]))
    assert len(up.tests) == 1
    assert "the better it does" in str(up.story().headline)
    assert "the worse it does" in str(down.story().headline)


def wrong(shape: str, runs: int) -> float:
    rng, n, told = np.random.default_rng(7), 40, 0
    for _ in range(runs):
        x = np.exp(rng.normal(0, 0.5, n))
        signal = {"log": np.log(x), "line": x, "flat": 0 * x}[shape]
        y = signal + rng.normal(0, 0.4, n)
        told += judged_curve(x, y)[1]["settled"] != "open"
    return told / runs


@pytest.mark.parametrize("shape", ["log", "line", "flat"])
def test_where_nothing_turns_a_turn_is_seldom_told(shape: str) -> None:
    assert wrong(shape, 100) <= 0.12


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["log", "line", "flat"])
def test_where_nothing_turns_a_turn_is_told_in_one_of_twenty(shape: str) -> None:
    # both signs are tried: 2 x 2.8 %, and two standard errors of the runs
    assert wrong(shape, 2000) <= 0.056 + 0.01


def test_banks_of_one_owner_count_once_and_are_not_compared() -> None:
    catalog = small_catalog()
    names = catalog.brands
    liked = scored(names, np.arange(len(names)))
    with pytest.raises(NotEnoughDataError, match="at least 4 of the banks"):
        distinctiveness(catalog, performance=liked.head(3))
    values = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.5]])
    alone = compared_with(values, np.arange(4.0), np.arange(4))[0]
    owned = compared_with(values, np.arange(4.0), np.array([0, 0, 1, 2]))[0]
    assert alone[0].tolist() == pytest.approx([1 / 3, 0.5])
    assert owned[0].tolist() == [0.0, 0.75]


def test_refusals() -> None:
    table, liked = market(6)
    with pytest.raises(ScaleError, match="shares from 0 to 1"):
        distinctiveness(table * 2, performance=liked)
    with pytest.raises(InputError, match="`category` belongs to a catalogue"):
        distinctiveness(table, performance=liked, category="Cards")
    with pytest.raises(InputError, match="`category` must be one of the catalogue"):
        distinctiveness(small_catalog(), performance=liked, category="Yachts")
    with pytest.raises(NotEnoughDataError, match="`performance` must hold banks that differ"):
        distinctiveness(table, performance=liked.assign(estimate=7.0))


def test_the_contract() -> None:
    table, liked = market(24)
    assert_contract(lambda: distinctiveness(table, performance=liked), table, liked)
