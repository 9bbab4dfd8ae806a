"""An installed wheel does all that a clone does, in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

OWN = [
    new_markdown_cell("# Our banks\n\nWho is seen how?"),
    new_code_cell(
        'study = "sample"\nlanguage = None\nfocus = None', metadata={"tags": ["parameters"]}
    ),
    new_code_cell(
        "from brandkit.report import table, title\nfrom brandkit.sources import read_study\n"
        'title("Twelve banks are compared")'
    ),
    new_code_cell(
        "values = read_study(study).brand_table.values\n"
        'table(values, name="table", caption="Mentions of each bank")'
    ),
]


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as pip does, by the hooks that pyproject.toml names."""
    folder = tmp_path_factory.mktemp("wheel")
    code = f"import backend; print(backend.build_wheel({str(folder)!r}))"
    environment = {**os.environ, "PYTHONPATH": str(root / "tools")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return folder / done.stdout.strip()


def test_all_that_the_package_needs_is_shipped(wheel: Path, root: Path) -> None:
    with ZipFile(wheel) as archive:
        shipped = {name: archive.read(name) for name in archive.namelist()}
    for folder, place in (
        ("brandkit", "brandkit"),
        ("notebooks", "brandkit/notebooks"),
        ("data/raw/sample", "brandkit/sample"),
    ):
        for path in (root / folder).rglob("*"):
            inside = path.relative_to(root / folder)
            hidden = any(part[0] in "._" and part[:2] != "__" for part in inside.parts)
            if path.is_file() and "__pycache__" not in inside.parts and not hidden:
                assert shipped[f"{place}/{inside.as_posix()}"] == path.read_bytes(), path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Unpack the wheel before what is installed, and give the surroundings that use it."""
    place, cache = tmp_path_factory.mktemp("installed"), tmp_path_factory.mktemp("cache")
    with ZipFile(wheel) as archive:
        archive.extractall(place)
    return {**os.environ, "PYTHONPATH": str(place), "XDG_CACHE_HOME": str(cache),
            "LOCALAPPDATA": str(cache), "COLUMNS": "200"}  # fmt: skip


def run(*arguments: str, cwd: Path, env: dict[str, str], program: str = "brandkit") -> str:
    done = subprocess.run(
        [sys.executable, "-m", program, *arguments], cwd=cwd, env=env, capture_output=True,
        text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.slow
def test_a_study_is_made_and_checked_in_an_empty_folder(
    installed: dict[str, str], root: Path, tmp_path: Path
) -> None:
    assert "Ready: brandkit report sample" in run("check", "sample", cwd=tmp_path, env=installed)
    mine = tmp_path / "data" / "raw" / "mine"
    mine.mkdir(parents=True)
    table = (root / "data" / "raw" / "sample" / "brand_image.csv").read_bytes()
    (mine / "image.csv").write_bytes(table)
    run("new", "data/raw/mine", cwd=tmp_path, env=installed)
    assert "Ready: brandkit report mine" in run("check", "mine", cwd=tmp_path, env=installed)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


@pytest.mark.slow
def test_a_notebook_of_ones_own_becomes_a_page(installed: dict[str, str], tmp_path: Path) -> None:
    nbformat.write(new_notebook(cells=OWN), tmp_path / "own.ipynb")
    run("report", "sample", "--only", "own.ipynb", cwd=tmp_path, env=installed)
    made = sorted(path.name for path in (tmp_path / "reports" / "sample").iterdir())
    assert made == ["index.html", "own.html"]
    assert "passed" in run("audit", "reports/sample/own.html", cwd=tmp_path, env=installed)
    kept = Path(installed["XDG_CACHE_HOME"])
    assert sys.platform == "darwin" or list(kept.glob("brandkit/sample-*/pages/own.en.json"))


@pytest.mark.slow
def test_nbconvert_knows_the_exporter_by_its_name(
    installed: dict[str, str], tmp_path: Path
) -> None:
    nbformat.write(new_notebook(cells=OWN), tmp_path / "own.ipynb")
    options = ("--to", "brandkit", "--execute", "own.ipynb")
    run(*options, cwd=tmp_path, env=installed, program="nbconvert")
    page = (tmp_path / "own.html").read_text(encoding="utf-8")
    assert "<h1" in page
    assert "Twelve banks are compared" in page
    assert "Mentions of each bank" in page


@pytest.mark.slow
def test_the_sample_is_reported_in_an_empty_folder(
    installed: dict[str, str], root: Path, tmp_path: Path
) -> None:
    run("report", "sample", cwd=tmp_path, env=installed)
    made = {path.stem for path in (tmp_path / "reports" / "sample").glob("*.html")}
    assert made == {"index", *(path.stem for path in (root / "notebooks").glob("*.ipynb"))}
