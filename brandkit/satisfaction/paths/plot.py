"""Drawings of path models. A plot takes a result and computes no statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.path import Path

from brandkit.core.linalg import Floats
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.paths.comparison import PathComparison
from brandkit.satisfaction.paths.design import Names, block_name
from brandkit.satisfaction.paths.paths import PathModel
from brandkit.satisfaction.paths.priorities import ImportancePerformance
from brandkit.viz.labels import place_labels
from brandkit.viz.names import label_lines, row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.renderer import POINTS_AN_INCH, slim_canvas
from brandkit.viz.rows import name_rows, write_column
from brandkit.viz.theme import SERIES, TEXT_SIZE, WIDTH, new_axes, rows_height, theme

#: Boxes of one layer at most, where layers follow each other downwards.
MOST_BESIDE: Final = 3
#: Layers up to which they stand side by side.
MOST_COLUMNS: Final = 2
#: Room for each arrow along the side of a box where layers stand side by side.
_END: Final = 14.0
#: Room between layers that follow each other, for a label and an arrow's head: the first at which
#: no label meets anything.
_PITCHES: Final = (66.0, 84.0, 102.0, 126.0)
#: Height that layers side by side may take.
_TALLEST: Final = 2000.0
#: Room between neighbours of one layer.
_GAP: Final = 14.0
#: By how much places may move apart to fill the width.
_WIDEN: Final = 1.6
#: Room that a line needs where it passes a layer, in points.
_LANE: Final = 26.0
_SWEEPS: Final = 12
#: Places for a label along a line; and where its middle then stands, in halves of its size.
_PLACES: Final = 41
_SIDES: Final = ((0.0, 0.0), (-0.8, 0.0), (0.8, 0.0), (0.0, -0.8), (0.0, 0.8))
#: What it costs a label to meet something.
_MEETS: Final = 1000.0
#: Points that a curve between two layers is drawn by.
_STEPS: Final = 14


@dataclass(frozen=True, eq=False)
class PathLayout:
    """A diagram's places, in points from its lower left corner.

    Parameters
    ----------
    boxes : ndarray, shape (k, 4)
        Left, bottom, right and top of each block.
    routes : tuple of ndarray, each (m, 2)
        Points along each path, from source to target.
    labels : ndarray, shape (paths, 2)
        Middle of each path's label.
    size : (float, float)
        Width and height of the diagram.
    """

    boxes: Floats
    routes: tuple[Floats, ...]
    labels: Floats
    size: tuple[float, float]


def path_layout(
    sizes: Floats,
    *,
    paths: Sequence[tuple[int, int]],
    label_sizes: Floats,
    width: float,
) -> PathLayout:
    """Place boxes in layers and lead every path around the boxes between.

    Parameters
    ----------
    sizes : ndarray, shape (k, 2)
        Width and height of each box.
    paths : sequence of (source, target)
    label_sizes : ndarray, shape (paths, 2)
    width : float
        Of the diagram.

    Returns
    -------
    PathLayout
        Two layers stand side by side, more follow each other downwards.

    Notes
    -----
    Sugiyama's method: layers by the longest way, long paths pass the layers between in lanes of
    their own, orders by the middle of neighbours with the fewest crossings, places by alternating
    least squares that keep the order and the room. Labels stand on their own line where they
    meet no box and no other label.
    """
    depth = max(_layers(len(sizes), paths, len(sizes))) + 1
    across = depth <= MOST_COLUMNS
    layer = _layers(len(sizes), paths, len(sizes) if across else MOST_BESIDE)
    if across:
        ends = np.bincount(np.ravel(paths), minlength=len(sizes))
        sizes = np.stack([sizes[:, 0], np.maximum(sizes[:, 1], _END * ends)], axis=1)
    graph = _Graph.of(layer, paths, sizes[:, 1] if across else sizes[:, 0])
    place = _placed(graph, _ordered(graph), _TALLEST if across else width)
    thick = np.array([
        max(sizes[at, 0 if across else 1] for at in range(len(sizes)) if layer[at] == one)
        for one in range(max(layer) + 1)
    ])  # fmt: skip
    for pitch in _PITCHES:
        boxes, routes, size = (
            _across(graph, place * pitch / _PITCHES[0], sizes=sizes, thick=thick, width=width)
            if across
            else _downwards(graph, place, sizes=sizes, tops=_tops(thick, pitch), width=width)
        )
        labels, meets = _labels(boxes, routes, label_sizes, size)
        if not meets:
            break
    return PathLayout(boxes, tuple(routes), labels, size)


# --- layers and orders -------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Graph:
    """Blocks and, after them, the lanes in which long paths pass a layer."""

    layer: list[int]
    room: Floats  # what each node needs beside its neighbours
    chains: list[list[int]]  # nodes that each path passes
    n_boxes: int

    @classmethod
    def of(cls, layer: list[int], paths: Sequence[tuple[int, int]], room: Floats) -> _Graph:
        layers, chains = list(layer), []
        for source, target in paths:
            lanes = range(layer[source] + 1, layer[target])
            chains.append([source, *range(len(layers), len(layers) + len(lanes)), target])
            layers.extend(lanes)
        lanes_room = np.full(len(layers) - len(layer), _LANE)
        return cls(layers, np.concatenate([room, lanes_room]), chains, len(layer))

    def steps(self) -> list[tuple[int, int]]:
        """Give the pairs of nodes in layers next to each other."""
        return sorted({pair for chain in self.chains for pair in pairwise(chain)})


def _layers(k: int, paths: Sequence[tuple[int, int]], most: int) -> list[int]:
    """Give the layer of each block: after all that leads to it, at most so many in one."""
    sources: dict[int, list[int]] = {at: [] for at in range(k)}
    for source, target in paths:
        sources[target].append(source)
    layer, count = [-1] * k, [0] * (2 * k + 1)
    while min(layer) < 0:
        for at in range(k):
            if layer[at] < 0 and all(layer[one] >= 0 for one in sources[at]):
                found = max((layer[one] for one in sources[at]), default=-1) + 1
                while count[found] >= most:
                    found += 1
                layer[at], count[found] = found, count[found] + 1
    return layer


def _ordered(graph: _Graph) -> list[list[int]]:
    """Order each layer so that few lines cross."""
    depth = max(graph.layer) + 1
    orders = [[at for at, one in enumerate(graph.layer) if one == layer] for layer in range(depth)]
    steps = graph.steps()
    best, fewest = orders, _crossings(orders, steps)
    for sweep in range(_SWEEPS):
        layers = range(1, depth) if sweep % 2 == 0 else range(depth - 2, -1, -1)
        orders = [list(order) for order in orders]
        for layer in layers:
            other = {at: n for n, at in enumerate(orders[layer + (-1 if sweep % 2 == 0 else 1)])}
            orders[layer].sort(key=lambda at: _middle(at, other, steps))
        found = _crossings(orders, steps)
        if found < fewest:
            best, fewest = orders, found
    return best


def _middle(at: int, other: dict[int, int], steps: list[tuple[int, int]]) -> float:
    near = [other[b if a == at else a] for a, b in steps
            if (a == at and b in other) or (b == at and a in other)]  # fmt: skip
    return float(np.mean(near)) if near else 0.0


def _crossings(orders: list[list[int]], steps: list[tuple[int, int]]) -> int:
    rank = {at: n for order in orders for n, at in enumerate(order)}
    home = {at: layer for layer, order in enumerate(orders) for at in order}
    return sum(
        home[a] == home[c] and (rank[a] - rank[c]) * (rank[b] - rank[d]) < 0
        for n, (a, b) in enumerate(steps)
        for c, d in steps[:n]
    )


def _placed(graph: _Graph, orders: list[list[int]], width: float) -> Floats:
    """Give each node's place beside the others: near its neighbours, in order, with room."""
    place = np.full(len(graph.layer), width / 2)
    near: list[list[int]] = [[] for _ in graph.layer]
    for a, b in graph.steps():
        near[a].append(b)
        near[b].append(a)
    for sweep in range(2 * _SWEEPS):
        for order in orders if sweep % 2 == 0 else orders[::-1]:
            room = graph.room[order]
            steps = (room[1:] + room[:-1]) / 2
            free = width - room.sum()
            steps += np.clip(free / len(order), 0.0, _GAP)
            least = np.concatenate([[0.0], np.cumsum(steps)])
            wanted = np.array([np.mean(place[near[at]]) for at in order])
            first, last = room[0] / 2, width - room[-1] / 2 - least[-1]
            place[order] = np.clip(_rising(wanted - least), first, max(first, last)) + least
    return place


