"""Who is nearest to whom: rows of results in the order that figures and tables show."""

from __future__ import annotations

import pandas as pd

from brandkit.core.errors import InputError, did_you_mean, shown
from brandkit.overlap.brands.brands import SMALLEST, BrandOverlap
from brandkit.overlap.regions.market import MarketOverlap

MOST_BRANDS = 30
"""Banks that a heat map shows; the table beside it has the rest."""
MOST_ROWS = 12
"""Rows of a dot plot, and the banks up to which a heat map has its numbers in the cells."""

_COLUMNS = [
    "brand_a", "brand_b", "n_offers", "n_compared", "overlap", "stability_low", "stability_high",
    "expected", "excess", "sister",
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
        expected excess sister``.

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


def most_alike_rivals(result: BrandOverlap) -> pd.DataFrame:
    """List pairs of rivals by the mean of both directions, the most alike first.

    Sisters are left out, and banks with so few offers that one of them decides, unless all are
    so small.

    Parameters
    ----------
    result : BrandOverlap

    Returns
    -------
    DataFrame
        One row an unordered pair: ``brand_a brand_b overlap excess stability_low
        stability_high``, the ends being the lower low and the higher high of both directions.

    Examples
    --------
    >>> from brandkit.overlap import brand_overlap
    >>> from brandkit.overlap.examples import small_catalog
    >>> most_alike_rivals(brand_overlap(small_catalog(), draws=0)).iloc[0, :2].tolist()
    ['Kestrel', 'Meridian']
    """
    pairs = result.pairs[result.pairs["category"].isna() & ~result.pairs["sister"]]
    sizes = result.brands.set_index("brand")["n_offers"]
    large = sizes.index[sizes >= SMALLEST]
    if len(large) >= 2:
        pairs = pairs[pairs["brand_a"].isin(large) & pairs["brand_b"].isin(large)]
    there = pairs.set_index(["brand_a", "brand_b"])
    back = there.swaplevel().rename_axis(["brand_a", "brand_b"]).reindex(there.index)
    found = pd.DataFrame({
        "overlap": (there["overlap"] + back["overlap"]) / 2,
        "excess": (there["excess"] + back["excess"]) / 2,
        "stability_low": there["stability_low"].combine(back["stability_low"], min),
        "stability_high": there["stability_high"].combine(back["stability_high"], max),
    }).reset_index()  # fmt: skip
    found = found[found["brand_a"].astype(str) < found["brand_b"].astype(str)]
    order = ["overlap", "brand_a", "brand_b"]
    return found.dropna(subset=["overlap"]).sort_values(
        order, ascending=[False, True, True], kind="stable", ignore_index=True
    )


def meeting_pairs(result: MarketOverlap, *, brand: str | None = None) -> pd.DataFrame:
    """List whom one bank meets most in its markets, or which banks of the market meet most.

    Parameters
    ----------
    result : MarketOverlap
    brand : str, optional

    Returns
    -------
    DataFrame
        ``brand_a brand_b n_shared_markets commonality jaffe closeness_normalised`` and ``back``,
        the commonality the other way. With a bank its pairs, the largest commonality first;
        without, every pair once, by the mean of both ways.

    Raises
    ------
    InputError
        The bank is in no market.

    Examples
    --------
    >>> from brandkit.overlap import market_overlap
    >>> branches = pd.DataFrame({"bank": ["A", "A", "B", "B"], "city": ["x", "y", "x", "x"]})
    >>> result = market_overlap(branches, brand="bank", market="city")
    >>> meeting_pairs(result)[["brand_a", "brand_b", "back"]].round(3).values.tolist()
    [['A', 'B', 0.333]]
    """
    columns = ["brand_a", "brand_b", "n_shared_markets", "commonality", "jaffe",
               "closeness_normalised"]  # fmt: skip
    there = result.pairs.set_index(["brand_a", "brand_b"])["commonality"]
    back = there.swaplevel().rename_axis(["brand_a", "brand_b"]).reindex(there.index)
    pairs = result.pairs[columns].assign(back=back.to_numpy())
    if brand is None:
        pairs = pairs[pairs["brand_a"].astype(str) < pairs["brand_b"].astype(str)]
        pairs = pairs.assign(both=(pairs["commonality"] + pairs["back"]) / 2)
        order = ["both", "brand_a", "brand_b"]
        pairs = pairs.sort_values(order, ascending=[False, True, True], kind="stable")
        return pairs.drop(columns="both").reset_index(drop=True)
    known = result.brands["brand"].astype(str).tolist()
    if brand not in known:
        raise InputError(
            f"`brand` must be a bank with a market; found {shown(brand)}."
            f"{did_you_mean(str(brand), known) or f' They are {shown(known)}.'}"
        )
    mine = pairs[pairs["brand_a"] == brand]
    order = ["commonality", "brand_b"]
    return mine.sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)


def compared_pair(result: BrandOverlap, *, brand: str | None = None) -> tuple[str, str] | None:
    """Choose the two banks whose likeness is worth taking apart.

    Parameters
    ----------
    result : BrandOverlap
    brand : str, optional
        With it: this bank and its nearest rival, or sister where it has no rival. Without: the
        two most alike rivals of the market.

    Returns
    -------
    tuple of (str, str) or None
        None where no two can be compared.

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
