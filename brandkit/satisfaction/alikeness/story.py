"""What is said of alikeness: whether customers notice, whom they rate alike, what has changed."""

from __future__ import annotations

from functools import partial
from typing import Final

import pandas as pd

from brandkit.core.errors import InputError, NotEnoughDataError, check_known, shown
from brandkit.core.labels import known_focus, label_text
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Point, Say, Story, listed, speaker
from brandkit.language import translate
from brandkit.satisfaction.alikeness.alikeness import PerceivedAlikeness
from brandkit.satisfaction.alikeness.kernel import VERDICTS
from brandkit.satisfaction.groups import and_more, first_names, row_values

#: Share between banks under which it is little: what Cohen calls a medium effect begins there.
LITTLE: Final = 0.06
#: p-value below which a difference of images is called clear.
CLEAR = 0.01


def perceived_alikeness(
    result: PerceivedAlikeness, *, focus: object = None, item: str | None = None
) -> Story:
    """Tell how much depends on the bank, who is equal and who differs, and what has changed.

    Of the last wave; verdicts on the first item tested where none is named.
    """
    pairs, banks = result.pairs, [*result.pairs["brand_a"], *result.pairs["brand_b"]]
    focus, notes = known_focus(focus, banks) if banks else (None, ())
    images = of_wave(result.measures[result.measures["measure"] == "inertia"])
    shares = share_rows(result) if (result.measures["measure"] == "between_share").any() else None
    findings: list[Finding] = []
    actions: list[Action] = []
    exhibits: dict[str, Exhibit] = {}
    points: list[Point] = []
    headline = Message("")
    if len(images):
        headline, finding = _image(images.iloc[-1])
        findings.append(finding)
    findings += _changes(result.changes)
    if len(pairs):
        item = chosen_item(result, item)
        rows = against_rows(result, item=item, focus=focus)
        say = _speaker(result, rows, item, focus)
        finding, actions = _market(say) if focus is None else _of_focus(say)
        findings.insert(0, finding)
        points += _rated_point(say, rows, finding, focus)
    if shares is not None:
        equal = [] if focus is None else rows.loc[rows["verdict"] == "equal", "brand"].tolist()
        headline, finding = _share(shares.iloc[-1], equal, focus)
        findings.insert(0, finding)
        points.append(_share_point(shares.iloc[-1], finding))
    beneath = (*notes, *as_notes(findings[1:]))
    if len(pairs):
        exhibits["alike"] = Exhibit(
            _pairs_caption(say, focus),
            _pairs_alt(rows),
            rows,
            beneath,
            partial(result.plot, figure="alikeness_pairs", focus=focus, item=item),
        )
    if shares is not None:
        exhibits["between"] = Exhibit(
            *_between(shares),
            shares,
            draw=result.plot,
            title=findings[0].headline,
        )
    exhibits["noticed"] = Exhibit(
        Message(
            "How much the bank matters for what {n:count} customers say, with intervals over "
            "persons. What chance alone would give stands beside it and is taken off.",
            {"n": int(result.glance()["n_persons"].iloc[0])},
        ),
        data=measure_rows(result),
        notes=(*(() if exhibits else beneath), *result.notes),
        heads={"expected": Message("By chance")},
        kinds={"expected": "number"},
    )
    return Story(headline, None, tuple(findings), tuple(actions), exhibits, tuple(points))


def _share_point(whole: pd.Series, finding: Finding) -> Point:
    """Say how much of what customers say depends on the bank."""
    say = speaker(**row_values(whole))
    text = say(
        "{estimate:percent1} of the differences in ratings lie between the {n_brands:count} banks "
        "({ci_low:percent1} to {ci_high:percent1}); the rest lies between customers."
    )
    title = None
    if finding.settled == "clear" and whole["ci_high"] < LITTLE:
        title = say("Customers hardly notice which bank they rate")
    elif finding.settled == "clear":
        title = say("Customers notice which bank they rate")
    return Point(text, finding.settled, 0.8, "between", ("market",), title, why=True)


def _rated_point(
    say: Say, rows: pd.DataFrame, finding: Finding, focus: str | None
) -> tuple[Point, ...]:
    """Say whom the focus is rated like; the title of others, where image agrees, rests on it."""
    equal = rows.loc[rows["verdict"] == "equal", "brand"].tolist() if focus is not None else []
    if not equal:
        return ()
    text = say(
        "On “{label}” customers rate {focus} like {equals}: less than {limit:decimal2} points "
        "apart.",
        equals=listed(equal),
    )
    return (Point(text, finding.settled, 0.6, "alike", tuple(map(str, equal))),)


