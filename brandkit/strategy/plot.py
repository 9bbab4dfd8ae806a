"""Drawing of what joins capabilities: links of banks, options by strategy, scorecards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from brandkit.core.labels import known_focus
from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.strategy.links import DistanceLink, UniquenessLink
from brandkit.strategy.matrix import SETTLED_TIER, ScorecardMatrix
from brandkit.strategy.reading import STRATEGIES, StrategyReading
from brandkit.strategy.scorecards import Scorecard
from brandkit.strategy.story import STRATEGY_NAMES, TIER_NAMES, option_words
from brandkit.viz.labels import place_labels, row_names
from brandkit.viz.maps import draw_points, label_map, map_side
from brandkit.viz.marks import (
    Dots,
    add_key,
    dot_rows,
    name_upward,
    point,
    stroke,
)
from brandkit.viz.palette import PALETTE
from brandkit.viz.svg import POINTS_AN_INCH, SlimCanvas
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

Look = dict[str, Any]

MOST_PAIRS = 3
"""Pairs at odds joined on both maps, of either kind; the table has the rest."""
KEY_LINE = 26
"""Half ems of a name in the key beneath two maps."""
KEY_ROW, PANEL, HEAD, GAP = 0.42, 4.8, 0.6, 0.13
"""Inches of a row of the key, a map's side, what stands above and below, and between."""
PANEL_ROOM = 1.25
"""Side of a map over the extent of its points."""
NAMED_PAIRS = 6
"""Pairs at odds that are named among all pairs."""

_MAPS = {"catalogue": Message("By products"), "perceived": Message("By image")}
_TRAITS = {
    "uniqueness": Message("Uniqueness of its offers"),
    "breadth": Message("Categories, were offers spread evenly: specialist to universal"),
}
_READING_NAMES = {
    "usual": Message("other pairs"),
    "seen_apart": Message("alike in products, seen apart"),
    "seen_alike": Message("far apart in products, seen alike"),
}
#: Marker, size and colour of a pair by its reading.
_READINGS = {
    "usual": ("o", 34, "paper"),
    "seen_apart": ("s", 60, "ink"),
    "seen_alike": ("^", 70, "ink"),
    "own": ("D", 70, "accent"),
}


def distance_link(result: DistanceLink, *, focus: object = None) -> Figure:
    """Draw the map of products and the map of image beside each other, banks numbered alike.

    Pairs most at odds are joined on both: a solid line for a pair alike in products and seen
    apart, a dashed one for a pair far apart in products and seen alike. Beyond 30 banks those
    whose two places differ most are drawn, and the focus.
    """
    bank, _ = known_focus(focus, result.brands["brand"])
    names, displaced = result.brands["brand"].tolist(), result.brands["displacement"]
    nowhere = np.zeros((len(names), 2))
    chosen = map_side(names, places=nowhere, telling=displaced, always=bank).labels
    key = KEY_ROW * int(np.ceil(len(chosen) / 2))
    height = HEAD + PANEL + key
    with theme():
        figure = Figure(figsize=(WIDTH, height), dpi=POINTS_AN_INCH)
        SlimCanvas(figure)
        for at, (side, head) in enumerate(_MAPS.items()):
            left = (GAP + at * (PANEL + GAP)) / WIDTH
            ax = figure.add_axes((left, (key + GAP) / height, PANEL / WIDTH, PANEL / height))
            ax.set_title(translate(head), loc="left")
            _draw_panel(ax, result, chosen, side=side, focus=bank)
        below = figure.add_axes((GAP / WIDTH, 0.0, 1 - 2 * GAP / WIDTH, key / height))
        _draw_key(below, chosen, bank)
    return figure


