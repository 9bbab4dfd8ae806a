"""What changed in overlap over time, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message
from brandkit.core.result import Result
from brandkit.language import translate
from brandkit.sources.catalog.reference import Reference

INDEX_NAMES: Mapping[str, Message] = MappingProxyType({
    "all_own": Message("all banks"),
    "panel_own": Message("the same banks"),
    "panel_fixed": Message("in the same words"),
    "panel_fixed_disclosed": Message("told at both ends"),
    "chained": Message("linked date to date"),
})  # fmt: skip
COMPONENT_NAMES: Mapping[str, Message] = MappingProxyType({
    "total": Message("All in all"),
    "entry_exit": Message("Banks come and go"),
    "vocabulary": Message("New words"),
    "disclosure": Message("More is told"),
    "real": Message("Real change"),
})  # fmt: skip


INDICES = ("all_own", "panel_own", "panel_fixed", "panel_fixed_disclosed")
"""All banks in their own words; the panel; in fixed words; only cells disclosed at both ends."""
COMPONENTS = ("entry_exit", "vocabulary", "disclosure", "real")
"""What a change is made of, in the order in which it is taken apart."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class OverlapHistory(Result):
    """How alike the banks' catalogues were from date to date, and what changed.

    Parameters
    ----------
    indices : DataFrame
        One row a date and index: ``as_of index estimate n_brands n_offers usable``. ``index`` is
        "all_own" (all banks, own vocabulary), "panel_own", "panel_fixed" (fixed vocabulary),
        "panel_fixed_disclosed" (and only cells disclosed at both ends) or "chained" (the last
        one, linked from date to date). At a date that is a gap ``usable`` is False and the
        estimate missing.
    change : DataFrame
        From the first usable date to the last: ``component estimate range_low range_high on_first
        on_last``. "entry_exit", "vocabulary", "disclosure" and "real" add up to "total".
    brands : DataFrame
        The same for each bank of the panel: ``brand component estimate range_low range_high``.
    dates : DataFrame
        One row a date: ``as_of usable n_brands n_unusable share_unusable``.
    usable : DataFrame
        One row a bank and date: ``as_of brand usable in_panel n_records n_failed reason``.
    reference : Reference
        What all similarities were measured against.
    """

    indices: pd.DataFrame
    change: pd.DataFrame
    brands: pd.DataFrame
    dates: pd.DataFrame
    usable: pd.DataFrame
    reference: Reference

    def tidy(self) -> pd.DataFrame:
        """Give the change and its components."""
        return self.change.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: the span, the panel, the total and the real change."""
        usable = self.dates.loc[self.dates["usable"], "as_of"]
        change = self.change.set_index("component")["estimate"]
        return pd.DataFrame({
            "first_as_of": [usable.min()],
            "last_as_of": [usable.max()],
            "n_dates": [len(usable)],
            "n_gaps": [int((~self.dates["usable"]).sum())],
            "n_panel": [int(self.brands["brand"].nunique())],
            "total_change": [change["total"]],
            "real_change": [change["real"]],
            "reference": [self.reference.sha256],
        })  # fmt: skip


_NOTHING = 1e-9


def overlap_history_findings(
    result: OverlapHistory, *, focus: str | None = None
) -> tuple[Finding, ...]:
    """Say whether banks have become more alike, what only looks like it, and what of the focus.

    Parameters
    ----------
    result : OverlapHistory
    focus : str, optional

    Returns
    -------
    tuple of Finding

    Examples
    --------
    >>> from datetime import date
    >>> from brandkit.overlap import overlap_history
    >>> from brandkit.overlap.examples import small_catalog
    >>> days = {date(2025, 3, 1): small_catalog(), date(2026, 3, 1): small_catalog()}
    >>> str(overlap_history_findings(overlap_history(days))[0].headline)
    'Banks are as alike as they were.'
    """
    found = [_direction_finding(result), _look_finding(result)]
    if focus is not None:
        found.append(_focus_finding(result, focus))
    return tuple(one for one in found if one is not None)


def overlap_history_caption(result: OverlapHistory) -> Message:
    """Say what the four lines are."""
    facts = _facts(result)
    values = {"panel": int(facts["n_panel"]), "gaps": int(facts["n_gaps"])}
    text = Message(
        "How alike banks' offers are to rivals', as many rival offers drawn at each date. Four "
        "counts: all banks; only the {panel:count} banks of every date; these in a fixed "
        "vocabulary; and only what is told at both ends. The scale does not begin at 0.",
        values,
    )
    if not facts["n_gaps"]:
        return text
    return Message("{text} Hatched: {gaps:count} {gaps:date|dates} that cannot be used.",
                   {**values, "text": text})  # fmt: skip


def overlap_history_alt(result: OverlapHistory) -> Message:
    """Describe the lines for those who cannot see them."""
    rows = result.indices[result.indices["usable"]]
    own = rows[rows["index"] == "all_own"].sort_values("as_of")["estimate"]
    like = rows[rows["index"] == "panel_fixed_disclosed"].sort_values("as_of")["estimate"]
    return Message(
        "Lines over {n:count} dates. All banks: from {a:percent1} to {b:percent1}. The same banks, "
        "words and cells: from {c:percent1} to {d:percent1}.",
        {"n": len(own), "a": own.iloc[0], "b": own.iloc[-1], "c": like.iloc[0],
         "d": like.iloc[-1]},
    )  # fmt: skip


def overlap_change_caption(result: OverlapHistory) -> Message:
    """Say what the parts of the change are."""
    return Message(
        "What the change of {total:signed} percentage points from the first date to the last is "
        "made of; the parts add up. Line: range over the orders in which parts can be taken out; "
        "for real change also over the words of the first and the last date (ticks).",
        {"total": float(_facts(result)["total_change"]) * 100},
    )


def overlap_change_alt(result: OverlapHistory) -> Message:
    """Describe the parts for those who cannot see them."""
    parts = result.change.set_index("component")["estimate"] * 100
    names = [COMPONENT_NAMES[name] for name in ("total", *COMPONENTS)]
    said = [
        Message("{name} {value:signed}", {"name": name, "value": parts[key]})
        for name, key in zip(names, ("total", *COMPONENTS), strict=True)
    ]
    return Message("Dots with ranges, in percentage points: {parts}.", {"parts": said})


def history_rows(result: OverlapHistory) -> pd.DataFrame:
    """Give the indices for a table, in words of the language in use.

    Parameters
    ----------
    result : OverlapHistory

    Returns
    -------
    DataFrame
        ``as_of index estimate n_brands n_offers``.
    """
    rows = result.indices[result.indices["usable"]]
    said = rows.assign(index=[translate(INDEX_NAMES[name]) for name in rows["index"]],
                       estimate=rows["estimate"].round(6))  # fmt: skip
    return said[["as_of", "index", "estimate", "n_brands", "n_offers"]].reset_index(drop=True)


def change_rows(result: OverlapHistory) -> pd.DataFrame:
    """Give the parts of the change for a table, in words of the language in use."""
    rows = result.change
    return rows.assign(component=[translate(COMPONENT_NAMES[name]) for name in rows["component"]])


def _direction_finding(result: OverlapHistory) -> Finding:
    real = _parts(result.change)["real"]
    facts = _facts(result)
    values: dict[str, Any] = {
        "estimate": real["estimate"] * 100, "low": real["range_low"] * 100,
        "high": real["range_high"] * 100, "panel": int(facts["n_panel"]),
        "dates": int(facts["n_dates"]),
    }  # fmt: skip
    detail = Message(
        "Real change {estimate:signed} percentage points ({low:signed} to {high:signed}, by the "
        "vocabulary and what counts as new), {panel:count} banks at {dates:count} dates.",
        values,
    )
    if pd.isna(real["estimate"]):
        headline = Message("Whether banks have become more alike cannot be told.")
        return Finding(headline, Message("Nothing is disclosed at both ends."), "open")
    if max(abs(real["range_low"]), abs(real["range_high"])) < _NOTHING:
        return Finding(Message("Banks are as alike as they were."), detail, "clear")
    if real["range_low"] > -_NOTHING:
        settled = real["range_low"] > _NOTHING
        return Finding(
            Message("Banks have become more alike."), detail, "clear" if settled else "likely"
        )
    if real["range_high"] < _NOTHING:
        settled = real["range_high"] < -_NOTHING
        return Finding(
            Message("Banks have become less alike."), detail, "clear" if settled else "likely"
        )
    headline = Message("Whether banks become more alike is not determined.")
    return Finding(headline, detail, "open")


def _look_finding(result: OverlapHistory) -> Finding | None:
    """What only makes banks look more alike."""
    parts = _parts(result.change)
    looks = ("entry_exit", "vocabulary", "disclosure")
    name = max(looks, key=lambda part: abs(parts[part]["estimate"]))
    most, total, real = parts[name], parts["total"]["estimate"], parts["real"]["estimate"]
    if abs(most["estimate"]) <= _NOTHING or pd.isna(real):
        return None
    values = {
        "name": COMPONENT_NAMES[name], "part": most["estimate"] * 100, "total": total * 100,
        "low": most["range_low"] * 100, "high": most["range_high"] * 100, "real": real * 100,
    }  # fmt: skip
    detail = Message(
        "Of {total:signed} percentage points in all, “{name}” makes {part:signed} ({low:signed} to "
        "{high:signed}) and real change {real:signed}.",
        values,
    )
    one_sign = most["range_low"] * most["range_high"] > 0
    if abs(most["estimate"]) > abs(real):
        headline = Message("“{name}” makes more of the change than real change does.", values)
        return Finding(headline, detail, "likely" if one_sign else "open")
    headline = Message("Real change makes more of it than what is told, named or gone.", values)
    return Finding(headline, detail, "likely" if one_sign else "open")


def _focus_finding(result: OverlapHistory, focus: str) -> Finding | None:
    own = _parts(result.brands[result.brands["brand"] == focus])
    if "real" not in own or pd.isna(own["real"]["estimate"]):
        return None
    mine = own["real"]
    values = {
        "brand": focus, "estimate": mine["estimate"] * 100, "low": mine["range_low"] * 100,
        "high": mine["range_high"] * 100,
    }  # fmt: skip
    detail = Message(
        "Real change {estimate:signed} percentage points ({low:signed} to {high:signed}).", values
    )
    if mine["range_low"] > _NOTHING:
        return Finding(Message("{brand} has become more like its rivals.", values), detail, "clear")
    if mine["range_high"] < -_NOTHING:
        return Finding(Message("{brand} has become less like its rivals.", values), detail, "clear")
    headline = Message("Whether {brand} moves toward its rivals is not determined.", values)
    return Finding(headline, detail, "open")


def _parts(change: pd.DataFrame) -> dict[str, dict[str, float]]:
    numbers = change.set_index("component")[["estimate", "range_low", "range_high"]]
    return {
        str(name): {"estimate": float(a), "range_low": float(b), "range_high": float(c)}
        for name, (a, b, c) in zip(numbers.index, numbers.to_numpy(dtype=float), strict=True)
    }


def _facts(result: OverlapHistory) -> dict[str, Any]:
    return {str(name): value for name, value in result.glance().iloc[0].items()}
