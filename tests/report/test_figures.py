"""All figures of the sample study: each has its data; each can be read on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brandkit.language import use_language
from brandkit.page.blocks import CAPTION_WORDS, count_words
from brandkit.page.page import _picture
from brandkit.page.texts import environment, stylesheet
from brandkit.questions import Answers
from brandkit.questions.pages import speaking
from brandkit.sources import read_study
from tests.report.test_browser import FLAGS, _chromium

PAGE = (
    '<!doctype html><html lang="{{ language }}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width,initial-scale=1"><style>{{ css }}</style>'
    '</head><body><div class="page"><nav></nav><main><section>'
    '{% import "parts.html.j2" as parts with context %}'
    "{% for block in blocks %}{{ parts.figure(block, loop.index) }}{% endfor %}"
    "</section></main></div></body></html>"
)
#: Texts that may touch: ascents and descents of lines below each other do.
MEASURE = """() => {
    const wrong = [], body = parseFloat(getComputedStyle(document.body).fontSize);
    for (const figure of document.querySelectorAll('figure')) {
        const svg = figure.querySelector(':scope > svg'), frame = svg.getBoundingClientRect();
        const shown = [...svg.querySelectorAll('text')].map(text => {
            const box = text.getBoundingClientRect();
            const size = parseFloat(getComputedStyle(text).fontSize) * Math.hypot(
                text.getScreenCTM().a, text.getScreenCTM().b);
            return {said: text.textContent, box, size};
        }).filter(text => text.box.width > 0 && text.said.trim());
        const say = (what, ...texts) => wrong.push(
            [figure.id, what, ...texts.map(text => text.said.trim())].join(' | '));
        shown.forEach((text, at) => {
            const box = text.box;
            if (text.size < (innerWidth < 560 ? 10.95 : 10.5)) say(`small ${text.size}`, text);
            if (text.size > body) say(`large ${text.size}`, text);
            if (box.left < frame.left - 2 || box.right > frame.right + 2
                || box.top < frame.top - 2 || box.bottom > frame.bottom + 2) say('cut', text);
            for (const other of shown.slice(at + 1)) {
                const across = Math.min(box.right, other.box.right)
                    - Math.max(box.left, other.box.left);
                const down = Math.min(box.bottom, other.box.bottom)
                    - Math.max(box.top, other.box.top);
                if (across > 2 && down > 4) say('overlap', text, other);
            }
        });
    }
    return wrong;
}"""


def shown_figures(answers: Answers) -> Iterator[tuple[str, str]]:
    """Give question and exhibit of every figure."""
    for name in answers:
        if answers[name]:
            for exhibit, shown in answers.story(name).exhibits.items():
                if shown.draw is not None:
                    yield name, exhibit


@pytest.mark.slow
def test_every_figure_has_its_data_and_a_short_caption(sample: Answers) -> None:
    answers = sample
    lacking, long = [], []
    for name in answers:
        story = answers.story(name)
        for exhibit, shown in story.exhibits.items():
            if shown.draw is not None and (shown.data is None or shown.data.empty):
                lacking.append((name, exhibit))
            first = str(shown.caption).split(". ")[0]
            if count_words(first) > CAPTION_WORDS:
                long.append((name, exhibit, first))
    assert lacking == []
    assert long == []
    assert len(list(shown_figures(answers))) > 25


@pytest.mark.browser
@pytest.mark.usefixtures("reports")  # most English figures are drawn for them
@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_figures_can_be_read(sample: Answers, tmp_path: Path, language: str) -> None:
    path = _chromium()
    if path is None:
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    spoken = sample
    if language != "en":
        spoken = sample.in_language(read_study("sample", language=language))
    blocks: list[dict[str, Any]] = []
    with speaking(spoken.study):
        for name, exhibit in shown_figures(spoken):
            block = spoken.block(name, exhibit).to_json()
            block["svg"] = block["svg"].replace(f"{exhibit}-", f"{name}-{exhibit}-")
            block |= {"picture": _picture(block), "name": f"{name}-{exhibit}", "data": None}
            blocks.append(block)
        page = environment().from_string(PAGE)
        written = page.render(blocks=blocks, language=language, css=stylesheet())
    use_language("en")
    file = tmp_path / "figures.html"
    file.write_text(written, encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        found = {}
        for width in (390, 1280):
            opened = browser.new_page(viewport={"width": width, "height": 900})
            opened.goto(file.as_uri())
            found[width] = opened.evaluate(MEASURE)
            opened.close()
        browser.close()
    assert found == {390: [], 1280: []}
