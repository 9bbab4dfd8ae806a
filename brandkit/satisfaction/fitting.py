"""What regressions share: Newton's method, errors by model and design, covariances, refusals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import fdtrc, stdtr

from brandkit.core import errors
from brandkit.core.errors import shown
from brandkit.core.intervals import holm, t_interval
from brandkit.core.linalg import Codes, Floats
from brandkit.core.message import Message
from brandkit.core.story import N_
from brandkit.sampling.moments import Moments
from brandkit.sampling.rows import RowDraws, SurveyRows

MOST_STEPS: Final = 100
MOST_HALVINGS: Final = 40
#: Squared length of the last step in standard errors; the step after it is rounding.
SETTLED: Final = 1e-12
NOTHING: Final = 1e-7
#: Reach of a coefficient over its column's range from which it may be on its way to infinity.
FAR: Final = 8.0
#: Eigenvalue of the correlations under which drivers are called tied.
TIED: Final = 1e-9
#: Effective persons under which a base is called small.
SMALL_BASE: Final = 30

#: Gives value, gradient and information (minus the matrix of second derivatives) at a place.
Objective = Callable[[Floats], tuple[float, Floats, Floats]]

#: What methods say that centre on the brand without being asked to.
ASSUMED_BRAND = Message(
    "Answers are centred on the mean of each brand, so that differences between brands do not "
    "count; within='none' leaves them in."
)


def check_call(
    outcome: str,
    names: Sequence[str],
    *,
    level: float,
    draws: int = 2,
    argument: str = "drivers",
    within: str | None = None,
    most: int = 1000,
) -> None:
    """Refuse what is wrong with outcome, drivers, draws or level before any data are looked at."""
    errors.check_level(level)
    errors.check_whole_number("draws", draws, low=2)
    if isinstance(names, str):
        raise errors.InputError(
            f"`{argument}` must be a list of columns; found the text {shown(names)}. "
            f"Write [{names!r}]."
        )
    for role, name in (("outcome", outcome), ("groups", within)):
        if name in names:
            raise errors.InputError(
                f"`{argument}` must not name the {role}; found {shown(name)} in both. "
                "Take it out of one of them."
            )
    if not len(names):
        raise errors.InputError(f"`{argument}` must name at least one column; found none.")
    if len(names) > most:
        raise errors.InputError(
            f"`{argument}` must name 1 to {most} columns; found {len(names)}. "
            "Leave out those that ask the same, or put their mean in their place."
        )


# --- Newton's method -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where a log-likelihood is largest.

    Parameters
    ----------
    place : ndarray, shape (k,)
    value : float
    information : ndarray, shape (k, k)
        Minus the second derivatives there.
    iterations : int
        Steps taken.
    is_settled : bool
        Whether the last step was rounding.
    """

    place: Floats
    value: float
    information: Floats
    iterations: int
    is_settled: bool


def maximise(objective: Objective, *, start: Floats, scale: float = 1.0) -> Maximum:
    """Climb a concave log-likelihood by Newton's steps, halved where they would go down.

    A value of ``objective`` that is no number marks a place outside the parameters' range;
    ``start`` has a finite one. Value and information are multiplied by ``scale`` in the end.

    Examples
    --------
    >>> top = maximise(lambda x: (-float(x @ x) / 2, -x, np.eye(1)), start=np.array([3.0]))
    >>> top.place.tolist(), top.iterations, top.is_settled
    ([0.0], 2, True)
    """
    place = np.asarray(start, dtype=np.float64)
    value, gradient, information = objective(place)
    is_settled, iteration = False, 0
    while not is_settled and iteration < MOST_STEPS:
        iteration += 1
        step = _step(information, gradient)
        gain, length = float(step @ gradient), 1.0
        for _ in range(MOST_HALVINGS):
            new = objective(place + length * step)
            if np.isfinite(new[0]) and new[0] >= value - 1e-9 * (1.0 + abs(value)):
                break
            length /= 2
        else:
            break
        place = place + length * step
        value, gradient, information = new
        is_settled = gain < SETTLED and length == 1.0
    return Maximum(place, value * scale, information * scale, iteration, is_settled)


