"""Which of a bank's options are innovative, distinctive or evolutionary, by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    did_you_mean,
    numeric_matrix,
    require_columns,
    require_unique,
    shown,
)
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap import CatalogGaps
from brandkit.positioning.options.repositioning import Repositioning

#: Attribute to estimate, ci_low and ci_high of its value.
Values = dict[str, dict[str, float]]

STRATEGIES = ("innovative", "distinctive", "evolutionary", "not_enough_evidence")

FEWEST_RIVALS = 3
"""Rivals under which "nobody" and "few" mean nothing."""
FEWEST_OFFERS = 5
"""Rivals' comparable offers under which a catalogue says too little of an attribute."""
FEW = 0.25
"""Share of rivals' offers, or of rivals, up to which few have something."""
MOSTLY_UNTOLD = 0.5
"""Share of offers that state no segment from which a cell is untold rather than empty."""
SELDOM_UNTOLD = 0.1
"""Share of rivals' offers that do not say up to which "nobody has it" is clear."""
ALONE, SURELY_ALONE = 0.8, 0.95
"""Shares of draws in which no rival has as much, from which that is likely, and clear."""

_COLUMNS = [
    "option", "evidence", "category", "strategy", "because", "settled", "n_rivals", "n_rivals_have",
    "share_have", "share_not_stated", "estimate", "ci_low", "ci_high", "alone_support",
    "further_support", "nearest_then",
]  # fmt: skip


@runtime_checkable
class HasImportance(Protocol):
    """What has importances of attributes: the result of ``choice_model``."""

    @property
    def importance(self) -> pd.DataFrame:
        """One row an attribute: ``attribute estimate ci_low ci_high``."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class StrategyReading(Result):
    """Options of a bank, each with its strategy and the evidence it is read from.

    Parameters
    ----------
    options : DataFrame
        One row an option, by strategy: ``option evidence category strategy because settled n_rivals
        n_rivals_have share_have share_not_stated estimate ci_low ci_high alone_support
        further_support nearest_then``. ``evidence`` is "catalogue" or "image". ``estimate`` and its
        interval are what customers make of it: of a catalogue's attribute its value, of a what-if
        the change of the share of choices; missing without evidence. ``because`` is one of
        "nobody_has_it", "nobody_sells_there", "few_have_and_customers_value_it",
        "improves_what_exists", "we_lead_already", "no_evidence_of_value", "value_not_shown",
        "too_few_rivals", "too_few_offers", "segments_untold", "nothing_raised".
    brand : str
    """

    options: pd.DataFrame
    brand: str

    def tidy(self) -> pd.DataFrame:
        """Give the options."""
        return self.options.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: how many options of each strategy."""
        counts = self.options["strategy"].value_counts()
        names = ("n_innovative", "n_distinctive", "n_evolutionary", "n_open")
        found = {
            name: [int(counts.get(strategy, 0))]
            for name, strategy in zip(names, STRATEGIES, strict=True)
        }
        return pd.DataFrame({"brand": [self.brand], **found})


def strategy_reading(
    gaps: CatalogGaps,
    *,
    what_ifs: Repositioning | None = None,
    value: HasImportance | pd.DataFrame | None = None,
    links: Mapping[str, str] | None = None,
) -> StrategyReading:
    """Read a bank's gaps and what-ifs as strategies, by stated rules.

    Answers *which of our options would be new, which would set us apart where it counts, and
    which only bring us level?*

    Parameters
    ----------
    gaps : CatalogGaps
        Of the focus bank.
    what_ifs : Repositioning, optional
        What-ifs of the same bank, with or without evidence on choices.
    value : ChoiceModel or DataFrame, optional
        What customers value: ``attribute estimate ci_low ci_high``, above 0 for valued. Of a
        choice model the rise of the chance to be chosen.
    links : mapping of catalogue attribute to attribute of `value`, optional
        Which question of the survey speaks of which feature. Attributes of the same name are
        linked without it.

    Returns
    -------
    StrategyReading

    Raises
    ------
    InputError
        The what-ifs are another bank's, or a link names nothing.

    Notes
    -----
    Of the catalogue. What no rival's offer lists is **innovative** ("nobody has it"), and so is a
    segment of a category where nobody, or only this bank, sells. What at most a quarter of rivals'
    comparable offers list is **distinctive** where customers value it: the interval of its value
    lies above 0. What at least half of rivals' offers list and ours lack is **evolutionary**: it
    improves what exists.

    Of what-ifs, on rivals' shares: innovative where no rival has as much of all that is raised,
    in 80 % of draws; distinctive where at most a quarter of rivals have, and the change of the
    share of choices lies above 0; else evolutionary, as is more of what no rival has as much of
    already.

    **Not enough evidence** is a class of its own: fewer than 3 rivals or 5 comparable offers, a
    category whose offers mostly state no segment, few who have it but no evidence that customers
    value it, or a what-if that raises nothing. Silence of a catalogue is not absence: what rivals
    do not list they may have, so "nobody" is clear only where at most a tenth of their offers
    do not say, and a gap only where ours says no.

    Examples
    --------
    >>> from brandkit.overlap import catalog_gaps
    >>> from brandkit.overlap.examples import small_catalog
    >>> found = strategy_reading(catalog_gaps(small_catalog(), brand="Kestrel"))
    >>> found.options[["option", "strategy", "because"]].values.tolist()[0]
    ['cashback', 'not_enough_evidence', 'too_few_rivals']
    """
    if not isinstance(gaps, CatalogGaps):
        raise TypeError(f"`gaps` must be the result of catalog_gaps; found {type(gaps).__name__}.")
    if what_ifs is not None and not isinstance(what_ifs, Repositioning):
        raise TypeError(
            f"`what_ifs` must be the result of repositioning; found {type(what_ifs).__name__}."
        )
    if what_ifs is not None and what_ifs.brand != gaps.brand:
        raise InputError(
            f"`what_ifs` must be of the bank of `gaps`, {gaps.brand}; found {what_ifs.brand}."
        )
    known = _values(value)
    linked = _links(links, gaps, known)

    rows = [_gap_row(row, known, linked) for row in _records(gaps.gaps)]
    rows += [
        _cell_row(row) for row in _records(gaps.cells) if row["cell"] in ("empty", "ours_alone")
    ]
    if what_ifs is not None:
        rows += [_move_row(row) for row in _records(what_ifs.moves)]
    options = pd.DataFrame(rows, columns=_COLUMNS).astype(
        {"category": object, "nearest_then": object}
    )
    return StrategyReading(options=_sorted(options), brand=gaps.brand, notes=_notes(options, value))


