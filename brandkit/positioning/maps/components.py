"""Component map: brands and attributes of a table of ratings in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotConvergedError,
    NotEnoughDataError,
    check_option,
    check_whole_number,
    numeric_matrix,
    require_frame,
    require_unique,
    shown,
)
from brandkit.core.linalg import Floats, signed_svd
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.totals import is_total_name
from brandkit.positioning.maps.correspondence import Reading, member_flags
from brandkit.positioning.maps.kernel import two_nearest

MOST_SWEEPS = 1_000
SETTLED = 1e-12
"""Largest angle of a sweep over all pairs of axes at which the rotation has settled, radians."""


def varimax(loadings: Floats) -> Floats:
    """Give the rotation that makes the squared loadings vary most within each axis.

    Parameters
    ----------
    loadings : ndarray, attributes x axes
        At least two axes.

    Returns
    -------
    ndarray, axes x axes
        To multiply loadings with from the right.

    Raises
    ------
    NotConvergedError
        Where the rotation has not settled after 1,000 sweeps.

    Notes
    -----
    Kaiser's criterion with his normalisation: rows are brought to length 1 first, as in R's
    ``varimax`` and in SPSS. Attributes that load on no axis take no part. Pairs of axes are
    turned in turn, each to its best angle, which is known in closed form; R turns all axes at
    once, and gives loadings back unturned where that runs in a circle.

    References
    ----------
    Kaiser, H. F. (1958). The varimax criterion for analytic rotation in factor analysis.
    Psychometrika 23, 187-200. doi:10.1007/BF02289233

    Examples
    --------
    >>> loadings = np.array([[1.0, 1], [1, 1], [1, -1]])
    >>> np.abs(loadings @ varimax(loadings)).round(6).tolist()
    [[1.414214, 0.0], [1.414214, 0.0], [0.0, 1.414214]]
    """
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    rows = loadings[length[:, 0] > 0] / length[length[:, 0] > 0]
    turn = np.eye(loadings.shape[1])
    for _ in range(MOST_SWEEPS):
        largest = 0.0
        for one, other in combinations(range(len(turn)), 2):
            pair = [one, other]
            angle = _best_angle(rows @ turn[:, pair])
            across, upward = np.cos(angle), np.sin(angle)
            turn[:, pair] = turn[:, pair] @ np.array([[across, -upward], [upward, across]])
            largest = max(largest, abs(angle))
        if largest < SETTLED:
            return turn
    raise NotConvergedError(
        f"`rotation` must settle; varimax had not after {MOST_SWEEPS} sweeps. Keep fewer axes, or "
        "leave the rotation out."
    )


def _best_angle(pair: Floats) -> float:
    """Give the angle at which the criterion of two axes is largest."""
    apart, joint = pair[:, 0] ** 2 - pair[:, 1] ** 2, 2 * pair[:, 0] * pair[:, 1]
    a, b, n = apart.sum(), joint.sum(), len(pair)
    upward = 2 * ((apart * joint).sum() - a * b / n)
    across = (apart**2 - joint**2).sum() - (a**2 - b**2) / n
    # Rounding only: every angle is as good, and none is needed.
    if np.hypot(upward, across) < 1e-14 * n:
        return 0.0
    return float(np.arctan2(upward, across) / 4)


SAME = 1e-12
"""Spread, as a part of the largest value, under which a column is constant."""


@dataclass(frozen=True)
class RatingsTable:
    """A table of ratings that can be mapped.

    Parameters
    ----------
    by_row : ndarray, all rows x active columns
    extra : ndarray, active rows x supplementary columns
    row_labels, column_labels : Index
        Of all rows and of the columns that are mapped, without constant ones.
    row_active, column_active : ndarray of bool
    constant : tuple of str
        Columns left out because all active brands have the same value.
    """

    by_row: Floats
    extra: Floats
    row_labels: pd.Index
    column_labels: pd.Index
    row_active: np.ndarray
    column_active: np.ndarray
    constant: tuple[str, ...]


def checked_ratings(
    ratings: pd.DataFrame, extra_rows: Sequence[str], extra_columns: Sequence[str], axes: int
) -> RatingsTable:
    """Check a table's labels, cells and size, and part it into active and supplementary."""
    require_unique("ratings", list(ratings.index), what="row")
    require_unique("ratings", list(ratings.columns), what="column")
    row_active = ~member_flags(ratings.index, extra_rows, argument="supplementary_rows")
    column_active = ~member_flags(ratings.columns, extra_columns, argument="supplementary_columns")
    _refuse_totals(ratings.index[row_active], what="row")
    _refuse_totals(ratings.columns[column_active], what="column")

    by_row = numeric_matrix("ratings", ratings.loc[:, column_active])
    extra = numeric_matrix("ratings", ratings.loc[row_active, ~column_active])
    varies = np.empty(len(column_active), dtype=bool)
    varies[column_active] = _varies(by_row[row_active])
    varies[~column_active] = _varies(extra)
    table = RatingsTable(
        by_row=by_row[:, varies[column_active]],
        extra=extra[:, varies[~column_active]],
        row_labels=ratings.index,
        column_labels=ratings.columns[varies],
        row_active=row_active,
        column_active=column_active[varies],
        constant=tuple(str(name) for name in ratings.columns[~varies]),
    )
    _check_size(table, axes)
    return table


