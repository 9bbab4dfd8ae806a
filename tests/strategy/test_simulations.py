"""Short runs of benchmarks/simulations/joins.py: error, power and coverage."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.simulations.joins import (
    AT_DETECTABLE,
    link_result,
    moved_regions_cover,
    rank_rows,
    trait_rows,
)


@pytest.mark.parametrize("banks", [8, 12])
def test_links_are_claimed_by_chance_in_one_of_twenty(banks: int) -> None:
    rng, runs = np.random.default_rng(banks), 250
    found = np.array([link_result(rng, banks, 0.0, design="normal") for _ in range(runs)])
    for rate in ((found[:, 0] <= 0.05).mean(), (found[:, 3] <= 0.05).mean()):
        assert rate - 2.6 * np.sqrt(0.05 * 0.95 / runs) <= 0.05


def test_what_is_called_detectable_is_found_in_four_of_five_cases() -> None:
    rng, runs = np.random.default_rng(1), 250
    found = np.array([
        link_result(rng, 12, AT_DETECTABLE[12], design="normal") for _ in range(runs)
    ])  # fmt: skip
    assert found[:, 1].mean() == pytest.approx(found[:, 2].mean(), abs=0.03)
    assert (found[:, 0] <= 0.05).mean() == pytest.approx(0.8, abs=0.05 + 2.6 * 0.025)


def test_traits_and_rank_sets_keep_their_promises() -> None:
    assert {row["verdict"] for row in trait_rows(120)} == {"pass"}
    rows = rank_rows(60)
    assert {row["verdict"] for row in rows} == {"pass"}
    apart = next(row for row in rows if row["totals"] == "apart" and row["institutions"] == 12)
    assert apart["mean width"] < 7


def test_regions_after_a_change_hold_the_populations_place() -> None:
    added = np.zeros(10)
    added[[0, 3]] = 0.12, -0.05
    rng, runs = np.random.default_rng(2), 40
    covers = np.array([
        moved_regions_cover(rng, "halo", 300, weighted=False, added=added) for _ in range(runs)
    ])  # fmt: skip
    error = 2.6 * covers.std(ddof=1) / np.sqrt(runs)
    assert covers.mean() + error >= 0.93
    assert covers.mean() - error <= 0.975
