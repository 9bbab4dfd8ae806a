"""Drivers: coverage of importances, noise floor, ranks, and the test of equal drivers over groups.

The rule: a row of coverage passes when coverage, give or take 2.6 errors of simulation, meets .93
to .97 (sets of ranks may lie above); a test passes when its rejection rate less 2.6 errors is at
most .05. Rows marked "outside" are beyond the range promised (importance under 3 (1 - R²)/n, or
fewer than 30 persons) and are shown, not judged. Samples go through the package's own kernels;
``tests/satisfaction/test_drivers.py`` holds that these are what the public function uses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulations.record import Table
from brandkit.satisfaction.drivers.kernel import (
    Estimates,
    GroupedAnswers,
    Measure,
    equality_test,
    estimates,
    on_one_scale,
    rank_sets,
    shuffled_covariances,
)

RUNS = 2000
DRAWS = 400
PERMUTATIONS = 99
LEVEL = 0.95

Floats = NDArray[np.float64]
SLOPES = np.array([0.45, 0.3, 0.15, 0.05, 0.0])
TIED = 0.4


@dataclass(frozen=True)
class Design:
    """How a sample is drawn: persons, rows a person, weights, brands, rounding."""

    name: str
    persons: int
    rows: int = 1
    weighted: bool = False
    rounded: bool = False
    idle: bool = False  # the last driver is tied to nothing


def population(slopes: Floats, *, tied: float, idle: bool, noise: float = 0.6) -> Floats:
    """Give the correlations of the drivers and, last, the outcome."""
    p = len(slopes)
    inner = np.full((p, p), tied)
    np.fill_diagonal(inner, 1.0)
    if idle:
        inner[-1, :-1] = inner[:-1, -1] = 0.0
    seen = inner @ slopes
    size = np.sqrt(slopes @ seen + noise)
    whole = np.eye(p + 1)
    whole[:p, :p] = inner
    whole[:p, p] = whole[p, :p] = seen / size
    return whole


def sample(design: Design, target: Floats, rng: np.random.Generator) -> tuple[Floats, ...]:
    """Draw centred answers (rows, p + 1), weights and persons; rows of a person are alike."""
    factor = np.linalg.cholesky(target)
    n, q = design.persons, len(target)
    person = rng.normal(size=(n, 1, q)) @ factor.T
    row = rng.normal(size=(n, design.rows, q)) @ factor.T
    part = 0.5 if design.rows > 1 else 0.0
    values = (np.sqrt(part) * person + np.sqrt(1 - part) * row).reshape(-1, q)
    if design.rounded:
        values = np.clip(np.rint(7.2 + 1.8 * values), 0, 10)
    unit = np.repeat(np.arange(n), design.rows)
    weight = rng.lognormal(0, 0.5, n)[unit] if design.weighted else np.ones(len(unit))
    if design.rows > 1:  # each person rates other brands, whose levels differ
        brand = (rng.integers(0, 6, n)[:, None] + np.arange(design.rows)).ravel() % 6
        values = values + rng.normal(0, 0.4, (6, q))[brand]
        for one in range(6):
            own = brand == one
            values[own] -= (weight[own, None] * values[own]).sum(axis=0) / weight[own].sum()
        cells = brand
    else:
        values = values - (weight[:, None] * values).sum(axis=0) / weight.sum()
        cells = np.zeros(len(values), dtype=np.intp)
    return values, weight, unit, cells


def drawn_covariances(data: tuple[Floats, ...], rng: np.random.Generator, *, draws: int) -> Floats:
    """Give covariances of the sample (first) and of draws of persons, centred anew on brands."""
    values, weight, unit, cells = data
    q = values.shape[1]
    n, n_cells = int(unit.max()) + 1, int(cells.max()) + 1
    upper = np.triu_indices(q)
    products = np.zeros((n, len(upper[0])))
    np.add.at(products, unit, weight[:, None] * values[:, upper[0]] * values[:, upper[1]])
    sums = np.zeros((n, n_cells, q + 1))
    ones = np.concatenate([np.ones((len(values), 1)), values], axis=1)
    np.add.at(sums, (unit, cells), weight[:, None] * ones)
    times = np.concatenate([np.ones((1, n)), rng.multinomial(n, np.full(n, 1 / n), draws)])
    flat = times @ products
    inside = (times @ sums.reshape(n, -1)).reshape(len(times), n_cells, q + 1)
    covariance = np.empty((len(times), q, q))
    covariance[:, upper[0], upper[1]] = covariance[:, upper[1], upper[0]] = flat
    root = np.sqrt(np.maximum(inside[..., :1], 1e-12))
    scaled = inside[..., 1:] / root
    covariance -= np.swapaxes(scaled, 1, 2) @ scaled
    return np.asarray(covariance / inside[..., 0].sum(axis=1)[:, None, None])


def estimated(
    data: tuple[Floats, ...], rng: np.random.Generator, *, method: str, draws: int = DRAWS
) -> Estimates:
    """Compute importances with draws of persons."""
    values, weight, unit, cells = data
    covariance = drawn_covariances(data, rng, draws=draws)
    shuffled = shuffled_covariances(
        values, weight=weight, unit=unit, n_centred=int(cells.max()) + 1
    )
    return estimates(
        covariance[0], covariance[1:], measure=Measure(method),  # type: ignore[arg-type]
        shuffled=shuffled, level=LEVEL,
    )  # fmt: skip


def true_importance(design: Design, target: Floats, *, method: str = "shapley") -> Floats:
    """Give the importances in the population that samples are drawn from."""
    if design.rounded:
        whole = Design("population", 1_000_000, rounded=True)
        values = sample(whole, target, np.random.default_rng(99))[0]
        target = np.corrcoef(values.T)
    return Measure(method).exact(target[None])[0]  # type: ignore[arg-type]


def rate(hits: Floats, *, may_exceed: bool = False, promised: bool = True) -> dict[str, object]:
    """Give a coverage and whether it passes."""
    share = float(np.mean(hits))
    error = float(np.sqrt(max(share * (1 - share), 1e-4) / len(hits)))
    passes = share + 2.6 * error >= 0.93 and (may_exceed or share - 2.6 * error <= 0.97)
    said = ("pass" if passes else "FAIL") if promised else "outside"
    return {"coverage": round(share, 3), "error": round(error, 4), "verdict": said}


def rejection(hits: Floats, *, is_null: bool) -> dict[str, object]:
    """Give a rejection rate; under the null, whether it passes."""
    share = float(np.mean(hits))
    error = float(np.sqrt(max(share * (1 - share), 1e-4) / len(hits)))
    said = ("pass" if share - 2.6 * error <= 0.05 else "FAIL") if is_null else "power"
    return {"rejected": round(share, 3), "error": round(error, 4), "verdict": said}


DESIGNS = (
    Design("one row a person", 30),
    Design("one row a person", 60),
    Design("one row a person", 100),
    Design("one row a person", 400),
    Design("weighted", 150, weighted=True),
    Design("three brands a person", 100, rows=3),
    Design("three brands, weighted", 150, rows=3, weighted=True),
    Design("rounded to 0-10", 200, rounded=True),
)


def coverage_rows(
    designs: tuple[Design, ...] = DESIGNS, *, runs: int = 0, method: str = "shapley"
) -> list[dict[str, object]]:
    """Give the coverage of each driver's interval, and of the sets of ranks."""
    rows = []
    for number, design in enumerate(designs):
        target = population(SLOPES, tied=TIED, idle=False)
        truth = true_importance(design, target, method=method)
        hits, ranked, floors = [], [], []
        best = 1 + (truth[None] > truth[:, None] + 1e-9).sum(axis=1)
        rng = np.random.default_rng([number, 1])
        for _ in range(runs or RUNS):
            found = estimated(sample(design, target, rng), rng, method=method)
            low, high = found.interval(LEVEL)
            hits.append((low <= truth) & (truth <= high))
            first, last = rank_sets(found.importance, found.draws, level=LEVEL)
            ranked.append(((first <= best) & (best <= last)).all())
            floors.append(found.n_effective)
        limit = 3 * (1 - truth.sum()) / float(np.mean(floors))
        rows += [
            {"target": f"population {method}", "design": design.name, "persons": design.persons,
             "importance": round(float(size), 4), "edge": round(limit, 4),
             **rate(np.array(hits)[:, at], promised=size >= limit)}
            for at, size in enumerate(truth)
        ]  # fmt: skip
        rows.append({
            "target": "all true ranks", "design": design.name, "persons": design.persons,
            **rate(np.array(ranked), may_exceed=True),
        })  # fmt: skip
    return rows


