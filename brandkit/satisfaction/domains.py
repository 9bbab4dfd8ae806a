"""Estimates of many variables in many groups at once, with the errors of the whole design.

A group (a bank, a wave) is a domain of the sample: persons outside it belong to the sample with 0.
Rows are summed once over the pairs of sampling unit and group that occur, so the cost does not
grow with the number of groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from brandkit.core.effective_base import carried_df
from brandkit.core.linalg import Floats
from brandkit.core.linearised import added_up, stratum_residuals
from brandkit.core.survey_rows import SurveyRows

Codes = NDArray[np.intp]

#: Spread beneath which answers count as equal: rounding, not difference.
NO_SPREAD = 1e-20


@dataclass(frozen=True, eq=False)
class Domains:
    """Groups of rows of a survey.

    Parameters
    ----------
    rows : SurveyRows
        All rows of the sample.
    cell : ndarray of int, shape (n,)
        Group of each row; -1 for rows in none.
    n_cells : int
        Groups; some may have no row.
    """

    rows: SurveyRows
    cell: Codes
    n_cells: int

    def estimates(self, values: Floats) -> DomainEstimates:
        """Estimate means in every group.

        Parameters
        ----------
        values : ndarray, shape (n, variables)
            Missing where there is no answer.

        Returns
        -------
        DomainEstimates
        """
        inside, cell = self.inside, self.cell[self.inside]
        weight = self.rows.weight[inside][:, None]
        answers = values[inside]
        there = ~np.isnan(answers)
        answers = np.where(there, answers, 0.0)
        weighed = weight * there
        total = self._by_cell(weighed)
        mean = _ratio(self._by_cell(weighed * answers), total)
        apart = np.where(there, answers - np.nan_to_num(mean)[cell], 0.0)
        spread = _ratio(self._by_cell(weighed * apart**2), total)
        size = np.maximum(np.abs(mean), 1.0) ** 2
        spread = np.where(spread <= NO_SPREAD * size, 0.0, spread)
        over = np.where(total > 0, total, 1.0)
        units = np.add.reduceat(weighed * apart, self.first, axis=0) / over[self.pair_cell]
        answered = np.logical_or.reduceat(there, self.first, axis=0)
        return DomainEstimates(
            domains=self, mean=mean, spread=spread, total=total, contributions=units,
            n=self._by_cell(there.astype(np.float64)),
            n_persons=self._persons(there, answered),
            n_units=added_up(answered.astype(np.float64), place=self.pair_cell,
                             n_places=self.n_cells),
            n_kish=_ratio(total**2, self._by_cell(weight * weighed)),
            explained=self._explained(apart / over[cell]),
        )  # fmt: skip

    # --- what is the same for all variables ------------------------------------------------------

    @cached_property
    def inside(self) -> Codes:
        """Rows in any group, sorted by group and sampling unit."""
        key = self.cell * self.rows.n_units + self.rows.unit
        rows = np.flatnonzero(self.cell >= 0)
        return rows[np.argsort(key[rows], kind="stable")]

    @cached_property
    def first(self) -> Codes:
        """Where each pair of group and unit begins among the rows inside."""
        cell, unit = self.cell[self.inside], self.rows.unit[self.inside]
        return np.flatnonzero((np.diff(cell, prepend=-1) != 0) | (np.diff(unit, prepend=-1) != 0))

    @cached_property
    def pair_cell(self) -> Codes:
        """Group of each pair."""
        return self.cell[self.inside][self.first]

    @cached_property
    def pair_unit(self) -> Codes:
        """Sampling unit of each pair."""
        return self.rows.unit[self.inside][self.first]

    @cached_property
    def pair_stratum(self) -> Codes:
        """Stratum of each pair."""
        return self.rows.stratum[self.pair_unit]

    @property
    def n_strata(self) -> int:
        """Strata."""
        return int(self.rows.stratum.max()) + 1

    @cached_property
    def factor(self) -> Floats:
        """By what each stratum's squares are multiplied: n/(n - 1), 1 for a single unit."""
        size = np.bincount(self.rows.stratum)
        return np.where(size > 1, size / np.maximum(size - 1, 1), 1.0)

    @cached_property
    def lost(self) -> Floats:
        """What the square of a stratum's sum takes off its squares: 1/n.

        A stratum's only unit is set against the mean over all, which is 0 for linearised values.
        """
        size = np.bincount(self.rows.stratum)
        return np.where(size > 1, 1.0 / size, 0.0)

    @cached_property
    def margin_residuals(self) -> Floats:
        """Weight of each unit's persons in each group of the margins, centred by stratum.

        Shape (units, groups of all margins), such that products add up to covariances.
        """
        made = self.rows.calibration
        if made is None:
            return np.zeros((self.rows.n_units, 0))
        weighed = made.indicators(made.codes) * (self.rows.weight * made.part)[:, None]
        totals = added_up(weighed, place=self.rows.unit, n_places=self.rows.n_units)
        return stratum_residuals(totals, stratum=self.rows.stratum)

    @cached_property
    def margin_products(self) -> Floats:
        """Products of :attr:`margin_residuals` over all units."""
        return np.asarray(self.margin_residuals.T @ self.margin_residuals)

    def _by_cell(self, values: Floats) -> Floats:
        return added_up(values, place=self.cell[self.inside], n_places=self.n_cells)

    def _persons(self, there: NDArray[np.bool_], answered: NDArray[np.bool_]) -> Floats:
        """Count different persons who answered, by group."""
        person = self.rows.person[self.inside]
        if self.rows.design.get("cluster") is None:
            return added_up(answered.astype(np.float64), place=self.pair_cell,
                            n_places=self.n_cells)  # fmt: skip
        key = self.cell[self.inside] * (int(self.rows.person.max()) + 1) + person
        found, place = np.unique(key, return_inverse=True)
        told = added_up(there.astype(np.float64), place=place.reshape(-1), n_places=len(found)) > 0
        home = found // (int(self.rows.person.max()) + 1)
        return added_up(told.astype(np.float64), place=home, n_places=self.n_cells)

    def _explained(self, influence: Floats) -> Floats | None:
        """Give what each group of the margins explains, shape (margin groups, cells, variables)."""
        made = self.rows.calibration
        if made is None:
            return None
        combination, groups = made.cells()
        place = self.cell[self.inside] * len(groups) + combination[self.inside]
        weighed = made.base[self.inside][:, None] * influence
        sums = added_up(weighed, place=place, n_places=self.n_cells * len(groups))
        variables = influence.shape[1]
        sums = sums.reshape(self.n_cells, len(groups), variables).swapaxes(0, 1)
        found = made.coefficients(sums.reshape(len(groups), -1))
        return found.reshape(len(found), self.n_cells, variables)


