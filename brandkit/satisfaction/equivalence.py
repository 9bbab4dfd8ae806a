"""Equal, different or open: tests of differences between banks against one that matters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr

from brandkit.core.effective_base import carried_df
from brandkit.core.intervals import t_interval
from brandkit.core.linalg import Floats
from brandkit.core.linearised import linearised_covariance
from brandkit.core.multiplicity import holm
from brandkit.core.survey_design import SurveyRows

Codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class BankMeans:
    """Means of one item by bank, with what each sampling unit adds to them.

    Parameters
    ----------
    mean : ndarray, shape (banks,)
    contributions : ndarray, shape (units, banks)
        As ``SurveyRows.contributions`` gives them.
    n, persons : ndarray, shape (banks,)
        Answers, and persons who gave them.
    both : ndarray, shape (banks, banks)
        Persons who rated both.
    """

    mean: Floats
    contributions: Floats
    n: Floats
    persons: Floats
    both: Floats


def bank_means(rows: SurveyRows, *, answers: Floats, bank: Codes, n_banks: int) -> BankMeans:
    """Take means of an item by bank, and what the sampling units add to them.

    Parameters
    ----------
    rows : SurveyRows
    answers : ndarray, shape (n,)
        Missing ones are left out.
    bank : ndarray of int, shape (n,)
        Bank of each row; -1 leaves it out.
    n_banks : int

    Returns
    -------
    BankMeans
        Of all banks; those without answers have a missing mean.
    """
    used = (bank >= 0) & ~np.isnan(answers)
    inside = bank[:, None] == np.arange(n_banks)
    inside &= used[:, None]
    value = np.where(used, answers, 0.0)
    weight = (inside * rows.weight[:, None]).sum(axis=0)
    with np.errstate(invalid="ignore"):
        mean = (inside * (rows.weight * value)[:, None]).sum(axis=0) / weight
    off = inside * (value[:, None] - np.nan_to_num(mean)) / np.where(weight > 0, weight, 1.0)
    met = np.zeros((rows.n_persons, n_banks))
    met[rows.person[used], bank[used]] = 1.0
    return BankMeans(
        mean=np.asarray(mean),
        contributions=rows.contributions(off),
        n=inside.sum(axis=0).astype(float),
        persons=met.sum(axis=0),
        both=met.T @ met,
    )


def pair_contrasts(banks: int) -> Floats:
    """Give one row a pair of banks: +1 for the first, -1 for the second.

    Examples
    --------
    >>> pair_contrasts(3).astype(int).tolist()
    [[1, -1, 0], [1, 0, -1], [0, 1, -1]]
    """
    first, second = np.triu_indices(banks, 1)
    identity = np.eye(banks)
    return np.asarray(identity[first] - identity[second])


def rest_contrasts(banks: int) -> Floats:
    """Give one row a bank: itself less the plain mean of the others.

    Examples
    --------
    >>> rest_contrasts(3).tolist()[0]
    [1.0, -0.5, -0.5]
    """
    share = 1.0 / (banks - 1)
    return np.asarray(np.eye(banks) * (1.0 + share) - share)


def verdicts(
    means: BankMeans,
    *,
    contrasts: Floats,
    smallest: float,
    rows: SurveyRows,
    level: float,
) -> pd.DataFrame:
    """Test contrasts of bank means against no difference and against one that matters.

    Parameters
    ----------
    means : BankMeans
    contrasts : ndarray, shape (m, banks)
    smallest : float, > 0
        The smallest difference that matters.
    rows : SurveyRows
        Whose design made the contributions.
    level : float

    Returns
    -------
    DataFrame
        ``estimate std_error ci_low ci_high p_equal p_equal_adjusted p_value p_adjusted verdict``,
        one row a contrast; both p-values are adjusted over the rows.

    Notes
    -----
    Two one-sided tests: p_equal = P(T <= (|d| - smallest)/error), small where the difference lies
    surely within the limits on both sides. Degrees of freedom by
    :func:`~brandkit.core.effective_base.carried_df`.
    """
    difference = contrasts @ means.mean
    totals = means.contributions @ contrasts.T
    variance = np.diag(linearised_covariance(totals, stratum=rows.stratum))
    error = np.sqrt(np.maximum(variance, 0.0))
    df = carried_df(totals, df=rows.df)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(difference == 0, 0.0, np.abs(difference) / error)
        beyond = (np.abs(difference) - smallest) / error
    p_value, p_equal = 2 * stdtr(df, -apart), stdtr(df, beyond)
    low, high = t_interval(difference, std_error=error, df=df, level=level)
    adjusted, equal_adjusted = holm(p_value), holm(p_equal)
    alpha = 1 - level + 1e-12
    said = np.where(
        equal_adjusted <= alpha, "equal", np.where(adjusted <= alpha, "different", "open")
    )
    return pd.DataFrame(
        {
            "estimate": difference, "std_error": error, "ci_low": low, "ci_high": high,
            "ci_level": level, "smallest_difference": smallest, "p_equal": p_equal,
            "p_equal_adjusted": equal_adjusted, "p_value": p_value, "p_adjusted": adjusted,
            "verdict": said.astype(object),
        }
    )  # fmt: skip
