"""Where things stand in the explorer's map, in the units of its drawing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from brandkit.core.linalg import Floats
from brandkit.page.explore.model import Explored, View
from brandkit.viz.labels import text_width
from brandkit.viz.placement import Ground, place_boxes

WIDTH, LOW, TALL = 760, 440.0, 640.0
#: Room beside, above and beneath the places; the lowest line has the ends of the first axis.
SIDE, ABOVE, BELOW = 84.0, 52.0, 78.0
#: Size of type, banks and words named: at a desk, and on a phone, where a unit is half a pixel.
LAYOUTS = ((15.0, 30, 15), (24.0, 14, 6))

Label = tuple[float, float, str]


@dataclass(frozen=True)
class Drawn:
    """A view as it is drawn, None where a bank or a word is not on it.

    Parameters
    ----------
    height, scale : float
    middle : tuple of float
        Where the map's middle stands.
    marks : list
        Of each bank the place, radii and lean of the region, and where it stood before.
    rays : list
        Where each word's line ends.
    labels, words : list
        For each layout the place of each bank's name from its mark, and of each word.
    """

    height: float
    scale: float
    middle: tuple[float, float]
    marks: list[tuple[float, ...] | None] = field(default_factory=list)
    rays: list[tuple[float, float] | None] = field(default_factory=list)
    labels: list[list[Label | None]] = field(default_factory=list)
    words: list[list[Label | None]] = field(default_factory=list)

    def at(self, place: Floats) -> tuple[float, float]:
        """Give where a place of the map stands."""
        across, upward = (self.scale * float(one) for one in place)
        return round(self.middle[0] + across, 1), round(self.middle[1] - upward, 1)


def drawn_views(shown: Explored) -> list[Drawn]:
    """Lay the views out in one window, so that places can be compared."""
    points = [np.zeros((1, 2))]
    for view in shown.views:
        points += [view.places, view.places if view.start is None else view.start]
    inside = np.vstack(points)
    low, high = np.nanmin(inside, axis=0), np.nanmax(inside, axis=0)
    radii = np.nanmax([0.0, *np.ravel([view.regions[:, 0] for view in shown.views])])
    low, high = (low - (room := min(radii, 0.1 * float((high - low).max()))), high + room)
    span = np.maximum(high - low, 1e-9)
    tall = float(np.clip(span[1] / span[0] * (WIDTH - 2 * SIDE) + ABOVE + BELOW, LOW, TALL))
    scale = float(min((WIDTH - 2 * SIDE) / span[0], (tall - ABOVE - BELOW) / span[1]))
    across, upward = scale * (low + high) / 2
    middle = (round(WIDTH / 2 - across, 1), round((ABOVE + tall - BELOW) / 2 + upward, 1))
    return [_drawn(view, shown, Drawn(tall, scale, middle)) for view in shown.views]


def _drawn(view: View, shown: Explored, drawn: Drawn) -> Drawn:
    for at, place in enumerate(view.places):
        if not np.isfinite(place).all():
            drawn.marks.append(None)
            continue
        region = np.round(np.nan_to_num(view.regions[at]) * (drawn.scale, drawn.scale, -1))
        before = () if view.start is None else drawn.at(view.start[at])
        drawn.marks.append((*drawn.at(place), *map(int, region), *before))
    drawn.rays.extend(_ray(drawn, word) for word in view.words)
    weight = np.nan_to_num(np.hypot(*view.places.T), nan=-1.0)
    weight[sorted(shown.few)] *= 0.05
    weight[[shown.first, shown.second]] = np.inf
    for size, n_banks, n_words in LAYOUTS:
        banks = [at for at in np.argsort(-weight, kind="stable")[:n_banks] if drawn.marks[at]]
        telling = np.argsort(-view.telling, kind="stable")[:n_words]
        _name(drawn, shown, banks, [at for at in telling if drawn.rays[at]], size=size)
    return drawn


def _ray(drawn: Drawn, word: Floats) -> tuple[float, float] | None:
    """Give where the line of a word meets the rim."""
    along = np.array([word[0], -word[1]], dtype=float)
    if not np.isfinite(along).all() or not along.any():
        return None
    ends = ((12.0, WIDTH - 12.0), (30.0, drawn.height - 60.0))
    reach = [
        (ends[axis][int(along[axis] > 0)] - drawn.middle[axis]) / along[axis]
        for axis in (0, 1)
        if along[axis]
    ]
    across, upward = drawn.middle + max(min(reach), 0.0) * along
    return round(float(across)), round(float(upward))


def _name(
    drawn: Drawn, shown: Explored, banks: list[int], words: list[int], *, size: float
) -> None:
    """Find room for the names of one layout: the banks that matter first, then the words."""
    places = [mark[:2] for at in banks if (mark := drawn.marks[at])]
    places += [end for at in words if (end := drawn.rays[at])]
    # a bank's name has room for its share, which stands beside it when the map is coloured
    texts = [f"{shown.banks[at]} 100%" for at in banks] + [shown.words[at] for at in words]
    sizes = np.array([(0.53 * size * text_width(text) + 4, 1.2 * size) for text in texts])
    window = np.array([2.0, 2.0, WIDTH - 2.0, drawn.height - 1.9 * size])
    marks = np.array([mark[:2] for mark in drawn.marks if mark])
    boxes = place_boxes(np.array(places), sizes, Ground(window, marks, 9.0)).boxes
    drawn.labels.append([None] * len(shown.banks))
    drawn.words.append([None] * len(shown.words))
    for n, ((x, y), box) in enumerate(zip(places, boxes, strict=True)):
        apart = np.hypot(*((box[:2] + box[2:]) / 2 - (x, y)))
        if not apart < sizes[n][0] / 2 + 60:  # no room, or too far to be told whose it is
            continue
        left, base, anchor = _set(x, box, size)
        if n < len(banks):
            drawn.labels[-1][banks[n]] = (round(left - x, 1), round(base - y, 1), anchor)
        else:
            drawn.words[-1][words[n - len(banks)]] = (round(left, 1), round(base, 1), anchor)


def _set(x: float, box: Floats, size: float) -> Label:
    """Set a text in its box so that it keeps to its mark, however wide the reader's font is."""
    left, top, right, bottom = map(float, box)
    base = (top + bottom) / 2 + 0.35 * size
    if left >= x:
        return left, base, "start"
    return (right, base, "end") if right <= x else ((left + right) / 2, base, "middle")
