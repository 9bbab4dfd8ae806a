"""Diagrams of boxes joined by arrows: layers from causes to effects, a label on each arrow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations, pairwise
from typing import Any, Final, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from brandkit.core.linalg import Floats
from brandkit.viz.labels import label_lines
from brandkit.viz.palette import PALETTE
from brandkit.viz.placement import overlaps
from brandkit.viz.svg import POINTS_AN_INCH, slim_canvas
from brandkit.viz.theme import TEXT_SIZE, UPRIGHT, new_axes, theme

#: Boxes of one layer at most, where more than two layers follow each other downwards.
MOST_BESIDE, MOST_COLUMNS = 3, 2
#: Width of a diagram in points: on a phone its text keeps its size.
ACROSS: Final = 400.0
#: Half ems in a line of a box.
BOX_LINE: Final = 16
#: In points: room between layers, between neighbours, for a line that passes a layer, and for each
#: end of an arrow on the side of a box.
_PITCH, _GAP, _LANE, _END = 66.0, 14.0, 26.0, 14.0
#: By how much layers part, step by step, until no label meets anything.
_STRETCHES: Final = (1.0, 1.27, 1.55, 1.9, 2.4)
_SWEEPS: Final = 12
#: Where the middle of a label may stand beside its line, in halves of its size.
_SIDES: Final = np.array([(0.0, 0.0), (-0.8, 0.0), (0.8, 0.0), (0.0, -0.8), (0.0, 0.8)])
_LEADING, _AROUND = 1.1, (16.0, 12.0)


@dataclass(frozen=True)
class Box:
    """A box with its title, and a note beneath."""

    title: str
    note: str = ""


@dataclass(frozen=True)
class Arrow:
    """An arrow between boxes, by their places; its width tells how strong it is."""

    source: int
    target: int
    label: str
    width: float = 1.2
    dashed: bool = False


@dataclass(frozen=True, eq=False)
class Layout:
    """Places in points from the lower left corner.

    ``boxes`` are left, bottom, right, top; ``routes`` points along each arrow; ``labels`` middles.
    """

    boxes: Floats
    routes: tuple[Floats, ...]
    labels: Floats
    size: tuple[float, float]


def diagram(boxes: Sequence[Box], arrows: Sequence[Arrow], *, ax: Axes | None = None) -> Axes:
    """Draw boxes in layers, each after all that lead to it, joined by labelled arrows.

    Parameters
    ----------
    boxes : sequence of Box
    arrows : sequence of Arrow
        They may not go round. Dashed ones are drawn soft.
    ax : Axes, optional
        New axes of the right height where not given.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = diagram([Box("Quality", "19%"), Box("Loyalty")], [Arrow(0, 1, "0.5", width=3)])
    >>> [text.get_text() for text in ax.texts]
    ['Quality', '19%', 'Loyalty', '0.5']
    """
    titles = label_lines([box.title for box in boxes], line=BOX_LINE)
    whole = [f"{title}\n{box.note}".rstrip() for title, box in zip(titles, boxes, strict=True)]
    layout = diagram_layout(
        _text_sizes(whole) + _AROUND,
        arrows=[(arrow.source, arrow.target) for arrow in arrows],
        label_sizes=_text_sizes([arrow.label for arrow in arrows]),
        width=ACROSS - 8,
    )
    if ax is None:
        ax = new_axes(ACROSS / POINTS_AN_INCH, (layout.size[1] + 8) / POINTS_AN_INCH)
        ax.figure.set_gid(UPRIGHT)
    with theme():
        ax.set(xlim=(0, layout.size[0]), ylim=(0, layout.size[1]), xticks=[], yticks=[])
        ax.set_aspect("equal", adjustable="box")
        ax.spines[:].set_visible(False)
        for place, title, box in zip(layout.boxes, titles, boxes, strict=True):
            _draw_box(ax, place, title, box.note)
        for at in sorted(range(len(arrows)), key=lambda at: arrows[at].width):
            arrow = arrows[at]
            ax.add_patch(
                FancyArrowPatch(
                    path=Path(layout.routes[at]),
                    arrowstyle="-|>,head_length=9,head_width=4.5",
                    mutation_scale=1.0,
                    shrinkA=0,
                    shrinkB=0,
                    linewidth=arrow.width,
                    zorder=2,
                    linestyle=(0, (4, 3)) if arrow.dashed else "-",
                    joinstyle="miter",
                    color=PALETTE["soft" if arrow.dashed else "ink"],
                )
            )
        for (x, y), arrow in zip(layout.labels, arrows, strict=True):
            ax.text(
                x,
                y,
                arrow.label,
                ha="center",
                va="center",
                linespacing=_LEADING,
                zorder=5,
                color=PALETTE["soft" if arrow.dashed else "ink"],
                bbox={
                    "boxstyle": "square,pad=0.1",
                    "facecolor": PALETTE["paper"],
                    "edgecolor": "none",
                },
            )
    return ax


def _text_sizes(texts: Sequence[str]) -> Floats:
    """Measure texts as they will be drawn, in points, shape (n, 2)."""
    ax = new_axes()
    with theme(), slim_canvas(cast(Figure, ax.figure)) as canvas:
        drawn = [ax.text(0, 0, text, linespacing=_LEADING) for text in texts]
        extents = [text.get_window_extent(canvas.get_renderer()) for text in drawn]
    return np.array([(one.width, one.height) for one in extents]).reshape(-1, 2)


def _draw_box(ax: Axes, place: Floats, title: str, note: str) -> None:
    left, bottom, right, top = place.tolist()
    ax.add_patch(
        FancyBboxPatch(
            (left, bottom),
            right - left,
            top - bottom,
            boxstyle="round,pad=0,rounding_size=5",
            facecolor=PALETTE["wash"],
            edgecolor=PALETTE["soft"],
            linewidth=1.0,
            zorder=3,
        )
    )
    x, y = (left + right) / 2, (bottom + top) / 2
    drop = TEXT_SIZE * _LEADING * 1.17 / 2 if note else 0.0
    how: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 4}
    ax.text(x, y + drop, title, linespacing=_LEADING, color=PALETTE["ink"], **how)
    if note:
        ax.text(x, y - drop * (title.count("\n") + 1), note, color=PALETTE["soft"], **how)


# --- layout --------------------------------------------------------------------------------------


def diagram_layout(
    sizes: Floats, *, arrows: Sequence[tuple[int, int]], label_sizes: Floats, width: float
) -> Layout:
    """Place boxes (k, 2) in layers and lead every arrow around the boxes between.

    Two layers stand side by side, more follow each other downwards. After Sugiyama: layers by the
    longest way, long arrows pass layers in lanes of their own, orders with the fewest crossings.
    Places are worked out along the layers' way and beside it, and turned in the end.
    """
    k = len(sizes)
    layer = _layers(k, arrows, k)
    across = max(layer) < MOST_COLUMNS
    if across:
        ends = np.bincount(np.ravel(arrows), minlength=k)
        sizes = np.stack([np.maximum(sizes[:, 1], _END * ends), sizes[:, 0]], axis=1)
    else:
        layer = _layers(k, arrows, MOST_BESIDE)
    chains = []
    for source, target in arrows:
        lanes = range(layer[source] + 1, layer[target])
        chains.append([source, *range(len(layer), len(layer) + len(lanes)), target])
        layer.extend(lanes)
    room = np.append(sizes[:, 0], np.full(len(layer) - k, _LANE))
    orders = _ordered(layer, chains)
    thick = np.array([max(sizes[at, 1] for at in order if at < k) for order in orders])
    least = max(room[order].sum() + _GAP * (len(order) - 1) for order in orders)
    for stretch in _STRETCHES:
        span = least * stretch if across else width - 4
        free = (width - 4 - thick.sum()) / (len(thick) - 1) if across else _PITCH * stretch
        beside = _placed(orders, chains, room, span) + 2
        whole = span + 4
        starts = np.cumsum(np.append(2.0, thick[:-1] + free))
        middle = np.stack([beside[:k], (starts + thick / 2)[layer[:k]]], axis=1)
        boxes = np.concatenate([middle - sizes / 2, middle + sizes / 2], axis=1)
        routes = _routes(chains, beside, boxes, stops=(starts, starts + thick), layer=layer)
        end = float(starts[-1] + thick[-1]) + 2
        turn = partial(_turned, across=across, end=whole if across else end)
        routes = [turn(route) for route in routes]
        corners = np.stack([turn(boxes[:, :2]), turn(boxes[:, 2:])])
        boxes = np.hstack([corners.min(axis=0), corners.max(axis=0)])
        size = (width, float(whole if across else end))
        labels, is_clear = _labels(boxes, routes, label_sizes, size)
        if is_clear:
            break
    return Layout(boxes, tuple(routes), labels, size)


def _turned(points: Floats, *, across: bool, end: float) -> Floats:
    """From beside and along the layers to across and up the page."""
    beside, along = points.T
    return np.stack((along, end - beside) if across else (beside, end - along), axis=1)


def _layers(k: int, arrows: Sequence[tuple[int, int]], most: int) -> list[int]:
    """Give the layer of each box: after all that lead to it, at most so many in one."""
    layer, count = [-1] * k, [0] * (2 * k + 1)
    while min(layer) < 0:
        for at in range(k):
            before = [layer[source] for source, target in arrows if target == at]
            if layer[at] < 0 and min(before, default=0) >= 0:
                found = max(before, default=-1) + 1
                while count[found] >= most:
                    found += 1
                layer[at], count[found] = found, count[found] + 1
    return layer


def _ordered(layer: list[int], chains: list[list[int]]) -> list[list[int]]:
    """Order each layer so that few lines cross: by the middle of neighbours, there and back."""
    steps = [step for chain in chains for step in pairwise(chain)]
    orders = [[at for at, one in enumerate(layer) if one == n] for n in range(max(layer) + 1)]
    best, fewest = orders, _crossings(orders, steps, layer)
    for sweep in range(_SWEEPS):
        way = 1 if sweep % 2 == 0 else -1
        orders = [list(order) for order in orders]
        for before, order in pairwise(orders[::way]):
            rank = {at: n for n, at in enumerate(before)}
            near = {
                at: [
                    rank[a]
                    for a, b in (*steps, *((b, a) for a, b in steps))
                    if b == at and a in rank
                ]
                or [0]
                for at in order
            }
            order.sort(key=lambda at: float(np.mean(near[at])))
        found = _crossings(orders, steps, layer)
        if found < fewest:
            best, fewest = orders, found
    return best


def _crossings(orders: list[list[int]], steps: list[tuple[int, int]], layer: list[int]) -> int:
    rank = {at: n for order in orders for n, at in enumerate(order)}
    return sum(
        layer[a] == layer[c] and (rank[a] - rank[c]) * (rank[b] - rank[d]) < 0
        for (a, b), (c, d) in combinations(steps, 2)
    )


def _placed(orders: list[list[int]], chains: list[list[int]], room: Floats, span: float) -> Floats:
    """Give each node's place beside the others: near its neighbours, in order, with room."""
    near: list[set[int]] = [set() for _ in room]
    for a, b in (step for chain in chains for step in pairwise(chain)):
        near[a].add(b)
        near[b].add(a)
    place = np.full(len(room), span / 2)
    for sweep in range(2 * _SWEEPS):
        for order in orders[:: 1 if sweep % 2 == 0 else -1]:
            own = room[order]
            gap = np.clip((span - own.sum()) / len(order), 0.0, _GAP)
            least = np.cumsum(np.append(own[0] / 2, (own[1:] + own[:-1]) / 2 + gap))
            wanted = np.array([place[list(near[at])].mean() for at in order]) - least
            # the middle of what never falls from the left and from the right never falls
            even = (np.maximum.accumulate(wanted) + np.minimum.accumulate(wanted[::-1])[::-1]) / 2
            place[order] = np.clip(even, 0.0, max(span - least[-1] - own[-1] / 2, 0.0)) + least
    low, high = (place - room / 2).min(), (place + room / 2).max()
    away = place - (low + high) / 2
    widest = ((span / 2 - room / 2) / np.maximum(np.abs(away), 1.0)).min()
    return np.asarray(away * np.clip(widest, 1.0, 1.6) + span / 2)


