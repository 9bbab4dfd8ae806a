"""Drawing of responses: crosstabs, small charts of trends, reach, kinds of services."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.market.tabs.crosstab import Crosstab
from brandkit.market.tabs.kano import Kano
from brandkit.market.tabs.reach import Reach
from brandkit.market.tabs.story import KIND_NAMES, leading
from brandkit.market.tabs.trend import Trend
from brandkit.viz.labels import place_labels, row_names
from brandkit.viz.marks import (
    NAME_LINE,
    Dots,
    add_key,
    dot_rows,
    heat_map,
    name_upward,
    point,
    share_axis,
)
from brandkit.viz.palette import PALETTE
from brandkit.viz.svg import POINTS_AN_INCH, SlimCanvas
from brandkit.viz.theme import WIDTH, new_axes, theme

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


#: Charts, one under the other; inches of each; half ems of a title.
MOST_CHARTS, CHART_ROW, TITLE_LINE = 4, 1.9, 44
_KINDS = {"mean": "decimal1", "nps": "points"}


def trend(result: Trend, *, focus: object = None) -> Figure:  # noqa: ARG001
    """Draw dots with intervals over the waves and the band of the level; alerts in the accent."""
    shown = leading(result, MOST_CHARTS)
    with theme():
        size = WIDTH, 0.3 + CHART_ROW * len(shown)
        figure = Figure(figsize=size, dpi=POINTS_AN_INCH, layout="constrained")
        figure.get_layout_engine().set(h_pad=0.12)  # type: ignore[union-attr, call-arg]
        SlimCanvas(figure)
        axes = figure.subplots(len(shown), squeeze=False).ravel()
        labels = [str(one["label"]) for one in shown]
        for ax, one in zip(axes, shown, strict=True):
            rows = result.waves[
                (result.waves["question"] == one["question"])
                & (result.waves["label"] == one["label"])
            ]
            at, colour = np.arange(len(rows)), PALETTE["accent" if one["alert"] else "ink"]
            ax.fill_between(
                at,
                rows["smoothed_low"],
                rows["smoothed_high"],
                color=PALETTE["line"],
                alpha=0.5,
                linewidth=0,
            )
            ax.vlines(at, rows["ci_low"], rows["ci_high"], color=colour, linewidth=1.4)
            ax.scatter(at, rows["estimate"], s=24, c=colour, zorder=3)
            kind, sides = _KINDS.get(one["kind"], "percent"), ("left", "right")
            ends = [0, len(rows) - 1]
            ax.set_xticks(ends, [rows["wave"].iloc[end] for end in ends])
            ax.set_yticks([])  # the ends bear their values
            ax.margins(y=0.3)
            ax.tick_params(axis="x", pad=14)  # room for the value under the first
            for end, label, side in zip(ends, ax.get_xticklabels(), sides, strict=True):
                label.set_horizontalalignment(side)
                # under the first, over the last: clear of the title at the left
                is_first = end == 0
                ax.annotate(
                    formatted(rows["estimate"].iloc[end], kind),
                    (end, rows["ci_low" if is_first else "ci_high"].iloc[end]),
                    (0, -3 if is_first else 3),
                    textcoords="offset points",
                    ha=side,
                    va="top" if is_first else "bottom",
                    color=colour,
                )
            title = str(one["label"])
            if labels.count(title) > 1:  # of several questions: the table has them in full
                title = f"{title} · {one['question']}"
            first, *rest = row_names([title], line=TITLE_LINE)[0].split("\n")
            ax.set_title(f"{first}…" if rest else first, loc="left", color=colour)
    return figure


def reach(result: Reach, *, ax: Axes | None = None, focus: object = None) -> Axes:  # noqa: ARG001
    """Draw the share reached by the best set of each size, each row named by what comes in."""
    sizes = result.sizes
    names, before = [], set[str]()
    for k, items in zip(sizes["k"], sizes["items"], strict=True):
        new = [item for item in items if item not in before]
        names.append(f"{k}  {', '.join(new)}")
        before = set(items)
    return dot_rows(
        row_names(names, line=NAME_LINE + 8),
        Dots(sizes["reached"], sizes["ci_low"], sizes["ci_high"], hollow=sizes["n_equal"] > 1),
        label=Message("Share of those asked who are reached"),
        columns={
            Message("reach"): [formatted(one, "percent") for one in sizes["reached"]],
            Message("adds"): [formatted(100 * one, "points") for one in sizes["gain"]],
        },
        ax=ax,
    )


#: Where each kind stands in the square: across, upward, and how its name is set.
_REGIONS = {
    "attractive": (0.015, 0.985, "left", "top"),
    "one_dimensional": (0.985, 0.985, "right", "top"),
    "indifferent": (0.015, 0.015, "left", "bottom"),
    "must_be": (0.985, 0.015, "right", "bottom"),
}


def kano(result: Kano, *, ax: Axes | None = None, focus: object = None) -> Axes:  # noqa: ARG001
    """Draw services by who is pleased by having them and who is displeased by lacking them."""
    rows = result.services.dropna(subset=["better", "worse"])
    places = np.column_stack([-rows["worse"], rows["better"]]).astype(float)
    is_open = (rows["settled"] == "open").to_numpy()
    ax = new_axes(WIDTH, 5.6, fluid=True) if ax is None else ax
    with theme():
        share_axis(ax)
        ax.set(ylim=(0.0, 1.0), yticks=[0.25, 0.5, 0.75, 1.0])
        ax.set_yticklabels([formatted(one, "percent") for one in (0.25, 0.5, 0.75, 1.0)])
        for draw in (ax.axvline, ax.axhline):
            draw(0.5, color=PALETTE["soft"], linewidth=1, linestyle="--", zorder=1)
        face = np.where(is_open, PALETTE["paper"], PALETTE["ink"])
        across, upward = places.T
        ax.scatter(
            across, upward, s=60, c=face, edgecolors=PALETTE["ink"], linewidths=1.5, zorder=3
        )
        for kind, (left, up, side, height) in _REGIONS.items():
            said = translate(KIND_NAMES[kind])
            look: dict[str, Any] = {"color": PALETTE["soft"], "ha": side, "va": height}
            ax.text(left, up, said, transform=ax.transAxes, **look)
        ax.set_xlabel(translate(Message("Displeased by lacking it")))
        name_upward(ax, Message("Pleased by having it"))
        add_key(ax, (Message("kind settled"), point()), (Message("open"), point(hollow=True)))
        place_labels(ax, rows["label"].tolist(), places)
    return ax
