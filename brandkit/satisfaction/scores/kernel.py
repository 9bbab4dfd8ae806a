"""Estimates of many variables in many groups at once, with design errors.

A group (a bank, a wave) is a domain of the sample: persons outside it belong to the sample with 0.
Rows are summed once over the pairs of sampling unit and group that occur, so the cost does not
grow with the number of groups. Groups that are not compared are missing throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from brandkit.core import intervals
from brandkit.core.intervals import Interval
from brandkit.core.linalg import Codes, Flags, Floats, ratio
from brandkit.sampling.rows import SurveyRows
from brandkit.sampling.variance import added_up, stratum_residuals
from brandkit.satisfaction.groups import GroupedRows, Measure, Scales

#: Unit of each measure: points of the item's scale, a share 0-1, points from -100 to 100.
UNITS: dict[Measure, str] = {"mean": "scale", "top2": "share", "nps": "points"}
#: Spread beneath which answers count as equal: rounding, not difference.
NO_SPREAD = 1e-20
#: Clusters beneath which a base is flagged, however many persons are in them.
FEW_CLUSTERS = 6


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

    @property
    def clustered(self) -> bool:
        """Whether sampling units are clusters of persons."""
        return self.rows.design.get("cluster") is not None

    def estimates(self, values: Floats, *, leveraged: bool = True) -> DomainEstimates:
        """Estimate means in every group, of values of shape (n, variables), missing as NaN.

        ``leveraged``: whether errors allow for what each unit draws the mean to itself.
        """
        inside, cell = self.inside, self.cell[self.inside]
        weight = self.rows.weight[inside][:, None]
        there = ~np.isnan(values[inside])
        answers = np.where(there, values[inside], 0.0)
        weighed = weight * there
        total = self._by_cell(weighed)
        mean = ratio(self._by_cell(weighed * answers), total)
        apart = np.where(there, answers - np.nan_to_num(mean)[cell], 0.0)
        spread = ratio(self._by_cell(weighed * apart**2), total)
        size = np.maximum(np.abs(mean), 1.0) ** 2
        over = np.where(total > 0, total, 1.0)
        answered = np.logical_or.reduceat(there, self.first, axis=0).astype(np.float64)
        n_units = added_up(answered, place=self.pair_cell, n_places=self.n_cells)
        held = np.add.reduceat(weighed, self.first, axis=0) / over[self.pair_cell]
        return DomainEstimates(
            domains=self,
            mean=mean,
            spread=np.where(spread <= NO_SPREAD * size, 0.0, spread),
            total=total,
            contributions=np.add.reduceat(weighed * apart, self.first, axis=0)
            / over[self.pair_cell],
            n=self._by_cell(there.astype(np.float64)),
            n_persons=self._persons(there) if self.clustered else n_units,
            n_units=n_units,
            n_kish=ratio(total**2, self._by_cell(weight * weighed)),
            leverage=held if leveraged else None,
            explained=self._explained(apart / over[cell]),
        )

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
    def ends(self) -> list[tuple[int, int]]:
        """Where the pairs of each group begin and end."""
        return [*pairwise(np.searchsorted(self.pair_cell, np.arange(self.n_cells + 1)).tolist())]

    @cached_property
    def size(self) -> Codes:
        """Sampling units of each stratum."""
        return np.bincount(self.rows.stratum)

    @cached_property
    def factor(self) -> Floats:
        """By what each stratum's squares are multiplied: n/(n - 1), 1 for a single unit."""
        return np.where(self.size > 1, self.size / np.maximum(self.size - 1, 1), 1.0)

    @cached_property
    def lost(self) -> Floats:
        """What the square of a stratum's sum takes off its squares: 1/n.

        A stratum's only unit is set against the mean over all, which is 0 for linearised values.
        """
        return np.where(self.size > 1, 1.0 / self.size, 0.0)

    def stratum_sums(self, values: Floats) -> Floats:
        """Add pairs up by group and stratum, shape (groups, strata, variables)."""
        strata = len(self.size)
        place = self.pair_cell * strata + self.rows.stratum[self.pair_unit]
        sums = added_up(values, place=place, n_places=self.n_cells * strata)
        return sums.reshape(self.n_cells, strata, -1)

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

    def _persons(self, there: Flags) -> Floats:
        """Count different persons who answered, by group."""
        persons = int(self.rows.person.max()) + 1
        key = self.cell[self.inside] * persons + self.rows.person[self.inside]
        pairs, place = np.unique(key, return_inverse=True)
        answers = added_up(there.astype(np.float64), place=place.reshape(-1), n_places=len(pairs))
        answered = (answers > 0).astype(np.float64)
        return added_up(answered, place=pairs // persons, n_places=self.n_cells)

    def _explained(self, influence: Floats) -> Floats | None:
        """Give what each group of the margins explains, shape (margin groups, cells, variables)."""
        made = self.rows.calibration
        if made is None:
            return None
        combination, groups = made.cells()
        place = self.cell[self.inside] * len(groups) + combination[self.inside]
        weighed = made.base[self.inside][:, None] * influence
        sums = added_up(weighed, place=place, n_places=self.n_cells * len(groups))
        sums = sums.reshape(self.n_cells, len(groups), -1).swapaxes(0, 1)
        coefficients = made.coefficients(sums.reshape(len(groups), -1))
        return coefficients.reshape(len(coefficients), self.n_cells, -1)


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
    leverage : ndarray, shape (pairs of group and unit, variables), optional
        The share of its group's weight that each unit has. Without, errors are those of plain
        linearisation.
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
    leverage: Floats | None = None
    explained: Floats | None = None

    @cached_property
    def residuals(self) -> Floats:
        """Contributions u times the root of (1 - 1/G)/(1 - h), h the leverage, G all units.

        A unit draws the mean to itself by its share h of the weight, so that u is too small by
        1 - h on average: with g equal units a variance comes out (g - 1)/g of what it is. Bell
        and McCaffrey (2002), Bias reduction in standard errors for linear regression with
        multi-stage samples, Survey Methodology 28, 169-181. The factor G/(G - 1) of linearisation
        goes in exchange: a plain mean keeps its textbook error. Missing where one unit has all.
        """
        if self.leverage is None:
            return self.contributions
        room = 1.0 - self.leverage
        part = 1.0 - 1.0 / self.domains.rows.n_units
        return self.contributions * np.sqrt(part / np.where(room > 1e-9, room, np.nan))

    @cached_property
    def variance(self) -> Floats:
        """Variance of each mean under the design, missing where nobody answered.

        As :func:`~brandkit.sampling.variance.linearised_covariance` has it on its diagonal, from
        sums over the pairs that occur.
        """
        domains = self.domains
        squares = domains.stratum_sums(self.residuals**2)
        lost = self._stratum_sums**2 * domains.lost[:, None]
        variance = ((squares - lost) * domains.factor[:, None]).sum(axis=1)
        if self.explained is not None:
            products = domains.margin_products
            own = np.einsum(
                "kcv,kl,lcv->cv", self.explained, products, self.explained, optimize=True
            )
            variance = variance + own - 2 * (self.explained * self._margin_cross).sum(axis=0)
        return np.where(self.n > 0, np.maximum(variance, 0.0), np.nan)

    def covariance(self, variable: int) -> Floats:
        """Give the covariance of one variable's means between groups, shape (groups, groups).

        Persons with rows in several groups bring what their answers have in common.
        """
        domains = self.domains
        units = csr_array(
            (self.residuals[:, variable], (domains.pair_unit, domains.pair_cell)),
            shape=(domains.rows.n_units, domains.n_cells),
        )
        weighed = units.multiply(domains.factor[domains.rows.stratum][:, None]).tocsr()
        sums = self._stratum_sums[..., variable]
        covariance = (units.T @ weighed).toarray()
        covariance -= (sums * (domains.factor * domains.lost)) @ sums.T
        if self.explained is not None:
            explained, cross = self.explained[..., variable], self._margin_cross[..., variable]
            taken = explained.T @ cross
            covariance += explained.T @ domains.margin_products @ explained - taken - taken.T
        return np.asarray(covariance)

    @cached_property
    def _stratum_sums(self) -> Floats:
        return self.domains.stratum_sums(self.residuals)

    @cached_property
    def _margin_cross(self) -> Floats:
        """Products of contributions and margins over units, (margin groups, groups, variables)."""
        domains = self.domains
        factor = domains.factor[domains.rows.stratum[domains.pair_unit]]
        weighed = domains.margin_residuals[domains.pair_unit] * np.sqrt(factor)[:, None]
        parts = [weighed[a:b].T @ self.residuals[a:b] for a, b in domains.ends]
        return np.stack(parts, axis=1)

    @property
    def df(self) -> Floats:
        """Degrees of freedom of each mean's variance: units in the group less one, at least 1.

        Units count as Kish has it, by their unequal shares of the weight, where these are known.
        """
        units = self.n_units
        if self.leverage is not None:
            squares = added_up(
                self.leverage**2, place=self.domains.pair_cell, n_places=self.domains.n_cells
            )
            units = ratio(np.ones_like(squares), squares, empty=1.0)
        return np.clip(units - 1, 1, self.domains.rows.df)

    @property
    def alone(self) -> Flags:
        """Groups whose answers all come from one cluster: their error cannot be estimated."""
        return np.asarray(self.domains.clustered & (self.n_units == 1))

    @cached_property
    def carried(self) -> Floats:
        """The same where few units may carry the variance (``core.intervals.carried_df``)."""
        parts = [self.contributions[a:b] for a, b in self.domains.ends]
        return np.stack(
            [intervals.carried_df(one, df=df) for one, df in zip(parts, self.df, strict=True)]
        )

    @cached_property
    def base(self) -> Floats:
        """The base of a simple sample with the same error; missing where nobody answered."""
        empty = self.n == 0
        base = intervals.effective_base(
            np.where(empty, 0.0, self.spread),
            std_error=np.where(empty, 0.0, np.sqrt(self.variance)),
            n=np.where(empty, 1.0, np.minimum(np.nan_to_num(self.n_kish), self.n_persons)),
        )
        return np.where(empty | self.alone, np.nan, base)

    def interval(self, measure: Measure, *, level: float) -> Interval:
        """Put intervals around all means of one measure; a mean without variation has none."""
        if measure == "mean":
            error = np.sqrt(self.variance)
            ends = intervals.t_interval(self.mean, std_error=error, df=self.df, level=level)
            return Interval(*(np.where(self.spread == 0, np.nan, end) for end in ends))
        df = np.maximum(self.carried, 1.0)
        if measure == "top2":
            return intervals.wilson_interval(self.mean, n=self.base, df=df, level=level)
        net = self.mean / 100
        both = self.spread / 100**2 + net**2
        up, down = (np.clip((both + sign * net) / 2, 0.0, 1.0) for sign in (1, -1))
        return intervals.nps_interval(up, detractors=down, n=self.base, df=df, level=level)

    def pseudo_variance(self, variable: int, measure: Measure) -> Floats:
        """Give the variance of a share or net score where all answers are alike; else 0, (groups,).

        What one more answer of either kind leaves (for the score 3/4 promoters, 1 1/2 passives,
        3/4 detractors): Agresti and Caffo (2000), The American Statistician 54, 280-288.
        """
        mean, alike = self.mean[:, variable], self.spread[:, variable] == 0
        base = np.nan_to_num(self.base[:, variable], nan=1.0)
        if measure == "mean" or not alike.any():
            return np.zeros(len(mean))
        if measure == "top2":
            share = (base * mean + 1) / (base + 2)
            return np.where(alike, share * (1 - share) / (base + 2), 0.0)
        up, down = ((base * part + 0.75) / (base + 3) for part in (mean > 0, mean < 0))
        return np.where(alike, 1e4 * (up + down - (up - down) ** 2) / (base + 3), 0.0)


class Scored(NamedTuple):
    """One item in one measure: one variable of the estimates of all items with this measure.

    ``table`` has one row a group: ``item measure unit estimate std_error ci_low ci_high ci_level n
    n_respondents n_clusters n_effective n_kish base``; bases too small have no numbers.
    """

    measure: Measure
    estimates: DomainEstimates
    variable: int
    table: pd.DataFrame

    def of(self, name: str) -> Floats:
        """Give one of the estimates' arrays, for this variable (groups,)."""
        return np.asarray(getattr(self.estimates, name)[:, self.variable])

    def means(self, least: int) -> Floats:
        """Give the means, missing where too few persons answered to compare them."""
        return np.where(self.of("n_persons") < least, np.nan, self.of("mean"))

    def covariance(self) -> Floats:
        """Give the covariance of means between groups; none is without variance."""
        covariance = self.estimates.covariance(self.variable)
        pseudo = self.estimates.pseudo_variance(self.variable, self.measure)
        return covariance + np.diag(np.nan_to_num(pseudo))

    @property
    def df(self) -> Floats:
        """Degrees of freedom: of shares and scores those of the units that carry the variance."""
        return self.of("df" if self.measure == "mean" else "carried")


def scored(
    rows: GroupedRows, scales: Scales, *, level: float, bases: tuple[int, int]
) -> list[Scored]:
    """Estimate every item in every measure its scale has, in all groups.

    ``bases``: persons (Kish's base, where that is less) beneath which a base is flagged, and
    persons beneath which nothing is shown.
    """
    domains, items = Domains(rows.rows, rows.cell, len(rows.groups)), list(scales.of)
    made: dict[tuple[str, Measure], Scored] = {}
    for measure, unit in UNITS.items():
        chosen = [item for item in items if measure in scales.of[item].measures]
        if not chosen:
            continue
        answers = [
            scales.of[one].scored(rows.values[:, items.index(one)], measure) for one in chosen
        ]
        # shares of persons keep plain linearisation: their degrees of freedom are carried_df's
        estimates = domains.estimates(
            np.stack(answers, axis=1), leveraged=measure == "mean" or domains.clustered
        )
        numbers = _shown(estimates, measure, level=level, bases=bases)
        for at, item in enumerate(chosen):
            table = pd.DataFrame({name: values[:, at] for name, values in numbers.items()})
            table = table.assign(item=item, measure=measure, unit=unit, ci_level=level)
            table["n_clusters"] = table["n_clusters"].astype("Int64")
            made[item, measure] = Scored(measure, estimates, at, table)
    return [made[item, measure] for item in items for measure in scales.of[item].measures]


def _shown(
    estimates: DomainEstimates, measure: Measure, *, level: float, bases: tuple[int, int]
) -> dict[str, NDArray[np.generic]]:
    """Give what a table shows of one measure, each an array of groups by variables."""
    persons = estimates.n_persons
    base = np.full(persons.shape, "enough", dtype=object)
    clustered = estimates.domains.clustered
    worth = np.minimum(persons, np.nan_to_num(estimates.n_kish).round(6))
    base[(worth < bases[0]) | (clustered & (estimates.n_units < FEW_CLUSTERS))] = "small"
    for below, word in ((bases[1], "suppressed"), (1, "none")):
        base[persons < below] = word
    interval = estimates.interval(measure, level=level)
    numbers = {"estimate": estimates.mean, "std_error": np.sqrt(estimates.variance)}
    numbers |= {"ci_low": interval.low, "ci_high": interval.high}
    numbers |= {"n_effective": estimates.base, "n_kish": estimates.n_kish}
    hidden = persons < max(bases[1], 1)
    return {
        **{name: np.where(hidden, np.nan, values) for name, values in numbers.items()},
        "n": estimates.n.astype(np.int64),
        "n_respondents": persons.astype(np.int64),
        "n_clusters": np.where(clustered, estimates.n_units, np.nan),
        "base": base,
    }
