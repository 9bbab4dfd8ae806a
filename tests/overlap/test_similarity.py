"""Product similarity: by hand, against a slow second writing of it, its invariants and refusals."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC
from sklearn.feature_extraction.text import TfidfVectorizer

from brandkit.core.errors import BrandkitError
from brandkit.overlap import FACET_WEIGHTS, fit_reference, product_similarity
from brandkit.overlap.examples import catalog_of, small_catalog
from brandkit.overlap.similarity.facets import counted_texts, text_pieces, unit_rows
from brandkit.sources.catalog.catalog import Catalog, read_catalog
from tests.conftest import some
from tests.contract import assert_contract
from tests.overlap.markets import random_market
from tests.reference.product_similarity.plain import Market

EXACT = {"rtol": 0, "atol": 1e-12}
LISTS = {"features": 2.0, "channels": 1.0}

Key = tuple[str, str, str, str]


def similarities(catalog: Catalog, **options: Any) -> dict[Key, float]:
    pairs = product_similarity(catalog, top=None, **options).pairs
    keys = pairs[["brand_a", "product_a", "brand_b", "product_b"]].itertuples(index=False)
    return dict(zip(map(tuple, keys), pairs["similarity"], strict=True))


def two(mine: dict[str, Any], theirs: dict[str, Any], *others: dict[str, Any]) -> Catalog:
    """Two offers of two banks, and others beside them."""
    made = [
        {"brand": brand, "product": "1", "name": "", "category": "cards", **offer}
        for brand, offer in zip("ABCDEF", (mine, theirs, *others), strict=False)
    ]
    return catalog_of(made)


# --- known values --------------------------------------------------------------------------------


def test_lists_by_hand() -> None:
    catalog = two({"features": ["p", "q"]}, {"features": ["p", "r"]}, {"features": ["p"]})
    # three banks disclose; p has three, q and r one: 1 + ln(4/4) and 1 + ln(4/2)
    rare = 1 + np.log(2)
    found = similarities(catalog)
    assert found["A", "1", "B", "1"] == pytest.approx(1 / (1 + 2 * rare), abs=1e-12)
    assert found["A", "1", "C", "1"] == pytest.approx(1 / (1 + rare), abs=1e-12)


def test_amounts_by_hand() -> None:
    catalog = two(
        {"fees": {"annual": 10.0, "late": 5.0}}, {"fees": {"annual": 30.0, "late": 9.0}},
        {"fees": {"annual": 50.0}},
    )  # fmt: skip
    found = similarities(catalog, weights={"fee_amounts": 1})
    # ranges 40 and 4
    assert found["A", "1", "B", "1"] == pytest.approx((0.5 + 0) / 2, abs=1e-12)
    assert found["A", "1", "C", "1"] == pytest.approx(0, abs=1e-12)
    assert found["B", "1", "C", "1"] == pytest.approx(0.5, abs=1e-12)


def test_facets_are_weighed_over_what_both_disclose() -> None:
    catalog = two(
        {"features": ["p"], "rates": {"deposit": 0.02}},
        {"features": ["p"], "rates": {"deposit": 0.04}},
        {"features": ["p"], "fees": {"annual": 3.0}},
    )
    weights = {"features": 3, "rates": 1, "fees": 1}
    found = similarities(catalog, weights=weights)
    assert found["A", "1", "B", "1"] == pytest.approx(3 / 4, abs=1e-12)
    assert found["A", "1", "C", "1"] == pytest.approx(1, abs=1e-12)


def test_texts_agree_with_scikit_learn() -> None:
    names = ["everyday saver", "everyday card", "台湾活期存款", "活期存款", "saver"]
    pieces = text_pieces(names)
    rows = unit_rows(pieces, counted_texts(pieces, repeats=np.ones(len(names), dtype=int)))
    made = TfidfVectorizer(analyzer="char", ngram_range=(2, 3), lowercase=False)
    expected = made.fit_transform([f" {name} " for name in names])
    np.testing.assert_allclose(
        (rows @ rows.T).toarray(), (expected @ expected.T).toarray(), **EXACT
    )


@pytest.mark.parametrize("seed", range(5))
def test_agrees_with_the_slow_writing(seed: int) -> None:
    offers = random_market(seed)
    market = Market(offers, FACET_WEIGHTS)
    found = similarities(catalog_of(offers))
    for p, q in itertools.permutations(offers, 2):
        key = (p["brand"], p["product"], q["brand"], q["product"])
        if p["category"] == q["category"] and p["brand"] != q["brand"]:
            expected = market.similarity(p, q)
            if expected is None:
                assert key not in found
            else:
                assert found[key] == pytest.approx(expected, abs=1e-12)
        else:
            assert key not in found


def test_the_same_offer_elsewhere_is_wholly_alike() -> None:
    offer = {"features": ["p", "q", "r"], "fees": {"annual": 7.0}, "name": "Prime card"}
    found = product_similarity(two(offer, offer, {"features": ["x"], "name": "Other"}))
    best = found.pairs.set_index("brand_a").loc["A"].iloc[0]
    assert best[["similarity", "bound_low", "bound_high"]].tolist() == [1.0, 1.0, 1.0]


# --- bounds --------------------------------------------------------------------------------------


def completions(catalog: Catalog) -> list[Catalog]:
    """Every way to settle what one of two offers has and the other does not state."""
    attributes = catalog.attributes
    listed = attributes[attributes["facet"].isin(LISTS)]
    stated = listed[listed["state"] == "has"][["facet", "attribute", "brand"]]
    silent = listed[listed["state"] == "not_stated"].reset_index()
    pairs = silent.merge(stated, on=["facet", "attribute"], suffixes=("", "_other"))
    cells = pairs.loc[pairs["brand"] != pairs["brand_other"], "index"].tolist()
    made = []
    for states in itertools.product(("has", "has_not"), repeat=len(cells)):
        changed = attributes.copy()
        changed.loc[cells, "state"] = list(states)
        made.append(replace(catalog, attributes=changed))
    return made


#: Two offers of two banks, with one more of the first bank so that its silence is an answer.
OPEN_CASES = [
    {"features": ["p", "q"], "channels": ["app"]},
    {"features": ["p", "r"], "channels": ["app", "desk"]},
    {"features": {"p": "has", "q": "has_not", "r": "has"}, "channels": ["desk"]},
    {"features": ["q"]},
]


@pytest.mark.parametrize("disclosure", ["brand", "open", "closed"])
@pytest.mark.parametrize(("mine", "theirs"), [*itertools.combinations(range(4), 2)])
def test_bounds_hold_for_every_completion(disclosure: str, mine: int, theirs: int) -> None:
    offers = [
        {"brand": brand, "product": "1", "name": "", "category": "cards", **OPEN_CASES[at]}
        for brand, at in (("A", mine), ("B", theirs))
    ]
    catalog = catalog_of(offers, disclosure=dict.fromkeys(LISTS, disclosure))
    reference = fit_reference(catalog_of([*offers, {**offers[0], "brand": "C"}]))
    options: dict[str, Any] = {"weights": LISTS, "reference": reference}
    row = product_similarity(catalog, **options).pairs.iloc[0]
    truths = [
        similarities(each, **options).get(("A", "1", "B", "1")) for each in completions(catalog)
    ]
    there = [truth for truth in truths if truth is not None]
    assert min(there) >= row["bound_low"] - 1e-12
    assert max(there) <= row["bound_high"] + 1e-12
    assert any(truth == pytest.approx(row["similarity"], abs=1e-12) for truth in there)
    if all("channels" in offer for offer in offers):
        # attained, because no facet is silent on one side as a whole
        assert min(there) == pytest.approx(row["bound_low"], abs=1e-12)
        assert max(there) == pytest.approx(row["bound_high"], abs=1e-12)


def test_a_silent_facet_takes_nought_and_one() -> None:
    offers = ({"features": ["p"], "name": "prime"}, {"features": ["p"], "name": ""})
    row = product_similarity(two(*offers), weights={"features": 3, "name": 1}).pairs.iloc[0]
    assert row[["similarity", "bound_low", "bound_high"]].tolist() == [1.0, 0.75, 1.0]


def test_an_amount_only_one_side_states_is_open() -> None:
    offers = (
        {"rates": {"deposit": 0.02, "bonus": 0.01}}, {"rates": {"deposit": 0.02}},
        {"rates": {"deposit": 0.03, "bonus": 0.02}},
    )  # fmt: skip
    pairs = product_similarity(two(*offers), top=None).pairs.set_index(["brand_a", "brand_b"])
    assert pairs.loc[("A", "B"), ["similarity", "bound_low", "bound_high"]].tolist() == [1, 0.5, 1]


# --- what is not comparable ----------------------------------------------------------------------


def test_half_of_the_weight_decides_what_is_comparable() -> None:
    offers = (
        {"features": ["p"], "name": "prime"}, {"name": "prime"},
        {"features": ["p"], "name": "prime"},
    )  # fmt: skip
    catalog, weights = two(*offers), {"features": 3, "name": 2}
    found = similarities(catalog, weights=weights)
    assert set(found) == {("A", "1", "C", "1"), ("C", "1", "A", "1")}
    assert ("A", "1", "B", "1") in similarities(catalog, weights={"features": 1, "name": 1})
    lax = similarities(catalog, weights=weights, min_compared=0.4)
    assert lax["A", "1", "B", "1"] == 1.0
    notes = product_similarity(catalog, weights=weights).notes
    assert "4 of 6 pairs of offers of different banks are not comparable" in str(notes[0])


def test_explain_sets_two_offers_side_by_side() -> None:
    catalog = two(
        {"features": ["p", "q"], "fees": {"annual": 10.0}, "name": "prime card"},
        {"features": ["p", "r"], "fees": {"annual": 30.0, "late": 2.0}, "name": "prime card"},
    )
    result = product_similarity(catalog)
    why = result.explain(("A", "1"), ("B", "1")).set_index("facet")
    assert why["part"].sum() == pytest.approx(result.pairs["similarity"].iloc[0], abs=1e-12)
    assert why["weight"].sum() == pytest.approx(1, abs=1e-12)
    assert why.loc["features", ["shared", "only_a", "only_b"]].tolist() == ["p", "q", "r"]
    assert why.loc["fee_amounts", "shared"] == "annual [AUD]: 10 / 30"
    assert why.loc["fee_amounts", "only_b"] == "late [AUD]: 2"
    assert why.loc["name", "shared"] == "prime card"


def test_explain_of_what_is_not_comparable_has_no_parts() -> None:
    catalog = two({"features": ["p"], "name": "prime"}, {"name": "prime"}, {"features": ["q"]})
    result = product_similarity(catalog, weights={"features": 3, "name": 1})
    assert result.explain(("A", "1"), ("B", "1"))["part"].isna().all()


# --- invariants ----------------------------------------------------------------------------------


@given(st.integers(0, 10_000))
@settings(max_examples=some(6), deadline=None)
def test_parts_add_up_and_similarity_is_symmetric(seed: int) -> None:
    result = product_similarity(catalog_of(random_market(seed)), top=None)
    names = ["brand_a", "product_a", "brand_b", "product_b"]
    parts = result.parts.groupby(names)["part"].sum()
    pairs = result.pairs.set_index(names)
    np.testing.assert_allclose(parts.loc[pairs.index], pairs["similarity"], **EXACT)
    assert pairs["similarity"].between(0, 1).all()
    assert (pairs["bound_low"] <= pairs["similarity"] + 1e-12).all()
    assert (pairs["similarity"] <= pairs["bound_high"] + 1e-12).all()
    turned = pairs.reorder_levels([2, 3, 0, 1])
    turned.index.names = names
    np.testing.assert_allclose(turned.loc[pairs.index, "similarity"], pairs["similarity"], **EXACT)


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
@settings(max_examples=some(5), deadline=None)
def test_the_order_of_rows_changes_no_byte(seed: int, random: Any) -> None:
    catalog = catalog_of(random_market(seed))
    rows = list(range(len(catalog.products)))
    cells = list(range(len(catalog.attributes)))
    random.shuffle(rows)
    random.shuffle(cells)
    moved = replace(
        catalog, products=catalog.products.iloc[rows], attributes=catalog.attributes.iloc[cells]
    )
    assert fit_reference(moved).text == fit_reference(catalog).text
    for one, other in zip(
        (product_similarity(moved).pairs, product_similarity(moved).parts),
        (product_similarity(catalog).pairs, product_similarity(catalog).parts),
        strict=True,
    ):
        pd.testing.assert_frame_equal(one, other, check_exact=True)


@given(st.integers(0, 10_000))
@settings(max_examples=some(5), deadline=None)
def test_a_new_bank_leaves_old_similarities_with_the_reference_held(seed: int) -> None:
    offers = random_market(seed)
    reference = fit_reference(catalog_of(offers))
    newcomer = [
        {**offer, "brand": "newcomer", "features": [*offer.get("features", []), "brand new"],
         "name": offer["name"] + " plus", "fees": {"annual fee": 900.0, "odd fee": 3.0}}
        for offer in random_market(seed + 1, brands=1)
    ]  # fmt: skip
    before = similarities(catalog_of(offers), reference=reference)
    after = similarities(catalog_of([*offers, *newcomer]), reference=reference)
    assert set(before) == {key for key in after if "newcomer" not in key}
    for key, value in before.items():
        assert after[key] == pytest.approx(value, abs=1e-12)


def test_values_outside_the_reference_are_clipped_and_counted() -> None:
    reference = fit_reference(two({"rates": {"deposit": 0.02}}, {"rates": {"deposit": 0.04}}))
    later = two({"rates": {"deposit": 0.02}}, {"rates": {"deposit": 0.09}})
    result = product_similarity(later, reference=reference)
    assert result.pairs["similarity"].tolist() == [0.0, 0.0]
    assert "1 amount lies outside the reference's range" in str(result.notes[0])
    unknown = two({"rates": {"bonus": 0.02}, "name": "x"}, {"rates": {"bonus": 0.09}, "name": "x"})
    result = product_similarity(unknown, reference=reference, weights={"name": 1, "rates": 1})
    assert "2 amounts are not compared: the reference has no range" in str(result.notes[0])


def test_declared_ranges_take_the_place_of_observed_ones() -> None:
    catalog = two({"fees": {"annual": 10.0}}, {"fees": {"annual": 20.0}})
    reference = fit_reference(catalog, ranges={"annual": (0, 100)})
    found = similarities(catalog, reference=reference, weights={"fee_amounts": 1})
    assert found["A", "1", "B", "1"] == pytest.approx(0.9, abs=1e-12)


# --- through the reader --------------------------------------------------------------------------


def table(tmp_path: Path, rows: list[dict[str, Any]], name: str) -> Catalog:
    file = tmp_path / f"{name}.csv"
    pd.DataFrame(rows).to_csv(file, index=False, encoding="utf-8")
    columns = {
        "brand": "brand", "product": "id", "name": "name", "category": "category",
        "features": "features", "rates": ["rate"],
    }  # fmt: skip
    return read_catalog(file, format="table", columns=columns)


def loans(*, split: bool, percent: bool = False, text: Callable[[str], str] = str) -> list[Any]:
    rows = []
    for brand, features in (("Civic", "提前還款|線上申請"), ("Kestrel", "提前還款|固定利率")):
        for number in range(9 if split else 1):
            rate = 3.5 if brand == "Civic" else 4.5
            rows.append({
                "brand": brand, "id": f"{brand}-{number}", "category": "房屋貸款",
                "name": text(f"安家貸款{number + 1}年期"), "features": text(features),
                "rate": f"{rate}%" if percent else rate / 100,
            })  # fmt: skip
    rows.append({"brand": "Meridian", "id": "m", "category": "房屋貸款", "name": text("樂居貸款"),
                 "features": text("線上申請"), "rate": "5%" if percent else 0.05})  # fmt: skip
    return rows


def brands_only(found: dict[Key, float]) -> dict[tuple[str, str], float]:
    return {(a, b): value for (a, _, b, _), value in found.items()}


def test_one_record_or_nine_that_differ_in_term_only(tmp_path: Path) -> None:
    one = brands_only(similarities(table(tmp_path, loans(split=False), "one")))
    many = brands_only(similarities(table(tmp_path, loans(split=True), "many")))
    assert one.keys() == many.keys()
    for key, value in one.items():
        assert many[key] == pytest.approx(value, abs=1e-12)


def test_percent_or_fraction(tmp_path: Path) -> None:
    one = similarities(table(tmp_path, loans(split=False), "fraction"))
    other = similarities(table(tmp_path, loans(split=False, percent=True), "percent"))
    for key, value in one.items():
        assert other[key] == pytest.approx(value, abs=1e-12)


def test_traditional_or_simplified(tmp_path: Path) -> None:
    simplified = OpenCC("t2s").convert
    one = similarities(table(tmp_path, loans(split=False), "traditional"))
    other = similarities(table(tmp_path, loans(split=False, text=simplified), "simplified"))
    for key, value in one.items():
        assert other[key] == pytest.approx(value, abs=1e-12)
    # one bank writes traditional, the other simplified
    mixed = loans(split=False)
    for row in mixed:
        if row["brand"] == "Kestrel":
            row |= {"name": simplified(row["name"]), "features": simplified(row["features"])}
    found = similarities(table(tmp_path, mixed, "mixed"))
    for key, value in one.items():
        assert found[key] == pytest.approx(value, abs=1e-12)


# --- bad input -----------------------------------------------------------------------------------


def spelt(catalog: Catalog) -> Catalog:
    products = catalog.products.copy()
    products["category"] = ["Cards", "CARDS", "cards", "c-ards", "cards", "savings"]
    return replace(catalog, products=products)


def test_a_category_spelt_three_ways_is_one_and_named() -> None:
    plain = small_catalog()
    result = product_similarity(spelt(plain))
    assert "CARDS, Cards, c-ards were read as the category cards" in str(result.notes[0])
    united = plain.products.assign(category=["cards"] * 5 + ["savings"])
    again = product_similarity(replace(plain, products=united))
    pd.testing.assert_frame_equal(result.pairs, again.pairs)


def test_currencies_are_named_and_not_compared() -> None:
    catalog = two(
        {"features": ["p"], "fees": {"annual": (10.0, "TWD")}},
        {"features": ["p"], "fees": {"annual": (10.0, "USD")}},
    )
    result = product_similarity(catalog)
    assert "2 currencies (TWD, USD)" in str(result.notes[0])
    facets = result.parts[result.parts["brand_a"] == "A"].set_index("facet")["similarity"]
    assert np.isnan(facets["fee_amounts"])
    assert facets["fees"] == 1


def test_offers_without_a_category_are_left_out_and_counted() -> None:
    catalog = small_catalog()
    products = catalog.products.assign(category=["cards"] * 5 + [""])
    result = product_similarity(replace(catalog, products=products))
    assert "1 offer without a category is left out" in str(result.notes[0])
    assert result.n_offers == 5


def doubled(catalog: Catalog) -> Catalog:
    twice = pd.concat([catalog.products, catalog.products.head(1)])
    return replace(catalog, products=twice)


def silent(catalog: Catalog) -> Catalog:
    products = catalog.products.assign(name="", description="")
    attributes = catalog.attributes.assign(state="not_stated", value=np.nan)
    return replace(catalog, products=products, attributes=attributes)


def part(catalog: Catalog, brands: list[str], n: int | None = None) -> Catalog:
    products = catalog.products[catalog.products["brand"].isin(brands)].head(n or 99)
    return replace(catalog, products=products)


REFUSED = [
    (lambda c: product_similarity(part(c, ["Meridian"])), r"at least two brands; found \['Meri"),
    (lambda c: product_similarity(part(c, ["Kestrel"], 1)), "at least two offers.*found 1"),
    (lambda c: product_similarity(silent(c)), "every cell is not stated"),
    (lambda c: product_similarity(doubled(c)), "once; found .*Meridian: m1"),
    (lambda c: product_similarity(c, category="card"), "found 'card'.*Did you mean 'cards'"),
    (lambda c: product_similarity(c, category=[]), "at least one category"),
    (lambda c: product_similarity(c, weights={"feature": 1}), "Did you mean 'features'"),
    (lambda c: product_similarity(c, weights={"features": -1}), "finite and >= 0; found -1"),
    (lambda c: product_similarity(c, weights={"features": 0}), "at least one facet a weight"),
    (lambda c: product_similarity(c, weights={"regions": 1}), r"a facet that counts \(regions\)"),
    (lambda c: product_similarity(c, min_compared=1.5), "between 0 and 1; found 1.5"),
    (lambda c: product_similarity(c, top=0), "`top` must be a whole number at least 1"),
    (lambda c: fit_reference(c, ranges={"annual fee": (5, 5)}), "low < high"),
    (lambda c: product_similarity(c).explain(("Meridan", "m1"), ("Kestrel", "k1")),
     "Did you mean 'Meridian'"),
    (lambda c: product_similarity(c).explain(("Meridian", "k1"), ("Kestrel", "k1")),
     "product of Meridian; found 'k1'"),
    (lambda c: product_similarity(c).explain(("Meridian", "m1"), ("Tidewater", "t1")),
     "in one category"),
    (lambda c: product_similarity(c, category="cards").explain(("Meridian", "m3"),
     ("Tidewater", "t1")), "a category that was compared"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "said"), REFUSED)
def test_refusals(call: Callable[[Catalog], object], said: str) -> None:
    with pytest.raises(BrandkitError, match=said):
        call(small_catalog())


def test_no_features_at_all_is_no_hindrance() -> None:
    result = product_similarity(two({"name": "prime card"}, {"name": "prime"}, {"name": "silver"}))
    assert result.pairs["similarity"].between(0, 1).all()


# --- contract ------------------------------------------------------------------------------------


def test_contract() -> None:
    catalog = small_catalog()
    assert_contract(lambda: product_similarity(catalog), catalog.products, catalog.attributes)


def test_stored_pairs_are_json_ready() -> None:
    assert json.loads(product_similarity(small_catalog()).pairs.to_json(orient="records"))
