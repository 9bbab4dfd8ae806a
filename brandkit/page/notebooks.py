"""The notebooks of the clone: which to run, and with which parameters."""

from __future__ import annotations

import ast
import importlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from brandkit.core.errors import InputError, MissingFileError, SchemaError, did_you_mean, shown

if TYPE_CHECKING:  # it is slow to import, and an unchanged report needs none
    from nbformat import NotebookNode

TAG = "parameters"
INJECTED = "injected-parameters"


def load_nbformat() -> ModuleType:
    """Load nbformat without the grammar of web addresses in other scripts.

    It is compiled for two seconds whenever jsonschema is loaded, and no notebook has one to check.
    """
    grammar = "rfc3987_syntax"
    is_new = grammar not in sys.modules
    if is_new:
        sys.modules[grammar] = None  # type: ignore[assignment]
    try:
        return importlib.import_module("nbformat")
    finally:
        if is_new:
            del sys.modules[grammar]


def chosen_notebooks(folder: Path, wanted: Sequence[str] | None = None) -> list[Path]:
    """Find the notebooks to run.

    Parameters
    ----------
    folder : Path
    wanted : sequence of str, optional
        Numbers (``"03"``, ``"3"``), names, parts of names, or paths of notebooks elsewhere; all
        notebooks of the folder where not given.

    Returns
    -------
    list of Path
        Each once, in the order of their names.

    Raises
    ------
    MissingFileError
        The folder has no notebooks.
    InputError
        A wish fits none of them.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> (folder / "03_positioning.ipynb").touch()
    >>> [path.name for path in chosen_notebooks(folder, ["3"])]
    ['03_positioning.ipynb']
    """
    there = sorted(folder.glob("*.ipynb"))
    if wanted is not None and not wanted:
        raise InputError("`notebooks` must name at least one; found none. Leave it out for all.")
    paths = [Path(wish) for wish in wanted or () if _is_elsewhere(str(wish))]
    named = [str(wish) for wish in wanted or () if not _is_elsewhere(str(wish))]
    if wanted is not None and not named:
        return sorted(set(paths), key=lambda path: path.name)
    if not there:
        raise MissingFileError(
            "the folder must hold notebooks (*.ipynb)",
            file=folder,
            way_out="Run this from the clone of brandkit.",
        )
    if wanted is None:
        return there
    found = {path for wish in named for path in _fitting(wish, there)}
    return sorted({*found, *paths}, key=lambda path: path.name)


def _is_elsewhere(wish: str) -> bool:
    return wish.endswith(".ipynb") and Path(wish).is_file()


def _fitting(wish: str, there: Sequence[Path]) -> list[Path]:
    name = Path(wish).name.removesuffix(".ipynb").removesuffix(".html")
    exact = [path for path in there if path.stem == name]
    if exact:
        return exact
    if name.isdigit():
        fitting = [path for path in there if _number(path) == int(name)]
    else:
        fitting = [path for path in there if name and name.lower() in path.stem.lower()]
    if not fitting:
        stems = [path.stem for path in there]
        raise InputError(
            f"`notebooks` must name notebooks of the clone, {shown(stems, most=12)}; "
            f"found {shown(wish)}.{did_you_mean(name, stems)}"
        )
    return fitting


def _number(path: Path) -> int | None:
    first = path.stem.split("_")[0]
    return int(first) if first.isdigit() else None


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook.

    Parameters
    ----------
    path : Path

    Returns
    -------
    NotebookNode

    Raises
    ------
    SchemaError
        The file is not a notebook.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "empty.ipynb"
    >>> _ = path.write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    >>> read_notebook(path).cells
    []
    """
    nbformat = load_nbformat()
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        if content["nbformat"] != 4 or not isinstance(content["cells"], list):
            raise ValueError("not of this format")
        read = nbformat.reads(text, as_version=4)
    except (ValueError, LookupError, TypeError, nbformat.ValidationError):
        raise SchemaError(
            "the file must be a notebook", file=path, way_out="Open and save it in JupyterLab."
        ) from None
    return cast("NotebookNode", read)


def own_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """Give a notebook's cells with their numbers as its author sees them, from 1.

    Parameters
    ----------
    notebook : NotebookNode

    Yields
    ------
    tuple of int and NotebookNode
        A cell of injected parameters has the number of the one before it.
    """
    number = 0
    for cell in notebook.cells:
        number += INJECTED not in _tags(cell)
        yield number, cell


def with_parameters(
    notebook: NotebookNode, values: Mapping[str, Any], *, file: Path, setup: str = ""
) -> NotebookNode:
    """Give a notebook its parameters, strictly: only those its own cell names.

    Parameters
    ----------
    notebook : NotebookNode
        With one cell tagged ``parameters``.
    values : mapping
        Name to value; values that Python can write out.
    file : Path
        Where the notebook stands, for errors.
    setup : str
        Code to run with them.

    Returns
    -------
    NotebookNode
        A copy without outputs; the values stand in a cell after the one tagged.

    Raises
    ------
    SchemaError
        There is not exactly one such cell, or it holds more than plain values.
    InputError
        A name is not among the notebook's parameters.

    Examples
    --------
    >>> from nbformat.v4 import new_code_cell, new_notebook
    >>> cell = new_code_cell('study = "sample"', metadata={"tags": ["parameters"]})
    >>> made = with_parameters(new_notebook(cells=[cell]), {"study": "mine"}, file=Path("a.ipynb"))
    >>> made.cells[1].source
    "study = 'mine'"
    """
    nbformat = load_nbformat()
    made: NotebookNode = nbformat.from_dict(notebook)
    tagged = [at for at, cell in enumerate(made.cells) if TAG in _tags(cell)]
    if len(tagged) != 1:
        raise SchemaError(
            f"a notebook must have one cell tagged {TAG!r}",
            file=file,
            found=len(tagged),
            way_out="Tag the cell that names the study (JupyterLab: property inspector, tags).",
        )
    known = _names(made.cells[tagged[0]].source, file)
    for name in values:
        if name not in known:
            raise InputError(
                f"{file.name} takes the parameters {shown(known, most=12)}; "
                f"found {shown(name)}.{did_you_mean(name, known)}"
            )
    lines = [f"{name} = {value!r}" for name, value in values.items()]
    injected = nbformat.v4.new_code_cell(
        "\n".join([*lines, *([setup] if setup else [])]),
        metadata={"tags": [INJECTED]},
        id="brandkit-parameters",
    )
    made.cells.insert(tagged[0] + 1, injected)
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return made


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _names(source: str, file: Path) -> list[str]:
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        statements = [ast.Pass()]
    names = []
    for statement in statements:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        if not targets or not all(isinstance(target, ast.Name) for target in targets):
            raise SchemaError(
                "the cell tagged 'parameters' must only give names their values",
                file=file,
                way_out='Write one line each, as in study = "sample".',
            )
        names += [target.id for target in targets if isinstance(target, ast.Name)]
    return names
