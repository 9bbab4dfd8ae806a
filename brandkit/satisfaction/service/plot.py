"""Drawing of service quality by stage of the sale, dimension or item, and of what comes first."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.service.service import (
    PRIORITY_NAMES,
    STAGES,
    ServicePriorities,
    ServiceQuality,
)
from brandkit.viz.marks import Dots, add_key, dot_rows, point
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import theme

MOST_PARTS: Final = 25


def service_quality(
    result: ServiceQuality, *, ax: Axes | None = None, kind: str | None = None, focus: object = None
) -> Axes:
    """Draw each part's score: the focus (or market) with its interval, the market, the banks."""
    focus, _ = known_focus(focus, result.scores["brand"].dropna().unique())
    market = result.parts(kind=kind)
    order = np.arange(len(market))
    if market["kind"].iloc[0] != "stage":
        order = np.argsort(-market["estimate"].to_numpy(), kind="stable")[:MOST_PARTS]
    market = market.iloc[order]
    shown = result.parts(kind=kind, brand=focus).iloc[order]
    names = [translate(STAGES.get(str(name), str(name))) for name in market["name"]]
    texts = [[formatted(value, "decimal2") for value in rows["estimate"]]
             for rows in (shown, market)]  # fmt: skip
    head = focus if focus and len(focus) < 8 else Message("bank")
    is_gap = result.method == "servqual"
    ax = dot_rows(
        names,
        Dots(shown["estimate"], shown["ci_low"], shown["ci_high"],
             accent=np.full(len(shown), focus is not None)),
        label=Message("Perceived less expected service") if is_gap else Message("Mean score"),
        kind="decimal1",
        ticks=market["estimate"],
        columns={head: texts[0], Message("market"): texts[1]} if focus else {"": texts[1]},
        reference=0.0 if is_gap else None,
        says={"tick": Message("market")},
        ax=ax,
    )  # fmt: skip
    banks = [result.parts(kind=kind, brand=one).iloc[order]["estimate"]
             for one in result.scores["brand"].dropna().unique() if one != focus]  # fmt: skip
    with theme():
        if focus:
            add_key(ax, (focus, point("D", "accent")))
        if banks:
            add_key(ax, (Message("other banks"), point(colour="soft", hollow=True, size=5)))
        for estimates in banks:
            ax.scatter(estimates, np.arange(len(estimates)), s=30, c=PALETTE["paper"],
                       edgecolors=PALETTE["soft"], linewidths=1.1, zorder=1.5)  # fmt: skip
    return ax


def service_priorities(
    result: ServicePriorities,
    *,
    ax: Axes | None = None,
    focus: object = None,  # noqa: ARG001
) -> Axes:
    """Draw how far the bank is from its rivals in each service, the most urgent first."""
    rows = result.services
    return dot_rows(
        rows["label"].astype(str).tolist(),
        Dots(rows["estimate"], rows["ci_low"], rows["ci_high"],
             hollow=rows["priority"] == "later", accent=rows["priority"] == "act"),
        label=Message("Against rivals"),
        kind="decimal1",
        columns={"": [translate(PRIORITY_NAMES[one]) for one in rows["priority"]]},
        reference=0.0,
        says={"hollow": PRIORITY_NAMES["later"]},
        ax=ax,
    )  # fmt: skip