def _rising(values: Floats) -> Floats:
    """Give the nearest values that never fall (pool adjacent violators)."""
    pools: list[list[float]] = []
    for value in values:
        pools.append([float(value), 1.0])
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            last, before = pools.pop(), pools[-1]
            n = before[1] + last[1]
            before[0], before[1] = (before[0] * before[1] + last[0] * last[1]) / n, n
    return np.concatenate([np.full(int(n), mean) for mean, n in pools])


# --- places ------------------------------------------------------------------------------------


def _tops(thick: Floats, pitch: float) -> Floats:
    """Give top and bottom of each layer, shape (2, layers), the last one just above 0."""
    tops = -np.concatenate([[0.0], np.cumsum(thick[:-1] + pitch)])
    return np.asarray(np.stack([tops, tops - thick]) + thick[-1] - tops[-1] + 2)


def _downwards(
    graph: _Graph, place: Floats, *, sizes: Floats, tops: Floats, width: float
) -> tuple[Floats, list[Floats], tuple[float, float]]:
    """Let layers follow each other from the top."""
    middle = _within(place, graph.room, width)
    centre = tops.mean(axis=0)
    boxes = _boxes(np.stack([middle, centre[graph.layer]], axis=1), sizes)
    routes = _routes(graph, middle, boxes, down=True, ends=(tops[0], tops[1]))
    return boxes, routes, (width, float(tops[0, 0]) + 2)


