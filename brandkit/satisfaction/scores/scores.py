"""Scores: what banks are given, in means, top-two shares and net promoter scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, check_level, check_whole_number
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.story import N_, speaker
from brandkit.sampling.rows import Data, SurveyRows, Weight
from brandkit.satisfaction.groups import (
    BETWEEN,
    ROLES,
    By,
    GroupedRows,
    ItemScale,
    Limits,
    Measure,
    NpsCoding,
    data_frame,
    group_labels,
    grouped_rows,
    item_scales,
    wanted_items,
)
from brandkit.satisfaction.scores.kernel import FEW_CLUSTERS, scored

#: Persons beneath which a base is flagged, and beneath which nothing is shown.
SMALL, SUPPRESSED = 30, 10

Weighting = Literal["none", "column", "margins"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SatisfactionScores(Result):
    """Scores by item, group and measure.

    Parameters
    ----------
    scores : DataFrame
        ``item brand segment wave measure unit estimate std_error ci_low ci_high ci_level n
        n_respondents n_clusters n_effective n_kish base``; brand, segment and wave are missing
        where rows are not split by them, n_clusters where there are none. Numbers of suppressed
        bases are missing.
    labels : mapping
        Item to its label, where a codebook has one.
    limits : mapping
        Item to the ends of its scale; missing where nobody says them.
    by : mapping
        Which columns make brand, segment and wave.
    weighting : "none", "column" or "margins"
        Where weights come from, and so which errors these are.
    n, n_respondents : int
        Rows and persons of the sample.
    """

    scores: pd.DataFrame
    labels: Mapping[str, str]
    limits: Mapping[str, tuple[float, float]]
    by: Mapping[str, tuple[str, ...]]
    weighting: Weighting
    n: int
    n_respondents: int

    def tidy(self) -> pd.DataFrame:
        """Give one row an item, group and measure."""
        return self.scores.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: what was scored, on how many, and how many bases are small."""
        bases = self.scores.drop_duplicates(["item", *ROLES])
        return pd.DataFrame(
            {
                "n_items": [self.scores["item"].nunique()],
                "n_groups": [len(self.scores.drop_duplicates([*ROLES]))],
                "n": [self.n],
                "n_respondents": [self.n_respondents],
                "n_small": [int((bases["base"] == "small").sum())],
                "n_suppressed": [int((bases["base"] == "suppressed").sum())],
            }
        )


