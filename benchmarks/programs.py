"""Runs the programs of a folder, and a peer's side of a comparison in the peers' environment."""

from __future__ import annotations

import io
import json
import os
import platform
import re
import runpy
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any, TextIO

import pandas as pd

PEERS = Path(__file__).resolve().parent.parent / ".venv-peers"


def run_all(package: str, folder: Path, *, only: Sequence[str], record: Path) -> int:
    """Run the modules of a folder that can be run by themselves; 1 where one fails.

    Parameters
    ----------
    package : str
        Its dotted name.
    folder : Path
        Where it lies.
    only : sequence of str
        Names of modules; all where none is named.
    record : Path
        The file whose sections, one a module, are written anew.

    Returns
    -------
    int
        The exit code.
    """
    failed = []
    modules = sorted(path.stem for path in folder.glob("*.py") if not path.stem.startswith("_"))
    for name in modules:
        text = (folder / f"{name}.py").read_text(encoding="utf-8")
        asked = name in only or not only
        if not asked or not re.search(r"^if __name__ == ", text, re.MULTILINE):
            continue
        print(f"== {name}", flush=True)
        said = _Twice(sys.stdout)
        try:
            with redirect_stdout(said):
                runpy.run_module(f"{package}.{name}", run_name="__main__", alter_sys=True)
        except Exception:
            traceback.print_exc()
            failed.append(name)
        else:
            write_section(record, name, said.getvalue())
        print(flush=True)
    if failed:
        print(f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


class _Twice(io.StringIO):
    """What is printed, kept and shown at once."""

    def __init__(self, screen: TextIO) -> None:
        super().__init__()
        self.screen = screen

    def write(self, text: str) -> int:
        self.screen.write(text)
        return super().write(text)

    def flush(self) -> None:
        self.screen.flush()


def write_section(record: Path, name: str, said: str) -> None:
    """Put what a benchmark printed in the place of its section, with machine and versions."""
    head = "# What the benchmarks measured\n\nWritten by `make bench`; nothing here is typed.\n"
    text = record.read_text(encoding="utf-8") if record.exists() else head
    first, *sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    kept = {section.split("\n", 1)[0]: section.rstrip() for section in sections}
    kept[f"## {name}"] = f"## {name}\n\n{machine()}\n\n```\n{said.strip()}\n```"
    whole = [first.rstrip(), *(kept[title] for title in sorted(kept))]
    record.write_text("\n\n".join(whole) + "\n", encoding="utf-8")


def machine() -> str:
    """Say what ran: processor, cores, how busy they were, and the versions of libraries."""
    models = Path("/proc/cpuinfo")
    lines = models.read_text(encoding="utf-8").splitlines() if models.exists() else []
    model = next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), "")
    names = ("numpy", "scipy", "pandas", "pyarrow")
    busy = f", load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    return (
        f"{model or platform.machine()}, {os.cpu_count()} cores{busy}; {platform.system()}, "
        f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version(name)}" for name in names)
        + "."
    )


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
