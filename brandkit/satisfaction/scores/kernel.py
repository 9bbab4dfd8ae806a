"""Estimates of many variables in many groups at once, with the errors of the whole design.

A group (a bank, a wave) is a domain of the sample: persons outside it belong to the sample with 0.
Rows are summed once over the pairs of sampling unit and group that occur, so the cost does not
grow with the number of groups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from brandkit.core.errors import InputError, check_whole_number
from brandkit.core.intervals import (
    Interval,
    carried_df,
    effective_base,
    nps_interval,
    t_interval,
    wilson_interval,
)
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.sampling.rows import Data, SurveyRows, Weight
from brandkit.sampling.variance import added_up, stratum_residuals
from brandkit.satisfaction.groups import (
    BETWEEN,
    ROLES,
    GroupedRows,
    ItemScale,
    Limits,
    Measure,
    NpsCoding,
    data_frame,
    group_text,
    item_scales,
)

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

        As :func:`~brandkit.sampling.variance.linearised_covariance` has it on its diagonal, from
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


UNITS: dict[Measure, str] = {"mean": "scale", "top2": "share", "nps": "points"}
"""Unit of each measure: points of the item's scale, a share 0-1, points from -100 to 100."""
SMALL, SUPPRESSED = 30, 10
"""Persons beneath which a base is flagged, and beneath which nothing is shown."""

Weighting = Literal["none", "column", "margins"]


def check_bases(minimum_base: int, suppress_below: int) -> None:
    """Refuse limits of bases that cross."""
    check_whole_number("suppress_below", suppress_below, low=1)
    check_whole_number("minimum_base", minimum_base, low=1)
    if suppress_below > minimum_base:
        raise InputError(
            f"`suppress_below` must be at most `minimum_base`; found {suppress_below} and "
            f"{minimum_base}. Write 10 and 30."
        )


def scales_of(
    grouped: GroupedRows,
    data: Data,
    items: Sequence[str],
    *,
    limits: Limits | None,
    nps_coding: NpsCoding | None,
    measures: Measure | Sequence[Measure] | None,
) -> tuple[dict[str, ItemScale], list[Message]]:
    """Find the scales of items in grouped rows (:func:`~.scales.item_scales`)."""
    frame, _ = data_frame(data)
    raw = frame[list(items)].apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    asked: Sequence[Measure] | None = [measures] if isinstance(measures, str) else measures
    return item_scales(
        items, grouped.values, raw=raw, codebook=grouped.rows.limits, limits=limits,
        nps_coding=nps_coding, measures=asked,
    )  # fmt: skip


def measured(
    grouped: GroupedRows, items: Sequence[str], scales: Mapping[str, ItemScale]
) -> dict[Measure, tuple[list[str], DomainEstimates]]:
    """Estimate each measure of all items that have it, in all groups."""
    domains = Domains(grouped.rows, grouped.cell, len(grouped.groups))
    found: dict[Measure, tuple[list[str], DomainEstimates]] = {}
    for measure in UNITS:
        chosen = [at for at, item in enumerate(items) if measure in scales[item].measures]
        if chosen:
            columns = [scales[items[at]].scored(grouped.values[:, at], measure) for at in chosen]
            names = [items[at] for at in chosen]
            found[measure] = names, domains.estimates(np.stack(columns, axis=1))
    return found


def score_interval(estimate: DomainEstimates, measure: Measure, *, level: float) -> Interval:
    """Put intervals around the estimates of one measure, in its unit.

    Parameters
    ----------
    estimate : DomainEstimates
    measure : "mean", "top2" or "nps"
    level : float

    Returns
    -------
    Interval
        Of shape (groups, variables); missing where nobody answered, and for means where all
        answers are alike.
    """
    error = np.sqrt(estimate.variance)
    if measure == "mean":
        found = t_interval(estimate.mean, std_error=error, df=estimate.df, level=level)
        alike = estimate.spread == 0
        return Interval(*(np.where(alike, np.nan, end) for end in found))
    base, df = shown_base(estimate), np.maximum(estimate.carried, 1.0)
    if measure == "top2":
        return wilson_interval(estimate.mean, n=base, df=df, level=level)
    net = estimate.mean / 100
    both = estimate.spread / 100**2 + net**2
    up, down = (np.clip((both + sign * net) / 2, 0.0, 1.0) for sign in (1, -1))
    return nps_interval(up, detractors=down, n=base, df=df, level=level)


def shown_base(estimate: DomainEstimates) -> Floats:
    """Give the base of a simple sample with the same error; missing where nobody answered."""
    fallback = np.minimum(np.nan_to_num(estimate.n_kish), estimate.n_persons)
    empty = estimate.n == 0
    base = effective_base(
        np.where(empty, 0.0, estimate.spread),
        std_error=np.where(empty, 0.0, np.sqrt(estimate.variance)),
        n=np.where(empty, 1.0, fallback),
    )
    return np.where(empty, np.nan, base)


