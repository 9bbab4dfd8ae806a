"""What is said of products beside image, and of offers beside satisfaction."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, Settled, as_notes
from brandkit.core.story import Exhibit, Point, Story, speaker, titled
from brandkit.strategy.links.distances import ENOUGH_BANKS, DistanceLink
from brandkit.strategy.links.uniqueness import UniquenessLink

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
        bank=brands["brand"].iloc[int(brands["displacement"].round(6).to_numpy().argmax())],
    )
    findings = [_link_finding(result)]
    if bank is not None:
        findings.append(_focus_finding(result.pairs, bank))
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
        "are alike in products and seen apart, {alike:count} the other way round.",
        apart=int(facts["n_seen_apart"]),
        alike=int(facts["n_seen_alike"]),
    )
    maps = say(
        "{n:count} banks by their products and by their image, the same numbers on both. "
        "Products: 1 less overlap, of which the map shows {share:percent}; it is turned onto the "
        "map of image. Solid lines join pairs alike in products and seen apart, dashed ones pairs"
        " far apart in products and seen alike.",
        share=result.share_explained,
    )
    maps_alt = say(
        "Two maps of {n:count} banks beside each other, by products and by image; their distances "
        "correlate {r:decimal2}. The two places of {bank} differ most."
    )
    notes = (*notes, *as_notes(findings[1:]), *result.notes)
    draw = partial(result.plot, focus=bank)
    of_pairs = partial(draw, figure="distance_pairs")
    exhibits = {
        "link": Exhibit(pairs, pairs_alt, result.tidy(), notes, of_pairs),
        "link-maps": Exhibit(
            maps,
            maps_alt,
            result.places,
            (),
            draw,
            title=None if bank is None else _focus_finding(result.pairs, bank).headline,
        ),
    }
    points: tuple[Point, ...] = ()
    if findings[0].settled != "open":
        mantel = result.tests.set_index("test").loc["mantel"]
        text = say(
            "Banks that sell alike are seen alike: over {pairs:count} pairs both go together "
            "(correlation {r:decimal2}, p {p:p}).",
            p=mantel["p_value"],
        )
        title = titled(findings[0])
        points = (Point(text, findings[0].settled, 0.5, "link", ("market",), title, why=True),)
    return Story(titled(findings[0]), None, tuple(findings), exhibits=exhibits, points=points)


def _link_finding(result: DistanceLink) -> Finding:
    tests = result.tests.set_index("test")
    mantel, turned = tests.loc["mantel"], tests.loc["procrustes"]
    is_linked = tests["verdict"] == "linked"
    settled: Settled = "likely" if is_linked["mantel"] else "open"
    if is_linked.all() and tests["p_value"].max() <= NEARLY_CERTAIN:
        settled = "clear"
    say = speaker(n=result.n_brands, pairs=len(result.pairs), size=mantel["detectable"])
    detail = say(
        "Distances of {pairs:count} pairs of {n:count} banks correlate {r:decimal2} (p {p:p}); the "
        "two maps agree {fit:decimal2} (p {q:p}). With so many banks, correlations from "
        "{size:decimal2} upward are found in four of five cases.",
        r=mantel["estimate"],
        p=mantel["p_value"],
        fit=turned["estimate"],
        q=turned["p_value"],
    )
    headline = say("Banks that sell alike are seen alike.")
    if result.n_brands < ENOUGH_BANKS:
        headline = say("Too few banks to say whether products show in image.")
    elif settled == "open":
        headline = say("Whether banks that sell alike are seen alike is open.")
    return Finding(headline, detail, settled)


def _focus_finding(pairs: pd.DataFrame, bank: str) -> Finding:
    """Compare the focus's nearest bank in products with its nearest in image."""
    mine = pairs[(pairs[["brand_a", "brand_b"]] == bank).any(axis=1)]
    other = np.where(mine["brand_a"] == bank, mine["brand_b"], mine["brand_a"])
    sold, seen = (
        int(mine[f"{side}_distance"].to_numpy().argmin()) for side in ("catalogue", "perceived")
    )
    say = speaker(brand=bank, sold=other[sold], seen=other[seen])
    detail = say(
        "Of {n:count} banks {sold} is nearest to {brand} in products, and number {rank:count} in "
        "image. This compares two rankings of one bank and has no test.",
        n=len(mine),
        rank=int(mine["perceived_distance"].rank(method="min").iloc[sold]),
    )
    headline = say("{brand} sells most like {sold} but is seen most like {seen}.")
    if sold == seen:
        headline = say("{brand} is nearest to {sold} in products and in image.")
    return Finding(headline, detail, "likely")


def _pair_finding(pairs: pd.DataFrame, reading: str) -> Finding:
    odd = pairs[pairs["reading"] == reading]
    first = odd.iloc[0]
    say = speaker(a=first["brand_a"], b=first["brand_b"], n=len(odd), pairs=len(pairs))
    detail = say(
        "Of {pairs:count} pairs, the nearest first, they are number {sold:count} by products and "
        "number {seen:count} by image; {n:count} {n:pair is|pairs are} like that.",
        sold=first["catalogue_rank"],
        seen=first["perceived_rank"],
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
