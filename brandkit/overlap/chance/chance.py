"""More alike than chance? Overlap of whole profiles against null models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_whole_number,
    numeric_matrix,
    require_unique,
    shown,
)
from brandkit.core.intervals import holm
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap.chance.kernel import ALL_NULLS, FEW_REACHED, Null, against
from brandkit.sources.catalog.catalog import Catalog

LEVEL = 0.05
#: Draws that are made where nobody asks for a number, and cells of all drawn tables together.
LEAST_DRAWS, MOST_DRAWS, MOST_CELLS = 999, 9_999, 20_000_000


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

    def tidy(self) -> pd.DataFrame:
        """Give the tests over all pairs."""
        return self.tests.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, attributes, draws."""
        facts = ("n_brands", "n_attributes", "draws")
        return pd.DataFrame({name: [getattr(self, name)] for name in facts})


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
    if not isinstance(profiles, pd.DataFrame):
        raise TypeError(
            f"`profiles` must be a DataFrame or a Catalog; found {type(profiles).__name__}."
        )
    if draws is not None:
        check_whole_number("draws", draws, low=19)
    for null in nulls:
        if null not in ALL_NULLS:
            raise InputError(f"`nulls` must be among {', '.join(ALL_NULLS)}; found {shown(null)}.")
    values = _checked(profiles)

    rows, columns = _canonical_order(values)
    ordered = values[np.ix_(rows, columns)]
    n_pairs = len(rows) * (len(rows) - 1) // 2
    if draws is None:
        wanted = min(max(LEAST_DRAWS, 40 * n_pairs - 1), MOST_DRAWS)
        draws = max(LEAST_DRAWS, min(wanted, MOST_CELLS // values.size))
    found = [against(ordered, null, draws=draws, seed=seed) for null in nulls]

    tests = pd.DataFrame([row for own, _ in found for row in own])
    pairs = [_named(pair, rows, profiles.index) for _, each in found for pair in each]
    named = pd.concat(pairs, ignore_index=True)
    return OverlapTest(
        tests=tests,
        pairs=named,
        n_brands=len(profiles),
        n_attributes=profiles.shape[1],
        draws=draws,
        notes=_notes(tests, named, draws=draws),
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
