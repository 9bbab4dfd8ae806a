"""Rows of answers with the design they were drawn by: errors and draws over persons.

Weights brought to the population's margins by raking change both. Rows of one cell (one
combination of groups over all margins) share one factor, so a table of cells is raked, not the
rows; many draws are raked at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from brandkit.core.errors import NotConvergedError, NotEnoughDataError
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.sampling.draws import group_draws, plan_groups, row_keys
from brandkit.sampling.moments import Moments, moments
from brandkit.sampling.variance import added_up, linearised_covariance, unit_totals


@runtime_checkable
class SurveyData(Protocol):
    """What a :class:`brandkit.sources.survey.survey.Survey` has that a method needs."""

    @property
    def responses(self) -> pd.DataFrame:
        """One row a respondent and brand."""

    @property
    def codebook(self) -> pd.DataFrame:
        """One row an item: ``item label low high`` and more."""

    @property
    def design(self) -> Mapping[str, str | None]:
        """Names of the columns of brand, respondent, weight, strata, cluster and wave."""


@runtime_checkable
class Calibrated(Protocol):
    """Weights with what they were brought to, as ``survey_weights`` gives them."""

    @property
    def calibration(self) -> Calibration:
        """How the rows were brought to the population's margins."""


#: Clusters beneath which draws over them are refused, and beneath which a note says they are few.
LEAST_CLUSTERS, FEW_CLUSTERS = 5, 20
#: What the methods take as data, and as weight.
Data = pd.DataFrame | SurveyData
Weight = str | Calibrated


