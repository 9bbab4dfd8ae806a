"""Tables whose form stands in the way: what they are, and how they would have to be laid out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from brandkit.sources.new.columns import Column, profiled, role_of
from brandkit.sources.survey.words import BANK, pattern
from brandkit.sources.tables.cells import Grid, label_text

#: Headings that say of what day a row is.
_SNAPSHOT = re.compile(
    r"snapshot|as[ _]?of|report|stand|stichtag|period|month|日期|月份|期間|期间|基準日"
)
_DAY = re.compile(r"(?:19|20)\d\d[-/.]\d\d?(?:[-/.]\d\d?)?")
#: Headings of a table of which each row is one answer.
_ASKED = re.compile(
    r"question|item|variable|題目|题目|問題|问题|題項|题项|frage|pregunta", re.IGNORECASE
)
_ANSWERED = re.compile(
    r"answer|response|value|score|rating|回答|答案|得分|評分|评分|antwort|respuesta", re.IGNORECASE
)


def snapshots(columns: Sequence[Column]) -> str:
    """Say that a catalogue holds its products at several dates; an empty text where not."""
    for column in columns:
        days = column.texts and all(map(_DAY.fullmatch, column.texts[:9]))
        if 1 < column.n_distinct < 400 and days and _SNAPSHOT.search(column.name.casefold()):
            return (
                f"it holds products at {column.n_distinct} dates ({column.name}); write each date "
                "into a file of its own, and name them under [[catalog.dates]]"
            )
    return ""


def laid_out_otherwise(grid: Grid) -> str:
    """Say how a table would have to be laid out, where its form alone stands in the way."""
    columns = [profiled(grid, at) for at in range(len(grid.header))]
    brand = role_of(columns, "brand", text=True)
    others = [c for c in columns if c is not brand]
    dates = snapshots(others)
    if brand is not None and role_of(others, "product") is not None and dates:
        return dates
    asked = next((c for c in others if _ASKED.fullmatch(c.name)), None)
    if asked is not None and any(_ANSWERED.fullmatch(c.name) for c in others):
        return (
            f"each row is one answer ({asked.name}); spread it, so that a row is a respondent (and "
            "a bank) and a column a question"
        )
    counts = [label_text(row[0]) for row in grid.rows]
    if not grid.header[0] and counts == [str(at + 1) for at in range(len(counts))]:
        return "its rows bear numbers only; write what each row is about into the first column"
    banks = [name for name in grid.header[1:] if BANK.search(name)]
    if banks and grid.header[2:].count("") >= len(banks) / 2:
        return (
            "products stand side by side as columns; turn it, so that a row is a product with its "
            "bank in a column"
        )
    return ""


def is_experiment(header: Sequence[str]) -> bool:
    """Whether rows are alternatives of choice tasks."""
    told = [re.sub(r"[_\s]+", " ", name) for name in header]
    task, other = (
        any(pattern("experiment", key).fullmatch(name) for name in told)
        for key in ("task", "other")
    )
    return task and other


def is_agreements(header: Sequence[str]) -> bool:
    """Whether rows are the documents of card agreements, without a fee or a rate."""
    named = any("agreement" in name for name in header)
    return named and not any(re.search(r"\bapr\b|\bfee|rate\b", name) for name in header)