def _across(
    graph: _Graph, place: Floats, *, sizes: Floats, thick: Floats, width: float
) -> tuple[Floats, list[Floats], tuple[float, float]]:
    """Let layers stand side by side, from the left."""
    half = graph.room / 2
    height = float((place + half).max() - (place - half).min() + 4)
    middle = (place + half).max() - place + 2
    free = (width - 4 - thick.sum()) / max(len(thick) - 1, 1)
    lefts = 2 + np.concatenate([[0.0], np.cumsum(thick[:-1] + free)])
    centre = lefts + thick / 2
    boxes = _boxes(np.stack([centre[graph.layer], middle], axis=1), sizes)
    routes = _routes(graph, middle, boxes, down=False, ends=(lefts, lefts + thick))
    return boxes, routes, (width, height)


def _within(place: Floats, room: Floats, width: float) -> Floats:
    """Move places to the middle, and apart as far as the width has room."""
    low, high = (place - room / 2).min(), (place + room / 2).max()
    away = place - (low + high) / 2
    reach = np.maximum(np.abs(away), 1.0)
    factor = np.clip(((width / 2 - room / 2) / reach).min(), 1.0, _WIDEN)
    return np.asarray(away * factor + width / 2)


def _boxes(centres: Floats, sizes: Floats) -> Floats:
    centre = centres[: len(sizes)]
    return np.concatenate([centre - sizes / 2, centre + sizes / 2], axis=1)


def _routes(
    graph: _Graph, middle: Floats, boxes: Floats, *, down: bool, ends: tuple[Floats, Floats]
) -> list[Floats]:
    """Lead each path from the middle of its source's side to that of its target, by its lanes."""
    ports = _ports(graph, middle, boxes, down=down)
    routes = []
    for number, chain in enumerate(graph.chains):
        source, target = chain[0], chain[-1]
        first, last = (
            (boxes[source, 1], boxes[target, 3]) if down else (boxes[source, 2], boxes[target, 0])
        )
        stops = [(ports[number][0], first)]
        for at in chain[1:-1]:
            stops += [
                (middle[at], ends[0][graph.layer[at]]),
                (middle[at], ends[1][graph.layer[at]]),
            ]
        stops.append((ports[number][1], last))
        curve = _curve(np.array(stops))
        routes.append(curve if down else curve[:, ::-1])
    return routes


