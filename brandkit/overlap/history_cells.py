"""Words and silence over dates: which entries a market uses, which bank states them when.

An index of overlap can move because banks changed, because the words of the catalogues did, or
because a bank began or ceased to tell. Here each of the last two becomes a mask over the cells
(bank x entry of a list), so that the same offers can be compared again without them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from brandkit.overlap.facets import (
    CatalogFacets,
    CategoryFacets,
    Facet,
    Lists,
    Numbers,
    Texts,
)

Truth = NDArray[np.bool_]
Whole = NDArray[np.int64]
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

    used: Truth
    told: Truth

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


Mask = Mapping[Place, Truth]
"""Cells to keep, banks x entries; a category and facet that is not named keeps all."""


def ledger_of(facets: Sequence[CatalogFacets], banks: Sequence[Whole], n_banks: int) -> Ledger:
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
    panel: Truth,
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
    keep: dict[Place, Truth] = {}
    fixed: dict[Place, Truth] = {}
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
    panel: Truth,
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
    keep: dict[Place, Truth] = {}
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


def restricted(category: CategoryFacets, mask: Mask, ledger: Ledger, who: Whole) -> CategoryFacets:
    """Give a category without the cells that a mask leaves out.

    Parameters
    ----------
    who : ndarray of int
        The bank that each of the catalogue's brand codes is.
    """
    rows = who[category.brands]

    def kept(facet: Facet, keys: Sequence[str]) -> Truth:
        place = (category.category, facet)
        at = np.searchsorted(np.array(ledger.entries[place]), np.array(keys))
        cells: Truth = mask[place][rows][:, at]
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
    rows: Whole,
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


def _used(ledger: Ledger, at: int, place: Place, panel: Truth) -> Truth:
    stated = ledger.dates[at].get(place)
    if stated is None:
        return np.zeros(len(ledger.entries[place]), dtype=bool)
    used: Truth = np.any(stated.used[panel], axis=0)
    return used


def _told(ledger: Ledger, at: int, place: Place, shape: tuple[int, int]) -> Truth:
    stated = ledger.dates[at].get(place)
    return np.zeros(shape, dtype=bool) if stated is None else stated.told


def _kept_lists(lists: Lists, keep: Truth) -> Lists:
    if keep.all():
        return lists
    return replace(lists, has=_masked(lists.has, keep), has_not=_masked(lists.has_not, keep))


def _kept_numbers(numbers: Numbers, keep: Truth) -> Numbers:
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


def _kept_texts(texts: Texts, keep: Truth) -> Texts:
    return texts if keep.all() else Texts(np.where(keep, texts.codes, -1))


def _masked(matrix: sp.csr_array, keep: Truth) -> sp.csr_array:
    masked = sp.csr_array(matrix.multiply(keep))
    # a zero that is written down would count as an entry
    masked.eliminate_zeros()
    return masked
