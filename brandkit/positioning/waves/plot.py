"""Figure of who moved from one wave to the next."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.linalg import Floats
from brandkit.positioning.image.plot import attribute_side, draw_attributes, map_canvas
from brandkit.positioning.waves.waves import WaveMovement
from brandkit.viz.maps import Regions, draw_points, label_map, map_side
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import theme


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
    start, end = _ends(result, step)
    moved, mine = step["moved"].to_numpy(dtype=bool), (step["brand"] == brand).to_numpy()
    brands = map_side(
        step["brand"].tolist(), places=end, active=moved, most=len(step), always=brand,
        telling=step["map_distance"].to_numpy(dtype=float) + 10.0 * moved,
    )  # fmt: skip
    attributes, rays = attribute_side(result.map)
    regions = Regions.of(step[moved], end[moved])
    points = np.vstack([end, attributes.places, start, regions.room(end)])
    ax = map_canvas(result.map, ax=ax, points=points)
    with theme():
        regions.draw(ax, focus=mine[moved])
        draw_attributes(ax, attributes, rays)
        for one, to, is_focus in zip(start[moved], end[moved], mine[moved], strict=True):
            _draw_arrow(ax, one, to, colour=PALETTE["accent" if is_focus else "ink"])
        draw_points(ax, brands, focus=brand if mine[moved].any() else None)
        across, upward = end[mine & ~moved].T
        ax.scatter(across, upward, s=52, marker="D", c=PALETTE["paper"], zorder=4,
                   edgecolors=PALETTE["accent"], linewidths=1.6)  # fmt: skip
        lines = np.concatenate([regions.edges(), np.stack([start, end], axis=1)[moved]])
        label_map(ax, brands, attributes, focus=brand, rays=rays, lines=lines, avoid=start[moved])
    return ax


def _ends(result: WaveMovement, step: pd.DataFrame) -> tuple[Floats, Floats]:
    """Give where each brand stood, and where it stands relative to the market."""
    places = result.places[result.places["wave"] == step["wave_from"].iloc[0]]
    at = places.pivot(index="brand", columns="axis", values="coordinate").loc[step["brand"]]
    start = at.reindex(columns=[1, 2], fill_value=0.0).to_numpy()
    return start, start + step[["move_across", "move_upward"]].to_numpy(dtype=float)


def _draw_arrow(ax: Axes, start: Floats, end: Floats, *, colour: str) -> None:
    """Draw where a brand stood and the arrow to where it stands."""
    ax.scatter(start[0], start[1], s=20, marker="o", c=PALETTE["paper"], edgecolors=colour,
               linewidths=1.2, zorder=3)  # fmt: skip
    arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6, "shrinkA": 3, "shrinkB": 3}
    ax.annotate("", xy=tuple(end), xytext=tuple(start), zorder=3, arrowprops=arrow)
