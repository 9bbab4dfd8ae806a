"""Figures of overlap: what is drawn is in the result."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.overlap.brands.brands import (
    MOST_BRANDS,
    MOST_ROWS,
    BrandOverlap,
    closest_pairs,
    ranked_rivals,
)
from brandkit.overlap.brands.explanation import OverlapExplanation, WeightSensitivity
from brandkit.overlap.similarity.facets import facet_name
from brandkit.viz.labels import pair_names
from brandkit.viz.marks import Dots, add_key, area, dot_rows, heat_map, name_rows, share_axis
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme


def brand_overlap(
    result: BrandOverlap,
    *,
    ax: Axes | None = None,
    focus: object = None,
    category: str | None = None,
) -> Axes:
    """Draw the banks against each other, like beside like; beyond 30 those most telling."""
    bank, _ = known_focus(focus, result.brands["brand"])
    table = result.matrix(category=category)
    names = [name for name in result.telling(most=MOST_BRANDS, focus=bank) if name in table.index]
    values = table.loc[names, names].to_numpy(dtype=float, copy=True)
    np.fill_diagonal(values, np.nan)
    sisters = [
        (names.index(brand), names.index(other))
        for brand, others in result.sisters.items()
        for other in others
        if {brand, other} <= set(names)
    ]
    ax = heat_map(
        values,
        rows=names,
        row_label=Message("Whose offers"),
        column_label=Message("Compared with"),
        focus=bank,
        framed=sisters,
        ax=ax,
    )
    if sisters:
        add_key(ax, (Message("sister banks"), area("none", "ink")))
    return ax


def nearest_rivals(result: BrandOverlap, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw who is nearest, with stability intervals and what size alone would give.

    With a focus: the banks that have most counterparts for its offers. Without: every bank with
    its nearest rival, the closest pairs of the market. Sisters are hollow.
    """
    bank, _ = known_focus(focus, result.brands["brand"])
    if bank is None:
        rows = closest_pairs(result).head(MOST_ROWS)
        names = pair_names(rows["brand_a"], rows["brand_b"], mark="→")
        label = Message("How far the second has a counterpart for the first's offers")
    else:
        rows = ranked_rivals(result, brand=bank).head(MOST_ROWS)
        names = rows["brand_b"].astype(str).tolist()
        label = Message("How far they have a counterpart for our offers")
    least = np.nan_to_num(rows[["overlap", "stability_low", "expected"]].min().min())
    is_rival = bank is not None and len(rows) > 0 and not rows["sister"].iloc[0]
    return dot_rows(
        names,
        Dots(rows["overlap"], rows["stability_low"], rows["stability_high"], rows["sister"]),
        label=label,
        focus=names[0] if is_rival else None,
        ticks=rows["expected"],
        columns={
            Message("overlap"): rows["overlap"],
            Message("excess"): [formatted(value, "signed") for value in rows["excess"]],
        },
        says={
            "dot": Message("overlap"),
            "hollow": Message("sister bank"),
            "line": Message("stability interval"),
            "tick": Message("what size alone would give"),
        },
        # dots need no axis from 0: it begins at the quarter below all that is drawn
        limits=(max(float(np.floor((least - 0.02) * 4)) / 4, 0.0) if len(rows) else 0.0, 1.0),
        ax=ax,
    )


def overlap_explanation(
    result: OverlapExplanation, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw what each facet adds to the overlap of two banks (filled), out of what it could add."""
    del focus  # both banks are in every bar
    rows = result.facets
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows)), fluid=True)
    at = np.arange(len(rows))
    frame: dict[str, Any] = {"facecolor": "none", "edgecolor": PALETTE["soft"], "linewidth": 1.0}
    with theme():
        ax.barh(at, rows["weight"], height=0.62, zorder=2, **frame)
        ax.barh(at, rows["part"], height=0.62, color=PALETTE["second"], linewidth=0, zorder=3)
        name_rows(ax, [translate(facet_name(facet)) for facet in rows["facet"]])
        share_axis(ax, high=float(rows["weight"].max()) * 1.02)
        ax.set_xlabel(translate(Message("Part of the overlap")))
        add_key(
            ax,
            (Message("adds to the overlap"), area("second")),
            (Message("could add"), area("none", "soft")),
        )
        for row, part, weight in zip(at, rows["part"], rows["weight"], strict=True):
            said = Message("{part:percent} of {weight:percent}", {"part": part, "weight": weight})
            ax.annotate(
                translate(said),
                (1.0, row),
                (92, 0),
                va="center",
                ha="right",
                color=PALETTE["soft"],
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
            )
    return ax


def weight_sensitivity(
    result: WeightSensitivity, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw under how many other weights each bank keeps its nearest rival, least first."""
    bank, _ = known_focus(focus, result.brands["brand"])
    rows = result.brands.dropna(subset=["nearest_kept"])
    rows = rows.sort_values("nearest_kept", kind="stable")
    kept = rows.head(MOST_ROWS)
    if bank in set(rows["brand"]) - set(kept["brand"]):
        kept = rows[rows["brand"].isin([*kept["brand"][:-1], bank])]
    return dot_rows(
        kept["brand"].astype(str).tolist(),
        Dots(kept["nearest_kept"]),
        label=Message("Share of other weights under which its nearest rival stays"),
        focus=bank,
        limits=(0.0, 1.02),
        ax=ax,
    )
