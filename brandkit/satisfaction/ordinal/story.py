"""What ordinal models say: what moves customers, what does not, how far, where along the scale."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pandas as pd

from brandkit.core.message import Finding, Message, as_notes
from brandkit.core.story import Exhibit, Say, Story, speaker
from brandkit.language import translate
from brandkit.satisfaction.groups import MOST_NAMED, and_more, first_names
from brandkit.satisfaction.ordinal.ordinal import UNEQUAL, OrdinalModel

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
    rows, facts = expected_effects(result, result.top), result.facts
    say = speaker(outcome=result.labels[result.outcome], top=top_name(result))
    say = speaker(say, model=_MODELS[str(facts["link"])], level=facts["ci_level"])
    say = speaker(say, n=facts["n"], persons=facts["n_persons"], levels=facts["n_levels"])
    unequal = result.proportionality
    unequal = unequal[unequal["p_adjusted"] < UNEQUAL].sort_values("p_adjusted", kind="stable")
    headline, first = _first(rows, say)
    findings = [first, *_doubtful(rows, say), _reach(result, say)]
    findings += [_slope(row, say) for _, row in unequal.head(2).iterrows()]
    lede = say(
        "{n:count} answers of {persons:count} persons on {levels:count} levels of {outcome}. "
        "The levels are taken for an order, not for distances; each change is that of one more "
        "point of one rating, all others as they are."
    )
    steps = say(
        "Whether each of {n:count} drivers counts the same at every step of {outcome}. Test of "
        "equal slopes, p adjusted over drivers, and the coefficients over the lower and the upper "
        "steps.",
        n=len(result.proportionality),
    )
    exhibits = {
        "top-effects": _effects(result, rows, say, notes=as_notes(findings[1:])),
        "expected": _expected(result, say),
        "steps": Exhibit(steps, data=_by_driver(result.proportionality)),
    }
    return Story(headline, lede, tuple(findings), exhibits=exhibits)


# --- what sentences and pictures share -----------------------------------------------------------


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


def _by_driver(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(driver=rows["label"]).drop(columns="label")


# --- findings ------------------------------------------------------------------------------------


def _first(rows: pd.DataFrame, say: Say) -> tuple[Message, Finding]:
    """Give the title, and what is said of the driver with the largest change."""
    first, leaders = rows.iloc[0], rows.loc[rows["rank_low"] == 1, "label"].tolist()
    change, low, high = (100 * first[name] for name in ("estimate", "ci_low", "ci_high"))
    detail = say(
        "One more point brings {change:decimal1} percentage points more customers to {top} "
        "({level:percent} interval {low:decimal1} to {high:decimal1}; {n:count} persons).",
        **{"n": say("").values["persons"], "change": change, "low": low, "high": high},
    )
    title = say("No single driver moves most customers to the top of {outcome}")
    if not (rows["ci_low"] > 0).any():
        finding = Finding(say("No driver is sure to raise {outcome}."), detail, "open")
        return finding.headline, finding
    if len(leaders) == 1:
        headline = say("“{first}” moves {outcome} most.", first=first["label"])
        return headline, Finding(headline, detail, "clear")
    headline = say("“{first}” moves {outcome} most in this sample.", first=first["label"])
    if len(leaders) <= MOST_NAMED:
        title = say("What moves most customers to the top of {outcome}: {items}", items=leaders)
    if len(leaders) > MOST_NAMED or not low > 0:
        more = say(
            "{detail} {n:count} of {all:count} drivers could come first.",
            **{"detail": detail, "n": len(leaders), "all": len(rows)},
        )
        return title, Finding(headline, more, "open")
    more = say("{detail} It cannot be told from {items}.", detail=detail, items=leaders[1:])
    return title, Finding(headline, more, "likely")


def _doubtful(rows: pd.DataFrame, say: Say) -> list[Finding]:
    doubtful = rows[~rows["settled"]]
    if doubtful.empty:
        return []
    names, widest = doubtful["label"].tolist(), doubtful.iloc[int(doubtful["ci_high"].argmax())]
    headline = say(
        "No effect to be seen: {names}{more}.", names=first_names(names), more=and_more(names)
    )
    detail = say(
        "The change could be none; it may be up to {high:decimal1} percentage points at {top} "
        "(“{item}”).",
        high=100 * widest["ci_high"],
        item=widest["label"],
    )
    return [Finding(headline, detail, "open")]


def _shares(result: OrdinalModel) -> pd.DataFrame:
    """Give the share of the top levels in each profile, under the names sentences have for it."""
    rows = result.profiles[result.profiles["measure"] == result.top].set_index("label")
    rows = rows.rename(columns={"estimate": "", "ci_low": "_from", "ci_high": "_to"})
    return rows[["", "_from", "_to"]].astype(float)


def _reach(result: OrdinalModel, say: Say) -> Finding:
    shares = _shares(result)
    values = {f"{at}{end}": float(shares[end][at]) for at in ("low", "high") for end in shares}
    headline = say(
        "From low to high ratings, customers at {top} go from {low:percent} to {high:percent}.",
        **values,
    )
    detail = say(
        "All ratings at the lower quartile: {low_from:percent} to {low_to:percent} give {top} to "
        "{outcome}; at the upper quartile {high_from:percent} to {high_to:percent}.",
        **values,
    )
    return Finding(headline, detail, "clear" if values["high_from"] > values["low_to"] else "open")


def _slope(row: pd.Series[Any], say: Say) -> Finding:
    low, high, p = row["slope_low"], row["slope_high"], row["p_adjusted"]
    headline = say("“{item}” counts more among dissatisfied customers.", item=row["label"])
    if abs(high) > abs(low):
        headline = say("“{item}” counts more among satisfied customers.", item=row["label"])
    detail = say(
        "Its coefficient is {low:decimal2} over the lower steps of {outcome} and {high:decimal2} "
        "over the upper ones (test of equal slopes, adjusted p {p:p}).",
        **{"low": low, "high": high, "p": p},
    )
    return Finding(headline, detail, "clear" if p < SURE else "likely")


# --- exhibits ------------------------------------------------------------------------------------


def _effects(
    result: OrdinalModel, rows: pd.DataFrame, say: Say, *, notes: tuple[Message, ...]
) -> Exhibit:
    caption = say(
        "By how many percentage points the share of customers at {top} of {outcome} changes when "
        "everybody rates one point higher. {level:percent} intervals over persons "
        "({model}). Hollow: the change could be none. Right: the change and the ranks that "
        "cannot be ruled out. {n:count} answers of {persons:count} persons."
    )
    (first, last), (high, low) = (rows[name].iloc[[0, -1]] for name in ("label", "estimate"))
    alt = say(
        "Dots with lines for {n:count} drivers, from “{first}” ({high:decimal1} points) at the "
        "top to “{last}” ({low:decimal1} points) at the bottom; {hollow:count} of them could be "
        "0.",
        **{"n": len(rows), "first": first, "high": 100 * high, "last": last, "low": 100 * low},
        hollow=int((~rows["settled"]).sum()),
    )
    data = _by_driver(rows).drop(columns="settled")
    return Exhibit(caption, alt, data, (*notes, *result.notes), draw=result.plot)


def _expected(result: OrdinalModel, say: Say) -> Exhibit:
    caption = say(
        "Expected answers to {outcome} where all ratings stand at the lower quartile, the median "
        "and the upper quartile. Dark: {top}, with their share at the right. {n:count} answers of "
        "{persons:count} persons."
    )
    alt = say(
        "Three bars of answers to {outcome}: {top} reach {low:percent} where ratings are low, "
        "{typical:percent} where they are typical and {high:percent} where they are high.",
        **_shares(result)[""],
    )
    draw = partial(result.plot, figure="ordinal_shares")
    names = {name: translate(said) for name, said in PROFILE_NAMES.items()}
    data = result.predicted.assign(label=result.predicted["label"].map(names))
    return Exhibit(caption, alt, data, draw=draw)
