"""README tells what is there: questions, functions, commands, targets, files."""

from __future__ import annotations

import importlib
import re
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from typer.main import get_command

import brandkit
from brandkit.__main__ import app
from brandkit.questions import QUESTIONS
from tests.test_architecture import LEVELS
from tools.make_docs import docstring_html, draw, of_example
from tools.make_readme_pictures import PICTURES, write
from tools.question_table import CAPABILITIES, called, with_table

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")
}
every_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)

#: Methods that no key of study.toml reaches yet; the list may only shrink, and its length with it.
WITHOUT_A_KEY = {"distance_map", "preference_map", "stacked_tables"}  # fmt: skip
MOST_WITHOUT_A_KEY = 3


def functions(room: str) -> set[str]:
    """Name the public functions of a room."""
    module = importlib.import_module(f"brandkit.{room}")
    return {name for name in module.__all__ if name.islower() and callable(getattr(module, name))}


def listed(begins: str) -> set[str]:
    """Name what an entry of README's list names in code."""
    entry = README.partition(f"- **{begins}")[2]
    return set(re.findall(r"`(\w+)`", re.split(r"\n(?:- |\n)", entry)[0]))


def test_the_table_of_questions_is_what_the_code_asks() -> None:
    assert with_table(README) == README, "make readme writes the table anew"


def test_every_method_is_reached_or_said_not_to_be() -> None:
    methods = set[str]().union(*map(functions, CAPABILITIES))
    asked = {name for question in QUESTIONS.values() for name in called(question)}
    blocks = listed("Building blocks")
    assert methods - asked - blocks == WITHOUT_A_KEY, "neither asked nor listed, or listed in vain"
    assert len(WITHOUT_A_KEY) <= MOST_WITHOUT_A_KEY
    assert listed("Without a key") == WITHOUT_A_KEY
    assert blocks <= methods


def test_every_question_calls_a_method() -> None:
    idle = [name for name, question in QUESTIONS.items() if not called(question)]
    assert not idle


@pytest.mark.parametrize("room", [*CAPABILITIES, "sources", "report"])
def test_public_functions_stand_by_room(room: str) -> None:
    row = re.search(rf"^\| `brandkit\.{room}` \| (.*) \|$", README, re.MULTILINE)
    assert row, f"README has no row for brandkit.{room}"
    named = {name for name in re.findall(r"`(\w+)`", row[1]) if name.islower()}
    assert named == functions(room)


def test_the_top_has_every_method() -> None:
    methods = set[str]().union(*map(functions, CAPABILITIES))
    missing = methods - set(brandkit.__all__) - listed("Building blocks")
    assert not missing


def test_blocks_of_python_run() -> None:
    """The first runs in a kernel (test_notebooks); this is the method on a frame of one's own."""
    block = README.split("```python\n")[2].split("```")[0]
    names: dict[str, object] = {}
    exec(compile(block, "README.md", "exec"), names)
    assert len(names["result"].tidy()) == 3  # type: ignore[attr-defined]
    plt.close("all")


@every_text
def test_files_that_are_named_are_there(text: str) -> None:
    starts = "|".join(one.name for one in ROOT.iterdir() if one.is_dir() and one.name[0] != ".")
    named = re.findall(rf"(?:`|\]\()((?:{starts})/[\w./-]*)(?:`|\))", text)
    named = [one for one in named if not one.startswith(("data/processed", "docs/site"))]
    missing = [one for one in named if not (ROOT / one).exists()]
    assert not missing


@every_text
def test_commands_and_targets_that_are_named_are_there(text: str) -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    code = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    inline = re.findall(r"`((?:brandkit|make) [^`]+)`", text)
    lines = [*code.splitlines(), *inline]
    used = {one[1] for line in lines if (one := re.match(r"brandkit ([a-z-]+)", line))}
    assert used <= commands, used - commands
    made = {one[1] for line in lines if (one := re.match(r"make ([a-z-]+)", line))}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert made <= targets, made - targets


def test_the_rooms_stand_at_their_levels() -> None:
    block = README.partition("## How it is built")[2].split("```\n")[3]
    said, level = {}, ""
    for line in block.splitlines():
        names, number = re.match(r"((?:[a-z_]+ ?)+) *(\d?)", line).groups()  # type: ignore[union-attr]
        level = number or level
        said |= {name: int(level) for name in names.split()}
    assert said == {name: level for name, level in LEVELS.items() if name != "joins"}


def test_pictures_are_drawn_from_answers(tmp_path: Path) -> None:
    answers = brandkit.answers("sample")
    for name, question in PICTURES.items():
        write(answers[question], name, folder=tmp_path, focus=answers.study.focus)
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")
        assert f"](docs/{name})" in README


def test_nothing_is_unpickled() -> None:
    """As SECURITY promises: what is kept holds no code."""
    for path in (ROOT / "brandkit").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(?:import|from) (?:c?pickle|joblib|dill)\b", text, re.MULTILINE)
        assert not re.search(r"allow_pickle=True|read_pickle", text), path


def test_the_site_draws_what_has_no_question_from_its_example() -> None:
    for name in sorted(WITHOUT_A_KEY):
        function = getattr(brandkit, name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            svg = draw(of_example(function), name)
        assert svg.startswith("<svg role="), f"{name} has no picture"


def test_the_site_writes_docstrings_as_html() -> None:
    written = docstring_html(brandkit.driver_importance)
    assert "<dt><code>outcome : str</code></dt>" in written
    assert "&gt;&gt;&gt;" in written
    assert ":func:" not in written
