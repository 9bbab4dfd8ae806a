"""Catalogues in the form of the Consumer Data Right, quirk by quirk."""

from __future__ import annotations

import gzip
import json
import lzma
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from brandkit.core.errors import InputError, MissingFileError, SchemaError
from brandkit.overlap import brand_overlap
from brandkit.sources import read_catalog
from brandkit.sources.catalog.catalog import Catalog

REGISTER = {"k1": {"brandName": "Civic Bank"}, "k2": {"brandName": "Tidewater"}}


def product(identifier: str = "1", **data: Any) -> dict[str, Any]:
    body = {
        "productId": identifier, "name": f"Product {identifier}x", "brand": "Civic Bank",
        "productCategory": "TRANS_AND_SAVINGS_ACCOUNTS", "description": "An account.",
    }  # fmt: skip
    return {key: value for key, value in {**body, **data}.items() if value != "ABSENT"}


def envelope(data: dict[str, Any] | None = None, **outer: Any) -> dict[str, Any]:
    body = {"response": {"data": data}, "brand_key": "k1", "register_name": "Civic Bank"}
    return {**body, "list_status": "ok", "snapshot": "2024-08-12", "file": "a.json", **outer}


def read(folder: Path, *rows: dict[str, Any], **arguments: Any) -> Catalog:
    file = folder / "products.jsonl"
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    file.write_text(text, encoding="utf-8", newline="\n")
    return read_catalog(file, **arguments)


def feature(kind: str | None, **more: Any) -> dict[str, Any]:
    return {"featureType": kind, **more}


def states(catalog: Catalog, facet: str = "features") -> dict[tuple[str, str], str]:
    rows = catalog.attributes[catalog.attributes["facet"] == facet]
    return {
        (row.product, row.attribute): row.state
        for row in rows.astype({"attribute": "str", "state": "str"}).itertuples()
    }


def values(catalog: Catalog, facet: str) -> dict[str, float]:
    rows = catalog.attributes[catalog.attributes["facet"] == facet]
    return dict(zip(rows["attribute"].astype("str"), rows["value"], strict=True))


def reasons(catalog: Catalog) -> dict[str, int]:
    return catalog.problems["reason"].value_counts().to_dict()


# --- files and envelopes -------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "list", "jsonl", "bare", "products", "pretty"])
@pytest.mark.parametrize("packed", ["", ".gz", ".xz"])
def test_every_form_reads_the_same(tmp_path: Path, form: str, packed: str) -> None:
    data = [product("1", features=[feature("REDRAW")]), product("2", features=[])]
    written = {
        "json": json.dumps([{"data": each} for each in data]),
        "list": json.dumps({"data": data}),
        "jsonl": "\n".join(json.dumps({"data": each}) for each in data),
        "bare": json.dumps(data),
        "products": json.dumps({"data": {"products": data}}),
        "pretty": json.dumps([{"data": each} for each in data], indent=2),
    }[form].encode()
    name = f"a.jsonl{packed}" if form == "jsonl" else f"a.json{packed}"
    opened = {"": open, ".gz": gzip.open, ".xz": lzma.open}[packed]
    with opened(tmp_path / name, "wb") as stream:
        stream.write(written)
    catalog = read_catalog(tmp_path / name)
    assert catalog.products["product"].tolist() == ["1", "2"]
    assert states(catalog) == {("1", "redraw"): "has", ("2", "redraw"): "has_not"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings_of_json(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps(product(name="储蓄"), ensure_ascii=False), encoding=encoding)
    assert read_catalog(file).products["name"].tolist() == ["储蓄"]


def test_a_folder_names_its_brands_by_register_key(tmp_path: Path) -> None:
    for key, name in (("k1", "1"), ("k2", "1"), ("gone", "7")):
        (tmp_path / key).mkdir()
        text = json.dumps({"data": product(name, brand="X", features=[feature("REDRAW")])})
        (tmp_path / key / "p.json").write_text(text, encoding="utf-8")
    catalog = read_catalog(tmp_path, register=REGISTER)
    assert catalog.brands == ["Civic Bank", "Tidewater"]
    assert catalog.records["file"].tolist() == ["k1/p.json", "k2/p.json"]
    assert reasons(catalog)["ghost"] == 1
    assert catalog.brand_keys == {"Civic Bank": "k1", "Tidewater": "k2"}


def test_ids_are_unique_within_a_brand_only(tmp_path: Path) -> None:
    catalog = read(
        tmp_path,
        envelope(product("10")),
        envelope(product("10"), brand_key="k2", register_name="Tidewater"),
        register=REGISTER,
    )
    assert catalog.products[["brand", "product"]].to_numpy().tolist() == [
        ["Civic Bank", "10"],
        ["Tidewater", "10"],
    ]


def test_ids_with_blanks_and_signs_stay(tmp_path: Path) -> None:
    catalog = read(tmp_path, envelope(product("Complete $500,00-$749,000")))
    assert catalog.products["product"].tolist() == ["Complete $500,00-$749,000"]


# --- who is in ------------------------------------------------------------------------------------


def test_ghosts_are_left_out_and_told(tmp_path: Path) -> None:
    ghost = envelope(product("9"), brand_key="k9", register_name="Gone Bank")
    catalog = read(tmp_path, envelope(product()), ghost, register=REGISTER)
    assert catalog.brands == ["Civic Bank"]
    told = catalog.problems[catalog.problems["reason"] == "ghost"].iloc[0]
    assert (told["record"], told["found"], told["brand"]) == ("9", "k9", "Gone Bank")


def test_without_a_register_there_are_no_ghosts(tmp_path: Path) -> None:
    catalog = read(tmp_path, envelope(product()), envelope(product(), register_name="Gone Bank"))
    assert catalog.brands == ["Civic Bank", "Gone Bank"]


def test_a_register_of_ghosts_only_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        SchemaError, match=r"must be in the register; found .*Civic Bank.*crosswalk"
    ):
        read(tmp_path, envelope(product()), register={"other": "Other Bank"})


