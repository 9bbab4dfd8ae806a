"""Sentences on alikeness, pooling, service quality and segments: settled as far as the data go."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from benchmarks.simulations.alikeness import market
from benchmarks.simulations.segments import answers, found
from benchmarks.simulations.service_quality import ITEMS
from benchmarks.simulations.service_quality import answers as service_answers
from brandkit.core.message import Finding, Message
from brandkit.language import LANGUAGES, translate, use_language
from brandkit.satisfaction.alikeness.alikeness import PerceivedAlikeness, perceived_alikeness
from brandkit.satisfaction.alikeness.story import (
    alikeness_pairs_alt,
    alikeness_pairs_caption,
    perceived_alikeness_alt,
    perceived_alikeness_caption,
    perceived_alikeness_findings,
    perceived_alikeness_headline,
)
from brandkit.satisfaction.pooling.pooling import partial_pooling
from brandkit.satisfaction.pooling.story import (
    partial_pooling_alt,
    partial_pooling_caption,
    partial_pooling_findings,
    partial_pooling_headline,
)
from brandkit.satisfaction.segments.segments import customer_segments
from brandkit.satisfaction.segments.story import (
    customer_segments_alt,
    customer_segments_caption,
    customer_segments_findings,
    customer_segments_headline,
)
from brandkit.satisfaction.service.service import service_quality
from brandkit.satisfaction.service.story import (
    service_quality_alt,
    service_quality_caption,
    service_quality_findings,
    service_quality_headline,
)
from brandkit.sources import read_study


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


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
    assert str(perceived_alikeness_headline(result)) == (
        "Customers see little difference between the banks"
    )
    found = said(perceived_alikeness_findings(result))
    assert found[1] == ("likely", "More pairs of banks are rated alike than differently.")
    headline = str(perceived_alikeness_headline(result, focus="Bank 0"))
    assert headline.endswith("as they rate Bank 0")
    clear = perceived_alikeness_findings(result, focus="Bank 0")[1]
    assert clear.settled == "clear"
    assert str(clear.headline).startswith("Bank 0 is rated as Bank")
    assert "shown to differ from it by less than 0.50 points" in str(clear.detail)


def test_banks_that_differ_are_said_to() -> None:
    result = alike(1500, 1.2)
    assert str(perceived_alikeness_headline(result)) == (
        "Customers notice differences between the banks"
    )
    found = said(perceived_alikeness_findings(result))
    assert found[0] == ("clear", "Which bank it is makes a difference that customers notice.")
    assert found[1] == ("likely", "More pairs of banks are rated differently than alike.")
    assert found[2] == ("clear", "Customers describe the banks in different words.")
    focus = perceived_alikeness_findings(result, focus="Bank 3", item="rating")[1]
    assert focus.settled == "clear"
    assert "is rated differently from" in str(focus.headline)


def test_few_answers_settle_nothing() -> None:
    result = alike(60, 0.0)
    found = said(perceived_alikeness_findings(result, focus="Bank 0"))
    assert found[0][0] == "open"
    assert found[1] == ("open", "Whom Bank 0 is rated like is open.")
    assert found[2] == ("open", "Customers' descriptions do not tell the banks apart.")


def test_shares_in_the_sentence_are_those_of_the_table() -> None:
    result = alike(400, 0.5)
    row = result.measures.query("measure == 'between_share'").iloc[-1]
    detail = str(perceived_alikeness_findings(result)[0].detail)
    assert f"{100 * row['estimate']:.1f}% of the differences" in detail
    assert f"base {row['n']:,}" in detail


def test_an_undeclared_limit_is_said_and_settles_less() -> None:
    survey = read_study("sample").survey
    result = perceived_alikeness(survey, items=["sat1"], draws=100)
    pair = perceived_alikeness_findings(result, focus="Harbour Bank")[1]
    assert pair.settled == "likely"
    assert str(pair.headline) == "Harbour Bank is rated as Tidewater is."
    assert "not declared" in str(pair.detail)
    assert "not declared" in str(alikeness_pairs_caption(result, focus="Harbour Bank"))


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
    found = perceived_alikeness_findings(result)
    assert words in str(found[-1].headline)
    assert found[-1].settled == ("clear" if gain else "open")
    assert ", 2026, corrected" in str(perceived_alikeness_caption(result))


# Pooling -----------------------------------------------------------------------------------------


def league(values: list[float], errors: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {"brand": list("abcdefgh")[: len(values)], "estimate": values, "std_error": errors}
    )


def test_a_place_that_rests_on_noise_is_said_to() -> None:
    result = partial_pooling(
        league([7.0, 7.4, 7.6, 8.2, 8.3], [0.1, 0.1, 0.1, 0.1, 0.8]), label="brand"
    )
    assert str(partial_pooling_headline(result, focus="e")) == (
        "e ranks 2 of 5 once noise is taken out, and not 1"
    )
    found = said(partial_pooling_findings(result, focus="e"))
    assert found[0] == ("clear", "The banks do differ.")
    assert found[1] == ("likely", "d, e change place once noise is taken out.")
    assert found[2][1].endswith("is likely noise.")
    firm = said(partial_pooling_findings(result, focus="a"))[2]
    assert firm == ("clear", "The value of a rests on enough answers to stand by itself.")


def test_estimates_that_differ_by_noise_alone_are_open() -> None:
    result = partial_pooling(league([5.0, 5.1, 5.0, 4.9], [1.0] * 4), label="brand")
    found = said(partial_pooling_findings(result))
    assert found[0][0] == "open"
    assert found[1][1] == "No bank owes its place in the table to noise."
    assert str(partial_pooling_headline(result)) == "b leads, with noise taken out too"


# Service quality ---------------------------------------------------------------------------------


def test_a_bank_is_told_from_the_others_where_it_differs() -> None:
    frame = service_answers(np.random.default_rng(2), 400, weighted=False)
    result = service_quality(frame, items=list(ITEMS), stages=ITEMS, brand="bank", respondent="id")
    assert str(service_quality_headline(result, focus="e")).startswith("e falls behind before the")
    assert str(service_quality_headline(result, focus="a")).startswith("a serves better than the")
    assert str(service_quality_headline(result, focus="c")) == (
        "c cannot be told from the others in service"
    )
    found = said(service_quality_findings(result, focus="e"))
    assert found[0] == ("clear", "The banks serve worst before the sale.")
    assert ("clear", "e serves worse than the others during the sale.") in found
    assert found[-1] == ("open", "At which stage e serves worst is open.")


def test_without_stages_items_are_named() -> None:
    frame = service_answers(np.random.default_rng(2), 300, weighted=False)
    result = service_quality(frame, items=list(ITEMS), brand="bank", respondent="id")
    assert str(service_quality_headline(result)) == (
        "Service is best in “complaints” and weakest in “advice”"
    )
    found = service_quality_findings(result, focus="a")
    assert all("better than the others in “" in str(one.headline) for one in found)
    few = service_quality(
        frame[(frame["bank"] != "e") | (frame["id"] < 6)], items=list(ITEMS), brand="bank",
        respondent="id",
    )  # fmt: skip
    assert said(service_quality_findings(few, focus="e"))[-1] == (
        "open", "Too few people rated the service of e to say where it stands.",
    )  # fmt: skip
    assert str(service_quality_alt(few, focus="e")) == "An empty chart: too few people answered."


# Segments ----------------------------------------------------------------------------------------


def test_classes_are_called_lasting_or_a_sketch() -> None:
    rng = np.random.default_rng(3)
    lasting = found(answers(rng, 300, apart=2.0)[0], n_classes=3, weighted=False, draws=50)
    assert str(customer_segments_headline(lasting)).endswith("told apart by their answers")
    assert said(customer_segments_findings(lasting))[-1] == ("clear", "The classes are lasting.")
    sketch = found(answers(rng, 200, apart=0)[0], n_classes=3, weighted=False, draws=50)
    assert said(customer_segments_findings(sketch))[-1][0] == "open"
    assert "other samples may not show" in str(customer_segments_headline(sketch))
    none = found(answers(rng, 200, apart=0)[0], n_classes=(1, 2), weighted=False, draws=50)
    assert said(customer_segments_findings(none)) == [
        ("likely", "The answers show no groups of customers.")
    ]


@pytest.mark.parametrize(("gap", "settled"), [(0.0, "open"), (3.0, "clear")])
def test_tiers_differ_only_where_it_is_shown_over_all_items(gap: float, settled: str) -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.normal(6, 1, (200, 6)), columns=list("uvwxyz"))
    frame["tier"] = np.tile(["low", "high"], 100)
    frame.loc[frame["tier"] == "high", "w"] += gap
    result = customer_segments(frame, items=list("uvwxyz"), tiers="tier")
    assert customer_segments_findings(result)[1].settled == settled
    expected = "differ most in “w”" if gap else "answer much alike"
    assert expected in str(customer_segments_headline(result))


# Every language ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_in_every_language(language: str) -> None:
    near, far = alike(200, 0.1, wave="wave"), alike(200, 1.2)
    pooled = partial_pooling(league([7.0, 7.4, 7.6, 8.2, 8.3], [0.1] * 4 + [0.8]), label="brand")
    frame = service_answers(np.random.default_rng(2), 100, weighted=False)
    service = service_quality(frame, items=list(ITEMS), stages=ITEMS, brand="bank")
    groups = found(answers(np.random.default_rng(3), 100, apart=2)[0], n_classes=2, weighted=False,
                   draws=50)  # fmt: skip
    frame["tier"] = "low"
    single = customer_segments(frame, items=list(ITEMS), tiers="tier", respondent="id")
    frame["tier"] = np.where(frame["id"] < 40, "low", "high")
    tiers = customer_segments(frame, items=list(ITEMS), tiers="tier", respondent="id")
    texts: list[Message] = []
    for one in (near, far):
        for focus in (None, "Bank 1"):
            texts += [perceived_alikeness_headline(one, focus=focus)]
            texts += [
                alikeness_pairs_caption(one, focus=focus),
                alikeness_pairs_alt(one, focus=focus),
            ]
            texts += _parts(perceived_alikeness_findings(one, focus=focus))
        texts += [perceived_alikeness_caption(one), perceived_alikeness_alt(one)]
    for focus in (None, "a", "e"):
        texts += [partial_pooling_headline(pooled, focus=focus)]
        texts += _parts(partial_pooling_findings(pooled, focus=focus))
        texts += [service_quality_headline(service, focus=focus)]
        texts += _parts(service_quality_findings(service, focus=focus))
        texts += [service_quality_caption(service, focus=focus)]
        texts += [service_quality_alt(service, focus=focus, kind="item")]
    texts += [partial_pooling_caption(pooled), partial_pooling_alt(pooled)]
    for one in (groups, tiers, single):
        texts += [customer_segments_headline(one), customer_segments_caption(one)]
        texts += [customer_segments_alt(one), *_parts(customer_segments_findings(one))]
    for text in texts:
        written = translate(text, language)
        assert "{" not in written
        assert "nan" not in written
        if language != "en":
            assert written != str(text), f"no translation: {text.text}"


def _parts(findings: tuple[Finding, ...]) -> list[Message]:
    return [text for one in findings for text in (one.headline, one.detail)]
