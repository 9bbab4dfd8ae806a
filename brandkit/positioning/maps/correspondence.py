"""Correspondence map: brands and attributes of one table in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_option,
    check_whole_number,
    did_you_mean,
    numeric_matrix,
    require_frame,
    require_unique,
    shown,
)
from brandkit.core.linalg import Floats, signed_svd
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.totals import find_totals, is_total_name
from brandkit.positioning.maps.kernel import two_nearest


@dataclass(frozen=True)
class CorrespondenceTable:
    """A table that can be mapped.

    Parameters
    ----------
    active : ndarray, active rows x active columns
    row_profiles : ndarray, all rows x active columns
        Rows sum to 1.
    column_profiles : ndarray, all columns x active rows
        Rows sum to 1.
    row_sizes, column_sizes : ndarray
        Totals over the active cells of the other side, as shares of the active total.
    row_labels, column_labels : Index
    row_active, column_active : ndarray of bool
    """

    active: Floats
    row_profiles: Floats
    column_profiles: Floats
    row_sizes: Floats
    column_sizes: Floats
    row_labels: pd.Index
    column_labels: pd.Index
    row_active: np.ndarray
    column_active: np.ndarray


def checked_table(
    counts: pd.DataFrame, extra_rows: Sequence[str], extra_columns: Sequence[str], axes: int
) -> CorrespondenceTable:
    """Check a table's labels, cells and size, and part it into active and supplementary."""
    require_unique("counts", list(counts.index), what="row")
    require_unique("counts", list(counts.columns), what="column")
    row_active = ~member_flags(counts.index, extra_rows, argument="supplementary_rows")
    column_active = ~member_flags(counts.columns, extra_columns, argument="supplementary_columns")
    n_rows, n_columns = int(row_active.sum()), int(column_active.sum())
    if min(n_rows, n_columns) < 2:
        raise NotEnoughDataError(
            "`counts` must have at least 2 active rows and 2 active columns; "
            f"found {n_rows} x {n_columns}."
        )
    most = min(n_rows, n_columns) - 1
    if axes > most:
        raise NotEnoughDataError(
            f"`axes` must be at most {most} for {n_rows} x {n_columns} active rows and columns; "
            f"found {axes}. Keep fewer axes or add rows and columns."
        )
    check_whole_number("axes", axes, low=1, high=most)

    by_row = _numbers(counts.loc[:, column_active])
    has_all_columns = bool(column_active.all())
    active = by_row if row_active.all() else by_row[row_active]
    by_column = active if has_all_columns else _numbers(counts.loc[row_active, :])
    _refuse_negative(by_row, counts.index, counts.columns[column_active])
    _refuse_negative(by_column, counts.index[row_active], counts.columns)
    _refuse_empty(by_row, counts.index, what="row")
    _refuse_empty(by_column.T, counts.columns, what="column")
    _refuse_totals(active, counts.index[row_active], what="row")
    _refuse_totals(active.T, counts.columns[column_active], what="column")

    row_sums, column_sums = by_row.sum(axis=1), by_column.sum(axis=0)
    n = active.sum()
    return CorrespondenceTable(
        active=active,
        row_profiles=by_row / row_sums[:, None],
        column_profiles=(by_column / column_sums).T,
        row_sizes=row_sums / n,
        column_sizes=column_sums / n,
        row_labels=counts.index,
        column_labels=counts.columns,
        row_active=row_active,
        column_active=column_active,
    )


def _numbers(frame: pd.DataFrame) -> Floats:
    """Give the cells as numbers; a table of numbers only needs no look at each column."""
    if all(dtype.kind in "iuf" for dtype in set(frame.dtypes)):
        values = frame.to_numpy(dtype=float, na_value=np.nan)
        if np.isfinite(values).all():
            return values
    return numeric_matrix("counts", frame)


def member_flags(index: pd.Index, labels: Sequence[str], *, argument: str) -> np.ndarray:
    """Say which labels of an index are named; refuse names that are none of them."""
    if isinstance(labels, str):
        raise InputError(f"`{argument}` must be a list of labels; found {shown(labels)}.")
    unknown = [label for label in labels if label not in index]
    if unknown:
        have = [str(label) for label in index]
        raise InputError(
            f"`{argument}` must name labels of the table; found {shown(unknown)}."
            f"{did_you_mean(str(unknown[0]), have)}"
        )
    return np.asarray(index.isin(list(labels)))


def _refuse_negative(values: Floats, rows: pd.Index, columns: pd.Index) -> None:
    if (values < 0).any():
        row, column = (int(at[0]) for at in np.nonzero(values < 0))
        raise InputError(
            f"`counts` must hold values >= 0; found {values[row, column]:g} in row "
            f"{shown(rows[row])}, column {shown(columns[column])}. A correspondence map needs "
            "amounts; for scores around zero use a component map."
        )


def _refuse_empty(values: Floats, labels: pd.Index, *, what: str) -> None:
    empty = list(labels[values.sum(axis=1) == 0])
    if empty:
        raise InputError(
            f"`counts` must have no {what} of zeros; found {shown(empty)}. "
            f"A {what} without answers has no profile: leave it out."
        )


def _refuse_totals(values: Floats, labels: pd.Index, *, what: str) -> None:
    lines = values.sum(axis=1)
    # The sum of all others is half of everything: cheaper to see than to compare all cells.
    if np.isclose(2 * lines, lines.sum(), rtol=1e-6).any():
        totals = find_totals(list(labels), values)
    else:
        totals = [str(label) for label in labels.tolist() if is_total_name(str(label))]
    if totals:
        raise InputError(
            f"`counts` must not hold totals beside their parts; the {what} {shown(totals)} looks "
            f"like a total of the others. Leave it out, or name it in `supplementary_{what}s`."
        )


