"""Penalties and rewards: planted kinds of services found again, and coverage of the intervals.

Kinds: a row passes when planted core and exciting services are classified right in at least 90 %
of the samples, performance likewise, and services without any effect are called core or exciting
in at most 5 %. Rows marked "outside" are shown, not judged: slopes so weak, or answers so noisy,
that samples of this size cannot tell. Coverage: as in ``drivers``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.simulations.drivers import drawn_covariances, rate
from benchmarks.simulations.record import Table
from brandkit.core.intervals import percentile_interval
from brandkit.sampling.rows import survey_rows
from brandkit.satisfaction.drivers.kernel import slopes
from brandkit.satisfaction.service.penalty import Effects, cuts_of, effects
from tools.sample.survey import survey_answers

SAMPLES = 200
RUNS = 2000
DRAWS = 300
LEVEL = 0.95
CUTS = (5, 8)

Floats = NDArray[np.float64]
KINDS = (
    "basic", "basic", "exciting", "exciting", "performance", "performance", "none", "none",
)  # fmt: skip
NAMES = [f"x{number}" for number in range(len(KINDS))]
SERVICES = {
    "complain": "basic", "waiting": "basic", "digital": "exciting", "advice": "exciting",
    "counter": "performance", "fees": "performance", "lobby": "none", "premises": "none",
}  # fmt: skip
RIGHT = {
    "basic": "basic",
    "exciting": "exciting",
    "performance": "performance",
    "none": "undecided",
}


@dataclass(frozen=True)
class Planted:
    """How services work in the population that samples are drawn from."""

    name: str
    persons: int
    form: str  # "steps" at the cuts, or "slopes" bent in the middle of the scale
    size: float
    rows: int = 1
    weighted: bool = False
    promised: bool = True


PLANTED = (
    Planted("steps at the cuts", 1000, "steps", 0.5),
    Planted("steps, three brands a person, weighted", 1000, "steps", 0.5, rows=3, weighted=True),
    Planted("bent slopes, strong", 1000, "slopes", 1.0),
    Planted("bent slopes, three brands a person", 1000, "slopes", 0.7, rows=3),
    Planted("bent slopes, weak", 1000, "slopes", 0.4, promised=False),
)


def sample(planted: Planted, rng: np.random.Generator, *, persons: int = 0) -> pd.DataFrame:
    """Draw 0-10 answers to eight services and the outcome; answers of a person share a halo."""
    n, k = persons or planted.persons, planted.rows
    person = np.repeat(np.arange(n), k)
    halo = rng.normal(0, 0.4, n)[person] + rng.normal(0, 0.3, n * k)
    latent = 0.6 * halo[:, None] + rng.normal(0, 0.9, (n * k, len(KINDS)))
    latent[:, 6:] = rng.normal(0, 1, (n * k, 2))
    scores = np.clip(np.rint(7 + 1.8 * latent), 0, 10)
    if planted.form == "steps":
        poor, good = -1.0 * (scores <= 5), 1.0 * (scores >= 8)
        other = 0.0
    else:
        middle = (scores - 6.5) / 1.8
        poor, good = np.minimum(middle, 0), np.maximum(middle, 0)
        other = 0.1
    sides = {
        "basic": poor + other * good, "exciting": good + other * poor,
        "performance": 0.8 * (poor + good), "none": 0.0 * poor,
    }  # fmt: skip
    effect = sum(sides[kind][:, at] for at, kind in enumerate(KINDS))
    error = 0.5 * rng.normal(size=n)[person] + 0.5 * rng.normal(size=n * k)
    outcome = 7 + 1.2 * planted.size * np.asarray(effect) + 0.4 * halo + 0.9 * error
    table = pd.DataFrame(scores, columns=NAMES)
    weight = rng.lognormal(0, 0.4, n)[person] if planted.weighted else 1.0
    brand = (rng.integers(0, 6, n)[person] + np.tile(np.arange(k), n)) % 6
    return table.assign(
        sat=outcome + 0.2 * (k > 1) * brand, id=person, w=weight, brand=brand.astype(str)
    )


def found_in(
    table: pd.DataFrame,
    attributes: list[str],
    *,
    outcome: str,
    within: str | None,
    draws: int = DRAWS,
) -> Effects:
    """Give penalties and rewards of one sample, with draws of persons."""
    rows = survey_rows(
        table, columns=[*attributes, outcome], others=[within] if within else [], weight="w",
        respondent="id",
    )  # fmt: skip
    cuts = cuts_of(attributes, low=CUTS[0], high=CUTS[1], limits={})
    return effects(rows, rows.draws(draws), cuts, within=within, least=10)


def kind_rows(cases: tuple[Planted, ...] = PLANTED, *, samples: int = 0) -> list[dict[str, object]]:
    """Give how often planted kinds are found in samples drawn anew."""
    rows = []
    for number, planted in enumerate(cases):
        within = "brand" if planted.rows > 1 else None
        roles = []
        for run in range(samples or SAMPLES):
            table = sample(planted, np.random.default_rng([number, run]))
            made = found_in(table, NAMES, outcome="sat", within=within)
            roles.append(made.roles(LEVEL))
        rows += _judged(
            np.array(roles), KINDS, planted.name, persons=planted.persons, promised=planted.promised
        )
    return rows


def study_rows(*, samples: int = 0) -> list[dict[str, object]]:
    """Give how often the kinds of the sample study's services are found, by its own generator."""
    services = list(SERVICES)
    rows = []
    for persons in (1000, 3000):
        roles = []
        for run in range(samples or SAMPLES):
            answers = survey_answers(seed=run + 1).replace({98: np.nan, 99: np.nan})
            kept = np.random.default_rng(run).permutation(answers["respondent"].unique())[:persons]
            answers = answers[answers["respondent"].isin(kept)]
            answers = answers.rename(columns={"respondent": "id", "weight": "w"})
            whole = answers.dropna(subset=[*services, "qual1"]).reset_index(drop=True)
            made = found_in(whole, services, outcome="qual1", within="brand")
            roles.append(made.roles(LEVEL))
        # the study plants fees on value, not on quality: it is left out here
        kinds = tuple("none" if name == "fees" else kind for name, kind in SERVICES.items())
        judged = _judged(
            np.array(roles), kinds, "sample study, on quality", persons=persons, promised=False
        )
        names = {kind: [n for n, k in SERVICES.items() if k == kind] for kind in RIGHT}
        rows += judged
        rows += [
            {"kind": kind, "design": name, "persons": persons,
             "right": round(float((np.array(roles)[:, services.index(name)] == kind).mean()), 3),
             "verdict": "outside"}
            for kind in ("basic", "exciting") for name in names[kind]
        ]  # fmt: skip
    return rows