def _ports(graph: _Graph, middle: Floats, boxes: Floats, *, down: bool) -> list[list[float]]:
    """Spread the ends of paths along the sides of their boxes, in the order they come from."""
    low, high = (0, 2) if down else (1, 3)
    ports = [[0.0, 0.0] for _ in graph.chains]
    for box in range(graph.n_boxes):
        for end in (0, 1):
            mine = [
                n for n, chain in enumerate(graph.chains) if chain[0 if end == 0 else -1] == box
            ]
            mine.sort(key=lambda n: middle[graph.chains[n][1 if end == 0 else -2]])
            reach = 0.6 * (boxes[box, high] - boxes[box, low]) / 2
            spots = np.linspace(-reach, reach, len(mine)) if len(mine) > 1 else np.zeros(len(mine))
            for n, spot in zip(mine, spots, strict=True):
                ports[n][end] = float(middle[box] + spot)
    return ports


def _curve(stops: Floats) -> Floats:
    """Draw smooth steps from stop to stop, each leaving and arriving along the layers' axis."""
    t = np.linspace(0, 1, _STEPS)[:, None]
    parts = []
    for start, stop in pairwise(stops):
        bend = (stop[1] - start[1]) / 2
        one, two = start + np.array([0, bend]), stop - np.array([0, bend])
        parts.append((1 - t) ** 3 * start + 3 * (1 - t) ** 2 * t * one
                     + 3 * (1 - t) * t**2 * two + t**3 * stop)  # fmt: skip
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


# --- labels ------------------------------------------------------------------------------------


def _labels(
    boxes: Floats, routes: list[Floats], sizes: Floats, size: tuple[float, float]
) -> tuple[Floats, bool]:
    """Choose each label's place on its own line; the cost of meeting something decides.

    Returns
    -------
    ndarray, shape (paths, 2)
        Middles of the labels.
    bool
        Whether a label still meets a box, another label or the edge.
    """
    spots = [_candidates(route, half) for route, half in zip(routes, sizes / 2, strict=True)]
    alone = [
        _cost_alone(spot, half, n=n, boxes=boxes, routes=routes, size=size)
        for n, (spot, half) in enumerate(zip(spots, sizes / 2, strict=True))
    ]
    chosen = [int(np.argmin(cost)) for cost in alone]
    least = [0.0] * len(spots)
    for _ in range(_SWEEPS):
        before = list(chosen)
        for n, spot in enumerate(spots):
            others = [m for m in range(len(spots)) if m != n]
            cost = alone[n].copy()
            if others:
                middles = np.array([spots[m][chosen[m]] for m in others])
                near = np.abs(spot[:, None] - middles) < (sizes[others] + sizes[n]) / 2 + 2
                cost += _MEETS * (near.sum(axis=2) == 2).sum(axis=1)
            chosen[n] = int(np.argmin(cost))
            least[n] = float(cost[chosen[n]])
        if before == chosen:
            break
    places = np.array([spot[at] for spot, at in zip(spots, chosen, strict=True)])
    return places, max(least) >= _MEETS


def _candidates(route: Floats, half: Floats) -> Floats:
    """Give places along the line, evenly by its length, on it and to its sides."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(route, axis=0).T))])
    at = np.linspace(0.1, 0.9, _PLACES) * along[-1]
    on_line = np.stack([np.interp(at, along, route[:, axis]) for axis in (0, 1)], axis=1)
    return np.concatenate([on_line + np.array(side) * half for side in _SIDES])


def _cost_alone(
    spots: Floats,
    half: Floats,
    *,
    n: int,
    boxes: Floats,
    routes: list[Floats],
    size: tuple[float, float],
) -> Floats:
    low, high = spots - half - 2, spots + half + 2
    meets = (low[:, None, :] < boxes[:, 2:]) & (high[:, None, :] > boxes[:, :2])
    cost = _MEETS * (meets.sum(axis=2) == 2).sum(axis=1)
    cost += _MEETS * (((low < -2) | (high > np.array(size) + 2)).sum(axis=1) > 0)
    for other, route in enumerate(routes):
        if other != n:
            inside = (route > low[:, None] + 2) & (route < high[:, None] - 2)
            cost += 20.0 * (inside.sum(axis=2) == 2).any(axis=1)
    off_middle = np.tile(np.abs(np.linspace(-1, 1, _PLACES)), len(_SIDES))
    off_line = np.repeat(np.abs(np.array(_SIDES)).sum(axis=1), _PLACES)
    return np.asarray(cost + 12 * off_middle + 30 * off_line)


#: Half ems in a line of a box.
_LINE: Final = 16
_LEADING: Final = 1.1
#: Height of a line of text by its size.
_LINE_FACTOR: Final = 1.17
#: What a box is wider and higher than its text, in points.
_AROUND: Final = (16.0, 12.0)
_HEAD: Final = (9.0, 3.6)
"""Length and half width of an arrow's head, in points."""


