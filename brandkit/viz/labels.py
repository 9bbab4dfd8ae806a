"""Labels of points that never lie on each other, on a marker, or outside the axes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast
from weakref import WeakKeyDictionary

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation
from matplotlib.transforms import Affine2D, Affine2DBase, ScaledTranslation
from numpy.typing import ArrayLike

from brandkit.core.errors import InputError, check_known, check_option, check_whole_number, shown
from brandkit.core.labels import spoken
from brandkit.core.linalg import Floats
from brandkit.core.message import Message
from brandkit.viz.fonts import is_wide
from brandkit.viz.palette import PALETTE
from brandkit.viz.placement import Ground, Placement, place_boxes
from brandkit.viz.svg import HALO, LEADER, NARROW, POINTS_AN_INCH, WIDE, SlimRenderer, slim_canvas
from brandkit.viz.theme import FLUID, PHONE, PHONE_TEXT, TEXT_SIZE, theme

Kind = Literal["brand", "attribute"]

_MARGIN: Final = 2.0
#: Of markers, in points.
_RADIUS: Final = 6.0


@dataclass(frozen=True)
class _Sheet:
    """Axes that labels are written on, on a canvas of one unit a point.

    ``markers`` (m × 2) must stay visible and ``lines`` (k × 2 × 2) had better be kept clear of;
    both, as ``spots``, in the coordinates of the data.
    """

    ax: Axes
    figure: Figure
    renderer: SlimRenderer
    names: tuple[str, ...]
    spots: Floats
    kinds: tuple[Kind, ...]
    focus: frozenset[str]
    markers: Floats
    lines: Floats

    def freeze(self) -> None:
        """Keep limits and layout as they are from here on."""
        self.ax.set_autoscale_on(False)
        if self.figure.get_layout_engine() is not None:
            self.figure.set_layout_engine("none")

    def window(self) -> Floats:
        """Give the limits across and up, which show every point unless they were set by hand."""
        self.ax.update_datalim(self.markers)
        self.ax.autoscale_view()
        return np.array([self.ax.get_xlim(), self.ax.get_ylim()])

    def show(self, window: Floats) -> None:
        """Show what lies within these limits, and lay the figure out anew."""
        self.ax.set_xlim(*window[0], auto=None)
        self.ax.set_ylim(*window[1], auto=None)
        engine = self.figure.get_layout_engine()
        if engine is not None:
            engine.execute(self.figure)
        self.ax.apply_aspect()

    def place(self, points: Floats) -> Floats:
        """Give points of the data in points of the sheet."""
        return np.asarray(self.ax.transData.transform(points.reshape(-1, 2)))

    def ground(self, *, apart_from: Collection[Annotation] = ()) -> Ground:
        """Say what stands on the axes already."""
        ax, legend = self.ax, self.ax.get_legend()
        texts = [text for text in ax.texts if text.get_visible() and text.get_text()]
        standing = [
            *(text for text in texts if text not in apart_from),
            *([legend] if legend else []),
        ]
        boxes = [artist.get_window_extent(self.renderer).extents for artist in standing]
        leaders = [
            line.get_transform().transform(np.asarray(line.get_xydata()))
            for line in ax.lines
            if LEADER in (line.get_gid() or "")
        ]
        edge = np.array(ax.get_window_extent(self.renderer).extents)
        return Ground(
            window=edge + np.array([1, 1, -1, -1]) * _MARGIN,
            markers=self.place(self.markers),
            radius=_RADIUS,
            boxes=np.array(boxes, dtype=float).reshape(-1, 4),
            leaders=np.array(leaders, dtype=float).reshape(-1, 4),
            lines=self.place(self.lines).reshape(-1, 4),
        )

    def write(self, text: str, at: int, *, is_focus: bool = False) -> Annotation:
        """Write a text of a point; where it stands is decided later."""
        style: dict[str, Any] = {"color": PALETTE["ink"]}
        if self.kinds[at] == "attribute":
            # Chinese type has no italics; a slanted character is only harder to read.
            slanted = not any(is_wide(one) for one in text)
            style = {"color": PALETTE["soft"], "style": "italic" if slanted else "normal"}
        if is_focus:
            style |= {"color": PALETTE["accent"], "weight": "bold"}
        written = self.ax.annotate(
            text,
            (0, 0),
            xytext=(0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            linespacing=1.1,
            zorder=5,
            gid=f"{HALO} {WIDE}",
            annotation_clip=False,
            **style,
        )
        written.set_in_layout(False)
        return written

    def sizes(self, texts: Collection[Annotation]) -> Floats:
        """Measure texts."""
        boxes = [text.get_window_extent(self.renderer) for text in texts]
        return np.array([(box.width, box.height) for box in boxes]).reshape(-1, 2)

    def put(self, texts: dict[int, Annotation], placement: Placement) -> dict[int, Annotation]:
        """Put texts where they found room, take the others away, and give those that stand."""
        standing = {}
        for (at, text), box, leader in zip(
            texts.items(), placement.boxes, placement.leaders, strict=True
        ):
            if np.isnan(box[0]):
                text.remove()
                continue
            self._stand(text, self.spots[at], box)
            if not np.isnan(leader[0]):
                self._tie(self.spots[at], leader.reshape(2, 2) - self.place(self.spots[at]))
            standing[at] = text
        return standing

    def _stand(
        self,
        text: Annotation,
        spot: Floats,
        box: Floats,
        *,
        from_spot: Floats | None = None,
        out: float = 1.0,
    ) -> None:
        """Put a text into its box, holding on to its point by the nearest side."""
        start = self.place(spot)[0] if from_spot is None else from_spot
        centre, half = ((box[:2] + box[2:]) / 2 - start) * out, (box[2] - box[0]) / 2 * out
        side = int(np.sign(round(centre[0] / max(half, 1.0) * 0.8)))
        text.xy = (float(spot[0]), float(spot[1]))
        text.set_horizontalalignment(("center", "left", "right")[side])
        text.xyann = (float(centre[0] - side * half), float(centre[1]))

    def for_phone(self, texts: dict[int, Annotation]) -> None:
        """Place the texts anew for a phone, where they are larger; what finds no room is left out.

        What only a phone shows is no part of the axes; the export writes it.
        """
        box = self.ax.get_window_extent(self.renderer)
        wide = float(self.figure.get_size_inches()[0]) * POINTS_AN_INCH
        is_fluid = self.figure.get_gid() == FLUID
        beside = (wide - box.width) * PHONE_TEXT / TEXT_SIZE
        by = np.array([(PHONE - beside) / box.width, 1.0] if is_fluid else [PHONE / wide] * 2)
        ground = self.ground(apart_from=texts.values())
        for_text = PHONE_TEXT / TEXT_SIZE
        middles, halves = _halved(ground.boxes)
        boxes = np.hstack([middles * by - halves * for_text, middles * by + halves * for_text])
        turned = np.tile(by, 2)
        ground = replace(
            ground,
            window=ground.window * turned,
            markers=ground.markers * by,
            boxes=boxes,
            radius=ground.radius * float(by[1]),
            lines=ground.lines * turned,
            leaders=np.empty((0, 4)),
        )
        spots = self.place(self.spots[list(texts)]) * by
        placement = place_boxes(spots, self.sizes(texts.values()) * for_text, ground)
        out = 1.0 if is_fluid else 1 / float(by[0])
        rows = zip(texts.items(), spots, placement.boxes, placement.leaders, strict=True)
        for (at, text), spot, one, leader in rows:
            if np.isnan(one[0]):
                continue
            twin = self.write(text.get_text(), at, is_focus=self.names[at] in self.focus)
            twin.set(fontsize=PHONE_TEXT * out, gid=f"{HALO} {NARROW}")
            self._stand(twin, self.spots[at], one, from_spot=spot, out=out)
            apart: list[Artist] = [twin]
            if not np.isnan(leader[0]):
                away = (leader.reshape(2, 2) - spot) * out
                apart.append(self._tie(self.spots[at], away, gid=f"{LEADER} {NARROW}"))
            for artist in apart:
                artist.remove()
                _PHONE.setdefault(self.figure, []).append((self.ax, artist))

    def _tie(self, spot: Floats, away: Floats, *, gid: str = f"{LEADER} {WIDE}") -> Line2D:
        """Draw the line from a marker to a label that stands far from it."""
        across, up = map(float, spot)
        here = ScaledTranslation(across, up, cast(Affine2DBase, self.ax.transData))
        points = Affine2D().scale(1 / POINTS_AN_INCH) + self.figure.dpi_scale_trans
        line = Line2D(
            *away.T,
            transform=points + here,
            linewidth=0.8,
            color=PALETTE["soft"],
            linestyle="-",
            marker="",
            zorder=1.5,
            gid=gid,
            clip_on=False,
            solid_capstyle="butt",
        )
        line.set_in_layout(False)
        self.ax.add_artist(line)
        return line


#: Half ems in a line; a Chinese character takes two.
LINE: Final = 22
#: Half ems of each name of a pair.
PAIR: Final = 26
ELLIPSIS: Final = "…"

_NEVER_FIRST: Final = "，。、；：！？）」』》〉】．,.;:!?)]}%"
_NEVER_LAST: Final = "（「『《〈【([{"
_WORD: Final = re.compile(r"\S+\s*")


def text_width(text: str) -> int:
    """Measure a text in half ems.

    Examples
    --------
    >>> text_width("Bank 銀行")
    9
    """
    return sum(2 if is_wide(one) else 1 for one in text)


def label_lines(names: Sequence[str], *, line: int = LINE) -> list[str]:
    r"""Write names as labels of at most two lines, different names differently.

    Parameters
    ----------
    names : sequence of str
    line : int, half ems
        A longer name takes two lines; what two lines cannot hold is cut at its end, or in its
        middle where another name would read the same.

    Returns
    -------
    list of str

    Examples
    --------
    >>> label_lines(["Civic", "Harbour Islands Savings Bank"])
    ['Civic', 'Harbour Islands\nSavings Bank']
    """
    return _told_apart(
        _as_spoken(names),
        write=lambda name: _two_lines(name, line),
        rewrite=lambda name: f"{_cut(name, line)}\n{ELLIPSIS}{_end(name, line - 1)}",
    )


def _as_spoken(names: Sequence[str]) -> list[str]:
    """Leave legal forms and capitals out of names, but where two would be one."""
    short = [spoken(name) for name in names]
    return short if len(set(short)) == len(set(names)) else list(names)


def row_names(names: Sequence[str], *, line: int = LINE) -> list[str]:
    r"""Write names as labels of one line, as rows of a figure have, different ones differently.

    Parameters
    ----------
    names : sequence of str
    line : int, half ems
        A longer name is cut at its end, or in its middle where another would read the same.

    Returns
    -------
    list of str

    Examples
    --------
    >>> row_names(["Civic", "Harbour Islands Savings Bank", "Harbour Islands Savings Bonds"])
    ['Civic', 'Harbour Isl…vings Bank', 'Harbour Isl…ings Bonds']
    """
    first = line // 2 + 1
    return _told_apart(
        _as_spoken(names),
        write=lambda name: _cut(name, line),
        rewrite=lambda name: f"{_cut(name, first)}{_end(name, line - first)}",
    )


def pair_names(some: Iterable[str], others: Iterable[str], *, mark: str = "↔") -> list[str]:
    r"""Write pairs of names in two lines, as rows of a figure have.

    Examples
    --------
    >>> pair_names(["Civic"], ["Kestrel"])
    ['Civic\n↔ Kestrel']
    """
    first, second = (row_names(list(names), line=PAIR) for names in (some, others))
    return [f"{a}\n{mark} {b}" for a, b in zip(first, second, strict=True)]


def _told_apart(
    names: Sequence[str], *, write: Callable[[str], str], rewrite: Callable[[str], str]
) -> list[str]:
    """Write names; those of which others are written alike, anew."""
    plain = [" ".join(name.split()) for name in names]
    bearers: dict[str, set[str]] = {}
    for name in plain:
        bearers.setdefault(write(name), set()).add(name)
    written = {name: label for label, alike in bearers.items() for name in alike}
    return [rewrite(name) if len(bearers[written[name]]) > 1 else written[name] for name in plain]


def _end(name: str, room: int) -> str:
    """Give as much of a name's end as there is room for."""
    kept = ""
    for one in reversed(name):
        if text_width(one + kept) > room:
            break
        kept = one + kept
    return kept.lstrip()


