"""Error rate and power of the null models, under choices whose truth is known.

Target: the chance of p <= .05. Without groups every bank chooses each feature on its own, the odds
being the feature's popularity times the bank's breadth: the fixed null must reject in at most 5 %
(pairs and groups), while RA3, which asks another question, rejects almost always. With groups,
banks of two halves prefer different halves of the features: the power of the test of groups.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.simulations.record import Table
from brandkit.overlap import overlap_test

RUNS = 2_000
DRAWS = 99
LEVEL = 0.05


def table_of(
    rng: np.random.Generator, *, n_banks: int, n: int, breadth: float, divide: float
) -> pd.DataFrame:
    """Draw banks x features; ``divide`` is the log odds by which halves differ."""
    while True:
        odds = rng.normal(-0.5, 1.5, n)[None, :] + rng.normal(0, breadth, n_banks)[:, None]
        half = np.where(np.arange(n_banks) < n_banks // 2, 1, -1)[:, None]
        odds = odds + divide / 2 * half * np.where(np.arange(n) < n // 2, 1, -1)[None, :]
        table = (rng.random((n_banks, n)) < 1 / (1 + np.exp(-odds))).astype(int)
        if (table.sum(axis=1) > 0).all():
            return pd.DataFrame(table)


def row(rng: np.random.Generator, *, runs: int = RUNS, **design: float) -> dict[str, object]:
    """Give the rates of rejection of one design."""
    n_banks, n = int(design["n_banks"]), int(design["n"])
    rejected: dict[str, list[float]] = {"RA3": [], "groups": [], "pairs": []}
    for seed in range(runs):
        table = table_of(
            rng, n_banks=n_banks, n=n, breadth=design["breadth"], divide=design["divide"]
        )
        result = overlap_test(table, nulls=["RA3", "fixed"], draws=DRAWS, seed=seed)
        p = result.tests.set_index(["index", "null"])["p_value"]
        rejected["RA3"].append(float(p[("pianka", "RA3")] <= LEVEL))
        rejected["groups"].append(float(p[("jaccard_variance", "fixed")] <= LEVEL))
        pairs = result.pairs.loc[result.pairs["null"] == "fixed", "p_value"]
        rejected["pairs"].append(float((pairs <= LEVEL).mean()))
    rates = {name: float(np.mean(values)) for name, values in rejected.items()}
    error = np.sqrt(rates["groups"] * (1 - rates["groups"]) / runs)
    is_null = design["divide"] == 0
    holds = max(rates["groups"], rates["pairs"]) - 2.6 * error <= LEVEL
    return {
        **design, "RA3": round(rates["RA3"], 3), "fixed, groups": round(rates["groups"], 3),
        "fixed, pairs": round(rates["pairs"], 3), "std error": round(float(error), 4),
        "verdict": ("holds" if holds else "FAILS") if is_null else "power",
    }  # fmt: skip


def rows(runs: int = RUNS) -> list[dict[str, object]]:
    """Give rates under independence, then power."""
    rng = np.random.default_rng(0)
    designs = [
        {"n_banks": n_banks, "n": n, "breadth": breadth, "divide": divide}
        for divide in (0.0, 1.0, 2.0)
        for n_banks, n in ((6, 16), (12, 30))
        for breadth in (0.0, 0.6)
    ]
    return [row(rng, runs=runs, **design) for design in designs]


def pair_rows(runs: int = 200) -> list[dict[str, object]]:
    """Two of twelve banks choose alike: found after Holm over 66 pairs, and any false pair."""
    rows: list[dict[str, object]] = []
    for planted in (False, True):
        rng, found, false = np.random.default_rng([planted, 14]), [], []
        for seed in range(runs):
            table = table_of(rng, n_banks=12, n=40, breadth=0.6, divide=0.0)
            if planted:
                kept = rng.random(40) < 0.95
                table.iloc[1] = np.where(kept, table.iloc[0], table.iloc[1])
            pairs = overlap_test(table, nulls=["fixed"], seed=seed).pairs
            both = pairs[["brand_a", "brand_b"]].astype(str).isin(["0", "1"]).all(axis=1)
            called = pairs["p_adjusted"] <= LEVEL
            found.append(called[both].any())
            false.append((called & (~both | (not planted))).any())
        for target, said in (("the planted pair", found), ("any false pair", false)):
            if target == "the planted pair" and not planted:
                continue
            rate = float(np.mean(said))
            error = float(np.sqrt(max(rate * (1 - rate), 1e-4) / runs))
            holds = rate + 2.6 * error >= 0.9 if planted and said is found else (
                rate - 2.6 * error <= LEVEL)  # fmt: skip
            rows.append({
                "planted": "one pair" if planted else "nothing", "target": target, "runs": runs,
                "rate": round(rate, 3), "error": round(error, 4),
                "verdict": "holds" if holds else "FAILS",
            })  # fmt: skip
    return rows


TABLES = (
    Table("rates of p <= .05 under the null models", rows),
    Table("Holm over the pairs of 12 banks", pair_rows, 200),
)
