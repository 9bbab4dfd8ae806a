"""Records collapse into offers by rule; names and amounts as people write them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from brandkit.sources import read_catalog
from brandkit.sources.catalog.amounts import currency_code, parsed_amount, parsed_months
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.fee_names import fee_attribute
from brandkit.sources.catalog.listing import REASONS
from brandkit.sources.catalog.names import normalised_name, repaired_text, series_key
from tests.conftest import some


def read(folder: Path, rows: list[dict[str, Any]], name: str = "a.json") -> Catalog:
    (folder / name).write_text(json.dumps(rows), encoding="utf-8")
    return read_catalog(folder / name)


def loan(number: int, **data: Any) -> dict[str, Any]:
    """Give one of many records of a home loan: rate, tier, ratio, term and purpose vary."""
    purpose = ["Owner Occupied P&I", "Investment IO"][number % 2]
    rate = round(0.0559 + number / 10_000, 4)
    return {
        "productId": f"L{number}", "brand": "Civic", "productCategory": "RESIDENTIAL_MORTGAGES",
        "name": f"{1 + number % 5} Year Fixed Basic Home Loan {purpose} LVR <={60 + number % 30}%",
        "description": f"From {100 * rate:.2f}% p.a. for {1 + number % 5} years.",
        "features": [{"featureType": "REDRAW"}, {"featureType": "OFFSET"}],
        "fees": [{"name": "Annual Fee", "feeType": "PERIODIC", "amount": "99.00"}],
        "eligibility": [{"eligibilityType": "MIN_AGE", "additionalValue": "18"}],
        "constraints": [{"constraintType": "MIN_LIMIT", "additionalValue": str(50_000 + number)}],
        "lendingRates": [{"lendingRateType": "FIXED", "rate": str(rate),
                          "additionalValue": f"P{1 + number % 5}Y"}],
        **data,
    }  # fmt: skip


def merged(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Write the same records as one, with all their rates and tiers in it."""
    return {
        **rows[0],
        "lendingRates": [rate for row in rows for rate in row["lendingRates"]],
        "constraints": [limit for row in rows for limit in row["constraints"]],
    }


def test_one_record_or_87_are_the_same_offer(tmp_path: Path) -> None:
    rows = [loan(number) for number in range(87)]
    many, one = read(tmp_path, rows), read(tmp_path, [merged(rows)])
    assert many.products["n_records"].tolist() == [87]
    assert len(many.records) == 87
    assert set(many.records["product"]) == {"L0"}
    assert_frame_equal(many.attributes, one.attributes)
    text = ["brand", "product", "category", "segment"]
    assert_frame_equal(many.products[text], one.products[text])
    names = {normalised_name(name, brand="Civic") for name in [row["name"] for row in rows]}
    assert names == {"fixed basic home loan"}


