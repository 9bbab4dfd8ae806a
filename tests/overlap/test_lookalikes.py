"""Names that look alike: labelled by hand, and what must not change the likeness."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brandkit.core.errors import InputError, ScaleError
from brandkit.overlap.examples import catalog_of
from brandkit.overlap.names import LOOKS_ALIKE, look_alike_names
from brandkit.overlap.names import name_likeness as likeness_of
from brandkit.sources.catalog.names import normalised_name
from tests.contract import assert_contract

PAIRS = Path(__file__).parent.parent / "reference" / "lookalike_names" / "pairs.csv"


def name_likeness(
    a: str, b: str, *, brand_a: str | None = None, brand_b: str | None = None
) -> float:
    """Compare names as a search does: normalised, without their banks' own names."""
    return likeness_of(normalised_name(a, brand=brand_a), normalised_name(b, brand=brand_b))


@cache
def labelled() -> tuple[dict[str, str], ...]:
    with PAIRS.open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def share_right(label: str, part: str | None = None) -> float:
    rows = [
        row for row in labelled()
        if row["look_alike"] == label and part in (None, row["part"])
    ]  # fmt: skip
    right = [
        (name_likeness(row["name_a"], row["name_b"]) >= LOOKS_ALIKE) == (label == "yes")
        for row in rows
    ]
    return float(np.mean(right))


@pytest.mark.parametrize("label", ["yes", "no"])
def test_nine_of_ten_labelled_pairs_are_right(label: str) -> None:
    assert sum(row["look_alike"] == label for row in labelled()) == 50
    assert share_right(label) >= 0.90


@pytest.mark.parametrize("label", ["yes", "no"])
def test_so_are_those_that_were_not_looked_at(label: str) -> None:
    assert share_right(label, "hold-out") >= 0.90


@given(st.sampled_from([row["name_a"] for row in labelled()]),
       st.sampled_from([row["name_b"] for row in labelled()]))  # fmt: skip
def test_likeness_is_symmetric_and_between_nothing_and_one(a: str, b: str) -> None:
    assert name_likeness(a, b) == pytest.approx(name_likeness(b, a), abs=1e-12)
    assert 0 <= name_likeness(a, b) <= 1
    assert name_likeness(a, a) == 1


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Bonus Saver", "ＢＯＮＵＳ  saver"),
        ("零錢寶", "零钱宝"),
        ("Easy Home Loan Series 3", "Easy Home Loan Series 4"),
        ("丰收丰禾2025年第091期", "丰收丰禾2025年第092期"),
    ],
)
def test_width_script_case_and_series_do_not_tell_names_apart(a: str, b: str) -> None:
    assert name_likeness(a, b) == 1


def test_the_banks_own_names_do_not_count() -> None:
    assert name_likeness("Civic Star Saver", "Kestrel Star Saver",
                         brand_a="Civic", brand_b="Kestrel") == 1  # fmt: skip


def test_pairs_of_different_banks_within_a_category_each_once() -> None:
    names = ["Super Saver", "SuperSaver", "Super Saver", "Super Saver", "Golf Club"]
    found = look_alike_names(
        names, brands=["A", "B", "A", "C", "B"], groups=["s", "s", "s", "t", "s"]
    )
    assert found.pairs[["row_a", "row_b"]].values.tolist() == [[0, 1], [1, 2]]


def test_with_a_focus_its_names_come_first_and_no_others_are_paired() -> None:
    names = ["Star Saver", "Star Saver", "Stars Saver", "Star Saver"]
    found = look_alike_names(names, brands=["A", "F", "B", "F"], focus="F")
    assert sorted(found.pairs[["row_a", "row_b"]].values.tolist()) == [
        [1, 0],
        [1, 2],
        [3, 0],
        [3, 2],
    ]


def test_names_that_only_say_the_kind_are_left_out_unless_asked_for() -> None:
    names, brands = ["Home Loan", "Home Loans"], ["A", "B"]
    assert look_alike_names(names, brands=brands).pairs.empty
    assert len(look_alike_names(names, brands=brands, generic=True).pairs) == 1
    assert look_alike_names(["", ""], brands=brands, generic=True).pairs.empty


def test_the_search_finds_what_comparing_all_pairs_finds() -> None:
    names = [row[side] for row in labelled() for side in ("name_a", "name_b")]
    found = look_alike_names(names, generic=True)
    every = {
        (i, j)
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if name_likeness(names[i], names[j]) >= LOOKS_ALIKE
    }
    assert set(map(tuple, found.pairs[["row_a", "row_b"]].values.tolist())) == every


def test_a_gap_among_the_names_is_said_with_its_place() -> None:
    for gap in (None, float("nan")):
        with pytest.raises(InputError, match=r"text in every place; found (None|nan) in place 1"):
            look_alike_names(["Smart Saver", gap], brands=["A", "B"])  # type: ignore[list-item]


def test_a_catalogue_brings_its_banks_and_categories_along() -> None:
    offers = [
        {"brand": brand, "product": category, "name": f"{brand} Star Saver", "category": category}
        for brand, category in (("A", "s"), ("B", "s"), ("C", "s"), ("D", "t"))
    ]
    found = look_alike_names(catalog_of(offers))
    ends = [["A", "B"], ["A", "C"], ["B", "C"]]
    assert found.pairs[["brand_a", "brand_b"]].values.tolist() == ends
    assert found.brands.set_index("brand")["n_look_alikes"].to_dict() == {
        "A": 1, "B": 1, "C": 1, "D": 0,
    }  # fmt: skip
    kin = {"A": {"B"}, "B": {"A"}}
    apart = look_alike_names(catalog_of(offers), sisters=kin).pairs
    assert apart[["brand_a", "brand_b"]].values.tolist() == ends[1:]


def test_contract() -> None:
    names = ["Super Saver", "SuperSaver", "Golf Club"]
    assert_contract(lambda: look_alike_names(names, brands=list("ABC")))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"at_least": 0.0}, ScaleError, "at_least.*above 0"),
        ({"brands": ["A"]}, InputError, "brands.*one entry a name; found 1 for 2"),
        ({"groups": ["A"]}, InputError, "groups.*one entry a name"),
        ({"focus": "A"}, InputError, "focus.*one of `brands`"),
        ({"focus": "Z", "brands": ["A", "B"]}, InputError, "found 'Z'"),
    ],
)
def test_refusals(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        look_alike_names(["x", "y"], **arguments)  # type: ignore[arg-type]
