"""Figures of what a catalogue lacks and has alone, and of names that look alike."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.overlap.gaps.gaps import CatalogGaps, drawn_gaps, is_open
from brandkit.overlap.gaps.lookalikes import LookAlikeNames
from brandkit.viz.labels import row_names
from brandkit.viz.marks import NAME_LINE, Dots, dot_rows, heat_map
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, theme

MOST_ROWS = 12


def catalog_gaps(result: CatalogGaps, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw what most rivals have and we lack, and what we have and few do (framed), by category.

    A cell's number is the percentage of rivals' comparable offers that have the attribute. A
    question mark says that silence could turn it (none where that holds of all cells).
    """
    del focus  # the gaps are of one bank
    gaps = drawn_gaps(result)
    if gaps.empty:
        ax = ax or new_axes(WIDTH, 1.1)
        with theme():
            ax.set_axis_off()
            text = translate(Message("Neither gaps nor points of difference"))
            ax.text(0.5, 0.5, text, ha="center", va="center", transform=ax.transAxes)
        return ax
    rows = list(dict.fromkeys(gaps["attribute"].astype(str)))
    columns = sorted(set(gaps["category"].astype(str)))
    values = np.full((len(rows), len(columns)), np.nan)
    texts = [[""] * len(columns) for _ in rows]
    framed, turns = [], is_open(gaps)
    for gap, turn in zip(gaps.to_dict("records"), turns, strict=True):
        row, column = rows.index(str(gap["attribute"])), columns.index(str(gap["category"]))
        values[row, column] = gap["share_have"]
        # where silence could turn all of them the caption says so once
        mark = "?" if turn and not turns.all() else ""
        texts[row][column] = formatted(float(gap["share_have"]), "percent").removesuffix("%") + mark
        if gap["kind"] == "point_of_difference":
            framed.append((row, column))
    ax = heat_map(values, rows=rows, columns=columns, texts=texts, framed=framed, ax=ax)
    ax.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)  # an empty cell is seen to be one
    ax.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    ax.grid(which="minor", color=PALETTE["line"], linewidth=1, zorder=1)
    return ax


def look_alike_names(
    result: LookAlikeNames, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw how much the most alike names of different banks look alike."""
    bank, _ = known_focus(focus, result.brands["brand"])
    rows = result.pairs
    if bank is not None:
        rows = rows[(rows[["brand_a", "brand_b"]] == bank).any(axis=1)]
    rows = rows.head(MOST_ROWS)
    first, second = (row_names(rows[f"name_{side}"].tolist(), line=NAME_LINE - 2) for side in "ab")
    return dot_rows(
        [f"{a}\n↔ {b}" for a, b in zip(first, second, strict=True)],
        Dots(rows["similarity"]),
        label=Message("How much the names look alike"),
        columns={"": [formatted(value, "percent") for value in rows["similarity"]]},
        limits=(0.5, 1.02),
        ax=ax,
    )
