"""Drawing of a funnel: the share of each bank at each stage."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.market.funnel.funnel import BrandFunnel
from brandkit.viz.labels import row_names
from brandkit.viz.marks import NAME_LINE, Dots, dot_rows


def brand_funnel(result: BrandFunnel, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw a row a stage: every bank, the focus with its interval and what its size predicts.

    The tick is the share that the stage before and the conversion usual for the size would give.
    """
    bank, _ = known_focus(focus, result.stages["brand"])
    stages = result.stages.set_index(["stage", "brand"])
    brands = list(dict.fromkeys(result.stages["brand"]))
    series = [
        Dots(stages.xs(one, level="brand").loc[list(result.names), "estimate"])
        for one in brands if one != bank
    ]  # fmt: skip
    columns: dict[str | Message, list[str]] | None = None
    ticks = None
    if bank is not None:
        own = stages.xs(bank, level="brand").loc[list(result.names)]
        series.append(Dots(own["estimate"], own["ci_low"], own["ci_high"], is_focus=True))
        steps = result.conversions[result.conversions["brand"] == bank]
        before = own["estimate"].to_numpy(dtype=float)[:-1]
        ticks = np.array([np.nan, *(before * steps["expected_share"].to_numpy(dtype=float))])
        texts = ["", *(formatted(one, "percent") for one in steps["estimate"])]
        columns = {Message("share"): [formatted(one, "percent") for one in own["estimate"]],
                   Message("pass on"): texts}  # fmt: skip
    return dot_rows(
        row_names(list(result.names), line=NAME_LINE), series, crowd=True,
        label=Message("Share of all asked"), ticks=ticks, columns=columns, ax=ax,
    )  # fmt: skip
