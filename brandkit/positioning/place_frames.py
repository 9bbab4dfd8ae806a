"""The frames of places with their errors, regions and tests, from draws about them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

from brandkit.core.intervals import t_interval
from brandkit.core.linalg import Floats
from brandkit.core.multiplicity import holm
from brandkit.positioning.image_answers import SUPPRESSED_BASE, ImageTables


def second_moments(away: Floats) -> Floats:
    """Give the mean squares of draws about a place; draws that are missing are left out.

    Parameters
    ----------
    away : ndarray, shape (draws, points, axes)
        Draws less the place. Bias is part of the mean square: a region centred on the place has
        to hold it.

    Returns
    -------
    ndarray, shape (points, axes, axes)
    """
    there: NDArray[np.bool_] = np.all(~np.isnan(away), axis=2)
    known = np.where(there[..., None], away, 0.0)
    n = np.maximum(there.sum(axis=0), 1)
    across = np.moveaxis(known, 0, 2)
    return np.asarray(across @ np.swapaxes(across, 1, 2) / n[:, None, None])


def quantile(df: Floats, *, axes: int, level: float) -> Floats:
    """Give the quantile of Hotelling's T² in so many axes, with df of the covariance."""
    second = np.maximum(df - axes + 1.0, 1.0)
    return np.asarray(axes * df / second * f_distribution.ppf(level, axes, second))


def tail(statistic: Floats, *, df: Floats, axes: int) -> Floats:
    """Give the chance of a T² as large or larger."""
    second = np.maximum(df - axes + 1.0, 1.0)
    return np.asarray(f_distribution.sf(statistic * second / (axes * df), axes, second))


def joint_df(first: Floats, second: Floats, *, df: tuple[Floats, Floats]) -> Floats:
    """Give the degrees of freedom of a sum of two variances (Welch and Satterthwaite).

    Parameters
    ----------
    first, second : ndarray
        The variances; what both share by the same persons is not looked at, and
        makes the sum smaller.
    df : tuple of ndarray
        Of each.

    Returns
    -------
    ndarray
        Between the smaller of both and their sum.

    Examples
    --------
    >>> joint_df(np.array([1.0, 1.0]), np.array([1.0, 0.0]), df=(np.array([30.0, 30.0]),
    ...          np.array([30.0, 9.0]))).tolist()
    [60.0, 30.0]
    """
    below = first**2 / df[0] + second**2 / df[1]
    least = np.minimum(*df)
    return np.where(below > 0, (first + second) ** 2 / np.where(below > 0, below, 1.0), least)


def wald(gap: Floats, covariance: Floats) -> Floats:
    """Give gap' covariance^-1 gap; a gap of nothing gives 0 whatever the covariance.

    Parameters
    ----------
    gap : ndarray, shape (..., axes)
    covariance : ndarray, shape (..., axes, axes)
    """
    solved = (np.linalg.pinv(covariance, hermitian=True) @ gap[..., None])[..., 0]
    return np.asarray((gap * solved).sum(axis=-1))


def ellipses(covariance: Floats, size: Floats) -> tuple[Floats, Floats, Floats]:
    """Give long radius, short radius and angle of ellipses on the first two axes.

    Parameters
    ----------
    covariance : ndarray, shape (points, axes, axes)
    size : ndarray, shape (points,)
        Quantile of the squared distance.

    Returns
    -------
    long, short : ndarray, shape (points,)
    angle : ndarray, shape (points,)
        Degrees from the first axis to the long radius, above -90 to 90.
    """
    if covariance.shape[-1] == 1:
        flat = np.zeros(len(covariance))
        return np.sqrt(size * covariance[:, 0, 0]), flat, flat
    values, vectors = np.linalg.eigh(covariance[:, :2, :2])
    short, long = np.sqrt(size[:, None] * np.maximum(values, 0.0)).T
    angle = np.degrees(np.arctan2(vectors[:, 1, 1], vectors[:, 0, 1]))
    angle = np.where(angle > 90, angle - 180, np.where(angle <= -90, angle + 180, angle))
    return long, short, angle


