"""One pass over the rows: sums and cross-products by cell and random group.

A survey of any length is reduced once to the moments of its cells (a brand, a segment, a wave)
within each random group of persons. Moments of chunks add up. All draws are then one matrix
product, and maps, drivers and models are batched algebra on what comes out of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from brandkit.core.errors import (
    InputError,
    ScaleError,
    check_option,
    frame_of,
    numeric_matrix,
    require_columns,
    require_unique,
    shown,
)
from brandkit.core.linalg import Codes, Flags, Floats, Ints, ratio

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
            return ratio(_diagonal(self.sums), _diagonal(self.weight))
        return ratio(self.sums, self.weight[..., None])

    def covariance(self) -> Floats:
        """Give weighted covariances, shape (..., c, p, p), with the weight as denominator."""
        products = self._products()
        if self.is_pairwise:
            mean = ratio(self.sums, self.weight)
            return ratio(products, self.weight) - mean * np.swapaxes(mean, -1, -2)
        return ratio(products, self.weight[..., None, None]) - _outer(self.means())

    def correlation(self) -> Floats:
        """Give weighted correlations, shape (..., c, p, p); missing where nothing varies.

        With ``missing="pairwise"`` means and variances are those of the pair's own rows.
        """
        covariance = self.covariance()
        if self.squares is not None:
            mean_square = ratio(self.squares, self.weight)
            variance = _varying(mean_square - ratio(self.sums, self.weight) ** 2, mean_square)
            spread = np.sqrt(variance * np.swapaxes(variance, -1, -2))
        else:
            mean_square = ratio(_diagonal(self._products()), self.weight[..., None])
            spread = _outer(np.sqrt(_varying(_diagonal(covariance), mean_square)))
        return np.clip(covariance / spread, -1.0, 1.0)

    def pooled(self) -> MomentSums:
        """Give the sums over all cells, as one cell."""
        at = self.weight.ndim - (3 if self.is_pairwise else 1)
        parts = (self.weight, self.sums, self.products, self.squares)
        summed = [None if part is None else part.sum(axis=at, keepdims=True) for part in parts]
        return MomentSums(self.columns, ((),), *summed)  # type: ignore[arg-type]

    def within(self) -> MomentSums:
        """Give the sums over all cells after each cell was centred on its own means.

        Correlations of the result are those within brands (or whatever the cells are).
        """
        if self.squares is not None:
            lost = ratio(self.sums * np.swapaxes(self.sums, -1, -2), self.weight, empty=0.0)
            squares = self.squares - ratio(self.sums**2, self.weight, empty=0.0)
        else:
            lost = ratio(_outer(self.sums), self.weight[..., None, None], empty=0.0)
            squares = None
        nothing = np.zeros_like(self.sums)
        centred = replace(self, sums=nothing, products=self._products() - lost, squares=squares)
        return centred.pooled()

    def _products(self) -> Floats:
        if self.products is None:
            raise InputError(
                "`products` must be kept for covariances and correlations. "
                "Make the moments with products=True."
            )
        return self.products


def _varying(variance: Floats, mean_square: Floats) -> Floats:
    """Take a variance of nothing but rounding for none, and none for missing."""
    return np.where(variance > 1e-13 * mean_square, variance, np.nan)


def _diagonal(matrices: Floats) -> Floats:
    return np.diagonal(matrices, axis1=-2, axis2=-1)


def _outer(vectors: Floats) -> Floats:
    return vectors[..., :, None] * vectors[..., None, :]


Missing = Literal["raise", "drop", "pairwise"]

#: Numbers held at once while rows are multiplied out.
_BLOCK = 4_000_000


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of rows by random group of persons and by cell.

    Parameters
    ----------
    columns : tuple of str
        The columns.
    cells : tuple of tuple
        The cells that occur, sorted.
    n : ndarray of int
        Rows behind each cell.
    n_dropped : int
        Rows left out because something was missing.
    totals : ndarray, shape (groups, cells, moments)
        Packed sums; read through :meth:`sums`.
    missing : "raise", "drop" or "pairwise"
        How missing values were met.
    has_products : bool
        Whether cross-products were kept.

    Notes
    -----
    ``a + b`` adds the moments of two chunks of rows grouped by the same plan; cells may differ.
    The order of rows and chunks changes nothing but rounding (1e-12). Memory is groups x cells x
    p^2 / 2 numbers (twice p^2 for pairwise): pool cells that are not looked at.
    """

    columns: tuple[str, ...]
    cells: tuple[Cell, ...]
    n: Ints
    n_dropped: int
    totals: Floats
    missing: Missing = "raise"
    has_products: bool = True

    @property
    def n_groups(self) -> int:
        """Groups of persons."""
        return int(self.totals.shape[0])

    def __add__(self, other: Moments) -> Moments:
        if not isinstance(other, Moments):
            return NotImplemented
        for name in ("columns", "n_groups", "missing", "has_products"):
            ours, theirs = getattr(self, name), getattr(other, name)
            if ours != theirs:
                raise InputError(
                    f"`other` must have the same {name} to be added; found {shown(theirs)} and "
                    f"{shown(ours)}. Make both with the same arguments and the same plan."
                )
        cells = _sorted_cells({*self.cells, *other.cells})
        totals = np.zeros((self.n_groups, len(cells), self.totals.shape[2]))
        n = np.zeros(len(cells), dtype=np.int64)
        for part in (self, other):
            places = [cells.index(cell) for cell in part.cells]
            totals[:, places] += part.totals
            n[places] += part.n
        n_dropped = self.n_dropped + other.n_dropped
        return replace(self, cells=cells, n=n, n_dropped=n_dropped, totals=totals)

    def pooled(self) -> Moments:
        """Give the moments of all cells together, as one cell."""
        totals = self.totals.sum(axis=1, keepdims=True)
        return replace(self, cells=((),), n=self.n.sum(keepdims=True), totals=totals)

    def sums(self, weights: ArrayLike | None = None) -> MomentSums:
        """Add the groups up: once for the sample, or once for every draw.

        Parameters
        ----------
        weights : array_like, shape (draws, groups), optional
            As :func:`brandkit.sampling.draws.group_draws` gives them. Without, the sample itself,
            and no axis of draws.

        Returns
        -------
        MomentSums
        """
        if weights is None:
            return self._unpacked(self.totals.sum(axis=0))
        drawn = np.asarray(weights, dtype=np.float64)
        if drawn.ndim != 2 or drawn.shape[1] != self.n_groups:
            raise InputError(
                f"`weights` must have one column for each of {self.n_groups} groups; found shape "
                f"{drawn.shape}. Draw them from the plan that grouped the rows."
            )
        flat = drawn @ self.totals.reshape(self.n_groups, -1)
        return self._unpacked(flat.reshape(len(drawn), *self.totals.shape[1:]))

    def _unpacked(self, packed: Floats) -> MomentSums:
        p = len(self.columns)
        pairs = p * (p + 1) // 2
        if self.missing != "pairwise":
            weight, sums, rest = packed[..., 0], packed[..., 1 : p + 1], packed[..., p + 1 :]
            products = _square(rest, p) if self.has_products else None
            return MomentSums(self.columns, self.cells, weight, sums, products)
        cuts = np.cumsum([pairs, pairs, p * p])
        weight, products, sums, squares = np.split(packed, cuts, axis=-1)
        shape = (*packed.shape[:-1], p, p)
        sums, squares = sums.reshape(shape), squares.reshape(shape)
        weight, products = _square(weight, p), _square(products, p)
        return MomentSums(self.columns, self.cells, weight, sums, products, squares)


