"""Drawings of free ground on a map: the surface of room, the brands' hull, the spots."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.positioning.maps.story import scaling_words
from brandkit.positioning.options.opportunities import Opportunities
from brandkit.positioning.options.repositioning import UNNAMED, Repositioning
from brandkit.positioning.options.story import axis_words, move_words
from brandkit.viz.maps import (
    MOST_ATTRIBUTES,
    MapSide,
    check_focus,
    draw_map_frame,
    draw_points,
    draw_rays,
    label_map,
    map_axes,
    map_side,
    map_window,
    write_above,
)
from brandkit.viz.palette import PALETTE
from brandkit.viz.regions import draw_regions, name_points, region_edges, region_room
from brandkit.viz.renderer import HALO
from brandkit.viz.theme import strength_colours, theme

LINES = (0.75,)
"""Parts of the way from the least to the most room along which lines are drawn."""
HATCH = 3
"""Cells between the lines of the hatching."""
_SPOT_SIZE = 190


def plot_opportunities(
    result: Opportunities, *, ax: Axes | None = None, focus: str | None = None
) -> Axes:
    """Draw where there is room, one unit as long across as upward.

    The darker a place, the more room; lines join places of equal room. The dashed line goes round
    the brands: beyond it the ground is hatched, for there the map is extrapolated. Spots are
    numbered rings, the freest 1. The attributes that would mark a bank there are small squares.

    Parameters
    ----------
    result : Opportunities
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The brand to mark; the one that looks for room where not given.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        Where the focus is no brand of the map.

    Examples
    --------
    >>> from brandkit.positioning.examples import small_image
    >>> from brandkit.positioning.options.opportunities import opportunities
    >>> from brandkit.positioning.image.stability import map_stability
    >>> rows = small_image(brands=4)
    >>> stability = map_stability(rows, brand="brand", respondent="respondent", draws=100,
    ...                           attributes=["fair", "modern", "near"])
    >>> ax = plot_opportunities(opportunities(stability, most=1))
    >>> ax.get_aspect(), ax.texts[0].get_text()
    (1.0, '1')
    """
    brands = result.places[result.places["side"] == "row"]
    focus = result.brand if focus is None else focus
    check_focus(focus, brands["label"])
    across, upward, room, beyond = _grid(result)
    half = result.cell_width / 2
    spots = result.spots[["across", "upward"]].to_numpy(dtype=float)
    side, attributes = _sides(result, brands, focus=focus)
    edge = np.array([[across[0] - half, upward[0] - half], [across[-1] + half, upward[-1] + half]])
    window = map_window(np.vstack([edge, side.places, spots]))
    ax = map_axes(window) if ax is None else ax
    with theme():
        said = [translate(one) for one in axis_words(result.map)]
        draw_map_frame(ax, window, across=said[0], upward=said[1])
        write_above(ax, translate(scaling_words(result.map)))
        ax.imshow(
            room, origin="lower", cmap=strength_colours(strongest=0.5), interpolation="none",
            extent=(edge[0, 0], edge[1, 0], edge[0, 1], edge[1, 1]), zorder=-1,
        )  # fmt: skip
        _draw_ground(ax, result, (across, upward), room=room, beyond=beyond)
        draw_points(ax, attributes, marker="s")
        draw_points(ax, side, focus=focus)
        _draw_spots(ax, spots)
        label_map(ax, side, attributes, focus=focus, avoid=_ring(spots, ax))
    return ax


def _grid(result: Opportunities) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Give the grid's lines, its room (missing off the ground), and where it is extrapolated."""
    surface, step = result.surface, result.cell_width
    start = surface[["across", "upward"]].min().to_numpy()
    column, row = (
        np.rint((surface[name].to_numpy() - start[at]) / step).astype(int)
        for at, name in enumerate(("across", "upward"))
    )
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    room, beyond = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    room[row, column] = surface["room"].to_numpy(dtype=float)
    beyond[row, column] = surface["zone"].eq("extrapolated").to_numpy()
    return (
        start[0] + step * np.arange(shape[1]),
        start[1] + step * np.arange(shape[0]),
        room,
        beyond,
    )


