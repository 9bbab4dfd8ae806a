"""What is said of scores and comparisons: who satisfies, what changed, and how sure that is.

That two scores cannot be told apart is a finding too, and is said so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, did_you_mean, shown
from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes, formatted
from brandkit.core.story import Action, Exhibit, Say, Story, speaker
from brandkit.language import translate
from brandkit.satisfaction.groups import and_more, first_names, group_labels, row_values
from brandkit.satisfaction.scores.comparison import GroupComparison
from brandkit.satisfaction.scores.scores import SatisfactionScores

#: How a score of each measure is written, and what it is called.
FORMATS: Final = {"mean": "decimal2", "top2": "percent", "nps": "points"}
MEASURES: Final = {
    "mean": Message("mean score"),
    "top2": Message("share in the top two categories"),
    "nps": Message("net promoter score"),
}


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
    pairs = _of(result.pairs, item, measure)
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
            lambda: result.plot(figure="group_comparison", focus=focus, item=item, measure=measure),
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
            lambda: result.plot(figure="wave_changes", focus=focus, item=item, measure=measure),
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
        lambda: result.plot(figure="satisfaction_scores", focus=focus, item=item, measure=measure),
    )
    return Story(finding.headline, None, (finding,), (), {"levels": levels})


def _focus(
    result: GroupComparison | SatisfactionScores, focus: object, rows: pd.DataFrame
) -> tuple[str | None, tuple[Message, ...]]:
    is_brand = "brand" in (result.role if isinstance(result, GroupComparison) else result.by)
    return known_focus(focus, rows["label"], what="banks" if is_brand else "segments")


# --- rows ----------------------------------------------------------------------------------------


def chosen_score(frame: pd.DataFrame, *, item: str | None, measure: str | None) -> tuple[str, str]:
    """Choose an item and a measure, the first of each where none is named; refuse others.

    Examples
    --------
    >>> chosen_score(pd.DataFrame({"item": ["sat"], "measure": ["mean"]}), item=None, measure=None)
    ('sat', 'mean')
    """
    items = [str(one) for one in frame["item"].unique()]
    chosen = items[0] if item is None else item
    if chosen not in items:
        raise InputError(
            f"`item` must be one of those scored; found {shown(item)}. It has {shown(items)}."
            f"{did_you_mean(chosen, items)}"
        )
    measures = [str(one) for one in frame.loc[frame["item"] == chosen, "measure"].unique()]
    if measure is not None and measure not in measures:
        raise InputError(
            f"`measure` must be one that {shown(chosen)} has, {shown(measures)}; found "
            f"{shown(measure)}."
        )
    return chosen, measures[0] if measure is None else measure


def score_rows(
    result: GroupComparison | SatisfactionScores,
    *,
    item: str | None = None,
    measure: str | None = None,
) -> pd.DataFrame:
    """Give the groups of one item and measure, the best first, those not shown last.

    ``label estimate ci_low ci_high ci_level n base`` and, of a comparison, ``letter letters rank
    rank_low rank_high``.
    """
    columns = ["label", "estimate", "ci_low", "ci_high", "ci_level", "n", "base"]
    if isinstance(result, SatisfactionScores):
        frame = result.scores.assign(label=group_labels(result.scores))
    else:
        frame = result.groups
        columns += ["letter", "letters", "rank", "rank_low", "rank_high"]
    return _best_first(_of(frame, *chosen_score(frame, item=item, measure=measure)))[columns]


def change_rows(
    result: GroupComparison, *, item: str | None = None, measure: str | None = None
) -> pd.DataFrame:
    """Give what changed up to the last wave, the largest rise first, with both waves' scores.

    ``label wave_a wave_b before after estimate ci_low ci_high ci_level p_adjusted distinct n_a
    n_b``; groups that are not in both waves are left out.
    """
    if not len(result.changes):
        raise NotEnoughDataError(
            "`result` must hold groups in two waves; found none. Name the column of waves when "
            "comparing."
        )
    item, measure = chosen_score(result.changes, item=item, measure=measure)
    rows = _of(result.changes, item, measure)
    rows = rows[rows["wave_b"] == rows["wave_b"].iloc[-1]]
    scores = _of(result.waves, item, measure).set_index(["label", "wave"])["estimate"]
    rows = rows.assign(
        before=[scores[key] for key in zip(rows["label"], rows["wave_a"], strict=True)],
        after=[scores[key] for key in zip(rows["label"], rows["wave_b"], strict=True)],
    )
    ends = ["estimate", "ci_low", "ci_high", "ci_level", "p_adjusted", "distinct", "n_a", "n_b"]
    return _best_first(rows)[["label", "wave_a", "wave_b", "before", "after", *ends]]


def _of(frame: pd.DataFrame, item: str, measure: str) -> pd.DataFrame:
    return frame[(frame["item"] == item) & (frame["measure"] == measure)]


def _best_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(
        ["estimate", "label"], ascending=[False, True], kind="stable", ignore_index=True
    )


def comparison_rows(result: GroupComparison) -> pd.DataFrame:
    """Give the groups' scores by item, with letters and the ranks that cannot be ruled out.

    The first item by its mean, the others by their net score; by what they have where that lacks.
    """
    parts = []
    for at, (item, of_item) in enumerate(result.groups.groupby("item", sort=False)):
        wanted = ("mean", "nps", "top2") if at == 0 else ("nps", "mean", "top2")
        measure = next(one for one in wanted if one in set(of_item["measure"]))
        name = translate(item_name(result.labels, str(item)))
        rows = of_item[of_item["measure"] == measure]
        parts.append(rows.assign(item=name, measure=translate(MEASURES[measure])))
    columns = ["brand", "item", "measure", "estimate", "ci_low", "ci_high", "ci_level", "letters"]
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(brand=rows["label"])[[*columns, "rank_low", "rank_high", "n"]]


# --- texts ---------------------------------------------------------------------------------------


def score_text(value: float, measure: str) -> str:
    """Write a score.

    Examples
    --------
    >>> score_text(7.434, "mean"), score_text(0.273, "top2"), score_text(-4.6, "nps")
    ('7.43', '27%', '−5')
    """
    return formatted(float(value), FORMATS[measure])


def change_text(value: float, measure: str) -> str:
    """Write a difference of two scores; of shares and net promoter scores in points.

    Examples
    --------
    >>> change_text(0.043, "top2"), change_text(-0.126, "mean")
    ('+4', '−0.13')
    """
    if measure == "mean":
        return formatted(float(value), "signed")
    return formatted(100 * float(value) if measure == "top2" else float(value), "points")


def item_name(labels: Mapping[str, str], item: str) -> str:
    """Give an item's label, or its column where there is none."""
    return str(labels.get(item, item))


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
    if len(rows) == 1:
        return Finding(say("The {measure} of “{item}” is {score}.", **row), detail, "clear")
    if focus in names:
        return Finding(say("{focus} scores {score} on “{item}”.", **row), detail, "clear")
    apart = row["ci_low"] > rows["ci_high"].iloc[1:].max()
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