@pytest.mark.parametrize(
    "change",
    [
        {"features": [{"featureType": "REDRAW"}]},
        {"features": None},
        {"fees": [{"name": "Annual Fee", "feeType": "PERIODIC", "amount": "98.00"}]},
        {"fees": []},
        {"eligibility": [{"eligibilityType": "MIN_AGE", "additionalValue": "21"}]},
        {"name": "2 Year Fixed Premium Home Loan Investment IO LVR <=61%"},
        {"name": "2 Year Variable Basic Home Loan Investment IO LVR <=61%"},
        {"productCategory": "PERS_LOANS"},
        {"brand": "Tidewater"},
        {"description": "A loan with a package of extras."},
    ],
    ids=lambda change: str(change)[:40],
)
def test_records_that_differ_elsewhere_are_other_offers(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    assert len(read(tmp_path, [loan(0), loan(1)]).products) == 1
    assert len(read(tmp_path, [loan(0), loan(1, **change)]).products) == 2


def test_an_offer_is_called_by_its_smallest_id(tmp_path: Path) -> None:
    rows = [loan(0, productId=name) for name in ("10", "9", "11")]
    catalog = read(tmp_path, rows)
    assert catalog.products["product"].tolist() == ["9"]
    assert catalog.records["record"].tolist() == ["9", "10", "11"]


def test_the_frames_are_small_and_of_their_types(tmp_path: Path) -> None:
    catalog = read(tmp_path, [loan(0), loan(1, features=[], fees=[])])
    kinds = catalog.attributes.dtypes
    for name in ("brand", "facet", "attribute", "state", "unit"):
        assert isinstance(kinds[name], pd.CategoricalDtype), name
    assert kinds["value"] == "float64"
    assert list(catalog.attributes["state"].cat.categories) == ["has", "has_not", "not_stated"]
    assert list(catalog.products) == [
        "brand", "product", "name", "category", "segment", "description", "as_of", "n_records",
        "n_free_text",
    ]  # fmt: skip
    assert list(catalog.problems) == [
        "file", "record", "field", "problem", "found", "brand", "reason",
    ]  # fmt: skip
    assert repr(catalog) == "Catalog(1 brand, 2 offers, 2 records, 0 problems)"


def test_every_reason_says_something() -> None:
    assert all(text.endswith(".") and "{" not in text for text in REASONS.values())


@settings(max_examples=some(25), deadline=None)
@given(order=st.randoms(use_true_random=False), parts=st.integers(1, 4))
def test_neither_order_nor_files_matter(
    tmp_path_factory: pytest.TempPathFactory, order: random.Random, parts: int
) -> None:
    rows = [loan(number % 7, productId=f"L{number}") for number in range(12)]
    rows += [loan(3, productId="L3", name="Another"), loan(50, brand="TIDEWATER", features=[])]
    rows += [loan(51, brand="Tidewater"), loan(52, brand="Tidewater"), loan(3)]
    folder = tmp_path_factory.mktemp("catalog")
    expected = read(folder, rows)
    order.shuffle(rows)
    chunks = [rows[at::parts] for at in range(parts)]
    for at, chunk in enumerate(chunks):
        text = "\n".join(json.dumps(row) for row in chunk)
        (folder / f"part{at}.jsonl").write_text(text, encoding="utf-8")
    (folder / "a.json").unlink()
    got = read_catalog(folder)
    assert_frame_equal(got.products, expected.products)
    assert_frame_equal(got.attributes, expected.attributes)
    assert_frame_equal(got.records.drop(columns="file"), expected.records.drop(columns="file"))
    told = ["record", "field", "problem", "found", "brand"]
    assert_frame_equal(
        got.problems[told].astype("str").drop_duplicates(ignore_index=True),
        expected.problems[told].astype("str").drop_duplicates(ignore_index=True),
    )


# --- names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3 Year Fixed Home Loan", "Five Year Fixed Home Loan"),
        ("Home Loan LVR 60.01% - 70%", "Home Loan LVR <=80%"),
        ("Home Loan Owner Occupied", "Home Loan (Investment)"),
        ("Basic Loan P&I", "Basic Loan Interest Only"),
        ("Package $500,000-$749,000", "Package $750k+"),
        ("Term Deposit 6 months", "P12M Term Deposit"),
        ("Saver 4.50% p.a.", "Saver 5%"),
        ("Fund Series 1 Class A", "Fund Series 2 Class B"),
        ("Visa Card Blue", "Visa Card Red"),
        ("丰收 丰禾2025年第091期", "丰收丰禾2024年第93期"),
        ("天天利A份额", "天天利B类份额"),
        ("添利180天持有期6号", "添利90天持有期12号"),
        ("（安盈）稳利250197", "安盈稳利"),
        ("國泰優選３號", "国泰优选4号"),
        ("稳享（25GS6706）", "稳享（25GS6707）"),
    ],
)
def test_names_of_one_offer(one: str, other: str) -> None:
    assert series_key(one) == series_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fixed Home Loan", "Variable Home Loan"),
        ("Cash Investment Account", "Cash Account"),
        ("Everyday 50+ Account", "Everyday Account"),
        ("Platinum Card", "Classic Card"),
        ("Red Loan", "Green Loan"),
        ("Secured Loan", "Unsecured Loan"),
        ("招睿增鑫", "招睿焦点"),
        ("天天利", "周周利"),
    ],
)
def test_names_of_two_offers(one: str, other: str) -> None:
    assert series_key(one) != series_key(other)


