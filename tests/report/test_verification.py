"""A report is made again: its numbers stand, or it is said what has changed."""

from __future__ import annotations

import copy
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from brandkit.core.errors import InputError, MissingFileError, SchemaError
from brandkit.page.provenance import json_of_page
from brandkit.report import export_report
from brandkit.report.kernels import run_notebooks
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
    text = text.replace(was, '"pandas":"3.0.0rc1"')
    text = text.replace(f"pandas {told['versions']['pandas']}", "pandas 3.0.0rc1")
    page.write_text(text, encoding="utf-8")
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


# --- what a page says is not believed ------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "other"),
    [
        (r"(<td>)[\d.,−-]*\d", r"\g<1>77"),  # a number of a table
        (r"(<h1[^>]*>)[^<]+", r"\g<1>Civic leads"),  # the headline
        (r"(<text[^>]*>)[^<]+", r"\g<1>Elsewhere"),  # a name in a figure
        (r'(aria-label=")[^"]+', r"\g<1>Nothing to see"),
        (r"(</footer>)", r"All approved.\g<1>"),
        (r"(</style>)", r"td{display:none}\g<1>"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("claim", ["", '"pandas":"3.0.0rc1"'])
def test_what_was_changed_on_the_page_is_found(
    made: tuple[Path, str], tmp_path: Path, pattern: str, other: str, claim: str
) -> None:
    study, text = made
    body = text.index("</title>")
    changed, n = re.subn(pattern, other, text[body:], count=1)
    assert n == 1
    changed = text[:body] + changed
    assert changed != text
    if claim:  # as if other libraries explained it
        versions = json_of_page(text)["versions"]  # type: ignore[index]
        changed = changed.replace(f'"pandas":"{versions["pandas"]}"', claim)
        changed = changed.replace(f"pandas {versions['pandas']}", "pandas 3.0.0rc1")
    page = tmp_path / "page.html"
    page.write_text(changed, encoding="utf-8")
    found = report_verification(page, study=study)
    assert not found.numbers_stand
    assert found.lines()[-1].startswith("page: line ")


@pytest.fixture(scope="module")
def made(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A page, and no kernel to make it again: the notebook's run is kept."""
    runs: dict[str, Any] = {}
    out = tmp_path_factory.mktemp("made")

    def once(ready: Any, **more: Any) -> Any:
        key = repr(ready)
        if key not in runs:
            runs[key] = run_notebooks(ready, **more)
        return copy.deepcopy(runs[key])

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("brandkit.report.making.run_notebooks", once)
        export_report(study, notebooks=["03"], out=out, fresh=True)
        yield study, (out / "03_positioning.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("named", ["{}", "{}/evil", "../{}", "03", "positioning", ""])
def test_nothing_that_a_page_names_is_run(
    made: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    study, text = made
    evil = tmp_path / "evil.ipynb"
    ran = tmp_path / "ran"
    cell = new_code_cell(f"open({str(ran)!r}, 'w')", metadata={"tags": []})
    tagged = new_code_cell("study = language = focus = None", metadata={"tags": ["parameters"]})
    nbformat.write(new_notebook(cells=[tagged, cell]), evil)
    monkeypatch.chdir(tmp_path)
    page = tmp_path / "page.html"
    for name in (named.format(evil), named.format("evil.ipynb")):
        page.write_text(text.replace('"report":"03_positioning"', f'"report":"{name}"'))
        with pytest.raises((SchemaError, InputError)):
            report_verification(page, study=study)
    assert not ran.exists()


def test_a_study_outside_the_clone_is_read_where_the_user_says(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    study, text = made
    page = tmp_path / "page.html"
    page.write_text(text.replace('"study":"islands', f'"study":"{study.as_posix()}#'))
    with pytest.raises(InputError, match="which is not in data/raw"):
        report_verification(page)
