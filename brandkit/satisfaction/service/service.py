"""Service quality by dimension and by stage of the sale, as performance or as a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from brandkit.core.errors import (
    InputError,
    check_level,
    check_option,
    check_whole_number,
    did_you_mean,
    shown,
)
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.rows import Data, Weight
from brandkit.satisfaction.service.kernel import (
    ServiceParts,
    checked_importance,
    checked_items,
    comparison_frame,
    contrast_frame,
    known_stages,
    score_frame,
    service_means,
    service_parts,
)

Method = Literal["servperf", "servqual"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ServiceQuality(Result):
    """How good the service is, by item, dimension and stage of the sale.

    Parameters
    ----------
    scores : DataFrame
        ``kind item label dimension stage brand score expectation estimate std_error ci_low
        ci_high ci_level n n_persons``. ``kind`` is "item", "dimension", "stage" or "all"; the row
        without a brand is the market, all ratings together. ``score`` is the performance,
        in scale points; ``estimate`` is the same, or with expectations the gap: performance less
        expectation.
    comparisons : DataFrame
        Each bank against the plain mean of the others: ``kind item label dimension stage brand
        estimate std_error ci_low ci_high ci_level p_value p_adjusted``; Holm over the banks.
    contrasts : DataFrame
        Each pair of stages: ``brand stage_a stage_b estimate std_error ci_low ci_high ci_level
        p_value p_adjusted``; Holm over the pairs of a bank, or of the market.
    method : "servperf" or "servqual"
        Performance alone, or less expectation.
    stages : tuple of str
        The stages in order.
    ci_level : float
    """

    scores: pd.DataFrame
    comparisons: pd.DataFrame
    contrasts: pd.DataFrame
    method: Method
    stages: tuple[str, ...]
    ci_level: float

    def tidy(self) -> pd.DataFrame:
        """Give all scores."""
        return self.scores.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: the market's score over all items, and how it was made."""
        market = self.scores[self.scores["brand"].isna()]
        whole = market[market["kind"] == "all"].iloc[0]
        return pd.DataFrame(
            {
                "method": [self.method],
                "n_items": [int((market["kind"] == "item").sum())],
                "n_dimensions": [int((market["kind"] == "dimension").sum())],
                "n_stages": [len(self.stages)],
                "n_brands": [int(self.scores["brand"].nunique())],
                "n_persons": [int(whole["n_persons"])],
                "estimate": [float(whole["estimate"])],
                "std_error": [float(whole["std_error"])],
                "ci_level": [self.ci_level],
            }
        )


def service_quality(
    data: Data,
    *,
    items: Sequence[str] | Mapping[str, str],
    expectations: Mapping[str, str] | None = None,
    stages: Mapping[str, str] | None = None,
    importance: Mapping[str, float] | None = None,
    brand: str | None = None,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    missing: Literal["pairwise", "drop", "raise"] = "pairwise",
    suppress_below: int = 10,
    level: float = 0.95,
) -> ServiceQuality:
    """Score the service by dimension and by stage of the sale.

    Answers *where in the customer's way do we serve well, and where do we fall behind?* With
    performance alone it is SERVPERF; with expectations the gap between both, SERVQUAL.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent and bank.
    items : sequence of str, or mapping
        Ratings of the service; a mapping says which dimension each belongs to.
    expectations : mapping, optional
        Each item's column of what was expected, on the same scale.
    stages : mapping, optional
        Each item's stage: "before", "during" or "after" the sale, or names of your own. A
        survey's codebook may tell it, in a column ``stage``. Items without one count in no stage.
    importance : mapping, optional
        Weight >= 0 of each item within its dimension and stage; without, items count alike. The
        weights are taken as they are: errors do not count theirs.
    brand : str, optional
        Column of the bank; a survey knows it. Without one, the market alone is scored.
    weight : str or SurveyWeights, optional
    respondent, strata, cluster : str, optional
        Columns of the design; a survey knows them.
    missing : "pairwise", "drop" or "raise"
        Use for each item the rows where it was answered, only rows with all items, or refuse.
    suppress_below : int, default 10
        Scores resting on fewer persons are not shown, and ``notes`` say how many.
    level : float, default 0.95

    Returns
    -------
    ServiceQuality

    Raises
    ------
    InputError
        A mapping names a column that is no item, or leaves one out.
    ScaleError
        An importance is below 0, or all of a part are 0.
    NotEnoughDataError
        No bank has enough answers.

    Notes
    -----
    The score of a part is the (weighted) mean of its items' means, so that an item answered by
    few counts as much as the others and missing answers need no filling in. A gap is taken row by
    row, where both were answered. Errors by linearisation over persons, all items of a person and
    all banks together; degrees of freedom by
    :func:`~brandkit.core.intervals.carried_df`.

    References
    ----------
    Parasuraman, A., Zeithaml, V. A. and Berry, L. L. (1988). SERVQUAL: a multiple-item scale for
    measuring consumer perceptions of service quality. Journal of Retailing 64, 12-40.
    Cronin, J. J. and Taylor, S. A. (1992). Measuring service quality: a reexamination and
    extension. Journal of Marketing 56(3), 55-68. doi:10.1177/002224299205600304

    Examples
    --------
    >>> answers = pd.DataFrame({"bank": ["a", "a", "b", "b"], "advice": [6.0, 8, 9, 9],
    ...                         "complaints": [4.0, 6, 7, 5]})
    >>> result = service_quality(answers, items=["advice", "complaints"], brand="bank",
    ...     stages={"advice": "before", "complaints": "after"}, suppress_below=2)
    >>> stage = result.scores.query("kind == 'stage' and brand.isna()")
    >>> stage[["stage", "estimate"]].to_numpy().tolist()
    [['before', 8.0], ['after', 5.5]]
    """
    check_option("missing", missing, ("pairwise", "drop", "raise"))
    check_whole_number("suppress_below", suppress_below, low=2)
    check_level(level)
    names, dimensions = checked_items(items, expectations)
    parts = service_parts(
        names,
        dimensions=dimensions,
        stages=known_stages(data, names, stages),
        importance=checked_importance(names, importance),
    )
    design = {"weight": weight, "respondent": respondent, "strata": strata, "cluster": cluster}

    means = service_means(
        data, parts=parts, expectations=expectations, brand=brand, missing=missing, design=design,
        suppress_below=suppress_below,
    )  # fmt: skip

    return ServiceQuality(
        scores=score_frame(means, parts, level=level),
        comparisons=comparison_frame(means, parts, level=level),
        contrasts=contrast_frame(means, parts, level=level),
        method="servperf" if expectations is None else "servqual",
        stages=parts.stages,
        ci_level=level,
        notes=(*means.notes, *_notes(parts, weighted=importance is not None)),
    )


