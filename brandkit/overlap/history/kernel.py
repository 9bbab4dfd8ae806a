"""Words and silence over dates: which entries a market uses, which bank states them when.

An index of overlap can move because banks changed, because the words of the catalogues did, or
because a bank began or ceased to tell. Each of the last two becomes a mask over the cells
(bank x entry of a list), so that the same offers can be compared again without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp

from brandkit.core.linalg import Flags, Floats, Ints, ratio
from brandkit.overlap.brands.kernel import best_of_sorted, partners, sisters
from brandkit.overlap.similarity.facets import (
    FACETS,
    CatalogFacets,
    CategoryFacets,
    Facet,
    Lists,
    Numbers,
    Texts,
)
from brandkit.overlap.similarity.kernel import (
    CategoryScores,
    row_blocks,
    run_starts,
    similarity,
    weighted,
)
from brandkit.sources.catalog.reference import Reference

Vocabulary = Literal["both", "first", "last"]
Place = tuple[str, Facet]
"""A category and a facet."""
Mask = Mapping[Place, Flags]
"""Cells to keep, banks x entries; a category and facet that is not named keeps all."""
_TEXT = ("text",)


@dataclass(frozen=True)
class Stated:
    """Who states what at one date in one place, banks x entries.

    ``used``: at least one offer has it; ``told``: at least one says whether it has it.
    """

    used: Flags
    told: Flags


@dataclass(frozen=True)
class Ledger:
    """Who states what: entries of all dates by place, ascending, and each date's record."""

    entries: Mapping[Place, tuple[str, ...]]
    dates: tuple[Mapping[Place, Stated], ...]

    def stated(self, at: int, place: Place, n_banks: int) -> Stated:
        """Give a date's record of a place; nothing where the date does not know it."""
        nothing = np.zeros((n_banks, len(self.entries[place])), dtype=bool)
        return self.dates[at].get(place, Stated(nothing, nothing))


def ledger_of(facets: Sequence[CatalogFacets], banks: Sequence[Ints], n_banks: int) -> Ledger:
    """Gather who states what; ``banks``: for each date, the bank that each brand code is."""
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
            for facet in _keys(category):
                place = (category.category, facet)
                found[place] = _stated(category, facet, entries[place], who=who, n_banks=n_banks)
        dates.append(found)
    return Ledger(entries, tuple(dates))


def _keys(category: CategoryFacets) -> dict[Facet, tuple[str, ...]]:
    found = {facet: each.keys for facet, each in category.lists.items()}
    found |= {facet: each.keys for facet, each in category.numbers.items()}
    return found | dict.fromkeys(category.texts, _TEXT)


def _stated(
    category: CategoryFacets, facet: Facet, entries: tuple[str, ...], *, who: Ints, n_banks: int
) -> Stated:
    """Write down what the offers of a category state in one facet."""
    used, told = np.zeros((2, n_banks, len(entries)), dtype=bool)
    rows, cells = who[category.brands], category.matrix(facet)
    if isinstance(cells, Texts):
        used[rows[cells.codes >= 0]] = told[rows[cells.codes >= 0]] = True
    elif cells is not None and cells.keys:
        at = np.searchsorted(np.array(entries), np.array(cells.keys))
        yes = cells.has if isinstance(cells, Lists) else cells.stated
        no = cells.has_not if isinstance(cells, Lists) else cells.settled
        for target, matrix in ((used, yes), (told, yes), (told, no)):
            cell = sp.coo_array(matrix)
            there = cell.data > 0
            target[rows[cell.row[there]], at[cell.col[there]]] = True
    return Stated(used, told)