FLOOR_DESIGNS = (
    Design("one row a person", 30, idle=True),
    Design("one row a person", 100, idle=True),
    Design("weighted", 150, weighted=True, idle=True),
    Design("three brands a person", 100, rows=3, idle=True),
    Design("three brands, weighted", 150, rows=3, weighted=True, idle=True),
    Design("rounded to 0-10", 200, rounded=True, idle=True),
)


def floor_rows(
    designs: tuple[Design, ...] = FLOOR_DESIGNS, *, runs: int = 0
) -> list[dict[str, object]]:
    """Give how often a driver tied to nothing is above noise, and one of small importance is."""
    rows = []
    for number, design in enumerate(designs):
        for method in ("shapley", "johnson"):
            for slope in (0.0, 0.2):
                slopes = np.append(SLOPES[:-1], slope)
                target = population(slopes, tied=TIED, idle=True)
                rng = np.random.default_rng([number, 2])
                above = [
                    found.importance[-1] > found.floor[-1]
                    for found in (
                        estimated(sample(design, target, rng), rng, method=method, draws=2)
                        for _ in range(runs or RUNS)
                    )
                ]
                size = float(true_importance(Design("", 1), target, method=method)[-1])
                rows.append({
                    "target": "above noise", "method": method, "design": design.name,
                    "persons": design.persons, "importance": round(size, 4),
                    **rejection(np.array(above), is_null=slope == 0.0),
                })  # fmt: skip
    return rows


