"""The kinds of blocks: frozen, with their texts written in one language."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from brandkit.report.pages import block_html
from brandkit.report.tables import TableCells
from brandkit.report.texts import Text

BLOCK_TYPE = "application/vnd.brandkit.block+json"


@dataclass(frozen=True)
class Block(ABC):
    """One piece of a report.

    Parameters
    ----------
    language : str
        The language its texts are written in.
    """

    language: str

    @abstractmethod
    def to_json(self) -> dict[str, Any]:
        """Give the block as the exporter reads it."""

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        block = self.to_json()
        return {
            BLOCK_TYPE: block,
            "text/html": block_html(block, language=self.language),
            "text/plain": f"<{block['kind']}>",
        }


@dataclass(frozen=True)
class TitleBlock(Block):
    """The report's title: the finding a reader should not miss."""

    text: Text
    lede: Text | None
    kicker: Text | None

    def to_json(self) -> dict[str, Any]:
        """Give the block as the exporter reads it."""
        return {
            "kind": "title", "language": self.language, "text": self.text.to_json(),
            "lede": _json(self.lede), "kicker": _json(self.kicker),
        }  # fmt: skip


@dataclass(frozen=True)
class FindingBlock(Block):
    """One finding, how settled it is, and the figures or tables it stands on."""

    headline: Text
    detail: Text
    settled: str
    about: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the block as the exporter reads it."""
        return {
            "kind": "finding", "language": self.language, "headline": self.headline.to_json(),
            "detail": self.detail.to_json(), "settled": self.settled, "about": list(self.about),
        }  # fmt: skip


@dataclass(frozen=True)
class FindingsBlock(Block):
    """Several findings, the most important first."""

    findings: tuple[FindingBlock, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the block as the exporter reads it."""
        return {
            "kind": "findings", "language": self.language,
            "findings": [one.to_json() for one in self.findings],
        }  # fmt: skip


@dataclass(frozen=True)
class FigureBlock(Block):
    """A figure with its caption, its description for those who cannot see it, and its data."""

    name: str
    caption: Text
    alt: Text
    svg: str
    data: TableCells | None
    notes: tuple[Text, ...]
    base: Text | None
    base_size: int | None

    def to_json(self) -> dict[str, Any]:
        """Give the block as the exporter reads it."""
        return {
            "kind": "figure", "language": self.language, "name": self.name,
            "caption": self.caption.to_json(), "alt": self.alt.to_json(), "svg": self.svg,
            "data": None if self.data is None else self.data.to_json(),
            "notes": [note.to_json() for note in self.notes],
            "base": _json(self.base), "base_size": self.base_size,
        }  # fmt: skip

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        alone = self.svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
        return {
            BLOCK_TYPE: self.to_json(),
            "image/svg+xml": alone,
            "text/plain": self.alt.text,
        }


@dataclass(frozen=True)
class TableBlock(Block):
    """A table with its caption."""

    name: str
    caption: Text
    cells: TableCells
    notes: tuple[Text, ...]
    base: Text | None
    base_size: int | None

    def to_json(self) -> dict[str, Any]:
        """Give the block as the exporter reads it."""
        return {
            "kind": "table", "language": self.language, "name": self.name,
            "caption": self.caption.to_json(), "table": self.cells.to_json(),
            "notes": [note.to_json() for note in self.notes],
            "base": _json(self.base), "base_size": self.base_size,
        }  # fmt: skip


@dataclass(frozen=True)
class NoteBlock(Block):
    """What could not be answered, and why."""

    text: Text

    def to_json(self) -> dict[str, Any]:
        """Give the block as the exporter reads it."""
        return {"kind": "note", "language": self.language, "text": self.text.to_json()}


@dataclass(frozen=True)
class FactBlock(Block):
    """A fact about the evidence, shown at the report's end with the other provenance."""

    label: Text
    value: Text

    def to_json(self) -> dict[str, Any]:
        """Give the block as the exporter reads it."""
        return {
            "kind": "fact", "language": self.language, "label": self.label.to_json(),
            "value": self.value.to_json(),
        }  # fmt: skip


def _json(text: Text | None) -> dict[str, Any] | None:
    return None if text is None else text.to_json()
