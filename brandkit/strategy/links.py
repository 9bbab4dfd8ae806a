"""Whether banks that sell alike are seen alike, and whether being different pays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import ndtri

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_option,
    check_whole_number,
    numeric_matrix,
    require_columns,
    require_kind,
    require_unique,
)
from brandkit.core.intervals import holm
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Flags, Floats, signed_svd
from brandkit.core.message import Message, noted
from brandkit.core.result import Result
from brandkit.overlap import BrandOverlap
from brandkit.positioning import CorrespondenceMap, MapStability
from brandkit.positioning.maps.correspondence import active, some_names
from brandkit.positioning.maps.distances import classical_places, square_distances

Perceived = CorrespondenceMap | MapStability | pd.DataFrame
OverlapValue = Literal["overlap", "overlap_shared", "excess"]

MOST_EXACT = 8
"""Banks up to which all orders are gone through: 40,320."""
ENOUGH_BANKS = 8
"""Banks from which a link between two measures of them may be claimed."""
POWER = 0.8
"""Chance of being found that a detectable correlation has."""
CERTAIN = 0.05
"""Chance of claiming a link where there is none."""
FEWEST_BANKS = 4
"""Banks under which two sets of distances cannot be compared at all."""
_TIE = 1e-9
_NEARLY_ONE = 1 - 1e-9
_CELLS = 4_000_000
NEAR_PART = 0.25
"""Part of all pairs, the nearest or the furthest, that counts as alike or as apart."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DistanceLink(Result):
    """How far banks that sell alike are seen alike.

    Parameters
    ----------
    tests : DataFrame
        Two rows, ``test`` "mantel" and "procrustes": ``test estimate p_value
        n_brands draws exact detectable verdict``. ``verdict`` is "linked" or "open"; under 8
        banks always "open".
    pairs : DataFrame
        One row a pair of banks: ``brand_a brand_b catalogue_distance perceived_distance
        catalogue_rank perceived_rank reading sister``. Rank 1 is the nearest pair. ``reading`` is
        "seen_apart" (alike in products, far apart in image), "seen_alike" (far apart in products,
        alike in image) or "usual".
    places : DataFrame
        One row a bank and axis, for two maps beside each other: ``brand number axis
        catalogue_coordinate perceived_coordinate``. The map of products is turned onto the other.
    brands : DataFrame
        One row a bank: ``brand number displacement``: how far its two places lie apart when both
        maps are centred, brought to one size and turned onto each other.
    share_explained : float
        Part of the catalogue distances that their map shows, 0-1.
    n_brands, n_left_out : int
        Banks compared, and those that only one side knows.
    """

    pairs: pd.DataFrame
    tests: pd.DataFrame
    places: pd.DataFrame
    brands: pd.DataFrame
    share_explained: float
    n_brands: int
    n_left_out: int

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, Mantel's correlation with its test, and how many pairs differ."""
        names = ("estimate", "p_value", "detectable", "verdict")
        told = {name: self.tests[name].iloc[0] for name in names}
        for name in ("seen_apart", "seen_alike"):
            told[f"n_{name}"] = int((self.pairs["reading"] == name).sum())
        columns = " ".join(["n_brands n_left_out n_pairs", *told])
        return self._row(columns, n_pairs=len(self.pairs), **told)


