"""Run the fuzzer: ``python -m tests.fuzz --seed 1 --inputs 12000``."""

from __future__ import annotations

import argparse
import sys

from tests.fuzz.run import fuzz


def main() -> int:
    """Fuzz, print counts and seed, and give the exit code."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--seed", type=int, default=0)
    given.add_argument("--inputs", type=int, default=12_000)
    given.add_argument("--only", default="", help="name of one function or file")
    asked = given.parse_args()
    outcome = fuzz(asked.seed, asked.inputs, only=asked.only)
    sys.stdout.write("\n".join(outcome.lines()) + "\n")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
