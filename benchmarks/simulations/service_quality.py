"""Coverage of the scores of service quality by stage, and of a bank against the others.

Persons rate three of five banks on four items, some of which they leave out; lenient persons rate
all banks better, and weights undo that one kind of person was drawn more often. The rule: a row
passes when coverage, give or take 2.6 errors of simulation, meets .93 to .97.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.simulations.record import Table
from brandkit.core.linalg import Floats
from brandkit.satisfaction.service.service import ServiceQuality, service_quality

RUNS = 2000
BANKS, RATED = 5, 3
ITEMS = {"advice": "before", "digital": "before", "counter": "during", "complaints": "after"}
EFFECTS = np.array([0.6, 0.2, 0.0, -0.2, -0.6])
MOST_LEFT_OUT = 0.25


def answers(rng: np.random.Generator, persons: int, *, weighted: bool) -> pd.DataFrame:
    """Draw persons and their answers; complaints are left out most."""
    chance = 0.75 if weighted else 0.5
    kind = (rng.random(persons) > chance).astype(int)
    weight = np.where(kind == 1, 0.5 / (1 - chance), 0.5 / chance)
    bank = np.argsort(rng.random((persons, BANKS)), axis=1)[:, :RATED]
    halo = rng.normal(0.8 * kind, 1.2, persons)[:, None]
    frame = pd.DataFrame(
        {
            "id": np.repeat(np.arange(persons), RATED), "w": np.repeat(weight, RATED),
            "bank": np.array(list("abcde"))[bank].ravel(),
        }
    )  # fmt: skip
    for at, item in enumerate(ITEMS):
        noise = rng.normal(0, 1.3, bank.shape)
        value = np.clip(np.rint(6.5 + 0.2 * at + halo + EFFECTS[bank] + noise), 0, 10)
        gap = rng.random(bank.shape) < MOST_LEFT_OUT * at / 3
        frame[item] = np.where(gap, np.nan, value).ravel()
    return frame


def scored(frame: pd.DataFrame, *, weighted: bool) -> ServiceQuality:
    """Score a sample by stage."""
    return service_quality(
        frame, items=list(ITEMS), stages=ITEMS, brand="bank", respondent="id",
        weight="w" if weighted else None,
    )  # fmt: skip


def rows_of(result: ServiceQuality) -> dict[str, Floats]:
    """Give estimate and ends of the intervals that are looked at, by target."""
    ends = ["estimate", "ci_low", "ci_high"]
    stage = result.scores.query("kind == 'stage'")
    market = stage["brand"].isna()
    against = result.comparisons.query("kind == 'stage'")
    contrast = result.contrasts[result.contrasts["brand"].isna()]
    found = {
        "a bank's score of a stage": stage[~market], "the market's score of a stage": stage[market],
        "a bank less the others": against, "difference of two stages": contrast,
    }  # fmt: skip
    return {name: part[ends].to_numpy() for name, part in found.items()}


def coverage_rows(
    runs: int = RUNS, *, sizes: tuple[int, ...] = (60, 300), population: int = 400_000
) -> list[dict[str, object]]:
    """Cover the population's scores, weighted and not."""
    rows = []
    for weighted in (False, True):
        truth = rows_of(
            scored(answers(np.random.default_rng(99), population, weighted=weighted),
                   weighted=weighted)
        )  # fmt: skip
        for persons in sizes:
            rng = np.random.default_rng(12)
            seen: dict[str, list[Floats]] = {name: [] for name in truth}
            for _ in range(runs):
                found = rows_of(scored(answers(rng, persons, weighted=weighted), weighted=weighted))
                for name, part in found.items():
                    seen[name].append(part)
            for name, parts in seen.items():
                table, true = np.stack(parts), truth[name][:, 0]
                inside = (table[..., 1] <= true) & (true <= table[..., 2])
                rate, error = float(inside.mean()), float(inside.mean(axis=1).std() / runs**0.5)
                good = rate + 2.6 * error >= 0.93 and rate - 2.6 * error <= 0.97
                rows.append({
                    "target": name, "persons": persons, "weighted": weighted,
                    "coverage": round(rate, 3), "error": round(error, 4),
                    "verdict": "pass" if good else "FAIL",
                })  # fmt: skip
    return rows


TABLES = (Table("service quality by stage", coverage_rows),)
