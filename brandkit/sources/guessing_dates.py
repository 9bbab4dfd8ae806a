"""Catalogues of several dates: which files show the same market on which day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from brandkit.sources.guessing_columns import Guess
from brandkit.sources.listing import named_day

#: A file's path from the study's folder, and what it was taken for.
Guessed = tuple[str, Guess]

_MONTH = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


class Bare(str):
    """Text that TOML writes without quotation marks: a date."""

    __slots__ = ()


class Named(NamedTuple):
    """The day that a file's name tells, and whether it tells the whole of it."""

    day: date
    is_whole: bool


def day_in_name(source: str) -> Named | None:
    """Give the day in a file's name; the first one where it tells a month or a year alone.

    Parameters
    ----------
    source : str

    Examples
    --------
    >>> [str(day_in_name(name).day) for name in ("p_2024-08-12.csv", "p202408.csv", "p_2024.csv")]
    ['2024-08-12', '2024-08-01', '2024-01-01']
    """
    name = Path(source).name
    day = named_day(name)
    if day is not None:
        return Named(day, True)
    month = _MONTH.search(name)
    if month:
        return Named(date(int(month[1]), int(month[2]), 1), False)
    year = _YEAR.search(name)
    return Named(date(int(year[1]), 1, 1), False) if year else None


def in_one_catalog(
    own: Sequence[Guessed], found: Sequence[Guessed]
) -> tuple[list[Guessed], list[str]]:
    """Make one guess of catalogues that carry different days in their names.

    Parameters
    ----------
    own : sequence of (str, Guess)
        The catalogues.
    found : sequence of (str, Guess)
        All files, for the registers among them.

    Returns
    -------
    list of (str, Guess)
        The dated catalogue first, then files that did not fit into it; all as they were where
        fewer than two fit.
    list of str
        What a person should look at.
    """
    days = {source: day_in_name(source) for source, _ in own}
    dated = [pair for pair in own if days[pair[0]] is not None]
    dated.sort(key=lambda pair: (days[pair[0]], pair[0]), reverse=True)  # the newest sets the form
    taken: list[Guessed] = []
    for source, guess in dated:
        is_new = days[source] not in [days[other] for other, _ in taken]
        if is_new and (not taken or _fits(guess, taken[0][1])):
            taken.append((source, guess))
    if len(taken) < 2:
        return list(own), []
    source, newest = taken[0]
    taken.reverse()
    registers = {named.day: name for name, guess in found
                 if guess.section == "register" and (named := day_in_name(name))}  # fmt: skip
    dates = [_entry(name, days[name], registers) for name, _ in taken]
    keys = {**newest.keys, "dates": dates}
    labels = newest.labels
    reason = f"a catalogue at {len(dates)} dates"
    guess = Guess("catalog", keys, reason, newest.question, labels)
    names = {name for name, _ in taken}
    rest = [pair for pair in own if pair[0] not in names]
    partly = [name for name in (n for n, _ in taken) if not _whole(days[name])]
    asked = (
        [f"{', '.join(Path(name).name for name in partly)}: the names tell no whole day; mend "
         "`as_of` under [[catalog.dates]]"] if partly else []
    )  # fmt: skip
    return [(source, guess), *rest], asked


def _whole(named: Named | None) -> bool:
    return named is not None and named.is_whole


def _entry(source: str, named: Named | None, registers: dict[date, str]) -> dict[str, Any]:
    day = named.day if named else date.min
    entry: dict[str, Any] = {"as_of": Bare(day.isoformat()), "source": source}
    if day in registers:
        entry["register"] = registers[day]
    return entry


def _fits(guess: Guess, newest: Guess) -> bool:
    """Say whether a catalogue has the form and the columns of the newest one."""
    if guess.keys.get("format") != newest.keys.get("format"):
        return False
    mapped, columns = guess.keys.get("columns", {}), newest.keys.get("columns", {})
    has = {name for value in mapped.values() for name in _names(value)}
    wants = {name for value in columns.values() for name in _names(value)}
    return wants <= has


def _names(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
