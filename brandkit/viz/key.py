"""What is drawn in a figure, told once: a key above it, as markup on a page and as a legend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.viz.palette import PALETTE

#: The entries of each figure's key, for as long as the figure lives.
_KEYS: WeakKeyDictionary[Figure, dict[str, Artist]] = WeakKeyDictionary()
_LOOK: Final[dict[str, Any]] = {"loc": "lower left", "borderaxespad": 0.4, "handletextpad": 0.5,
                "columnspacing": 1.4, "borderpad": 0.0, "handlelength": 1.6}  # fmt: skip
#: Half ems in a line of the key, with the room of a mark and the gap behind it.
_LINE, _MARK = 100, 6


def point(
    marker: str = "o", colour: str = "ink", *, hollow: bool = False, size: float = 7
) -> Line2D:
    """Give a mark for the key."""
    face = PALETTE["paper" if hollow else colour]
    return Line2D([], [], linestyle="", marker=marker, markersize=size, markerfacecolor=face,
                  markeredgecolor=PALETTE[colour], markeredgewidth=1.4)  # fmt: skip


def stroke(
    colour: str = "ink", *, width: float = 1.8, style: Any = "-", marker: str = ""
) -> Line2D:
    """Give a line for the key; ``|`` as its marker and no style is a tick."""
    return Line2D([], [], linestyle=style, color=PALETTE[colour], linewidth=width, marker=marker,
                  markersize=11, markeredgewidth=width)  # fmt: skip


def area(face: str = "none", edge: str = "none", **look: Any) -> Patch:
    """Give a field for the key."""
    colours = [PALETTE.get(one, one) for one in (face, edge)]
    return Patch(facecolor=colours[0], edgecolor=colours[1], linewidth=1.2, **look)


def add_key(ax: Axes, *entries: tuple[Message | str, Artist]) -> None:
    """Say what is drawn: each text with the mark it explains; a text said before stays.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> add_key(ax, ("equal", point()), ("open", point(hollow=True)))
    >>> list(key_of(ax.figure))
    ['equal', 'open']
    """
    figure = ax.get_figure(root=True)
    if figure is not None:
        known = _KEYS.setdefault(figure, {})
        for text, mark in entries:
            known.setdefault(translate(text), mark)


def key_of(figure: Figure) -> dict[str, Artist]:
    """Give the entries of a figure's key."""
    return _KEYS.get(figure, {})


@contextmanager
def key_drawn(figure: Figure, *, in_layout: bool) -> Iterator[None]:
    """Let the key stand above the first axes while a figure is drawn."""
    entries = key_of(figure)
    if not entries or not figure.axes:
        yield
        return
    from brandkit.viz.labels import text_width  # after it: labels draw with a theme of their own

    ax = figure.axes[0]
    widest = max(text_width(text) for text in entries) + _MARK
    legend = ax.legend(list(entries.values()), list(entries), bbox_to_anchor=(0.0, 1.0),
                       ncols=max(1, min(len(entries), _LINE // widest)), **_LOOK)  # fmt: skip
    legend.set_in_layout(in_layout)
    try:
        yield
    finally:
        legend.remove()