@pytest.mark.parametrize(
    "register",
    [
        {"data": [{"dataHolderBrandId": "k1", "brandName": "Civic Bank"}]},
        [{"brandRef": "k1", "brandName": "Civic Bank"}],
        {"k1": {"brandName": "Civic  Bank", "logoUrl": "…"}},
    ],
)
def test_forms_of_the_register(tmp_path: Path, register: object) -> None:
    file = tmp_path / "register.json"
    file.write_text(json.dumps(register), encoding="utf-8")
    assert read(tmp_path, envelope(product()), register=file).brands == ["Civic Bank"]


def test_a_register_as_a_table(tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    file.write_text("key,name\nk1,Civic Bank\n", encoding="utf-8")
    assert read(tmp_path, envelope(product()), register=file).brands == ["Civic Bank"]


def test_old_keys_go_through_the_crosswalk(tmp_path: Path) -> None:
    file = tmp_path / "crosswalk.csv"
    file.write_text("old_key,old_register_name,new_key\n000034,Civic,k1\n", encoding="utf-8")
    row = envelope(product(), brand_key="000034")
    catalog = read(tmp_path, row, register=REGISTER, crosswalk=file)
    assert catalog.brand_keys == {"Civic Bank": "k1"}
    old = read(tmp_path, row, register={"000034": "Civic Bank"}, crosswalk=file)
    assert old.brand_keys == {"Civic Bank": "k1"}, "the key of today also with the old register"


def test_aliases_rename_registered_brands(tmp_path: Path) -> None:
    catalog = read(
        tmp_path, envelope(product()), register=REGISTER, aliases={"CIVIC bank": "Civic Group"}
    )
    assert catalog.brands == ["Civic Group"]


def test_aliases_that_join_brands_keep_their_records_apart(tmp_path: Path) -> None:
    second = product("1", name="Another", features=[feature("REDRAW")])
    catalog = read(
        tmp_path, envelope(product("1")), envelope(second, brand_key="k2"),
        register=REGISTER, aliases={"Tidewater": "Civic Bank"},
    )  # fmt: skip
    assert sorted(catalog.products["product"]) == ["1", "1 (2)"]
    assert reasons(catalog)["same_id"] == 1


def test_another_name_inside_the_record_is_told(tmp_path: Path) -> None:
    catalog = read(tmp_path, envelope(product(brand="CIVIC BANK")), register=REGISTER)
    assert catalog.problems.query("reason == 'brand_name'")["found"].tolist() == ["CIVIC BANK"]


def test_spellings_of_a_brand_meet_without_a_register(tmp_path: Path) -> None:
    rows = [product(str(n), brand=name) for n, name in enumerate(["SUNCORP", "Suncorp", "Suncorp"])]
    catalog = read(tmp_path, *rows)
    assert catalog.brands == ["Suncorp"]
    assert catalog.problems.query("reason == 'brand_spelling'")["found"].tolist() == ["SUNCORP"]


# --- what is no product, or an old one -----------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason", "found"),
    [
        ({"errors": [{"title": "Unsupported Version", "code": "x"}]}, "error_body", "Unsupported"),
        ({"errors": [{"code": "DBAS037", "title": None}]}, "error_body", "DBAS037"),
        ({"message": "Forbidden"}, "error_body", "Forbidden"),
        ("<html>busy</html>", "error_body", "<html>"),
        ({"data": None}, "no_product", "data"),
        ({}, "no_product", "[]"),
        (None, "no_product", "None"),
        ({"data": {"lastUpdated": "2020"}}, "no_product", "lastUpdated"),
    ],
)
def test_error_bodies_stand_in_problems(
    tmp_path: Path, body: object, reason: str, found: str
) -> None:
    bad = envelope(response=body, file="Wealth_Loan.json")
    catalog = read(tmp_path, envelope(product()), bad, register=REGISTER)
    assert len(catalog.records) == 1
    told = catalog.problems.query("reason == @reason").iloc[0]
    assert told["record"] == "Wealth_Loan.json"
    assert told["brand"] == "Civic Bank"
    assert found in told["found"]


