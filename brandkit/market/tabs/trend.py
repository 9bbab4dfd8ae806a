"""Trends over many waves: what has really changed, among all that is watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr, ndtri

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_known,
    check_level,
    check_whole_number,
)
from brandkit.core.intervals import false_discovery, holm
from brandkit.core.linalg import Floats, ratio
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.market.asked import Asked, asked, bases
from brandkit.market.tabs.questions import Asking, Measure, Nets, questions
from brandkit.sampling.ratios import SMALL_BASE, Ratios, ratios
from brandkit.sampling.rows import Data, Weight

#: Waves beneath which no trend is told, and beneath which seasons cannot be told from it.
FEWEST_WAVES, FEWEST_FOR_SEASONS = 3, 8
#: Share of the usual base beneath which a wave counts as part of one.
PART_WAVE = 0.5
#: Chance at which a change is to be found, for the smallest that can be.
POWER = 0.8


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Trend(Result):
    """What moved over the waves, and what did not.

    Parameters
    ----------
    series : DataFrame
        One row an answer: ``question label kind wave_from wave_to earliest newest change std_error
        p_value p_adjusted previous_change previous_p slope slope_error slope_p slope_adjusted
        detectable homogeneity_p cusum n_waves alert settled``. ``change`` is the newest wave less
        the weighted mean of all before; both p-values are adjusted after Holm over all series, at
        half the level each. ``previous_change`` is shown only.
    waves : DataFrame
        One row an answer and wave: ``question label wave estimate std_error ci_low ci_high
        ci_level n n_effective smoothed smoothed_low smoothed_high``.
    n_series, n_alerts : int
    ci_level : float
    n, n_dropped : int
    """

    series: pd.DataFrame
    waves: pd.DataFrame
    n_series: int
    n_alerts: int
    ci_level: float
    n: int
    n_dropped: int

    def glance(self) -> pd.DataFrame:
        """Give one row: how many series are watched, and how many moved."""
        return self._row(
            "n_series n_waves n_alerts n n_dropped ci_level", n_waves=self.waves["wave"].nunique()
        )


def trend(
    data: Data,
    *,
    measures: Sequence[str],
    measure: Measure | Mapping[str, Measure] = "share",
    nets: Nets | None = None,
    breaks: Sequence[str] = (),
    editions: int = 1,
    weight: Weight | None = None,
    respondent: str | None = None,
    wave: str | None = None,
    strata: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> Trend:
    """Say what has really changed over many waves.

    Of 60 series in which nothing moves, the newest wave has a "significant" change in nearly every
    edition. So all are looked at together, and the newest wave is set against all before it.

    Parameters
    ----------
    data : DataFrame or Survey
        With a column of waves.
    measures : sequence of str
        Questions whose answers are followed: columns of few answers, sets of ticks, scales.
    measure : "share", "mean", "top2", "nps" or mapping
        What is followed of scales.
    nets : mapping, optional
        Name to answers of one question.
    breaks : sequence of str
        Waves in which mode, weights or wording changed: only what follows the last is compared.
    editions : int, default 1
        How many editions share the level, where alerts are read in every one.
    weight : str or SurveyWeights, optional
    respondent, wave, strata, cluster : str, optional
        Columns of the design, where a survey does not bring them.
    level : float
        1 less the chance of any false alert.

    Returns
    -------
    Trend

    Raises
    ------
    InputError
        A wave or question is unknown.
    NotEnoughDataError
        Fewer than three waves can be compared.

    Notes
    -----
    An alert stands where, over all series, the newest wave differs from the mean of all before it
    or the line through all waves has a slope: Holm over the series of each, at half the level
    each. The change from the previous wave is shown, not tested: its power is half as large. The
    level is that of a random walk with the sampling errors known. Persons in several waves are
    accounted for in both tests.

    References
    ----------
    Harvey, A. C. (1989). Forecasting, Structural Time Series Models and the Kalman Filter.
    Holm, S. (1979). Scandinavian Journal of Statistics 6, 65-70.

    Examples
    --------
    >>> answers = pd.DataFrame({"wave": np.repeat(["Q1 2025", "Q2 2025", "Q3 2025"], 200),
    ...                         "knows": [1, 0] * 200 + [1] * 180 + [0] * 20})
    >>> found = trend(answers, measures=["knows"], wave="wave")
    >>> found.series.loc[found.series["label"] == "1", ["change", "alert"]].to_numpy().tolist()
    [[0.4, True]]
    """
    check_level(level)
    check_whole_number("editions", editions, low=1)
    one = asked(
        data,
        waves="all",
        wave=wave,
        weight=weight,
        respondent=respondent,
        strata=strata,
        cluster=cluster,
    )
    check_known("breaks", list(breaks), one.waves, rule="name waves")
    start = max((one.waves.index(name) for name in breaks), default=0)
    names = one.waves[start:]
    if len(names) < FEWEST_WAVES:
        raise NotEnoughDataError(
            f"`wave` must have at least {FEWEST_WAVES} waves that can be compared; found "
            f"{len(names)}. Compare two waves with group_comparison or wave_movement."
        )
    if not measures:
        raise InputError("`measures` must name at least one question; found none.")
    one = replace(one, inside=one.when >= start)
    tables, series = [], []
    for asking in questions(one, list(measures), measure=measure, nets=nets or {}):
        for at in range(len(asking.answers)):
            rows, told = _series(one, asking, at, start=start, level=level)
            if told is not None:
                tables.append(rows)
                series.append(told)
    if not series:
        raise NotEnoughDataError(
            f"`measures` must have answers in at least {FEWEST_WAVES} waves; found none. Name "
            "questions that were asked again."
        )
    watched = _alerts(pd.DataFrame(series), (1 - level) / editions)
    return Trend(
        series=watched[_SERIES],
        waves=pd.concat(tables, ignore_index=True),
        n_series=len(watched),
        n_alerts=int(watched["alert"].sum()),
        ci_level=level,
        notes=(*one.notes, *_notes(one, names, breaks)),
        **bases(one.inside),
    )


_SERIES = [
    "question", "label", "kind", "wave_from", "wave_to", "earliest", "newest", "change",
    "std_error", "p_value", "p_adjusted", "previous_change", "previous_p", "slope",
    "slope_error", "slope_p", "slope_adjusted", "detectable", "homogeneity_p", "cusum",
    "n_waves", "alert", "settled",
]  # fmt: skip


def _series(
    one: Asked, asking: Asking, at: int, *, start: int, level: float
) -> tuple[pd.DataFrame, dict[str, Any] | None]:
    """Follow one answer over the waves in which it was asked."""
    values = asking.values[:, at]
    there = asking.inside & ~np.isnan(values)
    waves = np.unique(one.when[there])
    enough = [wave for wave in waves if wave >= start and (there & (one.when == wave)).sum() > 1]
    if len(enough) < FEWEST_WAVES:
        return pd.DataFrame(), None
    base = (there[:, None] & (one.when[:, None] == np.array(enough))).astype(np.float64)
    found = ratios(np.nan_to_num(values)[:, None] * base, denominators=base, rows=one.rows)
    is_share = asking.kinds[at] in ("answer", "net", "top2")
    covariance = found.covariance() + np.diag(_floor(found, is_share))
    if not (np.diagonal(covariance) > 0).all():
        return pd.DataFrame(), None
    smoothed, error = local_level(found.estimate, variance=np.diagonal(covariance))
    half = ndtri((1 + level) / 2) * error
    labels = [one.waves[wave] for wave in enough]
    about = {"question": asking.text, "label": asking.answers[at]}
    rows = pd.DataFrame(
        {
            **about,
            "wave": labels,
            **found.columns(level=level, is_share=is_share),
            "n_effective": found.n_effective if is_share else found.n_kish,
            "smoothed": smoothed,
            "smoothed_low": smoothed - half,
            "smoothed_high": smoothed + half,
        }
    )
    return rows, {
        **about,
        "kind": asking.kinds[at],
        "wave_from": labels[0],
        "wave_to": labels[-1],
        "n_waves": len(labels),
        **moved(found.estimate, covariance=covariance),
    }


def _floor(found: Ratios, is_share: bool) -> Floats:
    """Give a variance to waves in which all answer alike.

    Of shares what one more answer of either kind leaves; of scores that of the other waves.
    """
    if is_share:
        return found.unvaried
    base, alike = np.maximum(found.n_kish, 1.0), found.std_error <= 1e-12
    spread = (found.std_error**2 * base)[~alike].mean() if (~alike).any() else 0.0
    return np.where(alike, spread / base, 0.0)


def _alerts(series: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Adjust over all series, half the level for changes and half for slopes."""
    change, slope = (
        np.minimum(2 * holm(series[name].to_numpy(np.float64)), 1.0)
        for name in ("p_value", "slope_p")
    )
    alert = (change < alpha) | (slope < alpha)
    # of hundreds of series some lie beyond their own limit by chance alone
    rate = false_discovery(series[["p_value", "slope_p"]].to_numpy(np.float64).ravel())
    some = (rate.reshape(-1, 2) <= alpha).any(axis=1)
    settled = np.where(alert, "clear", np.where(some, "likely", "open"))
    return series.assign(p_adjusted=change, slope_adjusted=slope, alert=alert, settled=settled)


