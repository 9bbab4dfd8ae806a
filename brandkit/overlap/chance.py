"""More alike than chance? Overlap of whole profiles against null models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import pdist
from scipy.special import gammainc, gammaincc, ndtr

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_known,
    check_whole_number,
    numeric_matrix,
    require_kind,
    require_unique,
    shown,
)
from brandkit.core.intervals import holm
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.sources.catalog.catalog import Catalog

Null = Literal["RA1", "RA2", "RA3", "RA4", "fixed"]
ALL_NULLS: tuple[Null, ...] = get_args(Null)
LEVEL = 0.05
#: Draws that are made where nobody asks for a number, and cells of all drawn tables together.
LEAST_DRAWS, MOST_DRAWS, MOST_CELLS = 999, 9_999, 20_000_000
ROUNDS = 15
"""Global trades that part two tables of the fixed-fixed null."""
FEW_REACHED = 10
"""Draws as far out as the observed value, beneath which its p-value is fitted."""
CELLS_AT_ONCE = 4_000_000
"""Cells of randomised tables held in memory together."""
_TIE = 1e-12
"""Values nearer than this are one, whatever the rounding of their sums."""


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
        std_deviation ses p_value p_two_sided tail_fitted p_adjusted`` (Holm within an index and
        null); ``tail_fitted``: too few draws reach the pair, so that its p-value is fitted. The
        index of the fixed null is ``jaccard``.
    n_brands, n_attributes, draws : int
    """

    tests: pd.DataFrame
    pairs: pd.DataFrame
    n_brands: int
    n_attributes: int
    draws: int

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, attributes, draws."""
        return self._row("n_brands n_attributes draws")


def overlap_test(
    profiles: pd.DataFrame | Catalog,
    *,
    nulls: Sequence[Null] = ALL_NULLS,
    draws: int | None = None,
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
    draws : int, optional
        As many as Holm's adjustment over m pairs wants where not given: 40 m - 1, at least 999,
        at most 9,999, and fewer where tables are large.
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
    p = (1 + #) / (1 + draws); two-sided twice the smaller tail. Where fewer than 10 draws reach a
    pair's overlap, its p-value is the smaller of that and a fitted one: the larger of the tails
    of Pearson III (by the draws' three moments) and the normal, half a step taken off where the
    statistic is a count. So no pair wants more draws than anybody can make.

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
    if isinstance(profiles, Catalog):
        profiles = feature_profiles(profiles)
    require_kind("profiles", profiles, pd.DataFrame, what="a DataFrame or a Catalog")
    if draws is not None:
        check_whole_number("draws", draws, low=19)
    for null in nulls:
        check_known("nulls", null, ALL_NULLS, rule=f"be among {', '.join(ALL_NULLS)}")
    values = _checked(profiles)

    rows, columns = _canonical_order(values)
    ordered = values[np.ix_(rows, columns)]
    n_pairs = len(rows) * (len(rows) - 1) // 2
    if draws is None:
        wanted = min(max(LEAST_DRAWS, 40 * n_pairs - 1), MOST_DRAWS)
        draws = max(LEAST_DRAWS, min(wanted, MOST_CELLS // values.size))
    tallies = [
        (tally, null) for null in nulls for tally in _tallies(ordered, null, draws=draws, seed=seed)
    ]

    tests = pd.concat([tally.test(null) for tally, null in tallies], ignore_index=True)
    named = [_named(tally.pairs(null), rows, profiles.index) for tally, null in tallies]
    pairs = pd.concat(named, ignore_index=True)
    return OverlapTest(
        tests=tests,
        pairs=pairs,
        n_brands=len(profiles),
        n_attributes=profiles.shape[1],
        draws=draws,
        notes=_notes(tests, pairs, draws=draws),
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

    Raises
    ------
    NotEnoughDataError
        Where no offer has any feature.

    Examples
    --------
    >>> from brandkit.sources import read_study
    >>> profiles = feature_profiles(read_study("sample").catalog)
    >>> profiles.shape[0], profiles.to_numpy().min().item()
    (12, 0)
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


def _canonical_order(values: Floats) -> tuple[Codes, Codes]:
    """Order rows and columns by content: first by their sorted values, then by each other."""
    rows = np.lexsort(np.sort(values, axis=1).T)
    columns = np.lexsort(np.sort(values, axis=0))
    for _ in range(3):
        rows = rows[np.lexsort(values[np.ix_(rows, columns)].T)]
        columns = columns[np.lexsort(values[np.ix_(rows, columns)])]
    return rows, columns


def _named(pairs: pd.DataFrame, rows: Codes, names: pd.Index) -> pd.DataFrame:
    """Name the pairs of one index and null, each in the order of the table as given."""
    first, second = np.triu_indices(len(rows), k=1)
    ends = np.sort(np.stack([rows[first], rows[second]]), axis=0)
    labels = pd.DataFrame(names.to_numpy()[ends.T], columns=["brand_a", "brand_b"])
    whole = pd.concat([labels, pairs.assign(p_adjusted=holm(pairs["p_value"].to_numpy()))], axis=1)
    return whole.take(np.lexsort(ends[::-1]))


def _notes(tests: pd.DataFrame, pairs: pd.DataFrame, *, draws: int) -> tuple[Message, ...]:
    notes = []
    shuffled = tests[tests["null"] != "fixed"]
    for index, group in shuffled.groupby("index", sort=False):
        alike = group["p_value"] <= LEVEL
        if alike.any() and not alike.all():
            text = (
                "The verdict on {index} depends on the null model: more alike than chance under "
                "{alike}, not under {other}."
            )
            yes, no = (group.loc[each, "null"].tolist() for each in (alike, ~alike))
            notes.append(Message(text, {"index": str(index), "alike": yes, "other": no}))
    if len(shuffled):
        text = (
            "RA1 to RA4 ask whether banks concentrate on the same features; they reject banks that "
            "choose independently among features of unequal popularity. Whether a pair is more "
            "alike than popularity and breadth explain is what the fixed null answers."
        )
        notes.append(Message(text))
    fixed = pairs[pairs["null"] == "fixed"]
    if fixed["tail_fitted"].any():
        text = (
            "Fewer than {few:count} of {draws:count} random markets reach the overlap of "
            "{n:count} of {all:count} pairs: their p-values are read off a curve fitted to the "
            "draws (tail fitted)."
        )
        values = {"few": FEW_REACHED, "draws": draws, "n": int(fixed["tail_fitted"].sum())}
        notes.append(Message(text, {**values, "all": len(fixed)}))
    return tuple(notes)


# --- indices: values (..., banks, attributes) to unordered pairs (..., pairs) --------------------


def _pairs(matrices: Floats) -> Floats:
    """Give what stands above the diagonal, row by row."""
    return np.asarray(matrices[..., *np.triu_indices(matrices.shape[-1], k=1)])


def _pianka(values: Floats) -> Floats:
    """Cosines between rows."""
    unit = values / np.linalg.norm(values, axis=-1, keepdims=True)
    return _pairs(unit @ np.swapaxes(unit, -1, -2))


def _czekanowski(values: Floats) -> Floats:
    """Shared parts of rows, which sum to one: what two differ by counts twice."""
    share = values / values.sum(axis=-1, keepdims=True)
    tables = share.reshape(-1, *share.shape[-2:])
    apart = np.stack([pdist(table, "cityblock") for table in tables])
    return np.asarray(1.0 - apart.reshape(*share.shape[:-2], -1) / 2)


def _jaccard(values: Floats) -> Floats:
    present = (values > 0).astype(float)
    both = _pairs(present @ np.swapaxes(present, -1, -2))
    breadth = present.sum(axis=-1)
    first, second = np.triu_indices(breadth.shape[-1], k=1)
    return np.asarray(both / (breadth[..., first] + breadth[..., second] - both))


# --- null models ---------------------------------------------------------------------------------


def _tallies(values: Floats, null: Null, *, draws: int, seed: int) -> list[_Tally]:
    """Set a table's indices against a null model."""
    rng = np.random.default_rng([seed, ALL_NULLS.index(null)])
    start, tallies = values, [_Tally("pianka", _pianka, values)]
    if null == "fixed":
        tallies = [_Tally("jaccard", _jaccard, values)]
        start = traded((values > 0)[None], rng)[0].astype(float)
    else:
        tallies.append(_Tally("czekanowski", _czekanowski, values))
    at_once = max(1, min(draws, CELLS_AT_ONCE // values.size))
    for done in range(0, draws, at_once):
        table = _randomised(start, null, min(at_once, draws - done), rng)
        for tally in tallies:
            tally.add(table)
    if null == "RA3":
        tallies[0].exact = _exact_pianka(values)
    return tallies


def _randomised(values: Floats, null: Null, size: int, rng: np.random.Generator) -> Floats:
    """Draw tables of the null model, size × banks × attributes."""
    shape = (size, *values.shape)
    if null == "RA1":
        return rng.random(shape)
    if null == "RA2":
        return rng.random(shape) * (values > 0)
    if null == "RA3":
        return rng.permuted(np.broadcast_to(values, shape), axis=-1)
    if null == "fixed":
        return traded(np.broadcast_to(values > 0, shape), rng).astype(float)
    tables = np.zeros(shape)
    for at, row in enumerate(values):
        there = np.flatnonzero(row)
        copies = np.broadcast_to(row[there], (size, len(there)))
        tables[:, at, there] = rng.permuted(copies, axis=-1)
    return tables


def traded(present: Flags, rng: np.random.Generator) -> Flags:
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
        mine = _smallest(keys, (one & pool).sum(axis=-1))
        tables[table_at, first] = np.where(pool, mine, one)
        tables[table_at, second] = np.where(pool, ~mine, two)
    return tables


def _smallest(keys: NDArray[np.float32], k: Codes) -> Flags:
    """Mark the k smallest keys of each row; sorting keys is much faster than sorting places."""
    last = np.take_along_axis(np.sort(keys, axis=-1), np.maximum(k - 1, 0)[..., None], axis=-1)
    found = (keys <= last) & (k > 0)[..., None]
    for at in zip(*np.nonzero(found.sum(axis=-1) != k), strict=True):  # keys that tie at the last
        found[at] = False
        found[at][np.argsort(keys[at])[: k[at]]] = True
    return np.asarray(found)


def _exact_pianka(values: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of each pair's Pianka under RA3."""
    unit = values / np.linalg.norm(values, axis=1, keepdims=True)
    n = values.shape[1]
    mean = unit.mean(axis=1)
    spread = ((unit - mean[:, None]) ** 2).sum(axis=1)
    return n * _pairs(np.outer(mean, mean)), _pairs(np.outer(spread, spread)) / (n - 1)


# --- tallies -------------------------------------------------------------------------------------


def upper_tail(z: Floats, skewness: Floats) -> Floats:
    """Chance of at least z standard deviations: of Pearson III or the normal, whichever is larger.

    Pearson (1895), Contributions to the mathematical theory of evolution II. Moments of draws
    cannot be trusted far out, where the one falls short of the truth as often as the other.

    Examples
    --------
    >>> upper_tail(np.array([3.0, 3.0]), np.array([0.0, 1.0])).round(5).tolist()
    [0.00135, 0.01034]
    """
    flat = np.abs(skewness) < 1.6e-5  # a gamma distribution of so many parts is the normal
    beta = 2.0 / np.where(flat, 1.0, skewness)
    place = np.maximum(beta * (z + beta), 0.0)
    tail = np.where(beta > 0, gammaincc(beta**2, place), gammainc(beta**2, place))
    return np.asarray(np.maximum(np.where(flat, 0.0, tail), ndtr(-z)))


class _Tally:
    """Running sums over draws of one index: pairs, and their mean or variance."""

    def __init__(self, name: str, kernel: Callable[[Floats], Floats], values: Floats) -> None:
        self.name, self.kernel = name, kernel
        self.observed = kernel(values)
        # with fixed breadths Jaccard's index is a count of shared features
        breadth = (values > 0).sum(axis=1)[np.stack(np.triu_indices(len(values), k=1))].sum(axis=0)
        self.breadth = breadth if name == "jaccard" else None
        self.exact: tuple[Floats, Floats] | None = None
        n = len(self.observed)
        self.sums, self.powers, self.tails = (np.zeros((rows, n)) for rows in (2, 3, 2))
        self.overall: list[Floats] = []
        self.draws = 0

    def add(self, tables: Floats) -> None:
        pairs = self.kernel(tables)
        off = self._scaled(pairs) - self._scaled(self.observed)
        square = off * off
        is_above, is_below = pairs >= self.observed - _TIE, pairs <= self.observed + _TIE
        self.sums += np.stack([pairs.sum(axis=0), (pairs**2).sum(axis=0)])
        self.powers += np.stack([one.sum(axis=0) for one in (off, square, square * off)])
        self.tails += np.stack([is_above.sum(axis=0), is_below.sum(axis=0)])  # ties on both sides
        self.overall.append(self._summary(pairs))
        self.draws += len(pairs)

    def _scaled(self, pairs: Floats) -> Floats:
        """Jaccard's index as the number of shared features; others as they are."""
        return pairs if self.breadth is None else pairs * self.breadth / (1.0 + pairs)

    def _summary(self, pairs: Floats) -> Floats:
        summary: Floats = pairs.var(axis=-1) if self.name == "jaccard" else pairs.mean(axis=-1)
        return summary

    def _fitted(self, tails: Floats, *, side: int) -> tuple[Floats, Flags]:
        """Give p-values of one side, and which are fitted for want of draws as far out."""
        counted = (1 + tails) / (1 + self.draws)
        mean, square, cube = self.powers / self.draws
        variance = np.maximum(square - mean**2, 0.0)
        third = cube - 3 * mean * square + 2 * mean**3
        fitted = (tails < FEW_REACHED) & (variance > 1e-18)
        deviation = np.sqrt(np.where(fitted, variance, 1.0))
        step = 0.0 if self.breadth is None else 0.5
        z = (-side * mean - step) / deviation
        p_value = np.minimum(counted, upper_tail(z, side * third / deviation**3))
        return np.where(fitted, p_value, counted), fitted

    def test(self, null: Null) -> pd.DataFrame:
        """Give one row over all pairs."""
        drawn, observed = np.concatenate(self.overall), self._summary(self.observed[None])
        expected, deviation = drawn.mean(), drawn.std(ddof=1)
        if self.exact is not None:
            mean, variance = self.exact
            expected, deviation = mean.mean(), np.sqrt(variance.sum()) / len(mean)
        upper, lower = (
            (1 + is_out.sum(keepdims=True)) / (1 + self.draws)
            for is_out in (drawn >= observed - _TIE, drawn <= observed + _TIE)
        )
        rows = self._rows(null, observed, expected, deviation, upper, lower)
        return rows.assign(index="jaccard_variance") if self.name == "jaccard" else rows

    def pairs(self, null: Null) -> pd.DataFrame:
        """Give one row a pair."""
        expected, square = self.sums / self.draws
        variance = np.maximum(square - expected**2, 0.0)
        if self.exact is not None:
            expected, variance = self.exact
        (upper, fitted), (lower, _) = (
            self._fitted(tails, side=side) for tails, side in zip(self.tails, (1, -1), strict=True)
        )
        rows = self._rows(null, self.observed, expected, np.sqrt(variance), upper, lower)
        return rows.assign(tail_fitted=fitted)

    def _rows(
        self, null: Null, observed: Floats, expected: Floats, deviation: Floats, *tails: Floats
    ) -> pd.DataFrame:
        # standardised; missing where the null leaves no room to vary
        room = np.where(np.asarray(deviation) > 1e-9, deviation, np.nan)
        return pd.DataFrame(
            {
                "index": self.name,
                "null": null,
                "observed": observed,
                "expected": expected,
                "std_deviation": deviation,
                "ses": (observed - expected) / room,
                "p_value": tails[0],
                "p_two_sided": np.minimum(1.0, 2 * np.minimum(*tails)),
            }
        )
