"""How many latent classes, who belongs to them, and what is left of them in draws."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from brandkit.core.linalg import Codes, Floats
from brandkit.satisfaction.scores.reliability import one_factor

Variances = Literal["equal", "free"]

#: Least variance of an item within a class, over its variance in the sample.
LEAST_VARIANCE = {"equal": 1e-6, "free": 0.01}
LEAST_SHARE, LEAST_CHANCE = 1e-12, 1e-6
#: Gain of the mean log-likelihood of a person in a step under which a fit has settled.
SETTLED, MOST_STEPS = 1e-9, 2000
#: Steps every start takes, and how many of them go on to the end.
FIRST_STEPS, GO_ON = 20, 3


@dataclass(frozen=True, eq=False)
class Indicators:
    """Answers of persons as features that densities are linear in.

    Parameters
    ----------
    features : ndarray, shape (n, q)
        p columns of answered, p of answers and p of squared answers, in standard units; then one
        column a category of each named thing.
    n_ratings : int
        p.
    categories : tuple of int
        Categories of each named thing.
    spread : ndarray, shape (p,)
        Standard deviation of each rating, the unit of its answers.
    variances : "equal" or "free"
        Whether classes share the variance of an item.
    """

    features: Floats
    n_ratings: int
    categories: tuple[int, ...]
    spread: Floats
    variances: Variances = "equal"

    def n_parameters(self, classes: int) -> int:
        """Count what is estimated."""
        per_class = self.n_ratings * (2 if self.variances == "free" else 1)
        per_class += sum(size - 1 for size in self.categories)
        shared = self.n_ratings if self.variances == "equal" else 0
        return classes - 1 + classes * per_class + shared

    def blocks(self) -> list[slice]:
        """Give the columns of each named thing."""
        ends = 3 * self.n_ratings + np.cumsum([0, *self.categories])
        return [slice(int(a), int(b)) for a, b in pairwise(ends)]


def indicators(
    ratings: Floats, names: list[Codes], *, weight: Floats, variances: Variances
) -> Indicators:
    """Make features of ratings (n, p), missing as NaN, and codes of named things, missing as -1."""
    there = ~np.isnan(ratings)
    filled = np.where(there, ratings, 0.0)
    base = (there * weight[:, None]).sum(axis=0)
    mean = (filled * weight[:, None]).sum(axis=0) / base
    off = np.where(there, ratings - mean, 0.0)
    spread = np.sqrt((off**2 * weight[:, None]).sum(axis=0) / base)
    off = off / spread
    marks = [codes[:, None] == np.arange(int(codes.max()) + 1) for codes in names]
    features = np.concatenate([there, off, off**2, *marks], axis=1).astype(float)
    sizes = tuple(int(mark.shape[1]) for mark in marks)
    return Indicators(features, ratings.shape[1], sizes, spread, variances)


@dataclass(frozen=True, eq=False)
class Fits:
    """Several fits with the same number of classes.

    Parameters
    ----------
    slopes : ndarray, shape (fits, q, classes)
        What each feature adds to the log density.
    log_share : ndarray, shape (fits, classes)
    log_likelihood : ndarray, shape (fits,)
        Weighted, in standard units.
    settled : ndarray of bool, shape (fits,)
    """

    slopes: Floats
    log_share: Floats
    log_likelihood: Floats
    settled: NDArray[np.bool_]

    def take(self, which: Codes) -> Fits:
        """Give some of the fits."""
        return Fits(
            self.slopes[which],
            self.log_share[which],
            self.log_likelihood[which],
            self.settled[which],
        )

    def in_order(self, order: Codes) -> Fits:
        """Give the fits with classes in another order, shape (fits, classes)."""
        return replace(
            self,
            slopes=np.take_along_axis(self.slopes, order[:, None, :], axis=2),
            log_share=np.take_along_axis(self.log_share, order, axis=1),
        )


def chances(data: Indicators, fits: Fits) -> tuple[Floats, Floats]:
    """Give each person's chance of each class, (fits, n, classes), and log density, (fits, n)."""
    joint = data.features @ fits.slopes
    joint += fits.log_share[:, None, :]
    top = joint.max(axis=2)
    joint -= top[:, :, None]
    np.exp(joint, out=joint)
    total = joint.sum(axis=2)
    joint /= total[:, :, None]
    return joint, top + np.log(total)