def moments(
    data: pd.DataFrame,
    *,
    columns: Sequence[str],
    groups: ArrayLike | None = None,
    n_groups: int = 1,
    cells: Sequence[str] = (),
    weight: str | None = None,
    products: bool = True,
    missing: Missing = "raise",
) -> Moments:
    """Reduce rows to their moments.

    Parameters
    ----------
    data : DataFrame
        All rows, or one chunk of them.
    columns : sequence of str
        Numeric columns.
    groups : array_like of int, optional
        Random group of each row, from ``GroupPlan.groups``: all rows of a person in one group.
        Without, one group and no draws.
    n_groups : int, default 1
        Groups of the plan; not all need occur in a chunk.
    cells : sequence of str
        Columns that split the rows: brand, segment, wave.
    weight : str, optional
        Column of weights >= 0.
    products : bool, default True
        Whether to keep cross-products; sums alone are enough for maps and means.
    missing : "raise", "drop" or "pairwise"
        Refuse missing values, leave out rows that have any, or use for each pair of columns the
        rows where both are there.

    Returns
    -------
    Moments

    Raises
    ------
    InputError
        A value is missing where it must not, or the groups do not fit the rows.

    Examples
    --------
    >>> ratings = pd.DataFrame({"bank": ["a", "a", "b"], "x": [1.0, 3.0, 5.0]})
    >>> by_bank = moments(ratings, columns=["x"], cells=["bank"])
    >>> by_bank.cells, by_bank.sums().means().ravel().tolist()
    ((('a',), ('b',)), [2.0, 5.0])
    """
    data = frame_of("data", data, named=False)
    check_option("missing", missing, get_args(Missing))
    if not len(columns):
        raise InputError("`columns` must name at least one column; found none.")
    require_unique("columns", list(columns), what="column")
    require_columns(data, columns, argument="columns")
    values = numeric_matrix("data", data[list(columns)], allow_missing=True)
    row_weight = _weights(data, weight)
    group = _groups(groups, n=len(data), n_groups=n_groups)
    keep = _kept(values, columns=columns, missing=missing)
    cell_at, labels = _cells_of(data, cells, keep)

    key, pairwise = group[keep] * len(labels) + cell_at, missing == "pairwise"
    size = n_groups * len(labels)
    rows, row_weight = values[keep], row_weight[keep]
    packed = _packed(rows, row_weight, key=key, n_keys=size, pairwise=pairwise, products=products)

    return Moments(
        columns=tuple(str(name) for name in columns),
        cells=labels,
        n=np.bincount(cell_at, minlength=len(labels)).astype(np.int64),
        n_dropped=int((~keep).sum()),
        totals=packed.reshape(n_groups, len(labels), packed.shape[1]),
        missing=missing,
        has_products=products or pairwise,
    )


