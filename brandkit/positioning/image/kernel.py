"""Maps of many draws at once, turned onto the sample's map and freed of its noise.

A draw from the sample holds the sample's noise and its own. Left as it is, its axes wander among
noise that the population does not have, and regions come out too large: up to twice the variance
where answers are few. The draws are therefore taken about a table whose noise, as far as the
draws can tell it, has been taken out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from brandkit.core.linalg import Floats, signed_svd
from brandkit.positioning.maps.kernel import axes_kept, plane_agreement, turns_onto

ENOUGH = 250
"""Draws that tell the noise: it is a mean over all cells, so few do."""
LEAST = 0.1
"""Share of a kept axis's inertia that is never taken for noise."""


@dataclass(frozen=True, eq=False)
class Decomposed:
    """A table's standardised residuals taken apart."""

    share: Floats
    row_mass: Floats
    column_mass: Floats
    left: Floats
    values: Floats
    right: Floats

    @property
    def row_places(self) -> Floats:
        """Rows in principal coordinates on all axes."""
        return self.left * self.values / np.sqrt(self.row_mass)[:, None]

    @property
    def column_standard(self) -> Floats:
        """Columns in standard coordinates on all axes."""
        return np.asarray(self.right / np.sqrt(self.column_mass)[:, None])


@dataclass(frozen=True, eq=False)
class DrawnMaps:
    """Maps of draws about the sample's map.

    Parameters
    ----------
    rows : ndarray, shape (draws, rows, axes)
        Places in principal coordinates; missing where a draw has no mention of a row.
    columns : ndarray, shape (draws, columns, axes)
        Places in standard coordinates, turned like the rows.
    turn : ndarray, shape (draws, axes, axes)
        How each draw's map was turned.
    sample : Decomposed
        The sample's own.
    axis_scale : ndarray, shape (axes,)
        By what the noise-free map is smaller than the sample's along each axis.
    correction : ndarray, shape (rows, columns)
        Shares to add to a draw's to take the sample's noise out; sums to 0 by row and column.
    column_mass : ndarray, shape (draws, columns)
    singular_values : ndarray, shape (draws, axes)
    agreement : ndarray, shape (draws,)
        RV coefficient with the sample's map.
    kept : ndarray, shape (draws, axes)
        Share of each of the sample's axes that lies within the draw's.
    """

    rows: Floats
    columns: Floats
    turn: Floats
    sample: Decomposed
    axis_scale: Floats
    correction: Floats
    column_mass: Floats
    singular_values: Floats
    agreement: Floats
    kept: Floats

    @property
    def places(self) -> Floats:
        """The sample's rows in principal coordinates, shape (rows, axes)."""
        return self.sample.row_places[:, : self.rows.shape[2]]

    def attribute_places(self, scaling: str) -> Floats:
        """Give the draws' columns in the scaling of a map whose rows are in principal coordinates.

        Shape (draws, columns, axes): about the sample's places, missing where a draw has no
        mention of a column.
        """
        axes = self.rows.shape[2]
        standard = self.sample.column_standard[:, :axes]
        if scaling == "symmetric":
            stretch = np.swapaxes(self.turn, 1, 2) @ (self.singular_values[..., None] * self.turn)
            own = standard * self.sample.values[:axes]
            return np.asarray(own + (self.columns @ stretch - own * self.axis_scale))
        power = {"row_principal": 0.0, "row_gab": 1.0, "row_green": 0.5}[scaling]
        return np.asarray(self.columns * self.column_mass[..., None] ** power)

    def placed(
        self, at: int, row: Floats, *, total: float, draw_rows: Floats, draw_totals: Floats
    ) -> tuple[Floats, Floats]:
        """Place a row that stands for one of the table on the sample's map and on every draw's.

        Parameters
        ----------
        at : int
            The row of the table it stands for.
        row : ndarray, shape (columns,)
            Its cells.
        total : float
            The table's total, without it.
        draw_rows, draw_totals : ndarray, shape (draws, columns) and (draws,)
            The same in every draw.

        Returns
        -------
        place : ndarray, shape (axes,)
        draws : ndarray, shape (draws, axes)
            The row's own places where its cells are those of the table.
        """
        standard = self.sample.column_standard[:, : self.rows.shape[2]]
        place = row @ standard / row.sum()
        smooth = (row / total + self.correction[at]) @ standard * (total / row.sum())
        size = draw_rows.sum(axis=1) / draw_totals
        cells = draw_rows / draw_totals[:, None] + self.correction[at]
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = np.einsum("da,dak->dk", cells, np.nan_to_num(self.columns)) / size[:, None]
        return place, place + (drawn - smooth)


