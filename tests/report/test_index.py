"""The first page: what was asked, each answer, and the brief's answer first."""

from __future__ import annotations

import re

import pytest

from brandkit.language import use_language
from brandkit.page.exporter import ReportExporter
from brandkit.report.audit import problems_of
from brandkit.report.index import index_page
from tests.report.conftest import ORIGIN, blocks, notebook_of


@pytest.fixture
def summary() -> dict:
    _, resources = ReportExporter().from_notebook_node(
        notebook_of(blocks()), resources={"language": "en", "provenance": ORIGIN}
    )
    return resources["summary"]


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.partition("<main>")[2]))


def test_the_question_stands_before_each_answer(summary: dict) -> None:
    said = words(index_page({"02_tiny.html": summary}, study=ORIGIN, language="en"))
    assert said.index("Whom do customers prefer?") < said.index("Harbour Bank is ahead. Base 812.")
    assert "Banks, 2026" in said


def test_the_brief_heads_the_page(summary: dict) -> None:
    said = {"text": "Fees weigh most: 9% (8% to 10%).", "lang": "en", "untranslated": False}
    item = {"text": said, "gain": None, "base": None, "settled": "clear", "page": "02_tiny"}
    item["about"] = "scores"
    brief = {**summary, "title": {**summary["title"], "text": "Act on fees"},
             "board": {"found": [item], "why": [], "do": []}}  # fmt: skip
    page = index_page(
        {"02_tiny.html": summary, "04_brief.html": brief}, study=ORIGIN, language="en"
    )
    assert re.search(r"<h1[^>]*>Act on fees</h1>", page)
    assert words(page).index("Act on fees") < words(page).index("Satisfaction")
    assert 'href="02_tiny.html#scores"' in page, "each thing leads to its evidence"
    assert "What customers value is not in these data." in words(page)
    assert "No action follows from these data alone." in words(page)
    assert [found for found in problems_of(page) if found.severity == "fails"] == []


def test_an_unanswered_brief_does_not(summary: dict) -> None:
    empty = {**summary, "findings": [], "is_unanswered": True}
    page = index_page({"04_brief.html": empty}, study=ORIGIN, language="en")
    assert re.search(r"<h1[^>]*>Banks, 2026</h1>", page)
    assert "Not answered by this study" in page


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_it_says_what_it_was_made_from_in_every_language(summary: dict, language: str) -> None:
    page = index_page({"02_tiny.html": summary}, study=ORIGIN, language=language)
    use_language("en")
    assert f'"language":"{language}"' in page
    assert "ab" * 32 in page
