"""Figure of extended services: points of the outcome around zero."""

from __future__ import annotations

from matplotlib.axes import Axes

from brandkit.core.message import Message
from brandkit.satisfaction.extended.extended import ExtendedServices
from brandkit.viz.marks import Dots, dot_rows


def extended_services(
    result: ExtendedServices,
    *,
    ax: Axes | None = None,
    focus: object = None,  # noqa: ARG001 - as everywhere
) -> Axes:
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
