"""What is said of scores and comparisons: who satisfies, what changed, and how sure that is.

That two scores cannot be told apart is a finding too, and is said so.
"""

from __future__ import annotations

from types import ModuleType

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Say, Story, speaker
from brandkit.satisfaction.groups import and_more, first_names, row_values
from brandkit.satisfaction.scores.comparison import GroupComparison
from brandkit.satisfaction.scores.rows import (
    MEASURES,
    change_rows,
    change_text,
    chosen_score,
    comparison_rows,
    item_name,
    of_score,
    score_rows,
    score_text,
)
from brandkit.satisfaction.scores.scores import SatisfactionScores


def group_comparison(
    result: GroupComparison,
    *,
    focus: object = None,
    item: str | None = None,
    measure: str | None = None,
) -> Story:
    """Tell where the focus stands, who is best and who worst, and what changed.

    Of the first item and measure where none is named.
    """
    item, measure = chosen_score(result.groups, item=item, measure=measure)
    every = _told(score_rows(result, item=item, measure=measure), measure)
    focus, notes = _focus(result, focus, every)
    rows = every[every["rank_low"].notna()].reset_index(drop=True)
    say = speaker(
        item=item_name(result.labels, item),
        measure=MEASURES[measure],
        level=result.levels[0],
        loose=result.levels[-1],
        focus=focus,
        k=len(rows),
        n=result.n_respondents,
    )
    pairs = of_score(result.pairs, item, measure)
    headline, findings, actions = _standing(every, rows, pairs, say, focus=focus)
    if len(result.levels) == 1:
        caption = say(
            "“{item}”: {measure} with {level:percent} intervals, {n:count} persons. Letters name "
            "the groups that a score lies significantly above, all pairs at once."
        )
    else:
        caption = say(
            "“{item}”: {measure} with {level:percent} intervals, {n:count} persons. Letters name "
            "the groups that a score lies significantly above, all pairs at once: capitals at "
            "{level:percent}, small letters at {loose:percent}."
        )
    exhibits = {
        "scores": Exhibit(
            caption,
            _alt(rows, focus, say),
            comparison_rows(result),
            (*notes, *as_notes(findings[1:]), *result.notes),
            lambda: _plot().group_comparison(result, focus=focus, item=item, measure=measure),
        )
    }
    if len(result.changes):
        changes = change_rows(result, item=item, measure=measure)
        waves = {"earlier": changes["wave_a"].iloc[0], "later": changes["wave_b"].iloc[0]}
        say = speaker(**say("").values, **waves)
        known = focus if focus in set(changes["label"]) else None
        finding, due = _change(changes, measure, say, focus=known)
        exhibits["changes"] = Exhibit(
            say(
                "“{item}”: change of the {measure} from {earlier} to {later}, with {level:percent} "
                "intervals. Filled markers are changes that hold for all groups at once. The "
                "scores of both waves stand at the right."
            ),
            _change_alt(changes, measure, say),
            changes,
            as_notes([finding]),
            lambda: _plot().wave_changes(result, focus=focus, item=item, measure=measure),
        )
        findings, actions = [*findings, finding], [*actions, *due]
    return Story(headline, None, tuple(findings), tuple(actions), exhibits)


def satisfaction_scores(
    result: SatisfactionScores,
    *,
    focus: object = None,
    item: str | None = None,
    measure: str | None = None,
) -> Story:
    """Tell who is given the highest score; whether that is settled takes a comparison."""
    item, measure = chosen_score(result.scores, item=item, measure=measure)
    every = score_rows(result, item=item, measure=measure)
    focus, notes = _focus(result, focus, every)
    rows = _told(every[every["estimate"].notna()].reset_index(drop=True), measure)
    say = speaker(
        item=item_name(result.labels, item),
        measure=MEASURES[measure],
        level=float(result.scores["ci_level"].iloc[0]),
        n=result.n_respondents,
        focus=focus,
    )
    finding = _highest(rows, focus, say)
    levels = Exhibit(
        say("“{item}”: {measure} with {level:percent} intervals, {n:count} persons."),
        _alt(rows, focus, say),
        every.drop(columns="base"),
        (*notes, *result.notes),
        lambda: _plot().satisfaction_scores(result, focus=focus, item=item, measure=measure),
    )
    return Story(finding.headline, None, (finding,), (), {"levels": levels})


