"""Drawing of trends: small charts of the series that moved most."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from brandkit.core.message import formatted
from brandkit.market.trends.story import leading
from brandkit.market.trends.trend import Trend
from brandkit.viz.labels import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.svg import POINTS_AN_INCH, SlimCanvas
from brandkit.viz.theme import WIDTH, theme

#: Charts, side by side; inches of a row of them; half ems of a title.
MOST, ACROSS, ROW, LINE = 6, 2, 1.75, 32
_KINDS = {"mean": "decimal1", "nps": "points"}


def trend(result: Trend, *, focus: object = None) -> Figure:  # noqa: ARG001
    """Draw dots with intervals over the waves and the band of the level; alerts in the accent."""
    shown = leading(result, MOST)
    across = min(ACROSS, len(shown))
    down = -(-len(shown) // across)
    with theme():
        figure = Figure(figsize=(WIDTH, 0.3 + ROW * down), dpi=POINTS_AN_INCH, layout="constrained")
        SlimCanvas(figure)
        axes = figure.subplots(down, across, squeeze=False).ravel()
        for ax, one in zip(axes, shown, strict=False):
            rows = result.waves[
                (result.waves["question"] == one["question"])
                & (result.waves["label"] == one["label"])
            ]
            at, colour = np.arange(len(rows)), PALETTE["accent" if one["alert"] else "ink"]
            ax.fill_between(at, rows["smoothed_low"], rows["smoothed_high"], color=PALETTE["line"],
                            alpha=0.5, linewidth=0)  # fmt: skip
            ax.vlines(at, rows["ci_low"], rows["ci_high"], color=colour, linewidth=1.4)
            ax.scatter(at, rows["estimate"], s=24, c=colour, zorder=3)
            kind = _KINDS.get(one["kind"], "percent")
            ax.yaxis.set_major_locator(MaxNLocator(3))
            ax.yaxis.set_major_formatter(
                FuncFormatter(lambda value, _, kind=kind: formatted(value, kind))
            )
            ends = [0, len(rows) - 1]
            ax.set_xticks(ends, [rows["wave"].iloc[end] for end in ends])
            ax.set_title(row_names([str(one["label"])], line=LINE)[0], loc="left", color=colour)
        for ax in axes[len(shown) :]:
            ax.set_axis_off()
    return figure
