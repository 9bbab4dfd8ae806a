"""Figures of free ground on a map, and of what-ifs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.linalg import Flags, Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.positioning.maps.plot import map_canvas
from brandkit.positioning.options.opportunities import Opportunities
from brandkit.positioning.options.repositioning import UNNAMED, Repositioning
from brandkit.positioning.options.story import move_words
from brandkit.viz import maps
from brandkit.viz.maps import MapSide, Regions, draw_points
from brandkit.viz.marks import Dots, add_key, area, dot_rows, point, stroke, write_column
from brandkit.viz.palette import PALETTE
from brandkit.viz.svg import HALO
from brandkit.viz.theme import strength_colours, theme

#: Part of the way from the least to the most room along which a line is drawn.
LINE = 0.75
#: Cells between the lines of the hatching.
HATCH = 3
#: Part of the map's width under which a move is too short for an arrow.
SHORTEST = 0.02


def opportunities(result: Opportunities, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw where there is room: the darker a place, the more; spots are numbered rings.

    The dashed line goes round the brands: beyond it the ground is hatched, for there the map is
    extrapolated. The attributes that would mark a bank at a spot are small squares. The focus is
    who looks for room where not given.
    """
    places = result.places.set_index("side")
    brand, _ = known_focus(focus, places.loc[["row"], "label"])
    brand = result.brand if brand is None else brand
    brands = _side(places.loc[["row"]], most=maps.MOST_BRANDS, always=brand)
    attributes = _marks(result, places.loc[["column"]])
    across, upward, room, beyond = _grid(result)
    half, spots = result.cell_width / 2, result.spots[["across", "upward"]].to_numpy(dtype=float)
    low, high = np.array([across[0], upward[0]]) - half, np.array([across[-1], upward[-1]]) + half
    window = maps.map_window(np.vstack([low, high, brands.places, spots]))
    ax = map_canvas(result.map, ax=ax, window=window)
    with theme():
        ax.imshow(
            room,
            origin="lower",
            cmap=strength_colours(strongest=0.5),
            interpolation="none",
            extent=(low[0], high[0], low[1], high[1]),
            zorder=-1,
        )
        level = np.nanmin(room) + LINE * (np.nanmax(room) - np.nanmin(room))
        thin: dict[str, Any] = {
            "colors": [PALETTE["soft"]],
            "linewidths": 0.8,
            "linestyles": "solid",
        }
        if min(room.shape) > 1 and level < np.nanmax(room):
            ax.contour(across, upward, room, levels=[level], zorder=1, **thin)
        hull = result.hull[["across", "upward"]].to_numpy(dtype=float)
        hatching, around = _strokes(across, upward, beyond), np.vstack([hull, hull[:1]])
        ax.plot(*hatching.T, "-", color=PALETTE["soft"], linewidth=0.5, marker="", zorder=0.5)
        ax.plot(*around.T, "--", color=PALETTE["ink"], linewidth=1.2, marker="", zorder=2)
        draw_points(ax, attributes, marker="s")
        draw_points(ax, brands, focus=brand)
        add_key(
            ax,
            (Message("a bank"), point()),
            (Message("a spot with room"), point(hollow=True, size=10)),
            (Message("what would mark it"), point("s", "soft", size=5)),
            (Message("around the banks"), stroke(width=1.2, style="--")),
            (Message("room: the darker, the more"), area("second", alpha=0.4)),
        )
        rings = _numbered_rings(ax, spots)
        maps.label_map(ax, brands, attributes, focus=brand, avoid=rings)
    return ax


def _numbered_rings(ax: Axes, spots: Floats) -> Floats:
    """Draw spots as numbered rings; give the ground that no name may cover."""
    ax.scatter(
        spots[:, 0],
        spots[:, 1],
        s=330,
        marker="o",
        c=PALETTE["paper"],
        edgecolors=PALETTE["ink"],
        linewidths=2.0,
        zorder=5,
    )
    bold: dict[str, Any] = {"color": PALETTE["ink"], "fontweight": "bold", "gid": HALO, "zorder": 6}
    for number, place in enumerate(spots, start=1):
        ax.text(place[0], place[1], str(number), ha="center", va="center", **bold)
    radius = 11 * np.ptp(ax.get_xlim()) / max(ax.get_window_extent().width, 1.0)
    turn = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    around = radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return np.asarray(spots[:, None] + around).reshape(-1, 2)


def _side(frame: pd.DataFrame, *, most: int, always: str | None = None) -> MapSide:
    places = frame[["across", "upward"]].to_numpy(dtype=float)
    names, telling = frame["label"].tolist(), np.hypot(*places.T)
    return maps.map_side(names, places=places, telling=telling, most=most, always=always)


def _marks(result: Opportunities, attributes: pd.DataFrame) -> MapSide:
    """Give the attributes that mark a spot, all nearer where some would leave the ground."""
    named = {name for spot in result.spots["spot"] for name in result.marks_of(int(spot))}
    attributes = attributes[attributes["label"].isin(named)] if named else attributes
    size = np.hypot(attributes["across"], attributes["upward"]).max()
    reach = np.hypot(result.surface["across"], result.surface["upward"]).max()
    side = _side(attributes, most=maps.MOST_ATTRIBUTES)
    return side.times(min(1.0, float(reach) / max(float(size), 1e-12)))


def _grid(result: Opportunities) -> tuple[Floats, Floats, Floats, Flags]:
    """Give the grid's lines, its room (missing off the ground), and where it is extrapolated."""
    surface, step = result.surface, result.cell_width
    start = surface[["across", "upward"]].min().to_numpy()
    at = np.rint((surface[["across", "upward"]].to_numpy() - start) / step).astype(int)
    column, row = at.T
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    room, beyond = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    room[row, column] = surface["room"].to_numpy(dtype=float)
    beyond[row, column] = surface["zone"].eq("extrapolated").to_numpy()
    across, upward = (start[side] + step * np.arange(shape[1 - side]) for side in (0, 1))
    return across, upward, room, beyond


