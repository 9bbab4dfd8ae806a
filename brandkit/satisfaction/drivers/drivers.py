"""What drives satisfaction: how much of its variance each driver explains, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, NamedTuple, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.errors import InputError, NotEnoughDataError, check_option, shown
from brandkit.core.intervals import holm
from brandkit.core.labels import coded
from brandkit.core.linalg import Floats
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.core.waves import coded_waves
from brandkit.sampling.design import LEAST_CLUSTERS, SurveyData
from brandkit.sampling.draws import person_keys
from brandkit.sampling.rows import Data, MissingRule, SurveyRows, Weight, survey_rows
from brandkit.satisfaction import fitting
from brandkit.satisfaction.drivers import kernel
from brandkit.satisfaction.fitting import SMALL_BASE, centred_covariances, centred_values
from brandkit.satisfaction.groups import check_names, within_column

#: Drivers whose subsets can all be met; 21 would take a gigabyte.
MOST_DRIVERS: Final = 20
#: Persons under which a group is left out, or three for each driver where that is more.
SMALLEST_GROUP: Final = 10
PERSONS_A_DRIVER: Final = 3
#: Permutations where drivers are too many for exact values.
FEW_PERMUTATIONS: Final = 199
#: Labels permuted at most; with more blocks of responses there are fewer permutations.
MOST_LABELS: Final = 20_000_000
#: Standard errors below 0 from which a slope is called negative.
SURELY: Final = 2.6

_GROUPS = (
    "by segment driver label importance share ci_low ci_high ci_level noise_floor above_noise "
    "pooled r2 n"
)
_EQUALITY = "driver label statistic p_value p_adjusted"


class GroupFrames(NamedTuple):
    """Tables by group, and notes on which groups were left out or are small."""

    groups: pd.DataFrame = pd.DataFrame(columns=_GROUPS.split())
    equality: pd.DataFrame = pd.DataFrame(columns=_EQUALITY.split())
    notes: Sequence[Message] = ()


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DriverImportance(Result):
    """How much each driver explains of an outcome.

    Parameters
    ----------
    drivers : DataFrame
        One row a driver, in the order asked for: ``driver label importance share ci_low ci_high
        ci_level noise_floor above_noise coefficient std_error first last uncentred rank rank_low
        rank_high p_first``. ``importance`` is a part of the outcome's variance, ``share`` the same
        as a part of R²; ``first`` is R² of the driver alone, ``last`` what it adds to all others;
        ``uncentred`` the importance when brands are pooled as they are; ``rank_low`` to
        ``rank_high`` the ranks that the data do not rule out, all at once; ``p_first`` the share
        of draws that rank it first.
    ranks : DataFrame
        One row a driver and rank: ``driver rank share``, the share of draws.
    groups : DataFrame
        One row a group of ``by`` and driver: ``by segment driver label importance share ci_low
        ci_high ci_level noise_floor above_noise pooled r2 n``; ``pooled`` is drawn towards the
        mean of all groups, the smaller the group the more (from four groups on); ``n`` counts
        persons. Empty without ``by``.
    equality : DataFrame
        One row a driver, and one for all together where ``driver`` is missing: ``driver label
        statistic p_value p_adjusted``: whether importance is the same in all groups. Empty
        without ``by``.
    outcome, outcome_label : str
        The outcome, and its label in the codebook.
    method : str
        "shapley" or "johnson".
    within, by : str or None
        The columns rows were centred on and split by.
    r2, r2_low, r2_high : float
        Share of the outcome's variance that all drivers explain, and its interval.
    n, n_respondents, n_dropped : int
        Rows, persons, and rows left out because something was missing.
    draws : int
        Draws of persons that gave values.
    level : float
        Coverage that intervals aim at.
    """

    drivers: pd.DataFrame
    ranks: pd.DataFrame
    groups: pd.DataFrame
    equality: pd.DataFrame
    outcome: str
    outcome_label: str
    method: kernel.Method
    within: str | None
    by: str | None
    r2: float
    r2_low: float
    r2_high: float
    n: int
    n_respondents: int
    n_dropped: int
    draws: int
    level: float

    def glance(self) -> pd.DataFrame:
        """Give one row: outcome, method, how much is explained, bases."""
        return self._row(
            "outcome method within by r2 ci_low ci_high ci_level n n_respondents n_dropped "
            "n_drivers n_above_noise draws",
            ci_low=self.r2_low,
            ci_high=self.r2_high,
            ci_level=self.level,
            n_drivers=len(self.drivers),
            n_above_noise=int(self.drivers["above_noise"].sum()),
        )


def driver_importance(
    data: Data,
    *,
    outcome: str,
    drivers: Sequence[str],
    weight: Weight | None = None,
    method: kernel.Method = "shapley",
    missing: MissingRule = "raise",
    within: str | None = None,
    by: str | None = None,
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    draws: int = 1000,
    seed: int = 0,
    level: float = 0.95,
) -> DriverImportance:
    """Say how much of an outcome each driver explains, and how sure that is.

    Answers *what drives satisfaction?* where drivers go together: each gets its mean gain in R²
    over all orders in which drivers could enter (LMG, Shapley value), so that the importances add
    up to what all explain together.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and brand. A survey brings weight, respondent,
        strata and cluster.
    outcome : str
        Numeric column to explain: satisfaction.
    drivers : sequence of str
        Numeric columns, 1 to 20. What never varies is left out, and ``notes`` say so.
    weight : str or SurveyWeights, optional
        Column of weights >= 0, or the result of ``survey_weights``.
    method : "shapley" or "johnson", default "shapley"
        Johnson's relative weights, which are Genizi's measure, only where they are asked for.
    missing : "raise", "drop", "mean" or "pairwise"
        Missing answers: refuse, leave the row out, put the column's mean there (which weakens
        what goes together), or take each correlation over the rows that have both.
    within : str, optional
        Column whose groups are centred on their own means, so that only differences *within* a
        brand count. Not given: the survey's brand column, or one called ``brand``, where it holds
        several brands. ``"none"`` centres nothing.
    by : str, optional
        Column of segments or brands: importances are also given for each, with a test of whether
        they are the same.
    respondent, strata, cluster : str, optional
        Columns of the design.
    draws : int, default 1000
        Draws of persons for intervals; also the permutations of the test (199 beyond 12 drivers).
    seed : int, default 0
    level : float, default 0.95

    Returns
    -------
    DriverImportance

    Raises
    ------
    InputError
        A column is unknown, named twice or both outcome and driver; an answer is missing where it
        must not; the outcome does not vary; there are more than 20 drivers.
    NotEnoughDataError
        Fewer persons than drivers + 2 or than 10, or no driver varies.

    Notes
    -----
    importance = sum over subsets S of the other drivers |S|!(p - |S| - 1)!/p! [R²(S + j) - R²(S)]
    from the weighted correlation matrix, as R's ``relaimpo`` has it. Persons (or clusters) are
    drawn with all their rows; intervals are percentiles (wider where clusters are few), of exact
    values up to 12 drivers and of 100 sampled orders beyond. Their coverage is promised for
    importances from 3 (1 - R²)/n on: a
    driver that explains nothing has importance above 0 in every sample and every draw. So
    ``noise_floor`` says what a driver's importance reaches in 5 % of cases when its column is
    permuted over persons, and at or under it a driver is "not above noise". A driver without an
    effect of its own that goes together with others is no such driver: it shares their
    importance, and ``last`` shows that it adds nothing. Drivers that others determine share
    importance with them; their coefficients are missing. Slopes and their linearised errors are
    of the weighted least squares on all drivers, within brands where these are centred.

    References
    ----------
    Lindeman, R. H., Merenda, P. F. and Gold, R. Z. (1980). Introduction to Bivariate and
    Multivariate Analysis. Scott, Foresman. Grömping, U. (2006). Relative importance for linear
    regression in R: the package relaimpo. Journal of Statistical Software 17(1).
    doi:10.18637/jss.v017.i01

    Examples
    --------
    Two drivers that go together, and one that does nothing:

    >>> rng = np.random.default_rng(1)
    >>> a, b, c, error = rng.normal(size=(4, 400))
    >>> bank = pd.DataFrame({"fees": a, "advice": a + b, "lobby": c, "sat": 2 * a + b + error})
    >>> result = driver_importance(bank, outcome="sat", drivers=["fees", "advice", "lobby"])
    >>> result.drivers[["driver", "importance", "above_noise"]].round(2).values.tolist()
    [['fees', 0.35, True], ['advice', 0.45, True], ['lobby', 0.0, False]]
    >>> str(result.story().headline)
    '“advice” matters most for sat.'
    """
    check_option("method", method, get_args(kernel.Method))
    check_option("missing", missing, get_args(MissingRule))
    fitting.check_call(outcome, drivers, draws=draws, level=level, most=MOST_DRIVERS)
    check_names(data, outcome=[outcome], drivers=drivers, by=[by] if by is not None else [])
    centred = within_column(data, within, taken=[outcome, *drivers])
    others = [name for name in dict.fromkeys([centred, by]) if name is not None]
    design: dict[str, Any] = {"respondent": respondent, "strata": strata, "cluster": cluster}
    rows = survey_rows(
        data, columns=[*drivers, outcome], others=others, missing=missing, weight=weight, **design
    )
    rows, constant = _varying(rows, centred)
    _check_size(rows)

    drawn, pairwise = rows.draws(draws, seed=seed), missing == "pairwise"
    moments = centred_covariances(rows, drawn=drawn, within=centred, pairwise=pairwise)
    correlation = np.nan_to_num(fitting.correlations(moments.sample[0]))
    _check_possible(correlation)
    measure = kernel.measure_for(method, correlation, seed=seed)
    estimated = partial(kernel.estimates, measure=measure, level=level)
    values, shuffled = kernel.shuffled_of(rows, centred)
    draw, stretch = moments.drawn[:, 0], rows.stretch(level)
    whole = estimated(moments.sample[0], draw, shuffled=shuffled, stretch=stretch)
    dependent = kernel.dependent_drivers(correlation[:-1, :-1])
    slope = kernel.slopes(moments.sample[0], moments.spread)
    if pairwise:  # pairs have rows of their own
        error = kernel.slopes(draw, moments.spread).std(axis=0, ddof=1)
    else:
        error = np.sqrt(np.diag(kernel.slope_covariance(rows, values, slope)))
    tied = [place for driver, others in dependent for place in (driver, *others)]
    slope[tied], error[tied] = np.nan, np.nan
    split = GroupFrames()
    if by is not None:
        make = partial(centred_covariances, drawn=drawn, by=by, pairwise=pairwise)
        split = _group_frames(rows, estimated, make, by=by, within=centred, draws=draws, seed=seed)

    uncentred = whole.importance
    if centred is not None:
        sample = centred_covariances(rows, drawn=None, pairwise=pairwise).sample
        uncentred = measure.exact(fitting.correlations(sample))[0]
    frame, ranks = _drivers_frame(rows, whole, slope, error, uncentred, level=level)
    assumed = within is None and centred is not None and not isinstance(data, SurveyData)
    notes = [
        *(*rows.notes, *_left_out(rows, constant, dependent), *_signs(correlation, frame, whole)),
        *([fitting.ASSUMED_BRAND] if assumed else []),
        *(*_cautions(rows, whole, measure=measure, missing=missing), *split.notes),
    ]
    low, high = whole.interval(level, of_all=True)
    return DriverImportance(
        drivers=frame,
        ranks=ranks,
        groups=split.groups.copy(),
        equality=split.equality.copy(),
        outcome=outcome,
        outcome_label=rows.labels.get(outcome, outcome),
        method=method,
        within=centred,
        by=by,
        r2=whole.r2,
        r2_low=float(low),
        r2_high=float(high),
        **rows.bases,
        draws=len(whole.usable),
        level=level,
        notes=tuple(notes),
    )


# --- checks of the rows --------------------------------------------------------------------------


def _varying(rows: SurveyRows, within: str | None) -> tuple[SurveyRows, list[str]]:
    """Leave out drivers that do not vary, and refuse an outcome that does not."""
    weight = rows.weight[:, None]
    total = (weight * centred_values(rows) ** 2).sum(axis=0)
    inside = (weight * centred_values(rows, within) ** 2).sum(axis=0)
    size = (weight * np.nan_to_num(rows.values) ** 2).sum(axis=0)
    varies = (inside > fitting.NO_VARIANCE * total) & (total > 1e-18 * size)
    where = "" if within is None else f" within {shown(within)}"
    if not varies[-1]:
        raise InputError(
            f"`outcome` must vary{where}; found the same answer in all {len(rows)} rows of "
            f"{shown(rows.columns[-1])}. Take another outcome."
        )
    constant = [name for name, kept in zip(rows.columns, varies, strict=True) if not kept]
    if varies.sum() == 1:
        raise NotEnoughDataError(
            f"`drivers` must vary{where}; found the same answer in all rows of "
            f"{shown(constant)}. Take other drivers."
        )
    columns = tuple(name for name in rows.columns if name not in constant)
    return replace(rows, columns=columns, values=rows.values[:, varies]), constant


def _check_size(rows: SurveyRows) -> None:
    needed = max(10, len(rows.columns) + 1)
    if rows.n_persons < needed:
        raise NotEnoughDataError(
            f"`data` must have at least {needed} persons for {len(rows.columns) - 1} drivers; "
            f"found {rows.n_persons} in {len(rows)} rows. Take fewer drivers, or pool waves."
        )


def _check_possible(correlation: Floats) -> None:
    if np.linalg.eigvalsh(correlation)[0] < -1e-8:
        raise InputError(
            "`missing` = 'pairwise' must give correlations that can occur together; found some "
            "that no answers could have. Too many answers are missing: write missing='drop'."
        )


# --- tables --------------------------------------------------------------------------------------


def _drivers_frame(
    rows: SurveyRows, whole: kernel.Estimates, *slopes: Floats, level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give one row a driver (slopes, their errors, uncentred importances), and rank shares."""
    slope, error, uncentred = slopes
    best, worst = kernel.rank_sets(
        whole.importance, whole.usable, level=level, stretch=whole.stretch
    )
    shares, p = kernel.rank_shares(whole.usable), len(slope)
    rank = 1 + (whole.importance[None] > whole.importance[:, None]).sum(axis=1)
    frame = importance_frame(rows, whole, level=level).assign(
        coefficient=slope, std_error=error, first=whole.first, last=whole.last, uncentred=uncentred
    )
    frame = frame.assign(rank=rank, rank_low=best, rank_high=worst, p_first=shares[:, 0])
    names, places = np.repeat(rows.columns[:-1], p), np.tile(np.arange(1, p + 1), p)
    ranks = {"driver": names.astype(object), "rank": places, "share": shares.ravel()}
    return frame, pd.DataFrame(ranks)


