"""Blocks: what a notebook's cells give to a report.

Each function returns a frozen block. JupyterLab shows it at once; the exporter finds the same
block as JSON in the cell's output. Texts are written in the language in use when it is made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import pandas as pd
from IPython.display import display

from brandkit.core.errors import BrandkitError, InputError, shown
from brandkit.core.labels import Kind
from brandkit.core.message import Finding, Message
from brandkit.core.story import Action, Point
from brandkit.language import current_language
from brandkit.page.tables import LOW_MARK, TableCells, current_bases, table_cells
from brandkit.page.texts import Text, block_html, text_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


BLOCK_TYPE = "application/vnd.brandkit.block+json"


@dataclass(frozen=True)
class Block:
    """One piece of a report.

    Parameters
    ----------
    language : str
        The language its texts are written in.
    """

    kind: ClassVar[str]
    language: str

    def to_json(self) -> dict[str, Any]:
        """Give the block as the exporter reads it: its kind and its fields."""
        return {"kind": self.kind, **{name: _json(value) for name, value in vars(self).items()}}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        block = self.to_json()
        return {
            BLOCK_TYPE: block,
            "text/html": block_html(block, language=self.language),
            "text/plain": f"<{self.kind}>",
        }


def _json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_json(one) for one in value]
    return value.to_json() if isinstance(value, (Block, Text, TableCells)) else value


@dataclass(frozen=True)
class TitleBlock(Block):
    """The report's title: the finding a reader should not miss."""

    kind = "title"
    text: Text
    lede: Text | None
    kicker: Text | None


@dataclass(frozen=True)
class FindingBlock(Block):
    """One finding, how settled it is, and the figures or tables it stands on."""

    kind = "finding"
    headline: Text
    detail: Text
    settled: str
    about: tuple[str, ...]


@dataclass(frozen=True)
class FindingsBlock(Block):
    """Several findings, the most important first."""

    kind = "findings"
    findings: tuple[FindingBlock, ...]


@dataclass(frozen=True)
class ItemBlock(Block):
    """One thing of the first screen: a point, or an action with what it may win."""

    kind = "item"
    text: Text
    gain: Text | None
    base: Text | None
    settled: str
    page: str
    about: str


@dataclass(frozen=True)
class BoardBlock(Block):
    """The first screen: what was found, why it matters, what to do."""

    kind = "board"
    found: tuple[ItemBlock, ...]
    why: tuple[ItemBlock, ...]
    do: tuple[ItemBlock, ...]

    def items(self) -> tuple[ItemBlock, ...]:
        """Give all of them in their order."""
        return (*self.found, *self.why, *self.do)


@dataclass(frozen=True)
class FigureBlock(Block):
    """A figure: the finding above it, its key, its description for who cannot see it, its data.

    The caption holds the sentences that a reader takes in at once; the method the others.
    """

    kind = "figure"
    name: str
    title: Text | None
    key: tuple[tuple[str, Text], ...]
    axis: Text | None
    caption: Text
    method: Text | None
    alt: Text
    svg: str
    data: TableCells | None
    notes: tuple[Text, ...]
    base: Text | None
    base_size: int | None

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return super()._repr_mimebundle_() | {"text/plain": self.alt.text}


@dataclass(frozen=True)
class TableBlock(Block):
    """A table with its caption."""

    kind = "table"
    name: str
    caption: Text
    method: Text | None
    cells: TableCells
    notes: tuple[Text, ...]
    base: Text | None
    base_size: int | None


@dataclass(frozen=True)
class SheetBlock(TableBlock):
    """A table that only the workbook has, with the number of columns that name its rows."""

    kind = "sheet"
    frozen: int = 1


@dataclass(frozen=True)
class NoteBlock(Block):
    """What could not be answered, and why."""

    kind = "note"
    text: Text


@dataclass(frozen=True)
class FactBlock(Block):
    """A fact about the evidence, shown at the report's end with the other provenance."""

    kind = "fact"
    label: Text
    value: Text


#: Words of a caption that stand beneath a figure, two Chinese characters counting as one.
CAPTION_WORDS = 25
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=\S)|(?<=[。！？])(?=\S)")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_KINDS_OF_SETTLED = ("clear", "likely", "open")


