"""Where on the map there is room: free ground, who would have to say what, how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.spatial import ConvexHull, QhullError, cKDTree

from brandkit.core.errors import InputError, NotEnoughDataError, check_whole_number, require_kind
from brandkit.core.labels import label_text
from brandkit.core.linalg import Codes, Flags, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image.stability import MapStability
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.maps.preferences import PreferenceMap

#: Brands under which a map has no ground to speak of.
FEWEST_BRANDS = 4
#: Attributes named for a spot at most, and points above the market from which one is.
N_MARKS, TELLING_POINTS = 3, 0.02
#: Cells along the longer side of the grid.
CELLS = 61
#: Room around the brands that is looked at, as a part of the longer side of their extent.
ROOM = 0.5
#: Part of the cells that counts as the best ground.
TOP = 0.1
#: Numbers that are held at once.
CELLS_AT_ONCE = 4_000_000
TIE = 1e-12
_SAME_PLACE = 1e-6
_ROUNDS = 40
#: Parts of a step that are tried; the best is taken.
_STEPS = (1.0, 0.5, 0.25, 0.06)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Opportunities(Result):
    """Free ground on a map of brands.

    Parameters
    ----------
    spots : DataFrame
        One row a spot, the freest first: ``spot zone across upward
        room support nearest rival_distance demand crowding marks``. Without a preference map
        ``room`` is the distance to the nearest rival, and ``demand`` and ``crowding`` are missing.
        ``support`` is the share of draws in which the spot is among the best tenth of its ground.
    surface : DataFrame
        One row a cell of the ground: ``across upward room zone``.
    changes : DataFrame
        One row a spot and attribute: ``spot attribute share_now change share_then observed_low
        observed_high at_limit above_market``: the smallest changes that bring `brand`, or the
        average brand, to the spot; and what sets a brand that the average one became there apart
        from the market.
    hull : DataFrame
        Corners of the ground between the brands, going round: ``across upward``.
    places : DataFrame
        Brands and attributes for a figure: ``side label across upward``.
    map : CorrespondenceMap
        The map it is looked at on.
    cell_width : float
        Width of the surface's cells.
    brand : str, optional
        Who looks for room; not among the rivals.
    basis : str
        "preference" or "white_space".
    n_respondents, draws : int
    """

    spots: pd.DataFrame
    surface: pd.DataFrame
    changes: pd.DataFrame
    hull: pd.DataFrame
    places: pd.DataFrame
    map: CorrespondenceMap
    cell_width: float
    brand: str | None
    basis: str
    n_respondents: int
    draws: int

    def marks_of(self, spot: int) -> list[str]:
        """Name the attributes that a brand at a spot would be named for more than the market."""
        rows = self.changes[self.changes["spot"] == spot]
        return _named_above(rows["above_market"].to_numpy(), rows["attribute"].tolist())

    def glance(self) -> pd.DataFrame:
        """Give one row: what room means, how many spots, and the best with its support."""
        first = self.spots.iloc[0]
        told = {name: first[name] for name in ("zone", "room", "support", "marks")}
        names = " ".join(["method brand n_respondents n_spots", *told, "draws"])
        return self._row(names, method=self.basis, n_spots=len(self.spots), **told)


def opportunities(
    stability: MapStability,
    *,
    brand: str | None = None,
    preference: PreferenceMap | None = None,
    most: int = 2,
    seed: int = 0,
) -> Opportunities:
    """Look for free ground on a map of brands.

    Answers *where could we stand that nobody stands, what would people have to say of us there,
    and would the next survey say the same?*

    Parameters
    ----------
    stability : MapStability
        A map with its draws, on two axes or more; the first two are looked at.
    brand : str, optional
        Who looks for room: others are its rivals, and changes start from its present shares.
        Without it all brands are rivals and changes start from the average brand.
    preference : PreferenceMap, optional
        What customers like, on the same map: ``preference_map(stability.map, liking=…)``.
        Without it room is white space: it says where nobody stands, not that anybody wants it.
    most : int, default 2
        Spots at most between the brands, and at most as many beyond them.
    seed : int, default 0
        For the draws of a preference map's respondents.

    Returns
    -------
    Opportunities

    Raises
    ------
    InputError
        The brand is not on the map.
    NotEnoughDataError
        Fewer than four brands, a map of one axis, or brands on one line.

    Notes
    -----
    The map is laid out in cells. A cell is "within" where it lies in the brands' convex hull.
    Beyond it, a cell is "extrapolated" where shares that some brand has bring a brand there;
    other cells are not looked at.

    Room without a preference map is the distance to the nearest rival; with one, the density of
    demand less the density of rivals (normal kernels as wide as the median distance to the
    nearest brand), each with mean 1 over the ground. Spots are the highest cells of either ground
    that no neighbour exceeds. Support is the share of draws over respondents in which the spot is
    among the best tenth of its ground; the ground is the sample's.

    The smallest changes of shares (least norm) that bring a brand to a spot are exact
    (:func:`~brandkit.positioning.options.opportunities.least_norm_profiles`); no share leaves
    what some brand has. Axes and other brands are held: a move that changes what sets brands
    apart would turn the map itself.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> chance = {"A": (0.8, 0.2, 0.2), "B": (0.2, 0.8, 0.2), "C": (0.2, 0.2, 0.8),
    ...           "D": (0.7, 0.3, 0.2)}
    >>> rows = pd.DataFrame([
    ...     (person, bank, *rng.binomial(1, p)) for person in range(90) for bank, p in
    ...     chance.items()], columns=["id", "bank", "fair", "modern", "near"])
    >>> from brandkit.positioning.image.stability import map_stability
    >>> result = map_stability(rows, brand="bank", attributes=["fair", "modern", "near"],
    ...                        respondent="id", draws=200)
    >>> found = opportunities(result, brand="A", most=1)
    >>> found.spots[["zone", "nearest"]].values.tolist()
    [['within', 'C'], ['extrapolated', 'D']]
    """
    check_whole_number("most", most, low=1)
    check_whole_number("seed", seed, low=0)
    _check_ground(stability)
    at = None if brand is None else stability.place_of(label_text(brand))
    if preference is not None:
        check_same_map(preference, stability)

    places = stability.drawn.places[:, :2]
    standard = stability.drawn.sample.column_standard[:, :2]
    shares = stability.shares.to_numpy()
    average = stability.table.to_numpy().sum(axis=0) / stability.bases.sum()
    rivals = np.arange(len(places)) != at
    ground = ground_of(places, start=average, standard=standard, shares=shares)
    surface, drawn = _surface(stability, ground, rivals, preference=preference, seed=seed)
    spots = _spots(surface, drawn, ground, most=most)
    target = spots[["across", "upward"]].to_numpy()
    limits = {"low": shares.min(axis=0), "high": shares.max(axis=0)}
    start = average if at is None else shares[at]
    then, usual = (
        least_norm_profiles(one, places=target, standard=standard, **limits)[0]
        for one in (start, average)
    )

    attributes = [str(name) for name in stability.table.columns]
    gaps = np.linalg.norm(target[:, None] - places[rivals], axis=2)
    names = np.array(stability.brands, dtype=object)[rivals]
    spots = spots.assign(
        nearest=names[gaps.argmin(axis=1)],
        rival_distance=gaps.min(axis=1),
        marks=[", ".join(_named_above(row, attributes)) for row in usual - average],
    )
    return Opportunities(
        spots=spots[_SPOTS],
        surface=surface[["across", "upward", "room", "zone"]],
        changes=_changes_frame(start, then, attributes, above=usual - average, **limits),
        hull=pd.DataFrame(ground.hull, columns=["across", "upward"]),
        places=map_places(stability)[["side", "label", "across", "upward"]],
        map=stability.map,
        cell_width=ground.step,
        brand=None if at is None else stability.brands[at],
        basis="white_space" if preference is None else "preference",
        n_respondents=stability.n_respondents,
        draws=len(stability.draw_places),
        notes=_notes(stability, is_neutral=preference is None),
    )


_SPOTS = [
    "spot",
    "zone",
    "across",
    "upward",
    "room",
    "support",
    "nearest",
    "rival_distance",
    "demand",
    "crowding",
    "marks",
]


def _check_ground(stability: MapStability) -> None:
    require_kind("stability", stability, MapStability, what="the result of map_stability")
    if stability.draw_places.shape[2] < 2:
        raise NotEnoughDataError(
            "`stability` must be a map of two axes; found one. Map brands with axes=2."
        )
    if len(stability.brands) < FEWEST_BRANDS:
        raise NotEnoughDataError(
            f"`stability` must map at least {FEWEST_BRANDS} brands; found "
            f"{len(stability.brands)}. With fewer there is no ground between them to speak of."
        )


def _surface(
    stability: MapStability,
    ground: Ground,
    rivals: Flags,
    *,
    preference: PreferenceMap | None,
    seed: int,
) -> tuple[pd.DataFrame, Floats]:
    """Give room on the supported cells, in the sample and in the draws (draws, cells)."""
    cells = ground.places[ground.supported]
    sample = stability.drawn.places[None, rivals, :2]
    drawn = stability.draw_places[:, rivals, :2]
    frame = pd.DataFrame(
        {
            "across": cells[:, 0],
            "upward": cells[:, 1],
            "demand": np.nan,
            "crowding": np.nan,
            "zone": np.where(ground.within[ground.supported], "within", "extrapolated"),
        }
    )
    if preference is None:
        room = freedom(cells, rivals=sample)[0]
        return frame.assign(room=room), freedom(cells, rivals=drawn)
    demand, draws = demand_density(preference, places=cells, draws=len(drawn), seed=seed)
    crowd, crowds = (crowding(cells, rivals=each, width=ground.apart) for each in (sample, drawn))
    frame = frame.assign(room=demand - crowd[0], demand=demand, crowding=crowd[0])
    return frame, draws - crowds


def _spots(surface: pd.DataFrame, drawn: Floats, ground: Ground, *, most: int) -> pd.DataFrame:
    """Choose the best cells between the brands and beyond them, the freest first."""
    room = np.full(len(ground.places), -np.inf)
    room[ground.supported] = surface["room"]
    zones = (ground.within, ground.supported & ~ground.within)
    found = [peaks(room, ground=ground, of=of, most=most) for of in zones]
    cells = np.concatenate(found)
    cells = cells[np.argsort(-room[cells].round(12), kind="stable")]
    at = (np.cumsum(ground.supported) - 1)[cells]
    within = ground.within[ground.supported]
    beyond = ~within if (~within).any() else within
    inner, outer = (share_among_best(drawn, of=of, cells=at) for of in (within, beyond))
    return (
        surface.iloc[at]
        .assign(spot=np.arange(1, len(at) + 1), support=np.where(within[at], inner, outer))
        .reset_index(drop=True)
    )


def _changes_frame(
    start: Floats, then: Floats, attributes: list[str], *, above: Floats, low: Floats, high: Floats
) -> pd.DataFrame:
    """Make one row a spot and attribute: the shares now and then, and their limits."""
    n, k = then.shape
    held = (then <= low + 1e-12) | (then >= high - 1e-12)
    change = then - start
    return pd.DataFrame(
        {
            "spot": np.arange(1, n + 1).repeat(k),
            "attribute": np.tile(np.array(attributes, dtype=object), n),
            "share_now": np.tile(start, n),
            "change": change.ravel(),
            "share_then": then.ravel(),
            "observed_low": np.tile(low, n),
            "observed_high": np.tile(high, n),
            "at_limit": (held & (np.abs(change) > 1e-12)).ravel(),
            "above_market": above.ravel(),
        }
    )


def _named_above(above: Floats, attributes: Sequence[str]) -> list[str]:
    """Name the attributes whose shares are furthest above the market's, at most three."""
    order = np.argsort(-above, kind="stable")[:N_MARKS]
    return [attributes[at] for at in order if above[at] >= TELLING_POINTS]


