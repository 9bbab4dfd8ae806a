"""Stories of scores, changes, scales and weights: true to the result, and no surer than it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.simulations.scores import Market
from brandkit.core.story import Story
from brandkit.satisfaction.scores.reliability import scale_reliability
from brandkit.satisfaction.scores.scores import GroupComparison, group_comparison
from brandkit.satisfaction.scores.weights import survey_weights

NAMES = ("Civic", "Harbour", "Juniper", "Kestrel", "Meridian", "Tidewater")


def compared(
    levels: tuple[float, ...], persons: int = 300, at: tuple[float, ...] = (0.95, 0.90)
) -> GroupComparison:
    rng = np.random.default_rng(8)
    frame = Market(levels=levels, names=NAMES, rated=len(levels)).sample(rng, persons)
    shift = frame["id"] % 2
    frame["wave"] = 2025 + shift
    frame.loc[(frame["brand"] == "Juniper") & (shift == 1), "sat"] -= 2
    frame["sat"] = frame["sat"].clip(0, 10)
    return group_comparison(
        frame, items="sat", by="brand", wave="wave", respondent="id", limits=(0, 10), levels=at
    )


def told(result: GroupComparison, *, measure: str = "mean", focus: object = None) -> Story:
    frames = {
        name: frame[frame["measure"] == measure]
        for name, frame in vars(result).items()
        if name in ("groups", "pairs", "waves", "changes")
    }
    return replace(result, **frames).story(focus=focus)


@pytest.fixture(scope="module")
def apart() -> GroupComparison:
    return compared((5.0, 6.5, 7.0, 8.0, 8.0, 9.5))


@pytest.fixture(scope="module")
def alike() -> GroupComparison:
    return compared((7.5, 7.5, 8.5, 7.5, 7.5, 7.5), persons=60)


def test_a_clear_leader_is_called_clear(apart) -> None:
    best, worst, _ = told(apart).findings
    assert (str(best.headline), best.settled) == ("Tidewater scores above every other.", "clear")
    assert (str(worst.headline), worst.settled) == ("Civic scores below every other.", "clear")
    mine = told(apart, focus="Tidewater").findings[0]
    assert (str(mine.headline), mine.settled) == ("Tidewater scores above every other.", "clear")
    assert told(apart).headline == best.headline
    assert told(apart, focus="Tidewater").headline == mine.headline


def test_two_that_cannot_be_told_apart_are_named(apart) -> None:
    found = told(apart, focus="Kestrel").findings[0]
    assert "between 2 and 3 of 6" in str(found.headline)
    assert "cannot be told from Meridian." in str(found.detail)
    assert found.settled == "likely"
    assert told(apart, focus="Kestrel").headline == found.headline


def test_a_rank_that_is_sure_is_said_with_the_leader(apart) -> None:
    mine, best, *_ = told(apart, focus="Civic").findings
    assert (str(mine.headline), mine.settled) == ("Civic ranks 6 of 6.", "clear")
    assert str(best.headline) == "Tidewater scores above every other."


def test_not_distinguishable_is_a_finding_and_open(alike) -> None:
    assert str(told(alike, measure="top2").headline) == (
        "No two of 6 can be told apart in satisfaction."
    )
    mine = told(alike, measure="top2", focus="Harbour").findings[0]
    assert mine.settled == "open"
    assert str(mine.headline) == "Harbour is not distinguishable from any other."
    assert "above 0 and below 0, and cannot be told from" in str(mine.detail)
    assert all(one.settled != "clear" for one in told(alike, measure="top2").findings[:-1])
    assert told(alike, measure="top2", focus="Harbour").headline == mine.headline


def test_two_groups_alike_are_no_ranking() -> None:
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"sat": rng.integers(5, 9, 200), "sex": ["F", "M"] * 100})
    first, best, *_ = group_comparison(data, items=["sat"], by="sex").story().findings
    assert str(first.headline) == "F and M cannot be told apart in satisfaction."
    assert (first.settled, best.settled) == ("open", "open")


def test_numbers_in_sentences_are_those_of_the_table(apart) -> None:
    row = apart.groups[(apart.groups["label"] == "Harbour") & (apart.groups["measure"] == "mean")]
    detail = str(told(apart, focus="Harbour").findings[0].detail)
    one = row.iloc[0]
    assert detail.startswith(
        f"{one['estimate']:.2f} ({one['ci_low']:.2f} to {one['ci_high']:.2f}, 95%; base {one['n']}"
    )
    share = str(told(apart, measure="top2", focus="Harbour").findings[0].detail)
    assert "%" in share.split(" ")[0]


def test_changes_are_said_no_surer_than_they_are(apart) -> None:
    whole = told(apart).findings[-1]
    assert str(whole.headline) == (
        "Juniper changed between 2025 and 2026; no other change is distinguishable."
    )
    assert whole.settled == "clear"
    mine = told(apart, focus="Juniper").findings[-1]
    assert (str(mine.headline), mine.settled) == ("Juniper fell between 2025 and 2026.", "clear")
    other = told(apart, focus="Civic").findings[-1]
    assert other.settled == "open"
    assert "did not change distinguishably" in str(other.headline)
    assert "points" in str(told(apart, measure="top2").findings[-1].detail)


def test_nobody_changed_is_open(apart) -> None:
    same = apart.changes.assign(distinct=False)
    quiet = GroupComparison(**{**vars(apart), "changes": same})
    found = told(quiet).findings[-1]
    assert found.settled == "open"
    assert str(found.headline).startswith("Nobody's score changed distinguishably")


def test_changes_of_few_are_said_to_be_unknown() -> None:
    few = compared((7.0, 7.5, 8.0, 8.0, 8.0, 8.5), persons=12)
    whole, mine = (told(few, focus=focus).findings[-1] for focus in (None, "Civic"))
    assert str(whole.headline) == "Too few people answered in both waves to speak of change."
    assert "rated Civic in both waves" in str(mine.headline)
    assert (whole.settled, str(mine.detail)) == ("open", "Bases of at most 6 and 6.")
    assert str(told(few).exhibits["changes"].alt) == "An empty chart: too few people answered."


def test_a_bank_that_few_rated_is_said_to_be_unknown(apart) -> None:
    rng = np.random.default_rng(2)
    frame = Market(levels=(7.0,) * 6, names=NAMES).sample(rng, 100)
    few = pd.concat([frame[frame["brand"] != "Civic"], frame[frame["brand"] == "Civic"].head(4)])
    result = group_comparison(few, items="sat", by="brand", respondent="id", limits=(0, 10))
    first = told(result, focus="Civic").findings[0]
    assert str(first.headline) == "Too few people rated Civic to say where it stands."
    assert first.settled == "open"


def test_nobody_to_compare() -> None:
    frame = pd.DataFrame({"sat": [7, 8, 9, 6], "brand": ["A", "B"] * 2, "id": range(4)})
    result = group_comparison(frame, items="sat", by="brand", respondent="id", limits=(0, 10))
    assert str(told(result).headline) == "Too few people answered to compare anybody."
    assert [one.settled for one in told(result).findings] == ["open"]
    assert str(told(result).exhibits["scores"].alt) == "An empty chart: too few people answered."


@pytest.fixture
def scale(rng: np.random.Generator) -> pd.DataFrame:
    common = rng.normal(size=(150, 1))
    values = 6 + 2 * common + rng.normal(size=(150, 4))
    return pd.DataFrame(values, columns=list("abcd"))


def test_a_scale_is_called_good_fair_or_not_by_its_interval(scale, rng) -> None:
    good = scale_reliability(scale, items=list("abcd")).story().findings[0]
    assert (good.settled, "hang together well" in str(good.headline)) == ("clear", True)
    noise = scale_reliability(scale + rng.normal(0, 6, scale.shape), items=list("abcd"))
    poor = noise.story().findings[0]
    assert poor.settled == "open"
    assert "do not hang together" in str(poor.headline)
    turned = scale_reliability(scale.assign(c=10 - scale["c"]), items=list("abcd"))
    assert str(turned.story().findings[0].headline) == "Some items run against the others: c."
    facts = good.detail.values
    assert facts["low"] < facts["alpha"] < facts["high"]


def test_weighting_that_costs_much_is_said() -> None:
    frame = pd.DataFrame({"sex": ["f"] * 95 + ["m"] * 5})
    costly = survey_weights(frame, margins={"sex": {"f": 0.5, "m": 0.5}})
    found = costly.story().findings[0]
    assert found.settled == "likely"
    assert "at a price" in str(found.headline)
    assert "f made up 95.0% of the sample, 50.0% of the population" in str(found.detail)
    cheap = survey_weights(frame, margins={"sex": {"f": 0.94, "m": 0.06}})
    assert cheap.story().findings[0].settled == "clear"


def test_letters_are_told_by_the_levels_there_are() -> None:
    levels = (7.0, 7.5, 8.0, 8.0, 8.0, 8.5)
    for at, has_small in (((0.95,), False), ((0.95, 0.90), True)):
        notes = map(str, told(compared(levels, persons=100, at=at)).exhibits["scores"].notes)
        assert any("small letters" in note for note in notes) == has_small
