"""Drawings of choice models. A plot takes a result and returns the axes; it computes nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from brandkit.core.errors import check_whole_number
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.choice.choice import ChoiceModel, ShareChange
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, write_column
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

MOST_ROWS = 30
"""Attributes or banks a figure shows; the table beside it has the rest."""
NAME_LINE = 26
"""Half ems of a name beside a row."""


def plot_choice_model(
    result: ChoiceModel, *, ax: Axes | None = None, most: int = MOST_ROWS
) -> Axes:
    """Draw by how much each attribute raises a bank's chance to be chosen, the largest first.

    A dot is the average rise, its line the interval; rises that could be none are hollow. At the
    right stand the rise and the ranks that cannot be ruled out.

    Parameters
    ----------
    result : ChoiceModel
    ax : Axes, optional
        Where to draw; new axes where not given.
    most : int
        Attributes at most.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from brandkit.satisfaction.choice.choice import choice_model
    >>> answers = pd.DataFrame({
    ...     "id": [1, 1, 2, 2, 3, 3, 4, 4], "bank": ["A", "B"] * 4,
    ...     "main": ["A"] * 6 + ["B"] * 2, "fair": [1, 0, 1, 0, 1, 0, 1, 0]})
    >>> result = choice_model(answers, choice="main", attributes=["fair"], brand="bank",
    ...                       respondent="id")
    >>> [label.get_text() for label in plot_choice_model(result).get_yticklabels()]
    ['fair']
    """
    check_whole_number("most", most, low=1)
    rows = result.importance.sort_values("estimate", ascending=False, kind="stable").head(most)
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 1))
    with theme():
        _draw_changes(ax, rows, accent=np.zeros(len(rows), dtype=bool))
        name_rows(ax, row_names(rows["label"].tolist(), line=NAME_LINE))
        _point_axis(ax, rows)
        ax.set_xlabel(translate(Message("Percentage points more likely to be chosen")))
        ends = zip(rows["rank_low"], rows["rank_high"], strict=True)
        ranks = [str(low) if low == high else f"{low}–{high}" for low, high in ends]
        rises = [formatted(100 * float(value), "decimal1") for value in rows["estimate"]]
        write_column(ax, rises, head=translate(Message("change")))
        write_column(ax, ranks, column=1, head=translate(Message("rank")))
    return ax


def plot_share_change(result: ShareChange, *, ax: Axes | None = None) -> Axes:
    """Draw what a what-if does to the share of each bank: the bank itself, then who loses most.

    A dot is the change, its line the interval; the bank that changes is a diamond in the accent
    colour. At the right stand the share now and the share after.

    Parameters
    ----------
    result : ShareChange
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> from brandkit.satisfaction.choice.choice import choice_model
    >>> answers = pd.DataFrame({
    ...     "id": [1, 1, 2, 2, 3, 3, 4, 4], "bank": ["A", "B"] * 4,
    ...     "main": ["A"] * 6 + ["B"] * 2, "fair": [1, 0, 1, 0, 1, 0, 1, 0]})
    >>> result = choice_model(answers, choice="main", attributes=["fair"], brand="bank",
    ...                       respondent="id")
    >>> ax = plot_share_change(result.what_if(brand="B", changes={"fair": 0.25}))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['B', 'A']
    """
    is_mine = result.changes["brand"] == result.brand
    rivals = result.changes[~is_mine].sort_values("estimate", kind="stable")
    rows = pd.concat([result.changes[is_mine], rivals.head(MOST_ROWS - 1)])
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 1))
    with theme():
        accent = (rows["brand"] == result.brand).to_numpy()
        _draw_changes(ax, rows, accent=accent)
        name_rows(ax, row_names(rows["brand"].tolist(), line=NAME_LINE))
        ax.get_yticklabels()[0].set(color=PALETTE["accent"], fontweight="bold")
        _point_axis(ax, rows)
        ax.set_xlabel(translate(Message("Change of the share of choices, percentage points")))
        for column, name in enumerate(("share", "share_if")):
            texts = [formatted(float(value), "percent1") for value in rows[name]]
            head = Message("now") if name == "share" else Message("then")
            write_column(ax, texts, column=column, head=translate(head))
    return ax


def _draw_changes(ax: Axes, rows: pd.DataFrame, *, accent: np.ndarray) -> None:
    """Draw dots with intervals about a line at no change."""
    ax.axvline(0, color=PALETTE["soft"], linewidth=1.0, zorder=1)
    at = np.arange(len(rows))
    colours = [PALETTE["accent"] if one else PALETTE["ink"] for one in accent]
    for row, low, high in zip(at, rows["ci_low"], rows["ci_high"], strict=True):
        ax.plot([low, high], [row, row], color=colours[row], linewidth=1.6, linestyle="-",
                marker="", zorder=2)  # fmt: skip
    settled = (rows["ci_low"] * rows["ci_high"]).to_numpy() > 0
    for marks, marker, size in ((~accent, "o", 44), (accent, "D", 60)):
        for sure in (True, False):
            which = marks & (settled == sure)
            colour = PALETTE["accent"] if marker == "D" else PALETTE["ink"]
            ax.scatter(rows["estimate"].to_numpy()[which], at[which], s=size, marker=marker,
                       c=colour if sure else PALETTE["paper"], edgecolors=colour, linewidths=1.4,
                       zorder=3)  # fmt: skip


def _point_axis(ax: Axes, rows: pd.DataFrame) -> None:
    low, high = min(float(rows["ci_low"].min()), 0.0), max(float(rows["ci_high"].max()), 0.0)
    room = 0.04 * max(high - low, 1e-6)
    ax.set_xlim(low - room, high + room)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _points(100 * value)))
    ax.grid(axis="x")


def _points(value: float) -> str:
    """Write percentage points as short as they can be told."""
    for kind in ("count", "decimal1"):
        written = round(value, 0 if kind == "count" else 1)
        if abs(value - written) < 1e-6:
            return formatted(written, kind)
    return formatted(value, "decimal2")
