"""study_facts: what stands behind a report, in words."""

from __future__ import annotations

from pathlib import Path

from brandkit.language import translate
from brandkit.sources import read_study
from brandkit.strategy import study_facts


def said(study, language: str) -> dict[str, str]:
    facts = study_facts(study)
    return {translate(label, language): translate(value, language) for label, value in facts}


def test_the_sample_study_tells_its_customers_waves_and_products() -> None:
    facts = said(read_study("sample"), "en")
    assert facts["Customers"] == "3,000, 7,123 answers about a bank"
    assert facts["Waves"].count(",") == 1
    assert facts["Products"] == "161 of 12 banks"
    assert facts["Catalogue dates"].count(",") == 2


def test_facts_are_told_in_chinese() -> None:
    assert said(read_study("sample", language="zh-Hans"), "zh-Hans")["产品"] == "12 家银行的 161 项"


def test_a_study_without_survey_and_catalogue_has_none(tmp_path: Path) -> None:
    (tmp_path / "image.csv").write_text("bank,a,b\nX,1,2\nY,3,1\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        '[study]\ntitle = "x"\n[brand_table]\nsource = "image.csv"\n', encoding="utf-8"
    )
    assert study_facts(read_study(tmp_path)) == ()
