"""Figures of the maps: what is seen is what the result says."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.errors import check_whole_number
from brandkit.core.labels import known_focus
from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.positioning.maps.components import ComponentMap
from brandkit.positioning.maps.correspondence import CorrespondenceMap, StackedTables, TableMap
from brandkit.positioning.maps.distances import DistanceMap
from brandkit.positioning.maps.preferences import AnyMap, PreferenceMap
from brandkit.positioning.maps.story import on_few_mentions
from brandkit.viz import maps
from brandkit.viz.maps import MapSide, draw_points, map_side
from brandkit.viz.marks import Dots, dot_rows
from brandkit.viz.palette import PALETTE
from brandkit.viz.svg import HALO
from brandkit.viz.theme import strength_colours, theme

LINE_STEPS = (0.02, 0.05, 0.1, 0.2)
"""Shares between two lines of a surface: the first that needs no more than six lines."""
MOST_LINES = 6
THINNED = 2
"""Of a surface's grid, every second line is enough to draw smooth lines."""
ISLAND = 12
"""Corners below which a closed line is an accident of counting and is not drawn."""

POORLY_SHOWN = 1.5
"""Times the stress of the map from which a point is drawn as badly shown."""
EXACT = 1e-6
"""Stress under which every point is shown as it is."""


def correspondence_map(
    result: CorrespondenceMap | ComponentMap,
    *,
    ax: Axes | None = None,
    focus: object = None,
    axes: tuple[int, int] = (1, 2),
) -> Axes:
    """Draw brands as circles and attributes as lines to be read along, or as small squares.

    The focus is a larger diamond, supplementary points are hollow. Beyond 30 brands (15
    attributes) those that make most of the plane are drawn, and the focus. One unit is as long
    across as upward; a map of one axis is drawn along a line.
    """
    bank, _ = known_focus(focus, result.rows["label"])
    few = on_few_mentions(result)
    rows = maps.side_of(result.rows, most=maps.MOST_BRANDS, always=bank, axes=axes, few=few)
    window, columns, rays = attribute_side(result, rows.places, axes)
    if rays is None and "columns_on_rows" in result.readings:
        rows = rays = rows.times(result.arrow_factor)
        window = maps.map_window(np.vstack([rows.places, columns.places]))
    ax = map_canvas(result, ax=ax, window=window, axes=axes)
    with theme():
        for side, marker in ((rows, "o"), (columns, "s")):
            draw_side(ax, side, rays, marker=marker, focus=bank if side is rows else None)
        maps.label_map(ax, rows, columns, focus=bank, rays=rays)
    return ax


component_map = correspondence_map


def distance_map(
    result: DistanceMap,
    *,
    ax: Axes | None = None,
    focus: object = None,
    axes: tuple[int, int] = (1, 2),
) -> Axes:
    """Draw points, hollow where their stress is above one and a half times that of the map.

    Beyond 30 points those furthest out are drawn, and the focus.
    """
    points = result.points.assign(contribution=0.0, supplementary=False)
    first = points[points["axis"] == 1]
    bank, _ = known_focus(focus, first["label"])
    places = maps.side_of(points, most=len(first), axes=axes).places
    side = map_side(
        first["label"].tolist(),
        places=places,
        telling=np.hypot(*places.T),
        active=(first["stress"] <= POORLY_SHOWN * result.stress) | (result.stress < EXACT),
        always=bank,
    )
    ax = map_canvas(result, ax=ax, window=maps.map_window(side.places), axes=axes)
    with theme():
        draw_points(ax, side, focus=bank)
        maps.label_map(ax, side, focus=bank)
    return ax