def _varies(values: Floats) -> np.ndarray:
    if not len(values):
        return np.zeros(values.shape[1], dtype=bool)
    return np.asarray(np.ptp(values, axis=0) > SAME * np.abs(values).max(axis=0))


def _check_size(table: RatingsTable, axes: int) -> None:
    n_rows, n_columns = int(table.row_active.sum()), int(table.column_active.sum())
    if min(n_rows, n_columns) < 2:
        left_out = f" after leaving out {shown(table.constant)}, which do not vary"
        raise NotEnoughDataError(
            "`ratings` must have at least 2 active rows and 2 active columns that vary; found "
            f"{n_rows} x {n_columns}{left_out if table.constant else ''}. Add brands or attributes."
        )
    most = min(n_rows - 1, n_columns)
    if axes > most:
        raise NotEnoughDataError(
            f"`axes` must be at most {most} for {n_rows} x {n_columns} active rows and columns; "
            f"found {axes}. Keep fewer axes or add rows and columns."
        )
    check_whole_number("axes", axes, low=1, high=most)


def _refuse_totals(labels: pd.Index, *, what: str) -> None:
    totals = [str(label) for label in labels if is_total_name(str(label))]
    if totals:
        raise InputError(
            f"`ratings` must not hold totals or means beside their parts; found the {what} "
            f"{shown(totals)}. Leave it out, or name it in `supplementary_{what}s`."
        )


NO_VARIANCE = 1e-10
"""Singular values below this part of the largest are rounding, not differences."""


@dataclass(frozen=True)
class Solution:
    """Ratings, centred and scaled, and their principal axes.

    Parameters
    ----------
    values : ndarray, all rows x active columns
    extra : ndarray, active rows x supplementary columns
    singular_values : ndarray
        All that are above rounding, over the root of the number of active rows.
    vectors : ndarray, active columns x kept axes
    scores : ndarray, all rows x kept axes
        Of unit variance over the active rows.
    """

    values: Floats
    extra: Floats
    singular_values: Floats
    vectors: Floats
    scores: Floats

    @property
    def kept(self) -> int:
        """How many axes were kept."""
        return int(self.vectors.shape[1])

    @property
    def roots(self) -> Floats:
        """The singular values of the kept axes."""
        return self.singular_values[: self.kept]

    def along(self, turn: Floats) -> Floats:
        """Give the inertia along turned axes."""
        return np.asarray((turn**2).T @ self.roots**2)


def solve(table: RatingsTable, *, standardise: bool, axes: int) -> Solution:
    """Centre and scale by the active rows, and decompose."""
    active = table.by_row[table.row_active]
    spread = active.std(axis=0) if standardise else np.ones(active.shape[1])
    values = (table.by_row - active.mean(axis=0)) / spread
    extra = table.extra - table.extra.mean(axis=0)
    extra = extra / (extra.std(axis=0) if standardise else 1.0)
    _, d, v = signed_svd(values[table.row_active] / np.sqrt(len(active)))
    rank = int((d > NO_VARIANCE * d[0]).sum())
    kept = min(axes, rank)
    vectors = v[:, :kept]
    scores = values @ vectors / d[:kept]
    return Solution(values, extra, d[:rank], vectors, scores)