def test_errors_alone_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"at least one product; found 'Forbidden'"):
        read(tmp_path, envelope(response={"message": "Forbidden"}))


def test_a_stale_list_is_told_for_every_record(tmp_path: Path) -> None:
    rows = [envelope(product(str(n)), list_status="error") for n in (1, 2)]
    assert reasons(read(tmp_path, *rows))["stale_list"] == 2


@pytest.mark.parametrize(
    ("last_day", "told"),
    [
        ("2024-08-11T23:59:00+00:00", True),
        ("2024-08-12", False),
        ("9999-12-31T00:00:00.000Z", False),
        ("9999-12-31T11:00:00.000+1100", False),
        ("2999-12-30T13:00:00.1234567Z", False),
        (None, False),
        ("", False),
    ],
)
def test_last_days(tmp_path: Path, last_day: str | None, told: bool) -> None:
    catalog = read(tmp_path, envelope(product(effectiveTo=last_day)))
    assert len(catalog.records) == 1
    assert ("expired" in reasons(catalog)) == told
    assert "wrong_form" not in reasons(catalog)


def test_a_day_that_is_none_is_told(tmp_path: Path) -> None:
    assert reasons(read(tmp_path, envelope(product(effectiveTo="soon"))))["wrong_form"] == 1


@pytest.mark.parametrize(
    ("given", "name", "snapshot", "expected"),
    [
        ("2020-01-01", "a.jsonl", "2024-08-12", date(2020, 1, 1)),
        (date(2020, 1, 1), "a.jsonl", "2024-08-12", date(2020, 1, 1)),
        (None, "2019-01-01.jsonl", "2024-08-12", date(2024, 8, 12)),
        (None, "2019-01-01.jsonl", "", date(2019, 1, 1)),
        (None, "a.jsonl", "", None),
    ],
)
def test_the_day_it_stands_for(
    tmp_path: Path, given: Any, name: str, snapshot: str, expected: date | None
) -> None:
    file = tmp_path / name
    row = json.dumps(envelope(product(), snapshot=snapshot))
    file.write_text(f"{row}\n{row}\n", encoding="utf-8")
    catalog = read_catalog(file, as_of=given)
    assert catalog.as_of == expected
    if expected is None:
        assert catalog.products["as_of"].isna().all()
    else:
        assert catalog.products["as_of"].dt.date.tolist() == [expected]


def test_a_record_that_stands_twice_counts_once(tmp_path: Path) -> None:
    catalog = read(tmp_path, envelope(product()), envelope(product()))
    assert len(catalog.records) == 1
    assert reasons(catalog)["duplicate"] == 1


