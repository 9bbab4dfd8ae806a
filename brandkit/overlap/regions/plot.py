"""Drawings of where banks meet. A plot takes a result and computes no statistics."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.overlap.brands.rankings import MOST_ROWS, meeting_pairs
from brandkit.overlap.regions.market import MarketOverlap
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, share_axis, write_column
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

NAME_LINE = 22


def plot_market_overlap(
    result: MarketOverlap,
    *,
    ax: Axes | None = None,
    focus: str | None = None,
    most: int = MOST_ROWS,
) -> Axes:
    """Draw how much banks meet each other in their markets, both ways.

    A filled dot is how much of the first bank's presence meets the other (with a focus: how much
    they matter to us), a hollow one the way back (how much we matter to them).

    Parameters
    ----------
    result : MarketOverlap
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        One bank and those it meets; without it the pairs that meet most.
    most : int
        Rows at most.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The focus is in no market.

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.overlap import market_overlap
    >>> branches = pd.DataFrame({"bank": ["A", "A", "B", "B"], "city": ["x", "y", "x", "x"]})
    >>> result = market_overlap(branches, brand="bank", market="city")
    >>> plot_market_overlap(result, focus="A").get_yticklabels()[0].get_text()
    'B'
    """
    rows = meeting_pairs(result, brand=focus).head(most)
    first = row_names(rows["brand_a"].astype(str).tolist(), line=NAME_LINE)
    second = row_names(rows["brand_b"].astype(str).tolist(), line=NAME_LINE - 2)
    names = second
    if focus is None:
        names = [f"{a}\n↔ {b}" for a, b in zip(first, second, strict=True)]
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) * (1 if focus else 2) + 3))
    colour = PALETTE["accent"] if focus is not None else PALETTE["ink"]
    with theme():
        at = np.arange(len(rows))
        out, back = rows["commonality"].to_numpy(), rows["back"].to_numpy()
        ax.hlines(at, np.minimum(out, back), np.maximum(out, back), color=PALETTE["line"],
                  linewidth=2.6, zorder=2)  # fmt: skip
        said = (_THEY, _WE) if focus is not None else (_FIRST, _SECOND)
        ax.scatter(out, at, s=56, marker="D", c=colour, zorder=4, label=translate(said[0]))
        ax.scatter(back, at, s=52, marker="o", c=PALETTE["paper"], edgecolors=PALETTE["ink"],
                   linewidths=1.4, zorder=3, label=translate(said[1]))  # fmt: skip
        name_rows(ax, names)
        share_axis(ax, high=max(float(np.nanmax([out, back])) * 1.08, 0.02) if len(rows) else 1.0)
        ax.set_xlabel(translate(Message("Market commonality")))
        write_column(ax, [formatted(float(value), "percent") for value in out])
        write_column(ax, [formatted(float(value), "percent") for value in back], column=1)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, handletextpad=0.4)
    return ax


_THEY = Message("they in our markets")
_WE = Message("we in theirs")
_FIRST = Message("second in the first's markets")
_SECOND = Message("first in the second's")
