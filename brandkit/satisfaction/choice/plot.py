"""Figures of choice models, drawn from a result; nothing is computed here."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.satisfaction.choice.choice import ChoiceModel, ShareChange
from brandkit.satisfaction.choice.story import ranked
from brandkit.viz.marks import Dots, dot_rows, rank_texts

#: Attributes or banks a figure shows; the table beside it has the rest.
MOST_ROWS = 30


def choice_model(result: ChoiceModel, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw by how much each attribute raises a bank's chance to be chosen, the largest first."""
    rows = ranked(result).head(MOST_ROWS)
    label = Message("Percentage points more often the customer's own bank")
    points = [formatted(100 * float(one), "decimal1") for one in rows["estimate"]]
    columns: dict[str | Message, list[str]] = {Message("change"): points}
    if result.facts["is_panel"]:
        label = Message("Percentage points more likely to be chosen")
        columns[Message("rank")] = rank_texts(rows)
    else:
        tipping = [formatted(one, "decimal2") for one in rows["tipping_odds"]]
        columns[Message("tipping")] = tipping
    return dot_rows(
        rows["label"].tolist(),
        _points(rows),
        label=label,
        kind="steps",
        focus=focus,
        columns=columns,
        reference=0.0,
        says={"hollow": Message("could be none")},
        ax=ax,
    )


def share_change(result: ShareChange, *, ax: Axes | None = None) -> Axes:
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
