"""Reports as PDF: tagged and outlined, or told how to get one."""

from __future__ import annotations

import re
import stat
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from brandkit.core.errors import ReportError
from brandkit.report import export_report, pdf
from tests.report.conftest import SMALL_SETUP

pytestmark = pytest.mark.usefixtures("without_kernel")

Live = Callable[..., Path]
CELLS = ('title("One")', 'note("Two")')


def unpacked(content: bytes) -> bytes:
    """Give a PDF with the streams that are packed set beside it."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
    plain = []
    for one in streams:
        try:
            plain.append(zlib.decompress(one))
        except zlib.error:
            continue
    return content + b"".join(plain)


@pytest.mark.browser
@pytest.mark.slow
def test_a_printed_report_is_tagged_outlined_and_on_a4(live: Live, tmp_path: Path) -> None:
    if pdf.find_browser() is None:
        pytest.skip("no browser on this machine")
    path = live(*CELLS, setup=SMALL_SETUP)
    files = export_report("sample", notebooks=[str(path)], out=tmp_path, pdf=True)
    assert [file.name for file in files] == ["05_live.html", "05_live.pdf", "index.html"]
    content = unpacked((tmp_path / "05_live.pdf").read_bytes())
    assert b"/MarkInfo" in content
    assert b"/Marked true" in content
    assert b"/Outlines" in content
    assert re.search(rb"/MediaBox \[0 0 59[45]\.?\d* 84[12]", content)


def test_without_a_browser_it_says_how(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brandkit.report.pdf.find_browser", lambda: None)
    path = live(*CELLS, setup=SMALL_SETUP)
    with pytest.raises(ReportError, match=r"No browser was found to print 05_live\.html\. Install"):
        export_report("sample", notebooks=[str(path)], out=tmp_path, pdf=True)
    assert (tmp_path / "05_live.html").is_file(), "the page itself is there"
    assert not list(tmp_path.glob("*.pdf"))


def test_a_browser_that_does_not_print_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "chromium"
    broken.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    page = tmp_path / "page.html"
    page.write_text("<html></html>", encoding="utf-8")
    with pytest.raises(ReportError, match=r"chromium did not print page\.html"):
        pdf.printed_pdf(page, browser=broken)
    with pytest.raises(ReportError, match="nowhere did not print"):
        pdf.printed_pdf(page, browser=tmp_path / "nowhere")
