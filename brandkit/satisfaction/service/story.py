"""What is said of service: where a bank serves well or not, and what it should do first."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Story, speaker
from brandkit.language import translate
from brandkit.satisfaction.penalty.penalty import role_name
from brandkit.satisfaction.service.service import (
    PRIORITY_NAMES,
    STAGES,
    ServicePriorities,
    ServiceQuality,
)

#: Adjusted p-values up to which a difference is called clear, or likely.
CLEAR, LIKELY = 0.01, 0.05
MOST_TOLD = 3
MOST_NAMED = 4

_EXHIBITS: Final = {"stage": "stages", "dimension": "dimensions", "item": "services"}
_MEASURES: Final = {
    "servperf": Message("Service quality, mean score (SERVPERF)"),
    "servqual": Message("Service quality, perceived less expected (SERVQUAL)"),
}


def service_quality(result: ServiceQuality, *, focus: object = None) -> Story:
    """Tell at which stage or in what the service is weak, and where the focus stands apart."""
    focus, unknown = known_focus(focus, result.scores["brand"].dropna().unique())
    rows = result.comparisons
    rows = rows[(rows["kind"] == result.usual_kind) & (rows["brand"] == focus)]
    if len(rows):
        against = rows.sort_values("p_adjusted", kind="stable").head(MOST_TOLD)
        told = [_against_others(dict(row), focus) for _, row in against.iterrows()]
        headline = _focus_headline(result, rows, focus)
        findings = [finding for finding, _ in told]
        actions = tuple(action for _, action in told if action.settled != "open")
        if len(result.stages) > 1:
            findings.append(_weakest(result, brand=focus))
    elif focus is not None and len(result.comparisons):
        said = "Too few people rated the service of {focus} to say where it stands."
        headline, actions = Message(said, {"focus": focus}), ()
        findings = [Finding(headline, Message("No score."), "open")]
    else:
        headline, findings, actions = _market_headline(result), [], ()
    findings.append(_weakest(result, brand=None))
    exhibits: dict[str, Exhibit] = {}
    for kind, name in _EXHIBITS.items():
        if kind in set(result.scores["kind"]):
            notes = () if exhibits else (*as_notes(findings[1:]), *unknown, *result.notes)
            exhibits[name] = _exhibit(result, kind, focus, notes=notes)
    return Story(headline, None, tuple(findings), actions, exhibits)


def _market_headline(result: ServiceQuality) -> Message:
    best, worst = _ends(result.parts())
    say = speaker(best=_part(best), worst=_part(worst))
    if best["name"] == worst["name"]:
        return say("How good the banks' service is")
    if result.stages:
        return say("Service is best {best} and weakest {worst}")
    return say("Service is best in “{best}” and weakest in “{worst}”")


def _focus_headline(result: ServiceQuality, rows: pd.DataFrame, focus: object) -> Message:
    sure = rows[rows["p_adjusted"] <= LIKELY]
    ahead, behind = (_listed(part) for part in (sure[sure["estimate"] > 0],
                                                sure[sure["estimate"] < 0]))  # fmt: skip
    say = speaker(focus=focus, ahead=ahead, behind=behind)
    if not ahead and not behind:
        return say("{focus} cannot be told from the others in service")
    if result.stages:
        if ahead and behind:
            return say("{focus} leads {ahead} and falls behind {behind}")
        if ahead:
            return say("{focus} serves better than the others {ahead}")
        return say("{focus} falls behind {behind}")
    if ahead and behind:
        return say("{focus} leads in {ahead} and falls behind in {behind}")
    if ahead:
        return say("{focus} serves better than the others in {ahead}")
    return say("{focus} falls behind in {behind}")


def _listed(rows: pd.DataFrame) -> list[Message | str]:
    parts = [_part(dict(row)) for _, row in rows.iterrows()]
    if len(rows) and rows["kind"].iloc[0] == "stage":
        return parts
    return [Message("“{part}”", {"part": part}) for part in parts[:MOST_TOLD]]


def _against_others(row: dict[str, Any], focus: object) -> tuple[Finding, Action]:
    settled = _how(float(row["p_adjusted"]))
    is_ahead, is_open = row["estimate"] > 0, settled == "open"
    say = speaker(focus=focus, part=_part(row), gap=row["estimate"], low=row["ci_low"],
                  high=row["ci_high"], level=row["ci_level"], p=row["p_adjusted"])  # fmt: skip
    if row["kind"] == "stage":
        better = say("{focus} serves better than the others {part}.")
        worse = say("{focus} serves worse than the others {part}.")
        alike = say("{focus} cannot be told from the others {part}.")
        keep = say("Keep the service {part} ahead: {gap:signed} points against the others.")
        mend = say("Improve the service {part}: {gap:signed} points against the others.")
    else:
        better = say("{focus} serves better than the others in “{part}”.")
        worse = say("{focus} serves worse than the others in “{part}”.")
        alike = say("{focus} cannot be told from the others in “{part}”.")
        keep = say("Keep “{part}” ahead: {gap:signed} points against the others.")
        mend = say("Improve “{part}”: {gap:signed} points against the others.")
    detail = say(
        "{gap:signed} points against the mean of the others ({low:signed} to {high:signed}, "
        "{level:percent}; p {p:p} over all banks)."
    )
    about = _EXHIBITS[row["kind"]]
    action = Action("keep" if is_ahead else "fix", keep if is_ahead else mend, settled, about)
    return Finding(alike if is_open else better if is_ahead else worse, detail, settled), action


def _weakest(result: ServiceQuality, *, brand: str | None) -> Finding:
    """Say at which stage the service is weakest, if the tests tell the stages apart."""
    best, worst = _ends(result.parts(brand=brand))
    pairs = result.contrasts
    pairs = pairs[pairs["brand"].isna() if brand is None else pairs["brand"] == brand]
    about = pairs[(pairs["stage_a"] == worst["name"]) | (pairs["stage_b"] == worst["name"])]
    settled = _how(float(about["p_adjusted"].max()) if len(about) else 1.0)
    say = speaker(stage=_part(worst), best=_part(best), low=worst["estimate"],
                  high=best["estimate"], brand=brand, n=int(worst["n_persons"]))  # fmt: skip
    if len(result.stages) < 2:
        headline = say("“{stage}” scores lowest in the market, “{best}” highest.")
        detail = say(
            "{low:decimal2} and {high:decimal2}, not tested against each other; {n:count} persons."
        )
        return Finding(headline, detail, "open")
    if brand is None:
        unsure = say("At which stage the banks serve worst is open.")
        sure = say("The banks serve worst {stage}.")
        detail = say(
            "The market scores {low:decimal2} {stage} and {high:decimal2} {best}; {n:count} "
            "persons."
        )
    else:
        unsure = say("At which stage {brand} serves worst is open.")
        sure = say("{brand} serves worst {stage}.")
        detail = say(
            "It scores {low:decimal2} there and {high:decimal2} {best}; {n:count} persons."
        )
    return Finding(unsure if settled == "open" else sure, detail, settled)


def _exhibit(
    result: ServiceQuality, kind: str, focus: str | None, *, notes: tuple[Message, ...]
) -> Exhibit:
    shown = result.parts(kind=kind, brand=focus)
    scores = result.scores[result.scores["kind"] == kind].reset_index(drop=True)
    best, worst = _ends(shown)
    say = speaker(level=result.ci_level, focus=focus, measure=_MEASURES[result.method],
                  best=_part(best), worst=_part(worst), high=best["estimate"],
                  low=worst["estimate"])  # fmt: skip
    persons, parts = int(scores["n_persons"].max()), int(shown["estimate"].notna().sum())
    if focus is None:
        caption = say(
            "{measure}: the market with {level:percent} intervals, and the banks (circles); "
            "{n:count} persons.",
            n=persons,
        )
        alt = say(
            "Dot plot of {n:count} parts of the service, from {best} ({high:decimal2}) to "
            "{worst} ({low:decimal2}).",
            n=parts,
        )
    else:
        caption = say(
            "{measure}: {focus} with {level:percent} intervals, the market (bars) and the other "
            "banks (circles); {n:count} persons.",
            n=persons,
        )
        alt = say(
            "Dot plot of {n:count} parts of the service; {focus} scores from {high:decimal2} "
            "({best}) to {low:decimal2} ({worst}).",
            n=parts,
        )
    if shown["estimate"].isna().all():
        alt = say("An empty chart: too few people answered.")
    names = [translate(_part(dict(row))) for _, row in scores.iterrows()]
    data = scores.assign(**{kind: names})[
        [kind, "brand", *(["score", "expectation"] if result.method == "servqual" else []),
         "estimate", "ci_low", "ci_high", "ci_level", "n"]
    ]  # fmt: skip
    return Exhibit(caption, alt, data, notes,
                   lambda: result.plot(kind=kind, focus=focus))  # fmt: skip


def _how(p_value: float) -> Settled:
    return "clear" if p_value <= CLEAR else "likely" if p_value <= LIKELY else "open"


def _part(row: dict[str, Any]) -> Message | str:
    """Name a part of the service: a stage of the sale in words."""
    name = str(row["label"] if row["kind"] == "item" else row[row["kind"]])
    return STAGES.get(name, name) if row["kind"] == "stage" else name


def _ends(rows: pd.DataFrame) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the best and the worst part."""
    ordered = rows.sort_values("estimate", ascending=False, kind="stable")
    last = max(int(ordered["estimate"].notna().sum()) - 1, 0)
    return dict(ordered.iloc[0]), dict(ordered.iloc[last])


