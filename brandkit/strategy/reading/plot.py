"""The figure of a bank's options by strategy, with the evidence beside each."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.strategy.reading.reading import STRATEGIES, StrategyReading
from brandkit.strategy.reading.story import STRATEGY_NAMES, option_words
from brandkit.viz.marks import add_key, name_rows, point, row_lines, share_axis, write_column
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

MOST_OPTIONS = 6
"""Options a strategy that are drawn; the table beside it has the rest."""
_MARKERS = {"innovative": "D", "distinctive": "o", "evolutionary": "s", "not_enough_evidence": "X"}


def strategy_reading(
    result: StrategyReading, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw options under their strategy: the share of rivals, or of their offers, that have each.

    Filled where that is clear, hollow where not. The column tells what customers make of it: the
    rise of the chance to be chosen, or the change of the share of choices, in points.
    """
    del focus  # all options are one bank's
    names: list[str] = []
    values: list[str] = []
    heads, dots = [], []
    for strategy in STRATEGIES:
        part = result.options[result.options["strategy"] == strategy].head(MOST_OPTIONS)
        if len(part):
            heads.append(len(names))
            names.append(translate(STRATEGY_NAMES[strategy]))
            values.append("")
        for _, option in part.iterrows():
            dots.append((len(names), option))
            names.append(translate(option_words(option)))
            worth = 100 * float(option["estimate"])
            values.append("" if np.isnan(worth) else formatted(worth, "signed"))
    ax = (
        new_axes(WIDTH, rows_height(max(len(names), 1) * row_lines(names) + 0.8), fluid=True)
        if ax is None
        else ax
    )
    with theme():
        for at, option in dots:
            face = PALETTE["ink" if option["settled"] == "clear" else "paper"]
            look: dict[str, Any] = {
                "marker": _MARKERS[option["strategy"]],
                "edgecolors": PALETTE["ink"],
            }
            if not np.isnan(option["share_have"]):
                ax.scatter(option["share_have"], at, 70, face, linewidths=1.5, zorder=3, **look)
        add_key(ax, (Message("clear"), point()), (Message("not settled"), point(hollow=True)))
        name_rows(ax, names)
        for at in heads:
            ax.get_yticklabels()[at].set_fontweight("bold")
        share_axis(ax)
        ax.set_xlim(-0.04, 1.04)
        ax.set_xlabel(translate(Message("Rivals, or their offers, that have it")))
        write_column(ax, values, head=translate(Message("customers")))
    return ax
