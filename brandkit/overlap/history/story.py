"""What changed in overlap over time, in sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import Exhibit, Point, Story, speaker, titled
from brandkit.language import translate
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
