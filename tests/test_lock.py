"""The lock, pyproject.toml, environment.yml and the environment in use keep in step."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
OPTIONAL = ("cluster",)  # not in the base environment


class Pin(NamedTuple):
    name: str
    version: str
    marker: str
    hashes: int
    is_direct: bool


def read_lock(text: str) -> list[Pin]:
    """Give the lock's entries: a package may have several, each for other Pythons."""
    pins = []
    for entry in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]:
        head = re.match(r"([\w.-]+)(?:\[[\w,-]+\])?==([\w.!+]+)(?: ; (.*?))? \\$", entry, re.M)
        assert head, f"not a pin: {entry.splitlines()[0]}"
        name, number, marker = head.groups()
        hashes, is_direct = entry.count("--hash=sha256:"), "brandkit (pyproject.toml)" in entry
        pins.append(Pin(canonicalize_name(name), number, marker or "", hashes, is_direct))
    return pins


PINS = read_lock(LOCK)
LOCKED = {pin.name for pin in PINS}


def wanted() -> dict[str, Requirement]:
    """Give what pyproject.toml asks for: to run, to develop and to build."""
    project = PROJECT["project"]
    asked = [*project["dependencies"], *PROJECT["build-system"]["requires"]]
    for extra, requirements in project["optional-dependencies"].items():
        asked += [] if extra in OPTIONAL else requirements
    return {canonicalize_name(one.name): one for one in map(Requirement, asked)}


WANTED = wanted()


@pytest.mark.parametrize("name", WANTED)
def test_what_the_project_asks_for_is_locked_at_a_version_that_satisfies_it(name: str) -> None:
    locked = [pin.version for pin in PINS if pin.name == name]
    assert locked, f"{name} is not in requirements.lock: run `make lock`"
    asked = WANTED[name].specifier
    wrong = [number for number in locked if not asked.contains(number, prereleases=True)]
    assert not wrong, f"{name} is locked at {wrong}, wanted {asked}: run `make lock`"


def test_nothing_is_locked_on_its_own_account_that_the_project_does_not_ask_for() -> None:
    direct = {pin.name for pin in PINS if pin.is_direct}
    assert direct == set(WANTED), "run `make lock`"


def test_what_is_optional_is_not_in_the_base_environment() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    asked = [Requirement(one).name for name in OPTIONAL for one in extras[name]]
    assert not {canonicalize_name(name) for name in asked} & LOCKED


def test_every_package_is_hashed_and_pinned_once_for_a_python() -> None:
    assert len(LOCKED) > 100
    assert not [pin.name for pin in PINS if not pin.hashes]
    here = [pin.name for pin in PINS if applies(pin)]
    assert len(here) == len(set(here))


def applies(pin: Pin) -> bool:
    """Say whether a pin holds for the Python that runs this."""
    return not pin.marker or Marker(pin.marker).evaluate()


def test_the_lock_tells_nothing_of_the_machine_that_made_it() -> None:
    assert "://" not in LOCK
    assert not re.search(r"(^|\s)(-e|--index|--find-links|--extra-index)|[ '\"](/|[A-Z]:\\)", LOCK)
    assert LOCK.splitlines()[1] == "#    make lock"


def test_one_oldest_python_is_named_everywhere() -> None:
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    major, minor = oldest.split(".")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    set_up = (ROOT / "tools" / "set_up.py").read_text(encoding="utf-8")
    assert f"--python-version {oldest} " in makefile
    assert f"OLDEST = ({major}, {minor})" in set_up
    assert PROJECT["tool"]["mypy"]["python_version"] == oldest
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{major}{minor}"


def test_condas_way_is_the_same_way() -> None:
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip() and line.strip()[0] != "#"]
    packages = lines[lines.index("dependencies:") + 1 :]
    assert lines[0] == "name: brandkit"
    assert packages[1:] == ["- pip", "- pip:", "- -r requirements.lock"]
    assert "make setup" in text
    asked = SpecifierSet(packages[0].removeprefix("- python"))
    requires = PROJECT["project"]["requires-python"]
    assert requires in str(asked).split(",")
    # later Pythons are left to conda only when the lock was tried on them
    tried = [f"3.{minor}" for minor in range(30) if asked.contains(f"3.{minor}")]
    assert tried == ["3.11", "3.12", "3.13"]


def test_the_environment_in_use_is_the_locked_one() -> None:
    other = {}
    for pin in filter(applies, PINS):
        try:
            found = version(pin.name)
        except PackageNotFoundError:
            found = "nothing"
        if found != pin.version:
            other[pin.name] = f"{found}, locked {pin.version}"
    assert not other, f"run `make setup`: {other}"