def test_the_same_product_of_two_brands_is_told(tmp_path: Path) -> None:
    twin = product("77", features=[feature("REDRAW")], name="Saver")
    catalog = read(
        tmp_path, envelope(dict(twin, productId="1")),
        envelope(twin, brand_key="k2", register_name="Tidewater"), register=REGISTER,
    )  # fmt: skip
    told = catalog.problems.query("reason == 'identical'")
    assert dict(zip(told["brand"], told["found"], strict=True)) == {
        "Civic Bank": "['Tidewater']", "Tidewater": "['Civic Bank']",
    }  # fmt: skip
    assert len(catalog.products) == 2


# --- features ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("EXTRA REPAYMENTS", "extra repayments"),
        ("CARD ACCESS", "card access"),
        ("BALANCE TRANSFER", "balance transfers"),
        ("NOTIFICATION", "notifications"),
        ("UNLIMITED TRANSACTION", "unlimited transactions"),
        ("redraw ", "redraw"),
    ],
)
def test_spellings_of_features_meet(tmp_path: Path, written: str, read_as: str) -> None:
    catalog = read(tmp_path, product(features=[feature(written)]))
    assert states(catalog) == {("1", read_as): "has"}
    assert catalog.problems.query("reason == 'attribute_spelling'")["found"].tolist() == [written]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("UNLIMITED_TXNS", "unlimited transactions"), ("NOTIFICATIONS", "notifications"),
        ("INTEREST_FREE", "interest free"), ("INTEREST_FREE_TRANSFERS", "interest free transfers"),
        ("FREE_TXNS_ALLOWANCE", "free transactions allowance"),
    ],
)  # fmt: skip
def test_published_types_are_no_problem(tmp_path: Path, written: str, read_as: str) -> None:
    catalog = read(tmp_path, product(features=[feature(written)]))
    assert states(catalog) == {("1", read_as): "has"}
    assert reasons(catalog) == {}


def test_features_without_a_type_are_told(tmp_path: Path) -> None:
    catalog = read(tmp_path, product(features=[feature(None), feature(" "), feature("REDRAW")]))
    assert list(states(catalog)) == [("1", "redraw")]
    assert reasons(catalog)["no_type"] == 2


def test_free_text_is_counted_and_not_compared(tmp_path: Path) -> None:
    other = feature("OTHER", additionalInfo="Visit any branch or use an ATM")
    catalog = read(tmp_path, product(features=[other, feature("OTHER"), feature("REDRAW")]))
    assert list(states(catalog)) == [("1", "redraw")]
    assert catalog.products["n_free_text"].tolist() == [2]
    assert states(catalog, "channels") == {("1", "branch"): "has", ("1", "ATM"): "has"}


def test_repeated_types_count_once(tmp_path: Path) -> None:
    catalog = read(tmp_path, product(features=[feature("REDRAW")] * 3))
    assert len(states(catalog)) == 1


def test_three_states(tmp_path: Path) -> None:
    """Absent and null lists are not stated; [] and unlisted are no where the brand lists it."""
    rows = [
        product("has", features=[feature("REDRAW"), feature("OFFSET")]),
        product("unlisted", features=[feature("OFFSET")]),
        product("empty", features=[]),
        product("null", features=None),
        product("absent"),
        product("no", features=[feature("REDRAW", additionalValue="No")]),
    ]
    other = product("x", brand="Tidewater", features=[feature("OFFSET")])
    loan = product("loan", productCategory="PERS_LOANS", features=[feature("INSURANCE")])
    catalog = read(tmp_path, *rows, other, loan)
    redraw = {key[0]: state for key, state in states(catalog).items() if key[1] == "redraw"}
    assert redraw == {
        "has": "has", "unlisted": "has_not", "empty": "has_not", "null": "not_stated",
        "absent": "not_stated", "no": "has_not", "x": "not_stated",
    }  # fmt: skip
    assert ("loan", "redraw") not in states(catalog), "another category has its own attributes"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("brand", {"has": "has", "none": "has_not", "absent": "not_stated", "x": "not_stated"}),
        ("closed", {"has": "has", "none": "has_not", "absent": "not_stated", "x": "has_not"}),
        ("open", {"has": "has", "none": "not_stated", "absent": "not_stated", "x": "not_stated"}),
    ],
)
@pytest.mark.parametrize("as_mapping", [True, False])
def test_disclosure(tmp_path: Path, rule: str, expected: dict[str, str], as_mapping: bool) -> None:
    rows = [
        product("has", features=[feature("REDRAW")]),
        product("none", features=[feature("OTHER")]),
        product("absent"),
        product("x", brand="Tidewater", features=[feature("OTHER")]),
    ]
    catalog = read(tmp_path, *rows, disclosure={"features": rule} if as_mapping else rule)
    assert {key[0]: state for key, state in states(catalog).items()} == expected
    assert catalog.disclosure["features"] == rule
    assert catalog.disclosure["regions"] == ("brand" if as_mapping else rule)


