"""Who is nearest to whom: rows of results in the order that figures and tables show."""

from __future__ import annotations

import pandas as pd

from brandkit.overlap.brands.brands import BrandOverlap
from brandkit.overlap.brands.kernel import SMALLEST

MOST_BRANDS = 30
"""Banks that a heat map shows; the table beside it has the rest."""
MOST_ROWS = 12
"""Rows of a dot plot."""
MOST_IN_CELLS = 15
"""Banks up to which a heat map has its numbers in the cells."""
_COLUMNS = (
    "brand_a", "brand_b", "n_offers", "n_compared", "overlap", "stability_low", "stability_high",
    "expected", "excess", "sister"
)  # fmt: skip


def ranked_rivals(result: BrandOverlap, *, brand: str) -> pd.DataFrame:
    """List all other banks by how far they have counterparts for one bank's offers, nearest first.

    Examples
    --------
    >>> from brandkit.overlap import brand_overlap
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = brand_overlap(small_catalog(), draws=0)
    >>> ranked_rivals(result, brand="Meridian")["brand_b"].tolist()
    ['Kestrel', 'Tidewater']
    """
    result.check_brand("brand", brand)
    mine = result.pairs[result.pairs["category"].isna() & (result.pairs["brand_a"] == brand)]
    return _sorted(mine, "overlap", "excess", ties=["brand_b"])


def closest_pairs(result: BrandOverlap) -> pd.DataFrame:
    """List every bank with its nearest rival, as :func:`ranked_rivals`, the closest first.

    Banks with so few offers that one of them decides are left out, unless all are so small.

    Examples
    --------
    >>> from brandkit.overlap import brand_overlap
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = brand_overlap(small_catalog(), draws=0)
    >>> closest_pairs(result)[["brand_a", "brand_b"]].values.tolist()[0]
    ['Kestrel', 'Meridian']
    """
    pairs = result.pairs[result.pairs["category"].isna()]
    nearest = result.brands.set_index("brand")["nearest_rival"]
    found = pairs[pairs["brand_b"] == pairs["brand_a"].map(nearest)]
    large = found["n_offers"] >= SMALLEST
    return _sorted(found[large] if large.any() else found, "overlap", "excess", ties=["brand_a"])


def most_alike_rivals(result: BrandOverlap) -> pd.DataFrame:
    """List pairs of rivals by the mean of both directions, the most alike first.

    Sisters are left out, and banks with so few offers that one of them decides, unless all are
    so small. One row an unordered pair: ``brand_a brand_b overlap excess stability_low
    stability_high``, the ends being the lower low and the higher high of both directions.

    Examples
    --------
    >>> from brandkit.overlap import brand_overlap
    >>> from brandkit.overlap.examples import small_catalog
    >>> most_alike_rivals(brand_overlap(small_catalog(), draws=0)).iloc[0, :2].tolist()
    ['Kestrel', 'Meridian']
    """
    pairs = result.pairs[result.pairs["category"].isna() & ~result.pairs["sister"]]
    large = result.brands.loc[result.brands["n_offers"] >= SMALLEST, "brand"]
    if len(large) >= 2:
        pairs = pairs[pairs["brand_a"].isin(large) & pairs["brand_b"].isin(large)]
    there = pairs.set_index(["brand_a", "brand_b"])
    back = there.swaplevel().rename_axis(["brand_a", "brand_b"]).reindex(there.index)
    found = pd.DataFrame(
        {
            "overlap": (there["overlap"] + back["overlap"]) / 2,
            "excess": (there["excess"] + back["excess"]) / 2,
            "stability_low": there["stability_low"].combine(back["stability_low"], min),
            "stability_high": there["stability_high"].combine(back["stability_high"], max),
        }
    ).reset_index()
    once = found["brand_a"].astype(str) < found["brand_b"].astype(str)
    return _sorted(found[once].dropna(subset=["overlap"]), "overlap", ties=["brand_a", "brand_b"])


def compared_pair(result: BrandOverlap, *, brand: str | None = None) -> tuple[str, str] | None:
    """Choose the two banks whose likeness is worth taking apart; None where none can be compared.

    With a bank: it and its nearest rival, or sister where it has no rival. Without: the two most
    alike rivals of the market.

    Examples
    --------
    >>> from brandkit.overlap import brand_overlap
    >>> from brandkit.overlap.examples import small_catalog
    >>> compared_pair(brand_overlap(small_catalog(), draws=0), brand="Tidewater")
    ('Tidewater', 'Meridian')
    """
    if brand is None:
        ranked = most_alike_rivals(result)
        ranked = ranked[ranked["overlap"] > 0]
    else:
        ranked = ranked_rivals(result, brand=brand)
        ranked = ranked[ranked["n_compared"] > 0].sort_values("sister", kind="stable")
    if not len(ranked):
        return None
    return str(ranked["brand_a"].iloc[0]), str(ranked["brand_b"].iloc[0])


def _sorted(pairs: pd.DataFrame, *largest: str, ties: list[str]) -> pd.DataFrame:
    """Sort by columns, the largest first, ties by name; the columns that are shown."""
    order = [*largest, *ties]
    ascending = [name in ties for name in order]
    rows = pairs.sort_values(order, ascending=ascending, kind="stable", ignore_index=True)
    return rows[[name for name in _COLUMNS if name in rows]]
