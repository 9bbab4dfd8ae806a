"""Maps of points: equal units, a cross, regions around points, the most telling points named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import Ellipse
from numpy.typing import ArrayLike, NDArray

from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.viz.labels import Kind, PlacedLabels, place_labels, text_width
from brandkit.viz.marks import add_key, point
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes

#: Brands a figure shows; the table beside it has the rest.
MOST_BRANDS: Final = 30
MOST_ATTRIBUTES: Final = 15
#: Brands named for each attribute named, where not all can be: a map without both is mute.
ATTRIBUTE_TURN: Final = 1.5
#: Heights of a map over its width: flatter, and names find no room.
FLATTEST, TALLEST = 0.7, 0.95
#: Inches above and below a map for the words of its axes.
WORDS: Final = 1.3
#: Room around the points for their labels, as parts of the map's longer side.
ROOM_ACROSS, ROOM_UPWARD = 0.14, 0.08
#: Room outside the rim for the words on it, as parts of the map's sides.
RIM_ACROSS, RIM_UPWARD = 0.12, 0.08
#: Half ems of the words at an end of an axis.
END_LINE: Final = 27
#: What both ends of one axis may take together.
BOTH_ENDS: Final = 1.6 * END_LINE


@dataclass(frozen=True)
class MapSide:
    """Points of one kind, ready to draw.

    Parameters
    ----------
    labels : list of str
    places : ndarray, n x 2
    active : ndarray of bool
        Points that do not shape the map are hollow.
    telling : ndarray, n
        How much each says; the most telling are named first.
    few : frozenset of str
        Those on few answers: they are grey.
    """

    labels: list[str]
    places: Floats
    active: NDArray[np.bool_]
    telling: Floats
    few: frozenset[str] = frozenset()

    def times(self, factor: float) -> MapSide:
        """Give the same points so many times as far from the middle."""
        return replace(self, places=self.places * factor)


def map_side(
    labels: Sequence[object],
    *,
    places: ArrayLike,
    telling: ArrayLike,
    active: ArrayLike | None = None,
    most: int = MOST_BRANDS,
    always: str | None = None,
) -> MapSide:
    """Choose the points to draw: the most telling, in the order of the table, and the focus.

    Parameters
    ----------
    labels : sequence
        One a point.
    places : array, n x 2
    telling : array of n
        How much each point says; missing values count as nothing.
    active : array of bool, optional
        By default all are.
    most : int
        So many points at most.
    always : str, optional
        A label that is drawn whatever it says: the focus.

    Returns
    -------
    MapSide

    Examples
    --------
    >>> side = map_side(["A", "B", "C"], places=[[0, 1], [2, 0], [1, 1]], telling=[1, 3, 2],
    ...                 most=2, always="A")
    >>> side.labels
    ['A', 'B']
    """
    names = [str(label) for label in labels]
    weight = np.nan_to_num(np.asarray(telling, dtype=float), nan=0.0)
    if always is not None:
        weight = np.where(np.array(names) == always, np.inf, weight)
    chosen = np.sort(np.argsort(-weight, kind="stable")[:most])
    flags = np.ones(len(names), dtype=bool) if active is None else np.asarray(active, dtype=bool)
    return MapSide(
        labels=[names[at] for at in chosen],
        places=np.asarray(places, dtype=float).reshape(-1, 2)[chosen],
        active=flags[chosen],
        telling=weight[chosen],
    )


def side_of(
    points: pd.DataFrame,
    *,
    most: int,
    always: str | None = None,
    axes: tuple[int, int] = (1, 2),
    few: frozenset[str] = frozenset(),
) -> MapSide:
    """Choose points of a frame ``label axis coordinate contribution``, on two of its axes.

    Along a line where the second was not kept; hollow where ``supplementary``. Those on few answers
    say nothing, however far out they are.
    """
    first = points[points["axis"] == points["axis"].iloc[0]]
    order = first["label"].tolist()
    at = points.pivot(index="label", columns="axis", values="coordinate").loc[order]
    telling = points[points["axis"].isin(axes)].groupby("label")["contribution"].sum()
    side = map_side(
        order,
        places=at.reindex(columns=list(axes), fill_value=0.0),
        telling=telling.loc[order].where([label not in few for label in order], 0.0),
        active=~first["supplementary"].to_numpy(dtype=bool),
        most=most,
        always=always,
    )
    return replace(side, few=few & set(side.labels))


def map_window(places: Floats) -> Floats:
    """Give the limits across and upward: all points, the middle, and room for labels.

    Examples
    --------
    >>> map_window(np.array([[1.0, 0.5], [-1.0, 0.0]])).round(2).tolist()
    [[-1.28, 1.28], [-0.16, 0.66]]
    """
    inside = np.vstack([places, np.zeros((1, 2))])
    span = float(np.ptp(inside, axis=0).max())
    room = np.array([ROOM_ACROSS, ROOM_UPWARD]) * span
    return np.stack([inside.min(axis=0) - room, inside.max(axis=0) + room], axis=1)


def map_axes(window: Floats) -> Axes:
    """Give new axes as tall as the window asks, within what a page bears."""
    asked = np.ptp(window[1]) / np.ptp(window[0])
    return new_axes(WIDTH, WORDS + WIDTH * float(np.clip(asked, FLATTEST, TALLEST)))


def rim_window(places: Floats) -> Floats:
    """Give the limits of a map whose points stay within a rim, with room for words outside it.

    Examples
    --------
    >>> rim_window(np.array([[1.0, 0.5], [-1.0, 0.0]])).round(2).tolist()
    [[-1.5, 1.5], [-0.2, 0.7]]
    """
    inside = np.vstack([places, np.zeros((1, 2))])
    low, high = inside.min(axis=0), inside.max(axis=0)
    room = (
        0.07 * float((high - low).max()) + np.array([RIM_ACROSS, RIM_UPWARD]) * (high - low) * 1.5
    )
    return np.stack([low - room, high + room], axis=1)


def on_rim(side: MapSide, window: Floats) -> MapSide:
    """Move points outward along their lines from the middle, up to the rim of a map.

    Examples
    --------
    >>> side = map_side(["A"], places=[[0.1, 0.0]], telling=[1])
    >>> on_rim(side, np.array([[-1.0, 1.0], [-1.0, 1.0]])).places.round(2).tolist()
    [[0.76, 0.0]]
    """
    inset = np.array([RIM_ACROSS, RIM_UPWARD])[:, None] * np.ptp(window, axis=1, keepdims=True)
    rim = window + inset * [1, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.where(side.places > 0, rim[:, 1], rim[:, 0]) / side.places
    reach = np.where(np.isfinite(reach) & (reach > 0), reach, np.inf).min(axis=1, keepdims=True)
    return replace(side, places=side.places * np.where(np.isfinite(reach), reach, 0.0))


#: The words at the two ends of an axis.
Ends = tuple[str, str]


def draw_map_frame(ax: Axes, window: Floats, *, across: Ends, upward: Ends) -> None:
    """Draw the cross through the middle, equal units, and the words at the ends of both axes."""
    ax.axhline(0, color=PALETTE["line"], linewidth=1, zorder=0)
    ax.axvline(0, color=PALETTE["line"], linewidth=1, zorder=0)
    ax.set(xlim=tuple(window[0]), ylim=tuple(window[1]), xticks=[], yticks=[])
    ax.set_aspect("equal", adjustable="box")
    ax.spines[:].set_visible(False)
    engine = ax.figure.get_layout_engine() if ax.figure is not None else None
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(h_pad=0.2)  # on a phone words are larger
    for words, mark, at, away, side in (
        (across[0], "← {words}", (0.0, 0.0), (0, -6), ("left", "top")),
        (across[1], "{words} →", (1.0, 0.0), (0, -6), ("right", "top")),
        (upward[0], "↓ {words}", (0.5, 0.0), (0, -34), ("center", "top")),
        (upward[1], "↑ {words}", (0.5, 1.0), (0, 6), ("center", "bottom")),
    ):
        if words:
            ax.annotate(
                mark.format(words=words),
                at,
                xycoords="axes fraction",
                xytext=away,
                textcoords="offset points",
                ha=side[0],
                va=side[1],
                fontweight="bold",
                color=PALETTE["second"],
            )


def axis_ends(points: pd.DataFrame, axis: int) -> Ends:
    """Give the strongest words at either end of an axis: one, and a second where there is room.

    Examples
    --------
    >>> frame = pd.DataFrame({"label": ["modern", "near me"], "axis": 1, "coordinate": [0.5, -1.0],
    ...                       "contribution": [0.3, 0.7], "supplementary": False})
    >>> axis_ends(frame, 1)
    ('near me', 'modern')
    """
    rows = points[(points["axis"] == axis) & ~points["supplementary"].astype(bool)]
    rows = rows.sort_values("contribution", ascending=False, kind="stable")
    told = rows[rows["contribution"] >= rows["contribution"].sum() / max(2 * len(rows), 1)]
    first, second = [], []
    for sign in (-1, 1):
        words = told.loc[np.sign(told["coordinate"]) == sign, "label"].astype(str).tolist()[:2]
        both = translate(Message("{words}", {"words": words})) if words else ""
        first.append("".join(words[:1]))
        second.append(both if text_width(both) <= END_LINE else first[-1])
    # the ends of one line stand side by side on a phone
    fits = sum(map(text_width, second)) <= BOTH_ENDS
    low, high = second if fits else first
    return low, high


def draw_points(ax: Axes, side: MapSide, *, marker: str = "o", focus: str | None = None) -> None:
    """Draw points: filled, hollow where not active, the focus a larger diamond in the accent."""
    is_focus = np.array([label == focus for label in side.labels], dtype=bool)
    is_few = np.array([label in side.few for label in side.labels], dtype=bool) & ~is_focus
    if is_few.any():
        across, upward = side.places[is_few].T
        ax.scatter(
            across,
            upward,
            s=44,
            marker=marker,
            c=PALETTE["line"],
            edgecolors=PALETTE["soft"],
            linewidths=1.0,
            zorder=2.5,
        )
        add_key(ax, (Message("on few answers"), point(marker, "line")))
    colour, size = (PALETTE["ink"], 64) if marker == "o" else (PALETTE["soft"], 34)
    for which, face in (
        (side.active & ~is_focus & ~is_few, colour),
        (~side.active & ~is_few, PALETTE["paper"]),
    ):
        across, upward = side.places[which].T
        ax.scatter(
            across,
            upward,
            s=size,
            marker=marker,
            c=face,
            edgecolors=colour,
            linewidths=1.6,
            zorder=3,
        )
    across, upward = side.places[is_focus].T
    ax.scatter(across, upward, s=110, marker="D", c=PALETTE["accent"], zorder=4)


def draw_rays(ax: Axes, side: MapSide) -> None:
    """Draw points as lines from the middle, to be read along."""
    for place in side.places:
        ax.plot(
            [0, place[0]],
            [0, place[1]],
            color=PALETTE["line"],
            linewidth=1.2,
            linestyle="-",
            marker="",
            zorder=1,
        )


def label_map(
    ax: Axes,
    brands: MapSide,
    attributes: MapSide | None = None,
    *,
    focus: str | None = None,
    rays: MapSide | None = None,
    avoid: ArrayLike | None = None,
    lines: ArrayLike | None = None,
) -> PlacedLabels:
    """Name the points: the focus first, then both sides in turn, the most telling first.

    Parameters
    ----------
    ax : Axes
        With its points drawn.
    brands, attributes : MapSide
    focus : str, optional
    rays : MapSide, optional
        The side drawn as lines, of which names keep clear.
    avoid : array, m x 2, optional
        Further markers that no name may cover.
    lines : array, k x 2 x 2, optional
        Further lines, from point to point, that names keep clear of where they can.

    Returns
    -------
    PlacedLabels
    """
    others = MapSide([], np.empty((0, 2)), np.empty(0, dtype=bool), np.empty(0))
    attributes = others if attributes is None else attributes
    kinds: list[Kind] = ["brand"] * len(brands.labels)
    kinds += ["attribute"] * len(attributes.labels)
    parts = [np.asarray(() if lines is None else lines, dtype=float).reshape(-1, 2, 2)]
    if rays is not None:
        parts.append(np.stack([np.zeros_like(rays.places), rays.places], axis=1))
    return place_labels(
        ax,
        [*brands.labels, *attributes.labels],
        np.vstack([brands.places, attributes.places]),
        priority=[*-_rank(brands.telling), *-(ATTRIBUTE_TURN * _rank(attributes.telling))],
        kinds=kinds,
        emphasise=(focus,) if focus is not None and focus in brands.labels else (),
        avoid=avoid,
        lines=np.concatenate(parts),
    )


def _rank(telling: Floats) -> Floats:
    """Give 0 to the most telling point, 1 to the next; ties in the order of the table."""
    return np.argsort(np.argsort(-telling, kind="stable"), kind="stable").astype(float)


#: Radius, as a part of the points' spread, beyond which a region gets no room of its own.
LARGEST: Final = 0.5
#: Regions from which they are drawn in the softest line: so many edges would hide the names.
MANY: Final = 16
#: Pieces of an ellipse's edge that names keep clear of.
EDGE: Final = 16


@dataclass(frozen=True)
class Regions:
    """Ellipses around points; missing where none is given.

    Parameters
    ----------
    places : ndarray, n x 2
    radii : ndarray, n x 2
        Long and short radius.
    angles : ndarray, n
        Degrees from the axis across to the long radius.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> two = Regions(np.zeros((2, 2)), np.array([[2.0, 1.0], [np.nan, np.nan]]), np.zeros(2))
    >>> ax = new_axes()
    >>> two.draw(ax)
    >>> len(ax.patches), two.edges().shape
    (1, (16, 2, 2))
    """

    places: Floats
    radii: Floats
    angles: Floats

    @classmethod
    def of(cls, frame: pd.DataFrame, places: Floats) -> Regions:
        """Take ``radius_long radius_short angle`` of a frame, one row a place."""
        radii = frame[["radius_long", "radius_short"]].to_numpy(dtype=float)
        return cls(places, radii, frame["angle"].to_numpy(dtype=float))

    def edges(self) -> Floats:
        """Give the edges as short lines, shape (lines, 2, 2)."""
        known = np.isfinite(self.radii).all(axis=1)
        turn = np.linspace(0, 2 * np.pi, EDGE + 1)
        long, short = self.radii[known].T[..., None]
        lean = np.radians(self.angles[known])[:, None]
        along, beside = np.cos(turn) * long, np.sin(turn) * short
        across = along * np.cos(lean) - beside * np.sin(lean)
        upward = along * np.sin(lean) + beside * np.cos(lean)
        edge = self.places[known][:, None, :] + np.stack([across, upward], axis=2)
        return np.asarray(np.stack([edge[:, :-1], edge[:, 1:]], axis=2).reshape(-1, 2, 2))

    def room(self, places: Floats | None = None) -> Floats:
        """Give the outer points that a map makes room for: of large regions a part only, n x 2.

        Large is told by the spread of ``places``, those of the regions where not given.
        """
        places = self.places if places is None else places
        span = float(np.ptp(places, axis=0).max())
        low, high = places.min(axis=0) - LARGEST * span, places.max(axis=0) + LARGEST * span
        return np.asarray(np.clip(self.edges().reshape(-1, 2), low, high))

    def draw(self, ax: Axes, *, focus: Sequence[bool] = ()) -> None:
        """Draw them; that of the focus in the accent, filled softly."""
        marked = list(focus) or [False] * len(self.places)
        usual = PALETTE["line" if len(self.places) >= MANY else "soft"]
        rows = zip(self.places, self.radii, self.angles, marked, strict=True)
        for place, (long, short), angle, is_focus in rows:
            if np.isfinite([long, short]).all():
                ellipse = Ellipse(tuple(place), 2 * long, 2 * max(short, 1e-9), angle=angle)
                ellipse.set_facecolor(PALETTE["accent-soft"] if is_focus else "none")
                ellipse.set_edgecolor(PALETTE["accent"] if is_focus else usual)
                ellipse.set(linewidth=1.2 if is_focus else 0.9, zorder=1.5 if is_focus else 2)
                ax.add_patch(ellipse)
