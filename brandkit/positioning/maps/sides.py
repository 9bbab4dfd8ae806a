"""What maps share: the two sides of a table, and the frames of places and neighbours."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_known,
    check_whole_number,
    frame_of,
    require_unique,
    shown,
)
from brandkit.core.labels import label_text
from brandkit.core.linalg import Flags, Floats, Ints
from brandkit.core.message import Message
from brandkit.core.result import Result

Reading = Literal["rows", "columns", "rows_on_columns", "columns_on_rows"]
MOST_NAMED = 4
"""Names that a sentence tells."""
TIE_DIGITS = 12
"""Decimals beyond which two distances are the same."""


@dataclass(frozen=True)
class Side:
    """All points of one side of a table as text, and which of them shape the map."""

    labels: pd.Index
    active: Flags


def checked_sides(
    argument: str, table: pd.DataFrame, *, rows: Sequence[str], columns: Sequence[str]
) -> tuple[pd.DataFrame, Side, Side]:
    """Part a table's rows and columns into active and supplementary ones, each named once."""
    table = frame_of(argument, table, named=False)
    sides = []
    for what, index, named in (("row", table.index, rows), ("column", table.columns, columns)):
        labels = pd.Index([label_text(label) for label in index])
        require_unique(argument, list(labels), what=what)
        option = f"supplementary_{what}s"
        if isinstance(named, str):
            raise InputError(f"`{option}` must be a list of labels; found {shown(named)}.")
        asked = [label_text(label) for label in named]
        check_known(option, asked, list(labels), rule="name labels of the table")
        sides.append(Side(labels, ~labels.isin(asked)))
    return table, sides[0], sides[1]


def check_axes(axes: int, *, most: int, table: str) -> None:
    """Refuse more axes than a table of such a size has."""
    if axes > most:
        raise NotEnoughDataError(
            f"`axes` must be at most {most} for {table}; found {axes}. Keep fewer axes or add to "
            "the table."
        )
    check_whole_number("axes", axes, low=1, high=most)


def check_amounts(
    argument: str, values: Floats, *, rows: pd.Index, columns: pd.Index, way_out: str
) -> None:
    """Refuse values below 0, with the first of them."""
    if (values < 0).any():
        row, column = (int(at[0]) for at in np.nonzero(values < 0))
        raise InputError(
            f"`{argument}` must hold values >= 0; found {values[row, column]:g} in row "
            f"{shown(rows[row])}, column {shown(columns[column])}. {way_out}"
        )


def refuse_totals(argument: str, totals: Sequence[str], *, what: str) -> None:
    """Refuse rows or columns that total the others."""
    if totals:
        raise InputError(
            f"`{argument}` must not hold totals or means beside their parts; the {what} "
            f"{shown(totals)} looks like a total of the others. Leave it out, or name it in "
            f"`supplementary_{what}s`."
        )


def points_frame(
    labels: pd.Index | Sequence[str], places: Floats, **columns: Floats | Flags | Ints
) -> pd.DataFrame:
    """Make a row a label and axis, axis by axis; columns are (points,) or (points, axes)."""
    n, kept = places.shape
    wide = {name: one if one.ndim == 2 else one[:, None] for name, one in columns.items()}
    return pd.DataFrame(
        {
            "label": np.repeat(np.array(labels, dtype=object), kept),
            "axis": np.tile(np.arange(1, kept + 1), n),
            "coordinate": (places + 0.0).ravel(),
            **{name: np.broadcast_to(one, places.shape).ravel() for name, one in wide.items()},
        }
    )


def side_frame(side: Side, places: Floats, *, cosine: Floats, **columns: Floats) -> pd.DataFrame:
    """Make the frame of one side with its squared cosines and their sum, the quality."""
    columns |= {"squared_cosine": np.minimum(cosine, 1.0)}
    columns |= {"quality": np.minimum(cosine.sum(axis=1), 1.0)}
    return points_frame(side.labels, places, **columns, supplementary=~side.active)


