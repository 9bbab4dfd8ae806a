"""Comparisons: which banks score above which, what ranks that leaves open, what waves change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, check_level, check_option, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.story import speaker
from brandkit.sampling.rows import Data, Weight
from brandkit.satisfaction.groups import (
    By,
    GroupedRows,
    Limits,
    Measure,
    NpsCoding,
    data_frame,
    group_columns,
    group_labels,
    grouped_rows,
    wanted_items,
)
from brandkit.satisfaction.scores.kernel import (
    PairTests,
    Scored,
    column_letters,
    design_tests,
    letters_below,
    open_ranks,
    pooled_mean_tests,
    pooled_share_tests,
    scored,
)
from brandkit.satisfaction.scores.scores import (
    SMALL,
    SUPPRESSED,
    Weighting,
    check_bases,
    flagged_notes,
    item_labels,
    scales_of,
    weighting_of,
)

Style = Literal["holm", "ctables"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GroupComparison(Result):
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
    labels : mapping
        Item to its label, where a codebook has one.
    limits : mapping
        Item to the ends of its scale; missing where nobody says them.
    role : str
        What the groups are: "brand", "segment", "wave", or several joined.
    style : "holm" or "ctables"
    levels : tuple of float
        Strictest first.
    weighting : "none", "column" or "margins"
    n, n_respondents : int
        Rows and persons of the sample.
    share_several : float
        Of the persons in any group, those in more than one.
    """

    groups: pd.DataFrame
    pairs: pd.DataFrame
    waves: pd.DataFrame
    changes: pd.DataFrame
    labels: Mapping[str, str]
    limits: Mapping[str, tuple[float, float]]
    role: str
    style: Style
    levels: tuple[float, ...]
    weighting: Weighting
    n: int
    n_respondents: int
    share_several: float

    def tidy(self) -> pd.DataFrame:
        """Give one row an item, measure and group."""
        return self.groups.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: what was compared, how, and how many pairs are told apart."""
        return pd.DataFrame(
            {
                "style": [self.style],
                "n_items": [self.groups["item"].nunique()],
                "n_groups": [self.groups["label"].nunique()],
                "n": [self.n],
                "n_respondents": [self.n_respondents],
                "n_pairs": [len(self.pairs)],
                "n_distinct": [int(self.pairs["distinct"].sum())],
                "ci_level": [self.levels[0]],
            }
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
        As :func:`~brandkit.satisfaction.scores.scores.satisfaction_scores` takes it.
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
        As :func:`~brandkit.satisfaction.scores.scores.satisfaction_scores` takes them.
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
        As :func:`~brandkit.satisfaction.scores.scores.satisfaction_scores`.

    Notes
    -----
    The family is all pairs of groups in one row (one item and measure). ``"holm"``: the
    difference over the root of V_a + V_b - 2 C_ab, where V and C are the variances and covariance
    over sampling units that :func:`~brandkit.satisfaction.scores.scores.satisfaction_scores`
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
    check_option("style", style, get_args(Style))
    chosen = _checked_levels(levels)
    check_bases(minimum_base, suppress_below)
    names, bases = wanted_items(items), (minimum_base, suppress_below)
    frame, known = data_frame(data)
    made_of = group_columns(known.get("brand") if by is None else by, frame=frame, design=known)
    if not made_of:
        raise InputError("`by` must say what to compare; found nothing. Name the column of banks.")
    design = {"weight": weight, "respondent": respondent, "strata": strata, "cluster": cluster}
    rows = grouped_rows(data, items=names, by=made_of, **design)
    if len(rows.groups) < 2:
        raise NotEnoughDataError(
            f"`by` must give at least two groups to compare; found {len(rows.groups)} in "
            f"{shown(list(made_of.values()))}. Name another column."
        )
    scales, scale_notes = scales_of(
        rows, data, names, limits=limits, nps_coding=nps_coding, measures=measures
    )

    estimated = scored(rows, names, scales, level=chosen[0], bases=bases)
    groups, pairs = _compared(estimated, group_labels(rows.groups), style=style, levels=chosen,
                              least=suppress_below)  # fmt: skip
    waves, changes, wave_notes = pd.DataFrame(columns=_WAVES), pd.DataFrame(columns=_CHANGES), []
    over = wave or known.get("wave")
    if over is not None and "wave" not in made_of:
        cells = grouped_rows(data, items=names, by={**made_of, "wave": (over,)}, **design)
        estimated = scored(cells, names, scales, level=chosen[0], bases=bases)
        waves, changes = _wave_frames(estimated, cells, level=chosen[0], least=suppress_below)
        if not len(changes):
            wave_notes = [
                Message(
                    "No group is in two waves that follow each other: nothing can be said of "
                    "change."
                )
            ]

    several = _share_several(rows)
    return GroupComparison(
        groups=groups,
        pairs=pairs,
        waves=waves,
        changes=changes,
        limits={item: (scale.low, scale.high) for item, scale in scales.items()},
        labels=item_labels(rows.rows, names),
        role=" ".join(made_of),
        style=style,
        levels=chosen,
        weighting=weighting_of(weight, rows.rows),
        n=len(rows.rows),
        n_respondents=rows.rows.n_persons,
        share_several=several,
        notes=(
            *rows.notes,
            *scale_notes,
            *_test_notes(pairs, style=style, levels=chosen, several=several),
            *_base_notes(groups, minimum_base),
            *wave_notes,
        ),
    )


_TESTED = (
    *("estimate", "std_error", "ci_low", "ci_high", "ci_level"),
    *("statistic", "p_value", "p_adjusted", "distinct", "n_a", "n_b"),
)
_BASE = (
    *("estimate", "std_error", "ci_low", "ci_high", "ci_level"),
    *("n", "n_respondents", "n_clusters", "n_effective", "n_kish", "base"),
)
_ITEM = ("item", "measure", "unit")
_GROUPS = [*_ITEM, "label", "letter", *_BASE, "letters", "rank", "rank_low", "rank_high"]
_WAVES = [*_ITEM, "label", "wave", *_BASE]
_PAIRS = [*_ITEM, "group_a", "group_b", *_TESTED]
_CHANGES = [*_ITEM, "label", "wave_a", "wave_b", *_TESTED]


def _checked_levels(levels: Sequence[float]) -> tuple[float, ...]:
    chosen = tuple(float(level) for level in levels)
    if len(chosen) not in (1, 2):
        raise InputError(f"`levels` must be one or two levels; found {shown(chosen)}.")
    for level in chosen:
        check_level(level, argument="levels")
    if len(chosen) == 2 and chosen[0] <= chosen[1]:
        raise InputError(
            f"`levels` must be written strictest first; found {shown(chosen)}. Write (0.95, 0.90)."
        )
    return chosen


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
    groups, pairs = [], []
    for one in estimated:
        tests = _tests(one, style=style, least=least)
        rank, low, high = open_ranks(_compared_means(one, least), tests, level=levels[0])
        groups.append(
            one.table.assign(
                label=names,
                letter=column_letters(len(names)),
                letters=letters_below(tests, levels=levels, n_groups=len(names)),
                rank=rank,
                rank_low=pd.Series(low).astype("Int64"),
                rank_high=pd.Series(high).astype("Int64"),
            )
        )
        tested = _tested(one, tests, level=levels[0])
        pairs.append(tested.assign(group_a=names[tests.first], group_b=names[tests.second]))
    return (
        pd.concat(groups, ignore_index=True)[_GROUPS],
        pd.concat(pairs, ignore_index=True)[_PAIRS],
    )


def _compared_means(one: Scored, least: int) -> Floats:
    """Give the means, missing where too few persons answered to compare them."""
    persons, mean = (
        part[:, one.variable] for part in (one.estimates.n_persons, one.estimates.mean)
    )
    return np.where(persons < least, np.nan, mean)


def _tests(one: Scored, *, style: Style, least: int) -> PairTests:
    estimates, at, mean = one.estimates, one.variable, _compared_means(one, least)
    if style == "ctables":
        weight = estimates.total[:, at]
        if one.measure == "top2":
            return pooled_share_tests(mean, weight=weight)
        return pooled_mean_tests(mean, spread=estimates.spread[:, at], weight=weight)
    covariance = estimates.covariance(at)
    pseudo = estimates.pseudo_variance(at, one.measure)
    covariance[np.diag_indices_from(covariance)] += np.nan_to_num(pseudo)
    return design_tests(mean, covariance, df=_df(one))


def _df(one: Scored) -> Floats:
    """Give degrees of freedom: of shares and scores those of the units that carry the variance."""
    df = one.estimates.df if one.measure == "mean" else one.estimates.carried
    return df[:, one.variable]


def _tested(one: Scored, tests: PairTests, *, level: float) -> pd.DataFrame:
    """Give the numbers of tests, with the item and measure."""
    low, high = tests.ends(level)
    n = one.estimates.n[:, one.variable].astype(np.int64)
    numbers = ("std_error", "statistic", "p_value", "p_adjusted")
    frame = pd.DataFrame({name: getattr(tests, name) for name in numbers})
    return frame.assign(
        **{name: one.table[name].iloc[0] for name in _ITEM},
        estimate=tests.difference,
        ci_low=low,
        ci_high=high,
        ci_level=level,
        distinct=tests.p_adjusted < 1 - level,
        n_a=n[tests.first],
        n_b=n[tests.second],
    )


def _wave_frames(
    estimated: Sequence[Scored], cells: GroupedRows, *, level: float, least: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare each wave with the one before, in every group; adjusted after Holm over the groups.

    ``cells`` are split by group and, last, by wave.
    """
    labels = np.array(group_labels(cells.groups.assign(wave=None)), dtype=object)
    waves = cells.groups["wave"].to_numpy(dtype=object)
    place = {key: at for at, key in enumerate(zip(labels, waves, strict=True))}
    steps = []
    for earlier, later in pairwise(cells.waves):
        both = [
            (place[label, earlier], place[label, later])
            for label in dict.fromkeys(labels)
            if (label, earlier) in place and (label, later) in place
        ]
        if both:
            before, after = np.array(both, dtype=np.intp).T
            steps.append((before, after))
    changes = [pd.DataFrame(columns=_CHANGES)] if not steps else []
    for one in estimated:
        covariance = one.estimates.covariance(one.variable)
        own = one.estimates.variance[:, one.variable]
        pseudo = one.estimates.pseudo_variance(one.variable, one.measure)
        np.fill_diagonal(covariance, own + np.nan_to_num(pseudo))
        for before, after in steps:
            tests = design_tests(
                _compared_means(one, least), covariance, df=_df(one), pairs=(after, before)
            )
            changes.append(
                _tested(one, tests, level=level)
                .rename(columns={"n_a": "n_b", "n_b": "n_a"})
                .assign(label=labels[before], wave_a=waves[before], wave_b=waves[after])
            )
    scores = pd.concat([one.table.assign(label=labels, wave=waves) for one in estimated])
    return scores[_WAVES].reset_index(drop=True), pd.concat(changes, ignore_index=True)[_CHANGES]


# --- notes ---------------------------------------------------------------------------------------


def _share_several(rows: GroupedRows) -> float:
    """Give the share of persons in any group who are in more than one."""
    inside = rows.cell >= 0
    pairs = np.unique(np.column_stack([rows.rows.person[inside], rows.cell[inside]]), axis=0)
    _, times = np.unique(pairs[:, 0], return_counts=True)
    return float((times > 1).mean())


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


def _base_notes(groups: pd.DataFrame, minimum_base: int) -> list[Message]:
    hidden = groups[groups["base"].isin(["suppressed", "none"])]["label"].unique().tolist()
    few = Message(
        "Too few persons answered in {n:count} {n:group|groups} to compare: {names}.",
        {"n": len(hidden), "names": hidden[:5]},
    )
    return [
        *([few] if hidden else []),
        *flagged_notes(groups, groups["label"].tolist(), minimum_base),
    ]
