"""Correspondence map: brands and attributes of one table in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.checks import check_option, require_frame
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.correspondence_solution import NO_INERTIA, Points, place_points, solve
from brandkit.positioning.correspondence_table import CorrespondenceTable, checked_table
from brandkit.positioning.nearest_profiles import two_nearest
from brandkit.positioning.turning import check_turn, turn_towards

Scaling = Literal[
    "symmetric", "row_principal", "column_principal", "row_gab", "column_gab",
    "row_green", "column_green", "symbiplot", "standard",
]  # fmt: skip
Reading = Literal["rows", "columns", "rows_on_columns", "columns_on_rows"]

#: Which comparisons a scaling allows: distances within a side, projections onto the other side.
READINGS: dict[Scaling, tuple[Reading, ...]] = {
    "symmetric": ("rows", "columns"),
    "row_principal": ("rows", "rows_on_columns"),
    "column_principal": ("columns", "columns_on_rows"),
    "row_gab": ("rows", "rows_on_columns"),
    "column_gab": ("columns", "columns_on_rows"),
    "row_green": ("rows", "rows_on_columns"),
    "column_green": ("columns", "columns_on_rows"),
    "symbiplot": ("rows_on_columns", "columns_on_rows"),
    "standard": (),
}
SMALL_ROW = 30
"""Mentions under which a row's place is called uncertain."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CorrespondenceMap(Result):
    """Where the rows and columns of a table stand, and how much of the differences that shows.

    Parameters
    ----------
    rows, columns : DataFrame
        One row a label and axis: ``label axis coordinate mass inertia contribution
        squared_cosine quality supplementary``. Mass and contribution of supplementary points
        are missing: they do not shape the map.
    axes : DataFrame
        One row an axis of the whole table: ``axis singular_value inertia share``. Where the map
        is turned, those of the first two are along the turned axes.
    residuals : ndarray, active rows x active columns
        The signed parts of the total inertia's square root, (p - rc)/sqrt(rc).
    scaling : str
        The scaling of the coordinates.
    readings : tuple of str
        The comparisons this scaling allows; a row-column distance is never among them.
    arrow_factor : float
        By how much a drawing may lengthen the arrows of the side in standard coordinates so
        that both sides fill the page; 1 where that would change the reading.
    n : float
        The table's total over active cells.
    rotated_to : str, optional
        The row that the first two axes were turned to.
    """

    rows: pd.DataFrame
    columns: pd.DataFrame
    axes: pd.DataFrame
    residuals: Floats
    scaling: Scaling
    readings: tuple[Reading, ...]
    arrow_factor: float
    n: float
    rotated_to: str | None = None

    @cached_property
    def associations(self) -> pd.DataFrame:
        """One row a pair of active row and column: ``row_label column_label ratio residual``.

        ``ratio`` is the observed over the expected share (1 = as expected), ``residual`` its
        signed part of the total inertia's square root. Made when first asked for.
        """
        rows, columns = _active(self.rows), _active(self.columns)
        expected = np.sqrt(np.outer(rows["mass"], columns["mass"]))
        every_column = np.tile(np.arange(len(columns)), len(rows))
        return pd.DataFrame(
            {
                "row_label": pd.Index(rows["label"]).repeat(len(columns)),
                "column_label": pd.Index(columns["label"]).take(every_column),
                "ratio": (1 + self.residuals / expected).ravel(),
                "residual": self.residuals.ravel(),
            }
        )

    @cached_property
    def nearest(self) -> pd.DataFrame:
        """One row an active row: ``label nearest distance second_nearest second_distance``.

        Chi-square distances between profiles in all axes, not only the ones drawn; ties go to
        the first label. Made when first asked for.
        """
        rows = _active(self.rows)
        labels = pd.Index(rows["label"])
        # Rows of D_r^-1/2 S are as far apart as the principal coordinates on all axes.
        places = self.residuals / np.sqrt(rows["mass"].to_numpy())[:, None]
        first, distance, second, second_distance = two_nearest(places)
        has_second = len(labels) > 2
        return pd.DataFrame(
            {
                "label": labels,
                "nearest": labels[first],
                "distance": distance,
                "second_nearest": labels[second] if has_second else None,
                "second_distance": second_distance if has_second else np.nan,
            }
        )

    def tidy(self) -> pd.DataFrame:
        """Give rows and columns in one frame, told apart by ``side``."""
        sides = [self.rows.assign(side="row"), self.columns.assign(side="column")]
        return pd.concat(sides, ignore_index=True)

    def glance(self) -> pd.DataFrame:
        """Give one row: scaling, size of the table, inertia and the share the map shows."""
        kept = self.rows["axis"].max()
        return pd.DataFrame(
            {
                "scaling": [self.scaling],
                "n": [self.n],
                "n_rows": [len(_active(self.rows))],
                "n_columns": [len(_active(self.columns))],
                "n_axes": [kept],
                "total_inertia": [self.axes["inertia"].sum()],
                "share_explained": [self.axes["share"].head(kept).sum()],
            }
        )


