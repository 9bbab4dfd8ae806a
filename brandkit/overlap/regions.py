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
    frame_of,
    require_columns,
    shown,
)
from brandkit.core.labels import coded
from brandkit.core.linalg import Floats, Ints
from brandkit.core.message import Message
from brandkit.core.result import Result

MOST_ROWS = 12
"""Rows of the figure."""
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

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, markets, pairs that meet."""
        columns = "n_brands n_markets n_meeting"
        return self._row(columns, n_brands=len(self.brands), n_meeting=len(self.pairs) // 2)


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
    presence = frame_of("presence", presence)
    columns = [brand, market] if amount is None else [brand, market, amount]
    require_columns(presence, columns, argument="brand, market, amount")
    amounts, names, dropped = _amounts(presence, brand, market, amount)

    pairs, brands = _measured(amounts, names)

    notes: tuple[Message, ...] = ()
    if dropped:
        text = "Left out for want of any amount: {n:count} {n:bank|banks} ({names})."
        notes = (Message(text, {"n": len(dropped), "names": dropped[:5]}),)
    return MarketOverlap(pairs=pairs, brands=brands, n_markets=amounts.shape[1], notes=notes)


def _amounts(
    presence: pd.DataFrame, brand: str, market: str, amount: str | None
) -> tuple[Matrix, pd.Index, list[str]]:
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
    # labels are text: a bank written 1, 1.0 or "1" is one bank
    (rows, brands), (columns, markets) = (coded(presence[name]) for name in (brand, market))
    table = sparse.coo_array((numbers, (rows, columns)), shape=(len(brands), len(markets))).tocsr()
    table.eliminate_zeros()
    has_any = np.asarray(table.sum(axis=1)).ravel() > 0
    if has_any.sum() < 2:
        raise NotEnoughDataError(
            "`presence` must hold at least 2 banks with an amount above 0; "
            f"found {int(has_any.sum())}."
        )
    used = np.asarray(table.sum(axis=0)).ravel() > 0
    names = pd.Index(brands)
    return table[has_any][:, used], names[has_any], names[~has_any].tolist()


def _measured(amounts: Matrix, names: pd.Index) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give the pairs that meet and the banks; amounts are banks x markets, sparse as meeting is."""
    totals, in_market = (np.asarray(amounts.sum(axis=axis)).ravel() for axis in (1, 0))
    shares = (sparse.diags_array(1 / totals) @ amounts).tocsr()
    commonality = (shares @ (amounts @ sparse.diags_array(1 / in_market)).T).tocsr()
    unit = (sparse.diags_array(1 / np.sqrt(_squares(shares))) @ shares).tocsr()
    markets = shares @ sparse.diags_array(1 / np.sqrt(_squares(shares.T.tocsr())))
    # B = u O u' with O = X'X: through u X' first, banks x banks
    carried = (unit @ markets.T).tocsr()
    own = _squares(carried)
    present = (amounts > 0).astype(float)
    shared = (present @ present.T).tocsr()

    met = shared.tocoo()
    apart = met.row != met.col
    order = np.lexsort((met.col[apart], met.row[apart]))
    a, b = met.row[apart][order], met.col[apart][order]
    closeness = _dots(carried, a, b)
    labels = names.to_numpy()
    pairs = pd.DataFrame(
        {
            "brand_a": labels[a],
            "brand_b": labels[b],
            "n_shared_markets": met.data[apart][order].astype(int),
            # of no places scipy makes a table, not an array
            "commonality": np.asarray(commonality[a, b]).ravel() if len(a) else np.zeros(0),
            "jaffe": _dots(unit, a, b),
            "closeness": closeness,
            "closeness_normalised": closeness / np.sqrt(own[a] * own[b]),
        }
    )
    most = pairs.sort_values(["commonality", "brand_b"], ascending=[False, True])
    first = most.drop_duplicates("brand_a").set_index("brand_a").reindex(names)
    brands = pd.DataFrame(
        {
            "brand": labels,
            "n_markets": shared.diagonal().astype(int),
            "amount": totals,
            "self_commonality": commonality.diagonal(),
            "rival": first["brand_b"].to_numpy(),
            "rival_commonality": first["commonality"].to_numpy(),
            "n_rivals": pairs["brand_a"].value_counts().reindex(names, fill_value=0).to_numpy(),
        }
    )
    return pairs, brands


def _squares(table: Matrix) -> Floats:
    """Sum the squares of each row."""
    return np.asarray(table.multiply(table).sum(axis=1)).ravel()


def _dots(table: Matrix, a: Ints, b: Ints, *, step: int = 100_000) -> Floats:
    """Row products of many pairs, in steps that fit in memory."""
    parts = [
        np.asarray(table[a[at : at + step]].multiply(table[b[at : at + step]]).sum(axis=1)).ravel()
        for at in range(0, len(a), step)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def meeting_pairs(result: MarketOverlap, *, brand: str | None = None) -> pd.DataFrame:
    """List whom one bank meets most in its markets, or which banks of the market meet most.

    ``back`` is the commonality the other way. With a bank its pairs, the largest commonality
    first; without, every pair once, by the mean of both ways, those first that meet in two markets
    and in a tenth of all: who is in one market only may share all of a small business.

    Examples
    --------
    >>> branches = pd.DataFrame({"bank": ["A", "A", "B", "B"], "city": ["x", "y", "x", "x"]})
    >>> result = market_overlap(branches, brand="bank", market="city")
    >>> meeting_pairs(result)[["brand_a", "brand_b", "back"]].round(3).values.tolist()
    [['A', 'B', 0.333]]
    """
    there = result.pairs.set_index(["brand_a", "brand_b"])["commonality"]
    back = there.swaplevel().rename_axis(["brand_a", "brand_b"]).reindex(there.index)
    pairs = result.pairs.drop(columns="closeness").assign(back=back.to_numpy())
    if brand is not None:
        kept, rank, widely = pairs["brand_a"] == brand, -pairs["commonality"], 0.0
    else:
        kept, rank = pairs["brand_a"] < pairs["brand_b"], -(pairs["commonality"] + pairs["back"])
        widely = max(2, result.n_markets / 10)
    rows = pairs.assign(narrow=pairs["n_shared_markets"] < widely, rank=rank)[kept]
    order = ["narrow", "rank", "brand_a", "brand_b"]
    return rows.sort_values(order, kind="stable", ignore_index=True).drop(columns=order[:2])
