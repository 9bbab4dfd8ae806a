"""Drawing of mental availability: how many think of a bank, and in how many situations."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.market.mental.mental import MentalAvailability
from brandkit.viz.labels import place_labels
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
    ax = new_axes(WIDTH, 4.4) if ax is None else ax
    with theme():
        for which, marker, colour, size in ((~mine, "o", "ink", 34), (mine, "D", "accent", 58)):
            across, upward = places[which].T
            ax.scatter(across, upward, s=size, marker=marker, c=PALETTE[colour], zorder=3)
        ax.margins(0.16)
        if len(places) > 2 and np.ptp(places[:, 0]) > 0:
            slope, level = np.polyfit(places[:, 0], places[:, 1], 1)
            ends = np.array([places[:, 0].min(), places[:, 0].max()])
            ax.plot(ends, level + slope * ends, color=PALETTE["line"], linewidth=1.2, zorder=1)
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: formatted(value, "percent")))
        ax.set_xlabel(translate(Message("Share of those asked who think of it")))
        ax.set_ylabel(translate(Message("Links of those")))
        place_labels(ax, wide["brand"].tolist(), places, emphasise=() if bank is None else bank)
    return ax
