"""Scores and comparisons in sentences: who satisfies, and how sure that is.

Texts are English messages with their numbers; :mod:`brandkit.language` translates them. That two
scores cannot be told apart is a finding too, and is said so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, did_you_mean, shown
from brandkit.core.message import Finding, Message, Settled, formatted
from brandkit.satisfaction.groups import ROLES, group_labels
from brandkit.satisfaction.scores.comparison import GroupComparison
from brandkit.satisfaction.scores.scores import SatisfactionScores

FORMATS: Final = {"mean": "decimal2", "top2": "percent", "nps": "points"}
"""How a score of each measure is written."""
MEASURES: Final = {
    "mean": Message("mean score"),
    "top2": Message("share in the top two categories"),
    "nps": Message("net promoter score"),
}
"""Each measure in words."""
MOST_NAMED: Final = 4
"""Names in a sentence; the others are counted."""
MOST_ROWS: Final = 25
"""Groups that a figure shows."""


def chosen_score(frame: pd.DataFrame, *, item: str | None, measure: str | None) -> tuple[str, str]:
    """Choose an item and a measure: the first of each where none is named.

    Parameters
    ----------
    frame : DataFrame
        With ``item`` and ``measure``.
    item, measure : str, optional

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        The item or the measure was not scored.

    Examples
    --------
    >>> chosen_score(pd.DataFrame({"item": ["sat"], "measure": ["mean"]}), item=None, measure=None)
    ('sat', 'mean')
    """
    items = [str(one) for one in frame["item"].unique()]
    one = items[0] if item is None else item
    if one not in items:
        raise InputError(
            f"`item` must be one of those scored; found {shown(item)}. It has {shown(items)}."
            f"{did_you_mean(one, items)}"
        )
    measures = [str(found) for found in frame.loc[frame["item"] == one, "measure"].unique()]
    which = measures[0] if measure is None else measure
    if which not in measures:
        raise InputError(
            f"`measure` must be one that {shown(one)} has, {shown(measures)}; found "
            f"{shown(measure)}."
        )
    return one, which


def score_rows(
    result: GroupComparison | SatisfactionScores,
    *,
    item: str | None = None,
    measure: str | None = None,
) -> pd.DataFrame:
    """Give the groups of one item and measure, the best first, those not shown last.

    Parameters
    ----------
    result : GroupComparison or SatisfactionScores
    item, measure : str, optional
        The first of each where not given.

    Returns
    -------
    DataFrame
        ``label estimate ci_low ci_high ci_level n base`` and, of a comparison, ``letter letters
        rank rank_low rank_high``.

    Examples
    --------
    >>> from brandkit.satisfaction.scores.comparison import group_comparison
    >>> answers = pd.DataFrame({"id": range(40), "brand": ["A", "B"] * 20, "sat": [6, 9] * 20})
    >>> result = group_comparison(answers, items="sat", by="brand", respondent="id")
    >>> score_rows(result)["label"].tolist()
    ['B', 'A']
    """
    is_scores = isinstance(result, SatisfactionScores)
    frame = result.scores if isinstance(result, SatisfactionScores) else result.groups
    one, which = chosen_score(frame, item=item, measure=measure)
    rows = frame[(frame["item"] == one) & (frame["measure"] == which)]
    columns = ["label", "estimate", "ci_low", "ci_high", "ci_level", "n", "base"]
    if is_scores:
        rows = rows.assign(label=group_labels(rows[list(ROLES)]))
    else:
        columns += ["letter", "letters", "rank", "rank_low", "rank_high"]
    return _best_first(rows)[columns]


def score_table(
    result: GroupComparison | SatisfactionScores,
    *,
    item: str | None = None,
    measure: str | None = None,
) -> pd.DataFrame:
    """Give the rows of :func:`score_rows` as a report's table shows them.

    Small bases are marked there by their number, so the word for it is left out.
    """
    return score_rows(result, item=item, measure=measure).drop(columns="base")


def change_rows(
    result: GroupComparison, *, item: str | None = None, measure: str | None = None
) -> pd.DataFrame:
    """Give what changed up to the last wave, the largest rise first.

    Parameters
    ----------
    result : GroupComparison
    item, measure : str, optional

    Returns
    -------
    DataFrame
        ``label wave_a wave_b before after estimate ci_low ci_high ci_level p_adjusted distinct
        n_a n_b``; groups that are not in both waves are left out.

    Raises
    ------
    NotEnoughDataError
        Fewer than two waves.
    """
    if not len(result.changes):
        raise NotEnoughDataError(
            "`result` must hold groups in two waves; found none. Name the column of waves when "
            "comparing."
        )
    one, which = chosen_score(result.changes, item=item, measure=measure)
    of_item = result.changes[(result.changes["item"] == one) & (result.changes["measure"] == which)]
    last = of_item["wave_b"].iloc[-1]
    rows = of_item[of_item["wave_b"] == last]
    levels = result.waves[(result.waves["item"] == one) & (result.waves["measure"] == which)]
    by_wave = levels.set_index(["label", "wave"])["estimate"]
    label = rows["label"]
    rows = rows.assign(
        before=[by_wave[key] for key in zip(label, rows["wave_a"], strict=True)],
        after=[by_wave[key] for key in zip(label, rows["wave_b"], strict=True)],
    )
    columns = ["label", "wave_a", "wave_b", "before", "after", "estimate", "ci_low", "ci_high",
               "ci_level", "p_adjusted", "distinct", "n_a", "n_b"]  # fmt: skip
    return _best_first(rows)[columns]


def _best_first(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(
        ["estimate", "label"], ascending=[False, True], kind="stable", ignore_index=True
    )


def telling_rows(rows: pd.DataFrame, *, focus: str | None, most: int = MOST_ROWS) -> pd.DataFrame:
    """Keep as many rows as a figure has room for: the first, and the focus.

    Examples
    --------
    >>> rows = pd.DataFrame({"label": list("abcd")})
    >>> telling_rows(rows, focus="d", most=2)["label"].tolist()
    ['a', 'd']
    """
    if len(rows) <= most:
        return rows
    at = np.flatnonzero(rows["label"] == focus)
    kept = [*range(most)] if not len(at) or at[0] < most else [*range(most - 1), int(at[0])]
    return rows.iloc[kept].reset_index(drop=True)


def check_focus(rows: pd.DataFrame, focus: str | None) -> None:
    """Refuse a focus that was not compared."""
    known = [str(label) for label in rows["label"]]
    if focus is not None and focus not in known:
        raise InputError(
            f"`focus` must be one of the groups; found {shown(focus)}. It has {shown(known)}."
            f"{did_you_mean(focus, known)}"
        )


def score_text(value: float, measure: str) -> str:
    """Write a score.

    Examples
    --------
    >>> score_text(7.434, "mean"), score_text(0.273, "top2"), score_text(-4.6, "nps")
    ('7.43', '27%', '−5')
    """
    return formatted(value, FORMATS[measure])


def change_text(value: float, measure: str) -> str:
    """Write a difference of two scores; of shares and net promoter scores in points.

    Examples
    --------
    >>> change_text(0.043, "top2"), change_text(-0.126, "mean")
    ('+4', '−0.13')
    """
    if measure == "mean":
        return formatted(value, "signed")
    return formatted(100 * value if measure == "top2" else value, "points")


def item_name(result: Any, item: str) -> str:
    """Give an item's label, or its column where there is none."""
    return str(result.labels.get(item, item))


