"""Figures of how sure a map is, of brands told apart, of claims and of who moved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message
from brandkit.positioning.image.stability import ClaimCheck, MapStability
from brandkit.positioning.image.waves import WaveMovement
from brandkit.positioning.maps.plot import attribute_side, draw_side, map_canvas
from brandkit.viz import maps
from brandkit.viz.labels import row_names
from brandkit.viz.maps import Regions, draw_points
from brandkit.viz.marks import add_key, area, point, row_lines, written_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

#: Half ems of a name beneath a column.
NAME_LINE = 22
#: Inches of a cell of the matrix of pairs and of a row of claims, and of what stands around.
CELL, CLAIM_ROW, AROUND = 0.32, 0.32, 1.7


def map_stability(result: MapStability, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw the map with a region around each brand; the focus and its region in the accent."""
    brand, _ = known_focus(focus, result.brands)
    brands = maps.side_of(result.map.rows, most=maps.MOST_BRANDS, always=brand)
    regions = Regions.of(result.regions.set_index("label").loc[brands.labels], brands.places)
    inside = np.vstack([brands.places, regions.room()])
    window, attributes, rays = attribute_side(result.map, inside)
    ax = map_canvas(result.map, ax=ax, window=window)
    with theme():
        regions.draw(ax, focus=[name == brand for name in brands.labels])
        add_key(ax, (Message("a bank, in its region of certainty"), point("o")))
        draw_side(ax, attributes, rays)
        draw_points(ax, brands, focus=brand)
        maps.label_map(ax, brands, attributes, focus=brand, rays=rays, lines=regions.edges())
    return ax


