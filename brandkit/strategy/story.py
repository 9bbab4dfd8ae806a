"""What is said where capabilities join: of links, of options by strategy, of scorecards."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import numpy as np
import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Message, Settled, as_notes
from brandkit.core.story import Action, Exhibit, Point, Story, Verb, speaker, titled
from brandkit.language import translate
from brandkit.positioning.maps.correspondence import some_names
from brandkit.positioning.options.repositioning import UNNAMED
from brandkit.positioning.options.story import move_words
from brandkit.strategy.links import ENOUGH_BANKS, DistanceLink, UniquenessLink
from brandkit.strategy.matrix import SETTLED_TIER, TIERS, ScorecardMatrix
from brandkit.strategy.reading import StrategyReading
from brandkit.strategy.scorecards import Scorecard

NEARLY_CERTAIN = 0.01
"""p-value up to which a link of both tests is called clear."""


def distance_link(result: DistanceLink, *, focus: object = None) -> Story:
    """Tell whether products show in image, and for which banks they do not."""
    bank, notes = known_focus(focus, result.brands["brand"])
    facts, brands = result.glance().iloc[0], result.brands
    say = speaker(
        n=result.n_brands,
        pairs=len(result.pairs),
        r=facts["estimate"],
        p=facts["p_value"],
        apart=int(facts["n_seen_apart"]),
        alike=int(facts["n_seen_alike"]),
        share=result.share_explained,
        bank=brands["brand"].iloc[int(brands["displacement"].round(6).to_numpy().argmax())],
    )
    findings = [_link_finding(result)]
    if bank is not None:
        findings.append(_nearest_finding(result.pairs, bank))
    for reading in ("seen_apart", "seen_alike"):
        if facts[f"n_{reading}"]:
            findings.append(_pair_finding(result.pairs, reading))
    pairs = say(
        "{pairs:count} pairs of {n:count} banks: how far their products and their images are "
        "apart. Squares: alike in products, seen apart. Triangles: far apart in products, seen "
        "alike."
    )
    pairs_alt = say(
        "Scatter of {pairs:count} pairs of banks, correlation {r:decimal2}; {apart:count} pairs "
        "are alike in products and seen apart, {alike:count} the other way round."
    )
    maps = say(
        "{n:count} banks by their products and by their image, the same numbers on both. "
        "Products: 1 less overlap, of which the map shows {share:percent}; it is turned onto the "
        "map of image. Solid lines join pairs alike in products and seen apart, dashed ones pairs"
        " far apart in products and seen alike."
    )
    maps_alt = say(
        "Two maps of {n:count} banks beside each other, by products and by image; their distances "
        "correlate {r:decimal2}. The two places of {bank} differ most."
    )
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    draw = partial(result.plot, focus=bank)
    of_pairs = partial(draw, figure="distance_pairs")
    nearest = None if bank is None else findings[1].headline
    exhibits = {
        "link": Exhibit(pairs, pairs_alt, result.tidy(), notes, of_pairs),
        "link-maps": Exhibit(maps, maps_alt, result.places, draw=draw, title=nearest),
    }
    points: tuple[Point, ...] = ()
    if findings[0].settled != "open":
        text = say(
            "Banks that sell alike are seen alike: over {pairs:count} pairs both go together "
            "(correlation {r:decimal2}, p {p:p})."
        )
        title = titled(findings[0])
        points = (Point(text, findings[0].settled, 0.5, "link", ("market",), title, why=True),)
    return Story(titled(findings[0]), None, tuple(findings), exhibits=exhibits, points=points)


def _link_finding(result: DistanceLink) -> Finding:
    tests = result.tests.set_index("test")
    is_linked = tests["verdict"] == "linked"
    settled: Settled = "likely" if is_linked["mantel"] else "open"
    if is_linked.all() and tests["p_value"].max() <= NEARLY_CERTAIN:
        settled = "clear"
    (r, p), (fit, q) = tests[["estimate", "p_value"]].loc[["mantel", "procrustes"]].to_numpy()
    size = tests.loc["mantel", "detectable"]
    say = speaker(n=result.n_brands, pairs=len(result.pairs), size=size, r=r, p=p, fit=fit, q=q)
    detail = say(
        "Distances of {pairs:count} pairs of {n:count} banks correlate {r:decimal2} (p {p:p}); the "
        "two maps agree {fit:decimal2} (p {q:p}). With so many banks, correlations from "
        "{size:decimal2} upward are found in four of five cases."
    )
    headline = say("Banks that sell alike are seen alike.")
    if not is_linked.all():
        headline = say("Banks that sell alike are probably seen alike.")
    if result.n_brands < ENOUGH_BANKS:
        headline = say("Too few banks to say whether products show in image.")
    elif settled == "open":
        headline = say("Whether banks that sell alike are seen alike is open.")
    return Finding(headline, detail, settled)


def _nearest_finding(pairs: pd.DataFrame, bank: str) -> Finding:
    """Compare the focus's nearest bank in products with its nearest in image."""
    mine = pairs[(pairs[["brand_a", "brand_b"]] == bank).any(axis=1)]
    other = np.where(mine["brand_a"] == bank, mine["brand_b"], mine["brand_a"])
    sold, seen = (
        int(mine[f"{side}_distance"].to_numpy().argmin()) for side in ("catalogue", "perceived")
    )
    rank = int(mine["perceived_distance"].rank(method="min").iloc[sold])
    say = speaker(brand=bank, sold=other[sold], seen=other[seen], n=len(mine), rank=rank)
    detail = say(
        "Of {n:count} banks {sold} is nearest to {brand} in products, and number {rank:count} in "
        "image. This compares two rankings of one bank and has no test."
    )
    headline = say("{brand} sells most like {sold} but is seen most like {seen}.")
    if sold == seen:
        headline = say("{brand} is nearest to {sold} in products and in image.")
    return Finding(headline, detail, "likely")