@dataclass(frozen=True, eq=False)
class SurveyRows:
    """Rows of answers with the design they were drawn by.

    Parameters
    ----------
    frame : DataFrame
        The kept rows with the columns asked for, numbered from 0. Answers are floats; other
        columns are as they were.
    columns : tuple of str
        The numeric columns.
    values : ndarray, shape (n, columns)
        Their answers; missing ones are NaN (none with "raise", "drop" or "mean").
    weight : ndarray, shape (n,), > 0
        Weights; 1 where there are none.
    person : ndarray of int, shape (n,)
        The person behind each row, from 0.
    unit : ndarray of int, shape (n,)
        The sampling unit: the cluster where one is declared, else the person.
    stratum : ndarray of int, shape (units,)
        Stratum of each *unit*.
    design : mapping
        The columns in each role: brand, respondent, weight, strata, cluster, wave; None where
        there is none.
    limits : mapping
        Item to the ends of its scale, from the codebook; items without are not in it.
    labels : mapping
        Item to its label, from the codebook.
    n_dropped : int
        Rows left out because an answer was missing.
    n_zero_weight : int
        Rows left out because their weight is 0.
    calibration : Calibration, optional
        Where weights come from margins: of the kept rows.
    notes : tuple of Message
        What was taken for granted or left out.
    unit_ids : ndarray of str, optional
        Id of each row's sampling unit; None where each row is one.
    strata_names : ndarray of str, optional
        Stratum of each row.
    """

    frame: pd.DataFrame
    columns: tuple[str, ...]
    values: Floats
    weight: Floats
    person: Codes
    unit: Codes
    stratum: Codes
    design: Mapping[str, str | None]
    limits: Mapping[str, tuple[float, float]]
    labels: Mapping[str, str]
    n_dropped: int = 0
    n_zero_weight: int = 0
    calibration: Calibration | None = None
    notes: tuple[Message, ...] = ()
    unit_ids: NDArray[np.object_] | None = field(
        default=None, repr=False, metadata={"ids": "of persons"}
    )
    strata_names: NDArray[np.object_] | None = field(default=None, repr=False)

    def __len__(self) -> int:
        return len(self.frame)

    @cached_property
    def keys(self) -> NDArray[np.object_]:
        """The id of each row's sampling unit; rows without ids get one from their content."""
        if self.unit_ids is not None:
            return self.unit_ids
        return np.asarray(row_keys(self.frame).astype(str).astype(object))

    @property
    def is_weighted(self) -> bool:
        """Whether rows have unequal weights."""
        return bool(np.ptp(self.weight) > 0) if len(self.weight) else False

    @cached_property
    def n_persons(self) -> int:
        """Different persons."""
        return int(np.unique(self.person).size)

    @property
    def bases(self) -> dict[str, int]:
        """What results say of the sample: rows, persons, and rows left out."""
        return {"n": len(self), "n_respondents": self.n_persons, "n_dropped": self.n_dropped}

    def named(self, columns: Iterable[str]) -> list[str]:
        """Give the labels of columns in the codebook, their names where there are none."""
        return [self.labels.get(name, name) for name in columns]

    @property
    def n_units(self) -> int:
        """Sampling units."""
        return len(self.stratum)

    @property
    def is_clustered(self) -> bool:
        """Whether sampling units are clusters of persons."""
        return self.design.get("cluster") is not None

    def stretch(self, level: float, *, inside: Flags | None = None) -> float:
        """By what ends of percentile intervals are moved away from the estimate.

        Student's t over the normal quantile, on the clusters of some rows; 1 where persons are
        drawn, who are many.

        References
        ----------
        Hesterberg, T. (2015). What teachers should know about the bootstrap. The American
        Statistician 69, 371-386. doi:10.1080/00031305.2015.1089789
        """
        if not self.is_clustered:
            return 1.0
        df = self.df
        if inside is not None:
            df = max(min(df, len(np.unique(self.unit[inside])) - 1), 1)
        return float(stdtrit(df, (1 + level) / 2) / ndtri((1 + level) / 2))

    def domain_factors(self, inside: Flags) -> Floats:
        """Give by what errors of domains grow for the few clusters that they were met in.

        The root of g/(g - 1) (G - 1)/G for g of G clusters; missing for one, whose error cannot
        be estimated; 1 where persons are drawn. ``inside``: shape (n, domains).
        """
        if not self.is_clustered:
            return np.ones(inside.shape[1])
        met = (unit_totals(inside.astype(np.float64), unit=self.unit) > 0).sum(axis=0)
        grown = met / np.maximum(met - 1, 1) * (self.n_units - 1) / self.n_units
        return np.where(met == 1, np.nan, np.sqrt(grown))

    @property
    def df(self) -> int:
        """Degrees of freedom of the design: units minus strata, at least 1."""
        return max(self.n_units - int(np.unique(self.stratum).size), 1)

    def covariance(self, influence: Floats) -> Floats:
        """Give the design covariance of estimates from their linearised values.

        Parameters
        ----------
        influence : ndarray, shape (n,) or (n, k)
            What one more row of unit weight would add to each estimate, *not* multiplied with the
            weight; 0 for rows outside the domain. For a mean over a domain:
            inside x (answer - mean) / (sum of weights inside).

        Returns
        -------
        ndarray, shape (k, k)
            With calibration residuals where weights came from margins.
        """
        return linearised_covariance(self.contributions(influence), stratum=self.stratum)

    def contributions(self, influence: Floats) -> Floats:
        """Give what each sampling unit adds to linearised estimates, shape (units, k)."""
        values = influence if self.calibration is None else self.calibration.residuals(influence)
        rows = values.reshape(len(self), -1) * self.weight[:, None]
        totals = unit_totals(rows, unit=self.unit)
        if len(totals) < self.n_units:  # the last units may have lost all their rows
            gap = np.zeros((self.n_units - len(totals), totals.shape[1]))
            totals = np.concatenate([totals, gap])
        return totals

    def draws(self, draws: int, *, seed: int = 0) -> RowDraws:
        """Draw sampling units with replacement within strata, by random groups.

        Parameters
        ----------
        draws : int
        seed : int, default 0

        Returns
        -------
        RowDraws
            The group of each row and how often each draw takes it. Weights from margins are raked
            again in every draw.

        Raises
        ------
        NotEnoughDataError
            The sample was drawn in fewer than 5 clusters (more, with strata).

        Notes
        -----
        Clusters are few: g - 1 of g are drawn, for the variance to be right, and ends of
        percentile intervals are moved out by :meth:`stretch`.
        """
        if self.is_clustered and self.df < LEAST_CLUSTERS - 1:
            raise NotEnoughDataError(
                f"`cluster` must have at least {LEAST_CLUSTERS} clusters for draws over them, one "
                f"more for each stratum beyond the first; found {self.n_units} in "
                f"{self.n_units - self.df} strata. What they say together cannot be judged: take "
                "methods without draws."
            )
        plan = plan_groups(self.keys, strata=self.strata_names, seed=seed)
        group = plan.groups(self.keys, strata=self.strata_names)
        times = group_draws(plan, draws=draws, seed=seed, rescaled=self.is_clustered)
        if self.calibration is None:
            return RowDraws(group, times)
        return _raked_draws(self.calibration, group, times)

    def moments(
        self,
        columns: Sequence[str] | None = None,
        *,
        cells: Sequence[str] = (),
        drawn: RowDraws | None = None,
        products: bool = True,
        pairwise: bool = False,
    ) -> Moments:
        """Reduce the rows to weighted moments by group of draws and by cell.

        Parameters
        ----------
        columns : sequence of str, optional
            Numeric columns of ``frame``; all that were asked for where not given.
        cells : sequence of str
            Columns of ``frame`` that split the rows.
        drawn : RowDraws, optional
            Whose groups to keep apart. ``moments.sums()`` is the sample,
            ``moments.sums(drawn.times)`` the draws.
        products : bool
            Whether to keep cross-products.
        pairwise : bool
            Whether each pair of columns uses the rows where both are there.
        """
        names = list(self.columns if columns is None else columns)
        weighed = self.frame[[*dict.fromkeys([*names, *cells])]].assign(**{_WEIGHT: self.weight})
        return moments(
            weighed,
            columns=names,
            cells=cells,
            weight=_WEIGHT,
            products=products,
            groups=None if drawn is None else drawn.group,
            n_groups=1 if drawn is None else drawn.n_groups,
            missing="pairwise" if pairwise else "drop",
        )