def _judged(
    roles: np.ndarray, kinds: tuple[str, ...], name: str, *, persons: int, promised: bool
) -> list[dict[str, object]]:
    rows = []
    for kind, right in RIGHT.items():
        places = [at for at, one in enumerate(kinds) if one == kind]
        seen = roles[:, places]
        if kind == "none":
            wrong = float(np.isin(seen, ["basic", "exciting"]).mean())
            passes, told = wrong <= 0.05, {"called core or exciting": round(wrong, 3)}
        else:
            share = float((seen == right).mean())
            passes, told = share >= 0.9, {"right": round(share, 3)}
        said = ("pass" if passes else "FAIL") if promised else "outside"
        rows.append({"kind": kind, "design": name, "persons": persons, **told, "verdict": said})
    return rows


COVERED = (
    Planted("one row a person", 200, "slopes", 0.7),
    Planted("three brands a person, weighted", 200, "slopes", 0.7, rows=3, weighted=True),
    Planted("one row a person", 1000, "steps", 0.5),
)


def drawn_sides(table: pd.DataFrame, rng: np.random.Generator, *, draws: int) -> Floats:
    """Give penalties and rewards of the sample (first) and of draws, shape (1 + draws, 2 p).

    The quick way to what :func:`found_in` gives; a test holds that they agree.
    """
    scores = table[NAMES].to_numpy()
    values = np.column_stack([scores <= CUTS[0], scores >= CUTS[1], table["sat"]]).astype(float)
    values -= values.mean(axis=0)
    many = table["brand"].nunique() if table["id"].duplicated().any() else 1
    cells = pd.factorize(table["brand"])[0] if many > 1 else np.zeros(len(table), dtype=np.intp)
    weight = table["w"].to_numpy(dtype=float)
    covariance = drawn_covariances(
        (values, weight, table["id"].to_numpy(), cells), rng, draws=draws
    )
    return slopes(covariance, np.ones(values.shape[1]))