# --- what customers value ----------------------------------------------------------------------


def _values(value: HasImportance | pd.DataFrame | None) -> Values:
    """Give estimate and interval of each attribute."""
    columns = ["estimate", "ci_low", "ci_high"]
    if value is None:
        return {}
    frame = value if isinstance(value, pd.DataFrame) else getattr(value, "importance", None)
    if not isinstance(frame, pd.DataFrame):
        raise TypeError(
            "`value` must be the result of choice_model or a DataFrame; found "
            f"{type(value).__name__}."
        )
    require_columns(frame, ["attribute", *columns], argument="value")
    told = getattr(value, "labels", {})
    names = [str(told.get(name, name)) for name in frame["attribute"]]
    require_unique("value", names, what="attribute")
    rows = numeric_matrix("value", frame[columns], allow_missing=True).tolist()
    return {
        name: dict(zip(columns, row, strict=True)) for name, row in zip(names, rows, strict=True)
    }


def _links(links: Mapping[str, str] | None, gaps: CatalogGaps, known: Values) -> dict[str, str]:
    """Give the attribute of `value` for each catalogue attribute that has one."""
    listed = [str(name) for name in gaps.gaps["attribute"].unique()]
    linked = {name: name for name in listed if name in known}
    for ours, theirs in (links or {}).items():
        if theirs not in known:
            have = list(known)
            raise InputError(
                f"`links` must lead to attributes of `value`; found {shown(theirs)}."
                f"{did_you_mean(str(theirs), have) or f' It has {shown(have, most=14)}.'}"
            )
        linked[str(ours)] = theirs
    return linked


def _is_valued(row: Mapping[str, float]) -> bool:
    return bool(row["ci_low"] > 0)


# --- the rules ---------------------------------------------------------------------------------


def _gap_row(
    row: Mapping[str, object], known: Values, linked: Mapping[str, str]
) -> dict[str, object]:
    """Class an attribute of the catalogue."""
    name = linked.get(str(row["attribute"]))
    nothing = dict.fromkeys(("estimate", "ci_low", "ci_high"), float("nan"))
    worth = nothing if name is None else known[name]
    strategy, because, settled = _gap_rule(row, worth)
    return {
        "option": row["attribute"], "evidence": "catalogue", "category": row["category"],
        "strategy": strategy, "because": because, "settled": settled,
        **{key: row[key] for key in ("n_rivals", "n_rivals_have", "share_have",
                                     "share_not_stated")},
        **worth,
    }  # fmt: skip


def _gap_rule(row: Mapping[str, object], worth: Mapping[str, float]) -> tuple[str, str, str]:
    if int(str(row["n_rivals"])) < FEWEST_RIVALS:
        return "not_enough_evidence", "too_few_rivals", "open"
    if int(str(row["n_comparable"])) < FEWEST_OFFERS:
        return "not_enough_evidence", "too_few_offers", "open"
    if row["kind"] == "parity_gap":
        return "evolutionary", "improves_what_exists", _clear_if(row["state"] == "has_not")
    if row["n_rivals_have"] == 0:
        is_told = float(str(row["share_not_stated"])) <= SELDOM_UNTOLD
        return "innovative", "nobody_has_it", _clear_if(is_told)
    if np.isnan(worth["estimate"]):
        return "not_enough_evidence", "no_evidence_of_value", "open"
    if float(str(row["share_have"])) <= FEW and _is_valued(worth):
        return "distinctive", "few_have_and_customers_value_it", "clear"
    return "not_enough_evidence", "value_not_shown", "open"


