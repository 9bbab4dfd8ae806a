"""Words and silence over dates: which entries a market uses, which bank states them when.

An index of overlap can move because banks changed, because the words of the catalogues did, or
because a bank began or ceased to tell. Here each of the last two becomes a mask over the cells
(bank x entry of a list), so that the same offers can be compared again without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy.sparse as sp

from brandkit.core.linalg import Flags, Floats, Ints
from brandkit.overlap.brands.kernel import best_of_draws
from brandkit.overlap.brands.matches import SISTER_SHARE, SISTER_SIMILARITY
from brandkit.overlap.history.points import Rules, point_scores
from brandkit.overlap.similarity.facets import (
    CatalogFacets,
    CategoryFacets,
    Facet,
    Lists,
    Numbers,
    Texts,
)

Vocabulary = Literal["both", "first", "last"]
Place = tuple[str, Facet]
"""A category and a facet."""
_TEXT = ("text",)


@dataclass(frozen=True)
class Stated:
    """What each bank states at one date in one category and facet.

    Parameters
    ----------
    used : ndarray of bool, banks x entries
        At least one offer has it.
    told : ndarray of bool, banks x entries
        At least one offer says whether it has it.
    """

    used: Flags
    told: Flags

    @classmethod
    def nothing(cls, n_banks: int, n_entries: int) -> Stated:
        """Give a record in which nobody has stated anything yet."""
        shape = (n_banks, n_entries)
        return cls(np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool))


@dataclass(frozen=True)
class Ledger:
    """Who states what at every date.

    Parameters
    ----------
    entries : mapping of (category, facet) to entries of all dates, ascending
    dates : tuple of mappings from (category, facet) to Stated
    """

    entries: Mapping[Place, tuple[str, ...]]
    dates: tuple[Mapping[Place, Stated], ...]


Mask = Mapping[Place, Flags]
"""Cells to keep, banks x entries; a category and facet that is not named keeps all."""


def ledger_of(facets: Sequence[CatalogFacets], banks: Sequence[Ints], n_banks: int) -> Ledger:
    """Gather who states what.

    Parameters
    ----------
    facets : sequence of CatalogFacets, one a date
    banks : sequence of ndarray of int
        For each date, the bank that each of its brand codes is.
    n_banks : int
    """
    known: dict[Place, set[str]] = {}
    for each in facets:
        for category in each.categories:
            for facet, keys in _keys(category).items():
                known.setdefault((category.category, facet), set()).update(keys)
    entries = {place: tuple(sorted(keys)) for place, keys in known.items()}
    dates = []
    for each, who in zip(facets, banks, strict=True):
        found = {}
        for category in each.categories:
            rows = who[category.brands]
            for facet in _keys(category):
                place = (category.category, facet)
                stated = Stated.nothing(n_banks, len(entries[place]))
                _state(stated, category, facet, entries=entries[place], rows=rows)
                found[place] = stated
        dates.append(found)
    return Ledger(entries, tuple(dates))


def vocabulary_mask(
    ledger: Ledger,
    *,
    panel: Flags,
    ends: tuple[int, int],
    between: Sequence[int],
    base: Vocabulary,
) -> tuple[Mask, Mask]:
    """Leave out entries that do not belong to the fixed vocabulary.

    The fixed vocabulary holds what the panel uses at both ends ("both"), or at the first or last.
    Entries that only other banks use are never left out: they come and go with these banks.

    Returns
    -------
    keep, fixed : masks
        Cells to keep; entries of the fixed vocabulary, of shape (1, entries).
    """
    keep: dict[Place, Flags] = {}
    fixed: dict[Place, Flags] = {}
    for place, entries in ledger.entries.items():
        first, last = (_used(ledger, at, place, panel) for at in ends)
        ever = np.logical_or.reduce([_used(ledger, at, place, panel) for at in between])
        belongs = {"both": first & last, "first": first, "last": last}[base]
        if entries == _TEXT:
            belongs = ever = np.ones(1, dtype=bool)
        fixed[place] = belongs[None, :]
        keep[place] = np.broadcast_to((belongs | ~ever)[None, :], (len(panel), len(entries)))
    return keep, fixed


def disclosure_mask(
    ledger: Ledger,
    *,
    panel: Flags,
    ends: tuple[int, int],
    fixed: Mask,
    grain: Literal["cell", "list"] = "cell",
) -> Mask:
    """Leave out what a bank of the panel does not disclose at both ends.

    Parameters
    ----------
    fixed : mask
        Only entries of the fixed vocabulary are judged; the others are a matter of words.
    grain : "cell" | "list"
        "list" leaves out only whole lists that were not published at one end.
    """
    keep: dict[Place, Flags] = {}
    for place, entries in ledger.entries.items():
        shape = (len(panel), len(entries))
        first, last = (_told(ledger, at, place, shape) for at in ends)
        if grain == "list":
            published = first.any(axis=1) & last.any(axis=1)
            keep[place] = np.broadcast_to((~panel | published)[:, None], shape)
        else:
            keep[place] = ~panel[:, None] | ~fixed[place] | (first & last)
    return keep


def joined(*masks: Mask) -> Mask:
    """Keep what every mask keeps."""
    return {place: np.logical_and.reduce([mask[place] for mask in masks]) for place in masks[0]}


def restricted(category: CategoryFacets, mask: Mask, ledger: Ledger, who: Ints) -> CategoryFacets:
    """Give a category without the cells that a mask leaves out.

    Parameters
    ----------
    who : ndarray of int
        The bank that each of the catalogue's brand codes is.
    """
    rows = who[category.brands]

    def kept(facet: Facet, keys: Sequence[str]) -> Flags:
        place = (category.category, facet)
        at = np.searchsorted(np.array(ledger.entries[place]), np.array(keys))
        cells: Flags = mask[place][rows][:, at]
        return cells

    return replace(
        category,
        lists={f: _kept_lists(each, kept(f, each.keys)) if each.keys else each
               for f, each in category.lists.items()},
        numbers={f: _kept_numbers(each, kept(f, each.keys)) if each.keys else each
                 for f, each in category.numbers.items()},
        texts={f: _kept_texts(each, kept(f, _TEXT)[:, 0]) for f, each in category.texts.items()},
    )  # fmt: skip


def _keys(category: CategoryFacets) -> dict[Facet, tuple[str, ...]]:
    found: dict[Facet, tuple[str, ...]] = {f: each.keys for f, each in category.lists.items()}
    found |= {facet: each.keys for facet, each in category.numbers.items()}
    return found | dict.fromkeys(category.texts, _TEXT)


def _state(
    stated: Stated,
    category: CategoryFacets,
    facet: Facet,
    *,
    entries: tuple[str, ...],
    rows: Ints,
) -> None:
    """Write down what the offers of a category state in one facet; ``rows`` are their banks."""
    if facet in category.texts:
        those = rows[category.texts[facet].codes >= 0]
        stated.used[those] = stated.told[those] = True
        return
    cells = category.lists[facet] if facet in category.lists else category.numbers[facet]
    if not cells.keys:
        return
    at = np.searchsorted(np.array(entries), np.array(cells.keys))
    yes = cells.has if isinstance(cells, Lists) else cells.stated
    no = cells.has_not if isinstance(cells, Lists) else cells.settled
    for target, matrix in ((stated.used, yes), (stated.told, yes), (stated.told, no)):
        cell = sp.coo_array(matrix)
        there = cell.data > 0
        target[rows[cell.row[there]], at[cell.col[there]]] = True


def _used(ledger: Ledger, at: int, place: Place, panel: Flags) -> Flags:
    stated = ledger.dates[at].get(place)
    if stated is None:
        return np.zeros(len(ledger.entries[place]), dtype=bool)
    used: Flags = np.any(stated.used[panel], axis=0)
    return used


def _told(ledger: Ledger, at: int, place: Place, shape: tuple[int, int]) -> Flags:
    stated = ledger.dates[at].get(place)
    return np.zeros(shape, dtype=bool) if stated is None else stated.told


def _kept_lists(lists: Lists, keep: Flags) -> Lists:
    if keep.all():
        return lists
    return replace(lists, has=_masked(lists.has, keep), has_not=_masked(lists.has_not, keep))


def _kept_numbers(numbers: Numbers, keep: Flags) -> Numbers:
    if keep.all():
        return numbers
    chosen = [keep[rows, at] for at, rows in enumerate(numbers.rows)]
    return replace(
        numbers,
        stated=_masked(numbers.stated, keep),
        settled=_masked(numbers.settled, keep),
        rows=tuple(rows[at] for rows, at in zip(numbers.rows, chosen, strict=True)),
        values=tuple(values[at] for values, at in zip(numbers.values, chosen, strict=True)),
    )


def _kept_texts(texts: Texts, keep: Flags) -> Texts:
    return texts if keep.all() else Texts(np.where(keep, texts.codes, -1))


def _masked(matrix: sp.csr_array, keep: Flags) -> sp.csr_array:
    masked = sp.csr_array(matrix.multiply(keep))
    # a zero that is written down would count as an entry
    masked.eliminate_zeros()
    return masked


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
    who: Ints
    n_banks: int
    rules: Rules


@dataclass(frozen=True)
class Reading:
    """One way to read a date: which cells count and which banks are there."""

    mask: Mask | None
    banks: Flags


def bank_likeness(
    market: Market,
    readings: Mapping[str, Reading],
    *,
    ledger: Ledger,
    sister: Flags,
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


def close_pairs(market: Market, *, ledger: Ledger) -> Flags:
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
    sister: Flags = enough | enough.T
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
) -> Iterator[tuple[Ints, dict[str, Floats]]]:
    """Compare a category under every mask; readings that share a mask share the similarities."""
    first = {id(mask): name for name, mask in reversed(list(masks.items()))}
    cut = {
        name: category if mask is None else restricted(category, mask, ledger, market.who)
        for name, mask in masks.items()
        if first[id(mask)] == name
    }
    for rows, scores in point_scores(category, cut, market.facets, market.rules):
        yield rows, {name: scores[first[id(mask)]] for name, mask in masks.items()}


def _pools(bank: Ints, rows: Ints, there: Flags, sister: Flags) -> Iterator[tuple[Ints, Ints]]:
    """Give each bank's rows of a block and the offers of its rivals."""
    for each in np.unique(bank[rows][there[rows]]):
        mine = np.flatnonzero(bank[rows] == each)
        rivals = np.flatnonzero(there & (bank != each) & ~sister[each][bank])
        yield mine, rivals


def _expected(pool: Floats, n_drawn: int) -> Floats:
    if not pool.shape[1]:
        return np.zeros(len(pool))
    return best_of_draws(pool, np.array([min(n_drawn, pool.shape[1])]))[:, 0]
