"""Figures of how overlap changed: what is drawn is in the result."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.overlap.history.changes import CatalogChanges
from brandkit.overlap.history.history import COMPONENT_NAMES, INDEX_NAMES, INDICES, OverlapHistory
from brandkit.viz.marks import Dots, add_key, dot_rows, heat_map
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, theme

_LOOKS: Final[tuple[dict[str, Any], ...]] = (
    {"color": PALETTE["ink"], "marker": "o", "linestyle": "-"},
    {"color": PALETTE["soft"], "marker": "^", "linestyle": ":"},
    {"color": PALETTE["soft"], "marker": "v", "linestyle": "-."},
    {"color": PALETTE["second"], "marker": "s", "linestyle": "--"},
)
_FLAT_DATES: Final = 5  # up to so many dates their labels stand upright


#: Banks that are drawn; the table has all.
MOST_BANKS = 20


def overlap_history(
    result: OverlapHistory, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw the four indices over the dates; a date that cannot be used is a gap."""
    del focus  # the indices are of all banks
    ax = ax or new_axes(WIDTH, 4.6, fluid=True)
    dates = result.dates.sort_values("as_of")
    with theme():
        for index, look in zip(INDICES, _LOOKS, strict=True):
            rows = result.indices[result.indices["index"] == index].sort_values("as_of")
            (line,) = ax.plot(
                _days(rows["as_of"]),
                rows["estimate"],
                **look,
                markersize=7,
                markerfacecolor=PALETTE["paper"],
            )
            add_key(ax, (Message(INDEX_NAMES[index]), line))
        days = _days(dates["as_of"])
        half = 0.012 * (days.max() - days.min())
        hatch: dict[str, Any] = {
            "facecolor": PALETTE["wash"],
            "edgecolor": PALETTE["soft"],
            "hatch": "////",
        }
        for day in days[~dates["usable"].to_numpy()]:
            span = ax.axvspan(day - half, day + half, linewidth=0, zorder=0, **hatch)
            add_key(ax, (Message("not usable"), span))
        written = pd.to_datetime(dates["as_of"]).dt.strftime("%Y-%m").tolist()
        ax.set_xticks(days, written, rotation=90 if len(days) > _FLAT_DATES else 0)
        ax.margins(x=0.08)
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        ax.yaxis.set_major_formatter(FuncFormatter(_percent))
        ax.grid(axis="y")
        for side in ("left", "bottom"):
            ax.spines[side].set_visible(False)
        ax.set_xlabel(translate(Message("How alike banks are, by date")))
    return ax


def overlap_change(result: OverlapHistory, *, ax: Axes | None = None) -> Axes:
    """Draw what the change from the first date to the last is made of.

    A dot is the part, its line the range over the orders in which parts can be taken out; the
    ticks on the line of real change are those in the words of the first and of the last date.
    """
    rows = result.change.set_index("component").loc[list(COMPONENT_NAMES)] * 100
    ax = dot_rows(
        [translate(Message(text)) for text in COMPONENT_NAMES.values()],
        Dots(rows["estimate"], rows["range_low"], rows["range_high"]),
        label=Message("Change in percentage points"),
        kind="signed",
        ticks=rows[["on_first", "on_last"]],
        columns={"": [formatted(float(value), "signed") for value in rows["estimate"]]},
        reference=0.0,
        says={
            "line": Message("range over the orders of parts"),
            "tick": Message("in the words of the first or last date"),
        },
        ax=ax,
    )
    ax.axhline(0.5, color=PALETTE["line"], linewidth=1, zorder=0)
    return ax


def _days(dates: pd.Series) -> Floats:
    """Give dates as days, which the axis can place."""
    since = pd.to_datetime(dates) - pd.Timestamp("1970-01-01")
    return np.asarray(since / pd.Timedelta(days=1), dtype=np.float64)


def _percent(value: float, _: object) -> str:
    return formatted(round(value, 6), "percent" if abs(value * 100 % 1) < 1e-6 else "percent1")


def catalog_changes(
    result: CatalogChanges, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw how many products of each bank came, went and changed, those with most first."""
    kinds = {"new": Message("new"), "gone": Message("gone"), "changed": Message("changed")}
    counts = pd.crosstab(result.products["brand"], result.products["status"])
    counts = counts.reindex(columns=list(kinds), fill_value=0)
    order = counts.sum(axis=1).sort_values(ascending=False, kind="stable").index[:MOST_BANKS]
    bank = focus if focus in order else None
    return heat_map(
        counts.loc[order].to_numpy(dtype=float),
        rows=list(map(str, order)),
        columns=[translate(one) for one in kinds.values()],
        kind="count",
        focus=bank,
        column_label=Message("Products"),
        ax=ax,
    )
