"""Likelihood of ordered answers: links, derivatives, and rows reduced to cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr, logit, ndtr, ndtri

from brandkit.core.linalg import Floats
from brandkit.satisfaction.newton import Maximum, maximise

Link = Literal["logit", "probit"]
Codes = NDArray[np.intp]

_WORTH_COLLAPSING = 0.7
"""Cells for each row from which equal rows are no longer united."""
_FEW_KINDS = 200
"""Possible kinds of rows for each row up to which equal ones are sought at all."""
_ROOT_TWO_PI = float(np.sqrt(2 * np.pi))


class Curve(NamedTuple):
    """A link's distribution: cumulated share, share with density, and the inverse."""

    share: Callable[[Floats], Floats]
    with_density: Callable[[Floats], tuple[Floats, Floats]]
    quantile: Callable[[Floats], Floats]


def _logistic(z: Floats) -> tuple[Floats, Floats]:
    share = expit(z)
    return share, share * (1 - share)


def _normal(z: Floats) -> tuple[Floats, Floats]:
    return ndtr(z), _normal_density(z)


def _normal_density(z: Floats) -> Floats:
    return np.asarray(np.exp(-(z**2) / 2) / _ROOT_TWO_PI)


CURVES: dict[Link, Curve] = {
    "logit": Curve(expit, _logistic, logit),
    "probit": Curve(ndtr, _normal, ndtri),
}


@dataclass(frozen=True, eq=False)
class Cells:
    """Answers reduced to different rows, sorted by level.

    Parameters
    ----------
    x : ndarray, shape (m, p)
        Drivers.
    weight : ndarray, shape (m,)
        Weights of the rows in each cell, added up.
    starts : ndarray of int, shape (levels + 1,)
        Where each level begins, and the end.
    of_row : ndarray of int, shape (n,)
        The cell of each row.
    """

    x: Floats
    weight: Floats
    starts: Codes
    of_row: Codes

    @property
    def n_levels(self) -> int:
        """Levels of the answer."""
        return len(self.starts) - 1

    @property
    def level(self) -> Codes:
        """Level of each cell."""
        return np.repeat(np.arange(self.n_levels), np.diff(self.starts))

    def by_level(self, values: Floats) -> Floats:
        """Add up over the cells of each level, shape (levels, ...)."""
        return np.asarray(np.add.reduceat(values, self.starts[:-1], axis=0))


class Pieces(NamedTuple):
    """Log-likelihood of each cell and its derivatives by the thresholds above and below."""

    value: Floats
    above: Floats
    below: Floats
    above_above: Floats
    below_below: Floats
    above_below: Floats


def cells_of(x: Floats, level: Codes, weight: Floats) -> Cells:
    """Unite rows of equal drivers, level and weight, where that makes them markedly fewer.

    Parameters
    ----------
    x : ndarray, shape (n, p)
    level : ndarray of int, shape (n,)
        Level of each row, 0 to levels - 1; each occurs.
    weight : ndarray, shape (n,)

    Returns
    -------
    Cells

    Examples
    --------
    >>> cells = cells_of(np.array([[1.0], [2.0], [1.0]]), np.array([1, 0, 1]), np.ones(3))
    >>> cells.x.ravel().tolist(), cells.weight.tolist(), cells.of_row.tolist()
    ([2.0, 1.0], [1.0, 2.0], [1, 0, 1])
    """
    n_levels = int(level.max()) + 1
    key = _whole_keys(x, level, weight)
    if key is not None:
        found, first, of_row = np.unique(key, return_index=True, return_inverse=True)
        if len(found) <= _WORTH_COLLAPSING * len(x):
            united = np.bincount(of_row, weights=weight, minlength=len(found))
            starts = np.searchsorted(level[first], np.arange(n_levels + 1))
            return Cells(x[first], united.astype(np.float64), starts, of_row.reshape(-1))
    order = np.argsort(level, kind="stable")
    place = np.empty(len(x), dtype=np.intp)
    place[order] = np.arange(len(x))
    starts = np.searchsorted(level[order], np.arange(n_levels + 1))
    return Cells(np.ascontiguousarray(x[order]), weight[order], starts, place)


