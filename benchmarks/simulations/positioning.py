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

from benchmarks.programs import show
from benchmarks.simulations.image_surveys import (
    BRANDS,
    DESIGNS,
    Floats,
    Market,
    brand_places,
    market,
    tables_of,
)
from brandkit.positioning.alignment import turns_onto
from brandkit.positioning.claims import judged_cells
from brandkit.positioning.image_answers import ImageTables
from brandkit.positioning.map_draws import DrawnMaps, decomposed, drawn_maps
from brandkit.positioning.place_frames import pairs_frame, quantile, second_moments, wald
from brandkit.positioning.stability import degrees_of_freedom
from brandkit.positioning.wave_frames import Step, moves_frame, step_moves

RUNS, DRAWS = 2000, 200


def verdict(rates: Iterable[float], *, low: float = 0.0, high: float = 1.0) -> dict[str, object]:
    """Give the mean of what the runs say, its error, and whether it meets the limits."""
    values = np.array(list(rates), dtype=float)
    rate = float(values.mean())
    error = max(float(values.std(ddof=1)) / np.sqrt(len(values)), 0.1 / len(values))
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
    before: Market, after: Market, persons: int, rng: np.random.Generator, *, panel: bool
) -> pd.DataFrame:
    """Give the frame of all brands' moves."""
    first = before.ask(rng, persons, weighted=False)
    second = after.ask(rng, persons, weighted=False)
    if panel:  # the same persons are drawn in both waves
        answers = np.concatenate([first, second], axis=1)
    else:
        gap = np.zeros_like(first)
        answers = np.concatenate(
            [np.concatenate([first, gap], axis=1), np.concatenate([gap, second], axis=1)]
        )
    tables = tables_of(answers, rng, draws=DRAWS)
    maps = mapped(tables)
    names = tuple(f"brand {at}" for at in range(BRANDS))
    step = Step("2025", "2026", names, np.arange(BRANDS), BRANDS + np.arange(BRANDS))
    moves = step_moves(step, maps.places, maps.rows, df=degrees_of_freedom(tables, 2), anchors=())
    return moves_frame([step], [moves], tables, level=0.95)


def wave_rows(runs: int = RUNS, sizes: tuple[int, ...] = (300, 1000)) -> list[dict[str, object]]:
    """One brand of eight moves by up to half the map; the market's liking shifts for all."""
    own = brand_places()
    extent = float(np.ptp(own, axis=0).max())
    rows: list[dict[str, object]] = []
    for design in DESIGNS:
        before = market(design)
        drift = np.random.default_rng(8).normal(0, 0.3, before.logit.shape[1])
        for persons in sizes:
            for part in (0.25, 0.5):
                places = own.copy()
                places[3] = own[3] + part * extent * np.array([0.6, -0.8])
                moved = market(design, places=places)
                after = Market(moved.logit + drift, moved.halo, moved.leaning)
                rng = np.random.default_rng([persons, int(100 * part)])
                frames = [
                    wave_result(before, after, persons, rng, panel=False) for _ in range(runs)
                ]
                others = [np.delete(frame["moved"].to_numpy(), 3).any() for frame in frames]
                each = [
                    np.delete(frame["p_value"].to_numpy() <= 0.05, 3).mean() for frame in frames
                ]
                told = {
                    "design": design,
                    "persons a wave": persons,
                    "moved by": f"{part} of the map",
                }
                rows += [
                    {
                        **told,
                        "target": "any other brand moved (Holm)",
                        **verdict(others, high=0.08),
                    },
                    {**told, "target": "another brand, p <= .05", **verdict(each, high=0.08)},
                ]
                found = [bool(frame["moved"].iloc[3]) for frame in frames]
                goal = 0.8 if part == 0.5 else 0.0
                rows.append({**told, "target": "the mover is found", **verdict(found, low=goal)})
    return rows


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
                tables = tables_of(one.ask(rng, persons, weighted=False), rng, draws=DRAWS)
                cells = judged_cells(
                    tables.table, tables.draw_tables, n_effective=tables.n_effective,
                    mentions=float(tables.table.sum()), false_discovery=0.05,
                )  # fmt: skip
                says = cells["claim"].to_numpy().reshape(truth.shape)
                found.append(np.mean([says[at] == "supported" for at in planted]))
                wrong = ((says == "supported") & (residual <= 0)) | (
                    (says == "contradicted") & (residual >= 0)
                )
                false.append(wrong.sum() / max((says != "weak").sum(), 1))
            told = {"design": design, "persons": persons}
            goal = 0.9 if persons >= 1000 else 0.0
            rows += [
                {**told, "target": "planted claims found", **verdict(found, low=goal)},
                {**told, "target": "false among those called", **verdict(false, high=0.06)},
            ]
    return rows


def main() -> None:
    """Print every table."""
    for title, rows in (
        ("Regions, 95 %", region_rows),
        ("Brands told apart", distinct_rows),
        ("Waves, one mover of eight", wave_rows),
        ("Claims", claim_rows),
    ):
        print(f"\n{title} ({RUNS:,} runs, {DRAWS} draws)", flush=True)
        show(rows())


if __name__ == "__main__":
    main()