def plot_path_model(
    result: PathModel, *, ax: Axes | None = None, names: Names | None = None
) -> Axes:
    r"""Draw blocks as boxes and paths as arrows, with their doubt.

    An arrow is the wider the larger its coefficient. It is drawn through where the interval leaves
    out 0, and dashed where it does not; the interval stands beneath the coefficient. A box tells
    what share of its differences the arrows that lead to it explain.

    Parameters
    ----------
    result : PathModel
    ax : Axes, optional
        Where to draw; new axes of the right height where not given.
    names : mapping, optional
        What readers call the blocks; else by their usual codes.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.satisfaction.paths.paths import path_model
    >>> answers = pd.DataFrame({"q": [8, 5, 9, 4, 7, 6], "s": [7, 5, 9, 5, 8, 4]})
    >>> model = path_model(answers, blocks={"QUAL": ["q"], "SAT": ["s"]},
    ...                    paths=[("QUAL", "SAT")], draws=50)
    >>> [text.get_text() for text in plot_path_model(model).texts][:1]
    ['Perceived\nquality']
    """
    titles = label_lines([translate(block_name(name, names)) for name in result.design.blocks],
                         line=_LINE)  # fmt: skip
    is_led_to = np.asarray(result.design.inner.any(axis=1))
    told = [
        translate(Message("{share:percent} explained", {"share": share})) if led else ""
        for share, led in zip(result.blocks["r2"], is_led_to, strict=True)
    ]
    texts = [
        f"{title}\n{said}" if said else title for title, said in zip(titles, told, strict=True)
    ]
    labels = _path_labels(result)
    width = WIDTH * POINTS_AN_INCH - 8
    layout = path_layout(
        _text_sizes(texts) + _AROUND,
        paths=result.design.paths,
        label_sizes=_text_sizes(labels),
        width=width,
    )
    if ax is None:
        ax = new_axes(WIDTH, (layout.size[1] + 8) / POINTS_AN_INCH)
    with theme():
        ax.set(xlim=(0, layout.size[0]), ylim=(0, layout.size[1]), xticks=[], yticks=[])
        ax.set_aspect("equal", adjustable="box")
        for spine in ax.spines.values():
            spine.set_visible(False)
        _draw_boxes(ax, layout, titles, told)
        for at in np.argsort(np.abs(result.paths["estimate"].to_numpy()), kind="stable").tolist():
            _draw_path(ax, layout.routes[at], **_look(result, at))
        for at, label in enumerate(labels):
            _write_label(ax, layout.labels[at], label, is_sure=_is_sure(result, at))
    return ax


def _path_labels(result: PathModel) -> list[str]:
    rows = result.paths[["estimate", "ci_low", "ci_high"]].itertuples(index=False)
    return [
        f"{formatted(estimate, 'decimal2')}\n"
        + translate(Message("{low:decimal2} to {high:decimal2}", {"low": low, "high": high}))
        for estimate, low, high in rows
    ]


def _text_sizes(texts: list[str]) -> Floats:
    """Measure texts as they will be drawn, in points, shape (n, 2)."""
    ax = new_axes()
    with theme(), slim_canvas(cast(Figure, ax.figure)) as canvas:
        renderer = canvas.get_renderer()
        boxes = [
            ax.text(0, 0, text, linespacing=_LEADING).get_window_extent(renderer) for text in texts
        ]
    return np.array([(box.width, box.height) for box in boxes]).reshape(-1, 2)


