"""Estimates of scores with their intervals and bases, shared by scores and comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.checks import check_whole_number
from brandkit.core.effective_base import effective_base
from brandkit.core.errors import InputError
from brandkit.core.intervals import Interval, nps_interval, t_interval, wilson_interval
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.survey_rows import Data, SurveyRows, Weight
from brandkit.satisfaction.domains import DomainEstimates, Domains
from brandkit.satisfaction.groups import BETWEEN, ROLES, GroupedRows, data_frame, group_text
from brandkit.satisfaction.scales import ItemScale, Limits, Measure, NpsCoding, item_scales

UNITS: dict[Measure, str] = {"mean": "scale", "top2": "share", "nps": "points"}
"""Unit of each measure: points of the item's scale, a share 0-1, points from -100 to 100."""
SMALL, SUPPRESSED = 30, 10
"""Persons beneath which a base is flagged, and beneath which nothing is shown."""

Weighting = Literal["none", "column", "margins"]


def check_bases(minimum_base: int, suppress_below: int) -> None:
    """Refuse limits of bases that cross."""
    check_whole_number("suppress_below", suppress_below, low=1)
    check_whole_number("minimum_base", minimum_base, low=1)
    if suppress_below > minimum_base:
        raise InputError(
            f"`suppress_below` must be at most `minimum_base`; found {suppress_below} and "
            f"{minimum_base}. Write 10 and 30."
        )


def scales_of(
    grouped: GroupedRows,
    data: Data,
    items: Sequence[str],
    *,
    limits: Limits | None,
    nps_coding: NpsCoding | None,
    measures: Measure | Sequence[Measure] | None,
) -> tuple[dict[str, ItemScale], list[Message]]:
    """Find the scales of items in grouped rows (:func:`~.scales.item_scales`)."""
    frame, _ = data_frame(data)
    raw = frame[list(items)].apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    asked: Sequence[Measure] | None = [measures] if isinstance(measures, str) else measures
    return item_scales(
        items, grouped.values, raw=raw, codebook=grouped.rows.limits, limits=limits,
        nps_coding=nps_coding, measures=asked,
    )  # fmt: skip


def measured(
    grouped: GroupedRows, items: Sequence[str], scales: Mapping[str, ItemScale]
) -> dict[Measure, tuple[list[str], DomainEstimates]]:
    """Estimate each measure of all items that have it, in all groups."""
    domains = Domains(grouped.rows, grouped.cell, len(grouped.groups))
    found: dict[Measure, tuple[list[str], DomainEstimates]] = {}
    for measure in UNITS:
        chosen = [at for at, item in enumerate(items) if measure in scales[item].measures]
        if chosen:
            columns = [scales[items[at]].scored(grouped.values[:, at], measure) for at in chosen]
            names = [items[at] for at in chosen]
            found[measure] = names, domains.estimates(np.stack(columns, axis=1))
    return found


def score_interval(estimate: DomainEstimates, measure: Measure, *, level: float) -> Interval:
    """Put intervals around the estimates of one measure, in its unit.

    Parameters
    ----------
    estimate : DomainEstimates
    measure : "mean", "top2" or "nps"
    level : float

    Returns
    -------
    Interval
        Of shape (groups, variables); missing where nobody answered, and for means where all
        answers are alike.
    """
    error = np.sqrt(estimate.variance)
    if measure == "mean":
        found = t_interval(estimate.mean, std_error=error, df=estimate.df, level=level)
        alike = estimate.spread == 0
        return Interval(*(np.where(alike, np.nan, end) for end in found))
    base, df = shown_base(estimate), np.maximum(estimate.carried, 1.0)
    if measure == "top2":
        return wilson_interval(estimate.mean, n=base, df=df, level=level)
    net = estimate.mean / 100
    both = estimate.spread / 100**2 + net**2
    up, down = (np.clip((both + sign * net) / 2, 0.0, 1.0) for sign in (1, -1))
    return nps_interval(up, detractors=down, n=base, df=df, level=level)


def shown_base(estimate: DomainEstimates) -> Floats:
    """Give the base of a simple sample with the same error; missing where nobody answered."""
    fallback = np.minimum(np.nan_to_num(estimate.n_kish), estimate.n_persons)
    empty = estimate.n == 0
    base = effective_base(
        np.where(empty, 0.0, estimate.spread),
        std_error=np.where(empty, 0.0, np.sqrt(estimate.variance)),
        n=np.where(empty, 1.0, fallback),
    )
    return np.where(empty, np.nan, base)


