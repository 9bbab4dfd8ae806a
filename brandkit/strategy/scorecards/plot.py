"""Figures of scorecards: ranks with what leaves them open, and contribution by potential."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.strategy.scorecards.matrix import SETTLED_TIER, ScorecardMatrix
from brandkit.strategy.scorecards.scorecards import Scorecard
from brandkit.strategy.scorecards.story import TIER_NAMES
from brandkit.viz.labels import place_labels
from brandkit.viz.marks import Dots, add_key, dot_rows, name_upward, point, stroke
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

Look = dict[str, Any]

MOST_ROWS = 30
"""Institutions that a dot plot shows; the table beside it has the rest."""
CROWDED, MOST_NAMES = 24, 12
"""Institutions from which a matrix names so many and numbers the others."""
_CORNERS = {
    "lead": (0.985, 0.985, "right", "top"),
    "hold": (0.985, 0.015, "right", "bottom"),
    "build": (0.015, 0.985, "left", "top"),
    "watch": (0.015, 0.015, "left", "bottom"),
}


def scorecard(result: Scorecard, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw ranks as dots: thick bars are what errors do not rule out, lines most other weights."""
    bank, _ = known_focus(focus, result.totals["brand"])
    totals = result.totals.head(MOST_ROWS)
    if bank is not None and bank not in set(totals["brand"]):
        own = result.totals[result.totals["brand"] == bank]
        totals = pd.concat([totals.head(MOST_ROWS - 1), own], ignore_index=True)
    ends = [totals[f"weights_rank_{end}"] for end in ("low", "high")]
    columns: dict[str | Message, list[str]] = {
        Message("total"): [formatted(one, "decimal2") for one in totals["estimate"]],
        Message("first"): [formatted(one, "percent") for one in totals["share_first"]],
    }
    last = float(np.nanmax(totals[["weights_rank_high", "rank", "rank_high"]].astype(float)))
    ax = new_axes(WIDTH, rows_height(len(totals) + 0.8), fluid=True) if ax is None else ax
    dot_rows(
        totals["brand"].tolist(),
        Dots(totals["rank"], low=ends[0], high=ends[1]),
        label=Message("Rank, 1 the best"),
        kind="count",
        focus=bank,
        columns=columns,
        limits=(0.4, last + 0.6),
        says={"line": Message("most other weights")},
        ax=ax,
    )
    with theme():
        if result.has_errors:
            bars = (np.arange(len(totals)), totals["rank_low"] - 0.12, totals["rank_high"] + 0.12)
            ax.hlines(*bars, color=PALETTE["line"], linewidth=9, zorder=1)
            add_key(ax, (Message("not ruled out by errors"), stroke("line", width=9)))
        ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    return ax


def scorecard_matrix(
    result: ScorecardMatrix, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw contribution across and potential upward; hollow where the tier is not settled.

    Bars are standard errors; dashed lines are the cuts between the tiers.
    """
    rows = result.positions
    bank, _ = known_focus(focus, rows["brand"])
    places = rows[["contribution_score", "potential_score"]].to_numpy(dtype=float)
    errors = rows[["contribution_error", "potential_error"]].to_numpy(dtype=float)
    # a bar across and one upward for each
    reach = (errors[:, :, None] * np.eye(2)).reshape(-1, 1, 2) * np.array([[-1.0], [1.0]])
    bars = places.repeat(2, axis=0)[:, None] + reach
    bars = bars[np.isfinite(bars).all(axis=(1, 2))]
    is_focus = (rows["brand"] == bank).to_numpy()
    is_settled = (rows["tier_support"] >= SETTLED_TIER).to_numpy()
    ax = new_axes(WIDTH, 6.0, fluid=True) if ax is None else ax
    with theme():
        quarters = [0.0, 0.25, 0.5, 0.75, 1.0]
        ax.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0), xticks=quarters, yticks=quarters[1:])
        dashed: Look = {"color": PALETTE["soft"], "linewidth": 1, "linestyle": "--", "zorder": 1}
        ax.axvline(result.cuts[0], **dashed)
        ax.axhline(result.cuts[1], **dashed)
        for ends in bars:
            look: Look = {"color": PALETTE["line"], "linestyle": "-", "marker": "", "zorder": 2}
            ax.plot(ends[:, 0], ends[:, 1], linewidth=2, **look)
        for which, marker, size, colour in (
            (~is_focus, "o", 60, PALETTE["ink"]),
            (is_focus, "D", 90, PALETTE["accent"]),
        ):
            face = np.where(is_settled[which], colour, PALETTE["paper"])
            look = {"c": face, "edgecolors": colour, "linewidths": 1.5, "zorder": 3}
            ax.scatter(places[which, 0], places[which, 1], size, marker=marker, **look)
        named = dict(zip(result.actions["tier"], result.actions["label"], strict=True))
        for tier, (across, upward, left, low) in _CORNERS.items():
            look = {"color": PALETTE["soft"], "fontstyle": "italic", "ha": left, "va": low}
            said = named.get(tier) or translate(TIER_NAMES[tier])
            ax.text(across, upward, said, transform=ax.transAxes, **look)
        ax.set_xlabel(translate(Message("Contribution today →")))
        name_upward(ax, Message("Potential"))
        add_key(ax, (Message("tier settled"), point()), (Message("open"), point(hollow=True)),
                (Message("standard error"), stroke("line", width=2)))  # fmt: skip
        place_labels(
            ax,
            rows["brand"].tolist(),
            places,
            priority=np.hypot(*(places - result.cuts).T),
            emphasise=() if bank is None else (bank,),
            lines=bars if len(bars) else None,
            max_labels=MOST_NAMES if len(rows) > CROWDED else len(rows),
        )
    return ax