def _is_sure(result: PathModel, at: int) -> bool:
    return bool(result.paths["ci_low"][at] > 0 or result.paths["ci_high"][at] < 0)


def _look(result: PathModel, at: int) -> dict[str, Any]:
    size = min(abs(float(result.paths["estimate"][at])), 1.0)
    if _is_sure(result, at):
        return {"width": 1.0 + 4.0 * size, "linestyle": "-", "color": PALETTE["ink"]}
    return {"width": 1.2, "linestyle": (0, (4, 3)), "color": PALETTE["soft"]}


def _draw_boxes(ax: Axes, layout: PathLayout, titles: list[str], told: list[str]) -> None:
    for box, title, said in zip(layout.boxes, titles, told, strict=True):
        left, bottom, right, top = box.tolist()
        ax.add_patch(
            FancyBboxPatch(
                (left, bottom), right - left, top - bottom, boxstyle="round,pad=0,rounding_size=5",
                facecolor=PALETTE["wash"], edgecolor=PALETTE["soft"], linewidth=1.0, zorder=3,
            )
        )  # fmt: skip
        middle, up = (left + right) / 2, (bottom + top) / 2
        lines = title.count("\n") + 1
        drop = TEXT_SIZE * _LEADING * _LINE_FACTOR / 2 if said else 0.0
        ax.text(middle, up + drop, title, ha="center", va="center", linespacing=_LEADING,
                color=PALETTE["ink"], zorder=4)  # fmt: skip
        if said:
            ax.text(middle, up - drop * lines, said, ha="center", va="center",
                    color=PALETTE["soft"], zorder=4)  # fmt: skip


def _draw_path(ax: Axes, route: Floats, *, width: float, linestyle: Any, color: str) -> None:
    """Draw a line up to its head, and the head."""
    tip = route[-1]
    before = route[np.hypot(*(route - tip).T) >= _HEAD[0]][-1]
    along = (tip - before) / np.hypot(*(tip - before))
    base = tip - along * _HEAD[0]
    side = np.array([-along[1], along[0]]) * (_HEAD[1] + width / 2)
    line = np.vstack([route[np.hypot(*(route - tip).T) > _HEAD[0]], base + 2 * along])
    ax.add_patch(PathPatch(Path(line), fill=False, edgecolor=color, linewidth=width,
                           linestyle=linestyle, joinstyle="round", zorder=2))  # fmt: skip
    ax.add_patch(Polygon([tip, base + side, base - side], closed=True, facecolor=color,
                         edgecolor="none", linewidth=0, zorder=2))  # fmt: skip


def _write_label(ax: Axes, at: Floats, label: str, *, is_sure: bool) -> None:
    ax.text(
        float(at[0]), float(at[1]), label, ha="center", va="center", linespacing=_LEADING, zorder=5,
        color=PALETTE["ink"] if is_sure else PALETTE["soft"],
        bbox={"boxstyle": "square,pad=0.1", "facecolor": PALETTE["paper"], "edgecolor": "none"},
    )  # fmt: skip


#: Half ems that the name of a path may take.
_PLOTS_PATH_COMPARISON_LINE: Final = 38
#: Room for the legend, in inches.
_LEGEND: Final = 0.5
SETTLED: Final = 0.05
"""Adjusted p-value up to which the line between groups is drawn strong."""


