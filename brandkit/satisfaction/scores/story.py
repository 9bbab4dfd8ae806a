"""What is said of scores, comparisons, pooled estimates and scales, and how sure that is.

That two scores cannot be told apart is a finding too, and is said so.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes, formatted
from brandkit.core.story import Action, Exhibit, Point, Say, Story, speaker, titled
from brandkit.satisfaction.groups import and_more, first_names, row_values
from brandkit.satisfaction.scores import scores
from brandkit.satisfaction.scores.pooling import PartialPooling, pooled_rows
from brandkit.satisfaction.scores.reliability import ScaleReliability
from brandkit.satisfaction.scores.scores import FORMATS, GroupComparison, SatisfactionScores
from brandkit.satisfaction.scores.weights import SurveyWeights

#: Alpha from which items hang together well, and from which they may be added up.
GOOD_ALPHA, FAIR_ALPHA = 0.8, 0.7


def group_comparison(result: GroupComparison, *, focus: object = None) -> Story:
    """Tell where the focus stands, who is best and who worst, and what changed.

    Of the first item, in its first measure.
    """
    item, measure = scores.chosen_score(result, None, None)
    every, focus, notes, say = _opened(result, focus, item, measure)
    rows = every[every["rank_low"].notna()].reset_index(drop=True)
    say = speaker(say, k=len(rows))
    pairs = scores.of_score(result.pairs, item, measure)
    title, findings, actions = _standing(every, rows, pairs, say, focus=focus)
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    draw = partial(result.plot, focus=focus)
    data = scores.comparison_rows(result)
    exhibits = {"scores": Exhibit(_caption(say), _alt(rows, say), data, notes, draw)}
    if len(result.changes):
        changes = scores.change_rows(result)
        waves = {"earlier": changes["wave_a"].iloc[0], "later": changes["wave_b"].iloc[0]}
        say = speaker(say, **waves)
        known = focus if focus in set(changes["label"]) else None
        finding, due = _change(changes, measure, say, focus=known)
        caption = say(
            "“{item}”: change of the {measure} from {earlier} to {later}, with {level:percent} "
            "intervals. Filled markers are changes that hold for all groups at once. The "
            "scores of both waves stand at the right."
        )
        exhibits["changes"] = Exhibit(
            caption,
            _change_alt(changes, measure, say),
            changes,
            as_notes([finding]),
            partial(draw, figure="wave_changes"),
            title=finding.headline,
        )
        findings, actions = [*findings, finding], [*actions, *due]
    points = _points(rows, pairs, findings[0], say, focus=focus)
    return Story(title, None, tuple(findings), tuple(actions), exhibits, points)


def _points(
    rows: pd.DataFrame, pairs: pd.DataFrame, finding: Finding, say: Say, *, focus: str | None
) -> tuple[Point, ...]:
    """Give the focus's standing, or who is best."""
    if len(rows) < 2 or (focus is not None and focus not in set(rows["label"])):
        return ()
    row = row_values(rows[rows["label"] == focus].iloc[0] if focus else rows.iloc[0])
    above, below, _ = _against(pairs, row["label"])
    say = speaker(say, **row, above=len(above), below=len(below), others=len(rows) - 1)
    if pd.isna(row["ci_low"]):
        return ()
    if focus is None:
        text = say("{label} scores {score} on “{item}” ({from_} to {to}), highest of {k:count}.")
        title = titled(finding) if finding.settled != "open" else None
        return (Point(text, finding.settled, 0.5, "scores", title=title),)
    text = say(
        "On “{item}” {label} scores {score} ({from_} to {to}): above {above:count} of "
        "{others:count}, below {below:count}."
    )
    if not above and not below:
        text = say(
            "On “{item}” {label} scores {score} ({from_} to {to}), which cannot be told from any "
            "of {others:count}."
        )
    elif not above:
        text = say(
            "On “{item}” {label} scores {score} ({from_} to {to}): below {below:count} of "
            "{others:count}, above none."
        )
    elif not below:
        text = say(
            "On “{item}” {label} scores {score} ({from_} to {to}): above {above:count} of "
            "{others:count}, below none."
        )
    title = None
    if 2 * len(above) > len(rows) - 1:
        title = say("{label} satisfies customers more than most rivals do")
    elif 2 * len(below) > len(rows) - 1:
        title = say("Most rivals satisfy customers more than {label} does")
    return (Point(text, finding.settled, 0.7, "scores", title=title),)