def stacked_tables(result: StackedTables, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw the share of all mentions that each wave holds; a focus has no row of its own."""
    del focus
    waves, label = result.waves(), Message("Share of all mentions")
    texts = [formatted(share, "percent") for share in waves["share"]]
    return dot_rows(
        waves["wave"].tolist(), Dots(waves["share"]), label=label, columns={"": texts}, ax=ax
    )


def preference_map(result: PreferenceMap, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw the share of respondents who would like each place, as a surface with lines.

    The darker a place, the larger the share; lines join places of one share, which stands on
    them. Products are circles, the focus a larger diamond; a star marks the place liked by most.
    Beyond the dashed line lies no product: the surface there is extrapolated.
    """
    known, _ = known_focus(focus, result.products["label"])
    places = result.products[["across", "upward"]].to_numpy(dtype=float)
    names, telling = result.products["label"].tolist(), np.hypot(*(places - places.mean(axis=0)).T)
    side = map_side(names, places=places, telling=telling, always=known)
    across, upward, share, beyond = _grid(result.surface)
    best = result.glance().iloc[0]
    star = np.array([[best["across"], best["upward"]]], dtype=float)
    window = np.array([[across[0], across[-1]], [upward[0], upward[-1]]])
    ax = map_canvas(result, ax=ax, window=window)

    with theme():
        step = (across[1] - across[0]) / 2
        ends = (across[0] - step, across[-1] + step, upward[0] - step, upward[-1] + step)
        ax.imshow(
            share.T,
            origin="lower",
            extent=ends,
            cmap=strength_colours(strongest=0.5),
            vmin=0.0,
            vmax=1.0,
            interpolation="none",
            zorder=-1,
        )
        ax.contour(
            across,
            upward,
            beyond.T,
            levels=[0.5],
            colors=[PALETTE["soft"]],
            linewidths=1.0,
            linestyles="dashed",
            zorder=1,
        )
        lines = _draw_lines(ax, result, keep_clear=np.vstack([side.places, star]))
        draw_points(ax, side, focus=known)
        ax.scatter(
            star[:, 0],
            star[:, 1],
            s=130,
            marker="*",
            c=PALETTE["paper"],
            edgecolors=PALETTE["ink"],
            linewidths=1.2,
            zorder=4,
        )
        maps.label_map(ax, side, focus=known, avoid=star, lines=lines)
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
        ax.text(
            spot[0],
            spot[1],
            formatted(level, "percent"),
            gid=HALO,
            ha="center",
            va="center",
            color=PALETTE["ink"],
            zorder=2,
        )
    return np.concatenate(parts)


def _levels(share: Floats) -> Floats:
    low, high = float(share.min()), float(share.max())
    step = next((one for one in LINE_STEPS if (high - low) / one <= MOST_LINES), LINE_STEPS[-1])
    levels = np.arange(np.ceil(low / step + 1e-9), np.floor(high / step + 1e-9) + 1) * step
    return levels[levels > 0]


# --- what maps share -----------------------------------------------------------------------------


def map_canvas(
    result: AnyMap | PreferenceMap,
    *,
    ax: Axes | None,
    window: Floats,
    axes: tuple[int, int] = (1, 2),
) -> Axes:
    """Draw the cross, and at the ends of each axis its strongest words."""
    kept = int(result.axes["axis"].max()) if isinstance(result, PreferenceMap) else result.n_axes
    for axis in axes if kept > 1 else axes[:1]:
        check_whole_number("axes", axis, low=1, high=kept)
    ax = maps.map_axes(window) if ax is None else ax
    words = getattr(result, "columns", None)
    across, upward = (
        ("", "") if words is None or axis > kept else maps.axis_ends(words, axis) for axis in axes
    )
    with theme():
        maps.draw_map_frame(ax, window, across=across, upward=upward)
    return ax


def attribute_side(
    result: TableMap, inside: Floats, axes: tuple[int, int] = (1, 2)
) -> tuple[Floats, MapSide, MapSide | None]:
    """Give the map's window, its words, and these again where they may be read as rays.

    Words that are rays stand on the rim; ``inside`` is what the window must hold.
    """
    side = maps.side_of(result.columns, most=maps.MOST_ATTRIBUTES, axes=axes)
    if "rows_on_columns" in result.readings:
        window = maps.rim_window(inside)
        side = maps.on_rim(side, window)
        return window, side, side
    if "columns_on_rows" not in result.readings:
        side = side.times(result.arrow_factor)
    return maps.map_window(np.vstack([inside, side.places])), side, None


def draw_side(
    ax: Axes, side: MapSide, rays: MapSide | None, *, marker: str = "s", focus: str | None = None
) -> None:
    """Draw the side of rays as lines from the middle, another as points."""
    if side is rays:
        maps.draw_rays(ax, side)
    else:
        draw_points(ax, side, marker=marker, focus=focus)
