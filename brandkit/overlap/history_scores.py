"""Each bank's likeness to its rivals at one date, under several readings of the same offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brandkit.core.linalg import Floats
from brandkit.overlap.chance import best_of_draws
from brandkit.overlap.facets import FACETS, CatalogFacets, CategoryFacets, Facet
from brandkit.overlap.history_cells import Ledger, Mask, restricted
from brandkit.overlap.matches import SISTER_SHARE, SISTER_SIMILARITY
from brandkit.overlap.scores import CategoryScores, FacetScores, row_blocks
from brandkit.sources.reference import Reference

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
    reference : Reference
    weights : mapping of facet to weight
    min_compared : float
    """

    facets: CatalogFacets
    who: Whole
    n_banks: int
    reference: Reference
    weights: Mapping[Facet, float]
    min_compared: float


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
    """Compare a category block by block, every mask's similarities at once.

    Facets that a mask leaves as they are, texts above all, are compared once for all masks.
    """
    whole = CategoryScores(category, market.facets, market.reference)
    changed: dict[str, tuple[CategoryScores, frozenset[Facet]]] = {}
    same: dict[int, str] = {}
    for name, mask in masks.items():
        if id(mask) in same:
            continue
        same[id(mask)] = name
        if mask is None:
            changed[name] = (_part(market, category, category), frozenset())
            continue
        cut = restricted(category, mask, ledger, market.who)
        changed[name] = (_part(market, category, cut), frozenset(_differing(category, cut)))
    for rows in row_blocks(category):
        base = {each.facet: each for each in whole.facets(rows)}
        scores = {}
        for name, (scorer, facets) in changed.items():
            other = {each.facet: each for each in scorer.facets(rows)}
            found = [
                each
                for facet in FACETS
                if (each := (other if facet in facets else base).get(facet)) is not None
            ]
            scores[name] = _similarity(found, market)
        yield rows, {name: scores[same[id(mask)]] for name, mask in masks.items()}


def _differing(category: CategoryFacets, cut: CategoryFacets) -> list[Facet]:
    pairs: list[tuple[Mapping[Facet, object], Mapping[Facet, object]]] = [
        (category.lists, cut.lists), (category.numbers, cut.numbers), (category.texts, cut.texts)
    ]  # fmt: skip
    return [facet for old, new in pairs for facet in new if new[facet] is not old[facet]]


def _part(market: Market, category: CategoryFacets, cut: CategoryFacets) -> CategoryScores:
    """Give a scorer for the facets that differ alone."""
    chosen = set(_differing(category, cut))
    part = replace(
        cut,
        lists={facet: each for facet, each in cut.lists.items() if facet in chosen},
        numbers={facet: each for facet, each in cut.numbers.items() if facet in chosen},
        texts={facet: each for facet, each in cut.texts.items() if facet in chosen},
    )
    return CategoryScores(part, market.facets, market.reference)


def _similarity(facets: Sequence[FacetScores], market: Market) -> Floats:
    """Gather facets into Gower's similarity; missing where too little can be compared."""
    first = facets[0]
    parts, weight, whole = (np.zeros(first.score.shape) for _ in range(3))
    for each in facets:
        worth = market.weights.get(each.facet, 0.0)
        if worth > 0:
            parts += worth * each.score
            weight += worth * each.compared
            whole += worth * each.counted
    enough = (weight > 0) & (weight >= market.min_compared * whole - _ROUNDING)
    score = np.divide(parts, weight, out=np.full(parts.shape, np.nan), where=enough)
    return np.minimum(score, 1.0)


def _pools(
    bank: Whole, rows: Whole, there: Truth, sister: Truth
) -> Iterator[tuple[Whole, Whole]]:
    """Give each bank's rows of a block and the offers of its rivals."""
    for each in np.unique(bank[rows][there[rows]]):
        mine = np.flatnonzero(bank[rows] == each)
        rivals = np.flatnonzero(there & (bank != each) & ~sister[each][bank])
        yield mine, rivals


def _expected(pool: Floats, n_drawn: int) -> Floats:
    if not pool.shape[1]:
        return np.zeros(len(pool))
    return best_of_draws(pool, np.array([min(n_drawn, pool.shape[1])]))[:, 0]
