"""Stability intervals of overlap with the rival held, and excess over chance of unrelated banks.

The target of a stability interval is the mean best match, at the rival's catalogue as it stands,
of the offers that the bank's own could have been. Rows marked "outside" have nearly equal values
throughout (banks that are all but sisters) or a category in five that the rival lacks; they are
shown, not judged. The rule for the others: 91 to 98 %, give or take 2.6 errors of simulation.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulations.record import Table
from brandkit.overlap.brands.kernel import best_of_draws, stability_interval

RUNS, DRAWS = 2_000, 1_000
OFFERS = (5, 8, 12, 20, 50, 100)
LOW, HIGH = 0.91, 0.98
FEATURES, RIVALS = 16, 12

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]


def catalogue(rng: np.random.Generator, n: int, chances: Floats) -> Floats:
    """Draw offers as 0/1 rows of features, none empty."""
    offers = (rng.random((n, len(chances))) < chances).astype(np.float64)
    offers[offers.sum(axis=1) == 0, 0] = 1.0
    return offers


def best_matches(offers: Floats, rival: Floats) -> Floats:
    """Best Jaccard of each offer at a rival."""
    shared = offers @ rival.T
    either = offers.sum(axis=1)[:, None] + rival.sum(axis=1)[None, :] - shared
    return np.asarray((shared / either).max(axis=1))


def drawn_catalogues(size: int) -> Draw:
    """Offers of features drawn at random against one rival of a given size, held fixed."""
    rng = np.random.default_rng(size)
    chances = rng.uniform(0.15, 0.7, FEATURES)
    rival = catalogue(rng, size, chances)

    def draw(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        return best_matches(catalogue(rng, shape[0] * shape[1], chances), rival).reshape(shape)

    return draw


def mixed(share: float, value: float, rest: Draw) -> Draw:
    """Values of which a share is one and the same."""

    def draw(rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
        return np.where(rng.random(shape) < share, value, rest(rng, shape))

    return draw


def beta(a: float, b: float) -> Draw:
    """Give values spread like a beta distribution."""
    return lambda rng, shape: rng.beta(a, b, size=shape)


DESIGNS: tuple[tuple[str, Draw, bool], ...] = (
    ("features, rival of 3", drawn_catalogues(3), True),
    ("features, rival of 30", drawn_catalogues(30), True),
    ("features, rival of 100", drawn_catalogues(100), True),
    ("even, about .67", beta(8, 4), True),
    ("skewed, about .86", beta(12, 2), True),
    ("three in ten the same offer", mixed(0.3, 1.0, beta(6, 5)), True),
    ("one in five without a counterpart", mixed(0.2, 0.0, beta(8, 4)), False),
    ("nine in ten the same offer", mixed(0.9, 1.0, beta(6, 5)), False),
)


def coverage() -> list[dict[str, object]]:
    """Give the coverage of the intervals, resampled and of Student's t."""
    rows: list[dict[str, object]] = []
    for name, draw, promised in DESIGNS:
        truth = float(draw(np.random.default_rng(1), (1000, 1000)).mean())
        for n in OFFERS:
            values = draw(np.random.default_rng(n), (n, RUNS))
            row: dict[str, object] = {"best matches": name, "offers": n}
            for word, draws in (("coverage", DRAWS), ("of t", 0)):
                low, high = stability_interval(values, draws=draws, seed=0, level=0.95)
                inside = float(((low <= truth + 1e-9) & (truth - 1e-9 <= high)).mean())
                row[word] = round(inside, 3)
                if draws:
                    error = 2.6 * float(np.sqrt(max(inside * (1 - inside), 1e-4) / RUNS))
                    fits = inside + error >= LOW and inside - error <= HIGH
                    row["mean width"] = round(float((high - low).mean()), 3)
                    row["verdict"] = ("pass" if fits else "FAIL") if promised else "outside"
            rows.append(row)
    return rows


def chance() -> list[dict[str, object]]:
    """Give the mean excess of unrelated catalogues by the rival's size, with its error."""
    rng = np.random.default_rng(0)
    found: dict[int, list[tuple[float, float]]] = {}
    for _ in range(200):
        chances = rng.uniform(0.15, 0.7, FEATURES)
        own = catalogue(rng, 20, chances)
        sizes = np.array([1, 3, 10, 30, 100, *[8] * RIVALS])
        rivals = [catalogue(rng, size, chances) for size in sizes]
        pool = np.vstack(rivals)
        shared = own @ pool.T
        either = own.sum(axis=1)[:, None] + pool.sum(axis=1)[None, :] - shared
        expected = best_of_draws(shared / either, sizes).mean(axis=0)
        for at, rival in enumerate(rivals[:5]):
            overlap = best_matches(own, rival).mean()
            excess = (overlap - expected[at]) / (1 - expected[at])
            found.setdefault(int(sizes[at]), []).append((float(overlap), float(excess)))
    rows: list[dict[str, object]] = []
    for size, values in found.items():
        overlap, excess = np.array(values).T
        rows.append({
            "rival's offers": size, "overlap": round(float(overlap.mean()), 3),
            "excess": round(float(excess.mean()), 4),
            "error": round(float(excess.std() / np.sqrt(len(excess))), 4),
            "verdict": "pass" if abs(excess.mean()) <= 0.02 else "FAIL",
        })  # fmt: skip
    return rows


TABLES = (
    Table("stability intervals of overlap", coverage, 0),
    Table("excess over chance of unrelated catalogues", chance, 0),
)
