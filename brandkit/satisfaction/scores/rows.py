"""Rows of scores and comparisons as figures and tables show them, and how scores are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, did_you_mean, shown
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.groups import group_labels
from brandkit.satisfaction.scores.comparison import GroupComparison
from brandkit.satisfaction.scores.scores import SatisfactionScores

#: Groups that a figure shows.
MOST_ROWS: Final = 25
#: How a score of each measure is written, and what it is called.
FORMATS: Final = {"mean": "decimal2", "top2": "percent", "nps": "points"}
MEASURES: Final = {
    "mean": Message("mean score"),
    "top2": Message("share in the top two categories"),
    "nps": Message("net promoter score"),
}


def chosen_score(frame: pd.DataFrame, *, item: str | None, measure: str | None) -> tuple[str, str]:
    """Choose an item and a measure, the first of each where none is named; refuse others.

    Examples
    --------
    >>> chosen_score(pd.DataFrame({"item": ["sat"], "measure": ["mean"]}), item=None, measure=None)
    ('sat', 'mean')
    """
    items = [str(one) for one in frame["item"].unique()]
    chosen = items[0] if item is None else item
    if chosen not in items:
        raise InputError(
            f"`item` must be one of those scored; found {shown(item)}. It has {shown(items)}."
            f"{did_you_mean(chosen, items)}"
        )
    measures = [str(one) for one in frame.loc[frame["item"] == chosen, "measure"].unique()]
    if measure is not None and measure not in measures:
        raise InputError(
            f"`measure` must be one that {shown(chosen)} has, {shown(measures)}; found "
            f"{shown(measure)}."
        )
    return chosen, measures[0] if measure is None else measure


def score_rows(
    result: GroupComparison | SatisfactionScores,
    *,
    item: str | None = None,
    measure: str | None = None,
) -> pd.DataFrame:
    """Give the groups of one item and measure, the best first, those not shown last.

    ``label estimate ci_low ci_high ci_level n base`` and, of a comparison, ``letter letters rank
    rank_low rank_high``.
    """
    columns = ["label", "estimate", "ci_low", "ci_high", "ci_level", "n", "base"]
    if isinstance(result, SatisfactionScores):
        frame = result.scores.assign(label=group_labels(result.scores))
    else:
        frame = result.groups
        columns += ["letter", "letters", "rank", "rank_low", "rank_high"]
    return _best_first(of_score(frame, *chosen_score(frame, item=item, measure=measure)))[columns]


def change_rows(
    result: GroupComparison, *, item: str | None = None, measure: str | None = None
) -> pd.DataFrame:
    """Give what changed up to the last wave, the largest rise first, with both waves' scores.

    ``label wave_a wave_b before after estimate ci_low ci_high ci_level p_adjusted distinct n_a
    n_b``; groups that are not in both waves are left out.
    """
    if not len(result.changes):
        raise NotEnoughDataError(
            "`result` must hold groups in two waves; found none. Name the column of waves when "
            "comparing."
        )
    item, measure = chosen_score(result.changes, item=item, measure=measure)
    rows = of_score(result.changes, item, measure)
    rows = rows[rows["wave_b"] == rows["wave_b"].iloc[-1]]
    scores = of_score(result.waves, item, measure).set_index(["label", "wave"])["estimate"]
    rows = rows.assign(
        before=[scores[key] for key in zip(rows["label"], rows["wave_a"], strict=True)],
        after=[scores[key] for key in zip(rows["label"], rows["wave_b"], strict=True)],
    )
    ends = ["estimate", "ci_low", "ci_high", "ci_level", "p_adjusted", "distinct", "n_a", "n_b"]
    return _best_first(rows)[["label", "wave_a", "wave_b", "before", "after", *ends]]


def of_score(frame: pd.DataFrame, item: str, measure: str) -> pd.DataFrame:
    """Give the rows of one item and measure."""
    return frame[(frame["item"] == item) & (frame["measure"] == measure)]


def _best_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(
        ["estimate", "label"], ascending=[False, True], kind="stable", ignore_index=True
    )


def comparison_rows(result: GroupComparison) -> pd.DataFrame:
    """Give the groups' scores by item, with letters and the ranks that cannot be ruled out.

    The first item by its mean, the others by their net score; by what they have where that lacks.
    """
    parts = []
    for at, (item, of_item) in enumerate(result.groups.groupby("item", sort=False)):
        wanted = ("mean", "nps", "top2") if at == 0 else ("nps", "mean", "top2")
        measure = next(one for one in wanted if one in set(of_item["measure"]))
        name = translate(item_name(result.labels, str(item)))
        rows = of_item[of_item["measure"] == measure]
        parts.append(rows.assign(item=name, measure=translate(MEASURES[measure])))
    columns = ["brand", "item", "measure", "estimate", "ci_low", "ci_high", "ci_level", "letters"]
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(brand=rows["label"])[[*columns, "rank_low", "rank_high", "n"]]


def telling_rows(rows: pd.DataFrame, *, focus: str | None, most: int = MOST_ROWS) -> pd.DataFrame:
    """Keep as many rows as a figure has room for: the first, and the focus.

    Examples
    --------
    >>> rows = pd.DataFrame({"label": list("abcd")})
    >>> telling_rows(rows, focus="d", most=2)["label"].tolist()
    ['a', 'd']
    """
    at = np.flatnonzero(rows["label"] == focus)
    kept = [*range(most)] if not len(at) or at[0] < most else [*range(most - 1), int(at[0])]
    return rows if len(rows) <= most else rows.iloc[kept].reset_index(drop=True)


def score_text(value: float, measure: str) -> str:
    """Write a score.

    Examples
    --------
    >>> score_text(7.434, "mean"), score_text(0.273, "top2"), score_text(-4.6, "nps")
    ('7.43', '27%', '−5')
    """
    return formatted(float(value), FORMATS[measure])


def change_text(value: float, measure: str) -> str:
    """Write a difference of two scores; of shares and net promoter scores in points.

    Examples
    --------
    >>> change_text(0.043, "top2"), change_text(-0.126, "mean")
    ('+4', '−0.13')
    """
    if measure == "mean":
        return formatted(float(value), "signed")
    return formatted(100 * float(value) if measure == "top2" else float(value), "points")


def item_name(labels: Mapping[str, str], item: str) -> str:
    """Give an item's label, or its column where there is none."""
    return str(labels.get(item, item))
