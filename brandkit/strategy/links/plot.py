"""Drawings of products beside image: two linked maps, all pairs, and banks by satisfaction."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from brandkit.core.errors import InputError, check_option, did_you_mean, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.strategy.links.distances import DistanceLink
from brandkit.strategy.links.uniqueness import TRAITS, UniquenessLink
from brandkit.viz.labels import place_labels
from brandkit.viz.maps import MOST_BRANDS
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.renderer import POINTS_AN_INCH, SlimCanvas
from brandkit.viz.theme import WIDTH, new_axes, theme

MOST_PAIRS = 3
"""Pairs at odds joined on both maps, of either kind; the table has the rest."""
KEY_LINE = 26
"""Half ems of a name in the key beneath two maps."""
KEY_ROW, PANEL, HEAD, GAP = 0.24, 3.05, 0.5, 0.1
"""Inches of a row of the key, a map's side, what stands above and below, and between."""
PANEL_ROOM = 1.25
"""Side of a map over the extent of its points."""
NAMED_PAIRS = 6
"""Pairs at odds that are named among all pairs."""


def plot_distance_link(result: DistanceLink, *, focus: str | None = None) -> Figure:
    """Draw the map of products and the map of image beside each other, banks numbered alike.

    The map of products is turned onto the other. Pairs most at odds are joined on both: a solid
    line for a pair alike in products and seen apart, a dashed one for a pair far apart in products
    and seen alike. Beyond 30 banks those whose two places differ most are drawn, and the focus.

    Parameters
    ----------
    result : DistanceLink
    focus : str, optional
        The bank to mark.

    Returns
    -------
    Figure

    Raises
    ------
    InputError
        The focus was not compared.

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.strategy.links.distances import distance_link
    >>> at = pd.Series([0.0, 1, 3, 7], index=["A", "B", "C", "D"])
    >>> apart = pd.DataFrame({bank: (at - at[bank]).abs() for bank in at.index})
    >>> figure = plot_distance_link(distance_link(apart, perceived=apart ** 0.5), focus="B")
    >>> [ax.get_title(loc="left") for ax in figure.axes]
    ['By products', 'By image', '']
    """
    _check_focus(focus, result.brands["brand"])
    chosen = _drawn(result, focus)
    key = KEY_ROW * int(np.ceil(len(chosen) / 2))
    height = HEAD + PANEL + key
    with theme():
        figure = Figure(figsize=(WIDTH, height), dpi=POINTS_AN_INCH)
        SlimCanvas(figure)
        for at, (side, head) in enumerate((("catalogue", _PRODUCTS), ("perceived", _IMAGE))):
            left = (GAP + at * (PANEL + GAP)) / WIDTH
            ax = figure.add_axes((left, (key + GAP) / height, PANEL / WIDTH, PANEL / height))
            ax.set_title(translate(head), loc="left")
            _draw_panel(ax, result, chosen, side=side, focus=focus)
        below = figure.add_axes((GAP / WIDTH, 0.0, 1 - 2 * GAP / WIDTH, key / height))
        _draw_key(below, chosen, focus)
    return figure


def plot_distance_pairs(
    result: DistanceLink, *, ax: Axes | None = None, focus: str | None = None
) -> Axes:
    """Draw every pair of banks by its distance in products and in image.

    With a focus, its pairs are diamonds in the accent. Pairs at odds are named: alike in products
    and seen apart (filled squares), far apart in products and seen alike (triangles).

    Parameters
    ----------
    result : DistanceLink
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The bank whose pairs to mark.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The focus was not compared.

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.strategy.links.distances import distance_link
    >>> at = pd.Series([0.0, 1, 3, 7], index=["A", "B", "C", "D"])
    >>> apart = pd.DataFrame({bank: (at - at[bank]).abs() for bank in at.index})
    >>> plot_distance_pairs(distance_link(apart, perceived=apart)).get_xlabel()
    'Distance of products'
    """
    _check_focus(focus, result.brands["brand"])
    pairs = result.pairs
    across = pairs["catalogue_distance"].to_numpy(dtype=float)
    upward = pairs["perceived_distance"].to_numpy(dtype=float)
    mine = (pairs[["brand_a", "brand_b"]] == focus).any(axis=1).to_numpy()
    reading = pairs["reading"].to_numpy(dtype=object)
    if ax is None:
        ax = new_axes(WIDTH, 5.2)
    with theme():
        for kind, marker, size, face in (
            ("usual", "o", 20, PALETTE["paper"]), ("seen_apart", "s", 44, PALETTE["ink"]),
            ("seen_alike", "^", 52, PALETTE["ink"]),
        ):  # fmt: skip
            which = (reading == kind) & ~(mine & (reading == "usual"))
            ax.scatter(across[which], upward[which], s=size, marker=marker, c=face,
                       edgecolors=PALETTE["soft"], linewidths=1.0, zorder=3)  # fmt: skip
        which = mine & (reading == "usual")
        ax.scatter(across[which], upward[which], s=44, marker="D", c=PALETTE["accent"], zorder=4)
        _window(ax, across, upward)
        ax.set(xlim=(0.0, ax.get_xlim()[1]), ylim=(0.0, ax.get_ylim()[1]))
        ax.set(xlabel=translate(Message("Distance of products")),
               ylabel=translate(Message("Distance of images")))  # fmt: skip
        _name_pairs(ax, result, focus)
    return ax