def title(
    text: Message | str, *, lede: Message | str | None = None, kicker: Message | str | None = None
) -> TitleBlock:
    """Give the report its title, which is its main finding.

    Parameters
    ----------
    text : Message or str
        The finding in one sentence.
    lede : Message or str, optional
        What it stands on: how many banks, customers, products.
    kicker : Message or str, optional
        The line above; the notebook's heading, the study and the bank where not given.

    Returns
    -------
    TitleBlock

    Examples
    --------
    >>> title("Two banks are taken for one.").text.text
    'Two banks are taken for one'
    """
    said = _required("text", text)
    said = replace(said, text=said.text.rstrip(".。"))
    return TitleBlock(current_language(), said, _optional(lede), _optional(kicker))


def finding(statement: Finding, *, about: str | Sequence[str] | None = None) -> FindingBlock:
    """Put a finding at the report's top.

    Parameters
    ----------
    statement : Finding
        Computed from a result, with how settled it is.
    about : str or sequence of str, optional
        Names of the figures and tables it stands on.

    Returns
    -------
    FindingBlock

    Raises
    ------
    InputError
        If ``settled`` is not one of "clear", "likely", "open".

    Examples
    --------
    >>> block = finding(Finding(Message("Fees decide."), Message("31% of it."), "clear"))
    >>> block.settled, block.headline.text
    ('clear', 'Fees decide.')
    """
    if not isinstance(statement, Finding):
        raise TypeError(f"`statement` must be a Finding; found {type(statement).__name__}.")
    if statement.settled not in _KINDS_OF_SETTLED:
        raise InputError(
            f"`settled` of a finding must be one of {', '.join(_KINDS_OF_SETTLED)}; "
            f"found {shown(statement.settled)}."
        )
    names = () if about is None else (about,) if isinstance(about, str) else tuple(about)
    return FindingBlock(
        current_language(),
        _required("headline", statement.headline),
        text_of(statement.detail),
        statement.settled,
        tuple(_name(name, argument="about") for name in names),
    )


def findings(
    statements: Sequence[Finding], *, about: str | Sequence[str] | None = None
) -> FindingsBlock:
    """Put several findings at the report's top, in their order.

    Parameters
    ----------
    statements : sequence of Finding
    about : str or sequence of str, optional
        Names of the figures and tables all of them stand on.

    Returns
    -------
    FindingsBlock

    Examples
    --------
    >>> fees = Finding(Message("Fees decide."), Message("31% of it."), "clear")
    >>> len(findings([fees, fees], about="drivers").findings)
    2
    """
    made = tuple(finding(one, about=about) for one in statements)
    return FindingsBlock(current_language(), made)


def item(point: Point | Action, *, page: str = "") -> ItemBlock:
    """Put a point or an action on the first screen.

    Parameters
    ----------
    point : Point or Action
    page : str
        The report that shows its evidence.

    Returns
    -------
    ItemBlock

    Examples
    --------
    >>> item(Point(Message("Fees weigh most."), "clear", 1.0)).text.text
    'Fees weigh most.'
    """
    gain, n = (point.gain, point.base) if isinstance(point, Action) else (None, None)
    base = None if n is None else text_of(Message("base {n:count}", {"n": n}))
    return ItemBlock(
        current_language(),
        _required("text", point.text),
        _optional(gain),
        base,
        point.settled,
        page,
        point.about,
    )


