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
    check_whole_number,
    did_you_mean,
    require_frame,
    require_unique,
    shown,
)
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.maps.kernel import two_nearest

Reading = Literal["rows", "columns", "rows_on_columns", "columns_on_rows"]


@dataclass(frozen=True)
class Side:
    """All points of one side of a table as text, and which of them shape the map."""

    labels: pd.Index
    active: Flags


def checked_sides(
    argument: str, table: pd.DataFrame, *, rows: Sequence[str], columns: Sequence[str]
) -> tuple[Side, Side]:
    """Part a table's rows and columns into active and supplementary ones, each named once."""
    require_frame(argument, table)
    sides = []
    for what, index, named in (("row", table.index, rows), ("column", table.columns, columns)):
        labels = pd.Index([label_text(label) for label in index])
        require_unique(argument, list(labels), what=what)
        option = f"supplementary_{what}s"
        if isinstance(named, str):
            raise InputError(f"`{option}` must be a list of labels; found {shown(named)}.")
        asked = [label_text(label) for label in named]
        unknown = [label for label in asked if label not in labels]
        if unknown:
            raise InputError(
                f"`{option}` must name labels of the table; found {shown(unknown)}."
                f"{did_you_mean(unknown[0], labels)}"
            )
        sides.append(Side(labels, ~labels.isin(asked)))
    return sides[0], sides[1]


def check_axes(axes: int, *, most: int, table: str) -> None:
    """Refuse more axes than a table of such a size has."""
    if axes > most:
        raise NotEnoughDataError(
            f"`axes` must be at most {most} for {table}; found {axes}. Keep fewer axes or add to "
            "the table."
        )
    check_whole_number("axes", axes, low=1, high=most)


def refuse_totals(argument: str, totals: Sequence[str], *, what: str) -> None:
    """Refuse rows or columns that total the others."""
    if totals:
        raise InputError(
            f"`{argument}` must not hold totals or means beside their parts; the {what} "
            f"{shown(totals)} looks like a total of the others. Leave it out, or name it in "
            f"`supplementary_{what}s`."
        )


def points_frame(labels: pd.Index, places: Floats, **columns: Floats | Flags) -> pd.DataFrame:
    """Make a row a label and axis, axis by axis; columns are (points,) or (points, axes)."""
    n, kept = places.shape
    wide = {name: one if one.ndim == 2 else one[:, None] for name, one in columns.items()}
    return pd.DataFrame(
        {
            "label": labels.repeat(kept),
            "axis": np.tile(np.arange(1, kept + 1), n),
            "coordinate": (places + 0.0).ravel(),
            **{name: np.broadcast_to(one, places.shape).ravel() for name, one in wide.items()},
        }
    )


def axes_frame(inertia: Floats) -> pd.DataFrame:
    """Make a row an axis, with the share it shows of them all."""
    return pd.DataFrame(
        {
            "axis": np.arange(1, len(inertia) + 1),
            "singular_value": np.sqrt(inertia),
            "inertia": inertia,
            "share": inertia / inertia.sum(),
        }
    )


def nearest_frame(labels: pd.Index, found: tuple[Codes, Floats, Codes, Floats]) -> pd.DataFrame:
    """Name the two nearest of each point; with two points there is no second."""
    first, distance, second, second_distance = found
    is_pair = len(labels) == 2
    return pd.DataFrame(
        {
            "label": labels,
            "nearest": labels[first],
            "distance": distance,
            "second_nearest": None if is_pair else labels[second],
            "second_distance": np.nan if is_pair else second_distance,
        }
    )


def arrow_factor(points: Floats, arrows: Floats) -> float:
    """Give two significant digits, so that a caption can state what was drawn."""
    longest = [np.hypot.reduce(side[:, :2], axis=1).max() for side in (points, arrows)]
    return float(f"{1.1 * longest[0] / longest[1]:.2g}")


def few_axes_notes(kept: int, asked: int) -> list[Message]:
    """Say that a table has differences along fewer axes than were asked for."""
    if kept >= asked:
        return []
    text = (
        "The table has differences along {kept:count} {kept:axis|axes} only; {asked:count} were "
        "asked for."
    )
    return [Message(text, {"kept": kept, "asked": asked})]


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
        return nearest_frame(pd.Index(active(self.rows)["label"]), two_nearest(self.profiles))

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