def distinct_pairs(result: MapStability, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw which brands are told apart: filled where they are, hollow where they are not.

    Brands stand in the order of the first axis, so that those alike are near the diagonal.
    """
    brand, _ = known_focus(focus, result.brands)
    brands = maps.side_of(result.map.rows, most=maps.MOST_BRANDS, always=brand)
    order = [brands.labels[at] for at in np.argsort(brands.places[:, 0], kind="stable")]
    names = result.pairs[["brand_a", "brand_b"]]
    pairs = result.pairs[names.isin(order).all(axis=1)]
    at = {name: place for place, name in enumerate(order)}
    places = np.sort([pairs["brand_a"].map(at), pairs["brand_b"].map(at)], axis=0)
    apart = pairs["distinct"].to_numpy(dtype=bool)
    height = max(CELL * len(order), 1.6) + 1.4
    ax = new_axes(WIDTH, height, fluid=True) if ax is None else ax
    with theme():
        for which, face, label in (
            (apart, "ink", Message("told apart")),
            (~apart, "paper", Message("not told apart")),
        ):
            ax.scatter(
                places[0, which],
                places[1, which] - 1,
                s=70,
                c=PALETTE[face],
                edgecolors=PALETTE["ink"],
                linewidths=1.4,
                zorder=3,
            )
            if which.any():
                add_key(ax, (label, point(hollow=face == "paper")))
        _name_cells(ax, order[1:], order[:-1], focus=brand)
    return ax


def _name_cells(ax: Axes, rows: Sequence[str], columns: Sequence[str], *, focus: object) -> None:
    """Name rows and columns of a matrix, the focus in the accent."""
    ax.set_xticks(np.arange(len(columns)), row_names(columns, line=NAME_LINE), rotation=90)
    ax.set_yticks(np.arange(len(rows)), written_names(rows), linespacing=1.05)
    ax.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
    labels = (*ax.get_xticklabels(), *ax.get_yticklabels())
    for label, name in zip(labels, (*columns, *rows), strict=True):
        label.set_color(PALETTE["accent" if name == focus else "ink"])
        label.set_fontweight("bold" if name == focus else "normal")
    for spine in ax.spines.values():
        spine.set_visible(False)


def claim_check(result: ClaimCheck, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw every claim: a filled circle where it is supported, a cross where contradicted.

    A small dot says that the answers settle neither, and an empty cell that nobody made the
    claim. Beyond 30 brands those of which most is said are drawn, and the focus.
    """
    brand, _ = known_focus(focus, result.claims["brand"])
    said = (result.claims["claim"] != "not_shown").groupby(result.claims["brand"], sort=False).sum()
    weight = said.to_numpy(dtype=float) + 1e6 * (said.index == brand)
    brands = said.index[np.sort(np.argsort(-weight, kind="stable")[: maps.MOST_BRANDS])].tolist()
    claims = result.claims[result.claims["brand"].isin(brands)]
    attributes = claims["attribute"].unique().tolist()
    across = claims["brand"].map(brands.index).to_numpy()
    down = claims["attribute"].map(attributes.index).to_numpy()
    mine = claims["brand"].to_numpy() == brand
    if ax is None:
        height = max(CLAIM_ROW * len(attributes) * row_lines(attributes) + AROUND, rows_height(4))
        ax = new_axes(WIDTH, height, fluid=True)
    with theme():
        for kind, marker, size, label in (
            ("supported", "o", 70, Message("supported")),
            ("contradicted", "x", 52, Message("contradicted")),
        ):
            said = claims["claim"].to_numpy() == kind
            for is_focus, colour in ((False, "ink"), (True, "accent")):
                which = said & (mine == is_focus)
                ax.scatter(
                    across[which],
                    down[which],
                    s=size,
                    marker=marker,
                    zorder=3,
                    c=PALETTE[colour],
                    linewidths=2.0 if marker == "x" else 0.0,
                )
            if said.any():
                add_key(ax, (label, point(marker)))
        add_key(ax, (Message("empty: not shown"), area("none", "line")))
        _name_cells(ax, attributes, brands, focus=brand)
        for draw, n in ((ax.axhline, len(attributes)), (ax.axvline, len(brands))):
            for at in range(n + 1):
                draw(at - 0.5, color=PALETTE["line"], linewidth=1, zorder=1)
    return ax


def wave_movement(
    result: WaveMovement,
    *,
    ax: Axes | None = None,
    focus: object = None,
    wave_to: str | None = None,
) -> Axes:
    """Draw arrows for who moved on the step to a wave, hollow circles for the others.

    An arrow starts at the brand's place in the earlier wave and ends where it stands once the
    market's shift is taken off; the ellipse around its head is the move's region. Brands whose
    moves are within chance stand, hollow, at their later place.
    """
    step = result.step(wave_to)
    brand, _ = known_focus(focus, step["brand"])
    places = result.places[result.places["wave"] == step["wave_from"].iloc[0]]
    at = places.pivot(index="brand", columns="axis", values="coordinate").loc[step["brand"]]
    start = at.reindex(columns=[1, 2], fill_value=0.0).to_numpy()
    end = start + step[["move_across", "move_upward"]].to_numpy(dtype=float)
    moved, mine = step["moved"].to_numpy(dtype=bool), (step["brand"] == brand).to_numpy()
    brands = maps.map_side(
        step["brand"].tolist(),
        places=end,
        active=moved,
        most=len(step),
        always=brand,
        telling=step["map_distance"].to_numpy(dtype=float) + 10.0 * moved,
    )
    regions = Regions.of(step[moved], end[moved])
    inside = np.vstack([end, start, regions.room(end)])
    window, attributes, rays = attribute_side(result.map, inside)
    ax = map_canvas(result.map, ax=ax, window=window)
    with theme():
        regions.draw(ax, focus=mine[moved])
        draw_side(ax, attributes, rays)
        for one, to, is_focus in zip(start[moved], end[moved], mine[moved], strict=True):
            colour = PALETTE["accent" if is_focus else "ink"]
            ax.scatter(
                one[0],
                one[1],
                s=40,
                marker="o",
                c=PALETTE["paper"],
                edgecolors=colour,
                linewidths=1.2,
                zorder=3,
            )
            arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6}
            ax.annotate(
                "",
                xy=tuple(to),
                xytext=tuple(one),
                zorder=3,
                arrowprops=arrow | {"shrinkA": 3, "shrinkB": 3},
            )
        if moved.any():
            add_key(ax, (Message("moved, from where it was"), point()))
        if not moved.all():
            add_key(ax, (Message("no move beyond chance"), point(hollow=True)))
        draw_points(ax, brands, focus=brand if mine[moved].any() else None)
        still = end[mine & ~moved]
        ax.scatter(
            still[:, 0],
            still[:, 1],
            s=100,
            marker="D",
            c=PALETTE["paper"],
            zorder=4,
            edgecolors=PALETTE["accent"],
            linewidths=1.6,
        )
        lines = np.concatenate([regions.edges(), np.stack([start, end], axis=1)[moved]])
        maps.label_map(
            ax, brands, attributes, focus=brand, rays=rays, lines=lines, avoid=start[moved]
        )
    return ax