# --- pairs of banks ------------------------------------------------------------------------------


def _speaker(result: PerceivedAlikeness, rows: pd.DataFrame, item: str, focus: str | None) -> Say:
    """Share what is said of an item: its limit, and how many pairs are equal, different, open."""
    pairs = of_wave(result.pairs[result.pairs["item"] == item])
    tested = pairs if focus is None else rows
    by = {word: rows.loc[rows["verdict"] == word, "brand"].tolist() for word in VERDICTS}
    named = by["equal"] or by["different"]
    declared = bool(pairs["declared"].iloc[0])
    return speaker(
        label=pairs["label"].iloc[0],
        limit=float(pairs["smallest_difference"].iloc[0]),
        is_declared=declared,
        declared="" if declared else Message(" This limit was not declared but taken for granted."),
        level=result.ci_level,
        focus=focus,
        n=len(tested),
        names=first_names(named),
        more=and_more(named),
        **{word: int((tested["verdict"] == word).sum()) for word in VERDICTS},
    )


def _of_focus(say: Say) -> tuple[Finding, list[Action]]:
    values = say("").values
    detail = say(
        "On “{label}”, {equal:count} of {n:count} banks are shown to differ from it by less than "
        "{limit:decimal2} points, {different:count} are shown to differ, and for {open:count} the "
        "answers do not settle it.{declared}"
    )
    if values["equal"]:
        settled: Settled = "clear" if values["is_declared"] else "likely"
        same = say("{focus} is rated as {names}{more} {equal:is|are}.")
        test = say("Test what could set {focus} apart from {names}{more}: “{label}” does not.")
        return Finding(same, detail, settled), [
            Action("test", test, settled, "alike", tuple(map(str, values["names"])))
        ]
    if values["different"]:
        other = say("{focus} is rated differently from {names}{more}, and shown equal to none.")
        return Finding(other, detail, "clear"), []
    return Finding(say("Whom {focus} is rated like is open."), detail, "open"), []


def _market(say: Say) -> tuple[Finding, list[Action]]:
    equal, different, still = (say("").values[word] for word in VERDICTS)
    detail = say(
        "On “{label}”, {equal:count} of {n:count} pairs are shown to differ by less than "
        "{limit:decimal2} points, {different:count} are shown to differ, and for {open:count} the "
        "answers do not settle it.{declared}"
    )
    if equal + different <= still:
        headline = say("For most pairs of banks it is open whether customers rate them alike.")
        return Finding(headline, detail, "open"), []
    if equal > different:
        headline = say("More pairs of banks are rated alike than differently.")
        return Finding(headline, detail, "likely"), []
    headline = say("More pairs of banks are rated differently than alike.")
    return Finding(headline, detail, "likely"), []


def _pairs_caption(say: Say, focus: str | None) -> Message:
    if focus is None:
        return say(
            "“{label}”: each bank's mean less the mean of the others, with {level:percent} "
            "intervals. Differences within the band, {limit:decimal2} points, do not matter. "
            "Filled circles: shown equal; squares: shown different; hollow: open (all banks at "
            "once).{declared}"
        )
    return say(
        "“{label}”: each bank's mean less that of {focus}, with {level:percent} intervals. "
        "Differences within the band, {limit:decimal2} points, do not matter. Filled circles: "
        "shown equal; squares: shown different; hollow: open (all pairs of banks at "
        "once).{declared}"
    )


def _pairs_alt(rows: pd.DataFrame) -> Message:
    (first, last), (high, low) = (rows[name].iloc[[0, -1]] for name in ("brand", "estimate"))
    return Message(
        "Dot plot of {n:count} differences in points, from {high:signed} for {first} to "
        "{low:signed} for {last}: {equal:count} equal, {different:count} different, {open:count} "
        "open.",
        {"n": len(rows), "high": high, "first": first, "low": low, "last": last}
        | {word: int((rows["verdict"] == word).sum()) for word in VERDICTS},
    )


# --- measures ------------------------------------------------------------------------------------


