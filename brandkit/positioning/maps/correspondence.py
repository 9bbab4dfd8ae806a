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
    did_you_mean,
    numeric_matrix,
    shown,
)
from brandkit.core.labels import label_text
from brandkit.core.linalg import Floats, signed_svd
from brandkit.core.message import Message
from brandkit.core.totals import find_totals, is_total_name
from brandkit.positioning.maps.sides import (
    Reading,
    Side,
    TableMap,
    active,
    arrow_factor,
    axes_frame,
    check_axes,
    checked_sides,
    few_axes_notes,
    points_frame,
    refuse_totals,
)

Scaling = Literal[
    "symmetric", "row_principal", "column_principal", "row_gab", "column_gab",
    "row_green", "column_green", "symbiplot", "standard",
]  # fmt: skip

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
NO_INERTIA = 1e-12
"""Singular values below this share of one are rounding, not differences."""
TALL = 4
"""Times as many rows as columns from which the rows are first reduced to a triangle."""
MIDDLE = 1e-9
"""Distance from the middle, as a part of the furthest point's, under which nothing has a side."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CorrespondenceMap(TableMap):
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

    residuals: Floats
    scaling: Scaling
    n: float
    rotated_to: str | None = None

    @cached_property
    def associations(self) -> pd.DataFrame:
        """One row a pair of active row and column: ``row_label column_label ratio residual``.

        ``ratio`` is the observed over the expected share (1 = as expected), ``residual`` its
        signed part of the total inertia's square root. Made when first asked for.
        """
        rows, columns = active(self.rows), active(self.columns)
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

    @property
    def profiles(self) -> Floats:
        """Rows of D_r^-1/2 S: as far apart as the principal coordinates on all axes."""
        return np.asarray(self.residuals / np.sqrt(active(self.rows)["mass"].to_numpy())[:, None])

    def glance(self) -> pd.DataFrame:
        """Give one row: scaling, size of the table, inertia and the share the map shows."""
        return pd.DataFrame([{"scaling": self.scaling, "n": self.n, **self._size()}])


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
    check_option("scaling", scaling, get_args(Scaling))
    rows, columns = checked_sides(
        "counts", counts, rows=supplementary_rows, columns=supplementary_columns
    )
    by_row, by_column = _checked_cells(counts, rows, columns, axes)
    target = None if rotate_to is None else label_text(rotate_to)
    _check_turn(target, rows.labels, axes=axes, scaling=scaling)

    solved = _solve(by_row[rows.active], axes)
    row_points = _points(by_row, solved.column_standard, solved.column_mass, solved)
    column_points = _points(by_column.T, solved.row_standard, solved.row_mass, solved)
    row_places = _scaled(row_points, solved.kept, scaling, side="row")
    column_places = _scaled(column_points, solved.kept, scaling, side="column")
    turn = _turn_towards(target, rows.labels, row_places)
    rest = solved.singular_values[len(turn) :]
    inertia = np.append((turn**2).T @ solved.kept**2, rest**2)

    return CorrespondenceMap(
        rows=_labelled(rows, row_points, row_places, turn, is_principal=_is_own(scaling, "row")),
        columns=_labelled(
            columns, column_points, column_places, turn, is_principal=_is_own(scaling, "column")
        ),
        axes=axes_frame(inertia),
        residuals=solved.residuals,
        scaling=scaling,
        readings=READINGS[scaling],
        arrow_factor=_arrow_factor(row_places, column_places, scaling),
        n=float(solved.n),
        rotated_to=target,
        notes=_notes(by_row[rows.active], rows, target, few_axes_notes(len(turn), axes)),
    )


# --- checks --------------------------------------------------------------------------------------


def _checked_cells(
    counts: pd.DataFrame, rows: Side, columns: Side, axes: int
) -> tuple[Floats, Floats]:
    """Give the cells of all rows by active columns, and of active rows by all columns."""
    n_rows, n_columns = int(rows.active.sum()), int(columns.active.sum())
    if min(n_rows, n_columns) < 2:
        raise NotEnoughDataError(
            "`counts` must have at least 2 active rows and 2 active columns; "
            f"found {n_rows} x {n_columns}."
        )
    size = f"{n_rows} x {n_columns} active rows and columns"
    check_axes(axes, most=min(n_rows, n_columns) - 1, table=size)
    by_row = _numbers(counts.loc[:, columns.active])
    whole = bool(columns.active.all())
    by_column = by_row[rows.active] if whole else _numbers(counts.loc[rows.active, :])
    for cells, down, across in (
        (by_row, rows.labels, columns.labels[columns.active]),
        (by_column, rows.labels[rows.active], columns.labels),
    ):
        if (cells < 0).any():
            row, column = (int(at[0]) for at in np.nonzero(cells < 0))
            raise InputError(
                f"`counts` must hold values >= 0; found {cells[row, column]:g} in row "
                f"{shown(down[row])}, column {shown(across[column])}. A correspondence map needs "
                "amounts; for scores around zero use a component map."
            )
    for what, side, cells in (("row", rows, by_row), ("column", columns, by_column.T)):
        _check_lines(cells, side, what=what)
    return by_row, by_column


def _numbers(frame: pd.DataFrame) -> Floats:
    """Give the cells as numbers; a table of numbers only needs no look at each column."""
    if all(dtype.kind in "iuf" for dtype in set(frame.dtypes)):
        values = frame.to_numpy(dtype=float, na_value=np.nan)
        if np.isfinite(values).all():
            return values
    return numeric_matrix("counts", frame)


def _check_lines(cells: Floats, side: Side, *, what: str) -> None:
    """Refuse rows (or columns) of zeros, and active ones that total the others."""
    empty = list(side.labels[cells.sum(axis=1) == 0])
    if empty:
        raise InputError(
            f"`counts` must have no {what} of zeros; found {shown(empty)}. "
            f"A {what} without answers has no profile: leave it out."
        )
    lines, names = cells[side.active], list(side.labels[side.active])
    sums = lines.sum(axis=1)
    # The sum of all others is half of everything: cheaper to see than to compare all cells.
    if np.isclose(2 * sums, sums.sum(), rtol=1e-6).any():
        totals = find_totals(names, lines)
    else:
        totals = [name for name in names if is_total_name(name)]
    refuse_totals("counts", totals, what=what)


def _check_turn(target: str | None, labels: pd.Index, *, axes: int, scaling: str) -> None:
    """Refuse a turn to what is no row, in one axis, or in a scaling without a principal side."""
    if target is None:
        return
    if target not in labels:
        raise InputError(
            f"`rotate_to` must be a row of the table; found {shown(target)}."
            f"{did_you_mean(target, labels) or f' It has {shown(labels)}.'}"
        )
    if axes < 2:
        raise InputError("`rotate_to` must have two axes to turn; found `axes` = 1. Keep two axes.")
    if scaling in ("standard", "symbiplot"):
        raise InputError(
            "`rotate_to` must go with a scaling that has one side in principal coordinates, else "
            f"a turned axis has no inertia of its own; found {shown(scaling)}. Take "
            "'row_principal'."
        )


# --- places --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Solution:
    """Standardised residuals (rows, columns), d above rounding, standard places (points, axes)."""

    singular_values: Floats
    row_standard: Floats
    column_standard: Floats
    residuals: Floats
    row_mass: Floats
    column_mass: Floats
    n: float

    @property
    def kept(self) -> Floats:
        """Singular values of the axes kept."""
        return self.singular_values[: self.row_standard.shape[1]]


def _solve(cells: Floats, axes: int) -> _Solution:
    """Decompose the standardised residuals of active cells (Greenacre 2017, app. A)."""
    share = cells / cells.sum()
    row_mass, column_mass = share.sum(axis=1), share.sum(axis=0)
    row_root, column_root = np.sqrt(row_mass)[:, None], np.sqrt(column_mass)
    share /= row_root
    share /= column_root
    residuals = np.subtract(share, row_root * column_root, out=share)
    is_tall = len(cells) >= TALL * cells.shape[1]
    # S and the triangle of its QR decomposition have the same d and V, and U is S V / d.
    triangle = np.asarray(np.linalg.qr(residuals, mode="r")) if is_tall else residuals
    u, d, v = signed_svd(triangle)
    rank = int((d[: min(cells.shape) - 1] > NO_INERTIA).sum())
    if rank == 0:
        raise NotEnoughDataError(
            "`counts` must have rows that differ; found the same profile in every row. "
            "There is nothing to map: the brands are described alike."
        )
    kept = min(axes, rank)
    u, v = residuals @ v[:, :kept] / d[:kept] if is_tall else u[:, :kept], v[:, :kept]
    row_standard, column_standard = u / row_root, v / column_root[:, None]
    return _Solution(
        d[:rank], row_standard, column_standard, residuals, row_mass, column_mass, cells.sum()
    )


@dataclass(frozen=True)
class _Points:
    """All points of a side: places (points, axes), mass they have or would have, and distance."""

    standard: Floats
    principal: Floats
    size: Floats
    distance: Floats


def _points(cells: Floats, other: Floats, average: Floats, solved: _Solution) -> _Points:
    """Place a side's points, active or not, by the transition formula; (points, active others)."""
    sums = cells.sum(axis=1)
    profiles = cells / sums[:, None]
    principal = profiles @ other
    gap = profiles - average
    distance = np.einsum("ij,ij,j->i", gap, gap, 1 / average)
    return _Points(principal / solved.kept, principal, sums / solved.n, distance)


