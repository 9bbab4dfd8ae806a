"""Scores and comparisons in sentences: who satisfies, and how sure that is.

Texts are English messages with their numbers; :mod:`brandkit.language` translates them. That two
scores cannot be told apart is a finding too, and is said so.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message
from brandkit.satisfaction.compared_rows import (
    MEASURES,
    and_more,
    check_focus,
    chosen_score,
    first_names,
    item_name,
    score_rows,
    score_text,
)
from brandkit.satisfaction.comparison import GroupComparison
from brandkit.satisfaction.scores import SatisfactionScores


def group_comparison_headline(
    result: GroupComparison,
    *,
    item: str | None = None,
    measure: str | None = None,
    focus: str | None = None,
) -> Message:
    """Say who satisfies in one sentence, for a title.

    Parameters
    ----------
    result : GroupComparison
    item, measure : str, optional
        The first of each where not given.
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.satisfaction.comparison import group_comparison
    >>> answers = pd.DataFrame({"id": range(80), "brand": ["A", "B"] * 40,
    ...                         "sat": [6, 9, 7, 8] * 20})
    >>> result = group_comparison(answers, items="sat", by="brand", respondent="id")
    >>> str(group_comparison_headline(result, focus="A"))
    'A ranks 2 of 2, and B satisfies most'
    """
    rows = _compared(score_rows(result, item=item, measure=measure), focus)
    if not len(rows):
        return Message("Too few people answered to compare anybody")
    best = rows.iloc[0]
    values: dict[str, Any] = {"best": best["label"], "n": len(rows)}
    mine = rows[rows["label"] == focus]
    if len(mine):
        values |= _rank_values(mine.iloc[0]) | {"focus": focus}
        if values["high"] == 1:
            return Message("{focus} satisfies more than every other", values)
        if values["low"] == 1 and values["high"] == values["n"]:
            return Message("{focus} cannot be told from the others in satisfaction", values)
        if values["low"] == 1:
            return Message("Nobody satisfies clearly more than {focus}", values)
        if values["low"] == values["high"] and best["rank_high"] == 1:
            return Message("{focus} ranks {low} of {n:count}, and {best} satisfies most", values)
        return Message("{focus} ranks between {low} and {high} of {n:count}", values)
    if best["rank_high"] == 1:
        return Message("{best} satisfies most", values)
    if not _is_any_distinct(result, rows, item, measure):
        return Message("No two of {n:count} can be told apart in satisfaction", values)
    values["k"] = int((rows["rank_low"] == 1).sum())
    return Message("{best} scores highest, but any of {k:count} could be first", values)


def group_comparison_findings(
    result: GroupComparison,
    *,
    item: str | None = None,
    measure: str | None = None,
    focus: str | None = None,
) -> tuple[Finding, ...]:
    """Say where the focus stands, who is best and who is worst, and how settled that is.

    Parameters
    ----------
    result : GroupComparison
    item, measure : str, optional
        The first of each where not given.
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    tuple of Finding
    """
    _, which = chosen_score(result.groups, item=item, measure=measure)
    whole = score_rows(result, item=item, measure=measure)
    rows = _compared(whole, focus)
    found = []
    if focus is not None and focus not in set(rows["label"]):
        n = int(whole.loc[whole["label"] == focus, "n"].iloc[0])
        found.append(
            Finding(
                Message("Too few people rated {focus} to say where it stands.", {"focus": focus}),
                Message("{n:count} {n:answer|answers}.", {"n": n}),
                "open",
            )
        )
    elif focus is not None and len(rows) > 1:
        found.append(_place_finding(result, rows, focus, item=item, measure=which))
    if len(rows) > 1:
        found += [
            _end_finding(result, rows, at, item=item, measure=which)
            for at in (0, -1)
            if rows["label"].iloc[at] != focus
        ]
    return tuple(found)


# --- captions and alts ---------------------------------------------------------------------------


def satisfaction_scores_caption(
    result: SatisfactionScores, *, item: str | None = None, measure: str | None = None
) -> Message:
    """Say what the figure of scores shows, and on how many."""
    one, which = chosen_score(result.scores, item=item, measure=measure)
    return Message(
        "“{item}”: {measure} with {level:percent} intervals, {n:count} persons.",
        {
            "item": item_name(result, one),
            "measure": MEASURES[which],
            "level": float(result.scores["ci_level"].iloc[0]),
            "n": result.n_respondents,
        },
    )


def satisfaction_scores_alt(
    result: SatisfactionScores,
    *,
    item: str | None = None,
    measure: str | None = None,
    focus: str | None = None,
) -> Message:
    """Describe the figure of scores for those who cannot see it."""
    _, which = chosen_score(result.scores, item=item, measure=measure)
    rows = score_rows(result, item=item, measure=measure)
    check_focus(rows, focus)
    return _dots_alt(rows[rows["estimate"].notna()], which, focus)


def group_comparison_caption(
    result: GroupComparison, *, item: str | None = None, measure: str | None = None
) -> Message:
    """Say what the figure shows, on how many, and how letters are read."""
    one, which = chosen_score(result.groups, item=item, measure=measure)
    values = {
        "item": item_name(result, one), "measure": MEASURES[which], "level": result.levels[0],
        "n": result.n_respondents, "loose": result.levels[-1],
    }  # fmt: skip
    if len(result.levels) == 1:
        return Message(
            "“{item}”: {measure} with {level:percent} intervals, {n:count} persons. Letters name "
            "the groups that a score lies significantly above, all pairs at once.",
            values,
        )
    return Message(
        "“{item}”: {measure} with {level:percent} intervals, {n:count} persons. Letters name the "
        "groups that a score lies significantly above, all pairs at once: capitals at "
        "{level:percent}, small letters at {loose:percent}.",
        values,
    )


def group_comparison_alt(
    result: GroupComparison,
    *,
    item: str | None = None,
    measure: str | None = None,
    focus: str | None = None,
) -> Message:
    """Describe the figure for those who cannot see it."""
    _, which = chosen_score(result.groups, item=item, measure=measure)
    return _dots_alt(_compared(score_rows(result, item=item, measure=measure), focus), which, focus)


# --- parts ---------------------------------------------------------------------------------------


def _dots_alt(rows: pd.DataFrame, measure: str, focus: str | None) -> Message:
    if not len(rows):
        return Message("An empty chart: too few people answered.")
    texts = [score_text(float(value), measure) for value in rows["estimate"]]
    values: dict[str, Any] = {
        "n": len(rows), "best": rows["label"].iloc[0], "worst": rows["label"].iloc[-1],
        "focus": focus, "high": texts[0], "low": texts[-1],
    }  # fmt: skip
    if focus not in set(rows["label"]):
        return Message(
            "Dot plot of {n:count} scores with intervals, from {best} ({high}) to {worst} ({low}).",
            values,
        )
    values["score"] = texts[rows["label"].tolist().index(focus)]
    return Message(
        "Dot plot of {n:count} scores with intervals, from {best} ({high}) to {worst} ({low}). "
        "{focus} is marked at {score}.",
        values,
    )


def _compared(rows: pd.DataFrame, focus: str | None) -> pd.DataFrame:
    check_focus(rows, focus)
    return rows[rows["rank_low"].notna()].reset_index(drop=True)


def _rank_values(row: pd.Series) -> dict[str, int]:
    return {"low": int(row["rank_low"]), "high": int(row["rank_high"])}


def _pairs_of(result: GroupComparison, rows: pd.DataFrame, item: str | None, measure: str | None
              ) -> pd.DataFrame:  # fmt: skip
    one, which = chosen_score(result.groups, item=item, measure=measure)
    pairs = result.pairs
    kept = pairs["group_a"].isin(rows["label"]) & pairs["group_b"].isin(rows["label"])
    return pairs[(pairs["item"] == one) & (pairs["measure"] == which) & kept]


def _is_any_distinct(
    result: GroupComparison, rows: pd.DataFrame, item: str | None, measure: str | None
) -> bool:
    return bool(_pairs_of(result, rows, item, measure)["distinct"].any())


def _against(
    result: GroupComparison, rows: pd.DataFrame, label: str, *, item: str | None, measure: str
) -> tuple[list[str], list[str], list[str]]:
    """Name those it lies significantly above, below, and cannot be told from."""
    pairs = _pairs_of(result, rows, item, measure)
    beaten, ahead, alike = [], [], []
    for pair in pairs[(pairs["group_a"] == label) | (pairs["group_b"] == label)].to_dict("records"):
        is_first = pair["group_a"] == label
        other = str(pair["group_b"] if is_first else pair["group_a"])
        if not pair["distinct"]:
            alike.append(other)
        elif (pair["estimate"] > 0) == is_first:
            beaten.append(other)
        else:
            ahead.append(other)
    return beaten, ahead, alike


def _place_finding(
    result: GroupComparison, rows: pd.DataFrame, focus: str, *, item: str | None, measure: str
) -> Finding:
    mine = rows[rows["label"] == focus].iloc[0]
    beaten, ahead, alike = _against(result, rows, focus, item=item, measure=measure)
    values = _values(mine, measure) | _rank_values(mine)
    values |= {"focus": focus, "brand": focus, "k": len(rows), "names": first_names(alike)}
    values |= {"more": and_more(alike), "above": len(beaten), "below": len(ahead)}
    detail = _place_detail(values, is_alone=not alike)
    n, low, high = len(rows), values["low"], values["high"]
    if high == 1:
        return Finding(Message("{brand} scores above every other.", values), detail, "clear")
    if low == 1 and high == n:
        said = "{focus} is not distinguishable from any other."
        return Finding(Message(said, values), detail, "open")
    if low == high:
        return Finding(Message("{focus} ranks {low} of {k:count}.", values), detail, "clear")
    if low == 1:
        said = (
            "Nobody scores distinguishably above {focus}; its rank lies between 1 and {high} of "
            "{k:count}."
        )
        return Finding(Message(said, values), detail, "likely")
    if high == n:
        said = (
            "Nobody scores distinguishably below {focus}; its rank lies between {low} and "
            "{k:count}."
        )
        return Finding(Message(said, values), detail, "likely")
    said = "The rank of {focus} lies between {low} and {high} of {k:count}."
    return Finding(Message(said, values), detail, "likely" if high - low < n / 2 else "open")


def _place_detail(values: dict[str, Any], *, is_alone: bool) -> Message:
    if is_alone:
        return Message(
            "{score} ({from_} to {to}, {level:percent}; base {n:count}). It lies significantly "
            "above {above:count} and below {below:count}.",
            values,
        )
    return Message(
        "{score} ({from_} to {to}, {level:percent}; base {n:count}). It lies significantly above "
        "{above:count} and below {below:count}, and cannot be told from {names}{more}.",
        values,
    )


def _end_finding(
    result: GroupComparison, rows: pd.DataFrame, at: int, *, item: str | None, measure: str
) -> Finding:
    """Say who is best or worst, and from whom it cannot be told."""
    mine = rows.iloc[at]
    _, _, alike = _against(result, rows, str(mine["label"]), item=item, measure=measure)
    values = _values(mine, measure) | {"brand": mine["label"], "names": first_names(alike),
                                       "more": and_more(alike), "k": len(alike)}  # fmt: skip
    detail = Message("{score} ({from_} to {to}, {level:percent}; base {n:count}).", values)
    if not alike:
        headline = Message(
            "{brand} scores above every other." if at == 0 else "{brand} scores below every other.",
            values,
        )
        return Finding(headline, detail, "clear")
    headline = Message(
        "{brand} scores highest, not distinguishable from {names}{more}."
        if at == 0
        else "{brand} scores lowest, not distinguishable from {names}{more}.",
        values,
    )
    return Finding(headline, detail, "likely" if len(alike) == 1 else "open")


def _values(row: pd.Series, measure: str) -> dict[str, Any]:
    return {
        "score": score_text(row["estimate"], measure), "from_": score_text(row["ci_low"], measure),
        "to": score_text(row["ci_high"], measure), "level": row["ci_level"], "n": int(row["n"]),
    }  # fmt: skip
