"""What is said of scorecards: who leads, how sure that is, and who could grow."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Story, Verb, speaker, titled
from brandkit.positioning.maps.sides import some_names
from brandkit.strategy.scorecards.matrix import SETTLED_TIER, TIERS, ScorecardMatrix
from brandkit.strategy.scorecards.scorecards import Scorecard

MOSTLY, NEARLY_ALWAYS = 0.8, 0.95
"""Share of the weights drawn from which a lead is called likely, and clear."""

TIER_NAMES = {
    "lead": Message("strong today and tomorrow"),
    "hold": Message("strong today"),
    "build": Message("strong tomorrow"),
    "watch": Message("weak in both"),
}
VERBS: dict[str, Verb] = {"lead": "keep", "hold": "secure", "build": "test", "watch": "check"}


def scorecard(result: Scorecard, *, focus: object = None) -> Story:
    """Tell who leads, where the focus stands, and how many are told apart."""
    bank, notes = known_focus(focus, result.totals["brand"])
    first, last, facts = result.totals.iloc[0], result.totals.iloc[-1], result.glance().iloc[0]
    say = speaker(n=len(result.totals), brand=first["brand"], level=result.level)
    findings = [_lead_finding(result)]
    if bank is not None:
        findings.append(_focus_finding(result, bank))
    errors = say("The scores carry no errors, so there is no interval.")
    if result.has_errors:
        apart = say(
            "{told:count} of {pairs:count} pairs are told apart; the other ranks could be noise.",
            told=facts["n_told_apart"],
            pairs=facts["n_pairs"],
        )
        detail = say(
            "All pairs are looked at together: with {level:percent} probability not one statement "
            "is false."
        )
        findings.append(Finding(apart, detail, "clear"))
        errors = say(
            "Bars: ranks that errors do not rule out, for all at once with {level:percent} "
            "probability."
        )
    caption = say(
        "Ranks of {n:count} institutions by {criteria:count} criteria within declared limits. "
        "{errors} Lines: ranks under {level:percent} of {draws:count} other weightings. Columns: "
        "the total, 0 to 1, and the share of weightings that rank it first.",
        errors=errors,
        criteria=len(result.criteria),
        draws=result.draws,
    )
    alt = say(
        "Dot plot of the ranks of {n:count} institutions, from {first} ({high:decimal2}) down to "
        "{last} ({low:decimal2}).",
        first=first["brand"],
        high=first["estimate"],
        last=last["brand"],
        low=last["estimate"],
    )
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    draw = partial(result.plot, focus=bank)
    exhibits = {"scorecard": Exhibit(caption, alt, result.tidy(), notes, draw)}
    return Story(titled(findings[0]), None, tuple(findings), exhibits=exhibits)


def _lead_finding(result: Scorecard) -> Finding:
    first, second = result.totals.iloc[0], result.totals.iloc[1]
    settled = _firmness(first["share_first"], clear=NEARLY_ALWAYS)
    if second["rank"] == 1 or (result.has_errors and first["rank_high"] > 1):
        settled = "open"
    say = speaker(
        brand=first["brand"], total=first["estimate"], second=second["brand"],
        next=second["estimate"], share=first["share_first"], less=_span(first, "omit_rank"),
        errors=_errors(result, first),
    )  # fmt: skip
    detail = say(
        "{brand} {total:decimal2}, {second} {next:decimal2}. {share:percent} of other weightings "
        "put {brand} first; with one criterion less it has {less}. {errors}"
    )
    headline = say("{brand} leads the scorecard.")
    if settled == "open":
        headline = say("Who leads the scorecard is open: {brand} is first by its total.")
    return Finding(headline, detail, settled)


def _errors(result: Scorecard, row: pd.Series[Any]) -> Message:
    if result.has_errors:
        return Message("Errors leave it {set}.", {"set": _span(row, "rank")})
    return Message("The scores carry no errors.")


def _focus_finding(result: Scorecard, bank: str) -> Finding:
    row = result.totals[result.totals["brand"] == bank].iloc[0]
    width = row["weights_rank_high"] - row["weights_rank_low"]
    if result.has_errors:
        width = max(width, row["rank_high"] - row["rank_low"])
    say = speaker(brand=bank, range=_span(row, "weights_rank"), bound=_span(row, "bound_rank"))
    detail = say(
        "Other weightings mostly give {range}; whatever the weights, it keeps within {bound}. "
        "{errors}",
        errors=_errors(result, row),
    )
    headline = say(
        "{brand} ranks {rank:count} of {n:count}.", rank=int(row["rank"]), n=len(result.totals)
    )
    settled: Settled = "clear" if width == 0 else "likely" if width <= 2 else "open"
    return Finding(headline, detail, settled)


def _span(row: pd.Series[Any], name: str) -> Message:
    values = {"low": int(row[f"{name}_low"]), "high": int(row[f"{name}_high"])}
    if values["low"] == values["high"]:
        return Message("rank {low:count}", values)
    return Message("ranks {low:count} to {high:count}", values)


def _firmness(share: float, *, clear: float) -> Settled:
    return "clear" if share >= clear else "likely" if share >= MOSTLY else "open"


def scorecard_matrix(result: ScorecardMatrix, *, focus: object = None) -> Story:
    """Tell who is strong today and tomorrow, who could grow, and where the focus stands."""
    bank, notes = known_focus(focus, result.positions["brand"])
    counts = {tier: int((result.positions["tier"] == tier).sum()) for tier in TIERS}
    say = speaker(**counts, n=len(result.positions), draws=result.draws)
    named = dict(zip(result.actions["tier"], result.actions["label"], strict=True))
    findings = [_tier_finding(result, tier, named) for tier in (named or ("lead", "build"))]
    if bank is not None:
        findings.append(_place_finding(result, bank, named))
    caption = say(
        "Contribution and potential, each from 0 to 1 within declared limits; dashed lines at "
        "{across:decimal2} and {upward:decimal2}. Filled: at least {least:percent} of "
        "{draws:count} draws of weights, and of errors where known, leave the tier as it is.",
        across=result.cuts[0],
        upward=result.cuts[1],
        least=SETTLED_TIER,
    )
    alt = say(
        "Contribution by potential: {lead:count} institutions are high in both, {hold:count} in "
        "contribution only, {build:count} in potential only, {watch:count} in neither."
    )
    actions = []
    rows = result.positions
    sure = rows[(rows["tier"] == "lead") & (rows["tier_support"] >= SETTLED_TIER)]
    if len(sure) and not named:
        names = some_names(sure["brand"].tolist())
        text = say("Keep {names} close: strong today and tomorrow.", names=names)
        actions.append(Action("keep", text, "clear", "matrix"))
    for tier, label, action in result.actions.itertuples(index=False):
        own = rows.loc[(rows["tier"] == tier) & (rows["tier_support"] >= SETTLED_TIER), "brand"]
        if len(own):
            text = say("{label} ({names}): {action}", label=label, action=action,
                       names=some_names(own.tolist()))  # fmt: skip
            actions.append(Action(VERBS[tier], text, "clear", "matrix"))
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    draw = partial(result.plot, focus=bank)
    exhibits = {"matrix": Exhibit(caption, alt, result.tidy(), notes, draw)}
    headline = say("{lead:count} of {n:count} institutions are strong today and tomorrow")
    if named:
        headline = titled(findings[0])
    return Story(headline, None, tuple(findings), tuple(actions), exhibits)


def _tier_finding(result: ScorecardMatrix, tier: str, named: Mapping[str, str]) -> Finding:
    rows = result.positions[result.positions["tier"] == tier]
    sure = int((rows["tier_support"] >= SETTLED_TIER).sum())
    say = speaker(n=len(rows), sure=sure, tier=named.get(tier, TIER_NAMES[tier]))
    if not len(rows) and named:
        return Finding(say("“{tier}”: nobody."), say("None lies in that field."), "likely")
    if not len(rows):
        detail = say("None lies in that field.")
        return Finding(say("No institution is {tier}."), detail, "likely")
    headline = say(
        "{n:count} {n:institution is|institutions are} {tier}: {names}.",
        names=some_names(rows["brand"].tolist()),
    )
    if named:
        headline = say(
            "“{tier}”: {n:count} {n:institution|institutions}: {names}.",
            names=some_names(rows["brand"].tolist()),
        )
    detail = say(
        "{sure:count} of them {sure:stays|stay} there under nearly all other weightings, and "
        "errors where known."
    )
    settled: Settled = "clear" if sure == len(rows) else "likely" if sure else "open"
    return Finding(headline, detail, settled)


def _place_finding(result: ScorecardMatrix, bank: str, named: Mapping[str, str]) -> Finding:
    row = result.positions[result.positions["brand"] == bank].iloc[0]
    tier = named.get(row["tier"], TIER_NAMES[row["tier"]])
    say = speaker(brand=bank, tier=tier, share=row["tier_support"])
    detail = say(
        "Contribution {now:decimal2}, potential {then:decimal2}; {share:percent} of draws leave it "
        "there.",
        now=row["contribution_score"],
        then=row["potential_score"],
    )
    settled = _firmness(row["tier_support"], clear=SETTLED_TIER)
    return Finding(say("{brand}: {tier}."), detail, settled)
