"""Dot plots and bars by rows: names at the left, numbers in columns at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MultipleLocator

from brandkit.core.message import formatted
from brandkit.viz.labels import row_names
from brandkit.viz.palette import PALETTE

#: Where the columns of numbers end, in points right of the axes.
COLUMNS: Final = (44, 92)
#: How far behind a column texts begin.
AFTER: Final = 12
#: Half ems of the longest name beside a row: longer ones would leave the figure no room.
LONGEST: Final = 44
_STEPS: Final = (0.02, 0.05, 0.1, 0.25)


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Name rows 0, 1, … from the top, without a frame.

    Parameters
    ----------
    ax : Axes
    names : sequence of str

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> name_rows(ax, ["Civic", "Kestrel"])
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Civic', 'Kestrel']
    """
    short = row_names(names, line=LONGEST)
    # names of two lines were broken where they should be
    labels = [name if "\n" in name else cut for name, cut in zip(names, short, strict=True)]
    ax.set_yticks(np.arange(len(names)), labels)
    ax.set_ylim(len(names) - 0.4, -0.6)
    for tick in ax.get_yticklabels():
        tick.set_color(PALETTE["ink"])
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


def share_axis(ax: Axes, *, low: float = 0.0, high: float = 1.0) -> None:
    """Let the axis across show shares as percent, with a line at each step.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> share_axis(ax, high=0.2)
    >>> ax.get_xlim() == (0.0, 0.2)
    True
    """
    ax.set_xlim(low, high)
    step = next((step for step in _STEPS if (high - low) / step <= 5), _STEPS[-1])
    ax.xaxis.set_major_locator(MultipleLocator(step))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: formatted(value, "percent")))
    ax.grid(axis="x")


def write_column(
    ax: Axes,
    texts: Sequence[str],
    *,
    column: int = 0,
    head: str = "",
    align: Literal["left", "right"] = "right",
) -> None:
    """Write a column of numbers right of the axes, one beside each row.

    Parameters
    ----------
    ax : Axes
    texts : sequence of str
    column : 0 or 1
    head : str
        Above the column.
    align : "left" or "right"
        Texts of any length stand at the left, behind the first column.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> write_column(ax, ["53%", "47%"], head="share")
    >>> [text.get_text() for text in ax.texts]
    ['share', '53%', '47%']
    """
    across = COLUMNS[column] if align == "right" else COLUMNS[column - 1] + AFTER
    placed = [((1.0, 1.0), (across, 4), "axes fraction", "bottom", head)] if head else []
    placed += [
        ((1.0, row), (across, 0), ("axes fraction", "data"), "center", text)  # type: ignore[misc]
        for row, text in enumerate(texts)
    ]
    for at, away, system, vertical, text in placed:
        ax.annotate(text, at, xycoords=system, xytext=away, textcoords="offset points",
                    ha=align, va=vertical, color=PALETTE["soft"])  # fmt: skip
