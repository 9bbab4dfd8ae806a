"""Drawings of how overlap changed. A plot takes a result and computes no statistics."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.overlap.history.story import (
    COMPONENT_NAMES,
    COMPONENTS,
    INDEX_NAMES,
    INDICES,
    OverlapHistory,
)
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, write_column
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

_LOOKS: Final[tuple[dict[str, Any], ...]] = (
    {"color": PALETTE["ink"], "marker": "o", "linestyle": "-"},
    {"color": PALETTE["soft"], "marker": "^", "linestyle": ":"},
    {"color": PALETTE["soft"], "marker": "v", "linestyle": "-."},
    {"color": PALETTE["second"], "marker": "s", "linestyle": "--"},
)
_FLAT_DATES: Final = 5
"""Dates up to which their labels stand upright."""


def plot_overlap_history(result: OverlapHistory, *, ax: Axes | None = None) -> Axes:
    """Draw the four indices over the dates; a date that cannot be used is a gap.

    Parameters
    ----------
    result : OverlapHistory
    ax : Axes, optional
        Where to draw; new axes where not given.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from datetime import date
    >>> from brandkit.overlap import overlap_history
    >>> from brandkit.overlap.examples import small_catalog
    >>> days = {date(2025, 3, 1): small_catalog(), date(2026, 3, 1): small_catalog()}
    >>> len(plot_overlap_history(overlap_history(days)).lines)
    4
    """
    if ax is None:
        ax = new_axes(WIDTH, 4.6)
    days = pd.to_datetime(result.dates["as_of"]).sort_values()
    with theme():
        for index, look in zip(INDICES, _LOOKS, strict=True):
            rows = result.indices[result.indices["index"] == index].sort_values("as_of")
            ax.plot(_days(rows["as_of"]), rows["estimate"], **look,
                    markersize=7, markerfacecolor=PALETTE["paper"],
                    label=translate(INDEX_NAMES[index]))  # fmt: skip
        _draw_gaps(ax, result)
        many = len(days) > _FLAT_DATES
        ax.set_xticks(_days(days), [day.strftime("%Y-%m") for day in days],
                      rotation=90 if many else 0)  # fmt: skip
        ax.margins(x=0.08)
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        ax.yaxis.set_major_formatter(FuncFormatter(_percent))
        ax.grid(axis="y")
        for side in ("left", "bottom"):
            ax.spines[side].set_visible(False)
        ax.set_ylabel(translate(Message("How alike banks are")))
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, handlelength=3.2)
    return ax


def plot_overlap_change(result: OverlapHistory, *, ax: Axes | None = None) -> Axes:
    """Draw what the change from the first date to the last is made of.

    A dot is the part, its line the range over the orders in which parts can be taken out; the
    ticks on the line of real change are those in the words of the first and of the last date.

    Parameters
    ----------
    result : OverlapHistory
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> from datetime import date
    >>> from brandkit.overlap import overlap_history
    >>> from brandkit.overlap.examples import small_catalog
    >>> days = {date(2025, 3, 1): small_catalog(), date(2026, 3, 1): small_catalog()}
    >>> ax = plot_overlap_change(overlap_history(days))
    >>> [label.get_text() for label in ax.get_yticklabels()][:2]
    ['All in all', 'Banks come and go']
    """
    order = ("total", *COMPONENTS)
    rows = result.change.set_index("component").loc[list(order)] * 100
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 2))
    with theme():
        at = np.arange(len(rows))
        ax.axvline(0, color=PALETTE["soft"], linewidth=1.2, zorder=1)
        ax.hlines(at, rows["range_low"], rows["range_high"], color=PALETTE["soft"],
                  linewidth=2.6, zorder=2)  # fmt: skip
        for end in ("on_first", "on_last"):
            ax.scatter(rows[end], at, marker="|", s=170, linewidths=1.6,
                       color=PALETTE["second"], zorder=3)  # fmt: skip
        is_total = np.array([name == "total" for name in order])
        ax.scatter(rows["estimate"][is_total], at[is_total], s=58, marker="D", c=PALETTE["ink"],
                   zorder=4)  # fmt: skip
        ax.scatter(rows["estimate"][~is_total], at[~is_total], s=52, marker="o",
                   c=PALETTE["ink"], zorder=4)  # fmt: skip
        name_rows(ax, [translate(COMPONENT_NAMES[name]) for name in order])
        ax.axhline(0.5, color=PALETTE["line"], linewidth=1, zorder=0)
        ax.margins(x=0.08)
        ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _points(value, places=1)))
        ax.grid(axis="x")
        ax.set_xlabel(translate(Message("Change in percentage points")))
        write_column(ax, [_points(value, places=1) for value in rows["estimate"]])
    return ax


def _days(dates: pd.Series) -> Floats:
    """Give dates as days, which the axis can place."""
    since = pd.to_datetime(dates) - pd.Timestamp("1970-01-01")
    return np.asarray(since / pd.Timedelta(days=1), dtype=np.float64)


def _draw_gaps(ax: Axes, result: OverlapHistory) -> None:
    gaps = pd.to_datetime(result.dates.loc[~result.dates["usable"], "as_of"])
    if not len(gaps):
        return
    ends = _days(result.dates["as_of"])
    half = 0.012 * (ends.max() - ends.min())
    for number, day in enumerate(_days(gaps)):
        label = translate(Message("not usable")) if number == 0 else None
        ax.axvspan(day - half, day + half, facecolor=PALETTE["wash"], edgecolor=PALETTE["soft"],
                   hatch="////", linewidth=0, zorder=0, label=label)  # fmt: skip


def _percent(value: float, _: object) -> str:
    return formatted(round(value, 6), "percent" if abs(value * 100 % 1) < 1e-6 else "percent1")


def _points(value: float, *, places: int) -> str:
    text = formatted(float(value), f"decimal{places}")
    return f"+{text}" if value > 0 and text.strip("0.") else text
