"""From notebooks to files in place: whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from brandkit.core.errors import InputError, ReportError
from brandkit.language import current_language
from brandkit.report import audit_report, export_report
from tests.questions.test_answers import small_study
from tests.report.conftest import SMALL_SETUP

Live = Callable[..., Path]


def exported(
    path: Path, out: Path, *, study: str | Path = "", **options: Any
) -> tuple[list[Path], list[str]]:
    """Export a notebook for a small study, or for the one that is named."""
    said: list[str] = []
    small = path.parent / "small"
    if not study and not small.is_dir():
        small_study(small)
    files = export_report(
        study or small, notebooks=[str(path)], out=out, progress=said.append, **options
    )
    return files, said


def content(folder: Path) -> dict[str, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.slow
def test_reports_are_written_whole_and_the_same_twice(live: Live, tmp_path: Path) -> None:
    path, out = live(), tmp_path / "out"
    files, said = exported(path, out, study="sample", language="zh-Hant")
    assert [file.name for file in files] == ["05_live.html", "index.html"]
    assert {file.parent for file in files} == {out / "zh-Hant"}, "the study's own is English"
    first = content(out)
    assert set(first) == {"zh-Hant/05_live.html", "zh-Hant/index.html"}
    assert all(audit_report(file).ok for file in files)
    assert said[0] == "sample: running 1 notebook in zh-Hant …"
    assert said[-1].startswith("Open ")
    assert "海港銀行" in first["zh-Hant/05_live.html"].decode()
    assert "05_live.html" in first["zh-Hant/index.html"].decode()
    exported(path, out, study="sample", language="zh-Hant", fresh=True)
    assert content(out) == first, "two builds are the same bytes"
    assert current_language() == "en"


@pytest.mark.slow
def test_a_failed_cell_never_ships(live: Live, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "05_live.html").write_text("the last good report", encoding="utf-8")
    good = content(out)
    private = "open('/home/someone/secret.csv')"
    with pytest.raises(ReportError, match=r"05_live\.ipynb: cell 5 failed \(FileNotFound") as told:
        exported(live('title("One")', private, "note('Two')", setup=SMALL_SETUP), out)
    assert "/home/someone" not in str(told.value)
    assert "Traceback" not in str(told.value)
    assert content(out) == good, "the last good report is untouched"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "error", "says"),
    [
        (
            "from brandkit.core.errors import check_option\n"
            'check_option("scaling", "row_gren", ["row_green", "symmetric"])',
            InputError, r"^`scaling` must be one of .*Did you mean 'row_green'\?$",
        ),
        (
            "from brandkit.core.errors import NotConvergedError\n"
            'raise NotConvergedError("It did not settle.")',
            ReportError, r"^05_live\.ipynb: It did not settle\.$",
        ),
        ("import os\nos._exit(3)", ReportError, "its Python stopped"),
        (
            "import pandas\npandas.DataFrame([[1]])",
            ReportError, r"05_live\.ipynb: Cell 5 shows a table that is no block",
        ),
    ],
)  # fmt: skip
def test_the_cell_s_own_words(
    live: Live, tmp_path: Path, cell: str, error: type[Exception], says: str
) -> None:
    out = tmp_path / "out"
    with pytest.raises(error, match=says):
        exported(live('title("One")', cell, setup=SMALL_SETUP), out)
    assert not out.exists(), "nothing is written"


@pytest.mark.usefixtures("without_kernel")
def test_a_page_that_leaks_is_not_written(live: Live, tmp_path: Path) -> None:
    path = live('title("One")', 'note("Ask someone@example.org")', setup=SMALL_SETUP)
    with pytest.raises(ReportError, match=r"leaks: .* shows an e-mail address"):
        exported(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_a_notebook_without_evidence_says_so(live: Live, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ends = 'leave_out("What drives satisfaction: this needs a survey.")'
    exported(live(ends, "never run", name="02_satisfaction", setup=SMALL_SETUP), out)
    page = (out / "02_satisfaction.html").read_text(encoding="utf-8")
    index = (out / "index.html").read_text(encoding="utf-8")
    assert "this needs a survey" in page
    assert "Not answered by this study's evidence." in index.replace("&#39;", "'")
    assert "this needs a survey" not in index, (
        "leadership reads that it is open, not how to fill it"
    )
    assert "LeftOut" not in page
    # another report later keeps the first on the index
    exported(live('title("One")', setup=SMALL_SETUP), out)
    index = (out / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<a href="([^"]+\.html)"', index) == ["02_satisfaction.html", "05_live.html"]


@pytest.mark.slow
def test_parameters_limits_and_seed_reach_the_notebook(live: Live, tmp_path: Path) -> None:
    cells = (
        'title(f"{study} {language} {focus}")',
        "from brandkit.page.tables import current_bases\n"
        "from brandkit.language import current_language\n"
        "import os\n"
        "note(f\"{current_bases()} {current_language()} {os.environ['OPENBLAS_NUM_THREADS']}\")",
    )
    exported(live(*cells, setup=SMALL_SETUP), tmp_path, study="sample", focus="Tidewater")
    page = (tmp_path / "tidewater" / "05_live.html").read_text(encoding="utf-8")
    assert "<h1" in page
    assert "sample en Tidewater" in page
    assert "Bases(minimum=30, suppress=10) en 1" in page
    found = re.search(r'id="provenance">(.*?)</script>', page)
    assert found
    data = json.loads(found.group(1))
    assert (data["focus"], data["seed"], data["study"]) == ("Tidewater", 0, "sample")
    assert {entry["file"] for entry in data["inputs"]} >= {"study.toml", "brand_image.csv"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"language": "zh"}, "`language` must be one of"),
        ({"focus": "Harbor Bank"}, "Did you mean 'Harbour Bank'"),
        ({"notebooks": ["99"]}, "found '99'"),
    ],
)
def test_what_is_asked_for_is_checked_first(
    tmp_path: Path, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        export_report("sample", out=tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()
