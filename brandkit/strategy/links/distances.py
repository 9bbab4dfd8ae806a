"""Distances between banks, from a comparison of offers, a map of their image, or a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_option,
    check_whole_number,
    numeric_matrix,
    require_unique,
    shown,
)
from brandkit.core.linalg import Floats, signed_svd
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.overlap import BrandOverlap
from brandkit.positioning import CorrespondenceMap
from brandkit.positioning.image.stability import MapStability
from brandkit.strategy.links.kernel import (
    CERTAIN,
    ENOUGH_BANKS,
    Chance,
    chance,
    mantel_values,
    orders_of,
    procrustes_values,
    unit_size,
)

_SAME = 1e-9


@dataclass(frozen=True)
class Distances:
    """Distances of banks from each other.

    Parameters
    ----------
    names : tuple of str
    values : ndarray, n x n
        Symmetric, 0 on the diagonal.
    known : frozenset of str
        All banks of the source, those left out on the way to `values` among them.
    places : ndarray, n x 2, optional
        Where the banks stand on the source's own map.
    sisters : frozenset of pairs
        Pairs of sister banks.
    notes : tuple of Message
    """

    names: tuple[str, ...]
    values: Floats
    known: frozenset[str]
    places: Floats | None = None
    sisters: frozenset[frozenset[str]] = frozenset()
    notes: tuple[Message, ...] = ()

    def of(self, names: Sequence[str]) -> Distances:
        """Give the distances of some of the banks, in the order asked for."""
        at = [self.names.index(name) for name in names]
        places = None if self.places is None else self.places[at]
        chosen = self.values[np.ix_(at, at)]
        return Distances(tuple(names), chosen, self.known, places, self.sisters, self.notes)


def catalogue_distances(source: BrandOverlap | pd.DataFrame, *, value: str) -> Distances:
    """Give 1 less the mean of both directions, or the table's own distances.

    Parameters
    ----------
    source : BrandOverlap or DataFrame
    value : str
        Which value of a comparison of offers.

    Returns
    -------
    Distances
    """
    if isinstance(source, pd.DataFrame):
        return table_distances("catalogue", source)
    if not isinstance(source, BrandOverlap):
        raise TypeError(
            "`catalogue` must be the result of brand_overlap or a table of distances; found "
            f"{type(source).__name__}."
        )
    table = source.matrix(value=value)
    likeness = table.to_numpy(dtype=float)
    apart = 1 - (likeness + likeness.T) / 2
    np.fill_diagonal(apart, 0.0)
    names = [str(name) for name in table.index]
    keep = _comparable(apart)
    left = [name for name, is_kept in zip(names, keep, strict=True) if not is_kept]
    notes: tuple[Message, ...] = ()
    if left:
        text = (
            "{n:count} {n:bank|banks} {n:is|are} left out because {n:it has|they have} nothing "
            "comparable to some other bank: {names}."
        )
        notes = (Message(text, {"n": len(left), "names": left[:5]}),)
    whole = source.pairs[source.pairs["category"].isna() & source.pairs["sister"].astype(bool)]
    return Distances(
        names=tuple(name for name in names if name not in left),
        values=apart[np.ix_(keep, keep)],
        known=frozenset(names),
        sisters=frozenset(map(frozenset, zip(whole["brand_a"], whole["brand_b"], strict=True))),
        notes=notes,
    )


def perceived_distances(source: CorrespondenceMap | MapStability | pd.DataFrame) -> Distances:
    """Give chi-square distances of profiles, or the table's own distances.

    Parameters
    ----------
    source : CorrespondenceMap, MapStability or DataFrame

    Returns
    -------
    Distances
    """
    if isinstance(source, pd.DataFrame):
        return table_distances("perceived", source)
    if not isinstance(source, CorrespondenceMap):
        if not isinstance(source, MapStability):
            raise TypeError(
                "`perceived` must be the result of correspondence_map or map_stability, or a table "
                f"of distances; found {type(source).__name__}."
            )
        source = source.map
    rows = source.rows[(source.rows["axis"] == 1) & ~source.rows["supplementary"]]
    mass = rows.set_index("label")["mass"]
    residuals = source.associations.pivot(
        index="row_label", columns="column_label", values="residual"
    ).loc[mass.index]
    # rows of D_r^-1/2 S are as far apart as the principal coordinates on all axes
    profiles = residuals.to_numpy() / np.sqrt(mass.to_numpy())[:, None]
    u, d, _ = signed_svd(residuals.to_numpy())
    places = u[:, :2] * d[:2] / np.sqrt(mass.to_numpy())[:, None]
    names = tuple(str(name) for name in mass.index)
    return Distances(names, _between(profiles), frozenset(names), places)


def table_distances(argument: str, table: pd.DataFrame) -> Distances:
    """Check a square table of distances.

    Parameters
    ----------
    argument : str
        What to call it in an error.
    table : DataFrame

    Returns
    -------
    Distances

    Raises
    ------
    InputError
        Not square, not symmetric, a distance below 0, or one from a bank to itself.
    """
    names = [str(name) for name in table.index]
    require_unique(argument, names, what="bank")
    columns = [str(name) for name in table.columns]
    if set(columns) != set(names) or len(columns) != len(names):
        odd = sorted(set(columns) ^ set(names))
        raise InputError(
            f"`{argument}` must have the same banks in rows and columns; found {shown(odd)} on one "
            "side only. Make a square table."
        )
    square = table.set_axis(names, axis=0).set_axis(columns, axis=1)[names]
    values = numeric_matrix(argument, square)
    largest = float(np.abs(values).max(initial=0.0))
    if (values < 0).any():
        raise InputError(
            f"`{argument}` must hold distances >= 0; found {values.min():g}. A table of "
            "similarities between 0 and 1 becomes one of distances as 1 - table."
        )
    if np.abs(np.diag(values)).max(initial=0.0) > _SAME * largest:
        raise InputError(
            f"`{argument}` must be 0 from a bank to itself; found {np.diag(values).max():g}. A "
            "table of similarities between 0 and 1 becomes one of distances as 1 - table."
        )
    if np.abs(values - values.T).max(initial=0.0) > _SAME * largest:
        raise InputError(
            f"`{argument}` must be symmetric; found distances that differ by direction. Take the "
            "mean of both directions: (table + table.T) / 2."
        )
    return Distances(tuple(names), (values + values.T) / 2, frozenset(names))


def classical_places(distances: Floats, *, axes: int) -> Floats:
    """Place banks so that their distances come out as well as in so few axes.

    Parameters
    ----------
    distances : ndarray, n x n
    axes : int

    Returns
    -------
    ndarray, n x axes
        Classical scaling (Torgerson 1952). Axes that only negative eigenvalues are left for are 0.
        In each axis the coordinate with the largest absolute value is positive.
    """
    n = len(distances)
    middle = np.eye(n) - 1 / n
    inner = -middle @ (distances**2) @ middle / 2
    values, vectors = np.linalg.eigh(inner)
    chosen = np.argsort(-values, kind="stable")[:axes]
    places = vectors[:, chosen] * np.sqrt(np.maximum(values[chosen], 0.0))
    leading = places[np.abs(places).argmax(axis=0), np.arange(places.shape[1])]
    signed = places * np.where(leading < 0, -1.0, 1.0) + 0.0
    return np.pad(signed, ((0, 0), (0, axes - signed.shape[1])))


def _between(places: Floats) -> Floats:
    squared = (places**2).sum(axis=1)
    apart = np.sqrt(np.maximum(squared[:, None] + squared - 2 * places @ places.T, 0.0))
    np.fill_diagonal(apart, 0.0)
    return np.asarray(apart)


def _comparable(apart: Floats) -> np.ndarray:
    """Leave out banks until every pair has a distance, those with most gaps first."""
    keep = np.ones(len(apart), dtype=bool)
    gaps = np.isnan(apart)
    while gaps[np.ix_(keep, keep)].any():
        lost = np.where(keep, (gaps & keep).sum(axis=1), -1)
        keep[int(lost.argmax())] = False
    return keep


Perceived = CorrespondenceMap | MapStability | pd.DataFrame
OverlapValue = Literal["overlap", "overlap_shared", "excess"]

FEWEST_BANKS = 4
"""Banks under which two sets of distances cannot be compared at all."""
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

    tests: pd.DataFrame
    pairs: pd.DataFrame
    places: pd.DataFrame
    brands: pd.DataFrame
    share_explained: float
    n_brands: int
    n_left_out: int

    def tidy(self) -> pd.DataFrame:
        """Give the pairs."""
        return self.pairs.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: banks, Mantel's correlation with its test, and how many pairs differ."""
        mantel = self.tests.iloc[0]
        return pd.DataFrame({
            "n_brands": [self.n_brands],
            "n_left_out": [self.n_left_out],
            "n_pairs": [len(self.pairs)],
            "estimate": [mantel["estimate"]],
            "p_value": [mantel["p_value"]],
            "detectable": [mantel["detectable"]],
            "verdict": [mantel["verdict"]],
            "n_seen_apart": [int((self.pairs["reading"] == "seen_apart").sum())],
            "n_seen_alike": [int((self.pairs["reading"] == "seen_alike").sum())],
        })  # fmt: skip


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
    names = _both(sold, seen)
    sold, seen = sold.of(names), seen.of(names)

    orders, is_exact = orders_of(len(names), draws=draws, seed=seed)
    map_sold, map_seen = classical_places(sold.values, axes=2), _seen_places(seen)
    found = {
        "mantel": mantel_values(sold.values, second=seen.values, orders=orders),
        "procrustes": procrustes_values(map_sold, second=map_seen, orders=orders),
    }
    tests = {name: chance(values, is_exact=is_exact) for name, values in found.items()}
    turned = map_sold @ _turn(map_sold, map_seen)
    n_left_out = len(sold.known | seen.known) - len(names)
    return DistanceLink(
        tests=_tests_frame(tests, n=len(names)),
        pairs=_pairs_frame(sold, seen),
        places=_places_frame(names, turned, map_seen),
        brands=_brands_frame(names, turned, map_seen),
        share_explained=_shown(sold.values, map_sold),
        n_brands=len(names),
        n_left_out=n_left_out,
        notes=(*sold.notes, *seen.notes, *_notes(names, sold, seen, tests)),
    )


