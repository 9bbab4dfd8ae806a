"""The ground of a map on a grid: where brands stand, where they could, and how free it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from scipy.spatial import ConvexHull, QhullError, cKDTree

from brandkit.core.errors import InputError, NotEnoughDataError, shown
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.positioning.image.stability import MapStability
from brandkit.positioning.maps.kernel import least_norm_profiles
from brandkit.positioning.maps.preferences import PreferenceMap

ChoiceRule = Literal["logit", "first_choice"]
#: Cells along the longer side of the grid.
CELLS = 61
#: Room around the brands that is looked at, as a part of the longer side of their extent.
ROOM = 0.5
#: Part of the cells that counts as the best ground.
TOP = 0.1
_CELLS_AT_ONCE = 4_000_000
_SAME_PLACE, _TIE = 1e-6, 1e-12


@dataclass(frozen=True, eq=False)
class Ground:
    """Cells of the map that a brand could stand on.

    Parameters
    ----------
    places : ndarray, shape (cells, 2)
        Middles of all cells, row by row from below.
    shape : tuple of int
        Rows and columns.
    step : float
        Width of a cell.
    within : ndarray of bool, shape (cells,)
        Between the brands, in their convex hull.
    supported : ndarray of bool, shape (cells,)
        In the hull, or to be reached with shares that some brand has.
    hull : ndarray, shape (corners, 2)
        Corners of the hull, going round.
    apart : float
        Median distance from a brand to the nearest other.
    """

    places: Floats
    shape: tuple[int, int]
    step: float
    within: Flags
    supported: Flags
    hull: Floats
    apart: float


def ground_of(brands: Floats, *, start: Floats, standard: Floats, shares: Floats) -> Ground:
    """Lay a grid over the map and find the cells that a brand could stand on.

    Brands (brands, 2) and attributes (attributes, 2) in principal and standard coordinates; cells
    are reached from the shares ``start`` (attributes,) within the limits of all brands' ``shares``
    (brands, attributes).
    """
    try:
        hull = ConvexHull(brands)
    except QhullError:
        raise NotEnoughDataError(
            "`stability` must map brands that span a plane; found all on one line. Opportunities "
            "take brands that differ along two axes."
        ) from None
    span = float(np.ptp(brands, axis=0).max())
    low, high = brands.min(axis=0) - ROOM * span, brands.max(axis=0) + ROOM * span
    step = float((high - low).max() / CELLS)
    across, upward = (
        np.arange(low[axis] + step / 2, high[axis] + step / 4, step) for axis in (0, 1)
    )
    places = np.stack(np.meshgrid(across, upward), axis=-1).reshape(-1, 2)
    within = np.all(places @ hull.equations[:, :2].T + hull.equations[:, 2] <= 1e-12, axis=1)
    _, missed = least_norm_profiles(
        start, places=places, standard=standard, low=shares.min(axis=0), high=shares.max(axis=0)
    )
    apart, _ = cKDTree(brands).query(brands, k=2)
    return Ground(
        places=places,
        shape=(len(upward), len(across)),
        step=step,
        within=within,
        supported=within | (missed <= step / 2),
        hull=brands[hull.vertices],
        apart=float(np.median(apart[:, 1])),
    )


def freedom(places: Floats, *, rivals: Floats) -> Floats:
    """Give the distance from places (cells, 2) to the nearest of rivals (draws, rivals, 2).

    Shape (draws, cells); a rival is missing where a draw has no place for it.
    """
    return np.concatenate([np.sqrt(part.min(axis=1)) for part in _squared(places, rivals)])


def crowding(places: Floats, *, rivals: Floats, width: float) -> Floats:
    """Give the density of rivals (draws, rivals, 2) at places (cells, 2), on average 1.

    Shape (draws, cells); ``width`` is the standard deviation of the normal kernel around each.
    """
    parts = [np.exp(one / (-2 * width**2)).sum(axis=1) for one in _squared(places, rivals)]
    density = np.concatenate(parts)
    return np.asarray(density / density.mean(axis=1, keepdims=True))


def _squared(places: Floats, rivals: Floats) -> Iterator[Floats]:
    """Give squared distances, shape (draws, rivals, cells), a part of the draws at a time."""
    step = max(1, _CELLS_AT_ONCE // (len(places) * rivals.shape[1]))
    size = (places**2).sum(axis=1)
    for at in range(0, len(rivals), step):
        part = rivals[at : at + step]
        squared = size - 2 * part @ places.T + (part**2).sum(axis=2, keepdims=True)
        yield np.where(np.isnan(squared), np.inf, np.maximum(squared, 0.0))


def share_among_best(scores: Floats, *, of: Flags, cells: Codes) -> Floats:
    """Give the share of draws in which cells are among the best of some ground (cells,).

    Scores (draws, cells).
    """
    cut = np.quantile(scores[:, of], 1 - TOP, axis=1)
    return np.asarray((scores[:, cells] >= cut[:, None] - 1e-12).mean(axis=0))


def peaks(score: Floats, *, ground: Ground, of: Flags, most: int) -> Codes:
    """Find the best cells of some ground, none beside another, by their score (cells,).

    Cells that no neighbour in the ground exceeds, the best first, at least the brands' usual
    distance from each other.
    """
    rows, columns = ground.shape
    padded = np.full((rows + 2, columns + 2), -np.inf)
    padded[1:-1, 1:-1] = np.where(of, score, -np.inf).reshape(rows, columns)
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).max(axis=(2, 3)).ravel()
    tops = np.flatnonzero(of & (score >= around - 1e-12))
    # ties go to the cell furthest down and left: the grid's order
    tops = tops[np.argsort(-score[tops].round(12), kind="stable")]
    chosen: list[int] = []
    for cell in tops.tolist():
        if len(chosen) == most:
            break
        gaps = np.linalg.norm(ground.places[chosen] - ground.places[cell], axis=1)
        if not chosen or gaps.min() >= ground.apart:
            chosen.append(cell)
    return np.array(chosen, dtype=np.intp)


@runtime_checkable
class ChoiceShares(Protocol):
    """What can say how shares of choice change: the result of ``choice_model``."""

    def share_changes(self, brand: str, changes: dict[str, float]) -> pd.DataFrame:
        """Give one row a brand, ``brand estimate ci_low ci_high``: the change of its share."""


def check_stability(stability: MapStability) -> None:
    """Refuse what is not a map with its draws."""
    if not isinstance(stability, MapStability):
        raise TypeError(
            f"`stability` must be the result of map_stability; found {type(stability).__name__}."
        )


def map_places(stability: MapStability) -> pd.DataFrame:
    """Give brands with their regions, and attributes, on the first two axes as a map draws them.

    ``side label across upward radius_long radius_short angle``.
    """
    regions = stability.regions.drop(columns=["ci_level", "n"]).assign(side="row")
    columns = stability.map.columns
    wide = columns.pivot(index="label", columns="axis", values="coordinate")
    wide = wide.loc[columns["label"].drop_duplicates()].reindex(columns=[1, 2], fill_value=0.0)
    across, upward = stability.map.arrow_factor * wide.to_numpy().T
    labels = wide.index.astype(str).to_numpy(dtype=object)
    attributes = pd.DataFrame({"label": labels, "across": across, "upward": upward})
    both = pd.concat([regions, attributes.assign(side="column")], ignore_index=True)
    return both[["side", *both.columns.drop("side")]]


def check_same_map(preference: PreferenceMap, stability: MapStability) -> None:
    """Refuse preferences on another map than the one whose places are looked at."""
    if not isinstance(preference, PreferenceMap):
        raise TypeError(
            f"`preference` must be the result of preference_map; found {type(preference).__name__}."
        )
    rows = preference.products.set_index("label")
    known = [name for name in stability.brands if name in rows.index]
    at = [stability.brands.index(name) for name in known]
    here = stability.drawn.places[at, :2]
    there = rows.loc[known, ["across", "upward"]].to_numpy(dtype=float)
    if not known or np.abs(here - there).max() > _SAME_PLACE:
        raise InputError(
            "`preference` must be drawn on the map of `stability`; found brands in other places. "
            "Make it by preference_map(stability.map, liking=…)."
        )


def demand_density(
    preference: PreferenceMap, *, places: Floats, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Give how many would like a bank at places (cells, 2) above their own mean, on average 1.

    Of the sample (cells,), and of draws over the respondents (draws, cells).
    """
    likes = preference.predicted_liking(places) > preference.fitted.threshold + _TIE
    times = respondent_weights(preference, draws=draws, seed=seed)
    share = preference.share_above(places)
    drawn = times @ likes.T.astype(float)
    return np.asarray(share / max(share.mean(), _TIE)), drawn / np.maximum(
        drawn.mean(axis=1, keepdims=True), _TIE
    )


