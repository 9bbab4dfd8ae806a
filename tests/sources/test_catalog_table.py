"""Catalogues as tables, quirk by quirk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from brandkit.core.errors import InputError, MissingColumnsError, SchemaError
from brandkit.sources import read_catalog
from brandkit.sources.catalog.catalog import Catalog


def read(folder: Path, text: str, name: str = "products.csv", **arguments: Any) -> Catalog:
    file = folder / name
    file.write_text(text, encoding=arguments.pop("encoding", "utf-8"), newline="")
    return read_catalog(file, format="table", **arguments)


def states(catalog: Catalog, facet: str = "features") -> dict[tuple[str, str], str]:
    rows = catalog.attributes[catalog.attributes["facet"] == facet]
    return {
        (row.product, row.attribute): row.state
        for row in rows.astype({"attribute": "str", "state": "str"}).itertuples()
    }


def amounts(catalog: Catalog, facet: str) -> dict[str, tuple[float, str]]:
    rows = catalog.attributes[catalog.attributes["facet"] == facet]
    units = rows["unit"].astype("object").where(rows["unit"].notna(), "")
    return dict(zip(rows["product"], zip(rows["value"], units, strict=True), strict=True))


def reasons(catalog: Catalog) -> dict[str, int]:
    return catalog.problems["reason"].value_counts().to_dict()


ROWS = [
    {"issuer": "Civic Bank", "code": "007", "title": "Saver", "kind": "savings", "tags": "a|b"},
    {"issuer": "Tidewater", "code": "NA", "title": "NA", "kind": "savings", "tags": "b"},
]
MAPPING = {"brand": "issuer", "product": "code", "name": "title", "category": "kind",
           "features": "tags"}  # fmt: skip


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", ["csv", "semicolon", "tsv", "bom", "utf-16", "crlf", "csv.gz", "xlsx", "parquet"]
)
def test_every_form_reads_the_same(tmp_path: Path, form: str) -> None:
    frame = pd.DataFrame(ROWS)
    name = {"xlsx": "p.xlsx", "parquet": "p.parquet", "tsv": "p.tsv", "csv.gz": "p.csv.gz"}
    file = tmp_path / name.get(form, "p.csv")
    if form == "xlsx":
        frame.to_excel(file, index=False)
    elif form == "parquet":
        frame.to_parquet(file, index=False)
    else:
        frame.to_csv(
            file, index=False, sep={"semicolon": ";", "tsv": "\t"}.get(form, ","),
            encoding={"bom": "utf-8-sig", "utf-16": "utf-16"}.get(form, "utf-8"),
            lineterminator="\r\n" if form == "crlf" else "\n",
        )  # fmt: skip
    catalog = read_catalog(file, format="table", columns=MAPPING)
    assert catalog.products[["brand", "product", "name"]].to_numpy().tolist() == [
        ["Civic Bank", "007", "Saver"],
        ["Tidewater", "NA", "NA"],
    ]
    assert states(catalog) == {
        ("007", "a"): "has", ("007", "b"): "has", ("NA", "a"): "not_stated", ("NA", "b"): "has",
    }  # fmt: skip
    assert reasons(catalog) == {}


def test_a_named_encoding_and_a_named_sheet(tmp_path: Path) -> None:
    text = "brand,name\n招商银行,朝朝宝\n"
    (tmp_path / "g.csv").write_bytes(text.encode("gb18030"))
    catalog = read_catalog(tmp_path / "g.csv", format="table", encoding="gb18030")
    assert catalog.brands == ["招商银行"]
    book = openpyxl.Workbook()
    book.active.append(["notes"])
    page = book.create_sheet("products")
    page.append(["brand", "name"])
    page.append(["Civic", "Saver"])
    book.save(tmp_path / "p.xlsx")
    catalog = read_catalog(tmp_path / "p.xlsx", format="table", sheet="products")
    assert catalog.brands == ["Civic"]


def test_line_breaks_and_commas_in_cells(tmp_path: Path) -> None:
    text = 'brand,name,description\nCivic,"Saver,\nplus","first\r\nsecond"\n'
    catalog = read(tmp_path, text)
    assert catalog.products[["name", "description"]].to_numpy().tolist() == [
        ["Saver, plus", "first second"]
    ]


def test_typed_cells_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["brand", "product", "offset", "fee", "rate"])
    page.append(["Civic", "007", True, 12.5, 0.0525])
    page.append(["Civic", 8, False, 10, 0.06])
    book.save(tmp_path / "p.xlsx")
    columns = {"features": ["offset"], "fees": ["fee"], "rates": ["rate"]}
    catalog = read_catalog(tmp_path / "p.xlsx", format="table", columns=columns)
    assert states(catalog) == {("007", "offset"): "has", ("8", "offset"): "has_not"}
    assert amounts(catalog, "fees") == {"007": (12.5, ""), "8": (10, "")}
    assert amounts(catalog, "rates") == {"007": (0.0525, "share"), "8": (0.06, "share")}


def test_lists_in_parquet(tmp_path: Path) -> None:
    frame = pd.DataFrame({"brand": ["C", "C", "C"], "product": ["1", "2", "3"],
                          "features": [["a, b", "c"], [], None]})  # fmt: skip
    frame.to_parquet(tmp_path / "p.parquet")
    catalog = read_catalog(tmp_path / "p.parquet", format="table")
    assert states(catalog) == {
        ("1", "a, b"): "has", ("1", "c"): "has", ("2", "a, b"): "has_not", ("2", "c"): "has_not",
        ("3", "a, b"): "not_stated", ("3", "c"): "not_stated",
    }  # fmt: skip


def test_the_usual_headers_need_no_mapping(tmp_path: Path) -> None:
    catalog = read(tmp_path, "brand,product,name,category,features\nC,1,Saver,savings,a;b\n")
    assert catalog.products["category"].tolist() == ["savings"]
    assert len(states(catalog)) == 2


def test_headers_that_stand_twice(tmp_path: Path) -> None:
    catalog = read(tmp_path, "brand,name,note,note\nC,Saver,x,y\n")
    assert reasons(catalog) == {"same_header": 1}
    same = read(tmp_path, "brand,name,name\nC,Saver,Saver\n", name="same.csv")
    assert same.products["name"].tolist() == ["Saver"]
    with pytest.raises(SchemaError, match=r"column 'name': a heading that is used .* differ"):
        read(tmp_path, "brand,name,name\nC,Saver,Card\n")


# --- brands, ids, categories ---------------------------------------------------------------------


def test_issuers_become_brands(tmp_path: Path) -> None:
    text = "brand,name\n工银理财有限责任公司,A\n中国工商银行股份有限公司,B\n其他银行,C\n"
    table = tmp_path / "aliases.csv"
    table.write_text(
        "issuer,brand\n工銀理財有限責任公司,工商银行\n中国工商银行股份有限公司,工商银行\n",
        encoding="utf-8-sig",
    )
    for aliases in (
        table,
        {"工银理财有限责任公司": "工商银行", "中国工商银行股份有限公司": "工商银行"},
    ):
        assert read(tmp_path, text, aliases=aliases).brands == ["其他银行", "工商银行"]


def test_aliases_that_contradict_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="`aliases` must give each issuer one brand"):
        read(tmp_path, "brand,name\nC,A\n", aliases={"C bank": "X", "c  BANK": "Y"})


def test_rows_without_a_brand_and_brands_outside_the_register(tmp_path: Path) -> None:
    text = "brand,name\nCivic,A\n ,B\nGone,C\n"
    catalog = read(tmp_path, text, register={"k": "CIVIC"})
    assert catalog.products[["brand", "name"]].to_numpy().tolist() == [["CIVIC", "A"]]
    assert reasons(catalog) == {"no_brand": 1, "ghost": 1}


def test_a_category_spelt_three_ways(tmp_path: Path) -> None:
    text = (
        "brand,name,category\nC,A,Home Loans\nC,B,home_loans\nC,D,ＨＯＭＥ  LOANS\nC,E,Home Loans\n"
    )
    catalog = read(tmp_path, text)
    assert set(catalog.products["category"]) == {"Home Loans"}
    assert sorted(catalog.problems["found"]) == ["home_loans", "ＨＯＭＥ LOANS"]
    assert reasons(catalog) == {"category_spelling": 2}


def test_rows_that_share_an_id(tmp_path: Path) -> None:
    text = "brand,product,name\nC,1,Saver\nC,1,Saver\nC,1,Card\nC,2,Loan\n"
    catalog = read(tmp_path, text)
    assert catalog.products["product"].tolist() == ["1", "2", "1 (2)"]
    assert reasons(catalog) == {"duplicate": 1, "same_id": 1}
    lines = text.splitlines()
    turned = read(tmp_path, "\n".join([lines[0], *lines[:0:-1]]) + "\n", name="turned.csv")
    assert turned.products["name"].tolist() == catalog.products["name"].tolist()


def test_products_without_an_id(tmp_path: Path) -> None:
    catalog = read(tmp_path, "brand,product,name\nC,,Saver\nC,2,\nC,,\n")
    assert catalog.products["product"].tolist() == ["2", "Saver"]
    assert reasons(catalog) == {"no_id": 1, "no_product": 1}


# --- facets --------------------------------------------------------------------------------------


def test_yes_and_no_are_taken_as_they_are(tmp_path: Path) -> None:
    text = "brand,name,offset,redraw\nC,A,Yes,✓\nC,B,no,\nC,D,,\nC,E,n/a,✓\n"
    for rule in ("brand", "closed", "open"):
        catalog = read(tmp_path, text, columns={"features": ["offset", "redraw"]}, disclosure=rule)
        offset = {k[0]: v for k, v in states(catalog).items() if k[1] == "offset"}
        assert offset == {"A": "has", "B": "has_not", "D": "not_stated", "E": "not_stated"}
        redraw = {k[0]: v for k, v in states(catalog).items() if k[1] == "redraw"}
        silent = "not_stated" if rule == "open" else "has_not"
        assert redraw == {"A": "has", "B": silent, "D": silent, "E": "has"}, "ticks are a list"


def test_columns_can_be_renamed(tmp_path: Path) -> None:
    text = "brand,name,f1\nC,A,1\nC,B,0\n"
    catalog = read(tmp_path, text, columns={"features": {"offset account": "f1"}})
    assert states(catalog) == {("A", "offset account"): "has", ("B", "offset account"): "has_not"}


def test_one_of_several_values(tmp_path: Path) -> None:
    text = "brand,name,risk\nC,A,low\nD,B,N/A\nD,E,\nD,F,LOW\n"
    catalog = read(tmp_path, text, columns={"features": ["risk"]})
    assert states(catalog) == {
        ("A", "risk: LOW"): "has", ("A", "risk: N/A"): "has_not",
        ("B", "risk: LOW"): "has_not", ("B", "risk: N/A"): "has",
        ("E", "risk: LOW"): "not_stated", ("E", "risk: N/A"): "not_stated",
        ("F", "risk: LOW"): "has", ("F", "risk: N/A"): "has_not",
    }  # fmt: skip
    assert reasons(catalog) == {"attribute_spelling": 1}


def test_a_silent_column_beside_one_that_speaks(tmp_path: Path) -> None:
    text = "brand,name,cards,extras\nC,A,x|y,p|q\nC,B,x,\nC,D,,\n"
    catalog = read(tmp_path, text, columns={"features": ["cards", "extras"]}, disclosure="closed")
    said = {key[1]: state for key, state in states(catalog).items() if key[0] == "B"}
    assert said == {"x": "has", "y": "has_not", "p": "not_stated", "q": "not_stated"}
    assert {state for key, state in states(catalog).items() if key[0] == "D"} == {"not_stated"}


@pytest.mark.parametrize("mark", ["|", ";", "；", "、", ",", "，", "\n"])
def test_lists_find_their_delimiter(tmp_path: Path, mark: str) -> None:
    text = f'brand,name,features\nC,A,"a{mark} b {mark}"\nC,B,b\n'
    assert states(read(tmp_path, text)) == {
        ("A", "a"): "has", ("A", "b"): "has", ("B", "a"): "has_not", ("B", "b"): "has",
    }  # fmt: skip


def test_a_declared_delimiter(tmp_path: Path) -> None:
    text = 'brand,name,features\nC,A,"a, b/c; d"\n'
    catalog = read(tmp_path, text, columns={"features": "features", "delimiter": "/"})
    assert list(states(catalog)) == [("A", "a, b"), ("A", "c; d")]


def test_items_spelt_in_several_ways_meet(tmp_path: Path) -> None:
    text = "brand,name,features\nC,A,Re-draw|offset\nC,B,re draw|offset\nC,D,re draw\n"
    catalog = read(tmp_path, text)
    assert {key[1] for key in states(catalog)} == {"re draw", "offset"}
    assert catalog.problems["found"].tolist() == ["Re-draw"]


def test_all_regions_are_all_regions_of_the_file(tmp_path: Path) -> None:
    text = 'brand,name,regions\nC,A,"北京市,上海市"\nC,B,全国\nD,E,大连市\nD,F,\n'
    catalog = read(tmp_path, text)
    sold = {key for key, state in states(catalog, "regions").items() if state == "has"}
    assert sold == {("A", "北京市"), ("A", "上海市"), ("E", "大连市")} | {
        ("B", region) for region in ("北京市", "上海市", "大连市")
    }
    assert "全国" not in {key[1] for key in states(catalog, "regions")}


def test_all_regions_alone_stays_a_region(tmp_path: Path) -> None:
    catalog = read(tmp_path, "brand,name,regions\nC,A,全国\n")
    assert states(catalog, "regions") == {("A", "全国"): "has"}
    assert reasons(catalog) == {"no_region_list": 1}


@pytest.mark.parametrize(
    ("cell", "value", "unit"),
    [
        ("HK$1,200", 1200, "HKD"), ("NT$30", 30, "TWD"), ("US$1.5", 1.5, "USD"), ("$5", 5, ""),
        ("１２元", 12, ""), ("5万", 50_000, ""), ("1.2亿元", 1.2e8, ""), ("￥30", 30, "CNY"),
        ("免费", 0, ""), ("free", 0, ""), ("1.5%", 0.015, "share"), ("(20)", -20, ""),
        ("10k", 10_000, ""), ("2 million", 2e6, ""), ("-", None, ""), ("", None, ""),
    ],
)  # fmt: skip
def test_fees_as_people_write_them(
    tmp_path: Path, cell: str, value: float | None, unit: str
) -> None:
    text = f'brand,product,fee\nC,1,"{cell}"\n'
    catalog = read(tmp_path, text, columns={"fees": {"annual fee": "fee"}})
    expected = {} if value is None else {"1": (pytest.approx(value), unit)}
    assert amounts(catalog, "fees") == expected
    assert reasons(catalog) == {}


@pytest.mark.parametrize(
    ("cell", "reason"), [("N/A", "no_number"), ("ask us", "no_number"), ("up to $5", "amount_text")]
)
def test_amounts_that_need_telling(tmp_path: Path, cell: str, reason: str) -> None:
    catalog = read(tmp_path, f"brand,product,fee\nC,1,{cell}\n", columns={"fees": ["fee"]})
    assert reasons(catalog) == {reason: 1}
    assert catalog.problems["record"].tolist() == ["1"]


def test_the_currency_of_the_row(tmp_path: Path) -> None:
    text = "brand,product,currency,fee\nC,1,人民币(CNY),5\nC,2,美元(USD),6\nC,3,,HK$7\nC,4,chf,8\n"
    catalog = read(tmp_path, text, columns={"fees": ["fee"]})
    assert amounts(catalog, "fees") == {
        "1": (5, "CNY"), "2": (6, "USD"), "3": (7, "HKD"), "4": (8, "CHF"),
    }  # fmt: skip


def test_decimal_commas(tmp_path: Path) -> None:
    text = "brand;product;fee;rate\nC;1;1.234,50;5,25%\nC;2;0,99;6,1%\n"
    catalog = read(tmp_path, text, columns={"fees": ["fee"], "rates": ["rate"]})
    assert amounts(catalog, "fees") == {"1": (1234.5, ""), "2": (0.99, "")}
    assert amounts(catalog, "rates")["1"] == (pytest.approx(0.0525), "share")


@pytest.mark.parametrize(
    ("header", "cells", "expected", "told"),
    [
        ("rate", ["5.25%", "6%"], [0.0525, 0.06], []),
        ("rate", ["0.0525", "0.06"], [0.0525, 0.06], []),
        ("rate", ["5.25", "0.5"], [0.0525, 0.005], ["the whole column"]),
        ("rate (%)", ["0.25", "0.5"], [0.0025, 0.005], ["the whole column"]),
        ("rate", ["0.02", "0.03", "0.04", "5.25"], [0.02, 0.03, 0.04, 0.0525], ["5.25"]),
        ("rate", ["0.02", "5.25%", "0", "-0.01"], [0.02, 0.0525, 0, -0.01], []),
    ],
)
def test_percent_and_fraction(
    tmp_path: Path, header: str, cells: list[str], expected: list[float], told: list[str]
) -> None:
    rows = "".join(f"C,{at},{cell}\n" for at, cell in enumerate(cells))
    catalog = read(tmp_path, f"brand,product,{header}\n{rows}", columns={"rates": {"r": header}})
    assert [value for value, _ in amounts(catalog, "rates").values()] == pytest.approx(expected)
    assert catalog.problems["found"].tolist() == told


@pytest.mark.parametrize(
    ("cell", "value", "unit"),
    [
        ("P1Y", 12, "months"), ("90 days", 90 * 12 / 365.25, "months"),
        ("6-12个月(含)", 9, "months"), ("7天-1个月(含)", (7 * 12 / 365.25 + 1) / 2, "months"),
        ("每日", 12 / 365.25, "months"), ("3年以上", 36, "months"), ("半年", 6, "months"),
        ("100000", 100_000, ""),
    ],
)  # fmt: skip
def test_terms(tmp_path: Path, cell: str, value: float, unit: str) -> None:
    catalog = read(tmp_path, f"brand,product,t\nC,1,{cell}\n", columns={"terms": {"term": "t"}})
    assert amounts(catalog, "terms") == {"1": (pytest.approx(value), unit)}


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "arguments", "error", "message"),
    [
        ("name\nA\n", {}, SchemaError, "must have a column for brand; found"),
        ("brand,x\nA,1\n", {}, SchemaError, r"must have a column for product \(or name\)"),
        ("brand,name\nA,1\n", {"columns": {"brands": "brand"}}, InputError,
         "found 'brands'. Did you mean 'brand'"),
        ("brand,name\nA,1\n", {"columns": {"brand": "bank"}}, MissingColumnsError,
         r"does not have: \['bank'\]. It has \['brand', 'name'\]"),
        ("brand,name\nA,1\n", {"columns": {"features": ["nam"]}}, MissingColumnsError,
         "Did you mean 'name'"),
        ("brand,name\nA,1\n", {"columns": {"brand": ["a"]}}, InputError, "must name one column"),
        ("brand,name\nA,1\n", {"columns": {"fees": 5}}, InputError, "must name columns by text"),
        ("brand,name\n,1\n", {}, SchemaError, "at least one product of a named brand"),
        ("brand,name\nA,1\n", {"register": {"k": "B"}}, SchemaError, "at least one product"),
        ("brand,name\nA,1\n", {"crosswalk": {"a": "b"}}, InputError, "`crosswalk` belongs to"),
        ("brand,name\n", {}, SchemaError, "."),
        ("", {}, SchemaError, "empty"),
        ("brand,name\nA\n", {}, SchemaError, "as many cells as the heading"),
        (",".join(["brand", "name", *(f"c{n}" for n in range(10_000))]) + "\n" + "x," * 10_001
         + "x\n", {}, SchemaError, "a table may have 5,000 columns; found 10002"),
    ],
)  # fmt: skip
def test_bad_tables_are_refused(
    tmp_path: Path, text: str, arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as refusal:
        read(tmp_path, text, **arguments)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.xlsx", b"%PDF-1.7 ...", "a PDF document"),
        ("p.xlsx", b"PK\x03\x04cut", "cannot be opened"),
        ("p.parquet", b"PAR1cut", "cannot be opened"),
        ("p.json", b'{"data": {}}', "ending must be one of"),
        ("p.csv", b"<html><body>", "a web page"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SchemaError, match=message) as refusal:
        read_catalog(tmp_path / name, format="table")
    assert "\n" not in str(refusal.value)