def distance_link(
    catalogue: BrandOverlap | pd.DataFrame,
    *,
    perceived: Perceived,
    value: OverlapValue = "overlap",
    draws: int = 999,
    seed: int = 0,
) -> DistanceLink:
    """Set how far banks' products are apart beside how far customers see them apart.

    Answers *do customers notice how alike we are, and which banks do they tell apart although
    they sell the same?*

    Parameters
    ----------
    catalogue : BrandOverlap, or DataFrame of banks x banks
        A comparison of offers, or distances >= 0 as a square, symmetric table.
    perceived : CorrespondenceMap, MapStability, or DataFrame of banks x banks
        How customers describe the banks; supplementary banks are left out. Or distances, as above.
    value : "overlap", "overlap_shared" or "excess", default "overlap"
        What of a comparison of offers: its distance is 1 less the mean of both directions.
        "excess" is fair to banks of unequal size.
    draws : int, default 999
        Random orders of the banks; up to 8 banks all orders are gone through.
    seed : int, default 0

    Returns
    -------
    DistanceLink

    Raises
    ------
    InputError
        A table is not square, not symmetric, or holds something else than distances.
    NotEnoughDataError
        Fewer than 4 banks are known to both.

    Notes
    -----
    Perceived distances are chi-square distances between profiles over all axes of the map.
    Mantel's test correlates the two distances over pairs; pairs share banks, so the names of one
    side are dealt out anew to see what chance does. The Procrustes test (PROTEST) does so for two
    maps in two axes: classical scaling of the catalogue distances against the perceived map. Both
    are one-sided: are banks alike in products alike in image? p is the share of orders, the
    banks' own among them, that give as much.

    ``detectable`` is the size a link must have to be found in four of five cases with so many
    banks; under 8 banks no link is claimed whatever p. The test takes both distances as they are:
    errors of a survey blur the perceived ones and make a link look weaker. A link is no cause.

    References
    ----------
    Mantel, N. (1967). The detection of disease clustering and a generalized regression approach.
    Cancer Research 27(2).
    Peres-Neto, P. and Jackson, D. (2001). How well do multivariate data sets match? Oecologia
    129. doi:10.1007/s004420100720

    Examples
    --------
    >>> banks = ["A", "B", "C", "D", "E"]
    >>> at = pd.Series([0.0, 1, 3, 7, 12], index=banks)
    >>> apart = pd.DataFrame({bank: (at - at[bank]).abs() for bank in banks})
    >>> link = distance_link(apart, perceived=apart ** 0.5)
    >>> link.tests[["test", "verdict"]].values.tolist()
    [['mantel', 'open'], ['procrustes', 'open']]
    >>> print(f"{link.tests.loc[0, 'p_value']:.4f} of {link.tests.loc[0, 'draws']} orders")
    0.0083 of 120 orders
    """
    check_option("value", value, get_args(OverlapValue))
    check_whole_number("draws", draws, low=99)
    check_whole_number("seed", seed, low=0)
    sold, seen = catalogue_distances(catalogue, value=value), perceived_distances(perceived)
    names = sorted(set(sold.names) & set(seen.names))
    if len(names) < FEWEST_BANKS:
        raise NotEnoughDataError(
            f"`perceived` must know at least {FEWEST_BANKS} of the banks in `catalogue`; found "
            f"{len(names)}. Write the banks' names alike on both sides, or add banks."
        )
    sold, seen = sold.of(names), seen.of(names)

    orders, is_exact = orders_of(len(names), draws=draws, seed=seed)
    # draws must not hang on the order of rows or on names
    at = np.lexsort([side.values.sum(axis=1).round(9) for side in (seen, sold)])
    ours, theirs = (side.values[np.ix_(at, at)] for side in (sold, seen))
    places, target = _places(sold), _places(seen)
    left, fit, right = np.linalg.svd(unit_size(places).T @ unit_size(target))
    turn = left @ right
    displaced = unit_size(target) - fit.sum() * unit_size(places) @ turn
    mantel = mantel_values(ours, second=theirs, orders=orders)
    turned = procrustes_values(places[at], second=target[at], orders=orders)

    tests = chances_frame(
        {"mantel": mantel, "procrustes": turned}, "test", is_exact=is_exact
    ).assign(n_brands=len(names))
    is_linked = (tests["p_value"] <= CERTAIN) & (len(names) >= ENOUGH_BANKS)
    brands = pd.DataFrame({"brand": names, "number": np.arange(1, len(names) + 1)})
    coordinates = (
        brands.loc[brands.index.repeat(2)]
        .reset_index(drop=True)
        .assign(
            axis=np.tile([1, 2], len(names)),
            catalogue_coordinate=(places @ turn).ravel(),
            perceived_coordinate=target.ravel(),
        )
    )
    # the part of the squared distances from the middle that the map shows
    whole, shown = (sold.values**2).sum() / (2 * len(names)), (places**2).sum()
    return DistanceLink(
        tests=tests.assign(verdict=np.where(is_linked, "linked", "open")),
        pairs=_pairs_frame(names, sold, seen),
        places=coordinates,
        brands=brands.assign(displacement=np.sqrt((displaced**2).sum(axis=1))),
        share_explained=float(min(shown / whole, 1.0)) if whole > 0 else 0.0,
        n_brands=len(names),
        n_left_out=len(sold.known | seen.known) - len(names),
        notes=(*sold.notes, *_notes(len(names), sold, seen, tests["detectable"].iloc[0])),
    )


