"""Changes by hand to what a reader sees of real pages: every one is found."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import numpy as np
import pytest

from brandkit.page.provenance import json_of_page
from brandkit.report import export_report, verification
from brandkit.report.verification import report_verification

STUDY = """[study]
title = "Banks"
focus = "Civic"
[brand_table]
source = "image.csv"
[catalog]
source = "products.csv"
as_of = 2026-03-01
"""
#: Where a reader sees words and numbers; the group is what is seen.
SEEN = {
    "heading": r"<h[1-3][^>]*>(.*?)</h[1-3]>",
    "cell": r"<t[dh][^>]*>(.*?)</t[dh]>",
    "drawing": r"<text[^>]*>(.*?)</text>",
    "alt": r'(?:aria-label|alt)="([^"]*)"',
    "caption": r"<(?:fig)?caption[^>]*>(.*?)</(?:fig)?caption>",
    "finding": r"<li[^>]*>(.*?)</li>",
    "sentence": r"<p[^>]*>(.*?)</p>",
    "title": r"<title[^>]*>(.*?)</title>",
}
#: What is read aloud or drawn of it: no tags, no references to characters.
WORD = re.compile(r"<[^>]*>|&[#\w]+;|([^\W_]+)")


class Made(NamedTuple):
    """The study, the folder of its reports, and a folder for what was changed."""

    study: Path
    folder: Path
    aside: Path


@pytest.fixture(scope="module")
def made(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """All reports of a small study, made once; made again they are kept."""
    study = tmp_path_factory.mktemp("islands")
    raw = root / "data" / "raw" / "sample"
    shutil.copy(raw / "brand_image.csv", study / "image.csv")
    shutil.copy(raw / "products_2026.csv", study / "products.csv")
    (study / "study.toml").write_text(STUDY, encoding="utf-8")
    folder = tmp_path_factory.mktemp("reports")
    export_report(study, out=folder, fresh=True)
    again: dict[str, Any] = {}
    really = verification.made_pages

    def once(jobs: Any, answers: Any) -> dict[str, Any]:
        new = [job for job in jobs if job.page not in again]
        again.update(really(new, answers) if new else {})
        return {job.page: again[job.page] for job in jobs}

    evidence = verification.read_study(study)
    verification.read_evidence(evidence)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(verification, "made_pages", once)
        patched.setattr(verification, "read_study", lambda *_, **__: evidence)
        patched.setattr(verification, "read_evidence", lambda _: None)
        aside = tmp_path_factory.mktemp("changed")
        shutil.copytree(folder, aside, dirs_exist_ok=True)
        yield Made(study, folder, aside)


def places(page: str) -> dict[str, list[tuple[int, int]]]:
    """Give where words and numbers stand, by where a reader sees them."""
    hidden = re.compile(r"<(style|script|metadata)\b.*?</\1>", re.DOTALL)
    bare = hidden.sub(lambda found: " " * len(found[0]), page)
    found: dict[str, list[tuple[int, int]]] = {}
    for kind, pattern in SEEN.items():
        for seen in re.finditer(pattern, bare, re.DOTALL):
            for word in WORD.finditer(seen[1]):
                if word[1]:
                    at = seen.start(1)
                    found.setdefault(kind, []).append((at + word.start(1), at + word.end(1)))
    return found


def other(word: str, rng: np.random.Generator) -> str:
    """Change a word or a number a little, or take it away."""
    at = int(rng.integers(len(word)))
    if word[at].isdigit():
        return word[:at] + str((int(word[at]) + int(rng.integers(1, 10))) % 10) + word[at + 1 :]
    kind = rng.integers(3)
    if kind == 0:
        return ""
    if kind == 1:
        return f"not {word}"
    return word[:at] + ("x" if word[at] != "x" else "y") + word[at + 1 :]


def versions_claimed(page: str) -> str:
    """Let the page say that another library made it, so that figures are compared by words."""
    was = (json_of_page(page) or {})["versions"]["pandas"]
    page = page.replace(f'"pandas":"{was}"', '"pandas":"3.0.0rc1"')
    return page.replace(f"pandas {was}", "pandas 3.0.0rc1")


def test_as_they_were_written_they_stand(made: Made) -> None:
    found = report_verification(made.folder / "index.html", study=made.study)
    assert found.numbers_stand
    assert found.lines() == []


@pytest.mark.parametrize("changes", [80, pytest.param(200, marks=pytest.mark.exhaustive)])
def test_every_change_of_what_is_seen_is_found(made: Made, changes: int) -> None:
    pages = {file.name: file.read_text(encoding="utf-8") for file in made.folder.glob("*.html")}
    assert len(pages) > 4
    where = {name: places(page) for name, page in pages.items()}
    rng = np.random.default_rng(20261130)
    missed, done = [], Counter[str]()
    for number in range(changes):
        kind = list(SEEN)[number % len(SEEN)]
        having = [name for name in sorted(pages) if kind in where[name]]
        name = having[int(rng.integers(len(having)))]
        spots = where[name][kind]
        start, end = spots[int(rng.integers(len(spots)))]
        page = pages[name]
        word = other(page[start:end], rng)
        changed = page[:start] + word + page[end:]
        if number % 2 and name != "index.html":
            changed = versions_claimed(changed)
        file = made.aside / name
        file.write_text(changed, encoding="utf-8")
        if report_verification(file, study=made.study).numbers_stand:
            missed.append((name, kind, page[start - 40 : end + 20], word))
        file.write_text(page, encoding="utf-8")
        done[name] += 1
        done[kind] += 1
    assert missed == []
    assert min(done[kind] for kind in SEEN) == changes // len(SEEN)
    assert min(done[name] for name in pages) >= 5


@pytest.mark.parametrize(
    ("pattern", "changed"),
    [
        (r"(<text[^>]*>)([^<]+)(</text>.*?<text[^>]*>)([^<]+)(</text>)", r"\1\4\3\2\5"),
        (r"()()()(</svg>)", r"<foreignObject><p>Approved</p></foreignObject>\4"),
        (r"(<td[^>]*>)([^<]+)(</td>.*?<td[^>]*>)([^<]+)(</td>)", r"\1\4\3\2\5"),
    ],
    ids=["two names of a figure change places", "words of no text", "two cells change places"],
)
@pytest.mark.parametrize("claims", [False, True], ids=["", "as if made by other libraries"])
def test_what_only_changes_places_is_found(
    made: Made, pattern: str, changed: str, *, claims: bool
) -> None:
    page = (made.folder / "03_positioning.html").read_text(encoding="utf-8")
    forged, n = re.subn(pattern, changed, page, count=1, flags=re.DOTALL)
    assert n == 1
    assert forged != page
    file = made.aside / "03_positioning.html"
    file.write_text(versions_claimed(forged) if claims else forged, encoding="utf-8")
    assert not report_verification(file, study=made.study).numbers_stand
    file.write_text(page, encoding="utf-8")


def test_a_changed_cell_of_the_workbook_is_found(made: Made) -> None:
    whole = (made.folder / "tables.xlsx").read_bytes()
    book, rng = made.aside / "tables.xlsx", np.random.default_rng(5)
    with ZipFile(BytesIO(whole)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    cells = [(name, found.span(1)) for name, part in parts.items() if "sheet" in name.lower()
             for found in re.finditer(r"<v>(\d[\d.]*)</v>", part)]  # fmt: skip
    for _ in range(5):
        name, (start, end) = cells[int(rng.integers(len(cells)))]
        part = parts[name][:start] + other(parts[name][start:end], rng) + parts[name][end:]
        with ZipFile(book, "w") as archive:
            for each, content in (parts | {name: part}).items():
                archive.writestr(each, content)
        found = report_verification(made.aside / "index.html", study=made.study)
        assert found.lines() == ["page: tables.xlsx: its cells are not those of the pages."]
        assert not found.numbers_stand
    book.write_bytes(whole)


def test_a_page_that_is_gone_is_missed_on_the_index(made: Made) -> None:
    gone = made.aside / "01_overlap.html"
    page = gone.read_bytes()
    gone.unlink()
    assert not report_verification(made.aside / "index.html", study=made.study).numbers_stand
    gone.write_bytes(page)