def _step(information: Floats, gradient: Floats) -> Floats:
    """Solve for the step; where the surface is flat, the shortest one."""
    try:
        step = np.linalg.solve(information, gradient)
    except np.linalg.LinAlgError:
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
    if not np.isfinite(step).all() or float(step @ gradient) < 0:
        step = np.linalg.lstsq(information, gradient, rcond=1e-10)[0]
    return np.asarray(step)


def inverted(information: Floats) -> Floats:
    """Invert an information matrix, symmetric to the last digit; a flat one gets large entries.

    Examples
    --------
    >>> inverted(np.array([[2.0, 0.0], [0.0, 4.0]])).tolist()
    [[0.5, 0.0], [0.0, 0.25]]
    """
    try:
        inverse = np.linalg.inv(information)
    except np.linalg.LinAlgError:
        slack = 1e-14 * np.trace(information) * np.eye(len(information))
        inverse = np.linalg.inv(information + slack)
    return np.asarray((inverse + inverse.T) / 2)


def separating_direction(sides: Floats) -> Floats | None:
    """Find parameters along which no answer ever becomes less likely, if there are any.

    A maximum of the likelihood exists only where there are none: otherwise estimates grow
    without end. ``sides`` (m, k) has a row for each inequality that an answer sets: how the
    parameters move the answer away from a threshold, or the chosen bank from another. Answers are
    separated along d where ``sides @ d`` is nowhere below 0 and somewhere above. A linear
    programme makes its sum as large as it can be, which is 0 where there is no separation,
    complete or quasi-complete; its direction lies between -1 and 1.

    References
    ----------
    Albert, A. and Anderson, J. A. (1984). On the existence of maximum likelihood estimates in
    logistic regression models. Biometrika 71, 1-10. doi:10.1093/biomet/71.1.1
    Konis, K. (2007). Linear programming algorithms for detecting separated data in binary
    logistic regression models. University of Oxford.

    Examples
    --------
    >>> x = np.array([[1.0], [2.0], [3.0]])
    >>> separating_direction(x).tolist(), separating_direction(np.vstack([x, -x]))
    ([1.0], None)
    """
    distinct = np.unique(sides, axis=0)
    scale = np.abs(distinct).max(axis=0, initial=0.0)
    scale = np.where(scale > 0, scale, 1.0)
    rows = distinct / scale
    from scipy.optimize import linprog  # slow to import, seldom needed

    aim, limits = -rows.sum(axis=0) / max(len(rows), 1), [(-1.0, 1.0)] * rows.shape[1]
    best = linprog(aim, A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=limits, method="highs")
    if best.x is None or -best.fun <= NOTHING:
        return None
    direction = best.x / scale
    largest = np.abs(direction).max()
    return np.where(np.abs(direction) > NOTHING * largest, direction / largest, 0.0)


def may_run_away(slopes: Floats, inverse: Floats, x: Floats) -> bool:
    """Say whether estimates look as if they had no end: far out, and with errors larger still.

    Of slopes (p,) on x (m, p), whose covariance is ``inverse``. Cheap, and true for every
    estimate that runs away; :func:`separating_direction` decides.
    """
    reach = np.abs(slopes) * np.ptp(x, axis=0)
    variance = np.diagonal(inverse)
    # a matrix that is flat to rounding has an inverse of any sign
    error = np.where(variance > 0, np.sqrt(np.abs(variance)), np.inf)
    return bool(((reach > FAR) & ~(np.abs(slopes) > error)).any())


