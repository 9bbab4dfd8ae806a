"""Scores of banks in means, top-two shares and net promoter scores, and who is above whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core import errors
from brandkit.core.message import Message, formatted, noted
from brandkit.core.result import Result
from brandkit.core.story import speaker
from brandkit.language import translate
from brandkit.sampling.ratios import (
    PairTests,
    column_letters,
    design_tests,
    letters_below,
    open_ranks,
    pooled_mean_tests,
    pooled_share_tests,
)
from brandkit.sampling.rows import Data, Weight, data_frame
from brandkit.satisfaction import groups
from brandkit.satisfaction.groups import ROLES, By, Limits, Measure, NpsCoding, group_labels
from brandkit.satisfaction.scores import kernel
from brandkit.satisfaction.scores.kernel import FEW_CLUSTERS, Scored

#: Persons beneath which a base is flagged, and beneath which nothing is shown.
SMALL, SUPPRESSED = 30, 10
#: Groups that a figure shows.
MOST_ROWS: Final = 25
#: How a score of each measure is written, and what it is called.
FORMATS: Final = {"mean": "decimal2", "top2": "percent", "nps": "points"}
MEASURES: Final = {
    "mean": Message("mean score"),
    "top2": Message("share in the top two categories"),
    "nps": Message("net promoter score"),
}

Style = Literal["holm", "ctables"]
Weighting = Literal["none", "column", "margins"]

_SCORE = ("estimate", "std_error", "ci_low", "ci_high", "ci_level")
_BASE = (*_SCORE, "n", "n_respondents", "n_clusters", "n_effective", "n_kish", "base")
_TESTED = (*_SCORE, "statistic", "p_value", "p_adjusted", "distinct", "n_a", "n_b")
_ITEM = ("item", "measure", "unit")
_SCORES = ["item", *ROLES, "measure", "unit", *_BASE]
_GROUPS = [*_ITEM, "label", "letter", *_BASE, "letters", "rank", "rank_low", "rank_high"]
_WAVES = [*_ITEM, "label", "wave", *_BASE]
_PAIRS = [*_ITEM, "group_a", "group_b", *_TESTED]
_CHANGES = [*_ITEM, "label", "wave_a", "wave_b", *_TESTED]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Scoring(Result):
    """What scores and comparisons share.

    Parameters
    ----------
    labels : mapping
        Item to its label, where a codebook has one.
    limits : mapping
        Item to the ends of its scale; missing where nobody says them.
    weighting : "none", "column" or "margins"
        Where weights come from, and so which errors these are.
    n, n_respondents : int
        Rows and persons of the sample.
    """

    labels: Mapping[str, str]
    limits: Mapping[str, tuple[float, float]]
    weighting: Weighting
    n: int
    n_respondents: int


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SatisfactionScores(Scoring):
    """Scores by item, group and measure.

    Parameters
    ----------
    scores : DataFrame
        ``item brand segment wave measure unit estimate std_error ci_low ci_high ci_level n
        n_respondents n_clusters n_effective n_kish base``; brand, segment and wave are missing
        where rows are not split by them, n_clusters where there are none. Numbers of suppressed
        bases are missing.
    by : mapping
        Which columns make brand, segment and wave.
    labels, limits, weighting, n, n_respondents
        As :class:`Scoring` has them.
    """

    scores: pd.DataFrame
    by: Mapping[str, tuple[str, ...]]

    def glance(self) -> pd.DataFrame:
        """Give one row: what was scored, on how many, and how many bases are small."""
        bases = self.scores.drop_duplicates(["item", *ROLES])["base"]
        return self._row(
            "n_items n_groups n n_respondents n_small n_suppressed",
            n_items=self.scores["item"].nunique(),
            n_groups=len(self.scores.drop_duplicates([*ROLES])),
            n_small=int((bases == "small").sum()),
            n_suppressed=int((bases == "suppressed").sum()),
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GroupComparison(Scoring):
    """Scores of groups, tests of all pairs of them, ranks, and changes between waves.

    Parameters
    ----------
    groups : DataFrame
        ``item measure unit label letter estimate std_error ci_low ci_high ci_level n
        n_respondents n_clusters n_effective n_kish base letters rank rank_low rank_high``:
        ``letters`` are those of the groups it lies significantly above, capitals at the stricter
        level.
    pairs : DataFrame
        ``item measure unit group_a group_b estimate std_error ci_low ci_high ci_level statistic
        p_value p_adjusted distinct n_a n_b``: first minus second; the interval is of that one
        difference, the adjusted p-value and ``distinct`` hold for all pairs of the row at once.
    waves : DataFrame
        ``item measure unit label wave estimate std_error ci_low ci_high ci_level n n_respondents
        n_clusters n_effective n_kish base``; empty without waves.
    changes : DataFrame
        ``item measure unit label wave_a wave_b estimate std_error ci_low ci_high ci_level
        statistic p_value p_adjusted distinct n_a n_b``: each wave minus the one before, adjusted
        over the groups of one item.
    role : str
        What the groups are: "brand", "segment", "wave", or several joined.
    style : "holm" or "ctables"
    levels : tuple of float
        Strictest first.
    share_several : float
        Of the persons in any group, those in more than one.
    labels, limits, weighting, n, n_respondents
        As :class:`Scoring` has them.
    """

    groups: pd.DataFrame
    pairs: pd.DataFrame
    waves: pd.DataFrame
    changes: pd.DataFrame
    role: str
    style: Style
    levels: tuple[float, ...]
    share_several: float

    def glance(self) -> pd.DataFrame:
        """Give one row: what was compared, how, and how many pairs are told apart."""
        return self._row(
            "style n_items n_groups n n_respondents n_pairs n_distinct ci_level",
            n_items=self.groups["item"].nunique(),
            n_groups=self.groups["label"].nunique(),
            n_pairs=len(self.pairs),
            n_distinct=int(self.pairs["distinct"].sum()),
            ci_level=self.levels[0],
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
        :func:`~brandkit.satisfaction.scores.weights.survey_weights`.
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
    errors.check_level(level)
    _check_bases(minimum_base, suppress_below)
    design = {"weight": weight, "respondent": respondent, "strata": strata, "cluster": cluster}
    names = groups.wanted_items(items)
    grouped = groups.grouped_rows(data, items=names, by=by, **design)
    scales = groups.scales_of(
        grouped, data, limits=limits, nps_coding=nps_coding, measures=measures
    )

    estimated = kernel.scored(grouped, scales, level=level, bases=(minimum_base, suppress_below))
    scores = pd.concat([pd.concat([grouped.groups, one.table], axis=1) for one in estimated])
    scores = scores[_SCORES].reset_index(drop=True)

    facts = _facts(grouped, scales, weight)
    notes = (_ERRORS[facts["weighting"]], *_notes(scores, minimum_base))
    return SatisfactionScores(
        scores=scores, by=grouped.by, notes=(*grouped.notes, *scales.notes, *notes), **facts
    )


def group_comparison(
    data: Data,
    *,
    items: str | Sequence[str],
    by: By | None = None,
    wave: str | None = None,
    weight: Weight | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    measures: Measure | Sequence[Measure] | None = None,
    limits: Limits | None = None,
    nps_coding: NpsCoding | None = None,
    style: Style = "holm",
    levels: Sequence[float] = (0.95, 0.90),
    minimum_base: int = SMALL,
    suppress_below: int = SUPPRESSED,
) -> GroupComparison:
    """Compare banks (or segments, or waves) with each other, item by item.

    Answers *which banks score above which, and where could ours rank?*

    Parameters
    ----------
    data : DataFrame or Survey
        As :func:`satisfaction_scores` takes it.
    items : str or sequence of str
        Numeric columns.
    by : str, sequence of str or mapping, optional
        Columns that make the groups; a survey's banks where not given.
    wave : str, optional
        Column of waves, for changes; a survey's own where not given.
    weight : str or SurveyWeights, optional
    respondent, strata, cluster : str, optional
        The design. Persons who rated several banks bring the covariance of their answers.
    measures, limits, nps_coding
        As :func:`satisfaction_scores` takes them.
    style : "holm" or "ctables"
        How pairs are tested: with the design's errors and Holm's adjustment, or as SPSS CTABLES
        does (see Notes).
    levels : sequence of one or two float, default (0.95, 0.90)
        Strictest first: pairs told apart at the first are written as capitals, those at the
        second only as small letters. The first also is the level of intervals, ranks and
        ``distinct``.
    minimum_base, suppress_below : int
        Persons (Kish's base, where that is less) beneath which a base is flagged, and persons
        beneath which it is neither shown nor compared.

    Returns
    -------
    GroupComparison

    Raises
    ------
    InputError
        A column is unknown, or nothing says what to compare.
    NotEnoughDataError
        Fewer than two groups.
    ScaleError
        As :func:`satisfaction_scores`.

    Notes
    -----
    The family is all pairs of groups in one row (one item and measure). ``"holm"``: the
    difference over the root of V_a + V_b - 2 C_ab, where V and C are the variances and covariance
    over sampling units that :func:`satisfaction_scores`
    has (a group in one cluster is not compared), against Student's t with the degrees of freedom
    of Welch and Satterthwaite. A group without variation in a share or net promoter score (all or
    none) gets the variance that pseudo-answers leave: one more of either kind, or 3/4, 1 1/2, 3/4.

    ``"ctables"``: shares by z with the pooled share of both columns, means by t with the variance
    pooled over all columns, weights summed as if they were persons, Bonferroni; columns at 0 or 1
    are not compared. It knows nothing of strata, clusters and persons in several groups: it is
    there to agree with tables made in SPSS.

    Ranks: 1 + the groups significantly above, to the number of groups less those significantly
    below. As the tests hold for all pairs at once, so do the sets of ranks.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal
    of Statistics 6(2). Al Mohamad, D., Goeman, J. J. and van Zwet, E. W. (2022). Simultaneous
    confidence intervals for ranks. Biometrics 78, 238-247.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"id": range(40), "brand": ["A", "B"] * 20,
    ...                         "sat": [9, 6, 10, 8] * 10})
    >>> result = group_comparison(answers, items="sat", by="brand", respondent="id",
    ...                           measures="mean")
    >>> result.groups[["label", "letter", "letters", "rank_low", "rank_high"]].values.tolist()
    [['A', 'A', 'B', 1, 1], ['B', 'B', '', 2, 2]]
    """
    errors.check_option("style", style, get_args(Style))
    chosen = _checked_levels(levels)
    _check_bases(minimum_base, suppress_below)
    names, bases = groups.wanted_items(items), (minimum_base, suppress_below)
    frame, known = data_frame(data)
    by = known.get("brand") if by is None else by
    made_of = groups.group_columns(by, frame=frame, design=known)
    if not made_of:
        raise errors.InputError(
            "`by` must say what to compare; found nothing. Name the column of banks."
        )
    design = {"weight": weight, "respondent": respondent, "strata": strata, "cluster": cluster}
    rows = groups.grouped_rows(data, items=names, by=made_of, **design)
    if len(rows.groups) < 2:
        raise errors.NotEnoughDataError(
            f"`by` must give at least two groups to compare; found {len(rows.groups)} in "
            f"{errors.shown(list(made_of.values()))}. Name another column."
        )
    scales = groups.scales_of(rows, data, limits=limits, nps_coding=nps_coding, measures=measures)

    estimated = kernel.scored(rows, scales, level=chosen[0], bases=bases)
    compared, pairs = _compared(
        estimated, group_labels(rows.groups), style=style, levels=chosen, least=suppress_below
    )
    waves, changes, wave_notes = pd.DataFrame(columns=_WAVES), pd.DataFrame(columns=_CHANGES), []
    over = wave or known.get("wave")
    if over is not None and "wave" not in made_of:
        cells = groups.grouped_rows(data, items=names, by={**made_of, "wave": (over,)}, **design)
        by_wave = kernel.scored(cells, scales, level=chosen[0], bases=bases)
        waves, changes = _wave_frames(by_wave, cells, level=chosen[0], least=suppress_below)
        nothing = "No group is in two waves that follow each other: nothing can be said of change."
        wave_notes = [] if len(changes) else [Message(nothing)]

    several = _share_several(rows)
    tested = _test_notes(pairs, style=style, levels=chosen, several=several)
    based = _base_notes(compared, minimum_base)
    return GroupComparison(
        groups=compared,
        pairs=pairs,
        waves=waves,
        changes=changes,
        role=" ".join(made_of),
        style=style,
        levels=chosen,
        share_several=several,
        notes=(*rows.notes, *scales.notes, *tested, *based, *wave_notes),
        **_facts(rows, scales, weight),
    )


def _check_bases(minimum_base: int, suppress_below: int) -> None:
    """Refuse limits of bases that cross."""
    errors.check_whole_number("suppress_below", suppress_below, low=1)
    errors.check_whole_number("minimum_base", minimum_base, low=1)
    if suppress_below > minimum_base:
        raise errors.InputError(
            f"`suppress_below` must be at most `minimum_base`; found {suppress_below} and "
            f"{minimum_base}. Write 10 and 30."
        )


def _checked_levels(levels: Sequence[float]) -> tuple[float, ...]:
    chosen = tuple(float(level) for level in levels)
    if len(chosen) not in (1, 2):
        raise errors.InputError(
            f"`levels` must be one or two levels; found {errors.shown(chosen)}."
        )
    for level in chosen:
        errors.check_level(level, argument="levels")
    if len(chosen) == 2 and chosen[0] <= chosen[1]:
        raise errors.InputError(
            f"`levels` must be written strictest first; found {errors.shown(chosen)}. Write "
            "(0.95, 0.90)."
        )
    return chosen


def _facts(grouped: groups.GroupedRows, scales: groups.Scales, weight: Any) -> dict[str, Any]:
    """Give what scores and comparisons say of the sample."""
    rows, weighting = grouped.rows, "none"
    if weight is not None and not isinstance(weight, str):
        weighting = "margins"
    elif rows.design.get("weight") is not None:
        weighting = "column"
    return {
        "labels": {item: rows.labels[item] for item in scales.of if item in rows.labels},
        "limits": {item: (scale.low, scale.high) for item, scale in scales.of.items()},
        "weighting": weighting,
        "n": len(rows),
        "n_respondents": rows.n_persons,
    }


# --- tests of pairs and of waves -----------------------------------------------------------------


def _compared(
    estimated: Sequence[Scored],
    labels: Sequence[str],
    *,
    style: Style,
    levels: tuple[float, ...],
    least: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test every row of the table; give the frames of groups and of pairs."""
    names = np.array(labels, dtype=object)
    letters = column_letters(len(names))
    tables, pairs = [], []
    for one in estimated:
        tests = _tests(one, style=style, least=least)
        rank, low, high = open_ranks(one.means(least), tests, level=levels[0])
        below = letters_below(tests, levels=levels, n_groups=len(names))
        table = one.table.assign(label=names, letter=letters, letters=below, rank=rank)
        table["rank_low"], table["rank_high"] = (
            pd.Series(end).astype("Int64") for end in (low, high)
        )
        tables.append(table[_GROUPS])
        tested = _tested(one, tests, level=levels[0])
        pairs.append(tested.assign(group_a=names[tests.first], group_b=names[tests.second]))
    return pd.concat(tables, ignore_index=True), pd.concat(pairs, ignore_index=True)[_PAIRS]


