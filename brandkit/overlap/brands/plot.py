"""Drawings of overlap. A plot takes a result and returns the axes; it computes no statistics."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.overlap.brands.brands import BrandOverlap
from brandkit.overlap.brands.explanation import OverlapExplanation
from brandkit.overlap.brands.rankings import MOST_BRANDS, MOST_ROWS, closest_pairs, ranked_rivals
from brandkit.overlap.similarity.facets import facet_name
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, share_axis, write_column
from brandkit.viz.theme import WIDTH, new_axes, rows_height, strength_colours, theme

NAME_LINE = 22
"""Half ems of a bank's name beside a row."""
COLUMN_LINE = 16
"""Half ems of a bank's name beneath a column."""


def plot_brand_overlap(
    result: BrandOverlap,
    *,
    ax: Axes | None = None,
    focus: str | None = None,
    category: str | None = None,
) -> Axes:
    """Draw the banks against each other, the darker the more alike, like beside like.

    Up to 12 banks every cell has its number and every column its name. With more, rows have
    names and numbers, columns the same numbers, and a scale stands above. Beyond 30 banks the
    most telling are drawn: the focus and the banks most like it, or the market's closest pairs.
    The row and column of the focus are framed; a small frame marks sister banks.

    Parameters
    ----------
    result : BrandOverlap
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The bank to mark.
    category : str, optional
        One category; all of them where not given.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The focus or category was not compared.

    Examples
    --------
    >>> from brandkit.overlap import brand_overlap
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = brand_overlap(small_catalog(), draws=0)
    >>> [label.get_text() for label in plot_brand_overlap(result).get_yticklabels()]
    ['Kestrel', 'Meridian', 'Tidewater']
    """
    table = result.matrix(category=category)
    if focus is not None:
        result.check_brand("focus", focus)
    drawn = result.telling(most=MOST_BRANDS, focus=focus)
    names = [name for name in drawn if name in table.index]
    values = table.loc[names, names].to_numpy(dtype=float, copy=True)
    np.fill_diagonal(values, np.nan)
    in_cells = len(names) <= MOST_ROWS
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(names)) * (1.2 if in_cells else 1.0) + 0.6)

    with theme():
        low = _floor(values)
        ax.imshow(
            np.ma.masked_invalid(values), cmap=strength_colours(strongest=0.5 if in_cells else 1.0),
            vmin=low, vmax=1.0, aspect="auto", interpolation="none",
        )  # fmt: skip
        _name_cells(ax, names, focus=focus, in_cells=in_cells)
        if in_cells:
            _write_cells(ax, values)
        else:
            _draw_scale(ax, low)
        _frame_cells(ax, names, _sister_cells(result, names), focus=focus)
    return ax


def plot_nearest_rivals(
    result: BrandOverlap,
    *,
    ax: Axes | None = None,
    focus: str | None = None,
    most: int = MOST_ROWS,
) -> Axes:
    """Draw who is nearest, with stability intervals and what size alone would give.

    With a focus: the banks that have most counterparts for its offers. Without: every bank with
    its nearest rival, the closest pairs of the market. A dot is the overlap, its line the
    stability interval, the tick across it what a rival of that size would reach by chance; the
    numbers at the right are the overlap and the excess over that. Sisters are hollow.

    Parameters
    ----------
    result : BrandOverlap
    ax : Axes, optional
    focus : str, optional
    most : int
        Rows at most.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The focus was not compared.

    Examples
    --------
    >>> from brandkit.overlap import brand_overlap
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = brand_overlap(small_catalog(), draws=0)
    >>> ax = plot_nearest_rivals(result, focus="Meridian")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Kestrel', 'Tidewater']
    """
    rows = closest_pairs(result) if focus is None else ranked_rivals(result, brand=focus)
    rows = rows.head(most)
    names = _row_labels(rows, focus)
    if ax is None:
        lines = 2 if focus is None else 1
        ax = new_axes(WIDTH, rows_height(len(rows) * lines + 1))

    with theme():
        at = np.arange(len(rows))
        _draw_intervals(ax, rows, at)
        _draw_dots(ax, rows, at, accent=focus is not None)
        name_rows(ax, names)
        share_axis(ax, low=_quarter_below(rows), high=1.0)
        ax.set_xlabel(translate(_RIVAL_AXIS if focus is not None else _PAIR_AXIS))
        overlap = [formatted(float(value), "percent") for value in rows["overlap"]]
        excess = [formatted(float(value), "signed") for value in rows["excess"]]
        write_column(ax, overlap, head=translate(Message("overlap")))
        write_column(ax, excess, column=1, head=translate(Message("excess")))
        if focus is not None and len(rows):
            _accent(ax, 0)
    return ax