def _is_own(scaling: Scaling, side: str) -> bool:
    """Say whether a side stands in principal coordinates."""
    return scaling == "symmetric" or scaling.startswith(side)


def _scaled(points: _Points, d: Floats, scaling: Scaling, *, side: str) -> Floats:
    """Give a side's places as drawn (Greenacre 2017, ch. 13)."""
    if scaling == "standard":
        return points.standard
    if scaling == "symbiplot":
        return points.standard * np.sqrt(d)
    if _is_own(scaling, side):
        return points.principal
    power = {"principal": 0.0, "gab": 1.0, "green": 0.5}[scaling.rsplit("_", 1)[1]]
    return np.asarray(points.standard * points.size[:, None] ** power)


def _arrow_factor(rows: Floats, columns: Floats, scaling: Scaling) -> float:
    if scaling in ("symmetric", "symbiplot", "standard"):
        return 1.0
    return arrow_factor(rows, columns) if _is_own(scaling, "row") else arrow_factor(columns, rows)


def _turn_towards(target: str | None, labels: pd.Index, places: Floats) -> Floats:
    """Give the rotation (axes, axes) that brings one point onto the positive first axis."""
    turn = np.eye(places.shape[1])
    if target is None:
        return turn
    if len(turn) < 2:
        raise InputError(
            "`rotate_to` must have two axes to turn; the table has differences along one only. "
            "Leave it out."
        )
    across, upward = places[labels.get_loc(target), :2]
    away = np.hypot(across, upward)
    if away <= MIDDLE * np.hypot(*places[:, :2].T).max():
        raise InputError(
            f"`rotate_to` must be a row away from the middle; {shown(target)} lies in the middle "
            "of the map and has no direction. Choose another row."
        )
    turn[:2, :2] = np.array([[across, -upward], [upward, across]]) / away
    return turn