def _both(sold: Distances, seen: Distances) -> list[str]:
    """Name the banks that both know, in an order that their distances settle."""
    names = [name for name in sold.names if name in seen.known]
    if len(names) < FEWEST_BANKS:
        raise NotEnoughDataError(
            f"`perceived` must know at least {FEWEST_BANKS} of the banks in `catalogue`; found "
            f"{len(names)}. Write the banks' names alike on both sides, or add banks."
        )
    # draws must not hang on the order of rows or on names
    far = [side.of(names).values.sum(axis=1).round(9) for side in (sold, seen)]
    return [names[at] for at in np.lexsort((np.array(names), far[1], far[0]))]


def _seen_places(seen: Distances) -> Floats:
    places = classical_places(seen.values, axes=2) if seen.places is None else seen.places
    return np.asarray(places - places.mean(axis=0))


def _turn(sold: Floats, seen: Floats) -> Floats:
    """Give the rotation or reflection that brings the map of products nearest to the other."""
    u, _, vt = np.linalg.svd(unit_size(sold).T @ unit_size(seen))
    return np.asarray(u @ vt)


def _shown(distances: Floats, places: Floats) -> float:
    """Give the part of the squared distances from the middle that the map shows."""
    whole = (distances**2).sum() / (2 * len(distances))
    return float(min((places**2).sum() / whole, 1.0)) if whole > 0 else 0.0


