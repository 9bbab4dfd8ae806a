"""The house keeps its plan: who may import whom, what a capability looks like, how large it is."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from brandkit.core.result import Result, noun

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "brandkit"

LEVELS = {
    "core": 0, "sampling": 1, "sources": 1, "language": 1, "viz": 2, "overlap": 3,
    "satisfaction": 3, "positioning": 3, "market": 3, "page": 3, "strategy": 4, "questions": 5,
    "joins": 5, "report": 6, "__main__": 7,
}  # fmt: skip
CAPABILITIES = ("overlap", "satisfaction", "positioning", "market", "strategy")
COMPUTING = ("core", "sampling", "sources", "language", *CAPABILITIES)
DRAWING_LIBRARIES = {"matplotlib", "seaborn", "textalloc", "mpl_toolkits"}
NAMELESS = re.compile(r"^_?(utils?|helpers?|common|base|misc|tools)$")

# Alarms ring at 500 code lines a file, 40 code lines a function; these are walls.
MOST_LINES = 600
MOST_CODE_LINES = 80

FILES = sorted(PACKAGE.rglob("*.py"))


def named(path: Path) -> str:
    """Give a module's dotted name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def draws(path: Path) -> bool:
    """Say whether a file of a capability is the one that draws."""
    return path.stem == "plot"


MODULES = {named(path): path for path in FILES}


def room(module: str) -> str:
    """Give the room of the package that a module lies in; empty for the package itself."""
    return module.split(".")[1] if "." in module else ""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Give every module that a file imports, at whatever depth, with its line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = "." * node.level + (node.module or "")
            for alias in node.names:
                inner = f"{source}.{alias.name}"
                yield (inner if inner in MODULES else source), node.lineno


def ours(path: Path) -> Iterator[tuple[str, int]]:
    yield from ((name, line) for name, line in imports(path) if name.split(".")[0] == "brandkit")


def place(path: Path, line: int) -> str:
    return f"{path.relative_to(ROOT).as_posix()}:{line}"


# --- who imports whom ----------------------------------------------------------------------------


def test_every_room_has_its_level() -> None:
    rooms = {room(name) for name in MODULES} - {""}
    assert rooms <= set(LEVELS), f"rooms that DESIGN does not know: {rooms - set(LEVELS)}"


def test_imports_point_down_and_never_aside() -> None:
    wrong = []
    for name, path in MODULES.items():
        here = room(name)
        for other, line in ours(path):
            there = room(other)
            if here and there and there != here and LEVELS[there] >= LEVELS[here]:
                wrong.append(f"{place(path, line)} {here} imports {other}")
            if not here and there:
                wrong.append(f"{place(path, line)} the package itself imports {other}")
    assert not wrong, "\n".join(wrong)