def refuse_runaway(
    maximum: Maximum, sides: Floats, *, names: Sequence[str], rule: str, ways: tuple[str, str]
) -> None:
    """Refuse data whose likelihood has no maximum; ``sides`` end in the columns of ``names``."""
    direction = separating_direction(sides)
    pulls = np.zeros(len(names)) if direction is None else direction[-len(names) :]
    culprits = [name for name, pull in zip(names, pulls, strict=True) if pull]
    if culprits:
        raise errors.InputError(
            f"{rule}; found that {shown(culprits)} {'does' if len(culprits) == 1 else 'do'}, so "
            f"that there is no estimate. Leave it out, or {ways[0]}."
        )
    if not maximum.is_settled:
        raise errors.NotConvergedError(
            f"the model did not settle within {maximum.iterations} steps. Look for {ways[1]}."
        )


# --- errors, tests and ranks ---------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Errors:
    """Covariances of parameters by the model and by the design, and which of them counts.

    Parameters
    ----------
    model, design : ndarray, shape (k, k)
    is_designed : bool
        Whether rows differ in weight or hang together, so that the model's errors do not hold.
    df : float
        Degrees of freedom of the one that counts.
    """

    model: Floats
    design: Floats
    is_designed: bool
    df: float

    @property
    def chosen(self) -> Floats:
        """The covariance that intervals use."""
        return self.design if self.is_designed else self.model


def errors_of(rows: SurveyRows, *, model: Floats, design: Floats, n: int, n_units: int) -> Errors:
    """Choose by whether a sample is anything else than n single observations of equal weight.

    Observations are rows, or sets of rows from which one was chosen; ``n_units`` sampling units
    are behind them.
    """
    in_strata = len(np.unique(rows.stratum)) > 1
    designed = rows.is_weighted or n_units < n or in_strata or rows.calibration is not None
    return Errors(model, design, bool(designed), float(rows.df) if designed else np.inf)


def root(covariance: Floats) -> Floats:
    """Give standard errors from a covariance; rounding below 0 counts as 0."""
    return np.asarray(np.sqrt(np.maximum(np.diagonal(covariance), 0.0)))


def p_values(estimate: Floats, std_error: Floats, df: float | Floats) -> Floats:
    """Give two-sided p-values of Student's t; missing where nothing varies."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(estimate / std_error)
    return np.asarray(2 * stdtr(df, -t))


def estimate_columns(
    estimate: Floats, std_error: Floats, df: float | Floats, *, level: float
) -> dict[str, Any]:
    """Give ``estimate std_error ci_low ci_high p_value`` by Student's t."""
    low, high = t_interval(estimate, std_error=std_error, df=df, level=level)
    ends = {"estimate": estimate, "std_error": std_error, "ci_low": low, "ci_high": high}
    return ends | {"p_value": p_values(estimate, std_error, df)}


def estimate_rows(
    names: Sequence[str], place: Floats, errors: Errors, *, level: float
) -> pd.DataFrame:
    """Give one row a parameter: its name, estimate, interval and both errors."""
    columns = estimate_columns(place, root(errors.chosen), errors.df, level=level)
    both = {"std_error_model": root(errors.model), "std_error_design": root(errors.design)}
    return pd.DataFrame({"term": list(names)} | columns | both)


def wald(score: Floats, covariance: Floats, df: float) -> tuple[float, float]:
    """Test that several scores (q,) are 0 together, over a covariance that was estimated.

    Gives Hotelling's T², and p from F with q and df - q + 1 degrees of freedom, ``df`` being
    units minus strata; missing where df < q.

    References
    ----------
    Korn, E. L. and Graubard, B. I. (1990). Simultaneous testing of regression coefficients with
    complex survey data. The American Statistician 44, 270-276. doi:10.1080/00031305.1990.10475737

    Examples
    --------
    >>> statistic, p = wald(np.array([2.0]), np.eye(1), 1e9)
    >>> statistic, round(p, 4)
    (4.0, 0.0455)
    """
    q = len(score)
    statistic = float(score @ np.linalg.pinv(covariance, hermitian=True) @ score)
    if df < q:
        return statistic, float("nan")
    scaled = statistic * (df - q + 1) / (df * q)
    return statistic, float(fdtrc(q, df - q + 1, scaled))


