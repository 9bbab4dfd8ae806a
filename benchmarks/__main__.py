"""Run every benchmark of this folder, one after the other: ``make bench``."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.programs import run_all

if __name__ == "__main__":
    sys.exit(run_all("benchmarks", Path(__file__).parent))
