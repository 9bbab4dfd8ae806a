"""Do customers notice? Coverage, false alarms and power of what perceived_alikeness says.

Persons of two kinds rate some of the banks on a scale from 0 to 10, lenient persons all of them
better. Weighted rows: one kind is drawn three times as often as it occurs, and weights undo it.
The rule: a row of coverage passes when it meets .93 to .97, give or take 2.6 errors of simulation;
where nothing is there the interval is bounded by 0 and may exceed. Tests pass when they reject at
most 5 % wrongly, give or take the same. Power is shown beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.simulations.record import Table
from brandkit.core.linalg import Floats
from brandkit.satisfaction.alikeness.alikeness import (
    PerceivedAlikeness,
    bank_rows,
    equivalence_frames,
    perceived_alikeness,
)

RUNS = 2000
DRAWS = 400
KINDS = np.array([0.5, 0.5])
DRAWN_MORE = 3.0


@dataclass(frozen=True)
class Market:
    """What the answers are drawn from.

    Parameters
    ----------
    persons, banks, rated : int
        Persons of a sample, banks, and banks a person rates.
    effects : ndarray, shape (banks,)
        What each bank adds to a rating, in scale points.
    leaning : ndarray, shape (banks, attributes)
        Chance that an attribute is ticked for a bank, before a person's leaning.
    weighted : bool
    """

    persons: int
    banks: int
    rated: int
    effects: Floats
    leaning: Floats
    weighted: bool = False

    def sample(self, rng: np.random.Generator, persons: int) -> pd.DataFrame:
        """Draw persons and what they answer: bank, rating, ticks, weight."""
        first = KINDS[0] * (DRAWN_MORE if self.weighted else 1.0)
        chance = first / (first + KINDS[1])
        kind = (rng.random(persons) > chance).astype(int)
        weight = (KINDS / np.array([chance, 1 - chance]))[kind]
        size = np.log(np.linspace(3.0, 1.0, self.banks))
        wish = size + rng.gumbel(size=(persons, self.banks))
        bank = np.argsort(-wish, axis=1)[:, : self.rated]
        halo = rng.normal(0.6 * kind, 1.2, persons)[:, None]
        answer = 6.5 + halo + self.effects[bank] + rng.normal(0, 1.2, bank.shape)
        lenient = np.clip(0.25 * rng.normal(size=(persons, 1, 1)), -0.6, 0.6)
        ticks = rng.random((*bank.shape, self.leaning.shape[1])) < np.clip(
            self.leaning[bank] * np.exp(lenient), 0, 1
        )
        frame = pd.DataFrame(
            {
                "id": np.repeat(np.arange(persons), self.rated),
                "w": np.repeat(weight, self.rated),
                "bank": bank.ravel(),
                "rating": np.clip(np.rint(answer), 0, 10).ravel(),
            }
        )
        for at in range(self.leaning.shape[1]):
            frame[f"t{at}"] = ticks[..., at].ravel().astype(float)
        return frame

    @property
    def ticks(self) -> list[str]:
        """Names of the attributes."""
        return [f"t{at}" for at in range(self.leaning.shape[1])]

    def truth(self, persons: int = 600_000) -> tuple[float, float]:
        """Give the share between banks and the inertia in a population of so many persons."""
        frame = self.sample(np.random.default_rng(99), persons)
        frame["ww"] = frame["w"] * frame["rating"]
        frame["wsq"] = frame["w"] * frame["rating"] ** 2
        sums = frame.groupby("bank")[["w", "ww", "wsq"]].sum().to_numpy()
        part, mean = sums[:, 0] / sums[:, 0].sum(), sums[:, 1] / sums[:, 0]
        between = float(part @ mean**2 - (part @ mean) ** 2)
        within = float(part @ (sums[:, 2] / sums[:, 0] - mean**2))
        counts = frame[self.ticks].mul(frame["w"], axis=0).groupby(frame["bank"]).sum().to_numpy()
        share = counts / counts.sum()
        expected = np.outer(share.sum(axis=1), share.sum(axis=0))
        return between / (between + within), float(((share - expected) ** 2 / expected).sum())


def market(
    persons: int, *, spread: float, image: float, rated: int = 3, weighted: bool = False
) -> Market:
    """Give a market of six banks whose ratings and images differ by so much."""
    banks, attributes = 6, 8
    effects = spread * np.array([1.2, -0.8, 0.3, -1.3, 0.9, -0.3])
    wave = np.cos(np.outer(np.arange(banks), np.arange(1, attributes + 1)))
    base = np.linspace(0.15, 0.55, attributes)
    return Market(persons, banks, rated, effects, base * np.exp(image * wave), weighted)


def results(one: Market, runs: int) -> Iterator[PerceivedAlikeness]:
    """Give the result of each of so many samples."""
    rng = np.random.default_rng(11)
    for _ in range(runs):
        yield perceived_alikeness(
            one.sample(rng, one.persons), brand="bank", items=["rating"], images=one.ticks,
            respondent="id", weight="w" if one.weighted else None, smallest_difference=1.0,
            draws=DRAWS,
        )  # fmt: skip


def pairs_found(one: Market, runs: int, *, smallest: float) -> Iterator[pd.DataFrame]:
    """Give the tested pairs of each of so many samples, without draws, which they do not need."""
    rng = np.random.default_rng(11)
    design = {"respondent": "id", "weight": "w" if one.weighted else None}
    for _ in range(runs):
        frame = one.sample(rng, one.persons)
        rows = bank_rows(frame, columns=["rating"], missing="raise", brand="bank", **design)
        yield equivalence_frames(
            rows, smallest={"rating": smallest}, declared=True, level=0.95
        )[0]  # fmt: skip


def passes(rate: float, runs: int, *, may_exceed: bool) -> str:
    """Say whether a coverage keeps METHODS' rule."""
    error = float(np.sqrt(max(rate * (1 - rate), 1e-4) / runs))
    good = rate + 2.6 * error >= 0.93 and (may_exceed or rate - 2.6 * error <= 0.97)
    return "pass" if good else "FAIL"


