"""The figure of products that are alike: what is drawn is in the result."""

from __future__ import annotations

from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.overlap.similarity.similarity import MOST_PAIRS, ProductSimilarity, nearest_pairs
from brandkit.viz.labels import row_names
from brandkit.viz.marks import NAME_LINE, Dots, dot_rows


def product_similarity(
    result: ProductSimilarity, *, ax: Axes | None = None, focus: object = None
) -> Axes:
    """Draw the most alike products of different banks, with the bounds of what is not stated."""
    bank, _ = known_focus(focus, result.comparison.facets.brands)
    rows = nearest_pairs(result, brand=bank).head(MOST_PAIRS)
    first, second = (row_names(rows[f"name_{side}"].tolist(), line=NAME_LINE - 2) for side in "ab")
    return dot_rows(
        [f"{a}\n↔ {b}" for a, b in zip(first, second, strict=True)],
        Dots(rows["similarity"], rows["bound_low"], rows["bound_high"]),
        label=Message("How alike the products are"),
        columns={"": [formatted(value, "percent") for value in rows["similarity"]]},
        limits=(0.0, 1.02),
        ax=ax,
    )
