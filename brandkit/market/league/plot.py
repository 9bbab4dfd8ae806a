"""Drawing of published rankings."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message
from brandkit.market.league.league import LeagueTable
from brandkit.market.league.story import facts_of, longest_tie, written
from brandkit.viz.marks import (
    Dots,
    dot_rows,
    rank_texts,
)
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import theme

#: Brands that are drawn; the table beside the figure has the rest.
MOST_ROWS = 30


def league_table(
    result: LeagueTable, *, ax: Axes | None = None, focus: object = None, measure: str | None = None
) -> Axes:
    """Draw published scores with intervals; hollow where several ranks are left, a bar at a tie."""
    measure = result.tables["measure"].iloc[0] if measure is None else measure
    rows = result.scores[result.scores["measure"] == measure].reset_index(drop=True)
    bank, _ = known_focus(focus, rows["brand"])
    facts = facts_of(result, measure)
    shown = rows[(rows.index < MOST_ROWS) | (rows["brand"] == bank)]
    is_open = (shown["rank_low"] != shown["rank_high"]).fillna(value=True).to_numpy(dtype=bool)
    ends = [shown[end].fillna(shown["estimate"]) for end in ("ci_low", "ci_high")]
    kind = {"percent": "percent", "nps": "points"}.get(facts["unit"], "steps")
    low, high = float(ends[0].min()), float(ends[1].max())
    room = 0.06 * (high - low or 1.0)
    ax = dot_rows(
        shown["brand"].tolist(),
        Dots(shown["estimate"], low=ends[0], high=ends[1], hollow=is_open),
        label=measure,
        kind=kind,
        focus=bank,
        columns={
            Message("score"): [written(one, facts) for one in shown["estimate"]],
            Message("ranks"): rank_texts(shown),
        },
        limits=(low - room, high + room),
        ax=ax,
    )
    start, end = longest_tie(result, measure)
    if end - start >= 2 and end < len(shown) and pd.notna(rows["rank_low"]).all():
        with theme():
            across = np.full(2, low - room / 2)
            ax.plot(
                across,
                [start - 0.3, end + 0.3],
                color=PALETTE["soft"],
                linewidth=2,
                marker="",
                linestyle="-",
                zorder=1,
            )
    return ax
