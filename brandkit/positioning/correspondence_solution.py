"""The decomposition behind a correspondence map, and the places of its points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brandkit.core.errors import NotEnoughDataError
from brandkit.core.linalg import Floats, signed_svd

NO_INERTIA = 1e-12
"""Singular values below this share of one are rounding, not differences."""
TALL = 4
"""Times as many rows as columns from which the rows are first reduced to a triangle."""


@dataclass(frozen=True)
class Solution:
    """The standardised residuals S of the active cells, and their decomposition.

    Parameters
    ----------
    singular_values : ndarray
        All that are above rounding.
    row_standard, column_standard : ndarray, active points x kept axes
    residuals : ndarray, active rows x active columns
    row_mass, column_mass : ndarray
    """

    singular_values: Floats
    row_standard: Floats
    column_standard: Floats
    residuals: Floats
    row_mass: Floats
    column_mass: Floats


def solve(active: Floats, axes: int) -> Solution:
    """Decompose the standardised residuals S of a table of active cells."""
    share = active / active.sum()
    row_mass, column_mass = share.sum(axis=1), share.sum(axis=0)
    row_root, column_root = np.sqrt(row_mass)[:, None], np.sqrt(column_mass)
    share /= row_root
    share /= column_root
    residuals = np.subtract(share, row_root * column_root, out=share)
    is_tall = len(active) >= TALL * active.shape[1]
    # S and the triangle of its QR decomposition have the same d and V, and U is S V / d.
    triangle = np.asarray(np.linalg.qr(residuals, mode="r")) if is_tall else residuals
    u, d, v = signed_svd(triangle)
    rank = int((d[: min(active.shape) - 1] > NO_INERTIA).sum())
    if rank == 0:
        raise NotEnoughDataError(
            "`counts` must have rows that differ; found the same profile in every row. "
            "There is nothing to map: the brands are described alike."
        )
    kept = min(axes, rank)
    if is_tall:
        u = residuals @ v[:, :kept] / d[:kept]
    return Solution(
        singular_values=d[:rank],
        row_standard=u[:, :kept] / np.sqrt(row_mass)[:, None],
        column_standard=v[:, :kept] / np.sqrt(column_mass)[:, None],
        residuals=residuals,
        row_mass=row_mass,
        column_mass=column_mass,
    )


@dataclass(frozen=True)
class Points:
    """All points of a side, active and supplementary.

    Parameters
    ----------
    standard, principal : ndarray, points x kept axes
    size : ndarray
        The mass, or for supplementary points the mass they would have.
    distance : ndarray
        Squared chi-square distance to the average profile, over all axes.
    """

    standard: Floats
    principal: Floats
    size: Floats
    distance: Floats


def place_points(
    profiles: Floats, other_standard: Floats, solved: Solution, size: Floats
) -> Points:
    """Place all points of a side by the transition formula, active and supplementary alike."""
    principal = profiles @ other_standard
    rows_side = other_standard is solved.column_standard
    average = solved.column_mass if rows_side else solved.row_mass
    gap = profiles - average
    distance = np.einsum("ij,ij,j->i", gap, gap, 1 / average)
    standard = principal / solved.singular_values[: principal.shape[1]]
    return Points(standard, principal, size, distance)
