"""What is said of segments: how large they are, what sets them apart, and how lasting they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Exhibit, Say, Story, speaker
from brandkit.language import translate
from brandkit.satisfaction.groups import and_more, first_names
from brandkit.satisfaction.segments.segments import CustomerSegments

#: Adjusted Rand index from which classes are called lasting, and under which a sketch.
LASTING, SKETCHY = 0.8, 0.6
CLEAR, LIKELY = 0.01, 0.05


def customer_segments(result: CustomerSegments, *, focus: object = None) -> Story:  # noqa: ARG001
    """Tell what segments there are, what sets them apart, and how lasting classes are."""
    n = len(result.segments)
    say = speaker(n=n, index=result.stability["rand_index"])
    if result.kind == "tiers":
        headline, findings = _tiers(result, say)
    elif n == 1:
        headline = say("The answers show no groups of customers")
        detail = say(
            "One class fits best of up to {n:count} (least BIC; {k:count} persons).",
            n=int(result.fits["n_classes"].max()),
            k=int(result.segments["n"].sum()),
        )
        findings = [Finding(say("The answers show no groups of customers."), detail, "likely")]
    else:
        headline, findings = _classes(result, say)
    shown = {"customers": _exhibit(result, (*as_notes(findings[1:]), *result.notes))}
    return Story(headline, None, tuple(findings), (), shown)


def _classes(result: CustomerSegments, say: Say) -> tuple[Message, list[Finding]]:
    """Say whether classes are kinds of customers or steps of one level, then what they are."""
    say = speaker(n=len(result.segments), p=result.p_levels, k=int(result.segments["n"].sum()))
    detail = say(
        "One level of rating is tested against how the items go together: p {p:p} ({k:count} "
        "persons)."
    )
    if result.nature == "levels":
        headline = say(
            "Customers differ in how high they rate everything, not in what they rate high"
        )
        first = say(
            "Customers differ in how high they rate everything, not in what they rate high; the "
            "{n:count} classes are steps."
        )
        return headline, [Finding(first, detail, "likely"), _shape(result)]
    if result.nature == "kinds":
        headline = say("Customers differ in what they rate high, not only in how high")
        first = say(
            "Customers differ in what they rate high; whether as groups or by degrees is open."
        )
        findings = [Finding(first, _counted(result, detail), "clear")]
        return headline, [*findings, _stability(result), _shape(result), _sizes(result)]
    headline = say("{n:count} classes of customers; whether kinds or steps of one level is open")
    first = say(
        "Whether the {n:count} classes are kinds of customers or steps of one level is open."
    )
    detail = say(
        "To tell takes at least four ratings by 60 persons who answered all of them ({k:count} "
        "persons)."
    )
    findings = [Finding(first, detail, "open")]
    return headline, [*findings, _stability(result), _shape(result), _sizes(result)]


def _counted(result: CustomerSegments, detail: Message) -> Message:
    """Add how many kinds there are once the level is taken out."""
    if np.isnan(result.n_kinds):
        return detail
    say = speaker(detail=detail, kinds=int(result.n_kinds), n=len(result.segments))
    if result.n_kinds == 1:
        return say(
            "{detail} Once the level is taken out, no groups fit better than degrees without gaps."
        )
    if result.is_rough:
        return say(
            "{detail} Once the level is taken out, about {kinds:count} kinds fit best (ceilings "
            "make for too many); the {n:count} classes part them by level too."
        )
    return say(
        "{detail} Once the level is taken out, {kinds:count} kinds fit best; the {n:count} classes "
        "part them by level too."
    )


def _tiers(result: CustomerSegments, say: Say) -> tuple[Message, list[Finding]]:
    if len(result.segments) == 1:
        return say("All customers are of one tier"), [_sizes(result)]
    items = result.profiles["item"].nunique()
    say = speaker(items=items, k=len(result.segments))
    unsure = say("Whether customers of {k:count} tiers answer differently is open")
    doubt = say("Whether the tiers answer differently is open.")
    tested = result.profiles.dropna(subset=["p_adjusted"])
    if tested.empty:
        detail = say("In none of {items:count} items can tiers be tested.")
        return unsure, [Finding(doubt, detail, "open"), _sizes(result)]
    tested = tested.sort_values("p_adjusted", kind="stable")
    row = tested.iloc[0]
    told = {
        "item": row["label"],
        "tier": row["segment"],
        "gap": row["difference"],
        "p": row["p_adjusted"],
    }
    # so many items were looked at that one is bound to stand out
    found = tested[tested["p_adjusted"] * items <= LIKELY]
    if found.empty:
        detail = say(
            "In none of {items:count} items does a tier differ from all customers beyond what so "
            "many would show by chance. Nearest to it comes “{item}”: {tier} is {gap:signed} from "
            "all customers (p {p:p}, all tiers at once, one item).",
            **told,
        )
        return unsure, [Finding(doubt, detail, "open"), _sizes(result)]
    names = list(dict.fromkeys(found["label"].astype(str)))
    detail = say(
        "{n:count} of {items:count} items tell tiers apart: {names}{more}. Most of all “{item}”: "
        "{tier} is {gap:signed} from all customers (p {p:p}, all tiers at once).",
        **{"n": len(names), "names": first_names(names), "more": and_more(names), **told},
    )
    headline = say(
        "Customers of {n:count} tiers differ most in “{item}”",
        n=len(result.segments),
        item=names[0],
    )
    is_clear = float(row["p_adjusted"]) * items <= CLEAR
    differ = Finding(
        say("The tiers answer differently."), detail, "clear" if is_clear else "likely"
    )
    return headline, [differ, _sizes(result)]


def _sizes(result: CustomerSegments) -> Finding:
    sizes = result.described().sort_values("share", ascending=False, kind="stable")
    if sizes.empty:
        few = Message("No segment has enough persons to be described.")
        return Finding(
            few, Message("{n:count} persons.", {"n": result.segments["n"].sum()}), "open"
        )
    first, last = sizes.iloc[0], sizes.iloc[-1]
    say = speaker(
        name=result.name(first["segment"]),
        share=first["share"],
        low=first["ci_low"],
        high=first["ci_high"],
        level=first["ci_level"],
        last=result.name(last["segment"]),
        least=last["share"],
        n=int(result.segments["n"].sum()),
    )
    detail = say(
        "{share:percent} of the customers ({low:percent} to {high:percent}, {level:percent}); the "
        "smallest, {last}, holds {least:percent}; {n:count} persons."
    )
    if len(sizes) > 1 and not first["ci_low"] > sizes["ci_high"].iloc[1]:
        none = say("No segment is shown to be the largest; {name} has most.")
        return Finding(none, detail, "open")
    settled: Settled = "clear" if result.kind == "tiers" else "likely"
    return Finding(say("The largest segment is {name}."), detail, settled)


def _shape(result: CustomerSegments) -> Finding:
    say = _ends(result, result.furthest_apart(most=1).sort_values("estimate", kind="stable"))
    detail = say(
        "From {low:decimal2} in {least} to {high:decimal2} in {most}. Classes are made to differ, "
        "so no test is given."
    )
    return Finding(say("The classes lie furthest apart in “{item}”."), detail, "likely")


def _ends(result: CustomerSegments, rows: pd.DataFrame) -> Say:
    """Give a speaker that knows the ends of the item whose segments lie furthest apart."""
    known = rows.dropna(subset=["estimate"])
    low, high = (known if len(known) else rows).iloc[[0, -1]].to_dict("records")
    return speaker(
        item=low["label"],
        low=low["estimate"],
        high=high["estimate"],
        least=result.name(low["segment"]),
        most=result.name(high["segment"]),
    )


def _stability(result: CustomerSegments) -> Finding:
    index = result.stability["rand_index"]
    say = speaker(
        index=index,
        low=result.stability["rand_low"],
        high=result.stability["rand_high"],
        kept=result.stability["share_kept"],
        n=result.draws,
    )
    detail = say(
        "Found anew in {n:count} draws, they agree with these by {index:decimal2} (adjusted Rand "
        "index, {low:decimal2} to {high:decimal2}; 1 the same, 0 as by chance); {kept:percent} of "
        "the customers keep their class."
    )
    # steps of one level come again in every sample too: lasting classes need not be groups
    settled: Settled = "likely" if index >= SKETCHY else "open"
    headline = say("The classes are a sketch: other samples may not show them.")
    if index >= SKETCHY:
        headline = say("The classes are fairly lasting.")
    if index >= LASTING:
        headline = say("The classes are lasting.")
    return Finding(headline, detail, settled)


def _exhibit(result: CustomerSegments, notes: tuple[Message, ...]) -> Exhibit:
    rows = result.furthest_apart().sort_values("estimate", kind="stable")
    apart = rows[rows["item"] == result.furthest_apart(most=1)["item"].iloc[0]]
    say = speaker(n=int(result.segments["n"].sum()), level=result.ci_level, k=len(result.segments))
    caption = say(
        "Mean of each item by tier with {level:percent} intervals; {n:count} persons. In brackets "
        "the share of customers."
    )
    if result.kind == "classes":
        caption = say(
            "Mean of each item in {k:count} latent classes with {level:percent} intervals that "
            "hold the doubt who belongs where; {n:count} persons. In brackets the share of "
            "customers."
        )
    alt = say("An empty chart: too few people answered.")
    if apart["estimate"].notna().any():
        alt = _ends(result, apart)(
            "Dot plot of the means of {n:count} {n:item|items} in {k:count} {k:segment|segments}; "
            "the widest gap is in “{item}”, from {low:decimal2} ({least}) to {high:decimal2} "
            "({most}).",
            n=rows["item"].nunique(),
            k=len(result.segments),
        )
    data = result.profiles.assign(
        item=result.profiles["label"],
        segment=[translate(result.name(one)) for one in result.profiles["segment"]],
    )[["segment", "item", "estimate", "ci_low", "ci_high", "ci_level", "p_adjusted", "n"]]
    return Exhibit(caption, alt, data, notes, result.plot)