def _whole_keys(x: Floats, level: Codes, weight: Floats) -> NDArray[np.int64] | None:
    """Write each row of whole numbers as one number, the level first; None where it does not go."""
    if not np.array_equal(x, np.rint(x)):
        return None
    low, high = x.min(axis=0), x.max(axis=0)
    if np.log2(high - low + 1).sum() > np.log2(_FEW_KINDS * len(x)):
        return None
    kinds, heavy = np.unique(weight, return_inverse=True)
    sizes = [*(high - low + 1).astype(int).tolist(), len(kinds)]
    kinds_of_rows = np.log2(sizes).sum() + np.log2(level.max() + 1)
    if kinds_of_rows > min(62, np.log2(_FEW_KINDS * len(x))):
        return None
    key = level.astype(np.int64)
    for column, size in zip((*(x - low).T, heavy.reshape(-1)), sizes, strict=True):
        key = key * size + column.astype(np.int64)
    return key


def pieces(cells: Cells, eta: Floats, thresholds: Floats, link: Link) -> Pieces:
    """Give the log-likelihood of each cell with first and second derivatives.

    Parameters
    ----------
    cells : Cells
    eta : ndarray, shape (m,)
        Linear predictor.
    thresholds : ndarray, shape (levels - 1,), ascending
    link : "logit" or "probit"

    Returns
    -------
    Pieces
        Derivatives by the threshold above the level and the one below; 0 where there is none.

    Notes
    -----
    log(F(a) - F(b)) with a = threshold above - eta, b = threshold below - eta. For the logit
    it is log F(a) + log F(-b) + log(1 - exp(b - a)), whose last term does not depend on eta, so
    that nothing cancels and second derivatives are those of two binary logits.
    """
    levels = cells.level
    top, bottom = levels == cells.n_levels - 1, levels == 0
    ends = np.concatenate([[-np.inf], thresholds, [np.inf]])
    a, b = ends[levels + 1] - eta, ends[levels] - eta
    if link == "logit":
        return _logit_pieces(a, b, np.exp(-np.diff(ends))[levels])
    return _probit_pieces(a, b, top, bottom)


def _logit_pieces(a: Floats, b: Floats, between: Floats) -> Pieces:
    """Take a, b and exp(b - a), which is 0 at the first and the last level."""
    under, over = expit(a), expit(-b)
    tie = between / (1 - between)
    tie2 = tie * (1 + tie)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(under * over * (1 - between))
    under_out, over_out = 1 - under, 1 - over
    return Pieces(
        value, under_out + tie, -over_out - tie,
        -under * under_out - tie2, -over * over_out - tie2, tie2,
    )  # fmt: skip