def axes_frame(inertia: Floats) -> pd.DataFrame:
    """Make a row an axis, with the share it shows of them all."""
    columns = {"axis": np.arange(1, len(inertia) + 1), "singular_value": np.sqrt(inertia)}
    return pd.DataFrame(columns | {"inertia": inertia, "share": inertia / inertia.sum()})


def nearest_frame(labels: pd.Index, apart: Floats) -> pd.DataFrame:
    """Name the two nearest of each point by its distances (n, n); ties go to the first.

    >>> apart = np.abs(np.subtract.outer([0.0, 1.0, 3.0], [0.0, 1.0, 3.0]))
    >>> nearest_frame(pd.Index(list("abc")), apart)["second_nearest"].tolist()
    ['c', 'c', 'a']
    """
    rounded = np.round(apart, TIE_DIGITS)
    np.fill_diagonal(rounded, np.inf)
    at, first = np.arange(len(apart)), rounded.argmin(axis=1)
    rounded[at, first] = np.inf
    second = rounded.argmin(axis=1)
    frame = pd.DataFrame({"label": labels, "nearest": labels[first], "distance": apart[at, first]})
    if len(labels) == 2:
        return frame.assign(second_nearest=None, second_distance=np.nan)
    return frame.assign(second_nearest=labels[second], second_distance=apart[at, second])


def arrow_factor(points: Floats, arrows: Floats) -> float:
    """Give two significant digits, so that a caption can state what was drawn."""
    longest = [np.hypot.reduce(side[:, :2], axis=1).max() for side in (points, arrows)]
    return float(f"{1.1 * longest[0] / longest[1]:.2g}")


def few_axes_notes(kept: int, asked: int) -> list[Message]:
    """Say that a table has differences along fewer axes than were asked for."""
    text = (
        "The table has differences along {kept:count} {kept:axis|axes} only; {asked:count} were "
        "asked for."
    )
    return [Message(text, {"kept": kept, "asked": asked})] * (kept < asked)


def some_names(names: Sequence[str]) -> list[str | Message]:
    """Give the first names, and how many more there are."""
    rest = len(names) - MOST_NAMED
    more = [Message("{n:count} more", {"n": rest})] if rest > 0 else []
    return [*names[:MOST_NAMED], *more]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TableMap(Result):
    """A map of the rows and columns of one table; its two kinds say what the places are.

    Parameters
    ----------
    rows, columns : DataFrame
    axes : DataFrame
    scaling : str
    readings : tuple of str
    arrow_factor : float
    """

    rows: pd.DataFrame
    columns: pd.DataFrame
    axes: pd.DataFrame
    scaling: str
    readings: tuple[Reading, ...]
    arrow_factor: float

    @property
    @abstractmethod
    def profiles(self) -> Floats:
        """The active rows, as far apart as over all axes; (rows, any)."""

    @cached_property
    def nearest(self) -> pd.DataFrame:
        """One row an active row: ``label nearest distance second_nearest second_distance``.

        Distances over all axes, not only the ones drawn: chi-square between profiles, straight
        between (standardised) ratings. Ties go to the first label. Made when first asked for.
        """
        from scipy.spatial.distance import cdist

        apart = cdist(self.profiles, self.profiles)
        return nearest_frame(pd.Index(active(self.rows)["label"]), apart)

    @property
    def n_axes(self) -> int:
        """Axes that were kept."""
        return int(self.rows["axis"].max())

    def tidy(self) -> pd.DataFrame:
        """Give rows and columns in one frame, told apart by ``side``."""
        sides = [self.rows.assign(side="row"), self.columns.assign(side="column")]
        return pd.concat(sides, ignore_index=True)

    def _size(self) -> dict[str, Any]:
        """Give what both kinds say of themselves: rows, columns, axes and the share shown."""
        return {
            "n_rows": len(active(self.rows)),
            "n_columns": len(active(self.columns)),
            "n_axes": self.n_axes,
            "total_inertia": self.axes["inertia"].sum(),
            "share_explained": self.axes["share"].head(self.n_axes).sum(),
        }


def active(side: pd.DataFrame) -> pd.DataFrame:
    """Give one row an active point."""
    return side[~side["supplementary"] & (side["axis"] == 1)]
