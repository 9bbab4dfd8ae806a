"""What products beside image say, in sentences."""

from __future__ import annotations

from typing import Any

import numpy as np

from brandkit.core.message import Finding, Message, Settled
from brandkit.strategy.links.distances import DistanceLink
from brandkit.strategy.links.kernel import ENOUGH_BANKS
from brandkit.strategy.links.uniqueness import UniquenessLink

NEARLY_CERTAIN = 0.01
"""p-value up to which a link of both tests is called clear."""


NO_LINK = Message(
    "Whether banks that sell alike are seen alike takes a catalogue and an image of at least four "
    "banks that both know."
)
"""What to say where the study cannot answer."""


def distance_link_headline(result: DistanceLink) -> Message:
    """Say whether banks alike in products are seen alike, for a title.

    Parameters
    ----------
    result : DistanceLink

    Returns
    -------
    Message

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.strategy.links.distances import distance_link
    >>> at = pd.Series([0.0, 1, 3, 7], index=["A", "B", "C", "D"])
    >>> apart = pd.DataFrame({bank: (at - at[bank]).abs() for bank in at.index})
    >>> str(distance_link_headline(distance_link(apart, perceived=apart)))
    'Too few banks to say whether products show in image'
    """
    if result.n_brands < ENOUGH_BANKS:
        return Message("Too few banks to say whether products show in image")
    if _settled(result) == "open":
        return Message("Whether banks that sell alike are seen alike is open")
    return Message("Banks that sell alike are seen alike")


def distance_link_findings(
    result: DistanceLink, *, focus: str | None = None
) -> tuple[Finding, ...]:
    """Say whether products show in image, and for which banks they do not.

    Parameters
    ----------
    result : DistanceLink
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    tuple of Finding
    """
    found = [_link_finding(result)]
    if focus is not None and (result.brands["brand"] == focus).any():
        found.append(_focus_finding(result, focus))
    for reading in ("seen_apart", "seen_alike"):
        pairs = result.pairs[result.pairs["reading"] == reading]
        if len(pairs):
            found.append(_pair_finding(result, reading))
    return tuple(found)


def distance_link_caption(result: DistanceLink) -> Message:
    """Say what the two maps are, and how they belong together."""
    values = {"n": result.n_brands, "share": result.share_explained}
    return Message(
        "{n:count} banks by their products (1 less overlap; the map shows {share:percent} of it) "
        "and by their image, the same numbers on both; the first is turned onto the second. Solid "
        "lines join pairs alike in products and seen apart, dashed ones pairs far apart in "
        "products and seen alike.",
        values,
    )


def distance_link_alt(result: DistanceLink) -> Message:
    """Describe the two maps for those who cannot see them."""
    most = result.brands["brand"].iloc[int(result.brands["displacement"].to_numpy().argmax())]
    values = {"n": result.n_brands, "bank": most, "r": result.tests["estimate"].iloc[0]}
    return Message(
        "Two maps of {n:count} banks beside each other, by products and by image; their distances "
        "correlate {r:decimal2}. The two places of {bank} differ most.",
        values,
    )


def distance_pairs_caption(result: DistanceLink) -> Message:
    """Say what the dots of all pairs are."""
    values = {"pairs": len(result.pairs), "n": result.n_brands}
    return Message(
        "{pairs:count} pairs of {n:count} banks: how far their products and their images are "
        "apart. Squares: alike in products, seen apart. Triangles: far apart in products, seen "
        "alike.",
        values,
    )


def distance_pairs_alt(result: DistanceLink) -> Message:
    """Describe the dots of all pairs for those who cannot see them."""
    facts = result.glance().iloc[0]
    values = {
        "pairs": len(result.pairs), "r": facts["estimate"],
        "apart": int(facts["n_seen_apart"]), "alike": int(facts["n_seen_alike"]),
    }  # fmt: skip
    return Message(
        "Scatter of {pairs:count} pairs of banks, correlation {r:decimal2}; {apart:count} pairs "
        "are alike in products and seen apart, {alike:count} the other way round.",
        values,
    )


def uniqueness_link_findings(result: UniquenessLink) -> tuple[Finding, ...]:
    """Say whether banks of their own kind, or specialists, have more satisfied customers.

    Parameters
    ----------
    result : UniquenessLink

    Returns
    -------
    tuple of Finding
        One for uniqueness and one for breadth.
    """
    return tuple(
        _trait_finding(result, {str(key): value for key, value in row.items()})
        for row in result.tests.to_dict("records")
    )


def uniqueness_link_caption(result: UniquenessLink) -> Message:
    """Say what the points and lines are."""
    values = {"n": result.n_brands}
    if result.brands["ci_low"].isna().all():
        return Message("{n:count} banks by what they offer and how satisfied their customers are.",
                       values)  # fmt: skip
    return Message(
        "{n:count} banks by what they offer and how satisfied their customers are; lines are "
        "intervals of satisfaction.",
        values,
    )


