"""What drives satisfaction: how much of its variance each driver explains, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_level,
    check_option,
    check_whole_number,
    shown,
)
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.design import SurveyData
from brandkit.sampling.rows import Data, MissingRule, SurveyRows, Weight, survey_rows
from brandkit.satisfaction.centred import (
    NO_VARIANCE,
    Covariances,
    centred_covariances,
    centred_values,
    correlations,
)
from brandkit.satisfaction.drivers.groups import (
    PERSONS_A_DRIVER,
    GroupFrames,
    group_frames,
    no_groups,
)
from brandkit.satisfaction.drivers.kernel import (
    SAMPLED_ORDERS,
    Estimates,
    Measure,
    Method,
    dependent_drivers,
    drawn_slope_errors,
    estimates,
    measure_for,
    rank_sets,
    rank_shares,
    shuffled_of,
    slope_errors,
    slopes,
)
from brandkit.satisfaction.groups import check_names, within_column

MOST_DRIVERS = 20
"""Drivers whose subsets can all be met; 21 would take a gigabyte."""


def check_call(
    outcome: str,
    drivers: Sequence[str],
    *,
    method: str,
    missing: str,
    level: float,
    draws: int,
) -> None:
    """Refuse arguments that break their rules, before any data are looked at."""
    check_option("method", method, get_args(Method))
    check_option("missing", missing, get_args(MissingRule))
    check_level(level)
    check_whole_number("draws", draws, low=2)
    if isinstance(drivers, str):
        raise InputError(
            f"`drivers` must be a list of columns; found the text {shown(drivers)}. "
            f"Write [{drivers!r}]."
        )
    if outcome in drivers:
        raise InputError(
            f"`drivers` must not name the outcome; found {shown(outcome)} in both. "
            "Take it out of one of them."
        )
    if not 1 <= len(drivers) <= MOST_DRIVERS:
        raise InputError(
            f"`drivers` must name 1 to {MOST_DRIVERS} columns; found {len(drivers)}. "
            "Leave out those that ask the same, or put their mean in their place."
        )


def without_constants(rows: SurveyRows, within: str | None) -> tuple[SurveyRows, list[str]]:
    """Leave out drivers that do not vary, and refuse an outcome that does not."""
    weight = rows.weight[:, None]
    whole = (weight * centred_values(rows) ** 2).sum(axis=0)
    inside = (weight * centred_values(rows, within) ** 2).sum(axis=0)
    size = (weight * np.nan_to_num(rows.values) ** 2).sum(axis=0)
    varies = (inside > NO_VARIANCE * whole) & (whole > 1e-18 * size)
    outcome, drivers = rows.columns[-1], rows.columns[:-1]
    where = "" if within is None else f" within {shown(within)}"
    if not varies[-1]:
        raise InputError(
            f"`outcome` must vary{where}; found the same answer in all {len(rows)} rows of "
            f"{shown(outcome)}. Take another outcome."
        )
    kept = [name for name, some in zip(drivers, varies[:-1], strict=True) if some]
    constant = [name for name in drivers if name not in kept]
    if not kept:
        raise NotEnoughDataError(
            f"`drivers` must vary{where}; found the same answer in all rows of "
            f"{shown(constant)}. Take other drivers."
        )
    return (rows if not constant else _only(rows, [*kept, outcome])), constant


def _only(rows: SurveyRows, columns: Sequence[str]) -> SurveyRows:
    places = [rows.columns.index(name) for name in columns]
    return replace(rows, columns=tuple(columns), values=rows.values[:, places])


def check_size(rows: SurveyRows) -> None:
    """Refuse fewer persons than drivers + 2, or than 10."""
    needed = max(10, len(rows.columns) + 1)
    if rows.n_persons < needed:
        raise NotEnoughDataError(
            f"`data` must have at least {needed} persons for {len(rows.columns) - 1} drivers; "
            f"found {rows.n_persons} in {len(rows)} rows. Take fewer drivers, or pool waves."
        )


def check_possible(correlation: Floats) -> None:
    """Refuse correlations of pairs that cannot occur together."""
    if np.linalg.eigvalsh(correlation)[0] < -1e-8:
        raise InputError(
            "`missing` = 'pairwise' must give correlations that can occur together; found some "
            "that no answers could have. Too many answers are missing: write missing='drop'."
        )


SURELY = 2.6
"""Standard errors below 0 from which a slope is called negative."""
SMALL_BASE = 30


def driver_notes(
    rows: SurveyRows,
    found: Estimates,
    *,
    correlation: Floats,
    slope: Floats,
    std_error: Floats,
    constant: list[str],
    dependent: list[tuple[int, list[int]]],
    sampled: bool,
    missing: str,
    assumed_brand: bool,
    split: GroupFrames,
) -> tuple[Message, ...]:
    """Say what the numbers rest on that a reader would not expect."""
    names = [rows.labels.get(name, name) for name in rows.columns[:-1]]
    notes = [*rows.notes]
    if constant:
        told = {"items": [rows.labels.get(name, name) for name in constant], "n": len(constant)}
        notes.append(
            Message(
                "{items} {n:is|are} left out: the answers do not vary, so they explain nothing.",
                told,
            )
        )
    for place, others in dependent:
        told = {"item": names[place], "others": [names[other] for other in others]}
        said = (
            "“{item}” is given in full by {others}: they share their importance, and their "
            "coefficients cannot be told apart."
        )
        notes.append(Message(said, told))
    notes += _signs(names, correlation, slope, std_error, found=found)
    notes += _ways(rows, found, sampled=sampled, missing=missing, assumed_brand=assumed_brand)
    return (*notes, *_groups(split))


def _signs(
    names: list[str], correlation: Floats, slope: Floats, std_error: Floats, *, found: Estimates
) -> list[Message]:
    """Name drivers that fall as the outcome rises, alone or beside the others."""
    alone = correlation[:-1, -1] * np.sqrt(found.n_effective) < -SURELY
    beside = np.nan_to_num(slope) < -SURELY * np.nan_to_num(std_error, nan=np.inf)
    notes = []
    turned = [name for name, is_so in zip(names, alone, strict=True) if is_so]
    if turned:
        said = (
            "{items} {n:falls|fall} as the outcome rises: either it hurts, or the scale runs the "
            "other way round; turn it round where it does."
        )
        notes.append(Message(said, {"items": turned, "n": len(turned)}))
    held = [name for name, a, b in zip(names, alone, beside, strict=True) if b and not a]
    if held:
        said = (
            "{items} {n:counts|count} against the outcome once the other drivers are held, though "
            "not alone: read {n:its|their} coefficient with them."
        )
        notes.append(Message(said, {"items": held, "n": len(held)}))
    return notes


def _ways(
    rows: SurveyRows, found: Estimates, *, sampled: bool, missing: str, assumed_brand: bool
) -> list[Message]:
    notes = []
    if assumed_brand:
        said = (
            "Answers are centred on the mean of each brand, so that differences between brands "
            "do not count; within='none' leaves them in."
        )
        notes.append(Message(said))
    if sampled:
        said = (
            "With {n:count} drivers, draws and noise floor rest on {orders:count} sampled orders "
            "of entry; the importances themselves are exact."
        )
        notes.append(Message(said, {"n": len(rows.columns) - 1, "orders": SAMPLED_ORDERS}))
    if missing == "mean":
        said = (
            "Missing answers are taken for the mean of their question, which weakens what goes "
            "together."
        )
        notes.append(Message(said))
    few = rows.n_persons < max(SMALL_BASE, PERSONS_A_DRIVER * (len(rows.columns) - 1))
    if few:
        said = (
            "{n:count} persons are few for {drivers:count} {drivers:driver|drivers}: intervals "
            "may be too short."
        )
        notes.append(Message(said, {"n": rows.n_persons, "drivers": len(rows.columns) - 1}))
    lost = int(np.isnan(found.draws).any(axis=1).sum())
    if lost:
        said = "{n:count} of {all:count} draws are left out: the outcome does not vary in them."
        notes.append(Message(said, {"n": lost, "all": len(found.draws)}))
    return notes


def _groups(split: GroupFrames) -> list[Message]:
    notes = []
    if split.left_out:
        said = (
            "{groups} {n:is|are} left out of the comparison: fewer than {needed:count} persons, "
            "or an outcome that does not vary."
        )
        told = {"groups": list(split.left_out), "n": len(split.left_out), "needed": split.needed}
        notes.append(Message(said, told))
    base = split.groups.drop_duplicates("segment")
    small = base.loc[base["n"] < SMALL_BASE, "segment"].tolist()
    if small:
        said = "{groups} {n:has|have} fewer than {least:count} persons: read with care."
        notes.append(Message(said, {"groups": small, "n": len(small), "least": SMALL_BASE}))
    return notes


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
    method: Method
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

    def tidy(self) -> pd.DataFrame:
        """Give one row a driver."""
        return self.drivers.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: outcome, method, how much is explained, bases."""
        return pd.DataFrame(
            {
                "outcome": [self.outcome],
                "method": [self.method],
                "within": [self.within],
                "by": [self.by],
                "r2": [self.r2],
                "ci_low": [self.r2_low],
                "ci_high": [self.r2_high],
                "ci_level": [self.level],
                "n": [self.n],
                "n_respondents": [self.n_respondents],
                "n_dropped": [self.n_dropped],
                "n_drivers": [len(self.drivers)],
                "n_above_noise": [int(self.drivers["above_noise"].sum())],
                "draws": [self.draws],
            }
        )


