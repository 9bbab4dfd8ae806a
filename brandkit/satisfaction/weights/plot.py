"""Figure of weights: shares of the sample before and after, and the population's."""

from __future__ import annotations

from matplotlib.axes import Axes

from brandkit.core.message import Message
from brandkit.satisfaction.groups import BETWEEN
from brandkit.satisfaction.weights.weights import SurveyWeights
from brandkit.viz.marks import Dots, dot_rows


def survey_weights(
    result: SurveyWeights,
    *,
    ax: Axes | None = None,
    focus: object = None,  # noqa: ARG001
) -> Axes:
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
