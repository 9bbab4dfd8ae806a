"""Drawings of path models: the diagram, groups' coefficients, errors of prediction, the levers."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.paths.comparison import PathComparison, PathPrediction
from brandkit.satisfaction.paths.design import block_name
from brandkit.satisfaction.paths.paths import ImportancePerformance, PathModel, point_name
from brandkit.viz.diagram import Arrow, Box, diagram
from brandkit.viz.labels import place_labels
from brandkit.viz.marks import (
    Dots,
    add_key,
    dot_rows,
    name_rows,
    name_upward,
    point,
    stroke,
    write_column,
)
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import SERIES, WIDTH, new_axes, rows_height, theme

#: Adjusted p-value up to which the line between groups is drawn strong.
SETTLED: Final = 0.05
#: Share of draws from which a point is said to lie in its quadrant.
MOSTLY: Final = 0.9
#: What is written in the corners, by quadrant, and where: across and up.
_CORNERS: Final = {
    "act": (Message("Act first"), (1.0, 0.0)),
    "keep": (Message("Keep up"), (1.0, 1.0)),
    "later": (Message("Later"), (0.0, 0.0)),
    "enough": (Message("Enough"), (0.0, 1.0)),
}


def path_model(result: PathModel, *, ax: Axes | None = None) -> Axes:
    """Draw blocks as boxes and paths as arrows: wide where strong, dashed where open or small."""
    led_to = np.asarray(result.design.inner.any(axis=1))
    boxes = [
        Box(
            translate(block_name(name)),
            translate(Message("{share:percent} explained", {"share": share})) if is_led_to else "",
        )
        for name, share, is_led_to in zip(
            result.design.blocks, result.blocks["r2"], led_to, strict=True
        )
    ]
    arrows = []
    for (source, target), row in zip(
        result.design.paths, result.paths.to_dict("records"), strict=True
    ):
        ends = {"low": row["ci_low"], "high": row["ci_high"]}
        interval = translate(Message("{low:decimal2} to {high:decimal2}", ends))
        label = f"{formatted(row['estimate'], 'decimal2')}\n{interval}"
        is_sure = row["size"] == "matters"
        width = 1.0 + 4.0 * min(abs(float(row["estimate"])), 1.0) if is_sure else 1.2
        arrows.append(Arrow(source, target, label, width=width, dashed=not is_sure))
    return diagram(boxes, arrows, ax=ax)


def path_comparison(result: PathComparison, *, ax: Axes | None = None) -> Axes:
    """Draw each path's coefficient in every group; strong lines where they differ for sure.

    Up to four groups have markers of their own; of more, the extremes are named in the table.
    """
    tests = result.tests
    if ax is None:
        ax = new_axes(WIDTH, rows_height(1.5 * len(tests)), fluid=True)
    groups = [str(name) for name in dict.fromkeys(result.estimates["segment"])]
    names = [
        f"{translate(block_name(str(source)))} → {translate(block_name(str(target)))}"
        for source, target in zip(tests["source"], tests["target"], strict=True)
    ]
    estimates = result.estimates["estimate"].to_numpy().reshape(len(tests), len(groups))
    many = len(groups) > len(SERIES)
    with theme():
        name_rows(ax, names)
        ax.axvline(0, color=PALETTE["line"], linewidth=1, linestyle="-", zorder=0)
        for row, (values, p) in enumerate(zip(estimates, tests["p_adjusted"], strict=True)):
            width, colour = (3, "ink") if p <= SETTLED else (1, "soft")
            ax.plot(
                [values.min(), values.max()],
                [row, row],
                linestyle="-",
                marker="",
                zorder=1,
                linewidth=width,
                color=PALETTE[colour],
            )
        for at, name in enumerate(groups):
            look = SERIES[0 if many else at]
            colour = PALETTE["soft"] if many else look["color"]
            size = 5 if many else 7
            (mark,) = ax.plot(
                estimates[:, at],
                np.arange(len(tests)),
                linestyle="",
                color=colour,
                marker=look["marker"],
                markersize=size,
                zorder=2,
            )
            add_key(ax, (Message("groups") if many else name, mark))
        add_key(
            ax,
            (Message("groups differ"), stroke(width=3)),
            (Message("open"), stroke("soft", width=1)),
        )
        write_column(ax, [formatted(p, "p") for p in tests["p_adjusted"]], head="p")
        ax.set_xlabel(translate(Message("Path coefficient")))
        ax.grid(axis="x")
    return ax


def path_prediction(result: PathPrediction, *, ax: Axes | None = None) -> Axes:
    """Draw the errors in foretelling each question, by the path model and by a regression."""
    rows = result.items
    return dot_rows(
        rows["label"].astype(str).tolist(),
        [
            Dots(rows["rmse"], label=Message("Path model")),
            Dots(rows["rmse_linear"], label=Message("Linear regression")),
        ],
        label=Message("Error of prediction"),
        kind="decimal1",
        ticks=rows["rmse_mean"],
        says={"tick": Message("the mean foretold for all")},
        ax=ax,
    )


def importance_performance(result: ImportancePerformance, *, ax: Axes | None = None) -> Axes:
    """Draw what is important against how well it is done, with the lines between quadrants.

    Filled points lie in their quadrant in nine of ten draws; the share stands beside the name.
    What is important and done badly is a diamond in the accent. Thin lines are intervals.
    """
    if ax is None:
        ax = new_axes(WIDTH, 5.4, fluid=True)
    rows = result.points
    places = rows[["importance", "performance"]].to_numpy(dtype=float)
    across, upward = _intervals(result)
    labels, urgent = [], []
    with theme():
        _draw_frame(ax, result, places)
        for line in (*across, *upward):
            ax.plot(*line.T, color=PALETTE["line"], linewidth=1.2, linestyle="-", zorder=1)
        for row in rows.to_dict("records"):
            share, is_urgent = float(row[f"share_{row['quadrant']}"]), row["quadrant"] == "act"
            colour = PALETTE["accent" if is_urgent else "ink"]
            ax.scatter(
                [row["importance"]],
                [row["performance"]],
                s=90 if is_urgent else 64,
                marker="D" if is_urgent else "o",
                edgecolors=colour,
                linewidths=1.5,
                c=colour if share >= MOSTLY else PALETTE["paper"],
                zorder=3,
            )
            labels.append(f"{translate(point_name(row))} {formatted(share, 'percent')}")
            urgent += labels[-1:] if is_urgent else []
        add_key(
            ax,
            (Message("in its quarter in nine of ten draws"), point()),
            (Message("not settled"), point(hollow=True)),
            (Message("interval"), stroke("line")),
        )
        lines = np.concatenate([across, upward])
        place_labels(
            ax,
            labels,
            places,
            priority=places[:, 0],
            emphasise=urgent,
            lines=lines[np.isfinite(lines).all(axis=(1, 2))],
        )
    return ax


def _intervals(result: ImportancePerformance) -> tuple[Floats, Floats]:
    """Give both intervals of every point, each n x 2 x 2: ends, then across and up."""
    rows = result.points
    x, y = rows["importance"], rows["performance"]
    across = [[rows["importance_low"], y], [rows["importance_high"], y]]
    upward = [[x, rows["performance_low"]], [x, rows["performance_high"]]]
    return np.moveaxis(np.array(across), -1, 0), np.moveaxis(np.array(upward), -1, 0)


def _draw_frame(ax: Axes, result: ImportancePerformance, places: Floats) -> None:
    """Draw both lines, the names of the quadrants and of the axes."""
    lines = np.array([result.importance_mean, result.performance_mean])
    around = np.vstack([places, lines])
    room = 0.18 * np.maximum(np.ptp(around, axis=0), 1e-9)
    low, high = around.min(axis=0) - room, around.max(axis=0) + room
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.axvline(lines[0], color=PALETTE["line"], linewidth=1, linestyle="-", zorder=0)
    ax.axhline(lines[1], color=PALETTE["line"], linewidth=1, linestyle="-", zorder=0)
    ax.spines[:].set_visible(False)
    for name, (x, y) in _CORNERS.values():
        ax.annotate(
            translate(name),
            (x, y),
            xycoords="axes fraction",
            textcoords="offset points",
            xytext=(4 if x == 0 else -4, 4 if y == 0 else -4),
            ha="left" if x == 0 else "right",
            va="bottom" if y == 0 else "top",
            color=PALETTE["soft"],
            zorder=1,
            style="italic",
        )
    target = {"target": block_name(result.target)}
    ax.set_xlabel(translate(Message("Importance: what a point more adds to {target} →", target)))
    name_upward(ax, Message("Performance, 0 to 100"))
