"""Drawing of shared customers: a matrix of banks, the largest first."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import NO_VALUE, Message, formatted
from brandkit.market.sharing.sharing import CustomerSharing
from brandkit.viz.marks import MOST_IN_CELLS, heat_map


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
        far, rows=names, kind="decimal1", texts=texts, focus=bank,
        column_label=Message("Times as many shared customers as sizes explain"), ax=ax,
    )  # fmt: skip
