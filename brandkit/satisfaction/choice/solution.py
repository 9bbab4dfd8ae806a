"""The estimate of a choice model: coefficients, constants of banks, what each choice adds."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from brandkit.core import errors
from brandkit.core.intervals import holm
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message, noted
from brandkit.satisfaction import fitting
from brandkit.satisfaction.choice.kernel import Choices, Options, fit, options_of, set_scores

#: Chances are kept this far from 0 and 1.
LEAST: Final = 1e-12
#: Choices among three banks or more in which a pair must meet to be tested.
LEAST_MET: Final = 30
#: Pairs tested in one piece, so that tables stay small.
_AT_ONCE: Final = 64


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
    regressors: fitting.Regressors
    constants: tuple[int, ...]
    maximum: fitting.Maximum
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
    def labels(self) -> list[str]:
        """Labels of the kept attributes."""
        return self.choices.rows.named(self.attributes)

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


def solve(choices: Choices, *, with_constants: bool) -> Solution:
    """Estimate the model; refuse what has no estimate."""
    notes: tuple[Message, ...] = ()
    if with_constants:
        choices, notes = _without_decided_banks(choices)
    constants = tuple(np.unique(choices.brand).tolist()) if with_constants else ()
    flags = (choices.brand[:, None] == np.array(constants[1:], dtype=np.intp)).astype(float)
    values = np.hstack([choices.values, flags.reshape(len(choices.brand), -1)])
    names = (*choices.attributes, *(choices.brands[at] for at in constants[1:]))
    size, of_row = choices.sets.size[:, None], choices.sets.of_row
    mean = np.add.reduceat(values, choices.sets.starts[:-1], axis=0) / size
    weight = choices.sets.weight[of_row]
    used = fitting.checked_regressors(
        values, weight=weight, names=names, within=values - mean[of_row], argument="attributes"
    )
    if len(choices.sets.weight) <= len(used.kept):
        raise errors.NotEnoughDataError(
            f"`data` must have more choices than the model has coefficients ({len(used.kept)}); "
            f"found {len(choices.sets.weight)}. Name fewer attributes."
        )
    columns, options = used.standardised(values), options_of(choices.sets)
    over = options.over(columns)
    maximum = fit(options, over)
    inverse = fitting.inverted(maximum.information)
    if not maximum.is_settled or fitting.may_run_away(maximum.place, inverse, columns):
        _refuse_runaway(maximum, options, over, names=[names[at] for at in used.kept])
    notes = (*notes, *used.notes)
    return Solution(choices, options, columns, used, constants, maximum, inverse, notes)


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
    notes = noted(
        "{names} {n:is|are} never chosen: with constants {n:its|their} rows say nothing.",
        names=never,
    )
    notes += noted(
        "{names} {n:is|are} always chosen: with constants {n:its|their} rows say nothing.",
        names=always,
    )
    if not len(choices.sets.weight):
        raise errors.NotEnoughDataError(
            "`data` must have banks that are chosen by some and not by others; found none. "
            "Leave the constants out."
        )
    return choices, tuple(notes)


def _refuse_runaway(
    maximum: fitting.Maximum, options: Options, over: Floats, *, names: list[str]
) -> None:
    """Refuse choices whose likelihood has no maximum."""
    size = np.diff(options.starts)
    sides = np.repeat(over[options.picked], size, axis=0) - over
    fitting.refuse_runaway(
        maximum,
        np.delete(sides, options.picked, axis=0),
        names=names,
        rule="`attributes` must not tell every choice without error",
        ways=("ask more persons", "attributes that nearly follow from each other"),
    )


# --- averages over rows --------------------------------------------------------------------------


class Averages(NamedTuple):
    """Estimates (q,) with what each row of the survey adds to them (n, q)."""

    estimate: Floats
    influence: Floats


def row_chances(options: Options, eta: Floats) -> tuple[Floats, Floats]:
    """Give the chance that each row is taken, and that of each option."""
    chance, _ = options.chances(options.over(eta))
    return options.back(chance, len(eta)), chance


def attribute_effects(solution: Solution) -> Averages:
    """Give by how much a bank's chance rises with an attribute, on average over rows.

    For an attribute of 0 and 1 from nobody saying it to the person saying it; for a scale by one
    more point.

    Returns
    -------
    Averages
        One a kept attribute. The rows' changes and the estimate are linearised together, so that
        errors hold for the population's average.
    """
    choices, x = solution.choices, solution.columns
    chance, by_option = row_chances(solution.options, x @ solution.maximum.place)
    inside, outside = np.maximum(chance, LEAST), np.maximum(1 - chance, LEAST)
    odds = np.log(inside) - np.log(outside)
    pull = _pulls(solution, inside, outside, by_option)
    weight = choices.rows.weight[choices.row]
    share = weight / weight.sum()
    n, p = len(share), len(solution.kept)
    each, gradient = np.empty((n, p)), np.empty((p, x.shape[1]))
    for k in range(p):
        raw = choices.values[:, solution.kept[k]]
        up, down = (1 - raw, raw) if is_flag(raw) else (np.ones(n), np.zeros(n))
        up, down = up / solution.spread[k], down / solution.spread[k]
        high = expit(odds + up * solution.maximum.place[k])
        low = expit(odds - down * solution.maximum.place[k])
        each[:, k] = high - low
        steep_high, steep_low = share * high * (1 - high), share * low * (1 - low)
        gradient[k] = (steep_high - steep_low) @ pull
        gradient[k, k] += steep_high @ up + steep_low @ down
    estimate = share @ each
    influence = solution.row_influence @ gradient.T
    influence[choices.row] += (each - estimate) / weight.sum()
    return Averages(estimate, influence)


def _pulls(solution: Solution, inside: Floats, outside: Floats, by_option: Floats) -> Floats:
    """Differentiate the log odds that a row is taken: the mean of options with it less without."""
    options, sets = solution.options, solution.choices.sets
    over = options.over(solution.columns) * by_option[:, None]
    mean = np.add.reduceat(over, options.starts[:-1], axis=0)[sets.of_row]
    with_it = np.stack([options.back(part, len(inside)) for part in over.T], axis=1)
    return np.asarray(with_it / inside[:, None] - (mean - with_it) / outside[:, None])


def is_flag(values: Floats) -> bool:
    """Say whether an attribute is 0 or 1 only."""
    return bool(np.isin(values, (0.0, 1.0)).all())


def predicted_shares(solution: Solution) -> Averages:
    """Give the share of choices that each bank is predicted to take."""
    choices = solution.choices
    chance, _ = row_chances(solution.options, solution.columns @ solution.maximum.place)
    by_set = by_brand(choices, chance)
    weight = choices.sets.weight
    share = weight @ by_set / weight.sum()
    return Averages(share, choices.to_rows((by_set - share) / weight.sum()))


def by_brand(choices: Choices, values: Floats) -> Floats:
    """Put a value of each row under its bank, shape (sets, banks); 0 where it is not rated."""
    table = np.zeros((len(choices.sets.weight), len(choices.brands)))
    table[choices.sets.of_row, choices.brand] = values
    return table


# --- tests of what the model takes for granted ---------------------------------------------------


class AddedScores(NamedTuple):
    """Efficient scores of further columns, their information, and their design covariance."""

    score: Floats  # (q,)
    known: Floats  # (q,)
    covariance: Floats  # (q, q)


def _added_scores(solution: Solution, columns: Floats) -> AddedScores:
    """Score further columns of the rows (n, q) at the estimate without them."""
    choices, options, inverse = solution.choices, solution.options, solution.inverse
    x, z, weight = options.over(solution.columns), options.over(columns), options.weight
    k, starts = x.shape[1], options.starts[:-1]
    chance, _ = options.chances(x @ solution.maximum.place)
    by_option = np.repeat(weight, np.diff(options.starts)) * chance
    mean_x = np.add.reduceat(x * chance[:, None], starts, axis=0)
    mean_z = np.add.reduceat(z * chance[:, None], starts, axis=0)
    cross = (z * by_option[:, None]).T @ x - (mean_z * weight[:, None]).T @ mean_x
    pull = cross @ inverse
    known = by_option @ z**2 - weight @ mean_z**2 - (pull * cross).sum(axis=1)
    padded = np.zeros((k + z.shape[1],) * 2)
    padded[:k, :k] = inverse
    place = np.concatenate([solution.maximum.place, np.zeros(z.shape[1])])
    own = set_scores(options, np.hstack([x, z]), place, padded)
    influence = own[:, k:] - own[:, :k] @ pull.T
    covariance = choices.rows.covariance(choices.to_rows(influence))
    return AddedScores(weight @ (z[options.picked] - mean_z), known, covariance)


def constants_test(solution: Solution) -> float:
    """Test whether banks are chosen more or less often than the attributes explain.

    Gives the p-value of the efficient scores of the banks' constants over their design
    covariance; missing where there are fewer units than banks, or the model has constants.
    """
    choices = solution.choices
    taken = np.bincount(choices.brand[choices.sets.chosen], minlength=len(choices.brands))
    rated = np.bincount(choices.brand, minlength=len(choices.brands))
    tested = np.flatnonzero((taken > 0) & (taken < rated))[1:]
    if solution.constants or not len(tested):
        return float("nan")
    added = _added_scores(solution, (choices.brand[:, None] == tested).astype(float))
    return fitting.wald(added.score, added.covariance, choices.rows.df)[1]


def independence_rows(solution: Solution) -> pd.DataFrame:
    """Test each pair of banks for standing in for each other.

    Parameters
    ----------
    solution : Solution

    Returns
    -------
    DataFrame
        One row a pair that meets often enough: ``brand_a brand_b n estimate std_error p_value
        p_adjusted``. ``n`` choices have both and at least one other bank; ``estimate`` is by how
        much each is worth less (below 0) for being rated beside the other.

    Notes
    -----
    Under independence the odds of two banks do not depend on which others there are. If two are
    close substitutes, a customer who rates both takes them for nearly one: each is then worth
    less against a third bank than where it stands alone. One further coefficient a pair, 1 for
    both banks where both are rated, says by how much; it is 0 under independence, whatever the
    banks' own popularity, for which each has a constant here. Efficient scores over their design
    covariance, Holm over pairs. Leaving out a bank and comparing coefficients (Hausman and
    McFadden) asks the same and finds next to nothing: 8 % of samples of 1,000 persons in which
    two of five banks share most of their appeal, where this finds 84 %.

    References
    ----------
    McFadden, D., Train, K. and Tye, W. B. (1977). An application of diagnostic tests for the
    independence from irrelevant alternatives property of the multinomial logit model.
    Transportation Research Record 637, 39-46.
    Hausman, J. and McFadden, D. (1984). Specification tests for the multinomial logit model.
    Econometrica 52, 1219-1240. doi:10.2307/1910997
    """
    null = solution
    if not solution.constants:  # give each bank one, where there is an estimate with them
        with suppress(errors.BrandkitError):
            null = solve(solution.choices, with_constants=True)
    first, second, n = _pairs(null)
    pieces = [slice(at, at + _AT_ONCE) for at in range(0, len(first), _AT_ONCE)]
    tested = [_tested(null, first[piece], second[piece]) for piece in pieces]
    estimate, error = np.concatenate([np.empty((2, 0)), *tested], axis=1)
    known = ~np.isnan(estimate)
    first, second, n, estimate, error = (
        part[known] for part in (first, second, n, estimate, error)
    )
    p_value = fitting.p_values(estimate, error, null.choices.rows.df)
    names = np.array(null.choices.brands, dtype=object)
    frame = pd.DataFrame({"brand_a": names[first], "brand_b": names[second], "n": n})
    frame = frame.assign(estimate=estimate, std_error=error, p_value=p_value)
    return frame.assign(p_adjusted=holm(p_value))


def _rated(solution: Solution) -> Flags:
    """Say which banks are in each choice, shape (sets, banks)."""
    choices = solution.choices
    table = np.zeros((len(choices.sets.weight), len(choices.brands)), dtype=bool)
    table[choices.sets.of_row, choices.brand] = True
    return table


def _pairs(solution: Solution) -> tuple[Codes, Codes, Codes]:
    """Give the pairs of banks that meet in enough choices with a third bank, and in how many."""
    among = _rated(solution)[solution.choices.sets.size > 2].astype(float)
    met = np.rint(among.T @ among).astype(np.intp)
    first, second = np.nonzero(np.triu(met >= LEAST_MET, 1))
    return first, second, met[first, second]


def _tested(solution: Solution, first: Codes, second: Codes) -> tuple[Floats, Floats]:
    """Estimate what pairs of banks lose by meeting, by one step, with design errors."""
    choices, rated = solution.choices, _rated(solution)
    meet = rated[:, first] & rated[:, second] & (choices.sets.size > 2)[:, None]
    either = (choices.brand[:, None] == first) | (choices.brand[:, None] == second)
    added = _added_scores(solution, (meet[choices.sets.of_row] & either).astype(float))
    known = np.where(added.known > 1e-9, added.known, np.nan)
    return added.score / known, fitting.root(added.covariance) / known
