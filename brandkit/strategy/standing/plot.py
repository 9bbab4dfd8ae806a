"""Drawing of where a bank stands in its market."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.strategy.standing.canvas import ValueCurve
from brandkit.strategy.standing.distinct import Distinctiveness, performance_weight, told_test
from brandkit.viz.labels import place_labels, row_names
from brandkit.viz.marks import Dots, add_key, dot_rows, name_upward, stroke
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, theme

MOST_NAMED = 24
"""Banks that are named; of more the furthest, and the focus."""


def distinctiveness(
    result: Distinctiveness, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw performance by distance from the others; the shape only where it is settled."""
    rows = result.brands.dropna(subset=["estimate"])
    bank, _ = known_focus(focus, rows["brand"])
    places = rows[["distance", "estimate"]].to_numpy(dtype=float)
    mine = (rows["brand"] == bank).to_numpy()
    ax = new_axes(WIDTH, 5.0, fluid=True) if ax is None else ax
    with theme():
        for which, marker, colour, size in ((~mine, "o", "ink", 34), (mine, "D", "accent", 58)):
            across, upward = places[which].T
            ax.scatter(across, upward, s=size, marker=marker, c=PALETTE[colour], zorder=3)
        ax.margins(0.12)
        told = told_test(result)
        if told["settled"] != "open":
            x, y, error = rows.loc[
                rows["is_counted"], ["distance", "estimate", "std_error"]
            ].T.values
            weight = performance_weight(y, error) if told["test"] == "curve" else np.ones(len(y))
            shape = np.polyfit(x, y, 1 + (told["test"] == "curve"), w=np.sqrt(weight))
            along = np.linspace(x.min(), x.max(), 40)
            look: dict[str, Any] = {
                "color": PALETTE["soft"],
                "linewidth": 1.4,
                "marker": "",
                "zorder": 2,
            }
            ax.plot(along, np.polyval(shape, along), **look)
            add_key(ax, (Message("what goes together"), stroke("soft", width=1.4)))
        ax.xaxis.set_major_locator(MaxNLocator(6, prune="lower"))
        ax.set_xlabel(translate(Message("Distance from the others →")))
        name_upward(ax, result.performance or Message("Performance"))
        place_labels(
            ax,
            rows["brand"].tolist(),
            places,
            max_labels=MOST_NAMED,
            priority=np.abs(places[:, 0] - np.median(places[:, 0])) + 99 * mine,
            emphasise=() if bank is None else bank,
        )
    return ax


MOST_ATTRIBUTES = 16
"""Attributes that the canvas shows: what matters first, then the widest differences."""


def value_curve(result: ValueCurve, *, ax: Axes | None = None) -> Axes:
    """Draw the canvas: the bank's offers on the band of its rivals', by what matters."""
    rows = result.canvas.assign(far=result.canvas["difference"].abs())
    rows = rows.sort_values(["importance", "far"], ascending=False, kind="stable")
    rows = rows.head(MOST_ATTRIBUTES)
    seen = rows["perceived"].astype(float)
    columns: dict[str | Message, list[str]] = {
        Message("offers"): [formatted(100 * one, "points") for one in rows["difference"]]
    }
    if seen.notna().any():
        columns[Message("seen")] = [formatted(one, "points") for one in seen]
    return dot_rows(
        row_names(rows["attribute"].tolist()),
        [
            Dots(
                rows["rivals_mean"], rows["rivals_q25"], rows["rivals_q75"], label=Message("rivals")
            ),
            Dots(rows["our_share"], label=result.brand, is_focus=True),
        ],
        label=Message("Share of offers that have it"),
        columns=columns,
        limits=(-0.03, 1.03),
        ax=ax,
    )