def first_names(names: Sequence[str]) -> list[str]:
    """Give the names that a sentence has room for."""
    return list(names)[:MOST_NAMED]


def and_more(names: Sequence[str]) -> Message | str:
    """Count the names that a sentence has no room for."""
    rest = len(names) - MOST_NAMED
    return Message(" and {n:count} more", {"n": rest}) if rest > 0 else ""


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
    >>> from brandkit.satisfaction.scores.comparison import group_comparison
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


def wave_change_finding(
    result: GroupComparison,
    *,
    item: str | None = None,
    measure: str | None = None,
    focus: str | None = None,
) -> Finding:
    """Say who changed up to the last wave; with a focus, whether it did.

    Parameters
    ----------
    result : GroupComparison
    item, measure : str, optional
        The first of each where not given.
    focus : str, optional

    Returns
    -------
    Finding
        Clear where the change holds for all groups at once, likely where its own interval leaves
        out 0, open otherwise.
    """
    _, which = chosen_score(result.changes, item=item, measure=measure)
    every = change_rows(result, item=item, measure=measure)
    check_focus(every, focus)
    rows = every[every["estimate"].notna()]
    if not len(rows) or (focus is not None and focus not in set(rows["label"])):
        return _too_few(every, focus)
    told = rows[rows["distinct"].astype(bool)]
    values: dict[str, Any] = {
        "earlier": rows["wave_a"].iloc[0], "later": rows["wave_b"].iloc[0],
        "n": len(rows), "focus": focus, "names": first_names(told["label"].tolist()),
        "more": and_more(told["label"].tolist()), "k": len(told),
    }  # fmt: skip
    if focus is None:
        largest = rows.iloc[rows["estimate"].abs().argmax()]
        detail = _change_detail(largest, which)
        if not len(told):
            said = "Nobody's score changed distinguishably between {earlier} and {later}."
            return Finding(Message(said, values), detail, "open")
        said = (
            "{names}{more} changed between {earlier} and {later}; no other change is "
            "distinguishable."
        )
        return Finding(Message(said, values), detail, "clear")
    mine = rows[rows["label"] == focus].iloc[0]
    detail = _change_detail(mine, which)
    if bool(mine["ci_low"] <= 0 <= mine["ci_high"]) or pd.isna(mine["ci_low"]):
        said = "{focus} did not change distinguishably between {earlier} and {later}."
        return Finding(Message(said, values), detail, "open")
    settled: Settled = "clear" if bool(mine["distinct"]) else "likely"
    headline = Message(
        "{focus} rose between {earlier} and {later}."
        if mine["estimate"] > 0
        else "{focus} fell between {earlier} and {later}.",
        values,
    )
    return Finding(headline, detail, settled)


