"""Many tests at once."""

from __future__ import annotations

import numpy as np

from brandkit.core.linalg import Floats


def holm(p_values: Floats) -> Floats:
    """Adjust p-values so that the chance of any false one is kept.

    statsmodels' ``multipletests`` gives the same numbers, and collects garbage at every call,
    which takes a hundred times as long.

    Parameters
    ----------
    p_values : ndarray, shape (m,)

    Returns
    -------
    ndarray, shape (m,)
        The running maximum of (m - rank + 1) p, at most 1, in the order given.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian
    Journal of Statistics 6(2).

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps * p_values[order]), 1.0)
    return adjusted
