"""The finder of texts follows them to where they are written, and says where it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.language.written_texts import EVERYWHERE, IN_NOTEBOOKS, Finder, Text, in_templates


def found(source: str) -> set[str]:
    return {text.text for text in Finder(source, "file.py", EVERYWHERE).find().texts}


@pytest.mark.parametrize(
    "source",
    [
        'Message("One text")',
        'Message("One " "text", {"n": 1})',
        'core.message.Message(text="One text")',
        'said = "One text"\nMessage(said)',
        'SAID = {"a": "One text"}\ndef f(key):\n    return Message(SAID[key])',
        'def f():\n    said = "One text"\n    return Message(said)',
        'for n, said in ((1, "One text"),):\n    Message(said)',
        'ROWS = [(1, "One text")]\nnotes = [Message(said) for _, said in ROWS]',
        'def _note(said):\n    return Message(said)\n_note("One text")',
        'def _note(*, said):\n    return Message(said)\n_note(said="One text")',
        'translate("One text")',
    ],
)
def test_a_text_is_followed_to_where_it_is_written(source: str) -> None:
    assert found(source) == {"One text"}


def test_both_sides_of_a_condition_are_texts() -> None:
    assert found('Message("A text" if x else "B text")') == {"A text", "B text"}
    assert found('said = "A text" if x else "B text"\nMessage(said)') == {"A text", "B text"}


def test_the_context_and_the_place_are_kept() -> None:
    finder = Finder('\nMessage("Base", context="column")', "file.py", EVERYWHERE)
    assert finder.find().texts == [Text("Base", "column")]
    assert finder.find().texts[0].place == "file.py:2"


@pytest.mark.parametrize(
    "source",
    [
        'def f(n):\n    Message(f"{n} banks")',
        "def f(g):\n    Message(g())",
        "def f(x):\n    Message(x)",
    ],
)
def test_what_cannot_be_followed_is_said(source: str) -> None:
    assert Finder(source, "file.py", EVERYWHERE).find().untold == ["file.py:2 f"]


def test_blocks_of_notebooks_take_texts_as_they_are() -> None:
    source = (
        'title("A", lede="B")\ntable(x, name="t", caption="C", heads={"n": "D"})\nfact("E", "F")'
    )
    texts = Finder(source, "03.ipynb", IN_NOTEBOOKS).find().texts
    assert {text.text for text in texts} == set("ABCDEF")


def test_templates_ask_for_words(tmp_path: Path) -> None:
    path = tmp_path / "page.html.j2"
    path.write_text(
        "<p class='x'>{{ words(\"Contents\") }} {{ words('By {n}', n=1) }}</p>",
        encoding="utf-8",
        newline="\n",
    )
    assert {text.text for text in in_templates([path]).texts} == {"Contents", "By {n}"}
