"""A report as PDF, printed by a browser that is already on the machine: tagged and outlined."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from brandkit.core.errors import ReportError

#: Names on the path, and where browsers usually are on macOS and Windows.
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "msedge",
    "chrome",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--mute-audio",
    "--no-pdf-header-footer",
    "--export-tagged-pdf",
    "--generate-pdf-document-outline",
)
_SECONDS = 120

HOW = (
    "Install Chromium, Chrome or Edge and run the same command again, or open the page in any "
    "browser and print it to a PDF: it is laid out for A4."
)


def find_browser() -> Path | None:
    """Find a browser that prints pages; None where there is none.

    Examples
    --------
    >>> find_browser() is None or find_browser().exists()
    True
    """
    found = (shutil.which(name) for name in BROWSERS)
    named = [Path(path) for path in found if path]
    return next((path for path in [*named, *map(Path, _PLACES)] if path.exists()), None)


def printed_pdf(page: Path, *, browser: Path | None = None) -> bytes:
    """Print a page to PDF.

    Parameters
    ----------
    page : Path
        A report.
    browser : Path, optional
        One based on Chromium; found where not given.

    Returns
    -------
    bytes
        A4, with tags for screen readers and its headings as outline.

    Raises
    ------
    ReportError
        No browser is there, or it did not print.
    """
    program = browser or find_browser()
    if program is None:
        raise ReportError(f"No browser was found to print {page.name}. {HOW}")
    with TemporaryDirectory(prefix="brandkit-", ignore_cleanup_errors=True) as aside:
        target = Path(aside, "page.pdf")
        flags = [*_FLAGS, f"--user-data-dir={Path(aside, 'profile')}", f"--print-to-pdf={target}"]
        if sys.platform == "linux" and os.geteuid() == 0:
            flags.append("--no-sandbox")  # it refuses to start as root otherwise
        try:
            subprocess.run(
                [str(program), *flags, page.resolve().as_uri()],
                capture_output=True,
                check=False,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            raise ReportError(f"{program.name} did not print {page.name}. {HOW}") from None
        if not target.is_file() or not target.read_bytes().startswith(b"%PDF"):
            raise ReportError(f"{program.name} did not print {page.name}. {HOW}")
        return target.read_bytes()
