"""Notebooks of a study's own: run, gated and checked like brandkit's."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from brandkit.core.errors import InputError, MissingFileError, SchemaError
from brandkit.page.notebooks import chosen_notebooks
from brandkit.page.provenance import json_of_page
from brandkit.questions import answers
from brandkit.report import export_report
from brandkit.report.verification import report_verification
from brandkit.sources.study.store import notebooks_folder
from tests.questions.test_answers import small_study

PARAMETERS = 'study = "sample"\nlanguage = None\nfocus = None'
START = "import brandkit as bk\n\nanswers = bk.answers(study, focus=focus, language=language)"
READS = (
    "import pandas as pd\nfrom brandkit.report import table, title\n"
    'fees = pd.read_csv(answers.file("fees.csv"))\ntitle("Fees of four banks")'
)
SHOWS = 'table(fees, name="fees", caption="What an account costs")'


@pytest.fixture
def own(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a study with a notebook of its own."""

    def write(*cells: str, name: str = "mine.ipynb") -> Path:
        folder = small_study(tmp_path / "study")
        (folder / "fees.csv").write_text("bank,fee\nA,3\nB,5\n", encoding="utf-8")
        toml = folder / "study.toml"
        text = toml.read_text(encoding="utf-8") + f'[report]\nnotebooks = ["{name}"]\n'
        toml.write_text(text, encoding="utf-8")
        notebook = new_notebook(
            cells=[
                new_markdown_cell("# Fees\n\nWhat does an account cost?"),
                new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
                *map(new_code_cell, (START, *cells)),
            ]
        )
        (folder / name).write_text(nbformat.writes(notebook), encoding="utf-8")
        return folder

    return write


@pytest.mark.slow
def test_a_declared_notebook_becomes_a_page_that_names_what_it_read(
    own: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = chosen_notebooks(notebooks_folder(), ["03"])
    monkeypatch.setattr("brandkit.report.run.chosen_notebooks", lambda *_: one)
    folder, out = own(READS, SHOWS), tmp_path / "out"
    written = export_report(folder, out=out)
    page = (out / "mine.html").read_text(encoding="utf-8")
    assert "What an account costs" in page
    told = json_of_page(page)
    assert told is not None
    assert {"fees.csv", "image.csv", "study.toml"} <= {one["file"] for one in told["inputs"]}
    assert 'href="mine.html"' in (out / "index.html").read_text(encoding="utf-8")
    assert report_verification(out / "mine.html", study=folder).numbers_stand
    before = {file: file.stat().st_mtime_ns for file in written}
    export_report(folder, out=out)
    assert {file: file.stat().st_mtime_ns for file in written} == before
    (folder / "fees.csv").write_text("bank,fee\nA,3\nB,6\n", encoding="utf-8")
    export_report(folder, out=out)
    assert (out / "mine.html").read_text(encoding="utf-8") != page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "error", "says"),
    [
        ('pd.read_csv(f"{answers.study.folder}/fees.csv")', InputError,
         r"the notebook reads 'fees\.csv', which it does not declare\."),
        ('answers.file("prices.csv")', MissingFileError, r"must name a file in the study's"),
        ('answers.file("fees" + ".csv")', SchemaError, "must be given its path as it stands"),
    ],
)  # fmt: skip
def test_what_is_not_declared_is_not_read(
    own: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    cell: str, error: type[Exception], says: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("brandkit.report.run.chosen_notebooks", lambda *_: [])
    folder = own(f"import pandas as pd\n{cell}")
    with pytest.raises(error, match=says):
        export_report(folder, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_notebook_takes_no_other_page_s_name(own: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=re.escape("a name of its own; found '04_brief.ipynb'")):
        export_report(own('answers.lead("04_brief")', name="04_brief.ipynb"), out=tmp_path / "o")


def test_it_is_no_reason_to_compute_anew(own: Callable[..., Path], tmp_path: Path) -> None:
    plain = answers(small_study(tmp_path / "plain"))
    assert answers(own()).key("map") == plain.key("map")
