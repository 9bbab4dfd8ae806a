"""Partial pooling: estimates of banks drawn toward their mean as far as noise explains them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_level,
    check_option,
    did_you_mean,
    numeric_matrix,
    require_columns,
    require_frame,
    shown,
)
from brandkit.core.intervals import t_interval
from brandkit.core.labels import label_text
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.satisfaction.groups import BETWEEN
from brandkit.satisfaction.pooling.kernel import (
    BetweenMethod,
    common_mean,
    morris_pooled,
    paule_mandel,
    reml,
    weighted_squares,
)

#: Estimates that can be pooled: with three, all the evidence goes into mean and spread.
FEWEST = 4


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PartialPooling(Result):
    """Raw estimates with the pooled ones beside them.

    Parameters
    ----------
    estimates : DataFrame
        One row an estimate: ``group label estimate std_error rank pooled pooled_error ci_low
        ci_high ci_level pooled_rank shrinkage``. ``estimate`` is the raw value, the interval is
        the pooled one's. Rank 1 is the highest.
    groups : DataFrame
        One row a group that was pooled together: ``group n_pooled estimate std_error ci_low
        ci_high ci_level between_sd between_low between_high between_share statistic p_value``:
        the common mean with its interval (Knapp and Hartung), the standard deviation of the true
        values with its interval, and the test that there is none.
    method : str
        How the spread between was estimated.
    ci_level : float
        Coverage the intervals aim at.
    """

    estimates: pd.DataFrame
    groups: pd.DataFrame
    method: BetweenMethod
    ci_level: float

    def tidy(self) -> pd.DataFrame:
        """Give the estimates, raw and pooled."""
        return self.estimates.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: how many were pooled, how, and by how much."""
        return pd.DataFrame(
            {
                "n_pooled": [len(self.estimates)],
                "method": [self.method],
                "between_sd": [float(self.groups["between_sd"].median())],
                "shrinkage": [float(self.estimates["shrinkage"].median())],
                "largest_shrinkage": [float(self.estimates["shrinkage"].max())],
                "ci_level": [self.ci_level],
            }
        )