def plot_overlap_explanation(result: OverlapExplanation, *, ax: Axes | None = None) -> Axes:
    """Draw what each facet adds to the overlap of two banks, out of what it could add.

    Filled bars add up to the overlap, frames to all that was compared.

    Parameters
    ----------
    result : OverlapExplanation
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> from brandkit.overlap import overlap_explanation
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = overlap_explanation(small_catalog(), brand="Meridian", rival="Kestrel")
    >>> plot_overlap_explanation(result).get_yticklabels()[-1].get_text()
    'Name'
    """
    rows = result.facets
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 1))
    with theme():
        at = np.arange(len(rows))
        ax.barh(at, rows["weight"], height=0.62, facecolor="none", edgecolor=PALETTE["soft"],
                linewidth=1.0, zorder=2)  # fmt: skip
        ax.barh(at, rows["part"], height=0.62, color=PALETTE["second"], linewidth=0, zorder=3)
        name_rows(ax, [translate(facet_name(facet)) for facet in rows["facet"]])
        share_axis(ax, high=float(rows["weight"].max()) * 1.02)
        ax.set_xlabel(translate(Message("Part of the overlap")))
        said = Message("{part:percent} of {weight:percent}")
        for row, part, weight in zip(at, rows["part"], rows["weight"], strict=True):
            text = translate(Message(said.text, {"part": part, "weight": weight}))
            ax.annotate(text, (1.0, row), xycoords=("axes fraction", "data"), xytext=(8, 0),
                        textcoords="offset points", va="center", color=PALETTE["soft"])  # fmt: skip
    return ax


_RIVAL_AXIS = Message("How far they have a counterpart for our offers")
_PAIR_AXIS = Message("How far the second has a counterpart for the first's offers")


# --- heat map ------------------------------------------------------------------------------------


def _floor(values: Floats) -> float:
    """Give the ten percent below the smallest value, where the scale begins."""
    there = values[~np.isnan(values)]
    return max(float(np.floor(there.min() * 10 - 1e-9)) / 10, 0.0) if there.size else 0.0


def _name_cells(ax: Axes, names: Sequence[str], *, focus: str | None, in_cells: bool) -> None:
    at = np.arange(len(names))
    rows = row_names(names, line=NAME_LINE)
    if in_cells:
        columns = row_names(names, line=COLUMN_LINE)
        ax.set_xticks(at, columns, rotation=90)
    else:
        rows = [f"{label}  {number}" for number, label in enumerate(rows, 1)]
        # numbers in three lines, so that two digits have the room of three columns
        columns = ["\n" * (number % 3) + str(number + 1) for number in at.tolist()]
        ax.set_xticks(at, columns)
    ax.set_yticks(at, rows)
    for spine in ax.spines.values():
        spine.set_visible(False)
    ax.set_ylabel(translate(Message("Whose offers")))
    ax.set_xlabel(translate(Message("Compared with")))
    for tick in (*ax.get_xticklabels(), *ax.get_yticklabels()):
        tick.set_color(PALETTE["ink"])
    if focus in names:
        for labels in (ax.get_xticklabels(), ax.get_yticklabels()):
            labels[names.index(str(focus))].set(color=PALETTE["accent"], fontweight="bold")


def _write_cells(ax: Axes, values: Floats) -> None:
    for row, column in np.ndindex(*values.shape):
        if row == column:
            continue
        text = formatted(float(values[row, column]), "percent").removesuffix("%")
        ax.text(column, row, text, ha="center", va="center", color=PALETTE["ink"])


