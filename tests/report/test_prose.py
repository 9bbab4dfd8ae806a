"""Prose: translated paragraph by paragraph, without HTML of its own."""

from __future__ import annotations

import pytest

from brandkit.language import use_language
from brandkit.page.exporter import paragraphs
from brandkit.page.prose import pieces

SOURCE = """# Maps

Banks grow
*alike*.

- fees
- names

> Said once.

    code stays
"""


def page(source: str) -> str:
    return "".join(piece.html for piece in pieces(source))


def test_units_are_headings_paragraphs_and_items() -> None:
    assert paragraphs(SOURCE) == ["Maps", "Banks grow *alike*.", "fees", "names", "Said once."]
    assert paragraphs("") == []


def test_levels_and_inline_marks() -> None:
    found = pieces(SOURCE)
    assert [piece.level for piece in found] == [1, 0, 0, 0, 0]
    assert "<em>alike</em>" in found[1].html
    assert "<li>fees</li>" in found[2].html


@pytest.mark.parametrize(
    ("source", "never"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("a <b onclick='x'>b</b>", "<b"),
        ("[x](javascript:alert(1))", "javascript:"),
        ("![a map](https://example.org/map.png)", "<img"),
        ("<!-- hidden -->", "<!--"),
    ],
)
def test_nothing_runs_and_nothing_is_fetched(source: str, never: str) -> None:
    assert never not in page(source)


def test_a_picture_leaves_its_description() -> None:
    assert "a map" in page("![a map](https://example.org/map.png)")


def test_what_has_no_translation_says_that_it_is_english() -> None:
    use_language("zh-Hant")
    written = page("Nobody has translated this yet.\n\n- nor this")
    assert written.count('lang="en" data-untranslated') == 2
    assert '<p lang="en"' in written
    assert pieces("## Untold heading")[0].text.is_untranslated


def test_a_translated_paragraph_keeps_its_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"Banks grow *alike*.": "銀行越來越*相似*。"}
    monkeypatch.setattr(
        "brandkit.page.prose.translation", lambda message, _: told.get(message.text)
    )
    use_language("zh-Hant")
    assert page("Banks grow\n*alike*.") == "<p>銀行越來越<em>相似</em>。</p>\n"