def correspondence_map(
    counts: pd.DataFrame,
    *,
    scaling: Scaling = "symmetric",
    supplementary_rows: Sequence[str] = (),
    supplementary_columns: Sequence[str] = (),
    axes: int = 2,
    rotate_to: str | None = None,
) -> CorrespondenceMap:
    """Map the rows and columns of a table so that like profiles lie together.

    Answers *which brands are seen alike, and what tells them apart?* from a table of brands by
    attributes. A brand's overall size plays no part in its place: profiles are compared.

    Parameters
    ----------
    counts : DataFrame, rows x columns, values >= 0
        Counts, or shares or ratings where a profile makes sense. The index names the rows.
    scaling : str, default "symmetric"
        Coordinates of rows and columns, as in R's ``ca``: ``"symmetric"`` (both principal),
        ``"row_principal"``, ``"column_principal"``, ``"row_gab"`` / ``"column_gab"`` (the other
        side standard times mass), ``"row_green"`` / ``"column_green"`` (standard times the root
        of mass: the contribution biplot), ``"symbiplot"`` (both standard times the root of the
        singular value), ``"standard"``.
    supplementary_rows, supplementary_columns : sequence of labels
        Placed on the map without shaping it. Cells where the two cross are not read and may be
        empty.
    axes : int, default 2
        Axes to keep, at most min(active rows, active columns) - 1. Axes without any inertia are
        left out, and ``notes`` say so.
    rotate_to : label, optional
        Turn the first two axes about the middle so that this row lies on the first, on its
        positive side. Distances and projections stay as they are; inertias, shares,
        contributions and squared cosines are then those along the turned axes.

    Returns
    -------
    CorrespondenceMap

    Raises
    ------
    InputError
        Where a used cell is no number >= 0, a label occurs twice, a supplementary label is
        unknown, a row or column is empty, or one looks like a total of the others; where
        `rotate_to` is no row, lies in the middle, or the scaling has no principal side.
    NotEnoughDataError
        Where fewer than two active rows or columns are left, or all profiles are the same.

    Notes
    -----
    With P = N/n, masses r and c, the singular value decomposition of
    S = D_r^-1/2 (P - rc') D_c^-1/2 gives U, d, V. Standard coordinates are D_r^-1/2 U and
    D_c^-1/2 V, principal ones these times d; d^2 are the inertias and sum to chi-square over n.
    Signs: in each axis the column with the largest absolute singular vector entry is positive
    (:func:`brandkit.core.linalg.signed_svd`). Supplementary points by the transition formulas;
    for the Gabriel and Greenacre scalings they take the mass they would have if active.

    Turned by the rotation R, an axis a has the inertia sum_b R_ba^2 d_b^2: less than the first
    before, never more, and the two together as before. A point of a side in principal coordinates
    F makes m (FR)_a^2 of it; a point of the other side, with the entries w of its singular
    vectors, makes the share (wR)_a^2 of the axis's direction.

    References
    ----------
    Greenacre, M. (2017). Correspondence Analysis in Practice, 3rd ed. Chapman & Hall/CRC.
    Nenadic, O. and Greenacre, M. (2007). Correspondence analysis in R: the ca package.
    Journal of Statistical Software 20(3). doi:10.18637/jss.v020.i03

    Examples
    --------
    Greenacre's staff groups by smoking:

    >>> import pandas as pd
    >>> smoke = pd.DataFrame(
    ...     {"none": [4, 4, 25, 18, 10], "light": [2, 3, 10, 24, 6],
    ...      "medium": [3, 7, 12, 33, 7], "heavy": [2, 4, 4, 13, 2]},
    ...     index=["SM", "JM", "SE", "JE", "SC"])
    >>> result = correspondence_map(smoke)
    >>> result.axes["inertia"].round(4).tolist()
    [0.0748, 0.01, 0.0004]
    >>> print(f"{result.glance().loc[0, 'share_explained']:.3f}")
    0.995
    """
    require_frame("counts", counts)
    check_option("scaling", scaling, get_args(Scaling))
    table = checked_table(counts, supplementary_rows, supplementary_columns, axes)

    check_turn(rotate_to, table.row_labels, axes=axes, scaling=scaling)

    solved = solve(table.active, axes)
    d, kept = solved.singular_values, solved.row_standard.shape[1]
    rows = place_points(table.row_profiles, solved.column_standard, solved, table.row_sizes)
    columns = place_points(table.column_profiles, solved.row_standard, solved, table.column_sizes)
    row_place = _scaled(rows, d[:kept], scaling, side="row")
    column_place = _scaled(columns, d[:kept], scaling, side="column")
    turn = turn_towards(rotate_to, table.row_labels, row_place)
    inertia = np.append((turn**2).T @ d[:kept] ** 2, d[kept:] ** 2)

    return CorrespondenceMap(
        rows=_labelled(rows, row_place, turn, table, scaling=scaling, side="row"),
        columns=_labelled(columns, column_place, turn, table, scaling=scaling, side="column"),
        axes=_axes_frame(inertia),
        residuals=solved.residuals,
        scaling=scaling,
        readings=READINGS[scaling],
        arrow_factor=_arrow_factor(row_place, column_place, scaling),
        n=float(table.active.sum()),
        rotated_to=rotate_to,
        notes=_notes(table, axes=axes, kept=kept, rotated_to=rotate_to),
    )


