"""Run the simulations of this folder, or those that are named: ``make simulate``.

Every table is made with few runs first, the rules for sentences before the rest; then with all of
its runs. What is in COVERAGE.md already is not made again.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from benchmarks.simulations.record import PASSES, measure

#: Whose tables come first.
FIRST = (
    "claims",
    "markets",
    "means",
    "options",
    "segments",
    "penalty_reward",
    "choice",
    "alikeness",
)
HELPERS = ("record", "image_surveys")


def main(words: list[str]) -> None:
    """Make the tables of the modules named, or of all; a number is the most runs of a table."""
    names = [word for word in words if not word.isdigit()]
    most = max([int(word) for word in words if word.isdigit()], default=PASSES[-1])
    stems = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    known = [*FIRST, *(stem for stem in stems if stem not in {*FIRST, *HELPERS})]
    for runs in (*(one for one in PASSES if one < most), most):
        for name in names or known:
            tables = import_module(f"benchmarks.simulations.{name}").TABLES
            measure(name, tables, most=runs)


if __name__ == "__main__":
    main(sys.argv[1:])
