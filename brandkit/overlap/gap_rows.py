"""Rows of a comparison of catalogues in the order that figures and tables show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from brandkit.core.message import Message
from brandkit.language import translate
from brandkit.overlap.gap_tables import CatalogGaps

MOST_ATTRIBUTES = 10
"""Attributes of each kind that the matrix shows; the table has the rest."""
_TURNS = 0.25
"""Share of rivals' offers that do not say, from which a point of difference is open."""
_STATES = {
    "has": Message("has it"),
    "has_not": Message("has it not"),
    "not_stated": Message("does not say"),
}
_KINDS = {
    "parity_gap": Message("parity gap"),
    "point_of_difference": Message("point of difference"),
}
_SEGMENTS = {
    "personal": Message("personal customers"),
    "business": Message("business customers"),
}
_CELLS = {
    "crowded": Message("crowded"),
    "empty": Message("nobody sells"),
    "ours_alone": Message("only we sell"),
}

CELL_HEADS = {"expected": Message("Expected offers")}
"""In a table of cells, offers are expected, not overlaps."""


def is_open(gap: Mapping[str, Any]) -> bool:
    """Say whether silence could turn a gap: ours about what we lack, rivals' about what we have.

    Parameters
    ----------
    gap : mapping
        A row of ``CatalogGaps.gaps``.

    Examples
    --------
    >>> is_open({"kind": "parity_gap", "state": "has_not", "share_not_stated": 0.5})
    False
    """
    if gap["kind"] == "parity_gap":
        return bool(gap["state"] == "not_stated")
    return bool(gap["share_not_stated"] > _TURNS)


def records(gaps: pd.DataFrame) -> list[dict[str, Any]]:
    """Give rows as mappings.

    Examples
    --------
    >>> records(pd.DataFrame({"kind": ["parity_gap"]}))
    [{'kind': 'parity_gap'}]
    """
    return [{str(name): value for name, value in row.items()} for row in gaps.to_dict("records")]


def drawn_gaps(result: CatalogGaps, *, most: int = MOST_ATTRIBUTES) -> pd.DataFrame:
    """Give the gaps of the first attributes of each kind, as many as a figure holds.

    Parameters
    ----------
    result : CatalogGaps
    most : int

    Returns
    -------
    DataFrame
        Rows of ``gaps``, parity gaps first.
    """
    parts = []
    for kind in ("parity_gap", "point_of_difference"):
        rows = result.gaps[result.gaps["kind"] == kind]
        first = rows["attribute"].astype(str).drop_duplicates().head(most)
        parts.append(rows[rows["attribute"].astype(str).isin(first)])
    return pd.concat(parts, ignore_index=True)


def gap_rows(result: CatalogGaps) -> pd.DataFrame:
    """Give the gaps for a table, in words of the language in use.

    Parameters
    ----------
    result : CatalogGaps

    Returns
    -------
    DataFrame
        ``attribute category kind state n_have n_comparable share_have share_not_stated``.
    """
    rows = result.gaps
    said = rows.assign(
        kind=[translate(_KINDS[kind]) for kind in rows["kind"]],
        state=[translate(_STATES[state]) for state in rows["state"]],
    )
    return said[["attribute", "category", "kind", "state", "n_have", "n_comparable",
                 "share_have", "share_not_stated"]]  # fmt: skip


def cell_rows(result: CatalogGaps) -> pd.DataFrame:
    """Give the cells of segment and category that are not as usual, for a table.

    Parameters
    ----------
    result : CatalogGaps

    Returns
    -------
    DataFrame
        ``category segment cell n_offers n_ours n_rivals expected share_not_stated``.
    """
    rows = result.cells[result.cells["cell"].isin(list(_CELLS))]
    said = rows.assign(
        cell=[translate(_CELLS[cell]) for cell in rows["cell"]],
        segment=[
            translate(_SEGMENTS[segment]) if segment in _SEGMENTS else segment
            for segment in rows["segment"]
        ],
    )
    return said[["category", "segment", "cell", "n_offers", "n_ours", "n_rivals", "expected",
                 "share_not_stated"]].reset_index(drop=True)  # fmt: skip
