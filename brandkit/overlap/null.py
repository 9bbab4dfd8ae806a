"""More alike than chance? Overlap of whole profiles against null models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from brandkit.core.checks import check_whole_number, numeric_matrix, require_unique
from brandkit.core.errors import InputError, NotEnoughDataError, ScaleError, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.multiplicity import holm
from brandkit.core.result import Result
from brandkit.sources.catalog import Catalog

Null = Literal["RA1", "RA2", "RA3", "RA4", "fixed"]
ALL_NULLS: tuple[Null, ...] = get_args(Null)
ROUNDS = 15
"""Global trades that part two tables of the fixed-fixed null."""
CELLS_AT_ONCE = 4_000_000
"""Cells of randomised tables held in memory together."""
LEVEL = 0.05


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class OverlapTest(Result):
    """Observed overlap of profiles, what chance would give, and how far apart they are.

    Parameters
    ----------
    tests : DataFrame
        One row an index and null: ``index null observed expected std_deviation ses p_value
        p_two_sided``. Indices over all pairs: ``pianka`` and ``czekanowski`` (mean overlap,
        against RA1-RA4), ``jaccard_variance`` (do pairs vary more than chance, against fixed).
        ``p_value`` is one-sided: as large as observed, or larger.
    pairs : DataFrame
        One row an unordered pair, index and null: ``brand_a brand_b index null observed expected
        std_deviation ses p_value p_two_sided p_adjusted`` (Holm within an index and null). The
        index of the fixed null is ``jaccard``.
    n_brands, n_attributes, draws : int
    """

    tests: pd.DataFrame
    pairs: pd.DataFrame
    n_brands: int
    n_attributes: int
    draws: int

    def tidy(self) -> pd.DataFrame:
        """Give the tests over all pairs."""
        return self.tests.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, attributes, draws."""
        return pd.DataFrame(
            {
                "n_brands": [self.n_brands],
                "n_attributes": [self.n_attributes],
                "draws": [self.draws],
            }
        )


