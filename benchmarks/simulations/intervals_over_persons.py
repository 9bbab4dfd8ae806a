"""Coverage of intervals where persons are the unit: clustered rows, random groups, few values.

The rule: a row passes when coverage, give or take 2.6 errors of simulation, meets .93 to .97;
intervals of discrete or bounded values (Wilson, net promoter score) may lie above. Rows marked
"outside" are beyond the range promised and are shown, not judged.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulations.record import Table
from brandkit.core.intervals import (
    Interval,
    bootstrap_t_interval,
    carried_df,
    effective_base,
    nps_interval,
    percentile_interval,
    t_interval,
    wilson_interval,
)
from brandkit.sampling.draws import group_draws, plan_groups

RUNS = 4000
DRAWS = 1000
ROWS_A_PERSON = 3

Floats = NDArray[np.float64]


def verdict(
    interval: Interval, truth: float, *, may_exceed: bool = False, promised: bool = True
) -> dict[str, object]:
    """Give the coverage of a row and whether it passes."""
    covered = (interval.low <= truth + 1e-9) & (truth - 1e-9 <= interval.high)
    rate = float(covered.mean())
    error = float(np.sqrt(max(rate * (1 - rate), 1e-4) / len(covered)))
    passes = rate + 2.6 * error >= 0.93 and (may_exceed or rate - 2.6 * error <= 0.97)
    said = ("pass" if passes else "FAIL") if promised else "outside"
    return {"coverage": round(rate, 3), "error": round(error, 4), "verdict": said}


def scores(rng: np.random.Generator, persons: int) -> Floats:
    """Draw 0-10 answers, rows of a person alike, shape (runs, persons, rows)."""
    person = rng.normal(0, 1.3, (RUNS, persons, 1))
    answers = 7.5 + person + rng.normal(0, 1.3, (RUNS, persons, ROWS_A_PERSON))
    return np.asarray(np.clip(np.rint(answers), 0, 10))


def mean_rows() -> list[dict[str, object]]:
    """Mean of 0-10 answers, three a person: t on the error over persons."""
    rng = np.random.default_rng(1)
    truth = float(scores(np.random.default_rng(99), 500).mean())
    rows = []
    for persons in (10, 30, 100, 400):
        by_person = scores(rng, persons).mean(axis=2)
        error = by_person.std(axis=1, ddof=1) / np.sqrt(persons)
        interval = t_interval(by_person.mean(axis=1), std_error=error, df=persons - 1)
        rows.append({"target": "population mean", "persons": persons,
                     **verdict(interval, truth, promised=persons >= 30)})  # fmt: skip
    return rows


def share_rows() -> list[dict[str, object]]:
    """Share over five rows a person, who is of one mind: Wilson on the linearised base."""
    rng = np.random.default_rng(2)
    rows = []
    for persons in (10, 30, 100, 400):
        for share in (0.05, 0.2, 0.5):
            leaning = rng.beta(1.5 * share, 1.5 * (1 - share), (RUNS, persons))
            ticks = rng.binomial(5, leaning) / 5
            p = ticks.mean(axis=1)
            error = ticks.std(axis=1, ddof=1) / np.sqrt(persons)
            base = effective_base(p * (1 - p), std_error=error, n=persons)
            df = carried_df(ticks - p[:, None], df=persons - 1, axis=1)
            interval = wilson_interval(p, n=base, df=df)
            rows.append({
                "target": "population share", "persons": persons, "share": share,
                **verdict(interval, share, may_exceed=True, promised=persons >= 30),
                "all of df": verdict(wilson_interval(p, n=base, df=persons - 1), share)["coverage"],
                "on all rows": verdict(wilson_interval(p, n=persons * 5), share)["coverage"],
            })  # fmt: skip
    return rows


def score_rows() -> list[dict[str, object]]:
    """Net promoter score of one answer a person, and plain Wald beside it."""
    rng = np.random.default_rng(3)
    rows = []
    for n in (10, 30, 100, 400):
        for up, down in ((0.97, 0.01), (0.6, 0.1), (0.3, 0.3), (0.1, 0.6)):
            seen = rng.multinomial(n, [up, down, 1 - up - down], RUNS) / n
            truth = 100 * (up - down)
            interval = nps_interval(seen[:, 0], detractors=seen[:, 1], n=n)
            net = seen[:, 0] - seen[:, 1]
            wald = 196 * np.sqrt((seen[:, 0] + seen[:, 1] - net**2) / n)
            plain = Interval(100 * net - wald, 100 * net + wald)
            rows.append({
                "target": "net promoter score", "n": n, "promoters": up, "detractors": down,
                **verdict(interval, truth, may_exceed=True, promised=n >= 30),
                "plain Wald": verdict(plain, truth)["coverage"],
            })  # fmt: skip
    return rows


def random_group_rows() -> list[dict[str, object]]:
    """Mean over persons by the percentiles of draws over random groups."""
    rng = np.random.default_rng(4)
    rows = []
    for persons in (30, 100, 1000, 6000):
        plan = plan_groups(np.arange(persons))
        group = plan.groups(np.arange(persons))
        order = np.argsort(group, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(group[order]) > 0])
        counts = np.bincount(group).astype(float)
        weights = group_draws(plan, draws=DRAWS)
        covered = []
        for _ in range(0, RUNS, 500):
            values = rng.lognormal(0, 0.5, (persons, 500))
            sums = np.add.reduceat(values[order], starts, axis=0)
            means = (weights @ sums) / (weights @ counts)[:, None]
            covered.append(percentile_interval(means))
        interval = Interval(*(np.concatenate(ends) for ends in zip(*covered, strict=True)))
        rows.append({
            "target": "mean of a lognormal", "persons": persons, "groups": plan.n_groups,
            **verdict(interval, float(np.exp(0.125)), promised=persons >= 100),
        })  # fmt: skip
    return rows


def few_value_rows() -> list[dict[str, object]]:
    """Mean of few skewed values between 0 and 1: t and bootstrap-t."""
    rng = np.random.default_rng(5)
    rows = []
    for n in (5, 10, 30):
        values = rng.beta(4, 1.5, (RUNS, n))
        mean, error = values.mean(axis=1), values.std(axis=1, ddof=1) / np.sqrt(n)
        plain = t_interval(mean, std_error=error, df=n - 1)
        ends = []
        for sample, centre, spread in zip(values, mean, error, strict=True):
            drawn = sample[rng.integers(0, n, (DRAWS, n))]
            errors = drawn.std(axis=1, ddof=1) / np.sqrt(n)
            ends.append(
                bootstrap_t_interval(
                    centre, std_error=spread, draws=drawn.mean(axis=1), draw_errors=errors
                )
            )
        studentised = Interval(*(np.array(side) for side in zip(*ends, strict=True)))
        truth = 4 / 5.5
        rows += [
            {"target": "mean of a beta", "n": n, "interval": name, **verdict(interval, truth)}
            for name, interval in (("t", plain), ("bootstrap-t", studentised))
        ]
    return rows


TABLES = (
    Table("mean of 0-10 answers, three rows a person", mean_rows, 0),
    Table("share, five rows a person", share_rows, 0),
    Table("net promoter score", score_rows, 0),
    Table("random groups, percentiles", random_group_rows, 0),
    Table("few values", few_value_rows, 0),
)
