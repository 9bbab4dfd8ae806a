"""Frames of a comparison: groups with their scores, and pairs with their tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.satisfaction.domains import DomainEstimates
from brandkit.satisfaction.pair_tests import PairTests
from brandkit.satisfaction.scales import Measure
from brandkit.satisfaction.score_estimates import UNITS, shown_base


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
        As :func:`~brandkit.satisfaction.score_estimates.shown_numbers` gives them.
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
