"""Perceived alikeness in sentences: whether customers notice, and how settled that is."""

from __future__ import annotations

from typing import Any

from brandkit.core.message import Finding, Message, Settled
from brandkit.satisfaction.alikeness.alikeness import (
    PerceivedAlikeness,
    against_rows,
    chosen_item,
    last_wave,
    of_wave,
    whole_share,
)
from brandkit.satisfaction.scores.story import and_more, first_names

LITTLE = 0.06
"""Share between banks under which it is little: what Cohen calls a medium effect begins there."""
CLEAR, LIKELY = 0.01, 0.05
"""p-values below which a change is called clear, or likely."""


def perceived_alikeness_headline(
    result: PerceivedAlikeness, *, focus: str | None = None, item: str | None = None
) -> Message:
    """Say in one sentence whether customers notice a difference, for a title.

    Parameters
    ----------
    result : PerceivedAlikeness
    focus : str, optional
        The bank the report is for.
    item : str, optional
        Item on which the focus is set against the others; the first tested where not given.

    Returns
    -------
    Message

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.satisfaction.alikeness.alikeness import perceived_alikeness
    >>> answers = pd.DataFrame({"bank": ["a", "b"] * 90, "fees": [6.0, 6, 8, 8, 7, 7] * 30})
    >>> result = perceived_alikeness(answers, brand="bank", items=["fees"],
    ...                              smallest_difference=0.5, draws=100)
    >>> str(perceived_alikeness_headline(result))
    'Customers see little difference between the banks'
    """
    if not len(result.pairs):
        return _image_headline(result)
    whole = whole_share(result)
    if whole["ci_high"] < LITTLE:
        alike, _, _ = _named_verdicts(result, focus, item) if focus else ([], [], [])
        if alike:
            return Message(
                "Customers see little difference between the banks, and rate {names}{more} as "
                "they rate {focus}",
                {"names": first_names(alike), "more": and_more(alike), "focus": focus},
            )
        return Message("Customers see little difference between the banks")
    if whole["ci_low"] >= LITTLE:
        return Message("Customers notice differences between the banks")
    return Message("Customers notice some difference between the banks")


def _image_headline(result: PerceivedAlikeness) -> Message:
    image = _image(result)
    if image["ci_low"] > 0:
        return Message("The banks' images differ by more than chance")
    return Message("The banks' images do not differ by more than chance")


def perceived_alikeness_findings(
    result: PerceivedAlikeness, *, focus: str | None = None, item: str | None = None
) -> tuple[Finding, ...]:
    """Say how much depends on the bank, who is equal and who differs, and what has changed.

    Parameters
    ----------
    result : PerceivedAlikeness
    focus : str, optional
        The bank the report is for.
    item : str, optional
        Item for the verdicts; the first tested where not given.

    Returns
    -------
    tuple of Finding
        Of the last wave, and the change up to it.
    """
    found = []
    if len(result.pairs):
        found.append(_share_finding(whole_share(result)))
        found.append(
            _market_pairs(result, item) if focus is None else _focus_pairs(result, focus, item)
        )
    if (result.measures["measure"] == "inertia").any():
        found.append(_image_finding(_image(result)))
    return (*found, *_change_findings(result))


def _share_finding(whole: dict[str, Any]) -> Finding:
    values = _range(whole) | {"n": whole["n"], "banks": whole["n_brands"]}
    detail = Message(
        "{share:percent1} of the differences in ratings lie between the {banks:count} banks "
        "({low:percent1} to {high:percent1}, {level:percent}; base {n:count}); the rest lies "
        "between customers of the same bank.",
        values,
    )
    if whole["ci_low"] <= 0:
        said = "It is open whether customers' ratings depend on the bank at all."
        return Finding(Message(said), detail, "open")
    if whole["ci_high"] < LITTLE:
        said = "Which bank it is explains little of what customers say."
        return Finding(Message(said), detail, "clear")
    if whole["ci_low"] >= LITTLE:
        said = "Which bank it is makes a difference that customers notice."
        return Finding(Message(said), detail, "clear")
    said = "Which bank it is explains some of what customers say."
    return Finding(Message(said), detail, "likely")


def _named_verdicts(
    result: PerceivedAlikeness, focus: str | None, item: str | None
) -> tuple[list[str], list[str], list[str]]:
    rows = against_rows(result, item=item, focus=focus)
    parts = [rows.loc[rows["verdict"] == word, "brand"].tolist() for word in _WORDS]
    return parts[0], parts[1], parts[2]


