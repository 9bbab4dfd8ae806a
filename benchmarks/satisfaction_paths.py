"""path_model, 250 x 27 answers and 5,000 draws, beside a plain loop of single fits.

The loop does in numpy what R's plspm does for each draw: takes the rows anew, standardises them,
iterates and regresses. It runs over fewer draws and is told per draw. R plspm took 4.2 ms a draw on
the machine the goal of .28 ms was set on; where R and plspm are here, it runs on the same answers.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.programs import seconds, show
from brandkit.satisfaction.paths.design import ECSI, PathDesign, path_design
from brandkit.satisfaction.paths.kernel import SETTLED, fit_paths
from brandkit.satisfaction.paths.paths import path_model

ROWS, DRAWS, LOOPED = 250, 5000, 300
SIZES = (5, 5, 5, 4, 4, 4)
BLOCKS = {
    name: [f"{name.lower()}{at + 1}" for at in range(size)]
    for name, size in zip(ECSI.blocks, SIZES, strict=True)
}

Floats = NDArray[np.float64]

PLSPM = """
suppressPackageStartupMessages(library(plspm))
data <- read.csv("answers.csv"); lv <- c("IMAG","EXPE","QUAL","VAL","SAT","LOY")
inner <- rbind(c(0,0,0,0,0,0), c(1,0,0,0,0,0), c(0,1,0,0,0,0), c(0,1,1,0,0,0), c(1,1,1,1,0,0),
               c(1,0,0,0,1,0)); dimnames(inner) <- list(lv, lv)
blocks <- list(1:5, 6:10, 11:15, 16:19, 20:23, 24:27)
fit <- function(draws) plspm(data, inner, blocks, modes = rep("A", 6), scheme = "path",
                             scaled = TRUE, boot.val = draws > 0, br = max(draws, 100))
fit(0); once <- system.time(fit(0))[["elapsed"]]; all <- system.time(fit(500))[["elapsed"]]
cat((all - once) / 500)
"""


def answers(n: int) -> pd.DataFrame:
    """Draw answers from 0 to 10 with the paths of the European index in them."""
    rng = np.random.default_rng(0)
    image = rng.normal(size=n)
    latent = [image]
    for weight in (0.6, 0.7, 0.7, 0.8, 0.7):
        latent.append(weight * latent[-1] + 0.2 * image + 0.6 * rng.normal(size=n))
    items = [
        np.clip(np.rint(7 + 1.6 * (latent[at] + 0.7 * rng.normal(size=n))), 0, 10)
        for at, size in enumerate(SIZES)
        for _ in range(size)
    ]
    names = [item for block in BLOCKS.values() for item in block]
    return pd.DataFrame(dict(zip(names, items, strict=True)))


def single_fit(values: Floats, design: PathDesign) -> Floats:
    """Fit one sample from its rows, as a plain program does."""
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    k, linked = len(design.blocks), design.inner | design.inner.T
    members = [list(range(*design.items_of(at).indices(z.shape[1]))) for at in range(k)]
    weights = [np.ones(len(items)) for items in members]
    old = np.full(z.shape[1], np.inf)
    while True:
        scores = np.column_stack(
            [z[:, items] @ w for items, w in zip(members, weights, strict=True)]
        )
        weights = [w / s for w, s in zip(weights, scores.std(axis=0), strict=True)]
        scores = scores / scores.std(axis=0)
        new = np.concatenate(weights)
        if np.abs(new - old).max() < SETTLED:
            break
        old = new
        inner = np.corrcoef(scores.T) * linked
        for target in range(k):
            sources = np.flatnonzero(design.inner[target])
            if len(sources):
                inner[sources, target] = np.linalg.lstsq(
                    scores[:, sources], scores[:, target], rcond=None
                )[0]
        proxies = scores @ inner
        weights = [z[:, items].T @ proxies[:, at] / len(z) for at, items in enumerate(members)]
    found = []
    for source, target in design.paths:
        sources = np.flatnonzero(design.inner[target])
        slopes = np.linalg.lstsq(scores[:, sources], scores[:, target], rcond=None)[0]
        found.append(slopes[list(sources).index(source)])
    return np.array(found)


def looped(data: pd.DataFrame, design: PathDesign) -> tuple[float, Floats]:
    """Give seconds a draw of the plain loop, and its paths of the sample."""
    values = data[list(design.items)].to_numpy()
    rng = np.random.default_rng(0)
    start = perf_counter()
    for _ in range(LOOPED):
        single_fit(values[rng.integers(0, len(values), len(values))], design)
    return (perf_counter() - start) / LOOPED, single_fit(values, design)


def in_r(data: pd.DataFrame) -> float | None:
    """Give R plspm's seconds a draw; None, said aloud, where it is not there."""
    program = shutil.which("Rscript")
    if program is None:
        print("  (R skipped: Rscript is not there)")
        return None
    with TemporaryDirectory() as folder:
        data.to_csv(Path(folder) / "answers.csv", index=False, lineterminator="\n")
        said = subprocess.run([program, "-e", PLSPM], capture_output=True, text=True, cwd=folder,
                              check=False)  # fmt: skip
    if said.returncode:
        lines = said.stderr.strip().splitlines()
        print(f"  (R skipped: {next((line for line in lines if 'plspm' in line), lines[-1])})")
        return None
    return float(said.stdout.split()[-1])


def main() -> None:
    """Compare milliseconds a draw."""
    data = answers(ROWS)
    design = path_design(blocks=BLOCKS, paths=ECSI.paths)

    def whole() -> object:
        return path_model(data, blocks=BLOCKS, paths=ECSI.paths, limits=(0, 10), draws=DRAWS)

    matrices = np.stack([
        np.corrcoef(data.sample(ROWS, replace=True, random_state=at).T) for at in range(500)
    ])  # fmt: skip
    ours = seconds(whole, times=5) / DRAWS
    kernel = seconds(lambda: fit_paths(matrices, design=design)) / len(matrices)
    loop, by_loop = looped(data, design)
    by_us = path_model(data, blocks=BLOCKS, paths=ECSI.paths, draws=2).paths["estimate"]
    rows: list[dict[str, object]] = [
        {"by": "brandkit, all numbers of the result", "ms a draw": 1000 * ours, "times ours": 1.0},
        {"by": "  of which the weights' iteration", "ms a draw": 1000 * kernel,
         "times ours": kernel / ours},
        {"by": "numpy, a loop of single fits", "ms a draw": 1000 * loop, "times ours": loop / ours,
         "largest difference": f"{np.abs(by_us - by_loop).max():.0e}"},
    ]  # fmt: skip
    if (r := in_r(data)) is not None:
        rows.append({"by": "R plspm", "ms a draw": 1000 * r, "times ours": r / ours})
    print(f"{ROWS} x {sum(SIZES)} answers, {DRAWS:,} draws; goal .28 ms a draw")
    show([{name: round(cell, 3) if isinstance(cell, float) else cell
           for name, cell in row.items()} for row in rows])  # fmt: skip