def _notes(stability: MapStability, *, is_neutral: bool) -> tuple[Message, ...]:
    white = Message(
        "No evidence on what customers want went in: this is white space, where nobody "
        "stands. Whether anybody wants a bank there it cannot say."
    )
    beyond = Message(
        "Ground between the brands is covered by what people say of banks; beyond it the map "
        "is extrapolated, up to shares that some bank has."
    )
    axes = Message("Room is looked for on the first two axes only.")
    shaky = Message("The map is not stable, and so is what looks free on it: see its support.")
    support = Message(
        "A spot's support is the share of draws in which it is among the best {top:percent} of its "
        "ground.",
        {"top": TOP},
    )
    more = [axes] * (stability.draw_places.shape[2] > 2) + [shaky] * (not stability.is_stable)
    return (*[white] * is_neutral, beyond, *more, support)


# --- the ground of a map --------------------------------------------------------------------------


class Ground(NamedTuple):
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
    step = max(1, CELLS_AT_ONCE // (len(places) * rivals.shape[1]))
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


def demand_density(
    preference: PreferenceMap, *, places: Floats, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Give how many would like a bank at places (cells, 2) above their own mean, on average 1.

    Of the sample (cells,), and of draws over the respondents (draws, cells).
    """
    likes = preference.predicted_liking(places) > preference.fitted.threshold + TIE
    times = respondent_weights(preference, draws=draws, seed=seed)
    share = preference.share_above(places)
    drawn = times @ likes.T.astype(float)
    return np.asarray(share / max(share.mean(), TIE)), drawn / np.maximum(
        drawn.mean(axis=1, keepdims=True), TIE
    )


def respondent_weights(preference: PreferenceMap, *, draws: int, seed: int) -> Floats:
    """Draw the respondents of a preference map; weights of a draw sum to 1."""
    weight = preference.fitted.weight
    n = len(weight)
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), draws) * weight
    return np.asarray(times / times.sum(axis=1, keepdims=True))


def map_places(stability: MapStability) -> pd.DataFrame:
    """Give brands with their regions, and attributes, on the first two axes as a map draws them.

    ``side label across upward radius_long radius_short angle``.
    """
    regions = stability.regions.drop(columns=["ci_level", "n"])
    regions.insert(0, "side", "row")
    columns = stability.map.columns
    wide = columns.pivot(index="label", columns="axis", values="coordinate")
    wide = wide.loc[columns["label"].drop_duplicates()].reindex(columns=[1, 2], fill_value=0.0)
    attributes = (stability.map.arrow_factor * wide).set_axis(["across", "upward"], axis=1)
    attributes = attributes.reset_index().assign(side="column")
    return pd.concat([regions, attributes], ignore_index=True)


def check_same_map(preference: PreferenceMap, stability: MapStability) -> None:
    """Refuse preferences on another map than the one whose places are looked at."""
    require_kind("preference", preference, PreferenceMap, what="the result of preference_map")
    rows = preference.products.set_index("label")
    known = [name for name in stability.brands if name in rows.index]
    here = stability.drawn.places[[stability.brands.index(name) for name in known], :2]
    there = rows.loc[known, ["across", "upward"]].to_numpy(dtype=float)
    if not known or np.abs(here - there).max() > _SAME_PLACE:
        raise InputError(
            "`preference` must be drawn on the map of `stability`; found brands in other places. "
            "Make it by preference_map(stability.map, liking=…)."
        )


def least_norm_profiles(
    start: Floats, *, places: Floats, standard: Floats, low: Floats, high: Floats
) -> tuple[Floats, Floats]:
    """Give the smallest changes of a brand's shares that bring it to each place.

    Parameters
    ----------
    start : ndarray, shape (attributes,)
        The brand's present shares, 0-1.
    places : ndarray, shape (n, axes)
        Where it shall stand, in principal coordinates.
    standard : ndarray, shape (attributes, axes)
        The attributes in standard coordinates.
    low, high : ndarray, shape (attributes,)
        No share leaves these; those of `start` lie within.

    Returns
    -------
    shares : ndarray, shape (n, attributes)
    missed : ndarray, shape (n,)
        Distance from where the shares bring the brand to where it shall stand: 0 where the place
        can be reached.

    Notes
    -----
    A brand with shares s stands at sum_a s_a G_a / sum_a s_a. It stands at p where
    sum_a s_a (G_a - p) = 0: as many linear equations as axes. The shares nearest to the present
    ones that meet them within their limits are those of (start + (G - p) l), cut off at the
    limits, for some l with one entry an axis; l is found by Newton's method, for all places at
    once. Without limits in the way its first step is exact.

    Examples
    --------
    >>> standard = np.array([[-1.0], [1.0], [0.0]])
    >>> shares, missed = least_norm_profiles(np.array([0.4, 0.4, 0.2]), places=np.array([[0.2]]),
    ...     standard=standard, low=np.zeros(3), high=np.ones(3))
    >>> shares.round(3).tolist(), missed.round(9).tolist()
    ([[0.287, 0.475, 0.181]], [0.0])
    """
    away = standard[None] - places[:, None, :]

    def left(lean: Floats, away: Floats) -> tuple[Floats, Floats]:
        """Give what is left of the equations, (n, axes), and the shares, (n, attributes)."""
        shares = np.clip(start + np.einsum("nak,nk->na", away, lean), low, high)
        return np.einsum("na,nak->nk", shares, away), shares

    ridge = TIE * np.eye(places.shape[1])
    lean, at = np.zeros(places.shape), np.arange(len(places))
    off, _ = left(lean, away)
    for _ in range(_ROUNDS):
        here = away[at]
        wanted = start + np.einsum("nak,nk->na", here, lean[at])
        moving = here * ((wanted > low) & (wanted < high))[..., None]
        slope = np.einsum("nak,nal->nkl", moving, here) + ridge
        step = -np.linalg.solve(slope, off[at][..., None])[..., 0]
        tried = [lean[at], *(lean[at] + part * step for part in _STEPS)]
        missed = [left(one, here)[0] for one in tried]
        best = np.argmin([np.linalg.norm(one, axis=1) for one in missed], axis=0)
        lean[at], off[at] = (np.stack(of)[best, np.arange(len(at))] for of in (tried, missed))
        # what no step brings nearer cannot be reached
        at = at[(best > 0) & (np.abs(off[at]).max(axis=1) > TIE)]
        if not len(at):
            break
    _, shares = left(lean, away)
    total = shares.sum(axis=1, keepdims=True)
    reached = shares @ standard / np.where(total > 0, total, 1.0)
    return shares, np.linalg.norm(reached - places, axis=1)