def partial_pooling(
    estimates: pd.DataFrame,
    *,
    label: str,
    estimate: str = "estimate",
    std_error: str = "std_error",
    by: Sequence[str] = (),
    method: BetweenMethod = "reml",
    level: float = 0.95,
) -> PartialPooling:
    """Draw noisy estimates toward their mean, so that a league table does not reward noise.

    Answers *how much of the distance between the banks would be found again?* A bank with few
    answers stands at the top or the bottom of a table more often than it should. Scores of banks
    and a driver's coefficients by bank are pooled in the same way.

    Parameters
    ----------
    estimates : DataFrame
        One row an estimate, such as the scores of banks.
    label : str
        Column that names what is estimated: the bank.
    estimate, std_error : str
        Columns of the estimates and of their design errors, > 0.
    by : sequence of str
        Columns that part the rows into groups pooled each by itself: an item, a driver, a wave.
    method : "reml" or "paule_mandel"
        Estimator of the variance between the true values: restricted maximum likelihood, or
        Paule and Mandel's, which asks for no normal distribution.
    level : float, default 0.95
        Coverage aimed at, on average over the banks of a group.

    Returns
    -------
    PartialPooling

    Raises
    ------
    InputError
        A name occurs twice in a group, or a column is no number.
    ScaleError
        An error is 0 or below.
    NotEnoughDataError
        A group has fewer than four estimates.

    Notes
    -----
    y_i ~ N(theta_i, s_i^2) with known design errors s_i, theta_i ~ N(mu, tau^2). With weights
    w_i = 1/(s_i^2 + tau^2), mu = sum w y / sum w and shrinkage B_i = (k - 3)/(k - 1) s_i^2 w_i, the
    pooled value is mu + (1 - B_i)(y_i - mu). The factor (k - 3)/(k - 1) is Morris's correction for
    the estimated tau; with equal errors the result is the estimator of James and Stein about the
    mean. Its squared error is s_i^2 (1 - (1 - w_i/sum w) B_i) + v_i (y_i - mu)^2 with v_i =
    2/(k - 3) B_i^2 (s^2 + tau^2) w_i, s^2 the mean of s_i^2 weighted with w_i: the second part is
    the price of not knowing tau. Intervals are normal about the pooled value. Without it, where
    tau is about as large as the errors, intervals at 95 % cover 84 to 90 %.

    Errors are taken as independent. Persons who rate several banks make errors alike; what is
    common to all banks moves the mean and not the distances, so pooled distances err on the side
    of caution.

    References
    ----------
    Morris, C. N. (1983). Parametric empirical Bayes inference: theory and applications. JASA 78,
    47-55. doi:10.1080/01621459.1983.10477920
    Paule, R. C. and Mandel, J. (1982). Consensus values and weighting factors. Journal of
    Research of the National Bureau of Standards 87, 377-385. doi:10.6028/jres.087.022
    Viechtbauer, W. (2007). Confidence intervals for the amount of heterogeneity in meta-analysis.
    Statistics in Medicine 26, 37-52. doi:10.1002/sim.2514
    Knapp, G. and Hartung, J. (2003). Improved tests for a random effects meta-regression with a
    single covariate. Statistics in Medicine 22, 2693-2710. doi:10.1002/sim.1482

    Examples
    --------
    >>> scores = pd.DataFrame({"brand": list("abcde"), "estimate": [7.0, 7.4, 7.6, 7.9, 9.5],
    ...                        "std_error": [0.1, 0.1, 0.1, 0.1, 0.8]})
    >>> partial_pooling(scores, label="brand").estimates["pooled"].round(2).tolist()
    [7.01, 7.4, 7.6, 7.89, 8.79]
    """
    check_option("method", method, get_args(BetweenMethod))
    check_level(level)
    rows, notes = _checked(estimates, label=label, columns=(estimate, std_error), by=list(by))

    tables, groups = [], []
    for name, part in rows.groupby("group", sort=False):
        values, errors = (part[column].to_numpy(dtype=float) for column in ("estimate", "error"))
        variance = errors**2
        between = float((reml if method == "reml" else paule_mandel)(values, variance=variance))
        tables.append(_estimates(part, between=between, level=level))
        groups.append(_group(str(name), values, variance, between=between, level=level))

    flat = sum(group["between_sd"] == 0 for group in groups)
    if flat:
        notes.append(
            Message(
                "In {n:count} of {all:count} {all:group|groups} the estimates differ by no more "
                "than noise would make them; they are drawn in as far as the correction for few "
                "banks allows.",
                {"n": flat, "all": len(groups)},
            )
        )
    return PartialPooling(
        estimates=pd.concat(tables, ignore_index=True),
        groups=pd.DataFrame(groups),
        method=method,
        ci_level=level,
        notes=tuple(notes),
    )


def _checked(
    frame: pd.DataFrame, *, label: str, columns: tuple[str, str], by: list[str]
) -> tuple[pd.DataFrame, list[Message]]:
    """Give ``group label estimate error`` of the rows that have both numbers."""
    require_frame("estimates", frame)
    require_columns(frame, [label], argument="label")
    require_columns(frame, [columns[0]], argument="estimate")
    require_columns(frame, [columns[1]], argument="std_error")
    require_columns(frame, by, argument="by")
    numbers = numeric_matrix("estimates", frame[list(columns)], allow_missing=True)
    names = [BETWEEN.join(map(label_text, row)) for row in frame[by].itertuples(index=False)]
    rows = pd.DataFrame(
        {
            "group": names if by else [""] * len(frame),
            "label": np.array([label_text(one) for one in frame[label]], dtype=object),
            "estimate": numbers[:, 0],
            "error": numbers[:, 1],
        }
    )
    whole = rows.dropna()
    if (whole["error"] <= 0).any():
        found = whole.loc[whole["error"] <= 0, "label"].tolist()
        raise ScaleError(
            f"`std_error` must be above 0; found 0 or less at {shown(found)}. An estimate without "
            "an error cannot be weighed against others: leave it out."
        )
    twice = whole[whole.duplicated(["group", "label"])]
    if len(twice):
        raise InputError(
            f"`label` must name each estimate of a group once; found "
            f"{shown(twice['label'].unique().tolist())} more than once. Name in `by` what else "
            "tells the rows apart."
        )
    _require_enough(whole, rows)
    lost = {"n": len(rows) - len(whole), "all": len(rows)}
    left_out = Message(
        "{n:count} of {all:count} estimates are left out because they or their errors are missing.",
        lost,
    )
    return whole, [left_out] if lost["n"] else []


