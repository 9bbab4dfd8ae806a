"""Drawings of scores and of what changed. A plot takes a result and computes no statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from brandkit.core.message import NO_VALUE, Message, formatted
from brandkit.language import translate
from brandkit.satisfaction.scores.comparison import GroupComparison
from brandkit.satisfaction.scores.scores import SatisfactionScores
from brandkit.satisfaction.scores.story import (
    FORMATS,
    change_rows,
    check_focus,
    chosen_score,
    score_rows,
    score_text,
    telling_rows,
)
from brandkit.viz.names import row_names
from brandkit.viz.palette import PALETTE
from brandkit.viz.rows import name_rows, write_column
from brandkit.viz.theme import WIDTH, new_axes, rows_height, theme

NAME_LINE: Final = 24
"""Half ems of a group's name beside a row."""
MOST_LETTERED: Final = 12
"""Groups up to which letters are written; beyond, the ranks they leave open."""
LOW_MARK: Final = "▵"
"""Marks a small base, as in tables."""

_AXES: Final = {
    "mean": Message("Mean score"),
    "top2": Message("Share in the top two categories"),
    "nps": Message("Net promoter score"),
}
_CHANGE_AXES: Final = {
    "mean": Message("Change of the mean score"),
    "top2": Message("Change of the top-two share, in points"),
    "nps": Message("Change of the net promoter score"),
}


def plot_satisfaction_scores(
    result: SatisfactionScores,
    *,
    ax: Axes | None = None,
    item: str | None = None,
    measure: str | None = None,
    focus: str | None = None,
) -> Axes:
    """Draw the scores of one item with their intervals, the best first.

    A small base has a hollow marker and a mark behind its name; a base too small to show has
    neither marker nor number. Beyond 25 groups the best are drawn, and the focus.

    Parameters
    ----------
    result : SatisfactionScores
    ax : Axes, optional
        Where to draw; new axes where not given.
    item, measure : str, optional
        The first of each where not given.
    focus : str, optional
        The bank to mark.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The item, measure or focus is not in the result.

    Examples
    --------
    >>> from brandkit.satisfaction.scores.scores import satisfaction_scores
    >>> answers = pd.DataFrame({"id": range(80), "brand": ["A", "B"] * 40, "sat": [6, 9] * 40})
    >>> result = satisfaction_scores(answers, items="sat", by="brand", respondent="id")
    >>> [name.get_text() for name in plot_satisfaction_scores(result).get_yticklabels()]
    ['B', 'A']
    """
    one, which = chosen_score(result.scores, item=item, measure=measure)
    rows = score_rows(result, item=one, measure=which)
    check_focus(rows, focus)
    rows = telling_rows(rows, focus=focus)
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 1))
    with theme():
        _draw_scores(ax, rows, which, names=_names(rows), focus=focus)
        write_column(ax, _texts(rows, which))
    return ax


def plot_group_comparison(
    result: GroupComparison,
    *,
    ax: Axes | None = None,
    item: str | None = None,
    measure: str | None = None,
    focus: str | None = None,
) -> Axes:
    """Draw scores with intervals and the letters of those they lie significantly above.

    Each name carries its letter. Beyond 12 groups the ranks that the tests leave open stand in
    the letters' place; beyond 25 the best groups are drawn, and the focus.

    Parameters
    ----------
    result : GroupComparison
    ax : Axes, optional
        Where to draw; new axes where not given.
    item, measure : str, optional
        The first of each where not given.
    focus : str, optional
        The bank to mark.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The item, measure or focus is not in the result.

    Examples
    --------
    >>> from brandkit.satisfaction.scores.comparison import group_comparison
    >>> answers = pd.DataFrame({"id": range(80), "brand": ["A", "B"] * 40, "sat": [6, 9] * 40})
    >>> result = group_comparison(answers, items="sat", by="brand", respondent="id",
    ...                           measures="nps")
    >>> [name.get_text() for name in plot_group_comparison(result).get_yticklabels()]
    ['B (B)', 'A (A)']
    """
    one, which = chosen_score(result.groups, item=item, measure=measure)
    every = score_rows(result, item=one, measure=which)
    check_focus(every, focus)
    rows = telling_rows(every, focus=focus)
    lettered = len(every) <= MOST_LETTERED
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 2))
    with theme():
        names = _names(rows, letters=rows["letter"].tolist() if lettered else None)
        _draw_scores(ax, rows, which, names=names, focus=focus)
        write_column(ax, _texts(rows, which))
        if lettered:
            _write_letters(ax, [str(letters).replace(" ", "") for letters in rows["letters"]])
        else:
            write_column(ax, _ranks(rows), column=1, head=translate(Message("rank")))
    return ax


