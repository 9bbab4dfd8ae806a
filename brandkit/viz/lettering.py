"""Texts on axes: measuring them, and putting them where a placement says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.transforms import Affine2D, Affine2DBase, ScaledTranslation

from brandkit.core.linalg import Floats
from brandkit.viz.fonts import is_wide
from brandkit.viz.palette import PALETTE
from brandkit.viz.placement import Ground, Placement
from brandkit.viz.renderer import HALO, POINTS_AN_INCH, SlimRenderer

Kind = Literal["brand", "attribute"]

#: The gid of the line between a marker and its label.
LEADER: Final = "leader"

_MARGIN: Final = 2.0


@dataclass(frozen=True)
class Limits:
    """What axes show.

    Parameters
    ----------
    across, up : tuple of float
        The ends of the two axes.
    may_grow : bool
        Whether both are linear, so that they can show any value.
    """

    across: tuple[float, float]
    up: tuple[float, float]
    may_grow: bool


@dataclass(frozen=True)
class Lettering:
    """Axes that labels are written on, on a canvas of one unit a point.

    Parameters
    ----------
    ax : Axes
    figure : Figure
    renderer : SlimRenderer
        Measures.
    markers : array, m × 2
        Every marker to keep visible, in the coordinates of the data.
    lines : array, k × 2 × 2
        Lines to keep clear of, likewise.
    radius : float
        Of the markers, in points.
    """

    ax: Axes
    figure: Figure
    renderer: SlimRenderer
    markers: Floats
    lines: Floats
    radius: float

    def freeze(self) -> None:
        """Keep limits and layout as they are from here on."""
        self.ax.set_autoscale_on(False)
        if self.figure.get_layout_engine() is not None:
            self.figure.set_layout_engine("none")

    def limits(self) -> Limits:
        """Give the limits of the axes, which show every point unless they were set by hand."""
        self.ax.update_datalim(self.markers)
        self.ax.autoscale_view()
        across, up = self.ax.get_xlim(), self.ax.get_ylim()
        may_grow = self.ax.get_xscale() == self.ax.get_yscale() == "linear"
        return Limits(across, up, may_grow)

    def show(self, limits: Limits) -> None:
        """Show what lies within these limits, and lay the figure out anew."""
        self.ax.set_xlim(limits.across, auto=None)
        self.ax.set_ylim(limits.up, auto=None)
        engine = self.figure.get_layout_engine()
        if engine is not None:
            engine.execute(self.figure)
        self.ax.apply_aspect()

    def ground(self, *, apart_from: Collection[Annotation]) -> Ground:
        """Say what stands on the axes already."""
        to_points = self.ax.transData.transform
        window = self.ax.get_window_extent(self.renderer)
        ends = to_points(self.lines.reshape(-1, 2)).reshape(-1, 4)
        return Ground(
            window=np.array(window.extents) + np.array([1, 1, -1, -1]) * _MARGIN,
            markers=np.asarray(to_points(self.markers)),
            radius=self.radius,
            boxes=self._standing_texts(apart_from),
            leaders=self._standing_leaders(),
            lines=ends,
        )

    def write(self, text: str, kind: Kind, *, is_focus: bool = False) -> Annotation:
        """Write a text; where it stands is decided later."""
        style: dict[str, Any] = {"color": PALETTE["ink"]}
        if kind == "attribute":
            # Chinese type has no italics; a slanted character is only harder to read.
            slanted = not any(is_wide(one) for one in text)
            style = {"color": PALETTE["soft"], "style": "italic" if slanted else "normal"}
        if is_focus:
            style |= {"color": PALETTE["accent"], "weight": "bold"}
        written = self.ax.annotate(
            text, (0, 0), xytext=(0, 0), textcoords="offset points", ha="center", va="center",
            linespacing=1.1, zorder=5, gid=HALO, annotation_clip=False, **style,
        )  # fmt: skip
        written.set_in_layout(False)
        return written

    def size(self, text: Annotation) -> Floats:
        """Measure a text."""
        box = text.get_window_extent(self.renderer)
        return np.array([box.width, box.height])

    def stand(self, text: Annotation, spot: Floats, box: Floats) -> None:
        """Put a text into its box, holding on to its point by the nearest side."""
        point = self.ax.transData.transform(spot)
        centre, half = (box[:2] + box[2:]) / 2 - point, (box[2] - box[0]) / 2
        side = int(np.sign(round(centre[0] / max(half, 1.0) * 0.8)))
        text.xy = (float(spot[0]), float(spot[1]))
        text.set_horizontalalignment(("center", "left", "right")[side])
        text.xyann = (float(centre[0] - side * half), float(centre[1]))

    def tie(self, spot: Floats, leader: Floats) -> None:
        """Draw the line from a marker to a label that stands far from it."""
        point = self.ax.transData.transform(spot)
        here = ScaledTranslation(
            float(spot[0]), float(spot[1]), cast(Affine2DBase, self.ax.transData)
        )
        points = Affine2D().scale(1 / POINTS_AN_INCH) + self.figure.dpi_scale_trans
        ends = leader.reshape(2, 2) - point
        line = Line2D(
            ends[:, 0], ends[:, 1], transform=points + here, color=PALETTE["soft"], linewidth=0.8,
            linestyle="-", marker="", zorder=1.5, gid=LEADER, clip_on=False, solid_capstyle="butt",
        )  # fmt: skip
        line.set_in_layout(False)
        self.ax.add_artist(line)

    def _standing_texts(self, apart_from: Collection[Annotation]) -> Floats:
        texts = [
            text
            for text in self.ax.texts
            if text.get_visible() and text.get_text() and text not in apart_from
        ]
        legend = self.ax.get_legend()
        standing = [*texts, *([] if legend is None else [legend])]
        boxes = [artist.get_window_extent(self.renderer).extents for artist in standing]
        return np.array(boxes, dtype=float).reshape(-1, 4)

    def _standing_leaders(self) -> Floats:
        lines = [line for line in self.ax.lines if line.get_gid() == LEADER]
        ends = [line.get_transform().transform(np.asarray(line.get_xydata())) for line in lines]
        return np.array(ends, dtype=float).reshape(-1, 4)


def widened(limits: Limits, factor: float) -> Limits:
    """Move limits apart; those of a logarithmic axis stay."""
    if not limits.may_grow:
        return limits
    across, up = (
        ((low + high - (high - low) * factor) / 2, (low + high + (high - low) * factor) / 2)
        for low, high in (limits.across, limits.up)
    )
    return Limits(across, up, limits.may_grow) if factor != 1 else limits


def joined_ground(ground: Ground, placement: Placement) -> Ground:
    """Add what was just placed to what stands already."""
    leaders = placement.leaders[~np.isnan(placement.leaders[:, 0])]
    return Ground(
        window=ground.window,
        markers=ground.markers,
        radius=ground.radius,
        boxes=np.vstack([ground.boxes, placement.boxes[placement.found]]),
        leaders=np.vstack([ground.leaders, leaders]),
        lines=ground.lines,
    )
