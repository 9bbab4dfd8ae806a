"""How important a driver looks that has nothing to do with the outcome: the noise floor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import chdtri

from brandkit.core.linalg import Floats
from brandkit.satisfaction.subset_kernel import order_weights, symmetric_roots

#: Gives the quadratic form of a driver, of its place and of nu.
Form = Callable[[int, float], Floats]

#: Up to so many drivers all subsets are met; beyond it, those of sampled orders.
MOST_EXACT = 12
#: Keeps the slopes of drivers that are collinear finite; it moves others by less than rounding.
_RIDGE = 1e-9


def noise_floors(
    correlation: Floats,
    *,
    shuffled: Floats,
    level: float,
    orders: np.ndarray | None = None,
    relative: bool = False,
) -> Floats:
    """Give the upper point of each driver's importance when its column is permuted.

    Parameters
    ----------
    correlation : ndarray, shape (p + 1, p + 1)
        The outcome last.
    shuffled : ndarray, shape (p, p + 1, p + 1)
        For each driver the covariance of its correlations with all columns when it is permuted
        over persons, as :func:`shuffled_covariances` gives it.
    level : float
        0.95 for the 95 % point.
    orders : ndarray of int, shape (orders, p), optional
        Sampled orders of entry to average over; without, all subsets.
    relative : bool
        For Johnson's relative weights, not Shapley values.

    Returns
    -------
    ndarray, shape (p,)

    Notes
    -----
    A permuted column x is tied to the others by chance alone: its correlations c with them and
    the outcome are about normal with mean 0 and a covariance V that the moments give. Entering
    after the set S it gains (b_S'c)² / (1 - R²_xS), where b_S takes the outcome's residual on S;
    the mean over orders is the quadratic form c'Mc, M = sum of weights x b_S b_S', and its upper
    point is that of a sum of chi-squares with the eigenvalues of MV as weights. The division is
    met by (nu - s) / nu for a set of s, with nu = 1 / V_yy, as in the partial F test.
    """
    p = len(correlation) - 1
    forms = _relative_forms(correlation) if relative else _shapley_forms(correlation, orders)
    out = np.empty(p)
    for driver in range(p):
        spread = shuffled[driver]
        nu = 1.0 / max(float(spread[-1, -1]), 1e-12)
        form = forms(driver, nu)
        values = np.real(np.linalg.eigvals(form @ spread))
        out[driver] = upper_point(np.maximum(values, 0.0), level=level)
    return np.minimum(out, 1.0)


def shuffled_covariances(
    values: Floats, *, weight: Floats, unit: np.ndarray, n_centred: int
) -> Floats:
    """Give the covariance of a column's correlations when it is permuted over sampling units.

    Parameters
    ----------
    values : ndarray, shape (n, p + 1)
        Drivers and outcome, each centred; missing answers 0.
    weight : ndarray, shape (n,)
    unit : ndarray of int, shape (n,)
        Person or cluster of each row, which keep their rows together.
    n_centred : int
        Means taken out (brands), which cost degrees of freedom.

    Returns
    -------
    ndarray, shape (p, p + 1, p + 1)
        For driver j: ((1 - icc) A + icc B) / W², where A adds the squares of the rows and B those
        of the units' sums, of standardised answers; icc is the driver's correlation between two
        rows of a unit, which the permutation keeps. With one row a unit and no weights it is
        R / (n - 1).
    """
    total = weight.sum()
    spread = np.sqrt((weight[:, None] * values**2).sum(axis=0) / total)
    z = values / np.where(spread > 0, spread, 1.0)
    weighed = z * weight[:, None]
    sums, plain, size = (np.zeros((int(unit.max()) + 1, z.shape[1])) for _ in range(3))
    np.add.at(sums, unit, weighed)
    np.add.at(plain, unit, z)
    np.add.at(size, unit, np.ones_like(z))
    pairs = (size * (size - 1)).sum(axis=0)
    squares = (z**2).sum(axis=0)
    between = (plain**2).sum(axis=0) - squares
    inner = squares / len(z)
    icc = np.clip(between / np.where(pairs > 0, pairs, 1.0) / np.where(inner > 0, inner, 1.0), 0, 1)
    freedom = len(z) / max(len(z) - n_centred, 1)
    rows_, units = weighed.T @ weighed, sums.T @ sums
    mixed = (1 - icc)[:-1, None, None] * rows_ + icc[:-1, None, None] * units
    return np.asarray(mixed / total**2 * freedom)


def upper_point(weights: Floats, *, level: float) -> float:
    """Give the upper point of a weighted sum of independent chi-squares of one degree.

    Parameters
    ----------
    weights : ndarray, >= 0
    level : float

    Returns
    -------
    float
        Of the shifted chi-square with the same first three cumulants; exact for a single weight.

    References
    ----------
    Buckley, M. J. and Eagleson, G. K. (1988). An approximation to the distribution of quadratic
    forms in normal random variables. Australian Journal of Statistics 30A, 150-159.

    Examples
    --------
    >>> round(upper_point(np.array([1.0, 0.0]), level=0.95), 4)
    3.8415
    """
    first, second, third = (float((weights**k).sum()) for k in (1, 2, 3))
    if third <= 0:
        return 0.0
    freedom = second**3 / third**2
    reach = float(chdtri(freedom, 1 - level)) - freedom
    return float(first + np.sqrt(second / freedom) * reach)


# --- quadratic forms ---------------------------------------------------------------------------


def _shapley_forms(correlation: Floats, orders: np.ndarray | None) -> Form:
    p = len(correlation) - 1
    if orders is None:
        inside = ((np.arange(2**p)[:, None] >> np.arange(p - 1, -1, -1)) & 1).astype(bool)
        size = inside.sum(axis=1)
        weight = order_weights(p)[np.minimum(size, p - 1)]
        residual = _residual_maker(correlation, inside)

        def exact(driver: int, nu: float) -> Floats:
            own = ~inside[:, driver]
            return _form(residual[own], weight[own], size[own], nu)

        return exact

    place = np.argsort(orders, axis=1)

    def sampled(driver: int, nu: float) -> Floats:
        before = place < place[:, [driver]]
        size = before.sum(axis=1)
        weight = np.full(len(before), 1.0 / len(before))
        return _form(_residual_maker(correlation, before), weight, size, nu)

    return sampled


def _form(residual: Floats, weight: Floats, size: np.ndarray, nu: float) -> Floats:
    entered = weight * nu / np.maximum(nu - size, 1.0)
    return np.asarray((residual * entered[:, None]).T @ residual)


def _residual_maker(correlation: Floats, inside: np.ndarray) -> Floats:
    """Give for each set of drivers what takes the outcome's residual on it, shape (sets, p + 1).

    Drivers outside a set get a unit row of their own and a slope of 0.
    """
    p = len(correlation) - 1
    kept = inside.astype(np.float64)
    inner = correlation[:-1, :-1] * kept[:, :, None] * kept[:, None, :]
    inner[:, np.arange(p), np.arange(p)] = 1.0 + _RIDGE
    slopes = np.linalg.solve(inner, (kept * correlation[:-1, -1])[..., None])[..., 0]
    return np.concatenate([-slopes, np.ones((len(inside), 1))], axis=1)


def _relative_forms(correlation: Floats) -> Form:
    """Give the forms of relative weights, by the first terms of the roots' expansion.

    With the others' root L and their slopes b on orthogonal axes, the permuted driver's row of
    the root is a = (I + L)^-1 c, its own slope c_y - a'b, its weight that squared plus sum a²b².
    """
    p = len(correlation) - 1

    def form(driver: int, nu: float) -> Floats:
        others = np.delete(np.arange(p), driver)
        root, inverse = symmetric_roots(correlation[np.ix_(others, others)][None])
        slopes = inverse[0] @ correlation[others, -1]
        entry = np.linalg.inv(np.eye(p - 1) + root[0])
        own = np.zeros(p + 1)
        own[others], own[-1] = -slopes @ entry, 1.0
        made = np.outer(own, own)
        made[np.ix_(others, others)] += (entry * slopes[:, None] ** 2).T @ entry
        return np.asarray(made * nu / max(nu - (p - 1) / 2, 1.0))

    return form
