"""A report is made again: its numbers stand, or it is said what has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from brandkit.core.errors import MissingFileError, SchemaError
from brandkit.page.provenance import json_of_page
from brandkit.report import export_report
from brandkit.report.verification import report_verification
from tests.contract import assert_contract


@pytest.fixture(scope="module")
def study(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of its own, small and quick."""
    folder = tmp_path_factory.mktemp("islands")
    shutil.copy(root / "data" / "raw" / "sample" / "brand_image.csv", folder / "image.csv")
    toml = '[study]\ntitle = "Banks"\nfocus = "Civic"\n[brand_table]\nsource = "image.csv"\n'
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    return folder


@pytest.fixture
def page(study: Path, tmp_path: Path) -> Path:
    export_report(study, notebooks=["03"], out=tmp_path / "out")
    return tmp_path / "out" / "03_positioning.html"


@pytest.mark.slow
def test_numbers_stand_and_fall_with_their_inputs(study: Path, page: Path) -> None:
    found = report_verification(page, study=study)
    assert found.numbers_stand
    assert found.lines() == []
    assert_contract(lambda: found)
    image = study / "image.csv"
    before = image.read_bytes()
    try:
        image.write_bytes(before + b"\n")  # other bytes, the same numbers
        found = report_verification(page, study=study)
        assert found.numbers_stand
        assert found.lines() == ["inputs: image.csv: its bytes have changed since the report."]
        image.write_bytes(before.replace(b"Civic,", b"Civic,1", 1))
        found = report_verification(page, study=study)
        assert not found.numbers_stand
        assert found.lines()[-1].startswith("numbers: figures and tables: they differ")
    finally:
        image.write_bytes(before)


def test_other_versions_are_said(study: Path, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    told = json_of_page(text)
    assert told is not None
    was = f'"pandas":"{told["versions"]["pandas"]}"'
    page.write_text(text.replace(was, '"pandas":"3.0.0rc1"'), encoding="utf-8")
    lines = report_verification(page, study=study).lines()
    assert lines == [f"versions: pandas: {told['versions']['pandas']} here, 3.0.0rc1 then."]


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("<html><body>plain</body></html>", "must say what it was made from; found 'no study'"),
        ('<script type="application/json" id="provenance">{"study": "s"}</script>', "no language"),
        ('<script type="application/json" id="provenance">{broken</script>', "no study"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, content: str, match: str) -> None:
    (tmp_path / "page.html").write_text(content, encoding="utf-8")
    with pytest.raises(SchemaError, match=match):
        report_verification(tmp_path / "page.html")
    with pytest.raises(MissingFileError, match="not there"):
        report_verification(tmp_path / "none.html")