def overlap_test(
    profiles: pd.DataFrame | Catalog,
    *,
    nulls: Sequence[Null] = ALL_NULLS,
    draws: int = 999,
    seed: int = 0,
) -> OverlapTest:
    """Test whether banks' profiles are more alike than chance would make them.

    Two questions. (a) *Do banks concentrate on the same features?* Mean overlap against
    profiles that are shuffled over all features (RA1-RA4); unequal popularity of features is
    itself a reason to reject. (b) *Given how popular features are and how broad each bank is, is
    this pair more alike than chance, and do pairs vary more than chance?* Presence against
    tables with the same row and column sums (fixed). Banks that choose independently among
    features of unequal popularity are always rejected under RA3, and should not be under (b).

    Parameters
    ----------
    profiles : DataFrame, brands x attributes, values >= 0; or Catalog
        Amounts, such as the number of offers with each feature. From a catalogue: for each
        category and feature the number of the bank's offers that have it.
    nulls : sequence of "RA1" | "RA2" | "RA3" | "RA4" | "fixed"
        RA1: every cell a uniform draw. RA2: the same, zeros kept. RA3: each row's values shuffled
        (keeps breadth). RA4: the same among its non-zero cells. fixed: presence with row and
        column sums kept.
    draws : int, default 999
    seed : int, default 0

    Returns
    -------
    OverlapTest

    Raises
    ------
    InputError, ScaleError
        Where profiles are no numbers >= 0, a null is unknown, or a bank has nothing.
    NotEnoughDataError
        With fewer than two banks or attributes.

    Notes
    -----
    On rows p_a that sum to one: Pianka sum_i p_ai p_bi / sqrt(sum p_ai^2 sum p_bi^2),
    Czekanowski 1 - sum_i |p_ai - p_bi| / 2; an index is its mean over pairs. ses = (observed -
    expected) / standard deviation under the null. Under RA3 Pianka's are exact: on rows y of unit
    length a pair has E = n ybar_a ybar_b, var = S_a S_b / (n - 1), and pairs are uncorrelated.
    p = (1 + #) / (1 + draws); two-sided twice the smaller tail.

    The fixed null moves by global curveball trades. Draws start from one table reached by
    ``ROUNDS`` rounds from the observed one, which makes the observed table exchangeable with
    them, so the test holds its level whether or not the chain has mixed (Besag and Clifford).
    It is exact where banks choose independently and the odds of a choice are the bank's times
    the feature's.

    Draws are made for the table in a canonical order of its content: names and order of rows and
    columns change nothing.

    References
    ----------
    Gotelli, N. and Graves, G. (1996). Null Models in Ecology. Winemiller, K. and Pianka, E.
    (1990). Ecological Monographs 60(1). Carstens, C., Berger, A. and Strona, G. (2018). A unifying
    framework for fast randomization of ecological networks. MethodsX 5.
    Besag, J. and Clifford, P. (1989). Generalized Monte Carlo significance tests. Biometrika 76.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame([[5, 3, 0, 0], [4, 4, 1, 0], [0, 1, 5, 6]], index=list("ABC"))
    >>> result = overlap_test(table, nulls=["RA3"], draws=99)
    >>> result.tests[["index", "observed", "expected"]].round(3).values.tolist()
    [['pianka', 0.407, 0.552], ['czekanowski', 0.366, 0.459]]
    """
    amounts = _profiles(profiles)
    check_whole_number("draws", draws, low=19)
    for null in nulls:
        if null not in ALL_NULLS:
            raise InputError(f"`nulls` must be among {', '.join(ALL_NULLS)}; found {shown(null)}.")
    values = _checked(amounts)

    rows, columns = _canonical_order(values)
    ordered = values[np.ix_(rows, columns)]
    found = [_against(ordered, null, draws=draws, seed=seed) for null in nulls]

    names = amounts.index.to_numpy()[rows]
    tests = pd.DataFrame([row for one in found for row in one.tests])
    pairs = pd.concat([_pairs_frame(one, names, amounts.index) for one in found])
    return OverlapTest(
        tests=tests,
        pairs=pairs.reset_index(drop=True),
        n_brands=len(amounts),
        n_attributes=amounts.shape[1],
        draws=draws,
        notes=_notes(tests, n_pairs=len(names) * (len(names) - 1) // 2, draws=draws),
    )


# --- profiles ----------------------------------------------------------------------------------


def feature_profiles(catalog: Catalog, *, category: str | None = None) -> pd.DataFrame:
    """Count for each bank the offers that have each feature of each category.

    Parameters
    ----------
    catalog : Catalog
    category : str, optional
        One category only.

    Returns
    -------
    DataFrame
        Brands x features (named ``category: feature``), counts >= 0; features nobody has are
        left out.
    """
    stated = catalog.attributes
    has = stated[(stated["facet"] == "features") & (stated["state"] == "has")]
    category_of = catalog.products[["brand", "product", "category"]]
    has = has[["brand", "product", "attribute"]].merge(category_of, on=["brand", "product"])
    if category is not None:
        has = has[has["category"] == category]
    if has.empty:
        raise NotEnoughDataError("`catalog` must list features; found none in what was asked for.")
    feature = has["category"].astype(str) + ": " + has["attribute"].astype(str)
    return pd.crosstab(has["brand"].astype(str), feature)


def _profiles(profiles: pd.DataFrame | Catalog) -> pd.DataFrame:
    if isinstance(profiles, Catalog):
        return feature_profiles(profiles)
    if not isinstance(profiles, pd.DataFrame):
        raise TypeError(
            f"`profiles` must be a DataFrame or a Catalog; found {type(profiles).__name__}."
        )
    return profiles


def _checked(amounts: pd.DataFrame) -> Floats:
    require_unique("profiles", [str(name) for name in amounts.index], what="bank")
    if min(amounts.shape) < 2:
        raise NotEnoughDataError(
            "`profiles` must have at least 2 banks and 2 attributes; "
            f"found {amounts.shape[0]} x {amounts.shape[1]}."
        )
    values = numeric_matrix("profiles", amounts)
    if (values < 0).any():
        row, column = (int(at[0]) for at in np.nonzero(values < 0))
        raise ScaleError(
            f"`profiles` must hold amounts >= 0; found {values[row, column]:g} for "
            f"{shown(amounts.index[row])}, {shown(amounts.columns[column])}."
        )
    empty = amounts.index[values.sum(axis=1) == 0]
    if len(empty):
        raise InputError(
            f"`profiles` must have something for every bank; found nothing for {shown(empty)}. "
            "Leave them out."
        )
    return values


def _canonical_order(values: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Order rows and columns by content: first by their sorted values, then by each other."""
    rows = np.lexsort(np.sort(values, axis=1).T)
    columns = np.lexsort(np.sort(values, axis=0))
    for _ in range(3):
        rows = rows[np.lexsort(values[np.ix_(rows, columns)].T)]
        columns = columns[np.lexsort(values[np.ix_(rows, columns)])]
    return rows, columns


# --- indices -----------------------------------------------------------------------------------


def _shares(values: Floats) -> Floats:
    return values / values.sum(axis=-1, keepdims=True)


def _pianka(values: Floats) -> Floats:
    """Cosines between rows; values (..., banks, attributes) to (..., banks, banks)."""
    unit = values / np.linalg.norm(values, axis=-1, keepdims=True)
    return unit @ np.swapaxes(unit, -1, -2)


def _czekanowski(values: Floats) -> Floats:
    """Shared parts of rows, row by row of one side to keep memory small."""
    share = _shares(values)
    matrix = np.empty((*share.shape[:-1], share.shape[-2]))
    for at in range(share.shape[-2]):
        shared = np.minimum(share[..., at : at + 1, :], share[..., at:, :]).sum(axis=-1)
        matrix[..., at, at:] = matrix[..., at:, at] = shared
    return matrix


def _jaccard(values: Floats) -> Floats:
    present = (values > 0).astype(float)
    both = present @ np.swapaxes(present, -1, -2)
    breadth = present.sum(axis=-1)
    either = breadth[..., :, None] + breadth[..., None, :] - both
    return both / either


# --- null models -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    null: Null
    tests: list[dict[str, object]]
    pairs: list[tuple[str, Floats, Floats, Floats, Floats, Floats]]


Kernel = Callable[[Floats], Floats]


def _against(values: Floats, null: Null, *, draws: int, seed: int) -> _Found:
    rng = np.random.default_rng([seed, ALL_NULLS.index(null)])
    at_once = max(1, min(draws, CELLS_AT_ONCE // values.size))
    sizes = [min(at_once, draws - done) for done in range(0, draws, at_once)]
    indices: dict[str, Kernel] = {"pianka": _pianka, "czekanowski": _czekanowski}
    start = values
    if null == "fixed":
        indices = {"jaccard": _jaccard}
        start = _traded((values > 0)[None], rng)[0].astype(float)
    tallies = {name: _Tally(kernel(values), name) for name, kernel in indices.items()}
    for size in sizes:
        table = _randomised(start, null, size, rng)
        for name, kernel in indices.items():
            tallies[name].add(kernel(table))
    if null == "RA3":
        tallies["pianka"].exact = _exact_pianka(values)
    tests = [tally.test(null) for tally in tallies.values()]
    return _Found(null, tests, [(name, *tally.pairs()) for name, tally in tallies.items()])


def _randomised(values: Floats, null: Null, size: int, rng: np.random.Generator) -> Floats:
    """Draw tables of the null model, size × banks × attributes."""
    shape = (size, *values.shape)
    if null == "RA1":
        return rng.random(shape)
    if null == "RA2":
        return rng.random(shape) * (values > 0)
    if null == "RA3":
        return rng.permuted(np.broadcast_to(values, shape), axis=-1)
    if null == "RA4":
        return _shuffled_where_present(values, shape, rng)
    return _traded(np.broadcast_to(values > 0, shape), rng).astype(float)


def _shuffled_where_present(
    values: Floats, shape: tuple[int, ...], rng: np.random.Generator
) -> Floats:
    tables = np.zeros(shape)
    for at, row in enumerate(values):
        there = np.flatnonzero(row)
        copies = np.broadcast_to(row[there], (shape[0], len(there)))
        tables[:, at, there] = rng.permuted(copies, axis=-1)
    return tables


def _traded(present: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Move tables by rounds of global curveball trades, all tables at once.

    In a round the banks of each table are paired at random; each pair pools the features that
    only one of the two has and deals them out anew, each bank taking as many as it gave.
    """
    tables = present.copy()
    n_tables, n_banks, n_attributes = tables.shape
    half = n_banks // 2
    table_at = np.arange(n_tables)[:, None]
    for _ in range(ROUNDS):
        order = rng.permuted(np.broadcast_to(np.arange(n_banks), (n_tables, n_banks)), axis=1)
        first, second = order[:, :half], order[:, half : 2 * half]
        one, two = tables[table_at, first], tables[table_at, second]
        pool = one ^ two
        # Cells outside the pool sort last; the first so many of a random order go to the first.
        keys = rng.random((n_tables, half, n_attributes), dtype=np.float32)
        keys[~pool] = 2.0
        dealt = np.arange(n_attributes) < (one & pool).sum(axis=-1, keepdims=True)
        mine = np.empty_like(pool)
        np.put_along_axis(mine, np.argsort(keys, axis=-1), dealt, axis=-1)
        tables[table_at, first] = np.where(pool, mine, one)
        tables[table_at, second] = np.where(pool, ~mine, two)
    return tables


def _exact_pianka(values: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of each pair's Pianka under RA3."""
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    n = values.shape[1]
    mean = unit.mean(axis=1)
    spread = ((unit - mean[:, None]) ** 2).sum(axis=1)
    return n * np.outer(mean, mean), np.outer(spread, spread) / (n - 1)


# --- tallies -----------------------------------------------------------------------------------


class _Tally:
    """Running sums over draws of one index: pairs, and their mean or variance."""

    def __init__(self, observed: Floats, name: str) -> None:
        self.upper = np.triu_indices(len(observed), k=1)
        self.name = name
        self.observed = observed[self.upper]
        self.exact: tuple[Floats, Floats] | None = None
        n = len(self.observed)
        self.sums, self.squares = np.zeros(n), np.zeros(n)
        self.at_least, self.at_most = np.zeros(n), np.zeros(n)
        self.overall: list[Floats] = []
        self.draws = 0

    def add(self, matrices: Floats) -> None:
        pairs = matrices[..., self.upper[0], self.upper[1]]
        self.sums += pairs.sum(axis=0)
        self.squares += (pairs**2).sum(axis=0)
        # Ties count on both sides, whatever the rounding of their sums.
        self.at_least += (pairs >= self.observed - 1e-12).sum(axis=0)
        self.at_most += (pairs <= self.observed + 1e-12).sum(axis=0)
        self.overall.append(self._summary(pairs))
        self.draws += len(pairs)

    def _summary(self, pairs: Floats) -> Floats:
        return pairs.var(axis=-1) if self.name == "jaccard" else pairs.mean(axis=-1)

    def test(self, null: Null) -> dict[str, object]:
        drawn = np.concatenate(self.overall)
        observed = float(self._summary(self.observed))
        expected, deviation = float(drawn.mean()), float(drawn.std(ddof=1))
        if self.exact is not None:
            mean, variance = (part[self.upper] for part in self.exact)
            expected, deviation = float(mean.mean()), float(np.sqrt(variance.sum()) / len(mean))
        upper = (1 + (drawn >= observed - 1e-12).sum()) / (1 + self.draws)
        lower = (1 + (drawn <= observed + 1e-12).sum()) / (1 + self.draws)
        return {
            "index": "jaccard_variance" if self.name == "jaccard" else self.name,
            "null": null,
            "observed": observed,
            "expected": expected,
            "std_deviation": deviation,
            "ses": _ses(np.array([observed - expected]), np.array([deviation]))[0],
            "p_value": float(upper),
            "p_two_sided": float(min(1.0, 2 * min(upper, lower))),
        }

    def pairs(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        expected = self.sums / self.draws
        variance = np.maximum(self.squares / self.draws - expected**2, 0.0)
        if self.exact is not None:
            expected, variance = (part[self.upper] for part in self.exact)
        upper = (1 + self.at_least) / (1 + self.draws)
        lower = (1 + self.at_most) / (1 + self.draws)
        two_sided = np.minimum(1.0, 2 * np.minimum(upper, lower))
        return self.observed, expected, np.sqrt(variance), upper, two_sided


def _ses(difference: Floats, deviation: Floats) -> Floats:
    """Standardise; missing where the null leaves no room to vary."""
    has_room = deviation > 1e-9
    return np.where(has_room, difference / np.where(has_room, deviation, 1.0), np.nan)


def _pairs_frame(found: _Found, names: NDArray[np.object_], order: pd.Index) -> pd.DataFrame:
    """Name the pairs, each in the order of the table as given."""
    at = order.get_indexer(pd.Index(names))
    first, second = np.triu_indices(len(names), k=1)
    low, high = np.minimum(at[first], at[second]), np.maximum(at[first], at[second])
    sequence = np.lexsort((high, low))
    frames = []
    for name, observed, expected, deviation, p, two_sided in found.pairs:
        frame = pd.DataFrame(
            {
                "brand_a": order.to_numpy()[low],
                "brand_b": order.to_numpy()[high],
                "index": name,
                "null": found.null,
                "observed": observed,
                "expected": expected,
                "std_deviation": deviation,
                "ses": _ses(observed - expected, deviation),
                "p_value": p,
                "p_two_sided": two_sided,
                "p_adjusted": holm(p),
            }
        )
        frames.append(frame.iloc[sequence])
    return pd.concat(frames)


def _notes(tests: pd.DataFrame, *, n_pairs: int, draws: int) -> tuple[Message, ...]:
    notes = []
    shuffled = tests[tests["null"].isin(["RA1", "RA2", "RA3", "RA4"])]
    for index, group in shuffled.groupby("index", sort=False):
        alike = group["p_value"] <= LEVEL
        if alike.any() and not alike.all():
            text = (
                "The verdict on {index} depends on the null model: more alike than chance under "
                "{alike}, not under {other}."
            )
            values = {
                "index": str(index),
                "alike": list(group.loc[alike, "null"]),
                "other": list(group.loc[~alike, "null"]),
            }
            notes.append(Message(text, values))
    if len(shuffled):
        text = (
            "RA1 to RA4 ask whether banks concentrate on the same features; they reject banks that "
            "choose independently among features of unequal popularity. Whether a pair is more "
            "alike than popularity and breadth explain is what the fixed null answers."
        )
        notes.append(Message(text))
    if n_pairs / (1 + draws) > LEVEL:
        text = (
            "With {draws:count} draws no single pair of {n:count} can be significant after "
            "adjustment; take at least {enough:count} draws."
        )
        enough = int(np.ceil(n_pairs / LEVEL)) - 1
        notes.append(Message(text, {"draws": draws, "n": n_pairs, "enough": enough}))
    return tuple(notes)
