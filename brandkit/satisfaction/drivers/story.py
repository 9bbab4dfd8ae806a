"""What the drivers say: what matters most, what does not stand out, for whom it differs."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import Action, Exhibit, Point, Say, Story, listed, speaker
from brandkit.satisfaction.drivers.drivers import DriverImportance

#: Share of draws from which a first rank is called likely.
LIKELY: Final = 0.8
#: Drivers named in one sentence.
MOST_NAMED: Final = 4
#: Drivers that lead together and are named on the first screen.
MOST_TOLD: Final = 3
#: Upper end, as a part of the mean importance, under which a driver is said not to matter.
NEGLIGIBLE: Final = 0.2

_MEASURES: Final = {
    "shapley": Message("mean gain in explained variance over all orders"),
    "johnson": Message("Johnson's relative weights"),
}
_COLUMNS: Final = (
    *("driver", "importance", "ci_low", "ci_high", "share", "above_noise", "first", "last"),
    *("coefficient", "std_error", "rank_low", "rank_high"),
)


def driver_importance(result: DriverImportance, *, focus: object = None) -> Story:
    """Tell what drives the outcome, what does not, and how settled each is."""
    ranked = result.drivers.sort_values("importance", ascending=False, kind="stable")
    say = speaker(outcome=result.outcome_label, n=result.n, persons=result.n_respondents)
    say = speaker(say, r2=result.r2, low=result.r2_low, high=result.r2_high)
    say = speaker(say, drivers=len(ranked), level=result.level)
    (headline, first), segments = _first(ranked, say), _segments(result, say)
    actions = _tried(result, ranked, first, say)
    general = [*_noise(ranked, say), _whole(say)]
    exhibits = {"drivers": _drivers_exhibit(result, ranked, say, notes=as_notes(general))}
    if not result.groups.empty:
        tiers = _segments_exhibit(result, focus, say, notes=as_notes(segments))
        exhibits["tiers"] = replace(tiers, title=segments[0].headline if segments else None)
    lede = say(
        "{drivers:count} drivers explain {r2:percent} of the differences in {outcome} ({n:count} "
        "answers of {persons:count} persons)."
    )
    if result.within is not None:
        lede = say(
            "{drivers:count} drivers explain {r2:percent} of the differences in {outcome} between "
            "customers of one bank ({n:count} answers of {persons:count} persons)."
        )
    found, points = (first, *general, *segments), _points(ranked, first, say)
    return Story(headline, lede, found, tuple(actions), exhibits, points)


def _tried(
    result: DriverImportance, ranked: pd.DataFrame, first: Finding, say: Say
) -> list[Action]:
    """Have what matters most tried out, where it is known."""
    if first.settled == "open":
        return []
    say = speaker(say, **{**ranked.iloc[0], "first": ranked["label"].iloc[0]})
    text = say("Try out what improves “{first}”, and measure what it does to {outcome}.")
    gain = say(
        "It explains {importance:percent1} of the differences ({ci_low:percent1} to "
        "{ci_high:percent1})."
    )
    on = (str(ranked["label"].iloc[0]),)
    return [Action("test", text, first.settled, "drivers", on, gain, result.n)]


def _points(ranked: pd.DataFrame, first: Finding, say: Say) -> tuple[Point, ...]:
    """Name what weighs most; that one of several leads is sure, which of them is not."""
    top, leaders = ranked.iloc[0], ranked.loc[ranked["rank_low"] == 1, "label"].tolist()
    if not top["above_noise"]:
        return ()
    quoted = [Message("“{item}”", {"item": one}) for one in leaders[:MOST_TOLD]]
    say = speaker(say, **{**top, "first": top["label"], "items": listed(quoted)})
    if first.settled != "open":
        text = say(
            "“{first}” weighs most in {outcome}: it explains {importance:percent1} of the "
            "differences ({ci_low:percent1} to {ci_high:percent1})."
        )
        title = say("“{first}” decides {outcome}")
        return (Point(text, first.settled, 1.0, "drivers", (top["label"],), title, why=True),)
    if len(leaders) > MOST_TOLD:
        return ()
    text = say(
        "{items} weigh most in {outcome}; the first explains {importance:percent1} of it "
        "({ci_low:percent1} to {ci_high:percent1})."
    )
    title = say("{items} decide {outcome}")
    return (Point(text, "likely", 1.0, "drivers", tuple(leaders), title, why=True),)


# --- findings ------------------------------------------------------------------------------------


def _first(ranked: pd.DataFrame, say: Say) -> tuple[Message, Finding]:
    """Give the title, and what is said of the driver that comes first."""
    top, leaders = ranked.iloc[0], ranked.loc[ranked["rank_low"] == 1, "label"].tolist()
    values = {**top, "first": top["label"], "low": top["ci_low"], "high": top["ci_high"]}
    values |= {"worst": top["rank_high"], "items": leaders}
    title = say("No single driver of {outcome} stands out")
    if not top["above_noise"]:
        detail = say(
            "The largest, “{first}”, explains {importance:percent1}, no more than chance may "
            "({n:count} answers of {persons:count} persons).",
            **values,
        )
        finding = Finding(say("No driver of {outcome} stands out from noise."), detail, "open")
        return title if ranked["above_noise"].any() else finding.headline, finding
    if top["rank_high"] > 1 and top["p_first"] < LIKELY:
        detail = say(
            "“{first}” has the largest importance, {importance:percent1} ({low:percent1} to "
            "{high:percent1}), but its rank may be 1 to {worst:count}; these may come first: "
            "{items} ({n:count} answers of {persons:count} persons).",
            **values,
        )
        if len(leaders) <= MOST_NAMED and len(leaders) < len(ranked):
            title = say("What matters most for {outcome}: {items}", items=leaders)
        headline = say("Which driver of {outcome} comes first is not settled.")
        return title, Finding(headline, detail, "open")
    detail = say(
        "It explains {importance:percent1} of the differences ({low:percent1} to {high:percent1}), "
        "{share:percent} of what all drivers explain, and ranks first in {p_first:percent} of "
        "draws ({n:count} answers of {persons:count} persons).",
        **values,
    )
    if top["rank_high"] == 1:
        finding = Finding(say("“{first}” matters most for {outcome}.", **values), detail, "clear")
    else:
        headline = say("“{first}” probably matters most for {outcome}.", **values)
        finding = Finding(headline, detail, "likely")
    return finding.headline, finding


def _noise(ranked: pd.DataFrame, say: Say) -> list[Finding]:
    idle = ranked[~ranked["above_noise"].astype(bool)].sort_index()
    if idle.empty:
        return []
    values = {"items": idle["label"].tolist(), "n": len(idle), "high": idle["ci_high"].max()}
    if values["high"] < NEGLIGIBLE * ranked["importance"].mean():
        headline = say("{items} hardly {n:matters|matter} for {outcome}.", **values)
        detail = say(
            "{n:Its|Their} importance is not above noise, and at most {high:percent1} of the "
            "differences.",
            **values,
        )
        return [Finding(headline, detail, "clear")]
    headline = say("{items} {n:does|do} not stand out from noise.", **values)
    detail = say(
        "That does not show that {n:it does|they do} not matter: importance may reach "
        "{high:percent1} of the differences.",
        **values,
    )
    return [Finding(headline, detail, "open")]


def _whole(say: Say) -> Finding:
    headline = say("All drivers together explain {r2:percent} of the differences in {outcome}.")
    detail = say(
        "From {low:percent} to {high:percent} ({n:count} answers of {persons:count} persons); the "
        "rest is other things and chance."
    )
    return Finding(headline, detail, "clear")


def _segments(result: DriverImportance, say: Say) -> list[Finding]:
    single = result.equality.dropna(subset=["driver"])
    if single.empty:
        return []
    best = single.iloc[int(single["p_adjusted"].argmin())]
    rows = result.groups[result.groups["driver"] == best["driver"]].sort_values("importance")
    p, p_item, alpha = _overall_p(result), best["p_adjusted"], 1 - result.level
    values = {"n": len(rows), "p": p, "p_item": p_item, "item": best["label"]}
    if p_item <= alpha:
        (least, most), (low, high) = (
            rows[name].iloc[[0, -1]] for name in ("segment", "importance")
        )
        headline = say("“{item}” does not matter alike in all {n:count} segments.", **values)
        detail = say(
            "Most for {most} ({most_importance:percent1}), least for {least} "
            "({least_importance:percent1}); adjusted p {p_item:p}.",
            **values,
            **{"most": most, "most_importance": high, "least": least, "least_importance": low},
        )
        return [Finding(headline, detail, "clear" if p_item <= alpha / 5 else "likely")]
    if p <= alpha:
        headline = say("Drivers of {outcome} differ between {n:count} segments.", **values)
        detail = say(
            "Over all drivers p {p:p}; no single one can be named (smallest adjusted p "
            "{p_item:p}, “{item}”).",
            **values,
        )
        return [Finding(headline, detail, "likely")]
    headline = say("No difference of drivers between {n:count} segments can be shown.", **values)
    detail = say("Over all drivers p {p:p}; that is no proof that they are the same.", **values)
    return [Finding(headline, detail, "open")]


# --- exhibits ------------------------------------------------------------------------------------


def _drivers_exhibit(
    result: DriverImportance, ranked: pd.DataFrame, say: Say, *, notes: tuple[Message, ...]
) -> Exhibit:
    caption = say(
        "Importance of {drivers:count} drivers of {outcome} ({measure}) with {level:percent} "
        "intervals over persons. Ticks: what a driver without any tie reaches by chance; hollow: "
        "not above it. Right: share of all that is explained, and ranks that cannot be ruled out. "
        "{n:count} answers of {persons:count} persons.",
        measure=_MEASURES[result.method],
    )
    (first, last), (high, low) = (ranked[name].iloc[[0, -1]] for name in ("label", "importance"))
    alt = say(
        "Dots with lines for {n:count} drivers, from “{first}” ({high:percent1}) at the top to "
        "“{last}” ({low:percent1}) at the bottom; {hollow:count} of them not above noise.",
        **{"n": len(ranked), "first": first, "high": high, "last": last, "low": low},
        hollow=len(ranked) - int(ranked["above_noise"].sum()),
    )
    data = ranked.assign(driver=ranked["label"])[list(_COLUMNS)].reset_index(drop=True)
    return Exhibit(caption, alt, data, (*notes, *result.notes), draw=result.plot)


def _segments_exhibit(
    result: DriverImportance, focus: object, say: Say, *, notes: tuple[Message, ...]
) -> Exhibit:
    known, unknown = known_focus(focus, result.groups["segment"], what="segments")
    say = speaker(say, n=result.groups["segment"].nunique(), p=_overall_p(result))
    caption = say(
        "Importance of each driver of {outcome} in {n:count} segments. Up to four have intervals,"
        " hollow where not above noise; more are circles, drawn to the mean where few answered. "
        "Right: p-value, adjusted over drivers, of the test that it is the same in all segments "
        "(persons permuted)."
    )
    alt = say(
        "Dots of {drivers:count} drivers in {n:count} segments; the test that all segments are "
        "alike gives p {p:p}."
    )
    draw = partial(result.plot, figure="driver_segments", focus=known)
    data = result.groups.assign(driver=result.groups["label"])
    data = data[["segment", "driver", *data.columns[4:]]]
    return Exhibit(caption, alt, data, notes=(*notes, *unknown), draw=draw)


def _overall_p(result: DriverImportance) -> float:
    return float(result.equality.loc[result.equality["driver"].isna(), "p_value"].max())