def satisfaction_scores(
    data: Data,
    *,
    items: str | Sequence[str],
    by: By | None = None,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    measures: Measure | Sequence[Measure] | None = None,
    limits: Limits | None = None,
    nps_coding: NpsCoding | None = None,
    level: float = 0.95,
    minimum_base: int = SMALL,
    suppress_below: int = SUPPRESSED,
) -> SatisfactionScores:
    """Score items by bank, segment or wave, with the errors of the survey's design.

    Answers *which banks satisfy, and how sure is that?*

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and bank. A survey brings its weight, respondents,
        strata and clusters.
    items : str or sequence of str
        Numeric columns. Missing answers are left out of their item only.
    by : str, sequence of str or mapping, optional
        Columns that split the rows. In the result a column that the survey's design or its own
        name makes the brand or the wave stands as ``brand`` or ``wave``; all others together
        stand as ``segment``. A mapping says it outright: ``{"brand": "bank", "wave": "year"}``.
    weight : str or SurveyWeights, optional
        Column of weights >= 0, or the result of
        :func:`~brandkit.satisfaction.weights.weights.survey_weights`.
    respondent, strata, cluster : str, optional
        Columns of the design. All rows of a person are one cluster.
    measures : str or sequence of str, optional
        Of ``"mean"``, ``"top2"`` (share of the top two categories), ``"nps"`` (net promoter
        score); each item gets all that its scale allows where not given.
    limits : (low, high) or mapping of item to (low, high), optional
        Ends of the scale, where no codebook says them. Never taken from the answers: where
        nobody says them 0 to 10 is taken, if answers agree with it, and ``notes`` say so.
    nps_coding : "0-10", "1-10" or "1-11", optional
        How the question on recommending is coded, where no codebook says it; 0 to 10 is taken.
        1 to 11 stands for 0 to 10. Whether somebody would recommend (a share) is no such score.
    level : float, default 0.95
        Coverage that intervals aim at.
    minimum_base, suppress_below : int
        Persons (Kish's base, where that is less) beneath which a base is flagged as small, and
        persons beneath which it is not shown. Fewer than 6 clusters are flagged as well.

    Returns
    -------
    SatisfactionScores

    Raises
    ------
    InputError
        A column is unknown or holds no numbers, or a person is in two strata.
    ScaleError
        A scale does not allow a measure, answers lie outside it, or they look coded otherwise
        than taken for granted (1 to 11 instead of 0 to 10).

    Notes
    -----
    A group is a domain: with weights w, its mean is y = sum(w x)/sum(w) over its rows, linearised
    as w (x - y)/sum(w) there and 0 elsewhere, summed over sampling units (clusters, or persons
    with all their rows), and V is the variance of these sums over all units of the sample within
    strata. With weights from margins their residuals on the margins take the values' place.

    A unit with the share h of a group's weight draws the mean to itself: of means, and of all
    measures where units are clusters, its sum u counts as u sqrt((1 - 1/G)/(1 - h)), G all units
    (Bell and McCaffrey). A group in one cluster has no error.

    Means: Student's t on Kish's number of the group's units, 1/sum(h^2), less one. Shares:
    Wilson's interval on the base n* = p(1 - p)/V, with the degrees of freedom of
    :func:`~brandkit.core.intervals.carried_df`. Net promoter scores: adjusted Wald on the
    same kind of base. ``n_effective`` is that base, the spread of one answer over V; ``n_kish``
    is descriptive, as it knows of unequal weights only. Where all answers are alike a mean has no
    interval, and the base of a share is Kish's, at most the number of persons.

    References
    ----------
    Bell, R. M. and McCaffrey, D. F. (2002). Bias reduction in standard errors for linear
    regression with multi-stage samples. Survey Methodology 28, 169-181. Korn and Graubard (1998).
    Confidence intervals for proportions with small expected number of positive counts estimated
    from survey data. Survey Methodology 24, 193-201. Reichheld (2003). The one number you need to
    grow. Harvard Business Review 81(12).

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"id": range(40), "brand": ["A", "B"] * 20,
    ...                         "sat": [9, 6, 10, 8] * 10})
    >>> result = satisfaction_scores(answers, items="sat", by="brand", respondent="id")
    >>> result.scores[["brand", "measure", "estimate"]].head(3).values.tolist()
    [['A', 'mean', 9.5], ['B', 'mean', 7.0], ['A', 'top2', 1.0]]
    """
    check_level(level)
    check_bases(minimum_base, suppress_below)
    names = wanted_items(items)
    grouped = grouped_rows(
        data,
        items=names,
        by=by,
        weight=weight,
        respondent=respondent,
        strata=strata,
        cluster=cluster,
    )
    scales, scale_notes = scales_of(
        grouped, data, names, limits=limits, nps_coding=nps_coding, measures=measures
    )

    estimated = scored(grouped, names, scales, level=level, bases=(minimum_base, suppress_below))
    scores = pd.concat([pd.concat([grouped.groups, one.table], axis=1) for one in estimated])
    scores = scores[list(_COLUMNS)].reset_index(drop=True)

    weighting = weighting_of(weight, grouped.rows)
    return SatisfactionScores(
        scores=scores,
        labels=item_labels(grouped.rows, names),
        limits={item: (scale.low, scale.high) for item, scale in scales.items()},
        by=grouped.by,
        weighting=weighting,
        n=len(grouped.rows),
        n_respondents=grouped.rows.n_persons,
        notes=(
            *grouped.notes,
            *scale_notes,
            _ERRORS[weighting],
            *_notes(scores, minimum_base=minimum_base),
        ),
    )


_COLUMNS = (
    *("item", *ROLES, "measure", "unit", "estimate", "std_error", "ci_low", "ci_high", "ci_level"),
    *("n", "n_respondents", "n_clusters", "n_effective", "n_kish", "base"),
)


def check_bases(minimum_base: int, suppress_below: int) -> None:
    """Refuse limits of bases that cross."""
    check_whole_number("suppress_below", suppress_below, low=1)
    check_whole_number("minimum_base", minimum_base, low=1)
    if suppress_below > minimum_base:
        raise InputError(
            f"`suppress_below` must be at most `minimum_base`; found {suppress_below} and "
            f"{minimum_base}. Write 10 and 30."
        )