def _draw_scale(ax: Axes, low: float) -> None:
    """Draw above the cells which shade means what."""
    scale = ax.inset_axes((0.5, 1.012, 0.5, 0.016))
    scale.imshow(np.linspace(0, 1, 128)[None], cmap=strength_colours(), aspect="auto",
                 extent=(low, 1.0, 0.0, 1.0), interpolation="none")  # fmt: skip
    scale.set_yticks([])
    scale.xaxis.tick_top()
    middle = round((low + 1) / 2, 2)
    scale.set_xticks([low, middle, 1.0],
                     [formatted(each, "percent") for each in (low, middle, 1.0)])  # fmt: skip
    for spine in scale.spines.values():
        spine.set_visible(False)


def _sister_cells(result: BrandOverlap, names: Sequence[str]) -> list[tuple[int, int]]:
    pairs = result.pairs[result.pairs["category"].isna() & result.pairs["sister"]]
    place = {name: at for at, name in enumerate(names)}
    return [
        (place[a], place[b])
        for a, b in zip(pairs["brand_a"], pairs["brand_b"], strict=True)
        if a in place and b in place
    ]


def _frame_cells(
    ax: Axes, names: Sequence[str], sisters: Sequence[tuple[int, int]], *, focus: str | None
) -> None:
    n = len(names)
    for row, column in sisters:
        ax.add_patch(Rectangle((column - 0.44, row - 0.44), 0.88, 0.88, fill=False,
                               edgecolor=PALETTE["ink"], linewidth=1.2, zorder=4))  # fmt: skip
    if focus in names:
        at = names.index(str(focus))
        for corner, width, height in (((-0.5, at - 0.5), n, 1), ((at - 0.5, -0.5), 1, n)):
            ax.add_patch(Rectangle(corner, width, height, fill=False, zorder=5, clip_on=False,
                                   edgecolor=PALETTE["accent"], linewidth=1.6))  # fmt: skip


# --- rows ----------------------------------------------------------------------------------------


def _row_labels(rows: pd.DataFrame, focus: str | None) -> list[str]:
    if focus is not None:
        return row_names(rows["brand_b"].astype(str).tolist(), line=NAME_LINE)
    first = row_names(rows["brand_a"].astype(str).tolist(), line=NAME_LINE)
    second = row_names(rows["brand_b"].astype(str).tolist(), line=NAME_LINE - 2)
    return [f"{a}\n→ {b}" for a, b in zip(first, second, strict=True)]


def _draw_intervals(ax: Axes, rows: pd.DataFrame, at: NDArray[np.int64]) -> None:
    low, high = rows["stability_low"].to_numpy(), rows["stability_high"].to_numpy()
    there = ~np.isnan(low)
    ax.hlines(at[there], low[there], high[there], color=PALETTE["soft"], linewidth=2.6, zorder=2)
    ax.scatter(rows["expected"], at, marker="|", s=170, linewidths=1.6, color=PALETTE["second"],
               zorder=3)  # fmt: skip


def _draw_dots(ax: Axes, rows: pd.DataFrame, at: NDArray[np.int64], *, accent: bool) -> None:
    overlap, sister = rows["overlap"].to_numpy(), rows["sister"].to_numpy(dtype=bool)
    first = np.zeros(len(rows), dtype=bool)
    first[:1] = accent
    ink, paper = PALETTE["ink"], PALETTE["paper"]
    for which, face, edge, marker in (
        (~sister & ~first, ink, ink, "o"), (sister, paper, ink, "o"),
        (first & ~sister, PALETTE["accent"], PALETTE["accent"], "D"),
    ):  # fmt: skip
        ax.scatter(overlap[which], at[which], s=52, marker=marker, c=face, edgecolors=edge,
                   linewidths=1.4, zorder=4)  # fmt: skip


def _quarter_below(rows: pd.DataFrame) -> float:
    """Give the quarter below all that is drawn: dots need no axis from 0."""
    least = rows[["overlap", "stability_low", "expected"]].min().min()
    return max(float(np.floor((least - 0.02) * 4)) / 4, 0.0) if len(rows) else 0.0


def _accent(ax: Axes, row: int) -> None:
    ax.get_yticklabels()[row].set(color=PALETTE["accent"], fontweight="bold")
