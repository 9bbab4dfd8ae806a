"""Try inputs, and sort what comes of them: a result, a refusal in words, or a fault."""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

from brandkit.core.errors import BrandkitError, BrandkitWarning
from brandkit.core.result import Result
from tests.contract import frames_of
from tests.fuzz.files import damaged, readers
from tests.fuzz.frames import twisted_world
from tests.public import CALLS

#: Seconds that one input may take.
LONGEST = 20.0


@dataclass
class Outcome:
    """How often what came of which function or file, and what should not have.

    Parameters
    ----------
    seed : int
    results, refusals : Counter
    faults : dict
        Place and kind of a fault to how it can be had again.
    """

    seed: int
    results: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Say it, a line each."""
        names = sorted({*self.results, *self.refusals})
        said = [
            f"{one:<24}{self.results[one]:>6} results {self.refusals[one]:>6} refused"
            for one in names
        ]
        total = self.results.total() + self.refusals.total()
        return [
            *said,
            f"seed {self.seed}: {total:,} inputs, {self.results.total():,} results, "
            f"{len(self.faults)} kinds of fault",
        ]


def fuzz(seed: int, inputs: int, *, only: str = "") -> Outcome:
    """Try inputs of every public function and reader in turn.

    Parameters
    ----------
    seed : int
    inputs : int
    only : str
        One function or file, where not all.

    Returns
    -------
    Outcome
    """
    outcome = Outcome(seed)
    with TemporaryDirectory() as aside, patch.dict(os.environ, {"XDG_CACHE_HOME": aside}):
        folder = Path(aside)
        files = [one for one in readers(folder) if only in ("", one[0])]
        calls = [one for one in CALLS if only in ("", one) and one != "show"]
        at, places = 0, len(files) + len(calls)
        while at < inputs:
            rng, place = np.random.default_rng((seed, at)), at % places
            if place < len(calls):
                world, said = twisted_world(rng)
                name = calls[place]
                told = f"input {at}: {', '.join(said) or 'as drawn'}"
                tried(outcome, name, lambda name=name, world=world: CALLS[name](world), told)
            else:
                name, data, read = files[place - len(calls)]
                file = folder / name
                file.write_bytes(damaged(rng, data))
                tried(outcome, name, lambda read=read, file=file: read(file), f"input {at}")
                file.write_bytes(data)
            at += 1
            if at % 500 == 0:
                kinds = len(outcome.faults)
                sys.stderr.write(f"{at:,} of {inputs:,} tried, {kinds} kinds of fault\n")
    return outcome


def tried(outcome: Outcome, name: str, call: Callable[[], Any], told: str) -> None:
    """Try one input."""
    start, fault = perf_counter(), ""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            result = call()
            fault = _unsaid(result)
            outcome.results[name] += 1
        except BrandkitError:
            outcome.refusals[name] += 1
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)
            own = [one for one in where if "/brandkit/" in one.filename] or where
            place = f"{Path(own[-1].filename).name}:{own[-1].lineno}"
            fault = f"{type(error).__name__} at {place}: {str(error)[:160]}"
            outcome.refusals[name] += 1
    for one in warned:
        if not issubclass(one.category, BrandkitWarning) and not fault:
            fault = f"warns: {Path(one.filename).name}:{one.lineno} {str(one.message)[:120]}"
    if perf_counter() - start > LONGEST:
        fault = fault or f"took more than {LONGEST:.0f} s"
    if fault and f"{name}: {fault}" not in outcome.faults:
        outcome.faults[f"{name}: {fault}"] = told
        sys.stderr.write(f"FAULT {name}: {fault} ({told})\n")


def _unsaid(result: Any) -> str:
    """Name an estimate that is missing without a note."""
    if not isinstance(result, Result):
        return ""
    result.story()  # type: ignore[attr-defined]
    if result.notes:
        return ""
    for name, frame in frames_of(result).items():
        if "estimate" in frame and pd.to_numeric(frame["estimate"]).isna().any():
            return f"a missing estimate in {name} without a note"
    return ""