def plot_path_comparison(
    result: PathComparison, *, ax: Axes | None = None, names: Names | None = None
) -> Axes:
    """Draw each path's coefficient in every group, and how likely chance makes them differ so.

    A row is a path. The line joins the smallest and the largest coefficient: strong where they
    differ by more than chance, thin where they do not. Up to four groups have markers of their own;
    of more, the extremes are named in the table.

    Parameters
    ----------
    result : PathComparison
    ax : Axes, optional
        Where to draw; new axes where not given.
    names : mapping, optional
        What readers call the blocks; else by their usual codes.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from brandkit.satisfaction.paths.comparison import path_comparison
    >>> answers = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 2)), columns=["q", "s"])
    >>> result = path_comparison(
    ...     answers.assign(tier=["a", "b"] * 20), by="tier", blocks={"QUAL": ["q"], "SAT": ["s"]},
    ...     paths=[("QUAL", "SAT")], draws=49)
    >>> len(plot_path_comparison(result).lines)
    4
    """
    tests = result.tests
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(tests)) + _LEGEND)
    groups = list(dict.fromkeys(result.estimates["segment"]))
    paths = [
        f"{translate(block_name(str(source), names))} → {translate(block_name(str(target), names))}"
        for source, target in zip(tests["source"], tests["target"], strict=True)
    ]
    estimates = result.estimates["estimate"].to_numpy().reshape(len(tests), len(groups))
    with theme():
        name_rows(ax, row_names(paths, line=_PLOTS_PATH_COMPARISON_LINE))
        ax.axvline(0, color=PALETTE["line"], linewidth=1, linestyle="-", zorder=0)
        for row, (values, p) in enumerate(zip(estimates, tests["p_adjusted"], strict=True)):
            is_sure = p <= SETTLED
            ax.plot([values.min(), values.max()], [row, row], linestyle="-", marker="", zorder=1,
                    linewidth=3 if is_sure else 1,
                    color=PALETTE["ink"] if is_sure else PALETTE["soft"])  # fmt: skip
        _draw_groups(ax, estimates, [str(name) for name in groups])
        write_column(ax, [formatted(p, "p") for p in tests["p_adjusted"]], head="p")
        ax.set_xlabel(translate(Message("Path coefficient")))
        ax.grid(axis="x")
    return ax


def _draw_groups(ax: Axes, estimates: np.typing.NDArray[np.float64], groups: list[str]) -> None:
    rows = np.arange(len(estimates))
    many = len(groups) > len(SERIES)
    for at, name in enumerate(groups):
        series = SERIES[0 if many else at]
        ax.plot(estimates[:, at], rows, linestyle="", marker=series["marker"], zorder=2,
                color=PALETTE["soft"] if many else series["color"],
                markersize=4 if many else 7, label="" if many else name)  # fmt: skip
    if not many:
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)


PLOTS_PRIORITIES_SETTLED: Final = 0.9
"""Share of draws from which a point is said to lie in its quadrant."""

#: What is written in the corners, by quadrant.
QUADRANT_NAMES: Final[dict[str, Message]] = {
    "act": Message("Act first"),
    "keep": Message("Keep up"),
    "later": Message("Later"),
    "enough": Message("Enough"),
}
#: Corner, and how the text hangs there.
_CORNERS: Final[dict[str, tuple[float, float]]] = {
    "act": (1.0, 0.0), "keep": (1.0, 1.0), "later": (0.0, 0.0), "enough": (0.0, 1.0),
}  # fmt: skip
#: Room around points, as part of the spread.
_ROOM: Final = 0.18


def plot_importance_performance(
    result: ImportancePerformance, *, ax: Axes | None = None, names: Names | None = None
) -> Axes:
    """Draw what is important against how well it is done, with the lines between quadrants.

    Filled points lie in their quadrant in nine of ten draws, hollow ones do not; the share stands
    beside the name. What is important and done badly is a diamond in the accent colour. Thin lines
    are the intervals of both numbers.

    Parameters
    ----------
    result : ImportancePerformance
    ax : Axes, optional
        Where to draw; new axes where not given.
    names : mapping, optional
        What readers call blocks and items; else blocks by their usual codes, items by their label.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from brandkit.satisfaction.paths.paths import path_model
    >>> from brandkit.satisfaction.paths.priorities import importance_performance
    >>> answers = pd.DataFrame({
    ...     "q": [8, 5, 9, 4, 7, 6], "v": [6, 6, 7, 2, 5, 6], "s": [7, 5, 9, 5, 8, 4]})
    >>> model = path_model(answers, blocks={"QUAL": ["q"], "VAL": ["v"], "SAT": ["s"]},
    ...                    paths=[("QUAL", "SAT"), ("VAL", "SAT")], limits=(0, 10), draws=50)
    >>> len(plot_importance_performance(importance_performance(model)).collections)
    2
    """
    if ax is None:
        ax = new_axes(WIDTH, 5.2)
    rows = result.points
    places = rows[["importance", "performance"]].to_numpy(dtype=float)
    with theme():
        _draw_frame(ax, result, places, names)
        for row in rows.to_dict("records"):
            _draw_intervals(ax, row)
        for row in rows.to_dict("records"):
            _draw_point(ax, row)
        place_labels(
            ax,
            [_label(row, names) for row in rows.to_dict("records")],
            places,
            priority=rows["importance"].to_numpy(dtype=float),
            emphasise=[_label(row, names) for row in rows.to_dict("records") if _is_urgent(row)],
            lines=_interval_lines(rows),
        )
    return ax


