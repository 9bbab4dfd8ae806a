"""Drawing of pooled estimates: from the raw value, by an arrow, to what would be found again."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.pooling.pooling import PartialPooling
from brandkit.satisfaction.pooling.story import chosen_group
from brandkit.satisfaction.scores.story import check_focus, telling_rows
from brandkit.viz.interval_rows import draw_interval_rows, mark_focus, number_axis
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, write_column
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

NAME_LINE: Final = 24


def plot_partial_pooling(
    result: PartialPooling,
    *,
    ax: Axes | None = None,
    group: str | None = None,
    focus: str | None = None,
    kind: str = "decimal2",
) -> Axes:
    """Draw raw values, hollow, and the pooled ones they are drawn to, with intervals.

    The line is the common mean. At the right the place of each by the raw and by the pooled value.

    Parameters
    ----------
    result : PartialPooling
    ax : Axes, optional
        Where to draw; new axes where not given.
    group : str, optional
        The first where not given.
    focus : str, optional
        The bank to mark.
    kind : str, default "decimal2"
        How values are written.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The group or the focus is not in the result.

    Examples
    --------
    >>> from brandkit.satisfaction.pooling.pooling import partial_pooling
    >>> scores = pd.DataFrame({"brand": list("abcd"), "estimate": [7.0, 7.4, 7.6, 9.5],
    ...                        "std_error": [0.1, 0.1, 0.1, 0.8]})
    >>> ax = plot_partial_pooling(partial_pooling(scores, label="brand"))
    >>> [name.get_text() for name in ax.get_yticklabels()]
    ['d', 'c', 'b', 'a']
    """
    one = chosen_group(result, group)
    rows = result.estimates[result.estimates["group"] == one]
    check_focus(rows, focus)
    rows = rows.sort_values(["pooled", "label"], ascending=[False, True], kind="stable")
    rows = telling_rows(rows.reset_index(drop=True), focus=focus)
    mean = float(result.groups.loc[result.groups["group"] == one, "estimate"].iloc[0])
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 2))
    with theme():
        ax.axvline(mean, color=PALETTE["soft"], linewidth=1.2, linestyle="--", zorder=1)
        mine = (rows["label"] == focus).to_numpy()
        draw_interval_rows(
            ax, rows["pooled"], low=rows["ci_low"], high=rows["ci_high"], focus=mine
        )  # fmt: skip
        _draw_arrows(ax, rows, focus)
        name_rows(ax, row_names(rows["label"].astype(str).tolist(), line=NAME_LINE))
        number_axis(ax, "decimal1", fine="decimal2")
        ax.set_xlabel(translate(Message("Raw value (hollow) and pooled value")))
        write_column(ax, [formatted(value, kind) for value in rows["pooled"]])
        _write_places(ax, _places(rows))
        mark_focus(ax, rows["label"].tolist(), focus)
    return ax


def _draw_arrows(ax: Axes, rows: pd.DataFrame, focus: str | None) -> None:
    """Draw raw values a little above their row, and how far they are drawn in."""
    for at, row in enumerate(rows.to_dict("records")):
        colour = PALETTE["accent"] if row["label"] == focus else PALETTE["soft"]
        ax.annotate(
            "", (row["pooled"], at - 0.28), (row["estimate"], at - 0.28),
            arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1.2, "shrinkA": 0,
                        "shrinkB": 0},
        )  # fmt: skip
        ax.scatter(
            [row["estimate"]], [at - 0.28], s=22, c=PALETTE["paper"], edgecolors=colour,
            linewidths=1.2, zorder=4,
        )  # fmt: skip
    ends = np.concatenate([rows["estimate"], rows["ci_low"], rows["ci_high"]])
    room = 0.04 * float(np.ptp(ends)) or 1.0
    ax.set_xlim(float(ends.min()) - room, float(ends.max()) + room)


def _write_places(ax: Axes, places: list[str]) -> None:
    """Write places behind the column of values, which "10 → 12" would else run into."""
    placed = [((1.0, 1.0), 4, "axes fraction", "bottom", translate(Message("rank")))]
    placed += [
        ((1.0, row), 0, ("axes fraction", "data"), "center", text)  # type: ignore[misc]
        for row, text in enumerate(places)
    ]
    for at, up, system, vertical, text in placed:
        ax.annotate(text, at, xycoords=system, xytext=(56, up), textcoords="offset points",
                    ha="left", va=vertical, color=PALETTE["soft"])  # fmt: skip


def _places(rows: pd.DataFrame) -> list[str]:
    """Write the place by the raw and by the pooled value."""
    ends = zip(rows["rank"], rows["pooled_rank"], strict=True)
    return [f"{raw:g}" if raw == pooled else f"{raw:g} → {pooled:g}" for raw, pooled in ends]
