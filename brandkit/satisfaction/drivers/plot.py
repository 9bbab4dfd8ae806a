"""Drawings of drivers. A plot takes a result and returns the axes; it computes no statistics."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from brandkit.core.errors import InputError, check_whole_number, did_you_mean, shown
from brandkit.core.message import Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.drivers.drivers import DriverImportance
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, share_axis, write_column
from brandkit.viz.theme import SERIES, WIDTH, new_axes, rows_height, theme

MOST_ROWS = 20
"""Drivers a figure shows; a result has no more."""
NAME_LINE = 24
"""Half ems of a driver's name beside a row."""
FEW_SEGMENTS = len(SERIES)
"""Segments that are told apart by their markers; more are drawn as one cloud."""
_HALF_TICK = 0.3
_AXIS = Message("Part of the differences in {outcome} that it explains")


def plot_driver_importance(
    result: DriverImportance, *, ax: Axes | None = None, most: int = MOST_ROWS
) -> Axes:
    """Draw each driver's importance with its interval, the most important first.

    A dot is the importance, its line the interval, the tick across it the noise floor; drivers
    that are not above noise are hollow. The numbers at the right are the share of all that is
    explained and the ranks that cannot be ruled out.

    Parameters
    ----------
    result : DriverImportance
    ax : Axes, optional
        Where to draw; new axes where not given.
    most : int
        Drivers at most, the most important ones.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        ``most`` is no whole number >= 1.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> bank = pd.DataFrame(rng.normal(size=(100, 3)), columns=["fees", "advice", "sat"])
    >>> from brandkit.satisfaction.drivers.drivers import driver_importance
    >>> result = driver_importance(bank.assign(sat=bank["sat"] + bank["fees"]), outcome="sat",
    ...                            drivers=["advice", "fees"], draws=50)
    >>> [label.get_text() for label in plot_driver_importance(result).get_yticklabels()]
    ['fees', 'advice']
    """
    check_whole_number("most", most, low=1)
    rows = _ranked(result).head(most)
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 1))

    with theme():
        at = np.arange(len(rows))
        _draw_lines(ax, rows, at)
        _draw_floors(ax, rows, at)
        for above, face in ((True, PALETTE["ink"]), (False, PALETTE["paper"])):
            some = rows["above_noise"].to_numpy(dtype=bool) == above
            ax.scatter(rows["importance"][some], at[some], s=44, c=face, edgecolors=PALETTE["ink"],
                       linewidths=1.4, zorder=4)  # fmt: skip
        name_rows(ax, row_names(rows["label"].tolist(), line=NAME_LINE))
        _share_axis(ax, result, float(rows[["ci_high", "noise_floor"]].max().max()))
        shares = [formatted(float(share), "percent") for share in rows["share"]]
        ends = zip(rows["rank_low"], rows["rank_high"], strict=True)
        ranks = [_span(int(low), int(high)) for low, high in ends]
        write_column(ax, shares, head=translate(Message("share")))
        write_column(ax, ranks, column=1, head=translate(Message("rank")))
    return ax


def plot_driver_segments(
    result: DriverImportance, *, ax: Axes | None = None, focus: str | None = None
) -> Axes:
    """Draw each driver's importance by segment.

    Up to four segments have a marker each, with intervals, named above; hollow ones are not above
    noise. More (banks) are small hollow dots, drawn towards the mean by as much as they are
    small, and the focus a filled diamond with its interval. The number at the right is the
    p-value, adjusted over drivers, of the test that all segments are alike.

    Parameters
    ----------
    result : DriverImportance
        Made with ``by``.
    ax : Axes, optional
        Where to draw; new axes where not given.
    focus : str, optional
        The segment (bank) to mark.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The result has no segments, or the focus is none of them.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> bank = pd.DataFrame(rng.normal(size=(100, 2)), columns=["fees", "sat"])
    >>> bank["tier"] = np.repeat(["small", "large"], 50)
    >>> from brandkit.satisfaction.drivers.drivers import driver_importance
    >>> result = driver_importance(bank, outcome="sat", drivers=["fees"], by="tier", draws=50)
    >>> len(plot_driver_segments(result).get_legend().get_texts())
    2
    """
    segments = _segments(result, focus)
    order = _ranked(result)
    many = len(segments) > FEW_SEGMENTS
    if ax is None:
        lines = 1 if many else len(segments)
        ax = new_axes(WIDTH, rows_height(round(len(order) * max(1.0, 0.75 * lines) + 2.5)))

    with theme():
        groups = result.groups
        for number, segment in enumerate(segments):
            rows = groups[groups["segment"] == segment].set_index("driver").loc[order["driver"]]
            if many:
                _draw_cloud(ax, rows, is_focus=segment == focus)
            else:
                away = 0.24 * (number - (len(segments) - 1) / 2)
                _draw_series(ax, rows, number, away=away, segment=segment, focus=focus)
        name_rows(ax, row_names(order["label"].tolist(), line=NAME_LINE))
        own = groups.loc[groups["segment"] == focus, "ci_high"]
        ends = pd.concat([own, groups["pooled"]]) if many else groups["ci_high"]
        _share_axis(ax, result, float(ends.max()))
        _write_tests(ax, result, order)
        if not many:
            ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, borderaxespad=0.2,
                      handletextpad=0.4, columnspacing=1.2)  # fmt: skip
    return ax