@pytest.mark.parametrize("value", ["text", {"featureType": "REDRAW"}, 5])
def test_a_list_that_is_none_is_told(tmp_path: Path, value: object) -> None:
    catalog = read(tmp_path, product(features=value))
    assert states(catalog) == {}
    assert reasons(catalog)["wrong_form"] == 1


def test_entries_that_are_none_are_told(tmp_path: Path) -> None:
    catalog = read(tmp_path, product(features=["REDRAW", None, feature("OFFSET")]))
    assert list(states(catalog)) == [("1", "offset")]
    assert reasons(catalog)["wrong_form"] == 1


def test_eligibility_keeps_ages_and_leaves_prose_out(tmp_path: Path) -> None:
    may = [
        {"eligibilityType": "MIN_AGE", "additionalValue": "18"},
        {"eligibilityType": "MIN_AGE", "additionalInfo": "or 16 with a guardian"},
        {"eligibilityType": "NATURAL_PERSON"},
        {"eligibilityType": "OTHER", "additionalInfo": "Capacity"},
    ]
    catalog = read(tmp_path, product(eligibility=may))
    assert set(states(catalog, "eligibility").values()) == {"has"}
    assert values(catalog, "eligibility")["min age"] == 16
    assert set(values(catalog, "eligibility")) == {"min age", "natural person"}


@pytest.mark.parametrize(
    ("category", "may", "name", "expected"),
    [
        ("BUSINESS_LOANS", [], "Loan", "business"),
        ("TERM_DEPOSITS", ["BUSINESS"], "TD", "business"),
        ("TERM_DEPOSITS", ["NATURAL_PERSON", "BUSINESS"], "TD", "both"),
        ("TERM_DEPOSITS", ["NATURAL_PERSON"], "TD", "personal"),
        ("TERM_DEPOSITS", [], "Business TD", "business"),
        ("TERM_DEPOSITS", [], "TD", "not stated"),
        ("RESIDENTIAL_MORTGAGES", [], "Loan", "personal"),
    ],
)
def test_segments(tmp_path: Path, category: str, may: list[str], name: str, expected: str) -> None:
    may_have = [{"eligibilityType": each} for each in may]
    row = product(productCategory=category, eligibility=may_have, name=name)
    assert read(tmp_path, row).products["segment"].tolist() == [expected]


@pytest.mark.parametrize(
    ("written", "expected", "reason"),
    [
        ("PERS_LOANS", "personal loans", None),
        ("LEASES", "leases", None),
        ("leases ", "leases", "category_spelling"),
        (None, "not stated", "no_category"),
    ],
)
def test_categories(tmp_path: Path, written: str, expected: str, reason: str | None) -> None:
    catalog = read(tmp_path, product(productCategory=written))
    assert catalog.products["category"].tolist() == [expected]
    assert list(reasons(catalog)) == ([reason] if reason else [])


# --- fees, rates, terms --------------------------------------------------------------------------


