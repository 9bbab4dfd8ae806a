"""Figures of choice models, drawn from a result; nothing is computed here."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.satisfaction.choice.choice import ChoiceModel, ShareChange
from brandkit.satisfaction.choice.story import ranked
from brandkit.viz.marks import Dots, dot_rows

#: Attributes or banks a figure shows; the table beside it has the rest.
MOST_ROWS = 30


def choice_model(result: ChoiceModel, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw by how much each attribute raises a bank's chance to be chosen, the largest first."""
    rows = ranked(result).head(MOST_ROWS)
    ends = zip(rows["rank_low"], rows["rank_high"], strict=True)
    beside: dict[str | Message, list[str]] = {
        Message("tipping"): [formatted(one, "decimal2") for one in rows["tipping_odds"]]
    }
    if result.facts["is_panel"]:
        beside = {
            Message("rank"): [f"{low}" if low == high else f"{low}–{high}" for low, high in ends]
        }
    return dot_rows(
        rows["label"].tolist(),
        _points(rows),
        label=Message("Percentage points more likely to be chosen")
        if result.facts["is_panel"]
        else Message("Percentage points more often the customer's own bank"),
        kind="steps",
        focus=focus,
        columns={
            Message("change"): [
                formatted(100 * float(one), "decimal1") for one in rows["estimate"]
            ],
            **beside,
        },
        reference=0.0,
        says={"hollow": Message("could be none")},
        ax=ax,
    )


def share_change(result: ShareChange, *, ax: Axes | None = None, focus: object = None) -> Axes:  # noqa: ARG001
    """Draw what a what-if does to each bank's share: the bank itself, then who loses most."""
    is_mine = result.changes["brand"] == result.brand
    rivals = result.changes[~is_mine].sort_values("estimate", kind="stable")
    rows = pd.concat([result.changes[is_mine], rivals.head(MOST_ROWS - 1)])
    now, then = (
        [formatted(float(share), "percent1") for share in rows[name]]
        for name in ("share", "share_if")
    )
    return dot_rows(
        rows["brand"].tolist(),
        _points(rows),
        label=Message("Change of the share of choices, percentage points"),
        kind="steps",
        focus=result.brand,
        columns={Message("now"): now, Message("then"): then},
        reference=0.0,
        says={"hollow": Message("could be none")},
        ax=ax,
    )


def _points(rows: pd.DataFrame) -> Dots:
    estimate, low, high = (100 * rows[name] for name in ("estimate", "ci_low", "ci_high"))
    return Dots(estimate, low, high, hollow=low * high <= 0)
