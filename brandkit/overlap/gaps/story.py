"""What a bank lacks, has alone, and calls like others, in sentences."""

from __future__ import annotations

from typing import Any

from brandkit.core.message import Finding, Message
from brandkit.overlap.gaps.gaps import MOST_ATTRIBUTES, CatalogGaps, drawn_gaps, is_open, records

EQUAL_NAMES = 0.995
"""Likeness from which two names are the same."""


def catalog_gaps_findings(result: CatalogGaps) -> tuple[Finding, ...]:
    """Say what the bank lacks, what it alone has, and whose names are like its own.

    Parameters
    ----------
    result : CatalogGaps

    Returns
    -------
    tuple of Finding

    Examples
    --------
    >>> from brandkit.overlap import catalog_gaps
    >>> from brandkit.overlap.examples import small_catalog
    >>> found = catalog_gaps_findings(catalog_gaps(small_catalog(), brand="Kestrel"))
    >>> str(found[0].headline), found[0].settled
    ('Most rivals offer “insurance” (cards); Kestrel does not say whether it does.', 'open')
    """
    return (_parity_finding(result), _difference_finding(result), _name_finding(result))


def catalog_gaps_caption(result: CatalogGaps) -> Message:
    """Say how the matrix is read."""
    values = {"brand": result.brand, "most": MOST_ATTRIBUTES, "n": result.n_rivals}
    if all(is_open(row) for row in records(drawn_gaps(result))):
        return Message(
            "What sets {brand} apart from {n:count} rivals. Number: percent of rivals' comparable "
            "products that have it. Plain cell: at least half of theirs, none of ours. Framed: "
            "ours has it, few of theirs. What is not stated could change every cell. At most "
            "{most:count} attributes of each kind; the table has all.",
            values,
        )
    return Message(
        "What sets {brand} apart from {n:count} rivals. Number: percent of rivals' comparable "
        "products that have it. Plain cell: at least half of theirs, none of ours. Framed: ours "
        "has it, few of theirs. “?”: what is not stated could change it. At most {most:count} "
        "attributes of each kind; the table has all.",
        values,
    )


def catalog_gaps_alt(result: CatalogGaps) -> Message:
    """Describe the matrix for those who cannot see it."""
    rows = drawn_gaps(result)
    kinds = rows["kind"].value_counts()
    values: dict[str, Any] = {
        "brand": result.brand, "gaps": int(kinds.get("parity_gap", 0)),
        "points": int(kinds.get("point_of_difference", 0)),
    }  # fmt: skip
    if not len(rows):
        return Message("Empty matrix: {brand} has neither gaps nor points of difference.", values)
    values |= {"first": rows["attribute"].iloc[0], "category": rows["category"].iloc[0],
               "share": rows["share_have"].iloc[0]}  # fmt: skip
    return Message(
        "Matrix of attributes and categories with {gaps:count} parity gaps and {points:count} "
        "points of difference of {brand}; it begins with “{first}” ({category}), which "
        "{share:percent} of rivals' comparable products have.",
        values,
    )


def gaps_table_caption(result: CatalogGaps) -> Message:
    """Say what the table of gaps holds."""
    return Message(
        "All parity gaps and points of difference of {brand}, with how many comparable products of "
        "rivals have the attribute, and the share that does not say.",
        {"brand": result.brand},
    )


def cells_table_caption(result: CatalogGaps) -> Message:
    """Say what the table of crowded and empty cells holds."""
    return Message(
        "Where many sell, where nobody does, and where only {brand} does: customer groups by "
        "category, with the products to be expected were groups spread alike.",
        {"brand": result.brand},
    )


def look_alikes_caption(result: CatalogGaps, *, shown: int) -> Message:
    """Say what the table of look-alike names holds."""
    return Message(
        "Names of {brand}'s products that look like a rival's once bank and series are taken out: "
        "{shown:count} of {n:count} pairs, the most alike first.",
        {"brand": result.brand, "n": len(result.look_alikes),
         "shown": min(shown, len(result.look_alikes))},
    )  # fmt: skip


def _parity_finding(result: CatalogGaps) -> Finding:
    rows = result.gaps[result.gaps["kind"] == "parity_gap"]
    values: dict[str, Any] = {"brand": result.brand, "n": len(rows), "rivals": result.n_rivals}
    if not len(rows):
        return Finding(
            Message("{brand} lacks nothing that most rivals offer.", values),
            Message("In the lists compared, against {rivals:count} rivals.", values), "likely",
        )  # fmt: skip
    told = rows[rows["state"] == "has_not"]
    first = (told if len(told) else rows).iloc[0]
    values |= {
        "attribute": first["attribute"], "category": first["category"],
        "have": int(first["n_have"]), "of": int(first["n_comparable"]),
        "silent": first["share_not_stated"], "untold": len(rows) - len(told),
    }  # fmt: skip
    detail = Message(
        "{have:count} of {of:count} comparable products of rivals have it, {silent:percent} do not "
        "say. {n:count} {n:gap|gaps} in all; in {untold:count} of them our own catalogue says "
        "nothing.",
        values,
    )
    if len(told):
        headline = Message(
            "Most rivals offer “{attribute}” ({category}), {brand} does not.", values
        )
        return Finding(headline, detail, "clear")
    headline = Message(
        "Most rivals offer “{attribute}” ({category}); {brand} does not say whether it does.",
        values,
    )
    return Finding(headline, detail, "open")


def _difference_finding(result: CatalogGaps) -> Finding:
    rows = result.gaps[result.gaps["kind"] == "point_of_difference"]
    values: dict[str, Any] = {"brand": result.brand, "n": len(rows)}
    if not len(rows):
        return Finding(
            Message("{brand} has nothing that few rivals have.", values),
            Message("In the lists compared every entry of ours is common."), "likely",
        )  # fmt: skip
    firm = rows[[not is_open(row) for row in records(rows)]]
    first = (firm if len(firm) else rows).iloc[0]
    values |= {
        "attribute": first["attribute"], "category": first["category"],
        "have": int(first["n_have"]), "of": int(first["n_comparable"]),
        "silent": first["share_not_stated"], "firm": len(firm),
    }  # fmt: skip
    detail = Message(
        "{have:count} of {of:count} comparable products of rivals have it, {silent:percent} do not "
        "say. {n:count} {n:point|points} of difference in all, {firm:count} of them whatever "
        "rivals do not state.",
        values,
    )
    if len(firm):
        headline = Message("“{attribute}” ({category}) sets {brand} apart.", values)
        return Finding(headline, detail, "clear")
    headline = Message(
        "“{attribute}” ({category}) may set {brand} apart: most rivals do not say.", values
    )
    return Finding(headline, detail, "open")


def _name_finding(result: CatalogGaps) -> Finding:
    rows = result.look_alikes
    products = rows["product"].nunique()
    equal = int((rows["similarity"] >= EQUAL_NAMES).sum())
    values = {
        "brand": result.brand, "n": products, "all": result.n_offers, "pairs": len(rows),
        "equal": equal,
    }  # fmt: skip
    if not len(rows):
        return Finding(
            Message("No product of {brand} is called like a rival's.", values),
            Message("{all:count} names, bank and series taken out.", values), "likely",
        )  # fmt: skip
    headline = Message(
        "{n:count} of {brand}'s {all:count} products {n:bears|bear} a name like a rival's.", values
    )
    detail = Message(
        "{pairs:count} look-alike pairs, {equal:count} of them equal once bank and series are "
        "taken out.",
        values,
    )
    return Finding(headline, detail, "clear" if equal else "likely")
