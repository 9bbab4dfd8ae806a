"""Marks that figures are drawn from: rows of dots with intervals, cells of a heat map, the key.

A mark draws; what it draws was computed before. Nothing is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator
from numpy.typing import ArrayLike

from brandkit.core.linalg import Flags, Floats
from brandkit.core.message import NO_VALUE, Message, formatted
from brandkit.language import translate
from brandkit.viz.labels import label_lines, row_names, text_width
from brandkit.viz.palette import COLOUR_NAMES, PALETTE
from brandkit.viz.svg import MINOR, SPREAD
from brandkit.viz.theme import SERIES, WIDTH, new_axes, rows_height, strength_colours, theme

#: Where the columns of numbers end, in points right of the axes.
COLUMNS: Final = (48, 104)
#: How far behind a column texts begin.
AFTER: Final = 12
_STEPS: Final = (0.02, 0.05, 0.1, 0.25)


def name_rows(ax: Axes, names: Sequence[str], *, focus: Sequence[bool] | Flags = ()) -> None:
    """Name rows 0, 1, … from the top, without a frame.

    Parameters
    ----------
    ax : Axes
    names : sequence of str
    focus : sequence of bool, optional
        Which of them are written in the accent, bold.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> name_rows(ax, ["Civic", "Kestrel"])
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Civic', 'Kestrel']
    """
    ax.set_yticks(np.arange(len(names)), written_names(names), linespacing=1.05)
    ax.set_ylim(len(names) - 0.4, -0.6)
    for tick in ax.get_yticklabels():
        tick.set_color(PALETTE["ink"])
    for at in np.flatnonzero(focus):
        ax.get_yticklabels()[at].set(color=PALETTE["accent"], fontweight="bold")
    ax.spines[["left", "bottom"]].set_visible(False)


def written_names(names: Sequence[str]) -> list[str]:
    r"""Write names beside rows in at most two lines; who has two was broken where it should be.

    Examples
    --------
    >>> written_names(["Civic", "helps when things go wrong"])
    ['Civic', 'helps when\nthings go wrong']
    """
    short = label_lines(list(names), line=NAME_LINE)
    return [name if "\n" in name else cut for name, cut in zip(names, short, strict=True)]


def row_lines(names: Sequence[str]) -> float:
    r"""Say how many rows' height each row takes: more where a name has two lines.

    Examples
    --------
    >>> row_lines(["Civic"]), row_lines(["Civic\n→ Kestrel"])
    (1.0, 1.5)
    """
    return 1.5 if any("\n" in name for name in written_names(names)) else 1.0


def share_axis(ax: Axes, *, low: float = 0.0, high: float = 1.0) -> None:
    """Let the axis across show shares as percent, with a line at each step.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> share_axis(ax, high=0.2)
    >>> ax.get_xlim() == (0.0, 0.2)
    True
    """
    ax.set_xlim(low, high)
    step = next((step for step in _STEPS if (high - low) / step <= 5), _STEPS[-1])
    ax.xaxis.set_major_locator(MultipleLocator(step))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: formatted(value, "percent")))
    ax.grid(axis="x")


def write_column(
    ax: Axes,
    texts: Sequence[str],
    *,
    column: int = 0,
    head: str = "",
    align: Literal["left", "right"] = "right",
) -> None:
    """Write a column of numbers right of the axes, one beside each row.

    Parameters
    ----------
    ax : Axes
    texts : sequence of str
    column : 0 or 1
    head : str
        Above the column.
    align : "left" or "right"
        Texts of any length stand at the left, behind the first column.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> write_column(ax, ["53%", "47%"], head="share")
    >>> [text.get_text() for text in ax.texts]
    ['share', '53%', '47%']
    """
    across = COLUMNS[column] if align == "right" else COLUMNS[column - 1] + AFTER
    placed = [((1.0, 1.0), (across, 4), "axes fraction", "bottom", head)] if head else []
    placed += [
        ((1.0, row), (across, 0), ("axes fraction", "data"), "center", text)  # type: ignore[misc]
        for row, text in enumerate(texts)
    ]
    # of two columns a phone shows the first
    gid = MINOR if column else None
    for at, away, system, vertical, text in placed:
        ax.annotate(
            text,
            at,
            xycoords=system,
            xytext=away,
            textcoords="offset points",
            ha=align,
            va=vertical,
            color=PALETTE["soft"],
            gid=gid,
        )


def number_axis(ax: Axes, kind: str) -> None:
    """Let the axis across show few round numbers.

    Parameters
    ----------
    ax : Axes
    kind : str
        A format of :func:`brandkit.core.message.formatted`, or ``steps``: as many decimals as the
        steps between the numbers need; ``decimal1`` has two where the steps are below a tenth.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> _ = ax.set_xlim(0, 1)
    >>> number_axis(ax, "decimal1")
    >>> [label.get_text() for label in ax.get_xticklabels()][:2]
    ['0', '0.2']
    """
    ax.margins(x=0.04)
    ax.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    ticks = ax.xaxis.get_major_locator().tick_values(*ax.get_xlim())
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    said = kind
    if kind in ("steps", "decimal1"):
        said = "decimal1" if step > 0.0999 else "decimal2"
    if kind == "steps" and step > 0.999:
        said = "count"
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: formatted(value, said) if abs(value) > 1e-9 else "0")
    )
    ax.grid(axis="x")


def name_upward(ax: Axes, label: Message | str) -> None:
    """Say above the axes what they show upward: nobody reads a label that stands on its side.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> name_upward(ax, "Satisfaction")
    >>> ax.get_title(loc="left")
    '↑ Satisfaction'
    """
    ax.set_title(f"↑ {translate(label)}", loc="left", color=PALETTE["soft"])


def rank_texts(rows: pd.DataFrame) -> list[str]:
    """Write the ranks that cannot be ruled out, ``rank_low`` to ``rank_high``.

    Examples
    --------
    >>> rank_texts(pd.DataFrame({"rank_low": [1, 2], "rank_high": [1, 4]}))
    ['1', '2–4']
    """
    return [
        NO_VALUE if pd.isna(low) else f"{low}" if low == high else f"{low}–{high}"
        for low, high in zip(rows["rank_low"], rows["rank_high"], strict=True)
    ]


#: Half ems of a name beside a row, and above a column of cells.
NAME_LINE: Final = 25
COLUMN_LINE: Final = 30
#: Inches of a row of cells.
CELL: Final = 0.36
#: Beyond so many rows a heat map has numbers for columns and a scale instead of numbers in cells.
MOST_IN_CELLS: Final = 15
#: Up to so many, a page writes the numbers of a row in one line across its cells.
MOST_WRITTEN: Final = 30
_HALF_TICK: Final = 0.3


@dataclass(frozen=True)
class Dots:
    """One series of dots, a value a row.

    Parameters
    ----------
    values, low, high : array_like
        Missing values are not drawn; without ends there is no line.
    hollow, accent : array_like of bool, optional
        Which are drawn hollow, and which as a focus is: a diamond in the accent.
    label : Message or str
        What the key calls it, where there are several.
    is_focus : bool
        Whether, of several, it is the one in the accent.
    markers : sequence of str, optional
        Shape of each; circles where not given. Of a single series.
    """

    values: ArrayLike
    low: ArrayLike | None = None
    high: ArrayLike | None = None
    hollow: ArrayLike | None = None
    accent: ArrayLike | None = None
    label: Message | str = ""
    is_focus: bool = False
    markers: Sequence[str] | None = None

    def ends(self) -> list[Floats]:
        """Give values, low and high ends; without ends all are the values."""
        values = np.asarray(self.values, dtype=float)
        ends = [values if end is None else np.asarray(end, float) for end in (self.low, self.high)]
        return [values, *ends]

    def flags(self, given: ArrayLike | None) -> Flags:
        """Give a flag for each value; none is set where not given."""
        return np.broadcast_to(
            np.asarray(False if given is None else given, bool), len(self.ends()[0])
        )

    def draw(
        self, ax: Axes, at: Floats, which: Flags, *, look: Mapping[str, Any], label: str = ""
    ) -> None:
        """Draw some dots at their heights with their intervals, the hollow ones apart."""
        values, low, high = self.ends()
        part, colour = which & ~np.isnan(values), look["colour"]
        ax.hlines(at[part], low[part], high[part], color=colour, linewidth=look["line"], zorder=2)
        hollow = self.flags(self.hollow) | look.get("hollow", False)
        for is_hollow in (False, True):
            own, face = part & (hollow == is_hollow), PALETTE["paper"] if is_hollow else colour
            if not (own.any() or label):
                continue
            ax.scatter(
                values[own],
                at[own],
                s=look["size"],
                marker=look["marker"],
                c=face,
                edgecolors=colour,
                linewidths=1.4,
                zorder=3,
                label=label if is_hollow == hollow.all() else None,
            )


def dot_rows(
    names: Sequence[str],
    dots: Dots | Sequence[Dots],
    *,
    label: Message | str = "",
    kind: str = "percent",
    focus: object = None,
    ticks: ArrayLike | None = None,
    columns: Mapping[str | Message, Iterable[str | float]] | None = None,
    reference: float | None = None,
    limits: tuple[float, float] | None = None,
    behind: Sequence[str] | None = None,
    ax: Axes | None = None,
    crowd: bool = False,
    says: Mapping[str, Message] | None = None,
) -> Axes:
    """Draw a row for each name: dots with their intervals, numbers at the right.

    Parameters
    ----------
    names : sequence of str
        From the top; a name may have two lines.
    dots : Dots or sequence of Dots
        Several stand beside each other on a row, told apart by marker, with a key above. More
        than there are markers are a crowd of small hollow dots on one line, and the focus a
        diamond among them.
    label : Message or str
        What the axis across shows.
    kind : str
        A format of :func:`brandkit.core.message.formatted`; ``percent`` has an axis of shares.
    focus : object, optional
        The name whose row is a diamond in the accent, its name bold.
    ticks : array_like, optional
        A short tick across each row: what chance gives, a noise floor.
    columns : mapping, optional
        Heading to a text or a number a row, at most two columns at the right.
    reference : float, optional
        A line down at this value, such as 0 or the market's mean.
    limits : (float, float), optional
        Ends of the axis, where the data's own are not right.
    behind : sequence of str, optional
        What stands behind each name, such as its letter, and is never cut.
    crowd : bool
        Whether the series are too many to tell apart: small dots, but for the focus's.
    says : mapping, optional
        What the key says of a ``dot``, a ``line``, a ``hollow`` one, the ``focus``, a ``tick``, and
        the ``crowd``; what is not drawn is left out.
    ax : Axes, optional
        New axes as high as the rows need where not given.

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = dot_rows(["Civic", "Kestrel"], Dots([.2, .5], low=[.1, .4], high=[.3, .6]),
    ...               focus="Kestrel", columns={"share": ["20%", "50%"]})
    >>> [label.get_text() for label in ax.get_yticklabels()], len(ax.texts)
    (['Civic', 'Kestrel'], 3)
    """
    series = [dots] if isinstance(dots, Dots) else list(dots)
    n, m = len(names), len(series)
    shown = written_names(names)
    lines = max(row_lines(names), 0.72 * m * (not crowd))
    if ax is None:
        ax = new_axes(WIDTH, rows_height(n * lines + 0.8 * bool(columns)), fluid=True)
    mine = np.array([focus is not None and name == str(focus) for name in names], dtype=bool)
    has_focus = any(one.is_focus for one in series)
    with theme():
        for number, one in enumerate(series):
            away = 0.0 if crowd else min(0.24, 0.78 / m) * (number - (m - 1) / 2)
            at = np.arange(n, dtype=float) + away
            if m == 1 or (crowd and one.is_focus):
                _draw_single(ax, one, at=at, mine=mine | one.is_focus)
            elif crowd:
                ax.scatter(
                    one.values, at, s=34, c="none", edgecolors=PALETTE["soft"], linewidths=1.2
                )
            else:
                _draw_series(ax, one, at=at, number=number, has_focus=has_focus)
        if ticks is not None:
            half = _HALF_TICK * min(1.0, 1.2 / lines)
            for row, tick in enumerate(np.asarray(ticks, dtype=float)):
                ax.plot(
                    [tick, tick],
                    [row - half, row + half],
                    color=PALETTE["soft"],
                    linewidth=2.0,
                    linestyle="-",
                    marker="",
                    zorder=2,
                )
        if reference is not None:
            ax.axvline(reference, color=PALETTE["soft"], linewidth=1.0, zorder=1)
        name_rows(ax, [a + b for a, b in zip(shown, behind or [""] * n, strict=True)], focus=mine)
        _axis_across(ax, series, ticks=ticks, kind=kind, limits=limits)
        ax.set_xlabel(translate(label))
        for place, (head, texts) in enumerate((columns or {}).items()):
            written = [formatted(one, kind) for one in texts]
            write_column(ax, written, column=place, head=translate(head))
        _say_dots(
            ax, series, ticks, says or {}, is_focus=bool(mine.any()) or has_focus, crowd=crowd
        )
    return ax


def _say_dots(
    ax: Axes,
    series: list[Dots],
    ticks: ArrayLike | None,
    says: Mapping[str, Message],
    *,
    is_focus: bool,
    crowd: bool,
) -> None:
    """Put into the key what is drawn: the series or the kinds of dots, their lines, the ticks."""
    has_lines = any(
        np.nanmax(high - low, initial=0.0) > 0 for _, low, high in map(Dots.ends, series)
    )
    named = len(series) > 1 and not crowd
    filled, hollow = (
        any((one.flags(one.hollow) == is_hollow).any() for one in series)
        for is_hollow in (False, True)
    )
    if named:
        has_focus = any(one.is_focus for one in series)
        for number, one in enumerate(series):
            look = SERIES[number % len(SERIES)]
            own = "accent" if one.is_focus else ("ink", "soft")[number % 2]
            colour = own if has_focus else COLOUR_NAMES[look["color"]]
            if one.label:
                mark = point(look["marker"], colour, hollow=number >= len(SERIES))
                add_key(ax, (one.label, mark))
    entries = {
        "dot": (filled and not named, point()),
        "hollow": (hollow, point(hollow=True)),
        "focus": (is_focus, point("D", "accent")),
        "crowd": (crowd, point(colour="soft", hollow=True, size=5)),
        "line": (has_lines, stroke()),
        "tick": (ticks is not None, stroke("soft", width=2.0, style="", marker="|")),
    }
    said = {"line": Message("interval"), **says}
    add_key(
        ax,
        *((said[kind], mark) for kind, (drawn, mark) in entries.items() if drawn and kind in said),
    )


def _draw_series(ax: Axes, one: Dots, *, at: Floats, number: int, has_focus: bool) -> None:
    """Draw one of few series; the accent is the focus's where there is one."""
    series = SERIES[number % len(SERIES)]
    own = PALETTE["accent" if one.is_focus else ("ink", "soft")[number % 2]]
    look = {"marker": series["marker"], "size": 50, "line": 1.6, "hollow": number >= len(SERIES)}
    look["colour"] = own if has_focus else series["color"]
    one.draw(ax, at, np.ones(len(at), bool), look=look, label=translate(one.label))