def _share(whole: pd.Series, equal: list[str], focus: str | None) -> tuple[Message, Finding]:
    detail = Message(
        "{estimate:percent1} of the differences in ratings lie between the {n_brands:count} banks "
        "({ci_low:percent1} to {ci_high:percent1}, {ci_level:percent}; base {n:count}); the rest "
        "lies between customers of the same bank.",
        row_values(whole),
    )
    if whole["ci_low"] >= LITTLE:
        said = Message("Which bank it is makes a difference that customers notice.")
        headline = Message("Customers notice differences between the banks")
        return headline, Finding(said, detail, "clear")
    headline = Message("Customers notice some difference between the banks")
    finding = Finding(
        Message("Which bank it is explains some of how customers rate."), detail, "likely"
    )
    if whole["ci_high"] < LITTLE:
        said = Message("Which bank it is explains little of how customers rate.")
        headline = Message("Customers rate the banks much alike")
        finding = Finding(said, detail, "clear")
        if equal:
            headline = Message(
                "Customers rate the banks much alike, and {names}{more} as they rate {focus}",
                {"names": first_names(equal), "more": and_more(equal), "focus": focus},
            )
    if whole["ci_low"] <= 0:
        said = Message("It is open whether customers' ratings depend on the bank at all.")
        finding = Finding(said, detail, "open")
    return headline, finding


def _between(shares: pd.DataFrame) -> tuple[Message, Message]:
    """Give caption and alt of the figure of shares."""
    single, whole = shares[shares["item"].notna()], row_values(shares.iloc[-1])
    caption = Message(
        "Part of the variance of each rating that lies between banks, corrected for chance, with "
        "{ci_level:percent} intervals; {n_persons:count} persons. 0: the bank makes no difference.",
        whole,
    )
    if isinstance(whole["wave"], str):
        caption = Message(
            "Part of the variance of each rating that lies between banks, {wave}, corrected for "
            "chance, with {ci_level:percent} intervals; {n_persons:count} persons. 0: the bank "
            "makes no difference.",
            whole,
        )
    (low, high), (last, first) = (single[name].iloc[[-1, 0]] for name in ("estimate", "label"))
    return caption, Message(
        "Dot plot of {n:count} {n:item|items}: the part between banks runs from {low:percent1} "
        "for “{last}” to {high:percent1} for “{first}”.",
        {"n": len(single), "low": low, "high": high, "last": last, "first": first},
    )


def _image(image: pd.Series) -> tuple[Message, Finding]:
    detail = Message(
        "The table of {n_brands:count} banks by {n_attributes:count} attributes has an inertia of "
        "{observed:decimal3}, of which chance makes {expected:decimal3}; {estimate:decimal3} is "
        "left ({ci_low:decimal3} to {ci_high:decimal3}, {ci_level:percent}; {n_persons:count} "
        "persons).",
        row_values(image),
    )
    if image["ci_low"] <= 0:
        said = Message("Customers' descriptions do not tell the banks apart.")
        headline = Message("The banks' images do not differ by more than chance")
        return headline, Finding(said, detail, "open")
    said = Message("Customers describe the banks in different words.")
    headline = Message("The banks' images differ by more than chance")
    return headline, Finding(said, detail, "clear" if image["p_value"] <= CLEAR else "likely")


def _changes(changes: pd.DataFrame) -> list[Finding]:
    """Say what has changed up to the last wave: over all items, or in the only one."""
    found = []
    for measure in KINDS:
        rows = changes[changes["measure"] == measure]
        rows = rows[rows["item"].isna()] if rows["item"].isna().any() else rows
        if len(rows):
            found.append(_change(rows.iloc[-1]))
    return found


def _change(change: pd.Series) -> Finding:
    is_image, grew, holds = change["measure"] == "inertia", change["estimate"] > 0, change["holds"]
    values = row_values(change)
    points = ("estimate", "ci_low", "ci_high", "without_low", "without_high", "entry_exit")
    if not is_image:
        values |= {name: 100 * values[name] for name in points}
    rest = values["without_low" if grew else "without_high"]
    say = speaker(**values, others=int(change["n_brands"]) - 1, rest=rest)
    if holds == "untold":
        headline = say("Whether the banks have grown alike since {wave_a} cannot be told.")
        detail = say("Only {n_brands:count} {n_brands:bank was|banks were} asked about both times.")
        return Finding(headline, detail, "open")
    detail = (
        say(
            "Among the {n_brands:count} banks asked about both times, inertia beyond chance "
            "changed by {estimate:decimal3} from {wave_a} to {wave_b} ({ci_low:decimal3} to "
            "{ci_high:decimal3}, {ci_level:percent}); {without_low:decimal3} to "
            "{without_high:decimal3} whichever bank is left out. Banks that came or went, and "
            "other numbers of raters, add {entry_exit:decimal3}."
        )
        if is_image
        else say(
            "Among the {n_brands:count} banks asked about both times, the part between banks "
            "changed by {estimate:signed} percentage points from {wave_a} to {wave_b} "
            "({ci_low:signed} to {ci_high:signed}, {ci_level:percent}); {without_low:signed} to "
            "{without_high:signed} whichever bank is left out. Banks that came or went, and other "
            "numbers of raters, add {entry_exit:signed}."
        )
    )
    if holds == "carried":
        away = say("{carrier} has moved away from the other {others:count} banks since {wave_a}.")
        near = say("{carrier} has moved towards the other {others:count} banks since {wave_a}.")
        left = say("Without {carrier} {rest:decimal3} is left. {detail}", detail=detail)
        if not is_image:
            left = say("Without {carrier} {rest:signed} is left. {detail}", detail=detail)
        return Finding(away if grew else near, left, "likely")
    settled: Settled = holds
    if is_image:
        headline = say("The banks' images have grown alike since {wave_a}.")
        if grew:
            headline = say("The banks' images have moved apart since {wave_a}.")
        if settled == "open":
            headline = say("That the banks' images have moved is not shown.")
        return Finding(headline, detail, settled)
    headline = say("Ratings depend less on the bank than in {wave_a}.")
    if grew:
        headline = say("Ratings depend more on the bank than in {wave_a}.")
    if settled == "open":
        headline = say(
            "That ratings depend more or less on the bank than in {wave_a} is not shown."
        )
    return Finding(headline, detail, settled)


