"""The door for frames: pandas, polars and pyarrow come in, pandas goes on, checked once."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from brandkit.core.errors import InputError, shown


def frame_of(argument: str, value: Any) -> pd.DataFrame:
    """Give a frame as pandas has it, with columns that can be named and cells that are values.

    Parameters
    ----------
    argument : str
        What the caller calls it, for the error.
    value : DataFrame
        Of pandas, polars (lazy too) or pyarrow.

    Returns
    -------
    DataFrame
        The same object where it was pandas' and needs no change. Nullable and Arrow columns of
        numbers become NumPy's, with NaN where they were missing.

    Raises
    ------
    TypeError
        It is no frame.
    InputError
        A column stands twice, has several levels or no text for a name, or holds lists, mappings
        or complex numbers.

    Examples
    --------
    >>> import pyarrow as pa
    >>> frame_of("data", pa.table({"sat": [8, None]}))["sat"].tolist()
    [8.0, nan]
    """
    frame = value if isinstance(value, pd.DataFrame) else _as_pandas(argument, value)
    _check_names(argument, frame)
    changed = {
        str(name): new
        for name, cells in frame.items()
        if (new := _plain(argument, str(name), cells)) is not cells
    }
    return frame.assign(**changed) if changed else frame


def _as_pandas(argument: str, value: Any) -> pd.DataFrame:
    native = nw.from_native(value, pass_through=True)
    if isinstance(native, nw.LazyFrame):
        native = native.collect()
    if isinstance(native, nw.DataFrame):
        return native.to_pandas()
    raise TypeError(
        f"`{argument}` must be a DataFrame of pandas, polars or pyarrow; found "
        f"{type(value).__name__}."
    )


def _check_names(argument: str, frame: pd.DataFrame) -> None:
    if frame.columns.nlevels > 1:
        raise InputError(
            f"`{argument}` must have one name a column; found {frame.columns.nlevels} levels. "
            "Join them: frame.columns = [' '.join(map(str, name)) for name in frame.columns]."
        )
    odd = [name for name in frame.columns if not isinstance(name, str)]
    if odd:
        raise InputError(
            f"`{argument}` must have text for the names of columns; found {shown(odd)}. Write "
            "frame.rename(columns=str)."
        )
    twice = list(frame.columns[frame.columns.duplicated()].unique())
    if twice:
        raise InputError(
            f"`{argument}` must have each column once; found {shown(twice)} more than once. Drop "
            "or rename one of them."
        )


def _plain(argument: str, name: str, cells: pd.Series[Any]) -> pd.Series[Any]:
    """Give a column NumPy's type where it has a nullable or Arrow one, and refuse odd cells."""
    kind = cells.dtype
    if getattr(kind, "kind", "") == "c":
        raise InputError(
            f"`{argument}` must hold real numbers; column {shown(name)} holds complex ones. Take "
            "their real part."
        )
    if pd.api.types.is_object_dtype(kind) and pd.api.types.infer_dtype(
        cells, skipna=True
    ).startswith("mixed"):
        listed = cells.map(pd.api.types.is_list_like)
        if listed.any():
            row = cells.index[int(listed.to_numpy().argmax())]
            raise InputError(
                f"`{argument}` must hold one value a cell; column {shown(name)} holds "
                f"{type(cells[listed].iloc[0]).__name__}s, first in row {shown(row)}. Make them "
                "columns of their own, one a value."
            )
    if isinstance(kind, pd.api.extensions.ExtensionDtype) and pd.api.types.is_numeric_dtype(kind):
        return cells.astype(float) if cells.isna().any() else cells.astype(_numpy_type(kind))
    return cells


def _numpy_type(kind: Any) -> Any:
    if pd.api.types.is_bool_dtype(kind):
        return bool
    return "int64" if pd.api.types.is_integer_dtype(kind) else float