# --- what is compared ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Distances:
    """Symmetric distances (n, n) of named banks, their places (n, 2) on a map of the source's.

    ``known`` has all banks of the source, those left out on the way among them.
    """

    names: Sequence[str]
    values: Floats
    known: frozenset[str]
    places: Floats | None = None
    sisters: frozenset[frozenset[str]] = frozenset()
    notes: tuple[Message, ...] = ()

    def of(self, names: Sequence[str]) -> Distances:
        """Give the distances of some of the banks, in the order asked for."""
        at = [self.names.index(name) for name in names]
        places = None if self.places is None else self.places[at]
        return replace(self, names=names, values=self.values[np.ix_(at, at)], places=places)


def catalogue_distances(source: BrandOverlap | pd.DataFrame, *, value: str) -> Distances:
    """Give 1 less the mean of both directions, or the table's own distances.

    Banks are left out until every pair has a distance, those with most gaps first.
    """
    if isinstance(source, pd.DataFrame):
        return table_distances("catalogue", source)
    what = "the result of brand_overlap or a table of distances"
    require_kind("catalogue", source, BrandOverlap, what=what)
    table = source.matrix(value=value)
    likeness = table.to_numpy(dtype=float)
    apart = 1 - (likeness + likeness.T) / 2
    np.fill_diagonal(apart, 0.0)
    keep: Flags = np.ones(len(apart), dtype=bool)
    gaps = np.isnan(apart)
    while gaps[np.ix_(keep, keep)].any():
        keep[int(np.where(keep, (gaps & keep).sum(axis=1), -1).argmax())] = False
    names = np.array([str(name) for name in table.index], dtype=object)
    left = list(names[~keep])
    note = Message(
        "{n:count} {n:bank|banks} {n:is|are} left out because {n:it has|they have} nothing "
        "comparable to some other bank: {names}.",
        {"n": len(left), "names": some_names(left)},
    )
    whole = source.pairs[source.pairs["category"].isna() & source.pairs["sister"].astype(bool)]
    sisters = frozenset(map(frozenset, zip(whole["brand_a"], whole["brand_b"], strict=True)))
    return Distances(
        list(names[keep]),
        apart[np.ix_(keep, keep)],
        frozenset(names),
        sisters=sisters,
        notes=(note,) * bool(left),
    )


def perceived_distances(source: Perceived) -> Distances:
    """Give chi-square distances of profiles, or the table's own distances."""
    from scipy.spatial.distance import cdist

    if isinstance(source, pd.DataFrame):
        return table_distances("perceived", source)
    source = source.map if isinstance(source, MapStability) else source
    what = "the result of correspondence_map or map_stability, or a table of distances"
    require_kind("perceived", source, CorrespondenceMap, what=what)
    rows, profiles = active(source.rows), source.profiles
    u, d, _ = signed_svd(source.residuals)
    places = u[:, :2] * d[:2] / np.sqrt(rows["mass"].to_numpy())[:, None]
    names = rows["label"].tolist()
    return Distances(names, cdist(profiles, profiles), frozenset(names), places)