def shown_numbers(
    estimate: DomainEstimates, measure: Measure, *, level: float, bases: tuple[int, int]
) -> dict[str, NDArray[Any]]:
    """Give what a table shows of one measure, each an array of groups by variables.

    Parameters
    ----------
    estimate : DomainEstimates
    measure : "mean", "top2" or "nps"
    level : float
    bases : tuple of int
        Persons beneath which a base is flagged, and beneath which numbers are missing.

    Returns
    -------
    dict
        ``estimate std_error ci_low ci_high n n_respondents n_effective n_kish base``.
    """
    interval = score_interval(estimate, measure, level=level)
    base = base_words(estimate.n_persons, bases)
    hidden = np.isin(base, ("suppressed", "none"))

    def kept(values: Floats) -> Floats:
        return np.where(hidden, np.nan, values)

    return {
        "estimate": kept(estimate.mean),
        "std_error": kept(np.sqrt(estimate.variance)),
        "ci_low": kept(interval.low),
        "ci_high": kept(interval.high),
        "n": estimate.n.astype(np.int64),
        "n_respondents": estimate.n_persons.astype(np.int64),
        "n_effective": kept(shown_base(estimate)),
        "n_kish": kept(estimate.n_kish),
        "base": base,
    }


def in_order(frames: Sequence[pd.DataFrame], items: Sequence[str]) -> pd.DataFrame:
    """Put frames of several items and measures in the order of items, then of measures."""
    whole = pd.concat(frames, ignore_index=True)
    place = {item: at for at, item in enumerate(items)}
    measure = {name: at for at, name in enumerate(UNITS)}
    rank = whole["item"].map(place) * len(UNITS) + whole["measure"].map(measure)
    return whole.iloc[np.argsort(rank.to_numpy(), kind="stable")].reset_index(drop=True)


def base_words(n: Floats, bases: tuple[int, int]) -> NDArray[np.object_]:
    """Say whether bases are enough, small, suppressed or none."""
    words = np.full(n.shape, "enough", dtype=object)
    words[n < bases[0]] = "small"
    words[n < bases[1]] = "suppressed"
    words[n == 0] = "none"
    return words


# --- notes ---------------------------------------------------------------------------------------


def weighting_of(weight: Weight | None, rows: SurveyRows) -> Weighting:
    """Say where the weights of rows come from."""
    if weight is not None and not isinstance(weight, str):
        return "margins"
    return "column" if rows.design.get("weight") is not None else "none"


_ERRORS: dict[Weighting, Message] = {
    "none": Message("The answers are not weighted."),
    "column": Message(
        "Weights come from a column, so errors are those of plain linearisation: the margins the "
        "weights were made for are not known here."
    ),
    "margins": Message("Weights were raked to margins, which the errors take into account."),
}


def score_notes(scores: pd.DataFrame, *, weighting: Weighting) -> list[Message]:
    """Say which errors these are, and name small bases, constant items and empty groups."""
    notes = [_ERRORS[weighting]]
    bases = scores.drop_duplicates(["item", *ROLES])
    small = _groups_with(bases, "small")
    if small:
        said = (
            "Few persons answered in {n:count} {n:group|groups} ({names}); their scores are "
            "flagged."
        )
        notes.append(Message(said, {"n": len(small), "names": small[:5]}))
    hidden = _groups_with(bases, "suppressed")
    if hidden:
        said = "Too few persons answered in {n:count} {n:group|groups} to show: {names}."
        notes.append(Message(said, {"n": len(hidden), "names": hidden[:5]}))
    empty = _groups_with(bases, "none")
    if empty:
        said = "Nobody answered in {n:count} {n:group|groups}: {names}."
        notes.append(Message(said, {"n": len(empty), "names": empty[:5]}))
    alike = scores[(scores["measure"] == "mean") & (scores["std_error"] == 0)]
    if len(alike):
        names = [_cell_name(row, with_item=True) for row in alike.to_dict("records")]
        said = (
            "All answers are alike in {n:count} {n:case|cases} ({names}), so that a mean has no "
            "interval there."
        )
        notes.append(Message(said, {"n": len(names), "names": names[:5]}))
    return notes


def _groups_with(bases: pd.DataFrame, word: str) -> list[str]:
    """Name the groups where any item has such a base, each once."""
    found = bases[bases["base"] == word]
    whole = bool(bases[list(ROLES)].isna().to_numpy().all())
    names = [_cell_name(row, with_item=whole) for row in found.to_dict("records")]
    return list(dict.fromkeys(names))


def _cell_name(row: Mapping[object, object], *, with_item: bool) -> str:
    parts = [group_text(row[role]) for role in ROLES if row[role] is not None]
    return BETWEEN.join([str(row["item"]), *parts] if with_item or not parts else parts)
