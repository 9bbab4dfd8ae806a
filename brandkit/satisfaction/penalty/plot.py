"""Drawing of penalties and rewards. It takes a result and computes no statistics."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from brandkit.core.errors import check_whole_number
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.penalty.penalty import PenaltyReward, by_role, role_name
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

MOST_ROWS = 25
"""Attributes a figure shows; the table beside it has the rest."""
NAME_LINE = 22
"""Half ems of an attribute's name beside a row."""
_BAR = 0.5


def plot_penalty_reward(
    result: PenaltyReward, *, ax: Axes | None = None, most: int = MOST_ROWS
) -> Axes:
    """Draw what poor answers cost to the left and what good answers gain to the right.

    Bars are penalty and reward, lines their intervals; attributes stand by kind: basic,
    performance, exciting, undecided. Bars of undecided attributes are hollow. The kind is
    written at the right.

    Parameters
    ----------
    result : PenaltyReward
    ax : Axes, optional
        Where to draw; new axes where not given.
    most : int
        Attributes at most.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        ``most`` is no whole number >= 1.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> bank = pd.DataFrame({"fees": rng.integers(0, 11, 200)})
    >>> bank["sat"] = 7 - 2 * (bank["fees"] <= 5) + rng.normal(0, 1, 200)
    >>> from brandkit.satisfaction.penalty.penalty import penalty_reward
    >>> result = penalty_reward(bank, outcome="sat", attributes=["fees"], low=5, high=8, draws=50)
    >>> [text.get_text() for text in plot_penalty_reward(result).texts][-1]
    'basic factor'
    """
    check_whole_number("most", most, low=1)
    rows = by_role(result.attributes).head(most)
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 2))

    with theme():
        at = np.arange(len(rows))
        settled = (rows["role"] != "undecided").to_numpy(dtype=bool)
        _draw_side(ax, rows, "penalty", at=at, settled=settled)
        _draw_side(ax, rows, "reward", at=at, settled=settled)
        ax.axvline(0, color=PALETTE["soft"], linewidth=1.0, zorder=4)
        name_rows(ax, row_names(rows["label"].tolist(), line=NAME_LINE))
        _draw_axis(ax, rows, result)
        _write_roles(ax, rows)
    return ax


def _draw_side(
    ax: Axes, rows: pd.DataFrame, side: str, *, at: np.ndarray, settled: np.ndarray
) -> None:
    """Draw bars and intervals of one side; the side of 0 tells them apart, not the colour."""
    colour = PALETTE["soft"] if side == "penalty" else PALETTE["second"]
    values = rows[side].fillna(0.0).to_numpy(dtype=float)
    for which, face in ((settled, colour), (~settled, "none")):
        ax.barh(at[which], values[which], height=_BAR, facecolor=face, edgecolor=colour,
                linewidth=1.2, zorder=2)  # fmt: skip
    for row, low, high in zip(at, rows[f"{side}_low"], rows[f"{side}_high"], strict=True):
        if np.isfinite(low) and np.isfinite(high):
            ax.plot([low, high], [row, row], color=PALETTE["ink"], linewidth=1.6, linestyle="-",
                    marker="", zorder=3)  # fmt: skip


def _draw_axis(ax: Axes, rows: pd.DataFrame, result: PenaltyReward) -> None:
    ends = rows[["penalty_low", "penalty_high", "reward_low", "reward_high"]].to_numpy(dtype=float)
    reach = np.nanmax(np.abs(ends), initial=0.1) * 1.05
    ax.set_xlim(-reach, reach)
    ax.xaxis.set_major_locator(MaxNLocator(5, symmetric=True))
    ax.xaxis.set_major_formatter(FuncFormatter(_tick))
    ax.grid(axis="x")
    said = Message("Change of {outcome}, in its points", {"outcome": result.outcome_label})
    ax.set_xlabel(translate(said))
    for text, place, side in (
        (Message("← poor costs"), 0.48, "right"),
        (Message("good gains →"), 0.52, "left"),
    ):
        ax.annotate(translate(text), (place, 1.0), xycoords="axes fraction", xytext=(0, 4),
                    textcoords="offset points", ha=side, va="bottom",
                    color=PALETTE["soft"])  # fmt: skip


def _tick(value: float, _: int | None) -> str:
    return formatted(value, "signed") if abs(value) > 1e-9 else "0"


def _write_roles(ax: Axes, rows: pd.DataFrame) -> None:
    for row, (role, matters) in enumerate(zip(rows["role"], rows["matters"], strict=True)):
        text = translate(role_name(str(role), matters=bool(matters)))
        ax.annotate(text, (1.0, row), xycoords=("axes fraction", "data"), xytext=(8, 0),
                    textcoords="offset points", va="center", color=PALETTE["soft"])  # fmt: skip