def _routes(
    chains: list[list[int]],
    beside: Floats,
    boxes: Floats,
    *,
    stops: tuple[Floats, Floats],
    layer: list[int],
) -> list[Floats]:
    """Lead each arrow from its source's side to its target's, by its lanes, in smooth steps."""
    ports = np.zeros((len(chains), 2))
    for box, (low, _, high, _) in enumerate(boxes):
        for end, step in ((0, 1), (-1, -2)):
            mine = [n for n, chain in enumerate(chains) if chain[end] == box]
            mine.sort(key=lambda n: beside[chains[n][step]])
            reach = 0.3 * (high - low) if len(mine) > 1 else 0.0
            ports[mine, end] = (low + high) / 2 + np.linspace(-reach, reach, len(mine))
    routes, t = [], np.linspace(0, 1, 9)[:, None]
    for chain, (leaves, arrives) in zip(chains, ports, strict=True):
        lanes = [(beside[at], side[layer[at]]) for at in chain[1:-1] for side in stops]
        ends = np.array([(leaves, boxes[chain[0], 3]), *lanes, (arrives, boxes[chain[-1], 1])])
        parts = []
        for start, stop in pairwise(ends):
            bend = np.array([0.0, (stop[1] - start[1]) / 2])
            parts.append(
                (1 - t) ** 3 * start
                + 3 * (1 - t) ** 2 * t * (start + bend)
                + 3 * (1 - t) * t**2 * (stop - bend)
                + t**3 * stop
            )
        routes.append(np.concatenate([parts[0], *(part[1:] for part in parts[1:])]))
    return routes


