"""Where labels go: boxes beside points, none upon another. Pure geometry, no drawing.

Each point has a fixed list of places for its label, nearest first. Labels are set one after
another; one that finds no room pushes others out, which look again, and what is pushed often
grows stubborn (so the search cannot run in a circle). It never draws lots: the same points and
sizes give the same places.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from brandkit.core.linalg import Flags, Floats

#: The room that texts keep from each other, in points.
PAD: Final = 1.0


def overlaps(some: Floats, others: Floats, *, pad: float = PAD) -> Flags:
    """Say which boxes come nearer to which others than `pad`; not a number touches nothing.

    Side by side they keep three times as much, or two names would read as one.

    Examples
    --------
    >>> overlaps(np.array([[0.0, 0, 2, 2]]), np.array([[1.0, 1, 3, 3], [4, 4, 5, 5]])).tolist()
    [[True, False]]
    """
    a, b = some[:, None, :], others[None, :, :]
    with np.errstate(invalid="ignore"):
        beside = (a[..., 0] < b[..., 2] + 3 * pad) & (b[..., 0] < a[..., 2] + 3 * pad)
        return np.asarray(beside & (a[..., 1] < b[..., 3] + pad) & (b[..., 1] < a[..., 3] + pad))


def lines_hit_boxes(lines: Floats, boxes: Floats, *, pad: float = PAD) -> Flags:
    """Say which lines run through which boxes.

    Examples
    --------
    >>> box = np.array([[1.0, 1, 2, 2]])
    >>> lines_hit_boxes(np.array([[0.0, 0, 3, 3], [0, 0, 3, 0]]), box, pad=0).ravel().tolist()
    [True, False]
    """
    # A line passes the two slabs of a box, across and up; it hits where it is in both at once.
    # Along an axis it divides 0 by 0 on the very edge, which is outside, then.
    with np.errstate(invalid="ignore", divide="ignore"):
        enter_x, leave_x = _slab(lines[:, 0::2], boxes[:, 0::2], pad)
        enter_y, leave_y = _slab(lines[:, 1::2], boxes[:, 1::2], pad)
        enter, leave = np.maximum(enter_x, enter_y), np.minimum(leave_x, leave_y)
        return np.asarray((enter <= leave) & (leave >= 0) & (enter <= 1))


def _slab(ends: Floats, sides: Floats, pad: float) -> tuple[Floats, Floats]:
    """Say where along each line it enters and leaves each slab, as a share of its length."""
    start = ends[:, :1]
    share = 1 / (ends[:, 1:] - start)
    one, two = (sides[:, 0] - pad - start) * share, (sides[:, 1] + pad - start) * share
    return np.minimum(one, two), np.maximum(one, two)


def lines_cross(some: Floats, others: Floats) -> Flags:
    """Say which lines cross which others.

    Examples
    --------
    >>> lines_cross(np.array([[0.0, 0, 2, 2]]), np.array([[0.0, 2, 2, 0], [3, 0, 3, 9]])).tolist()
    [[True, False]]
    """
    a, b = some[:, None, :], others[None, :, :]
    with np.errstate(invalid="ignore"):
        parted = _side(a, b[..., :2]) * _side(a, b[..., 2:])
        return np.asarray((parted < 0) & (_side(b, a[..., :2]) * _side(b, a[..., 2:]) < 0))


def _side(line: Floats, point: Floats) -> Floats:
    along, off = line[..., 2:] - line[..., :2], point - line[..., :2]
    return np.asarray(along[..., 0] * off[..., 1] - along[..., 1] * off[..., 0])


#: Distances from the marker at which a label may stand, in points.
RINGS: Final = (0.0, 3.0, 7.0, 12.0, 18.0, 26.0, 36.0, 48.0, 64.0, 84.0)
NEAR_RINGS: Final = (0.0, 2.0, 5.0, 9.0, 14.0)

#: A label further than this from its marker is tied to it by a line.
LEADER_FROM: Final = 6.5

#: From here on, a label may lie in any of so many directions.
FAR_FROM: Final = 18.0
_DIRECTIONS: Final = np.arange(32) * (2 * np.pi / 32) + 0.05

GAP: Final = 2.0
KEPT: Final = 260
#: How many of its best places a label tries to win from others, and for how much at least.
TRIED: Final = 12
TRIED_HARDER: Final = 120
WORTH_A_MOVE: Final = 0.8
#: What it costs that the lines of two labels cross.
CROSSING: Final = 4.0
_HARD: Final = 1000.0

#: Where on the ring: across and up in half sizes of the box, then how far out; and its cost.
_PLACES: Final = np.array(
    [
        (1, 0, 1, 0, 0.0),
        (-1, 0, -1, 0, 0.5),
        (0, 1, 0, 1, 0.5),
        (0, -1, 0, -1, 0.6),
        (1, 1, 0.7, 0.7, 0.3),
        (1, -1, 0.7, -0.7, 0.4),
        (-1, 1, -0.7, 0.7, 0.7),
        (-1, -1, -0.7, -0.7, 0.8),
        (0.5, 1, 0, 1, 0.7),
        (-0.5, 1, 0, 1, 0.8),
        (0.5, -1, 0, -1, 0.8),
        (-0.5, -1, 0, -1, 0.9),
        (0.85, 1, 0, 1, 0.7),
        (-0.85, 1, 0, 1, 0.8),
        (0.85, -1, 0, -1, 0.8),
        (-0.85, -1, 0, -1, 0.9),
        (1, 0.7, 1, 0, 0.5),
        (1, -0.7, 1, 0, 0.5),
        (-1, 0.7, -1, 0, 0.9),
        (-1, -0.7, -1, 0, 0.9),
        (1, 1, 0.6, 1.2, 1.0),
        (1, -1, 0.6, -1.2, 1.0),
        (-1, 1, -0.6, 1.2, 1.2),
        (-1, -1, -0.6, -1.2, 1.2),
        (1, 1, 1.2, 0.5, 1.0),
        (1, -1, 1.2, -0.5, 1.0),
        (-1, 1, -1.2, 0.5, 1.2),
        (-1, -1, -1.2, -0.5, 1.2),
    ]
)


@dataclass(frozen=True)
class Ground:
    """What labels have to live with. All in points.

    Parameters
    ----------
    window : array of 4
        Left, bottom, right, top of the axes.
    markers : array, m × 2
        Every marker that must stay visible.
    radius : float
        Of the markers.
    boxes : array, k × 4
        Texts that stand already.
    leaders : array, k × 4
        Lines that no label may cover.
    lines : array, k × 4
        Lines that labels had better not cover.
    """

    window: Floats
    markers: Floats
    radius: float
    boxes: Floats = field(default_factory=lambda: np.empty((0, 4)))
    leaders: Floats = field(default_factory=lambda: np.empty((0, 4)))
    lines: Floats = field(default_factory=lambda: np.empty((0, 4)))


@dataclass(frozen=True)
class Places:
    """The places one label may take, cheapest first, none of them outside or on a marker."""

    boxes: Floats
    leaders: Floats
    costs: Floats

    def __len__(self) -> int:
        return len(self.costs)


@dataclass(frozen=True)
class Placement:
    """Where the labels stand.

    Parameters
    ----------
    boxes : array, n × 4
        Not a number where a label found no room.
    leaders : array, n × 4
        From marker to label; not a number where the label needs none.
    """

    boxes: Floats
    leaders: Floats

    @property
    def found(self) -> Flags:
        """Which labels found room."""
        return np.asarray(~np.isnan(self.boxes[:, 0]))


def place_boxes(
    points: Floats, sizes: Floats, ground: Ground, *, is_near: bool = False
) -> Placement:
    """Find a place for each label; earlier ones matter more.

    Parameters
    ----------
    points, sizes : array, n × 2
        The points labelled, and the width and height of their labels.
    ground : Ground
    is_near : bool
        Whether a label has to stand close to its point: a number.

    Returns
    -------
    Placement

    Examples
    --------
    >>> ground = Ground(np.array([0.0, 0, 100, 100]), np.array([[50.0, 50]]), 3)
    >>> place_boxes(ground.markers, np.array([[30.0, 12]]), ground).boxes.tolist()
    [[55.0, 44.0, 85.0, 56.0]]
    """
    rings = NEAR_RINGS if is_near else RINGS
    places = [
        _places(point, size, ground, rings) for point, size in zip(points, sizes, strict=True)
    ]
    search = _Search(places)
    search.settle(rounds=3 if is_near else 14)
    search.polish(sweeps=3)
    return Placement(search.boxes, search.leaders)


class _Search:
    """Labels and where they stand while they look for room."""

    def __init__(self, places: list[Places]) -> None:
        self.places = places
        self.boxes = np.full((len(places), 4), np.nan)
        self.leaders = np.full((len(places), 4), np.nan)
        self._at = np.full(len(places), -1)
        self._weight = np.ones(len(places))

    def settle(self, *, rounds: int) -> None:
        """Place every label, pushing others out where need be, for so many rounds at most."""
        count = len(self.places)
        self._weight = 1 + np.linspace(1, 0, count)
        waiting = deque(at for at in range(count) if len(self.places[at]))
        fewest, best_seen = count + 1, self._at.copy()
        for _ in range(rounds * count):
            if len(waiting) < fewest:
                fewest, best_seen = len(waiting), self._at.copy()
            if not waiting:
                return
            label = waiting.popleft()
            clashes = self._clashes(label)
            costs = self._costs(label) + _HARD * (clashes @ self._weight)
            best = int(np.argmin(costs))
            for other in np.flatnonzero(clashes[best]):
                self._take(int(other), -1)
                self._weight[other] += 0.25
                waiting.append(int(other))
            self._take(label, best)
        for label, place in enumerate(best_seen):
            self._take(label, int(place))

    def polish(self, *, sweeps: int) -> None:
        """Let labels move nearer, also into the place of one that has another to go to."""
        for _ in range(sweeps):
            before = self._at.copy()
            for label in range(len(self.places)):
                self._best_free(label)
                self._exchange(label)
            if (before == self._at).all():
                return

    def _best_free(self, label: int) -> None:
        if not len(self.places[label]):
            return
        clashes = self._clashes(label).any(axis=1)
        if not clashes.all():
            self._take(label, int(np.argmin(np.where(clashes, np.inf, self._costs(label)))))

    def _exchange(self, label: int) -> None:
        """Take a better place from at most two others where that is a gain for all together."""
        tried = TRIED if self._at[label] >= 0 else TRIED_HARDER
        better = np.flatnonzero(self._costs(label)[:tried] < self._cost(label) - WORTH_A_MOVE)
        if not len(better):
            return
        clashes = self._clashes(label)
        for place in better:
            others = np.flatnonzero(clashes[place])
            if len(others) > 2:
                continue
            moved = [label, *map(int, others)]
            kept = [int(self._at[one]) for one in moved]
            before = sum(self._cost(one) for one in moved)
            for one in moved:
                self._take(one, -1)
            self._take(label, int(place))
            for one in moved[1:]:
                self._best_free(one)
            if sum(self._cost(one) for one in moved) < before:
                return
            for one, back in zip(moved, kept, strict=True):
                self._take(one, back)

    def _cost(self, label: int) -> float:
        """Say how bad a label stands; the first weighs more."""
        place = self._at[label]
        if place < 0:
            return _HARD
        crossed = int(lines_cross(self.leaders[[label]], self.leaders).sum())
        cost = float(self.places[label].costs[place]) + CROSSING * crossed
        return cost * (2.0 if label == 0 else 1.0)

    def _costs(self, label: int) -> Floats:
        """Say what each place of a label costs, with the lines of others as they are now."""
        costs = self.places[label].costs.copy()
        tied = np.flatnonzero(~np.isnan(self.places[label].leaders[:, 0]))
        lines = np.flatnonzero(~np.isnan(self.leaders[:, 0]))
        lines = lines[lines != label]
        if len(tied) and len(lines):
            crossed = lines_cross(self.places[label].leaders[tied], self.leaders[lines])
            costs[tied] += CROSSING * crossed.sum(axis=1)
        return costs

    def _take(self, label: int, place: int) -> None:
        self._at[label] = place
        there = place >= 0
        self.boxes[label] = self.places[label].boxes[place] if there else np.nan
        self.leaders[label] = self.places[label].leaders[place] if there else np.nan

    def _clashes(self, label: int) -> Flags:
        """Say which place of a label would hurt which other label as it stands now."""
        mine = self.places[label]
        hurt = np.zeros((len(mine), len(self.places)), dtype=bool)
        stand = np.flatnonzero(self._at >= 0)
        stand = stand[stand != label]
        boxes, leaders = self.boxes[stand], self.leaders[stand]
        hurt[:, stand] = overlaps(mine.boxes, boxes)
        tied = np.flatnonzero(~np.isnan(mine.leaders[:, 0]))
        hurt[np.ix_(tied, stand)] |= lines_hit_boxes(mine.leaders[tied], boxes)
        lines = np.flatnonzero(~np.isnan(leaders[:, 0]))
        hurt[:, stand[lines]] |= lines_hit_boxes(leaders[lines], mine.boxes).T
        return hurt


def _places(point: Floats, size: Floats, ground: Ground, rings: tuple[float, ...]) -> Places:
    """List the places for one label, cheapest first."""
    centre, ring, cost = _around(point, size, ground.radius, rings)
    boxes = np.hstack([centre - size / 2, centre + size / 2])
    low, high = ground.window[:2], ground.window[2:]
    free = (boxes[:, :2] >= low).all(axis=1) & (boxes[:, 2:] <= high).all(axis=1)
    boxes, ring, cost = boxes[free], ring[free], cost[free]
    near = _near(ground, boxes)
    marks = _squares(near.markers, ground.radius + PAD / 2)
    free = ~overlaps(boxes, marks, pad=0).any(axis=1)
    free &= ~overlaps(boxes, near.boxes).any(axis=1)
    free &= ~lines_hit_boxes(near.leaders, boxes).any(axis=0)
    boxes, ring, cost = boxes[free], ring[free], cost[free]
    leaders = _leaders(point, boxes, ground.radius)
    cost = cost + 0.15 * ring + 1.2 * lines_hit_boxes(near.lines, boxes, pad=0).sum(axis=0)
    cost += 2.0 * _is_nearer_to_another(point, boxes, near.markers)
    free = np.ones(len(boxes), dtype=bool)
    tied = np.flatnonzero(~np.isnan(leaders[:, 0]))
    if len(tied):
        ties = leaders[tied]
        free[tied] = ~lines_hit_boxes(ties, near.boxes).any(axis=1)
        cost[tied] += CROSSING * lines_cross(ties, near.leaders).sum(axis=1)
        cost[tied] += 1.5 + 1.5 * lines_hit_boxes(ties, marks, pad=-PAD).sum(axis=1)
    kept = np.flatnonzero(free)
    kept = kept[np.argsort(cost[kept], kind="stable")][:KEPT]
    return Places(boxes[kept], leaders[kept], cost[kept])


def _around(
    point: Floats, size: Floats, radius: float, rings: tuple[float, ...]
) -> tuple[Floats, Floats, Floats]:
    """Give the centres of all places of a label, how far out each is, and what it costs."""
    ring = np.repeat(rings, len(_PLACES))
    across, up, out_x, out_y, cost = np.tile(_PLACES, (len(rings), 1)).T
    reach = radius + GAP + ring
    # Above and below, the box of a text has air of its own.
    rise = radius + GAP / 2 + ring
    beside = np.column_stack(
        [across * size[0] / 2 + out_x * reach, up * size[1] / 2 + out_y * rise]
    )
    # Far out, the end of a label that looks to its point may lie in any direction.
    far = np.array([distance for distance in rings if distance >= FAR_FROM])
    way, out = (axis.ravel() for axis in np.meshgrid(_DIRECTIONS, far))
    end = np.column_stack([np.cos(way), np.sin(way)])
    apart = end * (radius + GAP + out)[:, None] + np.sign(np.round(end, 6)) * (size[0] / 2, 0)
    centre = point + np.vstack([beside, apart])
    return centre, np.append(ring, out), np.append(cost, np.full(len(out), 1.0))


def _near(ground: Ground, boxes: Floats) -> Ground:
    """Leave out what is too far away to matter to any of the boxes."""
    if not len(boxes):
        return ground
    reach = np.hstack([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])[None, :]
    marks = overlaps(_squares(ground.markers, ground.radius), reach, pad=LEADER_FROM)[:, 0]
    return replace(
        ground,
        markers=ground.markers[marks],
        boxes=ground.boxes[overlaps(ground.boxes, reach)[:, 0]],
        leaders=ground.leaders[lines_hit_boxes(ground.leaders, reach)[:, 0]],
        lines=ground.lines[lines_hit_boxes(ground.lines, reach)[:, 0]],
    )


def _leaders(point: Floats, boxes: Floats, radius: float) -> Floats:
    """Draw a line from the marker's rim to the nearest point of each far box."""
    nearest = np.clip(point, boxes[:, :2], boxes[:, 2:])
    away = nearest - point
    length = np.hypot(*away.T)
    is_far = length - radius > LEADER_FROM
    step = away / np.where(length > 0, length, 1)[:, None]
    line = np.hstack([point + step * (radius + PAD), nearest - step * PAD])
    return np.where(is_far[:, None], line, np.nan)


def _is_nearer_to_another(point: Floats, boxes: Floats, markers: Floats) -> Flags:
    others = markers[np.hypot(*(markers - point).T) > 0.5]
    if not len(others):
        return np.zeros(len(boxes), dtype=bool)
    middle = others[None, :, :]
    nearest = np.clip(middle, boxes[:, None, :2], boxes[:, None, 2:])
    other = np.hypot(*np.moveaxis(nearest - middle, -1, 0)).min(axis=1)
    own = np.hypot(*(np.clip(point, boxes[:, :2], boxes[:, 2:]) - point).T)
    return np.asarray(other < own)


def _squares(points: Floats, radius: float) -> Floats:
    return np.hstack([points - radius, points + radius])