# --- rows as figures and tables show them --------------------------------------------------------


KINDS = {
    "between_share": Message("ratings: part between banks"),
    "inertia": Message("images: inertia"),
}


def of_wave(frame: pd.DataFrame, wave: object = None) -> pd.DataFrame:
    """Give the rows of a wave, the last where none is named."""
    known = list(dict.fromkeys(frame["wave"].dropna().astype(str)))
    if wave is None:
        return frame[frame["wave"] == known[-1]] if known else frame
    if label_text(wave) not in known:
        raise InputError(f"`wave` must be one of {shown(known)}; found {shown(wave)}.")
    return frame[frame["wave"] == label_text(wave)]


def share_rows(result: PerceivedAlikeness, *, wave: object = None) -> pd.DataFrame:
    """Give the shares between banks of a wave, the largest item first and all items last."""
    shares = result.measures[result.measures["measure"] == "between_share"]
    rows = of_wave(shares, wave)
    single = rows[rows["item"].notna()].sort_values("untruncated", ascending=False, kind="stable")
    return pd.concat([single, rows[rows["item"].isna()]], ignore_index=True)


def measure_rows(result: PerceivedAlikeness) -> pd.DataFrame:
    """Give the measures of difference by wave, those of a rating with its name."""
    rows = result.measures
    kinds = [translate(KINDS[str(one)]) for one in rows["measure"]]
    columns = ["measure", "item", "wave", "estimate", "ci_low", "ci_high", "ci_level", "expected"]
    return rows.assign(measure=kinds, item=rows["label"])[[*columns, "n"]]


def chosen_item(result: PerceivedAlikeness, item: str | None) -> str:
    """Give the item asked for, or the first that was tested."""
    known = [str(one) for one in result.pairs["item"].unique()]
    if not known:
        raise NotEnoughDataError(
            "`result` must hold tested pairs of banks; found none. Name `items` when asking "
            "whether customers notice."
        )
    chosen = known[0] if item is None else item
    check_known("item", chosen, known, rule="be one that was tested")
    return chosen


def against_rows(
    result: PerceivedAlikeness, *, item: str, focus: str | None, wave: object = None
) -> pd.DataFrame:
    """Give each bank less the focus, or where there is none less the others' mean, highest first.

    ``brand estimate ci_low ci_high smallest_difference declared verdict n label``.
    """
    if focus is None:
        rows = of_wave(result.brands[result.brands["item"] == item], wave)
    else:
        pairs = of_wave(result.pairs[result.pairs["item"] == item], wave)
        first, second = (pairs[pairs[side] == focus] for side in ("brand_a", "brand_b"))
        turned = {"estimate": -first["estimate"], "ci_low": -first["ci_high"]}
        turned |= {"ci_high": -first["ci_low"], "brand": first["brand_b"], "n": first["n_b"]}
        rows = pd.concat(
            [first.assign(**turned), second.assign(brand=second["brand_a"], n=second["n_a"])]
        )
    columns = ["brand", "estimate", "ci_low", "ci_high", "smallest_difference", "declared"]
    return rows[[*columns, "verdict", "n", "label"]].sort_values(
        ["estimate", "brand"], ascending=[False, True], kind="stable", ignore_index=True
    )