_WEIGHT = "__weight__"


@dataclass(frozen=True, eq=False)
class RowDraws:
    """Draws over sampling units: a weight for every group of rows.

    Parameters
    ----------
    group : ndarray of int, shape (n,)
        Group of each row.
    times : ndarray, shape (draws, groups)
        By what each draw multiplies the weights of the group's rows.
    """

    group: Codes
    times: Floats

    @property
    def n_groups(self) -> int:
        """Groups."""
        return int(self.times.shape[1])

    def row_weights(self, weight: Floats) -> Floats:
        """Give the weight of each row in each draw, shape (draws, n).

        For few rows only; moments need no such table.
        """
        return np.asarray(self.times[:, self.group] * weight)


def _raked_draws(calibration: Calibration, group: Codes, times: Floats) -> RowDraws:
    """Rake every draw again: groups are split by the cells of the margins."""
    cell, groups = calibration.cells()
    pairs, place = np.unique(np.stack([group, cell], axis=1), axis=0, return_inverse=True)
    place = place.reshape(-1).astype(np.intp)
    base = np.bincount(place, weights=calibration.base, minlength=len(pairs))
    drawn = times[:, pairs[:, 0]]
    # margins count persons, not their rows
    persons = np.bincount(place, weights=calibration.base * calibration.part, minlength=len(pairs))
    inside = np.zeros((len(pairs), len(groups)))
    inside[np.arange(len(pairs)), pairs[:, 1]] = persons
    factor = raked_factors(drawn @ inside, groups=groups, margins=calibration.margins)
    # final weights hold the sample's own factor already
    have = np.bincount(place, weights=calibration.weight, minlength=len(pairs))
    own = have / np.where(base > 0, base, 1.0)
    return RowDraws(place, drawn * factor[:, pairs[:, 1]] / np.where(own > 0, own, 1.0))


#: Largest relative gap to a margin that counts as met, and rounds after which raking gives up.
TOLERANCE, MOST_ROUNDS = 1e-12, 2000


