"""One pass over the rows: sums and cross-products by cell and random group.

A survey of any length is reduced once to the moments of its cells (a brand, a segment, a wave)
within each random group of persons. Moments of chunks add up. All draws are then one matrix
product, and maps, drivers and models are batched algebra on what comes out of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array

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

#: Rows multiplied at once: few enough for the processor's cache.
_BLOCK = 8_192


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
        return self.combine([self, other])

    @classmethod
    def combine(cls, parts: Iterable[Moments]) -> Moments:
        """Add the moments of chunks of rows up, in one buffer; the first are left as they are.

        Parameters
        ----------
        parts : iterable of Moments
            At least one; a generator's are held one at a time.

        Returns
        -------
        Moments

        Examples
        --------
        >>> halves = [pd.DataFrame({"x": [1.0, 2.0]}), pd.DataFrame({"x": [6.0]})]
        >>> Moments.combine(moments(half, columns=["x"]) for half in halves).sums().means().item()
        3.0
        """
        rest = iter(parts)
        first = next(rest)
        whole = replace(first, n=first.n.copy(), totals=first.totals.copy())
        for part in rest:
            whole = whole._grown(part)
            places = whole._places(part.cells)
            whole.totals[:, places] += part.totals
            whole.n[places] += part.n
            whole = replace(whole, n_dropped=whole.n_dropped + part.n_dropped)
        return whole

    def _grown(self, other: Moments) -> Moments:
        """Make room for the cells of other rows, reduced the same way."""
        for name in ("columns", "n_groups", "missing", "has_products"):
            ours, theirs = getattr(self, name), getattr(other, name)
            if ours != theirs:
                raise InputError(
                    f"`other` must have the same {name} to be added; found {shown(theirs)} and "
                    f"{shown(ours)}. Make both with the same arguments and the same plan."
                )
        cells = _sorted_cells({*self.cells, *other.cells})
        if cells == self.cells:
            return self
        totals = np.zeros((self.n_groups, len(cells), self.totals.shape[2]))
        whole = replace(self, cells=cells, n=np.zeros(len(cells), dtype=np.int64), totals=totals)
        places = whole._places(self.cells)
        totals[:, places], whole.n[places] = self.totals, self.n
        return whole

    def _places(self, cells: Sequence[Cell]) -> list[int]:
        place = {cell: at for at, cell in enumerate(self.cells)}
        return [place[cell] for cell in cells]

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
    into: Moments | None = None,
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
    into : Moments, optional
        The moments of earlier chunks, made by the same call: these rows are added in their
        buffer, and what is given back takes their place.

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
    values = _values(data[list(columns)])
    row_weight = _weights(data, weight)
    group = _groups(groups, n=len(data), n_groups=n_groups)
    keep = _kept(values, columns=columns, missing=missing)
    cell_at, labels = _cells_of(data, cells, keep)
    if not keep.all():
        values, row_weight, group = values[keep], row_weight[keep], group[keep]

    pairwise, p = missing == "pairwise", len(columns)
    pairs = p * (p + 1) // 2
    width = 2 * pairs + 2 * p * p if pairwise else 1 + p + pairs * products
    whole = Moments(
        columns=tuple(str(name) for name in columns),
        cells=labels,
        n=np.zeros(len(labels), dtype=np.int64),
        n_dropped=0 if into is None else into.n_dropped,
        totals=np.zeros((n_groups, len(labels) if into is None else 0, width)),
        missing=missing,
        has_products=products or pairwise,
    )
    if into is not None:
        whole = into._grown(whole)
    place = np.array(whole._places(labels), dtype=np.intp)
    whole.n[place] += np.bincount(cell_at, minlength=len(labels))
    n_cells = len(whole.cells)
    _multiply(
        values,
        row_weight,
        key=group * n_cells + place[cell_at],
        products=products,
        pairwise=pairwise,
        total=whole.totals.reshape(n_groups * n_cells, width),
    )
    return replace(whole, n_dropped=whole.n_dropped + int((~keep).sum()))


def _values(data: pd.DataFrame) -> NDArray[Any]:
    """Give the numbers; whole ones of few bytes stay as small as they are."""
    if all(
        isinstance(kind, np.dtype) and kind.kind in "iu" and kind.itemsize < 8
        for kind in set(data.dtypes)
    ):
        return data.to_numpy()
    return numeric_matrix("data", data, allow_missing=True)


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


def _kept(values: NDArray[Any], *, columns: Sequence[str], missing: str) -> Flags:
    if missing == "pairwise" or values.dtype.kind != "f":
        return np.ones(len(values), dtype=bool)
    gaps = np.isnan(values)
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
    parts = [pd.factorize(data[name]) for name in cells]
    shape = tuple(max(len(found), 1) for _, found in parts)
    codes, crossed = pd.factorize(np.ravel_multi_index([codes for codes, _ in parts], shape))
    names = [found.tolist() for _, found in parts]
    met = [
        tuple(name[at] for name, at in zip(names, place, strict=True))
        for place in zip(*np.unravel_index(crossed, shape), strict=True)
    ]
    labels = _sorted_cells(set(met))
    place = {cell: at for at, cell in enumerate(labels)}
    return np.array([place[cell] for cell in met], dtype=np.intp)[codes][keep], labels


def _sorted_cells(cells: set[Cell]) -> tuple[Cell, ...]:
    """Sort cells whatever their labels are: numbers by size, before all that is text."""

    def order(label: object) -> tuple[bool, float, str]:
        if isinstance(label, (int, float)):
            return False, float(label), ""
        return True, 0.0, str(label)

    return tuple(sorted(cells, key=lambda cell: [order(label) for label in cell]))


def _multiply(
    values: NDArray[Any],
    weight: Floats,
    *,
    key: Codes,
    pairwise: bool,
    products: bool,
    total: Floats,
) -> None:
    """Add each key's sums and products of rows to its row of totals.

    A counting sort brings each key's rows together (stable, so that their order is the file's);
    keys of equally many rows are then one batch of small matrix products.
    """
    n, width = len(values), total.shape[1]
    ordered = coo_array((np.ones(n, dtype=np.int8), (key, np.arange(n))), (len(total), n)).tocsr()
    counts, multiplied = np.diff(ordered.indptr), _pairwise_sums if pairwise else _sums
    keys = np.flatnonzero(counts)
    starts, counts = ordered.indptr[keys], counts[keys]
    cuts = [*np.unique(np.searchsorted(starts, np.arange(0, n, _BLOCK))).tolist(), len(keys)]
    for first, last in itertools.pairwise(cuts):
        here, start, out = counts[first:last], starts[first:last], np.zeros((last - first, width))
        for size in np.unique(here).tolist():
            same = np.flatnonzero(here == size)
            for done in range(0, size, _BLOCK):
                at = start[same, None] + np.arange(done, min(size, done + _BLOCK))
                rows = ordered.indices[at]
                out[same] += multiplied(values[rows], weight[rows][..., None], products)
        total[keys[first:last]] += out


def _sums(values: NDArray[Any], weight: Floats, products: bool) -> Floats:
    """Give weights, sums and products of rows, shape (keys, rows, p), with a column of ones."""
    keys, size, p = values.shape
    z = np.ones((keys, size, p + 1))
    z[..., 1:] = values
    if not products:
        return np.asarray((z * weight).sum(axis=1))
    return _upper(z.swapaxes(1, 2) @ (z * weight))


def _pairwise_sums(values: NDArray[Any], weight: Floats, products: bool) -> Floats:
    """Give weights, products, sums and squares of each pair's own rows: four products a key."""
    del products  # always kept
    keys, _, p = values.shape
    there = ~np.isnan(values)
    x, seen = np.where(there, values, 0.0), there.astype(np.float64)
    cross = np.concatenate([seen, x, x * x], axis=2).swapaxes(1, 2) @ (seen * weight)
    squared = x.swapaxes(1, 2) @ (x * weight)
    parts = [_upper(cross[:, :p]), _upper(squared), cross[:, p:].reshape(keys, -1)]
    return np.concatenate(parts, axis=1)


def _upper(matrices: Floats) -> Floats:
    """Give the upper triangles of symmetric matrices, row by row."""
    p = matrices.shape[-1]
    first, second = np.triu_indices(p)
    packed = matrices.reshape(len(matrices), p * p)
    return np.asarray(np.take(packed, first * p + second, axis=1))


def _square(packed: Floats, p: int) -> Floats:
    """Give symmetric matrices from their upper triangles."""
    place = np.empty((p, p), dtype=np.intp)
    upper = np.triu_indices(p)
    place[upper] = np.arange(len(upper[0]))
    place.T[upper] = place[upper]
    return packed[..., place]