_WORDS = ("equal", "different", "open")


def _focus_pairs(result: PerceivedAlikeness, focus: str, item: str | None) -> Finding:
    equal, different, still = _named_verdicts(result, focus, item)
    values = _limit_values(result, focus, item) | {
        "focus": focus, "equal": len(equal), "different": len(different), "open": len(still),
        "names": first_names(equal or different), "more": and_more(equal or different),
        "n": len(equal) + len(different) + len(still),
    }  # fmt: skip
    detail = Message(
        "On “{label}”, {equal:count} of {n:count} banks are shown to differ from it by less than "
        "{limit:decimal2} points, {different:count} are shown to differ, and for {open:count} the "
        "answers do not settle it.{declared}",
        values,
    )
    if equal:
        said = "{focus} is rated as {names}{more} {equal:is|are}."
        settled: Settled = "clear" if values["is_declared"] else "likely"
        return Finding(Message(said, values), detail, settled)
    if different:
        said = "{focus} is rated differently from {names}{more}, and shown equal to none."
        return Finding(Message(said, values), detail, "clear")
    return Finding(Message("Whom {focus} is rated like is open.", values), detail, "open")


def _market_pairs(result: PerceivedAlikeness, item: str | None) -> Finding:
    one = chosen_item(result, item)
    rows = of_wave(result.pairs[result.pairs["item"] == one], None)
    counts = rows["verdict"].value_counts()
    values = _limit_values(result, None, item) | {
        "n": len(rows), **{word: int(counts.get(word, 0)) for word in _WORDS},
    }  # fmt: skip
    detail = Message(
        "On “{label}”, {equal:count} of {n:count} pairs are shown to differ by less than "
        "{limit:decimal2} points, {different:count} are shown to differ, and for {open:count} the "
        "answers do not settle it.{declared}",
        values,
    )
    if values["equal"] + values["different"] <= values["open"]:
        said = "For most pairs of banks it is open whether customers rate them alike."
        return Finding(Message(said, values), detail, "open")
    if values["equal"] > values["different"]:
        said = "More pairs of banks are rated alike than differently."
        return Finding(Message(said, values), detail, "likely")
    said = "More pairs of banks are rated differently than alike."
    return Finding(Message(said, values), detail, "likely")


def _limit_values(
    result: PerceivedAlikeness, focus: str | None, item: str | None
) -> dict[str, Any]:
    first = against_rows(result, item=item, focus=focus).iloc[0]
    declared = bool(first["declared"])
    loud: Message | str = "" if declared else Message(
        " This limit was not declared but taken for granted."
    )  # fmt: skip
    return {
        "label": first["label"], "limit": float(first["smallest_difference"]),
        "declared": loud, "is_declared": declared,
    }  # fmt: skip


def _image_finding(image: dict[str, Any]) -> Finding:
    values = _range(image) | {"observed": image["observed"], "noise": image["expected"],
                              "banks": image["n_brands"], "k": int(image["n_attributes"]),
                              "n": image["n_persons"]}  # fmt: skip
    detail = Message(
        "The table of {banks:count} banks by {k:count} attributes has an inertia of "
        "{observed:decimal3}, of which chance makes {noise:decimal3}; {share:decimal3} is left "
        "({low:decimal3} to {high:decimal3}, {level:percent}; {n:count} persons).",
        values,
    )
    if image["ci_low"] > 0:
        said = "Customers describe the banks in different words."
        return Finding(Message(said), detail, "clear" if image["p_value"] <= CLEAR else "likely")
    return Finding(Message("Customers' descriptions do not tell the banks apart."), detail, "open")


def _change_findings(result: PerceivedAlikeness) -> list[Finding]:
    found = []
    changes = result.changes
    for measure in ("between_share", "inertia"):
        rows = changes[changes["measure"] == measure]
        whole = rows[rows["item"].isna()]
        rows = whole if len(whole) else rows
        if len(rows):
            found.append(_change_finding(dict(rows.iloc[-1]), measure))
    return found