def plot_uniqueness_link(
    result: UniquenessLink,
    *,
    ax: Axes | None = None,
    focus: str | None = None,
    trait: str = "uniqueness",
) -> Axes:
    """Draw banks by uniqueness or breadth of their offers and by satisfaction.

    Parameters
    ----------
    result : UniquenessLink
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The bank to mark.
    trait : "uniqueness" or "breadth", default "uniqueness"
        Breadth is drawn in even categories, from specialist to universal bank.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The focus was not compared, or the trait is unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.strategy.links.uniqueness import uniqueness_link
    >>> sold = pd.DataFrame({"brand": list("ABCD"), "uniqueness": [0.1, 0.2, 0.3, 0.4],
    ...                      "breadth": [1.9, 1.2, 1.8, 0.6], "n_categories": [7, 4, 7, 2]})
    >>> liked = pd.DataFrame({"brand": list("ABCD"), "estimate": [6.1, 6.9, 7.0, 7.2]})
    >>> ax = plot_uniqueness_link(uniqueness_link(sold, satisfaction=liked))
    >>> ax.get_ylabel()
    'Satisfaction'
    """
    check_option("trait", trait, TRAITS)
    _check_focus(focus, result.brands["brand"])
    brands = result.brands
    across = brands["uniqueness" if trait == "uniqueness" else "effective_categories"].to_numpy()
    upward = brands["estimate"].to_numpy(dtype=float)
    low, high = brands["ci_low"].to_numpy(dtype=float), brands["ci_high"].to_numpy(dtype=float)
    is_focus = (brands["brand"] == focus).to_numpy()
    if ax is None:
        ax = new_axes(WIDTH, 5.0)
    with theme():
        there = np.isfinite(low) & np.isfinite(high)
        ax.vlines(across[there], low[there], high[there], color=PALETTE["line"], linewidth=2.4,
                  zorder=2)  # fmt: skip
        ax.scatter(across[~is_focus], upward[~is_focus], s=30, c=PALETTE["ink"], zorder=3)
        ax.scatter(across[is_focus], upward[is_focus], s=64, marker="D", c=PALETTE["accent"],
                   zorder=4)  # fmt: skip
        _window(ax, across, np.concatenate([upward, low[there], high[there]]))
        if trait == "uniqueness":
            ax.xaxis.set_major_formatter(lambda value, _: formatted(value, "percent"))
        ax.set(xlabel=translate(_TRAIT_WORDS[trait]), ylabel=translate(Message("Satisfaction")))
        ends = np.stack([np.column_stack([across, low]), np.column_stack([across, high])], axis=1)
        place_labels(
            ax, brands["brand"].astype(str).tolist(), np.column_stack([across, upward]),
            emphasise=() if focus is None else (focus,), lines=ends[there],
        )  # fmt: skip
    return ax


_PRODUCTS, _IMAGE = Message("By products"), Message("By image")
_TRAIT_WORDS = {
    "uniqueness": Message("Uniqueness of its offers"),
    "breadth": Message("Categories, were offers spread evenly: specialist to universal"),
}


def _check_focus(focus: str | None, known: object) -> None:
    names = [str(name) for name in known]  # type: ignore[attr-defined]
    if focus is not None and focus not in names:
        raise InputError(
            f"`focus` must be a bank that was compared; found {shown(focus)}."
            f"{did_you_mean(focus, names) or f' They are {shown(names)}.'}"
        )


