"""Maps from respondents: regions, brands told apart, waves with one mover, planted claims.

Rules. Regions: the coverage of 95 % regions averaged over the brands, give or take 2.6 errors of
simulation, meets .93 to .975. Tests: the rejection rate less 2.6 errors is at most .05, and the
power plus 2.6 errors at least its goal. The regions' target is the map of the population's table
turned onto the sample's map.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from benchmarks.simulations.image_surveys import (
    ATTRIBUTES,
    BRANDS,
    DESIGNS,
    Floats,
    Market,
    brand_places,
    market,
    sums_of,
    tables_of,
)
from benchmarks.simulations.record import Table
from brandkit.positioning.image.kernel import (
    DrawnMaps,
    ImageTables,
    decomposed,
    degrees_of_freedom,
    drawn_maps,
    quantile,
    second_moments,
    turns_onto,
    wald,
)
from brandkit.positioning.image.stability import judged_cells, pairs_frame
from brandkit.positioning.image.waves import (
    Step,
    market_shift,
    moves_frame,
    shares_frame,
    step_moves,
)

RUNS, DRAWS = 2000, 200


def verdict(rates: Iterable[float], *, low: float = 0.0, high: float = 1.0) -> dict[str, object]:
    """Give the mean of what the runs say, its error, and whether it meets the limits."""
    values = np.array(list(rates), dtype=float)
    rate = float(values.mean())
    # one run of each kind more: where all runs agree, their rate is not without error
    error = float(np.append(values, (0.0, 1.0)).std(ddof=1)) / np.sqrt(len(values))
    passes = rate + 2.6 * error >= low and rate - 2.6 * error <= high
    return {
        "rate": round(rate, 4),
        "error": round(error, 4),
        "verdict": "pass" if passes else "FAIL",
    }


def mapped(tables: ImageTables) -> DrawnMaps:
    """Map a sample and its draws on two axes."""
    return drawn_maps(tables.table, tables.draw_tables, axes=2)


def region_covers(shares: Floats, tables: ImageTables) -> float:
    """Give the share of brands whose region holds the population's place."""
    maps = mapped(tables)
    truth = decomposed(shares).row_places[:, :2]
    mass = maps.sample.row_mass
    target = truth @ turns_onto(truth, target=maps.places, weight=mass)
    covariance = second_moments(maps.rows - maps.places)
    size = quantile(degrees_of_freedom(tables, 2), axes=2, level=0.95)
    return float((wald(target - maps.places, covariance) <= size).mean())


def region_rows(
    runs: int = RUNS, sizes: tuple[int, ...] = (100, 300, 1000)
) -> list[dict[str, object]]:
    """Coverage of regions on three designs, weighted and not."""
    rows = []
    for design in DESIGNS:
        for strength in (1.0, 0.6):
            one = market(design, strength=strength)
            shares = one.shares()
            for persons in sizes:
                for weighted in (False, True):
                    rng = np.random.default_rng([persons, weighted, DESIGNS.index(design)])
                    covers = [
                        region_covers(shares, tables_of(
                            one.ask(rng, persons, weighted=weighted), rng, draws=DRAWS))
                        for _ in range(runs)
                    ]  # fmt: skip
                    rows.append({
                        "target": "population map on sample map", "design": design,
                        "strength": strength, "persons": persons, "weighted": weighted,
                        **verdict(covers, low=0.93, high=0.975),
                    })  # fmt: skip
    return rows


def pair_result(
    one: Market, persons: int, rng: np.random.Generator
) -> tuple[float, float, bool, bool]:
    """Give distance and error of the first two brands, and both verdicts on them."""
    tables = tables_of(one.ask(rng, persons, weighted=False), rng, draws=DRAWS)
    maps = mapped(tables)
    names = [name for name, _ in tables.cells]
    frame = pairs_frame(
        names, maps.places, maps.rows - maps.places, df=degrees_of_freedom(tables, 2), level=0.95
    )
    first = frame.iloc[0]
    return (
        float(first["map_distance"]), float(first["std_error"]), bool(first["p_value"] <= 0.05),
        bool(first["distinct"]),
    )  # fmt: skip


