"""driver_importance beside a plain loop and R's relaimpo: seconds for LMG with 1,000 draws.

The plain loop is what the definition says: draw the rows, regress on every subset. A few of its
draws are timed and the rest counted up. The second loop works from each draw's correlation matrix,
subset by subset, as relaimpo does. R takes part where Rscript and relaimpo are there.
"""

from __future__ import annotations

import shutil
import subprocess
from math import factorial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.programs import seconds, show
from brandkit.satisfaction.drivers.drivers import driver_importance
from brandkit.satisfaction.drivers.kernel import shapley, subset_r2

ROWS, DRIVERS, DRAWS = 10_000, 8, 1000
LOOPED = 2
"""Draws of the plain loop that are timed."""
LOOPED_MATRICES = 20

Floats = NDArray[np.float64]

RELAIMPO = """
suppressMessages(library(relaimpo))
bank <- read.csv("bank.csv")
f <- reformulate(setdiff(names(bank), "sat"), "sat")
set.seed(1)
taken <- system.time(b <- boot.relimp(f, data = bank, b = {draws}, type = "lmg"))[["elapsed"]]
cat(taken, calc.relimp(f, data = bank, type = "lmg")$lmg)
"""


def bank_answers() -> pd.DataFrame:
    """Draw answers of persons whose drivers go together."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(ROWS, DRIVERS)) + 0.8 * rng.normal(size=(ROWS, 1))
    y = x @ np.linspace(0.5, 0.0, DRIVERS) + rng.normal(size=ROWS)
    names = [f"x{number}" for number in range(DRIVERS)]
    return pd.DataFrame(x, columns=names).assign(sat=y)


def by_rows(x: Floats, y: Floats) -> Floats:
    """Give LMG of one draw by least squares on the rows for every subset."""
    total = float(((y - y.mean()) ** 2).sum())
    r2 = np.zeros(2**DRIVERS)
    for place in range(1, 2**DRIVERS):
        inside = [j for j in range(DRIVERS) if place >> j & 1]
        design = np.column_stack([np.ones(len(x)), x[:, inside]])
        slope, *_ = np.linalg.lstsq(design, y, rcond=None)
        r2[place] = 1 - float(((y - design @ slope) ** 2).sum()) / total
    return weighed(r2)


def by_matrix(matrix: Floats) -> Floats:
    """Give LMG of one correlation matrix, subset by subset."""
    r2 = np.zeros(2**DRIVERS)
    for place in range(1, 2**DRIVERS):
        inside = [j for j in range(DRIVERS) if place >> j & 1]
        seen = matrix[inside, -1]
        r2[place] = seen @ np.linalg.solve(matrix[np.ix_(inside, inside)], seen)
    return weighed(r2)


def weighed(r2: Floats) -> Floats:
    """Average the gains in R² over all orders."""
    out = np.zeros(DRIVERS)
    for j in range(DRIVERS):
        for place in range(2**DRIVERS):
            if place >> j & 1:
                continue
            s = place.bit_count()
            weight = factorial(s) * factorial(DRIVERS - s - 1) / factorial(DRIVERS)
            out[j] += weight * (r2[place | 1 << j] - r2[place])
    return out


def main() -> None:
    """Compare in one run."""
    data = bank_answers()
    names = list(data.columns[:DRIVERS])
    x, y = data[names].to_numpy(), data["sat"].to_numpy()
    whole = driver_importance(data, outcome="sat", drivers=names, draws=DRAWS).drivers
    own = seconds(
        lambda: driver_importance(data, outcome="sat", drivers=names, draws=DRAWS), times=9
    )
    rng = np.random.default_rng(2)
    some = rng.integers(0, ROWS, (LOOPED_MATRICES, ROWS))
    matrices = np.array([np.corrcoef(data.to_numpy()[chosen].T) for chosen in some])
    many = np.concatenate([matrices] * (DRAWS // LOOPED_MATRICES))
    kernel = seconds(lambda: shapley(subset_r2(many)), times=9)

    start = perf_counter()
    looped = [by_rows(x[chosen], y[chosen]) for chosen in some[:LOOPED]]
    rows_loop = (perf_counter() - start) / LOOPED * DRAWS
    start = perf_counter()
    by_matrices = [by_matrix(matrix) for matrix in matrices]
    matrix_loop = (perf_counter() - start) / LOOPED_MATRICES * DRAWS

    exact = shapley(subset_r2(matrices))
    apart = {
        "plain loop over rows": np.abs(np.array(looped) - exact[:LOOPED]).max(),
        "loop over subsets of matrices": np.abs(np.array(by_matrices) - exact).max(),
    }
    rows: list[dict[str, object]] = [
        {"by": "brandkit, whole result", "seconds": round(own, 3)},
        {"by": "brandkit, draws from matrices", "seconds": round(kernel, 4)},
        row("plain loop over rows", rows_loop, own=own, apart=apart),
        row("loop over subsets of matrices", matrix_loop, own=kernel, apart=apart),
    ]
    peer = relaimpo(data)
    if peer is not None:
        taken, values = peer
        apart["R relaimpo"] = np.abs(values - whole["importance"].to_numpy()).max()
        rows.append(row("R relaimpo", taken, own=own, apart=apart))
    print(f"LMG, {DRAWS:,} draws, {ROWS:,} rows x {DRIVERS} drivers")
    show(rows)


def row(name: str, taken: float, *, own: float, apart: dict[str, float]) -> dict[str, object]:
    """Make one line of the table."""
    return {
        "by": name, "seconds": round(taken, 2), "times ours": round(taken / own, 1),
        "largest difference": f"{apart[name]:.0e}",
    }  # fmt: skip


def relaimpo(data: pd.DataFrame) -> tuple[float, Floats] | None:
    """Run R's side; None, said aloud, where it is not there."""
    if shutil.which("Rscript") is None:
        print("  (relaimpo skipped: Rscript is not there)")
        return None
    with TemporaryDirectory() as folder:
        data.to_csv(Path(folder) / "bank.csv", index=False, lineterminator="\n")
        said = subprocess.run(
            ["Rscript", "-e", RELAIMPO.format(draws=DRAWS)],
            capture_output=True, text=True, encoding="utf-8", cwd=folder, check=False,
        )  # fmt: skip
    if said.returncode:
        print("  (relaimpo skipped: R has no package relaimpo)")
        return None
    numbers = np.array([float(one) for one in said.stdout.split()])
    return float(numbers[0]), numbers[1:]