def _weights(data: pd.DataFrame, weight: str | None) -> Floats:
    if weight is None:
        return np.ones(len(data))
    require_columns(data, [weight], argument="weight")
    values = numeric_matrix("weight", data[[weight]])[:, 0]
    if np.any(values < 0):
        raise ScaleError(f"`weight` must be >= 0; found {values.min():g} in {shown(weight)}.")
    return values


def _groups(groups: ArrayLike | None, *, n: int, n_groups: int) -> Codes:
    if groups is None:
        if n_groups != 1:
            raise InputError(
                f"`groups` must be given for {n_groups} groups. Take them from the plan."
            )
        return np.zeros(n, dtype=np.intp)
    codes = np.asarray(groups)
    fits = codes.shape == (n,) and np.issubdtype(codes.dtype, np.integer)
    if not fits or (n and not (codes.min() >= 0 and codes.max() < n_groups)):
        raise InputError(
            f"`groups` must hold a whole number from 0 to {n_groups - 1} for each of {n} rows; "
            f"found {shown(codes.tolist() if codes.ndim == 1 else codes.shape)}. "
            "Take groups and n_groups from one plan."
        )
    return codes.astype(np.intp)


def _kept(values: Floats, *, columns: Sequence[str], missing: str) -> Flags:
    gaps = np.isnan(values)
    if missing == "pairwise":
        return np.ones(len(values), dtype=bool)
    if missing == "raise" and gaps.any():
        counts = gaps.sum(axis=0).tolist()
        found = [f"{name} ({n})" for name, n in zip(columns, counts, strict=True) if n]
        raise InputError(
            f"`data` must have no missing values; found {shown(found)}. Write missing='drop' to "
            "leave those rows out, or missing='pairwise'."
        )
    return np.asarray(~gaps.any(axis=1))


