"""Partial pooling: estimates of banks drawn toward their mean as far as noise explains them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from brandkit.core import errors
from brandkit.core.errors import frame_of
from brandkit.core.intervals import t_interval
from brandkit.core.labels import label_text
from brandkit.core.linalg import Flags, Floats
from brandkit.core.message import noted
from brandkit.core.result import Result
from brandkit.satisfaction.groups import BETWEEN

BetweenMethod = Literal["reml", "paule_mandel"]

#: Estimates that can be pooled: with three, all the evidence goes into mean and spread.
FEWEST: Final = 4
#: Steps of halving after which an interval is down to rounding.
_HALVINGS: Final = 100
#: Standard deviations at which the restricted likelihood is looked at first, over the mean error.
_GRID: Final = np.concatenate([[0.0], np.geomspace(0.01, 1000.0, 120)])


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

    def glance(self) -> pd.DataFrame:
        """Give one row: how many were pooled, how, and by how much."""
        return self._row(
            "n_pooled method between_sd shrinkage largest_shrinkage ci_level",
            n_pooled=len(self.estimates),
            between_sd=float(self.groups["between_sd"].median()),
            shrinkage=float(self.estimates["shrinkage"].median()),
            largest_shrinkage=float(self.estimates["shrinkage"].max()),
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
    errors.check_option("method", method, get_args(BetweenMethod))
    errors.check_level(level)
    rows, n_rows = _checked(estimates, label=label, columns=(estimate, std_error), by=list(by))

    tables, groups = [], []
    for name, part in rows.groupby("group", sort=False):
        values, variance = part["estimate"].to_numpy(), part["std_error"].to_numpy() ** 2
        between = float((reml if method == "reml" else paule_mandel)(values, variance=variance))
        pooled = morris_pooled(values, variance=variance, between=between)
        low, high = t_interval(pooled.value, std_error=pooled.error, level=level)
        table = part.assign(rank=pd.Series(-values).rank().to_numpy(), pooled=pooled.value)
        table = table.assign(pooled_error=pooled.error, ci_low=low, ci_high=high, ci_level=level)
        table["pooled_rank"] = pd.Series(-pooled.value).rank().to_numpy()
        tables.append(table.assign(shrinkage=pooled.shrinkage))
        groups.append({"group": str(name), **_group(values, variance, between, level=level)})

    notes = noted(
        "{n:count} of {all:count} estimates are left out because they or their errors are missing.",
        n=n_rows - len(rows),
        all=n_rows,
    )
    notes += noted(
        "In {n:count} of {all:count} {all:group|groups} the estimates differ by no more than noise "
        "would make them; they are drawn in as far as the correction for few banks allows.",
        n=sum(group["between_sd"] == 0 for group in groups),
        all=len(groups),
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
) -> tuple[pd.DataFrame, int]:
    """Give ``group label estimate std_error`` of the rows that have both numbers; and all rows."""
    frame = frame_of("estimates", frame)
    asked = {"label": [label], "estimate": columns[:1], "std_error": columns[1:], "by": by}
    for argument, names in asked.items():
        errors.require_columns(frame, names, argument=argument)
    numbers = errors.numeric_matrix("estimates", frame[list(columns)], allow_missing=True)
    groups = [BETWEEN.join(map(label_text, row)) for row in frame[by].itertuples(index=False)]
    labels = np.array([label_text(one) for one in frame[label]], dtype=object)
    rows = pd.DataFrame({"group": groups if by else "", "label": labels})
    rows = rows.assign(estimate=numbers[:, 0], std_error=numbers[:, 1])
    whole = rows.dropna()
    if (whole["std_error"] <= 0).any():
        found = whole.loc[whole["std_error"] <= 0, "label"].tolist()
        raise errors.ScaleError(
            f"`std_error` must be above 0; found 0 or less at {errors.shown(found)}. An estimate "
            "without an error cannot be weighed against others: leave it out."
        )
    twice = whole.loc[whole.duplicated(["group", "label"]), "label"].unique().tolist()
    if twice:
        raise errors.InputError(
            f"`label` must name each estimate of a group once; found {errors.shown(twice)} more "
            "than once. Name in `by` what else tells the rows apart."
        )
    size = whole.groupby("group").size().reindex(rows["group"].unique(), fill_value=0)
    if not len(size) or size.min() < FEWEST:
        place = f" in {errors.shown(str(size.idxmin()))}" if len(size) > 1 else ""
        raise errors.NotEnoughDataError(
            f"`estimates` must have at least {FEWEST} to be pooled; found "
            f"{int(size.min()) if len(size) else 0}{place}. With fewer the spread between them "
            "cannot be told from noise: show the raw values."
        )
    return whole, len(rows)


def _group(values: Floats, variance: Floats, between: float, *, level: float) -> dict[str, float]:
    """Describe one group: its mean, the spread between, and whether there is any."""
    from scipy.stats import chi2

    k, plain = len(values), 1.0 / variance
    weight, mean, squares = _weighed(values, variance, between)
    error = np.sqrt(squares / (k - 1) / weight.sum())
    low, high = t_interval(mean, std_error=error, df=k - 1, level=level)
    typical = (k - 1) * plain.sum() / (plain.sum() ** 2 - (plain**2).sum())
    statistic = _weighed(values, variance, 0.0)[2]
    at, to = (
        np.sqrt(paule_mandel(values, variance=variance, target=float(chi2.ppf(tail, k - 1))))
        for tail in ((1 + level) / 2, (1 - level) / 2)
    )
    ends = {"estimate": mean, "std_error": error, "ci_low": low, "ci_high": high, "ci_level": level}
    spread = {"between_sd": np.sqrt(between), "between_low": at, "between_high": to}
    spread |= {"between_share": between / (between + typical), "statistic": statistic}
    spread |= {"p_value": chi2.sf(statistic, k - 1)}
    return {"n_pooled": k, **{name: float(value) for name, value in (ends | spread).items()}}


def pooled_rows(result: PartialPooling, group: str | None) -> tuple[pd.DataFrame, pd.Series]:
    """Give the estimates of a group (the first where not named), highest first, and the group."""
    known = [str(one) for one in result.groups["group"]]
    chosen = known[0] if group is None else group
    errors.check_known("group", chosen, known, rule="be one that was pooled")
    rows = result.estimates[result.estimates["group"] == chosen].reset_index(drop=True)
    rows = rows.sort_values(["pooled", "label"], ascending=[False, True], kind="stable")
    return rows, result.groups.iloc[known.index(chosen)]


# --- the variance between estimates, and estimates drawn to their mean; shapes (..., k) ----------


def _weighed(
    values: Floats, variance: Floats, between: Floats | float
) -> tuple[Floats, Floats, Floats]:
    """Give weights 1/(variance + between), the mean by them, and the sum of weighted squares."""
    weight = 1.0 / (variance + np.asarray(between)[..., None])
    mean = (weight * values).sum(axis=-1) / weight.sum(axis=-1)
    return weight, mean, (weight * (values - mean[..., None]) ** 2).sum(axis=-1)


def common_mean(values: Floats, *, variance: Floats, between: Floats | float) -> Floats:
    """Give the mean weighted with 1/(variance + between), of each group."""
    return _weighed(values, variance, between)[1]


def _halved(is_low: Callable[[Floats], Flags], low: Floats, high: Floats) -> Floats:
    """Find where a condition that holds at the low end ceases to hold."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        still = is_low(middle)
        low, high = np.where(still, middle, low), np.where(still, high, middle)
    return np.asarray((low + high) / 2)