def improved(
    data: Indicators, fits: Fits, *, weight: Floats, steps: int, gain: float = SETTLED
) -> Fits:
    """Let every fit take steps of expectation and maximisation until it settles.

    Parameters
    ----------
    data : Indicators
    fits : Fits
    weight : ndarray, shape (fits or 1, n)
        Weight of each person in each fit.
    steps : int
        Most steps.
    gain : float
        Gain of a person's mean log-likelihood under which a fit has settled.

    Returns
    -------
    Fits
    """
    count = len(fits.slopes)
    weights = np.broadcast_to(weight, (count, weight.shape[1]))
    total = weights.sum(axis=1)
    slopes, log_share = fits.slopes.copy(), fits.log_share.copy()
    found = np.full(count, -np.inf)
    going = np.arange(count)
    for _ in range(steps):
        part = Fits(slopes[going], log_share[going], found[going], np.zeros(len(going), bool))
        chance, density = chances(data, part)
        reached = (weights[going] * density).sum(axis=1)
        moving = reached - found[going] > gain * total[going]
        found[going] = reached
        if not moving.any():
            going = going[:0]
            break
        going, chance = going[moving], chance[moving]
        chance *= weights[going][:, :, None]
        slopes[going], log_share[going] = _maximised(data, chance)
    settled = np.ones(count, dtype=bool)
    settled[going] = False
    last = Fits(slopes, log_share, found, settled)
    if len(going):
        found[going] = (weights[going] * chances(data, last.take(going))[1]).sum(axis=1)
    return last


def _maximised(data: Indicators, mass: Floats) -> tuple[Floats, Floats]:
    """Give slopes and shares from the mass of each person in each class, (fits, n, classes)."""
    sums = np.swapaxes(mass, 1, 2) @ data.features
    size = mass.sum(axis=1)
    share = np.maximum(size / size.sum(axis=1, keepdims=True), LEAST_SHARE)
    p = data.n_ratings
    base = np.maximum(sums[..., :p], LEAST_SHARE)
    mean = sums[..., p : 2 * p] / base
    variance = sums[..., 2 * p : 3 * p] / base - mean**2
    if data.variances == "equal":
        pooled = (variance * base).sum(axis=1, keepdims=True) / base.sum(axis=1, keepdims=True)
        variance = np.broadcast_to(pooled, variance.shape)
    variance = np.maximum(variance, LEAST_VARIANCE[data.variances])
    chance = sums[..., 3 * p :]
    return _slopes(data, mean, variance, chance), np.log(share)


def _slopes(data: Indicators, mean: Floats, variance: Floats, chance: Floats) -> Floats:
    """Give what features add to the log density; `chance` need not be normed."""
    parts = [
        -(np.log(2 * np.pi * variance) + mean**2 / variance) / 2,
        mean / variance,
        -0.5 / variance,
    ]
    first = 3 * data.n_ratings
    for block in data.blocks():
        own = chance[..., block.start - first : block.stop - first]
        own = own / np.maximum(own.sum(axis=-1, keepdims=True), LEAST_SHARE)
        parts.append(np.log(np.maximum(own, LEAST_CHANCE)))
    return np.swapaxes(np.concatenate(parts, axis=-1), 1, 2)


def random_starts(data: Indicators, *, classes: int, starts: int, rng: np.random.Generator) -> Fits:
    """Start classes at persons drawn at random, with the variance of the sample.

    The first person is drawn evenly, each further one in proportion to the squared distance from
    the nearest drawn before (Arthur and Vassilvitskii's k-means++), so that starts lie apart.
    """
    n, p = len(data.features), data.n_ratings
    spots = np.concatenate([data.features[:, p : 2 * p], data.features[:, 3 * p :]], axis=1)
    chosen = rng.integers(0, n, (starts, 1))
    near = _distance(spots, chosen[:, 0])
    for _ in range(1, classes):
        cumulated = np.cumsum(near + 1e-12, axis=1)
        at = rng.random((starts, 1)) * cumulated[:, -1:]
        further = np.minimum((cumulated < at).sum(axis=1), n - 1)
        chosen = np.concatenate([chosen, further[:, None]], axis=1)
        near = np.minimum(near, _distance(spots, further))
    mean = data.features[chosen][..., p : 2 * p]
    usual = data.features[:, 3 * p :].mean(axis=0)
    chance = data.features[chosen][..., 3 * p :] + usual
    slopes = _slopes(data, mean, np.ones_like(mean), chance)
    share = np.full((starts, classes), -np.log(classes))
    return Fits(slopes, share, np.full(starts, -np.inf), np.zeros(starts, dtype=bool))


def _distance(spots: Floats, chosen: Codes) -> Floats:
    gap = (spots**2).sum(axis=1)[None] - 2 * spots[chosen] @ spots.T
    return np.asarray(np.maximum(gap + (spots[chosen] ** 2).sum(axis=1)[:, None], 0.0))


