"""Correspondence map: brands and attributes of one table in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.spatial.distance import cdist

from brandkit.core.checks import check_option, require_frame
from brandkit.core.errors import NotEnoughDataError
from brandkit.core.linalg import Floats, signed_svd
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.correspondence_table import CorrespondenceTable, checked_table

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
NO_INERTIA = 1e-12
"""Singular values below this share of one are rounding, not differences."""


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
        One row an axis of the whole table: ``axis singular_value inertia share``.
    associations : DataFrame
        One row a pair of active row and column: ``row_label column_label ratio residual``.
        ``ratio`` is the observed over the expected share (1 = as expected), ``residual`` its
        signed part of the total inertia's square root, (p - rc)/sqrt(rc).
    nearest : DataFrame
        One row an active row: ``label nearest distance second_nearest second_distance``:
        chi-square distances between profiles in all axes, not only the ones drawn.
    scaling : str
        The scaling of the coordinates.
    readings : tuple of str
        The comparisons this scaling allows; a row-column distance is never among them.
    arrow_factor : float
        By how much a drawing may lengthen the arrows of the side in standard coordinates so
        that both sides fill the page; 1 where that would change the reading.
    n : float
        The table's total over active cells.
    """

    rows: pd.DataFrame
    columns: pd.DataFrame
    axes: pd.DataFrame
    associations: pd.DataFrame
    nearest: pd.DataFrame
    scaling: Scaling
    readings: tuple[Reading, ...]
    arrow_factor: float
    n: float

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
                "n_rows": [_n_active(self.rows)],
                "n_columns": [_n_active(self.columns)],
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

    Returns
    -------
    CorrespondenceMap

    Raises
    ------
    InputError
        Where a used cell is no number >= 0, a label occurs twice, a supplementary label is
        unknown, a row or column is empty, or one looks like a total of the others.
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

    solved = _solve(table.active)
    kept = min(axes, len(solved.singular_values))

    row_points = _points(table.row_profiles, solved.column_standard, solved, table.row_sizes)
    column_points = _points(table.column_profiles, solved.row_standard, solved, table.column_sizes)
    row_place = _scaled(row_points, solved.singular_values, scaling, side="row")[:, :kept]
    column_place = _scaled(column_points, solved.singular_values, scaling, side="column")[:, :kept]

    return CorrespondenceMap(
        rows=_labelled(row_points, row_place, table.row_labels, table.row_active),
        columns=_labelled(column_points, column_place, table.column_labels, table.column_active),
        axes=_axes_frame(solved.singular_values),
        associations=_associations(solved, table),
        nearest=_nearest(row_points, table),
        scaling=scaling,
        readings=READINGS[scaling],
        arrow_factor=_arrow_factor(row_place, column_place, scaling),
        n=float(table.active.sum()),
        notes=_notes(table, axes=axes, kept=kept),
    )


# --- the solution ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Solution:
    singular_values: Floats  # (k,), those above rounding
    row_standard: Floats  # active rows x k
    column_standard: Floats  # active columns x k
    residuals: Floats  # S, active rows x active columns
    row_mass: Floats
    column_mass: Floats


def _solve(active: Floats) -> _Solution:
    """Decompose the standardised residuals S of a table of active cells."""
    share = active / active.sum()
    row_mass, column_mass = share.sum(axis=1), share.sum(axis=0)
    expected = np.outer(row_mass, column_mass)
    residuals = (share - expected) / np.sqrt(expected)
    u, d, v = signed_svd(residuals)
    rank = int((d[: min(active.shape) - 1] > NO_INERTIA).sum())
    if rank == 0:
        raise NotEnoughDataError(
            "`counts` must have rows that differ; found the same profile in every row. "
            "There is nothing to map: the brands are described alike."
        )
    return _Solution(
        singular_values=d[:rank],
        row_standard=u[:, :rank] / np.sqrt(row_mass)[:, None],
        column_standard=v[:, :rank] / np.sqrt(column_mass)[:, None],
        residuals=residuals,
        row_mass=row_mass,
        column_mass=column_mass,
    )