def respondent_weights(preference: PreferenceMap, *, draws: int, seed: int) -> Floats:
    """Draw the respondents of a preference map; weights of a draw sum to 1."""
    weight = preference.fitted.weight
    n = len(weight)
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), draws) * weight
    return np.asarray(times / times.sum(axis=1, keepdims=True))


def choice_shares(liking: Floats, *, weight: Floats, rule: ChoiceRule) -> Floats:
    """Give each brand's share of choices from liking (..., brands, respondents).

    Each respondent, of a weight (..., respondents) that sums to 1, chooses in proportion to
    exp(liking), or the brand liked best; ties are shared.

    Examples
    --------
    >>> liking = np.array([[3.0, 1.0], [2.0, 1.0]])
    >>> choice_shares(liking, weight=np.array([0.5, 0.5]), rule="first_choice").tolist()
    [0.75, 0.25]
    """
    best = liking.max(axis=-2, keepdims=True)
    is_best = (liking >= best - _TIE).astype(float)
    chosen = np.exp(liking - best) if rule == "logit" else is_best
    chosen /= chosen.sum(axis=-2, keepdims=True)
    return np.asarray((chosen @ weight[..., None])[..., 0])


def predicted_shares(
    preference: PreferenceMap, *, places: Floats, weight: Floats, rule: ChoiceRule
) -> Floats:
    """Give shares of choices of brands at places (draws, brands, 2), draw by draw.

    ``weight`` (draws, respondents) sums to 1 in each.
    """
    draws, brands, _ = places.shape
    step = max(1, _CELLS_AT_ONCE // (2 * brands * weight.shape[1]))
    parts = []
    for at in range(0, draws, step):
        part = places[at : at + step]
        liking = preference.predicted_liking(part.reshape(-1, 2))
        liking = liking.reshape(len(part), brands, -1)
        parts.append(choice_shares(liking, weight=weight[at : at + step], rule=rule))
    return np.concatenate(parts)


def check_choice_shares(frame: object) -> pd.DataFrame:
    """Refuse what a choice model should not give back."""
    columns = ["brand", "estimate", "ci_low", "ci_high"]
    if not isinstance(frame, pd.DataFrame) or not set(columns) <= set(frame.columns):
        raise InputError(
            "`preference` must give share_changes(brand, changes) with columns "
            f"{shown(columns)}; found {type(frame).__name__}."
        )
    return frame[columns]
