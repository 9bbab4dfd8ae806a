"""Component map: brands and attributes of a table of ratings in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotConvergedError,
    NotEnoughDataError,
    check_option,
    numeric_matrix,
    shown,
)
from brandkit.core.labels import is_total_name
from brandkit.core.linalg import Floats, signed_svd
from brandkit.core.message import Message
from brandkit.positioning.maps.correspondence import (
    Reading,
    Side,
    TableMap,
    arrow_factor,
    axes_frame,
    check_axes,
    checked_sides,
    few_axes_notes,
    refuse_totals,
    side_frame,
)

ComponentScaling = Literal["row_principal", "column_principal", "symmetric"]
Rotation = Literal["varimax"]

#: Which comparisons a scaling allows.
COMPONENT_READINGS: dict[ComponentScaling, tuple[Reading, ...]] = {
    "row_principal": ("rows", "rows_on_columns"),
    "column_principal": ("columns", "rows_on_columns"),
    "symmetric": ("rows", "columns"),
}
#: What each set of readings is called in a caption.
RATED: dict[tuple[Reading, ...], Message] = {
    ("rows", "rows_on_columns"): Message(
        "Brands near each other are rated alike; a brand far out along an attribute's line is "
        "rated higher on it. Distances between brands and attributes mean nothing."
    ),
    ("columns", "rows_on_columns"): Message(
        "Attributes in one direction go together; a brand far out along an attribute's line is "
        "rated higher on it. Distances between brands are not those of their ratings."
    ),
    ("rows", "columns"): Message(
        "Brands near each other are rated alike, and attributes in one direction go together; a "
        "brand is not read against an attribute."
    ),
}
MOST_SWEEPS = 1_000
SETTLED = 1e-12
"""Largest angle of a sweep over all pairs of axes at which the rotation has settled, radians."""
SAME = 1e-12
"""Spread, as a part of the largest value, under which a column is constant."""
NO_VARIANCE = 1e-10
"""Singular values below this part of the largest are rounding, not differences."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ComponentMap(TableMap):
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

    values: Floats
    scaling: ComponentScaling
    standardised: bool
    rotation: Rotation | None = None

    @property
    def profiles(self) -> Floats:
        """The (standardised) ratings of the active rows."""
        return self.values

    def glance(self) -> pd.DataFrame:
        """Give one row: scaling, rotation, size of the table and the share the map shows."""
        names = "scaling rotation n_rows n_columns n_axes total_inertia share_explained"
        return self._row(names, rotation=self.rotation or "", **self._size())


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
    chosen = _checked_scaling(scaling, rotation, axes)
    table = _checked_ratings(ratings, supplementary_rows, supplementary_columns, axes)

    solved = _solve(table, standardise=standardise, axes=axes)
    kept = len(solved.roots)
    turn = np.eye(kept) if rotation is None else _varimax_turn(solved.vectors * solved.roots)
    solved.inertia[:kept] = (turn**2).T @ solved.roots**2
    rows = _row_points(solved, table.rows, turn, scaling=chosen)
    columns = _column_points(solved, table, turn, scaling=chosen)

    places = [side["coordinate"].to_numpy().reshape(-1, kept) for side in (rows, columns)]
    constant = Message(
        "Left out because all brands have the same value: {names}.", {"names": table.constant}
    )
    turned = Message(
        "The axes were turned by varimax, so that each attribute goes with few of them; "
        "distances between brands are not those of their ratings."
    )
    return ComponentMap(
        rows=rows,
        columns=columns,
        axes=axes_frame(solved.inertia),
        values=solved.values[table.rows.active],
        scaling=chosen,
        readings=COMPONENT_READINGS[chosen],
        arrow_factor=arrow_factor(*places),
        standardised=standardise,
        rotation=rotation,
        notes=(
            *[constant] * bool(table.constant),
            *few_axes_notes(kept, axes),
            *[turned] * (rotation is not None),
        ),
    )


# --- checks --------------------------------------------------------------------------------------


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


class _Ratings(NamedTuple):
    """Columns that vary: by_row (all rows, active ones), extra (active rows, supplementary)."""

    by_row: Floats
    extra: Floats
    rows: Side
    columns: Side
    constant: list[str]


def _checked_ratings(
    ratings: pd.DataFrame, extra_rows: Sequence[str], extra_columns: Sequence[str], axes: int
) -> _Ratings:
    """Check a table's labels, cells and size, and leave out the columns that do not vary."""
    table, rows, columns = checked_sides("ratings", ratings, rows=extra_rows, columns=extra_columns)
    for what, side in (("row", rows), ("column", columns)):
        totals = [label for label in side.labels[side.active] if is_total_name(label)]
        refuse_totals("ratings", totals, what=what)
    by_row = numeric_matrix("ratings", table.loc[:, columns.active])
    extra = numeric_matrix("ratings", table.loc[rows.active, ~columns.active])
    varies = np.zeros(len(columns.active), dtype=bool)
    if rows.active.any():
        for which, values in ((columns.active, by_row[rows.active]), (~columns.active, extra)):
            varies[which] = np.ptp(values, axis=0) > SAME * np.abs(values).max(axis=0)
    constant = list(columns.labels[~varies])

    n_rows, n_columns = int(rows.active.sum()), int((columns.active & varies).sum())
    if min(n_rows, n_columns) < 2:
        left_out = f" after leaving out {shown(constant)}, which do not vary" if constant else ""
        raise NotEnoughDataError(
            "`ratings` must have at least 2 active rows and 2 active columns that vary; found "
            f"{n_rows} x {n_columns}{left_out}. Add brands or attributes."
        )
    size = f"{n_rows} x {n_columns} active rows and columns"
    check_axes(axes, most=min(n_rows - 1, n_columns), table=size)
    by_row, extra = by_row[:, varies[columns.active]], extra[:, varies[~columns.active]]
    return _Ratings(
        by_row, extra, rows, Side(columns.labels[varies], columns.active[varies]), constant
    )


