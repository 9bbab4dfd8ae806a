"""Run every simulation of this folder, one after the other: ``make simulate``."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.programs import run_all

if __name__ == "__main__":
    sys.exit(run_all("benchmarks.simulations", Path(__file__).parent))
