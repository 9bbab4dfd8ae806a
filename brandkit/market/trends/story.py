"""What is said of trends: what moved, out of how much that is watched."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from brandkit.core.message import Finding, as_notes, formatted
from brandkit.core.story import Exhibit, Story, speaker, titled
from brandkit.market.trends.trend import Trend

MOST_TOLD = 3
_KINDS: Final = {"mean": "decimal2", "nps": "points"}


def trend(result: Trend, *, focus: object = None) -> Story:
    """Tell what moved; alerts on the focus's own series come first."""
    series = result.series
    held = series[series["settled"] != "open"]
    held = held.assign(
        doubt=held["settled"] != "clear",
        other=~held["label"].str.contains(str(focus), regex=False) if focus else False,
        p=held[["p_adjusted", "slope_adjusted"]].min(axis=1),
    ).sort_values(["doubt", "other", "p"], kind="stable")
    findings = [_overview(result)]
    findings += [_moved(dict(row)) for _, row in held.head(MOST_TOLD).iterrows()]
    say = speaker(n=result.n_series, alerts=result.n_alerts, waves=result.waves["wave"].nunique(),
                  persons=result.n, level=result.ci_level)  # fmt: skip
    caption = say(
        "What moved most over {waves:count} waves: each with {level:percent} intervals and the "
        "level behind the noise; {persons:count} persons."
    )
    alt = say(
        "Small charts over {waves:count} waves; {alerts:count} of {n:count} series carry an alert."
    )
    kept = say(
        "An alert stands where the newest wave differs from the mean of all before it, or the line "
        "through all has a slope, with all {n:count} series looked at together. The change from "
        "the wave before is shown only."
    )
    notes = (*as_notes(findings[1:]), kept, *result.notes)
    columns = ["question", "label", "earliest", "newest", "change", "p_adjusted", "slope",
               "slope_adjusted", "previous_change", "detectable", "alert"]  # fmt: skip
    order = series.assign(p=series[["p_adjusted", "slope_adjusted"]].min(axis=1))
    table = order.sort_values("p", kind="stable")[columns].reset_index(drop=True)
    listed = say("All {n:count} series, those that moved most first.")
    return Story(
        titled(findings[1] if len(findings) > 1 else findings[0]), None, tuple(findings), (),
        {"moved": Exhibit(caption, alt, _charted(result), notes, partial(result.plot, focus=focus)),
         "series": Exhibit(listed, data=table, of_people=False)},
    )  # fmt: skip


def _charted(result: Trend) -> Any:
    """Give the waves of the series that the figure shows."""
    first = leading(result)
    keys = [(one["question"], one["label"]) for one in first]
    every = zip(result.waves["question"], result.waves["label"], strict=True)
    rows = result.waves[[key in keys for key in every]]
    return rows.drop(columns=["n_effective"]).reset_index(drop=True)


def leading(result: Trend, most: int = 6) -> list[dict[str, Any]]:
    """Give the series that moved most, for the figure."""
    order = result.series.assign(p=result.series[["p_value", "slope_p"]].min(axis=1))
    first = order.sort_values(["p"], kind="stable").head(most)
    return [{str(key): value for key, value in row.items()} for _, row in first.iterrows()]


def _overview(result: Trend) -> Finding:
    say = speaker(n=result.n_series, moved=result.n_alerts, level=result.ci_level,
                  wave=result.waves["wave"].iloc[-1])  # fmt: skip
    detail = say("A false alert among all of them has a chance of {chance:percent} at most.",
                 chance=1 - result.ci_level)  # fmt: skip
    if result.n_alerts:
        return Finding(say("{moved:count} of {n:count} series moved."), detail, "clear")
    said = say("None of {n:count} series is known to have moved by {wave}.")
    return Finding(said, detail, "open")


def _moved(row: dict[str, Any]) -> Finding:
    kind = _KINDS.get(row["kind"], "percent")
    say = speaker(answer=row["label"], question=row["question"], since=row["wave_from"],
                  now=row["wave_to"], first=formatted(row["earliest"], kind),
                  newest=formatted(row["newest"], kind),
                  before=formatted(row["newest"] - row["change"], kind), n=int(row["n_waves"]),
                  p=row["p_adjusted"], line=row["slope_adjusted"])  # fmt: skip
    by_line = row["slope_adjusted"] < row["p_adjusted"]
    rises = row["slope"] > 0 if by_line else row["change"] > 0
    detail = say(
        "“{question}”: {before} on average before; p {p:p} against it, {line:p} for the line "
        "through {n:count} waves, over all series."
    )
    if row["settled"] == "likely":
        headline = say("“{answer}” has probably fallen ({since}: {first}, {now}: {newest}).")
        if rises:
            headline = say("“{answer}” has probably risen ({since}: {first}, {now}: {newest}).")
        return Finding(headline, detail, "likely")
    if by_line:
        headline = say("“{answer}” falls from wave to wave: {first} in {since}, {newest} in {now}.")
        if rises:
            headline = say("“{answer}” rises from wave to wave: {first} in {since}, {newest} in "
                           "{now}.")  # fmt: skip
    else:
        headline = say("“{answer}” fell to {newest} in {now}, from {before} before.")
        if rises:
            headline = say("“{answer}” rose to {newest} in {now}, from {before} before.")
    return Finding(headline, detail, "clear")
