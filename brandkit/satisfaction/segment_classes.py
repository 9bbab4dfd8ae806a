"""How many latent classes, who belongs to them, and what is left of them in draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from brandkit.core.linalg import Floats
from brandkit.satisfaction.latent_classes import (
    Fits,
    Indicators,
    best_fit,
    chances,
    improved,
    random_starts,
    raw_log_likelihood,
)

Codes = NDArray[np.intp]

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
        order = np.stack([linear_sum_assignment(-table)[1] for table in tables])
        chance = np.take_along_axis(chance, order[:, None, :], axis=2)
        mass = np.swapaxes(chance * weights[:, :, None], 1, 2)
        sums = mass @ both
        whole = weights @ both
        k = columns.shape[1]
        kept = np.take_along_axis(tables, order[:, :, None], axis=2)[..., 0]
        plain = _crossed(own, modal, np.ones(len(weight)), one.classes)
        parts.append((
            sums[..., :k] / sums[..., k:], mass.sum(axis=2) / weights.sum(axis=1)[:, None],
            whole[:, :k] / whole[:, k:], adjusted_rand(plain), kept / tables.sum(axis=2),
        ))  # fmt: skip
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
        code.ravel(), weights=np.broadcast_to(weight, code.shape).ravel(),
        minlength=count * classes**2,
    )  # fmt: skip
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