def _two_lines(name: str, line: int) -> str:
    if text_width(name) <= line:
        return name
    first, rest = _best_break(name, line)
    if not rest:
        return _cut(first, line)
    return f"{_cut(first, line)}\n{_cut(rest, line)}"


def _best_break(name: str, line: int) -> tuple[str, str]:
    """Break where the two lines are most alike, or where the first is fullest if it must be cut."""
    parts = breakable(name)
    breaks = [("".join(parts[:at]).rstrip(), "".join(parts[at:])) for at in range(1, len(parts))]
    fitting = [pair for pair in breaks if text_width(pair[0]) <= line]
    if not fitting:
        return (name, "") if not breaks else breaks[0]
    whole = [pair for pair in fitting if text_width(pair[1]) <= line]
    if whole:
        return min(whole, key=lambda pair: max(text_width(pair[0]), text_width(pair[1])))
    return fitting[-1]


def breakable(name: str) -> list[str]:
    """Take a name apart where a line may break: after words, between Chinese characters."""
    parts: list[str] = []
    for word in _WORD.findall(name):
        piece = ""
        for one in word:
            may_break = piece and (is_wide(one) or is_wide(piece[-1])) and not one.isspace()
            if may_break and one not in _NEVER_FIRST and piece[-1] not in _NEVER_LAST:
                parts.append(piece)
                piece = ""
            piece += one
        parts.append(piece)
    return parts


