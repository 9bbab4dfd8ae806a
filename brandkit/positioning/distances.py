"""Distance map: places whose distances meet given dissimilarities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import pandas as pd

from brandkit.core.checks import check_option, check_whole_number
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.distances_fit import (
    Fit,
    best_multiple,
    classical_places,
    least_stress,
    pair_distances,
)
from brandkit.positioning.distances_table import Asymmetry, checked_distances
from brandkit.positioning.nearest_profiles import two_least

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
