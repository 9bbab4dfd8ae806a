"""Labels of points that never lie on each other, on a marker, or outside the axes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from numpy.typing import ArrayLike

from brandkit.core.errors import InputError, check_option, check_whole_number, did_you_mean, shown
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.viz.lettering import Kind, Lettering, Limits, joined_ground, widened
from brandkit.viz.names import label_lines
from brandkit.viz.placement import Ground, Placement, place_boxes
from brandkit.viz.renderer import slim_canvas
from brandkit.viz.theme import theme

#: Up to so many points every label stands: a map of 12 brands and 14 attributes has them all.
MOST_LABELS: Final = 28

#: What is left to say beneath a figure, for as long as the figure lives.
_NOTES: WeakKeyDictionary[Figure, tuple[Message, ...]] = WeakKeyDictionary()

#: The axes may grow step by step, by so much in all, to make room for every name.
_ENLARGED: Final = (1.0, 1.08, 1.18, 1.3)


@dataclass(frozen=True)
class PlacedLabels:
    """What a map says of its points, and what is left for the text beneath it.

    Parameters
    ----------
    labels : tuple of str
        All names, as given.
    named : tuple of int
        Positions in `labels` of the names that stand on the map.
    numbered : tuple of (int, int)
        Each number on the map, and the position of the name it stands for.
    unlabelled : tuple of int
        Positions that found no room.
    artists : tuple of Annotation
        The texts on the map: names, then numbers.
    """

    labels: tuple[str, ...]
    named: tuple[int, ...] = ()
    numbered: tuple[tuple[int, int], ...] = ()
    unlabelled: tuple[int, ...] = ()
    artists: tuple[Annotation, ...] = field(default=(), repr=False)

    @property
    def notes(self) -> tuple[Message, ...]:
        """What has to be said beneath the figure; nothing where every name stands."""
        notes = []
        if self.numbered:
            meant = [f"{number} {self.labels[at]}" for number, at in self.numbered]
            notes.append(Message("Numbers on the map: {names}.", {"names": meant}))
        if self.unlabelled:
            left = [self.labels[at] for at in self.unlabelled]
            notes.append(Message("On the map without a name: {names}.", {"names": left}))
        return tuple(notes)


def place_labels(
    ax: Axes,
    labels: Sequence[str],
    points: ArrayLike,
    *,
    priority: ArrayLike | None = None,
    kinds: Sequence[Kind] | None = None,
    emphasise: str | Collection[str] = (),
    avoid: ArrayLike | None = None,
    lines: ArrayLike | None = None,
    max_labels: int = MOST_LABELS,
    radius: float = 4.5,
) -> PlacedLabels:
    """Write names beside points so that each can be read.

    No name lies on another, on a marker or outside the axes, and no line to a name runs through
    a name. Names that find no room become numbers, and what has no room even for a number is
    told in the result. Call it last: the layout of the figure and the limits of the axes, which
    may have been enlarged, stand from here on.

    Parameters
    ----------
    ax : Axes
        With its points drawn. Texts that stand on it already stay readable.
    labels : sequence of str
        One for each point. Long ones are wrapped into two lines; empty ones are left out.
    points : array, n × 2
        In the coordinates of the data.
    priority : array of n, optional
        Larger is named earlier where not all can be. By default those far out.
    kinds : sequence of "brand" or "attribute", optional
        Brands are upright and dark, attributes slanted and softer. By default all are brands.
    emphasise : str or collection of str
        Labels in bold accent, named before all others: the focus brand.
    avoid : array, m × 2, optional
        Further markers that no name may cover.
    lines : array, k × 2 × 2, optional
        Lines, from point to point, that names keep clear of where they can.
    max_labels : int
        So many are named at most; the others are numbered.
    radius : float, points
        Of the markers.

    Returns
    -------
    PlacedLabels
        Its ``notes`` belong beneath the figure.

    Raises
    ------
    InputError
        If the arguments do not fit together.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> placed = place_labels(ax, ["Harbour Bank", "Civic"], [[0.2, 0.4], [0.21, 0.4]])
    >>> placed.named, placed.notes
    ((0, 1), ())
    """
    names = tuple(str(label) for label in labels)
    spots = _checked_points("points", points, count=len(names))
    order = _order(names, spots, priority=priority, emphasise=emphasise)
    check_whole_number("max_labels", max_labels, low=0)
    task = _Task(names, spots, _checked_kinds(kinds, len(names)), _named(emphasise))
    others = np.empty((0, 2)) if avoid is None else _checked_points("avoid", avoid)
    rays = np.empty((0, 2, 2)) if lines is None else np.asarray(lines, dtype=float)

    figure = ax.get_figure(root=True)
    if figure is None:
        raise InputError("`ax` must stand on a figure; found none. Take one of new_axes().")
    with theme(width=float(figure.get_size_inches()[0])), slim_canvas(figure) as canvas:
        sheet = Lettering(
            ax, figure, canvas.get_renderer(), np.vstack([spots, others]), rays, radius
        )
        placed = _labelled(sheet, task, order[:max_labels], order[max_labels:])
        sheet.freeze()
    _NOTES[figure] = (*_NOTES.get(figure, ()), *placed.notes)
    return placed


def notes_beneath(figure: Figure) -> tuple[Message, ...]:
    """Give what the labels of a figure leave to be said beneath it.

    Parameters
    ----------
    figure : Figure
        With axes that :func:`place_labels` has labelled.

    Returns
    -------
    tuple of Message
        The names that numbers on the map stand for; empty where every name stands.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> _ = place_labels(ax, ["Civic", "Tidewater"], [[0, 0], [1, 1]], max_labels=1)
    >>> [str(note) for note in notes_beneath(ax.figure)]
    ['Numbers on the map: 1 Tidewater.']
    """
    return _NOTES.get(figure, ())


@dataclass(frozen=True)
class _Task:
    """What is to be written where."""

    names: tuple[str, ...]
    spots: Floats
    kinds: tuple[Kind, ...]
    focus: frozenset[str]


def _labelled(sheet: Lettering, task: _Task, first: list[int], rest: list[int]) -> PlacedLabels:
    """Name the first, number the rest."""
    lines = label_lines(task.names)
    texts = {
        at: sheet.write(lines[at], task.kinds[at], is_focus=task.names[at] in task.focus)
        for at in first
    }
    limits = sheet.limits()
    ground, placement = _with_most_room(
        sheet,
        task.spots[first],
        list(texts.values()),
        windows=[widened(limits, factor) for factor in (_ENLARGED[:1] if rest else _ENLARGED)],
    )
    named = _put(sheet, task, texts, placement)
    rest = [at for at in first if at not in named] + rest
    numbered = _numbered(sheet, task, rest, joined_ground(ground, placement))
    for number, at in enumerate(sorted(numbered), start=1):
        numbered[at].set_text(str(number))
    return PlacedLabels(
        labels=task.names,
        named=tuple(sorted(named)),
        numbered=tuple(enumerate(sorted(numbered), start=1)),
        unlabelled=tuple(sorted(set(rest) - set(numbered))),
        artists=tuple(texts[at] for texts in (named, numbered) for at in sorted(texts)),
    )


def _with_most_room(
    sheet: Lettering, spots: Floats, texts: list[Annotation], *, windows: list[Limits]
) -> tuple[Ground, Placement]:
    """Show more and more as long as that lets more names stand, and no further."""
    sizes = np.array([sheet.size(text) for text in texts]).reshape(-1, 2)
    tried: list[tuple[Ground, Placement]] = []
    for window in windows:
        sheet.show(window)
        ground = sheet.ground(apart_from=texts)
        points = np.asarray(sheet.ax.transData.transform(spots)).reshape(-1, 2)
        tried.append((ground, place_boxes(points, sizes, ground)))
        if tried[-1][1].found.all():
            return tried[-1]
    most = int(np.argmax([placement.found.sum() for _, placement in tried]))
    if most < len(tried) - 1:
        # Tick labels may differ from those of the first try, and so may the room within.
        return _with_most_room(sheet, spots, texts, windows=[windows[most]])
    return tried[most]


def _numbered(
    sheet: Lettering, task: _Task, rest: list[int], ground: Ground
) -> dict[int, Annotation]:
    """Find room for numbers beside the points that have no name."""
    widest = "8" * len(str(len(rest)))
    texts = {at: sheet.write(widest, task.kinds[at]) for at in rest}
    sizes = np.array([sheet.size(text) for text in texts.values()]).reshape(-1, 2)
    points = np.asarray(sheet.ax.transData.transform(task.spots[rest])).reshape(-1, 2)
    return _put(sheet, task, texts, place_boxes(points, sizes, ground, is_near=True))


def _put(
    sheet: Lettering, task: _Task, texts: dict[int, Annotation], placement: Placement
) -> dict[int, Annotation]:
    """Put texts where they found room, take the others away, and give those that stand."""
    standing = {}
    for (at, text), box, leader in zip(
        texts.items(), placement.boxes, placement.leaders, strict=True
    ):
        if np.isnan(box[0]):
            text.remove()
            continue
        sheet.stand(text, task.spots[at], box)
        if not np.isnan(leader[0]):
            sheet.tie(task.spots[at], leader)
        standing[at] = text
    return standing


def _order(
    names: tuple[str, ...],
    spots: Floats,
    *,
    priority: ArrayLike | None,
    emphasise: str | Collection[str],
) -> list[int]:
    """Sort positions, the most telling first; names that are empty are left out."""
    focus = _named(emphasise)
    if unknown := sorted(focus - set(names)):
        raise InputError(
            f"`emphasise` must name labels of the map; found {shown(unknown)}, which is none. "
            f"Leave it out.{did_you_mean(unknown[0], names)}"
        )
    if priority is None:
        away = spots - spots.sum(axis=0) / max(len(spots), 1)
        reach = np.abs(away).max(axis=0, initial=0)
        weight = np.hypot(*(away / np.where(reach > 0, reach, 1)).T)
    else:
        weight = np.asarray(priority, dtype=float)
    if weight.shape != (len(names),) or not np.isfinite(weight).all():
        raise InputError(
            f"`priority` must give one finite number for each of the {len(names)} labels; "
            f"found {shown(weight.tolist())}."
        )
    ranked = sorted(range(len(names)), key=lambda at: (names[at] not in focus, -weight[at], at))
    return [at for at in ranked if names[at].strip()]


def _named(emphasise: str | Collection[str]) -> frozenset[str]:
    return frozenset([emphasise] if isinstance(emphasise, str) else emphasise)


def _checked_kinds(kinds: Sequence[Kind] | None, count: int) -> tuple[Kind, ...]:
    if kinds is None:
        every: Kind = "brand"
        return (every,) * count
    if len(kinds) != count:
        raise InputError(
            f"`kinds` must give one kind for each of the {count} labels; found {len(kinds)}."
        )
    for kind in kinds:
        check_option("kinds", kind, ("brand", "attribute"))
    return tuple(kinds)


def _checked_points(argument: str, points: ArrayLike, *, count: int | None = None) -> Floats:
    found = np.asarray(points, dtype=float)
    found = found.reshape(0, 2) if not found.size else found
    if found.ndim != 2 or found.shape[1] != 2 or (count is not None and len(found) != count):
        rows = "n" if count is None else str(count)
        raise InputError(
            f"`{argument}` must have {rows} rows of two coordinates, one row for each label; "
            f"found {' × '.join(map(str, found.shape))}."
        )
    if not np.isfinite(found).all():
        at = int(np.flatnonzero(~np.isfinite(found).all(axis=1))[0])
        raise InputError(
            f"`{argument}` must be finite; found {shown(found[at].tolist())} in row {at}. "
            "Leave out points that have no place."
        )
    return found