def _interval_lines(rows: pd.DataFrame) -> Floats:
    """Give both intervals of every point, 2n x 2 x 2: no name is written over them."""
    at = {name: rows[name].to_numpy(dtype=float) for name in (
        "importance", "importance_low", "importance_high",
        "performance", "performance_low", "performance_high",
    )}  # fmt: skip
    across = [[at["importance_low"], at["performance"]], [at["importance_high"], at["performance"]]]
    upward = [[at["importance"], at["performance_low"]], [at["importance"], at["performance_high"]]]
    lines = np.moveaxis(np.concatenate([across, upward], axis=-1), -1, 0)
    return np.asarray(lines[np.isfinite(lines).all(axis=(1, 2))])


def _is_urgent(row: dict[Any, Any]) -> bool:
    return bool(row["quadrant"] == "act")


def _label(row: dict[Any, Any], names: Names | None) -> str:
    """Name a point, with the share of draws in which it lies where it is drawn."""
    if row["item"] is None:
        named = block_name(str(row["block"]), names)
    else:
        named = (names or {}).get(str(row["item"]), str(row["label"]))
    share = formatted(row[f"share_{row['quadrant']}"], "percent")
    return f"{translate(named)} {share}"


def _draw_frame(
    ax: Axes, result: ImportancePerformance, places: Floats, names: Names | None
) -> None:
    """Draw both lines, the names of the quadrants and of the axes."""
    lines = np.array([result.importance_mean, result.performance_mean])
    around = np.vstack([places, lines])
    room = _ROOM * np.maximum(np.ptp(around, axis=0), 1e-9)
    low, high = around.min(axis=0) - room, around.max(axis=0) + room
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
    ax.axvline(lines[0], color=PALETTE["line"], linewidth=1, linestyle="-", zorder=0)
    ax.axhline(lines[1], color=PALETTE["line"], linewidth=1, linestyle="-", zorder=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    for quadrant, (across, up) in _CORNERS.items():
        ax.annotate(
            translate(QUADRANT_NAMES[quadrant]), (across, up), xycoords="axes fraction",
            xytext=(4 if across == 0 else -4, 4 if up == 0 else -4), textcoords="offset points",
            ha="left" if across == 0 else "right", va="bottom" if up == 0 else "top",
            color=PALETTE["soft"], zorder=1,
        )  # fmt: skip
    target = block_name(result.target, names)
    across_said = Message("Importance: what a point more adds to {target}", {"target": target})
    ax.set_xlabel(translate(across_said))
    ax.set_ylabel(translate(Message("Performance, 0 to 100")))


def _draw_intervals(ax: Axes, row: dict[Any, Any]) -> None:
    style: dict[str, Any] = {
        "color": PALETTE["line"],
        "linewidth": 1.2,
        "linestyle": "-",
        "zorder": 1,
    }
    ax.plot([row["importance_low"], row["importance_high"]], [row["performance"]] * 2, **style)
    ax.plot([row["importance"]] * 2, [row["performance_low"], row["performance_high"]], **style)


def _draw_point(ax: Axes, row: dict[Any, Any]) -> None:
    colour = PALETTE["accent"] if _is_urgent(row) else PALETTE["ink"]
    is_settled = row[f"share_{row['quadrant']}"] >= PLOTS_PRIORITIES_SETTLED
    ax.scatter(
        [row["importance"]], [row["performance"]], s=52 if _is_urgent(row) else 40,
        marker="D" if _is_urgent(row) else "o", c=colour if is_settled else PALETTE["paper"],
        edgecolors=colour, linewidths=1.5, zorder=3,
    )  # fmt: skip
