"""Drawings of perceived alikeness: shares between banks, and banks against one that matters."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.alikeness.alikeness import PerceivedAlikeness, against_rows, share_rows
from brandkit.satisfaction.scores.story import telling_rows
from brandkit.viz.interval_rows import draw_interval_rows, mark_focus, number_axis
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, write_column
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

MOST_ITEMS: Final = 25
NAME_LINE: Final = 24
WORDS: Final = {
    "equal": Message("equal"),
    "different": Message("different"),
    "open": Message("open"),
}
"""What a pair of banks is called."""
MARKERS: Final = {"equal": "o", "different": "s", "open": "o"}


def plot_perceived_alikeness(
    result: PerceivedAlikeness, *, ax: Axes | None = None, wave: str | None = None
) -> Axes:
    """Draw for every item how much of its ratings depends on the bank, with intervals.

    A hollow dot is an item whose banks differ by no more than noise would make them. The row over
    all items stands last.

    Parameters
    ----------
    result : PerceivedAlikeness
        With ratings.
    ax : Axes, optional
        Where to draw; new axes where not given.
    wave : str, optional
        The last where not given.

    Returns
    -------
    Axes

    Raises
    ------
    NotEnoughDataError
        No ratings were looked at.

    Examples
    --------
    >>> from brandkit.satisfaction.alikeness.alikeness import perceived_alikeness
    >>> answers = pd.DataFrame({"bank": ["a", "b"] * 60, "fees": [6.0, 7, 8, 7] * 30})
    >>> result = perceived_alikeness(answers, brand="bank", items=["fees"],
    ...                              smallest_difference=0.5, draws=100)
    >>> [name.get_text() for name in plot_perceived_alikeness(result).get_yticklabels()]
    ['fees']
    """
    rows = share_rows(result, wave=wave)
    single, whole = rows[rows["item"].notna()], rows[rows["item"].isna()]
    rows = pd.concat([single.head(MOST_ITEMS), whole], ignore_index=True)
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 1))
    names = row_names(rows["label"].fillna("").astype(str).tolist(), line=NAME_LINE)
    if len(whole):
        names[-1] = translate(Message("all items"))
    with theme():
        draw_interval_rows(
            ax, rows["estimate"], low=rows["ci_low"], high=rows["ci_high"],
            hollow=rows["ci_low"] <= 0,
        )  # fmt: skip
        name_rows(ax, names)
        ax.set_xlim(left=0, right=max(1.06 * float(rows["ci_high"].max()), 0.02))
        number_axis(ax, "percent")
        ax.set_xlabel(
            translate(Message("Part of the differences in ratings that lies between banks"))
        )
        write_column(ax, [formatted(value, "percent1") for value in rows["estimate"]])
        if len(whole) and len(rows) > 1:
            ax.axhline(len(rows) - 1.5, color=PALETTE["line"], linewidth=1, zorder=0)
    return ax


def plot_alikeness_pairs(
    result: PerceivedAlikeness,
    *,
    ax: Axes | None = None,
    item: str | None = None,
    focus: str | None = None,
    wave: str | None = None,
) -> Axes:
    """Draw each bank against the focus, or against the others, with the band that matters.

    Within the band differences are too small to matter. Filled circles are shown to be equal,
    squares to be different; hollow circles are open.

    Parameters
    ----------
    result : PerceivedAlikeness
    ax : Axes, optional
        Where to draw; new axes where not given.
    item : str, optional
        The first that was tested where not given.
    focus : str, optional
        The bank the others are set against; without one, each against the others' mean.
    wave : str, optional
        The last where not given.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The item, focus or wave was not looked at.

    Examples
    --------
    >>> from brandkit.satisfaction.alikeness.alikeness import perceived_alikeness
    >>> answers = pd.DataFrame({"bank": ["a", "b"] * 60, "fees": [6.0, 7, 8, 7] * 30})
    >>> result = perceived_alikeness(answers, brand="bank", items=["fees"],
    ...                              smallest_difference=0.5, draws=100)
    >>> plot_alikeness_pairs(result, focus="a").get_xlabel()
    'Mean score less that of a'
    """
    rows = against_rows(result, item=item, focus=focus, wave=wave)
    rows = telling_rows(rows.assign(label=rows["brand"]), focus=focus)
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 1))
    limit = float(rows["smallest_difference"].iloc[0])
    said = Message("Mean score less the mean of the others")
    if focus is not None:
        said = Message("Mean score less that of {brand}", {"brand": focus})
    verdict = rows["verdict"].to_numpy()
    with theme():
        ax.axvspan(-limit, limit, color=PALETTE["wash"], zorder=0)
        for edge in (-limit, limit):
            ax.axvline(edge, color=PALETTE["soft"], linewidth=1, linestyle=":", zorder=1)
        ax.axvline(0, color=PALETTE["line"], linewidth=1.2, zorder=1)
        for word, marker in MARKERS.items():
            part = verdict == word
            draw_interval_rows(
                ax, rows["estimate"][part], low=rows["ci_low"][part], high=rows["ci_high"][part],
                rows=np.flatnonzero(part), marker=marker,
                hollow=np.full(int(part.sum()), word == "open"),
            )  # fmt: skip
        name_rows(ax, row_names(rows["brand"].astype(str).tolist(), line=NAME_LINE))
        number_axis(ax, "decimal1", fine="decimal2")
        ax.set_xlabel(translate(said))
        for at, word in enumerate(verdict):
            ax.annotate(
                translate(WORDS[word]), (1.0, at), xycoords=("axes fraction", "data"),
                xytext=(8, 0), textcoords="offset points", va="center", color=PALETTE["soft"],
            )  # fmt: skip
        mark_focus(ax, rows["brand"].tolist(), focus)
    return ax
