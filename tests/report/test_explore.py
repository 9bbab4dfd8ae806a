"""The explorer: what Python writes of it, and what a reader finds with mouse, finger and keys."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from brandkit.core.message import Message, formatted
from brandkit.language import use_language
from brandkit.page.explore import Explored, View
from brandkit.page.explore.model import LETTERS, lettered
from brandkit.page.explore.script import script, script_hash
from brandkit.page.explore.writing import ExploreBlock, explore_block
from brandkit.page.exporter import ReportExporter
from brandkit.page.texts import policy_with
from brandkit.questions import Answers, answers
from brandkit.report.audit import problems_of
from brandkit.sources import read_study
from tests.golden.gather import RECORDED
from tests.report.conftest import HOSTILE, ORIGIN, shown_by
from tests.report.test_browser import FEWER, axe, browser

__all__ = ["axe", "browser"]
MOST_SCRIPT, MOST_DATA = 12_000, 15_000


def page_of(block: ExploreBlock) -> str:
    """Write a page that holds nothing but the explorer."""
    cells = [new_markdown_cell("# Banks"), shown_by(block, "answers.explore()")]
    given = {"language": block.language, "provenance": ORIGIN}
    page, _ = ReportExporter().from_notebook_node(new_notebook(cells=cells), resources=given)
    return page


def block_of(told: Answers) -> ExploreBlock:
    (block,) = told.explore().blocks
    assert isinstance(block, ExploreBlock)
    return block


@cache
def block_in(language: str) -> ExploreBlock:
    return block_of(answers("sample", language=language))


def data_of(block: ExploreBlock) -> str:
    found = re.search(r'<script type="application/json">(.*?)</script>', block.html, re.DOTALL)
    assert found is not None
    return found[1]


def hostile() -> Explored:
    """Give a small market whose names want out of their places."""
    n = len(HOSTILE)
    turn = np.linspace(0, 2 * np.pi, n, endpoint=False)
    places = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    table = np.where(np.eye(n) > 0, np.nan, 0.5)
    view = View(Message("now"), places, np.full((n, 3), np.nan), places, np.ones(n),
                [*HOSTILE[:4]])  # fmt: skip
    return Explored(
        banks=HOSTILE, words=tuple(HOSTILE[::-1]), views=[view], said=np.full((n, n), 0.4),
        market=np.full(n, 0.4), base=np.full(n, np.nan), near={0: (1, True)},
        overlap={"": [table] * 4}, order=tuple(range(n)),
    )  # fmt: skip


# --- what Python writes ---------------------------------------------------------------------------


def test_the_script_is_small_and_named_by_the_policy() -> None:
    assert len(script().encode()) <= MOST_SCRIPT
    digest = base64.b64encode(hashlib.sha256(script().encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy_with(script_hash())
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|eval\(|fetch|XMLHttp|http", script())


def test_letters_hold_every_share_and_end_nothing() -> None:
    assert len(set(LETTERS)) == 102
    assert not set(LETTERS) & set("\"&'/:<>@\\\n ")
    shares = np.arange(101) / 100
    assert [LETTERS.index(one) for one in lettered(shares)] == list(range(101))


@pytest.mark.slow
@pytest.mark.parametrize(
    "language", ["en", "zh-Hant", pytest.param("zh-Hans", marks=pytest.mark.exhaustive)]
)
def test_the_sample_keeps_its_budget_and_passes_the_audit(language: str) -> None:
    block = block_in(language)
    assert len(data_of(block).encode()) <= MOST_DATA
    assert [one for one in problems_of(page_of(block)) if one.severity == "fails"] == []


def test_every_number_stands_without_the_script(sample: Answers) -> None:
    text = re.sub(r"<script.*?</script>", "", block_of(sample).html, flags=re.DOTALL)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", text)
    for share in sample.stability.shares.to_numpy().ravel():
        assert formatted(float(share), "percent") in cells
    overall = sample.overlap.matrix().to_numpy()
    for share in overall[~np.eye(len(overall), dtype=bool)]:
        assert formatted(float(share), "percent") in cells
    assert "hidden" in text.partition('class="bar"')[2][:9]


@pytest.mark.slow
def test_what_is_written_is_the_same_every_time(sample: Answers) -> None:
    assert block_of(answers("sample")).html == block_of(sample).html


def test_hostile_names_stay_text() -> None:
    page = page_of(explore_block(hostile()))
    running = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert running == [str(script())]
    assert "<img" not in page
    json.loads(data_of(explore_block(hostile())))


def test_the_audit_knows_the_script_by_its_hash(sample: Answers) -> None:
    page = page_of(block_of(sample))
    own = f"<script>{script()}</script>"
    for changed in (
        page.replace(own, own.replace("const", "let", 1)),
        page.replace(own, own + own),
        page.replace(own, own + "<script>1</script>"),
        page.replace(script_hash(), "sha256-" + "A" * 43 + "="),
    ):
        found = {one.rule for one in problems_of(changed) if one.severity == "fails"}
        assert found & {"scripts", "content policy"}


def study(folder: Path, toml: str, **files: pd.DataFrame) -> Answers:
    for name, frame in files.items():
        frame.to_csv(folder / f"{name}.csv", index=False)
    (folder / "study.toml").write_text(toml, encoding="utf-8")
    return answers(read_study(folder))


def test_a_brand_table_alone_has_a_map_and_no_matrix(tmp_path: Path) -> None:
    table = pd.DataFrame({"brand": ["A", "B", "C", "D"], "fair": [40, 10, 22, 5],
                          "modern": [5, 30, 20, 12], "near": [20, 20, 5, 30]})  # fmt: skip
    toml = '[study]\ntitle = "T"\n[brand_table]\nsource = "t.csv"\n'
    html = block_of(study(tmp_path, toml, t=table)).html
    assert 'class="map"' in html
    assert 'class="mx"' not in html
    assert 'data-k="raise"' not in html


def test_a_study_with_neither_has_none(tmp_path: Path) -> None:
    rows = pd.DataFrame({"sat": [7, 8, 6] * 20, "fees": [3, 4, 2] * 20})
    toml = '[study]\ntitle = "T"\n[survey]\nsource = "s.csv"\noutcome = "sat"\ndrivers = ["fees"]\n'
    assert study(tmp_path, toml, s=rows).explore().blocks == ()


def test_few_answers_are_not_shown() -> None:
    shown = hostile()
    base = np.full(len(HOSTILE), 400.0)
    base[0] = 4
    said = shown.said.copy()
    said[0] = np.nan
    few = Explored(**{**vars(shown), "base": base, "said": said, "hidden": frozenset({0}),
                      "few": frozenset({0})})  # fmt: skip
    block = explore_block(few)
    assert "Too few answers to show what customers say." in block.html
    told = json.loads(data_of(block))
    assert set(told["s"][: len(HOSTILE)]) == {LETTERS[101]}
    assert told["n"] == {}


def test_jupyterlab_shows_the_same_with_its_script(sample: Answers) -> None:
    shown = sample.show("stability").blocks
    assert shown[0].kind == "explore"
    html = shown[0]._repr_mimebundle_()["text/html"]
    assert html.count(f"<script>{script()}</script>") == 1
    assert block_of(sample).html in html


# --- in a browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("explore")

    @cache
    def page(language: str) -> Path:
        file = folder / f"{language}.html"
        file.write_text(page_of(block_in(language)), newline="\n", encoding="utf-8")
        use_language("en")
        return file

    return page


class Reader:
    """A reader before a page, and all that went wrong meanwhile."""

    def __init__(self, browser: Any, axe: str, file: Path, *, width: int, touch: bool) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, has_touch=touch, offline=True
        )
        self.page, self.wrong, self.axe = self.context.new_page(), list[str](), axe
        self.page.on("console", lambda said: self.wrong.append(said.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda one: None if one.url.startswith(("file:", "blob:"))
                     else self.wrong.append(one.url))  # fmt: skip
        self.page.goto(file.as_uri())
        self.box = self.page.locator("section.explore")

    def check(self, *, with_axe: bool = True) -> None:
        """Look for what breaks after a step; axe takes long, and looks after the last."""
        if with_axe:
            self.page.evaluate(FEWER)
            self.page.evaluate(self.axe)
            found = self.page.evaluate("axe.run(document.querySelector('.explore'))")["violations"]
            self.wrong += [f"{one['id']}: {one['nodes'][0]['html'][:150]}" for one in found]
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        self.wrong += ["scrolls sideways"] * (wide > 0)
        assert self.wrong == []

    def status(self) -> str:
        return str(self.box.locator(".say").inner_text())

    def rows(self, place: str) -> dict[str, str]:
        texts = self.box.locator(f"{place} .r").evaluate_all(
            "rows => rows.map(r => [r.children[0].textContent, r.children[2].textContent])"
        )
        return dict(texts)


@pytest.fixture
def reader(browser: Any, axe: str, pages: Callable[[str], Path]) -> Iterator[Any]:
    opened = []

    def read(name: str = "en", *, width: int = 1280, touch: bool = False) -> Reader:
        opened.append(Reader(browser, axe, pages(name), width=width, touch=touch))
        return opened[-1]

    yield read
    for one in opened:
        one.context.close()


def percent(share: float) -> str:
    return formatted(float(share), "percent")


@pytest.mark.browser
def test_a_bank_is_picked_by_list_mouse_and_keys(reader: Any, sample: Answers) -> None:
    one = reader()
    overlap, shares = sample.overlap.matrix(), sample.stability.shares
    one.box.get_by_label("Bank", exact=True).select_option("Kestrel")
    assert "Kestrel is described most like Juniper" in one.status()
    assert one.rows(".pf") == {word: percent(one) for word, one in shares.loc["Kestrel"].items()}
    expected = overlap.loc["Kestrel"].drop("Kestrel")
    assert one.rows(".ob") == {bank: percent(share) for bank, share in expected.items()}
    one.check(with_axe=False)
    one.box.get_by_role("button", name="Civic").locator("circle").click()
    assert one.status().startswith("Civic is described most like")
    one.page.keyboard.press("ArrowRight")
    told = sample.stability.regions.sort_values("across")["label"].tolist()
    after = told[told.index("Civic") + 1]
    assert after in one.status()
    assert f"bank={after.replace(' ', '%20')}" in one.page.url
    one.box.get_by_role("button", name="Reset").click()
    assert one.status().startswith("Customers do not tell Harbour Bank from Tidewater.")
    one.check()


@pytest.mark.browser
def test_a_finger_picks_compares_and_colours(reader: Any, sample: Answers) -> None:
    one = reader(width=390, touch=True)
    one.box.get_by_role("button", name="Silver Pine").locator("circle").tap()
    assert "Silver Pine" in one.status()
    one.box.get_by_label("Compare with").select_option("Juniper")
    share = sample.overlap.matrix().loc["Silver Pine", "Juniper"]
    assert (
        f"{percent(share)} of what Silver Pine sells has a counterpart at Juniper" in one.status()
    )
    one.box.get_by_label("Colour by").select_option("modern")
    shown = one.box.locator(".bk").evaluate_all(
        "all => all.map(g => [g.getAttribute('aria-label'), g.querySelector('.v').textContent])"
    )
    modern = sample.stability.shares["modern"]
    assert {name: text.strip() for name, text in shown} == {
        name: percent(share) for name, share in modern.items()
    }
    sizes = one.box.evaluate(
        """box => [...box.querySelectorAll('text,p,span,td,li,label,button,option')]
        .filter(e => e.getClientRects().length).map(e => parseFloat(getComputedStyle(e).fontSize)
        * (e.ownerSVGElement ? e.ownerSVGElement.getBoundingClientRect().width / 760 : 1))"""
    )
    assert min(sizes) >= 11
    one.check()


@pytest.mark.browser
def test_another_wave_and_another_category_are_shown(reader: Any, sample: Answers) -> None:
    one = reader()
    one.box.get_by_label("Show").select_option("since 2025")
    move = sample.movement.step().set_index("brand").loc["Harbour Bank"]
    text = formatted(move["map_distance"], "decimal2")
    assert f"Since 2025 Harbour Bank has moved {text} (" in one.status()
    assert one.box.locator(".mv .far").count() == int(sample.movement.step()["moved"].sum())
    one.check(with_axe=False)
    one.box.get_by_label("Show").select_option("Mortgages")
    shares = sample.overlap.matrix(category="Mortgages").loc["Harbour Bank"].drop("Harbour Bank")
    assert one.rows(".ob") == {bank: percent(share) for bank, share in shares.dropna().items()}
    one.check()


@pytest.mark.browser
def test_a_what_if_is_read_from_the_grid(reader: Any, sample: Answers) -> None:
    one = reader()
    one.box.get_by_label("points more say").select_option("good rates")
    slider = one.box.get_by_label("What if")
    slider.focus()
    one.page.keyboard.press("ArrowRight")
    one.page.keyboard.press("ArrowRight")
    row = sample.grid.moves.set_index("move").loc["good rates +10"]
    said = one.box.locator(".ws").inner_text()
    then = formatted(row["distance_then"], "decimal2")
    assert f"If 10 points more say “good rates” of Harbour Bank, {row['nearest_then']}" in said
    assert f"→ {then} away" in said
    for name in ("choice_low", "choice_high", "ci_low", "ci_high"):
        assert formatted(100 * row[name], "signed") in said
    assert one.box.locator(".gh circle").count() == 1
    one.check()


@pytest.mark.browser
def test_a_cell_tells_both_directions_and_the_matrix_is_reordered(
    reader: Any, sample: Answers
) -> None:
    one = reader()
    pairs = sample.overlap.pairs
    whole = pairs[pairs["category"].isna()].set_index(["brand_a", "brand_b"])
    order = list(sample.overlap.order)
    box = one.box.locator(".mx").bounding_box()
    left, top = one.box.locator(".cells").evaluate(
        "g => g.getAttribute('transform').match(/[\\d.]+/g).slice(0, 2).map(Number)"
    )
    size, scale = (760 - left) / len(order), box["width"] / 760
    row, column = 1, 4
    one.box.locator(".mx").click(position={
        "x": (left + size * (column + 0.5)) * scale, "y": (top + size * (row + 0.5)) * scale,
    })  # fmt: skip
    said = one.box.locator(".ps").inner_text()
    for a, b in ((order[row], order[column]), (order[column], order[row])):
        pair = whole.loc[(a, b)]
        text = f"{percent(pair['overlap'])} of what {a} sells has a counterpart at {b}"
        assert text in said
        assert f"{percent(pair['expected'])} by size alone" in said
    lists = one.box.locator(".pd").inner_text()
    category = pairs[(pairs["brand_a"] == order[row]) & (pairs["brand_b"] == order[column])]
    for name, share in category.dropna(subset="category")[["category", "overlap"]].to_numpy():
        assert f"{name}: → {percent(share)}" in lists
    assert "Products that pair up" in lists
    one.box.locator(".mx").focus()
    one.page.keyboard.press("ArrowRight")
    assert order[column + 1] in one.box.locator(".ps").inner_text()
    one.box.get_by_label("Reorder").select_option("A–Z")
    names = one.box.locator(".names [data-b]").all_text_contents()
    assert [re.sub(r" \d+$", "", name) for name in names] == sorted(order, key=str.lower)
    one.box.get_by_label("At least").fill("70")
    kept = one.box.locator(".names text:not(.n)").all_text_contents()
    expected = [percent(share)[:-1] for share in whole["overlap"]]
    assert sorted(map(int, kept)) == sorted(int(one) for one in expected if int(one) >= 70)
    one.check()


@pytest.mark.browser
def test_tables_are_sorted_searched_copied_and_drawings_saved(reader: Any, tmp_path: Path) -> None:
    one = reader()
    one.box.get_by_text("All banks").click()
    table = one.box.locator("details[open] table")
    table.get_by_role("button", name="Satisfaction").click()
    scores = [float(text) for text in table.locator("tbody td:nth-child(5)").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    one.box.get_by_label("Search").fill("pine")
    assert table.locator("tbody tr:visible").count() == 1
    one.context.grant_permissions(["clipboard-read", "clipboard-write"])
    one.box.get_by_role("button", name="Copy as CSV").click()
    assert one.box.locator(".done").inner_text() == "Copied"
    with one.page.expect_download() as waiting:
        one.box.get_by_role("button", name="Save as SVG").click()
    saved = tmp_path / "saved.svg"
    waiting.value.save_as(saved)
    text = saved.read_text(encoding="utf-8")
    assert "Harbour Bank" in text
    assert "var(--" not in text
    one.check()


@pytest.mark.browser
def test_a_view_is_a_link(reader: Any) -> None:
    one = reader()
    one.box.get_by_label("Bank", exact=True).select_option("Juniper")
    one.box.get_by_label("Compare with").select_option("Civic")
    one.box.get_by_label("Colour by").select_option("easy app")
    told, address = one.status(), one.page.url
    assert "#bank=Juniper&with=Civic&word=easy%20app" in address
    one.page.goto("about:blank")
    one.page.goto(address)
    assert one.status() == told
    assert (
        one.box.get_by_label("Colour by").evaluate("e => e.selectedOptions[0].text") == "easy app"
    )
    one.page.goto(address.partition("#")[0] + "#bank=%3Cscript%3E&view=99&least=-1&word=x")
    one.page.reload()
    one.check()


@pytest.mark.browser
@pytest.mark.parametrize(
    "language", ["zh-Hant", pytest.param("zh-Hans", marks=pytest.mark.exhaustive)]
)
def test_the_script_says_what_python_wrote(reader: Any, language: str) -> None:
    one = reader(language, width=390)
    written = block_in(language).html
    sentence = re.search(r'role="status">(.*?)</p>', written)
    assert sentence is not None
    assert one.status() == sentence[1]
    one.check()


@pytest.mark.browser
def test_hostile_names_are_only_shown(browser: Any, axe: str, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    file.write_text(page_of(explore_block(hostile())), encoding="utf-8")
    one = Reader(browser, axe, file, width=390, touch=False)
    for name in HOSTILE:
        one.box.locator("[data-k=bank]").select_option(label=name)
        one.box.locator("[data-k=word]").select_option(index=3)
    assert one.box.locator("img, script:not([type])").count() == 0
    assert one.wrong == []
    one.context.close()


@pytest.mark.browser
@pytest.mark.real
@pytest.mark.slow
def test_a_market_of_114_banks_is_explored(
    browser: Any, axe: str, studies_of: Callable[..., Path], tmp_path: Path
) -> None:
    recorded = RECORDED["australia", "offers"]
    told = answers(studies_of(recorded.toml, recorded.files))
    file = tmp_path / "australia.html"
    file.write_text(page_of(block_of(told)), encoding="utf-8")
    one = Reader(browser, axe, file, width=390, touch=True)
    overlap = told.overlap.matrix()
    for bank in ("Westpac", "Bank Australia"):
        one.box.get_by_label("Bank", exact=True).select_option(bank)
        rows = one.rows(".ob")
        assert rows
        assert all(percent(overlap.loc[bank, name]) == text for name, text in rows.items())
    one.box.get_by_label("Reorder").select_option("by this bank")
    one.box.locator(".mx").tap()
    one.check()
    one.context.close()