def _plot() -> ModuleType:
    from brandkit.satisfaction.scores import plot

    return plot


def _focus(
    result: GroupComparison | SatisfactionScores, focus: object, rows: pd.DataFrame
) -> tuple[str | None, tuple[Message, ...]]:
    is_brand = "brand" in (result.role if isinstance(result, GroupComparison) else result.by)
    return known_focus(focus, rows["label"], what="banks" if is_brand else "segments")


# --- levels --------------------------------------------------------------------------------------


def _told(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Write scores beside their numbers, under the names that sentences have for them."""
    texts = {"score": "estimate", "from_": "ci_low", "to": "ci_high"}
    written = {
        name: [score_text(value, measure) for value in rows[column]]
        for name, column in texts.items()
    }
    return rows.assign(brand=rows["label"], **written)


def _alt(rows: pd.DataFrame, focus: str | None, say: Say) -> Message:
    if not len(rows):
        return say("An empty chart: too few people answered.")
    best, worst = rows.iloc[0], rows.iloc[-1]
    values = {"n": len(rows), "best": best["label"], "high": best["score"]}
    values |= {"worst": worst["label"], "low": worst["score"]}
    scores = dict(zip(rows["label"], rows["score"], strict=True))
    if focus not in scores:
        return say(
            "Dot plot of {n:count} scores with intervals, from {best} ({high}) to {worst} ({low}).",
            **values,
        )
    return say(
        "Dot plot of {n:count} scores with intervals, from {best} ({high}) to {worst} ({low}). "
        "{focus} is marked at {score}.",
        **values,
        score=scores[focus],
    )


def _highest(rows: pd.DataFrame, focus: str | None, say: Say) -> Finding:
    if not len(rows):
        nobody = say("{n:count} {n:answer|answers}.", n=0)
        return Finding(say("Too few people answered to show a score."), nobody, "open")
    names = rows["label"].tolist()
    row = row_values(rows.iloc[names.index(focus) if focus in names else 0])
    detail = say("{score} ({from_} to {to}, {level:percent}; base {n:count}).", **row)
    if pd.isna(row["ci_low"]):
        detail = say("{score}, without an interval; base {n:count}.", **row)
    settled: Settled = "open" if pd.isna(row["ci_low"]) else "clear"
    if len(rows) == 1:
        return Finding(say("The {measure} of “{item}” is {score}.", **row), detail, settled)
    if focus in names:
        return Finding(say("{focus} scores {score} on “{item}”.", **row), detail, settled)
    apart = row["ci_low"] > rows["ci_high"].iloc[1:].max(skipna=False)
    highest = say("{brand} scores highest on “{item}”.", **row)
    return Finding(highest, detail, "likely" if apart else "open")


# --- comparisons ---------------------------------------------------------------------------------


def _standing(
    every: pd.DataFrame, rows: pd.DataFrame, pairs: pd.DataFrame, say: Say, *, focus: str | None
) -> tuple[Message, list[Finding], list[Action]]:
    """Say where the focus stands, who is best and who is worst."""
    ends = _ends(rows, pairs, say, focus=focus)
    if focus is not None and focus not in set(rows["label"]):
        detail = say("{n:count} {n:answer|answers}.", n=_answers(every, focus))
        few = say("Too few people rated {focus} to say where it stands.")
        headline = say("Too few people rated {focus} to say where it stands")
        return headline, [Finding(few, detail, "open"), *ends], []
    if len(rows) < 2:
        detail = say("{n:count} {n:answer|answers}.", n=_answers(every, None))
        few = say("Too few people answered to compare anybody.")
        headline = say("Too few people answered to compare anybody")
        return headline, [Finding(few, detail, "open")], []
    if focus is not None:
        headline, place, actions = _place(rows, pairs, say, focus=focus)
        return headline, [place, *ends], actions
    best = {"best": rows["label"].iloc[0], "n": len(rows), "k": int((rows["rank_low"] == 1).sum())}
    headline = say("{best} satisfies most", **best)
    if rows["rank_high"].iloc[0] > 1:
        headline = say("{best} scores highest, but any of {k:count} could be first", **best)
        if not pairs["distinct"].any():
            headline = say("No two of {n:count} can be told apart in satisfaction", **best)
    return headline, ends, []


def _answers(every: pd.DataFrame, label: str | None) -> int:
    return int(every.loc[every["label"] == label, "n"].sum() if label else every["n"].sum())


def _against(pairs: pd.DataFrame, label: str) -> tuple[list[str], list[str], list[str]]:
    """Name those it lies significantly above, below, and cannot be told from."""
    rows = pairs[(pairs["group_a"] == label) | (pairs["group_b"] == label)]
    rows = rows[rows["estimate"].notna()]
    first, distinct = rows["group_a"] == label, rows["distinct"].astype(bool)
    other = rows["group_b"].where(first, rows["group_a"])
    ahead = (rows["estimate"] > 0) == first
    parts = (distinct & ahead, distinct & ~ahead, ~distinct)
    above, below, alike = (other[part].tolist() for part in parts)
    return above, below, alike


def _place(
    rows: pd.DataFrame, pairs: pd.DataFrame, say: Say, *, focus: str
) -> tuple[Message, Finding, list[Action]]:
    row = rows[rows["label"] == focus].iloc[0]
    above, below, alike = _against(pairs, focus)
    values = row_values(row) | {"above": len(above), "below": len(below)}
    detail = say(
        "{score} ({from_} to {to}, {level:percent}; base {n:count}). It lies significantly above "
        "{above:count} and below {below:count}.",
        **values,
    )
    if alike:
        detail = say(
            "{score} ({from_} to {to}, {level:percent}; base {n:count}). It lies significantly "
            "above {above:count} and below {below:count}, and cannot be told from {names}{more}.",
            **values,
            names=first_names(alike),
            more=and_more(alike),
        )
    if pd.isna(row["ci_low"]):
        detail = say("{score}, without an interval; base {n:count}.", **values)
    n, low, high = len(rows), int(row["rank_low"]), int(row["rank_high"])
    ranks = {"low": low, "high": high, "n": n, "brand": focus, "best": rows["label"].iloc[0]}
    if high == 1:
        finding = Finding(say("{brand} scores above every other.", **ranks), detail, "clear")
        keep = Action("keep", say("Keep what lifts {focus} above every other."), "clear", "scores")
        return say("{focus} satisfies more than every other"), finding, [keep]
    headline = say("{focus} ranks between {low} and {high} of {n:count}", **ranks)
    if low == high:
        finding = Finding(say("{focus} ranks {low} of {k:count}.", **ranks), detail, "clear")
        if rows["rank_high"].iloc[0] == 1:
            headline = say("{focus} ranks {low} of {n:count}, and {best} satisfies most", **ranks)
        mend = say("Find out what puts {focus} below every other, and mend it.")
        return headline, finding, [Action("fix", mend, "clear", "scores")] if low == n else []
    if low == 1 and high == n:
        alone = say("{focus} is not distinguishable from any other.")
        headline = say("{focus} cannot be told from the others in satisfaction")
        return headline, Finding(alone, detail, "open"), []
    if low == 1:
        place = say(
            "Nobody scores distinguishably above {focus}; its rank lies between 1 and {high} of "
            "{k:count}.",
            **ranks,
        )
        headline = say("Nobody satisfies clearly more than {focus}")
        return headline, Finding(place, detail, "likely"), []
    if high == n:
        place = say(
            "Nobody scores distinguishably below {focus}; its rank lies between {low} and "
            "{k:count}.",
            **ranks,
        )
        return headline, Finding(place, detail, "likely"), []
    place = say("The rank of {focus} lies between {low} and {high} of {k:count}.", **ranks)
    return headline, Finding(place, detail, "likely" if high - low < n / 2 else "open"), []


def _ends(rows: pd.DataFrame, pairs: pd.DataFrame, say: Say, *, focus: str | None) -> list[Finding]:
    """Say who is best and who is worst, and from whom they cannot be told; not of the focus."""
    found = []
    for at in (0, -1) if len(rows) > 1 else ():
        row = row_values(rows.iloc[at])
        if row["label"] == focus:
            continue
        _, _, alike = _against(pairs, row["label"])
        row |= {"names": first_names(alike), "more": and_more(alike)}
        if alike and at == 0:
            headline = say("{brand} scores highest, not distinguishable from {names}{more}.", **row)
        elif alike:
            headline = say("{brand} scores lowest, not distinguishable from {names}{more}.", **row)
        elif at == 0:
            headline = say("{brand} scores above every other.", **row)
        else:
            headline = say("{brand} scores below every other.", **row)
        detail = say("{score} ({from_} to {to}, {level:percent}; base {n:count}).", **row)
        if pd.isna(row["ci_low"]):
            detail = say("{score}, without an interval; base {n:count}.", **row)
        settled: Settled = "open" if len(alike) > 1 else "likely" if alike else "clear"
        found.append(Finding(headline, detail, settled))
    return found


# --- changes -------------------------------------------------------------------------------------


def _change(
    every: pd.DataFrame, measure: str, say: Say, *, focus: str | None
) -> tuple[Finding, list[Action]]:
    """Say who changed up to the last wave; with a focus, whether it did."""
    rows = every[every["estimate"].notna()]
    of_focus = rows[rows["label"] == focus]
    if not len(rows) or (focus is not None and not len(of_focus)):
        mine = every if focus is None else every[every["label"] == focus]
        bases = {"n_a": int(mine["n_a"].max()), "n_b": int(mine["n_b"].max())}
        headline = say("Too few people answered in both waves to speak of change.")
        if focus is not None:
            headline = say("Too few people rated {focus} in both waves to speak of change.")
        detail = say("Bases of at most {n_a:count} and {n_b:count}.", **bases)
        return Finding(headline, detail, "open"), []
    if focus is None:
        changed = rows.loc[rows["distinct"].astype(bool), "label"].tolist()
        detail = _change_detail(rows.iloc[rows["estimate"].abs().argmax()], measure, say)
        if not changed:
            text = "Nobody's score changed distinguishably between {earlier} and {later}."
            return Finding(say(text), detail, "open"), []
        headline = say(
            "{names}{more} changed between {earlier} and {later}; no other change is "
            "distinguishable.",
            names=first_names(changed),
            more=and_more(changed),
        )
        return Finding(headline, detail, "clear"), []
    row = of_focus.iloc[0]
    detail = _change_detail(row, measure, say)
    if pd.isna(row["ci_low"]) or row["ci_low"] <= 0 <= row["ci_high"]:
        same = say("{focus} did not change distinguishably between {earlier} and {later}.")
        return Finding(same, detail, "open"), []
    settled: Settled = "clear" if row["distinct"] else "likely"
    if row["estimate"] > 0:
        rose = say("{focus} rose between {earlier} and {later}.")
        return Finding(rose, detail, settled), []
    ask = say("Find out why {focus} fell between {earlier} and {later}.")
    fell = say("{focus} fell between {earlier} and {later}.")
    return Finding(fell, detail, settled), [Action("check", ask, settled, "changes")]


def _change_alt(every: pd.DataFrame, measure: str, say: Say) -> Message:
    rows = every[every["estimate"].notna()]
    if not len(rows):
        return say("An empty chart: too few people answered.")
    return say(
        "Dot plot of {n:count} changes with intervals around zero, from {up} ({high}) to {down} "
        "({low}).",
        n=len(rows),
        up=rows["label"].iloc[0],
        high=change_text(rows["estimate"].iloc[0], measure),
        down=rows["label"].iloc[-1],
        low=change_text(rows["estimate"].iloc[-1], measure),
    )


def _change_detail(row: pd.Series, measure: str, say: Say) -> Message:
    signed = {"change": "estimate", "from_": "ci_low", "to": "ci_high"}
    values = row_values(row) | {
        name: change_text(row[one], measure) for name, one in signed.items()
    }
    values |= {name: score_text(row[name], measure) for name in ("before", "after")}
    if measure == "mean":
        return say(
            "{label}: {change} ({from_} to {to}, {level:percent}), from {before} to {after}; bases "
            "{n_a:count} and {n_b:count}.",
            **values,
        )
    return say(
        "{label}: {change} points ({from_} to {to}, {level:percent}), from {before} to {after}; "
        "bases {n_a:count} and {n_b:count}.",
        **values,
    )
