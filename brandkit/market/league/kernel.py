"""Arrays behind published rankings."""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, gammaincinv, ndtr, ndtri

from brandkit.core.intervals import wilson_interval
from brandkit.core.linalg import Flags, Floats, Ints


def decimals(values: Floats) -> int:
    """Give the digits after the point that printed values (m,) need, at most 6."""
    return next((d for d in range(6) if np.allclose(values, values.round(d), 0, 1e-9)), 6)


def estimated(
    score: Floats, *, n: Floats, unit: str, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Give low and high ends and variances of scores (m,) on effective bases n (m,).

    percent: Wilson 1927; per_million: exact Poisson (Garwood 1936); nps: the largest variance of
    answers in -100, 0, 100 with that mean, normal. A share of 0 or 1 has Laplace's variance.
    """
    if unit == "percent":
        low, high = wilson_interval(score, n=n, level=level)
        inner = np.where((score <= 0) | (score >= 1), (score * n + 1) / (n + 2), score)
        return low, high, np.asarray(inner * (1 - inner) / n)
    if unit == "per_million":
        count, tail = score * n / 1e6, (1 - level) / 2
        low = np.where(count > 0, gammaincinv(np.where(count > 0, count, 1.0), tail), 0.0)
        high = gammaincinv(count + 1, 1 - tail)
        return low / n * 1e6, high / n * 1e6, np.asarray(np.maximum(count, 1.0) / n**2 * 1e12)
    variance = (100.0**2 - score**2) / n
    half = float(ndtri((1 + level) / 2)) * np.sqrt(variance)
    return np.maximum(score - half, -100.0), np.minimum(score + half, 100.0), variance


def normal_p(difference: Floats, error: Floats) -> Floats:
    """Give two-sided p-values (pairs,); without error only equal scores are equal."""
    zero = error == 0
    z = np.abs(difference) / np.where(zero, 1.0, error)
    return np.asarray(np.where(zero, (difference == 0) * 1.0, 2 * ndtr(-z)))


def count_p(first: Floats, second: Floats, *, part: Floats) -> Floats:
    """Give p-values that two counts (pairs,) have one rate: the first, binomial given the sum.

    ``part`` is the first's share of both bases. Counts over a design effect need not be whole: the
    incomplete beta function goes on between whole numbers.
    """
    above = np.where(first > 0, betainc(np.maximum(first, 1e-12), second + 1, part), 1.0)
    below = np.where(second > 0, betainc(np.maximum(second, 1e-12), first + 1, 1 - part), 1.0)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(above, below)))


def ranks(score: Floats, *, is_lower_better: bool) -> Ints:
    """Rank scores (m,), 1 the best; equal ones share the better rank."""
    signed = -score if is_lower_better else score
    return np.asarray(1 + (signed[None, :] > signed[:, None] + 1e-12).sum(axis=1))


def surely(rank: Ints, distinct: Flags) -> tuple[Ints, Ints]:
    """Give the best and worst rank that are not ruled out: 1 + surely better, m - surely worse."""
    better = distinct & (rank[None, :] < rank[:, None])
    worse = distinct & (rank[None, :] > rank[:, None])
    return 1 + better.sum(axis=1), len(rank) - worse.sum(axis=1)


def shrunken(score: Floats, variance: Floats) -> tuple[Floats, float]:
    """Draw scores (m,) to their mean by their errors; and the spread between (DerSimonian, Laird).

    tau^2 = max(0, (Q - (m - 1)) / (sum w - sum w^2 / sum w)), w = 1 / v.
    """
    w = 1 / np.maximum(variance, 1e-300)
    centre = (w * score).sum() / w.sum()
    q = (w * (score - centre) ** 2).sum()
    between = max(0.0, (q - (len(score) - 1)) / (w.sum() - (w**2).sum() / w.sum()))
    both = 1 / (variance + between) if between + variance.min() > 0 else w
    mean = (both * score).sum() / both.sum()
    share = between / (between + variance) if between > 0 else np.zeros(len(score))
    return np.asarray(mean + share * (score - mean)), float(np.sqrt(between))
