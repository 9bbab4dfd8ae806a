"""Changes of alikeness: among the same banks, entry and exit apart, and who carries them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from brandkit.core.intervals import market_change
from brandkit.satisfaction import PerceivedAlikeness, perceived_alikeness

NAMES = [f"a{at}" for at in range(8)]


def waves(
    *,
    banks: tuple[int, int] = (6, 7),
    stretch: tuple[float, ...] = (),
    persons: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Give two waves of ratings and ticks; bank 6 is extreme, ``stretch`` pulls banks apart."""
    rng, frames = np.random.default_rng(seed), []
    odd = np.random.default_rng(99).normal(0, 0.1, (12, 8))
    for wave, k in zip((2025, 2026), banks, strict=True):
        pull = np.ones(k)
        pull[: len(stretch)] = stretch if wave == 2026 else 1.0
        bank = np.concatenate([rng.choice(k, 3, replace=False) for _ in range(persons)])
        level = 7 + pull[bank] * 0.4 * ((bank % 3) - 1) - 3.0 * (bank == 6)
        chance = np.clip(0.4 + pull[bank, None] * odd[bank], 0.03, 0.97)
        chance[bank == 6] = np.where(np.arange(8) < 4, 0.85, 0.05)
        frame = pd.DataFrame((rng.random(chance.shape) < chance).astype(int), columns=NAMES)
        who = np.repeat(np.arange(persons), 3)
        frames.append(frame.assign(
            y=np.clip(np.rint(rng.normal(level, 1.5)), 0, 10), wave=wave,
            brand=[f"B{at}" for at in bank], id=[f"{wave}-{at}" for at in who],
        ))  # fmt: skip
    return pd.concat(frames, ignore_index=True)


def alikeness(rows: pd.DataFrame) -> PerceivedAlikeness:
    return perceived_alikeness(
        rows, brand="brand", items=["y"], images=NAMES, wave="wave", respondent="id",
        smallest_difference=0.5, draws=100,
    )  # fmt: skip


@pytest.mark.parametrize("banks", [(6, 7), (7, 6)])
def test_an_extreme_bank_that_comes_or_goes_is_no_change(banks: tuple[int, int]) -> None:
    result = alikeness(waves(banks=banks))
    changes = result.changes
    assert changes["holds"].tolist() == ["open", "open"]
    assert changes["n_brands"].tolist() == [6, 6]
    assert (changes["entry_exit"].abs() > 0.03).all()
    measures = result.measures.pivot(index="measure", columns="wave", values="untruncated")
    total = (measures["2026"] - measures["2025"]).loc[changes["measure"]]
    np.testing.assert_allclose(changes["estimate"] + changes["entry_exit"], total, atol=1e-12)
    said = [str(one.headline) for one in result.story().findings]
    assert not any("depend more on" in one or "have moved apart" in one for one in said)


def test_a_bank_that_moves_alone_carries_the_change_and_is_named() -> None:
    result = alikeness(waves(banks=(6, 6), stretch=(1, 4)))
    images = result.changes.set_index("measure").loc["inertia"]
    assert (images["holds"], images["carrier"]) == ("carried", "B1")
    said = [str(one.headline) for one in result.story().findings]
    assert "B1 has moved away from the other 5 banks since 2025." in said
    assert not any("moved apart" in one for one in said)


def test_what_all_do_is_clear() -> None:
    result = alikeness(waves(banks=(6, 6), stretch=(2,) * 6))
    images = result.changes.set_index("measure").loc["inertia"]
    assert images["holds"] == "clear"
    assert 0.5 * images["estimate"] <= images["without_low"] <= images["without_high"]


def test_under_three_common_banks_nothing_can_be_told() -> None:
    rows = waves(banks=(4, 4))
    gone = (rows["wave"] == 2026) & rows["brand"].isin(["B0", "B1"])
    result = alikeness(rows[~gone])
    assert result.changes["holds"].eq("untold").all()
    assert result.changes["estimate"].isna().all()
    assert any("cannot be told" in str(one.headline) for one in result.story().findings)


def test_the_rule_by_hand() -> None:
    even = np.full(7, 0.05)
    alike = market_change(np.array([1.0, *[1.02, 0.98] * 3]), even, smallest=0.1)
    assert alike.holds == "clear"
    assert market_change(np.array([1.0, *[1.02, 0.98] * 3]), even, smallest=1.1).holds == "open"
    one = market_change(np.array([1.0, 1.2, 1.2, 0.1, 1.2, 1.2, 1.2]), even, smallest=0.1)
    assert (one.holds, one.carrier) == ("carried", 2)
    few = market_change(np.array([1.0, 1.02, 0.98, 1.0, 1.0]), even[:5], smallest=0.1)
    assert few.holds == "likely"
    assert market_change(-np.array([1.0, *[1.02, 0.98] * 3]), even, smallest=0.1).holds == "clear"


@pytest.mark.slow
@pytest.mark.parametrize("studies", [8, pytest.param(25, marks=pytest.mark.exhaustive)])
def test_of_nothing_no_change_is_made_and_a_single_mover_never_is_the_market(studies: int) -> None:
    """A bank that enters made a change in all of them before."""
    enters = [alikeness(waves(seed=seed)).changes["holds"] for seed in range(studies)]
    most = 0.1 + 2.6 * (0.1 * 0.9 / studies) ** 0.5
    assert np.mean([(one != "open").any() for one in enters]) <= most
    alone = [
        alikeness(waves(banks=(6, 6), stretch=(1, 4), seed=seed)).changes.set_index("measure")
        for seed in range(studies)
    ]
    assert not any(one.loc["inertia", "holds"] == "clear" for one in alone)
    assert np.mean([one.loc["inertia", "carrier"] == "B1" for one in alone]) == 1.0