def _cut(text: str, line: int) -> str:
    """Cut the end of a text off that does not fit in a line."""
    if text_width(text) <= line:
        return text
    kept = ""
    for one in text:
        if text_width(kept + one) > line - 1:
            break
        kept += one
    return kept.rstrip(" ,.;:-&，、（(") + ELLIPSIS


#: Up to so many points every label stands: a map of 12 brands and 14 attributes has them all.
MOST_LABELS: Final = 28

#: What is left to say beneath a figure, for as long as the figure lives.
_NOTES: WeakKeyDictionary[Figure, tuple[Message, ...]] = WeakKeyDictionary()

#: What only a phone shows of a figure, and where.
_PHONE: WeakKeyDictionary[Figure, list[tuple[Axes, Artist]]] = WeakKeyDictionary()

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
    focus = frozenset([emphasise] if isinstance(emphasise, str) else emphasise)
    order = _order(names, spots, priority=priority, focus=focus)
    check_whole_number("max_labels", max_labels, low=0)
    others = np.empty((0, 2)) if avoid is None else _checked_points("avoid", avoid)
    rays = np.empty((0, 2, 2)) if lines is None else np.asarray(lines, dtype=float)
    marks, figure = np.vstack([spots, others]), ax.get_figure(root=True)
    kinds = ["brand"] * len(names) if kinds is None else kinds
    if len(kinds) != len(names):
        raise InputError(
            f"`kinds` must give one kind for each of the {len(names)} labels; found {len(kinds)}."
        )
    for kind in kinds:
        check_option("kinds", kind, ("brand", "attribute"))
    if figure is None:
        raise InputError("`ax` must stand on a figure; found none. Take one of new_axes().")
    with theme(width=float(figure.get_size_inches()[0])), slim_canvas(figure) as canvas:
        sheet = _Sheet(
            ax, figure, canvas.get_renderer(), names, spots, tuple(kinds), focus, marks, rays
        )
        placed = _labelled(sheet, order[:max_labels], order[max_labels:])
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