def satisfaction_scores(result: SatisfactionScores, *, focus: object = None) -> Story:
    """Tell who is given the highest score; whether that is settled takes a comparison."""
    item, measure = scores.chosen_score(result, None, None)
    every, focus, notes, say = _opened(result, focus, item, measure)
    rows = every[every["estimate"].notna()].reset_index(drop=True)
    data = every.drop(columns=["base", "brand", "score", "from_", "to"])
    draw = partial(result.plot, focus=focus)
    levels = Exhibit(_caption(say), _alt(rows, say), data, (*notes, *result.notes), draw)
    finding = _highest(rows, focus, say)
    return Story(finding.headline, None, (finding,), (), {"levels": levels})


def _opened(
    result: GroupComparison | SatisfactionScores, focus: object, item: str, measure: str
) -> tuple[pd.DataFrame, str | None, tuple[Message, ...], Say]:
    """Give the rows with scores written beside their numbers, the focus, and who speaks."""
    rows = scores.score_rows(result)
    is_brand = "brand" in (result.role if isinstance(result, GroupComparison) else result.by)
    known, notes = known_focus(focus, rows["label"], what="banks" if is_brand else "segments")
    say = speaker(item=result.labels.get(item, item), measure=scores.MEASURES[measure])
    say = speaker(say, level=rows["ci_level"].iloc[0], n=result.n_respondents, focus=known)
    written = {
        name: [formatted(float(value), FORMATS[measure]) for value in rows[column]]
        for name, column in {"score": "estimate", "from_": "ci_low", "to": "ci_high"}.items()
    }
    return rows.assign(brand=rows["label"], **written), known, notes, say


def _caption(say: Say) -> Message:
    return say("“{item}”: {measure} with {level:percent} intervals, {n:count} persons.")


def _alt(rows: pd.DataFrame, say: Say) -> Message:
    if not len(rows):
        return say("An empty chart: too few people answered.")
    (best, worst), (high, low) = (rows[name].iloc[[0, -1]] for name in ("label", "score"))
    return say(
        "Dot plot of {n:count} scores with intervals, from {best} ({high}) to {worst} ({low}).",
        **{"n": len(rows), "best": best, "high": high, "worst": worst, "low": low},
    )


def _numbers(row: dict[str, Any], say: Say) -> Message:
    if pd.isna(row["ci_low"]):
        return say("{score}, without an interval; base {n:count}.", **row)
    return say("{score} ({from_} to {to}, {level:percent}; base {n:count}).", **row)


def _highest(rows: pd.DataFrame, focus: str | None, say: Say) -> Finding:
    if not len(rows):
        nobody = say("{n:count} {n:answer|answers}.", n=0)
        return Finding(say("Too few people answered to show a score."), nobody, "open")
    names = rows["label"].tolist()
    row = row_values(rows.iloc[names.index(focus) if focus in names else 0])
    detail = _numbers(row, say)
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
    """Give the title, and say where the focus stands, who is best and who is worst."""
    findings, actions = _ends(rows, pairs, say, focus=focus), list[Action]()
    if focus is not None and focus not in set(rows["label"]):
        answers = int(every.loc[every["label"] == focus, "n"].sum())
        few = say("Too few people rated {focus} to say where it stands.")
        findings.insert(0, Finding(few, say("{n:count} {n:answer|answers}.", n=answers), "open"))
    elif len(rows) < 2:
        few = say("Too few people answered to compare anybody.")
        detail = say("{n:count} {n:answer|answers}.", n=int(every["n"].sum()))
        findings = [Finding(few, detail, "open")]
    elif focus is not None:
        place, actions = _place(rows, pairs, say, focus=focus)
        findings.insert(0, place)
    elif rows["rank_high"].iloc[0] > 1 and not pairs["distinct"].any():
        findings.insert(0, _none_apart(rows, say))
    return findings[0].headline, findings, actions