# --- axes ----------------------------------------------------------------------------------------


class _Solution(NamedTuple):
    """Centred and scaled ratings, inertia of all axes, and of the kept ones their roots.

    ``vectors`` (columns, kept), unit ``scores`` (rows, kept).
    """

    values: Floats
    extra: Floats
    inertia: Floats
    roots: Floats
    vectors: Floats
    scores: Floats


def _solve(table: _Ratings, *, standardise: bool, axes: int) -> _Solution:
    """Centre and scale by the active rows, and decompose (Gabriel 1971)."""
    core = table.by_row[table.rows.active]
    spread = core.std(axis=0) if standardise else np.ones(core.shape[1])
    values = (table.by_row - core.mean(axis=0)) / spread
    extra = table.extra - table.extra.mean(axis=0)
    extra = extra / (extra.std(axis=0) if standardise else 1.0)
    _, d, v = signed_svd(values[table.rows.active] / np.sqrt(len(core)))
    d = d[d > NO_VARIANCE * d[0]]
    roots, vectors = d[:axes], v[:, : min(axes, len(d))]
    return _Solution(values, extra, d**2, roots, vectors, values @ vectors / roots)


def _varimax_turn(loadings: Floats) -> Floats:
    """Give the varimax rotation of the loadings, axes sorted by inertia and signed."""
    if loadings.shape[1] < 2:
        raise NotEnoughDataError(
            "`rotation` must have two axes or more; the ratings differ along one only. "
            "Leave it out."
        )
    turn = varimax(loadings)
    turn = turn[:, np.argsort(-((loadings @ turn) ** 2).sum(axis=0), kind="stable")]
    turned = loadings @ turn
    size = np.abs(turned)
    leading = np.argmax(size >= size.max(axis=0) * (1 - 1e-9), axis=0)
    sign = np.where(turned[leading, np.arange(len(turn))] < 0, -1.0, 1.0)
    return np.asarray(turn * sign)


def varimax(loadings: Floats) -> Floats:
    """Give the rotation (axes, axes) that makes squared loadings vary most within axes (Kaiser).

    Kaiser's normalisation: rows are brought to length 1 first, as in R's ``varimax`` and in SPSS.
    Pairs of axes are turned in turn, each to its best angle, which is known in closed form; R
    turns all axes at once, and gives loadings back unturned where that runs in a circle.
    """
    length = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    rows = loadings[length[:, 0] > 0] / length[length[:, 0] > 0]
    turn = np.eye(loadings.shape[1])
    for _ in range(MOST_SWEEPS):
        largest = 0.0
        for pair in combinations(range(len(turn)), 2):
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


# --- labels --------------------------------------------------------------------------------------


def _row_points(
    solved: _Solution, side: Side, turn: Floats, *, scaling: ComponentScaling
) -> pd.DataFrame:
    n = int(side.active.sum())
    principal, scores = solved.scores * solved.roots, solved.scores @ turn
    distance = (solved.values**2).sum(axis=1)
    # A brand at the average has no distance to show: its shares are missing, not 0/0.
    known = np.where(distance > NO_VARIANCE**2 * distance.max(), distance, np.nan)
    frame = side_frame(
        side,
        scores if scaling == "column_principal" else principal,
        cosine=principal**2 / known[:, None],
        mass=np.where(side.active, 1 / n, np.nan),
        inertia=np.where(side.active, distance / n, np.nan),
        contribution=np.where(side.active[:, None], scores**2 / n, np.nan),
    )
    is_turned = not np.array_equal(turn, np.eye(len(turn)))
    return frame.assign(squared_cosine=np.nan) if is_turned else frame


def _column_points(
    solved: _Solution, table: _Ratings, turn: Floats, *, scaling: ComponentScaling
) -> pd.DataFrame:
    active, rows = table.columns.active, table.rows.active
    loadings, variance = np.empty((len(active), len(turn))), np.empty(len(active))
    loadings[active] = solved.vectors * solved.roots @ turn
    loadings[~active] = solved.extra.T @ solved.scores[rows] @ turn / len(solved.extra)
    variance[active] = (solved.values[rows] ** 2).mean(axis=0)
    variance[~active] = (solved.extra**2).mean(axis=0)
    return side_frame(
        table.columns,
        loadings / solved.roots if scaling == "row_principal" else loadings,
        cosine=loadings**2 / variance[:, None],
        mass=np.where(active, 1 / active.sum(), np.nan),
        loading=loadings,
        inertia=np.where(active, variance, np.nan),
        contribution=np.where(active[:, None], loadings**2 / solved.inertia[: len(turn)], np.nan),
    )
