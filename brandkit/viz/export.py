"""Figures as files: slim SVG that follows its page, and pictures.

The SVG holds no address, no date, no script and no font name; text stays text. Its ids and
classes begin with a prefix, so that figures on one page never meet. The same figure gives the
same bytes on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import same_color, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.text import Text

from brandkit.core.errors import InputError, shown
from brandkit.viz.fonts import LATIN
from brandkit.viz.labels import with_phone_labels
from brandkit.viz.marks import key_drawn
from brandkit.viz.palette import PALETTE, css_colour
from brandkit.viz.svg import (
    MINOR,
    NARROW,
    POINTS_AN_INCH,
    SPREAD,
    Fluid,
    SlimRenderer,
    number,
    slim_canvas,
)
from brandkit.viz.theme import FLUID, PHONE, PHONE_TEXT, TEXT_SIZE, theme

_COLOURED: Final = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")
_PREFIX: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_FONTS: Final = f"'{LATIN}',Verdana,system-ui,'Noto Sans CJK TC','PingFang TC',sans-serif"


def figure_svg(figure: Figure, *, prefix: str, standalone: bool = False) -> str:
    """Write a figure as SVG for a page, or for a file of its own.

    Parameters
    ----------
    figure : Figure
    prefix : str
        Begins every id and class: a letter, then letters, digits, ``-`` or ``_``. Give each
        figure of a page its own.
    standalone : bool
        Write a whole file: namespace, size, fonts, plain colours on paper. Without it, the
        element goes into a page: theme colours are custom properties with their light values
        to fall back on, and the width is all there is.

    Returns
    -------
    str
        One ``<svg …>`` element, beginning with ``<svg ``.

    Raises
    ------
    InputError
        If the prefix cannot begin an id.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> figure_svg(new_axes(2, 1).figure, prefix="f1")[:27]
    '<svg class="scaled" viewBox'
    """
    if not _PREFIX.fullmatch(prefix):
        raise InputError(
            "`prefix` must begin with a letter and go on with letters, digits, - or _; "
            f"found {shown(prefix)}. Write 'figure1'."
        )
    return drawn_figure(figure, prefix=prefix, standalone=standalone).svg


@dataclass(frozen=True)
class Drawn:
    """A figure as SVG, with what a page says around it.

    Parameters
    ----------
    svg : str
    key : tuple of (str, str)
        Marks, as SVG, and their texts.
    axis : str
        What the axis across shows, where the page says it beneath the drawing.
    """

    svg: str
    key: tuple[tuple[str, str], ...]
    axis: str


def drawn_figure(figure: Figure, *, prefix: str, standalone: bool = False) -> Drawn:
    """Write a figure as SVG, with its key and the words of its axis.

    A figure with rows follows the width of a page: it is laid out in percent of its plot, and what
    stands beside that keeps its size. On its own it is scaled as a whole.
    """
    is_fluid = not standalone and figure.get_gid() == FLUID
    with theme(), _drawable(figure, is_transparent=not standalone):
        drawing = SlimRenderer(
            figure, prefix=f"{prefix}-", colour=str if standalone else css_colour
        )
        fluid = None
        with (
            key_drawn(figure, in_layout=standalone),
            _without_axis(figure if is_fluid else None) as axis,
            _texts_known(figure, drawing),
        ):
            if is_fluid:
                figure.draw_without_rendering()
                box = figure.axes[0].get_window_extent(drawing)
                drawing.fluid = Fluid(box.x0, box.x1)
                fluid = _margins(figure, drawing, drawing.fluid)
                figure.set_layout_engine("none")  # everything has its place
            figure.draw(drawing)
    rules = "".join(f".{name}{{{rule}}}" for rule, name in drawing.styles.items())
    definitions = "".join(drawing.definitions)
    svg = (
        f"<svg {fluid or _frame(drawing, standalone=standalone)}"
        ' fill="none" stroke-linejoin="round">'
        + (f"<style>{rules}</style>" if rules else "")
        + (f"<defs>{definitions}</defs>" if definitions else "")
        + "".join(drawing.elements)
        + "</svg>"
    )
    return Drawn(svg, tuple(drawing.key), axis)


@contextmanager
def _without_axis(figure: Figure | None) -> Iterator[str]:
    """Take away what the axis across shows, which a page writes in as many lines as it takes."""
    if figure is None or not figure.axes:
        yield ""
        return
    label = figure.axes[0].xaxis.label
    said = label.get_text()
    label.set_text("")
    try:
        yield said
    finally:
        label.set_text(said)


def _margins(figure: Figure, drawing: SlimRenderer, fluid: Fluid) -> str:
    """Give the attributes of a drawing that follows its width; mark what a phone has no room for.

    ``--l`` and ``--r`` are ems left and right of the plot, ``--p`` those at the right of a phone's.
    """
    size = TEXT_SIZE
    labels = [_shown_labels(ax, drawing) for ax in figure.axes]
    ticks = {id(one) for ax in figure.axes for one in ax.get_xticklabels(which="both")}
    ticks -= {id(one) for shown_labels in labels for one in shown_labels}
    texts = [
        text
        for text in figure.findobj(Text)
        if text.get_text()
        and text.get_visible()
        and id(text) not in ticks
        and not {NARROW, "spread"} & set(_gid(drawing, text).split())
    ]
    minor = {id(text) for text in texts if MINOR in _gid(drawing, text)}
    boxes = {id(text): text.get_window_extent(drawing) for text in texts}
    ends = {at: box.x1 - fluid.right for at, box in boxes.items()}
    right = max([0.0, *ends.values()]) / size
    phone = max([0.0, *(end for at, end in ends.items() if at not in minor)]) / size
    left = max([0.0, *(fluid.left - box.x0 for box in boxes.values())]) / size
    plot = PHONE - (left + phone) * PHONE_TEXT
    for shown_labels in labels:
        _thin_out(drawing, shown_labels, plot / fluid.width)
    room = {"l": left + 0.1, "r": right + 0.1, "p": phone + 0.1}
    style = ";".join(f"--{name}:{number(ems)}em" for name, ems in room.items())
    return f'class="fluid" style="height:{number(drawing.height)}px;{style}"'


def _shown_labels(ax: Axes, drawing: SlimRenderer) -> list[Text]:
    """Give the labels of the axis across that stand within it."""
    box = ax.get_window_extent(drawing)
    return [
        label
        for at, label in zip(ax.get_xticks(), ax.get_xticklabels(), strict=False)
        if label.get_text() and box.x0 - 1 <= ax.transData.transform((at, 0))[0] <= box.x1 + 1
    ]


def _gid(drawing: SlimRenderer, text: Text) -> str:
    return drawing.artists.get(str(text.get_gid()), (text, ""))[1]


def _thin_out(drawing: SlimRenderer, labels: list[Text], factor: float) -> None:
    """Let a phone leave out every second number along the axis, where they would touch."""
    while len(labels) > 2:
        boxes = [label.get_window_extent(drawing) for label in labels]
        middles = np.array([(box.x0 + box.x1) / 2 for box in boxes]) * factor
        widths = np.array([box.width for box in boxes]) * PHONE_TEXT / TEXT_SIZE
        room = 1 if labels[0].get_rotation() else 6
        if (np.diff(middles) > (widths[1:] + widths[:-1]) / 2 + room).all():
            return
        for label in labels[1::2]:
            at = str(label.get_gid())
            if at in drawing.artists:
                drawing.artists[at] = (label, MINOR)
        labels = labels[::2]


def png(figure: Figure, *, scale: float = 2.0) -> bytes:
    """Draw a figure as a picture on light paper.

    Parameters
    ----------
    figure : Figure
    scale : float
        Pixels for each point of the figure.

    Returns
    -------
    bytes
        A PNG file without date or program.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> png(new_axes(2, 1).figure)[1:4]
    b'PNG'
    """
    if not scale > 0:
        raise InputError(f"`scale` must be > 0; found {scale}. Write 2.")
    written = BytesIO()
    with theme(), _drawable(figure, is_transparent=False), key_drawn(figure, in_layout=True):
        FigureCanvasAgg(figure)
        dots = POINTS_AN_INCH * scale
        figure.savefig(
            written,
            format="png",
            dpi=dots,
            metadata={"Software": None},
            bbox_inches="tight",
            pad_inches=0.05,
        )
    return written.getvalue()


def recolour(figure: Figure, own: Mapping[str, str]) -> None:
    """Bring a figure from our colours to a company's, by their names, for a picture of it."""
    for artist in figure.findobj(Artist) if own else ():
        for part in (one for one in _COLOURED if hasattr(artist, f"get_{one}")):
            try:
                value = to_rgba_array(getattr(artist, f"get_{part}")())
            except (TypeError, ValueError):  # "auto" and the like
                continue
            for name, colour in own.items():
                if len(value) == 1 and same_color(tuple(value[0, :3]), PALETTE[name]):
                    getattr(artist, f"set_{part}")(colour)


