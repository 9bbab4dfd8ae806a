"""Sentences about the market: changes among the same banks, and whether they hold for all of them.

The rule: where nobody moves, or one bank alone, "clear" in at most 5 % of the studies, of two of
them in at most 10 %; where all move together it is found in at least 80 % (75 % of six banks); a
change of banks asked about both times is called where there is none in at most 5 %, whoever comes
or goes; each give or take 2.6 errors of simulation. The mover is to be named.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.simulations.alikeness import Market
from benchmarks.simulations.positioning import verdict
from benchmarks.simulations.record import Table
from brandkit.core.linalg import Floats
from brandkit.satisfaction.alikeness.alikeness import perceived_alikeness

DRAWS = 100
ATTRIBUTES = 8


class Move(NamedTuple):
    """How far banks' images lie from the mean in the second wave, for one in the first."""

    name: str
    factor: float
    movers: str  # "none", "one", "two", "half" or "all"

    def factors(self, banks: int) -> Floats:
        """Give each bank's factor; the movers are the first."""
        n = {"none": 0, "one": 1, "two": 2, "half": banks // 2, "all": banks}[self.movers]
        return np.where(np.arange(banks) < n, self.factor, 1.0)


MOVES = (
    Move("nobody moves", 1.0, "none"), Move("one bank x 3", 3.0, "one"),
    Move("two banks x 2.5", 2.5, "two"), Move("half of the banks x 1.6", 1.6, "half"),
    Move("all x 1.25", 1.25, "all"), Move("all x 1.4", 1.4, "all"),
)  # fmt: skip


def images(banks: int) -> Floats:
    """Give how far each bank's image lies from the mean, all about as far."""
    away = np.random.default_rng(banks).normal(size=(banks, ATTRIBUTES))
    away -= away.mean(axis=1, keepdims=True)
    return np.asarray(0.3 * away / away.std(axis=1, keepdims=True))


def two_waves(
    rng: np.random.Generator, first: Floats, second: Floats, *, persons: int
) -> pd.DataFrame:
    """Draw new persons a wave, of banks whose images lie so far away."""
    base, waves = np.linspace(0.12, 0.3, ATTRIBUTES), []
    for wave, away in enumerate((first, second)):
        banks = len(away)
        one = Market(persons, banks, 3, np.zeros(banks), np.clip(base * np.exp(away), 0, 0.9))
        sample = one.sample(rng, persons).assign(wave=wave)
        waves.append(sample.assign(id=sample["id"] + wave * persons))
    return pd.concat(waves, ignore_index=True)


def changes_of(frame: pd.DataFrame, *, items: list[str] | None = None) -> pd.DataFrame:
    """Give the change of each measure."""
    images = [name for name in frame if str(name).startswith("t")]
    return perceived_alikeness(
        frame, brand="bank", items=items, images=images, wave="wave", respondent="id",
        smallest_difference=0.5 if items else None, draws=DRAWS,
    ).changes  # fmt: skip


def carried_rows(
    runs: int = 200, *, banks: tuple[int, ...] = (6, 8, 12), moves: tuple[Move, ...] = MOVES
) -> list[dict[str, object]]:
    """Say what is said of images of so many banks of which some, or all, move apart."""
    rows: list[dict[str, object]] = []
    for k in banks:
        for move in moves:
            rng = np.random.default_rng([k, MOVES.index(move)])
            away = images(k)
            then = away * move.factors(k)[:, None]
            said = pd.concat([changes_of(two_waves(rng, away, then, persons=1000))
                              for _ in range(runs)])  # fmt: skip
            clear = (said["holds"] == "clear").to_numpy()
            limits = {"none": {"high": 0.05}, "one": {"high": 0.05}, "two": {"high": 0.10},
                      "all": {"low": 0.75 if k < 8 else 0.8}}  # fmt: skip
            carried = said["holds"] == "carried"
            named = said.loc[carried, "carrier"].astype(str).eq("0").mean()
            rows.append({
                "banks": k, "who": move.name, "runs": runs, "said": "clear",
                **verdict(clear, **limits.get(move.movers, {})),
                "likely": round(float((said["holds"] == "likely").mean()), 3),
                "carried": round(float(carried.mean()), 3),
                "mover named": round(float(named), 3) if move.movers == "one" else np.nan,
            })  # fmt: skip
    return rows


ENTRIES = (
    ("nothing, an extreme bank enters", 1.0, True),
    ("nothing, an extreme bank leaves", 1.0, False),
    ("six together (x .5), it enters", 0.5, True),
    ("six apart (x 1.6), it enters", 1.6, True),
)


def entry_rows(
    runs: int = 400, *, cases: tuple[tuple[str, float, bool], ...] = ENTRIES
) -> list[dict[str, object]]:
    """Six banks asked about both times, and a seventh far from them in one wave only."""
    rows: list[dict[str, object]] = []
    extreme = np.where(np.arange(ATTRIBUTES) < 4, 1.0, -1.5)
    for number, (name, factor, enters) in enumerate(cases):
        rng, away = np.random.default_rng([number, 5]), images(6)
        first, then = away, factor * away
        if enters:
            then = np.vstack([then, extreme])
        else:
            first = np.vstack([first, extreme])
        found = []
        for _ in range(runs):
            frame = two_waves(rng, first, then, persons=500)
            frame["rating"] -= 3.0 * (frame["bank"] == 6)
            change = changes_of(frame, items=["rating"]).drop_duplicates("measure")
            found.append(change.set_index("measure")[["estimate", "p_value"]])
        for measure in ("between_share", "inertia"):
            of = pd.concat([one.loc[[measure]] for one in found])
            moved = (of["p_value"] <= 0.05).to_numpy()
            if measure == "inertia" and factor != 1.0:
                wrong = moved & (np.sign(of["estimate"]) != np.sign(factor - 1)).to_numpy()
                right = moved & ~wrong
                rows.append({
                    "case": name, "measure": measure, "runs": runs, "said": "the right way",
                    **verdict(right, low=0.9),
                    "the wrong way": round(float(wrong.mean()), 3),
                })  # fmt: skip
            else:
                rows.append({
                    "case": name, "measure": measure, "runs": runs, "said": "changed",
                    **verdict(moved, high=0.05),
                })  # fmt: skip
    return rows


TABLES = (
    *(
        Table(f"{move.name}, {k} banks",
              lambda runs, k=k, move=move: carried_rows(runs, banks=(k,), moves=(move,)), 200)
        for k in (6, 8, 12) for move in MOVES
    ),
    *(
        Table(f"{case[0]}", lambda runs, case=case: entry_rows(runs, cases=(case,)), 400)
        for case in ENTRIES
    ),
)  # fmt: skip
