"""trend and reach against R, their invariants, refusals, rates and stories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from brandkit.core.errors import InputError, NotEnoughDataError
from brandkit.market import reach, trend
from brandkit.market.tabs.trend import _alerts
from tests.contract import assert_contract
from tests.market.shared import VALUES, burger, near, oracle


def waves(shares: Any, rng: np.random.Generator, *, n: int = 400) -> pd.DataFrame:
    """One column of ticks a series, shares of shape (waves, series)."""
    shares = np.asarray(shares)
    t, k = shares.shape
    ticks = rng.random((t, n, k)) < shares[:, None, :]
    frame = pd.DataFrame(
        ticks.reshape(t * n, k).astype(float), columns=[f"x{at}" for at in range(k)]
    )
    names = [f"{2020 + at // 4}-Q{at % 4 + 1}" for at in range(t)]
    return frame.assign(wave=np.repeat(names, n))


def followed(frame: pd.DataFrame, **options: Any) -> Any:
    names = [name for name in frame if name.startswith("x")]
    return trend(frame, measures=names, measure="mean", wave="wave", **options)


# --- trend ---------------------------------------------------------------------------------------


@pytest.mark.real
def test_the_trend_of_the_burger_tracker(real: Path, oracles: Path) -> None:
    survey = burger(real)
    frame = survey.responses.assign(
        quarter=pd.PeriodIndex(survey.responses["date"], freq="Q").astype(str)
    )
    given = oracle(oracles, "trend")["burger"]
    columns = {"Burger Chef": "Q2_2", "Lucky's Pizza": "Q2_4", "Arnold's": "Q2_7"}
    for name, column in columns.items():
        found, one = trend(frame, measures=[column], wave="quarter", weight="wgt"), given[name]
        rows = found.waves[found.waves["label"] == "1"]
        row = found.series[found.series["label"] == "1"].iloc[0]
        near(rows["estimate"], one["estimate"])
        near(rows["std_error"], one["std_error"])
        near(rows["smoothed"], one["local_level"]["level"], rtol=1e-6)
        near((rows["smoothed_high"] - rows["smoothed"]) / 1.959963984540054,
             one["local_level"]["level_se"], rtol=1e-5)  # fmt: skip
        near(row["slope"], one["linear"]["slope_per_period"])
        near(row["slope_error"], one["linear"]["std_error"])
        near(row["homogeneity_p"], one["homogeneity"]["p_value"])
        near(row["cusum"], one["cusum"]["max_abs"])
        near(row["previous_p"], one["change"]["p_value"][-1])
        near(row["change"] / row["std_error"], one["cusum"]["recursive"][-1])


def test_where_nothing_moves_there_is_no_level_and_no_alert() -> None:
    given = VALUES["trend"]
    frame = pd.DataFrame({"x": np.tile([1.0, 0, 0, 1, 0], 40),
                          "wave": np.repeat([f"w{at}" for at in range(1, 9)], 25)})  # fmt: skip
    found = trend(frame, measures=["x"], wave="wave", measure="mean")
    near(found.waves["estimate"], given["estimate"])
    near(found.waves["std_error"], given["std_error"])
    near(found.waves["smoothed"], given["local_level"]["level"], rtol=1e-6)
    assert found.n_alerts == 0
    near(found.series["slope"], 0.0)
    assert "None of 1 series" in str(found.story().headline)


def test_order_of_rows_and_unit_of_weights_play_no_part(rng: np.random.Generator) -> None:
    frame = waves(np.full((5, 2), 0.4), rng, n=80).assign(w=1.0)
    one = followed(frame, weight="w").series
    other = followed(frame.assign(w=3.0).sample(frac=1, random_state=1), weight="w").series
    numbers = one.select_dtypes("number").columns
    near(other[numbers], one[numbers], rtol=1e-7)


def test_a_step_and_a_drift_are_found_and_waves_in_which_all_agree_do_no_harm(
    rng: np.random.Generator,
) -> None:
    shares = np.full((8, 6), 0.4)
    shares[-1, 1] += 0.15
    shares[:, 2] += 0.03 * np.arange(8)
    shares[:3, 5] = 1.0
    found = followed(waves(shares, rng))
    alerts = found.series.set_index("label")["alert"]
    assert alerts["x1"]
    assert alerts["x2"]
    assert not alerts[["x0", "x3", "x4"]].any()
    assert np.isfinite(found.series["std_error"]).all()
    story = found.story()
    assert [finding.settled for finding in story.findings] == ["clear"] * 4
    assert len(found.plot().axes) == 4


def test_one_series_of_many_beyond_its_own_limit_is_left_open() -> None:
    series = pd.DataFrame({"p_value": np.linspace(0.2, 0.9, 60), "slope_p": 0.5})
    series.loc[0, "p_value"] = 0.01
    assert set(_alerts(series, 0.05)["settled"]) == {"open"}
    assert _alerts(series.head(2), 0.05)["settled"].tolist() == ["clear", "open"]
    some = series.assign(p_value=np.where(series.index < 20, 0.006, series["p_value"]))
    assert set(_alerts(some, 0.05)["settled"]) == {"likely", "open"}


@pytest.mark.exhaustive
def test_the_rates_of_false_and_true_alerts(rng: np.random.Generator) -> None:
    """60 series by 10 waves of 400: nothing moves, and one moves by 8 points."""
    runs, false, found = 60, 0, 0
    for _ in range(runs):
        shares = np.full((10, 60), 0.4)
        quiet = followed(waves(shares, rng))
        false += quiet.n_alerts > 0
        shares[-1, 0] += 0.10
        found += bool(followed(waves(shares, rng)).series["alert"].iloc[0])
    assert false / runs <= 0.15
    assert found / runs >= 0.4


def test_breaks_and_part_waves_are_told(rng: np.random.Generator) -> None:
    frame = waves(np.full((9, 1), 0.4), rng, n=60)
    frame = frame.drop(frame.index[-40:])
    found = followed(frame, breaks=["2020-Q3"])
    assert found.waves["wave"].iloc[0] == "2020-Q3"
    said = " ".join(map(str, found.notes))
    assert "2022-Q1" in said
    assert "cannot tell seasons" in said
    assert "Compared from 2020-Q3 on" in said


def test_persons_in_several_waves_are_one_person(rng: np.random.Generator) -> None:
    person = rng.random(200) < 0.5
    frame = pd.DataFrame({
        "x0": np.tile(person, 4).astype(float), "id": np.tile(np.arange(200), 4),
        "wave": np.repeat(["Q1 2025", "Q2 2025", "Q3 2025", "Q4 2025"], 200),
    })  # fmt: skip
    frame.loc[frame.index[-3:], "x0"] = 1 - frame["x0"].iloc[-3:]
    panel = followed(frame, respondent="id").series.iloc[0]
    strangers = followed(frame.assign(id=np.arange(800)), respondent="id").series.iloc[0]
    assert panel["std_error"] < strangers["std_error"] / 3


def test_trend_refuses_and_keeps_its_contract(rng: np.random.Generator) -> None:
    frame = waves(np.full((4, 2), 0.4), rng, n=50)
    with pytest.raises(NotEnoughDataError, match="at least 3 waves that can be compared; found 2"):
        followed(frame, breaks=["2020-Q3"])
    with pytest.raises(InputError, match=r"`breaks` must name waves.*2020-Q9"):
        followed(frame, breaks=["2020-Q9"])
    with pytest.raises(InputError, match="at least one question"):
        trend(frame, measures=[], wave="wave")
    with pytest.raises(NotEnoughDataError, match="at least 3 waves"):
        trend(frame, measures=["x0"])
    assert_contract(lambda: trend(frame, measures=["x0"], wave="wave"), frame)


# --- reach ---------------------------------------------------------------------------------------


def test_the_best_sets_are_r_s() -> None:
    given = VALUES["turf"]
    found = reach(pd.DataFrame(given["table"]), items=["a", "b", "c"], k=2, weight="w")
    for k in (1, 2):
        sets = found.sets[found.sets["k"] == k]
        assert sets["items"].tolist() == given[f"k{k}"]["sets"]
        near(sets["estimate"], given[f"k{k}"]["reach"])
        near(sets["frequency"], given[f"k{k}"]["frequency"])
        near(found.sizes["std_error"].iloc[k - 1], given[f"k{k}"]["reach_se_linearised"])
    greedy = reach(pd.DataFrame(given["table"]), items=["a", "b", "c"], k=2, method="stepwise")
    near(greedy.sizes["estimate"], given["greedy"]["reach"])


@pytest.mark.real
def test_the_best_sets_of_the_burger_tracker(real: Path, oracles: Path) -> None:
    given = oracle(oracles, "turf")["burger"]
    found = reach(burger(real), items=[f"Q4_{at}" for at in range(1, 12)], k=5, waves="all")
    for k in range(1, 6):
        sets = found.sets[found.sets["k"] == k]
        assert sets["items"].tolist() == given[f"k{k}"]["sets"]
        near(sets["estimate"], given[f"k{k}"]["reach"])
        near(found.sizes["std_error"].iloc[k - 1], given[f"k{k}"]["reach_se_linearised"])


def asks(rng: np.random.Generator, n: int = 300, p: int = 8) -> pd.DataFrame:
    ticks = rng.random((n, p)) < 0.25
    return pd.DataFrame(ticks.astype(float), columns=[f"s{at}" for at in range(p)])


def test_reach_rises_and_an_item_of_nobody_comes_last(rng: np.random.Generator) -> None:
    frame = asks(rng).assign(s8=0.0)
    found = reach(frame, items=list(frame), k=9)
    assert (found.sizes["gain"] >= -1e-12).all()
    assert found.sizes["k"].max() == 8  # what nobody ticked was not asked
    always = reach(frame, items=list(frame), k=3, always=["s5"])
    assert all("s5" in items for items in always.sizes["items"])


def test_the_luck_of_the_choice_is_taken_off(rng: np.random.Generator) -> None:
    """15 items equally good, 3 of them chosen on 100 persons: what is seen is too much."""
    truth, seen, corrected = 1 - 0.75**3, [], []
    for _ in range(40):
        frame = asks(rng, n=100, p=15)
        last = reach(frame, items=list(frame), k=3, draws=100).sizes.iloc[-1]
        seen.append(last["estimate"] - truth)
        corrected.append(last["reached"] - truth)
    assert np.mean(seen) > 0.06
    assert abs(np.mean(corrected)) < np.mean(seen) / 2


def test_reach_tells_and_draws(rng: np.random.Generator) -> None:
    frame = asks(rng)
    frame["s0"] = (rng.random(300) < 0.8).astype(float)
    found = reach(frame, items=list(frame), k=3)
    story = found.story()
    assert story.findings[0].settled == "open"
    assert "Several sets of 3" in str(story.headline)
    assert len(found.plot().get_yticklabels()) == 3


def test_reach_refuses_and_keeps_its_contract(rng: np.random.Generator) -> None:
    wide, frame = asks(rng, n=60, p=30), asks(rng)
    with pytest.raises(InputError, match="exact takes at most 20 items or 500,000 sets"):
        reach(wide, items=list(wide), k=12, method="exact")
    assert not reach(wide, items=list(wide), k=12, draws=20).is_exact
    with pytest.raises(InputError, match="`always` must name items"):
        reach(frame, items=list(frame), always=["z"])
    with pytest.raises(InputError, match="room for the 2 items"):
        reach(frame, items=list(frame), always=["s1", "s2"], k=1)
    with pytest.raises(InputError, match="be a way of searching"):
        reach(frame, items=list(frame), method="best")
    assert_contract(lambda: reach(frame, items=list(frame), k=2), frame)
