"""Notebooks: which to run, with which parameters, strictly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from brandkit.core.errors import BrandkitError, InputError, MissingFileError, SchemaError
from brandkit.page.notebooks import chosen_notebooks, read_notebook, with_parameters

FILE = Path("03_positioning.ipynb")
PARAMETERS = {"tags": ["parameters"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("01_overlap", "03_positioning", "04_brief"):
        (tmp_path / f"{name}.ipynb").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, ["01_overlap", "03_positioning", "04_brief"]),
        (["03"], ["03_positioning"]),
        (["3", "1"], ["01_overlap", "03_positioning"]),
        (["brief", "04_brief.ipynb", "04_brief.html"], ["04_brief"]),
        (["Position"], ["03_positioning"]),
    ],
)
def test_notebooks_are_found(folder: Path, wanted: list[str] | None, found: list[str]) -> None:
    assert [path.stem for path in chosen_notebooks(folder, wanted)] == found


def test_a_notebook_elsewhere_is_taken_by_its_path(folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine" / "09_mine.ipynb"
    mine.parent.mkdir()
    mine.touch()
    assert chosen_notebooks(folder, [str(mine), "04"]) == [folder / "04_brief.ipynb", mine]
    assert chosen_notebooks(tmp_path / "none", [str(mine)]) == [mine]


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ([], "must name at least one"),
        (["05"], "found '05'"),
        (["03_positionning"], "Did you mean '03_positioning'"),
        ([""], "found ''"),
    ],
)
def test_notebooks_that_are_not_there(folder: Path, wanted: list[str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        chosen_notebooks(folder, wanted)


def test_a_folder_without_notebooks(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="must hold notebooks"):
        chosen_notebooks(tmp_path)


def notebook(*sources: str, tagged: int | None = 0) -> Any:
    cells = [
        new_code_cell(source, metadata=PARAMETERS if at == tagged else {})
        for at, source in enumerate(sources)
    ]
    return new_notebook(cells=cells)


def test_parameters_stand_after_their_cell_and_outputs_are_gone() -> None:
    given = notebook('study = "sample"\nfocus: str | None = None', "study")
    given.cells[1].outputs = [new_output("stream", text="old")]
    before = nbformat.writes(given)
    made = with_parameters(
        given, {"study": "O'Hara", "focus": None}, file=FILE, setup="use_language('en')"
    )
    assert made.cells[1].source == "study = \"O'Hara\"\nfocus = None\nuse_language('en')"
    assert made.cells[1].metadata.tags == ["injected-parameters"]
    assert made.cells[2].outputs == []
    assert nbformat.writes(given) == before, "the notebook given is not touched"


@pytest.mark.parametrize(
    ("given", "values", "error", "says"),
    [
        (notebook('study = "a"'), {"stduy": "b"}, InputError, "Did you mean 'study'"),
        (notebook('study = "a"', tagged=None), {}, SchemaError, "one cell tagged 'parameters'"),
        (notebook("import os"), {}, SchemaError, "only give names their values"),
        (notebook("a.b = 1"), {}, SchemaError, "only give names their values"),
        (notebook("study ="), {}, SchemaError, "only give names their values"),
    ],
)
def test_parameters_are_strict(
    given: Any, values: dict[str, str], error: type[BrandkitError], says: str
) -> None:
    with pytest.raises(error, match=says):
        with_parameters(given, values, file=FILE)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe\x00", b'{"cells": 3}'])
def test_a_file_that_is_no_notebook(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.ipynb"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match="must be a notebook"):
        read_notebook(path)
