"""Ordinal model: what moves people along a scale of answers, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, stdtrit

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_level,
    check_option,
    numeric_matrix,
    require_columns,
    require_frame,
    shown,
)
from brandkit.core.intervals import holm, t_interval
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sampling.design import SurveyData
from brandkit.sampling.rows import Data, SurveyRows, Weight, survey_rows
from brandkit.satisfaction.fitting import (
    Errors,
    estimate_rows,
    is_designed,
    p_values,
    rank_sets,
    root,
    small_base,
    wald,
)
from brandkit.satisfaction.groups import with_responses
from brandkit.satisfaction.ordinal.kernel import (
    Link,
    Solution,
    average_changes,
    level_shares,
    model_columns,
    slope_steps,
    solve,
)

MOST_LEVELS = 50
THIN = 10
"""Answers under which a level is called thin."""
FEW_LEVELS = 4
"""Levels up to which the top is one level rather than two."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Ordered answers.

    Parameters
    ----------
    code : ndarray of int, shape (n,)
        Level of each row, from 0; each occurs.
    levels : tuple of str
        Their names.
    values : ndarray, shape (levels,), or None
        The answers as numbers; None where they are words.
    counts : ndarray of int
        Rows of each level.
    top : int
        Levels counted as the top.
    notes : tuple of Message
    """

    code: NDArray[np.intp]
    levels: tuple[str, ...]
    values: Floats | None
    counts: NDArray[np.intp]
    top: int
    notes: tuple[Message, ...]


def with_coded_outcome(data: Data, outcome: str) -> tuple[Data, tuple[str, ...]]:
    """Give ordered words as numbers, and the words; other outcomes stay as they are."""
    frame = data.responses if isinstance(data, SurveyData) else data
    if not isinstance(frame, pd.DataFrame) or outcome not in frame.columns:
        return data, ()
    column = frame[outcome]
    if not (isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered):
        return data, ()
    codes = column.cat.codes.astype(float)
    coded = frame.assign(**{outcome: codes.where(codes >= 0)})
    return with_responses(data, coded), tuple(str(word) for word in column.cat.categories)


def ordered_levels(
    answers: Floats,
    *,
    outcome: str,
    words: tuple[str, ...],
    limits: tuple[float, float] | None,
    top: int | None,
) -> Levels:
    """Code answers by their order, and say which levels are thin or empty.

    Parameters
    ----------
    answers : ndarray, shape (n,)
    outcome : str
    words : tuple of str
        Names of the levels where answers are codes of ordered words.
    limits : tuple of float, optional
        Ends of the scale, where known.
    top : int, optional
        Levels of the scale that count as its top.

    Returns
    -------
    Levels

    Raises
    ------
    InputError
        Too many levels, or a top that is no part of the scale.
    NotEnoughDataError
        All answers are the same.

    Examples
    --------
    >>> found = ordered_levels(np.array([7.0, 9.0, 7.0]), outcome="sat", words=(), limits=None,
    ...                        top=1)
    >>> found.code.tolist(), found.levels
    ([0, 1, 0], ('7', '9'))
    """
    values, code, counts = np.unique(answers, return_inverse=True, return_counts=True)
    if len(values) > MOST_LEVELS:
        raise InputError(
            f"`outcome` must have at most {MOST_LEVELS} different answers; found {len(values)} in "
            f"{shown(outcome)}. Use driver_importance for a measured amount, or put it in classes."
        )
    if len(values) < 2:
        raise NotEnoughDataError(
            f"`outcome` must have at least two different answers; found {shown(values.tolist())} "
            f"throughout in {shown(outcome)}. Nothing can be explained where nothing differs."
        )
    is_worded = bool(words)
    whole = bool((values % 1 == 0).all())
    ends = (0.0, float(len(words) - 1)) if is_worded else limits
    low, high = ends if ends is not None else (float(values[0]), float(values[-1]))
    names = tuple(words[int(value)] if is_worded else f"{value:g}" for value in values)
    notes = list(_thin(names, counts))
    if whole and high - low < MOST_LEVELS:
        scale = np.arange(low, high + 1)
        empty = [value for value in scale if value not in values]
        told = [words[int(value)] if is_worded else f"{value:g}" for value in empty]
        notes += _empty(told)
    else:
        scale = values
    return Levels(
        code=code.reshape(-1).astype(np.intp), levels=names, values=None if is_worded else values,
        counts=counts, top=_top(top, values, scale), notes=tuple(notes),
    )  # fmt: skip


def _top(top: int | None, values: Floats, scale: Floats) -> int:
    """Count the answered levels among the top ones of the scale."""
    wanted = (1 if len(scale) <= FEW_LEVELS else 2) if top is None else top
    if not 1 <= wanted < len(scale):
        raise InputError(
            f"`top` must be a whole number between 1 and {len(scale) - 1} for a scale of "
            f"{len(scale)} levels; found {shown(top)}."
        )
    reached = int((values >= scale[-wanted]).sum())
    return min(max(reached, 1), len(values) - 1)


def _thin(names: tuple[str, ...], counts: NDArray[np.intp]) -> list[Message]:
    thin = [name for name, n in zip(names, counts.tolist(), strict=True) if n < THIN]
    if not thin:
        return []
    said = (
        "Fewer than {least:count} answers at {n:level|levels} {levels}: the "
        "{n:threshold|thresholds} there {n:is|are} uncertain."
    )
    return [Message(said, {"levels": thin, "n": len(thin), "least": THIN})]


def _empty(names: list[str]) -> list[Message]:
    if not names:
        return []
    said = "Nobody answered {levels}; {n:the level is|the levels are} united with the next."
    return [Message(said, {"levels": names, "n": len(names)})]


PROFILES = {"low": 0.25, "typical": 0.5, "high": 0.75}
"""Profiles, and the quantile of its ratings at which every driver stands in them."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """Parameters in the drivers' own units, with their covariance.

    Parameters
    ----------
    link : "logit" or "probit"
    levels, drivers, groups : tuple of str
    within : str, optional
        The column of the groups.
    place : ndarray, shape (thresholds + drivers + groups,)
    errors : Errors
    level : float
        Of the intervals.
    values : ndarray, shape (levels,), or None
        The levels as numbers.
    top : int
        Levels that count as the top.
    """

    link: Link
    levels: tuple[str, ...]
    drivers: tuple[str, ...]
    groups: tuple[str, ...]
    within: str | None
    place: Floats
    errors: Errors
    level: float
    values: Floats | None
    top: int

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the parameters: thresholds as ``"6|7"``, drivers, groups."""
        steps = zip(self.levels[:-1], self.levels[1:], strict=True)
        return (*(f"{low}|{high}" for low, high in steps), *self.drivers, *self.groups)


