"""What stands beneath the figures and tables of bank overlap, and what is said instead of them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Message
from brandkit.overlap.brands import BrandOverlap
from brandkit.overlap.rankings import (
    MOST_BRANDS,
    MOST_ROWS,
    closest_pairs,
    most_alike_rivals,
    ranked_rivals,
)


def brand_overlap_caption(result: BrandOverlap, *, focus: str | None = None) -> Message:
    """Say what the heat map shows and how it is read."""
    n = len(result.brands)
    values: dict[str, Any] = {"brands": n, "most": MOST_BRANDS, "focus": focus}
    if n <= MOST_ROWS:
        return Message(
            "How far the bank of a column has counterparts for the products of the bank of a row, "
            "in percent; banks that are alike stand together. It is not the same both ways: a "
            "large catalogue holds more counterparts. Small frames mark sister banks.",
            values,
        )
    if n <= MOST_BRANDS:
        return Message(
            "How far the bank of a column has counterparts for the products of the bank of a row; "
            "columns carry the numbers of the rows. The darker, the more alike; banks that are "
            "alike stand together. Small frames mark sister banks.",
            values,
        )
    if focus is not None:
        return Message(
            "{focus} and the banks most like it, {most:count} of {brands:count}: how far the bank "
            "of a column has counterparts for the products of the bank of a row; columns carry the "
            "numbers of the rows. The darker, the more alike. Small frames mark sister banks.",
            values,
        )
    return Message(
        "The {most:count} of {brands:count} banks that have another most like them: how far the "
        "bank of a column has counterparts for the products of the bank of a row; columns carry "
        "the numbers of the rows. The darker, the more alike. Small frames mark sister banks.",
        values,
    )


def brand_overlap_alt(result: BrandOverlap, *, focus: str | None = None) -> Message:
    """Describe the heat map for those who cannot see it."""
    ranked = most_alike_rivals(result)
    values: dict[str, Any] = {"n": min(len(result.brands), MOST_BRANDS), "focus": focus}
    if not len(ranked):
        return Message("Heat map of {n:count} banks of which no two can be compared.", values)
    first, last = _records(ranked)[0], _records(ranked)[-1]
    values |= {
        "a": first["brand_a"], "b": first["brand_b"], "high": first["overlap"],
        "c": last["brand_a"], "d": last["brand_b"], "low": last["overlap"],
    }  # fmt: skip
    if focus is None:
        return Message(
            "Heat map of {n:count} banks against each other. Of rivals, {a} and {b} are most "
            "alike ({high:percent}), {c} and {d} least ({low:percent}).",
            values,
        )
    near = ranked_rivals(result, brand=focus)
    values |= {"near": near["brand_b"].iloc[0], "overlap": near["overlap"].iloc[0],
               "far": near["brand_b"].iloc[-1], "least": near["overlap"].iloc[-1]}  # fmt: skip
    return Message(
        "Heat map of {n:count} banks against each other; {focus} is framed. Its row is darkest at "
        "{near} ({overlap:percent}) and lightest at {far} ({least:percent}). Of rivals, {a} and "
        "{b} are most alike ({high:percent}).",
        values,
    )


def brands_table_caption(result: BrandOverlap) -> Message:
    """Say what the table of banks holds."""
    return Message(
        "{n:count} banks: how much of what they offer no rival has, and the rival nearest to each. "
        "“Stays nearest” is the share of resamples of the bank's products in which that rival "
        "remains the nearest.",
        {"n": len(result.brands)},
    )


def nearest_rivals_caption(result: BrandOverlap, *, focus: str | None = None) -> Message:
    """Say what the dots, lines and ticks of the dot plot are."""
    values: dict[str, Any] = {"level": result.level, "focus": focus}
    if focus is None:
        values |= {"n": min(MOST_ROWS, len(closest_pairs(result)))}
        return Message(
            "The {n:count} banks with the nearest rivals. Dot: how far the second bank has "
            "counterparts for the first's products. Line: {level:percent} stability interval, the "
            "first's products resampled; none under five products. Tick: what a bank of the "
            "second's size would reach by chance; excess: how much of the rest it covers.",
            values,
        )
    ranked = ranked_rivals(result, brand=focus)
    values |= {"n": min(MOST_ROWS, len(ranked)), "rivals": len(ranked)}
    return Message(
        "The {n:count} of {rivals:count} banks nearest to {focus}. Dot: how far they have "
        "counterparts for its products; hollow: a sister bank. Line: {level:percent} stability "
        "interval, its products resampled; none under five products. Tick: what a bank of that "
        "size would reach by chance; excess: how much of the rest it covers.",
        values,
    )


def nearest_rivals_alt(result: BrandOverlap, *, focus: str | None = None) -> Message:
    """Describe the dot plot for those who cannot see it."""
    rows = closest_pairs(result) if focus is None else ranked_rivals(result, brand=focus)
    rows = rows.head(MOST_ROWS)
    if not len(rows):
        return Message("Dot plot without a row: no rival can be compared.")
    first, last = _records(rows)[0], _records(rows)[-1]
    values = {
        "n": len(rows), "focus": focus, "a": first["brand_a"], "b": first["brand_b"],
        "high": first["overlap"], "c": last["brand_a"], "d": last["brand_b"],
        "low": last["overlap"],
    }  # fmt: skip
    if focus is None:
        text = (
            "Dot plot of {n:count} banks and their nearest rivals, from {a} with {b} "
            "({high:percent}) down to {c} with {d} ({low:percent})."
        )
        return Message(text, values)
    text = (
        "Dot plot of the {n:count} banks nearest to {focus}, from {b} ({high:percent}) down to {d} "
        "({low:percent})."
    )
    return Message(text, values)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
