"""Which banks stand beside each other in a figure: like beside like."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from brandkit.core.linalg import Floats


def similarity_order(table: pd.DataFrame) -> tuple[str, ...]:
    """Order banks so that those most alike stand together.

    Parameters
    ----------
    table : DataFrame, brands x brands, 0-1
        Directed likeness, as of :meth:`brandkit.overlap.BrandOverlap.matrix`; a missing value
        counts as none.

    Returns
    -------
    tuple of str

    Notes
    -----
    Average linkage on 1 - the mean of both directions, leaves turned so that the sum of distances
    between neighbours is smallest (Bar-Joseph, Gifford and Jaakkola 2001). Ties and the direction
    are settled by name, so that the order of the table's rows changes nothing.

    Examples
    --------
    >>> names = ["A", "B", "C"]
    >>> table = pd.DataFrame([[1, 0.2, 0.9], [0.2, 1, 0.3], [0.9, 0.3, 1]], names, names)
    >>> similarity_order(table)
    ('A', 'C', 'B')
    """
    names = sorted(table.index)
    if len(names) < 3:
        return tuple(names)
    likeness = both_ways(table.loc[names, names])
    distance = squareform(np.round(1 - likeness, 9), checks=False)
    tree = linkage(distance, method="average")
    order = [names[at] for at in leaves_list(optimal_leaf_ordering(tree, distance))]
    return tuple(order if order[0] < order[-1] else order[::-1])


def most_alike(table: pd.DataFrame, *, most: int, focus: str | None = None) -> tuple[str, ...]:
    """Choose the banks that a figure with room for some should show.

    Parameters
    ----------
    table : DataFrame, brands x brands, 0-1
    most : int
    focus : str, optional
        With it: the focus and the banks most like it. Without: the banks that have another one
        most like them, so that the closest pairs are there.

    Returns
    -------
    tuple of str
        In no particular order but by name.

    Examples
    --------
    >>> names = ["A", "B", "C"]
    >>> table = pd.DataFrame([[1, 0.2, 0.9], [0.2, 1, 0.3], [0.9, 0.3, 1]], names, names)
    >>> most_alike(table, most=2), most_alike(table, most=2, focus="B")
    (('A', 'C'), ('B', 'C'))
    """
    names = sorted(table.index)
    likeness = both_ways(table.loc[names, names])
    telling = likeness.max(axis=1) if focus is None else likeness[names.index(focus)].copy()
    if focus is not None:
        telling[names.index(focus)] = np.inf
    chosen = np.argsort(-np.round(telling, 9), kind="stable")[:most]
    return tuple(names[at] for at in np.sort(chosen))


def both_ways(table: pd.DataFrame) -> Floats:
    """Give the mean of both directions, 0 on the diagonal and where nothing is known."""
    values = np.nan_to_num(table.to_numpy(dtype=float), nan=0.0)
    likeness: Floats = (values + values.T) / 2
    np.fill_diagonal(likeness, 0.0)
    return likeness
