"""What leadership opens keeps its budgets: words, figures, one sheet of paper, one phone screen."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brandkit.page.provenance import json_of_page
from tests.satisfaction.test_notebook import has_numbers

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Words of a page as its reader counts them: no figure's labels, nothing folded.
WORDS = """root => {
    const copy = document.querySelector(root).cloneNode(true);
    copy.querySelectorAll('svg, details, footer, .to, .explore').forEach(one => one.remove());
    return copy.textContent.split(/\\s+/).filter(word => /[\\p{L}\\p{N}]/u.test(word)).length;
}"""


@pytest.fixture
def folder(reports: Path) -> Path:
    return reports


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


def test_the_index_is_read_in_a_minute(page: Any, folder: Path) -> None:
    page.goto((folder / "index.html").as_uri())
    assert page.evaluate(WORDS, ".page") <= 250
    assert page.locator("h1").inner_text() == "Customers cannot tell Harbour Bank from Tidewater"


def test_the_brief_is_one_sheet_with_three_figures(page: Any, folder: Path) -> None:
    page.goto((folder / "04_brief.html").as_uri())
    assert page.evaluate(WORDS, ".page") <= 450
    assert page.locator(".shown figure").count() == 3
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1


@pytest.mark.parametrize("name", ["index", "04_brief", "02_satisfaction"])
def test_title_and_first_finding_stand_on_a_phone_s_first_screen(
    page: Any, folder: Path, name: str
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((folder / f"{name}.html").as_uri())
    box = page.locator(".board li, .findings li").first.bounding_box()
    assert box["y"] + box["height"] <= 844
    contents = page.locator("main > nav").first
    if contents.count():
        assert contents.bounding_box()["y"] > box["y"], "contents come after"
        assert contents.evaluate("e => getComputedStyle(e).position") == "static", "no text beneath"


def test_the_page_of_satisfaction_says_who_whether_what_and_what_first(folder: Path) -> None:
    told = json_of_page((folder / "02_satisfaction.html").read_text(encoding="utf-8"))
    assert told is not None
    assert len(told["findings"]) >= 5
    assert sum(map(has_numbers, told["findings"])) >= 6, json.dumps(told["findings"], indent=1)
    assert told["question"]["text"].startswith("Who satisfies")


@pytest.mark.parametrize("name", ["index", "04_brief"])
def test_every_thing_leads_to_its_evidence(page: Any, folder: Path, name: str) -> None:
    page.goto((folder / f"{name}.html").as_uri())
    links = [link.get_attribute("href") for link in page.locator(".board .to").all()]
    assert len(links) >= 6
    for link in links:
        file, _, anchor = link.partition("#")
        shown = (folder / (file or f"{name}.html")).read_text(encoding="utf-8")
        assert f'id="{anchor}"' in shown, link


def test_no_page_for_leadership_speaks_of_files_models_or_draws(folder: Path) -> None:
    for file in sorted(folder.glob("0[1-467]*.html")):
        text = re.sub(r"(?s)<(script|style|details|footer).*?</\1>", " ", file.read_text("utf-8"))
        text = re.sub(r"<[^>]+>", " ", text)
        said = re.findall(r"study\.toml|\bRA\d\b|KMO|HTMT|Pianka|[Nn]ull model", text)
        assert not said, f"{file.name}: {said}"
