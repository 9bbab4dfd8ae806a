"""The score test of claims: ticks beyond the sizes of brand and attribute, and their tail.

The error is that of a table without any claim, so that few persons, heavy weights and clusters
do not make claims; the sizes are fitted without the cells that are claimed, so that one true
claim does not make its neighbours seem denied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.special import (
    gammainc,
    gammaincc,
    gammainccinv,
    gammaincinv,
    ndtr,
    ndtri,
    stdtr,
    stdtrit,
)

from brandkit.core.linalg import Flags, Floats, ratio
from brandkit.positioning.image.kernel import decomposed
from brandkit.positioning.image.responses import ImageResponses
from brandkit.sampling.variance import stratum_residuals

#: Ticks expected of a claim under which it is not judged.
FEW_TICKS = 5.0
#: Rounds of proportional fitting of the sizes.
ROUNDS = 60
#: Skewness under which Pearson's third type is the normal, and at which it is cut off.
NO_SKEW, MOST_SKEW = 1e-5, 3.0
#: Chance to be found that "detectable" speaks of, as a normal quantile.
POWER_80 = 0.84


@dataclass(frozen=True, eq=False)
class TickSums:
    """What the score test takes of respondents' ticks; nobody's answers can be read from it.

    Parameters
    ----------
    bases, squares, cubes : ndarray, shape (brands, attributes)
        Sums of weights, their squares and cubes over who was asked; where only some of a brand's
        rows were, their weights are raised to the brand's base. 0 where nobody was asked.
    covariance : ndarray, shape (brands, attributes, brands, attributes)
        Of the weighted ticks, over sampling units within strata.
    ticks_a_weight : float
        Unweighted ticks over weighted ones.
    n_units, df : int
        Sampling units, and those less strata.
    """

    bases: Floats = field(repr=False)
    squares: Floats = field(repr=False)
    cubes: Floats = field(repr=False)
    covariance: Floats = field(repr=False)
    ticks_a_weight: float
    n_units: int
    df: int


def tick_sums(
    responses: ImageResponses, *, brands: Sequence[str], attributes: Sequence[str]
) -> TickSums:
    """Reduce responses to sums, for the brands and attributes of a table, in its order."""
    rows = responses.rows
    values = rows.values[:, [responses.attributes.index(name) for name in attributes]]
    asked = ~np.isnan(values)
    powers = np.zeros((3, len(brands), len(attributes)))
    totals = []
    for at, name in enumerate(brands):
        inside = responses.place == responses.brands.index(name)
        there, weight = asked & inside[:, None], rows.weight[:, None]
        base = (there * weight).sum(axis=0)
        raised = ratio(float(rows.weight[inside].sum()), base, empty=0.0)
        for power in (1, 2, 3):
            powers[power - 1, at] = (there * (raised * weight) ** power).sum(axis=0)
        share = ratio((np.where(there, values, 0.0) * weight).sum(axis=0), base, empty=0.0)
        influence = np.where(there, raised * (values - share), 0.0) + share * inside[:, None]
        adds = stratum_residuals(rows.contributions(influence), stratum=rows.stratum)
        totals.append(sp.csr_array(adds))
    stacked = sp.csr_array(sp.hstack(totals))
    shape = (len(brands), len(attributes)) * 2
    ticks = np.nansum(values)
    return TickSums(
        bases=powers[0],
        squares=powers[1],
        cubes=powers[2],
        covariance=np.asarray((stacked.T @ stacked).toarray()).reshape(shape),
        ticks_a_weight=float(ticks / np.nansum(values * rows.weight[:, None])),
        n_units=rows.n_units,
        df=rows.df,
    )


def fitted_sizes(table: Floats, kept: Flags) -> Floats:
    """Give what brand and attribute sizes expect, fitted on the kept cells alone.

    Quasi-independence by iterative proportional fitting; with all cells kept, rc/n.

    Examples
    --------
    >>> table = np.outer([2.0, 1.0, 3.0], [1.0, 4.0, 5.0])
    >>> loud = table + np.diag([30.0, 0.0, 0.0])
    >>> bool(np.allclose(fitted_sizes(loud, loud == table), table))
    True
    """
    column = table.sum(axis=0) / table.sum()
    for _ in range(1 if kept.all() else ROUNDS):
        row = (table * kept).sum(axis=1) / (kept * column).sum(axis=1)
        column = (table * kept).sum(axis=0) / (kept * row[:, None]).sum(axis=0)
    return np.outer(row, column)


def pearson_tail(z: Floats, skew: Floats) -> Floats:
    """Give P(Z > z) of a standardised Pearson III variable (a shifted gamma) with this skewness.

    Examples
    --------
    >>> pearson_tail(np.array([0.0, 2.0, 2.0]), np.array([0.0, 0.0, 1.0])).round(4).tolist()
    [0.5, 0.0228, 0.0424]
    """
    size = np.maximum(np.abs(skew), NO_SKEW)
    shape = 4 / size**2
    above = gammaincc(shape, np.maximum(shape + np.sqrt(shape) * z, 0.0))
    below = gammainc(shape, np.maximum(shape - np.sqrt(shape) * z, 0.0))
    return np.asarray(np.where(size <= NO_SKEW, ndtr(-z), np.where(skew > 0, above, below)))


def pearson_quantile(tail: float, skew: Floats) -> Floats:
    """Give the z that a Pearson III variable exceeds with the chance ``tail``.

    Examples
    --------
    >>> skew = np.array([-1.0, 0.0, 0.5])
    >>> pearson_tail(pearson_quantile(0.025, skew), skew).round(6).tolist()
    [0.025, 0.025, 0.025]
    """
    size = np.maximum(np.abs(skew), NO_SKEW)
    shape = 4 / size**2
    above = (gammainccinv(shape, tail) - shape) / np.sqrt(shape)
    below = (shape - gammaincinv(shape, tail)) / np.sqrt(shape)
    return np.asarray(np.where(size <= NO_SKEW, -ndtri(tail), np.where(skew > 0, above, below)))


@dataclass(frozen=True, eq=False)
class _Scores:
    """Residuals of all cells with their null error and the skewness of its tail."""

    expected: Floats
    residual: Floats
    error: Floats
    skew: Floats
    p_value: Floats


def _scores(table: Floats, sums: TickSums | None, out: Flags) -> _Scores:
    """Score every cell, the sizes fitted without those taken ``out``."""
    asked = np.ones(table.shape, dtype=bool) if sums is None else sums.bases > 0
    expected = fitted_sizes(table, asked & ~out)
    residual = np.where(asked, table - expected, 0.0)
    whole = expected.sum()
    down = np.eye(len(table)) - expected.sum(axis=1, keepdims=True) / whole
    along = np.eye(table.shape[1]) - (expected.sum(axis=0) / whole)[:, None]
    if sums is None:  # mentions, each of a person of its own
        second = third = expected
    else:
        share = np.clip(ratio(expected, sums.bases, empty=0.0), 1e-6, 0.98)
        second = sums.squares * share * (1 - share)
        third = sums.cubes * share * (1 - share) * (1 - 2 * share)
    null = down**2 @ second @ (along**2).T
    skew = down**3 @ third @ (along**3).T / null**1.5
    variance, spread = null, 1.0
    if sums is not None:
        half = np.einsum("bk,bm,klmn->bln", down, down, sums.covariance, optimize=True)
        own = np.einsum("jl,jn,bln->bj", along, along, half, optimize=True)
        spread = float(own.sum() / null.sum())
        variance = np.maximum(spread * null, own)
    error, skew = np.sqrt(variance), np.clip(np.sqrt(spread) * skew, -MOST_SKEW, MOST_SKEW)
    z = residual / error
    if sums is not None:
        z = np.sign(z) * -ndtri(np.maximum(stdtr(2 * sums.df, -np.abs(z)), 1e-300))
    tail = np.where(z > 0, pearson_tail(z, skew), pearson_tail(-z, -skew))
    return _Scores(expected, residual, error, skew, np.minimum(2 * tail, 1.0))


def judged_cells(
    table: Floats, sums: TickSums | None, *, false_discovery: float = 0.05
) -> pd.DataFrame:
    """Judge every cell of a table (brands, attributes), row by row.

    ``sums`` is None for a plain table, whose unit is the mention. The surest claimed cell leaves
    the fit of sizes, at most half of a row or column; then all are judged anew, until none is
    added.
    """
    out = np.zeros(table.shape, dtype=bool)
    while True:
        one = _scores(table, sums, out)
        judged = one.expected * (1.0 if sums is None else sums.ticks_a_weight) >= FEW_TICKS
        if sums is not None:
            judged &= sums.bases > 0
        q_value = np.full(table.shape, np.nan)
        q_value[judged] = benjamini_hochberg(one.p_value[judged])
        claimed = q_value <= false_discovery
        room = (out.sum(axis=1) < table.shape[1] // 2)[:, None] & (
            out.sum(axis=0) < table.shape[0] // 2
        )
        new = claimed & ~out & room
        if not new.any():
            break
        # of cells too sure for their p-values to differ, the one with the largest residual
        sure = np.where(new, one.p_value, 2.0)
        size = np.abs(one.residual / one.error) * (sure == sure.min())
        out.flat[np.argmax(size)] = True
    return _columns(table, sums, one, q_value, rate=false_discovery)


def _columns(
    table: Floats, sums: TickSums | None, one: _Scores, q_value: Floats, *, rate: float
) -> pd.DataFrame:
    """Lay down the judgement: residuals as on the map, and points of the brand's base."""
    whole, claimed = table.sum(), q_value <= rate
    root = np.sqrt(one.expected / whole)
    bases = table.sum(axis=1, keepdims=True) if sums is None else sums.bases
    df = np.inf if sums is None else 2 * sums.df

    def beyond(tail: float) -> Floats:
        normal = pearson_quantile(tail, one.skew)
        return one.error * (normal if sums is None else stdtrit(df, ndtr(normal)))

    tested = max(int((~np.isnan(q_value)).sum()), 1)
    cut = rate * max(int(claimed.sum()), 1) / tested
    found = -ndtri(cut / 2) + POWER_80
    kind = np.where(one.residual > 0, "supported", "contradicted")
    columns = {
        "ratio": table / one.expected, "residual": one.residual / whole / root,
        "std_error": one.error / whole / root, "statistic": one.residual / one.error,
        "p_value": one.p_value, "q_value": q_value, "visible": _visible(table),
        "gap": ratio(one.residual, bases), "gap_low": ratio(one.residual - beyond(rate / 2), bases),
        "gap_high": ratio(one.residual - beyond(1 - rate / 2), bases),
        "detectable_gap": ratio(found * one.error, bases),
        "claim": np.where(claimed, kind, "not_shown"),
    }  # fmt: skip
    return pd.DataFrame({name: values.ravel() for name, values in columns.items()})


def _visible(table: Floats) -> Floats:
    """Give the part of each residual that the first two axes show, 0-1."""
    sample = decomposed(table)
    observed = (sample.left * sample.values) @ sample.right.T
    in_plane = (sample.left[:, :2] * sample.values[:2]) @ sample.right[:, :2].T
    size = np.where(np.abs(observed) > 1e-12, np.abs(observed), 0.0)
    return np.clip(ratio(in_plane * np.sign(observed), size, empty=0.0), 0.0, 1.0)


def benjamini_hochberg(p_values: Floats) -> Floats:
    """Adjust p-values (m,): the running minimum, from the largest down, of m p / rank.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.04, 0.04]
    """
    m = len(p_values)
    order = np.argsort(p_values, kind="stable")[::-1]
    adjusted = np.empty(m)
    adjusted[order] = np.minimum.accumulate(p_values[order] * m / np.arange(m, 0, -1))
    return np.minimum(adjusted, 1.0)
