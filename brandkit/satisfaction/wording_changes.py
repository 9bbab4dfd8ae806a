"""Changes between waves in sentences: who moved, and how sure that is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.satisfaction.compared_rows import (
    MEASURES,
    and_more,
    change_rows,
    change_text,
    check_focus,
    chosen_score,
    first_names,
    item_name,
    score_text,
)
from brandkit.satisfaction.comparison import GroupComparison


def wave_change_finding(
    result: GroupComparison,
    *,
    item: str | None = None,
    measure: str | None = None,
    focus: str | None = None,
) -> Finding:
    """Say who changed up to the last wave; with a focus, whether it did.

    Parameters
    ----------
    result : GroupComparison
    item, measure : str, optional
        The first of each where not given.
    focus : str, optional

    Returns
    -------
    Finding
        Clear where the change holds for all groups at once, likely where its own interval leaves
        out 0, open otherwise.
    """
    _, which = chosen_score(result.changes, item=item, measure=measure)
    every = change_rows(result, item=item, measure=measure)
    check_focus(every, focus)
    rows = every[every["estimate"].notna()]
    if not len(rows) or (focus is not None and focus not in set(rows["label"])):
        return _too_few(every, focus)
    told = rows[rows["distinct"].astype(bool)]
    values: dict[str, Any] = {
        "earlier": rows["wave_a"].iloc[0], "later": rows["wave_b"].iloc[0],
        "n": len(rows), "focus": focus, "names": first_names(told["label"].tolist()),
        "more": and_more(told["label"].tolist()), "k": len(told),
    }  # fmt: skip
    if focus is None:
        largest = rows.iloc[rows["estimate"].abs().argmax()]
        detail = _change_detail(largest, which)
        if not len(told):
            said = "Nobody's score changed distinguishably between {earlier} and {later}."
            return Finding(Message(said, values), detail, "open")
        said = (
            "{names}{more} changed between {earlier} and {later}; no other change is "
            "distinguishable."
        )
        return Finding(Message(said, values), detail, "clear")
    mine = rows[rows["label"] == focus].iloc[0]
    detail = _change_detail(mine, which)
    if bool(mine["ci_low"] <= 0 <= mine["ci_high"]) or pd.isna(mine["ci_low"]):
        said = "{focus} did not change distinguishably between {earlier} and {later}."
        return Finding(Message(said, values), detail, "open")
    settled: Settled = "clear" if bool(mine["distinct"]) else "likely"
    headline = Message(
        "{focus} rose between {earlier} and {later}."
        if mine["estimate"] > 0
        else "{focus} fell between {earlier} and {later}.",
        values,
    )
    return Finding(headline, detail, settled)


def wave_changes_caption(
    result: GroupComparison, *, item: str | None = None, measure: str | None = None
) -> Message:
    """Say what the figure of changes shows."""
    one, which = chosen_score(result.changes, item=item, measure=measure)
    rows = change_rows(result, item=item, measure=measure)
    return Message(
        "“{item}”: change of the {measure} from {earlier} to {later}, with {level:percent} "
        "intervals. Filled markers are changes that hold for all groups at once. The scores of "
        "both waves stand at the right.",
        {
            "item": item_name(result, one), "measure": MEASURES[which],
            "earlier": rows["wave_a"].iloc[0], "later": rows["wave_b"].iloc[0],
            "level": result.levels[0],
        },
    )  # fmt: skip


def wave_changes_alt(
    result: GroupComparison, *, item: str | None = None, measure: str | None = None
) -> Message:
    """Describe the figure of changes for those who cannot see it."""
    _, which = chosen_score(result.changes, item=item, measure=measure)
    rows = change_rows(result, item=item, measure=measure)
    rows = rows[rows["estimate"].notna()]
    if not len(rows):
        return Message("An empty chart: too few people answered.")
    first, last = rows.iloc[0], rows.iloc[-1]
    return Message(
        "Dot plot of {n:count} changes with intervals around zero, from {up} ({high}) to {down} "
        "({low}).",
        {
            "n": len(rows), "up": first["label"], "down": last["label"],
            "high": change_text(first["estimate"], which),
            "low": change_text(last["estimate"], which),
        },
    )  # fmt: skip


def _too_few(rows: pd.DataFrame, focus: str | None) -> Finding:
    values: dict[str, Any] = {"focus": focus}
    headline = Message(
        "Too few people answered in both waves to speak of change."
        if focus is None
        else "Too few people rated {focus} in both waves to speak of change.",
        values,
    )
    mine = rows if focus is None else rows[rows["label"] == focus]
    bases = {"n_a": int(mine["n_a"].max()), "n_b": int(mine["n_b"].max())}
    detail = Message("Bases of at most {n_a:count} and {n_b:count}.", bases)
    return Finding(headline, detail, "open")


def _change_detail(row: pd.Series, measure: str) -> Message:
    values = {
        "label": row["label"], "change": change_text(row["estimate"], measure),
        "from_": change_text(row["ci_low"], measure), "to": change_text(row["ci_high"], measure),
        "level": row["ci_level"], "before": score_text(row["before"], measure),
        "after": score_text(row["after"], measure), "n_a": int(row["n_a"]), "n_b": int(row["n_b"]),
    }  # fmt: skip
    if measure == "mean":
        return Message(
            "{label}: {change} ({from_} to {to}, {level:percent}), from {before} to {after}; bases "
            "{n_a:count} and {n_b:count}.",
            values,
        )
    return Message(
        "{label}: {change} points ({from_} to {to}, {level:percent}), from {before} to {after}; "
        "bases {n_a:count} and {n_b:count}.",
        values,
    )
