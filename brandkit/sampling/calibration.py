"""Weights brought to the population's margins by raking, and what that does to errors and draws.

Rows of one cell (one combination of groups over all margins) share one factor, so a table of
cells is raked, not the rows; many draws are raked at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from brandkit.core.errors import NotConvergedError
from brandkit.core.linalg import Codes, Floats
from brandkit.sampling.variance import added_up

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
            self, codes=self.codes[keep], base=self.base[keep], weight=self.weight[keep],
            person=person,
        )  # fmt: skip

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
