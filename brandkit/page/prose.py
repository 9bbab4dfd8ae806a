"""The argument's prose: markdown cells, translated paragraph by paragraph.

A heading, a paragraph and the text of a list item are the units that catalogues translate. Raw
HTML prints as text, pictures as their description: nothing on a page is fetched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import mistune
from markupsafe import Markup
from mistune.core import BlockState

from brandkit.core.message import Message
from brandkit.language import current_language, in_noun, translation
from brandkit.page.texts import Text, language_of

_UNITS = ("heading", "paragraph", "block_text")


@dataclass(frozen=True)
class Piece:
    """One block of a markdown cell.

    Parameters
    ----------
    html : Markup
        Of a heading, what stands inside it.
    level : int
        Of a heading; 0 for all else.
    text : Text
        The words alone, and the language they came out in.
    """

    html: Markup
    level: int
    text: Text


def paragraphs(source: str) -> list[str]:
    r"""Give the texts of a markdown cell that a catalogue translates, in their order.

    Parameters
    ----------
    source : str
        Markdown.

    Returns
    -------
    list of str
        Headings, paragraphs and list items, each on one line, with their inline marks.

    Examples
    --------
    >>> paragraphs("## Why it matters\n\nBanks grow\n*alike*.\n\n- fees\n- names\n")
    ['Why it matters', 'Banks grow *alike*.', 'fees', 'names']
    """
    return [_one_line(unit["text"]) for unit in _units(_tokens(source).tokens)]


def pieces(source: str) -> list[Piece]:
    r"""Write a markdown cell in the language in use.

    Parameters
    ----------
    source : str
        Markdown, in English.

    Returns
    -------
    list of Piece

    Examples
    --------
    >>> [(piece.level, piece.text.text) for piece in pieces("# Maps\n\nA <b>name</b>")]
    [(1, 'Maps'), (0, 'A <b>name</b>')]
    """
    state = _tokens(source)
    for unit in _units(state.tokens):
        _translate(unit)
    written = []
    for token in state.tokens:
        if token["type"] == "blank_line":
            continue
        level = int(token["attrs"]["level"]) if token["type"] == "heading" else 0
        attributes = token.get("attrs", {})
        alone = _reader().block.state_cls()
        alone.tokens = [{"type": "block_text", "text": token["text"]} if level else token]
        html = Markup(_reader().render_state(alone))
        lang = str(attributes.get("lang", current_language()))
        text = Text(str(html.striptags()), lang, bool(attributes.get("untranslated")))
        written.append(Piece(html, level, text))
    return written


class _Page(mistune.HTMLRenderer):
    """Write HTML that fetches nothing and says where it is not in the page's language."""

    def paragraph(self, text: str, **attributes: Any) -> str:
        return f"<p{_marked(attributes)}>{text}</p>\n"

    def block_text(self, text: str, **attributes: Any) -> str:
        return f"<span{_marked(attributes)}>{text}</span>" if attributes else text

    def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
        return text


def _marked(attributes: dict[str, Any]) -> str:
    if not attributes.get("lang"):
        return ""
    is_left = bool(attributes["untranslated"])
    return f' lang="{attributes["lang"]}"' + " data-untranslated" * is_left


@cache
def _reader() -> mistune.Markdown:
    return mistune.Markdown(renderer=_Page(escape=True))


def _tokens(source: str) -> BlockState:
    reader = _reader()
    state = reader.block.state_cls()
    state.process(source.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") + "\n")
    reader.block.parse(state)
    return state


def _units(tokens: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for token in tokens:
        if token["type"] in _UNITS and "text" in token:
            yield token
        yield from _units(token.get("children", []))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _translate(unit: dict[str, Any]) -> None:
    """Put the translation in the unit's place; where there is none, say it is English."""
    language = current_language()
    text = _one_line(unit["text"])
    found = translation(Message(text), language)
    unit["text"] = in_noun(found or text, Message(text), language)
    lang = language_of(unit["text"], language)
    if lang != language:
        is_left = language != "en" and found is None
        unit["attrs"] = {**unit.get("attrs", {}), "lang": lang, "untranslated": is_left}