def _sides(
    result: Opportunities, brands: pd.DataFrame, *, focus: str | None
) -> tuple[MapSide, MapSide]:
    """Give brands and attributes to draw; attributes are drawn within the ground's reach."""
    places = brands[["across", "upward"]].to_numpy(dtype=float)
    side = map_side(
        brands["label"].tolist(), places=places, telling=np.hypot(*places.T), always=focus
    )
    others = result.places[result.places["side"] == "column"]
    named = {name for spot in result.spots["spot"] for name in result.marks_of(int(spot))}
    others = others[others["label"].isin(named)] if named else others
    there = others[["across", "upward"]].to_numpy(dtype=float)
    # attributes show directions: all are drawn nearer where some would leave the ground
    size = np.hypot(*there.T)
    largest = float(np.hypot(result.surface["across"], result.surface["upward"]).max())
    factor = min(1.0, largest / max(float(size.max()), 1e-12))
    attributes = map_side(
        others["label"].tolist(), places=there * factor, telling=size, most=MOST_ATTRIBUTES
    )
    return side, attributes


def _draw_ground(
    ax: Axes,
    result: Opportunities,
    lines: tuple[Floats, Floats],
    *,
    room: Floats,
    beyond: NDArray[np.bool_],
) -> None:
    """Draw lines of equal room, hatch the ground beyond the brands, and go round them."""
    low, high = np.nanmin(room), np.nanmax(room)
    across, upward = lines
    if min(room.shape) > 1 and high > low:
        ax.contour(
            across, upward, room, levels=[low + part * (high - low) for part in LINES],
            colors=[PALETTE["soft"]], linewidths=0.8, linestyles="solid", zorder=1,
        )  # fmt: skip
    strokes = _strokes(across, upward, beyond)
    ax.plot(strokes[:, 0], strokes[:, 1], color=PALETTE["soft"], linewidth=0.5, linestyle="-",
            marker="", zorder=0.5)  # fmt: skip
    corners = result.hull[["across", "upward"]].to_numpy(dtype=float)
    round_trip = np.vstack([corners, corners[:1]])
    ax.plot(round_trip[:, 0], round_trip[:, 1], color=PALETTE["ink"], linewidth=1.2,
            linestyle="--", marker="", zorder=2)  # fmt: skip


def _strokes(across: Floats, upward: Floats, beyond: NDArray[np.bool_]) -> Floats:
    """Give slanted lines over cells, with gaps between them, n x 2."""
    half = (across[1] - across[0]) / 2 if len(across) > 1 else 0.0
    rows, columns = beyond.shape
    lines = [np.full((1, 2), np.nan)]
    for start in range(-rows, columns, HATCH):
        row = np.arange(max(0, -start), min(rows, columns - start))
        inside = np.append(beyond[row, row + start], False)
        turns = np.flatnonzero(np.diff(inside.astype(int), prepend=0))
        for first, after in zip(turns[::2], turns[1::2], strict=True):
            low, high = row[first], row[after - 1]
            foot = (across[low + start] - half, upward[low] - half)
            top = (across[high + start] + half, upward[high] + half)
            lines.append(np.array([foot, top, (np.nan, np.nan)]))
    return np.vstack(lines)


def _draw_spots(ax: Axes, spots: Floats) -> None:
    ax.scatter(spots[:, 0], spots[:, 1], s=_SPOT_SIZE, marker="o", c=PALETTE["paper"],
               edgecolors=PALETTE["ink"], linewidths=2.0, zorder=5)  # fmt: skip
    for number, place in enumerate(spots, start=1):
        ax.text(place[0], place[1], str(number), ha="center", va="center", color=PALETTE["ink"],
                fontweight="bold", gid=HALO, zorder=6)  # fmt: skip


def _ring(spots: Floats, ax: Axes) -> Floats:
    """Give points on the rings around the spots, which no name may cover."""
    box = ax.get_window_extent()
    radius = 8 * np.ptp(ax.get_xlim()) / max(box.width, 1.0)
    turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    ring = radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return np.asarray((spots[:, None] + ring).reshape(-1, 2))


SHORTEST = 0.02
"""Part of the map's width under which a move is too short for an arrow."""