# --- labels --------------------------------------------------------------------------------------


def _labelled(
    side: Side, points: _Points, places: Floats, turn: Floats, *, is_principal: bool
) -> pd.DataFrame:
    """Make the long frame of one side."""
    mass = np.where(side.active, points.size, np.nan)
    # A point at the average profile has no distance to show: its shares are missing, not 0/0.
    distance = np.where(points.distance > NO_INERTIA**2, points.distance, np.nan)
    turned = points.principal @ turn
    cosine = turned**2 / distance[:, None]
    contribution = mass[:, None] * (turned if is_principal else points.standard @ turn) ** 2
    if is_principal:
        contribution /= contribution[side.active].sum(axis=0)
    return points_frame(
        side.labels,
        places @ turn,
        mass=mass,
        inertia=mass * points.distance,
        contribution=contribution,
        squared_cosine=np.minimum(cosine, 1.0),
        quality=np.minimum(cosine.sum(axis=1), 1.0),
        supplementary=~side.active,
    )


def _notes(
    cells: Floats, rows: Side, target: str | None, few_axes: list[Message]
) -> tuple[Message, ...]:
    notes = [*few_axes]
    if target is not None:
        text = (
            "The map is turned so that {brand} lies to the right, on the first axis. Distances "
            "stay as they are; shares are those along the turned axes."
        )
        notes.insert(0, Message(text, {"brand": target}))
    small = list(rows.labels[rows.active][cells.sum(axis=1) < SMALL_ROW])
    # Shares stay at or under one; weighted counts carry decimals.
    if cells.max() > 1 and small:
        rest = len(small) - 5
        more = Message(" and {n:count} more", {"n": rest}) if rest > 0 else ""
        text = (
            "Fewer than {limit:count} mentions stand behind {names}{more}; read their places "
            "with care."
        )
        notes.append(Message(text, {"limit": SMALL_ROW, "names": small[:5], "more": more}))
    return tuple(notes)
