"""A page taken apart for its audit: elements with their places, texts with their languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser

_VOID = frozenset((
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
))  # fmt: skip


@dataclass(frozen=True)
class Element:
    """One element.

    Parameters
    ----------
    tag : str
        In small letters.
    attributes : mapping
        Name to value; empty text where an attribute has none.
    line : int
        Where it begins.
    inside : tuple of str
        The tags it stands in, outermost first.
    lang : str
        The language in force in it.
    within : Element, optional
        The element it stands in.
    """

    tag: str
    attributes: Mapping[str, str]
    line: int
    inside: tuple[str, ...]
    lang: str
    within: Element | None = None

    def lineage(self) -> Iterator[Element]:
        """Give the element and all it stands in, from the inside out."""
        element: Element | None = self
        while element is not None:
            yield element
            element = element.within

    @property
    def classes(self) -> list[str]:
        """The classes it has."""
        return self.attributes.get("class", "").split()


@dataclass(frozen=True)
class Words:
    """A stretch of text and the element it stands in."""

    text: str
    element: Element


@dataclass(frozen=True)
class Markup:
    """All elements and texts of a page, in order."""

    elements: tuple[Element, ...]
    texts: tuple[Words, ...]

    def named(self, *tags: str) -> Iterator[Element]:
        """Give the elements of some tags."""
        return (element for element in self.elements if element.tag in tags)

    def text_of(self, element: Element) -> str:
        """Give the text that stands directly in an element."""
        return self._by_element.get(id(element), "").strip()

    @cached_property
    def _by_element(self) -> dict[int, str]:
        texts: dict[int, str] = {}
        for words in self.texts:
            texts[id(words.element)] = texts.get(id(words.element), "") + words.text
        return texts

    def table_rows(self) -> Iterator[tuple[list[Element], list[Element]]]:
        """Give each row of each table: the heads of its columns, and its cells."""
        heads: list[Element] = []
        cells: dict[int, list[Element]] = {}
        for cell in self.named("th", "td"):
            if cell.within is not None:
                cells.setdefault(id(cell.within), []).append(cell)
        for row in self.named("tr"):
            inside = cells.get(id(row), [])
            if "thead" in row.inside:
                heads = inside
            else:
                yield heads, inside

    def words(self, *, without: tuple[str, ...] = ("script", "style")) -> Iterator[Words]:
        """Give the texts that do not stand in some elements."""
        for text in self.texts:
            if not {text.element.tag, *text.element.inside} & set(without):
                yield text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.texts: list[Words] = []
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        within = self.open[-1].lang if self.open else ""
        inside = tuple(element.tag for element in self.open)
        element = Element(
            tag,
            attributes,
            self.getpos()[0],
            inside,
            attributes.get("lang", within),
            self.open[-1] if self.open else None,
        )
        self.elements.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self.open) - 1, -1, -1):
            if self.open[at].tag == tag:
                del self.open[at:]
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open:
            self.texts.append(Words(data, self.open[-1]))


def read_markup(page: str) -> Markup:
    """Take a page apart.

    Parameters
    ----------
    page : str
        HTML.

    Returns
    -------
    Markup

    Examples
    --------
    >>> [(e.tag, e.lang) for e in read_markup('<p lang="en">Hi <b>you</b></p>').elements]
    [('p', 'en'), ('b', 'en')]
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return Markup(tuple(reader.elements), tuple(reader.texts))
