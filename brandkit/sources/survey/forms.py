"""What survey services make of a survey: heading rows, question texts, columns that are no answers.

Qualtrics writes names, texts and identifiers; SurveyMonkey a question over its options; others put
question and option into one heading, in brackets, behind a dash or a slash.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from brandkit.sources.survey.words import pattern, words_of

#: Columns that a service adds: moments, devices, places, progress.
_ADDED = pattern("added")
#: What stands under a question that has one answer only.
_RESPONSE = frozenset(words_of("response"))
_NUMBERING = re.compile(
    r"^\s*(?:[A-Za-z]{1,4}\d[\w\[\]]*|\d{1,3}|[A-Za-z]\w*\[\w+\]|id|lastpage|seed)\s*[.、:：)）]\s*(?=\D)"
)
_CHOICE = re.compile(r"\s*-?\s*(?:selected choice|ausgewählte option)\s*$", re.IGNORECASE)
_BARE_CHOICE = re.compile(r"^(?:selected choice)\s*-?\s*", re.IGNORECASE)
#: How question and option are parted in one heading, the plainest first.
_PARTED = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?P<q>.*?\S)\s*\[(?P<i>[^\[\]]+)\]\s*$",
        r"^(?P<q>.*\S)\s+(?:[-–—|]|>>?|»|::)\s+(?P<i>.+)$",
        r"^(?P<q>.*\S)\s*(?:—+|[–－｜])\s*(?P<i>.+)$",
        r"^(?P<q>.*[？?])\s*[-_.:：]\s*(?P<i>.+)$",
        r"^(?P<q>[^:：]{2,})(?::\s+|：\s*|:(?=[^\x00-\x7f]))(?P<i>.+)$",
        r"^(?P<q>(?!https?:).*\S)/(?P<i>[^/]+)$",
        r"^(?P<q>.*[？?\w)）\]】])\s*[（(](?P<i>[^()（）]+)[)）]\s*$",
        r"^(?P<i>[^:：]{1,80}?)\s*[:：]\s*(?P<q>.*[？?]|\S+(?:\s+\S+){2,})\s*$",
    )
)


@dataclass(frozen=True)
class Headings:
    """A survey's columns as its headings tell them.

    Parameters
    ----------
    frame : DataFrame
        Its cells, without rows of headings.
    texts : mapping
        Column to what was asked.
    """

    frame: pd.DataFrame
    texts: Mapping[str, str]


def is_added(name: str) -> bool:
    """Whether a heading is that of a column which a survey service adds.

    Examples
    --------
    >>> is_added("Duration (in seconds)"), is_added("提交答卷时间"), is_added("Satisfaction")
    (True, True, False)
    """
    return _ADDED.fullmatch(name.strip()) is not None


def with_headings(cells: pd.DataFrame) -> Headings:
    """Tell rows of headings from rows of answers.

    Examples
    --------
    >>> cells = pd.DataFrame([["", "Fair", "Near"], ["4", "1", ""], ["5", "", "1"]],
    ...                      columns=["How old?", "Which fit?", ""])
    >>> list(with_headings(cells).frame.columns)
    ['How old?', 'Which fit? - Fair', 'Which fit? - Near']
    """
    names = [str(name) for name in cells.columns]
    ids = [at for at in range(min(3, len(cells))) if _are_import_ids(cells.iloc[at])]
    if ids:
        texts = cells.iloc[0].tolist() if ids[0] else names
        return Headings(cells.iloc[ids[0] + 1 :], _named(names, texts))
    if len(cells) < 3:
        return Headings(cells, {})
    below = [str(cell).strip() for cell in cells.iloc[0]]
    continued = [at for at in range(1, len(names)) if not names[at] and below[at]]
    if continued and sum(map(bool, names)) > 1 and _differs(cells):
        return Headings(cells.iloc[1:].set_axis(_joined(names, below), axis=1), {})
    if all(names) and all(below) and _differs(cells):
        return Headings(cells.iloc[1:], _named(names, below))
    return Headings(cells, {})


def plain_text(heading: str) -> str:
    """Give what a heading asks, without its number or code.

    Examples
    --------
    >>> plain_text("4、您的年龄"), plain_text("G01Q02. How old?"), plain_text("Q1")
    ('您的年龄', 'How old?', 'Q1')
    """
    return _NUMBERING.sub("", heading, count=1).strip() or heading.strip()


def questions(texts: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Part headings into question and option, where several columns share the question.

    Parameters
    ----------
    texts : mapping
        Column to its text.

    Returns
    -------
    dict
        Column to (question, option).

    Examples
    --------
    >>> questions({"a": "Fit? [Fair]", "b": "Fit? [Near]", "c": "Age"})
    {'a': ('Fit?', 'Fair'), 'b': ('Fit?', 'Near')}
    """
    parts: dict[str, list[tuple[str, str]]] = {}
    for name, text in texts.items():
        for parted in _PARTED:
            if said := parted.match(plain_text(text)):
                question = _CHOICE.sub("", said["q"]).strip()
                option = _BARE_CHOICE.sub("", said["i"]).strip()
                parts.setdefault(name, []).append((question, option))
    shared = Counter(question for found in parts.values() for question, _ in set(found))
    told = {}
    for name, found in parts.items():
        best = max(found, key=lambda part: shared[part[0]])
        if shared[best[0]] > 1 and best[0]:
            told[name] = best
    options = Counter(told.values())
    return {name: part for name, part in told.items() if options[part] == 1}


def _are_import_ids(row: pd.Series) -> bool:
    return bool(row.astype("str").str.startswith('{"ImportId"').mean() > 0.5)


def _named(names: Sequence[str], texts: Sequence[object]) -> dict[str, str]:
    pairs = ((name, str(text).strip()) for name, text in zip(names, texts, strict=True))
    return {name: text for name, text in pairs if text and text != name}


def _differs(cells: pd.DataFrame) -> bool:
    """Whether the first row holds texts where the rows below hold numbers, marks or nothing like it."""
    first, rest = cells.iloc[0].astype("str").str.strip(), cells.iloc[1:]
    numeric = texts = once = 0
    for at in range(cells.shape[1]):
        column = rest.iloc[:, at].astype("str").str.strip()
        times = column[column.ne("")].value_counts()
        if times.empty or not first.iloc[at]:
            continue
        given = pd.Series(times.index, dtype="str")
        is_text = pd.isna(pd.to_numeric(first.iloc[at], errors="coerce"))
        numbers = pd.to_numeric(given, errors="coerce").notna().to_numpy()
        is_numeric = times.to_numpy()[numbers].sum() > 0.8 * times.sum()
        numeric += int(is_numeric)
        texts += int(is_numeric and is_text)
        # an option's own name below it says that it was ticked
        ticked = given.eq(first.iloc[at])
        once += int(is_text and not is_numeric and bool(ticked.all() or not ticked.any()))
    if numeric:
        return bool(texts >= 0.8 * numeric)
    return bool(once >= 0.5 * int(first.ne("").sum()))


def _joined(names: Sequence[str], below: Sequence[str]) -> list[str]:
    """Give each option its question: the heading before it that is not empty."""
    tops, top = [], ""
    for name in names:
        top = name or top
        tops.append(top)
    joined = []
    seen: set[str] = set()
    for name, top, sub in zip(names, tops, below, strict=True):
        is_answer = bool(name) and (not sub or sub.casefold() in _RESPONSE or tops.count(top) == 1)
        joined.append(top if is_answer or top == sub else f"{top} - {sub}" if sub else top)
        seen.add(top)
    return joined