def coverage_rows(runs: int = RUNS) -> list[dict[str, object]]:
    """Share between banks and inertia: from nothing to much, weighted and not."""
    rows = []
    for weighted in (False, True):
        for persons, spread, image in (
            (100, 0.0, 0.0), (100, 0.4, 0.3), (400, 0.2, 0.1), (400, 1.2, 0.6),
        ):  # fmt: skip
            one = market(persons, spread=spread, image=image, weighted=weighted)
            target = dict(zip(("between_share", "inertia"), one.truth(), strict=True))
            seen = pd.concat([r.measures for r in results(one, runs)])
            for measure, part in seen.groupby("measure"):
                # a population's own value is a hair above 0 where nothing was planted
                true = 0.0 if spread == 0 else target[str(measure)]
                inside = (part["ci_low"] <= true + 1e-12) & (true - 1e-12 <= part["ci_high"])
                rate = float(inside.mean())
                rows.append({
                    "target": f"population {measure}", "persons": persons,
                    "weighted": weighted, "true": round(true, 4),
                    "mean estimate": round(float(part["untruncated"].mean()), 4),
                    "mean uncorrected": round(float(part["observed"].mean()), 4),
                    "coverage": round(rate, 3),
                    "verdict": passes(rate, runs, may_exceed=spread == 0),
                    "rejects": round(float((part["p_value"] <= 0.05).mean()), 3),
                })  # fmt: skip
    return rows


def verdict_rows(runs: int = RUNS) -> list[dict[str, object]]:
    """Pairs of banks: false verdicts over all pairs of an item, and power."""
    rows = []
    for weighted in (False, True):
        for persons, gap in ((200, 0.0), (200, 1.0), (800, 1.0), (800, 0.5)):
            # bank 0 stands apart by the gap, the others are alike; 1.0 is what matters
            flat = market(persons, spread=0.0, image=0.0, weighted=weighted)
            effects = np.zeros(flat.banks)
            effects[0] = gap
            one = Market(persons, flat.banks, flat.rated, effects, flat.leaning, weighted)
            ends = one.sample(np.random.default_rng(98), 600_000)
            mean = (ends["w"] * ends["rating"]).groupby(ends["bank"]).sum()
            mean /= ends["w"].groupby(ends["bank"]).sum()
            true = 0.0 if gap == 0 else float(mean[0] - mean[1:].mean())
            apart, false, equal, told = [], [], [], []
            for pairs in pairs_found(one, runs, smallest=true if gap == 1.0 else 1.0):
                first = (pairs["brand_a"] == "0").to_numpy()
                verdict = pairs["verdict"].to_numpy()
                alike = ~first if gap else np.ones(len(pairs), dtype=bool)
                false.append((pairs["p_adjusted"].to_numpy()[alike] <= 0.05).any())
                apart.append((verdict[first] == "equal").any() if gap == 1.0 else np.nan)
                equal.append((verdict[alike] == "equal").mean())
                told.append((verdict[first] == "different").mean() if gap else np.nan)
            rows.append({
                "target": "pairs of bank means", "persons": persons, "weighted": weighted,
                "true gap": round(true, 2), "any alike pair called different": rate_of(false),
                "any pair at the limit called equal": rate_of(apart),
                "verdict": "pass" if below(false) and below(apart) else "FAIL",
                "alike pairs called equal": rate_of(equal), "apart pairs called different":
                rate_of(told),
            })  # fmt: skip
    return rows


def rate_of(values: list[float]) -> float:
    """Give a mean to three digits."""
    return round(float(np.mean(np.asarray(values, dtype=float))), 3)


def below(values: list[float]) -> bool:
    """Say whether a rate of false verdicts keeps 5 %."""
    rate = rate_of(values)
    return bool(np.isnan(rate)) or rate - 2.6 * np.sqrt(rate * (1 - rate) / len(values)) <= 0.05


TABLES = (
    Table("share between banks, inertia", coverage_rows, 1000),
    Table("equal, different, open", verdict_rows),
)