def test_fees_are_read_as_a_vocabulary(tmp_path: Path) -> None:
    fees = [
        {"name": "MONTHLY_SERVICE_FEE", "feeType": "PERIODIC", "amount": "5.00",
         "additionalValue": "P1M", "currency": "AUD"},
        {"name": "Annual card fee", "feeType": "PERIODIC", "amount": "99"},
        {"name": "Rate Lock", "feeType": "UPFRONT", "balanceRate": "0.0015"},
        {"name": "Break costs", "feeType": "VARIABLE "},
        {"name": "Zymurgy", "feeType": "EVENT", "amount": "$50"},
        {"name": "Foreign Transaction Fee", "feeType": "PURCHASE", "amount": "3",
         "currency": "USD"},
    ]  # fmt: skip
    catalog = read(tmp_path, product(fees=fees))
    stated = catalog.attributes.query("facet == 'fees'").astype({"attribute": "str", "unit": "str"})
    read_as = {row.attribute: (row.value, row.unit) for row in stated.itertuples()}
    assert read_as["account keeping fee"] == (60, "AUD a year")
    assert read_as["annual fee"] == (99, "AUD")
    assert read_as["rate lock fee (rate)"] == (0.0015, "share")
    assert read_as["break cost"][0] != read_as["break cost"][0], "listed, and no amount stated"
    assert read_as["other event fee"] == (50, "AUD")
    assert read_as["foreign transaction fee"] == (3, "USD")
    assert reasons(catalog) == {"amount_text": 1, "attribute_spelling": 1}
    unread = catalog.fee_names[~catalog.fee_names["recognised"]]
    assert unread[["label", "attribute", "n"]].to_numpy().tolist() == [
        ["Zymurgy", "other event fee", 1]
    ]


def lending(*rates: object, kind: str = "VARIABLE") -> list[dict[str, Any]]:
    return [{"lendingRateType": kind, "rate": rate} for rate in rates]


def deposit(*rates: object, kind: str = "FIXED", **more: Any) -> list[dict[str, Any]]:
    return [{"depositRateType": kind, "rate": rate, **more} for rate in rates]


def test_the_headline_is_the_best_rate(tmp_path: Path) -> None:
    row = product(lendingRates=lending("0.07", "0.06"), depositRates=deposit("0.04", "0.05"))
    assert values(read(tmp_path, row), "rates") == {
        "lending variable rate": 0.06, "deposit fixed rate": 0.05,
    }  # fmt: skip


@pytest.mark.parametrize("nothing", ["N/A", "NA", "", "on request", None])
def test_rates_that_are_no_numbers(tmp_path: Path, nothing: str | None) -> None:
    catalog = read(tmp_path, product(depositRates=deposit(nothing)))
    assert values(catalog, "rates") == {}
    assert reasons(catalog) == ({} if nothing is None else {"no_number": 1})


def test_percent_among_fractions(tmp_path: Path) -> None:
    """A bank that writes 2.00 and .50 writes percentages; one slip is that one rate's."""
    other = {"brand": "Tidewater"}
    catalog = read(
        tmp_path,
        product("bank", depositRates=deposit("2.00", ".50", "0.01", kind="VARIABLE")),
        product("bank2", depositRates=deposit(".50")),
        product("slip", depositRates=deposit("0.01", "0.02", "0.03", "5.25"), **other),
        product("fine", lendingRates=lending("0.0599", "0.2199"), **other),
    )
    rows = catalog.attributes.query("facet == 'rates'")
    got = dict(zip(rows["product"], rows["value"], strict=True))
    assert got == pytest.approx({"bank": 0.02, "bank2": 0.005, "slip": 0.0525, "fine": 0.0599})
    found = catalog.problems.query("reason == 'percent'")["found"].tolist()
    assert sorted(found) == [".50", ".50", "0.01", "2.00", "5.25"]


def test_negative_discounts_are_sizes(tmp_path: Path) -> None:
    catalog = read(tmp_path, product(lendingRates=lending("-0.0901", kind="DISCOUNT")))
    assert values(catalog, "rates") == {"lending discount rate": 0.0901}
    assert reasons(catalog) == {"discount_sign": 1}


def test_terms_and_limits(tmp_path: Path) -> None:
    limits = [
        {"constraintType": "MIN_BALANCE", "additionalValue": "1000.00"},
        {"constraintType": "MIN_BALANCE", "additionalValue": "500"},
        {"constraintType": "MAX_BALANCE", "additionalValue": "250000"},
        {"constraintType": "MAX_BALANCE", "additionalValue": "Residential"},
        {"constraintType": "MAX_LIMIT"},
    ]
    rates = [*deposit("0.04", additionalValue="P6M"), *deposit("0.05", additionalValue="P1Y")]
    catalog = read(tmp_path, product(constraints=limits, depositRates=rates))
    assert values(catalog, "terms") == {
        "min balance": 500, "max balance": 250000, "minimum term": 6, "maximum term": 12,
    }  # fmt: skip
    assert reasons(catalog) == {"no_number": 1}