def _pair_finding(pairs: pd.DataFrame, reading: str) -> Finding:
    odd = pairs[pairs["reading"] == reading]
    first = odd.iloc[0]
    a, b, sold, seen = first[["brand_a", "brand_b", "catalogue_rank", "perceived_rank"]]
    say = speaker(a=a, b=b, sold=sold, seen=seen, n=len(odd), pairs=len(pairs))
    detail = say(
        "Of {pairs:count} pairs, the nearest first, they are number {sold:count} by products and "
        "number {seen:count} by image; {n:count} {n:pair is|pairs are} like that."
    )
    headline = say("{a} and {b} sell different things but are seen alike.")
    if reading == "seen_apart":
        headline = say("{a} and {b} sell alike but are seen apart.")
    return Finding(headline, detail, "likely")


def uniqueness_link(result: UniquenessLink, *, focus: object = None) -> Story:
    """Tell whether banks of their own kind, or specialists, have more satisfied customers."""
    bank, notes = known_focus(focus, result.brands["brand"])
    brands = result.brands
    say = speaker(
        n=result.n_brands,
        unique=brands["brand"].iloc[int(brands["uniqueness"].to_numpy().argmax())],
        liked=brands["brand"].iloc[int(brands["estimate"].to_numpy().argmax())],
    )
    caption = say(
        "{n:count} banks by what they offer and how satisfied their customers are; lines are "
        "intervals of satisfaction, where known."
    )
    alt = say(
        "Scatter of {n:count} banks. {unique} has the most unique offers, {liked} the most "
        "satisfied customers."
    )
    findings = tuple(_trait_finding(result, row) for _, row in result.tests.iterrows())
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    draw = partial(result.plot, focus=bank)
    exhibits = {
        f"{trait}-link": Exhibit(caption, alt, result.tidy(), notes, partial(draw, trait=trait))
        for trait in result.tests["trait"]
    }
    return Story(titled(findings[0]), None, findings, exhibits=exhibits)


def _trait_finding(result: UniquenessLink, row: pd.Series[Any]) -> Finding:
    say = speaker(n=result.n_brands, r=row["estimate"], p=row["p_adjusted"], size=row["detectable"])
    detail = say(
        "Correlation over {n:count} banks {r:signed} (p {p:p}, adjusted for two traits); with so "
        "many banks, from {size:decimal2} upward it is found in four of five cases. A link of "
        "banks is no cause."
    )
    if row["trait"] == "uniqueness":
        unknown = say("Whether banks with offers of their own are liked better is open.")
        rises = say("Banks with offers of their own have more satisfied customers.")
        falls = say("Banks with offers of their own have less satisfied customers.")
    else:
        unknown = say("Whether specialists or universal banks are liked better is open.")
        rises = say("Universal banks have more satisfied customers than specialists.")
        falls = say("Specialists have more satisfied customers than universal banks.")
    if row["verdict"] != "linked":
        return Finding(unknown, detail, "open")
    settled: Settled = "clear" if row["p_adjusted"] <= NEARLY_CERTAIN else "likely"
    return Finding(rises if row["estimate"] > 0 else falls, detail, settled)


