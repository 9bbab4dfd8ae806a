"""What ordinal models say: what moves customers, what does not, how far, where along the scale."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pandas as pd

from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import N_, Exhibit, Say, Story, speaker
from brandkit.language import translate
from brandkit.satisfaction.ordinal.ordinal import UNEQUAL, OrdinalModel

#: Drivers named in one sentence.
MOST_NAMED: Final = 4
#: Adjusted p-value under which unequal slopes are called clear.
SURE: Final = 0.01
#: Profiles of predicted shares by name.
PROFILE_NAMES: Final = {
    "low": Message("All ratings low"),
    "typical": Message("All ratings typical"),
    "high": Message("All ratings high"),
}
_MODELS: Final = {"logit": Message("proportional odds"), "probit": Message("ordered probit")}


def ordinal_model(result: OrdinalModel, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell what moves customers, what does not, how far, and where along the scale."""
    rows, facts = expected_effects(result, top_of(result)), result.facts
    say = speaker(
        outcome=outcome_name(result),
        top=top_name(result),
        n=facts["n"],
        persons=facts["n_persons"],
        levels=facts["n_levels"],
        level=facts["ci_level"],
        model=_MODELS[str(facts["link"])],
    )
    unequal = result.proportionality
    unequal = unequal[unequal["p_adjusted"] < UNEQUAL].sort_values("p_adjusted", kind="stable")
    first = _first(rows, say, n_persons=facts["n_persons"])
    findings = [first, *_doubtful(rows, say), _reach(result, say)]
    findings += [_slope(row, say) for _, row in unequal.head(2).iterrows()]
    return Story(
        headline=_headline(rows, say),
        lede=say(
            "{n:count} answers of {persons:count} persons on {levels:count} levels of {outcome}. "
            "The levels are taken for an order, not for distances; each change is that of one more "
            "point of one rating, all others as they are."
        ),
        findings=tuple(findings),
        exhibits={
            "effects": _effects(result, rows, say, notes=as_notes(findings[1:])),
            "expected": _expected(result, say),
            "steps": _steps(result, say),
        },
    )


# --- what sentences and pictures share -----------------------------------------------------------


def outcome_name(result: OrdinalModel) -> str:
    """Give the outcome's label, or its column."""
    return str(result.labels.get(result.outcome, result.outcome))


def top_of(result: OrdinalModel) -> str:
    """Give the measure of the top levels: ``"top2"``."""
    return f"top{result.fitted.answered.top}"


def top_name(result: OrdinalModel) -> Message:
    """Name the levels that are counted as the top."""
    *_, last = levels = result.fitted.answered.levels[-result.fitted.answered.top :]
    if len(levels) == 1:
        return Message("answer {level}", {"level": last})
    return Message("answers {first} to {last}", {"first": levels[0], "last": last})


def expected_effects(result: OrdinalModel, measure: str) -> pd.DataFrame:
    """Give the effects on one measure, the largest first, and whether they could be none."""
    rows = result.effects[result.effects["measure"] == measure]
    rows = rows.assign(settled=(rows["ci_low"] > 0) | (rows["ci_high"] < 0))
    return rows.sort_values("estimate", ascending=False, kind="stable", ignore_index=True)


def _leaders(rows: pd.DataFrame) -> list[str]:
    """Name the drivers that could come first, those with the largest change first."""
    return rows.loc[rows["rank_low"] == 1, "label"].astype(str).tolist()


# --- findings ------------------------------------------------------------------------------------


def _headline(rows: pd.DataFrame, say: Say) -> Message:
    leaders = _leaders(rows)
    if not (rows["ci_low"] > 0).any():
        return say("None of {n:count} drivers is sure to raise {outcome}", n=len(rows))
    if len(leaders) == 1:
        return say(
            "One more point for “{first}” moves most customers to the top answers of {outcome}",
            first=leaders[0],
        )
    if len(leaders) <= MOST_NAMED:
        return say("What moves most customers to the top of {outcome}: {items}", items=leaders)
    return say("No single driver moves most customers to the top of {outcome}")


def _first(rows: pd.DataFrame, say: Say, *, n_persons: object) -> Finding:
    leaders, first = _leaders(rows), rows.iloc[0]
    detail = say(
        "One more point brings {change:decimal1} percentage points more customers to {top} "
        "({level:percent} interval {low:decimal1} to {high:decimal1}; {n:count} persons).",
        n=n_persons,
        change=100 * first["estimate"],
        low=100 * first["ci_low"],
        high=100 * first["ci_high"],
    )
    if not (rows["ci_low"] > 0).any():
        return Finding(say("No driver is sure to raise {outcome}."), detail, "open")
    if len(leaders) == 1:
        headline = say("“{first}” moves {outcome} most.", first=first["label"])
        return Finding(headline, detail, "clear")
    headline = say("“{first}” moves {outcome} most in this sample.", first=first["label"])
    if len(leaders) > MOST_NAMED or not first["ci_low"] > 0:
        said = N_("{detail} {n:count} of {all:count} drivers could come first.")
        more = say(said, detail=detail, n=len(leaders), all=len(rows))
        return Finding(headline, more, "open")
    more = say("{detail} It cannot be told from {items}.", detail=detail, items=leaders[1:])
    return Finding(headline, more, "likely")


