"""What is written by hand in any of the forms is read back the same."""

from __future__ import annotations

import csv
import gzip
import json
import lzma
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brandkit.sources import read_catalog
from brandkit.sources.catalog.catalog import Catalog
from tests.conftest import some

FEATURES = {"REDRAW": "redraw", "OFFSET": "offset", "NOTIFICATIONS": "notifications",
            "CARD_ACCESS": "card access"}  # fmt: skip
CATEGORIES = {"TERM_DEPOSITS": "term deposits", "PERS_LOANS": "personal loans"}


class Written(NamedTuple):
    """A product as somebody would describe it on paper."""

    brand: str
    product: str
    name: str
    category: str
    features: frozenset[str] | None
    fee: float | None
    rate: float | None
    minimum: float | None


words = st.sampled_from(["Saver", "Bonus", "Smart", "Direct", "储蓄", "Ünion", "O'Neil"])
money = st.one_of(st.none(), st.integers(0, 99_999).map(lambda cents: cents / 100))
product = st.builds(
    Written,
    brand=st.sampled_from(["Civic Bank", "Tidewater", "港湾银行"]),
    product=st.text("0A$, -", min_size=1, max_size=5).map(lambda t: f"{t}x".strip()),
    name=st.lists(words, min_size=1, max_size=3).map(" ".join),
    category=st.sampled_from(sorted(CATEGORIES)),
    features=st.one_of(st.none(), st.frozensets(st.sampled_from(sorted(FEATURES)))),
    fee=money,
    rate=st.one_of(st.none(), st.integers(0, 2_999).map(lambda points: points / 10_000)),
    minimum=money,
)
catalogs = st.lists(
    product, min_size=1, max_size=8, unique_by=lambda each: (each.brand, each.product)
)


def answer(each: Written) -> dict[str, Any]:
    body: dict[str, Any] = {
        "productId": each.product, "brand": each.brand, "name": each.name,
        "productCategory": each.category, "description": "",
    }  # fmt: skip
    if each.features is not None:
        body["features"] = [{"featureType": kind} for kind in sorted(each.features)]
    if each.fee is not None:
        body["fees"] = [{"name": "Annual fee", "feeType": "PERIODIC", "amount": f"{each.fee:.2f}"}]
    if each.rate is not None:
        body["lendingRates"] = [{"lendingRateType": "FIXED", "rate": f"{each.rate:.4f}"}]
    if each.minimum is not None:
        limit = {"constraintType": "MIN_LIMIT", "additionalValue": f"{each.minimum:.2f}"}
        body["constraints"] = [limit]
    return {"data": body}


def write_answers(rows: list[Written], folder: Path, form: str) -> Path:
    answers = [answer(row) for row in rows]
    if form == "folder":
        for at, each in enumerate(answers):
            inner = folder / "all" / f"b{at % 2}"
            inner.mkdir(parents=True, exist_ok=True)
            (inner / f"{at}.json").write_text(json.dumps(each), encoding="utf-8")
        return folder / "all"
    lines = "\n".join(json.dumps(each, ensure_ascii=False) for each in answers)
    text = json.dumps(answers, indent=1) if form == "json" else lines + "\n"
    file = folder / {"json": "a.json", "jsonl": "a.jsonl", "xz": "a.jsonl.xz",
                     "gz": "a.jsonl.gz"}[form]  # fmt: skip
    with {"xz": lzma.open, "gz": gzip.open}.get(form, open)(file, "wb") as stream:
        stream.write(text.encode())
    return file


def cells(each: Written, *, typed: bool) -> dict[str, Any]:
    def number(value: float | None, text: str) -> Any:
        return value if typed else "" if value is None else text

    listed = "" if each.features is None else "|".join(
        FEATURES[kind] for kind in sorted(each.features)
    ) or "[]"  # fmt: skip
    return {
        "issuer": each.brand, "code": each.product, "title": each.name,
        "kind": CATEGORIES[each.category], "tags": listed,
        "fee": number(each.fee, f"A${each.fee or 0:,.2f}"),
        "rate": number(each.rate, f"{100 * (each.rate or 0):.2f}%"),
        "minimum": number(each.minimum, f"{each.minimum or 0:,.2f}"),
    }  # fmt: skip


MAPPING = {
    "brand": "issuer", "product": "code", "name": "title", "category": "kind", "features": "tags",
    "fees": {"annual fee": "fee"}, "rates": {"lending fixed rate": "rate"},
    "terms": {"min limit": "minimum"},
}  # fmt: skip