def _draw_single(ax: Axes, one: Dots, *, at: Floats, mine: Flags) -> None:
    """Draw the only series, each shape of marker in its turn; the focus a diamond."""
    mine = mine | one.flags(one.accent)
    shapes = np.array(one.markers or ["o"] * len(at))
    for shape in dict.fromkeys(shapes.tolist()):
        look = {"marker": shape, "colour": PALETTE["ink"], "size": 58, "line": 2.0}
        one.draw(ax, at, ~mine & (shapes == shape), look=look)
    look = {"marker": "D", "colour": PALETTE["accent"], "size": 70, "line": 2.4}
    one.draw(ax, at, mine, look=look)


def _axis_across(
    ax: Axes,
    series: Sequence[Dots],
    *,
    ticks: ArrayLike | None,
    kind: str,
    limits: tuple[float, float] | None,
) -> None:
    drawn = [end for one in series for end in one.ends()]
    drawn += [] if ticks is None else [np.asarray(ticks, dtype=float)]
    whole = np.concatenate([part.ravel() for part in drawn] or [np.zeros(1)])
    whole = whole[np.isfinite(whole)] if np.isfinite(whole).any() else np.zeros(1)
    low, high = limits or (float(whole.min()), float(whole.max()))
    if kind == "percent":
        reach = max(high - min(low, 0.0), 0.01)
        share_axis(
            ax,
            low=limits[0] if limits else min(low, 0.0) - 0.02 * reach,
            high=limits[1] if limits else high + 0.04 * reach,
        )
        return
    if limits:
        ax.set_xlim(limits)
    number_axis(ax, kind)