def table_distances(argument: str, table: pd.DataFrame) -> Distances:
    """Check a square table of distances."""
    labels, values, gap = square_distances(argument, table)
    if gap:
        raise InputError(
            f"`{argument}` must be symmetric; found distances that differ by direction. Take the "
            "mean of both directions: (table + table.T) / 2."
        )
    return Distances(list(labels), (values + values.T) / 2, frozenset(labels))


def _places(side: Distances) -> Floats:
    """Give places in two axes, centred: the source's own, or those of classical scaling."""
    places = classical_places(side.values, 2)[0] if side.places is None else side.places
    padded = np.pad(places, ((0, 0), (0, 2 - places.shape[1])))
    return np.asarray(padded - padded.mean(axis=0))


# --- labels --------------------------------------------------------------------------------------


def _pairs_frame(names: list[str], sold: Distances, seen: Distances) -> pd.DataFrame:
    """Rank all pairs on both sides, those most at odds first."""
    first, second = np.triu_indices(len(names), 1)
    brands = np.array(names, dtype=object)
    sides = {"catalogue": sold.values[first, second], "perceived": seen.values[first, second]}
    frame = pd.DataFrame({"brand_a": brands[first], "brand_b": brands[second]})
    frame = frame.assign(**{f"{side}_distance": apart for side, apart in sides.items()})
    for side in sides:
        frame[f"{side}_rank"] = frame[f"{side}_distance"].round(9).rank(method="average")
    near = NEAR_PART * len(frame)
    far = len(frame) + 1 - near
    products, image = frame["catalogue_rank"], frame["perceived_rank"]
    is_apart, is_alike = (products <= near) & (image >= far), (products >= far) & (image <= near)
    frame["reading"] = np.select([is_apart, is_alike], ["seen_apart", "seen_alike"], "usual")
    pairs = zip(frame["brand_a"], frame["brand_b"], strict=True)
    frame["sister"] = [frozenset(pair) in sold.sisters for pair in pairs]
    order = np.lexsort((frame["brand_b"], frame["brand_a"], -(products - image).abs()))
    return frame.iloc[order].reset_index(drop=True)


def _notes(n: int, sold: Distances, seen: Distances, detectable: float) -> list[Message]:
    lost, unsold = sorted(sold.known - seen.known), sorted(seen.known - sold.known)
    return [
        *noted(
            "{n:count} {n:bank|banks} with a catalogue {n:is|are} not in the survey: {names}.",
            n=len(lost),
            names=some_names(lost),
        ),
        *noted(
            "{n:count} {n:bank|banks} in the survey {n:has|have} no catalogue: {names}.",
            n=len(unsold),
            names=some_names(unsold),
        ),
        *_few_banks(n),
        *noted(
            "With {n:count} banks, correlations of distances from {size:decimal2} upward would be "
            "found in four of five cases; smaller ones mostly go unnoticed.",
            n=n,
            size=detectable,
        ),
    ]


def _few_banks(n: int) -> list[Message]:
    """Say that so few banks show no link."""
    return noted(
        "With {n:count} banks no link is claimed, whatever the test says; it takes at least "
        "{enough:count}.",
        n=n if n < ENOUGH_BANKS else 0,
        enough=ENOUGH_BANKS,
    )


# --- chance ---------------------------------------------------------------------------------------


def orders_of(n: int, *, draws: int, seed: int) -> tuple[Codes, bool]:
    """Give orders of n banks (orders, n), the first their own, and whether these are all."""
    if n <= MOST_EXACT:
        return np.array(list(permutations(range(n))), dtype=np.intp), True
    drawn = np.random.default_rng(seed).random((draws, n)).argsort(axis=1)
    return np.vstack([np.arange(n), drawn]), False