def _notes(one: Asked, names: Sequence[str], breaks: Sequence[str]) -> list[Message]:
    size = np.bincount(one.when[one.when >= 0], minlength=len(one.waves))[-len(names) :]
    part = [name for name, n in zip(names, size, strict=True) if n < PART_WAVE * np.median(size)]
    few = [name for name, n in zip(names, size, strict=True) if n < SMALL_BASE]
    short = len(names) if len(names) < FEWEST_FOR_SEASONS else 0
    return [
        *noted("Far fewer people than usual, perhaps part of a wave: {names}.", names=part, most=5),
        *noted("Fewer than {least:count} people answered in {names}.", names=few, least=SMALL_BASE),
        *noted("{n:count} waves cannot tell seasons from a trend.", n=short),
        *noted(
            "Compared from {names} on, where something changed in how it was asked.",
            names=list(breaks)[-1:],
        ),
    ]


def moved(values: Floats, *, covariance: Floats) -> dict[str, float]:
    """Tell what moved in a series, shape (T,), with the covariance of its errors, (T, T).

    Weights are those of independent periods; errors are of the weighted sums as they stand.
    """
    variance, periods = np.diagonal(covariance), len(values)
    weight = 1.0 / variance
    before = [*(-weight[:-1] / weight[:-1].sum()), 1.0]
    previous = [*np.zeros(periods - 2), -1.0, 1.0]
    design = np.column_stack([np.ones(periods), np.arange(1.0, periods + 1)])
    line = (np.linalg.inv(design.T @ (weight[:, None] * design)) @ (design.T * weight))[1]
    contrasts = np.array([before, previous, line])
    (change, step, slope) = estimates = contrasts @ values
    errors = np.sqrt(np.maximum(np.diagonal(contrasts @ covariance @ contrasts.T), 0.0))
    p_values = 2 * ndtr(-ratio(np.abs(estimates), errors))
    spread = weight @ (values - weight @ values / weight.sum()) ** 2
    return {
        "earliest": values[0],
        "newest": values[-1],
        "change": change,
        "std_error": errors[0],
        "p_value": p_values[0],
        "previous_change": step,
        "previous_p": p_values[1],
        "slope": slope,
        "slope_error": errors[2],
        "slope_p": p_values[2],
        "detectable": (ndtri(0.975) + ndtri(POWER)) * errors[0],
        "homogeneity_p": chdtrc(periods - 1, spread),
        "cusum": np.abs(cusum(values, variance=variance)).max(),
    }


