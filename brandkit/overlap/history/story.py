"""What changed in overlap over time, in sentences."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import Action, Exhibit, Point, Story, speaker, titled
from brandkit.language import translate
from brandkit.overlap.history.changes import ALIKE, CatalogChanges
from brandkit.overlap.history.history import (
    COMPONENT_NAMES,
    COMPONENTS,
    INDEX_NAMES,
    INDICES,
    SMALLEST,
    OverlapHistory,
)

_NOTHING = 1e-9


def overlap_history(result: OverlapHistory, *, focus: object = None) -> Story:
    """Say whether banks have become more alike, what only looks like it, and what of the focus."""
    bank, unknown = known_focus(focus, result.brands["brand"])
    findings = (_direction(result), *_looks(result), *_of_bank(result, bank))
    facts = result.glance().iloc[0]
    usable = result.indices[result.indices["usable"]]
    lines = usable.set_index(["index", "as_of"])["estimate"].sort_index()
    own, alike = lines[INDICES[0]], lines[INDICES[-1]]
    parts = result.change.set_index("component")["estimate"] * 100
    say = speaker(
        panel=int(facts["n_panel"]),
        n=len(own),
        a=own.iloc[0],
        b=own.iloc[-1],
        c=alike.iloc[0],
        d=alike.iloc[-1],
        total=parts["total"],
        parts=[
            Message("{name} {value:signed}", {"name": Message(text), "value": parts[name]})
            for name, text in COMPONENT_NAMES.items()
        ],
    )
    caption = say(
        "How alike banks' offers are to rivals', as many rival offers drawn at each date. Four "
        "counts: all banks; only the {panel:count} banks of every date; these in a fixed "
        "vocabulary; and only what is told at both ends. The scale does not begin at 0."
    )
    if n_gaps := int(facts["n_gaps"]):
        text = "{text} Hatched: {gaps:count} {gaps:date|dates} that cannot be used."
        caption = Message(text, {"text": caption, "gaps": n_gaps})
    shown = usable.assign(
        index=[translate(Message(INDEX_NAMES[name])) for name in usable["index"]],
        estimate=usable["estimate"].round(6),
    )
    named = [translate(Message(COMPONENT_NAMES[name])) for name in result.change["component"]]
    return Story(
        findings[0].headline,
        findings=findings,
        exhibits={
            "history": Exhibit(
                caption,
                say(
                    "Lines over {n:count} dates. All banks: from {a:percent1} to {b:percent1}. The "
                    "same banks, words and cells: from {c:percent1} to {d:percent1}."
                ),
                shown[["as_of", "index", "estimate", "n_brands", "n_offers"]].reset_index(
                    drop=True
                ),
                (*unknown, *result.notes),
                lambda: result.plot(figure="overlap_history"),
                kinds={"estimate": "share"},
            ),
            "change": Exhibit(
                say(
                    "What the change of {total:signed} percentage points from the first date to "
                    "the last is made of; the parts add up. Line: range over the orders in which "
                    "parts can be taken out; for real change also over the words of the first and "
                    "the last date (ticks)."
                ),
                say("Dots with ranges, in percentage points: {parts}."),
                result.change.assign(component=named),
                as_notes(findings),
                lambda: result.plot(figure="overlap_change"),
            ),
        },
        points=_point(result, findings[0]),
    )


def _point(result: OverlapHistory, finding: Finding) -> tuple[Point, ...]:
    estimate, low, high = _points(result.change).loc["real"]
    if pd.isna(estimate):
        return ()
    say = speaker(estimate=estimate, low=low, high=high, months=_months(result))
    text = say(
        "In {months:count} months banks' offers have become {estimate:signed} points more alike "
        "({low:signed} to {high:signed} by ways of counting)."
    )
    return (Point(text, finding.settled, 0.5, "change", title=titled(finding), why=True),)


def _points(change: pd.DataFrame) -> Any:
    """Give estimate and range by component, in percentage points."""
    return change.set_index("component")[["estimate", "range_low", "range_high"]] * 100


def _months(result: OverlapHistory) -> int:
    facts = result.glance().iloc[0]
    days: int = (facts["last_as_of"] - facts["first_as_of"]).days
    return round(days / 30.44)


def _direction(result: OverlapHistory) -> Finding:
    """Say which way the market went, who carries it, or what can be excluded."""
    estimate, low, high = _points(result.change).loc["real"]
    facts, real = result.glance().iloc[0], result.change.set_index("component").loc["real"]
    least, most = 100 * real["without_low"], 100 * real["without_high"]
    up, furthest = estimate > 0, max(abs(low), abs(high))
    say = speaker(
        estimate=estimate,
        low=low,
        high=high,
        least=least,
        most=most,
        furthest=furthest,
        panel=int(facts["n_panel"]),
        others=int(facts["n_panel"]) - 1,
        dates=int(facts["n_dates"]),
        months=_months(result),
        carrier=real["carrier"],
        rest=least if up else most,
    )
    if pd.isna(estimate):
        headline = say("Whether banks have become more alike cannot be told.")
        return Finding(headline, say("Nothing is disclosed at both ends."), "open")
    detail = say(
        "Real change {estimate:signed} percentage points among {panel:count} banks at "
        "{dates:count} dates in {months:count} {months:month|months}; {low:signed} to "
        "{high:signed} over ways of counting (vocabulary, what counts as new), {least:signed} to "
        "{most:signed} whichever bank is left out."
    )
    if furthest < _NOTHING:
        return Finding(say("Banks are as alike as they were."), detail, "clear")
    if furthest < 100 * SMALLEST:
        headline = say(
            "Banks are about as alike as they were: within ±{furthest:decimal1} points, however "
            "it is counted."
        )
        is_clear = max(abs(least), abs(most)) < 100 * SMALLEST
        return Finding(headline, detail, "clear" if is_clear else "likely")
    if (low < -_NOTHING and high > _NOTHING) or real["holds"] == "open":
        headline = say(
            "Whether banks become more alike is not determined; more than "
            "±{furthest:decimal1} points can be excluded."
        )
        return Finding(headline, detail, "open")
    if real["holds"] == "carried":
        headline = say(
            "{carrier} has become more like the others; without it {rest:signed} of "
            "{estimate:signed} points is left."
        )
        if not up:
            headline = say(
                "{carrier} has become less like the others; without it {rest:signed} of "
                "{estimate:signed} points is left."
            )
        return Finding(headline, detail, "likely")
    headline = say("Banks have become more alike.")
    if not up:
        headline = say("Banks have become less alike.")
    is_sure = real["holds"] == "clear" and min(abs(low), abs(high)) > _NOTHING
    return Finding(headline, detail, "clear" if is_sure else "likely")


def _looks(result: OverlapHistory) -> list[Finding]:
    """What only makes banks look more alike."""
    parts = _points(result.change)
    name = max(COMPONENTS[:-1], key=lambda part: abs(parts["estimate"][part]))
    part, low, high = parts.loc[name]
    real, total = parts["estimate"][["real", "total"]]
    if abs(part) <= _NOTHING or pd.isna(real):
        return []
    called = Message(COMPONENT_NAMES[name])
    say = speaker(name=called, part=part, total=total, low=low, high=high, real=real)
    headline = (
        say("“{name}” makes more of the change than real change does.")
        if abs(part) > abs(real)
        else say("Real change makes more of it than what is told, named or gone.")
    )
    detail = say(
        "Of {total:signed} percentage points in all, “{name}” makes {part:signed} ({low:signed} to "
        "{high:signed}) and real change {real:signed}."
    )
    return [Finding(headline, detail, "likely" if low * high > 0 else "open")]


def _of_bank(result: OverlapHistory, bank: str | None) -> list[Finding]:
    own = result.brands[result.brands["brand"] == bank].set_index("component")
    if bank is None or pd.isna(own["estimate"]["real"]):
        return []
    columns = ["estimate", "range_low", "range_high", "without_low", "without_high"]
    estimate, low, high, least, most = 100 * own.loc["real", columns].to_numpy(dtype=float)
    say = speaker(brand=bank, estimate=estimate, low=low, high=high, least=least, most=most)
    detail = say(
        "Real change {estimate:signed} percentage points; {low:signed} to {high:signed} over ways "
        "of counting, {least:signed} to {most:signed} whichever rival is left out."
    )
    if abs(estimate) >= 100 * SMALLEST:  # and no single rival makes half of it
        if low > _NOTHING and least >= estimate / 2:
            return [Finding(say("{brand} has become more like its rivals."), detail, "clear")]
        if high < -_NOTHING and most <= estimate / 2:
            return [Finding(say("{brand} has become less like its rivals."), detail, "clear")]
    headline = say("Whether {brand} moves toward its rivals is not determined.")
    return [Finding(headline, detail, "open")]


#: Alerts that a page tells; the table beside them has all.
_MOST_ALERTS: Final = 3
_STATUS: Final = {
    "new": Message("new"),
    "gone": Message("gone"),
    "renamed": Message("under another id"),
    "changed": Message("changed"),
    "told": Message("told more or less"),
}
_ALERT_KINDS: Final = {
    "look_alike": Message("looks like ours"),
    "no_longer_apart": Message("no longer sets us apart"),
}


def catalog_changes(result: CatalogChanges, *, focus: object = None) -> Story:  # noqa: ARG001
    """Say what changed in the catalogues, and what of it the focus must answer."""
    facts = result.glance().iloc[0].to_dict()
    say = speaker(bank=result.focus or "", **{str(key): int(one) for key, one in facts.items()})
    market = Finding(
        say(
            "{n_new:count} products came, {n_gone:count} went and {n_changed:count} changed what "
            "they list."
        ),
        say(
            "{n_brands:count} banks read at both dates, {n_both:count} products at both; "
            "{n_renamed:count} stand under another id, {n_rates:count} changed a rate."
        ),
        "clear",
    )
    order = result.alerts["settled"].map({"clear": 0, "likely": 1, "open": 2})
    alerts = result.alerts.loc[order.sort_values(kind="stable").index]
    findings = [_alert(dict(row)) for _, row in alerts.head(_MOST_ALERTS).iterrows()]
    if not findings and result.focus is not None:
        quiet = say("Nothing that rivals changed is shown to touch {bank}.")
        detail = say("No offer has come to match one of ours; no feature has become usual.")
        findings = [Finding(quiet, detail, "open")]
    findings.append(market)
    actions = tuple(
        Action("check", _answer(dict(row)), row["settled"], "changes")
        for _, row in alerts[alerts["settled"] != "open"].head(_MOST_ALERTS).iterrows()
    )
    listed = result.features[result.features["status"] == "changed"]
    listed = listed.assign(far=listed["n_added"] + listed["n_lost"])
    listed = listed.sort_values("far", ascending=False, kind="stable").drop(columns="far").head(10)
    tables = {
        "changes": Exhibit(
            Message("Features that banks' products gained and lost, at both dates, most first."),
            data=_called(listed),
            notes=(*as_notes(findings[1:]), *result.notes),
            of_people=False,
        ),
        "changed_products": Exhibit(
            Message("Products that came, went or changed."),
            data=_called(result.products),
            of_people=False,
            aside=2,
        ),
    }
    if len(alerts):
        kinds: list[Any] = [_ALERT_KINDS[kind] for kind in alerts["kind"]]
        table = alerts.assign(kind=kinds).dropna(axis=1, how="all").reset_index(drop=True)
        caption = Message("What a bank may have to answer.")
        tables = {"alerts": Exhibit(caption, data=table, of_people=False), **tables}
    return Story(titled(findings[0]), None, tuple(findings), actions, tables)


def _called(rows: pd.DataFrame) -> pd.DataFrame:
    names: list[Any] = [_STATUS[status] for status in rows["status"]]
    return rows.assign(status=names).reset_index(drop=True)


def _alert(row: dict[str, Any]) -> Finding:
    say = speaker(
        bank=row["brand"],
        rival=row["brand_b"],
        product=row["product"],
        other=row["product_b"],
        category=row["category"],
        attribute=row["attribute"],
        before=row["before"],
        after=row["after"],
    )
    if row["kind"] == "look_alike":
        detail = say("Likeness {after:decimal2} to “{other}”, in what both lists state.")
        if row["settled"] == "open":
            headline = say("Whether “{product}” has come to look like an offer of {rival} is open.")
            return Finding(headline, detail, "open")
        headline = say("An offer of {rival} that came or changed now matches “{product}”.")
        if row["after"] < ALIKE:
            headline = say(
                "An offer of {rival} that came or changed has come close to “{product}”."
            )
        return Finding(headline, detail, row["settled"])
    detail = say("{category}: {before:count} rivals listed it, {after:count} do now.")
    headline = say("“{attribute}” has probably ceased to set {bank} apart.")
    if row["settled"] == "open":
        headline = say(
            "More rivals list “{attribute}”, but they tell more too: no change can be told."
        )
    return Finding(headline, detail, row["settled"])


def _answer(row: dict[str, Any]) -> Message:
    say = speaker(product=row["product"], rival=row["brand_b"], attribute=row["attribute"])
    if row["kind"] == "look_alike":
        return say("Compare “{product}” with what {rival} now offers.")
    return say("Do not speak of “{attribute}” as yours alone.")
