"""Conditional logit: likelihood, chances and what single persons add, over sets of options."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

import numpy as np

from brandkit.core.errors import InputError
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.satisfaction.fitting import Maximum, maximise

#: Combinations of banks in all choices together.
MOST_OPTIONS: Final = 1_000_000
#: Options of a set up to which what it adds to the estimate is freed of itself.
LARGEST_SOLVED: Final = 64


@dataclass(frozen=True, eq=False)
class Sets:
    """Choices: in each, some of the rows were taken.

    Parameters
    ----------
    starts : ndarray of int, shape (sets + 1,)
        Where the rows of each set begin, and the end.
    chosen : ndarray of bool, shape (rows,)
        At least one and not all of each set.
    weight : ndarray, shape (sets,)
    """

    starts: Codes
    chosen: Flags
    weight: Floats

    @property
    def size(self) -> Codes:
        """Rows of each set."""
        return np.diff(self.starts)

    @property
    def of_row(self) -> Codes:
        """Set of each row."""
        return np.repeat(np.arange(len(self.weight)), self.size)

    @property
    def taken(self) -> Codes:
        """How many each set takes."""
        return np.add.reduceat(self.chosen.astype(np.intp), self.starts[:-1])


@dataclass(frozen=True, eq=False)
class Options:
    """The ways a set could have been answered: its rows, or its subsets where several are taken.

    Parameters
    ----------
    starts : ndarray of int, shape (sets + 1,)
    picked : ndarray of int, shape (sets,)
        The option that was taken.
    option, row : ndarray of int, shape (pairs,)
        Which row is in which option, sorted by option; both count up where each set takes one.
    is_single : bool
        Whether options are the rows themselves.
    weight : ndarray, shape (sets,)
    """

    starts: Codes
    picked: Codes
    option: Codes
    row: Codes
    is_single: bool
    weight: Floats

    def over(self, values: Floats) -> Floats:
        """Add up the values of the rows in each option."""
        if self.is_single:
            return values
        first = np.flatnonzero(np.r_[True, np.diff(self.option) > 0])
        return np.asarray(np.add.reduceat(values[self.row], first, axis=0))

    def back(self, values: Floats, n_rows: int) -> Floats:
        """Add up the values of the options that a row is in."""
        if self.is_single:
            return values
        return np.bincount(self.row, weights=values[self.option], minlength=n_rows).astype(float)

    def chances(self, eta: Floats) -> tuple[Floats, Floats]:
        """Give the chance of each option, and the log of each set's sum of exponentials."""
        size = np.diff(self.starts)
        largest = np.maximum.reduceat(eta, self.starts[:-1])
        raised = np.exp(eta - np.repeat(largest, size))
        total = np.add.reduceat(raised, self.starts[:-1])
        return raised / np.repeat(total, size), largest + np.log(total)


def options_of(sets: Sets) -> Options:
    """List the ways each set could have been answered, given how many it takes.

    Parameters
    ----------
    sets : Sets

    Returns
    -------
    Options

    Raises
    ------
    InputError
        There are too many.

    Notes
    -----
    With one taken this is the conditional logit; with several the exact conditional likelihood
    given their number (Cox 1972; ``clogit(method = "exact")`` of R's survival).

    Examples
    --------
    >>> sets = Sets(np.array([0, 3]), np.array([True, True, False]), np.ones(1))
    >>> options = options_of(sets)
    >>> options.row.tolist(), options.picked.tolist()
    ([0, 1, 0, 2, 1, 2], [0])
    """
    taken, size = sets.taken, sets.size
    if (taken == 1).all():
        rows = np.arange(len(sets.chosen))
        return Options(sets.starts, np.flatnonzero(sets.chosen), rows, rows, True, sets.weight)
    counts = np.array([comb(m, k) for m, k in zip(size.tolist(), taken.tolist(), strict=True)])
    if counts.sum() > MOST_OPTIONS:
        raise InputError(
            f"`choice` must leave at most {MOST_OPTIONS:,} ways to answer; found "
            f"{int(counts.sum()):,}, because persons take many of many banks. Name the main bank, "
            "or ask for fewer banks."
        )
    starts = np.concatenate([[0], np.cumsum(counts)])
    option, row, picked = [], [], np.zeros(len(size), dtype=np.intp)
    for m, k in sorted(set(zip(size.tolist(), taken.tolist(), strict=True))):
        which = np.flatnonzero((size == m) & (taken == k))
        subsets = np.array(list(combinations(range(m), k)))
        rows = sets.starts[which, None, None] + subsets
        numbers = starts[which, None] + np.arange(len(subsets))
        option.append(np.broadcast_to(numbers[:, :, None], rows.shape).ravel())
        row.append(rows.ravel())
        hit = sets.chosen[rows].all(axis=2)
        picked[which] = starts[which] + hit.argmax(axis=1)
    where, members = np.concatenate(option), np.concatenate(row)
    order = np.argsort(where, kind="stable")
    return Options(starts, picked, where[order], members[order], False, sets.weight)


