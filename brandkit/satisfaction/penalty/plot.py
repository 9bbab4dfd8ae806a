"""Figure of penalties and rewards, drawn from a result; nothing is computed here."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.satisfaction.penalty.penalty import PenaltyReward, by_role, role_names
from brandkit.viz.marks import add_key, area, name_rows, number_axis, row_lines, stroke
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

#: Attributes a figure shows; the table beside it has the rest.
MOST_ROWS = 25


def penalty_reward(result: PenaltyReward, *, ax: Axes | None = None, focus: object = None) -> Axes:  # noqa: ARG001
    """Draw what poor answers cost to the left, what good ones gain to the right, by kind.

    Bars of undecided attributes are hollow; the side of 0 tells the bars apart, not the colour.
    """
    rows = by_role(result.attributes).head(MOST_ROWS)
    names = rows["label"].astype(str).tolist()
    ax = ax or new_axes(WIDTH, rows_height(1.15 * row_lines(names) * len(rows) + 0.8), fluid=True)
    settled = (rows["role"] != "undecided").tolist()
    with theme():
        for side, colour in (("penalty", PALETTE["soft"]), ("reward", PALETTE["second"])):
            low, high = (rows[f"{side}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
            there, at = np.isfinite(low + high), np.arange(len(rows))
            ax.barh(at, rows[side].fillna(0.0), height=0.5, edgecolor=colour, linewidth=1.2,
                    color=[colour if one else "none" for one in settled], zorder=2)  # fmt: skip
            ax.hlines(at[there], low[there], high[there], PALETTE["ink"], linewidth=1.6, zorder=3)
        ax.axvline(0, color=PALETTE["soft"], linewidth=1.0, zorder=4)
        add_key(
            ax,
            (Message("what poor answers cost"), area("soft")),
            (Message("what good answers gain"), area("second")),
            (Message("interval"), stroke()),
        )
        if not all(settled):
            add_key(ax, (Message("undecided"), area("none", "soft")))
        name_rows(ax, names)
        drawn = rows[["penalty_low", "penalty_high", "reward_low", "reward_high"]]
        reach = np.nanmax(np.abs(drawn.to_numpy(dtype=float)), initial=0.1) * 1.05
        ax.set_xlim(-reach, reach)
        number_axis(ax, "signed")
        said = Message("Change of {outcome}, in its points", {"outcome": result.outcome_label})
        ax.set_xlabel(translate(said))
        look: dict[str, Any] = {"textcoords": "offset points", "color": PALETTE["soft"]}
        for text, place, side in (
            (Message("← poor costs"), 0.48, "right"), (Message("good gains →"), 0.52, "left"),
        ):  # fmt: skip
            ax.annotate(translate(text), (place, 1.0), xycoords="axes fraction", xytext=(0, 4),
                        ha=side, va="bottom", **look)  # fmt: skip
        for row, name in enumerate(role_names(rows)):
            ax.annotate(translate(name), (1.0, row), xycoords=("axes fraction", "data"),
                        xytext=(8, 0), va="center", **look)  # fmt: skip
    return ax
