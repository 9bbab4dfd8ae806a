"""Drawing of a preference map. It takes a result and computes no statistics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.positioning.preferences.preferences import PreferenceMap
from brandkit.positioning.preferences.story import surface_words
from brandkit.viz.maps import (
    MOST_BRANDS,
    draw_map_frame,
    draw_points,
    label_map,
    map_axes,
    map_side,
    write_above,
)
from brandkit.viz.palette import PALETTE
from brandkit.viz.svg import HALO
from brandkit.viz.theme import strength_colours, theme

LINE_STEPS = (0.02, 0.05, 0.1, 0.2)
"""Shares between two lines of the surface: the first that needs no more than six lines."""
MOST_LINES = 6
THINNED = 2
"""Of the grid, every second line is enough to draw smooth lines."""

ISLAND = 12
"""Corners below which a closed line is an accident of counting and is not drawn."""


def preference_map(result: PreferenceMap, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw the share of respondents who would like each place, as a surface with lines.

    The darker a place, the larger the share; lines join places of one share, which stands on
    them. Products are circles, the focus a larger diamond; a star marks the place liked by most.
    Beyond the dashed line lies no product: the surface there is extrapolated.
    """
    known, _ = known_focus(focus, result.products["label"])
    places = result.products[["across", "upward"]].to_numpy(dtype=float)
    side = map_side(
        result.products["label"].tolist(),
        places=places,
        telling=np.hypot(*(places - places.mean(axis=0)).T),
        most=MOST_BRANDS,
        always=known,
    )
    across, upward, share, beyond = _grid(result.surface)
    window = np.array([[across[0], across[-1]], [upward[0], upward[-1]]])
    ax = map_axes(window) if ax is None else ax
    best = result.glance().iloc[0]
    star = np.array([[best["across"], best["upward"]]], dtype=float)

    with theme():
        said = [translate(_axis_words(result.axes, axis)) for axis in (1, 2)]
        draw_map_frame(ax, window, across=said[0], upward=said[1])
        write_above(ax, translate(surface_words(result)))
        step = (across[1] - across[0]) / 2
        ends = (across[0] - step, across[-1] + step, upward[0] - step, upward[-1] + step)
        look: dict[str, Any] = {"vmin": 0.0, "vmax": 1.0, "interpolation": "none", "zorder": -1}
        ax.imshow(
            share.T, origin="lower", extent=ends, cmap=strength_colours(strongest=0.5), **look
        )
        edge: dict[str, Any] = {
            "colors": [PALETTE["soft"]],
            "linewidths": 1.0,
            "linestyles": "dashed",
        }
        ax.contour(across, upward, beyond.T, levels=[0.5], zorder=1, **edge)
        lines = _draw_lines(ax, result, keep_clear=np.vstack([side.places, star]))
        draw_points(ax, side, focus=known)
        look = {"c": PALETTE["paper"], "edgecolors": PALETTE["ink"], "linewidths": 1.2}
        ax.scatter(star[:, 0], star[:, 1], 130, marker="*", zorder=4, **look)
        label_map(ax, side, focus=known, avoid=star, lines=lines)
    return ax


def _grid(surface: pd.DataFrame) -> tuple[Floats, Floats, Floats, Floats]:
    """Give the grid's lines across and upward, the shares on it, and where it is extrapolated."""
    across, upward = (np.unique(surface[name].to_numpy()) for name in ("across", "upward"))
    shape = (len(across), len(upward))
    share = surface["share_above"].to_numpy().reshape(shape)
    return across, upward, share, surface["extrapolated"].to_numpy(dtype=float).reshape(shape)


def _draw_lines(ax: Axes, result: PreferenceMap, *, keep_clear: Floats) -> Floats:
    """Draw lines of equal share, each with its share where there is most room; give their parts."""
    across, upward, share, _ = _grid(result.surface)
    across, upward = across[::THINNED], upward[::THINNED]
    share = share[::THINNED, ::THINNED]
    levels = _levels(share)
    # A share of whole persons is reached half a person before it.
    found = ax.contour(across, upward, share.T, levels=levels - 0.5 / result.n)
    found.remove()
    taken = keep_clear
    window = np.array([[across[0], across[-1]], [upward[0], upward[-1]]])
    room = 0.06 * np.ptp(window[0])
    parts = [np.empty((0, 2, 2))]
    for level, all_lines in zip(levels, found.allsegs, strict=True):
        lines = [np.asarray(line) for line in all_lines if len(line) >= ISLAND]
        for line in lines:
            ax.plot(
                *line.T, color=PALETTE["ink"], linewidth=0.8, linestyle="-", marker="", zorder=1
            )
            parts.append(np.stack([line[:-1], line[1:]], axis=1)[::THINNED])
        points = np.vstack([*lines, np.empty((0, 2))])
        is_inside = (points > window[:, 0] + room) & (points < window[:, 1] - room)
        points = points[is_inside.all(axis=1)]
        gap = np.sqrt(((points[:, None] - taken) ** 2).sum(axis=2)).min(axis=1)
        if gap.max(initial=0.0) < room:
            continue
        spot = points[int(gap.argmax())]
        taken = np.vstack([taken, spot])
        look: dict[str, Any] = {
            "ha": "center",
            "va": "center",
            "color": PALETTE["ink"],
            "zorder": 2,
        }
        ax.text(spot[0], spot[1], formatted(level, "percent"), gid=HALO, **look)
    return np.concatenate(parts)


def _levels(share: Floats) -> Floats:
    low, high = float(share.min()), float(share.max())
    step = next((one for one in LINE_STEPS if (high - low) / one <= MOST_LINES), LINE_STEPS[-1])
    levels = np.arange(np.ceil(low / step + 1e-9), np.floor(high / step + 1e-9) + 1) * step
    return levels[levels > 0]


def _axis_words(axes: pd.DataFrame, axis: int) -> Message:
    share = axes.set_index("axis")["share"].loc[axis]
    return Message(
        "Axis {axis:count}: {share:percent} of the differences", {"axis": axis, "share": share}
    )