def paule_mandel(values: Floats, *, variance: Floats, target: float | None = None) -> Floats:
    """Give the variance between at which the weighted squares are as large as expected.

    Parameters
    ----------
    values, variance : ndarray, shape (..., k)
        Estimates and their squared errors, > 0.
    target : float, optional
        Weighted squares aimed at; k - 1 where not given. Percentiles of chi-square give the ends
        of an interval (Viechtbauer's Q profile).

    Returns
    -------
    ndarray, shape (...)
        0 where the squares are smaller even without any variance between.

    Examples
    --------
    With equal errors it is the variance of the values less the squared error:

    >>> float(paule_mandel(np.array([1.0, 2.0, 6.0]), variance=np.ones(3)))
    6.0
    """
    wanted = values.shape[-1] - 1.0 if target is None else target
    low = np.zeros(np.broadcast_shapes(values.shape, variance.shape)[:-1])
    # the squares cannot be above the target once each of them has its share of the variance
    spread = ((values - values.mean(axis=-1, keepdims=True)) ** 2).sum(axis=-1)

    def is_low(between: Floats) -> Flags:
        return np.asarray(_weighed(values, variance, between)[2] > wanted)

    found = _halved(is_low, low, low + spread / wanted + 1e-300)
    return np.asarray(np.where(is_low(low), found, 0.0))


