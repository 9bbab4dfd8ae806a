"""Gower's similarity of the rows of a table with columns of any kind."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, cast, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    ScaleError,
    check_option,
    frame_of,
    require_columns,
    shown,
)
from brandkit.core.linalg import Floats, ratio

Kind = Literal["numeric", "nominal", "symmetric", "ordinal"]

_BAND = 100
"""Rows compared at a time: what fits the cache."""
_THREADED = 1000
"""Rows from which bands are shared out among the machine's cores."""


def gower(
    frame: pd.DataFrame,
    *,
    kinds: Mapping[str, Kind] | None = None,
    ranges: Mapping[str, float] | None = None,
    weights: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Compare every row of a table with every other, whatever its columns hold.

    Parameters
    ----------
    frame : DataFrame, rows x columns
        One row a thing to compare. Missing cells are left out of the comparisons they are in.
    kinds : mapping of column to kind, optional
        ``"numeric"`` (1 - |x - y| / range), ``"nominal"`` (same or not), ``"symmetric"`` (two
        values, same or not), ``"ordinal"`` (numeric on the ranks of an ordered Categorical or of
        numbers). Where not given: numbers are numeric, ordered Categoricals ordinal, yes/no
        symmetric, all else nominal.
    ranges : mapping of column to range > 0, optional
        Ranges to use in place of the observed ones; beyond them likeness is cut off at 0.
    weights : mapping of column to weight >= 0, optional
        1 for columns not named.

    Returns
    -------
    DataFrame, rows x rows
        Similarities, 0-1; missing where two rows have no column in common.

    Raises
    ------
    InputError
        A column's values do not fit its kind.
    NotEnoughDataError
        No column or no row.

    Notes
    -----
    S = sum w d s / sum w d, with d = 0 where a cell is missing. A column without any spread
    makes all rows alike. Agrees with ``1 - daisy(metric = "gower")`` of R's cluster package.

    References
    ----------
    Gower (1971). A general coefficient of similarity and some of its properties. Biometrics 27,
    857-871. doi:10.2307/2528823

    Examples
    --------
    >>> cards = pd.DataFrame({"fee": [0, 0, 2.5], "kind": ["debit", "credit", "credit"]})
    >>> gower(cards).to_numpy().tolist()
    [[1.0, 0.5, 0.0], [0.5, 1.0, 0.5], [0.0, 0.5, 1.0]]
    """
    frame = frame_of("frame", frame, named=False)
    if not frame.shape[0] or not frame.shape[1]:
        raise NotEnoughDataError(
            f"`frame` must have at least one row and one column; found {frame.shape[0]} x "
            f"{frame.shape[1]}."
        )
    for argument, given in (("kinds", kinds), ("ranges", ranges), ("weights", weights)):
        require_columns(frame, list(given or {}), argument=argument)
    for argument, given, rule in (("ranges", ranges, ">"), ("weights", weights, ">=")):
        for name, value in (given or {}).items():
            if not (np.isfinite(value) and (value > 0 or (value == 0 and rule == ">="))):
                raise ScaleError(
                    f"`{argument}` must be {rule} 0 and finite; found {value} for {name!r}."
                )

    columns, spans = [], []
    for name in frame.columns:
        kind = (kinds or {}).get(name) or _kind(frame[name])
        check_option(f"kinds[{name!r}]", kind, get_args(Kind))
        values = _coded(frame[name], kind, str(name))
        columns.append(values)
        spans.append(
            None
            if kind in ("nominal", "symmetric")
            else float((ranges or {}).get(name, _spread(values)))
        )
    weight = np.array([float((weights or {}).get(name, 1.0)) for name in frame.columns])
    if not weight.any():
        raise InputError("`weights` must leave at least one column a weight above 0; found none.")
    similarity = gower_kernel(np.column_stack(columns), spans=spans, weights=weight)

    return pd.DataFrame(similarity, index=frame.index, columns=frame.index, copy=False)


def gower_kernel(values: Floats, *, spans: list[float | None], weights: Floats) -> Floats:
    """Compare the rows of a matrix.

    Parameters
    ----------
    values : ndarray, shape (n, k)
        Numbers, or codes of kinds; NaN where missing.
    spans : list of k
        The range of a numeric column; None for a column whose values are the same or not.
    weights : ndarray, shape (k,)

    Returns
    -------
    ndarray, shape (n, n)
    """
    present = ~np.isnan(values)
    whole = present.all(axis=0) & (weights > 0)
    same = np.array([span is None for span in spans])
    span = np.array([1.0 if width is None else width for width in spans])
    # beyond a declared range likeness is cut off, which a sum over columns cannot see
    spread = np.array([_spread(column) for column in values.T])
    plain = whole & ~same & (spread <= span * (1 + 1e-12))
    total = float(weights[whole].sum())
    if plain.all():
        scaled = values * (weights / np.where(span > 0, span, 1.0) / total)
        return _manhattan_likeness(scaled)
    apart = np.zeros((len(values), len(values)))
    if plain.any():
        scaled = values[:, plain] * (weights[plain] / np.where(span > 0, span, 1.0)[plain])
        apart += 1.0 - _manhattan_likeness(scaled)
    compared = np.full(apart.shape, total)
    for at in np.flatnonzero(~plain & (weights > 0)):
        column, here = values[:, at], present[:, at]
        both = here[:, None] & here[None, :]
        gap = _gap(column, None if same[at] else span[at])
        apart += weights[at] * np.where(both, gap, 0.0)
        if not whole[at]:
            compared += weights[at] * both
    return np.clip(1.0 - ratio(apart, compared), 0.0, 1.0)


def _manhattan_likeness(scaled: Floats) -> Floats:
    """1 - sum of |x - y|: the upper half band by band, the lower one mirrored."""
    n = len(scaled)
    likeness = np.empty((n, n))

    def band(start: int) -> None:
        stop = min(start + _BAND, n)
        apart = cdist(scaled[start:stop], scaled[start:], "cityblock")
        np.subtract(1.0, apart, out=likeness[start:stop, start:])
        likeness[stop:, start:stop] = likeness[start:stop, stop:].T

    starts = range(0, n, _BAND)
    if n < _THREADED:
        for start in starts:
            band(start)
    else:
        # cdist lets go of the interpreter: plain threads share the bands, each has its own cells
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            list(pool.map(band, starts))
    return likeness


def _gap(column: Floats, span: float | None) -> Floats:
    filled = np.nan_to_num(column)
    apart = np.abs(filled[:, None] - filled[None, :])
    gap: Floats = np.minimum(apart / span, 1.0) if span else (apart > 0).astype(np.float64)
    return gap


def _spread(column: Floats) -> float:
    there = column[~np.isnan(column)]
    return float(np.ptp(there)) if len(there) else 0.0


def _kind(column: pd.Series) -> Kind:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "ordinal" if column.dtype.ordered else "nominal"
    if pd.api.types.is_bool_dtype(column):
        return "symmetric"
    return "numeric" if pd.api.types.is_numeric_dtype(column) else "nominal"


def _coded(column: pd.Series, kind: Kind, name: str) -> Floats:
    """Give a column as numbers: values, ranks, or codes of kinds."""
    if kind in ("nominal", "symmetric"):
        codes, labels = pd.factorize(column)
        if kind == "symmetric" and len(labels) > 2:
            raise InputError(
                f"`kinds` calls {name!r} symmetric, which has two values; found "
                f"{shown(sorted(map(str, labels)))}. Call it nominal."
            )
        return np.where(codes < 0, np.nan, codes.astype(np.float64))
    if isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
        ranks = column.cat.codes.to_numpy(dtype=np.float64)
        return np.where(ranks < 0, np.nan, ranks)
    if not pd.api.types.is_numeric_dtype(column):
        way_out = (
            "Make it an ordered Categorical, so that the order is said."
            if kind == "ordinal"
            else "Call it nominal, or turn it into numbers."
        )
        raise InputError(
            f"`kinds` calls {name!r} {kind}, which needs numbers; found "
            f"{shown(column.dropna().head(3).astype('str').tolist())}. {way_out}"
        )
    values = cast("NDArray[np.float64]", column.to_numpy(dtype=np.float64, na_value=np.nan))
    if np.isinf(values).any():
        raise InputError(f"`frame` must hold finite numbers; column {name!r} holds infinity.")
    if kind == "ordinal":
        there = ~np.isnan(values)
        values = values.copy()
        values[there] = np.unique(values[there], return_inverse=True)[1]
    return values
