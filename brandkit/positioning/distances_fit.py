"""Places whose distances meet given dissimilarities: classical, metric and non-metric."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression, minimize

from brandkit.core.linalg import Floats, signed_svd

SAME_STRESS = 1e-6
"""Two starts whose stress differs by less have come to the same map."""
_MOST_ROUNDS = 5_000


@dataclass(frozen=True)
class Fit:
    """A map, and what it should have met.

    Parameters
    ----------
    places : ndarray, points x axes
        Centred, along their principal axes, signed.
    disparities : ndarray, pairs
        In the unit of the map; pairs in the order of ``numpy.triu_indices``.
    n_reached : int
        Starts that came to this stress.
    """

    places: Floats
    disparities: Floats
    n_reached: int


def classical_places(dissimilarity: Floats, axes: int) -> tuple[Floats, Floats]:
    """Give Torgerson's places, and all eigenvalues, largest first.

    Parameters
    ----------
    dissimilarity : ndarray, n x n
        Symmetric, zeros on the diagonal.
    axes : int
        At most; axes with an eigenvalue that is not above zero have no place.

    Returns
    -------
    places : ndarray, n x axes
    eigenvalues : ndarray, n
        Of -J D^2 J / 2; some are negative where no map of any number of axes fits exactly.

    Examples
    --------
    >>> places, eigenvalues = classical_places(np.array([[0.0, 1, 3], [1, 0, 2], [3, 2, 0]]), 1)
    >>> places.round(6).ravel().tolist(), eigenvalues.round(6).tolist()
    ([-1.333333, -0.333333, 1.666667], [4.666667, 0.0, 0.0])
    """
    squared = dissimilarity**2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()
    values, vectors = np.linalg.eigh(-centred / 2)
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = min(axes, int((values > 1e-10 * np.abs(values).max()).sum()))
    places = vectors[:, :kept] * np.sqrt(values[:kept])
    return _signed(places), np.where(np.abs(values) < 1e-12 * np.abs(values).max(), 0.0, values)


def least_stress(dissimilarity: Floats, starts: list[Floats], *, by_ranks: bool) -> Fit:
    """Find the map with the least stress from several starts.

    Parameters
    ----------
    dissimilarity : ndarray, n x n
    starts : list of ndarray, n x axes
        The first is kept where others come to the same stress.
    by_ranks : bool
        Ask only that distances rise with the dissimilarities.

    Returns
    -------
    Fit
    """
    pairs = np.triu_indices(len(dissimilarity), 1)
    given = dissimilarity[pairs]
    stress = _squared_stress(given, pairs, shape=starts[0].shape, by_ranks=by_ranks)
    found = [
        minimize(
            stress, (start / start.std()).ravel(), jac=True, method="L-BFGS-B",
            options={"maxiter": _MOST_ROUNDS, "maxfun": 2 * _MOST_ROUNDS, "ftol": 1e-15,
                     "gtol": 1e-10},
        )
        for start in starts
    ]  # fmt: skip
    reached = np.sqrt([one.fun for one in found])
    is_best = reached <= reached.min() + SAME_STRESS
    places = found[int(is_best.argmax())].x.reshape(starts[0].shape)
    places = _signed(places - places.mean(axis=0))
    apart = pair_distances(places, pairs)
    if by_ranks:
        # The unit is free: on average, distances are as long as the dissimilarities.
        unit = np.sqrt((given @ given) / (apart @ apart))
        return Fit(places * unit, rising(given, apart) * unit, int(is_best.sum()))
    unit = (given @ apart) / (apart @ apart)
    return Fit(places * unit, best_multiple(given, apart * unit), int(is_best.sum()))


def pair_distances(places: Floats, pairs: tuple[np.ndarray, np.ndarray]) -> Floats:
    """Give the distance of each pair of points."""
    gap = places[pairs[0]] - places[pairs[1]]
    return np.asarray(np.sqrt((gap * gap).sum(axis=1)))


def best_multiple(given: Floats, apart: Floats) -> Floats:
    """Give the dissimilarities in the unit in which they meet the distances best."""
    return np.asarray(given * ((given @ apart) / (given @ given)))


def rising(given: Floats, apart: Floats) -> Floats:
    """Give the values nearest to the distances that rise with the dissimilarities.

    Equal dissimilarities may have unequal distances (Kruskal's primary approach to ties).
    """
    order = np.lexsort((apart, given))
    values = np.empty_like(apart)
    values[order] = isotonic_regression(apart[order]).x
    return values


def _squared_stress(
    given: Floats, pairs: tuple[np.ndarray, np.ndarray], *, shape: tuple[int, ...], by_ranks: bool
) -> Callable[[Floats], tuple[float, Floats]]:
    """Make the function to minimise: squared stress-1 and its slope at flattened places.

    The disparities are the best for the distances at hand, so that they add nothing to the slope.
    """
    n, axes = shape
    one, other = pairs
    tiny = np.finfo(float).tiny

    def squared_stress(flat: Floats) -> tuple[float, Floats]:
        places = flat.reshape(shape)
        gap = places[one] - places[other]
        apart = np.sqrt((gap * gap).sum(axis=1))
        misfit = apart - (rising if by_ranks else best_multiple)(given, apart)
        size = apart @ apart
        value = (misfit @ misfit) / size
        pull = 2 * (misfit - value * apart) / (size * np.maximum(apart, tiny))
        slope = np.empty(shape)
        for axis in range(axes):
            push = pull * gap[:, axis]
            slope[:, axis] = np.bincount(one, push, n) - np.bincount(other, push, n)
        return float(value), slope.ravel()

    return squared_stress


def _signed(places: Floats) -> Floats:
    """Turn centred places to their principal axes; the point furthest out on each is positive."""
    _, d, v = signed_svd(places.T)
    return np.asarray(v * d)