def local_level(values: Floats, *, variance: Floats) -> tuple[Floats, Floats]:
    """Give the level and its errors, each (T,): a random walk seen with known errors.

    y ~ N(mu 1, V + q W), W = min(s, t) - 1, mu flat; q by restricted likelihood. Harvey (1989),
    Forecasting, Structural Time Series Models and the Kalman Filter, chapter 4.
    """
    place = np.arange(len(values), dtype=np.float64)
    walk = np.minimum.outer(place, place)

    def parts(q: float) -> tuple[Floats, Floats, float]:
        whole: Floats = np.diag(variance) + q * walk
        inverse: Floats = np.asarray(np.linalg.inv(whole), dtype=np.float64)
        return whole, inverse, float((inverse @ values).sum() / inverse.sum())

    def loss(log_q: float) -> float:
        whole, inverse, centre = parts(float(np.exp(log_q)))
        rest, (_, determinant) = values - centre, np.linalg.slogdet(whole)
        return float(0.5 * (determinant + np.log(inverse.sum()) + rest @ inverse @ rest))

    from scipy.optimize import minimize_scalar

    bounds = (np.log(1e-10), 0.0)
    best = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-11})
    q = float(np.exp(best.x))
    _, inverse, centre = parts(q)
    moving = q * walk
    level = centre + moving @ inverse @ (values - centre)
    known = moving - moving @ inverse @ moving
    gap = 1 - (moving @ inverse).sum(axis=1)
    error = np.sqrt(np.maximum(np.diagonal(known) + gap**2 / inverse.sum(), 0.0))
    return np.asarray(level, np.float64), np.asarray(error, np.float64)


def cusum(values: Floats, *, variance: Floats) -> Floats:
    """Give the path of recursive deviations from the mean before, over root(T - 1), (T - 1,).

    Brown, Durbin and Evans (1975), Techniques for testing the constancy of regression
    relationships over time, JRSS B 37, 149-192.
    """
    weight = 1.0 / variance
    before = np.cumsum(weight)[:-1]
    mean = np.cumsum(weight * values)[:-1] / before
    steps = (values[1:] - mean) / np.sqrt(variance[1:] + 1.0 / before)
    return np.asarray(np.cumsum(steps) / np.sqrt(len(values) - 1))
