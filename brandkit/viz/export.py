"""Figures as files: slim SVG that follows its page, and pictures.

The SVG holds no address, no date, no script and no font name; text stays text. Its ids and
classes begin with a prefix, so that figures on one page never meet. The same figure gives the
same bytes on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from brandkit.core.errors import InputError, shown
from brandkit.viz.fonts import LATIN
from brandkit.viz.palette import PALETTE, css_colour
from brandkit.viz.svg import HALO, POINTS_AN_INCH, SlimRenderer, number, slim_canvas
from brandkit.viz.theme import theme

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
    '<svg viewBox="0 0 144 72" w'
    """
    if not _PREFIX.fullmatch(prefix):
        raise InputError(
            "`prefix` must begin with a letter and go on with letters, digits, - or _; "
            f"found {shown(prefix)}. Write 'figure1'."
        )
    with theme(), _drawable(figure, is_transparent=not standalone):
        drawing = SlimRenderer(
            figure, prefix=f"{prefix}-", colour=str if standalone else css_colour
        )
        with _texts_known(figure, drawing):
            figure.draw(drawing)
    rules = "".join(f".{name}{{{rule}}}" for rule, name in drawing.styles.items())
    definitions = "".join(drawing.definitions)
    return (
        f"<svg {_frame(drawing, standalone=standalone)}"
        ' fill="none" stroke-linejoin="round">'
        + (f"<style>{rules}</style>" if rules else "")
        + (f"<defs>{definitions}</defs>" if definitions else "")
        + "".join(drawing.elements)
        + "</svg>"
    )


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
    with theme(), _drawable(figure, is_transparent=False):
        FigureCanvasAgg(figure)
        dots = POINTS_AN_INCH * scale
        figure.savefig(written, format="png", dpi=dots, metadata={"Software": None})
    return written.getvalue()


@contextmanager
def _drawable(figure: Figure, *, is_transparent: bool) -> Iterator[None]:
    """Put a figure on our canvas, on light paper or none; afterwards it is as it was."""
    paper = figure.patch
    was_shown, colour = paper.get_visible(), paper.get_facecolor()
    paper.set_visible(not is_transparent)
    paper.set_facecolor(PALETTE["paper"])
    try:
        with slim_canvas(figure):
            yield
    finally:
        paper.set_visible(was_shown)
        paper.set_facecolor(colour)


@contextmanager
def _texts_known(figure: Figure, drawing: SlimRenderer) -> Iterator[None]:
    """Let the renderer find the artist of each text, by a number it wears while drawn."""
    artists = [(text, text.get_gid()) for text in figure.findobj(Text)]
    drawing.artists = {str(at): (artist, gid == HALO) for at, (artist, gid) in enumerate(artists)}
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
        return f'{box} width="100%"'
    return (
        f'xmlns="http://www.w3.org/2000/svg" {box} width="{width}pt" height="{height}pt" '
        f'font-family="{_FONTS}"'
    )
