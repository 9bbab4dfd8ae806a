"""From the cells of an executed notebook to the order of a page: the answer first."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from brandkit.core.errors import ReportError, did_you_mean, shown
from brandkit.language import current_language
from brandkit.page.blocks import BLOCK_TYPE
from brandkit.page.notebooks import INJECTED, TAG, own_cells
from brandkit.page.prose import Piece, pieces
from brandkit.page.texts import Text, language_of, words

if TYPE_CHECKING:
    from nbformat import NotebookNode

_ASKING = ("answers.show(", "answers.evidence(", "answers.open(", "answers.explore(")
#: The figure that the explorer can stand for.
MAP = "map"
HIDDEN_TAGS = (TAG, INJECTED, "hide")

Json = dict[str, Any]
_LABEL = re.compile(r"<text\b([^>]*)>(.*?)</text>", re.DOTALL)


@dataclass
class Part:
    """One thing of a section: prose, a figure, a table or a note."""

    kind: str
    html: Markup = field(default_factory=Markup)
    block: Json = field(default_factory=dict)
    number: int = 0
    source: str = ""
    made: str = ""


@dataclass
class Section:
    """A heading and what stands under it; the first may have none."""

    name: str
    heading: Piece | None = None
    parts: list[Part] = field(default_factory=list)
    asked: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it asked for answers and got none: its prose would point at nothing."""
        return self.asked and not any(part.block for part in self.parts)

    @property
    def is_unanswered(self) -> bool:
        """Whether it says only what cannot be answered."""
        kinds = {part.kind for part in self.parts}
        return "note" in kinds and not kinds & {"figure", "table"}


@dataclass
class Page:
    """A report's content in the order it is read.

    Parameters
    ----------
    heading : Piece, optional
        The notebook's own heading, which names the subject.
    question : Piece, optional
        The first words beneath it: what was asked.
    title : dict, optional
        The title block.
    board : dict, optional
        The first screen.
    findings : list of dict
    sections : list of Section
    facts : list of dict
    sheets : list of dict
        Tables that only the workbook has.
    rest : list of str
        Code of the cells that show nothing themselves.
    asked : bool
        Whether any cell asks a study for answers.
    """

    heading: Piece | None = None
    question: Piece | None = None
    title: Json | None = None
    board: Json | None = None
    findings: list[Json] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    facts: list[Json] = field(default_factory=list)
    sheets: list[Json] = field(default_factory=list)
    rest: list[str] = field(default_factory=list)
    asked: bool = False

    @property
    def parts(self) -> list[Part]:
        """Everything shown, in order."""
        return [part for section in self.sections for part in section.parts]

    @property
    def notes(self) -> list[Json]:
        """What could not be answered."""
        return [part.block["text"] for part in self.parts if part.kind == "note"]

    @property
    def is_unanswered(self) -> bool:
        """Whether the report can only say what it lacks."""
        shown_kinds = {part.kind for part in self.parts} & {"figure", "table"}
        return bool(self.notes) and not (shown_kinds or self.findings or self.board)

    @property
    def is_empty(self) -> bool:
        """Whether nothing that it asks is answered: then there is no page."""
        shown_kinds = {part.kind for part in self.parts} - {"prose"}
        return self.asked and not (shown_kinds or self.findings or self.board or self.title)

    @property
    def title_text(self) -> Text:
        """The finding it is called by, or else its subject."""
        if self.title:
            said = self.title["text"]
            return Text(said["text"], said["lang"], said["untranslated"])
        if self.heading is None:
            raise ReportError("A report needs a title: end a cell of the notebook with title(…).")
        return self.heading.text

    def blocks(self) -> list[Json]:
        """Every block whose numbers are shown."""
        return [part.block for part in self.parts if part.block]

    def places(self) -> dict[str, tuple[str, int]]:
        """Tell kind and number of each figure and table by its name."""
        return {
            part.block["name"]: (part.kind, part.number)
            for part in self.parts
            if part.kind in ("figure", "table") or part.block.get("name") == MAP
        }


def page_of(notebook: NotebookNode) -> Page:
    """Walk an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode

    Returns
    -------
    Page

    Raises
    ------
    ReportError
        A cell failed or shows what is not a block, two blocks have one name, or a finding is
        about something the page does not show.
    """
    page = Page(sections=[Section("s0")])
    for number, cell in own_cells(notebook):
        if cell.cell_type == "markdown":
            _take_prose(page, pieces(cell.source))
        elif cell.cell_type == "code":
            _take_blocks(page, _blocks_of(cell, number), _source_of(cell))
    _leave_out_prose(page)
    # a heading over nothing promises what the page does not keep
    page.sections = [one for one in page.sections if one.parts and not one.is_empty]
    _number(page)
    return page


def _take_prose(page: Page, found: Sequence[Piece]) -> None:
    for piece in found:
        if piece.level == 1 and page.heading is None:
            page.heading = piece
        elif piece.level in (1, 2):
            page.sections.append(Section(f"s{len(page.sections)}", piece))
        elif piece.level:
            level = min(piece.level, 4)
            mark = _heading_mark(piece)
            html = Markup("<h{0}{1}>{2}</h{0}>").format(level, mark, piece.html)
            page.sections[-1].parts.append(Part("prose", html))
        else:
            is_first = page.heading is not None and len(page.sections) == 1
            if is_first and piece.text.text.rstrip().endswith(("?", "？")):
                page.question = page.question or piece
            page.sections[-1].parts.append(Part("prose", piece.html))