def write_table(rows: list[Written], folder: Path, form: str) -> Path:
    typed = form in {"xlsx", "parquet"}
    written = [cells(row, typed=typed) for row in rows]
    file = folder / f"p.{form.removesuffix('-16').replace('utf', 'csv')}"
    if form == "xlsx":
        book = openpyxl.Workbook()
        book.active.append(list(written[0]))
        for row in written:
            book.active.append(list(row.values()))
        book.save(file)
    elif form == "parquet":
        pd.DataFrame(written).to_parquet(file, index=False)
    else:
        encoding = "utf-16" if form == "utf-16" else "utf-8-sig"
        with file.open("w", encoding=encoding, newline="") as stream:
            writer = csv.DictWriter(
                stream, list(written[0]), delimiter="\t" if form == "tsv" else ","
            )
            writer.writeheader()
            writer.writerows(written)
    return file


def check(catalog: Catalog, rows: list[Written]) -> None:
    """Compare a catalogue with what was written, record by record."""
    offer = {(r.brand, r.record): (r.brand, r.product) for r in catalog.records.itertuples()}
    assert set(offer) == {(row.brand, row.product) for row in rows}
    products = catalog.products.set_index(["brand", "product"])
    said = catalog.attributes.astype({"facet": "str", "attribute": "str", "state": "str"})
    has = {(r.brand, r.product, r.facet, r.attribute): r.state for r in said.itertuples()}
    value = {(r.brand, r.product, r.attribute): r.value for r in said.itertuples()}
    for row in rows:
        at = offer[row.brand, row.product]
        assert products.loc[at, "category"] == CATEGORIES[row.category]
        for kind, word in FEATURES.items():
            state = has.get((*at, "features", word), "has_not")
            assert (state == "has") == (row.features is not None and kind in row.features)
            if row.features is None:
                assert has.get((*at, "features", word), "not_stated") == "not_stated"
        if row.fee is not None:
            assert value[*at, "annual fee"] == pytest.approx(row.fee)
        assert (row.rate is None) or value[*at, "lending fixed rate"] <= row.rate + 1e-12
        assert (row.minimum is None) or value[*at, "min limit"] <= row.minimum + 1e-9
    alone = [row for row in rows if products.loc[offer[row.brand, row.product], "n_records"] == 1]
    for row in alone:
        at = (row.brand, row.product)
        assert products.loc[at, "name"] == row.name
        got = {name: value.get((*at, name)) for name in ("lending fixed rate", "min limit")}
        expected = {"lending fixed rate": row.rate, "min limit": row.minimum}
        assert got == pytest.approx(expected)


@settings(max_examples=some(12), deadline=None)
@given(rows=catalogs)
@pytest.mark.parametrize("form", ["json", "jsonl", "xz", "gz", "folder"])
def test_answers_come_back(
    tmp_path_factory: pytest.TempPathFactory, form: str, rows: list[Written]
) -> None:
    check(read_catalog(write_answers(rows, tmp_path_factory.mktemp("c"), form)), rows)


@settings(max_examples=some(10), deadline=None)
@given(rows=catalogs)
@pytest.mark.parametrize("form", ["csv", "tsv", "utf-16", "xlsx", "parquet"])
def test_tables_come_back(
    tmp_path_factory: pytest.TempPathFactory, form: str, rows: list[Written]
) -> None:
    file = write_table(rows, tmp_path_factory.mktemp("c"), form)
    check(read_catalog(file, format="table", columns=MAPPING), rows)


@settings(max_examples=some(10), deadline=None)
@given(rows=catalogs)
def test_both_forms_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Written]
) -> None:
    """The same products as answers and as a table: the same offers, states and amounts."""
    folder = tmp_path_factory.mktemp("c")
    one = read_catalog(write_answers(rows, folder, "jsonl"))
    other = read_catalog(write_table(rows, folder, "csv"), format="table", columns=MAPPING)
    text = ["brand", "product", "name", "category", "n_records"]
    left, right = (
        c.products[text].astype({"brand": "str", "category": "str"}) for c in (one, other)
    )
    pd.testing.assert_frame_equal(left, right)
    for facet in ("features", "fees", "rates", "terms"):
        frames = []
        for catalog in (one, other):
            rows_of = catalog.attributes[catalog.attributes["facet"] == facet]
            kept = rows_of[["brand", "product", "attribute", "state", "value"]]
            frames.append(kept.astype({"brand": "str", "attribute": "str", "state": "str"}))
        pd.testing.assert_frame_equal(*(frame.reset_index(drop=True) for frame in frames))
