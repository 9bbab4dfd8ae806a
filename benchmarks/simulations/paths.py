"""Path models: intervals against the population's PLS values, and the test between groups.

Answers from 0 to 10 are made from six latent variables joined as in the European index. The
targets are the values that the same algorithm gives on a million persons, not the latent
coefficients. A row passes when the coverage of every number in it, give or take 2.6 errors of
simulation, meets .90 to .97; a test when its rejection rate less 2.6 errors is at most .05, and
its power goal is reached.
Rows marked "outside" are beyond the range promised and are shown, not judged.

Run it with a word (plain, weighted, banks, test, prediction) for one table alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.programs import show
from brandkit.core.survey_rows import survey_rows
from brandkit.satisfaction.path_comparison import path_comparison
from brandkit.satisfaction.path_design import PathDesign, path_design
from brandkit.satisfaction.path_frames import effect_frame, item_frame, ratio_frame
from brandkit.satisfaction.path_intervals import corrected_interval, mean_interval
from brandkit.satisfaction.path_moments import MomentSource
from brandkit.satisfaction.path_names import ECSI
from brandkit.satisfaction.path_prediction import path_prediction
from brandkit.satisfaction.path_values import PathValues, drawn_values, path_values

RUNS = 2000
DRAWS = 299
EXCHANGES = 299
POPULATION = 1_000_000

Floats = NDArray[np.float64]
Truth = dict[str, Floats]
Covered = dict[str, NDArray[np.bool_]]

SIZES = (4, 3, 4, 3, 3, 3)
COEFFICIENTS = {
    ("IMAG", "EXPE"): 0.55, ("EXPE", "QUAL"): 0.5, ("EXPE", "VAL"): 0.1, ("QUAL", "VAL"): 0.6,
    ("IMAG", "SAT"): 0.15, ("EXPE", "SAT"): 0.0, ("QUAL", "SAT"): 0.4, ("VAL", "SAT"): 0.35,
    ("IMAG", "LOY"): 0.2, ("SAT", "LOY"): 0.6,
}  # fmt: skip
LOADINGS = np.concatenate([np.linspace(0.85, 0.6, size) for size in SIZES])
BLOCK_OF = np.repeat(np.arange(6), SIZES)
BLOCKS = {
    name: [f"{name.lower()}{at + 1}" for at in range(size)]
    for name, size in zip(ECSI.blocks, SIZES, strict=True)
}
ITEMS = [item for items in BLOCKS.values() for item in items]
#: Rows of the table of effects that have any way through other blocks.
_INDIRECT = np.array([1, 2, 3, 4, 6, 7, 8, 10, 11, 13])
#: What a weight multiplies: persons of the first group are a third, but half of the sample.
GROUP_SHARE, SAMPLE_SHARE = 1 / 3, 1 / 2


def latent_model(changed: dict[tuple[str, str], float]) -> tuple[Floats, Floats]:
    """Give the matrix that turns disturbances into latent variables, and their variances."""
    beta = np.zeros((6, 6))
    for (source, target), size in {**COEFFICIENTS, **changed}.items():
        beta[ECSI.blocks.index(target), ECSI.blocks.index(source)] = size
    among, left = np.eye(6), np.ones(6)
    for at in range(1, 6):
        among[at, :at] = among[:at, at] = beta[at, :at] @ among[:at, :at]
        left[at] = 1 - beta[at, :at] @ among[:at, :at] @ beta[at, :at]
    return np.linalg.inv(np.eye(6) - beta), left


def answers(
    rng: np.random.Generator,
    disturbances: Floats,
    *,
    changed: dict[tuple[str, str], float] | None = None,
    level: float = 7.3,
    spread: float = 1.9,
) -> pd.DataFrame:
    """Turn disturbances of unit variance, shape (n, 6), into answers from 0 to 10."""
    through, left = latent_model(changed or {})
    latent = (disturbances * np.sqrt(left)) @ through.T
    noise = np.sqrt(1 - LOADINGS**2) * rng.normal(size=(len(latent), len(ITEMS)))
    values = level + spread * (LOADINGS * latent[:, BLOCK_OF] + noise)
    return pd.DataFrame(np.clip(np.rint(values), 0, 10), columns=ITEMS)


# --- samples -----------------------------------------------------------------------------------


def plain(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """One row a person, all alike."""
    return answers(rng, rng.normal(size=(n, 6)))


def two_groups(rng: np.random.Generator, n: int, share: float) -> pd.DataFrame:
    """Persons of two groups that differ in level and in one path."""
    first = np.arange(n) < round(share * n)
    parts = [
        answers(rng, rng.normal(size=(int(first.sum()), 6)), level=6.2,
                changed={("VAL", "SAT"): 0.1, ("QUAL", "SAT"): 0.6}),
        answers(rng, rng.normal(size=(int((~first).sum()), 6))),
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True).assign(group=np.where(first, "a", "b"))


def weighted(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """A sample in which one group is over-represented, with weights that put that right."""
    sample = two_groups(rng, n, SAMPLE_SHARE)
    factor = {"a": GROUP_SHARE / SAMPLE_SHARE, "b": (1 - GROUP_SHARE) / (1 - SAMPLE_SHARE)}
    # weights vary within the groups as well, as after raking on other things
    return sample.assign(weight=sample["group"].map(factor) * rng.gamma(8, 1 / 8, n))


def banks(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Three rows a person, half of whose variance is the person's own."""
    person = rng.normal(size=(n, 1, 6))
    both = np.sqrt(0.5) * person + np.sqrt(0.5) * rng.normal(size=(n, 3, 6))
    frame = answers(rng, both.reshape(-1, 6))
    return frame.assign(person=np.repeat(np.arange(n), 3), bank=np.tile(["x", "y", "z"], n))