def apart(design: str, persons: int, errors: float, *, pilot: int = 60) -> Market:
    """Put the first two brands so many errors of their difference apart in the population."""
    own = brand_places()
    away = np.array([0.8, 0.6])
    step, gap = 0.5, 0.0
    for _ in range(6):
        places = own.copy()
        places[1] = own[0] + step * away
        one = market(design, places=places)
        spots = decomposed(one.shares()).row_places[:, :2]
        gap = float(np.sqrt(((spots[0] - spots[1]) ** 2).sum()))
        rng = np.random.default_rng(persons)
        error = np.mean([pair_result(one, persons, rng)[1] for _ in range(pilot)])
        step *= errors * float(error) / gap
    return one


def distinct_rows(
    runs: int = RUNS, sizes: tuple[int, ...] = (100, 300, 1000)
) -> list[dict[str, object]]:
    """Error where two brands are seen alike, and power where they are four errors apart."""
    rows: list[dict[str, object]] = []
    for design in DESIGNS:
        for persons in sizes:
            places = brand_places()
            places[1] = places[0]
            rng = np.random.default_rng([persons, 1])
            alike = [pair_result(market(design, places=places), persons, rng) for _ in range(runs)]
            told = {"target": "difference of two places is 0", "design": design, "persons": persons}
            rows += [
                {**told, "rule": "p <= .05", **verdict([one[2] for one in alike], high=0.05)},
                {
                    **told,
                    "rule": "distinct (Holm)",
                    **verdict([one[3] for one in alike], high=0.05),
                },
            ]
            one = apart(design, persons, 4.0)
            rng = np.random.default_rng([persons, 2])
            found = [pair_result(one, persons, rng)[3] for _ in range(runs // 4)]
            rows.append({
                "target": "two places four errors apart", "design": design, "persons": persons,
                "rule": "distinct (Holm)", **verdict(found, low=0.8),
            })  # fmt: skip
    return rows


def wave_result(
    before: Market, after: Market, persons: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the frames of all brands' moves, and of the attributes' changes."""
    first = before.ask(rng, persons, weighted=False)
    second = after.ask(rng, persons, weighted=False)
    gap = np.zeros_like(first)
    answers = np.concatenate(
        [np.concatenate([first, gap], axis=1), np.concatenate([gap, second], axis=1)]
    )
    tables = tables_of(answers, rng, draws=DRAWS)
    maps = mapped(tables)
    still = np.zeros(BRANDS, dtype=bool)
    moves = step_moves(STEP, maps.places, maps.rows, df=degrees_of_freedom(tables, 2), still=still)
    frame = moves_frame([moves], tables, level=0.95)
    return frame, shares_frame([STEP], tables, frame, level=0.95)


STEP = Step(
    "2025", "2026", tuple(f"brand {at}" for at in range(BRANDS)),
    np.arange(BRANDS), BRANDS + np.arange(BRANDS),
)  # fmt: skip


def true_lengths(before: Market, after: Market) -> Floats:
    """Give the lengths of the brands' moves in the population, relative to the market."""
    both = decomposed(np.vstack([before.shares(), after.shares()])).row_places[:, :2]
    moves = both[BRANDS:] - both[:BRANDS]
    off = moves - market_shift(moves, np.zeros(BRANDS, dtype=bool))
    return np.asarray(np.sqrt((off**2).sum(axis=1)))


def moved_markets(design: str, part: float, *, drift: float = 0.0) -> tuple[Market, Market]:
    """Let the fourth brand move by a part of the map, and the market's liking drift."""
    own = brand_places()
    places = own.copy()
    places[3] += part * float(np.ptp(own, axis=0).max()) * np.array([0.6, -0.8])
    shift = np.random.default_rng(8).normal(0, drift, ATTRIBUTES)
    moved = market(design, places=places)
    return market(design), Market(moved.logit + shift, moved.halo, moved.leaning)


def wave_rows(runs: int = RUNS, sizes: tuple[int, ...] = (300, 1000)) -> list[dict[str, object]]:
    """One brand of eight moves by up to half the map; in a third case the market drifts as well.

    A drift of all logits alike changes brands' profiles unequally, so that there the others do
    move a little: their tests are judged where nothing drifts.
    """
    rows: list[dict[str, object]] = []
    for design in DESIGNS:
        for persons in sizes:
            for part, drift in ((0.25, 0.0), (0.5, 0.0), (0.5, 0.3)):
                before, after = moved_markets(design, part, drift=drift)
                lengths = true_lengths(before, after)
                stayed = np.arange(BRANDS) != 3
                change = (after.shares() - before.shares())[stayed].mean(axis=0)
                rng = np.random.default_rng([persons, int(100 * part), int(10 * drift)])
                runs_of = [wave_result(before, after, persons, rng) for _ in range(runs)]
                goal = 0.8 if part == 0.5 and persons >= 1000 else 0.0
                told = {"design": design, "a wave": persons, "moved by": part, "drift": drift}
                found = _wave_verdicts(runs_of, lengths, change, goal)
                rows += [{**told, **row} for row in found[2 if drift else 0 :]]
    return rows


def _wave_verdicts(
    runs: list[tuple[pd.DataFrame, pd.DataFrame]], lengths: Floats, change: Floats, goal: float
) -> list[dict[str, object]]:
    others = [np.delete(moves["moved"].to_numpy(), 3).any() for moves, _ in runs]
    each = [np.delete(moves["p_value"].to_numpy() <= 0.05, 3).mean() for moves, _ in runs]
    found = [bool(moves["moved"].iloc[3]) for moves, _ in runs]
    within = [
        ((moves["ci_low"] <= lengths) & (lengths <= moves["ci_high"])).mean() for moves, _ in runs
    ]
    changes = [
        ((shares["ci_low"] <= change) & (change <= shares["ci_high"])).mean() for _, shares in runs
    ]
    return [
        {"target": "any other brand moved (Holm)", **verdict(others, high=0.08)},
        {"target": "another brand, p <= .05", **verdict(each, high=0.08)},
        {"target": "the mover is found", **verdict(found, low=goal)},
        {"target": "length of each move (bounded)", **verdict(within, low=0.93)},
        {"target": "change of mean shares, stayed", **verdict(changes, low=0.93, high=0.97)},
    ]


def claim_rows(runs: int = RUNS, sizes: tuple[int, ...] = (300, 1000)) -> list[dict[str, object]]:
    """Four claims planted in two dimensions among brands that are seen alike otherwise."""
    rows: list[dict[str, object]] = []
    planted = [(0, 0), (0, 1), (1, 2), (1, 3)]
    for design in DESIGNS:
        even = market(design, strength=0.0)
        logit = even.logit.copy()
        for brand, attribute in planted:
            logit[brand, attribute] += 1.2
        one = Market(logit, even.halo, even.leaning)
        truth = one.shares()
        residual = (
            truth / truth.sum() - np.outer(truth.sum(axis=1), truth.sum(axis=0)) / truth.sum() ** 2
        )
        for persons in sizes:
            rng = np.random.default_rng([persons, DESIGNS.index(design)])
            found, false = [], []
            for _ in range(runs):
                answers = one.ask(rng, persons, weighted=False)
                cells = judged_cells(answers[..., :-1].sum(axis=0), sums_of(answers))
                says = cells["claim"].to_numpy().reshape(truth.shape)
                found.append(np.mean([says[at] == "supported" for at in planted]))
                wrong = ((says == "supported") & (residual <= 0)) | (
                    (says == "contradicted") & (residual >= 0)
                )
                false.append(wrong.sum() / max((says != "not_shown").sum(), 1))
            told = {"design": design, "persons": persons}
            goal = 0.9 if persons >= 1000 else 0.0
            rows += [
                {**told, "target": "planted claims found", **verdict(found, low=goal)},
                {**told, "target": "false among those called", **verdict(false, high=0.06)},
            ]
    return rows


TABLES = (
    Table("regions, 95 %", region_rows),
    Table("brands told apart", distinct_rows, 1000),
    Table("waves, one mover of eight", wave_rows, 1000),
    Table("claims in two dimensions", claim_rows),
)
