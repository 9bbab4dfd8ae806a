"""Drawings of path models. A plot takes a result and computes no statistics."""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.path_layout import PathLayout, path_layout
from brandkit.satisfaction.path_names import Names, block_name
from brandkit.satisfaction.paths import PathModel
from brandkit.viz.names import label_lines
from brandkit.viz.palette import PALETTE
from brandkit.viz.renderer import POINTS_AN_INCH, slim_canvas
from brandkit.viz.theme import TEXT_SIZE, WIDTH, new_axes, theme

#: Half ems in a line of a box.
_LINE: Final = 16
_LEADING: Final = 1.1
#: Height of a line of text by its size.
_LINE_FACTOR: Final = 1.17
#: What a box is wider and higher than its text, in points.
_AROUND: Final = (16.0, 12.0)
_HEAD: Final = (9.0, 3.6)
"""Length and half width of an arrow's head, in points."""


def plot_path_model(
    result: PathModel, *, ax: Axes | None = None, names: Names | None = None
) -> Axes:
    r"""Draw blocks as boxes and paths as arrows, with their doubt.

    An arrow is the wider the larger its coefficient. It is drawn through where the interval leaves
    out 0, and dashed where it does not; the interval stands beneath the coefficient. A box tells
    what share of its differences the arrows that lead to it explain.

    Parameters
    ----------
    result : PathModel
    ax : Axes, optional
        Where to draw; new axes of the right height where not given.
    names : mapping, optional
        What readers call the blocks; else by their usual codes.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.satisfaction.paths import path_model
    >>> answers = pd.DataFrame({"q": [8, 5, 9, 4, 7, 6], "s": [7, 5, 9, 5, 8, 4]})
    >>> model = path_model(answers, blocks={"QUAL": ["q"], "SAT": ["s"]},
    ...                    paths=[("QUAL", "SAT")], draws=50)
    >>> [text.get_text() for text in plot_path_model(model).texts][:1]
    ['Perceived\nquality']
    """
    titles = label_lines([translate(block_name(name, names)) for name in result.design.blocks],
                         line=_LINE)  # fmt: skip
    is_led_to = np.asarray(result.design.inner.any(axis=1))
    told = [
        translate(Message("{share:percent} explained", {"share": share})) if led else ""
        for share, led in zip(result.blocks["r2"], is_led_to, strict=True)
    ]
    texts = [
        f"{title}\n{said}" if said else title for title, said in zip(titles, told, strict=True)
    ]
    labels = _path_labels(result)
    width = WIDTH * POINTS_AN_INCH - 8
    layout = path_layout(
        _text_sizes(texts) + _AROUND,
        paths=result.design.paths,
        label_sizes=_text_sizes(labels),
        width=width,
    )
    if ax is None:
        ax = new_axes(WIDTH, (layout.size[1] + 8) / POINTS_AN_INCH)
    with theme():
        ax.set(xlim=(0, layout.size[0]), ylim=(0, layout.size[1]), xticks=[], yticks=[])
        ax.set_aspect("equal", adjustable="box")
        for spine in ax.spines.values():
            spine.set_visible(False)
        _draw_boxes(ax, layout, titles, told)
        for at in np.argsort(np.abs(result.paths["estimate"].to_numpy()), kind="stable").tolist():
            _draw_path(ax, layout.routes[at], **_look(result, at))
        for at, label in enumerate(labels):
            _write_label(ax, layout.labels[at], label, is_sure=_is_sure(result, at))
    return ax


def _path_labels(result: PathModel) -> list[str]:
    rows = result.paths[["estimate", "ci_low", "ci_high"]].itertuples(index=False)
    return [
        f"{formatted(estimate, 'decimal2')}\n"
        + translate(Message("{low:decimal2} to {high:decimal2}", {"low": low, "high": high}))
        for estimate, low, high in rows
    ]


def _text_sizes(texts: list[str]) -> Floats:
    """Measure texts as they will be drawn, in points, shape (n, 2)."""
    ax = new_axes()
    with theme(), slim_canvas(cast(Figure, ax.figure)) as canvas:
        renderer = canvas.get_renderer()
        boxes = [
            ax.text(0, 0, text, linespacing=_LEADING).get_window_extent(renderer) for text in texts
        ]
    return np.array([(box.width, box.height) for box in boxes]).reshape(-1, 2)


def _is_sure(result: PathModel, at: int) -> bool:
    return bool(result.paths["ci_low"][at] > 0 or result.paths["ci_high"][at] < 0)


def _look(result: PathModel, at: int) -> dict[str, Any]:
    size = min(abs(float(result.paths["estimate"][at])), 1.0)
    if _is_sure(result, at):
        return {"width": 1.0 + 4.0 * size, "linestyle": "-", "color": PALETTE["ink"]}
    return {"width": 1.2, "linestyle": (0, (4, 3)), "color": PALETTE["soft"]}


def _draw_boxes(ax: Axes, layout: PathLayout, titles: list[str], told: list[str]) -> None:
    for box, title, said in zip(layout.boxes, titles, told, strict=True):
        left, bottom, right, top = box.tolist()
        ax.add_patch(
            FancyBboxPatch(
                (left, bottom), right - left, top - bottom, boxstyle="round,pad=0,rounding_size=5",
                facecolor=PALETTE["wash"], edgecolor=PALETTE["soft"], linewidth=1.0, zorder=3,
            )
        )  # fmt: skip
        middle, up = (left + right) / 2, (bottom + top) / 2
        lines = title.count("\n") + 1
        drop = TEXT_SIZE * _LEADING * _LINE_FACTOR / 2 if said else 0.0
        ax.text(middle, up + drop, title, ha="center", va="center", linespacing=_LEADING,
                color=PALETTE["ink"], zorder=4)  # fmt: skip
        if said:
            ax.text(middle, up - drop * lines, said, ha="center", va="center",
                    color=PALETTE["soft"], zorder=4)  # fmt: skip


def _draw_path(ax: Axes, route: Floats, *, width: float, linestyle: Any, color: str) -> None:
    """Draw a line up to its head, and the head."""
    tip = route[-1]
    before = route[np.hypot(*(route - tip).T) >= _HEAD[0]][-1]
    along = (tip - before) / np.hypot(*(tip - before))
    base = tip - along * _HEAD[0]
    side = np.array([-along[1], along[0]]) * (_HEAD[1] + width / 2)
    line = np.vstack([route[np.hypot(*(route - tip).T) > _HEAD[0]], base + 2 * along])
    ax.add_patch(PathPatch(Path(line), fill=False, edgecolor=color, linewidth=width,
                           linestyle=linestyle, joinstyle="round", zorder=2))  # fmt: skip
    ax.add_patch(Polygon([tip, base + side, base - side], closed=True, facecolor=color,
                         edgecolor="none", linewidth=0, zorder=2))  # fmt: skip


def _write_label(ax: Axes, at: Floats, label: str, *, is_sure: bool) -> None:
    ax.text(
        float(at[0]), float(at[1]), label, ha="center", va="center", linespacing=_LEADING, zorder=5,
        color=PALETTE["ink"] if is_sure else PALETTE["soft"],
        bbox={"boxstyle": "square,pad=0.1", "facecolor": PALETTE["paper"], "edgecolor": "none"},
    )  # fmt: skip