def figure(
    drawing: Axes | Figure,
    *,
    name: str,
    caption: Message | str,
    alt: Message | str,
    title: Message | str | None = None,
    data: pd.DataFrame | None = None,
    notes: Sequence[Message | str] = (),
    base: int | Message | str | None = None,
    focus: str | None = None,
    kinds: Kind | Mapping[str, Kind] | None = None,
    heads: Mapping[str, Message | str] | None = None,
    of_people: bool = True,
) -> FigureBlock:
    """Show a figure, with its data as a table one fold away.

    Parameters
    ----------
    drawing : Axes or Figure
    name : str
        Unique in the report: small letters, digits, ``-`` and ``_``. Findings refer to it.
    caption : Message or str
        What is shown, made how; its number is put before it. What is beyond 25 words goes into
        the fold of its method.
    alt : Message or str
        What the picture tells, for those who cannot see it.
    title : Message or str, optional
        The finding that stands above it.
    data : DataFrame, optional
        The numbers behind it.
    notes : sequence of Message or str
        Caveats, as a result's ``notes``.
    base : int, Message or str, optional
        How many people or rows it stands on.
    focus, kinds, heads, of_people
        For the data, as in :func:`table`.

    Returns
    -------
    FigureBlock

    Raises
    ------
    InputError
        If the name cannot be an address, or caption or alt are empty.
    TypeError
        If the drawing is neither Axes nor Figure.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> block = figure(new_axes(2, 1), name="empty", caption="An empty frame", alt="Nothing yet")
    >>> block.svg[:5], block.alt.text
    ('<svg ', 'Nothing yet')
    """
    from brandkit.viz.export import drawn_figure
    from brandkit.viz.labels import notes_beneath

    address = _name(name, argument="name")
    (words, method), described = _in_short(_required("caption", caption)), _required("alt", alt)
    whole = whole_figure(drawing)
    cells = None
    if data is not None:
        cells = table_cells(data, focus=focus, kinds=kinds, heads=heads, of_people=of_people)
    drawn = drawn_figure(whole, prefix=address)
    return FigureBlock(
        current_language(),
        address,
        None if title is None else _heading(title),
        tuple((mark, text_of(text)) for mark, text in drawn.key),
        _optional(drawn.axis or None),
        words,
        method,
        described,
        drawn.svg,
        cells,
        tuple(text_of(note) for note in (*notes_beneath(whole), *notes)),
        *_base(base),
    )


def table(
    frame: pd.DataFrame,
    *,
    name: str,
    caption: Message | str,
    notes: Sequence[Message | str] = (),
    base: int | Message | str | None = None,
    focus: str | None = None,
    kinds: Kind | Mapping[str, Kind] | None = None,
    heads: Mapping[str, Message | str] | None = None,
    of_people: bool = True,
) -> TableBlock:
    """Show a frame as a table.

    ``ci_low`` and ``ci_high`` become one column. Where column ``n`` counts people, rows with few
    are marked, and rows with too few are held back.

    Parameters
    ----------
    frame : DataFrame
        In the order to be shown. A named index becomes the first columns.
    name : str
        Unique in the report: small letters, digits, ``-`` and ``_``. Findings refer to it.
    caption : Message or str
    notes : sequence of Message or str
    base : int, Message or str, optional
        How many people or rows all of it stands on.
    focus : str, optional
        The row whose name it is stands out.
    kinds : str or mapping, optional
        How numbers are written: the kind of the columns that :mod:`brandkit.core.labels` does
        not know (``"share"`` for a matrix of shares), or a mapping of column to kind.
    heads : mapping, optional
        Column to heading, where the usual one is not right.
    of_people : bool
        Whether column ``n`` counts people.

    Returns
    -------
    TableBlock

    Raises
    ------
    InputError
        If the name cannot be an address, the caption is empty, or a kind is unknown.

    Examples
    --------
    >>> block = table(pd.DataFrame({"brand": ["A"], "share": [0.526]}), name="t", caption="Shares")
    >>> block.cells.rows[0].values, block.cells.rows[0].texts
    (('A', 0.526), ('A', '53%'))
    """
    address = _name(name, argument="name")
    words, method = _in_short(_required("caption", caption))
    cells = table_cells(frame, focus=focus, kinds=kinds, heads=heads, of_people=of_people)
    return TableBlock(
        current_language(),
        address,
        words,
        method,
        cells,
        tuple(text_of(note) for note in notes),
        *_base(base),
    )


def note(message: Message | str) -> NoteBlock:
    """Say what cannot be answered, and what it would take.

    Parameters
    ----------
    message : Message or str

    Returns
    -------
    NoteBlock

    Examples
    --------
    >>> note("There is no survey.").text.text
    'There is no survey.'
    """
    return NoteBlock(current_language(), _required("message", message))


