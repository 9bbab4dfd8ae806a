"""Weighted sums of cells, and what follows from them: means, covariances, correlations.

Batched: every method works on the sample and on a stack of draws alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brandkit.core.errors import InputError

Floats = NDArray[np.float64]
Cell = tuple[object, ...]


@dataclass(frozen=True, eq=False)
class MomentSums:
    """Weighted sums of each cell, of the sample or of each draw.

    Parameters
    ----------
    columns : tuple of str
        The p columns.
    cells : tuple of tuple
        The c cells; one empty tuple where rows were not split.
    weight : ndarray
        Sum of weights, shape (..., c); with ``missing="pairwise"`` shape (..., c, p, p), over rows
        where both columns are there.
    sums : ndarray
        Weighted sums, shape (..., c, p); pairwise (..., c, p, p): of the first column, over rows
        where the second is there.
    products : ndarray, optional
        Weighted cross-products, shape (..., c, p, p).
    squares : ndarray, optional
        Pairwise only: weighted squares of the first column, where the second is there.
    """

    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    weight: Floats
    sums: Floats
    products: Floats | None = None
    squares: Floats | None = None

    @property
    def is_pairwise(self) -> bool:
        """Whether every pair of columns has rows of its own."""
        return self.squares is not None

    def means(self) -> Floats:
        """Give weighted means, shape (..., c, p); missing where a cell is empty."""
        if self.is_pairwise:
            return _ratio(_diagonal(self.sums), _diagonal(self.weight))
        return _ratio(self.sums, self.weight[..., None])

    def covariance(self) -> Floats:
        """Give weighted covariances, shape (..., c, p, p), with the weight as denominator."""
        products = self._products()
        if self.is_pairwise:
            mean = _ratio(self.sums, self.weight)
            return _ratio(products, self.weight) - mean * np.swapaxes(mean, -1, -2)
        mean = self.means()
        return _ratio(products, self.weight[..., None, None]) - _outer(mean)

    def correlation(self) -> Floats:
        """Give weighted correlations, shape (..., c, p, p); missing where nothing varies.

        With ``missing="pairwise"`` means and variances are those of the pair's own rows.
        """
        covariance = self.covariance()
        if self.squares is not None:
            mean = _ratio(self.sums, self.weight)
            mean_square = _ratio(self.squares, self.weight)
            variance = _varying(mean_square - mean**2, mean_square)
            return _bounded(covariance / np.sqrt(variance * np.swapaxes(variance, -1, -2)))
        mean_square = _ratio(_diagonal(self._products()), self.weight[..., None])
        spread = np.sqrt(_varying(_diagonal(covariance), mean_square))
        return _bounded(covariance / _outer(spread))

    def pooled(self) -> MomentSums:
        """Give the sums over all cells, as one cell."""
        at = self.weight.ndim - (3 if self.is_pairwise else 1)
        return MomentSums(
            self.columns,
            ((),),
            self.weight.sum(axis=at, keepdims=True),
            self.sums.sum(axis=at, keepdims=True),
            None if self.products is None else self.products.sum(axis=at, keepdims=True),
            None if self.squares is None else self.squares.sum(axis=at, keepdims=True),
        )

    def within(self) -> MomentSums:
        """Give the sums over all cells after each cell was centred on its own means.

        Correlations of the result are those within brands (or whatever the cells are).
        """
        products = self._products()
        if self.squares is not None:
            lost = _ratio(self.sums * np.swapaxes(self.sums, -1, -2), self.weight)
            lost_squares = np.nan_to_num(_ratio(self.sums**2, self.weight))
            centred = replace(
                self, products=products - np.nan_to_num(lost), squares=self.squares - lost_squares
            )
        else:
            lost = _ratio(_outer(self.sums), self.weight[..., None, None])
            centred = replace(self, products=products - np.nan_to_num(lost))
        return replace(centred, sums=np.zeros_like(self.sums)).pooled()

    def _products(self) -> Floats:
        if self.products is None:
            raise InputError(
                "`products` must be kept for covariances and correlations. "
                "Make the moments with products=True."
            )
        return self.products


def _ratio(top: Floats, bottom: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(bottom > 0, top / bottom, np.nan))


def _varying(variance: Floats, mean_square: Floats) -> Floats:
    """Take a variance of nothing but rounding for none, and none for missing."""
    return np.where(variance > 1e-13 * mean_square, variance, np.nan)


def _bounded(correlation: Floats) -> Floats:
    return np.clip(correlation, -1.0, 1.0)


def _diagonal(matrices: Floats) -> Floats:
    return np.diagonal(matrices, axis1=-2, axis2=-1)


def _outer(vectors: Floats) -> Floats:
    return vectors[..., :, None] * vectors[..., None, :]
