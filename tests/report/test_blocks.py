"""Blocks: frozen, in one language, whole as JSON, safe as HTML."""

from __future__ import annotations

import dataclasses
import json
import pickle
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from brandkit.core.message import Finding, Message
from brandkit.language import use_language
from brandkit.page.blocks import BLOCK_TYPE, LeftOut
from brandkit.report import fact, figure, finding, findings, leave_out, note, table, title
from tests.report.conftest import HOSTILE, blocks, drawn, scores

MADE = blocks()


@pytest.mark.parametrize("kind", MADE)
def test_every_block_keeps_its_promises(kind: str) -> None:
    block = MADE[kind]
    with pytest.raises(dataclasses.FrozenInstanceError):
        block.language = "zh-Hant"
    shown = block._repr_mimebundle_()
    as_json = shown[BLOCK_TYPE]
    assert as_json["kind"] == kind
    assert json.loads(json.dumps(as_json, allow_nan=False)) == as_json
    assert ("<svg " in shown["text/html"]) is (kind == "figure")
    assert shown == blocks()[kind]._repr_mimebundle_(), "the same cell gives the same bytes"
    assert pickle.loads(pickle.dumps(block)) == block


def test_a_figure_is_drawn_once_and_for_all() -> None:
    ax = drawn()
    block = figure(ax, name="two", caption="Two", alt="Two points")
    ax.set_xlabel("changed afterwards")
    assert "changed afterwards" not in block.svg
    assert figure(ax.figure, name="two", caption="Two", alt="Two points").svg != block.svg
    assert block.svg in block._repr_mimebundle_()["text/html"]


def test_texts_are_written_in_the_language_in_use() -> None:
    use_language("zh-Hant")
    place = Message("Figure {number:count}", {"number": 1})
    block = title(place, lede="This is not translated at all.")
    use_language("en")
    assert (block.language, block.text.text, block.text.lang) == ("zh-Hant", "圖 1", "zh-Hant")
    assert block.lede is not None
    assert (block.lede.lang, block.lede.is_untranslated) == ("en", True)


def test_names_in_chinese_reports_are_english_but_not_untranslated() -> None:
    use_language("zh-Hans")
    assert note("Harbour Bank").text.is_untranslated is False


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_print_as_text(name: str) -> None:
    names = (name, "Tidewater", "Old Quay", "Civic")
    for block in blocks(names).values():
        shown = block._repr_mimebundle_()
        page = shown.get("text/html", "") + shown.get("image/svg+xml", "")
        assert "<script" not in page
    rows = table(scores(names), name="t", caption="c").to_json()["cells"]["rows"]
    assert rows[0]["texts"][0] == name


def test_small_bases_in_a_figure_are_marked() -> None:
    base = figure(drawn(), name="two", caption="Two", alt="Two points", base=12).base
    assert base is not None
    assert base.text == "Base 12 ▵, small"


REFUSALS: list[tuple[Callable[[], Any], str]] = [
    (lambda: title(""), "`text` must not be empty"),
    (lambda: title(3), "`text` must be a Message or text; found int"),  # type: ignore[arg-type]
    (lambda: note("  "), "`message` must not be empty"),
    (lambda: finding("so"), "`statement` must be a Finding"),  # type: ignore[arg-type]
    (
        lambda: finding(Finding(Message("a"), Message("b"), "sure")),  # type: ignore[arg-type]
        "must be one of clear, likely, open; found 'sure'",
    ),
    (
        lambda: finding(Finding(Message("a"), Message("b"), "open"), about="Two Words"),
        "`about` must be small letters, digits, - and _, a letter first; found 'Two Words'",
    ),
    (lambda: figure(drawn(), name="9", caption="c", alt="a"), "`name` must be small letters"),
    (lambda: figure(drawn(), name="f", caption="c", alt=" "), "`alt` must not be empty"),
    (
        lambda: figure([1], name="f", caption="c", alt="a"),  # type: ignore[arg-type]
        "`drawing` must be Axes or a Figure; found list",
    ),
    (lambda: table([1], name="t", caption="c"), "`frame` must be a pandas DataFrame"),  # type: ignore[arg-type]
    (lambda: table(pd.DataFrame(), name="t", caption="c"), "at least one column"),
    (
        lambda: table(scores(), name="t", caption="c", kinds="shares"),  # type: ignore[arg-type]
        "`kinds` must hold kinds of columns",
    ),
    (
        lambda: table(scores(), name="t", caption="c", kinds={"estimat": "share"}),
        "`kinds` must name columns of the table",
    ),
    (
        lambda: table(scores(), name="t", caption="c", heads={"bank": "Bank"}),
        "`heads` must name columns of the table",
    ),
]


@pytest.mark.parametrize(("make", "says"), REFUSALS)
def test_refusals(make: Callable[[], Any], says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        make()


def test_a_study_without_the_evidence_ends_its_notebook() -> None:
    with pytest.raises(LeftOut, match="needs a catalogue") as ended:
        leave_out("This needs a catalogue.")
    assert ended.value._render_traceback_() == ["This needs a catalogue."]


def test_facts_and_findings_say_what_they_were_given() -> None:
    assert fact("Respondents", 2986).value.text == "2,986"
    said = Finding(Message("One."), Message("Two."), "open")
    assert findings([said], about="f").findings == (finding(said, about=("f",)),)