def reml(values: Floats, *, variance: Floats) -> Floats:
    """Give the variance between by restricted maximum likelihood.

    Parameters
    ----------
    values, variance : ndarray, shape (..., k)
        Estimates and their squared errors, > 0.

    Returns
    -------
    ndarray, shape (...)
        Where the likelihood has several peaks, the highest.

    Examples
    --------
    >>> float(reml(np.array([1.0, 2.0, 6.0]), variance=np.ones(3)))
    6.0
    """
    scale = np.sqrt(variance.mean(axis=-1)) + 0.0
    span = np.sqrt(values.var(axis=-1))
    reach = np.maximum(scale, span)
    grid = (_GRID.reshape(-1, *[1] * np.ndim(reach)) * reach / 10.0) ** 2
    weight, _, squares = _weighed(values, variance, grid)
    likelihood = np.log(weight).sum(axis=-1) - np.log(weight.sum(axis=-1)) - squares
    best = likelihood.argmax(axis=0)
    low, high = (
        np.take_along_axis(grid, np.clip(best + step, 0, len(grid) - 1)[None], axis=0)[0]
        for step in (-1, 1)
    )

    def is_rising(between: Floats) -> Flags:
        """Whether the slope of the restricted log likelihood in the variance is above 0."""
        weight, mean, _ = _weighed(values, variance, between)
        total, squared = weight.sum(axis=-1), (weight**2).sum(axis=-1)
        squares = (weight**2 * (values - mean[..., None]) ** 2).sum(axis=-1)
        return np.asarray(squares - total + squared / total > 0)

    is_none = (best == 0) & ~is_rising(np.zeros_like(low))
    return np.asarray(np.where(is_none, 0.0, _halved(is_rising, low, high)))


class Pooled(NamedTuple):
    """Pooled values, their standard errors, and the part of each distance that went."""

    value: Floats
    error: Floats
    shrinkage: Floats


def morris_pooled(values: Floats, *, variance: Floats, between: Floats | float) -> Pooled:
    """Pool estimates with errors that count the estimation of the variance between.

    Parameters
    ----------
    values, variance : ndarray, shape (..., k)
        At least four estimates a group, and their squared errors.
    between : ndarray, shape (...)
        The variance between.

    Returns
    -------
    Pooled

    References
    ----------
    Morris, C. N. (1983). Parametric empirical Bayes inference: theory and applications. JASA 78,
    47-55. doi:10.1080/01621459.1983.10477920

    Examples
    --------
    With equal errors this is the estimator of James and Stein: B = (k - 3) s^2 / sum of squares.

    >>> y = np.array([1.0, 2.0, 3.0, 8.0])
    >>> float(morris_pooled(y, variance=np.ones(4), between=paule_mandel(y, variance=np.ones(4)))
    ...       .shrinkage[0]) - 1 / 29
    0.0
    """
    k, spread = values.shape[-1], np.asarray(between)[..., None]
    weight, mean, _ = _weighed(values, variance, between)
    total, apart = weight.sum(axis=-1, keepdims=True), values - mean[..., None]
    shrinkage = (k - 3) / (k - 1) * variance * weight
    mean_variance = (weight * variance).sum(axis=-1, keepdims=True) / total
    price = 2.0 / (k - 3) * shrinkage**2 * (mean_variance + spread) * weight
    error = np.sqrt(variance * (1.0 - (1.0 - weight / total) * shrinkage) + price * apart**2)
    return Pooled(values - shrinkage * apart, error, shrinkage)