def test_text_is_repaired_and_told(tmp_path: Path) -> None:
    row = product(name="Fixed\xa0Rate", description="<b>It’s</b> “safe” &amp; caf\u00c3\u00a9")
    catalog = read(tmp_path, row)
    assert catalog.products["name"].tolist() == ["Fixed Rate"]
    assert catalog.products["description"].tolist() == ['It\'s "safe" & café']
    assert reasons(catalog) == {"blanks": 1, "markup": 1, "mojibake": 1, "quotes": 1}


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b"", "must not be empty"),
        ("a.jsonl", b"\n \n", "must not be empty"),
        ("a.json", b'{"data": {"productId"', r"line 1: the text must be whole JSON.*cut off"),
        ("a.jsonl", b'{"data": {"productId": "1"}}\n{"da', r"line 2: the text must be whole JSON"),
        ("a.json", b"%PDF-1.4 whatever", "must be whole JSON; found '%PDF"),
        ("a.json", b'{"data": {"productId": "\xe9"}}', "must be UTF-8; found 'byte 0xe9'"),
        ("a.json", b'"text"', "must be a JSON object; found \"'text'\""),
        ("a.json", b"[]", "must hold product answers"),
        ("a.json", b"[" * 100_000, "nested too deeply|whole JSON"),
        ("a.json.xz", b"\xfd7zXZ\x00cut", "packed file must be whole"),
        ("a.json.gz", b"\x1f\x8b\x08cut", "packed file must be whole"),
        ("a.csv", b"brand,name\n", r'ending must be one of .*format="table"'),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SchemaError, match=message) as refusal:
        read_catalog(tmp_path / name)
    assert "\n" not in str(refusal.value)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="must exist"):
        read_catalog(tmp_path / "none.json")
    with pytest.raises(MissingFileError, match="must hold product answers"):
        read_catalog(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"format": "xml"}, "`format` must be one of 'cdr', 'table'"),
        ({"columns": {"brand": "b"}}, "`columns` belongs to format"),
        ({"encoding": "big5"}, "`encoding` belongs to format"),
        ({"disclosure": "secret"}, "`disclosure` must be one of"),
        ({"disclosure": {"rates": "open"}}, "its facets.*found 'rates'"),
        ({"disclosure": {"features": "shut"}}, r"disclosure\['features'\]"),
        ({"as_of": "12 August"}, "`as_of` must be a day written YYYY-MM-DD"),
        ({"ranges": {"fee": (5, 5)}}, "`ranges` must give a low and a higher end"),
        ({"ranges": {"fee": 5}}, "`ranges` must give a low and a higher end"),
    ],
)
def test_bad_arguments_are_refused(tmp_path: Path, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, product(), **arguments)


@pytest.mark.parametrize("content", ["[]", "5", '{"k1": {}}', "not json"])
def test_bad_registers_are_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "register.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SchemaError, match=r"register"):
        read(tmp_path, envelope(product()), register=file)


def test_owners_and_ranges_are_kept_and_checked(tmp_path: Path) -> None:
    row = product(lendingRates=lending("0.25"))
    catalog = read(
        tmp_path, row, owners={"Civic Bank": "Civic Group", "Civic Bnk": "x"},
        ranges={"lending variable rate": (0.0, 0.2), "absent": (0, 1)},
    )  # fmt: skip
    assert catalog.owners["Civic Bank"] == "Civic Group"
    assert catalog.ranges["lending variable rate"] == (0.0, 0.2)
    told = catalog.problems.set_index("reason")["found"].to_dict()
    assert told["owner"] == "Civic Bnk. Did you mean 'Civic Bank'?"
    assert told["no_attribute"] == "absent"
    assert told["outside_range"] == "0.25, range 0 to 0.2"


# --- the form of fees since 2025 -----------------------------------------------------------------


def fees_before(monthly: str) -> list[dict[str, Any]]:
    return [
        {"name": "Monthly account fee", "feeType": "PERIODIC", "amount": monthly,
         "additionalValue": "P1M", "currency": "AUD"},
        {"name": "International transaction fee", "feeType": "TRANSACTION",
         "transactionRate": "0.03"},
        {"name": "Valuation fee", "feeType": "VARIABLE", "amount": "0.00",
         "additionalInfo": "At cost"},
    ]  # fmt: skip


