"""Distances between banks, from a comparison of offers, a map of their image, or a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandkit.core.checks import numeric_matrix, require_unique
from brandkit.core.errors import InputError, shown
from brandkit.core.linalg import Floats, signed_svd
from brandkit.core.message import Message
from brandkit.overlap import BrandOverlap
from brandkit.positioning import CorrespondenceMap
from brandkit.positioning.stability import MapStability

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