# --- what to do first ----------------------------------------------------------------------------


def service_priorities(result: ServicePriorities, *, focus: object = None) -> Story:
    """Tell what to mend first, what to keep up and what to secure, against the rivals."""
    _, unknown = known_focus(focus, [result.brand])
    services = result.services
    rows = {name: services[services["priority"] == name] for name in ("act", "keep", "secure")}
    act, keep, secure = (list(part["label"].astype(str)[:MOST_NAMED]) for part in rows.values())
    say = speaker(brand=result.brand, n=len(services))
    findings: list[Finding] = []
    actions: list[Action] = []
    if act:
        headline = say("{brand} should first mend: {items}", items=act)
        findings.append(Finding(say("First to mend at {brand}: {items}.", items=act),
                                _difference(rows["act"]), "clear"))  # fmt: skip
        actions.append(Action("fix", findings[-1].headline, "clear", "first"))
    else:
        headline = say("{brand} lags in nothing that matters")
        if secure:
            headline = say(
                "{brand} lags in nothing that matters; to be secured: {items}", items=secure
            )
        least = _difference(services.sort_values("estimate", kind="stable"))
        nothing = say("{brand} lags clearly behind its rivals in nothing that matters.")
        detail = say("Its lowest standing: {difference}", difference=least)
        findings.append(Finding(nothing, detail, "likely"))
    if keep:
        text = say("{brand} leads in what matters: {items}.", items=keep)
        findings.append(Finding(text, _difference(rows["keep"]), "clear"))
        actions.append(
            Action("keep", say("Keep the lead in {items}.", items=keep), "clear", "first")
        )
    if secure:
        text = say("To be secured, as they cost most when they fail: {items}.", items=secure)
        level = say(
            "{brand} is level with its rivals there. {difference}",
            difference=_difference(rows["secure"]),
        )
        findings.append(Finding(text, level, "likely"))
        actions.append(Action("secure", text, "likely", "first"))
    caption = say(
        "What {brand} should do first: how much each of {n:count} services matters (share of what "
        "all explain), what kind it is, and the bank's score less the mean of its rivals, in scale "
        "points. Act first: it matters and the bank lags behind; keep the lead: it matters and the "
        "bank is ahead; secure: basic and level; later: it hardly matters."
    )
    first = Exhibit(
        caption, data=_priority_rows(services),
        notes=(*as_notes(findings), *unknown, *result.notes),
        heads={"estimate": Message("Against rivals"), "item": Message("Service")},
    )  # fmt: skip
    return Story(headline, None, tuple(findings), tuple(actions), {"first": first})


def _priority_rows(services: pd.DataFrame) -> pd.DataFrame:
    """Give the services as a report shows them, priorities and kinds in words."""
    roles = [translate(role_name(one)) if isinstance(one, str) else None
             for one in services["role"]]  # fmt: skip
    return pd.DataFrame({
        "item": services["label"],
        "priority": [translate(PRIORITY_NAMES[one]) for one in services["priority"]],
        "share": services["share"], "role": roles,
        **services[["score", "estimate", "ci_low", "ci_high", "ci_level", "n"]],
    })  # fmt: skip


def _difference(rows: pd.DataFrame) -> Message:
    row = rows.iloc[0]
    return Message(
        "“{item}”: {estimate:signed} points against the mean of its rivals ({low:signed} to "
        "{high:signed}, {level:percent}), {share:percent} of what all services explain "
        "({n:count} answers).",
        {"item": row["label"], "estimate": row["estimate"], "low": row["ci_low"],
         "high": row["ci_high"], "level": row["ci_level"], "share": row["share"], "n": row["n"]},
    )  # fmt: skip
