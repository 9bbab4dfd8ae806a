"""Frames of an ordinal model: effects, equal slopes, predicted shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, stdtrit

from brandkit.core.checks import numeric_matrix, require_columns, require_frame
from brandkit.core.errors import InputError, shown
from brandkit.core.intervals import t_interval
from brandkit.core.linalg import Floats
from brandkit.core.multiplicity import holm
from brandkit.core.survey_rows import SurveyRows
from brandkit.satisfaction.model_errors import Errors, is_designed, p_values, rank_sets, root, wald
from brandkit.satisfaction.ordinal_kernel import Link
from brandkit.satisfaction.ordinal_levels import Levels
from brandkit.satisfaction.ordinal_shares import average_changes, level_shares
from brandkit.satisfaction.ordinal_solution import Solution
from brandkit.satisfaction.proportionality import slope_steps

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