@dataclass(frozen=True)
class Groups:
    """Groups of persons that are compared."""

    name: str
    sizes: tuple[int, ...]
    differs: bool = False
    weighted: bool = False
    shared: bool = False  # every person is in all groups
    heavy: bool = False
    scaled: bool = False  # the second group answers with half the spread


GROUPS = (
    Groups("two segments", (100, 100)),
    Groups("two segments", (100, 100), differs=True),
    Groups("unequal segments", (40, 300)),
    Groups("unequal segments", (40, 300), differs=True),
    Groups("eight segments", (60,) * 8),
    Groups("eight segments", (60,) * 8, differs=True),
    Groups("weighted, three segments", (150, 100, 60), weighted=True),
    Groups("heavy tails, two segments", (150, 150), heavy=True),
    Groups("other spread, two segments", (100, 200), scaled=True),
    Groups("brands rated by the same persons", (150, 150, 150), shared=True),
    Groups("brands rated by the same persons", (150, 150, 150), shared=True, differs=True),
)


def grouped(groups: Groups, rng: np.random.Generator) -> GroupedAnswers:
    """Draw answers of groups, centred within each and brought to one scale."""
    other = np.array([0.1, 0.3, 0.15, 0.05, 0.35])
    parts, weights, labels, units = [], [], [], []
    together = rng.normal(size=(groups.sizes[0], len(SLOPES) + 1))
    for at, size in enumerate(groups.sizes):
        slopes = other if groups.differs and at == 0 else SLOPES
        factor = np.linalg.cholesky(population(slopes, tied=TIED, idle=False))
        drawn = rng.normal(size=(size, len(factor)))
        if groups.shared:
            drawn = np.sqrt(0.5) * (together + drawn)
        values = drawn @ factor.T
        if groups.scaled and at == 1:
            values = values * 0.5
        if groups.heavy:
            values *= np.sqrt(5 / rng.chisquare(5, (size, 1)))
        weight = rng.lognormal(0, 0.5, size) * (1 + at) if groups.weighted else np.ones(size)
        weight /= weight.mean()
        values -= (weight[:, None] * values).mean(axis=0)
        parts.append(values)
        weights.append(weight)
        labels.append(np.full(size, at))
        units.append(np.arange(size) + (0 if groups.shared else sum(groups.sizes[:at])))
    values, weight, label, unit = (np.concatenate(one) for one in (parts, weights, labels, units))
    return GroupedAnswers(on_one_scale(values, weight=weight, group=label), weight, label, unit)


def equality_rows(cases: tuple[Groups, ...] = GROUPS, *, runs: int = 0) -> list[dict[str, object]]:
    """Give how often drivers are called different: over all, and for the first driver alone."""
    measure = Measure("shapley")
    rows = []
    for number, case in enumerate(cases):
        rng = np.random.default_rng([number, 3])
        p_values = np.array([
            equality_test(
                grouped(case, rng), measure.many, permutations=PERMUTATIONS, seed=run
            ).p_value
            for run in range(runs or RUNS)
        ])  # fmt: skip
        for name, place in (("all drivers", -1), ("first driver", 0), ("third driver", 2)):
            is_null = not case.differs
            if case.differs and place == 2:
                continue
            rows.append({
                "target": f"equal {name}", "groups": case.name,
                "sizes": "x".join(map(str, case.sizes[:3])),
                **rejection(p_values[:, place] <= 0.05, is_null=is_null),
            })  # fmt: skip
    return rows


TABLES = (
    *(
        Table(f"importances and ranks, {one.name}, {one.persons}",
              lambda runs, one=one: coverage_rows((one,), runs=runs))
        for one in DESIGNS
    ),
    Table("Johnson's relative weights", lambda runs: coverage_rows(
        (DESIGNS[2], DESIGNS[5]), runs=runs, method="johnson")),
    Table("noise floor", lambda runs: floor_rows(runs=runs)),
    Table("equal drivers over groups", lambda runs: equality_rows(runs=runs), 1000),
)  # fmt: skip