def best_fit(data: Indicators, *, weight: Floats, classes: int, starts: int, seed: int) -> Fits:
    """Fit from many starts: all take a few steps, the best go on until they settle.

    Returns
    -------
    Fits
        One fit, the largest class first.
    """
    rng = np.random.default_rng([seed, classes])
    many = 1 if classes == 1 else starts
    fits = random_starts(data, classes=classes, starts=many, rng=rng)
    fits = improved(data, fits, weight=weight[None], steps=FIRST_STEPS)
    ahead = np.argsort(-fits.log_likelihood, kind="stable")[:GO_ON]
    fits = improved(data, fits.take(ahead), weight=weight[None], steps=MOST_STEPS)
    best = fits.take(np.argmax(fits.log_likelihood, keepdims=True))
    return best.in_order(np.argsort(-best.log_share, axis=1, kind="stable"))


def raw_log_likelihood(data: Indicators, fits: Fits, weight: Floats) -> float:
    """Give the weighted log-likelihood of the first fit in the units of the answers."""
    answered = weight @ data.features[:, : data.n_ratings]
    return float(fits.log_likelihood[0] - answered @ np.log(data.spread))


#: Numbers held at once while draws are fitted.
BLOCK = 3_000_000
#: Fresh starts of every draw beside the sample's own classes.
FRESH_STARTS = 2
#: Steps every start of a draw takes; the best of them goes on, until a step gains so little.
DRAW_FIRST_STEPS, DRAW_STEPS, DRAW_GAIN = 15, 150, 1e-6


@dataclass(frozen=True, eq=False)
class ClassFit:
    """A fit with so many classes.

    Parameters
    ----------
    classes, n_parameters : int
    log_likelihood, bic, entropy, smallest : float
        In the units of the answers; over Kish's base; 1 for persons told apart surely; share of
        the smallest class.
    fits : Fits
        One fit, the largest class first.
    chance : ndarray, shape (n, classes)
        Each person's chance of each class.
    """

    classes: int
    n_parameters: int
    log_likelihood: float
    bic: float
    entropy: float
    smallest: float
    fits: Fits
    chance: Floats

    @property
    def is_settled(self) -> bool:
        """Whether the fit came to rest."""
        return bool(self.fits.settled[0])


def class_fit(
    data: Indicators, *, weight: Floats, classes: int, starts: int, seed: int
) -> ClassFit:
    """Fit so many classes and say how well that does.

    Notes
    -----
    Bayes's criterion is taken on Kish's effective number of persons m: -2 l m/n + parameters x
    ln m, since weights make n persons worth m. Entropy is 1 - sum w sum -p ln p / (n ln K).
    """
    fits = best_fit(data, weight=weight, classes=classes, starts=starts, seed=seed)
    chance = chances(data, fits)[0][0]
    total = weight.sum()
    base = total**2 / (weight**2).sum()
    likelihood = raw_log_likelihood(data, fits, weight)
    count = data.n_parameters(classes)
    spread = -(weight @ (chance * np.log(np.maximum(chance, 1e-300))).sum(axis=1)) / total
    return ClassFit(
        classes=classes,
        n_parameters=count,
        log_likelihood=likelihood,
        bic=-2 * likelihood * base / total + count * float(np.log(base)),
        entropy=1 - float(spread / np.log(classes)) if classes > 1 else np.nan,
        smallest=float(np.exp(fits.log_share[0]).min()),
        fits=fits,
        chance=np.asarray(chance),
    )


@dataclass(frozen=True, eq=False)
class ClassDraws:
    """Classes found anew in draws over persons, matched to those of the sample.

    Parameters
    ----------
    mean : ndarray, shape (draws, classes, columns)
        Means of all columns by the persons' chances of belonging.
    share : ndarray, shape (draws, classes)
    whole : ndarray, shape (draws, columns)
        Means of all persons.
    rand_index : ndarray, shape (draws,)
        Agreement of the persons' classes with those of the sample.
    kept : ndarray, shape (draws, classes)
        Share of each class of the sample that stays together.
    """

    mean: Floats
    share: Floats
    whole: Floats
    rand_index: Floats
    kept: Floats


