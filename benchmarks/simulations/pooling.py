"""Coverage of pooled estimates: on average over the banks, whose true values are drawn too.

The rule: a row passes when coverage, give or take 2.6 errors of simulation, meets .93 to .97.
Where the banks hardly differ the spread between them is estimated at its bound of 0, and
coverage lies above: such rows may exceed. Beside it stand the intervals that take the spread for
known, and what pooling saves of the squared error of the raw values.
"""

from __future__ import annotations

import numpy as np

from benchmarks.simulations.record import Table
from brandkit.core.linalg import Floats
from brandkit.satisfaction.scores.pooling import common_mean, morris_pooled, paule_mandel, reml

RUNS = 4000
SIZES = (4, 6, 12, 25)
SPREADS = (0.0, 0.3, 1.0, 3.0)
"""Standard deviation between banks over the typical design error."""
BOUNDED = 0.5
"""Spreads below this are estimated at 0 often."""


def errors(banks: int, *, ratio: float) -> Floats:
    """Give design variances around 1, the largest `ratio` times the smallest."""
    logs = np.linspace(0.0, np.log(ratio), banks)
    return np.asarray(np.exp(logs - logs.mean()))


def coverage_rows(runs: int = RUNS) -> list[dict[str, object]]:
    """Pool banks that differ by more and more, with equal and unequal errors."""
    rows = []
    for method, kernel in (("reml", reml), ("paule_mandel", paule_mandel)):
        rng = np.random.default_rng(7)
        for banks in SIZES:
            for spread in SPREADS:
                for ratio in (1.0, 10.0):
                    variance = np.broadcast_to(errors(banks, ratio=ratio), (runs, banks))
                    truth = spread * rng.normal(size=(runs, banks))
                    seen = truth + np.sqrt(variance) * rng.normal(size=(runs, banks))
                    between = kernel(seen, variance=variance)
                    pooled = morris_pooled(seen, variance=variance, between=between)
                    inside = np.abs(pooled.value - truth) <= 1.96 * pooled.error
                    saved = ((pooled.value - truth) ** 2).mean() / ((seen - truth) ** 2).mean()
                    rows.append({
                        "target": "true value of a bank, averaged over banks", "method": method,
                        "banks": banks, "spread": spread, "errors": f"1:{ratio ** 0.5:.1f}",
                        **verdict(inside.mean(axis=1), may_exceed=spread < BOUNDED),
                        "spread taken for known": plug_in(seen, variance, between, truth),
                        "squared error over raw": round(float(saved), 3),
                    })  # fmt: skip
    return rows


def verdict(by_run: Floats, *, may_exceed: bool) -> dict[str, object]:
    """Give the coverage of a row and whether it passes; banks of a run are not independent."""
    rate, error = float(by_run.mean()), float(by_run.std() / np.sqrt(len(by_run)))
    passes = rate + 2.6 * error >= 0.93 and (may_exceed or rate - 2.6 * error <= 0.97)
    said = "pass" if passes else "FAIL"
    return {"coverage": round(rate, 3), "error": round(error, 4), "verdict": said}


def plug_in(seen: Floats, variance: Floats, between: Floats, truth: Floats) -> float:
    """Give the coverage of intervals that take the estimated spread for the true one."""
    weight = 1 / (variance + between[:, None])
    mean = common_mean(seen, variance=variance, between=between)[:, None]
    shrinkage = variance * weight
    error = np.sqrt((1 - shrinkage) * variance + shrinkage**2 / weight.sum(axis=1, keepdims=True))
    off = np.abs(mean + (1 - shrinkage) * (seen - mean) - truth)
    return round(float((off <= 1.96 * error).mean()), 3)


TABLES = (Table("pooled estimates of banks", coverage_rows, RUNS),)
