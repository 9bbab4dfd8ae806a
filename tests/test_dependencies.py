"""What is imported is declared, and what is declared is imported."""

from __future__ import annotations

import ast
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

#: Declared without an import in the package, and why.
NOT_IMPORTED = {
    "ipykernel": "kernels of notebooks are started by its module's name",
}
#: Ships with another distribution that is declared.
COMES_WITH = {"cycler": "matplotlib", "pydantic_core": "pydantic"}
#: Tests skip where these are absent.
SKIPPED_WITHOUT = {"stepmix"}


def declared(*extras: str) -> set[str]:
    project = PROJECT["project"]
    asked = list(project["dependencies"])
    for extra in extras:
        asked += project["optional-dependencies"][extra]
    return {canonicalize_name(Requirement(one).name) for one in asked}


@cache
def imported(folder: str) -> dict[str, str]:
    """Give the distributions that a folder's code imports, and where."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [one.name for one in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            for top in {name.partition(".")[0] for name in names}:
                if top not in sys.stdlib_module_names and not (ROOT / top).is_dir():
                    found[distribution(top)] = f"{path.relative_to(ROOT)} imports {top}"
    return found


def distribution(top: str) -> str:
    return canonicalize_name(COMES_WITH.get(top, installed().get(top, [top])[0]))


@cache
def installed() -> dict[str, list[str]]:
    return dict(packages_distributions())


def test_all_that_the_package_imports_is_declared() -> None:
    optional = declared("cluster")
    asked = {name: place for name, place in imported("brandkit").items() if name not in optional}
    missing = {name: place for name, place in asked.items() if name not in declared()}
    assert not missing


def test_all_that_is_declared_is_imported() -> None:
    assert declared() - set(imported("brandkit")) == set(NOT_IMPORTED)


@pytest.mark.parametrize("folder", ["tests", "benchmarks", "tools"])
def test_tests_and_tools_need_no_more_than_development_brings(folder: str) -> None:
    known = declared("dev") | SKIPPED_WITHOUT
    missing = {name: place for name, place in imported(folder).items() if name not in known}
    assert not missing


def test_jupyterlab_is_for_who_wants_it() -> None:
    assert "jupyterlab" in declared("lab") - declared("dev")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--extra dev --extra lab " in makefile, "the lock brings it along"