def fact(label: Message | str, value: Message | str | int) -> FactBlock:
    """State a fact about the evidence, for the strip at the report's end.

    Parameters
    ----------
    label : Message or str
        Such as "Fieldwork" or "Weights".
    value : Message, str or int

    Returns
    -------
    FactBlock

    Examples
    --------
    >>> fact("Respondents", 2986).value.text
    '2,986'
    """
    said = Message("{n:count}", {"n": value}) if isinstance(value, int) else value
    return FactBlock(current_language(), _required("label", label), text_of(said))


def _required(argument: str, message: Message | str) -> Text:
    if not isinstance(message, (Message, str)):
        raise TypeError(f"`{argument}` must be a Message or text; found {type(message).__name__}.")
    written = text_of(message)
    if not written.text.strip():
        raise InputError(f"`{argument}` must not be empty. Say what a reader should know.")
    return written


def _in_short(caption: Text) -> tuple[Text, Text | None]:
    """Part a caption into what stands beneath a figure and what stands in the fold."""
    sentences = _SENTENCE.split(caption.text)
    between = "" if caption.lang.startswith("zh") else " "
    kept = 1
    while (
        kept < len(sentences) and count_words(between.join(sentences[: kept + 1])) <= CAPTION_WORDS
    ):
        kept += 1
    parts = [between.join(part) for part in (sentences[:kept], sentences[kept:])]
    return replace(caption, text=parts[0]), replace(caption, text=parts[1]) if parts[1] else None


def count_words(text: str) -> float:
    """Count words; two Chinese characters are one.

    Examples
    --------
    >>> count_words("Mean score of 3,000 persons"), count_words("平均分數")
    (5.0, 2.0)
    """
    wide = len(re.findall(r"[\u3400-\u9fff]", text))
    return len(re.sub(r"[\u3000-\u9fff\uff00-\uffef]", " ", text).split()) + wide / 2


def _heading(title: Message | str) -> Text:
    """Write a finding as a title: a capital first, no full stop at its end."""
    written = text_of(title)
    said = written.text.rstrip(".。")
    return replace(written, text=said[:1].upper() + said[1:])


def _optional(message: Message | str | None) -> Text | None:
    return None if message is None else text_of(message)


def _name(name: str, *, argument: str) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputError(
            f"`{argument}` must be small letters, digits, - and _, a letter first; "
            f"found {shown(name)}. Write 'brand_map'."
        )
    return name


def whole_figure(drawing: Axes | Figure) -> Figure:
    """Give the figure that was drawn, or that the axes stand on."""
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    if isinstance(drawing, Axes):
        whole = drawing.get_figure(root=True)
        if whole is None:
            raise InputError("`drawing` must stand on a figure; these axes were removed from it.")
        return whole
    if not isinstance(drawing, Figure):
        raise TypeError(f"`drawing` must be Axes or a Figure; found {type(drawing).__name__}.")
    return drawing


def _base(base: int | Message | str | None) -> tuple[Text | None, int | None]:
    if base is None or isinstance(base, (Message, str)):
        return _optional(base), None
    size = int(base)
    said = Message("Base {n:count}", {"n": size})
    if size < current_bases().minimum:
        said = Message("Base {n:count} {mark}, small", {"n": size, "mark": LOW_MARK})
    return text_of(said), size


class LeftOut(BrandkitError):
    """The study's evidence does not answer this notebook's question."""

    def _render_traceback_(self) -> list[str]:
        """Show one line in JupyterLab: nothing went wrong."""
        return [str(self)]


def leave_out(message: Message | str) -> NoReturn:
    """End a notebook here: the report says why, and shows what came before.

    Parameters
    ----------
    message : Message or str
        What cannot be answered, and what it would take.

    Raises
    ------
    LeftOut
        Always; the exporter takes it as the notebook's proper end.

    Examples
    --------
    >>> leave_out("How alike the products are: this needs a catalogue.")
    Traceback (most recent call last):
    brandkit.page.blocks.LeftOut: How alike the products are: this needs a catalogue.
    """
    block = note(message)
    display(block)  # type: ignore[no-untyped-call]
    raise LeftOut(block.text.text)