def distance_pairs(result: DistanceLink, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw every pair of banks by its distance in products and in image.

    The focus's pairs are diamonds. Pairs at odds are named: alike in products and seen apart
    (filled squares), far apart in products and seen alike (triangles).
    """
    bank, _ = known_focus(focus, result.brands["brand"])
    pairs = result.pairs
    places = pairs[["catalogue_distance", "perceived_distance"]].to_numpy(dtype=float)
    is_own = (pairs[["brand_a", "brand_b"]] == bank).any(axis=1) & (pairs["reading"] == "usual")
    readings = pairs["reading"].mask(is_own, "own").to_numpy()
    ax = new_axes(WIDTH, 5.6, fluid=True) if ax is None else ax
    with theme():
        for reading, (marker, size, face) in _READINGS.items():
            edge = PALETTE["accent" if reading == "own" else "soft"]
            look: Look = {"edgecolors": edge, "linewidths": 1.0, "zorder": 3}
            across, upward = places[readings == reading].T
            ax.scatter(across, upward, size, PALETTE[face], marker=marker, **look)
        _window(ax, places)
        ax.set(xlim=(0.0, ax.get_xlim()[1]), ylim=(0.0, ax.get_ylim()[1]))
        ax.yaxis.set_major_locator(MaxNLocator(6, prune="lower"))  # one 0 in the corner is enough
        for reading, (marker, _, face) in _READINGS.items():
            if (readings == reading).any():
                colour = "accent" if reading == "own" else "ink" if face == "ink" else "soft"
                mark = point(marker, colour, hollow=face == "paper")
                text = (
                    Message("{brand} and another", {"brand": bank})
                    if reading == "own"
                    else _READING_NAMES[reading]
                )
                add_key(ax, (text, mark))
        ax.set_xlabel(translate(Message("Distance of products →")))
        name_upward(ax, Message("Distance of images"))
        _name_pairs(ax, result, bank)
    return ax


def uniqueness_link(
    result: UniquenessLink,
    *,
    ax: Axes | None = None,
    focus: object = None,
    trait: str = "uniqueness",
) -> Axes:
    """Draw banks by uniqueness or breadth (in even categories) of offers and by satisfaction."""
    bank, _ = known_focus(focus, result.brands["brand"])
    across = "uniqueness" if trait == "uniqueness" else "effective_categories"
    places = result.brands[[across, "estimate"]].to_numpy(dtype=float)
    ends = np.repeat(places[:, None], 2, axis=1)
    ends[..., 1] = result.brands[["ci_low", "ci_high"]]
    ends = ends[np.isfinite(ends).all(axis=(1, 2))]
    ax = new_axes(WIDTH, 5.4, fluid=True) if ax is None else ax
    with theme():
        low, high = ends[..., 1].T
        ax.vlines(ends[:, 0, 0], low, high, color=PALETTE["line"], linewidth=2.4, zorder=2)
        side = map_side(
            list(result.brands["brand"]), places=places, telling=0 * places[:, 0], most=999
        )
        draw_points(ax, side, focus=bank)
        _window(ax, np.vstack([places, *ends]))
        if trait == "uniqueness":
            ax.xaxis.set_major_formatter(lambda value, _: formatted(value, "percent"))
        else:
            ax.xaxis.set_major_locator(MaxNLocator(6, integer=True, prune="upper"))
        ax.set_xlabel(translate(_TRAITS[trait]))
        name_upward(ax, Message("Satisfaction"))
        add_key(ax, (Message("interval"), stroke("line", width=2.4)))
        label_map(ax, side, focus=bank, lines=ends)
    return ax


def _draw_panel(
    ax: Axes, result: DistanceLink, chosen: list[str], *, side: str, focus: str | None
) -> None:
    wide = result.places.pivot(index="brand", columns="axis", values=f"{side}_coordinate")
    places = wide.loc[chosen].to_numpy()
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    # both maps square, so that they stand beside each other in one size
    half = PANEL_ROOM * float(np.ptp(places, axis=0).max()) / 2 or 1.0
    window = np.stack([middle - half, middle + half], axis=1)
    ax.set(xlim=tuple(window[0]), ylim=tuple(window[1]), xticks=[], yticks=[])
    ax.set_aspect("equal", adjustable="box")
    for spine in ax.spines.values():
        spine.set(color=PALETTE["line"], visible=True)
    at = dict(zip(chosen, places, strict=True))
    look: Look = {"color": PALETTE["soft"], "linewidth": 1.4, "marker": "", "zorder": 2}
    for kind, line in (("seen_apart", "-"), ("seen_alike", "--")):
        pairs = result.pairs[result.pairs["reading"] == kind].head(MOST_PAIRS)
        if len(pairs):
            add_key(ax, (_READING_NAMES[kind], stroke("soft", width=1.4, style=line)))
        for a, b in zip(pairs["brand_a"], pairs["brand_b"], strict=True):
            if a in at and b in at:
                across, upward = np.array([at[a], at[b]]).T
                ax.plot(across, upward, linestyle=line, **look)
    draw_points(ax, map_side(chosen, places=places, telling=np.zeros(len(chosen))), focus=focus)
    numbers = [str(number) for number in range(1, len(chosen) + 1)]
    marked = [numbers[chosen.index(focus)]] if focus is not None else []
    place_labels(ax, numbers, places, max_labels=len(numbers), emphasise=marked)


def _draw_key(ax: Axes, chosen: list[str], focus: str | None) -> None:
    """Write which bank each number is, in two columns."""
    ax.set_axis_off()
    rows = int(np.ceil(len(chosen) / 2))
    names = row_names(chosen, line=KEY_LINE)
    for at, (name, bank) in enumerate(zip(names, chosen, strict=True)):
        column, row = divmod(at, rows)
        look: Look = {"color": PALETTE["ink"], "transform": ax.transAxes, "va": "center"}
        if bank == focus:
            look |= {"color": PALETTE["accent"], "fontweight": "bold"}
        ax.text(0.5 * column, 1 - (row + 0.5) / rows, f"{at + 1}  {name}", **look)


def _window(ax: Axes, places: Floats) -> None:
    """Give the points room for names on every side."""
    for values, limits in ((places[:, 0], ax.set_xlim), (places[:, 1], ax.set_ylim)):
        low, high = float(values.min()), float(values.max())
        room = 0.12 * (high - low) or 0.1 * abs(high) or 0.1
        limits(low - room, high + room)


def _name_pairs(ax: Axes, result: DistanceLink, focus: str | None) -> None:
    """Name the pairs most at odds, and the focus's nearest in products."""
    pairs = result.pairs
    odd = pairs[pairs["reading"] != "usual"].head(NAMED_PAIRS).index
    own = pairs[(pairs[["brand_a", "brand_b"]] == focus).any(axis=1)]
    near = own.nsmallest(1, "catalogue_distance").index
    chosen = list(dict.fromkeys([*near, *odd]))
    names = [""] * len(pairs)
    for at in chosen:
        names[at] = f"{pairs['brand_a'][at]} – {pairs['brand_b'][at]}"
    points = pairs[["catalogue_distance", "perceived_distance"]].to_numpy(dtype=float)
    priority = [len(pairs) - chosen.index(at) if at in chosen else -at for at in range(len(pairs))]
    place_labels(ax, names, points, priority=priority, emphasise=[names[at] for at in near])


MOST_OPTIONS = 6
"""Options a strategy that are drawn; the table beside it has the rest."""
_MARKERS = {"innovative": "D", "distinctive": "o", "evolutionary": "s", "not_enough_evidence": "X"}


def strategy_reading(
    result: StrategyReading, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw options under their strategy: the share of rivals, or of their offers, that have each.

    Filled where that is clear, hollow where not. The column tells what customers make of it: the
    rise of the chance to be chosen, or the change of the share of choices, in points.
    """
    del focus  # all options are one bank's
    names: list[str] = []
    values: list[str] = []
    heads: list[int] = []
    rows: list[tuple[float, str, bool]] = []
    for strategy in STRATEGIES:
        part = result.options[result.options["strategy"] == strategy].head(MOST_OPTIONS)
        if len(part):
            heads.append(len(names))
            names.append(translate(STRATEGY_NAMES[strategy]))
            values.append("")
            rows.append((np.nan, "o", False))
        for _, option in part.iterrows():
            is_open = option["settled"] != "clear"
            rows.append((float(option["share_have"]), _MARKERS[strategy], is_open))
            names.append(translate(option_words(option)))
            worth = 100 * float(option["estimate"])
            values.append("" if np.isnan(worth) else formatted(worth, "signed"))
    shares, markers, hollow = zip(*rows, strict=True) if rows else ((), (), ())
    ax = dot_rows(
        names,
        Dots(shares, hollow=hollow, markers=markers),
        label=Message("Rivals, or their offers, that have it"),
        columns={Message("customers"): values},
        limits=(-0.04, 1.04),
        says={"dot": Message("clear"), "hollow": Message("not settled")},
        ax=ax,
    )
    for at in heads:
        ax.get_yticklabels()[at].set_fontweight("bold")
    return ax


MOST_ROWS = 30
"""Institutions that a dot plot shows; the table beside it has the rest."""
CROWDED, MOST_NAMES = 24, 12
"""Institutions from which a matrix names so many and numbers the others."""
_CORNERS = {
    "lead": (0.985, 0.985, "right", "top"),
    "hold": (0.985, 0.015, "right", "bottom"),
    "build": (0.015, 0.985, "left", "top"),
    "watch": (0.015, 0.015, "left", "bottom"),
}


def scorecard(result: Scorecard, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw ranks as dots: thick bars are what errors do not rule out, lines most other weights."""
    bank, _ = known_focus(focus, result.totals["brand"])
    totals = result.totals.head(MOST_ROWS)
    if bank is not None and bank not in set(totals["brand"]):
        own = result.totals[result.totals["brand"] == bank]
        totals = pd.concat([totals.head(MOST_ROWS - 1), own], ignore_index=True)
    ends = [totals[f"weights_rank_{end}"] for end in ("low", "high")]
    columns: dict[str | Message, list[str]] = {
        Message("total"): [formatted(one, "decimal2") for one in totals["estimate"]],
        Message("first"): [formatted(one, "percent") for one in totals["share_first"]],
    }
    last = float(np.nanmax(totals[["weights_rank_high", "rank", "rank_high"]].astype(float)))
    ax = new_axes(WIDTH, rows_height(len(totals) + 0.8), fluid=True) if ax is None else ax
    dot_rows(
        totals["brand"].tolist(),
        Dots(totals["rank"], low=ends[0], high=ends[1]),
        label=Message("Rank, 1 the best"),
        kind="count",
        focus=bank,
        columns=columns,
        limits=(0.4, last + 0.6),
        says={"line": Message("most other weights")},
        ax=ax,
    )
    with theme():
        if result.has_errors:
            bars = (np.arange(len(totals)), totals["rank_low"] - 0.12, totals["rank_high"] + 0.12)
            ax.hlines(*bars, color=PALETTE["line"], linewidth=9, zorder=1)
            add_key(ax, (Message("not ruled out by errors"), stroke("line", width=9)))
        ax.xaxis.set_major_locator(MaxNLocator(nbins=8, integer=True, min_n_ticks=1))
    return ax


def scorecard_matrix(
    result: ScorecardMatrix, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw contribution across and potential upward; hollow where the tier is not settled.

    Bars are standard errors; dashed lines are the cuts between the tiers.
    """
    rows = result.positions
    bank, _ = known_focus(focus, rows["brand"])
    places = rows[["contribution_score", "potential_score"]].to_numpy(dtype=float)
    errors = rows[["contribution_error", "potential_error"]].to_numpy(dtype=float)
    # a bar across and one upward for each
    reach = (errors[:, :, None] * np.eye(2)).reshape(-1, 1, 2) * np.array([[-1.0], [1.0]])
    bars = places.repeat(2, axis=0)[:, None] + reach
    bars = bars[np.isfinite(bars).all(axis=(1, 2))]
    is_focus = (rows["brand"] == bank).to_numpy()
    is_settled = (rows["tier_support"] >= SETTLED_TIER).to_numpy()
    ax = new_axes(WIDTH, 6.0, fluid=True) if ax is None else ax
    with theme():
        quarters = [0.0, 0.25, 0.5, 0.75, 1.0]
        ax.set(xlim=(0.0, 1.0), ylim=(0.0, 1.0), xticks=quarters, yticks=quarters[1:])
        dashed: Look = {"color": PALETTE["soft"], "linewidth": 1, "linestyle": "--", "zorder": 1}
        ax.axvline(result.cuts[0], **dashed)
        ax.axhline(result.cuts[1], **dashed)
        for ends in bars:
            look: Look = {"color": PALETTE["line"], "linestyle": "-", "marker": "", "zorder": 2}
            ax.plot(ends[:, 0], ends[:, 1], linewidth=2, **look)
        for which, marker, size, colour in (
            (~is_focus, "o", 60, PALETTE["ink"]),
            (is_focus, "D", 90, PALETTE["accent"]),
        ):
            face = np.where(is_settled[which], colour, PALETTE["paper"])
            look = {"c": face, "edgecolors": colour, "linewidths": 1.5, "zorder": 3}
            ax.scatter(places[which, 0], places[which, 1], size, marker=marker, **look)
        named = dict(zip(result.actions["tier"], result.actions["label"], strict=True))
        for tier, (across, upward, left, low) in _CORNERS.items():
            look = {"color": PALETTE["soft"], "fontstyle": "italic", "ha": left, "va": low}
            said = named.get(tier) or translate(TIER_NAMES[tier])
            ax.text(across, upward, said, transform=ax.transAxes, **look)
        ax.set_xlabel(translate(Message("Contribution today →")))
        name_upward(ax, Message("Potential"))
        add_key(
            ax,
            (Message("tier settled"), point()),
            (Message("open"), point(hollow=True)),
            (Message("standard error"), stroke("line", width=2)),
        )
        place_labels(
            ax,
            rows["brand"].tolist(),
            places,
            priority=np.hypot(*(places - result.cuts).T),
            emphasise=() if bank is None else (bank,),
            lines=bars if len(bars) else None,
            max_labels=MOST_NAMES if len(rows) > CROWDED else len(rows),
        )
    return ax
