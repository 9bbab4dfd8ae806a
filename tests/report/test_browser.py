"""Reports in a browser: offline, under their own policy, for every reader, on paper and phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from brandkit.language import LANGUAGES, use_language
from brandkit.page.exporter import ReportExporter
from brandkit.report import export_report
from brandkit.report.index import index_page
from tests.report.conftest import ORIGIN, blocks, notebook_of

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = {"desk": (1280, 900), "phone": (390, 844), "small": (320, 568), "wall": (1920, 1080)}
View = tuple[str, str]
#: What axe looks at; every page is tried in every size.
VIEWS: tuple[View, ...] = (
    ("desk", "light"), ("desk", "dark"), ("phone", "light"), ("phone", "dark"),
    ("small", "light"), ("wall", "dark"),
)  # fmt: skip
#: Of rows, items and labels that are built and styled alike, axe is left the first.
FEWER = """() => {
    const built = one => [one.tagName, one.getAttribute('class'), one.getAttribute('fill'),
        (one.getAttribute('style') || '').replace(/(?<![#\\w])[\\d.]+/g, ''),
        '(', ...[...one.children].map(built), ')'].join(' ');
    for (const all of document.querySelectorAll('*')) {
        const seen = new Set();
        if (all.children.length > 5) for (const one of [...all.children]) {
            const how = built(one);
            if (seen.has(how)) one.remove(); else seen.add(how);
        }
    }
}"""


def _chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = (shutil.which(name) for name in names)
    return next((path for path in found if path), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = _chromium()
    if path is None:
        pytest.skip("no chromium on this machine")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def axe() -> str:
    import axe_playwright_python

    file = Path(axe_playwright_python.__file__).with_name("axe.min.js")
    return file.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the small notebook in three languages, with the index of each."""
    folder = tmp_path_factory.mktemp("pages")
    written: dict[str, Path] = {}
    for language in LANGUAGES:
        use_language(language)
        made = blocks(("海港銀行", "Tidewater", "<script>alert(1)</script>", "$5 to $10"))
        use_language("en")
        given = {"language": language, "provenance": ORIGIN}
        page, resources = ReportExporter().from_notebook_node(notebook_of(made), resources=given)
        summaries = {f"{language}.html": resources["summary"]}
        index = index_page(summaries, study=ORIGIN, language=language, workbook="tables.xlsx")
        for name, content in ((language, page), (f"index-{language}", index)):
            written[name] = folder / f"{name}.html"
            written[name].write_text(content, encoding="utf-8", newline="\n")
    return written


def problems(
    browser: Any, axe: str, file: Path, views: Sequence[View], *, whole: bool = False
) -> list[str]:
    """Open a page as readers would, in every size; axe looks at some views."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    found: list[str] = []
    page.on("console", lambda said: found.append(f"console: {said.text}"))
    page.on("pageerror", lambda error: found.append(f"error: {error}"))
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(("file:", "data:")) else found.append(asked.url),
    )
    try:
        page.goto(file.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        page.evaluate(axe)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            if (wide := page.evaluate("document.documentElement.scrollWidth")) > width:
                found.append(f"{size}: scrolls sideways to {wide}")
        if not whole:
            page.evaluate(FEWER)
        for size, scheme in views:
            width, height = SIZES[size]
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            broken = page.evaluate("axe.run()")["violations"]
            found += [f"{size} {scheme}: axe {one['id']}: {one['nodes'][0]['html'][:120]}"
                      for one in broken]  # fmt: skip
    finally:
        context.close()
    return found


def of_page(at: int, whole: bool) -> tuple[View, ...]:
    """Give the views that axe looks at: all, or one of a notebook's page and two of an index."""
    at = {0: 0, 1: 1, 3: 2, 4: 4}.get(at, 5)
    return VIEWS if whole else VIEWS[at : at + 1 + (at > 1)]


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("kind", ["", "index-"])
@pytest.mark.parametrize("at", [0, 1, pytest.param(2, marks=pytest.mark.exhaustive)], ids=LANGUAGES)
def test_pages_are_sound(
    browser: Any, axe: str, pages: dict[str, Path], at: int, kind: str, whole: bool
) -> None:
    page = pages[kind + LANGUAGES[at]]
    views = of_page(at + 3 * bool(kind), whole)
    assert problems(browser, axe, page, views, whole=whole) == []


def test_the_first_column_stays_and_numbers_never_break(
    browser: Any, pages: dict[str, Path]
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(pages["en"].as_uri())
    measured = page.evaluate(
        """() => {
            const scroll = document.querySelector('#scores .scroll');
            scroll.scrollLeft = 200;
            const rows = [...scroll.querySelectorAll('tbody tr')];
            return {
                scrolls: scroll.scrollWidth > scroll.clientWidth,
                head: rows[0].querySelector('th').getBoundingClientRect().left
                    - scroll.getBoundingClientRect().left,
                lines: Math.max(...rows.map(row => Math.max(...[...row.querySelectorAll('td')]
                    .map(cell => cell.getClientRects().length)))),
                caption: document.querySelector('#scores-caption').scrollWidth
                    <= document.querySelector('#scores-caption').clientWidth,
            };
        }"""
    )
    page.close()
    assert measured == {"scrolls": True, "head": 0, "lines": 1, "caption": True}


def test_the_page_prints_on_a4(browser: Any, pages: dict[str, Path]) -> None:
    page = browser.new_page()
    page.goto(pages["en"].as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("nav").is_visible()
    assert not page.locator("details").first.is_visible()
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert b"/MediaBox [0 0 594" in printed or b"/MediaBox [0 0 595" in printed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "whole"),
    [("en", False), *(pytest.param(one, True, marks=pytest.mark.exhaustive) for one in LANGUAGES)],
)
def test_the_shipped_reports_are_sound(
    browser: Any, axe: str, tmp_path: Path, language: str, whole: bool, reports: Path
) -> None:
    if language != "en":
        export_report("sample", language=language, out=tmp_path)
    folder = reports if language == "en" else tmp_path / language
    found = {}
    most = 1024 * (120 if language == "en" else 180)
    files = sorted(folder.glob("*.html"))
    assert len(files) == 8
    for at, file in enumerate(files):
        assert file.stat().st_size <= most, f"{file.name} is heavy"
        wrong = problems(browser, axe, file, [VIEWS[at % 2 * 3]], whole=whole)
        found |= {file.name: wrong} if wrong else {}
    assert found == {}
