"""Drawings of how sure a map is: regions around brands, and which brands are told apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from brandkit.core.errors import check_option
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.positioning.image.claims import ClaimCheck
from brandkit.positioning.image.stability import MapStability
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.maps.story import scaling_words
from brandkit.positioning.waves.waves import WaveMovement
from brandkit.viz.maps import (
    MOST_ATTRIBUTES,
    MOST_BRANDS,
    MapSide,
    check_focus,
    draw_map_frame,
    draw_points,
    draw_rays,
    map_axes,
    map_side,
    map_window,
    write_above,
)
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.regions import draw_regions, name_points, region_edges, region_room
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

NAME_LINE = 24
CELL = 0.34
"""Inches of a cell of the matrix of pairs."""


def plot_map_stability(
    result: MapStability, *, ax: Axes | None = None, focus: str | None = None
) -> Axes:
    """Draw the map with a region around each brand, one unit as long across as upward.

    Regions are thin ellipses; the focus and its region are in the accent, its region filled.
    Attributes are lines from the middle where the scaling allows to read along them. Beyond 30
    brands (15 attributes) those that make most of the plane are drawn, and the focus.

    Parameters
    ----------
    result : MapStability
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The brand to mark.

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
    >>> from brandkit.positioning.image.stability import map_stability
    >>> result = map_stability(small_image(), brand="brand", respondent="respondent",
    ...                        attributes=["fair", "modern", "near"], draws=200)
    >>> len(plot_map_stability(result, focus="Civic").patches)
    3
    """
    check_focus(focus, result.brands)
    brands, attributes = _sides(result.map, focus=focus)
    regions = result.regions.set_index("label").loc[brands.labels]
    radii = regions[["radius_long", "radius_short"]].to_numpy(dtype=float)
    angles = regions["angle"].to_numpy(dtype=float)
    edges = region_edges(brands.places, radii, angles)
    with_rays = "rows_on_columns" in result.map.readings
    attributes = attributes.times(result.map.arrow_factor) if with_rays else attributes
    room = region_room(brands.places, edges)
    window = map_window(np.vstack([brands.places, attributes.places, room]))
    if ax is None:
        ax = map_axes(window)
    with theme():
        _frame(ax, result.map, window)
        draw_regions(
            ax, brands.places, radii, angles, focus=[name == focus for name in brands.labels]
        )
        _draw_attributes(ax, attributes, with_rays=with_rays)
        draw_points(ax, brands, focus=focus)
        lines = np.concatenate([edges, _from_middle(attributes)]) if with_rays else edges
        name_points(ax, brands, attributes, focus=focus, lines=lines)
    return ax


def plot_distinct_pairs(
    result: MapStability, *, ax: Axes | None = None, focus: str | None = None
) -> Axes:
    """Draw which brands are told apart: filled where they are, hollow where they are not.

    Brands stand in the order of the first axis, so that those alike are near the diagonal.

    Parameters
    ----------
    result : MapStability
    ax : Axes, optional
    focus : str, optional
        The brand whose name is in the accent.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from brandkit.positioning.examples import small_image
    >>> from brandkit.positioning.image.stability import map_stability
    >>> result = map_stability(small_image(), brand="brand", respondent="respondent",
    ...                        attributes=["fair", "modern", "near"], draws=200)
    >>> [label.get_text() for label in plot_distinct_pairs(result).get_yticklabels()]
    ['Civic', 'Kestrel']
    """
    check_focus(focus, result.brands)
    brands, _ = _sides(result.map, focus=focus)
    order = [brands.labels[at] for at in np.argsort(brands.places[:, 0], kind="stable")]
    at = {name: place for place, name in enumerate(order)}
    if ax is None:
        side = max(CELL * len(order), 1.6)
        ax = new_axes(WIDTH, side + 1.6)
    with theme():
        for spine in ax.spines.values():
            spine.set_visible(False)
        pairs = result.pairs[
            result.pairs["brand_a"].isin(order) & result.pairs["brand_b"].isin(order)
        ]
        places = np.array([
            sorted((at[a], at[b])) for a, b in zip(pairs["brand_a"], pairs["brand_b"], strict=True)
        ]).reshape(-1, 2)  # fmt: skip
        told = pairs["distinct"].to_numpy(dtype=bool)
        marks = ((told, PALETTE["ink"], _APART), (~told, PALETTE["paper"], _ALIKE))
        for which, face, said in marks:
            left, right = places[which].T
            ax.scatter(left, right - 1, s=64, c=face, edgecolors=PALETTE["ink"], linewidths=1.4,
                       label=translate(said), zorder=3)  # fmt: skip
        _name_cells(ax, order, focus)
        ax.legend(loc="upper right", handletextpad=0.4)
    return ax


def plot_wave_movement(
    result: WaveMovement,
    *,
    ax: Axes | None = None,
    focus: str | None = None,
    wave_to: str | None = None,
) -> Axes:
    """Draw who moved from one wave to the next: arrows for them, hollow circles for the others.

    An arrow starts at the brand's place in the earlier wave and ends where it stands once the
    market's shift is taken off; the ellipse around its head is the move's region. Brands whose
    moves are within chance stand, hollow, at their later place.

    Parameters
    ----------
    result : WaveMovement
    ax : Axes, optional
    focus : str, optional
        The brand to mark.
    wave_to : str, optional
        The wave the step leads to; the last where not given.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        Where the focus is no brand of the step, or no step leads to the wave.

    Examples
    --------
    >>> from brandkit.positioning.examples import small_image
    >>> from brandkit.positioning.waves.waves import wave_movement
    >>> result = wave_movement(small_image(wave=None, brands=4), brand="brand", wave="wave",
    ...                        respondent="respondent", attributes=["fair", "modern", "near"],
    ...                        draws=200)
    >>> len(plot_wave_movement(result).patches)
    1
    """
    wave_to = result.waves[-1] if wave_to is None else str(wave_to)
    check_option("wave_to", wave_to, result.waves[1:])
    moves = result.moves[result.moves["wave_to"] == wave_to].set_index("brand")
    check_focus(focus, moves.index)
    start, end = _ends(result, moves)
    is_moved = moves["moved"].to_numpy(dtype=bool)
    brands = _followed(moves, end, focus)
    _, attributes = _sides(result.map, focus=None)
    with_rays = "rows_on_columns" in result.map.readings
    attributes = attributes.times(result.map.arrow_factor) if with_rays else attributes
    radii = moves[["radius_long", "radius_short"]].to_numpy(dtype=float)[is_moved]
    angles = moves["angle"].to_numpy(dtype=float)[is_moved]
    arrows = np.stack([start, end], axis=1)[is_moved]
    edges = region_edges(end[is_moved], radii, angles)
    window = map_window(
        np.vstack([brands.places, attributes.places, start, region_room(end, edges)])
    )
    if ax is None:
        ax = map_axes(window)
    with theme():
        _frame(ax, result.map, window)
        is_focus = moves.index == focus
        draw_regions(ax, end[is_moved], radii, angles, focus=is_focus[is_moved])
        _draw_attributes(ax, attributes, with_rays=with_rays)
        _draw_moves(ax, arrows, is_focus[is_moved])
        draw_points(ax, brands, focus=focus if is_focus[is_moved].any() else None)
        if is_focus[~is_moved].any():
            across, upward = end[is_focus].T
            ax.scatter(across, upward, s=52, marker="D", c=PALETTE["paper"], zorder=4,
                       edgecolors=PALETTE["accent"], linewidths=1.6)  # fmt: skip
        lines = np.concatenate([edges, arrows])
        lines = np.concatenate([lines, _from_middle(attributes)]) if with_rays else lines
        name_points(ax, brands, attributes, focus=focus, lines=lines, avoid=start[is_moved])
    return ax


def _ends(result: WaveMovement, moves: pd.DataFrame) -> tuple[Floats, Floats]:
    """Give where each brand stood, and where it stands relative to the market."""
    before = str(moves["wave_from"].iloc[0])
    places = result.places[result.places["wave"] == before]
    at = places.pivot(index="brand", columns="axis", values="coordinate").loc[moves.index]
    upward = at[2].to_numpy() if 2 in at.columns else np.zeros(len(at))
    start = np.column_stack([at[1].to_numpy(), upward])
    return start, start + moves[["move_across", "move_upward"]].to_numpy(dtype=float)


def _followed(moves: pd.DataFrame, end: Floats, focus: str | None) -> MapSide:
    """Give the brands to draw: movers are named first; who stayed is hollow."""
    moved = moves["moved"].to_numpy(dtype=bool)
    telling = moves["map_distance"].to_numpy(dtype=float) + 10.0 * moved
    return map_side(moves.index.tolist(), places=end, telling=telling, active=moved,
                    most=len(moves), always=focus)  # fmt: skip


def _draw_moves(ax: Axes, arrows: Floats, is_focus: NDArray[np.bool_]) -> None:
    for (start, end), marked in zip(arrows, is_focus, strict=True):
        colour = PALETTE["accent"] if marked else PALETTE["ink"]
        ax.scatter(start[0], start[1], s=20, marker="o", c=PALETTE["paper"], edgecolors=colour,
                   linewidths=1.2, zorder=3)  # fmt: skip
        ax.annotate("", xy=tuple(end), xytext=tuple(start), zorder=3, arrowprops={
            "arrowstyle": "-|>", "color": colour, "linewidth": 1.6, "shrinkA": 3, "shrinkB": 3,
        })  # fmt: skip


def _draw_attributes(ax: Axes, attributes: MapSide, *, with_rays: bool) -> None:
    if with_rays:
        draw_rays(ax, attributes)
    else:
        draw_points(ax, attributes, marker="s")


def _from_middle(side: MapSide) -> Floats:
    return np.stack([np.zeros_like(side.places), side.places], axis=1)


_APART = Message("told apart")
_ALIKE = Message("not told apart")


def _sides(result: CorrespondenceMap, *, focus: str | None) -> tuple[MapSide, MapSide]:
    """Give brands and attributes to draw, the most telling of a large map."""
    chosen = []
    for side, most, always in (
        (result.rows, MOST_BRANDS, focus),
        (result.columns, MOST_ATTRIBUTES, None),
    ):
        order = side["label"].drop_duplicates()
        at = side.pivot(index="label", columns="axis", values="coordinate").loc[order]
        telling = side[side["axis"] <= 2].groupby("label")["contribution"].sum().loc[order]
        upward = at[2].to_numpy() if 2 in at.columns else np.zeros(len(at))
        places = np.column_stack([at[1].to_numpy(), upward])
        chosen.append(
            map_side(order.tolist(), places=places, telling=telling, most=most, always=always)
        )
    return chosen[0], chosen[1]


def _frame(ax: Axes, result: CorrespondenceMap, window: Floats) -> None:
    """Draw the cross, what each axis shows, and the scaling above."""
    kept = int(result.rows["axis"].max())
    share = result.axes["share"].tolist()
    said = [
        translate(
            Message(
                "Axis {axis:count}: {share:percent} of the differences",
                {"axis": axis, "share": share[axis - 1]},
            )
        )
        for axis in (1, 2)
        if axis <= kept
    ]
    draw_map_frame(ax, window, across=said[0], upward=said[1] if len(said) > 1 else "")
    write_above(ax, translate(Message("Scaling: {scaling}", {"scaling": scaling_words(result)})))


def _name_cells(ax: Axes, order: list[str], focus: str | None) -> None:
    """Name the rows from the second brand on, the columns up to the last but one."""
    names = row_names(order, line=NAME_LINE)
    n = len(order) - 1
    ax.set_xticks(np.arange(n), names[:-1], rotation=90)
    ax.set_yticks(np.arange(n), names[1:])
    ax.set_xlim(-0.5, n - 0.5)
    ax.set_ylim(n - 0.5, -0.5)
    ax.set_aspect("equal", adjustable="box")
    labels = (*ax.get_xticklabels(), *ax.get_yticklabels())
    for label, brand in zip(labels, (*order[:-1], *order[1:]), strict=True):
        label.set_color(PALETTE["accent"] if brand == focus else PALETTE["ink"])
        label.set_fontweight("bold" if brand == focus else "normal")


PLOTS_CLAIMS_NAME_LINE, COLUMN_LINE = 30, 24
PLOTS_CLAIMS_CELL, AROUND = 0.29, 1.9
"""Inches of a row, and of what stands around the rows."""

_SAYS = {
    "supported": Message("supported"),
    "contradicted": Message("contradicted"),
    "weak": Message("neither"),
}


def plot_claim_check(
    result: ClaimCheck, *, ax: Axes | None = None, focus: str | None = None
) -> Axes:
    """Draw every claim: a filled circle where it is supported, a cross where contradicted.

    Attributes are rows, brands columns; a small dot says that the answers settle neither, and an
    empty cell that nobody made the claim. Beyond 30 brands those of which most is said are drawn,
    and the focus.

    Parameters
    ----------
    result : ClaimCheck
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The brand whose column is in the accent.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        Where the focus makes no claim.

    Examples
    --------
    >>> from brandkit.positioning.image.claims import claim_check
    >>> from brandkit.positioning.examples import small_image
    >>> result = claim_check(small_image(), brand="brand", respondent="respondent",
    ...                      attributes=["fair", "modern", "near"], draws=200)
    >>> [label.get_text() for label in plot_claim_check(result).get_yticklabels()]
    ['fair', 'modern', 'near']
    """
    check_focus(focus, result.claims["brand"].unique())
    claims = _drawn(result.claims, focus)
    brands = list(dict.fromkeys(claims["brand"]))
    attributes = list(dict.fromkeys(claims["attribute"]))
    if ax is None:
        ax = new_axes(WIDTH, max(PLOTS_CLAIMS_CELL * len(attributes) + AROUND, rows_height(4)))
    with theme():
        for spine in ax.spines.values():
            spine.set_visible(False)
        _draw_grid(ax, len(attributes), len(brands))
        across = claims["brand"].map({name: at for at, name in enumerate(brands)}).to_numpy()
        down = claims["attribute"].map({name: at for at, name in enumerate(attributes)}).to_numpy()
        kind = claims["claim"].to_numpy()
        is_focus = claims["brand"].to_numpy() == focus
        for name, marker, size in (
            ("supported", "o", 62),
            ("contradicted", "x", 44),
            ("weak", ".", 14),
        ):
            for marked, colour in ((False, PALETTE["ink"]), (True, PALETTE["accent"])):
                which = (kind == name) & (is_focus == marked)
                colour = PALETTE["soft"] if name == "weak" else colour
                ax.scatter(across[which], down[which], s=size, marker=marker, c=colour,
                           linewidths=1.8 if marker == "x" else 0.0, zorder=3,
                           label="" if marked else translate(_SAYS[name]))  # fmt: skip
        ax.set_xticks(np.arange(len(brands)), row_names(brands, line=COLUMN_LINE), rotation=90)
        ax.set_yticks(
            np.arange(len(attributes)), row_names(attributes, line=PLOTS_CLAIMS_NAME_LINE)
        )
        ax.set(xlim=(-0.5, len(brands) - 0.5), ylim=(len(attributes) - 0.5, -0.5))
        for label, brand in zip(ax.get_xticklabels(), brands, strict=True):
            label.set_color(PALETTE["accent"] if brand == focus else PALETTE["ink"])
            label.set_fontweight("bold" if brand == focus else "normal")
        for label in ax.get_yticklabels():
            label.set_color(PALETTE["ink"])
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1.0), ncols=3, handletextpad=0.2,
                  columnspacing=1.2, borderaxespad=0.2)  # fmt: skip
    return ax


def _drawn(claims: pd.DataFrame, focus: str | None) -> pd.DataFrame:
    """Give the claims of the brands of which most is said."""
    called = (claims["claim"] != "weak").groupby(claims["brand"], sort=False).sum()
    if len(called) <= MOST_BRANDS:
        return claims
    weight = called.to_numpy(dtype=float) + 1e6 * (called.index == focus)
    chosen = called.index[np.sort(np.argsort(-weight, kind="stable")[:MOST_BRANDS])]
    return claims[claims["brand"].isin(chosen)]


def _draw_grid(ax: Axes, n_rows: int, n_columns: int) -> None:
    for at in range(n_rows + 1):
        ax.axhline(at - 0.5, color=PALETTE["line"], linewidth=1, zorder=1)
    for at in range(n_columns + 1):
        ax.axvline(at - 0.5, color=PALETTE["line"], linewidth=1, zorder=1)
