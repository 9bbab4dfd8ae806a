"""Whether chances depend on which other banks there are: each bank left out in turn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brandkit.core.errors import BrandkitError
from brandkit.core.linalg import Floats
from brandkit.core.multiplicity import holm
from brandkit.satisfaction.choice_solution import Solution, solve
from brandkit.satisfaction.model_errors import wald

LEAST_LEFT = 30
"""Choices that must be left without a bank, and that its leaving must change."""


def independence_rows(solution: Solution) -> pd.DataFrame:
    """Compare the coefficients with those estimated without each bank.

    Parameters
    ----------
    solution : Solution

    Returns
    -------
    DataFrame
        One row a bank: ``brand n statistic df p_value p_adjusted``; ``n`` choices are left
        without it. Values are missing where too few are left or touched.

    Notes
    -----
    If what other banks there are does not matter, both estimates aim at the same coefficients.
    Their difference is a sum over persons, whose design covariance gives Hotelling's T²
    (Hausman and McFadden's test without its matrix that may not be positive).

    References
    ----------
    Hausman, J. and McFadden, D. (1984). Specification tests for the multinomial logit model.
    Econometrica 52, 1219-1240. doi:10.2307/1910997
    Weesie, J. (1999). Seemingly unrelated estimation and the cluster-adjusted sandwich
    estimator. Stata Technical Bulletin 52, 34-47.
    """
    banks = np.unique(solution.choices.brand).tolist()
    tested = [_without(solution, bank) for bank in banks]
    p_value = np.array([one[3] for one in tested])
    adjusted = np.full(len(p_value), np.nan)
    known = ~np.isnan(p_value)
    adjusted[known] = holm(p_value[known])
    return pd.DataFrame(
        {
            "brand": [solution.choices.brands[bank] for bank in banks],
            "n": [one[0] for one in tested],
            "statistic": [one[1] for one in tested],
            "df": [one[2] for one in tested],
            "p_value": p_value,
            "p_adjusted": adjusted,
        }
    )


def _without(solution: Solution, bank: int) -> tuple[int, float, float, float]:
    """Give the choices left without a bank, and the test."""
    choices = solution.choices
    keep = choices.brand != bank
    touched = np.unique(choices.sets.of_row[~keep])
    nothing = (np.nan, np.nan, np.nan)
    part = choices.part(keep)
    n = len(part.sets.weight)
    if n < LEAST_LEFT or len(touched) < LEAST_LEFT:
        return n, *nothing
    try:
        other = solve(part, with_constants=bool(solution.constants), start=_in_units(solution))
    except BrandkitError:
        return n, *nothing
    shared = [at for at in solution.kept if at in other.kept]
    gap = _in_units(other)[shared] - _in_units(solution)[shared]
    influence = _influence(other, shared) - _influence(solution, shared)
    covariance = choices.rows.covariance(influence)
    statistic, p = wald(gap, covariance, choices.rows.df)
    return n, statistic, float(len(shared)), p


def _in_units(solution: Solution) -> Floats:
    """Give the coefficients of all attributes in their units; 0 where one was left out."""
    place = np.zeros(len(solution.choices.attributes))
    place[solution.kept] = solution.maximum.place[: len(solution.kept)] / solution.spread
    return place


def _influence(solution: Solution, shared: list[int]) -> Floats:
    at = [solution.kept.index(one) for one in shared]
    return np.asarray(solution.row_influence[:, at] / solution.spread[at])
