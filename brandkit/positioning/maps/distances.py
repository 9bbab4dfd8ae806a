"""Distance map: places whose distances meet given dissimilarities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression, minimize

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_option,
    check_whole_number,
    numeric_matrix,
    require_frame,
    require_unique,
    shown,
)
from brandkit.core.linalg import Floats, signed_svd
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.maps.kernel import two_least

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


Asymmetry = Literal["raise", "average"]


def checked_distances(
    dissimilarity: pd.DataFrame, asymmetry: Asymmetry, axes: int
) -> tuple[pd.Index, Floats, float]:
    """Check a table of dissimilarities; give labels, symmetric values and the largest asymmetry."""
    require_frame("dissimilarity", dissimilarity)
    require_unique("dissimilarity", list(dissimilarity.index), what="row")
    labels, columns = dissimilarity.index, dissimilarity.columns
    if len(labels) != len(columns) or set(labels) != set(columns):
        odd = sorted(map(str, set(labels) ^ set(columns)))
        raise InputError(
            "`dissimilarity` must be square, with the same names as index and columns; found "
            f"{len(labels)} x {len(columns)}{f' and {shown(odd)} on one side only' if odd else ''}."
            " Leave out what has no counterpart."
        )
    values = numeric_matrix("dissimilarity", dissimilarity[labels])
    if (values < 0).any():
        row, column = (int(at[0]) for at in np.nonzero(values < 0))
        raise InputError(
            f"`dissimilarity` must hold values >= 0; found {values[row, column]:g} in row "
            f"{shown(labels[row])}, column {shown(labels[column])}. Shift or transform the values."
        )
    if np.diag(values).any():
        at = int(np.flatnonzero(np.diag(values))[0])
        raise InputError(
            "`dissimilarity` must have zeros on its diagonal; found "
            f"{values[at, at]:g} for {shown(labels[at])}. Where the table holds similarities from "
            "0 to 1, give 1 - table."
        )
    _check_axes(axes, len(labels))
    if not values.any():
        raise NotEnoughDataError(
            "`dissimilarity` must hold points that differ; found zeros only. There is nothing "
            "to map."
        )
    return labels, *_symmetric(values, labels, asymmetry)


def _symmetric(values: Floats, labels: pd.Index, asymmetry: Asymmetry) -> tuple[Floats, float]:
    apart = np.abs(values - values.T)
    gap = float(apart.max(initial=0.0))
    if gap > 1e-9 * values.max(initial=0.0) and asymmetry == "raise":
        row, column = (int(at) for at in np.unravel_index(apart.argmax(), apart.shape))
        raise InputError(
            "`dissimilarity` must be the same in both directions; the largest difference is "
            f"{gap:.3g}, between {shown(labels[row])} and {shown(labels[column])} "
            f"({values[row, column]:.3g} and {values[column, row]:.3g}). Give "
            '`asymmetry="average"` to map the mean of both directions.'
        )
    return (values + values.T) / 2, gap if gap > 1e-9 * values.max(initial=0.0) else 0.0


def _check_axes(axes: int, n: int) -> None:
    if n < 3:
        raise NotEnoughDataError(
            f"`dissimilarity` must have at least 3 points; found {n}. Two points need no map."
        )
    if axes > n - 1:
        raise NotEnoughDataError(
            f"`axes` must be at most {n - 1} for {n} points; found {axes}. Keep fewer axes."
        )
    check_whole_number("axes", axes, low=1, high=n - 1)


DistanceMethod = Literal["classical", "metric", "nonmetric"]

FEW_POINTS = 4
"""Points for each axis up to which a low stress says little (Kruskal and Wish 1978)."""
NOT_EXACT = 1e-8
"""Share of the eigenvalues' absolute sum from which negative ones are more than rounding."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DistanceMap(Result):
    """Where points stand so that their distances meet given dissimilarities.

    Parameters
    ----------
    points : DataFrame
        One row a point and axis: ``label axis coordinate stress stress_share``. ``stress`` is
        the point's own stress-1 over its pairs, ``stress_share`` its part of the squared misfit
        (every pair goes half to each of its points); both are the same on every axis.
    pairs : DataFrame
        One row a pair: ``label_a label_b dissimilarity disparity map_distance``. ``disparity`` is
        what the map should have met: the dissimilarity in the unit that fits best, or, for the
        non-metric map, the rising step function of the dissimilarities that fits best.
    axes : DataFrame
        One row an axis: ``axis eigenvalue share``. Classical: all eigenvalues, the negative ones
        too, and their share of the absolute sum. Else: the kept axes, the sum of squared
        coordinates, and its share of all kept axes'.
    values : ndarray, points x points
        The dissimilarities, symmetric.
    method : str
    stress : float
        Kruskal's stress-1, 0 where distances meet the disparities exactly.
    n_starts, n_reached : int
        Starts tried, and those that came to this stress; 1 for the classical map.
    """

    points: pd.DataFrame
    pairs: pd.DataFrame
    axes: pd.DataFrame
    values: Floats
    method: DistanceMethod
    stress: float
    n_starts: int
    n_reached: int

    @cached_property
    def nearest(self) -> pd.DataFrame:
        """One row a point: ``label nearest distance second_nearest second_distance``.

        By the dissimilarities as given, not by the map; ties go to the first label. Made when
        first asked for.
        """
        labels = pd.Index(self.points["label"].drop_duplicates())
        first, distance, second, second_distance = two_least(self.values.copy())
        return pd.DataFrame(
            {
                "label": labels,
                "nearest": labels[first],
                "distance": distance,
                "second_nearest": labels[second],
                "second_distance": second_distance,
            }
        )

    def tidy(self) -> pd.DataFrame:
        """Give one row a point and axis."""
        return self.points.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: method, size, stress, the share shown and the negative eigenvalues.

        ``share_explained`` is that of the classical map (kept eigenvalues over the absolute sum
        of all) and missing for the others.
        """
        kept = int(self.points["axis"].max())
        is_classical = self.method == "classical"
        return pd.DataFrame(
            {
                "method": [self.method],
                "n_points": [len(self.values)],
                "n_axes": [kept],
                "stress": [self.stress],
                "share_explained": [
                    self.axes["share"].head(kept).sum() if is_classical else np.nan
                ],
                "n_negative": [int((self.axes["eigenvalue"] < 0).sum())],
                "n_starts": [self.n_starts],
                "n_reached": [self.n_reached],
            }
        )


def distance_map(
    dissimilarity: pd.DataFrame,
    *,
    method: DistanceMethod = "classical",
    axes: int = 2,
    asymmetry: Asymmetry = "raise",
    starts: int = 50,
    seed: int = 0,
) -> DistanceMap:
    """Map points so that their distances meet given dissimilarities: multidimensional scaling.

    Answers *what does this table of distances look like?*, for 1 - overlap of product catalogues
    or dissimilarities that customers judged.

    Parameters
    ----------
    dissimilarity : DataFrame, n x n, values >= 0
        The same names as index and columns, zeros on the diagonal, the same value both ways.
    method : str, default "classical"
        ``"classical"``: principal coordinates, as R's ``cmdscale``; always the same answer.
        ``"metric"``: distances meet the dissimilarities in least squares. ``"nonmetric"``: only
        their order counts, as R's ``isoMDS``.
    axes : int, default 2
        Axes of the map, at most n - 1.
    asymmetry : str, default "raise"
        What to do with a table that differs by direction, as overlap does: refuse it, or map the
        ``"average"`` of both directions.
    starts : int, default 50
        Seeded starts of the metric and non-metric maps around the classical map, beside that map
        itself; the map with the least stress is kept.
    seed : int, default 0
        Of the random starts.

    Returns
    -------
    DistanceMap

    Raises
    ------
    InputError
        Where the table is not square, names differ or occur twice, a cell is missing, negative
        or unlike its mirror image, or the diagonal is not zero.
    NotEnoughDataError
        Where there are fewer than 3 points, all alike, or too few for so many axes.

    Notes
    -----
    Stress-1 is sqrt(sum (d - d*)^2 / sum d^2) over all pairs, with the distances d on the map
    and the disparities d*. For the classical and the metric map d* is the dissimilarity times the
    one factor that fits best, so that stress does not depend on the unit and the metric map has
    the least of all (scikit-learn's normalised stress; the smacof package's ratio scaling). For
    the non-metric map d* is the monotone regression of d, ties unbound (Kruskal's primary
    approach). Its unit is free: squared distances sum to the squared dissimilarities.

    The stress itself is minimised with its slope (L-BFGS), which reaches lower stress than
    majorisation stopped early, and lets points coincide. Turning: axes are the principal axes of
    the points; on each, the point furthest out is positive, so that the same table gives the same
    map. Starts are laid out over names in alphabetical order: the order of rows does not matter.

    References
    ----------
    Kruskal, J. B. (1964). Multidimensional scaling by optimizing goodness of fit to a nonmetric
    hypothesis. Psychometrika 29, 1-27. doi:10.1007/BF02289565
    Borg, I. and Groenen, P. (2005). Modern Multidimensional Scaling, 2nd ed. Springer.
    doi:10.1007/0-387-28981-X

    Examples
    --------
    >>> import pandas as pd
    >>> apart = pd.DataFrame([[0, 3, 5], [3, 0, 4], [5, 4, 0]], index=list("ABC"),
    ...                      columns=list("ABC"))
    >>> result = distance_map(apart)
    >>> result.pairs["map_distance"].round(6).tolist(), round(result.stress, 6)
    ([3.0, 5.0, 4.0], 0.0)
    """
    check_option("method", method, get_args(DistanceMethod))
    check_option("asymmetry", asymmetry, get_args(Asymmetry))
    check_whole_number("starts", starts, low=0)
    check_whole_number("seed", seed, low=0)
    labels, values, gap = checked_distances(dissimilarity, asymmetry, axes)

    order = np.argsort([str(label) for label in labels], kind="stable")
    sorted_values = values[np.ix_(order, order)]
    places, eigenvalues = classical_places(sorted_values, axes)
    tried = _starts(places, 0 if method == "classical" else starts, seed)
    fit = _fitted(sorted_values, tried, method=method)
    if method != "classical":
        eigenvalues = (fit.places**2).sum(axis=0)

    back = np.argsort(order)
    pairs = _pairs(labels, values, fit, back)
    squared = (pairs["map_distance"] - pairs["disparity"]).to_numpy() ** 2
    return DistanceMap(
        points=_points(labels, fit.places[back], pairs, squared),
        pairs=pairs,
        axes=_axes_frame(eigenvalues),
        values=values,
        method=method,
        stress=float(np.sqrt(squared.sum() / (pairs["map_distance"] ** 2).sum())),
        n_starts=len(tried) + (method == "nonmetric"),
        n_reached=fit.n_reached,
        notes=_notes(fit, eigenvalues, method=method, asked=axes, gap=gap)
        + _start_notes(fit, len(tried)),
    )


# --- the fit -------------------------------------------------------------------------------------


def _starts(classical: Floats, starts: int, seed: int) -> list[Floats]:
    """Shake the classical map: found to reach a low stress more often than starts from nothing."""
    rng = np.random.default_rng(seed)
    spread = classical.std(axis=0)
    shaken = [classical + spread * rng.normal(size=classical.shape) for _ in range(starts)]
    return [classical, *shaken]


def _fitted(values: Floats, starts: list[Floats], *, method: DistanceMethod) -> Fit:
    if method == "classical":
        pairs = np.triu_indices(len(values), 1)
        apart = pair_distances(starts[0], pairs)
        return Fit(starts[0], best_multiple(values[pairs], apart), 1)
    best = least_stress(values, starts, by_ranks=False)
    if method == "metric":
        return best
    return least_stress(values, [*starts, best.places], by_ranks=True)


# --- labels --------------------------------------------------------------------------------------


def _pairs(labels: pd.Index, values: Floats, fit: Fit, back: np.ndarray) -> pd.DataFrame:
    """List all pairs in the order of the table; the fit has its points in another."""
    one, other = np.triu_indices(len(labels), 1)
    disparities = np.zeros_like(values)
    disparities[one, other] = fit.disparities
    disparities = (disparities + disparities.T)[np.ix_(back, back)]
    return pd.DataFrame(
        {
            "label_a": labels[one],
            "label_b": labels[other],
            "dissimilarity": values[one, other],
            "disparity": disparities[one, other],
            "map_distance": pair_distances(fit.places[back], (one, other)),
        }
    )


def _points(labels: pd.Index, places: Floats, pairs: pd.DataFrame, squared: Floats) -> pd.DataFrame:
    n, kept = places.shape
    one, other = np.triu_indices(n, 1)

    def of_points(of_pairs: Floats) -> Floats:
        return np.asarray(np.bincount(one, of_pairs, n) + np.bincount(other, of_pairs, n))

    misfit, size = of_points(squared), of_points(pairs["map_distance"].to_numpy() ** 2)
    # Rounding is no misfit: where the map is exact, nobody has a share of it.
    is_exact = squared.sum() <= 1e-20 * size.sum()
    share = np.full(n, np.nan) if is_exact else misfit / misfit.sum()
    return pd.DataFrame(
        {
            "label": labels.repeat(kept),
            "axis": np.tile(np.arange(1, kept + 1), n),
            "coordinate": (places + 0.0).ravel(),
            "stress": np.repeat(np.sqrt(misfit / np.where(size > 0, size, np.nan)), kept),
            "stress_share": np.repeat(share, kept),
        }
    )


def _axes_frame(eigenvalues: Floats) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "axis": np.arange(1, len(eigenvalues) + 1),
            "eigenvalue": eigenvalues,
            "share": np.abs(eigenvalues) / np.abs(eigenvalues).sum(),
        }
    )


def _notes(
    fit: Fit, eigenvalues: Floats, *, method: DistanceMethod, asked: int, gap: float
) -> tuple[Message, ...]:
    n, kept = fit.places.shape
    notes = []
    if gap:
        notes.append(
            Message(
                "Both directions were averaged; they differ by up to {gap:number}.", {"gap": gap}
            )
        )
    if kept < asked:
        notes.append(
            Message(
                "The dissimilarities spread along {kept:count} {kept:axis|axes} only; "
                "{asked:count} were asked for.",
                {"kept": kept, "asked": asked},
            )
        )
    below = eigenvalues[eigenvalues < 0]
    share = float(-below.sum() / np.abs(eigenvalues).sum())
    if share > NOT_EXACT:
        notes.append(
            Message(
                "{n:count} of {all:count} eigenvalues {n:is|are} negative, {share:percent1} of "
                "their absolute sum: no map of any number of axes meets these dissimilarities "
                "exactly.",
                {"n": len(below), "all": len(eigenvalues), "share": share},
            )
        )
    if method == "nonmetric":
        notes += _rank_notes(fit, n=n, kept=kept)
    return tuple(notes)


def _start_notes(fit: Fit, n_starts: int) -> tuple[Message, ...]:
    if n_starts == 1 or fit.n_reached > 1:
        return ()
    return (
        Message(
            "Only one of {n:count} starts led to this map: one with nearly the same stress may "
            "place some points elsewhere.",
            {"n": n_starts},
        ),
    )


def _rank_notes(fit: Fit, *, n: int, kept: int) -> list[Message]:
    steps = len(np.unique(np.round(fit.disparities / fit.disparities.max(), 3)))
    if steps <= 2 < len(fit.disparities):
        return [
            Message(
                "The map is degenerate: it meets the order of the dissimilarities with "
                "{steps:count} {steps:distance|distances} only, and tells groups but no places. "
                "Take the metric map.",
                {"steps": steps},
            )
        ]
    if n <= FEW_POINTS * kept:
        return [
            Message(
                "With {n:count} points on {kept:count} {kept:axis|axes}, a map by ranks has a low "
                "stress whatever the dissimilarities; the metric map says more.",
                {"n": n, "kept": kept},
            )
        ]
    return []
