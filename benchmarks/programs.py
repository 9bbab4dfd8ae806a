"""Runs the programs of a folder, and a peer's side of a comparison in the peers' environment."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import traceback
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas as pd

PEERS = Path(__file__).resolve().parent.parent / ".venv-peers"


def run_all(package: str, folder: Path) -> int:
    """Run each module of a folder that can be run by itself; 1 where one fails.

    Parameters
    ----------
    package : str
        Its dotted name.
    folder : Path
        Where it lies.

    Returns
    -------
    int
        The exit code.
    """
    failed = []
    modules = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    for name in modules:
        text = (folder / f"{name}.py").read_text(encoding="utf-8")
        if not re.search(r"^if __name__ == ", text, re.MULTILINE):
            continue
        print(f"== {name}", flush=True)
        try:
            runpy.run_module(f"{package}.{name}", run_name="__main__")
        except Exception:
            traceback.print_exc()
            failed.append(name)
        print(flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


def in_peers(code: str, *, folder: Path) -> dict[str, Any] | None:
    """Run a peer's side of a comparison, in its own environment.

    Parameters
    ----------
    code : str
        A program that reads its input from the folder it runs in, and prints JSON last.
    folder : Path
        Where the input lies.

    Returns
    -------
    dict or None
        What it printed; None, said aloud, where the peers are not there or the program fails.
    """
    windows = PEERS / "Scripts" / "python.exe"
    python = windows if windows.exists() else PEERS / "bin" / "python"
    if not python.exists():
        print(f"  (peers skipped: {PEERS.name} is not there; `make bench` makes it)")
        return None
    surroundings = {**os.environ, "PYTHONWARNINGS": "ignore"}
    said = subprocess.run(
        [str(python), "-c", code],
        capture_output=True, text=True, encoding="utf-8", cwd=folder, env=surroundings, check=False,
    )  # fmt: skip
    if said.returncode:
        print(f"  (peer skipped: {said.stderr.strip().splitlines()[-1]})")
        return None
    answer: dict[str, Any] = json.loads(said.stdout.strip().splitlines()[-1])
    return answer


def seconds(work: Callable[[], object], *, times: int = 5) -> float:
    """Time a piece of work: the best of some runs, after one that does not count."""
    work()
    taken = []
    for _ in range(times):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return min(taken)


def show(rows: list[dict[str, object]]) -> None:
    """Print a table."""
    print(pd.DataFrame(rows).to_string(index=False, na_rep="-"), flush=True)