def _drawn(result: DistanceLink, focus: str | None) -> list[str]:
    """Choose the banks to draw: those whose two places differ most, and the focus."""
    brands = result.brands
    weight = brands["displacement"].to_numpy(dtype=float)
    weight = np.where(brands["brand"] == focus, np.inf, weight)
    chosen = np.sort(np.argsort(-weight, kind="stable")[:MOST_BRANDS])
    return [str(name) for name in brands["brand"].to_numpy()[chosen]]


def _draw_panel(
    ax: Axes, result: DistanceLink, chosen: list[str], *, side: str, focus: str | None
) -> None:
    wide = result.places.pivot(index="brand", columns="axis", values=f"{side}_coordinate")
    places = wide.loc[chosen].to_numpy()
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    # both maps square, so that they stand beside each other in one size
    half = PANEL_ROOM * float(np.ptp(places, axis=0).max()) / 2 or 1.0
    ax.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half),
           xticks=[], yticks=[])  # fmt: skip
    ax.set_aspect("equal", adjustable="box")
    for spine in ax.spines.values():
        spine.set_color(PALETTE["line"])
        spine.set_visible(True)
    at = {name: place for name, place in zip(chosen, places, strict=True)}
    for kind, line in (("seen_apart", "-"), ("seen_alike", "--")):
        pairs = result.pairs[result.pairs["reading"] == kind].head(MOST_PAIRS)
        for a, b in zip(pairs["brand_a"], pairs["brand_b"], strict=True):
            if a in at and b in at:
                ends = np.array([at[a], at[b]])
                ax.plot(ends[:, 0], ends[:, 1], color=PALETTE["soft"], linewidth=1.4,
                        linestyle=line, marker="", zorder=2)  # fmt: skip
    is_focus = np.array([name == focus for name in chosen])
    across, upward = places.T
    ax.scatter(across[~is_focus], upward[~is_focus], s=22, c=PALETTE["ink"], zorder=3)
    ax.scatter(across[is_focus], upward[is_focus], s=56, marker="D", c=PALETTE["accent"], zorder=4)
    numbers = [str(number) for number in range(1, len(chosen) + 1)]
    marked = [number for number, name in zip(numbers, chosen, strict=True) if name == focus]
    place_labels(ax, numbers, places, max_labels=len(numbers), emphasise=marked)


def _draw_key(ax: Axes, chosen: list[str], focus: str | None) -> None:
    """Write which bank each number is, in two columns."""
    ax.set_axis_off()
    rows = int(np.ceil(len(chosen) / 2))
    names = row_names(chosen, line=KEY_LINE)
    for at, (name, bank) in enumerate(zip(names, chosen, strict=True)):
        column, row = divmod(at, rows)
        is_focus = bank == focus
        ax.text(
            0.5 * column, 1 - (row + 0.5) / rows, f"{at + 1}  {name}", transform=ax.transAxes,
            va="center", color=PALETTE["accent" if is_focus else "ink"],
            fontweight="bold" if is_focus else "normal",
        )  # fmt: skip


def _window(ax: Axes, across: Floats, upward: Floats) -> None:
    """Give the points room for names on every side."""
    for values, limits in ((across, ax.set_xlim), (upward, ax.set_ylim)):
        low, high = float(np.min(values)), float(np.max(values))
        room = 0.12 * (high - low) or 0.1 * abs(high) or 0.1
        limits(low - room, high + room)


def _name_pairs(ax: Axes, result: DistanceLink, focus: str | None) -> None:
    """Name the pairs most at odds, and the focus's nearest in products."""
    pairs = result.pairs
    odd = pairs[pairs["reading"] != "usual"].head(NAMED_PAIRS).index.tolist()
    mine = pairs[(pairs[["brand_a", "brand_b"]] == focus).any(axis=1)]
    near = mine.nsmallest(1, "catalogue_distance").index.tolist() if focus is not None else []
    chosen = list(dict.fromkeys([*near, *odd]))
    names = [""] * len(pairs)
    for at in chosen:
        names[at] = f"{pairs['brand_a'][at]} – {pairs['brand_b'][at]}"
    points = pairs[["catalogue_distance", "perceived_distance"]].to_numpy(dtype=float)
    priority = [len(pairs) - chosen.index(at) if at in chosen else -at for at in range(len(pairs))]
    place_labels(ax, names, points, priority=priority, emphasise=[names[at] for at in near])