def _none_apart(rows: pd.DataFrame, say: Say) -> Finding:
    best, worst = row_values(rows.iloc[0]), row_values(rows.iloc[-1])
    values = {"best": best["label"], "worst": worst["label"], "n": len(rows)}
    headline = (
        say("{best} and {worst} cannot be told apart in satisfaction.", **values)
        if len(rows) == 2
        else say("No two of {n:count} can be told apart in satisfaction.", **values)
    )
    detail = say(
        "{best} {high} (base {n_best:count}), {worst} {low} (base {n_worst:count}).",
        **values | {"high": best["score"], "low": worst["score"]},
        n_best=best["n"],
        n_worst=worst["n"],
    )
    return Finding(headline, detail, "open")


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
) -> tuple[Finding, list[Action]]:
    """Say which ranks the focus may have, and what that asks for."""
    row, (above, below, alike) = rows[rows["label"] == focus].iloc[0], _against(pairs, focus)
    say = speaker(say, **row_values(row), above=len(above), below=len(below))
    detail = _numbers(row_values(row), say)
    if pd.notna(row["ci_low"]):
        detail = say(
            "{score} ({from_} to {to}, {level:percent}; base {n:count}). It lies significantly "
            "above {above:count} and below {below:count}."
        )
        if alike:
            detail = say(
                "{score} ({from_} to {to}, {level:percent}; base {n:count}). It lies significantly "
                "above {above:count} and below {below:count}, and cannot be told from "
                "{names}{more}.",
                names=first_names(alike),
                more=and_more(alike),
            )
    n, low, high = len(rows), int(row["rank_low"]), int(row["rank_high"])
    say = speaker(say, low=low, high=high)
    if high == 1:
        keep = Action("keep", say("Keep what lifts {focus} above every other."), "clear", "scores")
        return Finding(say("{brand} scores above every other."), detail, "clear"), [keep]
    if low == high:
        mend = say("Find out what puts {focus} below every other, and mend it.")
        fix = [Action("fix", mend, "clear", "scores")] if low == n else []
        return Finding(say("{focus} ranks {low} of {k:count}."), detail, "clear"), fix
    if low == 1 and high == n:
        return Finding(say("{focus} is not distinguishable from any other."), detail, "open"), []
    place = say("The rank of {focus} lies between {low} and {high} of {k:count}.")
    settled: Settled = "likely" if low == 1 or high == n or high - low < n / 2 else "open"
    if low == 1:
        place = say(
            "Nobody scores distinguishably above {focus}; its rank lies between 1 and {high} of "
            "{k:count}."
        )
    elif high == n:
        place = say(
            "Nobody scores distinguishably below {focus}; its rank lies between {low} and "
            "{k:count}."
        )
    return Finding(place, detail, settled), []


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
        found.append(Finding(headline, _numbers(row, say), "open" if alike else "clear"))
    return found


# --- changes -------------------------------------------------------------------------------------


def _change(
    every: pd.DataFrame, measure: str, say: Say, *, focus: str | None
) -> tuple[Finding, list[Action]]:
    """Say who changed up to the last wave; with a focus, whether it did."""
    mine = every if focus is None else every[every["label"] == focus]
    rows = mine[mine["estimate"].notna()]
    if not len(rows):
        headline = say("Too few people answered in both waves to speak of change.")
        if focus is not None:
            headline = say("Too few people rated {focus} in both waves to speak of change.")
        bases = {name: int(mine[name].max()) for name in ("n_a", "n_b")}
        detail = say("Bases of at most {n_a:count} and {n_b:count}.", **bases)
        return Finding(headline, detail, "open"), []
    row = rows.iloc[int(rows["estimate"].abs().argmax())]
    detail = _change_detail(row, measure, say)
    if focus is None:
        changed = rows.loc[rows["distinct"].astype(bool), "label"].tolist()
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
    up, down = rows.iloc[0], rows.iloc[-1]
    high, low = (scores.change_text(row["estimate"], measure) for row in (up, down))
    return say(
        "Dot plot of {n:count} changes with intervals around zero, from {up} ({high}) to {down} "
        "({low}).",
        **{"n": len(rows), "up": up["label"], "high": high, "down": down["label"], "low": low},
    )


def _change_detail(row: pd.Series, measure: str, say: Say) -> Message:
    signed = {"change": "estimate", "from_": "ci_low", "to": "ci_high"}
    values = row_values(row)
    values |= {name: scores.change_text(row[one], measure) for name, one in signed.items()}
    values |= {name: formatted(float(row[name]), FORMATS[measure]) for name in ("before", "after")}
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


