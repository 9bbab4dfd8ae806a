"""The real catalogues: nine days of the Australian banks, one of the Chinese wealth products."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from brandkit.sources import read_catalog
from brandkit.sources.catalog.catalog import Catalog
from tests.australia import DAYS, NEWEST, australian

pytestmark = pytest.mark.real

#: Days of every run: one with failed requests, the newest.
TELLING = ("2023-06-30", NEWEST)
#: day -> live brands, live records, records of ghosts (read or not)
EXPECTED = {
    "2022-06-30": (101, 4538, 0), "2022-09-30": (103, 5040, 0), "2022-12-31": (119, 5373, 34),
    "2023-02-28": (120, 5318, 34), "2023-06-30": (74, 3746, 187), "2023-10-31": (117, 5120, 189),
    "2023-12-31": (117, 5101, 189), "2024-03-31": (117, 5045, 254), NEWEST: (114, 4995, 258),
}  # fmt: skip


def counts(catalog: Catalog) -> dict[str, int]:
    return catalog.problems["reason"].value_counts().to_dict()


@pytest.mark.slow
@pytest.mark.parametrize(
    "day",
    [pytest.param(day, marks=[pytest.mark.exhaustive] * (day not in TELLING)) for day in DAYS],
)
def test_every_day_is_read(real: Path, day: str) -> None:
    catalog = australian(real, day)
    with (real / "catalogs" / "au_cdr" / "snapshots.csv").open(encoding="utf-8") as stream:
        told = next(row for row in csv.DictReader(stream) if row["snapshot"] == day)
    brands, records, ghosts = EXPECTED[day]
    assert str(catalog.as_of) == day
    assert (len(catalog.brands), len(catalog.records)) == (brands, records)
    assert counts(catalog).get("ghost", 0) == ghosts
    assert counts(catalog)["error_body"] == int(told["error_records"])
    assert int(catalog.products["n_records"].sum()) == records


@pytest.mark.slow
def test_ghosts_and_errors_of_the_newest_day(real: Path) -> None:
    catalog = australian(real, NEWEST)
    ghosts = catalog.problems.query("reason == 'ghost'")
    assert not set(ghosts["brand"]) & set(catalog.brands)
    assert ghosts["found"].nunique() == 11, "keys; one key may name several brands"
    errors = catalog.problems.query("reason == 'error_body'")
    assert errors["record"].str.contains("Wealth_Builder_Loan").any()
    assert errors["found"].str.contains("Unsupported Version").sum() == 2
    assert counts(catalog)["stale_list"] == 8


@pytest.mark.slow
def test_repairs_of_the_newest_day(real: Path) -> None:
    told = counts(australian(real, NEWEST))
    assert told["attribute_spelling"] == 57, "one bank's blanks, and one 'VARIABLE '"
    assert told["discount_sign"] == 51
    assert told["amount_text"] == 4, "$50, $0.20, $0.60, $1"
    percent = australian(real, NEWEST).problems.query("reason == 'percent'")
    assert set(percent["brand"]) == {"Traditional Credit Union"}


@pytest.mark.slow
def test_values_of_the_newest_day_are_plausible(real: Path) -> None:
    attributes = australian(real, NEWEST).attributes
    rates = attributes[attributes["facet"] == "rates"]
    assert rates["value"].between(0, 0.30).all()
    assert set(rates["unit"]) == {"share"}
    listed = attributes[attributes["facet"] == "features"]
    assert listed["attribute"].astype("str").nunique() == 28, "39 strings: 10 are spellings"
    assert listed["state"].astype("str").eq("has").sum() > 9_000
    assert attributes.memory_usage(deep=True).sum() < 20e6
    fees = australian(real, NEWEST).fee_names
    assert fees.loc[fees["recognised"], "n"].sum() / fees["n"].sum() > 0.95


@pytest.mark.slow
def test_brands_are_followed_through_the_crosswalk(real: Path) -> None:
    first, last = australian(real, DAYS[0]), australian(real, NEWEST)
    old, new = set(first.brand_keys.values()), set(last.brand_keys.values())
    assert len(old & new) > 85


@pytest.mark.exhaustive
def test_hardly_a_brand_is_lost_within_a_quarter(real: Path) -> None:
    one, next_one = (set(australian(real, day).brand_keys.values()) for day in DAYS[:2])
    assert len(one & next_one) >= 99


MAPPING = {
    "brand": "issuer", "product": "product_code", "name": "product_name",
    "category": "product_category", "features": ["risk_level", "product_type", "currency"],
    "terms": {"term": "investment_period", "minimum investment": "min_investment"},
    "regions": "sale_regions", "currency": "currency",
}  # fmt: skip


def chinese(real: Path, **arguments: object) -> Catalog:
    file = real / "catalogs" / "cn_wmp_chinawealth" / "products_20250516_184720.csv"
    return read_catalog(file, format="table", columns=MAPPING, **arguments)  # type: ignore[arg-type]


def test_the_chinese_catalogue(real: Path) -> None:
    catalog = chinese(real)
    assert (len(catalog.brands), len(catalog.records)) == (107, 600)
    assert str(catalog.as_of) == "2025-05-16"
    assert set(catalog.products["category"]) == {"01", "03"}, "codes are text"
    assert len(catalog.problems) == 0
    assert len(catalog.products) < 400, "series numbers are no offers"
    attributes = catalog.attributes.astype({"attribute": "str", "state": "str", "facet": "str"})
    regions = attributes[attributes["facet"] == "regions"]
    assert regions["attribute"].nunique() == 40, "41 names, one of them all of them"
    everywhere = regions[regions["state"] == "has"].groupby(["brand", "product"], observed=True)
    assert everywhere.size().max() == 40
    assert "product_type: N/A" in set(attributes["attribute"])
    terms = attributes[attributes["facet"] == "terms"]
    assert terms.query("attribute == 'term'")["value"].between(0.03, 36).all()
    assert set(terms["unit"]) == {"months", "CNY", "USD"}


def test_issuers_are_known_by_their_bank(real: Path) -> None:
    aliases = {
        "工银理财有限责任公司": "中国工商银行", "中国工商银行股份有限公司": "中国工商银行",
        "高盛工银理财有限责任公司": "中国工商银行", "農銀理財有限責任公司": "中国农业银行",
        "法巴农银理财有限责任公司": "中国农业银行",
    }  # fmt: skip
    catalog = chinese(real, aliases=aliases)
    assert len(catalog.brands) == 107 - 5 + 2
    assert {"中国工商银行", "中国农业银行"} <= set(catalog.brands)
    assert len(catalog.records) == 600
