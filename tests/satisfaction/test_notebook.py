"""Notebook 02 on much evidence and on little: findings with number, base and interval."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from brandkit.page.provenance import json_of_page
from brandkit.report import audit_report, export_report

CSIBANK = """
[study]
title = "A retail bank, 2008"

[survey]
source = "csibank.csv"
brand = "the bank"
scale = [0, 10]
recommend = "loy3"
outcome = "sat1"
drivers = ["imag2", "imag6", "qual1", "qual2", "qual3", "qual4", "qual5", "val3"]
segments = ["Gender", "Age", "Region"]
margins = { Gender = { Female = 0.51, Male = 0.49 } }
paths = [["IMAG", "EXPE"], ["EXPE", "QUAL"], ["QUAL", "VAL"], ["VAL", "SAT"], ["IMAG", "SAT"],
    ["QUAL", "SAT"], ["SAT", "LOY"]]

[survey.blocks]
IMAG = ["imag1", "imag2", "imag3", "imag4", "imag5", "imag6"]
EXPE = ["expe1", "expe2", "expe3", "expe4"]
QUAL = ["qual1", "qual2", "qual3", "qual4", "qual5", "qual6", "qual7"]
VAL = ["val1", "val2", "val3", "val4"]
SAT = ["sat1", "sat2", "sat3"]
LOY = ["loy1", "loy2", "loy3"]
"""
BURGER = """
[study]
title = "Burger brands"
focus = "Burger Chef"

[survey]
source = "Burger_Brand_Tracking_Dec_2017.sav"
respondent = "ID"
weight = "wgt"
"""


@pytest.fixture(autouse=True)
def _kept_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("making", "unchanged"):
        monkeypatch.setattr(
            f"brandkit.report.{module}.processed_folder", lambda _: tmp_path / "kept"
        )


def exported(study: str | Path, out: Path, *, only: str = "02", **options: Any) -> dict[str, Any]:
    files = export_report(study, notebooks=[only], out=out, **options)
    assert audit_report(files[0]).ok
    told = json_of_page(files[0].read_text(encoding="utf-8"))
    assert told is not None
    return told


def copied(source: Path, folder: Path, toml: str) -> Path:
    folder.mkdir()
    shutil.copy(source, folder / source.name)
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    return folder


def has_numbers(finding: dict[str, Any]) -> bool:
    """Say whether a finding has a base and, unless it is open, how sure a number is."""
    detail = finding["detail"]["text"]
    sure = re.search(r"[\d%] (?:to|–) [−+]?\d|\bp [<.\d]|in \d+% of|\d% of draws", detail)
    based = re.search(r"base [\d,]+|[\d,]+ (?:answers|persons|customers|choices)", detail)
    return bool(based and (sure or finding["settled"] == "open"))


@pytest.mark.slow
@pytest.mark.real
def test_csibank_one_bank_with_segments(real: Path, tmp_path: Path) -> None:
    study = copied(real / "surveys/csibank/csibank.csv", tmp_path / "csibank", CSIBANK)
    told = exported(study, tmp_path / "out")
    assert not told["is_unanswered"]
    assert len(told["findings"]) >= 3
    assert all(has_numbers(one) for one in told["findings"]), json.dumps(told["findings"], indent=1)
    page = (tmp_path / "out" / "02_satisfaction.html").read_text(encoding="utf-8")
    assert re.search(r"Heterotrait–monotrait ratio 0\.[89]\d \(", page)


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize("only", ["02", "03"])
def test_the_burger_tracker_images_only(real: Path, tmp_path: Path, only: str) -> None:
    source = real / "surveys/burger_tracker/Burger_Brand_Tracking_Dec_2017.sav"
    told = exported(copied(source, tmp_path / "burger", BURGER), tmp_path / "out", only=only)
    assert not told["is_unanswered"]
    assert told["findings"]
    if only == "02":
        assert has_numbers(told["findings"][0])


@pytest.mark.slow
def test_the_sample_says_who_whether_what_and_what_first(tmp_path: Path) -> None:
    told = exported("sample", tmp_path / "out")
    assert len(told["findings"]) >= 5
    assert all(has_numbers(one) for one in told["findings"]), json.dumps(told["findings"], indent=1)
    assert told["question"]["text"].startswith("Who satisfies")


def test_without_a_survey_it_says_what_it_takes(tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "image.csv").write_text("bank,a,b,c\nA,3,4,5\nB,5,1,2\nC,2,6,1\n", encoding="utf-8")
    toml = '[study]\ntitle = "Bare"\n[brand_table]\nsource = "image.csv"\n'
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    told = exported(folder, tmp_path / "out")
    assert told["is_unanswered"]
    assert "[survey] in study.toml" in told["notes"][0]["text"]