@dataclass(frozen=True, eq=False)
class Margin:
    """One margin of the population.

    Parameters
    ----------
    name : str
        The column it is about.
    groups : tuple of str
        Its groups.
    targets : ndarray
        The share of the population in each, summing to 1.
    parts : tuple of int, optional
        Part of the sample each group belongs to, where parts (waves) are raked each by itself:
        what a draw lacks in a group goes to others of its part. Without, one part.
    """

    name: str
    groups: tuple[str, ...]
    targets: Floats
    parts: tuple[int, ...] | None = None

    def wanted(self, have: Floats) -> Floats:
        """Give the share each group should get, where some may be empty.

        Parameters
        ----------
        have : ndarray, shape (..., groups)
            Weight in each group.

        Returns
        -------
        ndarray, shape (..., groups)
            The targets; the share of an empty group is spread over the others of its part, that
            of an empty part over all.
        """
        want = np.where(have > 0, self.targets, 0.0)
        if self.parts is not None:
            inside = np.equal.outer(self.parts, np.unique(self.parts)).astype(np.float64)
            left = want @ inside
            grow = np.divide(self.targets @ inside, left, out=np.ones_like(left), where=left > 0)
            want = want * (grow @ inside.T)
        return np.asarray(want / want.sum(axis=-1, keepdims=True))


@dataclass(frozen=True, eq=False)
class Calibration:
    """How rows were brought to margins: enough to weigh again every draw and correct errors.

    Parameters
    ----------
    margins : tuple of Margin
    codes : ndarray of int, shape (n, margins)
        Group of each row in each margin.
    base : ndarray, shape (n,)
        Weights before raking.
    weight : ndarray, shape (n,)
        Weights after it, and after trimming where that was asked for.
    is_trimmed : bool
        Whether weights were cut after raking.
    person : ndarray of int, shape (n,), optional
        Who is behind each row. Margins count persons, each once, however many rows they have.
        Without, each row is a person.
    """

    margins: tuple[Margin, ...]
    codes: Codes
    base: Floats
    weight: Floats
    is_trimmed: bool = False
    person: Codes | None = None

    @cached_property
    def part(self) -> Floats:
        """What part of its person each row is: 1 over the person's rows."""
        if self.person is None:
            return np.ones(len(self.codes))
        _, place, rows = np.unique(self.person, return_inverse=True, return_counts=True)
        return np.asarray(1.0 / rows[place.reshape(-1)])

    def of_rows(self, keep: NDArray[np.bool_]) -> Calibration:
        """Give the same for some of the rows."""
        person = None if self.person is None else self.person[keep]
        return replace(
            self,
            codes=self.codes[keep],
            base=self.base[keep],
            weight=self.weight[keep],
            person=person,
        )

    def cells(self) -> tuple[Codes, Codes]:
        """Give the cell of each row, and each cell's group in every margin."""
        return self._cells

    @cached_property
    def _cells(self) -> tuple[Codes, Codes]:
        groups, cell = np.unique(self.codes, axis=0, return_inverse=True)
        return cell.reshape(-1).astype(np.intp), groups.astype(np.intp)

    def residuals(self, values: Floats) -> Floats:
        """Take out of linearised values what the margins explain.

        Parameters
        ----------
        values : ndarray, shape (n,) or (n, k)
            Linearised values of the rows, *not* yet weighted.

        Returns
        -------
        ndarray
            Of the same shape: what the population's margins do not fix.

        Notes
        -----
        Residuals of a least squares of the values (of persons: the sum over their rows) on all
        margins' groups, weighted with the weights before raking; a person's rows share what is
        taken out. Where those are equal it is the limit of the alternating
        projections in R's ``survey::rake``, which leaves them out.

        References
        ----------
        Deville, J.-C., Särndal, C.-E. and Sautory, O. (1993). Generalized raking procedures in
        survey sampling. JASA 88, 1013-1020. doi:10.1080/01621459.1993.10476369
        """
        flat = values.reshape(len(self.codes), -1)
        cell, groups = self.cells()
        sums = added_up(self.base[:, None] * flat, place=cell, n_places=len(groups))
        fitted = self.indicators(groups) @ self.coefficients(sums)
        return np.asarray((flat - self.part[:, None] * fitted[cell]).reshape(values.shape))

    def coefficients(self, sums: Floats) -> Floats:
        """Give what each group of the margins explains of linearised values.

        Parameters
        ----------
        sums : ndarray, shape (cells, k)
            Weight before raking times linearised value, summed over the rows of each cell; cells
            as :meth:`cells` gives them.

        Returns
        -------
        ndarray, shape (groups of all margins, k)
            Coefficients of :meth:`indicators`, the shortest of those that fit equally well.
        """
        cell, groups = self.cells()
        persons = np.bincount(cell, weights=self.base * self.part, minlength=len(groups))
        root = np.sqrt(persons)[:, None]
        fitted, *_ = np.linalg.lstsq(root * self.indicators(groups), sums / root, rcond=None)
        return np.asarray(fitted)

    def indicators(self, groups: Codes) -> Floats:
        """Give a column of 0 and 1 for each group of each margin.

        Parameters
        ----------
        groups : ndarray of int, shape (n, margins)
            Group in each margin, of cells or of rows.
        """
        return _indicators(groups, [len(margin.groups) for margin in self.margins])