MOST_OPTIONS_NAMED = 3
"""Options named in a finding; the figure and the table have the rest."""

STRATEGY_NAMES = {
    "innovative": Message("innovative: no rival has as much"),
    "distinctive": Message("distinctive: few have it"),
    "evolutionary": Message("evolutionary: improves what exists"),
    "not_enough_evidence": Message("not enough evidence"),
}
BECAUSE = {
    "nobody_has_it": Message("no rival has it"),
    "none_would_have_as_much": Message("no rival would have as much"),
    "nobody_sells_there": Message("nobody else sells there"),
    "few_have_and_customers_value_it": Message("few rivals have it and customers value it"),
    "improves_what_exists": Message("rivals have it"),
    "a_rival_is_seen_so": Message("customers see it in a rival already"),
    "customers_deny_it_now": Message("customers deny it of this bank now"),
    "we_lead_already": Message("no rival has as much already"),
    "no_evidence_of_value": Message("nothing shows whether customers value it"),
    "value_not_shown": Message("customers' value is not beyond chance, or many have it"),
    "too_few_rivals": Message("too few rivals to compare with"),
    "too_few_rated": Message("too few rated some rival"),
    "too_few_offers": Message("too few offers state it"),
    "rivals_do_not_say": Message("rivals do not say whether they have it"),
    "segments_untold": Message("most offers state no segment"),
    "may_not_exist": Message("empty in every bank; whether it can exist is not known"),
    "nothing_raised": Message("nothing is raised"),
}
#: What sets a bank apart is told before what is only new.
_TOLD = ("distinctive", "innovative", "evolutionary", "not_enough_evidence")
_FIRMNESS: tuple[Settled, ...] = ("open", "likely", "clear")


def strategy_reading(result: StrategyReading, *, focus: object = None) -> Story:
    """Tell which options set the bank apart, which are new, and which only bring it level."""
    _, notes = known_focus(focus, [result.brand])
    # an empty cell that may not exist is no option: it stays in the table
    told = result.options[result.options["because"] != "may_not_exist"]
    parts = {name: told[told["strategy"] == name] for name in _TOLD}
    first = {name: option_words(part.iloc[0]) for name, part in parts.items() if len(part)}
    say = speaker(brand=result.brand, **result.counts())
    if "distinctive" in first:
        headline = say(
            "What could set {brand} apart where it counts: {option}", option=first["distinctive"]
        )
    elif "innovative" in first:
        headline = say(
            "{brand} has {innovative:count} innovative {innovative:option|options}, and none that "
            "is shown to set it apart where it counts"
        )
    elif "evolutionary" in first and parts["evolutionary"]["settled"].ne("open").any():
        headline = say("{brand} can catch up, but nothing shown sets it apart")
    elif "evolutionary" in first:
        headline = say("{brand} may have something to catch up on; nothing shown sets it apart")
    else:
        headline = say("The evidence does not yet class any option of {brand}")
    findings = [_option_finding(result.brand, name, parts[name]) for name in first]
    if not findings:
        detail = say("Neither its catalogue nor its image gives an option.")
        none = say("The evidence does not yet class any option of {brand}.")
        findings = [Finding(none, detail, "open")]
    caption = say(
        "Options of {brand} by strategy. Dots: share of rivals' offers that have it, or for image "
        "of rivals with as much; filled where the class is clear. Column: what customers make of "
        "it, in points of the chance or share of being chosen. Rules decide: no rival has as much; "
        "few have it and customers value it; it improves what exists."
    )
    alt = say(
        "Options of {brand} in groups: {innovative:count} innovative, {distinctive:count} "
        "distinctive, {evolutionary:count} evolutionary, {not_enough_evidence:count} without "
        "enough evidence."
    )
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    exhibit = Exhibit(caption, alt, option_rows(result), notes, result.plot)
    points = _option_points(result.brand, parts["distinctive"])
    return Story(
        headline, None, tuple(findings), _option_actions(parts), {"options": exhibit}, points
    )