@pytest.mark.parametrize(
    ("name", "brand", "expected"),
    [
        ("Bendigo Easy Home Loan", "Bendigo Bank", "easy home loan"),
        ("AMP Saver", "AMP Bank Ltd", "saver"),
        ("CommBank", "CommBank", "commbank"),
        ("People's Choice Saver", "People's Choice", "saver"),
        ("招銀理財招睿增鑫", "招银理财有限责任公司", "招睿增鑫"),
        ("恒生（中国）定存", "恒生银行（中国）有限公司", "恒生中国定存"),
        ("Amplify Card", "AMP", "amplify card"),
        ("Saver", None, "saver"),
        ("", "AMP", ""),
        ("P&I", None, "p&i"),
    ],
)
def test_the_banks_own_name_is_gone(name: str, brand: str | None, expected: str) -> None:
    assert normalised_name(name, brand=brand) == expected


@settings(max_examples=some(200), deadline=None)
@given(st.text(max_size=40), st.text(max_size=12))
def test_names_are_never_lost(name: str, brand: str) -> None:
    for given_brand in (None, brand):
        got = normalised_name(name, brand=given_brand)
        assert bool(got) == bool(name.strip()), (name, brand)
        assert got == got.strip()


# --- amounts and texts ---------------------------------------------------------------------------


@settings(max_examples=some(200), deadline=None)
@given(st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 2)))
def test_amounts_survive_being_written(value: float) -> None:
    for text in (str(value), f"{value:,.2f}", f"HK${value:,.2f}", f"{value:.2f} 元"):
        amount = parsed_amount(text)
        assert amount is not None, text
        assert amount.value == pytest.approx(value, abs=0.005)
        assert not amount.with_text


@settings(max_examples=some(200), deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_read_or_not(text: str) -> None:
    parsed_amount(text)
    parsed_months(text)
    currency_code(text)
    fee_attribute(text, text)
    repaired, _ = repaired_text(text)
    assert repaired_text(repaired)[0] == repaired or "&" in text or "<" in text


@pytest.mark.parametrize(
    ("text", "repaired", "why"),
    [
        ("plain", "plain", ()),
        (" two\n lines\t", "two lines", ()),
        ("a\u00a0b\u200b", "a b", ("blanks",)),
        ("<p>a<br/>b</p>", "a b", ("markup",)),
        ("LVR <80% & >60%", "LVR <80% & >60%", ()),
        ("a &amp; b", "a & b", ("markup",)),
        ("‘a’ “b”", "'a' \"b\"", ("quotes",)),
        ("“安盈”", "“安盈”", ()),
        ("don\u00e2\u20ac\u2122t", "don't", ("mojibake", "quotes")),
        ("lost \ufffd", "lost \ufffd", ("mojibake",)),
        ("Âge d'or, naïve", "Âge d'or, naïve", ()),
    ],
)
def test_texts(text: str, repaired: str, why: tuple[str, ...]) -> None:
    assert repaired_text(text) == (repaired, why)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("CHQFEE", "EVENT", "cheque fee"), ("Loan re-draw", "EVENT", "other event fee"),
        ("Discahrge Fee", "EXIT", "discharge fee"), ("年费", "", "annual fee"),
        ("帳戶管理費", "", "account keeping fee"), ("Direct_Debit_Dishonour", "", "dishonour fee"),
        ("x", "", "other fee"),
    ],
)  # fmt: skip
def test_fee_words(name: str, kind: str, expected: str) -> None:
    assert fee_attribute(name, kind)[0] == expected
