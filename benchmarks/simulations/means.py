"""Edges of means: banks in few clusters, many banks under heavy weights, importances of clusters.

The rule: a coverage meets .93 to .97, a rate of false findings is at most .05, each give or take
2.6 errors of simulation. Forty banks of which each rests on some eighteen persons after weights
are flagged on the page, and shown here, not judged.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.simulations.drivers import SLOPES, TIED, population
from benchmarks.simulations.positioning import verdict
from benchmarks.simulations.record import Table
from brandkit.satisfaction.drivers.drivers import driver_importance
from brandkit.satisfaction.drivers.kernel import Measure
from brandkit.satisfaction.scores.scores import group_comparison, satisfaction_scores

CLUSTERS, A_CLUSTER, ALIKE = 30, 20, 0.1


def few_clusters_rows(
    runs: int = 2000, *, seen: tuple[int, ...] = (1, 2, 3, 5, 10)
) -> list[dict[str, object]]:
    """Cover the mean of a bank that was asked about in so many of thirty clusters only."""
    rows: list[dict[str, object]] = []
    for few in seen:
        rng, inside, given = np.random.default_rng([few, 6]), [], []
        unit = np.repeat(np.arange(CLUSTERS), A_CLUSTER)
        for _ in range(runs):
            shared = rng.normal(0, np.sqrt(ALIKE), CLUSTERS)[unit]
            y = 5 + shared + rng.normal(0, np.sqrt(1 - ALIKE), len(unit))
            bank = np.where((unit < few) & (rng.random(len(unit)) < 0.5), "A", "B")
            frame = pd.DataFrame({"id": np.arange(len(unit)), "y": y, "bank": bank, "unit": unit})
            scores = satisfaction_scores(
                frame, items="y", by="bank", respondent="id", cluster="unit", limits=(-5, 15),
                measures=["mean"], suppress_below=2,
            ).scores  # fmt: skip
            low, high = scores.loc[scores["segment"] == "A", ["ci_low", "ci_high"]].iloc[0]
            given.append(not np.isnan(low))
            inside.append(low <= 5 <= high)
        told = {"target": "population mean of a bank", "its clusters": few, "runs": runs}
        if few == 1:
            rows.append(told | {"target": "an interval is given"} | verdict(given, high=0.0))
        else:
            rows.append(told | verdict(inside, low=0.93, high=0.97))
    return rows


WEIGHTED = (
    (40, 500, 1.5, 0.0), (40, 2000, 1.5, 0.0), (12, 300, 1.5, 0.0), (40, 1000, 0.6, 0.0),
    (40, 500, 0.0, 0.0), (12, 1000, 1.5, 1.0),
)  # fmt: skip


def weighted_rows(
    runs: int = 200, *, cases: tuple[tuple[int, int, float, float], ...] = WEIGHTED
) -> list[dict[str, object]]:
    """Compare many banks, all equal or one apart, under weights that vary by so much."""
    rows: list[dict[str, object]] = []
    for banks, persons, cv, apart in cases:
        rng, found = np.random.default_rng([banks, persons, int(10 * cv), 7]), []
        for _ in range(runs):
            rated = np.argsort(rng.random((persons, banks)), axis=1)[:, :3]
            y = 5 + rng.normal(0, 1, (persons, 1)) + rng.normal(0, 1.5, rated.shape)
            frame = pd.DataFrame({
                "id": np.repeat(np.arange(persons), 3), "bank": rated.ravel(),
                "y": (y + apart * (rated == 0)).ravel(),
                "w": np.repeat(rng.lognormal(0, np.sqrt(np.log(1 + cv**2)), persons), 3),
            })  # fmt: skip
            pairs = group_comparison(
                frame, items="y", by="bank", respondent="id", weight="w", limits=(-10, 20),
                measures=["mean"],
            ).pairs  # fmt: skip
            mine = (pairs["group_a"].astype(str) == "0") | (pairs["group_b"].astype(str) == "0")
            distinct = pairs["distinct"].to_numpy(dtype=bool)
            found.append(distinct[mine].mean() if apart else distinct.any())
        kish = 3 * persons / banks / (1 + cv**2)
        limits = {} if apart else {"high": 0.05}
        row = {"target": "pairs of the bank apart" if apart else "any false pair",
               "banks": banks, "persons": persons, "weights' cv": cv, "base": round(kish),
               "runs": runs, **verdict(found, **limits)}  # fmt: skip
        if kish < 30 and not apart:
            row["verdict"] = "outside"
        rows.append(row)
    return rows


def cluster_importance_rows(
    runs: int = 300, *, clusters: tuple[int, ...] = (6, 8, 12, 20, 30, 200)
) -> list[dict[str, object]]:
    """Cover importances above 0 of five drivers where so many clusters were drawn."""
    target = population(SLOPES, tied=TIED, idle=False)
    truth = Measure("shapley").exact(target[None])[0]
    factor = np.linalg.cholesky(target)
    rows: list[dict[str, object]] = []
    for g in clusters:
        rng, inside = np.random.default_rng([g, 8]), []
        unit = np.repeat(np.arange(g), A_CLUSTER)
        for _ in range(runs):
            shared = np.sqrt(ALIKE) * rng.normal(size=(g, len(target)))[unit]
            own = np.sqrt(1 - ALIKE) * rng.normal(size=(len(unit), len(target)))
            names = [*(f"x{at}" for at in range(len(SLOPES))), "y"]
            frame = pd.DataFrame((shared + own) @ factor.T, columns=names)
            found = driver_importance(
                frame.assign(id=np.arange(len(unit)), unit=unit), outcome="y", drivers=names[:-1],
                respondent="id", cluster="unit", draws=400,
            ).drivers.set_index("driver").loc[names[:-1]]  # fmt: skip
            held = (found["ci_low"] <= truth) & (truth <= found["ci_high"])
            inside.append(held.to_numpy()[truth > 0.02].mean())
        rows.append({
            "target": "population shapley, mean over drivers above 0", "clusters": g, "runs": runs,
            **verdict(inside, low=0.93, high=0.97),
        })  # fmt: skip
    return rows


TABLES = (
    *(
        Table(f"{banks} banks, {persons} persons, weights of CV {cv}{', one apart' * (apart > 0)}",
              lambda runs, case=(banks, persons, cv, apart): weighted_rows(runs, cases=(case,)),
              200)
        for banks, persons, cv, apart in WEIGHTED
    ),
    *(
        Table(f"a bank in {few} of 30 clusters",
              lambda runs, few=few: few_clusters_rows(runs, seen=(few,)))
        for few in (1, 2, 3, 5, 10)
    ),
    *(
        Table(f"importances, {g} clusters",
              lambda runs, g=g: cluster_importance_rows(runs, clusters=(g,)), 300)
        for g in (6, 8, 12, 20, 30, 200)
    ),
)  # fmt: skip