def _option_points(brand: str, distinctive: pd.DataFrame) -> tuple[Point, ...]:
    """Give what could set the bank apart where it counts."""
    told = distinctive[(distinctive["settled"] != "open") & distinctive["ci_low"].notna()]
    if told.empty:
        return ()
    first = told.iloc[0]
    numbers = {name: 100 * first[name] for name in ("estimate", "ci_low", "ci_high")}
    say = speaker(brand=brand, option=option_words(first), share=first["share_have"], **numbers)
    text = say(
        "{option} could set {brand} apart: {share:percent} have it, and customers value it by "
        "{estimate:signed} points ({ci_low:signed} to {ci_high:signed})."
    )
    title = say("What could set {brand} apart where it counts: {option}")
    return (Point(text, first["settled"], 0.8, "options", (str(first["option"]),), title),)


def option_rows(result: StrategyReading) -> pd.DataFrame:
    """Give the options as a reader follows them: codes in words."""
    rows = result.options
    words = {
        "option": [translate(option_words(row)) for _, row in rows.iterrows()],
        "strategy": [translate(STRATEGY_NAMES[name]) for name in rows["strategy"]],
        "because": [translate(BECAUSE[name]) for name in rows["because"]],
    }
    numbers = [
        "share_have",
        "share_not_stated",
        "top_share",
        "estimate",
        "choice_high",
        "ci_low",
        "ci_high",
    ]
    return rows.assign(**words)[[*words, *numbers]]


def option_words(option: Mapping[Any, Any] | pd.Series[Any]) -> Message:
    """Name an option: an attribute or segment with its category, or a what-if.

    Examples
    --------
    >>> str(option_words({"option": "cashback", "evidence": "catalogue", "category": "Cards"}))
    'cashback (Cards)'
    """
    if option["evidence"] != "image":
        values = {"option": option["option"], "category": option["category"]}
        return Message("{option} ({category})", values)
    if option["option"] == UNNAMED:
        return Message("the change of image")
    return Message("“{move}”", {"move": move_words(option["option"])})


def _option_finding(brand: str, strategy: str, part: pd.DataFrame) -> Finding:
    named = [_with_evidence(row) for _, row in part.head(MOST_OPTIONS_NAMED).iterrows()]
    say = speaker(brand=brand, n=len(part), first=option_words(part.iloc[0]), named=named)
    detail = say("{named}.")
    if len(part) > MOST_OPTIONS_NAMED:
        detail = say(
            "{named}; {rest:count} more in the table.", rest=len(part) - MOST_OPTIONS_NAMED
        )
    headlines = {
        "innovative": say(
            "{first} would be new: {because}.", because=BECAUSE[part["because"].iloc[0]]
        ),
        "distinctive": say("{first} could set {brand} apart: few have it and customers value it."),
        "evolutionary": say("{first} would bring {brand} level, not apart: rivals have it."),
        "not_enough_evidence": say("{n:count} {n:option needs|options need} more evidence."),
    }
    return Finding(headlines[strategy], detail, max(part["settled"], key=_FIRMNESS.index))


def _with_evidence(row: pd.Series[Any]) -> Message:
    """Give an option with the evidence that classes it."""
    because = BECAUSE[row["because"]]
    say = speaker(
        option=option_words(row),
        because=because,
        share=row["share_have"],
        rival=row["top_rival"],
        top=row["top_share"],
    )
    shares = say("{share:percent} have it")
    if row["evidence"] == "image" and not np.isnan(row["top_share"]):
        shares = say("highest {rival} {top:percent}")
    elif np.isnan(row["share_have"]):
        return say("{option}: {because}")
    if np.isnan(row["estimate"]):
        return say("{option}: {because} ({shares})", shares=shares)
    ends = ("estimate", "ci_low", "ci_high", "choice_high")
    gain, low, high, most = (100 * row[name] for name in ends)
    say = speaker(say, shares=shares, gain=gain, low=low, high=high, most=most)
    if not np.isnan(most):
        return say(
            "{option}: {because} ({shares}; customers {gain:signed} to {most:signed} points, if "
            "what they say moves them)"
        )
    return say(
        "{option}: {because} ({shares}; customers {gain:signed} points, {low:signed} to "
        "{high:signed})"
    )


