"""Drawings of the maps. A plot takes a result and returns the axes; it computes no statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from brandkit.core.checks import check_whole_number
from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.positioning.correspondence import CorrespondenceMap
from brandkit.viz.labels import place_labels
from brandkit.viz.lettering import Kind
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, theme

MOST_BRANDS = 30
"""Brands a figure shows; the table beside it has the rest."""
MOST_ATTRIBUTES = 15
ATTRIBUTE_TURN = 1.5
"""Brands named for each attribute named, where not all can be: a map without both is mute."""
FLATTEST, TALLEST = 0.72, 1.2
"""Heights of a map over its width: flatter, and names find no room."""
ROOM_ACROSS, ROOM_UPWARD = 0.14, 0.08
"""Room around the points for their labels, as parts of the map's longer side."""


@dataclass(frozen=True)
class _Side:
    """One side of the map, ready to draw: at most so many labels, the most telling first."""

    labels: list[str]
    places: NDArray[np.float64]  # (n, 2)
    active: NDArray[np.bool_]
    telling: NDArray[np.float64]  # how much of the plane each point makes


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
    attributes) those that make most of the plane are drawn, and the focus.

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
    known = [str(label) for label in result.rows["label"].unique()]
    if focus is not None and focus not in known:
        raise InputError(
            f"`focus` must be a row of the map; found {shown(focus)}."
            f"{did_you_mean(focus, known) or f' It has {shown(known)}.'}"
        )
    rows = _side(result.rows, axes, most=MOST_BRANDS, always=focus)
    columns = _side(result.columns, axes, most=MOST_ATTRIBUTES)
    rays = _rays(result)
    rows, columns = _lengthened(rows, columns, rays, result.arrow_factor)
    window = _window(np.vstack([rows.places, columns.places]))
    if ax is None:
        ax = new_axes(
            WIDTH, WIDTH * float(np.clip(np.ptp(window[1]) / np.ptp(window[0]), FLATTEST, TALLEST))
        )

    with theme():
        _draw_frame(ax, result, axes, window)
        _draw_side(ax, rows, as_rays=rays == "rows", marker="o", focus=focus)
        _draw_side(ax, columns, as_rays=rays == "columns", marker="s", focus=None)
        _label(ax, rows, columns, focus=focus, rays=rays)
    return ax


def _rays(result: CorrespondenceMap) -> str:
    """Which side is read along its lines, if any."""
    if "rows_on_columns" in result.readings:
        return "columns"
    return "rows" if "columns_on_rows" in result.readings else ""


def _side(
    side: pd.DataFrame, axes: tuple[int, int], *, most: int, always: str | None = None
) -> _Side:
    at = side.pivot(index="label", columns="axis", values="coordinate")
    order = side["label"].drop_duplicates()
    at = at.loc[order]
    first = side.drop_duplicates("label").set_index("label").loc[order]
    telling = side[side["axis"].isin(axes)].groupby("label")["contribution"].sum().loc[order]
    across = at[axes[0]].to_numpy()
    upward = at[axes[1]].to_numpy() if axes[1] in at.columns else np.zeros(len(at))
    weight = telling.fillna(0.0).to_numpy(dtype=float)
    if always is not None:
        weight = np.where(order.to_numpy() == always, np.inf, weight)
    chosen = np.sort(np.argsort(-weight, kind="stable")[:most])
    return _Side(
        labels=[str(label) for label in order.to_numpy()[chosen]],
        places=np.column_stack([across, upward])[chosen],
        active=~first["supplementary"].to_numpy(dtype=bool)[chosen],
        telling=weight[chosen],
    )


def _lengthened(rows: _Side, columns: _Side, rays: str, factor: float) -> tuple[_Side, _Side]:
    def longer(side: _Side) -> _Side:
        return _Side(side.labels, side.places * factor, side.active, side.telling)

    if rays == "columns":
        return rows, longer(columns)
    return (longer(rows), columns) if rays == "rows" else (rows, columns)


def _window(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the limits across and upward: all points, the middle, and room for labels."""
    inside = np.vstack([places, np.zeros((1, 2))])
    span = float(np.ptp(inside, axis=0).max())
    room = np.array([ROOM_ACROSS, ROOM_UPWARD]) * span
    return np.stack([inside.min(axis=0) - room, inside.max(axis=0) + room], axis=1)


def _draw_frame(
    ax: Axes, result: CorrespondenceMap, axes: tuple[int, int], window: NDArray[np.float64]
) -> None:
    """Draw the cross through the middle, equal units and what each axis shows."""
    ax.axhline(0, color=PALETTE["line"], linewidth=1, zorder=0)
    ax.axvline(0, color=PALETTE["line"], linewidth=1, zorder=0)
    ax.set(xlim=tuple(window[0]), ylim=tuple(window[1]))
    ax.set_aspect("equal", adjustable="box")
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)
    share = dict(zip(result.axes["axis"], result.axes["share"], strict=True))
    kept = set(result.rows["axis"])
    said = [
        translate(
            Message(
                "Axis {axis:count}: {share:percent} of the differences",
                {"axis": axis, "share": share[axis]},
            )
        )
        if axis in kept
        else ""
        for axis in axes
    ]
    ax.set_xlabel(said[0], color=PALETTE["soft"])
    ax.set_ylabel(said[1], color=PALETTE["soft"])


def _draw_side(ax: Axes, side: _Side, *, as_rays: bool, marker: str, focus: str | None) -> None:
    if as_rays:
        for place in side.places:
            ax.plot([0, place[0]], [0, place[1]], color=PALETTE["line"], linewidth=1.2,
                    linestyle="-", marker="", zorder=1)  # fmt: skip
        return
    is_focus = np.array([label == focus for label in side.labels])
    colour, size = (PALETTE["ink"], 26) if marker == "o" else (PALETTE["soft"], 16)
    for which, face in ((side.active & ~is_focus, colour), (~side.active, PALETTE["paper"])):
        across, upward = side.places[which].T
        ax.scatter(across, upward, s=size, marker=marker, c=face, edgecolors=colour,
                   linewidths=1.2, zorder=3)  # fmt: skip
    across, upward = side.places[is_focus].T
    ax.scatter(across, upward, s=60, marker="D", c=PALETTE["accent"], zorder=4)


def _label(ax: Axes, rows: _Side, columns: _Side, *, focus: str | None, rays: str) -> None:
    """Name the points: the focus first, then both sides in turn, the most telling first."""
    brands: list[Kind] = ["brand"] * len(rows.labels)
    attributes: list[Kind] = ["attribute"] * len(columns.labels)
    lengthened = {"rows": rows.places, "columns": columns.places}.get(rays)
    place_labels(
        ax,
        [*rows.labels, *columns.labels],
        np.vstack([rows.places, columns.places]),
        priority=[*-_rank(rows.telling), *-(ATTRIBUTE_TURN * _rank(columns.telling))],
        kinds=brands + attributes,
        emphasise=(focus,) if focus is not None else (),
        lines=None
        if lengthened is None
        else np.stack([np.zeros_like(lengthened), lengthened], axis=1),
    )


def _rank(telling: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give 0 to the most telling point, 1 to the next; ties in the order of the table."""
    return np.argsort(np.argsort(-telling, kind="stable"), kind="stable").astype(float)
