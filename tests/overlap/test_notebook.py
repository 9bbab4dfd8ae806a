"""Notebook 01: the argument stands with all of the evidence, and with little of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import unescape
from pathlib import Path

import pytest

from brandkit.core.errors import InputError
from brandkit.language import use_language
from brandkit.questions import answers
from brandkit.report import export_report
from tests.golden.gather import RECORDED

THREE = """bank,id,name,category,features
North,1,Daily account,accounts,app; card
North,2,Step saver,savings,app; bonus
South,1,Daily account,accounts,app; card; cheque book
South,2,Junior saver,savings,bonus
West,1,Plain account,accounts,branch
West,2,Plain saver,savings,branch
"""
TABLE = """[study]
title = "Three banks"
[catalog]
source = "products.csv"
format = "table"
as_of = 2026-03-01
columns = { brand = "bank", product = "id", name = "name", category = "category", \
features = "features" }
"""


def told(folder: Path, out: Path) -> str:
    """Run the notebook on a study and give the page's text."""
    try:
        files = export_report(folder, notebooks=["01"], out=out)
    finally:
        use_language("en")
    page = next(path for path in files if path.name == "01_overlap.html")
    return unescape(re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8")))


def study(folder: Path, toml: str, **files: str) -> Path:
    folder.mkdir()
    (folder / "study.toml").write_text(toml, encoding="utf-8", newline="\n")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")
    return folder


def test_parts_without_evidence_are_left_out_and_named_by_the_answers(tmp_path: Path) -> None:
    folder = study(tmp_path / "three", TABLE, products=THREE)
    page = told(folder, tmp_path / "out")
    assert "North and South sell the most alike products" in page
    missing = {
        "history": "takes catalogues of at least two dates", "gaps": "takes a focus bank",
        "market_overlap": "takes their branches by market",
    }  # fmt: skip
    for name, sentence in missing.items():
        assert sentence in str(answers(folder)[name])
        assert sentence not in page


def test_one_bank_answers_nothing_and_makes_no_report(tmp_path: Path) -> None:
    alone = "".join(THREE.splitlines(keepends=True)[:3])
    folder = study(tmp_path / "alone", TABLE, products=alone)
    assert "no catalogue of at least two banks' products" in str(answers(folder)["overlap"])
    with pytest.raises(InputError, match="no question can be answered from this study"):
        told(folder, tmp_path / "out")


@pytest.mark.exhaustive
@pytest.mark.real
def test_the_newest_australian_catalogue(
    studies_of: Callable[[str, Sequence[str]], Path], tmp_path: Path
) -> None:
    one = RECORDED["australia", "offers"]
    page = told(studies_of(one.toml, one.files), tmp_path / "out")
    assert "CommBank's products are most like National Australia Bank's" in page
    assert "Bank of Melbourne – BankSA" in page, "sisters are named apart"
    assert "114 banks and 3,409 products" in page
