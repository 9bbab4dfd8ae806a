"""Frames of a search for free ground: changes that lead there, and the map's own places."""

from __future__ import annotations

import numpy as np
import pandas as pd

from brandkit.core.linalg import Floats
from brandkit.positioning.stability import MapStability


def changes_frame(
    start: Floats, there: Floats, attributes: list[str], limits: tuple[Floats, Floats]
) -> pd.DataFrame:
    """Make one row a spot and attribute: the shares now and then, and their limits."""
    n, k = there.shape
    low, high = limits
    held = (there <= low + 1e-12) | (there >= high - 1e-12)
    moved = np.abs(there - start) > 1e-12
    return pd.DataFrame({
        "spot": np.arange(1, n + 1).repeat(k),
        "attribute": np.tile(np.array(attributes, dtype=object), n),
        "share_now": np.tile(start, n),
        "change": (there - start).ravel(),
        "share_then": there.ravel(),
        "observed_low": np.tile(low, n), "observed_high": np.tile(high, n),
        "at_limit": (held & moved).ravel(),
    })  # fmt: skip


def places_frame(stability: MapStability) -> pd.DataFrame:
    """Give brands and attributes on the first two axes, as a map draws them."""
    sides = []
    for side, frame in (("row", stability.map.rows), ("column", stability.map.columns)):
        wide = frame.pivot(index="label", columns="axis", values="coordinate")
        wide = wide.loc[frame["label"].drop_duplicates()]
        factor = stability.map.arrow_factor if side == "column" else 1.0
        sides.append(pd.DataFrame({
            "side": side, "label": wide.index.astype(str).to_numpy(dtype=object),
            "across": factor * wide[1].to_numpy(), "upward": factor * wide[2].to_numpy(),
        }))  # fmt: skip
    return pd.concat(sides, ignore_index=True)
