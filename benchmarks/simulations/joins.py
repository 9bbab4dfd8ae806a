"""Links of few banks, rank sets of scorecards, regions after a what-if.

Rules. Tests: the rejection rate less 2.6 errors of simulation is at most .05; the power at the
size that is called detectable lies within .75 to .85, give or take 2.6 errors. Rank sets:
simultaneous coverage plus 2.6 errors is at least .93 and may exceed .97. Regions: coverage
averaged over the brands, give or take 2.6 errors, meets .93 to .975.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import pdist, squareform

from benchmarks.simulations.image_surveys import DESIGNS, market, tables_of
from benchmarks.simulations.record import Table
from brandkit.positioning.image.kernel import (
    decomposed,
    degrees_of_freedom,
    drawn_maps,
    quantile,
    second_moments,
    turns_onto,
    wald,
)
from brandkit.strategy.links import CERTAIN, chance, mantel_values, procrustes_values
from brandkit.strategy.scorecards import surely_better

RUNS = 2000
ORDERS = 499
DRAWS = 200

Floats = NDArray[np.float64]

#: Correlation of the two places of a bank, by number of banks, at which distances correlate as
#: much as is called detectable.
AT_DETECTABLE = {8: 0.81, 12: 0.69, 30: 0.52}


def verdict(rate: float, runs: int, *, low: float = 0.0, high: float = 1.0) -> dict[str, object]:
    """Give a rate with its error, and whether it meets its limits."""
    error = float(np.sqrt(max(rate * (1 - rate), 1e-4) / runs))
    passes = rate + 2.6 * error >= low and rate - 2.6 * error <= high
    return {"rate": round(rate, 4), "error": round(error, 4),
            "verdict": "pass" if passes else "FAIL"}  # fmt: skip


# --- links of few banks ------------------------------------------------------------------------


def two_places(rng: np.random.Generator, banks: int, link: float, *, design: str) -> list[Floats]:
    """Draw the places of banks in two planes whose coordinates correlate by `link`."""
    first, noise = rng.normal(size=(2, banks, 2))
    if design == "groups":
        # three groups of banks in either plane, drawn apart unless the places are linked
        first = first / 3 + 2 * rng.normal(size=(3, 2))[rng.integers(0, 3, banks)]
        noise = noise / 3 + 2 * rng.normal(size=(3, 2))[rng.integers(0, 3, banks)]
    return [first, link * first + np.sqrt(1 - link**2) * noise]


def random_orders(rng: np.random.Generator, n: int) -> NDArray[np.intp]:
    """Give random orders of n things, their own the first."""
    drawn = rng.random((ORDERS, n)).argsort(axis=1)
    return np.vstack([np.arange(n), drawn])


def link_result(
    rng: np.random.Generator, banks: int, link: float, *, design: str
) -> tuple[float, float, float, float]:
    """Give Mantel's p, correlation and detectable size, and the Procrustes p, of one market."""
    places = two_places(rng, banks, link, design=design)
    sold, seen = (squareform(pdist(one)) for one in places)
    orders = random_orders(rng, banks)
    mantel = chance(mantel_values(sold, second=seen, orders=orders), is_exact=False)
    turned = chance(procrustes_values(places[0], second=places[1], orders=orders), is_exact=False)
    return mantel["p_value"], mantel["estimate"], mantel["detectable"], turned["p_value"]


def link_rows(runs: int = RUNS) -> list[dict[str, object]]:
    """Mantel's and the Procrustes test: error, and power at the size called detectable."""
    rows = []
    for banks, link in AT_DETECTABLE.items():
        for truth, strength, design in (
            ("no link", 0.0, "normal"), ("no link", 0.0, "groups"), ("detectable", link, "normal"),
        ):  # fmt: skip
            rng = np.random.default_rng([banks, int(100 * strength), design == "groups"])
            found = np.array([
                link_result(rng, banks, strength, design=design) for _ in range(runs)
            ])  # fmt: skip
            mean_r, called = found[:, 1].mean(), found[:, 2].mean()
            for test, column in (("Mantel", 0), ("Procrustes", 3)):
                rate = float((found[:, column] <= CERTAIN).mean())
                limits = {"high": 0.05}
                if truth == "detectable":
                    limits = {"low": 0.75, "high": 0.85 if test == "Mantel" else 1.0}
                rows.append({
                    "target": "rejection rate", "test": test, "banks": banks, "truth": truth,
                    "design": design, "mean r": round(mean_r, 3),
                    "called detectable": round(called, 3), **verdict(rate, runs, **limits),
                })  # fmt: skip
    return rows


def trait_rows(runs: int = RUNS) -> list[dict[str, object]]:
    """Correlation of two numbers of each bank: error, and power at the size called detectable."""
    rows = []
    for banks in (8, 12, 30):
        for truth in ("no link", "detectable"):
            rng = np.random.default_rng([banks, truth == "detectable"])
            size = 0.0 if truth == "no link" else _called_detectable(rng, banks)
            rejected = 0
            for _ in range(runs):
                first, noise = rng.normal(size=(2, banks))
                second = size * first + np.sqrt(1 - size**2) * noise
                rejected += _trait_chance(rng, first, second)["p_value"] <= CERTAIN
            limits = {"high": 0.05} if truth == "no link" else {"low": 0.75, "high": 0.85}
            rows.append({
                "target": "rejection rate", "banks": banks, "truth": truth,
                "correlation": round(size, 3), **verdict(rejected / runs, runs, **limits),
            })  # fmt: skip
    return rows