# --- coverage ----------------------------------------------------------------------------------


class Fitted(NamedTuple):
    """A sample and its draws."""

    design: PathDesign
    sample: PathValues
    drawn: PathValues
    df: int


def fitted(frame: pd.DataFrame, *, draws: int, **columns: str) -> Fitted:
    """Fit a sample and its draws, without what the tables do not need."""
    design = path_design(blocks=BLOCKS, paths=ECSI.paths)
    limits = np.tile([0.0, 10.0], (len(ITEMS), 1))
    rows = survey_rows(frame, columns=ITEMS, **columns)  # type: ignore[arg-type]
    source = MomentSource(rows)
    plan = rows.draws(draws)
    moments = source.moments(ITEMS, plan)
    sample = path_values(source.items(moments.sums()), design=design, limits=limits)
    drawn, _ = drawn_values(
        source, moments, plan.times, design=design, limits=limits, sample=sample
    )
    return Fitted(design, sample, drawn.chosen(drawn.settled), rows.df)


@cache
def truth(name: str) -> Truth:
    """Give the population's values of a way to sample."""
    rng = np.random.default_rng(1)
    frame = (
        two_groups(rng, POPULATION, GROUP_SHARE) if name == "weighted" else plain(rng, POPULATION)
    )
    return numbers(fitted(frame, draws=2))


def numbers(one: Fitted) -> Truth:
    """Give what intervals are about."""
    effects = effect_frame(one.sample, one.drawn, one.design, 0.95)
    ratios = ratio_frame(one.sample, one.drawn, design=one.design, df=one.df, level=0.95)
    return {
        "paths": one.sample.paths[0],
        "total effects": effects["total_effect"].to_numpy(),
        "loadings": one.sample.loadings[0],
        "HTMT": ratios["estimate"].to_numpy(),
        "index": one.sample.index[0],
        "indirect effects": effects["indirect_effect"].to_numpy()[_INDIRECT],
        "importance for SAT": importance(one.sample)[0],
    }


def importance(values: PathValues) -> Floats:
    """Give what a point more of each block adds to satisfaction, both from 0 to 100."""
    at = ECSI.blocks.index("SAT")
    return values.total[:, at, :at] * values.spread[:, [at]] / values.spread[:, :at]