def driver_importance(
    data: Data,
    *,
    outcome: str,
    drivers: Sequence[str],
    weight: Weight | None = None,
    method: Method = "shapley",
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
    drawn with all their rows; intervals are percentiles, of exact values up to 12 drivers and of
    100 sampled orders beyond. Their coverage is promised for importances from 3 (1 - R²)/n on: a
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
    """
    check_call(outcome, drivers, method=method, missing=missing, level=level, draws=draws)
    check_names(data, outcome=[outcome], drivers=drivers, by=[by] if by is not None else [])
    centred = within_column(data, within, taken=[outcome, *drivers])
    others = [name for name in dict.fromkeys([centred, by]) if name is not None]
    rows = survey_rows(
        data, columns=[*drivers, outcome], others=others, weight=weight, respondent=respondent,
        strata=strata, cluster=cluster, missing=missing,
    )  # fmt: skip
    rows, constant = without_constants(rows, centred)
    check_size(rows)

    drawn = rows.draws(draws, seed=seed)
    pairwise = missing == "pairwise"
    made = centred_covariances(rows, drawn=drawn, within=centred, pairwise=pairwise)
    correlation = np.nan_to_num(correlations(made.sample[0]))
    check_possible(correlation)
    measure = measure_for(method, correlation, seed=seed)
    values, shuffled = shuffled_of(rows, centred)
    found = estimates(
        made.sample[0], made.drawn[:, 0], measure=measure, shuffled=shuffled, level=level
    )
    dependent = dependent_drivers(correlation[:-1, :-1])
    slope, error = _slopes(rows, values, made, dependent, pairwise=pairwise)
    split = no_groups()
    if by is not None:
        split = group_frames(
            rows, drawn, by=by, within=centred, measure=measure, pairwise=pairwise,
            level=level, permutations=draws, seed=seed,
        )  # fmt: skip

    frame = _drivers_frame(rows, found, slope=slope, std_error=error, level=level)
    frame["uncentred"] = _uncentred(rows, measure, found, centred, pairwise=pairwise)
    return _result(
        rows, found, frame=frame, split=split, method=method, within=centred, by=by, level=level,
        notes=driver_notes(
            rows, found, correlation=correlation, slope=slope, std_error=error,
            constant=constant, dependent=dependent, sampled=measure.orders is not None,
            missing=missing, assumed_brand=within is None and centred is not None
            and not isinstance(data, SurveyData), split=split,
        ),
    )  # fmt: skip


# --- tables ------------------------------------------------------------------------------------


def _slopes(
    rows: SurveyRows,
    values: Floats,
    made: Covariances,
    dependent: list[tuple[int, list[int]]],
    *,
    pairwise: bool,
) -> tuple[Floats, Floats]:
    """Give slopes and errors; missing where drivers determine each other."""
    slope = slopes(made.sample[0], made.spread)
    error = drawn_slope_errors(made) if pairwise else slope_errors(rows, values, slope)
    tied = sorted({place for one, by in dependent for place in (one, *by)})
    slope[tied], error[tied] = np.nan, np.nan
    return slope, error


def _uncentred(
    rows: SurveyRows, measure: Measure, found: Estimates, within: str | None, *, pairwise: bool
) -> Floats:
    if within is None:
        return found.importance
    made = centred_covariances(rows, drawn=None, pairwise=pairwise)
    return np.asarray(measure.exact(correlations(made.sample))[0])


def _drivers_frame(
    rows: SurveyRows, found: Estimates, *, slope: Floats, std_error: Floats, level: float
) -> pd.DataFrame:
    names = list(rows.columns[:-1])
    low, high = found.interval(level)
    usable = found.draws[~np.isnan(found.draws).any(axis=1)]
    best, worst = rank_sets(found.importance, usable, level=level)
    total = found.importance.sum()
    return pd.DataFrame(
        {
            "driver": names,
            "label": [rows.labels.get(name, name) for name in names],
            "importance": found.importance,
            "share": found.importance / total if total > 0 else np.full(len(names), np.nan),
            "ci_low": low,
            "ci_high": high,
            "ci_level": level,
            "noise_floor": found.floor,
            "above_noise": found.importance > found.floor,
            "coefficient": slope,
            "std_error": std_error,
            "first": found.first,
            "last": found.last,
            "uncentred": found.importance,
            "rank": 1 + (found.importance[None] > found.importance[:, None]).sum(axis=1),
            "rank_low": best,
            "rank_high": worst,
            "p_first": rank_shares(usable)[:, 0],
        }
    )


def _ranks_frame(names: Sequence[str], found: Estimates) -> pd.DataFrame:
    usable = found.draws[~np.isnan(found.draws).any(axis=1)]
    p = len(names)
    return pd.DataFrame(
        {
            "driver": np.repeat(np.array(names, dtype=object), p),
            "rank": np.tile(np.arange(1, p + 1), p),
            "share": rank_shares(usable).ravel(),
        }
    )


def _result(
    rows: SurveyRows,
    found: Estimates,
    *,
    frame: pd.DataFrame,
    split: GroupFrames,
    method: Method,
    within: str | None,
    by: str | None,
    level: float,
    notes: tuple[Message, ...],
) -> DriverImportance:
    outcome = rows.columns[-1]
    low, high = found.r2_interval(level)
    return DriverImportance(
        drivers=frame, ranks=_ranks_frame(rows.columns[:-1], found), groups=split.groups,
        equality=split.equality, outcome=outcome, outcome_label=rows.labels.get(outcome, outcome),
        method=method, within=within, by=by, r2=found.r2, r2_low=low, r2_high=high, n=len(rows),
        n_respondents=rows.n_persons, n_dropped=rows.n_dropped,
        draws=int((~np.isnan(found.draws).any(axis=1)).sum()), level=level, notes=notes,
    )  # fmt: skip
