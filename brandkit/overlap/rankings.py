"""Who is nearest to whom: rows of a bank overlap in the order that figures and tables show."""

from __future__ import annotations

import pandas as pd

from brandkit.overlap.brands import BrandOverlap
from brandkit.overlap.stability import SMALLEST

MOST_BRANDS = 30
"""Banks that a heat map shows; the table beside it has the rest."""
MOST_ROWS = 12
"""Rows of a dot plot, and the banks up to which a heat map has its numbers in the cells."""

_COLUMNS = [
    "brand_a", "brand_b", "n_offers", "n_compared", "overlap", "stability_low", "stability_high",
    "expected", "excess", "bound_low", "bound_high", "sister",
]  # fmt: skip


def ranked_rivals(result: BrandOverlap, *, brand: str) -> pd.DataFrame:
    """List all other banks by how far they have counterparts for one bank's offers.

    Parameters
    ----------
    result : BrandOverlap
    brand : str

    Returns
    -------
    DataFrame
        Nearest first: ``brand_a brand_b n_offers n_compared overlap stability_low stability_high
        expected excess bound_low bound_high sister``.

    Examples
    --------
    >>> from brandkit.overlap import brand_overlap
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = brand_overlap(small_catalog(), draws=0)
    >>> ranked_rivals(result, brand="Meridian")["brand_b"].tolist()
    ['Kestrel', 'Tidewater']
    """
    result.check_brand("brand", brand)
    pairs = result.pairs
    mine = pairs[pairs["category"].isna() & (pairs["brand_a"] == brand)]
    order = ["overlap", "excess", "brand_b"]
    mine = mine.sort_values(order, ascending=[False, False, True], kind="stable")
    return mine[_COLUMNS].reset_index(drop=True)


def closest_pairs(result: BrandOverlap) -> pd.DataFrame:
    """List every bank with its nearest rival, the closest first.

    Banks with so few offers that one of them decides are left out, unless all are so small.

    Parameters
    ----------
    result : BrandOverlap

    Returns
    -------
    DataFrame
        As :func:`ranked_rivals` gives it.

    Examples
    --------
    >>> from brandkit.overlap import brand_overlap
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = brand_overlap(small_catalog(), draws=0)
    >>> closest_pairs(result)[["brand_a", "brand_b"]].values.tolist()[0]
    ['Kestrel', 'Meridian']
    """
    pairs = result.pairs[result.pairs["category"].isna()]
    own = result.brands[["brand", "nearest_rival"]].dropna()
    found = pairs.merge(own, left_on=["brand_a", "brand_b"], right_on=["brand", "nearest_rival"])
    large = found["n_offers"] >= SMALLEST
    found = found[large] if large.any() else found
    order = ["overlap", "excess", "brand_a"]
    found = found.sort_values(order, ascending=[False, False, True], kind="stable")
    return found[_COLUMNS].reset_index(drop=True)
