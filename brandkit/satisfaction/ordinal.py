"""Ordinal model: what moves people along a scale of answers, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.checks import check_level, check_option
from brandkit.core.errors import InputError, shown
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.survey_rows import Data, SurveyRows, Weight, survey_rows
from brandkit.satisfaction.model_errors import estimate_rows, small_base
from brandkit.satisfaction.ordinal_frames import (
    Evidence,
    Fitted,
    effect_rows,
    fitted_model,
    predicted_shares,
    profile_rows,
    proportionality_rows,
    typical_profiles,
)
from brandkit.satisfaction.ordinal_kernel import Link
from brandkit.satisfaction.ordinal_levels import Levels, ordered_levels, with_coded_outcome
from brandkit.satisfaction.ordinal_solution import Solution, model_columns, solve

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
    >>> from brandkit.satisfaction.ordinal import ordinal_model
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
