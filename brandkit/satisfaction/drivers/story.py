"""What the drivers say, in sentences: headlines, findings, captions and alt texts.

Every sentence is computed from the result and says how settled it is: ranks that cannot be told
apart and drivers not above noise are findings too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.satisfaction.drivers.drivers import DriverImportance

LIKELY = 0.8
"""Share of draws from which a first rank is called likely."""
MOST_NAMED = 4
"""Drivers named in one sentence."""
NEGLIGIBLE = 0.2
"""Upper end, as a part of the mean importance, under which a driver is said not to matter."""

NO_DRIVERS = Message(
    "What drives satisfaction: it takes a survey with an outcome and drivers (outcome and drivers "
    "in [survey] of study.toml)."
)
"""What to say where a study names no outcome or drivers."""


def driver_importance_headline(result: DriverImportance) -> Message:
    """Say what matters most in one sentence, for a title.

    Parameters
    ----------
    result : DriverImportance

    Returns
    -------
    Message

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> bank = pd.DataFrame(rng.normal(size=(200, 3)), columns=["fees", "advice", "sat"])
    >>> from brandkit.satisfaction.drivers.drivers import driver_importance
    >>> result = driver_importance(bank.assign(sat=bank["sat"] + bank["fees"]), outcome="sat",
    ...                            drivers=["advice", "fees"], draws=100)
    >>> str(driver_importance_headline(result))
    '“fees” matters most for sat'
    """
    top = _may_be_first(result)
    values = {"outcome": result.outcome_label, "n": len(result.drivers)}
    if not result.drivers["above_noise"].any():
        return Message("None of {n:count} drivers explains {outcome} beyond noise", values)
    if len(top) == 1:
        return Message("“{first}” matters most for {outcome}", values | {"first": top[0]})
    if len(top) <= MOST_NAMED and len(top) < len(result.drivers):
        return Message("What matters most for {outcome}: {items}", values | {"items": top})
    return Message("No single driver of {outcome} stands out", values)


def driver_importance_lede(result: DriverImportance) -> Message:
    """Say how much all drivers explain, and what that rests on."""
    values = _bases(result)
    if result.within is not None:
        return Message(
            "{drivers:count} drivers explain {r2:percent} of the differences in {outcome} between "
            "customers of one bank ({n:count} answers of {persons:count} persons).",
            values,
        )
    return Message(
        "{drivers:count} drivers explain {r2:percent} of the differences in {outcome} ({n:count} "
        "answers of {persons:count} persons).",
        values,
    )


def driver_importance_findings(result: DriverImportance) -> tuple[Finding, ...]:
    """Say what drives the outcome, what does not, and how settled each is.

    Parameters
    ----------
    result : DriverImportance

    Returns
    -------
    tuple of Finding
        What comes first, what is not above noise (where anything is), how much all explain, and
        whether segments differ (where the result has any).
    """
    found = [_first_finding(result)]
    if not result.drivers["above_noise"].all():
        found.append(_noise_finding(result))
    found.append(_whole_finding(result))
    if not result.equality.empty:
        found.append(_segments_finding(result))
    return tuple(found)


def driver_importance_caption(result: DriverImportance) -> Message:
    """Say what the dots, lines, ticks and numbers are."""
    values = _bases(result) | {"level": result.level}
    if result.method == "johnson":
        return Message(
            "Importance of {drivers:count} drivers of {outcome} (Johnson's relative weights) with "
            "{level:percent} intervals over persons. Ticks: what a driver without any tie reaches "
            "by chance; hollow: not above it. Right: share of all that is explained, and ranks "
            "that cannot be ruled out. {n:count} answers of {persons:count} persons.",
            values,
        )
    return Message(
        "Importance of {drivers:count} drivers of {outcome} (mean gain in explained variance over "
        "all orders) with {level:percent} intervals over persons. Ticks: what a driver without any "
        "tie reaches by chance; hollow: not above it. Right: share of all that is explained, and "
        "ranks that cannot be ruled out. {n:count} answers of {persons:count} persons.",
        values,
    )


def driver_importance_alt(result: DriverImportance) -> Message:
    """Describe the picture for those who cannot see it."""
    ranked = _ranked(result)
    first, last = ranked.iloc[0], ranked.iloc[-1]
    return Message(
        "Dots with lines for {n:count} drivers, from “{first}” ({high:percent1}) at the top to "
        "“{last}” ({low:percent1}) at the bottom; {hollow:count} of them not above noise.",
        {
            "n": len(ranked),
            "first": first["label"],
            "high": first["importance"],
            "last": last["label"],
            "low": last["importance"],
            "hollow": int((~ranked["above_noise"].astype(bool)).sum()),
        },
    )


def driver_segments_caption(result: DriverImportance, *, focus: str | None = None) -> Message:
    """Say what the figure by segment shows, and what the p-values are of."""
    values = {"n": int(result.groups["segment"].nunique()), "outcome": result.outcome_label}
    if focus is None:
        return Message(
            "Importance of each driver of {outcome} in {n:count} segments, with intervals; hollow: "
            "not above noise. Right: p-value, adjusted over drivers, of the test that it is the "
            "same in all segments (persons permuted).",
            values,
        )
    return Message(
        "Importance of each driver of {outcome} for {focus} (filled, with interval) and the others "
        "of {n:count} (hollow, drawn to the mean where few answered). Right: p-value, adjusted "
        "over drivers, of the test that it is the same for all (persons permuted).",
        values | {"focus": focus},
    )


def driver_segments_alt(result: DriverImportance) -> Message:
    """Describe the picture by segment."""
    p = _overall_p(result)
    return Message(
        "Dots of {drivers:count} drivers in {n:count} segments; the test that all segments are "
        "alike gives p {p:p}.",
        {
            "drivers": len(result.drivers),
            "n": int(result.groups["segment"].nunique()),
            "p": p,
        },
    )


def drivers_table_caption(result: DriverImportance) -> Message:
    """Say what the table of drivers holds."""
    return Message(
        "Each driver of {outcome}: importance with its interval, what it explains alone and on top "
        "of the others, its coefficient, and ranks that cannot be ruled out.",
        {"outcome": result.outcome_label},
    )


def driver_rows(result: DriverImportance) -> pd.DataFrame:
    """Give the drivers for a table, the most important first, by their labels."""
    rows = _ranked(result).reset_index(drop=True)
    return rows.assign(driver=rows["label"])[
        [
            "driver", "importance", "ci_low", "ci_high", "share", "above_noise", "first", "last",
            "coefficient", "std_error", "rank_low", "rank_high",
        ]
    ]  # fmt: skip


# --- findings ----------------------------------------------------------------------------------


def _first_finding(result: DriverImportance) -> Finding:
    ranked = _ranked(result)
    first = ranked.iloc[0]
    values: dict[str, Any] = _bases(result) | {
        "first": first["label"],
        "importance": first["importance"],
        "low": first["ci_low"],
        "high": first["ci_high"],
        "share": first["share"],
        "p_first": first["p_first"],
        "worst": int(first["rank_high"]),
        "items": _may_be_first(result),
    }
    if not first["above_noise"]:
        headline = Message("No driver of {outcome} stands out from noise.", values)
        detail = Message(
            "The largest, “{first}”, explains {importance:percent1}, no more than chance may "
            "({n:count} answers of {persons:count} persons).",
            values,
        )
        return Finding(headline, detail, "open")
    detail = Message(
        "It explains {importance:percent1} of the differences ({low:percent1} to {high:percent1}), "
        "{share:percent} of what all drivers explain, and ranks first in {p_first:percent} of "
        "draws ({n:count} answers of {persons:count} persons).",
        values,
    )
    if first["rank_high"] == 1:
        return Finding(Message("“{first}” matters most for {outcome}.", values), detail, "clear")
    if first["p_first"] >= LIKELY:
        headline = Message("“{first}” probably matters most for {outcome}.", values)
        return Finding(headline, detail, "likely")
    headline = Message("Which driver of {outcome} comes first is not settled.", values)
    detail = Message(
        "“{first}” has the largest importance, {importance:percent1} ({low:percent1} to "
        "{high:percent1}), but its rank may be 1 to {worst:count}; these may come first: {items} "
        "({n:count} answers of {persons:count} persons).",
        values,
    )
    return Finding(headline, detail, "open")


def _noise_finding(result: DriverImportance) -> Finding:
    idle = result.drivers[~result.drivers["above_noise"].astype(bool)]
    mean = float(result.drivers["importance"].mean())
    settled: Settled = "clear" if idle["ci_high"].max() < NEGLIGIBLE * mean else "open"
    values = {
        "items": idle["label"].tolist(),
        "n": len(idle),
        "outcome": result.outcome_label,
        "high": float(idle["ci_high"].max()),
    }
    if settled == "clear":
        headline = Message("{items} hardly {n:matters|matter} for {outcome}.", values)
        detail = Message(
            "{n:Its|Their} importance is not above noise, and at most {high:percent1} of the "
            "differences.",
            values,
        )
        return Finding(headline, detail, "clear")
    headline = Message("{items} {n:does|do} not stand out from noise.", values)
    detail = Message(
        "That does not show that {n:it does|they do} not matter: importance may reach "
        "{high:percent1} of the differences.",
        values,
    )
    return Finding(headline, detail, "open")


def _whole_finding(result: DriverImportance) -> Finding:
    values = _bases(result) | {"low": result.r2_low, "high": result.r2_high}
    headline = Message(
        "All drivers together explain {r2:percent} of the differences in {outcome}.", values
    )
    detail = Message(
        "From {low:percent} to {high:percent} ({n:count} answers of {persons:count} persons); the "
        "rest is other things and chance.",
        values,
    )
    return Finding(headline, detail, "clear")


def _segments_finding(result: DriverImportance) -> Finding:
    tests = result.equality
    single = tests.dropna(subset=["driver"])
    best = single.iloc[int(single["p_adjusted"].argmin())]
    values: dict[str, Any] = {
        "n": int(result.groups["segment"].nunique()),
        "outcome": result.outcome_label,
        "p": _overall_p(result),
        "item": best["label"],
        "p_item": float(best["p_adjusted"]),
        **_extremes(result, str(best["driver"])),
    }
    alpha = 1 - result.level
    if values["p_item"] <= alpha:
        headline = Message("“{item}” does not matter alike in all {n:count} segments.", values)
        detail = Message(
            "Most for {most} ({most_importance:percent1}), least for {least} "
            "({least_importance:percent1}); adjusted p {p_item:p}.",
            values,
        )
        settled: Settled = "clear" if values["p_item"] <= alpha / 5 else "likely"
        return Finding(headline, detail, settled)
    if values["p"] <= alpha:
        headline = Message("Drivers of {outcome} differ between {n:count} segments.", values)
        detail = Message(
            "Over all drivers p {p:p}; no single one can be named (smallest adjusted p "
            "{p_item:p}, “{item}”).",
            values,
        )
        return Finding(headline, detail, "likely")
    headline = Message("No difference of drivers between {n:count} segments can be shown.", values)
    detail = Message("Over all drivers p {p:p}; that is no proof that they are the same.", values)
    return Finding(headline, detail, "open")


def _extremes(result: DriverImportance, driver: str) -> dict[str, Any]:
    rows = result.groups[result.groups["driver"] == driver]
    most = rows.iloc[int(rows["importance"].argmax())]
    least = rows.iloc[int(rows["importance"].argmin())]
    return {
        "most": most["segment"],
        "most_importance": float(most["importance"]),
        "least": least["segment"],
        "least_importance": float(least["importance"]),
    }


def _overall_p(result: DriverImportance) -> float:
    tests = result.equality
    whole = tests.loc[tests["driver"].isna(), "p_value"]
    return float(whole.iloc[0]) if len(whole) else float("nan")


def _bases(result: DriverImportance) -> dict[str, Any]:
    return {
        "outcome": result.outcome_label,
        "drivers": len(result.drivers),
        "r2": result.r2,
        "n": result.n,
        "persons": result.n_respondents,
    }


def _ranked(result: DriverImportance) -> pd.DataFrame:
    return result.drivers.sort_values("importance", ascending=False, kind="stable")


def _may_be_first(result: DriverImportance) -> list[str]:
    ranked = _ranked(result)
    return [str(label) for label in ranked.loc[np.asarray(ranked["rank_low"] == 1), "label"]]
