"""Kinds of arrays, ratios, and linear algebra with signs that do not depend on the machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def ratio(top: ArrayLike, bottom: ArrayLike, *, empty: float = np.nan) -> Floats:
    """Divide, and give ``empty`` where there is nothing to divide by.

    Examples
    --------
    >>> ratio([1.0, 2.0], [4.0, 0.0]).tolist()
    [0.25, nan]
    """
    above, below = np.broadcast_arrays(np.asarray(top, float), np.asarray(bottom, float))
    out: Floats = np.full(above.shape, empty)
    np.divide(above, below, out=out, where=below > 0)
    return out


def signed_svd(matrix: Floats) -> tuple[Floats, Floats, Floats]:
    """Singular value decomposition with a fixed sign for every axis.

    Parameters
    ----------
    matrix : ndarray, shape (..., m, n)
        One matrix or a stack of them.

    Returns
    -------
    u : ndarray, shape (..., m, k)
    d : ndarray, shape (..., k)
        Singular values, largest first.
    v : ndarray, shape (..., n, k)
        Right singular vectors as columns.

    Notes
    -----
    Sign rule: in each axis the entry of ``v`` with the largest absolute value is positive. Where
    several tie (within 1e-9 of the largest) the first of them decides.

    Examples
    --------
    >>> u, d, v = signed_svd(np.array([[0.0, -2.0], [1.0, 0.0]]))
    >>> d.tolist(), v[1, 0].item()
    ([2.0, 1.0], 1.0)
    """
    u, d, vt = np.linalg.svd(matrix, full_matrices=False)
    v = np.swapaxes(vt, -1, -2)
    size = np.abs(v)
    leading = np.argmax(size >= size.max(axis=-2, keepdims=True) * (1 - 1e-9), axis=-2)
    sign = np.sign(np.take_along_axis(v, leading[..., None, :], axis=-2))
    sign = np.where(sign == 0, 1.0, sign)
    return u * sign, d, v * sign + 0.0
