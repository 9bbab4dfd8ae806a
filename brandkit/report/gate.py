"""The gate of notebooks of one's own: they read what the study names, and what they declare."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brandkit
from brandkit.core.errors import InputError, SchemaError, shown
from brandkit.sources.study.store import processed_folder
from brandkit.sources.study.study import Study

if TYPE_CHECKING:
    from nbformat import NotebookNode

_DATA = frozenset({
    ".csv", ".tsv", ".txt", ".dat", ".xls", ".xlsx", ".ods", ".json", ".jsonl", ".npy", ".npz",
    ".pkl", ".gz", ".xz", ".bz2", ".zip",
})  # fmt: skip


def declared_files(notebook: NotebookNode, *, file: Path) -> tuple[str, ...]:
    """Give the paths that a notebook declares: ``answers.file("fees.csv")``, written out."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found += [_literal(call, file) for call in _calls(cell.source)]
    return tuple(dict.fromkeys(found))


def _calls(source: str) -> list[ast.Call]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:  # a magic of the notebook's
        return []
    return [
        node
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "file"
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "answers"
    ]


def _literal(call: ast.Call, file: Path) -> str:
    if len(call.args) == 1 and isinstance(call.args[0], ast.Constant):
        return str(call.args[0].value)
    raise SchemaError(
        "`answers.file` must be given its path as it stands, so that it is known before the "
        "notebook runs",
        file=file,
        found=ast.unparse(call),
        way_out='Write answers.file("fees.csv"), once for each file.',
    )


def gate_code(study: Study, files: Iterable[str]) -> str:
    """Give the code that puts the gate up in a notebook's kernel."""
    allowed = [str(study.folder / name) for name, _ in study.inputs]
    allowed += [str(study.folder / name) for name in files]
    kept = str(processed_folder(study.folder))
    return f"from brandkit.report.gate import put_up\nput_up({allowed!r}, kept={kept!r})"


def put_up(allowed: Iterable[str], *, kept: str) -> None:
    """Refuse, from now on, to open files of data that are not among those allowed.

    Python tells of what it opens itself: csv, xlsx, npy and the like, not Parquet or SPSS files.
    """
    files = {os.path.realpath(file) for file in allowed}
    caches = (Path.home() / ".cache", Path.home() / ".config", Path.home() / ".jupyter")
    named = (os.environ.get(name) for name in ("IPYTHONDIR", "MPLCONFIGDIR", "XDG_CACHE_HOME"))
    libraries = [one for one in sys.path if one and Path(one) != Path.cwd()]
    libraries = [one for one in libraries if Path(one) != Path(brandkit.__file__).parents[1]]
    open_to = tuple(
        os.path.realpath(str(one)) + os.sep
        for one in (
            sys.prefix,
            sys.base_prefix,
            Path(brandkit.__file__).parent,
            kept,
            *caches,
            *libraries,
            *filter(None, named),
        )
    )

    def look(event: str, given: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(given[0], (str, bytes, os.PathLike)):
            return
        path = os.path.realpath(os.fsdecode(given[0]))
        reads = given[1] is None or not set("wax") & set(given[1])
        if not reads or Path(path).suffix.lower() not in _DATA or path in files:
            return
        if not path.startswith(open_to):
            raise InputError(
                f"the notebook reads {shown(Path(path).name)}, which it does not declare. Put it "
                f'in the study\'s folder, and open answers.file("{Path(path).name}").'
            )

    sys.addaudithook(look)
