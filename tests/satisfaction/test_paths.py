"""path_model: R's numbers, cases worked by hand, what must not matter, refusals, the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.simulations import paths as simulation
from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError
from brandkit.satisfaction.paths.design import ACSI, ECSI, path_design
from brandkit.satisfaction.paths.kernel import (
    ItemMoments,
    block_quality,
    fit_paths,
    goodness_of_fit,
    path_values,
)
from brandkit.satisfaction.paths.paths import PathModel, path_model
from tests.conftest import some
from tests.contract import assert_contract
from tests.satisfaction.path_answers import BLOCKS, PATHS, small_answers

VALUES = json.loads(
    (Path(__file__).parents[1] / "reference/path_model/values.json").read_text(encoding="utf-8")
)
ITERATED = 1e-6  # R stops when squared changes add up to 1e-12; we stop at changes of 1e-10
CLOSED = 1e-12
OPTIONS = ("centroid_scaled", "factorial_scaled", "path_scaled", "centroid_unscaled")


def model(data: pd.DataFrame | None = None, **options: Any) -> PathModel:
    given = {"blocks": BLOCKS, "paths": PATHS, "limits": (0, 10), "draws": 60} | options
    return path_model(small_answers() if data is None else data, **given)


def matrix(named: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(named["values"], index=named["rows"], columns=named["columns"], dtype=float)


def told(result: PathModel) -> str:
    return " ".join(str(note) for note in result.notes)


# --- known values ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def customers(real: Path) -> pd.DataFrame:
    return pd.read_csv(real / "surveys/satisfaction/satisfaction.csv")


@pytest.mark.parametrize("option", OPTIONS)
def test_plspm_gives_the_same_numbers(customers, option: str) -> None:
    known, told_blocks = VALUES["satisfaction"][option], VALUES["satisfaction"]["blocks"]
    scheme, scaled = option.split("_")
    result = path_model(
        customers, blocks=told_blocks, paths=ECSI.paths, scheme=scheme,
        scaled=scaled == "scaled", draws=2,
    )  # fmt: skip
    paths = matrix(known["paths"])
    expected = [paths.loc[target, source] for source, target in ECSI.paths]
    np.testing.assert_allclose(result.paths["estimate"], expected, atol=ITERATED)
    items = result.items.set_index("item")
    for name in ("weight", "loading"):
        np.testing.assert_allclose(
            items[name], [known[f"{name}s"][item] for item in items.index], atol=ITERATED
        )
    by_block = result.blocks.set_index("block")
    for name in ("r2", "ave"):
        np.testing.assert_allclose(
            by_block[name], [known[name][block] for block in by_block.index], atol=ITERATED
        )
    assert result.glance().loc[0, "gof"] == pytest.approx(known["gof"], abs=ITERATED)
    effects, r = result.effects, known["total_effects"]
    assert (effects["source"] + " -> " + effects["target"]).tolist() == r["relationships"]
    for name in ("direct", "indirect", "total"):
        np.testing.assert_allclose(effects[f"{name}_effect"], r[name], atol=ITERATED)


def test_plspm_gives_the_same_numbers_of_the_bank(real: Path) -> None:
    known = VALUES["csibank"]
    bank = pd.read_csv(real / "surveys/csibank/csibank.csv")
    assert ECSI.items_in(list(bank)) == known["blocks"]
    result = path_model(bank, blocks=known["blocks"], paths=ECSI.paths, draws=2)
    paths = matrix(known["paths"])
    expected = [paths.loc[target, source] for source, target in ECSI.paths]
    np.testing.assert_allclose(result.paths["estimate"], expected, atol=ITERATED)
    loadings = result.items.set_index("item")["loading"]
    np.testing.assert_allclose(
        loadings, pd.Series(known["loadings"])[loadings.index], atol=ITERATED
    )
    np.testing.assert_allclose(result.blocks["r2"], list(known["r2"].values()), atol=ITERATED)
    assert result.glance().loc[0, "gof"] == pytest.approx(known["gof"], abs=ITERATED)


def test_seminr_gives_the_same_quality(customers) -> None:
    known = VALUES["quality"]
    result = path_model(
        customers, blocks=VALUES["satisfaction"]["blocks"], paths=ECSI.paths, draws=200
    )
    reliability = matrix(known["reliability"])
    np.testing.assert_allclose(
        result.blocks[["alpha", "rho_c", "ave", "rho_a"]], reliability, atol=ITERATED
    )
    ratios, f2, paths = (matrix(known[name]) for name in ("htmt", "f2", "paths"))
    for row in result.htmt.itertuples():
        assert row.estimate == pytest.approx(ratios.loc[row.block_b, row.block_a], abs=CLOSED)
    for row in result.paths.itertuples():
        assert row.f2 == pytest.approx(f2.loc[row.source, row.target], abs=ITERATED)
        assert row.estimate == pytest.approx(paths.loc[row.source, row.target], abs=ITERATED)
    adjusted = result.blocks.set_index("block").loc[paths.columns, "r2_adjusted"]
    np.testing.assert_allclose(adjusted, paths.loc["AdjR^2"], atol=ITERATED)
    alike = result.htmt[~result.htmt["distinct"]]
    assert ("EXPE", "QUAL") in set(zip(alike["block_a"], alike["block_b"], strict=True))
    assert "Expectations and Perceived quality" in told(result)


def test_items_are_standardised_each_by_its_own_spread(customers) -> None:
    """A pooled standard deviation is the unscaled answer: .578959 where R gives .560003."""
    blocks = VALUES["satisfaction"]["blocks"]
    first = {}
    for scaled in (True, False):
        result = path_model(customers, blocks=blocks, paths=ECSI.paths, scheme="centroid",
                            scaled=scaled, draws=2)  # fmt: skip
        first[scaled] = result.paths.loc[0, "estimate"]
    assert first[True] == pytest.approx(0.560003262735633, abs=ITERATED)
    assert first[False] == pytest.approx(0.578959, abs=ITERATED)


def four_items(within: float, between: float) -> ItemMoments:
    correlation = np.full((4, 4), between)
    correlation[:2, :2] = correlation[2:, 2:] = within
    np.fill_diagonal(correlation, 1.0)
    return ItemMoments(correlation[None], np.array([[6.0, 8.0, 5.0, 5.0]]), np.full((1, 4), 2.0))


def test_a_case_worked_by_hand() -> None:
    """Alike items weigh alike: the path is 4 x .3 / (2 x 1.5)."""
    design = path_design(blocks={"A": ["a1", "a2"], "B": ["b1", "b2"]}, paths=[("A", "B")])
    have = four_items(0.5, 0.3)
    values = path_values(have, design=design, limits=np.tile([0.0, 10.0], (4, 1)))
    np.testing.assert_allclose(values.paths, [[0.4]], atol=CLOSED)
    np.testing.assert_allclose(values.weights, np.full((1, 4), 1 / np.sqrt(3)), atol=CLOSED)
    np.testing.assert_allclose(values.loadings, np.full((1, 4), np.sqrt(0.75)), atol=CLOSED)
    np.testing.assert_allclose(values.r2, [[0, 0.16]], atol=CLOSED)
    np.testing.assert_allclose(values.htmt[0, 0, 1], 0.6, atol=CLOSED)
    np.testing.assert_allclose(values.index, [[70, 50]], atol=1e-10)
    # a score of equal weights spreads by sqrt(.75) of an item: .2 of the scale times 100
    np.testing.assert_allclose(values.spread, np.full((1, 2), 20 * np.sqrt(0.75)), atol=1e-10)
    quality = block_quality(have.matrices[0], values, design)
    np.testing.assert_allclose(quality["alpha"], [2 / 3, 2 / 3], atol=CLOSED)
    np.testing.assert_allclose(quality["ave"], [0.75, 0.75], atol=CLOSED)
    np.testing.assert_allclose(quality["rho_c"], [3 / 3.5, 3 / 3.5], atol=CLOSED)
    np.testing.assert_allclose(quality["rho_a"], [2 / 3, 2 / 3], atol=CLOSED)
    assert goodness_of_fit(values, design) == pytest.approx(np.sqrt(0.75 * 0.16), abs=CLOSED)


def test_two_single_items_are_a_correlation() -> None:
    data = small_answers()
    result = model(data, blocks={"A": ["q1"], "B": ["s1"]}, paths=[("A", "B")])
    r = data["q1"].corr(data["s1"])
    row = result.paths.iloc[0]
    assert row["estimate"] == pytest.approx(r, abs=CLOSED)
    assert row["f2"] == pytest.approx(r**2 / (1 - r**2), abs=1e-10)
    assert result.blocks["alpha"].isna().all()
    np.testing.assert_allclose(result.blocks["index"], 10 * data[["q1", "s1"]].mean(), atol=1e-10)
    assert "single item" in told(result)


def test_two_blocks_in_mode_b_are_the_first_canonical_correlation() -> None:
    data = small_answers(400)
    result = model(data, blocks={"A": ["q1", "q2", "q3"], "B": ["s1", "s2"]}, paths=[("A", "B")],
                   modes="B", scheme="factorial")  # fmt: skip
    first, second = (
        np.linalg.qr(data[names] - data[names].mean())[0]
        for names in (["q1", "q2", "q3"], ["s1", "s2"])
    )
    largest = np.linalg.svd(first.T @ second)[1][0]
    assert result.paths.loc[0, "estimate"] == pytest.approx(largest, abs=1e-9)
    assert result.blocks["ave"].isna().all()


# --- what must not matter, and what must -------------------------------------------------------


@given(factor=st.floats(0.1, 50), shift=st.floats(-100, 100), at=st.integers(0, 7))
@settings(max_examples=some(5))
def test_units_of_an_item_do_not_matter_when_scaled(factor: float, shift: float, at: int) -> None:
    data = small_answers(60)
    changed = data.copy()
    changed.iloc[:, at] = changed.iloc[:, at] * factor + shift
    one, two = (model(each, limits=None, draws=2) for each in (data, changed))
    np.testing.assert_allclose(one.paths["estimate"], two.paths["estimate"], atol=1e-8)
    np.testing.assert_allclose(one.items["loading"], two.items["loading"], atol=1e-8)


@pytest.mark.parametrize("scheme", ["path", "centroid", "factorial"])
def test_order_of_rows_does_not_matter(scheme: str) -> None:
    data = small_answers()
    shuffled = data.sample(frac=1.0, random_state=1)
    one, two = (model(each, scheme=scheme) for each in (data, shuffled))
    for name in ("paths", "effects", "blocks", "htmt"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name), rtol=1e-7)


def test_order_of_blocks_and_items_does_not_matter() -> None:
    turned = {name: BLOCKS[name][::-1] for name in reversed(BLOCKS)}
    one, two = model(draws=2), model(blocks=turned, draws=2)
    pd.testing.assert_series_equal(one.paths["estimate"], two.paths["estimate"], rtol=1e-8)


def test_whole_weights_are_repeated_rows() -> None:
    data = small_answers()
    weight = 1 + np.arange(len(data)) % 3
    weighed = model(data.assign(w=weight * 0.5), weight="w", draws=2)
    repeated = model(data.loc[data.index.repeat(weight)], draws=2)
    pd.testing.assert_series_equal(weighed.paths["estimate"], repeated.paths["estimate"])
    pd.testing.assert_series_equal(weighed.blocks["index"], repeated.blocks["index"])
    plain = model(data, draws=2)
    assert abs(weighed.paths["estimate"] - plain.paths["estimate"]).max() > 1e-3


def test_effects_add_up_and_numbers_keep_their_range() -> None:
    result = model()
    effects = result.effects
    np.testing.assert_allclose(
        effects["direct_effect"] + effects["indirect_effect"], effects["total_effect"], atol=CLOSED
    )
    by_hand = result.paths["estimate"]
    through = by_hand[1] + by_hand[0] * by_hand[2]
    assert result.paths.loc[1, "total_effect"] == pytest.approx(through, abs=CLOSED)
    assert result.blocks["r2"].between(0, 1).all()
    assert result.blocks["index"].between(0, 100).all()
    parts = np.add.reduceat(result.sample.parts[0], result.design.starts)
    np.testing.assert_allclose(parts, 1.0, atol=CLOSED)
    own = result.cross_loadings.merge(result.items, on=["item", "block"])
    np.testing.assert_allclose(own["loading_x"], own["loading_y"], atol=1e-10)


def test_a_block_asked_the_other_way_round_turns_its_paths() -> None:
    data = small_answers()
    turned = data.assign(v1=10 - data["v1"], v2=10 - data["v2"])
    one, two = model(data, draws=2), model(turned, draws=2)
    sign = np.array([-1, 1, -1, 1])
    np.testing.assert_allclose(two.paths["estimate"], sign * one.paths["estimate"], atol=1e-8)
    assert (two.items["loading"] > 0).all()


def test_a_reversed_item_is_named_and_its_block_has_no_index() -> None:
    data = small_answers()
    result = model(data.assign(q3=10 - data["q3"]))
    assert "run against their block" in told(result)
    assert "q3 has a negative weight; no index is given for Perceived quality" in told(result)
    index = result.blocks.set_index("block")["index"]
    assert index.isna().tolist() == [True, False, False, False]


def test_only_declared_ends_make_an_index() -> None:
    data = small_answers()
    assert model(data, limits=None).blocks["index"].isna().all()
    assert "ends of a scale are unknown" in told(model(data, limits=None))
    some = model(data, limits={"SAT": (0, 10), "q1": (0, 10)}).blocks.set_index("block")["index"]
    assert some.notna().tolist() == [False, False, True, False]
    wide, narrow = model(data, limits=(-10, 10)), model(data, limits=(0, 10))
    np.testing.assert_allclose(wide.blocks["index"], 50 + narrow.blocks["index"] / 2, atol=1e-9)


def test_a_code_for_no_answer_is_no_answer() -> None:
    data = small_answers()
    coded = data.copy()
    coded.loc[:4, "q1"] = -99
    with pytest.raises(InputError, match="no missing answers"):
        model(coded)
    pd.testing.assert_frame_equal(
        model(coded, missing="drop").paths, model(data.loc[5:]).paths, rtol=1e-7
    )


@pytest.mark.parametrize("missing", ["drop", "mean", "pairwise"])
def test_missing_answers_are_met_as_asked(missing: str) -> None:
    data = small_answers(300)
    gaps = data.mask(np.random.default_rng(0).random(data.shape) < 0.03)
    result = model(gaps, missing=missing)
    assert abs(result.paths["estimate"] - model(data).paths["estimate"]).max() < 0.1
    assert (result.glance().loc[0, "n_dropped"] > 0) == (missing == "drop")


def test_within_banks_what_tells_banks_apart_plays_no_part() -> None:
    data = small_answers(300)
    bank = np.arange(300) % 3
    lifted = data + 3.0 * bank[:, None]
    options = {"limits": None, "draws": 2}
    plain = model(data - data.groupby(bank).transform("mean"), **options)
    within = model(lifted.assign(bank=bank), within="bank", **options)
    np.testing.assert_allclose(within.paths["estimate"], plain.paths["estimate"], atol=1e-8)
    pooled = model(lifted, **options)
    assert abs(pooled.paths["estimate"] - plain.paths["estimate"]).max() > 0.05


def test_rows_of_one_person_are_one_draw() -> None:
    data = pd.concat([small_answers()] * 3, ignore_index=True)
    person = np.tile(np.arange(120), 3)
    by_person = model(data.assign(id=person), respondent="id", draws=400)
    by_row = model(data, draws=400)
    ratio = by_person.paths["std_error"] / by_row.paths["std_error"]
    assert ratio.between(1.5, 2.0).all()  # sqrt(3), three rows being one


def test_draws_that_cannot_be_fitted_are_counted_and_left_out() -> None:
    data = small_answers(60)
    rare = data.assign(l1=np.r_[9.0, np.full(59, 7.0)])
    result = model(rare, draws=300)
    left_out = result.glance().loc[0, "n_degenerate"]
    assert 300 * 0.25 < left_out < 300 * 0.5  # the one person is in 1 - 1/e of the draws
    assert len(result.drawn.settled) == 300 - left_out
    assert "could not be fitted" in told(result)
    assert result.paths.notna().all(axis=None)


def test_items_that_everybody_answered_alike_are_left_out_and_named() -> None:
    result = model(small_answers().assign(q2=5.0))
    assert "same answer: q2" in told(result)
    assert "q2" not in set(result.items["item"])


def test_a_stack_of_matrices_is_fitted_like_each_alone(rng) -> None:
    data = small_answers(80).to_numpy()
    stack = np.stack([np.corrcoef(data[rng.integers(0, 80, 80)].T) for _ in range(30)])
    stack[7] = np.nan
    design = path_design(blocks=BLOCKS, paths=PATHS, modes={"QUAL": "B"})
    together = fit_paths(stack, design=design)
    assert together.settled.tolist() == [at != 7 for at in range(30)]
    for at in (0, 15, 29):
        alone = fit_paths(stack[at : at + 1], design=design)
        np.testing.assert_allclose(together.weights[at], alone.weights[0], atol=1e-9)
        assert together.rounds[at] == alone.rounds[0]


def test_templates_are_those_of_the_indices() -> None:
    assert len(ECSI.paths) == 10
    assert ("SAT", "COMP") in ACSI.paths
    design = path_design(blocks={name: [name] for name in ACSI.blocks}, paths=ACSI.paths)
    assert [design.blocks[at] for at in design.order][-1] == "LOY"
    assert ECSI.paths_among(["QUAL", "SAT"]) == (("QUAL", "SAT"),)


@pytest.mark.slow
def test_intervals_hold_the_population_value(monkeypatch) -> None:
    """A few of the simulated samples; the whole table is `make simulate`."""
    monkeypatch.setattr(simulation, "POPULATION", 100_000)
    simulation.truth.cache_clear()
    rows = simulation.coverage_rows("plain", simulation.plain, n=100, runs=50, draws=199)
    simulation.truth.cache_clear()
    for row in rows:
        assert 0.88 < row["coverage"] < 0.99, row


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"paths": [*PATHS, ("LOY", "QUAL")]}, InputError, "must not go round.*QUAL.*->"),
        ({"paths": [("QUAL", "QUAL"), *PATHS]}, InputError, "must not go round"),
        ({"paths": [*PATHS, ("QUAL", "SATT")]}, InputError, "not in `blocks`.*Did you mean 'SAT'"),
        ({"paths": [*PATHS, ("QUAL", "SAT")]}, InputError, "each path once"),
        ({"paths": PATHS[:3]}, InputError, "to or from every block; found none for .'LOY'"),
        ({"blocks": BLOCKS | {"LOY": ["l9"]}}, InputError, "not in the table.*l9"),
        ({"blocks": BLOCKS | {"LOY": ["s1"]}}, InputError, "in one block; found 's1'"),
        ({"blocks": BLOCKS | {"LOY": []}}, InputError, "list of items.*'LOY'"),
        ({"blocks": BLOCKS | {"LOY": "l1"}}, InputError, "list of items.*'l1'"),
        ({"blocks": {"SAT": ["s1"]}}, InputError, "at least two blocks"),
        ({"scheme": "centroids"}, InputError, "Did you mean 'centroid'"),
        ({"modes": "C"}, InputError, "`modes` must be one of"),
        ({"modes": {"SATT": "B"}}, InputError, "`modes` names blocks"),
        ({"limits": (10, 0)}, ScaleError, "a low end and a higher one"),
        ({"limits": (1, 5)}, ScaleError, "must hold every answer.*q1"),
        ({"limits": {"satt": (0, 10)}}, InputError, "must name items or blocks"),
        ({"draws": 1}, InputError, "`draws`"),
        ({"level": 95}, ScaleError, "`level`"),
        ({"weight": "w"}, InputError, "`weight` names columns"),
        ({"within": "bank"}, InputError, "bank"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, Any], error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        model(**change)


def test_blocks_without_differences_are_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"l1.*all there is of .'LOY'"):
        model(small_answers().assign(l1=3))


def test_items_that_determine_each_other_are_refused_in_mode_b_only() -> None:
    data = small_answers()
    doubled = data.assign(q3=data["q1"] + data["q2"])
    assert model(doubled, limits=None).paths.notna().all(axis=None)
    with pytest.raises(InputError, match=r"do not determine each other.*q1.*q2.*q3.*QUAL"):
        model(doubled, limits=None, modes={"QUAL": "B"})


def test_blocks_that_determine_each_other_are_refused() -> None:
    data = small_answers()
    with pytest.raises(InputError, match=r"leading to .'SAT'.* do"):
        model(data.assign(v1=data["q1"], v2=data["q2"]), limits=None,
              blocks=BLOCKS | {"QUAL": ["q1", "q2"]})  # fmt: skip


def test_too_few_persons_are_refused() -> None:
    with pytest.raises(NotEnoughDataError, match=r"at least 5 persons.*found 4"):
        model(small_answers(4))


def test_few_persons_are_noted() -> None:
    assert "Only 20 persons" in told(model(small_answers(20)))


# --- contract ----------------------------------------------------------------------------------


def test_contract() -> None:
    data = small_answers()
    assert_contract(
        lambda: path_model(data, blocks=BLOCKS, paths=PATHS, limits=(0, 10), draws=40), data
    )


# --- the smallest path that matters --------------------------------------------------------------


def leaking(n: int, third: float, *, seed: int) -> pd.DataFrame:
    """Two causes correlated .6, answered with reliability .75; the second leads on by `third`."""
    rng = np.random.default_rng(seed)
    one = rng.normal(size=n)
    two = 0.6 * one + 0.8 * rng.normal(size=n)
    target = 0.5 * one + third * two
    target = target + np.sqrt(1 - target.var()) * rng.normal(size=n)
    items = {
        f"{name}{at}": latent + rng.normal(size=n) * np.sqrt(0.99 * 3 * (1 / 0.75 - 1))
        for name, latent in (("a", one), ("b", two), ("s", target))
        for at in range(3)
    }
    return pd.DataFrame(items)


LEAK = {"blocks": {name: [f"{name.lower()}{at}" for at in range(3)] for name in "ABS"},
        "paths": [("A", "S"), ("B", "S")]}  # fmt: skip


def test_a_path_freed_of_unreliability_is_the_latent_one() -> None:
    result = path_model(leaking(60_000, 0.0, seed=1), **LEAK, draws=20)
    row = result.paths.set_index("source")
    assert row.loc["B", "estimate"] > 0.05  # leaks in from the other cause
    assert row.loc["B", "corrected"] == pytest.approx(0.0, abs=0.02)
    assert row.loc["A", "corrected"] == pytest.approx(0.5, abs=0.02)
    assert row.loc["B", "ci_low"] > 0
    assert row.loc["B", "size"] != "matters"
    assert row.loc["A", "size"] == "matters"


def test_correction_is_by_rho_a_of_the_blocks() -> None:
    result = path_model(leaking(300, 0.2, seed=2), **LEAK, draws=20)
    rho = np.sqrt(result.blocks.set_index("block")["rho_a"])
    lone = path_model(leaking(300, 0.2, seed=2), draws=20,
                      blocks={"A": LEAK["blocks"]["A"], "S": LEAK["blocks"]["S"]},
                      paths=[("A", "S")])  # fmt: skip
    own = np.sqrt(lone.blocks.set_index("block")["rho_a"])
    assert lone.paths["corrected"][0] == pytest.approx(
        lone.paths["estimate"][0] / own["A"] / own["S"], rel=1e-9
    )
    assert (rho < 1).all()
    single = path_model(leaking(300, 0.2, seed=2), blocks={"A": ["a0"], "S": ["s0"]},
                        paths=[("A", "S")], draws=20)  # fmt: skip
    assert single.paths["corrected"][0] == pytest.approx(single.paths["estimate"][0], rel=1e-12)


@pytest.mark.parametrize(
    ("path", "error", "corrected", "size"),
    [
        (0.20, 0.04, (0.05, 0.3), "matters"),
        (0.20, 0.04, (-0.05, 0.3), "open"),
        (-0.20, 0.04, (-0.3, -0.05), "matters"),
        (0.17, 0.04, (0.05, 0.3), "open"),
        (0.026, 0.012, (-0.05, 0.3), "small"),
        (-0.09, 0.012, (-0.3, -0.05), "open"),
    ],
)
def test_the_rule_of_sizes(path: float, error: float, corrected: tuple, size: str) -> None:
    from brandkit.satisfaction.paths.paths import path_size

    found = {"estimate": [path], "std_error": [error], "ci_low": [path - 1.96 * error],
             "ci_high": [path + 1.96 * error]}  # fmt: skip
    ends = tuple(np.array([end]) for end in corrected)
    assert path_size(found, corrected=ends, smallest=0.10) == [size]


def test_a_smallest_path_off_its_range_is_refused() -> None:
    with pytest.raises(ScaleError, match="`smallest` must lie between 0 and 1"):
        path_model(leaking(60, 0.0, seed=2), **LEAK, smallest=1.5)


@pytest.mark.slow
def test_leaks_do_not_matter_and_paths_of_a_fifth_do() -> None:
    """A part of ``benchmarks.simulations.paths``: 25 samples a design."""
    from benchmarks.simulations.paths import size_rows

    for row in size_rows(runs=25, designs=((1000, 0.0), (1000, 0.2))):
        if row["path"] == 0:
            assert row["matters"] <= 0.05 + 2.6 * 0.044, row
            assert row["not 0"] >= 0.5, row  # the plain path leaks
        else:
            assert row["matters"] >= 0.8, row