# --- pooling -------------------------------------------------------------------------------------


def partial_pooling(
    result: PartialPooling, *, focus: object = None, group: str | None = None
) -> Story:
    """Tell whether the banks differ at all, whose place rests on noise, and where the focus is.

    Of the first group where none is named.
    """
    rows, whole = pooled_rows(result, group)
    focus, notes = known_focus(focus, rows["label"])
    moved = rows.loc[rows["rank"] != rows["pooled_rank"], "label"].sort_index().tolist()
    headline, findings = _leader(rows), [_spread(whole), _noise(rows, moved)]
    if focus is not None:
        headline, finding = _of_focus(rows[rows["label"] == focus].iloc[0], len(rows))
        findings.append(finding)
    (first, last), (high, low) = (rows[name].iloc[[0, -1]] for name in ("label", "pooled"))
    ends = {"first": first, "high": high, "last": last, "low": low}
    pooled = Exhibit(
        Message(
            "Raw values (hollow) and the values they are drawn to (filled, {level:percent} "
            "intervals). The larger the error, the closer to the common mean, the dashed line. At "
            "the right the pooled value, and the place by the raw and by the pooled value.",
            {"level": result.ci_level},
        ),
        Message(
            "Dot plot of {n:count} pooled values, from {first} ({high:decimal2}) to {last} "
            "({low:decimal2}), drawn toward the mean of {mean:decimal2}.",
            {**ends, "n": len(rows), "mean": whole["estimate"]},
        ),
        rows.loc[:, (rows != "").any()],  # all in one group: no column names it
        (*notes, *as_notes(findings[1:]), *result.notes),
        partial(result.plot, focus=focus, group=group),
    )
    return Story(headline, None, tuple(findings), (), {"pooled": pooled})


def _leader(rows: pd.DataFrame) -> Message:
    first = rows.sort_index()  # of equal ranks the first in the table
    raw, pooled = (
        first["label"].iloc[int(first[by].to_numpy().argmin())] for by in ("rank", "pooled_rank")
    )
    if raw == pooled:
        return Message("{pooled} leads, with noise taken out too", {"pooled": pooled})
    values = {"pooled": pooled, "raw": raw}
    return Message("{pooled} leads once noise is taken out, and not {raw}", values)


def _spread(whole: pd.Series) -> Finding:
    detail = Message(
        "The true values of {n_pooled:count} banks spread by {between_sd:number} (standard "
        "deviation; {between_low:number} to {between_high:number}, {ci_level:percent}); "
        "{between_share:percent} of the spread of the estimates is not noise.",
        row_values(whole),
    )
    if whole["p_value"] > 0.05:
        same = Message("The estimates differ by no more than noise would make them.")
        return Finding(same, detail, "open")
    settled: Settled = "clear" if whole["p_value"] <= 0.01 else "likely"
    return Finding(Message("The banks do differ."), detail, settled)


def _noise(rows: pd.DataFrame, moved: list[str]) -> Finding:
    first = rows.sort_index()
    detail = Message(
        "{label} is drawn in most: by {shrinkage:percent} of its distance to the mean, from "
        "{estimate:decimal2} to {pooled:decimal2}.",
        row_values(first.iloc[int(first["shrinkage"].to_numpy().argmax())]),
    )
    headline = Message("No bank owes its place in the table to noise.")
    if moved:
        headline = Message(
            "{names}{more} {n:changes|change} place once noise is taken out.",
            {"names": first_names(moved), "more": and_more(moved), "n": len(moved)},
        )
    return Finding(headline, detail, "likely")


def _of_focus(row: pd.Series, n: int) -> tuple[Message, Finding]:
    say = speaker(**row_values(row), focus=row["label"], n=n)
    detail = say(
        "Raw {estimate:decimal2}, pooled {pooled:decimal2} ({ci_low:decimal2} to "
        "{ci_high:decimal2}, {ci_level:percent}); place {rank:count} before, {pooled_rank:count} "
        "after, of {n:count}."
    )
    headline = say("{focus} ranks {pooled_rank:count} of {n:count}, with noise taken out too")
    if row["rank"] != row["pooled_rank"]:
        headline = say(
            "{focus} ranks {pooled_rank:count} of {n:count} once noise is taken out, and not "
            "{rank:count}"
        )
    if row["shrinkage"] < 0.2:
        firm = say("The value of {focus} rests on enough answers to stand by itself.")
        return headline, Finding(firm, detail, "clear")
    noisy = say(
        "Part of the distance of {focus} from the mean, {shrinkage:percent}, is likely noise."
    )
    return headline, Finding(noisy, detail, "likely")