@dataclass(frozen=True, eq=False)
class DomainEstimates:
    """Means of variables in groups; every array has the shape (groups, variables).

    Parameters
    ----------
    domains : Domains
    mean : ndarray
        Weighted means; missing where nobody answered.
    spread : ndarray
        Weighted variance of one answer.
    total : ndarray
        Sum of weights.
    contributions : ndarray, shape (pairs of group and unit, variables)
        What each sampling unit adds to the mean of its group.
    n, n_persons, n_units, n_kish : ndarray
        Rows that answered, persons, sampling units, and Kish's effective number of rows.
    explained : ndarray, shape (margin groups, groups, variables), optional
        What the margins explain, where weights come from margins.
    """

    domains: Domains
    mean: Floats
    spread: Floats
    total: Floats
    contributions: Floats
    n: Floats
    n_persons: Floats
    n_units: Floats
    n_kish: Floats
    explained: Floats | None = None

    @cached_property
    def variance(self) -> Floats:
        """Variance of each mean under the design.

        As :func:`~brandkit.core.linearised.linearised_covariance` has it on its diagonal, from
        sums over the pairs that occur.
        """
        domains = self.domains
        place = domains.pair_cell * domains.n_strata + domains.pair_stratum
        places = domains.n_cells * domains.n_strata
        squares = added_up(self.contributions**2, place=place, n_places=places)
        squares = squares.reshape(domains.n_cells, domains.n_strata, -1)
        lost = self._stratum_sums**2 * domains.lost[:, None]
        found = ((squares - lost) * domains.factor[:, None]).sum(axis=1)
        if self.explained is not None:
            own = np.einsum("kcv,kl,lcv->cv", self.explained, domains.margin_products,
                            self.explained, optimize=True)  # fmt: skip
            found = found + own - 2 * (self.explained * self._margin_cross).sum(axis=0)
        return np.where(self.n > 0, np.maximum(found, 0.0), np.nan)

    def covariance(self, variable: int) -> Floats:
        """Give the covariance of one variable's means between groups, shape (groups, groups).

        Persons with rows in several groups bring what their answers have in common.
        """
        domains = self.domains
        units = csr_array(
            (self.contributions[:, variable], (domains.pair_unit, domains.pair_cell)),
            shape=(domains.rows.n_units, domains.n_cells),
        )
        weighed = units.multiply(domains.factor[domains.rows.stratum][:, None]).tocsr()
        sums = self._stratum_sums[..., variable]
        found = (units.T @ weighed).toarray() - (sums * (domains.factor * domains.lost)) @ sums.T
        if self.explained is not None:
            explained, cross = self.explained[..., variable], self._margin_cross[..., variable]
            taken = explained.T @ cross
            found += explained.T @ domains.margin_products @ explained - taken - taken.T
        return np.asarray(found)

    @cached_property
    def _stratum_sums(self) -> Floats:
        """Contributions summed by group and stratum, shape (groups, strata, variables)."""
        domains = self.domains
        place = domains.pair_cell * domains.n_strata + domains.pair_stratum
        sums = added_up(
            self.contributions, place=place, n_places=domains.n_cells * domains.n_strata
        )
        return sums.reshape(domains.n_cells, domains.n_strata, -1)

    @cached_property
    def _margin_cross(self) -> Floats:
        """Products of contributions and margins over units, (margin groups, groups, variables)."""
        domains = self.domains
        weighed = domains.margin_residuals[domains.pair_unit]
        weighed = weighed * np.sqrt(domains.factor[domains.pair_stratum])[:, None]
        ends = np.searchsorted(domains.pair_cell, np.arange(domains.n_cells + 1))
        return np.stack(
            [weighed[start:stop].T @ self.contributions[start:stop]
             for start, stop in pairwise(ends)], axis=1,
        )  # fmt: skip

    @property
    def df(self) -> Floats:
        """Degrees of freedom of each mean's variance: units in the group less one, at least 1."""
        return np.clip(self.n_units - 1, 1, self.domains.rows.df)

    @cached_property
    def carried(self) -> Floats:
        """The same where few units may carry the variance (``core.effective_base.carried_df``)."""
        ends = np.searchsorted(self.domains.pair_cell, np.arange(self.domains.n_cells + 1))
        return np.stack([
            carried_df(self.contributions[start:stop], df=df)
            for start, stop, df in zip(ends[:-1], ends[1:], self.df, strict=True)
        ])  # fmt: skip


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)
