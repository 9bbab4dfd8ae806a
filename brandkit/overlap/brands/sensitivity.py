"""Whether rankings survive other weights of the facets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from brandkit.core.errors import NotEnoughDataError, check_whole_number
from brandkit.core.linalg import Floats, Ints
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap.brands.kernel import (
    Categories,
    CategoryScores,
    Comparison,
    comparison,
    few_of,
    row_blocks,
)
from brandkit.overlap.brands.matches import best_matches, grouped, sister_pairs
from brandkit.overlap.similarity.facets import FACETS, Facet
from brandkit.sources.catalog.catalog import Catalog
from brandkit.sources.catalog.reference import Reference

_TIE = 1e-9


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
        return pd.DataFrame({
            "n_scenarios": [len(self.scenarios)],
            "correlation": [self.scenarios["correlation"].min()],
            "nearest_kept": [self.brands["nearest_kept"].mean()],
        })  # fmt: skip


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
    names = _facets_in_use(compared)
    if len(names) < 2:
        raise NotEnoughDataError(
            f"`catalog` must say something in at least two facets that count; found {list(names)}. "
            "With one facet no weight changes anything."
        )

    scenarios, table = _scenarios(names, compared.weights, draws=draws, seed=seed)
    matches = best_matches(compared)
    base = grouped(matches).overlap[len(matches.groups) :]
    rival = ~sister_pairs(matches, owners=dict(catalog.owners or {}))
    np.fill_diagonal(rival, False)
    overlaps = _overlaps(compared, names, table)

    nearest = _nearest(base, rival)
    moved = np.stack([_nearest(each, rival) for each in overlaps])
    kept = moved == nearest[None, :]
    pair = ~np.eye(len(base), dtype=bool)
    scenarios = scenarios.assign(
        correlation=[_rank_correlation(base[pair], each[pair]) for each in overlaps],
        nearest_kept=kept[:, nearest >= 0].mean(axis=1),
        largest_change=[_largest(np.abs(each - base)[pair]) for each in overlaps],
    )
    labels = np.append(matches.names, np.nan)
    brands = pd.DataFrame({
        "brand": matches.names, "nearest_rival": labels[nearest],
        "nearest_kept": np.where(nearest >= 0, kept.mean(axis=0), np.nan),
    }).astype({"nearest_rival": "str"})  # fmt: skip
    return WeightSensitivity(
        scenarios=scenarios, brands=brands, notes=(*compared.notes, *_notes(brands))
    )


def _facets_in_use(compared: Comparison) -> tuple[Facet, ...]:
    found = set()
    for scores in compared.categories:
        rows = np.arange(min(1, scores.n))
        found |= {each.facet for each in scores.facets(rows)}
    return tuple(facet for facet in FACETS if facet in found and compared.weights.get(facet))


def _scenarios(
    names: tuple[Facet, ...], weights: Mapping[Facet, float], *, draws: int, seed: int
) -> tuple[pd.DataFrame, Floats]:
    """Give the sets of weights, scenarios x facets, and what they are called."""
    chosen = np.array([weights[facet] for facet in names])
    rows = [np.full(len(names), chosen.mean())]
    labels: list[tuple[str, str]] = [("all alike", "")]
    for at, facet in enumerate(names):
        for word, factor in (("left out", 0.0), ("doubled", 2.0)):
            changed = chosen.copy()
            changed[at] *= factor
            rows.append(changed)
            labels.append((word, facet))
    generator = np.random.default_rng(seed)
    rows += list(chosen * 2.0 ** generator.uniform(-1, 1, size=(draws, len(names))))
    labels += [("at random", "")] * draws
    frame = pd.DataFrame(labels, columns=["scenario", "facet"]).astype("str")
    return frame, np.array(rows)


def _overlaps(compared: Comparison, names: tuple[Facet, ...], table: Floats) -> Floats:
    """Overlap over all categories under every set of weights, scenarios x banks x banks."""
    used = np.unique(np.concatenate([each.category.brands for each in compared.categories]))
    place = np.full(len(compared.facets.brands), -1, dtype=np.int64)
    place[used] = np.arange(len(used))
    shape = (len(table), len(used), len(used))
    total, count = np.zeros(shape), np.zeros(shape)
    for scores in compared.categories:
        brands = place[scores.category.brands]
        starts = np.flatnonzero(np.append(True, np.diff(brands) != 0))
        lacks = np.ones(len(used), dtype=bool)
        lacks[brands[starts]] = False
        for rows in row_blocks(scores.category):
            best = _best(scores, rows, names=names, table=table, least=compared.min_compared)
            there = ~np.isnan(best)
            of = brands[rows]
            # rows are sorted by bank: sums over runs of rows are sums over banks
            first = np.flatnonzero(np.append(True, np.diff(of) != 0))
            cells = np.ix_(np.arange(len(table)), of[first], brands[starts])
            total[cells] += np.add.reduceat(np.where(there, best, 0.0), first, axis=1)
            count[cells] += np.add.reduceat(there.astype(np.float64), first, axis=1)
            absent = np.ix_(np.arange(len(table)), of[first], np.flatnonzero(lacks))
            count[absent] += np.diff(np.append(first, len(of)))[None, :, None]
    result: Floats = np.full(shape, np.nan)
    np.divide(total, count, out=result, where=count > 0)
    return result


def _best(
    scores: CategoryScores, rows: Ints, *, names: tuple[Facet, ...], table: Floats, least: float
) -> Floats:
    """Best match of some rows at every bank of the category, scenarios x rows x banks."""
    starts = np.flatnonzero(np.append(True, np.diff(scores.category.brands) != 0))
    found = {each.facet: each for each in scores.facets(rows)}
    here = [at for at, facet in enumerate(names) if facet in found]
    cells = len(rows) * scores.n
    score, compared, counted = (
        np.stack([getattr(found[names[at]], part).reshape(cells) for at in here]).astype(np.float64)
        for part in ("score", "compared", "counted")
    )
    best = []
    for weights in table[:, here]:
        held = weights @ compared
        enough = (held > 0) & (held >= least * (weights @ counted) - 1e-9)
        likeness = np.full(cells, np.nan)
        np.divide(weights @ score, held, out=likeness, where=enough)
        best.append(np.fmax.reduceat(likeness.reshape(len(rows), -1), starts, axis=1))
    return np.stack(best)


def _nearest(overlap: Floats, rival: NDArray[np.bool_]) -> Ints:
    """Give each bank's nearest rival; -1 where it has none. Ties go to the first by name."""
    allowed = np.where(rival & ~np.isnan(overlap), overlap, -1.0)
    top = allowed.max(axis=1, keepdims=True)
    first = np.argmax(allowed >= top - _TIE, axis=1)
    return np.where(top[:, 0] >= 0, first, -1)


def _rank_correlation(a: Floats, b: Floats) -> float:
    both = ~np.isnan(a) & ~np.isnan(b)
    if both.sum() < 3:
        return float("nan")
    first, second = rankdata(np.round(a[both], 9)), rankdata(np.round(b[both], 9))
    first, second = first - first.mean(), second - second.mean()
    length = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / length) if length > 0 else float("nan")


def _largest(change: Floats) -> float:
    there = change[~np.isnan(change)]
    return float(there.max()) if len(there) else float("nan")


def _notes(brands: pd.DataFrame) -> tuple[Message, ...]:
    shaky = brands.loc[brands["nearest_kept"] < 0.5, "brand"].tolist()
    if not shaky:
        return ()
    text = (
        "{n:count} {n:bank|banks} {n:has|have} another nearest rival under most other weights: "
        "{names}."
    )
    return (Message(text, {"n": len(shaky), "names": few_of(shaky)}),)
