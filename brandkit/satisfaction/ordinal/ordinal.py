"""Ordinal model: what moves people along a scale of answers, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Final, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from scipy.special import expit, stdtrit

from brandkit.core import errors
from brandkit.core.errors import frame_of, shown
from brandkit.core.intervals import holm, t_interval
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.sampling.design import SurveyData
from brandkit.sampling.rows import Data, SurveyRows, Weight, survey_rows, with_responses
from brandkit.satisfaction import fitting
from brandkit.satisfaction.ordinal import kernel
from brandkit.satisfaction.ordinal.kernel import Link, Solution

MOST_LEVELS: Final = 50
#: Answers under which a level is called thin.
THIN: Final = 10
#: Levels up to which the top is one level rather than two.
FEW_LEVELS: Final = 4
#: Adjusted p-value under which a driver is said to count unequally along the scale.
UNEQUAL: Final = 0.05
#: Profiles, and the quantile of its ratings at which every driver stands in them.
PROFILES: Final = {"low": 0.25, "typical": 0.5, "high": 0.75}


class Levels(NamedTuple):
    """Ordered answers."""

    code: Codes  # level of each row, from 0; each occurs
    levels: tuple[str, ...]  # their names
    values: Floats | None  # the answers as numbers; None where they are words
    counts: Codes  # rows of each level
    top: int  # levels counted as the top
    notes: tuple[Message, ...]


@dataclass(frozen=True, eq=False)
class Fitted:
    """The estimate with the rows and levels it comes from, in the drivers' own units.

    Parameters
    ----------
    solution : Solution
    rows : SurveyRows
    answered : Levels
    within : str, optional
        The column of the groups.
    level : float
        Of the intervals.
    """

    solution: Solution
    rows: SurveyRows
    answered: Levels
    within: str | None
    level: float

    @cached_property
    def place(self) -> Floats:
        """Thresholds, coefficients of the drivers, constants of the groups."""
        return np.asarray(self.solution.to_units() @ self.solution.maximum.place)

    @cached_property
    def errors(self) -> fitting.Errors:
        """Their covariance, by the model and by the design."""
        solution, rows, turn = self.solution, self.rows, self.solution.to_units()
        model = turn @ solution.inverse @ turn.T
        design = turn @ solution.design_covariance(solution.influence, rows) @ turn.T
        return fitting.errors_of(
            rows, model=model, design=design, n=len(rows), n_units=rows.n_units
        )

    def measures(self) -> tuple[list[str], Floats]:
        """Name the measures, and give what each gains at each threshold."""
        answered, cuts = self.answered, self.solution.n_cuts
        top = (np.arange(cuts) == cuts - answered.top).astype(float)
        name = f"top{answered.top}"
        if answered.values is None:
            return [name], top[None]
        return ["mean", name], np.stack([np.diff(answered.values), top])

    def profiles(self) -> pd.DataFrame:
        """Give profiles in which all drivers stand at a weighted quantile of their ratings."""
        ratings = self.solution.columns.values[:, self.solution.kept]
        quantiles = np.quantile(
            ratings,
            list(PROFILES.values()),
            axis=0,
            method="inverted_cdf",
            weights=self.rows.weight if self.rows.is_weighted else None,
        )
        return pd.DataFrame(quantiles, index=list(PROFILES), columns=list(self.solution.drivers))

    def shares(self, data: pd.DataFrame) -> tuple[Floats, Floats]:
        """Predict the share of each level for rows of ratings, with derivatives by ``place``."""
        names, groups, within = self.solution.drivers, self.solution.columns.groups, self.within
        data = frame_of("data", data)
        errors.require_columns(data, names, argument="drivers")
        x, cuts = errors.numeric_matrix("data", data[list(names)]), self.solution.n_cuts
        flags = np.zeros((len(data), len(groups)))
        if within is not None and within in data.columns:
            asked = [label_text(one) for one in data[within]]
            if unknown := sorted(set(asked) - set(groups)):
                raise errors.InputError(
                    f"`data` must name groups of the model in {shown(within)}; found "
                    f"{shown(unknown)}. It has {shown(groups, most=12)}."
                )
            flags[np.arange(len(data)), [groups.index(one) for one in asked]] = 1.0
        x, thresholds, slopes = np.hstack([x, flags]), self.place[:cuts], self.place[cuts:]
        return kernel.level_shares(x @ slopes, x, thresholds, self.solution.link)

    def logit_interval(self, share: Floats, error: Floats) -> tuple[Floats, Floats]:
        """Give ends symmetric for the logit, whose error is that of the share over p(1 - p)."""
        inside = np.clip(share, 1e-300, 1 - 1e-16)
        half = stdtrit(self.errors.df, (1 + self.level) / 2) * error / (inside * (1 - inside))
        place = np.log(inside) - np.log1p(-inside)
        return expit(place - half), expit(place + half)


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
        What effects and predictions are computed from.
    labels : mapping
        Outcome and drivers to their labels.
    facts : mapping
        What :meth:`glance` gives.

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
    labels: Mapping[str, str]
    facts: Mapping[str, Any]

    @cached_property
    def effects(self) -> pd.DataFrame:
        """What one more point of each driver for everybody changes, everything else as it is.

        One row a driver and measure: ``driver label measure estimate std_error ci_low ci_high
        p_value rank_low rank_high``. ``"mean"`` is in points of the outcome's scale (not for
        worded levels), ``"top1"``, ``"top2"`` … a share, 0-1; ranks are those that cannot be
        ruled out.
        """
        return _effect_rows(self.fitted)

    @cached_property
    def profiles(self) -> pd.DataFrame:
        """The mean answer and the share of the top levels in the profiles of ``predicted``.

        One row a profile and measure: ``label measure estimate std_error ci_low ci_high``.
        """
        return _profile_rows(self.fitted)

    @cached_property
    def predicted(self) -> pd.DataFrame:
        """Shares of each level where all drivers stand low, in the middle, and high.

        One row a profile and level: ``label level estimate std_error ci_low ci_high``; drivers
        stand at their lower quartile (``"low"``), median (``"typical"``) and upper quartile
        (``"high"``).
        """
        return _predicted_rows(self.fitted, self.fitted.profiles())

    def tidy(self) -> pd.DataFrame:
        """Give coefficients, group constants and thresholds in one frame."""
        parts = [self.coefficients, self.groups, self.thresholds]
        return pd.concat([part for part in parts if len(part)], ignore_index=True)

    def glance(self) -> pd.DataFrame:
        """Give one row: base, fit, whether it settled, and the test of equal slopes."""
        return pd.DataFrame([self.facts])

    @property
    def top(self) -> str:
        """The measure of the top levels: ``"top2"``."""
        return f"top{self.fitted.answered.top}"

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
        return _predicted_rows(self.fitted, data)


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
    errors.check_option("link", link, get_args(Link))
    errors.check_option("missing", missing, ("raise", "drop"))
    fitting.check_call(outcome, drivers, level=level, within=within)
    numbered, words = _numbered(data, outcome)
    design: dict[str, Any] = {"respondent": respondent, "strata": strata, "cluster": cluster}
    design |= {"weight": weight, "others": [] if within is None else [within]}
    rows = survey_rows(numbered, columns=[outcome, *drivers], missing=missing, **design)
    answered = ordered_levels(rows, words=words, top=top)

    columns = kernel.model_columns(rows, drivers, within)
    solution = kernel.solve(columns, answered.code, rows, link=link)

    fitted = Fitted(solution, rows, answered, within, level)
    steps = [f"{low}|{high}" for low, high in pairwise(answered.levels)]
    terms = [*steps, *solution.drivers, *columns.groups]
    table = fitting.estimate_rows(terms, fitted.place, fitted.errors, level=level)
    ends = [0, solution.n_cuts, solution.n_cuts + len(solution.kept), len(table)]
    thresholds, coefficients, groups = (
        table[start:end].reset_index(drop=True) for start, end in pairwise(ends)
    )
    slopes = _proportionality_rows(solution, rows)
    weighted = np.bincount(answered.code, weights=rows.weight)
    levels = {"level": answered.levels, "n": answered.counts, "share": weighted / weighted.sum()}
    model = (*solution.regressors.notes, *_notes(fitted, slopes))
    return OrdinalModel(
        coefficients=coefficients,
        thresholds=thresholds,
        groups=groups,
        proportionality=slopes,
        levels=pd.DataFrame(levels),
        outcome=outcome,
        fitted=fitted,
        labels=dict(zip(rows.columns, rows.named(rows.columns), strict=True)),
        facts=_facts(fitted, slopes),
        notes=(*rows.notes, *fitting.small_base(rows), *answered.notes, *model),
    )


# --- levels --------------------------------------------------------------------------------------


def _numbered(data: Data, outcome: str) -> tuple[Data, tuple[str, ...]]:
    """Give ordered words as numbers, and the words; other outcomes stay as they are."""
    frame = data.responses if isinstance(data, SurveyData) else data
    if not isinstance(frame, pd.DataFrame) or outcome not in frame.columns:
        return data, ()
    column = frame[outcome]
    if not (isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered):
        return data, ()
    codes = column.cat.codes.astype(float)
    frame = frame.assign(**{outcome: codes.where(codes >= 0)})
    return with_responses(data, frame), tuple(label_text(word) for word in column.cat.categories)


def ordered_levels(rows: SurveyRows, *, words: tuple[str, ...], top: int | None) -> Levels:
    """Code the outcome, the first of the rows' columns, by its order.

    ``words`` name the levels where answers are codes of ordered words; ``top`` levels of the
    scale count as its top. Notes say which levels are thin or empty.
    """
    outcome = rows.columns[0]
    values, code, counts = np.unique(rows.values[:, 0], return_inverse=True, return_counts=True)
    if len(values) > MOST_LEVELS:
        raise errors.InputError(
            f"`outcome` must have at most {MOST_LEVELS} different answers; found {len(values)} in "
            f"{shown(outcome)}. Use driver_importance for a measured amount, or put it in classes."
        )
    if len(values) < 2:
        raise errors.NotEnoughDataError(
            f"`outcome` must have at least two different answers; found {shown(values.tolist())} "
            f"throughout in {shown(outcome)}. Nothing can be explained where nothing differs."
        )

    def named(answers: Floats) -> tuple[str, ...]:
        return tuple(words[int(one)] if words else f"{one:g}" for one in answers)

    low, high = rows.limits.get(outcome, (float(values[0]), float(values[-1])))
    if words:
        low, high = 0.0, len(words) - 1.0
    is_whole = bool((values % 1 == 0).all()) and high - low < MOST_LEVELS
    scale = np.arange(low, high + 1) if is_whole else values
    wanted = (1 if len(scale) <= FEW_LEVELS else 2) if top is None else top
    if not 1 <= wanted < len(scale):
        raise errors.InputError(
            f"`top` must be a whole number between 1 and {len(scale) - 1} for a scale of "
            f"{len(scale)} levels; found {shown(top)}."
        )
    reached = min(max(int((values >= scale[-wanted]).sum()), 1), len(values) - 1)
    names, empty = named(values), named(np.setdiff1d(scale, values))
    thin = [name for name, n in zip(names, counts, strict=True) if n < THIN]
    notes = noted(
        "Fewer than {least:count} answers at {n:level|levels} {levels}: the "
        "{n:threshold|thresholds} there {n:is|are} uncertain.",
        levels=thin,
        least=THIN,
    )
    notes += noted(
        "Nobody answered {levels}; {n:the level is|the levels are} united with the next.",
        levels=empty,
    )
    numbers = None if words else values
    return Levels(code.reshape(-1), names, numbers, counts, reached, tuple(notes))


# --- tables --------------------------------------------------------------------------------------


def _effect_rows(fitted: Fitted) -> pd.DataFrame:
    """Give what one more point of each driver changes on average, driver by driver.

    The change of every row and the estimate of the model are linearised together, so that errors
    hold for the population's average.
    """
    solution, rows, level = fitted.solution, fitted.rows, fitted.level
    cells, place = solution.cells, solution.maximum.place
    measures, gains = fitted.measures()
    steps = 1 / solution.spread
    changes = kernel.average_changes(cells, place, solution.link, gains=gains, steps=steps)
    p, q, m = changes.each.shape
    through = solution.influence @ changes.gradient.reshape(p * q, -1).T
    moved = changes.each - changes.estimate[:, :, None]
    influence = moved.reshape(p * q, m).T / cells.weight.sum() + through
    covariance = solution.design_covariance(influence, rows)
    blocks, error = covariance.reshape(p, q, p, q), fitting.root(covariance)
    ranks = [
        fitting.rank_sets(changes.estimate[:, at], blocks[:, at, :, at], rows.df, level=level)
        for at in range(q)
    ]
    first, last = np.array(ranks).transpose(1, 2, 0)
    estimates = fitting.estimate_columns(changes.estimate.ravel(), error, rows.df, level=level)
    labels = np.repeat(rows.named(solution.drivers), q)
    names = {"driver": np.repeat(solution.drivers, q), "label": labels}
    frame = pd.DataFrame(names | {"measure": np.tile(measures, p)} | estimates)
    return frame.assign(rank_low=first.ravel(), rank_high=last.ravel())


def _proportionality_rows(solution: Solution, rows: SurveyRows) -> pd.DataFrame:
    """Test driver by driver whether it counts the same at every step."""
    columns = ["driver", "label", "statistic", "df", "p_value", "p_adjusted"]
    if solution.n_cuts < 2:
        empty = pd.DataFrame(columns=[*columns, "slope_low", "slope_high"], dtype=float)
        return empty.astype({"driver": object, "label": object})
    freed = kernel.slope_steps(solution)
    p, q = freed.step.shape
    covariance = freed.known @ solution.design_covariance(freed.influence, rows) @ freed.known
    blocks, left = covariance.reshape(p, q, p, q), max(rows.df - len(solution.inverse), q)
    tests = np.array([fitting.wald(freed.step[k], blocks[k, :, k], left) for k in range(p)])
    tested = {"statistic": tests[:, 0], "df": float(q), "p_value": tests[:, 1]}
    ends = freed.slopes[:, [0, -1]] / solution.spread[:, None]
    names = {"driver": solution.drivers, "label": rows.named(solution.drivers)}
    return pd.DataFrame(names | tested).assign(
        p_adjusted=holm(tests[:, 1]), slope_low=ends[:, 0], slope_high=ends[:, 1]
    )


def _predicted_rows(fitted: Fitted, data: pd.DataFrame) -> pd.DataFrame:
    """Predict the share of each level for each row of ratings, with intervals."""
    shares, gradient = fitted.shares(data)
    error = _errors(fitted, gradient)
    ends = fitted.logit_interval(shares, error)
    return _cells(data, {"level": fitted.answered.levels}, shares, error, *ends)


def _profile_rows(fitted: Fitted) -> pd.DataFrame:
    """Give the mean answer and the share of the top levels in each profile."""
    profiles, values = fitted.profiles(), fitted.answered.values
    measures, gains = fitted.measures()
    shares, gradient = fitted.shares(profiles)
    # what a measure counts at each level is what it gains at the thresholds beneath
    counted = np.hstack([np.zeros((len(measures), 1)), np.cumsum(gains, axis=1)])
    if values is not None:
        counted[0] += values[0]
    estimate, slopes = shares @ counted.T, np.einsum("ql,mlk->mqk", counted, gradient)
    error = _errors(fitted, slopes)
    low, high = t_interval(estimate, std_error=error, df=fitted.errors.df, level=fitted.level)
    low[:, -1], high[:, -1] = fitted.logit_interval(estimate[:, -1], error[:, -1])
    return _cells(profiles, {"measure": measures}, estimate, error, low, high)


def _errors(fitted: Fitted, gradient: Floats) -> Floats:
    variance = np.einsum("mlk,kj,mlj->ml", gradient, fitted.errors.chosen, gradient)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _cells(data: pd.DataFrame, across: dict[str, Sequence[str]], *numbers: Floats) -> pd.DataFrame:
    """Give a row for each row of the data and what stands across, with numbers (rows, across)."""
    [(head, names)], columns = across.items(), ("estimate", "std_error", "ci_low", "ci_high")
    labels = np.repeat([label_text(label) for label in data.index], len(names))
    cells = {name: one.ravel() for name, one in zip(columns, numbers, strict=True)}
    return pd.DataFrame({"label": labels, head: np.tile(names, len(data)), **cells})


def _facts(fitted: Fitted, slopes: pd.DataFrame) -> dict[str, Any]:
    solution, rows = fitted.solution, fitted.rows
    weights = solution.cells.by_level()
    null = float(weights @ np.log(weights / weights.sum()))
    top, proportional = solution.maximum, float(slopes["p_adjusted"].min())
    bases = {"n": len(rows), "n_persons": rows.n_persons, "n_dropped": rows.n_dropped}
    fit = {"log_likelihood": top.value, "pseudo_r2": 1.0 - top.value / null}
    fit |= {"n_levels": solution.n_cuts + 1, "n_iterations": top.iterations}
    method = "design" if fitted.errors.is_designed else "model"
    tested = {"is_converged": top.is_settled, "p_proportional": proportional, "method": method}
    names = {"item": rows.columns[0], "link": solution.link}
    return names | bases | fit | tested | {"ci_level": fitted.level}


def _notes(fitted: Fitted, slopes: pd.DataFrame) -> list[Message]:
    errors = Message(
        "Errors are those of the model: every row is drawn singly and weighs the same."
    )
    if fitted.errors.is_designed:
        errors = Message(
            "Errors allow for weights, strata and rows that belong together; those of the model, "
            "which do not, stand beside them."
        )
    notes, brand = [errors], fitted.rows.design["brand"]
    if fitted.rows.is_weighted:
        notes.append(Message("The log-likelihood takes weights as numbers of rows."))
    notes += noted(
        "Banks are taken together: differences between banks count as well as those between "
        "customers of one bank. within={column} looks within banks.",
        column=[f"“{brand}”"] if brand is not None and fitted.within is None else [],
    )
    unequal = slopes.loc[slopes["p_adjusted"] < UNEQUAL, "driver"]
    return notes + noted(
        "{names} {n:counts|count} unequally along the scale, so that one coefficient is an "
        "average over its steps.",
        names=[f"“{name}”" for name in unequal],
    )