# --- places -------------------------------------------------------------------------------------


def _scaled(points: Points, d: Floats, scaling: Scaling, *, side: str) -> Floats:
    if scaling == "standard":
        return points.standard
    if scaling == "symbiplot":
        return points.standard * np.sqrt(d)
    if scaling == "symmetric" or scaling.startswith(side):
        return points.principal
    power = {"principal": 0.0, "gab": 1.0, "green": 0.5}[scaling.rsplit("_", 1)[1]]
    return points.standard * points.size[:, None] ** power


def _arrow_factor(rows: Floats, columns: Floats, scaling: Scaling) -> float:
    """Two significant digits, so that a caption can state what was drawn."""
    if scaling in ("symmetric", "symbiplot", "standard"):
        return 1.0
    points, arrows = (rows, columns) if scaling.startswith("row") else (columns, rows)
    longest_point, longest_arrow = (
        np.sqrt((side[:, :2] ** 2).sum(axis=1)).max() for side in (points, arrows)
    )
    return float(f"{1.1 * longest_point / longest_arrow:.2g}")


# --- labels ------------------------------------------------------------------------------------


def _labelled(
    points: Points,
    place: Floats,
    turn: Floats,
    table: CorrespondenceTable,
    *,
    scaling: Scaling,
    side: str,
) -> pd.DataFrame:
    """Make the long frame of one side: one row a label and axis, axis by axis within a label."""
    is_rows = side == "row"
    labels = table.row_labels if is_rows else table.column_labels
    active = table.row_active if is_rows else table.column_active
    n_points, kept = place.shape
    mass = np.where(active, points.size, np.nan)
    # A point at the average profile has no distance to show: its shares are missing, not 0/0.
    distance = np.where(points.distance > NO_INERTIA**2, points.distance, np.nan)
    turned = points.principal @ turn
    cosine = turned**2 / distance[:, None]
    if scaling == "symmetric" or scaling.startswith(side):
        contribution = mass[:, None] * turned**2
        contribution /= contribution[active].sum(axis=0)
    else:
        contribution = mass[:, None] * (points.standard @ turn) ** 2
    return pd.DataFrame(
        {
            "label": labels.repeat(kept),
            "axis": np.tile(np.arange(1, kept + 1), n_points),
            "coordinate": (place @ turn + 0.0).ravel(),
            "mass": np.repeat(mass, kept),
            "inertia": np.repeat(mass * points.distance, kept),
            "contribution": contribution.ravel(),
            "squared_cosine": np.minimum(cosine, 1.0).ravel(),
            "quality": np.repeat(np.minimum(cosine.sum(axis=1), 1.0), kept),
            "supplementary": np.repeat(~active, kept),
        }
    )


def _axes_frame(inertia: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "axis": np.arange(1, len(inertia) + 1),
            "singular_value": np.sqrt(inertia),
            "inertia": inertia,
            "share": inertia / inertia.sum(),
        }
    )


def _notes(
    table: CorrespondenceTable, *, axes: int, kept: int, rotated_to: str | None
) -> tuple[Message, ...]:
    notes = []
    if rotated_to is not None:
        notes.append(
            Message(
                "The map is turned so that {brand} lies to the right, on the first axis. Distances "
                "stay as they are; shares are those along the turned axes.",
                {"brand": rotated_to},
            )
        )
    if kept < axes:
        notes.append(
            Message(
                "The table has differences along {kept:count} {kept:axis|axes} only; "
                "{asked:count} were asked for.",
                {"kept": kept, "asked": axes},
            )
        )
    totals = table.active.sum(axis=1)
    # Shares stay at or under one; weighted counts carry decimals.
    is_counts = bool(table.active.max() > 1)
    small = table.row_labels[table.row_active][totals < SMALL_ROW]
    if is_counts and len(small):
        notes.append(
            Message(
                "Fewer than {limit:count} mentions stand behind {names}{more}; read their places "
                "with care.",
                {
                    "limit": SMALL_ROW,
                    "names": [str(name) for name in small[:5]],
                    "more": Message(" and {n:count} more", {"n": len(small) - 5})
                    if len(small) > 5
                    else "",
                },
            )
        )
    return tuple(notes)


def _active(side: pd.DataFrame) -> pd.DataFrame:
    """Give one row an active point."""
    return side[~side["supplementary"] & (side["axis"] == 1)]
