"""Drawing of the importance-performance map. A plot takes a result and computes no statistics."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.path_names import Names, block_name
from brandkit.satisfaction.priorities import ImportancePerformance
from brandkit.viz.labels import place_labels
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, theme

SETTLED: Final = 0.9
"""Share of draws from which a point is said to lie in its quadrant."""

#: What is written in the corners, by quadrant.
QUADRANT_NAMES: Final[dict[str, Message]] = {
    "act": Message("Act first"),
    "keep": Message("Keep up"),
    "later": Message("Later"),
    "enough": Message("Enough"),
}
#: Corner, and how the text hangs there.
_CORNERS: Final[dict[str, tuple[float, float]]] = {
    "act": (1.0, 0.0), "keep": (1.0, 1.0), "later": (0.0, 0.0), "enough": (0.0, 1.0),
}  # fmt: skip
#: Room around points, as part of the spread.
_ROOM: Final = 0.18


def plot_importance_performance(
    result: ImportancePerformance, *, ax: Axes | None = None, names: Names | None = None
) -> Axes:
    """Draw what is important against how well it is done, with the lines between quadrants.

    Filled points lie in their quadrant in nine of ten draws, hollow ones do not; the share stands
    beside the name. What is important and done badly is a diamond in the accent colour. Thin lines
    are the intervals of both numbers.

    Parameters
    ----------
    result : ImportancePerformance
    ax : Axes, optional
        Where to draw; new axes where not given.
    names : mapping, optional
        What readers call blocks and items; else blocks by their usual codes, items by their label.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.satisfaction.paths import path_model
    >>> from brandkit.satisfaction.priorities import importance_performance
    >>> answers = pd.DataFrame({
    ...     "q": [8, 5, 9, 4, 7, 6], "v": [6, 6, 7, 2, 5, 6], "s": [7, 5, 9, 5, 8, 4]})
    >>> model = path_model(answers, blocks={"QUAL": ["q"], "VAL": ["v"], "SAT": ["s"]},
    ...                    paths=[("QUAL", "SAT"), ("VAL", "SAT")], limits=(0, 10), draws=50)
    >>> len(plot_importance_performance(importance_performance(model)).collections)
    2
    """
    if ax is None:
        ax = new_axes(WIDTH, 5.2)
    rows = result.points
    places = rows[["importance", "performance"]].to_numpy(dtype=float)
    with theme():
        _draw_frame(ax, result, places, names)
        for row in rows.to_dict("records"):
            _draw_intervals(ax, row)
        for row in rows.to_dict("records"):
            _draw_point(ax, row)
        place_labels(
            ax,
            [_label(row, names) for row in rows.to_dict("records")],
            places,
            priority=rows["importance"].to_numpy(dtype=float),
            emphasise=[_label(row, names) for row in rows.to_dict("records") if _is_urgent(row)],
            lines=_interval_lines(rows),
        )
    return ax


def _interval_lines(rows: pd.DataFrame) -> Floats:
    """Give both intervals of every point, 2n x 2 x 2: no name is written over them."""
    at = {name: rows[name].to_numpy(dtype=float) for name in (
        "importance", "importance_low", "importance_high",
        "performance", "performance_low", "performance_high",
    )}  # fmt: skip
    across = [[at["importance_low"], at["performance"]], [at["importance_high"], at["performance"]]]
    upward = [[at["importance"], at["performance_low"]], [at["importance"], at["performance_high"]]]
    lines = np.moveaxis(np.concatenate([across, upward], axis=-1), -1, 0)
    return np.asarray(lines[np.isfinite(lines).all(axis=(1, 2))])


def _is_urgent(row: dict[Any, Any]) -> bool:
    return bool(row["quadrant"] == "act")


def _label(row: dict[Any, Any], names: Names | None) -> str:
    """Name a point, with the share of draws in which it lies where it is drawn."""
    if row["item"] is None:
        named = block_name(str(row["block"]), names)
    else:
        named = (names or {}).get(str(row["item"]), str(row["label"]))
    share = formatted(row[f"share_{row['quadrant']}"], "percent")
    return f"{translate(named)} {share}"


def _draw_frame(
    ax: Axes, result: ImportancePerformance, places: Floats, names: Names | None
) -> None:
    """Draw both lines, the names of the quadrants and of the axes."""
    lines = np.array([result.importance_mean, result.performance_mean])
    around = np.vstack([places, lines])
    room = _ROOM * np.maximum(np.ptp(around, axis=0), 1e-9)
    low, high = around.min(axis=0) - room, around.max(axis=0) + room
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.axvline(lines[0], color=PALETTE["line"], linewidth=1, linestyle="-", zorder=0)
    ax.axhline(lines[1], color=PALETTE["line"], linewidth=1, linestyle="-", zorder=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    for quadrant, (across, up) in _CORNERS.items():
        ax.annotate(
            translate(QUADRANT_NAMES[quadrant]), (across, up), xycoords="axes fraction",
            xytext=(4 if across == 0 else -4, 4 if up == 0 else -4), textcoords="offset points",
            ha="left" if across == 0 else "right", va="bottom" if up == 0 else "top",
            color=PALETTE["soft"], zorder=1,
        )  # fmt: skip
    target = block_name(result.target, names)
    across_said = Message("Importance: what a point more adds to {target}", {"target": target})
    ax.set_xlabel(translate(across_said))
    ax.set_ylabel(translate(Message("Performance, 0 to 100")))


def _draw_intervals(ax: Axes, row: dict[Any, Any]) -> None:
    style: dict[str, Any] = {
        "color": PALETTE["line"],
        "linewidth": 1.2,
        "linestyle": "-",
        "zorder": 1,
    }
    ax.plot([row["importance_low"], row["importance_high"]], [row["performance"]] * 2, **style)
    ax.plot([row["importance"]] * 2, [row["performance_low"], row["performance_high"]], **style)


def _draw_point(ax: Axes, row: dict[Any, Any]) -> None:
    colour = PALETTE["accent"] if _is_urgent(row) else PALETTE["ink"]
    is_settled = row[f"share_{row['quadrant']}"] >= SETTLED
    ax.scatter(
        [row["importance"]], [row["performance"]], s=52 if _is_urgent(row) else 40,
        marker="D" if _is_urgent(row) else "o", c=colour if is_settled else PALETTE["paper"],
        edgecolors=colour, linewidths=1.5, zorder=3,
    )  # fmt: skip