def wave_changes_caption(
    result: GroupComparison, *, item: str | None = None, measure: str | None = None
) -> Message:
    """Say what the figure of changes shows."""
    one, which = chosen_score(result.changes, item=item, measure=measure)
    rows = change_rows(result, item=item, measure=measure)
    return Message(
        "“{item}”: change of the {measure} from {earlier} to {later}, with {level:percent} "
        "intervals. Filled markers are changes that hold for all groups at once. The scores of "
        "both waves stand at the right.",
        {
            "item": item_name(result, one), "measure": MEASURES[which],
            "earlier": rows["wave_a"].iloc[0], "later": rows["wave_b"].iloc[0],
            "level": result.levels[0],
        },
    )  # fmt: skip


def wave_changes_alt(
    result: GroupComparison, *, item: str | None = None, measure: str | None = None
) -> Message:
    """Describe the figure of changes for those who cannot see it."""
    _, which = chosen_score(result.changes, item=item, measure=measure)
    rows = change_rows(result, item=item, measure=measure)
    rows = rows[rows["estimate"].notna()]
    if not len(rows):
        return Message("An empty chart: too few people answered.")
    first, last = rows.iloc[0], rows.iloc[-1]
    return Message(
        "Dot plot of {n:count} changes with intervals around zero, from {up} ({high}) to {down} "
        "({low}).",
        {
            "n": len(rows), "up": first["label"], "down": last["label"],
            "high": change_text(first["estimate"], which),
            "low": change_text(last["estimate"], which),
        },
    )  # fmt: skip


def _too_few(rows: pd.DataFrame, focus: str | None) -> Finding:
    values: dict[str, Any] = {"focus": focus}
    headline = Message(
        "Too few people answered in both waves to speak of change."
        if focus is None
        else "Too few people rated {focus} in both waves to speak of change.",
        values,
    )
    mine = rows if focus is None else rows[rows["label"] == focus]
    bases = {"n_a": int(mine["n_a"].max()), "n_b": int(mine["n_b"].max())}
    detail = Message("Bases of at most {n_a:count} and {n_b:count}.", bases)
    return Finding(headline, detail, "open")


def _change_detail(row: pd.Series, measure: str) -> Message:
    values = {
        "label": row["label"], "change": change_text(row["estimate"], measure),
        "from_": change_text(row["ci_low"], measure), "to": change_text(row["ci_high"], measure),
        "level": row["ci_level"], "before": score_text(row["before"], measure),
        "after": score_text(row["after"], measure), "n_a": int(row["n_a"]), "n_b": int(row["n_b"]),
    }  # fmt: skip
    if measure == "mean":
        return Message(
            "{label}: {change} ({from_} to {to}, {level:percent}), from {before} to {after}; bases "
            "{n_a:count} and {n_b:count}.",
            values,
        )
    return Message(
        "{label}: {change} points ({from_} to {to}, {level:percent}), from {before} to {after}; "
        "bases {n_a:count} and {n_b:count}.",
        values,
    )
