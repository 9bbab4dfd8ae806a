"""Guesses about the columns of a survey: batteries, scales, weights, missing codes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from brandkit.core.errors import BrandkitError
from brandkit.sources.guessing_columns import Column, Guess, role_of

#: Codes that stand for "no answer" when they lie far beyond the other codes of a column.
NO_ANSWER = (-99.0, -98.0, -9.0, -8.0, -1.0, 77.0, 88.0, 97.0, 98.0, 99.0, 977.0, 988.0,
             996.0, 997.0, 998.0, 999.0, 9997.0, 9998.0, 9999.0)  # fmt: skip
#: The customer-satisfaction model's constructs and the arrows between them.
MODEL = (("IMAG", "EXPE"), ("EXPE", "QUAL"), ("EXPE", "VAL"), ("QUAL", "VAL"), ("IMAG", "SAT"),
         ("EXPE", "SAT"), ("QUAL", "SAT"), ("VAL", "SAT"), ("IMAG", "LOY"),
         ("SAT", "LOY"))  # fmt: skip
MOST_LEVELS = 12
LONGEST_SCALE = 15


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
    from brandkit.sources.spss import read_spss

    try:
        raw = read_spss(path)
    except BrandkitError as error:
        return str(error)
    columns = []
    for name in raw.frame.columns:
        cells = raw.frame[name].dropna()
        distinct = cells.unique()
        numbers = [float(c) for c in distinct if isinstance(c, (int, float)) and c == c]
        is_labelled = bool(raw.items[name].values) if name in raw.items else False
        is_scale = is_labelled and len(numbers) > 2 and not _is_scale(raw.items[name].values)
        columns.append(
            Column(
                str(name), len(cells), len(distinct),
                () if is_scale or len(numbers) < len(distinct) else tuple(sorted(numbers)),
            )
        )  # fmt: skip
    keys, question = guessed_survey(columns, n_rows=len(raw.frame), declared=True)
    sets = f", {len(raw.sets)} sets of ticks" if raw.sets else ""
    return Guess(
        "survey", keys, f"a survey: {len(raw.frame)} rows, {len(columns)} columns{sets}", question
    )


def _is_scale(labels: Mapping[Any, str]) -> bool:
    """Say whether value labels name the steps of a scale, not things such as banks or regions."""
    codes = sorted(code for code in labels if isinstance(code, (int, float)))
    words = " ".join(labels.values()).casefold()
    told = ("agree", "satisf", "likely", "poor", "excellent", "not at all", "completely", "滿意",
            "满意", "同意", "推薦", "推荐")  # fmt: skip
    return any(word in words for word in told) or (len(codes) < 4 and codes[:1] == [0])


def guessed_survey(
    columns: Sequence[Column], *, n_rows: int, declared: bool = False
) -> tuple[dict[str, Any], str]:
    """Guess the keys of ``[survey]``.

    Parameters
    ----------
    columns : sequence of Column
    n_rows : int
    declared : bool
        Whether the file itself declares scales and missing codes.

    Returns
    -------
    dict
        Keys of the section.
    str
        What a person should look at.
    """
    keys: dict[str, Any] = {}
    for role in ("brand", "respondent", "weight", "strata", "cluster", "wave"):
        column = role_of([c for c in columns if c.name not in keys.values()], role)
        is_id = role == "respondent" and column is not None and column.n_distinct < n_rows / 4
        is_brand = role == "brand" and column is not None and column.n_distinct > n_rows / 4
        if column is not None and not is_id and not is_brand:
            keys[role] = column.name
    free = [c for c in columns if c.name and c.name not in keys.values()]
    missing = {} if declared else _missing_codes(free)
    if missing:
        keys["missing"] = sorted({code for codes in missing.values() for code in codes})
    answered = [c for c in free if _is_answer(c, keys.get("missing", ()))]
    ticks = [c for c in answered if set(c.numbers) <= {0.0, 1.0}]
    scales = [c for c in answered if c not in ticks]
    blocks = _batteries([c.name for c in scales])
    if blocks:
        keys["blocks"] = blocks
        paths = [[a, b] for a, b in MODEL if a in blocks and b in blocks]
        if {"SAT"} < set(blocks) and paths:
            keys["paths"] = paths
    images = max(_batteries([c.name for c in ticks]).values(), key=len, default=[])
    if len(images) > 2:
        keys["images"] = images
    recommend = role_of([c for c in scales if max(c.numbers) in (10.0, *NO_ANSWER)], "recommend")
    if recommend is not None:
        keys["recommend"] = recommend.name
    keys |= _outcome(scales, blocks, recommend)
    segments = [c.name for c in free if not c.is_number and 2 <= c.n_distinct <= MOST_LEVELS]
    if segments:
        keys["segments"] = segments
    return keys, _question(keys, scales, declared=declared)


def _is_answer(column: Column, missing: Sequence[float]) -> bool:
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


def _outcome(
    scales: Sequence[Column], blocks: Mapping[str, list[str]], recommend: Column | None
) -> dict[str, Any]:
    """Propose what drivers are to explain: overall satisfaction, and what may drive it."""
    names = [c.name for c in scales if recommend is None or c.name != recommend.name]
    overall = next((n for n in names if re.search(r"sat|overall|滿意|满意", n.casefold())), None)
    if overall is None:
        return {}
    own = next((members for members in blocks.values() if overall in members), [overall])
    after = [m for key, members in blocks.items() if key in ("LOY", "LOYALTY") for m in members]
    drivers = [n for n in names if n not in own and n not in after]
    return {"outcome": overall, "drivers": drivers} if drivers else {"outcome": overall}


def _question(keys: Mapping[str, Any], scales: Sequence[Column], *, declared: bool) -> str:
    parts = []
    if "missing" in keys:
        codes = ", ".join(f"{code}" for code in keys["missing"])
        parts.append(f"are {codes} really codes for no answer?")
    if scales and not declared:
        kept = [n for c in scales for n in c.numbers if n not in keys.get("missing", ())]
        parts.append(
            f"answers run from {min(kept):g} to {max(kept):g}; a codebook would declare the scales"
        )
    return "; ".join(parts)
