"""Figures of scores, of what changed, of pooled estimates and of scales."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.labels import known_focus
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.groups import BETWEEN
from brandkit.satisfaction.scores import scores
from brandkit.satisfaction.scores.pooling import PartialPooling, pooled_rows
from brandkit.satisfaction.scores.reliability import ScaleReliability
from brandkit.satisfaction.scores.scores import GroupComparison, SatisfactionScores, telling_rows
from brandkit.satisfaction.scores.weights import SurveyWeights
from brandkit.viz.marks import Dots, add_key, dot_rows, point, rank_texts, stroke, write_column
from brandkit.viz.palette import PALETTE
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
_ENDS = ["estimate", "ci_low", "ci_high"]


def satisfaction_scores(
    result: SatisfactionScores | GroupComparison,
    *,
    ax: Axes | None = None,
    focus: object = None,
    item: str | None = None,
    measure: str | None = None,
) -> Axes:
    """Draw the scores of one item with their intervals, the best first; small bases hollow.

    Of a comparison also the letters of those they lie significantly above; beyond 12 groups the
    ranks that the tests leave open stand in the letters' place.
    """
    item, measure = scores.chosen_score(result, item, measure)
    every = scores.score_rows(result, item=item, measure=measure)
    focus, _ = known_focus(focus, every["label"])
    rows, compared = telling_rows(every, focus=focus), "letter" in every
    lettered = compared and len(every) <= MOST_LETTERED
    small = (rows["base"] == "small").tolist()
    behind = [f" {LOW_MARK}" if is_small else "" for is_small in small]
    if lettered:
        behind = [f"{mark} ({one})" for mark, one in zip(behind, rows["letter"], strict=True)]
    kind = scores.FORMATS[measure]
    values, low, high = (rows[name].astype(float) for name in _ENDS)
    columns: dict[str | Message, list[str]] = {"": [formatted(one, kind) for one in values]}
    if compared and not lettered:
        columns[Message("rank")] = rank_texts(rows)
    ax = dot_rows(
        rows["label"].tolist(),
        Dots(values, low, high, hollow=small),
        label=_AXES[measure],
        kind="decimal1" if measure == "mean" else kind,
        focus=focus,
        behind=behind,
        columns=columns,
        reference=0.0 if measure == "nps" else None,
        says={"hollow": Message("small base")},
        ax=ax,
    )
    if lettered:
        with theme():
            beaten = [letters.replace(" ", "") for letters in rows["letters"]]
            write_column(ax, beaten, column=1, head=translate(Message("better than")), align="left")
    return ax


group_comparison = satisfaction_scores


def wave_changes(
    result: GroupComparison,
    *,
    ax: Axes | None = None,
    focus: object = None,
    item: str | None = None,
    measure: str | None = None,
) -> Axes:
    """Draw how much each score changed up to the last wave; filled: for all groups at once."""
    every = scores.change_rows(result, item=item, measure=measure)
    _, measure = scores.chosen_score(result, item, measure)
    focus, _ = known_focus(focus, every["label"])
    rows = telling_rows(every, focus=focus)
    scale, kind = 100.0 if measure == "top2" else 1.0, scores.FORMATS[measure]
    values, low, high = (scale * rows[name].astype(float) for name in _ENDS)
    columns: dict[str | Message, list[str]] = {
        str(rows[wave].iloc[0]): [formatted(one, kind) for one in rows[name].astype(float)]
        for wave, name in (("wave_a", "before"), ("wave_b", "after"))
    }
    return dot_rows(
        rows["label"].tolist(),
        Dots(values, low, high, hollow=~rows["distinct"].astype(bool)),
        label=_CHANGE_AXES[measure],
        kind="signed" if measure == "mean" else "points",
        focus=focus,
        columns=columns,
        reference=0.0,
        says={"dot": Message("changed"), "hollow": Message("could be none")},
        ax=ax,
    )


def partial_pooling(
    result: PartialPooling,
    *,
    ax: Axes | None = None,
    focus: object = None,
    group: str | None = None,
    kind: str = "decimal2",
) -> Axes:
    """Draw raw values, hollow, and the pooled ones they are drawn to; the line is their mean.

    At the right the pooled value, and the place by the raw and by the pooled one.
    """
    every, whole = pooled_rows(result, group)
    focus, _ = known_focus(focus, every["label"])
    rows = telling_rows(every, focus=focus)
    ends = np.concatenate([rows["estimate"], rows["ci_low"], rows["ci_high"]])
    room = 0.04 * float(np.ptp(ends)) or 1.0
    ax = dot_rows(
        rows["label"].tolist(),
        Dots(rows["pooled"], rows["ci_low"], rows["ci_high"]),
        label=Message("Raw value (hollow) and pooled value"),
        kind="decimal1",
        focus=focus,
        columns={"": [formatted(value, kind) for value in rows["pooled"]]},
        limits=(float(ends.min()) - room, float(ends.max()) + room),
        says={"dot": Message("pooled value")},
        ax=ax,
    )
    places = [
        f"{raw:g}" if raw == pooled else f"{raw:g} → {pooled:g}"
        for raw, pooled in zip(rows["rank"], rows["pooled_rank"], strict=True)
    ]
    with theme():
        ax.axvline(
            whole["estimate"], color=PALETTE["soft"], linewidth=1.2, linestyle="--", zorder=1
        )
        _draw_arrows(ax, rows, focus)
        add_key(
            ax,
            (Message("raw value"), point(colour="soft", hollow=True, size=5)),
            (Message("mean of all"), stroke("soft", width=1.2, style="--")),
        )
        write_column(ax, places, column=1, head=translate(Message("rank")), align="left")
    return ax


def _draw_arrows(ax: Axes, rows: pd.DataFrame, focus: str | None) -> None:
    """Draw raw values a little above their row, and how far they are drawn in."""
    for at, (label, raw, pooled) in enumerate(
        zip(rows["label"], rows["estimate"], rows["pooled"], strict=True)
    ):
        colour, height = PALETTE["accent" if label == focus else "soft"], at - 0.28
        arrow = {"arrowstyle": "->", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (pooled, height), (raw, height), arrowprops=arrow)
        ax.scatter([raw], [height], s=22, c=PALETTE["paper"], edgecolors=colour, zorder=4)


def scale_reliability(result: ScaleReliability, *, ax: Axes | None = None) -> Axes:
    """Draw each item's correlation with the sum of the others; hollow: it runs against them."""
    rows = result.items
    dropped = [formatted(float(value), "decimal2") for value in rows["alpha_if_dropped"]]
    return dot_rows(
        [result.labels.get(item, item) for item in rows["item"]],
        Dots(rows["item_rest"].astype(float), hollow=rows["looks_reversed"]),
        label=Message("Correlation with the sum of the others"),
        kind="decimal1",
        columns={Message("alpha without"): dropped},
        reference=0.0,
        says={"hollow": Message("runs against the others")},
        ax=ax,
    )


def survey_weights(result: SurveyWeights, *, ax: Axes | None = None) -> Axes:
    """Draw each group's share of the sample before and after weighting; tick: the population's.

    Between them, where the data came with weights, the shares as delivered.
    """
    rows = result.margins
    delivered = Dots(rows["share_delivered"], label=Message("as delivered"))
    parts = rows[["wave", "label"]].itertuples(index=False)
    return dot_rows(
        [BETWEEN.join(one for one in part if isinstance(one, str)) for part in parts],
        [
            Dots(rows["share_before"], label=Message("before weighting")),
            *([delivered] if rows["share_delivered"].notna().any() else []),
            Dots(rows["share_after"], label=Message("after weighting")),
        ],
        label=Message("Share of the sample"),
        ticks=rows["share_target"],
        says={"tick": Message("of the population")},
        ax=ax,
    )
