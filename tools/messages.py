"""Bring the catalogues to what brandkit says: ``make messages``.

A text is one literal where it is said: ``Message("…")``, ``say("…")``, ``translate("…")``,
``words("…")`` or ``N_("…")``. Added are headings of columns and the notebooks' paragraphs. What is
new or changed is left empty or marked fuzzy in ``zh-Hant``, for a translator; ``zh-Hans`` keeps
only what its conversion does not give.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from brandkit.core.labels import COLUMNS
from brandkit.language import CATALOGUES, simplified
from brandkit.page.prose import paragraphs
from brandkit.sources.catalog.listing import REASONS

ROOT = Path(__file__).resolve().parents[1]
SAYING = ("Message", "say", "translate", "words", "noted", "N_")
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


class Said(NamedTuple):
    """A text where it is said; None where it is no literal there."""

    text: str | None
    context: str
    line: int
    within: str


class _Finder(ast.NodeVisitor):
    def __init__(self) -> None:
        self.said: list[Said] = []
        self.within = [""]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.within.append(node.name)
        self.generic_visit(node)
        self.within.pop()

    def visit_Call(self, node: ast.Call) -> None:
        function = getattr(node.func, "id", "")  # of methods only this one is ours
        if getattr(node.func, "attr", "") == "Message":
            function = "Message"
        given = {word.arg: word.value for word in node.keywords}
        first = node.args[0] if node.args else given.get("text")
        # what is translated and no literal is a message, said where it was made
        of_message = function == "translate" and not _is_text(first)
        if function in SAYING and first is not None and not of_message:
            context = node.args[2] if len(node.args) > 2 else given.get("context")
            text = Said(_literal(first), _literal(context) or "", node.lineno, self.within[-1])
            self.said.append(text)
        self.generic_visit(node)


def said_in(source: str) -> list[Said]:
    """Give what a Python file says."""
    finder = _Finder()
    finder.visit(ast.parse(source))
    return finder.said


def _is_text(node: ast.AST) -> bool:
    """Say whether an expression is a text itself, not the name of one or of a message."""
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) or _is_text(node.orelse)
    return isinstance(node, ast.JoinedStr) or _literal(node) is not None


def _literal(node: ast.AST | None) -> str | None:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else None


def _texts() -> Iterator[tuple[str | None, str, str, int]]:
    """Give every text with its context and place; Babel's reader of Python knows no contexts."""
    for path in sorted((ROOT / "brandkit").rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        for one in said_in(path.read_text(encoding="utf-8")):
            yield one.text, one.context, place, one.line
    for path in sorted((ROOT / "brandkit").rglob("*.j2")):
        with path.open("rb") as file:
            for line, text, _, _ in extract("jinja2", file, {"words": None}):
                yield str(text), "", path.relative_to(ROOT).as_posix(), line
    for column in COLUMNS.values():
        yield column.label, "column", "brandkit/core/columns", 0
    for text in REASONS.values():
        yield text, "", "brandkit/sources/catalog/listing.py", 0
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for text in paragraphs(cell.source) if cell.cell_type == "markdown" else ():
                yield text, "", f"notebooks/{path.name}", 0


def template() -> Catalog:
    """Give all that brandkit says to readers."""
    said = Catalog()
    for text, context, place, line in _texts():
        if text:
            said.add(text, locations=[(place, line)], context=context or None)
    return said


@cache
def constants() -> set[str]:
    """Give every text in the package's code: a translation of none of them is left over."""
    return {
        node.value
        for path in (ROOT / "brandkit").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def translated(language: str) -> Catalog:
    """Read all that is translated by hand."""
    whole = Catalog()
    # a room's own file is newer than what was brought together before
    files = sorted((CATALOGUES / language).glob("*.po"), key=lambda path: path.stem != "messages")
    for path in files:
        with path.open("rb") as file:
            for entry in read_po(file):
                if entry.id:
                    whole.delete(entry.id, entry.context)
                    whole[entry.id] = entry
    return whole


def unfinished(catalogue: Catalog, said: Catalog) -> list[str]:
    """Give what is said and has no translation that somebody looked at."""
    return [
        f"{place}:{line} {entry.id!r}"
        for entry in said
        if entry.id and _has_words(entry.id)
        for known in [catalogue.get(entry.id, entry.context)]
        if known is None or not known.string or known.fuzzy
        for place, line in entry.locations[:1]
    ]


def _has_words(text: str) -> bool:
    """Say whether a text has words of its own beside its places."""
    return bool(re.search(r"[A-Za-z]{2}", re.sub(r"\{[^}]*\}", "", text)))


def without_spaces(text: str) -> str:
    """Give a translation without spaces beside its places, which filling sets anew."""
    return re.sub(r" ?(\{[^}]*\}) ?", r"\1", text)


def overrides(own: Catalog, traditional: Catalog) -> Catalog:
    """Give those translations for the mainland that differ from the conversion."""
    differing = Catalog()
    for entry in own:
        source = traditional.get(entry.id, entry.context) if entry.id else None
        if source is None or not source.string or not entry.string:
            continue
        if without_spaces(simplified(source.string)) != without_spaces(entry.string):
            differing[entry.id] = entry
    return differing


def main() -> int:
    """Update both catalogues; 1 where a translator has work."""
    said, kept = template(), template()
    traditional = translated("zh-Hant")
    in_code = constants()
    for entry in traditional:
        if entry.id and not entry.context and entry.id in in_code:
            kept.add(entry.id)
    traditional.update(kept)
    for entry in list(traditional):
        if entry.id and not _has_words(entry.id) and (entry.fuzzy or not entry.string):
            traditional.delete(entry.id, entry.context)
    _write(traditional, "zh-Hant")
    _write(overrides(translated("zh-Hans"), traditional), "zh-Hans")
    open_texts = unfinished(traditional, said)
    for text in open_texts:
        print(text)
    print(f"{len(open_texts)} texts to translate in {CATALOGUES / 'zh-Hant'}")
    return 1 if open_texts else 0


def _write(catalogue: Catalog, language: str) -> None:
    """Write one file a language in place of all there are."""
    for path in (CATALOGUES / language).glob("*.po"):
        path.unlink()
    with (CATALOGUES / language / "messages.po").open("wb") as file:
        file.write(HEADER.format(language=language.replace("-", "_")).encode())
        write_po(
            file, catalogue, width=0, no_location=True, omit_header=True, sort_output=True,
            ignore_obsolete=True,
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