def drawn_maps(table: Floats, draw_tables: Floats, *, axes: int) -> DrawnMaps:
    """Map every draw, and turn it onto the map of the sample.

    Parameters
    ----------
    table : ndarray, shape (rows, columns)
        Of the sample; no row or column of zeros.
    draw_tables : ndarray, shape (draws, rows, columns)
    axes : int

    Returns
    -------
    DrawnMaps

    Notes
    -----
    With S = U d V' of the sample's standardised residuals and E those of a draw about it, the
    noise of the kept axes is the mean of the draws' largest squared singular values less d^2,
    that of the others the mean of |E|^2 outside the kept axes. Both are taken from d^2 (at least a
    tenth of a kept axis stays), and the table with these singular values takes the sample's place
    in every draw. Its map is the sample's, a little smaller; what a draw's map lies off it is
    what the sample may lie off the population.
    """
    sample = decomposed(table)
    total = draw_tables.sum(axis=(1, 2), keepdims=True)
    draws = draw_tables / total
    denoised = _noise_free(sample, draws[:ENOUGH], axes)
    smooth = (sample.left * denoised) @ sample.right.T
    observed = (sample.left * sample.values) @ sample.right.T
    correction = np.sqrt(np.outer(sample.row_mass, sample.column_mass)) * (smooth - observed)

    residuals, row_root, column_root = _residuals(draws, correction)
    left, values, right = leading(residuals, axes)
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = left * values[:, None, :] / row_root[..., None]
        columns = right / column_root[..., None]
    scale = denoised[:axes] / sample.values[:axes]
    place = sample.row_places[:, :axes]
    turn = turns_onto(rows, target=place * scale, weight=sample.row_mass)
    return DrawnMaps(
        rows=place + (rows @ turn - place * scale),
        columns=columns @ turn,
        turn=turn,
        sample=sample,
        axis_scale=scale,
        correction=correction,
        column_mass=column_root**2,
        singular_values=values,
        agreement=plane_agreement(rows, target=place * scale, weight=sample.row_mass),
        kept=axes_kept(left, of=sample.left[:, :axes]),
    )


def decomposed(table: Floats) -> Decomposed:
    """Take apart the standardised residuals of one table."""
    share = table / table.sum()
    row_mass, column_mass = share.sum(axis=1), share.sum(axis=0)
    expected = np.outer(row_mass, column_mass)
    left, values, right = signed_svd((share - expected) / np.sqrt(expected))
    rank = min(table.shape) - 1
    return Decomposed(share, row_mass, column_mass, left[:, :rank], values[:rank], right[:, :rank])


def residuals_of(tables: Floats) -> Floats:
    """Give the standardised residuals (p - rc)/sqrt(rc) of many tables; 0 where a margin is 0."""
    share = tables / tables.sum(axis=(-1, -2), keepdims=True)
    return _residuals(share, np.zeros(tables.shape[-2:]))[0]


def leading(residuals: Floats, axes: int) -> tuple[Floats, Floats, Floats]:
    """Give the first axes of many matrices, by the eigenvectors of their smaller side.

    Parameters
    ----------
    residuals : ndarray, shape (draws, rows, columns)
    axes : int

    Returns
    -------
    left : ndarray, shape (draws, rows, axes)
    values : ndarray, shape (draws, axes)
    right : ndarray, shape (draws, columns, axes)
    """
    is_wide = residuals.shape[1] <= residuals.shape[2]
    across = residuals if is_wide else np.swapaxes(residuals, 1, 2)
    squares, vectors = np.linalg.eigh(across @ np.swapaxes(across, 1, 2))
    near = vectors[:, :, : -axes - 1 : -1]
    values = np.sqrt(np.maximum(squares[:, : -axes - 1 : -1], 0.0))
    far = np.swapaxes(across, 1, 2) @ near
    far /= np.where(values > 0, values, 1.0)[:, None, :]
    return (near, values, far) if is_wide else (far, values, near)


def largest_squares(residuals: Floats, axes: int) -> Floats:
    """Give the largest squared singular values of many matrices, shape (draws, axes)."""
    is_wide = residuals.shape[1] <= residuals.shape[2]
    across = residuals if is_wide else np.swapaxes(residuals, 1, 2)
    squares = np.linalg.eigvalsh(across @ np.swapaxes(across, 1, 2))
    return np.asarray(squares[:, : -axes - 1 : -1])


def _noise_free(sample: Decomposed, draws: Floats, axes: int) -> Floats:
    """Give the singular values less their noise, those kept first."""
    squares = sample.values**2
    plain, _, _ = _residuals(draws, np.zeros_like(sample.share))
    gained = largest_squares(plain, axes).mean(axis=0) - squares[:axes]
    kept = np.maximum(squares[:axes] - np.maximum(gained, 0.0), LEAST * squares[:axes])

    row_root, column_root = np.sqrt(sample.row_mass), np.sqrt(sample.column_mass)
    noise = (draws - sample.share) / (row_root[:, None] * column_root)
    for axis in (row_root[:, None], sample.left[:, :axes]):
        noise = noise - axis @ (axis.T @ noise)
    for axis in (column_root[:, None], sample.right[:, :axes]):
        noise = noise - (noise @ axis) @ axis.T
    lost, left = (noise**2).sum(axis=(1, 2)).mean(), squares[axes:].sum()
    rest = squares[axes:] * (max(0.0, 1.0 - lost / left) if left > 0 else 0.0)
    # the axes must stay in their order, or the map would not be the sample's
    kept = np.minimum.accumulate(kept)
    return np.asarray(np.sqrt(np.concatenate([kept, np.minimum(rest, kept[-1])])))


def _residuals(draws: Floats, correction: Floats) -> tuple[Floats, Floats, Floats]:
    """Standardise shares about independence; give the roots of both margins too."""
    row_mass, column_mass = draws.sum(axis=2), draws.sum(axis=1)
    row_root, column_root = np.sqrt(row_mass), np.sqrt(column_mass)
    with np.errstate(divide="ignore"):
        by_row = np.where(row_root > 0, 1.0 / row_root, 0.0)
        by_column = np.where(column_root > 0, 1.0 / column_root, 0.0)
    residuals = (draws + correction) * by_row[:, :, None] * by_column[:, None, :]
    residuals -= row_root[:, :, None] * column_root[:, None, :]
    return residuals, row_root, column_root
