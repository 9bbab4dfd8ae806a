"""Dots with intervals, one a row: for scores, differences and shares."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import ArrayLike

from brandkit.core.message import formatted
from brandkit.viz.palette import PALETTE


def draw_interval_rows(
    ax: Axes,
    values: ArrayLike,
    *,
    low: ArrayLike,
    high: ArrayLike,
    rows: ArrayLike | None = None,
    focus: ArrayLike | None = None,
    hollow: ArrayLike | None = None,
    marker: str = "o",
) -> None:
    """Draw a dot and its interval on each row; the focus a diamond in the accent.

    Parameters
    ----------
    ax : Axes
    values, low, high : array_like
        Missing ones are not drawn.
    rows : array_like, optional
        Heights; 0, 1, … where not given.
    focus, hollow : array_like of bool, optional
        Which are the focus, and which are drawn hollow.
    marker : str
        Of all but the focus.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> draw_interval_rows(ax, [1.0, 2.0], low=[0.5, 1.5], high=[1.5, 2.5], focus=[False, True])
    >>> sum(len(dots.get_offsets()) for dots in ax.collections if hasattr(dots, "get_sizes"))
    2
    """
    centre = np.asarray(values, dtype=float)
    ends = [np.asarray(end, dtype=float) for end in (low, high)]
    at = np.arange(len(centre)) if rows is None else np.asarray(rows, dtype=float)
    mine = np.zeros(len(centre), bool) if focus is None else np.asarray(focus, dtype=bool)
    empty = np.zeros(len(centre), bool) if hollow is None else np.asarray(hollow, dtype=bool)
    there = ~np.isnan(centre)
    for which, shape, colour, size in (
        (~mine, marker, PALETTE["ink"], 42),
        (mine, "D", PALETTE["accent"], 56),
    ):
        drawn = which & there
        ax.hlines(at[drawn], ends[0][drawn], ends[1][drawn], color=colour, linewidth=1.8, zorder=2)
        for is_hollow in (False, True):
            part = drawn & (empty == is_hollow)
            if part.any():
                ax.scatter(centre[part], at[part], s=size, marker=shape, edgecolors=colour,
                           c=PALETTE["paper"] if is_hollow else colour, linewidths=1.4,
                           zorder=3)  # fmt: skip


def number_axis(ax: Axes, kind: str, *, fine: str | None = None) -> None:
    """Let the axis across show few round numbers.

    Parameters
    ----------
    ax : Axes
    kind : str
        A format of :func:`brandkit.core.message.formatted`, or ``steps``: as many decimals as the
        steps between the numbers need.
    fine : str, optional
        Format where the steps are below a tenth.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> _ = ax.set_xlim(0, 1)
    >>> number_axis(ax, "decimal1")
    >>> [label.get_text() for label in ax.get_xticklabels()][:2]
    ['0', '0.2']
    """
    ax.margins(x=0.04)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ticks = ax.xaxis.get_major_locator().tick_values(*ax.get_xlim())
    is_fine = fine is not None and len(ticks) > 1 and ticks[1] - ticks[0] < 0.0999
    said = fine if is_fine and fine is not None else kind
    if kind == "steps":
        step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
        said = "count" if step > 0.999 else "decimal1" if step > 0.0999 else "decimal2"
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: formatted(value, said) if abs(value) > 1e-9 else "0")
    )
    ax.grid(axis="x")


def mark_focus(ax: Axes, labels: Sequence[object], focus: str | None) -> None:
    """Write the name of the focus bank in the accent, bold.

    Examples
    --------
    >>> from brandkit.viz.rows import name_rows
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> name_rows(ax, ["Civic", "Kestrel"])
    >>> mark_focus(ax, ["Civic", "Kestrel"], "Kestrel")
    >>> [label.get_fontweight() for label in ax.get_yticklabels()]
    ['normal', 'bold']
    """
    for tick, label in zip(ax.get_yticklabels(), labels, strict=True):
        if label == focus:
            tick.set_color(PALETTE["accent"])
            tick.set_fontweight("bold")