# --- frames ------------------------------------------------------------------------------------


def _tests_frame(tests: dict[str, Chance], *, n: int) -> pd.DataFrame:
    return pd.DataFrame({
        "test": list(tests),
        "estimate": [one.observed for one in tests.values()],
        "p_value": [one.p_value for one in tests.values()],
        "n_brands": n,
        "draws": [one.n_orders for one in tests.values()],
        "exact": [one.is_exact for one in tests.values()],
        "detectable": [one.detectable for one in tests.values()],
        "verdict": [verdict_of(one, n=n) for one in tests.values()],
    })  # fmt: skip


def verdict_of(found: Chance, *, n: int) -> str:
    """Say "linked" where chance does not explain it among enough banks, else "open"."""
    return "linked" if n >= ENOUGH_BANKS and found.p_value <= CERTAIN else "open"


def _pairs_frame(sold: Distances, seen: Distances) -> pd.DataFrame:
    """Rank all pairs on both sides, those most at odds first."""
    order = np.argsort(np.array(sold.names), kind="stable")
    names = np.array(sold.names, dtype=object)[order]
    first, second = np.triu_indices(len(names), 1)
    at = np.ix_(order, order)
    frame = pd.DataFrame({
        "brand_a": names[first], "brand_b": names[second],
        "catalogue_distance": sold.values[at][first, second],
        "perceived_distance": seen.values[at][first, second],
    })  # fmt: skip
    for side in ("catalogue", "perceived"):
        frame[f"{side}_rank"] = frame[f"{side}_distance"].round(9).rank(method="average")
    near = NEAR_PART * len(frame)
    far = len(frame) + 1 - near
    products, image = frame["catalogue_rank"], frame["perceived_rank"]
    frame["reading"] = np.select(
        [(products <= near) & (image >= far), (products >= far) & (image <= near)],
        ["seen_apart", "seen_alike"], "usual",
    )  # fmt: skip
    sisters = [
        frozenset(pair) in sold.sisters for pair in zip(names[first], names[second], strict=True)
    ]
    frame["sister"] = sisters
    gap = (products - image).abs()
    order = np.lexsort((frame["brand_b"], frame["brand_a"], -gap))
    return frame.iloc[order].reset_index(drop=True)


