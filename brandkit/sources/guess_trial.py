"""Guesses tried on the file itself, so that a new study.toml holds nothing its reader refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from brandkit.core.errors import BrandkitError
from brandkit.sources.guessing_columns import Guess, Section

Reader = Callable[[Path, Mapping[str, Any]], None]

#: Keys that a section can do without, those that are least missed first.
_OPTIONAL: Mapping[Section, tuple[str, ...]] = {
    "survey": ("missing", "images", "cluster", "strata", "wave", "segments", "weight",
               "respondent", "codebook", "brand"),
    "branches": ("amount", "name", "where"),
}  # fmt: skip


def tried(guess: Guess, path: Path, *, beside: Mapping[str, Path] | None = None) -> Guess:
    r"""Read a file as it was guessed, and leave out the key that its reader refuses.

    Parameters
    ----------
    guess : Guess
    path : Path
    beside : mapping, optional
        What ``keys`` call the files that belong to this one -> where they are.

    Returns
    -------
    Guess
        Its question says which key was left out and why, or what is wrong with the file.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "a.csv"
    >>> _ = file.write_text("bank,city,n\nCivic,North,few\nCivic,South,2\n", encoding="utf-8")
    >>> keys = {"brand": "bank", "market": "city", "amount": "n"}
    >>> tried(Guess("branches", keys, ""), file).keys
    {'brand': 'bank', 'market': 'city'}
    """
    read = _READERS.get(guess.section)
    if read is None or guess.keys.get("format") == "cdr":
        return guess
    places = beside or {}

    def problem(keys: Mapping[str, Any]) -> str:
        found = {k: places.get(v, v) if isinstance(v, str) else v for k, v in keys.items()}
        try:
            read(path, found)
        except BrandkitError as error:
            return str(error)
        return ""

    said = problem(guess.keys)
    if not said:
        return guess
    for key in _OPTIONAL.get(guess.section, ()):
        rest = {name: value for name, value in guess.keys.items() if name != key}
        if key in guess.keys and not problem(rest):
            return _asking(guess, rest, f"`{key}` was left out: {said}")
    return _asking(guess, guess.keys, said)


def _asking(guess: Guess, keys: Mapping[str, Any], said: str) -> Guess:
    question = f"{guess.question}; {said}" if guess.question else said
    return Guess(guess.section, keys, guess.reason, question, guess.labels)


def _read_survey(path: Path, keys: Mapping[str, Any]) -> None:
    from brandkit.sources.survey import read_survey

    roles = ("codebook", "brand", "respondent", "weight", "strata", "cluster", "wave", "missing")
    survey = read_survey(
        path, categories=keys.get("segments", ()), **{role: keys.get(role) for role in roles}
    )
    if "images" in keys:
        survey.images(keys["images"])


def _read_branches(path: Path, keys: Mapping[str, Any]) -> None:
    from brandkit.sources.branches import read_branches

    read_branches(path, **keys)


def _read_brand_table(path: Path, keys: Mapping[str, Any]) -> None:
    from brandkit.sources.table import read_brand_table

    read_brand_table(path, **keys)


def _read_catalog(path: Path, keys: Mapping[str, Any]) -> None:
    from brandkit.sources.catalog import read_catalog

    read_catalog(path, format="table", columns=keys["columns"], register=keys.get("register"))


_READERS: Mapping[Section, Reader] = {
    "survey": _read_survey, "branches": _read_branches, "brand_table": _read_brand_table,
    "catalog": _read_catalog,
}  # fmt: skip
