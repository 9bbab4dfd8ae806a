"""Comparisons: which banks score above which, what ranks that leaves open, what waves change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import InputError, NotEnoughDataError, check_level, check_option, shown
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.rows import Data, Weight
from brandkit.satisfaction.groups import (
    By,
    GroupedRows,
    ItemScale,
    Limits,
    Measure,
    NpsCoding,
    data_frame,
    group_columns,
    group_labels,
    group_text,
    grouped_rows,
    wanted_items,
)
from brandkit.satisfaction.scores.kernel import (
    SMALL,
    SUPPRESSED,
    UNITS,
    DomainEstimates,
    Weighting,
    check_bases,
    in_order,
    measured,
    scales_of,
    shown_base,
    shown_numbers,
    weighting_of,
)
from brandkit.satisfaction.scores.pair_tests import (
    PairTests,
    against_zero,
    column_letters,
    design_tests,
    letters_below,
    open_ranks,
    pooled_mean_tests,
    pooled_share_tests,
)


def group_frame(
    numbers: Mapping[str, NDArray[Any]],
    variable: int,
    measure: Measure,
    *,
    labels: Sequence[str],
    level: float,
) -> pd.DataFrame:
    """Give one row a group, from ``measure`` to ``base``.

    Parameters
    ----------
    numbers : mapping
        As :func:`~brandkit.satisfaction.scores.kernel.shown_numbers` gives them.
    variable : int
        Which of their columns.
    measure : "mean", "top2" or "nps"
    labels : sequence of str
        Names of the groups.
    level : float

    Returns
    -------
    DataFrame
    """
    one = {name: numbers[name][:, variable] for name in numbers}
    return pd.DataFrame(
        {
            "measure": measure,
            "unit": UNITS[measure],
            "label": np.array(labels, dtype=object),
            **{name: one[name] for name in ("estimate", "std_error", "ci_low", "ci_high")},
            "ci_level": level,
            **{name: one[name] for name in ("n", "n_respondents", "n_effective", "base")},
        }
    )


def pair_frame(
    tests: PairTests, measure: Measure, *, labels: Sequence[str], n: Floats, level: float
) -> pd.DataFrame:
    """Give one row a pair of groups, from ``measure`` to ``n_b``."""
    names = np.array(labels, dtype=object)
    frame = pd.DataFrame(
        {
            "measure": measure,
            "unit": UNITS[measure],
            "group_a": names[tests.first],
            "group_b": names[tests.second],
        }
    )
    return with_tests(frame, tests, n=n, level=level)


def with_tests(frame: pd.DataFrame, tests: PairTests, *, n: Floats, level: float) -> pd.DataFrame:
    """Put the numbers of tests beside the names of what was tested."""
    low, high = tests.ends(level)
    return frame.assign(
        estimate=tests.difference,
        std_error=tests.std_error,
        ci_low=low,
        ci_high=high,
        ci_level=level,
        statistic=tests.statistic,
        p_value=tests.p_value,
        p_adjusted=tests.p_adjusted,
        distinct=tests.p_adjusted < 1 - level,
        n_a=n[tests.first].astype(np.int64),
        n_b=n[tests.second].astype(np.int64),
    )


def pseudo_variance(estimate: DomainEstimates, variable: int, measure: Measure) -> Floats:
    """Give the variance of a share or net promoter score where all answers are alike.

    Parameters
    ----------
    estimate : DomainEstimates
    variable : int
    measure : "mean", "top2" or "nps"

    Returns
    -------
    ndarray, shape (groups,)
        What one more answer of either kind leaves (for the score 3/4 promoters, 1 1/2 passives,
        3/4 detractors); 0 where answers differ, and for means.

    References
    ----------
    Agresti, A. and Caffo, B. (2000). Simple and effective confidence intervals for proportions
    and differences of proportions. The American Statistician 54, 280-288.
    """
    mean, alike = estimate.mean[:, variable], estimate.spread[:, variable] == 0
    if measure == "mean" or not alike.any():
        return np.zeros(len(mean))
    base = np.nan_to_num(shown_base(estimate)[:, variable], nan=1.0)
    if measure == "top2":
        share = (base * mean + 1) / (base + 2)
        return np.where(alike, share * (1 - share) / (base + 2), 0.0)
    parts = [(base * part + 0.75) / (base + 3) for part in (mean > 0, mean < 0)]
    net = parts[0] - parts[1]
    return np.where(alike, 1e4 * (parts[0] + parts[1] - net**2) / (base + 3), 0.0)


_SCORES = (
    "item", "measure", "unit", "label", "wave", "estimate", "std_error", "ci_low", "ci_high",
    "ci_level", "n", "n_respondents", "n_effective", "base",
)  # fmt: skip
_CHANGES = (
    "item", "measure", "unit", "label", "wave_a", "wave_b", "estimate", "std_error", "ci_low",
    "ci_high", "ci_level", "statistic", "p_value", "p_adjusted", "distinct", "n_a", "n_b",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class WaveFrames:
    """Scores by wave, and each wave less the one before.

    Parameters
    ----------
    waves, changes : DataFrame
        See :class:`~brandkit.satisfaction.scores.comparison.GroupComparison`.
    notes : tuple of Message
    """

    waves: pd.DataFrame
    changes: pd.DataFrame
    notes: tuple[Message, ...] = ()


def no_waves() -> WaveFrames:
    """Give empty frames, for data without waves."""
    return WaveFrames(pd.DataFrame(columns=list(_SCORES)), pd.DataFrame(columns=list(_CHANGES)))


def wave_frames(
    rows: GroupedRows,
    items: Sequence[str],
    scales: Mapping[str, ItemScale],
    *,
    level: float,
    bases: tuple[int, int],
) -> WaveFrames:
    """Compare each wave with the one before, in every group.

    Parameters
    ----------
    rows : GroupedRows
        Split by group and, last, by wave.
    items : sequence of str
    scales : mapping
        Item to its scale.
    level : float
    bases : tuple of int
        Persons beneath which a base is flagged, and beneath which it is not compared.

    Returns
    -------
    WaveFrames
        P-values adjusted after Holm over the groups of one item, measure and pair of waves.
    """
    labels = np.array(group_labels(rows.groups.assign(wave=None)), dtype=object)
    waves = np.array([group_text(one) for one in rows.groups["wave"]], dtype=object)
    steps = _steps(labels, waves, [group_text(one) for one in rows.ordered["wave"]])
    scores, changes = [], []
    for measure, (names, estimate) in measured(rows, items, scales).items():
        numbers = shown_numbers(estimate, measure, level=level, bases=bases)
        for at, item in enumerate(names):
            frame = group_frame(numbers, at, measure, labels=labels.tolist(), level=level)
            frame.insert(0, "item", item)
            frame.insert(4, "wave", waves)
            scores.append(frame)
            changes += _changes(estimate, at, steps, measure=measure, level=level,
                                least=bases[1], names=(item, labels, waves))  # fmt: skip
    if not changes:
        said = "No group is in two waves that follow each other: nothing can be said of change."
        return WaveFrames(in_order(scores, items), no_waves().changes, (Message(said),))
    return WaveFrames(in_order(scores, items), in_order(changes, items))


def _steps(
    labels: NDArray[np.object_], waves: NDArray[np.object_], order: list[str]
) -> list[tuple[Codes, Codes]]:
    """Give for each pair of waves that follow each other the cells of groups in both."""
    steps = []
    place = {(label, wave): at for at, (label, wave) in enumerate(zip(labels, waves, strict=True))}
    names = list(dict.fromkeys(labels))
    for earlier, later in pairwise(order):
        both = [name for name in names if (name, earlier) in place and (name, later) in place]
        if both:
            cells = [[place[name, wave] for name in both] for wave in (earlier, later)]
            steps.append((np.array(cells[0], np.intp), np.array(cells[1], np.intp)))
    return steps


def _changes(
    estimate: DomainEstimates,
    at: int,
    steps: list[tuple[Codes, Codes]],
    *,
    measure: Measure,
    level: float,
    least: int,
    names: tuple[str, NDArray[np.object_], NDArray[np.object_]],
) -> list[pd.DataFrame]:
    item, labels, waves = names
    mean = np.where(estimate.n_persons[:, at] < least, np.nan, estimate.mean[:, at])
    df = (estimate.df if measure == "mean" else estimate.carried)[:, at]
    own = estimate.variance[:, at] + pseudo_variance(estimate, at, measure)
    shared = estimate.covariance(at)
    frames = []
    for before, after in steps:
        both = own[before] + own[after] - 2 * shared[before, after]
        error = np.sqrt(np.maximum(both, 0.0))
        apart = own[before] ** 2 / df[before] + own[after] ** 2 / df[after]
        freedom = np.divide((own[before] + own[after]) ** 2, apart,
                            out=np.full(len(before), np.inf), where=apart > 0)  # fmt: skip
        tests = against_zero(mean[after] - mean[before], error, df=freedom, pairs=(before, after))
        frame = pd.DataFrame({
            "item": item, "measure": measure, "unit": UNITS[measure], "label": labels[before],
            "wave_a": waves[before], "wave_b": waves[after],
        })  # fmt: skip
        frames.append(with_tests(frame, tests, n=estimate.n[:, at], level=level))
    return frames


Style = Literal["holm", "ctables"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GroupComparison(Result):
    """Scores of groups, tests of all pairs of them, ranks, and changes between waves.

    Parameters
    ----------
    groups : DataFrame
        ``item measure unit label letter estimate std_error ci_low ci_high ci_level n
        n_respondents n_effective base letters rank rank_low rank_high``: ``letters`` are those of
        the groups it lies significantly above, capitals at the stricter level.
    pairs : DataFrame
        ``item measure unit group_a group_b estimate std_error ci_low ci_high ci_level statistic
        p_value p_adjusted distinct n_a n_b``: first minus second; the interval is of that one
        difference, the adjusted p-value and ``distinct`` hold for all pairs of the row at once.
    waves : DataFrame
        ``item measure unit label wave estimate std_error ci_low ci_high ci_level n n_respondents
        n_effective base``; empty without waves.
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
        Persons beneath which a base is flagged, and beneath which it is neither shown nor
        compared.

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
    difference over the root of V_a + V_b - 2 C_ab, where V and C are the linearised variances and
    covariance over sampling units, against Student's t with the degrees of freedom of Welch and
    Satterthwaite. A group without variation in a share or net promoter score (all or none) gets
    the variance that pseudo-answers leave: one more of either kind, or 3/4, 1 1/2, 3/4.

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
    frame, design = data_frame(data)
    made_of = group_columns(design.get("brand") if by is None else by, frame=frame, design=design)
    if not made_of:
        raise InputError("`by` must say what to compare; found nothing. Name the column of banks.")

    def grouped(columns: Mapping[str, tuple[str, ...]]) -> GroupedRows:
        return grouped_rows(data, items=names, by=columns, weight=weight, respondent=respondent,
                            strata=strata, cluster=cluster)  # fmt: skip

    rows = grouped(made_of)
    if len(rows.groups) < 2:
        raise NotEnoughDataError(
            f"`by` must give at least two groups to compare; found {len(rows.groups)} in "
            f"{shown(list(made_of.values()))}. Name another column."
        )
    scales, said = scales_of(
        rows, data, names, limits=limits, nps_coding=nps_coding, measures=measures
    )
    groups, pairs = _compared(rows, names, scales, style=style, levels=chosen, bases=bases)
    changes = no_waves()
    over = wave or design.get("wave")
    if over is not None and "wave" not in made_of:
        changes = wave_frames(
            grouped({**made_of, "wave": (over,)}), names, scales, level=chosen[0], bases=bases
        )
    several = _share_several(rows)
    return GroupComparison(
        groups=groups, pairs=pairs, waves=changes.waves, changes=changes.changes,
        limits={item: (scale.low, scale.high) for item, scale in scales.items()},
        labels={item: rows.rows.labels[item] for item in names if item in rows.rows.labels},
        role=" ".join(made_of), style=style, levels=chosen,
        weighting=weighting_of(weight, rows.rows), n=len(rows.rows),
        n_respondents=rows.rows.n_persons, share_several=several,
        notes=(
            *rows.notes, *said,
            *_notes(groups, pairs, changes, style=style, levels=chosen, several=several),
        ),
    )  # fmt: skip


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


