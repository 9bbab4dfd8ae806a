"""What the likeness of single products says."""

from __future__ import annotations

from brandkit.core.labels import known_focus
from brandkit.core.message import Finding, as_notes
from brandkit.core.story import Exhibit, Story, speaker
from brandkit.overlap.similarity.similarity import MOST_PAIRS, ProductSimilarity, nearest_pairs


def product_similarity(result: ProductSimilarity, *, focus: object = None) -> Story:
    """Say which products of different banks are most alike."""
    bank, unknown = known_focus(focus, result.comparison.facets.brands)
    rows = nearest_pairs(result, brand=bank)
    say = speaker(
        focus=bank,
        products=result.n_offers,
        brands=result.n_brands,
        n=len(rows),
        shown=min(MOST_PAIRS, len(rows)),
    )
    if rows.empty:
        headline = say("No two products of different banks can be compared.")
        finding = Finding(
            headline, say("{products:count} products of {brands:count} banks."), "open"
        )
        return Story(headline, findings=(finding,))
    first, last = rows.iloc[0], rows.head(MOST_PAIRS).iloc[-1]
    values = {
        "a": first["name_a"],
        "b": first["name_b"],
        "brand": first["brand_a"],
        "rival": first["brand_b"],
        "similarity": first["similarity"],
        "low": first["bound_low"],
        "high": first["bound_high"],
        "c": last["name_a"],
        "d": last["name_b"],
        "least": last["similarity"],
    }
    headline = say("Most alike are “{a}” of {brand} and “{b}” of {rival}.", **values)
    detail = say(
        "{similarity:percent} alike; whatever is not stated, between {low:percent} and "
        "{high:percent} ({products:count} products of {brands:count} banks).",
        **values,
    )
    is_next = len(rows) > 1 and first["bound_low"] > rows["bound_high"].iloc[1]
    finding = Finding(headline, detail, "clear" if is_next else "likely")
    caption = (
        say(
            "Products of different banks that are most alike, {shown:count} of {n:count} pairs. "
            "Line: what may be true of what only one side states."
        )
        if bank is None
        else say(
            "{focus}'s products and those of rivals most like them, {shown:count} of {n:count} "
            "pairs. Line: what may be true of what only one side states."
        )
    )
    alt = say(
        "Dot plot of {shown:count} pairs of products, from “{a}” and “{b}” ({similarity:percent}) "
        "down to “{c}” and “{d}” ({least:percent}).",
        **values,
    )
    notes = (*as_notes([finding]), *unknown, *result.notes)
    exhibit = Exhibit(
        caption, alt, rows, notes, lambda: result.plot(figure="product_similarity", focus=bank)
    )
    return Story(headline, findings=(finding,), exhibits={"products": exhibit})
