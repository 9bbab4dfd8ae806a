"""Tables of several waves as one, so that all waves share the same axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    numeric_matrix,
    require_frame,
    require_kind,
    require_unique,
    shown,
)
from brandkit.core.labels import label_text
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.maps.correspondence import CorrespondenceMap

JOINT = " · "
"""Stands between brand and wave in the label of a row."""
UNEQUAL = 1.5
"""Times the mentions of the smallest wave from which the largest is said to lead the map."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class StackedTables(Result):
    """Tables of brands by attributes of several waves, one under the other.

    Parameters
    ----------
    cells : DataFrame
        One row a brand, wave and attribute: ``label brand wave attribute value``. ``label`` names
        the row of the stacked table: the brand and its wave.
    """

    cells: pd.DataFrame

    @property
    def counts(self) -> pd.DataFrame:
        """The stacked table, brand-waves x attributes: what ``correspondence_map`` takes."""
        attributes = pd.Index(self.cells["attribute"].unique())
        values = self.cells["value"].to_numpy().reshape(-1, len(attributes))
        return pd.DataFrame(
            values, index=pd.Index(self.cells["label"].unique()), columns=attributes
        )

    def places(self, result: CorrespondenceMap) -> pd.DataFrame:
        """Give the rows of a map of the stacked table with the brand and wave of each.

        Parameters
        ----------
        result : CorrespondenceMap
            Of ``counts``, or of a table that holds its rows.

        Returns
        -------
        DataFrame
            The rows of the map, ``brand`` and ``wave`` before the rest; rows of the map that the
            stacked tables do not have are left out.

        Examples
        --------
        >>> import pandas as pd
        >>> from brandkit.positioning.maps.correspondence import correspondence_map
        >>> table = pd.DataFrame({"fair": [9, 2, 3], "new": [2, 9, 8], "near": [4, 4, 9]},
        ...                      index=["A", "B", "C"])
        >>> stack = stacked_tables({"2025": table, "2026": table + 1})
        >>> stack.places(correspondence_map(stack.counts)).head(2)[["brand", "wave", "axis"]]
          brand  wave  axis
        0     A  2025     1
        1     A  2025     2
        """
        rows = self.cells[["label", "brand", "wave"]].drop_duplicates("label")
        placed = result.rows.merge(rows, on="label", how="inner", sort=False)
        others = [name for name in placed.columns if name not in ("brand", "wave")]
        return placed[["brand", "wave", *others]]

    def waves(self) -> pd.DataFrame:
        """Give one row a wave: ``wave n share``, its mentions and their share of all."""
        totals = self.cells.groupby("wave", sort=False)["value"].sum()
        columns = {"wave": totals.index, "n": totals.to_numpy(), "share": totals / totals.sum()}
        return pd.DataFrame(columns).reset_index(drop=True)

    def tidy(self) -> pd.DataFrame:
        """Give one row a brand, wave and attribute."""
        return self.cells.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: waves, brands, brand-waves, attributes and the total."""
        columns = {"n_waves": "wave", "n_brands": "brand", "n_rows": "label"}
        columns |= {"n_attributes": "attribute"}
        counts = {name: self.cells[column].nunique() for name, column in columns.items()}
        return pd.DataFrame([{**counts, "n": self.cells["value"].sum()}])


def stacked_tables(tables: Mapping[str, pd.DataFrame]) -> StackedTables:
    """Stack the tables of several waves so that one map holds them all.

    Answers *how do we put last year's brands and this year's on the same axes?* The rows of the
    stacked table are brands in a wave; mapped together nothing has to be turned afterwards to
    compare two years.

    Parameters
    ----------
    tables : mapping of wave to DataFrame, brands x attributes, values >= 0
        In the order of time. Every wave has the same attributes, in any order; brands may come
        and go.

    Returns
    -------
    StackedTables
        Its ``counts`` go into :func:`~brandkit.positioning.maps.correspondence.correspondence_map`;
        its ``places`` give the map's rows with brand and wave.

    Raises
    ------
    InputError
        Where an attribute is missing in a wave, a label occurs twice, or a cell is no number.
    NotEnoughDataError
        Where there are fewer than two waves.

    Notes
    -----
    The average profile of the map is that of all waves together, and each wave has the weight of
    its mentions. A shift of the whole market from one wave to the next therefore shows as all
    brands moving alike: compare a brand's move with that of the others.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"fair": [9, 2], "modern": [2, 9]}, index=["A", "B"])
    >>> stacked_tables({"2025": table, "2026": table}).counts.index.tolist()
    ['A · 2025', 'B · 2025', 'A · 2026', 'B · 2026']
    """
    require_kind("tables", tables, Mapping, what="a mapping of waves to DataFrames")
    if len(tables) < 2:
        raise NotEnoughDataError(
            f"`tables` must hold at least 2 waves; found {len(tables)}. One table needs no "
            "stacking: give it to correspondence_map."
        )
    attributes: list[str] | None = None
    parts = []
    for wave, table in tables.items():
        part = _wave_cells(label_text(wave), table, attributes)
        attributes = attributes or list(dict.fromkeys(part["attribute"]))
        parts.append(part)
    cells = pd.concat(parts, ignore_index=True)
    labels = cells["label"].iloc[:: len(attributes or [])].tolist()
    require_unique("tables", labels, what="brand and wave")
    return StackedTables(cells=cells, notes=_notes(cells))


def _wave_cells(wave: str, table: pd.DataFrame, attributes: list[str] | None) -> pd.DataFrame:
    """Check a wave's table, and give a row a cell, attributes in the order of the first wave."""
    argument = f"tables[{wave!r}]"
    require_frame(argument, table)
    brands, names = ([label_text(one) for one in side] for side in (table.index, table.columns))
    require_unique(argument, brands, what="brand")
    require_unique(argument, names, what="attribute")
    wanted = names if attributes is None else attributes
    missing = [name for name in wanted if name not in names]
    more = [name for name in names if name not in wanted]
    if missing or more:
        found = f"lacks {shown(missing)}" if missing else f"has {shown(more)} beside the others"
        raise InputError(
            f"`tables` must have the same attributes in every wave; wave {shown(wave)} {found}. "
            "Leave out what was not asked in every wave."
        )
    values = numeric_matrix(argument, table.iloc[:, [names.index(name) for name in wanted]])
    columns = {
        "label": np.repeat([f"{brand}{JOINT}{wave}" for brand in brands], len(wanted)),
        "brand": np.repeat(brands, len(wanted)),
        "wave": wave,
        "attribute": np.tile(wanted, len(brands)),
        "value": values.ravel(),
    }
    return pd.DataFrame(columns)


def _notes(cells: pd.DataFrame) -> tuple[Message, ...]:
    totals = cells.groupby("wave", sort=False)["value"].sum()
    if totals.max() <= UNEQUAL * totals.min():
        return ()
    text = (
        "Wave {wave} holds {share:percent} of all mentions and leads the common axes; give "
        "shares in place of counts where every wave is to weigh the same."
    )
    values = {"wave": totals.idxmax(), "share": totals.max() / totals.sum()}
    return (Message(text, values),)