def importance_frame(rows: SurveyRows, group: kernel.Estimates, *, level: float) -> pd.DataFrame:
    """Give one row a driver: importance, share of all that is explained, interval, noise floor."""
    names, importance, (low, high) = rows.columns[:-1], group.importance, group.interval(level)
    share = importance / (importance.sum() if importance.sum() > 0 else np.nan)
    frame = pd.DataFrame({"driver": list(names), "label": rows.named(names)})
    frame = frame.assign(importance=importance, share=share, ci_low=low, ci_high=high)
    above = importance > group.floor
    return frame.assign(ci_level=level, noise_floor=group.floor, above_noise=above)


# --- groups --------------------------------------------------------------------------------------


def _group_frames(
    rows: SurveyRows,
    estimated: partial[kernel.Estimates],
    make: partial[fitting.Covariances],
    *,
    by: str,
    within: str | None,
    draws: int,
    seed: int,
) -> GroupFrames:
    """Compute importances for each group of a column, and test whether they are the same."""
    measure, level = estimated.keywords["measure"], estimated.keywords["level"]
    is_wave = by in ("wave", rows.design.get("wave"))
    code, labels = (coded_waves if is_wave else coded)(rows.frame[by])
    hashes = person_keys(rows.keys)  # of rows as they came: their content may be their key
    rows = replace(rows, frame=rows.frame.assign(**{by: code}))
    inner = None if within == by else within
    moments = make(rows, within=inner)
    needed = max(SMALLEST_GROUP, PERSONS_A_DRIVER * (len(rows.columns) - 1))
    kept, persons = {}, []
    for group, sample in enumerate(moments.sample):
        inside = code == group
        n = len(np.unique(rows.person[inside]))
        bunched = rows.is_clustered and len(np.unique(rows.unit[inside])) < LEAST_CLUSTERS
        if n < needed or bunched or sample[-1, -1] <= 0:
            continue
        _, shuffled = kernel.shuffled_of(rows, by, inner, inside=inside)
        stretch, draw = rows.stretch(level, inside=inside), moments.drawn[:, group]
        kept[group] = estimated(sample, draw, shuffled=shuffled, stretch=stretch)
        persons.append(n)
    notes = noted(
        "{groups} {n:is|are} left out of the comparison: fewer than {needed:count} persons or "
        "{least:count} clusters, or an outcome that does not vary.",
        groups=[label for group, label in enumerate(labels) if group not in kept],
        needed=needed,
        least=LEAST_CLUSTERS,
    )
    if not kept:
        return GroupFrames(notes=notes)
    notes += noted(
        "{groups} {n:has|have} fewer than {least:count} persons: read with care.",
        groups=[labels[at] for at, n in zip(kept, persons, strict=True) if n < SMALL_BASE],
        least=SMALL_BASE,
    )
    pooled = kernel.pooled_importance(list(kept.values()), np.array(persons, dtype=float))
    parts = [
        importance_frame(rows, group, level=level).assign(
            by=by, segment=labels[at], pooled=pooled[place], r2=group.r2, n=persons[place]
        )
        for place, (at, group) in enumerate(kept.items())
    ]
    groups = pd.concat(parts, ignore_index=True)[_GROUPS.split()]
    if len(kept) == 1:
        return GroupFrames(groups, notes=notes)
    answers = _grouped(rows, by, inner, kept=list(kept), hashes=hashes)
    blocks = len(np.unique(answers.unit * answers.n_groups + answers.group))
    most = MOST_LABELS // blocks if measure.orders is None else 0
    times = min(draws, max(FEW_PERMUTATIONS, most))
    test = kernel.equality_test(answers, measure.many, times, seed=seed)
    names = rows.columns[:-1]
    equality = pd.DataFrame({"driver": [*names, None], "label": [*rows.named(names), None]})
    adjusted = np.append(holm(test.p_value[:-1]), test.p_value[-1])
    equality = equality.assign(statistic=test.statistic, p_value=test.p_value, p_adjusted=adjusted)
    return GroupFrames(groups, equality, notes)