def _notes(parts: ServiceParts, *, weighted: bool) -> tuple[Message, ...]:
    notes = []
    loose = [item for item, stage in zip(parts.items, parts.item_stages, strict=True) if not stage]
    if parts.stages and loose:
        told = {"items": loose, "n": len(loose)}
        said = "{items} {n:belongs|belong} to no stage of the sale and {n:counts|count} in none."
        notes.append(Message(said, told))
    if weighted:
        fixed = "Items count by their importance, whose own uncertainty the intervals leave out."
        notes.append(Message(fixed))
    return tuple(notes)


STAGES = {
    "before": Message("before the sale"),
    "during": Message("during the sale"),
    "after": Message("after the sale"),
}


def stage_name(stage: str) -> Message | str:
    """Give a stage in words; one of one's own as it stands."""
    return STAGES.get(stage, stage)


def usual_kind(result: ServiceQuality) -> str:
    """Give what a figure shows where nothing is said: stages, else dimensions, else items."""
    known = list(result.scores["kind"].unique())
    return next(kind for kind in ("stage", "dimension", "item") if kind in known)


def part_rows(
    result: ServiceQuality, *, kind: str | None = None, brand: str | None = None
) -> pd.DataFrame:
    """Give the scores of a kind of part for one bank, or for the market.

    Parameters
    ----------
    result : ServiceQuality
    kind : "stage", "dimension" or "item", optional
        Stages where there are any.
    brand : str, optional
        The market where not given.

    Returns
    -------
    DataFrame
        With ``name``: item, dimension or stage.
    """
    chosen = usual_kind(result) if kind is None else kind
    known = [one for one in result.scores["kind"].unique() if one != "all"]
    if chosen not in known:
        raise InputError(f"`kind` must be one of {shown(known)}; found {shown(kind)}.")
    rows = result.scores[result.scores["kind"] == chosen]
    if brand is None:
        rows = rows[rows["brand"].isna()]
    else:
        check_brand(result, brand)
        rows = rows[rows["brand"] == brand]
    rows = rows.assign(name=rows["label"] if chosen == "item" else rows[chosen])
    return rows.reset_index(drop=True)


def check_brand(result: ServiceQuality, focus: str | None) -> None:
    """Refuse a bank that was not scored."""
    known = [str(brand) for brand in result.scores["brand"].dropna().unique()]
    if focus is not None and focus not in known:
        raise InputError(
            f"`focus` must be one of the banks; found {shown(focus)}. It has {shown(known)}."
            f"{did_you_mean(focus, known)}"
        )