def fees_since(monthly: str) -> list[dict[str, Any]]:
    return [
        {"name": "Monthly account fee", "feeType": "PERIODIC", "feeMethodUType": "fixedAmount",
         "fixedAmount": {"amount": monthly}, "additionalValue": "P1M", "currency": "AUD"},
        {"name": "International transaction fee", "feeType": "TRANSACTION",
         "feeMethodUType": "rateBased", "rateBased": {"rateType": "TRANSACTION", "rate": "0.03"}},
        {"name": "Valuation fee", "feeType": "OTHER", "feeMethodUType": "variable",
         "variable": {"feeMinimum": "0.00", "feeMaximum": "500.00"}},
    ]  # fmt: skip


def six_offers(folder: Path, fees: Any) -> Catalog:
    folder.mkdir()
    rows = [
        envelope(product(f"{brand}{at}", brand=brand, fees=fees(f"{at * step:.2f}")),
                 brand_key=brand, register_name=brand)
        for brand, step in (("Civic", 5), ("Kestrel", 15)) for at in range(3)
    ]  # fmt: skip
    return read(folder, *rows)


def test_the_new_form_of_fees_gives_the_amounts_of_the_old(tmp_path: Path) -> None:
    old, new = six_offers(tmp_path / "old", fees_before), six_offers(tmp_path / "new", fees_since)
    for catalog in (old, new):
        fees = catalog.attributes[catalog.attributes["facet"] == "fees"]
        kept = fees[fees["attribute"] == "account keeping fee"]
        assert sorted(kept["value"]) == [0, 0, 60, 120, 180, 360]
        assert set(kept["unit"]) == {"AUD a year"}
        assert fees.loc[fees["attribute"] == "valuation fee", "value"].isna().all(), "not free"
        assert (fees.loc[fees["attribute"].str.endswith("(rate)"), "value"] == 0.03).all()
        assert len(catalog.products) == 6
        assert not len(catalog.problems)
    overlaps = [brand_overlap(catalog).tidy()["overlap"].tolist() for catalog in (old, new)]
    assert overlaps[0] == overlaps[1]
    assert all(one < 1 for one in overlaps[0])


@pytest.mark.parametrize(
    ("fee", "amount"),
    [
        ({"feeMethodUType": "variable", "variable": {"feeMinimum": "150"}}, 150),
        ({"feeMethodUType": "variable", "variable": {"feeMaximum": "500"}}, None),
        ({"feeMethodUType": "variable", "variable": {}}, None),
        ({"feeMethodUType": "fixedAmount", "fixedAmount": {"amount": "0.00"}}, 0),
        ({"feeMethodUType": "fixedAmount", "fixedAmount": {"amount": "0.00"},
          "additionalInfo": "Charged at cost by the valuer"}, None),
        ({"amount": "0", "additionalValue": "at-cost"}, None),
        ({"amount": "0", "additionalInfo": "at no cost"}, 0),
        ({"feeMethodUType": "rateBased", "rateBased": {"rateType": "BALANCE", "rate": "0.015",
          "amountRange": {"feeMinimum": "3.00"}}}, 0.015),
    ],
)  # fmt: skip
def test_what_is_charged_at_cost_is_not_free(
    tmp_path: Path, fee: dict[str, Any], amount: float | None
) -> None:
    catalog = read(
        tmp_path, envelope(product(fees=[{"name": "Valuation fee", "feeType": "OTHER", **fee}]))
    )
    (found,) = values(catalog, "fees").values()
    assert found == amount if amount is not None else found != found
    assert not len(catalog.problems)


def test_fields_that_the_format_does_not_have_are_told(tmp_path: Path) -> None:
    fee = {"name": "Valuation fee", "feeType": "OTHER", "feeMethodUType": "tiered",
           "tiered": [{"amount": "5"}], "fixedAmount": {"amount": "1", "sum": "2"}}  # fmt: skip
    catalog = read(
        tmp_path, envelope(product(fees=[fee], perks=[], features=[feature("REDRAW", rank=1)]))
    )
    told = catalog.problems[catalog.problems["reason"] == "unknown_key"]
    assert sorted(told["field"]) == [
        "features.rank",
        "fees.fixedAmount.sum",
        "fees.tiered",
        "perks",
    ]
