"""Figures of ordinal models, drawn from a result; nothing is computed here."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.errors import check_option
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.ordinal.ordinal import OrdinalModel
from brandkit.satisfaction.ordinal.story import PROFILE_NAMES, expected_effects, top_name
from brandkit.viz.marks import (
    Dots,
    add_key,
    area,
    dot_rows,
    name_rows,
    rank_texts,
    share_axis,
    write_column,
)
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

#: Drivers a figure shows; the table beside it has the rest.
MOST_ROWS = 30
#: Share of the answers from which a part of a bar is wide enough for its name.
NARROWEST = 0.06


def ordinal_model(
    result: OrdinalModel,
    *,
    ax: Axes | None = None,
    focus: object = None,
    measure: str | None = None,
) -> Axes:
    """Draw what one more point of each driver changes: at the top levels, or in the mean."""
    measure = result.top if measure is None else measure
    check_option("measure", measure, result.effects["measure"].unique().tolist())
    rows = expected_effects(result, measure).head(MOST_ROWS)
    kind, scale = ("signed", 1) if measure == "mean" else ("decimal1", 100)
    values = {"outcome": result.labels[result.outcome], "top": top_name(result)}
    label = Message("Percentage points more at {top}, with one more point", values)
    if measure == "mean":
        label = Message("Change of {outcome} with one more point, points of its scale", values)
    estimate, low, high = (scale * rows[name] for name in ("estimate", "ci_low", "ci_high"))
    return dot_rows(
        rows["label"].tolist(),
        Dots(estimate, low, high, hollow=~rows["settled"]),
        label=label,
        kind="steps",
        focus=focus,
        columns={
            Message("change"): [formatted(float(value), kind) for value in estimate],
            Message("rank"): rank_texts(rows),
        },
        reference=0.0,
        says={"hollow": Message("could be none")},
        ax=ax,
    )


def ordinal_shares(result: OrdinalModel, *, ax: Axes | None = None) -> Axes:
    """Draw the expected answers where all ratings are low, typical and high, the top dark."""
    names, levels = list(PROFILE_NAMES), result.levels["level"].tolist()
    table = result.predicted.pivot(index="label", columns="level", values="estimate")
    shares = table.loc[names, levels].to_numpy(dtype=float)
    left, top = np.cumsum(shares, axis=1) - shares, result.fitted.answered.top
    ax = ax or new_axes(WIDTH, rows_height(1.4 * len(names) + 1), fluid=True)
    centred: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 3}
    with theme():
        for at, level in enumerate(levels):
            face, ink = ("second", "paper") if at >= len(levels) - top else ("line", "ink")
            ax.barh(
                range(3),
                shares[:, at],
                0.62,
                left[:, at],
                color=PALETTE[face],
                edgecolor=PALETTE["paper"],
                linewidth=1.2,
                zorder=2,
            )
            for row in np.flatnonzero(shares[:, at] >= NARROWEST).tolist():
                middle = left[row, at] + shares[row, at] / 2
                ax.text(middle, row, str(level), color=PALETTE[ink], **centred)
        add_key(ax, (top_name(result), area("second")), (Message("other answers"), area("line")))
        name_rows(ax, [translate(PROFILE_NAMES[name]) for name in names])
        share_axis(ax)
        ax.set_xlabel(translate(Message("Share of customers by their answer")))
        rows = result.profiles[result.profiles["measure"] == result.top].set_index("label")
        texts, lows, highs = (
            [formatted(value, "percent") for value in rows.loc[names, column]]
            for column in ("estimate", "ci_low", "ci_high")
        )
        ends = zip(lows, highs, strict=True)
        spans = [low if low == high else f"{low}–{high}" for low, high in ends]
        spans = [one.replace("%", "") for one in spans]
        write_column(ax, texts, head=translate(Message("top {n:count}", {"n": top})))
        write_column(ax, spans, column=1, head=translate(Message("interval")))
    return ax