@dataclass(frozen=True, eq=False)
class Evidence:
    """The estimate with the rows and levels it comes from."""

    solution: Solution
    rows: SurveyRows
    answered: Levels


def fitted_model(
    solution: Solution, rows: SurveyRows, answered: Levels, *, within: str | None, level: float
) -> Fitted:
    """Take the estimate to the drivers' units, with both kinds of covariance."""
    turn = solution.to_units()
    designed = is_designed(rows, n=len(rows))
    errors = Errors(
        model=turn @ solution.inverse @ turn.T,
        design=turn @ solution.design_covariance(solution.influence, rows) @ turn.T,
        is_designed=designed,
        df=float(rows.df) if designed else np.inf,
    )
    return Fitted(
        link=solution.link, levels=answered.levels, drivers=solution.drivers,
        groups=solution.columns.groups, within=within, place=turn @ solution.maximum.place,
        errors=errors, level=level, values=answered.values, top=answered.top,
    )  # fmt: skip


def effect_rows(evidence: Evidence, *, level: float) -> pd.DataFrame:
    """Give what one more point of each driver changes on average, driver by driver.

    The change of every row and the estimate of the model are linearised together, so that errors
    hold for the population's average.
    """
    solution, rows = evidence.solution, evidence.rows
    measures, gains = _measures(evidence.answered)
    steps = 1 / solution.spread
    changes = average_changes(
        solution.cells, solution.maximum.place, solution.link, gains=gains, steps=steps
    )
    p, q, m = changes.each.shape
    total = solution.cells.weight.sum()
    through = solution.influence @ changes.gradient.reshape(p * q, -1).T
    moved = changes.each - changes.estimate[:, :, None]
    influence = moved.reshape(p * q, m).T / total + through
    covariance = solution.design_covariance(influence, rows)
    error, estimate = root(covariance), changes.estimate.reshape(p * q)
    low, high = t_interval(estimate, std_error=error, df=rows.df, level=level)
    blocks = covariance.reshape(p, q, p, q)
    ranks = [
        rank_sets(changes.estimate[:, at], blocks[:, at, :, at], rows.df, level=level)
        for at in range(q)
    ]
    first, last = np.array(ranks).transpose(1, 2, 0)
    return pd.DataFrame(
        {
            "driver": np.repeat(solution.drivers, q),
            "label": np.repeat([rows.labels.get(name, name) for name in solution.drivers], q),
            "measure": np.tile(measures, p),
            "estimate": estimate,
            "std_error": error,
            "ci_low": low,
            "ci_high": high,
            "p_value": p_values(estimate, error, rows.df),
            "rank_low": first.reshape(p * q),
            "rank_high": last.reshape(p * q),
        }
    )