def _doubtful(rows: pd.DataFrame, say: Say) -> list[Finding]:
    doubtful = rows[~rows["settled"]]
    if doubtful.empty:
        return []
    names = doubtful["label"].tolist()
    headline = say("No effect to be seen: {names}.", names=names)
    if len(names) > MOST_NAMED:
        headline = say(
            "No effect to be seen: {names} and {more:count} more.",
            names=names[:MOST_NAMED],
            more=len(names) - MOST_NAMED,
        )
    widest = doubtful.sort_values("ci_high", ascending=False, kind="stable").iloc[0]
    detail = say(
        "The change could be none; it may be up to {high:decimal1} percentage points at {top} "
        "(“{item}”).",
        high=100 * widest["ci_high"],
        item=widest["label"],
    )
    return [Finding(headline, detail, "open")]


def _reach(result: OrdinalModel, say: Say) -> Finding:
    shares = result.profiles[result.profiles["measure"] == top_of(result)].set_index("label")
    low, high = shares.loc["low"], shares.loc["high"]
    values = {
        "low": low["estimate"],
        "low_from": low["ci_low"],
        "low_to": low["ci_high"],
        "high": high["estimate"],
        "high_from": high["ci_low"],
        "high_to": high["ci_high"],
    }
    headline = say(
        "From low to high ratings, customers at {top} go from {low:percent} to {high:percent}.",
        **values,
    )
    detail = say(
        "All ratings at the lower quartile: {low_from:percent} to {low_to:percent} give {top} to "
        "{outcome}; at the upper quartile {high_from:percent} to {high_to:percent}.",
        **values,
    )
    return Finding(headline, detail, "clear" if high["ci_low"] > low["ci_high"] else "open")


def _slope(row: pd.Series[Any], say: Say) -> Finding:
    low, high, p = row["slope_low"], row["slope_high"], row["p_adjusted"]
    headline = say("“{item}” counts more among dissatisfied customers.", item=row["label"])
    if abs(high) > abs(low):
        headline = say("“{item}” counts more among satisfied customers.", item=row["label"])
    detail = say(
        "Its coefficient is {low:decimal2} over the lower steps of {outcome} and {high:decimal2} "
        "over the upper ones (test of equal slopes, adjusted p {p:p}).",
        low=low,
        high=high,
        p=p,
    )
    return Finding(headline, detail, "clear" if p < SURE else "likely")


# --- exhibits ------------------------------------------------------------------------------------


def _effects(
    result: OrdinalModel, rows: pd.DataFrame, say: Say, *, notes: tuple[Message, ...]
) -> Exhibit:
    caption = say(
        "By how many percentage points the share of customers at {top} of {outcome} changes when "
        "everybody rates one point higher, with {level:percent} intervals over persons "
        "({model}). Hollow: the change could be none. Right: the change and the ranks that "
        "cannot be ruled out. {n:count} answers of {persons:count} persons."
    )
    alt = say(
        "Dots with lines for {n:count} drivers, from “{first}” ({high:decimal1} points) at the "
        "top to “{last}” ({low:decimal1} points) at the bottom; {hollow:count} of them could be "
        "0.",
        n=len(rows),
        first=rows["label"].iloc[0],
        high=100 * rows["estimate"].iloc[0],
        last=rows["label"].iloc[-1],
        low=100 * rows["estimate"].iloc[-1],
        hollow=int((~rows["settled"]).sum()),
    )
    data = rows.assign(driver=rows["label"]).drop(columns=["label", "settled"])
    return Exhibit(caption, alt, data, (*notes, *result.notes), draw=result.plot)


def _expected(result: OrdinalModel, say: Say) -> Exhibit:
    caption = say(
        "Expected answers to {outcome} where all ratings stand at the lower quartile, the median "
        "and the upper quartile. Dark: {top}, with their share at the right. {n:count} answers of "
        "{persons:count} persons."
    )
    shares = result.profiles[result.profiles["measure"] == top_of(result)].set_index("label")
    alt = say(
        "Three bars of answers to {outcome}: {top} reach {low:percent} where ratings are low, "
        "{typical:percent} where they are typical and {high:percent} where they are high.",
        **{name: shares.loc[name, "estimate"] for name in PROFILE_NAMES},
    )

    draw = partial(result.plot, figure="ordinal_shares")
    names = {name: translate(said) for name, said in PROFILE_NAMES.items()}
    data = result.predicted.assign(label=result.predicted["label"].map(names))
    return Exhibit(caption, alt, data, draw=draw)


def _steps(result: OrdinalModel, say: Say) -> Exhibit:
    caption = say(
        "Whether each of {n:count} drivers counts the same at every step of {outcome}: test of "
        "equal slopes, p adjusted over drivers, and the coefficients over the lower and the upper "
        "steps.",
        n=len(result.proportionality),
    )
    table = result.proportionality
    return Exhibit(caption, data=table.assign(driver=table["label"]).drop(columns="label"))