def _heading_mark(piece: Piece) -> Markup:
    is_own = piece.text.lang == current_language()
    mark = Markup() if is_own else Markup(' lang="{}"').format(piece.text.lang)
    return mark + Markup(" data-untranslated") * piece.text.is_untranslated


def _source_of(cell: NotebookNode) -> str:
    tags = cell.metadata.get("tags", [])
    return "" if any(tag in HIDDEN_TAGS for tag in tags) else str(cell.source).strip()


def _blocks_of(cell: NotebookNode, number: int) -> list[Json]:
    found: list[Json] = []
    for output in cell.get("outputs", []):
        if output.output_type == "error":
            raise ReportError(f"Cell {number} failed; a report with a failed cell is not written.")
        if output.output_type not in ("display_data", "execute_result"):
            continue  # what is printed is for the notebook's author, never for the page
        block = output.data.get(BLOCK_TYPE)
        if block is not None:
            found += block["findings"] if block["kind"] == "findings" else [block]
        elif lost := _lost(output.data):
            raise ReportError(
                f"Cell {number} shows {lost} that is no block and would be lost. Wrap it in "
                "figure(…) or table(…), or end its line with a semicolon."
            )
    return found


def _lost(data: Mapping[str, Any]) -> str:
    """Name what a reader would miss; a result's own summary is for the notebook's author."""
    if any(kind.startswith("image/") for kind in data):
        return "a picture"
    is_result = re.match(r"[A-Z]\w*\(", str(data.get("text/plain", "")))
    return "a table" if "text/html" in data and not is_result else ""


def _take_blocks(page: Page, blocks: Sequence[Json], source: str) -> None:
    section = page.sections[-1]
    page.asked |= source.startswith("answers.")
    section.asked |= source.startswith(_ASKING)
    for block in blocks:
        kind = block["kind"]
        if kind == "title":
            if page.title is not None:
                raise ReportError("A report has one title; the notebook gives two.")
            page.title = block
        elif kind == "board":
            page.board = block
        elif kind == "finding":
            page.findings.append(block)
        elif kind == "fact":
            page.facts.append(block)
        elif kind == "sheet":
            page.sheets.append(block)
        else:
            html = Markup(block.get("html", ""))
            section.parts.append(Part(kind, html, block=block, source=source))
    if source and not any(block["kind"] in ("figure", "table") for block in blocks):
        page.rest.append(_without_imports(source))


def _without_imports(source: str) -> str:
    """Leave out the lines that only fetch names: the notebook has them for who runs it."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:  # a magic of the notebook's
        return source
    lines = source.splitlines()
    for one in reversed(statements):
        if isinstance(one, (ast.Import, ast.ImportFrom)):
            del lines[one.lineno - 1 : one.end_lineno]
    return "\n".join(lines).strip()


def _leave_out_prose(page: Page) -> None:
    """Where nothing is answered, an argument about it would point at nothing."""
    for section in page.sections:
        if page.is_unanswered or section.is_unanswered:
            section.parts = [part for part in section.parts if part.kind != "prose"]
    if page.is_unanswered:
        page.sections = [one for one in page.sections if one.parts and not one.is_empty]


def _number(page: Page) -> None:
    counts = {"figure": 0, "table": 0}
    names: set[str] = set()
    for part in page.parts:
        if part.kind not in counts:
            continue
        counts[part.kind] += 1
        part.number = counts[part.kind]
        name = part.block["name"]
        if name in names:
            raise ReportError(f"Each figure and table needs its own name; found {name!r} twice.")
        names.add(name)
        if part.kind == "figure":
            part.block["picture"] = _picture(part.block)
    for part in page.parts:  # the explorer stands for the figure of the map, where that is not
        if part.kind == "explore" and MAP not in names and '<svg class="map"' in part.html:
            part.block["name"] = MAP
            part.html = part.html.replace(Markup("<section"), Markup('<section id="map"'), 1)
            names.add(MAP)
    _say_how(page)
    for finding in page.findings:
        for name in finding["about"]:
            if name not in names:
                raise ReportError(
                    f"A finding is about {name!r}, which the report does not show; it shows "
                    f"{shown(sorted(names))}.{did_you_mean(name, names)}"
                )


def _say_how(page: Page) -> None:
    """Let a cell's code stand once, behind the last of what it shows."""
    shown_parts = [part for part in page.parts if part.kind in ("figure", "table")]
    for at, part in enumerate(shown_parts):
        together = [one for one in shown_parts if one.source and one.source == part.source]
        if not part.source or together[-1] is not part:
            continue
        places = [place_label(one.kind, one.number) for one in together]
        part.made = words("How {places} {n:was|were} made", places=places, n=len(places))
        for other in shown_parts[:at]:
            other.source = "" if other.source == part.source else other.source


def _picture(block: Json) -> Markup:
    """Make the drawing one image with a description, whatever is inside it."""
    opening = Markup('<svg role="img" aria-label="{}" ').format(block["alt"]["text"])
    language = current_language()

    def marked(label: re.Match[str]) -> str:
        words = Markup(label.group(2)).striptags()
        lang = language_of(words, language)
        mark = "" if lang == language else f' lang="{lang}"'
        return f"<text{mark}{label.group(1)}>{label.group(2)}</text>"

    # the drawing comes from brandkit.viz.export, which escapes every label
    return opening + Markup(_LABEL.sub(marked, block["svg"].removeprefix("<svg ")))


def place_label(kind: str, number: int) -> str:
    """Write a reference to a figure or table.

    Examples
    --------
    >>> place_label("figure", 2)
    'Figure 2'
    """
    if kind == "figure":
        return words("Figure {number:count}", number=number)
    if kind == "explore":
        return words("The map")
    return words("Table {number:count}", number=number)
