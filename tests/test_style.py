"""The code is in its form: formatted, linted and typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    "tool",
    [
        ["ruff", "format", "--check", "--quiet"],
        ["ruff", "check", "--quiet", "--output-format=concise"],
        ["mypy", "--no-error-summary"],
    ],
    ids=["format", "lint", "types"],
)
def test_style(tool: list[str]) -> None:
    said = subprocess.run(
        [sys.executable, "-m", *tool], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert said.returncode == 0, f"`make check` says:\n{said.stdout}{said.stderr}"
