"""A drawing of a bank's options by strategy, with the evidence beside each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.strategy.reading.reading import STRATEGIES, StrategyReading
from brandkit.strategy.reading.story import STRATEGY_NAMES, option_words
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, share_axis, write_column
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

MOST_OPTIONS = 6
"""Options a strategy that are drawn; the table beside it has the rest."""
NAME_LINE = 37
_MARKERS = {"innovative": "D", "distinctive": "o", "evolutionary": "s", "not_enough_evidence": "X"}


def plot_strategy_reading(result: StrategyReading, *, ax: Axes | None = None) -> Axes:
    """Draw a bank's options by strategy: how many rivals have each, and what customers make of it.

    Options stand under the name of their strategy. The dot is the share of rivals, or of their
    offers, that have it; filled where that is clear, hollow where not. The column tells what
    customers make of it: the rise of the chance to be chosen, or the change of the share of
    choices, in points.

    Parameters
    ----------
    result : StrategyReading
    ax : Axes, optional
        Where to draw; new axes where not given.

    Returns
    -------
    Axes

    Examples
    --------
    >>> from brandkit.strategy.reading.reading import strategy_reading
    >>> from brandkit.overlap import catalog_gaps
    >>> from brandkit.overlap.examples import small_catalog
    >>> ax = plot_strategy_reading(strategy_reading(catalog_gaps(small_catalog(), brand="Kestrel")))
    >>> ax.get_yticklabels()[0].get_text()
    'not enough evidence'
    """
    rows = _rows(result.options)
    names = row_names([row["name"] for row in rows], line=NAME_LINE)
    if ax is None:
        ax = new_axes(WIDTH, rows_height(max(len(rows), 1) + 2))
    with theme():
        for at, row in enumerate(rows):
            if row["is_head"] or np.isnan(row["share"]):
                continue
            ax.scatter(
                row["share"], at, s=54, marker=_MARKERS[row["strategy"]], zorder=3,
                c=PALETTE["ink"] if row["settled"] == "clear" else PALETTE["paper"],
                edgecolors=PALETTE["ink"], linewidths=1.5,
            )  # fmt: skip
        name_rows(ax, names)
        for row, label in zip(rows, ax.get_yticklabels(), strict=True):
            label.set_fontweight("bold" if row["is_head"] else "normal")
        share_axis(ax)
        ax.set_xlim(-0.04, 1.04)
        ax.set_xlabel(translate(Message("Rivals, or their offers, that have it")))
        write_column(ax, [row["value"] for row in rows], column=0,
                     head=translate(Message("customers")))  # fmt: skip
    return ax


def _rows(options: pd.DataFrame) -> list[dict[str, Any]]:
    """List the heads and options to draw, in their order."""
    rows: list[dict[str, Any]] = []
    for strategy in STRATEGIES:
        part = options[options["strategy"] == strategy].head(MOST_OPTIONS)
        if not len(part):
            continue
        rows.append({"name": translate(STRATEGY_NAMES[strategy]), "is_head": True, "value": ""})
        for option in part.to_dict("records"):
            rows.append({
                "name": "  " + translate(option_words(option)), "is_head": False,
                "strategy": strategy, "settled": option["settled"],
                "share": float(option["share_have"]), "value": _value(option),
            })  # fmt: skip
    return rows


def _value(option: dict[Any, Any]) -> str:
    """Write what customers make of an option, in points; nothing where it is not known."""
    estimate = float(str(option["estimate"]))
    return "" if np.isnan(estimate) else formatted(100 * estimate, "signed")