@contextmanager
def _drawable(figure: Figure, *, is_transparent: bool) -> Iterator[None]:
    """Put a figure on our canvas, on light paper or none; afterwards it is as it was."""
    paper = figure.patch
    was_shown, colour = paper.get_visible(), paper.get_facecolor()
    paper.set_visible(not is_transparent)
    paper.set_facecolor(PALETTE["paper"])
    spread = [one for one in figure.findobj(Text) if one.get_gid() == SPREAD]
    for one in spread:
        one.set_visible(is_transparent)
    try:
        with slim_canvas(figure), with_phone_labels(figure, shown=is_transparent):
            yield
    finally:
        for one in spread:
            one.set_visible(False)
        paper.set_visible(was_shown)
        paper.set_facecolor(colour)


@contextmanager
def _texts_known(figure: Figure, drawing: SlimRenderer) -> Iterator[None]:
    """Let the renderer find the artist of each text, by a number it wears while drawn."""
    artists = [(text, text.get_gid()) for text in figure.findobj(Text)]
    drawing.artists = {str(at): (artist, gid or "") for at, (artist, gid) in enumerate(artists)}
    for at, (artist, _) in enumerate(artists):
        artist.set_gid(str(at))
    try:
        yield
    finally:
        for artist, gid in artists:
            artist.set_gid(gid)


def _frame(drawing: SlimRenderer, *, standalone: bool) -> str:
    width, height = number(drawing.width), number(drawing.height)
    box = f'viewBox="0 0 {width} {height}"'
    if not standalone:
        return f'class="{drawing.figure_gid or "scaled"}" {box} width="100%"'
    return (
        f'xmlns="http://www.w3.org/2000/svg" {box} width="{width}pt" height="{height}pt" '
        f'font-family="{_FONTS}"'
    )
