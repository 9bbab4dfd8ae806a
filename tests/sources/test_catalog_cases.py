"""Catalogues that once were read wrongly, each with what must come."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from time import process_time

import pandas as pd
import pytest

from brandkit.core.errors import InputError, SchemaError
from brandkit.overlap import brand_overlap, look_alike_names
from brandkit.questions import answers
from brandkit.sources import read_catalog, read_study
from brandkit.sources.new.new import new_study
from brandkit.sources.study.inspection import check_study
from brandkit.sources.study.settings import read_settings


@pytest.fixture
def cases(real: Path) -> Path:
    """The folder of cases beside the real data."""
    folder = real.parent / "cases" / "files"
    if not folder.is_dir():
        pytest.skip("the cases are not beside this clone")
    return folder


@pytest.mark.real
def test_both_fee_forms_of_the_consumer_data_right_read_alike(cases: Path) -> None:
    old, new = (read_catalog(cases / name / "cat") for name in ("c01_cdr_v4", "c02_cdr_v6"))
    for catalog in (old, new):
        fees = catalog.attributes[catalog.attributes["unit"] == "AUD a year"]
        told = fees.astype({"brand": "str"}).groupby("brand")["value"].apply(sorted)
        assert told.to_dict() == {"Civic": [0, 60, 120], "Kestrel": [0, 180, 360]}
        assert catalog.products["brand"].value_counts().to_dict() == {"Civic": 3, "Kestrel": 3}
    pd.testing.assert_frame_equal(
        old.attributes.astype("str"), new.attributes.astype("str"), check_exact=True
    )
    pd.testing.assert_frame_equal(brand_overlap(old).pairs, brand_overlap(new).pairs)


TAIWAN = {"網銀": 3, "點數": 2, "分期": 2, "行動支付": 1, "數位帳戶": 1, "機場接送": 1}


@pytest.mark.real
def test_branch_counts_of_taiwan_are_used(cases: Path, real: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tw"
    shutil.copytree(cases / "m_twcat", folder)
    shutil.copy(real / "branches" / "tw_bank_branches" / "tw_branches.csv", folder)
    found = check_study(folder)
    assert found.is_sound, found.lines()
    told = answers(folder)
    catalog = told.study.catalog
    assert (len(catalog.products), len(catalog.brands)) == (6, 3)
    features = catalog.attributes[catalog.attributes["facet"] == "features"]
    has = features[features["state"] == "has"]["attribute"].value_counts()
    assert {str(word): int(n) for word, n in has.items() if n} == TAIWAN
    assert told["market_overlap"]
    text = (folder / "study.toml").read_text(encoding="utf-8")
    cut = text[: text.index("[catalog]")] + text[text.index("[branches]") :]
    (folder / "study.toml").write_text(cut, encoding="utf-8")
    assert answers(folder)["market_overlap"]


@pytest.mark.real
def test_a_chinese_file_name_is_read(cases: Path) -> None:
    assert check_study(cases / "m_zhname").is_sound
    table = read_study(cases / "m_zhname").brand_table
    assert table is not None
    assert len(table.brands) > 1


@pytest.mark.real
def test_a_customer_survey_is_no_catalogue(cases: Path, tmp_path: Path) -> None:
    shutil.copy(cases / "n_c05_customer_survey_read_as_catalogue" / "data.csv", tmp_path)
    settings = read_settings(new_study(tmp_path).path)[0]
    assert settings.catalog is None
    assert settings.survey is not None


@pytest.mark.parametrize("gap", [None, float("nan")])
def test_a_gap_among_names_is_refused_with_its_place(gap: object) -> None:
    with pytest.raises(InputError, match=r"names.*(None|nan|missing|empty|text)"):
        look_alike_names(["Smart Saver", gap], brands=["A", "B"])  # type: ignore[list-item]


ACCOUNT = {"Name": "Northgate Account", "Identification": "N1", "PCAMarketingState": []}
UK = {"data": [{"Brand": [{"BrandName": "Northgate", "PCA": [ACCOUNT]}]}]}


def test_uk_open_banking_is_named_for_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "current-accounts.json"
    file.write_text(json.dumps(UK, indent=1), encoding="utf-8")
    message = "UK Open Banking are not supported.*Consumer Data Right. Export a table of products"
    with pytest.raises(InputError, match=message):
        new_study(tmp_path)
    with pytest.raises(SchemaError, match=message) as caught:
        read_catalog(file)
    assert "download" not in str(caught.value).lower()
    file.write_text('{"data": {"id": 1}}', encoding="utf-8")
    with pytest.raises(SchemaError, match="`data` with a `productId` and a name"):
        read_catalog(file)


def test_us_card_agreements_are_named_for_what_they_are(tmp_path: Path) -> None:
    head = "Institution Name,Product Name,Availability of Credit Card Plan,Maximum APR,Annual Fee"
    rows = [f"{bank} BANK,Card {n},National,2{n}.90%,${n}5.00 "
            for bank in ("CIVIC", "KESTREL") for n in range(4)]  # fmt: skip
    (tmp_path / "cards.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    made = new_study(tmp_path)
    assert made.guesses == ("cards.csv: a catalogue of US credit card plans: 8 rows of 2 brands",)
    catalog = read_study(tmp_path).catalog
    assert catalog is not None
    fees = catalog.attributes[catalog.attributes["facet"] == "fees"]
    assert sorted(set(fees["value"])) == [5, 15, 25, 35]
    rates = catalog.attributes[catalog.attributes["facet"] == "rates"]
    assert rates["value"].between(0.2, 0.24).all()


FLAT = """\
产品编号,产品名称,发行机构,产品类别,币种,起购金额,业绩比较基准,销售区域,管理费
天000,天枢存款1号,天枢银行,存款,人民币,1000,2.85%,上海、北京,50元
天001,天枢理财2号,天枢银行,理财,美元,1万,2.85%,全国,0元
玉000,玉衡存款1号,玉衡银行,存款,人民币,1000,1.50%,北京、广东,20元
玉001,玉衡理财2号,玉衡银行,理财,人民币,1,2.10%,上海,免费
"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_flat_chinese_catalogue_without_features(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "理财产品目录.csv").write_bytes(FLAT.encode(encoding))
    new_study(tmp_path)
    found = check_study(tmp_path)
    assert found.is_sound, found.lines()
    catalog = read_study(tmp_path).catalog
    assert catalog is not None
    assert catalog.brands == ["天枢银行", "玉衡银行"]
    told = catalog.attributes.astype({"facet": "str", "attribute": "str", "state": "str"})
    assert told[told["facet"] == "features"].empty
    fees = told[told["facet"] == "fees"].set_index("product")[["value", "unit"]]
    assert fees["value"].to_dict() == {"天000": 50, "天001": 0, "玉000": 20, "玉001": 0}
    assert set(fees["unit"]) <= {"CNY", "USD"}
    rates = told[told["facet"] == "rates"]["value"]
    assert sorted(rates.round(6)) == [0.015, 0.021, 0.0285, 0.0285]
    terms = told[told["facet"] == "terms"].set_index("product")["value"]
    assert terms.to_dict() == {"天000": 1000, "天001": 10_000, "玉000": 1000, "玉001": 1}
    where = told[(told["facet"] == "regions") & (told["state"] == "has")]
    assert where.groupby("product")["attribute"].apply(sorted)["天001"] == ["上海", "北京", "广东"]
    overlap = answers(tmp_path)["overlap"]
    assert overlap, str(overlap)


@pytest.mark.parametrize("text", ["<", "1", "1a", "a", "一", "$1", "("])
def test_a_description_without_blanks_is_read_in_a_moment(tmp_path: Path, text: str) -> None:
    product = {"productId": "1", "brand": "A", "name": "n", "description": text * 20_000}
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"data": product}), encoding="utf-8")
    start = process_time()
    assert len(read_catalog(file).products) == 1
    assert process_time() - start < 10  # it was half an hour
