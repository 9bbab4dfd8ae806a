"""Segments in sentences: how many, how large, what sets them apart, and how lasting they are."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.satisfaction.groups import and_more, first_names
from brandkit.satisfaction.segments.segments import CustomerSegments, profile_rows, segment_name

LASTING, SKETCHY = 0.8, 0.6
"""Adjusted Rand index from which classes are called lasting, and under which a sketch."""
CLEAR, LIKELY = 0.01, 0.05


def customer_segments_headline(result: CustomerSegments) -> Message:
    """Say in one sentence what segments there are, for a title.

    Parameters
    ----------
    result : CustomerSegments

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.satisfaction.segments.segments import customer_segments
    >>> answers = pd.DataFrame({"tier": ["low", "high"] * 30, "fees": [5.0, 7, 6, 8] * 15})
    >>> found = customer_segments(answers, items=["fees"], tiers="tier")
    >>> str(customer_segments_headline(found))
    'Customers of 2 tiers differ most in “fees”'
    """
    n = len(result.segments)
    if n == 1 and result.kind == "tiers":
        return Message("All customers are of one tier")
    if n == 1:
        return Message("The answers show no groups of customers")
    values: dict[str, Any] = {"n": n}
    if result.kind == "classes":
        values |= {"index": result.stability["rand_index"]}
        if result.stability["rand_index"] < SKETCHY:
            return Message(
                "{n:count} groups of customers, which other samples may not show", values
            )
        return Message("{n:count} groups of customers, told apart by their answers", values)
    told = _told_apart(result)
    values["item"] = told[0] if told else ""
    if _over_items(result) > LIKELY:
        return Message("Customers of {n:count} tiers answer much alike", values)
    return Message(
        "Customers of {n:count} tiers differ most in “{item}”", values | {"item": told[0]}
    )


def customer_segments_findings(result: CustomerSegments) -> tuple[Finding, ...]:
    """Say how large the segments are, what sets them apart, and how lasting classes are.

    Parameters
    ----------
    result : CustomerSegments

    Returns
    -------
    tuple of Finding
    """
    if len(result.segments) == 1 and result.kind == "tiers":
        return (_size_finding(result),)
    if len(result.segments) == 1:
        detail = Message(
            "One class fits best of up to {n:count} (least BIC; {k:count} persons).",
            {"n": int(result.fits["n_classes"].max()), "k": int(result.segments["n"].sum())},
        )
        said = "The answers show no groups of customers."
        return (Finding(Message(said), detail, "likely"),)
    found = [_size_finding(result)]
    if result.kind == "tiers":
        return (*found, _tier_finding(result))
    return (*found, _shape_finding(result), _stability_finding(result))


def _size_finding(result: CustomerSegments) -> Finding:
    sizes = result.segments.sort_values("share", ascending=False, kind="stable")
    first, last = sizes.iloc[0], sizes.iloc[-1]
    values = {
        "name": segment_name(result, first["segment"]), "share": first["share"],
        "low": first["ci_low"], "high": first["ci_high"], "level": first["ci_level"],
        "last": segment_name(result, last["segment"]), "least": last["share"],
        "n": int(sizes["n"].sum()),
    }  # fmt: skip
    detail = Message(
        "{share:percent} of the customers ({low:percent} to {high:percent}, {level:percent}); the "
        "smallest, {last}, holds {least:percent}; {n:count} persons.",
        values,
    )
    said = "The largest segment is {name}."
    return Finding(Message(said, values), detail, "clear")


def _tier_finding(result: CustomerSegments) -> Finding:
    told = _told_apart(result)
    items = result.profiles["item"].nunique()
    values: dict[str, Any] = {"n": len(told), "items": items, "names": first_names(told),
                              "more": and_more(told), "k": len(result.segments)}  # fmt: skip
    if not told:
        detail = Message(
            "In none of {items:count} items does a tier differ from all customers (all tiers at "
            "once).",
            values,
        )
        return Finding(Message("The tiers answer much alike."), detail, "open")
    row = dict(_tested(result).iloc[0])
    values |= {"item": row["label"], "tier": row["segment"], "gap": row["difference"],
               "p": row["p_adjusted"]}  # fmt: skip
    detail = Message(
        "{n:count} of {items:count} items tell tiers apart: {names}{more}. Most of all “{item}”: "
        "{tier} is {gap:signed} from all customers (p {p:p}, all tiers at once).",
        values,
    )
    p_value = _over_items(result)
    if p_value > LIKELY:  # so many items were looked at that one is bound to stand out
        return Finding(Message("Whether the tiers answer differently is open."), detail, "open")
    settled: Settled = "clear" if p_value <= CLEAR else "likely"
    return Finding(Message("The tiers answer differently."), detail, settled)


def _shape_finding(result: CustomerSegments) -> Finding:
    rows = profile_rows(result, most=1)
    low, high = (
        rows.iloc[int(at)]
        for at in (rows["estimate"].to_numpy().argmin(), rows["estimate"].to_numpy().argmax())
    )
    values = {
        "item": low["label"], "low": low["estimate"], "high": high["estimate"],
        "least": segment_name(result, low["segment"]),
        "most": segment_name(result, high["segment"]), "k": len(result.segments),
    }  # fmt: skip
    detail = Message(
        "From {low:decimal2} in {least} to {high:decimal2} in {most}. Classes are made to differ, "
        "so no test is given.",
        values,
    )
    return Finding(Message("The classes lie furthest apart in “{item}”.", values), detail, "likely")


def _stability_finding(result: CustomerSegments) -> Finding:
    values = {"index": result.stability["rand_index"], "low": result.stability["rand_low"],
              "high": result.stability["rand_high"], "kept": result.stability["share_kept"],
              "n": result.draws}  # fmt: skip
    detail = Message(
        "Found anew in {n:count} draws, they agree with these by {index:decimal2} (adjusted Rand "
        "index, {low:decimal2} to {high:decimal2}; 1 the same, 0 as by chance); {kept:percent} of "
        "the customers keep their class.",
        values,
    )
    if values["index"] >= LASTING:
        return Finding(Message("The classes are lasting."), detail, "clear")
    if values["index"] >= SKETCHY:
        return Finding(Message("The classes are fairly lasting."), detail, "likely")
    return Finding(Message("The classes are a sketch: other samples may not show them."), detail,
                   "open")  # fmt: skip


def customer_segments_caption(result: CustomerSegments) -> Message:
    """Say what the figure shows, and on how many."""
    values = {"n": int(result.segments["n"].sum()), "level": result.ci_level,
              "k": len(result.segments)}  # fmt: skip
    if result.kind == "tiers":
        return Message(
            "Mean of each item by tier with {level:percent} intervals; {n:count} persons. In "
            "brackets the share of customers.",
            values,
        )
    return Message(
        "Mean of each item in {k:count} latent classes with {level:percent} intervals that hold "
        "the doubt who belongs where; {n:count} persons. In brackets the share of customers.",
        values,
    )


def customer_segments_alt(result: CustomerSegments) -> Message:
    """Describe the figure for those who cannot see it."""
    rows = profile_rows(result, most=1)
    ordered = rows.dropna(subset=["estimate"]).sort_values("estimate", kind="stable")
    if not len(ordered):
        return Message("An empty chart: too few people answered.")
    low, high = ordered.iloc[0], ordered.iloc[-1]
    return Message(
        "Dot plot of the means of {n:count} {n:item|items} in {k:count} {k:segment|segments}; the "
        "widest gap is in “{item}”, from {low:decimal2} ({least}) to {high:decimal2} ({most}).",
        {"n": profile_rows(result)["item"].nunique(), "k": len(result.segments),
         "item": low["label"], "low": low["estimate"], "high": high["estimate"],
         "least": segment_name(result, low["segment"]),
         "most": segment_name(result, high["segment"])},
    )  # fmt: skip


def _tested(result: CustomerSegments) -> pd.DataFrame:
    rows = result.profiles
    return rows[rows["p_adjusted"] <= LIKELY].sort_values("p_adjusted", kind="stable")


def _over_items(result: CustomerSegments) -> float:
    """Give the smallest p-value, adjusted for the number of items too."""
    found = result.profiles["p_adjusted"].min()
    return 1.0 if pd.isna(found) else min(float(found) * result.profiles["item"].nunique(), 1.0)


def _told_apart(result: CustomerSegments) -> list[str]:
    """Name the items in which some segment differs from all persons, the surest first."""
    return list(dict.fromkeys(_tested(result)["label"].astype(str)))
