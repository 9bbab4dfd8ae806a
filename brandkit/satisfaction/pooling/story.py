"""What is said of pooling: what is left of a league table once noise is taken out."""

from __future__ import annotations

import pandas as pd

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Exhibit, Say, Story, speaker
from brandkit.satisfaction.groups import and_more, first_names
from brandkit.satisfaction.pooling.pooling import PartialPooling


def partial_pooling(
    result: PartialPooling, *, focus: object = None, group: str | None = None
) -> Story:
    """Tell whether the banks differ at all, whose place rests on noise, and where the focus is.

    Of the first group where none is named.
    """
    rows, whole = pooled_rows(result, group)
    focus, notes = known_focus(focus, rows["label"])
    moved = rows.loc[rows["rank"] != rows["pooled_rank"], "label"].sort_index().tolist()
    named = {"names": first_names(moved), "more": and_more(moved)}
    say = speaker(focus=focus, n=len(rows), level=whole["ci_level"], **named)
    headline, findings = _leader(rows, say), [_spread(whole, say), _noise(rows, moved, say)]
    if focus is not None:
        headline, finding = _of_focus(rows[rows["label"] == focus].iloc[0], say)
        findings.append(finding)
    first, last = rows.iloc[0], rows.iloc[-1]
    pooled = Exhibit(
        say(
            "Raw values (hollow) and the values they are drawn to (filled, {level:percent} "
            "intervals): the larger the error, the closer to the common mean, the dashed line. At "
            "the right the pooled value, and the place by the raw and by the pooled value."
        ),
        say(
            "Dot plot of {n:count} pooled values, from {first} ({high:decimal2}) to {last} "
            "({low:decimal2}), drawn toward the mean of {mean:decimal2}.",
            first=first["label"],
            high=first["pooled"],
            last=last["label"],
            low=last["pooled"],
            mean=whole["estimate"],
        ),
        rows,
        (*notes, *as_notes(findings[1:]), *result.notes),
        lambda: result.plot(focus=focus, group=group),
    )
    return Story(headline, None, tuple(findings), (), {"pooled": pooled})


def pooled_rows(result: PartialPooling, group: str | None) -> tuple[pd.DataFrame, pd.Series]:
    """Give the estimates of a group (the first where not named), highest first, and the group."""
    known = [str(one) for one in result.groups["group"]]
    chosen = known[0] if group is None else group
    if chosen not in known:
        raise InputError(
            f"`group` must be one that was pooled; found {shown(group)}. It has {shown(known)}."
            f"{did_you_mean(chosen, known)}"
        )
    rows = result.estimates[result.estimates["group"] == chosen].reset_index(drop=True)
    rows = rows.sort_values(["pooled", "label"], ascending=[False, True], kind="stable")
    return rows, result.groups.iloc[known.index(chosen)]


def _leader(rows: pd.DataFrame, say: Say) -> Message:
    first = rows.sort_index()  # of equal ranks the first in the table
    raw, pooled = (
        first["label"].iloc[int(first[by].to_numpy().argmin())] for by in ("rank", "pooled_rank")
    )
    if raw != pooled:
        return say("{pooled} leads once noise is taken out, and not {raw}", pooled=pooled, raw=raw)
    return say("{pooled} leads, with noise taken out too", pooled=pooled)


def _spread(whole: pd.Series, say: Say) -> Finding:
    detail = say(
        "The true values of {n:count} banks spread by {sd:number} (standard deviation; "
        "{low:number} to {high:number}, {level:percent}); {share:percent} of the spread of the "
        "estimates is not noise.",
        sd=whole["between_sd"],
        low=whole["between_low"],
        high=whole["between_high"],
        share=whole["between_share"],
    )
    if whole["p_value"] > 0.05:
        same = say("The estimates differ by no more than noise would make them.")
        return Finding(same, detail, "open")
    settled: Settled = "clear" if whole["p_value"] <= 0.01 else "likely"
    return Finding(say("The banks do differ."), detail, settled)


def _noise(rows: pd.DataFrame, moved: list[str], say: Say) -> Finding:
    first = rows.sort_index()
    most = first.iloc[int(first["shrinkage"].to_numpy().argmax())]
    detail = say(
        "{brand} is drawn in most: by {share:percent} of its distance to the mean, from "
        "{raw:decimal2} to {pooled:decimal2}.",
        brand=most["label"],
        share=most["shrinkage"],
        raw=most["estimate"],
        pooled=most["pooled"],
    )
    if not moved:
        return Finding(say("No bank owes its place in the table to noise."), detail, "likely")
    text = "{names}{more} {n:changes|change} place once noise is taken out."
    return Finding(say(text, n=len(moved)), detail, "likely")


def _of_focus(row: pd.Series, say: Say) -> tuple[Message, Finding]:
    values = {"before": row["rank"], "after": row["pooled_rank"], "share": row["shrinkage"]}
    detail = say(
        "Raw {raw:decimal2}, pooled {pooled:decimal2} ({low:decimal2} to {high:decimal2}, "
        "{level:percent}); place {before:count} before, {after:count} after, of {n:count}.",
        raw=row["estimate"],
        pooled=row["pooled"],
        low=row["ci_low"],
        high=row["ci_high"],
        **values,
    )
    headline = say("{focus} ranks {after:count} of {n:count}, with noise taken out too", **values)
    if row["rank"] != row["pooled_rank"]:
        headline = say(
            "{focus} ranks {after:count} of {n:count} once noise is taken out, and not "
            "{before:count}",
            **values,
        )
    if row["shrinkage"] < 0.2:
        firm = say("The value of {focus} rests on enough answers to stand by itself.")
        return headline, Finding(firm, detail, "clear")
    noisy = say(
        "Part of the distance of {focus} from the mean, {share:percent}, is likely noise.", **values
    )
    return headline, Finding(noisy, detail, "likely")