def rank_sets(
    estimate: Floats, covariance: Floats, df: float, *, level: float
) -> tuple[Codes, Codes]:
    """Give the ranks, 1 the largest, that cannot be ruled out for each of several estimates.

    All sets hold their true ranks together with the chance ``level``, or a larger one: one more
    than those that are larger beyond doubt, to those that are not smaller beyond doubt; all pairs
    are compared, adjusted by Holm.

    References
    ----------
    Mohamad, D., Goeman, J. J. and van Zwet, E. W. (2020). Simultaneous confidence intervals for
    ranks. Computational Statistics & Data Analysis 157. doi:10.1016/j.csda.2020.107146

    Examples
    --------
    >>> low, high = rank_sets(np.array([3.0, 0.1, 0.0]), np.eye(3) / 9, 1e9, level=0.95)
    >>> low.tolist(), high.tolist()
    ([1, 2, 2], [1, 3, 3])
    """
    first, second = np.triu_indices(len(estimate), 1)
    variance = np.diagonal(covariance)
    spread = variance[first] + variance[second] - 2 * covariance[first, second]
    gap = estimate[first] - estimate[second]
    adjusted = holm(np.nan_to_num(p_values(gap, np.sqrt(np.maximum(spread, 0.0)), df), nan=1.0))
    beaten = np.zeros((len(estimate), len(estimate)), dtype=bool)
    sure = adjusted < 1 - level
    beaten[first, second], beaten[second, first] = sure & (gap < 0), sure & (gap > 0)
    return 1 + beaten.sum(axis=1), len(estimate) - beaten.sum(axis=0)


def small_base(rows: SurveyRows) -> tuple[Message, ...]:
    """Say so where the effective number of persons (Kish) is small."""
    by_person = np.bincount(rows.person, weights=rows.weight)
    n = float(by_person.sum() ** 2 / (by_person**2).sum())
    if n >= SMALL_BASE:
        return ()
    said = N_("The effective base is {n:count} persons, under {least:count}: read it with care.")
    return (Message(said, {"n": n, "least": SMALL_BASE}),)


@dataclass(frozen=True, eq=False)
class Regressors:
    """Columns a regression can use.

    Parameters
    ----------
    kept : tuple of int
        Positions of the columns that vary.
    centre, spread : ndarray, shape (kept,)
        Their weighted means and standard deviations.
    notes : tuple of Message
        Which columns were left out.
    """

    kept: tuple[int, ...]
    centre: Floats
    spread: Floats
    notes: tuple[Message, ...] = ()

    def standardised(self, values: Floats) -> Floats:
        """Give the kept columns about their means in standard deviations."""
        return np.asarray((values[:, list(self.kept)] - self.centre) / self.spread)