def uniqueness_link_alt(result: UniquenessLink) -> Message:
    """Describe the points for those who cannot see them."""
    brands = result.brands
    values = {
        "n": result.n_brands,
        "unique": brands["brand"].iloc[int(brands["uniqueness"].to_numpy().argmax())],
        "liked": brands["brand"].iloc[int(brands["estimate"].to_numpy().argmax())],
    }
    return Message(
        "Scatter of {n:count} banks. {unique} has the most unique offers, {liked} the most "
        "satisfied customers.",
        values,
    )


def _settled(result: DistanceLink) -> Settled:
    linked = result.tests["verdict"] == "linked"
    if linked.all() and result.tests["p_value"].max() <= NEARLY_CERTAIN:
        return "clear"
    return "likely" if linked.iloc[0] else "open"


def _link_finding(result: DistanceLink) -> Finding:
    mantel, turned = (result.tests.iloc[at] for at in (0, 1))
    values: dict[str, Any] = {
        "n": result.n_brands, "pairs": len(result.pairs), "r": mantel["estimate"],
        "p": mantel["p_value"], "fit": turned["estimate"], "q": turned["p_value"],
        "size": mantel["detectable"],
    }  # fmt: skip
    detail = Message(
        "Distances of {pairs:count} pairs of {n:count} banks correlate {r:decimal2} (p {p:p}); the "
        "two maps agree {fit:decimal2} (p {q:p}). With so many banks, correlations from "
        "{size:decimal2} upward are found in four of five cases.",
        values,
    )
    settled = _settled(result)
    if result.n_brands < ENOUGH_BANKS:
        headline = Message("Too few banks to say whether products show in image.")
    elif settled == "open":
        headline = Message("Whether banks that sell alike are seen alike is open.")
    else:
        headline = Message("Banks that sell alike are seen alike.")
    return Finding(headline, detail, settled)


def _focus_finding(result: DistanceLink, focus: str) -> Finding:
    """Compare the focus's nearest bank in products with its nearest in image."""
    pairs = result.pairs
    mine = pairs[(pairs[["brand_a", "brand_b"]] == focus).any(axis=1)]
    other = np.where(mine["brand_a"] == focus, mine["brand_b"], mine["brand_a"])
    sold, seen = (
        int(mine[f"{side}_distance"].to_numpy().argmin()) for side in ("catalogue", "perceived")
    )
    values = {
        "brand": focus, "sold": other[sold], "seen": other[seen], "n": len(mine),
        "rank": int(mine["perceived_distance"].rank(method="min").iloc[sold]),
    }  # fmt: skip
    detail = Message(
        "Of {n:count} banks {sold} is nearest to {brand} in products, and number {rank:count} in "
        "image. This compares two rankings of one bank and has no test.",
        values,
    )
    if sold == seen:
        headline = Message("{brand} is nearest to {sold} in products and in image.", values)
    else:
        headline = Message("{brand} sells most like {sold} but is seen most like {seen}.", values)
    return Finding(headline, detail, "likely")


def _pair_finding(result: DistanceLink, reading: str) -> Finding:
    pairs = result.pairs[result.pairs["reading"] == reading]
    first = pairs.iloc[0]
    values = {
        "a": first["brand_a"], "b": first["brand_b"], "n": len(pairs), "pairs": len(result.pairs),
        "sold": first["catalogue_rank"], "seen": first["perceived_rank"],
    }  # fmt: skip
    detail = Message(
        "Of {pairs:count} pairs, the nearest first, they are number {sold:count} by products and "
        "number {seen:count} by image; {n:count} {n:pair is|pairs are} like that.",
        values,
    )
    if reading == "seen_apart":
        headline = Message("{a} and {b} sell alike but are seen apart.", values)
    else:
        headline = Message("{a} and {b} sell different things but are seen alike.", values)
    return Finding(headline, detail, "likely")


def _trait_finding(result: UniquenessLink, row: dict[str, Any]) -> Finding:
    values = {
        "n": result.n_brands, "r": row["estimate"], "p": row["p_adjusted"],
        "size": row["detectable"],
    }  # fmt: skip
    detail = Message(
        "Correlation over {n:count} banks {r:signed} (p {p:p}, adjusted for two traits); with so "
        "many banks, from {size:decimal2} upward it is found in four of five cases. A link of "
        "banks is no cause.",
        values,
    )
    is_linked, rises = row["verdict"] == "linked", row["estimate"] > 0
    settled: Settled = "clear" if row["p_adjusted"] <= NEARLY_CERTAIN else "likely"
    if not is_linked:
        open_ones = {
            "uniqueness": Message(
                "Whether banks with offers of their own are liked better is open."
            ),
            "breadth": Message("Whether specialists or universal banks are liked better is open."),
        }
        return Finding(open_ones[row["trait"]], detail, "open")
    if row["trait"] == "uniqueness":
        text = Message("Banks with offers of their own have more satisfied customers.")
        other = Message("Banks with offers of their own have less satisfied customers.")
    else:
        text = Message("Universal banks have more satisfied customers than specialists.")
        other = Message("Specialists have more satisfied customers than universal banks.")
    return Finding(text if rises else other, detail, settled)