@dataclass(frozen=True)
class _Points:
    standard: Floats  # points x k
    principal: Floats  # points x k
    size: Floats  # mass, or for supplementary points the mass they would have
    distance: Floats  # squared chi-square distance to the average profile


def _points(profiles: Floats, other_standard: Floats, solved: _Solution, size: Floats) -> _Points:
    """Place all points of a side by the transition formula, active and supplementary alike."""
    principal = profiles @ other_standard
    rows_side = other_standard is solved.column_standard
    average = solved.column_mass if rows_side else solved.row_mass
    distance = ((profiles - average) ** 2 / average).sum(axis=1)
    return _Points(principal / solved.singular_values, principal, size, distance)


def _scaled(points: _Points, d: Floats, scaling: Scaling, *, side: str) -> Floats:
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


def _labelled(points: _Points, place: Floats, labels: pd.Index, active: np.ndarray) -> pd.DataFrame:
    """Make the long frame of one side: one row a label and axis, axis by axis within a label."""
    n_points, kept = place.shape
    mass = np.where(active, points.size, np.nan)
    # A point at the average profile has no distance to show: its shares are missing, not 0/0.
    distance = np.where(points.distance > NO_INERTIA**2, points.distance, np.nan)
    cosine = points.principal[:, :kept] ** 2 / distance[:, None]
    contribution = mass[:, None] * points.standard[:, :kept] ** 2
    return pd.DataFrame(
        {
            "label": np.repeat(labels.to_numpy(), kept),
            "axis": np.tile(np.arange(1, kept + 1), n_points),
            "coordinate": (place + 0.0).ravel(),
            "mass": np.repeat(mass, kept),
            "inertia": np.repeat(mass * points.distance, kept),
            "contribution": contribution.ravel(),
            "squared_cosine": np.minimum(cosine, 1.0).ravel(),
            "quality": np.repeat(np.minimum(cosine.sum(axis=1), 1.0), kept),
            "supplementary": np.repeat(~active, kept),
        }
    )


def _axes_frame(d: Floats) -> pd.DataFrame:
    inertia = d**2
    return pd.DataFrame(
        {
            "axis": np.arange(1, len(d) + 1),
            "singular_value": d,
            "inertia": inertia,
            "share": inertia / inertia.sum(),
        }
    )


def _associations(solved: _Solution, table: CorrespondenceTable) -> pd.DataFrame:
    rows = table.row_labels[table.row_active]
    columns = table.column_labels[table.column_active]
    expected = np.sqrt(np.outer(solved.row_mass, solved.column_mass))
    return pd.DataFrame(
        {
            "row_label": np.repeat(rows.to_numpy(), len(columns)),
            "column_label": np.tile(columns.to_numpy(), len(rows)),
            "ratio": (1 + solved.residuals / expected).ravel(),
            "residual": solved.residuals.ravel(),
        }
    )


def _nearest(points: _Points, table: CorrespondenceTable) -> pd.DataFrame:
    """Find each active row's two nearest rows over all axes; ties go to the first label."""
    labels = table.row_labels[table.row_active].to_numpy()
    place = points.principal[table.row_active]
    apart = cdist(place, place)
    np.fill_diagonal(apart, np.inf)
    at = np.arange(len(labels))
    rounded = np.round(apart, 12)
    first = rounded.argmin(axis=1)
    rounded[at, first] = np.inf
    second = rounded.argmin(axis=1)
    has_second = len(labels) > 2
    return pd.DataFrame(
        {
            "label": labels,
            "nearest": labels[first],
            "distance": apart[at, first],
            "second_nearest": labels[second] if has_second else None,
            "second_distance": apart[at, second] if has_second else np.nan,
        }
    )


def _notes(table: CorrespondenceTable, *, axes: int, kept: int) -> tuple[Message, ...]:
    notes = []
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


def _n_active(side: pd.DataFrame) -> int:
    return int((~side["supplementary"] & (side["axis"] == 1)).sum())