def checked_regressors(
    values: Floats,
    *,
    weight: Floats,
    names: Sequence[str],
    within: Floats | None = None,
    argument: str = "drivers",
) -> Regressors:
    """Leave out columns (n, k) that do not vary, and refuse columns that are tied to each other.

    ``within`` are the columns about the means of their groups, where only differences within
    count; ``argument`` is what they are called in an error.

    Examples
    --------
    >>> x = np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0]])
    >>> found = checked_regressors(x, weight=np.ones(3), names=["fees", "advice"])
    >>> found.kept, str(found.notes[0])
    ((0,), '“advice” does not vary and is left out.')
    """
    total = weight.sum()
    centre = weight @ values / total
    moved = values - centre if within is None else within
    spread = np.sqrt(weight @ moved**2 / total)
    varies = spread > 1e-10 * np.maximum(1.0, np.abs(centre))
    if not varies.any():
        raise errors.NotEnoughDataError(
            f"`{argument}` must have at least one column that varies; found the same value "
            f"throughout in {shown(list(names))}. Name others."
        )
    kept = tuple(np.flatnonzero(varies).tolist())
    scaled = moved[:, kept] / spread[list(kept)]
    size, vectors = np.linalg.eigh((scaled * weight[:, None]).T @ scaled / total)
    null = vectors[:, size < TIED]
    if null.size:
        involved = np.flatnonzero((np.abs(null) > 1e-5).any(axis=1)).tolist()
        tied = [names[kept[at]] for at in involved]
        raise errors.InputError(
            f"`{argument}` must not follow from each other; found that {shown(tied, most=8)} are "
            "sums, differences or multiples of one another. Leave one of them out."
        )
    said = N_("“{item}” does not vary and is left out.")
    notes = [Message(said, {"item": names[at]}) for at in np.flatnonzero(~varies).tolist()]
    return Regressors(kept, centre[list(kept)], spread[list(kept)], tuple(notes))


# --- covariances within groups, of the sample and of all draws -----------------------------------

#: A variance under this part of the column's own is rounding: nothing varies.
NO_VARIANCE: Final = 1e-12
#: Draws whose moments are held at once where every pair of columns has rows of its own.
_PAIRWISE_DRAWS: Final = 100


@dataclass(frozen=True, eq=False)
class Covariances:
    """Covariances of the standardised columns, of the sample and of each draw, by group.

    Parameters
    ----------
    sample : ndarray, shape (g, q, q)
        In units of the columns' spread over all rows; groups in order, one where rows were not
        split.
    drawn : ndarray, shape (draws, g, q, q)
    spread : ndarray, shape (q,)
        By what to multiply to have the columns' own units.
    """

    sample: Floats
    drawn: Floats
    spread: Floats


def centred_covariances(
    rows: SurveyRows,
    *,
    drawn: RowDraws | None,
    by: str | None = None,
    within: str | None = None,
    pairwise: bool = False,
) -> Covariances:
    """Reduce rows once to moments, and give covariances of the sample and of every draw.

    ``by`` names a column whose groups are kept apart; ``within`` one whose groups (brands) are
    each centred on their own means, anew in every draw; with ``pairwise`` each pair of columns
    uses the rows where both are there. The sum of weights is the denominator; what does not vary
    has variance 0. Without ``drawn`` there are no draws.
    """
    even, spread = _standardised(rows)
    centres = [name for name in (by, within) if name is not None]
    step = _PAIRWISE_DRAWS
    if pairwise:
        sums = even.moments(cells=centres, drawn=drawn, pairwise=True)
        covariances = partial(_pairwise, sums, _places(sums, by))
    else:
        products = sums = even.moments(cells=centres[: by is not None], drawn=drawn)
        if within is not None:  # centring takes sums alone
            sums = even.moments(cells=centres, drawn=drawn, products=False)
        covariances = partial(_centred, products, sums, _places(sums, by))
        step = 1 if drawn is None else len(drawn.times)
    sample = covariances(None)
    times = np.empty((0, 0)) if drawn is None else drawn.times
    blocks = [covariances(times[start : start + step]) for start in range(0, len(times), step)]
    return Covariances(sample, np.concatenate([np.empty((0, *sample.shape)), *blocks]), spread)


def centred_values(rows: SurveyRows, *cells: str | None) -> Floats:
    """Give the answers minus the weighted mean of their cell, missing ones as 0, shape (n, q).

    Parameters
    ----------
    rows : SurveyRows
    *cells : str or None
        Columns whose combinations are the cells; without any, all rows are one.
    """
    code = cell_codes(rows, *cells)
    there = (~np.isnan(rows.values)) * rows.weight[:, None]
    filled = np.nan_to_num(rows.values)
    n_cells = int(code.max()) + 1
    weight, total = np.zeros((2, n_cells, filled.shape[1]))
    np.add.at(weight, code, there)
    np.add.at(total, code, there * filled)
    mean = total / np.where(weight > 0, weight, 1.0)
    return np.asarray(np.where(np.isnan(rows.values), 0.0, filled - mean[code]))