NO_INERTIA = 1e-12
"""Singular values below this share of one are rounding, not differences."""
TALL = 4
"""Times as many rows as columns from which the rows are first reduced to a triangle."""


@dataclass(frozen=True)
class Solution:
    """The standardised residuals S of the active cells, and their decomposition.

    Parameters
    ----------
    singular_values : ndarray
        All that are above rounding.
    row_standard, column_standard : ndarray, active points x kept axes
    residuals : ndarray, active rows x active columns
    row_mass, column_mass : ndarray
    """

    singular_values: Floats
    row_standard: Floats
    column_standard: Floats
    residuals: Floats
    row_mass: Floats
    column_mass: Floats


def solve(active: Floats, axes: int) -> Solution:
    """Decompose the standardised residuals S of a table of active cells."""
    share = active / active.sum()
    row_mass, column_mass = share.sum(axis=1), share.sum(axis=0)
    row_root, column_root = np.sqrt(row_mass)[:, None], np.sqrt(column_mass)
    share /= row_root
    share /= column_root
    residuals = np.subtract(share, row_root * column_root, out=share)
    is_tall = len(active) >= TALL * active.shape[1]
    # S and the triangle of its QR decomposition have the same d and V, and U is S V / d.
    triangle = np.asarray(np.linalg.qr(residuals, mode="r")) if is_tall else residuals
    u, d, v = signed_svd(triangle)
    rank = int((d[: min(active.shape) - 1] > NO_INERTIA).sum())
    if rank == 0:
        raise NotEnoughDataError(
            "`counts` must have rows that differ; found the same profile in every row. "
            "There is nothing to map: the brands are described alike."
        )
    kept = min(axes, rank)
    if is_tall:
        u = residuals @ v[:, :kept] / d[:kept]
    return Solution(
        singular_values=d[:rank],
        row_standard=u[:, :kept] / np.sqrt(row_mass)[:, None],
        column_standard=v[:, :kept] / np.sqrt(column_mass)[:, None],
        residuals=residuals,
        row_mass=row_mass,
        column_mass=column_mass,
    )


@dataclass(frozen=True)
class Points:
    """All points of a side, active and supplementary.

    Parameters
    ----------
    standard, principal : ndarray, points x kept axes
    size : ndarray
        The mass, or for supplementary points the mass they would have.
    distance : ndarray
        Squared chi-square distance to the average profile, over all axes.
    """

    standard: Floats
    principal: Floats
    size: Floats
    distance: Floats


def place_points(
    profiles: Floats, other_standard: Floats, solved: Solution, size: Floats
) -> Points:
    """Place all points of a side by the transition formula, active and supplementary alike."""
    principal = profiles @ other_standard
    rows_side = other_standard is solved.column_standard
    average = solved.column_mass if rows_side else solved.row_mass
    gap = profiles - average
    distance = np.einsum("ij,ij,j->i", gap, gap, 1 / average)
    standard = principal / solved.singular_values[: principal.shape[1]]
    return Points(standard, principal, size, distance)


MIDDLE = 1e-9
"""Distance from the middle, as a part of the furthest point's, under which nothing has a side."""


def check_turn(label: str | None, labels: pd.Index, *, axes: int, scaling: str) -> None:
    """Refuse a turn to what is no row, in one axis, or in a scaling without a principal side."""
    if label is None:
        return
    if label not in labels:
        known = [str(one) for one in labels]
        raise InputError(
            f"`rotate_to` must be a row of the table; found {shown(label)}."
            f"{did_you_mean(str(label), known) or f' It has {shown(known)}.'}"
        )
    if axes < 2:
        raise InputError("`rotate_to` must have two axes to turn; found `axes` = 1. Keep two axes.")
    if scaling in ("standard", "symbiplot"):
        raise InputError(
            "`rotate_to` must go with a scaling that has one side in principal coordinates, else "
            f"a turned axis has no inertia of its own; found {shown(scaling)}. Take "
            "'row_principal'."
        )


def turn_towards(label: str | None, labels: pd.Index, places: Floats) -> Floats:
    """Give the rotation that brings one point onto the positive first axis.

    Parameters
    ----------
    label : label or None
        Without it nothing is turned.
    labels : Index
        One a point.
    places : ndarray, points x axes
        As drawn.

    Returns
    -------
    ndarray, axes x axes
        To multiply places with from the right. Axes after the second stay as they are.

    Raises
    ------
    InputError
        Where the point lies in the middle, or the map has one axis.

    Examples
    --------
    >>> places = np.array([[0.0, 2.0], [1.0, 0.0]])
    >>> (places @ turn_towards("A", pd.Index(["A", "B"]), places) + 0.0).tolist()
    [[2.0, 0.0], [0.0, -1.0]]
    """
    turn = np.eye(places.shape[1])
    if label is None:
        return turn
    if len(turn) < 2:
        raise InputError(
            "`rotate_to` must have two axes to turn; the table has differences along one only. "
            "Leave it out."
        )
    across, upward = places[labels.get_loc(label), :2]
    away = np.hypot(across, upward)
    if away <= MIDDLE * np.hypot(*places[:, :2].T).max():
        raise InputError(
            f"`rotate_to` must be a row away from the middle; {shown(label)} lies in the middle "
            "of the map and has no direction. Choose another row."
        )
    turn[:2, :2] = np.array([[across, -upward], [upward, across]]) / away
    return turn


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