# --- scales of several questions ------------------------------------------------------------------


def scale_reliability(result: ScaleReliability, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell whether the items may be added up, by the lower end of alpha's interval."""
    facts = result.scale.iloc[0]
    rows = result.items.assign(item=[result.labels.get(one, one) for one in result.items["item"]])
    turned = rows.loc[rows["looks_reversed"], "item"].tolist()
    low, high = facts["alpha_low"], facts["alpha_high"]
    say = speaker(alpha=facts["alpha_raw"], low=low, high=high, level=facts["ci_level"])
    say = speaker(say, n=int(facts["n_respondents"]), n_items=int(facts["n_items"]))
    say = speaker(say, omega=facts["omega"], names=first_names(turned), more=and_more(turned))
    detail = say(
        "Alpha {alpha:decimal2} ({low:decimal2} to {high:decimal2}, {level:percent}), omega "
        "{omega:decimal2}; {n:count} persons."
    )
    least = facts["alpha_low"] if pd.notna(facts["alpha_low"]) else facts["alpha_raw"]
    actions: list[Action] = []
    settled: Settled = "open"
    if turned:
        headline = say("Some items run against the others: {names}{more}.")
        look = say("Look at the wording of {names}{more}, and turn the answers round.")
        actions = [Action("check", look, "open", "scale")]
    elif least >= FAIR_ALPHA:
        headline, settled = say("The {n_items:count} items may be added up."), "clear"
        if least >= GOOD_ALPHA:
            headline = say("The {n_items:count} items hang together well and may be added up.")
    elif facts["alpha_raw"] >= FAIR_ALPHA:
        headline, settled = say("The {n_items:count} items can probably be added up."), "likely"
    else:
        headline = say("The {n_items:count} items do not hang together well enough to be added up.")
    finding = Finding(headline, detail, settled)
    scale = Exhibit(
        say(
            "Each of {n:count} items against the sum of the others, and alpha without it; KMO says "
            "how far its correlations are shared with all.",
            n=len(rows),
        ),
        data=rows[["item", "mean", "item_rest", "alpha_if_dropped", "loading", "kmo"]],
        notes=(*as_notes([finding]), *result.notes),
    )
    return Story(headline, None, (finding,), tuple(actions), {"scale": scale})


# --- weights -------------------------------------------------------------------------------------


#: Design effect of weights from which weighting is called costly.
COSTLY = 1.5


def survey_weights(result: SurveyWeights, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell which group was furthest from its share, and what weighting costs."""
    facts, margins = result.glance().iloc[0], result.margins
    gap = (margins["share_before"] - margins["share_target"]).abs().round(9)
    worst = margins.iloc[int(gap.to_numpy().argmax())]
    before, target = worst["share_before"], worst["share_target"]
    say = speaker(group=worst["label"], before=before, target=target, n=int(facts["n"]))
    low, high = facts["weight_low"], facts["weight_high"]
    say = speaker(say, base=facts["n_effective"], low=low, high=high)
    detail = say(
        "Before weighting {group} made up {before:percent1} of the sample, {target:percent1} of "
        "the population. {n:count} persons are worth {base:count} equally weighted ones; weights "
        "run from {low:decimal2} to {high:decimal2} times the mean."
    )
    headline = say("The sample has the population's shares, at little cost.")
    finding = Finding(headline, detail, "clear")
    if facts["kish_effect"] >= COSTLY:
        headline = say(
            "Weighting mends the sample at a price: it loses a third of its base or more."
        )
        finding = Finding(headline, detail, "likely")
    caption = say(
        "Groups of the population and of the sample of {n:count} persons, before and after "
        "weighting."
    )
    if margins["share_delivered"].isna().all():
        margins = margins.drop(columns="share_delivered")
    table = Exhibit(caption, data=margins, notes=(*as_notes([finding]), *result.notes))
    return Story(headline, None, (finding,), (), {"weights": table})