def fit(options: Options, x: Floats) -> Maximum:
    """Estimate the coefficients of a conditional logit on x (options, p), summed over rows.

    References
    ----------
    McFadden, D. (1974). Conditional logit analysis of qualitative choice behavior. In Zarembka
    (ed.), Frontiers in Econometrics, 105-142.

    Examples
    --------
    Three of four persons take the bank that is seen as fair: the log of three.

    >>> sets = Sets(np.arange(0, 9, 2), np.array([1, 0, 1, 0, 1, 0, 0, 1], bool), np.ones(4))
    >>> found = fit(options_of(sets), np.tile([[1.0], [0.0]], (4, 1)))
    >>> found.place.round(6).tolist()
    [1.098612]
    """
    scale = float(options.weight.mean())
    weight = options.weight / scale
    by_option = np.repeat(weight, np.diff(options.starts))
    seen = weight @ x[options.picked]

    def objective(place: Floats) -> tuple[float, Floats, Floats]:
        eta = x @ place
        chance, total = options.chances(eta)
        value = float(weight @ (eta[options.picked] - total))
        mean = np.add.reduceat(x * chance[:, None], options.starts[:-1], axis=0)
        information = (x * (by_option * chance)[:, None]).T @ x - (mean * weight[:, None]).T @ mean
        return value, seen - weight @ mean, information

    return maximise(objective, start=np.zeros(x.shape[1]), scale=scale)


def set_scores(options: Options, x: Floats, place: Floats, inverse: Floats) -> Floats:
    """Give what each set says of the coefficients, as if the model had not seen it.

    Parameters
    ----------
    options : Options
    x : ndarray, shape (options, p)
    place : ndarray, shape (p,)
        The estimate.
    inverse : ndarray, shape (p, p)
        Inverse of the information.

    Returns
    -------
    ndarray, shape (sets, p)
        X'(I - w M X J X')^-1 (taken - chance) with M = diag(chance) - chance chance': one step
        of the jackknife. Without, errors come out too small in small samples.
    """
    chance, _ = options.chances(x @ place)
    surprise = -chance
    surprise[options.picked] += 1.0
    size = np.diff(options.starts)
    scores = np.empty((len(size), x.shape[1]))
    for m in np.unique(size).tolist():
        which = np.flatnonzero(size == m)
        at = options.starts[which, None] + np.arange(m)
        mine, left = x[at], surprise[at][:, :, None]
        if m <= LARGEST_SOLVED:
            p = chance[at]
            spread = p[:, :, None] * (np.eye(m) - p[:, None, :])
            pull = (mine @ inverse) @ mine.transpose(0, 2, 1)
            shrunk = np.eye(m) - options.weight[which, None, None] * (spread @ pull)
            left = np.asarray(np.linalg.solve(shrunk, left), dtype=np.float64)
        scores[which] = (mine * left).sum(axis=1)
    return scores