def varimax_turn(solved: Solution) -> Floats:
    """Give the varimax rotation of the loadings, axes sorted by inertia and signed."""
    if solved.kept < 2:
        raise NotEnoughDataError(
            "`rotation` must have two axes or more; the ratings differ along one only. "
            "Leave it out."
        )
    loadings = solved.vectors * solved.roots
    turn = varimax(loadings)
    turn = turn[:, np.argsort(-((loadings @ turn) ** 2).sum(axis=0), kind="stable")]
    turned = loadings @ turn
    size = np.abs(turned)
    leading = np.argmax(size >= size.max(axis=0) * (1 - 1e-9), axis=0)
    sign = np.where(turned[leading, np.arange(len(turn))] < 0, -1.0, 1.0)
    return np.asarray(turn * sign)


ComponentScaling = Literal["row_principal", "column_principal", "symmetric"]
Rotation = Literal["varimax"]

#: Which comparisons a scaling allows.
COMPONENT_READINGS: dict[ComponentScaling, tuple[Reading, ...]] = {
    "row_principal": ("rows", "rows_on_columns"),
    "column_principal": ("columns", "rows_on_columns"),
    "symmetric": ("rows", "columns"),
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ComponentMap(Result):
    """Where brands stand by their ratings, and which attributes pull where.

    Parameters
    ----------
    rows : DataFrame
        One row a brand and axis: ``label axis coordinate mass inertia contribution
        squared_cosine quality supplementary``. Every active brand has the mass 1/n; inertia is
        its squared distance from the average brand over n. Squared cosines are missing where the
        map was rotated: turned axes are no orthogonal directions among brands.
    columns : DataFrame
        One row an attribute and axis: ``label axis coordinate mass loading inertia contribution
        squared_cosine quality supplementary``. Every active attribute counts once (mass 1/p);
        ``loading`` is its correlation with the axis (the covariance with the unit axis where
        ratings were not standardised), inertia its variance.
    axes : DataFrame
        One row an axis of the whole table: ``axis singular_value inertia share``; inertia is the
        eigenvalue. Where the map was rotated, those of the kept axes are along the turned ones.
    values : ndarray, active rows x active columns
        The ratings the map is made of: centred, and divided by their standard deviation (with
        n below) where standardised.
    scaling : str
        The scaling of the coordinates.
    readings : tuple of str
        The comparisons this scaling allows; a row-column distance is never among them.
    arrow_factor : float
        By how much a drawing may draw the attributes further out, so that both sides fill the
        page: no reading that is allowed compares a length of one side with one of the other.
    standardised : bool
        Whether every attribute has the same weight.
    rotation : str, optional
        ``"varimax"`` where the axes were turned.
    """

    rows: pd.DataFrame
    columns: pd.DataFrame
    axes: pd.DataFrame
    values: Floats
    scaling: ComponentScaling
    readings: tuple[Reading, ...]
    arrow_factor: float
    standardised: bool
    rotation: Rotation | None = None

    @cached_property
    def nearest(self) -> pd.DataFrame:
        """One row an active brand: ``label nearest distance second_nearest second_distance``.

        Straight distances between the (standardised) ratings over all attributes; ties go to the
        first label. Made when first asked for.
        """
        active = self.rows[~self.rows["supplementary"] & (self.rows["axis"] == 1)]
        labels = pd.Index(active["label"])
        first, distance, second, second_distance = two_nearest(self.values)
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
        """Give one row: scaling, rotation, size of the table and the share the map shows."""
        kept = self.rows["axis"].max()
        return pd.DataFrame(
            {
                "scaling": [self.scaling],
                "rotation": [self.rotation or ""],
                "n_rows": [self.values.shape[0]],
                "n_columns": [self.values.shape[1]],
                "n_axes": [kept],
                "total_inertia": [self.axes["inertia"].sum()],
                "share_explained": [self.axes["share"].head(kept).sum()],
            }
        )


def component_map(
    ratings: pd.DataFrame,
    *,
    standardise: bool = True,
    rotation: Rotation | None = None,
    axes: int = 2,
    scaling: ComponentScaling | None = None,
    supplementary_rows: Sequence[str] = (),
    supplementary_columns: Sequence[str] = (),
) -> ComponentMap:
    """Map brands by their mean ratings: principal components as a biplot.

    Answers *which brands are rated alike, and on what do they differ?* from a table of mean
    scores. Unlike in a correspondence map the level counts: a brand rated higher on everything
    stands apart from one rated lower on everything.

    Parameters
    ----------
    ratings : DataFrame, brands x attributes
        Mean scores or other numbers. The index names the brands.
    standardise : bool, default True
        Give every attribute the same weight (correlations). Without it attributes weigh by their
        variance (covariances): for ratings on one scale.
    rotation : "varimax", optional
        Turn the kept axes until each attribute loads on few of them.
    axes : int, default 2
        Axes to keep, at most min(brands - 1, attributes).
    scaling : str, optional
        ``"row_principal"`` (the default): distances between brands are those of their ratings.
        ``"column_principal"`` (the default where rotated, and the only one then): attributes
        stand at their loadings, brands have unit variance along every axis. ``"symmetric"``:
        both in principal coordinates, as FactoMineR's two plots laid on each other.
    supplementary_rows, supplementary_columns : sequence of labels
        Placed on the map without shaping it. Cells where the two cross are not read and may be
        empty.

    Returns
    -------
    ComponentMap

    Raises
    ------
    InputError
        Where a used cell is missing or no number, a label occurs twice, names a total or is
        unknown, or the scaling does not go with the rotation.
    NotEnoughDataError
        Where fewer than two active rows or columns that vary are left.

    Notes
    -----
    With Z the centred ratings (each column over its standard deviation, n below), Z/sqrt(n) =
    U D V'. Row-principal: brands Z V, attributes V; column-principal: brands sqrt(n) U,
    attributes the loadings V D. In both, brands projected on an attribute's line give its rating:
    Z is the product of the two. D^2 are the eigenvalues of the correlation (or covariance, n
    below) matrix. Signs: in each axis the attribute with the largest absolute entry is positive.
    R's ``prcomp`` divides by n - 1: its scores of standardised ratings are ours times
    sqrt((n-1)/n), its eigenvalues of unstandardised ones ours times n/(n-1).

    Varimax turns the loadings (Kaiser's normalisation) and the brands' unit scores with them;
    the turned axes are then sorted by their inertia and signed by the rule above. Distances
    between brands are not those of their ratings then, and ``readings`` do not allow them.

    Attributes on which all active brands agree are left out, and ``notes`` name them.

    References
    ----------
    Gabriel, K. R. (1971). The biplot graphic display of matrices with application to principal
    component analysis. Biometrika 58, 453-467. doi:10.1093/biomet/58.3.453
    Lê, S., Josse, J. and Husson, F. (2008). FactoMineR: an R package for multivariate analysis.
    Journal of Statistical Software 25(1). doi:10.18637/jss.v025.i01

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"fair": [7.1, 5.2, 6.0, 4.1], "modern": [4.0, 6.1, 5.0, 7.2],
    ...                        "near": [5.0, 5.5, 7.0, 6.4]}, index=["A", "B", "C", "D"])
    >>> result = component_map(scores)
    >>> result.axes["inertia"].round(2).tolist()
    [2.26, 0.74, 0.0]
    >>> result.nearest.loc[0, "nearest"]
    'B'
    """
    require_frame("ratings", ratings)
    chosen = _checked_scaling(scaling, rotation, axes)
    table = checked_ratings(ratings, supplementary_rows, supplementary_columns, axes)

    solved = solve(table, standardise=standardise, axes=axes)
    turn = varimax_turn(solved) if rotation else np.eye(solved.kept)
    inertia = np.append(solved.along(turn), solved.singular_values[solved.kept :] ** 2)

    rows = _rows(solved, table, turn, scaling=chosen)
    columns = _columns(solved, table, turn, scaling=chosen)
    return ComponentMap(
        rows=rows,
        columns=columns,
        axes=_axes_frame(inertia),
        values=solved.values[table.row_active],
        scaling=chosen,
        readings=COMPONENT_READINGS[chosen],
        arrow_factor=_arrow_factor(rows, columns),
        standardised=standardise,
        rotation=rotation,
        notes=_notes(table, asked=axes, kept=solved.kept, rotation=rotation),
    )


def _checked_scaling(
    scaling: ComponentScaling | None, rotation: Rotation | None, axes: int
) -> ComponentScaling:
    if rotation is not None:
        check_option("rotation", rotation, get_args(Rotation))
        if axes == 1:
            raise InputError("`rotation` must have two axes or more; found 1. Leave it out.")
    if scaling is None:
        return "row_principal" if rotation is None else "column_principal"
    check_option("scaling", scaling, get_args(ComponentScaling))
    if rotation is not None and scaling != "column_principal":
        raise InputError(
            "`scaling` must be 'column_principal' where `rotation` turns the loadings; found "
            f"{shown(scaling)}. Leave one of the two out."
        )
    return scaling


# --- labels ------------------------------------------------------------------------------------


def _rows(
    solved: Solution, table: RatingsTable, turn: Floats, *, scaling: ComponentScaling
) -> pd.DataFrame:
    active = table.row_active
    n = int(active.sum())
    principal, scores = solved.scores * solved.roots, solved.scores @ turn
    distance = (solved.values**2).sum(axis=1)
    # A brand at the average has no distance to show: its shares are missing, not 0/0.
    known = np.where(distance > NO_VARIANCE**2 * distance.max(), distance, np.nan)
    cosine = principal**2 / known[:, None]
    is_turned = not np.array_equal(turn, np.eye(len(turn)))
    return _long(
        table.row_labels,
        active,
        scores if scaling == "column_principal" else principal,
        {
            "mass": np.where(active, 1 / n, np.nan)[:, None],
            "inertia": np.where(active, distance / n, np.nan)[:, None],
            "contribution": np.where(active[:, None], scores**2 / n, np.nan),
            "squared_cosine": np.full_like(cosine, np.nan) if is_turned else cosine,
            "quality": cosine.sum(axis=1, keepdims=True),
        },
    )


def _columns(
    solved: Solution, table: RatingsTable, turn: Floats, *, scaling: ComponentScaling
) -> pd.DataFrame:
    active = table.column_active
    n = len(solved.extra)
    loadings = np.empty((len(active), solved.kept))
    loadings[active] = solved.vectors * solved.roots @ turn
    loadings[~active] = solved.extra.T @ solved.scores[table.row_active] @ turn / n
    variance = np.empty(len(active))
    variance[active] = (solved.values[table.row_active] ** 2).mean(axis=0)
    variance[~active] = (solved.extra**2).mean(axis=0)
    along = solved.along(turn)
    cosine = loadings**2 / variance[:, None]
    return _long(
        table.column_labels,
        active,
        loadings / solved.roots if scaling == "row_principal" else loadings,
        {
            "mass": np.where(active, 1 / active.sum(), np.nan)[:, None],
            "loading": loadings,
            "inertia": np.where(active, variance, np.nan)[:, None],
            "contribution": np.where(active[:, None], loadings**2 / along, np.nan),
            "squared_cosine": cosine,
            "quality": cosine.sum(axis=1, keepdims=True),
        },
    )


def _long(
    labels: pd.Index, active: np.ndarray, places: Floats, shares: dict[str, Floats]
) -> pd.DataFrame:
    """Make the long frame of one side: one row a label and axis, axis by axis within a label."""
    n_points, kept = places.shape
    columns = {
        name: np.broadcast_to(values, places.shape).ravel() for name, values in shares.items()
    }
    for name in ("squared_cosine", "quality"):
        columns[name] = np.minimum(columns[name], 1.0)
    return pd.DataFrame(
        {
            "label": labels.repeat(kept),
            "axis": np.tile(np.arange(1, kept + 1), n_points),
            "coordinate": (places + 0.0).ravel(),
            **columns,
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


def _arrow_factor(rows: pd.DataFrame, columns: pd.DataFrame) -> float:
    """Two significant digits, so that a caption can state what was drawn."""
    kept = int(rows["axis"].max())
    longest_point, longest_arrow = (
        np.hypot.reduce(side["coordinate"].to_numpy().reshape(-1, kept)[:, :2], axis=1).max()
        for side in (rows, columns)
    )
    return float(f"{1.1 * longest_point / longest_arrow:.2g}")


def _notes(
    table: RatingsTable, *, asked: int, kept: int, rotation: Rotation | None
) -> tuple[Message, ...]:
    notes = []
    if table.constant:
        notes.append(
            Message(
                "Left out because all brands have the same value: {names}.",
                {"names": list(table.constant)},
            )
        )
    if kept < asked:
        notes.append(
            Message(
                "The table has differences along {kept:count} {kept:axis|axes} only; "
                "{asked:count} were asked for.",
                {"kept": kept, "asked": asked},
            )
        )
    if rotation is not None:
        notes.append(
            Message(
                "The axes were turned by varimax, so that each attribute goes with few of them; "
                "distances between brands are not those of their ratings."
            )
        )
    return tuple(notes)
