"""A study's reports beside `jupyter nbconvert --execute --to html --no-input`, same notebooks.

Seconds, bytes, addresses a page would fetch, accessibility violations (axe, where a browser is
there), and seconds again when nothing has changed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.programs import show
from brandkit.report import export_report
from brandkit.report.pdf import find_browser
from brandkit.sources.study.store import clone_folder

STUDY = "sample"
_FETCHED = re.compile(
    r"<(?:script|img|iframe)[^>]+src=[\"']https?:|<link[^>]+href=[\"']https?:|@import\s+url\(https?:"
    r"|import\([\"']https?:", re.IGNORECASE,
)  # fmt: skip


def violations(files: list[Path]) -> int | None:
    """Count what axe finds on pages opened offline; None without a browser."""
    browser = find_browser()
    if browser is None:
        print("  (axe skipped: no browser is here)")
        return None
    import axe_playwright_python
    from playwright.sync_api import sync_playwright

    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    found = 0
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=str(browser), args=["--no-sandbox", "--disable-gpu"]
        )
        for file in files:
            for width in (1280, 390):
                context = opened.new_context(
                    viewport={"width": width, "height": 900}, offline=True, bypass_csp=True
                )
                page: Any = context.new_page()
                page.goto(file.as_uri(), wait_until="domcontentloaded")
                page.evaluate(axe)
                found += len(page.evaluate("axe.run()")["violations"])
                context.close()
        opened.close()
    return found


def row(by: str, seconds: float, files: list[Path], **more: object) -> dict[str, object]:
    """Give one side of the comparison."""
    pages = [file.read_text(encoding="utf-8") for file in files]
    return {
        "by": by, "pages": len(files), "seconds": round(seconds, 1), **more,
        "KB a page": round(sum(len(page.encode()) for page in pages) / 1000 / len(pages)),
        "largest KB": round(max(len(page.encode()) for page in pages) / 1000),
        "addresses fetched": sum(len(_FETCHED.findall(page)) for page in pages),
        "axe violations": violations(files),
    }  # fmt: skip


def ours(folder: Path) -> dict[str, object]:
    """Export the study from nothing, then once more."""
    start = perf_counter()
    export_report(STUDY, out=folder, fresh=True)
    cold = perf_counter() - start
    start = perf_counter()
    export_report(STUDY, out=folder)
    again = perf_counter() - start
    files = sorted(file for file in folder.glob("*.html") if file.stem != "index")
    return row("brandkit report", cold, files, **{"seconds unchanged": round(again, 1)})


def theirs(folder: Path) -> dict[str, object]:
    """Run the same notebooks through nbconvert."""
    notebooks = sorted((clone_folder() / "notebooks").glob("*.ipynb"))
    copies = [Path(shutil.copy(file, folder)) for file in notebooks]
    start = perf_counter()
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--execute", "--to", "html", "--no-input",
         *map(str, copies)],
        cwd=clone_folder(), capture_output=True, check=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )  # fmt: skip
    taken = perf_counter() - start
    return row("nbconvert --to html", taken, sorted(folder.glob("*.html")))


def main() -> None:
    """Print both sides."""
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        show([ours(Path(one)), theirs(Path(other))])


if __name__ == "__main__":
    main()
