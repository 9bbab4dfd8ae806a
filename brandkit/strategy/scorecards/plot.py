"""Drawings of scorecards: ranks with what leaves them open, and contribution by potential."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.strategy.scorecards.matrix import SETTLED_TIER, ScorecardMatrix
from brandkit.strategy.scorecards.scorecards import Scorecard
from brandkit.viz.labels import place_labels
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, write_column
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

MOST_ROWS = 30
"""Institutions that a dot plot shows; the table beside it has the rest."""
CROWDED, MOST_NAMES = 24, 12
"""Institutions from which a matrix names so many and numbers the others."""
NAME_LINE = 24
_TIER_CORNERS = {
    "lead": (0.985, 0.985, "right", "top"), "hold": (0.985, 0.015, "right", "bottom"),
    "build": (0.015, 0.985, "left", "top"), "watch": (0.015, 0.015, "left", "bottom"),
}  # fmt: skip
_TIER_WORDS = {
    "lead": Message("strong today and tomorrow"), "hold": Message("strong today"),
    "build": Message("strong tomorrow"), "watch": Message("weak in both"),
}  # fmt: skip


def plot_scorecard(result: Scorecard, *, ax: Axes | None = None, focus: str | None = None) -> Axes:
    """Draw the rank of each institution, with what the errors and the weights leave open.

    A dot is the rank; the thick bar the ranks that errors do not rule out, for all institutions at
    once; the thin line those of most other weights. Columns: the total, and how many of the
    weights drawn put it first.

    Parameters
    ----------
    result : Scorecard
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The institution to mark.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The focus was not scored.

    Examples
    --------
    >>> from brandkit.strategy.scorecards.scorecards import scorecard
    >>> table = pd.DataFrame({"service": [8.0, 6.0], "fees": [6.0, 4.0]}, index=["A", "B"])
    >>> ax = plot_scorecard(scorecard(table, limits=(0, 10)), focus="A")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['A', 'B']
    """
    totals = _shown(result, focus)
    at = np.arange(len(totals))
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(totals) + 3))
    is_focus = (totals["brand"] == focus).to_numpy()
    with theme():
        lines = ax.hlines(at, totals["weights_rank_low"], totals["weights_rank_high"],
                          color=PALETTE["soft"], linewidth=1.2, zorder=2)  # fmt: skip
        lines.set_label(translate(Message("most other weights")))
        if result.has_errors:
            bars = ax.hlines(at, totals["rank_low"] - 0.12, totals["rank_high"] + 0.12,
                             color=PALETTE["line"], linewidth=9, zorder=1)  # fmt: skip
            bars.set_label(translate(Message("not ruled out by errors")))
        for which, size, marker, colour in (
            (~is_focus, 46, "o", PALETTE["ink"]), (is_focus, 60, "D", PALETTE["accent"]),
        ):  # fmt: skip
            ax.scatter(totals["rank"][which], at[which], s=size, marker=marker, c=colour, zorder=3)
        name_rows(ax, row_names(totals["brand"].astype(str).tolist(), line=NAME_LINE))
        _mark_row(ax, is_focus)
        last = int(max(totals["weights_rank_high"].max(), totals["rank"].max(),
                       totals["rank_high"].max() if result.has_errors else 1))  # fmt: skip
        ax.set_xlim(0.4, last + 0.6)
        ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
        ax.grid(axis="x")
        ax.set_xlabel(translate(Message("Rank, 1 the best")))
        write_column(ax, [formatted(float(one), "decimal2") for one in totals["estimate"]],
                     head=translate(Message("total")))  # fmt: skip
        write_column(ax, [formatted(float(one), "percent") for one in totals["share_first"]],
                     column=1, head=translate(Message("first")))  # fmt: skip
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=1, handletextpad=0.4)
    return ax


def plot_scorecard_matrix(
    result: ScorecardMatrix, *, ax: Axes | None = None, focus: str | None = None
) -> Axes:
    """Draw contribution across and potential upward, with the cuts between the tiers.

    Institutions whose tier nearly all draws leave as it is are filled, others hollow. Lines are
    one standard error to either side, where errors are known.

    Parameters
    ----------
    result : ScorecardMatrix
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The institution to mark.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The focus was not scored.

    Examples
    --------
    >>> from brandkit.strategy.scorecards.matrix import scorecard_matrix
    >>> table = pd.DataFrame({"revenue": [8, 3], "growth": [2, 7]}, index=["A", "B"])
    >>> found = scorecard_matrix(table, contribution=["revenue"], potential=["growth"],
    ...                          limits=(0, 10))
    >>> plot_scorecard_matrix(found).get_xlabel()
    'Contribution today'
    """
    rows = result.positions
    _check_focus(focus, rows["brand"])
    places = rows[["contribution_score", "potential_score"]].to_numpy(dtype=float)
    errors = rows[["contribution_error", "potential_error"]].to_numpy(dtype=float)
    is_focus = (rows["brand"] == focus).to_numpy()
    settled = (rows["tier_support"] >= SETTLED_TIER).to_numpy()
    if ax is None:
        ax = new_axes(WIDTH, 6.0)
    with theme():
        ax.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0), xticks=[0.0, 0.25, 0.5, 0.75, 1.0],
               yticks=[0.25, 0.5, 0.75, 1.0])  # fmt: skip
        ax.set_aspect("equal", adjustable="box")
        ax.axvline(result.cuts[0], color=PALETTE["soft"], linewidth=1, linestyle="--", zorder=1)
        ax.axhline(result.cuts[1], color=PALETTE["soft"], linewidth=1, linestyle="--", zorder=1)
        bars = []
        if np.isfinite(errors).any():
            for side, step in ((0, np.array([1.0, 0.0])), (1, np.array([0.0, 1.0]))):
                reach = errors[:, [side]] * step
                bars.append(np.stack([places - reach, places + reach], axis=1))
            for ends in np.concatenate(bars):
                ax.plot(ends[:, 0], ends[:, 1], color=PALETTE["line"], linewidth=2, marker="",
                        linestyle="-", zorder=2)  # fmt: skip
        for which, marker, size, colour in (
            (~is_focus, "o", 40, PALETTE["ink"]), (is_focus, "D", 60, PALETTE["accent"]),
        ):  # fmt: skip
            face = np.where(settled[which], colour, PALETTE["paper"])
            ax.scatter(*(places[which].T[side] for side in (0, 1)), s=size, marker=marker, c=face,  # type: ignore[misc]
                       edgecolors=colour, linewidths=1.5, zorder=3)  # fmt: skip
        for tier, (across, upward, left, low) in _TIER_CORNERS.items():
            ax.text(across, upward, translate(_TIER_WORDS[tier]), transform=ax.transAxes, ha=left,
                    va=low, color=PALETTE["soft"], fontstyle="italic")  # fmt: skip
        ax.set(xlabel=translate(Message("Contribution today")),
               ylabel=translate(Message("Potential")))  # fmt: skip
        place_labels(
            ax, rows["brand"].astype(str).tolist(), places,
            priority=np.hypot(*(places - result.cuts).T),
            emphasise=() if focus is None else (focus,),
            lines=np.concatenate(bars) if bars else None,
            max_labels=MOST_NAMES if len(rows) > CROWDED else len(rows),
        )  # fmt: skip
    return ax


def _shown(result: Scorecard, focus: str | None) -> pd.DataFrame:
    """Give the rows to draw: the best, and the focus."""
    totals = result.totals
    _check_focus(focus, totals["brand"])
    if len(totals) <= MOST_ROWS:
        return totals
    best = totals.head(MOST_ROWS)
    if focus is None or (best["brand"] == focus).any():
        return best
    mine = totals[totals["brand"] == focus]
    return pd.concat([totals.head(MOST_ROWS - 1), mine], ignore_index=True)


def _check_focus(focus: str | None, known: pd.Series) -> None:
    names = known.astype(str).tolist()
    if focus is not None and focus not in names:
        raise InputError(
            f"`focus` must be an institution that was scored; found {shown(focus)}."
            f"{did_you_mean(focus, names) or f' They are {shown(names)}.'}"
        )


def _mark_row(ax: Axes, is_focus: np.ndarray) -> None:
    for row, label in zip(is_focus, ax.get_yticklabels(), strict=True):
        if row:
            label.set(color=PALETTE["accent"], fontweight="bold")
