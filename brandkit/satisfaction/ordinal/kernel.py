"""Likelihood of ordered answers: links, derivatives, and rows reduced to cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, NamedTuple

import numpy as np
from scipy.special import expit, log_ndtr, logit, ndtr, ndtri

from brandkit.core.errors import InputError, NotConvergedError, NotEnoughDataError, shown
from brandkit.core.labels import coded
from brandkit.core.linalg import Codes, Flags, Floats, Ints
from brandkit.sampling.rows import SurveyRows
from brandkit.satisfaction import fitting
from brandkit.satisfaction.fitting import Maximum, Regressors

Link = Literal["logit", "probit"]

#: Cells for each row from which equal rows are no longer united.
_WORTH_COLLAPSING: Final = 0.7
#: Possible kinds of rows for each row up to which equal ones are sought at all.
_FEW_KINDS: Final = 200
#: Bands of steps that may have slopes of their own, from the low end to the high.
MOST_BANDS: Final = 4


class Curve(NamedTuple):
    """A link's distribution: cumulated share, its density given z and share, and the inverse."""

    share: Callable[[Floats], Floats]
    density: Callable[[Floats, Floats], Floats]
    quantile: Callable[[Floats], Floats]

    def with_density(self, z: Floats) -> tuple[Floats, Floats]:
        """Give share and density."""
        share = self.share(z)
        return share, self.density(z, share)


def _normal_density(z: Floats, _: Floats | None = None) -> Floats:
    return np.asarray(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))


