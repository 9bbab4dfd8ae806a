"""What a bank lacks and has alone, who sells where, and its names beside rivals'."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError
from brandkit.overlap import CatalogGaps, catalog_gaps
from brandkit.overlap.examples import catalog_of, small_catalog
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.study.study import read_study
from tests.australia import australian
from tests.contract import assert_contract

OURS = "Us"


def offer(brand: str, number: int, features: Any, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "brand": brand, "product": f"{brand}{number}", "name": f"{brand} thing {number}",
        "category": "cards",
    }  # fmt: skip
    return made | ({} if features is None else {"features": features}) | more


def market(**ours: Any) -> list[dict[str, Any]]:
    return [
        offer(OURS, 0, ours.get("features", ["own", "all"])),
        offer("B", 0, ["all", "most", "half"]), offer("B", 1, ["all", "most"]),
        offer("C", 0, ["all", "most", "half"]), offer("C", 1, ["all"]),
        offer("D", 0, None, channels=["app"]),
    ]  # fmt: skip


def rows(found: CatalogGaps, kind: str) -> pd.DataFrame:
    return found.gaps[found.gaps["kind"] == kind].set_index("attribute")


def with_segments(offers: Sequence[dict[str, Any]], segments: Sequence[str]) -> Catalog:
    catalog = catalog_of(offers)
    return replace(catalog, products=catalog.products.assign(segment=list(segments)))


def test_gaps_by_hand() -> None:
    found = catalog_gaps(catalog_of(market()), brand=OURS)
    parity = rows(found, "parity_gap")
    assert parity.index.tolist() == ["most", "half"], "the widest first"
    most = parity.loc["most"]
    # of the rivals' five offers D's lists no features, and is not comparable
    assert (most["n_comparable"], most["n_have"], most["n_rivals"]) == (4, 3, 2)
    assert (most["share_have"], most["share_not_stated"]) == (0.75, 0.0)
    assert most["n_rivals_have"] == 2
    assert most["state"] == "not_stated"
    apart = rows(found, "point_of_difference")
    assert apart.index.tolist() == ["own"]
    assert apart.loc["own", ["n_ours_have", "share_have", "share_not_stated"]].tolist() == [1, 0, 1]
    assert "all" not in found.gaps["attribute"].tolist()
    assert "1 gap" not in str(found.notes)
    assert "2 gaps" in str(found.notes[-1])


def test_no_is_told_apart_from_silence() -> None:
    ours = {"own": "has", "all": "has", "most": "has_not"}
    found = rows(catalog_gaps(catalog_of(market(features=ours)), brand=OURS), "parity_gap")
    assert found["state"].to_dict() == {"most": "has_not", "half": "not_stated"}


def test_what_one_rival_alone_has_is_no_parity_gap() -> None:
    gaps = rows(catalog_gaps(catalog_of(market()), brand=OURS), "parity_gap")
    assert "app" not in gaps.index, "all comparable offers have it, but they are one bank's"


def test_what_one_of_our_offers_has_is_no_gap() -> None:
    offers = [*market(), offer(OURS, 1, ["most"])]
    found = rows(catalog_gaps(catalog_of(offers), brand=OURS), "parity_gap")
    assert found.index.tolist() == ["half"]


@pytest.mark.parametrize(("parity", "gaps"), [(0.5, 2), (0.51, 1), (0.75, 1), (0.76, 0)])
def test_parity_is_a_share_of_comparable_offers(parity: float, gaps: int) -> None:
    found = catalog_gaps(catalog_of(market()), brand=OURS, parity=parity)
    assert len(rows(found, "parity_gap")) == gaps


def test_sisters_are_no_rivals() -> None:
    offers = [*market()[:-1], offer("D", 0, ["most"])]
    catalog = catalog_of(offers, owners={OURS: "group", "C": "group"})
    found = catalog_gaps(catalog, brand=OURS)
    assert rows(found, "parity_gap").loc["most", ["n_comparable", "n_have"]].tolist() == [3, 3]
    assert "C" in str(found.notes[0])
    assert found.n_rivals == 2


def test_only_lists_of_which_more_is_better_unless_asked() -> None:
    offers = [each | {"eligibility": ["staff"]} for each in market()[1:]]
    offers = [market()[0] | {"eligibility": ["student"]}, *offers]
    catalog = catalog_of(offers)
    assert set(catalog_gaps(catalog, brand=OURS).gaps["facet"]) == {"features"}
    asked = catalog_gaps(catalog, brand=OURS, facets=["eligibility"]).gaps
    assert asked["attribute"].tolist() == ["staff", "student"]


def test_cells_by_hand() -> None:
    offers = [
        *(offer(brand, 0, ["x"]) for brand in (OURS, "B", "C", "D")),
        *(offer(brand, 1, ["x"], category="loans") for brand in (OURS, "B", "C", "D")),
        offer(OURS, 2, ["x"], category="loans"), offer("B", 3, ["x"]),
    ]  # fmt: skip
    segments = ["personal"] * 4 + ["business"] * 4 + ["student", "not stated"]
    found = catalog_gaps(with_segments(offers, segments), brand=OURS)
    cells = found.cells.set_index(["category", "segment"])
    assert cells["cell"].to_dict() == {
        ("cards", "business"): "empty", ("cards", "personal"): "crowded",
        ("cards", "student"): "empty", ("loans", "business"): "crowded",
        ("loans", "personal"): "empty", ("loans", "student"): "ours_alone",
    }  # fmt: skip
    cards = cells.loc[("cards", "personal")]
    assert cards[["n_offers", "n_ours", "n_rivals"]].tolist() == [4, 1, 3]
    assert cards["share_not_stated"] == pytest.approx(1 / 5)
    assert cards["expected"] == pytest.approx(4 * 4 / 9)
    assert cells["n_offers"].sum() == 9, "of ten offers one does not state its segment"
    assert cells.groupby(level="category")["share"].sum().tolist() == [1, 1]


def test_offers_for_both_count_in_each_segment() -> None:
    found = catalog_gaps(
        with_segments(market(), ["both", "personal", "business", "both", "personal", "personal"]),
        brand=OURS,
    )
    assert found.cells.set_index("segment")["n_offers"].to_dict() == {"business": 3, "personal": 5}


def test_without_segments_there_are_no_cells() -> None:
    assert catalog_gaps(small_catalog(), brand="Kestrel").cells.empty


def test_look_alikes_stand_in_our_categories_only() -> None:
    offers = [each | {"name": name} for each, name in zip(
        market(), ["Star Rewards Card", "Star Reward Card", "Gold Card", "Lunar Card", "x", "y"],
        strict=True,
    )]  # fmt: skip
    offers.append(offer("B", 2, ["x"], category="loans", name="Star Rewards"))
    found = catalog_gaps(catalog_of(offers), brand=OURS).look_alikes
    assert found[["product", "brand_b", "product_b"]].values.tolist() == [["Us0", "B", "B0"]]


def test_the_planted_gap_and_the_planted_difference_come_first() -> None:
    study = read_study("sample")
    truth = json.loads((study.folder / "truth.json").read_text(encoding="utf-8"))["catalog"]
    found = catalog_gaps(study.catalog, brand="Harbour Bank")
    for kind, planted in (
        ("parity_gap", truth["parity_gap_of_the_focus_bank"]),
        ("point_of_difference", truth["point_of_difference_of_the_focus_bank"]),
    ):
        first = found.gaps[found.gaps["kind"] == kind].iloc[0]
        assert {first["category"]: first["attribute"]} == planted
    assert "Tidewater" in set(found.look_alikes["brand_b"]), "the bank that copies it"


def test_order_of_rows_does_not_matter() -> None:
    one = catalog_gaps(catalog_of(market()), brand=OURS)
    two = catalog_gaps(catalog_of(market()[::-1]), brand=OURS)
    for name in ("gaps", "cells", "look_alikes"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(two, name))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"brand": "Uss"}, InputError, "brand.*found 'Uss'.*Us"),
        ({"brand": OURS, "category": "loans"}, InputError, "category.*Us sells in.*loans"),
        ({"brand": OURS, "category": "boats"}, InputError, "found 'boats'"),
        ({"brand": OURS, "facets": ["fees"]}, InputError, "facets.*found 'fees'"),
        ({"brand": OURS, "parity": 50}, ScaleError, "parity.*between 0 and 1; found 50"),
        ({"brand": OURS, "difference": -1}, ScaleError, "difference"),
        ({"brand": OURS, "look_alike": 0}, ScaleError, "above 0"),
    ],
)
def test_refusals(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    catalog = catalog_of([*market(), offer("B", 9, ["x"], category="loans")])
    with pytest.raises(error, match=message):
        catalog_gaps(catalog, **arguments)


def test_sisters_alone_are_refused() -> None:
    catalog = catalog_of(market(), owners=dict.fromkeys([OURS, "B", "C", "D"], "group"))
    with pytest.raises(NotEnoughDataError, match="sisters only"):
        catalog_gaps(catalog, brand=OURS)


def test_contract() -> None:
    catalog = with_segments(market(), ["personal"] * 5 + ["business"])
    assert_contract(lambda: catalog_gaps(catalog, brand=OURS), catalog.products, catalog.attributes)


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.exhaustive
def test_a_real_bank(real: Path) -> None:
    found = catalog_gaps(australian(real), brand="BankSA")
    assert not {"St.George Bank", "Bank of Melbourne"} & set(found.look_alikes["brand_b"])
    assert found.gaps["share_have"].between(0, 1).all()
    assert found.n_rivals > 80
    crowded = found.cells[found.cells["cell"] == "crowded"]
    assert (crowded["n_offers"] > crowded["expected"]).all()
