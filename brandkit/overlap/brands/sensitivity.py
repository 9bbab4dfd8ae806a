"""Whether rankings survive other weights of the facets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandkit.core.errors import NotEnoughDataError, check_whole_number
from brandkit.core.linalg import Flags, Floats, Ints, ratio
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap.brands.kernel import best_matches, grouped, sister_pairs, used_brands
from brandkit.overlap.similarity.facets import FACETS, Facet
from brandkit.overlap.similarity.kernel import (
    ROUNDING,
    CategoryScores,
    row_blocks,
    run_starts,
    similarity,
)
from brandkit.overlap.similarity.reference import Categories, Comparison, comparison, few_of
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class WeightSensitivity(Result):
    """How far overlaps and nearest rivals hang on the weights of the facets.

    Parameters
    ----------
    scenarios : DataFrame
        One row a set of weights: ``scenario facet correlation nearest_kept largest_change``.
        ``correlation`` is the rank correlation of all overlaps of pairs with those at the chosen
        weights, ``nearest_kept`` the share of banks that keep their nearest rival.
    brands : DataFrame
        One row a bank: ``brand nearest_rival nearest_kept``, the share of scenarios that leave its
        nearest rival as it is.
    """

    scenarios: pd.DataFrame
    brands: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Give the scenarios."""
        return self.scenarios.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: how many sets of weights, the lowest correlation, who kept the nearest."""
        return self._row(
            "n_scenarios correlation nearest_kept",
            n_scenarios=len(self.scenarios),
            correlation=self.scenarios["correlation"].min(),
            nearest_kept=self.brands["nearest_kept"].mean(),
        )


def weight_sensitivity(
    catalog: Catalog,
    *,
    category: Categories = None,
    weights: Mapping[str, float] | None = None,
    reference: Reference | None = None,
    draws: int = 30,
    seed: int = 0,
    min_compared: float = 0.5,
) -> WeightSensitivity:
    """Compare banks again under other weights of the facets.

    Answers *would we name the same rivals had we weighed features, fees and names otherwise?*
    Every facet is left out once and doubled once, all are weighed alike, and every weight is
    multiplied at random by one half to two.

    Parameters
    ----------
    catalog : Catalog
    category, weights, reference, min_compared
        As in :func:`brandkit.overlap.brand_overlap`; ``weights`` are the chosen ones that the
        others are set against.
    draws : int, default 30
        Random sets of weights.
    seed : int, default 0

    Returns
    -------
    WeightSensitivity

    Raises
    ------
    InputError
        Unknown category or facet, an offer twice.
    NotEnoughDataError
        One bank, or only one facet says anything, so that no weight matters.

    Notes
    -----
    Which banks are sisters is judged once, at the chosen weights.

    Examples
    --------
    >>> from brandkit.overlap.examples import small_catalog
    >>> result = weight_sensitivity(small_catalog(), draws=5)
    >>> result.glance().columns.tolist()
    ['n_scenarios', 'correlation', 'nearest_kept']
    """
    check_whole_number("draws", draws, low=0)
    check_whole_number("seed", seed, low=0)
    compared = comparison(
        catalog, category=category, weights=weights, reference=reference, min_compared=min_compared
    )
    names = tuple(
        facet
        for facet in FACETS
        if compared.weights.get(facet) and any(each.scorer(facet) for each in compared.categories)
    )
    if len(names) < 2:
        raise NotEnoughDataError(
            f"`catalog` must say something in at least two facets that count; found {list(names)}. "
            "With one facet no weight changes anything."
        )

    scenarios, table = _scenarios(names, compared.weights, draws=draws, seed=seed)
    matches = best_matches(compared)
    base = grouped(matches).values["overlap"][len(matches.groups) :]
    rival = ~sister_pairs(matches, owners=dict(catalog.owners or {}))
    np.fill_diagonal(rival, False)
    overlaps = _overlaps(compared, names, table)
    nearest = _nearest(base, rival)
    kept = np.stack([_nearest(each, rival) == nearest for each in overlaps])
    pair = ~np.eye(len(base), dtype=bool)

    scenarios = scenarios.assign(
        correlation=[_rank_correlation(base[pair], each[pair]) for each in overlaps],
        nearest_kept=kept[:, nearest >= 0].mean(axis=1),
        largest_change=[np.fmax.reduce(np.abs(each - base)[pair]) for each in overlaps],
    )
    brands = pd.DataFrame(
        {
            "brand": matches.names,
            "nearest_rival": np.append(matches.names, np.nan)[nearest],
            "nearest_kept": np.where(nearest >= 0, kept.mean(axis=0), np.nan),
        }
    ).astype({"nearest_rival": "str"})
    return WeightSensitivity(
        scenarios=scenarios, brands=brands, notes=(*compared.notes, *_notes(brands))
    )


def _scenarios(
    names: tuple[Facet, ...], weights: Mapping[Facet, float], *, draws: int, seed: int
) -> tuple[pd.DataFrame, Floats]:
    """Give the sets of weights, scenarios x facets, and what they are called."""
    chosen, unit = np.array([weights[facet] for facet in names]), np.eye(len(names), dtype=bool)
    sets = [("all alike", "", np.full(len(names), chosen.mean()))]
    sets += [
        (word, str(facet), np.where(own, factor * chosen, chosen))
        for facet, own in zip(names, unit, strict=True)
        for word, factor in (("left out", 0.0), ("doubled", 2.0))
    ]
    steps = np.random.default_rng(seed).uniform(-1, 1, size=(draws, len(names)))
    sets += [("at random", "", chosen * 2.0**step) for step in steps]
    frame = pd.DataFrame([one[:2] for one in sets], columns=["scenario", "facet"], dtype="str")
    return frame, np.array([one[2] for one in sets])


def _overlaps(compared: Comparison, names: tuple[Facet, ...], table: Floats) -> Floats:
    """Overlap over all categories under every set of weights, scenarios x banks x banks."""
    used, place = used_brands(compared)
    total, count = np.zeros((2, len(table), len(used), len(used)))
    for scores in compared.categories:
        brands = place[scores.category.brands]
        present = brands[run_starts(brands)]
        for rows in row_blocks(scores.category):
            best = np.zeros((len(table), len(rows), len(used)))  # 0 where a bank has no offer
            best[..., present] = _best(scores, rows, names, table, least=compared.min_compared)
            there = (~np.isnan(best)).astype(np.float64)
            # rows are sorted by bank: sums over runs of rows are sums over banks
            first = run_starts(brands[rows])
            banks = brands[rows][first]
            total[:, banks] += np.add.reduceat(np.nan_to_num(best), first, axis=1)
            count[:, banks] += np.add.reduceat(there, first, axis=1)
    return ratio(total, count)


def _best(
    scores: CategoryScores, rows: Ints, names: tuple[Facet, ...], table: Floats, *, least: float
) -> Floats:
    """Best match of some rows at every bank of the category, scenarios x rows x banks."""
    starts = run_starts(scores.category.brands)
    facets = {f: layers for f, layers in scores.facets(rows, bounds=False) if f in names}
    if not facets:
        return np.full((len(table), len(rows), len(starts)), np.nan)
    here = [names.index(facet) for facet in facets]
    cells = np.stack(list(facets.values())).reshape(len(here), -1)
    totals = (weights @ cells for weights in table[:, here])
    likeness = (similarity(total.reshape(3, len(rows), -1), min_compared=least) for total in totals)
    return np.stack([np.fmax.reduceat(each, starts, axis=1) for each in likeness])


def _nearest(overlap: Floats, rival: Flags) -> Ints:
    """Give each bank's nearest rival; -1 where it has none. Ties go to the first by name."""
    allowed = np.where(rival & ~np.isnan(overlap), overlap, -1.0)
    top = allowed.max(axis=1, keepdims=True)
    first = np.argmax(allowed >= top - ROUNDING, axis=1)
    return np.where(top[:, 0] >= 0, first, -1)


def _rank_correlation(a: Floats, b: Floats) -> float:
    pairs = pd.DataFrame({"a": a, "b": b}).dropna().round(9).rank()
    if len(pairs) < 3 or (pairs.nunique() == 1).any():
        return float("nan")
    return float(np.corrcoef(pairs.to_numpy().T)[0, 1])


def _notes(brands: pd.DataFrame) -> tuple[Message, ...]:
    shaky = brands.loc[brands["nearest_kept"] < 0.5, "brand"].tolist()
    if not shaky:
        return ()
    text = (
        "{n:count} {n:bank|banks} {n:has|have} another nearest rival under most other weights: "
        "{names}."
    )
    return (Message(text, {"n": len(shaky), "names": few_of(shaky)}),)