def points_frame(
    labels: Sequence[str],
    places: Floats,
    covariance: Floats,
    tables: ImageTables,
    *,
    df: Floats,
    level: float,
) -> pd.DataFrame:
    """Make one row a brand and axis."""
    kept = places.shape[1]
    error = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    interval = t_interval(places, std_error=error, df=df[:, None], level=level)
    return pd.DataFrame(
        {
            "label": np.repeat(np.array(labels, dtype=object), kept),
            "axis": np.tile(np.arange(1, kept + 1), len(labels)),
            "coordinate": places.ravel(),
            "std_error": error.ravel(),
            "ci_low": interval.low.ravel(),
            "ci_high": interval.high.ravel(),
            "ci_level": level,
            "n": np.repeat(tables.n, kept),
            "n_effective": np.repeat(tables.n_effective, kept),
        }
    )


def regions_frame(
    labels: Sequence[str],
    places: Floats,
    covariance: Floats,
    tables: ImageTables,
    *,
    df: Floats,
    level: float,
) -> pd.DataFrame:
    """Make one row a brand: the ellipse around its place on the first two axes."""
    axes = min(places.shape[1], 2)
    long, short, angle = ellipses(covariance, quantile(df, axes=axes, level=level))
    hidden = tables.n < SUPPRESSED_BASE
    return pd.DataFrame(
        {
            "label": list(labels),
            "across": places[:, 0],
            "upward": places[:, 1] if axes == 2 else 0.0,
            "radius_long": np.where(hidden, np.nan, long),
            "radius_short": np.where(hidden, np.nan, short),
            "angle": np.where(hidden, np.nan, angle),
            "ci_level": level,
            "n": tables.n,
        }
    )


def pairs_frame(
    labels: Sequence[str], places: Floats, away: Floats, *, df: Floats, level: float
) -> pd.DataFrame:
    """Make one row a pair of brands: how far apart, and whether that is more than noise."""
    first, second = np.triu_indices(len(labels), 1)
    names = np.array(labels, dtype=object)
    gap = places[first] - places[second]
    covariance = second_moments(away[:, first] - away[:, second])
    length = np.sqrt((gap**2).sum(axis=1))
    along = gap / np.where(length > 0, length, 1.0)[:, None]
    statistic = wald(gap, covariance)
    spread = np.trace(second_moments(away), axis1=1, axis2=2)
    worth = joint_df(spread[first], spread[second], df=(df[first], df[second]))
    p_value = tail(statistic, df=worth, axes=places.shape[1])
    adjusted = holm(p_value)
    return pd.DataFrame(
        {
            "brand_a": names[first],
            "brand_b": names[second],
            "map_distance": length,
            "std_error": np.sqrt(np.einsum("pk,pkl,pl->p", along, covariance, along)),
            "statistic": statistic,
            "p_value": p_value,
            "p_adjusted": adjusted,
            "distinct": adjusted <= 1 - level,
        }
    )


def attributes_frame(columns: pd.DataFrame, drawn: Floats) -> pd.DataFrame:
    """Make one row an attribute and axis, with the error of its place."""
    places = columns["coordinate"].to_numpy(dtype=float).reshape(drawn.shape[1:])
    spread = second_moments(drawn - places)
    frame = columns[["label", "axis", "coordinate"]].reset_index(drop=True)
    error = np.sqrt(np.diagonal(spread, axis1=1, axis2=2))
    return frame.assign(std_error=error.ravel())


def cells_frame(labels: Sequence[str], tables: ImageTables) -> pd.DataFrame:
    """Make one row a brand and attribute: weighted ticks, base and share."""
    width = len(tables.attributes)
    return pd.DataFrame(
        {
            "brand": np.repeat(np.array(labels, dtype=object), width),
            "attribute": list(tables.attributes) * len(labels),
            "count": tables.table.ravel(),
            "weighted_base": np.repeat(tables.bases, width),
            "share": (tables.table / tables.bases[:, None]).ravel(),
        }
    )
