"""Drawing of reach: what each further item adds."""

from __future__ import annotations

from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.market.reach.reach import Reach
from brandkit.viz.labels import row_names
from brandkit.viz.marks import NAME_LINE, Dots, dot_rows


def reach(result: Reach, *, ax: Axes | None = None, focus: object = None) -> Axes:  # noqa: ARG001
    """Draw the share reached by the best set of each size, each row named by what comes in."""
    sizes = result.sizes
    names, before = [], set[str]()
    for k, items in zip(sizes["k"], sizes["items"], strict=True):
        new = [item for item in items if item not in before]
        names.append(f"{k}  {', '.join(new)}")
        before = set(items)
    return dot_rows(
        row_names(names, line=NAME_LINE + 8),
        Dots(sizes["reached"], sizes["ci_low"], sizes["ci_high"], hollow=sizes["n_equal"] > 1),
        label=Message("Share of those asked who are reached"),
        columns={Message("reach"): [formatted(one, "percent") for one in sizes["reached"]],
                 Message("adds"): [formatted(100 * one, "points") for one in sizes["gain"]]},
        ax=ax,
    )  # fmt: skip
