"""Where a brand lands after a change of image, and which rivals are near it then."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brandkit.core.linalg import Floats
from brandkit.positioning.place_frames import ellipses, quantile, second_moments
from brandkit.positioning.stability import MapStability

#: A place, and the same place in every draw.
Placed = tuple[Floats, Floats]
#: Rivals by distance, and the draws' distances to the nearest before and after.
MeasuredRivals = tuple[pd.DataFrame, Floats]

ROUNDING = 1e-9
"""Shares and distances that differ by less are the same."""


def shares_of(stability: MapStability) -> Floats:
    """Give the share of each brand's base that ticked each attribute."""
    return np.asarray(stability.table.to_numpy() / stability.bases.to_numpy()[:, None])


def measured_rivals(stability: MapStability, at: int, *, placed: Placed) -> MeasuredRivals:
    """Measure rivals before and after; give also the draws' nearest distances, (draws, 2)."""
    place, drawn = placed
    others = np.arange(len(stability.brands)) != at
    sample = stability.drawn.places[others]
    now = np.linalg.norm(sample - stability.drawn.places[at], axis=1)
    then = np.linalg.norm(sample - place, axis=1)
    drawn_others = stability.draw_places[:, others]
    gaps = [
        np.linalg.norm(drawn_others - own[:, None], axis=2)
        for own in (stability.draw_places[:, at], drawn)
    ]
    known = [np.where(np.isnan(gap), np.inf, gap) for gap in gaps]
    nearest = [gap.argmin(axis=1) for gap in known]
    frame = pd.DataFrame({
        "brand": np.array(stability.brands, dtype=object)[others],
        "distance_now": now, "distance_then": then,
        "support_now": np.bincount(nearest[0], minlength=len(now)) / len(drawn),
        "support": np.bincount(nearest[1], minlength=len(now)) / len(drawn),
    })  # fmt: skip
    order = np.lexsort((np.arange(len(frame)), frame["distance_then"]))
    frame = frame.iloc[order].reset_index(drop=True)
    return frame, np.stack([gap.min(axis=1) for gap in known], axis=1)


def move_row(
    stability: MapStability, at: int, *, placed: Placed, rivals: MeasuredRivals
) -> dict[str, object]:
    """Describe a move: both places, the region of the new one, rivals before and after."""
    place, drawn = placed
    frame, nearest_gaps = rivals
    own = stability.drawn.places[at]
    before = frame.iloc[int(frame["distance_now"].to_numpy().argmin())]
    after = frame.iloc[0]
    new = _two(place)
    long, short, angle = _region(stability, at, place, drawn)
    gained = nearest_gaps[:, 1] - nearest_gaps[:, 0]
    return {
        "across": _two(own)[0], "upward": _two(own)[1],
        "new_across": new[0], "new_upward": new[1],
        "map_distance": float(np.linalg.norm(place - own)),
        "radius_long": long, "radius_short": short, "angle": angle,
        "ci_level": stability.level,
        "nearest": before["brand"], "nearest_support": before["support_now"],
        "nearest_then": after["brand"], "nearest_then_support": after["support"],
        "distance_now": before["distance_now"], "distance_then": after["distance_then"],
        "further_support": float((gained > ROUNDING).mean()),
    }  # fmt: skip


def _two(place: Floats) -> tuple[float, float]:
    return float(place[0]), float(place[1]) if len(place) > 1 else 0.0


def _region(
    stability: MapStability, at: int, place: Floats, drawn: Floats
) -> tuple[float, float, float]:
    """Give the ellipse of the new place, as a map's regions are made."""
    # a bank with too few persons for a region has none after a change either
    if np.isnan(stability.regions["radius_long"].to_numpy()[at]):
        return (float("nan"),) * 3
    axes = min(len(place), 2)
    df = stability.df[at : at + 1]
    spread = second_moments((drawn - place)[:, None, :])
    radii = ellipses(spread, quantile(df, axes=axes, level=stability.level))
    return float(radii[0][0]), float(radii[1][0]), float(radii[2][0])


def rivals_with(stability: MapStability, at: int, added: Floats) -> dict[str, float]:
    """Count rivals that have as much of all that is raised as the brand then would.

    ``n_rivals n_rivals_now n_rivals_have``, now and then, and in ``alone_support`` the share of
    draws in which none would have. Missing where nothing is raised.
    """
    n_rivals = len(stability.brands) - 1
    raised = np.flatnonzero(added > ROUNDING)
    if not len(raised):
        unknown = dict.fromkeys(("n_rivals_now", "n_rivals_have", "alone_support"), float("nan"))
        return {"n_rivals": n_rivals, **unknown}
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn = stability.draw_tables[..., raised] / stability.draw_bases[..., None]
    sample, more = shares_of(stability)[None, :, raised], added[raised]
    now, then, draws = (
        np.delete(shares >= shares[:, [at]] + asked - ROUNDING, at, axis=1).all(axis=2)
        for shares, asked in ((sample, 0.0), (sample, more), (drawn, more))
    )
    return {
        "n_rivals": n_rivals,
        "n_rivals_now": int(np.sum(now)),
        "n_rivals_have": int(np.sum(then)),
        "alone_support": float(1 - np.any(draws, axis=1).mean()),
    }


def leads_of(stability: MapStability, at: int, added: Floats) -> str:
    """Name the raised attributes on which no rival would have as large a share."""
    shares = shares_of(stability)
    others = np.delete(shares, at, axis=0).max(axis=0)
    names = [str(name) for name in stability.table.columns]
    ahead = (added > ROUNDING) & (shares[at] + added > others + ROUNDING)
    return ", ".join(names[place] for place in np.flatnonzero(ahead))