def _strokes(across: Floats, upward: Floats, beyond: Flags) -> Floats:
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


def repositioning_gain(
    result: Repositioning,
    *,
    ax: Axes | None = None,
    focus: object = None,  # noqa: ARG001
) -> Axes:
    """Draw what each what-if gains: from today (hollow) to then, with its interval.

    The gain is the share of choices where it is known, else the distance to the nearest rival.
    """
    moves = result.moves
    names = [translate(move_words(str(move))) for move in moves["move"]]
    is_choice = bool(moves["choice_change"].notna().any())
    start, end = np.zeros(len(moves)), 100 * moves["choice_change"].to_numpy(dtype=float)
    low, high = (100 * moves[name].to_numpy(dtype=float) for name in ("ci_low", "ci_high"))
    label = Message("Points of the share of choices, from today to then")
    if not is_choice:
        start, end = (moves[f"distance_{when}"].to_numpy(dtype=float) for when in ("now", "then"))
        low = high = end
        label = Message("Distance to the nearest rival on the map, from today to then")
    values = [formatted(value, "signed" if is_choice else "decimal2") for value in end]
    spans = [
        f"{formatted(a, 'signed')}–{formatted(b, 'signed')}".replace("–+", "–")
        for a, b in zip(low, high, strict=True)
    ]
    columns: dict[str | Message, list[str]] = {
        Message("gain") if is_choice else Message("then"): values
    }
    ax = dot_rows(
        names,
        Dots(end, low, high, hollow=(low <= 0) & is_choice),
        label=label,
        kind="signed" if is_choice else "decimal1",
        columns=columns,
        ax=ax,
        reference=0.0 if is_choice else None,
        says={"dot": Message("then"), "hollow": Message("could be none")},
    )
    arrow = {
        "arrowstyle": "->",
        "color": PALETTE["accent"],
        "linewidth": 1.6,
        "shrinkA": 4.0,
        "shrinkB": 6.0,
    }
    with theme():
        if is_choice:
            write_column(ax, spans, column=1, head=translate(Message("interval")), align="left")
        rows = np.arange(len(moves), dtype=float)
        ax.scatter(
            start,
            rows,
            s=50,
            c=PALETTE["paper"],
            edgecolors=PALETTE["accent"],
            linewidths=1.6,
            zorder=4,
        )
        add_key(ax, (Message("today"), point(colour="accent", hollow=True)))
        for row, a, b in zip(rows, start, end, strict=True):
            if np.isfinite(b) and a != b:
                ax.annotate("", (b, row), (a, row), arrowprops=arrow, zorder=3.5)
    return ax


def repositioning(
    result: Repositioning,
    *,
    ax: Axes | None = None,
    focus: object = None,  # noqa: ARG001
) -> Axes:
    """Draw a brand's what-ifs as arrows from its diamond to hollow ones with their regions.

    Lines from the middle are the attributes that a what-if changes. The brand is the focus,
    whatever is asked.
    """
    places = result.places.set_index("side")
    brands = _side(places.loc[["row"]], most=maps.MOST_BRANDS, always=result.brand)
    changed = places.loc[["column"]]
    changed = changed[changed["label"].isin(result.changes["attribute"])]
    rays = _side(changed, most=maps.MOST_BRANDS)
    own = places.loc[["row"]].query("label == @result.brand")
    start = own[["across", "upward"]].to_numpy(dtype=float)
    ends = result.moves[["new_across", "new_upward"]].to_numpy(dtype=float)
    regions = Regions.of(pd.concat([own, result.moves]), np.vstack([start, ends]))
    points = np.vstack([brands.places, ends, rays.places, regions.room(brands.places)])
    ax = map_canvas(result.map, ax=ax, window=maps.map_window(points))
    # new places are named right after the brand itself
    own_name = Message("{brand}, then", {"brand": result.brand})
    moves = result.moves["move"].astype(str)
    names = [translate(own_name if move == UNNAMED else move_words(move)) for move in moves]
    with_ends = MapSide(
        [*brands.labels, *names],
        np.vstack([brands.places, ends]),
        active=np.ones(len(brands.labels) + len(names), dtype=bool),
        telling=np.append(brands.telling, np.full(len(names), 1e9)),
    )
    arrow = {
        "arrowstyle": "-|>",
        "color": PALETTE["accent"],
        "linewidth": 1.6,
        "shrinkA": 4.0,
        "shrinkB": 5.0,
    }
    with theme():
        maps.draw_rays(ax, rays)
        regions.draw(ax, focus=[True] + [False] * len(ends))
        add_key(
            ax,
            (result.brand, point("D", "accent")),
            (Message("its place then"), point("D", "accent", hollow=True)),
        )
        draw_points(ax, brands, focus=result.brand)
        for end in ends:
            if np.linalg.norm(end - start[0]) >= SHORTEST * np.ptp(ax.get_xlim()):
                ax.annotate("", xy=tuple(end), xytext=tuple(start[0]), zorder=3.5, arrowprops=arrow)
        ax.scatter(
            ends[:, 0],
            ends[:, 1],
            s=60,
            marker="D",
            c=PALETTE["paper"],
            zorder=4,
            edgecolors=PALETTE["accent"],
            linewidths=1.8,
        )
        arrows = np.stack([np.broadcast_to(start, ends.shape), ends], axis=1)
        maps.label_map(
            ax,
            with_ends,
            rays,
            focus=result.brand,
            rays=rays,
            lines=np.concatenate([regions.edges(), arrows]),
        )
    return ax
