"""Results as tables that a reader follows: labels for codes, the columns that are argued with."""

from __future__ import annotations

import pandas as pd

from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.satisfaction.alikeness.alikeness import PerceivedAlikeness
from brandkit.satisfaction.reliability.reliability import ScaleReliability
from brandkit.satisfaction.scores.comparison import GroupComparison
from brandkit.satisfaction.scores.story import MEASURES, item_name

#: The measure that a table shows of each item: recommendation is told by its net score.
_SHOWN = ("mean", "nps")
_KINDS = {
    "between_share": Message("ratings: part between banks"),
    "inertia": Message("images: inertia"),
}
#: Headings of the table of measures that the dictionary of columns words for overlap.
MEASURE_HEADS = {"expected": Message("By chance")}


def comparison_rows(result: GroupComparison) -> pd.DataFrame:
    """Give the groups' scores by item, with letters and the ranks that cannot be ruled out.

    Overall satisfaction by its mean, recommendation by its net score where it has one.
    """
    groups = result.groups[result.groups["measure"].isin(_SHOWN)]
    last = groups.groupby("item", sort=False)["measure"].transform("last")
    is_first = groups["item"] == groups["item"].iloc[0]
    wanted = is_first & (groups["measure"] == _SHOWN[0]) | ~is_first & (groups["measure"] == last)
    rows = groups[wanted].reset_index(drop=True)
    names = {item: translate(item_name(result, str(item))) for item in rows["item"].unique()}
    named: pd.DataFrame = rows.assign(
        brand=rows["label"],
        item=rows["item"].map(names),
        measure=[translate(MEASURES[str(one)]) for one in rows["measure"]],
    )
    return named[[
        "brand", "item", "measure", "estimate", "ci_low", "ci_high", "ci_level", "letters",
        "rank_low", "rank_high", "n",
    ]]  # fmt: skip


def measure_rows(result: PerceivedAlikeness) -> pd.DataFrame:
    """Give the measures of difference by wave, those of a rating with its name."""
    rows = result.measures
    return rows.assign(
        measure=[translate(_KINDS[str(one)]) for one in rows["measure"]], item=rows["label"]
    )[["measure", "item", "wave", "estimate", "ci_low", "ci_high", "ci_level", "expected", "n"]]


def measures_caption(result: PerceivedAlikeness) -> Message:
    """Say what the table of measures holds."""
    return Message(
        "How much the bank matters for what {n:count} customers say, with intervals over persons; "
        "what chance alone would give stands beside it and is taken off.",
        {"n": int(result.glance()["n_persons"].iloc[0])},
    )


def scale_rows(result: ScaleReliability) -> pd.DataFrame:
    """Give the items of a scale with what each does for it."""
    rows = result.items
    rows = rows.assign(item=[result.labels.get(str(item), str(item)) for item in rows["item"]])
    return rows[["item", "mean", "item_rest", "alpha_if_dropped", "loading", "kmo"]]
