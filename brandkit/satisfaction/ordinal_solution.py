"""The estimate of an ordinal model: parameters, both kinds of error, what each row adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from brandkit.core.errors import InputError, NotConvergedError, NotEnoughDataError, shown
from brandkit.core.linalg import Floats
from brandkit.core.survey_rows import SurveyRows
from brandkit.satisfaction.newton import Maximum, inverted
from brandkit.satisfaction.ordinal_kernel import (
    Cells,
    Codes,
    Link,
    Pieces,
    cells_of,
    fit,
    pieces,
    scores,
    without_itself,
)
from brandkit.satisfaction.regressors import Regressors, checked_regressors
from brandkit.satisfaction.separation import may_run_away, separating_direction


@dataclass(frozen=True, eq=False)
class Columns:
    """Drivers and constants of groups beside each other.

    Parameters
    ----------
    values : ndarray, shape (n, drivers + groups - 1)
    names : tuple of str
        Of the columns: drivers, then all groups but the first.
    n_drivers : int
    groups : tuple of str
        All groups, the one without a column first; empty where there are none.
    group_share : ndarray
        Their weighted shares.
    """

    values: Floats
    names: tuple[str, ...]
    n_drivers: int
    groups: tuple[str, ...]
    group_share: Floats


@dataclass(frozen=True, eq=False)
class Solution:
    """The estimate in the unit of the cells: standardised columns.

    Parameters
    ----------
    cells : Cells
    maximum : Maximum
    link : "logit" or "probit"
    got : Pieces
        At the estimate, without weights.
    left_out : Pieces
        The same for rows that the model did not see.
    inverse : ndarray, shape (k, k)
        Inverse of the information.
    columns : Columns
    regressors : Regressors
    """

    cells: Cells
    maximum: Maximum
    link: Link
    got: Pieces
    left_out: Pieces
    inverse: Floats
    columns: Columns
    regressors: Regressors

    @property
    def n_cuts(self) -> int:
        """Thresholds."""
        return self.cells.n_levels - 1

    @property
    def drivers(self) -> tuple[str, ...]:
        """Drivers that were kept."""
        return tuple(self.columns.names[at] for at in self.regressors.kept if self._is_driver(at))

    @property
    def n_drivers(self) -> int:
        """How many they are; they come first among the coefficients."""
        return len(self.drivers)

    def _is_driver(self, at: int) -> bool:
        return at < self.columns.n_drivers

    @property
    def spread(self) -> Floats:
        """Standard deviations of the kept drivers."""
        return self.regressors.spread[: self.n_drivers]

    @cached_property
    def influence(self) -> Floats:
        """Give what one more row of unit weight adds to each parameter, by cell, shape (m, k)."""
        return np.asarray(scores(self.cells, self.left_out) @ self.inverse)

    def design_covariance(self, influence: Floats, rows: SurveyRows) -> Floats:
        """Give the design covariance of estimates from what a row of each cell adds to them.

        Where every row is a sampling unit of its own, cells are enough: rows of a cell weigh the
        same.
        """
        n, count = len(rows), np.bincount(self.cells.of_row, minlength=len(influence))
        single = rows.n_units == n and not rows.stratum.any() and rows.calibration is None
        if not single:
            return rows.covariance(influence[self.cells.of_row])
        weight = self.cells.weight
        mean = weight @ influence / n
        spread = (influence * (weight**2 / count)[:, None]).T @ influence
        return np.asarray((spread - n * np.outer(mean, mean)) * n / (n - 1))

    def to_units(self) -> Floats:
        """Give the matrix that takes parameters to those of the drivers' own units.

        Rows: thresholds, drivers' coefficients, constants of all groups about their mean.
        """
        cuts, p = self.n_cuts, self.n_drivers
        spread, centre = self.regressors.spread, self.regressors.centre
        n_groups = len(self.columns.groups)
        matrix = np.zeros((cuts + p + n_groups, cuts + len(spread)))
        matrix[:cuts, :cuts] = np.eye(cuts)
        matrix[:cuts, cuts : cuts + p] = centre[:p] / spread[:p]
        matrix[cuts : cuts + p, cuts : cuts + p] = np.diag(1 / spread[:p])
        if n_groups:
            # a group's constant over the mean of all, weighted by their shares
            own = np.vstack([np.zeros(n_groups - 1), np.eye(n_groups - 1)])
            matrix[cuts + p :, cuts + p :] = (own - self.columns.group_share @ own) / spread[p:]
        return matrix


def model_columns(rows: SurveyRows, drivers: Sequence[str], within: str | None) -> Columns:
    """Put drivers and, where asked for, constants of groups beside each other."""
    values = rows.values[:, 1:]
    names = tuple(drivers)
    if within is None:
        return Columns(values, names, len(names), (), np.array([]))
    code, found = pd.factorize(rows.frame[within], sort=True)
    groups = tuple(str(name) for name in found)
    share = np.bincount(code, weights=rows.weight, minlength=len(groups)) / rows.weight.sum()
    if len(groups) < 2:
        raise InputError(
            f"`within` must name a column of at least two groups; found {shown(list(groups))} "
            f"in {shown(within)}. Leave it out."
        )
    flags = (code[:, None] == np.arange(1, len(groups))).astype(float)
    return Columns(np.hstack([values, flags]), (*names, *groups[1:]), len(names), groups, share)


def solve(columns: Columns, code: Codes, rows: SurveyRows, *, link: Link) -> Solution:
    """Estimate the model; refuse what has no estimate."""
    found = checked_regressors(columns.values, weight=rows.weight, names=columns.names)
    n_levels, size = int(code.max()) + 1, len(found.kept)
    if len(rows) <= n_levels - 1 + size:
        raise NotEnoughDataError(
            f"`data` must have more rows than the model has numbers to estimate "
            f"({n_levels - 1} thresholds, {size} coefficients); found {len(rows)}. "
            "Name fewer drivers, or unite levels."
        )
    raw = cells_of(columns.values[:, list(found.kept)], code, rows.weight)
    cells = Cells((raw.x - found.centre) / found.spread, raw.weight, raw.starts, raw.of_row)
    maximum = fit(cells, link)
    cuts = cells.n_levels - 1
    inverse = inverted(maximum.information)
    if not maximum.is_settled or may_run_away(maximum.place[cuts:], inverse[cuts:, cuts:], cells.x):
        _refuse_runaway(maximum, cells, names=[columns.names[at] for at in found.kept])
    got = pieces(cells, cells.x @ maximum.place[cuts:], maximum.place[:cuts], link)
    left_out = without_itself(cells, got, inverse)
    return Solution(cells, maximum, link, got, left_out, inverse, columns, found)


def _refuse_runaway(maximum: Maximum, cells: Cells, *, names: Sequence[str]) -> None:
    """Refuse data whose likelihood has no maximum."""
    cuts = cells.n_levels - 1
    direction = separating_direction(_sides(cells))
    if direction is not None and direction[cuts:].any():
        culprits = [name for name, pull in zip(names, direction[cuts:], strict=True) if pull]
        raise InputError(
            f"`drivers` must not tell levels of the outcome apart without any error; found that "
            f"{shown(culprits)} {'does' if len(culprits) == 1 else 'do'}, so that there is no "
            "estimate. Leave it out, or unite levels."
        )
    if not maximum.is_settled:
        raise NotConvergedError(
            f"the ordinal model did not settle within {maximum.iterations} steps. Look for drivers "
            "that nearly follow from each other, or unite thin levels."
        )


def _sides(cells: Cells) -> Floats:
    """Give the inequalities that answers set: under the threshold above, over the one below."""
    cuts, levels = cells.n_levels - 1, cells.level
    unit = np.eye(cuts)
    under, over = levels < cuts, levels > 0
    return np.vstack(
        [
            np.hstack([unit[levels[under]], -cells.x[under]]),
            np.hstack([-unit[levels[over] - 1], cells.x[over]]),
        ]
    )
