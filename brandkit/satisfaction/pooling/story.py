"""Partial pooling in sentences: what is left of a league table once noise is taken out."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.core.message import Finding, Message
from brandkit.satisfaction.pooling.pooling import PartialPooling
from brandkit.satisfaction.scores.story import and_more, check_focus, first_names


def chosen_group(result: PartialPooling, group: str | None) -> str:
    """Give the group asked for, or the first."""
    known = [str(one) for one in result.groups["group"]]
    one = known[0] if group is None else group
    if one not in known:
        raise InputError(
            f"`group` must be one that was pooled; found {shown(group)}. It has {shown(known)}."
            f"{did_you_mean(one, known)}"
        )
    return one


def partial_pooling_headline(
    result: PartialPooling, *, group: str | None = None, focus: str | None = None
) -> Message:
    """Say in one sentence what pooling does to the places, for a title.

    Parameters
    ----------
    result : PartialPooling
    group : str, optional
        The first where not given.
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.satisfaction.pooling.pooling import partial_pooling
    >>> scores = pd.DataFrame({"brand": list("abcde"), "estimate": [7.0, 7.4, 7.6, 8.2, 8.3],
    ...                        "std_error": [0.1, 0.1, 0.1, 0.1, 0.8]})
    >>> str(partial_pooling_headline(partial_pooling(scores, label="brand")))
    'd leads once noise is taken out, and not e'
    """
    rows, _ = _parts(result, group, focus)
    raw, pooled = (
        rows["label"].iloc[int(rows[by].to_numpy().argmin())] for by in ("rank", "pooled_rank")
    )
    values: dict[str, Any] = {"raw": raw, "pooled": pooled, "n": len(rows)}
    if focus is not None:
        mine = rows[rows["label"] == focus].iloc[0]
        values |= {"focus": focus, "before": mine["rank"], "after": mine["pooled_rank"]}
        if mine["rank"] != mine["pooled_rank"]:
            return Message(
                "{focus} ranks {after:count} of {n:count} once noise is taken out, and not "
                "{before:count}",
                values,
            )
        return Message("{focus} ranks {after:count} of {n:count}, with noise taken out too", values)
    if raw != pooled:
        return Message("{pooled} leads once noise is taken out, and not {raw}", values)
    return Message("{pooled} leads, with noise taken out too", values)


def partial_pooling_findings(
    result: PartialPooling, *, group: str | None = None, focus: str | None = None
) -> tuple[Finding, ...]:
    """Say whether the banks differ at all, whose place rests on noise, and where the focus is.

    Parameters
    ----------
    result : PartialPooling
    group : str, optional
        The first where not given.
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    tuple of Finding
    """
    rows, whole = _parts(result, group, focus)
    found = [_spread_finding(whole), _noise_finding(rows)]
    return (*found, _focus_finding(rows, focus)) if focus is not None else tuple(found)


def _spread_finding(whole: dict[str, Any]) -> Finding:
    values = {"sd": whole["between_sd"], "low": whole["between_low"], "high": whole["between_high"],
              "share": whole["between_share"], "n": whole["n_pooled"],
              "level": whole["ci_level"]}  # fmt: skip
    detail = Message(
        "The true values of {n:count} banks spread by {sd:number} (standard deviation; "
        "{low:number} to {high:number}, {level:percent}); {share:percent} of the spread of the "
        "estimates is not noise.",
        values,
    )
    p_value = float(whole["p_value"])
    if p_value > 0.05:
        said = "The estimates differ by no more than noise would make them."
        return Finding(Message(said), detail, "open")
    said = "The banks do differ."
    return Finding(Message(said), detail, "clear" if p_value <= 0.01 else "likely")


def _noise_finding(rows: pd.DataFrame) -> Finding:
    moved = rows.loc[rows["rank"] != rows["pooled_rank"], "label"].tolist()
    most = rows.iloc[int(rows["shrinkage"].to_numpy().argmax())]
    values = {"names": first_names(moved), "more": and_more(moved), "n": len(moved),
              "brand": most["label"], "share": most["shrinkage"], "raw": most["estimate"],
              "pooled": most["pooled"]}  # fmt: skip
    detail = Message(
        "{brand} is drawn in most: by {share:percent} of its distance to the mean, from "
        "{raw:decimal2} to {pooled:decimal2}.",
        values,
    )
    if not moved:
        said = "No bank owes its place in the table to noise."
        return Finding(Message(said), detail, "likely")
    said = "{names}{more} {n:changes|change} place once noise is taken out."
    return Finding(Message(said, values), detail, "likely")


def _focus_finding(rows: pd.DataFrame, focus: str) -> Finding:
    mine = rows[rows["label"] == focus].iloc[0]
    values = {"focus": focus, "raw": mine["estimate"], "pooled": mine["pooled"],
              "low": mine["ci_low"], "high": mine["ci_high"], "level": mine["ci_level"],
              "before": mine["rank"], "after": mine["pooled_rank"], "n": len(rows),
              "share": mine["shrinkage"]}  # fmt: skip
    detail = Message(
        "Raw {raw:decimal2}, pooled {pooled:decimal2} ({low:decimal2} to {high:decimal2}, "
        "{level:percent}); place {before:count} before, {after:count} after, of {n:count}.",
        values,
    )
    if mine["shrinkage"] < 0.2:
        said = "The value of {focus} rests on enough answers to stand by itself."
        return Finding(Message(said, values), detail, "clear")
    said = "Part of the distance of {focus} from the mean, {share:percent}, is likely noise."
    return Finding(Message(said, values), detail, "likely")


def partial_pooling_caption(result: PartialPooling) -> Message:
    """Say what the figure shows."""
    return Message(
        "Raw values (hollow) and the values they are drawn to (filled, {level:percent} "
        "intervals): the larger the error, the closer to the common mean, the dashed line. At the "
        "right the pooled value, and the place by the raw and by the pooled value.",
        {"level": result.ci_level},
    )


def partial_pooling_alt(
    result: PartialPooling, *, group: str | None = None, focus: str | None = None
) -> Message:
    """Describe the figure for those who cannot see it."""
    rows, whole = _parts(result, group, focus)
    ordered = rows.sort_values("pooled", ascending=False, kind="stable")
    first, last = ordered.iloc[0], ordered.iloc[-1]
    values = {"n": len(rows), "first": first["label"], "high": first["pooled"],
              "last": last["label"], "low": last["pooled"], "mean": whole["estimate"],
              "focus": focus}  # fmt: skip
    return Message(
        "Dot plot of {n:count} pooled values, from {first} ({high:decimal2}) to {last} "
        "({low:decimal2}), drawn toward the mean of {mean:decimal2}.",
        values,
    )


def _parts(
    result: PartialPooling, group: str | None, focus: str | None
) -> tuple[pd.DataFrame, dict[str, Any]]:
    one = chosen_group(result, group)
    rows = result.estimates[result.estimates["group"] == one].reset_index(drop=True)
    check_focus(rows, focus)
    return rows, dict(result.groups[result.groups["group"] == one].iloc[0])