def _grouped(
    rows: SurveyRows, by: str, within: str | None, *, kept: list[int], hashes: NDArray[np.uint64]
) -> kernel.GroupedAnswers:
    """Centre answers within groups, bring them to one scale; number units by their hashes."""
    inside = np.asarray(rows.frame[by].isin(kept))
    group = np.searchsorted(kept, rows.frame[by][inside])
    weight = rows.weight[inside]
    weight = weight / (np.bincount(group, weights=weight) / np.bincount(group))[group]
    values = kernel.on_one_scale(
        centred_values(rows, by, within)[inside], weight=weight, group=group
    )
    unit = np.unique(hashes, return_inverse=True)[1].reshape(-1)[inside]
    first = [int(unit[group == place].min()) for place in range(len(kept))]
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    return kernel.GroupedAnswers(values, weight, rank[group], unit)


# --- notes: what the numbers rest on that a reader would not expect ------------------------------


def _left_out(
    rows: SurveyRows, constant: list[str], dependent: list[tuple[int, list[int]]]
) -> list[Message]:
    labels = rows.named(rows.columns)
    notes = noted(
        "{items} {n:is|are} left out: the answers do not vary, so they explain nothing.",
        items=rows.named(constant),
    )
    for driver, others in dependent:
        notes += noted(
            "“{item}” is given in full by {others}: they share their importance, and their "
            "coefficients cannot be told apart.",
            item=labels[driver],
            others=[labels[other] for other in others],
        )
    return notes