def coverage_rows(
    cases: tuple[Planted, ...] = COVERED, *, runs: int = 0, population: int = 300_000
) -> list[dict[str, object]]:
    """Give the coverage of intervals of penalties and rewards."""
    rows = []
    for number, planted in enumerate(cases):
        rng = np.random.default_rng([number, 7])
        whole = sample(planted, np.random.default_rng(99), persons=population)
        truth = drawn_sides(whole, rng, draws=0)[0]
        hits = []
        for _ in range(runs or RUNS):
            drawn = drawn_sides(sample(planted, rng), rng, draws=DRAWS)[1:]
            low, high = percentile_interval(drawn, level=LEVEL)
            hits.append((low <= truth) & (truth <= high))
        covered = np.array(hits)
        rows += [
            {"target": f"population {side}", "kind": kind, "design": planted.name,
             "persons": planted.persons, "value": round(float(truth[start + at]), 2),
             **rate(covered[:, start + at])}
            for side, start in (("penalty", 0), ("reward", len(KINDS)))
            for at, kind in enumerate(KINDS) if at % 2 == 0
        ]  # fmt: skip
    return rows


@dataclass(frozen=True)
class Line:
    """Services that all work along one line: straight, or bent in the middle of the scale.

    With ``bend`` A the slope below is 1 - A of that above's 1 + A; -1 is basic, 1 exciting.
    """

    name: str
    persons: int
    means: tuple[float, ...] = (4.0, 5.0, 6.0, 7.0, 8.0, 8.5)
    bend: float = 0.0
    halo: float = 0.0
    weights: float = 0.0


LINES = (
    Line("straight", 1500),
    Line("bent, basic", 1000, (5.0, 6.0, 6.5, 7.0, 7.5), bend=-0.8),
    Line("straight", 600),
    Line("straight, halo", 1500, halo=1.2),
    Line("straight, weights of CV 1.5", 1500, weights=1.5),
    Line("bent, exciting", 1000, (5.0, 6.0, 6.5, 7.0, 7.5), bend=0.8),
)


def line_sample(line: Line, rng: np.random.Generator) -> pd.DataFrame:
    """Draw answers of 0-10 about each mean, and an outcome that adds up the services' lines."""
    n, k = line.persons, len(line.means)
    halo = rng.normal(0, line.halo, n)[:, None]
    scores = np.clip(np.rint(np.array(line.means) + halo + rng.normal(0, 2.0, (n, k))), 0, 10)
    off = scores - 6.5
    sides = (1 - line.bend) * np.minimum(off, 0) + (1 + line.bend) * np.maximum(off, 0)
    outcome = 0.25 * sides.sum(axis=1) + rng.normal(0, 1.2, n)
    spread = np.sqrt(np.log(1 + line.weights**2))
    weight = rng.lognormal(0, spread, n)
    table = pd.DataFrame(scores, columns=[f"x{at}" for at in range(k)])
    return table.assign(sat=outcome, id=np.arange(n), w=weight)


def line_rows(cases: tuple[Line, ...] = LINES, *, samples: int = 0) -> list[dict[str, object]]:
    """Give, for each mean, how often services are called each kind."""
    rows: list[dict[str, object]] = []
    for number, line in enumerate(cases):
        names = [f"x{at}" for at in range(len(line.means))]
        roles = []
        for run in range(samples or SAMPLES):
            table = line_sample(line, np.random.default_rng([number, run, 8]))
            found = found_in(table, names, outcome="sat", within=None)
            roles.append(found.roles(LEVEL))
        shares = {kind: (np.array(roles) == kind).mean(axis=0) for kind in RIGHT.values()}
        right = "performance" if not line.bend else "basic" if line.bend < 0 else "exciting"
        for at, mean in enumerate(line.means):
            told = {kind: round(float(shares[kind][at]), 3) for kind in ("basic", "exciting")}
            if line.bend:  # the kind that is planted is no false one
                told[right] = 0.0
            worst = max(told.values())
            rows.append({
                "design": line.name, "persons": line.persons, "bend": line.bend, "mean": mean,
                **told, "right": round(float(shares[right][at]), 3),
                "verdict": "pass" if worst - 2.6 * (worst * (1 - worst) / len(roles)) ** 0.5 <= 0.05
                else "FAIL",
            })  # fmt: skip
    return rows


TABLES = (
    *(
        Table(f"one line, {line.name}, {line.persons}",
              lambda runs, line=line: line_rows((line,), samples=runs), SAMPLES)
        for line in LINES
    ),
    *(
        Table(f"coverage of penalties and rewards, {one.name}, {one.persons}",
              lambda runs, one=one: coverage_rows((one,), runs=runs))
        for one in COVERED
    ),
    *(
        Table(f"planted kinds, {one.name}",
              lambda runs, one=one: kind_rows((one,), samples=runs), SAMPLES)
        for one in PLANTED
    ),
    Table("kinds of the sample study's services", lambda runs: study_rows(samples=runs), SAMPLES),
)  # fmt: skip
