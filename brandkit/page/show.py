"""From what is said of a result to the blocks of a page and the card of JupyterLab."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol

import pandas as pd

from brandkit.core.message import Finding, Message
from brandkit.core.story import Exhibit, Story
from brandkit.language import translate
from brandkit.page.blocks import Block, SheetBlock, figure, note, table

#: Rows of data that a card shows.
FIRST_ROWS = 12


class Says(Protocol):
    """A result, or anything else that has a story."""

    def story(self, *, focus: object = None) -> Story:
        """Say what it says."""


@dataclass(frozen=True)
class Shown:
    """Blocks in their order: JupyterLab shows each, the exporter finds each in the output.

    Why there are none is told in JupyterLab alone: a page says nothing of it.
    """

    blocks: tuple[Block, ...]
    why: str = ""

    def __add__(self, other: Shown) -> Shown:
        return Shown((*self.blocks, *other.blocks), self.why or other.why)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for block in self.blocks:
            display(block)  # type: ignore[no-untyped-call]
        if not self.blocks and self.why:
            display({"text/plain": self.why}, raw=True)  # type: ignore[no-untyped-call]


def show(result: Says, *, focus: object = None, only: str | None = None) -> Shown:
    """Show what a result says as a report prints it: its figures and tables.

    Parameters
    ----------
    result : Result
        What any method gives back.
    focus : str, optional
        The bank to set off.
    only : str, optional
        One figure or table by its name.

    Returns
    -------
    Shown

    Examples
    --------
    >>> from brandkit.overlap import brand_overlap
    >>> from brandkit.overlap.examples import small_catalog
    >>> shown = show(brand_overlap(small_catalog(), draws=0))
    >>> len(shown.blocks) > 0
    True
    """
    story = result.story(focus=focus)
    blocks = [
        exhibit_block(exhibit, name=name, focus=focus, title=figure_title(story, name))
        for name, exhibit in story.exhibits.items()
        if only in (None, name)
    ]
    return Shown(tuple(blocks) or (note(story.headline),))


def figure_title(story: Story, name: str) -> Message | None:
    """Give the finding above a figure: its own, or the story's above the first."""
    first = next((one for one, exhibit in story.exhibits.items() if exhibit.draw is not None), None)
    return story.exhibits[name].title or (story.headline if name == first else None)


def exhibit_block(
    exhibit: Exhibit, *, name: str, focus: object = None, title: Message | None = None
) -> Block:
    """Draw an exhibit, or lay it out as a table."""
    options: dict[str, Any] = {
        "name": name,
        "caption": exhibit.caption,
        "notes": tuple(_beneath(title, one) for one in exhibit.notes),
        "focus": None if focus is None else str(focus),
        "kinds": exhibit.kinds,
        "heads": exhibit.heads or None,
        "of_people": exhibit.of_people,
    }
    if exhibit.aside and exhibit.data is not None:
        return SheetBlock(**vars(table(exhibit.data, **options)), frozen=exhibit.aside)
    if exhibit.draw is None:
        return table(exhibit.data if exhibit.data is not None else pd.DataFrame(), **options)
    alt = exhibit.alt or exhibit.caption
    return figure(exhibit.draw(), alt=alt, title=title, data=exhibit.data, **options)


def _beneath(title: Message | None, note: Message) -> Message:
    """Give the numbers alone of a finding whose sentence stands above the figure."""
    if title is None or set(note.values) != {"headline", "detail"}:
        return note
    said = translate(note.values["headline"]).rstrip(".。")
    detail: Message = note.values["detail"]
    return detail if said == translate(title).rstrip(".。") else note


def mimebundle(result: Any) -> dict[str, Any]:
    """Give the card that JupyterLab shows of a result: picture, sentences, first rows."""
    story = result.story()
    return {"text/html": "".join(_card(result, story)), "text/plain": repr(result)}


def _card(result: Any, story: Story) -> Iterator[str]:
    yield f"<p><strong>{escape(translate(story.headline))}</strong></p>"
    drawn = next((one for one in story.exhibits.values() if one.draw is not None), None)
    if drawn is not None and drawn.draw is not None:
        from brandkit.page.blocks import whole_figure
        from brandkit.viz.export import figure_svg

        svg = figure_svg(whole_figure(drawn.draw()), prefix="card", standalone=True)
        alt = escape(translate(drawn.alt or drawn.caption), quote=True)
        yield svg.replace(
            "<svg ", f'<svg role="img" aria-label="{alt}" style="max-width:40rem" ', 1
        )
    if story.findings:
        yield f"<ul>{''.join(map(_finding, story.findings))}</ul>"
    rows = result.tidy()
    yield rows.head(FIRST_ROWS).to_html(index=False, border=0)
    if len(rows) > FIRST_ROWS:
        shown = Message(
            "{shown:count} of {all:count} rows", {"shown": FIRST_ROWS, "all": len(rows)}
        )
        yield f"<p>{escape(translate(shown))}</p>"
    if result.notes:
        yield f"<ul>{''.join(f'<li>{escape(translate(one))}</li>' for one in result.notes)}</ul>"


def _finding(finding: Finding) -> str:
    text = f"{translate(finding.headline)} {translate(finding.detail)}"
    return f"<li>{escape(text)}</li>"
