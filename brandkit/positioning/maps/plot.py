"""Figures of the maps: what is seen is what the result says."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.errors import check_whole_number
from brandkit.core.labels import known_focus
from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.positioning.maps.distances import DistanceMap
from brandkit.positioning.maps.sides import TableMap
from brandkit.positioning.maps.stacking import StackedTables
from brandkit.positioning.maps.story import distance_scaling_words, scaling_words
from brandkit.viz.maps import (
    MOST_ATTRIBUTES,
    MOST_BRANDS,
    MapSide,
    draw_map_frame,
    draw_points,
    draw_rays,
    label_map,
    map_axes,
    map_side,
    map_window,
    write_above,
)
from brandkit.viz.marks import Dots, dot_rows
from brandkit.viz.theme import theme

POORLY_SHOWN = 1.5
"""Times the stress of the map from which a point is drawn as badly shown."""
_MENTIONS = Message("Share of all mentions")
EXACT = 1e-6
"""Stress under which every point is shown as it is."""


def correspondence_map(
    result: TableMap,
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
    _check_axes(axes, result.n_axes)
    bank, _ = known_focus(focus, result.rows["label"])
    is_row_ray = "columns_on_rows" in result.readings
    is_ray = is_row_ray or "rows_on_columns" in result.readings
    rows = _side(result.rows, axes, most=MOST_BRANDS, focus=bank)
    columns = _side(result.columns, axes, most=MOST_ATTRIBUTES)
    if "rows_on_columns" in result.readings or not is_row_ray:
        is_row_ray, columns = False, columns.times(result.arrow_factor)
    else:
        rows = rows.times(result.arrow_factor)
    window = map_window(np.vstack([rows.places, columns.places]))
    ax = map_axes(window) if ax is None else ax
    with theme():
        across, upward = (_share_text(result.axes, axis, kept=result.n_axes) for axis in axes)
        draw_map_frame(ax, window, across=across, upward=upward)
        scaling = Message("Scaling: {scaling}", {"scaling": scaling_words(result)})
        write_above(ax, translate(scaling))
        rays = (rows if is_row_ray else columns) if is_ray else None
        for side, marker in ((rows, "o"), (columns, "s")):
            if side is rays:
                draw_rays(ax, side)
            else:
                draw_points(ax, side, marker=marker, focus=bank if side is rows else None)
        label_map(ax, rows, columns, focus=bank, rays=rays)
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
    _check_axes(axes, result.n_axes)
    first = result.points[result.points["axis"] == 1]
    bank, _ = known_focus(focus, first["label"])
    places = _places(result.points, axes)
    side = map_side(
        first["label"].tolist(),
        places=places,
        telling=np.hypot(*places.T),
        active=(first["stress"] <= POORLY_SHOWN * result.stress) | (result.stress < EXACT),
        always=bank,
    )
    window = map_window(side.places)
    ax = map_axes(window) if ax is None else ax
    is_share = result.method == "classical"
    with theme():
        across, upward = (
            _share_text(result.axes, axis, kept=result.n_axes, is_share=is_share) for axis in axes
        )
        draw_map_frame(ax, window, across=across, upward=upward)
        write_above(ax, translate(distance_scaling_words(result)))
        draw_points(ax, side, focus=bank)
        label_map(ax, side, focus=bank)
    return ax


def stacked_tables(result: StackedTables, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw the share of all mentions that each wave holds; a focus has no row of its own."""
    del focus
    waves = result.waves()
    texts = [formatted(share, "percent") for share in waves["share"]]
    dots = Dots(waves["share"])
    return dot_rows(waves["wave"].tolist(), dots, label=_MENTIONS, columns={"": texts}, ax=ax)


def _check_axes(axes: tuple[int, int], kept: int) -> None:
    for axis in axes if kept > 1 else (axes[0],):
        check_whole_number("axes", axis, low=1, high=kept)


def _places(side: pd.DataFrame, axes: tuple[int, int]) -> Floats:
    """Give places across and upward; along a line where the second axis was not kept."""
    order = side["label"].drop_duplicates()
    at = side.pivot(index="label", columns="axis", values="coordinate").loc[order]
    across = at[axes[0]].to_numpy()
    return np.column_stack([across, at[axes[1]] if axes[1] in at.columns else np.zeros(len(at))])


def _side(
    side: pd.DataFrame, axes: tuple[int, int], *, most: int, focus: str | None = None
) -> MapSide:
    first = side[side["axis"] == 1]
    telling = side[side["axis"].isin(axes)].groupby("label")["contribution"].sum()
    return map_side(
        first["label"].tolist(),
        places=_places(side, axes),
        telling=telling.loc[first["label"]],
        active=~first["supplementary"].to_numpy(dtype=bool),
        most=most,
        always=focus,
    )


def _share_text(axes: pd.DataFrame, axis: int, *, kept: int, is_share: bool = True) -> str:
    """Say what share of the differences, or of the map itself, an axis shows."""
    if axis > kept:
        return ""
    values = {"axis": axis, "share": axes.set_index("axis")["share"].loc[axis]}
    if is_share:
        return translate(Message("Axis {axis:count}: {share:percent} of the differences", values))
    return translate(Message("Axis {axis:count}: {share:percent} of the map's spread", values))
