"""ordinal_model beside statsmodels' OrderedModel and R's clm and polr, on the same answers.

Ours is timed whole: rows taken and checked, the estimate, errors of the model and of the design,
the test of equal slopes, notes; and, beside it, the estimate alone. Effects with intervals, which
are computed when asked for and which the others do not have, stand in a row of their own.
Seconds are those of the processor, so that other work on the machine does not count.
R is skipped aloud where Rscript or its packages are not there.
"""

from __future__ import annotations

import json
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.miscmodels.ordinal_model import OrderedModel

from benchmarks.programs import show
from brandkit.satisfaction.ordinal.kernel import cells_of, fit
from brandkit.satisfaction.ordinal.ordinal import ordinal_model

ROWS, DRIVERS, LEVELS = 50_000, 10, 10

IN_R = """
suppressPackageStartupMessages({library(ordinal); library(MASS); library(jsonlite)})
answers <- read.csv("answers.csv")
answers$sat <- factor(answers$sat, ordered = TRUE)
timed <- function(run) {
  taken <- sapply(1:3, function(i) sum(system.time(run())[c("user.self", "sys.self")]))
  list(seconds = min(taken), coefficients = as.numeric(coef(run())[names(answers)[-1]]))
}
formula <- reformulate(names(answers)[-1], "sat")
told <- list(
  clm = timed(function() clm(formula, data = answers)),
  polr = timed(function() polr(formula, data = answers))
)
cat(toJSON(told, digits = 12, auto_unbox = TRUE))
"""


def seconds(work: Callable[[], object], *, times: int = 5) -> float:
    """Time a piece of work by the processor: the best of some runs."""
    work()
    taken = []
    for _ in range(times):
        start = process_time()
        work()
        taken.append(process_time() - start)
    return min(taken)


def answers(rows: int = ROWS) -> pd.DataFrame:
    """Draw ratings from 0 to 10 and an outcome of ten levels."""
    rng = np.random.default_rng(1)
    x = rng.integers(0, 11, (rows, DRIVERS)).astype(float)
    latent = x @ rng.uniform(0, 0.3, DRIVERS) + rng.logistic(size=rows)
    steps = np.quantile(latent, np.linspace(0, 1, LEVELS + 1)[1:-1])
    frame = pd.DataFrame(x, columns=[f"service{at}" for at in range(DRIVERS)])
    frame.insert(0, "sat", np.searchsorted(steps, latent))
    return frame


def in_r(folder: Path) -> dict[str, Any]:
    """Run R's side; nothing, said aloud, where it cannot."""
    try:
        said = subprocess.run(
            ["Rscript", "-e", IN_R], capture_output=True, text=True, encoding="utf-8",
            cwd=folder, check=True,
        )  # fmt: skip
    except FileNotFoundError:
        print("  (R skipped: Rscript is not there)")
        return {}
    except subprocess.CalledProcessError as error:
        print(f"  (R skipped: {error.stderr.strip().splitlines()[-1]})")
        return {}
    told: dict[str, Any] = json.loads(said.stdout.strip().splitlines()[-1])
    return told


def in_statsmodels(frame: pd.DataFrame) -> dict[str, Any]:
    """Time the peer once: it takes long."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = process_time()
        fitted = OrderedModel(frame["sat"], frame.iloc[:, 1:], distr="logit").fit(
            method="bfgs", disp=False, maxiter=500
        )
        taken = process_time() - start
    return {"seconds": taken, "coefficients": np.asarray(fitted.params)[:DRIVERS].tolist()}


def main() -> None:
    """Compare on one file."""
    frame = answers()
    drivers = list(frame.columns[1:])
    whole = seconds(lambda: ordinal_model(frame, outcome="sat", drivers=drivers))
    x, level = frame[drivers].to_numpy(), frame["sat"].to_numpy(np.intp)
    spread = (x - x.mean(axis=0)) / x.std(axis=0)
    alone = seconds(lambda: fit(cells_of(spread, level, np.ones(len(x))), "logit"))
    with_effects = seconds(lambda: ordinal_model(frame, outcome="sat", drivers=drivers).effects)
    ours = ordinal_model(frame, outcome="sat", drivers=drivers).coefficients["estimate"]
    with TemporaryDirectory() as folder:
        frame.to_csv(Path(folder) / "answers.csv", index=False, lineterminator="\n")
        peers = {f"R {name}": told for name, told in in_r(Path(folder)).items()}
    peers["statsmodels OrderedModel"] = in_statsmodels(frame)
    rows: list[dict[str, object]] = [
        {"by": "brandkit, whole", "seconds": round(whole, 3)},
        {"by": "brandkit, with effects", "seconds": round(with_effects, 3)},
        {"by": "brandkit, estimate alone", "seconds": round(alone, 3)},
    ]
    for name, told in peers.items():
        gap = np.abs(np.array(told["coefficients"]) - ours.to_numpy()).max()
        rows.append({
            "by": name, "seconds": round(told["seconds"], 2),
            "times ours, whole": round(told["seconds"] / whole, 1),
            "times the estimate": round(told["seconds"] / alone),
            "largest difference": f"{gap:.0e}",
        })  # fmt: skip
    print(f"Ordinal logit, {ROWS:,} rows, {DRIVERS} drivers, {LEVELS} levels")
    show(rows)