def _trait_chance(rng: np.random.Generator, first: Floats, second: Floats):  # type: ignore[no-untyped-def]
    given = first - first.mean()
    dealt = (second - second.mean())[random_orders(rng, len(first))]
    values = dealt @ given / np.sqrt((given**2).sum() * (dealt[0] ** 2).sum())
    return chance(values, is_exact=False, points=len(first))


def _called_detectable(rng: np.random.Generator, banks: int) -> float:
    return float(np.mean([
        _trait_chance(rng, *rng.normal(size=(2, banks)))["detectable"] for _ in range(200)
    ]))  # fmt: skip


# --- rank sets ---------------------------------------------------------------------------------

TOTALS: dict[str, Callable[[int], Floats]] = {
    "all equal": lambda m: np.full(m, 0.5),
    "apart": lambda m: np.linspace(0.3, 0.7, m),
    "two groups": lambda m: np.where(np.arange(m) < m // 2, 0.45, 0.55),
    "one ahead": lambda m: np.where(np.arange(m) == 0, 0.65, 0.5),
}


def rank_rows(runs: int = RUNS) -> list[dict[str, object]]:
    """Simultaneous coverage of rank sets, and how wide they are; plain ranks beside."""
    rows = []
    for m in (6, 12):
        for name, make in TOTALS.items():
            truth, rng = make(m), np.random.default_rng([m, len(name)])
            error = np.linspace(0.02, 0.04, m)
            best = 1 + (truth > truth[:, None] + 1e-12).sum(axis=1)
            worst = m - (truth < truth[:, None] - 1e-12).sum(axis=1)
            covered, width, plain = 0, 0.0, 0
            for run in range(runs):
                seen = truth + rng.normal(0, error)
                better = surely_better(seen, errors=error, draws=499, seed=run, level=0.95)
                low, high = 1 + better.sum(axis=0), m - better.sum(axis=1)
                covered += bool(((low <= best) & (high >= worst)).all())
                width += float((high - low + 1).mean())
                rank = 1 + (seen > seen[:, None]).sum(axis=1)
                plain += bool(((rank >= best) & (rank <= worst)).all())
            rows.append({
                "target": "all true ranks at once", "institutions": m, "totals": name,
                **verdict(covered / runs, runs, low=0.93), "mean width": round(width / runs, 2),
                "ranks of the totals right": round(plain / runs, 3),
            })  # fmt: skip
    return rows


# --- regions after a what-if -------------------------------------------------------------------


def moved_regions_cover(
    rng: np.random.Generator, design: str, persons: int, *, weighted: bool, added: Floats
) -> float:
    """Give the share of brands whose region after the change holds the population's place."""
    one = market(design)
    shares = one.shares()
    tables = tables_of(one.ask(rng, persons, weighted=weighted), rng, draws=DRAWS)
    maps = drawn_maps(tables.table, tables.draw_tables, axes=2)
    population = decomposed(shares)
    turn = turns_onto(population.row_places[:, :2], target=maps.places, weight=maps.sample.row_mass)
    standard = population.column_standard[:, :2]
    size = quantile(degrees_of_freedom(tables, 2), axes=2, level=0.95)
    held = []
    for at in range(len(shares)):
        base = tables.bases[at]
        place, drawn = maps.placed(
            at, tables.table[at] + added * base, total=float(tables.table.sum()),
            draw_rows=tables.draw_tables[:, at] + added * tables.draw_bases[:, at, None],
            draw_totals=tables.draw_tables.sum(axis=(1, 2)),
        )  # fmt: skip
        row = shares[at] + added
        target = row @ standard / row.sum() @ turn
        covariance = second_moments((drawn - place)[:, None])[0]
        held.append(wald(target - place, covariance) <= size[at])
    return float(np.mean(held))


def region_rows(runs: int = RUNS) -> list[dict[str, object]]:
    """Coverage of the regions of new places, on three designs."""
    added = np.zeros(10)
    added[[0, 3]] = 0.12, -0.05
    rows = []
    for design in DESIGNS:
        for persons, weighted in ((100, False), (300, True), (1000, False)):
            rng = np.random.default_rng([persons, weighted, DESIGNS.index(design)])
            covers = np.array([
                moved_regions_cover(rng, design, persons, weighted=weighted, added=added)
                for _ in range(runs)
            ])  # fmt: skip
            error = float(covers.std(ddof=1) / np.sqrt(runs))
            rate = float(covers.mean())
            passes = rate + 2.6 * error >= 0.93 and rate - 2.6 * error <= 0.975
            rows.append({
                "target": "changed row on the population's map, turned", "design": design,
                "persons": persons, "weighted": weighted, "rate": round(rate, 4),
                "error": round(error, 4), "verdict": "pass" if passes else "FAIL",
            })  # fmt: skip
    return rows


TABLES = (
    Table("products beside image: Mantel and Procrustes", link_rows),
    Table("a trait of banks beside satisfaction", trait_rows),
    Table("rank sets", rank_rows),
    Table("regions after a what-if", region_rows, 1000),
)
