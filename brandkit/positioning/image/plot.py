"""Figures of how sure a map is, of brands told apart, and of claims."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.positioning.image.claims import ClaimCheck
from brandkit.positioning.image.stability import MapStability
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.maps.story import scaling_words
from brandkit.viz import maps
from brandkit.viz.labels import row_names
from brandkit.viz.maps import MapSide, Regions, draw_points
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

#: Half ems of a name above a column, and beside a row.
NAME_LINE, ROW_LINE = 24, 30
#: Inches of a cell of the matrix of pairs and of a row of claims, and of what stands around.
CELL, CLAIM_ROW, AROUND = 0.34, 0.29, 1.9


def map_stability(result: MapStability, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw the map with a region around each brand; the focus and its region in the accent."""
    brand, _ = known_focus(focus, result.brands)
    brands = maps.side_of(result.map.rows, most=maps.MOST_BRANDS, always=brand)
    attributes, rays = attribute_side(result.map)
    regions = Regions.of(result.regions.set_index("label").loc[brands.labels], brands.places)
    points = np.vstack([brands.places, attributes.places, regions.room()])
    ax = map_canvas(result.map, ax=ax, points=points)
    with theme():
        regions.draw(ax, focus=[name == brand for name in brands.labels])
        draw_attributes(ax, attributes, rays)
        draw_points(ax, brands, focus=brand)
        maps.label_map(ax, brands, attributes, focus=brand, rays=rays, lines=regions.edges())
    return ax


def map_canvas(result: CorrespondenceMap, *, ax: Axes | None, points: Floats) -> Axes:
    """Draw the cross around points, what each axis shows, and the scaling above."""
    shares = result.axes["share"].tolist()[: int(result.rows["axis"].max())]
    said = [
        translate(
            Message(
                "Axis {axis:count}: {share:percent} of the differences",
                {"axis": axis, "share": share},
            )
        )
        for axis, share in enumerate(shares[:2], start=1)
    ]
    window = maps.map_window(points)
    ax = maps.map_axes(window) if ax is None else ax
    with theme():
        maps.draw_map_frame(ax, window, across=said[0], upward=[*said, ""][1])
        above = Message("Scaling: {scaling}", {"scaling": scaling_words(result)})
        maps.write_above(ax, translate(above))
    return ax


def attribute_side(result: CorrespondenceMap) -> tuple[MapSide, MapSide | None]:
    """Give the attributes to draw, and again where the scaling lets them be read as rays."""
    side = maps.side_of(result.columns, most=maps.MOST_ATTRIBUTES)
    if "rows_on_columns" not in result.readings:
        return side, None
    side = side.times(result.arrow_factor)
    return side, side


def draw_attributes(ax: Axes, attributes: MapSide, rays: MapSide | None) -> None:
    """Draw attributes as lines from the middle, or as small squares."""
    if rays is not None:
        maps.draw_rays(ax, rays)
    else:
        draw_points(ax, attributes, marker="s")


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
    ax = new_axes(WIDTH, max(CELL * len(order), 1.6) + 1.6) if ax is None else ax
    with theme():
        for which, face, label in (
            (apart, PALETTE["ink"], translate("told apart")),
            (~apart, PALETTE["paper"], translate("not told apart")),
        ):
            left, right = places[:, which]
            ax.scatter(left, right - 1, s=64, c=face, edgecolors=PALETTE["ink"], linewidths=1.4,
                       label=label, zorder=3)  # fmt: skip
        _name_cells(ax, order[1:], order[:-1], focus=brand)
        ax.set_aspect("equal", adjustable="box")
        ax.legend(loc="upper right", handletextpad=0.4)
    return ax


def _name_cells(ax: Axes, rows: Sequence[str], columns: Sequence[str], *, focus: object) -> None:
    """Name rows and columns of a matrix, the focus in the accent."""
    ax.set_xticks(np.arange(len(columns)), row_names(columns, line=NAME_LINE), rotation=90)
    ax.set_yticks(np.arange(len(rows)), row_names(rows, line=ROW_LINE))
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
        ax = new_axes(WIDTH, max(CLAIM_ROW * len(attributes) + AROUND, rows_height(4)))
    with theme():
        for kind, marker, size, label in (
            ("supported", "o", 62, translate("supported")),
            ("contradicted", "x", 44, translate("contradicted")),
            ("not_shown", ".", 14, translate("not shown")),
        ):
            for is_focus, colour in ((False, "ink"), (True, "accent")):
                which = (claims["claim"].to_numpy() == kind) & (mine == is_focus)
                ax.scatter(across[which], down[which], s=size, marker=marker, zorder=3,
                           c=PALETTE["soft" if kind == "not_shown" else colour],
                           linewidths=1.8 if marker == "x" else 0.0,
                           label="" if is_focus else label)  # fmt: skip
        _name_cells(ax, attributes, brands, focus=brand)
        for draw, n in ((ax.axhline, len(attributes)), (ax.axvline, len(brands))):
            for at in range(n + 1):
                draw(at - 0.5, color=PALETTE["line"], linewidth=1, zorder=1)
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1.0), ncols=3, handletextpad=0.2,
                  columnspacing=1.2, borderaxespad=0.2)  # fmt: skip
    return ax