def _signs(correlation: Floats, frame: pd.DataFrame, whole: kernel.Estimates) -> list[Message]:
    """Name drivers that fall as the outcome rises, alone or beside the others."""
    alone = correlation[:-1, -1] * np.sqrt(whole.n_effective) < -SURELY
    beside = frame["coefficient"] < -SURELY * frame["std_error"]
    turned, held = (frame.loc[part, "label"].tolist() for part in (alone, beside & ~alone))
    falls = noted(
        "{items} {n:falls|fall} as the outcome rises: either it hurts, or the scale runs the other "
        "way round; turn it round where it does.",
        items=turned,
    )
    return falls + noted(
        "{items} {n:counts|count} against the outcome once the other drivers are held, though not "
        "alone: read {n:its|their} coefficient with them.",
        items=held,
    )


def _cautions(
    rows: SurveyRows, whole: kernel.Estimates, *, measure: kernel.Measure, missing: str
) -> list[Message]:
    drivers, draws = len(rows.columns) - 1, len(whole.draws)
    few = rows.n_persons < max(SMALL_BASE, PERSONS_A_DRIVER * drivers)
    return [
        *noted(
            "With {n:count} drivers, draws and noise floor rest on {orders:count} sampled orders "
            "of entry; the importances themselves are exact.",
            n=0 if measure.orders is None else drivers,
            orders=kernel.SAMPLED_ORDERS,
        ),
        *noted(
            "Missing answers are taken for the mean of their question, which weakens what goes "
            "together.",
            filled=missing == "mean",
        ),
        *noted(
            "{n:count} persons are few for {drivers:count} {drivers:driver|drivers}: intervals "
            "may be too short.",
            n=rows.n_persons if few else 0,
            drivers=drivers,
        ),
        *noted(
            "{n:count} of {all:count} draws are left out: the outcome does not vary in them.",
            n=draws - len(whole.usable),
            all=draws,
        ),
    ]
