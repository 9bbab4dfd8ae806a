"""Invented image surveys with a population that is known: what the simulations of maps draw from.

Eight brands lie in a plane, ten attributes pull on it; a person rates three brands. Three designs:
"none" (all ticks independent given the brand), "halo" (a person ticks much or little, whatever the
brand) and "uneven" (attributes from rarely to nearly always ticked, each person with leanings of
their own for each, and some halo).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brandkit.positioning.image.kernel import ImageTables, TickSums

DESIGNS = ("none", "halo", "uneven")
BRANDS, ATTRIBUTES, RATED = 8, 10, 3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Market:
    """What is true before anybody is asked.

    Parameters
    ----------
    logit : ndarray, shape (brands, attributes)
        Of a tick, for the average person.
    halo, leaning : float
        Standard deviation of what a person adds to all ticks, and to each attribute's.
    """

    logit: Floats
    halo: float
    leaning: float

    def shares(self) -> Floats:
        """Give the population's share of ticks, shape (brands, attributes)."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(60)
        added = np.hypot(self.halo, self.leaning) * nodes[:, None, None]
        ticked = 1 / (1 + np.exp(-(self.logit + added)))
        return np.asarray(np.tensordot(weights / weights.sum(), ticked, axes=1))

    def ask(self, rng: np.random.Generator, persons: int, *, weighted: bool) -> Floats:
        """Draw persons: weighted ticks, shape (persons, brands, attributes + 1).

        The last column is the weight where the person rated the brand, 0 elsewhere. Weights are
        unrelated to the answers: what they cost is the point.
        """
        brands, attributes = self.logit.shape
        rated = np.argsort(rng.random((persons, brands)), axis=1) < RATED
        person = self.halo * rng.normal(size=(persons, 1, 1))
        person = person + self.leaning * rng.normal(size=(persons, 1, attributes))
        ticked = rng.random((persons, brands, attributes)) < 1 / (1 + np.exp(-self.logit - person))
        weight = np.exp(rng.normal(0, 0.5, persons)) if weighted else np.ones(persons)
        answers = np.concatenate([ticked, np.ones((persons, brands, 1))], axis=2)
        return np.asarray(answers * (rated * weight[:, None])[:, :, None])


def market(
    design: str, *, strength: float = 1.0, places: Floats | None = None, seed: int = 5
) -> Market:
    """Make a market of a design; `places` puts the brands elsewhere in the plane."""
    rng = np.random.default_rng(seed)
    own = rng.normal(size=(BRANDS, 2)) * [1.0, 0.6]
    own -= own.mean(axis=0)
    pull = rng.normal(size=(ATTRIBUTES, 2))
    uneven = rng.normal(-1.0, 1.2, ATTRIBUTES)
    popularity = uneven if design == "uneven" else np.full(ATTRIBUTES, -0.3)
    halo, leaning = {"none": (0.0, 0.0), "halo": (1.2, 0.0), "uneven": (0.5, 1.0)}[design]
    plane = own if places is None else places
    return Market(popularity + strength * plane @ pull.T, halo, leaning)


def brand_places(seed: int = 5) -> Floats:
    """Give where the brands of :func:`market` lie in the plane."""
    own = np.random.default_rng(seed).normal(size=(BRANDS, 2)) * [1.0, 0.6]
    return np.asarray(own - own.mean(axis=0))


def tables_of(answers: Floats, rng: np.random.Generator, *, draws: int) -> ImageTables:
    """Reduce persons to the tables that the methods work on, with draws over persons."""
    persons, rows, width = answers.shape
    chosen = rng.integers(0, persons, (draws, persons), dtype=np.int64)
    chosen += persons * np.arange(draws)[:, None]
    times = np.bincount(chosen.ravel(), minlength=draws * persons).reshape(draws, -1).astype(float)
    drawn = (times @ answers.reshape(persons, -1)).reshape(draws, rows, width)
    total, base = answers.sum(axis=0), answers[..., -1]
    return ImageTables(
        cells=tuple((f"brand {at}", None) for at in range(rows)),
        attributes=tuple(f"attribute {at}" for at in range(width - 1)),
        table=total[:, :-1], bases=total[:, -1], n=(base > 0).sum(axis=0),
        n_effective=base.sum(axis=0) ** 2 / (base**2).sum(axis=0),
        draw_tables=drawn[..., :-1], draw_bases=drawn[..., -1], df=persons - 1,
    )  # fmt: skip


def sums_of(answers: Floats, unit: NDArray[np.intp] | None = None) -> TickSums:
    """Reduce persons, drawn singly or in clusters, to what claims are tested by."""
    persons, brands, width = answers.shape
    shape = (brands, width - 1)
    totals = np.zeros((persons if unit is None else unit.max() + 1, brands * (width - 1)))
    at = np.arange(persons) if unit is None else unit
    np.add.at(totals, at, answers[..., :-1].reshape(persons, -1))
    n = len(totals)
    totals -= totals.mean(axis=0)
    powers = [
        np.repeat((answers[..., -1] ** k).sum(axis=0)[:, None], width - 1, axis=1)
        for k in (1, 2, 3)
    ]
    ticks = answers[..., :-1]
    return TickSums(
        *powers, (totals.T @ totals * n / (n - 1)).reshape(shape * 2),
        float((ticks > 0).sum() / ticks.sum()), n, n - 1,
    )  # fmt: skip