def _cells_of(
    data: pd.DataFrame, cells: Sequence[str], keep: Flags
) -> tuple[Codes, tuple[Cell, ...]]:
    """Give the place of each kept row's cell, and the cells; those of dropped rows stay."""
    require_columns(data, cells, argument="cells")
    for name in cells:
        gaps = int(data[name].isna().sum())
        if gaps:
            raise InputError(
                f"`cells` must be known in every row; found {gaps} rows without {shown(name)}. "
                "Leave those rows out, or name their cell."
            )
    if not len(cells):
        return np.zeros(int(keep.sum()), dtype=np.intp), ((),)
    codes, found = pd.factorize(pd.MultiIndex.from_frame(data[list(cells)]))
    native = [
        tuple(one.item() if isinstance(one, np.generic) else one for one in cell)
        for cell in found.tolist()
    ]
    labels = _sorted_cells(set(native))
    place = {cell: at for at, cell in enumerate(labels)}
    return np.array([place[cell] for cell in native], dtype=np.intp)[codes][keep], labels


def _sorted_cells(cells: set[Cell]) -> tuple[Cell, ...]:
    """Sort cells whatever their labels are: numbers by size, before all that is text."""

    def order(label: object) -> tuple[bool, float, str]:
        if isinstance(label, (int, float)):
            return False, float(label), ""
        return True, 0.0, str(label)

    return tuple(sorted(cells, key=lambda cell: [order(label) for label in cell]))


def _packed(
    values: Floats, weight: Floats, *, key: Codes, n_keys: int, pairwise: bool, products: bool
) -> Floats:
    """Sum the multiplied-out rows of each key, some rows at a time."""
    p = values.shape[1]
    upper = np.triu_indices(p)
    pairs = len(upper[0])
    width = 2 * pairs + 2 * p * p if pairwise else 1 + p + pairs * products
    order = np.argsort(key, kind="stable")
    total = np.zeros((n_keys, width))
    step = max(1, _BLOCK // width)
    for start in range(0, len(key), step):
        rows = order[start : start + step]
        of_key = key[rows]
        if pairwise:
            out = _pairwise_rows(values[rows], upper)
        else:
            x = values[rows]
            out = np.empty((len(rows), width))
            out[:, 0], out[:, 1 : p + 1] = 1.0, x
            if products:
                np.multiply(x[:, upper[0]], x[:, upper[1]], out=out[:, p + 1 :])
        out *= weight[rows, None]
        first = np.flatnonzero(np.r_[True, of_key[1:] != of_key[:-1]])
        total[of_key[first]] += np.add.reduceat(out, first, axis=0)
    return total


def _pairwise_rows(values: Floats, upper: tuple[Codes, Codes]) -> Floats:
    """Multiply rows out as weights, products, sums and squares of every pair of columns."""
    n, p = values.shape
    there = (~np.isnan(values)).astype(np.float64)
    x = np.where(there > 0, values, 0.0)
    first, second = upper
    return np.concatenate(
        [
            there[:, first] * there[:, second],
            x[:, first] * x[:, second],
            (x[:, :, None] * there[:, None, :]).reshape(n, p * p),
            ((x * x)[:, :, None] * there[:, None, :]).reshape(n, p * p),
        ],
        axis=1,
    )


def _square(packed: Floats, p: int) -> Floats:
    """Give symmetric matrices from their upper triangles."""
    place = np.empty((p, p), dtype=np.intp)
    upper = np.triu_indices(p)
    place[upper] = np.arange(len(upper[0]))
    place.T[upper] = place[upper]
    return packed[..., place]
