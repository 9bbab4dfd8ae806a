"""The table behind a distance map: square, symmetric, zero on its diagonal."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from brandkit.core.checks import check_whole_number, numeric_matrix, require_frame, require_unique
from brandkit.core.errors import InputError, NotEnoughDataError, shown
from brandkit.core.linalg import Floats

Asymmetry = Literal["raise", "average"]


def checked_distances(
    dissimilarity: pd.DataFrame, asymmetry: Asymmetry, axes: int
) -> tuple[pd.Index, Floats, float]:
    """Check a table of dissimilarities; give labels, symmetric values and the largest asymmetry."""
    require_frame("dissimilarity", dissimilarity)
    require_unique("dissimilarity", list(dissimilarity.index), what="row")
    labels, columns = dissimilarity.index, dissimilarity.columns
    if len(labels) != len(columns) or set(labels) != set(columns):
        odd = sorted(map(str, set(labels) ^ set(columns)))
        raise InputError(
            "`dissimilarity` must be square, with the same names as index and columns; found "
            f"{len(labels)} x {len(columns)}{f' and {shown(odd)} on one side only' if odd else ''}."
            " Leave out what has no counterpart."
        )
    values = numeric_matrix("dissimilarity", dissimilarity[labels])
    if (values < 0).any():
        row, column = (int(at[0]) for at in np.nonzero(values < 0))
        raise InputError(
            f"`dissimilarity` must hold values >= 0; found {values[row, column]:g} in row "
            f"{shown(labels[row])}, column {shown(labels[column])}. Shift or transform the values."
        )
    if np.diag(values).any():
        at = int(np.flatnonzero(np.diag(values))[0])
        raise InputError(
            "`dissimilarity` must have zeros on its diagonal; found "
            f"{values[at, at]:g} for {shown(labels[at])}. Where the table holds similarities from "
            "0 to 1, give 1 - table."
        )
    _check_axes(axes, len(labels))
    if not values.any():
        raise NotEnoughDataError(
            "`dissimilarity` must hold points that differ; found zeros only. There is nothing "
            "to map."
        )
    return labels, *_symmetric(values, labels, asymmetry)


def _symmetric(values: Floats, labels: pd.Index, asymmetry: Asymmetry) -> tuple[Floats, float]:
    apart = np.abs(values - values.T)
    gap = float(apart.max(initial=0.0))
    if gap > 1e-9 * values.max(initial=0.0) and asymmetry == "raise":
        row, column = (int(at) for at in np.unravel_index(apart.argmax(), apart.shape))
        raise InputError(
            "`dissimilarity` must be the same in both directions; the largest difference is "
            f"{gap:.3g}, between {shown(labels[row])} and {shown(labels[column])} "
            f"({values[row, column]:.3g} and {values[column, row]:.3g}). Give "
            '`asymmetry="average"` to map the mean of both directions.'
        )
    return (values + values.T) / 2, gap if gap > 1e-9 * values.max(initial=0.0) else 0.0


def _check_axes(axes: int, n: int) -> None:
    if n < 3:
        raise NotEnoughDataError(
            f"`dissimilarity` must have at least 3 points; found {n}. Two points need no map."
        )
    if axes > n - 1:
        raise NotEnoughDataError(
            f"`axes` must be at most {n - 1} for {n} points; found {axes}. Keep fewer axes."
        )
    check_whole_number("axes", axes, low=1, high=n - 1)
