"""Latent classes: the right number, classes found again, and coverage of sizes and profiles.

Persons of three planted kinds (or of one) rate six services at two banks each, from 0 to 10; in
weighted rows one kind was drawn three times as often. The rules: the number of classes is right in
at least 90 % of the samples; classes that lie apart are stable (adjusted Rand index near 1), where
there are none two classes forced on the answers are not; intervals of shares and profiles cover as
METHODS asks, their target being what the same model finds in a large population.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.simulations.record import Table
from brandkit.core.linalg import Floats
from brandkit.satisfaction.segments.kernel import kinds_of, nature_of
from brandkit.satisfaction.segments.segments import CustomerSegments, customer_segments

RUNS = 2000
ITEMS = [f"s{at}" for at in range(6)]
SHARES = np.array([0.5, 0.3, 0.2])
#: Of each kind, less what all kinds share.
SHAPES = np.array(
    [[0.0, 0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, -1, -1, -1], [-1.0, -1, 0, 1, 1, 0]]
)


def answers(
    rng: np.random.Generator, persons: int, *, apart: float, weighted: bool = False
) -> tuple[pd.DataFrame, Floats]:
    """Draw persons, two rows each, and the kind of each person."""
    drawn_more = np.array([1.0, 1.0, 3.0 if weighted else 1.0])
    chance = SHARES * drawn_more / (SHARES @ drawn_more)
    kind = rng.choice(3, persons, p=chance)
    mean = 6.0 + apart * SHAPES[kind]
    rating = mean[:, None, :] + rng.normal(0, 1.2, (persons, 2, len(ITEMS)))
    frame = pd.DataFrame(np.clip(np.rint(rating), 0, 10).reshape(-1, len(ITEMS)), columns=ITEMS)
    frame["id"] = np.repeat(np.arange(persons), 2)
    frame["w"] = np.repeat((SHARES / chance)[kind], 2)
    frame["bank"] = np.tile(["a", "b"], persons)
    return frame, kind


def found(
    frame: pd.DataFrame, *, n_classes: int | tuple[int, int], weighted: bool, draws: int
) -> CustomerSegments:
    """Find classes in a sample."""
    return customer_segments(
        frame, items=ITEMS, respondent="id", weight="w" if weighted else None,
        n_classes=n_classes, starts=10, draws=draws,
    )  # fmt: skip


def number_rows(runs: int = 300) -> list[dict[str, object]]:
    """Say how often the number of classes is right, and how lasting the classes are."""
    rows = []
    for persons, apart, weighted in (
        (300, 0.0, False), (300, 0.0, True), (300, 1.2, False), (300, 1.2, True),
        (1000, 0.9, False),
    ):  # fmt: skip
        rng = np.random.default_rng(21)
        right, rand, same = [], [], []
        for _ in range(runs):
            frame, kind = answers(rng, persons, apart=apart, weighted=weighted)
            result = found(frame, n_classes=(1, 5), weighted=weighted, draws=50)
            true = 3 if apart else 1
            right.append(len(result.segments) == true)
            rand.append(result.stability["rand_index"])
            same.append(_agree(result, kind) if len(result.segments) == 3 and apart else np.nan)
        rate = float(np.mean(right))
        error = np.sqrt(max(rate * (1 - rate), 1e-4) / runs)
        rows.append({
            "target": f"{3 if apart else 1} classes", "persons": persons, "apart": apart,
            "weighted": weighted, "number right": round(rate, 3),
            "verdict": "pass" if rate + 2.6 * error >= 0.9 else "FAIL",
            "Rand index over draws": mean_of(rand), "persons in their planted class": mean_of(same),
        })  # fmt: skip
    return rows


def forced_rows(runs: int = 100) -> list[dict[str, object]]:
    """Show that two classes forced on answers without any are not lasting."""
    rng = np.random.default_rng(22)
    rand = [
        found(answers(rng, 300, apart=0.0)[0], n_classes=2, weighted=False, draws=50).stability[
            "rand_index"
        ]
        for _ in range(runs)
    ]
    far = [
        found(answers(rng, 300, apart=1.5)[0], n_classes=3, weighted=False, draws=50).stability[
            "rand_index"
        ]
        for _ in range(runs)
    ]
    return [
        {"target": "two classes where there are none", "Rand index over draws": mean_of(rand)},
        {"target": "three classes far apart", "Rand index over draws": mean_of(far)},
    ]


def coverage_rows(
    runs: int = RUNS, *, persons: int = 300, population: int = 60_000
) -> list[dict[str, object]]:
    """Cover shares and profiles of three classes, weighted and not."""
    rows = []
    for weighted in (False, True):
        options = {"n_classes": 3, "weighted": weighted, "draws": 50}
        frame, _ = answers(np.random.default_rng(99), population, apart=1.2, weighted=weighted)
        truth = found(frame, **options)
        rng = np.random.default_rng(23)
        inside: dict[str, list[Floats]] = {"share of a class": [], "mean of an item in a class": []}
        means = truth.profiles["estimate"].to_numpy().reshape(3, -1)
        share = truth.segments["share"].to_numpy()
        for _ in range(runs):
            frame, _ = answers(rng, persons, apart=1.2, weighted=weighted)
            result = found(frame, **options)
            # two classes of nearly one size may change places: names go by size, not by content
            own = result.profiles["estimate"].to_numpy().reshape(3, -1)
            match = np.linalg.norm(own[:, None] - means[None], axis=2).argmin(axis=1)
            for name, table, target in (
                ("share of a class", result.segments, share[match]),
                ("mean of an item in a class", result.profiles, means[match].ravel()),
            ):
                low, high = table["ci_low"].to_numpy(), table["ci_high"].to_numpy()
                inside[name].append((low <= target) & (target <= high))
        for name, parts in inside.items():
            by_run = np.stack(parts).mean(axis=1)
            rate, error = float(by_run.mean()), float(by_run.std() / np.sqrt(runs))
            good = rate + 2.6 * error >= 0.93 and rate - 2.6 * error <= 0.97
            rows.append({
                "target": f"population {name}", "persons": persons, "weighted": weighted,
                "coverage": round(rate, 3), "error": round(error, 4),
                "verdict": "pass" if good else "FAIL",
            })  # fmt: skip
    return rows


def _agree(result: CustomerSegments, kind: Floats) -> float:
    """Give the share of persons in the class of their kind; the planted shares tell which."""
    own = result.membership.sort_index(key=lambda ids: ids.astype(int)).astype(int).to_numpy() - 1
    return float((own == kind).mean())


def mean_of(values: list[float]) -> float:
    """Give a mean of what is there, to three digits."""
    there = np.asarray(values, dtype=float)
    there = there[~np.isnan(there)]
    return round(float(there.mean()), 3) if len(there) else np.nan


@dataclass(frozen=True)
class Answers:
    """Answers of one level, or of kinds that rate different items high.

    ``kinds`` lie ``apart`` on items of their own; ``halo`` is the spread of persons' levels,
    ``means`` the items' (a ceiling where near 10), ``rows`` what each person gives.
    """

    name: str
    persons: int = 400
    items: int = 6
    kinds: int = 1
    apart: float = 0.0
    halo: float = 1.2
    means: tuple[float, float] = (6.5, 6.5)
    rows: int = 1
    goal: float = 0.9

    def sample(self, rng: np.random.Generator) -> Floats:
        """Draw persons' ratings, the mean of their rows."""
        at = np.arange(self.items)
        shapes = np.stack([np.cos(2 * np.pi * (at + 0.5) * (k // 2 + 1) / self.items + k % 2 * 1.57)
                           for k in range(self.kinds)])  # fmt: skip
        shapes = np.sign(np.where(np.abs(shapes) > 0.3, shapes, 0.0)) * (self.kinds > 1)
        if self.kinds == 2:
            shapes[1] = -shapes[0]
        n = self.persons
        level = np.linspace(*self.means, self.items) + self.halo * rng.normal(size=(n, 1))
        level = level + self.apart * shapes[rng.integers(0, self.kinds, n)]
        rating = level[:, None] + 1.2 * rng.normal(size=(n, self.rows, self.items))
        return np.asarray(np.clip(np.rint(rating), 0, 10).mean(axis=1))


ANSWERS = (
    Answers("one level, no halo", halo=0.0), Answers("one level, halo"),
    Answers("one level, ceiling", means=(8.3, 8.3)),
    Answers("one level, means of 6.5 to 9", means=(6.5, 9.0)),
    Answers("one level, means of 6.5 to 9", 1000, means=(6.5, 9.0)),
    Answers("one level, strong halo", items=8, halo=1.8),
    Answers("one level, three rows a person", 600, rows=3),
    Answers("three kinds, halo", kinds=3, apart=1.2),
    Answers("three kinds, ceiling", 600, kinds=3, apart=1.2, means=(8.3, 8.3)),
    Answers("two kinds, no halo", kinds=2, apart=1.2, halo=0.0),
    Answers("four kinds, ceiling", 600, 8, kinds=4, apart=1.2, means=(8.3, 8.3)),
    Answers("three weak kinds", 600, kinds=3, apart=0.7),
    Answers("three very weak kinds", 600, kinds=3, apart=0.5, goal=0.0),
)  # fmt: skip


def kind_rows(runs: int = 200, *, cases: tuple[Answers, ...] = ANSWERS) -> list[dict[str, object]]:
    """Say how often answers of one level are called kinds, and how many kinds are counted.

    Counting takes seconds a sample: it is looked at in every tenth.
    """
    rows: list[dict[str, object]] = []
    for case in cases:
        found, right = [], []
        for run in range(runs):
            ratings = case.sample(np.random.default_rng([ANSWERS.index(case), run, 7]))
            weight = np.ones(case.persons)
            nature = nature_of(ratings, weight, seed=run).nature
            found.append(nature == "kinds")
            if case.kinds > 1 and run % 10 == 0:
                right.append(kinds_of(ratings, weight, seed=run).n == case.kinds)
        called = float(np.mean(found))
        error = float(np.sqrt(max(called * (1 - called), 1e-4) / runs))
        holds = called + 2.6 * error >= case.goal if case.kinds > 1 else (
            called - 2.6 * error <= 0.05)  # fmt: skip
        rows.append({
            "answers": case.name, "persons": case.persons, "items": case.items, "runs": runs,
            "called kinds": round(called, 3), "error": round(error, 4),
            "counted right": f"{sum(right)} of {len(right)}" if right else "",
            "verdict": "pass" if holds else "FAIL",
        })  # fmt: skip
    return rows


TABLES = (
    *(
        Table(f"kinds or levels, {case.name}, {case.persons}",
              lambda runs, case=case: kind_rows(runs, cases=(case,)), 200)
        for case in ANSWERS
    ),
    Table("number of classes", number_rows, 200),
    Table("stability", forced_rows, 100),
    Table("shares and profiles", coverage_rows, 500),
)  # fmt: skip
