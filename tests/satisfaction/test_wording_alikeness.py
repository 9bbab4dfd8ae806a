"""Sentences on service quality and segments: settled as far as the data go."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest

from benchmarks.simulations.segments import answers, found
from benchmarks.simulations.service_quality import ITEMS
from benchmarks.simulations.service_quality import answers as service_answers
from brandkit.core.message import Finding, Message
from brandkit.language import LANGUAGES, translate, use_language
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


@pytest.fixture(autouse=True)
def english_afterwards() -> Iterator[None]:
    yield
    use_language("en")


def said(found: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(one.settled, str(one.headline)) for one in found]


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
    frame = service_answers(np.random.default_rng(2), 100, weighted=False)
    service = service_quality(frame, items=list(ITEMS), stages=ITEMS, brand="bank")
    groups = found(answers(np.random.default_rng(3), 100, apart=2)[0], n_classes=2, weighted=False,
                   draws=50)  # fmt: skip
    frame["tier"] = "low"
    single = customer_segments(frame, items=list(ITEMS), tiers="tier", respondent="id")
    frame["tier"] = np.where(frame["id"] < 40, "low", "high")
    tiers = customer_segments(frame, items=list(ITEMS), tiers="tier", respondent="id")
    texts: list[Message] = []
    for focus in (None, "a", "e"):
        texts += [service_quality_headline(service, focus=focus)]
        texts += _parts(service_quality_findings(service, focus=focus))
        texts += [service_quality_caption(service, focus=focus)]
        texts += [service_quality_alt(service, focus=focus, kind="item")]
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
