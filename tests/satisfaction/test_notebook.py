"""Notebook 02 on much evidence and on little: findings with number, base and interval."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import brandkit as bk
from brandkit.page.provenance import json_of_page
from brandkit.report import audit_report, export_report
from tests.golden.gather import RECORDED

Studies = Callable[[str, Sequence[str]], Path]


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


def has_numbers(finding: dict[str, Any]) -> bool:
    """Say whether a finding has a base and, unless it is open, how sure a number is."""
    detail = finding["detail"]["text"]
    sure = re.search(r"[\d%] (?:to|–) [−+]?\d|\bp [<.\d]|in \d+% of|\d% of draws", detail)
    based = re.search(r"base [\d,]+|[\d,]+ (?:answers|persons|customers|choices)", detail)
    return bool(based and (sure or finding["settled"] == "open"))


@pytest.mark.slow
@pytest.mark.real
def test_csibank_one_bank_with_segments(studies_of: Studies, tmp_path: Path) -> None:
    one = RECORDED["csibank", "answers"]
    told = exported(studies_of(one.toml, one.files), tmp_path / "out")
    assert not told["is_unanswered"]
    assert len(told["findings"]) >= 3
    assert all(has_numbers(one) for one in told["findings"]), json.dumps(told["findings"], indent=1)
    page = (tmp_path / "out" / "02_satisfaction.html").read_text(encoding="utf-8")
    assert re.search(r"Heterotrait–monotrait ratio 0\.[89]\d \(", page)


@pytest.mark.slow
@pytest.mark.real
@pytest.mark.parametrize(
    "only",
    ["02", pytest.param("03", marks=pytest.mark.exhaustive)],  # as test_real_brand_tables
)
def test_the_burger_tracker_images_only(studies_of: Studies, tmp_path: Path, only: str) -> None:
    one = RECORDED["burger", "places"]
    told = exported(studies_of(one.toml, one.files), tmp_path / "out", only=only)
    assert not told["is_unanswered"]
    assert told["findings"]
    if only == "02":
        assert has_numbers(told["findings"][0])


def test_without_a_survey_it_says_what_it_takes(tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "image.csv").write_text("bank,a,b,c\nA,3,4,5\nB,5,1,2\nC,2,6,1\n", encoding="utf-8")
    toml = '[study]\ntitle = "Bare"\n[brand_table]\nsource = "image.csv"\n'
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    lack = bk.answers(str(folder)).scores
    assert not lack
    assert "[survey] of study.toml" in f"{lack.why} {lack.way_out}"
