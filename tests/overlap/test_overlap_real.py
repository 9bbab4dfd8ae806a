"""Bank overlap on the Australian catalogue: sisters find each other, strangers stay strangers."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from brandkit.overlap import BrandOverlap, brand_overlap
from brandkit.sources.catalog.catalog import Catalog
from tests.australia import NEWEST, australian

pytestmark = pytest.mark.real

FAMILIES = [
    {"BankSA", "St.George Bank", "Bank of Melbourne"},  # Westpac's regional brands
    {"Teachers Mutual Bank", "UniBank", "Firefighters Mutual Bank", "Health Professionals Bank"},
    {"P&N Bank", "BCU Bank"},  # Police & Nurses Limited
    {"Unity Bank", "Reliance Bank"},  # merged
]


@pytest.fixture(scope="module")
def catalog(real: Path) -> Catalog:
    return australian(real)


@pytest.fixture(scope="module")
def result(catalog: Catalog) -> BrandOverlap:
    return brand_overlap(catalog, draws=0)


@pytest.fixture(scope="module")
def entity(real: Path) -> dict[str, str]:
    """The business number of each brand's legal entity, from the register."""
    file = real / "catalogs" / "au_cdr" / "registers" / f"brands_{NEWEST}.json"
    entries = json.loads(file.read_text(encoding="utf-8")).values()
    return {each["brandName"]: str(each.get("abn") or "") for each in entries}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: min(family))
def test_sister_brands_are_each_others_nearest(result: BrandOverlap, family: set[str]) -> None:
    nearest = result.brands.set_index("brand")["nearest"]
    assert all(nearest[brand] in family for brand in family)


def test_brands_of_two_entities_are_hardly_ever_taken_for_sisters(
    result: BrandOverlap, entity: dict[str, str]
) -> None:
    pairs = result.pairs[result.pairs["category"].isna()]
    pairs = pairs[pairs["brand_a"] < pairs["brand_b"]]
    first, second = pairs["brand_a"].map(entity), pairs["brand_b"].map(entity)
    apart = pairs[(first != second) & (first.str.len() > 0) & (second.str.len() > 0)]
    assert len(apart) > 4000
    assert apart["sister"].mean() <= 0.02
    together = pairs[(first == second) & (first.str.len() > 0)]
    assert together["sister"].mean() > apart["sister"].mean()


def test_sisters_are_no_rivals(result: BrandOverlap) -> None:
    brand = result.brands.set_index("brand").loc["BankSA"]
    assert brand["nearest_rival"] not in FAMILIES[0]
    assert brand["n_sisters"] == 2
    assert brand["n_rivals"] == len(result.brands) - 3


def test_ghosts_are_nobodys_rivals(catalog: Catalog, result: BrandOverlap) -> None:
    ghosts = set(catalog.problems.loc[catalog.problems["reason"] == "ghost", "brand"].dropna())
    assert ghosts
    seen = set(result.pairs["brand_a"]) | set(result.pairs["brand_b"])
    assert not {"First Choice CU", "NICU"} & seen
    assert not ghosts & seen


def test_numbers_hold_together(result: BrandOverlap) -> None:
    pairs = result.pairs.dropna(subset=["overlap"])
    assert pairs["overlap"].between(0, 1).all()
    assert (pairs["bound_low"] <= pairs["overlap"] + 1e-12).all()
    assert (pairs["overlap"] <= pairs["bound_high"] + 1e-12).all()
    assert (pairs["excess"].dropna() <= 1 + 1e-12).all()
    assert result.brands["uniqueness"].between(0, 1).all()
    assert pd.notna(result.brands["nearest_rival"]).all()