def _measures(answered: Levels | Fitted) -> tuple[list[str], Floats]:
    """Name the measures, and give what each gains at each threshold."""
    cuts = len(answered.levels) - 1
    top = (np.arange(cuts) == cuts - answered.top).astype(float)
    name = f"top{answered.top}"
    if answered.values is None:
        return [name], top[None]
    return ["mean", name], np.stack([np.diff(answered.values), top])


def proportionality_rows(solution: Solution, rows: SurveyRows) -> pd.DataFrame:
    """Test driver by driver whether it counts the same at every step."""
    if solution.n_cuts < 2:
        return _no_steps_to_compare()
    found = slope_steps(solution)
    p, q = found.step.shape
    covariance = solution.design_covariance(found.influence, rows)
    covariance = found.known @ covariance @ found.known
    blocks = covariance.reshape(p, q, p, q)
    left = max(rows.df - len(solution.inverse), q)
    tested = [wald(found.step[k], blocks[k, :, k], left) for k in range(p)]
    p_value = np.array([p for _, p in tested])
    slopes = found.slopes / solution.spread[:, None]
    return pd.DataFrame(
        {
            "driver": solution.drivers,
            "label": [rows.labels.get(name, name) for name in solution.drivers],
            "statistic": [statistic for statistic, _ in tested],
            "df": float(q),
            "p_value": p_value,
            "p_adjusted": holm(p_value),
            "slope_low": slopes[:, 0],
            "slope_high": slopes[:, -1],
        }
    )


def _no_steps_to_compare() -> pd.DataFrame:
    numbers = ("statistic", "df", "p_value", "p_adjusted", "slope_low", "slope_high")
    empty = {name: pd.Series(dtype=float) for name in numbers}
    words = {name: pd.Series(dtype=object) for name in ("driver", "label")}
    return pd.DataFrame(words | empty)


# --- predicted shares --------------------------------------------------------------------------


def typical_profiles(evidence: Evidence) -> pd.DataFrame:
    """Give profiles in which all drivers stand at a weighted quantile of their ratings."""
    solution, rows = evidence.solution, evidence.rows
    kept = [at for at in solution.regressors.kept if at < solution.columns.n_drivers]
    values = solution.columns.values[:, kept]
    found = np.quantile(
        values, list(PROFILES.values()), axis=0, method="inverted_cdf",
        weights=rows.weight if rows.is_weighted else None,
    )  # fmt: skip
    return pd.DataFrame(found, index=list(PROFILES), columns=list(solution.drivers))


