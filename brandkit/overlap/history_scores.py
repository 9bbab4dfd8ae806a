"""Each bank's likeness to its rivals at one date, under several readings of the same offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.overlap.chance import best_of_draws
from brandkit.overlap.facets import CatalogFacets, CategoryFacets
from brandkit.overlap.history_cells import Ledger, Mask, restricted
from brandkit.overlap.history_points import Rules, point_scores
from brandkit.overlap.matches import SISTER_SHARE, SISTER_SIMILARITY

Truth = NDArray[np.bool_]
Whole = NDArray[np.int64]
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Market:
    """One date's offers and the rules they are compared by.

    Parameters
    ----------
    facets : CatalogFacets
    who : ndarray of int
        The bank that each brand code of the catalogue is.
    n_banks : int
    rules : Rules
    """

    facets: CatalogFacets
    who: Whole
    n_banks: int
    rules: Rules


@dataclass(frozen=True)
class Reading:
    """One way to read a date: which cells count and which banks are there."""

    mask: Mask | None
    banks: Truth


def bank_likeness(
    market: Market,
    readings: Mapping[str, Reading],
    *,
    ledger: Ledger,
    sister: Truth,
    n_drawn: Mapping[str, int],
) -> dict[str, Floats]:
    """Give each bank's likeness to its rivals under every reading.

    Parameters
    ----------
    n_drawn : mapping of category to number
        How many rivals' offers each offer is held against.

    Returns
    -------
    dict of ndarray, shape (banks,)
        Mean over the bank's offers of the best match to expect among that many rivals' offers;
        0 for an offer that has no rival in its category, offers with nothing comparable left out.
        Missing for banks that are not there.
    """
    masks = {name: reading.mask for name, reading in readings.items()}
    total = {name: np.zeros(market.n_banks) for name in readings}
    count = {name: np.zeros(market.n_banks) for name in readings}
    for category in market.facets.categories:
        bank = market.who[category.brands]
        for rows, scores in _scored(market, category, masks, ledger):
            for name, reading in readings.items():
                there = reading.banks[bank]
                for mine, rivals in _pools(bank, rows, there, sister):
                    value = _expected(
                        scores[name][np.ix_(mine, rivals)], n_drawn[category.category]
                    )
                    known = ~np.isnan(value)
                    total[name][bank[rows[mine[0]]]] += value[known].sum()
                    count[name][bank[rows[mine[0]]]] += known.sum()
    return {
        name: np.divide(total[name], count[name], out=np.full(market.n_banks, np.nan),
                        where=count[name] > 0)
        for name in readings
    }  # fmt: skip


def close_pairs(market: Market, *, ledger: Ledger) -> Truth:
    """Say which banks have nearly one catalogue: the rule of sisters.

    Returns
    -------
    ndarray of bool, banks x banks, symmetric
    """
    n = market.n_banks
    close, size = np.zeros((n, n)), np.zeros(n)
    for category in market.facets.categories:
        bank = market.who[category.brands]
        starts = np.flatnonzero(np.append(True, np.diff(category.brands) != 0))
        for rows, scores in _scored(market, category, {"": None}, ledger):
            score = scores[""]
            own = ~np.isnan(score[np.arange(len(rows)), rows])
            best = np.fmax.reduceat(score, starts, axis=1)[own]
            partner = np.zeros((int(own.sum()), n))
            partner[:, bank[starts]] = np.nan_to_num(best) >= SISTER_SIMILARITY - _ROUNDING
            np.add.at(close, bank[rows[own]], partner)
            np.add.at(size, bank[rows[own]], 1)
    share = np.divide(close, size[:, None], out=np.zeros((n, n)), where=size[:, None] > 0)
    enough = (share >= SISTER_SHARE - _ROUNDING) & (size[:, None] <= size[None, :])
    enough &= (size[:, None] > 0) & (size[None, :] > 0)
    sister: Truth = enough | enough.T
    np.fill_diagonal(sister, False)
    return sister


def usual_sizes(facets: CatalogFacets) -> dict[str, int]:
    """Give for each category how many offers a bank has in the middle."""
    return {
        category.category: int(np.median(np.unique(category.brands, return_counts=True)[1]))
        for category in facets.categories
    }


def _scored(
    market: Market, category: CategoryFacets, masks: Mapping[str, Mask | None], ledger: Ledger
) -> Iterator[tuple[Whole, dict[str, Floats]]]:
    """Compare a category under every mask; readings that share a mask share the similarities."""
    first = {id(mask): name for name, mask in reversed(list(masks.items()))}
    cut = {
        name: category if mask is None else restricted(category, mask, ledger, market.who)
        for name, mask in masks.items()
        if first[id(mask)] == name
    }
    for rows, scores in point_scores(category, cut, market.facets, market.rules):
        yield rows, {name: scores[first[id(mask)]] for name, mask in masks.items()}


def _pools(bank: Whole, rows: Whole, there: Truth, sister: Truth) -> Iterator[tuple[Whole, Whole]]:
    """Give each bank's rows of a block and the offers of its rivals."""
    for each in np.unique(bank[rows][there[rows]]):
        mine = np.flatnonzero(bank[rows] == each)
        rivals = np.flatnonzero(there & (bank != each) & ~sister[each][bank])
        yield mine, rivals


def _expected(pool: Floats, n_drawn: int) -> Floats:
    if not pool.shape[1]:
        return np.zeros(len(pool))
    return best_of_draws(pool, np.array([min(n_drawn, pool.shape[1])]))[:, 0]