def plot_wave_changes(
    result: GroupComparison,
    *,
    ax: Axes | None = None,
    item: str | None = None,
    measure: str | None = None,
    focus: str | None = None,
) -> Axes:
    """Draw how much each score changed up to the last wave, with intervals.

    Filled markers are changes that hold for all groups at once (Holm); the others are hollow. The
    two scores stand at the right.

    Parameters
    ----------
    result : GroupComparison
    ax : Axes, optional
        Where to draw; new axes where not given.
    item, measure : str, optional
        The first of each where not given.
    focus : str, optional
        The bank to mark.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        The item, measure or focus is not in the result.
    NotEnoughDataError
        Fewer than two waves.

    Examples
    --------
    >>> from brandkit.satisfaction.scores.comparison import group_comparison
    >>> answers = pd.DataFrame({"id": range(80), "brand": ["A", "B"] * 40,
    ...                         "sat": [6, 9, 7, 8] * 20, "wave": [1] * 40 + [2] * 40})
    >>> result = group_comparison(answers, items="sat", by="brand", wave="wave", respondent="id")
    >>> plot_wave_changes(result).get_xlabel()
    'Change of the mean score'
    """
    rows = change_rows(result, item=item, measure=measure)
    _, which = chosen_score(result.changes, item=item, measure=measure)
    check_focus(rows, focus)
    rows = telling_rows(rows, focus=focus)
    if ax is None:
        ax = new_axes(WIDTH, rows_height(len(rows) + 2))
    scale = 100.0 if which == "top2" else 1.0
    drawn = rows.assign(
        **{name: rows[name].astype(float) * scale for name in ("estimate", "ci_low", "ci_high")},
        base=np.where(rows["distinct"].astype(bool), "enough", "small"),
    )
    with theme():
        ax.axvline(0, color=PALETTE["soft"], linewidth=1.2, zorder=1)
        _draw_dots(ax, drawn, focus=focus)
        name_rows(ax, row_names(rows["label"].astype(str).tolist(), line=NAME_LINE))
        _number_axis(ax, "signed" if which == "mean" else "points")
        ax.set_xlabel(translate(_CHANGE_AXES[which]))
        for column, name in enumerate(("before", "after")):
            wave = str(rows[("wave_a", "wave_b")[column]].iloc[0])
            texts = [score_text(float(value), which) for value in rows[name]]
            write_column(ax, texts, column=column, head=wave)
        _accent(ax, rows["label"].tolist(), focus)
    return ax


# --- parts ---------------------------------------------------------------------------------------


def _draw_scores(
    ax: Axes, rows: pd.DataFrame, measure: str, *, names: Sequence[str], focus: str | None
) -> None:
    _draw_dots(ax, rows, focus=focus)
    name_rows(ax, names)
    _number_axis(ax, FORMATS[measure])
    if measure == "nps":
        ax.axvline(0, color=PALETTE["line"], linewidth=1.2, zorder=1)
    ax.set_xlabel(translate(_AXES[measure]))
    _accent(ax, rows["label"].tolist(), focus)


def _draw_dots(ax: Axes, rows: pd.DataFrame, *, focus: str | None) -> None:
    """Draw intervals and markers: the focus a diamond in the accent, small bases hollow."""
    at = np.arange(len(rows))
    mine = (rows["label"] == focus).to_numpy()
    small = (rows["base"] == "small").to_numpy()
    for which, marker, colour, size in (
        (~mine, "o", PALETTE["ink"], 42),
        (mine, "D", PALETTE["accent"], 56),
    ):
        ax.hlines(at[which], rows["ci_low"][which], rows["ci_high"][which], color=colour,
                  linewidth=1.8, zorder=2)  # fmt: skip
        for hollow in (False, True):
            chosen = which & (small == hollow)
            ax.scatter(rows["estimate"][chosen], at[chosen], s=size, marker=marker,
                       c=PALETTE["paper"] if hollow else colour, edgecolors=colour,
                       linewidths=1.4, zorder=3)  # fmt: skip


def _number_axis(ax: Axes, kind: str) -> None:
    """Let the axis across show few round numbers, as fine as its steps ask for."""
    ax.margins(x=0.04)
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    ticks = ax.xaxis.get_major_locator().tick_values(*ax.get_xlim())
    fine = len(ticks) > 1 and ticks[1] - ticks[0] < 0.1
    said = {"decimal2": "decimal2" if fine else "decimal1"}.get(kind, kind)
    ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: formatted(value, said) if abs(value) > 1e-9 else "0")
    )
    ax.grid(axis="x")


def _names(rows: pd.DataFrame, *, letters: Sequence[str] | None = None) -> list[str]:
    """Write names with their letter, and a mark behind those of small bases."""
    names = row_names(rows["label"].astype(str).tolist(), line=NAME_LINE)
    marked = [
        f"{name} {LOW_MARK}" if base == "small" else name
        for name, base in zip(names, rows["base"], strict=True)
    ]
    if letters is None:
        return marked
    return [f"{name} ({letter})" for name, letter in zip(marked, letters, strict=True)]


def _texts(rows: pd.DataFrame, measure: str) -> list[str]:
    return [score_text(float(value), measure) for value in rows["estimate"]]


def _ranks(rows: pd.DataFrame) -> list[str]:
    ends = zip(rows["rank_low"], rows["rank_high"], strict=True)
    return [
        NO_VALUE if pd.isna(low) else f"{low}" if low == high else f"{low}–{high}"
        for low, high in ends
    ]


def _write_letters(ax: Axes, letters: Sequence[str]) -> None:
    """Write letters left-aligned behind the column of scores."""
    placed = [((1.0, 1.0), 4, "axes fraction", "bottom", translate(Message("better than")))]
    placed += [
        ((1.0, row), 0, ("axes fraction", "data"), "center", text)  # type: ignore[misc]
        for row, text in enumerate(letters)
    ]
    for at, up, system, vertical, text in placed:
        ax.annotate(text, at, xycoords=system, xytext=(56, up), textcoords="offset points",
                    ha="left", va=vertical, color=PALETTE["soft"])  # fmt: skip


def _accent(ax: Axes, labels: Sequence[object], focus: str | None) -> None:
    for tick, label in zip(ax.get_yticklabels(), labels, strict=True):
        if label == focus:
            tick.set_color(PALETTE["accent"])
            tick.set_fontweight("bold")
