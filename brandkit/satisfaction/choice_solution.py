"""The estimate of a choice model: coefficients, constants of banks, what each choice adds."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from brandkit.core.errors import InputError, NotConvergedError, NotEnoughDataError, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.satisfaction.choice_kernel import Options, fit, options_of, set_scores
from brandkit.satisfaction.choice_sets import Choices
from brandkit.satisfaction.model_errors import wald
from brandkit.satisfaction.newton import Maximum, inverted
from brandkit.satisfaction.regressors import Regressors, checked_regressors
from brandkit.satisfaction.separation import may_run_away, separating_direction


@dataclass(frozen=True, eq=False)
class Solution:
    """The estimate, in standard deviations of the columns.

    Parameters
    ----------
    choices : Choices
    options : Options
    columns : ndarray, shape (used, k)
        Attributes that were kept, then flags of all banks with a constant but the first.
    regressors : Regressors
    constants : tuple of int
        Banks with a constant; empty where there are none.
    maximum : Maximum
    inverse : ndarray, shape (k, k)
        Inverse of the information.
    notes : tuple of Message
    """

    choices: Choices
    options: Options
    columns: Floats
    regressors: Regressors
    constants: tuple[int, ...]
    maximum: Maximum
    inverse: Floats
    notes: tuple[Message, ...] = field(default=())

    @property
    def kept(self) -> list[int]:
        """Places of the kept attributes among all."""
        n = len(self.choices.attributes)
        return [at for at in self.regressors.kept if at < n]

    @property
    def attributes(self) -> tuple[str, ...]:
        """Attributes that were kept; they come first among the coefficients."""
        return tuple(self.choices.attributes[at] for at in self.kept)

    @property
    def spread(self) -> Floats:
        """Standard deviations of the kept attributes within choices."""
        return self.regressors.spread[: len(self.kept)]

    @cached_property
    def influence(self) -> Floats:
        """What one more choice of unit weight adds to each coefficient, shape (sets, k)."""
        over = self.options.over(self.columns)
        scores = set_scores(self.options, over, self.maximum.place, self.inverse)
        return np.asarray(scores @ self.inverse)

    @cached_property
    def row_influence(self) -> Floats:
        """The same shared out over the rows of the survey."""
        return self.choices.to_rows(self.influence)

    def to_units(self) -> Floats:
        """Give the matrix that takes coefficients to the attributes' units.

        Rows: attributes, then all banks with a constant, about the mean of these.
        """
        p, spread = len(self.kept), self.regressors.spread
        n = len(self.constants)
        matrix = np.zeros((p + n, len(spread)))
        matrix[:p, :p] = np.diag(1 / spread[:p])
        if n:
            own = np.vstack([np.zeros(n - 1), np.eye(n - 1)])
            matrix[p:, p:] = (own - own.mean(axis=0)) / spread[p:]
        return matrix


def solve(choices: Choices, *, with_constants: bool, start: Floats | None = None) -> Solution:
    """Estimate the model; refuse what has no estimate.

    Parameters
    ----------
    choices : Choices
    with_constants : bool
        Whether each bank gets a constant.
    start : ndarray, optional
        Coefficients in the attributes' units to start from.

    Returns
    -------
    Solution
    """
    notes: tuple[Message, ...] = ()
    if with_constants:
        choices, notes = _without_decided_banks(choices)
    present = np.unique(choices.brand)
    constants = tuple(present.tolist()) if with_constants else ()
    flags = (choices.brand[:, None] == np.array(constants[1:], dtype=np.intp)).astype(float)
    values = np.hstack([choices.values, flags.reshape(len(choices.brand), -1)])
    names = (*choices.attributes, *(choices.brands[at] for at in constants[1:]))
    found = checked_regressors(
        values, weight=choices.sets.weight[choices.sets.of_row], names=names,
        within=within_sets(choices, values), argument="attributes",
    )  # fmt: skip
    if len(choices.sets.weight) <= len(found.kept):
        raise NotEnoughDataError(
            f"`data` must have more choices than the model has coefficients ({len(found.kept)}); "
            f"found {len(choices.sets.weight)}. Name fewer attributes."
        )
    columns, options = found.standardised(values), options_of(choices.sets)
    over = options.over(columns)
    first = None
    if start is not None and not constants:
        first = start[list(found.kept)] * found.spread
    maximum = fit(options, over, start=first)
    inverse = inverted(maximum.information)
    if not maximum.is_settled or may_run_away(maximum.place, inverse, columns):
        _refuse_runaway(maximum, options, over, names=[names[at] for at in found.kept])
    return Solution(
        choices, options, columns, found, constants, maximum, inverse, (*notes, *found.notes)
    )  # fmt: skip


def within_sets(choices: Choices, values: Floats) -> Floats:
    """Give columns about their means in each choice."""
    size = choices.sets.size[:, None]
    mean = np.add.reduceat(values, choices.sets.starts[:-1], axis=0) / size
    return np.asarray(values - mean[choices.sets.of_row])


def _without_decided_banks(choices: Choices) -> tuple[Choices, tuple[Message, ...]]:
    """Leave out banks that a constant would explain fully: never chosen, or always.

    Their constants run to minus and plus infinity, where the likelihood of all other choices is
    what it is without them.
    """
    never: list[str] = []
    always: list[str] = []
    while True:
        shown_to = np.bincount(choices.brand, minlength=len(choices.brands))
        taken = np.bincount(choices.brand[choices.sets.chosen], minlength=len(choices.brands))
        lost, sure = (shown_to > 0) & (taken == 0), (shown_to > 0) & (taken == shown_to)
        if not (lost.any() or sure.any()):
            break
        never += [choices.brands[at] for at in np.flatnonzero(lost).tolist()]
        always += [choices.brands[at] for at in np.flatnonzero(sure).tolist()]
        keep = ~(lost | sure)[choices.brand]
        if not keep.any():
            break
        choices = choices.part(keep)
    notes = []
    if never:
        said = "{names} {n:is|are} never chosen: with constants {n:its|their} rows say nothing."
        notes.append(Message(said, {"names": never, "n": len(never)}))
    if always:
        said = "{names} {n:is|are} always chosen: with constants {n:its|their} rows say nothing."
        notes.append(Message(said, {"names": always, "n": len(always)}))
    if not len(choices.sets.weight):
        raise NotEnoughDataError(
            "`data` must have banks that are chosen by some and not by others; found none. "
            "Leave the constants out."
        )
    return choices, tuple(notes)


def _refuse_runaway(maximum: Maximum, options: Options, over: Floats, *, names: list[str]) -> None:
    """Refuse choices whose likelihood has no maximum."""
    size = np.diff(options.starts)
    sides = np.repeat(over[options.picked], size, axis=0) - over
    direction = separating_direction(np.delete(sides, options.picked, axis=0))
    if direction is not None:
        culprits = [name for name, pull in zip(names, direction, strict=True) if pull]
        raise InputError(
            "`attributes` must not tell every choice without error; found that "
            f"{shown(culprits)} {'does' if len(culprits) == 1 else 'do'}, so that there is no "
            "estimate. Leave it out, or ask more persons."
        )
    if not maximum.is_settled:
        raise NotConvergedError(
            f"the choice model did not settle within {maximum.iterations} steps. Look for "
            "attributes that nearly follow from each other."
        )


def constants_test(solution: Solution) -> float:
    """Test whether banks are chosen more or less often than the attributes explain.

    Parameters
    ----------
    solution : Solution
        Without constants.

    Returns
    -------
    float
        p-value of the efficient scores of the banks' constants over their design covariance;
        missing where there are fewer units than banks.
    """
    choices, options = solution.choices, solution.options
    taken = np.bincount(choices.brand[choices.sets.chosen], minlength=len(choices.brands))
    seen = np.bincount(choices.brand, minlength=len(choices.brands))
    tested = np.flatnonzero((taken > 0) & (taken < seen))[1:]
    if not len(tested):
        return float("nan")
    flags = (choices.brand[:, None] == tested).astype(float)
    x = options.over(np.hstack([solution.columns, flags]))
    k = solution.columns.shape[1]
    place = np.concatenate([solution.maximum.place, np.zeros(len(tested))])
    chance, _ = options.chances(x @ place)
    by_option = np.repeat(options.weight, np.diff(options.starts)) * chance
    mean = np.add.reduceat(x * chance[:, None], options.starts[:-1], axis=0)
    information = (x * by_option[:, None]).T @ x - (mean * options.weight[:, None]).T @ mean
    pull = information[k:, :k] @ solution.inverse
    score = options.weight @ (x[options.picked] - mean)[:, k:]
    padded = np.zeros_like(information)
    padded[:k, :k] = solution.inverse
    own = set_scores(options, x, place, padded)
    influence = own[:, k:] - own[:, :k] @ pull.T
    covariance = choices.rows.covariance(choices.to_rows(influence))
    return wald(score, covariance, choices.rows.df)[1]