def raked_factors(totals: Floats, *, groups: Codes, margins: tuple[Margin, ...]) -> Floats:
    """Give the factor of each cell that brings a table to its margins.

    Parameters
    ----------
    totals : ndarray, shape (..., cells), >= 0
        Weight in each cell: of the sample, or of each draw.
    groups : ndarray of int, shape (cells, margins)
        Group of each cell in each margin.
    margins : tuple of Margin

    Returns
    -------
    ndarray, shape (..., cells)
        Factors; the weights times these have each draw's total, spread over the groups as the
        margins say. A group without weight in a draw stays empty, and the others of its margin
        (of its part, where there are parts) share what was its own.

    Raises
    ------
    NotConvergedError
        The margins cannot all be met: some groups meet in no cell.

    References
    ----------
    Deming, W. E. and Stephan, F. F. (1940). On a least squares adjustment of a sampled frequency
    table when the expected marginal totals are known. Annals of Mathematical Statistics 11.

    Examples
    --------
    >>> sex = Margin("sex", ("f", "m"), np.array([0.5, 0.5]))
    >>> raked_factors(np.array([30.0, 10.0]), groups=np.array([[0], [1]]), margins=(sex,)).tolist()
    [0.6666666666666666, 2.0]
    """
    table = np.asarray(totals, dtype=np.float64)
    grand = table.sum(axis=-1, keepdims=True)
    factor = np.ones_like(table)
    members = [
        _indicators(groups[:, [at]], [len(margin.groups)]) for at, margin in enumerate(margins)
    ]
    for _ in range(MOST_ROUNDS):
        gap = 0.0
        for inside, margin in zip(members, margins, strict=True):
            have = (table * factor) @ inside
            want = margin.wanted(have) * grand
            step = np.where(have > 0, want / np.where(have > 0, have, 1.0), 1.0)
            gap = max(gap, float(np.abs(step - 1.0).max()))
            factor = factor * (step @ inside.T)
        if gap <= TOLERANCE:
            return factor
    if gap <= 1e-6:
        return factor
    names = ", ".join(margin.name for margin in margins)
    raise NotConvergedError(
        f"`margins` of {names} must fit together in the sample; after {MOST_ROUNDS} rounds a group "
        f"still misses its share by {gap:.1%}. Some groups meet in no row: unite small groups, or "
        "leave a margin out."
    )


def _indicators(groups: Codes, sizes: list[int]) -> Floats:
    """Give a column of 0 and 1 for each group of each margin."""
    parts = [groups[:, [at]] == np.arange(size) for at, size in enumerate(sizes)]
    return np.asarray(np.concatenate(parts, axis=1), dtype=np.float64)