def predicted_shares(fitted: Fitted, data: pd.DataFrame) -> pd.DataFrame:
    """Predict the share of each level for each row of ratings, with intervals."""
    shares, gradient = _shares(fitted, data)
    variance = np.einsum("mlk,kj,mlj->ml", gradient, fitted.errors.chosen, gradient)
    error = np.sqrt(np.maximum(variance, 0.0))
    low, high = _logit_interval(fitted, shares, error)
    labels = [str(label) for label in data.index]
    return pd.DataFrame(
        {
            "label": np.repeat(labels, len(fitted.levels)),
            "level": np.tile(fitted.levels, len(labels)),
            "estimate": shares.ravel(),
            "std_error": error.ravel(),
            "ci_low": low.ravel(),
            "ci_high": high.ravel(),
        }
    )


def profile_rows(fitted: Fitted, profiles: pd.DataFrame) -> pd.DataFrame:
    """Give the mean answer and the share of the top levels in each profile."""
    measures, gains = _measures(fitted)
    shares, gradient = _shares(fitted, profiles)
    # what a measure counts at each level is what it gains at the thresholds beneath
    counted = np.hstack([np.zeros((len(measures), 1)), np.cumsum(gains, axis=1)])
    if fitted.values is not None:
        counted[0] += fitted.values[0]
    estimate, slopes = shares @ counted.T, np.einsum("ql,mlk->mqk", counted, gradient)
    variance = np.einsum("mqk,kj,mqj->mq", slopes, fitted.errors.chosen, slopes)
    error = np.sqrt(np.maximum(variance, 0.0))
    low, high = t_interval(estimate, std_error=error, df=fitted.errors.df, level=fitted.level)
    low[:, -1], high[:, -1] = _logit_interval(fitted, estimate[:, -1], error[:, -1])
    return pd.DataFrame(
        {
            "label": np.repeat([str(label) for label in profiles.index], len(measures)),
            "measure": np.tile(measures, len(profiles)),
            "estimate": estimate.ravel(),
            "std_error": error.ravel(),
            "ci_low": low.ravel(),
            "ci_high": high.ravel(),
        }
    )


def _shares(fitted: Fitted, data: pd.DataFrame) -> tuple[Floats, Floats]:
    x = _profile_columns(fitted, data)
    cuts = len(fitted.levels) - 1
    thresholds, slopes = fitted.place[:cuts], fitted.place[cuts:]
    return level_shares(x @ slopes, x, thresholds, fitted.link)


