"""overlap_explanation: parts that add up to the overlap of two banks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.overlap import brand_overlap, fit_reference, overlap_explanation
from brandkit.overlap.examples import catalog_of, small_catalog
from tests.conftest import some
from tests.contract import assert_contract
from tests.overlap.markets import random_market


def test_it_keeps_the_contract() -> None:
    catalog = small_catalog()
    assert_contract(lambda: overlap_explanation(catalog, brand="Meridian", rival="Kestrel"))


@pytest.mark.slow
@given(st.integers(0, 10_000))
@settings(max_examples=some(4))
def test_parts_add_up_to_the_overlap_of_the_two_banks(seed: int) -> None:
    catalog = catalog_of(random_market(seed))
    table = brand_overlap(catalog, draws=0).matrix()
    for brand in table.index:
        for rival in table.columns.drop(brand):
            try:
                found = overlap_explanation(catalog, brand=brand, rival=rival)
            except NotEnoughDataError:
                assert np.isnan(table.loc[brand, rival]) or table.loc[brand, rival] == 0
                continue
            assert found.facets["part"].sum() == pytest.approx(table.loc[brand, rival], abs=1e-12)
            assert found.overlap == pytest.approx(table.loc[brand, rival], abs=1e-12)
            assert (found.facets["part"] <= found.facets["weight"] + 1e-12).all()


def test_a_category_the_rival_lacks_counts_nothing() -> None:
    found = overlap_explanation(small_catalog(), brand="Meridian", rival="Tidewater")
    assert found.facets["weight"].sum() == pytest.approx(1 / 3)
    assert (found.n_offers, len(found.offers)) == (3, 1)


def test_the_most_alike_two_that_still_differ_stand_side_by_side() -> None:
    same = {"category": "cards", "name": "card", "features": ["a", "b"]}
    catalog = catalog_of([
        {"brand": "A", "product": "1", **same},
        {"brand": "A", "product": "2", **same, "features": ["a", "c"]},
        {"brand": "B", "product": "1", **same},
    ])  # fmt: skip
    found = overlap_explanation(catalog, brand="A", rival="B")
    assert found.offers["similarity"].iloc[0] == pytest.approx(1.0)
    row = found.side_by_side.set_index("facet").loc["features"]
    assert row[["shared", "only_a", "only_b"]].tolist() == ["a", "c", "b"]
    expected = found.offers["similarity"].iloc[1]
    assert found.side_by_side["part"].sum() == pytest.approx(expected)


def test_a_stored_reference_is_held() -> None:
    catalog = small_catalog()
    reference = fit_reference(catalog)
    found = overlap_explanation(catalog, brand="Meridian", rival="Kestrel", reference=reference)
    assert found.reference.sha256 == reference.sha256


def test_offers_with_nothing_to_compare_are_said_to_be_left_out() -> None:
    catalog = catalog_of([
        {"brand": "A", "product": "1", "name": "", "category": "cards", "features": ["a"]},
        {"brand": "A", "product": "2", "name": "", "category": "cards", "channels": ["app"]},
        {"brand": "B", "product": "1", "name": "", "category": "cards", "features": ["a"]},
    ])  # fmt: skip
    found = overlap_explanation(catalog, brand="A", rival="B")
    assert found.n_unmatched == 1
    assert found.overlap == pytest.approx(brand_overlap(catalog, draws=0).matrix().loc["A", "B"])
    assert any("could not be compared with any of B's" in str(note) for note in found.notes)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"brand": "Meridan", "rival": "Kestrel"}, InputError, "Did you mean 'Meridian'"),
        ({"brand": "Kestrel", "rival": "Kestrel"}, InputError, "another bank than `brand`"),
        ({"brand": "Kestrel", "rival": "Tidewater"}, NotEnoughDataError, "share no category"),
    ],
)
def test_refusals(options: dict[str, str], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        overlap_explanation(small_catalog(), **options)
