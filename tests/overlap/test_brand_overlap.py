"""Bank overlap: by hand, against a slow second writing, invariants, chance, stability, refusals."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from brandkit.core.errors import BrandkitError
from brandkit.overlap import FACET_WEIGHTS, BrandOverlap, brand_overlap, fit_reference
from brandkit.overlap.brands.kernel import best_of_draws, stability_interval
from brandkit.overlap.examples import catalog_of, small_catalog
from brandkit.sources.catalog.catalog import Catalog
from tests.conftest import some
from tests.contract import assert_contract
from tests.overlap.markets import random_market, unrelated_market
from tests.reference.product_similarity.plain import Market

EXACT = {"rtol": 0, "atol": 1e-12}
NUMBERS = [
    "n_offers", "n_compared", "overlap", "overlap_shared", "expected", "excess",
    "stability_low", "stability_high", "bound_low", "bound_high", "sister",
]  # fmt: skip


def overall(result: BrandOverlap) -> pd.DataFrame:
    rows = result.pairs[result.pairs["category"].isna()]
    return rows.set_index(["brand_a", "brand_b"])


def listed(brand: str, product: str, *features: str, category: str = "cards") -> dict[str, Any]:
    return {"brand": brand, "product": product, "name": "", "category": category,
            "features": list(features)}  # fmt: skip


# --- known values --------------------------------------------------------------------------------


def test_by_hand() -> None:
    catalog = catalog_of([
        listed("A", "1", "p", "q"), listed("A", "2", "p"), listed("A", "3", "z", category="loans"),
        listed("B", "1", "p", "q"), listed("C", "1", "q"),
    ])  # fmt: skip
    # cards: p in A and B, q in all three: weights w = 1 + ln(4/3) and 1
    w = 1 + np.log(4 / 3)
    both, p_only, q_only = 1.0, w / (1 + w), 1 / (1 + w)
    found = overall(brand_overlap(catalog, draws=0))
    assert found.loc[("A", "B"), "overlap"] == pytest.approx((both + p_only + 0) / 3, abs=1e-12)
    assert found.loc[("A", "B"), "overlap_shared"] == pytest.approx((1 + p_only) / 2, abs=1e-12)
    assert found.loc[("B", "A"), "overlap"] == pytest.approx(1, abs=1e-12)
    assert found.loc[("A", "C"), "overlap"] == pytest.approx((q_only + 0 + 0) / 3, abs=1e-12)
    # expected at B: one offer drawn from B's and C's
    expected = ((both + q_only) / 2 + (p_only + 0) / 2 + 0) / 3
    assert found.loc[("A", "B"), "expected"] == pytest.approx(expected, abs=1e-12)
    excess = ((both + p_only) / 3 - expected) / (1 - expected)
    assert found.loc[("A", "B"), "excess"] == pytest.approx(excess, abs=1e-12)


def test_brands_by_hand() -> None:
    catalog = catalog_of([
        listed("A", "1", "p"), listed("A", "2", "q"), listed("A", "3", "p"),
        listed("A", "4", "z", category="loans"), listed("B", "1", "p"), listed("C", "1", "q", "r"),
        listed("B", "2", "s"),
    ])  # fmt: skip
    brand = brand_overlap(catalog, draws=0).brands.set_index("brand").loc["A"]
    r = 1 + np.log(4 / 2)
    q = 1 + np.log(4 / 3)
    best = [1, q / (q + r), 1, 0]
    assert brand["uniqueness"] == pytest.approx(1 - np.mean(best), abs=1e-12)
    assert brand["breadth"] == pytest.approx(-0.75 * np.log(0.75) - 0.25 * np.log(0.25), abs=1e-12)
    assert brand[["n_offers", "n_categories", "n_rivals"]].tolist() == [4, 2, 2]
    assert brand[["nearest", "nearest_rival"]].tolist() == ["B", "B"]
    assert brand["nearest_overlap"] == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_the_slow_writing(seed: int) -> None:
    offers = random_market(seed, brands=4, most=2)
    market = Market(offers, FACET_WEIGHTS)
    found = overall(brand_overlap(catalog_of(offers), draws=0))
    brands = sorted({offer["brand"] for offer in offers})
    for a, b in itertools.permutations(brands, 2):
        overlap = market.overlap(a, b)
        row = found.loc[(a, b)]
        if overlap is None:
            assert np.isnan(row["overlap"])
            continue
        assert row["overlap"] == pytest.approx(overlap, abs=1e-12)
        mine = [p for p in offers if p["brand"] == a and market.best(p, b) is not None]
        expected = np.mean([market.expected(p, b) for p in mine])
        assert row["expected"] == pytest.approx(expected, abs=1e-12)


@given(st.integers(0, 10_000), st.integers(2, 8), st.integers(1, 8))
@settings(max_examples=some(40), deadline=None)
def test_the_best_of_draws_is_that_of_every_draw(seed: int, n: int, m: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.random(n), 2)
    values[rng.random(n) < 0.2] = np.nan
    m = min(m, n)
    drawn = [max((v for v in each if not np.isnan(v)), default=np.nan)
             for each in itertools.combinations(values.tolist(), m)]  # fmt: skip
    found = best_of_draws(values[None, :], np.array([m]))[0, 0]
    if np.isnan(drawn).all():
        assert np.isnan(found)
    else:
        assert found == pytest.approx(np.nanmean(drawn), abs=1e-12)


# --- invariants ----------------------------------------------------------------------------------


@given(st.integers(0, 10_000))
@settings(max_examples=some(8), deadline=None)
def test_a_bank_overlaps_itself_wholly_and_bounds_hold_the_estimate(seed: int) -> None:
    result = brand_overlap(catalog_of(random_market(seed)), draws=20)
    own = np.diag(result.matrix().to_numpy())
    np.testing.assert_allclose(own[~np.isnan(own)], 1.0, **EXACT)
    pairs = result.pairs.dropna(subset=["overlap"])
    assert (pairs["bound_low"] <= pairs["overlap"] + 1e-12).all()
    assert (pairs["overlap"] <= pairs["bound_high"] + 1e-12).all()
    brands = result.brands.dropna(subset=["uniqueness"])
    assert (brands["bound_low"] <= brands["uniqueness"] + 1e-12).all()
    assert (brands["uniqueness"] <= brands["bound_high"] + 1e-12).all()


def renamed(catalog: Catalog, names: dict[str, str]) -> Catalog:
    return replace(
        catalog,
        products=catalog.products.assign(
            brand=catalog.products["brand"].astype("str").replace(names)
        ),
        attributes=catalog.attributes.assign(
            brand=catalog.attributes["brand"].astype("str").replace(names)
        ),
    )


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
@settings(max_examples=some(4), deadline=None, phases=[Phase.generate])
def test_order_and_names_move_nothing(seed: int, random: Any) -> None:
    catalog = catalog_of(random_market(seed, brands=3, most=8))
    before = brand_overlap(catalog, draws=50)
    rows = list(range(len(catalog.products)))
    cells = list(range(len(catalog.attributes)))
    random.shuffle(rows)
    random.shuffle(cells)
    moved = replace(
        catalog, products=catalog.products.iloc[rows], attributes=catalog.attributes.iloc[cells]
    )
    pd.testing.assert_frame_equal(before.pairs, brand_overlap(moved, draws=50).pairs,
                                  check_exact=True)  # fmt: skip
    names = {"bank P": "bank Z", "bank Q": "bank A", "bank R": "bank M"}
    after = brand_overlap(renamed(catalog, names), draws=50)
    expected = before.pairs.astype({"brand_a": "str", "brand_b": "str"})
    expected = expected.replace({"brand_a": names, "brand_b": names})
    keys = ["brand_a", "brand_b", "category"]
    pd.testing.assert_frame_equal(
        expected.sort_values(keys, ignore_index=True)[NUMBERS].astype(float),
        after.pairs.sort_values(keys, ignore_index=True)[NUMBERS].astype(float),
        rtol=0, atol=1e-12,
    )  # fmt: skip


@given(st.integers(0, 10_000))
@settings(max_examples=some(6), deadline=None)
def test_a_new_bank_moves_no_old_overlap_and_only_lowers_uniqueness(seed: int) -> None:
    offers = random_market(seed)
    reference = fit_reference(catalog_of(offers))
    newcomer = [{**offer, "brand": "newcomer"} for offer in random_market(seed + 1, brands=1)]
    before = brand_overlap(catalog_of(offers), reference=reference, draws=0)
    after = brand_overlap(catalog_of([*offers, *newcomer]), reference=reference, draws=0)
    old, new = overall(before), overall(after)
    np.testing.assert_allclose(new.loc[old.index, "overlap"], old["overlap"], **EXACT)
    if not after.brands["n_sisters"].any():
        unique = before.brands.set_index("brand")["uniqueness"]
        lower = after.brands.set_index("brand")["uniqueness"].loc[unique.index]
        assert (lower.dropna() <= unique[lower.notna()] + 1e-12).all()


def test_a_bank_that_lists_its_offers_twice_over_is_no_more_alike() -> None:
    offers = random_market(3)
    one = overall(brand_overlap(catalog_of(offers), draws=0, reference=None))
    reference = fit_reference(catalog_of(offers))
    twice = [*offers, *({**offer, "product": offer["product"] + "x"} for offer in offers
                        if offer["brand"] == "bank P")]  # fmt: skip
    two = overall(brand_overlap(catalog_of(twice), draws=0, reference=reference))
    np.testing.assert_allclose(two.loc[one.index, "overlap"], one["overlap"], **EXACT)


# --- bounds --------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_bounds_hold_for_every_completion_of_two_catalogues(seed: int) -> None:
    rng = np.random.default_rng(seed)
    offers = []
    for brand, choice in (("A", "pqr"), ("B", "qs")):
        for number in range(2):
            names = [name for name in choice if rng.random() < 0.7] or ["q"]
            offers.append(listed(brand, str(number), *names))
    catalog = catalog_of(offers)
    reference = fit_reference(catalog)
    result = brand_overlap(catalog, reference=reference, draws=0)
    attributes = catalog.attributes
    open_rows = attributes.index[attributes["state"] == "not_stated"].tolist()
    assert 2 <= len(open_rows) <= 6
    bounds, unique = overall(result), result.brands.set_index("brand")
    for states in itertools.product(("has", "has_not"), repeat=len(open_rows)):
        changed = attributes.copy()
        changed.loc[open_rows, "state"] = list(states)
        truth = brand_overlap(replace(catalog, attributes=changed), reference=reference, draws=0)
        found = overall(truth)["overlap"]
        assert (found >= bounds["bound_low"] - 1e-12).all()
        assert (found <= bounds["bound_high"] + 1e-12).all()
        if not truth.brands["n_sisters"].any() and not unique["n_sisters"].any():
            alone = truth.brands.set_index("brand")["uniqueness"]
            assert (alone >= unique["bound_low"] - 1e-12).all()
            assert (alone <= unique["bound_high"] + 1e-12).all()


def test_what_cannot_be_compared_is_missing_and_wholly_open() -> None:
    catalog = catalog_of([
        {**listed("A", "1", "p"), "name": "saver"}, {**listed("B", "1"), "features": None,
        "name": "saver"}, {**listed("C", "1", "p"), "name": "saver"},
    ])  # fmt: skip
    result = brand_overlap(catalog, draws=0)
    row = overall(result).loc[("A", "B")]
    assert np.isnan(row["overlap"])
    assert row[["n_compared", "bound_low", "bound_high"]].tolist() == [0, 0, 1]
    assert "B discloses too little to be compared at all" in " ".join(map(str, result.notes))
    # with the same reference a fuller rival can only lower what looked unique
    assert result.brands.set_index("brand").loc["A", "nearest"] == "C"


# --- chance --------------------------------------------------------------------------------------


def test_unrelated_catalogues_exceed_chance_by_nothing_whatever_their_size() -> None:
    rng = np.random.default_rng(11)
    numbers = {1: 40, 3: 20, 10: 8, 30: 3, 100: 2}
    sizes = {f"{size:03d} {at}": size for size, number in numbers.items() for at in range(number)}
    markets = []
    for _ in range(3):
        found = overall(brand_overlap(catalog_of(unrelated_market(rng, sizes)), draws=0))
        size = found.index.get_level_values("brand_b").str[:3].astype(int)
        markets.append(found.groupby(size)[["overlap", "excess"]].mean())
    mean = sum(markets) / len(markets)
    assert mean["excess"].abs().max() <= 0.02
    # raw overlap does grow with a rival's size alone
    assert mean.loc[100, "overlap"] - mean.loc[1, "overlap"] > 0.2


def test_a_category_of_two_banks_has_no_excess_and_says_so() -> None:
    catalog = catalog_of([listed("A", "1", "p"), listed("B", "1", "p", "q")])
    result = brand_overlap(catalog, draws=0)
    assert result.pairs["excess"].tolist() == [0, 0, 0, 0]
    assert "In 1 category only two banks are present" in " ".join(map(str, result.notes))


# --- stability -----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [5, 12, 40])
def test_stability_intervals_cover_with_the_rival_held(n: int) -> None:
    """A fast subset, 600 runs; benchmarks/simulations/overlap.py holds the whole table."""
    rng = np.random.default_rng(n)
    values = rng.beta(8, 4, size=(n, 600))
    low, high = stability_interval(values, draws=300, seed=0, level=0.95)
    covered = np.mean((low <= 8 / 12) & (high >= 8 / 12))
    error = 2.6 * np.sqrt(0.05 * 0.95 / 600)
    assert 0.91 - error <= covered <= 0.98 + error


def test_under_five_offers_there_is_no_interval() -> None:
    offers = [listed("A", str(at), "p", f"f{at}") for at in range(4)] + [listed("B", "1", "p")]
    result = brand_overlap(catalog_of(offers), draws=20)
    assert result.pairs[["stability_low", "stability_high"]].isna().all().all()
    assert "2 banks with fewer than 5 offers have no stability interval" in " ".join(
        map(str, result.notes)
    )


def test_identical_catalogues_are_steady_at_one() -> None:
    offers = [listed(brand, str(at), "p", f"f{at}") for brand in "AB" for at in range(6)]
    row = overall(brand_overlap(catalog_of(offers), draws=50)).loc[("A", "B")]
    assert (row[["overlap", "stability_low", "stability_high"]] == 1).all()


def test_the_seed_moves_intervals_only() -> None:
    catalog = catalog_of(random_market(5, most=8))
    one, two = (brand_overlap(catalog, draws=50, seed=seed).pairs for seed in (0, 1))
    fixed = [name for name in one if not name.startswith("stability")]
    pd.testing.assert_frame_equal(one[fixed], two[fixed])
    assert not one["stability_low"].equals(two["stability_low"])
    none = brand_overlap(catalog, draws=0).pairs
    assert none["stability_low"].notna().equals(one["stability_low"].notna())


# --- sisters -------------------------------------------------------------------------------------


def family(n_changed: int) -> Catalog:
    """Two banks with ten offers each, all but some of them the same, and a stranger."""
    offers = [listed("A", str(at), "p", f"f{at}") for at in range(10)]
    offers += [listed("B", str(at), *(("x", f"g{at}") if at < n_changed else ("p", f"f{at}")))
               for at in range(10)]  # fmt: skip
    return catalog_of([*offers, listed("C", "1", "p", "q"), listed("C", "2", "f1", "q")])


def test_sisters_share_nine_tenths_of_the_smaller_catalogue() -> None:
    result = brand_overlap(family(1), draws=0)
    brand = result.brands.set_index("brand").loc["A"]
    assert brand[["nearest", "nearest_rival"]].tolist() == ["B", "C"]
    assert brand[["n_rivals", "n_sisters"]].tolist() == [1, 1]
    assert overall(result)["sister"].tolist() == [True, False, True, False, False, False]
    assert "1 pair of sister banks is not counted" in " ".join(map(str, result.notes))
    assert result.glance()["n_sisters"].iloc[0] == 1
    apart = brand_overlap(family(2), draws=0).brands.set_index("brand").loc["A"]
    assert apart["nearest_rival"] == "B"


def test_a_declared_owner_makes_sisters() -> None:
    catalog = replace(family(9), owners={"A": "Holding", "C": "Holding", "B": ""})
    result = overall(brand_overlap(catalog, draws=0))
    assert result.loc[("A", "C"), "sister"]
    assert not result.loc[("A", "B"), "sister"]


def test_where_all_others_are_sisters_there_is_no_rival() -> None:
    offers = [listed(brand, str(at), f"f{at}") for brand in "AB" for at in range(3)]
    brand = brand_overlap(catalog_of(offers), draws=0).brands.iloc[0]
    assert np.isnan(brand["uniqueness"])
    assert pd.isna(brand["nearest_rival"])
    assert brand["nearest"] == "B"


# --- shape and refusals --------------------------------------------------------------------------


def test_one_category_at_a_time() -> None:
    whole = brand_overlap(small_catalog(), draws=0)
    cards = brand_overlap(small_catalog(), category="Cards", draws=0)
    one = whole.pairs[whole.pairs["category"] == "cards"].reset_index(drop=True)
    other = cards.pairs[cards.pairs["category"] == "cards"].reset_index(drop=True)
    pd.testing.assert_frame_equal(one, other)
    assert cards.matrix().equals(whole.matrix(category="cards"))
    assert set(cards.brands["brand"]) == {"Kestrel", "Meridian"}


REFUSED = [
    (lambda c: brand_overlap(c, category="saving"), "Did you mean 'savings'"),
    (lambda c: brand_overlap(c, draws=-1), "`draws` must be a whole number at least 0"),
    (lambda c: brand_overlap(c, seed=0.5), "`seed` must be a whole number"),
    (lambda c: brand_overlap(c, level=95), "`level` must lie between 0 and 1; found 95"),
    (lambda c: brand_overlap(c, draws=0).matrix(value="overlaps"), "Did you mean 'overlap'"),
    (lambda c: brand_overlap(c, draws=0).matrix(category="card"), "Did you mean 'cards'"),
    (lambda c: brand_overlap(replace(c, products=c.products.head(3))), "at least two brands"),
]


@pytest.mark.parametrize(("call", "said"), REFUSED)
def test_refusals(call: Callable[[Catalog], object], said: str) -> None:
    with pytest.raises(BrandkitError, match=said):
        call(small_catalog())


def test_only_references_are_taken_for_one() -> None:
    with pytest.raises(TypeError, match="`reference` must come from fit_reference"):
        brand_overlap(small_catalog(), reference="reference.json")  # type: ignore[arg-type]


def test_contract() -> None:
    catalog = small_catalog()
    assert_contract(lambda: brand_overlap(catalog, draws=20), catalog.products, catalog.attributes)