def test_no_import_cycles() -> None:
    graph = {
        name: {other for other, _ in ours(path) if other in MODULES and other != name}
        for name, path in MODULES.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("modules import each other in a circle: " + " -> ".join(error.args[1]))


def test_imports_are_absolute_and_name_what_is_there() -> None:
    wrong = []
    for path in FILES:
        for name, line in imports(path):
            if name.startswith("."):
                wrong.append(f"{place(path, line)} is a relative import")
            elif name.split(".")[0] == "brandkit" and name not in MODULES:
                wrong.append(f"{place(path, line)} imports {name}, which is not there")
    assert not wrong, "\n".join(wrong)


def test_only_viz_and_plots_know_a_drawing_library() -> None:
    handed_over = {"matplotlib.axes", "matplotlib.figure"}  # a block is given what was drawn
    wrong = [
        f"{place(path, line)} imports {name}"
        for module, path in MODULES.items()
        if room(module) != "viz" and not draws(path)
        for name, line in imports(path)
        if name.split(".")[0] in DRAWING_LIBRARIES
        if not (room(module) == "page" and name in handed_over)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_computing_loads_no_drawing_library() -> None:
    computing = [
        module for module, path in MODULES.items() if room(module) in COMPUTING and not draws(path)
    ]
    code = (
        "import importlib, sys\n"
        f"for name in {computing!r}:\n"
        "    importlib.import_module(name)\n"
        f"    loaded = sorted({DRAWING_LIBRARIES!r} & set(sys.modules))\n"
        "    if loaded:\n"
        "        sys.exit(f'{name} loads {loaded}')\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert said.returncode == 0, said.stderr.strip().splitlines()[-1]


# --- what a capability looks like ----------------------------------------------------------------


def public(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """Give the functions that a room exports."""
    names = getattr(module, "__all__", [name for name in vars(module) if not name.startswith("_")])
    found = {name: getattr(module, name) for name in names}
    return {
        name: thing
        for name, thing in found.items()
        if inspect.isfunction(thing) and thing.__module__.startswith("brandkit")
    }


def capability_functions() -> dict[str, Callable[..., Any]]:
    """Give every public function of the capabilities by its dotted name."""
    return {
        f"{name}.{function}": thing
        for name in CAPABILITIES
        if f"brandkit.{name}" in MODULES
        for function, thing in public(importlib.import_module(f"brandkit.{name}")).items()
    }


FUNCTIONS = capability_functions()
every_function = pytest.mark.parametrize("name", FUNCTIONS)


def gives(name: str) -> type[Result] | None:
    """Give the result class that a function promises; None where it promises something else."""
    function = FUNCTIONS[name]
    promised = inspect.signature(function).return_annotation
    known = function.__globals__.get(promised) if isinstance(promised, str) else promised
    return known if isinstance(known, type) and issubclass(known, Result) else None


def camel(noun: str) -> str:
    return "".join(word.capitalize() for word in noun.split("_"))


def sections(docstring: str) -> list[str]:
    """Give the numpydoc sections of a docstring, in order."""
    return re.findall(r"^(\w[\w ]+)\n-{3,}$", inspect.cleandoc(docstring), re.MULTILINE)


@every_function
def test_one_thing_is_given_by_position_and_the_rest_by_name(name: str) -> None:
    kinds = [item.kind for item in inspect.signature(FUNCTIONS[name]).parameters.values()]
    first, rest = kinds[:1], set(kinds[1:])
    assert first == [inspect.Parameter.POSITIONAL_OR_KEYWORD], f"{name} takes nothing by position"
    assert rest <= {inspect.Parameter.KEYWORD_ONLY}, f"{name} takes more than one by position"


@every_function
def test_every_argument_is_annotated(name: str) -> None:
    signature = inspect.signature(FUNCTIONS[name])
    empty = inspect.Parameter.empty
    missing = [item.name for item in signature.parameters.values() if item.annotation is empty]
    assert not missing, f"{name} has no types for {missing}"
    assert signature.return_annotation is not empty, f"{name} does not say what it gives back"


@every_function
def test_the_docstring_has_its_sections_in_order_and_an_example(name: str) -> None:
    docstring = FUNCTIONS[name].__doc__ or ""
    order = ["Parameters", "Returns", "Raises", "Notes", "References", "Examples"]
    found = [section for section in sections(docstring) if section in order]
    assert found == sorted(found, key=order.index), f"{name} has its sections in another order"
    assert {"Parameters", "Returns", "Examples"} <= set(found), f"{name} has only {found}"
    assert ">>>" in docstring.partition("Examples")[2], f"{name} has no example that runs"


@every_function
def test_every_argument_is_documented(name: str) -> None:
    docstring = inspect.cleandoc(FUNCTIONS[name].__doc__ or "")
    told = docstring.partition("Parameters\n")[2].partition("Returns\n")[0]
    heads = re.findall(r"^(\w[\w, *]*?) ?(?::.*)?$", told, re.MULTILINE)
    known = {word.strip("* ") for head in heads for word in head.split(",")}
    missing = set(inspect.signature(FUNCTIONS[name]).parameters) - known
    assert not missing, f"{name} says nothing of {sorted(missing)}"


@every_function
def test_one_noun_goes_through_function_and_result(name: str) -> None:
    noun, given = name.partition(".")[2], gives(name)
    if given is not None:
        assert given.__name__ == camel(noun), f"{name} gives a {given.__name__}"


@every_function
def test_every_result_keeps_the_contract(name: str) -> None:
    noun = name.partition(".")[2]
    if gives(name) is None:
        return
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    used = re.compile(rf"assert_contract\((?s:.){{0,400}}?\b{noun}\(|\b{noun}\((?s:.)*assert_contr")
    assert any(used.search(text) for text in texts), f"no test calls assert_contract on {name}"


def test_results_are_frozen_dataclasses() -> None:
    for name in FUNCTIONS:
        given = gives(name)
        if given is not None:
            settings = given.__dataclass_params__  # type: ignore[attr-defined]
            assert settings.frozen, given
            assert not settings.eq, given


def test_every_result_finds_its_story_and_its_figure() -> None:
    """The two doors: functions of its noun in the story and the plot beside its method."""
    missing = []
    for name, kind in {name: gives(name) for name in FUNCTIONS}.items():
        if kind is None:
            continue
        folder = kind.__module__.rpartition(".")[0]
        for file in ("story", "plot"):
            module = f"{folder}.{file}"
            if module not in MODULES or not hasattr(importlib.import_module(module), noun(kind)):
                missing.append(f"{name}: no {noun(kind)} in {module}")
    assert not missing, "\n".join(missing)


# --- names, sizes, files -------------------------------------------------------------------------


def test_no_file_is_named_by_its_role() -> None:
    files = [*FILES, *(ROOT / "tests").rglob("*.py")]
    wrong = [str(path.relative_to(ROOT)) for path in files if NAMELESS.match(path.stem)]
    assert not wrong, f"say what is in it: {wrong}"


def test_files_stay_readable() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in FILES
        if (lines := code_lines(tree(path))) > MOST_LINES
    }
    assert not long, f"files beyond {MOST_LINES} code lines (500 should ring already): {long}"


def code_lines(whole: ast.AST) -> int:
    """Count the lines that hold code: no docstring, no comment, no empty line."""
    texts = {
        id(node.body[0])
        for node in ast.walk(whole)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and ast.get_docstring(node) is not None
    }
    lines: set[int] = set()
    for node in ast.walk(whole):
        if id(node) in texts or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            continue
        if isinstance(node, (ast.expr, ast.stmt)) and not hasattr(node, "body"):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        elif isinstance(node, (ast.expr, ast.stmt)):
            lines.add(node.lineno)
    return len(lines)


def test_functions_stay_readable() -> None:
    long = {
        f"{place(path, node.lineno)} {node.name}": lines
        for path in FILES
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if (lines := code_lines(node)) > MOST_CODE_LINES
    }
    assert not long, f"functions beyond {MOST_CODE_LINES} lines (40 should ring already): {long}"


def calls(path: Path) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            attribute = isinstance(node.func, ast.Attribute)
            yield node, node.func.attr if attribute else getattr(node.func, "id", "")  # type: ignore[union-attr]


def test_text_files_are_opened_the_same_way_everywhere() -> None:
    wrong = []
    for path in FILES:
        for call, name in calls(path):
            given = {word.arg for word in call.keywords}
            if name in ("read_text", "write_text") and None not in given:
                own = isinstance(call.func, ast.Attribute) and "importlib" in ast.unparse(call.func)
                if "encoding" not in given and not own:
                    wrong.append(f"{place(path, call.lineno)} {name} without encoding")
                if name == "write_text" and "newline" not in given:
                    wrong.append(f"{place(path, call.lineno)} write_text without newline")
    assert not wrong, "\n".join(wrong)


def test_lines_end_the_same_way_everywhere() -> None:
    kinds = ("*.py", "*.po", "*.toml", "*.md", "*.ipynb", "*.html", "*.css", "*.lock")
    places = (PACKAGE, ROOT / "tests", ROOT / "notebooks", ROOT / "tools")
    found = [path for place in places for kind in kinds for path in place.rglob(kind)]
    wrong = [str(path.relative_to(ROOT)) for path in found if b"\r\n" in path.read_bytes()]
    assert not wrong, f"these have the line ends of Windows: {wrong}"
