"""How far banks differ in ratings and in image, from sums over random groups of persons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandkit.core.linalg import Floats
from brandkit.core.moments import moments
from brandkit.core.survey_design import RowDraws, SurveyRows
from brandkit.satisfaction.bounded_share import DrawnSquare

Codes = np.ndarray[tuple[int, ...], np.dtype[np.intp]]


@dataclass(frozen=True, eq=False)
class Cells:
    """Which cell of wave and bank each row belongs to, and the persons in each.

    Parameters
    ----------
    code : ndarray of int, shape (n,)
        wave x banks + bank; -1 for rows that are left out.
    n_waves, n_banks : int
    """

    code: Codes
    n_waves: int
    n_banks: int


@dataclass(frozen=True, eq=False)
class BankSums:
    """Weighted sums of columns by wave and bank, of the sample and of draws.

    Parameters
    ----------
    sample : ndarray, shape (waves, banks, columns)
    drawn : ndarray, shape (draws, waves, banks, columns)
    """

    sample: Floats
    drawn: Floats


def bank_sums(columns: Floats, rows: SurveyRows, cells: Cells, drawn: RowDraws) -> BankSums:
    """Add columns up by wave and bank, once for the sample and once for every draw."""
    names = [f"c{at}" for at in range(columns.shape[1])]
    used = cells.code >= 0
    frame = pd.DataFrame(columns[used], columns=names)
    frame["cell"], frame["w"] = cells.code[used], rows.weight[used]
    found = moments(
        frame, columns=names, cells=["cell"], weight="w", products=False,
        groups=drawn.group[used], n_groups=drawn.n_groups,
    )  # fmt: skip
    place = [int(cell[0]) for cell in found.cells]  # type: ignore[call-overload]
    shape = (cells.n_waves * cells.n_banks, len(names))

    def spread(values: Floats) -> Floats:
        whole = np.zeros((*values.shape[:-2], *shape))
        whole[..., place, :] = values
        return whole.reshape(*values.shape[:-2], cells.n_waves, cells.n_banks, len(names))

    return BankSums(spread(found.sums().sums), spread(found.sums(drawn.times).sums))


def rating_spread(
    sums: BankSums,
    *,
    persons: Floats,
    covariance: Floats,
    wave: int,
    banks: Codes,
) -> DrawnSquare:
    """Give the variance of an item between banks over that within, with draws.

    Parameters
    ----------
    sums : BankSums
        Of three columns: answered, answer, squared answer (about the middle of all answers).
    persons : ndarray, shape (banks,)
        Persons who rated each of the chosen banks.
    covariance : ndarray, shape (banks, banks)
        Design covariance of the chosen banks' means.
    wave : int
    banks : ndarray of int
        The banks with enough answers.

    Returns
    -------
    DrawnSquare

    Notes
    -----
    With shares of the ratings p_b, means m_b and their design covariance V, the variance between
    is sum p_b (m_b - m)^2 - (sum p_b V_bb - p'Vp): the second part is what noise adds, persons who
    rated several banks included. The variance within is sum p_b (s_b^2 + V_bb), s_b^2 with the
    weight as denominator. Where every person rates one of equally many this is omega squared.
    """
    weight, total, squares = np.moveaxis(sums.sample[wave][banks], -1, 0)
    share, mean = weight / weight.sum(), total / weight
    noise_of = np.diag(covariance)
    between = _spread(share, mean, mean)
    noise = float(share @ noise_of - share @ covariance @ share)
    inner = float(share @ (squares / weight - mean**2))
    within = inner + float(share @ noise_of)

    drawn = sums.drawn[:, wave][:, banks]
    drawn_weight = drawn[..., 0]
    there = drawn_weight > 0
    safe = np.where(there, drawn_weight, 1.0)
    drawn_share = drawn_weight / drawn_weight.sum(axis=1, keepdims=True)
    drawn_mean = drawn[..., 1] / safe
    # a draw takes the variance of a mean of n persons for (n - 1) / n of what it is
    off = np.where(there, (drawn_mean - mean) * np.sqrt(persons / (persons - 1)), 0.0)
    drawn_inner = (drawn_share * (drawn[..., 2] / safe - drawn_mean**2)).sum(axis=1)
    return DrawnSquare(
        observed=float(between) / within,
        corrected=(float(between) - noise) / within,
        square=_spread(drawn_share, mean, mean),
        cross=_spread(drawn_share, mean, off),
        noise=_spread(drawn_share, off, off),
        scale=drawn_inner + 2.0 * float(share @ noise_of),
        unit=float(between) / within,
    )


def _spread(share: Floats, one: Floats, other: Floats) -> Floats:
    """Give the covariance between banks of two sets of their values."""
    means = (share * one).sum(axis=-1), (share * other).sum(axis=-1)
    return np.asarray((share * one * other).sum(axis=-1) - means[0] * means[1])


def image_inertia(sums: BankSums, *, persons: Floats, wave: int, banks: Codes) -> DrawnSquare:
    """Give the inertia of the table of banks by attributes, with draws.

    Parameters
    ----------
    sums : BankSums
        Of the ticks.
    persons : ndarray, shape (banks,)
        Persons asked about each of the chosen banks.
    wave : int
    banks : ndarray of int
        The banks with enough answers.

    Returns
    -------
    DrawnSquare
        Not divided by anything: chi-square over the number of mentions.

    Notes
    -----
    Inertia is the squared length of the residuals (p - rc)/sqrt(rc). What noise adds is the mean
    over draws of the squared length of their deviations. (rows - 1)(columns - 1)/n would hold for
    single mentions only: ticks of frequent attributes vary less, ticks of one person go together.
    """
    table = sums.sample[wave][banks]
    ticked = table.sum(axis=0) > 0
    residual = _residuals(table[:, ticked])
    drawn = _residuals(sums.drawn[:, wave][:, banks][..., ticked])
    off = (drawn - residual) * np.sqrt(persons / (persons - 1))[:, None]
    square = float((residual**2).sum())
    noise = (off**2).sum(axis=(1, 2))
    return DrawnSquare(
        observed=square,
        corrected=square - float(noise.mean()),
        square=np.full(len(drawn), square),
        cross=(residual * off).sum(axis=(1, 2)),
        noise=noise,
        scale=np.ones(len(drawn)),
        unit=square,
    )


def _residuals(table: Floats) -> Floats:
    """Give (p - rc)/sqrt(rc) of one table or a stack; 0 where a row or column is empty."""
    share = table / table.sum(axis=(-1, -2), keepdims=True)
    expected = share.sum(axis=-1, keepdims=True) * share.sum(axis=-2, keepdims=True)
    filled = expected > 0
    root = np.sqrt(np.where(filled, expected, 1.0))
    return np.asarray(np.where(filled, (share - expected) / root, 0.0))
