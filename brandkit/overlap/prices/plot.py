"""Drawing of list prices."""

from __future__ import annotations

from matplotlib.axes import Axes

from brandkit.core.message import NO_VALUE, Message, formatted
from brandkit.overlap.prices.prices import ListPrices
from brandkit.overlap.prices.story import MODEL_NAMES
from brandkit.viz.labels import row_names
from brandkit.viz.marks import Dots, dot_rows


def list_prices(result: ListPrices, *, ax: Axes | None = None) -> Axes:
    """Draw how much more or less offers with each feature list, within banks and over them."""
    wide = result.features.pivot(index="attribute", columns="model")
    order = wide[("estimate", "pooled")].sort_values(ascending=False, kind="stable").index
    if "within" in wide["estimate"]:
        order = (
            wide[("estimate", "within")]
            .reindex(order)
            .sort_values(ascending=False, kind="stable")
            .index
        )
    wide = wide.loc[order]
    drawn = [model for model in MODEL_NAMES if model in wide["estimate"]]
    series = [
        Dots(
            wide["estimate"][model],
            wide["ci_low"][model],
            wide["ci_high"][model],
            hollow=[model == "pooled"] * len(order),
            label=MODEL_NAMES[model],
        )
        for model in drawn
    ]
    first = wide["estimate"][drawn[0]]
    return dot_rows(
        row_names([str(name) for name in order]),
        series,
        kind="steps",
        reference=0.0,
        label=Message("Lists more or less than offers without it"),
        columns={
            Message("difference"): [
                NO_VALUE if one != one else formatted(one, "signed") for one in first
            ]
        },
        ax=ax,
    )
