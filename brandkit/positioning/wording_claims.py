"""What customers' answers say of claims, in sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from brandkit.core.message import Finding, Message, Settled
from brandkit.positioning.claims import ClaimCheck
from brandkit.positioning.image_bases import MOST_NAMED


def claim_check_headline(result: ClaimCheck, *, focus: str | None = None) -> Message:
    """Say in one sentence, for a title, what customers share.

    Parameters
    ----------
    result : ClaimCheck
    focus : str, optional
        The bank the report is for.

    Returns
    -------
    Message

    Examples
    --------
    >>> from brandkit.positioning.claims import claim_check
    >>> from brandkit.positioning.examples import small_image
    >>> result = claim_check(small_image(), brand="brand", respondent="respondent",
    ...                      attributes=["fair", "modern", "near"], draws=200)
    >>> str(claim_check_headline(result, focus="Civic"))
    'Customers see Civic as “near”'
    """
    if focus is None:
        values = _counts(result.claims)
        return Message(
            "Customers support {yes:count} of {all:count} claims and contradict {no:count}", values
        )
    mine = _of(result, focus)
    yes, no = _named(mine, "supported"), _named(mine, "contradicted")
    values = {"brand": focus, "yes": yes[:2], "no": no[:2]}
    if yes:
        return Message("Customers see {brand} as {yes}", values)
    if no:
        return Message("Customers contradict that {brand} is {no}", values)
    return Message("No claim of {brand} stands out", values)


def claim_check_lede(result: ClaimCheck) -> Message:
    """Say what the check rests on."""
    return Message(
        "{n:count} respondents. A claim is supported where the brand is named for it more than its "
        "size and the attribute's lead to expect, beyond chance and visibly on the map; "
        "{cells:count} pairs of brand and attribute were tested together.",
        {"n": result.n_respondents, "cells": result.n_cells},
    )


def claim_check_findings(result: ClaimCheck, *, focus: str | None = None) -> tuple[Finding, ...]:
    """Say which claims are supported and which contradicted.

    Parameters
    ----------
    result : ClaimCheck
    focus : str, optional
        The bank the report is for; without it all claims are summed up.

    Returns
    -------
    tuple of Finding
    """
    settled: Settled = "clear" if result.from_respondents else "likely"
    claims = result.claims if focus is None else _of(result, focus)
    values = _counts(claims) | {"brand": focus, "rate": result.false_discovery}
    found = []
    for kind, said, none in (
        ("supported", _SUPPORTED, _NOT_SUPPORTED),
        ("contradicted", _CONTRADICTED, _NOT_CONTRADICTED),
    ):
        rows = _strongest(claims, kind)
        headline = (said if len(rows) else none)[0 if focus is None else 1]
        names = [_claim(row, with_brand=focus is None) for row in rows[:MOST_NAMED]]
        values = values | {"names": names, "n": len(rows)}
        detail = Message("{names} (times as often as expected).", values)
        if not rows:
            detail = Message(
                "None of {all:count} claims, at {rate:percent} false discoveries.", values
            )
        found.append(Finding(Message(headline.text, values), detail, settled if rows else "open"))
    return tuple(found)


_SUPPORTED = (
    Message("{n:count} {n:claim is|claims are} supported."),
    Message("Customers support {n:count} {n:claim|claims} of {brand}."),
)
_NOT_SUPPORTED = (
    Message("No claim is supported."),
    Message("Customers support no claim of {brand}."),
)
_CONTRADICTED = (
    Message("{n:count} {n:claim is|claims are} contradicted."),
    Message("Customers contradict {n:count} {n:claim|claims} of {brand}."),
)
_NOT_CONTRADICTED = (
    Message("No claim is contradicted."),
    Message("Customers contradict no claim of {brand}."),
)


def claim_check_caption(result: ClaimCheck) -> Message:
    """Say how the matrix is read."""
    return Message(
        "What {n:count} respondents say of {claims:count} claims. Circle: supported, named more "
        "than expected and visibly on the map. Cross: contradicted, named less. Dot: neither. At "
        "most {rate:percent} of circles and crosses are to be expected wrong.",
        {"n": result.n_respondents, "claims": len(result.claims), "rate": result.false_discovery},
    )


def claim_check_alt(result: ClaimCheck, *, focus: str | None = None) -> Message:
    """Describe the matrix for those who cannot see it."""
    claims = result.claims if focus is None else _of(result, focus)
    values = _counts(claims) | {"brand": focus, "brands": result.claims["brand"].nunique(),
                                "attributes": result.claims["attribute"].nunique()}  # fmt: skip
    if focus is None:
        return Message(
            "Matrix of {attributes:count} attributes and {brands:count} brands: {yes:count} claims "
            "supported, {no:count} contradicted, {weak:count} neither.",
            values,
        )
    return Message(
        "Matrix of {attributes:count} attributes and {brands:count} brands. Of the claims of "
        "{brand} {yes:count} are supported, {no:count} contradicted, {weak:count} neither.",
        values,
    )


def claims_table_caption(result: ClaimCheck) -> Message:
    """Say what the table of claims holds."""
    return Message(
        "All {n:count} claims: share of those asked, times expected, test over all pairs, and the "
        "part that the map shows.",
        {"n": len(result.claims)},
    )


def _of(result: ClaimCheck, brand: str) -> pd.DataFrame:
    return result.claims[result.claims["brand"] == brand]


def _counts(claims: pd.DataFrame) -> dict[str, Any]:
    kinds = claims["claim"].value_counts()
    return {
        "all": len(claims), "yes": int(kinds.get("supported", 0)),
        "no": int(kinds.get("contradicted", 0)), "weak": int(kinds.get("weak", 0)),
    }  # fmt: skip


def _strongest(claims: pd.DataFrame, kind: str) -> list[dict[str, Any]]:
    rows = claims[claims["claim"] == kind]
    order = rows["statistic"].abs().sort_values(ascending=False, kind="stable").index
    return [{str(k): v for k, v in row.items()} for row in rows.loc[order].to_dict("records")]


def _named(claims: pd.DataFrame, kind: str) -> list[Message]:
    return [
        Message("“{attribute}”", {"attribute": row["attribute"]})
        for row in _strongest(claims, kind)
    ]


def _claim(row: dict[str, Any], *, with_brand: bool) -> Message:
    values = {"brand": row["brand"], "attribute": row["attribute"], "ratio": row["ratio"]}
    if with_brand:
        return Message("{brand} “{attribute}” {ratio:decimal2}", values)
    return Message("“{attribute}” {ratio:decimal2}", values)
