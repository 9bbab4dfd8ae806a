"""Figures of likeness, chance, gaps and shared markets: what is drawn is in the result."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.overlap.chance import OverlapTest
from brandkit.overlap.gaps import CatalogGaps, drawn_gaps, is_open
from brandkit.overlap.names import LookAlikeNames
from brandkit.overlap.products import MOST_PAIRS, ProductSimilarity, nearest_pairs
from brandkit.overlap.regions import MOST_ROWS, MarketOverlap, meeting_pairs
from brandkit.overlap.similarity.facets import in_facet
from brandkit.overlap.story import INDEX_NAMES, NULL_NAMES
from brandkit.viz.labels import pair_names
from brandkit.viz.marks import Dots, add_key, area, dot_rows, heat_map
from brandkit.viz.palette import PALETTE
from brandkit.viz.theme import WIDTH, new_axes, theme


def product_similarity(
    result: ProductSimilarity, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw the most alike products of different banks, with the bounds of what is not stated."""
    bank, _ = known_focus(focus, result.comparison.facets.brands)
    rows = nearest_pairs(result, brand=bank).head(MOST_PAIRS)
    return dot_rows(
        pair_names(rows["name_a"], rows["name_b"]),
        Dots(rows["similarity"], rows["bound_low"], rows["bound_high"]),
        label=Message("How alike the products are"),
        columns={"": rows["similarity"]},
        limits=(0.0, 1.02),
        says={"line": Message("bounds of what is not stated")},
        ax=ax,
    )


def look_alike_names(
    result: LookAlikeNames, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw how much the most alike names of different banks look alike."""
    bank, _ = known_focus(focus, result.brands["brand"])
    rows = result.pairs
    if bank is not None:
        rows = rows[(rows[["brand_a", "brand_b"]] == bank).any(axis=1)]
    rows = rows.head(MOST_ROWS)
    return dot_rows(
        pair_names(rows["name_a"], rows["name_b"]),
        Dots(rows["similarity"]),
        label=Message("How much the names look alike"),
        columns={"": rows["similarity"]},
        limits=(0.5, 1.02),
        ax=ax,
    )


def market_overlap(result: MarketOverlap, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw how much banks meet each other in their markets, both ways."""
    bank, _ = known_focus(focus, result.brands["brand"])
    rows = meeting_pairs(result, brand=bank).head(MOST_ROWS)
    names = pair_names(rows["brand_a"], rows["brand_b"])
    labels = Message("second in the first's markets"), Message("first in the second's")
    if bank is not None:
        names = rows["brand_b"].astype(str).tolist()
        labels = Message("they in our markets"), Message("we in theirs")
    return dot_rows(
        names,
        [Dots(rows["commonality"], label=labels[0]), Dots(rows["back"], label=labels[1])],
        label=Message("Market commonality"),
        columns={"": shares(rows["commonality"]), " ": shares(rows["back"])},
        ax=ax,
    )


def shares(values: pd.Series) -> list[str]:
    """Write shares as percent, small ones so that they can be told apart."""
    kind = "percent" if values.max() >= 0.2 else "percent1"
    return [formatted(float(value), kind) for value in values]


def overlap_test(result: OverlapTest, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw how far each index lies from each null, in standard deviations."""
    del focus  # the tests are of the market
    tests = result.tests
    names = [
        f"{translate(Message(INDEX_NAMES[index]))}\n{translate(Message(NULL_NAMES[null]))}"
        for index, null in zip(tests["index"], tests["null"], strict=True)
    ]
    return dot_rows(
        names,
        Dots(tests["ses"]),
        label=Message("Standard deviations from chance"),
        kind="decimal1",
        columns={Message("p"): [formatted(float(p), "p") for p in tests["p_value"]]},
        reference=0.0,
        says={"dot": Message("all banks")},
        ax=ax,
    )


def catalog_gaps(result: CatalogGaps, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw what most rivals have and we lack, and what we have and few do (framed), by category.

    A cell's number is the percentage of rivals' comparable offers that have the attribute. A
    question mark says that silence could turn it (none where that holds of all cells).
    """
    del focus  # the gaps are of one bank
    gaps = drawn_gaps(result)
    if gaps.empty:
        ax = ax or new_axes(WIDTH, 1.1, fluid=True)
        with theme():
            ax.set_axis_off()
            text = translate(Message("Neither gaps nor points of difference"))
            ax.text(0.5, 0.5, text, ha="center", va="center", transform=ax.transAxes)
        return ax
    names = {
        (facet, value): translate(in_facet(facet, value))
        for facet, value in gaps[["facet", "attribute"]].astype(str).itertuples(index=False)
    }
    rows = list(dict.fromkeys(names.values()))
    columns = sorted(set(gaps["category"].astype(str)))
    values = np.full((len(rows), len(columns)), np.nan)
    texts = [[""] * len(columns) for _ in rows]
    framed, turns = [], is_open(gaps)
    for gap, turn in zip(gaps.itertuples(), turns, strict=True):
        row = rows.index(names[str(gap.facet), str(gap.attribute)])
        column = columns.index(str(gap.category))
        values[row, column] = gap.share_have
        # where silence could turn all of them the caption says so once
        mark = "?" if turn and not turns.all() else ""
        texts[row][column] = formatted(gap.share_have, "percent").removesuffix("%") + mark
        if gap.kind == "point_of_difference":
            framed.append((row, column))
    ax = heat_map(values, rows=rows, columns=columns, texts=texts, framed=framed, ax=ax)
    add_key(ax, (Message("most rivals have it, we do not"), area("#bcd6d3")))
    if framed:
        add_key(ax, (Message("we have it, few rivals do"), area("none", "ink")))
    ax.set_xticks(np.arange(len(columns) + 1) - 0.5, minor=True)  # an empty cell is seen to be one
    ax.set_yticks(np.arange(len(rows) + 1) - 0.5, minor=True)
    ax.grid(which="minor", color=PALETTE["line"], linewidth=1, zorder=1)
    return ax