def heat_map(
    values: ArrayLike,
    *,
    rows: Sequence[str],
    columns: Sequence[str] | None = None,
    row_label: Message | str = "",
    column_label: Message | str = "",
    kind: str = "percent",
    focus: object = None,
    framed: Sequence[tuple[int, int]] = (),
    texts: Sequence[Sequence[str]] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a table of values as cells, darker where more; with few rows the numbers stand inside.

    Parameters
    ----------
    values : array_like, rows x columns
        Missing ones are left empty.
    rows, columns : sequence of str
        Names; the columns' are the rows' where not given.
    row_label, column_label : Message or str
    kind : str
        How numbers are written.
    focus : object, optional
        Name of the row (and column) to frame in the accent.
    framed : sequence of (row, column)
        Cells to frame.
    texts : nested sequence of str, optional
        What stands in the cells instead of the numbers.
    ax : Axes, optional

    Returns
    -------
    Axes

    Examples
    --------
    >>> ax = heat_map([[np.nan, .5], [.7, np.nan]], rows=["Civic", "Kestrel"], focus="Civic")
    >>> [text.get_text() for text in ax.texts]
    ['50', '70']
    """
    cells = np.array(values, dtype=float)
    across = list(rows if columns is None else columns)
    in_cells = texts is not None or max(cells.shape) <= MOST_IN_CELLS
    if ax is None:
        names = (
            len(max(row_names(across, line=COLUMN_LINE), key=len, default="")) if in_cells else 3
        )
        height = len(rows) * (CELL if in_cells else 0.29) + 0.1 * names + 0.5
        ax = new_axes(WIDTH, height, fluid=True)
    with theme():
        low, high = _ends(cells[np.isfinite(cells)], kind)
        readable = in_cells or len(across) <= MOST_WRITTEN
        colours = strength_colours(strongest=0.5 if readable else 1.0)
        ax.imshow(
            np.ma.masked_invalid(cells),
            cmap=colours,
            vmin=low,
            vmax=high,
            aspect="auto",
            interpolation="none",
        )
        _name_cells(ax, list(rows), across, in_cells=in_cells)
        if row_label or column_label:
            said = {"row": row_label, "column": column_label}
            both = Message("Rows: {row}. Columns: {column}.", said)
            ax.set_xlabel(
                translate(both if row_label and column_label else row_label or column_label)
            )
        if in_cells:
            _write_cells(ax, cells, kind, texts)
        else:
            _draw_scale(ax, low, high, kind, strongest=0.5 if readable else 1.0)
            for row, own in enumerate(cells if readable else ()):
                line = "".join(_in_four(value, kind) for value in own)
                ax.text(
                    0.0,
                    row,
                    line,
                    gid=SPREAD,
                    visible=False,
                    ha="left",
                    va="center",
                    transform=ax.get_yaxis_transform(),
                    color=PALETTE["ink"],
                )
        _frame_cells(ax, list(rows), across, framed=framed, focus=str(focus) if focus else None)
    return ax


def _ends(there: Floats, kind: str) -> tuple[float, float]:
    """Give the ends of the scale of colours: they span the data, in round steps for shares."""
    if not there.size:
        return 0.0, 1.0
    low, high = float(there.min()), float(there.max())
    if kind == "percent":
        low = max(np.floor(low * 10 - 1e-9) / 10, 0.0)
        high = min(np.ceil(high * 10 + 1e-9) / 10, 1.0) if high <= 1 else high
    return low, high if high > low else low + 1.0


def _name_cells(ax: Axes, rows: list[str], columns: list[str], *, in_cells: bool) -> None:
    down, across = np.arange(len(rows)), np.arange(len(columns))
    names = row_names(rows, line=NAME_LINE)
    if in_cells:
        ax.set_xticks(across, row_names(columns, line=COLUMN_LINE), rotation=90)
    else:
        names = [f"{label}  {number}" for number, label in enumerate(names, 1)]
        fifth = [0, *range(4, len(columns), 5)]
        ax.set_xticks(across[fifth], [str(at + 1) for at in fifth])
    ax.set_yticks(down, names)
    ax.spines[:].set_visible(False)
    for tick in (*ax.get_xticklabels(), *ax.get_yticklabels()):
        tick.set_color(PALETTE["ink"])


def _write_cells(ax: Axes, cells: Floats, kind: str, texts: Sequence[Sequence[str]] | None) -> None:
    for row, column in np.ndindex(*cells.shape):
        if texts is None and np.isnan(cells[row, column]):
            continue
        own = formatted(float(cells[row, column]), kind).removesuffix("%")
        said = own if texts is None else texts[row][column]
        ax.text(column, row, said, ha="center", va="center", color=PALETTE["ink"])


def _in_four(value: float, kind: str) -> str:
    """Write a number in four letters: as many for each cell, they stand beneath each other."""
    own = "" if np.isnan(value) else formatted(float(value), kind).removesuffix("%")
    return own.rjust(3)[:3] + " "


def _draw_scale(ax: Axes, low: float, high: float, kind: str, *, strongest: float) -> None:
    """Draw above the cells which shade means what."""
    scale = ax.inset_axes((0.5, 1.012, 0.5, 0.016))
    shades = strength_colours(strongest=strongest)
    scale.imshow(
        np.linspace(0, 1, 128)[None],
        cmap=shades,
        aspect="auto",
        extent=(low, high, 0.0, 1.0),
        interpolation="none",
    )
    scale.set_yticks([])
    scale.xaxis.tick_top()
    scale.set_xticks([low, round((low + high) / 2, 2), high])
    scale.xaxis.set_major_formatter(FuncFormatter(lambda value, _: formatted(value, kind)))
    scale.spines[:].set_visible(False)


def _frame_cells(
    ax: Axes,
    rows: list[str],
    columns: list[str],
    *,
    framed: Sequence[tuple[int, int]],
    focus: str | None,
) -> None:
    for row, column in framed:
        ax.add_patch(
            Rectangle(
                (column - 0.44, row - 0.44),
                0.88,
                0.88,
                fill=False,
                edgecolor=PALETTE["ink"],
                linewidth=1.2,
                zorder=4,
            )
        )
    for labels, names, far in (
        (ax.get_yticklabels(), rows, len(columns)),
        (ax.get_xticklabels(), columns, len(rows)),
    ):
        if focus not in names:
            continue
        at = names.index(str(focus))
        if len(labels) == len(names):
            labels[at].set(color=PALETTE["accent"], fontweight="bold")
        down = names is rows
        corner = (-0.5, at - 0.5) if down else (at - 0.5, -0.5)
        ax.add_patch(
            Rectangle(
                corner,
                far if down else 1,
                1 if down else far,
                fill=False,
                edgecolor=PALETTE["accent"],
                linewidth=1.6,
                zorder=5,
                clip_on=False,
            )
        )


#: The entries of each figure's key, for as long as the figure lives.
_KEYS: WeakKeyDictionary[Figure, dict[str, Artist]] = WeakKeyDictionary()
_LOOK: Final[dict[str, Any]] = {"loc": "lower left", "borderaxespad": 0.4, "handletextpad": 0.5,
                "columnspacing": 1.4, "borderpad": 0.0, "handlelength": 1.6}  # fmt: skip
#: Half ems in a line of the key, with the room of a mark and the gap behind it.
_LINE, _MARK = 100, 6


def point(
    marker: str = "o", colour: str = "ink", *, hollow: bool = False, size: float = 7
) -> Line2D:
    """Give a mark for the key."""
    face = PALETTE["paper" if hollow else colour]
    return Line2D(
        [],
        [],
        linestyle="",
        marker=marker,
        markersize=size,
        markerfacecolor=face,
        markeredgecolor=PALETTE[colour],
        markeredgewidth=1.4,
    )


def stroke(
    colour: str = "ink", *, width: float = 1.8, style: Any = "-", marker: str = ""
) -> Line2D:
    """Give a line for the key; ``|`` as its marker and no style is a tick."""
    return Line2D(
        [],
        [],
        linestyle=style,
        color=PALETTE[colour],
        linewidth=width,
        marker=marker,
        markersize=11,
        markeredgewidth=width,
    )


def area(face: str = "none", edge: str = "none", **look: Any) -> Patch:
    """Give a field for the key."""
    colours = [PALETTE.get(one, one) for one in (face, edge)]
    return Patch(facecolor=colours[0], edgecolor=colours[1], linewidth=1.2, **look)


def add_key(ax: Axes, *entries: tuple[Message | str, Artist]) -> None:
    """Say what is drawn: each text with the mark it explains; a text said before stays.

    Examples
    --------
    >>> from brandkit.viz.theme import new_axes
    >>> ax = new_axes()
    >>> add_key(ax, ("equal", point()), ("open", point(hollow=True)))
    >>> list(key_of(ax.figure))
    ['equal', 'open']
    """
    figure = ax.get_figure(root=True)
    if figure is not None:
        known = _KEYS.setdefault(figure, {})
        for text, mark in entries:
            known.setdefault(translate(text), mark)


def key_of(figure: Figure) -> dict[str, Artist]:
    """Give the entries of a figure's key."""
    return _KEYS.get(figure, {})


@contextmanager
def key_drawn(figure: Figure, *, in_layout: bool) -> Iterator[None]:
    """Let the key stand above the first axes while a figure is drawn."""
    entries = key_of(figure)
    if not entries or not figure.axes:
        yield
        return
    ax = figure.axes[0]
    widest = max(text_width(text) for text in entries) + _MARK
    legend = ax.legend(
        list(entries.values()),
        list(entries),
        bbox_to_anchor=(0.0, 1.0),
        ncols=max(1, min(len(entries), _LINE // widest)),
        **_LOOK,
    )
    legend.set_in_layout(in_layout)
    try:
        yield
    finally:
        legend.remove()