CURVES: Final[dict[Link, Curve]] = {
    "logit": Curve(expit, lambda _, share: share * (1 - share), logit),
    "probit": Curve(ndtr, _normal_density, ndtri),
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
    """Unite rows of equal drivers (n, p), level and weight, where that makes them markedly fewer.

    Levels run from 0, and each occurs.

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


def _whole_keys(x: Floats, level: Codes, weight: Floats) -> Ints | None:
    """Write each row of whole numbers as one number, the level first; None where it does not go."""
    if not np.array_equal(x, np.rint(x)):
        return None
    low, high = x.min(axis=0), x.max(axis=0)
    if np.log2(high - low + 1).sum() > np.log2(_FEW_KINDS * len(x)):
        return None
    weights, heavy = np.unique(weight, return_inverse=True)
    sizes = [*(high - low + 1).astype(int).tolist(), len(weights)]
    kinds = np.log2(sizes).sum() + np.log2(level.max() + 1)
    if kinds > min(62, np.log2(_FEW_KINDS * len(x))):
        return None
    key = level.astype(np.int64)
    for column, size in zip((*(x - low).T, heavy.reshape(-1)), sizes, strict=True):
        key = key * size + column.astype(np.int64)
    return key


def pieces(cells: Cells, eta: Floats, thresholds: Floats, link: Link) -> Pieces:
    """Give the log-likelihood of each cell with first and second derivatives.

    By the threshold above the level and the one below, 0 where there is none; ``eta`` (m,) is the
    linear predictor.

    Notes
    -----
    log(F(a) - F(b)) with a = threshold above - eta, b = threshold below - eta. For the logit
    it is log F(a) + log F(-b) + log(1 - exp(b - a)), whose last term does not depend on eta, so
    that nothing cancels and second derivatives are those of two binary logits.
    """
    levels = cells.level
    ends = np.concatenate([[-np.inf], thresholds, [np.inf]])
    a, b = ends[levels + 1] - eta, ends[levels] - eta
    if link == "logit":
        return _logit_pieces(a, b, np.exp(-np.diff(ends))[levels])
    return _probit_pieces(a, b)


def _logit_pieces(a: Floats, b: Floats, between: Floats) -> Pieces:
    """Take a, b and exp(b - a), which is 0 at the first and the last level."""
    under, over = expit(a), expit(-b)
    tie = between / (1 - between)
    tie2 = tie * (1 + tie)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.log(under * over * (1 - between))
    under_out, over_out = 1 - under, 1 - over
    first = (under_out + tie, -over_out - tie)
    return Pieces(value, *first, -under * under_out - tie2, -over * over_out - tie2, tie2)


def _probit_pieces(a: Floats, b: Floats) -> Pieces:
    top, bottom = np.isposinf(a), np.isneginf(b)
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
    """Estimate thresholds, then coefficients of centred and scaled drivers, by Newton's method."""
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
        value = float(weighted.value.sum())
        return value, _gradient(cells, weighted), _information(cells, weighted)

    return fitting.maximise(objective, start=start, scale=float(cells.weight.mean()))


def scores(cells: Cells, got: Pieces) -> Floats:
    """Give the derivatives of each cell's log-likelihood by thresholds and coefficients."""
    levels, cuts = cells.level, cells.n_levels - 1
    at, by_cut = np.arange(len(levels)), np.zeros((len(levels), cuts + 2))
    by_cut[at, levels + 1], by_cut[at, levels] = got.above, got.below
    return np.hstack([by_cut[:, 1:-1], -(got.above + got.below)[:, None] * cells.x])


def _gradient(cells: Cells, weighted: Pieces) -> Floats:
    above, below = cells.by_level(weighted.above), cells.by_level(weighted.below)
    slopes = -(weighted.above + weighted.below) @ cells.x
    return np.concatenate([above[:-1] + below[1:], slopes])


def _information(cells: Cells, weighted: Pieces) -> Floats:
    cuts = cells.n_levels - 1
    aa, bb, ab = (cells.by_level(part) for part in weighted[3:])
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
    predicted than new ones would be, and errors made of them come out too small. ``above`` and
    ``below`` are turned by (I - w M V'J V)^-1, where M holds the row's second derivatives, V its
    two directions and J the inverse of the information (k, k): one step of the jackknife.

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


@dataclass(frozen=True, eq=False)
class Columns:
    """Drivers and constants of groups beside each other.

    Parameters
    ----------
    values : ndarray, shape (n, drivers + groups - 1)
    names : tuple of str
        Of the columns: drivers, then all groups but the first.
    groups : tuple of str
        All groups, the one without a column first; empty where there are none.
    group_share : ndarray
        Their weighted shares.
    """

    values: Floats
    names: tuple[str, ...]
    groups: tuple[str, ...]
    group_share: Floats


def model_columns(rows: SurveyRows, drivers: Sequence[str], within: str | None) -> Columns:
    """Put drivers and, where asked for, constants of groups beside each other."""
    values, names = rows.values[:, 1:], tuple(drivers)
    if within is None:
        return Columns(values, names, (), np.array([]))
    code, groups = coded(rows.frame[within])
    share = np.bincount(code, weights=rows.weight, minlength=len(groups)) / rows.weight.sum()
    if len(groups) < 2:
        raise InputError(
            f"`within` must name a column of at least two groups; found {shown(list(groups))} "
            f"in {shown(within)}. Leave it out."
        )
    flags = (code[:, None] == np.arange(1, len(groups))).astype(float)
    return Columns(np.hstack([values, flags]), (*names, *groups[1:]), groups, share)


@dataclass(frozen=True, eq=False)
class Solution:
    """The estimate in the unit of the cells: standardised columns.

    Parameters
    ----------
    cells : Cells
    maximum : Maximum
    link : "logit" or "probit"
    got : Pieces
        At the estimate, without weights.
    left_out : Pieces
        The same for rows that the model did not see.
    inverse : ndarray, shape (k, k)
        Inverse of the information.
    columns : Columns
    regressors : Regressors
    """

    cells: Cells
    maximum: Maximum
    link: Link
    got: Pieces
    left_out: Pieces
    inverse: Floats
    columns: Columns
    regressors: Regressors

    @property
    def n_cuts(self) -> int:
        """Thresholds."""
        return self.cells.n_levels - 1

    @property
    def kept(self) -> list[int]:
        """Places of the drivers that were kept."""
        n_drivers = len(self.columns.names) - max(len(self.columns.groups) - 1, 0)
        return [at for at in self.regressors.kept if at < n_drivers]

    @property
    def drivers(self) -> tuple[str, ...]:
        """Drivers that were kept; they come first among the coefficients."""
        return tuple(self.columns.names[at] for at in self.kept)

    @property
    def spread(self) -> Floats:
        """Standard deviations of the kept drivers."""
        return self.regressors.spread[: len(self.kept)]

    @cached_property
    def influence(self) -> Floats:
        """Give what one more row of unit weight adds to each parameter, by cell, shape (m, k)."""
        return np.asarray(scores(self.cells, self.left_out) @ self.inverse)

    def design_covariance(self, influence: Floats, rows: SurveyRows) -> Floats:
        """Give the design covariance of estimates from what a row of each cell adds to them.

        Where every row is a sampling unit of its own, cells are enough: rows of a cell weigh the
        same.
        """
        n, count = len(rows), np.bincount(self.cells.of_row, minlength=len(influence))
        single = rows.n_units == n and not rows.stratum.any() and rows.calibration is None
        if not single:
            return rows.covariance(influence[self.cells.of_row])
        weight = self.cells.weight
        mean = weight @ influence / n
        spread = (influence * (weight**2 / count)[:, None]).T @ influence
        return np.asarray((spread - n * np.outer(mean, mean)) * n / (n - 1))

    def to_units(self) -> Floats:
        """Give the matrix that takes parameters to those of the drivers' own units.

        Rows: thresholds, drivers' coefficients, constants of all groups about their mean.
        """
        cuts, p = self.n_cuts, len(self.kept)
        spread, centre = self.regressors.spread, self.regressors.centre
        n_groups = len(self.columns.groups)
        matrix = np.zeros((cuts + p + n_groups, cuts + len(spread)))
        matrix[:cuts, :cuts] = np.eye(cuts)
        matrix[:cuts, cuts : cuts + p] = centre[:p] / spread[:p]
        matrix[cuts : cuts + p, cuts : cuts + p] = np.diag(1 / spread[:p])
        if n_groups:
            # a group's constant over the mean of all, weighted by their shares
            own = np.vstack([np.zeros(n_groups - 1), np.eye(n_groups - 1)])
            matrix[cuts + p :, cuts + p :] = (own - self.columns.group_share @ own) / spread[p:]
        return matrix


def solve(columns: Columns, code: Codes, rows: SurveyRows, *, link: Link) -> Solution:
    """Estimate the model; refuse what has no estimate."""
    used = fitting.checked_regressors(columns.values, weight=rows.weight, names=columns.names)
    cuts, size = int(code.max()), len(used.kept)
    if len(rows) <= cuts + size:
        raise NotEnoughDataError(
            f"`data` must have more rows than the model has numbers to estimate "
            f"({cuts} thresholds, {size} coefficients); found {len(rows)}. "
            "Name fewer drivers, or unite levels."
        )
    raw = cells_of(columns.values[:, list(used.kept)], code, rows.weight)
    cells = replace(raw, x=(raw.x - used.centre) / used.spread)
    maximum = fit(cells, link)
    inverse, slopes = fitting.inverted(maximum.information), maximum.place[cuts:]
    if not maximum.is_settled or fitting.may_run_away(slopes, inverse[cuts:, cuts:], cells.x):
        _refuse_runaway(maximum, cells, names=[columns.names[at] for at in used.kept])
    got = pieces(cells, cells.x @ slopes, maximum.place[:cuts], link)
    left_out = without_itself(cells, got, inverse)
    return Solution(cells, maximum, link, got, left_out, inverse, columns, used)


def _refuse_runaway(maximum: Maximum, cells: Cells, *, names: Sequence[str]) -> None:
    """Refuse data whose likelihood has no maximum."""
    cuts, levels = cells.n_levels - 1, cells.level
    unit, under, over = np.eye(cuts), levels < cuts, levels > 0
    # the inequalities that answers set: under the threshold above, over the one below
    below = np.hstack([unit[levels[under]], -cells.x[under]])
    above = np.hstack([-unit[levels[over] - 1], cells.x[over]])
    direction = fitting.separating_direction(np.vstack([below, above]))
    if direction is not None and direction[cuts:].any():
        culprits = [name for name, pull in zip(names, direction[cuts:], strict=True) if pull]
        raise InputError(
            f"`drivers` must not tell levels of the outcome apart without any error; found that "
            f"{shown(culprits)} {'does' if len(culprits) == 1 else 'do'}, so that there is no "
            "estimate. Leave it out, or unite levels."
        )
    if not maximum.is_settled:
        raise NotConvergedError(
            f"the ordinal model did not settle within {maximum.iterations} steps. Look for drivers "
            "that nearly follow from each other, or unite thin levels."
        )


@dataclass(frozen=True, eq=False)
class Changes:
    """Average changes of expected answers.

    Parameters
    ----------
    estimate : ndarray, shape (drivers, measures)
    each : ndarray, shape (drivers, measures, m)
        The change in each cell.
    gradient : ndarray, shape (drivers, measures, k)
        Of the averages by thresholds and coefficients.
    """

    estimate: Floats
    each: Floats
    gradient: Floats


def average_changes(
    cells: Cells, place: Floats, link: Link, *, gains: Floats, steps: Floats
) -> Changes:
    """Raise one driver after another by a step for everybody, and average what changes.

    Parameters
    ----------
    cells : Cells
    place : ndarray, shape (k,)
        Thresholds, then coefficients.
    link : "logit" or "probit"
    gains : ndarray, shape (measures, levels - 1)
        What a measure gains where an answer passes each threshold: level differences for a mean,
        a single 1 for a share at the top.
    steps : ndarray, shape (drivers,)
        By how much each driver is raised, in the unit of the cells.

    Returns
    -------
    Changes
    """
    curve, cuts = CURVES[link], cells.n_levels - 1
    thresholds, slopes = place[:cuts], place[cuts:]
    used = np.flatnonzero(gains.any(axis=0))
    gains, share = gains[:, used], cells.weight / cells.weight.sum()
    z = thresholds[used, None] - cells.x @ slopes
    now, now_density = curve.with_density(z)
    each = np.empty((len(steps), len(gains), len(share)))
    gradient = np.zeros((len(steps), len(gains), len(place)))
    for k, step in enumerate(steps.tolist()):
        then, density = curve.with_density(z - step * slopes[k])
        each[k] = gains @ (now - then)
        gradient[k][:, used] = gains * ((now_density - density) @ share)
        pull = (gains @ density) * share
        gradient[k][:, cuts:] = (pull - (gains @ now_density) * share) @ cells.x
        gradient[k][:, cuts + k] += step * pull.sum(axis=1)
    return Changes(each @ share, each, gradient)


def level_shares(eta: Floats, x: Floats, thresholds: Floats, link: Link) -> tuple[Floats, Floats]:
    """Predict the share of each level, with its derivatives.

    Parameters
    ----------
    eta : ndarray, shape (m,)
    x : ndarray, shape (m, p)
        Derivatives of `eta` by the coefficients.
    thresholds : ndarray, shape (levels - 1,)
    link : "logit" or "probit"

    Returns
    -------
    shares : ndarray, shape (m, levels)
    gradient : ndarray, shape (m, levels, levels - 1 + p)

    Examples
    --------
    >>> shares, _ = level_shares(np.zeros(1), np.ones((1, 1)), np.array([-1.0, 1.0]), "probit")
    >>> shares.round(4).tolist()
    [[0.1587, 0.6827, 0.1587]]
    """
    curve = CURVES[link]
    z = thresholds - eta[:, None]
    below, density = curve.with_density(z)
    m, cuts = z.shape
    # from above for the upper half, so that small shares at the top keep their digits
    above = curve.share(-z)
    shares = np.diff(np.pad(below, ((0, 0), (1, 1)), constant_values=((0, 0), (0, 1))), axis=1)
    mirrored = -np.diff(np.pad(above, ((0, 0), (1, 1)), constant_values=((0, 0), (1, 0))), axis=1)
    high = np.pad(below, ((0, 0), (1, 0)))[:, : cuts + 1] > 0.5
    by_cut = np.zeros((m, cuts + 1, cuts))
    at = np.arange(cuts)
    by_cut[:, at, at] = density
    by_cut[:, at + 1, at] = -density
    by_slope = -by_cut.sum(axis=2)[:, :, None] * x[:, None, :]
    return np.where(high, mirrored, shares), np.concatenate([by_cut, by_slope], axis=2)


@dataclass(frozen=True, eq=False)
class SlopeSteps:
    """How far slopes that may differ between bands of steps move from the common one.

    Parameters
    ----------
    step : ndarray, shape (p, q)
        Each driver's slope in the second band and on, less that in the first.
    influence : ndarray, shape (m, p q)
        What a row of unit weight in each cell adds to their scores.
    known : ndarray, shape (p q, p q)
        Takes scores to steps.
    slopes : ndarray, shape (p, q + 1)
        Slopes in each band.
    """

    step: Floats
    influence: Floats
    known: Floats
    slopes: Floats


def bands_of(cells: Cells, *, most: int = MOST_BANDS) -> Codes:
    """Part the steps between levels into bands that hold about as much information each.

    Parameters
    ----------
    cells : Cells
    most : int
        Bands at most.

    Returns
    -------
    ndarray of int, shape (levels - 1,)
        Band of each step, from 0.
    """
    weight = cells.by_level(cells.weight)
    below = np.cumsum(weight)[:-1] / weight.sum()
    known = below * (1 - below)
    middle = (np.cumsum(known) - known / 2) / known.sum()
    raw = np.minimum((middle * most).astype(np.intp), most - 1)
    return np.unique(raw, return_inverse=True)[1].astype(np.intp)


def slope_steps(solution: Solution) -> SlopeSteps:
    """Let the slopes of all drivers differ between bands of steps, by one step of Newton's method.

    Parameters
    ----------
    solution : Solution

    Returns
    -------
    SlopeSteps

    Notes
    -----
    A driver's slope beta_c in band c of the steps has the score -x s_c, where s_c sums the
    scores of the thresholds in the band. The common slopes and the thresholds are estimated, so
    what they explain is taken away: U - I_gp I_pp^-1 U_p, whose information is
    I_gg - I_gp I_pp^-1 I_pg. All drivers are freed together: freed one by one, a driver that
    counts evenly is blamed for one that does not (30 % of samples, with this 9 %). The
    influence is that of rows the model did not see, without which the test rejects too often in
    small samples.

    References
    ----------
    Brant, R. (1990). Assessing proportionality in the proportional odds model for ordinal
    logistic regression. Biometrics 46, 1171-1178. doi:10.2307/2532457
    Peterson, B. and Harrell, F. E. (1990). Partial proportional odds models for ordinal response
    variables. Applied Statistics 39, 205-217. doi:10.2307/2347760
    """
    cells, inverse, p = solution.cells, solution.inverse, len(solution.kept)
    bands = bands_of(cells)
    x, w, q = cells.x[:, :p], cells.weight, int(bands.max())
    above = np.append(bands, -1)[cells.level]
    below = np.concatenate([[-1], bands])[cells.level]
    flags = [(above == at, below == at) for at in range(1, q + 1)]
    crossed, inside = np.zeros((p, q, len(inverse))), np.zeros((p, q, p, q))
    got = solution.got
    for at, (inner_up, inner_down) in enumerate(flags):
        by_above = inner_up * got.above_above + inner_down * got.above_below
        by_below = inner_up * got.above_below + inner_down * got.below_below
        crossed[:, at] = -_cross(cells, w * by_above, w * by_below, p)
        for other, (up, down) in enumerate(flags[: at + 1]):
            weight = w * (up * by_above + down * by_below)
            inside[:, at, :, other] = inside[:, other, :, at] = -(x * weight[:, None]).T @ x
    cross = crossed.reshape(p * q, -1)
    pull = cross @ inverse
    free = inside.reshape(p * q, p * q) - pull @ cross.T
    known = np.asarray(np.linalg.pinv(free, hermitian=True), dtype=np.float64)
    step = known @ -(x.T @ (w[:, None] * _band_scores(got, flags))).ravel()
    by_band = _band_scores(solution.left_out, flags)
    influence = -(x[:, :, None] * by_band[:, None, :]).reshape(len(x), -1)
    influence -= scores(cells, solution.left_out) @ pull.T
    moved = (step @ pull)[solution.n_cuts : solution.n_cuts + p]
    first = solution.maximum.place[solution.n_cuts : solution.n_cuts + p] - moved
    step = step.reshape(p, q)
    slopes = np.column_stack([first, first[:, None] + step])
    return SlopeSteps(step, influence, known, slopes)


def _band_scores(got: Pieces, flags: list[tuple[Flags, Flags]]) -> Floats:
    """Give the scores of the thresholds in each band but the first, added up, shape (m, q)."""
    return np.stack([up * got.above + down * got.below for up, down in flags], axis=1)


def _cross(cells: Cells, by_above: Floats, by_below: Floats, n_drivers: int) -> Floats:
    """Give second derivatives of a band's slopes by thresholds and coefficients, shape (p, k)."""
    x = cells.x[:, :n_drivers]
    by_cut = np.zeros((cells.n_levels + 1, n_drivers))
    by_cut[1:] += level_moments(cells, by_above)[:, :n_drivers]
    by_cut[:-1] += level_moments(cells, by_below)[:, :n_drivers]
    by_slope = (x * (by_above + by_below)[:, None]).T @ cells.x
    return np.hstack([-by_cut[1:-1].T, by_slope])