def _halved(boxes: Floats) -> tuple[Floats, Floats]:
    """Give the middles of boxes and half their sides, n x 2 each."""
    return (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]) / 2


@contextmanager
def with_phone_labels(figure: Figure, *, shown: bool) -> Iterator[None]:
    """Let what only a phone shows stand on the axes while a figure is written."""
    pairs = _PHONE.get(figure, []) if shown else []
    for ax, artist in pairs:
        ax.add_artist(artist)
        artist.set_in_layout(False)
    try:
        yield
    finally:
        for _, artist in pairs:
            artist.remove()


def _labelled(sheet: _Sheet, first: list[int], rest: list[int]) -> PlacedLabels:
    """Name the first, number the rest."""
    lines = label_lines(sheet.names)
    texts = {
        at: sheet.write(lines[at], at, is_focus=sheet.names[at] in sheet.focus) for at in first
    }
    is_linear = sheet.ax.get_xscale() == sheet.ax.get_yscale() == "linear"
    window = sheet.window()
    middle, half = window.mean(axis=1, keepdims=True), np.diff(window) / 2 * [-1, 1]
    factors = _ENLARGED if is_linear and not rest else _ENLARGED[:1]
    windows = [window if factor == 1 else middle + factor * half for factor in factors]
    ground, placement = _with_most_room(sheet, first, list(texts.values()), windows)
    named = sheet.put(texts, placement)

    rest = [at for at in first if at not in named] + rest
    leaders = placement.leaders[~np.isnan(placement.leaders[:, 0])]
    ground = replace(
        ground,
        boxes=np.vstack([ground.boxes, placement.boxes[placement.found]]),
        leaders=np.vstack([ground.leaders, leaders]),
    )
    widest = "8" * len(str(len(rest)))
    texts = {at: sheet.write(widest, at) for at in rest}
    points, sizes = sheet.place(sheet.spots[rest]), sheet.sizes(texts.values())
    numbered = sheet.put(texts, place_boxes(points, sizes, ground, is_near=True))
    for number, at in enumerate(sorted(numbered), start=1):
        numbered[at].set_text(str(number))
    sheet.for_phone(
        {
            at: named.get(at) or numbered[at]
            for at in [*first, *rest]
            if at in named or at in numbered
        }
    )
    return PlacedLabels(
        labels=sheet.names,
        named=tuple(sorted(named)),
        numbered=tuple(enumerate(sorted(numbered), start=1)),
        unlabelled=tuple(sorted(set(rest) - set(numbered))),
        artists=tuple(texts[at] for texts in (named, numbered) for at in sorted(texts)),
    )


def _with_most_room(
    sheet: _Sheet, first: list[int], texts: list[Annotation], windows: list[Floats]
) -> tuple[Ground, Placement]:
    """Show more and more as long as that lets more names stand, and no further."""
    sizes = sheet.sizes(texts)
    tried: list[tuple[Ground, Placement]] = []
    for window in windows:
        sheet.show(window)
        ground = sheet.ground(apart_from=texts)
        points = sheet.place(sheet.spots[first])
        tried.append((ground, place_boxes(points, sizes, ground)))
        if tried[-1][1].found.all():
            return tried[-1]
    most = int(np.argmax([placement.found.sum() for _, placement in tried]))
    if most < len(tried) - 1:
        # Tick labels may differ from those of the first try, and so may the room within.
        return _with_most_room(sheet, first, texts, [windows[most]])
    return tried[most]


def _order(
    names: tuple[str, ...], spots: Floats, *, priority: ArrayLike | None, focus: frozenset[str]
) -> list[int]:
    """Sort positions, the most telling first; names that are empty are left out."""
    known = sorted(set(names))
    check_known("emphasise", sorted(focus), known, rule="name labels of the map")
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
