"""Coverage of scores, their differences, ranks and changes; errors and power of comparisons.

Persons are the unit: they rate several banks, their answers are alike, some have larger weights.
The rule: a row passes when coverage, give or take 2.6 errors of simulation, meets .93 to .97;
intervals of bounded values (shares, net promoter scores) and simultaneous ones (ranks) may lie
above. A test passes when its rate of false findings less 2.6 errors is at most .05. Rows marked
"outside" have an effective base under 30 and are shown, not judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.simulations.intervals_over_persons import verdict
from benchmarks.simulations.record import Table
from brandkit.core.intervals import Interval, wilson_interval
from brandkit.satisfaction.scores.reliability import scale_reliability
from brandkit.satisfaction.scores.scores import group_comparison, satisfaction_scores
from brandkit.satisfaction.scores.weights import survey_weights

RUNS = 2000
POPULATION = 400_000
MEASURES = ("mean", "top2", "nps")

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Market:
    """Banks that persons of three regions rate, more or less alike within a person.

    Parameters
    ----------
    levels : tuple of float
        Where each bank stands on the scale before rounding.
    alike : float
        Standard deviation of what a person brings to all answers.
    rated : int
        Banks a person rates.
    effects : tuple of float
        What living in a region adds.
    shares : tuple of float
        Of the population in each region.
    answers : tuple of float
        How readily people of a region take part: the sample is not the population.
    """

    levels: tuple[float, ...] = (7.0, 7.0, 7.4, 7.8, 8.6, 6.0)
    alike: float = 1.4
    rated: int = 3
    effects: tuple[float, ...] = (-0.8, 0.0, 1.0)
    shares: tuple[float, ...] = (0.5, 0.3, 0.2)
    answers: tuple[float, ...] = (1.0, 1.0, 1.0)
    #: How many rows a person gives to each bank it rates.
    times: int = 1
    names: tuple[str, ...] = field(default=("A", "B", "C", "D", "E", "F"))

    def sample(self, rng: np.random.Generator, persons: int) -> pd.DataFrame:
        """Draw persons with their rows: ``id region brand sat``."""
        drawn = np.array(self.shares) * np.array(self.answers)
        region = rng.choice(len(self.shares), persons, p=drawn / drawn.sum())
        person = np.array(self.effects)[region] + rng.normal(0, self.alike, persons)
        order = np.argsort(rng.random((persons, len(self.levels))), axis=1)[:, : self.rated]
        bank = np.repeat(order, self.times, axis=1)
        own = rng.normal(0, 0.8, order.shape).repeat(self.times, axis=1)
        answers = np.array(self.levels)[bank] + person[:, None] + own
        answers = answers + rng.normal(0, 0.8, bank.shape)
        n = bank.shape[1]
        return pd.DataFrame({
            "id": np.arange(persons).repeat(n),
            "region": region.repeat(n),
            "brand": np.array(self.names)[bank.ravel()],
            "sat": np.clip(np.rint(answers), 0, 10).ravel(),
        })  # fmt: skip

    def truth(self, persons: int = POPULATION) -> pd.DataFrame:
        """Give each bank's mean, top-two share and net promoter score in the population."""
        whole = Market(**{**vars(self), "answers": (1.0,) * len(self.shares)})
        drawn = whole.sample(np.random.default_rng(987654321), persons)
        sat, brand = drawn["sat"], drawn["brand"]
        return pd.DataFrame({
            "mean": sat.groupby(brand).mean(),
            "top2": (sat >= 9).groupby(brand).mean(),
            "nps": 100 * ((sat >= 9).groupby(brand).mean() - (sat <= 6).groupby(brand).mean()),
        })  # fmt: skip


def runs(seed: int, n: int) -> Iterator[np.random.Generator]:
    """Give one source of randomness for each run."""
    yield from (np.random.default_rng(one) for one in np.random.SeedSequence(seed).spawn(n))


def coverage_rows(n_runs: int = RUNS) -> list[dict[str, object]]:
    """Mean, top-two share and net promoter score of each bank."""
    lopsided = (0.4, 1.0, 1.6)

    def plain(_: pd.DataFrame) -> dict[str, object]:
        return {}

    def column(_: pd.DataFrame) -> dict[str, object]:
        return {"weight": "w"}

    def raked(rows: pd.DataFrame) -> dict[str, object]:
        margins = {"region": {0: 0.5, 1: 0.3, 2: 0.2}}
        return {"weight": survey_weights(rows, margins=margins, respondent="id")}

    designs: list[tuple[str, Market, int, Callable[[pd.DataFrame], dict[str, object]]]] = [
        ("3 of 6 banks a person", Market(), 100, plain),
        ("3 of 6 banks a person", Market(), 400, plain),
        ("5 rows a person and bank", Market(rated=2, times=5), 150, plain),
        ("weight column", Market(answers=lopsided), 200, column),
        ("raked to margins", Market(answers=lopsided), 200, raked),
    ]  # fmt: skip
    rows = []
    for at, (name, market, persons, weigh) in enumerate(designs):
        truth = market.truth()
        drawn = []
        for rng in runs(100 + at, n_runs):
            sample = market.sample(rng, persons)
            sample["w"] = (1 / np.array(market.answers))[sample["region"]]
            found = satisfaction_scores(
                sample, items="sat", by="brand", respondent="id", limits=(0, 10), **weigh(sample)
            )
            drawn.append(found.scores)
        rows += _coverage(pd.concat(drawn), truth, {"design": name, "persons": persons})
    return rows


