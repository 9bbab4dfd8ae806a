"""Distance map: places whose distances meet given dissimilarities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd

from brandkit.core.errors import (
    InputError,
    NotEnoughDataError,
    check_option,
    check_whole_number,
    frame_of,
    numeric_matrix,
    require_unique,
    shown,
)
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Floats, ratio, signed_svd
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.core.story import speaker
from brandkit.positioning.maps.correspondence import (
    check_amounts,
    check_axes,
    few_axes_notes,
    nearest_frame,
    points_frame,
)

DistanceMethod = Literal["classical", "metric", "nonmetric"]
Asymmetry = Literal["raise", "average"]
Pairs = tuple[Codes, Codes]
#: The methods as readers see them.
METHODS: dict[DistanceMethod, Message] = {
    "classical": Message("classical multidimensional scaling"),
    "metric": Message("metric multidimensional scaling"),
    "nonmetric": Message("multidimensional scaling by ranks"),
}

SAME_STRESS = 1e-6
"""Two starts whose stress differs by less have come to the same map."""
FEW_POINTS = 4
"""Points for each axis up to which a low stress says little (Kruskal and Wish 1978)."""
NOT_EXACT = 1e-8
"""Share of the eigenvalues' absolute sum from which negative ones are more than rounding."""
_MOST_ROUNDS = 5_000


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
        return nearest_frame(pd.Index(self.points["label"].drop_duplicates()), self.values)

    @property
    def n_axes(self) -> int:
        """Axes that were kept."""
        return int(self.points["axis"].max())

    def glance(self) -> pd.DataFrame:
        """Give one row: method, size, stress, the share shown and the negative eigenvalues.

        ``share_explained`` is that of the classical map (kept eigenvalues over the absolute sum
        of all) and missing for the others.
        """
        share = self.axes["share"].head(self.n_axes).sum()
        return self._row(
            "method n_points n_axes stress share_explained n_negative n_starts n_reached",
            n_points=len(self.values),
            share_explained=share if self.method == "classical" else np.nan,
            n_negative=int((self.axes["eigenvalue"] < 0).sum()),
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
    labels, values, gap = _checked(dissimilarity, asymmetry, axes)

    order = np.argsort(list(labels), kind="stable")
    fit = _fitted(values[np.ix_(order, order)], method, axes=axes, starts=starts, seed=seed)
    back = np.argsort(order)
    places, pairs = fit.places[back], np.triu_indices(len(labels), 1)
    disparities = np.zeros_like(values)
    disparities[pairs] = fit.disparities
    disparities = (disparities + disparities.T)[np.ix_(back, back)]
    frame = pd.DataFrame(
        {
            "label_a": labels[pairs[0]],
            "label_b": labels[pairs[1]],
            "dissimilarity": values[pairs],
            "disparity": disparities[pairs],
            "map_distance": _apart(places, pairs),
        }
    )
    squared = (frame["map_distance"] - frame["disparity"]).to_numpy() ** 2
    sizes = frame["map_distance"].to_numpy() ** 2
    size = np.abs(fit.eigenvalues)
    return DistanceMap(
        points=_points_frame(labels, places, squared=squared, sizes=sizes),
        pairs=frame,
        axes=pd.DataFrame(
            {
                "axis": np.arange(1, len(size) + 1),
                "eigenvalue": fit.eigenvalues,
                "share": size / size.sum(),
            }
        ),
        values=values,
        method=method,
        stress=float(np.sqrt(squared.sum() / sizes.sum())),
        n_starts=fit.n_starts,
        n_reached=fit.n_reached,
        notes=_notes(fit, method=method, asked=axes, gap=gap),
    )


def _checked(
    dissimilarity: pd.DataFrame, asymmetry: Asymmetry, axes: int
) -> tuple[pd.Index, Floats, float]:
    """Check a table; give labels, symmetric values (n, n) and the largest asymmetry."""
    labels, values, gap = square_distances("dissimilarity", dissimilarity)
    n = len(labels)
    if n < 3:
        raise NotEnoughDataError(
            f"`dissimilarity` must have at least 3 points; found {n}. Two points need no map."
        )
    check_axes(axes, most=n - 1, table=f"{n} points")
    if not values.any():
        raise NotEnoughDataError(
            "`dissimilarity` must hold points that differ; found zeros only. There is nothing "
            "to map."
        )
    if gap and asymmetry == "raise":
        apart = np.abs(values - values.T)
        row, column = (int(at) for at in np.unravel_index(apart.argmax(), apart.shape))
        raise InputError(
            "`dissimilarity` must be the same in both directions; the largest difference is "
            f"{gap:.3g}, between {shown(labels[row])} and {shown(labels[column])} "
            f"({values[row, column]:.3g} and {values[column, row]:.3g}). Give "
            '`asymmetry="average"` to map the mean of both directions.'
        )
    return labels, (values + values.T) / 2, gap


def square_distances(argument: str, table: pd.DataFrame) -> tuple[pd.Index, Floats, float]:
    """Check a square table of distances; give labels, values (n, n) and the largest asymmetry."""
    table = frame_of(argument, table, named=False)
    labels, across = (
        pd.Index([label_text(name) for name in names]) for names in (table.index, table.columns)
    )
    require_unique(argument, list(labels), what="row")
    if len(labels) != len(across) or set(labels) != set(across):
        odd = sorted(set(labels) ^ set(across))
        one_side = f" and {shown(odd)} on one side only" if odd else ""
        raise InputError(
            f"`{argument}` must be square, with the same names as index and columns; found "
            f"{len(labels)} x {len(across)}{one_side}. Leave out what has no counterpart."
        )
    values = numeric_matrix(argument, table.iloc[:, across.get_indexer(labels)])
    way_out = "Shift or transform the values."
    check_amounts(argument, values, rows=labels, columns=labels, way_out=way_out)
    rounding = 1e-9 * values.max(initial=0.0)
    if np.diag(values).max(initial=0.0) > rounding:
        at = int(np.diag(values).argmax())
        raise InputError(
            f"`{argument}` must have zeros on its diagonal; found {values[at, at]:g} for "
            f"{shown(labels[at])}. Where the table holds similarities from 0 to 1, give 1 - table."
        )
    gap = float(np.abs(values - values.T).max(initial=0.0))
    return labels, values, gap if gap > rounding else 0.0


# --- the fit -------------------------------------------------------------------------------------


class _Fit(NamedTuple):
    """Signed places (points, axes), disparities (pairs, as triu_indices), and how it was found."""

    places: Floats
    disparities: Floats
    eigenvalues: Floats
    n_starts: int = 1
    n_reached: int = 1


def _fitted(values: Floats, method: DistanceMethod, *, axes: int, starts: int, seed: int) -> _Fit:
    """Fit a map from the classical one, and from that shaken: found to reach low stress best."""
    places, eigenvalues = classical_places(values, axes)
    if method == "classical":
        pairs = np.triu_indices(len(values), 1)
        return _Fit(places, _best_multiple(values[pairs], _apart(places, pairs)), eigenvalues)
    rng, spread = np.random.default_rng(seed), places.std(axis=0)
    tried = [places, *(places + spread * rng.normal(size=places.shape) for _ in range(starts))]
    fit = _least_stress(values, tried, by_ranks=False)
    if method == "nonmetric":
        fit = _least_stress(values, [*tried, fit.places], by_ranks=True)
    return fit


def classical_places(dissimilarity: Floats, axes: int) -> tuple[Floats, Floats]:
    """Give Torgerson's places (n, axes above zero) and all eigenvalues of -J D^2 J / 2."""
    squared = dissimilarity**2
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()
    values, vectors = np.linalg.eigh(-centred / 2)
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = min(axes, int((values > 1e-10 * np.abs(values).max()).sum()))
    places = vectors[:, :kept] * np.sqrt(values[:kept])
    return _signed(places), np.where(np.abs(values) < 1e-12 * np.abs(values).max(), 0.0, values)


def _least_stress(dissimilarity: Floats, starts: list[Floats], *, by_ranks: bool) -> _Fit:
    """Find the map with the least stress-1; the first start of several that come to it is kept."""
    from scipy.optimize import minimize

    pairs, shape = np.triu_indices(len(dissimilarity), 1), starts[0].shape
    given = dissimilarity[pairs]
    stress = _squared_stress(given, pairs, shape=shape, by_ranks=by_ranks)
    rounds = {"maxiter": _MOST_ROUNDS, "maxfun": 2 * _MOST_ROUNDS, "ftol": 1e-15, "gtol": 1e-10}
    found = [
        minimize(stress, (one / one.std()).ravel(), jac=True, method="L-BFGS-B", options=rounds)
        for one in starts
    ]
    reached = np.sqrt([one.fun for one in found])
    is_best = reached <= reached.min() + SAME_STRESS
    places = found[int(is_best.argmax())].x.reshape(shape)
    places = _signed(places - places.mean(axis=0))
    apart = _apart(places, pairs)
    if by_ranks:
        # The unit is free: on average, distances are as long as the dissimilarities.
        unit = np.sqrt((given @ given) / (apart @ apart))
        disparities = rising(given, apart) * unit
    else:
        unit = (given @ apart) / (apart @ apart)
        disparities = _best_multiple(given, apart * unit)
    places = places * unit
    return _Fit(places, disparities, (places**2).sum(axis=0), len(starts), int(is_best.sum()))


def _apart(places: Floats, pairs: Pairs) -> Floats:
    gap = places[pairs[0]] - places[pairs[1]]
    return np.asarray(np.sqrt((gap * gap).sum(axis=1)))


def _best_multiple(given: Floats, apart: Floats) -> Floats:
    """Give the dissimilarities in the unit in which they meet the distances best."""
    return np.asarray(given * ((given @ apart) / (given @ given)))


def rising(given: Floats, apart: Floats) -> Floats:
    """Give the values nearest to distances that rise with dissimilarities; ties unbound (pairs)."""
    from scipy.optimize import isotonic_regression

    order = np.lexsort((apart, given))
    values = np.empty_like(apart)
    values[order] = isotonic_regression(apart[order]).x
    return values


def _squared_stress(
    given: Floats, pairs: Pairs, *, shape: tuple[int, ...], by_ranks: bool
) -> Callable[[Floats], tuple[float, Floats]]:
    """Make the function to minimise: squared stress-1 and its slope at flattened places.

    The disparities are the best for the distances at hand, so that they add nothing to the slope.
    """
    n, axes = shape
    first, second = pairs
    tiny = np.finfo(float).tiny

    def squared_stress(flat: Floats) -> tuple[float, Floats]:
        places = flat.reshape(shape)
        gap = places[first] - places[second]
        apart = np.sqrt((gap * gap).sum(axis=1))
        misfit = apart - (rising if by_ranks else _best_multiple)(given, apart)
        size = apart @ apart
        value = (misfit @ misfit) / size
        pull = 2 * (misfit - value * apart) / (size * np.maximum(apart, tiny))
        slope = np.empty(shape)
        for axis in range(axes):
            push = pull * gap[:, axis]
            slope[:, axis] = np.bincount(first, push, n) - np.bincount(second, push, n)
        return float(value), slope.ravel()

    return squared_stress


def _signed(places: Floats) -> Floats:
    """Turn centred places to their principal axes; the point furthest out on each is positive."""
    _, d, v = signed_svd(places.T)
    return np.asarray(v * d)


# --- labels --------------------------------------------------------------------------------------


def _points_frame(
    labels: pd.Index, places: Floats, *, squared: Floats, sizes: Floats
) -> pd.DataFrame:
    """Give each point its part of the misfit and size of its pairs, as triu_indices."""
    n = len(labels)
    first, second = np.triu_indices(n, 1)
    misfit, size = (
        np.bincount(first, each, n) + np.bincount(second, each, n) for each in (squared, sizes)
    )
    # Rounding is no misfit: where the map is exact, nobody has a share of it.
    is_exact = squared.sum() <= 1e-20 * size.sum()
    share = np.full(n, np.nan) if is_exact else misfit / misfit.sum()
    stress = np.sqrt(ratio(misfit, size))
    return points_frame(labels, places, stress=stress, stress_share=share)


def _notes(fit: _Fit, *, method: DistanceMethod, asked: int, gap: float) -> tuple[Message, ...]:
    n, kept = fit.places.shape
    # the metric map that ranks start from is no start of its own
    tried = fit.n_starts - (method == "nonmetric")
    below, all_values = fit.eigenvalues[fit.eigenvalues < 0], np.abs(fit.eigenvalues).sum()
    by_ranks = method == "nonmetric"
    steps = len(np.unique(np.round(fit.disparities / fit.disparities.max(), 3))) if by_ranks else 0
    share = float(-below.sum() / all_values)
    say = speaker(gap=gap, n=n, kept=kept, steps=steps, share=share)
    averaged = say("Both directions were averaged; they differ by up to {gap:number}.")
    inexact = say(
        "{n:count} of {all:count} eigenvalues {n:is|are} negative, {share:percent1} of their "
        "absolute sum: no map of any number of axes meets these dissimilarities exactly.",
        n=len(below),
        all=len(fit.eigenvalues),
    )
    degenerate = say(
        "The map is degenerate: it meets the order of the dissimilarities with {steps:count} "
        "{steps:distance|distances} only, and tells groups but no places. Take the metric map."
    )
    low = say(
        "With {n:count} points on {kept:count} {kept:axis|axes}, a map by ranks has a low "
        "stress whatever the dissimilarities; the metric map says more."
    )
    once = say(
        "Only one of {n:count} starts led to this map: one with nearly the same stress may "
        "place some points elsewhere.",
        n=tried,
    )
    is_degenerate = steps <= 2 < len(fit.disparities)
    of_ranks = [degenerate] if is_degenerate else [low] * (n <= FEW_POINTS * kept)
    return (
        *[averaged] * bool(gap),
        *few_axes_notes(kept, asked),
        *[inexact] * (share > NOT_EXACT),
        *of_ranks * by_ranks,
        *[once] * (tried > 1 and fit.n_reached == 1),
    )
