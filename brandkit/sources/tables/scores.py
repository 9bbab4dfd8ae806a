"""Scorecards: institutions by criteria, long or wide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, SchemaError, shown
from brandkit.core.message import Message
from brandkit.sources.tables.cells import Grid, label_text, read_grid
from brandkit.sources.tables.league import numbers_of

Limits = tuple[float, float] | Mapping[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """Scores of institutions by criteria.

    Parameters
    ----------
    scores : DataFrame
        One row a cell: ``brand criterion score std_error``; ``std_error`` is missing where nothing
        is known of it.
    is_widest : bool
        Whether errors are the largest that answers within the limits can have.
    file : str
    notes : tuple of Message
        How the file was read.
    """

    scores: pd.DataFrame
    is_widest: bool
    file: str
    notes: tuple[Message, ...] = ()

    def wide(self, column: str = "score") -> pd.DataFrame:
        """Give scores or their errors as institutions x criteria, in the file's order."""
        table = self.scores.pivot_table(
            index="brand", columns="criterion", values=column, sort=False, dropna=False
        )
        return table.rename_axis(index=None, columns=None)


def read_scores(
    path: str | Path,
    *,
    brand: str | None = None,
    item: str | None = None,
    score: str | None = None,
    se: str | float | None = None,
    n: str | float | None = None,
    limits: Limits | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
) -> ScoreTable:
    r"""Read a scorecard: a row an institution, or a row an institution and criterion.

    Parameters
    ----------
    path : path
    brand : str, optional
        Column of the institutions; the first where not given.
    item, score : str, optional
        Columns of the criteria and the scores of a long table.
    se : str or float, optional
        Standard errors: a column of a long table, or one for all.
    n : str or float, optional
        How many answers a mean rests on: a column, or one for all. Without `se` the errors are
        the largest that means within the limits can have.
    limits : (low, high), or mapping of criterion to it
    sheet, encoding : str, optional

    Returns
    -------
    ScoreTable

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> file = Path(mkdtemp()) / "scores.csv"
    >>> _ = file.write_text("bank,service,fees\nCivic,8,5\nNova,6,9\n", encoding="utf-8")
    >>> read_scores(file, se=0.3).wide().to_dict("index")
    {'Civic': {'service': 8.0, 'fees': 5.0}, 'Nova': {'service': 6.0, 'fees': 9.0}}
    """
    grid = read_grid(Path(path), sheet=sheet, encoding=encoding)
    at = 0 if brand is None else grid.column(brand, asked_by="`brand`")
    rows = [row for row, cells in enumerate(grid.rows) if label_text(cells[at])]
    brands = [label_text(grid.rows[row][at]) for row in rows]
    if (item is None) != (score is None):
        raise InputError("`item` and `score` must come together: they say a long table.")
    if item is not None and score is not None:
        frame = _long(grid, brands, rows, item=item, score=score)
    else:
        if isinstance(se, str):
            raise InputError(f"`se` must be a number of a wide table; found {shown(se)}.")
        frame = _wide(grid, brands, rows, without={at, _at(grid, n)})
    twice = frame[frame.duplicated(["brand", "criterion"])]
    if len(twice):
        raise SchemaError(
            "an institution must have one score a criterion",
            file=path,
            found=twice.iloc[0][["brand", "criterion"]].tolist(),
            way_out="Delete the other rows.",
        )
    error, base = _given(grid, se, rows, frame), _given(grid, n, rows, frame)
    widest = np.isnan(error) & ~np.isnan(base)
    if limits is not None and widest.any():
        low, high = _ends(limits, frame["criterion"])
        spread = np.sqrt(np.maximum((high - frame["score"]) * (frame["score"] - low), 0) / base)
        error = np.where(widest, spread, error)
    frame = frame.assign(std_error=error).drop(columns="row")
    return ScoreTable(frame, bool(widest.any()), Path(path).name, grid.notes)


def _at(grid: Grid, name: str | float | None) -> int | None:
    return grid.column(name, asked_by="`n`") if isinstance(name, str) else None


def _long(grid: Grid, brands: list[str], rows: list[int], *, item: str, score: str) -> pd.DataFrame:
    of = grid.column(item, asked_by="`item`")
    criteria = [label_text(grid.rows[row][of]) for row in rows]
    return pd.DataFrame(
        {
            "brand": brands,
            "criterion": criteria,
            "score": numbers_of(grid, score, rows),
            "row": rows,
        }
    )


def _wide(
    grid: Grid, brands: list[str], rows: list[int], *, without: set[int | None]
) -> pd.DataFrame:
    names = [name for place, name in enumerate(grid.header) if place not in without and name]
    parts = [
        pd.DataFrame(
            {"brand": brands, "criterion": name, "score": numbers_of(grid, name, rows), "row": rows}
        )
        for name in names
    ]
    if not parts:
        raise SchemaError(
            "a scorecard must have criteria",
            file=grid.file,
            found=list(grid.header),
            way_out="Write a column a criterion.",
        )
    return pd.concat(parts, ignore_index=True)


def _given(
    grid: Grid, given: str | float | None, rows: list[int], frame: pd.DataFrame
) -> np.ndarray:
    """Give what is said of every cell: a column by its row, one number, or nothing."""
    if not isinstance(given, str):
        return np.full(len(frame), np.nan if given is None else float(given))
    of_row = dict(zip(rows, numbers_of(grid, given, rows), strict=True))
    return np.array([of_row[row] for row in frame["row"]])


def _ends(limits: Limits, criteria: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    pairs = [
        limits.get(one, (np.nan, np.nan)) if isinstance(limits, Mapping) else limits
        for one in criteria
    ]
    ends = np.array(pairs, dtype=float)
    return ends[:, 0], ends[:, 1]
