"""Guesses about the columns of a survey: batteries, scales, weights, missing codes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from brandkit.core.errors import BrandkitError
from brandkit.sources.new.columns import (
    FEW,
    GROUPS,
    Column,
    Guess,
    Unreadable,
    labelled_role,
    role_of,
)
from brandkit.sources.survey.codebook import Item, is_missing
from brandkit.sources.survey.raw import AnswerSet

#: Codes that stand for "no answer" when they lie far beyond the other codes of a column.
NO_ANSWER = (-99.0, -98.0, -9.0, -8.0, -1.0, 77.0, 88.0, 97.0, 98.0, 99.0, 977.0, 988.0,
             996.0, 997.0, 998.0, 999.0, 9997.0, 9998.0, 9999.0)  # fmt: skip
#: The customer-satisfaction model's constructs and the arrows between them.
MODEL = (("IMAG", "EXPE"), ("EXPE", "QUAL"), ("EXPE", "VAL"), ("QUAL", "VAL"), ("IMAG", "SAT"),
         ("EXPE", "SAT"), ("QUAL", "SAT"), ("VAL", "SAT"), ("IMAG", "LOY"),
         ("SAT", "LOY"))  # fmt: skip
#: Constructs that follow from satisfaction, and so cannot drive it.
AFTER = ("LOY", "LOYALTY", "忠誠", "忠诚", "忠誠度", "忠诚度")
#: Constructs nearest to satisfaction first: where there are too many drivers, these stay.
NEAREST = ("QUAL", "VAL", "EXPE", "IMAG")
#: Scales of ratings that are in use, the likeliest first.
USUAL_SCALES = ((0, 10), (1, 10), (1, 5), (1, 7), (0, 100))
MOST_LEVELS = 12
LONGEST_SCALE = 15
#: Importance is computed over all subsets of drivers up to here.
MOST_DRIVERS = 20
DESIGN = ("brand", "respondent", "weight", "strata", "cluster", "wave")
_SCALE_WORDS = ("agree", "satisf", "likely", "poor", "excellent", "not at all", "completely",
                "滿意", "满意", "同意", "推薦", "推荐", "可能")  # fmt: skip
_IMAGE_WORDS = ("image", "img", "assoc", "attribut", "describ", "形象", "印象", "屬性", "属性")


@dataclass(frozen=True)
class _Ticks:
    """Columns of ticks that belong together."""

    name: str
    items: tuple[str, ...]
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Known:
    """What a file declares of itself, beside its columns."""

    sets: tuple[_Ticks, ...] = ()
    is_declared: bool = False
    in_sets: frozenset[str] = field(default_factory=frozenset)


def guessed_spss(path: Path) -> Guess | str:
    """Guess what the columns of an SPSS file are.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Guess or str
        The reason as text where the file cannot be read.
    """
    from brandkit.sources.survey.spss import read_spss

    try:
        raw = read_spss(path)
    except BrandkitError as error:
        return Unreadable(error)
    columns = [_spss_column(str(name), raw.frame[name], raw.items[str(name)]) for name in raw.frame]
    known = _Known(
        tuple(_named_ticks(one, raw.items) for one in raw.sets if one.form == "ticks"),
        is_declared=True, in_sets=frozenset(item for one in raw.sets for item in one.items),
    )  # fmt: skip
    keys, question = guessed_survey(columns, n_rows=len(raw.frame), known=known)
    brand = next((c for c in columns if c.name == keys.get("brand")), None)
    sets = f", {len(raw.sets)} sets of ticks" if raw.sets else ""
    return Guess(
        "survey", keys, f"a survey: {len(raw.frame)} rows, {len(columns)} columns{sets}", question,
        brand.texts if brand else (),
    )  # fmt: skip


def _named_ticks(one: AnswerSet, items: Mapping[str, Item]) -> _Ticks:
    return _Ticks(f"{one.name} {one.question}", one.items, tuple(items[i].label for i in one.items))


def _spss_column(name: str, answers: pd.Series, item: Item) -> Column:
    """Profile a column of an SPSS file: a scale, named things, or numbers."""
    given = answers.dropna()
    given = given[~is_missing(given, item.missing)]
    codes = list(given.unique())
    labels = [item.values[code] for code in sorted(item.values) if code in codes]
    words = " ".join(labels).casefold()
    # the ends of a scale are labelled, or its words are those of a scale
    is_scale = item.low is not None and (
        len(labels) < len(codes) or any(word in words for word in _SCALE_WORDS)
    )
    is_things = bool(item.values) and not is_scale and not set(item.values) <= {0.0, 1.0}
    numbers = [float(code) for code in codes if isinstance(code, (int, float))]
    return Column(
        name, len(given), len(codes),
        tuple(sorted(numbers)) if len(numbers) == len(codes) and not is_things else (),
        label=item.label, texts=tuple(labels) if len(labels) <= FEW else (), is_scale=is_scale,
    )  # fmt: skip


def guessed_survey(
    columns: Sequence[Column], *, n_rows: int, known: _Known | None = None
) -> tuple[dict[str, Any], str]:
    """Guess the keys of ``[survey]``.

    Parameters
    ----------
    columns : sequence of Column
    n_rows : int
    known : _Known, optional
        What the file itself declares.

    Returns
    -------
    dict
        Keys of the section.
    str
        What a person should look at.
    """
    known = known or _Known()
    keys: dict[str, Any] = _design(columns, n_rows)
    taken = {*keys.values(), *known.in_sets}
    free = [c for c in columns if c.name and c.name not in taken]
    if not known.is_declared and (missing := _missing_codes(free)):
        keys["missing"] = sorted({code for codes in missing.values() for code in codes})
    groups = [c for c in free if _is_group(c, keys.get("missing", ()))]
    answered = [c for c in free if c not in groups and _is_answer(c, keys.get("missing", ()))]
    ticks = [c for c in answered if set(c.numbers) <= {0.0, 1.0}]
    scales = [c for c in answered if c not in ticks]
    if any(c.is_scale for c in scales):
        scales = [c for c in scales if c.is_scale]
    blocks = _batteries([c.name for c in scales])
    if blocks:
        keys["blocks"] = blocks
        paths = [[a, b] for a, b in MODEL if a in blocks and b in blocks]
        if {"SAT"} < set(blocks) and paths:
            keys["paths"] = paths
    brand = next((c for c in columns if c.name == keys.get("brand")), None)
    images = _images(known.sets, [c.name for c in ticks], brand)
    if images:
        keys["images"] = images
    keys |= _explained(scales, blocks, keys.get("missing", ()))
    if scales and not known.is_declared and (scale := _scale(scales, keys.get("missing", ()))):
        keys["scale"] = scale
    own = set(brand.texts) if brand else set()
    segments = [c.name for c in groups if not (own and set(c.texts) and set(c.texts) <= own)]
    if segments:
        keys["segments"] = segments
    return keys, _question(keys, scales, is_declared=known.is_declared)


def _design(columns: Sequence[Column], n_rows: int) -> dict[str, Any]:
    """Guess which columns say who answered, about whom, with what weight."""
    keys: dict[str, Any] = {}
    for role in DESIGN:
        free = [c for c in columns if c.name not in keys.values()]
        column = role_of(free, role)
        if column is None and role in ("respondent", "weight", "wave"):
            column = labelled_role(free, role)
        if column is None:
            continue
        is_id = role == "respondent" and column.n_distinct < n_rows / 4
        is_brand = role == "brand" and column.n_distinct > n_rows / 4
        is_whole = column.n == n_rows  # every row has its bank, its person, its weight
        if not is_id and not is_brand and is_whole and (role != "weight" or column.is_number):
            keys[role] = column.name
    return keys


def _is_group(column: Column, missing: Collection[float]) -> bool:
    """Say whether a column tells groups of customers apart."""
    if not column.is_number:
        return not column.is_scale and 2 <= column.n_distinct <= MOST_LEVELS
    kept = [number for number in column.numbers if number not in missing]
    words = re.split(r"[\s_.\-\d]+", f"{column.name} {column.label}".casefold())
    is_named = any(word in words or (not word.isascii() and word in column.name) for word in GROUPS)
    return is_named and not column.is_scale and column.is_whole and 2 <= len(kept) <= MOST_LEVELS


def _is_answer(column: Column, missing: Collection[float]) -> bool:
    kept = [number for number in column.numbers if number not in missing]
    return column.is_whole and 2 <= len(kept) <= LONGEST_SCALE and max(kept) <= LONGEST_SCALE


def _missing_codes(columns: Sequence[Column]) -> dict[str, list[int]]:
    """Find codes far beyond the others of a column of small whole numbers."""
    found = {}
    for column in columns:
        codes = [n for n in column.numbers if n in NO_ANSWER]
        kept = [n for n in column.numbers if n not in NO_ANSWER]
        is_far = kept and max(kept) <= 11 and min(kept) >= 0 and len(kept) > 1
        if column.is_whole and codes and is_far and column.n_distinct <= LONGEST_SCALE:
            found[column.name] = [int(code) for code in codes]
    return found


def _batteries(names: Sequence[str]) -> dict[str, list[str]]:
    """Gather columns such as imag1, imag2 … under what they have in common."""
    found: dict[str, list[str]] = {}
    for name in names:
        said = re.fullmatch(r"(.*?[^\d_.\s])[_.\s]*(\d+)[a-z]?", name)
        if said:
            found.setdefault(said[1].upper(), []).append(name)
    return {prefix: members for prefix, members in found.items() if len(members) > 1}


def _images(sets: Sequence[_Ticks], ticks: Sequence[str], brand: Column | None) -> list[str]:
    """Propose the ticks that say how a bank is seen, where each row is about one bank.

    A survey without a column of banks asks about every bank in columns of its own; which belong
    together is told by their labels when the survey is read.
    """
    if brand is None:
        return []
    banks = {text.casefold() for text in brand.texts}
    groups = [one for one in sets if not banks or _share(one.labels, banks) < 0.5]
    groups = groups or [_Ticks(name, tuple(items)) for name, items in _batteries(ticks).items()]
    groups = [one for one in groups if len(one.items) > 2]
    named = [one for one in groups if any(w in one.name.casefold() for w in _IMAGE_WORDS)]
    best = max(named or groups, key=lambda one: len(one.items), default=None)
    return list(best.items) if best else []


def _share(labels: Sequence[str], among: Collection[str]) -> float:
    return sum(label.casefold() in among for label in labels) / max(len(labels), 1)


def _explained(
    scales: Sequence[Column], blocks: Mapping[str, list[str]], missing: Collection[float]
) -> dict[str, Any]:
    """Propose the likelihood to recommend, what drivers explain, and what may drive it."""
    to_ten = [c for c in scales if max(n for n in c.numbers if n not in missing) == 10]
    recommend = role_of(to_ten, "recommend") or labelled_role(to_ten, "recommend")
    found: dict[str, Any] = {"recommend": recommend.name} if recommend else {}
    names = [c.name for c in scales if c is not recommend]
    overall = next((n for n in names if re.search(r"sat|overall|滿意|满意", n.casefold())), None)
    if overall is None:
        return found
    found["outcome"] = overall
    own = next((members for members in blocks.values() if overall in members), [overall])
    after = [m for key, members in blocks.items() if key in AFTER for m in members]
    others = [n for n in names if n not in own and n not in after]
    in_blocks = {member for members in blocks.values() for member in members}
    alone = [n for n in others if n not in in_blocks]  # what is done, not what is felt
    drivers = alone if len(alone) > 2 else others
    if len(drivers) > MOST_DRIVERS:
        drivers = _nearest(blocks, others)
    if drivers:
        found["drivers"] = drivers
    return found


def _scale(scales: Sequence[Column], missing: Collection[float]) -> list[int] | None:
    """Propose the ends of the scale, where nearly all ratings reach both of one usual scale."""
    ends = [
        (min(kept), max(kept))
        for column in scales
        if (kept := [number for number in column.numbers if number not in missing])
    ]
    for low, high in USUAL_SCALES:
        inside = all(low <= first and last <= high for first, last in ends)
        reached = sum((first, last) == (low, high) for first, last in ends)
        if inside and ends and reached >= len(ends) / 2:
            return [low, high]
    return None


def _nearest(blocks: Mapping[str, list[str]], others: Sequence[str]) -> list[str]:
    """Keep whole blocks, nearest to satisfaction first, as long as there is room."""
    kept: list[str] = []
    order = sorted(blocks, key=lambda key: NEAREST.index(key) if key in NEAREST else len(NEAREST))
    for key in order:
        members = [name for name in blocks[key] if name in others]
        if len(kept) + len(members) <= MOST_DRIVERS:
            kept += members
    return [name for name in others if name in kept]


def _question(keys: Mapping[str, Any], scales: Sequence[Column], *, is_declared: bool) -> str:
    parts = []
    if "brand" not in keys:
        parts.append("no column says which bank a row is about; name the bank under `brand` if it "
                     "is one for all")  # fmt: skip
    if "missing" in keys:
        codes = ", ".join(f"{code}" for code in keys["missing"])
        parts.append(f"are {codes} really codes for no answer?")
    if scales and not is_declared:
        kept = [n for c in scales for n in c.numbers if n not in keys.get("missing", ())]
        parts.append(
            f"answers run from {min(kept):g} to {max(kept):g}; a codebook would declare the scales"
        )
    return "; ".join(parts)
