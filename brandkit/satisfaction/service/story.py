"""Service quality in sentences: where in the customer's way a bank serves well, or falls behind."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.language import translate
from brandkit.satisfaction.penalty.penalty import role_name
from brandkit.satisfaction.service.priorities import Priority, ServicePriorities
from brandkit.satisfaction.service.service import (
    ServiceQuality,
    check_brand,
    part_rows,
    stage_name,
    usual_kind,
)

CLEAR, LIKELY = 0.01, 0.05
"""Adjusted p-values up to which a difference is called clear, or likely."""


def service_quality_headline(result: ServiceQuality, *, focus: str | None = None) -> Message:
    """Say in one sentence where the service is strong and weak, for a title.

    Parameters
    ----------
    result : ServiceQuality
    focus : str, optional
        The bank the report is for; without it the market is described.

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.satisfaction.service.service import service_quality
    >>> answers = pd.DataFrame({"bank": ["a", "b"] * 40, "advice": [6.0, 8, 7, 9] * 20,
    ...                         "fees": [5.0, 5, 6, 6] * 20})
    >>> result = service_quality(answers, items=["advice", "fees"], brand="bank",
    ...                          stages={"advice": "before", "fees": "after"})
    >>> str(service_quality_headline(result, focus="a"))
    'a falls behind before the sale'
    """
    check_brand(result, focus)
    values: dict[str, Any] = {}
    if focus is None:
        best, worst = _ends(part_rows(result))
        values |= {"best": _name(best), "worst": _name(worst)}
        if best["name"] == worst["name"]:
            return Message("How good the banks' service is")
        return Message("Service is best {best} and weakest {worst}", values) if result.stages else (
            Message("Service is best in “{best}” and weakest in “{worst}”", values)
        )  # fmt: skip
    ahead, behind = _apart(result, focus)
    values |= {"focus": focus, "ahead": _list(result, ahead), "behind": _list(result, behind)}
    if ahead and behind:
        return Message("{focus} leads {ahead} and falls behind {behind}", values) if result.stages else (  # noqa: E501
            Message("{focus} leads in {ahead} and falls behind in {behind}", values)
        )  # fmt: skip
    if ahead:
        return Message("{focus} serves better than the others {ahead}", values) if result.stages else (  # noqa: E501
            Message("{focus} serves better than the others in {ahead}", values)
        )  # fmt: skip
    if behind:
        return Message("{focus} falls behind {behind}", values) if result.stages else (
            Message("{focus} falls behind in {behind}", values)
        )  # fmt: skip
    return Message("{focus} cannot be told from the others in service", values)


def service_quality_findings(
    result: ServiceQuality, *, focus: str | None = None
) -> tuple[Finding, ...]:
    """Say which stage is weakest in the market, and where the focus stands apart.

    Parameters
    ----------
    result : ServiceQuality
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    tuple of Finding
    """
    check_brand(result, focus)
    found = []
    if len(result.stages) > 1:
        found.append(_weakest_stage(result, brand=None))
    if focus is None or not len(result.comparisons):
        return tuple(found)
    kind = usual_kind(result)
    rows = result.comparisons
    rows = rows[(rows["kind"] == kind) & (rows["brand"] == focus)]
    if not len(rows):
        said = "Too few people rated the service of {focus} to say where it stands."
        return (*found, Finding(Message(said, {"focus": focus}), Message("No score."), "open"))
    rows = rows.sort_values("p_adjusted", kind="stable").head(3)
    found += [_against_others(dict(row), focus) for _, row in rows.iterrows()]
    if len(result.stages) > 1:
        found.append(_weakest_stage(result, brand=focus))
    return tuple(found)


def _weakest_stage(result: ServiceQuality, *, brand: str | None) -> Finding:
    """Say at which stage the service is weakest, if the tests tell the stages apart."""
    rows = part_rows(result, kind="stage", brand=brand).dropna(subset=["estimate"])
    rows = rows.sort_values("estimate", kind="stable").reset_index(drop=True)
    worst, best = dict(rows.iloc[0]), dict(rows.iloc[-1])
    pairs = result.contrasts
    pairs = pairs[pairs["brand"].isna() if brand is None else pairs["brand"] == brand]
    about = pairs[(pairs["stage_a"] == worst["stage"]) | (pairs["stage_b"] == worst["stage"])]
    p_value = float(about["p_adjusted"].max()) if len(about) else 1.0
    settled: Settled = "clear" if p_value <= CLEAR else "likely" if p_value <= LIKELY else "open"
    values: dict[str, Any] = {
        "stage": stage_name(str(worst["stage"])), "best": stage_name(str(best["stage"])),
        "low": worst["estimate"], "high": best["estimate"], "brand": brand,
        "n": int(worst["n_persons"]),
    }  # fmt: skip
    detail = Message(
        "It scores {low:decimal2} there and {high:decimal2} {best}; {n:count} persons.", values
    )
    if brand is None:
        if settled == "open":
            said = "At which stage the banks serve worst is open."
        else:
            said = "The banks serve worst {stage}."
        detail = Message(
            "The market scores {low:decimal2} {stage} and {high:decimal2} {best}; {n:count} "
            "persons.",
            values,
        )
    elif settled == "open":
        said = "At which stage {brand} serves worst is open."
    else:
        said = "{brand} serves worst {stage}."
    return Finding(Message(said, values), detail, settled)


def _against_others(row: dict[str, Any], focus: str) -> Finding:
    kind = str(row["kind"])
    name = row["label"] if kind == "item" else row[kind]
    values = {
        "focus": focus, "part": stage_name(str(name)) if kind == "stage" else name,
        "gap": row["estimate"], "low": row["ci_low"], "high": row["ci_high"],
        "level": row["ci_level"], "p": row["p_adjusted"],
    }  # fmt: skip
    detail = Message(
        "{gap:signed} points against the mean of the others ({low:signed} to {high:signed}, "
        "{level:percent}; p {p:p} over all banks).",
        values,
    )
    p_value = float(row["p_adjusted"])
    settled: Settled = "clear" if p_value <= CLEAR else "likely" if p_value <= LIKELY else "open"
    if kind == "stage":
        if settled == "open":
            said = "{focus} cannot be told from the others {part}."
        elif row["estimate"] > 0:
            said = "{focus} serves better than the others {part}."
        else:
            said = "{focus} serves worse than the others {part}."
        return Finding(Message(said, values), detail, settled)
    if settled == "open":
        said = "{focus} cannot be told from the others in “{part}”."
    elif row["estimate"] > 0:
        said = "{focus} serves better than the others in “{part}”."
    else:
        said = "{focus} serves worse than the others in “{part}”."
    return Finding(Message(said, values), detail, settled)


# --- captions and alts ---------------------------------------------------------------------------


def service_quality_caption(
    result: ServiceQuality, *, kind: str | None = None, focus: str | None = None
) -> Message:
    """Say what the figure shows, and on how many."""
    rows = part_rows(result, kind=kind)
    values = {"level": result.ci_level, "n": int(rows["n_persons"].max()), "focus": focus,
              "measure": _MEASURES[result.method]}  # fmt: skip
    if focus is None:
        return Message(
            "{measure}: the market with {level:percent} intervals, and the banks (circles); "
            "{n:count} persons.",
            values,
        )
    return Message(
        "{measure}: {focus} with {level:percent} intervals, the market (bars) and the other banks "
        "(circles); {n:count} persons.",
        values,
    )


def service_quality_alt(
    result: ServiceQuality, *, kind: str | None = None, focus: str | None = None
) -> Message:
    """Describe the figure for those who cannot see it."""
    rows = part_rows(result, kind=kind, brand=focus).dropna(subset=["estimate"])
    if not len(rows):
        return Message("An empty chart: too few people answered.")
    best, worst = _ends(rows)
    values = {"n": len(rows), "best": _name(best), "worst": _name(worst),
              "high": best["estimate"], "low": worst["estimate"], "focus": focus}  # fmt: skip
    if focus is None:
        return Message(
            "Dot plot of {n:count} parts of the service, from {best} ({high:decimal2}) to {worst} "
            "({low:decimal2}).",
            values,
        )
    return Message(
        "Dot plot of {n:count} parts of the service; {focus} scores from {high:decimal2} ({best}) "
        "to {low:decimal2} ({worst}).",
        values,
    )


_MEASURES = {
    "servperf": Message("Service quality, mean score (SERVPERF)"),
    "servqual": Message("Service quality, perceived less expected (SERVQUAL)"),
}


def _apart(result: ServiceQuality, focus: str) -> tuple[list[str], list[str]]:
    """Name the parts in which the focus is significantly above and below the others."""
    kind = usual_kind(result)
    rows = result.comparisons
    rows = rows[(rows["kind"] == kind) & (rows["brand"] == focus) & (rows["p_adjusted"] <= LIKELY)]
    column = "label" if kind == "item" else kind
    return (
        rows.loc[rows["estimate"] > 0, column].astype(str).tolist(),
        rows.loc[rows["estimate"] < 0, column].astype(str).tolist(),
    )


def _list(result: ServiceQuality, names: list[str]) -> list[Message | str]:
    if result.stages:
        return [stage_name(name) for name in names]
    return [Message("“{part}”", {"part": name}) for name in names[:3]]


def _ends(rows: pd.DataFrame) -> tuple[dict[str, Any], dict[str, Any]]:
    ordered = rows.dropna(subset=["estimate"]).sort_values("estimate", kind="stable")
    return dict(ordered.iloc[-1]), dict(ordered.iloc[0])


def _name(row: dict[str, Any]) -> Message | str:
    return stage_name(str(row["name"])) if row["kind"] == "stage" else str(row["name"])


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