def cell_codes(rows: SurveyRows, *cells: str | None) -> Codes:
    """Number the cells of rows, from 0."""
    names = [name for name in cells if name is not None]
    if not names:
        return np.zeros(len(rows), dtype=np.intp)
    return np.asarray(pd.factorize(pd.MultiIndex.from_frame(rows.frame[names]))[0], np.intp)


def correlations(covariance: Floats) -> Floats:
    """Give correlations; missing where nothing varies beyond rounding."""
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    spread = np.sqrt(np.where(variance > NO_VARIANCE, variance, np.nan))
    return np.asarray(np.clip(covariance / (spread[..., :, None] * spread[..., None, :]), -1, 1))


def _places(moments: Moments, by: str | None) -> list[list[int]]:
    """Give the places of the cells of each group; its label comes first in a cell."""
    groups: dict[object, list[int]] = {}
    for at, cell in enumerate(moments.cells):
        groups.setdefault(None if by is None else cell[0], []).append(at)
    return list(groups.values())


def _centred(
    products: Moments, sums: Moments, places: Sequence[list[int]], times: Floats | None
) -> Floats:
    """Take the means of a group's cells out of its cross-products."""
    whole, parts = products.sums(times), sums.sums(times)
    covariance = np.array(whole.products)
    root = np.sqrt(np.where(parts.weight > 0, parts.weight, 1.0))
    scaled = parts.sums / root[..., None]
    for group, cells in enumerate(places):
        inside = scaled[..., cells, :]
        covariance[..., group, :, :] -= np.swapaxes(inside, -1, -2) @ inside
    covariance /= np.where(whole.weight > 0, whole.weight, 1.0)[..., None, None]
    place = np.arange(covariance.shape[-1])
    variance = covariance[..., place, place]
    covariance[..., place, place] = np.where(variance > NO_VARIANCE, variance, 0.0)
    return covariance


def _pairwise(moments: Moments, places: Sequence[list[int]], times: Floats | None) -> Floats:
    """Give each pair's correlation on its own rows, times both columns' spreads on theirs."""
    sums, out = moments.sums(times), []
    names = ("weight", "sums", "products", "squares")
    for cells in places:
        own = {name: getattr(sums, name) for name in names}
        own = {name: None if x is None else x[..., cells, :, :] for name, x in own.items()}
        part = replace(sums, cells=tuple(sums.cells[at] for at in cells), **own).within()
        correlation = np.nan_to_num(part.correlation()[..., 0, :, :])
        variance = np.diagonal(part.covariance()[..., 0, :, :], axis1=-2, axis2=-1)
        spread = np.sqrt(np.where(variance > NO_VARIANCE, variance, 0.0))
        out.append(correlation * spread[..., :, None] * spread[..., None, :])
    return np.stack(out, axis=-3)


def _standardised(rows: SurveyRows) -> tuple[SurveyRows, Floats]:
    """Bring every column to mean 0 and spread 1, so that sums lose no digits; give the spreads."""
    there = (~np.isnan(rows.values)) * rows.weight[:, None]
    filled = np.nan_to_num(rows.values)
    total = there.sum(axis=0)
    centre = (there * filled).sum(axis=0) / total
    spread = np.sqrt((there * (filled - centre) ** 2).sum(axis=0) / total)
    spread = np.where(spread > 1e-9 * np.abs(centre), spread, 1.0)
    even = dict(zip(rows.columns, ((rows.values - centre) / spread).T, strict=True))
    return replace(rows, frame=rows.frame.assign(**even)), np.where(spread > 0, spread, 1.0)