def chance(values: Floats, *, is_exact: bool, points: int | None = None) -> dict[str, Any]:
    """Set the first of values (orders,), the banks' own, against all of them.

    Where so many ``points`` of their own correlate, sizes count, whatever their sign; of distances
    only alike ones. Detectable, of distances: the 95 % point of the values plus .84 of their
    standard deviations, which is what a measure must be on average to pass that point in four of
    five cases, were it to scatter as much as under chance. Of points, whose correlation scatters
    less the larger it is: tanh(atanh(95 % point) + .84 / sqrt(points - 3)). Simulated, a link of
    this size is found in 77 to 86 % of cases, with 8 to 30 banks.
    """
    size = values if points is None else np.abs(values)
    cut, reach = float(np.quantile(size, 1 - CERTAIN)), float(ndtri(POWER))
    detectable = cut + reach * float(values.std())
    if points is not None:
        step = reach / np.sqrt(max(points - 3, 1))
        detectable = float(np.tanh(np.arctanh(min(cut, _NEARLY_ONE)) + step))
    return {
        "estimate": float(values[0]),
        "p_value": float((size >= size[0] - _TIE).mean()),
        "draws": len(values) if is_exact else len(values) - 1,
        "exact": is_exact,
        "detectable": min(detectable, 1.0),
    }


def chances_frame(
    values: dict[str, Floats], kind: str, *, is_exact: bool, points: int | None = None
) -> pd.DataFrame:
    """Make a row a test, with its chance."""
    tests = {name: chance(one, is_exact=is_exact, points=points) for name, one in values.items()}
    return pd.DataFrame([{kind: name} | test for name, test in tests.items()])


def mantel_values(first: Floats, *, second: Floats, orders: Codes) -> Floats:
    """Correlate distances (n, n) over pairs in every order of the second (Mantel 1967)."""
    upper, lower = np.triu_indices(len(first), 1)
    given, other = first[upper, lower], second[upper, lower]
    given = given - given.mean()
    scale = np.sqrt((given**2).sum() * ((other - other.mean()) ** 2).sum())
    if scale == 0:
        return np.zeros(len(orders))
    parts = [second[part[:, upper], part[:, lower]] @ given for part in _parts(orders, len(upper))]
    return np.asarray(np.concatenate(parts) / scale)


def procrustes_values(first: Floats, *, second: Floats, orders: Codes) -> Floats:
    """Give the sum of singular values of X'Y (Peres-Neto and Jackson 2001); maps (n, axes)."""
    ours, theirs = unit_size(first), unit_size(second)
    parts = [
        np.linalg.svd(ours.T @ theirs[part], compute_uv=False).sum(axis=-1)
        for part in _parts(orders, ours.size)
    ]
    return np.concatenate(parts)


def unit_size(places: Floats) -> Floats:
    """Centre a map and bring it to size one; a map without any extent stays a point."""
    centred = places - places.mean(axis=0)
    size = float(np.sqrt((centred**2).sum()))
    return np.asarray(centred / size if size > 0 else centred)