def vocabulary_mask(
    ledger: Ledger, *, panel: Flags, ends: tuple[int, int], between: Sequence[int], base: Vocabulary
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
        used = {
            at: np.any(ledger.stated(at, place, len(panel)).used[panel], axis=0)
            for at in {*ends, *between}
        }
        first, last = (used[at] for at in ends)
        ever = np.logical_or.reduce([used[at] for at in between])
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

    Only entries of the ``fixed`` vocabulary are judged, the others are a matter of words; grain
    "list" leaves out only whole lists that were not published at one end.
    """
    keep: dict[Place, Flags] = {}
    for place in ledger.entries:
        first, last = (ledger.stated(at, place, len(panel)).told for at in ends)
        if grain == "list":
            published = first.any(axis=1) & last.any(axis=1)
            keep[place] = np.broadcast_to((~panel | published)[:, None], first.shape)
        else:
            keep[place] = ~panel[:, None] | ~fixed[place] | (first & last)
    return keep


def joined(*masks: Mask) -> Mask:
    """Keep what every mask keeps."""
    return {place: np.logical_and.reduce([mask[place] for mask in masks]) for place in masks[0]}


def _restricted(category: CategoryFacets, mask: Mask, market: Market) -> CategoryFacets:
    """Give a category without the cells that a mask leaves out; whole matrices stay the same."""
    rows = market.who[category.brands]
    made: dict[str, dict[Facet, Any]] = {"lists": {}, "numbers": {}, "texts": {}}
    for kind, kept in made.items():
        for facet, matrix in getattr(category, kind).items():
            kept[facet] = matrix
            keys = _TEXT if isinstance(matrix, Texts) else matrix.keys
            if keys:
                entries = market.ledger.entries[category.category, facet]
                at = np.searchsorted(np.array(entries), np.array(keys))
                cells: Flags = mask[category.category, facet][rows][:, at]
                if not cells.all():
                    kept[facet] = _kept(matrix, cells)
    return replace(category, **made)  # type: ignore[arg-type]


def _kept(matrix: Lists | Numbers | Texts, keep: Flags) -> Lists | Numbers | Texts:
    if isinstance(matrix, Texts):
        return Texts(np.where(keep[:, 0], matrix.codes, -1))
    if isinstance(matrix, Lists):
        has, has_not = _masked(matrix.has, keep), _masked(matrix.has_not, keep)
        return replace(matrix, has=has, has_not=has_not)
    chosen = [keep[rows, at] for at, rows in enumerate(matrix.rows)]
    return replace(
        matrix,
        stated=_masked(matrix.stated, keep),
        settled=_masked(matrix.settled, keep),
        rows=tuple(rows[at] for rows, at in zip(matrix.rows, chosen, strict=True)),
        values=tuple(values[at] for values, at in zip(matrix.values, chosen, strict=True)),
    )


def _masked(matrix: sp.csr_array, keep: Flags) -> sp.csr_array:
    masked = sp.csr_array(matrix.multiply(keep))
    masked.eliminate_zeros()  # a zero that is written down would count as an entry
    return masked


# --- likeness ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Market:
    """One date's offers, the bank that each brand code is, and what offers are compared by."""

    facets: CatalogFacets
    who: Ints
    n_banks: int
    ledger: Ledger
    reference: Reference
    weights: Mapping[Facet, float]
    min_compared: float


@dataclass(frozen=True)
class Reading:
    """One way to read a date: which cells count and which banks are there.

    With ``leaves_out`` each bank that is there is left out in turn.
    """

    banks: Flags
    mask: Mask | None = None
    leaves_out: bool = False


def bank_likeness(
    market: Market, readings: Mapping[str, Reading], *, sister: Flags, n_drawn: Mapping[str, int]
) -> dict[str, Floats]:
    """Give each bank's likeness to its rivals under every reading, shape (banks,).

    The mean over the bank's offers of the best match to expect among as many rivals' offers as
    ``n_drawn`` says for the category; 0 for an offer that has no rival in its category, offers
    with nothing comparable left out. Missing for banks that are not there. Of readings that leave
    banks out (banks left out, banks), missing for the one that is.
    """
    n = market.n_banks
    shapes = {name: (n, n) if one.leaves_out else (n,) for name, one in readings.items()}
    total, count = ({name: np.zeros(shape) for name, shape in shapes.items()} for _ in range(2))
    for category in market.facets.categories:
        bank = market.who[category.brands]
        for rows, scores in _scored(market, category, [one.mask for one in readings.values()]):
            for (name, reading), score in zip(readings.items(), scores, strict=True):
                there = reading.banks[bank]
                for each in np.unique(bank[rows][there[rows]]):
                    rivals = np.flatnonzero(there & (bank != each) & ~sister[each][bank])
                    pool = score[bank[rows] == each][:, rivals]
                    order = np.argsort(-pool, axis=1, kind="stable")
                    ordered, seller = np.take_along_axis(pool, order, 1), bank[rivals][order]
                    best = partial(_best, ordered, n_drawn=n_drawn[category.category])
                    value = best()[None]
                    if reading.leaves_out:
                        # without a bank that sells nothing here all stays as it is
                        value = np.repeat(value, n, axis=0)
                        for out in np.unique(bank[rivals]):
                            value[out] = best(kept=seller != out)
                        value[~reading.banks | (np.arange(n) == each)] = np.nan
                    known = ~np.isnan(value)
                    total[name][..., each] += np.nansum(value, axis=1).squeeze()
                    count[name][..., each] += known.sum(axis=1).squeeze()
    return {name: ratio(total[name], count[name]) for name in readings}


def _best(ordered: Floats, *, n_drawn: int, kept: Flags | None = None) -> Floats:
    """Expect the best match of each offer among rivals' drawn, 0 where there is no rival.

    Pools stand in descending order; each row keeps equally many.
    """
    pool = ordered if kept is None else ordered[kept].reshape(len(ordered), -1)
    size = min(n_drawn, pool.shape[1])
    return best_of_sorted(pool, np.array([size]))[:, 0] if size else np.zeros(len(pool))


def close_pairs(market: Market) -> Flags:
    """Say which banks have nearly one catalogue, banks x banks: the rule of sisters."""
    n = market.n_banks
    close, size = np.zeros((n, n)), np.zeros(n)
    for category in market.facets.categories:
        bank = market.who[category.brands]
        starts = run_starts(category.brands)
        for rows, (score,) in _scored(market, category, [None]):
            own = ~np.isnan(score[np.arange(len(rows)), rows])
            partner = np.zeros((int(own.sum()), n))
            partner[:, bank[starts]] = partners(np.fmax.reduceat(score, starts, axis=1)[own])
            np.add.at(close, bank[rows[own]], partner)
            np.add.at(size, bank[rows[own]], 1)
    return sisters(ratio(close, size[:, None], empty=0.0), size, [""] * n)


def usual_sizes(facets: CatalogFacets) -> dict[str, int]:
    """Give for each category how many offers a bank has in the middle."""
    return {
        category.category: int(np.median(np.unique(category.brands, return_counts=True)[1]))
        for category in facets.categories
    }


def _scored(
    market: Market, category: CategoryFacets, masks: Sequence[Mask | None]
) -> Iterator[tuple[Ints, list[Floats]]]:
    """Compare a category under every mask, block by block.

    Facets that no mask touches are compared and added once for all; masks that are one object
    share the similarities.
    """
    cuts = {
        id(mask): category if mask is None else _restricted(category, mask, market)
        for mask in masks
    }
    scorers = {
        key: CategoryScores(cut, market.facets, market.reference) for key, cut in cuts.items()
    }
    whole = CategoryScores(category, market.facets, market.reference)
    moved = {
        key: {f for f in FACETS if cut.matrix(f) is not category.matrix(f)}
        for key, cut in cuts.items()
    }
    moving = set().union(*moved.values())
    for rows in row_blocks(category):
        shape = (3, len(rows), whole.n)
        common, base = np.zeros(shape), {}
        for facet, layers in whole.facets(rows, bounds=False):
            if facet in moving:
                base[facet] = layers
            else:
                common += market.weights.get(facet, 0.0) * layers
        scores = {}
        for key, scorer in scorers.items():
            own = scorer.facets(rows, bounds=False, only=moved[key])
            rest = ((f, layers) for f, layers in base.items() if f not in moved[key])
            total = common + weighted((*own, *rest), market.weights, shape=shape)
            scores[key] = similarity(total, min_compared=market.min_compared)
        yield rows, [scores[id(mask)] for mask in masks]