def shown_numbers(
    estimate: DomainEstimates, measure: Measure, *, level: float, bases: tuple[int, int]
) -> dict[str, NDArray[Any]]:
    """Give what a table shows of one measure, each an array of groups by variables.

    Parameters
    ----------
    estimate : DomainEstimates
    measure : "mean", "top2" or "nps"
    level : float
    bases : tuple of int
        Persons beneath which a base is flagged, and beneath which numbers are missing.

    Returns
    -------
    dict
        ``estimate std_error ci_low ci_high n n_respondents n_effective n_kish base``.
    """
    interval = score_interval(estimate, measure, level=level)
    base = base_words(estimate.n_persons, bases)
    hidden = np.isin(base, ("suppressed", "none"))

    def kept(values: Floats) -> Floats:
        return np.where(hidden, np.nan, values)

    return {
        "estimate": kept(estimate.mean),
        "std_error": kept(np.sqrt(estimate.variance)),
        "ci_low": kept(interval.low),
        "ci_high": kept(interval.high),
        "n": estimate.n.astype(np.int64),
        "n_respondents": estimate.n_persons.astype(np.int64),
        "n_effective": kept(shown_base(estimate)),
        "n_kish": kept(estimate.n_kish),
        "base": base,
    }


def in_order(frames: Sequence[pd.DataFrame], items: Sequence[str]) -> pd.DataFrame:
    """Put frames of several items and measures in the order of items, then of measures."""
    whole = pd.concat(frames, ignore_index=True)
    place = {item: at for at, item in enumerate(items)}
    measure = {name: at for at, name in enumerate(UNITS)}
    rank = whole["item"].map(place) * len(UNITS) + whole["measure"].map(measure)
    return whole.iloc[np.argsort(rank.to_numpy(), kind="stable")].reset_index(drop=True)


def base_words(n: Floats, bases: tuple[int, int]) -> NDArray[np.object_]:
    """Say whether bases are enough, small, suppressed or none."""
    words = np.full(n.shape, "enough", dtype=object)
    words[n < bases[0]] = "small"
    words[n < bases[1]] = "suppressed"
    words[n == 0] = "none"
    return words


# --- notes ---------------------------------------------------------------------------------------


def weighting_of(weight: Weight | None, rows: SurveyRows) -> Weighting:
    """Say where the weights of rows come from."""
    if weight is not None and not isinstance(weight, str):
        return "margins"
    return "column" if rows.design.get("weight") is not None else "none"


_ERRORS: dict[Weighting, Message] = {
    "none": Message("The answers are not weighted."),
    "column": Message(
        "Weights come from a column, so errors are those of plain linearisation: the margins the "
        "weights were made for are not known here."
    ),
    "margins": Message("Weights were raked to margins, which the errors take into account."),
}


def score_notes(scores: pd.DataFrame, *, weighting: Weighting) -> list[Message]:
    """Say which errors these are, and name small bases, constant items and empty groups."""
    notes = [_ERRORS[weighting]]
    bases = scores.drop_duplicates(["item", *ROLES])
    small = _groups_with(bases, "small")
    if small:
        said = (
            "Few persons answered in {n:count} {n:group|groups} ({names}); their scores are "
            "flagged."
        )
        notes.append(Message(said, {"n": len(small), "names": small[:5]}))
    hidden = _groups_with(bases, "suppressed")
    if hidden:
        said = "Too few persons answered in {n:count} {n:group|groups} to show: {names}."
        notes.append(Message(said, {"n": len(hidden), "names": hidden[:5]}))
    empty = _groups_with(bases, "none")
    if empty:
        said = "Nobody answered in {n:count} {n:group|groups}: {names}."
        notes.append(Message(said, {"n": len(empty), "names": empty[:5]}))
    alike = scores[(scores["measure"] == "mean") & (scores["std_error"] == 0)]
    if len(alike):
        names = [_cell_name(row, with_item=True) for row in alike.to_dict("records")]
        said = (
            "All answers are alike in {n:count} {n:case|cases} ({names}), so that a mean has no "
            "interval there."
        )
        notes.append(Message(said, {"n": len(names), "names": names[:5]}))
    return notes


def _groups_with(bases: pd.DataFrame, word: str) -> list[str]:
    """Name the groups where any item has such a base, each once."""
    found = bases[bases["base"] == word]
    whole = bool(bases[list(ROLES)].isna().to_numpy().all())
    names = [_cell_name(row, with_item=whole) for row in found.to_dict("records")]
    return list(dict.fromkeys(names))


def _cell_name(row: Mapping[object, object], *, with_item: bool) -> str:
    parts = [group_text(row[role]) for role in ROLES if row[role] is not None]
    return BETWEEN.join([str(row["item"]), *parts] if with_item or not parts else parts)
