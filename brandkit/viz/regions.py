"""Regions around the points of a map: thin ellipses that names keep clear of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Ellipse

from brandkit.core.linalg import Floats
from brandkit.viz.palette import PALETTE

#: Radius, as a part of the points' spread, beyond which a region gets no room of its own.
LARGEST: Final = 0.5
#: Regions from which they are drawn in the softest line: so many edges would hide the names.
MANY: Final = 16
#: Pieces of an ellipse's edge that names keep clear of.
EDGE: Final = 16


@dataclass(frozen=True)
class Regions:
    """Ellipses around points; missing where none is given.

    Parameters
    ----------
    places : ndarray, n x 2
    radii : ndarray, n x 2
        Long and short radius.
    angles : ndarray, n
        Degrees from the axis across to the long radius.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> two = Regions(np.zeros((2, 2)), np.array([[2.0, 1.0], [np.nan, np.nan]]), np.zeros(2))
    >>> ax = new_axes()
    >>> two.draw(ax)
    >>> len(ax.patches), two.edges().shape
    (1, (16, 2, 2))
    """

    places: Floats
    radii: Floats
    angles: Floats

    @classmethod
    def of(cls, frame: pd.DataFrame, places: Floats) -> Regions:
        """Take ``radius_long radius_short angle`` of a frame, one row a place."""
        radii = frame[["radius_long", "radius_short"]].to_numpy(dtype=float)
        return cls(places, radii, frame["angle"].to_numpy(dtype=float))

    def edges(self) -> Floats:
        """Give the edges as short lines, shape (lines, 2, 2)."""
        known = np.isfinite(self.radii).all(axis=1)
        turn = np.linspace(0, 2 * np.pi, EDGE + 1)
        long, short = self.radii[known].T[..., None]
        lean = np.radians(self.angles[known])[:, None]
        along, beside = np.cos(turn) * long, np.sin(turn) * short
        across = along * np.cos(lean) - beside * np.sin(lean)
        upward = along * np.sin(lean) + beside * np.cos(lean)
        edge = self.places[known][:, None, :] + np.stack([across, upward], axis=2)
        return np.asarray(np.stack([edge[:, :-1], edge[:, 1:]], axis=2).reshape(-1, 2, 2))

    def room(self, places: Floats | None = None) -> Floats:
        """Give the outer points that a map makes room for: of large regions a part only, n x 2.

        Large is told by the spread of ``places``, those of the regions where not given.
        """
        places = self.places if places is None else places
        span = float(np.ptp(places, axis=0).max())
        low, high = places.min(axis=0) - LARGEST * span, places.max(axis=0) + LARGEST * span
        return np.asarray(np.clip(self.edges().reshape(-1, 2), low, high))

    def draw(self, ax: Axes, *, focus: Sequence[bool] = ()) -> None:
        """Draw them; that of the focus in the accent, filled softly."""
        marked = list(focus) or [False] * len(self.places)
        usual = PALETTE["line" if len(self.places) >= MANY else "soft"]
        rows = zip(self.places, self.radii, self.angles, marked, strict=True)
        for place, (long, short), angle, is_focus in rows:
            if np.isfinite([long, short]).all():
                ellipse = Ellipse(tuple(place), 2 * long, 2 * max(short, 1e-9), angle=angle)
                ellipse.set_facecolor(PALETTE["accent-soft"] if is_focus else "none")
                ellipse.set_edgecolor(PALETTE["accent"] if is_focus else usual)
                ellipse.set(linewidth=1.2 if is_focus else 0.9, zorder=1.5 if is_focus else 2)
                ax.add_patch(ellipse)
