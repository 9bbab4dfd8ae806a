"""Drawings of the maps. A plot takes a result and returns the axes; it computes no statistics."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.errors import check_whole_number
from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.positioning.maps.components import ComponentMap
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.maps.distances import DistanceMap
from brandkit.positioning.maps.story import (
    component_scaling_words,
    distance_scaling_words,
    scaling_words,
)
from brandkit.viz.maps import (
    MOST_ATTRIBUTES,
    MOST_BRANDS,
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
from brandkit.viz.theme import theme


def plot_correspondence_map(
    result: CorrespondenceMap,
    *,
    ax: Axes | None = None,
    focus: str | None = None,
    axes: tuple[int, int] = (1, 2),
) -> Axes:
    """Draw a correspondence map, one unit as long across as upward.

    Brands are filled circles, the focus a larger diamond, supplementary points are hollow.
    Where the scaling allows to read one side along the other's lines, that side is drawn as
    lines from the middle; otherwise its points are small squares. Beyond 30 brands (15
    attributes) those that make most of the plane are drawn, and the focus. The axes say what
    share of the differences they show, the line above the map its scaling.

    Parameters
    ----------
    result : CorrespondenceMap
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The brand to mark: a row of the map.
    axes : tuple of int, default (1, 2)
        Axes across and upward. A map of one axis is drawn along a line.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        Where the focus is no row of the map, or an axis was not kept.

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.positioning import correspondence_map
    >>> table = pd.DataFrame({"fair": [9, 2, 3], "modern": [2, 9, 8], "near": [4, 4, 9]},
    ...                      index=["A", "B", "C"])
    >>> plot_correspondence_map(correspondence_map(table), focus="A").get_aspect()
    1.0
    """
    kept = int(result.rows["axis"].max())
    for axis in axes if kept > 1 else (axes[0],):
        check_whole_number("axes", axis, low=1, high=kept)
    check_focus(focus, result.rows["label"].unique())
    rays = _rays(result)
    rows = _side(result.rows, axes, most=MOST_BRANDS, always=focus)
    columns = _side(result.columns, axes, most=MOST_ATTRIBUTES)
    rows = rows.times(result.arrow_factor) if rays == "rows" else rows
    columns = columns.times(result.arrow_factor) if rays == "columns" else columns
    window = map_window(np.vstack([rows.places, columns.places]))
    if ax is None:
        ax = map_axes(window)

    with theme():
        across, upward = (_axis_text(result, axis) for axis in axes)
        draw_map_frame(ax, window, across=across, upward=upward)
        said = Message("Scaling: {scaling}", {"scaling": scaling_words(result)})
        write_above(ax, translate(said))
        for side, name, marker in ((rows, "rows", "o"), (columns, "columns", "s")):
            if rays == name:
                draw_rays(ax, side)
            else:
                draw_points(ax, side, marker=marker, focus=focus if name == "rows" else None)
        label_map(ax, rows, columns, focus=focus, rays={"rows": rows, "columns": columns}.get(rays))
    return ax


def _rays(result: CorrespondenceMap) -> str:
    """Which side is read along its lines, if any."""
    if "rows_on_columns" in result.readings:
        return "columns"
    return "rows" if "columns_on_rows" in result.readings else ""


def _side(
    side: pd.DataFrame, axes: tuple[int, int], *, most: int, always: str | None = None
) -> MapSide:
    order = side["label"].drop_duplicates()
    at = side.pivot(index="label", columns="axis", values="coordinate").loc[order]
    first = side.drop_duplicates("label").set_index("label").loc[order]
    telling = side[side["axis"].isin(axes)].groupby("label")["contribution"].sum().loc[order]
    across = at[axes[0]].to_numpy()
    upward = at[axes[1]].to_numpy() if axes[1] in at.columns else np.zeros(len(at))
    return map_side(
        order.tolist(),
        places=np.column_stack([across, upward]),
        telling=telling,
        active=~first["supplementary"].to_numpy(dtype=bool),
        most=most,
        always=always,
    )


def _axis_text(result: CorrespondenceMap, axis: int) -> str:
    """Say what share of the differences an axis shows; nothing of one that was not kept."""
    if axis > int(result.rows["axis"].max()):
        return ""
    share = result.axes.set_index("axis")["share"].loc[axis]
    return translate(
        Message(
            "Axis {axis:count}: {share:percent} of the differences",
            {"axis": axis, "share": share},
        )
    )


POORLY_SHOWN = 1.5
"""Times the stress of the map from which a point is drawn as badly shown."""
EXACT = 1e-6
"""Stress under which every point is shown as it is."""


def plot_component_map(
    result: ComponentMap,
    *,
    ax: Axes | None = None,
    focus: str | None = None,
    axes: tuple[int, int] = (1, 2),
) -> Axes:
    """Draw a component map, one unit as long across as upward.

    Brands are filled circles, the focus a larger diamond, supplementary points are hollow.
    Attributes are lines from the middle, to be read along, or small squares in the symmetric
    scaling. Beyond 30 brands (15 attributes) those that make most of the plane are drawn, and
    the focus. The axes say what share of the differences they show, the line above the map its
    scaling.

    Parameters
    ----------
    result : ComponentMap
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The brand to mark: a row of the map.
    axes : tuple of int, default (1, 2)
        Axes across and upward. A map of one axis is drawn along a line.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        Where the focus is no row of the map, or an axis was not kept.

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.positioning.maps.components import component_map
    >>> scores = pd.DataFrame({"fair": [7.1, 5.2, 6.0], "modern": [4.0, 6.1, 7.2]},
    ...                       index=list("ABC"))
    >>> plot_component_map(component_map(scores), focus="A").get_aspect()
    1.0
    """
    kept = int(result.rows["axis"].max())
    _check_axes(axes, kept)
    check_focus(focus, result.rows["label"].unique())
    is_along = "rows_on_columns" in result.readings
    rows = _plots_maps_side(result.rows, axes, most=MOST_BRANDS, focus=focus)
    columns = _plots_maps_side(result.columns, axes, most=MOST_ATTRIBUTES).times(
        result.arrow_factor
    )
    window = map_window(np.vstack([rows.places, columns.places]))
    ax = map_axes(window) if ax is None else ax

    with theme():
        across, upward = (_share_text(result.axes, axis, kept=kept) for axis in axes)
        draw_map_frame(ax, window, across=across, upward=upward)
        write_above(
            ax,
            translate(Message("Scaling: {scaling}", {"scaling": component_scaling_words(result)})),
        )
        draw_points(ax, rows, focus=focus)
        if is_along:
            draw_rays(ax, columns)
        else:
            draw_points(ax, columns, marker="s")
        label_map(ax, rows, columns, focus=focus, rays=columns if is_along else None)
    return ax


def plot_distance_map(
    result: DistanceMap,
    *,
    ax: Axes | None = None,
    focus: str | None = None,
    axes: tuple[int, int] = (1, 2),
) -> Axes:
    """Draw a distance map, one unit as long across as upward.

    Points are filled circles, the focus a larger diamond; hollow points are those the map shows
    worst: their own stress is above one and a half times that of the whole. Beyond 30 points
    those furthest out are drawn, and the focus. The line above the map says the method and the
    stress.

    Parameters
    ----------
    result : DistanceMap
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The point to mark.
    axes : tuple of int, default (1, 2)
        Axes across and upward. A map of one axis is drawn along a line.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        Where the focus is no point of the map, or an axis was not kept.

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.positioning.maps.distances import distance_map
    >>> apart = pd.DataFrame([[0, 3, 5], [3, 0, 4], [5, 4, 0]], index=list("ABC"),
    ...                      columns=list("ABC"))
    >>> plot_distance_map(distance_map(apart), focus="B").get_aspect()
    1.0
    """
    kept = int(result.points["axis"].max())
    _check_axes(axes, kept)
    first = result.points[result.points["axis"] == 1]
    check_focus(focus, first["label"])
    places = _places(result.points, axes)
    side = map_side(
        first["label"].tolist(),
        places=places,
        telling=np.hypot(*places.T),
        active=(first["stress"] <= POORLY_SHOWN * result.stress) | (result.stress < EXACT),
        always=focus,
    )
    window = map_window(side.places)
    ax = map_axes(window) if ax is None else ax

    with theme():
        across, upward = (_spread_text(result, axis, kept=kept) for axis in axes)
        draw_map_frame(ax, window, across=across, upward=upward)
        write_above(ax, translate(distance_scaling_words(result)))
        draw_points(ax, side, focus=focus)
        label_map(ax, side, focus=focus)
    return ax


def _check_axes(axes: tuple[int, int], kept: int) -> None:
    for axis in axes if kept > 1 else (axes[0],):
        check_whole_number("axes", axis, low=1, high=kept)


def _places(side: pd.DataFrame, axes: tuple[int, int]) -> np.ndarray:
    """Give places across and upward; along a line where the second axis was not kept."""
    order = side["label"].drop_duplicates()
    at = side.pivot(index="label", columns="axis", values="coordinate").loc[order]
    across = at[axes[0]].to_numpy()
    return np.column_stack([across, at[axes[1]] if axes[1] in at.columns else np.zeros(len(at))])


def _plots_maps_side(
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


def _share_text(axes: pd.DataFrame, axis: int, *, kept: int) -> str:
    """Say what share of the differences an axis shows; nothing of one that was not kept."""
    if axis > kept:
        return ""
    share = axes.set_index("axis")["share"].loc[axis]
    return translate(
        Message(
            "Axis {axis:count}: {share:percent} of the differences", {"axis": axis, "share": share}
        )
    )


def _spread_text(result: DistanceMap, axis: int, *, kept: int) -> str:
    """Say the share of the dissimilarities, or of the map itself where there is no such share."""
    if result.method == "classical" or axis > kept:
        return _share_text(result.axes, axis, kept=kept)
    share = result.axes.set_index("axis")["share"].loc[axis]
    return translate(
        Message(
            "Axis {axis:count}: {share:percent} of the map's spread",
            {"axis": axis, "share": share},
        )
    )
