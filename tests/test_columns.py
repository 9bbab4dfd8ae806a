"""Every column of every frame has one meaning, one way to be written, and three names."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from brandkit.core import labels
from brandkit.core.labels import COLUMNS, FORMATS, Kind
from brandkit.core.message import Message, formatted
from brandkit.language import LANGUAGES, translation


def test_a_name_stands_in_the_table_once() -> None:
    names = [name for name, _ in labels._read(labels._TABLE)]
    assert sorted(names) == sorted(COLUMNS)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_named_and_meant(name: str) -> None:
    column = COLUMNS[name]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert column.kind in get_args(Kind)
    assert column.label
    assert column.label[0].isupper() or re.match(r"p\b", column.label)
    assert column.meaning


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_heading_is_translated(language: str) -> None:
    missing = [
        name
        for name, column in COLUMNS.items()
        if not translation(Message(column.label, context="column"), language)
    ]
    assert not missing, f"no {language} heading for {missing}"


def test_every_kind_can_be_written() -> None:
    assert set(FORMATS) == set(get_args(Kind))
    for kind in FORMATS.values():
        assert formatted(0.25, kind)
