"""Drawings of the maps. A plot takes a result and returns the axes; it computes no statistics."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.checks import check_whole_number
from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.positioning.correspondence import CorrespondenceMap
from brandkit.positioning.wording import scaling_words
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
