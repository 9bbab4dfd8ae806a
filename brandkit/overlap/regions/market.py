"""Market overlap: how much two banks meet in the same places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    require_columns,
    require_frame,
    shown,
)
from brandkit.core.message import Message
from brandkit.core.result import Result

Matrix: TypeAlias = Any
"""A scipy sparse array; scipy says nothing of its types."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MarketOverlap(Result):
    """How much banks meet, pair by pair.

    Parameters
    ----------
    pairs : DataFrame
        One row an ordered pair of different banks that share a market: ``brand_a brand_b
        n_shared_markets commonality jaffe closeness closeness_normalised``. ``commonality`` is
        directed (how much of a's market power meets b), the others are the same both ways.
        Pairs that meet nowhere are left out: their commonality and Jaffe cosine are 0.
    brands : DataFrame
        One row a bank: ``brand n_markets amount self_commonality rival rival_commonality
        n_rivals``: the rival it meets most, and with how many it shares a market.
    n_markets : int
        Markets with any amount.
    """

    pairs: pd.DataFrame
    brands: pd.DataFrame
    n_markets: int

    def tidy(self) -> pd.DataFrame:
        """Give the pairs."""
        return self.pairs.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, markets, pairs that meet."""
        return pd.DataFrame(
            {
                "n_brands": [len(self.brands)],
                "n_markets": [self.n_markets],
                "n_meeting": [len(self.pairs) // 2],
            }
        )


def market_overlap(
    presence: pd.DataFrame, *, brand: str, market: str, amount: str | None = None
) -> MarketOverlap:
    """Measure how much banks meet in the same markets.

    Answers *whom do we meet where it matters to us, and do they meet us where it matters to
    them?* from branches or deposits by region.

    Parameters
    ----------
    presence : DataFrame
        One row a bank and market, or one row a branch.
    brand, market : str
        Columns with the bank and the market.
    amount : str, optional
        Column with an amount >= 0, such as deposits; rows of the same bank and market add up.
        Without it rows are counted: branches, or presence.

    Returns
    -------
    MarketOverlap

    Raises
    ------
    InputError
        Where a column is missing, or a bank or market is empty.
    ScaleError
        Where an amount is missing, infinite or negative.
    NotEnoughDataError
        Where fewer than two banks have any amount.

    Notes
    -----
    With x_ai the amount of bank a in market i, a dot for a sum and s_a = x_a / x_a.:

    - market commonality (Chen 1996, directed): M_ab = sum_i (x_ai / x_a.) (x_bi / x_.i), so that
      M_ab x_a. = M_ba x_b.;
    - Jaffe's proximity: the cosine of s_a and s_b;
    - closeness over related markets (Bloom, Schankerman and Van Reenen 2013): with u_a the shares
      at unit length and O the cosines between markets' columns of shares, B_ab = u_a' O u_b, and
      normalised B_ab / sqrt(B_aa B_bb): two banks in different but related markets are close.

    References
    ----------
    Chen, M.-J. (1996). Competitor analysis and interfirm rivalry. Academy of Management Review
    21(1). Jaffe, A. (1986). American Economic Review 76(5). Bloom, N., Schankerman, M. and
    Van Reenen, J. (2013). Identifying technology spillovers and product market rivalry.
    Econometrica 81(4). doi:10.3982/ECTA9466

    Examples
    --------
    >>> import pandas as pd
    >>> branches = pd.DataFrame({"bank": ["A", "A", "B", "B"], "city": ["x", "y", "x", "x"]})
    >>> result = market_overlap(branches, brand="bank", market="city")
    >>> result.pairs[["brand_a", "brand_b", "commonality"]].round(3).values.tolist()
    [['A', 'B', 0.333], ['B', 'A', 0.333]]
    """
    require_frame("presence", presence)
    names = [brand, market] if amount is None else [brand, market, amount]
    require_columns(presence, names, argument="brand, market, amount")
    amounts, brands, markets, dropped = _amounts(presence, brand, market, amount)

    measures = _measures(amounts)

    pairs = _pairs(measures, brands)
    return MarketOverlap(
        pairs=pairs,
        brands=_brands(measures, brands, pairs),
        n_markets=len(markets),
        notes=_notes(dropped),
    )


def _amounts(
    presence: pd.DataFrame, brand: str, market: str, amount: str | None
) -> tuple[Matrix, pd.Index, pd.Index, list[str]]:
    """Add up to banks × markets, in the order of their names, banks without any amount out."""
    for column in (brand, market):
        if presence[column].isna().any():
            raise InputError(
                f"`{column}` must name a bank or market in every row; found "
                f"{int(presence[column].isna().sum())} empty cells. Fill or leave out these rows."
            )
    size = pd.Series(1.0, index=presence.index) if amount is None else presence[amount]
    numbers = pd.to_numeric(size, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    bad = ~np.isfinite(numbers) | (numbers < 0)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        raise ScaleError(
            f"`{amount}` must hold amounts >= 0; found {shown(size.iloc[at])} in row "
            f"{shown(presence.index[at])}, and {int(bad.sum())} such rows in all. "
            "Fill them, or leave `amount` out to count rows."
        )
    rows, brands = pd.factorize(presence[brand], sort=True)
    columns, markets = pd.factorize(presence[market], sort=True)
    table = sparse.coo_array((numbers, (rows, columns)), shape=(len(brands), len(markets))).tocsr()
    table.eliminate_zeros()
    has_any = np.asarray(table.sum(axis=1)).ravel() > 0
    if has_any.sum() < 2:
        raise NotEnoughDataError(
            "`presence` must hold at least 2 banks with an amount above 0; "
            f"found {int(has_any.sum())}."
        )
    used = np.asarray(table.sum(axis=0)).ravel() > 0
    dropped = [str(name) for name in brands[~has_any]]
    return table[has_any][:, used], pd.Index(brands[has_any]), pd.Index(markets[used]), dropped


@dataclass(frozen=True)
class _Measures:
    commonality: Matrix
    shared: Matrix  # number of markets both are in
    unit: Matrix  # shares at unit length, banks × markets
    related: Matrix  # unit rows carried through related markets, banks × markets
    own: np.ndarray  # closeness of each bank with itself
    totals: np.ndarray


def _measures(amounts: Matrix) -> _Measures:
    totals = np.asarray(amounts.sum(axis=1)).ravel()
    in_market = np.asarray(amounts.sum(axis=0)).ravel()
    shares = _scaled_rows(amounts, 1 / totals)
    commonality = (shares @ _scaled_columns(amounts, 1 / in_market).T).tocsr()
    unit = _scaled_rows(shares, 1 / np.sqrt(_row_squares(shares)))
    markets = _scaled_columns(shares, 1 / np.sqrt(_row_squares(shares.T.tocsr())))
    # B = u O u' with O = X'X: through u X' first, banks × banks, sparse as meeting is.
    carried = (unit @ markets.T).tocsr()
    present = amounts.copy()
    present.data = np.ones_like(present.data)
    return _Measures(
        commonality=commonality,
        shared=(present @ present.T).tocsr(),
        unit=unit,
        related=carried,
        own=_row_squares(carried),
        totals=totals,
    )


def _pairs(measures: _Measures, brands: pd.Index) -> pd.DataFrame:
    """List ordered pairs that meet; closeness row by row of those only."""
    met = measures.shared.tocoo()
    apart = met.row != met.col
    a, b, shared = met.row[apart], met.col[apart], met.data[apart]
    order = np.lexsort((b, a))
    a, b, shared = a[order], b[order], shared[order]
    closeness = _dots(measures.related, a, b)
    names = brands.to_numpy()
    return pd.DataFrame(
        {
            "brand_a": names[a],
            "brand_b": names[b],
            "n_shared_markets": shared.astype(int),
            "commonality": _at(measures.commonality, a, b),
            "jaffe": _dots(measures.unit, a, b),
            "closeness": closeness,
            "closeness_normalised": closeness / np.sqrt(measures.own[a] * measures.own[b]),
        }
    )


def _brands(measures: _Measures, brands: pd.Index, pairs: pd.DataFrame) -> pd.DataFrame:
    most = pairs.sort_values(
        ["brand_a", "commonality", "brand_b"], ascending=[True, False, True]
    ).drop_duplicates("brand_a")
    first = most.set_index("brand_a")
    rivals = pairs.groupby("brand_a", observed=True).size()
    return pd.DataFrame(
        {
            "brand": brands.to_numpy(),
            "n_markets": measures.shared.diagonal().astype(int),
            "amount": measures.totals,
            "self_commonality": measures.commonality.diagonal(),
            "rival": first["brand_b"].reindex(brands).to_numpy(),
            "rival_commonality": first["commonality"].reindex(brands).to_numpy(),
            "n_rivals": rivals.reindex(brands, fill_value=0).to_numpy(),
        }
    )


def _notes(dropped: list[str]) -> tuple[Message, ...]:
    if not dropped:
        return ()
    text = "Left out for want of any amount: {n:count} {n:bank|banks} ({names})."
    return (Message(text, {"n": len(dropped), "names": dropped[:5]}),)


def _scaled_rows(table: Matrix, factor: np.ndarray) -> Matrix:
    return (sparse.diags_array(factor) @ table).tocsr()


def _scaled_columns(table: Matrix, factor: np.ndarray) -> Matrix:
    return (table @ sparse.diags_array(factor)).tocsr()


def _row_squares(table: Matrix) -> np.ndarray:
    return np.asarray(table.multiply(table).sum(axis=1)).ravel()


def _at(table: Matrix, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    # Of no places scipy makes a table, not an array.
    return np.asarray(table[rows, columns]).ravel() if len(rows) else np.zeros(0)


def _dots(table: Matrix, a: np.ndarray, b: np.ndarray, *, step: int = 100_000) -> np.ndarray:
    """Row products of many pairs, in steps that fit in memory."""
    parts = [
        np.asarray(table[a[at : at + step]].multiply(table[b[at : at + step]]).sum(axis=1)).ravel()
        for at in range(0, len(a), step)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)
