"""What a column of a survey is, as its answers show it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from brandkit.sources.survey import words
from brandkit.sources.survey.answers import as_numbers, is_blank, labelled
from brandkit.sources.survey.codebook import Item, code_text, is_missing
from brandkit.sources.survey.design import SurveyDesign
from brandkit.sources.survey.forms import is_added
from brandkit.sources.survey.quality import personal_data
from brandkit.sources.survey.raw import RawSurvey
from brandkit.sources.survey.words import says_scale

Kind = Literal[
    "added", "personal", "date", "tick", "list", "scale", "group", "number", "id", "text", "empty"
]
#: Codes that stand for "no answer" when they lie far beyond the other codes of a column.
NO_ANSWER = frozenset(
    float(code)
    for code in (
        -99,
        -98,
        -97,
        -9,
        -8,
        -7,
        -3,
        -2,
        -1,
        77,
        88,
        97,
        98,
        99,
        977,
        988,
        996,
        997,
        998,
        999,
        9997,
        9998,
        9999,
    )
)
MOST_BRANDS = 60
DATE = re.compile(r"\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}.*")


@dataclass(frozen=True)
class Answered:
    """A column of a survey as its answers show it.

    Parameters
    ----------
    name, label, question : str
    at : int
        Its place among the columns.
    kind : str
    texts : tuple of str
        Labels that occur, where they are few.
    numbers : tuple of float
        Codes that occur.
    scale : tuple of float, optional
        As the file tells it.
    is_whole : bool
        Whether every row has an answer.
    """

    name: str
    label: str
    question: str
    at: int
    kind: Kind
    texts: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    scale: tuple[float, float] | None = None
    is_whole: bool = True

    @property
    def told(self) -> str:
        """All that heading and label say, in small letters."""
        return words.spoken(self.name, self.label, self.question)


def profiles(raw: RawSurvey, read: RawSurvey) -> list[Answered]:
    """Look at every column: what a service added, what is personal, what was answered how."""
    ticked = {name for one in read.sets if one.form == "ticks" for name in one.items}
    lists = {one.name for one in read.sets}
    personal = {one.column for one in personal_data(raw.frame, design=SurveyDesign())}
    found = []
    for at, name in enumerate(map(str, raw.frame.columns)):
        item, cells = read.items[name], read.frame[name]
        kind: Kind | None = None
        if is_added(name) or is_added(item.label):
            kind = "added"
        elif name in personal:
            kind = "personal"
        elif name in ticked:
            kind = "tick"
        elif name in lists:
            kind = "list"
        found.append(_profile(name, item, cells, at=at, kind=kind))
    return found


def _profile(name: str, item: Item, cells: pd.Series, *, at: int, kind: Kind | None) -> Answered:
    blank = is_blank(cells) | is_missing(cells, item.missing)
    given = cells[~blank]
    plain = Answered(
        name, item.label or name, item.question or "", at, kind or "empty", is_whole=not blank.any()
    )
    if given.empty:
        return plain
    texts = given.astype("str").str.strip()
    if pd.api.types.is_datetime64_any_dtype(given) or texts.str.fullmatch(DATE).mean() > 0.9:
        days = tuple(sorted(given.astype("str").str[:10].unique()))
        return replace(plain, kind="added" if kind == "added" else "date", texts=days[:400])
    values, unread = as_numbers(given)
    is_name = unread.any() or texts.str.fullmatch(r"0\d+").any()
    numbers = () if is_name else tuple(sorted(values.dropna().unique()))
    labels: tuple[str, ...] = tuple(texts.unique()[:200])
    if item.values and item.nominal:
        labels = tuple(labelled(given, item.values).cat.categories)
    elif numbers:
        labels = tuple(item.values.get(number, code_text(number)) for number in numbers[:60])
    found = kind or _kind(item, numbers, labels, n_distinct=int(given.nunique()), n=len(given))
    scale = None
    if item.low is not None and item.high is not None and found == "scale":
        scale = item.low, item.high
    return replace(plain, kind=found, texts=labels, numbers=numbers, scale=scale)


def _kind(
    item: Item, numbers: Sequence[float], texts: Sequence[str], *, n_distinct: int, n: int
) -> Kind:
    labels = {code: text for code, text in item.values.items() if isinstance(code, float)}
    is_named = bool(labels) and set(numbers) <= set(labels) and not says_scale(labels)
    if (item.nominal and item.values) or (is_named and not set(numbers) <= {0.0, 1.0}):
        return "group" if n_distinct <= MOST_BRANDS else "text"
    if item.has_scale and (item.low, item.high) != (0.0, 1.0):
        return "scale"
    if numbers:
        whole = all(number.is_integer() for number in numbers)
        low, high = numbers[0], numbers[-1]
        if whole and n_distinct == n > 10:
            return "id"
        is_dense = len(numbers) >= 0.5 * (high - low + 1)
        if whole and low >= 0 and high <= 10 and len(numbers) > 2 and is_dense:
            return "scale"
        if whole and set(numbers) <= {0.0, 1.0}:
            return "tick"
        return "group" if whole and len(numbers) <= 3 and high <= 10 else "number"
    if n_distinct == n > 10 or n_distinct > max(MOST_BRANDS, n / 4):
        codes = sum(bool(re.fullmatch(r"(?=\S*\d)[\w-]{1,40}", text)) for text in texts)
        return "id" if codes >= 0.9 * len(texts) else "text"
    longest = max(map(len, texts))
    return "group" if n_distinct <= MOST_BRANDS and longest <= 60 and n_distinct > 1 else "text"


def missing_codes(raw: RawSurvey) -> dict[str, list[float]]:
    """Find codes far beyond the others of a column of small whole numbers."""
    found: dict[str, list[float]] = {}
    for name in map(str, raw.frame.columns):
        if is_added(name):
            continue
        cells = raw.frame[name]
        if pd.api.types.is_datetime64_any_dtype(cells):
            continue
        distinct = pd.Series(cells[~is_blank(cells)].unique())
        if len(distinct) > 16:
            continue
        numbers = pd.to_numeric(distinct, errors="coerce").dropna()
        kept = [n for n in numbers if n not in NO_ANSWER]
        far = [n for n in numbers if n in NO_ANSWER]
        is_small = kept and min(kept) >= 0 and max(kept) <= 11
        if far and is_small and all(float(n).is_integer() for n in kept):
            found[name] = far
    return found
