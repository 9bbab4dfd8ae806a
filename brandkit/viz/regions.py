"""Regions around the points of a map: thin ellipses, and names that keep clear of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.viz.labels import PlacedLabels, place_labels
from brandkit.viz.lettering import Kind
from brandkit.viz.maps import ATTRIBUTE_TURN, MapSide
from brandkit.viz.palette import PALETTE

#: Radius, as a part of the points' spread, beyond which a region gets no room of its own.
LARGEST: Final = 0.5
#: Regions from which they are drawn in the softest line: so many edges would hide the names.
MANY: Final = 16
#: Pieces of an ellipse's edge that names keep clear of.
EDGE: Final = 16


def draw_regions(
    ax: Axes,
    places: Floats,
    radii: Floats,
    angles: Floats,
    *,
    focus: Sequence[bool] | NDArray[np.bool_] = (),
) -> None:
    """Draw an ellipse around each point; that of the focus in the accent, filled softly.

    Parameters
    ----------
    ax : Axes
    places : ndarray, n x 2
    radii : ndarray, n x 2
        Long and short radius; a missing one is not drawn.
    angles : ndarray, n
        Degrees from the axis across to the long radius.
    focus : sequence of bool, optional

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> draw_regions(ax, np.zeros((2, 2)), np.array([[2.0, 1.0], [np.nan, np.nan]]), np.zeros(2))
    >>> len(ax.patches)
    1
    """
    marked = list(focus) or [False] * len(places)
    usual = PALETTE["line" if len(places) >= MANY else "soft"]
    for place, radius, angle, is_focus in zip(places, radii, angles, marked, strict=True):
        if not np.isfinite(radius).all():
            continue
        ax.add_patch(
            Ellipse(
                (float(place[0]), float(place[1])), 2 * float(radius[0]),
                2 * max(float(radius[1]), 1e-9), angle=float(angle),
                facecolor=PALETTE["accent-soft"] if is_focus else "none",
                edgecolor=PALETTE["accent"] if is_focus else usual,
                linewidth=1.2 if is_focus else 0.9, zorder=1.5 if is_focus else 2,
            )
        )  # fmt: skip


def region_edges(places: Floats, radii: Floats, angles: Floats) -> Floats:
    """Give the edges of ellipses as short lines, shape (lines, 2, 2).

    Examples
    --------
    >>> region_edges(np.zeros((1, 2)), np.array([[2.0, 1.0]]), np.zeros(1)).shape
    (16, 2, 2)
    """
    there = np.isfinite(radii).all(axis=1)
    turn = np.linspace(0, 2 * np.pi, EDGE + 1)
    long, short = (radii[there, side][:, None] for side in (0, 1))
    lean = np.radians(angles[there])[:, None]
    along, beside = np.cos(turn) * long, np.sin(turn) * short
    edge = places[there][:, None, :] + np.stack(
        [
            along * np.cos(lean) - beside * np.sin(lean),
            along * np.sin(lean) + beside * np.cos(lean),
        ],
        axis=2,
    )
    return np.asarray(np.stack([edge[:, :-1], edge[:, 1:]], axis=2).reshape(-1, 2, 2))


def region_room(places: Floats, edges: Floats) -> Floats:
    """Give the outer points that a map makes room for: of large regions a part only, n x 2."""
    if not len(edges):
        return np.empty((0, 2))
    span = float(np.ptp(places, axis=0).max())
    low, high = places.min(axis=0) - LARGEST * span, places.max(axis=0) + LARGEST * span
    return np.asarray(np.clip(edges.reshape(-1, 2), low, high))


def name_points(
    ax: Axes,
    brands: MapSide,
    attributes: MapSide,
    *,
    focus: str | None,
    lines: Floats,
    avoid: Floats | None = None,
) -> PlacedLabels:
    """Name both sides, the most telling in turn, clear of lines where there is room.

    Parameters
    ----------
    ax : Axes
        With its points drawn.
    brands, attributes : MapSide
    focus : str, optional
    lines : ndarray, k x 2 x 2
        Edges of regions, rays and arrows.
    avoid : ndarray, m x 2, optional
        Further markers.

    Returns
    -------
    PlacedLabels
    """
    ranks = [
        np.argsort(np.argsort(-side.telling, kind="stable"), kind="stable").astype(float)
        for side in (brands, attributes)
    ]
    kinds: list[Kind] = ["brand"] * len(brands.labels)
    kinds += ["attribute"] * len(attributes.labels)
    return place_labels(
        ax, [*brands.labels, *attributes.labels], np.vstack([brands.places, attributes.places]),
        priority=[*-ranks[0], *-(ATTRIBUTE_TURN * ranks[1])], kinds=kinds,
        emphasise=() if focus is None or focus not in brands.labels else (focus,),
        lines=lines, avoid=avoid,
    )  # fmt: skip
