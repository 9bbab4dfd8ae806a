"""The answers behind a preference map: products rated by respondents, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from brandkit.core.checks import require_frame, require_unique
from brandkit.core.errors import InputError, NotEnoughDataError, did_you_mean, shown
from brandkit.core.linalg import Floats
from brandkit.positioning.components import ComponentMap, component_map
from brandkit.positioning.correspondence import CorrespondenceMap
from brandkit.positioning.distances import DistanceMap

Missing = Literal["raise", "drop"]
AnyMap = CorrespondenceMap | ComponentMap | DistanceMap


@dataclass(frozen=True)
class RatedProducts:
    """Products with their places and ratings.

    Parameters
    ----------
    labels : Index
        Products that are rated, in the order of the ratings.
    places : ndarray, products x 2
    liking : ndarray, products x respondents
    weight : ndarray, respondents
    n_dropped : int
        Respondents left out because a rating is missing.
    n_constant : int
        Respondents left out because they like all products alike.
    """

    labels: pd.Index
    places: Floats
    liking: Floats
    weight: Floats
    n_dropped: int
    n_constant: int


def mapped_space(space: pd.DataFrame | AnyMap) -> AnyMap:
    """Give a map as it is, and of a table its component map."""
    if isinstance(space, pd.DataFrame):
        return component_map(space)
    if not isinstance(space, AnyMap):
        raise TypeError(
            "`space` must be a table of products by attributes or a map; found "
            f"{type(space).__name__}."
        )
    return space


def places_of(space: AnyMap) -> pd.DataFrame:
    """Give the first two coordinates of a map's rows or points."""
    points = space.points if isinstance(space, DistanceMap) else space.rows
    if points["axis"].max() < 2:
        raise NotEnoughDataError(
            "`space` must have two axes; found a map of one. Add attributes or products."
        )
    wide = points[points["axis"] <= 2].pivot(index="label", columns="axis", values="coordinate")
    return wide.loc[points["label"].drop_duplicates()]


def rated_products(
    space: pd.DataFrame, liking: pd.DataFrame, *, weight: pd.Series | None, missing: Missing
) -> RatedProducts:
    """Check ratings against the map, without ever telling a respondent's name or answer."""
    require_frame("liking", liking)
    _check_products(space.index, liking)
    if liking.columns.has_duplicates:
        raise InputError(
            "`liking` must name each respondent once; found "
            f"{int(liking.columns.duplicated().sum())} names more than once. Number them anew."
        )
    values = _numbers(liking)
    weights = _weights(weight, liking.columns)
    is_whole = np.isfinite(values).all(axis=0)
    n_cells = int((~np.isfinite(values)).sum())
    if n_cells and missing == "raise":
        raise InputError(
            f"`liking` must hold finite numbers; found {n_cells} cells without one, of "
            f'{int((~is_whole).sum())} respondents. Give `missing="drop"` to leave them out.'
        )
    varies = np.ptp(np.where(is_whole, values, 0.0), axis=0) > 0
    used = is_whole & varies & (weights > 0)
    if used.sum() < 2:
        raise NotEnoughDataError(
            "`liking` must have at least 2 respondents who like products unequally; found "
            f"{int(used.sum())}."
        )
    return RatedProducts(
        labels=liking.index,
        places=space.loc[liking.index].to_numpy(dtype=float),
        liking=values[:, used],
        weight=weights[used],
        n_dropped=int((~is_whole).sum()),
        n_constant=int((is_whole & ~varies).sum()),
    )


def _check_products(known: pd.Index, liking: pd.DataFrame) -> None:
    require_unique("liking", list(liking.index), what="product")
    unknown = [label for label in liking.index if label not in known]
    if not unknown:
        return
    if liking.columns.isin(known).all():
        raise InputError(
            "`liking` must have products in rows and respondents in columns; found the products "
            "in the columns. Give liking.T."
        )
    have = [str(label) for label in known]
    raise InputError(
        f"`liking` must rate products of the map; found {shown(unknown)}."
        f"{did_you_mean(str(unknown[0]), have) or f' It has {shown(have)}.'}"
    )


def _numbers(liking: pd.DataFrame) -> Floats:
    if all(dtype.kind in "iuf" for dtype in set(liking.dtypes)):
        return np.asarray(liking.to_numpy(dtype=float, na_value=np.nan))
    cells = pd.Series(liking.to_numpy(dtype=object).ravel())
    numbers = pd.to_numeric(cells, errors="coerce")
    n_texts = int((numbers.isna() & cells.notna()).sum())
    if n_texts:
        raise InputError(
            f"`liking` must hold numbers only; found {n_texts} cells that are none. Code the "
            "answers as numbers, higher for better liked."
        )
    return np.asarray(numbers.to_numpy(dtype=float, na_value=np.nan).reshape(liking.shape))


def _weights(weight: pd.Series | None, respondents: pd.Index) -> Floats:
    if weight is None:
        return np.ones(len(respondents))
    if not isinstance(weight, pd.Series):
        raise TypeError(f"`weight` must be a pandas Series; found {type(weight).__name__}.")
    n_without = int((~respondents.isin(weight.index)).sum())
    if n_without or weight.index.has_duplicates:
        raise InputError(
            "`weight` must give one weight for each respondent of `liking`; found "
            f"{n_without} respondents without one"
            f"{' and names more than once' if weight.index.has_duplicates else ''}. Index it by "
            "the columns of `liking`."
        )
    values = weight.loc[respondents].to_numpy(dtype=float, na_value=np.nan)
    if not (np.isfinite(values).all() and (values >= 0).all() and values.any()):
        raise InputError(
            "`weight` must be finite and >= 0, and not all 0; found "
            f"{int((~np.isfinite(values) | (values < 0)).sum())} that are not. Mend the weights."
        )
    return values
