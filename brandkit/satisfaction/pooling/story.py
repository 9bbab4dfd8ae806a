"""What is said of pooling: what is left of a league table once noise is taken out."""

from __future__ import annotations

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Exhibit, Story, speaker
from brandkit.satisfaction.groups import and_more, first_names, row_values
from brandkit.satisfaction.pooling.pooling import PartialPooling, pooled_rows


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
            "intervals): the larger the error, the closer to the common mean, the dashed line. At "
            "the right the pooled value, and the place by the raw and by the pooled value.",
            {"level": result.ci_level},
        ),
        Message(
            "Dot plot of {n:count} pooled values, from {first} ({high:decimal2}) to {last} "
            "({low:decimal2}), drawn toward the mean of {mean:decimal2}.",
            {**ends, "n": len(rows), "mean": whole["estimate"]},
        ),
        rows,
        (*notes, *as_notes(findings[1:]), *result.notes),
        lambda: result.plot(focus=focus, group=group),
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
