"""Means of service items and of parts made of them, by bank, with their errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from brandkit.core.intervals import carried_df, t_interval
from brandkit.core.linalg import Codes, Flags, Floats, ratio
from brandkit.sampling.design import SurveyRows
from brandkit.sampling.variance import linearised_covariance
from brandkit.satisfaction.alikeness.kernel import bank_means


@dataclass(frozen=True, eq=False)
class ServiceMeans:
    """Scores of parts x banks, the market last; missing where too few persons answered.

    ``contributions`` (units x parts x banks) is what each sampling unit adds, missing for banks
    met in one cluster (``alone``, banks), whose error cannot be estimated; ``n`` and
    ``persons`` are those of the part's item with the most; ``hidden`` is items x banks.
    """

    estimate: Floats
    performance: Floats
    expectation: Floats
    contributions: Floats
    n: Floats
    persons: Floats
    hidden: Flags
    alone: Flags


def service_means(
    rows: SurveyRows, *, n_items: int, bank: Codes, n_banks: int, weights: Floats, least: int
) -> ServiceMeans:
    """Take means of items by bank, then of parts (weights: parts x items).

    Columns of ``rows`` beyond ``n_items`` are what was expected of each item.
    """
    ratings, expected = rows.values[:, :n_items], rows.values[:, n_items:]
    scored = ratings - expected if expected.size else ratings
    market = np.zeros(len(rows), np.intp)
    sides = [(bank, n_banks), (market, 1)] if n_banks else [(market, 1)]
    taken = [
        [bank_means(rows, answers=column, bank=codes, n_banks=n) for codes, n in sides]
        for column in scored.T
    ]
    mean, n, persons = (
        np.stack([np.concatenate([getattr(side, name) for side in item]) for item in taken])
        for name in ("mean", "n", "persons")
    )
    added = np.stack([np.concatenate([side.contributions for side in item], 1) for item in taken])
    gone = np.isnan(added).any(axis=1)
    contributions = np.einsum("pi,iub->upb", weights, np.nan_to_num(added))
    contributions[:, (weights > 0).astype(float) @ gone > 0] = np.nan
    hidden = np.asarray(persons < least)
    answered = ~np.isnan(scored)
    levels = [_levels(rows, one, answered, bank=bank, n_banks=n_banks) if one.size
              else np.nan for one in (ratings, expected)]  # fmt: skip
    performance, expectation = (np.where(hidden, np.nan, one) for one in levels)
    return ServiceMeans(
        estimate=_of_parts(weights, np.where(hidden, np.nan, mean)),
        performance=_of_parts(weights, performance),
        expectation=_of_parts(weights, expectation),
        contributions=contributions,
        n=_most(weights, n),
        persons=_most(weights, persons),
        hidden=hidden,
        alone=(gone & ~hidden).any(axis=0),
    )


def _levels(
    rows: SurveyRows, values: Floats, answered: Flags, *, bank: Codes, n_banks: int
) -> Floats:
    """Give plain weighted means, items x banks, the market last."""
    weight = answered * rows.weight[:, None]
    total = np.where(answered, values, 0.0) * weight
    inside = (bank[:, None] == np.arange(n_banks)).T
    sums, base = (np.vstack([inside @ one, one.sum(axis=0)]) for one in (total, weight))
    return ratio(sums, base).T


def _of_parts(weights: Floats, values: Floats) -> Floats:
    """Give means of parts; missing where an item that counts is."""
    gaps = np.isnan(values)
    lost = (weights > 0).astype(float) @ gaps
    return np.asarray(np.where(lost > 0, np.nan, weights @ np.where(gaps, 0.0, values)))


def _most(weights: Floats, counts: Floats) -> Floats:
    return np.asarray(np.where((weights > 0)[:, :, None], counts, 0.0).max(axis=1))


def mean_tests(
    rows: SurveyRows, estimate: Floats, *, added: Floats, level: float
) -> dict[str, Floats]:
    """Give estimates with errors, intervals and tests of 0, from what units add (units x m)."""
    unknown = np.isnan(estimate) | np.isnan(added).any(axis=0)
    added = np.where(unknown, 0.0, added)
    covariance = linearised_covariance(added, stratum=rows.stratum)
    error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    error = np.where(unknown, np.nan, error)
    df = carried_df(added, df=rows.df)
    low, high = t_interval(estimate, std_error=error, df=df, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(estimate == 0, 0.0, np.abs(estimate) / error)
    p_value = np.asarray(2 * stdtr(df, -apart))
    ends = {"ci_low": low, "ci_high": high, "p_value": p_value}
    return {"estimate": estimate, "std_error": error, **ends}
