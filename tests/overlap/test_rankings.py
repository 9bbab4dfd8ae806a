"""Orders of banks: seriation, who is drawn, how firm a nearest rival is."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError
from brandkit.overlap import brand_overlap, market_overlap
from brandkit.overlap.brands.brands import (
    closest_pairs,
    compared_pair,
    most_alike_rivals,
    ranked_rivals,
)
from brandkit.overlap.brands.kernel import most_alike, nearest_support, similarity_order
from brandkit.overlap.examples import catalog_of, small_catalog
from brandkit.overlap.regions import meeting_pairs
from tests.conftest import some
from tests.overlap.markets import unrelated_market


def square(rng: np.random.Generator, n: int) -> pd.DataFrame:
    names = [f"Bank {at:02d}" for at in range(n)]
    return pd.DataFrame(rng.random((n, n)), index=names, columns=names)


def test_planted_groups_stand_together(rng: np.random.Generator) -> None:
    names = [f"Bank {at}" for at in range(9)]
    group = np.array([0, 1, 2] * 3)
    values = np.where(group[:, None] == group[None, :], 0.9, 0.2) + 0.05 * rng.random((9, 9))
    order = similarity_order(pd.DataFrame(values, names, names))
    found = [int(group[names.index(name)]) for name in order]
    assert sum(a != b for a, b in pairwise(found)) == 2


@given(st.integers(0, 1000))
@settings(max_examples=some(15))
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = square(rng, 7)
    mixed = rng.permutation(table.index)
    assert similarity_order(table) == similarity_order(table.loc[mixed, mixed])
    assert sorted(similarity_order(table)) == sorted(table.index)


def test_the_focus_is_always_drawn(rng: np.random.Generator) -> None:
    table = square(rng, 40)
    table.loc["Bank 07"] = table["Bank 07"] = 0.0
    assert "Bank 07" in most_alike(table, most=30, focus="Bank 07")
    assert len(most_alike(table, most=30)) == 30


def test_a_rival_ahead_in_every_offer_is_nearest_in_every_resample() -> None:
    best = np.array([[0.9, 0.5], [0.8, 0.6], [0.9, 0.4], [0.7, 0.6], [0.9, 0.5]])
    assert nearest_support(best, nearest=0, draws=500, seed=0) == 1.0


def test_equal_rivals_share_the_resamples() -> None:
    best = np.repeat(np.linspace(0.1, 0.9, 8)[:, None], 2, axis=1)
    assert nearest_support(best, nearest=0, draws=200, seed=0) == pytest.approx(0.5)


def test_support_hangs_neither_on_the_order_of_offers_nor_of_rivals(
    rng: np.random.Generator,
) -> None:
    best = rng.random((9, 4))
    expected = nearest_support(best, nearest=2, draws=300, seed=0)
    assert nearest_support(best[::-1], nearest=2, draws=300, seed=0) == pytest.approx(expected)
    turned = best[:, [2, 0, 1, 3]]
    assert nearest_support(turned, nearest=0, draws=300, seed=0) == pytest.approx(expected)


@pytest.mark.parametrize(("n", "draws"), [(4, 100), (9, 0)])
def test_without_draws_or_offers_there_is_no_support(n: int, draws: int) -> None:
    assert np.isnan(nearest_support(np.ones((n, 2)), nearest=0, draws=draws, seed=0))


def test_the_nearest_of_brands_is_the_first_of_the_ranking(rng: np.random.Generator) -> None:
    catalog = catalog_of(unrelated_market(rng, {"A": 6, "B": 7, "C": 8}))
    result = brand_overlap(catalog, draws=100)
    brands = result.brands.set_index("brand")
    for brand in result.order:
        ranked = ranked_rivals(result, brand=brand)
        assert ranked["brand_b"].iloc[0] == brands.loc[brand, "nearest_rival"]
        assert ranked["brand_b"].iloc[1] == brands.loc[brand, "second_rival"]
        assert 0 <= brands.loc[brand, "nearest_rival_support"] <= 1


def test_small_banks_are_left_out_of_the_markets_pairs(rng: np.random.Generator) -> None:
    catalog = catalog_of(unrelated_market(rng, {"A": 6, "B": 7, "C": 2}))
    result = brand_overlap(catalog, draws=0)
    assert set(closest_pairs(result)["brand_a"]) == {"A", "B"}
    pairs = most_alike_rivals(result)
    assert pairs[["brand_a", "brand_b"]].to_numpy().tolist() == [["A", "B"]]
    both = result.matrix().loc[["A", "B"], ["A", "B"]].to_numpy()
    assert pairs["overlap"].iloc[0] == pytest.approx((both[0, 1] + both[1, 0]) / 2)


def test_the_pair_to_explain_is_the_focus_with_its_nearest() -> None:
    result = brand_overlap(small_catalog(), draws=0)
    assert compared_pair(result, brand="Meridian") == ("Meridian", "Kestrel")
    assert compared_pair(result) == ("Kestrel", "Meridian")


def test_meeting_pairs_have_both_ways() -> None:
    branches = pd.DataFrame({"bank": list("AABBC"), "city": list("xyxxy")})
    result = market_overlap(branches, brand="bank", market="city")
    mine = meeting_pairs(result, brand="A")
    whole = result.pairs.set_index(["brand_a", "brand_b"])["commonality"]
    for row in mine.itertuples():
        assert row.back == whole[row.brand_b, "A"]
    assert len(meeting_pairs(result)) == len(result.pairs) // 2


def test_unknown_banks_are_refused() -> None:
    result = brand_overlap(small_catalog(), draws=0)
    with pytest.raises(
        InputError, match=r"must be a bank that was compared; found 'Meridan'\. Did"
    ):
        ranked_rivals(result, brand="Meridan")
    with pytest.raises(InputError, match="It has"):
        result.telling(most=2, focus="Ω")
