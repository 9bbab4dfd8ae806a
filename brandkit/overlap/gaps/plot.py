"""Drawings of what a catalogue lacks and has alone. A plot takes a result and returns the axes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.overlap.gaps.gaps import MOST_ATTRIBUTES, CatalogGaps, drawn_gaps, is_open, records
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, rows_height, strength_colours, theme

NAME_LINE = 28
COLUMN_LINE = 24


def plot_catalog_gaps(
    result: CatalogGaps, *, ax: Axes | None = None, most: int = MOST_ATTRIBUTES
) -> Axes:
    """Draw what most rivals have and we lack, and what we have and few do, by category.

    A cell's number is the percentage of rivals' comparable offers that have the attribute; the
    darker, the more. A framed cell is a point of difference, ours; the others are parity gaps.
    A question mark says that silence could turn it: ours or theirs do not say (none where that
    holds of all cells).

    Parameters
    ----------
    result : CatalogGaps
    ax : Axes, optional
        Where to draw; new axes where not given.
    most : int
        Attributes of each kind at most.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from brandkit.overlap import catalog_gaps
    >>> from brandkit.overlap.examples import small_catalog
    >>> ax = plot_catalog_gaps(catalog_gaps(small_catalog(), brand="Kestrel"))
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['insurance', 'lounge', 'cashback']
    """
    gaps = drawn_gaps(result, most=most)
    attributes = list(dict.fromkeys(gaps["attribute"].astype(str)))
    categories = sorted(set(gaps["category"].astype(str)))
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(attributes)) * 1.1 + 1.1)
    with theme():
        for spine in ax.spines.values():
            spine.set_visible(False)
        if not len(gaps):
            ax.set(xticks=[], yticks=[])
            ax.text(0.5, 0.5, translate(Message("Neither gaps nor points of difference")),
                    ha="center", va="center", transform=ax.transAxes)  # fmt: skip
            return ax
        values = np.full((len(attributes), len(categories)), np.nan)
        places = _places(gaps, attributes, categories)
        for (row, column), share in zip(places, gaps["share_have"], strict=True):
            values[row, column] = share
        ax.imshow(np.ma.masked_invalid(values), cmap=strength_colours(strongest=0.5), vmin=0.0,
                  vmax=1.0, aspect="auto", interpolation="none")  # fmt: skip
        _write_gaps(ax, gaps, places)
        ax.set_xticks(np.arange(len(categories)), row_names(categories, line=COLUMN_LINE),
                      rotation=90)  # fmt: skip
        ax.set_yticks(np.arange(len(attributes)), row_names(attributes, line=NAME_LINE))
        for tick in (*ax.get_xticklabels(), *ax.get_yticklabels()):
            tick.set_color(PALETTE["ink"])
        _draw_grid(ax, len(attributes), len(categories))
    return ax


def _places(
    gaps: pd.DataFrame, attributes: Sequence[str], categories: Sequence[str]
) -> list[tuple[int, int]]:
    return [
        (attributes.index(str(attribute)), categories.index(str(category)))
        for attribute, category in zip(gaps["attribute"], gaps["category"], strict=True)
    ]


def _write_gaps(ax: Axes, gaps: pd.DataFrame, places: Sequence[tuple[int, int]]) -> None:
    said = records(gaps)
    # where silence could turn all of them the caption says so once
    marks = ["?" if is_open(gap) else "" for gap in said]
    marks = [""] * len(marks) if all(marks) else marks
    for (row, column), gap, mark in zip(places, said, marks, strict=True):
        text = formatted(float(gap["share_have"]), "percent").removesuffix("%")
        ours = gap["kind"] == "point_of_difference"
        ax.text(column, row, text + mark, ha="center", va="center",
                color=PALETTE["accent"] if ours else PALETTE["ink"],
                fontweight="bold" if ours else "normal")  # fmt: skip
        if ours:
            ax.add_patch(Rectangle((column - 0.46, row - 0.44), 0.92, 0.88, fill=False, zorder=4,
                                   edgecolor=PALETTE["accent"], linewidth=1.4))  # fmt: skip


def _draw_grid(ax: Axes, n_rows: int, n_columns: int) -> None:
    """Draw lines between cells, so that an empty one is seen to be one."""
    for at in range(n_rows + 1):
        ax.axhline(at - 0.5, color=PALETTE["line"], linewidth=1, zorder=1)
    for at in range(n_columns + 1):
        ax.axvline(at - 0.5, color=PALETTE["line"], linewidth=1, zorder=1)