def _parts(orders: Codes, width: int) -> Iterator[Codes]:
    step = max(1, _CELLS // width)
    return (orders[start : start + step] for start in range(0, len(orders), step))


TRAITS = ("uniqueness", "breadth")
SPECIALIST, UNIVERSAL = 0.5, 0.75
"""Parts of the market's categories, evenly sold, up to and from which a bank is called so."""
MOSTLY_NOISE = 0.7
"""Part of the differences in satisfaction under which notes warn of noise."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class UniquenessLink(Result):
    """What banks' offers have to do with how satisfied their customers are.

    Parameters
    ----------
    tests : DataFrame
        One row a trait, "uniqueness" and "breadth": ``trait estimate correlation p_value
        p_adjusted n_brands draws exact detectable verdict``. ``estimate`` is Pearson's
        correlation with satisfaction, ``correlation`` that of ranks; both p are two-sided, the
        adjusted one for two traits. ``verdict`` is "linked" or "open".
    brands : DataFrame
        One row a bank, the broadest last: ``brand uniqueness breadth effective_categories
        profile estimate std_error ci_low ci_high``. ``profile`` is "specialist", "between" or
        "universal"; ``estimate`` is satisfaction; its error is missing where none was given.
    reliability : float
        Part of the differences in satisfaction between banks that is no error of the survey;
        missing where no errors were given.
    n_brands, n_left_out : int
        Banks compared, and those that only one side knows.
    """

    brands: pd.DataFrame
    tests: pd.DataFrame
    reliability: float
    n_brands: int
    n_left_out: int

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, and the correlation of satisfaction with uniqueness."""
        names = ("estimate", "p_adjusted", "detectable", "verdict")
        told = {name: self.tests[name].iloc[0] for name in names}
        return self._row(" ".join(["n_brands n_left_out", *told, "reliability"]), **told)


def uniqueness_link(
    catalogue: BrandOverlap | pd.DataFrame,
    *,
    satisfaction: pd.DataFrame,
    draws: int = 999,
    seed: int = 0,
) -> UniquenessLink:
    """Set banks' uniqueness and breadth beside how satisfied their customers are.

    Answers *are banks with offers of their own liked better, and specialists better than banks
    that sell everything?*

    Parameters
    ----------
    catalogue : BrandOverlap, or DataFrame
        A comparison of offers, or one row a bank with ``brand uniqueness breadth n_categories``.
    satisfaction : DataFrame
        One row a bank: ``brand estimate``, and ``std_error ci_low ci_high`` where known, as
        ``satisfaction_scores`` gives them by bank for one item and measure.
    draws : int, default 999
        Random orders of the banks; up to 8 banks all orders are gone through.
    seed : int, default 0

    Returns
    -------
    UniquenessLink

    Raises
    ------
    InputError
        A column is missing, or a bank has several rows.
    NotEnoughDataError
        Fewer than 4 banks are known to both, or all of them are the same.

    Notes
    -----
    Correlations over banks, tested by dealing out satisfaction anew; Holm for two traits. Under 8
    banks no link is claimed. Errors of the survey pull a correlation towards 0: reliability =
    1 - mean squared error / variance of the estimates. A bank is called a specialist where its
    offers spread like an even spread over at most half of the categories of the broadest bank,
    universal from three quarters. A link is no cause.

    Examples
    --------
    >>> sold = pd.DataFrame({"brand": list("ABCDE"), "uniqueness": [0.1, 0.2, 0.3, 0.4, 0.5],
    ...                      "breadth": [1.9, 1.2, 1.8, 0.6, 1.7], "n_categories": [7, 4, 7, 2, 7]})
    >>> liked = pd.DataFrame({"brand": list("ABCDE"), "estimate": [6.1, 6.9, 7.0, 7.2, 8.0]})
    >>> found = uniqueness_link(sold, satisfaction=liked)
    >>> found.tests["estimate"].round(3).tolist(), found.tests["verdict"].tolist()
    ([0.953, -0.202], ['open', 'open'])
    """
    check_whole_number("draws", draws, low=99)
    check_whole_number("seed", seed, low=0)
    sold = catalogue.brands if isinstance(catalogue, BrandOverlap) else catalogue
    sold = bank_rows("catalogue", sold, [*TRAITS, "n_categories"]).dropna()
    liked = bank_rows(
        "satisfaction", satisfaction, ["estimate"], ["std_error", "ci_low", "ci_high"]
    )
    liked = liked[liked["estimate"].notna()]
    rows = sold.merge(liked, on="brand", how="inner")
    _check_rows(rows)

    # draws must not hang on the order of rows or on names
    rows = rows.sort_values(["breadth", "uniqueness", "estimate", "brand"], ignore_index=True)
    n, outcome = len(rows), rows["estimate"].to_numpy()
    orders, is_exact = orders_of(n, draws=draws, seed=seed)
    values = {trait: correlations(rows[trait], outcome, orders) for trait in TRAITS}
    # missing where one error is
    noise = (rows["std_error"].to_numpy() ** 2).mean()
    reliability = float(np.maximum(0.0, 1 - noise / rows["estimate"].var(ddof=1)))

    frame = chances_frame(values, "trait", is_exact=is_exact, points=n).assign(n_brands=n)
    ranks = rows[[*TRAITS, "estimate"]].rank().corr()["estimate"]
    frame.insert(2, "correlation", ranks[list(TRAITS)].to_numpy())
    frame.insert(4, "p_adjusted", holm(frame["p_value"].to_numpy()))
    is_linked = (frame["p_adjusted"] <= CERTAIN) & (n >= ENOUGH_BANKS)
    even = np.exp(rows["breadth"])
    part = even / rows["n_categories"].max()
    bounds = [part <= SPECIALIST, part >= UNIVERSAL]
    profile = np.select(bounds, ["specialist", "universal"], "between")
    columns = ["brand", *TRAITS, "effective_categories", "profile", "estimate", "std_error"]
    brands = rows.assign(effective_categories=even, profile=profile)
    n_left_out = len(set(sold["brand"]) | set(liked["brand"])) - n
    size = float(frame["detectable"].max())
    return UniquenessLink(
        tests=frame.assign(verdict=np.where(is_linked, "linked", "open")),
        brands=brands[[*columns, "ci_low", "ci_high"]],
        reliability=reliability,
        n_brands=n,
        n_left_out=n_left_out,
        notes=_uniqueness_notes(n, n_left_out, detectable=size, reliability=reliability),
    )


def bank_rows(
    argument: str, frame: pd.DataFrame, columns: list[str], optional: list[str] | None = None
) -> pd.DataFrame:
    """Check a frame of one row a bank, and give its numbers; optional columns may be missing."""
    require_kind(argument, frame, pd.DataFrame, what="a DataFrame with one row a bank")
    require_columns(frame, ["brand", *columns], argument=argument)
    brands = [label_text(brand) for brand in frame["brand"]]
    require_unique(argument, brands, what="bank")
    names = [*columns, *(optional or [])]
    values = numeric_matrix(argument, frame.reindex(columns=names), allow_missing=True)
    return pd.DataFrame(values, columns=names).assign(brand=np.array(brands, dtype=object))


def _check_rows(rows: pd.DataFrame) -> None:
    if len(rows) < FEWEST_BANKS:
        raise NotEnoughDataError(
            f"`satisfaction` must know at least {FEWEST_BANKS} of the banks in `catalogue`; found "
            f"{len(rows)}. Write the banks' names alike on both sides, or add banks."
        )
    for column in ("estimate", *TRAITS):
        if np.ptp(rows[column].to_numpy()) < 1e-12:
            argument = "satisfaction" if column == "estimate" else "catalogue"
            raise NotEnoughDataError(
                f"`{argument}` must hold banks that differ in {column}; found the same value for "
                f"all {len(rows)}. There is nothing to correlate."
            )


def correlations(trait: pd.Series[float], outcome: Floats, orders: Codes) -> Floats:
    """Correlate a trait with the outcome dealt out in every order, (orders,)."""
    values = trait.to_numpy()
    given, dealt = values - values.mean(), (outcome - outcome.mean())[orders]
    return np.asarray(dealt @ given / np.sqrt((given**2).sum() * (dealt[0] ** 2).sum()))


def _uniqueness_notes(
    n: int, n_left_out: int, *, detectable: float, reliability: float
) -> tuple[Message, ...]:
    return (
        *noted(
            "{n:count} {n:bank|banks} {n:is|are} left out because only one side knows {n:it|them}.",
            n=n_left_out,
        ),
        *_few_banks(n),
        *noted(
            "With {n:count} banks, correlations from {size:decimal2} upward or below "
            "−{size:decimal2} would be found in four of five cases; smaller ones mostly go "
            "unnoticed.",
            n=n,
            size=detectable,
        ),
        *noted(
            "Only {part:percent} of the differences in satisfaction between banks is "
            "more than errors of the survey; the correlation is pulled towards 0.",
            is_noisy=reliability < MOSTLY_NOISE,
            part=reliability,
        ),
    )