def class_draws(
    data: Indicators, one: ClassFit, *, weight: Floats, drawn: Floats, columns: Floats, seed: int
) -> ClassDraws:
    """Find the classes anew in every draw, from fresh starts and from those of the sample.

    Parameters
    ----------
    data : Indicators
    one : ClassFit
        The classes of the sample.
    weight : ndarray, shape (n,)
    drawn : ndarray, shape (draws, n)
        Weight of each person in each draw.
    columns : ndarray, shape (n, columns)
        What means are wanted of; missing ones are left out.
    seed : int

    Returns
    -------
    ClassDraws
    """
    size = max(1, BLOCK // (len(weight) * one.classes * (1 + FRESH_STARTS)))
    there = ~np.isnan(columns)
    both = np.concatenate([np.where(there, columns, 0.0), there], axis=1)
    rng = np.random.default_rng([seed, one.classes, 1])
    parts = []
    for at in range(0, len(drawn), size):
        weights = drawn[at : at + size]
        fits = _refitted(data, one, weights, rng)
        chance = chances(data, fits)[0]
        modal, own = chance.argmax(axis=2), one.chance.argmax(axis=1)
        tables = _crossed(own, modal, weight, one.classes)
        from scipy.optimize import linear_sum_assignment

        order = np.stack([linear_sum_assignment(-table)[1] for table in tables])
        chance = np.take_along_axis(chance, order[:, None, :], axis=2)
        mass = np.swapaxes(chance * weights[:, :, None], 1, 2)
        sums = mass @ both
        whole = weights @ both
        k = columns.shape[1]
        kept = np.take_along_axis(tables, order[:, :, None], axis=2)[..., 0]
        plain = _crossed(own, modal, np.ones(len(weight)), one.classes)
        parts.append(
            (
                sums[..., :k] / sums[..., k:],
                mass.sum(axis=2) / weights.sum(axis=1)[:, None],
                whole[:, :k] / whole[:, k:],
                adjusted_rand(plain),
                kept / tables.sum(axis=2),
            )
        )
    return ClassDraws(*(np.concatenate(side) for side in zip(*parts, strict=True)))


def _refitted(data: Indicators, one: ClassFit, weights: Floats, rng: np.random.Generator) -> Fits:
    """Give the best fit of every draw."""
    count, many = len(weights), 1 + FRESH_STARTS
    fresh = random_starts(data, classes=one.classes, starts=count * FRESH_STARTS, rng=rng)
    slopes = np.concatenate([np.repeat(one.fits.slopes, count, axis=0), fresh.slopes])
    share = np.concatenate([np.repeat(one.fits.log_share, count, axis=0), fresh.log_share])
    empty = np.full(count * many, -np.inf)
    starts = Fits(slopes, share, empty, empty > 0)
    which = np.concatenate([np.arange(count), np.repeat(np.arange(count), FRESH_STARTS)])
    found = improved(data, starts, weight=weights[which], steps=DRAW_FIRST_STEPS, gain=DRAW_GAIN)
    table = np.full((count, many), -np.inf)
    table[:, 0] = found.log_likelihood[:count]
    table[:, 1:] = found.log_likelihood[count:].reshape(count, FRESH_STARTS)
    best = table.argmax(axis=1)
    place = np.where(
        best == 0, np.arange(count), count + np.arange(count) * FRESH_STARTS + best - 1
    )
    ahead = found.take(place)
    return improved(data, ahead, weight=weights, steps=DRAW_STEPS, gain=DRAW_GAIN)


def _crossed(own: Codes, other: Codes, weight: Floats, classes: int) -> Floats:
    """Cross two classifications of the persons, for every draw: (draws, classes, classes)."""
    count = len(other)
    code = (np.arange(count)[:, None] * classes + own) * classes + other
    flat = np.bincount(
        code.ravel(),
        weights=np.broadcast_to(weight, code.shape).ravel(),
        minlength=count * classes**2,
    )
    return np.asarray(flat.reshape(count, classes, classes))


def adjusted_rand(tables: Floats) -> Floats:
    """Give the agreement of two classifications from their crossed counts.

    Parameters
    ----------
    tables : ndarray, shape (..., k, l)
        Persons in each pair of classes.

    Returns
    -------
    ndarray, shape (...)
        1 the same up to names, 0 as by chance; 1 where both know one class only.

    References
    ----------
    Hubert, L. and Arabie, P. (1985). Comparing partitions. Journal of Classification 2, 193-218.
    doi:10.1007/BF01908075

    Examples
    --------
    >>> float(adjusted_rand(np.array([[3.0, 0.0], [0.0, 2.0]])))
    1.0
    """

    def pairs(counts: Floats) -> Floats:
        return np.asarray(counts * (counts - 1) / 2)

    joint = pairs(tables).sum(axis=(-1, -2))
    first, second = (pairs(tables.sum(axis=axis)).sum(axis=-1) for axis in (-1, -2))
    everyone = pairs(tables.sum(axis=(-1, -2)))
    expected, most = first * second / everyone, (first + second) / 2
    same = np.isclose(most, expected)
    return np.asarray(
        np.where(same, 1.0, (joint - expected) / np.where(same, 1.0, most - expected))
    )


# --- kinds of customers, or steps of one level ---------------------------------------------------


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
NO_GAIN, LEAST = 1e-6, 0.005
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
        if found.max() - reached < NO_GAIN:
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