def _option_actions(parts: Mapping[str, pd.DataFrame]) -> tuple[Action, ...]:
    """Test what is shown to set the bank apart, and fix what it clearly lacks."""
    actions = []
    for strategy in ("distinctive", "evolutionary"):
        clear = parts[strategy][parts[strategy]["settled"] == "clear"].head(1)
        for _, row in clear.iterrows():
            say = speaker(option=option_words(row), share=row["share_have"])
            test = say("Test {option}: customers value it, and only {share:percent} have it.")
            fix = say("Catch up on {option}: {share:percent} of rivals or their offers have it.")
            is_test = strategy == "distinctive"
            verb, text = ("test", test) if is_test else ("fix", fix)
            on = (str(row["option"]),)
            actions.append(Action(cast("Verb", verb), text, "clear", "options", on))
    return tuple(actions)


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
    say = speaker(
        n=len(result.totals),
        level=result.level,
        criteria=len(result.criteria),
        draws=result.draws,
        told=facts["n_told_apart"],
        pairs=facts["n_pairs"],
        first=first["brand"],
        high=first["estimate"],
        last=last["brand"],
        low=last["estimate"],
    )
    findings = [_lead_finding(result)]
    if bank is not None:
        findings.append(_focus_finding(result, bank))
    errors = say("The scores carry no errors, so there is no interval.")
    if result.has_errors:
        apart = say(
            "{told:count} of {pairs:count} pairs are told apart; the other ranks could be noise."
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
    )
    alt = say(
        "Dot plot of the ranks of {n:count} institutions, from {first} ({high:decimal2}) down to "
        "{last} ({low:decimal2})."
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
        brand=first["brand"],
        total=first["estimate"],
        second=second["brand"],
        next=second["estimate"],
        share=first["share_first"],
        less=_span(first, "omit_rank"),
        errors=_errors_said(result, first),
    )
    detail = say(
        "{brand} {total:decimal2}, {second} {next:decimal2}. {share:percent} of other weightings "
        "put {brand} first; with one criterion less it has {less}. {errors}"
    )
    headline = say("{brand} leads the scorecard.")
    if settled == "open":
        headline = say("Who leads the scorecard is open: {brand} is first by its total.")
    return Finding(headline, detail, settled)


def _errors_said(result: Scorecard, row: pd.Series[Any]) -> Message:
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
        errors=_errors_said(result, row),
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
            text = say(
                "{label} ({names}): {action}",
                label=label,
                action=action,
                names=some_names(own.tolist()),
            )
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
    names, said = some_names(rows["brand"].tolist()), named.get(tier, TIER_NAMES[tier])
    say = speaker(n=len(rows), sure=sure, tier=said, names=names)
    if not len(rows):
        nobody = say("“{tier}”: nobody.") if named else say("No institution is {tier}.")
        return Finding(nobody, say("None lies in that field."), "likely")
    headline = say("{n:count} {n:institution is|institutions are} {tier}: {names}.")
    if named:
        headline = say("“{tier}”: {n:count} {n:institution|institutions}: {names}.")
    detail = say(
        "{sure:count} of them {sure:stays|stay} there under nearly all other weightings, and "
        "errors where known."
    )
    settled: Settled = "clear" if sure == len(rows) else "likely" if sure else "open"
    return Finding(headline, detail, settled)


def _place_finding(result: ScorecardMatrix, bank: str, named: Mapping[str, str]) -> Finding:
    row = result.positions[result.positions["brand"] == bank].iloc[0]
    tier = named.get(row["tier"], TIER_NAMES[row["tier"]])
    now, then, share = row[["contribution_score", "potential_score", "tier_support"]]
    say = speaker(brand=bank, tier=tier, now=now, then=then, share=share)
    detail = say(
        "Contribution {now:decimal2}, potential {then:decimal2}; {share:percent} of draws leave it "
        "there."
    )
    settled = _firmness(row["tier_support"], clear=SETTLED_TIER)
    return Finding(say("{brand}: {tier}."), detail, settled)
