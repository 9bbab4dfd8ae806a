"""Claims of images: false ones where nothing is true, planted ones found; images called innovative.

The rule: where nothing is true, any claim in at most 5 % of the studies; of the claims called, at
most 5 % are not planted; each less 2.6 errors of simulation. Banks' and attributes' sizes differ,
persons tick much or little (halo), clusters may have tastes of their own. "Innovative" is judged
where a rival has as much (never) and where it is rare; between them it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pandas as pd

from benchmarks.simulations.image_surveys import sums_of
from benchmarks.simulations.positioning import verdict
from benchmarks.simulations.record import Table
from brandkit.core.linalg import Codes, Floats
from brandkit.positioning.image.stability import judged_cells
from brandkit.positioning.options.repositioning import _rivals_row
from brandkit.strategy.reading import UNKNOWN, _move_rule


@dataclass(frozen=True)
class Study:
    """An image survey: who is asked, and what is planted.

    Parameters
    ----------
    banks, attributes, persons, rated : int
    halo : float
        Of the logarithm of what a person multiplies every tick's chance by.
    cv : float
        Coefficient of variation of the weights.
    clusters : int
        0 where persons are drawn singly.
    tastes : float
        Of the logarithm of what a cluster multiplies a cell's chance by; of ``whose`` bank alone
        where that is not negative.
    planted : int
        Cells with ``points`` more.
    """

    banks: int
    attributes: int
    persons: int
    rated: int = 3
    halo: float = 0.0
    cv: float = 0.0
    clusters: int = 0
    tastes: float = 0.0
    whose: int = -1
    planted: int = 0
    points: float = 0.0
    goal: float = 0.0

    def cells(self) -> list[tuple[int, int]]:
        """Give the cells where claims are planted, in banks and attributes of their own."""
        return [(at % self.banks, 3 * at % self.attributes) for at in range(self.planted)]

    def sample(self, rng: np.random.Generator) -> tuple[Floats, Codes]:
        """Draw weighted ticks and bases (persons, banks, attributes + 1), and clusters."""
        share = np.outer(np.linspace(0.5, 1.0, self.banks), np.linspace(0.15, 0.5, self.attributes))
        for cell in self.cells():
            share[cell] += self.points
        n = self.persons
        many = np.clip(np.exp(self.halo * rng.normal(size=(n, 1, 1))), 0.4, 1.6)
        unit = rng.integers(0, self.clusters, n) if self.clusters else np.arange(n)
        taste = np.zeros((unit.max() + 1, *share.shape))
        if self.tastes:
            taste[:] = np.clip(self.tastes * rng.normal(size=taste.shape), -0.6, 0.6)
        if self.whose >= 0:
            taste[:, np.arange(self.banks) != self.whose] = 0.0
        chance = np.clip(share * many * np.exp(taste[unit]), 0, 1)
        rated = np.argsort(rng.random((n, self.banks)), axis=1) < self.rated
        weight = rng.lognormal(0, np.sqrt(np.log(1 + self.cv**2)), n)
        weight /= weight.mean()
        ticks = rng.random(chance.shape) < chance
        answers = np.concatenate([ticks, np.ones((n, self.banks, 1))], axis=2)
        return answers * (rated * weight[:, None])[:, :, None], np.unique(
            unit, return_inverse=True
        )[1]


NULLS = {
    "300, halo": Study(8, 10, 300, halo=0.35),
    "12 x 14, 150, halo": Study(12, 14, 150, halo=0.35),
    "12 x 14, 150": Study(12, 14, 150),
    "300, weights of CV 1.5": Study(8, 10, 300, halo=0.35, cv=1.5),
    "300, 10 clusters with tastes": Study(8, 10, 300, clusters=10, tastes=0.3),
    "1,000": Study(8, 10, 1000, halo=0.35),
    "12 x 14, 1,500, weights of CV .6": Study(12, 14, 1500, halo=0.35, cv=0.6),
    "1,000, weights of CV 1.5": Study(8, 10, 1000, halo=0.35, cv=1.5),
    "1,000, 20 clusters with tastes": Study(8, 10, 1000, clusters=20, tastes=0.3),
    "1,000, one bank's tastes, 10 clusters": Study(8, 10, 1000, clusters=10, tastes=0.3, whose=0),
    "1,000, one bank's tastes, 20 clusters": Study(8, 10, 1000, clusters=20, tastes=0.3, whose=0),
}
PLANTED = {
    "4 x 12 points": Study(8, 10, 1000, planted=4, points=0.12, goal=0.8),
    "8 x 15 points": Study(8, 10, 1000, planted=8, points=0.15, goal=0.9),
    "8 x 15 points, 3,000": Study(8, 10, 3000, planted=8, points=0.15, goal=0.95),
    "6 x 12 points, 12 x 14, 4 rated": Study(12, 14, 1000, 4, planted=6, points=0.12, goal=0.7),
    "4 x 10 points": Study(8, 10, 1000, planted=4, points=0.10, goal=0.6),
    "4 x 10 points, 5 rated": Study(8, 10, 1000, 5, planted=4, points=0.10, goal=0.8),
    "4 x 10 points, 1,500": Study(8, 10, 1500, planted=4, points=0.10, goal=0.8),
    "4 x 15 points, weights of CV .6": Study(8, 10, 1000, cv=0.6, planted=4, points=0.15, goal=0.8),
    "4 x 15 points, 40 clusters": Study(8, 10, 1000, clusters=40, planted=4, points=0.15, goal=0.8),
}  # fmt: skip


def null_rows(
    runs: int = 2000, *, studies: dict[str, Study] | None = None
) -> list[dict[str, object]]:
    """Where no claim is true: any false claim, and how often the interval of a gap leaves out 0."""
    rows: list[dict[str, object]] = []
    for number, (name, study) in enumerate((studies or NULLS).items()):
        rng = np.random.default_rng([number, 3])
        any_false, left_out = [], []
        for _ in range(runs):
            answers, unit = study.sample(rng)
            cells = judged_cells(answers[..., :-1].sum(axis=0), sums_of(answers, unit))
            any_false.append((cells["claim"] != "not_shown").any())
            gone = (cells["gap_low"] > 0) | (cells["gap_high"] < 0)
            left_out.append(gone[cells["q_value"].notna()].mean())
        told = {"study": name, "runs": runs}
        rows += [
            {**told, "target": "any false claim", **verdict(any_false, high=0.05)},
            {**told, "target": "0 outside the interval of a gap", **verdict(left_out, high=0.06)},
        ]
    return rows


def planted_rows(
    runs: int = 500, *, studies: dict[str, Study] | None = None
) -> list[dict[str, object]]:
    """Where claims are planted: how many are found, and how many of those called are not."""
    rows: list[dict[str, object]] = []
    for number, (name, study) in enumerate((studies or PLANTED).items()):
        rng = np.random.default_rng([number, 4])
        found, false = [], []
        planted = np.zeros((study.banks, study.attributes), dtype=bool)
        planted[tuple(np.array(study.cells()).T)] = True
        for _ in range(runs):
            answers, unit = study.sample(rng)
            cells = judged_cells(answers[..., :-1].sum(axis=0), sums_of(answers, unit))
            says = cells["claim"].to_numpy().reshape(planted.shape)
            right = planted & (says == "supported")
            found.append(right.sum() / planted.sum())
            false.append(
                ((says != "not_shown") & ~right).sum() / max((says != "not_shown").sum(), 1)
            )
        told = {"study": name, "runs": runs}
        rows += [
            {**told, "target": "planted claims found", **verdict(found, low=study.goal)},
            {**told, "target": "not planted among those called", **verdict(false, high=0.05)},
        ]
    return rows


#: Highest rival's share and ours now, and what must come: never innovative, or nearly always.
IMAGES = (
    (0.55, 0.55, "never"), (0.20, 0.20, "never"), (0.15, 0.10, "never"), (0.10, 0.10, ""),
    (0.05, 0.05, "rare"), (0.03, 0.10, "rare"),
)  # fmt: skip


def innovative_rows(runs: int = 2000) -> list[dict[str, object]]:
    """Say how often ten points more of what eight rivals have so much of is called innovative."""
    rows: list[dict[str, object]] = []
    for top, ours, right in IMAGES:
        share = np.append(ours, np.linspace(0.3 * top, top, 8))
        for n in (100, 300, 1000):
            rng = np.random.default_rng([n, round(100 * top), round(100 * ours)])
            said = [_called(rng.binomial(n, share) / n, n) == "innovative" for _ in range(runs)]
            limits = {"high": 0.05} if right == "never" else {}
            if right == "rare" and n >= 300:
                limits = {"low": 0.9}
            rows.append({
                "highest rival": top, "ours": ours, "persons a bank": n, "runs": runs,
                "called": "innovative", **verdict(said, **limits),
            })  # fmt: skip
    return rows


def _called(seen: Floats, n: int) -> str:
    """Class ten points more, of banks of which so many say it and nothing else is known."""
    names = [f"bank {at}" for at in range(len(seen))]
    points = pd.DataFrame({"label": names, "n": n, "n_effective": float(n)})
    table = pd.DataFrame({"it": seen * n}, index=names)
    stability = SimpleNamespace(
        brands=names, shares=table / n, table=table, points=points, level=0.95,
        draw_tables=table.to_numpy()[None], draw_bases=np.full((1, len(seen)), float(n)),
    )  # fmt: skip
    row = _rivals_row(stability, 0, np.array([0.10]))  # type: ignore[arg-type]
    nothing = {"rival": False, "ours": False, "denied": False}
    return str(_move_rule(row, UNKNOWN, nothing)["strategy"])


TABLES = (
    *(
        Table(f"no claim is true, {name}",
              lambda runs, name=name: null_rows(runs, studies={name: NULLS[name]}))
        for name in NULLS
    ),
    *(
        Table(f"claims are planted, {name}",
              lambda runs, name=name: planted_rows(runs, studies={name: PLANTED[name]}), 500)
        for name in PLANTED
    ),
    Table("images called innovative", innovative_rows),
)  # fmt: skip
