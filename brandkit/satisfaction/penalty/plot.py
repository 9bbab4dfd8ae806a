"""Figure of penalties and rewards, drawn from a result; nothing is computed here."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.satisfaction.penalty.penalty import PenaltyReward, by_role, role_name
from brandkit.viz.labels import row_names
from brandkit.viz.marks import name_rows, number_axis
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

#: Attributes a figure shows; the table beside it has the rest.
MOST_ROWS = 25
#: Half ems of an attribute's name beside a row.
NAME_LINE = 22


def penalty_reward(result: PenaltyReward, *, ax: Axes | None = None, focus: object = None) -> Axes:  # noqa: ARG001
    """Draw what poor answers cost to the left, what good ones gain to the right, by kind.

    Bars of undecided attributes are hollow; the side of 0 tells the bars apart, not the colour.
    """
    rows = by_role(result.attributes).head(MOST_ROWS)
    ax = ax or new_axes(WIDTH, rows_height(len(rows) + 2))
    at, settled = np.arange(len(rows)), (rows["role"] != "undecided").to_numpy(dtype=bool)
    with theme():
        for side, colour in (("penalty", PALETTE["soft"]), ("reward", PALETTE["second"])):
            values = rows[side].fillna(0.0).to_numpy(dtype=float)
            for part, face in ((settled, colour), (~settled, "none")):
                look: dict[str, Any] = {
                    "facecolor": face,
                    "edgecolor": colour,
                    "linewidth": 1.2,
                    "zorder": 2,
                }
                ax.barh(at[part], values[part], height=0.5, **look)
            ends = rows[[f"{side}_low", f"{side}_high"]].to_numpy(dtype=float)
            there = np.isfinite(ends).all(axis=1)
            ax.hlines(at[there], *ends[there].T, color=PALETTE["ink"], linewidth=1.6, zorder=3)
        ax.axvline(0, color=PALETTE["soft"], linewidth=1.0, zorder=4)
        name_rows(ax, row_names(rows["label"].tolist(), line=NAME_LINE))
        drawn = rows[["penalty_low", "penalty_high", "reward_low", "reward_high"]]
        reach = np.nanmax(np.abs(drawn.to_numpy(dtype=float)), initial=0.1) * 1.05
        ax.set_xlim(-reach, reach)
        number_axis(ax, "signed")
        said = Message("Change of {outcome}, in its points", {"outcome": result.outcome_label})
        ax.set_xlabel(translate(said))
        _write_texts(
            ax,
            [
                role_name(str(role), matters=bool(matters))
                for role, matters in zip(rows["role"], rows["matters"], strict=True)
            ],
        )
    return ax


def _write_texts(ax: Axes, roles: list[Message]) -> None:
    sides = ((Message("← poor costs"), 0.48, "right"), (Message("good gains →"), 0.52, "left"))
    placed: list[tuple[Message, Any, Any, dict[str, Any]]] = [
        (text, (place, 1.0), "axes fraction", {"xytext": (0, 4), "ha": side, "va": "bottom"})
        for text, place, side in sides
    ]
    beside = {"xytext": (8, 0), "va": "center"}
    placed += [
        (role, (1.0, row), ("axes fraction", "data"), beside) for row, role in enumerate(roles)
    ]
    for text, at, system, look in placed:
        colour, unit = PALETTE["soft"], "offset points"
        ax.annotate(translate(text), at, xycoords=system, textcoords=unit, color=colour, **look)
