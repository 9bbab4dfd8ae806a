"""Drawing of a crosstab: how far each group lies from all others, in points."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.market.tabs.crosstab import Crosstab
from brandkit.viz.marks import heat_map

MOST_ROWS, MOST_GROUPS = 15, 8


def crosstab(
    result: Crosstab,
    *,
    ax: Axes | None = None,
    question: str | None = None,
    banner: str | None = None,
    focus: object = None,  # noqa: ARG001
) -> Axes:
    """Draw one question by one banner: darker where a group is further from all others.

    In the cells the difference in points; framed where it is settled. The question that sets
    groups apart most where none is named.
    """
    first = result.readings().iloc[0]
    question, banner = question or first["question"], banner or first["banner"]
    cells = result.cells[
        (result.cells["question"] == question)
        & (result.cells["banner"] == banner)
        & result.cells["segment"].notna()
    ]
    labels = list(dict.fromkeys(cells["label"]))[:MOST_ROWS]
    groups = list(dict.fromkeys(cells["segment"]))[:MOST_GROUPS]
    table = cells.pivot(index="label", columns="segment", values="difference").loc[labels, groups]
    settled = cells.pivot(index="label", columns="segment", values="settled").loc[labels, groups]
    is_share = not set(cells["kind"]) & {"mean", "nps"}
    apart = table.to_numpy(dtype=float) * (100 if is_share else 1)
    texts = [[formatted(one, "points" if is_share else "signed") for one in row] for row in apart]
    held = np.argwhere(settled.isin(["clear", "likely"]).to_numpy())
    return heat_map(
        np.abs(apart),
        rows=labels,
        columns=groups,
        kind="decimal1",
        texts=texts,
        framed=[(int(row), int(column)) for row, column in held],
        column_label=Message("Points above or below all others"),
        ax=ax,
    )
