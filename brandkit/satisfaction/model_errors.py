"""Errors of a model's coefficients: by the model, and by the design of the sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import fdtrc, stdtr

from brandkit.core.intervals import t_interval
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.multiplicity import holm
from brandkit.core.survey_rows import SurveyRows

Codes = NDArray[np.intp]

SMALL_BASE = 30
"""Effective persons under which a base is called small."""


@dataclass(frozen=True, eq=False)
class Errors:
    """Covariances of parameters by the model and by the design, and which of them counts.

    Parameters
    ----------
    model, design : ndarray, shape (k, k)
    is_designed : bool
        Whether rows differ in weight or hang together, so that the model's errors do not hold.
    df : float
        Degrees of freedom of the one that counts.
    """

    model: Floats
    design: Floats
    is_designed: bool
    df: float

    @property
    def chosen(self) -> Floats:
        """The covariance that intervals use."""
        return self.design if self.is_designed else self.model


def is_designed(rows: SurveyRows, *, n: int, n_units: int | None = None) -> bool:
    """Say whether a sample is anything else than n single observations of equal weight.

    Parameters
    ----------
    rows : SurveyRows
    n : int
        Observations: rows, or sets of rows from which one was chosen.
    n_units : int, optional
        Sampling units they come from; all where not given.
    """
    units = rows.n_units if n_units is None else n_units
    strata = int(np.unique(rows.stratum).size) > 1
    return bool(rows.is_weighted or units < n or strata or rows.calibration is not None)


def estimate_rows(
    names: Sequence[str], place: Floats, errors: Errors, *, level: float
) -> pd.DataFrame:
    """Give one row a parameter: ``term estimate std_error ci_low ci_high p_value`` and both errors.

    Parameters
    ----------
    names : sequence of str
    place : ndarray, shape (k,)
    errors : Errors
    level : float

    Returns
    -------
    DataFrame
    """
    chosen = root(errors.chosen)
    low, high = t_interval(place, std_error=chosen, df=errors.df, level=level)
    return pd.DataFrame(
        {
            "term": list(names),
            "estimate": place,
            "std_error": chosen,
            "ci_low": low,
            "ci_high": high,
            "p_value": p_values(place, chosen, errors.df),
            "std_error_model": root(errors.model),
            "std_error_design": root(errors.design),
        }
    )


def root(covariance: Floats) -> Floats:
    """Give standard errors from a covariance; rounding below 0 counts as 0."""
    return np.asarray(np.sqrt(np.maximum(np.diagonal(covariance), 0.0)))


def p_values(estimate: Floats, std_error: Floats, df: float | Floats) -> Floats:
    """Give two-sided p-values of Student's t; missing where nothing varies."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(estimate / std_error)
    return np.asarray(2 * stdtr(df, -t))


def wald(score: Floats, covariance: Floats, df: float) -> tuple[float, float]:
    """Test that several scores are 0 together, over a covariance that was estimated.

    Parameters
    ----------
    score : ndarray, shape (q,)
    covariance : ndarray, shape (q, q)
    df : float
        Degrees of freedom of the covariance: units minus strata.

    Returns
    -------
    statistic : float
        Hotelling's T².
    p_value : float
        From F with q and df - q + 1 degrees of freedom; missing where df < q.

    References
    ----------
    Korn, E. L. and Graubard, B. I. (1990). Simultaneous testing of regression coefficients with
    complex survey data. The American Statistician 44, 270-276. doi:10.1080/00031305.1990.10475737

    Examples
    --------
    >>> statistic, p = wald(np.array([2.0]), np.eye(1), 1e9)
    >>> statistic, round(p, 4)
    (4.0, 0.0455)
    """
    q = len(score)
    statistic = float(score @ np.linalg.pinv(covariance, hermitian=True) @ score)
    if df < q:
        return statistic, float("nan")
    scaled = statistic * (df - q + 1) / (df * q)
    return statistic, float(fdtrc(q, df - q + 1, scaled))


def rank_sets(
    estimate: Floats, covariance: Floats, df: float, *, level: float
) -> tuple[Codes, Codes]:
    """Give the ranks, 1 the largest, that cannot be ruled out for each of several estimates.

    Parameters
    ----------
    estimate : ndarray, shape (q,)
    covariance : ndarray, shape (q, q)
    df : float
    level : float
        All sets hold their true ranks together with this chance, or a larger one.

    Returns
    -------
    low, high : ndarray of int
        One more than those that are larger beyond doubt, and those that are not smaller beyond
        doubt: all pairs are compared, adjusted by Holm.

    References
    ----------
    Mohamad, D., Goeman, J. J. and van Zwet, E. W. (2020). Simultaneous confidence intervals for
    ranks. Computational Statistics & Data Analysis 157. doi:10.1016/j.csda.2020.107146

    Examples
    --------
    >>> low, high = rank_sets(np.array([3.0, 0.1, 0.0]), np.eye(3) / 9, 1e9, level=0.95)
    >>> low.tolist(), high.tolist()
    ([1, 2, 2], [1, 3, 3])
    """
    first, second = np.triu_indices(len(estimate), 1)
    variance = np.diagonal(covariance)
    spread = variance[first] + variance[second] - 2 * covariance[first, second]
    gap = estimate[first] - estimate[second]
    adjusted = holm(np.nan_to_num(p_values(gap, np.sqrt(np.maximum(spread, 0.0)), df), nan=1.0))
    beaten = np.zeros((len(estimate), len(estimate)), dtype=bool)
    sure = adjusted < 1 - level
    beaten[first, second], beaten[second, first] = sure & (gap < 0), sure & (gap > 0)
    return 1 + beaten.sum(axis=1), len(estimate) - beaten.sum(axis=0)


def small_base(rows: SurveyRows) -> tuple[Message, ...]:
    """Say so where the effective number of persons (Kish) is small."""
    by_person = np.bincount(rows.person, weights=rows.weight)
    n = float(by_person.sum() ** 2 / (by_person**2).sum())
    if n >= SMALL_BASE:
        return ()
    said = "The effective base is {n:count} persons, under {least:count}: read it with care."
    return (Message(said, {"n": n, "least": SMALL_BASE}),)
