"""Figures of scores and of what changed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import NO_VALUE, Message
from brandkit.language import translate
from brandkit.satisfaction.scores.comparison import GroupComparison
from brandkit.satisfaction.scores.rows import (
    FORMATS,
    change_rows,
    chosen_score,
    score_rows,
    score_text,
    telling_rows,
)
from brandkit.satisfaction.scores.scores import SatisfactionScores
from brandkit.viz.marks import Dots, dot_rows, write_column
from brandkit.viz.theme import theme

#: Groups up to which letters are written; beyond, the ranks they leave open.
MOST_LETTERED = 12
#: Marks a small base, as in tables.
LOW_MARK = "▵"

_AXES = {
    "mean": Message("Mean score"),
    "top2": Message("Share in the top two categories"),
    "nps": Message("Net promoter score"),
}
_CHANGE_AXES = {
    "mean": Message("Change of the mean score"),
    "top2": Message("Change of the top-two share, in points"),
    "nps": Message("Change of the net promoter score"),
}


def satisfaction_scores(
    result: SatisfactionScores,
    *,
    ax: Axes | None = None,
    focus: object = None,
    item: str | None = None,
    measure: str | None = None,
) -> Axes:
    """Draw the scores of one item with their intervals, the best first; small bases hollow."""
    item, measure = chosen_score(result.scores, item=item, measure=measure)
    every = score_rows(result, item=item, measure=measure)
    focus, _ = known_focus(focus, every["label"])
    return _scores(telling_rows(every, focus=focus), measure, focus=focus, ax=ax)


def group_comparison(
    result: GroupComparison,
    *,
    ax: Axes | None = None,
    focus: object = None,
    item: str | None = None,
    measure: str | None = None,
) -> Axes:
    """Draw scores with intervals, and the letters of those they lie significantly above.

    Beyond 12 groups the ranks that the tests leave open stand in the letters' place.
    """
    item, measure = chosen_score(result.groups, item=item, measure=measure)
    every = score_rows(result, item=item, measure=measure)
    focus, _ = known_focus(focus, every["label"])
    rows = telling_rows(every, focus=focus)
    if len(every) > MOST_LETTERED:
        ends = zip(rows["rank_low"], rows["rank_high"], strict=True)
        ranks = [
            NO_VALUE if pd.isna(low) else f"{low}" if low == high else f"{low}–{high}"
            for low, high in ends
        ]
        return _scores(rows, measure, focus=focus, ax=ax, ranks=ranks)
    ax = _scores(rows, measure, focus=focus, ax=ax, letters=rows["letter"].tolist())
    with theme():
        beaten = [letters.replace(" ", "") for letters in rows["letters"]]
        write_column(ax, beaten, column=1, head=translate(Message("better than")), align="left")
    return ax


def wave_changes(
    result: GroupComparison,
    *,
    ax: Axes | None = None,
    focus: object = None,
    item: str | None = None,
    measure: str | None = None,
) -> Axes:
    """Draw how much each score changed up to the last wave; filled: for all groups at once."""
    every = change_rows(result, item=item, measure=measure)
    _, measure = chosen_score(result.changes, item=item, measure=measure)
    focus, _ = known_focus(focus, every["label"])
    rows = telling_rows(every, focus=focus)
    scale = 100.0 if measure == "top2" else 1.0
    values, low, high = (scale * rows[name].astype(float) for name in _ENDS)
    before, after = (
        [score_text(value, measure) for value in rows[name]] for name in ("before", "after")
    )
    return dot_rows(
        rows["label"].tolist(),
        Dots(values, low, high, hollow=~rows["distinct"].astype(bool)),
        label=_CHANGE_AXES[measure],
        kind="signed" if measure == "mean" else "points",
        focus=focus,
        columns={str(rows["wave_a"].iloc[0]): before, str(rows["wave_b"].iloc[0]): after},
        reference=0.0,
        ax=ax,
    )


_ENDS = ("estimate", "ci_low", "ci_high")


def _scores(
    rows: pd.DataFrame,
    measure: str,
    *,
    focus: str | None,
    ax: Axes | None,
    letters: Sequence[str] | None = None,
    ranks: Sequence[str] | None = None,
) -> Axes:
    """Draw a row a group; behind its name stand a mark where its base is small, and its letter."""
    small = (rows["base"] == "small").tolist()
    behind = [f" {LOW_MARK}" if one else "" for one in small]
    if letters is not None:
        behind = [f"{mark} ({letter})" for mark, letter in zip(behind, letters, strict=True)]
    values, low, high = (rows[name].astype(float) for name in _ENDS)
    texts = [score_text(value, measure) for value in values]
    return dot_rows(
        rows["label"].tolist(),
        Dots(values, low, high, hollow=small),
        label=_AXES[measure],
        kind="decimal1" if measure == "mean" else FORMATS[measure],
        focus=focus,
        behind=behind,
        columns={"": texts, **({} if ranks is None else {Message("rank"): ranks})},
        reference=0.0 if measure == "nps" else None,
        ax=ax,
    )