def plot_repositioning(result: Repositioning, *, ax: Axes | None = None) -> Axes:
    """Draw a brand's what-ifs as arrows, one unit as long across as upward.

    The brand is a filled diamond, its places after each what-if hollow ones with their regions;
    its rivals are circles. Lines from the middle are the attributes that a what-if changes.

    Parameters
    ----------
    result : Repositioning
    ax : Axes, optional
        Where to draw; new axes where not given.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from brandkit.positioning.examples import small_image
    >>> from brandkit.positioning.options.repositioning import repositioning
    >>> from brandkit.positioning.image.stability import map_stability
    >>> stability = map_stability(small_image(), brand="brand", respondent="respondent", draws=100,
    ...                           attributes=["fair", "modern", "near"])
    >>> ax = plot_repositioning(repositioning(stability, brand="Civic", changes={"modern": 0.2}))
    >>> len(ax.patches)
    2
    """
    brands = result.places[result.places["side"] == "row"]
    places = brands[["across", "upward"]].to_numpy(dtype=float)
    side = map_side(
        brands["label"].tolist(), places=places, telling=np.hypot(*places.T), always=result.brand
    )
    changed = result.places[
        (result.places["side"] == "column")
        & result.places["label"].isin(result.changes["attribute"])
    ]
    there = changed[["across", "upward"]].to_numpy(dtype=float).reshape(-1, 2)
    rays = map_side(changed["label"].tolist(), places=there, telling=np.ones(len(there)))
    moves = result.moves
    ends = moves[["new_across", "new_upward"]].to_numpy(dtype=float)
    own = brands[brands["label"] == result.brand].iloc[0]
    radii = np.vstack([
        own[["radius_long", "radius_short"]].to_numpy(dtype=float),
        moves[["radius_long", "radius_short"]].to_numpy(dtype=float),
    ])  # fmt: skip
    angles = np.append(float(own["angle"]), moves["angle"].to_numpy(dtype=float))
    start = own[["across", "upward"]].to_numpy(dtype=float)
    middles = np.vstack([start, ends])
    edges = region_edges(middles, radii, angles)
    window = map_window(np.vstack([places, ends, rays.places, region_room(places, edges)]))
    ax = map_axes(window) if ax is None else ax
    with theme():
        said = [translate(one) for one in axis_words(result.map)]
        draw_map_frame(ax, window, across=said[0], upward=said[1])
        write_above(ax, translate(scaling_words(result.map)))
        draw_rays(ax, rays)
        draw_regions(ax, middles, radii, angles, focus=[True] + [False] * len(ends))
        draw_points(ax, side, focus=result.brand)
        arrows = _draw_arrows(ax, start, ends)
        ax.scatter(ends[:, 0], ends[:, 1], s=60, marker="D", c=PALETTE["paper"],
                   edgecolors=PALETTE["accent"], linewidths=1.8, zorder=4)  # fmt: skip
        lines = [edges, arrows, np.stack([np.zeros_like(rays.places), rays.places], axis=1)]
        name_points(ax, _with_ends(side, result, ends), rays, focus=result.brand,
                    lines=np.concatenate(lines))  # fmt: skip
    return ax


def _draw_arrows(ax: Axes, start: Floats, ends: Floats) -> Floats:
    """Draw an arrow to each new place that is far enough; give them as lines, (n, 2, 2)."""
    shortest = SHORTEST * float(np.ptp(ax.get_xlim()))
    for end in ends:
        if np.linalg.norm(end - start) < shortest:
            continue
        ax.annotate(
            "", xy=tuple(end), xytext=tuple(start), zorder=3.5,
            arrowprops={"arrowstyle": "-|>", "color": PALETTE["accent"], "linewidth": 1.6,
                        "shrinkA": 4.0, "shrinkB": 5.0},
        )  # fmt: skip
    return np.stack([np.broadcast_to(start, ends.shape), ends], axis=1)


def _with_ends(side: MapSide, result: Repositioning, ends: Floats) -> MapSide:
    """Put the new places among the brands to be named, right after the brand itself."""
    names = [
        translate(Message("{brand}, then", {"brand": result.brand}))
        if move == UNNAMED
        else translate(move_words(move))
        for move in result.moves["move"].astype(str)
    ]
    return MapSide(
        labels=[*side.labels, *names],
        places=np.vstack([side.places, ends]),
        active=np.append(side.active, np.ones(len(names), dtype=bool)),
        telling=np.append(side.telling, np.full(len(names), 1e9)),
    )
