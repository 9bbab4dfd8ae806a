"""Drawing of service quality by stage of the sale, dimension or item, and of what comes first."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.service.extended import ExtendedServices
from brandkit.satisfaction.service.penalty import PenaltyReward, by_role, role_names
from brandkit.satisfaction.service.service import (
    PRIORITY_NAMES,
    STAGES,
    ServicePriorities,
    ServiceQuality,
)
from brandkit.viz.marks import (
    Dots,
    add_key,
    area,
    dot_rows,
    name_rows,
    number_axis,
    point,
    row_lines,
    stroke,
)
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

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
    texts = [
        [formatted(value, "decimal2") for value in rows["estimate"]] for rows in (shown, market)
    ]
    head = focus if focus and len(focus) < 8 else Message("bank")
    is_gap = result.method == "servqual"
    ax = dot_rows(
        names,
        Dots(
            shown["estimate"],
            shown["ci_low"],
            shown["ci_high"],
            accent=np.full(len(shown), focus is not None),
        ),
        label=Message("Perceived less expected service") if is_gap else Message("Mean score"),
        kind="decimal1",
        ticks=market["estimate"],
        columns={head: texts[0], Message("market"): texts[1]} if focus else {"": texts[1]},
        reference=0.0 if is_gap else None,
        says={"tick": Message("market")},
        ax=ax,
    )
    banks = [
        result.parts(kind=kind, brand=one).iloc[order]["estimate"]
        for one in result.scores["brand"].dropna().unique()
        if one != focus
    ]
    with theme():
        if focus:
            add_key(ax, (focus, point("D", "accent")))
        if banks:
            add_key(ax, (Message("other banks"), point(colour="soft", hollow=True, size=5)))
        for estimates in banks:
            ax.scatter(
                estimates,
                np.arange(len(estimates)),
                s=30,
                c=PALETTE["paper"],
                edgecolors=PALETTE["soft"],
                linewidths=1.1,
                zorder=1.5,
            )
    return ax


def service_priorities(result: ServicePriorities, *, ax: Axes | None = None) -> Axes:
    """Draw how far the bank is from its rivals in each service, the most urgent first."""
    rows = result.services
    return dot_rows(
        rows["label"].astype(str).tolist(),
        Dots(
            rows["estimate"],
            rows["ci_low"],
            rows["ci_high"],
            hollow=rows["priority"] == "later",
            accent=rows["priority"] == "act",
        ),
        label=Message("Against rivals"),
        kind="decimal1",
        columns={"": [translate(PRIORITY_NAMES[one]) for one in rows["priority"]]},
        reference=0.0,
        says={"hollow": PRIORITY_NAMES["later"]},
        ax=ax,
    )


#: Attributes a figure shows; the table beside it has the rest.
MOST_ROWS = 25


def penalty_reward(result: PenaltyReward, *, ax: Axes | None = None) -> Axes:
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
            ax.barh(
                at,
                rows[side].fillna(0.0),
                height=0.5,
                edgecolor=colour,
                linewidth=1.2,
                color=[colour if one else "none" for one in settled],
                zorder=2,
            )
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
        for row, name in enumerate(role_names(rows)):
            ax.annotate(
                translate(name),
                (1.0, row),
                xycoords=("axes fraction", "data"),
                xytext=(8, 0),
                va="center",
                **look,
            )
    return ax


def extended_services(result: ExtendedServices, *, ax: Axes | None = None) -> Axes:
    """Draw what goes with each service; hollow where the sign is open, ¤ where it was got."""
    rows = result.services.sort_values("estimate")
    names = rows["label"].where(~rows["is_tick"], rows["label"] + " ¤").tolist()
    return dot_rows(
        names,
        Dots(rows["estimate"], rows["ci_low"], rows["ci_high"], hollow=rows["effect"] == "open"),
        label=Message("Points of {outcome}", {"outcome": result.outcome_label}),
        kind="signed",
        reference=0.0,
        columns={Message("points"): rows["estimate"]},
        ax=ax,
    )