def _labels(
    boxes: Floats, routes: Sequence[Floats], sizes: Floats, size: tuple[float, float]
) -> tuple[Floats, bool]:
    """Choose each label's place on its own line, the shortest line's first: that has least choice.

    Also says whether no label meets a box, another label or the edge.
    """
    taken, worst = boxes, 0.0
    labels = np.zeros((len(routes), 2))
    steps = [np.hypot(*np.diff(route, axis=0).T) for route in routes]
    shares = np.linspace(0.1, 0.9, 41)
    for n in sorted(range(len(routes)), key=lambda n: float(steps[n].sum())):
        along = np.append(0.0, np.cumsum(steps[n]))
        on_line = [np.interp(shares * along[-1], along, column) for column in routes[n].T]
        half = sizes[n] / 2
        spots = (np.stack(on_line, axis=1) + (_SIDES * half)[:, None]).reshape(-1, 2)
        rects = np.concatenate([spots - half, spots + half], axis=1)
        is_out = (rects[:, :2] < -2).any(axis=1) | (rects[:, 2:] > np.array(size) + 2).any(axis=1)
        cost = 1000.0 * (overlaps(rects, taken).any(axis=1) | is_out)
        for other in (*routes[:n], *routes[n + 1 :]):
            inside = (other > rects[:, None, :2]) & (other < rects[:, None, 2:])
            cost += 20.0 * np.asarray(inside.all(axis=2)).any(axis=1)
        cost += np.tile(24 * np.abs(shares - 0.5), len(_SIDES))
        cost += np.repeat(30 * np.abs(_SIDES).sum(axis=1), len(shares))
        best = int(np.argmin(cost))
        labels[n], worst = spots[best], max(worst, float(cost[best]))
        taken = np.vstack([taken, rects[best]])
    return labels, worst < 1000