def covered(one: Fitted, true: Truth) -> Covered:
    """Say which intervals hold the population's value."""
    paths = corrected_interval(one.sample.paths[0], draws=one.drawn.paths)
    index = mean_interval(one.sample.index[0], draws=one.drawn.index, df=one.df)
    effects = effect_frame(one.sample, one.drawn, one.design, 0.95)
    items = item_frame(one.sample, one.drawn, design=one.design, labels={}, level=0.95)
    ratios = ratio_frame(one.sample, one.drawn, design=one.design, df=one.df, level=0.95)
    ends = {"paths": paths, "index": index} | {
        name: (frame["ci_low"].to_numpy(), frame["ci_high"].to_numpy())
        for name, frame in (("total effects", effects), ("loadings", items), ("HTMT", ratios))
    }
    through = (effects["indirect_low"].to_numpy()[_INDIRECT],
               effects["indirect_high"].to_numpy()[_INDIRECT])  # fmt: skip
    ends["indirect effects"] = through
    ends["importance for SAT"] = corrected_interval(
        importance(one.sample)[0], draws=importance(one.drawn)
    )
    return {name: (low <= true[name]) & (true[name] <= high) for name, (low, high) in ends.items()}


def coverage_rows(
    name: str,
    make: Callable[[np.random.Generator, int], pd.DataFrame],
    *,
    n: int,
    runs: int = RUNS,
    draws: int = DRAWS,
    promised: bool = True,
    **columns: str,
) -> list[dict[str, object]]:
    """Give the coverage of every kind of number in one way to sample."""
    true = truth(name)
    held: dict[str, list[NDArray[np.bool_]]] = {kind: [] for kind in true}
    for run in range(runs):
        frame = make(np.random.default_rng([n, run]), n)
        for kind, inside in covered(fitted(frame, draws=draws, **columns), true).items():
            held[kind].append(inside)
    return [
        {"sample": name, "persons": n,
         "target": f"population PLS value: {kind} ({len(true[kind])})",
         **verdict(np.array(held[kind]), promised=promised)}
        for kind in true
    ]  # fmt: skip


def verdict(held: NDArray[np.bool_], *, promised: bool) -> dict[str, object]:
    """Judge the coverage of several numbers, shape (runs, numbers)."""
    rate = held.mean(axis=0)
    error = np.sqrt(np.maximum(rate * (1 - rate), 1e-4) / len(held))
    passes = (rate + 2.6 * error >= 0.90) & (rate - 2.6 * error <= 0.97)
    said = ("pass" if passes.all() else "FAIL") if promised else "outside"
    return {"coverage": round(float(rate.mean()), 3), "lowest": round(float(rate.min()), 3),
            "highest": round(float(rate.max()), 3), "error": round(float(error.mean()), 4),
            "verdict": said}  # fmt: skip


# --- the test between groups -------------------------------------------------------------------


def unlike(rng: np.random.Generator, n: int, share: float) -> pd.DataFrame:
    """Two groups with the same paths, apart in level and spread."""
    first = np.arange(n) < round(share * n)
    parts = [
        answers(rng, rng.normal(size=(int(first.sum()), 6)), level=5.5, spread=1.6),
        answers(rng, rng.normal(size=(int((~first).sum()), 6))),
    ]
    return pd.concat(parts, ignore_index=True).assign(group=np.where(first, "a", "b"))


