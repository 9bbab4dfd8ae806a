"""Correspondence map: brands and attributes of one table in one picture; what maps share first."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_known,
    check_option,
    check_whole_number,
    frame_of,
    numeric_matrix,
    require_kind,
    require_unique,
    shown,
)
from brandkit.core.labels import find_totals, is_total_name, label_text
from brandkit.core.linalg import Flags, Floats, Ints, signed_svd
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


# --- correspondence maps -------------------------------------------------------------------------


Scaling = Literal[
    "symmetric",
    "row_principal",
    "column_principal",
    "row_gab",
    "column_gab",
    "row_green",
    "column_green",
    "symbiplot",
    "standard",
]

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
#: What each set of readings is called in a caption, and each scaling.
DESCRIBED: dict[tuple[Reading, ...], Message] = {
    ("rows", "columns"): Message(
        "Brands near each other are described alike, and attributes near each other go to the "
        "same brands; a brand is not read against an attribute."
    ),
    ("rows", "rows_on_columns"): Message(
        "Brands near each other are described alike; a brand far out along an attribute's line "
        "is named for it more than expected. Distances between brands and attributes mean nothing."
    ),
    ("columns", "columns_on_rows"): Message(
        "Attributes near each other go to the same brands; an attribute far out along a brand's "
        "line is named for it more than expected. Distances between brands and attributes mean "
        "nothing."
    ),
    ("rows_on_columns", "columns_on_rows"): Message(
        "A brand far out along an attribute's line is named for it more than expected; distances "
        "mean nothing."
    ),
    (): Message("Neither distances nor lines can be read in this scaling."),
}
SCALINGS = {
    "symmetric": Message("both sides in principal coordinates"),
    "row_principal": Message("brands in principal, attributes in standard coordinates"),
    "column_principal": Message("attributes in principal, brands in standard coordinates"),
    "row_gab": Message("brands in principal coordinates, attributes weighted by mass"),
    "column_gab": Message("attributes in principal coordinates, brands weighted by mass"),
    "row_green": Message("brands in principal coordinates, attributes by contribution"),
    "column_green": Message("attributes in principal coordinates, brands by contribution"),
    "symbiplot": Message("both sides share the singular values"),
    "standard": Message("both sides in standard coordinates"),
}
SMALL_ROW = 30
"""Mentions under which a row's place is called uncertain."""
NO_INERTIA = 1e-12
"""Singular values below this share of one are rounding, not differences."""
TALL = 4
"""Times as many rows as columns from which the rows are first reduced to a triangle."""
JOINT = " · "
"""Stands between brand and wave in the label of a row."""
UNEQUAL = 1.5
"""Times the mentions of the smallest wave from which the largest is said to lead the map."""
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
        labels = {"row_label": rows["label"], "column_label": columns["label"]}
        index = pd.MultiIndex.from_product(list(labels.values()), names=list(labels))
        frame = pd.DataFrame(index.to_frame(index=False))
        ratio = (1 + self.residuals / expected).ravel()
        return frame.assign(ratio=ratio, residual=self.residuals.ravel())

    @property
    def profiles(self) -> Floats:
        """Rows of D_r^-1/2 S: as far apart as the principal coordinates on all axes."""
        return np.asarray(self.residuals / np.sqrt(active(self.rows)["mass"].to_numpy())[:, None])

    def glance(self) -> pd.DataFrame:
        """Give one row: scaling, size of the table, inertia and the share the map shows."""
        return self._row(
            "scaling n n_rows n_columns n_axes total_inertia share_explained", **self._size()
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
    check_option("scaling", scaling, get_args(Scaling))
    table, rows, columns = checked_sides(
        "counts", counts, rows=supplementary_rows, columns=supplementary_columns
    )
    by_row, by_column = _checked_cells(table, rows, columns, axes)
    target = None if rotate_to is None else label_text(rotate_to)
    if target is not None:
        check_known("rotate_to", target, list(rows.labels), rule="be a row of the table")

    solved = decomposed(by_row[rows.active], axes)
    inside = _points(by_row, solved, scaling, side="row")
    beside = _points(by_column.T, solved, scaling, side="column")
    kept = solved.left.shape[1]
    turn = np.eye(kept) if target is None else _turn_towards(target, rows.labels, inside, scaling)
    inertia = solved.values**2
    inertia[:kept] = (turn**2).T @ inertia[:kept]
    factor = 1.0
    if inside.is_principal != beside.is_principal:
        points, arrows = (inside, beside) if inside.is_principal else (beside, inside)
        factor = arrow_factor(points.places, arrows.places)

    return CorrespondenceMap(
        rows=_side_frame(rows, inside, turn),
        columns=_side_frame(columns, beside, turn),
        axes=axes_frame(inertia),
        residuals=solved.residuals,
        scaling=scaling,
        readings=READINGS[scaling],
        arrow_factor=factor,
        n=float(solved.n),
        rotated_to=target,
        notes=_notes(by_row[rows.active], rows, target, few_axes_notes(kept, axes)),
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
    way_out = "A correspondence map needs amounts; for scores around zero use a component map."
    for cells, down, across in (
        (by_row, rows.labels, columns.labels[columns.active]),
        (by_column, rows.labels[rows.active], columns.labels),
    ):
        check_amounts("counts", cells, rows=down, columns=across, way_out=way_out)
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


# --- places --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Decomposed:
    """A table's standardised residuals taken apart, S = left diag(values) right', and its masses.

    ``values`` has every axis above rounding, ``left`` and ``right`` those that are kept.
    """

    residuals: Floats
    row_mass: Floats
    column_mass: Floats
    left: Floats
    values: Floats
    right: Floats
    n: float

    @property
    def row_standard(self) -> Floats:
        """Rows in standard coordinates."""
        return np.asarray(self.left / np.sqrt(self.row_mass)[:, None])

    @property
    def row_places(self) -> Floats:
        """Rows in principal coordinates."""
        return np.asarray(self.row_standard * self.values[: self.left.shape[1]])

    @property
    def column_standard(self) -> Floats:
        """Columns in standard coordinates."""
        return np.asarray(self.right / np.sqrt(self.column_mass)[:, None])


def decomposed(cells: Floats, axes: int | None = None) -> Decomposed:
    """Decompose the standardised residuals of active cells (Greenacre 2017, app. A), on all axes.

    Or as many as asked for.
    """
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
    kept = rank if axes is None else min(axes, rank)
    u, v = residuals @ v[:, :kept] / d[:kept] if is_tall else u[:, :kept], v[:, :kept]
    return Decomposed(residuals, row_mass, column_mass, u, d[:rank], v, cells.sum())


@dataclass(frozen=True)
class _Points:
    """All points of a side: places (points, axes), mass they have or would have, and distance."""

    standard: Floats
    principal: Floats
    places: Floats
    size: Floats
    distance: Floats
    is_principal: bool


def _points(cells: Floats, solved: Decomposed, scaling: Scaling, *, side: str) -> _Points:
    """Place a side's points (points, active others), active or not, by the transition formula.

    As drawn: Greenacre 2017, ch. 13.
    """
    other, average = solved.column_standard, solved.column_mass
    if side == "column":
        other, average = solved.row_standard, solved.row_mass
    sums, d = cells.sum(axis=1), solved.values[: other.shape[1]]
    profiles = cells / sums[:, None]
    gap, principal = profiles - average, profiles @ other
    distance = np.einsum("ij,ij,j->i", gap, gap, 1 / average)
    standard, size = principal / d, sums / solved.n
    is_principal = scaling == "symmetric" or scaling.startswith(side)
    power = {"gab": 1.0, "green": 0.5}.get(scaling.rpartition("_")[2], 0.0)
    factor = np.sqrt(d) if scaling == "symbiplot" else size[:, None] ** power
    places = principal if is_principal else standard * factor
    return _Points(standard, principal, places, size, distance, is_principal)


def _turn_towards(target: str, labels: pd.Index, points: _Points, scaling: Scaling) -> Floats:
    """Give the rotation (axes, axes) that brings one point onto the positive first axis."""
    if scaling in ("standard", "symbiplot"):
        raise InputError(
            "`rotate_to` must go with a scaling that has one side in principal coordinates, else "
            f"a turned axis has no inertia of its own; found {shown(scaling)}. Take "
            "'row_principal'."
        )
    turn = np.eye(points.places.shape[1])
    if len(turn) < 2:
        raise InputError(
            "`rotate_to` must have two axes to turn; the map has one only. Keep two axes, or leave "
            "it out."
        )
    across, upward = points.places[labels.get_loc(target), :2]
    away = np.hypot(across, upward)
    if away <= MIDDLE * np.hypot(*points.places[:, :2].T).max():
        raise InputError(
            f"`rotate_to` must be a row away from the middle; {shown(target)} lies in the middle "
            "of the map and has no direction. Choose another row."
        )
    turn[:2, :2] = np.array([[across, -upward], [upward, across]]) / away
    return turn


def _side_frame(side: Side, points: _Points, turn: Floats) -> pd.DataFrame:
    """Make the long frame of one side."""
    mass = np.where(side.active, points.size, np.nan)
    # A point at the average profile has no distance to show: its shares are missing, not 0/0.
    distance = np.where(points.distance > NO_INERTIA**2, points.distance, np.nan)
    turned = points.principal @ turn
    part = mass[:, None] * (turned if points.is_principal else points.standard @ turn) ** 2
    return side_frame(
        side,
        points.places @ turn,
        cosine=turned**2 / distance[:, None],
        mass=mass,
        inertia=mass * points.distance,
        contribution=part / part[side.active].sum(axis=0) if points.is_principal else part,
    )


def _notes(
    cells: Floats, rows: Side, target: str | None, few_axes: list[Message]
) -> tuple[Message, ...]:
    turned = Message(
        "The map is turned so that {brand} lies to the right, on the first axis. Distances stay as "
        "they are; shares are those along the turned axes.",
        {"brand": target},
    )
    small = list(rows.labels[rows.active][cells.sum(axis=1) < SMALL_ROW])
    few = Message(
        "Fewer than {limit:count} mentions stand behind {names}; read their places with care.",
        {"limit": SMALL_ROW, "names": some_names(small)},
    )
    # Shares stay at or under one; weighted counts carry decimals.
    is_small = bool(small and cells.max() > 1)
    return (*[turned] * (target is not None), *few_axes, *[few] * is_small)


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
        rows = pd.Index(self.cells["label"].unique())
        return pd.DataFrame(values, index=rows, columns=attributes)

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

    def glance(self) -> pd.DataFrame:
        """Give one row: waves, brands, brand-waves, attributes and the total."""
        names = ["wave", "brand", "label", "attribute"]
        n_waves, n_brands, n_rows, n_attributes = self.cells[names].nunique()
        return self._row(
            "n_waves n_brands n_rows n_attributes n",
            n_waves=n_waves,
            n_brands=n_brands,
            n_rows=n_rows,
            n_attributes=n_attributes,
            n=self.cells["value"].sum(),
        )


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
    totals = cells.groupby("wave", sort=False)["value"].sum()
    leads = Message(
        "Wave {wave} holds {share:percent} of all mentions and leads the common axes; give "
        "shares in place of counts where every wave is to weigh the same.",
        {"wave": totals.idxmax(), "share": totals.max() / totals.sum()},
    )
    is_led = bool(totals.max() > UNEQUAL * totals.min())
    return StackedTables(cells=cells, notes=(leads,) * is_led)


def _wave_cells(wave: str, table: pd.DataFrame, attributes: list[str] | None) -> pd.DataFrame:
    """Check a wave's table, and give a row a cell, attributes in the order of the first wave."""
    argument = f"tables[{wave!r}]"
    table = frame_of(argument, table, named=False)
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
