"""Figure of pooled estimates: from the raw value, by an arrow, to what would be found again."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.pooling.pooling import PartialPooling, pooled_rows
from brandkit.satisfaction.scores.rows import telling_rows
from brandkit.viz.marks import Dots, dot_rows, write_column
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import theme


def partial_pooling(
    result: PartialPooling,
    *,
    ax: Axes | None = None,
    focus: object = None,
    group: str | None = None,
    kind: str = "decimal2",
) -> Axes:
    """Draw raw values, hollow, and the pooled ones they are drawn to; the line is their mean.

    At the right the pooled value, and the place by the raw and by the pooled one.
    """
    every, whole = pooled_rows(result, group)
    focus, _ = known_focus(focus, every["label"])
    rows = telling_rows(every, focus=focus)
    ends = np.concatenate([rows["estimate"], rows["ci_low"], rows["ci_high"]])
    room = 0.04 * float(np.ptp(ends)) or 1.0
    ax = dot_rows(
        rows["label"].tolist(),
        Dots(rows["pooled"], rows["ci_low"], rows["ci_high"]),
        label=Message("Raw value (hollow) and pooled value"),
        kind="decimal1",
        focus=focus,
        columns={"": [formatted(value, kind) for value in rows["pooled"]]},
        limits=(float(ends.min()) - room, float(ends.max()) + room),
        ax=ax,
    )
    places = [
        f"{raw:g}" if raw == pooled else f"{raw:g} → {pooled:g}"
        for raw, pooled in zip(rows["rank"], rows["pooled_rank"], strict=True)
    ]
    with theme():
        ax.axvline(
            whole["estimate"], color=PALETTE["soft"], linewidth=1.2, linestyle="--", zorder=1
        )
        _draw_arrows(ax, rows, focus)
        write_column(ax, places, column=1, head=translate(Message("rank")), align="left")
    return ax


def _draw_arrows(ax: Axes, rows: pd.DataFrame, focus: str | None) -> None:
    """Draw raw values a little above their row, and how far they are drawn in."""
    for at, (label, raw, pooled) in enumerate(
        zip(rows["label"], rows["estimate"], rows["pooled"], strict=True)
    ):
        colour, height = PALETTE["accent" if label == focus else "soft"], at - 0.28
        arrow = {"arrowstyle": "->", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (pooled, height), (raw, height), arrowprops=arrow)
        ax.scatter([raw], [height], s=22, c=PALETTE["paper"], edgecolors=colour, zorder=4)
