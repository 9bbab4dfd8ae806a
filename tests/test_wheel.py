"""An installed wheel does all that a clone does, in an empty folder."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
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
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Install the wheel in a fresh environment; gives its programs and the surroundings.

    What brandkit builds on is lent by this environment: downloading it would prove nothing more.
    """
    place, cache = tmp_path_factory.mktemp("fresh") / "env", tmp_path_factory.mktemp("cache")
    venv.create(place, symlinks=os.name != "nt")
    programs = place / ("Scripts" if os.name == "nt" else "bin")
    fresh = programs / "python"
    pip = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([*pip, "--python", str(fresh), str(wheel)], check=True, capture_output=True)
    (own,) = place.rglob("site-packages")
    (own / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return programs, {**env, "XDG_CACHE_HOME": str(cache), "LOCALAPPDATA": str(cache),
                      "COLUMNS": "200"}  # fmt: skip


@pytest.fixture
def run(installed: tuple[Path, dict[str, str]], tmp_path: Path) -> Callable[..., str]:
    """Give a function that runs a program of the fresh environment in an empty folder."""
    programs, env = installed

    def ran(*arguments: str, program: str = "brandkit") -> str:
        done = subprocess.run(
            [str(programs / program), *arguments], cwd=tmp_path, env=env, capture_output=True,
            text=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return ran


@pytest.mark.slow
def test_a_study_is_made_checked_asked_and_reported_in_an_empty_folder(
    run: Callable[..., str], installed: tuple[Path, dict[str, str]], root: Path, tmp_path: Path
) -> None:
    mine = tmp_path / "data" / "raw" / "mine"
    mine.mkdir(parents=True)
    table = (root / "data" / "raw" / "sample" / "brand_image.csv").read_bytes()
    (mine / "image.csv").write_bytes(table)
    said = [
        ["new", "data/raw/mine"], ["check", "mine"], ["ask", "mine", "map"],
        ["report", "mine", "--only", "03"], ["audit", "reports/mine/03_positioning.html"],
    ]  # fmt: skip
    code = f"from brandkit.__main__ import main; print([main(one) for one in {said!r}])"
    told = run("-c", code, program="python")
    assert "Ready: brandkit report mine" in told
    assert "12 of" in told
    assert told.endswith("[0, 0, 0, 0, 0]\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "reports"]
    kept = Path(installed[1]["XDG_CACHE_HOME"])
    assert sys.platform == "darwin" or list(kept.glob("brandkit/mine-*/pages/*.en.json"))


@pytest.mark.slow
def test_nbconvert_knows_the_exporter_by_its_name(run: Callable[..., str], tmp_path: Path) -> None:
    nbformat.write(new_notebook(cells=OWN), tmp_path / "own.ipynb")
    run("-m", "nbconvert", "--to", "brandkit", "--execute", "own.ipynb", program="python")
    page = (tmp_path / "own.html").read_text(encoding="utf-8")
    assert "<h1" in page
    assert "Twelve banks are compared" in page
    assert "Mentions of each bank" in page


@pytest.mark.exhaustive
def test_the_sample_is_checked_and_reported_in_an_empty_folder(
    run: Callable[..., str], root: Path, tmp_path: Path
) -> None:
    assert "Ready: brandkit report sample" in run("check", "sample")
    nbformat.write(new_notebook(cells=OWN), tmp_path / "own.ipynb")
    run("report", "sample", "--only", "own.ipynb")
    assert (tmp_path / "reports" / "sample" / "own.html").is_file()
    run("report", "sample")
    made = {path.stem for path in (tmp_path / "reports" / "sample").glob("*.html")}
    assert made == {"index", "own", *(path.stem for path in (root / "notebooks").glob("*.ipynb"))}
