"""Drawing of paths by group. A plot takes a result and computes no statistics."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.path_comparison import PathComparison
from brandkit.satisfaction.path_names import Names, block_name
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, write_column
from brandkit.viz.theme import SERIES, WIDTH, new_axes, rows_height, theme

#: Half ems that the name of a path may take.
_LINE: Final = 38
#: Room for the legend, in inches.
_LEGEND: Final = 0.5
SETTLED: Final = 0.05
"""Adjusted p-value up to which the line between groups is drawn strong."""


def plot_path_comparison(
    result: PathComparison, *, ax: Axes | None = None, names: Names | None = None
) -> Axes:
    """Draw each path's coefficient in every group, and how likely chance makes them differ so.

    A row is a path. The line joins the smallest and the largest coefficient: strong where they
    differ by more than chance, thin where they do not. Up to four groups have markers of their own;
    of more, the extremes are named in the table.

    Parameters
    ----------
    result : PathComparison
    ax : Axes, optional
        Where to draw; new axes where not given.
    names : mapping, optional
        What readers call the blocks; else by their usual codes.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from brandkit.satisfaction.path_comparison import path_comparison
    >>> answers = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 2)), columns=["q", "s"])
    >>> result = path_comparison(
    ...     answers.assign(tier=["a", "b"] * 20), by="tier", blocks={"QUAL": ["q"], "SAT": ["s"]},
    ...     paths=[("QUAL", "SAT")], draws=49)
    >>> len(plot_path_comparison(result).lines)
    4
    """
    tests = result.tests
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(tests)) + _LEGEND)
    groups = list(dict.fromkeys(result.estimates["segment"]))
    paths = [
        f"{translate(block_name(str(source), names))} → {translate(block_name(str(target), names))}"
        for source, target in zip(tests["source"], tests["target"], strict=True)
    ]
    estimates = result.estimates["estimate"].to_numpy().reshape(len(tests), len(groups))
    with theme():
        name_rows(ax, row_names(paths, line=_LINE))
        ax.axvline(0, color=PALETTE["line"], linewidth=1, linestyle="-", zorder=0)
        for row, (values, p) in enumerate(zip(estimates, tests["p_adjusted"], strict=True)):
            is_sure = p <= SETTLED
            ax.plot([values.min(), values.max()], [row, row], linestyle="-", marker="", zorder=1,
                    linewidth=3 if is_sure else 1,
                    color=PALETTE["ink"] if is_sure else PALETTE["soft"])  # fmt: skip
        _draw_groups(ax, estimates, [str(name) for name in groups])
        write_column(ax, [formatted(p, "p") for p in tests["p_adjusted"]], head="p")
        ax.set_xlabel(translate(Message("Path coefficient")))
        ax.grid(axis="x")
    return ax


def _draw_groups(ax: Axes, estimates: np.typing.NDArray[np.float64], groups: list[str]) -> None:
    rows = np.arange(len(estimates))
    many = len(groups) > len(SERIES)
    for at, name in enumerate(groups):
        series = SERIES[0 if many else at]
        ax.plot(estimates[:, at], rows, linestyle="", marker=series["marker"], zorder=2,
                color=PALETTE["soft"] if many else series["color"],
                markersize=4 if many else 7, label="" if many else name)  # fmt: skip
    if not many:
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
