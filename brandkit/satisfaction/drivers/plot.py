"""Figures of drivers, drawn from a result; nothing is computed here."""

from __future__ import annotations

from dataclasses import replace

from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.satisfaction.drivers.drivers import DriverImportance
from brandkit.viz.marks import Dots, dot_rows, rank_texts

#: Segments up to which each has a marker and interval of its own.
FEW_SEGMENTS = 4
_SAYS = {"hollow": Message("not above chance"), "tick": Message("what chance alone gives")}


def driver_importance(
    result: DriverImportance, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw each driver's importance with interval and noise floor, the most important first."""
    rows = result.drivers.sort_values("importance", ascending=False, kind="stable")
    return dot_rows(
        rows["label"].tolist(),
        Dots(rows["importance"], rows["ci_low"], rows["ci_high"], hollow=~rows["above_noise"]),
        label=_axis(result),
        focus=focus,
        ticks=rows["noise_floor"],
        columns={
            Message("share"): [formatted(share, "percent") for share in rows["share"]],
            Message("rank"): rank_texts(rows),
        },
        says=_SAYS,
        ax=ax,
    )


def driver_segments(
    result: DriverImportance, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw each driver's importance by segment: few with intervals, many drawn to their mean.

    Right: p-value, adjusted over drivers, of the test that all segments are alike.
    """
    order = result.drivers.sort_values("importance", ascending=False, kind="stable")["driver"]
    groups = result.groups.set_index("driver")
    mine, _ = known_focus(focus, groups["segment"], what="segments")
    many = groups["segment"].nunique() > FEW_SEGMENTS
    dots = []
    for segment, part in groups.groupby("segment", sort=False):
        rows, is_focus = part.loc[order], segment == mine
        drawn = Dots(rows["importance"], rows["ci_low"], rows["ci_high"], ~rows["above_noise"])
        if many:
            pooled = Dots(rows["pooled"].fillna(rows["importance"]))
            drawn = replace(drawn, hollow=None) if is_focus else pooled
        dots.append(replace(drawn, label=str(segment), is_focus=is_focus))
    tests = result.equality.dropna(subset=["driver"]).set_index("driver")["p_adjusted"]
    said = [formatted(p, "p") for p in tests.reindex(order)]
    labels = result.drivers.set_index("driver")["label"].loc[order].tolist()
    columns: dict[str | Message, list[str]] = {Message("p, alike"): said} if len(tests) else {}
    says = {"crowd": Message("segments"), "hollow": Message("not above chance")}
    return dot_rows(
        labels, dots, label=_axis(result), columns=columns, crowd=many, says=says, ax=ax
    )


def _axis(result: DriverImportance) -> Message:
    values = {"outcome": result.outcome_label}
    return Message("Part of the differences in {outcome} that it explains", values)