def _logit_interval(fitted: Fitted, share: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Give ends symmetric for the logit, whose error is that of the share over p(1 - p)."""
    inside = np.clip(share, 1e-300, 1 - 1e-16)
    half = stdtrit(fitted.errors.df, (1 + fitted.level) / 2) * error / (inside * (1 - inside))
    place = np.log(inside) - np.log1p(-inside)
    return expit(place - half), expit(place + half)


def _profile_columns(fitted: Fitted, data: pd.DataFrame) -> Floats:
    """Give drivers and group constants of rows to predict, checked."""
    require_frame("data", data)
    require_columns(data, fitted.drivers, argument="drivers")
    drivers = numeric_matrix("data", data[list(fitted.drivers)])
    flags = np.zeros((len(data), len(fitted.groups)))
    if fitted.within is not None and fitted.within in data.columns:
        place = pd.Index(fitted.groups).get_indexer(pd.Index(data[fitted.within].astype(str)))
        if (place < 0).any():
            unknown = sorted(set(data[fitted.within].astype(str)[place < 0]))
            raise InputError(
                f"`data` must name groups of the model in {shown(fitted.within)}; found "
                f"{shown(unknown)}. It has {shown(fitted.groups, most=12)}."
            )
        flags[np.arange(len(data)), place] = 1.0
    return np.hstack([drivers, flags])


UNEQUAL = 0.05
"""Adjusted p-value under which a driver is said to count unequally along the scale."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class OrdinalModel(Result):
    """What moves people along an ordered scale of answers, and how sure that is.

    Parameters
    ----------
    coefficients : DataFrame
        One row a driver: ``term estimate std_error ci_low ci_high p_value std_error_model
        std_error_design``. Above 0: higher ratings of the driver go with higher answers. For
        the logit exp(estimate) multiplies the odds of an answer above any step.
    thresholds : DataFrame
        One row a step between levels, ``"6|7"``, with the same columns: where the linear
        predictor is as likely below as above.
    groups : DataFrame
        Where ``within`` was given, one row a group with the same columns: its constant over the
        average of all.
    proportionality : DataFrame
        One row a driver: ``driver label statistic df p_value p_adjusted slope_low slope_high``:
        test that its coefficient is the same at every step, and its coefficients over the lower and
        the upper steps.
    levels : DataFrame
        One row a level: ``level n share``; ``share`` is weighted.
    outcome : str
    fitted : Fitted
        What :meth:`predict` works with.
    labels : mapping
        Outcome and drivers to their labels.
    facts : mapping
        What :meth:`glance` gives.
    evidence : Evidence
        What effects and predictions are computed from.

    Notes
    -----
    ``effects``, ``profiles`` and ``predicted`` are computed when they are first asked for.
    """

    coefficients: pd.DataFrame
    thresholds: pd.DataFrame
    groups: pd.DataFrame
    proportionality: pd.DataFrame
    levels: pd.DataFrame
    outcome: str
    fitted: Fitted
    labels: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    evidence: Evidence

    @cached_property
    def effects(self) -> pd.DataFrame:
        """What one more point of each driver for everybody changes, everything else as it is.

        One row a driver and measure: ``driver label measure estimate std_error ci_low ci_high
        p_value rank_low rank_high``. ``"mean"`` is in points of the outcome's scale (not for
        worded levels), ``"top1"``, ``"top2"`` … a share, 0-1; ranks are those that cannot be
        ruled out.
        """
        return effect_rows(self.evidence, level=self.fitted.level)

    @cached_property
    def profiles(self) -> pd.DataFrame:
        """The mean answer and the share of the top levels in the profiles of ``predicted``.

        One row a profile and measure: ``label measure estimate std_error ci_low ci_high``.
        """
        return profile_rows(self.fitted, typical_profiles(self.evidence))

    @cached_property
    def predicted(self) -> pd.DataFrame:
        """Shares of each level where all drivers stand low, in the middle, and high.

        One row a profile and level: ``label level estimate std_error ci_low ci_high``; drivers
        stand at their lower quartile (``"low"``), median (``"typical"``) and upper quartile
        (``"high"``).
        """
        return predicted_shares(self.fitted, typical_profiles(self.evidence))

    def tidy(self) -> pd.DataFrame:
        """Give coefficients, group constants and thresholds in one frame."""
        parts = [self.coefficients, self.groups, self.thresholds]
        return pd.concat([part for part in parts if len(part)], ignore_index=True)

    def glance(self) -> pd.DataFrame:
        """Give one row: base, fit, whether it settled, and the test of equal slopes."""
        return pd.DataFrame({name: [value] for name, value in self.facts.items()})

    def predict(self, data: pd.DataFrame) -> pd.DataFrame:
        """Predict the shares of all levels for given ratings.

        Parameters
        ----------
        data : DataFrame
            One row a profile, named by the index, with a column for each driver; where
            ``within`` was given also the group, else groups count as the average.

        Returns
        -------
        DataFrame
            One row a profile and level: ``label level estimate std_error ci_low ci_high``.
            Intervals are symmetric for the logit of a share, so that they stay within 0-1.

        Raises
        ------
        InputError
            A driver is missing, or a group is not one of the model's.
        """
        return predicted_shares(self.fitted, data)


def ordinal_model(
    data: Data,
    *,
    outcome: str,
    drivers: Sequence[str],
    weight: Weight | None = None,
    link: Link = "logit",
    missing: Literal["raise", "drop"] = "raise",
    respondent: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    within: str | None = None,
    top: int | None = None,
    level: float = 0.95,
) -> OrdinalModel:
    """Explain an ordered answer by drivers, without taking its levels for distances.

    Answers *what one more point of a service does to the share of satisfied customers*. Use it
    where the outcome is a rating with few or unequal steps; ``driver_importance`` shares out what
    is explained, this says how much answers move.

    Parameters
    ----------
    data : DataFrame or Survey
        One row a respondent, or a respondent and bank. A survey brings its weight and design.
    outcome : str
        The ordered answer: numbers, or an ordered categorical.
    drivers : sequence of str
        Numeric columns.
    weight : str or SurveyWeights, optional
        Weights >= 0. Coefficients are those of rows repeated as often.
    link : "logit" or "probit", default "logit"
        Proportional odds, or a normal latent scale.
    missing : "raise" or "drop", default "raise"
        Whether missing answers are refused or their rows left out.
    respondent, strata, cluster : str, optional
        Columns of the design. Rows of a person are one cluster.
    within : str, optional
        A column of groups, such as the bank: each gets a constant of its own, so that only
        differences within groups count.
    top : int, optional
        Levels of the scale that count as its top; 2, or 1 up to four levels.
    level : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    OrdinalModel

    Raises
    ------
    InputError
        Drivers follow from each other, or tell levels apart without error; an answer is missing;
        an argument breaks its rule.
    NotEnoughDataError
        The outcome or all drivers are constant, or there are too few rows.
    NotConvergedError
        The iteration did not settle.

    Notes
    -----
    P(answer <= j) = F(threshold_j - x'b), F logistic or normal, by Newton's method with analytic
    derivatives on rows united where they are equal. The log-likelihood is concave, so that the
    estimate is the only one. Thresholds and coefficients are those of R's ``clm``.

    ``std_error`` is the model's (the inverse of the observed information, as R gives it) where
    all rows are drawn singly with equal weight; with weights, strata, clusters or several rows a
    person it is the linearised design error. Both stand in columns of their own. Intervals of
    effects always use the design error, and their target is the average over the population that
    the sample was drawn from.

    Equal slopes are tested driver by driver: the scale's steps are parted into up to four bands,
    the slopes of all drivers are freed between bands by one step of Newton's method (Brant's test
    without its separate regressions), and each driver's differences give a Wald statistic over
    their design covariance, read as Hotelling's T²; Holm's adjustment over drivers.

    References
    ----------
    McCullagh, P. (1980). Regression models for ordinal data. JRSS B 42, 109-142.
    doi:10.1111/j.2517-6161.1980.tb01109.x
    Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex
    surveys. International Statistical Review 51, 279-292. doi:10.2307/1402588
    Brant, R. (1990). Assessing proportionality in the proportional odds model for ordinal
    logistic regression. Biometrics 46, 1171-1178. doi:10.2307/2532457

    Examples
    --------
    >>> from brandkit.satisfaction.ordinal.ordinal import ordinal_model
    >>> answers = pd.DataFrame({"sat": [1, 1, 2, 2, 3, 3, 2, 3], "fees": [1, 2, 2, 1, 3, 2, 3, 3]})
    >>> result = ordinal_model(answers, outcome="sat", drivers=["fees"])
    >>> result.coefficients["estimate"].round(4).tolist()
    [1.5854]
    >>> result.thresholds["term"].tolist()
    ['1|2', '2|3']
    """
    check_option("link", link, get_args(Link))
    check_option("missing", missing, ("raise", "drop"))
    check_level(level)
    names = _checked_names(outcome, drivers, within)
    coded, words = with_coded_outcome(data, outcome)
    rows = survey_rows(
        coded, columns=names, others=[] if within is None else [within], weight=weight,
        respondent=respondent, strata=strata, cluster=cluster,
        missing=missing,
    )  # fmt: skip
    answered = ordered_levels(
        rows.values[:, 0], outcome=outcome, words=words, limits=rows.limits.get(outcome), top=top
    )

    solution = solve(model_columns(rows, drivers, within), answered.code, rows, link=link)

    return _labelled(solution, rows, answered, within=within, level=level)


def _checked_names(outcome: str, drivers: Sequence[str], within: str | None) -> list[str]:
    if isinstance(drivers, str) or not len(drivers):
        raise InputError(
            f"`drivers` must be a list of at least one column; found {shown(drivers)}. "
            "Write drivers=['fees', 'advice']."
        )
    if outcome in drivers or within in drivers:
        both = outcome if outcome in drivers else within
        raise InputError(
            f"`drivers` must not hold the outcome or the groups; found {shown(both)}. Leave it out."
        )
    return [outcome, *drivers]


# --- labels ------------------------------------------------------------------------------------


def _labelled(
    solution: Solution,
    rows: SurveyRows,
    answered: Levels,
    *,
    within: str | None,
    level: float,
) -> OrdinalModel:
    fitted = fitted_model(solution, rows, answered, within=within, level=level)
    table = estimate_rows(fitted.terms, fitted.place, fitted.errors, level=level)
    cuts, p = solution.n_cuts, solution.n_drivers
    thresholds, coefficients, groups = (
        part.reset_index(drop=True)
        for part in (table[:cuts], table[cuts : cuts + p], table[cuts + p :])
    )
    slopes = proportionality_rows(solution, rows)
    return OrdinalModel(
        coefficients=coefficients,
        thresholds=thresholds,
        groups=groups,
        proportionality=slopes,
        levels=_level_rows(rows, answered),
        outcome=rows.columns[0],
        fitted=fitted,
        labels={name: rows.labels.get(name, name) for name in rows.columns},
        facts=_facts(solution, rows, slopes, fitted),
        evidence=Evidence(solution, rows, answered),
        notes=(
            *(*rows.notes, *small_base(rows), *answered.notes),
            *(*solution.regressors.notes, *_notes(solution, rows, slopes, fitted)),
        ),
    )


def _level_rows(rows: SurveyRows, answered: Levels) -> pd.DataFrame:
    weighted = np.bincount(answered.code, weights=rows.weight)
    return pd.DataFrame(
        {"level": answered.levels, "n": answered.counts, "share": weighted / weighted.sum()}
    )


def _facts(
    solution: Solution, rows: SurveyRows, slopes: pd.DataFrame, fitted: Fitted
) -> dict[str, object]:
    weights = solution.cells.by_level(solution.cells.weight)
    null = float(weights @ np.log(weights / weights.sum()))
    return {
        "item": rows.columns[0],
        "link": solution.link,
        "n": len(rows),
        "n_persons": rows.n_persons,
        "n_dropped": rows.n_dropped,
        "log_likelihood": solution.maximum.value,
        "pseudo_r2": 1.0 - solution.maximum.value / null,
        "n_levels": solution.cells.n_levels,
        "n_iterations": solution.maximum.iterations,
        "is_converged": solution.maximum.is_settled,
        "p_proportional": float(slopes["p_adjusted"].min()) if len(slopes) else np.nan,
        "method": "design" if fitted.errors.is_designed else "model",
        "ci_level": fitted.level,
    }


def _notes(
    solution: Solution, rows: SurveyRows, slopes: pd.DataFrame, fitted: Fitted
) -> list[Message]:
    notes = []
    if fitted.errors.is_designed:
        said = (
            "Errors allow for weights, strata and rows that belong together; those of the model, "
            "which do not, stand beside them."
        )
        notes.append(Message(said))
    else:
        said = "Errors are those of the model: every row is drawn singly and weighs the same."
        notes.append(Message(said))
    if rows.is_weighted:
        notes.append(Message("The log-likelihood takes weights as numbers of rows."))
    brand = rows.design["brand"]
    if brand is not None and not solution.columns.groups:
        told = (
            "Banks are taken together: differences between banks count as well as those between "
            "customers of one bank. within={column} looks within banks."
        )
        notes.append(Message(told, {"column": f"“{brand}”"}))
    unequal = slopes.loc[slopes["p_adjusted"] < UNEQUAL, "driver"].tolist()
    if unequal:
        told = (
            "{names} {n:counts|count} unequally along the scale, so that one coefficient is an "
            "average over its steps."
        )
        notes.append(Message(told, {"names": [f"“{name}”" for name in unequal], "n": len(unequal)}))
    return notes