def _require_enough(whole: pd.DataFrame, rows: pd.DataFrame) -> None:
    size = whole.groupby("group").size().reindex(rows["group"].unique(), fill_value=0)
    if not len(size) or size.min() < FEWEST:
        place = f" in {shown(str(size.idxmin()))}" if len(size) > 1 else ""
        found = int(size.min()) if len(size) else 0
        raise NotEnoughDataError(
            f"`estimates` must have at least {FEWEST} to be pooled; found {found}{place}. With "
            "fewer the spread between them cannot be told from noise: show the raw values."
        )


def _estimates(part: pd.DataFrame, *, between: float, level: float) -> pd.DataFrame:
    values = part["estimate"].to_numpy(dtype=float)
    errors = part["error"].to_numpy(dtype=float)
    pooled = morris_pooled(values, variance=errors**2, between=between)
    low, high = t_interval(pooled.value, std_error=pooled.error, level=level)
    return pd.DataFrame(
        {
            "group": part["group"],
            "label": part["label"],
            "estimate": values,
            "std_error": errors,
            "rank": pd.Series(-values).rank().to_numpy(),
            "pooled": pooled.value,
            "pooled_error": pooled.error,
            "ci_low": low,
            "ci_high": high,
            "ci_level": level,
            "pooled_rank": pd.Series(-pooled.value).rank().to_numpy(),
            "shrinkage": pooled.shrinkage,
        }
    )


def _group(
    name: str, values: Floats, variance: Floats, *, between: float, level: float
) -> dict[str, object]:
    """Describe one group: its mean, the spread between, and whether there is any."""
    from scipy.stats import chi2

    k = len(values)
    weight = 1.0 / (variance + between)
    mean = common_mean(values, variance=variance, between=between)
    squares = float((weight * (values - mean) ** 2).sum()) / (k - 1)
    error = np.sqrt(squares / weight.sum())
    low, high = t_interval(mean, std_error=error, df=k - 1, level=level)
    plain = 1.0 / variance
    typical = (k - 1) * plain.sum() / (plain.sum() ** 2 - (plain**2).sum())
    statistic = float(weighted_squares(values, variance=variance, between=0.0))
    ends = [
        paule_mandel(values, variance=variance, target=float(chi2.ppf(at, k - 1)))
        for at in ((1 + level) / 2, (1 - level) / 2)
    ]
    return {
        "group": name,
        "n_pooled": k,
        "estimate": float(mean),
        "std_error": float(error),
        "ci_low": float(low),
        "ci_high": float(high),
        "ci_level": level,
        "between_sd": float(np.sqrt(between)),
        "between_low": float(np.sqrt(ends[0])),
        "between_high": float(np.sqrt(ends[1])),
        "between_share": between / (between + typical),
        "statistic": statistic,
        "p_value": float(chi2.sf(statistic, k - 1)),
    }


def pooled_rows(result: PartialPooling, group: str | None) -> tuple[pd.DataFrame, pd.Series]:
    """Give the estimates of a group (the first where not named), highest first, and the group."""
    known = [str(one) for one in result.groups["group"]]
    chosen = known[0] if group is None else group
    if chosen not in known:
        raise InputError(
            f"`group` must be one that was pooled; found {shown(group)}. It has {shown(known)}."
            f"{did_you_mean(chosen, known)}"
        )
    rows = result.estimates[result.estimates["group"] == chosen].reset_index(drop=True)
    rows = rows.sort_values(["pooled", "label"], ascending=[False, True], kind="stable")
    return rows, result.groups.iloc[known.index(chosen)]
