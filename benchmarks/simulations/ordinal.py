"""Ordinal models: coverage of coefficients, effects, shares and ranks; the test of equal slopes.

The rule: a row passes when coverage, give or take 2.6 errors of simulation, meets .93 to .97;
ranks hold all together and may lie above. A test passes when its rejections, less 2.6 errors, are
at most .05, and when it finds what was planted. "model" is the coverage of the model's own
errors, which know nothing of weights and of rows that belong together.
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from benchmarks.simulations.record import Table
from brandkit.satisfaction.ordinal.ordinal import OrdinalModel, ordinal_model

RUNS = 2000
DRIVERS = ("counter", "fees", "lobby", "advice")
SLOPES = np.array([0.5, 0.3, 0.0, 0.2])
STEPS = np.array([5.2, 6.4, 7.6, 8.8])
"""Thresholds of five levels."""
UNEQUAL = np.array([0.3, 0.3, 0.7, 0.7])
"""Slopes of the first driver at each step, where they are not equal."""
LIKENESS = 0.5
"""Correlation of the latent answers of one person."""

Floats = NDArray[np.float64]


class Cell(NamedTuple):
    """A kind of sample."""

    persons: int
    rows: int = 1
    is_weighted: bool = False
    link: str = "logit"
    is_unequal: bool = False


CELLS = (
    Cell(40), Cell(40, is_weighted=True), Cell(100, is_weighted=True), Cell(40, rows=3),
    Cell(60, rows=3, is_weighted=True), Cell(200, rows=3, is_weighted=True),
    Cell(100, link="probit"),
)  # fmt: skip
UNEQUAL_CELLS = tuple(
    Cell(persons, rows=3, is_weighted=True, is_unequal=True) for persons in (100, 400)
)


def chances_above(x: Floats, cell: Cell) -> Floats:
    """Give the chance of an answer above each step, shape (rows, steps)."""
    eta = (x @ SLOPES)[:, None] - STEPS
    if cell.is_unequal:
        eta = eta + (UNEQUAL - SLOPES[0]) * (x[:, :1] - 7)
    return np.asarray(ndtr(eta / 1.7) if cell.link == "probit" else expit(eta))


def ratings(rng: np.random.Generator, cell: Cell) -> Floats:
    """Draw ratings from 0 to 10, those of a person alike."""
    person = np.repeat(rng.normal(size=(cell.persons, len(DRIVERS))), cell.rows, axis=0)
    own = rng.normal(size=(cell.persons * cell.rows, len(DRIVERS)))
    return np.asarray(np.clip(np.rint(7 + 1.5 * (0.6 * person + 0.8 * own)), 0, 10))


def sample(rng: np.random.Generator, cell: Cell) -> pd.DataFrame:
    """Draw persons, their ratings, and answers that hang together within persons."""
    x = ratings(rng, cell)
    shared = np.repeat(rng.normal(size=cell.persons), cell.rows)
    latent = np.sqrt(LIKENESS) * shared + np.sqrt(1 - LIKENESS) * rng.normal(size=len(x))
    answer = (ndtr(latent)[:, None] < chances_above(x, cell)).sum(axis=1)
    weight = rng.choice([0.5, 1.5], cell.persons) if cell.is_weighted else np.ones(cell.persons)
    person = np.repeat(np.arange(cell.persons), cell.rows)
    frame = pd.DataFrame(x, columns=list(DRIVERS))
    return frame.assign(sat=answer, id=person, w=weight[person])


def fitted(frame: pd.DataFrame, cell: Cell) -> OrdinalModel:
    """Fit the model to a sample."""
    return ordinal_model(
        frame, outcome="sat", drivers=list(DRIVERS), respondent="id", link=cell.link,  # type: ignore[arg-type]
        weight="w" if cell.is_weighted else None,
    )  # fmt: skip


def truths(cell: Cell) -> dict[str, Floats]:
    """Give the population's values, from a large sample of ratings."""
    large = Cell(400_000 // cell.rows, cell.rows)
    x = ratings(np.random.default_rng(99), large)
    scale = 1.7 if cell.link == "probit" else 1.0
    now = chances_above(x, cell)
    then = [chances_above(x + np.eye(len(DRIVERS))[k], cell) for k in range(len(DRIVERS))]
    return {
        "coefficient": SLOPES / scale,
        "threshold": STEPS / scale,
        "change of the mean": np.array([(one - now).sum(axis=1).mean() for one in then]),
        "change of the top 2": np.array([(one - now)[:, 2].mean() for one in then]),
    }


def one_run(frame: pd.DataFrame, cell: Cell, truth: dict[str, Floats]) -> dict[str, Any] | None:
    """Say what one sample covers and rejects; nothing where a level does not occur."""
    if frame["sat"].nunique() < len(STEPS) + 1:
        return None
    result = fitted(frame, cell)
    effects = result.effects
    tables = {
        "coefficient": result.coefficients,
        "threshold": result.thresholds,
        "change of the mean": effects[effects["measure"] == "mean"],
        "change of the top 2": effects[effects["measure"] == "top2"],
    }
    said: dict[str, Any] = {}
    for name, table in tables.items():
        low, high = table["ci_low"].to_numpy(), table["ci_high"].to_numpy()
        said[name] = (low <= truth[name]) & (truth[name] <= high)
    half = 1.96 * result.coefficients["std_error_model"]
    said["model"] = (result.coefficients["estimate"] - truth["coefficient"]).abs() <= half
    top = tables["change of the top 2"]
    rank = 1 + (truth["change of the top 2"][:, None] < truth["change of the top 2"]).sum(axis=1)
    said["ranks"] = bool(((top["rank_low"] <= rank) & (rank <= top["rank_high"])).all())
    said["slopes"] = result.proportionality["p_value"].to_numpy() < 0.05
    said["any slope"] = bool((result.proportionality["p_adjusted"] < 0.05).any())
    return said


def runs_of(cell: Cell, runs: int, *, seed: int = 0) -> list[dict[str, Any]]:
    """Draw and fit so many samples."""
    rng, truth = np.random.default_rng(seed), truths(cell)
    said = (one_run(sample(rng, cell), cell, truth) for _ in range(runs))
    return [one for one in said if one is not None]


def covers(rate: float, n: int, *, may_exceed: bool = False) -> str:
    """Judge a coverage."""
    error = float(np.sqrt(max(rate * (1 - rate), 1e-4) / n))
    passes = rate + 2.6 * error >= 0.93 and (may_exceed or rate - 2.6 * error <= 0.97)
    return "pass" if passes else "FAIL"


def keeps_level(rate: float, n: int) -> str:
    """Judge the rejections of a test where there is nothing to find."""
    error = float(np.sqrt(max(rate * (1 - rate), 1e-4) / n))
    return "pass" if rate - 2.6 * error <= 0.05 else "FAIL"


def coverage_rows(cell: Cell, said: list[dict[str, Any]]) -> list[dict[str, object]]:
    """Give the rows of one kind of sample."""
    kind = {
        "persons": cell.persons, "rows a person": cell.rows,
        "weighted": "yes" if cell.is_weighted else "no", "link": cell.link, "runs": len(said),
    }  # fmt: skip
    rows: list[dict[str, object]] = []
    for name in ("coefficient", "threshold", "change of the mean", "change of the top 2"):
        rates = np.mean([one[name] for one in said], axis=0)
        worst = float(rates[np.argmax(np.abs(rates - 0.95))])
        row = {"target": f"population {name}", **kind, "coverage": round(float(rates.mean()), 3),
               "furthest": round(worst, 3), "verdict": covers(worst, len(said))}  # fmt: skip
        if name == "coefficient":
            row["model"] = round(float(np.mean([one["model"] for one in said])), 3)
        rows.append(row)
    ranks = float(np.mean([one["ranks"] for one in said]))
    rows.append({"target": "all true ranks", **kind, "coverage": round(ranks, 3),
                 "verdict": covers(ranks, len(said), may_exceed=True)})  # fmt: skip
    return rows


def test_rows(cell: Cell, said: list[dict[str, Any]]) -> list[dict[str, object]]:
    """Give the rejections of the test of equal slopes: the driver planted, and the others."""
    kind = {"persons": cell.persons, "rows a person": cell.rows, "link": cell.link,
            "weighted": "yes" if cell.is_weighted else "no", "runs": len(said)}  # fmt: skip
    rates = np.mean([one["slopes"] for one in said], axis=0)
    if cell.is_unequal:
        return [{"slopes": "planted unequal", **kind, "rejected": round(float(rates[0]), 3),
                 "verdict": "found" if rates[0] >= 0.8 else "low power"}]  # fmt: skip
    worst, family = float(rates.max()), float(np.mean([one["any slope"] for one in said]))
    return [
        {"slopes": "equal, one driver", **kind, "rejected": round(worst, 3),
         "verdict": keeps_level(worst, len(said))},
        {"slopes": "equal, any driver", **kind, "rejected": round(family, 3),
         "verdict": keeps_level(family, len(said))},
    ]  # fmt: skip


def cell_rows(cell: Cell, runs: int) -> list[dict[str, object]]:
    """Give the coverage and the tests of one kind of sample."""
    said = runs_of(cell, runs)
    return [*([] if cell.is_unequal else coverage_rows(cell, said)), *test_rows(cell, said)]


TABLES = tuple(
    Table(
        f"{cell.persons} persons x {cell.rows}, {cell.link}{', weighted' * cell.is_weighted}"
        f"{', unequal slopes' * cell.is_unequal}", partial(cell_rows, cell), 1000,
    )
    for cell in (*CELLS, *UNEQUAL_CELLS)
)  # fmt: skip
