"""The figure of where banks meet: what is drawn is in the result."""

from __future__ import annotations

from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.overlap.regions.market import MOST_ROWS, MarketOverlap, meeting_pairs
from brandkit.viz.labels import row_names
from brandkit.viz.marks import NAME_LINE, Dots, dot_rows


def market_overlap(result: MarketOverlap, *, ax: Axes | None = None, focus: object = None) -> Axes:
    """Draw how much banks meet each other in their markets, both ways."""
    bank, _ = known_focus(focus, result.brands["brand"])
    rows = meeting_pairs(result, brand=bank).head(MOST_ROWS)
    first, second = (row_names(rows[f"brand_{side}"].tolist(), line=NAME_LINE - 2) for side in "ab")
    pairs = [f"{a}\n↔ {b}" for a, b in zip(first, second, strict=True)]
    labels = (Message("they in our markets"), Message("we in theirs"))
    if bank is None:
        labels = (Message("second in the first's markets"), Message("first in the second's"))
    ways = [rows["commonality"], rows["back"]]
    written = [[formatted(float(value), "percent") for value in way] for way in ways]
    return dot_rows(
        pairs if bank is None else second,
        [Dots(way, label=label) for way, label in zip(ways, labels, strict=True)],
        label=Message("Market commonality"),
        columns={"": written[0], " ": written[1]},
        ax=ax,
    )
