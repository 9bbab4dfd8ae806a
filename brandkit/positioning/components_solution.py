"""The decomposition behind a component map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brandkit.core.errors import NotEnoughDataError
from brandkit.core.linalg import Floats, signed_svd
from brandkit.positioning.ratings_table import RatingsTable
from brandkit.positioning.varimax import varimax

NO_VARIANCE = 1e-10
"""Singular values below this part of the largest are rounding, not differences."""


@dataclass(frozen=True)
class Solution:
    """Ratings, centred and scaled, and their principal axes.

    Parameters
    ----------
    values : ndarray, all rows x active columns
    extra : ndarray, active rows x supplementary columns
    singular_values : ndarray
        All that are above rounding, over the root of the number of active rows.
    vectors : ndarray, active columns x kept axes
    scores : ndarray, all rows x kept axes
        Of unit variance over the active rows.
    """

    values: Floats
    extra: Floats
    singular_values: Floats
    vectors: Floats
    scores: Floats

    @property
    def kept(self) -> int:
        """How many axes were kept."""
        return int(self.vectors.shape[1])

    @property
    def roots(self) -> Floats:
        """The singular values of the kept axes."""
        return self.singular_values[: self.kept]

    def along(self, turn: Floats) -> Floats:
        """Give the inertia along turned axes."""
        return np.asarray((turn**2).T @ self.roots**2)


def solve(table: RatingsTable, *, standardise: bool, axes: int) -> Solution:
    """Centre and scale by the active rows, and decompose."""
    active = table.by_row[table.row_active]
    spread = active.std(axis=0) if standardise else np.ones(active.shape[1])
    values = (table.by_row - active.mean(axis=0)) / spread
    extra = table.extra - table.extra.mean(axis=0)
    extra = extra / (extra.std(axis=0) if standardise else 1.0)
    _, d, v = signed_svd(values[table.row_active] / np.sqrt(len(active)))
    rank = int((d > NO_VARIANCE * d[0]).sum())
    kept = min(axes, rank)
    vectors = v[:, :kept]
    scores = values @ vectors / d[:kept]
    return Solution(values, extra, d[:rank], vectors, scores)


def varimax_turn(solved: Solution) -> Floats:
    """Give the varimax rotation of the loadings, axes sorted by inertia and signed."""
    if solved.kept < 2:
        raise NotEnoughDataError(
            "`rotation` must have two axes or more; the ratings differ along one only. "
            "Leave it out."
        )
    loadings = solved.vectors * solved.roots
    turn = varimax(loadings)
    turn = turn[:, np.argsort(-((loadings @ turn) ** 2).sum(axis=0), kind="stable")]
    turned = loadings @ turn
    size = np.abs(turned)
    leading = np.argmax(size >= size.max(axis=0) * (1 - 1e-9), axis=0)
    sign = np.where(turned[leading, np.arange(len(turn))] < 0, -1.0, 1.0)
    return np.asarray(turn * sign)