def _coverage(
    found: pd.DataFrame, truth: pd.DataFrame, told: dict[str, object]
) -> list[dict[str, object]]:
    """Judge the worst and the mean bank of each measure."""
    rows = []
    for measure in MEASURES:
        of_banks = []
        part = found[found["measure"] == measure]
        for brand, mine in part.groupby("brand"):
            kept = mine[mine["ci_low"].notna()]
            interval = Interval(kept["ci_low"].to_numpy(), kept["ci_high"].to_numpy())
            right = float(truth.loc[brand, measure])
            base = float(kept["n_effective"].median())
            row = verdict(interval, right, may_exceed=measure != "mean", promised=base >= 30)
            kish = {}
            if measure == "top2":
                naive = wilson_interval(kept["estimate"], n=kept["n_kish"])
                kish = {"on Kish's n": verdict(naive, right)["coverage"]}
            of_banks.append({
                **told, "target": f"population {measure} of bank {brand}", "base": round(base),
                "true": round(right, 3), **row, **kish,
            })  # fmt: skip
        rows += of_banks
    return rows


def comparison_rows(n_runs: int = RUNS) -> list[dict[str, object]]:
    """Any false pair among six equal banks; two true pairs found; the same as SPSS would test."""
    equal, apart = Market(levels=(7.5,) * 6), Market(levels=(7.5,) * 5 + (8.3,))
    rows = []
    for persons in (120, 400):
        for style, n in (("holm", n_runs), ("ctables", n_runs // 4)):
            false, found = [], []
            for rng in runs(persons, n):
                options = {"items": "sat", "by": "brand", "respondent": "id", "limits": (0, 10),
                           "style": style}  # fmt: skip
                null = group_comparison(equal.sample(rng, persons), **options).pairs
                false.append(null.groupby("measure")["distinct"].any())
                other = group_comparison(apart.sample(rng, persons), **options).pairs
                mine = other[other["group_b"] == "F"]
                found.append(mine.groupby("measure")["distinct"].mean())
            rates, power = pd.DataFrame(false).mean(), pd.DataFrame(found).mean()
            for measure in MEASURES:
                rate = float(rates[measure])
                error = float(np.sqrt(max(rate * (1 - rate), 1e-4) / n))
                judged = "pass" if rate - 2.6 * error <= 0.05 else "FAIL"
                rows.append({
                    "target": "any false pair of 15, banks equal", "persons": persons,
                    "measure": measure, "style": style, "rate": round(rate, 3),
                    "error": round(error, 4),
                    "verdict": judged if style == "holm" else "shown",
                    "true pairs found": round(float(power[measure]), 3),
                })  # fmt: skip
    return rows


def rank_rows(n_runs: int = RUNS) -> list[dict[str, object]]:
    """All true ranks within their sets at once; observed ranks beside."""
    rows = []
    for name, levels in (
        ("apart", (7.0, 7.3, 7.6, 7.9, 8.2, 6.4)),
        ("near", (7.5, 7.52, 7.54, 7.56, 7.58, 7.6)),
    ):
        market = Market(levels=levels)
        # banks differ by their level alone, so all measures rank them alike
        true_rank = pd.Series(levels).rank(ascending=False).to_numpy()
        told: dict[str, list[tuple[bool, bool, float]]] = {measure: [] for measure in MEASURES}
        for rng in runs(7, n_runs):
            groups = group_comparison(
                market.sample(rng, 200), items="sat", by="brand", respondent="id", limits=(0, 10)
            ).groups
            for measure, mine in groups.groupby("measure"):
                low, high = (mine[end].to_numpy(float) for end in ("rank_low", "rank_high"))
                told[str(measure)].append((
                    bool(((low <= true_rank) & (true_rank <= high)).all()),
                    bool((mine["rank"].to_numpy() == true_rank).all()),
                    float((high - low + 1).mean()),
                ))  # fmt: skip
        for measure in MEASURES:
            rate, observed, width = np.array(told[measure], dtype=float).mean(axis=0)
            error = float(np.sqrt(max(rate * (1 - rate), 1e-4) / n_runs))
            rows.append({
                "target": "true ranks of all 6 banks", "banks": name, "measure": measure,
                "coverage": round(rate, 3), "error": round(error, 4),
                "verdict": "pass" if rate + 2.6 * error >= 0.95 else "FAIL",
                "mean width": round(width, 2), "observed ranks right": round(observed, 3),
            })  # fmt: skip
    return rows


def change_rows(n_runs: int = RUNS) -> list[dict[str, object]]:
    """Change of a bank between waves: new persons, and the same persons twice."""
    market = Market()
    rows = []
    for panel in (False, True):
        ours: dict[str, list[tuple[float, float]]] = {measure: [] for measure in MEASURES}
        apart: dict[str, list[tuple[float, float]]] = {measure: [] for measure in MEASURES}
        for rng in runs(11 + panel, n_runs):
            first = market.sample(rng, 150).assign(wave=1)
            if panel:
                moved = first["sat"] + rng.choice([-1, 0, 0, 0, 1], len(first))
                second = first.assign(wave=2, sat=moved.clip(0, 10))
            else:
                second = market.sample(rng, 150).assign(wave=2)
                second["id"] += 1_000_000
            result = group_comparison(
                pd.concat([first, second], ignore_index=True), items="sat", by="brand",
                wave="wave", respondent="id", limits=(0, 10),
            )  # fmt: skip
            changes = result.changes[result.changes["label"] == "C"].set_index("measure")
            scores = result.waves[result.waves["label"] == "C"].set_index("measure")
            for measure in MEASURES:
                change, spread = changes.loc[measure], scores.loc[measure, "std_error"]
                ours[measure].append((change["ci_low"], change["ci_high"]))
                half = 1.96 * float(np.sqrt((spread**2).sum()))
                apart[measure].append((change["estimate"] - half, change["estimate"] + half))
        for measure in MEASURES:
            # moves of the panel are even, but those beyond the ends of the scale are cut
            truth = _panel_change(market, measure) if panel else 0.0
            naive = verdict(Interval(*np.array(apart[measure]).T), truth)["coverage"]
            rows.append({
                "target": f"change of population {measure}",
                "persons": "the same" if panel else "new",
                **verdict(Interval(*np.array(ours[measure]).T), truth),
                "without covariance": naive,
            })  # fmt: skip
    return rows


def _panel_change(market: Market, measure: str) -> float:
    rng = np.random.default_rng(5)
    sat = market.sample(rng, POPULATION).query("brand == 'C'")["sat"].to_numpy()
    after = np.clip(sat + rng.choice([-1, 0, 0, 0, 1], len(sat)), 0, 10)
    scored = {
        "mean": lambda x: x.mean(),
        "top2": lambda x: (x >= 9).mean(),
        "nps": lambda x: 100 * ((x >= 9).mean() - (x <= 6).mean()),
    }[measure]
    return float(scored(after) - scored(sat))


def alpha_rows(n_runs: int = RUNS) -> list[dict[str, object]]:
    """Cronbach's alpha of four rounded items, one row a person and three, even and skewed."""

    def sample(rng: np.random.Generator, persons: int, times: int, middle: float) -> pd.DataFrame:
        common = rng.normal(0, 0.8, (persons, 1)) + rng.normal(0, 0.8, (persons, times))
        own = rng.normal(0, (0.9, 1.0, 1.2, 1.5), (persons, times, 4))
        answers = np.clip(np.rint(middle + 1.6 * (common[..., None] + 0.8 * own)), 0, 10)
        frame = pd.DataFrame(answers.reshape(-1, 4), columns=list("abcd"))
        return frame.assign(id=np.arange(persons).repeat(times))

    rows = []
    for persons, times, middle in ((50, 1, 6), (50, 1, 9), (200, 1, 6), (200, 1, 9), (100, 3, 7)):
        whole = sample(np.random.default_rng(1), POPULATION, times, middle)
        covariance = np.cov(whole[list("abcd")].to_numpy().T)
        truth = 4 / 3 * (1 - np.trace(covariance) / covariance.sum())
        ends = []
        for rng in runs(persons + times + middle, n_runs):
            scale = scale_reliability(
                sample(rng, persons, times, middle), items=list("abcd"), respondent="id"
            ).scale
            ends.append((scale.loc[0, "alpha_low"], scale.loc[0, "alpha_high"]))
        rows.append({
            "target": "population alpha", "persons": persons, "rows a person": times,
            "scale": "skewed" if middle == 9 else "even", "true": round(float(truth), 3),
            **verdict(Interval(*np.array(ends).T), truth),
        })  # fmt: skip
    return rows


TABLES = (
    Table("scores of banks", coverage_rows),
    Table("comparison of six banks", comparison_rows),
    Table("ranks of six banks", rank_rows),
    Table("changes between waves", change_rows),
    Table("reliability", alpha_rows),
)
