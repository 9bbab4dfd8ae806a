"""Drawings of what-ifs: from where a brand stands to where it would stand."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.positioning.repositioning import UNNAMED, Repositioning
from brandkit.positioning.wording import scaling_words
from brandkit.positioning.wording_opportunities import axis_words
from brandkit.positioning.wording_repositioning import move_words
from brandkit.viz.maps import (
    MapSide,
    draw_map_frame,
    draw_points,
    draw_rays,
    map_axes,
    map_side,
    map_window,
    write_above,
)
from brandkit.viz.palette import PALETTE
from brandkit.viz.regions import draw_regions, name_points, region_edges, region_room
from brandkit.viz.theme import theme

Floats = NDArray[np.float64]

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
    >>> from brandkit.positioning.repositioning import repositioning
    >>> from brandkit.positioning.stability import map_stability
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
