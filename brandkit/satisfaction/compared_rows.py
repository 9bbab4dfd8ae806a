"""Rows of a comparison as figures, tables and sentences need them: one item, the best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, did_you_mean, shown
from brandkit.core.message import Message, formatted
from brandkit.satisfaction.comparison import GroupComparison
from brandkit.satisfaction.groups import ROLES, group_labels
from brandkit.satisfaction.scores import SatisfactionScores

FORMATS: Final = {"mean": "decimal2", "top2": "percent", "nps": "points"}
"""How a score of each measure is written."""
MEASURES: Final = {
    "mean": Message("mean score"),
    "top2": Message("share in the top two categories"),
    "nps": Message("net promoter score"),
}
"""Each measure in words."""
MOST_NAMED: Final = 4
"""Names in a sentence; the others are counted."""
MOST_ROWS: Final = 25
"""Groups that a figure shows."""


def chosen_score(frame: pd.DataFrame, *, item: str | None, measure: str | None) -> tuple[str, str]:
    """Choose an item and a measure: the first of each where none is named.

    Parameters
    ----------
    frame : DataFrame
        With ``item`` and ``measure``.
    item, measure : str, optional

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        The item or the measure was not scored.

    Examples
    --------
    >>> chosen_score(pd.DataFrame({"item": ["sat"], "measure": ["mean"]}), item=None, measure=None)
    ('sat', 'mean')
    """
    items = [str(one) for one in frame["item"].unique()]
    one = items[0] if item is None else item
    if one not in items:
        raise InputError(
            f"`item` must be one of those scored; found {shown(item)}. It has {shown(items)}."
            f"{did_you_mean(one, items)}"
        )
    measures = [str(found) for found in frame.loc[frame["item"] == one, "measure"].unique()]
    which = measures[0] if measure is None else measure
    if which not in measures:
        raise InputError(
            f"`measure` must be one that {shown(one)} has, {shown(measures)}; found "
            f"{shown(measure)}."
        )
    return one, which


def score_rows(
    result: GroupComparison | SatisfactionScores,
    *,
    item: str | None = None,
    measure: str | None = None,
) -> pd.DataFrame:
    """Give the groups of one item and measure, the best first, those not shown last.

    Parameters
    ----------
    result : GroupComparison or SatisfactionScores
    item, measure : str, optional
        The first of each where not given.

    Returns
    -------
    DataFrame
        ``label estimate ci_low ci_high ci_level n base`` and, of a comparison, ``letter letters
        rank rank_low rank_high``.

    Examples
    --------
    >>> from brandkit.satisfaction.comparison import group_comparison
    >>> answers = pd.DataFrame({"id": range(40), "brand": ["A", "B"] * 20, "sat": [6, 9] * 20})
    >>> result = group_comparison(answers, items="sat", by="brand", respondent="id")
    >>> score_rows(result)["label"].tolist()
    ['B', 'A']
    """
    is_scores = isinstance(result, SatisfactionScores)
    frame = result.scores if isinstance(result, SatisfactionScores) else result.groups
    one, which = chosen_score(frame, item=item, measure=measure)
    rows = frame[(frame["item"] == one) & (frame["measure"] == which)]
    columns = ["label", "estimate", "ci_low", "ci_high", "ci_level", "n", "base"]
    if is_scores:
        rows = rows.assign(label=group_labels(rows[list(ROLES)]))
    else:
        columns += ["letter", "letters", "rank", "rank_low", "rank_high"]
    return _best_first(rows)[columns]


def score_table(
    result: GroupComparison | SatisfactionScores,
    *,
    item: str | None = None,
    measure: str | None = None,
) -> pd.DataFrame:
    """Give the rows of :func:`score_rows` as a report's table shows them.

    Small bases are marked there by their number, so the word for it is left out.
    """
    return score_rows(result, item=item, measure=measure).drop(columns="base")


def change_rows(
    result: GroupComparison, *, item: str | None = None, measure: str | None = None
) -> pd.DataFrame:
    """Give what changed up to the last wave, the largest rise first.

    Parameters
    ----------
    result : GroupComparison
    item, measure : str, optional

    Returns
    -------
    DataFrame
        ``label wave_a wave_b before after estimate ci_low ci_high ci_level p_adjusted distinct
        n_a n_b``; groups that are not in both waves are left out.

    Raises
    ------
    NotEnoughDataError
        Fewer than two waves.
    """
    if not len(result.changes):
        raise NotEnoughDataError(
            "`result` must hold groups in two waves; found none. Name the column of waves when "
            "comparing."
        )
    one, which = chosen_score(result.changes, item=item, measure=measure)
    of_item = result.changes[(result.changes["item"] == one) & (result.changes["measure"] == which)]
    last = of_item["wave_b"].iloc[-1]
    rows = of_item[of_item["wave_b"] == last]
    levels = result.waves[(result.waves["item"] == one) & (result.waves["measure"] == which)]
    by_wave = levels.set_index(["label", "wave"])["estimate"]
    label = rows["label"]
    rows = rows.assign(
        before=[by_wave[key] for key in zip(label, rows["wave_a"], strict=True)],
        after=[by_wave[key] for key in zip(label, rows["wave_b"], strict=True)],
    )
    columns = ["label", "wave_a", "wave_b", "before", "after", "estimate", "ci_low", "ci_high",
               "ci_level", "p_adjusted", "distinct", "n_a", "n_b"]  # fmt: skip
    return _best_first(rows)[columns]


def _best_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(
        ["estimate", "label"], ascending=[False, True], kind="stable", ignore_index=True
    )


def telling_rows(rows: pd.DataFrame, *, focus: str | None, most: int = MOST_ROWS) -> pd.DataFrame:
    """Keep as many rows as a figure has room for: the first, and the focus.

    Examples
    --------
    >>> rows = pd.DataFrame({"label": list("abcd")})
    >>> telling_rows(rows, focus="d", most=2)["label"].tolist()
    ['a', 'd']
    """
    if len(rows) <= most:
        return rows
    at = np.flatnonzero(rows["label"] == focus)
    kept = [*range(most)] if not len(at) or at[0] < most else [*range(most - 1), int(at[0])]
    return rows.iloc[kept].reset_index(drop=True)


def check_focus(rows: pd.DataFrame, focus: str | None) -> None:
    """Refuse a focus that was not compared."""
    known = [str(label) for label in rows["label"]]
    if focus is not None and focus not in known:
        raise InputError(
            f"`focus` must be one of the groups; found {shown(focus)}. It has {shown(known)}."
            f"{did_you_mean(focus, known)}"
        )


def score_text(value: float, measure: str) -> str:
    """Write a score.

    Examples
    --------
    >>> score_text(7.434, "mean"), score_text(0.273, "top2"), score_text(-4.6, "nps")
    ('7.43', '27%', '−5')
    """
    return formatted(value, FORMATS[measure])


def change_text(value: float, measure: str) -> str:
    """Write a difference of two scores; of shares and net promoter scores in points.

    Examples
    --------
    >>> change_text(0.043, "top2"), change_text(-0.126, "mean")
    ('+4', '−0.13')
    """
    if measure == "mean":
        return formatted(value, "signed")
    return formatted(100 * value if measure == "top2" else value, "points")


def item_name(result: Any, item: str) -> str:
    """Give an item's label, or its column where there is none."""
    return str(result.labels.get(item, item))


def first_names(names: Sequence[str]) -> list[str]:
    """Give the names that a sentence has room for."""
    return list(names)[:MOST_NAMED]


def and_more(names: Sequence[str]) -> Message | str:
    """Count the names that a sentence has no room for."""
    rest = len(names) - MOST_NAMED
    return Message(" and {n:count} more", {"n": rest}) if rest > 0 else ""