def _cell_row(row: Mapping[str, object]) -> dict[str, object]:
    """Class a segment of a category where nobody else sells."""
    untold = float(str(row["share_not_stated"]))
    found = ("innovative", "nobody_sells_there", _clear_if(untold <= SELDOM_UNTOLD))
    if untold >= MOSTLY_UNTOLD:
        found = ("not_enough_evidence", "segments_untold", "open")
    return {
        "option": row["segment"], "evidence": "catalogue", "category": row["category"],
        "strategy": found[0], "because": found[1], "settled": found[2], "n_rivals_have": 0,
        "share_have": 0.0, "share_not_stated": untold,
    }  # fmt: skip


def _move_row(row: Mapping[str, object]) -> dict[str, object]:
    """Class a what-if."""
    values = {key: float(str(row[key])) for key in (
        "n_rivals", "n_rivals_now", "n_rivals_have", "alone_support", "further_support",
        "choice_change", "ci_low", "ci_high",
    )}  # fmt: skip
    strategy, because, settled = _move_rule(values)
    return {
        "option": row["move"], "evidence": "image", "strategy": strategy, "because": because,
        "settled": settled, "n_rivals": row["n_rivals"], "n_rivals_have": row["n_rivals_have"],
        "share_have": values["n_rivals_have"] / values["n_rivals"],
        "estimate": values["choice_change"], "ci_low": values["ci_low"],
        "ci_high": values["ci_high"], "alone_support": values["alone_support"],
        "further_support": values["further_support"], "nearest_then": row["nearest_then"],
    }  # fmt: skip


def _move_rule(values: Mapping[str, float]) -> tuple[str, str, str]:
    if values["n_rivals"] < FEWEST_RIVALS:
        return "not_enough_evidence", "too_few_rivals", "open"
    if np.isnan(values["n_rivals_have"]):
        return "not_enough_evidence", "nothing_raised", "open"
    is_known = not np.isnan(values["choice_change"])
    is_ahead = values["n_rivals_now"] == 0
    if not is_ahead and values["n_rivals_have"] == 0 and values["alone_support"] >= ALONE:
        return "innovative", "nobody_has_it", _clear_if(values["alone_support"] >= SURELY_ALONE)
    if not is_ahead and values["n_rivals_have"] <= FEW * values["n_rivals"]:
        if not is_known:
            return "not_enough_evidence", "no_evidence_of_value", "open"
        if _is_valued(values):
            return "distinctive", "few_have_and_customers_value_it", "clear"
        return "not_enough_evidence", "value_not_shown", "open"
    because = "we_lead_already" if is_ahead else "improves_what_exists"
    settled = "open" if is_known and not _is_valued(values) else _clear_if(is_known)
    return "evolutionary", because, settled


def _clear_if(is_sure: bool) -> str:
    return "clear" if is_sure else "likely"


# --- frames ------------------------------------------------------------------------------------


def _sorted(options: pd.DataFrame) -> pd.DataFrame:
    """Put strategies in their order; within them the surer first, what-ifs before features."""
    settled = {"clear": 0, "likely": 1, "open": 2}
    keys = (
        options["option"].astype(str),
        options["category"].where(options["category"].notna(), "").astype(str),
        # what most rivals have is the first to catch up with, what fewest have the most distinctive
        options["share_have"].fillna(0.0).astype(float)
        * np.where(options["strategy"] == "evolutionary", -1.0, 1.0),
        options["settled"].map(settled), options["evidence"].ne("image"),
        options["strategy"].map(STRATEGIES.index),
    )  # fmt: skip
    return options.iloc[np.lexsort([key.to_numpy() for key in keys])].reset_index(drop=True)


def _notes(options: pd.DataFrame, value: object) -> tuple[Message, ...]:
    notes = [
        Message(
            "Strategies are read by rule: innovative, nobody has it; distinctive, few have it and "
            "customers value it; evolutionary, it improves what exists."
        )
    ]
    missing = int((options["because"] == "no_evidence_of_value").sum())
    if missing:
        text = (
            "{n:count} {n:option|options} that few rivals have could be distinctive, but nothing "
            "shows whether customers value {n:it|them}."
        )
        notes.append(Message(text, {"n": missing}))
    silent = (options["because"] == "nobody_has_it") & (options["evidence"] == "catalogue")
    untold = int((silent & (options["share_not_stated"] > SELDOM_UNTOLD)).sum())
    if untold:
        text = (
            "Of {n:count} {n:feature|features} that no rival lists, rivals mostly say nothing: "
            "they may have what they do not list."
        )
        notes.append(Message(text, {"n": untold}))
    if value is None:
        notes.append(Message("No evidence on what customers value went in."))
    return tuple(notes)


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
