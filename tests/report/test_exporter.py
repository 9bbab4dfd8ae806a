"""The page: the answer first, everything numbered, nothing lost and nothing leaked."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from brandkit.core.errors import ReportError
from brandkit.core.message import Finding, Message
from brandkit.language import current_language, use_language
from brandkit.page.markup import read_markup
from brandkit.report import figure, finding, note, table, title
from brandkit.report.audit import problems_of
from brandkit.report.index import index_page
from tests.report.conftest import (
    HOSTILE,
    ORIGIN,
    Export,
    blocks,
    drawn,
    notebook_of,
    scores,
    shown_by,
)


def text_of(page: str) -> str:
    return " ".join(words.text for words in read_markup(page).words())


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="provenance">(.*?)</script>', page)
    assert found
    return json.loads(found.group(1))  # type: ignore[no-any-return]


def test_a_whole_page(export: Export) -> None:
    page = export(notebook_of(blocks()))
    assert [found for found in problems_of(page) if found.rule != "size"] == []
    assert page == export(notebook_of(blocks())), "two builds are the same bytes"
    order = [
        "Harbour Bank leads", "Four banks.", "clear", "likely", "not settled", "Where banks stand",
        "<b>Figure 1</b>", "Base 812</li>", "The data of figure 1", "How Figure 1 was made",
        "Who satisfies",
        "<b>Table 1</b>", "27 ▵", "How Table 1 was made", "What it costs", "Prices are missing.",
        "How this was made", "Respondents", "2,986",
    ]  # fmt: skip
    said, at = page[page.index("<main>") :], 0
    for words in order:
        assert words in said[at:], f"{words!r} is missing, or stands before its place"
        at = said.index(words, at)
    assert "This prose points at nothing." not in page
    assert page.count('href="#points">Figure 1</a>') == 3
    assert page.count('href="#scores">Table 1</a>') == 3
    assert 'id="points"' in page
    assert 'study = "sample"' not in page, "parameters are no part of the argument"


def test_what_programs_read(export: Export) -> None:
    data = data_of(export(notebook_of(blocks())))
    assert data["seed"] == 0
    assert data["inputs"] == [{"file": "study.toml", "sha256": "ab" * 32}]
    assert data["bases"] == [812]
    assert len(str(data["numbers_sha256"])) == 64
    other = blocks()
    other["table"] = table(scores().assign(estimate=1.0), name="scores", caption="Scores")
    assert data_of(export(notebook_of(other)))["numbers_sha256"] != data["numbers_sha256"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_print_as_text(export: Export, name: str) -> None:
    page = export(notebook_of(blocks((name, "Tidewater", "Old Quay", "Civic"))))
    assert [found for found in problems_of(page) if found.severity == "fails"] == []
    assert text_of(page).count(name) >= 4
    said = json.loads(json.dumps(data_of(page)))["title"]["text"]
    assert said.replace("\u2068", "").replace("\u2069", "") == f"{name} leads"
    assert (said[0] == "\u2068") == ("\u202e" in name), "only marks of direction are fenced in"


@pytest.mark.parametrize("language", ["zh-Hant", "zh-Hans"])
def test_a_chinese_page_is_marked_as_what_it_is(export: Export, language: str) -> None:
    use_language(language)
    made = blocks()
    use_language("en")
    page = export(notebook_of(made), language=language)
    assert f'<html lang="{language}">' in page
    assert [found for found in problems_of(page) if found.severity == "fails"] == []
    left = [found for found in problems_of(page) if found.rule == "translation"]
    assert left, "the fixture's own sentences have no translation"
    assert ("圖 1" if language == "zh-Hant" else "图 1") in page
    assert current_language() == "en", "the language in use is as it was"


def test_english_labels_in_a_chinese_figure_are_marked(export: Export) -> None:
    use_language("zh-Hant")
    made = blocks(("First Bank of the Northern Isles", "潮汐", "Old Quay", "Civic"))
    page = export(notebook_of(made), language="zh-Hant")
    assert re.search(r'<text lang="en"[^>]*>First Bank of the Northern Isles</text>', page)
    assert [found for found in problems_of(page) if found.severity == "fails"] == []


def test_a_study_without_the_evidence_gets_a_page_that_says_so(export: Export) -> None:
    use_language("en")
    cells = [
        new_markdown_cell("# Overlap\n\nThis prose points at nothing."),
        shown_by(note("How alike the products are: this needs a catalogue.")),
        new_markdown_cell("## More\n\nNor does this."),
    ]
    page = export(new_notebook(cells=cells))
    assert "<h1" in page
    assert "points at nothing" not in page
    assert "Nor does this" not in page
    assert "this needs a catalogue" in page
    assert [found for found in problems_of(page) if found.severity == "fails"] == []
    assert data_of(page)["is_unanswered"] is True
    index = index_page({"01.html": data_of(page)}, study=ORIGIN, language="en")
    assert "Not answered by this study" in index
    assert problems_of(index) == []


def test_printed_lines_and_summaries_are_for_the_author_alone(export: Export) -> None:
    made = notebook_of(blocks())
    made.cells.append(
        new_code_cell(
            "positions",
            outputs=[
                new_output("stream", name="stderr", text="/home/someone/x.py: UserWarning: no"),
                new_output("stream", name="stdout", text="row 1: respondent 17"),
                new_output("execute_result", data={"text/plain": "Map(n=3)", "text/html": "<p>"}),
                new_output("execute_result", data={"text/plain": "3"}),
            ],
        )
    )
    page = export(made)
    assert "someone" not in page
    assert "respondent 17" not in page


ONE = shown_by(title("One"))
STATEMENT = Finding(Message("a"), Message("b"), "open")


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ([], "needs a title"),
        ([ONE, shown_by(title("Two"))], "one title"),
        ([ONE, new_code_cell("1/0", outputs=[new_output("error", ename="x")])], "Cell 2 failed"),
        (
            [ONE, new_code_cell("df", outputs=[new_output("execute_result", data={
                "text/html": pd.DataFrame({"a": [1]}).to_html(), "text/plain": "   a\n0  1"})])],
            "Cell 2 shows a table that is no block",
        ),
        (
            [ONE, new_code_cell("plot", outputs=[new_output("display_data", data={
                "image/png": "", "text/plain": "<Figure>"})])],
            "Cell 2 shows a picture",
        ),
        ([ONE, shown_by(finding(STATEMENT, about="map"))], "about 'map', which the report"),
        (
            [ONE, shown_by(table(scores(), name="a", caption="c")),
             shown_by(figure(drawn(), name="a", caption="c", alt="two points"))],
            "found 'a' twice",
        ),
    ],
)  # fmt: skip
def test_refusals(export: Export, cells: list[object], says: str) -> None:
    with pytest.raises(ReportError, match=says):
        export(new_notebook(cells=cells))


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
@pytest.mark.parametrize(
    "name", ["客户形象.csv", "形象.csv", "甲.xlsx", "客戶問卷 2026 wave one of two.csv"]
)
def test_files_with_chinese_names_pass_the_audit(export: Export, language: str, name: str) -> None:
    origin = replace(ORIGIN, inputs=((name, "ab" * 32),), notebook=f"05_{name}.ipynb", study=name)
    page = export(notebook_of(blocks()), origin=origin, language=language)
    found = [one for one in problems_of(page) if one.rule in ("language", "overflow")]
    plain = export(notebook_of(blocks()), language=language)
    assert len(found) == len([one for one in problems_of(plain) if one.rule == "language"])
    assert name in text_of(page)
    index = index_page({}, study=origin, language=language, workbook=None)
    assert [one for one in problems_of(index) if one.rule == "language"] == []
