"""Which of a bank's options are innovative, distinctive or evolutionary, by rule."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    check_known,
    numeric_matrix,
    require_columns,
    require_kind,
    require_unique,
)
from brandkit.core.labels import label_text
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.overlap import CatalogGaps
from brandkit.overlap.gaps import LEADS_FROM
from brandkit.overlap.similarity.facets import category_key
from brandkit.positioning import ClaimCheck, Repositioning

Row = dict[Any, Any]
#: Attribute to estimate, ci_low and ci_high of its value.
Values = dict[str, dict[str, float]]
UNKNOWN = dict.fromkeys(("estimate", "ci_low", "ci_high"), float("nan"))

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
"""Share of rivals' offers that do not say up to which "nobody has it" is said."""
RARE, NOBODY = 0.15, 0.05
"""Joint upper ends of rivals' shares up to which something is rare, and nobody has it."""
FEWEST_RATED = 100
"""Persons who must have rated each rival before "no rival" is said of an image."""

_COLUMNS = [
    "option", "evidence", "category", "strategy", "because", "settled", "n_rivals", "n_rivals_have",
    "share_have", "share_not_stated", "estimate", "choice_high", "ci_low", "ci_high", "top_rival",
    "top_share", "top_high", "further_support", "nearest_then",
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
        n_rivals_have share_have share_not_stated estimate choice_high ci_low ci_high top_rival
        top_share top_high further_support nearest_then``. ``evidence`` is "catalogue" or "image";
        ``share_have`` of an image is the share of rivals with as much *after* the move,
        ``top_share`` the highest rival's share of customers now. ``estimate`` and its
        interval are what customers make of it: of a catalogue's attribute its value, of a what-if
        the change of the share of choices; missing without evidence. A single survey tells that
        change as a range only: then ``estimate`` is its lower end, ``choice_high`` its upper one,
        and nothing that rests on it is clear. ``because`` is one of
        "nobody_has_it", "none_would_have_as_much", "nobody_sells_there",
        "few_have_and_customers_value_it", "improves_what_exists", "a_rival_is_seen_so",
        "customers_deny_it_now", "we_lead_already", "no_evidence_of_value", "value_not_shown",
        "too_few_rivals", "too_few_rated", "too_few_offers", "rivals_do_not_say",
        "segments_untold", "may_not_exist", "nothing_raised".
    brand : str
    """

    options: pd.DataFrame
    brand: str

    def glance(self) -> pd.DataFrame:
        """Give one row: how many options of each strategy."""
        names = "n_innovative n_distinctive n_evolutionary n_open"
        counts = dict(zip(names.split(), self.counts().values(), strict=True))
        return self._row(f"brand {names}", **counts)

    def counts(self) -> dict[str, int]:
        """Count the options of each strategy."""
        return {name: int((self.options["strategy"] == name).sum()) for name in STRATEGIES}


def strategy_reading(
    gaps: CatalogGaps,
    *,
    what_ifs: Repositioning | None = None,
    value: HasImportance | pd.DataFrame | None = None,
    links: Mapping[str, str] | None = None,
    claims: ClaimCheck | None = None,
    possible: Collection[tuple[str, str]] = (),
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
    claims : ClaimCheck, optional
        What customers' answers say of each claim; no option is then read against it.
    possible : collection of (category, segment), optional
        Empty segments of a category that can exist: declared, or sold by some bank at an earlier
        date (:func:`~brandkit.overlap.cells_sold`).

    Returns
    -------
    StrategyReading

    Raises
    ------
    InputError
        The what-ifs are another bank's, or a link names nothing.

    Notes
    -----
    Of the catalogue. What no rival's offer lists, and at least 90 % of them say so, is
    **innovative** ("nobody has it"), and so is at most likely a segment of a category where
    nobody, or only this bank, sells, if it can exist: it is among ``possible``, or this bank sells
    there. That a cell is empty in every bank is no evidence of room. What at most a quarter of
    rivals' comparable offers list is **distinctive** where customers value it: the interval of its
    value lies above 0. What at least half of rivals' offers list and ours lack is
    **evolutionary**: it improves what exists.

    Of what-ifs, on shares of customers: innovative where what is raised is rare, the joint upper
    end of every rival's share at most 15 % now (Wilson, one-sided, Bonferroni over rivals), and
    that end is below ours after the move. Else, where a rival has as much as we have now,
    evolutionary. Else distinctive where at most a quarter of rivals are within five points of
    ours now and the change of the share of choices lies above 0; clear where we would be above
    that joint end. Else evolutionary: we lead already. Where the change of choices is known as a
    range only, from a single survey, no class that rests on it is clear.

    With ``claims``: what customers see in a rival is not innovative, what they deny of us now no
    lead, and where they already see it in us, nothing clear is to catch up.

    **Not enough evidence** is a class of its own: fewer than 3 rivals or 5 comparable offers, a
    rival that fewer than 100 rated, a category whose offers mostly state no segment, an empty
    cell of which nobody knows whether it can exist, few who have it but no evidence that customers
    value it, or a what-if that raises nothing. Silence of a catalogue is not absence: what rivals
    do not list they may have, so "nobody" is said only where at most a tenth of their offers
    do not say, and a gap is clear only where ours says no, open where ours says nothing.

    Examples
    --------
    >>> from brandkit.overlap import catalog_gaps
    >>> from brandkit.overlap.examples import small_catalog
    >>> found = strategy_reading(catalog_gaps(small_catalog(), brand="Kestrel"))
    >>> found.options[["option", "strategy", "because"]].values.tolist()[0]
    ['cashback', 'not_enough_evidence', 'too_few_rivals']
    """
    require_kind("gaps", gaps, CatalogGaps, what="the result of catalog_gaps")
    if what_ifs is not None:
        require_kind("what_ifs", what_ifs, Repositioning, what="the result of repositioning")
        if what_ifs.brand != gaps.brand:
            raise InputError(
                f"`what_ifs` must be of the bank of `gaps`, {gaps.brand}; found {what_ifs.brand}."
            )
    if claims is not None:
        require_kind("claims", claims, ClaimCheck, what="the result of claim_check")
    known = _values(value)
    linked = {str(name): str(name) for name in gaps.gaps["attribute"].unique()}
    rule = "lead to attributes of `value`"
    check_known("links", [*(links or {}).values()], list(known), rule=rule)
    linked |= {str(ours): theirs for ours, theirs in (links or {}).items()}

    rows = [
        _gap_row(row, known.get(linked[str(row["attribute"])], UNKNOWN))
        for row in gaps.gaps.to_dict("records")
    ]
    theirs = gaps.cells["n_offers"] - gaps.cells["n_ours"]
    compared = theirs.groupby(gaps.cells["category"]).transform("sum")
    cells = gaps.cells.assign(n_comparable=compared)
    cells = cells[cells["cell"].isin(["empty", "ours_alone"])]
    exist = {(category_key(str(category)), str(segment)) for category, segment in possible}
    rows += [_cell_row(row, exist) for row in cells.to_dict("records")]
    if what_ifs is not None:
        seen = _seen(what_ifs, claims)
        rows += [_move_row(row, seen[row["move"]]) for row in what_ifs.moves.to_dict("records")]
    options = pd.DataFrame(rows, columns=[*_COLUMNS, "n_comparable"])
    texts = ("category", "nearest_then", "top_rival")
    options = options.astype(dict.fromkeys(texts, object))
    return StrategyReading(options=_sorted(options), brand=gaps.brand, notes=_notes(options, value))


# --- what customers value ------------------------------------------------------------------------


def _values(value: HasImportance | pd.DataFrame | None) -> Values:
    """Give estimate and interval of each attribute."""
    if value is None:
        return {}
    frame: Any = getattr(value, "importance", value)
    what = "the result of choice_model or a DataFrame"
    require_kind("value", frame, pd.DataFrame, what=what)
    require_columns(frame, ["attribute", *UNKNOWN], argument="value")
    labels = getattr(value, "labels", {})
    names = [label_text(labels.get(name, name)) for name in frame["attribute"]]
    require_unique("value", names, what="attribute")
    rows = numeric_matrix("value", frame[[*UNKNOWN]], allow_missing=True).tolist()
    worths = [dict(zip(UNKNOWN, row, strict=True)) for row in rows]
    return dict(zip(names, worths, strict=True))


# --- the rules -----------------------------------------------------------------------------------


def _ruled(strategy: str, because: str, settled: str = "open") -> Row:
    return {"strategy": strategy, "because": because, "settled": settled}


def _unknown(because: str) -> Row:
    return _ruled("not_enough_evidence", because)


def _clear_if(is_sure: bool) -> str:
    return "clear" if is_sure else "likely"


def _gap_row(row: Row, worth: Row) -> Row:
    """Class an attribute of the catalogue."""
    option = {"option": row["attribute"], "evidence": "catalogue"}
    return row | option | worth | _gap_rule(row, worth)


def _gap_rule(row: Row, worth: Row) -> Row:
    if row["n_rivals"] < FEWEST_RIVALS:
        return _unknown("too_few_rivals")
    if row["n_comparable"] < FEWEST_OFFERS:
        return _unknown("too_few_offers")
    if row["kind"] == "parity_gap":
        # of what our own catalogue is silent about, we may have it
        sure = _clear_if(row["n_comparable"] >= LEADS_FROM)
        sure = sure if row["state"] == "has_not" else "open"
        return _ruled("evolutionary", "improves_what_exists", sure)
    if row["n_rivals_have"] == 0 and row["share_not_stated"] > SELDOM_UNTOLD:
        return _unknown("rivals_do_not_say")
    if row["n_rivals_have"] == 0:
        return _ruled("innovative", "nobody_has_it", _clear_if(row["n_comparable"] >= LEADS_FROM))
    return _rare(worth, is_few=row["share_have"] <= FEW)


def _rare(worth: Row, *, is_few: bool = True, sure: str = "clear") -> Row:
    """Class what few rivals have: distinctive where customers value it."""
    if np.isnan(worth["estimate"]):
        return _unknown("no_evidence_of_value")
    if is_few and worth["ci_low"] > 0:
        return _ruled("distinctive", "few_have_and_customers_value_it", sure)
    return _unknown("value_not_shown")


def _cell_row(row: Row, exist: Collection[tuple[str, str]]) -> Row:
    """Class a segment of a category where nobody else sells."""
    untold = row["share_not_stated"]
    can_exist = (
        row["cell"] == "ours_alone" or (category_key(str(row["category"])), row["segment"]) in exist
    )
    rule = _ruled("innovative", "nobody_sells_there", "likely")
    if row["n_comparable"] < FEWEST_OFFERS:
        rule = _unknown("too_few_offers")
    if untold >= MOSTLY_UNTOLD:
        rule = _unknown("segments_untold")
    if not can_exist:
        rule = _unknown("may_not_exist")
    return {
        "option": row["segment"],
        "evidence": "catalogue",
        "category": row["category"],
        "n_rivals_have": 0,
        "share_have": 0.0,
        "share_not_stated": untold,
        "n_comparable": row["n_comparable"],
        **rule,
    }


def _move_row(row: Row, seen: Row) -> Row:
    """Class a what-if."""
    worth = {"estimate": row["choice_change"], "ci_low": row["ci_low"], "ci_high": row["ci_high"]}
    if not np.isnan(row.get("choice_low", np.nan)):  # told as a range, by a single survey
        worth["estimate"] = row["choice_low"]
    share = row["n_rivals_have"] / row["n_rivals"]
    option = {"option": row["move"], "evidence": "image", "share_have": share}
    return row | option | worth | _move_rule(row, worth, seen)


def _move_rule(row: Row, worth: Row, seen: Row) -> Row:
    if row["n_rivals"] < FEWEST_RIVALS:
        return _unknown("too_few_rivals")
    if np.isnan(row["n_rivals_have"]):
        return _unknown("nothing_raised")
    is_known = not np.isnan(worth["estimate"])
    # one survey cannot tell what customers said before they chose from what they say since
    is_told = is_known and np.isnan(row.get("choice_high", np.nan))
    sure = "open" if is_known and not worth["ci_low"] > 0 else _clear_if(is_told)
    # what customers see in us already is nothing that clearly has to be caught up with
    level = "likely" if seen["ours"] and sure == "clear" else sure
    is_ahead = row["lead_low"] > 0
    is_new = row["top_high"] <= RARE and is_ahead
    if is_new and seen["rival"]:
        return _ruled("evolutionary", "a_rival_is_seen_so", level)
    if row["n_rivals_now"] > 0 and not is_new:
        return _ruled("evolutionary", "improves_what_exists", level)
    if row["least_base"] < FEWEST_RATED:
        return _unknown("too_few_rated")
    if is_new:
        nobody = row["top_high"] <= NOBODY
        because = "nobody_has_it" if nobody else "none_would_have_as_much"
        return _ruled("innovative", because, "clear")
    if seen["denied"]:
        return _ruled("evolutionary", "customers_deny_it_now", "open")
    rule = _rare(worth, sure=_clear_if(is_ahead and is_told))
    is_few = row["n_rivals_near"] <= FEW * row["n_rivals"]
    if is_few and rule["strategy"] == "distinctive":
        return rule
    return _ruled("evolutionary", "we_lead_already", sure)


def _seen(what_ifs: Repositioning, claims: ClaimCheck | None) -> dict[str, Row]:
    """Say of each what-if whether what it raises is seen in a rival, in us, or denied of us."""
    found, none = {}, pd.DataFrame(columns=["brand", "attribute", "claim"], dtype=object)
    checked = none if claims is None else claims.claims
    raised = what_ifs.changes[what_ifs.changes["change"] > 0]
    brands, attributes = (checked[name].map(label_text) for name in ("brand", "attribute"))
    ours = brands.eq(what_ifs.brand)
    yes, no = (checked["claim"].eq(kind) for kind in ("supported", "contradicted"))
    for move in what_ifs.moves["move"]:
        here = attributes.isin(raised.loc[raised["move"] == move, "attribute"].map(label_text))
        parts = {"rival": here & ~ours & yes, "ours": here & ours & yes, "denied": here & ours & no}
        found[move] = {name: bool(part.any()) for name, part in parts.items()}
    return found


# --- labels --------------------------------------------------------------------------------------


def _sorted(options: pd.DataFrame) -> pd.DataFrame:
    """Put strategies in their order; within them the surer first, what-ifs before features."""
    settled = {"clear": 0, "likely": 1, "open": 2}
    is_last = np.where(options["strategy"] == "evolutionary", -1.0, 1.0)
    keys = (
        options["option"].astype(str),
        options["category"].where(options["category"].notna(), "").astype(str),
        # what most rivals have is the first to catch up with, what fewest have the most distinctive
        options["share_have"].fillna(0.0).astype(float) * is_last,
        options["settled"].map(settled),
        options["evidence"].ne("image"),
        options["n_comparable"].lt(LEADS_FROM),  # few products lead nothing
        options["strategy"].map(STRATEGIES.index),
    )
    order = np.lexsort([key.to_numpy() for key in keys])
    return options[_COLUMNS].iloc[order].reset_index(drop=True)


def _notes(options: pd.DataFrame, value: object) -> tuple[Message, ...]:
    n_missing, n_untold, n_empty = (
        int((options["because"] == because).sum())
        for because in ("no_evidence_of_value", "rivals_do_not_say", "may_not_exist")
    )
    return (
        Message(
            "Strategies are read by rule: innovative, no rival has as much; distinctive, few have "
            "it and customers value it; evolutionary, it improves what exists."
        ),
        *noted(
            "{n:count} {n:option|options} that few rivals have could be distinctive, but nothing "
            "shows whether customers value {n:it|them}.",
            n=n_missing,
        ),
        *noted(
            "Of {n:count} {n:feature|features} that no rival lists, rivals mostly say nothing: "
            "they may have what they do not list.",
            n=n_untold,
        ),
        *noted(
            "{n:count} {n:segment|segments} of a category {n:is|are} empty in every bank; whether "
            "{n:it|they} can exist is not known.",
            n=n_empty,
        ),
        *noted("No evidence on what customers value went in.", is_lacking=value is None),
    )