def scales_of(
    grouped: GroupedRows,
    data: Data,
    items: Sequence[str],
    *,
    limits: Limits | None,
    nps_coding: NpsCoding | None,
    measures: Measure | Sequence[Measure] | None,
) -> tuple[dict[str, ItemScale], list[Message]]:
    """Find the scales of items in grouped rows, as :func:`item_scales` does."""
    raw = data_frame(data)[0][list(items)].apply(pd.to_numeric, errors="coerce")
    return item_scales(
        items,
        grouped.values,
        raw=raw.to_numpy(np.float64),
        codebook=grouped.rows.limits,
        limits=limits,
        nps_coding=nps_coding,
        measures=[measures] if isinstance(measures, str) else measures,
    )


def item_labels(rows: SurveyRows, items: Sequence[str]) -> dict[str, str]:
    """Give the labels that a codebook has for items."""
    return {item: rows.labels[item] for item in items if item in rows.labels}


def weighting_of(weight: Weight | None, rows: SurveyRows) -> Weighting:
    """Say where the weights of rows come from."""
    if weight is not None and not isinstance(weight, str):
        return "margins"
    return "column" if rows.design.get("weight") is not None else "none"


_ERRORS: dict[Weighting, Message] = {
    "none": Message("The answers are not weighted."),
    "column": Message(
        "Weights come from a column, so errors are those of plain linearisation: the margins the "
        "weights were made for are not known here."
    ),
    "margins": Message("Weights were raked to margins, which the errors take into account."),
}


def flagged_notes(scores: pd.DataFrame, names: Sequence[str], least: int) -> list[Message]:
    """Say which groups' scores are flagged, and why: few persons, heavy weights, few clusters."""
    small = scores["base"] == "small"
    few = small & (scores["n_respondents"] < least)
    heavy = small & ~few & (scores["n_kish"].round(6) < least)
    clusters = scores["n_clusters"].fillna(FEW_CLUSTERS).astype(int)
    shown = scores["base"].isin(["small", "enough"])
    alone, bunched = shown & (clusters == 1), small & clusters.between(2, FEW_CLUSTERS - 1)
    said = (
        (few, N_("Few persons answered in {n:count} {n:group|groups} ({names}); their scores are "
                 "flagged.")),
        (heavy, N_("Unequal weights leave {n:count} {n:group|groups} ({names}) the base of fewer "
                   "than {least:count} persons; their scores are flagged.")),
        (bunched, N_("The answers of {n:count} {n:group|groups} ({names}) come from fewer than "
                     "{clusters:count} clusters; their scores are flagged.")),
        (alone, N_("The answers of {n:count} {n:group|groups} ({names}) come from one cluster: "
                   "their error cannot be estimated, and they are not compared.")),
    )  # fmt: skip
    notes = []
    for where, text in said:
        found = list(dict.fromkeys(np.array(names, dtype=object)[where.to_numpy()].tolist()))
        values = {"n": len(found), "names": found[:5], "least": least, "clusters": FEW_CLUSTERS}
        notes += [Message(text, values)] if found else []
    return notes


def _notes(scores: pd.DataFrame, *, minimum_base: int) -> list[Message]:
    """Name small bases, constant items and empty groups."""
    groups = group_labels(scores)
    cells = [BETWEEN.join(filter(None, pair)) for pair in zip(scores["item"], groups, strict=True)]

    def named(where: pd.Series, labels: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(np.array(labels, dtype=object)[where.to_numpy()].tolist()))

    names = groups if any(groups) else cells
    notes = flagged_notes(scores, names, minimum_base)
    if hidden := named(scores["base"] == "suppressed", names):
        say = speaker(n=len(hidden), names=hidden[:5])
        notes.append(
            say("Too few persons answered in {n:count} {n:group|groups} to show: {names}.")
        )
    if empty := named(scores["base"] == "none", names):
        say = speaker(n=len(empty), names=empty[:5])
        notes.append(say("Nobody answered in {n:count} {n:group|groups}: {names}."))
    if alike := named((scores["measure"] == "mean") & (scores["std_error"] == 0), cells):
        say = speaker(n=len(alike), names=alike[:5])
        notes.append(
            say(
                "All answers are alike in {n:count} {n:case|cases} ({names}), so that a mean has "
                "no interval there."
            )
        )
    return notes