def _tests(one: Scored, *, style: Style, least: int) -> PairTests:
    mean = one.means(least)
    if style == "holm":
        return design_tests(mean, one.covariance(), df=one.df)
    weight = one.of("total")
    if one.measure == "top2":
        return pooled_share_tests(mean, weight=weight)
    return pooled_mean_tests(mean, spread=one.of("spread"), weight=weight)


def _tested(one: Scored, tests: PairTests, *, level: float) -> pd.DataFrame:
    """Give the numbers of tests, with the item and measure."""
    (low, high), n = tests.ends(level), one.of("n").astype(np.int64)
    numbers = ("std_error", "statistic", "p_value", "p_adjusted")
    ends: dict[str, Any] = {"estimate": tests.difference, "ci_low": low, "ci_high": high}
    ends |= {"ci_level": level, "n_a": n[tests.first], "n_b": n[tests.second]}
    frame = pd.DataFrame({name: getattr(tests, name) for name in numbers})
    return frame.assign(
        **{name: one.table[name].iloc[0] for name in _ITEM},
        **ends,
        distinct=tests.p_adjusted < 1 - level,
    )


def _wave_frames(
    estimated: Sequence[Scored], cells: groups.GroupedRows, *, level: float, least: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare each wave with the one before, in every group; adjusted after Holm over the groups.

    ``cells`` are split by group and, last, by wave.
    """
    labels = np.array(group_labels(cells.groups.assign(wave=None)), dtype=object)
    waves = cells.groups["wave"].to_numpy(dtype=object)
    place = {key: at for at, key in enumerate(zip(labels, waves, strict=True))}
    changes = []
    steps = [
        [
            place[label, wave]
            for label in dict.fromkeys(labels)
            if (label, earlier) in place and (label, later) in place
            for wave in (earlier, later)
        ]
        for earlier, later in pairwise(cells.waves)
    ]
    for one in estimated:
        for both in filter(None, steps):
            pairs = np.array(both[1::2]), np.array(both[::2])
            tests = design_tests(one.means(least), one.covariance(), df=one.df, pairs=pairs)
            tested = _tested(one, tests, level=level).rename(columns={"n_a": "n_b", "n_b": "n_a"})
            after, before = pairs
            changes.append(
                tested.assign(label=labels[before], wave_a=waves[before], wave_b=waves[after])
            )
    if not changes:
        changes = [pd.DataFrame(columns=_CHANGES)]
    scores = pd.concat([one.table.assign(label=labels, wave=waves) for one in estimated])
    return scores[_WAVES].reset_index(drop=True), pd.concat(changes, ignore_index=True)[_CHANGES]


def _share_several(rows: groups.GroupedRows) -> float:
    """Give the share of persons in any group who are in more than one."""
    inside = rows.cell >= 0
    pairs = np.unique(np.column_stack([rows.rows.person[inside], rows.cell[inside]]), axis=0)
    _, times = np.unique(pairs[:, 0], return_counts=True)
    return float((times > 1).mean())


# --- notes ---------------------------------------------------------------------------------------


_ERRORS: dict[Weighting, Message] = {
    "none": Message("The answers are not weighted."),
    "column": Message(
        "Weights come from a column, so errors are those of plain linearisation: the margins the "
        "weights were made for are not known here."
    ),
    "margins": Message("Weights were raked to margins, which the errors take into account."),
}


def _named(where: pd.Series, names: Sequence[str] | pd.Series) -> list[str]:
    return list(dict.fromkeys(np.array(names, dtype=object)[where.to_numpy()].tolist()))


def _flagged_notes(
    scores: pd.DataFrame, names: Sequence[str] | pd.Series, least: int
) -> list[Message]:
    """Say which groups' scores are flagged, and why: few persons, heavy weights, few clusters."""
    small = scores["base"] == "small"
    few = small & (scores["n_respondents"] < least)
    heavy = small & ~few & (scores["n_kish"].round(6) < least)
    clusters = scores["n_clusters"].fillna(FEW_CLUSTERS).astype(int)
    shown = scores["base"].isin(["small", "enough"])
    alone, bunched = shown & (clusters == 1), small & clusters.between(2, FEW_CLUSTERS - 1)
    return [
        *noted(
            "Few persons answered in {n:count} {n:group|groups} ({names}); their scores are "
            "flagged.",
            names=_named(few, names),
            most=5,
        ),
        *noted(
            "Unequal weights leave {n:count} {n:group|groups} ({names}) the base of fewer than "
            "{least:count} persons; their scores are flagged.",
            names=_named(heavy, names),
            most=5,
            least=least,
        ),
        *noted(
            "The answers of {n:count} {n:group|groups} ({names}) come from fewer than "
            "{clusters:count} clusters; their scores are flagged.",
            names=_named(bunched, names),
            most=5,
            clusters=FEW_CLUSTERS,
        ),
        *groups.in_one_cluster(_named(alone, names)),
    ]


def _notes(scores: pd.DataFrame, minimum_base: int) -> list[Message]:
    """Name small bases, constant items and empty groups."""
    labels = group_labels(scores)
    pairs = zip(scores["item"], labels, strict=True)
    cells = [groups.BETWEEN.join(filter(None, pair)) for pair in pairs]
    names, alike = labels if any(labels) else cells, scores["std_error"] == 0
    return [
        *_flagged_notes(scores, names, minimum_base),
        *noted(
            "Too few persons answered in {n:count} {n:group|groups} to show: {names}.",
            names=_named(scores["base"] == "suppressed", names),
            most=5,
        ),
        *noted(
            "Nobody answered in {n:count} {n:group|groups}: {names}.",
            names=_named(scores["base"] == "none", names),
            most=5,
        ),
        *noted(
            "All answers are alike in {n:count} {n:case|cases} ({names}), so that a mean has "
            "no interval there.",
            names=_named((scores["measure"] == "mean") & alike, cells),
            most=5,
        ),
    ]


def _base_notes(compared: pd.DataFrame, minimum_base: int) -> list[Message]:
    few = noted(
        "Too few persons answered in {n:count} {n:group|groups} to compare: {names}.",
        names=_named(compared["base"].isin(["suppressed", "none"]), compared["label"]),
        most=5,
    )
    return [*few, *_flagged_notes(compared, compared["label"], minimum_base)]


def _test_notes(
    pairs: pd.DataFrame, *, style: Style, levels: tuple[float, ...], several: float
) -> list[Message]:
    n = int(pairs.groupby(["item", "measure"], sort=False).size().max())
    say = speaker(n=n, share=several, strict=levels[0], loose=levels[-1])
    letters = say(
        "Letters name the groups that a score lies significantly above: capitals at "
        "{strict:percent}, small letters at {loose:percent}."
    )
    if len(levels) == 1:
        letters = say(
            "Letters name the groups that a score lies significantly above, at {strict:percent}."
        )
    if style == "ctables":
        tested = say(
            "Pairs are tested as SPSS CTABLES does (pooled variance, Bonferroni over {n:count} "
            "{n:pair|pairs}): strata, clusters and persons in several groups play no part."
        )
        return [tested, letters]
    tested = say(
        "Pairs are tested with the errors of the design, adjusted after Holm over the {n:count} "
        "{n:pair|pairs} of each row."
    )
    shared = say(
        "{share:percent} of the persons are in several groups; what their answers have in common "
        "is taken into account."
    )
    return [tested, shared, letters] if several > 0 else [tested, letters]


# --- rows of one score, as figures and stories show them -----------------------------------------


def chosen_score(
    result: SatisfactionScores | GroupComparison, item: str | None, measure: str | None
) -> tuple[str, str]:
    """Choose an item and a measure, the first of each where none is named; refuse others."""
    frame = result.tidy()
    items = [str(one) for one in frame["item"].unique()]
    chosen = items[0] if item is None else item
    errors.check_known("item", chosen, items, rule="be one of those scored")
    measures = [str(one) for one in frame.loc[frame["item"] == chosen, "measure"].unique()]
    wanted = measures[0] if measure is None else measure
    rule = f"be one that {errors.shown(chosen)} has, {errors.shown(measures)}"
    errors.check_known("measure", wanted, measures, rule=rule)
    return chosen, wanted


def of_score(frame: pd.DataFrame, item: str, measure: str) -> pd.DataFrame:
    """Give the rows of one item and measure."""
    return frame[(frame["item"] == item) & (frame["measure"] == measure)]


def _best_first(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    ordered = rows.sort_values(
        ["estimate", "label"], ascending=[False, True], kind="stable", ignore_index=True
    )
    return ordered[list(columns)]


def score_rows(
    result: SatisfactionScores | GroupComparison,
    *,
    item: str | None = None,
    measure: str | None = None,
) -> pd.DataFrame:
    """Give the groups of one item and measure, the best first, those not shown last.

    ``label estimate ci_low ci_high ci_level n base`` and, of a comparison, ``letter letters rank
    rank_low rank_high``.
    """
    columns = ["label", "estimate", "ci_low", "ci_high", "ci_level", "n", "base"]
    frame = result.tidy()
    if isinstance(result, GroupComparison):
        columns += ["letter", "letters", "rank", "rank_low", "rank_high"]
    else:
        frame["label"] = group_labels(frame)
    return _best_first(of_score(frame, *chosen_score(result, item, measure)), columns)


def change_rows(
    result: GroupComparison, *, item: str | None = None, measure: str | None = None
) -> pd.DataFrame:
    """Give what changed up to the last wave, the largest rise first, with both waves' scores.

    ``label wave_a wave_b before after estimate ci_low ci_high ci_level p_adjusted distinct n_a
    n_b``; groups that are not in both waves are left out.
    """
    if not len(result.changes):
        raise errors.NotEnoughDataError(
            "`result` must hold groups in two waves; found none. Name the column of waves when "
            "comparing."
        )
    score = chosen_score(result, item, measure)
    rows = of_score(result.changes, *score)
    rows = rows[rows["wave_b"] == rows["wave_b"].iloc[-1]]
    scores = of_score(result.waves, *score).set_index(["label", "wave"])["estimate"]
    before, after = (
        [scores[key] for key in zip(rows["label"], rows[wave], strict=True)]
        for wave in ("wave_a", "wave_b")
    )
    ends = ["estimate", "ci_low", "ci_high", "ci_level", "p_adjusted", "distinct", "n_a", "n_b"]
    columns = ["label", "wave_a", "wave_b", "before", "after", *ends]
    return _best_first(rows.assign(before=before, after=after), columns)


def comparison_rows(result: GroupComparison) -> pd.DataFrame:
    """Give the groups' scores by item, with letters and the ranks that cannot be ruled out.

    The first item by its mean, and each by its net score; by what they have where that lacks.
    """
    parts = []
    for at, (item, of_item) in enumerate(result.groups.groupby("item", sort=False)):
        wanted = ("mean", "nps", "top2") if at == 0 else ("nps", "mean", "top2")
        has = set(of_item["measure"])
        first = next(one for one in wanted if one in has)
        name = translate(result.labels.get(str(item), str(item)))
        for measure in dict.fromkeys([first, *({"nps"} & has)]):
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
