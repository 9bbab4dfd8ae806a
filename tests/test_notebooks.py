"""Notebooks are thin: one argument, made of blocks, with nothing stored in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from brandkit.report.kernels import run_notebooks

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MOST_CODE_CELLS = 15
MACHINE_PATH = re.compile(r"(?<![\w.<])/\w+/\w|\b[A-Za-z]:\\\\?\w|file:")
TEX = re.compile(r"\$\$|\\\(|\\\[|\\begin\{|(?<![\w\\])\$[^\s$][^$\n]*[^\s$]\$(?!\d)")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code(path: Path) -> list[NotebookNode]:
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def nodes(path: Path) -> Iterator[ast.AST]:
    for cell in code(path):
        yield from ast.walk(ast.parse(cell.source))


@every_notebook
def test_the_file_is_a_valid_notebook(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) >= (4, 5), "cells need ids"
    assert re.fullmatch(r"\d\d_[a-z_]+", path.stem)
    assert notebook.metadata.kernelspec.name == "python3"


@every_notebook
def test_nothing_is_stored_from_a_run(path: Path) -> None:
    for number, cell in enumerate(code(path), 1):
        assert cell.outputs == [], f"code cell {number} has outputs"
        assert cell.execution_count is None, f"code cell {number} has a count"
        kept = set(cell.metadata) - {"tags", "jupyter", "editable", "slideshow"}
        assert not kept, f"code cell {number} keeps {kept}"


@every_notebook
def test_it_is_thin(path: Path) -> None:
    assert len(code(path)) <= MOST_CODE_CELLS
    for node in nodes(path):
        assert not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)), (
            "definitions belong in brandkit"
        )
        assert not isinstance(node, (ast.For, ast.While, ast.Try)), "loops belong in brandkit"
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if (
                isinstance(node.func, ast.Attribute)
                and getattr(node.func.value, "id", "") == "answers"
            ):
                continue
            assert name not in ("open", "read_csv", "read_excel", "print", "eval", "exec"), name


@every_notebook
def test_it_is_plain_python_of_brandkits(path: Path) -> None:
    known = {"brandkit", "pandas", "matplotlib"}
    for node in nodes(path):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= known
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] in known
            assert not [alias.name for alias in node.names if alias.name.startswith("_")]


@every_notebook
def test_it_names_no_place_on_a_machine_and_holds_no_formula(path: Path) -> None:
    for cell in read(path).cells:
        assert not MACHINE_PATH.search(cell.source), cell.source[:80]
        if cell.cell_type == "markdown":
            assert not TEX.search(cell.source), f"formulas cannot be drawn: {cell.source[:80]}"
            assert not re.search(r"<[a-zA-Z/]", cell.source), f"no HTML: {cell.source[:80]}"


@every_notebook
def test_one_cell_holds_the_parameters(path: Path) -> None:
    tagged = [cell for cell in read(path).cells if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    given = {
        target.id: ast.literal_eval(line.value)
        for line in ast.parse(tagged[0].source).body
        if isinstance(line, ast.Assign)
        for target in line.targets
        if isinstance(target, ast.Name)
    }
    assert {"study": "sample", "language": None, "focus": None}.items() <= given.items()


def test_their_numbers_are_given_once() -> None:
    numbers = [path.stem.partition("_")[0] for path in NOTEBOOKS]
    assert len(numbers) == len(set(numbers))


@pytest.mark.slow
def test_the_block_of_the_readme_shows_its_picture_in_a_kernel() -> None:
    """Run as one cell of JupyterLab, the last line of the block gives a figure."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("## In JupyterLab")[1]
    block = text.split("```python\n")[1].split("```")[0]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(block)])
    (run,) = run_notebooks([("README.md", notebook)], folder=ROOT)
    (shown,) = [one for one in run.cells[0].outputs if one.output_type == "execute_result"]
    card = shown.data["text/html"]
    assert "<svg" in card
    assert "digital channels" in card.partition("<svg")[2].partition("</svg>")[0]
