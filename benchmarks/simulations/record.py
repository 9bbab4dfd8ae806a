"""What simulations have found, table by table, in COVERAGE.md: one that was stopped goes on."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import pandas as pd

COVERAGE = Path(__file__).resolve().parent.parent / "COVERAGE.md"
PASSES = (50, 200, 10**9)
"""Runs at most of each pass over all tables, before any gets all of its own."""

Rows = list[dict[str, object]]
HEAD = """# What intervals cover, and how often tests are wrong

`make simulate` writes this, table by table, each with its runs, time, machine and date; a table
that is here with as many runs as it asks for is not made again: delete its section to have it
made anew. Rules stand at the head of each program in `simulations/`. A rate holds where it meets
its limit give or take 2.6 errors of simulation; "outside" is beyond what is promised. Tables of the
programs that are not here have not been made; those of 50 runs are a first pass.
"""


class Table(NamedTuple):
    """A table of a simulation: `rows` are made with so many runs, or once for all (0)."""

    title: str
    rows: Callable[..., Rows]
    runs: int = 2000


def measure(module: str, tables: Iterable[Table], *, most: int, file: Path = COVERAGE) -> None:
    """Make those tables that are not there with as many runs, at most so many each.

    Parameters
    ----------
    module : str
        Whose tables they are.
    tables : iterable of Table
    most : int
        Runs at most; tables that are made once for all are left for a pass that has no limit.
    file : Path
        Where they stand.
    """
    for table in tables:
        runs = min(most, table.runs)
        there = sections(file).get(f"{module}: {table.title}")
        if (there is not None and runs_of(there) >= runs) or (not table.runs and most < PASSES[-1]):
            continue
        print(f"{module}: {table.title}", flush=True)
        start = perf_counter()
        rows = table.rows(runs) if table.runs else table.rows()
        taken = perf_counter() - start
        shown = "All" if not table.runs else f"{runs:,}"
        keep(f"{module}: {table.title}", f"{shown} runs, {taken:,.0f} s, {_where()}", rows, file)


def sections(file: Path) -> dict[str, str]:
    """Read the tables that are there: title to what stands beneath."""
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))


def runs_of(section: str) -> int:
    """Read with how many runs a table was made."""
    found = re.match(r"([\d,]+|All) runs", section)
    if found is None:
        return 0
    return 10**9 if found[1] == "All" else int(found[1].replace(",", ""))


def keep(title: str, how: str, rows: Rows, file: Path) -> None:
    """Write a table in its place, the others as they are."""
    frame = pd.DataFrame(rows)
    lines = [list(frame.columns), ["---"] * len(frame.columns)]
    lines += [["" if pd.isna(cell) else str(cell) for cell in row] for row in frame.to_numpy()]
    table = "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
    print(table, flush=True)
    whole = dict(sorted((sections(file) | {title: f"{how}\n\n{table}"}).items()))
    told = "\n".join(f"## {name}\n\n{part}\n" for name, part in whole.items())
    aside = file.with_suffix(".part")
    aside.write_text(f"{HEAD}\n{told}", encoding="utf-8", newline="\n")
    aside.replace(file)


def _where() -> str:
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    made = f"Python {platform.python_version()}, numpy {version('numpy')}"
    return f"{machine}, {made}, {datetime.now(UTC):%Y-%m-%d}"
