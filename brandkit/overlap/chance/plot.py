"""The figure of overlap against chance: what is drawn is in the result."""

from __future__ import annotations

from matplotlib.axes import Axes

from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.overlap.chance.chance import OverlapTest
from brandkit.overlap.chance.story import INDEX_NAMES, NULL_NAMES
from brandkit.viz.marks import Dots, dot_rows


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
        ax=ax,
    )
