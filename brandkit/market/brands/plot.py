"""Drawing of brands beside each other: mental availability, sharing, funnels."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from brandkit.core.labels import known_focus
from brandkit.core.message import NO_VALUE, Message, formatted
from brandkit.language import translate
from brandkit.market.brands.funnel import BrandFunnel
from brandkit.market.brands.mental import MentalAvailability
from brandkit.market.brands.sharing import CustomerSharing
from brandkit.viz.labels import place_labels, row_names
from brandkit.viz.marks import (
    MOST_IN_CELLS,
    NAME_LINE,
    Dots,
    dot_rows,
    heat_map,
    name_upward,
)
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, theme


def mental_availability(
    result: MentalAvailability, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw banks by the share that thinks of them and the links of those, with the usual line."""
    wide = result.wide().dropna(subset=["penetration", "network_size"])
    bank, _ = known_focus(focus, wide["brand"])
    places = wide[["penetration", "network_size"]].to_numpy(dtype=float)
    mine = (wide["brand"] == bank).to_numpy()
    ax = new_axes(WIDTH, 5.0, fluid=True) if ax is None else ax
    with theme():
        for which, marker, colour, size in ((~mine, "o", "ink", 34), (mine, "D", "accent", 58)):
            across, upward = places[which].T
            ax.scatter(across, upward, s=size, marker=marker, c=PALETTE[colour], zorder=3)
        ax.margins(0.16)
        if len(places) > 2 and np.ptp(places[:, 0]) > 0:
            slope, level = np.polyfit(places[:, 0], places[:, 1], 1)
            ends = np.array([places[:, 0].min(), places[:, 0].max()])
            ax.plot(ends, level + slope * ends, color=PALETTE["line"], linewidth=1.2, zorder=1)
        low, high = ax.get_xlim()
        wanted = MaxNLocator(4, steps=[1, 2, 5, 10]).tick_values(low, high)
        ax.set_xticks(np.unique(np.round(wanted, 2)))  # whole per cent, each once
        ax.set_xlim(low, high)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: formatted(value, "percent")))
        ax.set_xlabel(translate(Message("Share of those asked who think of it")))
        name_upward(ax, Message("Links of those"))
        place_labels(ax, wide["brand"].tolist(), places, emphasise=() if bank is None else bank)
    return ax


def customer_sharing(
    result: CustomerSharing, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw how many times as many customers two banks share as sizes explain.

    Cells are coloured only where a pair stands out, darker the further it is from 1.
    """
    bank, _ = known_focus(focus, result.brands["brand"])
    names = result.brands["brand"].tolist()[:MOST_IN_CELLS]
    if bank is not None and bank not in names:
        names = [*names[:-1], bank]
    place = {name: at for at, name in enumerate(names)}
    far = np.full((len(names), len(names)), np.nan)
    texts = [["" for _ in names] for _ in names]
    for row in result.pairs.to_dict("records"):
        if row["brand_a"] not in place or row["brand_b"] not in place:
            continue
        a, b, times = place[row["brand_a"]], place[row["brand_b"]], float(row["ratio"])
        said = NO_VALUE if np.isnan(times) else formatted(times, "decimal1")
        strength = abs(np.log(times)) if row["settled"] != "open" else 0.0
        for at, to in ((a, b), (b, a)):
            far[at, to], texts[at][to] = strength, said
    return heat_map(
        far,
        rows=names,
        kind="decimal1",
        texts=texts,
        focus=bank,
        column_label=Message("Times as many shared customers as sizes explain"),
        ax=ax,
    )


def brand_funnel(result: BrandFunnel, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw a row a stage: every bank, the focus with its interval and what its size predicts.

    The tick is the share that the stage before and the conversion usual for the size would give.
    """
    bank, _ = known_focus(focus, result.stages["brand"])
    stages = result.stages.set_index(["stage", "brand"])
    brands = list(dict.fromkeys(result.stages["brand"]))
    series = [
        Dots(stages.xs(one, level="brand").loc[list(result.names), "estimate"])
        for one in brands
        if one != bank
    ]
    columns: dict[str | Message, list[str]] | None = None
    ticks = None
    if bank is not None:
        own = stages.xs(bank, level="brand").loc[list(result.names)]
        series.append(Dots(own["estimate"], own["ci_low"], own["ci_high"], is_focus=True))
        steps = result.conversions[result.conversions["brand"] == bank]
        before = own["estimate"].to_numpy(dtype=float)[:-1]
        ticks = np.array([np.nan, *(before * steps["expected_share"].to_numpy(dtype=float))])
        texts = ["", *(formatted(one, "percent") for one in steps["estimate"])]
        columns = {
            Message("share"): [formatted(one, "percent") for one in own["estimate"]],
            Message("pass on"): texts,
        }
    return dot_rows(
        row_names(list(result.names), line=NAME_LINE),
        series,
        crowd=True,
        label=Message("Share of all asked"),
        ticks=ticks,
        columns=columns,
        ax=ax,
    )
