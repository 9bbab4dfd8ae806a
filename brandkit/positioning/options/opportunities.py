"""Where on the map there is room: free ground, who would have to say what, how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from brandkit.core.errors import NotEnoughDataError, check_whole_number
from brandkit.core.labels import label_text
from brandkit.core.linalg import Flags, Floats
from brandkit.core.message import Message
from brandkit.core.result import Result
from brandkit.positioning.image.stability import MapStability
from brandkit.positioning.maps.correspondence import CorrespondenceMap
from brandkit.positioning.maps.kernel import least_norm_profiles
from brandkit.positioning.maps.preferences import PreferenceMap
from brandkit.positioning.options import kernel
from brandkit.positioning.options.kernel import Ground

#: Brands under which a map has no ground to speak of.
FEWEST_BRANDS = 4
#: Attributes named for a spot at most, and points above the market from which one is.
N_MARKS, TELLING_POINTS = 3, 0.02


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

    def tidy(self) -> pd.DataFrame:
        """Give the spots."""
        return self.spots.copy()

    def glance(self) -> pd.DataFrame:
        """Give one row: what room means, how many spots, and the best with its support."""
        first = self.spots.iloc[0]
        return pd.DataFrame({
            "method": [self.basis], "brand": [self.brand], "n_respondents": [self.n_respondents],
            "n_spots": [len(self.spots)], "zone": [first["zone"]], "room": [first["room"]],
            "support": [first["support"]], "marks": [first["marks"]], "draws": [self.draws],
        })  # fmt: skip


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
    (:func:`brandkit.positioning.maps.kernel.least_norm_profiles`); no share leaves what some
    brand has. Axes and other brands are held: a move that changes what sets brands apart would
    turn the map itself.

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
        kernel.check_same_map(preference, stability)

    places = stability.drawn.places[:, :2]
    standard = stability.drawn.sample.column_standard[:, :2]
    shares = stability.shares.to_numpy()
    average = stability.table.to_numpy().sum(axis=0) / stability.bases.sum()
    rivals = np.arange(len(places)) != at
    ground = kernel.ground_of(places, start=average, standard=standard, shares=shares)
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
        places=kernel.map_places(stability)[["side", "label", "across", "upward"]],
        map=stability.map,
        cell_width=ground.step,
        brand=None if at is None else stability.brands[at],
        basis="white_space" if preference is None else "preference",
        n_respondents=stability.n_respondents,
        draws=len(stability.draw_places),
        notes=_notes(stability, is_neutral=preference is None),
    )


_SPOTS = [
    "spot", "zone", "across", "upward", "room", "support", "nearest", "rival_distance", "demand",
    "crowding", "marks",
]  # fmt: skip


def _check_ground(stability: MapStability) -> None:
    kernel.check_stability(stability)
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
    frame = pd.DataFrame({
        "across": cells[:, 0], "upward": cells[:, 1], "demand": np.nan, "crowding": np.nan,
        "zone": np.where(ground.within[ground.supported], "within", "extrapolated"),
    })  # fmt: skip
    if preference is None:
        room = kernel.freedom(cells, rivals=sample)[0]
        return frame.assign(room=room), kernel.freedom(cells, rivals=drawn)
    demand, draws = kernel.demand_density(preference, places=cells, draws=len(drawn), seed=seed)
    crowd, crowds = (
        kernel.crowding(cells, rivals=each, width=ground.apart) for each in (sample, drawn)
    )
    frame = frame.assign(room=demand - crowd[0], demand=demand, crowding=crowd[0])
    return frame, draws - crowds


def _spots(surface: pd.DataFrame, drawn: Floats, ground: Ground, *, most: int) -> pd.DataFrame:
    """Choose the best cells between the brands and beyond them, the freest first."""
    room = np.full(len(ground.places), -np.inf)
    room[ground.supported] = surface["room"]
    zones = (ground.within, ground.supported & ~ground.within)
    found = [kernel.peaks(room, ground=ground, of=of, most=most) for of in zones]
    cells = np.concatenate(found)
    cells = cells[np.argsort(-room[cells].round(12), kind="stable")]
    at = (np.cumsum(ground.supported) - 1)[cells]
    within = ground.within[ground.supported]
    beyond = ~within if (~within).any() else within
    inner, outer = (kernel.share_among_best(drawn, of=of, cells=at) for of in (within, beyond))
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
    return pd.DataFrame({
        "spot": np.arange(1, n + 1).repeat(k),
        "attribute": np.tile(np.array(attributes, dtype=object), n),
        "share_now": np.tile(start, n), "change": change.ravel(), "share_then": then.ravel(),
        "observed_low": np.tile(low, n), "observed_high": np.tile(high, n),
        "at_limit": (held & (np.abs(change) > 1e-12)).ravel(), "above_market": above.ravel(),
    })  # fmt: skip


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
        {"top": kernel.TOP},
    )
    return (
        *[white][: int(is_neutral)],
        beyond,
        *[axes][: int(stability.draw_places.shape[2] > 2)],
        *[shaky][: int(not stability.is_stable)],
        support,
    )