# --- tests ---------------------------------------------------------------------------------------


def _compared(
    rows: GroupedRows,
    items: Sequence[str],
    scales: Mapping[str, ItemScale],
    *,
    style: Style,
    levels: tuple[float, ...],
    bases: tuple[int, int],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Test every row of the table; give the frames of groups and of pairs."""
    labels = group_labels(rows.groups)
    groups, pairs = [], []
    for measure, (names, estimate) in measured(rows, items, scales).items():
        numbers = shown_numbers(estimate, measure, level=levels[0], bases=bases)
        for at, item in enumerate(names):
            mean = np.where(estimate.n_persons[:, at] < bases[1], np.nan, estimate.mean[:, at])
            tests = _tests(estimate, at, mean, measure=measure, style=style)
            frame = group_frame(numbers, at, measure, labels=labels, level=levels[0])
            frame.insert(0, "item", item)
            frame.insert(4, "letter", column_letters(len(labels)))
            frame["letters"] = letters_below(tests, levels=levels, n_groups=len(labels))
            rank, *ends = open_ranks(mean, tests, level=levels[0])
            frame["rank"] = rank
            frame["rank_low"], frame["rank_high"] = (pd.Series(end).astype("Int64") for end in ends)
            groups.append(frame)
            pair = pair_frame(tests, measure, labels=labels, n=estimate.n[:, at], level=levels[0])
            pair.insert(0, "item", item)
            pairs.append(pair)
    return in_order(groups, items), in_order(pairs, items)


def _tests(
    estimate: DomainEstimates, at: int, mean: Floats, *, measure: Measure, style: Style
) -> PairTests:
    if style == "ctables":
        weight = estimate.total[:, at]
        if measure == "top2":
            return pooled_share_tests(mean, weight=weight)
        return pooled_mean_tests(mean, spread=estimate.spread[:, at], weight=weight)
    covariance = estimate.covariance(at)
    own = pseudo_variance(estimate, at, measure)
    covariance[np.diag_indices_from(covariance)] += np.nan_to_num(own)
    df = estimate.df if measure == "mean" else estimate.carried
    return design_tests(mean, covariance, df=df[:, at])


# --- notes ---------------------------------------------------------------------------------------


def _share_several(rows: GroupedRows) -> float:
    """Give the share of persons in any group who are in more than one."""
    inside = rows.cell >= 0
    pairs = np.unique(np.column_stack([rows.rows.person[inside], rows.cell[inside]]), axis=0)
    _, times = np.unique(pairs[:, 0], return_counts=True)
    return float((times > 1).mean())


def _notes(
    groups: pd.DataFrame,
    pairs: pd.DataFrame,
    changes: WaveFrames,
    *,
    style: Style,
    levels: tuple[float, ...],
    several: float,
) -> list[Message]:
    n = int(pairs.groupby(["item", "measure"], sort=False).size().max())
    if style == "ctables":
        said = (
            "Pairs are tested as SPSS CTABLES does (pooled variance, Bonferroni over {n:count} "
            "{n:pair|pairs}): strata, clusters and persons in several groups play no part."
        )
        notes = [Message(said, {"n": n})]
    else:
        said = (
            "Pairs are tested with the errors of the design, adjusted after Holm over the "
            "{n:count} {n:pair|pairs} of each row."
        )
        notes = [Message(said, {"n": n})]
        if several > 0:
            told = (
                "{share:percent} of the persons are in several groups; what their answers have in "
                "common is taken into account."
            )
            notes.append(Message(told, {"share": several}))
    notes.append(
        Message(
            "Letters name the groups that a score lies significantly above: capitals at "
            "{strict:percent}, small letters at {loose:percent}."
            if len(levels) > 1
            else "Letters name the groups that a score lies significantly above, at "
            "{strict:percent}.",
            {"strict": levels[0], "loose": levels[-1]},
        )
    )
    hidden = groups[groups["base"].isin(["suppressed", "none"])]["label"].unique().tolist()
    if hidden:
        said = "Too few persons answered in {n:count} {n:group|groups} to compare: {names}."
        notes.append(Message(said, {"n": len(hidden), "names": hidden[:5]}))
    small = groups[groups["base"] == "small"]["label"].unique().tolist()
    if small:
        said = (
            "Few persons answered in {n:count} {n:group|groups} ({names}); their scores are "
            "flagged."
        )
        notes.append(Message(said, {"n": len(small), "names": small[:5]}))
    return [*notes, *changes.notes]
