"""Run every benchmark of this folder, or those that are named: ``make bench``.

What they print stands in RESULTS.md, a section a benchmark, with the machine and the versions.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.programs import run_all

if __name__ == "__main__":
    folder = Path(__file__).parent
    sys.exit(run_all("benchmarks", folder, only=sys.argv[1:], record=folder / "RESULTS.md"))