def _probit_pieces(
    a: Floats, b: Floats, top: NDArray[np.bool_], bottom: NDArray[np.bool_]
) -> Pieces:
    # both ends are taken from the side where the tail is small, so that nothing cancels
    flip = b > 0
    share = np.where(flip, ndtr(-b) - ndtr(-a), ndtr(a) - ndtr(b))
    a, b = np.where(top, 0.0, a), np.where(bottom, 0.0, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(share)
        tiny = share < 1e-290
        if tiny.any():
            value = np.where(tiny & top, log_ndtr(-b), np.where(tiny & bottom, log_ndtr(a), value))
            share = np.maximum(share, np.exp(np.maximum(value, -680.0)))
        ga = np.where(top, 0.0, _normal_density(a) / share)
        gb = np.where(bottom, 0.0, -_normal_density(b) / share)
    return Pieces(value, ga, gb, -a * ga - ga**2, -b * gb - gb**2, -ga * gb)


def fit(cells: Cells, link: Link) -> Maximum:
    """Estimate thresholds and coefficients by Newton's method.

    Parameters
    ----------
    cells : Cells
        Drivers centred and scaled.
    link : "logit" or "probit"

    Returns
    -------
    Maximum
        ``place`` holds thresholds, then coefficients; the value is the weighted log-likelihood.
    """
    weight = cells.weight / cells.weight.mean()
    cuts = cells.n_levels - 1
    share = np.cumsum(cells.by_level(weight))[:-1] / weight.sum()
    start = np.concatenate([CURVES[link].quantile(share), np.zeros(cells.x.shape[1])])

    def objective(place: Floats) -> tuple[float, Floats, Floats]:
        thresholds, slopes = place[:cuts], place[cuts:]
        if cuts > 1 and (np.diff(thresholds) <= 0).any():
            return np.nan, place, np.eye(len(place))
        got = pieces(cells, cells.x @ slopes, thresholds, link)
        weighted = Pieces(*(weight * part for part in got))
        return float(weighted.value.sum()), _gradient(cells, weighted), _information(
            cells, weighted
        )  # fmt: skip

    found = maximise(objective, start=start)
    scale = cells.weight.mean()
    return Maximum(
        found.place, found.value * scale, found.information * scale, found.iterations,
        found.is_settled,
    )  # fmt: skip


def scores(cells: Cells, got: Pieces) -> Floats:
    """Give the derivatives of each cell's log-likelihood by thresholds and coefficients."""
    levels, cuts = cells.level, cells.n_levels - 1
    by_cut = np.zeros((len(levels), cuts + 2))
    at = np.arange(len(levels))
    by_cut[at, levels + 1] = got.above
    by_cut[at, levels] = got.below
    return np.hstack([by_cut[:, 1:-1], -(got.above + got.below)[:, None] * cells.x])


def _gradient(cells: Cells, weighted: Pieces) -> Floats:
    above, below = cells.by_level(weighted.above), cells.by_level(weighted.below)
    slopes = -(weighted.above + weighted.below) @ cells.x
    return np.concatenate([above[:-1] + below[1:], slopes])


def _information(cells: Cells, weighted: Pieces) -> Floats:
    cuts = cells.n_levels - 1
    aa, bb, ab = (
        cells.by_level(part)
        for part in (weighted.above_above, weighted.below_below, weighted.above_below)
    )
    matrix = np.zeros((cuts + cells.x.shape[1],) * 2)
    at = np.arange(cuts)
    matrix[at, at] = aa[:-1] + bb[1:]
    matrix[at[1:], at[:-1]] = matrix[at[:-1], at[1:]] = ab[1:-1]
    a_all = weighted.above_above + weighted.above_below
    b_all = weighted.below_below + weighted.above_below
    matrix[:cuts, cuts:] = -(level_moments(cells, a_all)[:-1] + level_moments(cells, b_all)[1:])
    matrix[cuts:, :cuts] = matrix[:cuts, cuts:].T
    matrix[cuts:, cuts:] = (cells.x * (a_all + b_all)[:, None]).T @ cells.x
    return -matrix


def level_moments(cells: Cells, factor: Floats) -> Floats:
    """Sum factor times drivers over each level, shape (levels, p)."""
    spans = zip(cells.starts[:-1], cells.starts[1:], strict=True)
    return np.stack([factor[low:high] @ cells.x[low:high] for low, high in spans])


def without_itself(cells: Cells, got: Pieces, inverse: Floats) -> Pieces:
    """Give the first derivatives that a row would have if the model were estimated without it.

    An estimate leans towards each of its rows, so that in small samples rows look better
    predicted than new ones would be, and errors made of them come out too small.

    Parameters
    ----------
    cells : Cells
    got : Pieces
        At the estimate, without weights.
    inverse : ndarray, shape (k, k)
        Inverse of the information.

    Returns
    -------
    Pieces
        With ``above`` and ``below`` turned by (I - w M V'J V)^-1, where M holds the row's second
        derivatives, V its two directions and J the inverse: one step of the jackknife.

    References
    ----------
    Pregibon, D. (1981). Logistic regression diagnostics. The Annals of Statistics 9, 705-724.
    doi:10.1214/aos/1176345513
    """
    cuts, levels = cells.n_levels - 1, cells.level
    tall = np.zeros((cuts + 2, len(inverse)))
    tall[1:-1] = inverse[:cuts]
    by_slope = cells.x @ inverse[cuts:]
    # J times the directions of the thresholds above and below, both with the drivers
    above, below = tall[levels + 1] - by_slope, tall[levels] - by_slope
    own = np.bincount(cells.of_row, minlength=len(levels))
    weight = cells.weight / np.maximum(own, 1)
    at = np.arange(len(levels))

    def along(turned: Floats, cut: Codes) -> Floats:
        wide = np.pad(turned[:, :cuts], ((0, 0), (1, 1)))
        return np.asarray(wide[at, cut] - np.einsum("mp,mp->m", turned[:, cuts:], cells.x))

    aa, bb, ab = along(above, levels + 1), along(below, levels), along(above, levels)
    m_aa, m_bb, m_ab = (-weight * part for part in got[3:])
    p, q = 1 - (m_aa * aa + m_ab * ab), -(m_aa * ab + m_ab * bb)
    r, s = -(m_ab * aa + m_bb * ab), 1 - (m_ab * ab + m_bb * bb)
    det = np.maximum(p * s - q * r, 0.05)
    return got._replace(
        above=(s * got.above - q * got.below) / det, below=(p * got.below - r * got.above) / det
    )
