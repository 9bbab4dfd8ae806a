"""Kinds of customers, or steps of one level: whether one factor explains how items go together."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from brandkit.core.linalg import Floats
from brandkit.satisfaction.scores.reliability import one_factor

#: p-value up to which answers of one level are ruled out.
KINDS: Final = 0.01
#: Draws from one level, and persons from whom its loadings are found.
DRAWS, MANY, ROUNDS = 199, 20_000, 3
#: Ratings from which one factor can misfit, and persons from whom it is tried.
FEWEST_ITEMS, FEWEST_PERSONS = 4, 60
#: Skewness of an item beyond which the number of kinds is only about right.
SKEWED: Final = 1.0
#: Starts of the mixture, steps after which the best goes on alone, steps in all.
STARTS, SHORT, STEPS = 10, 25, 300
#: The gain at which it has settled, the least own variance.
SETTLED, LEAST = 1e-6, 0.005
_MOST = 0.97


class Nature(NamedTuple):
    """Whether persons differ in what they rate high ("kinds") or in how high ("levels")."""

    nature: str
    p_value: float


def misfit(correlations: Floats) -> float:
    """Give the likelihood's discrepancy of one factor from correlations (p, p)."""
    factor = one_factor(correlations)
    implied = np.outer(factor.loadings, factor.loadings) + np.diag(factor.own)
    apart = np.linalg.slogdet(implied)[1] - np.linalg.slogdet(correlations)[1]
    return float(apart + np.trace(np.linalg.solve(implied, correlations)) - len(correlations))


def _correlations(values: Floats, weight: Floats) -> Floats:
    covariance = np.cov(values.T, aweights=weight, ddof=0)
    spread = np.sqrt(np.diagonal(covariance))
    return np.asarray(covariance / np.outer(spread, spread))


def nature_of(ratings: Floats, weight: Floats, *, seed: int) -> Nature:
    """Test ratings of persons (n, p) against one level with the items' own distributions.

    Draws come from a Gaussian copula with one factor, whose loadings are raised until the items'
    loadings come back, since ceilings weaken correlations. Persons who answered everything count;
    with weights, draws have Kish's effective number of persons. One level whose loadings are all
    above 0 has no correlation below 0: one that surely lies there tells kinds as well.
    """
    whole = ~np.isnan(ratings).any(axis=1) & (weight > 0)
    ratings, weight = ratings[whole], weight[whole]
    base = int(weight.sum() ** 2 / (weight**2).sum()) if len(weight) else 0
    p = ratings.shape[1]
    if p < FEWEST_ITEMS or base < FEWEST_PERSONS or (np.ptp(ratings, axis=0) == 0).any():
        return Nature("open", np.nan)
    correlations = _correlations(ratings, weight)
    if np.linalg.eigvalsh(correlations)[0] < 1e-6:
        return Nature("open", np.nan)
    wanted, seen = one_factor(correlations).loadings, misfit(correlations)
    order = np.argsort(ratings, axis=0, kind="stable")
    ordered = np.take_along_axis(ratings, order, axis=0)
    reached = np.cumsum(weight[order], axis=0) / weight.sum()
    rng = np.random.default_rng(seed)

    def draw(loading: Floats, n: int) -> Floats:
        z = loading * rng.normal(size=(n, 1)) + np.sqrt(1 - loading**2) * rng.normal(size=(n, p))
        share = ndtr(z)
        places = [np.searchsorted(reached[:, at], share[:, at]) for at in range(p)]
        places = np.minimum(np.stack(places, axis=1), len(ordered) - 1)
        drawn = np.take_along_axis(ordered, places, axis=0)
        flat = np.ptp(drawn, axis=0) == 0  # a ceiling that nobody left in a small draw
        drawn[0, flat] = ordered[0, flat]
        return np.asarray(np.corrcoef(drawn.T))

    loading = np.clip(wanted, -_MOST, _MOST)
    for _ in range(ROUNDS):
        got = one_factor(draw(loading, MANY)).loadings
        raised = loading * wanted / np.where(np.abs(got) > 0.05, got, 1.0)
        loading = np.clip(raised, -_MOST, _MOST)
    beyond = sum(misfit(draw(loading, base)) >= seen for _ in range(DRAWS))
    p_value = (1 + beyond) / (1 + DRAWS)
    surely = -ndtri(KINDS / (p * (p - 1) / 2)) / np.sqrt(base)
    crossed = not (wanted > 0).all() and correlations.min() < -surely
    return Nature("kinds" if p_value <= KINDS or crossed else "levels", float(p_value))