def opposed(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Two groups of which one is satisfied by value, the other by quality."""
    parts = [
        answers(rng, rng.normal(size=(n // 2, 6)), changed={("VAL", "SAT"): v, ("QUAL", "SAT"): q})
        for v, q in ((0.65, 0.1), (0.05, 0.7))
    ]
    return pd.concat(parts, ignore_index=True).assign(group=np.repeat(["a", "b"], n // 2))


def exchange_rows(*, runs: int = RUNS, exchanges: int = EXCHANGES) -> list[dict[str, object]]:
    """Rejections where no path differs, and where one does."""
    cases: list[tuple[str, Callable[[np.random.Generator], pd.DataFrame], dict[str, str], bool]] = [
        ("no difference, 125 + 125", lambda rng: plain(rng, 250).assign(
            group=np.repeat(["a", "b"], 125)), {}, False),
        ("other levels and spreads, 50 + 200", lambda rng: unlike(rng, 250, 0.2), {}, False),
        ("no difference, 100 persons rate 3 banks", lambda rng: banks(rng, 100).rename(
            columns={"bank": "group"}), {"respondent": "person"}, False),
        ("value and quality change places, 250 + 250", lambda rng: opposed(rng, 500), {}, True),
    ]  # fmt: skip
    rows = []
    for case, make, columns, is_power in cases:
        found = []
        for run in range(runs):
            result = path_comparison(
                make(np.random.default_rng([7, run])), by="group", blocks=BLOCKS, paths=ECSI.paths,
                draws=exchanges, **columns,  # type: ignore[arg-type]
            )  # fmt: skip
            tests, blocks = result.tests, result.invariance
            hit = tests["p_adjusted"][tests["source"].isin(["VAL"]) & (tests["target"] == "SAT")]
            found.append((
                (tests["p_adjusted"] <= 0.05).any(), (tests["p_value"] <= 0.05).mean(),
                (hit <= 0.05).all(), (~blocks["invariant"]).any(),
            ))  # fmt: skip
        any_path, each, hits, blocks_found = np.array(found, dtype=float).mean(axis=0)
        error = float(np.sqrt(max(any_path * (1 - any_path), 1e-4) / runs))
        passes = hits >= 0.8 if is_power else any_path - 2.6 * error <= 0.05
        rows.append({
            "case": case, "goal": "power >= .80" if is_power else "error <= .05",
            "any path (Holm)": round(float(any_path), 3), "error": round(error, 4),
            "one path": round(float(each), 3), "VAL -> SAT (Holm)": round(float(hits), 3),
            "blocks unlike": round(float(blocks_found), 3), "verdict": "pass" if passes else "FAIL",
        })  # fmt: skip
    return rows


def prediction_rows(*, runs: int = RUNS) -> list[dict[str, object]]:
    """Coverage of the difference in squared error, whose expectation is taken over all runs."""
    rows: list[dict[str, object]] = []
    for n in (50, 100, 250):
        found = np.array([
            path_prediction(plain(np.random.default_rng([n, run]), n), blocks=BLOCKS,
                            paths=ECSI.paths, antecedents="direct",
                            folds=5).comparison[["estimate", "ci_low", "ci_high"]].iloc[0]
            for run in range(runs)
        ], dtype=float)  # fmt: skip
        expected = found[:, 0].mean()
        held = (found[:, 1] <= expected) & (expected <= found[:, 2])
        rows.append({
            "sample": "plain", "persons": n, "target": "expected difference in loss",
            "true": round(float(expected), 4), **verdict(held[:, None], promised=n >= 50),
        })  # fmt: skip
    return rows


TABLES: dict[str, Callable[[], list[dict[str, object]]]] = {
    "plain": lambda: [
        row
        for n in (30, 50, 100, 250)
        for row in coverage_rows("plain", plain, n=n, promised=n >= 50)
    ],
    "weighted": lambda: [
        row for n in (100, 250) for row in coverage_rows("weighted", weighted, n=n, weight="weight")
    ],
    "banks": lambda: [
        row for n in (50, 150) for row in coverage_rows("banks", banks, n=n, respondent="person")
    ],
    "test": exchange_rows,
    "prediction": prediction_rows,
}


def main() -> None:
    """Print every table at 95 %, or those that are named."""
    for name in [word for word in sys.argv[1:] if word in TABLES] or list(TABLES):
        print(f"\n{name} ({RUNS:,} runs)")
        show(TABLES[name]())


if __name__ == "__main__":
    main()