def _ranked(result: DriverImportance) -> pd.DataFrame:
    return result.drivers.sort_values("importance", ascending=False, kind="stable")


def _segments(result: DriverImportance, focus: str | None) -> list[str]:
    segments = [str(one) for one in result.groups["segment"].drop_duplicates()]
    if not segments:
        raise InputError(
            "`result` must hold segments; found none. Compute it with by='tier', or another column."
        )
    if focus is not None and focus not in segments:
        raise InputError(
            f"`focus` must be one of the segments; found {shown(focus)}."
            f"{did_you_mean(focus, segments) or f' There are {shown(segments)}.'}"
        )
    return segments


def _share_axis(ax: Axes, result: DriverImportance, high: float) -> None:
    reach = max(high * 1.04, 0.01)
    share_axis(ax, low=-0.02 * reach, high=reach)  # room for markers at 0
    ax.set_xlabel(translate(Message(_AXIS.text, {"outcome": result.outcome_label})))


def _draw_lines(ax: Axes, rows: pd.DataFrame, at: np.ndarray) -> None:
    for row, low, high in zip(at, rows["ci_low"], rows["ci_high"], strict=True):
        ax.plot([low, high], [row, row], color=PALETTE["ink"], linewidth=1.6, linestyle="-",
                marker="", zorder=3)  # fmt: skip


def _draw_floors(ax: Axes, rows: pd.DataFrame, at: np.ndarray) -> None:
    for row, floor in zip(at, rows["noise_floor"], strict=True):
        ax.plot([floor, floor], [row - _HALF_TICK, row + _HALF_TICK], color=PALETTE["soft"],
                linewidth=1.6, linestyle="-", marker="", zorder=2)  # fmt: skip


def _draw_series(
    ax: Axes, rows: pd.DataFrame, number: int, *, away: float, segment: str, focus: str | None
) -> None:
    """Draw one of few segments, a little above or below the middle of each row."""
    look = SERIES[number]
    colour = PALETTE["accent"] if segment == focus else _grey(number)
    at = np.arange(len(rows)) + away
    for row, low, high in zip(at, rows["ci_low"], rows["ci_high"], strict=True):
        ax.plot([low, high], [row, row], color=colour, linewidth=1.2, linestyle="-", marker="",
                zorder=2)  # fmt: skip
    above = rows["above_noise"].to_numpy(dtype=bool)
    for which, face in ((above, colour), (~above, PALETTE["paper"])):
        ax.scatter(rows["importance"][which], at[which], s=36, marker=look["marker"], c=face,
                   edgecolors=colour, linewidths=1.3, zorder=3)  # fmt: skip
    ax.scatter([], [], s=36, marker=look["marker"], c=colour, label=segment)


def _grey(number: int) -> str:
    return PALETTE["ink"] if number % 2 == 0 else PALETTE["soft"]


def _draw_cloud(ax: Axes, rows: pd.DataFrame, *, is_focus: bool) -> None:
    at = np.arange(len(rows))
    if not is_focus:
        ax.scatter(rows["pooled"], at, s=26, c="none", edgecolors=PALETTE["soft"],
                   linewidths=1.1, zorder=2)  # fmt: skip
        return
    for row, low, high in zip(at, rows["ci_low"], rows["ci_high"], strict=True):
        ax.plot([low, high], [row, row], color=PALETTE["accent"], linewidth=1.6, linestyle="-",
                marker="", zorder=3)  # fmt: skip
    ax.scatter(rows["importance"], at, s=52, marker="D", c=PALETTE["accent"], zorder=4)


def _write_tests(ax: Axes, result: DriverImportance, order: pd.DataFrame) -> None:
    if result.equality.empty:
        return
    tests = result.equality.dropna(subset=["driver"]).set_index("driver")["p_adjusted"]
    said = [formatted(float(p), "p") for p in tests.loc[order["driver"]]]
    write_column(ax, said, head=translate(Message("p, alike")))


def _span(low: int, high: int) -> str:
    return f"{low}" if low == high else f"{low}–{high}"
