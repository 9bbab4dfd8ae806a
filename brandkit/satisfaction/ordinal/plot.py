"""Drawings of ordinal models. A plot takes a result and returns the axes; it computes nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from brandkit.core.errors import check_option, check_whole_number
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.ordinal.ordinal import OrdinalModel
from brandkit.satisfaction.ordinal.story import (
    PROFILE_NAMES,
    expected_effects,
    outcome_name,
    top_name,
    top_of,
)
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, share_axis, write_column
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

MOST_ROWS = 30
"""Drivers a figure shows; the table beside it has the rest."""
NAME_LINE = 24
"""Half ems of a driver's name beside a row."""
NARROWEST = 0.06
"""Share of the answers from which a part of a bar is wide enough for its name."""


def plot_ordinal_model(
    result: OrdinalModel,
    *,
    ax: Axes | None = None,
    measure: str | None = None,
    most: int = MOST_ROWS,
) -> Axes:
    """Draw what one more point of each driver changes, the largest change first.

    A dot is the average change, its line the interval; changes that could be none are hollow.
    At the right stand the change and the ranks that cannot be ruled out.

    Parameters
    ----------
    result : OrdinalModel
    ax : Axes, optional
        Where to draw; new axes where not given.
    measure : str, optional
        ``"mean"``, or the top levels (``"top2"``), which are drawn where not given.
    most : int
        Drivers at most.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The measure is none of the result's.

    Examples
    --------
    >>> from brandkit.satisfaction.ordinal.ordinal import ordinal_model
    >>> answers = pd.DataFrame({"sat": [1, 1, 2, 2, 3, 3, 2, 3], "fees": [1, 2, 2, 1, 3, 2, 3, 3]})
    >>> result = ordinal_model(answers, outcome="sat", drivers=["fees"])
    >>> [label.get_text() for label in plot_ordinal_model(result).get_yticklabels()]
    ['fees']
    """
    check_whole_number("most", most, low=1)
    chosen = top_of(result) if measure is None else measure
    check_option("measure", chosen, result.effects["measure"].unique().tolist())
    rows = expected_effects(result, chosen).head(most)
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 1))
    is_mean = chosen == "mean"
    with theme():
        ax.axvline(0, color=PALETTE["soft"], linewidth=1.0, zorder=1)
        _draw_dots(ax, rows)
        name_rows(ax, row_names(rows["label"].tolist(), line=NAME_LINE))
        _change_axis(ax, rows, is_mean=is_mean)
        values = {"outcome": outcome_name(result), "top": top_name(result)}
        said = (
            Message("Change of {outcome} with one more point, points of its scale", values)
            if is_mean
            else Message("Percentage points more at {top}, with one more point", values)
        )
        ax.set_xlabel(translate(said))
        kind = "signed" if is_mean else "decimal1"
        scale = 1.0 if is_mean else 100.0
        changes = [formatted(scale * float(value), kind) for value in rows["estimate"]]
        ends = zip(rows["rank_low"], rows["rank_high"], strict=True)
        ranks = [str(low) if low == high else f"{low}–{high}" for low, high in ends]
        write_column(ax, changes, head=translate(Message("change")))
        write_column(ax, ranks, column=1, head=translate(Message("rank")))
    return ax


def plot_ordinal_shares(result: OrdinalModel, *, ax: Axes | None = None) -> Axes:
    """Draw the expected answers where all ratings are low, typical and high.

    Each bar is all customers, its parts the levels from the lowest to the highest; the top levels
    are dark. The number at the right is the share of the top levels with its interval.

    Parameters
    ----------
    result : OrdinalModel
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> from brandkit.satisfaction.ordinal.ordinal import ordinal_model
    >>> answers = pd.DataFrame({"sat": [1, 1, 2, 2, 3, 3, 2, 3], "fees": [1, 2, 2, 1, 3, 2, 3, 3]})
    >>> ax = plot_ordinal_shares(ordinal_model(answers, outcome="sat", drivers=["fees"]))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['All ratings low', 'All ratings typical', 'All ratings high']
    """
    table = result.predicted.pivot(index="label", columns="level", values="estimate")
    table = table.loc[list(PROFILE_NAMES), result.levels["level"].tolist()]
    top = result.fitted.top
    if ax is None:
        ax = new_axes(WIDTH, rows_height(2 * len(table) + 2))
    with theme():
        shares = table.to_numpy(dtype=float)
        left = np.cumsum(shares, axis=1) - shares
        for at, level in enumerate(table.columns):
            is_top = at >= shares.shape[1] - top
            ax.barh(np.arange(len(table)), shares[:, at], left=left[:, at], height=0.62,
                    color=PALETTE["second"] if is_top else PALETTE["line"],
                    edgecolor=PALETTE["paper"], linewidth=1.2, zorder=2)  # fmt: skip
            for row in np.flatnonzero(shares[:, at] >= NARROWEST).tolist():
                ax.text(left[row, at] + shares[row, at] / 2, row, str(level), ha="center",
                        va="center", zorder=3,
                        color=PALETTE["paper"] if is_top else PALETTE["ink"])  # fmt: skip
        name_rows(ax, [translate(PROFILE_NAMES[name]) for name in table.index])
        share_axis(ax)
        ax.set_xlabel(translate(Message("Share of customers by their answer")))
        told = result.profiles[result.profiles["measure"] == top_of(result)].set_index("label")
        told = told.loc[list(PROFILE_NAMES)]
        texts = [formatted(float(share), "percent") for share in told["estimate"]]
        ends = zip(told["ci_low"], told["ci_high"], strict=True)
        spans = [_span(low, high) for low, high in ends]
        write_column(ax, texts, head=translate(Message("top {n:count}", {"n": top})))
        write_column(ax, spans, column=1, head=translate(Message("interval")))
    return ax


def _draw_dots(ax: Axes, rows: pd.DataFrame) -> None:
    at = np.arange(len(rows))
    for row, low, high in zip(at, rows["ci_low"], rows["ci_high"], strict=True):
        ax.plot([low, high], [row, row], color=PALETTE["ink"], linewidth=1.6, linestyle="-",
                marker="", zorder=2)  # fmt: skip
    settled = (rows["ci_low"] * rows["ci_high"]).to_numpy() > 0
    for which, face in ((settled, PALETTE["ink"]), (~settled, PALETTE["paper"])):
        ax.scatter(rows["estimate"][which], at[which], s=44, c=face, edgecolors=PALETTE["ink"],
                   linewidths=1.4, zorder=3)  # fmt: skip


def _change_axis(ax: Axes, rows: pd.DataFrame, *, is_mean: bool) -> None:
    low, high = min(float(rows["ci_low"].min()), 0.0), max(float(rows["ci_high"].max()), 0.0)
    room = 0.04 * max(high - low, 1e-6)
    ax.set_xlim(low - room, high + room)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    if is_mean:
        write = FuncFormatter(lambda value, _: formatted(value, "decimal2"))
    else:
        write = FuncFormatter(lambda value, _: _points(100 * value))
    ax.xaxis.set_major_formatter(write)
    ax.grid(axis="x")


def _span(low: float, high: float) -> str:
    """Write an interval of shares in whole percent, without the sign: it stands beside one."""
    first, last = (formatted(float(end), "percent").removesuffix("%") for end in (low, high))
    return first if first == last else f"{first}–{last}"


def _points(value: float) -> str:
    """Write percentage points as short as they can be told."""
    return formatted(value, "count" if abs(value - round(value)) < 1e-6 else "decimal1")
