"""Figure of a scale: how each item goes with the others."""

from __future__ import annotations

from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.satisfaction.reliability.reliability import ScaleReliability
from brandkit.viz.marks import Dots, dot_rows


def scale_reliability(
    result: ScaleReliability,
    *,
    ax: Axes | None = None,
    focus: object = None,  # noqa: ARG001
) -> Axes:
    """Draw each item's correlation with the sum of the others; hollow: it runs against them."""
    rows = result.items
    dropped = [formatted(float(value), "decimal2") for value in rows["alpha_if_dropped"]]
    return dot_rows(
        [result.labels.get(item, item) for item in rows["item"]],
        Dots(rows["item_rest"].astype(float), hollow=rows["looks_reversed"]),
        label=Message("Correlation with the sum of the others"),
        kind="decimal1",
        columns={Message("alpha without"): dropped},
        reference=0.0,
        ax=ax,
    )
