"""Service priorities in words: what to do first, and how settled that is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message
from brandkit.language import translate
from brandkit.satisfaction.penalty_roles import role_name
from brandkit.satisfaction.service_priorities import Priority, ServicePriorities

NO_PRIORITIES = Message(
    "What to do first takes services that the survey rates for the focus bank and its rivals "
    "(drivers and focus in study.toml)."
)
"""What to say where the study cannot answer."""
PRIORITY_NAMES: dict[Priority, Message] = {
    "act": Message("Act first"),
    "keep": Message("Keep the lead"),
    "secure": Message("Secure"),
    "watch": Message("Watch"),
    "later": Message("Later"),
}
PRIORITY_HEADS = {"estimate": Message("Against rivals"), "item": Message("Service")}
"""Headings of the table that the dictionary of columns words more generally."""
MOST_NAMED = 4


def service_priorities_headline(result: ServicePriorities) -> Message:
    """Say what comes first, for a title.

    Examples
    --------
    >>> frame = pd.DataFrame({"label": ["waiting"], "priority": ["act"]})
    >>> str(service_priorities_headline(ServicePriorities(services=frame, brand="Civic")))
    'Civic should first mend: waiting'
    """
    act, secure = _named(result, "act"), _named(result, "secure")
    values: dict[str, Any] = {"brand": result.brand, "items": act or secure}
    if act:
        return Message("{brand} should first mend: {items}", values)
    if secure:
        return Message("{brand} lags in nothing that matters; to be secured: {items}", values)
    return Message("{brand} lags in nothing that matters", values)


def service_priorities_findings(result: ServicePriorities) -> tuple[Finding, ...]:
    """Say what to mend, what to keep and what to secure, with differences from the rivals."""
    found = [_act_finding(result)]
    keep, secure = _named(result, "keep"), _named(result, "secure")
    if keep:
        row = _first(result, "keep")
        found.append(Finding(
            Message("{brand} leads in what matters: {items}.",
                    {"brand": result.brand, "items": keep}),
            _difference(row), "clear",
        ))  # fmt: skip
    if secure:
        row = _first(result, "secure")
        found.append(Finding(
            Message("To be secured, as they cost most when they fail: {items}.", {"items": secure}),
            Message("{brand} is level with its rivals there. {difference}",
                    {"brand": result.brand, "difference": _difference(row)}), "likely",
        ))  # fmt: skip
    return tuple(found)


def service_priorities_caption(result: ServicePriorities) -> Message:
    """Say what the table holds and how priorities are read."""
    return Message(
        "What {brand} should do first: how much each of {n:count} services matters (share of what "
        "all explain), what kind it is, and the bank's score less the mean of its rivals, in scale "
        "points. Act first: it matters and the bank lags behind; keep the lead: it matters and the "
        "bank is ahead; secure: basic and level; later: it hardly matters.",
        {"brand": result.brand, "n": len(result.services)},
    )


def service_priority_rows(result: ServicePriorities) -> pd.DataFrame:
    """Give the services as a report shows them, priorities in words."""
    rows = result.services[[
        "label", "priority", "share", "role", "score", "estimate", "ci_low", "ci_high",
        "ci_level", "n",
    ]]  # fmt: skip
    rows = rows.rename(columns={"label": "item"})
    roles = [translate(role_name(role)) if isinstance(role, str) else None for role in rows["role"]]
    names = {str(key): translate(name) for key, name in PRIORITY_NAMES.items()}
    return rows.assign(priority=rows["priority"].map(names), role=pd.Series(roles, rows.index))


def _act_finding(result: ServicePriorities) -> Finding:
    act = _named(result, "act")
    values = {"brand": result.brand, "items": act}
    if act:
        row = _first(result, "act")
        return Finding(
            Message("First to mend at {brand}: {items}.", values), _difference(row), "clear"
        )
    least = min(_rows(result), key=lambda row: float(row["estimate"]))
    return Finding(
        Message("{brand} lags clearly behind its rivals in nothing that matters.", values),
        Message("Its lowest standing: {difference}", {"difference": _difference(least)}),
        "likely",
    )


def _difference(row: dict[str, Any]) -> Message:
    return Message(
        "“{item}”: {estimate:signed} points against the mean of its rivals ({low:signed} to "
        "{high:signed}, {level:percent}), {share:percent} of what all services explain "
        "({n:count} answers).",
        {"item": row["label"], "estimate": row["estimate"], "low": row["ci_low"],
         "high": row["ci_high"], "level": row["ci_level"], "share": row["share"], "n": row["n"]},
    )  # fmt: skip


def _named(result: ServicePriorities, priority: str) -> list[str]:
    chosen = result.services[result.services["priority"] == priority]
    return [str(label) for label in chosen["label"].head(MOST_NAMED)]


def _first(result: ServicePriorities, priority: str) -> dict[str, Any]:
    return next(row for row in _rows(result) if row["priority"] == priority)


def _rows(result: ServicePriorities) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in result.services.to_dict("records")]
