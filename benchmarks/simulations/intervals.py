"""Coverage of the intervals of shares and of the net promoter score, by base and truth.

A share's coverage is exact: a sum over every count that can be observed. The score's is drawn.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from benchmarks.simulations.record import Table
from brandkit.core.intervals import nps_interval, wilson_interval

BASES = (10, 30, 100, 400)
SHARES = (0.01, 0.05, 0.2, 0.5)
SCORES = ((0.9, 0.02), (0.6, 0.1), (0.3, 0.3), (0.1, 0.5))  # promoters, detractors
DRAWS = 50_000
SLACK = 1e-9


def share_rows(level: float) -> list[dict[str, object]]:
    """Give the exact coverage of Wilson's interval."""
    rows: list[dict[str, object]] = []
    for n in BASES:
        counts = np.arange(n + 1)
        low, high = wilson_interval(counts / n, n=n, level=level)
        for share in SHARES:
            inside = (low - SLACK <= share) & (share <= high + SLACK)
            chance = binom.pmf(counts, n, share)
            rows.append({
                "share": share, "n": n, "level": level,
                "coverage": round(float(chance @ inside), 3),
                "mean width": round(float(chance @ (high - low)), 3),
            })  # fmt: skip
    return rows


def score_rows(level: float) -> list[dict[str, object]]:
    """Give the coverage of the net promoter score's interval, with its error of simulation."""
    rng = np.random.default_rng(0)
    rows: list[dict[str, object]] = []
    for n in BASES:
        for promoters, detractors in SCORES:
            chances = [promoters, detractors, 1 - promoters - detractors]
            seen = rng.multinomial(n, chances, size=DRAWS) / n
            low, high = nps_interval(seen[:, 0], detractors=seen[:, 1], n=n, level=level)
            truth = 100 * (promoters - detractors)
            coverage = float(((low - SLACK <= truth) & (truth <= high + SLACK)).mean())
            rows.append({
                "score": round(truth), "n": n, "level": level, "coverage": round(coverage, 3),
                "std error": round(float(np.sqrt(coverage * (1 - coverage) / DRAWS)), 4),
                "mean width": round(float((high - low).mean()), 1),
            })  # fmt: skip
    return rows


TABLES = (
    Table("Wilson's interval of a share (exact)", lambda: share_rows(0.95), 0),
    Table("net promoter score", lambda: score_rows(0.95), 0),
)
