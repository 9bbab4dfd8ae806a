"""What a choice model says of shares: what speaks for a bank, and what a change would do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from brandkit.core.linalg import Floats
from brandkit.satisfaction.choice_kernel import Options
from brandkit.satisfaction.choice_sets import Choices
from brandkit.satisfaction.choice_solution import Solution

_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Averages:
    """Estimates with what each row of the survey adds to them.

    Parameters
    ----------
    estimate : ndarray, shape (q,)
    influence : ndarray, shape (n, q)
    """

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
    inside, outside = np.maximum(chance, _LEAST), np.maximum(1 - chance, _LEAST)
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
