"""Latent classes: the right number, classes found again, and coverage of sizes and profiles.

Persons of three planted kinds (or of one) rate six services at two banks each, from 0 to 10; in
weighted rows one kind was drawn three times as often. The rules: the number of classes is right in
at least 90 % of the samples; classes that lie apart are stable (adjusted Rand index near 1), where
there are none two classes forced on the answers are not; intervals of shares and profiles cover as
METHODS asks, their target being what the same model finds in a large population.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.programs import show
from brandkit.core.linalg import Floats
from brandkit.satisfaction.segments.levels import kinds_of, nature_of
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


def kind_rows(runs: int = 200) -> list[dict[str, object]]:
    """Say how often answers of one level are called kinds, and how many kinds are counted."""
    shapes = np.array([[1, 1, -1, -1, 0, 0], [-1, -1, 1, 1, 0, 0], [0, 0, -1, 0, 1.0, 1]])
    rows: list[dict[str, object]] = []
    for number, (planted, mean, apart) in enumerate(
        ((1, 6.5, 0.0), (1, 8.3, 0.0), (3, 6.5, 1.2), (3, 6.5, 1.5))
    ):
        found = []
        for run in range(runs):
            rng = np.random.default_rng([number, run, 7])
            level = mean + rng.normal(0, 1.2, 400)[:, None] + rng.normal(0, 1.2, (400, 6))
            ratings = np.clip(np.rint(level + apart * shapes[rng.integers(0, 3, 400)]), 0, 10)
            nature = nature_of(ratings, np.ones(400), seed=run).nature
            found.append((nature == "kinds", kinds_of(ratings, np.ones(400), seed=run).n))
        called, counted = np.array(found).T
        rows.append({
            "kinds": planted, "mean": mean, "apart": apart, "runs": runs,
            "called kinds": float(called.mean()),
            "counted right": float((counted == planted).mean()),
        })  # fmt: skip
    return rows


def main() -> None:
    """Print all tables."""
    print("\nNumber of classes (300 runs)")
    show(number_rows())
    print("\nStability (100 runs)")
    show(forced_rows())
    print(f"\nShares and profiles ({RUNS:,} runs)")
    show(coverage_rows())


if __name__ == "__main__":
    main()
