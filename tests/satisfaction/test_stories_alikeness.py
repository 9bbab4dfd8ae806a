"""Stories of alikeness and pooling: settled as far as the data go."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from benchmarks.simulations.alikeness import market
from brandkit.core.message import Finding
from brandkit.satisfaction.alikeness import story
from brandkit.satisfaction.alikeness.alikeness import PerceivedAlikeness, perceived_alikeness
from brandkit.satisfaction.scores.pooling import partial_pooling
from brandkit.sources import read_study


def alike(persons: int, spread: float, *, smallest: float = 0.5, **options) -> PerceivedAlikeness:
    frame = market(persons, spread=spread, image=spread / 2).sample(
        np.random.default_rng(1), persons
    )
    frame["bank"] = "Bank " + frame["bank"].astype(str)
    frame["wave"] = np.where(frame["id"] < persons / 2, "2025", "2026")
    return perceived_alikeness(
        frame, brand="bank", items=["rating"], images=[f"t{at}" for at in range(8)],
        respondent="id", smallest_difference=smallest, draws=100, **options,
    )  # fmt: skip


def said(found: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(one.settled, str(one.headline)) for one in found]


# Alikeness ---------------------------------------------------------------------------------------


def test_banks_that_are_alike_are_said_to_be() -> None:
    result = alike(1500, 0.05)
    assert str(story.perceived_alikeness(result).headline) == (
        "Customers rate the banks much alike"
    )
    found = said(story.perceived_alikeness(result).findings)
    assert found[1] == ("likely", "More pairs of banks are rated alike than differently.")
    headline = str(story.perceived_alikeness(result, focus="Bank 0").headline)
    assert headline.endswith("as they rate Bank 0")
    clear = story.perceived_alikeness(result, focus="Bank 0").findings[1]
    assert clear.settled == "clear"
    assert str(clear.headline).startswith("Bank 0 is rated as Bank")
    assert "shown to differ from it by less than 0.50 points" in str(clear.detail)


def test_banks_that_differ_are_said_to() -> None:
    result = alike(1500, 1.2)
    assert str(story.perceived_alikeness(result).headline) == (
        "Customers notice differences between the banks"
    )
    found = said(story.perceived_alikeness(result).findings)
    assert found[0] == ("clear", "Which bank it is makes a difference that customers notice.")
    assert found[1] == ("likely", "More pairs of banks are rated differently than alike.")
    assert found[2] == ("clear", "Customers describe the banks in different words.")
    focus = story.perceived_alikeness(result, focus="Bank 3", item="rating").findings[1]
    assert focus.settled == "clear"
    assert "is rated differently from" in str(focus.headline)


def test_few_answers_settle_nothing() -> None:
    result = alike(60, 0.0)
    found = said(story.perceived_alikeness(result, focus="Bank 0").findings)
    assert found[0][0] == "open"
    assert found[1] == ("open", "Whom Bank 0 is rated like is open.")
    assert found[2] == ("open", "Customers' descriptions do not tell the banks apart.")


def test_shares_in_the_sentence_are_those_of_the_table() -> None:
    result = alike(400, 0.5)
    row = result.measures.query("measure == 'between_share'").iloc[-1]
    detail = str(story.perceived_alikeness(result).findings[0].detail)
    assert f"{100 * row['estimate']:.1f}% of the differences" in detail
    assert f"base {row['n']:,}" in detail


def test_an_undeclared_limit_is_said_and_settles_less() -> None:
    survey = read_study("sample").survey
    result = perceived_alikeness(survey, items=["sat1"], draws=100)
    pair = story.perceived_alikeness(result, focus="Harbour Bank").findings[1]
    assert pair.settled == "likely"
    assert str(pair.headline) == "Harbour Bank is rated as Tidewater, Kestrel are."
    assert "not declared" in str(pair.detail)
    assert "not declared" in str(result.story(focus="Harbour Bank").exhibits["alike"].caption)


@pytest.mark.parametrize(
    ("gain", "words"), [(0.0, "is not shown"), (0.6, "moved apart since 2025")]
)
def test_waves_say_what_has_changed(gain: float, words: str) -> None:
    rng = np.random.default_rng(5)
    parts = [
        market(700, spread=0.3, image=image).sample(rng, 700).assign(wave=wave)
        for wave, image in (("2025", 0.2), ("2026", 0.2 + gain))
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame["id"] = frame["id"].astype(str) + frame["wave"]
    result = perceived_alikeness(
        frame, brand="bank", items=["rating"], images=[f"t{at}" for at in range(8)], wave="wave",
        respondent="id", smallest_difference=0.5, draws=100,
    )  # fmt: skip
    found = story.perceived_alikeness(result).findings
    assert words in str(found[-1].headline)
    assert found[-1].settled == ("clear" if gain else "open")
    assert ", 2026, corrected" in str(result.story().exhibits["between"].caption)


# Pooling -----------------------------------------------------------------------------------------


def league(values: list[float], errors: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"brand": list("abcdefgh")[: len(values)], "estimate": values, "std_error": errors}
    )


def test_a_place_that_rests_on_noise_is_said_to() -> None:
    result = partial_pooling(
        league([7.0, 7.4, 7.6, 8.2, 8.3], [0.1, 0.1, 0.1, 0.1, 0.8]), label="brand"
    )
    assert str(result.story(focus="e").headline) == (
        "e ranks 2 of 5 once noise is taken out, and not 1"
    )
    found = said(result.story(focus="e").findings)
    assert found[0] == ("clear", "The banks do differ.")
    assert found[1] == ("likely", "d, e change place once noise is taken out.")
    assert found[2][1].endswith("is likely noise.")
    firm = said(result.story(focus="a").findings)[2]
    assert firm == ("clear", "The value of a rests on enough answers to stand by itself.")


def test_estimates_that_differ_by_noise_alone_are_open() -> None:
    result = partial_pooling(league([5.0, 5.1, 5.0, 4.9], [1.0] * 4), label="brand")
    found = said(result.story().findings)
    assert found[0][0] == "open"
    assert found[1][1] == "No bank owes its place in the table to noise."
    assert str(result.story().headline) == "b leads, with noise taken out too"