def _change_finding(change: dict[str, Any], measure: str) -> Finding:
    values = _range(change) | {"before": change["wave_a"], "after": change["wave_b"]}
    p_value = float(change["p_value"])
    settled: Settled = "clear" if p_value <= CLEAR else "likely" if p_value <= LIKELY else "open"
    if measure == "inertia":
        detail = Message(
            "Inertia beyond chance changed by {share:decimal3} from {before} to {after} "
            "({low:decimal3} to {high:decimal3}, {level:percent}).",
            values,
        )
        if settled == "open":
            said = "That the banks' images have moved is not shown."
        elif change["estimate"] > 0:
            said = "The banks' images have moved apart since {before}."
        else:
            said = "The banks' images have grown alike since {before}."
        return Finding(Message(said, values), detail, settled)
    values |= {name: 100 * values[name] for name in ("share", "low", "high")}
    detail = Message(
        "The part between banks changed by {share:signed} percentage points from {before} to "
        "{after} ({low:signed} to {high:signed}, {level:percent}).",
        values,
    )
    if settled == "open":
        said = "That ratings depend more or less on the bank than in {before} is not shown."
    elif change["estimate"] > 0:
        said = "Ratings depend more on the bank than in {before}."
    else:
        said = "Ratings depend less on the bank than in {before}."
    return Finding(Message(said, values), detail, settled)


# --- captions and alts ---------------------------------------------------------------------------


def perceived_alikeness_caption(result: PerceivedAlikeness) -> Message:
    """Say what the figure of shares shows, and on how many."""
    whole = whole_share(result)
    values = {"level": whole["ci_level"], "n": whole["n_persons"], "wave": whole["wave"]}
    if isinstance(whole["wave"], str):
        return Message(
            "Part of the variance of each rating that lies between banks, {wave}, corrected for "
            "chance, with {level:percent} intervals; {n:count} persons. 0: the bank makes no "
            "difference.",
            values,
        )
    return Message(
        "Part of the variance of each rating that lies between banks, corrected for chance, with "
        "{level:percent} intervals; {n:count} persons. 0: the bank makes no difference.",
        values,
    )


def perceived_alikeness_alt(result: PerceivedAlikeness) -> Message:
    """Describe the figure of shares for those who cannot see it."""
    shares = of_wave(result.measures[result.measures["measure"] == "between_share"], None)
    single = shares[shares["item"].notna()].sort_values("untruncated", kind="stable")
    low, high = single.iloc[0], single.iloc[-1]
    return Message(
        "Dot plot of {n:count} {n:item|items}: the part between banks runs from {low:percent1} "
        "for “{last}” to {high:percent1} for “{first}”.",
        {"n": len(single), "low": low["estimate"], "high": high["estimate"],
         "last": low["label"], "first": high["label"]},
    )  # fmt: skip


def alikeness_pairs_caption(
    result: PerceivedAlikeness, *, item: str | None = None, focus: str | None = None
) -> Message:
    """Say what the figure of pairs shows, and how it is read."""
    values = _limit_values(result, focus, item) | {"level": result.ci_level, "focus": focus}
    if focus is None:
        return Message(
            "“{label}”: each bank's mean less the mean of the others, with {level:percent} "
            "intervals. Differences within the band, {limit:decimal2} points, do not matter. "
            "Filled circles: shown equal; squares: shown different; hollow: open (all banks at "
            "once).{declared}",
            values,
        )
    return Message(
        "“{label}”: each bank's mean less that of {focus}, with {level:percent} intervals. "
        "Differences within the band, {limit:decimal2} points, do not matter. Filled circles: "
        "shown equal; squares: shown different; hollow: open (all pairs of banks at "
        "once).{declared}",
        values,
    )


def alikeness_pairs_alt(
    result: PerceivedAlikeness, *, item: str | None = None, focus: str | None = None
) -> Message:
    """Describe the figure of pairs for those who cannot see it."""
    rows = against_rows(result, item=item, focus=focus)
    counts = rows["verdict"].value_counts()
    first, last = rows.iloc[0], rows.iloc[-1]
    return Message(
        "Dot plot of {n:count} differences in points, from {high:signed} for {first} to "
        "{low:signed} for {last}: {equal:count} equal, {different:count} different, {open:count} "
        "open.",
        {"n": len(rows), "high": first["estimate"], "first": first["brand"],
         "low": last["estimate"], "last": last["brand"],
         **{word: int(counts.get(word, 0)) for word in _WORDS}},
    )  # fmt: skip


def _image(result: PerceivedAlikeness) -> dict[str, Any]:
    rows = result.measures[result.measures["measure"] == "inertia"]
    wave = last_wave(rows)
    return dict((rows if wave is None else rows[rows["wave"] == wave]).iloc[-1])


def _range(row: dict[str, Any]) -> dict[str, Any]:
    return {"share": float(row["estimate"]), "low": float(row["ci_low"]),
            "high": float(row["ci_high"]), "level": float(row["ci_level"])}  # fmt: skip