class Kinds(NamedTuple):
    """How many kinds there are, and whether only about: ceilings make them too many."""

    n: int
    is_rough: bool


def kinds_of(ratings: Floats, weight: Floats, *, seed: int, most: int = 6) -> Kinds:
    """Count kinds of persons once their level is taken out.

    A mixture x = mu_k + loading f + error with one level f for all kinds; the number has the
    least BIC on Kish's effective number of persons. Whether there are any kinds is not for it to
    say: with ceilings it finds some in answers of one level.
    """
    whole = ~np.isnan(ratings).any(axis=1) & (weight > 0)
    x, share = ratings[whole], weight[whole] / weight[whole].sum()
    centred = x - share @ x
    spread = np.sqrt(share @ centred**2)
    base, z = 1 / (share**2).sum(), centred / spread
    p, rng = z.shape[1], np.random.default_rng(seed)
    ways = [_mixed(z, share, k, rng) for k in range(1, min(most, int(base / 10)) + 1)]
    costs = [((k + 1) * (p + 1) + p - 2) * np.log(base) for k in range(len(ways))]
    bic = np.array(costs) - 2 * base * np.array(ways)
    skewness = share @ z**3
    return Kinds(int(bic.argmin()) + 1, bool((np.abs(skewness) > SKEWED).any()))


def _mixed(z: Floats, share: Floats, kinds: int, rng: np.random.Generator) -> float:
    """Give the mean log-likelihood of a mixture with one factor, the best of several starts."""
    starts = 1 if kinds == 1 else STARTS
    n, p = z.shape
    mean = z[rng.integers(0, n, (starts, kinds))] * (kinds > 1)
    part = np.full((starts, kinds), 1 / kinds)
    total = z.T @ (share[:, None] * z)
    factor = one_factor(total)
    loading, own = np.tile(factor.loadings, (starts, 1)), np.tile(factor.own, (starts, 1))
    reached = -np.inf
    for step in range(STEPS):
        implied = loading[:, :, None] * loading[:, None, :] + own[:, :, None] * np.eye(p)
        inverse = np.linalg.inv(implied)
        pull = mean @ inverse  # (starts, kinds, p)
        joint = z @ pull.swapaxes(1, 2) + (np.log(part) - (pull * mean).sum(axis=2) / 2)[:, None]
        top = joint.max(axis=2, keepdims=True)
        chance = np.exp(joint - top)
        size = chance.sum(axis=2, keepdims=True)
        apart = ((z @ inverse) * z).sum(axis=2) + np.linalg.slogdet(implied)[1][:, None]
        found = (np.log(size[..., 0]) + top[..., 0] - apart / 2) @ share - p * np.log(2 * np.pi) / 2
        if found.max() - reached < SETTLED:
            break
        reached = float(found.max())
        held = chance / size * share[:, None]
        if step == SHORT:  # only the best start goes on
            best = [int(found.argmax())]
            held, loading, inverse = held[best], loading[best], inverse[best]
        part = np.maximum(held.sum(axis=1), 1e-12)
        mean = held.swapaxes(1, 2) @ z / part[..., None]
        within = total - mean.swapaxes(1, 2) @ (part[..., None] * mean)
        # Rubin and Thayer's step for one factor of what is left within kinds
        slope = (loading[:, None] @ inverse)[:, 0]
        beside = (within @ slope[..., None])[..., 0]
        scale = 1 - (slope * loading).sum(axis=1) + (slope * beside).sum(axis=1)
        loading = beside / scale[:, None]
        own = np.maximum(np.diagonal(within, axis1=1, axis2=2) - loading * beside, LEAST)
    return reached