def _places_frame(names: list[str], sold: Floats, seen: Floats) -> pd.DataFrame:
    order = np.argsort(np.array(names), kind="stable")
    axes = sold.shape[1]
    return pd.DataFrame({
        "brand": np.array(names, dtype=object)[order].repeat(axes),
        "number": np.arange(1, len(names) + 1).repeat(axes),
        "axis": np.tile(np.arange(1, axes + 1), len(names)),
        "catalogue_coordinate": sold[order].ravel(),
        "perceived_coordinate": seen[order].ravel(),
    })  # fmt: skip


def _brands_frame(names: list[str], sold: Floats, seen: Floats) -> pd.DataFrame:
    ours, theirs = unit_size(sold), unit_size(seen)
    fit = np.linalg.svd(ours.T @ theirs, compute_uv=False).sum()
    apart = np.sqrt(((theirs - fit * ours) ** 2).sum(axis=1))
    order = np.argsort(np.array(names), kind="stable")
    return pd.DataFrame({
        "brand": np.array(names, dtype=object)[order],
        "number": np.arange(1, len(names) + 1),
        "displacement": apart[order],
    })  # fmt: skip


def _notes(
    names: list[str], sold: Distances, seen: Distances, tests: dict[str, Chance]
) -> tuple[Message, ...]:
    notes = []
    for side, other, text in (
        (sold, seen, "{n:count} {n:bank|banks} with a catalogue {n:is|are} not in the survey: {names}{more}."),  # noqa: E501
        (seen, sold, "{n:count} {n:bank|banks} in the survey {n:has|have} no catalogue: {names}{more}."),  # noqa: E501
    ):  # fmt: skip
        alone = sorted(side.known - other.known)
        if alone:
            more = Message(" and {n:count} more", {"n": len(alone) - 5}) if len(alone) > 5 else ""
            values = {"n": len(alone), "names": alone[:5], "more": more}
            notes.append(Message(text, values))
    if len(names) < ENOUGH_BANKS:
        notes.append(
            Message(
                "With {n:count} banks no link is claimed, whatever the test says; it takes at "
                "least {enough:count}.",
                {"n": len(names), "enough": ENOUGH_BANKS},
            )
        )
    notes.append(
        Message(
            "With {n:count} banks, correlations of distances from {size:decimal2} upward would be "
            "found in four of five cases; smaller ones mostly go unnoticed.",
            {"n": len(names), "size": tests["mantel"].detectable},
        )
    )
    return tuple(notes)
